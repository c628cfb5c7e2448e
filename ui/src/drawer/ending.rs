//! The day's end: the closing of the day, and of what is over besides.

use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Refusal};
use comptoir_fiscal::entry::{Body, Closing, Entry, Period};
use comptoir_fiscal::values::{Cents, Date};

use super::{Doing, act, look_at, read};
use crate::till::Till;

/// A closing that was just sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub(crate) period: Period,
    pub(crate) number: u64,
    pub(crate) first: Date,
    pub(crate) last: Date,
    pub(crate) net: Cents,
}

impl Closed {
    fn of(entry: &Entry) -> Option<Closed> {
        let Body::Closing(closing) = &entry.body else { return None };
        let Closing { period, number, first_date, last_date, .. } = **closing;
        Some(Closed { period, number, first: first_date, last: last_date, net: closing.totals.ttc })
    }

    /// Its paper.
    fn paper(&self) -> PaperOf {
        PaperOf::Closing { period: self.period, number: self.number }
    }
}

/// Closes the day, after the count.
pub(super) fn close_day(till: &mut Till) {
    act(till, Command::CloseDay, |till, answer| show(till, answer.closings().filter_map(Closed::of).collect()));
}

/// Closes what is over, which the first thing sealed today would do as well.
pub(super) fn close_missed(till: &mut Till) {
    till.drawer.busy = true;
    till.ask(
        |register| -> Result<_, Refusal> {
            let closed = register.close_due()?;
            register.settle()?;
            Ok(closed)
        },
        |till, closed| {
            till.drawer.busy = false;
            match closed {
                Ok(lines) => {
                    show(till, lines.iter().filter_map(|line| Closed::of(&line.entry)).collect());
                    read(till);
                    till.look_around();
                }
                Err(refusal) => till.refuse(&refusal),
            }
        },
    );
}

/// Shows what was closed, with the Z of the day as its paper.
fn show(till: &mut Till, closed: Vec<Closed>) {
    let day = closed.iter().rposition(|closed| closed.period == Period::Day);
    till.drawer.doing = Doing::Closed(closed);
    look(till, day.unwrap_or_default());
}

/// Looks at a closing, by its place.
pub(super) fn look(till: &mut Till, place: usize) {
    let Doing::Closed(closed) = &till.drawer.doing else { return };
    if let Some(of) = closed.get(place).map(Closed::paper) {
        look_at(till, of);
    }
}
