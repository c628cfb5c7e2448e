//! Projections can be thrown away, lost or old: they say the same once they have caught up.

use comptoir_core::register::{Command, PayBack};

use crate::shop::{Till, chosen, credit_note, rows};

/// Some sales, a return to a credit note that is spent in part, a cancel.
pub(crate) fn busy(till: &mut Till) {
    let sale = till.sell(&[("VASE", 2000), ("CAFE", 1000)], &[]);
    let of = till.reference(&sale);
    let back = Command::Return {
        of,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::CreditNote],
        reason: "Fêlé".to_owned(),
    };
    let note = till.ask(back).unwrap().vouchers.remove(0);
    till.sell(&[("CAFE", 2000)], &[credit_note(&note, 2990)]);
    let undone = till.sell(&[("CAFE", 1000)], &[credit_note(&note, 2490)]);
    let of = till.reference(&undone);
    till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
}

#[test]
fn rebuilt_projections_equal_those_that_caught_up() {
    let mut till = Till::founded();
    busy(&mut till);
    let caught_up = rows(&till.shop_db());
    assert!(caught_up.iter().filter(|row| row.starts_with("ticket ")).count() == 5);
    till.register().rebuild_projections().unwrap();
    assert_eq!(rows(&till.shop_db()), caught_up);
    till.restart();
    till.register().rebuild_projections().unwrap();
    assert_eq!(rows(&till.shop_db()).len(), caught_up.len());
    till.end();
}

#[test]
fn an_older_shop_catches_up_when_the_register_opens() {
    let mut till = Till::founded();
    busy(&mut till);
    till.stop();
    let older = std::fs::read(till.shop_db()).unwrap();
    till.start();
    busy(&mut till);
    till.register().settle().unwrap();
    till.kill();
    let newer = rows(&till.shop_db());
    std::fs::write(till.shop_db(), older).unwrap();
    till.start();
    till.kill();
    let kept = |rows: Vec<String>| rows.into_iter().filter(|row| !row.starts_with("projection")).collect::<Vec<_>>();
    assert_eq!(kept(rows(&till.shop_db())), kept(newer));
    till.start();
    till.end();
}

#[test]
fn what_was_sealed_before_a_crash_and_not_settled_is_there_after_it() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[]);
    let id = till.next_id();
    let request = || comptoir_core::register::Request::new(id, "cashier", Command::Sell(Box::new(settled.clone())));
    let before = till.state();
    let sealed = till.register().execute(request()).unwrap();
    assert_eq!(till.state().1, before.1, "the head waits");
    assert_eq!(till.state().2, before.2, "and so do the projections");
    till.crash();
    assert_eq!(till.register().journal().sealed_before(id).unwrap(), Some(sealed.entry().unwrap().seq));
    assert!(till.register().execute(request()).unwrap().repeated);
    let of = till.reference(sealed.ticket().unwrap());
    assert_eq!(till.register().ticket(of).unwrap().entry, *sealed.entry().unwrap());
    till.register().settle().unwrap();
    assert_ne!(till.state().1, before.1);
    till.end();
}

#[test]
fn a_ticket_is_found_before_the_projections_were_settled() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[]);
    let id = till.next_id();
    let operator = "manager".to_owned();
    let command = Command::Sell(Box::new(settled));
    let request = comptoir_core::register::Request::new(id, operator.clone(), command);
    let ticket = till.register().execute(request).unwrap().ticket().unwrap().clone();
    let of = till.reference(&ticket);
    let (id, command) = (till.next_id(), Command::Cancel { of, reason: "Erreur".to_owned() });
    let request = comptoir_core::register::Request::new(id, operator, command);
    till.register().execute(request).unwrap();
    assert!(till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).is_err());
    till.end();
}
