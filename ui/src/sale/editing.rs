//! Changing a line that is on the ticket, and reductions of the whole.

use comptoir_core::basket::{ItemId, Reduction};
use comptoir_core::catalogue::Unit;
use comptoir_core::register::Command;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity, Rate};

use super::{Sale, attempt};
use crate::doubt;
use crate::till::Till;

/// What a person does with a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// One more.
    More,
    /// One less; the last one takes the line out.
    Less,
    /// Takes it out.
    Remove,
    /// A percentage off, in basis points.
    Percent(u16),
    /// Types a figure.
    Type(Figure),
    /// Typed digits of it.
    Digits(String),
    /// Took the last digit back.
    Back,
    /// Typed everything away.
    Clear,
    /// Done typing.
    Take,
    /// Takes its reductions off.
    NoDiscount,
    /// Puts the line's panel away.
    Close,
}

/// Which figure of a line is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// How many, in pieces or thousandths of the unit.
    Quantity,
    /// Another price of one unit, in cents.
    Price,
    /// So much off, in cents.
    Off,
}

/// A figure that is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Which.
    pub figure: Figure,
    /// Its digits so far.
    pub digits: i64,
}

const MOST: i64 = 99_999_999;
/// How many seconds a line that was taken out is still shown, to be put back by a touch.
const SHOWN_REMOVED: u8 = 5;

/// A line that was taken out a moment ago.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Removed {
    /// Where it stood.
    pub(crate) place: usize,
    pub(crate) label: String,
    pub(crate) qty: Quantity,
    pub(crate) unit: Unit,
    pub(crate) total: Cents,
    seconds: u8,
}

impl Sale {
    /// A second has passed: a line that was taken out is shown only so long.
    pub(crate) fn forget_removed(&mut self) {
        if let Some(removed) = &mut self.removed {
            removed.seconds += 1;
        }
        self.removed.take_if(|removed| removed.seconds >= SHOWN_REMOVED);
    }
}

/// Opens the panel of a line by its place, or puts it away again.
pub(crate) fn choose(till: &mut Till, place: usize) {
    let removed = till.sale.removed.as_ref().map(|removed| removed.place);
    if removed == Some(place) {
        return undo(till);
    }
    let place = place - usize::from(removed.is_some_and(|removed| removed < place));
    let id = till.sale.basket.items().nth(place).map(|item| item.id);
    till.sale.chosen = id.filter(|id| till.sale.chosen != Some(*id));
    till.sale.typed = None;
}

/// Changes the chosen line; with none chosen, the newest.
pub(crate) fn edit(till: &mut Till, edit: Edit) {
    let newest = || till.sale.basket.items().last().map(|item| item.id);
    let Some(id) = till.sale.chosen.or_else(newest) else { return };
    match edit {
        Edit::Close => (till.sale.chosen, till.sale.typed) = (None, None),
        Edit::More => step(till, id, 1),
        Edit::Less => step(till, id, -1),
        Edit::Remove => remove(till, id),
        Edit::Percent(basis_points) => {
            let label = percent_label(till, basis_points);
            attempt(till, |basket| basket.discount_item(id, label, Reduction::Percent(basis_points)));
        }
        Edit::NoDiscount => attempt(till, |basket| basket.clear_item_discounts(id)),
        Edit::Type(figure) => till.sale.typed = Some(Typed { figure, digits: 0 }),
        Edit::Digits(digits) => {
            if let Some(typed) = &mut till.sale.typed {
                for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
                    let longer = typed.digits * 10 + i64::from(digit);
                    typed.digits = if longer <= MOST { longer } else { typed.digits };
                }
            }
        }
        Edit::Back => {
            if let Some(typed) = &mut till.sale.typed {
                typed.digits /= 10;
            }
        }
        Edit::Clear => {
            if let Some(typed) = &mut till.sale.typed {
                typed.digits = 0;
            }
        }
        Edit::Take => take(till, id),
    }
}

/// Takes a percentage off the whole ticket.
pub(crate) fn discount_ticket(till: &mut Till, basis_points: u16) {
    let label = percent_label(till, basis_points);
    attempt(till, |basket| basket.discount_ticket(label, Reduction::Percent(basis_points)));
}

fn step(till: &mut Till, id: ItemId, by: i64) {
    let Some(qty) = till.sale.basket.quantity_of(id) else { return };
    let to = Quantity::thousandths(qty.get().abs() + by * 1000);
    if to.get() <= 0 {
        return remove(till, id);
    }
    attempt(till, |basket| basket.set_quantity(id, to));
    till.sale.newest = Some(id);
}

/// Takes a line out; that it was there is recorded (event 323).
fn remove(till: &mut Till, id: ItemId) {
    let Some((place, item)) = till.sale.basket.items().enumerate().find(|(_, item)| item.id == id) else { return };
    let (sku, amount) = (item.sku.to_owned(), item.total);
    let label = item.label.to_owned();
    let removed = Removed { place, label, qty: item.qty, unit: item.unit, total: amount, seconds: 0 };
    attempt(till, |basket| basket.remove(id));
    (till.sale.chosen, till.sale.typed, till.sale.removed) = (None, None, Some(removed));
    record_removed(till, sku, amount);
}

/// Takes the last step back. What that takes off the ticket is recorded like any line that is taken out.
pub(crate) fn undo(till: &mut Till) {
    let Some(before) = till.sale.before.pop() else { return };
    let after = std::mem::replace(&mut till.sale.basket, before);
    (till.sale.chosen, till.sale.typed, till.sale.removed) = (None, None, None);
    till.sale.touch();
    for item in after.items() {
        if till.sale.basket.quantity_of(item.id).is_none() {
            record_removed(till, item.sku.to_owned(), item.total);
        }
    }
}

fn record_removed(till: &mut Till, sku: String, amount: Cents) {
    till.command(None, Command::RemoveLine { sku, amount }, |till, outcome| {
        if let Err(refusal) = outcome {
            till.refuse(&refusal);
        }
    });
}

fn take(till: &mut Till, id: ItemId) {
    let Some(Typed { figure, digits }) = till.sale.typed else { return };
    let Some(item) = till.sale.basket.items().find(|item| item.id == id) else { return };
    let (is_piece, usual) = (item.unit == Unit::Piece, item.unit_price);
    let slip = match figure {
        Figure::Quantity if is_piece => doubt::of_quantity(Quantity::thousandths(digits.saturating_mul(1000))),
        Figure::Quantity => doubt::of_quantity(Quantity::thousandths(digits)),
        Figure::Price => doubt::of_price(Cents::new(digits), usual),
        Figure::Off => None,
    };
    if doubt::asks(till, slip, crate::till::Intent::Sale(super::Intent::Edit(Edit::Take))) {
        return;
    }
    till.sale.typed = None;
    match figure {
        Figure::Quantity => {
            let qty = if is_piece {
                Quantity::thousandths(digits.saturating_mul(1000))
            } else {
                Quantity::thousandths(digits)
            };
            attempt(till, |basket| basket.set_quantity(id, qty));
        }
        Figure::Price => {
            let label = till.say(&message!("Price"));
            attempt(till, |basket| basket.discount_item(id, label, Reduction::ToPrice(Cents::new(digits))));
        }
        Figure::Off => {
            let label = till.say(&message!("Discount"));
            attempt(till, |basket| basket.discount_item(id, label, Reduction::Amount(Cents::new(digits))));
        }
    }
}

/// What a discount of so many basis points is called.
pub(crate) fn percent_label(till: &Till, basis_points: u16) -> String {
    let rate = Rate::from_basis_points(basis_points).unwrap_or(Rate::ZERO);
    till.say(&message!("Discount {rate}", rate = rate))
}
