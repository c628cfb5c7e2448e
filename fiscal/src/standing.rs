//! Where a journal stands: all that the next entry must continue, and nothing else.
//!
//! It is a fold over the entries, so it can be rebuilt from them at any time; a register keeps it beside the journal
//! only so as to open at once.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::entry::{Body, Entry, Genesis, GrandTotal, Period, Settings};
use crate::merkle::Frontier;
use crate::nf525::Chain;
use crate::sums::Sums;
use crate::values::{Cents, Date, Hash, Instant, RegisterId};

/// The newest document of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its number.
    pub number: u64,
    /// The signature of its NF525 string.
    pub sig: String,
}

/// Where a journal stands after some entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which journal.
    pub register: RegisterId,
    /// The hash of the newest entry.
    pub prev: Hash,
    /// When the newest entry was sealed.
    pub at: Instant,
    /// The tree over all entries.
    pub frontier: Frontier,
    /// The genesis body with every `set` applied.
    pub settings: Settings,
    /// The newest document of each chain.
    pub chains: BTreeMap<Chain, Link>,
    /// The perpetual totals.
    pub gt: GrandTotal,
    /// Net since the fiscal year began.
    pub year_to_date: Cents,
    /// The last business date used.
    pub business_date: Option<Date>,
    /// The last business date closed, by a closing of any period.
    pub closed_date: Option<Date>,
    /// The open day's sums.
    pub day: Sums,
    /// The open month's sums.
    pub month: Sums,
    /// The open fiscal year's sums.
    pub year: Sums,
    /// The seq after the newest closing of each period.
    pub next_from: BTreeMap<Period, u64>,
}

/// Why a journal does not start with this entry.
#[derive(Debug, thiserror::Error)]
pub enum StandingError {
    /// It is of another kind than genesis, or not numbered 0.
    #[error("a journal starts with its genesis, entry 0")]
    NotGenesis,
    /// A setting that entries depend on cannot be read.
    #[error("the journal's settings cannot be read: {0}")]
    Settings(#[from] serde_json::Error),
    /// Its time zone is unknown.
    #[error("{0:?} is not the name of a time zone")]
    TimeZone(String),
}

impl Standing {
    /// Where a journal stands after its genesis.
    pub fn after_genesis(entry: &Entry, hash: Hash) -> Result<Standing, StandingError> {
        let (Body::Genesis(genesis), 0) = (&entry.body, entry.seq) else {
            return Err(StandingError::NotGenesis);
        };
        time_zone(genesis)?;
        let mut frontier = Frontier::new();
        frontier.push(hash);
        Ok(Standing {
            register: entry.register,
            prev: hash,
            at: entry.at,
            frontier,
            settings: Settings::from_genesis(genesis)?,
            chains: BTreeMap::new(),
            gt: GrandTotal::default(),
            year_to_date: Cents::ZERO,
            business_date: None,
            closed_date: None,
            day: Sums::default(),
            month: Sums::default(),
            year: Sums::default(),
            next_from: BTreeMap::new(),
        })
    }

    /// How many entries the journal has, which is the next one's seq.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The settings as they read now.
    pub fn genesis(&self) -> &Genesis {
        self.settings.read()
    }

    /// The sums of an open period.
    pub fn sums(&self, period: Period) -> &Sums {
        match period {
            Period::Day => &self.day,
            Period::Month => &self.month,
            Period::Year => &self.year,
        }
    }

    /// The number that the next document of a chain bears.
    pub fn next_number(&self, chain: Chain) -> u64 {
        self.chains.get(&chain).map_or(1, |link| link.number + 1)
    }

    /// The business date that an entry sealed at `at` takes.
    pub fn date_for(&self, at: Instant) -> Date {
        calendar::business_date(at, self.genesis().day_ends_at, self.business_date, self.closed_date)
    }

    /// Moves on by one entry, taking its figures as they are sealed.
    ///
    /// # Errors
    /// Where its `set` leaves settings that cannot be read: all else of the entry is then taken, and the settings stay.
    pub fn apply(&mut self, entry: &Entry, hash: Hash) -> Result<(), StandingError> {
        let taken = match &entry.body {
            Body::Ticket(ticket) => Some(ticket.business_date),
            Body::Note(note) => Some(note.business_date),
            Body::Invoice(invoice) => Some(invoice.business_date),
            Body::Duplicate(_) | Body::Cash(_) => Some(self.date_for(entry.at)),
            _ => None,
        };
        self.business_date = taken.or(self.business_date);
        for sums in [&mut self.day, &mut self.month, &mut self.year] {
            sums.add(&entry.body);
        }
        let mut set_applied = Ok(());
        match &entry.body {
            Body::Ticket(ticket) => {
                self.gt = ticket.gt;
                self.year_to_date += ticket.totals.ttc;
            }
            Body::Event(event) => {
                if let Some(set) = &event.set {
                    set_applied = self.settings.apply(set);
                }
            }
            Body::Closing(closing) => {
                self.next_from.insert(closing.period, entry.seq + 1);
                // A month closed before its end closes the dates that it had left, too.
                self.closed_date = self.closed_date.max(Some(closing.last_date));
                match closing.period {
                    Period::Day => self.day = Sums::default(),
                    Period::Month => self.month = Sums::default(),
                    Period::Year => {
                        self.year = Sums::default();
                        self.year_to_date = Cents::ZERO;
                    }
                }
            }
            _ => {}
        }
        if let (Some(chain), Some(nf525)) = (Chain::of(&entry.body), entry.body.nf525()) {
            let number = self.next_number(chain);
            self.chains.insert(chain, Link { number, sig: nf525.sig.clone() });
        }
        self.prev = hash;
        self.at = entry.at;
        self.frontier.push(hash);
        Ok(set_applied?)
    }
}

/// The time zone that a journal's instants are written in.
pub fn time_zone(genesis: &Genesis) -> Result<Tz, StandingError> {
    genesis.time_zone.parse().map_err(|_| StandingError::TimeZone(genesis.time_zone.clone()))
}
