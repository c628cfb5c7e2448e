//! A clock that leapt ahead is confirmed before anything is closed by it, over restarts too.

use comptoir_core::operators::Gate;
use comptoir_core::register::{Command, Refusal};
use comptoir_core::settlement::Settled;
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::values::Date;

use crate::shop::{Till, command_id};

/// Asks without a manager who confirms the date first.
fn execute(till: &mut Till, command: Command) -> Result<(), Refusal> {
    let id = till.next_id();
    till.register().execute(comptoir_core::register::Request::new(id, "cashier", command)).map(drop)
}

fn coffee(till: &mut Till) -> Settled {
    let basket = till.basket(&[("CAFE", 1000)]);
    till.settled(basket, &[])
}

fn sell(till: &mut Till) -> Result<(), Refusal> {
    let settled = coffee(till);
    execute(till, Command::Sell(Box::new(settled)))
}

fn closings(till: &mut Till) -> usize {
    till.entries().iter().filter(|entry| matches!(entry.body, Body::Closing(_))).count()
}

fn date(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

#[test]
fn within_a_day_nobody_is_asked() {
    let mut till = Till::founded();
    sell(&mut till).unwrap();
    till.set_clock("2026-11-21T09:59:59+01:00");
    assert_eq!(till.register().clock_leap(), None);
    sell(&mut till).unwrap();
    assert!(matches!(till.register().confirm_date("manager", None), Err(Refusal::NothingChanges)));
    till.end();
}

#[test]
fn after_more_than_a_day_a_manager_is_asked_before_anything_closes() {
    let mut till = Till::founded();
    sell(&mut till).unwrap();
    till.set_clock("2026-11-23T09:00:00+01:00");
    assert!(matches!(sell(&mut till), Err(Refusal::ConfirmTheDate { .. })));
    assert!(matches!(execute(&mut till, Command::CloseDay), Err(Refusal::ConfirmTheDate { .. })));
    assert!(matches!(till.register().close_due(), Err(Refusal::ConfirmTheDate { .. })));
    assert_eq!(closings(&mut till), 0);
    assert!(matches!(till.register().confirm_date("cashier", None), Err(Refusal::Gate(_))));
    assert!(matches!(till.register().confirm_date("manager", date("2026-11-24")), Err(Refusal::TypeTheDate { .. })));
    till.register().confirm_date("manager", None).unwrap();
    sell(&mut till).unwrap();
    assert_eq!(closings(&mut till), 1);
    assert_eq!(till.events().iter().filter(|code| **code == 910).count(), 1);
    till.end();
}

#[test]
fn a_doubt_outlives_restarts_though_each_start_is_sealed() {
    let mut till = Till::founded();
    sell(&mut till).unwrap();
    till.set_clock("2036-01-01T09:00:00+01:00");
    till.restart();
    till.crash();
    till.restart();
    assert!(matches!(sell(&mut till), Err(Refusal::TypeTheDate { .. })));
    assert!(matches!(till.register().confirm_date("manager", None), Err(Refusal::TypeTheDate { .. })));
    assert_eq!(closings(&mut till), 0);
    // The clock was wrong: once it is right, sales go on as if nothing had been.
    till.set_clock("2026-11-20T11:00:00+01:00");
    sell(&mut till).unwrap();
    till.restart();
    sell(&mut till).unwrap();
    assert_eq!(closings(&mut till), 0);
    till.end();
}

#[test]
fn after_more_than_400_days_the_date_is_typed() {
    let mut till = Till::founded();
    sell(&mut till).unwrap();
    till.set_clock("2028-01-03T09:00:00+01:00");
    till.restart();
    assert!(till.register().clock_leap().unwrap().is_far());
    assert!(matches!(till.register().confirm_date("manager", date("2028-01-04")), Err(Refusal::TypeTheDate { .. })));
    till.register().confirm_date("manager", date("2028-01-03")).unwrap();
    till.restart();
    sell(&mut till).unwrap();
    assert_eq!(closings(&mut till), 3, "the day, its month and its year");
    till.end();
}

#[test]
fn a_note_takes_no_date_in_doubt() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let (id, at) = (uuid::Uuid::from_u128(7), till.register().now());
    let ticket = comptoir_core::held::HeldTicket::new(id, "cashier", at, basket);
    till.register().hold("cashier", &ticket).unwrap();
    till.set_clock("2026-11-25T09:00:00+01:00");
    assert!(matches!(till.register().note("cashier", id), Err(Refusal::ConfirmTheDate { .. })));
    till.register().confirm_date("manager", None).unwrap();
    till.register().note("cashier", id).unwrap();
    till.end();
}

#[test]
fn a_cashier_confirms_the_date_by_a_managers_word_which_is_recorded() {
    let mut till = Till::founded();
    sell(&mut till).unwrap();
    let word = [till.word(Gate::ConfirmDate, command_id(900))];
    till.set_clock("2026-11-24T09:00:00+01:00");
    till.restart();
    let refused = till.register().confirm_date_by(command_id(901), "cashier", None, &word);
    assert!(matches!(refused, Err(Refusal::Gate(_))), "a word is good for what it was given for");
    till.register().confirm_date_by(command_id(900), "cashier", None, &word).unwrap();
    let events = till.events();
    assert_eq!(events[events.len() - 2..], [100, 910]);
    sell(&mut till).unwrap();
    till.end();
}
