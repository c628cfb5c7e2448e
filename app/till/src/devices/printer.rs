//! A receipt printer, whatever it hangs on.

use comptoir_core::paper::{Paper, Width};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// How a printer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum PrinterStatus {
    Ready,
    PaperLow,
    PaperOut,
    CoverOpen,
    OutOfOrder,
}

/// Why nothing came out of a printer, or perhaps not all of it.
#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    /// It is not there, or does not answer.
    #[error("no answer from {printer}: {cause}")]
    Unreachable {
        /// Which.
        printer: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It says that it cannot.
    #[error("{printer} is not ready: {status:?}")]
    NotReady {
        /// Which.
        printer: String,
        /// Why.
        status: PrinterStatus,
    },
    /// The paper holds what no printer prints.
    #[error("the paper cannot be printed: {0}")]
    Paper(String),
}

impl PrinterError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            PrinterError::Unreachable { printer, .. } => message!(
                "The printer {printer} does not answer. Check that it is switched on and on the network; what is to be printed waits.",
                printer = printer.as_str()
            ),
            PrinterError::NotReady { status: PrinterStatus::PaperOut, printer } => {
                message!(
                    "The printer {printer} has no paper. Put in a roll; what is to be printed waits.",
                    printer = printer.as_str()
                )
            }
            PrinterError::NotReady { status: PrinterStatus::CoverOpen, printer } => {
                message!(
                    "The cover of the printer {printer} is open. Close it; what is to be printed waits.",
                    printer = printer.as_str()
                )
            }
            PrinterError::NotReady { printer, .. } => message!(
                "The printer {printer} is out of order. Switch it off and on; what is to be printed waits.",
                printer = printer.as_str()
            ),
            PrinterError::Paper(why) => message!("This cannot be printed: {why}.", why = why.as_str()),
        }
    }
}

/// Prints papers and opens the drawer that hangs on it.
pub trait Printer: Send {
    /// How wide its paper is.
    fn width(&self) -> Width;

    /// Prints a paper, and returns once the printer says that it has. `name` tells it from others.
    fn print(&mut self, name: &str, paper: &Paper) -> Result<(), PrinterError>;

    /// Opens the drawer.
    fn open_drawer(&mut self) -> Result<(), PrinterError>;

    /// How it is now.
    fn status(&mut self) -> Result<PrinterStatus, PrinterError>;
}
