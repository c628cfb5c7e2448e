//! What is meant by what is typed into the one field of the history: a number, an amount, a date.

use chrono::{Datelike, NaiveDate};
use comptoir_core::history::TicketSearch;
use comptoir_fiscal::values::{Cents, Date};

/// The search that a text asks for, beside what the chips ask; none where it is not understood. Each word narrows it.
pub fn understood(text: &str, today: Date) -> Option<TicketSearch> {
    let mut search = TicketSearch::default();
    if let Some(day) = day(text) {
        search.dates = Some((day, day));
        return Some(search);
    }
    let joined = text.replace(" €", "€").replace("\u{a0}€", "€").replace("\u{202f}€", "€");
    for word in joined.split_whitespace() {
        if let Some(date) = date(word, today) {
            search.dates = Some((date, date));
        } else if let Some(amount) = amount(word) {
            search.amounts = Some((amount, amount));
        } else if let Some(number) = number(word) {
            search.number = Some(number);
        } else {
            return None;
        }
    }
    Some(search)
}

/// A ticket's number, alone or as the paper has it: `42`, `01-T-00000042`.
fn number(word: &str) -> Option<u64> {
    let digits = match word.rsplit_once(['T', 't']) {
        Some((_, number)) => number.trim_start_matches('-'),
        None => word.trim_start_matches(['#', 'n', 'N', '°']),
    };
    whole(digits)
}

/// `12,50`, `12.5`, `12€`, `€12.50`: what has cents or a sign is an amount.
fn amount(word: &str) -> Option<Cents> {
    let bare = word.trim_start_matches(['€', '-', '−']).trim_end_matches('€');
    let has_sign = word.contains('€');
    let (euros, cents) = match bare.split_once([',', '.']) {
        Some((euros, cents)) if (1..=2).contains(&cents.len()) => (euros, cents),
        None if has_sign => (bare, "00"),
        _ => return None,
    };
    let tens = if cents.len() == 1 { 10 } else { 1 };
    let (euros, cents) = (whole(euros)?, whole(cents)? * tens);
    Some(Cents::new(i64::try_from(euros.checked_mul(100)?.checked_add(cents)?).ok()?))
}

/// `12/11/2026`, `12/11`, `12.11.26`, `2026-11-12`; without a year the last such day.
fn date(word: &str, today: Date) -> Option<Date> {
    if let Some(date) = dated(word) {
        return Some(date);
    }
    let (day, month) = word.split_once('/')?;
    let (day, month) = (figure(day)?, figure(month)?);
    let this_year = of(today.0.year(), month, day)?;
    if this_year <= today { Some(this_year) } else { of(today.0.year() - 1, month, day) }
}

/// A day with its year, alone in a field: in figures, or as an English screen writes it, `24 Dec 2026`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    dated(text).or_else(|| NaiveDate::parse_from_str(text, "%d %b %Y").ok().map(Date))
}

/// The same in figures.
fn dated(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => of(i32::try_from(figure(year)?).ok()?, figure(month)?, figure(day)?),
        [day, month, year] if matches!(year.len(), 2 | 4) => {
            let year = i32::try_from(figure(year)?).ok()?;
            of(if year < 100 { 2000 + year } else { year }, figure(month)?, figure(day)?)
        }
        _ => None,
    }
}

fn figure(text: &str) -> Option<u32> {
    if text.len() <= 4 { u32::try_from(whole(text)?).ok() } else { None }
}

fn of(year: i32, month: u32, day: u32) -> Option<Date> {
    NaiveDate::from_ymd_opt(year, month, day).map(Date)
}

fn whole(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Date {
        of(year, month, day).unwrap()
    }

    fn search(text: &str) -> Option<TicketSearch> {
        understood(text, day(2026, 11, 24))
    }

    fn numbered(number: u64) -> Option<TicketSearch> {
        Some(TicketSearch { number: Some(number), ..TicketSearch::default() })
    }

    fn of_amount(cents: i64) -> Option<TicketSearch> {
        Some(TicketSearch { amounts: Some((Cents::new(cents), Cents::new(cents))), ..TicketSearch::default() })
    }

    fn on(date: Date) -> Option<TicketSearch> {
        Some(TicketSearch { dates: Some((date, date)), ..TicketSearch::default() })
    }

    #[test]
    fn a_number_is_a_tickets_alone_or_as_its_paper_has_it() {
        for text in ["42", " 42 ", "#42", "n°42", "01-T-00000042", "t42"] {
            assert_eq!(search(text), numbered(42), "{text}");
        }
    }

    #[test]
    fn what_has_cents_or_the_sign_of_money_is_an_amount() {
        for text in ["12,50", "12.50", "12,5", "€12.50", "12,50 €", "12,50\u{a0}€", "-12,50"] {
            assert_eq!(search(text), of_amount(1250), "{text}");
        }
        assert_eq!(search("12 €"), of_amount(1200));
        assert_eq!(search("0,05"), of_amount(5));
    }

    #[test]
    fn a_date_is_read_as_it_is_written_in_france_and_on_files() {
        for text in ["12/11/2026", "12/11/26", "12.11.2026", "2026-11-12", "12/11"] {
            assert_eq!(search(text), on(day(2026, 11, 12)), "{text}");
        }
        assert_eq!(search("25/12"), on(day(2025, 12, 25)), "without a year it is the last one");
    }

    #[test]
    fn words_narrow_one_another() {
        let both = search("12/11/2026 12,50").unwrap();
        assert_eq!(both.dates, on(day(2026, 11, 12)).unwrap().dates);
        assert_eq!(both.amounts, of_amount(1250).unwrap().amounts);
        assert_eq!(search(""), Some(TicketSearch::default()));
    }

    #[test]
    fn what_is_none_of_these_is_not_guessed_at() {
        for text in ["baguette", "12,500", "31/02/2026", "12/13/2026", "1,2,3", "€", "-", "99999999999999999999"] {
            assert_eq!(search(text), None, "{text}");
        }
    }
}
