//! French public holidays (C. trav. L. 3133-1; for Alsace and Moselle L. 3134-13). Pure functions of the date.

use chrono::{Datelike, Days, NaiveDate};
use comptoir_fiscal::values::Date;
use serde::{Deserialize, Serialize};

/// Whose holidays are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The eleven of the whole country.
    #[default]
    France,
    /// Those, with Good Friday and 26 December.
    AlsaceMoselle,
}

/// Whether a date is a public holiday.
pub fn is_holiday(date: Date, region: Region) -> bool {
    let local = region == Region::AlsaceMoselle;
    let fixed = match (date.0.month(), date.0.day()) {
        (1, 1) | (5, 1) | (5, 8) | (7, 14) | (8, 15) | (11, 1) | (11, 11) | (12, 25) => true,
        (12, 26) => local,
        _ => false,
    };
    fixed
        || easter(date.0.year()).is_some_and(|easter| {
            // Easter Monday, Ascension Day, Whit Monday.
            let after = [1, 39, 50].into_iter().any(|days| easter.checked_add_days(Days::new(days)) == Some(date.0));
            let good_friday = local && easter.checked_sub_days(Days::new(2)) == Some(date.0);
            after || good_friday
        })
}

/// Whether a date is a Sunday.
pub fn is_sunday(date: Date) -> bool {
    date.0.weekday() == chrono::Weekday::Sun
}

/// Easter Sunday of a year in the Gregorian calendar (the anonymous algorithm of Meeus, Jones and Butcher).
pub fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn easter_falls_where_calendars_say() {
        for day in ["2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2026-04-05", "2027-03-28", "2038-04-25"] {
            assert_eq!(easter(date(day).0.year()), Some(date(day).0));
        }
    }

    #[test]
    fn the_eleven_holidays_of_a_year_are_known() {
        let days = (0..365).filter_map(|day| date("2026-01-01").0.checked_add_days(Days::new(day)));
        let found: Vec<String> = days
            .map(Date)
            .filter(|day| is_holiday(*day, Region::France))
            .map(|day| day.to_string()[5..].into())
            .collect();
        assert_eq!(
            found,
            ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"]
        );
    }

    #[test]
    fn alsace_and_moselle_keep_two_more() {
        for day in ["2026-04-03", "2026-12-26"] {
            assert!(is_holiday(date(day), Region::AlsaceMoselle), "{day}");
            assert!(!is_holiday(date(day), Region::France), "{day}");
        }
    }
}
