//! How much of each article was sold, net of what came back.

use comptoir_fiscal::entry::{Body, Entry};
use comptoir_fiscal::values::{Cents, Quantity};
use rusqlite::{Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};

pub(super) struct SoldArticles;

impl Projection for SoldArticles {
    const NAME: &'static str = "sold";
    const TABLES: &'static [&'static str] = &["sold"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let Body::Ticket(ticket) = &entry.body else { return Ok(()) };
        let sql = "INSERT INTO sold (sku, unit, register, qty, ttc) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (sku, unit, register) DO UPDATE SET qty = qty + excluded.qty, ttc = ttc + excluded.ttc";
        let mut add = transaction.prepare_cached(sql)?;
        let register = text(entry.register);
        for line in &ticket.lines {
            add.execute(params![line.sku, line.unit, register, line.qty.get(), line.total.get()])?;
        }
        Ok(())
    }
}

/// How much of an article was sold at this till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    /// The code of the product.
    pub sku: String,
    /// What the quantity counts, as lines write it: goods sold by weight are also sold in packets that say their price.
    pub unit: String,
    /// How much, net of what came back.
    pub qty: Quantity,
    /// For how much, tax included and net of discounts.
    pub ttc: Cents,
}

/// What was sold of everything, over all journals of this till, by code and unit.
pub fn all(shop: &Shop) -> Result<Vec<Sold>, ShopError> {
    let sql = "SELECT sku, unit, sum(qty), sum(ttc) FROM sold GROUP BY sku, unit ORDER BY sku, unit";
    let mut find = shop.reading().prepare_cached(sql)?;
    let rows = find.query_map([], |row| {
        Ok(Sold {
            sku: row.get(0)?,
            unit: row.get(1)?,
            qty: Quantity::thousandths(row.get(2)?),
            ttc: Cents::new(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a product was ever on a ticket of this till.
pub(crate) fn was_sold(shop: &Shop, sku: &str) -> Result<bool, ShopError> {
    let mut find = shop.reading().prepare_cached("SELECT 1 FROM sold WHERE sku = ?1")?;
    Ok(find.exists([sku])?)
}
