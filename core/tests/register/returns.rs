//! Goods back, to the cent and never more than is left; sales undone.

use comptoir_core::basket::Reduction;
use comptoir_core::correction::correct;
use comptoir_core::register::{Answer, Command, PayBack, Refusal};
use comptoir_core::returns::{Chosen, GivenBack, ReturnError};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Tender, Ticket, TicketRef};

use crate::shop::{Till, cash, cents, chosen};

fn back(till: &mut Till, of: TicketRef, chosen: Vec<Chosen>, pay_back: Vec<PayBack>) -> Result<Answer, Refusal> {
    till.ask_as("cashier", Command::Return { of, chosen, pay_back, reason: "Fêlé".to_owned() })
}

fn in_cash(amount: i64) -> PayBack {
    PayBack::Tender { tender: Tender::Cash, reference: None, amount: cents(amount) }
}

/// A sale whose discounts do not divide.
fn odd_sale(till: &mut Till) -> Ticket {
    let mut basket = till.basket(&[("VASE", 3000), ("POMME", 1234), ("CAFE", 7000)]);
    let vase = basket.items().next().unwrap().id;
    basket.discount_item(vase, "Solde", Reduction::Percent(1111)).unwrap();
    basket.discount_ticket("Fidélité", Reduction::Amount(cents(1000))).unwrap();
    let settled = till.settled(basket, &[cash(20_000)]);
    till.ask(Command::Sell(Box::new(settled))).unwrap().ticket().unwrap().clone()
}

#[test]
fn what_comes_back_line_by_line_in_any_order_sums_to_what_was_paid() {
    let mut till = Till::founded();
    let sale = odd_sale(&mut till);
    let of = till.reference(&sale);
    let steps = [(3, 2000), (1, 1000), (2, 1000), (3, 1000), (1, 2000), (2, 234), (3, 4000)];
    let mut refunded = cents(0);
    for (n, thousandths) in steps {
        let answer = back(&mut till, of, vec![chosen(n, thousandths)], vec![PayBack::CreditNote]).unwrap();
        refunded += answer.vouchers[0].amount;
        assert_eq!(answer.ticket().unwrap().totals.ttc, -answer.vouchers[0].amount);
    }
    assert_eq!(refunded, sale.totals.ttc);
    for n in 1..=3 {
        let refusal = back(&mut till, of, vec![chosen(n, 1000)], vec![PayBack::CreditNote]).unwrap_err();
        assert!(matches!(refusal, Refusal::Return(ReturnError::MoreThanLeft { .. })), "{refusal:?}");
    }
    assert_eq!(till.register().journal().standing().gt.net, cents(0));
    till.end();
}

#[test]
fn what_is_left_is_known_after_a_restart_and_after_a_crash() {
    let mut till = Till::founded();
    let sale = till.sell(&[("CAFE", 3000)], &[cash(750)]);
    let of = till.reference(&sale);
    back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(250)]).unwrap();
    till.restart();
    back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(250)]).unwrap();
    till.crash();
    assert!(back(&mut till, of, vec![chosen(1, 2000)], vec![in_cash(500)]).is_err());
    back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(250)]).unwrap();
    assert_eq!(till.register().cash_expected(), cents(0));
    till.end();
}

#[test]
fn goods_are_paid_back_by_what_paid_them_and_a_credit_note_for_the_rest() {
    let mut till = Till::founded();
    let sale = till.sell(&[("VASE", 1000)], &[cash(1000)]);
    let of = till.reference(&sale);
    let answer = back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(1000), PayBack::CreditNote]).unwrap();
    assert_eq!(answer.vouchers[0].amount, cents(1990));
    assert_eq!(answer.vouchers[0].issuer, of.register);
    assert_eq!(answer.vouchers[0].seq, answer.entry().unwrap().seq);
    till.end();
}

#[test]
fn a_sale_is_undone_once_and_only_whole() {
    let mut till = Till::founded();
    let sale = odd_sale(&mut till);
    let of = till.reference(&sale);
    let cancel = |of| Command::Cancel { of, reason: "Erreur".to_owned() };
    let undone = till.ask(cancel(of)).unwrap().ticket().unwrap().clone();
    assert_eq!((undone.totals.ttc, undone.payments[0].amount), (-sale.totals.ttc, -sale.totals.ttc));
    assert_eq!(till.register().cash_expected(), cents(0));
    let twice = till.ask(cancel(of)).unwrap_err();
    assert!(matches!(twice, Refusal::Return(ReturnError::AlreadyCancelled { number: 1 })));
    let goods = back(&mut till, of, vec![chosen(1, 1000)], vec![PayBack::CreditNote]).unwrap_err();
    assert!(matches!(goods, Refusal::Return(ReturnError::AlreadyCancelled { .. })));
    let the_cancel = till.reference(&undone);
    let of_a_cancel = till.ask(cancel(the_cancel)).unwrap_err();
    assert!(matches!(of_a_cancel, Refusal::Return(ReturnError::NotASale { number: 2 })));
    let sale = till.sell(&[("CAFE", 2000)], &[]);
    let of = till.reference(&sale);
    let part = vec![PayBack::CreditNote];
    back(&mut till, of, vec![chosen(1, 1000)], part).unwrap();
    let after_a_return = till.ask(cancel(of)).unwrap_err();
    assert!(matches!(after_a_return, Refusal::Return(ReturnError::AlreadyReturned { .. })));
    till.end();
}

#[test]
fn undoing_a_sale_undoes_its_tip_its_change_and_the_worth_of_its_vouchers() {
    let mut till = Till::founded();
    let paper = TenderRequest::MealVoucherPaper { face: cents(900), reference: None };
    let holiday = TenderRequest::HolidayVoucherPaper { face: cents(5000), reference: None };
    let tip = TenderRequest::Tip { amount: cents(100) };
    for (items, paid) in [
        (vec![("CAFE", 1000)], vec![tip, cash(1000)]),
        (vec![("CAFE", 1000)], vec![paper.clone()]),
        (vec![("CAFE", 1000), ("VASE", 1000)], vec![paper, holiday]),
    ] {
        let sale = till.sell(&items, &paid);
        let of = till.reference(&sale);
        till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
    }
    assert_eq!(till.register().cash_expected(), cents(0));
    till.ask(Command::CloseDay).unwrap();
    till.end();
}

#[test]
fn a_paper_voucher_entered_wrongly_is_corrected_with_its_worth() {
    let mut till = Till::founded();
    let paper = TenderRequest::MealVoucherPaper { face: cents(900), reference: None };
    let sale = till.sell(&[("CAFE", 1000)], &[paper]);
    let of = till.reference(&sale);
    let terms = till.register().terms();
    let mut correction = correct(of, &sale, &GivenBack::default(), &[0], "Espèces", cents(250), &terms).unwrap();
    correction.tender(cash(250)).unwrap();
    let answer = till.ask(Command::Sell(Box::new(correction.settle().unwrap()))).unwrap();
    assert_eq!(answer.ticket().unwrap().payments[0].face, Some(cents(-900)));
    till.crash();
    back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(250)]).unwrap();
    till.end();
}

#[test]
fn a_return_on_a_later_day_counts_on_that_day() {
    let mut till = Till::founded();
    let sale = till.sell(&[("CAFE", 1000)], &[cash(250)]);
    let of = till.reference(&sale);
    till.set_clock("2027-01-02T10:00:00+01:00");
    let answer = back(&mut till, of, vec![chosen(1, 1000)], vec![in_cash(250)]).unwrap();
    assert_eq!(answer.closings().count(), 3);
    assert_eq!(answer.ticket().unwrap().business_date.to_string(), "2027-01-02");
    assert_eq!(till.register().journal().standing().year_to_date, cents(-250));
    till.end();
}

#[test]
fn a_wrong_means_of_payment_is_corrected_with_what_the_till_knows_of_the_ticket() {
    let mut till = Till::founded();
    let sale = till.sell(&[("CAFE", 2000), ("VASE", 1000)], &[cash(1000)]);
    let of = till.reference(&sale);
    let paid = till.register().payments_of(of).unwrap();
    let tenders: Vec<(Tender, i64)> = paid.iter().map(|payment| (payment.tender, payment.amount.get())).collect();
    assert_eq!(tenders, [(Tender::Cash, 1000), (Tender::Card, 2490)]);
    let mut correction = till.register().begin_correction(of, &[0], "Titre pris pour des espèces").unwrap();
    let voucher = |amount| TenderRequest::MealVoucherCard { amount: cents(amount), reference: None };
    correction.tender(voucher(501)).unwrap_err();
    correction.tender(voucher(500)).unwrap();
    correction.tender(TenderRequest::Card { amount: cents(500), reference: None }).unwrap();
    till.ask(Command::Sell(Box::new(correction.settle().unwrap()))).unwrap();
    assert_eq!(till.register().cash_expected(), cents(0));
    assert_eq!(till.register().payments_of(of).unwrap().len(), 3);
    till.end();
}
