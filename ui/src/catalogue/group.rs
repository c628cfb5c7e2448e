//! Categories: their names, colours and order.

use std::collections::HashMap;

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, Category, RecordId};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::{change, without};
use crate::colour;
use crate::till::Till;

/// What a person does with the category.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed its name.
    Label(String),
    /// Chose its colour by its place among those that are offered.
    Colour(usize),
    /// Takes it out of the catalogue.
    Remove,
}

/// A category as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub(crate) is_new: bool,
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) colour: Option<String>,
}

impl Group {
    /// One that there is.
    pub(crate) fn of(category: &Category) -> Group {
        let Category { id, label, color } = category.clone();
        Group { is_new: false, id, label, colour: color }
    }

    /// A new one.
    pub(crate) fn new() -> Group {
        Group { is_new: true, id: String::new(), label: String::new(), colour: Some(colour::written(0)) }
    }

    /// Takes in what was touched or typed.
    pub(super) fn take(&mut self, edit: Edit) {
        match edit {
            Edit::Label(text) => self.label = text,
            Edit::Colour(place) => self.colour = Some(colour::written(place)),
            Edit::Remove => {}
        }
    }

    /// The category as it is now, or what is wrong with it. A new one takes the first code that no other has.
    pub(super) fn category(&self, stored: &Stored) -> Result<Category, Message> {
        let label = self.label.trim().to_owned();
        if label.is_empty() {
            return Err(message!("Give the category a name."));
        }
        let taken = |id: &str| stored.categories().iter().any(|category| category.id == id);
        let id = match self.is_new {
            false => self.id.clone(),
            true => {
                let number = |number: usize| format!("cat-{number}");
                (stored.categories().len() + 1..).map(number).find(|id| !taken(id)).unwrap_or_default()
            }
        };
        Ok(Category { id, label, color: self.colour.clone() })
    }
}

/// How many articles that are sold stand in each category, in their order.
pub(super) fn counts(stored: &Stored) -> Vec<usize> {
    let mut by_category: HashMap<&str, usize> = HashMap::new();
    for product in stored.products().iter().filter(|product| !product.archived) {
        *by_category.entry(&product.category).or_default() += 1;
    }
    stored.categories().iter().map(|category| by_category.get(category.id.as_str()).copied().unwrap_or(0)).collect()
}

/// Takes the open category out of the catalogue; core says what still stands in it.
pub(super) fn remove(till: &mut Till) {
    let Some(group) = till.catalogue.group.as_ref().filter(|group| !group.is_new) else { return };
    let said = message!("The category “{label}” is removed.", label = group.label.as_str());
    change(till, without(RecordId::Category(group.id.clone())), said);
}

/// Moves a category one place up or down.
pub(super) fn shift(till: &mut Till, place: usize, up: bool) {
    let mut ids: Vec<String> = till.catalogue.stored.categories().iter().map(|category| category.id.clone()).collect();
    let other = if up { place.checked_sub(1) } else { place.checked_add(1) };
    let Some(other) = other.filter(|other| *other < ids.len() && place < ids.len()) else { return };
    ids.swap(place, other);
    change(till, vec![CatalogueEdit::CategoryOrder(ids)], message!("The categories stand in another order."));
}
