//! What is left on vouchers, by the lines of all a merchant's tills, told to each of its stores.

use std::collections::BTreeSet;

use comptoir_core::shared::{Kind, VoucherParts};
use comptoir_core::voucher::VoucherKind;
use comptoir_core::voucher::movement::{Movement, movements_of, parts};
use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::values::Cents;
use serde::{Deserialize, Serialize};

use super::Whose;
use crate::shared::told::{self, Told};
use crate::shared::{Scope, inbox};
use crate::store::{StoreError, Tx, Value};

const MOVEMENT: &str = "INSERT INTO voucher_movement
    (merchant, register, code, seq, payment, at, day, kind, amount) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// A ticket that spent of a voucher on which too little was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spender {
    /// What its till is called.
    pub till: String,
    /// Its number.
    pub number: u64,
    /// What it took, in cents.
    pub amount: Cents,
}

/// What is shown of a voucher from which more was spent than it was issued for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdrawn {
    /// By how much, in cents.
    pub over: Cents,
    /// By which tickets.
    pub spent: Vec<Spender>,
}

/// The rows that an entry adds, each with its code.
pub(super) fn rows_of(whose: &Whose, entry: &Entry) -> Result<Vec<(String, Vec<Value>)>, StoreError> {
    let rows = movements_of(entry).map(|(n, code, movement)| {
        // What no till could read as a code is no voucher that it could be told of; and no database keeps a zero byte.
        let code = code.replace('\0', "\u{fffd}");
        let row = whose.row([
            code.as_str().into(),
            movement.seq.try_into()?,
            u64::try_from(n).unwrap_or(u64::MAX).try_into()?,
            movement.at.into(),
            movement.on.to_string().into(),
            movement.kind.as_str().into(),
            movement.amount.get().into(),
        ]);
        Ok((code, row))
    });
    rows.collect()
}

/// Keeps what entries added.
pub(super) fn add(tx: &mut dyn Tx, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    tx.insert(MOVEMENT, rows)?;
    Ok(())
}

/// The codes of which a register's lines say anything.
pub(super) fn codes_of(tx: &mut dyn Tx, whose: &Whose) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT DISTINCT code FROM voucher_movement WHERE merchant = $1 AND register = $2";
    Ok(tx.all(sql, &whose.key(), |row| Ok(row.text(0)?.to_owned()))?.into_iter().collect())
}

/// Tells every store of a merchant what is left on vouchers, where that is another now; and the manager of the store whose
/// line it was, once, of one that is overdrawn. `now` is unix seconds.
pub(super) fn tell(tx: &mut dyn Tx, whose: &Whose, codes: &BTreeSet<String>, now: i64) -> Result<(), StoreError> {
    if codes.is_empty() {
        return Ok(());
    }
    // All of them before anything is read, so that of two tills that spend one voucher at the same moment the second is told
    // with the first.
    let mut feeds = told::feeds(tx, &whose.merchant)?;
    let (told, parts): (Vec<Told>, Vec<VoucherParts>) = balances(tx, &whose.merchant, codes)?.into_iter().unzip();
    for feed in &mut feeds {
        told::tell(tx, feed, &told, now)?;
    }
    for ((_, code, _), parts) in told.iter().zip(&parts) {
        let over = parts.overdrawn();
        if over.is_positive() && !inbox::has(tx, &whose.merchant, Kind::Voucher, code)? {
            let spent = spenders(tx, &whose.merchant, code)?;
            let shown = told::row_of(&Overdrawn { over, spent })?;
            inbox::notice(tx, &Scope::of(whose), whose, (Kind::Voucher, code), &shown, now)?;
        }
    }
    Ok(())
}

/// What the journals say of vouchers, and the record that tells of it.
pub(crate) fn balances(
    tx: &mut dyn Tx,
    merchant: &str,
    codes: &BTreeSet<String>,
) -> Result<Vec<(Told, VoucherParts)>, StoreError> {
    let mut balances = Vec::new();
    for code in codes {
        let movements = movements(tx, merchant, code)?;
        if let Some(parts) = parts(&movements) {
            balances.push(((Kind::Voucher, code.clone(), told::row_of(&parts)?), parts));
        }
    }
    Ok(balances)
}

fn movements(tx: &mut dyn Tx, merchant: &str, code: &str) -> Result<Vec<Movement>, StoreError> {
    let sql = "SELECT register, seq, at, day, kind, amount FROM voucher_movement
        WHERE merchant = $1 AND code = $2 ORDER BY register, seq, payment";
    tx.all(sql, &[merchant.into(), code.into()], |row| {
        Ok(Movement {
            register: row.text(0)?.parse().map_err(StoreError::unreadable)?,
            seq: row.unsigned(1)?,
            at: row.integer(2)?,
            on: row.text(3)?.parse().map_err(StoreError::unreadable)?,
            kind: VoucherKind::named(row.text(4)?).ok_or_else(|| StoreError::unreadable("a kind of voucher"))?,
            amount: Cents::new(row.integer(5)?),
        })
    })
}

/// The tickets that took of a voucher, the earliest first.
fn spenders(tx: &mut dyn Tx, merchant: &str, code: &str) -> Result<Vec<Spender>, StoreError> {
    let sql = "SELECT r.label, t.number, v.amount FROM voucher_movement v
        JOIN register r ON r.merchant = v.merchant AND r.register = v.register
        JOIN ticket t ON t.merchant = v.merchant AND t.register = v.register AND t.seq = v.seq
        WHERE v.merchant = $1 AND v.code = $2 AND v.amount > CAST(0 AS BIGINT) ORDER BY v.at, v.register, v.seq";
    tx.all(sql, &[merchant.into(), code.into()], |row| {
        Ok(Spender { till: row.text(0)?.to_owned(), number: row.unsigned(1)?, amount: Cents::new(row.integer(2)?) })
    })
}
