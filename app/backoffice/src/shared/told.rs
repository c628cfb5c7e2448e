//! What every store of a merchant is told, whichever of them it comes from: which tills there are, and what is left on
//! vouchers. It follows from enrolments and journals; no till edits it.

use std::collections::BTreeSet;

use comptoir_core::shared::{Kind, KnownTill, Row};
use comptoir_fiscal::key::PublicKey;
use serde::Serialize;

use super::feed::{Epoch, Feed, Scope};
use super::merge::{Record, Stamp, Stamps};
use crate::journals::vouchers;
use crate::store::{StoreError, Tx};

/// A record of which all stores are told, with its code.
pub(crate) type Told = (Kind, String, Row);

/// The row of a record.
pub(crate) fn row_of(record: &impl Serialize) -> Result<Row, StoreError> {
    serde_json::to_value(record).and_then(serde_json::from_value).map_err(StoreError::unreadable)
}

/// The feeds of all a merchant's stores, taken. Each in the same order, so that no two wait for each other.
pub(crate) fn feeds(tx: &mut dyn Tx, merchant: &str) -> Result<Vec<Feed>, StoreError> {
    let sql = "SELECT store FROM store WHERE merchant = $1 ORDER BY store";
    let stores = tx.all(sql, &[merchant.into()], |row| Ok(row.text(0)?.to_owned()))?;
    let take = |store| Feed::take(tx, &Scope { merchant: merchant.to_owned(), store }, &Epoch::drawn()?);
    stores.into_iter().map(take).collect()
}

/// Tells a store of records that are others than it was told before. `now` is unix seconds.
pub(crate) fn tell(tx: &mut dyn Tx, feed: &mut Feed, told: &[Told], now: i64) -> Result<(), StoreError> {
    let at = u64::try_from(now).unwrap_or_default().saturating_mul(1000);
    for (kind, key, row) in told {
        if feed.record(tx, *kind, key)?.is_some_and(|known| known.row.as_ref() == Some(row)) {
            continue;
        }
        let number = feed.next();
        let stamps = Stamps::all(Stamp(number, at, String::new()));
        feed.put(tx, &[(*kind, key, &Record { number, row: Some(row.clone()), stamps })])?;
    }
    Ok(())
}

/// Tells all stores of a merchant which tills it has.
pub(crate) fn tell_of_tills(tx: &mut dyn Tx, merchant: &str, now: i64) -> Result<(), StoreError> {
    let mut feeds = feeds(tx, merchant)?;
    let tills = tills(tx, merchant)?;
    feeds.iter_mut().try_for_each(|feed| tell(tx, feed, &tills, now))
}

/// Tells a store that has a feed only now what the others were told before.
pub(super) fn begin(tx: &mut dyn Tx, feed: &mut Feed) -> Result<(), StoreError> {
    let merchant = feed.scope().merchant.clone();
    let mut told = tills(tx, &merchant)?;
    let sql = "SELECT DISTINCT code FROM voucher_movement WHERE merchant = $1";
    let codes: BTreeSet<String> =
        tx.all(sql, &[merchant.as_str().into()], |row| Ok(row.text(0)?.to_owned()))?.into_iter().collect();
    told.extend(vouchers::balances(tx, &merchant, &codes)?.into_iter().map(|(told, _)| told));
    tell(tx, feed, &told, 0)
}

/// The tills of a merchant, those that sell no more included: what they signed stands.
fn tills(tx: &mut dyn Tx, merchant: &str) -> Result<Vec<Told>, StoreError> {
    let sql = "SELECT register, label, public_key, revoked FROM register WHERE merchant = $1 ORDER BY register";
    let registers = tx.all(sql, &[merchant.into()], |row| {
        let key: Option<[u8; 32]> = row.blob(2)?.try_into().ok();
        let key = key.and_then(|key| PublicKey::from_bytes(&key));
        let public_key = key.ok_or_else(|| StoreError::unreadable("the key of a register"))?.to_base64();
        let revoked = row.optional_integer(3)?.is_some();
        Ok((row.text(0)?.to_owned(), KnownTill { label: row.text(1)?.to_owned(), public_key, revoked }))
    })?;
    registers.into_iter().map(|(register, till)| Ok((Kind::Till, register, row_of(&till)?))).collect()
}
