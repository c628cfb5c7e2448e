use std::collections::BTreeMap;

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Quantity, Rate};

use super::*;

pub(crate) fn rate(basis_points: u16) -> Rate {
    Rate::from_basis_points(basis_points).unwrap()
}

/// A product sold by the piece, which meal vouchers pay for below the normal rate.
pub(crate) fn product(sku: &str, price: i64, basis_points: u16) -> Product {
    let vat = VatByMode::new(rate(basis_points));
    Product {
        price: Some(Cents::new(price)),
        meal_voucher: basis_points < 2000,
        ..Product::new(sku, format!("Le {sku}"), "tout", vat)
    }
}

pub(crate) fn menu(sku: &str, price: i64, components: &[(&str, i32)]) -> Menu {
    let components = components.iter().map(|(sku, n)| Component { sku: (*sku).into(), qty: Quantity::pieces(*n) });
    Menu {
        sku: sku.into(),
        label: format!("Formule {sku}"),
        category: "tout".into(),
        price: Cents::new(price),
        price_by_mode: BTreeMap::new(),
        components: components.collect(),
        courses: vec![],
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
        (bad(|p| p.price = Some(Cents::new(-1))), CatalogueError::NegativePrice { sku: sku(), price: Cents::new(-1) }),
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

fn shirt(sku: &str, options: &[&str]) -> Product {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Product { variant: Some(Variant { family: "polo".into(), options }), ..product(sku, 2900, 2000) }
}

fn shirts(products: Vec<Product>) -> Result<Catalogue, CatalogueError> {
    let axes = vec!["Taille".to_owned(), "Couleur".to_owned()];
    let family = Family { id: "polo".into(), label: "Polo".into(), category: "tout".into(), axes };
    let categories = vec![Category { id: "tout".into(), label: "Tout".into(), color: None }];
    Catalogue::of(Parts { categories, families: vec![family], products, ..Parts::default() })
}

#[test]
fn the_variants_of_a_family_are_products_and_each_is_there_once() {
    let known = shirts(vec![shirt("P-M-B", &["M", "Bleu"]), shirt("P-L-B", &["L", "Bleu"])]).unwrap();
    let skus: Vec<&str> = known.variants("polo").map(|product| product.sku.as_str()).collect();
    assert_eq!(skus, ["P-M-B", "P-L-B"]);
    let twice = shirts(vec![shirt("1", &["M", "Bleu"]), shirt("2", &["M", "Bleu"])]).unwrap_err();
    assert_eq!(twice, CatalogueError::SameVariant { first: "1".into(), second: "2".into() });
    let old = Product { archived: true, ..shirt("1", &["M", "Bleu"]) };
    assert_eq!(shirts(vec![old, shirt("2", &["M", "Bleu"])]).unwrap().variants("polo").count(), 1);
    let half = shirts(vec![shirt("1", &["M"])]).unwrap_err();
    assert_eq!(half, CatalogueError::VariantOptions { sku: "1".into(), axes: "Taille, Couleur".into() });
    let none = catalogue(vec![shirt("1", &["M", "Bleu"])], vec![]).unwrap_err();
    assert_eq!(none, CatalogueError::UnknownFamily { sku: "1".into(), family: "polo".into() });
}

#[test]
fn modifiers_among_which_nobody_could_choose_are_refused() {
    let group = |at_least, at_most, ids: &[&str]| ModifierGroup {
        id: "cuisson".into(),
        label: "Cuisson".into(),
        at_least,
        at_most,
        modifiers: ids
            .iter()
            .map(|id| Modifier { id: (*id).into(), label: (*id).into(), price: Cents::ZERO })
            .collect(),
    };
    let of = |group| Catalogue::of(Parts { modifiers: vec![group], ..Parts::default() });
    assert!(of(group(1, Some(1), &["bleu", "saignant"])).is_ok());
    for wrong in
        [group(0, None, &[]), group(0, Some(0), &["x"]), group(2, Some(1), &["x", "y"]), group(0, None, &["x", "x"])]
    {
        assert_eq!(of(wrong).unwrap_err(), CatalogueError::ModifierGroup { id: "cuisson".into() });
    }
}

#[test]
fn a_list_prices_only_what_has_a_price() {
    let list = |sku: &str, from: Option<&str>, until: Option<&str>| PriceList {
        id: "été".into(),
        label: "Été".into(),
        stores: vec![],
        modes: vec![],
        from: from.map(|date| date.parse().unwrap()),
        until: until.map(|date| date.parse().unwrap()),
        prices: BTreeMap::from([(sku.to_owned(), Cents::new(100))]),
        archived: false,
    };
    let of = |list| {
        let categories = vec![Category { id: "tout".into(), label: "Tout".into(), color: None }];
        let products = vec![product("A", 100, 550), Product { price: None, ..product("B", 0, 550) }];
        Catalogue::of(Parts { categories, products, price_lists: vec![list], ..Parts::default() })
    };
    assert!(of(list("A", Some("2026-06-21"), Some("2026-06-21"))).is_ok());
    for sku in ["B", "C"] {
        let refused = of(list(sku, None, None)).unwrap_err();
        assert_eq!(refused, CatalogueError::NotToBeListed { list: "été".into(), sku: sku.into() });
    }
    let turned = of(list("A", Some("2026-06-22"), Some("2026-06-21"))).unwrap_err();
    assert_eq!(turned, CatalogueError::ListDates { list: "été".into() });
}
