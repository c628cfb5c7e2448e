//! The figures that the law sets to payments, each dated, as the shop's settings hold them.
//!
//! Source: meal vouchers C. trav. R. 3262-8 (days) and R. 3262-10 (25 € a day); cash CMF L. 112-6 and D. 112-3
//! (1,000 €; 10,000 € for a consumer who proves to live abroad).

use comptoir_fiscal::values::{Cents, Date};
use serde::{Deserialize, Serialize};

use crate::holidays::{Region, is_holiday, is_sunday};

/// How meal vouchers (titres-restaurant) may be used from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MealVoucherRule {
    /// The first day of these figures.
    pub from: Date,
    /// What one holder may use a day.
    pub per_day: Cents,
    /// Whether they are taken on Sundays.
    pub sundays: bool,
    /// Whether they are taken on public holidays.
    pub holidays: bool,
    /// Whether paper ones are taken.
    pub paper: bool,
}

impl MealVoucherRule {
    /// What so many holders may use a day together.
    pub fn per_day_of(&self, holders: u32) -> Cents {
        Cents::new(self.per_day.get().saturating_mul(holders.into()))
    }
}

/// The rules of meal vouchers over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MealVoucherRules(pub Vec<MealVoucherRule>);

impl MealVoucherRules {
    /// The rule of a date: the newest that has begun; none before the first, and then none are taken.
    pub fn on(&self, date: Date) -> Option<&MealVoucherRule> {
        self.0.iter().filter(|rule| rule.from <= date).max_by_key(|rule| rule.from)
    }
}

impl Default for MealVoucherRules {
    /// 25.00 € a day since 1 October 2022, on working days.
    fn default() -> MealVoucherRules {
        let from = Date(chrono::NaiveDate::from_ymd_opt(2022, 10, 1).unwrap_or_default());
        MealVoucherRules(vec![MealVoucherRule {
            from,
            per_day: Cents::new(2500),
            sundays: false,
            holidays: false,
            paper: true,
        }])
    }
}

/// How much cash one ticket may take from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashRule {
    /// The first day of these figures.
    pub from: Date,
    /// The most cash, less change, on one ticket.
    pub limit: Cents,
    /// The same for a consumer who has proved to live abroad.
    pub non_resident_limit: Cents,
    /// Whether a ticket above the limit takes no cash at all, as the law's "debt above 1,000 €" reads strictly.
    pub strict: bool,
}

/// The rules of cash over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CashRules(pub Vec<CashRule>);

impl CashRules {
    /// The rule of a date: the newest that has begun, or else the law's.
    pub fn on(&self, date: Date) -> CashRule {
        self.0
            .iter()
            .filter(|rule| rule.from <= date)
            .max_by_key(|rule| rule.from)
            .copied()
            .unwrap_or(CashRule::legal())
    }
}

impl CashRule {
    /// 1,000.00 €, and 10,000.00 € for those who live abroad, as since 2015.
    pub fn legal() -> CashRule {
        let from = Date(chrono::NaiveDate::from_ymd_opt(2015, 9, 1).unwrap_or_default());
        CashRule { from, limit: Cents::new(100_000), non_resident_limit: Cents::new(1_000_000), strict: false }
    }
}

impl Default for CashRules {
    fn default() -> CashRules {
        CashRules(vec![CashRule::legal()])
    }
}

/// The shop's rules of payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "plain words")]
pub struct Rules {
    pub cash: CashRules,
    pub meal_vouchers: MealVoucherRules,
    /// Whose public holidays are kept.
    pub region: Region,
}

impl Rules {
    /// What holds on a date.
    pub fn on(&self, date: Date) -> Terms {
        let meal = self.meal_vouchers.on(date).copied();
        let closed = meal.and_then(|rule| {
            let sunday = is_sunday(date) && !rule.sundays;
            let holiday = is_holiday(date, self.region) && !rule.holidays;
            if sunday { Some(DayOff::Sunday) } else { holiday.then_some(DayOff::Holiday) }
        });
        Terms { date, cash: self.cash.on(date), meal_vouchers: meal, day_off: closed }
    }
}

/// Why meal vouchers are not taken on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum DayOff {
    Sunday,
    Holiday,
}

/// The rules of payment on one day. Made by [`Rules::on`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The day.
    pub date: Date,
    /// How much cash is taken.
    pub cash: CashRule,
    /// How meal vouchers are taken, where they are.
    pub meal_vouchers: Option<MealVoucherRule>,
    /// Why meal vouchers are not taken on this day.
    pub day_off: Option<DayOff>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn meal_vouchers_are_off_on_sundays_and_holidays_unless_set() {
        let mut rules = Rules::default();
        for (day, off) in
            [("2026-11-20", None), ("2026-11-22", Some(DayOff::Sunday)), ("2026-05-14", Some(DayOff::Holiday))]
        {
            assert_eq!(rules.on(date(day)).day_off, off, "{day}");
        }
        rules.meal_vouchers.0[0].sundays = true;
        assert_eq!(rules.on(date("2026-11-22")).day_off, None);
        assert_eq!(rules.on(date("2026-05-14")).day_off, Some(DayOff::Holiday));
    }

    #[test]
    fn a_figure_holds_from_its_date_on() {
        let mut rules = MealVoucherRules::default();
        let old = rules.0[0];
        rules.0.push(MealVoucherRule { from: date("2027-03-01"), paper: false, ..old });
        assert!(rules.on(date("2027-02-28")).unwrap().paper);
        assert!(!rules.on(date("2027-03-01")).unwrap().paper);
        assert_eq!(rules.on(date("2022-09-30")), None);
    }
}
