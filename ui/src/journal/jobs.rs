//! The long jobs of the room: what is asked before they begin, how far they have come, and what came of them.

use std::path::PathBuf;

use comptoir_core::inspection::{Asked, Kit};
use comptoir_core::operators::Gate;
use comptoir_core::register::{Command, Verified};
use comptoir_fiscal::entry::SYSTEM;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Date;
use comptoir_fiscal::verify::Verdict;

use super::reading;
use crate::errand::{Destination, Done, Errand, Stage, Watch, Work};
use crate::till::{Order, Till};

/// What a place is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Copying the archives.
    Copy,
    /// The inspector's kit.
    Kit,
    /// The draft of the attestation.
    Attest,
}

/// Which dates an inspector asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// All.
    #[default]
    Everything,
    /// Those of this calendar year.
    ThisYear,
    /// Those of the year before.
    LastYear,
    /// Those of this year and the three before it, which is what can be audited as a rule.
    FourYears,
}

impl Span {
    /// Every span, in the order of their chips.
    pub const ALL: [Span; 4] = [Span::Everything, Span::ThisYear, Span::LastYear, Span::FourYears];

    /// The dates themselves, on a day.
    pub(crate) fn asked(self, today: Date) -> Asked {
        let year: i32 = today.to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
        let first = |year: i32| format!("{year:04}-01-01").parse::<Date>().ok();
        let last = |year: i32| format!("{year:04}-12-31").parse::<Date>().ok();
        match self {
            Span::Everything => Asked::default(),
            Span::ThisYear => Asked { since: first(year), until: None },
            Span::LastYear => Asked { since: first(year - 1), until: last(year - 1) },
            Span::FourYears => Asked { since: first(year - 3), until: None },
        }
    }
}

/// What is asked before a job that writes something outside the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choosing {
    pub(crate) purpose: Purpose,
    /// In whose name it is done.
    pub(crate) by: String,
    /// Where it can go; none while that is looked up.
    pub(crate) places: Option<Vec<Destination>>,
    pub(crate) chosen: usize,
    /// Another folder, typed.
    pub(crate) folder: String,
    pub(crate) span: Span,
}

impl Choosing {
    /// Where it goes.
    pub(crate) fn to(&self) -> Option<PathBuf> {
        let typed = self.folder.trim();
        if !typed.is_empty() {
            return Some(PathBuf::from(typed));
        }
        self.places.as_ref()?.get(self.chosen).map(|place| place.path.clone())
    }
}

/// A job that goes on.
#[derive(Clone, Debug)]
pub struct Job {
    pub(crate) number: u64,
    pub(crate) work: Work,
    pub(crate) watch: Watch,
    /// What is being done, and how much of how much of it.
    pub(crate) progress: Option<(Stage, u64, u64)>,
    /// Whether it was given up, and has not ended yet.
    pub(crate) leaves: bool,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Verified { verified: Verified, missing: usize },
    Archived(usize),
    Copied(usize, PathBuf),
    Kit(Box<Kit>),
    Attested(PathBuf),
    Failed(Message),
}

impl Ended {
    /// How good the news is.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Ended::Verified { verified, .. } if verified.verdict == Verdict::Sound.as_str() => Verdict::Sound,
            Ended::Verified { verified, .. } if verified.verdict == Verdict::Inconclusive.as_str() => {
                Verdict::Inconclusive
            }
            Ended::Verified { .. } | Ended::Failed(_) => Verdict::Defects,
            Ended::Kit(kit) => kit.verdict,
            Ended::Archived(_) | Ended::Copied(..) | Ended::Attested(_) => Verdict::Sound,
        }
    }
}

/// Verifies the journal and its archives.
pub(super) fn verify(till: &mut Till) {
    let by = till.operator();
    begin(till, by, Work::Verify);
}

/// Archives what is closed and not archived yet.
pub(super) fn archive(till: &mut Till) {
    let by = till.operator();
    begin(till, by, Work::Archive);
}

/// Asks where something goes; the kit is made by whoever may, or with the word of somebody who may.
pub(super) fn choose(till: &mut Till, purpose: Purpose) {
    if till.journal.job.is_some() {
        return till.refuse_for(message!("Something is being done already. Wait for it, or give it up."));
    }
    if purpose != Purpose::Kit {
        let by = till.operator();
        return ask_where(till, purpose, by);
    }
    till.command(None, Command::Look(Gate::Inspect), move |till, outcome| match outcome {
        Ok(answer) => {
            // With another's word, which is recorded, it is the till itself that makes it.
            let by = if answer.lines.is_empty() { till.operator() } else { SYSTEM.to_owned() };
            ask_where(till, purpose, by);
        }
        Err(refusal) => till.refuse(&refusal),
    });
}

fn ask_where(till: &mut Till, purpose: Purpose, by: String) {
    let choosing = Choosing { purpose, by, places: None, chosen: 0, folder: String::new(), span: Span::default() };
    till.journal.choosing = Some(choosing);
    till.journal.jobs += 1;
    let errand = Errand { number: till.journal.jobs, by: till.operator(), work: Work::Places, watch: Watch::default() };
    till.order(Order::Errand(errand));
}

pub(super) fn destination(till: &mut Till, place: usize) {
    if let Some(choosing) = &mut till.journal.choosing {
        (choosing.chosen, choosing.folder) = (place, String::new());
    }
}

pub(super) fn folder(till: &mut Till, text: String) {
    if let Some(choosing) = &mut till.journal.choosing {
        choosing.folder = text;
    }
}

pub(super) fn dates(till: &mut Till, span: Span) {
    if let Some(choosing) = &mut till.journal.choosing {
        choosing.span = span;
    }
}

/// Begins what was prepared.
pub(super) fn start(till: &mut Till) {
    let today = till.sale.terms.date;
    let Some(choosing) = till.journal.choosing.clone() else { return };
    let Some(to) = choosing.to() else {
        return till.refuse_for(message!("Choose where it goes, or type a folder."));
    };
    till.journal.choosing = None;
    let work = match choosing.purpose {
        Purpose::Copy => Work::Copy { to },
        Purpose::Kit => Work::Kit { to, asked: choosing.span.asked(today) },
        Purpose::Attest => Work::Attest { to },
    };
    begin(till, choosing.by, work);
}

fn begin(till: &mut Till, by: String, work: Work) {
    let journal = &mut till.journal;
    if journal.job.is_some() {
        return till.refuse_for(message!("Something is being done already. Wait for it, or give it up."));
    }
    journal.ended = None;
    journal.jobs += 1;
    let (number, watch) = (journal.jobs, Watch::default());
    journal.job = Some(Job { number, work: work.clone(), watch: watch.clone(), progress: None, leaves: false });
    till.order(Order::Errand(Errand { number, by, work, watch }));
}

pub(super) fn give_up(till: &mut Till) {
    if let Some(job) = &mut till.journal.job {
        job.watch.give_up();
        job.leaves = true;
    }
}

/// Takes in how far a job has come.
pub(crate) fn heard_progress(till: &mut Till, number: u64, stage: Stage, done: u64, total: u64) {
    if let Some(job) = till.journal.job.as_mut().filter(|job| job.number == number) {
        job.progress = Some((stage, done, total));
    }
}

/// Takes in what came of a job.
pub(crate) fn heard(till: &mut Till, number: u64, done: Result<Done, Message>) {
    let journal = &mut till.journal;
    if let Ok(Done::Places(places)) = done {
        if let Some(choosing) = &mut journal.choosing
            && number == journal.jobs
        {
            choosing.places = Some(places);
        }
        return;
    }
    if journal.job.as_ref().is_none_or(|job| job.number != number) {
        return;
    }
    journal.job = None;
    till.journal.ended = match done {
        Ok(Done::Places(_)) => None,
        Ok(Done::Left) => {
            till.tell(message!("It was cancelled. Nothing is half done."));
            None
        }
        Ok(Done::Verified { verified, missing }) => Some(Ended::Verified { verified, missing }),
        Ok(Done::Archived(count)) => Some(Ended::Archived(count)),
        Ok(Done::Copied(count, to)) => Some(Ended::Copied(count, to)),
        Ok(Done::Kit(kit)) => Some(Ended::Kit(kit)),
        Ok(Done::Attested(path)) => Some(Ended::Attested(path)),
        Err(why) => Some(Ended::Failed(why)),
    };
    if till.journal.open {
        reading::read(till);
    }
    till.look_around();
}
