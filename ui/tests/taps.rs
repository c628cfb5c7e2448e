//! The common sales by taps on the very controls, at the three shapes, within the taps that they may take; each ends by
//! what stands in the journal.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_fiscal::entry::{Tender, Ticket, TicketType};
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
        hand.tap("Cash, €20");
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
fn a_meal_voucher_card_and_cash_for_the_rest_take_four_taps_after_the_articles() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let sku = hand.sku_of("Baguette de tradition");
        for _ in 0..20 {
            hand.scan(&sku);
        }
        hand.taps = 0;
        hand.tap("Other means of payment");
        hand.tap("Meal voucher card");
        hand.tap("Take €25.00 by");
        hand.tap("Take €");
        assert_eq!(hand.taps, 4);
        let ticket = hand.newest();
        let rest = ticket.totals.ttc.get() - 2500;
        assert!(rest > 0);
        assert_eq!(paid(&ticket), [(Tender::MealVoucher, 2500), (Tender::Cash, rest)]);
    }
}

#[test]
fn a_line_comes_back_with_its_reason_in_five_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let sku = hand.sku_of("Baguette de tradition");
        hand.scan(&sku);
        hand.tap("Cash €");
        let code = hand.code_of_newest();
        hand.taps = 0;
        hand.scan(&code);
        hand.tap("1 × Baguette de tradition");
        hand.tap("Not as wanted");
        hand.tap("Pay back");
        hand.tap("Pay back");
        assert_eq!(hand.taps, 5);
        let ticket = hand.newest();
        assert_eq!((ticket.ticket_type, ticket.reason.as_deref()), (TicketType::Return, Some("Ne convient pas")));
        assert_eq!(paid(&ticket), [(Tender::Cash, ticket.totals.ttc.get())]);
    }
}

#[test]
fn a_line_is_reduced_by_a_tenth_in_three_taps_and_fewer() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let sku = hand.sku_of("Baguette de tradition");
        hand.scan(&sku);
        hand.open_ticket();
        hand.taps = 0;
        hand.tap("1 × Baguette de tradition");
        hand.tap("10% off");
        assert!(hand.taps <= 3);
        hand.tap("Close: ");
        hand.close_ticket();
        hand.tap("Cash €");
        let line = &hand.newest().lines[0];
        let off: i64 = line.discounts.iter().map(|discount| discount.amount.get()).sum();
        assert_eq!(off, (line.unit_price.get() + 5) / 10);
    }
}

#[test]
fn a_ticket_is_held_another_served_and_the_first_taken_up_again_in_three_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let (first, second) = (hand.sku_of("Baguette de tradition"), hand.sku_of("Croissant au beurre"));
        hand.scan(&first);
        let total = hand.rehearsal.screens().with(|till| till.language().money(till.sale().to_pay()));
        let total = format!(", {total}");
        hand.taps = 0;
        hand.tap("Hold the ticket");
        let held = hand.taps;
        hand.scan(&second);
        hand.tap("Cash €");
        hand.taps = held;
        hand.tap("Held tickets: 1");
        hand.tap_where(|label| label.ends_with(&total));
        assert_eq!(hand.taps, 3);
        hand.tap("Cash €");
        assert_eq!(hand.newest().lines[0].sku, first);
    }
}

#[test]
fn an_article_is_weighed_in_a_tap_its_digits_and_a_tap() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.rehearsal.screens().update(Intent::Sale(comptoir_ui::sale::Intent::Search("raisin".to_owned())));
        hand.rest();
        hand.tap("Raisin blanc");
        for digit in ["2", "5", "0"] {
            hand.key(digit);
        }
        hand.tap("Add €");
        assert_eq!(hand.taps, 2 + 3);
        hand.tap("Cash €");
        let line = &hand.newest().lines[0];
        // The wrapping weighs 4 g.
        assert_eq!(line.qty.get(), 250 - 4);
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
