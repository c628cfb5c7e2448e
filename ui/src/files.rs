//! Folders of the device, looked into to choose a file or a place.

use std::path::{Path, PathBuf};

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// How many entries of a folder are shown.
const MOST: usize = 500;

/// A folder that was looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Which.
    pub folder: PathBuf,
    /// What is in it: folders first, each kind by its name.
    pub entries: Vec<Entry>,
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Whether it is no folder, so that folders come first.
    pub is_file: bool,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Looks into a folder, for the folders in it and the files with one of these endings.
pub fn look_into(folder: &Path, endings: &[&str]) -> Result<Listing, Message> {
    let read = std::fs::read_dir(folder).map_err(|cause| {
        message!(
            "{folder} cannot be looked into: {why}. Choose another.",
            folder = folder.display().to_string(),
            why = cause.to_string()
        )
    })?;
    let entries = read.filter_map(Result::ok).filter_map(|entry| {
        let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
        let path = entry.path();
        let is_file = !path.is_dir();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        let is_wanted = !is_file || ending.is_some_and(|ending| endings.contains(&ending.as_str()));
        is_wanted.then_some(Entry { is_file, name, path })
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort();
    entries.truncate(MOST);
    Ok(Listing { folder: folder.to_owned(), entries })
}

/// Where one begins to look: the person's own folder.
pub fn home() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("HOME").or_else(|| named("USERPROFILE")).unwrap_or_else(|| PathBuf::from("/"))
}
