//! What a register asks to have sealed: the facts, without the numbers, figures and signatures that sealing adds.

use serde_json::{Map, Value};

use crate::entry::{
    Buyer, CashType, Channel, Coin, Discount, InvoiceRef, Line, Original, Payment, Period, SaleMode, TicketRef,
    TicketType, Totals,
};
use crate::values::{Cents, Hash};

/// A finished sale, return, cancel or correction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as on a ticket")]
pub struct TicketDraft {
    pub ticket_type: TicketType,
    pub channel: Channel,
    pub mode: Option<SaleMode>,
    /// The `n`, `total` and `ht` of each are set by sealing.
    pub lines: Vec<Line>,
    pub discounts: Vec<Discount>,
    pub payments: Vec<Payment>,
    pub change: Cents,
    pub customer: Option<String>,
    pub notes: Vec<u64>,
    pub refers_to: Option<TicketRef>,
    pub reason: Option<String>,
}

/// A bill shown before payment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as on a note")]
pub struct NoteDraft {
    pub mode: Option<SaleMode>,
    /// The `n`, `total` and `ht` of each are set by sealing.
    pub lines: Vec<Line>,
    pub discounts: Vec<Discount>,
}

/// An invoice made from tickets, whose sums the caller has taken from their sealed rows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as on an invoice")]
pub struct InvoiceDraft {
    pub buyer: Buyer,
    pub tickets: Vec<TicketRef>,
    pub refers_to: Option<InvoiceRef>,
    pub totals: Totals,
}

/// Something done with the drawer's cash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CashDraft {
    /// Float, in, out or drop.
    Movement {
        /// Which of them; not a count.
        cash_type: CashType,
        /// How much.
        amount: Cents,
        /// Why.
        reason: Option<String>,
    },
    /// A count; what should be there is known to the journal.
    Count {
        /// What was found.
        counted: Cents,
        /// By denomination.
        coins: Vec<Coin>,
        /// The seq of the count that this one corrects.
        replaces: Option<u64>,
        /// Why.
        reason: Option<String>,
    },
}

/// A technical event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in an event")]
pub struct EventDraft {
    pub code: u32,
    pub label: String,
    pub detail: Option<String>,
    pub set: Option<Map<String, Value>>,
}

/// An entry to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// A ticket.
    Ticket(TicketDraft),
    /// A note.
    Note(NoteDraft),
    /// An invoice.
    Invoice(InvoiceDraft),
    /// A copy of a paper: its `copy`-th.
    Duplicate {
        /// What was copied.
        of: Original,
        /// 1, 2 … of that original.
        copy: u64,
    },
    /// A movement or count of the drawer.
    Cash(CashDraft),
    /// A technical event.
    Event(EventDraft),
    /// The closing of a period, which must not be empty.
    Closing(Period),
    /// The record of an archive file, complete and checked.
    Archive {
        /// The period that it covers.
        period: Period,
        /// The first seq that it holds.
        from: u64,
        /// The seq of the closing that it ends with.
        to: u64,
        /// The hash of the file.
        sha256: Hash,
    },
}

impl Draft {
    /// Whether it takes a business date, so that what is due closes first.
    pub fn takes_a_business_date(&self) -> bool {
        match self {
            Draft::Ticket(_) | Draft::Note(_) | Draft::Invoice(_) | Draft::Duplicate { .. } | Draft::Cash(_) => true,
            Draft::Event(_) | Draft::Closing(_) | Draft::Archive { .. } => false,
        }
    }
}
