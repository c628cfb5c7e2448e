//! What must be true of the records of a catalogue.

use std::collections::{BTreeMap, HashMap, HashSet};

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::Cents;

use super::{CatalogueError, Component, Family, Menu, ModifierGroup, Parts, PriceList, Product, Unit};

/// Refuses groups, families or lists of which two have one code, and modifiers among which nobody could choose.
pub(super) fn groups(parts: &Parts) -> Result<(), CatalogueError> {
    let twice = |id: &str| CatalogueError::DuplicateCategory { id: id.to_owned() };
    once(parts.categories.iter().map(|category| category.id.as_str()), twice)?;
    once(parts.families.iter().map(|family| family.id.as_str()), |id| CatalogueError::DuplicateFamily {
        id: id.into(),
    })?;
    once(parts.price_lists.iter().map(|list| list.id.as_str()), |id| CatalogueError::DuplicateList { id: id.into() })?;
    once(parts.modifiers.iter().map(|group| group.id.as_str()), |id| CatalogueError::DuplicateGroup { id: id.into() })?;
    for group in &parts.modifiers {
        let wrong = || CatalogueError::ModifierGroup { id: group.id.clone() };
        once(group.modifiers.iter().map(|modifier| modifier.id.as_str()), |_| wrong())?;
        if group.modifiers.is_empty() || group.at_most.is_some_and(|most| most == 0 || most < group.at_least) {
            return Err(wrong());
        }
    }
    Ok(())
}

/// The records that products and menus name.
pub(super) struct Groups<'a> {
    categories: HashSet<&'a str>,
    families: HashMap<&'a str, &'a Family>,
    modifiers: HashMap<&'a str, &'a ModifierGroup>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(parts: &'a Parts) -> Groups<'a> {
        Groups {
            categories: parts.categories.iter().map(|category| category.id.as_str()).collect(),
            families: parts.families.iter().map(|family| (family.id.as_str(), family)).collect(),
            modifiers: parts.modifiers.iter().map(|group| (group.id.as_str(), group)).collect(),
        }
    }

    pub(super) fn check_product(&self, product: &Product) -> Result<(), CatalogueError> {
        let sku = || product.sku.clone();
        if product.sku.trim().is_empty() {
            return Err(CatalogueError::EmptySku { label: product.label.clone() });
        }
        check_prices(&product.sku, product.price, &product.price_by_mode)?;
        if product.price.is_none() && !product.price_by_mode.is_empty() {
            return Err(CatalogueError::PriceOnlyByMode { sku: sku() });
        }
        if !product.vat.is_complete() {
            return Err(CatalogueError::RateWithoutArticle { sku: sku() });
        }
        if let Some(variant) = &product.variant {
            let Some(family) = self.families.get(variant.family.as_str()) else {
                return Err(CatalogueError::UnknownFamily { sku: sku(), family: variant.family.clone() });
            };
            if family.axes.len() != variant.options.len()
                || variant.options.iter().any(|option| option.trim().is_empty())
            {
                return Err(CatalogueError::VariantOptions { sku: sku(), axes: family.axes.join(", ") });
            }
        }
        for group in &product.modifiers {
            if !self.modifiers.contains_key(group.as_str()) {
                return Err(CatalogueError::UnknownGroup { sku: sku(), group: group.clone() });
            }
        }
        self.check_category(&product.sku, &product.category)
    }

    pub(super) fn check_menu<'p>(
        &self,
        menu: &Menu,
        product: impl Fn(&str) -> Option<&'p Product>,
    ) -> Result<(), CatalogueError> {
        let name = || menu.sku.clone();
        if menu.sku.trim().is_empty() {
            return Err(CatalogueError::EmptySku { label: menu.label.clone() });
        }
        self.check_category(&menu.sku, &menu.category)?;
        check_prices(&menu.sku, Some(menu.price), &menu.price_by_mode)?;
        let has_nothing = menu.components.is_empty() && menu.courses.is_empty();
        if has_nothing || menu.courses.iter().any(|course| course.choices.is_empty()) {
            return Err(CatalogueError::EmptyMenu { menu: name() });
        }
        let supplements = menu.courses.iter().flat_map(|course| &course.choices).map(|choice| choice.supplement);
        for supplement in supplements {
            check_prices(&menu.sku, Some(supplement), &BTreeMap::new())?;
        }
        for Component { sku, qty } in menu.every_component() {
            let Some(product) = product(sku) else {
                return Err(CatalogueError::UnknownComponent { menu: name(), sku: sku.clone() });
            };
            if qty.get() <= 0 || (product.unit == Unit::Piece && qty.get() % 1000 != 0) {
                return Err(CatalogueError::ComponentQuantity { menu: name(), sku: sku.clone(), qty: *qty });
            }
            if product.price.is_none() {
                return Err(CatalogueError::ComponentWithoutPrice { menu: name(), sku: sku.clone() });
            }
        }
        Ok(())
    }

    fn check_category(&self, sku: &str, category: &str) -> Result<(), CatalogueError> {
        if self.categories.contains(category) {
            return Ok(());
        }
        Err(CatalogueError::UnknownCategory { sku: sku.to_owned(), category: category.to_owned() })
    }
}

/// Refuses a list that prices what is not sold, or what has no price of its own to fall back to.
pub(super) fn price_list<'p>(
    list: &PriceList,
    product: impl Fn(&str) -> Option<&'p Product>,
    is_menu: impl Fn(&str) -> bool,
) -> Result<(), CatalogueError> {
    for (sku, price) in &list.prices {
        check_prices(sku, Some(*price), &BTreeMap::new())?;
        let is_priced = product(sku).map_or_else(|| is_menu(sku), |product| product.price.is_some());
        if !is_priced {
            return Err(CatalogueError::NotToBeListed { list: list.id.clone(), sku: sku.clone() });
        }
    }
    if list.from.zip(list.until).is_some_and(|(from, until)| until < from) {
        return Err(CatalogueError::ListDates { list: list.id.clone() });
    }
    Ok(())
}

fn check_prices(sku: &str, price: Option<Cents>, by_mode: &BTreeMap<SaleMode, Cents>) -> Result<(), CatalogueError> {
    match price.iter().chain(by_mode.values()).find(|price| price.is_negative()) {
        Some(price) => Err(CatalogueError::NegativePrice { sku: sku.to_owned(), price: *price }),
        None => Ok(()),
    }
}

fn once<'a>(ids: impl Iterator<Item = &'a str>, error: impl Fn(&str) -> CatalogueError) -> Result<(), CatalogueError> {
    let mut seen = HashSet::new();
    for id in ids {
        if id.trim().is_empty() || !seen.insert(id) {
            return Err(error(id));
        }
    }
    Ok(())
}
