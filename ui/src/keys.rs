//! The keys of a keyboard: one table, which is what the till listens to and what help prints.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::SharedString;
use slint::platform::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the table says")]
pub enum Shortcut {
    Help,
    Search,
    Hold,
    Cash,
    Card,
    Pay,
    Back,
    More,
    Less,
    Remove,
}

/// What is struck.
#[derive(Clone, Copy, Debug)]
enum Stroke {
    Named(Key),
    Letter(&'static str),
}

/// The keys, in the order in which help prints them.
const TABLE: [(Stroke, Shortcut); 10] = [
    (Stroke::Named(Key::F1), Shortcut::Help),
    (Stroke::Named(Key::F2), Shortcut::Search),
    (Stroke::Named(Key::F4), Shortcut::Hold),
    (Stroke::Named(Key::F8), Shortcut::Cash),
    (Stroke::Named(Key::F9), Shortcut::Card),
    (Stroke::Named(Key::F10), Shortcut::Pay),
    (Stroke::Named(Key::Escape), Shortcut::Back),
    (Stroke::Letter("+"), Shortcut::More),
    (Stroke::Letter("-"), Shortcut::Less),
    (Stroke::Named(Key::Delete), Shortcut::Remove),
];

impl Stroke {
    fn is(self, text: &str) -> bool {
        match self {
            Stroke::Named(key) => text == SharedString::from(key).as_str(),
            Stroke::Letter(letter) => text == letter,
        }
    }
}

impl Shortcut {
    /// What a key does, by what it types.
    pub fn of(text: &str) -> Option<Shortcut> {
        TABLE.iter().find(|(stroke, _)| stroke.is(text)).map(|(_, shortcut)| *shortcut)
    }

    /// All of them, in the order in which help prints them.
    pub fn all() -> impl Iterator<Item = Shortcut> {
        TABLE.iter().map(|(_, shortcut)| *shortcut)
    }

    /// What stands on the key.
    pub fn cap(self) -> Message {
        match self {
            Shortcut::Help => message!("F1"),
            Shortcut::Search => message!("F2"),
            Shortcut::Hold => message!("F4"),
            Shortcut::Cash => message!("F8"),
            Shortcut::Card => message!("F9"),
            Shortcut::Pay => message!("F10"),
            Shortcut::Back => message!("Esc"),
            Shortcut::More => message!("+"),
            Shortcut::Less => message!("−"),
            Shortcut::Remove => message!("Del"),
        }
    }

    /// What it does, in words.
    pub fn words(self) -> Message {
        match self {
            Shortcut::Help => message!("Help for where you are"),
            Shortcut::Search => message!("Search an article"),
            Shortcut::Hold => message!("Hold the ticket; without one, the held tickets"),
            Shortcut::Cash => message!("Cash, to the cent"),
            Shortcut::Card => message!("Card, for the whole ticket"),
            Shortcut::Pay => message!("Other means of payment"),
            Shortcut::Back => message!("A step back"),
            Shortcut::More => message!("One more of the touched or newest line"),
            Shortcut::Less => message!("One less of it"),
            Shortcut::Remove => message!("Take it off the ticket"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_does_one_thing_and_is_printed() {
        let mut strokes = Vec::new();
        for (stroke, shortcut) in TABLE {
            let text = match stroke {
                Stroke::Named(key) => SharedString::from(key).to_string(),
                Stroke::Letter(letter) => letter.to_owned(),
            };
            assert_eq!(Shortcut::of(&text), Some(shortcut));
            assert!(!strokes.contains(&text), "{shortcut:?}");
            strokes.push(text);
        }
        assert_eq!(Shortcut::all().count(), TABLE.len());
        assert_eq!(Shortcut::of("a"), None);
    }
}
