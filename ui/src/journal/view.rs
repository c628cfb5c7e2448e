//! What the room shows.

use comptoir_core::certification::Fact;
use comptoir_core::paper::closing_name;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{ArchiveSummary, ClosingSummary, EventSummary, JournalStanding, Verified};
use comptoir_fiscal::entry::{Mode, Period};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Date;
use comptoir_fiscal::verify::Verdict;

use super::codes::{Topic, meaning};
use super::jobs::{Choosing, Ended};
use super::{Job, Purpose, Span, Tab};
use crate::errand::{Stage, Work};
use crate::generated::{ArchiveRow, ClosingRow, EventRow, FactRow, JobView, JournalView, OptionRow, Tone};
use crate::texts::drawn;
use crate::till::Till;

/// The kinds of periods, in the order of their chips.
pub(crate) const PERIODS: [Period; 3] = Period::ALL;

/// The room.
pub fn journal(till: &Till) -> JournalView {
    let journal = &till.journal;
    let due = journal.archives.due.len();
    JournalView {
        open: journal.open,
        tab: place_of(&Tab::ALL, &journal.tab),
        reading: journal.reading,
        sheet: journal.sheet.is_some(),
        sheet_title: journal
            .sheet
            .as_ref()
            .and_then(|sheet| match sheet.of {
                PaperOf::Closing { period, .. } => Some(till.say(&closing_name(period))),
                _ => None,
            })
            .unwrap_or_default()
            .into(),
        narrowed: journal.topic.is_some() || journal.period.is_some(),
        due: match due {
            0 => Default::default(),
            1 => till.say(&message!("One closed period has no archive yet.")).into(),
            due => till.say(&message!("{count} closed periods have no archive yet.", count = due)).into(),
        },
        inspected: till.status.as_ref().is_some_and(|status| status.is_inspected),
        school: till.mode == Mode::Training,
        verified: journal
            .standing
            .as_ref()
            .map(|standing| till.say(&last_verified(standing)))
            .unwrap_or_default()
            .into(),
        verified_tone: journal
            .standing
            .as_ref()
            .and_then(|standing| standing.verified.as_ref())
            .map_or(Tone::Plain, |verified| tone_named(&verified.verdict)),
    }
}

fn place_of<T: PartialEq>(all: &[T], one: &T) -> i32 {
    all.iter().position(|known| known == one).and_then(|at| i32::try_from(at).ok()).unwrap_or_default()
}

fn option(label: String, chosen: bool) -> OptionRow {
    OptionRow { label: label.into(), chosen, ..OptionRow::default() }
}

/// The parts of the room, as chips.
pub fn tabs(till: &Till) -> Vec<OptionRow> {
    let name = |tab: Tab| match tab {
        Tab::Standing => message!("Status"),
        Tab::Closings => message!("Closings"),
        Tab::Events => message!("Events"),
        Tab::Archives => message!("Archives"),
        Tab::Certification => message!("Certification"),
    };
    Tab::ALL.iter().map(|tab| option(till.say(&name(*tab)), till.journal.tab == *tab)).collect()
}

/// What narrows the list: periods of closings, topics of events.
pub fn filters(till: &Till) -> Vec<OptionRow> {
    let journal = &till.journal;
    let period = |period: Period| match period {
        Period::Day => message!("Days"),
        Period::Month => message!("Months"),
        Period::Year => message!("Years"),
    };
    match journal.tab {
        Tab::Closings => {
            PERIODS.iter().map(|one| option(till.say(&period(*one)), journal.period == Some(*one))).collect()
        }
        Tab::Events => {
            Topic::ALL.iter().map(|one| option(till.say(&one.name()), journal.topic == Some(*one))).collect()
        }
        _ => Vec::new(),
    }
}

/// The closings that were read.
pub fn closings(till: &Till) -> Vec<ClosingRow> {
    let shown = till.journal.sheet.as_ref().map(|sheet| &sheet.of);
    let row = |closing: &ClosingSummary| {
        let sales = message!("{sales} sales", sales = closing.sales);
        let one = message!("1 sale");
        let parts = [
            till.say(&message!("no. {number}", number = closing.number)),
            till.say(if closing.sales == 1 { &one } else { &sales }),
            if closing.archived { till.say(&message!("archived")) } else { String::new() },
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        ClosingRow {
            title: format!(
                "{} · {}",
                till.say(&period(closing.period)),
                dates(till, closing.first_date, closing.last_date)
            )
            .into(),
            second: parts.join(" · ").into(),
            amount: till.money(closing.net).into(),
            is_day: closing.period == Period::Day,
            chosen: shown == Some(&PaperOf::Closing { period: closing.period, number: closing.number }),
        }
    };
    till.journal.closings.iter().map(row).collect()
}

fn period(period: Period) -> Message {
    match period {
        Period::Day => message!("Day"),
        Period::Month => message!("Month"),
        Period::Year => message!("Year"),
    }
}

fn dates(till: &Till, first: Date, last: Date) -> String {
    let language = till.language();
    if first == last { language.date(first) } else { format!("{} – {}", language.date(first), language.date(last)) }
}

/// The events that were read.
pub fn events(till: &Till) -> Vec<EventRow> {
    let row = |event: &EventSummary| EventRow {
        code: event.code.to_string().into(),
        sealed: sealed(till, event).into(),
        meaning: meaning(event.code, &event.label).map_or_else(|| event.label.clone(), |said| till.say(&said)).into(),
        when: [till.language().instant(event.at), event.operator.clone()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
            .into(),
        tone: match event.code {
            90 | 95 | 911 => Tone::Bad,
            100 | 910 | 921 => Tone::Warn,
            _ => Tone::Plain,
        },
    };
    till.journal.events.iter().map(row).collect()
}

/// What was sealed of an event, which is French by the format of the journal: others read it as a quotation.
fn sealed(till: &Till, event: &EventSummary) -> String {
    let words = match &event.detail {
        Some(detail) => drawn(&format!("{}\u{a0}: {detail}", event.label)),
        None => event.label.clone(),
    };
    match till.language() {
        Language::French => words,
        Language::English => format!("“{words}”"),
    }
}

/// The archives that are recorded.
pub fn archives(till: &Till) -> Vec<ArchiveRow> {
    let row = |archive: &ArchiveSummary| {
        let kilobytes = archive.bytes.map(|bytes| i64::try_from(bytes.div_ceil(1000)).unwrap_or(i64::MAX));
        let size = match kilobytes {
            Some(kilobytes) => till.say(&message!("{size} kB", size = kilobytes)),
            None => till.say(&message!("the file is not there")),
        };
        let number = till.say(&message!("no. {number}", number = archive.number));
        ArchiveRow {
            title: format!(
                "{} · {}",
                till.say(&period(archive.period)),
                dates(till, archive.first_date, archive.last_date)
            )
            .into(),
            second: format!("{number} · {} · {size}", till.language().instant(archive.at)).into(),
            hash: short(&archive.sha256.to_string()).into(),
            there: archive.bytes.is_some(),
        }
    };
    till.journal.archives.made.iter().map(row).collect()
}

/// The first characters of a hash in groups, by which people compare it.
fn short(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().take(16).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ") + " …"
}

/// The facts of how the journal stands, or of what the till says of itself.
pub fn facts(till: &Till) -> Vec<FactRow> {
    match till.journal.tab {
        Tab::Standing => till.journal.standing.as_ref().map(|standing| standing_facts(till, standing)),
        Tab::Certification => till.journal.certification.as_ref().map(|known| {
            let fact = |fact: &Fact| FactRow {
                label: till.say(&fact.label).into(),
                value: fact.shown(till.texts.now()).into(),
            };
            known.facts().iter().map(fact).collect()
        }),
        _ => None,
    }
    .unwrap_or_default()
}

fn standing_facts(till: &Till, standing: &JournalStanding) -> Vec<FactRow> {
    let language = till.language();
    let witness = match standing.witnessed {
        None => till.say(&message!("none has countersigned yet")),
        Some((size, time)) => {
            let date = i64::try_from(time).ok().and_then(Date::of_unix).map(|date| language.date(date));
            till.say(&message!(
                "countersigned up to entry {size}, on {date}",
                size = size,
                date = date.unwrap_or_default()
            ))
        }
    };
    let rows = [
        (message!("Entries"), language.number(i64::try_from(standing.entries).unwrap_or(i64::MAX))),
        (message!("Last sealed"), language.instant(standing.sealed)),
        (message!("Perpetual total"), till.money(standing.perpetual)),
        (message!("Perpetual total, absolute"), till.money(standing.perpetual_abs)),
        (message!("Hash of the last entry"), standing.last.to_string()),
        (message!("Root over all entries"), standing.root.to_string()),
        (message!("Witness"), witness),
        (message!("Fingerprint of the key"), standing.fingerprint.to_string()),
    ];
    rows.into_iter().map(|(label, value)| FactRow { label: till.say(&label).into(), value: value.into() }).collect()
}

fn last_verified(standing: &JournalStanding) -> Message {
    let Some(Verified { at, entries, archives, verdict }) = &standing.verified else {
        return message!("The journal was not verified at this till yet.");
    };
    let (at, entries, archives) = (*at, *entries, *archives);
    if verdict == Verdict::Sound.as_str() {
        message!(
            "Verified {at}: {entries} entries and {archives} archives, all sound.",
            at = at,
            entries = entries,
            archives = archives
        )
    } else if verdict == Verdict::Inconclusive.as_str() {
        message!("Verified {at}: {entries} entries; something could not be judged.", at = at, entries = entries)
    } else {
        message!("Verified {at}: defects were found. They are recorded in the journal.", at = at)
    }
}

fn tone_named(verdict: &str) -> Tone {
    match verdict {
        name if name == Verdict::Sound.as_str() => Tone::Good,
        name if name == Verdict::Inconclusive.as_str() => Tone::Warn,
        _ => Tone::Bad,
    }
}

/// The job that goes on, or has ended; and what is asked before one.
pub fn job(till: &Till) -> JobView {
    let journal = &till.journal;
    let mut view = JobView::default();
    if let Some(job) = &journal.job {
        let (share, words) = progress(job);
        view.running = true;
        view.share = share;
        view.title = till.say(&doing(&job.work)).into();
        view.words = till.say(&words).into();
        view.leaves = job.leaves;
    } else if let Some(ended) = &journal.ended {
        view.ended = true;
        view.title = till.say(&ended_title(ended)).into();
        view.words = told(till, ended).into();
        view.tone = match ended.verdict() {
            Verdict::Sound => Tone::Good,
            Verdict::Inconclusive => Tone::Warn,
            Verdict::Defects => Tone::Bad,
        };
    }
    if let Some(choosing) = &journal.choosing {
        view.choosing = true;
        view.choosing_title = till.say(&purpose(choosing)).into();
        view.choosing_words = till.say(&explained(choosing)).into();
        view.looks = choosing.places.is_none();
        view.with_dates = choosing.purpose == Purpose::Kit;
        view.folder = choosing.folder.as_str().into();
        view.can_start = choosing.to().is_some();
        view.start = till.say(&start(choosing)).into();
    }
    view
}

fn doing(work: &Work) -> Message {
    match work {
        Work::Places => message!("Looking for sticks"),
        Work::Verify => message!("Verifying the journal"),
        Work::Archive => message!("Archiving"),
        Work::Copy { .. } => message!("Copying the archives"),
        Work::Kit { .. } => message!("Making the inspector’s kit"),
        Work::Attest { .. } => message!("Writing the attestation"),
    }
}

fn progress(job: &Job) -> (f32, Message) {
    if job.leaves {
        return (0.0, message!("It is being cancelled."));
    }
    let Some((stage, done, total)) = job.progress else { return (0.0, message!("It begins.")) };
    let percent = u16::try_from((done.saturating_mul(100) / total.max(1)).min(100)).unwrap_or(100);
    let words = match stage {
        Stage::Archiving => message!("Archiving: {percent}%", percent = u64::from(percent)),
        Stage::Copying => message!("Copying: {percent}%", percent = u64::from(percent)),
        Stage::Verifying => message!("Verifying: {percent}%", percent = u64::from(percent)),
    };
    (f32::from(percent) / 100.0, words)
}

fn ended_title(ended: &Ended) -> Message {
    match ended {
        Ended::Verified { .. } => match ended.verdict() {
            Verdict::Sound => message!("The journal is sound"),
            Verdict::Inconclusive => message!("Not everything could be judged"),
            Verdict::Defects => message!("Defects were found"),
        },
        Ended::Archived(_) => message!("The archives are made"),
        Ended::Copied(..) => message!("The archives are copied"),
        Ended::Kit(_) => message!("The inspector’s kit is ready"),
        Ended::Attested(_) => message!("The draft of the attestation is written"),
        Ended::Failed(_) => message!("It was not done"),
    }
}

fn told(till: &Till, ended: &Ended) -> String {
    let words = match ended {
        Ended::Verified { missing, .. } if *missing > 0 => message!(
            "{count} archives are not where they should be. Put them back from a copy, then verify again.",
            count = *missing
        ),
        Ended::Verified { verified, .. } if ended.verdict() == Verdict::Sound => message!(
            "{entries} entries and {archives} archives were read: no entry is missing, none was changed, and every signature is right.",
            entries = verified.entries,
            archives = verified.archives
        ),
        Ended::Verified { .. } => message!(
            "They are recorded in the journal. Go on selling, make the inspector's kit, whose report names each of them, and show it to whoever maintains the till."
        ),
        Ended::Archived(0) => message!("Everything that is closed was archived already."),
        Ended::Archived(1) => message!("One closed period was archived, and its file verified."),
        Ended::Archived(count) => {
            message!("{count} closed periods were archived, and their files verified.", count = *count)
        }
        Ended::Copied(0, _) => message!("There is no archive to copy yet. Months and years archive themselves."),
        Ended::Copied(count, to) => message!(
            "{count} archives lie in {folder}. The journal says that they were carried there.",
            count = *count,
            folder = to.display().to_string()
        ),
        Ended::Kit(kit) if !kit.lacks.is_empty() => message!(
            "It lies in {folder}, and is not whole: the journal of a lost till has not arrived from the back office yet. Make it again once the state line says no more of it.",
            folder = kit.path.display().to_string()
        ),
        Ended::Kit(kit) => message!(
            "It lies in {folder}: {archives} archives, {journals} journals, two verifiers, and a notice in French. operateurs.csv holds names: give it to the inspector alone.",
            folder = kit.path.display().to_string(),
            archives = kit.archives,
            journals = kit.journals
        ),
        Ended::Attested(path) => message!(
            "It lies in {file}. It is a draft: whoever makes the program signs its part, and the shop the other.",
            file = path.display().to_string()
        ),
        Ended::Failed(why) => return till.say(why),
    };
    till.say(&words)
}

fn purpose(choosing: &Choosing) -> Message {
    match choosing.purpose {
        Purpose::Copy => message!("Copy the archives"),
        Purpose::Kit => message!("Inspector’s kit"),
        Purpose::Attest => message!("Draft of the attestation"),
    }
}

fn explained(choosing: &Choosing) -> Message {
    match choosing.purpose {
        Purpose::Copy => message!("The archives of closed months and years, each verified after it is copied."),
        Purpose::Kit => message!(
            "Archives, journals, two verifiers, a report and a notice in French: all that an inspector needs, without this till. It is recorded in the journal."
        ),
        Purpose::Attest => message!("The model letter of the tax administration as a PDF, filled in for this version."),
    }
}

fn start(choosing: &Choosing) -> Message {
    match choosing.purpose {
        Purpose::Copy => message!("Copy them"),
        Purpose::Kit => message!("Make the kit"),
        Purpose::Attest => message!("Write it"),
    }
}

/// Where something can go.
pub fn destinations(till: &Till) -> Vec<OptionRow> {
    let Some(choosing) = &till.journal.choosing else { return Vec::new() };
    let typed = !choosing.folder.trim().is_empty();
    let places = choosing.places.iter().flatten().enumerate();
    let row = |(at, place): (usize, &crate::errand::Destination)| OptionRow {
        label: place.name.as_str().into(),
        second: place.path.display().to_string().into(),
        chosen: !typed && at == choosing.chosen,
    };
    places.map(row).collect()
}

/// Which dates an inspector can ask for.
pub fn spans(till: &Till) -> Vec<OptionRow> {
    let Some(choosing) = &till.journal.choosing else { return Vec::new() };
    let name = |span: Span| match span {
        Span::Everything => message!("Everything"),
        Span::ThisYear => message!("This year"),
        Span::LastYear => message!("Last year"),
        Span::FourYears => message!("Since three years ago"),
    };
    Span::ALL.iter().map(|span| option(till.say(&name(*span)), choosing.span == *span)).collect()
}
