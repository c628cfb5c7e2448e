//! Merchants with their stores, and the one-time codes by which their registers are enrolled.

use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::link::Code;
use uuid::Uuid;

use crate::store::{Row, StoreError, Tx, Value};

/// How long a code is good, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;

/// How many wrong codes may be tried while a code is open, by whomever, before it is open no longer. Of the 2^40 codes,
/// that leaves one chance in a thousand million.
const TRIES_MAX: i64 = 1000;

/// A store of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct Place {
    pub merchant: String,
    pub merchant_name: String,
    pub store: String,
    pub store_name: String,
    /// The register whose place is taken.
    pub replaces: Option<RegisterId>,
}

/// What identifies new rows, drawn before the transaction, which may run more than once.
#[derive(Clone, Copy, Debug)]
pub struct NewIds {
    /// Of a merchant.
    pub merchant: Uuid,
    /// Of a store.
    pub store: Uuid,
}

/// The store of that name of the merchant of that name; both are made where they are missing.
pub fn find_or_make(
    tx: &mut dyn Tx,
    merchant_name: &str,
    store_name: &str,
    ids: NewIds,
    now: i64,
) -> Result<Place, StoreError> {
    let found = "SELECT merchant FROM merchant WHERE name = $1";
    let merchant = match tx.one(found, &[merchant_name.into()], |row| Ok(row.text(0)?.to_owned()))? {
        Some(merchant) => merchant,
        None => {
            let merchant = ids.merchant.to_string();
            let sql = "INSERT INTO merchant (merchant, name, siren, made) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, &[merchant.as_str().into(), merchant_name.into(), Value::Null, now.into()])?;
            merchant
        }
    };
    let found = "SELECT store FROM store WHERE merchant = $1 AND name = $2";
    let values = [merchant.as_str().into(), store_name.into()];
    let store = match tx.one(found, &values, |row| Ok(row.text(0)?.to_owned()))? {
        Some(store) => store,
        None => {
            let store = ids.store.to_string();
            let sql = "INSERT INTO store (merchant, store, name, made) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, &[merchant.as_str().into(), store.as_str().into(), store_name.into(), now.into()])?;
            store
        }
    };
    Ok(Place {
        merchant,
        merchant_name: merchant_name.to_owned(),
        store,
        store_name: store_name.to_owned(),
        replaces: None,
    })
}

/// The store of that name of the merchant of that name. None where there is no such store.
pub fn find(tx: &mut dyn Tx, merchant_name: &str, store_name: &str) -> Result<Option<Place>, StoreError> {
    let sql = "SELECT m.merchant, m.name, s.store, s.name FROM merchant m
        JOIN store s ON s.merchant = m.merchant
        WHERE m.name = $1 AND s.name = $2";
    tx.one(sql, &[merchant_name.into(), store_name.into()], |row| {
        Ok(Place {
            merchant: row.text(0)?.to_owned(),
            merchant_name: row.text(1)?.to_owned(),
            store: row.text(2)?.to_owned(),
            store_name: row.text(3)?.to_owned(),
            replaces: None,
        })
    })
}

/// The place of a register that a new device takes. None where there is no such register.
pub fn of_register(tx: &mut dyn Tx, register: RegisterId) -> Result<Option<Place>, StoreError> {
    let sql = "SELECT m.merchant, m.name, s.store, s.name FROM register_of o
        JOIN register r ON r.merchant = o.merchant AND r.register = o.register
        JOIN merchant m ON m.merchant = r.merchant
        JOIN store s ON s.merchant = r.merchant AND s.store = r.store
        WHERE o.register = $1";
    tx.one(sql, &[register.to_string().into()], |row| {
        Ok(Place {
            merchant: row.text(0)?.to_owned(),
            merchant_name: row.text(1)?.to_owned(),
            store: row.text(2)?.to_owned(),
            store_name: row.text(3)?.to_owned(),
            replaces: Some(register),
        })
    })
}

/// Opens a code for a register of a store, at `now` (unix seconds). Only its hash is kept.
pub fn open_code(tx: &mut dyn Tx, code: &Code, place: &Place, now: i64) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO code (code, merchant, store, ends, replaces, tries, used) VALUES ($1, $2, $3, $4, $5, 0, NULL)";
    let values: [Value; 5] = [
        hash_of(code).into(),
        place.merchant.as_str().into(),
        place.store.as_str().into(),
        (now + CODE_SECONDS).into(),
        place.replaces.map(|register| register.to_string()).into(),
    ];
    tx.execute(sql, &values)?;
    Ok(())
}

/// The place that an open code is for; and marks it used. None where it is wrong, used or over, which counts as a try of
/// every open one.
pub(crate) fn use_code(tx: &mut dyn Tx, code: &Code, now: i64) -> Result<Option<Place>, StoreError> {
    let sql = "UPDATE code SET used = $2 WHERE code = $1 AND used IS NULL AND ends > $2 AND tries < $3";
    if tx.execute(sql, &[hash_of(code).into(), now.into(), TRIES_MAX.into()])? == 0 {
        count_try(tx, now)?;
        return Ok(None);
    }
    let sql = format!("{PLACE} WHERE c.code = $1");
    tx.one(&sql, &[hash_of(code).into()], read_place)
}

/// The place that an open code gives, which stays open. None where it is wrong, used or over.
pub(crate) fn place_of_code(tx: &mut dyn Tx, code: &Code, now: i64) -> Result<Option<Place>, StoreError> {
    let sql = format!("{PLACE} WHERE c.code = $1 AND c.used IS NULL AND c.ends > $2 AND c.tries < $3");
    let place = tx.one(&sql, &[hash_of(code).into(), now.into(), TRIES_MAX.into()], read_place)?;
    if place.is_none() {
        count_try(tx, now)?;
    }
    Ok(place)
}

const PLACE: &str = "SELECT c.merchant, m.name, c.store, s.name, c.replaces FROM code c
    JOIN merchant m ON m.merchant = c.merchant
    JOIN store s ON s.merchant = c.merchant AND s.store = c.store";

fn read_place(row: &Row<'_>) -> Result<Place, StoreError> {
    let replaces = row.optional_text(4)?.map(str::parse::<RegisterId>).transpose();
    Ok(Place {
        merchant: row.text(0)?.to_owned(),
        merchant_name: row.text(1)?.to_owned(),
        store: row.text(2)?.to_owned(),
        store_name: row.text(3)?.to_owned(),
        replaces: replaces.map_err(StoreError::unreadable)?,
    })
}

fn count_try(tx: &mut dyn Tx, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE code SET tries = tries + 1 WHERE used IS NULL AND ends > $1";
    tx.execute(sql, &[now.into()])?;
    Ok(())
}

/// Whether a code was used already by this register's key: a till whose answer got lost asks again.
pub(crate) fn was_used_for(tx: &mut dyn Tx, code: &Code, merchant: &str) -> Result<bool, StoreError> {
    let sql = "SELECT used FROM code WHERE code = $1 AND merchant = $2 AND used IS NOT NULL";
    let used = tx.one(sql, &[hash_of(code).into(), merchant.into()], |row| row.optional_integer(0))?;
    Ok(used.is_some())
}

fn hash_of(code: &Code) -> [u8; 32] {
    *sha256(code.as_str().as_bytes()).as_bytes()
}
