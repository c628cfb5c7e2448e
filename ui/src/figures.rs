//! Figures as people type them: with a comma or a point, with or without spaces and signs.

use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::{Cents, Quantity, Rate};

/// An amount of money: `12`, `12,5`, `1 234.50 €`.
pub fn cents(text: &str) -> Option<Cents> {
    scaled(text, 2).map(Cents::new)
}

/// A rate in percent: `5,5`, `20 %`.
pub fn rate(text: &str) -> Option<Rate> {
    u16::try_from(scaled(text, 2)?).ok().and_then(Rate::from_basis_points)
}

/// Thousandths of a unit: `0,012`.
pub fn thousandths(text: &str) -> Option<i64> {
    scaled(text, 3)
}

/// An amount as the reader of a language types it: `12,50`, `12.50`, `−0,50`.
pub fn typed(amount: Cents, language: Language) -> String {
    let (sign, cents) = (if amount.is_negative() { "−" } else { "" }, amount.get().unsigned_abs());
    format!("{sign}{}{}{:02}", cents / 100, comma(language), cents % 100)
}

/// Thousandths, which are not negative, as they are typed: `0,012`, `0.012`.
pub fn typed_thousandths(thousandths: i64, language: Language) -> String {
    format!("{}{}{:03}", thousandths / 1000, comma(language), thousandths.unsigned_abs() % 1000)
}

/// A quantity, which is not negative, as it is typed: `2`, `0,5`.
pub fn typed_quantity(quantity: Quantity, language: Language) -> String {
    let typed = typed_thousandths(quantity.get(), language);
    typed.trim_end_matches('0').trim_end_matches(comma(language)).to_owned()
}

/// What stands before the decimals.
fn comma(language: Language) -> char {
    match language {
        Language::French => ',',
        Language::English => '.',
    }
}

/// A number that is not negative, with at most so many digits after the comma.
fn scaled(text: &str, places: usize) -> Option<i64> {
    let is_sign = |letter: char| letter.is_whitespace() || matches!(letter, '€' | '%' | '\u{a0}' | '\u{202f}');
    let text: String = text.chars().filter(|letter| !is_sign(*letter)).collect();
    let (whole, rest) = text.split_once([',', '.']).unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 9
        || rest.len() > places
        || !digits(whole)
        || !digits(rest)
        || (whole.is_empty() && rest.is_empty())
    {
        return None;
    }
    format!("{whole}{rest:0<places$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_both_languages_write_them() {
        for (text, amount) in
            [("12", 1200), ("12,5", 1250), ("1\u{202f}234,50\u{a0}€", 123_450), ("0.05", 5), (",9", 90)]
        {
            assert_eq!(cents(text), Some(Cents::new(amount)), "{text}");
        }
        for text in ["", "-1", "1,234", "1,2,3", "douze", "12345678901"] {
            assert_eq!(cents(text), None, "{text}");
        }
        for language in [Language::French, Language::English] {
            assert_eq!(cents(&typed(Cents::new(1205), language)), Some(Cents::new(1205)));
        }
    }

    #[test]
    fn figures_are_filled_in_as_the_reader_writes_them() {
        let (french, english) = (Language::French, Language::English);
        assert_eq!((typed(Cents::new(299), french), typed(Cents::new(299), english)), ("2,99".into(), "2.99".into()));
        assert_eq!(typed(Cents::new(-50), french), "−0,50");
        assert_eq!(typed_thousandths(4, english), "0.004");
        let quantity = |thousandths| typed_quantity(Quantity::thousandths(thousandths), french);
        assert_eq!((quantity(1000), quantity(10_000), quantity(500)), ("1".into(), "10".into(), "0,5".into()));
    }

    #[test]
    fn rates_are_read_in_percent() {
        assert_eq!(rate("5,5 %").map(Rate::basis_points), Some(550));
        assert_eq!(rate("100"), None);
        assert_eq!(thousandths("0,012"), Some(12));
    }
}
