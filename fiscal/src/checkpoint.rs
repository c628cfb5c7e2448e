//! Checkpoints: the size and root of a journal, signed by its register and countersigned by a witness.
//!
//! Formats: C2SP `tlog-checkpoint`, `signed-note` and `tlog-cosignature` (cosignature/v1).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::key::{DeviceKey, PublicKey};
use crate::values::{Hash, RegisterId};

const REGISTER_KEY_TYPE: u8 = 0x01;
const WITNESS_KEY_TYPE: u8 = 0x04;

/// What a checkpoint states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Of which journal.
    pub register: RegisterId,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Statement {
    /// The three lines that are signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin(), self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// The name of the log, and of the register's key.
    pub fn origin(&self) -> String {
        format!("comptoir/{}", self.register)
    }
}

/// One signature line of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Whose it says it is.
    pub name: String,
    /// The first four bytes of the key's hash.
    pub key_id: [u8; 4],
    /// What follows the key id: a signature, or a time and a signature.
    pub bytes: Vec<u8>,
}

/// A signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What it states.
    pub statement: Statement,
    /// Its signatures, in the order written.
    pub signatures: Vec<NoteSignature>,
}

/// Why a text is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint: {0}")]
pub struct NotACheckpoint(&'static str);

/// A witness's key, with the name that it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct Witness {
    pub name: String,
    pub public_key: PublicKey,
}

impl Checkpoint {
    /// A checkpoint signed by its register.
    pub fn sign(statement: Statement, key: &DeviceKey) -> Checkpoint {
        let name = statement.origin();
        let key_id = key_id(&name, REGISTER_KEY_TYPE, &key.public());
        let bytes = key.sign_note(statement.text().as_bytes()).to_vec();
        Checkpoint { statement, signatures: vec![NoteSignature { name, key_id, bytes }] }
    }

    /// Adds a countersignature, made at `time` (unix seconds) by the witness of that name and key.
    pub fn countersign(&mut self, name: &str, key: &DeviceKey, time: u64) {
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(key.sign_note(&cosigned(&self.statement, time)));
        let key_id = key_id(name, WITNESS_KEY_TYPE, &key.public());
        self.signatures.push(NoteSignature { name: name.to_owned(), key_id, bytes });
    }

    /// Whether it bears the signature of its register.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let name = self.statement.origin();
        let id = key_id(&name, REGISTER_KEY_TYPE, key);
        self.signatures.iter().filter(|s| s.name == name && s.key_id == id).any(|s| {
            <&[u8; 64]>::try_from(s.bytes.as_slice())
                .is_ok_and(|signature| key.verifies(self.statement.text().as_bytes(), signature))
        })
    }

    /// When the witness countersigned it (unix seconds), if it did.
    pub fn witnessed_at(&self, witness: &Witness) -> Option<u64> {
        let id = key_id(&witness.name, WITNESS_KEY_TYPE, &witness.public_key);
        self.signatures.iter().filter(|s| s.name == witness.name && s.key_id == id).find_map(|s| {
            let (time, signature) = s.bytes.split_first_chunk::<8>()?;
            let time = u64::from_be_bytes(*time);
            let signature = signature.try_into().ok()?;
            witness.public_key.verifies(&cosigned(&self.statement, time), signature).then_some(time)
        })
    }

    /// The names of those who signed it besides its register, whether or not they are known.
    pub fn cosigners(&self) -> impl Iterator<Item = &str> {
        let own = self.statement.origin();
        self.signatures.iter().map(|s| s.name.as_str()).filter(move |name| *name != own)
    }

    /// Reads a checkpoint; only the one writing of it that [`fmt::Display`] gives passes.
    pub fn parse(text: &str) -> Result<Checkpoint, NotACheckpoint> {
        let (body, signatures) =
            text.split_once("\n\n").ok_or(NotACheckpoint("no blank line before its signatures"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root] = lines[..] else {
            return Err(NotACheckpoint("not three lines before its signatures"));
        };
        let register = origin
            .strip_prefix("comptoir/")
            .and_then(|id| id.parse().ok())
            .ok_or(NotACheckpoint("its first line is not the name of a journal"))?;
        let size = size.parse().map_err(|_| NotACheckpoint("its second line is not a size"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let root = Hash::new(root.ok_or(NotACheckpoint("its third line is not a root"))?);
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or(NotACheckpoint("its last line does not end"))?
            .split('\n')
            .map(|line| parse_signature(line).ok_or(NotACheckpoint("a line that is not a signature")))
            .collect::<Result<_, _>>()?;
        let checkpoint = Checkpoint { statement: Statement { register, size, root }, signatures };
        if checkpoint.to_string() == text {
            Ok(checkpoint)
        } else {
            Err(NotACheckpoint("not in its canonical writing"))
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.statement.text())?;
        for signature in &self.signatures {
            let bytes = [&signature.key_id[..], &signature.bytes].concat();
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(bytes).ok()?;
    let (key_id, bytes) = bytes.split_first_chunk::<4>()?;
    (!name.is_empty()).then(|| NoteSignature { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() })
}

fn key_id(name: &str, key_type: u8, key: &PublicKey) -> [u8; 4] {
    let mut sha = Sha256::new();
    sha.update(name.as_bytes());
    sha.update([b'\n', key_type]);
    sha.update(key.as_bytes());
    let hash: [u8; 32] = sha.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn cosigned(statement: &Statement, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{}", statement.text()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const KNOWN: &str = include_str!("../../tests/vectors/checkpoint.txt");

    fn seed(name: &str) -> DeviceKey {
        let known: Value = serde_json::from_str(include_str!("../../tests/vectors/known.json")).unwrap();
        let hash: Hash = known[name].as_str().unwrap().parse().unwrap();
        DeviceKey::from_seed(hash.as_bytes())
    }

    #[test]
    fn the_known_checkpoint_is_signed_and_countersigned_byte_for_byte() {
        let known = Checkpoint::parse(KNOWN).unwrap();
        let (device, witness) = (seed("device_seed"), seed("witness_seed"));
        let name = "backoffice.example";
        let trusted = Witness { name: name.to_owned(), public_key: witness.public() };
        let time = known.witnessed_at(&trusted).unwrap();
        let mut again = Checkpoint::sign(known.statement, &device);
        again.countersign(name, &witness, time);
        assert_eq!(again.to_string(), KNOWN);
        assert!(known.is_signed_by(&device.public()));
    }

    #[test]
    fn a_checkpoint_with_any_letter_changed_is_refused() {
        let (device, witness) = (seed("device_seed").public(), seed("witness_seed").public());
        let trusted = Witness { name: "backoffice.example".to_owned(), public_key: witness };
        for at in 0..KNOWN.len() {
            let mut bytes = KNOWN.as_bytes().to_vec();
            bytes[at] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let Ok(changed) = Checkpoint::parse(&text) else { continue };
            let stands = changed.is_signed_by(&device) && changed.witnessed_at(&trusted).is_some();
            assert!(!stands, "byte {at}");
        }
    }
}
