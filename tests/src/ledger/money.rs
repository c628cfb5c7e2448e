//! Rounding, shares and VAT by hand: "Arithmetic, which every verifier checks" of `docs/journal-format.md`.

use std::collections::BTreeMap;

/// A quotient rounded half away from zero.
pub(super) fn round(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator.abs() / denominator, numerator.abs() % denominator);
    let rounded = if rest * 2 >= denominator { whole + 1 } else { whole };
    if numerator < 0 { -rounded } else { rounded }
}

/// A whole number over exact shares `parts[i] / denominator`: each cut towards zero, then cent by cent.
pub(super) fn share(whole: i128, parts: &[i128], denominator: i128) -> Vec<i128> {
    let mut shares: Vec<i128> = parts.iter().map(|part| part / denominator).collect();
    let mut given = vec![false; parts.len()];
    loop {
        let missing = whole - shares.iter().sum::<i128>();
        if missing == 0 || parts.is_empty() {
            return shares;
        }
        if given.iter().all(|given| *given) {
            given.fill(false);
        }
        let cut = |at: usize| parts[at] - parts[at] / denominator * denominator;
        let mut next: Option<usize> = None;
        for at in (0..parts.len()).filter(|at| !given[*at]) {
            let better = next.is_none_or(|best| if missing > 0 { cut(at) > cut(best) } else { cut(at) < cut(best) });
            if better {
                next = Some(at);
            }
        }
        let at = next.unwrap();
        shares[at] += missing.signum();
        given[at] = true;
    }
}

/// A discount over the totals above 0, in proportion to them; none where it is more than they are.
pub(super) fn spread(amount: i128, totals: &[i128]) -> Option<Vec<i128>> {
    let bearing: Vec<usize> = (0..totals.len()).filter(|at| totals[*at] > 0).collect();
    let sum: i128 = bearing.iter().map(|at| totals[*at]).sum();
    if amount > sum {
        return None;
    }
    let parts: Vec<i128> = bearing.iter().map(|at| amount * totals[*at]).collect();
    let mut shares = vec![0; totals.len()];
    if amount > 0 {
        for (at, part) in bearing.iter().zip(share(amount, &parts, sum)) {
            shares[*at] = part;
        }
    }
    Some(shares)
}

/// What lies under one VAT rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) ttc: i128,
    pub(super) ht: i128,
    pub(super) vat: i128,
}

impl Row {
    pub(super) fn add(&mut self, other: Row) {
        (self.ttc, self.ht, self.vat) = (self.ttc + other.ttc, self.ht + other.ht, self.vat + other.vat);
    }

    pub(super) fn negated(self) -> Row {
        Row { ttc: -self.ttc, ht: -self.ht, vat: -self.vat }
    }
}

pub(super) type Rows = BTreeMap<i128, Row>;

/// The sums by rate of lines given as (rate, total), and each line's amount without tax.
pub(super) fn by_rate(lines: &[(i128, i128)]) -> (Rows, Vec<i128>) {
    let mut rows = Rows::new();
    for (rate, total) in lines {
        rows.entry(*rate).or_default().ttc += total;
    }
    let mut without = vec![0; lines.len()];
    for (rate, row) in &mut rows {
        row.vat = round(row.ttc * rate, 10_000 + rate);
        row.ht = row.ttc - row.vat;
        let of_rate: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].0 == *rate).collect();
        let parts: Vec<i128> = of_rate.iter().map(|at| lines[*at].1 * 10_000).collect();
        for (at, part) in of_rate.iter().zip(share(row.ht, &parts, 10_000 + rate)) {
            without[*at] = part;
        }
    }
    (rows, without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([round(5, 2), round(-5, 2), round(4, 3), round(-4, 3), round(0, 7)], [3, -3, 1, -1, 0]);
    }

    #[test]
    fn what_is_missing_goes_to_the_largest_rest_and_then_to_the_first() {
        assert_eq!(share(10, &[10, 10, 10], 3), [4, 3, 3]);
        assert_eq!(share(-10, &[-10, -10, -10], 3), [-4, -3, -3]);
        assert_eq!(share(5, &[7, 8], 3), [2, 3]);
    }
}
