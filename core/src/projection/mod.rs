//! Projections: what is derived from the journal and could be thrown away at any time.
//!
//! Each remembers, for each journal, the seq that it comes to next; it catches up at start and after every command, and
//! [`rebuild`] makes it anew. None depends on the order in which it is given entries: a journal that arrives from the back
//! office comes newest first ([`take_back`]).

pub mod milestones;
pub mod papers;
pub mod periods;
pub mod sold;
pub mod tickets;
pub mod vouchers;

use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::journal::{Journal, LeftJournal, OpenError};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::shop::{Shop, ShopError};

/// The tables of all projections. A `shop.db` that was made with others throws them away and derives them anew.
pub(crate) const SCHEMA: &str = "
CREATE TABLE projection (
    name TEXT NOT NULL, register TEXT NOT NULL, next_seq INTEGER NOT NULL,
    PRIMARY KEY (name, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY, register TEXT NOT NULL UNIQUE, label TEXT NOT NULL
) STRICT;
CREATE TABLE ticket (
    position INTEGER PRIMARY KEY, journal INTEGER NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
    at TEXT NOT NULL, operator TEXT NOT NULL, type TEXT NOT NULL, ttc INTEGER NOT NULL,
    amount INTEGER NOT NULL, magnitude INTEGER NOT NULL, tenders TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ticket_by_number ON ticket (number, journal);
CREATE INDEX ticket_by_amount ON ticket (amount);
CREATE INDEX ticket_by_magnitude ON ticket (magnitude);
CREATE INDEX ticket_by_operator ON ticket (operator);
CREATE INDEX ticket_by_type ON ticket (type);
CREATE TABLE ticket_tender (
    tender TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (tender, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE referral (
    of_register TEXT NOT NULL, of_number INTEGER NOT NULL, register TEXT NOT NULL, seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (of_register, of_number, register, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE closed_period (
    register TEXT NOT NULL, period TEXT NOT NULL, last_seq INTEGER NOT NULL,
    closed INTEGER NOT NULL, archived INTEGER NOT NULL,
    PRIMARY KEY (register, period, last_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX closed_period_to_archive ON closed_period (register, period, last_seq) WHERE archived = 0;
CREATE TABLE voucher (
    code TEXT NOT NULL, register TEXT NOT NULL, seq INTEGER NOT NULL, payment INTEGER NOT NULL,
    at INTEGER NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (code, register, seq, payment)
) STRICT, WITHOUT ROWID;
CREATE INDEX voucher_by_register ON voucher (register);
CREATE TABLE document (
    register TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (register, kind, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
    register TEXT NOT NULL, of_register TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
    printed INTEGER NOT NULL, mailed INTEGER NOT NULL, refused INTEGER NOT NULL, copies INTEGER NOT NULL,
    PRIMARY KEY (of_register, kind, number, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE sold (
    sku TEXT NOT NULL, unit TEXT NOT NULL, register TEXT NOT NULL, qty INTEGER NOT NULL, ttc INTEGER NOT NULL,
    PRIMARY KEY (sku, unit, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE milestone (
    register TEXT NOT NULL, seq INTEGER NOT NULL, code INTEGER NOT NULL,
    PRIMARY KEY (register, seq)
) STRICT, WITHOUT ROWID;
";

/// Throws all of them away.
pub(crate) const DROP: &str = "
DROP TABLE IF EXISTS projection; DROP TABLE IF EXISTS ticket; DROP TABLE IF EXISTS referral;
DROP TABLE IF EXISTS journal; DROP TABLE IF EXISTS ticket_tender; DROP TABLE IF EXISTS closed_period;
DROP TABLE IF EXISTS voucher; DROP TABLE IF EXISTS document; DROP TABLE IF EXISTS issue;
DROP TABLE IF EXISTS sold;
DROP TABLE IF EXISTS milestone;
";

/// Something derived from entries, kept in tables of its own.
trait Projection {
    /// Its name, which never changes.
    const NAME: &'static str;
    /// Throws away what it knows of a journal, each row of it.
    const FORGET: &'static [&'static str];
    /// Takes one more entry into account, each once, in any order.
    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()>;
}

/// One of them, as all are treated alike.
struct Known {
    name: &'static str,
    forget: &'static [&'static str],
    apply: fn(&Transaction<'_>, &Entry) -> rusqlite::Result<()>,
}

impl Known {
    const fn of<P: Projection>() -> Known {
        Known { name: P::NAME, forget: P::FORGET, apply: P::apply }
    }
}

/// All of them.
const ALL: [Known; 6] = [
    Known::of::<tickets::Tickets>(),
    Known::of::<vouchers::Vouchers>(),
    Known::of::<papers::Papers>(),
    Known::of::<periods::Periods>(),
    Known::of::<sold::SoldArticles>(),
    Known::of::<milestones::Milestones>(),
];

/// Why a projection could not catch up.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// `shop.db` could not be written.
    #[error(transparent)]
    Shop(#[from] ShopError),
}

impl From<rusqlite::Error> for ProjectionError {
    fn from(error: rusqlite::Error) -> ProjectionError {
        ProjectionError::Shop(error.into())
    }
}

/// Entries in order, of the journal that is sealed into or of one that was left.
pub trait Entries {
    /// Which journal.
    fn register(&self) -> RegisterId;
    /// How many entries it has.
    fn size(&self) -> u64;
    /// Hands every entry from `from` on to `take`, in order.
    fn each(
        &self,
        from: u64,
        take: &mut dyn FnMut(&Entry) -> Result<(), ProjectionError>,
    ) -> Result<(), ProjectionError>;
}

impl Entries for Journal {
    fn register(&self) -> RegisterId {
        self.standing().register
    }

    fn size(&self) -> u64 {
        self.standing().size()
    }

    fn each(
        &self,
        from: u64,
        take: &mut dyn FnMut(&Entry) -> Result<(), ProjectionError>,
    ) -> Result<(), ProjectionError> {
        self.entries_from(from, take)
    }
}

impl Entries for LeftJournal {
    fn register(&self) -> RegisterId {
        LeftJournal::register(self)
    }

    fn size(&self) -> u64 {
        LeftJournal::size(self)
    }

    fn each(
        &self,
        from: u64,
        take: &mut dyn FnMut(&Entry) -> Result<(), ProjectionError>,
    ) -> Result<(), ProjectionError> {
        self.entries_from(from, take)
    }
}

/// Takes every entry into account that the projections have not seen yet. Each is read once for all of them.
pub fn catch_up(shop: &mut Shop, journal: &impl Entries) -> Result<(), ProjectionError> {
    catch_up_telling(shop, journal, &mut |_, _| ())
}

/// The same, where that may take a while; `progress` hears how many of how many entries are read.
pub fn catch_up_telling(
    shop: &mut Shop,
    journal: &impl Entries,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), ProjectionError> {
    let (register, size) = (text(journal.register()), journal.size());
    let transaction = shop.connection().transaction()?;
    let mut next = [0; ALL.len()];
    for (next, projection) in next.iter_mut().zip(&ALL) {
        *next = next_seq(&transaction, projection.name, &register)?.unwrap_or(0);
    }
    let Some(from) = next.into_iter().min().filter(|from| *from < size) else { return Ok(()) };
    journal.each(from, &mut |entry| {
        for (_, projection) in next.iter().zip(&ALL).filter(|(next, _)| **next <= entry.seq) {
            (projection.apply)(&transaction, entry)?;
        }
        if entry.seq % 4096 == 4095 {
            progress(entry.seq, size);
        }
        Ok(())
    })?;
    for (_, projection) in next.iter().zip(&ALL).filter(|(next, _)| **next < size) {
        reach(&transaction, projection.name, &register, size)?;
    }
    Ok(transaction.commit()?)
}

/// Which entry of an arriving journal was taken into account last: kept like the place of a projection.
const TAKEN_BACK: &str = "arriving";

/// Gives a journal its place among those of this till, the older ones first.
pub(crate) fn name(shop: &mut Shop, register: RegisterId, label: &str) -> Result<(), ShopError> {
    let transaction = shop.connection().transaction()?;
    tickets::name_journal(&transaction, &text(register), label)?;
    Ok(transaction.commit()?)
}

/// Down to which entry an arriving journal of so many is taken into account.
pub(crate) fn taken_back_to(shop: &Shop, register: RegisterId, size: u64) -> Result<u64, ShopError> {
    Ok(next_seq(shop.reading(), TAKEN_BACK, &text(register))?.unwrap_or(size))
}

/// Takes entries into account that come before those of an arriving journal that were: in order, without a gap. At its first
/// entry the journal is known like any other.
pub(crate) fn take_back(
    shop: &mut Shop,
    (register, label, size): (RegisterId, &str, u64),
    entries: &[Entry],
) -> Result<(), ShopError> {
    let Some(lowest) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
    let name = text(register);
    let transaction = shop.connection().transaction()?;
    tickets::name_journal(&transaction, &name, label)?;
    for entry in entries {
        for projection in &ALL {
            (projection.apply)(&transaction, entry)?;
        }
    }
    if lowest > 0 {
        reach(&transaction, TAKEN_BACK, &name, lowest)?;
    } else {
        for projection in &ALL {
            reach(&transaction, projection.name, &name, size)?;
        }
        transaction.execute("DELETE FROM projection WHERE name = ?1 AND register = ?2", [TAKEN_BACK, &name])?;
    }
    Ok(transaction.commit()?)
}

/// Throws away what the projections know of a journal.
pub(crate) fn forget(shop: &mut Shop, register: RegisterId) -> Result<(), ShopError> {
    let register = text(register);
    let transaction = shop.connection().transaction()?;
    for forget in ALL.iter().flat_map(|projection| projection.forget) {
        transaction.execute(forget, [&register])?;
    }
    transaction.execute("DELETE FROM projection WHERE register = ?1", [&register])?;
    Ok(transaction.commit()?)
}

/// Throws away what the projections know of a journal and derives it again. What they know of others stays.
pub fn rebuild(shop: &mut Shop, journal: &impl Entries) -> Result<(), ProjectionError> {
    forget(shop, journal.register())?;
    catch_up(shop, journal)
}

/// Whether the projections have ever looked into a journal.
pub(crate) fn knows(shop: &Shop, register: RegisterId) -> Result<bool, ShopError> {
    Ok(next_seq(shop.reading(), tickets::Tickets::NAME, &text(register))?.is_some())
}

fn reach(transaction: &Transaction<'_>, name: &str, register: &str, seq: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO projection (name, register, next_seq) VALUES (?1, ?2, ?3)
               ON CONFLICT (name, register) DO UPDATE SET next_seq = excluded.next_seq";
    transaction.prepare_cached(sql)?.execute(params![name, register, seq])?;
    Ok(())
}

fn next_seq(connection: &Connection, name: &str, register: &str) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT next_seq FROM projection WHERE name = ?1 AND register = ?2";
    connection.prepare_cached(sql)?.query_row([name, register], |row| row.get(0)).optional()
}

fn text(register: RegisterId) -> String {
    register.to_string()
}
