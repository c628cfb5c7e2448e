//! What a till shares with the others of its store: noted when it is edited, taken in when it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use comptoir_core::catalogue::{CatalogueEdit, Category, Picture, Product, RecordId};
use comptoir_core::operators::{Gate, Operator, Rank, Role};
use comptoir_core::register::{Change as Secret, Command, Refusal, RulesChange, TakingIn};
use comptoir_core::shared::{Change, Edit, Kind, KnownTill, Row, VoucherPart, VoucherParts};
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::{OfflinePolicy, Presented, Voucher, VoucherCode, VoucherError, VoucherKind};
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::RegisterId;
use serde_json::json;

use crate::office::{enrol, enrolled};
use crate::shop::{Till, cents, rows};

/// A back office of one till, which takes every edit as it comes.
#[derive(Default)]
struct Held {
    records: BTreeMap<(Kind, String), Change>,
    last: u64,
}

impl Held {
    /// Takes all that a till has edited, and gives back what became of it.
    fn take_from(&mut self, till: &mut Till) -> Vec<Edit> {
        let mut all = Vec::new();
        loop {
            let edits = till.register().edits_to_send(50).unwrap().unwrap().edits;
            if edits.is_empty() {
                break;
            }
            let again = till.register().edits_to_send(50).unwrap().unwrap().edits;
            assert_eq!(again, edits, "the same until they are answered");
            let ids: Vec<_> = edits.iter().map(|edit| edit.id).collect();
            till.register().edits_answered(&ids).unwrap();
            for edit in &edits {
                self.put(edit.kind, &edit.key, edit.at, edit.row.clone());
            }
            all.extend(edits);
        }
        all
    }

    fn put(&mut self, kind: Kind, key: &str, at: u64, row: Option<Row>) {
        self.last += 1;
        let change = Change { kind, key: key.to_owned(), version: self.last, at, row };
        self.records.insert((kind, key.to_owned()), change);
    }

    /// Changes a record by some of its fields.
    fn edit(&mut self, kind: Kind, key: &str, fields: serde_json::Value) {
        let mut row = self.records[&(kind, key.to_owned())].row.clone().unwrap_or_default();
        row.extend(fields.as_object().unwrap().clone());
        self.put(kind, key, 0, Some(row));
    }

    /// Hands over what changed after a number.
    fn give(&self, till: &mut Till, after: u64) -> TakingIn {
        let mut changes: Vec<Change> = self.records.values().filter(|change| change.version > after).cloned().collect();
        changes.sort_by_key(|change| change.version);
        till.register().take_in(&changes, &format!("e.{}", self.last), false).unwrap()
    }
}

/// A till whose back office holds everything of it.
fn in_step() -> (Till, Held) {
    let mut till = enrolled();
    let mut held = Held::default();
    held.take_from(&mut till);
    assert_eq!(held.give(&mut till, 0), TakingIn::Taken);
    assert!(!till.register().has_edits_to_send().unwrap());
    (till, held)
}

/// Another till that took in what a back office holds.
fn with_same_shop(held: &Held) -> Till {
    let mut till = enrolled();
    Held::default().take_from(&mut till);
    held.give(&mut till, 0);
    till
}

fn picture() -> Arc<Picture> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 32, 32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[99; 32 * 32]).unwrap();
    Arc::new(Picture::of_file(&file).unwrap())
}

/// Up to where a till has taken in what the back office holds.
fn cursor(till: &mut Till) -> String {
    till.register().edits_to_send(0).unwrap().unwrap().cursor
}

fn row(value: serde_json::Value) -> Option<Row> {
    value.as_object().cloned()
}

fn price(till: &mut Till, sku: &str) -> i64 {
    till.register().catalogue().product(sku).unwrap().price.unwrap().get()
}

fn product(till: &mut Till, sku: &str) -> Product {
    till.register().stored_catalogue().product(sku).unwrap().clone()
}

fn edit(till: &mut Till, edits: &[CatalogueEdit]) {
    till.register().edit_catalogue("manager", edits).unwrap();
}

fn details(till: &mut Till, code: u32) -> Vec<String> {
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if event.code == code => event.detail,
        _ => None,
    });
    events.collect()
}

#[test]
fn before_it_is_enrolled_nothing_is_noted_and_then_everything_is_brought() {
    let mut till = Till::founded();
    let mut dearer = product(&mut till, "PAIN");
    dearer.price = Some(cents(120));
    edit(&mut till, &[CatalogueEdit::Product(Box::new(dearer))]);
    assert_eq!(till.register().edits_to_send(500).unwrap(), None);
    enrol(&mut till);
    let outgoing = till.register().edits_to_send(500).unwrap().unwrap();
    assert_eq!(outgoing.cursor, "");
    let count = |kind: Kind| outgoing.edits.iter().filter(|edit| edit.kind == kind).count();
    assert_eq!((count(Kind::Product), count(Kind::Category), count(Kind::Order)), (5, 1, 1));
    assert_eq!(count(Kind::Operator), till.register().operators().count());
    assert!(outgoing.edits.iter().all(|edit| (edit.base, edit.at) == (0, 0)), "gives way to what is there");
    let bread = outgoing.edits.iter().find(|edit| edit.key == "PAIN").unwrap();
    assert_eq!(bread.row.as_ref().unwrap()["price"], json!(120));
    till.end();
}

#[test]
fn an_edit_names_who_made_it_on_which_version_and_the_fields_that_differ() {
    let (mut till, mut held) = in_step();
    let (version, stamp) = {
        let bread = &held.records[&(Kind::Product, "PAIN".to_owned())];
        (bread.version, bread.at)
    };
    let mut dearer = product(&mut till, "PAIN");
    dearer.price = Some(cents(130));
    edit(&mut till, &[CatalogueEdit::Product(Box::new(dearer))]);
    till.restart();
    let edits = held.take_from(&mut till);
    let [one] = edits.as_slice() else { panic!("{edits:?}") };
    assert_eq!(
        (one.kind, one.key.as_str(), one.base, one.operator.as_str()),
        (Kind::Product, "PAIN", version, "manager")
    );
    assert_eq!(one.fields, ["price"]);
    assert!(one.at > stamp);
    // What is put back as it was is no edit.
    let before = product(&mut till, "CAFE");
    let mut other = before.clone();
    other.label = "Autre".to_owned();
    edit(&mut till, &[CatalogueEdit::Product(Box::new(other))]);
    edit(&mut till, &[CatalogueEdit::Product(Box::new(before))]);
    assert_eq!(held.take_from(&mut till), []);
    till.end();
}

#[test]
fn stamps_go_on_from_the_latest_that_was_seen_whatever_the_clock_says() {
    let (mut till, mut held) = in_step();
    let far = 9_000_000_000_000;
    let bread = held.records[&(Kind::Product, "PAIN".to_owned())].row.clone();
    held.put(Kind::Product, "PAIN", far, bread);
    held.give(&mut till, held.last - 1);
    let mut other = product(&mut till, "PAIN");
    other.label = "Autre".to_owned();
    edit(&mut till, &[CatalogueEdit::Product(Box::new(other))]);
    assert!(held.take_from(&mut till)[0].at > far);
    till.end();
}

#[test]
fn what_comes_is_sold_at_once_and_is_no_edit_of_this_till() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    held.edit(Kind::Product, "PAIN", json!({"price": 140}));
    held.put(Kind::Category, "boissons", 1, row(json!({"id": "boissons", "label": "Boissons"})));
    let mut tea = held.records[&(Kind::Product, "CAFE".to_owned())].row.clone().unwrap();
    tea.extend(row(json!({"sku": "THE", "label": "Thé", "category": "boissons"})).unwrap());
    held.put(Kind::Product, "THE", 1, Some(tea));
    held.put(Kind::Order, "category", 1, row(json!({"keys": ["boissons", "tout"]})));
    assert_eq!(held.give(&mut till, after), TakingIn::Taken);
    assert_eq!((price(&mut till, "PAIN"), price(&mut till, "THE")), (140, 250));
    let ids = |till: &mut Till| -> Vec<String> {
        till.register().catalogue().categories().iter().map(|category| category.id.clone()).collect()
    };
    assert_eq!(ids(&mut till), ["boissons", "tout"]);
    till.sell(&[("PAIN", 1000)], &[crate::shop::cash(140)]);
    assert!(!till.register().has_edits_to_send().unwrap());
    till.restart();
    assert_eq!((price(&mut till, "PAIN"), ids(&mut till).len()), (140, 2));
    assert_eq!(cursor(&mut till), format!("e.{}", held.last));
    assert_eq!(held.take_from(&mut till), []);
    till.end();
}

#[test]
fn nothing_is_taken_in_before_what_was_edited_here_was_sent() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    held.edit(Kind::Product, "PAIN", json!({"price": 140}));
    let mut other = product(&mut till, "PAIN");
    other.price = Some(cents(150));
    edit(&mut till, &[CatalogueEdit::Product(Box::new(other))]);
    assert_eq!(held.give(&mut till, after), TakingIn::EditsFirst);
    assert_eq!(price(&mut till, "PAIN"), 150);
    let edits = held.take_from(&mut till);
    assert!(edits[0].base <= after, "made on what was known here");
    assert_eq!(held.give(&mut till, after), TakingIn::Taken);
    assert_eq!(price(&mut till, "PAIN"), 150);
    till.end();
}

#[test]
fn a_record_that_does_not_fit_is_set_aside_alone_and_taken_once_it_does() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    let coffee = held.records[&(Kind::Product, "CAFE".to_owned())].row.clone().unwrap();
    for n in 0..40 {
        let mut other = coffee.clone();
        let sku = format!("AUTRE{n}");
        other.extend(row(json!({"sku": sku})).unwrap());
        if n == 17 {
            other.insert("category".to_owned(), json!("nulle part"));
        }
        held.put(Kind::Product, &sku, 1, Some(other));
    }
    held.put(Kind::Product, "FAUX", 1, row(json!({"sku": "FAUX", "price": "cher"})));
    assert_eq!(held.give(&mut till, after), TakingIn::Taken);
    let aside: Vec<String> =
        till.register().set_aside().unwrap().into_iter().map(|(kind, key, _)| format!("{kind} {key}")).collect();
    assert_eq!(aside, ["product AUTRE17", "product FAUX"]);
    assert_eq!(till.register().catalogue().products().len(), 5 + 39);
    assert_eq!(held.take_from(&mut till), [], "what is set aside was not edited here");
    let after = held.last;
    held.put(Kind::Category, "nulle part", 1, row(json!({"id": "nulle part", "label": "Ici"})));
    held.give(&mut till, after);
    assert_eq!(price(&mut till, "AUTRE17"), 250);
    assert_eq!(till.register().set_aside().unwrap().len(), 1);
    till.end();
}

#[test]
fn what_was_deleted_elsewhere_goes_and_what_was_sold_here_is_kept_archived() {
    let (mut till, mut held) = in_step();
    till.sell_coffee();
    let after = held.last;
    held.put(Kind::Product, "CAFE", 1, None);
    held.put(Kind::Product, "VASE", 1, None);
    held.put(Kind::Product, "JAMAIS", 1, None);
    held.give(&mut till, after);
    assert!(product(&mut till, "CAFE").archived);
    assert!(till.register().stored_catalogue().product("VASE").is_none());
    assert_eq!(till.register().set_aside().unwrap(), []);
    till.end();
}

#[test]
fn fields_of_a_newer_program_are_no_edits_of_this_one() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    held.edit(Kind::Product, "PAIN", json!({"allergens": ["gluten"], "label": "Pain de campagne"}));
    held.give(&mut till, after);
    let mut dearer = product(&mut till, "PAIN");
    assert_eq!(dearer.label, "Pain de campagne");
    dearer.price = Some(cents(135));
    edit(&mut till, &[CatalogueEdit::Product(Box::new(dearer))]);
    assert_eq!(held.take_from(&mut till)[0].fields, ["price"]);
    till.end();
}

#[test]
fn rights_and_rules_that_come_are_recorded_and_hold_at_once() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    held.edit(Kind::Operator, "cashier", json!({"active": false}));
    held.put(Kind::Operator, "new", 1, row(json!({"id": "new", "name": "Exemple", "role": "cashier"})));
    held.put(Kind::Setting, "gates", 1, row(json!({"discount": "owner"})));
    held.edit(Kind::Setting, "rules", json!({"region": "alsace_moselle"}));
    held.put(Kind::Setting, "voucher validity", 1, row(json!({"credit_note_months": 6, "gift_voucher_months": null})));
    held.give(&mut till, after);
    assert_eq!(till.register().set_aside().unwrap(), []);
    let rights = details(&mut till, 130);
    assert!(
        rights.iter().any(|detail| detail.starts_with("cashier: inactif") && detail.ends_with("par le back-office"))
    );
    assert!(rights.iter().any(|detail| detail.starts_with("new: cashier")));
    assert!(rights.iter().any(|detail| detail.starts_with("discount: owner")), "{rights:?}");
    assert!(till.register().may("cashier", Gate::Sell).is_err());
    assert_eq!(till.register().gates().rank(Gate::Discount), Rank::Owner);
    assert_eq!(till.register().validity().credit_note_months, Some(6));
    assert!(details(&mut till, 270).iter().any(|detail| detail.contains("avoirs 6 mois")));
    assert_eq!(held.take_from(&mut till), []);
    let before = till.entries().len();
    held.give(&mut till, 0);
    assert_eq!(till.entries().len(), before, "said once");
    till.restart();
    assert!(till.register().may("cashier", Gate::Sell).is_err());
    till.end();
}

#[test]
fn whoever_alone_answers_for_the_shop_is_not_shut_out_from_elsewhere() {
    let (mut till, mut held) = in_step();
    let owners: Vec<Operator> =
        till.register().operators().filter(|operator| operator.role.rank() == Some(Rank::Owner)).cloned().collect();
    let after = held.last;
    for owner in &owners {
        held.edit(Kind::Operator, &owner.id, json!({"active": false}));
    }
    held.give(&mut till, after);
    let active =
        till.register().operators().filter(|operator| operator.active && operator.role.rank() == Some(Rank::Owner));
    assert_eq!(active.count(), 1);
    assert_eq!(till.register().set_aside().unwrap().len(), 1);
    till.end();
}

#[test]
fn an_operator_changed_here_is_one_edit_and_the_others_are_none() {
    let (mut till, mut held) = in_step();
    let operator = Operator::new("new", "Exemple", Role::Cashier);
    let command = Command::PutOperator { operator, pin: Secret::Keep, badge: Secret::Keep };
    till.ask_as("owner", command).unwrap();
    let edits = held.take_from(&mut till);
    assert_eq!(edits.iter().map(|edit| edit.key.as_str()).collect::<Vec<_>>(), ["new"]);
    assert_eq!(edits[0].operator, "owner");
    till.end();
}

#[test]
fn on_a_link_that_is_paid_for_everything_is_shared_but_pictures_and_they_follow() {
    let (mut first, mut held) = in_step();
    let mut second = with_same_shop(&held);
    let picture = picture();
    for till in [&mut first, &mut second] {
        till.register().set_metered(true).unwrap();
    }
    let after = held.last;
    edit(&mut first, &[CatalogueEdit::Picture { sku: "CAFE".to_owned(), picture: Some(picture.clone()) }]);
    let edits = held.take_from(&mut first);
    assert_eq!(edits.iter().map(|edit| edit.kind).collect::<Vec<_>>(), [Kind::Product]);
    assert!(!first.register().has_edits_to_send().unwrap());
    assert!(second.register().edits_to_send(0).unwrap().unwrap().without_pictures);
    held.give(&mut second, after);
    assert_eq!(product(&mut second, "CAFE").picture, Some(picture.id()));
    assert_eq!(second.register().picture(picture.id()).unwrap(), None);

    first.restart();
    assert!(first.register().is_metered());
    first.register().set_metered(false).unwrap();
    assert_eq!(held.give(&mut first, 0), TakingIn::EditsFirst);
    let edits = held.take_from(&mut first);
    assert_eq!(edits.iter().map(|edit| edit.kind).collect::<Vec<_>>(), [Kind::Picture]);
    // Told as it comes to whoever is not metered any more, and from the start to whoever was while it came.
    let mut third = with_same_shop(&held);
    assert_eq!(third.register().picture(picture.id()).unwrap().as_ref(), Some(&*picture));
    second.register().set_metered(false).unwrap();
    assert_eq!(second.register().edits_to_send(0).unwrap().unwrap().cursor, "");
    assert_eq!(held.give(&mut second, 0), TakingIn::Taken);
    assert_eq!(second.register().picture(picture.id()).unwrap().as_ref(), Some(&*picture));
    first.end();
    second.end();
    third.end();
}

#[test]
fn pictures_come_with_the_products_that_show_them() {
    let picture = picture();
    let (mut first, mut held) = in_step();
    edit(&mut first, &[CatalogueEdit::Picture { sku: "CAFE".to_owned(), picture: Some(picture.clone()) }]);
    let edits = held.take_from(&mut first);
    assert_eq!(edits.iter().map(|edit| edit.kind).collect::<Vec<_>>(), [Kind::Picture, Kind::Product]);
    first.end();

    let mut second = with_same_shop(&held);
    assert_eq!(second.register().picture(picture.id()).unwrap().as_ref(), Some(&*picture));
    assert_eq!(held.take_from(&mut second), []);
    second.end();
}

#[test]
fn what_a_back_office_put_back_has_lost_is_brought_to_it_again() {
    let (mut till, mut held) = in_step();
    let copy = held.records.clone();
    let mut dearer = product(&mut till, "PAIN");
    dearer.price = Some(cents(150));
    let category = Category { id: "new".to_owned(), label: "Exemple".to_owned(), color: None };
    edit(&mut till, &[CatalogueEdit::Product(Box::new(dearer)), CatalogueEdit::Category(category)]);
    let after = held.last;
    held.take_from(&mut till);
    held.give(&mut till, after);

    let mut held = Held { records: copy, last: after };
    held.edit(Kind::Product, "CAFE", json!({"price": 300}));
    held.records.get_mut(&(Kind::Product, "CAFE".to_owned())).unwrap().at = u64::MAX >> 8;
    till.register().take_in_anew().unwrap();
    assert_eq!(cursor(&mut till), "");
    assert_eq!(held.give(&mut till, 0), TakingIn::Taken);
    assert_eq!((price(&mut till, "PAIN"), price(&mut till, "CAFE")), (150, 300), "what is later stays");
    let edits = held.take_from(&mut till);
    let keys: Vec<(Kind, &str)> = edits.iter().map(|edit| (edit.kind, edit.key.as_str())).collect();
    assert_eq!(keys, [(Kind::Category, "new"), (Kind::Product, "PAIN"), (Kind::Order, "category")]);
    let bread = edits.iter().find(|edit| edit.key == "PAIN").unwrap();
    assert_eq!(bread.fields, ["price"]);
    assert!(bread.base > 0);
    till.end();
}

#[test]
fn a_deletion_is_an_edit_without_a_record() {
    let (mut till, mut held) = in_step();
    edit(&mut till, &[CatalogueEdit::Remove(RecordId::Product("VASE".to_owned()))]);
    let edits = held.take_from(&mut till);
    assert_eq!((edits[0].row.as_ref(), edits[0].fields.len()), (None, 0));
    till.end();
}

#[test]
fn a_voucher_of_another_till_is_taken_by_its_typed_code_for_what_is_left_on_it() {
    let (mut till, mut held) = in_step();
    let (other, own): (RegisterId, RegisterId) =
        ("00000000-0000-7000-8000-000000000007".parse().unwrap(), till.register().id());
    let code: VoucherCode = VoucherCode::from_random(99);
    let part = |register: RegisterId, issued: i64, spent: i64| {
        let issue = (issued > 0).then(|| (12, "2026-11-02".parse().unwrap()));
        VoucherPart { register, seq: 12, issue, issued: cents(issued), spent: cents(spent) }
    };
    let row = |parts: Vec<VoucherPart>| {
        row(serde_json::to_value(VoucherParts { kind: VoucherKind::CreditNote, parts }).unwrap())
    };
    assert!(till.register().voucher(&Presented::Code(code.clone())).is_err(), "nobody here knows it");
    let after = held.last;
    held.put(Kind::Voucher, &code.to_string(), 0, row(vec![part(other, 1000, 0)]));
    held.give(&mut till, after);
    let presented = Presented::Code(code.clone());
    assert_eq!(till.register().voucher(&presented).unwrap(), cents(1000));
    let spent = TenderRequest::CreditNote { code: code.clone(), balance: cents(1000), amount: None };
    till.sell(&[("CAFE", 1000)], &[spent]);
    assert_eq!(till.register().voucher(&presented).unwrap(), cents(750));
    // What the back office tells of this till's own journal is nothing new; what was spent elsewhere is.
    let after = held.last;
    held.put(Kind::Voucher, &code.to_string(), 0, row(vec![part(other, 1000, 100), part(own, 0, 250)]));
    held.give(&mut till, after);
    assert_eq!(till.register().voucher(&presented).unwrap(), cents(650));
    till.restart();
    assert_eq!(till.register().voucher(&presented).unwrap(), cents(650));
    assert!(!till.register().has_edits_to_send().unwrap());
    till.end();
}

#[test]
fn a_voucher_that_another_till_signed_is_taken_as_the_shop_has_said() {
    let (mut till, mut held) = in_step();
    let (key, other) = (DeviceKey::from_seed(&[7; 32]), "00000000-0000-7000-8000-000000000007".parse().unwrap());
    let (code, expires) = (VoucherCode::from_random(99), Some("2027-11-22".parse().unwrap()));
    let (kind, amount) = (VoucherKind::CreditNote, cents(5000));
    let qr = Voucher { code: code.clone(), kind, issuer: other, seq: 12, amount, expires }.to_qr(&key);
    let left = |till: &mut Till| till.register().read_voucher(&qr, VoucherKind::GiftVoucher).map(|(_, _, left)| left);
    assert!(matches!(left(&mut till), Err(Refusal::Voucher(VoucherError::Foreign))), "nobody told of its till");

    let after = held.last;
    let known = KnownTill { label: "02".to_owned(), public_key: key.public().to_base64(), revoked: false };
    held.put(Kind::Till, &other.to_string(), 0, row(serde_json::to_value(known).unwrap()));
    held.give(&mut till, after);
    assert_eq!(left(&mut till).unwrap(), cents(5000));

    let say = |till: &mut Till, policy| {
        let change = RulesChange { vouchers_offline: Some(policy), ..RulesChange::default() };
        till.ask_as("owner", Command::SetRules(Box::new(change)))
    };
    assert!(say(&mut till, OfflinePolicy::UpTo { most: cents(0) }).is_err());
    say(&mut till, OfflinePolicy::UpTo { most: cents(2000) }).unwrap();
    assert_eq!(left(&mut till).unwrap(), cents(2000));
    let spent = TenderRequest::CreditNote { code: code.clone(), balance: cents(2000), amount: None };
    till.sell(&[("CAFE", 1000)], &[spent]);
    assert_eq!(left(&mut till).unwrap(), cents(2000), "of the 47.50 that are left, as far as is known here");

    say(&mut till, OfflinePolicy::OnlyWhereIssued).unwrap();
    assert!(matches!(left(&mut till), Err(Refusal::Voucher(VoucherError::OnlyWhereIssued { .. }))));
    // With the back office's word that nothing else is known, there is nothing to be careful of.
    let part = VoucherPart {
        register: other,
        seq: 12,
        issue: Some((12, "2026-11-02".parse().unwrap())),
        issued: amount,
        spent: cents(0),
    };
    let after = held.last;
    let told = VoucherParts { kind, parts: vec![part] };
    held.put(Kind::Voucher, &code.to_string(), 0, row(serde_json::to_value(told).unwrap()));
    held.give(&mut till, after);
    assert!(left(&mut till).is_err());
    till.register().in_step();
    assert_eq!(left(&mut till).unwrap(), cents(4750));
    till.clock.advance(61);
    assert!(left(&mut till).is_err(), "that was a minute ago");

    // The other tills of the shop go by the same.
    let edits = held.take_from(&mut till);
    let said = edits.iter().find(|edit| edit.key == "vouchers offline").unwrap();
    assert_eq!(said.row.as_ref().unwrap()["take"], "only_where_issued");
    till.end();
}

#[test]
fn what_a_till_that_was_shut_out_signed_is_taken_only_if_a_journal_is_known_to_hold_it() {
    let (mut till, mut held) = in_step();
    let (key, other) = (DeviceKey::from_seed(&[7; 32]), "00000000-0000-7000-8000-000000000007".parse().unwrap());
    let (kind, amount, code) = (VoucherKind::CreditNote, cents(5000), VoucherCode::from_random(99));
    let qr = Voucher { code: code.clone(), kind, issuer: other, seq: 12, amount, expires: None }.to_qr(&key);
    let left = |till: &mut Till| till.register().read_voucher(&qr, VoucherKind::GiftVoucher).map(|(_, _, left)| left);
    // One whose QR code was shown here while its till still sold.
    let shown = VoucherCode::from_random(98);
    let before = Voucher { code: shown.clone(), kind, issuer: other, seq: 11, amount, expires: None };
    assert_eq!(till.register().voucher(&Presented::Signed(before)).unwrap(), amount);
    let after = held.last;
    let known = KnownTill { label: "02".to_owned(), public_key: key.public().to_base64(), revoked: true };
    held.put(Kind::Till, &other.to_string(), 0, row(serde_json::to_value(known).unwrap()));
    held.give(&mut till, after);
    assert!(matches!(left(&mut till), Err(Refusal::Voucher(VoucherError::ShutOut { .. }))));
    let typed = till.register().voucher(&Presented::Code(shown));
    assert!(matches!(typed, Err(Refusal::Voucher(VoucherError::ShutOut { .. }))), "it was shown before that");
    let issue = Some((12, "2026-11-02".parse().unwrap()));
    let part = VoucherPart { register: other, seq: 12, issue, issued: amount, spent: cents(0) };
    let told = VoucherParts { kind, parts: vec![part] };
    let after = held.last;
    held.put(Kind::Voucher, &code.to_string(), 0, row(serde_json::to_value(told).unwrap()));
    held.give(&mut till, after);
    assert_eq!(left(&mut till).unwrap(), amount);
    till.end();
}

#[test]
fn a_shop_of_before_there_was_a_policy_for_vouchers_brings_the_one_that_is_set() {
    let (mut till, mut held) = in_step();
    till.stop();
    let shop = rusqlite::Connection::open(till.shop_db()).unwrap();
    let before = "DROP TRIGGER setting_insert; DROP TRIGGER setting_update; PRAGMA user_version = 8;";
    shop.execute_batch(before).unwrap();
    drop(shop);
    till.start();
    let change = RulesChange { vouchers_offline: Some(OfflinePolicy::OnlyWhereIssued), ..RulesChange::default() };
    till.ask_as("owner", Command::SetRules(Box::new(change))).unwrap();
    let keys: Vec<String> = held.take_from(&mut till).into_iter().map(|edit| edit.key).collect();
    assert_eq!(keys, ["vouchers offline"]);
    till.end();
}

#[test]
fn what_the_back_office_alone_says_is_never_brought_to_it() {
    let (mut till, mut held) = in_step();
    let after = held.last;
    let other = "00000000-0000-7000-8000-000000000007";
    let known = KnownTill { label: "02".to_owned(), public_key: String::new(), revoked: false };
    held.put(Kind::Till, other, 5, row(serde_json::to_value(known).unwrap()));
    held.give(&mut till, after);
    // It was put back to before it knew that till.
    till.register().take_in_anew().unwrap();
    let mut before = Held::default();
    before.give(&mut till, 0);
    let edits = before.take_from(&mut till);
    assert!(!edits.is_empty() && edits.iter().all(|edit| edit.kind != Kind::Till), "{edits:?}");
    till.end();
}

#[test]
fn what_a_newer_back_office_told_of_is_asked_for_again_once_the_program_is_newer_too() {
    let (mut till, held) = in_step();
    till.register().told_of_newer().unwrap();
    let next = format!("e.{}", held.last);
    assert_eq!(till.register().take_in(&[], &next, false).unwrap(), TakingIn::Taken);
    till.restart();
    assert_eq!(cursor(&mut till), next);
    till.software.version = "2.0.0".to_owned();
    till.restart();
    assert_eq!(cursor(&mut till), "");
    till.end();
}

#[test]
fn hearing_that_nothing_has_changed_writes_and_seals_nothing() {
    let (mut till, held) = in_step();
    let before = (till.entries().len(), rows(&till.shop_db()), till.register().stored_catalogue().clone());
    let next = format!("e.{}", held.last);
    assert_eq!(till.register().take_in(&[], &next, false).unwrap(), TakingIn::Taken);
    assert_eq!((till.entries().len(), rows(&till.shop_db())), (before.0, before.1));
    assert!(Arc::ptr_eq(till.register().stored_catalogue(), &before.2), "whoever shows it need not draw it anew");
    till.end();
}
