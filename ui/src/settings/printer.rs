//! The receipt printer, its paper, and what waits for it.

use comptoir_core::paper::Width;
use comptoir_core::printing::{JobState, PaperSettings};
use comptoir_core::register::Refusal;
use comptoir_fiscal::message;

use super::{Facts, kept, set};
use crate::till::{Order, Till};

/// What a person does with the printer.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed where it is.
    Address(String),
    /// Prints there from now on.
    KeepAddress,
    /// Chose how wide its paper is.
    Width(Width),
    /// Typed the shop's last words on a ticket.
    Farewell(String),
    /// Keeps those words.
    KeepFarewell,
    /// Has a page printed that shows whether it prints.
    Test,
    /// Tries again to print what waits.
    Again,
    /// Has a paper printed of which nobody knows whether it came out.
    PrintAgain(usize),
    /// Takes a paper out of the queue: it came out, or is not wanted any more.
    Forget(usize),
}

/// What is typed of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Papers {
    pub(crate) address: String,
    pub(crate) farewell: String,
}

impl Papers {
    pub(super) fn of(facts: &Facts, printer: Option<String>) -> Papers {
        Papers { address: printer.unwrap_or_default(), farewell: facts.papers.farewell.clone().unwrap_or_default() }
    }
}

/// Whether a printer can be found by this: a name or an address, with a port or without.
pub(crate) fn is_address(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "9100"));
    !host.is_empty() && !host.contains(char::is_whitespace) && port.parse::<u16>().is_ok()
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let room = &mut till.settings;
    match edit {
        Edit::Address(text) => room.papers.address = text,
        Edit::KeepAddress => {
            let address = room.papers.address.trim().to_owned();
            if !address.is_empty() && !is_address(&address) {
                return till
                    .refuse_for(message!("“{address}” is no address. Type it as 192.168.1.50.", address = address));
            }
            till.printer = Some(address).filter(|address| !address.is_empty());
            till.tell(match &till.printer {
                Some(address) => {
                    message!("Papers go to the printer {address} from now on.", address = address.as_str())
                }
                None => message!("Papers lie as pictures in the shop’s folder from now on."),
            });
        }
        Edit::Width(width) => set_papers(till, |papers| PaperSettings { width, ..papers }),
        Edit::Farewell(text) => room.papers.farewell = text,
        Edit::KeepFarewell => {
            let farewell = Some(room.papers.farewell.trim().to_owned()).filter(|text| !text.is_empty());
            set_papers(till, |papers| PaperSettings { farewell, ..papers });
        }
        Edit::Test => {
            till.order(Order::TestPrint);
            till.tell(message!("A test page is on its way to the printer."));
        }
        Edit::Again => till.order(Order::Print),
        Edit::PrintAgain(place) => with_job(till, place, true),
        Edit::Forget(place) => with_job(till, place, false),
    }
}

fn set_papers(till: &mut Till, change: impl FnOnce(PaperSettings) -> PaperSettings) {
    let Some(facts) = &till.settings.facts else { return };
    let papers = change(facts.papers.clone());
    let said = message!("The papers are as you set them.");
    // The printer hears of its paper's width with the device.
    set(till, move |register| Ok(register.set_papers(&papers)?), said, Till::remember);
}

/// Puts a paper back into the queue, or takes it out.
fn with_job(till: &mut Till, place: usize, again: bool) {
    let Some(job) = till.settings.facts.as_ref().and_then(|facts| facts.queue.get(place)) else { return };
    let (id, stuck) = (job.id, job.state == JobState::Printing);
    till.settings.busy = true;
    let said = match again {
        true => message!("The paper waits for the printer again."),
        false => message!("The paper is out of the queue."),
    };
    till.ask(
        move |register| match again && stuck {
            true => register.not_printed(id, "à réimprimer"),
            false if again => Ok(()),
            false => register.printed(id),
        },
        move |till, outcome| {
            kept(till, outcome.map_err(Refusal::from), said);
            if again {
                till.order(Order::Print);
            }
        },
    );
}
