//! What the shop sells: products and their families, the modifiers they are asked with, menus, and price lists.
//!
//! A catalogue is checked whole when it is built, so that what is found in it can be sold: every code is unique, every
//! rate of 0 names the article of law behind it (CGI art. 242 nonies A, annexe II, asks for it on the paper).

mod check;
mod edit;
mod error;
mod menu;
mod modifiers;
pub(crate) mod picture;
mod prices;
mod product;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use edit::{CatalogueEdit, RecordId};
pub use error::CatalogueError;
pub use menu::{Choice, Component, Course, Menu};
pub use modifiers::{Asked, Modifier, ModifierGroup};
pub use picture::{Dots, FILE_BYTES, KEPT_BYTES, NoPictureId, Picture, PictureId, PictureKind, PictureRefused, SIDE};
pub use prices::{FRANCHISE, PriceList, Selling, without_vat};
pub use product::{Category, Family, Product, Unit, Variant, VatByMode};

use crate::barcode::normal_form;

/// What a catalogue is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "plain words")]
pub struct Parts {
    pub categories: Vec<Category>,
    pub families: Vec<Family>,
    pub modifiers: Vec<ModifierGroup>,
    pub products: Vec<Product>,
    pub menus: Vec<Menu>,
    /// A later one goes before an earlier one.
    pub price_lists: Vec<PriceList>,
}

/// All that a shop sells, found at once by code or barcode.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Catalogue {
    categories: Vec<Category>,
    families: Vec<Family>,
    modifiers: Vec<ModifierGroup>,
    products: Vec<Product>,
    menus: Vec<Menu>,
    price_lists: Vec<PriceList>,
    product_by_sku: HashMap<String, usize>,
    product_by_barcode: HashMap<String, usize>,
    menu_by_sku: HashMap<String, usize>,
    variants_of: HashMap<String, Vec<usize>>,
}

impl TryFrom<Parts> for Catalogue {
    type Error = CatalogueError;
    fn try_from(parts: Parts) -> Result<Catalogue, CatalogueError> {
        Catalogue::of(parts)
    }
}

impl From<Catalogue> for Parts {
    fn from(catalogue: Catalogue) -> Parts {
        let Catalogue { categories, families, modifiers, products, menus, price_lists, .. } = catalogue;
        Parts { categories, families, modifiers, products, menus, price_lists }
    }
}

impl Catalogue {
    /// A catalogue of categories, products and menus alone, or the first thing that is wrong with them.
    pub fn new(
        categories: Vec<Category>,
        products: Vec<Product>,
        menus: Vec<Menu>,
    ) -> Result<Catalogue, CatalogueError> {
        Catalogue::of(Parts { categories, products, menus, ..Parts::default() })
    }

    /// A catalogue of these, or the first thing that is wrong with them.
    pub fn of(parts: Parts) -> Result<Catalogue, CatalogueError> {
        check::groups(&parts)?;
        let known = check::Groups::of(&parts);
        let mut product_by_sku = HashMap::with_capacity(parts.products.len());
        let mut product_by_barcode = HashMap::with_capacity(parts.products.len());
        let mut variants_of: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, product) in parts.products.iter().enumerate() {
            known.check_product(product)?;
            if product_by_sku.insert(product.sku.clone(), index).is_some() {
                return Err(CatalogueError::DuplicateSku { sku: product.sku.clone() });
            }
            // An archived product leaves its barcodes and its place in its family to whatever has them now.
            if product.archived {
                continue;
            }
            for barcode in &product.barcodes {
                let barcode = normal_form(barcode);
                if let Some(other) = product_by_barcode.insert(barcode.clone(), index).filter(|other| *other != index) {
                    let first = parts.products[other].sku.clone();
                    return Err(CatalogueError::DuplicateBarcode { barcode, first, second: product.sku.clone() });
                }
            }
            if let Some(variant) = &product.variant {
                let others = variants_of.entry(variant.family.clone()).or_default();
                let is_same = |other: &&usize| parts.products[**other].variant.as_ref() == Some(variant);
                if let Some(other) = others.iter().find(is_same) {
                    let first = parts.products[*other].sku.clone();
                    return Err(CatalogueError::SameVariant { first, second: product.sku.clone() });
                }
                others.push(index);
            }
        }
        let product = |sku: &str| product_by_sku.get(sku).map(|at: &usize| &parts.products[*at]);
        let mut menu_by_sku = HashMap::with_capacity(parts.menus.len());
        for (index, menu) in parts.menus.iter().enumerate() {
            known.check_menu(menu, product)?;
            if product_by_sku.contains_key(&menu.sku) || menu_by_sku.insert(menu.sku.clone(), index).is_some() {
                return Err(CatalogueError::DuplicateSku { sku: menu.sku.clone() });
            }
        }
        for list in &parts.price_lists {
            check::price_list(list, product, |sku| menu_by_sku.contains_key(sku))?;
        }
        let Parts { categories, families, modifiers, products, menus, price_lists } = parts;
        Ok(Catalogue {
            categories,
            families,
            modifiers,
            products,
            menus,
            price_lists,
            product_by_sku,
            product_by_barcode,
            menu_by_sku,
            variants_of,
        })
    }

    /// The product of a code, archived or not.
    pub fn product(&self, sku: &str) -> Option<&Product> {
        self.product_by_sku.get(sku).map(|at| &self.products[*at])
    }

    /// The place of a product among [`Catalogue::products`].
    pub fn place_of_product(&self, sku: &str) -> Option<usize> {
        self.product_by_sku.get(sku).copied()
    }

    /// The place of a menu among [`Catalogue::menus`].
    pub fn place_of_menu(&self, sku: &str) -> Option<usize> {
        self.menu_by_sku.get(sku).copied()
    }

    /// The product that bears a barcode and is still sold. An in-store code is looked up by its prefix and item.
    pub fn by_barcode(&self, barcode: &str) -> Option<&Product> {
        self.product_by_barcode.get(&normal_form(barcode)).map(|at| &self.products[*at])
    }

    /// The menu of a code, archived or not.
    pub fn menu(&self, sku: &str) -> Option<&Menu> {
        self.menu_by_sku.get(sku).map(|at| &self.menus[*at])
    }

    /// The family of a code.
    pub fn family(&self, id: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.id == id)
    }

    /// The products of a family that are still sold, in the order of the catalogue.
    pub fn variants(&self, family: &str) -> impl Iterator<Item = &Product> {
        self.variants_of.get(family).into_iter().flatten().map(|at| &self.products[*at])
    }

    /// The group of modifiers of a code.
    pub fn modifier_group(&self, id: &str) -> Option<&ModifierGroup> {
        self.modifiers.iter().find(|group| group.id == id)
    }

    /// Every category, in the order given.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Every family, in the order given.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Every group of modifiers, in the order given.
    pub fn modifier_groups(&self) -> &[ModifierGroup] {
        &self.modifiers
    }

    /// Every product, in the order given.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Every menu, in the order given.
    pub fn menus(&self) -> &[Menu] {
        &self.menus
    }

    /// Every price list; a later one goes before an earlier one.
    pub fn price_lists(&self) -> &[PriceList] {
        &self.price_lists
    }
}

#[cfg(test)]
pub(crate) mod tests;
