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

    /// A message in the reader's language.
    pub fn say(&self, message: &Message) -> String {
        self.now().say(message)
    }
}
