//! What is sold otherwise than one article at its one price: menus, families of variants, modifiers and price lists, each
//! edited by one form whose rows are worked out here, and kept together with the articles that it changes.

mod family;
mod form;
mod menu;
mod modifiers;
mod prices;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit};
use comptoir_core::search::Search;
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;

use super::change;
use crate::till::Till;
use family::FamilyForm;
pub(crate) use form::{Item, Said, Shape};
use form::{Slot, Touch};
use menu::MenuForm;
use modifiers::ModifiersForm;
use prices::PricesForm;

/// How many articles are offered to be put into what is open.
const MOST_OFFERED: usize = 60;

/// The kinds of records, in the order of their tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Products sold together at one price.
    Menu,
    /// One thing in several sizes, colours or the like.
    Family,
    /// What an article is asked with.
    Modifiers,
    /// Other prices, between dates, in some stores.
    Prices,
}

/// What a person does with the record that is open; a row is told by its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed into a row.
    Typed(usize, String),
    /// Typed into the second field of a row.
    Second(usize, String),
    /// Turned a row on or off.
    Toggled(usize),
    /// Chose one of what a row offers.
    Picked(usize, usize),
    /// Touched the key of a row: it goes, or something is added.
    Pressed(usize),
    /// Typed which article is looked for.
    Query(String),
    /// Chose one of the articles that are offered.
    Hit(usize),
    /// Takes the record out of the catalogue.
    Remove,
}

/// What the forms need to know beside the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    /// How figures are written.
    pub(crate) language: Language,
    /// The code of this store.
    pub(crate) store: String,
}

#[derive(Clone, Debug)]
enum Form {
    Menu(MenuForm),
    Family(FamilyForm),
    Modifiers(ModifiersForm),
    Prices(PricesForm),
}

/// Which article is looked for, and where it is to go.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    slot: Slot,
    pub(crate) query: String,
}

/// A record as it is to be.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) is_new: bool,
    form: Form,
    pub(crate) finding: Option<Finding>,
    around: Around,
}

impl Record {
    /// One that there is, by its kind and place.
    pub(crate) fn of(kind: Kind, place: usize, stored: &Stored, around: Around) -> Option<Record> {
        let language = around.language;
        let form = match kind {
            Kind::Menu => Form::Menu(MenuForm::of(stored.menus().get(place)?, language)),
            Kind::Family => Form::Family(FamilyForm::of(stored.families().get(place)?, stored)),
            Kind::Modifiers => {
                Form::Modifiers(ModifiersForm::of(stored.modifier_groups().get(place)?, stored, language))
            }
            Kind::Prices => Form::Prices(PricesForm::of(stored.price_lists().get(place)?, language)),
        };
        Some(Record { is_new: false, form, finding: None, around })
    }

    /// A new one, under the first code that nothing has.
    pub(crate) fn new(kind: Kind, stored: &Stored, around: Around) -> Record {
        let form = match kind {
            Kind::Menu => Form::Menu(MenuForm::new(stored)),
            Kind::Family => Form::Family(FamilyForm::new(stored)),
            Kind::Modifiers => Form::Modifiers(ModifiersForm::new(stored)),
            Kind::Prices => Form::Prices(PricesForm::new(stored)),
        };
        Record { is_new: true, form, finding: None, around }
    }

    /// What kind of record it is.
    pub(crate) fn kind(&self) -> Kind {
        match &self.form {
            Form::Menu(_) => Kind::Menu,
            Form::Family(_) => Kind::Family,
            Form::Modifiers(_) => Kind::Modifiers,
            Form::Prices(_) => Kind::Prices,
        }
    }

    /// Its name as it is typed now.
    pub(crate) fn label(&self) -> &str {
        match &self.form {
            Form::Menu(form) => &form.menu.label,
            Form::Family(form) => &form.family.label,
            Form::Modifiers(form) => &form.group.label,
            Form::Prices(form) => &form.list.label,
        }
    }

    /// The rows of its form.
    pub(crate) fn items(&self, stored: &Stored) -> Vec<Item> {
        match &self.form {
            Form::Menu(form) => form.items(stored),
            Form::Family(form) => form.items(stored),
            Form::Modifiers(form) => form.items(stored),
            Form::Prices(form) => form.items(stored, &self.around),
        }
    }

    fn touch(&mut self, slot: Slot, touch: Touch, stored: &Stored) {
        match &mut self.form {
            Form::Menu(form) => form.take(slot, touch, stored),
            Form::Family(form) => form.take(slot, touch, stored),
            Form::Modifiers(form) => form.take(slot, touch),
            Form::Prices(form) => form.take(slot, touch, stored, self.around.language),
        }
    }

    /// Takes in what was touched or typed.
    fn take(&mut self, edit: Edit, stored: &Stored, search: &Search) {
        let at = match &edit {
            Edit::Query(query) => {
                if let Some(finding) = &mut self.finding {
                    finding.query.clone_from(query);
                }
                return;
            }
            Edit::Hit(place) => {
                let found = self.offered(stored, search).get(*place).map(|(sku, _)| (*sku).to_owned());
                if let (Some(finding), Some(sku)) = (self.finding.take(), found) {
                    self.touch(finding.slot, Touch::Found(sku), stored);
                }
                return;
            }
            Edit::Remove => return,
            Edit::Typed(at, _) | Edit::Second(at, _) | Edit::Toggled(at) | Edit::Picked(at, _) | Edit::Pressed(at) => {
                *at
            }
        };
        let Some(item) = self.items(stored).into_iter().nth(at) else { return };
        let touch = match edit {
            Edit::Typed(_, text) => Touch::Typed(text),
            Edit::Second(_, text) => Touch::Second(text),
            Edit::Toggled(_) => Touch::Toggled,
            Edit::Picked(_, place) => Touch::Picked(place),
            _ if item.shape == Shape::Find => {
                self.finding = Some(Finding { slot: item.slot, query: String::new() });
                return;
            }
            _ => Touch::Pressed,
        };
        self.touch(item.slot, touch, stored);
    }

    /// The articles that are offered now, by code and name: what is sold, and for a price list menus too.
    pub(crate) fn offered<'s>(&self, stored: &'s Stored, search: &'s Search) -> Vec<(&'s str, &'s str)> {
        let Some(finding) = &self.finding else { return Vec::new() };
        let takes_menus = self.kind() == Kind::Prices;
        let query = finding.query.trim();
        let products = stored.products().iter().filter(|product| !product.archived);
        let products = products.map(|product| (product.sku.as_str(), product.label.as_str()));
        if query.is_empty() {
            let menus = stored.menus().iter().filter(|menu| takes_menus && !menu.archived);
            let menus = menus.map(|menu| (menu.sku.as_str(), menu.label.as_str()));
            return products.chain(menus).take(MOST_OFFERED).collect();
        }
        let known = |sku: &str| stored.product(sku).is_some() || (takes_menus && stored.menu(sku).is_some());
        let found = search.find(query, MOST_OFFERED).into_iter().filter(|hit| known(hit.sku));
        found.map(|hit| (hit.sku, hit.label)).collect()
    }

    /// What is to be changed so that the catalogue holds it as it is now, or what is wrong with what was typed.
    pub(super) fn edits(&self, stored: &Stored) -> Result<Vec<CatalogueEdit>, Message> {
        if self.label().trim().is_empty() {
            return Err(message!("Give it a name first."));
        }
        match &self.form {
            Form::Menu(form) => form.edits(),
            Form::Family(form) => form.edits(stored),
            Form::Modifiers(form) => form.edits(stored),
            Form::Prices(form) => form.edits(),
        }
    }

    /// What is to be changed so that the catalogue no longer holds it.
    fn removal(&self, stored: &Stored) -> Vec<CatalogueEdit> {
        match &self.form {
            Form::Menu(form) => form.removal(),
            Form::Family(form) => form.removal(stored),
            Form::Modifiers(form) => form.removal(stored),
            Form::Prices(form) => form.removal(),
        }
    }
}

/// Does what a person asked for with the record that is open.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let Till { catalogue, sale, .. } = till;
    let Some(record) = &mut catalogue.record else { return };
    if edit != Edit::Remove {
        return record.take(edit, &catalogue.stored, &sale.search);
    }
    if !record.is_new {
        let said = message!("“{label}” is no longer sold.", label = record.label());
        let edits = record.removal(&catalogue.stored);
        change(till, edits, said);
    }
}

/// The first code that nothing has, made of a stem and a number.
fn free_code(stem: &str, from: usize, is_taken: impl Fn(&str) -> bool) -> String {
    (from + 1..).map(|number| format!("{stem}-{number}")).find(|code| !is_taken(code)).unwrap_or_default()
}

/// The parts of a text between commas.
fn between_commas(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// What an article is called, by its code.
fn name_of(stored: &Stored, sku: &str) -> String {
    let product = stored.product(sku).map(|product| product.label.clone());
    product.or_else(|| stored.menu(sku).map(|menu| menu.label.clone())).unwrap_or_else(|| sku.to_owned())
}
