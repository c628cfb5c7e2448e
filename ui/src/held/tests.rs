use comptoir_core::basket::Basket;
use comptoir_core::register::BackOffice;
use comptoir_core::shared::held::HeldState;
use comptoir_core::shared::{Change, Kind};
use comptoir_fiscal::entry::{Body, Channel, Kind as EntryKind};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::RegisterId;

use super::*;
use crate::sale;
use crate::stage::{Stage, Who};
use crate::till::Intent as Any;

fn held(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Held(intent));
}

/// Puts a ticket of these articles aside.
fn aside(stage: &mut Stage, names: &[&str]) {
    for name in names {
        stage.touch(name);
    }
    stage.sale(sale::Intent::Hold);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
}

fn go(stage: &mut Stage) {
    stage.act(Any::Go(Place::Held));
}

fn labels(ticket: &HeldTicket) -> Vec<String> {
    ticket.basket.items().map(|item| format!("{} {}", item.qty.get() / 1000, item.label)).collect()
}

fn waiting(stage: &Stage) -> Vec<Vec<String>> {
    stage.till.waiting.tickets.iter().map(labels).collect()
}

fn name_of(stage: &Stage, place: usize) -> String {
    view::cards(&stage.till)[place].name.to_string()
}

#[test]
fn a_ticket_is_held_another_served_and_the_first_recalled_and_sold_as_it_was() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette", "confiture"]);
    let due = stage.register.held().unwrap()[0].basket.to_pay();
    stage.sell(&["croissant"]);
    go(&mut stage);
    assert_eq!(view::cards(&stage.till).len(), 1);
    held(&mut stage, Intent::TakeUp(Some(0)));
    assert_eq!(stage.till.place(), Place::Sale);
    assert_eq!(stage.till.held, 0);
    assert_eq!(stage.till.sale.basket.to_pay(), due);
    stage.sale(sale::Intent::Cash(due));
    let sold = stage.tickets();
    assert_eq!(sold.len(), 2);
    assert_eq!((sold[1].totals.ttc, sold[1].lines.len()), (due, 2));
    assert!(stage.register.held().unwrap().is_empty());
}

#[test]
fn what_stands_on_the_counter_is_put_aside_when_another_is_taken_up() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    stage.touch("confiture");
    go(&mut stage);
    assert_eq!(waiting(&stage).len(), 1, "the one on the counter does not wait");
    held(&mut stage, Intent::TakeUp(Some(0)));
    assert_eq!(stage.till.held, 1);
    assert_eq!(stage.till.sale.basket.items().count(), 1);
    assert!(stage.till.sale.basket.items().next().unwrap().label.contains("aguette"));
    go(&mut stage);
    assert!(waiting(&stage)[0][0].contains("onfiture"), "{:?}", waiting(&stage));
    held(&mut stage, Intent::TakeUp(Some(0)));
    go(&mut stage);
    assert!(waiting(&stage)[0][0].contains("aguette"), "{:?}", waiting(&stage));
}

#[test]
fn a_ticket_emptied_on_the_counter_does_not_wait_once_another_is_taken_up() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    stage.touch("confiture");
    stage.sale(sale::Intent::Line(0));
    stage.sale(sale::Intent::Edit(sale::Edit::Remove));
    assert!(stage.till.sale.basket.is_empty());
    stage.sale(sale::Intent::Hold);
    assert_eq!(stage.till.place(), Place::Held, "with nothing to hold one goes to what is held");
    held(&mut stage, Intent::TakeUp(Some(0)));
    assert!(stage.register.held().unwrap().is_empty());
    let counter = stage.register.on_counter().unwrap().unwrap();
    assert!(counter.basket.items().next().unwrap().label.contains("aguette"));
    assert_eq!(stage.till.held, 0);
}

#[test]
fn a_ticket_is_named_by_its_title_its_table_or_the_time_and_first_article() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    go(&mut stage);
    assert!(name_of(&stage, 0).starts_with("10:15 · Baguette"), "{}", name_of(&stage, 0));
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Go(Step::Naming));
    held(&mut stage, Intent::Room("Terrasse".to_owned()));
    held(&mut stage, Intent::Table(" 4 ".to_owned()));
    held(&mut stage, Intent::Guests(3));
    held(&mut stage, Intent::Save);
    let table = Table { room: "Terrasse".to_owned(), name: "4".to_owned() };
    assert_eq!(stage.register.held().unwrap()[0].table, Some(table));
    assert_eq!(stage.register.held().unwrap()[0].guests, 3);
    assert_eq!(name_of(&stage, 0), "Terrasse, table 4");
    held(&mut stage, Intent::Go(Step::Naming));
    held(&mut stage, Intent::Title("Madame Bleu".to_owned()));
    held(&mut stage, Intent::Save);
    assert_eq!(name_of(&stage, 0), "Madame Bleu");
    held(&mut stage, Intent::TakeUp(None));
    stage.touch("confiture");
    stage.sale(sale::Intent::Hold);
    assert_eq!(stage.register.held().unwrap()[0].title.as_deref(), Some("Madame Bleu"), "it keeps its name");
}

#[test]
fn a_card_number_is_refused_as_a_name_and_the_ticket_stays_as_it_was() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Go(Step::Naming));
    held(&mut stage, Intent::Title("4970 1000 0000 0014".to_owned()));
    held(&mut stage, Intent::Save);
    assert!(stage.was_refused());
    assert_eq!(stage.register.held().unwrap()[0].title, None);
}

#[test]
fn a_part_of_a_line_moves_to_another_ticket_or_a_new_one() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette", "baguette", "baguette"]);
    aside(&mut stage, &["confiture"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Line(0));
    held(&mut stage, Intent::Pieces(-1));
    held(&mut stage, Intent::Go(Step::Moving));
    held(&mut stage, Intent::Destination(Some(0)));
    let counts: Vec<usize> = waiting(&stage).iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 2]);
    assert!(waiting(&stage)[0][0].starts_with("1 "), "{:?}", waiting(&stage));
    assert!(waiting(&stage)[1][1].starts_with("2 "), "{:?}", waiting(&stage));
    held(&mut stage, Intent::Back);
    held(&mut stage, Intent::Open(1));
    held(&mut stage, Intent::Line(0));
    held(&mut stage, Intent::Go(Step::Moving));
    held(&mut stage, Intent::Destination(None));
    assert_eq!(waiting(&stage).len(), 3);
    assert_eq!(stage.tickets().len(), 0, "moving seals no ticket");
}

#[test]
fn two_tickets_become_one() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    aside(&mut stage, &["confiture"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Go(Step::Joining));
    held(&mut stage, Intent::Destination(Some(0)));
    assert_eq!(waiting(&stage).len(), 1);
    assert_eq!(waiting(&stage)[0].len(), 2);
    assert_eq!(stage.till.held, 1);
    assert!(stage.till.waiting.open.is_none(), "what was joined to another is not open any more");
}

#[test]
fn a_note_is_sealed_and_printed_and_the_sale_names_it() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Note);
    let notes: Vec<_> = stage.entries().into_iter().filter(|entry| entry.kind == EntryKind::Note).collect();
    assert_eq!(notes.len(), 1);
    assert!(matches!(&notes[0].body, Body::Note(note) if note.number == 1));
    assert_eq!((stage.prints, stage.register.print_queue().unwrap().len()), (1, 1));
    assert_eq!(stage.events(917).len(), 1);
    held(&mut stage, Intent::TakeUp(None));
    let due = stage.till.sale.basket.to_pay();
    stage.sale(sale::Intent::Cash(due));
    assert_eq!(stage.tickets()[0].notes, [1]);
}

#[test]
fn what_the_kitchen_knows_comes_off_only_with_a_reason_that_the_journal_keeps() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette", "baguette"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Kitchen);
    assert_eq!(view::orders(&stage.till).len(), 1);
    held(&mut stage, Intent::Go(Step::Ticket));
    held(&mut stage, Intent::Line(0));
    held(&mut stage, Intent::Pieces(-1));
    held(&mut stage, Intent::Go(Step::TakingOff));
    held(&mut stage, Intent::Confirm);
    assert!(stage.was_refused(), "without a reason nothing comes off");
    assert_eq!(stage.events(325).len(), 0);
    held(&mut stage, Intent::Reason("Mal commandé".to_owned()));
    held(&mut stage, Intent::Confirm);
    let off = stage.events(325);
    assert_eq!(off.len(), 1);
    assert!(off[0].detail.as_deref().unwrap().starts_with("1 × "), "{:?}", off[0].detail);
    assert!(waiting(&stage)[0][0].starts_with("1 "));
}

#[test]
fn a_ticket_is_given_up_with_its_amount_and_reason_in_the_journal() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    held(&mut stage, Intent::Go(Step::GivingUp));
    held(&mut stage, Intent::Reason("Le client est parti".to_owned()));
    held(&mut stage, Intent::Confirm);
    assert_eq!(waiting(&stage).len(), 0);
    assert!(stage.events(320)[0].detail.as_deref().unwrap().contains("Le client est parti"));
    assert!(stage.register.held().unwrap().is_empty());
}

#[test]
fn nothing_is_taken_up_while_the_counter_is_being_paid() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    stage.touch("confiture");
    stage.sale(sale::Intent::Pay);
    go(&mut stage);
    held(&mut stage, Intent::TakeUp(Some(0)));
    assert!(stage.was_refused());
    assert_eq!(waiting(&stage).len(), 1);
    assert!(stage.till.sale.basket.items().next().unwrap().label.contains("onfiture"));
}

/// The till is enrolled, and the back office tells of a ticket that waits at another till, in this state.
fn told_of(stage: &mut Stage, state: HeldState) -> Uuid {
    if stage.register.back_office().is_none() {
        let back_office = BackOffice {
            address: "https://office.example".to_owned(),
            witness: "office.example/1".to_owned(),
            witness_key: DeviceKey::from_seed(&[7; 32]).public().to_base64(),
            certificate: None,
            register: stage.register.id(),
        };
        stage.register.enrolled(back_office).unwrap();
    }
    let sku = stage.register.catalogue().products()[0].clone();
    let mut basket = Basket::new(None, Channel::Counter);
    basket.add(&sku, Quantity::ONE, None).unwrap();
    let id = Uuid::from_u128(77);
    let mut ticket = HeldTicket::new(id, "cashier", stage.register.now(), basket);
    ticket.title = Some("Exemple".to_owned());
    let holder = RegisterId::new(Uuid::from_u128(0x0192_f0c1_7a3e_7c55_9d1b_3f0a_6a1c_2b3d));
    let record = HeldRecord { holder, label: "02".to_owned(), state, ticket, paid: Vec::new() };
    tell(stage, &record, 1);
    id
}

fn tell(stage: &mut Stage, record: &HeldRecord, version: u64) {
    loop {
        let edits = stage.register.edits_to_send(500).unwrap().unwrap().edits;
        if edits.is_empty() {
            break;
        }
        let ids: Vec<Uuid> = edits.iter().map(|edit| edit.id).collect();
        stage.register.edits_answered(&ids).unwrap();
    }
    let row = Some(record.to_row().unwrap());
    let change = Change { kind: Kind::Held, key: record.ticket.id.to_string(), version, at: 1, row };
    stage.register.take_in(&[change], &format!("e.{version}"), false).unwrap();
}

#[test]
fn a_ticket_of_another_till_is_asked_for_and_taken_up_as_soon_as_it_comes() {
    let mut stage = Stage::with(Who::Cashier);
    aside(&mut stage, &["baguette"]);
    let id = told_of(&mut stage, HeldState::Waiting);
    go(&mut stage);
    let cards = view::cards(&stage.till);
    assert_eq!(cards.iter().map(|card| card.place.as_str()).collect::<Vec<_>>(), ["", "À la caisse 02"]);
    held(&mut stage, Intent::TakeUp(Some(1)));
    let view = view::held(&stage.till);
    assert_eq!((view.step, view.may_ask, view.may_take), (7, true, false));
    held(&mut stage, Intent::Bring);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert!(view::held(&stage.till).may_take, "whoever cannot wait is warned");
    // The back office says yes.
    let mut record = stage.register.held_elsewhere().unwrap().remove(0);
    (record.holder, record.label) = (stage.register.id(), "01".to_owned());
    tell(&mut stage, &record, 2);
    stage.till.heard_of_office(crate::office::Touch::Fine);
    stage.settle();
    assert_eq!(stage.till.place(), Place::Sale);
    assert_eq!(stage.till.sale.id.uuid(), id);
}

#[test]
fn what_is_paid_in_part_at_another_till_stays_there_and_what_is_served_there_is_taken_only_after_a_warning() {
    let mut stage = Stage::with(Who::Cashier);
    told_of(&mut stage, HeldState::Stays);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    let view = view::held(&stage.till);
    assert_eq!((view.step, view.may_ask, view.may_take), (7, false, false));
    held(&mut stage, Intent::Back);
    assert_eq!(view::held(&stage.till).step, 0);
    let mut record = stage.register.held_elsewhere().unwrap().remove(0);
    record.state = HeldState::Busy;
    tell(&mut stage, &record, 2);
    go(&mut stage);
    held(&mut stage, Intent::Open(0));
    let view = view::held(&stage.till);
    assert_eq!((view.may_ask, view.may_take), (false, true));
    held(&mut stage, Intent::BringAnyway);
    assert_eq!(stage.till.sale.id.uuid(), record.ticket.id);
}
