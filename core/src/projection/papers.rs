//! Where each document that is no ticket lies in the journal, and which papers were handed out, refused or copied.

use comptoir_fiscal::entry::{Body, Entry};
use comptoir_fiscal::nf525::{self, Chain};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};

/// How the table calls cash entries, which have no number but their seq.
const CASH: &str = "cash";
/// The same of events that change settings.
const SETTING: &str = "set";

pub(super) struct Papers;

impl Projection for Papers {
    const NAME: &'static str = "papers";
    const FORGET: &'static [&'static str] =
        &["DELETE FROM document WHERE register = ?1", "DELETE FROM issue WHERE register = ?1"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let register = text(entry.register);
        let document = match &entry.body {
            Body::Note(note) => Some((Chain::N.as_str(), note.number)),
            Body::Invoice(invoice) => Some((Chain::F.as_str(), invoice.number)),
            Body::Closing(closing) => Some((Chain::of_closing(closing.period).as_str(), closing.number)),
            Body::Cash(_) => Some((CASH, entry.seq)),
            Body::Event(event) if event.set.is_some() => Some((SETTING, entry.seq)),
            _ => None,
        };
        if let Some((kind, number)) = document {
            let sql = "INSERT INTO document (register, kind, number, seq) VALUES (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(sql)?.execute(params![register, kind, number, entry.seq])?;
        }
        let (of, printed, mailed, refused, copies) = match &entry.body {
            Body::Event(event) => {
                let Some(of) = event.detail.as_deref().and_then(Issued::parse) else { return Ok(()) };
                match event.code {
                    917 => (of, 1, 0, 0, 0),
                    918 => (of, 0, 1, 0, 0),
                    920 => (of, 0, 0, 1, 0),
                    156 => (of, 0, 0, 0, 1),
                    _ => return Ok(()),
                }
            }
            Body::Duplicate(duplicate) => match nf525::chain_of_original(&duplicate.of) {
                Some(chain) => (Issued { chain, number: duplicate.of.number, register: None }, 0, 0, 0, 1),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let sql = "INSERT INTO issue (register, of_register, kind, number, printed, mailed, refused, copies)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                   ON CONFLICT (register, of_register, kind, number) DO UPDATE SET printed = printed + excluded.printed,
                       mailed = mailed + excluded.mailed, refused = refused + excluded.refused, copies = copies + excluded.copies";
        transaction.prepare_cached(sql)?.execute(params![
            register,
            of.register.map_or_else(|| register.clone(), text),
            of.chain.as_str(),
            of.number,
            printed,
            mailed,
            refused,
            copies
        ])?;
        Ok(())
    }
}

/// How an event names the paper that it is about: `01-T-00000006`, and of a journal that was left
/// `01-T-00000006 (0192f0c1-…)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    /// The chain of the document.
    pub(crate) chain: Chain,
    /// Its number.
    pub(crate) number: u64,
    /// The journal that it is of, where that is another than the event's own.
    pub(crate) register: Option<RegisterId>,
}

impl Issued {
    /// As an event's detail writes it; `label` is that of the document's own journal.
    pub(crate) fn detail(&self, label: &str) -> String {
        let document = nf525::document(label, self.chain, self.number);
        self.register.map_or_else(|| document.clone(), |register| format!("{document} ({register})"))
    }

    fn parse(detail: &str) -> Option<Issued> {
        let (document, register) = match detail.split_once(" (") {
            Some((document, rest)) => (document, Some(rest.strip_suffix(')')?.parse().ok()?)),
            None => (detail, None),
        };
        let mut parts = document.rsplitn(3, '-');
        let (number, chain) = (parts.next()?.parse().ok()?, parts.next()?);
        parts.next()?;
        let chain = Chain::ALL.into_iter().find(|known| known.as_str() == chain)?;
        Some(Issued { chain, number, register })
    }
}

/// How often a paper was handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// As an original.
    pub printed: u64,
    /// By e-mail, as an original or a copy.
    pub mailed: u64,
    /// How often the customer wanted none.
    pub refused: u64,
    /// As a numbered copy.
    pub copies: u64,
}

/// What was handed out of a document, over all journals of this till.
pub(crate) fn issues(shop: &Shop, of: RegisterId, chain: Chain, number: u64) -> Result<Issues, ShopError> {
    let sql = "SELECT coalesce(sum(printed), 0), coalesce(sum(mailed), 0), coalesce(sum(refused), 0),
               coalesce(sum(copies), 0) FROM issue
               WHERE of_register = ?1 AND kind = ?2 AND number = ?3";
    let mut find = shop.reading().prepare_cached(sql)?;
    Ok(find.query_row(params![text(of), chain.as_str(), number], |row| {
        Ok(Issues { printed: row.get(0)?, mailed: row.get(1)?, refused: row.get(2)?, copies: row.get(3)? })
    })?)
}

/// The seq of a document that is no ticket.
pub(crate) fn seq_of(shop: &Shop, register: RegisterId, chain: Chain, number: u64) -> Result<Option<u64>, ShopError> {
    let sql = "SELECT seq FROM document WHERE register = ?1 AND kind = ?2 AND number = ?3";
    let mut find = shop.reading().prepare_cached(sql)?;
    Ok(find.query_row(params![text(register), chain.as_str(), number], |row| row.get(0)).optional()?)
}

/// The seqs of the cash entries in a range.
pub(crate) fn cash_between(shop: &Shop, register: RegisterId, from: u64, to: u64) -> Result<Vec<u64>, ShopError> {
    between(shop, register, CASH, from, to)
}

/// The seqs of the events up to an entry that changed settings.
pub(crate) fn settings_up_to(shop: &Shop, register: RegisterId, to: u64) -> Result<Vec<u64>, ShopError> {
    between(shop, register, SETTING, 0, to)
}

fn between(shop: &Shop, register: RegisterId, kind: &str, from: u64, to: u64) -> Result<Vec<u64>, ShopError> {
    let sql = "SELECT seq FROM document WHERE register = ?1 AND kind = ?2 AND number BETWEEN ?3 AND ?4 ORDER BY seq";
    let mut find = shop.reading().prepare_cached(sql)?;
    let seqs = find.query_map(params![text(register), kind, from, to], |row| row.get(0))?;
    Ok(seqs.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_event_says_of_a_paper_is_read_back() {
        let register: RegisterId = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
        for label in ["01", "01-2", "Caisse 3, bar"] {
            for (chain, register) in [(Chain::T, None), (Chain::ZJ, None), (Chain::T, Some(register))] {
                let issued = Issued { chain, number: 42, register };
                assert_eq!(Issued::parse(&issued.detail(label)), Some(issued));
            }
        }
        for other in ["", "X", "cash 12", "01-T-", "01-Q-00000001", "T-1", "01-T-00000001 (nobody)"] {
            assert_eq!(Issued::parse(other), None, "{other}");
        }
    }
}
