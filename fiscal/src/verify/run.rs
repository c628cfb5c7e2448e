//! Reads a source in batches: while one is followed in order and another is read, the one between is checked on all cores.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::merkle::Frontier;
use crate::message;
use crate::values::Hash;

use super::follow::Follower;
use super::line::{self, Checked, Known};
use super::report::{Finding, Report, Rule, value};
use super::source::{Batch, Source, SourceError};

/// Told how much of how much is done.
pub type Progress<'p> = &'p mut (dyn FnMut(u64, u64) + 'p);

/// Follows a source from its first line to its last. `known` is asked for once the first line is read.
pub(super) fn run(
    source: &mut (dyn Source + Send),
    known: impl FnOnce(Option<&[u8]>) -> Known,
    follower: &mut Follower<'_>,
    report: &mut Report,
    progress: Progress<'_>,
) -> Known {
    let mut next = Batch::default();
    let mut is_over = fill(source, &mut next, report);
    let known = known(next.places.first().map(|place| next.line(place)));
    let mut ready: Option<(Batch, Vec<Checked>)> = None;
    loop {
        let followed = ready.take();
        let in_order = || {
            let followed = followed.map(|(batch, checked)| follow(batch, checked, follower, source, report));
            let mut batch = followed.unwrap_or_default();
            batch.clear();
            let is_over = is_over || fill(source, &mut batch, report);
            (batch, is_over)
        };
        let (filled, checked) = rayon::join(in_order, || check(&next, &known));
        progress(source.done(), source.total());
        if checked.is_empty() {
            break;
        }
        let (batch, over) = filled;
        ready = Some((std::mem::replace(&mut next, batch), checked));
        is_over = over;
    }
    let mut findings = super::report::Findings::default();
    source.check(&mut findings);
    findings.list.into_iter().for_each(|finding| report.add(finding));
    known
}

/// Fills a batch; says whether nothing more will come.
fn fill(source: &mut (dyn Source + Send), batch: &mut Batch, report: &mut Report) -> bool {
    match source.fill(batch) {
        Ok(()) => batch.places.is_empty(),
        Err(fault) => {
            report.add(unreadable(&fault));
            true
        }
    }
}

/// A source that breaks off: damage in a database is a defect, a disk that does not answer is not the journal's fault.
pub(super) fn unreadable(fault: &SourceError) -> Finding {
    let is_damage = match fault {
        SourceError::Io(_) => false,
        // A database that is none, is in use or lacks the table is not a damaged journal.
        SourceError::Sqlite(fault) => {
            matches!(fault.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseCorrupt) | None)
        }
    };
    Finding {
        is_defect: is_damage,
        seq: None,
        place: "file".to_owned(),
        rule: if is_damage { Rule::Store } else { Rule::Unreadable },
        expected: message!("a file that can be read to its end"),
        found: value(fault),
    }
}

fn check(batch: &Batch, known: &Known) -> Vec<Checked> {
    batch
        .places
        .par_iter()
        .map(|place| match place.too_long {
            Some(length) => line::too_long(length),
            None => line::check(batch.line(place), known),
        })
        .collect()
}

fn follow(
    batch: Batch,
    checked: Vec<Checked>,
    follower: &mut Follower<'_>,
    source: &mut (dyn Source + Send),
    report: &mut Report,
) -> Batch {
    for (place, checked) in batch.places.iter().zip(checked) {
        follower.follow(checked, place.address, place.label.as_ref(), source, report);
    }
    batch
}

/// Compares roots that were too old to be kept, in a second pass over the hashes alone.
pub(super) fn compare_later(
    start: Frontier,
    source: &mut (dyn Source + Send),
    follower: &mut Follower<'_>,
    report: &mut Report,
) {
    let later = std::mem::take(&mut follower.closings.later);
    if later.is_empty() {
        return;
    }
    let mut roots: BTreeMap<u64, Option<Hash>> = later.iter().map(|later| (later.size, None)).collect();
    let mut frontier = start;
    if let Some(root) = roots.get_mut(&frontier.size()) {
        *root = Some(frontier.root());
    }
    let mut batch = Batch::default();
    if source.rewind().is_err() {
        return;
    }
    while !fill(source, &mut batch, report) {
        let hashes: Vec<Hash> = batch.places.par_iter().map(|place| line::hash_of(batch.line(place))).collect();
        for hash in hashes {
            frontier.push(hash);
            if let Some(root) = roots.get_mut(&frontier.size()) {
                *root = Some(frontier.root());
            }
        }
        batch.clear();
    }
    for later in later {
        let root = roots.get(&later.size).copied().flatten();
        if root != Some(later.root) {
            report.add(Finding {
                is_defect: true,
                seq: Some(later.seq),
                place: "body.witnessed.root".to_owned(),
                rule: Rule::Root,
                expected: root.map_or_else(|| message!("nothing"), value),
                found: value(later.root),
            });
        }
    }
}
