//! What the journal says: entries of every kind, field for field as `journal-format.md` ("Kinds") lists them.
//!
//! Fields stand in the order of their names in every structure here, because that is the canonical order in which
//! they are sealed. Keys that a reader does not know are ignored by these types and still hashed and signed.

mod cash;
mod closing;
mod documents;
mod genesis;
mod ticket;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use cash::{Cash, CashType, Coin};
pub use closing::{Archive, Closing, ClosingPayment, Period, RootAt, Witnessed};
pub use documents::{Buyer, Duplicate, Event, Invoice, InvoiceRef, Note, Original, OriginalKind};
pub use genesis::{Genesis, Merchant, Mode, Settings, Software, Store, Succeeds};
pub use ticket::{
    Channel, Discount, Line, Nature, Payment, SaleMode, Tender, Ticket, TicketRef, TicketType, Totals, VatRow,
};

use crate::values::{Cents, Hash, Instant, RegisterId};

/// The version of the format that this code writes and reads.
pub const VERSION: u32 = 1;

/// The operator that the register itself is.
pub const SYSTEM: &str = "system";

/// The NF525 string of an entry and its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nf525 {
    /// The signed string.
    pub arg: String,
    /// base64url without padding of its Ed25519 signature.
    pub sig: String,
}

/// The perpetual totals: never reset, whatever closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrandTotal {
    /// Sum of the absolute values of all tickets' totals.
    pub abs: Cents,
    /// Sum of all tickets' totals.
    pub net: Cents,
}

impl GrandTotal {
    /// The totals after one more ticket of `ttc`.
    pub fn after(self, ttc: Cents) -> GrandTotal {
        GrandTotal { abs: self.abs + ttc.abs(), net: self.net + ttc }
    }
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is told by the type of its body")]
pub enum Kind {
    Genesis,
    Ticket,
    Note,
    Invoice,
    Duplicate,
    Cash,
    Event,
    Closing,
    Archive,
}

impl Kind {
    /// The kind as it is written in an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Genesis => "genesis",
            Kind::Ticket => "ticket",
            Kind::Note => "note",
            Kind::Invoice => "invoice",
            Kind::Duplicate => "duplicate",
            Kind::Cash => "cash",
            Kind::Event => "event",
            Kind::Closing => "closing",
            Kind::Archive => "archive",
        }
    }

    /// Whether an entry of this kind takes a business date, and so keeps a period from being empty.
    pub const fn takes_a_business_date(self) -> bool {
        matches!(self, Kind::Ticket | Kind::Note | Kind::Invoice | Kind::Duplicate | Kind::Cash)
    }
}

/// The body of an entry, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "each is told by its type")]
pub enum Body {
    Genesis(Box<Genesis>),
    Ticket(Box<Ticket>),
    Note(Box<Note>),
    Invoice(Box<Invoice>),
    Duplicate(Duplicate),
    Cash(Cash),
    Event(Event),
    Closing(Box<Closing>),
    Archive(Archive),
}

impl Body {
    /// The kind that this body makes its entry.
    pub const fn kind(&self) -> Kind {
        match self {
            Body::Genesis(_) => Kind::Genesis,
            Body::Ticket(_) => Kind::Ticket,
            Body::Note(_) => Kind::Note,
            Body::Invoice(_) => Kind::Invoice,
            Body::Duplicate(_) => Kind::Duplicate,
            Body::Cash(_) => Kind::Cash,
            Body::Event(_) => Kind::Event,
            Body::Closing(_) => Kind::Closing,
            Body::Archive(_) => Kind::Archive,
        }
    }

    /// Reads the body of an entry of `kind`.
    pub fn parse(kind: Kind, json: &str) -> Result<Body, serde_json::Error> {
        Ok(match kind {
            Kind::Genesis => Body::Genesis(serde_json::from_str(json)?),
            Kind::Ticket => Body::Ticket(serde_json::from_str(json)?),
            Kind::Note => Body::Note(serde_json::from_str(json)?),
            Kind::Invoice => Body::Invoice(serde_json::from_str(json)?),
            Kind::Duplicate => Body::Duplicate(serde_json::from_str(json)?),
            Kind::Cash => Body::Cash(serde_json::from_str(json)?),
            Kind::Event => Body::Event(serde_json::from_str(json)?),
            Kind::Closing => Body::Closing(serde_json::from_str(json)?),
            Kind::Archive => Body::Archive(serde_json::from_str(json)?),
        })
    }

    /// The NF525 string that it carries, where its kind has one.
    pub fn nf525(&self) -> Option<&Nf525> {
        match self {
            Body::Genesis(_) | Body::Cash(_) => None,
            Body::Ticket(ticket) => Some(&ticket.nf525),
            Body::Note(note) => Some(&note.nf525),
            Body::Invoice(invoice) => Some(&invoice.nf525),
            Body::Duplicate(duplicate) => Some(&duplicate.nf525),
            Body::Event(event) => Some(&event.nf525),
            Body::Closing(closing) => Some(&closing.nf525),
            Body::Archive(archive) => Some(&archive.nf525),
        }
    }
}

/// One entry of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When it was sealed.
    pub at: Instant,
    /// What it says.
    pub body: Body,
    /// Its kind, that of the body.
    pub kind: Kind,
    /// The id of who did it; [`SYSTEM`] for the register itself.
    pub operator: String,
    /// The hash of the entry before; [`Hash::ZERO`] for the first.
    pub prev: Hash,
    /// The journal it belongs to.
    pub register: RegisterId,
    /// Its place: 0, 1, 2 … without a gap.
    pub seq: u64,
    /// The version of the format, [`VERSION`].
    pub v: u32,
}

/// An entry whose body has not been read yet, so that a version or kind that this code does not know can be told
/// from a fault.
#[derive(Debug, Deserialize)]
pub struct Envelope<'j> {
    /// See [`Entry::at`].
    pub at: Instant,
    /// The body's JSON.
    #[serde(borrow)]
    pub body: &'j RawValue,
    /// The kind as written.
    #[serde(borrow)]
    pub kind: std::borrow::Cow<'j, str>,
    /// See [`Entry::operator`].
    pub operator: String,
    /// See [`Entry::prev`].
    pub prev: Hash,
    /// See [`Entry::register`].
    pub register: RegisterId,
    /// See [`Entry::seq`].
    pub seq: u64,
    /// See [`Entry::v`].
    pub v: u64,
}

/// Why an entry could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Its version is newer than this code.
    #[error("version {0} of the format is not known here")]
    UnknownVersion(u64),
    /// Its kind is newer than this code.
    #[error("entries of kind {0:?} are not known here")]
    UnknownKind(String),
    /// It is not what an entry of its kind should be.
    #[error(transparent)]
    Malformed(#[from] serde_json::Error),
}

impl Entry {
    /// Reads an entry from its JSON.
    pub fn parse(json: &str) -> Result<Entry, ParseError> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u64,
        }
        let version: Versioned = serde_json::from_str(json)?;
        if version.v != u64::from(VERSION) {
            return Err(ParseError::UnknownVersion(version.v));
        }
        Entry::from_envelope(serde_json::from_str(json)?)
    }

    /// Reads the body that an envelope holds.
    pub fn from_envelope(envelope: Envelope<'_>) -> Result<Entry, ParseError> {
        if envelope.v != u64::from(VERSION) {
            return Err(ParseError::UnknownVersion(envelope.v));
        }
        let kind = serde_json::from_value(serde_json::Value::from(envelope.kind.as_ref()))
            .map_err(|_| ParseError::UnknownKind(envelope.kind.chars().take(40).collect()))?;
        Ok(Entry {
            at: envelope.at,
            body: Body::parse(kind, envelope.body.get())?,
            kind,
            operator: envelope.operator,
            prev: envelope.prev,
            register: envelope.register,
            seq: envelope.seq,
            v: VERSION,
        })
    }
}
