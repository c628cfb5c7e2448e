//! Putting things into a basket: what was true of them in the catalogue at that moment stays true of the line.

use std::collections::{BTreeMap, BTreeSet};

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Quantity};

use super::{
    Article, Basket, BasketError, Content, Extra, FreeAmount, ItemId, MenuPrice, Part, labelled, not_negative,
    positive, sheet,
};
use crate::catalogue::{Asked, Catalogue, Choice, Menu, Product, Unit};
use crate::private::without_card_number;

impl Basket {
    /// Adds so much of a product; `price` is the unit price of a product that has none, and only of such a one.
    pub fn add(&mut self, product: &Product, qty: Quantity, price: Option<Cents>) -> Result<ItemId, BasketError> {
        self.add_single(product, Single { price, ..Single::of(positive(qty)?) })
    }

    /// Adds so much of a product as a customer asked for it; every group of its modifiers that needs a choice has one.
    pub fn add_asked(
        &mut self,
        product: &Product,
        qty: Quantity,
        price: Option<Cents>,
        catalogue: &Catalogue,
        asked: &[Asked<'_>],
    ) -> Result<ItemId, BasketError> {
        let extras = Some(extras(product, catalogue, asked)?);
        self.add_single(product, Single { price, extras, ..Single::of(positive(qty)?) })
    }

    /// Adds what a scale weighed with its wrapping: the net weight is sold. The product's own tare is taken where
    /// `tare`, in thousandths of the unit, is not given (arrêté du 16 juin 1980: goods are sold by net weight).
    pub fn add_weighed(
        &mut self,
        product: &Product,
        gross: Quantity,
        tare: Option<i64>,
        price: Option<Cents>,
    ) -> Result<ItemId, BasketError> {
        let tare = tare.or(product.tare).unwrap_or(0);
        let net = gross - Quantity::thousandths(tare);
        if tare < 0 || net.get() <= 0 {
            return Err(BasketError::TareTooHigh { gross, tare: Quantity::thousandths(tare) });
        }
        let tare = (tare > 0).then_some(tare);
        self.add_single(product, Single { price, tare, ..Single::of(net) })
    }

    /// Adds a packet whose label says its price: one piece at that price, as the label promises the customer, whatever
    /// the product's unit.
    pub fn add_priced(&mut self, product: &Product, price: Cents) -> Result<ItemId, BasketError> {
        sold(product)?;
        let article = Article { unit: Unit::Piece, ..Article::of(product) };
        self.push_single(article, Quantity::ONE, not_negative(price)?)
    }

    /// Adds so many menus that leave nothing to choose. Each line is one component; see [`Basket::lines`] for how the
    /// price is shared.
    pub fn add_menu(&mut self, menu: &Menu, catalogue: &Catalogue, count: u32) -> Result<ItemId, BasketError> {
        self.add_menu_of(menu, catalogue, count, &[])
    }

    /// Adds so many menus with what the guest chose: of each course, in their order, the code of a product.
    pub fn add_menu_of(
        &mut self,
        menu: &Menu,
        catalogue: &Catalogue,
        count: u32,
        chosen: &[&str],
    ) -> Result<ItemId, BasketError> {
        if menu.archived {
            return Err(BasketError::Archived { label: menu.label.clone() });
        }
        let choices = choices(menu, chosen)?;
        let supplements: Cents = choices.iter().map(|choice| choice.supplement).sum();
        let mut products = vec![];
        for component in menu.components.iter().chain(choices.iter().map(|choice| &choice.component)) {
            let unknown = || BasketError::UnknownComponent { sku: component.sku.clone() };
            let product = catalogue.product(&component.sku).ok_or_else(unknown)?;
            sold_at(product, None)?;
            products.push((product, component.qty));
        }
        let share = |mode| -> Result<MenuPrice, BasketError> {
            let price = not_negative(menu.price_in(mode))? + supplements;
            let worth = products.iter().map(|(product, qty)| (*qty, product.price_in(mode).unwrap_or_default()));
            Ok(MenuPrice { price, shares: sheet::share_menu(&menu.label, price, worth)? })
        };
        let base = share(None)?;
        let mut by_mode = BTreeMap::new();
        for mode in SaleMode::ALL {
            let other = share(Some(mode))?;
            if other != base {
                by_mode.insert(mode, other);
            }
        }
        let parts = products.iter().zip(base.shares).map(|((product, qty), share)| Part {
            article: Article::of(product),
            qty: *qty,
            share,
        });
        let (sku, label, price, parts) = (menu.sku.clone(), menu.label.clone(), base.price, parts.collect());
        self.change(|cart| Ok(cart.push(Content::Menu { sku, label, count, price, parts, by_mode })))
    }

    /// Adds an amount by its rate.
    pub fn add_free_amount(&mut self, free: FreeAmount) -> Result<ItemId, BasketError> {
        without_card_number(&free.label)?;
        if !free.amount.is_positive() {
            return Err(BasketError::AmountNotPositive { amount: free.amount });
        }
        let article = Article {
            sku: format!("LIBRE-{:04}", free.vat.base.basis_points()),
            label: labelled(free.label)?,
            category: free.category,
            unit: Unit::Piece,
            vat: free.vat,
            nature: free.nature,
            meal_voucher: free.meal_voucher,
        };
        self.push_single(article, Quantity::ONE, free.amount)
    }

    /// Pays back so much of a returned deposit (consigne): a negative line.
    pub fn return_deposit(&mut self, product: &Product, qty: Quantity) -> Result<ItemId, BasketError> {
        if !product.deposit {
            return Err(BasketError::NotADeposit { label: product.label.clone() });
        }
        self.add_single(product, Single::of(-positive(qty)?))
    }

    fn add_single(&mut self, product: &Product, single: Single) -> Result<ItemId, BasketError> {
        let unit_price = sold_at(product, single.price)?;
        let extras = match single.extras {
            Some(extras) => extras,
            None if product.modifiers.is_empty() => vec![],
            None => return Err(BasketError::AskFirst { label: product.label.clone() }),
        };
        let (article, by_mode) = (Article::of(product), product.price_by_mode.clone());
        let Single { qty, tare, .. } = single;
        self.change(|cart| Ok(cart.push(Content::Single { article, qty, unit_price, by_mode, extras, tare })))
    }

    fn push_single(&mut self, article: Article, qty: Quantity, unit_price: Cents) -> Result<ItemId, BasketError> {
        let (by_mode, extras, tare) = (BTreeMap::new(), vec![], None);
        self.change(|cart| Ok(cart.push(Content::Single { article, qty, unit_price, by_mode, extras, tare })))
    }
}

/// How a product goes into a basket.
struct Single {
    qty: Quantity,
    /// Typed or scanned, where the product has none.
    price: Option<Cents>,
    /// None where the customer was not asked.
    extras: Option<Vec<Extra>>,
    tare: Option<i64>,
}

impl Single {
    fn of(qty: Quantity) -> Single {
        Single { qty, price: None, extras: None, tare: None }
    }
}

/// The modifiers that were asked for, in the order of the product's groups.
fn extras(product: &Product, catalogue: &Catalogue, asked: &[Asked<'_>]) -> Result<Vec<Extra>, BasketError> {
    let label = || product.label.clone();
    let mut extras = vec![];
    for id in &product.modifiers {
        let group = catalogue.modifier_group(id).ok_or_else(|| BasketError::AskFirst { label: label() })?;
        let of_group: Vec<&str> = asked.iter().filter(|asked| asked.group == id).map(|asked| asked.modifier).collect();
        if !group.allows(of_group.len()) {
            return Err(BasketError::Modifiers { label: label(), group: group.label.clone() });
        }
        for modifier in of_group {
            let unknown = || BasketError::UnknownModifier { label: label(), modifier: modifier.to_owned() };
            let modifier = group.modifier(modifier).ok_or_else(unknown)?;
            extras.push(Extra { label: modifier.label.clone(), price: modifier.price });
        }
    }
    let groups: BTreeSet<&str> = product.modifiers.iter().map(String::as_str).collect();
    match asked.iter().find(|asked| !groups.contains(asked.group)) {
        Some(stray) => Err(BasketError::UnknownModifier { label: label(), modifier: stray.modifier.to_owned() }),
        None => Ok(extras),
    }
}

/// What was chosen for each course.
fn choices<'m>(menu: &'m Menu, chosen: &[&str]) -> Result<Vec<&'m Choice>, BasketError> {
    let mut choices = vec![];
    for (place, course) in menu.courses.iter().enumerate() {
        let of_course = |sku: &&str| course.choices.iter().find(|choice| choice.component.sku == *sku);
        let choice = chosen.get(place).and_then(of_course);
        choices.push(
            choice
                .ok_or_else(|| BasketError::ChooseCourse { label: menu.label.clone(), course: course.label.clone() })?,
        );
    }
    if chosen.len() > choices.len() {
        return Err(BasketError::UnknownComponent { sku: chosen[choices.len()].to_owned() });
    }
    Ok(choices)
}

fn sold(product: &Product) -> Result<(), BasketError> {
    if product.archived { Err(BasketError::Archived { label: product.label.clone() }) } else { Ok(()) }
}

fn sold_at(product: &Product, typed: Option<Cents>) -> Result<Cents, BasketError> {
    sold(product)?;
    let label = || product.label.clone();
    match (product.price, typed) {
        (Some(price), None) => Ok(price),
        (None, Some(price)) => not_negative(price),
        (Some(price), Some(_)) => Err(BasketError::PriceFixed { label: label(), price }),
        (None, None) => Err(BasketError::PriceMissing { label: label() }),
    }
}
