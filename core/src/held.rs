//! Tickets that wait: a customer who forgot their purse, the tables of a restaurant.
//!
//! A held ticket bears the id of the command that will sell it, so that a crash can neither lose it nor bring it back
//! once it is paid.

use std::collections::BTreeMap;

use comptoir_fiscal::entry::TicketRef;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Instant, Quantity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::basket::{Basket, BasketError, ItemId};
use crate::returns::Chosen;
use crate::settlement::Paid;
use crate::shown_by_message;
use crate::tender::TenderRequest;
use crate::voucher::VoucherCode;

/// Where guests sit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Table {
    /// The room, or the terrace.
    pub room: String,
    /// What the table is called there.
    pub name: String,
}

/// What comes back for what is on a ticket: the other half of an exchange, of which nothing is sealed before the ticket is
/// paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchanging {
    /// The ticket that the goods were bought with.
    pub of: TicketRef,
    /// What comes back.
    pub chosen: Vec<Chosen>,
    /// Why.
    pub reason: String,
    /// The code of the credit note between the two.
    pub code: VoucherCode,
    /// What the goods are worth.
    pub worth: Cents,
}

/// A ticket that waits to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTicket {
    /// The id of the command that will sell it.
    pub id: Uuid,
    /// The table that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// How the counter calls it, where it is for no table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many guests.
    #[serde(default = "one")]
    pub guests: u16,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Instant,
    /// What is on it.
    pub basket: Basket,
    /// Whether it is the one that is being sold on the counter, rather than put aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_counter: bool,
    /// What was taken for it, where its paying was begun and has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Paid>,
    /// What comes back for it, where it is the sale of an exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchanging>,
    /// How much of each item the kitchen or bar has been told of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sent: BTreeMap<ItemId, Quantity>,
    /// The command that was sealing a note when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asks_note: Option<Uuid>,
}

const fn one() -> u16 {
    1
}

/// Why a held ticket refuses a change. It is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum HeldError {
    SentToKitchen { label: String },
    NotSent,
    TwoExchanges,
    Basket(#[from] BasketError),
}

impl HeldError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            HeldError::SentToKitchen { label } => message!(
                "{label} was ordered from the kitchen; take it off with its reason, so that it is recorded.",
                label = label.as_str()
            ),
            HeldError::NotSent => message!("The kitchen was not told of that much. Take it off the ticket itself."),
            HeldError::TwoExchanges => {
                message!("Goods come back for both tickets. Pay one of them first, or let its exchange go.")
            }
            HeldError::Basket(error) => error.message(),
        }
    }
}
shown_by_message!(HeldError);

/// So much of an item, for the kitchen to make or not to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which item.
    pub item: ItemId,
    /// The code of the product or menu.
    pub sku: String,
    /// What it is called.
    pub label: String,
    /// How much.
    pub qty: Quantity,
}

impl HeldTicket {
    /// A basket put aside at the counter.
    pub fn new(id: Uuid, opened_by: impl Into<String>, opened_at: Instant, basket: Basket) -> HeldTicket {
        HeldTicket {
            id,
            table: None,
            title: None,
            guests: 1,
            opened_by: opened_by.into(),
            opened_at,
            basket,
            on_counter: false,
            paying: None,
            exchange: None,
            sent: BTreeMap::new(),
            asks_note: None,
        }
    }

    /// The same at a table, for so many guests.
    pub fn at(self, table: Table, guests: u16) -> HeldTicket {
        HeldTicket { table: Some(table), guests: guests.max(1), ..self }
    }

    /// What the kitchen was not told of yet.
    pub fn to_send(&self) -> Vec<Order> {
        self.orders(|item, qty| qty - self.sent.get(&item).copied().unwrap_or_default())
    }

    /// What the kitchen was told of.
    pub fn sent(&self) -> Vec<Order> {
        self.orders(|item, _| self.sent.get(&item).copied().unwrap_or_default())
    }

    /// Notes that the kitchen was told of everything.
    pub(crate) fn mark_sent(&mut self) {
        for order in self.to_send() {
            *self.sent.entry(order.item).or_default() =
                order.qty + self.sent.get(&order.item).copied().unwrap_or_default();
        }
    }

    /// Puts another basket on the ticket, which must still hold all that the kitchen was told of.
    pub fn replace_basket(&mut self, basket: Basket) -> Result<(), HeldError> {
        for (item, sent) in &self.sent {
            if basket.quantity_of(*item).unwrap_or_default() < *sent {
                return Err(HeldError::SentToKitchen { label: self.label_of(*item) });
            }
        }
        self.basket = basket;
        Ok(())
    }

    /// Takes so much of what the kitchen was told of off again; whoever does it records why.
    pub(crate) fn take_off(&mut self, item: ItemId, qty: Quantity) -> Result<Order, HeldError> {
        let sent = self.sent.get(&item).copied().unwrap_or_default();
        if qty.get() <= 0 || qty > sent {
            return Err(HeldError::NotSent);
        }
        let order = self.sent().into_iter().find(|order| order.item == item).ok_or(HeldError::NotSent)?;
        let whole = self.basket.quantity_of(item).unwrap_or_default();
        if whole == qty {
            self.basket.remove(item)?;
        } else {
            self.basket.set_quantity(item, whole - qty)?;
        }
        self.set_sent(item, sent - qty);
        Ok(Order { qty, ..order })
    }

    /// Moves an item, or so much of it, to another ticket; what the kitchen was told of goes along first.
    pub(crate) fn move_item(
        &mut self,
        item: ItemId,
        qty: Option<Quantity>,
        to: &mut HeldTicket,
    ) -> Result<(), HeldError> {
        let whole = self.basket.quantity_of(item).ok_or(BasketError::UnknownItem)?;
        let moved = qty.unwrap_or(whole);
        let there = self.basket.move_item(item, qty, &mut to.basket)?;
        let sent = self.sent.get(&item).copied().unwrap_or_default();
        let along = sent.min(moved);
        self.set_sent(item, sent - along);
        to.set_sent(there, along);
        Ok(())
    }

    /// Whether it leaves nothing behind: there is nothing on it, nothing was taken for it, no note of it was shown and the
    /// kitchen was told nothing.
    pub fn is_blank(&self) -> bool {
        self.basket.is_empty()
            && !self.is_part_paid()
            && self.basket.notes().is_empty()
            && self.asks_note.is_none()
            && self.sent.is_empty()
    }

    /// Whether something was taken for it already, so that what is owed cannot become less or be given up unseen. What
    /// comes back in its exchange is not taken before it is sealed.
    pub fn is_part_paid(&self) -> bool {
        let is_own = |request: &TenderRequest| match (&self.exchange, request) {
            (Some(exchange), TenderRequest::CreditNote { code, .. }) => *code == exchange.code,
            _ => false,
        };
        self.paying.as_ref().is_some_and(|paid| !paid.taken.iter().all(is_own))
    }

    /// Puts everything of this ticket on another too, with what was taken and what comes back for it; this one is then to be
    /// forgotten.
    pub(crate) fn merge_into(&self, to: &mut HeldTicket) -> Result<(), HeldError> {
        if self.exchange.is_some() && to.exchange.is_some() {
            return Err(HeldError::TwoExchanges);
        }
        for (here, there) in self.basket.pour_into(&mut to.basket)? {
            to.set_sent(there, self.sent.get(&here).copied().unwrap_or_default());
        }
        to.exchange = to.exchange.take().or_else(|| self.exchange.clone());
        to.guests = to.guests.saturating_add(self.guests);
        to.paying = match (to.paying.take(), self.paying.clone()) {
            (Some(there), Some(here)) => Some(there.and(here)),
            (there, here) => there.or(here),
        };
        Ok(())
    }

    fn set_sent(&mut self, item: ItemId, qty: Quantity) {
        if qty.get() > 0 {
            self.sent.insert(item, qty);
        } else {
            self.sent.remove(&item);
        }
    }

    fn label_of(&self, item: ItemId) -> String {
        self.basket.items().find(|view| view.id == item).map(|view| view.label.to_owned()).unwrap_or_default()
    }

    fn orders(&self, how_much: impl Fn(ItemId, Quantity) -> Quantity) -> Vec<Order> {
        let order = |view: crate::basket::ItemView<'_>| {
            let qty = how_much(view.id, view.qty);
            let order = Order { item: view.id, sku: view.sku.to_owned(), label: view.label.to_owned(), qty };
            (qty.get() > 0).then_some(order)
        };
        self.basket.items().filter_map(order).collect()
    }
}
