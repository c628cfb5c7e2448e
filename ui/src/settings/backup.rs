//! Copies of the till, for the day its device is lost.

use std::path::PathBuf;

use comptoir_core::register::BackedUp;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::set;
use crate::files::{self, Listing};
use crate::till::{Order, Till};

/// What a person does with copies.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed into which folder.
    Folder(String),
    /// Looks into what was typed.
    Look,
    /// Touched a folder of the list.
    Entry(usize),
    /// Goes to the folder above.
    Up,
    /// Makes a copy now.
    Now,
    /// Makes one by itself after each closing of a day, into this folder, or no longer.
    Automatic(bool),
}

/// Into which folder, and how it goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backup {
    pub(crate) typed: String,
    pub(crate) listing: Listing,
    pub(crate) copying: bool,
}

/// Comes to it: the folder that copies go to, or the person's own.
pub(super) fn enter(till: &mut Till) {
    let listed = &till.settings.backup.listing.folder;
    if listed.as_os_str().is_empty() {
        let chosen = till.settings.facts.as_ref().and_then(|facts| facts.folder.clone());
        look_at(till, chosen.unwrap_or_else(files::home));
    }
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let backup = &mut till.settings.backup;
    match edit {
        Edit::Folder(text) => backup.typed = text,
        Edit::Look => {
            let folder = PathBuf::from(backup.typed.trim());
            look_at(till, folder);
        }
        Edit::Entry(place) => {
            if let Some(path) = backup.listing.entries.get(place).map(|entry| entry.path.clone()) {
                look_at(till, path);
            }
        }
        Edit::Up => {
            if let Some(above) = backup.listing.folder.parent().map(PathBuf::from) {
                look_at(till, above);
            }
        }
        Edit::Now => {
            let folder = backup.typed.trim().to_owned();
            if folder.is_empty() {
                return till.refuse_for(message!("Choose a folder, or type where it is."));
            }
            if !backup.copying {
                backup.copying = true;
                till.order(Order::BackUp(PathBuf::from(folder)));
            }
        }
        Edit::Automatic(wanted) => {
            let folder =
                Some(PathBuf::from(backup.typed.trim())).filter(|folder| wanted && !folder.as_os_str().is_empty());
            let said = match &folder {
                Some(folder) => message!(
                    "After each closing of a day a copy is made in {folder}.",
                    folder = folder.display().to_string()
                ),
                None => message!("No copy is made by itself any more."),
            };
            set(till, move |register| Ok(register.set_backup_folder(folder.as_deref())?), said, |_| ());
        }
    }
}

/// Looks into a folder, away from the register and the window.
fn look_at(till: &mut Till, folder: PathBuf) {
    till.settings.backup.typed = folder.display().to_string();
    till.aside(
        move |_| files::look_into(&folder, &[]),
        |till, looked| match looked {
            Ok(listing) => till.settings.backup.listing = listing,
            Err(message) => till.refuse_for(message),
        },
    );
}

/// A copy was made, or was not.
pub(super) fn made(till: &mut Till, outcome: Result<BackedUp, Message>) {
    till.settings.backup.copying = false;
    match outcome {
        Ok(made) => till.tell(message!(
            "Copied to {folder}: {entries} entries, of which {added} are new.",
            folder = made.path.display().to_string(),
            entries = made.entries,
            added = made.added
        )),
        Err(message) => till.refuse_for(message),
    }
}
