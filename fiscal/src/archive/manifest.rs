//! What an archive says of itself, signed by the device.
//!
//! Fields stand in the order of their names, as in entries, so that serialising gives the canonical bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::{GrandTotal, Merchant, Period, Settings, Software};
use crate::nf525::Chain;
use crate::standing::Link;
use crate::values::{Cents, Date, Hash, Instant, RegisterId};

/// The version of archives that this code writes and reads.
pub const VERSION: u32 = 1;

/// The size and hash of a file in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct FileSum {
    pub bytes: u64,
    pub name: String,
    pub sha256: Hash,
}

/// The back office that countersigns this journal's checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessKey {
    /// The name that it signs under.
    pub name: String,
    /// base64 of its Ed25519 public key.
    pub public_key: String,
}

/// Where the journal stood before an archive's first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The last business date used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_date: Option<Date>,
    /// The newest document of each chain.
    pub chains: BTreeMap<Chain, Link>,
    /// The perpetual totals.
    pub gt: GrandTotal,
    /// The hash of the entry before.
    pub prev: Hash,
    /// The genesis body with every `set` applied.
    pub settings: Settings,
    /// Net since the fiscal year began; 0 directly after a year's closing.
    pub year_to_date: Cents,
}

/// The manifest of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Where the journal stood before `from`; absent where that is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// All files but the manifest and its signature, by name in byte order.
    pub files: Vec<FileSum>,
    /// The first seq.
    pub from: u64,
    /// When entry `from` was sealed.
    pub from_at: Instant,
    /// The roots of the perfect subtrees of the tree of size `from`, largest first.
    pub frontier: Vec<Hash>,
    /// The inclusion proof of line 0 in the checkpoint; absent where `from` is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genesis_proof: Option<Vec<Hash>>,
    /// The till's number.
    pub label: String,
    /// Who sells.
    pub merchant: Merchant,
    /// What it covers.
    pub period: Period,
    /// base64 of the device's public key.
    pub public_key: String,
    /// Which journal.
    pub register: RegisterId,
    /// What wrote the journal.
    pub software: Software,
    /// The last seq, that of the closing.
    pub to: u64,
    /// When entry `to` was sealed.
    pub to_at: Instant,
    /// The version of the format.
    pub v: u32,
    /// Whose countersignature to expect, where the register is linked to a back office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessKey>,
}
