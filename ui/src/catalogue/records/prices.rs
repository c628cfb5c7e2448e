//! A price list: other prices from one date to another, in some stores, for some ways of selling.

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, PriceList, RecordId};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date};

use super::form::{Item, Shape, Slot, Touch};
use super::menu::amount;
use super::{Around, between_commas, free_code, name_of};
use crate::catalogue::article::MODES;
use crate::catalogue::view::way;
use crate::figures;
use crate::tickets::search;

/// A list as it is to be.
#[derive(Clone, Debug)]
pub(super) struct PricesForm {
    /// All of it that is not typed.
    pub(super) list: PriceList,
    from: String,
    until: String,
    stores: String,
    /// The codes of what it prices, with the prices as they are typed.
    prices: Vec<(String, String)>,
}

impl PricesForm {
    pub(super) fn of(list: &PriceList, language: Language) -> PricesForm {
        let date = |date: Option<Date>| date.map(|date| language.date(date)).unwrap_or_default();
        let price = |(sku, price): (&String, &Cents)| (sku.clone(), figures::typed(*price, language));
        PricesForm {
            from: date(list.from),
            until: date(list.until),
            stores: list.stores.join(", "),
            prices: list.prices.iter().map(price).collect(),
            list: list.clone(),
        }
    }

    pub(super) fn new(stored: &Stored) -> PricesForm {
        let taken = |code: &str| stored.price_lists().iter().any(|list| list.id == code);
        let list = PriceList {
            id: free_code("tarif", stored.price_lists().len(), taken),
            label: String::new(),
            stores: Vec::new(),
            modes: Vec::new(),
            from: None,
            until: None,
            prices: Default::default(),
            archived: false,
        };
        PricesForm { list, from: String::new(), until: String::new(), stores: String::new(), prices: Vec::new() }
    }

    pub(super) fn items(&self, stored: &Stored, around: &Around) -> Vec<Item> {
        let store = message!("all; this one is “{store}”", store = around.store.as_str());
        let mut items = vec![
            Item::field(Slot::Label, message!("Name"), &self.list.label),
            Item::field(Slot::From, message!("First day"), &self.from).hint(message!("from always")),
            Item::field(Slot::Until, message!("Last day"), &self.until).hint(message!("for ever")),
            Item::field(Slot::Stores, message!("Only in these stores"), &self.stores).hint(store),
            Item::title(message!("Ways of selling")).hint(message!("None of them is all of them.")),
        ];
        for (at, mode) in MODES.into_iter().enumerate() {
            items.push(Item::new(Slot::Mode(at), Shape::Switch(self.list.modes.contains(&mode)), way(mode)));
        }
        items.push(Item::title(message!("Prices, with VAT")));
        for (at, (sku, price)) in self.prices.iter().enumerate() {
            let line = Item::new(Slot::Article(at), Shape::Line { numbers: true }, name_of(stored, sku));
            items.push(line.text(price).hint(message!("price")));
        }
        items.push(Item::new(Slot::NewArticle, Shape::Find, message!("Add an article")));
        items.push(Item::new(Slot::OnSale, Shape::Switch(!self.list.archived), message!("In use")));
        items
    }

    pub(super) fn take(&mut self, slot: Slot, touch: Touch, stored: &Stored, language: Language) {
        match (slot, touch) {
            (Slot::Label, Touch::Typed(text)) => self.list.label = text,
            (Slot::From, Touch::Typed(text)) => self.from = text,
            (Slot::Until, Touch::Typed(text)) => self.until = text,
            (Slot::Stores, Touch::Typed(text)) => self.stores = text,
            (Slot::OnSale, Touch::Toggled) => self.list.archived = !self.list.archived,
            (Slot::Mode(at), Touch::Toggled) => {
                let Some(mode) = MODES.get(at) else { return };
                match self.list.modes.iter().position(|known| known == mode) {
                    Some(place) => drop(self.list.modes.remove(place)),
                    None => self.list.modes.push(*mode),
                }
            }
            (Slot::NewArticle, Touch::Found(sku)) if self.prices.iter().all(|(known, _)| *known != sku) => {
                let of_product = stored.product(&sku).and_then(|product| product.price);
                let usual = of_product.or_else(|| stored.menu(&sku).map(|menu| menu.price));
                self.prices.push((sku, usual.map(|price| figures::typed(price, language)).unwrap_or_default()));
            }
            (Slot::Article(at), touch) if at < self.prices.len() => match touch {
                Touch::Typed(text) => self.prices[at].1 = text,
                Touch::Pressed => drop(self.prices.remove(at)),
                _ => {}
            },
            _ => {}
        }
    }

    pub(super) fn edits(&self) -> Result<Vec<CatalogueEdit>, Message> {
        let mut list = self.list.clone();
        list.label = list.label.trim().to_owned();
        list.from = day(&self.from)?;
        list.until = day(&self.until)?;
        list.stores = between_commas(&self.stores);
        list.prices.clear();
        for (sku, typed) in &self.prices {
            list.prices.insert(sku.clone(), amount(typed)?);
        }
        if list.prices.is_empty() {
            return Err(message!("Add at least one article with its price."));
        }
        Ok(vec![CatalogueEdit::PriceList(list)])
    }

    pub(super) fn removal(&self) -> Vec<CatalogueEdit> {
        vec![CatalogueEdit::Remove(RecordId::PriceList(self.list.id.clone()))]
    }
}

/// A day as it was typed; none typed is none.
fn day(typed: &str) -> Result<Option<Date>, Message> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    search::day(typed)
        .map(Some)
        .ok_or_else(|| message!("“{typed}” is no day. Type it as in 24/12/2026, or nothing.", typed = typed))
}
