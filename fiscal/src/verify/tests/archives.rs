//! Archives built from the known journal: sound, and every change to them seen.

use std::path::{Path, PathBuf};

use super::super::*;
use super::workshop;
use crate::archive::{self, Input};
use crate::checkpoint::{Checkpoint, Statement, Witness};
use crate::entry::Period;
use crate::sealed;
use crate::standing::Standing;

const WITNESS: &str = "backoffice.example";

pub(super) fn standing_after(lines: &[Vec<u8>], size: usize) -> Standing {
    let first = sealed::read(&lines[0]).unwrap();
    let mut standing = Standing::after_genesis(&first.entry, first.hash).unwrap();
    for line in &lines[1..size] {
        let sealed = sealed::read(line).unwrap();
        standing.apply(&sealed.entry, sealed.hash).unwrap();
    }
    standing
}

pub(super) fn build(folder: &Path, period: Period, from: usize, to: usize, is_witnessed: bool) -> PathBuf {
    let lines = super::lines();
    let (key, backoffice) = (workshop::device(), workshop::seed("witness_seed"));
    let before = (from > 0).then(|| standing_after(&lines, from));
    let after = standing_after(&lines, to + 1);
    let statement = Statement { register: after.register, size: after.size(), root: after.frontier.root() };
    let mut checkpoint = Checkpoint::sign(statement, &key);
    if is_witnessed {
        checkpoint.countersign(WITNESS, &backoffice, 1_800_000_000);
    }
    let witness = Witness { name: WITNESS.to_owned(), public_key: backoffice.public() };
    let input = Input {
        period,
        lines: lines[from..=to].iter().cloned().map(Ok::<_, std::io::Error>),
        genesis: &lines[0],
        before: before.as_ref(),
        after: &after,
        checkpoint: &checkpoint,
        witness: Some(&witness),
        key: &key,
    };
    let written = archive::write(input, folder, &mut |_, _| {}).unwrap();
    let path = folder.join(&written.name);
    assert_eq!(crate::merkle::sha256(&std::fs::read(&path).unwrap()), written.sha256);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), written.bytes);
    path
}

fn verified(path: &Path) -> Report {
    verify_file(path, &[], &mut |_, _| {})
}

#[test]
fn archives_of_a_day_a_month_and_a_year_are_sound_and_named_as_the_format_says() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (Period::Day, 0, 14, "73282932000074-01-day-2026-11-21-2026-11-21.zip"),
        (Period::Day, 15, 23, "73282932000074-01-day-2026-11-30-2026-11-30.zip"),
        (Period::Month, 0, 24, "73282932000074-01-month-2026-11-01-2026-11-30.zip"),
        (Period::Day, 24, 29, "73282932000074-01-day-2026-12-01-2026-12-01.zip"),
        (Period::Month, 25, 30, "73282932000074-01-month-2026-12-01-2026-12-31.zip"),
        (Period::Year, 0, 31, "73282932000074-01-year-2026-01-01-2026-12-31.zip"),
        (Period::Day, 30, 33, "73282932000074-01-day-2027-01-02-2027-01-02.zip"),
    ];
    for (number, (period, from, to, name)) in cases.iter().copied().enumerate() {
        let path = build(folder.path(), period, from, to, number % 2 == 0);
        assert_eq!(path.file_name().unwrap().to_str(), Some(name));
        let report = verified(&path);
        assert_eq!(super::shown(&report), Vec::<String>::new(), "{name}");
        assert_eq!(report.witnessed.is_some(), number % 2 == 0);
        assert_eq!(report.entries, (to - from + 1) as u64);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), cases.len(), "no temporary file is left");
}

#[test]
fn an_archive_is_never_written_over_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = build(folder.path(), Period::Day, 0, 14, false);
    std::fs::write(&path, "mine").unwrap();
    let again = std::panic::catch_unwind(|| build(folder.path(), Period::Day, 0, 14, false));
    assert!(again.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn every_byte_of_an_archive_matters() {
    let folder = tempfile::tempdir().unwrap();
    let path = build(folder.path(), Period::Day, 15, 23, true);
    let whole = std::fs::read(&path).unwrap();
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let changed = folder.path().join("changed.zip");
    let mut silent = Vec::new();
    for at in (0..directory).step_by(37).chain((directory..whole.len()).step_by(3)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&changed, bytes).unwrap();
        if verified(&changed).verdict() == Verdict::Sound {
            silent.push(at);
        }
    }
    // Which system packed it, and rights on a disk: nothing that an archive says.
    let harmless = |at: &usize| {
        let mut start = 0;
        let directory = &whole[directory..];
        while directory[start..].starts_with(b"PK\x01\x02") {
            let length = |at: usize| usize::from(directory[start + at]) + 256 * usize::from(directory[start + at + 1]);
            let end = start + 46 + length(28) + length(30) + length(32);
            let Some(at) = at.checked_sub(whole.len() - directory.len()) else { return false };
            if (start..end).contains(&at) {
                return matches!(at - start, 4 | 5 | 36 | 37 | 38..42);
            }
            start = end;
        }
        false
    };
    silent.retain(|at| !harmless(at));
    assert_eq!(silent, Vec::<usize>::new());
}

#[test]
fn what_lies_before_an_archive_is_not_checkable_and_no_defect() {
    let folder = tempfile::tempdir().unwrap();
    let report = verified(&build(folder.path(), Period::Day, 15, 23, true));
    assert_eq!(report.verdict(), Verdict::Sound);
    let about: Vec<Option<u64>> = report.not_checkable.iter().map(|n| n.seq).collect();
    assert_eq!(about, [Some(19), Some(21)], "the returns on ticket 2");
}

#[test]
fn a_countersignature_that_comes_later_is_taken_from_beside_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = build(folder.path(), Period::Month, 0, 24, false);
    assert_eq!(verified(&path).witnessed, None);
    let after = standing_after(&super::lines(), 25);
    let statement = Statement { register: after.register, size: 25, root: after.frontier.root() };
    let mut late = Checkpoint::sign(statement, &workshop::device());
    late.countersign(WITNESS, &workshop::seed("witness_seed"), 1_800_000_001);
    let beside = archive::sidecar_name(path.to_str().unwrap());
    std::fs::write(&beside, late.to_string()).unwrap();
    assert_eq!(verified(&path).witnessed, Some((1_800_000_001, WITNESS.to_owned())));
    let mut forged = Checkpoint::sign(statement, &workshop::device());
    forged.countersign(WITNESS, &workshop::device(), 1_800_000_001);
    std::fs::write(&beside, forged.to_string()).unwrap();
    let rules: Vec<Rule> = verified(&path).findings.iter().map(|f| f.rule).collect();
    assert_eq!(rules, [Rule::Countersignature]);
    let other = Statement { root: crate::values::Hash::ZERO, ..statement };
    std::fs::write(&beside, Checkpoint::sign(other, &workshop::device()).to_string()).unwrap();
    assert_eq!(verified(&path).findings[0].rule, Rule::Fork);
}

#[test]
fn evidence_is_held_against_the_stretch_that_an_archive_covers() {
    let folder = tempfile::tempdir().unwrap();
    let path = build(folder.path(), Period::Day, 15, 23, true);
    let standings = [20usize, 24].map(|size| standing_after(&super::lines(), size));
    let held = |text: &str| verify_file(&path, &[Evidence::parse(text).unwrap()], &mut |_, _| {});
    for standing in &standings {
        let text = format!("{}:{}", standing.size(), standing.frontier.root());
        assert_eq!(held(&text).verdict(), Verdict::Sound);
        assert_eq!(held(&text.replace(":0", ":1").replace(":f", ":e").replace(":1", ":2")).not_checkable.len(), 2);
    }
    let wrong = format!("20:{}", crate::values::Hash::ZERO);
    assert_eq!(held(&wrong).findings[0].rule, Rule::Root);
    let outside = format!("34:{}", crate::values::Hash::ZERO);
    assert_eq!(held(&outside).verdict(), Verdict::Sound);
    assert_eq!(held(&outside).not_checkable.len(), 3);
}
