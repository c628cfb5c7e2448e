//! What each till sells: the baskets of one store of the retail data, or made-up ones where that is not at hand.

use std::path::Path;

use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_fiscal::values::Rate;

use super::Result;
use crate::replay::{RetailBasket, RetailLine, retail_baskets, retail_catalogue};

/// 5 January 2026, 09:00 in UTC, when the first made-up basket is sold.
const FIRST: i64 = 1_767_603_600;
/// How many made-up products there are.
const PRODUCTS: u64 = 40;

/// A catalogue, and the baskets of each till.
#[derive(Clone, Debug)]
pub struct Goods {
    /// What all tills sell from.
    pub catalogue: Catalogue,
    /// The baskets of each till, in time order.
    pub tills: Vec<Vec<RetailBasket>>,
}

impl Goods {
    /// The oldest `baskets` baskets of each of the stores that have sold most.
    pub fn of_retail(products: &Path, sales: &Path, tills: usize, baskets: usize) -> Result<Goods> {
        let all = retail_baskets(sales)?;
        let mut stores = std::collections::BTreeMap::<String, Vec<RetailBasket>>::new();
        for basket in all {
            stores.entry(basket.store.clone()).or_default().push(basket);
        }
        let mut stores: Vec<Vec<RetailBasket>> = stores.into_values().collect();
        stores.sort_by_key(|store| std::cmp::Reverse(store.len()));
        stores.truncate(tills);
        stores.iter_mut().for_each(|store| store.truncate(baskets));
        if stores.len() < tills {
            return Err(format!("the sales are of {} stores only", stores.len()).into());
        }
        Ok(Goods { catalogue: retail_catalogue(products)?, tills: stores })
    }

    /// Made-up baskets, a few minutes apart, so that days are closed in between.
    pub fn made_up(tills: usize, baskets: usize) -> Result<Goods> {
        let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
        let product = |number: u64| {
            let rate = if number.is_multiple_of(2) { 2000 } else { 550 };
            let rate = Rate::from_basis_points(rate).ok_or("no such rate")?;
            Ok::<_, &str>(Product::new(number.to_string(), "Article d'exemple", "sample", VatByMode::new(rate)))
        };
        let products = (0..PRODUCTS).map(product).collect::<std::result::Result<Vec<_>, _>>()?;
        let catalogue = Catalogue::new(vec![category], products, Vec::new())?;
        let till = |till: usize| (0..baskets).map(|basket| made_up(till, basket)).collect();
        Ok(Goods { catalogue, tills: (0..tills).map(till).collect() })
    }
}

fn made_up(till: usize, basket: usize) -> RetailBasket {
    let (till, number) = (till as u64, basket as u64);
    let line = |place: u64| {
        let drawn = (till * 7919 + number * 104_729 + place * 1_299_709) % 997;
        let (quantity, price) =
            (1 + i64::try_from(drawn % 3).unwrap_or_default(), 50 + i64::try_from(drawn).unwrap_or_default());
        RetailLine {
            product: (drawn % PRODUCTS).to_string(),
            quantity,
            sales_value: quantity * price,
            retail_discount: 0,
        }
    };
    RetailBasket {
        id: format!("{till}-{number}"),
        store: till.to_string(),
        at: FIRST + i64::try_from(number).unwrap_or_default() * 1500,
        lines: (0..1 + number % 6).map(line).collect(),
    }
}
