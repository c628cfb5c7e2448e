//! Which periods are closed, which of them are archived, and where the journal stood around them.

use crate::entry::{Body, Kind, Period};
use crate::sealed::{self};
use crate::standing::Standing;

use super::head::Head;
use super::{Journal, OpenError, follow, read_line};

/// A closed period: the entries that an archive of it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The seq of its closing.
    pub to: u64,
    /// What was closed.
    pub period: Period,
    /// 1 + the seq of the closing of that period before it, or 0.
    pub from: u64,
}

impl Journal {
    /// Every closed period, oldest first.
    pub fn closed(&self) -> Result<Vec<Span>, OpenError> {
        let mut spans: Vec<Span> = Vec::new();
        for seq in self.store.seqs_of(Kind::Closing)? {
            if let Body::Closing(closing) = read_line(&self.store, seq)?.entry.body {
                let before = spans.iter().rev().find(|span| span.period == closing.period);
                let from = before.map_or(0, |span| span.to + 1);
                spans.push(Span { to: seq, period: closing.period, from });
            }
        }
        Ok(spans)
    }

    /// The closed periods of some kinds that no archive entry covers yet, oldest first.
    pub fn unarchived(&self, periods: &[Period]) -> Result<Vec<Span>, OpenError> {
        let mut archived = Vec::new();
        for seq in self.store.seqs_of(Kind::Archive)? {
            if let Body::Archive(archive) = read_line(&self.store, seq)?.entry.body {
                archived.push((archive.period, archive.to));
            }
        }
        let mut spans = self.closed()?;
        spans.retain(|span| periods.contains(&span.period) && !archived.contains(&(span.period, span.to)));
        Ok(spans)
    }

    /// Where the journal stood when it had `size` entries, of which the last was a closing. From the head that was kept
    /// then; where it is lost, by reading the journal from the newest one before it.
    pub(super) fn stood_at(&self, size: u64) -> Result<Standing, OpenError> {
        let key = self.key.public();
        let kept = |size| Head::newest(&[self.places.closing(size)], &key).map(|head| head.standing);
        let mut before: Option<Standing> = None;
        for span in self.closed()?.into_iter().rev().filter(|span| span.to < size) {
            let fits = |standing: &Standing| standing.size() == span.to + 1;
            before = kept(span.to + 1).filter(fits);
            if before.is_some() {
                break;
            }
        }
        let mut standing = match before {
            Some(standing) => standing,
            None => {
                let first = read_line(&self.store, 0)?;
                Standing::after_genesis(&first.entry, first.hash)?
            }
        };
        self.store.lines(standing.size(), size, |seq, line| {
            let line = sealed::read(line).map_err(|cause| OpenError::Line { seq, cause })?;
            follow(&mut standing, &line).map_err(|()| OpenError::Chain { seq })
        })?;
        Ok(standing)
    }
}
