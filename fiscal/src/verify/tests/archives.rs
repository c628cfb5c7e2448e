//! Archives built from the known journal: sound, and every change to them seen.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};

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
    assert_eq!(about, [None, Some(19), Some(21)], "the witness's key, and the returns on ticket 2");
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
    }
    let wrong = format!("20:{}", crate::values::Hash::ZERO);
    assert_eq!(held(&wrong).findings[0].rule, Rule::Root);
    let outside = format!("34:{}", crate::values::Hash::ZERO);
    assert_eq!(held(&outside).verdict(), Verdict::Sound);
    assert_eq!(held(&outside).not_checkable.len(), 4);
}

/// The files of an archive, as a forger takes them out.
fn unpacked(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn packed(path: &Path, files: &[(String, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// Makes the sums of the manifest fit the files, and signs it again where the forger holds the key.
fn fit(files: &mut [(String, Vec<u8>)], change: impl FnOnce(&mut Value), is_signed: bool) {
    let sums: Vec<Value> = archive::LISTED
        .iter()
        .filter_map(|name| files.iter().find(|(known, _)| known == name))
        .map(|(name, bytes)| json!({"bytes": bytes.len(), "name": name, "sha256": crate::merkle::sha256(bytes).to_string()}))
        .collect();
    let file = |files: &[(String, Vec<u8>)], name| files.iter().position(|(known, _)| known == name).unwrap();
    let at = file(files, archive::MANIFEST);
    let mut manifest: Value = serde_json::from_slice(&files[at].1).unwrap();
    manifest["files"] = sums.into();
    change(&mut manifest);
    files[at].1 = serde_json::to_vec(&manifest).unwrap();
    if is_signed {
        let signature = crate::key::encode_signature(&workshop::device().sign_manifest(&files[at].1));
        let at = file(files, archive::MANIFEST_SIGNATURE);
        files[at].1 = signature.into_bytes();
    }
}

fn rules(path: &Path) -> Vec<Rule> {
    let report = verified(path);
    assert_eq!(report.verdict(), Verdict::Defects, "{:?}", super::shown(&report));
    report.findings.iter().map(|f| f.rule).collect()
}

#[test]
fn every_file_altered_is_seen_even_where_the_sums_and_the_signature_are_made_to_fit() {
    let folder = tempfile::tempdir().unwrap();
    let whole = unpacked(&build(folder.path(), Period::Day, 15, 23, true));
    let path = folder.path().join("forged.zip");
    packed(&path, &whole);
    assert_eq!(verified(&path).verdict(), Verdict::Sound, "repacked by another program, and still sound");
    for at in 0..whole.len() {
        let mut files = whole.clone();
        let name = files[at].0.clone();
        let middle = files[at].1.len() / 2;
        files[at].1[middle] ^= 1;
        packed(&path, &files);
        assert!(!rules(&path).is_empty(), "{name}");
        if name == archive::MANIFEST || name == archive::MANIFEST_SIGNATURE {
            continue;
        }
        fit(&mut files, |_| {}, false);
        packed(&path, &files);
        assert!(rules(&path).contains(&Rule::Signature), "{name}");
        fit(&mut files, |_| {}, true);
        packed(&path, &files);
        if name == archive::NOTICE {
            // What it says is free; whoever holds the key may say something else.
            assert_eq!(verified(&path).verdict(), Verdict::Sound);
            continue;
        }
        let found = rules(&path);
        if name.ends_with(".csv") {
            assert_eq!(found, [Rule::Csv], "{name}");
            let place = &verified(&path).findings[0].place;
            assert!(place.starts_with(&format!("{name}:")), "{place}");
        }
    }
}

#[test]
fn every_value_of_a_manifest_is_checked_even_where_it_is_signed_again() {
    let folder = tempfile::tempdir().unwrap();
    let whole = unpacked(&build(folder.path(), Period::Day, 15, 23, true));
    let path = folder.path().join("forged.zip");
    let zeros = crate::values::Hash::ZERO.to_string();
    let witness = json!({"name": WITNESS, "public_key": workshop::device().public().to_base64()});
    let cases = [
        ("/register", json!("11111111-7a3e-7c55-9d1b-3f0a6a1c2b3d"), Rule::ArchiveFile),
        ("/merchant/name", json!("Autre"), Rule::ArchiveFile),
        ("/label", json!("02"), Rule::ArchiveFile),
        ("/from", json!(7), Rule::ArchiveFile),
        ("/to", json!(22), Rule::ArchiveFile),
        ("/from_at", json!("2026-11-21T08:00:00+01:00"), Rule::ArchiveFile),
        ("/to_at", json!("2026-11-21T08:00:00+01:00"), Rule::ArchiveFile),
        ("/period", json!("month"), Rule::ArchiveFile),
        ("/frontier/0", json!(zeros), Rule::Root),
        ("/frontier", json!([zeros]), Rule::ArchiveFile),
        ("/genesis_proof/0", json!(zeros), Rule::Root),
        ("/before/prev", json!(zeros), Rule::Chain),
        ("/before/gt/net", json!(1), Rule::Perpetual),
        ("/before/year_to_date", json!(1), Rule::ClosingTotals),
        ("/before/business_date", json!("2026-12-24"), Rule::ClosingOrder),
        ("/before/settings/day_ends_at", json!("23:00"), Rule::Body),
        ("/before/settings/label", json!("02"), Rule::Nf525),
        ("/before/settings/public_key", json!("AA=="), Rule::Genesis),
        ("/before/settings/merchant/siret", json!("1"), Rule::Genesis),
        ("/before/chains/T/number", json!(3), Rule::Numbering),
        ("/before/chains/T/sig", json!("x"), Rule::Nf525),
        ("/files/0/bytes", json!(1), Rule::ArchiveFile),
        ("/files/0/name", json!("x"), Rule::ArchiveFile),
        ("/public_key", json!("AA=="), Rule::ArchiveFile),
        ("/software/version", json!("9"), Rule::ArchiveFile),
        ("/witness", witness, Rule::Countersignature),
    ];
    for (key, value, rule) in cases {
        let mut files = whole.clone();
        fit(&mut files, |manifest| *manifest.pointer_mut(key).unwrap() = value, true);
        packed(&path, &files);
        let found = rules(&path);
        assert!(found.contains(&rule), "{key}: {found:?}");
    }
    let mut newer = whole.clone();
    fit(&mut newer, |manifest| manifest["v"] = json!(2), true);
    packed(&path, &newer);
    assert_eq!(verified(&path).verdict(), Verdict::Inconclusive);
}

#[test]
fn what_hides_in_a_zip_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = build(folder.path(), Period::Day, 15, 23, true);
    let whole = std::fs::read(&path).unwrap();
    let files = unpacked(&path);
    let forged = folder.path().join("forged.zip");
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let second = whole[4..].windows(4).position(|bytes| bytes == b"PK\x03\x04").unwrap() + 4;
    let with = |at: usize, hidden: &[u8]| [&whole[..at], hidden, &whole[at..]].concat();
    let twice = [whole.as_slice(), whole.as_slice()].concat();
    for hidden in
        [with(0, b"#!/bin/sh\n"), with(second, b"hidden"), with(directory, b"hidden"), with(whole.len(), b"x"), twice]
    {
        std::fs::write(&forged, &hidden).unwrap();
        let report = verify_archive(&forged, &[], &mut |_, _| {});
        assert!(report.findings.iter().any(|f| f.rule == Rule::ArchiveFile), "{:?}", super::shown(&report));
    }
    let mut more = files.clone();
    more.push(("secret.csv".to_owned(), b"x".to_vec()));
    packed(&forged, &more);
    assert!(rules(&forged).contains(&Rule::ArchiveFile));
    for at in 0..files.len() {
        let mut fewer = files.clone();
        fewer.remove(at);
        packed(&forged, &fewer);
        assert!(rules(&forged).contains(&Rule::ArchiveFile));
    }
    let mut bomb = files;
    let at = bomb.iter().position(|(name, _)| name == archive::JOURNAL).unwrap();
    bomb[at].1 = vec![b'0'; 16 << 20];
    packed(&forged, &bomb);
    assert!(rules(&forged).contains(&Rule::ArchiveFile));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_mutation_of_an_archive_makes_the_verifier_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = build(folder.path(), Period::Day, 15, 23, true);
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, byte, is_cut) in cuts {
            let at = at.index(bytes.len());
            if is_cut { bytes.truncate(at.max(1)); } else { bytes[at] = byte; }
        }
        std::fs::write(&path, bytes).unwrap();
        verify_archive(&path, &[], &mut |_, _| {});
    }
}
