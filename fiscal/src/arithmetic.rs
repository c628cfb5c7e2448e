//! The arithmetic of a ticket: line totals, discounts spread, VAT extracted, tax-free amounts.
//!
//! Pure functions on integers, shared by the register that computes a ticket and the verifier that checks it.
//! Every rounding is half away from zero, once. Source: `journal-format.md`, "Arithmetic, which every verifier checks".

use std::collections::BTreeMap;

use crate::entry::{Line, Totals, VatRow};
use crate::values::{Cents, Quantity, Rate};

/// `numerator / denominator`, rounded half away from zero. The denominator is positive.
pub fn round_div(numerator: i128, denominator: i128) -> i128 {
    let twice = 2 * numerator.abs() + denominator;
    numerator.signum() * (twice / (2 * denominator))
}

/// What a quantity costs at a unit price, before discounts.
pub fn gross(quantity: Quantity, unit_price: Cents) -> Cents {
    narrow(round_div(i128::from(quantity.get()) * i128::from(unit_price.get()), 1000))
}

/// The VAT that lies in an amount which includes it.
pub fn vat_in(ttc: Cents, rate: Rate) -> Cents {
    let rate = i128::from(rate.basis_points());
    narrow(round_div(i128::from(ttc.get()) * rate, 10_000 + rate))
}

/// Shares a whole number over exact shares, each `numerators[i] / denominator`, so that they sum to `whole`.
///
/// Each share is cut towards zero; what is missing is given one by one to the largest (share - cut) first, what
/// is too much is taken from the smallest first, ties going to the lower index.
pub fn apportion(whole: i128, numerators: &[i128], denominator: i128) -> Vec<i128> {
    let mut shares: Vec<i128> = numerators.iter().map(|n| n / denominator).collect();
    let missing = whole - shares.iter().sum::<i128>();
    if missing == 0 || shares.is_empty() {
        return shares;
    }
    let mut order: Vec<usize> = (0..shares.len()).collect();
    let left_over = |i: &usize| numerators[*i] % denominator;
    if missing > 0 {
        order.sort_by_key(|i| (-left_over(i), *i));
    } else {
        order.sort_by_key(|i| (left_over(i), *i));
    }
    let step = missing.signum();
    let (rounds, rest) = (missing / order.len() as i128, (missing % order.len() as i128).unsigned_abs());
    for (place, index) in order.into_iter().enumerate() {
        shares[index] += rounds + if (place as u128) < rest { step } else { 0 };
    }
    shares
}

/// Spreads a ticket discount over the lines whose totals have its sign, in proportion to them; 0 for the others.
/// None where the discount is more than the sum of what it is spread over.
pub fn spread_discount(amount: Cents, totals: &[Cents]) -> Option<Vec<Cents>> {
    let sign = amount.get().signum();
    let bears = |total: &Cents| total.get().signum() == sign;
    let base: i128 = totals.iter().filter(|t| bears(t)).map(|t| i128::from(t.get())).sum();
    if sign == 0 {
        return Some(vec![Cents::ZERO; totals.len()]);
    }
    let whole = i128::from(amount.get());
    if whole.abs() > base.abs() {
        return None;
    }
    let numerators: Vec<i128> = totals.iter().filter(|t| bears(t)).map(|t| whole * i128::from(t.get()).abs()).collect();
    let mut shares = apportion(whole, &numerators, base.abs()).into_iter();
    Some(totals.iter().map(|t| if bears(t) { narrow(shares.next().unwrap_or(0)) } else { Cents::ZERO }).collect())
}

/// The tax-free amounts of the lines of one rate, which sum to the tax-free amount of that rate.
pub fn line_hts(rate: Rate, totals: &[Cents]) -> Vec<Cents> {
    let ttc: Cents = totals.iter().copied().sum();
    let ht = ttc - vat_in(ttc, rate);
    let numerators: Vec<i128> = totals.iter().map(|t| i128::from(t.get()) * 10_000).collect();
    let shares = apportion(i128::from(ht.get()), &numerators, 10_000 + i128::from(rate.basis_points()));
    shares.into_iter().map(narrow).collect()
}

/// What the arithmetic of a line starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineInput {
    /// How much of it.
    pub qty: Quantity,
    /// At which price a unit.
    pub unit_price: Cents,
    /// The sum of the line's own discounts.
    pub discount: Cents,
    /// At which rate.
    pub vat: Rate,
}

impl From<&Line> for LineInput {
    fn from(line: &Line) -> LineInput {
        let discount = line.discounts.iter().map(|discount| discount.amount).sum();
        LineInput { qty: line.qty, unit_price: line.unit_price, discount, vat: line.vat }
    }
}

/// What the arithmetic of a ticket comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Each line's total, tax included, after all discounts.
    pub totals: Vec<Cents>,
    /// Each line's tax-free amount.
    pub hts: Vec<Cents>,
    /// Each line's share of the ticket's discounts.
    pub discount_shares: Vec<Cents>,
    /// The ticket's totals, a row for each rate that a line has.
    pub sums: Totals,
}

/// A ticket discount that is more than the lines it would reduce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ticket discount of {amount} cents is more than what it is spread over")]
pub struct DiscountTooHigh {
    /// The discount's amount.
    pub amount: Cents,
}

/// Computes a ticket from its lines and its ticket discounts, in the order written.
pub fn figures(lines: &[LineInput], ticket_discounts: &[Cents]) -> Result<Figures, DiscountTooHigh> {
    let mut totals: Vec<Cents> = lines.iter().map(|l| gross(l.qty, l.unit_price) - l.discount).collect();
    let mut discount_shares = vec![Cents::ZERO; lines.len()];
    for amount in ticket_discounts {
        let shares = spread_discount(*amount, &totals).ok_or(DiscountTooHigh { amount: *amount })?;
        for ((total, sum), share) in totals.iter_mut().zip(&mut discount_shares).zip(shares) {
            *total -= share;
            *sum += share;
        }
    }
    let mut by_rate: BTreeMap<Rate, Vec<usize>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        by_rate.entry(line.vat).or_default().push(index);
    }
    let mut hts = vec![Cents::ZERO; lines.len()];
    let mut sums = Totals::default();
    for (rate, indices) in by_rate {
        let of_rate: Vec<Cents> = indices.iter().map(|i| totals[*i]).collect();
        let ttc = of_rate.iter().copied().sum();
        let vat = vat_in(ttc, rate);
        for (index, ht) in indices.into_iter().zip(line_hts(rate, &of_rate)) {
            hts[index] = ht;
        }
        sums.add_row(&VatRow { rate, ttc, ht: ttc - vat, vat });
    }
    Ok(Figures { totals, hts, discount_shares, sums })
}

/// What a line of a return pays back: the original line's total in proportion to all that has come back of it so
/// far, less what was paid back before. All figures are those of the original, positive where it was a sale.
pub fn returned_total(total: Cents, quantity: Quantity, back_with_this: Quantity, paid_back_before: Cents) -> Cents {
    if quantity.is_zero() {
        return Cents::ZERO;
    }
    let (numerator, denominator) =
        (i128::from(total.get()) * i128::from(back_with_this.get()), i128::from(quantity.get()));
    let due = narrow(round_div(numerator * denominator.signum(), denominator.abs()));
    -(due - paid_back_before)
}

fn narrow(number: i128) -> Cents {
    Cents::new(i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn known() -> Value {
        serde_json::from_str(include_str!("../../tests/vectors/arithmetic.json")).unwrap()
    }

    fn cents(value: &Value) -> Cents {
        Cents::new(value.as_i64().unwrap())
    }

    fn list(value: &Value) -> Vec<Cents> {
        value.as_array().unwrap().iter().map(cents).collect()
    }

    fn rate(value: &Value) -> Rate {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn the_known_line_totals_come_out() {
        for case in known()["line_total"].as_array().unwrap() {
            let quantity = Quantity::thousandths(case["qty"].as_i64().unwrap());
            assert_eq!(gross(quantity, cents(&case["unit_price"])), cents(&case["total"]), "{case}");
        }
    }

    #[test]
    fn the_known_vat_amounts_come_out() {
        for case in known()["vat"].as_array().unwrap() {
            let vat = vat_in(cents(&case["ttc"]), rate(&case["rate"]));
            assert_eq!(vat, cents(&case["vat"]), "{case}");
            assert_eq!(cents(&case["ttc"]) - vat, cents(&case["ht"]), "{case}");
        }
    }

    #[test]
    fn the_known_discount_shares_come_out() {
        for case in known()["discount_shares"].as_array().unwrap() {
            let shares = spread_discount(cents(&case["amount"]), &list(&case["totals"])).unwrap();
            assert_eq!(shares, list(&case["shares"]), "{case}");
        }
    }

    #[test]
    fn the_known_tax_free_amounts_of_lines_come_out() {
        for case in known()["line_ht"].as_array().unwrap() {
            assert_eq!(line_hts(rate(&case["rate"]), &list(&case["totals"])), list(&case["hts"]), "{case}");
        }
    }

    #[test]
    fn a_discount_higher_than_the_lines_it_would_reduce_is_refused() {
        assert_eq!(spread_discount(Cents::new(101), &[Cents::new(100), Cents::new(-50)]), None);
        assert!(spread_discount(Cents::new(100), &[Cents::new(100), Cents::new(-50)]).is_some());
    }

    proptest! {
        #[test]
        fn shares_of_a_discount_sum_to_it_and_never_turn_a_line_over(
            totals in prop::collection::vec(-50_000i64..50_000, 1..20), part in 0i64..=1000,
        ) {
            let totals: Vec<Cents> = totals.into_iter().map(Cents::new).collect();
            let base: i64 = totals.iter().map(|t| t.get().max(0)).sum();
            let amount = Cents::new(base * part / 1000);
            let shares = spread_discount(amount, &totals).unwrap();
            prop_assert_eq!(shares.iter().copied().sum::<Cents>(), amount);
            for (share, total) in shares.iter().zip(&totals) {
                prop_assert!(share.get() >= 0 && share.get() <= total.get().max(0));
            }
        }

        #[test]
        fn tax_free_amounts_of_lines_sum_to_that_of_their_rate(
            totals in prop::collection::vec(-50_000i64..50_000, 1..20), basis_points in 0u16..=9999,
        ) {
            let rate = Rate::from_basis_points(basis_points).unwrap();
            let totals: Vec<Cents> = totals.into_iter().map(Cents::new).collect();
            let ttc: Cents = totals.iter().copied().sum();
            prop_assert_eq!(line_hts(rate, &totals).into_iter().sum::<Cents>(), ttc - vat_in(ttc, rate));
        }

        #[test]
        fn partial_returns_in_any_steps_give_back_the_line_to_the_cent(
            total in 0i64..1_000_000, pieces in 1i64..40, cuts in prop::collection::vec(1i64..10, 1..40),
        ) {
            let (mut back, mut paid) = (0, Cents::ZERO);
            for cut in cuts.into_iter().chain([pieces]) {
                back = (back + cut).min(pieces);
                let given = returned_total(
                    Cents::new(total), Quantity::thousandths(pieces * 1000), Quantity::thousandths(back * 1000), paid,
                );
                paid -= given;
            }
            prop_assert_eq!(paid, Cents::new(total));
        }
    }
}
