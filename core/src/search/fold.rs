//! Texts as they are compared: what a hurried hand leaves out (accents, capitals, ligatures, punctuation) does not count.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, one space between them: small letters and digits, without accents, œ as oe and æ as ae.
/// Everything else parts words: `L'huile d'olive, 1,5 L` is `l huile d olive 1 5 l`.
pub fn folded(text: &str) -> String {
    let mut words = Words(String::with_capacity(text.len()));
    if text.is_ascii() {
        text.chars().for_each(|letter| words.add(letter.to_ascii_lowercase()));
    } else {
        text.nfkd().flat_map(char::to_lowercase).nfkd().filter(|letter| !is_combining_mark(*letter)).for_each(
            |letter| match letter {
                'œ' => words.add_all("oe"),
                'æ' => words.add_all("ae"),
                'ß' => words.add_all("ss"),
                'ø' => words.add('o'),
                'ł' => words.add('l'),
                other => words.add(other),
            },
        );
    }
    let Words(mut words) = words;
    words.truncate(words.trim_end().len());
    words
}

/// A code as it is compared: as [`folded`], with nothing between its words. `POM-GAL` is `pomgal`.
pub(super) fn code(text: &str) -> String {
    let mut code = folded(text);
    code.retain(|letter| letter != ' ');
    code
}

struct Words(String);

impl Words {
    fn add(&mut self, letter: char) {
        if letter.is_alphanumeric() {
            self.0.push(letter);
        } else if !self.0.is_empty() && !self.0.ends_with(' ') {
            self.0.push(' ');
        }
    }

    fn add_all(&mut self, letters: &str) {
        letters.chars().for_each(|letter| self.add(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_capitals_ligatures_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("Crème brûlée", "creme brulee"),
            ("Œufs plein air ×6", "oeufs plein air 6"),
            ("L'huile d’olive, 1,5 L", "l huile d olive 1 5 l"),
            ("Jus d'orange", "jus d orange"),
            ("  Pâté  en croûte ", "pate en croute"),
            ("NOËL — Ex æquo", "noel ex aequo"),
            ("Cre\u{301}me", "creme"),
            ("Straße Smørrebrød", "strasse smorrebrod"),
            ("½ baguette", "1 2 baguette"),
            ("!?", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
        assert_eq!(code(" POM-GAL 2 "), "pomgal2");
    }

    proptest! {
        #[test]
        fn a_text_that_is_folded_stays_as_it_is(text in "\\PC{0,30}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
