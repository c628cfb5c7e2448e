//! What is wrong with a list of products, in the shopkeeper's words.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use crate::shown_by_message;

/// Why a list of products is not a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CatalogueError {
    EmptySku { label: String },
    DuplicateSku { sku: String },
    DuplicateCategory { id: String },
    DuplicateFamily { id: String },
    DuplicateGroup { id: String },
    DuplicateList { id: String },
    DuplicateBarcode { barcode: String, first: String, second: String },
    SameVariant { first: String, second: String },
    UnknownFamily { sku: String, family: String },
    VariantOptions { sku: String, axes: String },
    UnknownGroup { sku: String, group: String },
    UnknownPicture { sku: String },
    ModifierGroup { id: String },
    PriceOnlyByMode { sku: String },
    NotToBeListed { list: String, sku: String },
    ListDates { list: String },
    NoSuchRecord { id: String },
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
            CatalogueError::DuplicateFamily { id } => {
                message!("The family {id} is there twice, or has no code; remove one or give it a code.", id = id)
            }
            CatalogueError::DuplicateGroup { id } => {
                message!("The modifiers {id} are there twice, or have no code; remove one or give it a code.", id = id)
            }
            CatalogueError::DuplicateList { id } => {
                message!("The price list {id} is there twice, or has no code; remove one or give it a code.", id = id)
            }
            CatalogueError::SameVariant { first, second } => message!(
                "{first} and {second} are the same variant of one family; change the options of one of them.",
                first = first,
                second = second
            ),
            CatalogueError::UnknownFamily { sku, family } => message!(
                "{sku} is of the family {family}, which does not exist; create it or choose another.",
                sku = sku,
                family = family
            ),
            CatalogueError::VariantOptions { sku, axes } => {
                message!("{sku} must say what it is for each of: {axes}.", sku = sku, axes = axes)
            }
            CatalogueError::UnknownGroup { sku, group } => message!(
                "{sku} is asked with the modifiers {group}, which do not exist; create them or choose others.",
                sku = sku,
                group = group
            ),
            CatalogueError::UnknownPicture { sku } => {
                message!("The picture of {sku} is no longer there; choose it again.", sku = sku)
            }
            CatalogueError::ModifierGroup { id } => message!(
                "Nobody could choose among the modifiers {id}: give them different codes, and let at least one and no fewer than are required be chosen.",
                id = id
            ),
            CatalogueError::PriceOnlyByMode { sku } => {
                message!("{sku} has a price for some ways of selling but none for the others; give it one.", sku = sku)
            }
            CatalogueError::NotToBeListed { list, sku } => message!(
                "The price list {list} prices {sku}, which does not exist or has no price of its own; remove it from the list.",
                list = list,
                sku = sku
            ),
            CatalogueError::ListDates { list } => {
                message!("The price list {list} ends before it begins; correct its dates.", list = list)
            }
            CatalogueError::NoSuchRecord { id } => message!("There is no {id} in the catalogue.", id = id),
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
