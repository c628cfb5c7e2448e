//! PostgreSQL, and what speaks its protocol: threads that each own a connection.
//!
//! A job that loses against another (40001, 40P01), or whose connection is lost before the commit began, runs again from
//! its start, after a pause that no two threads share. Once the commit has begun, a lost connection leaves open whether it
//! was done: that is answered, never guessed.

mod address;
mod connection;
mod transaction;
mod widen;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use self::connection::{Connected, Setback};
use self::transaction::{Failure, PostgresTx};
use super::work::{Jobs, Queue, Ran, Work, queue, refuse};
use super::{StoreError, Threads};

pub use self::address::ServerAddress;

/// How many connections write.
const WRITERS: usize = 8;
/// How many connections read.
const READERS: usize = 4;
/// How long a job is tried again, from when it was asked for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The pause before the second try is at most this long, and before each later one at most twice as long as before.
const PAUSE_FIRST: Duration = Duration::from_millis(4);
/// No pause is longer than this.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Writing,
    Reading,
}

impl Purpose {
    /// Who writes does so at the isolation that the database is set to; who reads sees one snapshot.
    fn begin(self) -> &'static str {
        match self {
            Purpose::Writing => "BEGIN",
            Purpose::Reading => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// Starts the threads. They connect when the first job comes.
pub(super) fn start(address: &ServerAddress) -> Result<(Queue, Queue, Threads), StoreError> {
    let mut threads = Threads::default();
    let writes = pool(address, Purpose::Writing, WRITERS, &mut threads.writing)?;
    let reads = pool(address, Purpose::Reading, READERS, &mut threads.reading)?;
    Ok((writes, reads, threads))
}

fn pool(
    address: &ServerAddress,
    purpose: Purpose,
    size: usize,
    threads: &mut Vec<JoinHandle<()>>,
) -> Result<Queue, StoreError> {
    let (queue, jobs) = queue();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..size {
        let mut server = Server { connected: Connected::new(address.clone()), purpose, jobs: Arc::clone(&jobs) };
        let name = if purpose == Purpose::Writing { "store-writer" } else { "store-reader" };
        let thread = Builder::new().name(name.to_owned()).spawn(move || while server.serve() {});
        threads.push(thread.map_err(|error| StoreError::Unavailable { why: error.to_string() })?);
    }
    Ok(queue)
}

struct Server {
    connected: Connected,
    purpose: Purpose,
    jobs: Arc<Mutex<Jobs>>,
}

impl Server {
    /// Runs the next job until it is done or cannot be. False once nobody is left to ask for one.
    fn serve(&mut self) -> bool {
        let next = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(mut work) = next else { return false };
        let mut pause = PAUSE_FIRST;
        loop {
            match self.attempt(work.as_mut()) {
                Ok(()) => work.answer(),
                Err(Setback::Passing(_)) if work.asked().elapsed() < PATIENCE => {
                    sleep(somewhere_within(pause));
                    pause = PAUSE_MAX.min(pause * 2);
                    continue;
                }
                Err(Setback::Passing(error) | Setback::Final(error)) => refuse(work, error),
            }
            return true;
        }
    }

    /// Runs a job once, in a transaction of its own.
    fn attempt(&mut self, work: &mut dyn Work) -> Result<(), Setback> {
        self.connected.run(self.purpose.begin())?;
        let mut tx = PostgresTx::new(self.connected.get()?);
        let ran = work.run(&mut tx);
        match (ran, tx.failure()) {
            (Ran::Well, None) => return self.commit(),
            (Ran::Panicked | Ran::Refused, None) | (Ran::Panicked, Some(_)) => {}
            (Ran::Refused, Some(Failure::Own(_))) => {}
            (Ran::Well, Some(Failure::Own(error))) => work.fail(error),
            (_, Some(Failure::Lost(error))) => {
                self.connected.close();
                return Err(Setback::Passing(error));
            }
            (_, Some(Failure::Conflict)) => {
                self.connected.run("ROLLBACK")?;
                return Err(Setback::Passing(StoreError::Busy));
            }
            (_, Some(Failure::Stale)) => {
                self.connected.run("ROLLBACK")?;
                self.connected.forget_statements();
                return Err(Setback::Passing(StoreError::Busy));
            }
        }
        // Where the connection is given up instead, the server undoes it by itself.
        let _ = self.connected.run("ROLLBACK");
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Setback> {
        match self.connected.commit() {
            Ok(()) => Ok(()),
            Err(Failure::Conflict | Failure::Stale) => Err(Setback::Passing(StoreError::Busy)),
            Err(Failure::Own(error)) => Err(Setback::Final(error)),
            Err(Failure::Lost(error)) => {
                self.connected.close();
                match self.purpose {
                    Purpose::Writing => Err(Setback::Final(StoreError::Unknown)),
                    Purpose::Reading => Err(Setback::Passing(error)),
                }
            }
        }
    }
}

/// A pause between nothing and `most`, drawn anew each time, so that two jobs that met do not meet again.
fn somewhere_within(most: Duration) -> Duration {
    // Without random bytes the pauses are all the same, which takes longer and harms nothing.
    let share = getrandom::u32().unwrap_or(u32::MAX);
    most.mul_f64(f64::from(share) / f64::from(u32::MAX))
}
