//! Credit notes and gift vouchers: the code that is typed, the QR that is signed, and what is left on them.
//!
//! Any till of the merchant takes a signed QR offline up to its face; a typed code only where its issue is known. What
//! two tills spent of one voucher while apart is seen when they meet, never hidden (`sync`, "Vouchers offline").

mod balance;
pub mod movement;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comptoir_fiscal::key::{DeviceKey, PublicKey};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date, RegisterId};
use serde::{Deserialize, Serialize};

pub use balance::{Knowledge, OfflinePolicy, Presented, VoucherBalance, accept};

use crate::shown_by_message;

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS: u64 = (1 << 50) - 1;

/// The code of a voucher: 50 bits as ten characters of Crockford's base32, then Crockford's check character (the number
/// modulo 37), which finds every wrong character and every two neighbours swapped. Written `7Q2XK-00M3Z-S`.
///
/// Crockford writes five of the 37 check values as signs that are hard to find on a keyboard; a code that would end in
/// one is never issued.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoucherCode(u64);

impl VoucherCode {
    /// The code of 50 random bits drawn by the caller (higher bits are ignored): that number, or the next
    /// that ends in a letter or digit.
    pub fn from_random(bits: u64) -> VoucherCode {
        let drawn = bits & BITS;
        let below = |number: &u64| number % 37 < 32;
        // Of 37 numbers in a row five are passed over, side by side; past the last comes the first, which ends in 0.
        VoucherCode((drawn..=BITS).take(6).find(below).unwrap_or(0))
    }
}

impl fmt::Display for VoucherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |number: u64| char::from(ALPHABET[usize::from(u8::try_from(number & 31).unwrap_or(0))]);
        for place in (0..10).rev() {
            write!(f, "{}", letter(self.0 >> (5 * place)))?;
            if place == 5 {
                f.write_str("-")?;
            }
        }
        write!(f, "-{}", letter(self.0 % 37))
    }
}

impl FromStr for VoucherCode {
    type Err = VoucherError;

    /// Reads a code as people type it: in any case, with or without dashes and spaces, O for 0, I or L for 1.
    fn from_str(typed: &str) -> Result<VoucherCode, VoucherError> {
        let letters: Vec<char> = typed.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
        let mut numbers = vec![];
        for letter in &letters {
            let upper = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                upper => upper,
            };
            let number = ALPHABET.iter().position(|known| char::from(*known) == upper);
            let wrong = || VoucherError::Character { character: letter.to_string() };
            numbers.push(number.and_then(|number| u64::try_from(number).ok()).ok_or_else(wrong)?);
        }
        let [body @ .., check] = numbers.as_slice() else { return Err(VoucherError::Length { found: 0 }) };
        if body.len() != 10 {
            return Err(VoucherError::Length { found: letters.len() });
        }
        let number = body.iter().fold(0, |number, five| number << 5 | five);
        if number % 37 == *check { Ok(VoucherCode(number)) } else { Err(VoucherError::Check) }
    }
}

impl Serialize for VoucherCode {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VoucherCode {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<VoucherCode, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a voucher is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherKind {
    /// Made for goods brought back (avoir).
    CreditNote,
    /// Sold (carte cadeau).
    GiftVoucher,
}

impl VoucherKind {
    /// As it stands in a table: as the means of payment is sealed.
    pub const fn as_str(self) -> &'static str {
        match self {
            VoucherKind::CreditNote => "credit_note",
            VoucherKind::GiftVoucher => "gift_voucher",
        }
    }

    /// The kind of that name; none where it is no kind's.
    pub fn named(name: &str) -> Option<VoucherKind> {
        [VoucherKind::CreditNote, VoucherKind::GiftVoucher].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A voucher as it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// What people type.
    pub code: VoucherCode,
    /// Credit note or gift voucher.
    pub kind: VoucherKind,
    /// The journal that issued it.
    pub issuer: RegisterId,
    /// The entry that issued it.
    pub seq: u64,
    /// What it was issued for; above 0.
    pub amount: Cents,
    /// The last day on which it pays; none for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// The version of the QR's text, and what it starts with.
const VERSION: &str = "CV1";

impl Voucher {
    /// The text of its QR code, signed by the register that issued it:
    /// `CV1.<code>.<c or g>.<issuer>.<seq>.<cents>.<expiry or ->.<base64url signature>`.
    pub fn to_qr(&self, key: &DeviceKey) -> String {
        let text = self.signed_text();
        let signature = URL_SAFE_NO_PAD.encode(key.sign_voucher(text.as_bytes()));
        format!("{text}.{signature}")
    }

    /// Reads a QR code and checks it with the public key of the register that it names; `key_of` knows those of the
    /// merchant's registers, and gives none for any other.
    pub fn from_qr<E: From<VoucherError>>(
        text: &str,
        key_of: impl FnOnce(RegisterId) -> Result<Option<PublicKey>, E>,
    ) -> Result<Voucher, E> {
        if !is_voucher_qr(text) {
            return Err(VoucherError::NotAVoucher.into());
        }
        if text.split('.').next() != Some(VERSION) {
            return Err(VoucherError::Version.into());
        }
        let broken = || VoucherError::Broken;
        let (signed, signature) = text.rsplit_once('.').ok_or_else(broken)?;
        let voucher = Voucher::from_signed_text(signed).ok_or_else(broken)?;
        let signature: [u8; 64] =
            URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(broken)?;
        let key = key_of(voucher.issuer)?.ok_or(VoucherError::Foreign)?;
        match key.verifies_voucher(signed.as_bytes(), &signature) {
            true => Ok(voucher),
            false => Err(VoucherError::Forged.into()),
        }
    }

    fn signed_text(&self) -> String {
        let kind = if self.kind == VoucherKind::CreditNote { "c" } else { "g" };
        let expires = self.expires.map_or_else(|| "-".to_owned(), |date| date.to_string());
        let Voucher { code, issuer, seq, amount, .. } = self;
        format!("{VERSION}.{code}.{kind}.{issuer}.{seq}.{amount}.{expires}")
    }

    fn from_signed_text(text: &str) -> Option<Voucher> {
        let [_, code, kind, issuer, seq, amount, expires] = text.split('.').collect::<Vec<_>>().try_into().ok()?;
        let kind = match kind {
            "c" => VoucherKind::CreditNote,
            "g" => VoucherKind::GiftVoucher,
            _ => return None,
        };
        let expires = if expires == "-" { None } else { Some(expires.parse().ok()?) };
        let amount = Cents::new(amount.parse().ok()?);
        let voucher = Voucher {
            code: code.parse().ok()?,
            kind,
            issuer: issuer.parse().ok()?,
            seq: seq.parse().ok()?,
            amount,
            expires,
        };
        // Only the one writing of it is read, as its signature covers these very bytes.
        (amount.is_positive() && voucher.signed_text() == text).then_some(voucher)
    }
}

/// Whether a scanned text is a voucher's QR code, of this or a newer version.
pub fn is_voucher_qr(text: &str) -> bool {
    let version = text.strip_prefix("CV").and_then(|rest| rest.split_once('.'));
    version.is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

/// Why a voucher is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum VoucherError {
    Length { found: usize },
    Character { character: String },
    Check,
    NotAVoucher,
    Version,
    Broken,
    Foreign,
    Forged,
    ShutOut { code: String },
    Unknown { code: String },
    NotKnownHere { code: String },
    OnlyWhereIssued { code: String },
    Expired { code: String, on: Date },
    Deactivated { code: String },
    Exhausted { code: String },
    AboveBalance { code: String, left: Cents, excess: Cents },
    NotPositive { amount: Cents },
    AboveIssued { code: String, excess: Cents },
    Differs { code: String },
    Taken { code: String },
}

impl VoucherError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            VoucherError::Length { found } => message!(
                "A voucher's code has 11 characters, this has {found}; type it as printed, like 7Q2XK-00M3Z-S.",
                found = found
            ),
            VoucherError::Character { character } => {
                message!("No voucher's code holds “{character}”; type it as printed.", character = character)
            }
            VoucherError::Check => {
                message!("This code does not fit its check character; compare it with the paper and type it again.")
            }
            VoucherError::NotAVoucher => {
                message!("This QR code is not a voucher; scan the voucher's or type its code.")
            }
            VoucherError::Version => {
                message!("This voucher was made by a newer version; update this till, or type its code.")
            }
            VoucherError::Broken => {
                message!("The voucher's QR code cannot be read whole; scan it again or type its code.")
            }
            VoucherError::Foreign => message!(
                "This voucher was issued by a register that is not of this shop's; refuse it, or sync if the register is new."
            ),
            VoucherError::Forged => message!("The signature of this voucher is false; do not accept it."),
            VoucherError::ShutOut { code } => message!(
                "The voucher {code} bears the signature of a till that was shut out, and no journal is known to hold it. Do not accept it and tell a manager.",
                code = code
            ),
            VoucherError::Unknown { code } => {
                message!(
                    "No voucher with the code {code} is known to the back office; compare it with the paper, or scan its QR code.",
                    code = code
                )
            }
            VoucherError::NotKnownHere { code } => message!(
                "The voucher {code} is not known here yet; scan its QR code, or connect the till and try again.",
                code = code
            ),
            VoucherError::OnlyWhereIssued { code } => message!(
                "Without the network, the voucher {code} is taken only where it was issued; connect the till, or take another means of payment.",
                code = code
            ),
            VoucherError::Expired { code, on } => {
                message!("The voucher {code} expired on {on}; a manager can prolong it.", code = code, on = on)
            }
            VoucherError::Deactivated { code } => {
                message!("The voucher {code} has been deactivated; ask a manager.", code = code)
            }
            VoucherError::Exhausted { code } => {
                message!("Nothing is left on the voucher {code}; take another means of payment.", code = code)
            }
            VoucherError::AboveBalance { code, left, excess } => message!(
                "This is {excess} more than is left on the voucher {code}; take at most {left}.",
                excess = excess,
                code = code,
                left = left
            ),
            VoucherError::NotPositive { amount } => {
                message!("The amount cannot be {amount}; enter more than 0.", amount = amount)
            }
            VoucherError::AboveIssued { code, excess } => message!(
                "This would put {excess} more on the voucher {code} than was spent of it; put back less.",
                excess = excess,
                code = code
            ),
            VoucherError::Differs { code } => message!(
                "The voucher {code} is known here with another kind or issue; do not accept it and tell a manager.",
                code = code
            ),
            VoucherError::Taken { code } => {
                message!("The code {code} is that of another voucher; sell this one under a new code.", code = code)
            }
        }
    }
}
shown_by_message!(VoucherError);

#[cfg(test)]
mod tests;
