//! An e-mail address as people type it, and what can be told of it without asking a server.

use std::fmt;
use std::str::FromStr;

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use serde::{Deserialize, Serialize};

use crate::shown_by_message;

/// The longest address that can be delivered to (RFC 5321, 4.5.3.1.3), and the longest name before its `@`.
const LONGEST: usize = 254;
const LONGEST_NAME: usize = 64;
const LONGEST_LABEL: usize = 63;

/// An address that a mail can be sent to. It is not shown where values are printed for those who look for faults.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// Why what was typed is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum AddressError {
    Empty,
    TooLong,
    Sign,
    NoName,
    NoDomain,
}

impl AddressError {
    /// What is wrong, and what to do. What was typed is not repeated.
    pub fn message(&self) -> Message {
        match self {
            AddressError::Empty => message!("Type the customer’s e-mail address."),
            AddressError::TooLong => message!("This is too long for an e-mail address. Correct it."),
            AddressError::Sign => message!(
                "An e-mail address has one @, and no blanks, accents or signs such as , ; ( ) < >. Correct it."
            ),
            AddressError::NoName => message!("A name is missing before the @, or has a dot too many. Correct it."),
            AddressError::NoDomain => {
                message!("After the @ comes a name with a dot in it, such as example.fr. Correct it.")
            }
        }
    }
}
shown_by_message!(AddressError);

impl Address {
    /// The address, for whoever sends the mail.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(typed: String) -> Result<Address, AddressError> {
        typed.parse()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads an address as every server takes it: a name of letters, digits and the signs that need no quotes, and a
    /// domain of at least two labels. Names in quotes, bare servers and letters beyond ASCII, which few servers take, are
    /// refused.
    fn from_str(typed: &str) -> Result<Address, AddressError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(AddressError::Empty);
        }
        let Some((name, domain)) = typed.split_once('@') else { return Err(AddressError::Sign) };
        if !name.chars().all(|letter| is_of_name(letter) || letter == '.') || !domain.chars().all(is_of_domain) {
            return Err(AddressError::Sign);
        }
        if typed.len() > LONGEST || name.len() > LONGEST_NAME {
            return Err(AddressError::TooLong);
        }
        if name.split('.').any(str::is_empty) {
            return Err(AddressError::NoName);
        }
        let is_label = |label: &str| {
            (1..=LONGEST_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_top = |label: &str| label.len() > 1 && !label.bytes().all(|c| c.is_ascii_digit());
        match domain.rsplit_once('.') {
            Some((rest, top)) if rest.split('.').all(is_label) && is_label(top) && is_top(top) => {
                Ok(Address(format!("{name}@{}", domain.to_ascii_lowercase())))
            }
            _ => Err(AddressError::NoDomain),
        }
    }
}

/// The signs that a name may have without quotes (RFC 5322, `atext`).
fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(letter)
}

fn is_of_domain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_that_people_have_are_taken() {
        for (typed, address) in [
            ("exemple@example.fr", "exemple@example.fr"),
            (" Exemple.Client+caisse@Example.FR\n", "Exemple.Client+caisse@example.fr"),
            ("o'hara_9@mail.example.co.uk", "o'hara_9@mail.example.co.uk"),
            ("a@xn--caf-dma.example", "a@xn--caf-dma.example"),
            ("1@2.example", "1@2.example"),
        ] {
            assert_eq!(typed.parse::<Address>().unwrap().as_str(), address);
        }
        let longest = format!("{}@example.fr", "a".repeat(64));
        assert!(longest.parse::<Address>().is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_to_correct() {
        for (typed, error) in [
            ("  ", AddressError::Empty),
            ("exemple", AddressError::Sign),
            ("a@b@example.fr", AddressError::Sign),
            ("exemple client@example.fr", AddressError::Sign),
            ("hélène@example.fr", AddressError::Sign),
            ("a@café.example", AddressError::Sign),
            ("a,b@example.fr", AddressError::Sign),
            ("<a@example.fr>", AddressError::Sign),
            ("\"a b\"@example.fr", AddressError::Sign),
            ("a@[127.0.0.1]", AddressError::Sign),
            ("a@example.fr\r\nBcc: b@example.fr", AddressError::Sign),
            ("@example.fr", AddressError::NoName),
            (".a@example.fr", AddressError::NoName),
            ("a..b@example.fr", AddressError::NoName),
            ("a@", AddressError::NoDomain),
            ("a@localhost", AddressError::NoDomain),
            ("a@example.", AddressError::NoDomain),
            ("a@.fr", AddressError::NoDomain),
            ("a@-example.fr", AddressError::NoDomain),
            ("a@example..fr", AddressError::NoDomain),
            ("a@127.0.0.1", AddressError::NoDomain),
            ("a@example.f", AddressError::NoDomain),
        ] {
            assert_eq!(typed.parse::<Address>(), Err(error), "{typed:?}");
        }
        let long = format!("{}@example.fr", "a".repeat(65));
        assert_eq!(long.parse::<Address>(), Err(AddressError::TooLong));
        let long = format!("a@{}.fr", vec!["a".repeat(63); 4].join("."));
        assert_eq!(long.parse::<Address>(), Err(AddressError::TooLong));
    }

    proptest! {
        /// Whatever is typed: what is taken fits on one line of a mail's head, between `<` and `>`, and is taken again.
        #[test]
        fn nothing_that_is_taken_can_begin_another_line(typed in "\\PC*|[a-c@.\\r\\n <>-]{0,12}") {
            if let Ok(address) = typed.parse::<Address>() {
                let text = address.as_str();
                prop_assert!(text.len() <= LONGEST && text.bytes().all(|c| c.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&c)));
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert_eq!(text.parse::<Address>().unwrap(), address);
            }
        }
    }
}
