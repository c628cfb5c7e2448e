//! Identity and settings: changed by events that say what they become, and by a newer program.

use comptoir_core::register::{Command, Refusal, RulesChange, SettingsChange, Validity};
use comptoir_core::terms::{CashRule, CashRules, MealVoucherRule, Rules};
use comptoir_fiscal::entry::{Body, Event, Merchant, Software, Store};
use comptoir_fiscal::values::Date;

use crate::shop::{Till, cash, cents};

fn changes(till: &mut Till) -> Vec<Event> {
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if event.set.is_some() => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_new_address_is_an_event_that_later_entries_go_by() {
    let mut till = Till::founded();
    till.sell_coffee();
    let now = till.register().settings().clone();
    let merchant = Merchant { address: "2 rue de l'Exemple".to_owned(), ..now.merchant.clone() };
    let store = Store { name: "Autre exemple".to_owned(), ..now.store.clone() };
    let change = SettingsChange {
        merchant: Some(merchant.clone()),
        store: Some(store.clone()),
        day_ends_at: Some("03:00".parse().unwrap()),
    };
    assert!(matches!(till.ask(Command::ChangeSettings(Box::new(change.clone()))), Err(Refusal::Gate(_))));
    till.ask_as("owner", Command::ChangeSettings(Box::new(change.clone()))).unwrap();
    let codes: Vec<u32> = changes(&mut till).iter().map(|event| event.code).collect();
    assert_eq!(codes, [410, 270]);
    till.restart();
    let settings = till.register().settings().clone();
    assert_eq!((settings.merchant, settings.store), (merchant, store));
    assert_eq!(settings.day_ends_at, "03:00".parse().unwrap());
    let again = till.ask_as("owner", Command::ChangeSettings(Box::new(change)));
    assert!(matches!(again, Err(Refusal::NothingChanges)));
    till.end();
}

#[test]
fn another_siret_is_refused() {
    let mut till = Till::founded();
    let merchant = Merchant { siret: "11111111100011".to_owned(), ..till.register().settings().merchant.clone() };
    let change = SettingsChange { merchant: Some(merchant), ..SettingsChange::default() };
    let refused = till.ask_as("owner", Command::ChangeSettings(Box::new(change)));
    assert!(matches!(refused, Err(Refusal::OtherSiret)));
    assert!(changes(&mut till).is_empty());
    till.end();
}

#[test]
fn a_newer_program_says_so_once_when_it_first_starts() {
    let mut till = Till::founded();
    for (version, code) in [("0.2.0", 255), ("1.0.0", 250), ("1.0.0", 250), ("1.0.1", 255)] {
        till.software = Software { name: "comptoir".to_owned(), version: version.to_owned() };
        till.restart();
        assert_eq!(changes(&mut till).last().unwrap().code, code);
        let sealed = till.register().settings().software.clone();
        assert_eq!(sealed, till.software);
    }
    assert_eq!(changes(&mut till).len(), 3);
    till.sell_coffee();
    till.end();
}

#[test]
fn a_rule_of_payment_holds_from_its_date_and_its_change_is_recorded() {
    let mut till = Till::founded();
    let mut rules = till.register().rules().clone();
    let friday: Date = "2026-11-20".parse().unwrap();
    rules.cash.0.push(CashRule { from: friday, limit: cents(10_000), ..CashRule::legal() });
    let next =
        MealVoucherRule { from: "2026-11-21".parse().unwrap(), per_day: cents(3000), ..rules.meal_vouchers.0[0] };
    rules.meal_vouchers.0.push(next);
    let validity = Validity { credit_note_months: Some(6), gift_voucher_months: None };
    let change = RulesChange { rules: Some(rules.clone()), validity: Some(validity), ..RulesChange::default() };
    let refused = till.ask(Command::SetRules(Box::new(change.clone())));
    assert!(matches!(refused, Err(Refusal::Gate(_))));
    till.ask_as("owner", Command::SetRules(Box::new(change.clone()))).unwrap();
    let again = till.ask_as("owner", Command::SetRules(Box::new(change)));
    assert!(matches!(again, Err(Refusal::NothingChanges)));
    let event = changes_of_rules(&mut till).pop().unwrap();
    assert!(event.contains("espèces dès 2026-11-20: 100.00, non-résidents 10000.00"), "{event}");
    assert!(event.contains("avoirs 6 mois ; bons cadeaux sans fin"), "{event}");
    till.restart();
    assert_eq!(till.register().rules(), &rules);
    assert_eq!(till.register().validity(), validity);
    let vase = till.basket(&[("VASE", 4000)]);
    let mut due = vase.due(&till.register().terms()).unwrap();
    due.tender(cash(10_001)).unwrap_err();
    due.tender(cash(10_000)).unwrap();
    till.end();
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let mut till = Till::founded();
    let legal = CashRule::legal();
    let wrong: [Vec<CashRule>; 3] = [
        vec![legal, legal],
        vec![CashRule { limit: cents(0), ..legal }],
        vec![CashRule { limit: cents(2_000_000), ..legal }],
    ];
    for cash in wrong {
        let rules = Rules { cash: CashRules(cash), ..till.register().rules().clone() };
        let change = RulesChange { rules: Some(rules), ..RulesChange::default() };
        let refused = till.ask_as("owner", Command::SetRules(Box::new(change))).unwrap_err();
        assert!(matches!(refused, Refusal::RuleAmount | Refusal::RuleDates { .. }), "{refused:?}");
    }
    assert!(changes_of_rules(&mut till).is_empty());
    till.end();
}

fn changes_of_rules(till: &mut Till) -> Vec<String> {
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if event.code == 270 => event.detail,
        _ => None,
    });
    events.collect()
}
