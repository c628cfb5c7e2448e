//! The verifier against the known journal: sound as it is, and every change to it seen.

mod archives;
mod intake;
mod mutants;
mod stores;
mod workshop;

use std::io::Cursor;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::receipt::Receipt;
use crate::sealed;
use proptest::prelude::*;

const JOURNAL: &str = include_str!("../../../tests/vectors/journal.jsonl");
const CHECKPOINT: &str = include_str!("../../../tests/vectors/checkpoint.txt");

fn verified(journal: &[u8], against: &[Evidence]) -> Report {
    verify_lines(Cursor::new(journal.to_vec()), against, &mut |_, _| {})
}

fn lines() -> Vec<Vec<u8>> {
    JOURNAL.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect()
}

fn shown(report: &Report) -> Vec<String> {
    report
        .findings
        .iter()
        .map(|f| {
            let seq = f.seq.map_or_else(String::new, |seq| seq.to_string());
            format!("{} {} {}: {} / {}", seq, f.rule.as_str(), f.place, f.expected, f.found)
        })
        .collect()
}

#[test]
fn the_known_journal_is_sound_and_agrees_with_its_checkpoint() {
    let evidence = Evidence::parse(CHECKPOINT).unwrap();
    let report = verified(JOURNAL.as_bytes(), &[evidence]);
    assert_eq!(shown(&report), Vec::<String>::new());
    assert_eq!(report.verdict(), Verdict::Sound);
    assert_eq!(report.entries, 34);
    assert_eq!(report.not_checkable, []);
}

#[test]
fn a_line_removed_doubled_or_swapped_is_seen_at_its_place() {
    let whole = lines();
    for at in 0..whole.len() {
        let mut removed = whole.clone();
        removed.remove(at);
        let mut doubled = whole.clone();
        doubled.insert(at, whole[at].clone());
        let mut changed = vec![(removed, at + 1), (doubled, at)];
        if at + 1 < whole.len() {
            let mut swapped = whole.clone();
            swapped.swap(at, at + 1);
            changed.push((swapped, at + 1));
        }
        for (changed, seq) in changed {
            let report = verified(&changed.concat(), &[]);
            if seq == whole.len() {
                continue;
            }
            assert_eq!(report.verdict(), Verdict::Defects, "{at}");
            let is_named = report.findings.iter().any(|f| f.rule == Rule::Chain && f.seq == Some(seq as u64));
            assert!(is_named, "{at}: {:?}", shown(&report));
        }
    }
}

#[test]
fn entries_removed_from_the_end_are_seen_against_a_checkpoint_a_receipt_or_a_printed_z() {
    let cut = lines()[..32].concat();
    assert_eq!(verified(&cut, &[]).verdict(), Verdict::Sound);
    let sealed = sealed::read(&lines()[32]).unwrap();
    let receipt =
        Receipt { register: sealed.entry.register, seq: 32, hash: sealed.hash, sig: sealed.sig }.text("comptoir:");
    let printed = "33:ce24db0f5b859b6cab9d5f85c529b49b7d893c3830e866771337b143f86d17bd";
    for text in [CHECKPOINT, &receipt, printed] {
        let evidence = [Evidence::parse(text).unwrap()];
        let report = verified(&cut, &evidence);
        assert_eq!(report.verdict(), Verdict::Defects);
        assert_eq!(report.findings[0].rule, Rule::Truncation, "{text}");
        assert_eq!(verified(JOURNAL.as_bytes(), &evidence).verdict(), Verdict::Sound, "{text}");
    }
}

#[test]
fn a_second_history_is_a_fork_and_a_strange_checkpoint_is_no_evidence() {
    let mut lines = workshop::entries();
    lines[32].operator = "op-9".to_owned();
    let rewritten = workshop::resealed(lines);
    let fork = verified(&rewritten, &[Evidence::parse(CHECKPOINT).unwrap()]);
    assert!(fork.findings.iter().any(|f| f.rule == Rule::Fork), "{:?}", shown(&fork));
    let mut strange = Checkpoint::parse(CHECKPOINT).unwrap();
    strange.statement.size = 99;
    let report = verified(JOURNAL.as_bytes(), &[Evidence::Checkpoint(strange)]);
    assert_eq!(report.verdict(), Verdict::Inconclusive);
    assert_eq!(report.findings[0].rule, Rule::CheckpointSignature);
}

#[test]
fn a_file_of_another_kind_is_unreadable_and_not_tampered() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in
        [("empty", &b""[..]), ("text", b"Bonjour"), ("zip", b"PK\x03\x04"), ("db", b"SQLite format 3\0")]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let report = verify_file(&path, &[], &mut |_, _| {});
        assert_ne!(report.verdict(), Verdict::Sound, "{name}");
    }
    assert_eq!(verify_file(&folder.path().join("none"), &[], &mut |_, _| {}).verdict(), Verdict::Inconclusive);
}

#[test]
fn a_newer_version_or_kind_is_inconclusive() {
    for (from, to, rule) in
        [("\"v\":1}", "\"v\":2}", Rule::Version), ("\"kind\":\"note\"", "\"kind\":\"loan\"", Rule::Kind)]
    {
        let resealed = workshop::resealed_texts(|seq, text| if seq == 17 { text.replace(from, to) } else { text });
        let report = verified(&resealed, &[]);
        let rules: Vec<Rule> = report.findings.iter().filter(|f| f.seq == Some(17)).map(|f| f.rule).collect();
        assert_eq!(rules, [rule], "{:?}", shown(&report));
    }
    let newest = workshop::resealed_texts(|_, text| text.replace("\"v\":1}", "\"v\":2}"));
    assert_eq!(verified(&newest, &[]).verdict(), Verdict::Inconclusive);
}

#[test]
fn every_byte_of_the_journal_matters() {
    let journal = JOURNAL.as_bytes();
    for at in (0..journal.len()).step_by(23) {
        let mut changed = journal.to_vec();
        changed[at] ^= 1 << (at % 8);
        let report = verified(&changed, &[]);
        assert_ne!(report.verdict(), Verdict::Sound, "byte {at}");
        let line = journal[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        assert!(report.findings.iter().any(|f| f.seq == Some(line)), "byte {at} in {line}: {:?}", shown(&report));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_make_the_verifier_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        verified(&bytes, &[]);
    }

    #[test]
    fn no_mutation_of_a_journal_makes_the_verifier_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = JOURNAL.as_bytes().to_vec();
        for (at, other, byte) in cuts {
            let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
            match byte % 3 {
                0 => bytes[at] = byte,
                1 => { bytes.drain(at.min(other)..at.max(other).min(at.min(other) + 50)); }
                _ => { let piece = bytes[at..(at + 40).min(bytes.len())].to_vec(); bytes.splice(other..other, piece); }
            }
        }
        verified(&bytes, &[]);
    }

    #[test]
    fn no_numbers_that_a_forger_signs_make_the_verifier_panic(
        seq in 0usize..34, pick in any::<prop::sample::Index>(),
        number in prop_oneof![
            Just(0i64), Just(-1), Just(1), Just(crate::canonical::INTEGER_MAX), Just(-crate::canonical::INTEGER_MAX),
            any::<i32>().prop_map(i64::from)
        ],
    ) {
        verified(&workshop::with_number(seq, pick, number), &[]);
    }
}

#[test]
fn everything_that_is_said_has_its_french() {
    let mut sources = crate::language::sources_under(Path::new("src")).unwrap();
    // That module has examples of its own, which no one reads.
    sources.retain(|source| !source.contains("macro_rules! message"));
    assert_eq!(crate::language::missing(crate::FRENCH, &sources).unwrap(), Vec::<String>::new());
}
