//! Products, and the groups that screens and shopkeepers sort them by.

use std::collections::BTreeMap;

use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::values::{Cents, Rate};
use serde::{Deserialize, Serialize};

use super::PictureId;

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
    /// Its price for some ways of selling, where that is another.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub price_by_mode: BTreeMap<SaleMode, Cents>,
    /// Its VAT.
    pub vat: VatByMode,
    /// What it looks like; the picture itself is read by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
    /// What a scanner reads on it; of an in-store code, the prefix and the item's digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub barcodes: Vec<String>,
    /// How its maker or supplier calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Which one of a family it is, where it comes in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
    /// The ids of the modifiers that it is asked with, in the order of asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
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

impl Product {
    /// Goods sold by the piece, at no price yet.
    pub fn new(
        sku: impl Into<String>,
        label: impl Into<String>,
        category: impl Into<String>,
        vat: VatByMode,
    ) -> Product {
        Product {
            sku: sku.into(),
            label: label.into(),
            category: category.into(),
            unit: Unit::Piece,
            price: None,
            price_by_mode: BTreeMap::new(),
            vat,
            picture: None,
            barcodes: Vec::new(),
            reference: None,
            variant: None,
            modifiers: Vec::new(),
            meal_voucher: false,
            nature: Nature::Goods,
            tare: None,
            deposit: false,
            archived: false,
        }
    }

    /// Its price for a way of selling.
    pub fn price_in(&self, mode: Option<SaleMode>) -> Option<Cents> {
        mode.and_then(|mode| self.price_by_mode.get(&mode)).copied().or(self.price)
    }
}

/// Which one of a family a product is. It is a product like any other, with a code, barcodes and a price of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The id of the family.
    pub family: String,
    /// What it is on each axis of the family, in their order: `["M", "Bleu"]`.
    pub options: Vec<String>,
}

/// Products that are one thing in several sizes, colours or the like (déclinaisons): one tile, then a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// Its code.
    pub id: String,
    /// What the screen says.
    pub label: String,
    /// The id of its category.
    pub category: String,
    /// In what its products differ: `["Taille", "Couleur"]`.
    pub axes: Vec<String>,
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
