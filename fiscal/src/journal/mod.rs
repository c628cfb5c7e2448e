//! The journal of one device: opened at once, sealed into durably, closed and archived.
//!
//! A command is sealed whole or not at all. Only when [`Journal::seal`] returns are its entries on the disk; the head is
//! written after that, by [`Journal::settle`], so that nobody waits for it.

mod archiving;
mod draft;
mod head;
pub mod key_file;
mod left;
mod sealer;
mod store;

use std::path::PathBuf;

use chrono_tz::Tz;

pub use archiving::{ArchiveError, Archived, PreparedArchive, Span};
pub use draft::{CashDraft, Draft, EventDraft, InvoiceDraft, NoteDraft, TicketDraft};
pub use head::{Head, Held};
pub use left::LeftJournal;
pub use sealer::SealError;
pub use store::{CommandId, StoreError};

use crate::checkpoint::{Checkpoint, Statement, Witness};
use crate::entry::{Body, Entry, Genesis, Witnessed};
use crate::key::DeviceKey;
use crate::merkle::Frontier;
use crate::sealed::{self, LineError, Sealed};
use crate::standing::{self, Standing, StandingError};
use crate::values::{Hash, Instant, RegisterId};
use crate::verify::Evidence;
use sealer::{Batch, Sealer};
use store::Store;

/// Where the files of one journal lie: `journals/<register>/` and a second place for its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The journal's own folder.
    pub folder: PathBuf,
    /// A folder of the platform's private state, outside any backup of the first.
    pub state: PathBuf,
}

impl Places {
    /// The sealed lines.
    pub fn database(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    /// The device's key.
    pub fn key(&self) -> PathBuf {
        self.folder.join("device.key")
    }

    /// Where archives are written.
    pub fn archives(&self) -> PathBuf {
        self.folder.join("archives")
    }

    /// Where the heads after each closing are kept, which archives start and end with; they can be made anew.
    fn closings(&self) -> PathBuf {
        self.folder.join("closings")
    }

    fn closing(&self, size: u64) -> PathBuf {
        self.closings().join(format!("{size}.head"))
    }

    fn heads(&self, register: RegisterId) -> [PathBuf; 2] {
        [self.folder.join("head"), self.state.join(format!("{register}.head"))]
    }
}

/// Why a journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder could not be made or read.
    #[error("{path} could not be read or written: {cause}")]
    Io {
        /// Which path.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not there, or holds nothing.
    #[error("{0} is not there, or empty: put it back, or set the folder aside")]
    Missing(PathBuf),
    /// The file could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The genesis could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A line cannot be read: the journal was changed or damaged.
    #[error("entry {seq} of the journal was changed or damaged ({cause}): set the folder aside and verify it")]
    Line {
        /// Which line.
        seq: u64,
        /// What is wrong with it.
        #[source]
        cause: LineError,
    },
    /// A line does not follow from the one before.
    #[error("entry {seq} of the journal does not continue the one before: set the folder aside and verify it")]
    Chain {
        /// Which line.
        seq: u64,
    },
    /// The journal was put back to an earlier state: it is older than the head kept of it, or another than it.
    #[error(
        "the journal has {found} entries where its head knows {known}, or others: it was put back to an earlier state"
    )]
    OlderThanHead {
        /// How many entries it has.
        found: u64,
        /// How many its head knows.
        known: u64,
        /// The head that convicts it.
        head: Box<Head>,
    },
    /// The device's key is not the one that the journal was begun with.
    #[error("the device's key is not the one that this journal was begun with")]
    ForeignKey,
    /// Its first entry is none.
    #[error(transparent)]
    Standing(#[from] StandingError),
}

impl OpenError {
    /// Whether the file itself is lost or damaged, so that nothing more can be sealed in it; not where it is only in use,
    /// or the medium fails.
    pub fn is_damage(&self) -> bool {
        match self {
            OpenError::Line { .. } | OpenError::Chain { .. } | OpenError::Standing(_) => true,
            OpenError::Store(StoreError::Sqlite(fault)) => matches!(
                fault.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            ),
            OpenError::Missing(_) => true,
            _ => false,
        }
    }
}

/// Why a command was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It asks for what cannot be sealed; nothing was written.
    #[error(transparent)]
    Refused(#[from] SealError),
    /// The disk failed. Whether the command was sealed is not known: the journal must be opened again, which tells.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk failed before, and the journal was not opened again since.
    #[error("the journal must be opened again after its disk failed")]
    MustReopen,
}

/// What a journal says to something that should agree with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// It holds what is shown.
    Known,
    /// It signed what is shown, and no longer holds it: it was put back or rewritten.
    ProvenLost,
    /// It does not hold what is shown, which bears no signature: a mistyped figure, or a journal put back.
    Unknown,
    /// What is shown bears its name, and was never signed by it.
    Forged,
    /// What is shown is of another journal.
    OfAnother,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was sealed now: these entries, the closings that were due among them.
    Sealed(Vec<Sealed>),
    /// It was sealed before, up to this seq; nothing was done now.
    Before(u64),
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    places: Places,
    store: Store,
    key: DeviceKey,
    standing: Standing,
    zone: Tz,
    held: Option<Held>,
    witness: Option<Witness>,
    closed: Vec<Standing>,
    failed: bool,
}

impl Journal {
    /// Begins a new journal with its genesis, sealed at `at`.
    pub fn create(
        places: Places,
        register: RegisterId,
        genesis: Genesis,
        key: DeviceKey,
        at: Instant,
    ) -> Result<Journal, OpenError> {
        for folder in [&places.folder, &places.state] {
            std::fs::create_dir_all(folder).map_err(|cause| OpenError::Io { path: folder.clone(), cause })?;
        }
        let zone = standing::time_zone(&genesis)?;
        let (genesis, standing) = sealer::seal_genesis(&key, register, genesis, at)?;
        let store = Store::create(&places.database(), &genesis)?;
        let mut journal = Journal {
            places,
            store,
            key,
            standing,
            zone,
            held: None,
            witness: None,
            closed: Vec::new(),
            failed: false,
        };
        journal.settle()?;
        Ok(journal)
    }

    /// Opens a journal where it stands: at its head, and by the few entries sealed since. Only where no head is left are
    /// all entries read; `progress` then hears how many of how many.
    pub fn open(places: Places, key: DeviceKey, mut progress: impl FnMut(u64, u64)) -> Result<Journal, OpenError> {
        // SQLite would make an empty file a new database.
        if !std::fs::metadata(places.database()).is_ok_and(|file| file.len() > 0) {
            return Err(OpenError::Missing(places.database()));
        }
        check_unchanged(&places, &key)?;
        let store = Store::open(&places.database())?;
        // Until it is known to be sound, nothing of it is moved, not even by closing it again.
        store.keep_log(true)?;
        let size = store.size()?;
        let first = read_line(&store, 0)?;
        let head = Head::newest(&places.heads(first.entry.register), &key.public());
        let held = head.as_ref().and_then(|head| head.held.clone());
        let mut standing = match head {
            Some(head) if head.standing.size() > size || !continues(&store, &head)? => {
                let (found, known) = (size, head.standing.size());
                return Err(OpenError::OlderThanHead { found, known, head: Box::new(head) });
            }
            Some(head) => head.standing,
            None => Standing::after_genesis(&first.entry, first.hash)?,
        };
        let genesis = standing.genesis();
        if genesis.public_key != key.public().to_base64() {
            return Err(OpenError::ForeignKey);
        }
        let zone = standing::time_zone(genesis)?;
        catch_up(&store, &mut standing, &key, &mut progress)?;
        store.keep_log(false)?;
        Ok(Journal { places, store, key, standing, zone, held, witness: None, closed: Vec::new(), failed: false })
    }

    /// Where a journal whose file is lost or damaged stood when its head was last written, or up to its first damaged
    /// line; none where neither is left.
    pub fn last_known(places: &Places, register: RegisterId, key: &DeviceKey) -> Option<Standing> {
        if let Some(head) = Head::newest(&places.heads(register), &key.public()) {
            return Some(head.standing);
        }
        let left = LeftJournal::open(&places.database()).ok()?;
        let first = left.entry(0).ok()?;
        let mut standing = Standing::after_genesis(&first.entry, first.hash).ok()?;
        for seq in 1..left.size() {
            let Ok(line) = left.entry(seq) else { break };
            if follow(&mut standing, &line).is_err() {
                break;
            }
        }
        Some(standing)
    }

    /// What this journal says to a ticket's code, a printed Z or a checkpoint that somebody shows.
    pub fn answer_to(&self, evidence: &Evidence) -> Result<Knowledge, OpenError> {
        let key = self.key.public();
        let (register, known, signed) = match evidence {
            Evidence::Receipt(receipt) => {
                let known = receipt.seq < self.standing.size() && self.entry(receipt.seq)?.hash == receipt.hash;
                (Some(receipt.register), known, key.verifies_entry(&receipt.hash, &receipt.sig))
            }
            Evidence::Checkpoint(checkpoint) => {
                let Statement { register, size, root } = checkpoint.statement;
                let known = size <= self.standing.size() && self.root_at(size)? == root;
                (Some(register), known, checkpoint.is_signed_by(&key))
            }
            Evidence::PrintedZ { size, root } => {
                (None, *size <= self.standing.size() && self.root_at(*size)? == *root, false)
            }
        };
        Ok(match (known, signed) {
            _ if register.is_some_and(|register| register != self.standing.register) => Knowledge::OfAnother,
            (true, _) => Knowledge::Known,
            (false, true) => Knowledge::ProvenLost,
            (false, false) if register.is_some() => Knowledge::Forged,
            (false, false) => Knowledge::Unknown,
        })
    }

    /// The root over the entries before a closing at once, over others by reading them.
    fn root_at(&self, size: u64) -> Result<Hash, OpenError> {
        if size == self.standing.size() {
            return Ok(self.standing.frontier.root());
        }
        if let Body::Closing(closing) = self.entry(size)?.entry.body {
            return Ok(closing.checkpoint.root);
        }
        let mut frontier = Frontier::new();
        self.store.lines(0, size, |seq, line| {
            let line = sealed::read(line).map_err(|cause| OpenError::Line { seq, cause })?;
            frontier.push(line.hash);
            Ok::<(), OpenError>(())
        })?;
        Ok(frontier.root())
    }

    /// Closes the file and opens it again after a write failed, and moves on to what the disk really holds. Nothing is
    /// cut and nothing is tried again.
    pub fn reopen(&mut self) -> Result<(), OpenError> {
        self.store.reopen()?;
        catch_up(&self.store, &mut self.standing, &self.key, &mut |_, _| ())?;
        self.failed = false;
        Ok(())
    }

    /// Seals drafts as one command: all of them durably, or none. The same command again is not sealed again.
    pub fn seal(
        &mut self,
        command: CommandId,
        at: Instant,
        operator: &str,
        drafts: Vec<Draft>,
    ) -> Result<Outcome, CommandError> {
        if let Some(seq) = self.sealed_before(command)? {
            return Ok(Outcome::Before(seq));
        }
        self.seal_unknown(command, at, operator, drafts).map(Outcome::Sealed)
    }

    /// Seals drafts as a command of which [`Journal::sealed_before`] has just said that it is unknown.
    pub fn seal_unknown(
        &mut self,
        command: CommandId,
        at: Instant,
        operator: &str,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Sealed>, CommandError> {
        let mut sealer = self.sealer(at)?;
        for draft in drafts {
            sealer.seal(operator, draft)?;
        }
        let batch = sealer.finish();
        self.commit(batch, Some(command))
    }

    /// Closes what is over at `at`: days, then months, then years, none of them empty. Nothing is sealed where nothing is
    /// due.
    pub fn close_due(&mut self, at: Instant) -> Result<Vec<Sealed>, CommandError> {
        let date = self.standing.date_for(at);
        let mut sealer = self.sealer(at)?;
        sealer.close_before(date)?;
        let batch = sealer.finish();
        if batch.closed.is_empty() { Ok(Vec::new()) } else { self.commit(batch, None) }
    }

    /// The seq that a command ended at, if it was sealed before.
    pub fn sealed_before(&self, command: CommandId) -> Result<Option<u64>, CommandError> {
        if self.failed {
            return Err(CommandError::MustReopen);
        }
        Ok(self.store.command(command)?)
    }

    /// Keeps a checkpoint that a witness has countersigned, if it is newer than the one held; the next closing carries it.
    /// False where it is none of this journal's, or not countersigned by that witness.
    pub fn hold_countersigned(&mut self, checkpoint: &Checkpoint, witness: &Witness) -> bool {
        let Statement { register, size, root } = checkpoint.statement;
        let Some(time) = checkpoint.witnessed_at(witness).filter(|_| checkpoint.is_signed_by(&self.key.public()))
        else {
            return false;
        };
        let newer = self.held.as_ref().is_none_or(|held| held.witnessed.size < size);
        let ours = register == self.standing.register && size <= self.standing.size();
        if ours && newer {
            self.held = Some(Held { checkpoint: checkpoint.to_string(), witnessed: Witnessed { root, size, time } });
        }
        ours
    }

    /// Writes the head, and keeps the file's log short: what can wait until a command is answered.
    pub fn settle(&mut self) -> Result<(), OpenError> {
        let io = |cause| OpenError::Io { path: self.places.folder.clone(), cause };
        let head = Head::new(self.standing.clone(), self.held.clone(), &self.key);
        head.write(&self.places.heads(self.standing.register), &self.key).map_err(io)?;
        let after_closing = !self.closed.is_empty();
        for standing in self.closed.drain(..) {
            std::fs::create_dir_all(self.places.closings()).map_err(io)?;
            let place = self.places.closing(standing.size());
            Head::new(standing, None, &self.key).write(&[place], &self.key).map_err(io)?;
        }
        Ok(self.store.tidy(after_closing)?)
    }

    /// Where the journal stands.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Where its files lie.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The time zone of its instants.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The device's key.
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// The checkpoint over all its entries, signed now.
    pub fn checkpoint(&self) -> Checkpoint {
        let standing = &self.standing;
        let statement =
            Statement { register: standing.register, size: standing.size(), root: standing.frontier.root() };
        Checkpoint::sign(statement, &self.key)
    }

    /// The newest countersigned checkpoint that it holds: what a witness can no longer be told otherwise.
    pub fn witnessed(&self) -> Option<Witnessed> {
        self.held.as_ref().map(|held| held.witnessed)
    }

    /// One entry.
    pub fn entry(&self, seq: u64) -> Result<Sealed, OpenError> {
        read_line(&self.store, seq)
    }

    /// Hands every sealed entry from `from` on to `take`, in order.
    pub fn entries_from<E: From<OpenError>>(
        &self,
        from: u64,
        mut take: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stopped = None;
        let read = self.store.lines(from, self.standing.size(), |seq, line| {
            let line = sealed::read(line).map_err(|cause| OpenError::Line { seq, cause })?;
            take(&line.entry).map_err(|stop| {
                stopped = Some(stop);
                OpenError::Chain { seq }
            })
        });
        match stopped {
            Some(stop) => Err(stop),
            None => Ok(read?),
        }
    }

    fn sealer(&self, at: Instant) -> Result<Sealer<'_>, CommandError> {
        if self.failed {
            return Err(CommandError::MustReopen);
        }
        let witnessed = self.held.as_ref().map(|held| held.witnessed);
        Ok(Sealer::new(&self.key, self.standing.clone(), witnessed, at)?)
    }

    fn commit(&mut self, batch: Batch, command: Option<CommandId>) -> Result<Vec<Sealed>, CommandError> {
        if let Err(failure) = self.store.append(&batch.sealed, command) {
            self.failed = true;
            return Err(failure.into());
        }
        self.standing = batch.standing;
        self.closed.extend(batch.closed);
        Ok(batch.sealed)
    }
}

fn read_line(store: &Store, seq: u64) -> Result<Sealed, OpenError> {
    let line = store.line(seq)?.ok_or(OpenError::Chain { seq })?;
    sealed::read(&line).map_err(|cause| OpenError::Line { seq, cause })
}

/// Holds a journal that was closed in order against its head before it is opened for writing, which would change its
/// header: one that was put back or damaged stays byte for byte as it is. One with a log beside it is opened without that.
fn check_unchanged(places: &Places, key: &DeviceKey) -> Result<(), OpenError> {
    let path = places.database();
    if store::has_log(&path) {
        return Ok(());
    }
    let left = LeftJournal::open(&path)?;
    let Some(head) = Head::newest(&places.heads(left.register()), &key.public()) else { return Ok(()) };
    let (found, known) = (left.size(), head.standing.size());
    if known > found || left.entry(known - 1)?.hash != head.standing.prev {
        return Err(OpenError::OlderThanHead { found, known, head: Box::new(head) });
    }
    let mut standing = head.standing;
    for seq in known..found {
        follow(&mut standing, &left.entry(seq)?).map_err(|()| OpenError::Chain { seq })?;
    }
    Ok(())
}

/// Moves on over the entries that are stored beyond `standing`, and checks that the newest bears the device's signature.
fn catch_up(
    store: &Store,
    standing: &mut Standing,
    key: &DeviceKey,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), OpenError> {
    let size = store.size()?;
    store.lines(standing.size(), size, |seq, line| {
        if seq % 4096 == 0 {
            progress(seq, size);
        }
        let line = sealed::read(line).map_err(|cause| OpenError::Line { seq, cause })?;
        follow(standing, &line).map_err(|()| OpenError::Chain { seq })
    })?;
    let last = standing.size() - 1;
    let newest = read_line(store, last)?;
    let signed = newest.hash == standing.prev && key.public().verifies_entry(&newest.hash, &newest.sig);
    if signed { Ok(()) } else { Err(OpenError::Chain { seq: last }) }
}

/// Whether the journal still holds the entry that its head ends with.
fn continues(store: &Store, head: &Head) -> Result<bool, OpenError> {
    Ok(read_line(store, head.standing.size() - 1)?.hash == head.standing.prev)
}

fn follow(standing: &mut Standing, line: &Sealed) -> Result<(), ()> {
    let entry = &line.entry;
    if (entry.seq, entry.prev, entry.register) != (standing.size(), standing.prev, standing.register) {
        return Err(());
    }
    standing.apply(entry, line.hash).map_err(|_| ())
}

#[cfg(test)]
mod tests;
