//! Text tables: `;`, `,` or tab between cells, in UTF-8 or as older programs of Windows write.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};

use super::table::{Cell, Kind, Row, Tables};
use super::{ImportError, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Place};
use crate::export::unguarded;

pub(super) fn read(bytes: &[u8], progress: &mut dyn FnMut(u64, u64)) -> Result<Tables, ImportError> {
    let text = decoded(bytes).replace("\r\n", "\n");
    let unreadable = |error: csv::Error| ImportError::Unreadable { why: error.to_string() };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator(&text)).from_reader(text.as_bytes());
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    let total = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let mut number = 0_u32;
    while reader.read_record(&mut record).map_err(unreadable)? {
        let done = record.position().map_or(0, csv::Position::byte);
        // A spreadsheet counts empty rows too, and a cell of several lines as one row.
        let rest = usize::try_from(done).ok().and_then(|done| text.get(done..)).unwrap_or_default();
        let empty = rest.len() - rest.trim_start_matches('\n').len();
        number = u32::try_from(empty).map_or(u32::MAX, |empty| number.saturating_add(empty).saturating_add(1));
        if record.len() > MOST_COLUMNS {
            return Err(ImportError::TooManyColumns);
        }
        let mut cells = Vec::with_capacity(record.len());
        for (at, field) in (0..).zip(&record) {
            if field.chars().count() > LONGEST_CELL {
                return Err(ImportError::CellTooLong { at: Place { sheet: None, row: number, column: Some(at) } });
            }
            let cell = Cell::Text(unguarded(field).trim().to_owned());
            if !cell.is_blank() {
                cells.push((at, cell));
            }
        }
        rows.push(Row { number, cells });
        if rows.len() > MOST_ROWS {
            return Err(ImportError::TooManyRows);
        }
        if rows.len().is_multiple_of(1000) {
            progress(done, total);
        }
    }
    let header = rows.iter().find(|row| !row.cells.is_empty());
    let kind = header.and_then(Kind::of).unwrap_or(Kind::Products);
    let mut tables = Tables::default();
    tables.put(kind, None, rows)?;
    Ok(tables)
}

/// The text of the bytes: UTF-8, with or without its mark, or else Windows-1252, in which every byte is a letter.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bare) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bare).0,
    }
}

/// What stands most often between the names of the columns.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: &u8| header.bytes().filter(|byte| byte == separator).count();
    // The last of equals, so that a header of one column is read as the French write.
    [b',', b'\t', b';'].into_iter().max_by_key(count).unwrap_or(b';')
}
