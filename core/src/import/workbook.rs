//! Workbooks of Excel and its likes (`.xlsx`).

use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use super::table::{Cell, Kind, Row, Tables};
use super::{ImportError, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Place};
use crate::search::folded;

/// The most bytes that a workbook may unpack to; a hundred thousand products make some 60 MB.
const LARGEST_UNPACKED: u64 = 512 << 20;

/// The most parts that it may have.
const MOST_PARTS: usize = 2000;

pub(super) fn read(bytes: &[u8], progress: &mut dyn FnMut(u64, u64)) -> Result<Tables, ImportError> {
    unpacks(bytes, LARGEST_UNPACKED)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let Chosen { sheets, passed_over } = choose(&mut workbook)?;
    let mut tables = Tables { passed_over, ..Tables::default() };
    for (kind, sheet) in sheets {
        let rows = rows(&mut workbook, &sheet, usize::MAX, progress)?;
        tables.put(kind, Some(sheet), rows)?;
    }
    Ok(tables)
}

/// Unpacks everything once, into nothing, so that a small file that grows without end is refused before it is read: what
/// a file says of its sizes need not be so.
pub(super) fn unpacks(bytes: &[u8], most: u64) -> Result<(), ImportError> {
    let unreadable = |error: &dyn std::fmt::Display| ImportError::Unreadable { why: error.to_string() };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(ImportError::TooLarge);
    }
    let mut left = most;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(|error| unreadable(&error))?;
        let copied = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(copied).ok_or(ImportError::TooLarge)?;
    }
    Ok(())
}

/// The sheets that are read, one of products at most, and those that are passed over and named.
struct Chosen {
    sheets: Vec<(Kind, String)>,
    passed_over: Vec<String>,
}

/// Chooses by what the columns are called. Products are on the sheet that is called after them, or else on the first one
/// that looks like them.
fn choose<R: Read + io::Seek>(workbook: &mut Xlsx<R>) -> Result<Chosen, ImportError> {
    let names = workbook.sheet_names();
    let is_called = |name: &&String| matches!(folded(name).as_str(), "catalogue" | "catalog" | "produits" | "products");
    let called = names.iter().find(is_called);
    let mut sheets: Vec<(Kind, String)> = called.map(|name| (Kind::Products, name.clone())).into_iter().collect();
    let mut passed_over = Vec::new();
    for name in names.iter().filter(|name| Some(*name) != called && !is_exported(name)) {
        // What is no sheet of cells, like a chart, cannot be read and is passed over.
        match rows(workbook, name, 1, &mut |_, _| ()).as_deref() {
            Ok([]) => {}
            Ok([header, ..]) => match Kind::of(header) {
                Some(Kind::Products) if sheets.iter().any(|(known, _)| *known == Kind::Products) => {
                    passed_over.push(name.clone());
                }
                Some(kind) => sheets.push((kind, name.clone())),
                None => passed_over.push(name.clone()),
            },
            Err(_) => passed_over.push(name.clone()),
        }
    }
    if sheets.is_empty() {
        // Read as products after all, to say what it lacks.
        let first = passed_over.first().or(names.first()).ok_or(ImportError::Empty)?;
        return Ok(Chosen { sheets: vec![(Kind::Products, first.clone())], passed_over: Vec::new() });
    }
    Ok(Chosen { sheets, passed_over })
}

/// Whether an export writes a sheet that is called so and holds nothing of the catalogue.
fn is_exported(name: &str) -> bool {
    let name = folded(name);
    let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
    matches!(
        bare,
        "synthese"
            | "journees"
            | "tickets"
            | "lignes"
            | "reglements"
            | "tva par jour"
            | "analyse"
            | "summary"
            | "days"
            | "lines"
            | "payments"
            | "vat by day"
            | "analysis"
    )
}

/// At most so many rows of a sheet of which something is written.
fn rows<R: Read + io::Seek>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    most: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Row>, ImportError> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(unreadable)?;
    let total = u64::from(cells.dimensions().end.0);
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let place =
            || Place { sheet: Some(sheet.to_owned()), row: row.saturating_add(1), column: u16::try_from(column).ok() };
        let Some(value) = value(cell.get_value()) else { continue };
        let column = u16::try_from(column).ok().filter(|column| usize::from(*column) < MOST_COLUMNS);
        let column = column.ok_or(ImportError::TooManyColumns)?;
        if matches!(&value, Cell::Text(text) if text.chars().count() > LONGEST_CELL) {
            return Err(ImportError::CellTooLong { at: place() });
        }
        let number = row.saturating_add(1);
        let before = rows.last().map_or(0, |last| last.number);
        if number != before {
            // Rows out of their order are of a workbook that no spreadsheet wrote.
            if number < before {
                return Err(disorder());
            }
            if rows.len() == most {
                break;
            }
            if rows.len() > MOST_ROWS {
                return Err(ImportError::TooManyRows);
            }
            if rows.len().is_multiple_of(1000) {
                progress(u64::from(row), total.max(u64::from(row)));
            }
            rows.push(Row { number, cells: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            if last.cells.last().is_some_and(|(before, _)| *before >= column) {
                return Err(disorder());
            }
            last.cells.push((column, value));
        }
    }
    Ok(rows)
}

fn disorder() -> ImportError {
    ImportError::Unreadable { why: "its cells are out of their order".to_owned() }
}

fn unreadable(error: XlsxError) -> ImportError {
    ImportError::Unreadable { why: error.to_string() }
}

fn value(data: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| Cell::Text(text.trim().to_owned());
    let cell = match data {
        DataRef::Empty => return None,
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(plain(*number)),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::String(written) => text(written),
        DataRef::SharedString(written) => text(written),
        DataRef::DateTime(date) => Cell::Number(plain(date.as_f64())),
        DataRef::DateTimeIso(written) | DataRef::DurationIso(written) => text(written),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    };
    Some(cell).filter(|cell| !cell.is_blank())
}

/// A number as the decimal that its binary form stands for, to nine places: 0.1 + 0.2 is 0.3.
fn plain(number: f64) -> String {
    let written = format!("{number:.9}");
    match written.contains('.') {
        true => written.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => written,
    }
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language::{Language, Translations};

    use super::*;
    use crate::export::Sheet;

    #[test]
    fn the_sheets_of_an_export_that_hold_no_catalogue_are_known_in_both_languages() {
        let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
        for texts in [&Translations::english(), &french] {
            let sales = Sheet::ALL.into_iter().filter(|sheet| !sheet.is_of_catalogue()).map(Sheet::title);
            for title in sales {
                assert!(is_exported(&texts.say(&title)), "{}", texts.say(&title));
                assert!(is_exported(&format!("{} 2", texts.say(&title))));
            }
            for sheet in Sheet::ALL.into_iter().filter(|sheet| sheet.is_of_catalogue()) {
                assert!(!is_exported(&texts.say(&sheet.title())));
            }
        }
        for (name, expected) in [("Synthèse", true), ("Analysis", true), ("Fournisseurs", false)] {
            assert_eq!(is_exported(name), expected, "{name}");
        }
    }
}
