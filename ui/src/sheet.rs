//! A paper that is looked at as it would be printed, and what has it printed.

use comptoir_core::paper::{Paper, Width};
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Refusal};
use comptoir_fiscal::message;

use crate::till::{Order, Till};

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

/// Reads a paper, and hands it to `then`. Nothing is recorded, for nothing leaves the till.
pub(crate) fn open(till: &mut Till, of: PaperOf, then: impl FnOnce(&mut Till, Sheet) + Send + 'static) {
    let texts = till.texts.now().clone();
    till.ask(
        move |register| -> Result<_, Refusal> {
            let (paper, width) = (register.preview(&of, &texts)?, register.paper_settings()?.width);
            Ok((of, paper, width))
        },
        |till, read| match read {
            Ok((of, paper, width)) => {
                let edition = till.next_paper();
                then(till, Sheet { of, paper, width, edition });
            }
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
