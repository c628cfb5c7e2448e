use super::*;
use crate::settlement::tests::terms;
use crate::terms::{DayOff, Rules};

fn cents(cents: i64) -> Cents {
    Cents::new(cents)
}

fn tab(owed: i64, eligible: i64) -> Tab {
    Tab::new(cents(owed), cents(eligible), terms())
}

fn cash(handed: i64) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: None }
}

fn proved(handed: i64) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: Some("Passeport suisse".into()) }
}

fn card(amount: i64) -> TenderRequest {
    TenderRequest::Card { amount: cents(amount), reference: None }
}

fn meal_card(amount: i64) -> TenderRequest {
    TenderRequest::MealVoucherCard { amount: cents(amount), reference: None }
}

fn meal_paper(face: i64) -> TenderRequest {
    TenderRequest::MealVoucherPaper { face: cents(face), reference: None }
}

#[test]
fn too_much_by_anything_but_cash_is_refused_with_the_excess() {
    let excess = |tender| Err(TenderError::Exceeds { tender, due: cents(1000), excess: cents(500) });
    let amount = cents(1500);
    let reference = || None;
    let mut tab = tab(1000, 0);
    tab.has_customer = true;
    let before = tab.clone();
    for (request, tender) in [
        (TenderRequest::Card { amount, reference: reference() }, Tender::Card),
        (TenderRequest::Cheque { amount, reference: reference() }, Tender::Cheque),
        (TenderRequest::Transfer { amount, reference: reference() }, Tender::Transfer),
        (TenderRequest::Online { amount, reference: reference() }, Tender::Online),
        (TenderRequest::HolidayVoucherConnect { amount, reference: reference() }, Tender::HolidayVoucher),
        (TenderRequest::Account { amount }, Tender::Account),
        (
            TenderRequest::CreditNote { code: VoucherCode::from_random(1), balance: amount, amount: Some(amount) },
            Tender::CreditNote,
        ),
    ] {
        assert_eq!(tab.take(request), excess(tender));
    }
    assert_eq!(tab, before);
    let error = TenderError::Exceeds { tender: Tender::Cheque, due: cents(1000), excess: cents(500) };
    assert_eq!(error.to_string(), "The cheque exceeds what is due by €5.00; enter at most €10.00.");
}

#[test]
fn cash_gives_change_and_then_nothing_more_is_due() {
    let mut tab = tab(3740, 0);
    tab.take(cash(5000)).unwrap();
    assert_eq!(tab.change(), cents(1260));
    assert_eq!(tab.take(card(1)), Err(TenderError::NothingDue));
    let tip = tab.take(TenderRequest::Tip { amount: cents(260) }).unwrap();
    assert_eq!(tab.change(), cents(1000));
    tab.undo(tip).unwrap();
    assert_eq!(tab.change(), cents(1260));
}

#[test]
fn a_tip_that_is_undone_under_a_card_leaves_too_much_and_stays() {
    let mut tab = tab(1000, 0);
    let tip = tab.take(TenderRequest::Tip { amount: cents(200) }).unwrap();
    tab.take(card(1200)).unwrap();
    let before = tab.clone();
    assert_eq!(tab.undo(tip), Err(TenderError::UndoneLeavesTooMuch { excess: cents(200) }));
    assert_eq!(tab, before);
}

#[test]
fn cash_stops_at_the_legal_limit_unless_proof_is_recorded() {
    let mut exact = tab(100_000, 0);
    exact.take(cash(100_000)).unwrap();
    let mut change = tab(99_000, 0);
    change.take(cash(110_000)).unwrap();
    assert_eq!(change.net_cash(), cents(99_000));
    let mut above = tab(150_000, 0);
    assert_eq!(above.take(cash(100_001)), Err(TenderError::CashLimit { limit: cents(100_000), excess: cents(1) }));
    above.take(card(50_000)).unwrap();
    above.take(cash(100_000)).unwrap();
    assert_eq!(above.cash_override(), None);

    let mut abroad = tab(150_000, 0);
    abroad.take(proved(150_000)).unwrap();
    let recorded = abroad.cash_override().unwrap();
    assert_eq!((recorded.amount, recorded.limit), (cents(150_000), cents(100_000)));
    assert!(matches!(tab(1_000_001, 0).take(proved(1_000_001)), Err(TenderError::NonResidentLimit { .. })));
    assert_eq!(
        tab(1, 0).take(TenderRequest::Cash { handed: cents(1), over_limit: Some(" ".into()) }),
        Err(TenderError::ReasonEmpty)
    );
    let mut small = tab(100, 0);
    small.take(proved(100)).unwrap();
    assert_eq!(small.cash_override(), None);
}

#[test]
fn a_strict_till_takes_no_cash_at_all_on_a_ticket_above_the_limit() {
    let mut tab = tab(100_001, 0);
    tab.terms.cash.strict = true;
    assert_eq!(tab.take(cash(1)), Err(TenderError::NoCash { limit: cents(100_000) }));
    tab.take(proved(1)).unwrap();
    assert!(tab.cash_override().is_some());
    let mut at_limit = Tab { owed: cents(100_000), taken: vec![], ..tab };
    at_limit.take(cash(100_000)).unwrap();
}

#[test]
fn undoing_a_card_does_not_let_cash_pass_the_limit() {
    let mut tab = tab(150_000, 0);
    let id = tab.take(card(60_000)).unwrap();
    tab.take(cash(120_000)).unwrap();
    assert_eq!(tab.undo(id), Err(TenderError::CashLimit { limit: cents(100_000), excess: cents(20_000) }));
}

#[test]
fn meal_vouchers_pay_for_food_up_to_the_day_of_each_holder() {
    let day = |holders, excess| {
        Err::<TenderId, _>(TenderError::AboveDay { per_day: cents(2500), holders, excess: cents(excess) })
    };
    let mut tab = tab(10_000, 6000);
    assert_eq!(tab.take(meal_card(2501)), day(1, 1));
    tab.take(meal_card(2500)).unwrap();
    assert_eq!(tab.take(meal_card(1)), day(1, 1));
    tab.set_holders(3).unwrap();
    tab.take(meal_card(2500)).unwrap();
    assert_eq!(tab.take(meal_card(1001)), Err(TenderError::AboveEligible { left: cents(1000), excess: cents(1) }));
    tab.take(meal_card(1000)).unwrap();
    assert_eq!(tab.take(meal_card(1)), Err(TenderError::NothingEligible));
    assert_eq!(tab.set_holders(2), day(2, 1000).map(drop));
    assert_eq!(tab.set_holders(0), Err(TenderError::Holders));
    assert_eq!(tab.left(), cents(4000));
}

#[test]
fn a_paper_voucher_worth_more_gives_nothing_back() {
    let mut tab = tab(1500, 1500);
    let first = tab.take(card(1000)).unwrap();
    tab.take(meal_paper(900)).unwrap();
    let last = |tab: &Tab| tab.taken.last().unwrap().payment.clone();
    assert_eq!((last(&tab).amount, last(&tab).face), (cents(500), Some(cents(900))));
    assert_eq!((tab.left(), tab.change()), (cents(0), cents(0)));
    tab.undo(first).unwrap();
    assert_eq!((last(&tab).amount, last(&tab).face), (cents(900), None));
    // What is handed over counts towards the day, not only what it pays.
    tab.take(meal_paper(900)).unwrap();
    assert_eq!(last(&tab).amount, cents(600));
    let mut three = Tab::new(cents(2000), cents(2000), terms());
    three.take(meal_paper(900)).unwrap();
    three.take(meal_paper(900)).unwrap();
    assert!(matches!(three.take(meal_paper(900)), Err(TenderError::AboveDay { .. })));
}

#[test]
fn meal_vouchers_are_refused_on_sundays_holidays_and_where_no_rule_holds() {
    let on = |date: &str| Tab { terms: Rules::default().on(date.parse().unwrap()), ..tab(1000, 1000) };
    let off = |off, date: &str| Err(TenderError::MealVouchersOff { off, date: date.parse().unwrap() });
    assert_eq!(on("2026-11-22").take(meal_card(1)), off(DayOff::Sunday, "2026-11-22"));
    assert_eq!(on("2026-07-14").take(meal_card(1)), off(DayOff::Holiday, "2026-07-14"));
    assert!(matches!(on("2020-07-14").take(meal_card(1)), Err(TenderError::MealVouchersNotTaken { .. })));
    assert_eq!(tab(1000, 0).take(meal_paper(900)), Err(TenderError::NothingEligible));
    let mut cards_only = tab(1000, 1000);
    if let Some(rule) = &mut cards_only.terms.meal_vouchers {
        rule.paper = false;
    }
    assert!(matches!(cards_only.take(meal_paper(900)), Err(TenderError::PaperNotTaken { .. })));
}

#[test]
fn a_voucher_of_the_shop_pays_what_it_can_and_keeps_the_rest() {
    let code = VoucherCode::from_random(7);
    let note = |balance, amount: Option<i64>| TenderRequest::CreditNote {
        code: code.clone(),
        balance: cents(balance),
        amount: amount.map(cents),
    };
    let mut tab = tab(1000, 0);
    assert!(matches!(tab.take(note(0, None)), Err(TenderError::VoucherEmpty { .. })));
    assert!(matches!(tab.take(note(500, Some(501))), Err(TenderError::AboveBalance { .. })));
    tab.take(note(5000, Some(400))).unwrap();
    assert!(matches!(tab.take(note(4600, None)), Err(TenderError::VoucherTwice { .. })));
    let other = VoucherCode::from_random(99);
    tab.take(TenderRequest::GiftVoucher { code: other, balance: cents(5000), amount: None }).unwrap();
    let last = &tab.taken.last().unwrap().payment;
    assert_eq!((last.amount, last.face), (cents(600), None));
    assert_eq!(tab.left(), cents(0));
}

#[test]
fn other_rules_of_single_means() {
    assert_eq!(tab(100, 0).take(TenderRequest::Account { amount: cents(1) }), Err(TenderError::CustomerNeeded));
    let connect = TenderRequest::HolidayVoucherConnect { amount: cents(1999), reference: None };
    assert_eq!(tab(5000, 0).take(connect), Err(TenderError::ConnectMinimum { minimum: cents(2000) }));
    assert_eq!(tab(100, 0).take(card(0)), Err(TenderError::NotPositive { amount: cents(0) }));
    let number = TenderRequest::Card { amount: cents(1), reference: Some("4111 1111 1111 1111".into()) };
    assert!(matches!(tab(100, 0).take(number), Err(TenderError::Private(_))));
    let mut paper = tab(1500, 0);
    paper.take(TenderRequest::HolidayVoucherPaper { face: cents(2000), reference: Some(" ".into()) }).unwrap();
    let payment = &paper.taken[0].payment;
    assert_eq!((payment.amount, payment.face, &payment.reference), (cents(1500), Some(cents(2000)), &None));
}

#[test]
fn suggested_sums_are_the_exact_one_and_what_notes_make() {
    for (due, expected) in [
        (3740, vec![3740, 4000, 5000, 10_000]),
        (120, vec![120, 500, 1000, 2000, 5000]),
        (13_740, vec![13_740, 14_000, 15_000, 20_000]),
        (5000, vec![5000, 6000, 10_000]),
        (0, vec![]),
    ] {
        assert_eq!(suggestions(cents(due)), expected.into_iter().map(cents).collect::<Vec<_>>(), "{due}");
    }
}
