//! The first entry: whose journal it is, and what no later entry may change.

use serde_json::Value;

use crate::checkpoint::Checkpoint;
use crate::entry::{Entry, Genesis};
use crate::key::PublicKey;
use crate::message;
use crate::values::Hash;

use super::line::Known;
use super::report::{Findings, Rule, value};

/// What every line is checked against, from the first one. Knows nothing where that is no genesis.
pub(super) fn known(first: Option<&Entry>) -> Known {
    let Some(entry) = first else { return Known { register: None, key: None, zone: None } };
    let crate::entry::Body::Genesis(genesis) = &entry.body else {
        return Known { register: Some(entry.register), key: None, zone: None };
    };
    Known {
        register: Some(entry.register),
        key: PublicKey::from_base64(&genesis.public_key).ok(),
        zone: genesis.time_zone.parse().ok(),
    }
}

/// Checks the genesis, or an entry that says it is one.
pub(super) fn check(entry: &Entry, genesis: &Genesis, findings: &mut Findings) {
    if entry.seq != 0 {
        let expected = message!("no genesis but entry 0");
        return findings.defect(Rule::Genesis, "kind", expected, value(entry.seq));
    }
    findings.same(Rule::Genesis, "prev", &Hash::ZERO, &entry.prev);
    findings.same(Rule::Genesis, "body.currency", &"EUR", &genesis.currency.as_str());
    if PublicKey::from_base64(&genesis.public_key).is_err() {
        let expected = message!("a public key that can be used here; no signature could be checked");
        findings.inconclusive(Rule::Signature, "body.public_key", expected, value(&genesis.public_key));
    }
    if genesis.time_zone.parse::<chrono_tz::Tz>().is_err() {
        let expected = message!("a time zone that is known here");
        findings.inconclusive(Rule::Genesis, "body.time_zone", expected, value(&genesis.time_zone));
    }
    let Some(succeeds) = &genesis.succeeds else { return };
    if succeeds.register == entry.register {
        let expected = message!("another journal");
        findings.defect(Rule::Genesis, "body.succeeds.register", expected, value(succeeds.register));
    }
    if let Some(text) = &succeeds.checkpoint {
        let place = "body.succeeds.checkpoint";
        match Checkpoint::parse(text) {
            Err(fault) => {
                findings.defect(
                    Rule::Genesis,
                    place,
                    message!("a checkpoint of the journal that it succeeds"),
                    value(fault),
                );
            }
            Ok(checkpoint) => {
                findings.same(Rule::Genesis, place, &succeeds.register, &checkpoint.statement.register);
            }
        }
    }
}

/// The keys of a genesis that take a new journal to change, with their values.
pub(super) fn fixed(genesis: &Genesis) -> Vec<(&'static str, Value)> {
    let whole = serde_json::to_value(genesis).unwrap_or_default();
    ["currency", "fiscal_year_starts", "mode", "public_key", "succeeds", "time_zone"]
        .into_iter()
        .map(|key| (key, whole.get(key).cloned().unwrap_or(Value::Null)))
        .collect()
}
