//! The witness: the key that countersigns what the back office holds of each journal. Registers pin it when they are
//! enrolled, so that the back office can lie to nobody (C2SP tlog-cosignature).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comptoir_fiscal::checkpoint::{Checkpoint, Statement, Witness};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::{Hash, RegisterId};

/// The witness's private key, with the name that it signs under.
#[derive(Clone)]
pub struct WitnessKey {
    name: String,
    key: DeviceKey,
}

impl WitnessKey {
    /// A witness of a key that is given.
    pub fn new(name: impl Into<String>, key: DeviceKey) -> WitnessKey {
        WitnessKey { name: name.into(), key }
    }

    /// The key in a file, which is made where there is none: readable by its owner alone. Its name is drawn with it, and
    /// stays whatever the machine is called later.
    pub fn open(path: &Path) -> io::Result<WitnessKey> {
        match std::fs::read_to_string(path) {
            Ok(text) => WitnessKey::read(&text).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => WitnessKey::make(path),
            Err(fault) => Err(fault),
        }
    }

    fn make(path: &Path) -> io::Result<WitnessKey> {
        let (mut seed, mut id) = ([0; 32], [0; 4]);
        getrandom::fill(&mut seed).and_then(|()| getrandom::fill(&mut id)).map_err(io::Error::other)?;
        let name = format!("comptoir-backoffice/{:08x}", u32::from_be_bytes(id));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(format!("{name} {}\n", STANDARD.encode(seed)).as_bytes()).and_then(|()| file.sync_all())?;
        Ok(WitnessKey { name, key: DeviceKey::from_seed(&seed) })
    }

    fn read(text: &str) -> Option<WitnessKey> {
        let (name, seed) = text.trim_end().split_once(' ')?;
        let seed: [u8; 32] = STANDARD.decode(seed).ok()?.try_into().ok()?;
        (!name.is_empty()).then(|| WitnessKey { name: name.to_owned(), key: DeviceKey::from_seed(&seed) })
    }

    /// What registers pin.
    pub fn public(&self) -> Witness {
        Witness { name: self.name.clone(), public_key: self.key.public() }
    }

    /// Countersigns a register's checkpoint, at `now` (unix seconds).
    pub(crate) fn countersign(&self, mut checkpoint: Checkpoint, now: i64) -> Checkpoint {
        // Whatever else was signed under it is not for the witness to pass on.
        let own = checkpoint.statement.origin();
        checkpoint.signatures.retain(|signature| signature.name == own);
        checkpoint.countersign(&self.name, &self.key, u64::try_from(now).unwrap_or_default());
        checkpoint
    }

    /// States what is held, where the register's own signature over it is not at hand.
    pub(crate) fn state(&self, register: RegisterId, size: u64, root: Hash, now: i64) -> Checkpoint {
        let statement = Statement { register, size, root };
        self.countersign(Checkpoint { statement, signatures: Vec::new() }, now)
    }
}
