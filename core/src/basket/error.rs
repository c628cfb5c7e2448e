//! Why a basket refuses a change, in the cashier's words.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use crate::private::PrivateError;
use crate::shown_by_message;

/// Why a basket refuses a change. It is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum BasketError {
    Empty,
    NegativeTotal { ttc: Cents },
    UnknownItem,
    UnknownComponent { sku: String },
    Archived { label: String },
    AskFirst { label: String },
    Modifiers { label: String, group: String },
    UnknownModifier { label: String, modifier: String },
    ChooseCourse { label: String, course: String },
    PriceMissing { label: String },
    PriceFixed { label: String, price: Cents },
    NegativePrice { price: Cents },
    AmountNotPositive { amount: Cents },
    QuantityNotPositive { qty: Quantity },
    NotWhole { label: String, qty: Quantity },
    TareTooHigh { gross: Quantity, tare: Quantity },
    TooLarge { most: Cents },
    RateWithoutArticle { label: String },
    NotADeposit { label: String },
    DepositDiscounted { label: String },
    EmptyLabel,
    BadPercent,
    ToPriceOfTicket,
    LineDiscountTooHigh { label: String, amount: Cents, left: Cents },
    PriceAbove { label: String, price: Cents },
    TicketDiscountTooHigh { amount: Cents, left: Cents },
    MenuWithoutPrices { label: String },
    VoucherTwice { code: String },
    CustomerNeeded,
    TicketOfItsOwn,
    NotThatMuch { label: String, qty: Quantity },
    AmountCannotBeParted { label: String },
    TicketDiscountStays,
    Private(PrivateError),
}

impl From<PrivateError> for BasketError {
    fn from(error: PrivateError) -> BasketError {
        BasketError::Private(error)
    }
}

impl BasketError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            BasketError::Empty => message!("The basket is empty; add a product first."),
            BasketError::NegativeTotal { ttc } => message!(
                "The basket comes to {ttc}: more deposits are given back than goods sold; make a return for the difference.",
                ttc = ttc
            ),
            BasketError::UnknownItem => message!("This line is no longer in the basket; choose another."),
            BasketError::UnknownComponent { sku } => message!(
                "The menu holds {sku}, which is not in the catalogue; correct the menu or sell its parts singly.",
                sku = sku
            ),
            BasketError::Archived { label } => {
                message!("{label} is no longer sold; choose another product or put it back on sale.", label = label)
            }
            BasketError::AskFirst { label } => {
                message!("{label} is sold with a choice; ask the customer and choose first.", label = label)
            }
            BasketError::Modifiers { label, group } => message!(
                "For {label}, too few or too many are chosen of “{group}”; correct the choice.",
                label = label,
                group = group
            ),
            BasketError::UnknownModifier { label, modifier } => message!(
                "{label} is not sold with {modifier}; choose among what is proposed.",
                label = label,
                modifier = modifier
            ),
            BasketError::ChooseCourse { label, course } => {
                message!("{label}: choose “{course}” first.", label = label, course = course)
            }
            BasketError::PriceMissing { label } => message!("{label} has no fixed price; type it.", label = label),
            BasketError::PriceFixed { label, price } => message!(
                "{label} is sold at {price}; use a discount to sell it for less.",
                label = label,
                price = price
            ),
            BasketError::NegativePrice { price } => {
                message!("A price cannot be {price}; enter 0 or more.", price = price)
            }
            BasketError::AmountNotPositive { amount } => {
                message!("The amount cannot be {amount}; enter more than 0.", amount = amount)
            }
            BasketError::QuantityNotPositive { qty } => {
                message!("The quantity cannot be {qty}; enter more than 0, or remove the line.", qty = qty)
            }
            BasketError::NotWhole { label, qty } => message!(
                "{label} is sold by the piece: {qty} is not a whole number; enter whole pieces.",
                label = label,
                qty = qty
            ),
            BasketError::TareTooHigh { gross, tare } => message!(
                "The tare of {tare} leaves nothing of the {gross} weighed; weigh again or correct the tare.",
                tare = tare,
                gross = gross
            ),
            BasketError::TooLarge { most } => {
                message!("A ticket cannot exceed {most}; check the quantity and the price.", most = most)
            }
            BasketError::RateWithoutArticle { label } => message!(
                "{label} is sold without VAT but names no article of law; choose a rate or complete the product.",
                label = label
            ),
            BasketError::NotADeposit { label } => {
                message!("{label} is not a deposit; take goods back with a return of their ticket.", label = label)
            }
            BasketError::DepositDiscounted { label } => {
                message!("{label} is a deposit given back and takes no discount; remove the discount.", label = label)
            }
            BasketError::EmptyLabel => message!("The label is empty; say what it is."),
            BasketError::BadPercent => message!("A discount is between 0.01 % and 100 %; correct it."),
            BasketError::ToPriceOfTicket => {
                message!("A whole ticket is reduced by a percentage or an amount; choose one of the two.")
            }
            BasketError::LineDiscountTooHigh { label, amount, left } => message!(
                "The discount of {amount} exceeds what {label} comes to; enter at most {left}.",
                amount = amount,
                label = label,
                left = left
            ),
            BasketError::PriceAbove { label, price } => message!(
                "{price} is more than {label} costs; a discount can only lower a price.",
                price = price,
                label = label
            ),
            BasketError::TicketDiscountTooHigh { amount, left } => message!(
                "The ticket's discount of {amount} exceeds the {left} that it can reduce; lower or remove it first.",
                amount = amount,
                left = left
            ),
            BasketError::MenuWithoutPrices { label } => message!(
                "The price of {label} cannot be shared, as its components cost nothing singly; give them prices.",
                label = label
            ),
            BasketError::VoucherTwice { code } => {
                message!("The voucher {code} is already in the basket; use a new code.", code = code)
            }
            BasketError::TicketOfItsOwn => message!(
                "A gift voucher, or money for an account, is a ticket of its own; finish one, then begin the other."
            ),
            BasketError::NotThatMuch { label, qty } => {
                message!("There are {qty} of {label}; move more than 0 and less than that.", label = label, qty = qty)
            }
            BasketError::AmountCannotBeParted { label } => message!(
                "{label} has a fixed amount off, which cannot be parted; move all of it, or take the discount off.",
                label = label
            ),
            BasketError::TicketDiscountStays => {
                message!("The ticket has a discount of its own; take it off before joining it to another.")
            }
            BasketError::CustomerNeeded => {
                message!("Money for an account needs its customer; choose the customer first.")
            }
            BasketError::Private(error) => error.message(),
        }
    }
}
shown_by_message!(BasketError);
