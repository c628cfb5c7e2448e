//! A group of modifiers: what is asked, among what, and of which articles.

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, Modifier, ModifierGroup, Product, RecordId};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use super::form::{Item, Shape, Slot, Touch};
use super::{free_code, name_of};
use crate::figures;

/// One way to have it, as it is typed; the code is none yet where it is new.
#[derive(Clone, Debug)]
struct Way {
    code: Option<String>,
    label: String,
    price: String,
}

/// A group as it is to be.
#[derive(Clone, Debug)]
pub(super) struct ModifiersForm {
    /// All of it that is not typed.
    pub(super) group: ModifierGroup,
    least: String,
    most: String,
    ways: Vec<Way>,
    /// The articles that are asked with it, by their codes.
    articles: Vec<String>,
}

impl ModifiersForm {
    pub(super) fn of(group: &ModifierGroup, stored: &Stored, language: Language) -> ModifiersForm {
        let way = |modifier: &Modifier| Way {
            code: Some(modifier.id.clone()),
            label: modifier.label.clone(),
            price: if modifier.price.is_zero() { String::new() } else { figures::typed(modifier.price, language) },
        };
        let asked = |product: &&Product| !product.archived && product.modifiers.contains(&group.id);
        ModifiersForm {
            least: group.at_least.to_string(),
            most: group.at_most.map(|most| most.to_string()).unwrap_or_default(),
            ways: group.modifiers.iter().map(way).collect(),
            articles: stored.products().iter().filter(asked).map(|product| product.sku.clone()).collect(),
            group: group.clone(),
        }
    }

    pub(super) fn new(stored: &Stored) -> ModifiersForm {
        let id = free_code("mod", stored.modifier_groups().len(), |code| stored.modifier_group(code).is_some());
        let group = ModifierGroup { id, label: String::new(), at_least: 0, at_most: None, modifiers: Vec::new() };
        ModifiersForm { group, least: "0".to_owned(), most: String::new(), ways: Vec::new(), articles: Vec::new() }
    }

    pub(super) fn items(&self, stored: &Stored) -> Vec<Item> {
        let mut items = vec![
            Item::field(Slot::Label, message!("What is asked"), &self.group.label),
            Item::figure(Slot::Least, message!("How many must be chosen"), &self.least),
            Item::figure(Slot::Most, message!("How many may be"), &self.most).hint(message!("any number")),
            Item::title(message!("Among what"))
                .hint(message!("What each adds to the price may stay empty; −1 takes off.")),
        ];
        for (at, way) in self.ways.iter().enumerate() {
            let shape = Shape::Pair { second: way.price.clone() };
            items.push(Item::new(Slot::Modifier(at), shape, message!("Choice")).text(&way.label));
        }
        items.push(Item::new(Slot::NewModifier, Shape::Add, message!("Add a choice")));
        items.push(Item::title(message!("Articles that are asked with it")));
        for (at, sku) in self.articles.iter().enumerate() {
            items.push(Item::new(Slot::Article(at), Shape::Named, name_of(stored, sku)));
        }
        items.push(Item::new(Slot::NewArticle, Shape::Find, message!("Add an article")));
        items
    }

    pub(super) fn take(&mut self, slot: Slot, touch: Touch) {
        match (slot, touch) {
            (Slot::Label, Touch::Typed(text)) => self.group.label = text,
            (Slot::Least, Touch::Typed(text)) => self.least = text,
            (Slot::Most, Touch::Typed(text)) => self.most = text,
            (Slot::NewModifier, Touch::Pressed) => {
                self.ways.push(Way { code: None, label: String::new(), price: String::new() });
            }
            (Slot::Modifier(at), touch) if at < self.ways.len() => match touch {
                Touch::Typed(text) => self.ways[at].label = text,
                Touch::Second(text) => self.ways[at].price = text,
                Touch::Pressed => drop(self.ways.remove(at)),
                _ => {}
            },
            (Slot::NewArticle, Touch::Found(sku)) if !self.articles.contains(&sku) => self.articles.push(sku),
            (Slot::Article(at), Touch::Pressed) if at < self.articles.len() => drop(self.articles.remove(at)),
            _ => {}
        }
    }

    pub(super) fn edits(&self, stored: &Stored) -> Result<Vec<CatalogueEdit>, Message> {
        let mut group = self.group.clone();
        group.label = group.label.trim().to_owned();
        group.at_least = count(&self.least)?.unwrap_or(0);
        group.at_most = count(&self.most)?;
        group.modifiers = Vec::new();
        let mut codes: Vec<String> = self.ways.iter().filter_map(|way| way.code.clone()).collect();
        for way in &self.ways {
            let label = way.label.trim().to_owned();
            if label.is_empty() {
                return Err(message!("Give each choice a name, or take it away."));
            }
            let id = way.code.clone().unwrap_or_else(|| {
                free_code("choix", self.group.modifiers.len(), |code| codes.iter().any(|known| known == code))
            });
            if way.code.is_none() {
                codes.push(id.clone());
            }
            group.modifiers.push(Modifier { id, label, price: added(&way.price)? });
        }
        if group.modifiers.is_empty() {
            return Err(message!("Add at least one thing to choose."));
        }
        let mut edits = vec![CatalogueEdit::Modifiers(group)];
        for product in stored.products().iter().filter(|product| !product.archived) {
            let (is_asked, was_asked) =
                (self.articles.contains(&product.sku), product.modifiers.contains(&self.group.id));
            if is_asked != was_asked {
                edits.push(asked_with(product, &self.group.id, is_asked));
            }
        }
        Ok(edits)
    }

    pub(super) fn removal(&self, stored: &Stored) -> Vec<CatalogueEdit> {
        let asked = stored.products().iter().filter(|product| product.modifiers.contains(&self.group.id));
        let mut edits: Vec<CatalogueEdit> = asked.map(|product| asked_with(product, &self.group.id, false)).collect();
        edits.push(CatalogueEdit::Remove(RecordId::Modifiers(self.group.id.clone())));
        edits
    }
}

/// The article, asked with a group from now on, after those it is asked with already, or no longer.
fn asked_with(product: &Product, group: &str, is_asked: bool) -> CatalogueEdit {
    let mut product = product.clone();
    product.modifiers.retain(|known| known != group);
    if is_asked {
        product.modifiers.push(group.to_owned());
    }
    CatalogueEdit::Product(Box::new(product))
}

/// A number of choices; none typed is none.
fn count(typed: &str) -> Result<Option<u16>, Message> {
    match typed.trim() {
        "" => Ok(None),
        typed => {
            let wrong = || message!("“{typed}” is no number of choices. Type it as in 1, or nothing.", typed = typed);
            typed.parse().map(Some).map_err(|_| wrong())
        }
    }
}

/// What a modifier adds, which may be less than nothing.
fn added(typed: &str) -> Result<Cents, Message> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Cents::ZERO);
    }
    match typed.strip_prefix(['-', '−']) {
        Some(less) => super::menu::amount(less).map(|less| Cents::new(-less.get())),
        None => super::menu::amount(typed.trim_start_matches('+')),
    }
}
