//! Tickets found again: by what they are searched, by their code, in the journals that were left too, and what can still
//! come back of each.

use std::cell::RefCell;

use comptoir_core::correction::correct;
use comptoir_core::history::{Cursor, HistoryError, TicketSearch, TicketSummary};
use comptoir_core::register::{Command, PayBack, Refusal};
use comptoir_core::returns::{GivenBack, ReturnError};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Entry, Tender, Ticket, TicketRef, TicketType};
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::values::{Date, Hash, RegisterId};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::shop::{Till, card, cash, cents, chosen};

/// Everything that a search finds, page by page.
fn all(till: &mut Till, search: &TicketSearch, page: usize) -> Vec<TicketSummary> {
    let (mut found, mut before): (Vec<TicketSummary>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let some = till.register().find_tickets(search, before, page).unwrap();
        assert!(some.tickets.len() <= page);
        found.extend(some.tickets);
        before = some.next;
        if before.is_none() {
            return found;
        }
    }
}

fn numbers(found: &[TicketSummary]) -> Vec<u64> {
    found.iter().map(|summary| summary.ticket.number).collect()
}

fn code(till: &mut Till, ticket: &Ticket) -> Receipt {
    let of = till.reference(ticket);
    let sealed = till.register().ticket(of).unwrap();
    Receipt { register: of.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig }
}

fn refused(result: Result<TicketSummary, Refusal>) -> HistoryError {
    match result {
        Err(Refusal::History(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Some days of all that a till seals.
fn busy() -> Till {
    let mut till = Till::founded();
    for day in 20..26 {
        till.set_clock(&format!("2026-11-{day}T10:00:00+01:00"));
        let sale = till.sell(&[("VASE", 1000), ("CAFE", i64::from(day) * 1000)], &[cash(5000)]);
        let of = till.reference(&sale);
        till.sell_coffee();
        let two_means = till.sell(&[("PAIN", 4000)], &[cash(200)]);
        let basket = till.basket(&[("CAFE", 1000)]);
        let settled = till.settled(basket, &[]);
        till.ask_as("owner", Command::Sell(Box::new(settled))).unwrap();
        let back = Command::Return {
            of,
            chosen: vec![chosen(1, 1000)],
            pay_back: vec![PayBack::CreditNote],
            reason: "Fêlé".to_owned(),
        };
        till.ask(back).unwrap();
        if day % 2 == 0 {
            let of = till.reference(&two_means);
            till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
        }
    }
    till
}

/// What anybody finds who reads the journal from its end.
fn by_reading(entries: &[Entry], search: &TicketSearch) -> Vec<u64> {
    let fits = |entry: &&Entry| {
        let Body::Ticket(ticket) = &entry.body else { return false };
        let amount = cents(ticket.totals.ttc.get().abs());
        search.number.is_none_or(|number| number == ticket.number)
            && search.dates.is_none_or(|(first, last)| first <= ticket.business_date && ticket.business_date <= last)
            && search.amounts.is_none_or(|(least, most)| least <= amount && amount <= most)
            && search.operator.as_ref().is_none_or(|operator| *operator == entry.operator)
            && search.ticket_type.is_none_or(|ticket_type| ticket_type == ticket.ticket_type)
            && search.tender.is_none_or(|tender| ticket.payments.iter().any(|payment| payment.tender == tender))
    };
    let number = |entry: &Entry| match &entry.body {
        Body::Ticket(ticket) => ticket.number,
        _ => 0,
    };
    entries.iter().rev().filter(fits).map(number).collect()
}

fn any_search() -> impl Strategy<Value = (TicketSearch, usize)> {
    let date = |day: u32| format!("2026-11-{day}").parse::<Date>().unwrap();
    let dates = prop::option::of((19u32..27, 0u32..4).prop_map(move |(day, more)| (date(day), date(day + more))));
    let bounds = prop_oneof![
        Just((250, 250)),
        Just((2990, 2990)),
        (0i64..500, 0i64..90).prop_map(|(least, more)| (least, least + more)),
        (0i64..3000, 0i64..9000).prop_map(|(least, more)| (least, least + more)),
    ];
    let amounts = prop::option::of(bounds.prop_map(|(least, most)| (cents(least), cents(most))));
    let operator = prop::option::of(prop_oneof![Just("cashier"), Just("manager"), Just("owner"), Just("nobody")]);
    let types = [TicketType::Sale, TicketType::Return, TicketType::Cancel, TicketType::Correction];
    let tenders = [Tender::Cash, Tender::Card, Tender::CreditNote, Tender::Cheque];
    let ticket_type = prop::option::of(prop::sample::select(types.to_vec()));
    let tender = prop::option::of(prop::sample::select(tenders.to_vec()));
    let number = prop::option::weighted(0.1, 0u64..40);
    ((number, dates, amounts, operator, ticket_type, tender), 1usize..9).prop_map(
        |((number, dates, amounts, operator, ticket_type, tender), page)| {
            let operator = operator.map(str::to_owned);
            (TicketSearch { number, dates, amounts, operator, ticket_type, tender }, page)
        },
    )
}

#[test]
fn whatever_is_searched_for_is_what_reading_the_whole_journal_finds_newest_first() {
    let till = RefCell::new(busy());
    let entries = till.borrow_mut().entries();
    let found_any = RefCell::new(0);
    TestRunner::new(ProptestConfig { cases: 600, ..ProptestConfig::default() })
        .run(&any_search(), |(search, page)| {
            let found = all(&mut till.borrow_mut(), &search, page);
            prop_assert_eq!(numbers(&found), by_reading(&entries, &search));
            *found_any.borrow_mut() += usize::from(!found.is_empty());
            Ok(())
        })
        .unwrap();
    assert!(*found_any.borrow() > 100, "{} searches found anything", found_any.borrow());
    till.into_inner().end();
}

#[test]
fn a_line_of_the_history_says_what_the_ticket_was_and_what_became_of_it() {
    let mut till = Till::founded();
    let sale = till.sell(&[("VASE", 2000)], &[cash(1000)]);
    let of = till.reference(&sale);
    let untouched = till.sell_coffee();
    let back = |pay_back| Command::Return { of, chosen: vec![chosen(1, 1000)], pay_back, reason: "Fêlé".to_owned() };
    till.ask(back(vec![PayBack::CreditNote])).unwrap();
    let undone = till.sell_coffee();
    let of = till.reference(&undone);
    till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
    let corrected = till.sell_coffee();
    let of = till.reference(&corrected);
    let terms = till.register().terms();
    let mut correction = correct(of, &corrected, &GivenBack::default(), &[0], "Carte", cents(250), &terms).unwrap();
    correction.tender(card(cents(250))).unwrap();
    till.ask(Command::Sell(Box::new(correction.settle().unwrap()))).unwrap();

    let found = all(&mut till, &TicketSearch::default(), 3);
    let line = |number: u64| found.iter().find(|summary| summary.ticket.number == number).unwrap();
    let first = line(sale.number);
    assert_eq!((first.document.as_str(), first.label.as_str()), ("01-T-00000001", "01"));
    assert_eq!(first.at.to_string(), "2026-11-20T10:00:00+01:00");
    assert_eq!((first.business_date, first.ttc), (sale.business_date, cents(5980)));
    assert_eq!((first.operator.as_str(), first.operator_name.as_str()), ("cashier", "Exemple cashier"));
    assert_eq!((first.ticket_type, &first.tenders[..]), (TicketType::Sale, &[Tender::Card, Tender::Cash][..]));
    let since = |number| (line(number).since.came_back, line(number).since.cancelled, line(number).since.corrected);
    assert_eq!(since(sale.number), (true, false, false));
    assert_eq!(since(untouched.number), (false, false, false));
    assert_eq!(since(undone.number), (false, true, false));
    assert_eq!(since(corrected.number), (false, false, true));
    till.end();
}

#[test]
fn bounds_the_wrong_way_round_are_said() {
    let mut till = Till::founded();
    let day = |text: &str| text.parse::<Date>().unwrap();
    let dates = Some((day("2026-11-21"), day("2026-11-20")));
    let amounts = |least, most| Some((cents(least), cents(most)));
    for search in [
        TicketSearch { dates, ..TicketSearch::default() },
        TicketSearch { amounts: amounts(200, 100), ..TicketSearch::default() },
        TicketSearch { amounts: amounts(-100, 100), ..TicketSearch::default() },
    ] {
        let refusal = till.register().find_tickets(&search, None, 10).unwrap_err();
        assert!(matches!(refusal, Refusal::History(_)), "{refusal:?}");
    }
    till.end();
}

/// A till whose first journal was put back, and that goes on in another.
fn with_a_left_journal() -> (Till, TicketRef, Receipt, Receipt) {
    let mut till = Till::founded();
    let kept = till.sell(&[("VASE", 2000)], &[]);
    let (of, kept) = (till.reference(&kept), code(&mut till, &kept));
    let database = till.journal_folder(of.register).join("journal.db");
    till.stop();
    let older = std::fs::read(&database).unwrap();
    till.start();
    let lost = till.sell_coffee();
    let lost = code(&mut till, &lost);
    till.stop();
    std::fs::write(&database, older).unwrap();
    till.start();
    assert_ne!(till.register().id(), of.register);
    (till, of, kept, lost)
}

#[test]
fn tickets_of_a_journal_that_was_left_are_found_under_its_label_and_come_back() {
    let (mut till, of, kept, lost) = with_a_left_journal();
    till.sell_coffee();
    till.sell_coffee();
    let found = all(&mut till, &TicketSearch::default(), 2);
    let documents: Vec<&str> = found.iter().map(|summary| summary.document.as_str()).collect();
    assert_eq!(documents, ["01-2-T-00000002", "01-2-T-00000001", "01-T-00000002", "01-T-00000001"]);
    let first = TicketSearch { number: Some(1), ..TicketSearch::default() };
    assert_eq!(all(&mut till, &first, 9).len(), 2, "one of each journal");
    assert_eq!(till.register().ticket_by_code(&kept.text("comptoir:")).unwrap().ticket, of);
    let error = refused(till.register().ticket_by_code(&lost.text("comptoir:")));
    assert_eq!(error, HistoryError::NotHeld { label: "01".to_owned() });
    assert_eq!(till.register().left_to_return(of).unwrap().pays_back, cents(5980));
    let back = Command::Return {
        of,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::CreditNote],
        reason: "Fêlé".to_owned(),
    };
    till.ask(back).unwrap();
    assert_eq!(till.register().left_to_return(of).unwrap().pays_back, cents(2990));
    assert!(till.register().ticket_by_code(&kept.text("comptoir:")).unwrap().since.came_back);
    till.stop();
}

#[test]
fn what_left_journals_hold_is_derived_again_after_an_update() {
    let (mut till, of, ..) = with_a_left_journal();
    till.stop();
    // The lost sale is in no journal any more, so it is not derived again.
    let older = "UPDATE setting SET value = '\"other tables\"' WHERE name = 'projections'";
    rusqlite::Connection::open(till.shop_db()).unwrap().execute_batch(older).unwrap();
    till.start();
    let found = all(&mut till, &TicketSearch::default(), 2);
    assert_eq!(found.iter().map(|summary| summary.ticket).collect::<Vec<_>>(), [of]);
    till.restart();
    assert_eq!(all(&mut till, &TicketSearch::default(), 2).len(), 1);
    till.stop();
}

#[test]
fn a_ticket_is_known_by_its_code_and_an_altered_one_is_not() {
    let mut till = Till::founded();
    let sale = till.sell_coffee();
    let receipt = code(&mut till, &sale);
    for base in ["comptoir:", "https://caisse.example"] {
        let found = till.register().ticket_by_code(&receipt.text(base)).unwrap();
        assert_eq!(found, till.register().find_tickets(&TicketSearch::default(), None, 1).unwrap().tickets[0]);
    }
    let elsewhere: RegisterId = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
    let not_held = HistoryError::NotHeld { label: "01".to_owned() };
    for (altered, expected) in [
        (Receipt { register: elsewhere, ..receipt.clone() }, HistoryError::OfAnotherTill),
        (Receipt { hash: Hash::ZERO, ..receipt.clone() }, not_held.clone()),
        (Receipt { seq: receipt.seq - 1, ..receipt.clone() }, not_held.clone()),
        (Receipt { seq: 4_000_000, ..receipt.clone() }, not_held),
    ] {
        assert_eq!(refused(till.register().ticket_by_code(&altered.text("comptoir:"))), expected);
    }
    let genesis = till.register().journal().entry(0).unwrap();
    let no_ticket = Receipt { seq: 0, hash: genesis.hash, ..receipt };
    for text in [no_ticket.text("comptoir:").as_str(), "3760001234567", ""] {
        assert_eq!(refused(till.register().ticket_by_code(text)), HistoryError::NotATicketsCode, "{text}");
    }
    till.end();
}

#[test]
fn what_can_still_come_back_is_said_line_by_line_with_how_it_may_be_paid_back() {
    let mut till = Till::founded();
    let cheque = TenderRequest::Cheque { amount: cents(3000), reference: None };
    let sale = till.sell(&[("VASE", 2000), ("POMME", 1500)], &[cheque]);
    let of = till.reference(&sale);
    let left = till.register().left_to_return(of).unwrap();
    let lines: Vec<_> = left.lines.iter().map(|line| (line.n, line.left.get(), line.pays_back.get())).collect();
    assert_eq!(lines, [(1, 2000, 5980), (2, 1500, 449)]);
    assert_eq!(left.pays_back, sale.totals.ttc);
    let ways = |left: &comptoir_core::returns::Returnable| -> Vec<(Tender, i64)> {
        left.ways.iter().map(|way| (way.tender, way.most.get())).collect()
    };
    assert_eq!(ways(&left), [(Tender::Cheque, 3000), (Tender::Card, 3429)]);
    let by_cheque = PayBack::Tender { tender: Tender::Cheque, reference: None, amount: cents(2990) };
    let back =
        Command::Return { of, chosen: vec![chosen(1, 1000)], pay_back: vec![by_cheque], reason: "Fêlé".to_owned() };
    let returned = till.ask(back).unwrap().ticket().unwrap().clone();
    let left = till.register().left_to_return(of).unwrap();
    let lines: Vec<_> = left.lines.iter().map(|line| (line.n, line.left.get(), line.pays_back.get())).collect();
    assert_eq!(lines, [(1, 1000, 2990), (2, 1500, 449)]);
    assert_eq!(ways(&left), [(Tender::Cheque, 10), (Tender::Card, 3429)]);
    let the_return = till.reference(&returned);
    let refusal = till.register().left_to_return(the_return).unwrap_err();
    assert!(matches!(refusal, Refusal::Return(ReturnError::NotASale { .. })));
    till.end();
}
