//! What two transactions do to one journal, or to one voucher, at the same moment: on databases on which there can be two.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use comptoir_core::shared::{Kind, VoucherParts};
use comptoir_fiscal::checkpoint::{Checkpoint, Statement};
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::key::{DeviceKey, PublicKey};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::{Hash, RegisterId};
use comptoir_fiscal::verify::Intake;
use uuid::Uuid;

use super::*;
use crate::schema::STEPS;
use crate::shared::{Scope, records};
use crate::store::Store;
use crate::store::tests::places;
use crate::witness::WitnessKey;

const JOURNAL: &str = include_str!("../../../../tests/vectors/journal.jsonl");

fn witness() -> WitnessKey {
    WitnessKey::new("office.example/1", DeviceKey::from_seed(&[77; 32]))
}

fn whose(register: RegisterId, store: &str) -> Whose {
    Whose { merchant: "m".to_owned(), store: store.to_owned(), register }
}

fn id(till: u128) -> RegisterId {
    RegisterId::new(Uuid::from_u128(0x0192_f0c1_7a3e_7c55_9d1b_0000_0000_0000 | till))
}

fn found(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.execute("INSERT INTO merchant (merchant, name, siren, made) VALUES ('m', 'M', NULL, 0)", &[])?;
    for store in ["s", "s2"] {
        let sql = "INSERT INTO store (merchant, store, name, made) VALUES ('m', $1, $1, 0)";
        tx.execute(sql, &[store.into()])?;
    }
    Ok(())
}

/// Runs one transaction up to its end but not its commit, begins another, and commits the first a moment later.
fn beside<A, B>(
    store: &Store,
    first: impl Fn(&mut dyn Tx) -> Result<A, StoreError> + Send + Sync + 'static,
    second: impl Fn(&mut dyn Tx) -> Result<B, StoreError> + Send + Sync + 'static,
) where
    A: Send + 'static,
    B: Send + 'static,
{
    let ((began, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let may_go_on = std::sync::Mutex::new(may_go_on);
    let slow = store.clone();
    let slow = thread::spawn(move || {
        slow.write_now(move |tx: &mut dyn Tx| {
            let done = first(tx)?;
            let _ = began.send(());
            let _ = may_go_on.lock().unwrap().recv_timeout(Duration::from_secs(5));
            Ok::<_, StoreError>(done)
        })
    });
    has_begun.recv().unwrap();
    let fast = store.clone();
    let fast = thread::spawn(move || fast.write_now(move |tx: &mut dyn Tx| second(tx)));
    thread::sleep(Duration::from_millis(300));
    go_on.send(()).unwrap();
    slow.join().unwrap().unwrap();
    fast.join().unwrap().unwrap();
}

/// A till's line takes of a voucher, and everybody is told.
fn spend(tx: &mut dyn Tx, till: u128, store: &str) -> Result<(), StoreError> {
    let whose = whose(id(till), store);
    let sql = "INSERT INTO voucher_movement (merchant, register, code, seq, payment, at, day, kind, amount)
        VALUES ($1, $2, 'CODE', $3, $3, $3, '2026-11-20', 'credit_note', $4)";
    tx.execute(sql, &whose.row([1i64.into(), 500i64.into()]))?;
    vouchers::tell(tx, &whose, &BTreeSet::from(["CODE".to_owned()]), 1)
}

#[test]
fn a_voucher_that_two_tills_spend_at_once_is_told_with_both_in_every_store() {
    for place in places().into_iter().skip(1) {
        let store = place.open(STEPS);
        store.write_now(found).unwrap();
        beside(&store, |tx| spend(tx, 1, "s"), |tx| spend(tx, 2, "s2"));
        for name in ["s", "s2"] {
            let told = store.read_now(move |tx: &mut dyn Tx| {
                records(tx, &Scope { merchant: "m".to_owned(), store: name.to_owned() }, Some(Kind::Voucher))
            });
            let (_, _, record) = told.unwrap().remove(0);
            let parts: VoucherParts = serde_json::from_value(record.row.unwrap().into()).unwrap();
            assert_eq!(
                parts.parts.iter().map(|part| part.register).collect::<Vec<_>>(),
                [id(1), id(2)],
                "store {name}"
            );
        }
    }
}

#[test]
fn lines_that_arrive_while_a_register_is_derived_anew_are_derived_too() {
    let lines: Vec<Vec<u8>> = JOURNAL.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
    let size = lines.len() as u64;
    let genesis = sealed::read(&lines[0]).unwrap().entry;
    let Body::Genesis(settings) = &genesis.body else { panic!("not a genesis") };
    let key = PublicKey::from_base64(&settings.public_key).unwrap();
    let register = genesis.register;
    for place in places().into_iter().skip(1) {
        let store = place.open(STEPS);
        store.write_now(found).unwrap();
        let first = lines[0].clone();
        let enrol = move |tx: &mut dyn Tx| {
            let whose = whose(register, "s");
            let (intake, taken) = Intake::begin(&first, register, key).unwrap();
            let (state, checkpoint) = begin(tx, &whose, &intake, &taken, &witness(), 1)?;
            tx.execute(
                "INSERT INTO register_of (register, merchant) VALUES ($1, 'm')",
                &[register.to_string().into()],
            )?;
            let sql = "INSERT INTO register (merchant, register, store, label, public_key, enrolled, revoked, heard,
                protocol, refused, size, state, checkpoint) VALUES ($1, $2, 's', '01', $3, 0, NULL, 0, 1, 0, 1, $4, $5)";
            tx.execute(sql, &whose.row([key.as_bytes().into(), state.into(), checkpoint.into()]))?;
            Registered::find(tx, register)
        };
        let enrolled = store.write_now::<_, StoreError, _>(enrol).unwrap().unwrap();
        // The checkpoint is nobody's: the witness states what it holds by itself.
        let statement = Statement { register, size, root: Hash::ZERO };
        let checkpoint = Checkpoint::sign(statement, &DeviceKey::from_seed(&[9; 32]));
        let piece = Piece { from: 1, lines: lines[1..].to_vec(), checkpoint };
        let prepared = Prepared::new(&enrolled, piece).unwrap();
        let receive = move |tx: &mut dyn Tx| prepared.receive(tx, &whose(register, "s"), &witness(), 2);
        beside(&store, receive, move |tx| rebuild(tx, register, 3));
        let read = move |tx: &mut dyn Tx| {
            let found = Registered::find(tx, register)?.unwrap();
            let tickets = tx.one("SELECT count(*) FROM ticket", &[], |row| row.integer(0))?;
            Ok::<_, StoreError>((found.size, found.standing()?.size(), tickets))
        };
        let (held, stands, tickets) = store.read_now(read).unwrap();
        assert_eq!((held, stands), (size, size));
        let is_ticket = |line: &&Vec<u8>| matches!(sealed::read(line).unwrap().entry.body, Body::Ticket(_));
        let sold = lines.iter().filter(is_ticket).count();
        assert_eq!(tickets, Some(i64::try_from(sold).unwrap()));
    }
}
