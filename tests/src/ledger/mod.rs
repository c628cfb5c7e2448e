//! A shop's books kept with a pencil, and a storm of trade that they must agree with to the cent.
//!
//! Nothing here calls the product's arithmetic: `money` works in whole numbers by the rules of
//! `docs/journal-format.md`, `cart` prices what was asked for, `book` reads what was sealed as plain JSON and holds it
//! against what was meant. `storm` draws the trade, `sealed` reads `journal.db` a second time from the first line on.

#![allow(clippy::unwrap_used, reason = "a test's own books: what is missing in them is a failure")]

mod asides;
mod book;
mod cart;
mod draw;
mod held;
mod money;
mod papers;
mod returns;
mod sealed;
mod shop;
mod storm;
mod tenders;
mod wishes;

pub use storm::{Tally, storm};
