//! What was printed or countersigned elsewhere, held against a journal: it shows entries removed from the end,
//! history rewritten, and forks, which a journal alone cannot show.

use std::collections::BTreeMap;

use crate::checkpoint::{Checkpoint, Statement};
use crate::key::PublicKey;
use crate::message;
use crate::receipt::Receipt;
use crate::values::{Hash, RegisterId};

use super::follow::Follower;
use super::report::{Finding, Report, Rule, value};

/// Something that a journal must agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A signed checkpoint.
    Checkpoint(Checkpoint),
    /// The QR code of a ticket.
    Receipt(Receipt),
    /// The size and root that a closing (Z) printed. It bears no signature: whoever copied it answers for it.
    PrintedZ {
        /// How many entries the journal had.
        size: u64,
        /// The root over them.
        root: Hash,
    },
}

/// A text that is no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a checkpoint, nor the code of a ticket, nor SIZE:ROOT as a Z prints it")]
pub struct NotEvidence;

impl Evidence {
    /// Reads the text of a checkpoint, of a ticket's QR code, or a printed `SIZE:ROOT` (root in hex).
    pub fn parse(text: &str) -> Result<Evidence, NotEvidence> {
        if let Ok(checkpoint) = Checkpoint::parse(text) {
            return Ok(Evidence::Checkpoint(checkpoint));
        }
        let text = text.trim();
        if let Ok(receipt) = Receipt::parse(text) {
            return Ok(Evidence::Receipt(receipt));
        }
        let (size, root) = text.split_once(':').ok_or(NotEvidence)?;
        let size = size.trim().parse().ok().filter(|size| *size > 0).ok_or(NotEvidence)?;
        let root = root.trim().to_ascii_lowercase().parse().map_err(|_| NotEvidence)?;
        Ok(Evidence::PrintedZ { size, root })
    }

    /// The size of the tree that it is about; of a receipt, none.
    fn size(&self) -> Option<u64> {
        match self {
            Evidence::Checkpoint(checkpoint) => Some(checkpoint.statement.size),
            Evidence::Receipt(_) => None,
            Evidence::PrintedZ { size, .. } => Some(*size),
        }
    }

    /// Asks the follower to keep what this will be compared with.
    pub(super) fn want(&self, follower: &mut Follower<'_>) {
        if let Some(size) = self.size() {
            follower.wanted_roots.insert(size, None);
        }
        if let Evidence::Receipt(receipt) = self {
            follower.wanted_hashes.insert(receipt.seq, None);
        }
    }
}

/// The journal, or the stretch of it, that evidence is held against.
pub(super) struct Held<'h, 's> {
    pub(super) register: Option<RegisterId>,
    pub(super) key: Option<PublicKey>,
    /// The first seq of the file.
    pub(super) first: u64,
    /// One more than the last seq.
    pub(super) size: u64,
    /// Whether the journal may go on beyond this file, as beyond an archive.
    pub(super) goes_on: bool,
    pub(super) follower: &'h Follower<'s>,
}

/// Holds one piece of evidence against a journal. `number` is its place among those given, from 1.
pub(super) fn hold(evidence: &Evidence, number: usize, held: &Held<'_, '_>, report: &mut Report) {
    let place = format!("evidence {number}");
    match evidence {
        Evidence::Checkpoint(checkpoint) => {
            let statement = &checkpoint.statement;
            if is_of_another(statement.register, &place, held, report) {
                return;
            }
            if !held.key.is_some_and(|key| checkpoint.is_signed_by(&key)) {
                let expected = message!("a signature by the key of the genesis; this checkpoint is no evidence");
                return add(false, Rule::CheckpointSignature, None, place, expected, report);
            }
            hold_root(statement.size, statement.root, true, place, held, report);
        }
        Evidence::PrintedZ { size, root } => hold_root(*size, *root, false, place, held, report),
        Evidence::Receipt(receipt) => {
            if is_of_another(receipt.register, &place, held, report) {
                return;
            }
            if !held.key.is_some_and(|key| key.verifies_entry(&receipt.hash, &receipt.sig)) {
                let expected = message!("a signature by the key of the genesis; this code is no evidence");
                return add(false, Rule::Signature, Some(receipt.seq), place, expected, report);
            }
            hold_entry(receipt, place, held, report);
        }
    }
}

fn is_of_another(register: RegisterId, place: &str, held: &Held<'_, '_>, report: &mut Report) -> bool {
    if held.register == Some(register) {
        return false;
    }
    let what = message!("{place} is of another journal, {register}", place = place, register = value(register));
    report.add_not_checkable(None, what);
    true
}

fn add(
    is_defect: bool,
    rule: Rule,
    seq: Option<u64>,
    place: String,
    expected: crate::language::Message,
    report: &mut Report,
) {
    let found = message!("a signature that does not verify");
    report.add(Finding { is_defect, seq, place, rule, expected, found });
}

fn hold_root(size: u64, root: Hash, is_signed: bool, place: String, held: &Held<'_, '_>, report: &mut Report) {
    let is_held = size > held.first && size <= held.size;
    if !is_held && (held.goes_on || size <= held.size) {
        let what = message!("{place}: size {size} lies outside this file", place = place, size = value(size));
        return report.add_not_checkable(None, what);
    }
    if size > held.size {
        let expected = message!("at least {size} entries", size = value(size));
        let found = message!("{size} entries", size = value(held.size));
        let rule = Rule::Truncation;
        return report.add(Finding { is_defect: true, seq: Some(held.size), place, rule, expected, found });
    }
    let own = held.follower.wanted_roots.get(&size).copied().flatten();
    if own != Some(root) {
        let rule = if is_signed { Rule::Fork } else { Rule::Root };
        let expected = value(root);
        let found = own.map_or_else(|| message!("nothing"), value);
        report.add(Finding { is_defect: true, seq: Some(size - 1), place, rule, expected, found });
    }
}

fn hold_entry(receipt: &Receipt, place: String, held: &Held<'_, '_>, report: &mut Report) {
    let seq = receipt.seq;
    let own = held.follower.wanted_hashes.get(&seq).copied().flatten();
    if own == Some(receipt.hash) {
        return;
    }
    let is_outside = seq < held.first || (held.goes_on && seq >= held.size);
    if own.is_none() && is_outside {
        let what = message!("{place}: entry {seq} lies outside this file", place = place, seq = value(seq));
        return report.add_not_checkable(Some(seq), what);
    }
    let rule = if seq >= held.size { Rule::Truncation } else { Rule::Fork };
    let found = own.map_or_else(|| message!("nothing"), value);
    report.add(Finding { is_defect: true, seq: Some(seq), place, rule, expected: value(receipt.hash), found });
}

/// Finds two signed checkpoints among the evidence that state different roots for one size, wherever the journal ends.
pub(super) fn hold_together(evidence: &[Evidence], held: &Held<'_, '_>, report: &mut Report) {
    let Some(key) = held.key else { return };
    let mut roots: BTreeMap<u64, Hash> = BTreeMap::new();
    for (number, evidence) in (1..).zip(evidence) {
        let Evidence::Checkpoint(checkpoint) = evidence else { continue };
        let statement = &checkpoint.statement;
        if held.register != Some(statement.register) || !checkpoint.is_signed_by(&key) {
            continue;
        }
        let root = *roots.entry(statement.size).or_insert(statement.root);
        if root != statement.root {
            report.add(Finding {
                is_defect: true,
                seq: None,
                place: format!("evidence {number}"),
                rule: Rule::Fork,
                expected: value(root),
                found: value(statement.root),
            });
        }
    }
}

/// Whether a checkpoint found beside an archive states another root for the same size.
pub(super) fn is_fork(one: &Statement, other: &Statement) -> bool {
    one.register == other.register && one.size == other.size && one.root != other.root
}
