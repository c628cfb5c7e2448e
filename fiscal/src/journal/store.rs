//! `journal.db`: the sealed lines in SQLite, append-only, and nothing cleverer, so that any inspector's SQLite opens it.
//!
//! One connection, owned by one thread, holds the file alone. A commit returns only when the lines are on the disk
//! (WAL, `synchronous=FULL`); the settings that make this so are read back at every start.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use uuid::Uuid;

use crate::entry::Kind;
use crate::sealed::Sealed;

/// The first SQLite without the bug by which two connections could damage a WAL (fixed in 3.51.3).
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How many pages the write-ahead log may hold before they are moved into the file, between two commands.
const WAL_PAGES_MAX: i64 = 1000;

const SCHEMA: &str = "
CREATE TABLE line (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX closing_or_archive ON line (kind, seq) WHERE kind IN ('closing', 'archive');
CREATE TABLE command (
    id BLOB PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER line_in_order BEFORE INSERT ON line
WHEN new.seq <> (SELECT coalesce(max(seq), -1) + 1 FROM line)
BEGIN SELECT raise(ABORT, 'the next line has the next seq'); END;
CREATE TRIGGER line_never_changes BEFORE UPDATE ON line
BEGIN SELECT raise(ABORT, 'a sealed line never changes'); END;
CREATE TRIGGER line_never_goes BEFORE DELETE ON line
BEGIN SELECT raise(ABORT, 'a sealed line is never deleted'); END;
CREATE TRIGGER command_never_changes BEFORE UPDATE ON command
BEGIN SELECT raise(ABORT, 'a command never changes'); END;
CREATE TRIGGER command_never_goes BEFORE DELETE ON command
BEGIN SELECT raise(ABORT, 'a command is never deleted'); END;
PRAGMA user_version = 1;
";

/// The condition of the index is repeated, word for word: SQLite does not conclude it from the other, and would read the
/// whole journal.
const SEQS_OF: &str = "SELECT seq FROM line WHERE kind IN ('closing', 'archive') AND kind = ?1 ORDER BY seq";

/// The identity of a command, drawn by whoever gives it, so that a repeated one seals once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommandId(Uuid);

impl CommandId {
    /// Wraps a UUID that the caller has drawn.
    pub const fn new(uuid: Uuid) -> CommandId {
        CommandId(uuid)
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

/// Why the journal's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused; the file is closed and verified before it is written again.
    #[error("the journal's file could not be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is held by another process.
    #[error("the journal {0} is in use: close the register that has it open, then try again")]
    InUse(PathBuf),
    /// A safeguard is not in force.
    #[error("the journal's {name} is {found} instead of {wanted}: it would not be safe to sell")]
    Unsafe {
        /// Which safeguard.
        name: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: String,
    },
}

/// The open file.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Makes a new file with its first line.
    pub(super) fn create(path: &Path, genesis: &Sealed) -> Result<Store, StoreError> {
        let mut store = Store::connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        let transaction = store.connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        insert(&transaction, std::slice::from_ref(genesis))?;
        transaction.commit()?;
        Ok(store)
    }

    /// Opens a file that exists.
    pub(super) fn open(path: &Path) -> Result<Store, StoreError> {
        let store = Store::connect(path, OpenFlags::empty())?;
        let version = store.connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
        expect("version", version, 1)?;
        Ok(store)
    }

    /// Closes the file and opens it again, after a write failed: what is on the disk is then what counts.
    pub(super) fn reopen(&mut self) -> Result<(), StoreError> {
        self.connection = Connection::open_in_memory()?;
        let open = Store::open(&self.path)?;
        *self = open;
        Ok(())
    }

    /// How many lines there are, at once whatever the size.
    pub(super) fn size(&self) -> Result<u64, StoreError> {
        let next = self.connection.query_row("SELECT coalesce(max(seq) + 1, 0) FROM line", [], |row| row.get(0))?;
        Ok(next)
    }

    /// One line.
    pub(super) fn line(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut find = self.connection.prepare_cached("SELECT bytes FROM line WHERE seq = ?1")?;
        Ok(find.query_row([seq], |row| row.get(0)).optional()?)
    }

    /// Hands the lines from `from` up to and without `to` to `take`, in order, until it says stop with an error.
    pub(super) fn lines<E: From<StoreError>>(
        &self,
        from: u64,
        to: u64,
        mut take: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT seq, bytes FROM line WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let mut find = self.connection.prepare_cached(sql).map_err(StoreError::from)?;
        let mut rows = find.query([from, to]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let seq = row.get(0).map_err(StoreError::from)?;
            let bytes =
                row.get_ref(1).and_then(|bytes| bytes.as_blob().map_err(Into::into)).map_err(StoreError::from)?;
            take(seq, bytes)?;
        }
        Ok(())
    }

    /// The seqs of all entries of a kind of which there are few: closings or archives.
    pub(super) fn seqs_of(&self, kind: Kind) -> Result<Vec<u64>, StoreError> {
        if !matches!(kind, Kind::Closing | Kind::Archive) {
            return Ok(Vec::new());
        }
        let mut find = self.connection.prepare_cached(SEQS_OF)?;
        let seqs = find.query_map([kind.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(seqs)
    }

    /// The seq that a command ended at, if it was sealed before.
    pub(super) fn command(&self, id: CommandId) -> Result<Option<u64>, StoreError> {
        let mut find = self.connection.prepare_cached("SELECT seq FROM command WHERE id = ?1")?;
        Ok(find.query_row([id.0.as_bytes()], |row| row.get(0)).optional()?)
    }

    /// Appends lines and the command that asked for them, in one transaction, durably.
    pub(super) fn append(&self, lines: &[Sealed], command: Option<CommandId>) -> Result<(), StoreError> {
        self.run("BEGIN IMMEDIATE")?;
        let appended = self.insert(lines, command).and_then(|()| self.run("COMMIT"));
        if appended.is_err() {
            // What went wrong is told; whether this undoes it is found when the file is opened again.
            let _ = self.run("ROLLBACK");
        }
        appended
    }

    fn insert(&self, lines: &[Sealed], command: Option<CommandId>) -> Result<(), StoreError> {
        insert(&self.connection, lines)?;
        if let (Some(id), Some(last)) = (command, lines.last()) {
            let mut remember = self.connection.prepare_cached("INSERT INTO command (id, seq) VALUES (?1, ?2)")?;
            remember.execute(params![id.0.as_bytes(), last.entry.seq])?;
        }
        Ok(())
    }

    /// Runs a statement without parameters, parsed once.
    fn run(&self, statement: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    }

    /// Moves the write-ahead log into the file where it has grown; called between commands, never within one. After a
    /// closing the log is cut to nothing, so that the file alone holds all that was closed.
    pub(super) fn tidy(&self, after_closing: bool) -> Result<(), StoreError> {
        if after_closing {
            return Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?);
        }
        let pages: i64 =
            self.connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap_or(i64::MAX);
        if pages >= WAL_PAGES_MAX {
            self.connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?;
        }
        Ok(())
    }

    /// Whether closing the file leaves its write-ahead log as it is, instead of moving that into the file.
    pub(super) fn keep_log(&self, keep: bool) -> Result<(), StoreError> {
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)?;
        Ok(())
    }

    fn connect(path: &Path, create: OpenFlags) -> Result<Store, StoreError> {
        expect("SQLite version", rusqlite::version_number().max(SQLITE_VERSION_MIN), rusqlite::version_number())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let connection = Connection::open_with_flags(path, flags)?;
        let busy = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                StoreError::InUse(path.to_owned())
            }
            _ => StoreError::Sqlite(error),
        };
        connection
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;
                 PRAGMA trusted_schema = OFF;",
            )
            .map_err(busy)?;
        let text = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, String>(0)).map_err(busy);
        let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(busy);
        expect("locking_mode", text("PRAGMA locking_mode")?, "exclusive".to_owned())?;
        expect("journal_mode", text("PRAGMA journal_mode")?, "wal".to_owned())?;
        expect("synchronous", number("PRAGMA synchronous")?, 2)?;
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT").map_err(busy)?;
        Ok(Store { connection, path: path.to_owned() })
    }
}

/// Whether a write-ahead log lies beside a file.
pub(super) fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// A file that is closed in order stands alone, and says so in its header: one that says otherwise and has no log beside it
/// was copied without it.
impl Drop for Store {
    fn drop(&mut self) {
        let keeps_log = self.connection.db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).unwrap_or(true);
        if !keeps_log {
            // Where this fails, the log stays beside the file, which the next start finds.
            let _ = self.connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()));
        }
    }
}

fn insert(connection: &Connection, lines: &[Sealed]) -> Result<(), StoreError> {
    let mut add = connection.prepare_cached("INSERT INTO line (seq, kind, bytes) VALUES (?1, ?2, ?3)")?;
    for line in lines {
        add.execute(params![line.entry.seq, line.entry.kind.as_str(), line.line])?;
    }
    Ok(())
}

fn expect<T: PartialEq + ToString>(name: &'static str, found: T, wanted: T) -> Result<(), StoreError> {
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::Unsafe { name, found: found.to_string(), wanted: wanted.to_string() })
}

#[cfg(test)]
impl Store {
    /// Makes this connection refuse every line, as a full disk does; another one is free of it.
    pub(super) fn fill_disk(&self) {
        let full = "CREATE TEMP TRIGGER full_disk BEFORE INSERT ON main.line
                    BEGIN SELECT raise(ABORT, 'the disk is full'); END";
        self.connection.execute_batch(full).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(seq: usize) -> Sealed {
        let lines = include_str!("../../../tests/vectors/journal.jsonl");
        crate::sealed::read(lines.lines().nth(seq).unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn lines_and_commands_can_be_added_and_never_changed_or_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("journal.db"), &known(0)).unwrap();
        let id = CommandId::new(Uuid::from_u128(7));
        store.append(&[known(1), known(2)], Some(id)).unwrap();
        assert_eq!((store.size().unwrap(), store.command(id).unwrap()), (3, Some(2)));
        assert!(store.append(&[known(4)], None).is_err(), "a gap");
        assert!(store.append(&[known(3)], Some(id)).is_err(), "a command twice");
        for sql in [
            "UPDATE line SET bytes = x'00' WHERE seq = 1",
            "DELETE FROM line WHERE seq = 2",
            "UPDATE command SET seq = 1",
            "DELETE FROM command",
            "INSERT OR REPLACE INTO line (seq, kind, bytes) VALUES (2, 'cash', x'00')",
        ] {
            assert!(store.connection.execute(sql, []).is_err(), "{sql}");
        }
        assert_eq!(store.size().unwrap(), 3);
        assert_eq!(store.line(2).unwrap().unwrap(), known(2).line);
    }

    #[test]
    fn closings_and_archives_are_found_without_reading_the_journal() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("journal.db"), &known(0)).unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {SEQS_OF}");
        let plan: String = store.connection.query_row(&explain, ["closing"], |row| row.get(3)).unwrap();
        assert_eq!(plan, "SEARCH line USING COVERING INDEX closing_or_archive (kind=?)");
    }

    #[test]
    fn a_journal_in_use_is_not_opened_a_second_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let first = Store::create(&path, &known(0)).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::InUse(_))));
        drop(first);
        Store::open(&path).unwrap();
    }
}
