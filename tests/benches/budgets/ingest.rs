//! Taking a journal in: what the back office answers a register, beside verifying the same journal and storing its lines
//! and nothing else.

use std::path::Path;

use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_core::register::Register;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::verify::{Verdict, verify_file};
use comptoir_sync::enrol;
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::push::{Heard, Next, Push, Till};
use comptoir_sync::request::Request;
use rusqlite::Connection;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::Result;
use crate::figures::{Good, Times, budget, timed};
use crate::shop::{self, Shop};

/// Days whose tickets, with their closing, make a piece of just under a thousand lines each.
const DAYS: i64 = 10;
const TICKETS: usize = 990;

/// How often each side is measured, in turn.
const ROUNDS: usize = 5;

/// Measures `ingest`.
pub(crate) fn measure() -> Result<()> {
    let folder = tempfile::tempdir_in(crate::large::cache()?)?;
    let mut shop = Shop::found(&folder.path().join("shop"))?;
    shop.sell_days_of(TICKETS, DAYS, &shop::samples(1..=12)?)?;
    let mut register = shop.open_in_the_evening()?;
    let runtime = Runtime::new()?;
    let (mut office, mut alone) = (Times::default(), Times::default());
    let (mut entries, mut pieces) = (0, 0);
    for round in 0..ROUNDS {
        let place = folder.path().join(format!("office-{round}"));
        std::fs::create_dir(&place)?;
        let (seconds, count) = bring(&mut register, &place, &runtime)?;
        office.add(seconds);
        pieces = count;
        let size = register.journal().standing().size();
        let lines = register.journal().lines(0, size)?;
        entries = u32::try_from(lines.len())?;
        let journal = place.join("journal.jsonl");
        std::fs::write(&journal, lines.concat())?;
        let (done, seconds) = timed(|| verify_and_store(&journal, &place.join("alone.db"), &lines));
        done?;
        alone.add(seconds);
    }
    let (office, alone) = (office.median(), alone.median());
    let beside = format!(
        "office_per_s={:.0} alone_per_s={:.0} entries={entries} pieces={pieces} rounds={ROUNDS}",
        f64::from(entries) / office,
        f64::from(entries) / alone
    );
    budget("ingest", alone / office, Good::Above, 0.7, &beside);
    Ok(())
}

/// Enrols the register in a new back office and brings its journal. The time that the back office took to answer, and in how
/// many pieces.
pub(crate) fn bring(register: &mut Register, place: &Path, runtime: &Runtime) -> Result<(std::time::Duration, u32)> {
    let store = Store::open(&Database::Sqlite(place.join("backoffice.db")), STEPS)?;
    let office = Office::new(store, witness());
    let code = Code::of([1, 2, 3, 4, 5]);
    let opened = code.clone();
    let now = Till::time(register);
    let open = move |tx: &mut dyn Tx| {
        let now = i64::try_from(now).unwrap_or_default();
        let ids = NewIds { merchant: Uuid::from_u128(1), store: Uuid::from_u128(2) };
        let place = merchants::find_or_make(tx, "bench", "bench", ids, now)?;
        merchants::open_code(tx, &opened, &place, now)
    };
    office.store().write_now::<_, StoreError, _>(open)?;
    let address = "https://bench.example".to_owned();
    let link = EnrolmentLink { address, code, witness: office.witness().public(), certificate: None };
    let answer = |request: Request| timed(|| runtime.block_on(office.answer(request, now)));
    let (enrolled, _) = answer(enrol::ask(register, &link)?);
    enrol::answered(register, &link, &enrolled)?;
    let (mut push, mut took, mut pieces) = (Push::default(), std::time::Duration::ZERO, 0);
    loop {
        let request = match push.next(register)? {
            Next::GoOn => continue,
            Next::Rest => return Ok((took, pieces)),
            Next::Say(request) => request,
        };
        let (response, time) = answer(request);
        (took, pieces) = (took + time, pieces + 1);
        match push.answered(register, &response)? {
            Heard::GoOn => {}
            other => return Err(format!("the back office does not take it: {other:?}").into()),
        }
    }
}

/// The key that the back office of these measurements countersigns with.
pub(crate) fn witness() -> WitnessKey {
    WitnessKey::new("bench/1", DeviceKey::from_seed(&[9; 32]))
}

/// Verifies a journal, and stores its lines a thousand at a time, as safely as the back office does.
fn verify_and_store(journal: &Path, database: &Path, lines: &[Vec<u8>]) -> Result<()> {
    let report = verify_file(journal, &[], &mut |_, _| ());
    if report.verdict() != Verdict::Sound {
        return Err(format!("the journal is {:?}", report.verdict()).into());
    }
    let mut connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE line (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    )?;
    for piece in lines.chunks(1000) {
        let transaction = connection.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO line (bytes) VALUES (?1)")?;
        for line in piece {
            insert.execute([line])?;
        }
        drop(insert);
        transaction.commit()?;
    }
    Ok(())
}
