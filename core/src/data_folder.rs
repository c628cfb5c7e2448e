//! Where a till's files lie: `shop.db`, and a folder for each of its journals.
//!
//! ```text
//! shop.db                        what is edited: catalogue, settings, operators; and the projections
//! school.db                      the same for school mode, whose journals lie beside the others
//! reserve                        room kept back for the day that the disk is full
//! journals/<register>/           journal.db, head, device.key, archives/
//! state/                         only in a sample shop: what otherwise lies in the platform's state folder
//! ```

use std::path::{Path, PathBuf};

use comptoir_fiscal::journal::Places;
use comptoir_fiscal::values::RegisterId;

use crate::shop::Shop;

/// The setting that names the journal which is sealed into; a shop is founded once it is there.
pub(crate) const CURRENT_JOURNAL: &str = "journal";

/// The folder of one till's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder {
    root: PathBuf,
    state: PathBuf,
    is_school: bool,
}

impl DataFolder {
    /// The data at `root`, whose heads are also kept under `platform_state`, the platform's folder for private state.
    pub fn new(root: impl Into<PathBuf>, platform_state: impl Into<PathBuf>) -> DataFolder {
        let root = root.into();
        let own = root.join("state");
        let state = if own.is_dir() { own } else { platform_state.into() };
        DataFolder { root, state, is_school: false }
    }

    /// The data of a sample shop at `root`, which leaves nothing outside its own folder.
    pub fn of_sample(root: impl Into<PathBuf>) -> DataFolder {
        let root = root.into();
        let state = root.join("state");
        DataFolder { root, state, is_school: false }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The same folder as school mode uses it: its journals are apart, and so is all that is derived from them.
    pub(crate) fn school(&self) -> DataFolder {
        DataFolder { is_school: true, ..self.clone() }
    }

    /// The same folder as real sales use it.
    pub(crate) fn live(&self) -> DataFolder {
        DataFolder { is_school: false, ..self.clone() }
    }

    /// `shop.db`, or in school mode `school.db`.
    pub fn shop(&self) -> PathBuf {
        self.root.join(if self.is_school { "school.db" } else { "shop.db" })
    }

    /// Whether a shop was founded here. What a founding that failed left behind is none.
    pub fn holds_a_shop(&self) -> bool {
        if !self.shop().exists() {
            return self.journals().exists();
        }
        let current = Shop::open(&self.shop()).and_then(|shop| shop.setting::<RegisterId>(CURRENT_JOURNAL));
        !matches!(current, Ok(None))
    }

    /// The file that keeps room back, for real sales and school mode alike.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.root.join("reserve")
    }

    /// Where the journals lie.
    pub fn journals(&self) -> PathBuf {
        self.root.join("journals")
    }

    /// Where the files of one journal lie.
    pub fn journal(&self, register: RegisterId) -> Places {
        Places { folder: self.journals().join(register.to_string()), state: self.state.clone() }
    }
}
