//! A connection to a file, with its safeguards read back, and opened anew after it was closed.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;

/// The first SQLite without the bug by which two connections could damage a WAL (fixed in 3.51.3).
const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// How long another process (a command beside the server) is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it is waited before a new file's log is asked for again.
const LOG_PAUSE: Duration = Duration::from_millis(5);
/// How many statements a connection keeps prepared.
const STATEMENTS_MAX: usize = 256;
/// How many pages the write-ahead log may hold before readers are waited for, so that it begins again from its start.
const WAL_PAGES_MAX: i64 = 16_384;
/// How long they are waited for; then the log grows by as much again before the next try.
const READERS_TIMEOUT: Duration = Duration::from_millis(100);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Writing,
    Reading,
}

/// A connection, or the place of one that was closed after a failure.
pub(super) struct Connected {
    path: PathBuf,
    purpose: Purpose,
    connection: Option<Connection>,
    /// How long the log may be before it is made to begin again.
    wal_pages_max: i64,
}

impl Connected {
    /// Opens the file; for writing, makes it where there is none.
    pub(super) fn new(path: &Path, purpose: Purpose) -> Result<Connected, StoreError> {
        let mut connected =
            Connected { path: path.to_owned(), purpose, connection: None, wal_pages_max: WAL_PAGES_MAX };
        connected.get()?;
        Ok(connected)
    }

    /// The connection, opened anew where it was closed.
    pub(super) fn get(&mut self) -> Result<&Connection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open(&self.path, self.purpose)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Closes it, and gives up what was not committed.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }

    /// Runs a statement without values, parsed once.
    pub(super) fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        let connection = self.get()?;
        let ran = connection.prepare_cached(statement).and_then(|mut statement| statement.execute([]));
        ran.map(|_| ()).map_err(StoreError::from)
    }

    /// Lets the write-ahead log begin again where it has grown long. SQLite moves it into the file by itself, but never
    /// begins it again while somebody reads, and with pages shown all the time somebody does.
    pub(super) fn tidy(&mut self) {
        let Some(connection) = &self.connection else { return };
        let pages = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1));
        if pages.is_ok_and(|pages| pages >= self.wal_pages_max) {
            let begun = begin_log_again(connection).unwrap_or(false);
            self.wal_pages_max = if begun { WAL_PAGES_MAX } else { self.wal_pages_max + WAL_PAGES_MAX };
        }
    }
}

/// Whether the next commit goes to the start of the log. What fails here is tried again, and loses nothing.
fn begin_log_again(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(READERS_TIMEOUT)?;
    let blocked = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(!blocked?)
}

fn open(path: &Path, purpose: Purpose) -> Result<Connection, StoreError> {
    expect("SQLite's version", rusqlite::version_number().max(SQLITE_VERSION_MIN), rusqlite::version_number())?;
    if purpose == Purpose::Writing {
        make_private(path)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::Unavailable { why: format!("{} may not be written", path.display()) });
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    use_log(&connection)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")?;
    if purpose == Purpose::Reading {
        connection.execute_batch("PRAGMA query_only = ON")?;
    }
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    expect("journal_mode", mode, "wal".to_owned())?;
    expect("synchronous", number("PRAGMA synchronous")?, 2)?;
    expect("foreign_keys", number("PRAGMA foreign_keys")?, 1)?;
    expect("trusted_schema", number("PRAGMA trusted_schema")?, 0)?;
    expect("query_only", number("PRAGMA query_only")?, i64::from(purpose == Purpose::Reading))?;
    Ok(connection)
}

/// Has the file written by a log. Where it is new and several do so at once, SQLite refuses all but one without waiting.
fn use_log(connection: &Connection) -> Result<(), StoreError> {
    let since = Instant::now();
    loop {
        match connection.execute_batch("PRAGMA journal_mode = WAL").map_err(StoreError::from) {
            Err(StoreError::Busy) if since.elapsed() < BUSY_TIMEOUT => std::thread::sleep(LOG_PAUSE),
            done => return done,
        }
    }
}

/// Makes the file, where there is none, so that nobody but this server's user reads it. What SQLite puts beside it gets
/// the same rights.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::Unavailable { why: format!("{}: {error}", path.display()) })
        }
        _ => Ok(()),
    }
}

fn expect<T: PartialEq + ToString>(name: &'static str, found: T, wanted: T) -> Result<(), StoreError> {
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::Unsafe { name, found: found.to_string(), wanted: wanted.to_string() })
}
