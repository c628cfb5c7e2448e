//! Where each ticket lies in the journal, and which later tickets are about it.

use comptoir_fiscal::entry::{Body, Entry, TicketRef};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};

pub(super) struct Tickets;

impl Projection for Tickets {
    const NAME: &'static str = "tickets";
    const TABLES: &'static [&'static str] = &["ticket", "referral"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let Body::Ticket(ticket) = &entry.body else { return Ok(()) };
        transaction
            .prepare_cached(
                "INSERT INTO ticket (register, number, seq, business_date, type, ttc) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                text(entry.register),
                ticket.number,
                entry.seq,
                ticket.business_date.to_string(),
                ticket.ticket_type.as_str(),
                ticket.totals.ttc.get(),
            ])?;
        if let Some(of) = ticket.refers_to {
            transaction
                .prepare_cached("INSERT INTO referral (of_register, of_number, register, seq) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![text(of.register), of.number, text(entry.register), entry.seq])?;
        }
        Ok(())
    }
}

/// The seq of a ticket in its journal, if this till sealed it.
pub fn seq_of(shop: &Shop, ticket: TicketRef) -> Result<Option<u64>, ShopError> {
    let sql = "SELECT seq FROM ticket WHERE register = ?1 AND number = ?2";
    let mut find = shop.reading().prepare_cached(sql)?;
    Ok(find.query_row(params![text(ticket.register), ticket.number], |row| row.get(0)).optional()?)
}

/// The journals and seqs of the tickets that are about a ticket: by journal, in the order in which they were sealed.
pub fn about(shop: &Shop, ticket: TicketRef) -> Result<Vec<(RegisterId, u64)>, ShopError> {
    let sql = "SELECT register, seq FROM referral WHERE of_register = ?1 AND of_number = ?2 ORDER BY register, seq";
    let mut find = shop.reading().prepare_cached(sql)?;
    let mut rows = find.query(params![text(ticket.register), ticket.number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let register = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?.parse();
        found.push((register.map_err(|_| rusqlite::Error::InvalidQuery)?, row.get(1)?));
    }
    Ok(found)
}
