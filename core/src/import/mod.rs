//! Bringing a catalogue in from a spreadsheet: a file is read into [`Tables`], these held against the catalogue into a
//! [`Preview`] or a list of [`Fault`]s, and a preview applied by the register, all of it or nothing.
//!
//! Columns are known by French or English names, in any order; numbers are read as either language writes them. What a
//! file does not say stays as it is. Pictures are named by a table and lie in files beside it.

mod columns;
mod error;
mod headers;
mod menus;
mod modifiers;
mod pictures;
mod preview;
mod price_lists;
mod product;
mod reading;
mod table;
mod text;
mod value;
mod workbook;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use columns::Column;
pub use error::{Fault, ImportError, Place, What};
pub use headers::{Header, ListColumn, MenuColumn, ModifierColumn};
pub use pictures::{MOST_PICTURES, Pictures};
pub use preview::{Changed, Preview, Records, preview};
pub(crate) use product::{Names, SLASH};
pub use table::{Cell, Row, Table, Tables};

/// The most bytes that a file may have.
pub const LARGEST_FILE: u64 = 64 << 20;

/// The most rows that a table may have.
pub const MOST_ROWS: usize = 250_000;

/// The most columns.
pub const MOST_COLUMNS: usize = 200;

/// The most letters of a cell.
pub const LONGEST_CELL: usize = 2000;

/// Reads an `.xlsx` workbook or a text table (CSV), each table by what its columns say that it is. `progress` hears how much of how much is read.
pub fn read(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Tables, ImportError> {
    let io = |cause| ImportError::Io { path: path.display().to_string(), cause };
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(io)?;
    let mut tables = read_bytes(&bytes, progress)?;
    tables.pictures = pictures::beside(path, &tables, progress);
    Ok(tables)
}

/// Reads the bytes of such a file; beside bytes lie no pictures.
pub fn read_bytes(bytes: &[u8], progress: &mut dyn FnMut(u64, u64)) -> Result<Tables, ImportError> {
    if u64::try_from(bytes.len()).is_ok_and(|size| size > LARGEST_FILE) {
        return Err(ImportError::TooLarge);
    }
    match bytes {
        [b'P', b'K', 3 | 5, ..] => workbook::read(bytes, progress),
        // The old format of Excel, and of a workbook that is locked by a password.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(ImportError::OldFormat),
        text => text::read(text, progress),
    }
}

#[cfg(test)]
mod tests;
