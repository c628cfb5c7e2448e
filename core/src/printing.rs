//! Papers that are asked for, and wait until a printer has printed them.

use comptoir_fiscal::entry::{Period, TicketRef};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::paper::{Reading, Width};

/// Of what a paper is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperOf {
    /// A ticket of this till's journals.
    Ticket(TicketRef),
    /// A bill shown before payment, by its number.
    Note(u64),
    /// A closing, by its number: a Z, or that of a month or year.
    Closing {
        /// What it closed.
        period: Period,
        /// Its number among those.
        number: u64,
    },
    /// A movement of cash or a count of the drawer, by its seq.
    Cash(u64),
    /// A credit note or gift voucher that a ticket of this till issued.
    Voucher {
        /// The ticket.
        ticket: TicketRef,
        /// Its code.
        code: String,
    },
    /// The day so far (X).
    Reading,
}

/// Where a print job has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It is written down; whether the entry that it needs was sealed is not known yet.
    Asked,
    /// It waits for the printer.
    Waiting,
    /// The printer has it. If the till stops now, nobody knows whether it was printed.
    Printing,
}

/// A paper on its way to the printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintJob {
    /// The id of the command that asked for it.
    pub id: Uuid,
    /// Of what it is.
    pub paper: PaperOf,
    /// Which numbered copy it is; none for an original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<u64>,
    /// Of a reading, what was read when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Box<Reading>>,
    /// Where it has come to.
    pub state: JobState,
}

/// How the shop's papers are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSettings {
    /// How wide the printer's paper is.
    pub width: Width,
    /// The shop's own last words on a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub farewell: Option<String>,
}

/// What a customer may be offered instead of, or as, a paper ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptChoice {
    /// No ticket.
    None,
    /// A printed one.
    Print,
    /// The ticket's code on the screen, to be photographed: it proves the ticket and finds it again.
    Code,
}
