//! The common sales by taps on the very controls, at the three shapes, within the taps that they may take; each ends by
//! what stands in the journal.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_fiscal::entry::{Tender, Ticket};
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Cents;
use comptoir_ui::lock;
use comptoir_ui::till::Intent;
use hand::{Hand, SHAPES, TARGET};

fn paid(ticket: &Ticket) -> Vec<(Tender, i64)> {
    ticket.payments.iter().map(|payment| (payment.tender, payment.amount.get())).collect()
}

#[test]
fn an_article_is_sold_for_exact_cash_in_two_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Formule salade");
        hand.tap("Cash €");
        assert_eq!(hand.taps, 2);
        let ticket = hand.newest();
        assert_eq!((paid(&ticket), ticket.change), (vec![(Tender::Cash, ticket.totals.ttc.get())], Cents::ZERO));
    }
}

#[test]
fn three_articles_are_sold_for_a_note_of_twenty_in_four_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let sku = hand.sku_of("Baguette de tradition");
        for _ in 0..3 {
            hand.scan(&sku);
        }
        hand.tap("Cash, €20.00");
        assert_eq!(hand.taps, 4);
        let ticket = hand.newest();
        assert_eq!(paid(&ticket), [(Tender::Cash, 2000)]);
        assert_eq!(ticket.change, Cents::new(2000) - ticket.totals.ttc);
    }
}

#[test]
fn five_scans_are_paid_by_card_in_six() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let sku = hand.sku_of("Baguette de tradition");
        for _ in 0..5 {
            hand.scan(&sku);
        }
        hand.tap("Card");
        assert_eq!(hand.taps, 6);
        let ticket = hand.newest();
        assert_eq!(paid(&ticket), [(Tender::Card, ticket.totals.ttc.get())]);
        assert_eq!(ticket.lines[0].qty.get(), 5000);
    }
}

#[test]
fn every_control_of_the_sale_has_a_name_and_room_for_a_finger() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Formule salade");
        for button in hand.buttons() {
            let label = button.accessible_label().unwrap_or_default();
            assert!(!label.trim().is_empty(), "a control without a name at {shape:?}");
            let size = button.size();
            assert!(size.width >= TARGET && size.height >= TARGET, "{label} is {size:?} at {shape:?}");
        }
    }
}

#[test]
fn a_till_that_stops_in_the_middle_of_a_ticket_comes_back_with_it() {
    i_slint_backend_testing::init_no_event_loop();
    let mut hand = Hand::at(SHAPES[0]);
    hand.tap("Formule salade");
    hand.rehearsal.restart(Language::English).unwrap();
    hand.rehearsal.screens().update(Intent::Door(lock::Intent::Who(2)));
    hand.rest();
    assert_eq!(hand.rehearsal.screens().with(|till| till.sale().basket().items().count()), 1);
    hand.tap("Cash €");
    assert_eq!(hand.newest().payments.len(), 1);
}
