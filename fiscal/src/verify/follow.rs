//! What can only be checked in order: the chain, numbers, perpetual totals, dates and closings.
//!
//! It goes on after a fault from what it found, so that one fault is reported once and not at every entry after it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::entry::{Body, Closing, Entry, Event, Genesis, Ticket};
use crate::language::Message;
use crate::message;
use crate::nf525::{self, Chain};
use crate::standing::{Link, Standing};
use crate::values::{Date, Hash, Instant};

use super::closing::{Closings, Stand};
use super::genesis;
use super::line::{Checked, Content};
use super::references::{Notes, References};
use super::report::{Finding, Findings, Report, Rule, json, value};
use super::roots::Roots;
use super::source::{Label, Source};

/// The event that says that the clock went back.
const CLOCK_EVENT: u32 = 910;

/// How much of what follows could be the doing of an entry that this code does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Doubt {
    None,
    /// An unknown kind may take a number, a business date, move cash or count in a closing.
    Kind,
    /// An unknown version may do anything.
    Version,
}

/// Takes each entry of a register's CSV files.
pub(super) type Sink<'s> = &'s mut (dyn FnMut(&Entry, &str) + Send);

/// Follows a journal entry by entry.
pub(super) struct Follower<'s> {
    standing: Option<Standing>,
    references: References,
    pub(super) closings: Closings,
    pub(super) roots: Roots,
    prev: Option<Hash>,
    next_seq: u64,
    at: Option<Instant>,
    doubt: Doubt,
    /// Roots at the sizes that evidence is about.
    pub(super) wanted_roots: BTreeMap<u64, Option<Hash>>,
    /// Hashes of the entries that evidence is about.
    pub(super) wanted_hashes: BTreeMap<u64, Option<Hash>>,
    sink: Option<Sink<'s>>,
    pub(super) instants: Option<(Instant, Instant)>,
    /// The newest closing, if it is the newest entry.
    pub(super) last_closing: Option<(u64, Box<Closing>)>,
}

impl<'s> Follower<'s> {
    /// Starts before entry 0.
    pub(super) fn new(sink: Option<Sink<'s>>) -> Follower<'s> {
        Follower {
            standing: None,
            references: References::default(),
            closings: Closings::default(),
            roots: Roots::default(),
            prev: Some(Hash::ZERO),
            next_seq: 0,
            at: None,
            doubt: Doubt::None,
            wanted_roots: BTreeMap::new(),
            wanted_hashes: BTreeMap::new(),
            sink,
            instants: None,
            last_closing: None,
        }
    }

    /// Starts at an archive's first entry, which is not entry 0.
    pub(super) fn at(standing: Standing, closings: Closings, sink: Option<Sink<'s>>) -> Follower<'s> {
        let before = standing.chains.iter().map(|(chain, link)| (*chain, link.number)).collect();
        Follower {
            references: References::after(standing.size(), before),
            prev: Some(standing.prev),
            next_seq: standing.size(),
            closings,
            standing: Some(standing),
            ..Follower::new(sink)
        }
    }

    /// Goes on where a journal stood, of which everything before was followed.
    pub(super) fn resume(standing: Standing, doubt: Doubt) -> Follower<'s> {
        let at = Some(standing.at);
        Follower { at, doubt, ..Follower::at(standing, Closings::default(), None) }
    }

    /// How much of what follows could be the doing of an entry that is not known here.
    pub(super) fn doubt(&self) -> Doubt {
        self.doubt
    }

    /// The hash that the next entry names; None after an entry of an unknown version.
    pub(super) fn prev(&self) -> Option<Hash> {
        self.prev
    }

    /// Where the journal stands now; None where it does not start with a genesis.
    pub(super) fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// The settings as they read now.
    pub(super) fn settings(&self) -> Option<&Genesis> {
        self.standing.as_ref().map(Standing::genesis)
    }

    /// The seq that the next entry has.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Takes the next line.
    pub(super) fn follow(
        &mut self,
        checked: Checked,
        address: u64,
        label: Option<&Label>,
        source: &mut dyn Source,
        report: &mut Report,
    ) {
        report.entries += 1;
        let Checked { content, hash, is_intact, findings } = checked;
        let mut alone = findings;
        let mut ordered = Findings::default();
        let mut not_checkable = Vec::new();
        let place = self.next_seq;
        let seq = match &content {
            Content::Entry(entry) => {
                check_label(entry, label, &mut alone);
                self.check_chain(entry.seq, Some(entry.prev), is_intact, &mut alone)
            }
            Content::UnknownKind { seq, prev } => {
                self.doubt = self.doubt.max(Doubt::Kind);
                self.check_chain(*seq, Some(*prev), is_intact, &mut alone)
            }
            Content::Broken { seq, prev } => self.check_chain(seq.unwrap_or(place), *prev, is_intact, &mut alone),
            Content::UnknownVersion => {
                self.doubt = Doubt::Version;
                self.next_seq += 1;
                place
            }
        };
        if place == 0 && !matches!(&content, Content::Entry(e) if matches!(e.body, Body::Genesis(_))) {
            let expected = message!("the genesis, entry 0");
            if self.doubt == Doubt::None {
                alone.defect(Rule::Genesis, "kind", expected, message!("something else"));
            }
        }
        if let Content::Entry(entry) = &content {
            self.check_entry(entry, address, source, &mut ordered, &mut not_checkable);
        }
        self.advance(&content, hash, &mut ordered);
        self.prev = (!matches!(content, Content::UnknownVersion)).then_some(hash);
        if let Some(wanted) = self.wanted_hashes.get_mut(&seq) {
            *wanted = Some(hash);
        }
        self.doubted(&mut ordered.list);
        for finding in alone.list.into_iter().chain(ordered.list) {
            report.add(Finding { seq: Some(seq), ..finding });
        }
        not_checkable.into_iter().for_each(|what| report.add_not_checkable(Some(seq), what));
        self.last_closing = None;
        if let Content::Entry(entry) = content {
            count(&entry, report);
            let first = self.instants.map_or(entry.at, |(first, _)| first);
            self.instants = Some((first, entry.at));
            if let Body::Closing(closing) = entry.body {
                self.last_closing = Some((seq, closing));
            }
        }
    }

    /// Checks an entry's place, and returns the seq to report it under: its own, unless that cannot be believed.
    fn check_chain(&mut self, seq: u64, prev: Option<Hash>, is_intact: bool, findings: &mut Findings) -> u64 {
        findings.same(Rule::Chain, "seq", &self.next_seq, &seq);
        if let (Some(expected), Some(prev)) = (self.prev, prev) {
            findings.same(Rule::Chain, "prev", &expected, &prev);
        }
        let place = if is_intact { seq } else { self.next_seq };
        self.next_seq = place.saturating_add(1);
        place
    }

    fn check_entry(
        &mut self,
        entry: &Entry,
        address: u64,
        source: &mut dyn Source,
        findings: &mut Findings,
        not_checkable: &mut Vec<Message>,
    ) {
        let says_so = matches!(&entry.body, Body::Event(event) if event.code == CLOCK_EVENT);
        if let Some(before) = self.at.filter(|before| entry.at < *before && !says_so) {
            let expected = message!("{instant} or later, or event 910", instant = value(before));
            findings.defect(Rule::Clock, "at", expected, value(entry.at));
        }
        if let Body::Genesis(body) = &entry.body {
            genesis::check(entry, body, findings);
        }
        let Some(standing) = &self.standing else { return };
        let settings = standing.genesis();
        if let Some(sink) = &mut self.sink {
            sink(entry, &settings.label);
        }
        check_number(entry, standing, findings);
        check_nf525(entry, standing, settings, findings);
        let stand = Stand { standing, genesis: settings, roots: &self.roots };
        if let Some(date) = check_date(entry, &stand, findings) {
            self.closings.check_due(date, &stand, findings);
        }
        let mut notes = Notes { findings, not_checkable };
        match &entry.body {
            Body::Ticket(ticket) => {
                check_perpetual(ticket, standing, notes.findings);
                self.references.check_ticket(ticket, standing, source, &mut notes);
                self.references.sealed(ticket, address);
            }
            Body::Invoice(invoice) => self.references.check_invoice(invoice, standing, source, &mut notes),
            Body::Duplicate(duplicate) => {
                self.references.check_duplicate(duplicate, standing, source, &mut notes);
            }
            Body::Cash(cash) => self.references.check_cash(entry.seq, cash, standing, source, &mut notes),
            Body::Event(event) => check_set(event, settings, notes.findings),
            Body::Closing(closing) => {
                self.closings.check(entry.seq, closing, &stand, source, &mut notes);
            }
            Body::Archive(archive) => self.closings.check_archive(archive, source, &mut notes),
            Body::Genesis(_) | Body::Note(_) => {}
        }
    }

    /// Moves on by one line, whatever it was.
    fn advance(&mut self, content: &Content, hash: Hash, findings: &mut Findings) {
        match (&mut self.standing, content) {
            (None, Content::Entry(entry)) => {
                if let Ok(standing) = Standing::after_genesis(entry, hash) {
                    self.roots.push(&crate::merkle::Frontier::new(), hash);
                    self.standing = Some(standing);
                }
                self.at = Some(entry.at);
            }
            (None, _) => {}
            (Some(standing), content) => {
                self.roots.push(&standing.frontier, hash);
                match content {
                    Content::Entry(entry) => {
                        if let Err(fault) = standing.apply(entry, hash) {
                            let expected = message!("settings that can be read");
                            findings.defect(Rule::Genesis, "body.set", expected, value(fault));
                        }
                        take_number(entry, standing);
                        self.at = Some(entry.at);
                    }
                    Content::UnknownVersion | Content::UnknownKind { .. } | Content::Broken { .. } => {
                        standing.frontier.push(hash);
                        standing.prev = hash;
                    }
                }
            }
        }
        if let Some(standing) = &self.standing
            && let Some(wanted) = self.wanted_roots.get_mut(&standing.size())
        {
            *wanted = Some(standing.frontier.root());
        }
    }

    /// What an unknown entry may have caused is no defect.
    fn doubted(&self, findings: &mut [Finding]) {
        for finding in findings {
            let may_be_caused = match self.doubt {
                Doubt::None => false,
                Doubt::Kind => !matches!(finding.rule, Rule::Root | Rule::Clock),
                Doubt::Version => true,
            };
            finding.is_defect &= !may_be_caused;
        }
    }
}

fn count(entry: &Entry, report: &mut Report) {
    *report.kinds.entry(entry.kind).or_default() += 1;
    if let Body::Closing(closing) = &entry.body {
        *report.closings.entry(closing.period).or_default() += 1;
    }
}

/// The columns of a database say what the entry says.
fn check_label(entry: &Entry, label: Option<&Label>, findings: &mut Findings) {
    let Some(label) = label else { return };
    if u64::try_from(label.seq) != Ok(entry.seq) {
        findings.defect(Rule::Store, "line.seq", value(entry.seq), value(label.seq));
    }
    if label.kind != entry.kind.as_str() {
        findings.defect(Rule::Store, "line.kind", value(entry.kind.as_str()), value(&label.kind));
    }
}

fn number_of(body: &Body) -> Option<u64> {
    Some(match body {
        Body::Genesis(_) | Body::Cash(_) => return None,
        Body::Ticket(ticket) => ticket.number,
        Body::Note(note) => note.number,
        Body::Invoice(invoice) => invoice.number,
        Body::Duplicate(duplicate) => duplicate.number,
        Body::Event(event) => event.number,
        Body::Closing(closing) => closing.number,
        Body::Archive(archive) => archive.number,
    })
}

fn check_number(entry: &Entry, standing: &Standing, findings: &mut Findings) {
    if let (Some(chain), Some(number)) = (Chain::of(&entry.body), number_of(&entry.body)) {
        findings.same(Rule::Numbering, "body.number", &standing.next_number(chain), &number);
    }
}

/// Goes on from the number that was found, not from the one that was due.
fn take_number(entry: &Entry, standing: &mut Standing) {
    if let (Some(chain), Some(number), Some(nf525)) =
        (Chain::of(&entry.body), number_of(&entry.body), entry.body.nf525())
        && standing.chains.get(&chain).is_none_or(|link| link.number != number)
    {
        standing.chains.insert(chain, Link { number, sig: nf525.sig.clone() });
    }
}

fn check_nf525(entry: &Entry, standing: &Standing, settings: &Genesis, findings: &mut Findings) {
    let (Some(chain), Some(nf525)) = (Chain::of(&entry.body), entry.body.nf525()) else { return };
    let previous = standing.chains.get(&chain).map(|link| link.sig.as_str());
    let expected = nf525::arg(entry, &settings.label, previous).unwrap_or_default();
    findings.same(Rule::Nf525, "body.nf525.arg", &expected, &nf525.arg);
}

/// Checks the business date that an entry says or takes, and returns it.
fn check_date(entry: &Entry, stand: &Stand<'_>, findings: &mut Findings) -> Option<Date> {
    let standing = stand.standing;
    let end = stand.genesis.day_ends_at;
    let due = calendar::business_date(entry.at, end, standing.business_date, standing.closed_date);
    let stated = match &entry.body {
        Body::Ticket(ticket) => ticket.business_date,
        Body::Note(note) => note.business_date,
        Body::Invoice(invoice) => invoice.business_date,
        Body::Duplicate(_) | Body::Cash(_) => return Some(due),
        _ => return None,
    };
    if stated != due {
        let is_closed = standing.closed_date.is_some_and(|closed| stated <= closed);
        let rule = if is_closed { Rule::ClosingOrder } else { Rule::Body };
        findings.same(rule, "body.business_date", &due, &stated);
    }
    Some(stated)
}

fn check_perpetual(ticket: &Ticket, standing: &Standing, findings: &mut Findings) {
    let expected = standing.gt.after(ticket.totals.ttc);
    if expected != ticket.gt {
        findings.defect(Rule::Perpetual, "body.gt", json(&expected), json(&ticket.gt));
    }
}

/// What an event may not change: that takes a new journal.
fn check_set(event: &Event, settings: &Genesis, findings: &mut Findings) {
    let Some(set) = &event.set else { return };
    let fixed = genesis::fixed(settings);
    for (key, now) in fixed {
        let Some(new) = set.get(key) else { continue };
        if *new != now {
            findings.defect(Rule::Genesis, format!("body.set.{key}"), value(now), value(new));
        }
    }
    if let Some(siret) = set.get("merchant").map(|merchant| merchant.get("siret"))
        && siret.and_then(|siret| siret.as_str()) != Some(settings.merchant.siret.as_str())
    {
        let found = siret.map_or_else(|| message!("nothing"), value);
        findings.defect(Rule::Genesis, "body.set.merchant.siret", value(&settings.merchant.siret), found);
    }
}
