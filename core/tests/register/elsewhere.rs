//! Tickets that wait at one till of a store and are seen, asked for and paid at another.

use std::collections::BTreeMap;

use comptoir_core::held::HeldTicket;
use comptoir_core::register::{Command, Refusal, Request};
use comptoir_core::shared::held::{HeldRecord, HeldState, Judged, judge};
use comptoir_core::shared::{Change, Edit, Kind, Row};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::RegisterId;
use uuid::Uuid;

use crate::office::enrol;
use crate::shop::{Till, cash};

/// A back office that holds what its tills share, and judges tickets as one does.
#[derive(Default)]
struct Office {
    records: BTreeMap<(Kind, String), Change>,
    last: u64,
    revoked: Vec<RegisterId>,
}

impl Office {
    /// Hears a till, and tells it of everything.
    fn meet(&mut self, till: &mut Till) {
        let by = till.register().id();
        loop {
            let edits = till.register().edits_to_send(500).unwrap().unwrap().edits;
            if edits.is_empty() {
                break;
            }
            edits.iter().for_each(|edit| self.take(edit, by));
            let ids: Vec<_> = edits.iter().map(|edit| edit.id).collect();
            till.register().edits_answered(&ids).unwrap();
        }
        let mut changes: Vec<Change> = self.records.values().cloned().collect();
        changes.sort_by_key(|change| change.version);
        till.register().take_in(&changes, &format!("e.{}", self.last), false).unwrap();
    }

    fn take(&mut self, edit: &Edit, by: RegisterId) {
        let at = (edit.kind, edit.key.clone());
        let known = self.records.get(&at);
        let row = if edit.kind == Kind::Held {
            let record = |row: &Row| serde_json::from_value::<HeldRecord>(row.clone().into()).unwrap();
            let before = known.and_then(|change| change.row.as_ref()).map(record);
            let saw = known.is_some_and(|known| known.version == edit.base);
            let orphan = before.as_ref().is_some_and(|before| self.revoked.contains(&before.holder));
            match judge(before.as_ref(), edit.row.as_ref().map(record), by, saw, orphan) {
                Judged::Same => return,
                Judged::Known(record) => serde_json::to_value(record).unwrap().as_object().cloned(),
                Judged::Gone => None,
            }
        } else if known.is_some() {
            return;
        } else {
            edit.row.clone()
        };
        self.last += 1;
        let change = Change { kind: edit.kind, key: edit.key.clone(), version: self.last, at: edit.at, row };
        self.records.insert(at, change);
    }

    fn held(&self, id: Uuid) -> Option<HeldRecord> {
        let change = self.records.get(&(Kind::Held, id.to_string()))?;
        change.row.clone().map(|row| serde_json::from_value(row.into()).unwrap())
    }
}

/// Two tills of a store that know of each other's catalogue.
fn two() -> (Till, Till, Office) {
    let (mut one, mut other) = (Till::founded_with(1), Till::founded_with(2));
    enrol(&mut one);
    enrol(&mut other);
    let mut office = Office::default();
    office.meet(&mut one);
    office.meet(&mut other);
    office.meet(&mut one);
    (one, other, office)
}

fn put_aside(till: &mut Till) -> Uuid {
    let basket = till.basket(&[("CAFE", 2000)]);
    let id = till.next_id().uuid();
    let at = till.register().now();
    let mut ticket = HeldTicket::new(id, "cashier", at, basket);
    ticket.title = Some("Exemple".to_owned());
    till.register().hold("cashier", &ticket).unwrap();
    id
}

/// Two tills of a store, and a ticket that waits at the first and is seen at the other.
fn seen() -> (Till, Till, Office, Uuid) {
    let (mut one, mut other, mut office) = two();
    let id = put_aside(&mut one);
    office.meet(&mut one);
    office.meet(&mut other);
    (one, other, office, id)
}

fn pay(till: &mut Till, id: Uuid) -> u64 {
    let held = till.register().held_ticket(id).unwrap();
    let settled = till.settled(held.basket, &[cash(1000)]);
    let request = Request::new(CommandId::new(id), "cashier", Command::Sell(Box::new(settled)));
    let number = till.register().execute(request).unwrap().ticket().unwrap().number;
    till.register().settle().unwrap();
    number
}

fn elsewhere(till: &mut Till) -> Vec<(Uuid, String, HeldState)> {
    let all = till.register().held_elsewhere().unwrap();
    all.into_iter().map(|record| (record.ticket.id, record.label, record.state)).collect()
}

fn here(till: &mut Till) -> Vec<Uuid> {
    till.register().held().unwrap().iter().map(|ticket| ticket.id).collect()
}

#[test]
fn a_ticket_that_waits_is_seen_at_the_other_till_asked_for_and_paid_there() {
    let (mut one, mut other, mut office, id) = seen();
    let label = one.register().settings().label.clone();
    assert_eq!(elsewhere(&mut other), [(id, label, HeldState::Waiting)]);
    assert!(elsewhere(&mut one).is_empty());
    other.register().ask_for_held("cashier", id).unwrap();
    assert!(here(&mut other).is_empty(), "nobody has said yes yet");
    office.meet(&mut other);
    assert_eq!((here(&mut other), elsewhere(&mut other)), (vec![id], Vec::new()));
    office.meet(&mut one);
    assert!(here(&mut one).is_empty());
    assert_eq!(elsewhere(&mut one).len(), 1);
    assert!(matches!(one.register().held_ticket(id), Err(Refusal::NotHeld)));

    let number = pay(&mut other, id);
    office.meet(&mut other);
    office.meet(&mut one);
    let paid = office.held(id).unwrap().paid;
    assert_eq!(
        paid.iter().map(|paid| (paid.register, paid.number)).collect::<Vec<_>>(),
        [(other.register().id(), number)]
    );
    assert!(elsewhere(&mut one).is_empty() && elsewhere(&mut other).is_empty());
    assert!(!one.register().has_edits_to_send().unwrap() && !other.register().has_edits_to_send().unwrap());
    one.end();
    other.end();
}

#[test]
fn a_ticket_on_the_counter_or_paid_in_part_stays_at_its_till() {
    let (mut one, mut other, mut office, id) = seen();
    let mut taken_up = one.register().held_ticket(id).unwrap();
    taken_up.on_counter = true;
    one.register().hold("cashier", &taken_up).unwrap();
    // The other till has not heard that it is being served, and asks; nobody gives it.
    other.register().ask_for_held("cashier", id).unwrap();
    office.meet(&mut one);
    office.meet(&mut other);
    assert!(here(&mut other).is_empty());
    assert_eq!(elsewhere(&mut other)[0].2, HeldState::Busy);
    assert!(matches!(other.register().ask_for_held("cashier", id), Err(Refusal::HeldElsewhere { .. })));
    one.register().note("cashier", id).unwrap();
    taken_up.on_counter = false;
    one.register().hold("cashier", &taken_up).unwrap();
    office.meet(&mut one);
    office.meet(&mut other);
    assert_eq!(elsewhere(&mut other)[0].2, HeldState::Stays, "a note of it was sealed there");
    assert!(matches!(other.register().take_held_anyway("cashier", id), Err(Refusal::HeldElsewhere { .. })));
    pay(&mut one, id);
    office.meet(&mut one);
    office.meet(&mut other);
    assert!(elsewhere(&mut other).is_empty());
    one.end();
    other.end();
}

#[test]
fn a_ticket_paid_at_two_tills_that_could_not_hear_of_each_other_keeps_both_sales() {
    let (mut one, mut other, mut office, id) = seen();
    let taken = other.register().take_held_anyway("cashier", id).unwrap();
    assert_eq!(taken.basket.figures().ttc.get(), 500);
    let numbers = (pay(&mut one, id), pay(&mut other, id));
    office.meet(&mut one);
    assert!(!office.held(id).unwrap().is_paid_twice());
    office.meet(&mut other);
    let record = office.held(id).unwrap();
    assert!(record.is_paid_twice());
    assert_eq!(record.paid.iter().map(|paid| paid.number).collect::<Vec<_>>(), [numbers.0, numbers.1]);
    office.meet(&mut one);
    assert!(elsewhere(&mut one).is_empty() && elsewhere(&mut other).is_empty());
    one.end();
    other.end();
}

#[test]
fn what_was_taken_without_the_back_office_is_held_from_then_on_and_leaves_the_till_that_held_it() {
    let (mut one, mut other, mut office, id) = seen();
    other.register().take_held_anyway("cashier", id).unwrap();
    office.meet(&mut other);
    assert_eq!(office.held(id).unwrap().holder, other.register().id());
    office.meet(&mut one);
    assert!(here(&mut one).is_empty());
    other.register().give_up("manager", id, "Parti").unwrap();
    office.meet(&mut other);
    office.meet(&mut one);
    assert_eq!(office.held(id), None);
    assert!(elsewhere(&mut one).is_empty());
    one.end();
    other.end();
}

#[test]
fn a_ticket_that_was_paid_elsewhere_meanwhile_is_said_to_be_before_it_is_paid_again() {
    let (mut one, mut other, mut office, id) = seen();
    other.register().take_held_anyway("cashier", id).unwrap();
    pay(&mut other, id);
    // On the counter of the one when it hears of it: what somebody has before them does not go.
    let mut taken_up = one.register().held_ticket(id).unwrap();
    taken_up.on_counter = true;
    one.register().hold("cashier", &taken_up).unwrap();
    office.meet(&mut other);
    office.meet(&mut one);
    assert_eq!(one.register().paid_elsewhere(id).unwrap().unwrap().register, other.register().id());
    assert!(one.register().on_counter().unwrap().is_some());
    one.end();
    other.end();
}

#[test]
fn the_tickets_of_a_till_that_was_revoked_go_to_whoever_asks() {
    let (mut one, mut other, mut office) = two();
    let id = put_aside(&mut one);
    let mut taken_up = one.register().held_ticket(id).unwrap();
    office.meet(&mut one);
    taken_up.title = Some("Autre exemple".to_owned());
    office.meet(&mut other);
    one.register().hold("cashier", &taken_up).unwrap();
    office.meet(&mut one);
    office.revoked.push(one.register().id());
    other.register().ask_for_held("cashier", id).unwrap();
    office.meet(&mut other);
    assert_eq!(here(&mut other), [id]);
    one.end();
    other.end();
}

#[test]
fn what_is_only_sold_on_the_counter_nobody_is_told_of() {
    let (mut one, _, mut office) = two();
    let basket = one.basket(&[("CAFE", 1000)]);
    let (id, at) = (one.next_id().uuid(), one.register().now());
    let mut ticket = HeldTicket::new(id, "cashier", at, basket);
    ticket.on_counter = true;
    one.register().hold("cashier", &ticket).unwrap();
    assert!(!one.register().has_edits_to_send().unwrap());
    pay(&mut one, id);
    assert!(!one.register().has_edits_to_send().unwrap());
    // Put aside and paid before anybody heard of it.
    let id = put_aside(&mut one);
    pay(&mut one, id);
    office.meet(&mut one);
    assert_eq!(office.held(id), None);
    one.end();
}

#[test]
fn a_ticket_paid_before_the_back_office_told_of_it_again_is_known_to_be_paid() {
    let (mut one, mut other, mut office) = two();
    let id = put_aside(&mut one);
    let edits = one.register().edits_to_send(500).unwrap().unwrap().edits;
    let by = one.register().id();
    edits.iter().for_each(|edit| office.take(edit, by));
    let ids: Vec<_> = edits.iter().map(|edit| edit.id).collect();
    one.register().edits_answered(&ids).unwrap();
    one.restart();
    pay(&mut one, id);
    office.meet(&mut one);
    office.meet(&mut other);
    assert_eq!(office.held(id).map(|record| record.paid.len()), Some(1));
    assert!(elsewhere(&mut other).is_empty());
    one.end();
    other.end();
}

#[test]
fn a_ticket_paid_here_and_given_up_elsewhere_meanwhile_is_told_to_be_paid() {
    let (mut one, mut other, mut office, id) = seen();
    other.register().take_held_anyway("cashier", id).unwrap();
    office.meet(&mut other);
    other.register().give_up("manager", id, "Parti").unwrap();
    office.meet(&mut other);
    // Paid, and told that it is gone, before what was paid is looked through.
    let held = one.register().held_ticket(id).unwrap();
    let settled = one.settled(held.basket, &[cash(1000)]);
    let request = Request::new(CommandId::new(id), "cashier", Command::Sell(Box::new(settled)));
    one.register().execute(request).unwrap();
    office.meet(&mut one);
    one.register().settle().unwrap();
    office.meet(&mut one);
    assert_eq!(office.held(id).map(|record| record.paid.len()), Some(1));
    one.end();
    other.end();
}
