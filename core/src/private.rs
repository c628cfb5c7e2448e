//! What must never enter a ticket: card numbers (PCI DSS 3.3) and what tells who a customer is (RGPD art. 5).

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::shown_by_message;

/// Why a text cannot stand in a ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum PrivateError {
    CardNumber,
    NotOpaque,
}

impl PrivateError {
    /// What is wrong, and what to do. The text itself is not repeated.
    pub fn message(&self) -> Message {
        match self {
            PrivateError::CardNumber => message!(
                "This text holds what looks like a card number, which is never stored; enter its last four digits at most."
            ),
            PrivateError::NotOpaque => message!(
                "A ticket names a person by an internal id only; choose the person from the directory instead of typing a name, phone number or e-mail."
            ),
        }
    }
}
shown_by_message!(PrivateError);

/// A text that is free of card numbers.
pub fn without_card_number(text: &str) -> Result<&str, PrivateError> {
    if holds_card_number(text) { Err(PrivateError::CardNumber) } else { Ok(text) }
}

/// An id that tells nothing to those who do not have the directory: letters, digits, `-` and `_`, and not digits alone,
/// which a phone number would be.
pub fn opaque(id: &str) -> Result<&str, PrivateError> {
    let plain = (1..=64).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    let phone = id.len() >= 9 && id.bytes().all(|c| c.is_ascii_digit() || c == b'-');
    if plain && !phone { without_card_number(id) } else { Err(PrivateError::NotOpaque) }
}

/// Whether 13 to 19 digits that pass the Luhn check (ISO/IEC 7812) stand in it together, be it in groups parted by one
/// space, dash or dot.
pub fn holds_card_number(text: &str) -> bool {
    let mut groups: Vec<Vec<u32>> = vec![vec![]];
    let mut runs: Vec<Vec<Vec<u32>>> = vec![];
    let mut parted = true;
    for letter in text.chars().chain(['\n', '\n']) {
        match letter.to_digit(10) {
            Some(digit) => {
                if let Some(group) = groups.last_mut() {
                    group.push(digit);
                }
                parted = false;
            }
            None if !parted && matches!(letter, ' ' | '-' | '.' | '\u{a0}' | '\u{202f}') => {
                groups.push(vec![]);
                parted = true;
            }
            None => {
                runs.push(std::mem::replace(&mut groups, vec![vec![]]));
                parted = true;
            }
        }
    }
    runs.iter().any(|run| (0..run.len()).any(|from| starts_with_card_number(&run[from..])))
}

fn starts_with_card_number(groups: &[Vec<u32>]) -> bool {
    let mut digits = vec![];
    groups.iter().any(|group| {
        digits.extend(group);
        (13..=19).contains(&digits.len()) && passes_luhn(&digits)
    })
}

fn passes_luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weigh = |(place, digit): (usize, &u32)| if place % 2 == 1 { doubled(*digit) } else { *digit };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_found_however_it_is_written() {
        for card in ["4111111111111111", "ref 4111 1111 1111 1111", "5500-0000-0000-0004", "x378282246310005y"] {
            assert!(holds_card_number(card), "{card}");
        }
        assert!(holds_card_number("12 4111 1111 1111 1111 0130"));
    }

    #[test]
    fn other_numbers_are_not_card_numbers() {
        for other in ["", "4111111111111112", "0123456", "4111 1111", "AUTH 123456 ticket 000042", "7Q2XK-00M3Z-S"] {
            assert!(!holds_card_number(other), "{other}");
        }
    }

    #[test]
    fn a_person_is_named_by_an_opaque_id_only() {
        for id in ["c-42", "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d", "A_1"] {
            assert_eq!(opaque(id), Ok(id));
        }
        for id in ["", "Jean Dupont", "jean@example.fr", "0612345678", "06-12-34-56-78", "Émile"] {
            assert_eq!(opaque(id), Err(PrivateError::NotOpaque), "{id}");
        }
    }
}
