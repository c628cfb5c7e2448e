//! Months and years archive themselves: on a thread beside the register's, so that no sale waits.
//!
//! BOI-TVA-DECLA-30-10-30: what is sealed is archived at least once a year. Oldest first; what could not be archived is a
//! notice, and is tried again after the next closing and at the next start.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use comptoir_fiscal::entry::Period;
use comptoir_fiscal::journal::{Archived, Span};
use comptoir_fiscal::language::Message;

use super::desk::{Desk, DeskArchiveError};
use super::{Notice, Register, RegisterError};
use crate::projection::periods;

/// What came of archiving a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archiving {
    /// It is archived.
    Done(Archived),
    /// It is not, and neither are those after it.
    Failed {
        /// Why, and what to do.
        why: Message,
    },
}

impl Register {
    /// The months and years that are closed and not archived, oldest first; a month before the year that it ends.
    pub fn archives_due(&mut self) -> Result<Vec<Span>, RegisterError> {
        self.catch_up()?;
        let mut due = periods::unarchived(&self.shop, self.id(), Period::Month)?;
        due.extend(periods::unarchived(&self.shop, self.id(), Period::Year)?);
        due.sort_unstable();
        Ok(due)
    }

    /// Remembers that archives could not be written, until they are.
    fn archives_failed(&mut self, why: Option<Message>) {
        self.notices.retain(|notice| !matches!(notice, Notice::ArchiveFailed { .. }));
        self.notices.extend(why.map(|why| Notice::ArchiveFailed { why }));
    }
}

/// The thread that archives months and years.
pub struct Archivist {
    calls: mpsc::Sender<Call>,
    leave: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What wakes it.
enum Call {
    /// Something was closed.
    Closed,
    /// The till stops.
    Leave,
}

impl Archivist {
    /// Archives what was missed, and then what is closed. `heard` is told what came of each period. To be dropped before
    /// its desk is closed; it then leaves what it had not finished to the next start.
    pub fn start(desk: Arc<Desk>, heard: impl Fn(&Archiving) + Send + 'static) -> std::io::Result<Archivist> {
        let (calls, inbox) = mpsc::channel();
        let leave = Arc::new(AtomicBool::new(false));
        let closed = calls.clone();
        // A desk that has stopped closes nothing more.
        let _ = desk.listen(move || drop(closed.send(Call::Closed)));
        let leaving = leave.clone();
        let thread = std::thread::Builder::new().name("archivist".to_owned()).spawn(move || {
            loop {
                let stays = || !leaving.load(Ordering::Relaxed);
                archive_what_is_due(&desk, &stays, &heard);
                let Ok(Call::Closed) = inbox.recv() else { return };
                // However much was closed meanwhile, what is due is looked up once.
                if inbox.try_iter().any(|call| matches!(call, Call::Leave)) {
                    return;
                }
            }
        })?;
        Ok(Archivist { calls, leave, thread: Some(thread) })
    }
}

impl Drop for Archivist {
    fn drop(&mut self) {
        self.leave.store(true, Ordering::Relaxed);
        let _ = self.calls.send(Call::Leave);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn archive_what_is_due(desk: &Desk, stays: &dyn Fn() -> bool, heard: &dyn Fn(&Archiving)) {
    let fail = |error: RegisterError| {
        let why = error.message();
        let noted = why.clone();
        let _ = desk.ask(move |register| register.archives_failed(Some(noted)));
        heard(&Archiving::Failed { why });
    };
    while stays() {
        let span = match desk.ask(Register::archives_due) {
            Ok(Ok(due)) => due.first().copied(),
            Ok(Err(error)) => return fail(error),
            Err(_) => return,
        };
        let Some(span) = span else {
            let _ = desk.ask(|register| register.archives_failed(None));
            return;
        };
        match desk.archive_while(span, stays, |_, _| ()) {
            Ok(archived) => heard(&Archiving::Done(archived)),
            Err(DeskArchiveError::Register(error)) => return fail(error),
            // Another journal is sealed into now, and has periods of its own.
            Err(DeskArchiveError::Turned) => {}
            Err(DeskArchiveError::Closed(_) | DeskArchiveError::Left) => return,
        }
    }
}
