//! The drawer of the open day: what was done with its cash besides sales, for the screen. What should be in it is not
//! among that, so that a count stays blind.

use comptoir_fiscal::entry::{Body, Cash, Period};
use comptoir_fiscal::values::{Date, Instant};

use super::error::Refusal;
use super::{Register, RegisterError};
use crate::projection::papers;

/// A movement of cash or a count, as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawerEntry {
    /// Its seq, by which it is printed, and corrected.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// What the till calls whoever did it.
    pub operator: String,
    /// What was done.
    pub cash: Cash,
}

/// The drawer of the open day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawerDay {
    /// The business date that a sale would take now.
    pub date: Date,
    /// A day before it that is over and not closed yet: it closes before anything is sealed today.
    pub missed: Option<Date>,
    /// Whether there is anything that a closing of the day would close.
    pub has_trade: bool,
    /// What was done with its cash since the newest day closing, oldest first.
    pub entries: Vec<DrawerEntry>,
}

impl Register {
    /// The drawer of the open day.
    pub fn drawer_day(&mut self) -> Result<DrawerDay, Refusal> {
        self.catch_up()?;
        let (date, register) = (self.business_date(), self.id());
        let standing = self.journal.standing();
        let has_trade = !standing.day.is_empty();
        let missed = standing.business_date.filter(|open| has_trade && *open < date);
        let from = standing.next_from.get(&Period::Day).copied().unwrap_or_default();
        let seqs = papers::cash_between(&self.shop, register, from, standing.size()).map_err(RegisterError::from)?;
        let mut entries = Vec::new();
        for seq in seqs {
            let entry = self.line_of(register, seq)?.entry;
            if let Body::Cash(cash) = entry.body {
                entries.push(DrawerEntry {
                    seq,
                    at: entry.at,
                    operator: self.name_of(&entry.operator).to_owned(),
                    cash,
                });
            }
        }
        Ok(DrawerDay { date, missed, has_trade, entries })
    }
}
