//! Which periods are closed, and which of them are archived.

use comptoir_fiscal::entry::{Body, Entry, Period};
use comptoir_fiscal::journal::Span;
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};

pub(super) struct Periods;

impl Projection for Periods {
    const NAME: &'static str = "periods";
    const FORGET: &'static [&'static str] = &["DELETE FROM closed_period WHERE register = ?1"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let register = text(entry.register);
        match &entry.body {
            Body::Closing(closing) => {
                let sql = "INSERT INTO closed_period (register, period, last_seq, closed, archived)
                           VALUES (?1, ?2, ?3, 1, 0) ON CONFLICT DO UPDATE SET closed = 1";
                transaction.prepare_cached(sql)?.execute(params![register, closing.period.as_str(), entry.seq])?;
            }
            Body::Archive(archive) => {
                let sql = "INSERT INTO closed_period (register, period, last_seq, closed, archived)
                           VALUES (?1, ?2, ?3, 0, 1) ON CONFLICT DO UPDATE SET archived = 1";
                transaction.prepare_cached(sql)?.execute(params![register, archive.period.as_str(), archive.to])?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The closed periods of a kind that no archive entry of a journal covers yet, oldest first.
pub(crate) fn unarchived(shop: &Shop, register: RegisterId, period: Period) -> Result<Vec<Span>, ShopError> {
    let sql = "SELECT coalesce((SELECT max(last_seq) + 1 FROM closed_period AS before
                                WHERE before.register = ?1 AND before.period = ?2 AND before.closed = 1
                                  AND before.last_seq < this.last_seq), 0), last_seq
               FROM closed_period AS this
               WHERE register = ?1 AND period = ?2 AND archived = 0 ORDER BY last_seq";
    let mut find = shop.reading().prepare_cached(sql)?;
    let spans = find.query_map(params![text(register), period.as_str()], |row| {
        Ok(Span { period, from: row.get(0)?, to: row.get(1)? })
    })?;
    Ok(spans.collect::<Result<_, _>>()?)
}

/// The seqs of the closings of a journal before an entry, newest first, and whether each is archived.
pub(crate) fn closed_before(
    shop: &Shop,
    register: RegisterId,
    period: Option<Period>,
    before: u64,
    page: u32,
) -> Result<Vec<(u64, bool)>, ShopError> {
    let sql = "SELECT last_seq, archived FROM closed_period
               WHERE register = ?1 AND (?2 IS NULL OR period = ?2) AND last_seq < ?3 AND closed = 1 ORDER BY last_seq DESC LIMIT ?4";
    let mut find = shop.reading().prepare_cached(sql)?;
    let period = period.map(Period::as_str);
    let found = find.query_map(params![text(register), period, before, page], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}
