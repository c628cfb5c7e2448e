//! What is said: requests and answers as JSON. Fields may be added, never reused.

use comptoir_core::shared::Edit;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// The version of what is said. The back office keeps the one before alive.
pub const PROTOCOL: u32 = 1;

/// How much of a journal the back office holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The newest checkpoint over them, signed by the register and countersigned; none before the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Whether the register was revoked: nothing more is to be sold with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

/// A till that asks to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrol {
    /// The till's [`PROTOCOL`].
    pub protocol: u32,
    /// The one-time code.
    pub code: String,
    /// The first line of its journal, with its newline: who it is, and its key.
    pub genesis: String,
    /// Base64 of the signature of [`crate::enrol::proof_text`] by that key.
    pub proof: String,
}

/// A till whose device has begun another journal, asked by the key of the one that was enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succeed {
    /// The till's [`PROTOCOL`].
    pub protocol: u32,
    /// The first line of the new journal, with its newline, which names the old one.
    pub genesis: String,
    /// Base64 of the signature of [`crate::enrol::proof_text`] by the new key, with the old journal in place of a code.
    pub proof: String,
}

/// What a till is told that was enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The merchant's name in the back office.
    pub merchant: String,
    /// The store's name in the back office.
    pub store: String,
    /// The name that the witness signs under.
    pub witness: String,
    /// Its public key, in base64.
    pub witness_key: String,
}

/// What a till has edited, at most [`EDITS_MAX`] records at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Where the till stands in the store's feed, to which the versions belong that it edited; empty before it was given
    /// anything.
    pub cursor: String,
    /// In the order in which they are to be taken.
    pub edits: Vec<Edit>,
}

/// How many edits are taken at once.
pub const EDITS_MAX: usize = 500;

/// What became of edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// One for each edit.
    pub outcomes: Vec<Outcome>,
}

/// What became of one edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which.
    pub id: Uuid,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// Every field of it holds now.
    Taken,
    /// The same fields were edited elsewhere: the later edit holds, or what was there already.
    Merged,
    /// Fields that count were edited elsewhere, too (prices, VAT rates, rights): what was there holds, and a manager
    /// decides.
    Waits,
    /// It is no such record; it is set aside.
    Refused {
        /// What is wrong with it.
        why: String,
    },
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "refused", rename_all = "snake_case")]
pub enum Refused {
    /// The register is not enrolled here.
    UnknownRegister,
    /// The request is not signed by the register's key, or not for this path and body.
    NotSigned,
    /// The clocks are too far apart.
    Clock {
        /// The time at the back office, unix seconds.
        time: u64,
    },
    /// Entries before these are missing.
    Gap {
        /// How many it holds: what to go on from.
        size: u64,
    },
    /// It holds other entries of this journal, signed by the same key. Both are kept as evidence.
    Fork {
        /// The seq of the first that differs.
        seq: u64,
    },
    /// A line is none of this journal.
    NotOfThisJournal {
        /// Its place.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A line is in a newer version of the format than the back office knows.
    NewerVersion {
        /// Its place.
        seq: u64,
    },
    /// The checkpoint is not over these entries, or not signed by the register.
    Checkpoint,
    /// More at once than is taken.
    TooLarge,
    /// It cannot be answered now.
    Busy,
    /// It is not what is asked here.
    Malformed {
        /// What is wrong.
        why: String,
    },
    /// The code is unknown, was used, has expired or was mistyped too often.
    Code,
    /// The number of the till is used by another one of the store.
    LabelTaken {
        /// The number.
        label: String,
    },
    /// The journal's merchant is another than the one of the code.
    OtherMerchant,
    /// The till was revoked: it may only send what it had sealed.
    Revoked,
    /// The code replaces no till, or nothing of what that one had edited ever arrived.
    NothingToRestore,
    /// The till stands at a place in the store's feed that there is not: the back office was put back to an earlier state,
    /// or the till belongs to another store by now. It begins anew.
    Cursor,
}

impl Refused {
    /// Its status over HTTP.
    pub fn status(&self) -> u16 {
        match self {
            Refused::UnknownRegister | Refused::NotSigned | Refused::Clock { .. } => 401,
            Refused::Code | Refused::OtherMerchant | Refused::Revoked => 403,
            Refused::NothingToRestore => 404,
            Refused::Gap { .. } | Refused::Fork { .. } | Refused::LabelTaken { .. } => 409,
            Refused::Cursor => 410,
            Refused::TooLarge => 413,
            Refused::NotOfThisJournal { .. }
            | Refused::NewerVersion { .. }
            | Refused::Checkpoint
            | Refused::Malformed { .. } => 422,
            Refused::Busy => 503,
        }
    }

    /// What is wrong and what to do, for whoever looks after the till.
    pub fn message(&self) -> Message {
        match self {
            Refused::UnknownRegister => {
                message!("The back office does not know this till: enrol it again with a new code.")
            }
            Refused::NotSigned => message!("The back office does not take this till's signature: enrol it again."),
            Refused::Clock { .. } => message!("The clock of this device is wrong: set it right."),
            Refused::Gap { size } => {
                message!("The back office holds {size} entries and goes on from there.", size = *size)
            }
            Refused::Fork { seq } => message!(
                "The back office holds another entry {seq} of this journal: keep this device and call the back office.",
                seq = *seq
            ),
            Refused::NotOfThisJournal { seq, why } => message!(
                "The back office does not take entry {seq} ({why}): keep this device and call the back office.",
                seq = *seq,
                why = why.as_str()
            ),
            Refused::NewerVersion { .. } => {
                message!("The back office is older than this till: update the back office.")
            }
            Refused::Checkpoint => {
                message!("The back office does not take this till's checkpoint: call the back office.")
            }
            Refused::TooLarge => message!("The back office takes less at once: update this till."),
            Refused::Busy => message!("The back office is busy: it is tried again by itself."),
            Refused::Malformed { why } => {
                message!("The back office does not understand this till ({why}): update it.", why = why.as_str())
            }
            Refused::Code => message!("The code is wrong, was used or has expired: ask for a new one."),
            Refused::LabelTaken { label } => message!(
                "The store has a till {label} already: give this one another number first.",
                label = label.as_str()
            ),
            Refused::OtherMerchant => message!("The code is for another business than this till's."),
            Refused::Revoked => message!("This till was revoked: stop selling with it."),
            Refused::Cursor => message!("The back office gives this till its catalogue anew."),
            Refused::NothingToRestore => message!(
                "Nothing is there to begin with: no till of this store has brought its catalogue yet. Set this one up by hand, then enrol it."
            ),
        }
    }
}
