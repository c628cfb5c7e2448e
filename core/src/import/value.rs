//! Values as people write them in a table, in French or English.

use chrono::{Days, NaiveDate};
use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::values::{Cents, Date, Quantity, Rate};

use super::error::What;
use super::table::Cell;
use crate::catalogue::Unit;
use crate::search::folded;

/// A price, tax included: `1 234,50 €`, `12.5`, `1,234.50`.
pub(super) fn price(cell: &Cell) -> Result<Cents, What> {
    addition(cell).and_then(|price| if price.is_negative() { Err(What::PriceOutOfRange) } else { Ok(price) })
}

/// What is added to a price, or taken off: `-0,50`.
pub(super) fn addition(cell: &Cell) -> Result<Cents, What> {
    let amount = match cell {
        Cell::Text(text) => {
            let text = text.trim();
            let bare = text.trim_start_matches('€').trim_end_matches('€').trim_end_matches("EUR");
            decimal(bare, 2)
        }
        Cell::Number(number) => exact(number, 2),
        Cell::Truth(_) | Cell::Broken(_) => Err(NoNumber::NotOne),
    };
    match amount {
        Ok(cents) if (-MOST_CENTS..=MOST_CENTS).contains(&cents) => Ok(Cents::new(cents)),
        Ok(_) => Err(What::PriceOutOfRange),
        Err(NoNumber::Ambiguous) => Err(What::Ambiguous),
        Err(NoNumber::NotOne | NoNumber::TooFine) => Err(What::NoPrice),
    }
}

/// A VAT rate: `5,5 %`, `20`, or what a cell that is shown in percent holds: 0.055.
pub(super) fn rate(cell: &Cell) -> Result<Rate, What> {
    let (number, is_percent) = match cell {
        Cell::Text(text) => {
            let text = text.trim();
            let bare = text.trim_end_matches('%');
            (decimal(bare, 4), bare.len() < text.len())
        }
        Cell::Number(number) => (exact(number, 4), false),
        Cell::Truth(_) | Cell::Broken(_) => (Err(NoNumber::NotOne), false),
    };
    let number = number.map_err(|_| What::NoRate)?;
    // No rate is below 0.5 %, and none is above 50 %: 0.9 is Corsica's, 0.2 is a fifth.
    let basis_points =
        if is_percent || number >= 5000 { Some(number / 100).filter(|_| number % 100 == 0) } else { Some(number) };
    let basis_points = basis_points.and_then(|number| u16::try_from(number).ok());
    basis_points.filter(|points| *points <= 5000).and_then(Rate::from_basis_points).ok_or(What::NoRate)
}

/// Thousandths of a unit: `0,004`.
pub(super) fn thousandths(cell: &Cell) -> Result<i64, What> {
    let number = match cell {
        Cell::Text(text) => decimal(text, 3),
        Cell::Number(number) => exact(number, 3),
        Cell::Truth(_) | Cell::Broken(_) => Err(NoNumber::NotOne),
    };
    number.ok().filter(|number| (0..=1_000_000).contains(number)).ok_or(What::NoTare)
}

/// How much of a product: `1`, `0,250`.
pub(super) fn quantity(cell: &Cell) -> Result<Quantity, What> {
    let number = match cell {
        Cell::Text(text) => decimal(text, 3),
        Cell::Number(number) => exact(number, 3),
        Cell::Truth(_) | Cell::Broken(_) => Err(NoNumber::NotOne),
    };
    let number = number.ok().filter(|number| *number > 0);
    number.map(Quantity::thousandths).ok_or(What::NoQuantity)
}

/// How many.
pub(super) fn count(cell: &Cell) -> Result<u16, What> {
    let number = match cell {
        Cell::Text(text) | Cell::Number(text) => text.trim().parse().ok(),
        Cell::Truth(_) | Cell::Broken(_) => None,
    };
    number.ok_or(What::NoCount)
}

/// A date: `2026-06-21`, `21/06/2026`, or the number of its day as a workbook holds it.
pub(super) fn date(cell: &Cell) -> Result<Date, What> {
    let found = match cell {
        Cell::Text(text) => {
            let text = text.trim();
            let written = || NaiveDate::parse_from_str(&text.replace(['.', '-'], "/"), "%d/%m/%Y").ok().map(Date);
            text.parse().ok().or_else(written)
        }
        Cell::Number(number) => {
            let first = NaiveDate::from_ymd_opt(1899, 12, 30);
            let days = number.parse().ok();
            first.zip(days).and_then(|(first, days)| first.checked_add_days(Days::new(days))).map(Date)
        }
        Cell::Truth(_) | Cell::Broken(_) => None,
    };
    // A year of two digits, or of five, is a slip.
    found
        .filter(|date| matches!(date.to_string().split_once('-'), Some((year, _)) if year.len() == 4 && year > "1900"))
        .ok_or(What::NoDate)
}

/// Ways of selling, with commas between: `Sur place, À emporter`.
pub(super) fn modes(cell: &Cell) -> Result<Vec<SaleMode>, What> {
    let Cell::Text(text) = cell else { return Err(What::NoWayOfSelling) };
    let mode = |written: &str| match folded(written).as_str() {
        "sur place" | "eat in" => Ok(SaleMode::EatIn),
        "a emporter" | "emporter" | "takeaway" => Ok(SaleMode::Takeaway),
        "livraison" | "en livraison" | "delivery" => Ok(SaleMode::Delivery),
        "comptoir" | "au comptoir" | "counter" => Ok(SaleMode::Counter),
        _ => Err(What::NoWayOfSelling),
    };
    text.split([',', ';', '|', '/']).map(mode).collect()
}

/// Names with commas between.
pub(super) fn names(cell: &Cell) -> Result<Vec<String>, What> {
    let shown = cell.shown();
    let names = shown.split([',', ';', '|']).map(|name| name.trim().to_owned());
    Ok(names.filter(|name| !name.is_empty()).collect())
}

/// What stands there.
pub(super) fn text(cell: &Cell) -> Result<String, What> {
    Ok(cell.shown().trim().to_owned())
}

/// Yes or no.
pub(super) fn truth(cell: &Cell) -> Result<bool, What> {
    match cell {
        Cell::Truth(truth) => Ok(*truth),
        Cell::Number(number) if number == "1" => Ok(true),
        Cell::Number(number) if number == "0" => Ok(false),
        Cell::Text(text) => match folded(text).as_str() {
            "oui" | "o" | "vrai" | "x" | "1" | "yes" | "y" | "true" => Ok(true),
            "non" | "n" | "faux" | "0" | "no" | "false" => Ok(false),
            _ => Err(What::NoTruth),
        },
        Cell::Number(_) | Cell::Broken(_) => Err(What::NoTruth),
    }
}

/// What a quantity counts.
pub(super) fn unit(cell: &Cell) -> Result<Unit, What> {
    let Cell::Text(text) = cell else { return Err(What::NoUnit) };
    match folded(text).as_str() {
        "pce" | "piece" | "pieces" | "u" | "unite" | "unit" => Ok(Unit::Piece),
        "kg" | "kilo" | "kilogramme" | "kilogram" => Ok(Unit::Kilogram),
        "l" | "litre" | "liter" => Ok(Unit::Litre),
        "m" | "metre" | "meter" => Ok(Unit::Metre),
        "h" | "heure" | "hour" => Ok(Unit::Hour),
        _ => Err(What::NoUnit),
    }
}

/// Goods or a service.
pub(super) fn nature(cell: &Cell) -> Result<Nature, What> {
    let Cell::Text(text) = cell else { return Err(What::NoNature) };
    match folded(text).as_str() {
        "bien" | "biens" | "marchandise" | "goods" => Ok(Nature::Goods),
        "service" | "services" | "prestation" => Ok(Nature::Service),
        _ => Err(What::NoNature),
    }
}

/// A price above which somebody hit a key too often: a million euros.
const MOST_CENTS: i64 = 100_000_000;

enum NoNumber {
    NotOne,
    Ambiguous,
    TooFine,
}

/// A number that somebody wrote, in units of `10^-places`.
fn decimal(text: &str, places: usize) -> Result<i64, NoNumber> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (commas, points) = (digits.matches(',').count(), digits.matches('.').count());
    let mark = match (digits.rfind(','), digits.rfind('.')) {
        (Some(comma), Some(point)) if comma > point && commas == 1 => Some(','),
        (Some(comma), Some(point)) if comma < point && points == 1 => Some('.'),
        (Some(_), Some(_)) => return Err(NoNumber::NotOne),
        (Some(_), None) if commas == 1 => Some(','),
        (None, Some(_)) if points == 1 => Some('.'),
        _ => None,
    };
    let (whole, fraction) = mark.and_then(|mark| digits.rsplit_once(mark)).unwrap_or((digits, ""));
    if fraction.len() == 3 && places == 2 && commas + points == 1 && !whole.is_empty() && !whole.starts_with('0') {
        return Err(NoNumber::Ambiguous);
    }
    let is_mark = |letter: char| letter.is_whitespace() || matches!(letter, '\'' | '’') || (",.".contains(letter));
    let groups: Vec<&str> = whole.split(is_mark).collect();
    let is_grouped = groups.len() > 1;
    let sound = |(place, group): (usize, &&str)| match (is_grouped, place) {
        (false, _) => true,
        (true, 0) => (1..=3).contains(&group.len()),
        (true, _) => group.len() == 3,
    };
    if !groups.iter().enumerate().all(sound) {
        return Err(NoNumber::NotOne);
    }
    scaled(negative, &groups.concat(), fraction, places)
}

/// A number of a workbook, in units of `10^-places`.
fn exact(number: &str, places: usize) -> Result<i64, NoNumber> {
    let (negative, digits) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    scaled(negative, whole, fraction, places)
}

fn scaled(negative: bool, whole: &str, fraction: &str, places: usize) -> Result<i64, NoNumber> {
    let is_digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) || whole.len() > 12 {
        return Err(NoNumber::NotOne);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places {
        return Err(NoNumber::TooFine);
    }
    let number: i64 = format!("{whole}{fraction:0<places$}").parse().map_err(|_| NoNumber::NotOne)?;
    Ok(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language::Language;
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    fn number(number: &str) -> Cell {
        Cell::Number(number.into())
    }

    #[test]
    fn prices_are_read_as_either_language_writes_them() {
        for (written, cents) in [
            ("1 234,50 €", 123_450),
            ("1\u{202f}234,50\u{a0}€", 123_450),
            ("€1,234.50", 123_450),
            ("1.234,50", 123_450),
            ("1'234.50", 123_450),
            ("12.5", 1250),
            ("12,5", 1250),
            ("12", 1200),
            (",5", 50),
            ("0,990", 99),
            ("1 234 567", 123_456_700),
            ("12,50 EUR", 1250),
        ] {
            let expected = if cents > MOST_CENTS { Err(What::PriceOutOfRange) } else { Ok(Cents::new(cents)) };
            assert_eq!(price(&text(written)), expected, "{written}");
        }
        assert_eq!(price(&number("12.5")), Ok(Cents::new(1250)));
        for wrong in ["", "€", "abc", "12 50", "1,2,3", "1.2,3.4", "12,345,6", "0,125", "1e3", "1/2", "١٢"] {
            assert_eq!(price(&text(wrong)), Err(What::NoPrice), "{wrong}");
        }
        for doubtful in ["1,234", "12.345"] {
            assert_eq!(price(&text(doubtful)), Err(What::Ambiguous), "{doubtful}");
        }
        assert_eq!(price(&text("-1")), Err(What::PriceOutOfRange));
        assert_eq!(price(&number("1.005")), Err(What::NoPrice));
    }

    #[test]
    fn rates_are_percents_or_what_a_percent_cell_holds() {
        for (written, basis_points) in [
            ("5,5 %", 550),
            ("5.5%", 550),
            ("20", 2000),
            ("2,1", 210),
            ("0,2", 2000),
            ("0,9 %", 90),
            ("0", 0),
            ("8,5", 850),
        ] {
            assert_eq!(rate(&text(written)).map(Rate::basis_points), Ok(basis_points), "{written}");
        }
        for (held, basis_points) in
            [("0.2", 2000), ("0.055", 550), ("0.021", 210), ("0.9", 90), ("20", 2000), ("5.5", 550)]
        {
            assert_eq!(rate(&number(held)).map(Rate::basis_points), Ok(basis_points), "{held}");
        }
        for wrong in ["", "%", "vingt", "-20", "200", "60 %", "5,555 %"] {
            assert_eq!(rate(&text(wrong)), Err(What::NoRate), "{wrong}");
        }
    }

    #[test]
    fn dates_are_read_as_people_write_them_and_as_workbooks_count_them() {
        let day = "2026-06-21".parse();
        for written in ["2026-06-21", "21/06/2026", "21.06.2026", " 21/6/2026 "] {
            assert_eq!(date(&text(written)), day.clone().map_err(|_| What::NoDate), "{written}");
        }
        assert_eq!(date(&number("46194")).ok(), day.ok());
        for wrong in ["", "demain", "2026-02-30", "21/06/26", "06/21/2026", "-1", "99999999999999999999"] {
            assert_eq!(date(&text(wrong)), Err(What::NoDate), "{wrong}");
            assert_eq!(date(&number(wrong)), Err(What::NoDate), "{wrong}");
        }
    }

    #[test]
    fn quantities_counts_and_ways_of_selling_are_read() {
        assert_eq!(quantity(&text("0,250")), Ok(Quantity::thousandths(250)));
        assert_eq!(quantity(&number("2")), Ok(Quantity::pieces(2)));
        for wrong in ["0", "-1", "x", "0,0001"] {
            assert_eq!(quantity(&text(wrong)), Err(What::NoQuantity), "{wrong}");
        }
        assert_eq!(count(&text("3")), Ok(3));
        for wrong in ["-1", "1,5", "70000"] {
            assert_eq!(count(&text(wrong)), Err(What::NoCount), "{wrong}");
        }
        assert_eq!(addition(&text("-0,50")), Ok(Cents::new(-50)));
        assert_eq!(modes(&text("Sur place, takeaway")), Ok(vec![SaleMode::EatIn, SaleMode::Takeaway]));
        assert_eq!(modes(&text("Sur place, en vol")), Err(What::NoWayOfSelling));
    }

    #[test]
    fn yes_and_no_units_and_natures_are_read_in_both_languages() {
        for (written, expected) in [("Oui", true), ("NON", false), ("x", true), ("false", false), ("Vrai", true)] {
            assert_eq!(truth(&text(written)), Ok(expected), "{written}");
        }
        assert_eq!(truth(&text("peut-être")), Err(What::NoTruth));
        assert_eq!(unit(&text("Pièce")), Ok(Unit::Piece));
        assert_eq!(unit(&text("KG")), Ok(Unit::Kilogram));
        assert_eq!(unit(&text("douzaine")), Err(What::NoUnit));
        assert_eq!(nature(&text("Biens")), Ok(Nature::Goods));
        assert_eq!(nature(&text("service")), Ok(Nature::Service));
        assert_eq!(thousandths(&text("0,004")), Ok(4));
        assert_eq!(thousandths(&number("1.5")), Ok(1500));
        assert_eq!(thousandths(&text("0,0004")), Err(What::NoTare));
    }

    proptest! {
        #[test]
        fn an_amount_that_we_write_is_read_back(cents in 0..=MOST_CENTS) {
            let amount = Cents::new(cents);
            for language in [Language::French, Language::English] {
                prop_assert_eq!(price(&text(&language.money(amount))), Ok(amount));
                prop_assert_eq!(price(&text(&language.amount(amount))), Ok(amount));
            }
        }

        #[test]
        fn a_rate_that_we_write_is_read_back(basis_points in 0u16..=5000) {
            let one = Rate::from_basis_points(basis_points).unwrap();
            for language in [Language::French, Language::English] {
                prop_assert_eq!(rate(&text(&language.rate(one))), Ok(one));
            }
        }

        #[test]
        fn no_text_breaks_a_value(written in "\\PC{0,20}") {
            let _ = (price(&text(&written)), rate(&text(&written)), thousandths(&text(&written)), truth(&text(&written)));
        }
    }
}
