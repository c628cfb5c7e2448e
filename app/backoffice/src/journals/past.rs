//! What was received of a journal before, read back for the checks of what comes next.

use comptoir_fiscal::entry::{Original, OriginalKind, Period, TicketRef};
use comptoir_fiscal::values::Hash;
use comptoir_fiscal::verify::Past;

use super::Whose;
use crate::store::{Row, StoreError, Tx, Value};

/// The journal so far, in the transaction that takes more of it in. What could not be read is kept, and
/// [`Received::whole`] tells it: nothing that was concluded may then be kept.
pub(super) struct Received<'t, 's> {
    tx: &'t mut (dyn Tx + 's),
    whose: &'t Whose,
    failed: Option<StoreError>,
}

impl<'t, 's> Received<'t, 's> {
    pub(super) fn new(tx: &'t mut (dyn Tx + 's), whose: &'t Whose) -> Received<'t, 's> {
        Received { tx, whose, failed: None }
    }

    /// Whether everything that was asked for could be read.
    pub(super) fn whole(self) -> Result<(), StoreError> {
        self.failed.map_or(Ok(()), Err)
    }

    fn ask<T>(
        &mut self,
        sql: &str,
        wanted: impl IntoIterator<Item = Value>,
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Vec<T> {
        let values: Vec<Value> = self.whose.key().into_iter().chain(wanted).collect();
        match self.tx.all(sql, &values, read) {
            Ok(rows) => rows,
            Err(error) => {
                self.failed.get_or_insert(error);
                Vec::new()
            }
        }
    }
}

impl Past for Received<'_, '_> {
    fn line(&mut self, seq: u64) -> Option<Vec<u8>> {
        let sql = "SELECT bytes FROM line WHERE merchant = $1 AND register = $2 AND seq = $3";
        self.ask(sql, [number(seq)], |row| Ok(row.blob(0)?.to_vec())).pop()
    }

    fn ticket(&mut self, wanted: u64) -> Option<Vec<u8>> {
        let sql = "SELECT l.bytes FROM ticket t
            JOIN line l ON l.merchant = t.merchant AND l.register = t.register AND l.seq = t.seq
            WHERE t.merchant = $1 AND t.register = $2 AND t.number = $3 ORDER BY t.seq";
        self.ask(sql, [number(wanted)], |row| Ok(row.blob(0)?.to_vec())).pop()
    }

    fn tickets_about(&mut self, wanted: u64) -> Vec<Vec<u8>> {
        let sql = "SELECT l.bytes FROM ticket t
            JOIN line l ON l.merchant = t.merchant AND l.register = t.register AND l.seq = t.seq
            WHERE t.merchant = $1 AND t.register = $2 AND t.about_number = $3 AND t.about_register = $2
              AND t.type <> 'sale' ORDER BY t.seq";
        self.ask(sql, [number(wanted)], |row| Ok(row.blob(0)?.to_vec()))
    }

    fn is_invoiced(&mut self, ticket: TicketRef) -> bool {
        let sql = "SELECT of_number FROM invoiced
            WHERE merchant = $1 AND register = $2 AND of_register = $3 AND of_number = $4";
        let of = [Value::from(ticket.register.to_string()), number(ticket.number)];
        !self.ask(sql, of, |row| row.integer(0)).is_empty()
    }

    fn copies(&mut self, of: &Original) -> u64 {
        let sql = "SELECT copies FROM copy WHERE merchant = $1 AND register = $2 AND original = $3";
        self.ask(sql, [Value::from(name_of(of))], |row| row.unsigned(0)).pop().unwrap_or(0)
    }

    fn closings(&mut self, period: Period) -> Vec<u64> {
        let sql = "SELECT seq FROM closing WHERE merchant = $1 AND register = $2 AND period = $3 ORDER BY seq";
        self.ask(sql, [Value::from(period.as_str())], |row| row.unsigned(0))
    }

    fn archived(&mut self, period: Period) -> Option<u64> {
        let sql = "SELECT seq FROM closing
            WHERE merchant = $1 AND register = $2 AND period = $3 AND archived = CAST(1 AS BIGINT)
            ORDER BY seq DESC LIMIT 1";
        self.ask(sql, [Value::from(period.as_str())], |row| row.unsigned(0)).pop()
    }

    fn root(&mut self, size: u64) -> Option<Hash> {
        let sql = "SELECT root FROM checkpoint WHERE merchant = $1 AND register = $2 AND size = $3";
        self.ask(sql, [number(size)], |row| Ok(Hash::new(row.array(0)?))).pop()
    }
}

/// A number as the database takes it. No row has one that it could not keep.
fn number(number: u64) -> Value {
    Value::try_from(number).unwrap_or(Value::Integer(-1))
}

/// A document, as copies of it are counted.
pub(super) fn name_of(of: &Original) -> String {
    let kind = match of.kind {
        OriginalKind::Ticket => "ticket",
        OriginalKind::Note => "note",
        OriginalKind::Invoice => "invoice",
        OriginalKind::Closing => "closing",
    };
    format!("{kind} {} {}", of.period.map_or("", Period::as_str), of.number)
}
