//! The limit of a sale: its two signatures and one bare commit of its bytes, which no register can go below.

use std::path::Path;

use comptoir_fiscal::entry::Body;
use comptoir_fiscal::sealed::Sealed;
use ed25519_dalek::{Signature, Signer, SigningKey};
use rusqlite::{Connection, params};

use crate::Result;

/// A file whose commits wait for the disk as the journal's do, with what a sale stores and nothing else: its line, and
/// where asked the command that it answers, without which a repeated command would be sold twice.
pub(crate) struct Bare {
    connection: Connection,
    key: SigningKey,
    commands: bool,
    next: i64,
}

/// What a sale has signed and stored.
pub(crate) struct Sold {
    arg: String,
    hash: [u8; 32],
    line: Vec<u8>,
}

impl Sold {
    /// What this line has signed and stored, if it is a ticket.
    pub(crate) fn of(sealed: &Sealed) -> Option<Sold> {
        let Body::Ticket(ticket) = &sealed.entry.body else { return None };
        Some(Sold { arg: ticket.nf525.arg.clone(), hash: *sealed.hash.as_bytes(), line: sealed.line.clone() })
    }
}

impl Bare {
    /// A new file; pages, log and lock are as in `journal.db`.
    pub(crate) fn create(path: &Path, commands: bool) -> Result<Bare> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 0; CREATE TABLE line (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
             CREATE TABLE command (id BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
        )?;
        Ok(Bare { connection, key: SigningKey::from_bytes(&[7; 32]), commands, next: 0 })
    }

    /// Signs twice and commits once.
    pub(crate) fn commit(&mut self, sold: &Sold) -> Result<[Signature; 2]> {
        let arg = self.key.sign(sold.arg.as_bytes());
        let entry = self.key.sign(&[b"comptoir-entry-v1\n", sold.hash.as_slice()].concat());
        let transaction = self.connection.transaction()?;
        transaction
            .prepare_cached("INSERT INTO line (seq, bytes) VALUES (?1, ?2)")?
            .execute(params![self.next, sold.line])?;
        if self.commands {
            transaction
                .prepare_cached("INSERT INTO command (id, seq) VALUES (?1, ?2)")?
                .execute(params![u128::try_from(self.next)?.to_be_bytes(), self.next])?;
        }
        transaction.commit()?;
        self.next += 1;
        Ok([arg, entry])
    }

    /// Moves the log into the file where the journal would.
    pub(crate) fn tidy(&self) -> Result<()> {
        let pages: i64 = self.connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
        if pages >= 1000 {
            self.connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?;
        }
        Ok(())
    }
}
