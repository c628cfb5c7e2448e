//! What a customer asked for, priced by hand.

use comptoir_fiscal::entry::SaleMode;

use super::money::{Rows, by_rate, round, share, spread};
use super::shop::{MENUS, good_of};

/// Money off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Off {
    Percent(i128),
    Amount(i128),
    ToPrice(i128),
}

/// One thing that was asked for.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// So many thousandths at a unit price.
    Good { sku: &'static str, qty: i128, price: i128, unit: &'static str },
    /// An amount typed under a rate.
    Free { rate: i128, amount: i128 },
    /// So many menus.
    Menu { sku: &'static str, count: i128 },
}

#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) what: What,
    pub(super) offs: Vec<Off>,
}

impl Wish {
    /// How much of it there is, in thousandths.
    pub(super) fn qty(&self) -> i128 {
        match &self.what {
            What::Good { qty, .. } => *qty,
            What::Free { .. } => 1000,
            What::Menu { count, .. } => count * 1000,
        }
    }

    /// The same, so much of it.
    pub(super) fn of(&self, thousandths: i128) -> Wish {
        let mut other = self.clone();
        match &mut other.what {
            What::Good { qty, .. } => *qty = thousandths,
            What::Free { .. } => {}
            What::Menu { count, .. } => *count = thousandths / 1000,
        }
        other
    }
}

/// A line as it must be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sku: String,
    pub(super) qty: i128,
    pub(super) price: i128,
    pub(super) unit: String,
    pub(super) rate: i128,
    /// The sum of the line's own discounts.
    pub(super) off: i128,
    pub(super) total: i128,
    pub(super) ht: i128,
}

/// What was asked for, whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Cart {
    pub(super) wishes: Vec<Wish>,
    pub(super) mode: Option<SaleMode>,
    pub(super) offs: Vec<Off>,
}

/// What it comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bill {
    pub(super) lines: Vec<Line>,
    pub(super) offs: Vec<i128>,
    pub(super) rows: Rows,
    /// What of it meal vouchers may pay.
    pub(super) meal: i128,
}

impl Bill {
    pub(super) fn ttc(&self) -> i128 {
        self.rows.values().map(|row| row.ttc).sum()
    }
}

impl Cart {
    /// The bill; none where a discount is more than what it reduces.
    /// Whether something goes at a price of its own, which a cashier may not decide.
    pub(super) fn has_own_price(&self) -> bool {
        let wished = self.wishes.iter().flat_map(|wish| &wish.offs);
        wished.chain(&self.offs).any(|off| matches!(off, Off::ToPrice(_)))
    }

    pub(super) fn bill(&self) -> Option<Bill> {
        let mut lines = Vec::new();
        let mut meals = Vec::new();
        for wish in &self.wishes {
            for (line, meal) in rows_of(wish, self.mode)? {
                lines.push(line);
                meals.push(meal);
            }
        }
        let mut offs = Vec::new();
        for off in &self.offs {
            let totals: Vec<i128> = lines.iter().map(|line| line.total).collect();
            let left: i128 = totals.iter().filter(|total| **total > 0).sum();
            let amount = amount_of(*off, left, |_| left)?;
            for (line, part) in lines.iter_mut().zip(spread(amount, &totals)?) {
                line.total -= part;
            }
            if amount != 0 {
                offs.push(amount);
            }
        }
        let pairs: Vec<(i128, i128)> = lines.iter().map(|line| (line.rate, line.total)).collect();
        let (rows, without) = by_rate(&pairs);
        lines.iter_mut().zip(without).for_each(|(line, ht)| line.ht = ht);
        let meal = lines.iter().zip(&meals).filter(|(_, meal)| **meal).map(|(line, _)| line.total).sum::<i128>().max(0);
        Some(Bill { lines, offs, rows, meal })
    }
}

/// What money off comes to where so much is left; none where that is less.
fn amount_of(off: Off, left: i128, at_price: impl Fn(i128) -> i128) -> Option<i128> {
    let amount = match off {
        Off::Percent(points) => return Some(round(left * points, 10_000)),
        Off::Amount(amount) => amount,
        Off::ToPrice(price) => left - at_price(price),
    };
    (0..=left).contains(&amount).then_some(amount)
}

fn rows_of(wish: &Wish, mode: Option<SaleMode>) -> Option<Vec<(Line, bool)>> {
    let rate = |sku: &str| {
        let good = good_of(sku);
        if mode == Some(SaleMode::Takeaway) { good.takeaway } else { good.rate }
    };
    let mut rows = match &wish.what {
        What::Good { sku, qty, price, unit } => {
            let total = round(qty * price, 1000);
            let line = Line {
                sku: (*sku).to_owned(),
                qty: *qty,
                price: *price,
                unit: (*unit).to_owned(),
                rate: rate(sku),
                off: 0,
                total,
                ht: 0,
            };
            vec![(line, good_of(sku).meal)]
        }
        What::Free { rate, amount } => {
            let sku = format!("LIBRE-{rate:04}");
            let (price, total) = (*amount, *amount);
            let line = Line { sku, qty: 1000, price, unit: "pce".to_owned(), rate: *rate, off: 0, total, ht: 0 };
            vec![(line, false)]
        }
        What::Menu { sku, count } => {
            let menu = MENUS.iter().find(|menu| menu.sku == *sku).unwrap();
            let worth: Vec<i128> = menu.parts.iter().map(|(sku, n)| good_of(sku).price.unwrap() * n).collect();
            let parts: Vec<i128> = worth.iter().map(|worth| worth * menu.price).collect();
            let shares = share(menu.price, &parts, worth.iter().sum());
            let row = |((sku, n), share): (&(&str, i128), i128)| {
                // The unit price is the next higher one; a discount of the menu's gives back what that is too much.
                let price = (share + n - 1) / n;
                let total = share * count;
                let line = Line {
                    sku: (*sku).to_owned(),
                    qty: n * count * 1000,
                    price,
                    unit: "pce".to_owned(),
                    rate: rate(sku),
                    off: n * count * price - total,
                    total,
                    ht: 0,
                };
                (line, good_of(sku).meal)
            };
            menu.parts.iter().zip(shares).map(row).collect()
        }
    };
    for off in &wish.offs {
        let totals: Vec<i128> = rows.iter().map(|(line, _)| line.total).collect();
        let left = totals.iter().sum();
        let at_price = |price: i128| round(wish.qty() * price, 1000);
        let amount = amount_of(*off, left, at_price)?;
        for ((line, _), part) in rows.iter_mut().zip(spread(amount, &totals)?) {
            line.off += part;
            line.total -= part;
        }
    }
    Some(rows)
}
