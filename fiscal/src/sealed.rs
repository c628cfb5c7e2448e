//! Sealed lines: an entry's canonical bytes with their hash and signature, exactly as they are stored.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::canonical;
use crate::entry::{Entry, ParseError};
use crate::key::{self, DeviceKey};
use crate::merkle;
use crate::values::Hash;

/// An entry, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What was sealed.
    pub entry: Entry,
    /// Its leaf hash.
    pub hash: Hash,
    /// The signature over that hash.
    pub sig: [u8; 64],
    /// The stored line, with its newline.
    pub line: Vec<u8>,
}

/// Seals an entry: canonical bytes, hash, signature, line.
///
/// # Errors
/// Where the entry holds what a journal cannot, such as an amount beyond 2^53-1.
pub fn seal(entry: Entry, key: &DeviceKey) -> Result<Sealed, canonical::WriteError> {
    let data = canonical::to_bytes(&entry)?;
    let hash = merkle::leaf_hash(&data);
    let sig = key.sign_entry(&hash);
    let mut line = Vec::with_capacity(data.len() + 192);
    line.extend_from_slice(b"{\"entry\":");
    line.extend_from_slice(&data);
    line.extend_from_slice(format!(",\"hash\":\"{hash}\",\"sig\":\"{}\"}}\n", key::encode_signature(&sig)).as_bytes());
    Ok(Sealed { entry, hash, sig, line })
}

/// The three parts of a stored line, as they are written.
#[derive(Debug, Deserialize, Serialize)]
pub struct LineParts<'l> {
    /// The entry's canonical bytes.
    #[serde(borrow)]
    pub entry: &'l RawValue,
    /// Its hash, in hex.
    #[serde(borrow)]
    pub hash: Cow<'l, str>,
    /// Its signature, in base64.
    #[serde(borrow)]
    pub sig: Cow<'l, str>,
}

impl<'l> LineParts<'l> {
    /// Takes a line, without its newline, apart.
    pub fn parse(line: &'l [u8]) -> Result<LineParts<'l>, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

/// Why a stored line could not be taken as sealed.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is no line of a journal, or an entry that this code cannot read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Its bytes are not those that its hash was taken of.
    #[error("the line's bytes do not have the hash that it states")]
    Hash,
    /// Its signature is not base64 of 64 bytes.
    #[error("the line's signature cannot be read")]
    Signature,
}

/// Reads a line back, newline included or not, and checks its hash; the signature is the verifier's business.
pub fn read(line: &[u8]) -> Result<Sealed, LineError> {
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    let parts = LineParts::parse(bare).map_err(ParseError::from)?;
    let json = parts.entry.get();
    let hash = merkle::leaf_hash(json.as_bytes());
    if parts.hash != hash.to_string() {
        return Err(LineError::Hash);
    }
    let sig = key::decode_signature(&parts.sig).ok_or(LineError::Signature)?;
    Ok(Sealed { entry: Entry::parse(json)?, hash, sig, line: [bare, b"\n"].concat() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_known_entry_is_sealed_byte_for_byte() {
        let known: Value = serde_json::from_str(include_str!("../../tests/vectors/known.json")).unwrap();
        let seed: Hash = known["device_seed"].as_str().unwrap().parse().unwrap();
        let key = DeviceKey::from_seed(seed.as_bytes());
        let lines = include_str!("../../tests/vectors/journal.jsonl");
        for (line, known) in lines.lines().zip(known["entries"].as_array().unwrap()) {
            let read = read(line.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(canonical::to_bytes(&read.entry).unwrap()).unwrap(), known["data"]);
            let sealed = seal(read.entry.clone(), &key).unwrap();
            assert_eq!(sealed.hash.to_string(), known["hash"]);
            assert_eq!(key::encode_signature(&sealed.sig), known["sig"]);
            assert_eq!(sealed, read);
        }
    }
}
