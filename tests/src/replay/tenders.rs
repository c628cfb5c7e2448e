//! The means of payment, which the file has not: drawn from a hash of the basket, splits included.

use comptoir_core::basket::Basket;
use comptoir_core::settlement::{Due, Settled};
use comptoir_core::tender::{TenderRequest, suggestions};
use comptoir_core::terms::Terms;
use comptoir_fiscal::values::Cents;

/// Pays for a basket by the means that `drawn` says. The error is why the register refuses.
pub(super) fn pay(basket: Basket, terms: &Terms, drawn: [u8; 32]) -> Result<Settled, String> {
    let eligible = basket.meal_voucher_total();
    let mut due = basket.due(terms).map_err(|(_, error)| error.to_string())?;
    if due.left().is_positive() {
        match drawn[10] % 20 {
            0..=8 => {}
            9..=12 => return settle(in_cash(due, drawn[11])?),
            13..=14 => due = part(due, drawn[11], |amount| TenderRequest::Cheque { amount, reference: None })?,
            15 => due = part(due, drawn[11], |amount| TenderRequest::Transfer { amount, reference: None })?,
            16..=17 => due = by_meal_voucher(due, eligible, drawn[11]),
            18 => {
                let half = Cents::new(due.left().get() / 2);
                due = take(due, half, |handed| TenderRequest::Cash { handed, over_limit: None })?;
            }
            _ => {
                let third = Cents::new(due.left().get() / 3);
                due = take(due, third, |amount| TenderRequest::Cheque { amount, reference: None })?;
                due = take(due, third, |handed| TenderRequest::Cash { handed, over_limit: None })?;
            }
        }
    }
    let rest = due.left();
    settle(take(due, rest, |amount| TenderRequest::Card { amount, reference: None })?)
}

/// All of it, or a part where the draw is even.
fn part(due: Due, drawn: u8, request: impl Fn(Cents) -> TenderRequest) -> Result<Due, String> {
    let amount = if drawn.is_multiple_of(2) { Cents::new(due.left().get() * 2 / 5) } else { due.left() };
    take(due, amount, request)
}

/// By one of the notes that a customer is likely to hand over.
fn in_cash(due: Due, drawn: u8) -> Result<Due, String> {
    let notes = suggestions(due.left());
    let handed = notes.get(usize::from(drawn) % notes.len().max(1)).copied().unwrap_or(due.left());
    take(due, handed, |handed| TenderRequest::Cash { handed, over_limit: None })
}

/// By meal voucher as far as the rules of the day let; what they do not is paid by card.
fn by_meal_voucher(mut due: Due, eligible: Cents, drawn: u8) -> Due {
    let most = eligible.min(Cents::new(2500)).min(due.left());
    let request = if drawn.is_multiple_of(3) {
        TenderRequest::MealVoucherPaper { face: Cents::new(900), reference: None }
    } else {
        TenderRequest::MealVoucherCard { amount: most, reference: None }
    };
    // A Sunday, or nothing to eat in the basket: the customer pays by card.
    let _ = due.tender(request);
    due
}

fn take(mut due: Due, amount: Cents, request: impl Fn(Cents) -> TenderRequest) -> Result<Due, String> {
    if amount.is_positive() {
        due.tender(request(amount)).map_err(|error| error.to_string())?;
    }
    Ok(due)
}

fn settle(due: Due) -> Result<Settled, String> {
    due.settle().map_err(|(_, error)| error.to_string())
}
