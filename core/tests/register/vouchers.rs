//! Credit notes and gift vouchers: issued, spent in parts, refused, given back; those of the merchant's other tills.

use comptoir_core::basket::Issue;
use comptoir_core::register::{Answer, Command, PayBack, Refusal, RulesChange};
use comptoir_core::voucher::{OfflinePolicy, Presented, Voucher, VoucherCode, VoucherError, VoucherKind};
use comptoir_fiscal::entry::{Tender, Ticket};

use crate::shop::{Till, card, cash, cents, chosen, credit_note, gift_voucher};

/// A credit note of 29.90.
fn issued(till: &mut Till) -> Voucher {
    let sale = till.sell(&[("VASE", 1000)], &[]);
    back(till, &sale, 1, vec![PayBack::CreditNote]).unwrap().vouchers.remove(0)
}

fn back(till: &mut Till, sale: &Ticket, n: u32, pay_back: Vec<PayBack>) -> Result<Answer, Refusal> {
    let of = till.reference(sale);
    till.ask(Command::Return { of, chosen: vec![chosen(n, 1000)], pay_back, reason: "Fêlé".to_owned() })
}

fn cancel(till: &mut Till, sale: &Ticket) -> Result<Answer, Refusal> {
    let of = till.reference(sale);
    till.ask(Command::Cancel { of, reason: "Erreur".to_owned() })
}

/// Sells a gift voucher.
fn sell_gift(till: &mut Till, code: &VoucherCode, amount: i64) -> Result<Answer, Refusal> {
    let mut basket = till.basket(&[]);
    basket.issue(Issue::GiftVoucher { code: code.clone(), amount: cents(amount) }).unwrap();
    let settled = till.settled(basket, &[cash(amount)]);
    till.ask_as("cashier", Command::Sell(Box::new(settled)))
}

fn left(till: &mut Till, code: &VoucherCode) -> Result<i64, VoucherError> {
    match till.register().voucher(&Presented::Code(code.clone())) {
        Ok(left) => Ok(left.get()),
        Err(Refusal::Voucher(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_credit_note_is_spent_in_parts_and_what_remains_stays_on_it() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    assert_eq!(left(&mut till, &note.code), Ok(2990));
    till.sell(&[("CAFE", 4000)], &[credit_note(&note, 2990)]);
    assert_eq!(left(&mut till, &note.code), Ok(1990));
    till.crash();
    assert_eq!(left(&mut till, &note.code), Ok(1990));
    let beyond = till.try_to_sell(&[("VASE", 1000)], &[credit_note(&note, 2990)]).unwrap_err();
    let Refusal::Voucher(VoucherError::AboveBalance { left: rest, excess, .. }) = beyond else { panic!("{beyond:?}") };
    assert_eq!((rest, excess), (cents(1990), cents(1000)));
    till.sell(&[("VASE", 1000)], &[credit_note(&note, 1990)]);
    let none_left = Err(VoucherError::Exhausted { code: note.code.to_string() });
    assert_eq!(left(&mut till, &note.code), none_left);
    till.end();
}

#[test]
fn two_sales_settled_against_the_same_note_are_not_both_sealed() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let basket = till.basket(&[("VASE", 1000)]);
    let settled = till.settled(basket, &[credit_note(&note, 2990)]);
    till.ask(Command::Sell(Box::new(settled.clone()))).unwrap();
    assert!(matches!(till.ask(Command::Sell(Box::new(settled))), Err(Refusal::Voucher(_))));
    till.end();
}

#[test]
fn a_voucher_pays_up_to_its_last_day() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    assert_eq!(note.expires.unwrap().to_string(), "2027-11-20");
    till.set_clock("2027-11-20T18:00:00+01:00");
    assert_eq!(left(&mut till, &note.code), Ok(2990));
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[credit_note(&note, 2990)]);
    till.set_clock("2027-11-21T10:00:00+01:00");
    let late = till.ask(Command::Sell(Box::new(settled))).unwrap_err();
    assert!(matches!(late, Refusal::Voucher(VoucherError::Expired { .. })));
    till.end();
}

#[test]
fn a_gift_voucher_is_sold_without_turnover_and_spent() {
    let mut till = Till::founded();
    let code = till.register().new_voucher_code().unwrap();
    let answer = sell_gift(&mut till, &code, 5000).unwrap();
    assert_eq!((answer.vouchers[0].kind, answer.vouchers[0].amount), (VoucherKind::GiftVoucher, cents(5000)));
    assert_eq!(answer.ticket().unwrap().totals.ttc, cents(0));
    till.sell(&[("VASE", 1000)], &[gift_voucher(&code, 5000)]);
    assert_eq!(left(&mut till, &code), Ok(2010));
    assert_eq!(till.register().journal().standing().gt.net, cents(2990));
    till.end();
}

#[test]
fn a_code_is_issued_once() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let code = till.register().new_voucher_code().unwrap();
    sell_gift(&mut till, &code, 5000).unwrap();
    for used in [&code, &note.code] {
        let before = till.state();
        assert!(matches!(sell_gift(&mut till, used, 100), Err(Refusal::Voucher(_))));
        assert_eq!(till.state(), before);
    }
    till.sell(&[("VASE", 1000)], &[gift_voucher(&code, 5000)]);
    assert!(sell_gift(&mut till, &code, 1000).is_err());
    assert_eq!(left(&mut till, &code), Ok(2010));
    till.end();
}

#[test]
fn a_gift_voucher_and_goods_are_two_tickets() {
    let mut till = Till::founded();
    let code = till.register().new_voucher_code().unwrap();
    let mut basket = till.basket(&[("CAFE", 1000)]);
    assert!(basket.issue(Issue::GiftVoucher { code: code.clone(), amount: cents(5000) }).is_err());
    let mut basket = till.basket(&[]);
    basket.issue(Issue::GiftVoucher { code, amount: cents(5000) }).unwrap();
    let product = till.register().catalogue().product("CAFE").unwrap().clone();
    assert!(basket.add(&product, comptoir_fiscal::values::Quantity::ONE, None).is_err());
    till.end();
}

#[test]
fn undoing_the_sale_of_a_gift_voucher_takes_it_back_unless_it_was_spent() {
    let mut till = Till::founded();
    let codes: Vec<_> = (0..3).map(|_| till.register().new_voucher_code().unwrap()).collect();
    let sold: Vec<Ticket> =
        codes.iter().map(|code| sell_gift(&mut till, code, 5000).unwrap().ticket().unwrap().clone()).collect();
    till.sell(&[("CAFE", 1000)], &[gift_voucher(&codes[1], 5000)]);
    till.sell(&[("VASE", 2000)], &[gift_voucher(&codes[2], 5000)]);
    cancel(&mut till, &sold[0]).unwrap();
    assert!(matches!(left(&mut till, &codes[0]), Err(VoucherError::Exhausted { .. })));
    for spent in [1, 2] {
        let before = till.state();
        assert!(matches!(cancel(&mut till, &sold[spent]), Err(Refusal::Voucher(_))));
        assert_eq!(till.state(), before);
    }
    let again = till.try_to_sell(&[("CAFE", 1000)], &[gift_voucher(&codes[0], 5000)]);
    assert!(again.is_err(), "it was taken back");
    till.end();
}

#[test]
fn undoing_a_sale_that_spent_a_credit_note_gives_it_back() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let sale = till.sell(&[("CAFE", 2000)], &[credit_note(&note, 2990)]);
    let answer = cancel(&mut till, &sale).unwrap();
    assert!(answer.vouchers.is_empty(), "none is new");
    assert_eq!(left(&mut till, &note.code), Ok(2990));
    let sale = till.sell(&[("CAFE", 2000)], &[credit_note(&note, 2990)]);
    let on_it = |amount| PayBack::Tender {
        tender: Tender::CreditNote,
        reference: Some(note.code.to_string()),
        amount: cents(amount),
    };
    let answer = back(&mut till, &sale, 1, vec![on_it(250)]).unwrap();
    assert!(answer.vouchers.is_empty(), "put back on the same code");
    assert_eq!(left(&mut till, &note.code), Ok(2740));
    till.end();
}

#[test]
fn the_qr_of_another_till_pays_up_to_its_face_and_is_remembered() {
    let (mut ours, mut theirs) = (Till::founded(), Till::founded_with(9));
    let note = issued(&mut theirs);
    let qr = theirs.register().voucher_qr(&note);
    let (id, key) = (theirs.register().id(), theirs.register().journal().key().public());
    let read = |text: &str| Voucher::from_qr(text, |issuer| Ok((issuer == id).then_some(key)));
    let voucher = read(&qr).unwrap();
    assert!(matches!(left(&mut ours, &note.code), Err(VoucherError::NotKnownHere { .. })));
    let shown = Presented::Signed(voucher.clone());
    assert_eq!(ours.register().voucher(&shown).unwrap(), cents(2990));
    ours.sell(&[("CAFE", 4000)], &[credit_note(&note, 2990)]);
    ours.crash();
    assert_eq!(ours.register().voucher(&shown).unwrap(), cents(1990));
    assert!(ours.try_to_sell(&[("VASE", 1000)], &[credit_note(&note, 2990)]).is_err());
    ours.sell(&[("VASE", 1000)], &[credit_note(&note, 1990)]);
    assert!(matches!(ours.register().voucher(&shown), Err(Refusal::Voucher(VoucherError::Exhausted { .. }))));
    assert!(sell_gift(&mut ours, &note.code, 100).is_err(), "its code is taken");

    let unknown = ours.register().read_voucher(&qr, VoucherKind::GiftVoucher);
    assert!(matches!(unknown, Err(Refusal::Voucher(VoucherError::Foreign))), "nobody told of the till");
    assert_eq!(read(&qr.replace(".2990.", ".9990.")), Err(VoucherError::Forged));
    ours.end();
    theirs.end();
}

#[test]
fn what_is_put_back_on_the_voucher_of_another_till_issues_none() {
    let (mut ours, mut theirs) = (Till::founded(), Till::founded_with(9));
    let note = issued(&mut theirs);
    ours.register().voucher(&Presented::Signed(note.clone())).unwrap();
    assert_eq!(left(&mut ours, &note.code), Ok(2990), "the code of a QR that was shown can be typed");
    let sale = ours.sell(&[("CAFE", 4000)], &[credit_note(&note, 2990)]);
    let on_it =
        PayBack::Tender { tender: Tender::CreditNote, reference: Some(note.code.to_string()), amount: cents(250) };
    assert_eq!(back(&mut ours, &sale, 1, vec![on_it]).unwrap().vouchers, []);
    assert_eq!(left(&mut ours, &note.code), Ok(2240));
    let sale = ours.sell(&[("CAFE", 2000)], &[credit_note(&note, 2240)]);
    assert_eq!(cancel(&mut ours, &sale).unwrap().vouchers, []);
    assert_eq!(left(&mut ours, &note.code), Ok(2240));
    ours.register().rebuild_projections().unwrap();
    assert_eq!(left(&mut ours, &note.code), Ok(2240));
    ours.end();
}

#[test]
fn a_qr_that_was_shown_and_not_spent_keeps_its_code_from_being_issued() {
    let (mut ours, mut theirs) = (Till::founded(), Till::founded_with(9));
    let note = issued(&mut theirs);
    ours.register().voucher(&Presented::Signed(note.clone())).unwrap();
    assert!(sell_gift(&mut ours, &note.code, 100).is_err());
    ours.end();
}

#[test]
fn a_qr_that_was_signed_in_a_journal_that_was_left_is_read_still() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let qr = till.register().voucher_qr(&note);
    let old = till.register().id();
    let database = till.journal_folder(old).join("journal.db");
    till.stop();
    let older = std::fs::read(&database).unwrap();
    till.start();
    till.stop();
    std::fs::write(&database, older).unwrap();
    till.start();
    assert_ne!(till.register().id(), old, "what was put back is left");
    let (code, kind, left) = till.register().read_voucher(&qr, VoucherKind::GiftVoucher).unwrap();
    assert_eq!((code, kind, left), (note.code.clone(), VoucherKind::CreditNote, cents(2990)));
    // The shop's own till issued it, though under another journal.
    let policy = RulesChange { vouchers_offline: Some(OfflinePolicy::OnlyWhereIssued), ..RulesChange::default() };
    till.ask_as("owner", Command::SetRules(Box::new(policy))).unwrap();
    till.sell(&[("VASE", 1000)], &[credit_note(&note, 2990)]);
    till.end();
}

#[test]
fn a_qr_that_says_otherwise_than_what_was_issued_here_is_refused() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let other = Voucher { amount: cents(9990), ..note.clone() };
    let refusal = till.register().voucher(&Presented::Signed(other)).unwrap_err();
    assert!(matches!(refusal, Refusal::Voucher(VoucherError::Differs { .. })));
    assert_eq!(till.register().voucher(&Presented::Signed(note)).unwrap(), cents(2990));
    till.end();
}

#[test]
fn a_voucher_pays_only_as_what_it_is() {
    let mut till = Till::founded();
    let note = issued(&mut till);
    let code = till.register().new_voucher_code().unwrap();
    sell_gift(&mut till, &code, 5000).unwrap();
    let as_gift = till.try_to_sell(&[("CAFE", 1000)], &[gift_voucher(&note.code, 2990)]).unwrap_err();
    assert!(matches!(as_gift, Refusal::Voucher(VoucherError::Differs { .. })));
    let gift_as_note = Voucher { code, ..note };
    assert!(till.try_to_sell(&[("CAFE", 1000)], &[credit_note(&gift_as_note, 5000)]).is_err());
    till.sell(&[("CAFE", 1000)], &[card(cents(250))]);
    till.end();
}
