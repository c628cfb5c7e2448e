//! Where the events lie that are asked for years later: installed versions, and the beginnings and ends of inspections.

use comptoir_fiscal::entry::{Body, Entry};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};

/// A major version was installed.
pub const MAJOR_VERSION: u32 = 250;
/// A minor version was installed.
pub const MINOR_VERSION: u32 = 255;
/// A tax inspection began or ended.
pub const INSPECTION: u32 = 280;

pub(super) struct Milestones;

impl Projection for Milestones {
    const NAME: &'static str = "milestones";
    const FORGET: &'static [&'static str] = &["DELETE FROM milestone WHERE register = ?1"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let Body::Event(event) = &entry.body else { return Ok(()) };
        if matches!(event.code, MAJOR_VERSION | MINOR_VERSION | INSPECTION) {
            transaction
                .prepare_cached("INSERT INTO milestone (register, seq, code) VALUES (?1, ?2, ?3)")?
                .execute(params![text(entry.register), entry.seq, event.code])?;
        }
        Ok(())
    }
}

/// The seqs of the events of some codes in a journal, oldest first.
pub fn seqs_of(shop: &Shop, register: RegisterId, codes: &[u32]) -> Result<Vec<u64>, ShopError> {
    let mut find = shop.reading().prepare_cached("SELECT seq, code FROM milestone WHERE register = ?1 ORDER BY seq")?;
    let mut rows = find.query([text(register)])?;
    let mut seqs = Vec::new();
    while let Some(row) = rows.next()? {
        if codes.contains(&row.get(1)?) {
            seqs.push(row.get(0)?);
        }
    }
    Ok(seqs)
}
