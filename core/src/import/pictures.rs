//! The pictures that a table of products names: read from the files beside it, each once.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};
use std::sync::Arc;

use super::columns::Column;
use super::error::What;
use super::table::{Cell, Tables};
use crate::catalogue::{FILE_BYTES, Picture, PictureId};

/// The most pictures that one table may name.
pub const MOST_PICTURES: usize = 2000;

/// The pictures that a table names, by what stands in its cells; what is wrong with each where it is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures(BTreeMap<String, Result<Arc<Picture>, What>>);

impl Pictures {
    /// The picture that a cell names.
    pub(super) fn of(&self, name: &str) -> Result<Arc<Picture>, What> {
        self.0.get(name.trim()).cloned().unwrap_or(Err(What::NoPictureFile))
    }

    /// Those that are among these, each once.
    pub(super) fn of_these(&self, shown: &HashSet<PictureId>) -> Vec<Arc<Picture>> {
        let read = self.0.values().flatten().filter(|picture| shown.contains(&picture.id()));
        let once: BTreeMap<PictureId, &Arc<Picture>> = read.map(|picture| (picture.id(), picture)).collect();
        once.into_values().cloned().collect()
    }
}

/// Reads the pictures that the products of a file name. `progress` hears how many of how many are read.
pub(super) fn beside(path: &Path, tables: &Tables, progress: &mut dyn FnMut(u64, u64)) -> Pictures {
    let names = named(tables);
    let folder = path.parent().unwrap_or(Path::new(""));
    let total = names.len() as u64;
    let mut pictures = BTreeMap::new();
    for (name, done) in names.into_iter().zip(1..) {
        let read = if pictures.len() < MOST_PICTURES { read(folder, &name) } else { Err(What::TooManyPictures) };
        pictures.insert(name, read);
        progress(done, total);
    }
    Pictures(pictures)
}

/// What stands in the column of pictures, each name once, in the order of the rows.
fn named(tables: &Tables) -> Vec<String> {
    let Some(table) = &tables.products else { return Vec::new() };
    let Some(column) = table.place_of(Column::Picture) else { return Vec::new() };
    let cells = table.rows.iter().filter_map(|row| row.get(column)).map(Cell::shown);
    let mut seen = HashSet::new();
    cells.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty() && seen.insert(name.clone())).collect()
}

fn read(folder: &Path, name: &str) -> Result<Arc<Picture>, What> {
    let path = Path::new(name);
    // A table that somebody was sent names no file of the rest of the device.
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(What::PictureElsewhere);
    }
    let path = folder.join(path);
    if !path.is_file() {
        return Err(What::NoPictureFile);
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let file = File::open(path).map_err(|_| What::NoPictureFile)?;
    file.take(most).read_to_end(&mut bytes).map_err(|_| What::NoPictureFile)?;
    Picture::of_file(&bytes).map(Arc::new).map_err(What::Picture)
}
