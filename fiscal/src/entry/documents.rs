//! The papers beside the ticket, and the journal of technical events.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Discount, Line, Nf525, Period, SaleMode, TicketRef, Totals};
use crate::values::Date;

/// A bill shown before payment (note), in restaurants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as on a ticket")]
pub struct Note {
    pub business_date: Date,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SaleMode>,
    pub nf525: Nf525,
    pub number: u64,
    pub totals: Totals,
}

/// Who is invoiced: the only names in a journal, because the law wants them on an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Buyer {
    pub address: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siren: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<String>,
}

/// An invoice of this journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct InvoiceRef {
    pub number: u64,
}

/// An invoice made from tickets, or the credit note on one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The business day on which it was made.
    pub business_date: Date,
    /// Who is invoiced.
    pub buyer: Buyer,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// On a credit note, the invoice that it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<InvoiceRef>,
    /// The tickets that it invoices; none is invoiced twice.
    pub tickets: Vec<TicketRef>,
    /// Sums of the tickets' sealed rows; negative on a credit note.
    pub totals: Totals,
}

/// What a duplicate is a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum OriginalKind {
    Ticket,
    Note,
    Invoice,
    Closing,
}

/// The paper that a duplicate is a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Original {
    /// What it is.
    pub kind: OriginalKind,
    /// Its number.
    pub number: u64,
    /// The period of a closing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// A copy printed again (duplicata).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// 1, 2 … of that original.
    pub copy: u64,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// What was copied.
    pub of: Original,
}

/// A technical event (JET).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened, by the table in `journal-format.md`.
    pub code: u32,
    /// More of it; no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What happened, in words.
    pub label: String,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// The new values of genesis keys, where a setting changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Map<String, Value>>,
}
