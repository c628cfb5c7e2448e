//! The register's thread: one owner of the journal, asked by messages.

use std::sync::mpsc;
use std::thread::JoinHandle;

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::journal::{ArchiveError, Archived, Knowledge, Span};

use super::{NotChanged, Refusal, Register, RegisterError};

/// Something to do with the register, which hands it back; where it cannot, the thread ends.
type Job = Box<dyn FnOnce(Register) -> Option<Register> + Send>;

/// The way to a register that runs on its own thread. Questions are answered in the order in which they are asked.
pub struct Desk {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<Result<(), RegisterError>>>,
}

/// The register's thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the register has stopped: start it again")]
pub struct DeskClosed;

/// Why a period was not archived from the desk. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeskArchiveError {
    /// The register's thread has ended.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
    /// The archive could not be written or recorded.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl Desk {
    /// Puts a register on a thread of its own.
    pub fn start(mut register: Register) -> std::io::Result<Desk> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("register".to_owned()).spawn(move || {
            for job in inbox {
                let Some(back) = job(register) else { return Ok(()) };
                register = back;
                // What waits for the answer may fail without harm: it is tried again after the next one, and what
                // needs the projections brings them up to date itself.
                let _ = register.settle();
            }
            register.stop()
        })?;
        Ok(Desk { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Asks the register, and waits for its answer; the head and the projections follow after it.
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Register) -> T + Send + 'static,
    ) -> Result<T, DeskClosed> {
        let (answer, reply) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |mut register| {
            // Whoever asked may have gone; what was sealed stays sealed.
            let _ = answer.send(question(&mut register));
            Some(register)
        });
        self.jobs.as_ref().ok_or(DeskClosed)?.send(job).map_err(|_| DeskClosed)?;
        reply.recv().map_err(|_| DeskClosed)
    }

    /// Turns the till to school mode, or back to real sales, and waits until it has.
    pub fn turn(&self, operator: &str, to: Mode) -> Result<Result<(), Refusal>, DeskClosed> {
        let operator = operator.to_owned();
        self.exchange(move |register| {
            let turned = match to {
                Mode::Training => register.enter_school(&operator),
                Mode::Live => register.leave_school(&operator),
            };
            turned.map(|register| (register, ()))
        })
    }

    /// Holds the journal against something that it should know, as [`Register::show`] does.
    pub fn show(&self, operator: &str, text: &str) -> Result<Result<Knowledge, Refusal>, DeskClosed> {
        let (operator, text) = (operator.to_owned(), text.to_owned());
        self.exchange(move |register| register.show(&operator, &text))
    }

    /// Lets the register become another, and waits until it has.
    fn exchange<T: Send + 'static>(
        &self,
        change: impl FnOnce(Register) -> Result<(Register, T), NotChanged> + Send + 'static,
    ) -> Result<Result<T, Refusal>, DeskClosed> {
        let (answer, reply) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |register| {
            let (register, outcome) = match change(register) {
                Ok((register, outcome)) => (Some(register), Ok(outcome)),
                Err(NotChanged { register, why }) => (register.map(|register| *register), Err(why)),
            };
            let _ = answer.send(outcome);
            register
        });
        self.jobs.as_ref().ok_or(DeskClosed)?.send(job).map_err(|_| DeskClosed)?;
        reply.recv().map_err(|_| DeskClosed)
    }

    /// Archives a closed period on the caller's own thread: the register only hands over the lines, a few at a time, and
    /// records the file at the end, so that nobody waits at the till. `progress` is as of [`Register::archive`].
    pub fn archive(&self, span: Span, mut progress: impl FnMut(u64, u64)) -> Result<Archived, DeskArchiveError> {
        match self.archive_once(span, &mut progress) {
            Err(DeskArchiveError::Register(error)) if error.is_disk_full() => {
                // The register's own thread may have given it up already.
                self.ask(Register::give_room_up)?;
                self.archive_once(span, &mut progress)
            }
            done => done,
        }
    }

    fn archive_once(&self, span: Span, mut progress: impl FnMut(u64, u64)) -> Result<Archived, DeskArchiveError> {
        let prepared = self.ask(move |register| register.journal().prepare_archive(span))?;
        let prepared = prepared.map_err(RegisterError::from)?;
        let lines = |from, to| match self.ask(move |register| register.journal().lines(from, to)) {
            Ok(lines) => lines.map_err(RegisterError::from).map_err(DeskArchiveError::from),
            Err(closed) => Err(closed.into()),
        };
        let archived = prepared.write(lines, &mut progress).map_err(ArchiveError::from).map_err(RegisterError::from)?;
        Ok(self.ask(move |register| register.record_archive(archived))??)
    }

    /// Lets the register finish what it was asked, seal that it stops, and end.
    pub fn close(mut self) -> Result<(), RegisterError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), RegisterError> {
        drop(self.jobs.take());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // An error here has nobody left to hear it; the next start finds the journal as it is.
            let _ = self.end();
        }
    }
}
