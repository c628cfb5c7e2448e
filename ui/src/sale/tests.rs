//! What a sale must never do, on a till with a real register.

use comptoir_core::register::Command;
use comptoir_core::sample::MANAGER;
use comptoir_core::secret::Badge;
use comptoir_core::settlement::Paid;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::Tender;

use super::*;
use crate::pay::{self, Means};
use crate::stage::{Stage, Who};
use crate::{held, till, word};

fn pay(stage: &mut Stage, intent: pay::Intent) {
    stage.act(till::Intent::Pay(intent));
}

/// An article, one euro of which is paid by cheque.
fn part_paid(stage: &mut Stage) {
    stage.touch("confiture");
    stage.sale(Intent::Pay);
    pay(stage, pay::Intent::Means(Means::Cheque));
    pay(stage, pay::Intent::Digits("100".to_owned()));
    pay(stage, pay::Intent::Take);
}

#[test]
fn a_ticket_that_is_paid_in_part_is_not_paid_again_or_changed_from_the_sale() {
    let mut stage = Stage::with(Who::Cashier);
    part_paid(&mut stage);
    stage.act(till::Intent::Go(Place::Sale));
    assert_eq!(stage.till.place(), Place::Pay, "what was taken is to be undone first");
    let due = stage.till.sale.basket.to_pay();
    for intent in [Intent::Cash(due), Intent::Card, Intent::Tile(0), Intent::Hold, Intent::Abandon] {
        stage.sale(intent);
    }
    assert_eq!(stage.tickets(), []);
    assert_eq!(stage.till.sale.basket.items().count(), 1);
    pay(&mut stage, pay::Intent::Take);
    let [ticket] = stage.tickets().try_into().unwrap();
    let paid: Vec<_> = ticket.payments.iter().map(|payment| payment.tender).collect();
    assert_eq!(paid, [Tender::Cheque, Tender::Cash]);
}

#[test]
fn a_payment_of_which_nothing_was_taken_is_left_by_going_back_to_the_sale() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    stage.sale(Intent::Pay);
    stage.act(till::Intent::Go(Place::Sale));
    assert_eq!(stage.till.place(), Place::Sale);
    stage.touch("baguette");
    assert_eq!(stage.till.sale.basket.items().count(), 2);
}

#[test]
fn what_is_scanned_while_a_ticket_is_sealed_goes_onto_the_next() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    let due = stage.till.sale.basket.to_pay();
    let sku = stage.till.sale.catalogue.products()[0].sku.clone();
    let scanned = stage.till.sale.catalogue.products().iter().find(|product| product.label.contains("Baguette"));
    let code = scanned.map_or(sku, |product| product.sku.clone());
    stage.till.update(till::Intent::Sale(Intent::Cash(due)));
    for _ in 0..20 {
        stage.till.update(till::Intent::Scan(code.clone()));
    }
    stage.act(till::Intent::Tick);
    assert_eq!(stage.tickets().len(), 1);
    assert_eq!(stage.till.sale.count_of(&code), Quantity::pieces(20));
}

#[test]
fn a_ticket_paid_in_part_that_was_put_aside_goes_on_being_paid() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    stage.sale(Intent::Hold);
    let mut ticket = stage.register.held().unwrap().remove(0);
    let cheque = TenderRequest::Cheque { amount: Cents::new(100), reference: None };
    ticket.paying = Some(Paid { holders: 1, taken: vec![cheque] });
    stage.register.hold("op-3", &ticket).unwrap();
    stage.act(till::Intent::Go(Place::Held));
    stage.act(till::Intent::Held(held::Intent::TakeUp(Some(0))));
    assert_eq!(stage.till.place(), Place::Pay);
    pay(&mut stage, pay::Intent::Take);
    assert_eq!(stage.tickets()[0].payments.len(), 2);
}

#[test]
fn cash_opens_the_drawer_and_a_card_does_not() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    stage.sale(Intent::Card);
    assert_eq!(stage.drawers, 0);
    stage.sell(&["confiture"]);
    assert_eq!(stage.drawers, 1);
}

#[test]
fn a_ticket_that_is_given_up_without_a_reason_says_none() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    let due = stage.till.sale.basket.to_pay();
    stage.sale(Intent::Abandon);
    let detail = stage.events(320)[0].detail.clone().unwrap();
    assert!(detail.starts_with(&due.get().to_string()[..1]) && !detail.contains('('), "{detail}");
}

#[test]
fn a_managers_badge_gives_their_word() {
    let mut stage = Stage::with(Who::Cashier);
    let manager = stage.register.operators().find(|operator| operator.id == MANAGER).cloned().unwrap();
    let badge = comptoir_core::register::Change::Set(Badge::read("badge-of-the-manager").unwrap());
    let pin = comptoir_core::register::Change::Keep;
    stage.command("op-1", Command::PutOperator { operator: manager, pin, badge });
    stage.touch("confiture");
    stage.sale(Intent::Line(0));
    stage.sale(Intent::Edit(Edit::Type(editing::Figure::Price)));
    stage.sale(Intent::Edit(Edit::Digits("100".to_owned())));
    stage.sale(Intent::Edit(Edit::Take));
    stage.sale(Intent::Cash(Cents::new(100)));
    assert!(stage.till.word.is_some(), "another price is a manager's to give");
    stage.act(till::Intent::Scan("badge-of-the-manager".to_owned()));
    assert_eq!(stage.tickets()[0].totals.ttc, Cents::new(100));
}

#[test]
fn who_does_not_give_their_word_leaves_the_ticket_as_it_was() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    stage.sale(Intent::Line(0));
    stage.sale(Intent::Edit(Edit::Type(editing::Figure::Price)));
    stage.sale(Intent::Edit(Edit::Digits("100".to_owned())));
    stage.sale(Intent::Edit(Edit::Take));
    stage.sale(Intent::Cash(Cents::new(100)));
    stage.act(till::Intent::Word(word::Intent::Close));
    assert!(stage.was_refused());
    assert_eq!((stage.tickets(), stage.till.sale.basket.items().count()), (Vec::new(), 1));
}
