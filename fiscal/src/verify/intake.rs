//! A journal taken in piece by piece, as whoever receives it does: each line is checked as the verifier would, and what it
//! refers to is looked up among what was taken in before.
//!
//! What does not continue the journal is refused and changes nothing. What is well chained and signed and still breaks a
//! rule is taken in with its findings: hiding evidence is not the receiver's business (`sync.md`, "Up").

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Original, Period, TicketRef};
use crate::key::PublicKey;
use crate::language::Message;
use crate::merkle::Frontier;
use crate::message;
use crate::standing::Standing;
use crate::values::{Hash, RegisterId};

use super::follow::{Doubt, Follower};
use super::genesis;
use super::line::{self, Checked, Content, Known};
use super::report::{Finding, Findings, Report, Rule, Subject, value};
use super::source::{Batch, Source, SourceError};

/// What was taken in of the same journal before, as its receiver stored it.
///
/// Whoever implements it remembers what could not be read: nothing of the piece may be kept then.
pub trait Past {
    /// The line of that seq.
    fn line(&mut self, seq: u64) -> Option<Vec<u8>>;

    /// The line of the ticket of that number.
    fn ticket(&mut self, number: u64) -> Option<Vec<u8>>;

    /// The lines of the returns, cancels and corrections of that ticket, in order.
    fn tickets_about(&mut self, number: u64) -> Vec<Vec<u8>>;

    /// Whether a ticket was invoiced.
    fn is_invoiced(&mut self, ticket: TicketRef) -> bool;

    /// How many copies of a document there are.
    fn copies(&mut self, of: &Original) -> u64;

    /// The seqs of the closings of a period, in order.
    fn closings(&mut self, period: Period) -> Vec<u64>;

    /// The seq of the newest closing of a period that is archived.
    fn archived(&mut self, period: Period) -> Option<u64>;

    /// The root over the first `size` entries, where it is known.
    fn root(&mut self, size: u64) -> Option<Hash>;
}

/// Where the taking in of a journal stands, kept between two pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeState {
    /// Where the journal stands.
    pub standing: Standing,
    /// How much of what follows could be the doing of an entry that was not known here.
    doubt: Doubt,
}

/// A journal that is being taken in.
pub struct Intake {
    known: Known,
    follower: Follower<'static>,
    /// The lines of this piece, which no past knows yet.
    piece: BTreeMap<u64, Vec<u8>>,
}

/// A line that was checked by itself.
#[derive(Clone)]
pub struct CheckedLine {
    bytes: Vec<u8>,
    checked: Checked,
}

impl CheckedLine {
    /// Its leaf hash.
    pub fn hash(&self) -> Hash {
        self.checked.hash
    }

    /// The line itself, with its newline.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The place that it says it has; none where that cannot be read.
    pub fn seq(&self) -> Option<u64> {
        match &self.checked.content {
            Content::Entry(entry) => Some(entry.seq),
            Content::UnknownKind { seq, .. } => Some(*seq),
            Content::UnknownVersion | Content::Broken { .. } => None,
        }
    }

    /// What it says; none where that cannot be read.
    pub fn entry(&self) -> Option<&Entry> {
        match &self.checked.content {
            Content::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether it is sealed as lines of this journal are, with the device's key, wherever it belongs in it.
    pub fn is_of_this_journal(&self) -> bool {
        matches!(self.checked.content, Content::Entry(_) | Content::UnknownKind { .. })
            && faults(&self.checked).next().is_none()
    }
}

/// What shows that a line is none of the journal that it is checked for.
fn faults(checked: &Checked) -> impl Iterator<Item = &Finding> {
    let belongs = |finding: &&Finding| {
        finding.is_defect && matches!(finding.rule, Rule::Chain | Rule::Canonical | Rule::Signature)
    };
    checked.findings.list.iter().filter(belongs)
}

/// A line that was taken in.
#[derive(Debug)]
pub struct Taken {
    /// Its place.
    pub seq: u64,
    /// Its leaf hash.
    pub hash: Hash,
    /// What it says; none where its kind is not known here.
    pub entry: Option<Box<Entry>>,
    /// The line itself, with its newline.
    pub bytes: Vec<u8>,
    /// The rules that it breaks, and what could not be judged.
    pub findings: Vec<Finding>,
}

/// Why a line was not taken in. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is no line of this journal: its form, hash, signature or place is not what it must be.
    #[error("not the next line of this journal")]
    NotOfThisJournal {
        /// What is wrong with it.
        findings: Vec<Finding>,
    },
    /// It is written in a version of the format that is not known here.
    #[error("a line in a newer version of the format")]
    NewerVersion,
}

impl Intake {
    /// Begins with a journal's first line, which must be the genesis of `register` with the device's `key`.
    pub fn begin(first: &[u8], register: RegisterId, key: PublicKey) -> Result<(Intake, Taken), Refused> {
        let entry = line::entry_of(first);
        let known = genesis::known(entry.as_ref());
        let expected = Known { register: Some(register), key: Some(key), zone: known.zone };
        let mut intake = Intake { known: expected, follower: Follower::new(None), piece: BTreeMap::new() };
        let checked = line::check(first, &intake.known);
        if known.key != Some(key) || known.register != Some(register) {
            let mut findings = checked.findings;
            let expected = message!("the genesis of journal {register}", register = value(register));
            findings.defect(Rule::Genesis, "kind", expected, message!("something else"));
            return Err(Refused::NotOfThisJournal { findings: findings.list });
        }
        let taken = intake.take(CheckedLine { bytes: first.to_vec(), checked }, &mut NoPast)?;
        Ok((intake, taken))
    }

    /// Goes on where it stood. None where what was kept does not say whose journal it is.
    pub fn resume(state: IntakeState) -> Option<Intake> {
        let genesis = state.standing.genesis();
        let known = Known {
            register: Some(state.standing.register),
            key: Some(PublicKey::from_base64(&genesis.public_key).ok()?),
            zone: genesis.time_zone.parse().ok(),
        };
        Some(Intake { known, follower: Follower::resume(state.standing, state.doubt), piece: BTreeMap::new() })
    }

    /// Where it stands, to go on from later. None before its first line.
    pub fn state(&self) -> Option<IntakeState> {
        let standing = self.follower.standing()?.clone();
        Some(IntakeState { standing, doubt: self.follower.doubt() })
    }

    /// How many lines were taken in, with all that were before.
    pub fn size(&self) -> u64 {
        self.follower.next_seq()
    }

    /// The tree over them.
    pub fn frontier(&self) -> Option<&Frontier> {
        self.follower.standing().map(|standing| &standing.frontier)
    }

    /// Checks lines by themselves, each with its newline, on all cores: where the time goes.
    pub fn check(&self, lines: Vec<Vec<u8>>) -> Vec<CheckedLine> {
        let known = &self.known;
        let check = |bytes: Vec<u8>| CheckedLine { checked: line::check(&bytes, known), bytes };
        lines.into_par_iter().map(check).collect()
    }

    /// Takes the next line in.
    pub fn take(&mut self, line: CheckedLine, past: &mut dyn Past) -> Result<Taken, Refused> {
        let CheckedLine { bytes, checked } = line;
        self.refuse_what_is_not_next(&checked)?;
        let seq = self.follower.next_seq();
        let hash = checked.hash;
        let entry = match &checked.content {
            Content::Entry(entry) => Some(entry.clone()),
            _ => None,
        };
        let mut report = Report::new(Subject::Lines);
        let mut source = Received { piece: &self.piece, past };
        self.follower.follow(checked, seq, None, &mut source, &mut report);
        self.piece.insert(seq, bytes.clone());
        Ok(Taken { seq, hash, entry, bytes, findings: report.findings })
    }

    fn refuse_what_is_not_next(&self, checked: &Checked) -> Result<(), Refused> {
        let (seq, prev) = match &checked.content {
            Content::Entry(entry) => (entry.seq, entry.prev),
            Content::UnknownKind { seq, prev } => (*seq, *prev),
            Content::UnknownVersion => return Err(Refused::NewerVersion),
            Content::Broken { .. } => {
                return Err(Refused::NotOfThisJournal { findings: checked.findings.list.clone() });
            }
        };
        let mut findings = Findings::default();
        findings.same(Rule::Chain, "seq", &self.follower.next_seq(), &seq);
        if let Some(expected) = self.follower.prev() {
            findings.same(Rule::Chain, "prev", &expected, &prev);
        }
        findings.list.extend(faults(checked).cloned());
        if findings.list.is_empty() { Ok(()) } else { Err(Refused::NotOfThisJournal { findings: findings.list }) }
    }
}

impl Refused {
    /// What is wrong, for whoever looks after the journal.
    pub fn message(&self) -> Message {
        match self {
            Refused::NotOfThisJournal { findings } => match findings.first() {
                Some(finding) => message!(
                    "{place}: {expected} was expected, {found} was found",
                    place = finding.place.clone(),
                    expected = finding.expected.clone(),
                    found = finding.found.clone()
                ),
                None => message!("This is not the next line of the journal."),
            },
            Refused::NewerVersion => message!("The line is written in a newer version of the format."),
        }
    }
}

/// The lines of a piece, and what was taken in before.
struct Received<'r> {
    piece: &'r BTreeMap<u64, Vec<u8>>,
    past: &'r mut dyn Past,
}

impl Source for Received<'_> {
    fn fill(&mut self, _batch: &mut Batch) -> Result<(), SourceError> {
        Ok(())
    }

    fn fetch(&mut self, address: u64, line: &mut Vec<u8>) -> Result<(), SourceError> {
        line.clear();
        let found = self.piece.get(&address).cloned().or_else(|| self.past.line(address));
        line.extend(found.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?);
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        Ok(())
    }

    fn total(&self) -> u64 {
        0
    }

    fn done(&self) -> u64 {
        0
    }

    fn check(&mut self, _findings: &mut Findings) {}

    fn past(&mut self) -> Option<&mut dyn Past> {
        Some(self.past)
    }
}

/// Before a journal's first line there is nothing.
struct NoPast;

impl Past for NoPast {
    fn line(&mut self, _seq: u64) -> Option<Vec<u8>> {
        None
    }

    fn ticket(&mut self, _number: u64) -> Option<Vec<u8>> {
        None
    }

    fn tickets_about(&mut self, _number: u64) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn is_invoiced(&mut self, _ticket: TicketRef) -> bool {
        false
    }

    fn copies(&mut self, _of: &Original) -> u64 {
        0
    }

    fn closings(&mut self, _period: Period) -> Vec<u64> {
        Vec::new()
    }

    fn archived(&mut self, _period: Period) -> Option<u64> {
        None
    }

    fn root(&mut self, _size: u64) -> Option<Hash> {
        None
    }
}
