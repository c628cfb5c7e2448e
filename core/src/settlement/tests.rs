use comptoir_fiscal::values::Quantity;
use proptest::prelude::*;

use super::*;
use crate::basket::tests::{any_basket, assert_arithmetic, basket, cents};
use crate::catalogue::tests::product;
use crate::terms::Rules;
use crate::voucher::VoucherCode;

pub(crate) fn terms() -> Terms {
    Rules::default().on("2026-11-20".parse().unwrap())
}

/// What is due for one product: food, which meal vouchers pay for, or not.
pub(crate) fn due_for(food: i64, other: i64) -> Due {
    let mut basket = basket();
    for (price, rate) in [(food, 550), (other, 2000)] {
        if price > 0 {
            basket.add(&product("A", price, rate), Quantity::ONE, None).unwrap();
        }
    }
    basket.due(&terms()).unwrap()
}

fn cash(handed: i64) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: None }
}

fn card(amount: i64) -> TenderRequest {
    TenderRequest::Card { amount: cents(amount), reference: None }
}

fn code(bits: u64) -> VoucherCode {
    VoucherCode::from_random(bits)
}

#[test]
fn a_sale_is_settled_once_it_is_paid() {
    let mut due = due_for(3740, 0);
    let (due_again, error) = due.clone().settle().unwrap_err();
    assert_eq!(error, TenderError::NotPaid { left: cents(3740) });
    assert_eq!(*due_again, due);
    due.tender(card(1000)).unwrap();
    due.tender(cash(5000)).unwrap();
    let body = due.settle().unwrap().into_body();
    assert_eq!(body.change, cents(2260));
    assert_eq!(body.payments.iter().map(|p| p.amount.get()).collect::<Vec<_>>(), [1000, 5000]);
    assert_eq!(body.ticket_type, TicketType::Sale);
}

#[test]
fn a_ticket_of_nothing_closes_without_a_payment() {
    let mut basket = basket();
    basket.add(&product("A", 0, 550), Quantity::ONE, None).unwrap();
    let body = basket.due(&terms()).unwrap().settle().unwrap().into_body();
    assert_eq!((body.payments.len(), body.totals.vat.len()), (0, 1));
}

#[test]
fn a_gift_voucher_is_sold_without_turnover() {
    let mut basket = basket();
    basket.issue(Issue::GiftVoucher { code: code(1), amount: cents(5000) }).unwrap();
    let mut due = basket.due(&terms()).unwrap();
    let own = TenderRequest::GiftVoucher { code: code(1), balance: cents(5000), amount: None };
    assert!(matches!(due.tender(own), Err(TenderError::VoucherSoldHere { .. })));
    due.tender(cash(6000)).unwrap();
    let body = due.settle().unwrap().into_body();
    assert_eq!(body.totals, Totals::default());
    assert_eq!(body.change, cents(1000));
    let sold = &body.payments[1];
    assert_eq!(
        (sold.tender, sold.amount, sold.reference.clone()),
        (Tender::GiftVoucher, cents(-5000), Some(code(1).to_string()))
    );
}

#[test]
fn an_account_is_settled_by_other_means() {
    let mut basket = basket();
    basket.set_customer(Some("c-42")).unwrap();
    basket.issue(Issue::Account { amount: cents(3000) }).unwrap();
    assert_eq!(basket.set_customer(None), Err(crate::basket::BasketError::CustomerNeeded));
    let mut due = basket.due(&terms()).unwrap();
    assert_eq!(due.tender(TenderRequest::Account { amount: cents(1) }), Err(TenderError::AccountByAccount));
    due.tender(card(3000)).unwrap();
    assert_eq!(due.settle().unwrap().body().payments[1].amount, cents(-3000));
}

#[test]
fn a_basket_is_opened_again_only_without_payments() {
    let mut due = due_for(1000, 0);
    let id = due.tender(card(400)).unwrap();
    let (mut due, error) = due.reopen().unwrap_err();
    assert_eq!(error, TenderError::TendersTaken { amount: cents(400) });
    due.undo(id).unwrap();
    assert_eq!(due.reopen().unwrap().figures().ttc, cents(1000));
}

#[test]
fn guests_pay_by_line_or_in_equal_parts() {
    let mut due = due_for(1000, 501);
    assert_eq!(due.amount_of_lines(&[2, 2]).unwrap(), cents(501));
    assert_eq!(due.amount_of_lines(&[3]), Err(TenderError::UnknownLine { n: 3 }));
    assert_eq!(due.amount_by_guests(4).unwrap(), [375, 375, 375, 376].map(cents));
    assert_eq!(due.amount_by_guests(0), Err(TenderError::Guests));
    due.tender(card(1200)).unwrap();
    assert_eq!(due.amount_of_lines(&[1]).unwrap(), cents(301));
}

#[test]
fn what_was_being_paid_comes_back_from_disk() {
    let mut due = due_for(3000, 0);
    due.set_meal_voucher_holders(2).unwrap();
    due.tender(TenderRequest::MealVoucherPaper { face: cents(900), reference: None }).unwrap();
    due.tender(cash(5000)).unwrap();
    let read: Due = serde_json::from_str(&serde_json::to_string(&due).unwrap()).unwrap();
    assert_eq!(read, due);
}

#[test]
fn a_paying_that_is_no_longer_allowed_gives_the_basket_back() {
    let mut due = due_for(3000, 0);
    due.tender(TenderRequest::MealVoucherCard { amount: cents(900), reference: None }).unwrap();
    let (basket, paid) = (due.basket().clone(), due.paid());
    let sunday = Rules::default().on("2026-11-22".parse().unwrap());
    let (back, error) = Due::resume(basket.clone(), &sunday, paid.clone()).unwrap_err();
    assert!(matches!(error, ResumeError::Tender(TenderError::MealVouchersOff { .. })), "{error}");
    assert_eq!(*back, basket);
    let (back, error) = Due::resume(crate::basket::tests::basket(), &terms(), paid).unwrap_err();
    assert!(matches!(error, ResumeError::Basket(_)), "{error}");
    assert!(back.is_empty());
}

fn any_request() -> impl Strategy<Value = TenderRequest> {
    let amount = || (-50i64..30_000).prop_map(Cents::new);
    prop_oneof![
        amount().prop_map(|handed| TenderRequest::Cash { handed, over_limit: None }),
        amount().prop_map(|handed| TenderRequest::Cash { handed, over_limit: Some("Passeport".into()) }),
        amount().prop_map(|amount| TenderRequest::Card { amount, reference: None }),
        amount().prop_map(|amount| TenderRequest::Cheque { amount, reference: Some("0123456".into()) }),
        amount().prop_map(|amount| TenderRequest::MealVoucherCard { amount, reference: None }),
        amount().prop_map(|face| TenderRequest::MealVoucherPaper { face, reference: None }),
        amount().prop_map(|face| TenderRequest::HolidayVoucherPaper { face, reference: None }),
        (0u64..5, amount()).prop_map(|(bits, balance)| TenderRequest::CreditNote {
            code: code(bits),
            balance,
            amount: None
        }),
        (0u64..5, amount(), amount()).prop_map(|(bits, balance, amount)| TenderRequest::GiftVoucher {
            code: code(bits),
            balance,
            amount: Some(amount),
        }),
        (0i64..500).prop_map(|amount| TenderRequest::Tip { amount: Cents::new(amount) }),
    ]
}

proptest! {
    #[test]
    fn any_basket_paid_in_any_way_comes_to_its_total(
        basket in any_basket(), requests in prop::collection::vec((any_request(), any::<bool>()), 0..12), holders in 1u32..5,
    ) {
        let eligible = basket.meal_voucher_total();
        let Ok(mut due) = basket.due(&terms()) else { return Ok(()) };
        due.set_meal_voucher_holders(holders).unwrap();
        for (request, undo) in requests {
            let before = due.clone();
            match due.tender(request) {
                Err(_) => prop_assert_eq!(&due, &before),
                Ok(id) if undo => {
                    due.undo(id).unwrap();
                    prop_assert_eq!(due.left(), before.left());
                }
                Ok(_) => {}
            }
        }
        let again = Due::resume(due.basket().clone(), &terms(), due.paid()).unwrap();
        prop_assert_eq!(again.tab.payments().collect::<Vec<_>>(), due.tab.payments().collect::<Vec<_>>());
        prop_assert_eq!((again.left(), again.change(), again.paid()), (due.left(), due.change(), due.paid()));
        let rest = due.left();
        if rest.is_positive() {
            due.tender(TenderRequest::Card { amount: rest, reference: None }).unwrap();
        }
        let body = due.settle().unwrap().into_body();
        let sum = |tender: Option<Tender>| -> Cents {
            body.payments.iter().filter(|p| tender.is_none_or(|t| p.tender == t)).map(|p| p.amount).sum()
        };
        prop_assert_eq!(sum(None) - body.change, body.totals.ttc);
        prop_assert!(body.change <= sum(Some(Tender::Cash)) && !body.change.is_negative());
        prop_assert!(sum(Some(Tender::MealVoucher)) <= eligible);
        prop_assert!(body.payments.iter().all(|p| !p.amount.is_zero() && p.face.is_none_or(|face| face > p.amount)));
        assert_arithmetic(&body.lines, &body.discounts, &body.totals);
    }
}
