//! The register's thread: one owner of the journal, asked by messages.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use comptoir_fiscal::archive::WriteError;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::journal::{ArchiveError, Archived, CommandId, Knowledge, Span};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::RegisterId;

use super::{Approval, NotChanged, Refusal, Register, RegisterError};
use crate::inspection::{Asked, Kit, KitError, Stage, Tools};

/// Something to do with the register, which hands it back; where it cannot, the thread ends.
type Job = Box<dyn FnOnce(Register) -> Option<Register> + Send>;

/// What the register's thread is handed.
enum Wanted {
    Job(Job),
    /// From now on, tell this when a period was closed, or the register has become another.
    Listen(Box<dyn Fn() + Send>),
}

/// The way to a register that runs on its own thread. Questions are answered in the order in which they are asked.
pub struct Desk {
    jobs: Option<mpsc::Sender<Wanted>>,
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
    /// The till was turned to another journal meanwhile.
    #[error("the till was turned to another journal: archive again once it is back")]
    Turned,
    /// It was given up before its end.
    #[error("the archive was given up: archive again")]
    Left,
}

/// Why an inspector's kit was not made from the desk. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum DeskKitError {
    /// The register's thread has ended.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
    /// A period could not be archived.
    #[error(transparent)]
    Archive(#[from] DeskArchiveError),
    /// It was given up.
    #[error("the kit was given up: make it again")]
    Left,
    /// The register refused, or a file could not be written.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl DeskKitError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            DeskKitError::Closed(_) => message!("The register has stopped. Start it again."),
            DeskKitError::Archive(DeskArchiveError::Register(error)) => error.message(),
            DeskKitError::Archive(DeskArchiveError::Left) => DeskKitError::Left.message(),
            DeskKitError::Archive(error) => {
                message!("The kit was not made: {why}. Try again.", why = error.to_string())
            }
            DeskKitError::Left => message!("The kit was given up, and nothing of it is left."),
            DeskKitError::Refused(refusal) => refusal.message(),
        }
    }
}

impl From<RegisterError> for DeskKitError {
    fn from(error: RegisterError) -> DeskKitError {
        DeskKitError::Refused(error.into())
    }
}

impl From<KitError> for DeskKitError {
    fn from(error: KitError) -> DeskKitError {
        RegisterError::from(error).into()
    }
}

impl Desk {
    /// Puts a register on a thread of its own.
    pub fn start(mut register: Register) -> std::io::Result<Desk> {
        let (jobs, inbox) = mpsc::channel::<Wanted>();
        let thread = std::thread::Builder::new().name("register".to_owned()).spawn(move || {
            let mut listener: Box<dyn Fn() + Send> = Box::new(|| ());
            let mut closed = closed_up_to(&register);
            for wanted in inbox {
                let job = match wanted {
                    Wanted::Job(job) => job,
                    Wanted::Listen(new) => {
                        listener = new;
                        continue;
                    }
                };
                let Some(back) = job(register) else { return Ok(()) };
                register = back;
                // What waits for the answer may fail without harm: it is tried again after the next one, and what
                // needs the projections brings them up to date itself.
                let _ = register.settle();
                let now = closed_up_to(&register);
                if now != closed {
                    closed = now;
                    listener();
                }
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
        self.hand(Wanted::Job(job))?;
        reply.recv().map_err(|_| DeskClosed)
    }

    /// Turns the till to school mode, or back to real sales, and waits until it has.
    pub fn turn(&self, operator: &str, to: Mode) -> Result<Result<(), Refusal>, DeskClosed> {
        self.turn_by(operator, to, None)
    }

    /// The same, to school by another's word, which was given for this id.
    pub fn turn_by(
        &self,
        operator: &str,
        to: Mode,
        word: Option<(CommandId, Approval)>,
    ) -> Result<Result<(), Refusal>, DeskClosed> {
        let operator = operator.to_owned();
        self.exchange(move |register| {
            let turned = match to {
                Mode::Training => register.enter_school_by(&operator, word),
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

    /// Holds the journal against a checkpoint that the back office holds of it, as [`Register::show`] does.
    pub fn show_of_back_office(&self, checkpoint: &str) -> Result<Result<Knowledge, Refusal>, DeskClosed> {
        let checkpoint = checkpoint.to_owned();
        self.exchange(move |register| register.hold_against(&checkpoint))
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
        self.hand(Wanted::Job(job))?;
        reply.recv().map_err(|_| DeskClosed)
    }

    /// Archives a closed period on the caller's own thread: the register only hands over the lines, a few at a time, and
    /// records the file at the end, so that nobody waits at the till. `progress` is as of [`Register::archive`].
    pub fn archive(&self, span: Span, progress: impl FnMut(u64, u64)) -> Result<Archived, DeskArchiveError> {
        self.archive_while(span, &|| true, progress)
    }

    /// The same, given up between two lines once `wanted` says no. What finds the disk full is tried once more with the
    /// room that is kept back.
    pub fn archive_while(
        &self,
        span: Span,
        wanted: &dyn Fn() -> bool,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Archived, DeskArchiveError> {
        match self.archive_once(span, wanted, &mut progress) {
            Err(DeskArchiveError::Register(error)) if error.is_disk_full() => {
                // The register's own thread may have given it up already.
                self.ask(Register::give_room_up)?;
                self.archive_once(span, wanted, &mut progress)
            }
            done => done,
        }
    }

    fn archive_once(
        &self,
        span: Span,
        wanted: &dyn Fn() -> bool,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Archived, DeskArchiveError> {
        let (register, prepared) =
            self.ask(move |register| (register.id(), register.journal().prepare_archive(span)))?;
        let prepared = prepared.map_err(RegisterError::from)?;
        let lines = |from, to| {
            if !wanted() {
                return Err(DeskArchiveError::Left);
            }
            let lines = self.ask_same(register, move |register| register.journal().lines(from, to))?;
            Ok(lines.map_err(RegisterError::from)?)
        };
        let archived = prepared.write(lines, &mut progress).map_err(|error| match error {
            WriteError::Journal(fault) => match fault.downcast::<DeskArchiveError>() {
                Ok(own) => *own,
                Err(fault) => RegisterError::from(ArchiveError::from(WriteError::Journal(fault))).into(),
            },
            error => RegisterError::from(ArchiveError::from(error)).into(),
        })?;
        Ok(self.ask_same(register, move |register| register.record_archive(archived))??)
    }

    /// Asks, unless the register has become another than it was.
    fn ask_same<T: Send + 'static>(
        &self,
        same: RegisterId,
        question: impl FnOnce(&mut Register) -> T + Send + 'static,
    ) -> Result<T, DeskArchiveError> {
        self.ask(move |register| (register.id() == same).then(|| question(register)))?.ok_or(DeskArchiveError::Turned)
    }

    /// Tells `listener`, in place of any before it, on the register's own thread, whenever a period was closed.
    pub(super) fn listen(&self, listener: impl Fn() + Send + 'static) -> Result<(), DeskClosed> {
        self.hand(Wanted::Listen(Box::new(listener)))
    }

    fn hand(&self, wanted: Wanted) -> Result<(), DeskClosed> {
        self.jobs.as_ref().ok_or(DeskClosed)?.send(wanted).map_err(|_| DeskClosed)
    }

    /// Makes an inspector's kit as [`Register::inspection_kit`] does, on the caller's own thread: the register only closes,
    /// hands over lines a few at a time, and records, so that nobody waits at the till.
    pub fn inspection_kit(
        &self,
        by: &str,
        to: &Path,
        asked: Asked,
        tools: &Tools<'_>,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, DeskKitError> {
        self.inspection_kit_while(by, to, asked, tools, &|| true, progress)
    }

    /// The same, given up once `wanted` says no: between two lines, or between two archives that are verified.
    pub fn inspection_kit_while(
        &self,
        by: &str,
        to: &Path,
        asked: Asked,
        tools: &Tools<'_>,
        wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, DeskKitError> {
        let (operator, folder) = (by.to_owned(), to.to_owned());
        for span in self.ask(move |register| register.begin_kit(&operator, &folder, asked))?? {
            self.archive_while(span, wanted, |done, total| progress(Stage::Archiving, done, total))?;
        }
        let folder = to.to_owned();
        let plan = self.ask(move |register| register.plan_kit(&folder, asked))??;
        let lines = |from, to| {
            if !wanted() {
                return Err(DeskKitError::Left);
            }
            let lines = self.ask(move |register| register.journal().lines(from, to))?;
            lines.map_err(|error| DeskKitError::from(RegisterError::from(error)))
        };
        let written = match plan.write(tools, lines, wanted, progress) {
            Err(DeskKitError::Refused(Refusal::Register(RegisterError::Kit(KitError::Left)))) => {
                return Err(DeskKitError::Left);
            }
            written => written?,
        };
        let operator = by.to_owned();
        Ok(self.ask(move |register| register.record_kit(&operator, written))??)
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

/// Up to where each period is closed, and in which journal.
fn closed_up_to(register: &Register) -> (RegisterId, Vec<u64>) {
    (register.id(), register.journal().standing().next_from.values().copied().collect())
}
