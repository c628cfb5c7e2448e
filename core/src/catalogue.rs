//! What the shop sells: products, their categories and the menus made of them.
//!
//! A catalogue is checked whole when it is built, so that what is found in it can be sold: every code is unique, every
//! rate of 0 names the article of law behind it (CGI art. 242 nonies A, annexe II, asks for it on the paper).

use std::collections::{BTreeMap, HashMap};

use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity, Rate};
use serde::{Deserialize, Serialize};

use crate::barcode::normal_form;
use crate::shown_by_message;

/// What a quantity counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Pieces, sold whole.
    #[default]
    #[serde(rename = "pce")]
    Piece,
    /// Kilograms.
    #[serde(rename = "kg")]
    Kilogram,
    /// Litres.
    #[serde(rename = "l")]
    Litre,
    /// Metres.
    #[serde(rename = "m")]
    Metre,
    /// Hours.
    #[serde(rename = "h")]
    Hour,
}

impl Unit {
    /// The unit as it is written in a line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Piece => "pce",
            Unit::Kilogram => "kg",
            Unit::Litre => "l",
            Unit::Metre => "m",
            Unit::Hour => "h",
        }
    }
}

/// The VAT rate of a product: one, and others for some ways of selling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatByMode {
    /// The rate where the way of selling says nothing else.
    pub base: Rate,
    /// The rate of some ways of selling.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_mode: BTreeMap<SaleMode, Rate>,
    /// The article of law behind a rate of 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<String>,
}

impl VatByMode {
    /// One rate for every way of selling.
    pub fn new(base: Rate) -> VatByMode {
        VatByMode { base, by_mode: BTreeMap::new(), exempt: None }
    }

    /// No VAT, by this article of law.
    pub fn exempt(article: impl Into<String>) -> VatByMode {
        VatByMode { base: Rate::ZERO, by_mode: BTreeMap::new(), exempt: Some(article.into()) }
    }

    /// The same, with another rate for one way of selling.
    pub fn with(mut self, mode: SaleMode, rate: Rate) -> VatByMode {
        self.by_mode.insert(mode, rate);
        self
    }

    /// The rate for a way of selling.
    pub fn rate(&self, mode: Option<SaleMode>) -> Rate {
        mode.and_then(|mode| self.by_mode.get(&mode)).copied().unwrap_or(self.base)
    }

    /// The article of law, where the rate for a way of selling is 0.
    pub fn article(&self, mode: Option<SaleMode>) -> Option<&str> {
        self.exempt.as_deref().filter(|_| self.rate(mode) == Rate::ZERO)
    }

    /// Whether each rate of 0 has its article.
    pub fn is_complete(&self) -> bool {
        let named = self.exempt.as_ref().is_some_and(|article| !article.trim().is_empty());
        named || self.by_mode.values().chain([&self.base]).all(|rate| *rate != Rate::ZERO)
    }
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its code; never used for another product.
    pub sku: String,
    /// What prints.
    pub label: String,
    /// The id of its category.
    pub category: String,
    /// What its quantity counts.
    #[serde(default)]
    pub unit: Unit,
    /// The price of one unit, tax included; none where it is typed or scanned at the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Cents>,
    /// Its VAT.
    pub vat: VatByMode,
    /// What a scanner reads on it; of an in-store code, the prefix and the item's digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub barcodes: Vec<String>,
    /// Whether meal vouchers pay for it (C. trav. R. 3262-4).
    #[serde(default)]
    pub meal_voucher: bool,
    /// Goods or service.
    #[serde(default)]
    pub nature: Nature,
    /// What its wrapping weighs, in thousandths of the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tare: Option<i64>,
    /// Whether it is a deposit (consigne), which alone a sale may pay back.
    #[serde(default)]
    pub deposit: bool,
    /// No longer sold; kept because it was.
    #[serde(default)]
    pub archived: bool,
}

/// A group of products, as the screen shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its code.
    pub id: String,
    /// What the screen says.
    pub label: String,
    /// Its colour, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// So much of a product in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Which product.
    pub sku: String,
    /// How much of it.
    pub qty: Quantity,
}

/// Products sold together at one price (formule).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    /// Its code; no product has it.
    pub sku: String,
    /// What the screen says.
    pub label: String,
    /// The id of its category.
    pub category: String,
    /// The price of one menu, tax included.
    pub price: Cents,
    /// What it is made of.
    pub components: Vec<Component>,
    /// No longer sold.
    #[serde(default)]
    pub archived: bool,
}

/// Why a list of products is not a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CatalogueError {
    EmptySku { label: String },
    DuplicateSku { sku: String },
    DuplicateCategory { id: String },
    DuplicateBarcode { barcode: String, first: String, second: String },
    UnknownCategory { sku: String, category: String },
    NegativePrice { sku: String, price: Cents },
    RateWithoutArticle { sku: String },
    EmptyMenu { menu: String },
    UnknownComponent { menu: String, sku: String },
    ComponentQuantity { menu: String, sku: String, qty: Quantity },
    ComponentWithoutPrice { menu: String, sku: String },
}

impl CatalogueError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            CatalogueError::EmptySku { label } => {
                message!("“{label}” has no code; give it one.", label = label)
            }
            CatalogueError::DuplicateSku { sku } => {
                message!("The code {sku} is used twice; give one of the two another code.", sku = sku)
            }
            CatalogueError::DuplicateCategory { id } => {
                message!("The category {id} is there twice; remove one.", id = id)
            }
            CatalogueError::DuplicateBarcode { barcode, first, second } => message!(
                "The barcode {barcode} is on {first} and on {second}; remove it from one of them.",
                barcode = barcode,
                first = first,
                second = second
            ),
            CatalogueError::UnknownCategory { sku, category } => message!(
                "{sku} is in the category {category}, which does not exist; create it or choose another.",
                sku = sku,
                category = category
            ),
            CatalogueError::NegativePrice { sku, price } => {
                message!("The price of {sku} is {price}; enter a price of 0 or more.", sku = sku, price = price)
            }
            CatalogueError::RateWithoutArticle { sku } => message!(
                "{sku} is sold without VAT but names no article of law; enter the article or a rate.",
                sku = sku
            ),
            CatalogueError::EmptyMenu { menu } => {
                message!("The menu {menu} has no components; add what it is made of.", menu = menu)
            }
            CatalogueError::UnknownComponent { menu, sku } => message!(
                "The menu {menu} holds {sku}, which does not exist; create it or remove it from the menu.",
                menu = menu,
                sku = sku
            ),
            CatalogueError::ComponentQuantity { menu, sku, qty } => message!(
                "The menu {menu} holds {qty} of {sku}; enter a quantity above 0, whole for pieces.",
                menu = menu,
                sku = sku,
                qty = qty
            ),
            CatalogueError::ComponentWithoutPrice { menu, sku } => message!(
                "The menu {menu} holds {sku}, which has no price to share the menu's by; give it one.",
                menu = menu,
                sku = sku
            ),
        }
    }
}
shown_by_message!(CatalogueError);

/// Every product, category and menu of a shop, found at once by code or barcode.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Catalogue {
    categories: Vec<Category>,
    products: Vec<Product>,
    menus: Vec<Menu>,
    #[serde(skip)]
    product_by_sku: HashMap<String, usize>,
    #[serde(skip)]
    product_by_barcode: HashMap<String, usize>,
    #[serde(skip)]
    menu_by_sku: HashMap<String, usize>,
}

#[derive(Deserialize)]
struct Parts {
    categories: Vec<Category>,
    products: Vec<Product>,
    menus: Vec<Menu>,
}

impl TryFrom<Parts> for Catalogue {
    type Error = CatalogueError;
    fn try_from(parts: Parts) -> Result<Catalogue, CatalogueError> {
        Catalogue::new(parts.categories, parts.products, parts.menus)
    }
}

impl Catalogue {
    /// A catalogue of these, or the first thing that is wrong with them.
    pub fn new(
        categories: Vec<Category>,
        products: Vec<Product>,
        menus: Vec<Menu>,
    ) -> Result<Catalogue, CatalogueError> {
        let mut known = HashMap::with_capacity(categories.len());
        for category in &categories {
            if known.insert(category.id.as_str(), ()).is_some() {
                return Err(CatalogueError::DuplicateCategory { id: category.id.clone() });
            }
        }
        let check_category = |sku: &str, category: &str| match known.contains_key(category) {
            true => Ok(()),
            false => Err(CatalogueError::UnknownCategory { sku: sku.into(), category: category.into() }),
        };
        let mut product_by_sku = HashMap::with_capacity(products.len());
        let mut product_by_barcode = HashMap::with_capacity(products.len());
        for (index, product) in products.iter().enumerate() {
            check_product(product)?;
            check_category(&product.sku, &product.category)?;
            if product_by_sku.insert(product.sku.clone(), index).is_some() {
                return Err(CatalogueError::DuplicateSku { sku: product.sku.clone() });
            }
            // An archived product leaves its barcodes to whatever bears them now.
            for barcode in product.barcodes.iter().filter(|_| !product.archived) {
                let barcode = normal_form(barcode);
                if let Some(other) = product_by_barcode.insert(barcode.clone(), index).filter(|other| *other != index) {
                    let first = products[other].sku.clone();
                    return Err(CatalogueError::DuplicateBarcode { barcode, first, second: product.sku.clone() });
                }
            }
        }
        let mut menu_by_sku = HashMap::with_capacity(menus.len());
        for (index, menu) in menus.iter().enumerate() {
            check_category(&menu.sku, &menu.category)?;
            check_menu(menu, |sku| product_by_sku.get(sku).map(|at: &usize| &products[*at]))?;
            if product_by_sku.contains_key(&menu.sku) || menu_by_sku.insert(menu.sku.clone(), index).is_some() {
                return Err(CatalogueError::DuplicateSku { sku: menu.sku.clone() });
            }
        }
        Ok(Catalogue { categories, products, menus, product_by_sku, product_by_barcode, menu_by_sku })
    }

    /// The product of a code, archived or not.
    pub fn product(&self, sku: &str) -> Option<&Product> {
        self.product_by_sku.get(sku).map(|at| &self.products[*at])
    }

    /// The product that bears a barcode and is still sold. An in-store code is looked up by its prefix and item.
    pub fn by_barcode(&self, barcode: &str) -> Option<&Product> {
        self.product_by_barcode.get(&normal_form(barcode)).map(|at| &self.products[*at])
    }

    /// The menu of a code, archived or not.
    pub fn menu(&self, sku: &str) -> Option<&Menu> {
        self.menu_by_sku.get(sku).map(|at| &self.menus[*at])
    }

    /// Every category, in the order given.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Every product, in the order given.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Every menu, in the order given.
    pub fn menus(&self) -> &[Menu] {
        &self.menus
    }
}

fn check_product(product: &Product) -> Result<(), CatalogueError> {
    let sku = product.sku.clone();
    if sku.trim().is_empty() {
        return Err(CatalogueError::EmptySku { label: product.label.clone() });
    }
    if let Some(price) = product.price.filter(|price| price.is_negative()) {
        return Err(CatalogueError::NegativePrice { sku, price });
    }
    if !product.vat.is_complete() {
        return Err(CatalogueError::RateWithoutArticle { sku });
    }
    Ok(())
}

fn check_menu<'a>(menu: &Menu, product: impl Fn(&str) -> Option<&'a Product>) -> Result<(), CatalogueError> {
    let name = || menu.sku.clone();
    if menu.sku.trim().is_empty() {
        return Err(CatalogueError::EmptySku { label: menu.label.clone() });
    }
    if menu.price.is_negative() {
        return Err(CatalogueError::NegativePrice { sku: name(), price: menu.price });
    }
    if menu.components.is_empty() {
        return Err(CatalogueError::EmptyMenu { menu: name() });
    }
    for Component { sku, qty } in &menu.components {
        let Some(product) = product(sku) else {
            return Err(CatalogueError::UnknownComponent { menu: name(), sku: sku.clone() });
        };
        if qty.get() <= 0 || (product.unit == Unit::Piece && qty.get() % 1000 != 0) {
            return Err(CatalogueError::ComponentQuantity { menu: name(), sku: sku.clone(), qty: *qty });
        }
        if product.price.is_none() {
            return Err(CatalogueError::ComponentWithoutPrice { menu: name(), sku: sku.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rate(basis_points: u16) -> Rate {
        Rate::from_basis_points(basis_points).unwrap()
    }

    /// A product sold by the piece, which meal vouchers pay for below the normal rate.
    pub(crate) fn product(sku: &str, price: i64, basis_points: u16) -> Product {
        Product {
            sku: sku.into(),
            label: format!("Le {sku}"),
            category: "tout".into(),
            unit: Unit::Piece,
            price: Some(Cents::new(price)),
            vat: VatByMode::new(rate(basis_points)),
            barcodes: vec![],
            meal_voucher: basis_points < 2000,
            nature: Nature::Goods,
            tare: None,
            deposit: false,
            archived: false,
        }
    }

    pub(crate) fn menu(sku: &str, price: i64, components: &[(&str, i32)]) -> Menu {
        let components = components.iter().map(|(sku, n)| Component { sku: (*sku).into(), qty: Quantity::pieces(*n) });
        Menu {
            sku: sku.into(),
            label: format!("Formule {sku}"),
            category: "tout".into(),
            price: Cents::new(price),
            components: components.collect(),
            archived: false,
        }
    }

    pub(crate) fn catalogue(products: Vec<Product>, menus: Vec<Menu>) -> Result<Catalogue, CatalogueError> {
        let categories = vec![Category { id: "tout".into(), label: "Tout".into(), color: None }];
        Catalogue::new(categories, products, menus)
    }

    fn with_barcode(sku: &str, barcode: &str) -> Product {
        Product { barcodes: vec![barcode.into()], ..product(sku, 100, 550) }
    }

    #[test]
    fn a_product_is_found_by_its_code_and_by_either_writing_of_its_barcode() {
        let found = catalogue(vec![with_barcode("A", "036000291452"), product("B", 200, 2000)], vec![]).unwrap();
        assert_eq!(found.product("B").unwrap().price, Some(Cents::new(200)));
        assert_eq!(found.by_barcode("0036000291452").unwrap().sku, "A");
        assert!(found.by_barcode("4006381333931").is_none());
        assert!(found.product("C").is_none());
    }

    #[test]
    fn what_is_wrong_with_a_catalogue_is_named() {
        let bad = |change: fn(&mut Product)| {
            let mut product = product("A", 100, 550);
            change(&mut product);
            catalogue(vec![product], vec![]).unwrap_err()
        };
        let of = |menu| catalogue(vec![product("A", 100, 550)], vec![menu]).unwrap_err();
        let sku = || "A".to_owned();
        for (found, expected) in [
            (bad(|p| p.sku = " ".into()), CatalogueError::EmptySku { label: "Le A".into() }),
            (bad(|p| p.category = "x".into()), CatalogueError::UnknownCategory { sku: sku(), category: "x".into() }),
            (
                bad(|p| p.price = Some(Cents::new(-1))),
                CatalogueError::NegativePrice { sku: sku(), price: Cents::new(-1) },
            ),
            (bad(|p| p.vat = VatByMode::new(Rate::ZERO)), CatalogueError::RateWithoutArticle { sku: sku() }),
            (of(menu("A", 1, &[("A", 1)])), CatalogueError::DuplicateSku { sku: sku() }),
            (of(menu("M", 1, &[])), CatalogueError::EmptyMenu { menu: "M".into() }),
            (of(menu("M", 1, &[("B", 1)])), CatalogueError::UnknownComponent { menu: "M".into(), sku: "B".into() }),
            (
                of(menu("M", 1, &[("A", 0)])),
                CatalogueError::ComponentQuantity { menu: "M".into(), sku: sku(), qty: Quantity::ZERO },
            ),
            (
                catalogue(vec![product("A", 1, 550), product("A", 2, 550)], vec![]).unwrap_err(),
                CatalogueError::DuplicateSku { sku: sku() },
            ),
            (
                catalogue(vec![with_barcode("A", "96385074"), with_barcode("B", "96385074")], vec![]).unwrap_err(),
                CatalogueError::DuplicateBarcode { barcode: "96385074".into(), first: "A".into(), second: "B".into() },
            ),
        ] {
            assert_eq!(found, expected, "{found}");
        }
    }

    #[test]
    fn a_barcode_of_an_archived_product_can_be_used_again() {
        let old = Product { archived: true, ..with_barcode("A", "96385074") };
        let found = catalogue(vec![old, with_barcode("B", "96385074")], vec![]).unwrap();
        assert_eq!(found.by_barcode("96385074").unwrap().sku, "B");
    }

    #[test]
    fn the_way_of_selling_chooses_the_rate() {
        let vat = VatByMode::new(rate(550)).with(SaleMode::EatIn, rate(1000));
        assert_eq!(vat.rate(None), rate(550));
        assert_eq!(vat.rate(Some(SaleMode::Takeaway)), rate(550));
        assert_eq!(vat.rate(Some(SaleMode::EatIn)), rate(1000));
        assert_eq!(VatByMode::exempt("CGI art. 261 C 3°").article(None), Some("CGI art. 261 C 3°"));
    }

    #[test]
    fn a_catalogue_read_back_is_checked_again() {
        let written = serde_json::to_value(catalogue(vec![product("A", 100, 550)], vec![]).unwrap()).unwrap();
        let read: Catalogue = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(read.product("A"), Some(&product("A", 100, 550)));
        let mut twice = written;
        let product = twice["products"][0].clone();
        twice["products"].as_array_mut().unwrap().push(product);
        assert!(serde_json::from_value::<Catalogue>(twice).is_err());
    }

    /// A table of the sample shop, with its columns by name.
    fn sample(table: &str) -> Vec<HashMap<&str, &str>> {
        let mut rows = table.lines();
        let names: Vec<&str> = rows.next().unwrap().split(';').collect();
        rows.map(|row| names.iter().copied().zip(row.split(';')).collect()).collect()
    }

    #[test]
    fn the_sample_shop_is_a_catalogue_whose_menus_can_be_sold() {
        let some = |text: &&str| (!text.is_empty()).then(|| (*text).to_owned());
        let products = sample(include_str!("../../app/till/src/demo/products.csv"));
        let products = products.iter().map(|row| {
            let mut vat =
                VatByMode { exempt: some(&row["exempt"]), ..VatByMode::new(rate(row["vat"].parse().unwrap())) };
            for (column, mode) in [("vat_eat_in", SaleMode::EatIn), ("vat_takeaway", SaleMode::Takeaway)] {
                if let Ok(points) = row[column].parse() {
                    vat = vat.with(mode, rate(points));
                }
            }
            Product {
                label: row["label"].into(),
                category: row["category"].into(),
                unit: if row["unit"] == "kg" { Unit::Kilogram } else { Unit::Piece },
                vat,
                barcodes: some(&row["barcode"]).into_iter().collect(),
                ..product(row["sku"], row["price_cents"].parse().unwrap(), 550)
            }
        });
        let categories = sample(include_str!("../../app/till/src/demo/categories.csv"));
        let categories =
            categories.iter().map(|row| Category { id: row["id"].into(), label: row["label"].into(), color: None });
        let menus = sample(include_str!("../../app/till/src/demo/menus.csv"));
        let menus = menus.iter().map(|row| {
            let parts = row["components"].split(',').map(|part| part.split_once('*').unwrap());
            let parts: Vec<(&str, i32)> = parts.map(|(sku, n)| (sku, n.parse().unwrap())).collect();
            Menu { category: row["category"].into(), ..menu(row["sku"], row["price_cents"].parse().unwrap(), &parts) }
        });
        let shop = Catalogue::new(categories.collect(), products.collect(), menus.collect()).unwrap();
        assert_eq!(shop.by_barcode("2100010").unwrap().sku, "POM-GAL");
        for menu in shop.menus() {
            let mut basket = crate::basket::Basket::new(None, comptoir_fiscal::entry::Channel::Counter);
            basket.add_menu(menu, &shop, 3).unwrap();
            assert_eq!(basket.figures().ttc.get(), 3 * menu.price.get(), "{}", menu.sku);
        }
    }
}
