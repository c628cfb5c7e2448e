//! The rules of payment: how much cash, which meal vouchers, for how long vouchers are good and which of
//! them are taken without the network. A change holds from the
//! business day on, and leaves what was sealed by the rules of its own day.

use comptoir_core::holidays::Region;
use comptoir_core::register::{Command, RulesChange, Validity};
use comptoir_core::terms::{CashRule, MealVoucherRule, Rules};
use comptoir_core::voucher::OfflinePolicy;
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date};

use super::{Facts, kept};
use crate::figures;
use crate::till::Till;

/// What a person does with them.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed into a field, by its place.
    Typed(usize, String),
    /// Whether a ticket above the limit takes no cash at all.
    Strict(bool),
    /// Whether meal vouchers are taken on Sundays.
    Sundays(bool),
    /// Whether on public holidays.
    Holidays(bool),
    /// Whether paper ones are.
    Paper(bool),
    /// Whose public holidays are kept.
    Region(Region),
    /// Which vouchers of other tills are taken without the network.
    Offline(Offline),
    /// Up to which sum.
    OfflineMost(String),
    /// Keeps what was set.
    Keep,
}

/// What is typed: the limit of cash, that for those who live abroad, what a meal voucher's holder may use a day, and for
/// how many months credit notes and gift vouchers are good.
pub(crate) const FIELDS: usize = 5;

/// Which vouchers of other tills are taken without the network, as it is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Offline {
    #[default]
    Any,
    UpTo,
    None,
}

impl Offline {
    /// In the order in which they are shown.
    pub(crate) const ALL: [Offline; 3] = [Offline::Any, Offline::UpTo, Offline::None];
}

/// What is set of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payments {
    pub(crate) typed: [String; FIELDS],
    pub(crate) strict: bool,
    pub(crate) sundays: bool,
    pub(crate) holidays: bool,
    pub(crate) paper: bool,
    pub(crate) region: Region,
    pub(crate) offline: Offline,
    pub(crate) offline_most: String,
}

impl Payments {
    pub(super) fn of(facts: &Facts, language: Language) -> Payments {
        let cash = facts.rules.cash.on(facts.date);
        let meal = facts.rules.meal_vouchers.on(facts.date);
        let months = |months: Option<u32>| months.map(|months| months.to_string()).unwrap_or_default();
        let (offline, most) = match facts.vouchers_offline {
            OfflinePolicy::Accept => (Offline::Any, None),
            OfflinePolicy::UpTo { most } => (Offline::UpTo, Some(most)),
            OfflinePolicy::OnlyWhereIssued => (Offline::None, None),
        };
        Payments {
            typed: [
                figures::typed(cash.limit, language),
                figures::typed(cash.non_resident_limit, language),
                meal.map(|rule| figures::typed(rule.per_day, language)).unwrap_or_default(),
                months(facts.validity.credit_note_months),
                months(facts.validity.gift_voucher_months),
            ],
            strict: cash.strict,
            sundays: meal.is_some_and(|rule| rule.sundays),
            holidays: meal.is_some_and(|rule| rule.holidays),
            paper: meal.is_some_and(|rule| rule.paper),
            region: facts.rules.region,
            offline,
            offline_most: most.map(|most| figures::typed(most, language)).unwrap_or_default(),
        }
    }

    fn change(&self, facts: &Facts) -> Result<RulesChange, Message> {
        let [limit, abroad, per_day, credit, gift] = &self.typed;
        let from = facts.date;
        let mut rules = facts.rules.clone();
        let cash = CashRule { from, limit: amount(limit)?, non_resident_limit: amount(abroad)?, strict: self.strict };
        put_cash(&mut rules, cash);
        if !per_day.trim().is_empty() {
            let (sundays, holidays, paper) = (self.sundays, self.holidays, self.paper);
            put_meal(&mut rules, MealVoucherRule { from, per_day: amount(per_day)?, sundays, holidays, paper });
        }
        rules.region = self.region;
        let validity = Validity { credit_note_months: months(credit)?, gift_voucher_months: months(gift)? };
        let offline = match self.offline {
            Offline::Any => OfflinePolicy::Accept,
            Offline::UpTo => OfflinePolicy::UpTo { most: amount(&self.offline_most)? },
            Offline::None => OfflinePolicy::OnlyWhereIssued,
        };
        Ok(RulesChange { rules: Some(rules), validity: Some(validity), vouchers_offline: Some(offline) })
    }
}

/// Sets the rule of cash of a day, unless it is the one that holds already.
fn put_cash(rules: &mut Rules, rule: CashRule) {
    let now = rules.cash.on(rule.from);
    if (CashRule { from: rule.from, ..now }) != rule {
        rules.cash.0.retain(|known| known.from != rule.from);
        rules.cash.0.push(rule);
    }
}

/// The same of meal vouchers.
fn put_meal(rules: &mut Rules, rule: MealVoucherRule) {
    let now = rules.meal_vouchers.on(rule.from).map(|now| MealVoucherRule { from: rule.from, ..*now });
    if now != Some(rule) {
        rules.meal_vouchers.0.retain(|known| known.from != rule.from);
        rules.meal_vouchers.0.push(rule);
    }
}

fn amount(typed: &str) -> Result<Cents, Message> {
    figures::cents(typed)
        .ok_or_else(|| message!("“{typed}” is no amount. Type it as in 25.00.", typed = typed.to_owned()))
}

/// So many months; none typed is for ever.
fn months(typed: &str) -> Result<Option<u32>, Message> {
    let typed = typed.trim();
    match typed.parse() {
        Ok(months @ 1..=1200) => Ok(Some(months)),
        _ if typed.is_empty() => Ok(None),
        _ => Err(message!("“{typed}” is no number of months. Type it as in 12, or nothing for ever.", typed = typed)),
    }
}

/// From when the rules in force hold.
pub(crate) fn since(facts: &Facts) -> Date {
    facts.rules.cash.on(facts.date).from
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let room = &mut till.settings;
    let payments = &mut room.payments;
    match edit {
        Edit::Typed(place, text) => {
            if let Some(field) = payments.typed.get_mut(place) {
                *field = text;
            }
        }
        Edit::Strict(strict) => payments.strict = strict,
        Edit::Sundays(sundays) => payments.sundays = sundays,
        Edit::Holidays(holidays) => payments.holidays = holidays,
        Edit::Paper(paper) => payments.paper = paper,
        Edit::Region(region) => payments.region = region,
        Edit::Offline(offline) => payments.offline = offline,
        Edit::OfflineMost(text) => payments.offline_most = text,
        Edit::Keep => {
            let Some(facts) = &room.facts else { return };
            let change = match payments.change(facts) {
                Ok(change) => change,
                Err(message) => return till.refuse_for(message),
            };
            room.busy = true;
            till.command(None, Command::SetRules(Box::new(change)), |till, outcome| {
                let said = message!("The rules hold from this business day on, and the journal says so.");
                kept(till, outcome.map(drop), said);
                read_terms(till);
            });
        }
    }
}

/// What is paid from now on goes by the rules as they are now.
fn read_terms(till: &mut Till) {
    till.ask(|register| register.terms(), |till, terms| till.sale.terms = terms);
}
