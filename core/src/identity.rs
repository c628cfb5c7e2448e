//! Who a French business is, as its owner types it: each number is checked by its own key before a journal is begun in its
//! name, since what the first entry says stays said.
//!
//! SIREN and SIRET carry a Luhn key (INSEE); La Poste's establishments, a sum that 5 divides. The VAT number is `FR`, a key
//! of two digits and the SIREN, the key being (12 + 3 × (SIREN mod 97)) mod 97.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::shown_by_message;

/// La Poste, whose establishments are more than a Luhn key can number.
const LA_POSTE: &str = "356000000";

/// How many characters a name or an address may have, so that it fits a paper.
const LONGEST: usize = 200;

/// Why something that was typed is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum IdentityError {
    Missing,
    TooLong,
    SiretForm { digits: usize },
    SiretKey,
    NafForm,
    VatForm,
    VatKey,
    VatOfAnother,
}

impl IdentityError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            IdentityError::Missing => message!("This is needed: it stands on every ticket."),
            IdentityError::TooLong => message!("This is too long for a ticket: use 200 characters at most."),
            IdentityError::SiretForm { digits } => {
                message!("A SIRET has 14 digits; {digits} are typed.", digits = u64::try_from(*digits).unwrap_or(0))
            }
            IdentityError::SiretKey => {
                message!("A digit of this SIRET is wrong. Compare it with your registration (avis de situation).")
            }
            IdentityError::NafForm => {
                message!("An activity code has four digits and a letter, like 47.11B.")
            }
            IdentityError::VatForm => {
                message!("A French VAT number is FR, two digits and the nine digits of the SIREN.")
            }
            IdentityError::VatKey => {
                message!("The two digits after FR do not fit the SIREN. Compare them with your registration.")
            }
            IdentityError::VatOfAnother => {
                message!("This VAT number is another business's: its SIREN is not that of the SIRET.")
            }
        }
    }
}
shown_by_message!(IdentityError);

/// The number of an establishment: the nine digits of its business (SIREN) and five of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siret(String);

impl Siret {
    /// Reads one, with or without spaces, and checks its keys.
    pub fn read(text: &str) -> Result<Siret, IdentityError> {
        let digits = without(text, &[' ', '.', '\u{a0}', '\u{202f}']);
        if digits.len() != 14 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(IdentityError::SiretForm { digits: digits.chars().filter(char::is_ascii_digit).count() });
        }
        let siren = &digits[..9];
        // The sample shop is numbered by noughts, which pass every key and are nobody's.
        let is_someones = siren.bytes().any(|digit| digit != b'0');
        let has_key = luhn(&digits) || (siren == LA_POSTE && sum(&digits).is_multiple_of(5));
        if is_someones && luhn(siren) && has_key { Ok(Siret(digits)) } else { Err(IdentityError::SiretKey) }
    }

    /// Its digits, as tickets print them.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The business that it belongs to.
    pub fn siren(&self) -> &str {
        &self.0[..9]
    }

    /// The VAT number that the business has where it has one.
    pub fn vat_number(&self) -> VatNumber {
        VatNumber(format!("FR{:02}{}", vat_key(self.siren()), self.siren()))
    }
}

/// A French VAT number (numéro de TVA intracommunautaire).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatNumber(String);

impl VatNumber {
    /// Reads the one of a business, and checks its key.
    pub fn read(text: &str, siret: &Siret) -> Result<VatNumber, IdentityError> {
        let typed = without(text, &[' ', '.', '\u{a0}', '\u{202f}']).to_uppercase();
        let rest = typed.strip_prefix("FR").ok_or(IdentityError::VatForm)?;
        if rest.len() != 11 || !rest.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(IdentityError::VatForm);
        }
        let (key, siren) = rest.split_at(2);
        if siren != siret.siren() {
            return Err(IdentityError::VatOfAnother);
        }
        if key.parse() == Ok(vat_key(siren)) { Ok(VatNumber(typed)) } else { Err(IdentityError::VatKey) }
    }

    /// Its letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code of an activity (NAF, also called APE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naf(String);

impl Naf {
    /// Reads one, with or without its dot.
    pub fn read(text: &str) -> Result<Naf, IdentityError> {
        let typed = without(text, &[' ', '.', '\u{a0}', '\u{202f}']).to_uppercase();
        let (digits, letter) = typed.split_at_checked(4).ok_or(IdentityError::NafForm)?;
        let is_one = digits.bytes().all(|digit| digit.is_ascii_digit())
            && letter.len() == 1
            && letter.bytes().all(|letter| letter.is_ascii_uppercase());
        if is_one { Ok(Naf(typed)) } else { Err(IdentityError::NafForm) }
    }

    /// Its digits and letter, without a dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name or an address: its words with single spaces between them.
pub fn words(text: &str) -> Result<String, IdentityError> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.chars().count() {
        0 => Err(IdentityError::Missing),
        count if count > LONGEST => Err(IdentityError::TooLong),
        _ => Ok(words),
    }
}

fn without(text: &str, signs: &[char]) -> String {
    text.trim().chars().filter(|letter| !signs.contains(letter)).collect()
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.bytes().map(|digit| u32::from(digit.wrapping_sub(b'0')))
}

fn sum(text: &str) -> u32 {
    digits(text).sum()
}

/// Whether the last digit is the key of those before it: every second one from the right counts double.
fn luhn(text: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighed = digits(text).rev().enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit });
    weighed.sum::<u32>().is_multiple_of(10)
}

fn vat_key(siren: &str) -> u32 {
    (12 + 3 * (siren.parse::<u32>().unwrap_or_default() % 97)) % 97
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The number with the key that it needs.
    fn keyed(stem: &str) -> String {
        ('0'..='9').map(|key| format!("{stem}{key}")).find(|number| luhn(number)).unwrap()
    }

    fn siret(siren: u32, establishment: u32) -> String {
        keyed(&format!("{}{establishment:04}", keyed(&format!("{siren:08}"))))
    }

    #[test]
    fn the_numbers_of_public_bodies_are_read() {
        // INSEE, the Banque de France, and an establishment of La Poste whose SIRET has no Luhn key.
        assert_eq!(Siret::read("120 027 016 00563").unwrap().siren(), "120027016");
        assert_eq!(Siret::read("57210489100013").unwrap().vat_number().as_str(), "FR80572104891");
        assert!(Siret::read("35600000009075").is_ok());
    }

    #[test]
    fn what_is_no_siret_is_refused_with_its_reason() {
        assert_eq!(Siret::read("1200270160056"), Err(IdentityError::SiretForm { digits: 13 }));
        assert_eq!(Siret::read("120 027 016 0056A"), Err(IdentityError::SiretForm { digits: 13 }));
        assert_eq!(Siret::read(""), Err(IdentityError::SiretForm { digits: 0 }));
        assert_eq!(Siret::read("00000000000000"), Err(IdentityError::SiretKey));
        assert_eq!(Siret::read("１２００２７０１６００５６３"), Err(IdentityError::SiretForm { digits: 0 }));
    }

    #[test]
    fn an_activity_is_four_digits_and_a_letter() {
        assert_eq!(Naf::read("47.11b").unwrap().as_str(), "4711B");
        for wrong in ["", "4711", "47.11", "471AB", "47.11BB", "4711é", "ab"] {
            assert_eq!(Naf::read(wrong), Err(IdentityError::NafForm), "{wrong}");
        }
    }

    #[test]
    fn a_vat_number_is_held_against_the_siren() {
        let siret = Siret::read("57210489100013").unwrap();
        assert!(VatNumber::read("fr 80 572104891", &siret).is_ok());
        assert_eq!(VatNumber::read("FR81572104891", &siret), Err(IdentityError::VatKey));
        assert_eq!(VatNumber::read("FR80572104890", &siret), Err(IdentityError::VatOfAnother));
        assert_eq!(VatNumber::read("DE123456789", &siret), Err(IdentityError::VatForm));
        assert_eq!(VatNumber::read("FR8057210489", &siret), Err(IdentityError::VatForm));
    }

    #[test]
    fn a_name_needs_a_word_and_fits_a_paper() {
        assert_eq!(words("  Chez   Lucette ").unwrap(), "Chez Lucette");
        assert_eq!(words(" \u{a0} "), Err(IdentityError::Missing));
        assert_eq!(words(&"x".repeat(201)), Err(IdentityError::TooLong));
    }

    proptest! {
        #[test]
        fn a_number_with_its_keys_is_read_and_has_a_vat_number(siren in 1_u32..100_000_000, own in 0_u32..10_000) {
            let number = siret(siren, own);
            let read = Siret::read(&number).unwrap();
            prop_assert_eq!(read.as_str(), &number);
            let vat = read.vat_number();
            prop_assert_eq!(VatNumber::read(vat.as_str(), &read).unwrap(), vat);
        }

        #[test]
        fn one_wrong_digit_is_always_noticed(
            siren in 1_u32..100_000_000, own in 0_u32..10_000, at in 0_usize..14, more in 1_u8..10,
        ) {
            let number = siret(siren, own);
            prop_assume!(!number.starts_with(LA_POSTE));
            let mut wrong = number.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + more) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assume!(!wrong.starts_with(LA_POSTE));
            prop_assert_eq!(Siret::read(&wrong), Err(IdentityError::SiretKey));
        }

        #[test]
        fn nothing_that_is_typed_stops_the_till(text in ".{0,40}") {
            let known = Siret::read("57210489100013").unwrap();
            let _ = (Siret::read(&text), Naf::read(&text), VatNumber::read(&text, &known), words(&text));
        }
    }
}
