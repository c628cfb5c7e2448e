//! What an operator knows or carries to sign in, kept so that whoever reads `shop.db` cannot use it.
//!
//! A PIN has few digits, so it is never enough to hide it: [`Attempts`] makes guessing slow, at the till and over
//! restarts.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::outside::{Random, RandomFailed};
use crate::shown_by_message;

/// Memory in KiB, passes and lanes of argon2id: the least that OWASP asks for, some 60 ms on a tablet.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// How many wrong tries are free.
const FREE_TRIES: u32 = 3;

/// How long the first wait is, in seconds; each further wrong try doubles it, up to [`LONGEST_WAIT`].
const FIRST_WAIT: i64 = 5;

/// A quarter of an hour.
const LONGEST_WAIT: i64 = 900;

/// The digits that an operator types to sign in. Its memory is wiped when it goes.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

/// What is read from an operator's badge. Its memory is wiped when it goes.
#[derive(Clone)]
pub struct Badge(Zeroizing<String>);

/// Why something is no PIN or badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum SecretError {
    PinForm,
    PinTooEasy,
    BadgeForm,
}

impl SecretError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            SecretError::PinForm => message!("A PIN has 4 to 12 digits."),
            SecretError::PinTooEasy => message!("This PIN is too easy to guess. Choose other digits."),
            SecretError::BadgeForm => message!("This badge cannot be used: it carries less than 8 characters."),
        }
    }
}
shown_by_message!(SecretError);

impl Pin {
    /// A PIN as it is typed, be it a good one or not.
    pub fn typed(digits: &str) -> Result<Pin, SecretError> {
        let fits = (4..=12).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        if fits { Ok(Pin(Zeroizing::new(digits.to_owned()))) } else { Err(SecretError::PinForm) }
    }

    /// A PIN to be kept: not one digit repeated, and no run upwards or downwards.
    pub fn chosen(digits: &str) -> Result<Pin, SecretError> {
        let pin = Pin::typed(digits)?;
        let mut steps = digits.as_bytes().windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0]));
        let first = steps.next().unwrap_or_default();
        let easy = (-1..=1).contains(&first) && steps.all(|step| step == first);
        if easy { Err(SecretError::PinTooEasy) } else { Ok(pin) }
    }
}

impl Badge {
    /// What a reader gave.
    pub fn read(text: &str) -> Result<Badge, SecretError> {
        let text = text.trim();
        if (8..=256).contains(&text.len()) {
            Ok(Badge(Zeroizing::new(text.to_owned())))
        } else {
            Err(SecretError::BadgeForm)
        }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

impl fmt::Debug for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Badge")
    }
}

/// A secret as it is kept: its argon2id hash under a salt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    salt: String,
    hash: String,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

/// What can be kept and recognised.
pub trait Secret {
    /// Its bytes.
    fn bytes(&self) -> &[u8];
}

impl Secret for Pin {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Secret for Badge {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Kept {
    /// Keeps a secret under a salt of its own.
    pub fn new(secret: &impl Secret, random: &mut dyn Random) -> Result<Kept, RandomFailed> {
        let mut salt = [0; 16];
        random.fill(&mut salt)?;
        Ok(Kept::under(secret, &STANDARD_NO_PAD.encode(salt)))
    }

    /// Keeps a secret under the salt of others like it, so that one computation tells which of them it is.
    pub fn beside(secret: &impl Secret, other: &Kept) -> Kept {
        Kept::under(secret, &other.salt)
    }

    /// Whether a secret is the one that was kept.
    pub fn is(&self, secret: &impl Secret) -> bool {
        self.is_same(&Kept::under(secret, &self.salt))
    }

    /// Whether both were kept of the same secret under the same salt; takes as long whatever they differ in.
    pub fn is_same(&self, other: &Kept) -> bool {
        let same =
            self.hash.as_bytes().ct_eq(other.hash.as_bytes()) & self.salt.as_bytes().ct_eq(other.salt.as_bytes());
        bool::from(same) && !self.hash.is_empty()
    }

    fn under(secret: &impl Secret, salt: &str) -> Kept {
        let (memory, passes, lanes) = COST;
        let mut hash = Zeroizing::new([0; 32]);
        let computed = Params::new(memory, passes, lanes, Some(hash.len())).and_then(|params| {
            let salt = STANDARD_NO_PAD.decode(salt).unwrap_or_default();
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                secret.bytes(),
                &salt,
                &mut *hash,
            )
        });
        // A salt that was damaged gives no hash, and no hash is like no other.
        let hash = if computed.is_ok() { STANDARD_NO_PAD.encode(hash.as_slice()) } else { String::new() };
        Kept { salt: salt.to_owned(), hash }
    }
}

/// The wrong tries of one operator, or of badges, since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    wrong: u32,
    last: i64,
}

impl Attempts {
    /// How many seconds are still to be waited at `now` (Unix seconds) before the next try. A clock that was set back
    /// shortens nothing.
    pub fn wait(&self, now: i64) -> i64 {
        let Some(beyond) = self.wrong.checked_sub(FREE_TRIES) else { return 0 };
        let whole = FIRST_WAIT.saturating_mul(1 << beyond.min(20)).min(LONGEST_WAIT);
        let since = now.saturating_sub(self.last).max(0);
        whole.saturating_sub(since).max(0)
    }

    /// With one more wrong try at `now`.
    pub fn after_a_wrong_one(&self, now: i64) -> Attempts {
        Attempts { wrong: self.wrong.saturating_add(1), last: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
            self.0 += 1;
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_pin_is_recognised_and_no_other_and_none_is_kept_readable() {
        let mut random = Counting(0);
        let pin = Pin::chosen("2580").unwrap();
        let kept = Kept::new(&pin, &mut random).unwrap();
        assert!(kept.is(&Pin::typed("2580").unwrap()));
        assert!(!kept.is(&Pin::typed("2581").unwrap()));
        assert!(!serde_json::to_string(&kept).unwrap().contains("2580"));
        assert_eq!(format!("{pin:?} {kept:?}"), "Pin Kept");
        assert_ne!(kept, Kept::new(&pin, &mut random).unwrap());
    }

    #[test]
    fn badges_under_one_salt_are_told_apart_by_one_computation() {
        let [one, two] = ["04A1B2C3D4", "04A1B2C3D5"].map(|text| Badge::read(text).unwrap());
        let kept = Kept::new(&one, &mut Counting(0)).unwrap();
        let other = Kept::beside(&two, &kept);
        let shown = Kept::beside(&Badge::read(" 04A1B2C3D5\n").unwrap(), &kept);
        assert!(shown.is_same(&other) && !shown.is_same(&kept));
    }

    #[test]
    fn a_damaged_record_recognises_nothing() {
        let damaged: Kept = serde_json::from_str(r#"{"salt":"?","hash":""}"#).unwrap();
        assert!(!damaged.is(&Pin::typed("2580").unwrap()));
    }

    #[test]
    fn pins_that_anyone_would_guess_are_refused() {
        for easy in ["0000", "1234", "987654", "999999999999"] {
            assert_eq!(Pin::chosen(easy).unwrap_err(), SecretError::PinTooEasy, "{easy}");
        }
        for wrong in ["", "123", "1234567890123", "12a4", "１２３４"] {
            assert_eq!(Pin::chosen(wrong).unwrap_err(), SecretError::PinForm, "{wrong}");
        }
        assert!(Pin::chosen("1357").is_ok());
    }

    #[test]
    fn each_wrong_try_doubles_the_wait_up_to_a_quarter_of_an_hour() {
        let mut attempts = Attempts::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            attempts = attempts.after_a_wrong_one(1000);
            waits.push(attempts.wait(1000));
        }
        assert_eq!(waits, [0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(attempts.wait(1600), 300);
        assert_eq!(attempts.wait(1900), 0);
        assert_eq!(attempts.wait(0), 900);
    }
}
