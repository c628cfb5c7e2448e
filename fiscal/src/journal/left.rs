//! A journal in which nothing more is sealed: put back, lost with its device and given back from a copy, or succeeded. It
//! is read, never changed, and needs no key.

use std::io::BufRead;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use tempfile::TempDir;

use super::store::{Store, StoreError};
use super::{OpenError, follow};
use crate::entry::Entry;
use crate::sealed::{self, Sealed};
use crate::standing::Standing;
use crate::values::RegisterId;
use crate::verify::{SourceError, Unchanged, open_unchanged};

/// How many lines are written in one transaction.
const LINES_AT_ONCE: usize = 10_000;

/// A journal that is only read.
#[derive(Debug)]
pub struct LeftJournal {
    connection: Connection,
    register: RegisterId,
    size: u64,
    /// Holds the copy that is read where the file itself could not be opened without a change.
    _copy: Option<TempDir>,
}

impl LeftJournal {
    /// Opens the `journal.db` at a path; nothing in it or beside it changes.
    pub fn open(path: &Path) -> Result<LeftJournal, OpenError> {
        let Unchanged { connection, copy } = open_unchanged(path).map_err(|fault| match fault {
            SourceError::Io(cause) => OpenError::Io { path: path.to_owned(), cause },
            SourceError::Sqlite(fault) => OpenError::Store(fault.into()),
        })?;
        let size = connection
            .query_row("SELECT coalesce(max(seq) + 1, 0) FROM line", [], |row| row.get(0))
            .map_err(StoreError::from)?;
        let register = line(&connection, 0)?.entry.register;
        Ok(LeftJournal { connection, register, size, _copy: copy })
    }

    /// Writes a new `journal.db` from sealed lines, as a copy of a journal holds them, each with its newline. Returns how
    /// many there are. That they make one journal is for the verifier to say.
    pub fn write(path: &Path, lines: impl BufRead, mut progress: impl FnMut(u64)) -> Result<u64, OpenError> {
        let io = |cause| OpenError::Io { path: path.to_owned(), cause };
        let mut store: Option<Store> = None;
        let mut waiting: Vec<Sealed> = Vec::new();
        let mut seq = 0;
        for bytes in lines.split(b'\n') {
            let line = sealed::read(&bytes.map_err(io)?).map_err(|cause| OpenError::Line { seq, cause })?;
            if line.entry.seq != seq {
                return Err(OpenError::Chain { seq });
            }
            seq += 1;
            match store {
                None => store = Some(Store::create(path, &line)?),
                Some(_) => waiting.push(line),
            }
            if let Some(store) = store.as_mut().filter(|_| waiting.len() >= LINES_AT_ONCE) {
                store.append(&waiting, None)?;
                store.tidy(false)?;
                waiting.clear();
                progress(seq);
            }
        }
        let store = store.ok_or(OpenError::Chain { seq: 0 })?;
        store.append(&waiting, None)?;
        Ok(seq)
    }

    /// Which journal it is.
    pub fn register(&self) -> RegisterId {
        self.register
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// One entry.
    pub fn entry(&self, seq: u64) -> Result<Sealed, OpenError> {
        line(&self.connection, seq)
    }

    /// The sealed lines from `from` up to and without `to`, each with its newline.
    pub fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError> {
        let sql = "SELECT bytes FROM line WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let read = || {
            let mut find = self.connection.prepare_cached(sql)?;
            let rows = find.query_map([from, to], |row| row.get(0))?;
            rows.collect::<Result<_, rusqlite::Error>>()
        };
        Ok(read().map_err(StoreError::from)?)
    }

    /// Hands every entry from `from` on to `take`, in order.
    pub fn entries_from<E: From<OpenError>>(
        &self,
        from: u64,
        mut take: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        for seq in from..self.size {
            take(&self.entry(seq)?.entry)?;
        }
        Ok(())
    }

    /// Where it stood at its end. Reads it all.
    pub fn standing(&self) -> Result<Standing, OpenError> {
        let first = self.entry(0)?;
        let mut standing = Standing::after_genesis(&first.entry, first.hash)?;
        for seq in 1..self.size {
            follow(&mut standing, &self.entry(seq)?).map_err(|()| OpenError::Chain { seq })?;
        }
        Ok(standing)
    }
}

fn line(connection: &Connection, seq: u64) -> Result<Sealed, OpenError> {
    let find = || {
        connection
            .prepare_cached("SELECT bytes FROM line WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()
    };
    let bytes: Vec<u8> = find().map_err(StoreError::from)?.ok_or(OpenError::Chain { seq })?;
    sealed::read(&bytes).map_err(|cause| OpenError::Line { seq, cause })
}
