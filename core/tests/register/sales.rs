//! Sales: every means of payment, what is answered, what is sealed.

use comptoir_core::basket::{Issue, Reduction};
use comptoir_core::register::Command;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Kind, Tender, TicketType};

use crate::shop::{Till, cash, cents};

#[test]
fn a_sale_is_answered_with_its_ticket_as_it_is_sealed() {
    let mut till = Till::founded();
    let answer = till.try_to_sell(&[("CAFE", 2000), ("POMME", 1500)], &[cash(1000)]).unwrap();
    assert!(!answer.repeated && answer.vouchers.is_empty() && answer.closings().next().is_none());
    let entry = answer.entry().unwrap().clone();
    assert_eq!((entry.kind, entry.operator.as_str()), (Kind::Ticket, "cashier"));
    let ticket = answer.ticket().unwrap();
    assert_eq!((ticket.number, ticket.ticket_type), (1, TicketType::Sale));
    assert_eq!(ticket.business_date.to_string(), "2026-11-20");
    assert_eq!((ticket.totals.ttc, ticket.change), (cents(949), cents(51)));
    assert_eq!((ticket.gt.net, ticket.gt.abs), (cents(949), cents(949)));
    assert_eq!(till.entries().last().unwrap(), &entry);
    let reference = till.reference(ticket);
    assert_eq!(till.register().ticket(reference).unwrap().entry, entry);
    till.end();
}

#[test]
fn every_means_of_payment_is_sealed_alone_and_in_splits() {
    let mut till = Till::founded();
    let amount = cents(100);
    let none = || None;
    let requests = [
        cash(100),
        TenderRequest::Card { amount, reference: Some("AUTH 123456".to_owned()) },
        TenderRequest::Cheque { amount, reference: none() },
        TenderRequest::MealVoucherCard { amount, reference: none() },
        TenderRequest::MealVoucherPaper { face: amount, reference: none() },
        TenderRequest::HolidayVoucherPaper { face: amount, reference: none() },
        TenderRequest::HolidayVoucherConnect { amount: cents(2000), reference: none() },
        TenderRequest::Transfer { amount, reference: none() },
        TenderRequest::Online { amount, reference: none() },
    ];
    for request in &requests {
        till.sell(&[("VASE", 1000), ("CAFE", 4000)], std::slice::from_ref(request));
    }
    let ticket = till.sell(&[("VASE", 1000), ("CAFE", 4000)], &requests);
    assert_eq!(ticket.payments.len(), requests.len() + 1, "and the card for what is left");
    let mut basket = till.basket(&[("CAFE", 1000)]);
    basket.set_customer(Some("c-42")).unwrap();
    let on_account = [TenderRequest::Account { amount: cents(250) }];
    let settled = till.settled(basket, &on_account);
    till.ask(Command::Sell(Box::new(settled))).unwrap();
    let tip = [TenderRequest::Tip { amount: cents(50) }, cash(500)];
    let ticket = till.sell(&[("CAFE", 1000)], &tip);
    assert_eq!(ticket.change, cents(200));
    till.ask(Command::CloseDay).unwrap();
    let entries = till.entries();
    let Body::Closing(closing) = &entries.last().unwrap().body else { panic!("no closing") };
    let tenders: Vec<Tender> = closing.payments.iter().map(|row| row.tender).collect();
    let without = [Tender::CreditNote, Tender::GiftVoucher];
    assert_eq!(tenders, Tender::ALL.into_iter().filter(|t| !without.contains(t)).collect::<Vec<_>>());
    till.end();
}

#[test]
fn a_paper_voucher_worth_more_seals_what_it_paid_and_its_worth() {
    let mut till = Till::founded();
    let paper = [TenderRequest::MealVoucherPaper { face: cents(900), reference: None }];
    let ticket = till.sell(&[("CAFE", 1000)], &paper);
    assert_eq!((ticket.payments[0].amount, ticket.payments[0].face), (cents(250), Some(cents(900))));
    till.end();
}

#[test]
fn discounts_are_sealed_as_the_basket_showed_them() {
    let mut till = Till::founded();
    let mut basket = till.basket(&[("VASE", 3000), ("CAFE", 1000)]);
    let vase = basket.items().next().unwrap().id;
    basket.discount_item(vase, "Solde", Reduction::Percent(3333)).unwrap();
    basket.discount_ticket("Fidélité", Reduction::Amount(cents(777))).unwrap();
    let (lines, totals) = (basket.lines().to_vec(), basket.figures().clone());
    let settled = till.settled(basket, &[]);
    let answer = till.ask(Command::Sell(Box::new(settled))).unwrap();
    assert_eq!((&answer.ticket().unwrap().lines, &answer.ticket().unwrap().totals), (&lines, &totals));
    till.end();
}

#[test]
fn a_basket_that_comes_to_nothing_is_sealed_without_a_payment() {
    let mut till = Till::founded();
    let mut basket = till.basket(&[("CAFE", 1000)]);
    basket.discount_ticket("Offert", Reduction::Percent(10_000)).unwrap();
    let settled = till.settled(basket, &[]);
    let answer = till.ask(Command::Sell(Box::new(settled))).unwrap();
    assert!(answer.ticket().unwrap().payments.is_empty());
    till.end();
}

#[test]
fn cash_above_the_limit_is_sealed_with_its_proof_in_one_command() {
    let mut till = Till::founded();
    let proof = TenderRequest::Cash { handed: cents(150_000), over_limit: Some("Passeport".to_owned()) };
    let basket = till.basket(&[("LUSTRE", 1000)]);
    let settled = till.settled(basket, &[proof]);
    assert!(till.ask_as("cashier", Command::Sell(Box::new(settled.clone()))).is_err(), "a manager's gate");
    let answer = till.ask(Command::Sell(Box::new(settled))).unwrap();
    let Body::Event(event) = &answer.lines[0].entry.body else { panic!("no event") };
    assert_eq!((event.code, event.detail.as_deref()), (921, Some("Passeport")));
    assert_eq!(answer.ticket().unwrap().payments[0].amount, cents(150_000));
    till.end();
}

#[test]
fn money_for_a_customers_account_is_a_ticket_of_its_own() {
    let mut till = Till::founded();
    let mut basket = till.basket(&[]);
    basket.set_customer(Some("c-42")).unwrap();
    basket.issue(Issue::Account { amount: cents(3000) }).unwrap();
    let settled = till.settled(basket, &[cash(5000)]);
    let answer = till.ask(Command::Sell(Box::new(settled))).unwrap();
    assert_eq!((answer.ticket().unwrap().totals.ttc, answer.ticket().unwrap().change), (cents(0), cents(2000)));
    assert_eq!(till.register().cash_expected(), cents(3000));
    let mut basket = till.basket(&[("CAFE", 1000)]);
    basket.set_customer(Some("c-42")).unwrap();
    assert!(basket.issue(Issue::Account { amount: cents(3000) }).is_err(), "not beside goods");
    till.end();
}
