//! Lines of a register's `journal.db`, opened so that nothing in it or beside it changes.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use crate::message;

use super::report::{Findings, Rule, value};
use super::source::{Batch, LINE_BYTES_MAX, Label, Place, Source, SourceError};

/// How many faults of the database are listed.
const FAULTS_MAX: u32 = 20;

/// A database that is only read.
pub(crate) struct Unchanged {
    pub(crate) connection: Connection,
    /// Holds the copy that is read where the file itself could not be opened without a change.
    pub(crate) copy: Option<tempfile::TempDir>,
}

/// Opens a database so that nothing in it or beside it changes, with what is in the write-ahead log beside it.
pub(crate) fn open_unchanged(path: &Path) -> Result<Unchanged, SourceError> {
    let has_log = ["-wal", "-journal"].iter().any(|end| beside(path, end).metadata().is_ok_and(|m| m.len() > 0));
    if !has_log {
        return connect(path, "immutable=1", None);
    }
    match connect(path, "mode=ro", None) {
        Err(SourceError::Sqlite(fault)) if needs_a_copy(&fault) => {
            let folder = tempfile::tempdir()?;
            let copy = folder.path().join("journal.db");
            std::fs::copy(path, &copy)?;
            for end in ["-wal", "-journal"].iter().filter(|end| beside(path, end).exists()) {
                std::fs::copy(beside(path, end), beside(&copy, end))?;
            }
            connect(&copy, "mode=rw", Some(folder))
        }
        opened => opened,
    }
}

fn connect(path: &Path, how: &str, copy: Option<tempfile::TempDir>) -> Result<Unchanged, SourceError> {
    let mut flags = OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags |= match copy {
        Some(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        None => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let path = std::path::absolute(path)?;
    let uri = format!("file:{}?{how}", escaped(&path.to_string_lossy()));
    let connection = Connection::open_with_flags(uri, flags)?;
    connection.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA query_only=ON; PRAGMA cell_size_check=ON;")?;
    // Where the log cannot be read, the first question says so.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    Ok(Unchanged { connection, copy })
}

/// The lines of a database.
pub(super) struct Store {
    connection: Connection,
    next: Option<i64>,
    done: u64,
    total: u64,
    /// Whether the file says that it has a write-ahead log, and none lies beside it.
    lacks_log: bool,
    /// Holds the copy while it is read.
    _copy: Option<tempfile::TempDir>,
}

impl Store {
    /// Opens a database, honouring the write-ahead log beside it where there is one.
    pub(super) fn open(path: &Path) -> Result<Store, SourceError> {
        let lacks_log = says_log(path)? && !beside(path, "-wal").exists();
        let Unchanged { connection, copy } = open_unchanged(path)?;
        let newest: Option<i64> = connection.query_row("SELECT max(seq) FROM line", [], |row| row.get(0))?;
        let total = newest.and_then(|seq| u64::try_from(seq).ok()).map_or(0, |seq| seq.saturating_add(1));
        Ok(Store { connection, next: Some(i64::MIN), done: 0, total, lacks_log, _copy: copy })
    }

    fn check_schema(&self, findings: &mut Findings) -> Result<(), rusqlite::Error> {
        for name in ["line", "command"] {
            let sql: Option<String> = self
                .connection
                .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1 AND type = 'table'", [name], |row| row.get(0))
                .optional()?;
            // A copy of the lines alone is a journal too; a view or virtual table in their place is not.
            let is_missing = sql.is_none() && name == "command";
            if !is_missing && !sql.as_ref().is_some_and(|sql| sql.starts_with("CREATE TABLE")) {
                let found = sql.map_or_else(|| message!("nothing"), value);
                findings.defect(Rule::Store, name, message!("the table"), found);
            }
        }
        Ok(())
    }

    fn check_commands(&self, findings: &mut Findings) -> Result<(), rusqlite::Error> {
        let exists = "SELECT count(*) FROM sqlite_schema WHERE name = 'command' AND type = 'table'";
        if self.connection.query_row(exists, [], |row| row.get::<_, u32>(0))? == 0 {
            return Ok(());
        }
        let stray = "SELECT c.seq FROM command c WHERE NOT EXISTS (SELECT 1 FROM line l WHERE l.seq = c.seq) LIMIT ?1";
        let mut statement = self.connection.prepare(stray)?;
        let mut rows = statement.query([FAULTS_MAX])?;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            findings.defect(Rule::Store, "command.seq", message!("the seq of a line"), value(seq));
        }
        Ok(())
    }

    fn check_pages(&self, findings: &mut Findings) -> Result<(), rusqlite::Error> {
        let mut statement = self.connection.prepare(&format!("PRAGMA quick_check({FAULTS_MAX})"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let fault: String = row.get(0)?;
            if fault != "ok" {
                findings.defect(Rule::Store, "file", message!("a database without damage"), value(fault));
            }
        }
        Ok(())
    }
}

impl Source for Store {
    fn fill(&mut self, batch: &mut Batch) -> Result<(), SourceError> {
        let Some(next) = self.next else { return Ok(()) };
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, kind, coalesce(octet_length(bytes), 0), CASE WHEN octet_length(bytes) <= ?2 THEN bytes END
             FROM line WHERE seq >= ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query(params![next, LINE_BYTES_MAX])?;
        while !batch.is_full() {
            let Some(row) = rows.next()? else {
                self.next = None;
                return Ok(());
            };
            let seq: i64 = row.get(0)?;
            let kind = match row.get_ref(1)? {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                _ => String::new(),
            };
            let length: u64 = row.get(2)?;
            let start = batch.bytes.len();
            match row.get_ref(3)? {
                ValueRef::Blob(bytes) | ValueRef::Text(bytes) => batch.bytes.extend_from_slice(bytes),
                _ => {}
            }
            batch.places.push(Place {
                start,
                end: batch.bytes.len(),
                address: seq.cast_unsigned(),
                label: Some(Label { seq, kind }),
                too_long: (length > LINE_BYTES_MAX as u64).then_some(length),
            });
            self.done += 1;
            self.next = seq.checked_add(1);
        }
        Ok(())
    }

    fn fetch(&mut self, address: u64, line: &mut Vec<u8>) -> Result<(), SourceError> {
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM line WHERE seq = ?1")?;
        let bytes: Vec<u8> = statement.query_row([address.cast_signed()], |row| row.get(0))?;
        *line = bytes;
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next = Some(i64::MIN);
        self.done = 0;
        Ok(())
    }

    fn total(&self) -> u64 {
        self.total.max(self.done)
    }

    fn done(&self) -> u64 {
        self.done
    }

    fn check(&mut self, findings: &mut Findings) {
        if self.lacks_log {
            let expected = message!("the write-ahead log (-wal) beside the file, which says that it has one");
            findings.inconclusive(Rule::Unreadable, "file", expected, message!("nothing"));
        }
        let checked = self
            .check_schema(findings)
            .and_then(|()| self.check_commands(findings))
            .and_then(|()| self.check_pages(findings));
        if let Err(fault) = checked {
            findings.defect(Rule::Store, "file", message!("a database without damage"), value(fault));
        }
    }
}

/// Whether the folder or medium cannot be written, which a database with a log beside it needs even to be read.
fn needs_a_copy(fault: &rusqlite::Error) -> bool {
    matches!(fault.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Whether a database's header says that changes may stand in a log beside it (byte 19, the version to read it by). A
/// register that stops in order takes that back.
fn says_log(path: &Path) -> Result<bool, SourceError> {
    let mut header = [0; 20];
    let mut file = std::fs::File::open(path)?;
    Ok(file.read_exact(&mut header).is_ok() && header[19] == 2)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    PathBuf::from(name)
}

fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
