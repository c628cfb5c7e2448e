//! Requests of registers, signed as they are carried.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use comptoir_core::basket::Basket;
use comptoir_core::held::HeldTicket;
use comptoir_core::shared::held::{HeldRecord, HeldState, PaidTicket};
use comptoir_core::shared::{Change, Changes, Edit, Kind, Row};
use comptoir_fiscal::entry::Channel;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::message::{Edits, Fate, Merged, Refused};
use comptoir_sync::request::{self, Method};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::gzip::{packed, unpacked};
use crate::journals::Registered;
use crate::office::Office;
use crate::schema::STEPS;
use crate::server::now;
use crate::shared::editing::{Edited, NotEdited, edit};
use crate::shared::inbox::{self, NotDecided, Take};
use crate::shared::{Scope, renew_epochs};
use crate::store::tests::{places, runtime};
use crate::store::{Store, StoreError, Tx};
use crate::witness::WitnessKey;

/// Registers of two merchants: the first two of one store, the third of its neighbour, the fourth of the other merchant.
const TILLS: [(u8, &str, &str); 4] = [(1, "m", "s"), (2, "m", "s"), (3, "m", "s2"), (4, "m2", "s")];

fn key(till: u8) -> DeviceKey {
    DeviceKey::from_seed(&[till; 32])
}

fn id(till: u8) -> RegisterId {
    RegisterId::new(Uuid::from_u128(0x0192_f0c1_7a3e_7c55_9d1b_0000_0000_0000 | u128::from(till)))
}

fn scope() -> Scope {
    Scope { merchant: "m".to_owned(), store: "s".to_owned() }
}

fn enrol(tx: &mut dyn Tx) -> Result<(), StoreError> {
    for (merchant, name) in [("m", "M"), ("m2", "M2")] {
        let sql = "INSERT INTO merchant (merchant, name, siren, made) VALUES ($1, $2, NULL, 0)";
        tx.execute(sql, &[merchant.into(), name.into()])?;
    }
    for (merchant, store) in [("m", "s"), ("m", "s2"), ("m2", "s")] {
        let sql = "INSERT INTO store (merchant, store, name, made) VALUES ($1, $2, $2, 0)";
        tx.execute(sql, &[merchant.into(), store.into()])?;
        // Begun by hand, so that nothing stands in it yet: what all stores are told is said elsewhere.
        let sql = "INSERT INTO feed (merchant, store, epoch, number) VALUES ($1, $2, $3, 0)";
        tx.execute(sql, &[merchant.into(), store.into(), format!("{merchant}{store}").into()])?;
    }
    for (till, merchant, store) in TILLS {
        let register = id(till).to_string();
        let sql = "INSERT INTO register_of (register, merchant) VALUES ($1, $2)";
        tx.execute(sql, &[register.as_str().into(), merchant.into()])?;
        let sql =
            "INSERT INTO register (merchant, register, store, label, public_key, enrolled, revoked, heard, protocol,
            refused, size, state, checkpoint) VALUES ($1, $2, $3, $4, $5, 0, NULL, 0, 1, 0, 0, '', '')";
        let public = key(till).public();
        let values =
            [merchant.into(), register.into(), store.into(), till.to_string().into(), public.as_bytes().into()];
        tx.execute(sql, &values)?;
    }
    Ok(())
}

fn office(store: Store) -> Office {
    store.write_now(enrol).unwrap();
    Office::new(store, WitnessKey::new("office.example/1", DeviceKey::from_seed(&[77; 32])))
}

/// On every database: an office with its registers.
fn on_each(test: impl AsyncFn(&Office)) {
    for place in places() {
        let office = office(place.open(STEPS));
        runtime().block_on(test(&office));
    }
}

async fn ask(office: &Office, till: u8, method: Method, what: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    ask_at(office, till, now(), method, what, body).await
}

async fn ask_at(office: &Office, till: u8, now: u64, method: Method, what: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    static NONCE: AtomicU64 = AtomicU64::new(0);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&NONCE.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let path = format!("/v1/registers/{}/{what}", id(till));
    let asked = request::sign((method, path), body, None, (id(till), &key(till)), now, nonce);
    let answer = office.answer(asked, now).await;
    (answer.status, answer.body)
}

async fn get<T: DeserializeOwned>(office: &Office, till: u8, what: &str) -> Result<T, Refused> {
    let (status, body) = ask(office, till, Method::Get, what, Vec::new()).await;
    if status != 200 {
        return Err(serde_json::from_slice(&body).unwrap());
    }
    Ok(serde_json::from_slice(&unpacked(&body, 64 << 20).unwrap()).unwrap())
}

async fn changes(office: &Office, till: u8, after: &str) -> Result<Changes, Refused> {
    get(office, till, &format!("changes?after={after}")).await
}

async fn send(office: &Office, till: u8, cursor: &str, edits: Vec<Edit>) -> Result<Vec<Fate>, Refused> {
    send_at(office, till, now(), cursor, edits).await
}

async fn send_at(office: &Office, till: u8, now: u64, cursor: &str, edits: Vec<Edit>) -> Result<Vec<Fate>, Refused> {
    let edits = Edits { cursor: cursor.to_owned(), edits };
    let body = packed(&serde_json::to_vec(&edits).unwrap());
    let (status, body) = ask_at(office, till, now, Method::Post, "edits", body).await;
    if status != 200 {
        return Err(serde_json::from_slice(&body).unwrap());
    }
    let merged: Merged = serde_json::from_slice(&body).unwrap();
    Ok(merged.outcomes.into_iter().map(|outcome| outcome.fate).collect())
}

fn product(sku: &str, label: &str, price: i64) -> Row {
    let row = json!({"sku": sku, "label": label, "category": "c", "price": price, "vat": {"base": 2000}});
    row.as_object().unwrap().clone()
}

fn of(sku: &str, base: u64, at: u64, row: Option<Row>) -> Edit {
    let fields = ["label", "price"].map(str::to_owned).to_vec();
    Edit {
        id: Uuid::from_u128(random()),
        kind: Kind::Product,
        key: sku.to_owned(),
        base,
        at,
        operator: String::new(),
        fields,
        row,
    }
}

fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    u128::from_le_bytes(bytes)
}

fn by_office(store: &Store, skus: std::ops::Range<u32>, price: i64) -> usize {
    let edited: Vec<Edited> = skus
        .map(|n| n.to_string())
        .map(|sku| Edited { kind: Kind::Product, row: Some(product(&sku, "x", price)), key: sku })
        .collect();
    store.write_now(move |tx: &mut dyn Tx| edit(tx, &scope(), &edited, None, 1000)).unwrap()
}

fn versions(changes: &[Change]) -> Vec<u64> {
    changes.iter().map(|change| change.version).collect()
}

#[test]
fn what_one_till_edits_reaches_the_others_of_its_store_and_nobody_else() {
    on_each(async |office| {
        let fates = send(office, 1, "", vec![of("A", 0, 5, Some(product("A", "a", 100)))]).await.unwrap();
        assert_eq!(fates, [Fate::Taken]);
        let told = changes(office, 2, "").await.unwrap();
        let row = Some(product("A", "a", 100));
        assert_eq!(told.changes, [Change { kind: Kind::Product, key: "A".to_owned(), version: 1, at: 5, row }]);
        assert!(!told.more);
        assert!(changes(office, 2, &told.next).await.unwrap().changes.is_empty());
        for stranger in [3, 4] {
            assert!(changes(office, stranger, "").await.unwrap().changes.is_empty(), "{stranger}");
            assert_eq!(changes(office, stranger, &told.next).await.unwrap_err(), Refused::Cursor);
        }
    });
}

#[test]
fn an_edit_that_is_said_twice_is_taken_once_and_answered_the_same() {
    on_each(async |office| {
        let edits = vec![of("A", 0, 5, Some(product("A", "a", 100))), of("A", 0, 5, Some(product("B", "b", 1)))];
        let first = send(office, 1, "", edits.clone()).await.unwrap();
        assert!(matches!(first.as_slice(), [Fate::Taken, Fate::Refused { .. }]), "{first:?}");
        let told = changes(office, 1, "").await.unwrap();
        assert_eq!(send(office, 1, "", edits).await.unwrap(), first);
        assert_eq!(changes(office, 1, "").await.unwrap(), told);
    });
}

#[test]
fn what_became_of_an_edit_is_remembered_for_ninety_days() {
    on_each(async |office| {
        let (day, began) = (24 * 60 * 60, now());
        let first = vec![of("A", 0, 5, Some(product("A", "a", 100)))];
        send_at(office, 1, began, "", first.clone()).await.unwrap();
        let remembered = || {
            let count = |tx: &mut dyn Tx| tx.one("SELECT count(*) FROM edit_seen", &[], |row| row.integer(0));
            office.store().read_now::<_, StoreError, _>(count).unwrap()
        };
        let other = |sku: &str| vec![of(sku, 0, 5, Some(product(sku, "b", 1)))];
        send_at(office, 2, began + 90 * day, "", other("B")).await.unwrap();
        assert_eq!(remembered(), Some(2));
        assert_eq!(send_at(office, 1, began + 90 * day, "", first).await.unwrap(), [Fate::Taken]);
        send_at(office, 2, began + 90 * day + 1, "", other("C")).await.unwrap();
        assert_eq!(remembered(), Some(2), "the first of them is forgotten");
    });
}

#[test]
fn pictures_are_left_out_where_a_till_asks_so_and_its_place_moves_on() {
    on_each(async |office| {
        let picture = json!({"kind": "image/png", "bytes": ""}).as_object().unwrap().clone();
        let edited = [
            Edited { kind: Kind::Product, key: "A".to_owned(), row: Some(product("A", "a", 1)) },
            Edited { kind: Kind::Picture, key: sha256(b"").to_string(), row: Some(picture) },
        ];
        office.store().write_now(move |tx: &mut dyn Tx| edit(tx, &scope(), &edited, None, 1000)).unwrap();
        let without: Changes = get(office, 1, "changes?after=&without=picture").await.unwrap();
        assert_eq!(versions(&without.changes), [1]);
        let all = changes(office, 1, "").await.unwrap();
        assert_eq!((versions(&all.changes), &all.next), (vec![1, 2], &without.next));
        let waited: Changes =
            get(office, 1, &format!("wait?after={}&without=picture", all.next.replace(".2", ".1"))).await.unwrap();
        assert_eq!((waited.changes.len(), &waited.next), (0, &all.next));
    });
}

#[test]
fn a_page_ends_after_four_megabytes_and_the_next_goes_on_there() {
    on_each(async |office| {
        let large = "x".repeat(900_000);
        let edited: Vec<Edited> = (0..7)
            .map(|n| n.to_string())
            .map(|sku| Edited { kind: Kind::Product, row: Some(product(&sku, &large, 1)), key: sku })
            .collect();
        let put = move |tx: &mut dyn Tx| edit(tx, &scope(), &edited, None, 1000);
        office.store().write_now(put).unwrap();
        let first = changes(office, 1, "").await.unwrap();
        assert_eq!((versions(&first.changes), first.more), (vec![1, 2, 3, 4, 5], true));
        let rest = changes(office, 1, &first.next).await.unwrap();
        assert_eq!((versions(&rest.changes), rest.more), (vec![6, 7], false));
    });
}

#[test]
fn a_line_that_is_held_for_nothing_is_let_go_in_time_also_where_several_wait() {
    for place in places() {
        let office = office(place.open(STEPS)).holding_lines_for(Duration::from_millis(1500));
        let waits = async |till: u8| {
            let cursor = changes(&office, till, "").await.unwrap().next;
            let since = Instant::now();
            let told: Changes = get(&office, till, &format!("wait?after={cursor}")).await.unwrap();
            assert_eq!((told.changes.len(), told.next.as_str()), (0, cursor.as_str()));
            since.elapsed()
        };
        let both = runtime().block_on(async { tokio::join!(waits(1), waits(2)) });
        for took in [both.0, both.1] {
            assert!((Duration::from_millis(1400)..Duration::from_secs(4)).contains(&took), "{took:?}");
        }
    }
}

#[test]
fn a_price_that_two_tills_edited_waits_until_it_is_decided() {
    on_each(async |office| {
        send(office, 1, "", vec![of("A", 0, 5, Some(product("A", "a", 100)))]).await.unwrap();
        let cursor = changes(office, 1, "").await.unwrap().next;
        send(office, 1, &cursor, vec![of("A", 1, 6, Some(product("A", "a", 200)))]).await.unwrap();
        let fates = send(office, 2, &cursor, vec![of("A", 1, 7, Some(product("A", "z", 300)))]).await.unwrap();
        assert_eq!(fates, [Fate::Waits]);
        let now = changes(office, 2, &cursor).await.unwrap();
        assert_eq!(now.changes[0].row, Some(product("A", "z", 200)));
        let items = office.store().read(|tx: &mut dyn Tx| inbox::open(tx)).await.unwrap();
        assert_eq!(
            (items.len(), items[0].n, &items[0].till, &items[0].fields),
            (1, 1, &"2".to_owned(), &vec!["price".to_owned()])
        );
        let take = |n| move |tx: &mut dyn Tx| inbox::decide(tx, &scope(), n, Take::Theirs, "gerant", 9000);
        let decided: Result<_, StoreError> = office.store().write(take(1)).await;
        assert_eq!(decided.unwrap(), Ok(()));
        let told = changes(office, 1, &now.next).await.unwrap();
        assert_eq!((told.changes[0].at, &told.changes[0].row), (9000, &Some(product("A", "z", 300))));
        for n in [1, 2] {
            let again: Result<_, StoreError> = office.store().write(take(n)).await;
            assert_eq!(again.unwrap(), Err(NotDecided::Unknown));
        }
    });
}

#[test]
fn a_place_of_another_feed_is_refused_and_after_a_copy_was_put_back_every_place_is() {
    on_each(async |office| {
        by_office(office.store(), 0..3, 1);
        let told = changes(office, 1, "").await.unwrap();
        assert_eq!(versions(&told.changes), [1, 2, 3]);
        let beyond = told.next.replace(".3", ".4");
        for wrong in [beyond.as_str(), "0123456789abcdef.1", "x", "."] {
            assert_eq!(changes(office, 1, wrong).await.unwrap_err(), Refused::Cursor, "{wrong}");
            let edits = vec![of("0", 1, 5, Some(product("0", "a", 100)))];
            assert_eq!(send(office, 1, wrong, edits).await.unwrap_err(), Refused::Cursor);
        }
        // Whoever knows of no feed knows of no version.
        let edits = vec![of("0", 1, 5, Some(product("0", "a", 100)))];
        assert_eq!(send(office, 1, "", edits).await.unwrap_err(), Refused::Cursor);
        office.store().write(|tx: &mut dyn Tx| renew_epochs(tx, [7; 32])).await.unwrap();
        assert_eq!(changes(office, 1, &told.next).await.unwrap_err(), Refused::Cursor);
        assert_eq!(changes(office, 1, "").await.unwrap().changes, told.changes);
    });
}

#[test]
fn a_register_that_was_revoked_is_told_nothing_and_edits_nothing() {
    on_each(async |office| {
        by_office(office.store(), 0..1, 1);
        office.store().write(|tx: &mut dyn Tx| Registered::revoke(tx, id(1), 5)).await.unwrap();
        assert_eq!(changes(office, 1, "").await.unwrap_err(), Refused::Revoked);
        assert_eq!(get::<Changes>(office, 1, "wait?after=").await.unwrap_err(), Refused::Revoked);
        assert_eq!(send(office, 1, "", Vec::new()).await.unwrap_err(), Refused::Revoked);
        let told = changes(office, 2, "").await.unwrap().changes;
        let of = |kind: Kind| told.iter().filter(|change| change.kind == kind).collect::<Vec<_>>();
        assert_eq!(of(Kind::Product).len(), 1);
        let revoked =
            of(Kind::Till).into_iter().filter(|till| till.row.as_ref().is_some_and(|row| row.contains_key("revoked")));
        assert_eq!(revoked.map(|till| till.key.clone()).collect::<Vec<_>>(), [id(1).to_string()]);
    });
}

#[test]
fn whoever_reads_while_many_write_misses_nothing() {
    on_each(async |office| {
        by_office(office.store(), 0..2500, 1);
        let writers: Vec<_> = (0..4u32)
            .map(|writer| {
                let store = office.store().clone();
                std::thread::spawn(move || {
                    for n in 0..25 {
                        by_office(&store, writer * 100..writer * 100 + n + 1, (n + 2).into());
                    }
                })
            })
            .collect();
        let (mut cursor, mut seen, mut last, mut pages) = (String::new(), std::collections::BTreeMap::new(), 0, 0);
        loop {
            let writing = writers.iter().any(|writer| !writer.is_finished());
            let told = changes(office, 1, &cursor).await.unwrap();
            assert!(told.changes.len() <= crate::shared::PAGE_ROWS);
            for change in told.changes {
                assert!(change.version > last, "{} after {last}", change.version);
                last = change.version;
                seen.insert(change.key, (change.version, change.row));
            }
            (cursor, pages) = (told.next, pages + 1);
            if !writing && !told.more {
                break;
            }
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert!(pages >= 3);
        let mut held = std::collections::BTreeMap::new();
        let records = office.store().read(|tx: &mut dyn Tx| crate::shared::records(tx, &scope(), None)).await.unwrap();
        for (_, key, record) in records {
            held.insert(key, (record.number, record.row));
        }
        assert_eq!(seen.len(), 2500);
        assert_eq!(seen, held);
        // Each of four writers changed 1 + 2 + … + 25 products.
        assert_eq!(last, 2500 + 4 * 25 * 26 / 2);
    });
}

#[test]
fn nobody_reads_past_a_change_whose_commit_is_still_to_come() {
    use std::sync::mpsc;
    for place in places().into_iter().skip(1) {
        let office = office(place.open(STEPS));
        by_office(office.store(), 0..1, 1);
        let (store, (began, has_begun), (go_on, may_go_on)) =
            (office.store().clone(), mpsc::channel(), mpsc::channel::<()>());
        let slow = std::thread::spawn(move || {
            store.write_now(move |tx: &mut dyn Tx| {
                let edited = [Edited { kind: Kind::Product, key: "S".to_owned(), row: Some(product("S", "slow", 1)) }];
                edit(tx, &scope(), &edited, None, 1000)?;
                let _ = began.send(());
                let _ = may_go_on.recv_timeout(Duration::from_secs(5));
                Ok::<_, NotEdited>(())
            })
        });
        has_begun.recv().unwrap();
        let store = office.store().clone();
        let fast = std::thread::spawn(move || by_office(&store, 7..8, 1));
        std::thread::sleep(Duration::from_millis(300));
        let told = runtime().block_on(changes(&office, 1, "")).unwrap();
        assert_eq!(versions(&told.changes), [1]);
        go_on.send(()).unwrap();
        slow.join().unwrap().unwrap();
        fast.join().unwrap();
        let rest = runtime().block_on(changes(&office, 1, &told.next)).unwrap();
        assert_eq!(versions(&rest.changes), [2, 3]);
    }
}

#[test]
fn whoever_waits_hears_of_a_change_at_once_of_the_command_line_within_a_moment_and_of_a_stop() {
    on_each(async |office| {
        let cursor = changes(office, 1, "").await.unwrap().next;
        let wait = async |cursor: &str| {
            let since = Instant::now();
            let told: Changes = get(office, 1, &format!("wait?after={cursor}")).await.unwrap();
            (told, since.elapsed())
        };
        let pause = || tokio::time::sleep(Duration::from_millis(200));
        let edit = async || {
            pause().await;
            send(office, 2, &cursor, vec![of("A", 0, 5, Some(product("A", "a", 1)))]).await.unwrap()
        };
        let ((told, took), _) = tokio::join!(wait(&cursor), edit());
        assert_eq!(versions(&told.changes), [1]);
        assert!(took < Duration::from_millis(900), "{took:?}");
        let beside = async || {
            pause().await;
            let store = office.store().clone();
            tokio::task::spawn_blocking(move || by_office(&store, 0..1, 1)).await.unwrap()
        };
        let ((told, took), _) = tokio::join!(wait(&told.next), beside());
        assert_eq!(versions(&told.changes), [2]);
        assert!(took < Duration::from_secs(3), "{took:?}");
        let stop = async || {
            pause().await;
            office.stop_waiting();
        };
        let ((told, took), ()) = tokio::join!(wait(&told.next), stop());
        assert!(told.changes.is_empty());
        assert!(took < Duration::from_millis(900), "{took:?}");
    });
}

/// A ticket that waits at a till, as that till tells of it.
fn waiting(holder: u8, ticket: u128, paid: &[(u8, u64)]) -> Row {
    let at = "2026-11-20T10:00:00+01:00".parse().unwrap();
    let basket = Basket::new(None, Channel::Counter);
    let ticket = HeldTicket::new(Uuid::from_u128(ticket), "o", at, basket);
    let paid = paid.iter().map(|(till, number)| PaidTicket {
        register: id(*till),
        label: till.to_string(),
        number: *number,
        at,
    });
    let record = HeldRecord {
        holder: id(holder),
        label: holder.to_string(),
        state: HeldState::of(&ticket),
        ticket,
        paid: paid.collect(),
    };
    serde_json::from_value(serde_json::to_value(record).unwrap()).unwrap()
}

fn of_ticket(ticket: u128, base: u64, at: u64, row: Option<Row>) -> Edit {
    Edit { kind: Kind::Held, key: Uuid::from_u128(ticket).to_string(), ..of("", base, at, row) }
}

fn holders(changes: &Changes) -> Vec<(String, String)> {
    let of = |change: &Change| Some((change.key.clone(), change.row.as_ref()?.get("label")?.as_str()?.to_owned()));
    changes.changes.iter().filter_map(of).collect()
}

#[test]
fn one_till_at_a_time_holds_a_ticket_and_the_quicker_one_has_it() {
    on_each(async |office| {
        let at = now() * 1000;
        send(office, 1, "", vec![of_ticket(9, 0, at, Some(waiting(1, 9, &[])))]).await.unwrap();
        let seen = changes(office, 2, "").await.unwrap();
        let key = Uuid::from_u128(9).to_string();
        assert_eq!(holders(&seen), [(key.clone(), "1".to_owned())]);
        let version = seen.changes[0].version;
        let fates =
            send(office, 2, &seen.next, vec![of_ticket(9, version, at, Some(waiting(2, 9, &[])))]).await.unwrap();
        assert_eq!(fates, [Fate::Taken]);
        // The till that held it has put something on it meanwhile: it is not its own any more.
        let fates =
            send(office, 1, &seen.next, vec![of_ticket(9, version, at, Some(waiting(1, 9, &[])))]).await.unwrap();
        assert_eq!(fates, [Fate::Merged]);
        assert_eq!(holders(&changes(office, 1, "").await.unwrap()), [(key, "2".to_owned())]);
        assert!(holders(&changes(office, 3, "").await.unwrap()).is_empty(), "another store");
    });
}

#[test]
fn a_ticket_paid_twice_waits_for_a_manager_and_one_paid_long_ago_is_forgotten() {
    on_each(async |office| {
        let at = now() * 1000;
        let old = at - 31 * 24 * 60 * 60 * 1000;
        let first = vec![
            of_ticket(8, 0, old, Some(waiting(1, 8, &[(1, 7)]))),
            of_ticket(9, 0, old, Some(waiting(1, 9, &[]))),
            of_ticket(10, 0, at, Some(waiting(1, 10, &[]))),
        ];
        send(office, 1, "", first).await.unwrap();
        let cursor = changes(office, 2, "").await.unwrap().next;
        let paid = |till: u8, number| vec![of_ticket(10, 0, at, Some(waiting(1, 10, &[(till, number)])))];
        send(office, 1, &cursor, paid(1, 3)).await.unwrap();
        let open = office.store().read_now(inbox::open).unwrap();
        assert!(open.is_empty(), "{open:?}");
        send(office, 2, &cursor, paid(2, 4)).await.unwrap();
        let open = office.store().read_now(inbox::open).unwrap();
        assert_eq!(open.len(), 1);
        let seen = changes(office, 1, "").await.unwrap();
        let keys: Vec<String> = holders(&seen).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [9, 10].map(|n| Uuid::from_u128(n).to_string()), "the one paid long ago is gone");
        let record: HeldRecord = serde_json::from_value(seen.changes[1].row.clone().unwrap().into()).unwrap();
        assert_eq!(
            record.paid.iter().map(|paid| (paid.register, paid.number)).collect::<Vec<_>>(),
            [(id(1), 3), (id(2), 4)]
        );
        let decide = move |tx: &mut dyn Tx| inbox::decide(tx, &scope(), 1, Take::Theirs, "manager", at);
        office.store().write_now::<_, StoreError, _>(decide).unwrap().unwrap();
        assert!(office.store().read_now(inbox::open).unwrap().is_empty());
        assert_eq!(changes(office, 1, "").await.unwrap().next, seen.next, "nothing is taken");
    });
}
