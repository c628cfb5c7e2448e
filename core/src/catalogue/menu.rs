//! Menus (formules): products sold together at one price.

use std::collections::BTreeMap;

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Quantity};
use serde::{Deserialize, Serialize};

/// So much of a product in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Which product.
    pub sku: String,
    /// How much of it.
    pub qty: Quantity,
}

/// A product that a guest can choose for a course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// So much of which product.
    #[serde(flatten)]
    pub component: Component,
    /// What it adds to the menu's price, tax included.
    #[serde(default, skip_serializing_if = "Cents::is_zero")]
    pub supplement: Cents,
}

/// A part of a menu that the guest chooses: “a drink”.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// What the screen asks.
    pub label: String,
    /// Among what.
    pub choices: Vec<Choice>,
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
    /// The price of one menu, tax included, without supplements.
    pub price: Cents,
    /// Its price for some ways of selling, where that is another.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub price_by_mode: BTreeMap<SaleMode, Cents>,
    /// What every one of them holds.
    pub components: Vec<Component>,
    /// What the guest chooses besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub courses: Vec<Course>,
    /// No longer sold.
    #[serde(default)]
    pub archived: bool,
}

impl Menu {
    /// Its price for a way of selling, without supplements.
    pub fn price_in(&self, mode: Option<SaleMode>) -> Cents {
        mode.and_then(|mode| self.price_by_mode.get(&mode)).copied().unwrap_or(self.price)
    }

    /// All that may be in it.
    pub(super) fn every_component(&self) -> impl Iterator<Item = &Component> {
        let chosen = self.courses.iter().flat_map(|course| &course.choices).map(|choice| &choice.component);
        self.components.iter().chain(chosen)
    }
}
