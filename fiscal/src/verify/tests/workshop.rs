//! A forger who holds the device's key: seals any change again, so that only the rules can show it.

use crate::entry::{Body, Entry, Nf525};
use crate::key::{self, DeviceKey};
use crate::merkle;
use crate::nf525::{self, Chain};
use crate::sealed;
use crate::values::Hash;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn seed(name: &str) -> DeviceKey {
    let known: Value = serde_json::from_str(include_str!("../../../../tests/vectors/known.json")).unwrap();
    let hash: Hash = known[name].as_str().unwrap().parse().unwrap();
    DeviceKey::from_seed(hash.as_bytes())
}

pub(super) fn device() -> DeviceKey {
    seed("device_seed")
}

pub(super) fn entries() -> Vec<Entry> {
    super::lines().iter().map(|line| sealed::read(line).unwrap().entry).collect()
}

fn line(data: &str, key: &DeviceKey) -> (Vec<u8>, Hash) {
    let hash = merkle::leaf_hash(data.as_bytes());
    let sig = key::encode_signature(&key.sign_entry(&hash));
    (format!("{{\"entry\":{data},\"hash\":\"{hash}\",\"sig\":\"{sig}\"}}\n").into_bytes(), hash)
}

/// Seals the canonical texts of the known entries again, each changed by `change`, with nothing but `prev` made to fit.
pub(super) fn resealed_texts(change: impl Fn(usize, String) -> String) -> Vec<u8> {
    let key = device();
    let mut prev = Hash::ZERO;
    let mut journal = Vec::new();
    for (seq, entry) in entries().into_iter().enumerate() {
        let text = String::from_utf8(crate::canonical::to_bytes(&Entry { prev, ..entry }).unwrap()).unwrap();
        let (line, hash) = line(&change(seq, text), &key);
        journal.extend(line);
        prev = hash;
    }
    journal
}

pub(super) fn set_nf525(body: &mut Body, nf525: Nf525) {
    match body {
        Body::Genesis(_) | Body::Cash(_) => {}
        Body::Ticket(ticket) => ticket.nf525 = nf525,
        Body::Note(note) => note.nf525 = nf525,
        Body::Invoice(invoice) => invoice.nf525 = nf525,
        Body::Duplicate(duplicate) => duplicate.nf525 = nf525,
        Body::Event(event) => event.nf525 = nf525,
        Body::Closing(closing) => closing.nf525 = nf525,
        Body::Archive(archive) => archive.nf525 = nf525,
    }
}

/// Seals entries again: chain, strings, signatures and the roots in closings made to fit.
pub(super) fn resealed(entries: Vec<Entry>) -> Vec<u8> {
    let key = device();
    let (mut frontier, mut prev) = (merkle::Frontier::new(), Hash::ZERO);
    let mut chains: BTreeMap<Chain, String> = BTreeMap::new();
    let mut journal = Vec::new();
    for mut entry in entries {
        entry.prev = prev;
        if let Body::Closing(closing) = &mut entry.body {
            closing.checkpoint.root = frontier.root();
        }
        if let Some(chain) = Chain::of(&entry.body) {
            let signed = nf525::sign(&key, &entry, "01", chains.get(&chain).map(String::as_str)).unwrap();
            chains.insert(chain, signed.sig.clone());
            set_nf525(&mut entry.body, signed);
        }
        let text = serde_json::to_string(&entry).unwrap();
        let (line, hash) = line(&text, &key);
        frontier.push(hash);
        journal.extend(line);
        prev = hash;
    }
    journal
}

/// Puts `number` where a number stands in an entry.
pub(super) fn with_number(seq: usize, pick: prop::sample::Index, number: i64) -> Vec<u8> {
    resealed_texts(|place, text| {
        if place != seq {
            return text;
        }
        let mut value: Value = serde_json::from_str(&text).unwrap();
        let mut numbers = Vec::new();
        find_numbers(&value, String::new(), &mut numbers);
        let path = &numbers[pick.index(numbers.len())];
        *value.pointer_mut(path).unwrap() = number.into();
        serde_json::to_string(&value).unwrap()
    })
}

fn find_numbers(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Number(_) => found.push(path),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| find_numbers(v, format!("{path}/{i}"), found)),
        Value::Object(map) => map.iter().for_each(|(k, v)| find_numbers(v, format!("{path}/{k}"), found)),
        _ => {}
    }
}
