use comptoir_core::sample::{MANAGER, MANAGERS_PIN};
use comptoir_fiscal::entry::Ticket;
use comptoir_fiscal::values::{Cents, Quantity};

use super::*;
use crate::sale;
use crate::stage::{Stage, Who};
use crate::till::Intent as Any;
use crate::word;

fn tickets(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Tickets(intent));
}

fn go(stage: &mut Stage) {
    stage.act(Any::Go(Place::Tickets));
}

fn last(stage: &Stage) -> Ticket {
    stage.tickets().pop().unwrap()
}

/// The text in the code at the end of the newest ticket.
fn code(stage: &Stage) -> String {
    let journal = stage.register.journal();
    let sealed = (0..journal.standing().size()).rev().map(|seq| journal.entry(seq).unwrap());
    let sealed = sealed.into_iter().find(|sealed| sealed.entry.kind == comptoir_fiscal::entry::Kind::Ticket).unwrap();
    Receipt { register: sealed.entry.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig }
        .text("comptoir:")
}

fn numbers(stage: &Stage) -> Vec<u64> {
    stage.till.tickets.rows.iter().map(|row| row.ticket.number).collect()
}

#[test]
fn one_line_comes_back_in_five_taps_from_the_code_of_its_ticket() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette", "confiture"]);
    let sold = last(&stage);
    let scanned = code(&stage);
    stage.act(Any::Scan(scanned));
    assert_eq!(stage.till.place(), Place::Tickets, "a ticket's code opens it from the sale screen too");
    tickets(&mut stage, Intent::Line(1));
    let reason = view::reasons(&stage.till)[0].label.to_string();
    tickets(&mut stage, Intent::Reason(reason.clone()));
    let offers = view::offers(&stage.till);
    let in_cash = format!("Rembourser {} en espèces", stage.till.money(sold.lines[1].total));
    assert_eq!(offers[0].as_str(), in_cash);
    tickets(&mut stage, Intent::PayBack(0));
    assert_eq!(stage.tickets().len(), 1, "nothing is sealed before it is confirmed");
    tickets(&mut stage, Intent::Confirm);
    let back = last(&stage);
    assert_eq!(back.ticket_type, TicketType::Return);
    assert_eq!(back.refers_to.map(|of| of.number), Some(1));
    assert_eq!(back.reason.as_deref(), Some(reason.as_str()));
    assert_eq!(back.totals.ttc, -sold.lines[1].total);
    assert_eq!(back.payments.iter().map(|payment| payment.tender).collect::<Vec<_>>(), [Tender::Cash]);
    let open = stage.till.tickets.open.as_ref().unwrap();
    assert_eq!(open.summary.ticket.number, 2, "the return is opened, to be printed");
}

#[test]
fn without_a_reason_nothing_comes_back() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Line(0));
    tickets(&mut stage, Intent::PayBack(0));
    tickets(&mut stage, Intent::Confirm);
    assert!(stage.till.tickets.open.as_ref().is_some_and(|open| !open.sure));
    assert_eq!(stage.tickets().len(), 1);
}

#[test]
fn a_part_of_a_line_comes_back_on_a_credit_note_and_the_rest_stays_to_return() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette", "baguette", "baguette"]);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Line(0));
    tickets(&mut stage, Intent::Pieces(0, -1));
    tickets(&mut stage, Intent::Reason("Trop".to_owned()));
    let credit_note = view::offers(&stage.till).len() - 1;
    tickets(&mut stage, Intent::PayBack(credit_note));
    tickets(&mut stage, Intent::Confirm);
    let back = last(&stage);
    assert_eq!(back.lines[0].qty, Quantity::pieces(-2));
    assert_eq!(back.payments[0].tender, Tender::CreditNote);
    assert_eq!(stage.till.tickets.open.as_ref().unwrap().vouchers.len(), 1);
    tickets(&mut stage, Intent::PrintVoucher(0));
    assert_eq!(stage.prints, 1);
    tickets(&mut stage, Intent::Back);
    let sale = stage.till.tickets.rows.iter().position(|row| row.ticket.number == 1).unwrap();
    assert!(stage.till.tickets.rows[sale].since.came_back);
    tickets(&mut stage, Intent::Open(sale));
    let left = stage.till.tickets.open.as_ref().unwrap().left.as_ref().unwrap();
    assert_eq!(left.lines[0].left, Quantity::ONE);
}

#[test]
fn what_no_single_means_paid_is_paid_back_by_all_of_them() {
    let mut stage = Stage::with(Who::Cashier);
    stage.touch("confiture");
    let due = stage.till.sale.basket.to_pay();
    stage.sale(sale::Intent::Pay);
    stage.act(Any::Pay(crate::pay::Intent::Means(crate::pay::Means::Cheque)));
    stage.act(Any::Pay(crate::pay::Intent::Amount(Cents::new(100))));
    stage.act(Any::Pay(crate::pay::Intent::Take));
    stage.act(Any::Pay(crate::pay::Intent::Take));
    assert_eq!(stage.tickets().len(), 1, "{:?}", stage.till.toast);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Line(0));
    tickets(&mut stage, Intent::Reason("Défectueux".to_owned()));
    tickets(&mut stage, Intent::PayBack(0));
    tickets(&mut stage, Intent::Confirm);
    let mut back: Vec<_> = last(&stage).payments.iter().map(|payment| (payment.tender, payment.amount)).collect();
    back.sort();
    assert_eq!(back, [(Tender::Cash, Cents::new(100) - due), (Tender::Cheque, Cents::new(-100))]);
}

#[test]
fn tickets_are_found_by_number_amount_date_and_kind() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    stage.sell(&["confiture"]);
    let amount = last(&stage).totals.ttc;
    go(&mut stage);
    assert_eq!(numbers(&stage), [2, 1], "the newest first");
    let written = stage.till.language().amount(amount);
    for (text, found) in
        [("1", vec![1]), (written.as_str(), vec![2]), ("24/11/2026", vec![2, 1]), ("23/11/2026", vec![])]
    {
        tickets(&mut stage, Intent::Search(text.to_owned()));
        assert_eq!(numbers(&stage), found, "{text}");
    }
    let before = numbers(&stage);
    tickets(&mut stage, Intent::Search("madame".to_owned()));
    assert!(stage.till.tickets.not_understood);
    assert_eq!(numbers(&stage), before, "what was found last stays");
    tickets(&mut stage, Intent::Everything);
    tickets(&mut stage, Intent::Tender(Tender::Card));
    assert!(numbers(&stage).is_empty());
    tickets(&mut stage, Intent::Tender(Tender::Card));
    tickets(&mut stage, Intent::Kind(TicketType::Sale));
    tickets(&mut stage, Intent::Operator(comptoir_core::sample::CASHIER.to_owned()));
    assert_eq!(numbers(&stage), [2, 1]);
    tickets(&mut stage, Intent::Operator(MANAGER.to_owned()));
    assert!(numbers(&stage).is_empty());
}

#[test]
fn older_tickets_are_read_when_the_end_is_near() {
    let mut stage = Stage::with(Who::Cashier);
    let sold = PAGE + 7;
    for _ in 0..sold {
        stage.sell(&["baguette"]);
    }
    go(&mut stage);
    assert_eq!(numbers(&stage).len(), PAGE);
    tickets(&mut stage, Intent::More);
    assert_eq!(numbers(&stage).len(), sold);
    assert_eq!(numbers(&stage).last(), Some(&1));
    tickets(&mut stage, Intent::More);
    assert_eq!(numbers(&stage).len(), sold, "nothing is read twice");
}

#[test]
fn a_whole_ticket_is_cancelled_to_the_means_that_paid_it() {
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["baguette", "confiture"]);
    let sold = last(&stage);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Cancel);
    tickets(&mut stage, Intent::Prepare);
    assert!(stage.was_refused(), "a reason is asked for first");
    tickets(&mut stage, Intent::Reason("Vendu deux fois".to_owned()));
    tickets(&mut stage, Intent::Prepare);
    assert!(view::ticket(&stage.till).confirm.contains(&stage.till.money(sold.totals.ttc)));
    tickets(&mut stage, Intent::Confirm);
    let undone = last(&stage);
    assert_eq!((undone.ticket_type, undone.totals.ttc), (TicketType::Cancel, -sold.totals.ttc));
    tickets(&mut stage, Intent::Back);
    let sale = stage.till.tickets.rows.iter().position(|row| row.ticket.number == 1).unwrap();
    tickets(&mut stage, Intent::Open(sale));
    let view = view::ticket(&stage.till);
    assert!(!view.can_cancel && !view.can_correct && !view.has_lines && !view.why_not.is_empty());
}

#[test]
fn a_cashier_cancels_with_a_managers_word_and_not_without_it() {
    let mut stage = Stage::with(Who::Cashier);
    stage.has_a_pin(MANAGERS_PIN);
    stage.sell(&["baguette"]);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Cancel);
    tickets(&mut stage, Intent::Reason("Vendu deux fois".to_owned()));
    tickets(&mut stage, Intent::Prepare);
    tickets(&mut stage, Intent::Confirm);
    assert!(stage.till.word.is_some());
    stage.act(Any::Word(word::Intent::Close));
    assert!(stage.was_refused());
    assert_eq!(stage.tickets().len(), 1);
    tickets(&mut stage, Intent::Prepare);
    tickets(&mut stage, Intent::Confirm);
    stage.gives_their_word(MANAGERS_PIN);
    assert_eq!(last(&stage).ticket_type, TicketType::Cancel, "{:?}", stage.till.toast);
}

#[test]
fn a_payment_entered_wrongly_is_put_right_by_a_correction() {
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["confiture"]);
    let total = last(&stage).totals.ttc;
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Correct);
    assert!(!view::ticket(&stage.till).ready);
    tickets(&mut stage, Intent::Right(Right::Card));
    tickets(&mut stage, Intent::Reason("Mauvaise touche".to_owned()));
    tickets(&mut stage, Intent::Prepare);
    tickets(&mut stage, Intent::Confirm);
    let correction = last(&stage);
    assert_eq!(correction.ticket_type, TicketType::Correction);
    let payments: Vec<_> = correction.payments.iter().map(|payment| (payment.tender, payment.amount)).collect();
    assert_eq!(payments, [(Tender::Cash, -total), (Tender::Card, total)]);
    assert_eq!(correction.reason.as_deref(), Some("Mauvaise touche"));
}

#[test]
fn a_correction_that_the_law_does_not_allow_is_refused_and_seals_nothing() {
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["baguette"]);
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Correct);
    // A holiday voucher by telephone begins at 20 €, and a baguette costs less.
    tickets(&mut stage, Intent::Right(Right::HolidayVoucherConnect));
    tickets(&mut stage, Intent::Reason("Mauvaise touche".to_owned()));
    tickets(&mut stage, Intent::Prepare);
    tickets(&mut stage, Intent::Confirm);
    assert!(stage.was_refused());
    assert_eq!(stage.tickets().len(), 1);
    assert!(stage.till.tickets.open.as_ref().is_some_and(|open| !open.waits && !open.sure));
}

#[test]
fn a_later_print_is_a_numbered_duplicate_that_the_journal_records() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    stage.sale(sale::Intent::Receipt(comptoir_core::printing::ReceiptChoice::Print));
    go(&mut stage);
    tickets(&mut stage, Intent::Open(0));
    tickets(&mut stage, Intent::Print);
    let queue = stage.register.print_queue().unwrap();
    assert_eq!(queue.iter().map(|job| job.copy).collect::<Vec<_>>(), [None, Some(1)]);
    assert_eq!(stage.prints, 2);
}

#[test]
fn a_code_that_is_no_tickets_is_refused_in_this_room_and_opens_nothing() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    let altered = code(&stage).replacen(".", ".9", 1);
    go(&mut stage);
    for scanned in ["4006381333931".to_owned(), altered] {
        stage.act(Any::Scan(scanned));
        assert!(stage.was_refused());
        assert!(stage.till.tickets.open.is_none());
    }
}
