//! What a shop has edited (catalogue, operators, settings, tickets that wait), copied apart from what is derived from its
//! journals: what a back office keeps for the day that the device is lost. It is read by a connection of its own, so that
//! no sale waits for it.

use std::path::Path;

use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::values::Hash;
use rusqlite::{Connection, OpenFlags};

use crate::register::{KEPT_HERE, RegisterError};
use crate::shop::{Shop, ShopError};

/// The tables whose rows have a key and a body.
const RECORDS: [&str; 8] = ["category", "family", "modifiers", "product", "menu", "price_list", "operator", "held"];

/// What tells one state of what is edited from another: cheap beside a copy.
pub fn edition(shop: &Path) -> Result<Hash, RegisterError> {
    Ok(sha256(&seen(shop)?))
}

/// Copies what is edited into a new file.
pub fn copy_to(shop: &Path, to: &Path) -> Result<(), RegisterError> {
    Ok(copy(shop, to)?)
}

fn seen(shop: &Path) -> Result<Vec<u8>, ShopError> {
    let from = reading(shop)?;
    let mut seen = Vec::new();
    let mut settings = from.prepare("SELECT name, value FROM setting ORDER BY name")?;
    let mut rows = settings.query([])?;
    while let Some(row) = rows.next()? {
        let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
        if !KEPT_HERE.contains(&name.as_str()) {
            seen.extend_from_slice(format!("{name}\n{value}\n").as_bytes());
        }
    }
    for table in RECORDS {
        let mut records = from.prepare(&format!("SELECT key, body FROM {table} ORDER BY key"))?;
        let mut rows = records.query([])?;
        while let Some(row) = rows.next()? {
            let (key, body): (String, String) = (row.get(0)?, row.get(1)?);
            let body = sha256(body.as_bytes());
            seen.extend_from_slice(format!("{table}\n{key}\n{body}\n").as_bytes());
        }
    }
    Ok(seen)
}

fn copy(shop: &Path, to: &Path) -> Result<(), ShopError> {
    // The tables as this program makes them, empty.
    drop(Shop::open(to)?);
    let copy = Connection::open(to)?;
    copy.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA trusted_schema = OFF;")?;
    let name = shop
        .to_str()
        .ok_or_else(|| ShopError::Copy { path: shop.to_owned(), cause: std::io::ErrorKind::InvalidFilename.into() })?;
    copy.execute("ATTACH ?1 AS edited", [name])?;
    copy.execute_batch("BEGIN")?;
    copy.execute_batch("INSERT OR IGNORE INTO main.setting SELECT * FROM edited.setting")?;
    for name in KEPT_HERE {
        copy.execute("DELETE FROM main.setting WHERE name = ?1 AND name <> 'projections'", [name])?;
    }
    for table in RECORDS.iter().chain(&["picture"]) {
        copy.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM edited.{table}"))?;
    }
    copy.execute_batch("COMMIT; DETACH edited;")?;
    Ok(())
}

fn reading(shop: &Path) -> Result<Connection, ShopError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(shop, flags)?)
}
