//! Help: a page for each task, the keys, and what is left to do before the first real sale.

pub mod pages;
#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::register::Readiness;
use comptoir_fiscal::entry::Mode;

use crate::settings;
use crate::till::{Place, Till};
use crate::welcome;
use pages::Page;

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Reads a page, by its place in the list.
    Read(usize),
    /// Goes where a point of the checklist is settled.
    Settle(Point),
    /// Goes to the room that the page is about.
    Room,
    /// Leaves school mode for real sales.
    SellForReal,
    /// Wants to open a shop of their own.
    OpenAShop,
}

/// What is to be done before the first real sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Point {
    Identity,
    Vat,
    Printer,
    DayEnd,
    Operators,
    Copy,
    Practice,
}

impl Point {
    /// All of them, in their order.
    pub const ALL: [Point; 7] =
        [Point::Identity, Point::Vat, Point::Printer, Point::DayEnd, Point::Operators, Point::Copy, Point::Practice];

    /// Whether it is done.
    pub fn is_done(self, readiness: &Readiness) -> bool {
        match self {
            Point::Identity => readiness.has_identity,
            Point::Vat => readiness.has_vat,
            Point::Printer => readiness.has_printed,
            // The hour is sealed in the first entry of every journal.
            Point::DayEnd => true,
            Point::Operators => readiness.without_a_secret == 0,
            Point::Copy => readiness.has_a_copy,
            Point::Practice => readiness.has_practised,
        }
    }
}

/// The room.
#[derive(Default)]
pub struct Help {
    /// The page that is read, by its place in the list.
    pub(crate) page: usize,
    /// Whether a page is read, where there is no room for the list beside it.
    pub(crate) reads: bool,
    pub(crate) readiness: Option<Readiness>,
}

/// Comes into the room from another, whose page is open.
pub(crate) fn enter(till: &mut Till, from: Place) {
    if from != Place::Help {
        till.help.page = pages::about(from);
        till.help.reads = from != Place::Sale;
    }
    till.ask(
        |register| register.readiness(),
        |till, outcome| match outcome {
            Ok(readiness) => till.help.readiness = Some(readiness),
            Err(error) => till.refuse_for(error.message()),
        },
    );
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    match intent {
        Intent::Read(place) if place < Page::all().len() => (till.help.page, till.help.reads) = (place, true),
        Intent::Read(_) => {}
        Intent::Settle(point) => settle(till, point),
        Intent::Room => {
            if let Some(room) = Page::all().get(till.help.page).and_then(|page| page.room) {
                till.go(room);
            }
        }
        Intent::SellForReal if till.mode == Mode::Training => {
            settings::turn_school(till);
        }
        Intent::SellForReal => {}
        Intent::OpenAShop => welcome::open_a_shop(till),
    }
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(till: &mut Till) -> bool {
    std::mem::take(&mut till.help.reads)
}

fn settle(till: &mut Till, point: Point) {
    match point {
        Point::Identity | Point::Vat if till.help.readiness.is_some_and(|readiness| readiness.is_sample) => {
            welcome::open_a_shop(till);
        }
        Point::Identity | Point::Vat | Point::Printer | Point::DayEnd | Point::Copy => till.go(Place::Settings),
        Point::Operators => till.go(Place::Operators),
        Point::Practice => crate::guide::update(till, crate::guide::Intent::Begin),
    }
}
