//! A job on its way: from whoever asked, through a queue, to a thread that owns a connection, and back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc as now};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{StoreError, Tx};

/// How many jobs may wait in a queue before whoever asks asynchronously waits to put theirs in.
const WAITING_MAX: usize = 1024;

/// How a job ended, before anything is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// It says yes: what it wrote may be committed.
    Well,
    /// It says no: what it wrote must go.
    Refused,
    /// It panicked: what it wrote must go, and it is not to be run again.
    Panicked,
}

/// A job as its thread sees it. It may run several times; what it said last is answered, once.
pub(super) trait Work: Send {
    /// Runs it in a transaction, and keeps what it says.
    fn run(&mut self, tx: &mut dyn Tx) -> Ran;
    /// Replaces what it said by an error.
    fn fail(&mut self, error: StoreError);
    /// When it was asked for.
    fn asked(&self) -> Instant;
    /// Tells whoever asked what it said.
    fn answer(self: Box<Self>);
}

/// Answers an error, whatever the job said.
pub(super) fn refuse(mut work: Box<dyn Work>, error: StoreError) {
    work.fail(error);
    work.answer();
}

/// The end of a queue that takes jobs.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::UnboundedSender<Box<dyn Work>>,
    room: Arc<Semaphore>,
}

/// The end of a queue that gives them out.
pub(super) type Jobs = mpsc::UnboundedReceiver<Box<dyn Work>>;

/// A queue of jobs.
pub(super) fn queue() -> (Queue, Jobs) {
    let (jobs, waiting) = mpsc::unbounded_channel();
    (Queue { jobs, room: Arc::new(Semaphore::new(WAITING_MAX)) }, waiting)
}

impl Queue {
    /// Puts a job in and waits for its answer.
    pub(super) async fn ask<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| StoreError::Fault)?;
        let (asker, answer) = oneshot::channel();
        self.put(job, Asker::Later(asker), Some(room))?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Fault.into()))
    }

    /// The same for those who have no runtime: waits on this thread.
    pub(super) fn ask_now<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (asker, answer) = now::sync_channel(1);
        self.put(job, Asker::Now(asker), None)?;
        answer.recv().unwrap_or_else(|_| Err(StoreError::Fault.into()))
    }

    fn put<T, E, F>(&self, job: F, asker: Asker<T, E>, room: Option<OwnedSemaphorePermit>) -> Result<(), StoreError>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let work = Asked { job, said: None, asker, asked: Instant::now(), _room: room };
        self.jobs.send(Box::new(work)).map_err(|_| StoreError::Fault)
    }
}

enum Asker<T, E> {
    Later(oneshot::Sender<Result<T, E>>),
    Now(now::SyncSender<Result<T, E>>),
}

struct Asked<T, E, F> {
    job: F,
    said: Option<Result<T, E>>,
    asker: Asker<T, E>,
    asked: Instant,
    /// Its place in the queue, given back once it is answered.
    _room: Option<OwnedSemaphorePermit>,
}

impl<T, E, F> Work for Asked<T, E, F>
where
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Ran {
        // A job that panicked is never run again, so nobody sees what it left half done.
        let (said, ran) = match catch_unwind(AssertUnwindSafe(|| (self.job)(tx))) {
            Ok(Ok(said)) => (Ok(said), Ran::Well),
            Ok(Err(error)) => (Err(error), Ran::Refused),
            Err(_) => (Err(StoreError::Fault.into()), Ran::Panicked),
        };
        self.said = Some(said);
        ran
    }

    fn fail(&mut self, error: StoreError) {
        self.said = Some(Err(error.into()));
    }

    fn asked(&self) -> Instant {
        self.asked
    }

    fn answer(self: Box<Self>) {
        let said = self.said.unwrap_or_else(|| Err(StoreError::Fault.into()));
        // Whoever asked may have gone away.
        match self.asker {
            Asker::Later(asker) => drop(asker.send(said)),
            Asker::Now(asker) => drop(asker.send(said)),
        }
    }
}
