//! The verifier: whether a journal, or an archive of it, is what an honest register would have written.
//!
//! It needs nothing but the file and the format's page, holds no journal in memory, never stops at the first fault,
//! and gives one of three verdicts. What a newer version may have written is inconclusive, never called tampered.

mod archive;
mod closing;
mod evidence;
mod follow;
mod genesis;
mod intake;
mod line;
mod references;
mod report;
mod roots;
mod run;
mod settlement;
mod source;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod ticket;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use crate::entry::Body;
use crate::language::Message;
use crate::merkle::Frontier;
use crate::message;
use crate::standing::Standing;

pub use archive::verify_archive;
pub use evidence::{Evidence, NotEvidence};
pub use intake::{CheckedLine, Intake, IntakeState, Past, Refused, Taken};
pub use report::{FINDINGS_MAX, Finding, NotCheckable, Report, Rule, Subject, Verdict};
pub use run::Progress;

use evidence::Held;
use follow::Follower;
use report::value;
pub(crate) use source::SourceError;
use source::{Lines, Source};
use store::Store;
pub(crate) use store::{Unchanged, open_unchanged};

/// How much of a file is looked at to tell what it is.
const START_BYTES: u64 = 4096;

/// Verifies a file of any kind: lines of a journal, a `journal.db`, or an archive, told apart by their content.
///
/// `progress` is told how much of how much is done. A file that cannot be read is a finding, not an error.
pub fn verify_file(path: &Path, against: &[Evidence], progress: Progress<'_>) -> Report {
    match start_of(path) {
        Ok(start) if start.starts_with(b"SQLite format 3\0") => verify_store(path, against, progress),
        Ok(start) if [b"PK\x03\x04", b"PK\x05\x06"].iter().any(|magic| start.starts_with(*magic)) => {
            verify_archive(path, against, progress)
        }
        Ok(start) if is_journal(&start) => match File::open(path) {
            Ok(file) => verify_lines(BufReader::with_capacity(1 << 18, file), against, progress),
            Err(fault) => unreadable(Subject::Lines, value(fault)),
        },
        Ok(start) if start.is_empty() => unreadable(Subject::Unknown, message!("an empty file")),
        Ok(_) => unreadable(Subject::Unknown, message!("a file of another kind")),
        Err(fault) => unreadable(Subject::Unknown, value(fault)),
    }
}

/// What a verifier would find wrong with a body that it sees alone: asked before one is sealed, when its figures have
/// just been computed.
pub(crate) fn fault_of(body: &Body) -> Option<Finding> {
    let mut findings = report::Findings::default();
    match body {
        Body::Ticket(ticket) => {
            ticket::check_facts(ticket, &mut findings);
            settlement::check(ticket, &mut findings);
        }
        Body::Cash(cash) => ticket::check_cash(cash, &mut findings),
        _ => {}
    }
    findings.list.into_iter().next()
}

/// Verifies the lines of a journal from where `reader` stands to its end.
pub fn verify_lines(reader: impl BufRead + Seek + Send, against: &[Evidence], progress: Progress<'_>) -> Report {
    match Lines::new(reader) {
        Ok(mut lines) => verify_source(&mut lines, Subject::Lines, against, progress),
        Err(fault) => unreadable(Subject::Lines, value(fault)),
    }
}

/// Verifies a `journal.db`; neither it nor what lies beside it is changed.
pub fn verify_store(path: &Path, against: &[Evidence], progress: Progress<'_>) -> Report {
    match Store::open(path) {
        Ok(mut store) => verify_source(&mut store, Subject::Store, against, progress),
        Err(fault @ (SourceError::Io(_) | SourceError::Sqlite(_))) => {
            let mut report = Report::new(Subject::Store);
            report.add(run::unreadable(&fault));
            report
        }
    }
}

/// A value as reports show it, for faults found outside this module.
pub(crate) fn shown(shown: impl std::fmt::Display) -> Message {
    value(shown)
}

fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(START_BYTES).read_to_end(&mut start)?;
    Ok(start)
}

/// Whether a file looks like lines of a journal, even damaged ones.
fn is_journal(start: &[u8]) -> bool {
    let holds = |word: &[u8]| start.windows(word.len()).any(|bytes| bytes == word);
    start.starts_with(b"{\"entry\":") || holds(b"\"entry\"") || holds(b"\"register\"")
}

fn unreadable(subject: Subject, found: Message) -> Report {
    let mut report = Report::new(subject);
    report.add(Finding {
        is_defect: false,
        seq: None,
        place: "file".to_owned(),
        rule: Rule::Unreadable,
        expected: message!("a journal or an archive"),
        found,
    });
    report
}

fn verify_source(
    source: &mut (dyn Source + Send),
    subject: Subject,
    against: &[Evidence],
    progress: Progress<'_>,
) -> Report {
    let mut report = Report::new(subject);
    let mut follower = Follower::new(None);
    against.iter().for_each(|evidence| evidence.want(&mut follower));
    let known = |first: Option<&[u8]>| genesis::known(first.and_then(line::entry_of).as_ref());
    let known = run::run(source, known, &mut follower, &mut report, progress);
    run::compare_later(Frontier::new(), source, &mut follower, &mut report);
    if report.entries == 0 {
        report.add(Finding {
            is_defect: false,
            seq: None,
            place: "file".to_owned(),
            rule: Rule::Unreadable,
            expected: message!("a journal or an archive"),
            found: message!("a journal without an entry"),
        });
    }
    report.register = known.register;
    summarise(&follower, &mut report);
    let held = Held {
        register: known.register,
        key: known.key,
        first: 0,
        size: follower.standing().map_or(report.entries, Standing::size),
        goes_on: false,
        follower: &follower,
    };
    for (number, evidence) in (1..).zip(against) {
        evidence::hold(evidence, number, &held, &mut report);
    }
    evidence::hold_together(against, &held, &mut report);
    report
}

/// What a report says of the journal beside its findings.
fn summarise(follower: &Follower<'_>, report: &mut Report) {
    report.instants = follower.instants;
    if let Some(standing) = follower.standing() {
        report.gt = standing.gt;
    }
    if let Some(settings) = follower.settings() {
        report.merchant = Some(settings.merchant.clone());
        report.label = Some(settings.label.clone());
        report.mode = Some(settings.mode);
    }
}
