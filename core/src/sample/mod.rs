//! The sample shop: a French grocery with a snack bar. Nobody and nothing in it is real, and it says so.

use std::collections::BTreeMap;

use comptoir_fiscal::entry::{Merchant, Mode, Nature, SaleMode, Store};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, DayEnd, FiscalYearStart, Quantity, Rate};

use crate::catalogue::{Catalogue, CatalogueError, Category, Component, Menu, Parts, Product, Unit, VatByMode};
use crate::operators::{Operator, Role};
use crate::register::Founding;
use crate::terms::Rules;

const PRODUCTS: &str = include_str!("products.csv");
const CATEGORIES: &str = include_str!("categories.csv");
const MENUS: &str = include_str!("menus.csv");
/// What does not fit a row: variants, modifiers, menus with choices, price lists.
const MORE: &str = include_str!("more.json");

/// The zone that the sample shop's clocks show.
pub const TIME_ZONE: &str = "Europe/Paris";

/// The SIRET of the sample shop, which is nobody's.
pub const SIRET: &str = "00000000000000";

/// The id of the sample owner.
pub const OWNER: &str = "op-1";
/// The id of the sample manager.
pub const MANAGER: &str = "op-2";
/// The id of the one who sells groceries.
pub const CASHIER: &str = "op-3";
/// The id of the one who sells at the snack bar.
pub const BARISTA: &str = "op-4";
/// What the sample manager types to sign in, once this was set: a founded shop has no codes yet.
pub const MANAGERS_PIN: &str = "2468";

/// Why the sample data does not make a shop.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum SampleError {
    #[error("the sample data: {0}")]
    Csv(#[from] csv::Error),
    #[error("the sample data: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the sample data: {column} of {record}")]
    Field { record: String, column: &'static str },
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl SampleError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        message!("The sample data cannot be read: {why}.", why = self.to_string())
    }
}

/// What the sample shop is founded with, to sell or to practise.
pub fn founding(mode: Mode) -> Result<Founding, SampleError> {
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
            siret: SIRET.to_owned(),
            vat_number: "FR00000000000".to_owned(),
        },
        store: Store { address, id: "exemple".to_owned(), name: "Épicerie d'exemple".to_owned() },
        label: "01".to_owned(),
        time_zone: TIME_ZONE.to_owned(),
        mode,
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
    let mut more: Parts = serde_json::from_str(MORE)?;
    let products = rows(PRODUCTS, product)?.into_iter().chain(more.products).collect();
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
    let menus = menus.into_iter().chain(more.menus).collect();
    (more.categories, more.products, more.menus) = (categories, products, menus);
    Ok(Catalogue::of(more)?)
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
        let catalogue = founding(Mode::Live).unwrap().catalogue;
        let rates: std::collections::BTreeSet<u16> =
            catalogue.products().iter().map(|product| product.vat.rate(None).basis_points()).collect();
        assert_eq!(rates.into_iter().collect::<Vec<_>>(), [0, 210, 550, 1000, 2000]);
        assert!(catalogue.products().len() >= 120);
        assert!(catalogue.products().iter().filter(|product| product.unit == Unit::Kilogram).count() >= 15);
        assert_eq!(catalogue.menus().len(), 6);
        assert_eq!(catalogue.variants("tablier").count(), 3);
        assert_eq!(founding(Mode::Live).unwrap().operators.len(), 4);
    }

    #[test]
    fn the_menus_without_a_choice_are_sold_at_their_price_and_a_weighed_apple_is_found_by_its_label() {
        let shop = founding(Mode::Live).unwrap().catalogue;
        assert_eq!(shop.by_barcode("2100010").unwrap().sku, "POM-GAL");
        let menus: Vec<&Menu> = shop.menus().iter().filter(|menu| menu.courses.is_empty()).collect();
        assert_eq!(menus.len(), 5);
        for menu in menus {
            let mut basket = crate::basket::Basket::new(None, comptoir_fiscal::entry::Channel::Counter);
            basket.add_menu(menu, &shop, 3).unwrap();
            assert_eq!(basket.figures().ttc.get(), 3 * menu.price.get(), "{}", menu.sku);
        }
    }

    #[test]
    fn the_sample_shop_says_on_every_paper_that_it_is_none() {
        let founding = founding(Mode::Training).unwrap();
        assert_eq!(founding.mode, Mode::Training);
        assert!(founding.merchant.name.contains("fictif"), "{}", founding.merchant.name);
        assert!(founding.operators.iter().all(|operator| operator.name.starts_with("Exemple")));
    }
}
