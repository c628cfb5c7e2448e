//! What a product is asked with: “rare”, “no onions”, “oat milk +0.50 €”.
//!
//! A modifier changes what a line is called and costs, not its VAT: what is taxed otherwise is a product of its own.

use comptoir_fiscal::values::Cents;
use serde::{Deserialize, Serialize};

/// One way to have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifier {
    /// Its code, within the group.
    pub id: String,
    /// What screen, kitchen and ticket say.
    pub label: String,
    /// What it adds to the price of one unit, tax included; negative where it takes off.
    #[serde(default)]
    pub price: Cents,
}

/// Modifiers among which is chosen together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifierGroup {
    /// Its code.
    pub id: String,
    /// What the screen asks.
    pub label: String,
    /// How many must be chosen.
    #[serde(default)]
    pub at_least: u16,
    /// How many may be; none for any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u16>,
    /// Among what.
    pub modifiers: Vec<Modifier>,
}

impl ModifierGroup {
    /// Whether so many may be chosen.
    pub fn allows(&self, count: usize) -> bool {
        usize::from(self.at_least) <= count && self.at_most.is_none_or(|most| count <= usize::from(most))
    }

    /// The modifier of a code.
    pub fn modifier(&self, id: &str) -> Option<&Modifier> {
        self.modifiers.iter().find(|modifier| modifier.id == id)
    }
}

/// One modifier that a customer asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The id of its group.
    pub group: &'a str,
    /// Its own.
    pub modifier: &'a str,
}
