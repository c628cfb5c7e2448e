//! The basket: what a customer is about to buy, priced at every moment.
//!
//! Every change either succeeds or leaves the basket as it was. Totals come from the journal's own arithmetic, so that
//! what the screen shows is what is sealed. A basket written to disk is checked again when it is read.

mod adding;
mod error;
mod moving;
mod sheet;

use std::collections::BTreeMap;

use comptoir_fiscal::entry::{Channel, Discount, Line, Nature, SaleMode, Totals};
use comptoir_fiscal::values::{Cents, Quantity};
use serde::{Deserialize, Serialize};

pub use error::BasketError;
pub(crate) use sheet::Sheet;

use crate::catalogue::{Product, Unit, VatByMode};
use crate::private::{opaque, without_card_number};
use crate::settlement::Due;
use crate::terms::Terms;
use crate::voucher::VoucherCode;

/// One thing in a basket: a product, or a whole menu. It keeps its id while others come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(u32);

/// Money off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// So many basis points of what is left after earlier discounts: 1000 is 10 %. From 1 to 10000.
    Percent(u16),
    /// So much of the whole line or ticket.
    Amount(Cents),
    /// Down to this price of one unit, or of one menu.
    ToPrice(Cents),
}

/// A reduction and what the ticket calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Labelled {
    pub(crate) label: String,
    pub(crate) reduction: Reduction,
}

/// An amount typed at the till, sold by its VAT rate alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeAmount {
    /// What prints.
    pub label: String,
    /// Its category, where the shop files it under one.
    pub category: Option<String>,
    /// How much, tax included; above 0.
    pub amount: Cents,
    /// Its VAT.
    pub vat: VatByMode,
    /// Goods or service.
    pub nature: Nature,
    /// Whether meal vouchers pay for it.
    pub meal_voucher: bool,
}

/// Money taken for what is no turnover: it is owed beside the lines and sealed as a negative payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// A gift voucher sold (a multi-purpose one, CGI art. 256 ter).
    GiftVoucher {
        /// Its code.
        code: VoucherCode,
        /// What it will be worth.
        amount: Cents,
    },
    /// A deposit on, or the settlement of, the customer's account.
    Account {
        /// How much.
        amount: Cents,
    },
}

impl Issue {
    /// How much is owed for it.
    pub fn amount(&self) -> Cents {
        match self {
            Issue::GiftVoucher { amount, .. } | Issue::Account { amount } => *amount,
        }
    }
}

/// What was true of a product when it went into the basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Article {
    pub(crate) sku: String,
    pub(crate) label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    pub(crate) unit: Unit,
    pub(crate) vat: VatByMode,
    pub(crate) nature: Nature,
    pub(crate) meal_voucher: bool,
}

impl Article {
    fn of(product: &Product) -> Article {
        Article {
            sku: product.sku.clone(),
            label: product.label.clone(),
            category: Some(product.category.clone()),
            unit: product.unit,
            vat: product.vat.clone(),
            nature: product.nature,
            meal_voucher: product.meal_voucher,
        }
    }
}

/// A modifier that a line was asked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extra {
    pub(crate) label: String,
    pub(crate) price: Cents,
}

/// The price of one menu, and each component's share of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MenuPrice {
    pub(crate) price: Cents,
    pub(crate) shares: Vec<Cents>,
}

/// A component's part of one menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) article: Article,
    pub(crate) qty: Quantity,
    pub(crate) share: Cents,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    Single {
        article: Article,
        qty: Quantity,
        /// Of one unit, before what the modifiers add.
        unit_price: Cents,
        /// The same for ways of selling for which it is another.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        by_mode: BTreeMap<SaleMode, Cents>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        extras: Vec<Extra>,
        tare: Option<i64>,
    },
    Menu {
        sku: String,
        label: String,
        count: u32,
        /// Of one menu, with its supplements.
        price: Cents,
        parts: Vec<Part>,
        /// Price and shares for ways of selling for which they are others.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        by_mode: BTreeMap<SaleMode, MenuPrice>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) content: Content,
    pub(crate) seller: Option<String>,
    pub(crate) discounts: Vec<Labelled>,
}

/// What is written of a basket; all else is computed from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cart {
    pub(crate) channel: Channel,
    pub(crate) mode: Option<SaleMode>,
    pub(crate) customer: Option<String>,
    pub(crate) seller: Option<String>,
    pub(crate) notes: Vec<u64>,
    pub(crate) items: Vec<Item>,
    pub(crate) discounts: Vec<Labelled>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) next_id: u32,
}

/// What a customer is about to buy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Cart", into = "Cart")]
pub struct Basket {
    cart: Cart,
    sheet: Sheet,
}

impl TryFrom<Cart> for Basket {
    type Error = BasketError;
    fn try_from(cart: Cart) -> Result<Basket, BasketError> {
        Ok(Basket { sheet: Sheet::of(&cart)?, cart })
    }
}

impl From<Basket> for Cart {
    fn from(basket: Basket) -> Cart {
        basket.cart
    }
}

/// One thing in a basket, for a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemView<'a> {
    /// By which it is changed or removed.
    pub id: ItemId,
    /// The code of the product or menu.
    pub sku: &'a str,
    /// What the screen says.
    pub label: &'a str,
    /// How much; negative of a deposit given back; menus count as pieces.
    pub qty: Quantity,
    /// What the quantity counts.
    pub unit: Unit,
    /// The price of one unit or menu, before discounts.
    pub unit_price: Cents,
    /// What it comes to after all discounts, its share of the ticket's included.
    pub total: Cents,
    /// Its lines on the ticket: one, or those of a menu.
    pub lines: &'a [Line],
    /// Whether it is a menu.
    pub is_menu: bool,
}

impl Basket {
    /// An empty basket for a way and a channel of selling.
    pub fn new(mode: Option<SaleMode>, channel: Channel) -> Basket {
        Basket { cart: Cart { mode, channel, ..Cart::default() }, sheet: Sheet::default() }
    }

    /// Sells a gift voucher, or takes money for the customer's account.
    pub fn issue(&mut self, issue: Issue) -> Result<(), BasketError> {
        self.change(|cart| {
            cart.issues.push(issue);
            Ok(())
        })
    }

    /// Takes back what [`Basket::issue`] added, by its place among [`Basket::issues`].
    pub fn remove_issue(&mut self, index: usize) -> Result<(), BasketError> {
        self.change(|cart| {
            if index >= cart.issues.len() {
                return Err(BasketError::UnknownItem);
            }
            cart.issues.remove(index);
            Ok(())
        })
    }

    /// Sets how much of an item there is, net of tare; of a deposit given back, how much is given back.
    pub fn set_quantity(&mut self, id: ItemId, to: Quantity) -> Result<(), BasketError> {
        let to = positive(to)?;
        self.change(|cart| {
            match &mut cart.item(id)?.content {
                Content::Single { qty, tare, .. } => {
                    *qty = if qty.get() < 0 { -to } else { to };
                    *tare = None;
                }
                Content::Menu { count, label, .. } => *count = whole(label, to)?,
            }
            Ok(())
        })
    }

    /// Takes an item out: a line, or a menu with all its lines.
    pub fn remove(&mut self, id: ItemId) -> Result<(), BasketError> {
        self.change(|cart| {
            cart.item(id)?;
            cart.items.retain(|item| item.id != id);
            Ok(())
        })
    }

    /// Reduces an item. Several reductions apply in the order given; of a menu, each is shared over its lines.
    pub fn discount_item(
        &mut self,
        id: ItemId,
        label: impl Into<String>,
        reduction: Reduction,
    ) -> Result<(), BasketError> {
        let labelled = Labelled { label: labelled(label.into())?, reduction };
        self.change(|cart| {
            cart.item(id)?.discounts.push(labelled);
            Ok(())
        })
    }

    /// Takes every reduction off an item.
    pub fn clear_item_discounts(&mut self, id: ItemId) -> Result<(), BasketError> {
        self.change(|cart| {
            cart.item(id)?.discounts.clear();
            Ok(())
        })
    }

    /// Reduces the whole ticket, by a percentage or an amount. Several apply in the order given.
    pub fn discount_ticket(&mut self, label: impl Into<String>, reduction: Reduction) -> Result<(), BasketError> {
        let labelled = Labelled { label: labelled(label.into())?, reduction };
        self.change(|cart| {
            cart.discounts.push(labelled);
            Ok(())
        })
    }

    /// Takes every reduction off the ticket; those of items stay.
    pub fn clear_ticket_discounts(&mut self) -> Result<(), BasketError> {
        self.change(|cart| {
            cart.discounts.clear();
            Ok(())
        })
    }

    /// Changes the way of selling: each line takes the rate and the price that its product had for it when it was added.
    pub fn set_mode(&mut self, mode: Option<SaleMode>) -> Result<(), BasketError> {
        self.change(|cart| {
            cart.mode = mode;
            Ok(())
        })
    }

    /// Says whose basket it is, by an opaque id.
    pub fn set_customer(&mut self, customer: Option<&str>) -> Result<(), BasketError> {
        let customer = customer.map(opaque).transpose()?.map(str::to_owned);
        self.change(|cart| {
            cart.customer = customer;
            Ok(())
        })
    }

    /// Says who sells what is added from now on, by an opaque id.
    pub fn set_seller(&mut self, seller: Option<&str>) -> Result<(), BasketError> {
        self.cart.seller = seller.map(opaque).transpose()?.map(str::to_owned);
        Ok(())
    }

    /// Says who sold one item.
    pub fn set_item_seller(&mut self, id: ItemId, seller: Option<&str>) -> Result<(), BasketError> {
        let seller = seller.map(opaque).transpose()?.map(str::to_owned);
        self.change(|cart| {
            cart.item(id)?.seller = seller;
            Ok(())
        })
    }

    /// Says which notes (bills shown before payment) the ticket will settle.
    pub fn set_notes(&mut self, notes: Vec<u64>) {
        self.cart.notes = notes;
    }

    /// The lines as they would be sealed.
    ///
    /// A menu's price is shared over its components in proportion to their prices sold singly, by the journal's rule of
    /// largest remainders. A component of several pieces whose share is not a multiple of them takes the next higher
    /// unit price and gives the difference back as a line discount that bears the menu's name, so that the lines sum to
    /// the menu's price to the cent; several menus cost exactly so many times one.
    pub fn lines(&self) -> &[Line] {
        &self.sheet.lines
    }

    /// The ticket's discounts in cents, as they would be sealed.
    pub fn discounts(&self) -> &[Discount] {
        &self.sheet.discounts
    }

    /// Each line's share of the ticket's discounts.
    pub fn discount_shares(&self) -> &[Cents] {
        &self.sheet.discount_shares
    }

    /// The sums, by rate and over all.
    pub fn figures(&self) -> &Totals {
        &self.sheet.totals
    }

    /// What of it meal vouchers may pay.
    pub fn meal_voucher_total(&self) -> Cents {
        self.sheet.eligible
    }

    /// What is to be paid: the lines and what is issued beside them.
    pub fn to_pay(&self) -> Cents {
        self.sheet.totals.ttc + self.cart.issues.iter().map(Issue::amount).sum()
    }

    /// What is in it, in the order it was added.
    pub fn items(&self) -> impl Iterator<Item = ItemView<'_>> {
        let mut rest = self.sheet.lines.as_slice();
        self.cart.items.iter().map(move |item| {
            let (lines, after) = rest.split_at(item.line_count().min(rest.len()));
            rest = after;
            let total = lines.iter().map(|line| line.total).sum();
            match &item.content {
                Content::Single { article, qty, .. } => ItemView {
                    id: item.id,
                    sku: &article.sku,
                    label: lines.first().map_or(&article.label, |line| &line.label),
                    qty: *qty,
                    unit: article.unit,
                    unit_price: lines.first().map_or(Cents::ZERO, |line| line.unit_price),
                    total,
                    lines,
                    is_menu: false,
                },
                Content::Menu { sku, label, count, price, by_mode, .. } => ItemView {
                    id: item.id,
                    sku,
                    label,
                    qty: Quantity::thousandths(i64::from(*count) * 1000),
                    unit: Unit::Piece,
                    unit_price: in_mode(by_mode, self.cart.mode).map_or(*price, |other| other.price),
                    total,
                    lines,
                    is_menu: true,
                },
            }
        })
    }

    /// What is issued beside the lines.
    pub fn issues(&self) -> &[Issue] {
        &self.cart.issues
    }

    /// The way of selling.
    pub fn mode(&self) -> Option<SaleMode> {
        self.cart.mode
    }

    /// Where the sale comes from.
    pub fn channel(&self) -> Channel {
        self.cart.channel
    }

    /// Whose basket it is.
    pub fn customer(&self) -> Option<&str> {
        self.cart.customer.as_deref()
    }

    /// The notes that its ticket will settle.
    pub fn notes(&self) -> &[u64] {
        &self.cart.notes
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.cart.items.is_empty() && self.cart.issues.is_empty()
    }

    /// Ends the choosing: what is in the basket is due, by the rules of payment of the day. The basket comes back with
    /// the error where it cannot be sold.
    pub fn due(self, terms: &Terms) -> Result<Due, (Box<Basket>, BasketError)> {
        let ttc = self.sheet.totals.ttc;
        if self.is_empty() {
            return Err((Box::new(self), BasketError::Empty));
        }
        if ttc.is_negative() {
            return Err((Box::new(self), BasketError::NegativeTotal { ttc }));
        }
        Ok(Due::new(self, terms.clone()))
    }

    /// Makes a change on a copy, prices it, and takes it over only if it holds.
    fn change<T>(&mut self, change: impl FnOnce(&mut Cart) -> Result<T, BasketError>) -> Result<T, BasketError> {
        let mut cart = self.cart.clone();
        let outcome = change(&mut cart)?;
        self.sheet = Sheet::of(&cart)?;
        self.cart = cart;
        Ok(outcome)
    }

    pub(crate) fn into_parts(self) -> (Cart, Sheet) {
        (self.cart, self.sheet)
    }
}

impl Cart {
    fn push(&mut self, content: Content) -> ItemId {
        let id = ItemId(self.next_id);
        self.next_id += 1;
        self.items.push(Item { id, content, seller: self.seller.clone(), discounts: vec![] });
        id
    }

    fn item(&mut self, id: ItemId) -> Result<&mut Item, BasketError> {
        self.items.iter_mut().find(|item| item.id == id).ok_or(BasketError::UnknownItem)
    }
}

impl Item {
    fn line_count(&self) -> usize {
        match &self.content {
            Content::Single { .. } => 1,
            Content::Menu { parts, .. } => parts.len(),
        }
    }
}

/// What is written for a way of selling, where anything is.
fn in_mode<T>(by_mode: &BTreeMap<SaleMode, T>, mode: Option<SaleMode>) -> Option<&T> {
    by_mode.get(&mode?)
}

fn positive(qty: Quantity) -> Result<Quantity, BasketError> {
    if qty.get() > 0 { Ok(qty) } else { Err(BasketError::QuantityNotPositive { qty }) }
}

fn not_negative(price: Cents) -> Result<Cents, BasketError> {
    if price.is_negative() { Err(BasketError::NegativePrice { price }) } else { Ok(price) }
}

fn whole(label: &str, qty: Quantity) -> Result<u32, BasketError> {
    let not_whole = || BasketError::NotWhole { label: label.to_owned(), qty };
    if qty.get() % 1000 == 0 { u32::try_from(qty.get() / 1000).map_err(|_| not_whole()) } else { Err(not_whole()) }
}

fn labelled(label: String) -> Result<String, BasketError> {
    without_card_number(&label)?;
    if label.trim().is_empty() { Err(BasketError::EmptyLabel) } else { Ok(label) }
}

#[cfg(test)]
pub(crate) mod tests;
