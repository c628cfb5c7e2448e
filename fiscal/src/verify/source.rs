//! Where lines come from: a text file or a database, read once in order and again at single places.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::message;

use super::intake::Past;
use super::report::{Findings, Rule, value};

/// The longest line that is read whole. A ticket of a thousand lines has a thirtieth of it.
pub(super) const LINE_BYTES_MAX: usize = 8 << 20;

/// How many bytes of lines are checked at once, and so held in memory; twice, as one batch is checked while another
/// is followed.
const BATCH_BYTES: usize = 2 << 20;

/// How many lines are checked at once.
const BATCH_LINES: usize = 2048;

/// Where a line lies in its batch and in its source.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What [`Source::fetch`] finds it by.
    pub(super) address: u64,
    /// What the source itself says of it, such as a column that should say the same.
    pub(super) label: Option<Label>,
    /// Why it was not read.
    pub(super) too_long: Option<u64>,
}

/// What the columns beside a stored line say of it.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) seq: i64,
    pub(super) kind: String,
}

/// Some lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<Place>,
}

impl Batch {
    pub(super) fn line(&self, place: &Place) -> &[u8] {
        &self.bytes[place.start..place.end]
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BATCH_BYTES || self.places.len() >= BATCH_LINES
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(2 * BATCH_BYTES);
        self.places.clear();
    }
}

/// Why a source gave nothing more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// The disk, or what lies under it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Lines in order, and single ones again.
pub(super) trait Source {
    /// Fills a batch with the next lines; leaves it empty at the end.
    fn fill(&mut self, batch: &mut Batch) -> Result<(), SourceError>;

    /// Reads a line again by its address.
    fn fetch(&mut self, address: u64, line: &mut Vec<u8>) -> Result<(), SourceError>;

    /// Goes back to the first line.
    fn rewind(&mut self) -> Result<(), SourceError>;

    /// How much there is to read, in the unit of [`Source::done`].
    fn total(&self) -> u64;

    /// How much was read.
    fn done(&self) -> u64;

    /// Says what is wrong with the source itself, once its lines are read.
    fn check(&mut self, findings: &mut Findings);

    /// What was taken in before, where the journal comes in piece by piece.
    fn past(&mut self) -> Option<&mut dyn Past> {
        None
    }
}

/// Lines of a text.
pub(super) struct Lines<R> {
    reader: R,
    start: u64,
    at: u64,
    total: u64,
    /// Whether the reader stands at `at`; a fetch moves it.
    in_place: bool,
}

impl<R: BufRead + Seek + Send> Lines<R> {
    /// The lines from where the reader stands to its end.
    pub(super) fn new(mut reader: R) -> io::Result<Lines<R>> {
        let start = reader.stream_position()?;
        let total = reader.seek(SeekFrom::End(0))?;
        Ok(Lines { reader, start, at: start, total, in_place: false })
    }
}

/// Reads up to and with a newline; of a line longer than `max`, appends nothing and says how long it is.
fn read_line(reader: &mut impl BufRead, into: &mut Vec<u8>, max: usize) -> io::Result<(u64, bool)> {
    let start = into.len();
    let read = reader.by_ref().take(max as u64 + 1).read_until(b'\n', into)?;
    if read <= max {
        return Ok((read as u64, false));
    }
    let rest = if into.ends_with(b"\n") { 0 } else { reader.skip_until(b'\n')? };
    into.truncate(start);
    Ok((read as u64 + rest as u64, true))
}

impl<R: BufRead + Seek + Send> Source for Lines<R> {
    fn fill(&mut self, batch: &mut Batch) -> Result<(), SourceError> {
        if !self.in_place {
            self.reader.seek(SeekFrom::Start(self.at))?;
            self.in_place = true;
        }
        while !batch.is_full() {
            let start = batch.bytes.len();
            let (length, too_long) = read_line(&mut self.reader, &mut batch.bytes, LINE_BYTES_MAX)?;
            if length == 0 {
                break;
            }
            batch.places.push(Place {
                start,
                end: batch.bytes.len(),
                address: self.at,
                label: None,
                too_long: too_long.then_some(length),
            });
            self.at += length;
        }
        Ok(())
    }

    fn fetch(&mut self, address: u64, line: &mut Vec<u8>) -> Result<(), SourceError> {
        self.in_place = false;
        self.reader.seek(SeekFrom::Start(address))?;
        line.clear();
        read_line(&mut self.reader, line, LINE_BYTES_MAX)?;
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.at = self.start;
        self.in_place = false;
        Ok(())
    }

    fn total(&self) -> u64 {
        self.total.saturating_sub(self.start)
    }

    fn done(&self) -> u64 {
        self.at - self.start
    }

    fn check(&mut self, findings: &mut Findings) {
        if self.done() < self.total() {
            let expected = message!("{bytes} bytes", bytes = self.total());
            findings.inconclusive(Rule::Unreadable, "file", expected, value(self.done()));
        }
    }
}
