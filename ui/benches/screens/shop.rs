//! The shop that is measured: 100,000 products in twelve categories, in a folder that goes with the run.

use std::path::Path;

use comptoir_core::catalogue::{Catalogue, Category, Parts, Product};
use comptoir_core::sample;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Cents;
use comptoir_ui::framebuffer::Screen;
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::Intent;
use slint::{ComponentHandle, PhysicalSize};

use crate::{Result, made_up};

/// How many products are sold.
pub(crate) const PRODUCTS: usize = 100_000;
/// The place of the cashier at the door.
const CASHIER: usize = 2;
/// How many pixels there are.
const SIZE: PhysicalSize = PhysicalSize { width: 1280, height: 800 };

const CATEGORIES: [&str; 12] = [
    "Fruits et légumes",
    "Crèmerie",
    "Boucherie",
    "Poissonnerie",
    "Boulangerie",
    "Épicerie",
    "Boissons",
    "Cave",
    "Surgelés",
    "Hygiène",
    "Maison",
    "Jardin",
];

/// A shop in its folder.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    catalogue: Catalogue,
}

impl Shop {
    /// Founds it; its register has stopped.
    pub(crate) fn found(screen: &Screen) -> Result<Shop> {
        let folder = tempfile::tempdir()?;
        let catalogue = catalogue()?;
        let mut founding = sample::founding(Mode::Live)?;
        founding.catalogue = catalogue.clone();
        let rehearsal = Rehearsal::within(folder.path(), founding, Language::English)?;
        rehearsal.screens().window().hide()?;
        screen.turn();
        drop(rehearsal);
        Ok(Shop { folder, catalogue })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

/// The bare screen that everything is drawn on.
pub(crate) fn screen() -> Result<Screen> {
    Ok(Screen::set_up(SIZE, 1.0)?)
}

/// Opens the till of a shop and goes through its door, up to the frame that shows the sale.
pub(crate) fn open(screen: &Screen, folder: &Path) -> Result<Rehearsal> {
    let rehearsal = Rehearsal::again(folder, Language::English)?;
    rehearsal.screens().window().show()?;
    rehearsal.screens().update(Intent::Door(lock::Intent::Who(CASHIER)));
    rehearsal.settle();
    screen.turn();
    Ok(rehearsal)
}

/// Each product with a price, a code to scan, and a category.
fn catalogue() -> Result<Catalogue> {
    let mut parts = Parts::from(made_up::catalogue(PRODUCTS)?);
    let id = |n: usize| format!("categorie-{n}");
    let category = |(n, label): (usize, &&str)| Category { id: id(n), label: (*label).to_owned(), color: None };
    parts.categories = CATEGORIES.iter().enumerate().map(category).collect();
    for (n, product) in parts.products.iter_mut().enumerate() {
        product.category = id(n % CATEGORIES.len());
        product.price = i64::try_from(n % 900).ok().map(|cents| Cents::new(99 + cents));
        product.barcodes = vec![code(n)];
    }
    Ok(Catalogue::of(parts)?)
}

/// The EAN-13 of a product, by its place.
fn code(n: usize) -> String {
    let digits = format!("300{n:09}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([3, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// What a scanner reads on a product.
pub(crate) fn code_of(product: &Product) -> &str {
    product.barcodes.first().map(String::as_str).unwrap_or_default()
}
