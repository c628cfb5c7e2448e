//! A table of articles brought in: a file is chosen, what it would change is shown, and all of it is made or nothing.

use std::path::PathBuf;
use std::sync::Arc;

use comptoir_core::import::{self, Fault, Preview};
use comptoir_core::outside::Random;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::changed;
use crate::files::{self, Listing};
use crate::till::Till;
use crate::word;

/// The endings of the files that can be read.
const ENDINGS: [&str; 4] = ["xlsx", "csv", "txt", "tsv"];

/// What a person does with a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed where it is.
    Path(String),
    /// Looks at what was typed: into a folder, or at a file.
    Look,
    /// Touched a file or folder of the list.
    Entry(usize),
    /// Goes to the folder above.
    Up,
    /// Brings it in.
    Take,
    /// Puts it away again.
    Drop,
}

/// What became of the chosen file.
#[derive(Clone, Debug, Default)]
pub enum Read {
    /// None is chosen.
    #[default]
    Nothing,
    /// It is being read.
    Reading,
    /// This would change.
    Ready(Arc<Preview>),
    /// This is wrong in it.
    Faults(Vec<Fault>),
}

/// What is to be brought in.
#[derive(Clone, Debug, Default)]
pub struct Import {
    pub(crate) path: String,
    pub(crate) listing: Listing,
    pub(crate) file: PathBuf,
    pub(crate) read: Read,
}

/// Comes to it: the folder that was looked at last, or the person's own.
pub(super) fn enter(till: &mut Till) {
    let folder = &till.catalogue.import.listing.folder;
    let folder = if folder.as_os_str().is_empty() { files::home() } else { folder.clone() };
    look_at(till, folder);
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let import = &mut till.catalogue.import;
    match edit {
        Edit::Path(text) => import.path = text,
        Edit::Look => {
            let path = PathBuf::from(import.path.trim());
            look_at(till, path);
        }
        Edit::Entry(place) => {
            if let Some(path) = import.listing.entries.get(place).map(|entry| entry.path.clone()) {
                look_at(till, path);
            }
        }
        Edit::Up => {
            if let Some(above) = import.listing.folder.parent().map(PathBuf::from) {
                look_at(till, above);
            }
        }
        Edit::Take => take(till),
        Edit::Drop => import.read = Read::Nothing,
    }
}

/// Looks into a folder, or reads a file: away from the register and the window, for either may take its time.
fn look_at(till: &mut Till, path: PathBuf) {
    let import = &mut till.catalogue.import;
    import.path = path.display().to_string();
    import.read = Read::Reading;
    let stored = till.catalogue.stored.clone();
    let looked_at = path.clone();
    let look = move |_: &mut dyn Random| {
        if looked_at.is_dir() {
            return files::look_into(&looked_at, &ENDINGS).map(Looked::Folder);
        }
        let tables = import::read(&looked_at, &mut |_, _| ()).map_err(|error| error.message())?;
        Ok(match import::preview(&tables, &stored) {
            Ok(preview) => Looked::Table(Arc::new(preview)),
            Err(faults) => Looked::Faults(faults),
        })
    };
    till.aside(look, move |till, looked: Result<Looked, Message>| {
        let import = &mut till.catalogue.import;
        import.read = Read::Nothing;
        match looked {
            Ok(Looked::Folder(listing)) => import.listing = listing,
            Ok(Looked::Table(preview)) => (import.file, import.read) = (path, Read::Ready(preview)),
            Ok(Looked::Faults(faults)) => (import.file, import.read) = (path, Read::Faults(faults)),
            Err(message) => till.refuse_for(message),
        }
    });
}

/// What was found at a path.
enum Looked {
    Folder(Listing),
    Table(Arc<Preview>),
    Faults(Vec<Fault>),
}

fn take(till: &mut Till) {
    let Read::Ready(preview) = &till.catalogue.import.read else { return };
    let (preview, operator) = (preview.clone(), till.operator());
    till.catalogue.busy = true;
    let work: word::Work =
        Arc::new(move |register, id, words| register.import_catalogue_by_word(id, &operator, &preview, words));
    word::done_by_word(till, work, |till, outcome| {
        if outcome.is_ok() {
            till.catalogue.import.read = Read::Nothing;
        }
        changed(till, outcome, message!("The table is imported, and the journal says so."));
    });
}
