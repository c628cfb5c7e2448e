//! The rules of payment, each figure with the date from which it holds, the validity of vouchers, and which are taken without
//! the network.
//!
//! What is sealed was sold by the rules of its day, so a change never touches it; it is recorded (event 270).

use std::collections::BTreeSet;

use comptoir_fiscal::journal::{Draft, EventDraft};
use comptoir_fiscal::values::Date;

use super::command::in_euros;
use super::error::Refusal;
use super::opening::{RULES, VALIDITY, VOUCHERS_OFFLINE};
use super::people::Edit;
use super::{Register, RegisterError, Validity};
use crate::terms::{CashRule, MealVoucherRule, Rules};
use crate::voucher::OfflinePolicy;

/// What of a shop's rules becomes another; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct RulesChange {
    pub rules: Option<Rules>,
    pub validity: Option<Validity>,
    pub vouchers_offline: Option<OfflinePolicy>,
}

impl Register {
    /// Other rules, with the event that tells of them (270).
    pub(super) fn rules_edit(&self, change: RulesChange) -> Result<(Draft, Edit), Refusal> {
        let change = RulesChange {
            rules: change.rules.filter(|rules| *rules != self.rules),
            validity: change.validity.filter(|validity| *validity != self.validity),
            vouchers_offline: change.vouchers_offline.filter(|policy| *policy != self.vouchers_offline),
        };
        let mut told = Vec::new();
        if let Some(rules) = &change.rules {
            check(rules)?;
            told.extend(rules.cash.0.iter().map(cash_rule));
            told.extend(rules.meal_vouchers.0.iter().map(meal_voucher_rule));
        }
        if let Some(validity) = change.validity {
            let months = |months: Option<u32>| months.map_or("sans fin".to_owned(), |months| format!("{months} mois"));
            told.push(format!("avoirs {}", months(validity.credit_note_months)));
            told.push(format!("bons cadeaux {}", months(validity.gift_voucher_months)));
        }
        if let Some(policy) = change.vouchers_offline {
            told.push(match policy {
                OfflinePolicy::Accept => "bons hors ligne acceptés".to_owned(),
                OfflinePolicy::UpTo { most } if most.is_positive() => {
                    format!("bons hors ligne jusqu'à {}", in_euros(most))
                }
                OfflinePolicy::UpTo { .. } => return Err(Refusal::RuleAmount),
                OfflinePolicy::OnlyWhereIssued => "bons hors ligne à leur caisse d'émission seulement".to_owned(),
            });
        }
        if told.is_empty() {
            return Err(Refusal::NothingChanges);
        }
        let label = "Changement d'un paramètre de conformité".to_owned();
        let event = EventDraft { code: 270, label, detail: Some(told.join(" ; ")), set: None };
        Ok((Draft::Event(event), Edit::Rules(Box::new(change))))
    }

    /// Goes by other rules from now on.
    pub(super) fn take_rules(&mut self, change: RulesChange) -> Result<(), RegisterError> {
        if let Some(rules) = change.rules {
            self.shop.set(RULES, &rules)?;
            self.rules = rules;
        }
        if let Some(validity) = change.validity {
            self.shop.set(VALIDITY, &validity)?;
            self.validity = validity;
        }
        if let Some(policy) = change.vouchers_offline {
            self.shop.set(VOUCHERS_OFFLINE, &policy)?;
            self.vouchers_offline = policy;
        }
        Ok(())
    }
}

fn check(rules: &Rules) -> Result<(), Refusal> {
    once(rules.cash.0.iter().map(|rule| rule.from))?;
    once(rules.meal_vouchers.0.iter().map(|rule| rule.from))?;
    let cash_holds = |rule: &CashRule| rule.limit.is_positive() && rule.limit <= rule.non_resident_limit;
    let vouchers_hold = |rule: &MealVoucherRule| rule.per_day.is_positive();
    if rules.cash.0.iter().all(cash_holds) && rules.meal_vouchers.0.iter().all(vouchers_hold) {
        return Ok(());
    }
    Err(Refusal::RuleAmount)
}

fn once(dates: impl Iterator<Item = Date>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for from in dates {
        if !seen.insert(from) {
            return Err(Refusal::RuleDates { from });
        }
    }
    Ok(())
}

fn cash_rule(rule: &CashRule) -> String {
    let strict = if rule.strict { " strict" } else { "" };
    let (limit, abroad) = (in_euros(rule.limit), in_euros(rule.non_resident_limit));
    format!("espèces dès {}: {limit}{strict}, non-résidents {abroad}", rule.from)
}

fn meal_voucher_rule(rule: &MealVoucherRule) -> String {
    let yes = |allowed: bool| if allowed { "oui" } else { "non" };
    format!(
        "titres-restaurant dès {}: {} par jour, dimanches {}, fériés {}, papier {}",
        rule.from,
        in_euros(rule.per_day),
        yes(rule.sundays),
        yes(rule.holidays),
        yes(rule.paper)
    )
}
