//! What a person reads, in French or English: texts by gettext, money and dates in the reader's form.
//!
//! A text is written once, in English, with `{name}` where a value goes; each crate bundles its French in
//! `po/fr.po`. Values stay values until they are shown, so that each language writes them its own way.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use crate::values::{Cents, Date, Instant, Quantity, Rate, ValueError};

/// A language of the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "plain words")]
pub enum Language {
    #[default]
    French,
    English,
}

/// U+00A0: keeps a number and its unit on one line.
const NO_BREAK: char = '\u{a0}';
/// U+202F: between groups of three digits in French.
const NARROW_NO_BREAK: char = '\u{202f}';

impl Language {
    /// The language of a locale's name such as `fr_FR.UTF-8`; French where it names neither or nothing.
    pub fn from_locale(locale: Option<&str>) -> Language {
        if locale.is_some_and(|name| name.starts_with("en")) { Language::English } else { Language::French }
    }

    /// An amount with its currency: `1 234,50 €`, `€1,234.50`.
    pub fn money(self, amount: Cents) -> String {
        match self {
            Language::French => format!("{}{NO_BREAK}€", self.amount(amount)),
            Language::English if amount.is_negative() => format!("-€{}", self.amount(amount.abs())),
            Language::English => format!("€{}", self.amount(amount)),
        }
    }

    /// An amount in a column of amounts: `1 234,50`, `1,234.50`.
    pub fn amount(self, amount: Cents) -> String {
        let sign = if amount.is_negative() { "-" } else { "" };
        let cents = amount.get().unsigned_abs();
        let (euros, cents) = (self.grouped(cents / 100), cents % 100);
        let point = if self == Language::French { ',' } else { '.' };
        format!("{sign}{euros}{point}{cents:02}")
    }

    /// A quantity without trailing zeros: `0,325`, `0.325`.
    pub fn quantity(self, quantity: Quantity) -> String {
        self.scaled(quantity.get(), 1000)
    }

    /// A rate in percent: `5,5 %`, `5.5%`.
    pub fn rate(self, rate: Rate) -> String {
        let percent = self.scaled(i64::from(rate.basis_points()), 100);
        match self {
            Language::French => format!("{percent}{NO_BREAK}%"),
            Language::English => format!("{percent}%"),
        }
    }

    /// A whole number with its digits in groups of three.
    pub fn number(self, number: i64) -> String {
        let sign = if number < 0 { "-" } else { "" };
        format!("{sign}{}", self.grouped(number.unsigned_abs()))
    }

    /// A date: `22/11/2026`, `22 Nov 2026`.
    pub fn date(self, date: Date) -> String {
        match self {
            Language::French => date.0.format("%d/%m/%Y").to_string(),
            Language::English => date.0.format("%-d %b %Y").to_string(),
        }
    }

    /// A date with its time, as the shop's clocks showed it.
    pub fn instant(self, instant: Instant) -> String {
        let time = instant.time().format("%H:%M:%S");
        match self {
            Language::French => format!("{} à {time}", self.date(Date(instant.date()))),
            Language::English => format!("{} at {time}", self.date(Date(instant.date()))),
        }
    }

    fn scaled(self, number: i64, scale: u64) -> String {
        let sign = if number < 0 { "-" } else { "" };
        let (whole, rest) = (number.unsigned_abs() / scale, number.unsigned_abs() % scale);
        let digits = scale.ilog10() as usize;
        let fraction = format!("{rest:0digits$}");
        let fraction = fraction.trim_end_matches('0');
        let point = if self == Language::French { "," } else { "." };
        let point = if fraction.is_empty() { "" } else { point };
        format!("{sign}{}{point}{fraction}", self.grouped(whole))
    }

    fn grouped(self, number: u64) -> String {
        let separator = if self == Language::French { NARROW_NO_BREAK } else { ',' };
        let digits = number.to_string();
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }
}

impl FromStr for Language {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Language, ValueError> {
        match text {
            "fr" => Ok(Language::French),
            "en" => Ok(Language::English),
            _ => Err(ValueError::new("fr or en", text)),
        }
    }
}

/// A value in a message, written in the reader's form when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Arg {
    Text(String),
    Number(i64),
    Money(Cents),
    Quantity(Quantity),
    Rate(Rate),
    Date(Date),
    Instant(Instant),
    Message(Message),
}

impl Arg {
    fn show(&self, translations: &Translations) -> String {
        let language = translations.language;
        match self {
            Arg::Text(text) => text.clone(),
            Arg::Number(number) => language.number(*number),
            Arg::Money(amount) => language.money(*amount),
            Arg::Quantity(quantity) => language.quantity(*quantity),
            Arg::Rate(rate) => language.rate(*rate),
            Arg::Date(date) => language.date(*date),
            Arg::Instant(instant) => language.instant(*instant),
            Arg::Message(message) => translations.say(message),
        }
    }
}

macro_rules! arg_from {
    ($($from:ty => $arg:expr),* $(,)?) => {$(
        impl From<$from> for Arg {
            fn from(value: $from) -> Arg {
                $arg(value)
            }
        }
    )*};
}
arg_from! {
    String => Arg::Text,
    &str => |text: &str| Arg::Text(text.to_owned()),
    i64 => Arg::Number,
    i32 => |number: i32| Arg::Number(number.into()),
    u32 => |number: u32| Arg::Number(number.into()),
    u64 => |number: u64| Arg::Number(i64::try_from(number).unwrap_or(i64::MAX)),
    usize => |number: usize| Arg::Number(i64::try_from(number).unwrap_or(i64::MAX)),
    Cents => Arg::Money,
    Quantity => Arg::Quantity,
    Rate => Arg::Rate,
    Date => Arg::Date,
    Instant => Arg::Instant,
    Message => Arg::Message,
}

/// A text for a person, not yet in a language. Made by [`message!`](crate::message).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The English text, which is also the key of its translations.
    pub id: &'static str,
    /// What goes where `{name}` stands.
    pub args: Vec<(&'static str, Arg)>,
}

/// Makes a [`Message`]: `message!("Nothing left of line {n}.", n = 3)`.
#[macro_export]
macro_rules! message {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::language::Message {
            id: $id,
            args: vec![$((stringify!($name), $crate::language::Arg::from($value))),*],
        }
    };
}

/// In English, for logs and for those who have no translations at hand.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Translations::english().say(self))
    }
}

/// The texts of one language.
#[derive(Clone, Debug, Default)]
pub struct Translations {
    language: Language,
    texts: HashMap<String, String>,
}

/// A catalogue of translations that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the translations cannot be read: {0}")]
pub struct TranslationsError(String);

impl Translations {
    /// The texts as they are written in the code.
    pub fn english() -> Translations {
        Translations { language: Language::English, texts: HashMap::new() }
    }

    /// The texts of a language, from the French catalogues (`.po`) that crates bundle.
    pub fn new(language: Language, french: &[&str]) -> Result<Translations, TranslationsError> {
        let mut texts = HashMap::new();
        if language == Language::French {
            for po in french {
                texts.extend(read_po(po)?);
            }
        }
        Ok(Translations { language, texts })
    }

    /// The language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A text without values in this language; itself where the catalogues have none.
    pub fn text<'t>(&'t self, english: &'t str) -> &'t str {
        self.texts.get(english).map_or(english, String::as_str)
    }

    /// Whether a catalogue has this text.
    pub fn has(&self, english: &str) -> bool {
        self.texts.contains_key(english)
    }

    /// A message in this language, with its values in the form that its readers use.
    pub fn say(&self, message: &Message) -> String {
        let mut rest = self.text(message.id);
        let mut said = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            said.push_str(before);
            match message.args.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => said.push_str(&value.show(self)),
                None => said.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

/// The texts of `message!` in some sources that a French catalogue lacks, and the entries of the catalogue that no
/// source uses or whose `{names}` differ: what a test of each crate finds empty.
pub fn missing(po: &str, sources: &[String]) -> Result<Vec<String>, TranslationsError> {
    let known = read_po(po)?;
    let used: Vec<String> = sources.iter().flat_map(|source| literals(source)).collect();
    let names = |text: &str| {
        let mut names: Vec<String> =
            text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect();
        names.sort();
        names
    };
    let lacking = used.iter().filter(|id| !known.contains_key(*id)).map(|id| format!("no French for {id:?}"));
    let idle = known.keys().filter(|id| !used.contains(id)).map(|id| format!("nothing says {id:?}"));
    let unlike =
        known.iter().filter(|(id, text)| names(id) != names(text)).map(|(id, _)| format!("other names in {id:?}"));
    Ok(lacking.chain(idle).chain(unlike).collect())
}

/// Every Rust source under a folder, for [`missing`].
pub fn sources_under(folder: &std::path::Path) -> std::io::Result<Vec<String>> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources.extend(sources_under(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(std::fs::read_to_string(path)?);
        }
    }
    Ok(sources)
}

fn read_po(po: &str) -> Result<HashMap<String, String>, TranslationsError> {
    let catalogue =
        polib::po_file::parse_from_reader(po.as_bytes()).map_err(|error| TranslationsError(error.to_string()))?;
    let texts = catalogue.messages().filter_map(|message| {
        let text = message.msgstr().ok().filter(|text| !text.is_empty())?;
        Some((message.msgid().to_owned(), text.to_owned()))
    });
    Ok(texts.collect())
}

/// The first argument of each `message!` in a source, with its escapes and line continuations resolved.
fn literals(source: &str) -> Vec<String> {
    let calls = source.split("message!(").skip(1);
    calls.filter_map(|call| literal(call.trim_start().strip_prefix('"')?)).collect()
}

fn literal(text: &str) -> Option<String> {
    let mut said = String::new();
    let mut letters = text.chars().peekable();
    loop {
        match letters.next()? {
            '"' => return Some(said),
            '\\' => match letters.next()? {
                'n' => said.push('\n'),
                '\n' => while letters.next_if(|c| c.is_whitespace()).is_some() {},
                other => said.push(other),
            },
            letter => said.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_dates_are_written_as_each_reader_writes_them() {
        let (french, english) = (Language::French, Language::English);
        assert_eq!(french.money(Cents::new(-123_456_789)), "-1\u{202f}234\u{202f}567,89\u{a0}€");
        assert_eq!(english.money(Cents::new(-123_456_789)), "-€1,234,567.89");
        assert_eq!(french.money(Cents::new(5)), "0,05\u{a0}€");
        assert_eq!(french.quantity(Quantity::thousandths(-325)), "-0,325");
        assert_eq!(english.quantity(Quantity::thousandths(1500)), "1.5");
        assert_eq!(french.quantity(Quantity::ONE), "1");
        assert_eq!(french.rate(Rate::from_basis_points(550).unwrap()), "5,5\u{a0}%");
        let at: Instant = "2026-11-02T14:03:05+01:00".parse().unwrap();
        assert_eq!(french.instant(at), "02/11/2026 à 14:03:05");
        assert_eq!(english.instant(at), "2 Nov 2026 at 14:03:05");
    }

    #[test]
    fn a_message_is_said_in_the_readers_language_with_its_values() {
        let po = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\nmsgid \"At most {due} of {what}.\"\nmsgstr \"{what} : au plus {due}.\"\n";
        let message = message!("At most {due} of {what}.", due = Cents::new(250), what = "Café");
        assert_eq!(message.to_string(), "At most €2.50 of Café.");
        let french = Translations::new(Language::French, &[po]).unwrap();
        assert_eq!(french.say(&message), "Café : au plus 2,50\u{a0}€.");
    }

    #[test]
    fn a_text_without_its_translation_is_found() {
        let source = "message!(\"Said \\\n   here {x}.\", x = 1) message!(\n  \"And here.\")".to_owned();
        let po = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\nmsgid \"Said here {x}.\"\nmsgstr \"Dit ici {y}.\"\n\nmsgid \"Old\"\nmsgstr \"Vieux\"\n";
        let mut found = missing(po, &[source]).unwrap();
        found.sort();
        assert_eq!(found, ["no French for \"And here.\"", "nothing says \"Old\"", "other names in \"Said here {x}.\""]);
    }
}
