//! Signing in, a manager's word, operators and their rights, and the trail of all of it.

use std::collections::BTreeMap;

use comptoir_core::basket::Reduction;
use comptoir_core::operators::{Gate, GateError, Gates, Operator, Rank, Role};
use comptoir_core::register::{Change, Command, Credential, Refusal, Request};
use comptoir_core::secret::{Badge, Pin};
use comptoir_fiscal::entry::{Body, Event};

use crate::shop::{Till, cents, command_id};

fn pin(operator: &str, digits: &str) -> Credential {
    Credential::Pin { operator: operator.to_owned(), pin: Pin::typed(digits).unwrap() }
}

fn badge(text: &str) -> Credential {
    Credential::Badge(Badge::read(text).unwrap())
}

fn put(operator: Operator, digits: Option<&str>, card: Option<&str>) -> Command {
    let pin = digits.map_or(Change::Keep, |digits| Change::Set(Pin::chosen(digits).unwrap()));
    let badge = card.map_or(Change::Keep, |card| Change::Set(Badge::read(card).unwrap()));
    Command::PutOperator { operator, pin, badge }
}

fn cashier() -> Operator {
    Operator::new("cashier", "Exemple", Role::Cashier)
}

fn last_events(till: &mut Till, count: usize) -> Vec<(String, Event)> {
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) => Some((entry.operator, event)),
        _ => None,
    });
    let events: Vec<_> = events.collect();
    events[events.len() - count..].to_vec()
}

#[test]
fn who_has_a_pin_signs_in_before_anything_is_done_in_their_name() {
    let mut till = Till::founded();
    till.ask_as("owner", put(cashier(), Some("2580"), None)).unwrap();
    let refusal = till.try_to_sell(&[("CAFE", 1000)], &[]).unwrap_err();
    assert!(matches!(refusal, Refusal::SignInFirst { .. }));
    assert!(matches!(till.register().sign_in(&pin("cashier", "2581")), Err(Refusal::NotRecognised { seconds: 0 })));
    till.register().sign_in(&pin("cashier", "2580")).unwrap();
    till.sell_coffee();
    till.register().sign_out("cashier").unwrap();
    assert!(matches!(till.try_to_sell(&[("CAFE", 1000)], &[]), Err(Refusal::SignInFirst { .. })));
    let events = last_events(&mut till, 3);
    let said: Vec<(&str, u32)> = events.iter().map(|(operator, event)| (operator.as_str(), event.code)).collect();
    assert_eq!(said, [("owner", 130), ("cashier", 80), ("cashier", 40)]);
    assert_eq!(events[0].1.detail.as_deref(), Some("cashier: cashier, code"));
    till.restart();
    assert!(matches!(till.try_to_sell(&[("CAFE", 1000)], &[]), Err(Refusal::SignInFirst { .. })));
    till.end();
}

#[test]
fn guessing_gets_slower_and_a_restart_or_a_clock_set_back_does_not_help() {
    let mut till = Till::founded();
    till.ask_as("owner", put(cashier(), Some("2580"), None)).unwrap();
    for seconds in [0, 0, 5] {
        let refusal = till.register().sign_in(&pin("cashier", "1111")).unwrap_err();
        assert!(matches!(refusal, Refusal::NotRecognised { seconds: waits } if waits == seconds), "{refusal:?}");
    }
    till.restart();
    till.set_clock("2026-11-20T09:00:00+01:00");
    let refusal = till.register().sign_in(&pin("cashier", "2580")).unwrap_err();
    assert!(matches!(refusal, Refusal::WaitBeforeTrying { seconds: 5 }), "{refusal:?}");
    till.set_clock("2026-11-20T10:00:05+01:00");
    till.register().sign_in(&pin("cashier", "2580")).unwrap();
    till.register().sign_out("cashier").unwrap();
    assert!(matches!(till.register().sign_in(&pin("cashier", "1111")), Err(Refusal::NotRecognised { seconds: 0 })));
    till.end();
}

#[test]
fn a_badge_tells_whose_it_is_and_belongs_to_one_person() {
    let mut till = Till::founded();
    till.ask_as("owner", put(cashier(), None, Some("04A1B2C3D4"))).unwrap();
    let manager = Operator::new("manager", "Exemple", Role::Manager);
    let refusal = till.ask_as("owner", put(manager.clone(), None, Some("04A1B2C3D4"))).unwrap_err();
    assert!(matches!(refusal, Refusal::BadgeTaken));
    till.ask_as("owner", put(manager, None, Some("04A1B2C3D5"))).unwrap();
    assert_eq!(till.register().sign_in(&badge("04A1B2C3D5")).unwrap().id, "manager");
    assert_eq!(till.register().sign_in(&badge("04A1B2C3D4")).unwrap().id, "cashier");
    assert!(matches!(till.register().sign_in(&badge("04A1B2C3D6")), Err(Refusal::NotRecognised { .. })));
    let in_now: Vec<String> = till.register().signed_in().map(|operator| operator.id.clone()).collect();
    assert_eq!(in_now, ["cashier", "manager"]);
    till.end();
}

#[test]
fn a_manager_gives_their_word_for_one_command_and_the_trail_says_so() {
    let mut till = Till::founded();
    let sold = till.sell_coffee();
    let of = till.reference(&sold);
    let manager = Operator::new("manager", "Exemple", Role::Manager);
    till.ask_as("owner", put(manager, Some("1937"), None)).unwrap();
    let cancel = Command::Cancel { of, reason: "Erreur".to_owned() };
    let refusal = till.ask_as("cashier", cancel.clone()).unwrap_err();
    assert!(matches!(refusal, Refusal::Gate(GateError::Needs { rank: Rank::Manager, .. })));
    let approval = till.register().approve(Gate::Cancel, command_id(900), &pin("manager", "1937")).unwrap();

    let other = Request::new(command_id(901), "cashier", cancel.clone()).approved(approval.clone());
    assert!(matches!(till.register().execute(other), Err(Refusal::Gate(_))));
    let other =
        Request::new(command_id(900), "cashier", Command::SetGates(Gates::default())).approved(approval.clone());
    assert!(matches!(till.register().execute(other), Err(Refusal::Gate(_))));

    let answer = till.register().execute(Request::new(command_id(900), "cashier", cancel).approved(approval)).unwrap();
    assert_eq!(answer.lines.len(), 2);
    let (operator, event) = last_events(&mut till, 1).remove(0);
    assert_eq!((operator.as_str(), event.code, event.detail.as_deref()), ("cashier", 100, Some("cancel: manager")));
    till.end();
}

#[test]
fn a_word_is_given_only_by_who_passes_the_gate_and_not_kept_where_it_is_not_needed() {
    let mut till = Till::founded();
    till.ask_as("owner", put(cashier(), Some("2580"), None)).unwrap();
    let refusal = till.register().approve(Gate::Cancel, command_id(900), &pin("cashier", "2580")).unwrap_err();
    assert!(matches!(refusal, Refusal::Gate(GateError::Needs { .. })));
    let approval = till.register().approve(Gate::OpenDrawer, command_id(900), &pin("cashier", "2580")).unwrap();
    let open = Request::new(command_id(900), "manager", Command::OpenDrawer { reason: None }).approved(approval);
    till.register().execute(open).unwrap();
    assert_eq!(last_events(&mut till, 2).into_iter().map(|(_, event)| event.code).collect::<Vec<_>>(), [130, 901]);
    till.end();
}

#[test]
fn a_shop_sets_its_gates_and_keeps_them() {
    let mut till = Till::founded();
    let gates = Gates([(Gate::OpenDrawer, Rank::Manager)].into());
    assert!(matches!(till.ask_as("manager", Command::SetGates(gates.clone())), Err(Refusal::Gate(_))));
    till.ask_as("owner", Command::SetGates(gates)).unwrap();
    let event = last_events(&mut till, 1).remove(0).1;
    assert_eq!((event.code, event.detail.as_deref()), (130, Some("open_drawer: manager")));
    till.restart();
    let open = Command::OpenDrawer { reason: None };
    assert!(matches!(till.ask_as("cashier", open.clone()), Err(Refusal::Gate(_))));
    till.ask_as("manager", open).unwrap();
    till.end();
}

#[test]
fn nobody_is_deleted_and_the_last_owner_stays() {
    let mut till = Till::founded();
    let owner = Operator::new("owner", "Exemple", Role::Owner);
    for changed in [Operator { active: false, ..owner.clone() }, Operator { role: Role::Manager, ..owner.clone() }] {
        assert!(matches!(till.ask_as("owner", put(changed, None, None)), Err(Refusal::LastOwner)));
    }
    till.ask_as("owner", put(Operator::new("associate", "Exemple", Role::Owner), None, None)).unwrap();
    till.ask_as("owner", put(Operator { active: false, ..owner }, None, None)).unwrap();
    assert!(matches!(till.ask_as("owner", Command::CloseDay), Err(Refusal::UnknownOperator { .. })));
    till.restart();
    assert!(till.register().operators().any(|operator| operator.id == "owner" && !operator.active));
    let names = [Operator::new("system", "x", Role::Cashier), Operator::new("x", " ", Role::Cashier)];
    for nameless in names {
        assert!(matches!(till.ask_as("associate", put(nameless, None, None)), Err(Refusal::NoName)));
    }
    let phone = Operator::new("0612345678", "Exemple", Role::Cashier);
    assert!(matches!(till.ask_as("associate", put(phone, None, None)), Err(Refusal::Private(_))));
    till.end();
}

#[test]
fn a_repeated_command_of_rights_is_answered_and_not_done_again() {
    let mut till = Till::founded();
    let request = Request::new(command_id(900), "owner", put(cashier(), Some("2580"), None));
    till.register().execute(request.clone()).unwrap();
    assert!(till.register().execute(request).unwrap().repeated);
    till.register().sign_in(&pin("cashier", "2580")).unwrap();
    till.end();
}

#[test]
fn a_shop_can_keep_discounts_and_prices_to_its_managers() {
    let mut till = Till::founded();
    let gates = Gates(BTreeMap::from([(Gate::Discount, Rank::Manager)]));
    till.ask_as("owner", Command::SetGates(gates)).unwrap();
    for reduction in [Reduction::Percent(1000), Reduction::ToPrice(cents(200))] {
        let mut basket = till.basket(&[("CAFE", 1000)]);
        let coffee = basket.items().next().unwrap().id;
        basket.discount_item(coffee, "Geste", reduction).unwrap();
        let sale = Command::Sell(Box::new(till.settled(basket, &[])));
        let refused = till.ask_as("cashier", sale.clone()).unwrap_err();
        assert!(matches!(refused, Refusal::Gate(GateError::Needs { rank: Rank::Manager, .. })), "{refused:?}");
        till.ask_as("manager", sale).unwrap();
    }
    till.end();
}
