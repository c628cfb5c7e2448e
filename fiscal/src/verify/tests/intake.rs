//! A journal taken in piece by piece is judged as the whole file is.

use super::super::*;
use super::workshop::{device, resealed_texts, with_number};
use super::{lines, shown, verified};
use crate::entry::{Body, Entry, Original, Period, TicketRef};
use crate::key::DeviceKey;
use crate::sealed;
use crate::values::{Hash, RegisterId};
use proptest::prelude::*;

/// What was taken in, as a receiver keeps it.
#[derive(Default)]
struct Shelf {
    lines: Vec<Vec<u8>>,
}

impl Shelf {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.lines.iter().filter_map(|line| line::entry_of(line))
    }

    fn tickets(&self, wanted: impl Fn(&crate::entry::Ticket) -> bool) -> Vec<Vec<u8>> {
        let is_wanted = |line: &&Vec<u8>| match line::entry_of(line).map(|entry| entry.body) {
            Some(Body::Ticket(ticket)) => wanted(&ticket),
            _ => false,
        };
        self.lines.iter().filter(is_wanted).cloned().collect()
    }
}

impl Past for Shelf {
    fn line(&mut self, seq: u64) -> Option<Vec<u8>> {
        self.lines.get(usize::try_from(seq).unwrap()).cloned()
    }

    fn ticket(&mut self, number: u64) -> Option<Vec<u8>> {
        self.tickets(|ticket| ticket.number == number).pop()
    }

    fn tickets_about(&mut self, number: u64) -> Vec<Vec<u8>> {
        self.tickets(|ticket| {
            ticket.ticket_type != crate::entry::TicketType::Sale
                && ticket.refers_to.is_some_and(|refers_to| refers_to.number == number)
        })
    }

    fn is_invoiced(&mut self, ticket: TicketRef) -> bool {
        self.entries().any(|entry| matches!(entry.body, Body::Invoice(invoice) if invoice.tickets.contains(&ticket)))
    }

    fn copies(&mut self, of: &Original) -> u64 {
        let copies = |entry: Entry| match entry.body {
            Body::Duplicate(duplicate) if duplicate.of == *of => Some(duplicate.copy),
            _ => None,
        };
        self.entries().filter_map(copies).last().unwrap_or(0)
    }

    fn closings(&mut self, period: Period) -> Vec<u64> {
        let is_one = |entry: &Entry| matches!(&entry.body, Body::Closing(closing) if closing.period == period);
        self.entries().filter(is_one).map(|entry| entry.seq).collect()
    }

    fn archived(&mut self, period: Period) -> Option<u64> {
        let to = |entry: Entry| match entry.body {
            Body::Archive(archive) if archive.period == period => Some(archive.to),
            _ => None,
        };
        self.entries().filter_map(to).max()
    }

    fn root(&mut self, size: u64) -> Option<Hash> {
        let size = usize::try_from(size).unwrap();
        let hashes: Vec<Hash> = self.lines.iter().take(size).map(|line| line::hash_of(line)).collect();
        (hashes.len() == size).then(|| crate::merkle::root(&hashes))
    }
}

fn register() -> RegisterId {
    sealed::read(&lines()[0]).unwrap().entry.register
}

/// Takes a journal in, in pieces that end before the given seqs, and kept as JSON between them; stops at what is refused.
fn taken_in(journal: &[Vec<u8>], cuts: &[usize]) -> (Vec<Finding>, Shelf, Option<Refused>) {
    let mut shelf = Shelf::default();
    let mut findings = Vec::new();
    let key = device().public();
    let mut state = match Intake::begin(&journal[0], register(), key) {
        Ok((intake, taken)) => {
            findings.extend(taken.findings);
            shelf.lines.push(taken.bytes);
            serde_json::to_string(&intake.state().unwrap()).unwrap()
        }
        Err(refused) => return (findings, shelf, Some(refused)),
    };
    let mut ends: Vec<usize> = cuts.iter().copied().filter(|cut| (2..journal.len()).contains(cut)).collect();
    ends.push(journal.len());
    ends.sort_unstable();
    ends.dedup();
    let mut start = 1;
    for end in ends {
        let mut intake = Intake::resume(serde_json::from_str(&state).unwrap()).unwrap();
        let mut piece = Vec::new();
        for line in intake.check(journal[start..end].to_vec()) {
            match intake.take(line, &mut shelf) {
                Ok(taken) => {
                    findings.extend(taken.findings);
                    piece.push(taken.bytes);
                }
                Err(refused) => return (findings, shelf, Some(refused)),
            }
        }
        shelf.lines.extend(piece);
        state = serde_json::to_string(&intake.state().unwrap()).unwrap();
        start = end;
    }
    (findings, shelf, None)
}

fn texts(findings: &[Finding]) -> Vec<String> {
    let mut report = Report::new(Subject::Lines);
    findings.iter().for_each(|finding| report.add(finding.clone()));
    shown(&report)
}

#[test]
fn the_known_journal_is_taken_in_line_by_line_without_a_finding() {
    let cuts: Vec<usize> = (0..lines().len()).collect();
    let (findings, shelf, refused) = taken_in(&lines(), &cuts);
    assert_eq!(texts(&findings), Vec::<String>::new());
    assert!(refused.is_none());
    assert_eq!(shelf.lines, lines());
}

#[test]
fn a_line_that_does_not_come_next_is_refused_and_the_next_one_is_still_taken() {
    let journal = lines();
    let (mut intake, _) = Intake::begin(&journal[0], register(), device().public()).unwrap();
    let mut shelf = Shelf::default();
    for wrong in [&journal[2], &journal[0]] {
        let line = intake.check(vec![wrong.clone()]).remove(0);
        let refused = intake.take(line, &mut shelf).unwrap_err();
        assert!(matches!(&refused, Refused::NotOfThisJournal { findings } if findings[0].rule == Rule::Chain));
    }
    let line = intake.check(vec![journal[1].clone()]).remove(0);
    assert_eq!(intake.take(line, &mut shelf).unwrap().seq, 1);
}

#[test]
fn any_bit_changed_in_a_line_makes_it_none_of_this_journal() {
    let journal = lines();
    let (intake, _) = Intake::begin(&journal[0], register(), device().public()).unwrap();
    let state = intake.state().unwrap();
    for at in 0..journal[1].len() {
        let mut changed = journal[1].clone();
        changed[at] ^= 1;
        let mut intake = Intake::resume(state.clone()).unwrap();
        let line = intake.check(vec![changed]).remove(0);
        assert!(intake.take(line, &mut Shelf::default()).is_err(), "byte {at}");
        assert_eq!(intake.state().unwrap(), state, "byte {at}");
    }
}

#[test]
fn the_genesis_of_another_journal_or_key_begins_nothing() {
    let other: RegisterId = "11111111-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
    assert!(Intake::begin(&lines()[0], other, device().public()).is_err());
    let key = DeviceKey::from_seed(&[9; 32]).public();
    assert!(Intake::begin(&lines()[0], register(), key).is_err());
    assert!(Intake::begin(&lines()[1], register(), device().public()).is_err());
    assert!(Intake::begin(b"", register(), device().public()).is_err());
}

#[test]
fn a_return_of_a_ticket_whose_number_was_forged_is_found_in_pieces_as_in_the_whole_file() {
    let mut forged = 0;
    for seq in 1..lines().len() {
        let Some(Body::Ticket(ticket)) = line::entry_of(&lines()[seq]).map(|entry| entry.body) else { continue };
        forged += 1;
        let journal = resealed_texts(|place, text| {
            let mut entry: serde_json::Value = serde_json::from_str(&text).unwrap();
            if place == seq {
                entry["body"]["number"] = (ticket.number + 1).into();
            }
            serde_json::to_string(&entry).unwrap()
        });
        let whole = verified(&journal, &[]);
        let journal: Vec<Vec<u8>> = journal.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (findings, _, refused) = taken_in(&journal, &[seq + 1]);
        assert_eq!((texts(&findings), refused.is_none()), (shown(&whole), true), "forged at {seq}");
    }
    assert!(forged > 3, "{forged} tickets");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// What is well chained and signed and breaks a rule has the same findings in pieces as in one file.
    #[test]
    fn a_forged_number_is_found_in_pieces_as_in_the_whole_file(
        seq in 1usize..34, pick in any::<prop::sample::Index>(), number in -9_000_000i64..9_000_000,
        cuts in prop::collection::vec(2usize..34, 0..8),
    ) {
        let journal = with_number(seq, pick, number);
        let whole = verified(&journal, &[]);
        let journal: Vec<Vec<u8>> = journal.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (findings, shelf, refused) = taken_in(&journal, &cuts);
        let until = shelf.lines.len() as u64;
        if refused.is_none() {
            prop_assert_eq!(texts(&findings), shown(&whole));
        } else {
            let first = whole.findings.first().and_then(|finding| finding.seq).unwrap_or(0);
            prop_assert!(first >= until.saturating_sub(1), "refused at {}, found at {}", until, first);
        }
    }
}
