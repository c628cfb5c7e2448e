//! The NF525 strings: short, signed, chained by type of document, four characters of them printed.
//!
//! Source: `journal-format.md`, "The NF525 string".

use serde::{Deserialize, Serialize};

use crate::entry::{Body, Entry, Nf525, Original, OriginalKind, Period, TicketType, Totals};
use crate::key::DeviceKey;

/// The types of document that are numbered and chained, each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Chain {
    /// Duplicates.
    D,
    /// Invoices.
    F,
    /// Events.
    J,
    /// Notes.
    N,
    /// Archives.
    R,
    /// Tickets.
    T,
    /// Closings of a year.
    ZA,
    /// Closings of a day.
    ZJ,
    /// Closings of a month.
    ZM,
}

impl Chain {
    /// Every chain, in the order of the codes.
    pub const ALL: [Chain; 9] =
        [Chain::D, Chain::F, Chain::J, Chain::N, Chain::R, Chain::T, Chain::ZA, Chain::ZJ, Chain::ZM];

    /// The code in a document's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Chain::D => "D",
            Chain::F => "F",
            Chain::J => "J",
            Chain::N => "N",
            Chain::R => "R",
            Chain::T => "T",
            Chain::ZA => "ZA",
            Chain::ZJ => "ZJ",
            Chain::ZM => "ZM",
        }
    }

    /// The chain that closings of a period are in.
    pub const fn of_closing(period: Period) -> Chain {
        match period {
            Period::Day => Chain::ZJ,
            Period::Month => Chain::ZM,
            Period::Year => Chain::ZA,
        }
    }

    /// The chain that a body is in; none for a genesis and for cash.
    pub const fn of(body: &Body) -> Option<Chain> {
        Some(match body {
            Body::Genesis(_) | Body::Cash(_) => return None,
            Body::Ticket(_) => Chain::T,
            Body::Note(_) => Chain::N,
            Body::Invoice(_) => Chain::F,
            Body::Duplicate(_) => Chain::D,
            Body::Event(_) => Chain::J,
            Body::Closing(closing) => Chain::of_closing(closing.period),
            Body::Archive(_) => Chain::R,
        })
    }
}

/// The chain of the paper that a duplicate copies; none for a closing without its period.
pub fn chain_of_original(original: &Original) -> Option<Chain> {
    Some(match (original.kind, original.period) {
        (OriginalKind::Ticket, _) => Chain::T,
        (OriginalKind::Note, _) => Chain::N,
        (OriginalKind::Invoice, _) => Chain::F,
        (OriginalKind::Closing, Some(period)) => Chain::of_closing(period),
        (OriginalKind::Closing, None) => return None,
    })
}

/// The name of a document: `01-T-00000006`.
pub fn document(label: &str, chain: Chain, number: u64) -> String {
    format!("{}-{}-{number:08}", plain(label), chain.as_str())
}

/// The name of the document that a duplicate is a copy of; empty for a closing without its period.
pub fn original_document(label: &str, original: &Original) -> String {
    chain_of_original(original).map(|chain| document(label, chain, original.number)).unwrap_or_default()
}

/// The signed string of an entry, given the signature before it in its chain. None for kinds that have none.
pub fn arg(entry: &Entry, label: &str, previous: Option<&str>) -> Option<String> {
    let chain = Chain::of(&entry.body)?;
    let (flag, previous) = match previous {
        None => ("N", ""),
        Some(previous) => ("O", previous),
    };
    let at = entry.at.compact();
    let name = |number| document(label, chain, number);
    let totals = |totals: &Totals| format!("{},{}", rates(totals), totals.ttc);
    Some(match &entry.body {
        Body::Genesis(_) | Body::Cash(_) => return None,
        Body::Ticket(ticket) => {
            let operation = match ticket.ticket_type {
                TicketType::Sale => "VENTE",
                TicketType::Return => "AVOIR",
                TicketType::Cancel => "ANNULATION",
                TicketType::Correction => "CORRECTION",
            };
            format!("{},{at},{},{operation},{flag},{previous}", totals(&ticket.totals), name(ticket.number))
        }
        Body::Note(note) => format!("{},{at},{},NOTE,{flag},{previous}", totals(&note.totals), name(note.number)),
        Body::Invoice(invoice) => {
            format!("{},{at},{},FACTURE,{flag},{previous}", totals(&invoice.totals), name(invoice.number))
        }
        Body::Duplicate(duplicate) => {
            let original = original_document(label, &duplicate.of);
            let operator = plain(&entry.operator);
            format!("{},{original},{},{operator},{at},{flag},{previous}", name(duplicate.number), duplicate.copy)
        }
        Body::Closing(closing) => format!(
            "{},{},{},{at},{},{flag},{previous}",
            totals(&closing.totals),
            closing.gt.net,
            closing.gt.abs,
            name(closing.number)
        ),
        Body::Event(event) => {
            let (label, operator) = (plain(&event.label), plain(&entry.operator));
            format!("{},{},{label},{at},{operator},{flag},{previous}", name(event.number), event.code)
        }
        Body::Archive(archive) => format!("{},{},{at},{flag},{previous}", name(archive.number), archive.sha256),
    })
}

/// Signs the string of an entry into the [`Nf525`] that its body carries.
pub fn sign(key: &DeviceKey, entry: &Entry, label: &str, previous: Option<&str>) -> Option<Nf525> {
    let arg = arg(entry, label, previous)?;
    let sig = key.sign_nf525(&arg);
    Some(Nf525 { arg, sig })
}

/// The four characters that print on paper: the 3rd, 7th, 13th and 19th of the signature.
pub fn extract(sig: &str) -> String {
    [3, 7, 13, 19].iter().filter_map(|place| sig.chars().nth(place - 1)).collect()
}

/// The JET code under which `events.csv` lists an entry that is not itself an event, with its label.
pub fn event_of(body: &Body) -> Option<(u32, &'static str)> {
    Some(match body {
        Body::Ticket(ticket) => match ticket.ticket_type {
            TicketType::Cancel => (190, "Annulation"),
            TicketType::Correction => (420, "Correction"),
            TicketType::Sale | TicketType::Return => return None,
        },
        Body::Duplicate(duplicate) => match duplicate.of.kind {
            OriginalKind::Note => (155, "Duplicata"),
            _ => (156, "Duplicata"),
        },
        Body::Cash(_) => (170, "Caisse"),
        Body::Closing(closing) => match closing.period {
            Period::Day | Period::Month => (50, "Clôture"),
            Period::Year => (60, "Clôture"),
        },
        Body::Archive(archive) => match archive.period {
            Period::Day | Period::Month => (20, "Archive"),
            Period::Year => (30, "Archive"),
        },
        Body::Genesis(_) | Body::Note(_) | Body::Invoice(_) | Body::Event(_) => return None,
    })
}

/// The name of the document that an entry is; of a cash entry, its type.
pub fn document_of(entry: &Entry, label: &str) -> Option<String> {
    let number = match &entry.body {
        Body::Genesis(_) => return None,
        Body::Cash(cash) => return Some(cash.cash_type.as_str().to_owned()),
        Body::Ticket(ticket) => ticket.number,
        Body::Note(note) => note.number,
        Body::Invoice(invoice) => invoice.number,
        Body::Duplicate(duplicate) => duplicate.number,
        Body::Event(event) => event.number,
        Body::Closing(closing) => closing.number,
        Body::Archive(archive) => archive.number,
    };
    Chain::of(&entry.body).map(|chain| document(label, chain, number))
}

fn rates(totals: &Totals) -> String {
    let rows: Vec<String> = totals.vat.iter().map(|r| format!("{:04}:{}", r.rate.basis_points(), r.ttc)).collect();
    rows.join("|")
}

/// Free text with its commas and control characters (U+0000-001F, U+007F-009F) written as spaces.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c == ',' || c.is_control() { ' ' } else { c }).collect()
}
