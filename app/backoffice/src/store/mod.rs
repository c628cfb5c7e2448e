//! The database: SQLite for those who want no set-up, PostgreSQL (or what speaks its protocol) for those who outgrow a
//! machine. Every statement is written once and runs on both; this module knows no table but its own list of steps.
//!
//! What is asked is a job: a closure over a transaction ([`Tx`]), all of which is kept or nothing. It may run more than
//! once (PostgreSQL lets one of two that meet begin again), so it changes nothing outside of the transaction. It is
//! answered after its commit is on the disk, and not before. A job never waits for another writing job: SQLite has one
//! thread that writes.
//!
//! What both databases keep to: every primary key starts with the merchant; no rule is put off to the commit (`DEFERRABLE`),
//! where it would fail a whole group; texts are put in order by the program, as the databases do it differently.

mod error;
mod postgres;
mod sqlite;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
mod tx;
mod value;
mod work;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{JoinHandle, current};

pub use self::error::StoreError;
pub use self::postgres::ServerAddress;
pub use self::steps::Step;
use self::steps::Words;
pub use self::tx::{Row, Tx};
pub use self::value::Value;
use self::work::Queue;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file, made where there is none. Its folder must be there.
    Sqlite(PathBuf),
    /// A server, told by a URL `postgres://user@host/name`. Without `sslmode=require` nothing on the way to it is encrypted:
    /// it belongs on the same machine (`?host=/run/postgresql`) or in a network of its own.
    Postgres(Box<postgres::ServerAddress>),
}

impl Database {
    /// Reads a `postgres://` URL, or the path of a file.
    pub fn parse(address: &str) -> Result<Database, StoreError> {
        let refuse = |why: String| Err(StoreError::Address { why });
        if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
            return match address.split_once("://") {
                _ if address.is_empty() => refuse("it is empty".to_owned()),
                Some((scheme, _)) => refuse(format!("{scheme} is not a database that is known here")),
                None => Ok(Database::Sqlite(PathBuf::from(address))),
            };
        }
        postgres::ServerAddress::parse(address).map(Box::new).map(Database::Postgres)
    }
}

/// As it may be shown and logged: without user and password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(path) => path.display().fmt(f),
            Database::Postgres(address) => address.fmt(f),
        }
    }
}

/// An open database. Clones share it; when the last one goes, what was asked is finished and the database closed.
#[derive(Clone)]
pub struct Store(Arc<Open>);

struct Open {
    /// Taken when the store is dropped, so that the threads see that nobody is left.
    queues: Option<Queues>,
    words: Words,
    threads: Threads,
}

struct Queues {
    writes: Queue,
    reads: Queue,
}

/// The threads that serve the queues.
#[derive(Default)]
struct Threads {
    writing: Vec<JoinHandle<()>>,
    reading: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens a database and brings its tables up to date, by those of the steps that were not done yet. Waits on this
    /// thread, for a server that does not answer up to a quarter of a minute.
    ///
    /// A database with other steps than these is refused: it was made by a newer program.
    pub fn open(database: &Database, steps: &'static [Step]) -> Result<Store, StoreError> {
        let (writes, reads, threads) = match database {
            Database::Sqlite(path) => sqlite::start(path)?,
            Database::Postgres(address) => postgres::start(address)?,
        };
        let words = Words::for_database(database);
        let store = Store(Arc::new(Open { queues: Some(Queues { writes, reads }), words, threads }));
        steps::migrate(&store, steps)?;
        Ok(store)
    }

    /// Runs a job that may write, and answers what it says once that is on the disk. A job that answers an error leaves
    /// nothing behind. Where the caller stops waiting, the job is done all the same.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queues()?.writes.ask(job).await
    }

    /// Runs a job that only reads, all of it from one moment's state, in which whatever was answered before stands.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queues()?.reads.ask(job).await
    }

    /// [`write`](Store::write) for a command line: waits on this thread, with or without a runtime.
    pub fn write_now<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queues()?.writes.ask_now(job)
    }

    /// [`read`](Store::read) for a command line: waits on this thread, with or without a runtime.
    pub fn read_now<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queues()?.reads.ask_now(job)
    }

    fn queues(&self) -> Result<&Queues, StoreError> {
        self.0.queues.as_ref().ok_or(StoreError::Fault)
    }

    fn words(&self) -> Words {
        self.0.words
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.0.words).finish()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Readers go first: SQLite puts its log into the file, and takes the log away, when the last connection closes
        // and knows to be the last, which none of several that close at once does.
        let Some(Queues { writes, reads }) = self.queues.take() else { return };
        drop(reads);
        join(&mut self.threads.reading);
        drop(writes);
        join(&mut self.threads.writing);
    }
}

fn join(threads: &mut Vec<JoinHandle<()>>) {
    for thread in threads.drain(..) {
        // A job may have held the last clone: its thread does not wait for itself. A thread that panicked has already
        // answered for it.
        if thread.thread().id() != current().id() {
            let _ = thread.join();
        }
    }
}
