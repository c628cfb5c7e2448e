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
use crate::{held, tickets, till, word};

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

#[test]
fn a_line_that_was_taken_out_is_put_back_by_a_touch_within_five_seconds_and_its_removal_stays_recorded() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("baguette");
    stage.touch("confiture");
    stage.sale(Intent::Line(0));
    stage.sale(Intent::Edit(Edit::Remove));
    let rows = view::lines(&stage.till);
    assert_eq!((rows.len(), rows[0].removed, rows[1].removed), (2, true, false));
    stage.sale(Intent::Line(0));
    assert_eq!(stage.till.sale.basket.items().count(), 2);
    assert_eq!(stage.events(323).len(), 1);
    stage.sale(Intent::Line(1));
    stage.sale(Intent::Edit(Edit::Remove));
    for _ in 0..5 {
        stage.act(till::Intent::Tick);
    }
    assert_eq!(view::lines(&stage.till).len(), 1);
}

#[test]
fn a_line_below_one_that_was_taken_out_is_the_one_that_was_touched() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("baguette");
    stage.touch("confiture");
    stage.sale(Intent::Line(0));
    stage.sale(Intent::Edit(Edit::Remove));
    stage.sale(Intent::Line(1));
    assert!(view::line(&stage.till).title.to_lowercase().contains("confiture"));
}

#[test]
fn five_hundred_euros_for_a_jar_are_taken_only_by_somebody_who_is_sure() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    stage.sale(Intent::Cash(Cents::new(50_000)));
    assert_eq!(stage.tickets(), []);
    stage.act(till::Intent::Sure(false));
    assert_eq!((stage.tickets(), stage.till.doubt.is_none()), (Vec::new(), true));
    stage.sale(Intent::Cash(Cents::new(50_000)));
    stage.act(till::Intent::Sure(true));
    assert_eq!(stage.tickets()[0].payments[0].amount, Cents::new(50_000));
    assert!(!stage.till.is_sure, "the next is doubted again");
}

#[test]
fn a_hundred_jars_and_a_jar_for_nothing_are_doubted() {
    let mut stage = Stage::with(Who::Manager);
    stage.touch("confiture");
    for (figure, digits) in [(editing::Figure::Quantity, "100"), (editing::Figure::Price, "0")] {
        stage.sale(Intent::Line(0));
        stage.sale(Intent::Edit(Edit::Type(figure)));
        stage.sale(Intent::Edit(Edit::Digits(digits.to_owned())));
        stage.sale(Intent::Edit(Edit::Take));
        assert!(stage.till.doubt.is_some(), "{figure:?}");
        stage.act(till::Intent::Sure(true));
        stage.sale(Intent::Edit(Edit::Close));
    }
    assert_eq!(stage.till.sale.basket.items().next().unwrap().qty, Quantity::pieces(100));
    assert_eq!(stage.till.sale.basket.to_pay(), Cents::ZERO);
}

#[test]
fn the_code_of_the_last_ticket_is_shown_and_recorded_once() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["confiture"]);
    for _ in 0..2 {
        stage.sale(Intent::Receipt(ReceiptChoice::Code));
        let code = stage.till.sale.done.as_ref().unwrap().code.clone().unwrap();
        assert_eq!(stage.register.ticket_by_code(&code).unwrap().ticket.number, 1);
        stage.sale(Intent::CloseCode);
    }
    assert_eq!(stage.events(919).len(), 1);
    stage.sale(Intent::Receipt(ReceiptChoice::Print));
    assert_eq!((stage.events(917).len(), stage.prints), (1, 1));
}

/// Sells a jar, and begins to exchange it.
fn exchange(stage: &mut Stage) -> Cents {
    stage.sell(&["confiture"]);
    let worth = stage.tickets()[0].totals.ttc;
    stage.act(till::Intent::Go(Place::Tickets));
    stage.act(till::Intent::Tickets(tickets::Intent::Open(0)));
    stage.act(till::Intent::Tickets(tickets::Intent::Line(0)));
    stage.act(till::Intent::Tickets(tickets::Intent::Reason("trop sucrée".to_owned())));
    stage.act(till::Intent::Tickets(tickets::Intent::Exchange));
    assert_eq!(stage.till.place(), Place::Sale);
    worth
}

#[test]
fn goods_are_exchanged_for_dearer_ones_and_the_rest_is_paid_in_cash() {
    let mut stage = Stage::with(Who::Manager);
    let worth = exchange(&mut stage);
    stage.touch("confiture");
    stage.touch("baguette");
    let left = stage.till.sale.to_pay();
    assert_eq!(left, stage.till.sale.basket.to_pay() - worth);
    stage.sale(Intent::Cash(left));
    let [_, back, sold] = stage.tickets().try_into().unwrap();
    assert_eq!((back.ticket_type, back.totals.ttc), (comptoir_fiscal::entry::TicketType::Return, -worth));
    let paid: Vec<_> = sold.payments.iter().map(|payment| (payment.tender, payment.amount)).collect();
    assert_eq!(paid, [(Tender::CreditNote, worth), (Tender::Cash, left)]);
    assert!(stage.till.sale.exchange.is_none());
}

#[test]
fn goods_are_exchanged_for_as_dear_ones_and_a_card_is_not_asked_for() {
    let mut stage = Stage::with(Who::Manager);
    exchange(&mut stage);
    stage.touch("confiture");
    stage.sale(Intent::Pay);
    assert_eq!(stage.tickets().len(), 3, "nothing was left to pay");
    assert_eq!(stage.till.place(), Place::Sale);
}

#[test]
fn a_payment_screen_of_an_exchange_is_left_like_any_other_and_nothing_was_sealed() {
    let mut stage = Stage::with(Who::Manager);
    exchange(&mut stage);
    stage.touch("confiture");
    stage.touch("baguette");
    stage.sale(Intent::Pay);
    assert_eq!(stage.till.place(), Place::Pay);
    pay(&mut stage, pay::Intent::Leave);
    assert_eq!(stage.till.place(), Place::Sale);
    stage.sale(Intent::NoExchange);
    assert_eq!(stage.till.sale.to_pay(), stage.till.sale.basket.to_pay());
    assert_eq!(stage.tickets().len(), 1);
}

#[test]
fn a_terminal_is_not_asked_for_nothing() {
    let mut stage = Stage::with(Who::Manager);
    exchange(&mut stage);
    stage.till.terminal.waits = true;
    stage.touch("confiture");
    stage.sale(Intent::Card);
    assert!(stage.till.sale.card.is_none());
    assert_eq!(stage.tickets().len(), 3);
}

#[test]
fn a_paper_is_never_taken_for_one_that_was_looked_at_before_the_till_began_again() {
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["confiture"]);
    let look = |stage: &mut Stage| {
        stage.act(till::Intent::Go(Place::Tickets));
        stage.act(till::Intent::Tickets(tickets::Intent::Open(0)));
        stage.till.tickets.open.as_ref().unwrap().edition
    };
    let before = look(&mut stage);
    stage.till.begin_again();
    stage.act(till::Intent::Tick);
    assert!(look(&mut stage) > before);
}

#[test]
fn a_tile_that_is_held_shows_its_whole_name_and_asks_how_many() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sale(Intent::Search("confiture".to_owned()));
    stage.sale(Intent::HoldTile(0));
    let asked = view::ask(&stage.till);
    assert!(asked.open && asked.can_take && asked.title.starts_with("Confiture"), "{}", asked.title);
    for digit in ["1", "2"] {
        stage.sale(Intent::Answer(asking::Answer::Digits(digit.to_owned())));
    }
    assert!(view::ask(&stage.till).entry.starts_with("12"));
    stage.sale(Intent::Answer(asking::Answer::Take));
    assert!(stage.till.sale.asking.is_none());
    let item = stage.till.sale.basket.items().next().unwrap();
    assert_eq!(item.qty, Quantity::thousandths(12_000));
    // Without a figure it is one more, on the same line.
    stage.sale(Intent::HoldTile(0));
    stage.sale(Intent::Answer(asking::Answer::Take));
    assert_eq!(stage.till.sale.basket.items().map(|item| item.qty.get()).collect::<Vec<_>>(), [13_000]);
}
