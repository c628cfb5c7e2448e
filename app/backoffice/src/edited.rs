//! What shops have edited, as their registers bring it: kept as it came, for the day that a device is lost.

use crate::journals::Whose;
use crate::store::{StoreError, Tx};

/// Keeps the newest copy of a register.
pub(crate) fn keep(tx: &mut dyn Tx, whose: &Whose, packed: &[u8], now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO edited (merchant, register, received, packed) VALUES ($1, $2, $3, $4)
        ON CONFLICT (merchant, register) DO UPDATE SET received = excluded.received, packed = excluded.packed";
    tx.execute(sql, &whose.row([now.into(), packed.into()]))?;
    Ok(())
}

/// The newest copy of a register.
pub(crate) fn find(tx: &mut dyn Tx, whose: &Whose) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT packed FROM edited WHERE merchant = $1 AND register = $2";
    tx.one(sql, &whose.row([]), |row| Ok(row.blob(0)?.to_vec()))
}
