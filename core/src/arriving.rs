//! A journal that was lost with its device, as it arrives from the back office: newest first, so that what was sold this
//! morning is here before what was sold years ago. It lies in a file of its own, apart from the journals of this till, until
//! it is whole and known to be the one that the lost device had signed.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::journal::{LeftJournal, OpenError};
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::sealed::{self, Sealed};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS line (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
";

/// How many lines are read at once.
const LINES_AT_ONCE: u64 = 1000;

/// A journal that is to arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Which.
    pub register: RegisterId,
    /// What its device was called.
    pub label: String,
    /// How many entries the back office holds of it.
    pub size: u64,
    /// The newest countersigned checkpoint over them, which it must agree with.
    pub checkpoint: String,
}

/// Why lines of an arriving journal were not taken.
#[derive(Debug, thiserror::Error)]
pub enum ArrivingError {
    /// They are not the ones that come next.
    #[error("not the lines that come next")]
    OtherLines,
    /// The journal that has arrived is not the one that its checkpoint states.
    #[error("not the journal that its checkpoint states")]
    OtherJournal,
    /// Nobody waits for it any more.
    #[error("given up before its end")]
    GivenUp,
    /// The file could not be read or written.
    #[error("the journal that arrives could not be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The finished journal could not be written.
    #[error(transparent)]
    Journal(#[from] OpenError),
}

/// Where it lies until it is whole.
#[derive(Debug)]
pub(crate) struct Arriving {
    connection: Connection,
    awaited: Awaited,
}

impl Arriving {
    /// Opens its file, which is made where it is not there.
    pub(crate) fn open(path: &Path, awaited: &Awaited) -> Result<Arriving, ArrivingError> {
        let connection = Connection::open(path)?;
        // What a power cut takes is fetched again.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Arriving { connection, awaited: awaited.clone() })
    }

    /// Which journal.
    pub(crate) fn awaited(&self) -> &Awaited {
        &self.awaited
    }

    /// Down to which entry it is here.
    pub(crate) fn lowest(&self) -> Result<u64, ArrivingError> {
        let lowest: Option<u64> = self.connection.query_row("SELECT min(seq) FROM line", [], |row| row.get(0))?;
        Ok(lowest.unwrap_or(self.awaited.size))
    }

    /// An entry that is here.
    pub(crate) fn line(&self, seq: u64) -> Result<Option<Sealed>, ArrivingError> {
        let mut find = self.connection.prepare_cached("SELECT bytes FROM line WHERE seq = ?1")?;
        let bytes: Option<Vec<u8>> = find.query_row([seq], |row| row.get(0)).optional()?;
        bytes.map(|bytes| sealed::read(&bytes).map_err(|_| ArrivingError::OtherLines)).transpose()
    }

    /// The entries from one up to and without another, all of which are here.
    pub(crate) fn entries(&self, from: u64, to: u64) -> Result<Vec<Entry>, ArrivingError> {
        let read = |bytes: Vec<u8>| sealed::read(&bytes).map(|line| line.entry);
        self.lines(from, to)?.into_iter().map(|bytes| read(bytes).map_err(|_| ArrivingError::OtherLines)).collect()
    }

    /// Takes the lines that come right before those that are here, in their order, each with its newline. Each must name the
    /// one before it, up to the first that is here.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), ArrivingError> {
        let mut lines = Vec::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            lines.push((sealed::read(line).map_err(|_| ArrivingError::OtherLines)?, line));
        }
        let lowest = self.lowest()?;
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let first = lowest.checked_sub(count).filter(|_| count > 0).ok_or(ArrivingError::OtherLines)?;
        let after = self.line(lowest)?;
        let followers = lines.iter().skip(1).map(|(line, _)| Some(line)).chain([after.as_ref()]);
        for (seq, ((line, _), follower)) in (first..).zip(lines.iter().zip(followers)) {
            let is_next = line.entry.register == self.awaited.register && line.entry.seq == seq;
            if !is_next || follower.is_some_and(|follower| follower.entry.prev != line.hash) {
                return Err(ArrivingError::OtherLines);
            }
        }
        let transaction = self.connection.transaction()?;
        for (line, bytes) in &lines {
            let sql = "INSERT INTO line (seq, bytes) VALUES (?1, ?2)";
            transaction.prepare_cached(sql)?.execute(params![line.entry.seq, bytes])?;
        }
        Ok(transaction.commit()?)
    }

    fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, ArrivingError> {
        let sql = "SELECT bytes FROM line WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let mut find = self.connection.prepare_cached(sql)?;
        Ok(find.query_map([from, to], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

/// Writes an arrived journal as one of this till's, and checks that it is what its checkpoint states. It takes as long as
/// the journal is large, needs nobody's register, and is given up once `wanted` says no.
pub fn finish(
    from: &Path,
    awaited: &Awaited,
    to: &Path,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<(), ArrivingError> {
    match std::fs::remove_file(to) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(OpenError::Io { path: to.to_owned(), cause }.into());
        }
        _ => {}
    }
    let checkpoint = Checkpoint::parse(&awaited.checkpoint).map_err(|_| ArrivingError::OtherJournal)?;
    let arriving = Arriving::open(from, awaited)?;
    let mut lines = InOrder {
        arriving: &arriving,
        wanted,
        next: 0,
        waiting: io::Cursor::default(),
        frontier: Frontier::new(),
        fault: None,
    };
    let written = LeftJournal::write(to, BufReader::new(&mut lines), |_| ());
    if let Some(fault) = lines.fault {
        return Err(fault);
    }
    written?;
    let Checkpoint { statement, .. } = checkpoint;
    let is_it = (statement.register, statement.size, statement.root)
        == (awaited.register, lines.frontier.size(), lines.frontier.root());
    if is_it { Ok(()) } else { Err(ArrivingError::OtherJournal) }
}

/// The lines as a reader gives them, and the tree over them.
struct InOrder<'a> {
    arriving: &'a Arriving,
    wanted: &'a (dyn Fn() -> bool + Sync),
    next: u64,
    waiting: io::Cursor<Vec<u8>>,
    frontier: Frontier,
    fault: Option<ArrivingError>,
}

impl InOrder<'_> {
    fn fill(&mut self) -> Result<(), ArrivingError> {
        if !(self.wanted)() {
            return Err(ArrivingError::GivenUp);
        }
        let lines = self.arriving.lines(self.next, self.next + LINES_AT_ONCE)?;
        for line in &lines {
            self.frontier.push(sealed::read(line).map_err(|_| ArrivingError::OtherLines)?.hash);
        }
        self.next += u64::try_from(lines.len()).unwrap_or(u64::MAX);
        self.waiting = io::Cursor::new(lines.concat());
        Ok(())
    }
}

impl Read for InOrder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.waiting.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        if let Err(fault) = self.fill() {
            self.fault = Some(fault);
            return Err(io::Error::other("the arriving journal could not be read"));
        }
        self.waiting.read(buffer)
    }
}

/// Where an arriving journal lies under a folder of data.
pub(crate) fn path_of(folder: &Path, register: RegisterId) -> PathBuf {
    folder.join("arriving").join(format!("{register}.db"))
}
