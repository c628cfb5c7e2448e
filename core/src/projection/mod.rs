//! Projections: what is derived from the journal and could be thrown away at any time.
//!
//! Each remembers, for each journal, the seq that it comes to next; it catches up at start and after every command, and
//! [`rebuild`] makes it anew.

pub mod milestones;
pub mod papers;
pub mod tickets;
pub mod vouchers;

use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::journal::{Journal, LeftJournal, OpenError};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::shop::{Shop, ShopError};

/// The tables of all projections.
pub(crate) const SCHEMA: &str = "
CREATE TABLE projection (
    name TEXT NOT NULL, register TEXT NOT NULL, next_seq INTEGER NOT NULL,
    PRIMARY KEY (name, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE ticket (
    register TEXT NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
    business_date TEXT NOT NULL, type TEXT NOT NULL, ttc INTEGER NOT NULL,
    PRIMARY KEY (register, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE referral (
    of_register TEXT NOT NULL, of_number INTEGER NOT NULL, register TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (of_register, of_number, register, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE voucher (
    code TEXT NOT NULL, register TEXT NOT NULL, kind TEXT NOT NULL,
    issued_seq INTEGER, issued_on TEXT,
    issued INTEGER NOT NULL, spent INTEGER NOT NULL,
    PRIMARY KEY (code, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE document (
    register TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (register, kind, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
    register TEXT NOT NULL, of_register TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
    printed INTEGER NOT NULL, refused INTEGER NOT NULL, copies INTEGER NOT NULL,
    PRIMARY KEY (of_register, kind, number, register)
) STRICT, WITHOUT ROWID;
CREATE TABLE milestone (
    register TEXT NOT NULL, seq INTEGER NOT NULL, code INTEGER NOT NULL,
    PRIMARY KEY (register, seq)
) STRICT, WITHOUT ROWID;
";

/// Throws all of them away.
pub(crate) const DROP: &str = "
DROP TABLE IF EXISTS projection; DROP TABLE IF EXISTS ticket; DROP TABLE IF EXISTS referral;
DROP TABLE IF EXISTS voucher; DROP TABLE IF EXISTS document; DROP TABLE IF EXISTS issue;
DROP TABLE IF EXISTS milestone;
";

/// Something derived from entries, kept in tables of its own.
trait Projection {
    /// Its name, which never changes.
    const NAME: &'static str;
    /// Its tables; each row is of the journal in its column `register`.
    const TABLES: &'static [&'static str];
    /// Takes one more entry into account.
    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()>;
}

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

/// Takes every entry into account that the projections have not seen yet.
pub fn catch_up(shop: &mut Shop, journal: &impl Entries) -> Result<(), ProjectionError> {
    follow::<tickets::Tickets>(shop.connection(), journal)?;
    follow::<vouchers::Vouchers>(shop.connection(), journal)?;
    follow::<papers::Papers>(shop.connection(), journal)?;
    follow::<milestones::Milestones>(shop.connection(), journal)
}

/// Throws away what the projections know of a journal and derives it again. What they know of others stays.
pub fn rebuild(shop: &mut Shop, journal: &impl Entries) -> Result<(), ProjectionError> {
    let register = text(journal.register());
    forget::<tickets::Tickets>(shop.connection(), &register)?;
    forget::<vouchers::Vouchers>(shop.connection(), &register)?;
    forget::<papers::Papers>(shop.connection(), &register)?;
    forget::<milestones::Milestones>(shop.connection(), &register)?;
    catch_up(shop, journal)
}

fn follow<P: Projection>(connection: &mut Connection, journal: &impl Entries) -> Result<(), ProjectionError> {
    let (register, size) = (text(journal.register()), journal.size());
    let transaction = connection.transaction()?;
    let sql = "SELECT next_seq FROM projection WHERE name = ?1 AND register = ?2";
    let next: u64 = transaction
        .prepare_cached(sql)?
        .query_row(params![P::NAME, register], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    if next >= size {
        return Ok(());
    }
    journal.each(next, &mut |entry| P::apply(&transaction, entry).map_err(ProjectionError::from))?;
    let sql = "INSERT INTO projection (name, register, next_seq) VALUES (?1, ?2, ?3)
               ON CONFLICT (name, register) DO UPDATE SET next_seq = excluded.next_seq";
    transaction.prepare_cached(sql)?.execute(params![P::NAME, register, size])?;
    Ok(transaction.commit()?)
}

fn forget<P: Projection>(connection: &mut Connection, register: &str) -> Result<(), ProjectionError> {
    let transaction = connection.transaction()?;
    for table in P::TABLES {
        transaction.execute(&format!("DELETE FROM {table} WHERE register = ?1"), [register])?;
    }
    transaction.execute("DELETE FROM projection WHERE name = ?1 AND register = ?2", [P::NAME, register])?;
    Ok(transaction.commit()?)
}

fn text(register: RegisterId) -> String {
    register.to_string()
}
