//! How the till is doing, for a strip at the edge of every screen: cheap enough to be asked for at every answer.

use comptoir_fiscal::entry::{Mode, Period};
use comptoir_fiscal::values::{Cents, Date, Instant};

use super::{ArrivingSoFar, ClockLeap, InTouch, Register, RegisterError};

/// How the till is doing now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The name of the store.
    pub store: String,
    /// What the register is called on its tickets.
    pub label: String,
    /// Live or school.
    pub mode: Mode,
    /// The time now.
    pub now: Instant,
    /// The business date that a sale would take now.
    pub business_date: Date,
    /// When the first thing was sealed that the next day closing will close; none where nothing was.
    pub open_since: Option<Instant>,
    /// How many tickets were sealed since the newest day closing.
    pub tickets: u64,
    /// What they come to, net of what was given back, with VAT.
    pub net: Cents,
    /// How many tickets were put aside.
    pub held: usize,
    /// How many papers wait for the printer, or lie with it.
    pub papers: u64,
    /// Whether the printer failed since it printed last.
    pub printer_fails: bool,
    /// When the last copy of the till was made.
    pub last_backup: Option<Instant>,
    /// Whether a copy is made by itself after each closing of a day.
    pub has_backup_folder: bool,
    /// Whether there is room on the disk to sell.
    pub has_room: bool,
    /// Whether a tax inspection goes on.
    pub is_inspected: bool,
    /// A leap of the clock that nobody has confirmed.
    pub clock_leap: Option<ClockLeap>,
    /// Whether the shop takes no VAT (franchise en base).
    pub takes_no_vat: bool,
    /// How the till stands with its back office; none where it has none.
    pub in_touch: Option<InTouch>,
    /// How far the journal of a lost till has arrived; none where none is to arrive.
    pub arriving: Option<ArrivingSoFar>,
}

/// How far the open day was looked through for its first entry that takes a business date.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DayBegun {
    /// Where the day begins in the journal: after the closing of the one before.
    from: u64,
    /// Up to where there is none.
    looked: u64,
    at: Option<Instant>,
}

impl Register {
    /// How the till is doing now, from where its journal stands and what it has in memory; nothing is looked through for it
    /// but, once a day, the few entries before its first sale.
    pub fn status(&mut self) -> Result<Status, RegisterError> {
        // Nothing is written for it: a full disk is one of the things that it tells of.
        let is_inspected = self.inspection_as_known()?.is_some();
        let open_since = self.day_begun()?;
        let in_touch = self.in_touch()?;
        let arriving = self.arriving_so_far()?;
        let on_counter = usize::from(self.waiting.values().any(|on_counter| *on_counter));
        let (settings, day) = (self.settings(), &self.journal.standing().day);
        Ok(Status {
            store: settings.store.name.clone(),
            label: settings.label.clone(),
            mode: self.mode(),
            now: self.now(),
            business_date: self.business_date(),
            open_since,
            tickets: day.sales + day.returns + day.cancels + day.corrections,
            net: day.totals.ttc,
            held: self.waiting.len() - on_counter,
            papers: self.shop.count_print_queue()?,
            printer_fails: self.printer_fails,
            last_backup: self.last_backup()?,
            has_backup_folder: self.backup_folder()?.is_some(),
            has_room: self.has_room(),
            is_inspected,
            clock_leap: self.clock_leap(),
            takes_no_vat: self.takes_no_vat(),
            in_touch,
            arriving,
        })
    }

    /// When the first entry of the open day was sealed that takes a business date.
    fn day_begun(&mut self) -> Result<Option<Instant>, RegisterError> {
        let standing = self.journal.standing();
        if standing.day.is_empty() {
            return Ok(None);
        }
        let from = standing.next_from.get(&Period::Day).copied().unwrap_or_default();
        if self.day_begun.from != from {
            self.day_begun = DayBegun { from, looked: from, at: None };
        }
        while self.day_begun.at.is_none() && self.day_begun.looked < self.journal.standing().size() {
            let entry = self.journal.entry(self.day_begun.looked)?.entry;
            self.day_begun.looked += 1;
            self.day_begun.at = entry.kind.takes_a_business_date().then_some(entry.at);
        }
        Ok(self.day_begun.at)
    }
}
