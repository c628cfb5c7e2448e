//! Closings and archive entries: their range, sums, order and roots.
//!
//! Source: `journal-format.md`, "closing" and "archive".

use std::collections::BTreeMap;

use crate::calendar;
use crate::entry::{Archive, Closing, Genesis, Period};
use crate::message;
use crate::standing::Standing;
use crate::values::{Date, Hash};

use super::references::Notes;
use super::report::{Findings, Rule, json, value};
use super::roots::Roots;
use super::source::Source;
use super::ticket::same_totals;

/// A root that is older than what is kept, to be compared in a second pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Later {
    /// The closing that states it.
    pub(super) seq: u64,
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// What is remembered of closings and archives.
#[derive(Debug, Default)]
pub(super) struct Closings {
    /// The first seq of the file's entries.
    first: u64,
    /// Periods that were open at an archive's first entry, whose sums are not all in the file.
    partial: Vec<Period>,
    /// The seq of each closing.
    seqs: BTreeMap<Period, Vec<u64>>,
    /// How many of them were archived, oldest first.
    archived: BTreeMap<Period, usize>,
    pub(super) later: Vec<Later>,
}

/// What a closing is checked against.
pub(super) struct Stand<'s> {
    pub(super) standing: &'s Standing,
    pub(super) genesis: &'s Genesis,
    pub(super) roots: &'s Roots,
}

impl Closings {
    /// What is remembered at an archive's first entry, where the periods in `partial` had begun before.
    pub(super) fn at(first: u64, partial: Vec<Period>) -> Closings {
        Closings { first, partial, ..Closings::default() }
    }

    /// Checks that what is due before `date` was closed.
    pub(super) fn check_due(&self, date: Date, stand: &Stand<'_>, findings: &mut Findings) {
        let Some(last) = stand.standing.business_date else { return };
        for period in Period::ALL {
            let (_, end) = calendar::bounds(period, last, stand.genesis.fiscal_year_starts);
            if end < date && !stand.standing.sums(period).is_empty() {
                let expected = message!(
                    "the closing of the {period} that ends on {end} first",
                    period = period.as_str(),
                    end = end
                );
                findings.defect(Rule::ClosingOrder, "entry", expected, message!("an entry of {date}", date = date));
            }
        }
    }

    /// Checks a closing against its range.
    pub(super) fn check(
        &mut self,
        seq: u64,
        closing: &Closing,
        stand: &Stand<'_>,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        let standing = stand.standing;
        let Notes { findings, not_checkable } = notes;
        self.check_order(closing, stand, findings);
        findings.same(Rule::ClosingTotals, "body.to", &seq.saturating_sub(1), &closing.to);
        if self.partial.contains(&closing.period) {
            self.partial.retain(|period| *period != closing.period);
            let what = message!(
                "the sums of the {period} closing, which began before this file's first entry",
                period = closing.period.as_str()
            );
            not_checkable.push(what);
        } else {
            match standing.next_from.get(&closing.period) {
                Some(from) => findings.same(Rule::ClosingTotals, "body.from", from, &closing.from),
                // Before an archive's first entry lie only entries that add nothing, such as a longer closing.
                None => {
                    closing.from <= self.first
                        || findings.same(Rule::ClosingTotals, "body.from", &self.first, &closing.from)
                }
            };
            check_sums(closing, standing, findings);
        }
        findings.same(Rule::ClosingTotals, "body.year_to_date", &standing.year_to_date, &closing.year_to_date);
        if standing.gt != closing.gt {
            findings.defect(Rule::Perpetual, "body.gt", json(&standing.gt), json(&closing.gt));
        }
        findings.same(Rule::Root, "body.checkpoint.size", &seq, &closing.checkpoint.size);
        findings.same(Rule::Root, "body.checkpoint.root", &standing.frontier.root(), &closing.checkpoint.root);
        self.check_witnessed(seq, closing, stand, source, notes);
        self.seqs.entry(closing.period).or_default().push(seq);
    }

    fn check_order(&self, closing: &Closing, stand: &Stand<'_>, findings: &mut Findings) {
        let (standing, period) = (stand.standing, closing.period);
        if standing.sums(period).is_empty() {
            let expected = message!("no closing of a period in which nothing happened");
            findings.defect(Rule::ClosingOrder, "body.period", expected, value(period.as_str()));
        }
        for shorter in Period::ALL.into_iter().take_while(|shorter| *shorter != period) {
            if !standing.sums(shorter).is_empty() {
                let expected = message!("the closing of the {period} first", period = shorter.as_str());
                findings.defect(Rule::ClosingOrder, "body.period", expected, value(period.as_str()));
            }
        }
        if let Some(last) = standing.business_date {
            let (first_date, last_date) = calendar::bounds(period, last, stand.genesis.fiscal_year_starts);
            findings.same(Rule::ClosingOrder, "body.first_date", &first_date, &closing.first_date);
            findings.same(Rule::ClosingOrder, "body.last_date", &last_date, &closing.last_date);
        }
    }

    fn check_witnessed(
        &mut self,
        seq: u64,
        closing: &Closing,
        stand: &Stand<'_>,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        let Notes { findings, not_checkable } = notes;
        let Some(witnessed) = closing.witnessed else { return };
        if witnessed.size == 0 || witnessed.size > seq {
            let expected = message!("a size from 1 to {seq}", seq = value(seq));
            return findings.defect(Rule::Root, "body.witnessed.size", expected, value(witnessed.size));
        }
        if witnessed.size < self.first {
            not_checkable.push(message!(
                "the witnessed root at size {size}, before this file's first entry",
                size = value(witnessed.size)
            ));
        } else if let Some(root) = root_at(witnessed.size, stand, source) {
            findings.same(Rule::Root, "body.witnessed.root", &root, &witnessed.root);
        } else {
            self.later.push(Later { seq, size: witnessed.size, root: witnessed.root });
        }
    }

    /// Checks the range that an archive entry names.
    pub(super) fn check_archive(&mut self, archive: &Archive, source: &mut dyn Source, notes: &mut Notes<'_>) {
        let Notes { findings, not_checkable } = notes;
        let older = self.first > 0;
        let mut seqs = source.past().map(|past| past.closings(archive.period)).unwrap_or_default();
        seqs.extend(self.seqs.get(&archive.period).into_iter().flatten());
        let before = source.past().and_then(|past| past.archived(archive.period));
        let before = before.and_then(|to| seqs.binary_search(&to).ok());
        let Ok(place) = seqs.binary_search(&archive.to) else {
            if archive.to < self.first {
                not_checkable.push(message!(
                    "archive {number} is of a period before this file's first entry",
                    number = value(archive.number)
                ));
            } else {
                let expected = message!("the seq of a {period} closing before it", period = archive.period.as_str());
                findings.defect(Rule::ClosingOrder, "body.to", expected, value(archive.to));
            }
            return;
        };
        match place.checked_sub(1) {
            Some(before) => {
                findings.same(Rule::ClosingOrder, "body.from", &(seqs[before] + 1), &archive.from);
            }
            None if older => not_checkable.push(message!(
                "archive {number} may begin before this file's first entry",
                number = value(archive.number)
            )),
            None => {
                findings.same(Rule::ClosingOrder, "body.from", &0, &archive.from);
            }
        }
        let archived = self.archived.entry(archive.period).or_insert(before.map_or(0, |place| place + 1));
        if place > *archived && !older && archive.period != Period::Day {
            let expected = message!("the oldest {period} not yet archived first", period = archive.period.as_str());
            findings.defect(Rule::ClosingOrder, "body.to", expected, value(archive.to));
        }
        *archived = (*archived).max(place + 1);
    }
}

/// The root at an earlier size, where it is at hand.
fn root_at(size: u64, stand: &Stand<'_>, source: &mut dyn Source) -> Option<Hash> {
    stand.roots.at(size).or_else(|| source.past()?.root(size))
}

fn check_sums(closing: &Closing, standing: &Standing, findings: &mut Findings) {
    let sums = standing.sums(closing.period);
    if sums.agree_with(closing) {
        return;
    }
    let rule = Rule::ClosingTotals;
    findings.same(rule, "body.sales", &sums.sales, &closing.sales);
    findings.same(rule, "body.returns", &sums.returns, &closing.returns);
    findings.same(rule, "body.cancels", &sums.cancels, &closing.cancels);
    findings.same(rule, "body.corrections", &sums.corrections, &closing.corrections);
    findings.same(rule, "body.duplicates", &sums.duplicates, &closing.duplicates);
    findings.same(rule, "body.sales_ttc", &sums.sales_ttc, &closing.sales_ttc);
    findings.same(rule, "body.returns_ttc", &sums.returns_ttc, &closing.returns_ttc);
    same_totals(rule, &sums.totals, &closing.totals, findings);
    let payments = sums.payments();
    if payments != closing.payments {
        findings.defect(rule, "body.payments", json(&payments), json(&closing.payments));
    }
}
