//! What the device gives the register: random bytes, a keystore, and a folder for private state.

use std::path::PathBuf;

use comptoir_core::outside::{Clock, Random, RandomFailed};
use comptoir_core::register::Platform;
use comptoir_fiscal::entry::Software;
use comptoir_fiscal::journal::key_file::{Keystore, NoKeystore};
use comptoir_fiscal::values::RegisterId;
use comptoir_ui::mail::Password;
use keyring::v1::Entry;
use zeroize::Zeroizing;

use crate::mail_secret::Safe;

/// Under which name the keystore lists what it keeps for the register.
const SERVICE: &str = "comptoir";

/// This device, with a clock of the caller's choice.
pub fn this_device(clock: impl Clock + 'static) -> Platform {
    Platform {
        clock: Box::new(clock),
        random: Box::new(SystemRandom),
        keystore: Box::new(PlatformKeystore),
        software: Software { name: "comptoir".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
    }
}

/// This device for a sample shop, which asks nothing of the platform's keystore and leaves nothing in it.
pub fn for_a_sample(clock: impl Clock + 'static) -> Platform {
    Platform { keystore: Box::new(NoKeystore), ..this_device(clock) }
}

/// The folder of this device's shop where none is named: `$XDG_DATA_HOME/comptoir`, or what stands for it.
pub fn data_folder() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_DATA_HOME")
        .or_else(|| named("LOCALAPPDATA"))
        .or_else(|| named("HOME").map(|home| home.join(".local").join("share")))
        .unwrap_or_else(std::env::temp_dir)
        .join(SERVICE)
}

/// Where this device's user keeps documents; where there is no such folder, that of the data.
pub fn documents() -> PathBuf {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let documents = home.map(|home| home.join("Documents")).filter(|documents| documents.is_dir());
    documents.unwrap_or_else(|| data_folder().join("documents"))
}

/// The folder for state that backups of the data do not hold: `$XDG_STATE_HOME/comptoir`, or what stands for it.
pub fn state_folder() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_STATE_HOME")
        .or_else(|| named("LOCALAPPDATA"))
        .or_else(|| named("HOME").map(|home| home.join(".local").join("state")))
        .unwrap_or_else(std::env::temp_dir)
        .join(SERVICE)
}

/// The system's random bytes, for what is computed without a register.
pub fn random() -> Box<dyn Random> {
    Box::new(SystemRandom)
}

/// The system's random bytes.
struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        getrandom::fill(bytes).map_err(|_| RandomFailed)
    }
}

/// The platform's keystore: the Secret Service, the Keychain, or the Credential Manager.
struct PlatformKeystore;

impl PlatformKeystore {
    fn entry(register: RegisterId) -> Option<Entry> {
        Entry::new(SERVICE, &register.to_string()).ok()
    }
}

impl Keystore for PlatformKeystore {
    fn keep(&self, register: RegisterId, wrapping_key: &[u8; 32]) -> bool {
        PlatformKeystore::entry(register).is_some_and(|entry| entry.set_secret(wrapping_key).is_ok())
    }

    fn find(&self, register: RegisterId) -> Option<Zeroizing<[u8; 32]>> {
        let secret = Zeroizing::new(PlatformKeystore::entry(register)?.get_secret().ok()?);
        secret.as_slice().try_into().ok().map(Zeroizing::new)
    }
}

/// The password of the mail server in the platform's keystore.
pub(crate) struct MailSafe;

impl MailSafe {
    fn entry() -> Option<Entry> {
        Entry::new(SERVICE, "mail server").ok()
    }
}

impl Safe for MailSafe {
    fn keep(&self, password: &Password) -> bool {
        MailSafe::entry().is_some_and(|entry| entry.set_password(password.as_str()).is_ok())
    }

    fn find(&self) -> Option<Password> {
        MailSafe::entry()?.get_password().ok().map(Password::new)
    }

    fn forget(&self) {
        // Where it was never kept there is nothing to forget.
        let _ = MailSafe::entry().map(|entry| entry.delete_credential());
    }
}
