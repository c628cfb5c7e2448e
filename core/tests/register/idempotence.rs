//! A command seals once, whoever repeats it and whenever.

use std::sync::Arc;

use comptoir_core::register::{Command, Desk, Request};
use comptoir_fiscal::entry::{Body, CashType, Kind};

use crate::shop::{Till, cash, cents, command_id};

#[test]
fn the_same_command_again_gets_its_answer_and_seals_nothing() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[cash(250)]);
    let ask = || Request::new(command_id(7), "cashier", Command::Sell(Box::new(settled.clone())));
    let first = till.register().execute(ask()).unwrap();
    assert!(!first.repeated);
    let size = till.register().journal().standing().size();
    let again = till.register().execute(ask()).unwrap();
    assert!(again.repeated);
    assert_eq!((again.entry(), again.ticket()), (first.entry(), first.ticket()));
    assert_eq!(till.register().journal().standing().size(), size);
    till.crash();
    let after = till.register().execute(ask()).unwrap();
    assert!(after.repeated);
    assert_eq!(after.lines, again.lines);
    // Whatever else the same id now asks: it was answered.
    let other = Request::new(command_id(7), "nobody", Command::CloseDay);
    assert_eq!(till.register().execute(other).unwrap().lines, again.lines);
    till.end();
}

#[test]
fn a_repeated_return_names_the_credit_note_that_it_issued() {
    let mut till = Till::founded();
    let sale = till.sell(&[("VASE", 1000)], &[]);
    let of = till.reference(&sale);
    let ask = |id| {
        Request::new(
            id,
            "cashier",
            Command::Return {
                of,
                chosen: vec![crate::shop::chosen(1, 1000)],
                pay_back: vec![comptoir_core::register::PayBack::CreditNote],
                reason: "Fêlé".to_owned(),
            },
        )
    };
    let first = till.register().execute(ask(command_id(9))).unwrap();
    assert_eq!(first.vouchers.len(), 1);
    assert_eq!(first.vouchers[0].amount, cents(2990));
    till.crash();
    let again = till.register().execute(ask(command_id(9))).unwrap();
    assert_eq!((again.repeated, again.vouchers), (true, first.vouchers));
    till.end();
}

#[test]
fn threads_that_ask_the_same_at_once_seal_it_once_and_all_hear_of_it() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[cash(250)]);
    let desk = Arc::new(Desk::start(till.take()).unwrap());
    let askers: Vec<_> = (0..16u128)
        .map(|n| {
            let (desk, settled) = (Arc::clone(&desk), settled.clone());
            std::thread::spawn(move || {
                let request = Request::new(command_id(n % 4), "cashier", Command::Sell(Box::new(settled)));
                let answer = desk.ask(|register| register.execute(request).unwrap()).unwrap();
                (n % 4, answer.repeated, answer.ticket().unwrap().number)
            })
        })
        .collect();
    let answers: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
    assert_eq!(answers.iter().filter(|(_, repeated, _)| !repeated).count(), 4);
    for (id, _, number) in &answers {
        assert!(answers.iter().all(|(other, _, theirs)| (id == other) == (number == theirs)));
    }
    Arc::into_inner(desk).unwrap().close().unwrap();
    till.start();
    let tickets = till.entries().into_iter().filter(|entry| entry.kind == Kind::Ticket).count();
    assert_eq!(tickets, 4);
    till.end();
}

#[test]
fn a_desk_does_what_it_is_asked_in_the_order_asked_and_finishes_before_it_closes() {
    let mut till = Till::founded();
    let desk = Desk::start(till.take()).unwrap();
    for n in 1..=20i64 {
        let movement = Command::MoveCash { movement: CashType::In, amount: cents(n), reason: None };
        let id = command_id(u128::try_from(n).unwrap());
        let request = Request::new(id, "cashier", movement);
        desk.ask(|register| register.execute(request).unwrap()).unwrap();
    }
    desk.close().unwrap();
    till.start();
    let amounts: Vec<i64> = till
        .entries()
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Cash(cash) => Some(cash.amount.get()),
            _ => None,
        })
        .collect();
    assert_eq!(amounts, (1..=20).collect::<Vec<_>>());
    assert!(till.events().contains(&40));
    till.end();
}

#[test]
fn a_head_that_cannot_be_written_costs_no_sale() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[cash(250)]);
    let id = till.register().id();
    let head = till.journal_folder(id).join("head");
    let desk = Desk::start(till.take()).unwrap();
    std::fs::remove_file(&head).unwrap();
    std::fs::create_dir(&head).unwrap();
    for n in 1..=3 {
        let settled = settled.clone();
        let sale = Command::Sell(Box::new(settled));
        let request = Request::new(command_id(n), "cashier", sale);
        desk.ask(|register| register.execute(request).unwrap()).unwrap();
    }
    std::fs::remove_dir(&head).unwrap();
    desk.close().unwrap();
    till.start();
    assert_eq!(till.entries().iter().filter(|entry| entry.kind == Kind::Ticket).count(), 3);
    till.end();
}
