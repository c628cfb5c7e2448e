//! Edits of a catalogue: made all together or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use crate::shared::Kind;

use super::{Catalogue, CatalogueError, Category, Family, Menu, ModifierGroup, Parts, Picture, PriceList, Product};

/// Which record of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each holds the record's code")]
pub enum RecordId {
    Category(String),
    Family(String),
    Modifiers(String),
    Product(String),
    Menu(String),
    PriceList(String),
}

impl RecordId {
    /// A record of a catalogue; none of what is shared besides.
    pub fn of(kind: Kind, code: String) -> Option<RecordId> {
        Some(match kind {
            Kind::Category => RecordId::Category(code),
            Kind::Family => RecordId::Family(code),
            Kind::Modifiers => RecordId::Modifiers(code),
            Kind::Product => RecordId::Product(code),
            Kind::Menu => RecordId::Menu(code),
            Kind::PriceList => RecordId::PriceList(code),
            Kind::Operator | Kind::Setting | Kind::Picture | Kind::Order | Kind::Voucher | Kind::Held | Kind::Till => {
                return None;
            }
        })
    }

    /// Of which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            RecordId::Category(_) => Kind::Category,
            RecordId::Family(_) => Kind::Family,
            RecordId::Modifiers(_) => Kind::Modifiers,
            RecordId::Product(_) => Kind::Product,
            RecordId::Menu(_) => Kind::Menu,
            RecordId::PriceList(_) => Kind::PriceList,
        }
    }

    /// The record's code.
    pub fn code(&self) -> &str {
        match self {
            RecordId::Category(id)
            | RecordId::Family(id)
            | RecordId::Modifiers(id)
            | RecordId::Product(id)
            | RecordId::Menu(id)
            | RecordId::PriceList(id) => id,
        }
    }
}

/// One change to a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogueEdit {
    /// A category as it is to be; a new one comes last.
    Category(Category),
    /// The same of a family.
    Family(Family),
    /// The same of a group of modifiers.
    Modifiers(ModifierGroup),
    /// The same of a product.
    Product(Box<Product>),
    /// What a product looks like, from now on; none takes its picture away.
    Picture {
        /// The product's code.
        sku: String,
        /// The picture.
        picture: Option<Arc<Picture>>,
    },
    /// A menu as it is to be.
    Menu(Menu),
    /// The same of a price list.
    PriceList(PriceList),
    /// Takes a record out. A product that was ever sold is archived instead, and so is a menu.
    Remove(RecordId),
    /// Puts the categories in another order, by their codes; those that are not named come after them as they are.
    CategoryOrder(Vec<String>),
}

impl CatalogueEdit {
    /// The picture that it brings.
    pub(crate) fn picture(&self) -> Option<&Picture> {
        match self {
            CatalogueEdit::Picture { picture, .. } => picture.as_deref(),
            _ => None,
        }
    }

    /// The record that it changes; none where it only moves records.
    pub fn record(&self) -> Option<RecordId> {
        Some(match self {
            CatalogueEdit::Category(category) => RecordId::Category(category.id.clone()),
            CatalogueEdit::Family(family) => RecordId::Family(family.id.clone()),
            CatalogueEdit::Modifiers(group) => RecordId::Modifiers(group.id.clone()),
            CatalogueEdit::Product(product) => RecordId::Product(product.sku.clone()),
            CatalogueEdit::Picture { sku, .. } => RecordId::Product(sku.clone()),
            CatalogueEdit::Menu(menu) => RecordId::Menu(menu.sku.clone()),
            CatalogueEdit::PriceList(list) => RecordId::PriceList(list.id.clone()),
            CatalogueEdit::Remove(record) => record.clone(),
            CatalogueEdit::CategoryOrder(_) => return None,
        })
    }
}

impl Catalogue {
    /// The catalogue after these edits, in their order; `was_sold` says which products were ever sold.
    pub fn edited(
        &self,
        edits: &[CatalogueEdit],
        mut was_sold: impl FnMut(&str) -> bool,
    ) -> Result<Catalogue, CatalogueError> {
        let mut drawers = Drawers::of(self.clone().into());
        for edit in edits {
            match edit.clone() {
                CatalogueEdit::Category(category) => drawers.categories.put(category.id.clone(), category),
                CatalogueEdit::Family(family) => drawers.families.put(family.id.clone(), family),
                CatalogueEdit::Modifiers(group) => drawers.modifiers.put(group.id.clone(), group),
                CatalogueEdit::Product(product) => drawers.products.put(product.sku.clone(), *product),
                CatalogueEdit::Picture { sku, picture } => {
                    let id = picture.map(|picture| picture.id());
                    if !drawers.products.change(&sku, |product| product.picture = id) {
                        return Err(CatalogueError::NoSuchRecord { id: sku });
                    }
                }
                CatalogueEdit::Menu(menu) => drawers.menus.put(menu.sku.clone(), menu),
                CatalogueEdit::PriceList(list) => drawers.price_lists.put(list.id.clone(), list),
                CatalogueEdit::Remove(record) => drawers.remove(&record, &mut was_sold)?,
                CatalogueEdit::CategoryOrder(ids) => drawers.categories.arrange(&ids),
            }
        }
        Catalogue::of(drawers.into_parts())
    }
}

/// The records of a catalogue, each kind in a drawer where its records are found by code.
struct Drawers {
    categories: Drawer<Category>,
    families: Drawer<Family>,
    modifiers: Drawer<ModifierGroup>,
    products: Drawer<Product>,
    menus: Drawer<Menu>,
    price_lists: Drawer<PriceList>,
}

impl Drawers {
    fn of(parts: Parts) -> Drawers {
        Drawers {
            categories: Drawer::of(parts.categories, |category| &category.id),
            families: Drawer::of(parts.families, |family| &family.id),
            modifiers: Drawer::of(parts.modifiers, |group| &group.id),
            products: Drawer::of(parts.products, |product| &product.sku),
            menus: Drawer::of(parts.menus, |menu| &menu.sku),
            price_lists: Drawer::of(parts.price_lists, |list| &list.id),
        }
    }

    fn remove(&mut self, record: &RecordId, was_sold: &mut impl FnMut(&str) -> bool) -> Result<(), CatalogueError> {
        let found = match record {
            RecordId::Category(id) => self.categories.remove(id),
            RecordId::Family(id) => self.families.remove(id),
            RecordId::Modifiers(id) => self.modifiers.remove(id),
            RecordId::PriceList(id) => self.price_lists.remove(id),
            RecordId::Menu(sku) => self.menus.change(sku, |menu| menu.archived = true),
            RecordId::Product(sku) if was_sold(sku) => self.products.change(sku, |product| product.archived = true),
            RecordId::Product(sku) => {
                for list in self.price_lists.records.iter_mut().flatten() {
                    list.prices.remove(sku);
                }
                self.products.remove(sku)
            }
        };
        if found { Ok(()) } else { Err(CatalogueError::NoSuchRecord { id: record.code().to_owned() }) }
    }

    fn into_parts(self) -> Parts {
        Parts {
            categories: self.categories.into_records(),
            families: self.families.into_records(),
            modifiers: self.modifiers.into_records(),
            products: self.products.into_records(),
            menus: self.menus.into_records(),
            price_lists: self.price_lists.into_records(),
        }
    }
}

/// Records of one kind in their order.
struct Drawer<R> {
    records: Vec<Option<R>>,
    places: HashMap<String, usize>,
}

impl<R> Drawer<R> {
    fn of(records: Vec<R>, id: impl Fn(&R) -> &String) -> Drawer<R> {
        let places = records.iter().enumerate().map(|(place, record)| (id(record).clone(), place)).collect();
        Drawer { records: records.into_iter().map(Some).collect(), places }
    }

    fn put(&mut self, id: String, record: R) {
        let end = self.records.len();
        let place = *self.places.entry(id).or_insert(end);
        match self.records.get_mut(place) {
            Some(slot) => *slot = Some(record),
            None => self.records.push(Some(record)),
        }
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut R)) -> bool {
        let record = self.places.get(id).and_then(|place| self.records.get_mut(*place)).and_then(Option::as_mut);
        record.map(change).is_some()
    }

    /// Puts the named ones first, in this order.
    fn arrange(&mut self, ids: &[String]) {
        let mut order: Vec<usize> = Vec::with_capacity(self.records.len());
        for place in ids.iter().filter_map(|id| self.places.get(id).copied()) {
            if !order.contains(&place) {
                order.push(place);
            }
        }
        let others: Vec<usize> = (0..self.records.len()).filter(|place| !order.contains(place)).collect();
        order.extend(others);
        self.records = order.iter().map(|place| self.records.get_mut(*place).and_then(Option::take)).collect();
        for now in self.places.values_mut() {
            *now = order.iter().position(|before| before == now).unwrap_or(*now);
        }
    }

    fn remove(&mut self, id: &str) -> bool {
        self.places.remove(id).and_then(|place| self.records.get_mut(place)).and_then(Option::take).is_some()
    }

    fn into_records(self) -> Vec<R> {
        self.records.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::{catalogue, menu, product};

    fn shop() -> Catalogue {
        catalogue(vec![product("A", 100, 550), product("B", 200, 2000)], vec![menu("M", 250, &[("B", 1)])]).unwrap()
    }

    fn remove(sku: &str) -> CatalogueEdit {
        CatalogueEdit::Remove(RecordId::Product(sku.to_owned()))
    }

    #[test]
    fn categories_are_put_in_another_order_and_what_is_not_named_follows() {
        let category = |id: &str| Category { id: id.to_owned(), label: id.to_owned(), color: None };
        let new = ["x", "y", "z"].map(|id| CatalogueEdit::Category(category(id)));
        let shop = shop().edited(&new, |_| false).unwrap();
        let before: Vec<String> = shop.categories().iter().map(|category| category.id.clone()).collect();
        let order = CatalogueEdit::CategoryOrder(vec!["z".to_owned(), "x".to_owned(), "nobody".to_owned()]);
        let shop = shop.edited(&[order, CatalogueEdit::Category(category("y"))], |_| false).unwrap();
        let after: Vec<&str> = shop.categories().iter().map(|category| category.id.as_str()).collect();
        let others = before.iter().map(String::as_str).filter(|id| !["z", "x"].contains(id));
        assert_eq!(after, ["z", "x"].into_iter().chain(others).collect::<Vec<_>>());
    }

    #[test]
    fn a_product_is_changed_in_its_place_and_a_new_one_comes_last() {
        let dearer = product("A", 120, 550);
        let edits = [CatalogueEdit::Product(Box::new(dearer)), CatalogueEdit::Product(Box::new(product("C", 1, 550)))];
        let edited = shop().edited(&edits, |_| false).unwrap();
        let prices: Vec<(&str, i64)> =
            edited.products().iter().map(|product| (product.sku.as_str(), product.price.unwrap().get())).collect();
        assert_eq!(prices, [("A", 120), ("B", 200), ("C", 1)]);
    }

    #[test]
    fn what_was_sold_is_archived_and_what_was_not_goes() {
        let edited = shop().edited(&[remove("A")], |_| false).unwrap();
        assert!(edited.product("A").is_none());
        let edited = shop().edited(&[remove("A")], |sku| sku == "A").unwrap();
        assert!(edited.product("A").unwrap().archived);
    }

    #[test]
    fn a_product_that_a_menu_is_made_of_does_not_go_before_the_menu() {
        let refused = shop().edited(&[remove("B")], |_| false).unwrap_err();
        assert_eq!(refused, CatalogueError::UnknownComponent { menu: "M".into(), sku: "B".into() });
        let refused = shop().edited(&[remove("Z")], |_| false).unwrap_err();
        assert_eq!(refused, CatalogueError::NoSuchRecord { id: "Z".into() });
    }

    #[test]
    fn a_product_removed_and_put_again_is_there_once() {
        let edits = [remove("A"), CatalogueEdit::Product(Box::new(product("A", 5, 550)))];
        let edited = shop().edited(&edits, |_| false).unwrap();
        assert_eq!(edited.products().len(), 2);
        assert_eq!(edited.product("A").unwrap().price.unwrap().get(), 5);
    }
}
