//! What is said on the screens, in the language that the reader has chosen; both are at hand, so that it changes at once.

use comptoir_fiscal::language::{Language, Message, Translations};

/// The texts of both languages, and which is read.
#[derive(Clone, Debug)]
pub struct Texts {
    french: Translations,
    english: Translations,
    language: Language,
}

impl Texts {
    /// The texts of the screens and of the rooms below them.
    pub fn new(language: Language) -> Texts {
        let bundled = [comptoir_fiscal::FRENCH, comptoir_core::FRENCH, crate::FRENCH];
        // The bundles are read by a test of each crate; one that did not parse would leave English.
        let french = Translations::new(Language::French, &bundled).unwrap_or_else(|_| Translations::english());
        Texts { french, english: Translations::english(), language }
    }

    /// Which language is read.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Reads another language from now on.
    pub fn turn_to(&mut self, language: Language) {
        self.language = language;
    }

    /// The texts that are read now.
    pub fn now(&self) -> &Translations {
        match self.language {
            Language::French => &self.french,
            Language::English => &self.english,
        }
    }

    /// A message in the reader's language, as it is drawn.
    pub fn say(&self, message: &Message) -> String {
        drawn(&self.now().say(message))
    }
}

/// A text as it is drawn: with narrow no-break spaces alone, since the layout of texts lets a wide one hang over the end of
/// a line and what follows it begin the next; and with a minus sign before an amount, which a hyphen is not.
pub(crate) fn drawn(text: &str) -> String {
    let narrow = text.replace('\u{a0}', "\u{202f}");
    match narrow.strip_prefix('-') {
        Some(amount) if amount.starts_with(|first: char| first.is_ascii_digit() || first == '€') => {
            format!("−{amount}")
        }
        _ => narrow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_colon_or_a_sign_of_money() {
        assert_eq!(drawn("rien\u{a0}: 3,90\u{a0}€"), "rien\u{202f}: 3,90\u{202f}€");
        assert_eq!((drawn("-0,13\u{a0}€"), drawn("-€0.13")), ("−0,13\u{202f}€".to_owned(), "−€0.13".to_owned()));
        assert_eq!(drawn("- un tiret"), "- un tiret");
        for po in [crate::FRENCH, include_str!("../lang/fr/LC_MESSAGES/comptoir-ui.po")] {
            let breaks =
                |line: &&str| [" :", " ;", " ?", " !", " »", " %", "« "].iter().any(|sign| line.contains(sign));
            let breaking: Vec<&str> = po.lines().filter(|line| line.starts_with("msgstr")).filter(breaks).collect();
            assert_eq!(breaking, Vec::<&str>::new());
        }
        let drawn_texts = include_str!("../lang/fr/LC_MESSAGES/comptoir-ui.po");
        assert!(!drawn_texts.contains('\u{a0}'), "Slint draws these as they are");
    }
}
