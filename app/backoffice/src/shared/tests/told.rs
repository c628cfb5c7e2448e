//! What all stores of a merchant are told.

use std::collections::BTreeMap;

use comptoir_core::shared::{Kind, KnownTill, VoucherParts};
use comptoir_fiscal::key::DeviceKey;

use crate::schema::STEPS;
use crate::shared::told::tell_of_tills;
use crate::shared::{Epoch, Feed, Scope, records};
use crate::store::tests::places;
use crate::store::{Store, StoreError, Tx};

fn key(till: u8) -> [u8; 32] {
    *DeviceKey::from_seed(&[till; 32]).public().as_bytes()
}

fn found(tx: &mut dyn Tx) -> Result<(), StoreError> {
    for merchant in ["m", "m2"] {
        let sql = "INSERT INTO merchant (merchant, name, siren, made) VALUES ($1, $1, NULL, 0)";
        tx.execute(sql, &[merchant.into()])?;
    }
    open(tx, "m", "s")?;
    open(tx, "m2", "s")
}

fn open(tx: &mut dyn Tx, merchant: &str, store: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO store (merchant, store, name, made) VALUES ($1, $2, $2, 0)";
    tx.execute(sql, &[merchant.into(), store.into()]).map(drop)
}

/// A till is enrolled.
fn enrol(tx: &mut dyn Tx, till: u8, merchant: &str, store: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO register (merchant, register, store, label, public_key, enrolled, revoked, heard, protocol,
        refused, size, state, checkpoint) VALUES ($1, $2, $3, $4, $5, 0, NULL, 0, 1, 0, 0, '', '')";
    let name = format!("till {till}");
    let values = [merchant.into(), name.as_str().into(), store.into(), name.as_str().into(), key(till)[..].into()];
    tx.execute(sql, &values)?;
    tell_of_tills(tx, merchant, 1)
}

/// The tills that a store is told of, by what they are called, with the number of the change.
fn tills(store: &Store, merchant: &str, of: &str) -> BTreeMap<String, (u64, String)> {
    let scope = Scope { merchant: merchant.to_owned(), store: of.to_owned() };
    let records = store.read_now(move |tx: &mut dyn Tx| records(tx, &scope, Some(Kind::Till))).unwrap();
    let till = |(_, register, record): (Kind, String, crate::shared::merge::Record)| {
        let till: KnownTill = serde_json::from_value(record.row.unwrap().into()).unwrap();
        assert_eq!(till.label, register);
        (register, (record.number, till.public_key))
    };
    records.into_iter().map(till).collect()
}

#[test]
fn all_stores_of_a_merchant_know_its_tills_and_no_other_merchants() {
    for place in places() {
        let store = place.open(STEPS);
        let enrolled = |tx: &mut dyn Tx| {
            found(tx)?;
            open(tx, "m", "s2")?;
            enrol(tx, 1, "m", "s")?;
            enrol(tx, 2, "m", "s2")?;
            enrol(tx, 3, "m2", "s")
        };
        store.write_now(enrolled).unwrap();
        let known = |till: u8, number| {
            (format!("till {till}"), (number, DeviceKey::from_seed(&[till; 32]).public().to_base64()))
        };
        for of in ["s", "s2"] {
            assert_eq!(tills(&store, "m", of), BTreeMap::from([known(1, 1), known(2, 2)]), "each told once");
        }
        assert_eq!(tills(&store, "m2", "s"), BTreeMap::from([known(3, 1)]));
    }
}

#[test]
fn a_store_that_is_opened_later_is_told_what_the_others_know() {
    for place in places() {
        let store = place.open(STEPS);
        let before = |tx: &mut dyn Tx| {
            found(tx)?;
            enrol(tx, 1, "m", "s")?;
            for (merchant, code) in [("m", "OURS"), ("m2", "THEIRS")] {
                let sql = "INSERT INTO voucher_movement (merchant, register, code, seq, payment, at, day, kind, amount)
                    VALUES ($1, '0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d', $2, 7, 0, 1, '2026-11-20', 'credit_note', -500)";
                tx.execute(sql, &[merchant.into(), code.into()])?;
            }
            Ok::<_, StoreError>(())
        };
        store.write_now(before).unwrap();
        let scope = Scope { merchant: "m".to_owned(), store: "new".to_owned() };
        let later = scope.clone();
        let begin = move |tx: &mut dyn Tx| {
            open(tx, "m", "new")?;
            Feed::take(tx, &later, &Epoch::new([1; 8])).map(|feed| feed.number())
        };
        assert_eq!(store.write_now::<_, StoreError, _>(begin).unwrap(), 2, "a till and a voucher");
        assert_eq!(tills(&store, "m", "new").into_keys().collect::<Vec<_>>(), ["till 1"]);
        let told = store.read_now(move |tx: &mut dyn Tx| records(tx, &scope, Some(Kind::Voucher))).unwrap();
        let [(_, code, record)] = told.as_slice() else { panic!("{told:?}") };
        let parts: VoucherParts = serde_json::from_value(record.row.clone().unwrap().into()).unwrap();
        assert_eq!((code.as_str(), parts.parts[0].issued.get()), ("OURS", 500));
    }
}
