//! A paper that is looked at as it would be printed, and what has it printed.

use std::sync::atomic::{AtomicU64, Ordering};

use comptoir_core::paper::{Paper, Width};
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Refusal, Register};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;

use crate::till::{Order, Till};

/// Counts the papers, so that each is drawn once.
static PAPERS: AtomicU64 = AtomicU64::new(1);

/// A paper that is looked at.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Of what it is.
    pub of: PaperOf,
    /// What stands on it.
    pub paper: Paper,
    /// How wide it is.
    pub width: Width,
    /// Which paper this is among all that were looked at.
    pub edition: u64,
}

impl Sheet {
    /// Reads a paper; nothing is recorded, for nothing leaves the till.
    pub(crate) fn read(register: &mut Register, of: PaperOf, texts: &Translations) -> Result<Sheet, Refusal> {
        let (paper, width) = (register.preview(&of, texts)?, register.paper_settings()?.width);
        Ok(Sheet { of, paper, width, edition: PAPERS.fetch_add(1, Ordering::Relaxed) })
    }
}

/// Reads a paper, and hands it to `then`.
pub(crate) fn open(till: &mut Till, of: PaperOf, then: impl FnOnce(&mut Till, Sheet) + Send + 'static) {
    let texts = till.texts.now().clone();
    till.ask(
        move |register| Sheet::read(register, of, &texts),
        |till, sheet| match sheet {
            Ok(sheet) => then(till, sheet),
            Err(refusal) => till.refuse(&refusal),
        },
    );
}

/// Has a paper printed: a numbered duplicate, where it was handed out before.
pub(crate) fn print(till: &mut Till, of: PaperOf) {
    till.command(None, Command::Print(of), |till, outcome| match outcome {
        Ok(_) => {
            till.order(Order::Print);
            till.tell(message!("The paper is on its way to the printer."));
        }
        Err(refusal) => till.refuse(&refusal),
    });
}
