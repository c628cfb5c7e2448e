//! Archives of closed periods: which are due, where the journal stood around them, the file and the entry that records it.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::archive::{self, Input, Manifest, WriteError};
use crate::checkpoint::{Checkpoint, Statement, Witness};
use crate::entry::{Body, Kind, Period};
use crate::key::DeviceKey;
use crate::merkle;
use crate::sealed::{self, Sealed};
use crate::standing::Standing;
use crate::values::{Hash, Instant, RegisterId};
use crate::verify::{self, Evidence, Verdict};

use super::head::Head;
use super::store::StoreError;
use super::{CommandError, CommandId, Draft, Journal, OpenError, follow, read_line};

/// How many lines are read at a time.
const LINES_AT_ONCE: u64 = 256;

/// An archive that is written, checked and recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Where the file lies.
    pub path: PathBuf,
    /// Its hash, as the archive entry states it.
    pub sha256: Hash,
    /// What it covers.
    pub span: Span,
}

/// Why a period was not archived. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// The file could not be written, or did not verify.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The archive entry could not be sealed.
    #[error(transparent)]
    Seal(#[from] CommandError),
}

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

    /// The newest closing of any period.
    pub fn last_closing(&self) -> Result<Option<Sealed>, OpenError> {
        let newest = self.store.seqs_of(Kind::Closing)?.pop();
        newest.map(|seq| read_line(&self.store, seq)).transpose()
    }

    /// Every archive that was recorded, oldest first.
    pub fn archives(&self) -> Result<Vec<Sealed>, OpenError> {
        self.store.seqs_of(Kind::Archive)?.into_iter().map(|seq| read_line(&self.store, seq)).collect()
    }

    /// Archives a closed period: the file is written, checked, and then recorded by an archive entry of `operator`.
    /// `progress` hears how much of how much is done, first of writing, then of checking.
    ///
    /// Nothing else can be sealed meanwhile; where that matters, [`Journal::prepare_archive`] and
    /// [`Journal::record_archive`] let the work between them be done elsewhere.
    pub fn archive(
        &mut self,
        span: Span,
        command: CommandId,
        at: Instant,
        operator: &str,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Archived, ArchiveError> {
        let prepared = self.prepare_archive(span)?;
        let archived = prepared.write(|from, to| self.lines(from, to), progress)?;
        self.record_archive(archived, command, at, operator)
    }

    /// All that the archive of a closed period needs of the journal but its lines.
    pub fn prepare_archive(&self, span: Span) -> Result<PreparedArchive, ArchiveError> {
        let folder = self.places.archives();
        std::fs::create_dir_all(&folder).map_err(WriteError::from)?;
        let before = if span.from > 0 { Some(self.stood_at(span.from)?) } else { None };
        let after = self.stood_at(span.to + 1)?;
        let genesis = read_line(&self.store, 0)?.line;
        let held = self.held.as_ref().filter(|held| held.witnessed.size == after.size());
        let checkpoint = held
            .and_then(|held| Checkpoint::parse(&held.checkpoint).ok())
            .unwrap_or_else(|| Checkpoint::sign(statement_of(&after), &self.key));
        let (witness, key) = (self.witness.clone(), self.key.clone());
        Ok(PreparedArchive { folder, span, genesis, before, after, checkpoint, witness, key })
    }

    /// Records an archive that was written, unless that very file is recorded already.
    pub fn record_archive(
        &mut self,
        archived: Archived,
        command: CommandId,
        at: Instant,
        operator: &str,
    ) -> Result<Archived, ArchiveError> {
        let Archived { sha256, span: Span { period, from, to }, .. } = archived;
        for seq in self.store.seqs_of(Kind::Archive).map_err(OpenError::from)? {
            if let Body::Archive(recorded) = read_line(&self.store, seq)?.entry.body
                && (recorded.period, recorded.to, recorded.sha256) == (period, to, sha256)
            {
                return Ok(archived);
            }
        }
        self.seal(command, at, operator, vec![Draft::Archive { period, from, to, sha256 }])?;
        Ok(archived)
    }

    /// The sealed lines from `from` up to and without `to`, each with its newline.
    pub fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError> {
        let mut lines = Vec::new();
        self.store.lines(from, to, |_, line| {
            lines.push(line.to_vec());
            Ok::<(), StoreError>(())
        })?;
        Ok(lines)
    }

    /// Where the journal stood when it had `size` entries, of which the last was a closing. From the head that was kept
    /// then; where it is lost, by reading the journal from the newest one before it.
    pub(super) fn stood_at(&self, size: u64) -> Result<Standing, OpenError> {
        let key = self.key.public();
        let kept = |size| Head::newest(&[self.places.closing(size)], &key).map(|head| head.standing);
        if let Some(standing) = kept(size).filter(|standing| standing.size() == size) {
            return Ok(standing);
        }
        let mut before: Option<Standing> = None;
        for span in self.closed()?.into_iter().rev().filter(|span| span.to < size) {
            before = kept(span.to + 1).filter(|standing| standing.size() == span.to + 1);
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

/// The archive of a closed period, about to be written. It can go to another thread, so that nobody waits at the till.
pub struct PreparedArchive {
    folder: PathBuf,
    span: Span,
    genesis: Vec<u8>,
    before: Option<Standing>,
    after: Standing,
    checkpoint: Checkpoint,
    witness: Option<Witness>,
    key: DeviceKey,
}

impl PreparedArchive {
    /// Writes the file and checks it; [`Journal::record_archive`] then records it. `lines` is asked for the lines of the
    /// journal from one seq up to and without another, a few at a time.
    pub fn write<E>(
        &self,
        lines: impl FnMut(u64, u64) -> Result<Vec<Vec<u8>>, E>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Archived, WriteError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let span = self.span;
        let input = Input {
            period: span.period,
            lines: Lines { ask: lines, next: span.from, end: span.to + 1, read: Vec::new().into_iter() },
            genesis: &self.genesis,
            before: self.before.as_ref(),
            after: &self.after,
            checkpoint: &self.checkpoint,
            witness: self.witness.as_ref(),
            key: &self.key,
        };
        let (path, sha256) = match archive::write(input, &self.folder, progress) {
            Ok(written) => (self.folder.join(written.name), written.sha256),
            Err(WriteError::Exists(path)) => {
                (path.clone(), unrecorded(path, span, statement_of(&self.after), progress)?)
            }
            Err(error) => return Err(error),
        };
        Ok(Archived { path, sha256, span })
    }
}

fn statement_of(standing: &Standing) -> Statement {
    Statement { register: standing.register, size: standing.size(), root: standing.frontier.root() }
}

/// The hash of an archive that was written and not recorded, because the register stopped in between: it is taken if it
/// is sound, of this very period and of the history that is here, and never written over.
fn unrecorded(
    path: PathBuf,
    span: Span,
    statement: Statement,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Hash, WriteError> {
    let Statement { register, size, root } = statement;
    let is_sound =
        verify::verify_archive(&path, &[Evidence::PrintedZ { size, root }], progress).verdict() == Verdict::Sound;
    if !is_sound || covered(&path) != Some((register, span)) {
        return Err(WriteError::Exists(path));
    }
    Ok(merkle::sha256(&std::fs::read(&path)?))
}

/// What the manifest of a sound archive says that it covers.
fn covered(path: &Path) -> Option<(RegisterId, Span)> {
    let mut file = File::open(path).ok()?;
    let layout = archive::read::layout(&mut file).ok()?;
    let manifest = layout.member(archive::MANIFEST)?.unpack(file).ok()?;
    let Manifest { register, period, from, to, .. } = serde_json::from_reader(manifest).ok()?;
    Some((register, Span { to, period, from }))
}

/// The sealed lines of a range, asked for a few at a time.
struct Lines<F> {
    ask: F,
    next: u64,
    end: u64,
    read: std::vec::IntoIter<Vec<u8>>,
}

impl<E, F: FnMut(u64, u64) -> Result<Vec<Vec<u8>>, E>> Iterator for Lines<F> {
    type Item = Result<Vec<u8>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.len() == 0 && self.next < self.end {
            let from = self.next;
            self.next = self.end.min(from + LINES_AT_ONCE);
            match (self.ask)(from, self.next) {
                Ok(read) => self.read = read.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        self.read.next().map(Ok)
    }
}
