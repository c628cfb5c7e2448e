//! SQLite: one thread that writes, in groups, and some that read.
//!
//! A group is all the jobs that wait: they go into one transaction, each in a savepoint of its own, and are answered after
//! the one commit that puts them on the disk. So the disk is waited for once a group, not once a job.

mod connection;
mod transaction;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use self::connection::{Connected, Purpose};
use self::transaction::SqliteTx;
use super::work::{Jobs, Queue, Ran, Work, queue, refuse};
use super::{StoreError, Threads};

/// How many threads read.
const READERS: usize = 4;
/// How many jobs a group may hold.
const GROUP_MAX: usize = 256;
/// How long a group takes jobs in; the first of it waits as long for its commit.
const GROUP_TIME: Duration = Duration::from_millis(20);

/// Starts the threads on a file, which is made where there is none.
pub(super) fn start(path: &Path) -> Result<(Queue, Queue, Threads), StoreError> {
    let mut threads = Threads::default();
    let (writes, jobs) = queue();
    let mut writer = Writer { connected: Connected::new(path, Purpose::Writing)?, jobs };
    threads.writing.push(spawn("store-writer", move || while writer.serve() {})?);
    let (reads, jobs) = queue();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..READERS {
        let mut reader = Reader { connected: Connected::new(path, Purpose::Reading)?, jobs: Arc::clone(&jobs) };
        threads.reading.push(spawn("store-reader", move || while reader.serve() {})?);
    }
    Ok((writes, reads, threads))
}

fn spawn(name: &str, serve: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = Builder::new().name(name.to_owned()).spawn(serve);
    thread.map_err(|error| StoreError::Unavailable { why: error.to_string() })
}

struct Writer {
    connected: Connected,
    jobs: Jobs,
}

impl Writer {
    /// Writes the next group. False once nobody is left to ask for one.
    fn serve(&mut self) -> bool {
        let Some(first) = self.jobs.blocking_recv() else { return false };
        if let Err(error) = self.connected.run("BEGIN IMMEDIATE") {
            refuse(first, error);
            return true;
        }
        let (group, run) = self.run(first);
        let done = run.and_then(|()| self.connected.run("COMMIT"));
        match done {
            Ok(()) => group.into_iter().for_each(Work::answer),
            Err(error) => {
                // Nobody knows what this connection would still do: what is on the disk is what counts.
                self.connected.close();
                group.into_iter().for_each(|work| refuse(work, error.clone()));
            }
        }
        self.connected.tidy();
        true
    }

    /// Runs a job and those that wait behind it. An error ends the whole group, all of which it concerns.
    fn run(&mut self, first: Box<dyn Work>) -> (Vec<Box<dyn Work>>, Result<(), StoreError>) {
        let began = Instant::now();
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(mut work) = next {
            let ran = self.run_one(work.as_mut());
            group.push(work);
            if ran.is_err() {
                return (group, ran);
            }
            let open = group.len() < GROUP_MAX && began.elapsed() < GROUP_TIME;
            next = if open { self.jobs.try_recv().ok() } else { None };
        }
        (group, Ok(()))
    }

    fn run_one(&mut self, work: &mut dyn Work) -> Result<(), StoreError> {
        self.connected.run("SAVEPOINT job")?;
        let connection = self.connected.get()?;
        let mut tx = SqliteTx::new(connection);
        let ran = work.run(&mut tx);
        let failed = tx.failed();
        // Some failures make SQLite give up the whole transaction, with what other jobs wrote in it.
        if let Some(error) = failed.as_ref().filter(|error| connection.is_autocommit() || is_broken(error)) {
            return Err(error.clone());
        }
        if ran != Ran::Well || failed.is_some() {
            self.connected.run("ROLLBACK TO job")?;
        }
        if let (Ran::Well, Some(error)) = (ran, failed) {
            work.fail(error);
        }
        self.connected.run("RELEASE job")
    }
}

struct Reader {
    connected: Connected,
    jobs: Arc<Mutex<Jobs>>,
}

impl Reader {
    /// Reads for the next job, from one snapshot. False once nobody is left to ask.
    fn serve(&mut self) -> bool {
        let next = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(mut work) = next else { return false };
        match self.read(work.as_mut()) {
            Ok(()) => work.answer(),
            Err(error) => {
                self.connected.close();
                refuse(work, error);
            }
        }
        true
    }

    fn read(&mut self, work: &mut dyn Work) -> Result<(), StoreError> {
        self.connected.run("BEGIN")?;
        let mut tx = SqliteTx::new(self.connected.get()?);
        let ran = work.run(&mut tx);
        match (ran, tx.failed()) {
            (_, Some(error)) if is_broken(&error) => return Err(error),
            (Ran::Well, Some(error)) => work.fail(error),
            _ => {}
        }
        if self.connected.get()?.is_autocommit() { Ok(()) } else { self.connected.run("ROLLBACK") }
    }
}

/// Whether after this error a connection is not to be used any more.
fn is_broken(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::Corrupt { .. })
}
