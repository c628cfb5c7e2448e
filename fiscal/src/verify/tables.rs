//! The CSV files of an archive, written again from its entries and compared byte for byte.
//!
//! Their sums are compared first; only where one differs are the rows compared, to name the place.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::archive::Manifest;
use crate::archive::csv::Table;
use crate::archive::read::{Layout, Unpack};
use crate::entry::{Body, Entry};
use crate::message;
use crate::values::Hash;

use super::line;
use super::report::{Finding, Report, Rule, value};
use super::source::LINE_BYTES_MAX;

/// How many rows of a file are reported.
const ROWS_MAX: usize = 20;

/// The length and hash of what is written to it.
#[derive(Default)]
pub(super) struct Sum {
    bytes: u64,
    sha: Sha256,
}

impl Sum {
    pub(super) fn finish(self) -> (u64, Hash) {
        (self.bytes, Hash::new(self.sha.finalize().into()))
    }
}

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Compares each file with the sum of what it should be.
pub(super) fn compare(
    sums: &[(u64, Hash); 5],
    spool: &mut BufReader<File>,
    manifest: &Manifest,
    path: &Path,
    layout: &Layout,
    report: &mut Report,
) -> io::Result<()> {
    for (table, due) in Table::ALL.into_iter().zip(sums) {
        let Some(member) = layout.member(table.file_name()) else { continue };
        let mut found = Sum::default();
        let mut unpack = member.unpack(File::open(path)?)?;
        // What cannot be unpacked has been reported with the files.
        let _ = io::copy(&mut unpack, &mut found);
        if found.finish() != *due {
            spool.rewind()?;
            compare_rows(table, spool, manifest, member.unpack(File::open(path)?)?, report)?;
        }
    }
    Ok(())
}

fn compare_rows(
    table: Table,
    spool: &mut BufReader<File>,
    manifest: &Manifest,
    file: Unpack<File>,
    report: &mut Report,
) -> io::Result<()> {
    let mut rows = Rows { file: BufReader::new(file), number: 0, faults: 0, table };
    rows.compare(table.header().as_bytes(), report);
    let mut label = None;
    let (mut bytes, mut due) = (Vec::new(), Vec::new());
    let mut is_first = true;
    while rows.faults < ROWS_MAX {
        bytes.clear();
        spool.by_ref().take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        let Some(entry) = line::entry_of(&bytes) else { continue };
        let is_genesis_apart = std::mem::replace(&mut is_first, false) && manifest.from > 0;
        let known = label.get_or_insert_with(|| label_before(manifest, &entry));
        if !is_genesis_apart {
            due.clear();
            table.rows(&entry, known, &mut due);
            for row in split_rows(&due) {
                rows.compare(row, report);
            }
        }
        if let Body::Event(event) = &entry.body
            && let Some(set) = event.set.as_ref().and_then(|set| set.get("label")).and_then(|label| label.as_str())
        {
            label = Some(set.to_owned());
        }
    }
    if rows.faults < ROWS_MAX {
        rows.compare(b"", report);
    }
    Ok(())
}

fn label_before(manifest: &Manifest, first: &Entry) -> String {
    let before = manifest.before.as_ref().map(|before| before.settings.read().label.clone());
    match (before, &first.body) {
        (Some(label), _) => label,
        (None, Body::Genesis(genesis)) => genesis.label.clone(),
        (None, _) => manifest.label.clone(),
    }
}

/// Rows that end with CRLF; a line end inside quotes does not end a row, but is compared all the same.
fn split_rows(rows: &[u8]) -> impl Iterator<Item = &[u8]> {
    rows.split_inclusive(|byte| *byte == b'\n')
}

struct Rows<R: Read> {
    file: BufReader<R>,
    number: u64,
    faults: usize,
    table: Table,
}

impl<R: Read> Rows<R> {
    /// Compares the next line of the file with what it should be; nothing means the end of the file.
    fn compare(&mut self, due: &[u8], report: &mut Report) {
        self.number += 1;
        let mut found = Vec::new();
        let most = due.len() as u64 + 4096;
        let _ = self.file.by_ref().take(most).read_until(b'\n', &mut found);
        if found == due || self.faults >= ROWS_MAX {
            return;
        }
        self.faults += 1;
        let shown = |row: &[u8]| match row {
            [] => message!("the end of the file"),
            row => value(String::from_utf8_lossy(row).escape_debug()),
        };
        report.add(Finding {
            is_defect: true,
            seq: None,
            place: format!("{}:{}", self.table.file_name(), self.number),
            rule: Rule::Csv,
            expected: shown(due),
            found: shown(&found),
        });
    }
}
