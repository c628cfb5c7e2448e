//! The rules of merging, without a database.

use comptoir_core::operators::{Rank, Role};
use comptoir_core::shared::{Edit, Kind, Row};
use comptoir_sync::message::Fate;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared::merge::{Merge, Record, Stamp, Stamps, merge};

fn row(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        other => panic!("{other}"),
    }
}

fn product(label: &str, price: i64, category: &str) -> Row {
    row(json!({"sku": "A", "label": label, "category": category, "price": price, "vat": {"base": 2000}}))
}

fn operator(role: &str, active: bool) -> Row {
    row(json!({"id": "o", "name": "Exemple", "role": role, "active": active}))
}

fn held(number: u64, row: Row) -> Record {
    Record { number, row: Some(row), stamps: Stamps::all(Stamp(number, 10, String::new())) }
}

fn edit(kind: Kind, base: u64, at: u64, fields: &[&str], row: Option<Row>) -> Edit {
    let key = if kind == Kind::Operator { "o" } else { "A" };
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Edit { id: Uuid::nil(), kind, key: key.to_owned(), base, at, operator: String::new(), fields, row }
}

fn after(held: &Record, merged: &Merge) -> Record {
    merged.record.clone().unwrap_or_else(|| held.clone())
}

#[test]
fn what_nobody_else_changed_is_taken_and_a_field_that_the_row_lacks_goes() {
    let before = held(
        5,
        row(json!({"sku": "A", "label": "a", "category": "c", "price": 1, "reference": "r",
        "vat": {"base": 2000}})),
    );
    let merged =
        merge(Some(&before), &edit(Kind::Product, 5, 20, &["price", "reference"], Some(product("x", 2, "c"))), "t", 6);
    assert_eq!(merged.fate, Fate::Taken);
    let now = merged.record.unwrap();
    assert_eq!((now.number, now.row), (6, Some(product("a", 2, "c"))));
}

#[test]
fn the_later_edit_of_a_name_holds_and_the_price_waits_for_a_manager() {
    let first = merge(
        Some(&held(5, product("a", 100, "c"))),
        &edit(Kind::Product, 5, 50, &["label", "price"], Some(product("b", 200, "c"))),
        "s",
        6,
    );
    let office = after(&held(5, product("a", 100, "c")), &first);
    let both = ["label", "price"];
    let later = merge(Some(&office), &edit(Kind::Product, 5, 60, &both, Some(product("z", 300, "c"))), "t", 7);
    assert_eq!((later.fate, later.waits), (Fate::Waits, Some(vec!["price".to_owned()])));
    assert_eq!(later.record.unwrap().row, Some(product("z", 200, "c")));
    let earlier = merge(Some(&office), &edit(Kind::Product, 5, 40, &["label"], Some(product("z", 100, "c"))), "t", 7);
    assert_eq!((earlier.record, earlier.fate, earlier.waits), (None, Fate::Merged, None));
}

#[test]
fn a_till_that_edits_twice_before_it_hears_back_does_not_stand_in_its_own_way() {
    let before = held(5, product("a", 100, "c"));
    let once = after(
        &before,
        &merge(Some(&before), &edit(Kind::Product, 5, 20, &["price"], Some(product("a", 2, "c"))), "t", 6),
    );
    let twice = merge(Some(&once), &edit(Kind::Product, 5, 30, &["price"], Some(product("a", 3, "c"))), "t", 7);
    assert_eq!((&twice.fate, after(&once, &twice).row), (&Fate::Taken, Some(product("a", 3, "c"))));
    let twice = after(&once, &twice);
    let late = merge(Some(&twice), &edit(Kind::Product, 5, 20, &["price"], Some(product("a", 2, "c"))), "t", 8);
    assert_eq!((late.record, late.fate), (None, Fate::Merged));
}

#[test]
fn a_deletion_of_what_others_changed_waits_and_an_edit_revives_what_was_deleted() {
    let before = held(6, product("a", 100, "c"));
    let waits = merge(Some(&before), &edit(Kind::Product, 5, 20, &[], None), "t", 7);
    assert_eq!((waits.record, waits.fate, waits.waits), (None, Fate::Waits, Some(vec![])));
    let gone = merge(Some(&before), &edit(Kind::Product, 6, 20, &[], None), "t", 7);
    assert_eq!((&gone.fate, gone.record.as_ref().unwrap().row.as_ref()), (&Fate::Taken, None));
    let gone = gone.record.unwrap();
    let back = merge(Some(&gone), &edit(Kind::Product, 6, 30, &["label"], Some(product("b", 1, "c"))), "s", 8);
    assert_eq!((back.fate, back.record.unwrap().row), (Fate::Taken, Some(product("b", 1, "c"))));
}

#[test]
fn what_a_till_had_before_it_joined_gives_way_to_what_is_there_and_to_what_was_deleted() {
    let prior = edit(Kind::Product, 0, 0, &["label"], Some(product("old", 1, "c")));
    let here = merge(Some(&held(5, product("a", 100, "c"))), &prior, "t", 6);
    assert_eq!((here.record, here.fate), (None, Fate::Merged));
    let gone = Record { row: None, ..held(5, product("a", 100, "c")) };
    let gone = merge(Some(&gone), &prior, "t", 6);
    assert_eq!((gone.record, gone.fate), (None, Fate::Merged));
    let new = merge(None, &prior, "t", 6);
    assert_eq!((new.record.unwrap().row, new.fate), (prior.row, Fate::Taken));
}

#[test]
fn a_right_that_is_taken_away_goes_at_once_and_one_that_is_given_back_waits() {
    let before = held(6, operator("manager", true));
    let fired =
        merge(Some(&before), &edit(Kind::Operator, 5, 20, &["active"], Some(operator("manager", false))), "t", 7);
    let fired = after(&before, &fired);
    assert_eq!(fired.row, Some(operator("manager", false)));
    let back = merge(Some(&fired), &edit(Kind::Operator, 5, 90, &["active"], Some(operator("manager", true))), "s", 8);
    assert_eq!((back.record, back.fate), (None, Fate::Waits));
    // Nor by the same till, which has not seen what the office said.
    let back = merge(Some(&fired), &edit(Kind::Operator, 5, 90, &["active"], Some(operator("manager", true))), "t", 8);
    assert_eq!((back.record, back.fate), (None, Fate::Waits));
    let deleted = merge(Some(&before), &edit(Kind::Operator, 5, 20, &[], None), "t", 7);
    assert_eq!(deleted.fate, Fate::Waits);
    assert_eq!(deleted.record.unwrap().row, Some(operator("manager", false)));
}

#[test]
fn gates_that_others_set_are_raised_at_once_and_never_lowered() {
    let gates = |rank: &str| row(json!({ "cancel": rank }));
    let of =
        |rank: &str| Edit { key: "gates".to_owned(), ..edit(Kind::Setting, 5, 20, &["cancel"], Some(gates(rank))) };
    let before = held(6, gates("manager"));
    assert_eq!(merge(Some(&before), &of("owner"), "t", 7).record.unwrap().row, Some(gates("owner")));
    let lowered = merge(Some(&before), &of("cashier"), "t", 7);
    assert_eq!((lowered.record, lowered.fate), (None, Fate::Waits));
}

#[test]
fn what_would_be_no_record_any_more_stays_as_it_was_and_waits() {
    let before = held(5, product("a", 100, "c"));
    let merged = merge(Some(&before), &edit(Kind::Product, 5, 20, &["vat"], Some(row(json!({"sku": "A"})))), "t", 6);
    assert_eq!((merged.record, merged.fate), (None, Fate::Waits));
}

#[test]
fn a_picture_stays_what_it_was_first() {
    let before = held(5, row(json!({"kind": "image/png", "bytes": ""})));
    let other = edit(Kind::Picture, 5, 20, &["bytes"], Some(row(json!({"kind": "image/webp", "bytes": ""}))));
    assert_eq!(merge(Some(&before), &other, "t", 6).record, None);
    assert_eq!(merge(Some(&before), &edit(Kind::Picture, 5, 20, &[], None), "t", 6).record, None);
}

const FIELDS: [&str; 4] = ["label", "price", "category", "archived"];

fn some_product() -> impl Strategy<Value = Row> {
    (0..3u8, 0..3i64, 0..3u8, any::<bool>()).prop_map(|(label, price, category, archived)| {
        let mut row = product(&format!("l{label}"), price, &format!("c{category}"));
        row.insert("archived".to_owned(), archived.into());
        row
    })
}

fn some_edit() -> impl Strategy<Value = Edit> {
    let fields = prop::sample::subsequence(FIELDS.to_vec(), 0..=4);
    (0..12u64, 1..100u64, fields, prop::option::weighted(0.8, some_product()))
        .prop_map(|(base, at, fields, row)| edit(Kind::Product, base, at, &fields, row))
}

fn some_held() -> impl Strategy<Value = Record> {
    (
        some_product(),
        prop::collection::vec((prop::sample::select(FIELDS.to_vec()), 5..11u64, 1..100u64, "[tsu]?"), 0..4),
    )
        .prop_map(|(row, stamps)| {
            let mut record = held(4, row);
            for (field, number, at, by) in stamps {
                record.stamps.set(field, Stamp(number, at, by));
                record.number = record.number.max(number);
            }
            record
        })
}

fn rank(row: &Row) -> (bool, Option<Rank>) {
    let role: Role = serde_json::from_value(row["role"].clone()).unwrap();
    (row["active"] == true, role.rank())
}

proptest! {
    #[test]
    fn an_edit_that_comes_again_changes_nothing_more(before in some_held(), edit in some_edit()) {
        let first = merge(Some(&before), &edit, "t", 11);
        let once = after(&before, &first);
        let again = merge(Some(&once), &edit, "t", 12);
        prop_assert_eq!(after(&once, &again).row, once.row);
    }

    #[test]
    fn edits_of_two_tills_in_different_fields_come_to_the_same_in_either_order(
        before in some_product(), one in some_product(), other in some_product(), split in 0..=4usize, at in (1..9u64, 1..9u64),
    ) {
        let before = held(5, before);
        let (left, right) = FIELDS.split_at(split);
        let one = edit(Kind::Product, 5, at.0, left, Some(one));
        let other = edit(Kind::Product, 5, at.1, right, Some(other));
        let first = after(&before, &merge(Some(&before), &one, "s", 6));
        let there = after(&first, &merge(Some(&first), &other, "t", 7));
        let first = after(&before, &merge(Some(&before), &other, "t", 6));
        let back = after(&first, &merge(Some(&first), &one, "s", 7));
        prop_assert_eq!(there.row, back.row);
    }

    #[test]
    fn whichever_of_two_names_comes_first_the_later_one_holds(
        one in some_product(), other in some_product(), at in (1..5u64, 1..5u64),
    ) {
        let before = held(5, product("a", 1, "c"));
        let one = edit(Kind::Product, 5, at.0, &["label", "category"], Some(one));
        let other = edit(Kind::Product, 5, at.1, &["label", "category"], Some(other));
        let first = after(&before, &merge(Some(&before), &one, "s", 6));
        let there = after(&first, &merge(Some(&first), &other, "t", 7));
        let first = after(&before, &merge(Some(&before), &other, "t", 6));
        let back = after(&first, &merge(Some(&first), &one, "s", 7));
        // The same edit at the same moment leaves a field as it was, which then bears the stamp of whoever changed it.
        prop_assert_eq!(there.row, back.row);
    }

    #[test]
    fn no_edit_that_has_not_seen_the_last_word_on_rights_gives_more(
        now in (0..4usize, any::<bool>()), edits in prop::collection::vec((0..4usize, any::<bool>(), 1..90u64, "[st]", 0..5u64), 1..5),
    ) {
        let roles = ["cashier", "manager", "owner", "auditor"];
        let mut record = held(6, operator(roles[now.0], now.1));
        for (number, (role, active, at, by, base)) in (7..).zip(edits) {
            let before = rank(record.row.as_ref().unwrap());
            let row = operator(roles[role], active);
            let merged = merge(Some(&record), &edit(Kind::Operator, base, at, &["role", "active"], Some(row)), &by, number);
            record = after(&record, &merged);
            let (active, rank) = rank(record.row.as_ref().unwrap());
            prop_assert!(before.0 || !active, "someone may sign in again");
            prop_assert!(rank <= before.1, "{:?} became {rank:?}", before.1);
        }
    }
}
