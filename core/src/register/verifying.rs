//! Verifying the journal while it is sold in: the lines are handed over a few at a time, and read elsewhere.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use comptoir_fiscal::verify::{self, Report};

/// How many lines are handed over at a time.
const LINES_AT_ONCE: u64 = 256;

/// Why a journal was not verified. It says nothing of the journal.
#[derive(Debug, thiserror::Error)]
pub enum VerifyingError<E> {
    /// It was given up.
    #[error("the verification was given up")]
    Left,
    /// The lines could not be had.
    #[error(transparent)]
    Lines(E),
    /// There is no room to lay them down.
    #[error("the lines could not be laid down: {0}")]
    Io(io::Error),
}

/// Verifies the first `size` lines of a journal, which `lines` hands over from one seq up to and without another. What is
/// read is laid down in a file without a name first. `progress` hears how much of how much is done, first of reading, then
/// of checking; `wanted` says whether it still is.
pub fn verify_journal<E>(
    size: u64,
    mut lines: impl FnMut(u64, u64) -> Result<Vec<Vec<u8>>, E>,
    wanted: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, VerifyingError<E>> {
    let mut out = BufWriter::new(tempfile::tempfile().map_err(VerifyingError::Io)?);
    let mut next = 0;
    while next < size {
        if !wanted() {
            return Err(VerifyingError::Left);
        }
        let to = size.min(next + LINES_AT_ONCE);
        for line in lines(next, to).map_err(VerifyingError::Lines)? {
            out.write_all(&line).map_err(VerifyingError::Io)?;
        }
        next = to;
        progress(next, size);
    }
    let mut file = out.into_inner().map_err(|error| VerifyingError::Io(error.into_error()))?;
    file.seek(SeekFrom::Start(0)).map_err(VerifyingError::Io)?;
    let reader = BufReader::with_capacity(1 << 18, Wanted::new(file, wanted));
    let report = verify::verify_lines(reader, &[], progress);
    if wanted() { Ok(report) } else { Err(VerifyingError::Left) }
}

/// A file that ends in an error once it is not wanted any more.
pub(crate) struct Wanted<'w> {
    file: File,
    wanted: &'w (dyn Fn() -> bool + Sync),
}

impl<'w> Wanted<'w> {
    pub(crate) fn new(file: File, wanted: &'w (dyn Fn() -> bool + Sync)) -> Wanted<'w> {
        Wanted { file, wanted }
    }
}

impl Read for Wanted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if (self.wanted)() { self.file.read(into) } else { Err(io::Error::other("given up")) }
    }
}

impl Seek for Wanted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
