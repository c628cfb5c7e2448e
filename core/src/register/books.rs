//! The journal as it is read at the till: closings, events, archives, and how it stands. Nothing here seals but what the
//! law wants of it: archives carried away (event 440), and defects that a verification finds (event 90).

use std::path::PathBuf;

use comptoir_fiscal::archive;
use comptoir_fiscal::entry::{Archive, Body, Closing, Kind, Period};
use comptoir_fiscal::journal::Span;
use comptoir_fiscal::merkle;
use comptoir_fiscal::values::{Cents, Date, Hash, Instant};
use comptoir_fiscal::verify::Verdict;
use serde::{Deserialize, Serialize};

use super::command::event;
use super::error::Refusal;
use super::{Register, RegisterError};
use crate::projection::periods;

/// How many entries are looked at for one page of events, so that nobody waits at the till.
const LOOKED_AT: u64 = 400;

const VERIFIED: &str = "last verification";

/// A closing, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in a closing")]
pub struct ClosingSummary {
    pub seq: u64,
    pub period: Period,
    pub number: u64,
    pub first_date: Date,
    pub last_date: Date,
    pub at: Instant,
    pub sales: u64,
    /// What was sold less what came back, with VAT.
    pub net: Cents,
    /// Whether an archive entry covers it.
    pub archived: bool,
}

/// An event of the trail (JET), in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in an event")]
pub struct EventSummary {
    pub seq: u64,
    pub at: Instant,
    /// What the till calls whoever did it; nothing for itself.
    pub operator: String,
    pub code: u32,
    pub label: String,
    pub detail: Option<String>,
}

/// Some events, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// Those that were found; there may be none, and more to look at all the same.
    pub events: Vec<EventSummary>,
    /// Before which entry the next page looks; none at the journal's beginning.
    pub next: Option<u64>,
}

/// An archive that the journal records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// Its number.
    pub number: u64,
    /// What it covers.
    pub period: Period,
    /// The first date of it.
    pub first_date: Date,
    /// The last one.
    pub last_date: Date,
    /// When it was recorded.
    pub at: Instant,
    /// The hash of the file, as recorded.
    pub sha256: Hash,
    /// Where the file is to lie.
    pub path: PathBuf,
    /// How large it is; none where it is not there.
    pub bytes: Option<u64>,
}

/// The archives of the till's journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archives {
    /// Those that are recorded, newest first.
    pub made: Vec<ArchiveSummary>,
    /// The months and years that are closed and have none, oldest first.
    pub due: Vec<Span>,
}

/// A verification that was made at this till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When.
    pub at: Instant,
    /// How many entries were read.
    pub entries: u64,
    /// How many archives were read.
    pub archives: u64,
    /// What came of it: `sound`, `inconclusive` or `defects`.
    pub verdict: String,
}

/// How the journal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStanding {
    /// How many entries it has.
    pub entries: u64,
    /// When the newest was sealed.
    pub sealed: Instant,
    /// The hash of the newest.
    pub last: Hash,
    /// The root over all of them.
    pub root: Hash,
    /// The size of the newest checkpoint that a witness countersigned, and when it did (unix seconds).
    pub witnessed: Option<(u64, u64)>,
    /// The SHA-256 of the public key.
    pub fingerprint: Hash,
    /// The perpetual total, net.
    pub perpetual: Cents,
    /// The same, of absolute values.
    pub perpetual_abs: Cents,
    /// The newest verification at this till.
    pub verified: Option<Verified>,
}

impl Register {
    /// The closings before an entry, newest first, of one kind of period or of all: at most `page` of them.
    pub fn closings(
        &mut self,
        period: Option<Period>,
        before: Option<u64>,
        page: u32,
    ) -> Result<Vec<ClosingSummary>, Refusal> {
        self.catch_up()?;
        let found = periods::closed_before(&self.shop, self.id(), period, before.unwrap_or(u64::MAX >> 1), page);
        let mut closings = Vec::new();
        for (seq, archived) in found.map_err(RegisterError::from)? {
            let entry = self.journal.entry(seq).map_err(RegisterError::from)?.entry;
            let Body::Closing(closing) = entry.body else { continue };
            let Closing { period, number, first_date, last_date, sales, .. } = *closing;
            let net = closing.totals.ttc;
            closings.push(ClosingSummary {
                seq,
                period,
                number,
                first_date,
                last_date,
                at: entry.at,
                sales,
                net,
                archived,
            });
        }
        Ok(closings)
    }

    /// The events before an entry, newest first, of the codes that are wanted: as many as are found in a few entries, and
    /// no more than `page`.
    pub fn events(
        &self,
        wanted: impl Fn(u32) -> bool,
        before: Option<u64>,
        page: usize,
    ) -> Result<EventPage, RegisterError> {
        let mut next = before.unwrap_or(u64::MAX).min(self.journal.standing().size());
        let end = next.saturating_sub(LOOKED_AT);
        let mut events = Vec::new();
        while next > end && events.len() < page {
            next -= 1;
            let entry = self.journal.entry(next)?.entry;
            if entry.kind != Kind::Event {
                continue;
            }
            let operator = self.name_of(&entry.operator).to_owned();
            if let Body::Event(event) = entry.body
                && wanted(event.code)
            {
                let (code, label, detail) = (event.code, event.label, event.detail);
                events.push(EventSummary { seq: next, at: entry.at, operator, code, label, detail });
            }
        }
        Ok(EventPage { events, next: Some(next).filter(|next| *next > 0) })
    }

    /// The archives of the journal, and what is still to be archived.
    pub fn archives(&mut self) -> Result<Archives, RegisterError> {
        let due = self.archives_due()?;
        let (merchant, label) = (self.settings().merchant.siret.clone(), self.settings().label.clone());
        let folder = self.journal.places().archives();
        let mut made = Vec::new();
        for line in self.journal.archives()?.into_iter().rev() {
            let Body::Archive(Archive { number, period, sha256, to, .. }) = line.entry.body else { continue };
            let Body::Closing(closing) = self.journal.entry(to)?.entry.body else { continue };
            let Closing { first_date, last_date, .. } = *closing;
            let path = folder.join(archive::file_name(&merchant, &label, period, first_date, last_date));
            let bytes = std::fs::metadata(&path).ok().map(|file| file.len());
            let at = line.entry.at;
            made.push(ArchiveSummary { number, period, first_date, last_date, at, sha256, path, bytes });
        }
        Ok(Archives { made, due })
    }

    /// How the journal stands.
    pub fn journal_standing(&self) -> Result<JournalStanding, RegisterError> {
        let standing = self.journal.standing();
        Ok(JournalStanding {
            entries: standing.size(),
            sealed: standing.at,
            last: standing.prev,
            root: standing.frontier.root(),
            witnessed: self.journal.witnessed().map(|witnessed| (witnessed.size, witnessed.time)),
            fingerprint: merkle::sha256(self.journal.key().public().as_bytes()),
            perpetual: standing.gt.net,
            perpetual_abs: standing.gt.abs,
            verified: self.shop.setting::<Verified>(VERIFIED)?,
        })
    }

    /// Records that archives were copied to a folder or stick (event 440).
    pub fn record_archives_carried(&mut self, operator: &str, archives: usize) -> Result<(), Refusal> {
        self.at_work(operator)?;
        let detail = format!("archives: {archives}");
        self.seal_events(operator, vec![event(440, "Archives fiscales copiées sur un support externe", Some(detail))])?;
        Ok(self.settle()?)
    }

    /// Remembers a verification, and records each file in which it found defects (event 90).
    pub fn record_verified(
        &mut self,
        operator: &str,
        entries: u64,
        archives: u64,
        verdict: Verdict,
        defects: Vec<String>,
    ) -> Result<Verified, Refusal> {
        self.at_work(operator)?;
        if !defects.is_empty() {
            let events = defects.into_iter().map(|file| event(90, "Défaut d'intégrité constaté", Some(file)));
            self.seal_events(operator, events.collect())?;
            self.settle()?;
        }
        let verified = Verified { at: self.now(), entries, archives, verdict: verdict.as_str().to_owned() };
        self.shop.set(VERIFIED, &verified).map_err(RegisterError::from)?;
        Ok(verified)
    }
}
