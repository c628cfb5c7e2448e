//! `device.key`: the device's private key at rest.
//!
//! Where the platform has a keystore, the seed is encrypted under a key that the keystore holds (XChaCha20-Poly1305).
//! Where none answers, the file is readable by its owner alone, and the register says so in its journal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::key::{DeviceKey, PublicKey};
use crate::values::RegisterId;

/// The platform's place for secrets. It holds one wrapping key for each register.
pub trait Keystore {
    /// Keeps a register's wrapping key. False where no keystore answers.
    fn keep(&self, register: RegisterId, wrapping_key: &[u8; 32]) -> bool;
    /// The wrapping key that was kept.
    fn find(&self, register: RegisterId) -> Option<Zeroizing<[u8; 32]>>;
}

/// The keystore of a platform that has none.
pub struct NoKeystore;

impl Keystore for NoKeystore {
    fn keep(&self, _register: RegisterId, _wrapping_key: &[u8; 32]) -> bool {
        false
    }

    fn find(&self, _register: RegisterId) -> Option<Zeroizing<[u8; 32]>> {
        None
    }
}

/// How the key lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Encrypted under a key of the platform's keystore.
    Keystore,
    /// Readable by its owner alone.
    FileMode,
}

/// Random bytes that a new key file is made of, drawn from the system's source by the caller.
pub struct Entropy {
    /// The seed of the device key.
    pub seed: Zeroizing<[u8; 32]>,
    /// The key that wraps it.
    pub wrapping_key: Zeroizing<[u8; 32]>,
    /// The nonce of that encryption.
    pub nonce: [u8; 24],
}

/// Why a device key could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read or written.
    #[error("the key file {path} could not be read or written: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not a key file, or was changed.
    #[error("the key file {0} is damaged: the journal can be read, but nothing more can be sealed in it")]
    Damaged(PathBuf),
    /// The keystore does not give out the key that the file is wrapped under.
    #[error("the device's keystore does not give out the key of this register: unlock it, then start again")]
    Locked,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    v: u32,
    register: RegisterId,
    public_key: String,
    protection: Protection,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    seed: Zeroizing<String>,
}

/// Makes the key of a new register and stores it, wrapped where the keystore answers.
pub fn create(
    path: &Path,
    register: RegisterId,
    entropy: &Entropy,
    keystore: &dyn Keystore,
) -> Result<(DeviceKey, Protection), KeyFileError> {
    let key = DeviceKey::from_seed(&entropy.seed);
    let kept = keystore.keep(register, &entropy.wrapping_key)
        && keystore.find(register).is_some_and(|found| *found == *entropy.wrapping_key);
    let wrapped = || {
        let cipher = XChaCha20Poly1305::new((&*entropy.wrapping_key).into());
        cipher.encrypt(&XNonce::from(entropy.nonce), entropy.seed.as_slice()).ok()
    };
    let (protection, nonce, seed) = match kept.then(wrapped).flatten() {
        Some(wrapped) => (Protection::Keystore, Some(STANDARD.encode(entropy.nonce)), STANDARD.encode(wrapped)),
        None => (Protection::FileMode, None, STANDARD.encode(*entropy.seed)),
    };
    let seed = Zeroizing::new(seed);
    let file = KeyFile { v: 1, register, public_key: key.public().to_base64(), protection, nonce, seed };
    let io = |cause| KeyFileError::Io { path: path.to_owned(), cause };
    let bytes = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(|error| io(error.into()))?);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut stored = options.open(path).map_err(io)?;
    stored.write_all(&bytes).and_then(|()| stored.sync_all()).map_err(io)?;
    Ok((key, protection))
}

/// Reads the key of a register back.
pub fn read(path: &Path, keystore: &dyn Keystore) -> Result<(DeviceKey, Protection), KeyFileError> {
    let damaged = || KeyFileError::Damaged(path.to_owned());
    let bytes = std::fs::read(path).map_err(|cause| KeyFileError::Io { path: path.to_owned(), cause })?;
    let bytes = Zeroizing::new(bytes);
    let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    let stored = Zeroizing::new(STANDARD.decode(&*file.seed).map_err(|_| damaged())?);
    let seed = match (file.protection, &file.nonce) {
        (Protection::FileMode, _) => stored,
        (Protection::Keystore, Some(nonce)) => {
            let wrapping_key = keystore.find(file.register).ok_or(KeyFileError::Locked)?;
            let nonce: [u8; 24] =
                STANDARD.decode(nonce).ok().and_then(|nonce| nonce.try_into().ok()).ok_or_else(damaged)?;
            let cipher = XChaCha20Poly1305::new((&*wrapping_key).into());
            Zeroizing::new(cipher.decrypt(&XNonce::from(nonce), stored.as_slice()).map_err(|_| damaged())?)
        }
        (Protection::Keystore, None) => return Err(damaged()),
    };
    let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
    let key = DeviceKey::from_seed(seed);
    let stated = PublicKey::from_base64(&file.public_key).map_err(|_| damaged())?;
    if key.public() == stated { Ok((key, file.protection)) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashMap;

    use super::*;
    use uuid::Uuid;

    #[derive(Default)]
    struct InMemory(RefCell<HashMap<RegisterId, [u8; 32]>>);

    impl Keystore for InMemory {
        fn keep(&self, register: RegisterId, wrapping_key: &[u8; 32]) -> bool {
            self.0.borrow_mut().insert(register, *wrapping_key);
            true
        }

        fn find(&self, register: RegisterId) -> Option<Zeroizing<[u8; 32]>> {
            self.0.borrow().get(&register).copied().map(Zeroizing::new)
        }
    }

    fn entropy() -> Entropy {
        Entropy { seed: Zeroizing::new([1; 32]), wrapping_key: Zeroizing::new([2; 32]), nonce: [3; 24] }
    }

    const REGISTER: RegisterId = RegisterId::new(Uuid::from_u128(9));

    #[test]
    fn a_wrapped_key_is_read_back_only_through_the_keystore_that_holds_its_wrapping_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let keystore = InMemory::default();
        let (key, protection) = create(&path, REGISTER, &entropy(), &keystore).unwrap();
        assert_eq!(protection, Protection::Keystore);
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&STANDARD.encode([1; 32])));
        assert_eq!(read(&path, &keystore).unwrap().0.public(), key.public());
        assert!(matches!(read(&path, &NoKeystore), Err(KeyFileError::Locked)));
        keystore.0.borrow_mut().insert(REGISTER, [9; 32]);
        assert!(matches!(read(&path, &keystore), Err(KeyFileError::Damaged(_))));
    }

    #[test]
    fn without_a_keystore_the_file_is_its_owners_alone_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let (key, protection) = create(&path, REGISTER, &entropy(), &NoKeystore).unwrap();
        assert_eq!(protection, Protection::FileMode);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(read(&path, &NoKeystore).unwrap().0.public(), key.public());
        assert!(create(&path, REGISTER, &entropy(), &NoKeystore).is_err());
    }
}
