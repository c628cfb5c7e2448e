//! The head: the register's own signed note of where its journal stands, so that a start needs no scan, and so that a
//! journal put back to an earlier state is noticed.
//!
//! It is written after each answer, beside the journal and in a second place. A head that is lost or torn costs a
//! scan, never a sale; a journal older than its head was put back by someone.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, Statement};
use crate::entry::Witnessed;
use crate::key::{self, DeviceKey, PublicKey};
use crate::standing::Standing;

/// Where a journal stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The newest checkpoint, signed by the register.
    pub checkpoint: String,
    /// All that the next entry must continue.
    pub standing: Standing,
    /// The newest countersigned checkpoint that the register holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// A countersigned checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its text.
    pub checkpoint: String,
    /// What the next closing says of it.
    pub witnessed: Witnessed,
}

impl Head {
    /// The head of a journal that stands here.
    pub fn new(standing: Standing, held: Option<Held>, key: &DeviceKey) -> Head {
        let statement =
            Statement { register: standing.register, size: standing.size(), root: standing.frontier.root() };
        Head { checkpoint: Checkpoint::sign(statement, key).to_string(), standing, held }
    }

    /// Writes it, signed, in each of the places, one after the other, so that one of them is whole at any time.
    ///
    /// Each is written over in place: a new file and a rename would wait for the disk each time.
    pub fn write(&self, places: &[PathBuf], key: &DeviceKey) -> std::io::Result<()> {
        let mut bytes = serde_json::to_vec(self)?;
        let signature = key::encode_signature(&key.sign_head(&bytes));
        bytes.push(b'\n');
        bytes.extend_from_slice(signature.as_bytes());
        for place in places {
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(place)?;
            file.write_all(&bytes)?;
            file.set_len(bytes.len() as u64)?;
        }
        Ok(())
    }

    /// The newest head among the places that bears the register's signature.
    pub fn newest(places: &[PathBuf], key: &PublicKey) -> Option<Head> {
        places.iter().filter_map(|place| Head::read(place, key)).max_by_key(|head| head.standing.size())
    }

    fn read(place: &Path, key: &PublicKey) -> Option<Head> {
        let bytes = std::fs::read(place).ok()?;
        let end = bytes.iter().rposition(|byte| *byte == b'\n')?;
        let (head, signature) = (&bytes[..end], std::str::from_utf8(&bytes[end + 1..]).ok()?);
        let signed = key.verifies_head(head, &key::decode_signature(signature)?);
        signed.then(|| serde_json::from_slice(head).ok()).flatten()
    }
}
