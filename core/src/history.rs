//! Finding sealed tickets again: by what they are searched, and what is shown of those that are found.

use comptoir_fiscal::entry::{Tender, TicketRef, TicketType};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date, Instant};

use crate::shown_by_message;

/// What tickets are searched by; each that is given narrows the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketSearch {
    /// The number of the ticket, in whichever journal of this till.
    pub number: Option<u64>,
    /// Business dates, from the first to the last.
    pub dates: Option<(Date, Date)>,
    /// Totals, from the least to the most, whether paid or paid back: 29.90 finds the sale and its return.
    pub amounts: Option<(Cents, Cents)>,
    /// The id of who sealed it.
    pub operator: Option<String>,
    /// Sale, return, cancel or correction.
    pub ticket_type: Option<TicketType>,
    /// A means of payment that is on it.
    pub tender: Option<Tender>,
}

impl TicketSearch {
    /// Refuses bounds of which the first is beyond the last.
    pub fn check(&self) -> Result<(), HistoryError> {
        if let Some((first, last)) = self.dates.filter(|(first, last)| first > last) {
            return Err(HistoryError::DatesSwapped { first, last });
        }
        match self.amounts {
            Some((least, most)) if least > most || least.is_negative() => {
                Err(HistoryError::AmountsSwapped { least, most })
            }
            _ => Ok(()),
        }
    }
}

/// Where a search stopped, and goes on to older tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub(crate) i64);

/// Some of the tickets that were searched for, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The tickets.
    pub tickets: Vec<TicketSummary>,
    /// Where to go on. There may be more even where few were found: a search looks at so many tickets at once and no more,
    /// so that it never keeps the till waiting.
    pub next: Option<Cursor>,
}

/// A ticket in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketSummary {
    /// Which ticket.
    pub ticket: TicketRef,
    /// What the journal that it is in prints as the till's number; one that was left has another than today's.
    pub label: String,
    /// What the document is called on paper: `01-T-00000042`.
    pub document: String,
    /// When it was sealed.
    pub at: Instant,
    /// The business date that it counts on.
    pub business_date: Date,
    /// The id of who sealed it.
    pub operator: String,
    /// What the till calls them today; their id where nobody has it any more.
    pub operator_name: String,
    /// Sale, return, cancel or correction.
    pub ticket_type: TicketType,
    /// Its total; negative where money was paid back.
    pub ttc: Cents,
    /// The means of payment on it, each once.
    pub tenders: Vec<Tender>,
    /// What became of it.
    pub since: Since,
}

/// What later tickets did to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Some or all of its goods came back.
    pub came_back: bool,
    /// It was cancelled.
    pub cancelled: bool,
    /// Its payments were corrected.
    pub corrected: bool,
}

/// Why a ticket is not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum HistoryError {
    NotATicketsCode,
    OfAnotherTill,
    NotHeld { label: String },
    StillArriving { label: String },
    DatesSwapped { first: Date, last: Date },
    AmountsSwapped { least: Cents, most: Cents },
}

impl HistoryError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            HistoryError::NotATicketsCode => {
                message!("This is no ticket's code; scan the square code at the end of the ticket, or type its number.")
            }
            HistoryError::OfAnotherTill => {
                message!("This ticket is of another till; take it to the till that its number begins with.")
            }
            HistoryError::NotHeld { label } => message!(
                "Till {label} does not hold this ticket: its code was altered, or the journal put back; hold the code against the journal.",
                label = label
            ),
            HistoryError::StillArriving { label } => message!(
                "What till {label} sold is still arriving from the back office, newest first; try again in a while.",
                label = label
            ),
            HistoryError::DatesSwapped { first, last } => {
                message!("{first} is after {last}; swap the dates.", first = first, last = last)
            }
            HistoryError::AmountsSwapped { least, most } => message!(
                "No amount lies between {least} and {most}; enter the smaller one first, from 0 on.",
                least = least,
                most = most
            ),
        }
    }
}
shown_by_message!(HistoryError);
