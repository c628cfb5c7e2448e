//! What this device remembers over its restarts: a small file in the platform's folder for private state, which no copy of
//! the shop holds.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use comptoir_ui::device::Device;

const NAME: &str = "device";

/// The file that it is remembered in.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    path: PathBuf,
}

impl Memory {
    /// Within a folder for private state.
    pub(super) fn within(state: &Path) -> Memory {
        Memory { path: state.join(NAME) }
    }

    /// The device as it was remembered; as `otherwise` where it never was.
    pub(super) fn recall(&self, otherwise: Device) -> Device {
        match fs::read_to_string(&self.path) {
            Ok(text) => Device::read(&text, otherwise),
            Err(_) => otherwise,
        }
    }

    /// Remembers it. What a power cut interrupts leaves what was remembered before.
    pub(super) fn keep(&self, device: &Device) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let part = self.path.with_extension("part");
        let mut file = fs::File::create(&part)?;
        file.write_all(device.written().as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_ui::till::Look;

    #[test]
    fn a_device_is_recalled_as_it_was_kept_and_otherwise_as_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::within(&folder.path().join("state"));
        let said = Device { printer: Some("printer.local".to_owned()), ..Device::default() };
        assert_eq!(memory.recall(said.clone()), said);
        let dark = Device { look: Look { dark: true, text_scale: 1.5, ..Look::default() }, ..Device::default() };
        memory.keep(&dark).unwrap();
        assert_eq!(memory.recall(said), dark);
    }
}
