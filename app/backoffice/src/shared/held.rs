//! Tickets that wait: one till of a store holds each, and who asks for it has it where nobody else was quicker.

use comptoir_core::shared::Edit;
use comptoir_core::shared::held::{HeldRecord, Judged, judge};
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::message::Fate;

use super::feed::Scope;
use super::merge::{Merge, Record, Stamp, Stamps};
use crate::journals::Registered;
use crate::store::{StoreError, Tx};

/// The field by which a ticket that was paid twice waits for a manager.
const PAID: &str = "paid";

/// How long a ticket that was paid or given up is remembered, in milliseconds: no till pays it again after that.
const REMEMBERED: u64 = 30 * 24 * 60 * 60 * 1000;

/// Judges what a register says of a ticket; `number` is the next one of the feed.
pub(super) fn judged(
    tx: &mut dyn Tx,
    known: Option<&Record>,
    edit: &Edit,
    by: RegisterId,
    number: u64,
) -> Result<Merge, StoreError> {
    let before = known.and_then(|known| known.row.as_ref()).and_then(HeldRecord::of);
    let saw_it_last = known.is_some_and(|known| known.number == edit.base);
    let is_orphan = match &before {
        Some(before) if before.holder != by => {
            Registered::find(tx, before.holder)?.is_none_or(|holder| holder.revoked.is_some())
        }
        _ => false,
    };
    let stamps = Stamps::all(Stamp(number, edit.at, by.to_string()));
    let merge = |record: Record, waits| Merge { record: Some(record), fate: Fate::Taken, waits };
    Ok(match judge(before.as_ref(), edit.row.as_ref().and_then(HeldRecord::of), by, saw_it_last, is_orphan) {
        Judged::Same => Merge { record: None, fate: Fate::Merged, waits: None },
        Judged::Gone => merge(Record { number, row: None, stamps }, None),
        Judged::Known(after) => {
            let was_paid_twice = before.as_ref().is_some_and(HeldRecord::is_paid_twice);
            let waits = (after.is_paid_twice() && !was_paid_twice).then(|| vec![PAID.to_owned()]);
            let row = after.to_row().map_err(StoreError::unreadable)?;
            merge(Record { number, row: Some(row), stamps }, waits)
        }
    })
}

/// Forgets what was paid or given up long ago, so that feeds do not grow by every ticket that ever waited.
pub(super) fn forget_old(tx: &mut dyn Tx, scope: &Scope, now: u64) -> Result<(), StoreError> {
    let sql = "SELECT key, body, stamps FROM record WHERE merchant = $1 AND store = $2 AND kind = 'held'";
    let read = |row: &crate::store::Row<'_>| -> Result<Option<String>, StoreError> {
        let stamps: Stamps = serde_json::from_str(row.text(2)?).map_err(StoreError::unreadable)?;
        // Few are old, and only of those the ticket is read.
        if stamps.latest() >= now.saturating_sub(REMEMBERED) {
            return Ok(None);
        }
        let is_over = match row.optional_text(1)? {
            Some(body) => serde_json::from_str::<HeldRecord>(body).is_ok_and(|record| !record.paid.is_empty()),
            None => true,
        };
        Ok(is_over.then_some(row.text(0)?.to_owned()))
    };
    for key in tx.all(sql, &scope.row([]), read)?.into_iter().flatten() {
        let sql = "DELETE FROM record WHERE merchant = $1 AND store = $2 AND kind = 'held' AND key = $3";
        tx.execute(sql, &scope.row([key.into()]))?;
    }
    Ok(())
}
