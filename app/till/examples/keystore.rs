//! Whether the platform's keystore really holds what the device's key is wrapped under: run where one answers.

use std::process::ExitCode;

use comptoir_core::outside::SystemClock;
use comptoir_fiscal::journal::key_file::{self, Entropy, Keystore, NoKeystore, Protection};
use comptoir_fiscal::values::RegisterId;
use comptoir_till::platform;
use uuid::Uuid;

fn main() -> ExitCode {
    match run() {
        Ok(()) => {
            println!("the keystore keeps the key, and gives it back to nobody else");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("keystore: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("device.key");
    let mut device = platform::this_device(SystemClock);
    let mut entropy = Entropy { seed: [0; 32].into(), wrapping_key: [0; 32].into(), nonce: [0; 24] };
    let mut id = [0; 16];
    for bytes in [&mut entropy.seed[..], &mut entropy.wrapping_key[..], &mut entropy.nonce[..], &mut id[..]] {
        device.random.fill(bytes)?;
    }
    let register = RegisterId::new(Uuid::from_bytes(id));
    let keystore: &dyn Keystore = &*device.keystore;
    let (key, protection) = key_file::create(&path, register, &entropy, keystore)?;
    if protection != Protection::Keystore {
        return Err("no keystore answers here".into());
    }
    if key_file::read(&path, keystore)?.0.public() != key.public() {
        return Err("another key came back".into());
    }
    if key_file::read(&path, &NoKeystore).is_ok() {
        return Err("the key was read without the keystore".into());
    }
    Ok(())
}
