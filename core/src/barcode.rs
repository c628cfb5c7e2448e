//! What a scanner sends, read: GTINs with their check digits, in-store codes that hold a weight or a price, GS1 strings.
//!
//! A code whose check digit is wrong is an error and never another product. Source: GS1 General Specifications
//! (7.9 check digit, 2.1.12 restricted circulation numbers, 3 application identifiers).

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};
use serde::{Deserialize, Serialize};

use crate::shown_by_message;

/// What was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// A product's number, in its normal form: 13 digits, or 8 of an EAN-8.
    Gtin(String),
    /// An item by weight, in thousandths of a kilogram.
    Weighed {
        /// Prefix and item digits of an in-store code, or a GTIN.
        item: String,
        /// Its weight.
        weight: Quantity,
    },
    /// An item at the price on its label.
    Priced {
        /// Prefix and item digits of an in-store code, or a GTIN.
        item: String,
        /// The price of what bears the label, tax included.
        price: Cents,
    },
    /// Any other text: a code of the shop's own, a voucher, a loyalty card.
    Other(String),
}

/// Why a scan is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum BarcodeError {
    Empty,
    CheckDigit { code: String, expected: u32 },
    UnknownIdentifier { at: String },
    CutShort { identifier: String },
    NotDigits { identifier: String, value: String },
}

impl BarcodeError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            BarcodeError::Empty => message!("The scanner sent nothing; scan again."),
            BarcodeError::CheckDigit { code, expected } => message!(
                "The check digit of {code} is wrong, it should end in {expected}; scan or type it again.",
                code = code,
                expected = expected
            ),
            BarcodeError::UnknownIdentifier { at } => message!(
                "The GS1 code cannot be read from “{at}” on; scan the product's other barcode or search for it.",
                at = at
            ),
            BarcodeError::CutShort { identifier } => {
                message!("The GS1 code is cut short after ({identifier}); scan again.", identifier = identifier)
            }
            BarcodeError::NotDigits { identifier, value } => message!(
                "The GS1 code holds “{value}” after ({identifier}), where a number should be; scan again.",
                identifier = identifier,
                value = value
            ),
        }
    }
}
shown_by_message!(BarcodeError);

/// What an in-store code holds in its last five digits before the check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Cents.
    Price,
    /// Grams.
    Weight,
    /// Nothing: all twelve digits are the item's number.
    Number,
}

/// How the codes of one two-digit prefix are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InStore {
    /// `02`, or `20` to `29`.
    pub prefix: String,
    /// What its codes hold.
    pub holds: Holds,
}

/// How the shop's own codes are made: they circulate in the shop alone, so that each chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scheme(pub Vec<InStore>);

impl Default for Scheme {
    /// Weight after `21`, a price after `02`, `20` and `22` to `29`, with five digits for the item.
    fn default() -> Scheme {
        let prefixes = ["02", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"];
        let holds = |prefix: &str| if prefix == "21" { Holds::Weight } else { Holds::Price };
        Scheme(prefixes.iter().map(|p| InStore { prefix: (*p).into(), holds: holds(p) }).collect())
    }
}

/// GS1's field separator.
const FNC1: char = '\u{1d}';

/// Reads what a scanner sent.
///
/// A scanner that names the symbology first (`]E0`, `]C1` …) is believed; else 8, 12, 13 or 14 digits are a GTIN, where
/// 8 digits are an EAN-8, or else a UPC-E if that is what their check digit fits. A text that starts with FNC1, or holds
/// it after an identifier `01`, is a GS1 string.
pub fn parse(sent: &str, scheme: &Scheme) -> Result<Scan, BarcodeError> {
    let text = sent.trim_matches([' ', '\r', '\n', '\t']);
    if text.is_empty() {
        return Err(BarcodeError::Empty);
    }
    match symbology(text) {
        Some((Symbology::Gs1, rest)) => elements(rest),
        Some((Symbology::Plain, rest)) => Ok(Scan::Other(rest.to_owned())),
        Some((Symbology::Gtin, rest)) => numbered(rest, scheme),
        None if text.starts_with(FNC1) => elements(text),
        None if is_gs1(text) => elements(text),
        None => numbered(text, scheme),
    }
}

/// The one form by which a barcode is looked up: a GTIN of 12 or 14 digits as the 13 (or 8) that it stands for.
pub fn normal_form(barcode: &str) -> String {
    let barcode = barcode.trim();
    if !barcode.bytes().all(|c| c.is_ascii_digit()) {
        return barcode.to_owned();
    }
    match barcode.len() {
        12 => format!("0{barcode}"),
        14 => match (barcode.strip_prefix("000000"), barcode.strip_prefix('0')) {
            (Some(eight), _) => eight.to_owned(),
            (None, Some(thirteen)) => thirteen.to_owned(),
            (None, None) => barcode.to_owned(),
        },
        _ => barcode.to_owned(),
    }
}

/// The check digit of the digits before it, by GS1: weights 3 and 1 from the right.
pub fn check_digit(digits: &str) -> Option<u32> {
    let sum = digits.chars().rev().enumerate().try_fold(0u32, |sum, (place, digit)| {
        let weight = if place % 2 == 0 { 3 } else { 1 };
        sum.checked_add(digit.to_digit(10)? * weight)
    })?;
    Some((10 - sum % 10) % 10)
}

enum Symbology {
    Gtin,
    Plain,
    Gs1,
}

/// The AIM symbology identifier that some scanners send first (ISO/IEC 15424).
fn symbology(text: &str) -> Option<(Symbology, &str)> {
    let known = [
        ("]C1", Symbology::Gs1),
        ("]e0", Symbology::Gs1),
        ("]d2", Symbology::Gs1),
        ("]Q3", Symbology::Gs1),
        ("]C0", Symbology::Plain),
        ("]d1", Symbology::Plain),
        ("]Q1", Symbology::Plain),
        ("]E0", Symbology::Gtin),
        ("]E4", Symbology::Gtin),
        ("]I1", Symbology::Gtin),
    ];
    known.into_iter().find_map(|(mark, symbology)| Some((symbology, text.strip_prefix(mark)?)))
}

fn is_gs1(text: &str) -> bool {
    // Sixteen digits or more that start with (01) and a sound GTIN are taken for a GS1 string that lost its FNC1.
    let gtin = text.strip_prefix("01").and_then(|rest| rest.get(..14));
    text.len() > 16 && gtin.is_some_and(has_check_digit)
}

fn has_check_digit(code: &str) -> bool {
    let split = code.len().checked_sub(1).and_then(|at| code.split_at_checked(at));
    split.is_some_and(|(body, last)| check_digit(body).is_some_and(|digit| digit.to_string() == last))
}

fn checked(code: &str) -> Result<&str, BarcodeError> {
    if has_check_digit(code) {
        return Ok(code);
    }
    let body = code.get(..code.len().saturating_sub(1)).unwrap_or_default();
    Err(BarcodeError::CheckDigit { code: code.to_owned(), expected: check_digit(body).unwrap_or(0) })
}

fn numbered(text: &str, scheme: &Scheme) -> Result<Scan, BarcodeError> {
    if !text.bytes().all(|c| c.is_ascii_digit()) {
        return Ok(Scan::Other(text.to_owned()));
    }
    match text.len() {
        8 => match upc_e(text).filter(|_| !has_check_digit(text)) {
            Some(upc_a) => Ok(Scan::Gtin(normal_form(&upc_a))),
            None => Ok(Scan::Gtin(checked(text)?.to_owned())),
        },
        12..=14 => {
            let code = normal_form(checked(text)?);
            Ok(in_store(&code, scheme).unwrap_or(Scan::Gtin(code)))
        }
        _ => Ok(Scan::Other(text.to_owned())),
    }
}

/// What an in-store code of 13 digits says, if the scheme knows its prefix.
fn in_store(code: &str, scheme: &Scheme) -> Option<Scan> {
    let rule = scheme.0.iter().find(|rule| rule.prefix.len() == 2 && code.starts_with(&rule.prefix))?;
    let item = code.get(..7)?.to_owned();
    let value: i64 = code.get(7..12).filter(|_| code.len() == 13)?.parse().ok()?;
    match rule.holds {
        Holds::Price => Some(Scan::Priced { item, price: Cents::new(value) }),
        Holds::Weight => Some(Scan::Weighed { item, weight: Quantity::thousandths(value) }),
        Holds::Number => None,
    }
}

/// The UPC-A that a UPC-E of 8 digits is short for, if its check digit fits.
fn upc_e(code: &str) -> Option<String> {
    let [system @ (b'0' | b'1'), a, b, c, d, e, f, check] = <[u8; 8]>::try_from(code.as_bytes()).ok()? else {
        return None;
    };
    let zero = b'0';
    let body = match f {
        b'0'..=b'2' => [a, b, f, zero, zero, zero, zero, c, d, e],
        b'3' => [a, b, c, zero, zero, zero, zero, zero, d, e],
        b'4' => [a, b, c, d, zero, zero, zero, zero, zero, e],
        _ => [a, b, c, d, e, zero, zero, zero, zero, f],
    };
    let upc_a: String = [system].iter().chain(&body).chain([&check]).map(|digit| char::from(*digit)).collect();
    has_check_digit(&upc_a).then_some(upc_a)
}

/// Reads a GS1 element string: what it is, and its weight or price; lots, dates and serial numbers are passed over.
fn elements(text: &str) -> Result<Scan, BarcodeError> {
    let (mut gtin, mut weight, mut price) = (None, None, None);
    let mut rest = text.trim_matches(FNC1);
    while !rest.is_empty() {
        let unknown = || BarcodeError::UnknownIdentifier { at: rest.chars().take(20).collect() };
        let identifier = rest.get(..2).ok_or_else(unknown)?;
        // The identifiers of predefined length; every other one runs to the separator.
        let predefined = match identifier {
            "00" => Some(18),
            "01" | "02" | "03" => Some(14),
            "04" => Some(16),
            "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Some(6),
            "20" => Some(2),
            _ => None,
        };
        match (identifier, predefined) {
            (_, Some(length)) => {
                let (value, after) = take(rest, 2, length)?;
                if identifier == "01" {
                    gtin = Some(normal_form(checked(digits(identifier, value)?)?));
                }
                rest = after;
            }
            ("31" | "32" | "33" | "34" | "35" | "36", _) => {
                let identifier = rest.get(..4).ok_or_else(unknown)?;
                let (value, after) = take(rest, 4, 6)?;
                if identifier.starts_with("310") {
                    weight = Some(scaled(identifier, value, 3)?);
                }
                rest = after;
            }
            ("39", _) => {
                let identifier = rest.get(..4).ok_or_else(unknown)?;
                let (value, after) = until_separator(rest, 4)?;
                if identifier.starts_with("392") {
                    price = Some(scaled(identifier, value, 2)?);
                }
                rest = after;
            }
            ("41", _) => rest = take(rest, 3, 13)?.1,
            (
                "10" | "21" | "22" | "30" | "37" | "90" | "91" | "92" | "93" | "94" | "95" | "96" | "97" | "98" | "99",
                _,
            ) => {
                rest = until_separator(rest, 2)?.1;
            }
            ("23" | "24" | "25" | "40" | "42" | "71", _) => rest = until_separator(rest, 3)?.1,
            ("43" | "70" | "72" | "80" | "81" | "82", _) => rest = until_separator(rest, 4)?.1,
            _ => return Err(unknown()),
        }
        rest = rest.strip_prefix(FNC1).unwrap_or(rest);
    }
    match (gtin, price, weight) {
        (Some(item), Some(price), _) => Ok(Scan::Priced { item, price: Cents::new(price) }),
        (Some(item), None, Some(weight)) => Ok(Scan::Weighed { item, weight: Quantity::thousandths(weight) }),
        (Some(item), None, None) => Ok(Scan::Gtin(item)),
        (None, ..) => Ok(Scan::Other(text.to_owned())),
    }
}

fn take(rest: &str, skip: usize, length: usize) -> Result<(&str, &str), BarcodeError> {
    let cut = || BarcodeError::CutShort { identifier: rest.chars().take(skip).collect() };
    rest.split_at_checked(skip).and_then(|(_, value)| value.split_at_checked(length)).ok_or_else(cut)
}

fn until_separator(rest: &str, skip: usize) -> Result<(&str, &str), BarcodeError> {
    let cut = || BarcodeError::CutShort { identifier: rest.chars().take(skip).collect() };
    let value = rest.get(skip..).filter(|value| !value.is_empty()).ok_or_else(cut)?;
    Ok(value.split_once(FNC1).unwrap_or((value, "")))
}

fn digits<'a>(identifier: &str, value: &'a str) -> Result<&'a str, BarcodeError> {
    match !value.is_empty() && value.len() <= 15 && value.bytes().all(|c| c.is_ascii_digit()) {
        true => Ok(value),
        false => Err(BarcodeError::NotDigits { identifier: identifier.to_owned(), value: value.to_owned() }),
    }
}

/// A number with as many decimals as the last digit of its identifier says, in units of `10^-decimals`; what is finer
/// is rounded half up.
fn scaled(identifier: &str, value: &str, decimals: u32) -> Result<i64, BarcodeError> {
    let not_digits = || BarcodeError::NotDigits { identifier: identifier.to_owned(), value: value.to_owned() };
    let number: i64 = digits(identifier, value)?.parse().map_err(|_| not_digits())?;
    let has = identifier.chars().last().and_then(|c| c.to_digit(10)).ok_or_else(not_digits)?;
    if has > decimals {
        let finer = 10_i64.pow(has - decimals);
        return Ok((number + finer / 2) / finer);
    }
    number.checked_mul(10_i64.pow(decimals - has)).ok_or_else(not_digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(sent: &str) -> Result<Scan, BarcodeError> {
        parse(sent, &Scheme::default())
    }

    fn gtin(code: &str) -> Scan {
        Scan::Gtin(code.into())
    }

    fn weighed(item: &str, weight: i64) -> Scan {
        Scan::Weighed { item: item.into(), weight: Quantity::thousandths(weight) }
    }

    fn priced(item: &str, price: i64) -> Scan {
        Scan::Priced { item: item.into(), price: Cents::new(price) }
    }

    #[test]
    fn what_scanners_send_is_read() {
        for (sent, expected) in [
            ("4006381333931", gtin("4006381333931")),
            ("4006381333931\r\n", gtin("4006381333931")),
            ("]E04006381333931", gtin("4006381333931")),
            ("96385074", gtin("96385074")),
            ("036000291452", gtin("0036000291452")),
            ("04252614", gtin("0042100005264")),
            ("04006381333931", gtin("4006381333931")),
            ("2100010012340", weighed("2100010", 1234)),
            ("0200010012349", priced("0200010", 1234)),
            ("]C0ABC-12", Scan::Other("ABC-12".into())),
            ("]C04006381333930", Scan::Other("4006381333930".into())),
            ("2100010", Scan::Other("2100010".into())),
            ("\u{1d}0104006381333931", gtin("4006381333931")),
            ("]C101040063813339313103001234", weighed("4006381333931", 1234)),
            ("]e00104006381333931310200012310LOT\u{1d}17261231", weighed("4006381333931", 1230)),
            ("]C101040063813339313922995\u{1d}21S1", priced("4006381333931", 995)),
            ("01040063813339313922995", priced("4006381333931", 995)),
            ("]d2010400638133393170032612311200\u{1d}3103000250", weighed("4006381333931", 250)),
            ("]C110LOT1", Scan::Other("10LOT1".into())),
        ] {
            assert_eq!(read(sent), Ok(expected), "{sent}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_said_and_never_another_product() {
        for (sent, expected) in [("4006381333930", 1), ("96385075", 4), ("036000291453", 2), ("2100010012341", 0)] {
            assert_eq!(read(sent), Err(BarcodeError::CheckDigit { code: sent.into(), expected }), "{sent}");
        }
        assert!(matches!(read("]C10104006381333930"), Err(BarcodeError::CheckDigit { .. })));
    }

    #[test]
    fn a_broken_gs1_string_is_refused() {
        let cut = |identifier: &str| Err(BarcodeError::CutShort { identifier: identifier.into() });
        assert_eq!(read("]C1010400638133"), cut("01"));
        assert_eq!(read("]C101040063813339313103001"), cut("3103"));
        assert_eq!(read("]C10104006381333931392"), Err(BarcodeError::UnknownIdentifier { at: "392".into() }));
        assert!(matches!(read("]C1010400638133393131030012E4"), Err(BarcodeError::NotDigits { .. })));
        assert_eq!(read("  "), Err(BarcodeError::Empty));
    }

    #[test]
    fn a_shop_can_number_its_own_items() {
        let scheme = Scheme(vec![InStore { prefix: "21".into(), holds: Holds::Number }]);
        assert_eq!(parse("2100010012340", &scheme), Ok(gtin("2100010012340")));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(sent in "(\\](C1|e0|E0|C0))?[0-9A-Zé\u{1d}]{0,40}") {
            let _ = read(&sent);
        }

        #[test]
        fn one_wrong_digit_is_always_seen(body in "[0-9]{12}", at in 0usize..13, other in 1u32..10) {
            let code = format!("{body}{}", check_digit(&body).unwrap());
            let wrong: String = code.chars().enumerate().map(|(i, c)| {
                let digit = c.to_digit(10).unwrap();
                char::from_digit(if i == at { (digit + other) % 10 } else { digit }, 10).unwrap()
            }).collect();
            prop_assert!(read(&code).is_ok());
            let refused = matches!(read(&wrong), Err(BarcodeError::CheckDigit { .. }));
            prop_assert!(refused);
        }
    }
}
