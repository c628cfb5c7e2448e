//! What the commands do, but for serving.

use std::io::{self, BufWriter, Write};

use comptoir_backoffice::journals::{self, Registered};
use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::server::now;
use comptoir_backoffice::shared::renew_epochs;
use comptoir_backoffice::store::{StoreError, Tx};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::meeting::words;
use serde::Serialize;
use uuid::Uuid;

use crate::arguments::Place;
use crate::folder::{FolderError, at};

/// A register, for whoever looks after the back office.
#[derive(Debug, Serialize)]
struct Listed {
    merchant: String,
    store: String,
    label: String,
    register: String,
    entries: u64,
    heard: i64,
    revoked: bool,
    defects: i64,
    evidence: i64,
    refused: i64,
}

const LISTED: &str = "SELECT m.name, s.name, r.label, r.register, r.size, r.heard, r.revoked,
        (SELECT count(*) FROM finding f
            WHERE f.merchant = r.merchant AND f.register = r.register AND f.is_defect = CAST(1 AS BIGINT)),
        (SELECT count(*) FROM evidence e WHERE e.merchant = r.merchant AND e.register = r.register),
        r.refused
    FROM register r
    JOIN merchant m ON m.merchant = r.merchant
    JOIN store s ON s.merchant = r.merchant AND s.store = r.store
    ORDER BY r.merchant, r.store, r.label";

/// What a code is for.
pub(crate) enum Given {
    /// A register of that merchant and store.
    Named(String, String),
    /// A new device in the place of this register's.
    Replaces(RegisterId),
}

/// Opens a code, and prints its link.
pub(crate) fn code(place: &Place, given: Given, texts: &Translations) -> Result<(), FolderError> {
    let reached = place.reached()?;
    let (database, witness) = (place.store()?, place.witness()?);
    let mut random = [0; 37];
    getrandom::fill(&mut random).map_err(|fault| StoreError::Unavailable { why: fault.to_string() })?;
    let [a, b, c, d, e, ids @ ..] = random;
    let code = Code::of([a, b, c, d, e]);
    let uuid = |bytes: &[u8]| uuid::Builder::from_random_bytes(bytes.try_into().unwrap_or_default()).into_uuid();
    let ids: [Uuid; 2] = [uuid(&ids[..16]), uuid(&ids[16..])];
    let opened = code.clone();
    let at_time = i64::try_from(now()).unwrap_or(i64::MAX);
    let known = database.write_now(move |tx: &mut dyn Tx| {
        let store = match &given {
            Given::Named(merchant, store) => {
                let ids = NewIds { merchant: ids[0], store: ids[1] };
                Some(merchants::find_or_make(tx, merchant, store, ids, at_time)?)
            }
            Given::Replaces(register) => merchants::of_register(tx, *register)?,
        };
        store.map(|store| merchants::open_code(tx, &opened, &store, at_time)).transpose()
    })?;
    known.ok_or(FolderError::UnknownRegister)?;
    let certificate = reached.certificate.and_then(|hash| hash.parse().ok());
    let link = EnrolmentLink { address: reached.address, code, witness: witness.public(), certificate };
    eprintln!("{}", texts.say(&message!("Good for one register and 15 minutes:")));
    println!("{link}");
    let typed = message!(
        "Or type the address {address} and the code {code}; the till then shows these words, and no others: {words}",
        address = link.address.as_str(),
        code = link.code.as_str(),
        words = words(&link.witness.public_key, link.certificate)
    );
    eprintln!("{}", texts.say(&typed));
    Ok(())
}

/// Lists the registers.
pub(crate) fn registers(place: &Place, json: bool, texts: &Translations) -> Result<(), FolderError> {
    let listed = place.store()?.read_now(|tx: &mut dyn Tx| {
        tx.all(LISTED, &[], |row| {
            Ok(Listed {
                merchant: row.text(0)?.to_owned(),
                store: row.text(1)?.to_owned(),
                label: row.text(2)?.to_owned(),
                register: row.text(3)?.to_owned(),
                entries: row.unsigned(4)?,
                heard: row.integer(5)?,
                revoked: row.optional_integer(6)?.is_some(),
                defects: row.integer(7)?,
                evidence: row.integer(8)?,
                refused: row.integer(9)?,
            })
        })
    });
    let listed: Vec<Listed> = listed.map_err(|error: StoreError| FolderError::from(error))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&listed).unwrap_or_default());
        return Ok(());
    }
    for register in &listed {
        let Listed { merchant, store, label, register, entries, defects, evidence, refused, .. } = register;
        println!("{merchant} · {store} · {label} · {register}");
        let said = message!(
            "  {entries} entries, {defects} defects, {evidence} pieces of evidence, {refused} requests refused",
            entries = *entries,
            defects = *defects,
            evidence = *evidence,
            refused = *refused
        );
        println!("{}", texts.say(&said));
    }
    if listed.is_empty() {
        println!("{}", texts.say(&message!("No register is enrolled yet.")));
    }
    Ok(())
}

/// Writes a register's lines out.
pub(crate) fn journal(place: &Place, register: RegisterId) -> Result<(), FolderError> {
    let store = place.store()?;
    store.read_now(move |tx: &mut dyn Tx| {
        let Some(found) = Registered::find(tx, register)? else { return Ok(Err(FolderError::UnknownRegister)) };
        let mut out = BufWriter::new(io::stdout().lock());
        let unwritten = |cause: io::Error| StoreError::Unavailable { why: cause.to_string() };
        journals::lines(tx, &found.whose, 0, &mut |line| out.write_all(line).map_err(unwritten))?;
        Ok::<_, StoreError>(out.flush().map_err(at("-")))
    })?
}

/// Writes a register's newest countersigned checkpoint out.
pub(crate) fn checkpoint(place: &Place, register: RegisterId) -> Result<(), FolderError> {
    let found = place.store()?.read_now(move |tx: &mut dyn Tx| Registered::find(tx, register))?;
    print!("{}", found.ok_or(FolderError::UnknownRegister)?.checkpoint);
    Ok(())
}

/// Writes out what was kept as evidence: what it is, and the bytes as they came.
pub(crate) fn evidence(place: &Place, register: RegisterId) -> Result<(), FolderError> {
    let sql = "SELECT kind, seq, why, bytes FROM evidence WHERE merchant = $1 AND register = $2 ORDER BY n";
    let found = place.store()?.read_now(move |tx: &mut dyn Tx| {
        let Some(found) = Registered::find(tx, register)? else { return Ok(None) };
        let key = [found.whose.merchant.as_str().into(), register.to_string().into()];
        let read = |row: &comptoir_backoffice::store::Row<'_>| {
            let said = format!("{} {} ({})", row.text(0)?, row.integer(1)?, row.text(2)?);
            Ok((said, row.blob(3)?.to_vec()))
        };
        Ok::<_, StoreError>(Some(tx.all(sql, &key, read)?))
    })?;
    let mut out = io::stdout().lock();
    for (said, bytes) in found.ok_or(FolderError::UnknownRegister)? {
        eprintln!("{said}");
        out.write_all(&bytes).map_err(at("-"))?;
    }
    Ok(())
}

/// Revokes a register.
pub(crate) fn revoke(place: &Place, register: RegisterId, texts: &Translations) -> Result<(), FolderError> {
    let time = i64::try_from(now()).unwrap_or(i64::MAX);
    let revoked = place.store()?.write_now(move |tx: &mut dyn Tx| Registered::revoke(tx, register, time))?;
    if !revoked {
        return Err(FolderError::UnknownRegister);
    }
    println!("{}", texts.say(&message!("It is revoked: what it had sealed still arrives.")));
    Ok(())
}

/// Derives what is derived from lines anew, one register after the other, and has tills fetch what they share once more: a
/// database may be one that was put back.
pub(crate) fn rebuild(place: &Place, texts: &Translations) -> Result<(), FolderError> {
    let store = place.store()?;
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|fault| StoreError::Unavailable { why: fault.to_string() })?;
    store.write_now(move |tx: &mut dyn Tx| renew_epochs(tx, random))?;
    let all = "SELECT register FROM register_of ORDER BY register";
    let registers = store.read_now(move |tx: &mut dyn Tx| tx.all(all, &[], |row| Ok(row.text(0)?.to_owned())));
    let registers: Vec<String> = registers.map_err(|error: StoreError| FolderError::from(error))?;
    for name in registers {
        let Ok(register) = name.parse::<RegisterId>() else { continue };
        let now = i64::try_from(now()).unwrap_or(i64::MAX);
        store.write_now::<_, StoreError, _>(move |tx: &mut dyn Tx| journals::rebuild(tx, register, now))?;
        println!("{}", texts.say(&message!("{register} is derived anew.", register = name)));
    }
    Ok(())
}
