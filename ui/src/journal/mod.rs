//! The journal: how it stands, what it closed, what it tells, its archives, and what an inspector is given.

pub mod codes;
mod jobs;
mod reading;
#[cfg(test)]
mod tests;
pub mod view;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use comptoir_core::certification::Certification;
use comptoir_core::operators::Gate;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Archives, ClosingSummary, Command, EventSummary, JournalStanding};
use comptoir_fiscal::entry::Period;
use comptoir_fiscal::message;

use codes::Topic;
pub use jobs::{Job, Purpose, Span};
pub(crate) use jobs::{heard, heard_progress};

use crate::sheet::{self, Sheet};
use crate::till::{Place, Till};
use crate::word;

/// A part of the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// How the journal stands.
    #[default]
    Standing,
    /// What was closed.
    Closings,
    /// What it tells besides.
    Events,
    /// What was archived.
    Archives,
    /// What the till says of itself.
    Certification,
}

impl Tab {
    /// Every part, in the order of their chips.
    pub const ALL: [Tab; 5] = [Tab::Standing, Tab::Closings, Tab::Events, Tab::Archives, Tab::Certification];
}

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Asks again to be let in.
    Unlock,
    /// Goes to a part of the room.
    Tab(Tab),
    /// Chose a kind of period, or took the choice back.
    Period(Period),
    /// Chose what events are about, or took the choice back.
    Topic(Topic),
    /// Came near the end of what is shown.
    More,
    /// Looks at a closing, by its place.
    Closing(usize),
    /// Has the paper that is looked at printed.
    Print,
    /// Verifies the journal and its archives.
    Verify,
    /// Closes the days, months and years that are over.
    Close,
    /// Archives what is closed and not archived yet.
    Archive,
    /// Goes on to choose where something goes.
    Choose(Purpose),
    /// Chose where, by its place.
    Destination(usize),
    /// Typed a folder.
    Folder(String),
    /// Chose which dates an inspector asks for.
    Dates(Span),
    /// Begins what was prepared.
    Start,
    /// Gives the job up.
    GiveUp,
    /// Puts away what was said of a job that has ended.
    Dismiss,
    /// Records that a tax inspection begins, or ends.
    Inspection,
    /// Goes a step back.
    Back,
}

/// The room.
#[derive(Default)]
pub struct Journal {
    pub(crate) tab: Tab,
    /// Whether it may be read by whoever is here.
    pub(crate) open: bool,
    pub(crate) standing: Option<JournalStanding>,
    pub(crate) period: Option<Period>,
    pub(crate) closings: Vec<ClosingSummary>,
    /// Whether there are more closings to be read.
    pub(crate) more_closings: bool,
    pub(crate) topic: Option<Topic>,
    pub(crate) events: Vec<EventSummary>,
    pub(crate) next_event: Option<u64>,
    pub(crate) archives: Archives,
    pub(crate) certification: Option<Box<Certification>>,
    pub(crate) reading: bool,
    /// Counts what was asked to be read, so that what an older question found is passed over.
    pub(crate) reads: u64,
    pub(crate) sheet: Option<Sheet>,
    pub(crate) choosing: Option<jobs::Choosing>,
    pub(crate) job: Option<Job>,
    pub(crate) ended: Option<jobs::Ended>,
    /// Counts the jobs.
    pub(crate) jobs: u64,
}

/// Comes into the room: who may not read it needs a word.
pub(crate) fn enter(till: &mut Till) {
    let journal = &mut till.journal;
    (journal.open, journal.sheet, journal.choosing) = (false, None, None);
    unlock(till);
}

fn unlock(till: &mut Till) {
    till.command(None, Command::Look(Gate::ReadJournal), |till, outcome| match outcome {
        Ok(_) => {
            till.journal.open = true;
            reading::read(till);
        }
        Err(refusal) => till.refuse(&refusal),
    });
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    if !till.journal.open && !matches!(intent, Intent::Unlock | Intent::Back | Intent::GiveUp | Intent::Dismiss) {
        return;
    }
    let journal = &mut till.journal;
    match intent {
        Intent::Unlock => unlock(till),
        Intent::Tab(tab) => {
            (journal.tab, journal.sheet) = (tab, None);
            reading::read(till);
        }
        Intent::Period(period) => {
            journal.period = Some(period).filter(|period| journal.period != Some(*period));
            journal.sheet = None;
            reading::read(till);
        }
        Intent::Topic(topic) => {
            journal.topic = Some(topic).filter(|topic| journal.topic != Some(*topic));
            reading::read(till);
        }
        Intent::More => reading::more(till),
        Intent::Closing(place) => {
            let closing = journal.closings.get(place);
            if let Some(of) = closing.map(|one| PaperOf::Closing { period: one.period, number: one.number }) {
                sheet::open(till, of, |till, sheet| till.journal.sheet = Some(sheet));
            }
        }
        Intent::Print => {
            if let Some(of) = journal.sheet.as_ref().map(|sheet| sheet.of.clone()) {
                sheet::print(till, of);
            }
        }
        Intent::Verify => jobs::verify(till),
        Intent::Close => close(till),
        Intent::Archive => jobs::archive(till),
        Intent::Choose(purpose) => jobs::choose(till, purpose),
        Intent::Destination(place) => jobs::destination(till, place),
        Intent::Folder(text) => jobs::folder(till, text),
        Intent::Dates(span) => jobs::dates(till, span),
        Intent::Start => jobs::start(till),
        Intent::GiveUp => jobs::give_up(till),
        Intent::Dismiss => journal.ended = None,
        Intent::Inspection => inspection(till),
        Intent::Back => {
            if !back(till) {
                till.go(Place::Sale);
            }
        }
    }
}

/// Goes a step back within the room; whether there was one. A job goes on.
pub(crate) fn back(till: &mut Till) -> bool {
    let journal = &mut till.journal;
    journal.choosing.take().is_some() || journal.ended.take().is_some() || journal.sheet.take().is_some()
}

/// Closes the days, months and years that are over, which the next thing that is sealed would do as well. A manager is
/// asked where the operator may not do it alone.
fn close(till: &mut Till) {
    let operator = till.operator();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let work: word::Work = Arc::new(move |register, id, words| {
        register.let_pass(id, &operator, Gate::ClosePeriod, words)?;
        count.store(register.close_due()?.len(), Ordering::Relaxed);
        Ok(register.settle()?)
    });
    word::done_by_word(till, work, move |till, outcome| match outcome {
        Ok(()) => {
            till.tell(match counted.load(Ordering::Relaxed) {
                0 => message!("Nothing is over that is not closed."),
                1 => message!("One period is closed."),
                closed => message!("{closed} periods are closed.", closed = closed),
            });
            reading::read(till);
            till.look_around();
        }
        Err(refusal) => till.refuse(&refusal),
    });
}

/// Records that a tax inspection begins or, where one goes on, that it ends.
fn inspection(till: &mut Till) {
    let operator = till.operator();
    till.ask(
        move |register| match register.inspection()? {
            Some(_) => register.end_inspection(&operator),
            None => register.begin_inspection(&operator),
        },
        |till, outcome| match outcome {
            Ok(()) => {
                reading::read(till);
                till.look_around();
            }
            Err(refusal) => till.refuse(&refusal),
        },
    );
}
