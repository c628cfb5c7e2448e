//! Text tables in a folder, as spreadsheets in France read them: `;` between cells, a comma before decimals, CRLF, and the
//! mark of UTF-8 first.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use comptoir_fiscal::language::Translations;
use csv::{Terminator, Writer, WriterBuilder};

use super::sheets::{Sheet, Value};
use super::workbook::listed;
use super::{ExportError, Tables, What, guarded};

pub(super) struct Folder<'t> {
    texts: &'t Translations,
    files: Vec<(Sheet, PathBuf, Writer<BufWriter<File>>)>,
}

impl<'t> Folder<'t> {
    pub(super) fn begin(path: &Path, what: What, texts: &'t Translations) -> Result<Folder<'t>, ExportError> {
        fs::create_dir_all(path).map_err(|cause| ExportError::Io { path: path.to_owned(), cause })?;
        let mut files = Vec::new();
        let sheets = || Sheet::ALL.into_iter().filter(|sheet| sheet.is_of(what));
        if let Some(path) = sheets().map(|sheet| path.join(sheet.file_name())).find(|path| path.exists()) {
            return Err(ExportError::Exists { path });
        }
        for sheet in sheets() {
            let path = path.join(sheet.file_name());
            let io = |cause| ExportError::Io { path: path.clone(), cause };
            let mut file = BufWriter::new(File::create(part(&path)).map_err(io)?);
            file.write_all("\u{feff}".as_bytes()).map_err(io)?;
            let mut writer = WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(file);
            let titles = sheet.headings().into_iter().map(|heading| texts.say(&heading.title));
            writer.write_record(titles).map_err(|error| io(error.into()))?;
            files.push((sheet, path, writer));
        }
        Ok(Folder { texts, files })
    }

    pub(super) fn complete(&mut self) -> Result<(), ExportError> {
        for (_, path, file) in &mut self.files {
            let io = |cause| ExportError::Io { path: path.clone(), cause };
            file.flush().map_err(io)?;
            file.get_ref().get_ref().sync_all().map_err(io)?;
        }
        Ok(())
    }

    /// Takes away what was written.
    pub(super) fn abandon(self) {
        for (_, path, file) in self.files {
            drop(file);
            // What is not there, or cannot be removed, is no loss beside what went wrong.
            let _ = fs::remove_file(part(&path));
        }
    }

    pub(super) fn publish(self) -> Result<Vec<PathBuf>, ExportError> {
        let mut written = Vec::new();
        for (_, path, file) in self.files {
            drop(file);
            fs::rename(part(&path), &path).map_err(|cause| ExportError::Io { path: path.clone(), cause })?;
            written.push(path);
        }
        Ok(written)
    }
}

impl Tables for Folder<'_> {
    fn add(&mut self, sheet: Sheet, row: &[Value]) -> Result<(), ExportError> {
        let texts = self.texts;
        let Some((_, path, file)) = self.files.iter_mut().find(|(known, ..)| *known == sheet) else { return Ok(()) };
        let written = row.iter().map(|value| written(value, texts));
        file.write_record(written).map_err(|error| ExportError::Io { path: path.clone(), cause: error.into() })
    }
}

/// The name of a file while it is being written.
pub(super) fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn written(value: &Value, texts: &Translations) -> String {
    match value {
        Value::Text(text) => guarded(text).into_owned(),
        Value::Words(words) => texts.say(words),
        Value::List(words) => listed(words, texts),
        Value::Money(amount) => decimal(amount.get(), 2, 2),
        Value::Thousandths(thousandths) => decimal(*thousandths, 3, 0),
        Value::Rate(rate) => decimal(rate.basis_points().into(), 2, 0),
        Value::Date(date) => date.to_string(),
        Value::Instant(at) => format!("{} {}", at.date(), at.time().format("%H:%M:%S")),
        Value::Count(count) => count.to_string(),
        Value::Truth(truth) => texts.say(&super::workbook::yes(*truth)),
        Value::Nothing => String::new(),
    }
}

/// A number in units of `10^-places` with a comma, and at least so many decimals.
fn decimal(number: i64, places: usize, least: usize) -> String {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let significant = fraction.trim_end_matches('0').len().max(least);
    let fraction = fraction.get(..significant).unwrap_or(fraction);
    let sign = if number < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_grouping_and_with_a_comma() {
        for (number, places, least, expected) in [
            (123_450, 2, 2, "1234,50"),
            (-5, 2, 2, "-0,05"),
            (1500, 3, 0, "1,5"),
            (2000, 3, 0, "2"),
            (550, 2, 0, "5,5"),
        ] {
            assert_eq!(decimal(number, places, least), expected);
        }
    }
}
