//! Business dates and the bounds of periods. Pure functions of dates, with no clock.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::entry::Period;
use crate::values::{Date, DayEnd, FiscalYearStart, Instant};

/// The business date that an instant belongs to by the clock alone: the day before while the wall-clock time is
/// before `day_ends_at`.
pub fn natural_business_date(at: Instant, day_ends_at: DayEnd) -> Date {
    if at.time() < day_ends_at.0 { before(Date(at.date())) } else { Date(at.date()) }
}

/// The business date that an entry takes: never before the last one used, never one that is closed.
pub fn business_date(at: Instant, day_ends_at: DayEnd, last_used: Option<Date>, last_closed: Option<Date>) -> Date {
    let natural = natural_business_date(at, day_ends_at);
    let open = last_closed.map(after);
    [last_used, open].into_iter().flatten().fold(natural, Date::max)
}

/// The date after.
pub fn after(date: Date) -> Date {
    Date(date.0.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
}

/// The date before.
pub fn before(date: Date) -> Date {
    Date(date.0.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN))
}

/// The first and last date of the period that `date` lies in: the day itself, its calendar month, its fiscal year.
pub fn bounds(period: Period, date: Date, year_starts: FiscalYearStart) -> (Date, Date) {
    let first_of_month = date.0.with_day(1).unwrap_or(date.0);
    let (first, months) = match period {
        Period::Day => return (date, date),
        Period::Month => (first_of_month, 1),
        Period::Year => {
            let since_start = (first_of_month.month() + 12 - year_starts.month()) % 12;
            (first_of_month.checked_sub_months(Months::new(since_start)).unwrap_or(first_of_month), 12)
        }
    };
    let next = first.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
    (Date(first), before(Date(next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_sale_after_midnight_belongs_to_the_day_before_until_the_day_ends() {
        let end: DayEnd = "05:00".parse().unwrap();
        for (at, expected) in [
            ("2026-03-01T04:59:59+01:00", "2026-02-28"),
            ("2026-03-01T05:00:00+01:00", "2026-03-01"),
            ("2026-01-01T00:30:00+01:00", "2025-12-31"),
        ] {
            assert_eq!(natural_business_date(at.parse().unwrap(), end), date(expected), "{at}");
        }
    }

    #[test]
    fn a_closed_date_and_dates_before_the_last_used_are_never_taken_again() {
        let end: DayEnd = "05:00".parse().unwrap();
        let at = "2026-03-01T18:00:00+01:00".parse().unwrap();
        assert_eq!(business_date(at, end, None, Some(date("2026-03-01"))), date("2026-03-02"));
        assert_eq!(business_date(at, end, Some(date("2026-03-04")), Some(date("2026-02-28"))), date("2026-03-04"));
        assert_eq!(business_date(at, end, Some(date("2026-02-27")), Some(date("2026-02-27"))), date("2026-03-01"));
    }

    #[test]
    fn a_fiscal_year_runs_twelve_months_from_its_first_day() {
        let october: FiscalYearStart = "10-01".parse().unwrap();
        assert_eq!(bounds(Period::Year, date("2026-09-30"), october), (date("2025-10-01"), date("2026-09-30")));
        assert_eq!(bounds(Period::Year, date("2026-10-01"), october), (date("2026-10-01"), date("2027-09-30")));
        let january = FiscalYearStart::JANUARY;
        assert_eq!(bounds(Period::Year, date("2026-02-14"), january), (date("2026-01-01"), date("2026-12-31")));
        assert_eq!(bounds(Period::Month, date("2028-02-14"), january), (date("2028-02-01"), date("2028-02-29")));
        assert_eq!(bounds(Period::Day, date("2028-02-14"), january), (date("2028-02-14"), date("2028-02-14")));
    }
}
