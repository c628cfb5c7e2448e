use comptoir_fiscal::entry::{GrandTotal, Nf525};
use comptoir_fiscal::values::RegisterId;
use proptest::prelude::*;

use super::*;
use crate::basket::Reduction;
use crate::basket::tests::{any_basket, assert_arithmetic, basket, cents};
use crate::catalogue::tests::product;
use crate::correction::{CorrectionError, correct};
use crate::settlement::Due;
use crate::settlement::tests::terms;
use crate::tender::{TenderError, TenderRequest};

fn at(number: u64) -> TicketRef {
    let register: RegisterId = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
    TicketRef { number, register }
}

fn sealed(settled: Settled, number: u64) -> Ticket {
    let body = settled.into_body();
    Ticket {
        business_date: "2026-11-20".parse().unwrap(),
        change: body.change,
        channel: body.channel,
        customer: body.customer,
        discounts: body.discounts,
        gt: GrandTotal::default(),
        lines: body.lines,
        mode: body.mode,
        nf525: Nf525::default(),
        notes: body.notes,
        number,
        payments: body.payments,
        reason: body.reason,
        refers_to: body.refers_to,
        ticket_type: body.ticket_type,
        totals: body.totals,
    }
}

fn cash(handed: i64) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: None }
}

fn paid(mut due: Due, requests: Vec<TenderRequest>) -> Ticket {
    for request in requests {
        due.tender(request).unwrap();
    }
    sealed(due.settle().unwrap(), 1)
}

/// Three at 3.33 with 1.00 off, and one at 5.00; 2.00 off the ticket; paid by card and cash.
fn sale() -> Ticket {
    let mut basket = basket();
    let a = basket.add(&product("A", 333, 550), Quantity::pieces(3), None).unwrap();
    basket.discount_item(a, "Geste", Reduction::Amount(cents(100))).unwrap();
    basket.add(&product("B", 500, 2000), Quantity::ONE, None).unwrap();
    basket.discount_ticket("Bon", Reduction::Amount(cents(200))).unwrap();
    let due = basket.due(&terms()).unwrap();
    paid(due, vec![TenderRequest::Card { amount: cents(700), reference: None }, cash(1000)])
}

fn chosen(n: u32, pieces: i32) -> Chosen {
    Chosen { n, qty: Quantity::pieces(pieces) }
}

#[test]
fn a_return_pays_back_what_was_paid_after_discounts() {
    let sale = sale();
    assert_eq!(sale.lines.iter().map(|line| line.total.get()).collect::<Vec<_>>(), [770, 429]);
    let mut refund = give_back(at(1), &sale, &GivenBack::default(), &[chosen(1, 1)], "Abîmé").unwrap();
    let line = &refund.lines()[0];
    assert_eq!((line.total, line.qty, line.of, line.n), (cents(-257), Quantity::pieces(-1), Some(1), 1));
    assert_eq!(line.discounts, [Discount { amount: cents(-76), label: "Remise".into() }]);
    assert_eq!(refund.left(), cents(257));
    let ways: Vec<(Tender, i64)> = refund.ways().iter().map(|way| (way.tender, way.most.get())).collect();
    assert_eq!(ways, [(Tender::Card, 700), (Tender::Cash, 499)]);
    assert!(matches!(refund.pay_back(Tender::Cheque, None, cents(1)), Err(ReturnError::NotPaidSo { .. })));
    assert!(matches!(refund.pay_back(Tender::Card, None, cents(258)), Err(ReturnError::MoreThanOwed { .. })));
    refund.pay_back(Tender::Cash, None, cents(200)).unwrap();
    let (mut refund, error) = refund.settle().unwrap_err();
    assert_eq!(error, ReturnError::StillOwed { left: cents(57) });
    let code = VoucherCode::from_random(5);
    refund.credit_note(&code, cents(57)).unwrap();
    let ticket = sealed(refund.settle().unwrap(), 2);
    assert_arithmetic(&ticket.lines, &ticket.discounts, &ticket.totals);
    assert_eq!(ticket.payments.iter().map(|p| p.amount).sum::<Cents>(), ticket.totals.ttc);

    let before = GivenBack::of(at(1), [&ticket]);
    assert_eq!(before.left_of(&sale.lines[0]), Quantity::pieces(2));
    let refund = give_back(at(1), &sale, &before, &[chosen(1, 2)], "Abîmé").unwrap();
    assert_eq!(refund.totals().ttc, cents(257 - 770));
    assert_eq!(refund.ways()[1].most, cents(299));
}

#[test]
fn what_cannot_come_back_is_said() {
    let sale = sale();
    let none = GivenBack::default();
    let twice = [chosen(1, 1), chosen(1, 1)];
    for (chosen, expected) in [
        (&[][..], ReturnError::NothingChosen),
        (&[chosen(7, 1)], ReturnError::UnknownLine { n: 7 }),
        (&twice, ReturnError::ChosenTwice { n: 1 }),
        (&[chosen(1, 0)], ReturnError::QuantityNotPositive { label: "Le A".into(), qty: Quantity::ZERO }),
        (
            &[Chosen { n: 1, qty: Quantity::thousandths(500) }],
            ReturnError::NotWhole { label: "Le A".into(), qty: Quantity::thousandths(500) },
        ),
        (
            &[chosen(1, 4)],
            ReturnError::MoreThanLeft { label: "Le A".into(), left: Quantity::pieces(3), qty: Quantity::pieces(4) },
        ),
    ] {
        assert_eq!(give_back(at(1), &sale, &none, chosen, "Abîmé").unwrap_err(), expected);
    }
    assert_eq!(give_back(at(1), &sale, &none, &[chosen(1, 1)], " ").unwrap_err(), ReturnError::NoReason);
    let cancelled = GivenBack { cancelled: true, ..GivenBack::default() };
    let error = give_back(at(1), &sale, &cancelled, &[chosen(1, 1)], "Abîmé").unwrap_err();
    assert_eq!(error, ReturnError::AlreadyCancelled { number: 1 });

    let mut with_deposit = basket();
    let deposit = crate::catalogue::Product { deposit: true, ..product("C", 50, 2000) };
    with_deposit.add(&product("A", 100, 550), Quantity::ONE, None).unwrap();
    with_deposit.return_deposit(&deposit, Quantity::ONE).unwrap();
    let sale = paid(with_deposit.due(&terms()).unwrap(), vec![cash(50)]);
    let error = give_back(at(1), &sale, &none, &[chosen(2, 1)], "Abîmé").unwrap_err();
    assert_eq!(error, ReturnError::NegativeLine { label: "Le C".into() });
}

#[test]
fn a_cancel_negates_the_whole_sale() {
    let sale = sale();
    let cancelled = sealed(cancel(at(1), &sale, &GivenBack::default(), "Erreur").unwrap(), 2);
    assert_arithmetic(&cancelled.lines, &cancelled.discounts, &cancelled.totals);
    assert_eq!(cancelled.totals.ttc, -sale.totals.ttc);
    let payments: Vec<(Tender, i64)> = cancelled.payments.iter().map(|p| (p.tender, p.amount.get())).collect();
    assert_eq!(payments, [(Tender::Card, -700), (Tender::Cash, -499)]);
    let error = cancel(at(1), &sale, &GivenBack::of(at(1), [&cancelled]), "Erreur").unwrap_err();
    assert_eq!(error, ReturnError::AlreadyCancelled { number: 1 });
    assert_eq!(
        cancel(at(2), &cancelled, &GivenBack::default(), "Erreur").unwrap_err(),
        ReturnError::NotASale { number: 2 }
    );
    let refund = give_back(at(1), &sale, &GivenBack::default(), &[chosen(2, 1)], "Abîmé").unwrap();
    let mut refund = refund;
    refund.pay_back(Tender::Card, None, refund.left()).unwrap();
    let part = sealed(refund.settle().unwrap(), 2);
    let error = cancel(at(1), &sale, &GivenBack::of(at(1), [&part]), "Erreur").unwrap_err();
    assert_eq!(error, ReturnError::AlreadyReturned { number: 1 });
}

#[test]
fn a_corrected_means_of_payment_is_the_one_that_is_paid_back() {
    let sale = sale();
    let none = GivenBack::default();
    let mut fix = correct(at(1), &sale, &none, &[1], "Payé par chèque", cents(0), &terms()).unwrap();
    assert_eq!(fix.left(), cents(499));
    assert!(matches!(fix.tender(cash(500)), Err(CorrectionError::CashExceeds { .. })));
    assert!(matches!(
        fix.tender(TenderRequest::Cheque { amount: cents(500), reference: None }),
        Err(CorrectionError::Tender(TenderError::Exceeds { .. }))
    ));
    let tip = TenderRequest::Tip { amount: cents(1) };
    assert_eq!(fix.tender(tip), Err(CorrectionError::NotCorrected { tender: Tender::Tip }));
    fix.tender(TenderRequest::Cheque { amount: cents(499), reference: Some("0123456".into()) }).unwrap();
    let fixed = sealed(fix.settle().unwrap(), 2);
    assert_eq!(fixed.payments.iter().map(|p| p.amount.get()).collect::<Vec<_>>(), [-499, 499]);
    assert_eq!((fixed.lines.len(), fixed.totals.ttc), (0, cents(0)));

    let since = GivenBack::of(at(1), [&fixed]);
    let stands: Vec<Tender> = paid_by(&sale, &since).iter().map(|p| p.tender).collect();
    assert_eq!(stands, [Tender::Card, Tender::Cheque]);
    let cancelled = cancel(at(1), &sale, &since, "Erreur").unwrap();
    assert_eq!(cancelled.body().payments.iter().map(|p| p.tender).collect::<Vec<_>>(), stands);
}

#[test]
fn vouchers_of_the_shop_and_returned_sales_are_not_corrected() {
    let code = VoucherCode::from_random(5);
    let mut basket = basket();
    basket.add(&product("A", 300, 550), Quantity::ONE, None).unwrap();
    let credit = TenderRequest::CreditNote { code, balance: cents(300), amount: None };
    let sale = paid(basket.due(&terms()).unwrap(), vec![credit]);
    let none = GivenBack::default();
    let error = correct(at(1), &sale, &none, &[0], "Erreur", cents(0), &terms()).unwrap_err();
    assert_eq!(error, CorrectionError::NotCorrected { tender: Tender::CreditNote });
    let error = correct(at(1), &sale, &none, &[4], "Erreur", cents(0), &terms()).unwrap_err();
    assert_eq!(error, CorrectionError::UnknownPayment);
    let refund = give_back(at(1), &sale, &none, &[chosen(1, 1)], "Abîmé").unwrap();
    assert_eq!(refund.ways()[0].reference.as_deref(), sale.payments[0].reference.as_deref());
}

#[test]
fn a_paper_voucher_that_is_undone_takes_its_face_along() {
    let mut basket = basket();
    basket.add(&product("A", 800, 550), Quantity::ONE, None).unwrap();
    let paper = TenderRequest::MealVoucherPaper { face: cents(900), reference: None };
    let sale = paid(basket.due(&terms()).unwrap(), vec![paper]);
    let fix = correct(at(1), &sale, &GivenBack::default(), &[0], "Erreur", cents(800), &terms()).unwrap();
    assert_eq!((fix.undone()[0].amount, fix.undone()[0].face), (cents(-800), Some(cents(-900))));
}

fn sold(basket: crate::basket::Basket) -> Option<Ticket> {
    let mut due = basket.due(&terms()).ok()?;
    let left = due.left();
    if left.is_positive() {
        due.tender(TenderRequest::Card { amount: left, reference: None }).ok()?;
    }
    Some(sealed(due.settle().ok()?, 1))
}

/// A sale paid by cheque and in cash, so many hundredths of it each, and by card for the rest.
fn sold_in_parts(basket: crate::basket::Basket, (cheque, coins): (i64, i64)) -> Option<Ticket> {
    let mut due = basket.due(&terms()).ok()?;
    let part = |hundredths: i64| cents(due.left().get() * hundredths / 200);
    let (cheque, coins) = (part(cheque), part(coins));
    if cheque.is_positive() {
        due.tender(TenderRequest::Cheque { amount: cheque, reference: None }).unwrap();
    }
    if coins.is_positive() {
        // Above the law's limit it is paid by card.
        let _ = due.tender(cash(coins.get()));
    }
    if due.left().is_positive() {
        due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
    }
    Some(sealed(due.settle().ok()?, 1))
}

/// Of what is wanted back, what can come back: each line once, at most what is left of it, whole pieces.
fn within(sale: &Ticket, left: &Returnable, wanted: Vec<(u32, i64)>) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = vec![];
    for (n, qty) in wanted {
        let (line, left) = (&sale.lines[n as usize - 1], &left.lines[n as usize - 1]);
        let step = if line.unit == "pce" { 1000 } else { 1 };
        let qty = Quantity::thousandths(qty.saturating_mul(step)).min(left.left);
        if qty.get() > 0 && chosen.iter().all(|taken| taken.n != n) {
            chosen.push(Chosen { n, qty });
        }
    }
    chosen
}

proptest! {
    #[test]
    fn returns_in_any_order_give_back_each_line_to_the_cent_and_never_more(
        basket in any_basket(), order in prop::collection::vec((any::<prop::sample::Index>(), 1i64..5), 1..60),
    ) {
        let Some(sale) = sold(basket) else { return Ok(()) };
        let mut tickets: Vec<Ticket> = vec![];
        let whole: Vec<(u32, i64)> = sale.lines.iter().map(|line| (line.n, i64::MAX)).collect();
        let some = order.iter().map(|(index, pieces)| (sale.lines[index.index(sale.lines.len())].n, *pieces));
        for (n, pieces) in some.chain(whole) {
            let before = GivenBack::of(at(1), &tickets);
            let line = sale.lines.iter().find(|line| line.n == n).unwrap();
            let step = if line.unit == "pce" { 1000 } else { 100 };
            let qty = Quantity::thousandths(pieces.saturating_mul(step)).min(before.left_of(line));
            match give_back(at(1), &sale, &before, &[Chosen { n, qty }], "Abîmé") {
                Err(_) => prop_assert!(line.qty.get() < 0 || before.left_of(line).is_zero()),
                Ok(mut refund) => {
                    let left = refund.left();
                    if left.is_positive() {
                        refund.credit_note(&VoucherCode::from_random(1), left).unwrap();
                    }
                    assert_arithmetic(refund.lines(), &[], refund.totals());
                    tickets.push(sealed(refund.settle().unwrap(), 2));
                }
            }
        }
        let back = GivenBack::of(at(1), &tickets);
        for line in sale.lines.iter().filter(|line| line.qty.get() > 0) {
            prop_assert_eq!(back.lines[&line.n], (line.qty, line.total));
            let more = give_back(at(1), &sale, &back, &[Chosen { n: line.n, qty: Quantity::ONE }], "Abîmé");
            prop_assert!(more.is_err());
        }
    }

    #[test]
    fn returns_of_several_lines_in_any_order_empty_each_means_of_payment_to_the_cent(
        basket in any_basket(),
        shares in (0i64..100, 0i64..100),
        order in prop::collection::vec(prop::collection::vec((any::<prop::sample::Index>(), 1i64..3_000), 1..5), 0..12),
        first_way in any::<prop::sample::Index>(),
    ) {
        let Some(sale) = sold_in_parts(basket, shares) else { return Ok(()) };
        let mut tickets: Vec<Ticket> = vec![];
        let whole: Vec<(u32, i64)> = sale.lines.iter().map(|line| (line.n, i64::MAX)).collect();
        let some = order.iter().map(|lines| {
            lines.iter().map(|(index, qty)| (sale.lines[index.index(sale.lines.len())].n, *qty)).collect()
        });
        for wanted in some.chain([whole]) {
            let before = GivenBack::of(at(1), &tickets);
            let left = left_to_return(at(1), &sale, &before).unwrap();
            let chosen = within(&sale, &left, wanted);
            if chosen.is_empty() {
                continue;
            }
            let mut refund = give_back(at(1), &sale, &before, &chosen, "Abîmé").unwrap();
            if chosen.iter().all(|chosen| left.lines.iter().any(|l| l.n == chosen.n && l.left == chosen.qty)) {
                let told: Cents = left.lines.iter().filter(|l| chosen.iter().any(|c| c.n == l.n)).map(|l| l.pays_back).sum();
                prop_assert_eq!(refund.left(), told);
            }
            while refund.left().is_positive() {
                let (ways, owed) = (refund.ways(), refund.left());
                if ways.is_empty() {
                    refund.credit_note(&VoucherCode::from_random(1), owed).unwrap();
                } else {
                    let way = &ways[first_way.index(ways.len())];
                    refund.pay_back(way.tender, way.reference.as_deref(), way.most.min(owed)).unwrap();
                }
            }
            assert_arithmetic(refund.lines(), &[], refund.totals());
            tickets.push(sealed(refund.settle().unwrap(), 2));
        }
        let back = GivenBack::of(at(1), &tickets);
        let left = left_to_return(at(1), &sale, &back).unwrap();
        prop_assert!(left.pays_back.is_zero() && left.lines.iter().all(|line| line.left.is_zero()));
        let owed: Cents = sale.lines.iter().filter(|line| line.qty.get() > 0).map(|line| line.total).sum();
        prop_assert_eq!(tickets.iter().map(|ticket| ticket.totals.ttc).sum::<Cents>(), -owed);
        let refunded = |tender| -back.refunds.iter().filter(|p| p.tender == tender).map(|p| p.amount).sum::<Cents>();
        for paid in paid_by(&sale, &back) {
            prop_assert_eq!(refunded(paid.tender), paid.amount, "{}", paid.tender.as_str());
        }
        // What deposits given back on that ticket had paid for comes back as a credit note.
        prop_assert_eq!(refunded(Tender::CreditNote), owed - sale.totals.ttc);
    }

    #[test]
    fn a_cancel_of_any_sale_is_what_the_journals_arithmetic_makes_of_it(basket in any_basket()) {
        let Some(sale) = sold(basket) else { return Ok(()) };
        let cancelled = cancel(at(1), &sale, &GivenBack::default(), "Erreur").unwrap().into_body();
        assert_arithmetic(&cancelled.lines, &cancelled.discounts, &cancelled.totals);
        let paid: Cents = cancelled.payments.iter().map(|p| p.amount).sum();
        prop_assert_eq!(paid - cancelled.change, -sale.totals.ttc);
    }
}
