//! The sample shop: a French grocery with a snack bar. Nobody and nothing in it is real, and it says so.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use comptoir_core::catalogue::{Catalogue, CatalogueError, Category, Component, Menu, Product, Unit, VatByMode};
use comptoir_core::operators::{Operator, Role};
use comptoir_core::register::Founding;
use comptoir_core::terms::Rules;
use comptoir_fiscal::entry::{Merchant, Mode, Nature, SaleMode, Store};
use comptoir_fiscal::values::{Cents, DayEnd, FiscalYearStart, Quantity, Rate};

const PRODUCTS: &str = include_str!("products.csv");
const CATEGORIES: &str = include_str!("categories.csv");
const MENUS: &str = include_str!("menus.csv");

/// The zone that the sample shop's clocks show.
pub(super) const TIME_ZONE: chrono_tz::Tz = chrono_tz::Tz::Europe__Paris;

/// The ids of the sample operators.
pub(super) const OWNER: &str = "op-1";
pub(super) const MANAGER: &str = "op-2";
pub(super) const CASHIER: &str = "op-3";
pub(super) const BARISTA: &str = "op-4";
/// What the sample manager types to sign in.
pub(super) const MANAGERS_PIN: &str = "2468";

/// Why the sample data does not make a shop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SampleError {
    #[error("the sample data: {0}")]
    Csv(#[from] csv::Error),
    #[error("the sample data: {column} of {record}")]
    Field { record: String, column: &'static str },
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// What the sample shop is founded with.
pub(super) fn founding() -> Result<Founding, SampleError> {
    let mut rules = Rules::default();
    // The sample day may be a Sunday or a holiday, and its meal vouchers are of those that say they are good then.
    for rule in &mut rules.meal_vouchers.0 {
        (rule.sundays, rule.holidays) = (true, true);
    }
    let address = "1 place de l'Exemple, 49000 Angers".to_owned();
    Ok(Founding {
        merchant: Merchant {
            address: address.clone(),
            naf: "4711B".to_owned(),
            name: "Épicerie d'exemple (magasin fictif)".to_owned(),
            siret: "00000000000000".to_owned(),
            vat_number: "FR00000000000".to_owned(),
        },
        store: Store { address, id: "exemple".to_owned(), name: "Épicerie d'exemple".to_owned() },
        label: "01".to_owned(),
        time_zone: TIME_ZONE.name().to_owned(),
        mode: Mode::Live,
        day_ends_at: "05:00".parse().unwrap_or(DayEnd(chrono::NaiveTime::MIN)),
        fiscal_year_starts: FiscalYearStart::JANUARY,
        catalogue: catalogue()?,
        operators: operators(),
        rules,
    })
}

fn operators() -> Vec<Operator> {
    let sample = |id: &str, name: &str, role| Operator::new(id, name, role);
    vec![
        sample(OWNER, "Exemple Propriétaire", Role::Owner),
        sample(MANAGER, "Exemple Responsable", Role::Manager),
        sample(CASHIER, "Exemple Caisse", Role::Cashier),
        sample(BARISTA, "Exemple Comptoir", Role::Cashier),
    ]
}

fn catalogue() -> Result<Catalogue, SampleError> {
    let categories =
        rows(CATEGORIES, |row| Ok(Category { id: row.text(0), label: row.text(1), color: Some(row.text(2)) }))?;
    let products = rows(PRODUCTS, product)?;
    let menus = rows(MENUS, |row| {
        let listed = row.text(4);
        let components = listed.split(',').map(|part| component(part).ok_or_else(|| row.wrong("components")));
        Ok(Menu {
            sku: row.text(0),
            label: row.text(1),
            category: row.text(2),
            price: Cents::new(row.number(3, "price_cents")?),
            price_by_mode: BTreeMap::new(),
            components: components.collect::<Result<_, _>>()?,
            courses: Vec::new(),
            archived: false,
        })
    })?;
    Ok(Catalogue::new(categories, products, menus)?)
}

fn product(row: &Row) -> Result<Product, SampleError> {
    let rate = |column: usize, name| {
        let basis_points = u16::try_from(row.number(column, name)?).ok().and_then(Rate::from_basis_points);
        basis_points.ok_or_else(|| row.wrong(name))
    };
    let sku = row.text(0);
    let mut vat = match row.text(12) {
        article if article.is_empty() => VatByMode::new(rate(5, "vat")?),
        article => VatByMode::exempt(article),
    };
    for (column, mode, name) in [(6, SaleMode::EatIn, "vat_eat_in"), (7, SaleMode::Takeaway, "vat_takeaway")] {
        if !row.text(column).is_empty() {
            vat = vat.with(mode, rate(column, name)?);
        }
    }
    Ok(Product {
        deposit: sku == "CON-VER",
        unit: if row.text(3) == "kg" { Unit::Kilogram } else { Unit::Piece },
        price: Some(Cents::new(row.number(4, "price_cents")?)),
        barcodes: Some(row.text(8)).filter(|code| !code.is_empty()).into_iter().collect(),
        meal_voucher: row.text(9) == "1",
        nature: if row.text(10) == "service" { Nature::Service } else { Nature::Goods },
        tare: if row.text(11).is_empty() { None } else { Some(row.number(11, "tare")?) },
        ..Product::new(sku, row.text(1), row.text(2), vat)
    })
}

fn component(part: &str) -> Option<Component> {
    let (sku, count) = part.split_once('*')?;
    Some(Component { sku: sku.to_owned(), qty: Quantity::pieces(count.parse().ok()?) })
}

/// The business day before the one that the calendar shows.
pub(super) fn yesterday(now_unix: i64) -> Option<NaiveDate> {
    let now = chrono::DateTime::from_timestamp(now_unix, 0)?.with_timezone(&TIME_ZONE);
    now.date_naive().pred_opt()
}

struct Row(csv::StringRecord);

impl Row {
    fn text(&self, column: usize) -> String {
        self.0.get(column).unwrap_or_default().to_owned()
    }

    fn number(&self, column: usize, name: &'static str) -> Result<i64, SampleError> {
        self.text(column).parse().map_err(|_| self.wrong(name))
    }

    fn wrong(&self, column: &'static str) -> SampleError {
        SampleError::Field { record: self.text(0), column }
    }
}

fn rows<T>(data: &str, read: impl Fn(&Row) -> Result<T, SampleError>) -> Result<Vec<T>, SampleError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(data.as_bytes());
    reader.records().map(|record| read(&Row(record?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_shop_sells_goods_of_every_rate_weighed_ones_and_menus_of_mixed_rates() {
        let catalogue = founding().unwrap().catalogue;
        let rates: std::collections::BTreeSet<u16> =
            catalogue.products().iter().map(|product| product.vat.rate(None).basis_points()).collect();
        assert_eq!(rates.into_iter().collect::<Vec<_>>(), [0, 210, 550, 1000, 2000]);
        assert!(catalogue.products().len() >= 120);
        assert!(catalogue.products().iter().filter(|product| product.unit == Unit::Kilogram).count() >= 15);
        assert_eq!(catalogue.menus().len(), 5);
        assert_eq!(founding().unwrap().operators.len(), 4);
    }
}
