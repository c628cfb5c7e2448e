//! Keys: the device's own, which signs and never leaves it, and the public ones that check.
//!
//! Every kind of message is signed under a namespace of its own, so that no signature can be passed off as another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::merkle::sha256;
use crate::values::{Hash, ValueError};

const ENTRY_NAMESPACE: &[u8] = b"comptoir-entry-v1\n";
const ARCHIVE_NAMESPACE: &[u8] = b"comptoir-archive-v1\n";
const HEAD_NAMESPACE: &[u8] = b"comptoir-head-v1\n";
const VOUCHER_NAMESPACE: &[u8] = b"comptoir-voucher-v1\n";
const REQUEST_NAMESPACE: &[u8] = b"comptoir-request-v1\n";
const ENROLMENT_NAMESPACE: &[u8] = b"comptoir-enrolment-v1\n";

/// The private key of a device. Its memory is wiped when it goes, and so is that of each clone.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key of a 32-byte seed, drawn by the caller from the system's random source.
    pub fn from_seed(seed: &[u8; 32]) -> DeviceKey {
        DeviceKey(SigningKey::from_bytes(seed))
    }

    /// The seed, to be stored sealed and nowhere else.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// What others check its signatures with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs an entry by its hash.
    pub fn sign_entry(&self, hash: &Hash) -> [u8; 64] {
        self.sign_under(ENTRY_NAMESPACE, hash.as_bytes())
    }

    /// Signs an NF525 string; base64url without padding, as it is sealed.
    pub fn sign_nf525(&self, arg: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(arg.as_bytes()).to_bytes())
    }

    /// Signs the manifest of an archive.
    pub fn sign_manifest(&self, manifest: &[u8]) -> [u8; 64] {
        self.sign_under(ARCHIVE_NAMESPACE, sha256(manifest).as_bytes())
    }

    /// Signs the register's own note of where its journal stands.
    pub fn sign_head(&self, head: &[u8]) -> [u8; 64] {
        self.sign_under(HEAD_NAMESPACE, sha256(head).as_bytes())
    }

    /// Signs the text of a voucher's code.
    pub fn sign_voucher(&self, text: &[u8]) -> [u8; 64] {
        self.sign_under(VOUCHER_NAMESPACE, sha256(text).as_bytes())
    }

    /// Signs a request to the back office.
    pub fn sign_request(&self, text: &[u8]) -> [u8; 64] {
        self.sign_under(REQUEST_NAMESPACE, text)
    }

    /// Signs that its owner asks to be enrolled, which proves that it has the key.
    pub fn sign_enrolment(&self, text: &[u8]) -> [u8; 64] {
        self.sign_under(ENROLMENT_NAMESPACE, text)
    }

    /// Signs a checkpoint's three lines (C2SP signed-note, key type 0x01).
    pub(crate) fn sign_note(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }

    fn sign_under(&self, namespace: &[u8], message: &[u8]) -> [u8; 64] {
        self.0.sign(&[namespace, message].concat()).to_bytes()
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey of {:?}", self.public())
    }
}

/// A public key that is fit to be trusted: a point of the curve, and none of the weak ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key of 32 bytes, if they are a usable one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<PublicKey> {
        VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak() && is_reduced(bytes)).map(PublicKey)
    }

    /// Reads a key from its base64.
    pub fn from_base64(text: &str) -> Result<PublicKey, ValueError> {
        let bytes: Option<[u8; 32]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes
            .and_then(|bytes| PublicKey::from_bytes(&bytes))
            .ok_or_else(|| ValueError::new("the base64 of a usable Ed25519 public key", text))
    }

    /// Its base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0.as_bytes())
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether it signed an entry of this hash.
    pub fn verifies_entry(&self, hash: &Hash, signature: &[u8; 64]) -> bool {
        self.verifies_under(ENTRY_NAMESPACE, hash.as_bytes(), signature)
    }

    /// Whether it signed this NF525 string.
    pub fn verifies_nf525(&self, arg: &str, signature: &str) -> bool {
        decode_nf525_signature(signature).is_some_and(|signature| self.verifies(arg.as_bytes(), &signature))
    }

    /// Whether it signed this manifest of an archive.
    pub fn verifies_manifest(&self, manifest: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_under(ARCHIVE_NAMESPACE, sha256(manifest).as_bytes(), signature)
    }

    /// Whether it signed this head.
    pub fn verifies_head(&self, head: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_under(HEAD_NAMESPACE, sha256(head).as_bytes(), signature)
    }

    /// Whether it signed the text of this voucher.
    pub fn verifies_voucher(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_under(VOUCHER_NAMESPACE, sha256(text).as_bytes(), signature)
    }

    /// Whether it signed this request to the back office.
    pub fn verifies_request(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_under(REQUEST_NAMESPACE, text, signature)
    }

    /// Whether it signed that its owner asks to be enrolled.
    pub fn verifies_enrolment(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_under(ENROLMENT_NAMESPACE, text, signature)
    }

    /// Whether it signed these bytes as they are, strictly: neither a weak key nor a second form of a signature passes.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    fn verifies_under(&self, namespace: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies(&[namespace, message].concat(), signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

/// Writes a signature in base64, as lines and manifests carry it.
pub fn encode_signature(signature: &[u8; 64]) -> String {
    STANDARD.encode(signature)
}

/// Reads a signature from its base64; only the one canonical writing of it passes.
pub fn decode_signature(text: &str) -> Option<[u8; 64]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Reads the signature of an NF525 string from its base64url without padding.
pub fn decode_nf525_signature(text: &str) -> Option<[u8; 64]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Whether the coordinate that a key's bytes hold is below 2^255-19, so that no second writing of a point passes.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    !(bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff) && bytes[0] >= 0xed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_key_is_refused() {
        for weak in [
            [0u8; 32],
            {
                let mut one = [0; 32];
                one[0] = 1;
                one
            },
            [0xff; 32],
        ] {
            assert!(PublicKey::from_bytes(&weak).is_none());
        }
    }

    #[test]
    fn a_signature_of_one_namespace_does_not_pass_in_another() {
        let key = DeviceKey::from_seed(&[7; 32]);
        let (hash, public) = (sha256(b"x"), key.public());
        let signature = key.sign_entry(&hash);
        assert!(public.verifies_entry(&hash, &signature));
        assert!(!public.verifies(hash.as_bytes(), &signature));
        assert!(!public.verifies_manifest(b"x", &signature));
        assert!(!public.verifies_head(b"x", &signature));
    }

    #[test]
    fn a_second_writing_of_a_signature_is_refused() {
        let mut text = encode_signature(&[0; 64]);
        assert!(decode_signature(&text).is_some());
        text.replace_range(85..86, "B");
        assert_eq!(decode_signature(&text), None, "bits that no byte holds");
        assert_eq!(decode_signature(&format!("{} ", encode_signature(&[0; 64]))), None);
    }
}
