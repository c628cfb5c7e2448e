//! What the storm's shop sells, written once for its catalogue and once for its books, and who works there.

use std::collections::BTreeMap;

use comptoir_core::catalogue::{Catalogue, Category, Component, Menu, Product, Unit, VatByMode};
use comptoir_core::operators::{Operator, Role};
use comptoir_core::register::Founding;
use comptoir_core::terms::Rules;
use comptoir_fiscal::entry::{Merchant, Mode, SaleMode, Store};
use comptoir_fiscal::values::{Cents, FiscalYearStart, Quantity, Rate};

/// Something that is sold, as the books know it.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) sku: &'static str,
    pub(super) unit: &'static str,
    /// None where it is typed.
    pub(super) price: Option<i128>,
    pub(super) rate: i128,
    /// The rate of what is taken away.
    pub(super) takeaway: i128,
    pub(super) meal: bool,
    pub(super) tare: i128,
    pub(super) deposit: bool,
}

const fn good(sku: &'static str, unit: &'static str, price: i128, rate: i128, takeaway: i128, meal: bool) -> Good {
    let price = if price < 0 { None } else { Some(price) };
    Good { sku, unit, price, rate, takeaway, meal, tare: 0, deposit: false }
}

pub(super) const GOODS: [Good; 13] = [
    good("CAFE", "pce", 250, 1000, 550, true),
    good("PAIN", "pce", 115, 550, 550, true),
    Good { tare: 12, ..good("POMME", "kg", 299, 550, 550, true) },
    good("FROMAGE", "kg", 2390, 550, 550, true),
    good("PLAT", "pce", 1290, 1000, 1000, true),
    good("VIN", "pce", 790, 2000, 2000, false),
    good("JOURNAL", "pce", 320, 210, 210, false),
    good("VASE", "pce", 2990, 2000, 2000, false),
    good("LUSTRE", "pce", 64_990, 2000, 2000, false),
    Good { deposit: true, ..good("CONSIGNE", "pce", 100, 2000, 2000, false) },
    good("DIVERS", "pce", -1, 2000, 2000, false),
    good("STAGE", "h", 4500, 0, 0, false),
    good("GRATUIT", "pce", 0, 550, 550, false),
];

/// A menu: its price, and how many pieces of what.
pub(super) struct Set {
    pub(super) sku: &'static str,
    pub(super) price: i128,
    pub(super) parts: &'static [(&'static str, i128)],
}

pub(super) const MENUS: [Set; 2] = [
    Set { sku: "FORMULE", price: 1590, parts: &[("PLAT", 1), ("VIN", 1), ("PAIN", 2)] },
    Set { sku: "DUO", price: 799, parts: &[("CAFE", 3), ("PAIN", 1)] },
];

pub(super) fn good_of(sku: &str) -> &'static Good {
    GOODS.iter().find(|good| good.sku == sku).unwrap()
}

pub(super) fn cents(cents: i128) -> Cents {
    Cents::new(i64::try_from(cents).unwrap())
}

pub(super) fn quantity(thousandths: i128) -> Quantity {
    Quantity::thousandths(i64::try_from(thousandths).unwrap())
}

fn rate(basis_points: i128) -> Rate {
    Rate::from_basis_points(u16::try_from(basis_points).unwrap()).unwrap()
}

pub(super) fn vat(good: &Good) -> VatByMode {
    if good.rate == 0 {
        return VatByMode::exempt("CGI art. 261");
    }
    VatByMode::new(rate(good.rate)).with(SaleMode::Takeaway, rate(good.takeaway))
}

fn catalogue() -> Catalogue {
    let product = |good: &Good| Product {
        unit: match good.unit {
            "kg" => Unit::Kilogram,
            "h" => Unit::Hour,
            _ => Unit::Piece,
        },
        price: good.price.map(cents),
        meal_voucher: good.meal,
        tare: (good.tare > 0).then(|| i64::try_from(good.tare).unwrap()),
        deposit: good.deposit,
        ..Product::new(good.sku, format!("Exemple {}", good.sku), "tout", vat(good))
    };
    let menu = |set: &Set| Menu {
        sku: set.sku.to_owned(),
        label: format!("Exemple {}", set.sku),
        category: "tout".to_owned(),
        price: cents(set.price),
        components: set
            .parts
            .iter()
            .map(|(sku, pieces)| Component { sku: (*sku).to_owned(), qty: quantity(pieces * 1000) })
            .collect(),
        price_by_mode: BTreeMap::new(),
        courses: Vec::new(),
        archived: false,
    };
    let category = Category { id: "tout".to_owned(), label: "Tout".to_owned(), color: None };
    Catalogue::new(vec![category], GOODS.iter().map(product).collect(), MENUS.iter().map(menu).collect()).unwrap()
}

pub(super) fn founding() -> Founding {
    let address = "1 rue de l'Exemple, 75000 Paris".to_owned();
    let operator = |id: &str, role| Operator::new(id, format!("Exemple {id}"), role);
    Founding {
        merchant: Merchant {
            address: address.clone(),
            naf: "4711F".to_owned(),
            name: "Exemple".to_owned(),
            siret: "00000000000000".to_owned(),
            vat_number: "FR00000000000".to_owned(),
        },
        store: Store { address, id: "1".to_owned(), name: "Exemple".to_owned() },
        label: "01".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        mode: Mode::Live,
        day_ends_at: "05:00".parse().unwrap(),
        fiscal_year_starts: FiscalYearStart::JANUARY,
        catalogue: catalogue(),
        operators: vec![
            operator("cashier", Role::Cashier),
            operator("manager", Role::Manager),
            operator("chief", Role::Manager),
            operator("owner", Role::Owner),
            operator("auditor", Role::Auditor),
        ],
        rules: Rules::default(),
    }
}
