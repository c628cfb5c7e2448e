//! Brings what waits to the printer, on a thread of its own: no sale waits for paper.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use comptoir_core::paper::Paper;
use comptoir_core::printing::{PaperOf, PrintJob};
use comptoir_core::register::{Desk, DeskClosed, Refusal, Register, RegisterError};
use comptoir_fiscal::entry::Period;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;

use super::printer::{Printer, PrinterError};

/// How long after a failure it is tried again by itself.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Why a paper is not printed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The printer did not.
    #[error(transparent)]
    Printer(#[from] PrinterError),
    /// The register could not lay it out, or not keep the queue.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What is to be printed is not in the journal.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The register has stopped.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
}

impl SpoolError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            SpoolError::Printer(error) => error.message(),
            SpoolError::Register(error) => error.message(),
            SpoolError::Refused(error) => error.message(),
            SpoolError::Closed(_) => message!("The register has stopped. Start it again."),
        }
    }
}

/// What was printed, and why the rest was not.
#[derive(Debug, Default)]
pub struct Printed {
    /// How many papers came out.
    pub papers: usize,
    /// What stopped the next one, if anything did.
    pub stopped: Option<SpoolError>,
}

/// Prints all that waits, until nothing does or the printer fails.
pub fn print_what_waits(desk: &Desk, printer: &mut dyn Printer, texts: &Arc<Translations>) -> Printed {
    let mut printed = Printed::default();
    loop {
        match print_next(desk, printer, texts) {
            Ok(true) => printed.papers += 1,
            Ok(false) => return printed,
            Err(error) => return Printed { stopped: Some(error), ..printed },
        }
    }
}

fn print_next(desk: &Desk, printer: &mut dyn Printer, texts: &Arc<Translations>) -> Result<bool, SpoolError> {
    let texts = texts.clone();
    let next = desk.ask(move |register| -> Result<_, SpoolError> {
        let Some(job) = register.next_to_print()? else { return Ok(None) };
        let paper = register.paper(&job, &texts)?;
        Ok(Some((name_of(register, &job), job.id, paper)))
    })??;
    let Some((name, id, paper)) = next else { return Ok(false) };
    match printer.print(&name, &paper) {
        Ok(()) => desk.ask(move |register| register.printed(id))??,
        Err(error) => {
            let why = error.message().to_string();
            desk.ask(move |register| register.not_printed(id, &why))??;
            return Err(error.into());
        }
    }
    Ok(true)
}

/// What a file of this paper is called.
fn name_of(register: &Register, job: &PrintJob) -> String {
    let label = &register.settings().label;
    let name = match &job.paper {
        PaperOf::Ticket(ticket) => format!("ticket-{:08}", ticket.number),
        PaperOf::Note(number) => format!("note-{number:08}"),
        PaperOf::Closing { period: Period::Day, number } => format!("z-{number:08}"),
        PaperOf::Closing { period, number } => format!("{}-{number:08}", period.as_str()),
        PaperOf::Cash(seq) => format!("cash-{seq:08}"),
        PaperOf::Voucher { ticket, code } => format!("voucher-{:08}-{}", ticket.number, code.get(..5).unwrap_or(code)),
        PaperOf::Reading => format!("x-{}", register.now().compact()),
    };
    let copy = job.copy.map(|copy| format!("-copy-{copy}")).unwrap_or_default();
    format!("{label}-{name}{copy}")
}

/// What is asked of a printer's thread.
enum Wanted {
    Papers,
    Drawer,
    Page(Box<Paper>, Heard),
}

/// What is told of a page that was to be printed at once.
pub type Heard = Box<dyn FnOnce(Result<(), PrinterError>) + Send>;

/// A printer's own thread.
pub struct Spooler {
    wanted: Option<mpsc::Sender<Wanted>>,
    thread: Option<JoinHandle<()>>,
}

impl Spooler {
    /// Starts printing what waits and what will be asked for. `heard` is told of every paper and every failure.
    pub fn start(
        desk: Arc<Desk>,
        mut printer: Box<dyn Printer>,
        texts: Arc<Translations>,
        heard: impl Fn(&Printed) + Send + 'static,
    ) -> std::io::Result<Spooler> {
        let (wanted, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new().name("printer".to_owned()).spawn(move || {
            loop {
                let printed = print_what_waits(&desk, &mut *printer, &texts);
                if printed.stopped.is_some() || printed.papers > 0 {
                    heard(&printed);
                }
                let next = if printed.stopped.is_some() {
                    inbox.recv_timeout(AGAIN_AFTER)
                } else {
                    inbox.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected)
                };
                match next {
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Ok(first) => {
                        // However often it was asked for meanwhile, the queue is looked through once.
                        let opens = std::iter::once(first).chain(inbox.try_iter());
                        for wanted in opens {
                            match wanted {
                                Wanted::Papers => {}
                                Wanted::Page(page, heard) => heard(printer.print("test", &page)),
                                Wanted::Drawer => {
                                    if let Err(error) = printer.open_drawer() {
                                        heard(&Printed { papers: 0, stopped: Some(error.into()) });
                                    }
                                }
                            }
                        }
                    }
                }
            }
        })?;
        Ok(Spooler { wanted: Some(wanted), thread: Some(thread) })
    }

    /// Says that something new waits. Never waits itself.
    pub fn ring(&self) {
        self.want(Wanted::Papers);
    }

    /// Has the drawer opened. Never waits itself.
    pub fn open_drawer(&self) {
        self.want(Wanted::Drawer);
    }

    /// Has a page printed that is in no queue, and tells `heard` whether it was. Never waits itself.
    pub fn page(&self, page: Paper, heard: Heard) {
        self.want(Wanted::Page(Box::new(page), heard));
    }

    fn want(&self, wanted: Wanted) {
        if let Some(thread) = &self.wanted {
            // The thread ends only with this.
            let _ = thread.send(wanted);
        }
    }
}

impl Drop for Spooler {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
