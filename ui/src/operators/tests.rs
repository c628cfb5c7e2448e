use comptoir_core::operators::Gate;

use super::*;
use crate::lock;
use crate::stage::{Stage, Who};
use crate::till::{Intent as Any, Place};

fn act(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Operators(intent));
}

/// The owner stands first at the door of the sample shop.
fn as_owner() -> Stage {
    let mut stage = Stage::with(Who::Manager);
    stage.act(Any::Lock);
    stage.act(Any::Door(lock::Intent::Who(0)));
    stage.act(Any::Go(Place::Operators));
    assert_eq!(stage.till.who.as_ref().map(|who| who.role), Some(Role::Owner));
    stage
}

fn type_pin(stage: &mut Stage, digits: &str) {
    for digit in digits.chars() {
        act(stage, Intent::Digit(digit));
    }
    act(stage, Intent::Enter);
}

fn named(stage: &Stage, name: &str) -> Operator {
    stage.register.operators().find(|operator| operator.name == name).unwrap().clone()
}

#[test]
fn somebody_new_gets_a_pin_typed_twice_and_signs_in_with_it() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Add);
    act(&mut stage, Intent::Name("Exemple Stagiaire".to_owned()));
    act(&mut stage, Intent::Pin);
    type_pin(&mut stage, "1234");
    assert!(stage.was_refused(), "a run of digits is too easy");
    type_pin(&mut stage, "4937");
    type_pin(&mut stage, "4938");
    assert!(stage.was_refused(), "the second is another one");
    type_pin(&mut stage, "4937");
    type_pin(&mut stage, "4937");
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    let events = stage.events(130);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].detail.as_deref(), Some("op-5: cashier, code"));
    stage.act(Any::Lock);
    let place = stage.till.lock.who.iter().position(|operator| operator.name == "Exemple Stagiaire").unwrap();
    stage.act(Any::Door(lock::Intent::Who(place)));
    assert!(stage.till.who.is_none(), "the PIN is asked for");
    for digit in "4937".chars() {
        stage.act(Any::Door(lock::Intent::Digit(digit)));
    }
    stage.act(Any::Door(lock::Intent::Enter));
    assert_eq!(stage.till.who.as_ref().map(|who| who.name.as_str()), Some("Exemple Stagiaire"));
}

#[test]
fn a_badge_is_learnt_by_scanning_it_and_opens_the_door() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Open(2));
    act(&mut stage, Intent::Badge);
    stage.act(Any::Scan("123".to_owned()));
    assert!(stage.was_refused(), "too short to be a badge");
    stage.act(Any::Scan("BADGE-00042".to_owned()));
    act(&mut stage, Intent::Save);
    assert_eq!(stage.events(130)[0].detail.as_deref(), Some("op-3: cashier, badge"));
    stage.act(Any::Lock);
    stage.act(Any::Scan("BADGE-00042".to_owned()));
    assert_eq!(stage.till.operator(), "op-3");
}

#[test]
fn who_gives_themselves_a_pin_goes_on_working() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Open(0));
    act(&mut stage, Intent::Pin);
    type_pin(&mut stage, "7351");
    type_pin(&mut stage, "7351");
    act(&mut stage, Intent::Save);
    act(&mut stage, Intent::Open(3));
    act(&mut stage, Intent::Active(false));
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert!(!named(&stage, "Exemple Comptoir").active);
    assert_eq!(stage.till.operators.len(), 3, "who was let go is not at the door");
}

#[test]
fn the_last_owner_stays_one() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Open(0));
    act(&mut stage, Intent::Role(Role::Cashier));
    act(&mut stage, Intent::Save);
    assert!(stage.was_refused());
    assert!(stage.till.team.form.is_some(), "what was typed stays");
    assert_eq!(stage.events(130).len(), 0);
    assert_eq!(named(&stage, "Exemple Propriétaire").role, Role::Owner);
}

#[test]
fn who_may_do_what_is_set_and_holds_at_once() {
    let mut stage = as_owner();
    let place = Gate::ALL.iter().position(|gate| *gate == Gate::Discount).unwrap();
    act(&mut stage, Intent::Rights(true));
    act(&mut stage, Intent::Gate(place, Rank::Manager));
    assert!(stage.till.team.gates_change());
    act(&mut stage, Intent::KeepRights);
    assert_eq!(stage.events(130)[0].detail.as_deref(), Some("discount: manager"));
    assert!(stage.register.may("op-3", Gate::Discount).is_err());
    assert!(!stage.till.team.gates_change());
}

#[test]
fn whoever_may_not_change_operators_needs_the_word_of_who_may() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Open(0));
    act(&mut stage, Intent::Pin);
    type_pin(&mut stage, "7351");
    type_pin(&mut stage, "7351");
    act(&mut stage, Intent::Save);
    stage.act(Any::Lock);
    stage.act(Any::Door(lock::Intent::Who(2)));
    stage.act(Any::Go(Place::Operators));
    act(&mut stage, Intent::Add);
    act(&mut stage, Intent::Name("Exemple Extra".to_owned()));
    act(&mut stage, Intent::Save);
    assert!(stage.till.word.is_some());
    for digit in "7351".chars() {
        stage.act(Any::Word(crate::word::Intent::Digit(digit)));
    }
    stage.act(Any::Word(crate::word::Intent::Enter));
    assert_eq!(named(&stage, "Exemple Extra").role, Role::Cashier);
    assert_eq!(stage.events(100)[0].detail.as_deref(), Some("manage_operators: op-1"));
}
