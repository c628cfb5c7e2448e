//! What the device gives the register: random bytes, a keystore, and a folder for private state.

use std::path::PathBuf;

use comptoir_core::outside::{Clock, Random, RandomFailed};
use comptoir_core::register::Platform;
use comptoir_fiscal::journal::key_file::NoKeystore;

/// The system's random bytes.
struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        getrandom::fill(bytes).map_err(|_| RandomFailed)
    }
}

/// This device, with a clock of the caller's choice. No keystore is asked yet, so keys lie in files that only their owner
/// can read, which the register seals as an event.
pub(crate) fn this_device(clock: impl Clock + 'static) -> Platform {
    Platform { clock: Box::new(clock), random: Box::new(SystemRandom), keystore: Box::new(NoKeystore) }
}

/// The folder for state that backups of the data do not hold: `$XDG_STATE_HOME/comptoir`, or what stands for it.
pub(crate) fn state_folder() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_STATE_HOME")
        .or_else(|| named("LOCALAPPDATA"))
        .or_else(|| named("HOME").map(|home| home.join(".local").join("state")))
        .unwrap_or_else(std::env::temp_dir)
        .join("comptoir")
}
