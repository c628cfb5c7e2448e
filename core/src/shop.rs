//! `shop.db`: what is edited rather than sealed (catalogue, settings, operators), and the projections of the journal.
//!
//! Losing a projection costs nothing: it is derived again from the journal. So its commits do not wait for the disk as
//! the journal's do; after a power cut the projections catch up. What is edited cannot be derived, and waits.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::catalogue::{
    Catalogue, CatalogueError, Category, Family, Menu, ModifierGroup, Parts, Picture, PictureId, PictureKind,
    PriceList, Product, RecordId,
};
use crate::held::HeldTicket;
use crate::mail::MailJob;
use crate::operators::Operator;
use crate::printing::PrintJob;
use crate::register::PAPER_SETTINGS;
use crate::shared::{Kind, ledger};

/// How the tables came about: the step of each version, after the ones before it.
const STEPS: [&str; 6] = [FOUNDED, HELD, PRINT, CATALOGUE, MAIL, PICTURE];

/// The version that adds what is remembered of what is shared with a back office.
const SHARED: i64 = 7;

/// The version that adds what is remembered of tickets that wait at several tills.
const HELD_ELSEWHERE: i64 = 8;

/// The version by which it is noted, too, that the setting of vouchers offline is touched.
const VOUCHERS_OFFLINE: i64 = 9;

const FOUNDED: &str = "
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE product (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE category (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE menu (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE operator (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA user_version = 1;
";

/// What version 2 adds: tickets that wait.
const HELD: &str = "
CREATE TABLE held (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA user_version = 2;
";

/// What version 3 adds: papers that wait for the printer.
const PRINT: &str = "
CREATE TABLE print_job (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA user_version = 3;
";

/// What version 4 adds: all of a catalogue that is neither product, category nor menu.
const CATALOGUE: &str = "
CREATE TABLE family (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE modifiers (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE price_list (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA user_version = 4;
";

/// What version 5 adds: tickets that wait to be sent by e-mail.
const MAIL: &str = "
CREATE TABLE mail (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA user_version = 5;
";

/// What version 6 adds: what products look like, each picture once.
const PICTURE: &str = "
CREATE TABLE picture (id TEXT PRIMARY KEY, kind TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
PRAGMA user_version = 6;
";

/// How long one waits for somebody else who writes.
const BUSY: Duration = Duration::from_secs(5);

const SET: &str = "INSERT INTO setting (name, value) VALUES (?1, ?2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// The setting that holds the tables of the projections as they were made.
const PROJECTIONS: &str = "projections";

/// Why `shop.db` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// SQLite refused.
    #[error("the shop's data could not be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A record is not what it should be.
    #[error("a record of the shop's data cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    /// The records do not make a catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A copy of it could not be written.
    #[error("{path} could not be written: {cause}")]
    Copy {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The file was written by a newer program.
    #[error("the shop's data is of version {0}, written by a newer program: update this one")]
    Newer(i64),
}

/// What is taken in of what the back office holds.
#[derive(Debug)]
pub(crate) struct TakenIn<'a> {
    /// The catalogue as it is now.
    pub(crate) catalogue: &'a Catalogue,
    /// Which of its records became others, came or went.
    pub(crate) records: &'a [RecordId],
    /// The pictures that came to it.
    pub(crate) pictures: &'a [Picture],
    /// Whether its categories are in another order.
    pub(crate) reordered: bool,
    /// What does not fit, and why.
    pub(crate) aside: &'a [(Kind, String, String)],
}

/// The open `shop.db`.
#[derive(Debug)]
pub struct Shop {
    connection: Connection,
}

/// A kind of record, with its table.
trait Record: Serialize + DeserializeOwned {
    const TABLE: &'static str;
}

/// A kind of record of which all are replaced at once.
trait Keyed: Record {
    fn key(&self) -> String;
}

impl Record for Product {
    const TABLE: &'static str = "product";
}

impl Keyed for Product {
    fn key(&self) -> String {
        self.sku.clone()
    }
}

impl Record for Category {
    const TABLE: &'static str = "category";
}

impl Keyed for Category {
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for Menu {
    const TABLE: &'static str = "menu";
}

impl Keyed for Menu {
    fn key(&self) -> String {
        self.sku.clone()
    }
}

impl Record for Family {
    const TABLE: &'static str = "family";
}

impl Keyed for Family {
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for ModifierGroup {
    const TABLE: &'static str = "modifiers";
}

impl Keyed for ModifierGroup {
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for PriceList {
    const TABLE: &'static str = "price_list";
}

impl Keyed for PriceList {
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for Operator {
    const TABLE: &'static str = "operator";
}

impl Keyed for Operator {
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for HeldTicket {
    const TABLE: &'static str = "held";
}

impl Keyed for HeldTicket {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

impl Record for PrintJob {
    const TABLE: &'static str = "print_job";
}

impl Keyed for PrintJob {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

impl Record for MailJob {
    const TABLE: &'static str = "mail";
}

impl Keyed for MailJob {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

impl Shop {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<Shop, ShopError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
             PRAGMA secure_delete = ON;",
        )?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let done =
            usize::try_from(version).ok().filter(|_| version <= VOUCHERS_OFFLINE).ok_or(ShopError::Newer(version))?;
        let mut missing = STEPS.get(done..).unwrap_or_default().concat();
        if version < SHARED {
            missing += &ledger::schema();
        }
        if version < HELD_ELSEWHERE {
            missing += &ledger::held_schema();
        }
        if version < VOUCHERS_OFFLINE {
            missing += &ledger::settings_schema();
            missing += &format!("PRAGMA user_version = {VOUCHERS_OFFLINE};");
        }
        if !missing.is_empty() {
            connection.execute_batch(&format!("BEGIN; {missing} COMMIT;"))?;
        }
        let shop = Shop { connection };
        // Projections are derived: where their tables are others now, they are thrown away and made anew.
        if shop.setting::<String>(PROJECTIONS)?.as_deref() != Some(crate::projection::SCHEMA) {
            let (drop, make) = (crate::projection::DROP, crate::projection::SCHEMA);
            shop.connection.execute_batch(&format!("BEGIN; {drop} {make} COMMIT;"))?;
            shop.set(PROJECTIONS, &make)?;
        }
        Ok(shop)
    }

    /// Replaces the whole catalogue.
    pub fn replace_catalogue(&mut self, catalogue: &Catalogue) -> Result<(), ShopError> {
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            replace_all(&transaction, catalogue.categories())?;
            replace_all(&transaction, catalogue.products())?;
            replace_all(&transaction, catalogue.menus())?;
            replace_all(&transaction, catalogue.families())?;
            replace_all(&transaction, catalogue.modifier_groups())?;
            replace_all(&transaction, catalogue.price_lists())?;
            Ok(transaction.commit()?)
        })
    }

    /// Writes down what became of these records of a catalogue, with the pictures that came to it, and in which order its
    /// categories are now where that is another, all or none. Pictures that no product has any more go.
    pub(crate) fn save_records<'r>(
        &self,
        catalogue: &Catalogue,
        records: impl Iterator<Item = &'r RecordId>,
        pictures: impl Iterator<Item = &'r Picture>,
        reordered: bool,
    ) -> Result<(), ShopError> {
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            put_records(&transaction, catalogue, records, pictures, reordered)?;
            Ok(transaction.commit()?)
        })
    }

    /// Takes in what the back office holds, all or none: records of a catalogue, what is set aside of it, and `place`, up to
    /// where it was taken.
    pub(crate) fn take_in<T: Serialize>(&self, taken: &TakenIn<'_>, place: (&str, &T)) -> Result<(), ShopError> {
        let place = (place.0, serde_json::to_string(place.1)?);
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            // Balances of vouchers come often, and no record of the catalogue with them.
            if taken.reordered || !taken.records.is_empty() {
                let (records, pictures) = (taken.records.iter(), taken.pictures.iter());
                put_records(&transaction, taken.catalogue, records, pictures, taken.reordered)?;
            }
            for record in taken.records {
                ledger::take_from_aside(&transaction, record.kind(), record.code())?;
            }
            for (kind, key, why) in taken.aside {
                ledger::set_aside(&transaction, *kind, key, why)?;
            }
            ledger::forget_touched(&transaction)?;
            transaction.prepare_cached(SET)?.execute(params![place.0, place.1])?;
            Ok(transaction.commit()?)
        })
    }

    /// Reads or writes what is remembered of what is shared, on the disk when this returns.
    pub(crate) fn ledger<T>(&self, work: impl FnOnce(&Connection) -> Result<T, ShopError>) -> Result<T, ShopError> {
        let mut done = None;
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            done = Some(work(&transaction)?);
            Ok(transaction.commit()?)
        })?;
        done.ok_or(ShopError::Sqlite(rusqlite::Error::InvalidQuery))
    }

    /// Forgets whatever is of one till rather than of its store: tickets that wait, and all settings but those that are shared
    /// and what stands on papers.
    pub(crate) fn keep_what_is_shared(&self) -> Result<(), ShopError> {
        let shared = ledger::SETTINGS.into_iter().chain([PAPER_SETTINGS, PROJECTIONS]);
        let shared = serde_json::to_string(&shared.collect::<Vec<_>>())?;
        self.durably(|connection| {
            connection.execute("DELETE FROM held", [])?;
            connection.execute("DELETE FROM setting WHERE name NOT IN (SELECT value FROM json_each(?1))", [shared])?;
            Ok(())
        })
    }

    /// A picture by its name; none where it is not there, or was damaged.
    pub(crate) fn picture(&self, id: PictureId) -> Result<Option<Picture>, ShopError> {
        let mut find = self.connection.prepare_cached("SELECT kind, bytes FROM picture WHERE id = ?1")?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
        let found = find.query_row([id.to_string()], row).optional()?;
        Ok(found.and_then(|(kind, bytes)| Picture::kept(id, PictureKind::of_media_type(&kind)?, bytes)))
    }

    /// Whether a picture is there.
    pub(crate) fn has_picture(&self, id: PictureId) -> Result<bool, ShopError> {
        let mut find = self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM picture WHERE id = ?1)")?;
        Ok(find.query_row([id.to_string()], |row| row.get(0))?)
    }

    /// Takes over the pictures that another shop has and this one has not.
    pub(crate) fn take_pictures_of(&self, other: &Shop) -> Result<(), ShopError> {
        for id in picture_ids(&other.connection)? {
            if !self.has_picture(id)?
                && let Some(picture) = other.picture(id)?
            {
                put_picture(&self.connection, &picture)?;
            }
        }
        Ok(())
    }

    /// The catalogue as it is stored.
    pub fn catalogue(&self) -> Result<Catalogue, ShopError> {
        let parts = Parts {
            categories: self.all()?,
            families: self.all()?,
            modifiers: self.all()?,
            products: self.all()?,
            menus: self.all()?,
            price_lists: self.all()?,
        };
        Ok(Catalogue::of(parts)?)
    }

    /// Replaces all operators.
    pub fn replace_operators(&mut self, operators: &[Operator]) -> Result<(), ShopError> {
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            replace_all(&transaction, operators)?;
            Ok(transaction.commit()?)
        })
    }

    /// Everyone who may sign in.
    pub fn operators(&self) -> Result<Vec<Operator>, ShopError> {
        self.all()
    }

    /// Writes down tickets that wait, and forgets others, in one transaction.
    pub fn hold(&self, held: &[&HeldTicket], forgotten: &[Uuid]) -> Result<(), ShopError> {
        self.put_and_forget(held, forgotten)
    }

    /// Writes down papers that wait for the printer, and forgets others, in one transaction.
    pub(crate) fn queue(&self, jobs: &[&PrintJob], forgotten: &[Uuid]) -> Result<(), ShopError> {
        self.put_and_forget(jobs, forgotten)
    }

    /// The papers that wait for the printer, in the order in which they were asked for.
    pub(crate) fn print_jobs(&self) -> Result<Vec<PrintJob>, ShopError> {
        self.all()
    }

    /// How many papers wait for the printer or lie with it; one whose record is not known to be sealed does not.
    pub(crate) fn count_print_queue(&self) -> Result<u64, ShopError> {
        let sql = "SELECT count(*) FROM print_job WHERE json_extract(body, '$.state') <> 'asked'";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The tickets that wait to be sent by e-mail and those that were given up, in the order in which they were asked for.
    pub(crate) fn mails(&self) -> Result<Vec<MailJob>, ShopError> {
        self.all()
    }

    /// Writes down a ticket that waits to be sent by e-mail.
    pub(crate) fn put_mail(&self, job: &MailJob) -> Result<(), ShopError> {
        self.put_and_forget(&[job], &[])
    }

    /// Writes down mails whose addresses are erased, and forgets others; no trace of an address stays in the file, nor in
    /// its log once nobody else reads it.
    pub(crate) fn erase_mails(&self, put: &[&MailJob], forgotten: &[Uuid]) -> Result<(), ShopError> {
        self.put_and_forget(put, forgotten)?;
        self.connection.busy_timeout(Duration::ZERO)?;
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.connection.busy_timeout(BUSY)?;
        // Somebody who reads meanwhile, as a copy does, leaves it to the next one, or to the end of the program.
        match emptied {
            Err(rusqlite::Error::SqliteFailure(fault, _)) if fault.code == rusqlite::ErrorCode::DatabaseBusy => Ok(()),
            emptied => Ok(emptied?),
        }
    }

    /// The tickets that wait, in the order in which they were opened.
    pub fn held(&self) -> Result<Vec<HeldTicket>, ShopError> {
        self.all()
    }

    /// One ticket that waits.
    pub fn held_ticket(&self, id: Uuid) -> Result<Option<HeldTicket>, ShopError> {
        let mut find = self.connection.prepare_cached("SELECT body FROM held WHERE key = ?1")?;
        let body: Option<String> = find.query_row([id.to_string()], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// A setting, if it was ever set.
    pub fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ShopError> {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        let value: Option<String> = self.connection.query_row(sql, [name], |row| row.get(0)).optional()?;
        Ok(value.map(|value| serde_json::from_str(&value)).transpose()?)
    }

    /// Sets a setting.
    pub fn set<T: Serialize>(&self, name: &str, value: &T) -> Result<(), ShopError> {
        let value = serde_json::to_string(value)?;
        self.durably(|connection| {
            connection.execute(SET, params![name, value])?;
            Ok(())
        })
    }

    /// Writes a copy of the whole file, as it is now, over an older one; but what waits to be sent by e-mail stays here with
    /// its addresses.
    pub fn copy_to(&self, path: &Path) -> Result<(), ShopError> {
        let io = |cause| ShopError::Copy { path: path.to_owned(), cause };
        let part = path.with_extension("part");
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let name = part.to_str().ok_or_else(|| io(std::io::ErrorKind::InvalidFilename.into()))?;
        self.connection.execute("VACUUM INTO ?1", [name])?;
        if self.has_mails()? {
            let copy = Connection::open(&part)?;
            copy.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA secure_delete = ON; DELETE FROM mail;")?;
        }
        std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(io)?;
        std::fs::rename(&part, path).map_err(io)
    }

    fn has_mails(&self) -> Result<bool, ShopError> {
        Ok(self.connection.query_row("SELECT EXISTS (SELECT 1 FROM mail)", [], |row| row.get(0))?)
    }

    fn put_and_forget<R: Keyed>(&self, put: &[&R], forgotten: &[Uuid]) -> Result<(), ShopError> {
        let table = R::TABLE;
        let put_sql = put_sql::<R>();
        let forget_sql = format!("DELETE FROM {table} WHERE key = ?1");
        self.durably(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for record in put {
                let body = serde_json::to_string(record)?;
                transaction.prepare_cached(&put_sql)?.execute(params![record.key(), body])?;
            }
            for id in forgotten {
                transaction.prepare_cached(&forget_sql)?.execute([id.to_string()])?;
            }
            Ok(transaction.commit()?)
        })
    }

    /// Makes an edit that is on the disk when this returns, with all that was committed before it.
    fn durably(&self, edit: impl FnOnce(&Connection) -> Result<(), ShopError>) -> Result<(), ShopError> {
        self.connection.execute_batch("PRAGMA synchronous = FULL")?;
        let edited = edit(&self.connection);
        self.connection.execute_batch("PRAGMA synchronous = NORMAL")?;
        edited
    }

    /// The connection, for the projections.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// The connection, for reading.
    pub(crate) fn reading(&self) -> &Connection {
        &self.connection
    }

    fn all<R: Record>(&self) -> Result<Vec<R>, ShopError> {
        let mut find = self.connection.prepare(&format!("SELECT body FROM {} ORDER BY rowid", R::TABLE))?;
        let mut rows = find.query([])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
        Ok(records)
    }
}

fn put_records<'r>(
    transaction: &rusqlite::Transaction<'_>,
    catalogue: &Catalogue,
    records: impl Iterator<Item = &'r RecordId>,
    pictures: impl Iterator<Item = &'r Picture>,
    reordered: bool,
) -> Result<(), ShopError> {
    for picture in pictures {
        put_picture(transaction, picture)?;
    }
    let shown: HashSet<PictureId> = catalogue.products().iter().filter_map(|product| product.picture).collect();
    for id in picture_ids(transaction)?.into_iter().filter(|id| !shown.contains(id)) {
        transaction.execute("DELETE FROM picture WHERE id = ?1", [id.to_string()])?;
    }
    if reordered {
        replace_all(transaction, catalogue.categories())?;
    }
    for record in records {
        match record {
            RecordId::Category(id) => save(transaction, id, find(catalogue.categories(), id))?,
            RecordId::Family(id) => save(transaction, id, catalogue.family(id))?,
            RecordId::Modifiers(id) => save(transaction, id, catalogue.modifier_group(id))?,
            RecordId::Product(sku) => save(transaction, sku, catalogue.product(sku))?,
            RecordId::Menu(sku) => save(transaction, sku, catalogue.menu(sku))?,
            RecordId::PriceList(id) => save(transaction, id, find(catalogue.price_lists(), id))?,
        }
    }
    Ok(())
}

/// Puts a record in its row, or takes the row out where there is no record any more.
fn save<R: Keyed>(transaction: &rusqlite::Transaction<'_>, key: &str, record: Option<&R>) -> Result<(), ShopError> {
    match record {
        Some(record) => {
            let body = serde_json::to_string(record)?;
            transaction.prepare_cached(&put_sql::<R>())?.execute(params![key, body])?;
        }
        None => {
            let sql = format!("DELETE FROM {} WHERE key = ?1", R::TABLE);
            transaction.prepare_cached(&sql)?.execute([key])?;
        }
    }
    Ok(())
}

fn put_picture(connection: &Connection, picture: &Picture) -> Result<(), ShopError> {
    let sql = "INSERT INTO picture (id, kind, bytes) VALUES (?1, ?2, ?3)
               ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, bytes = excluded.bytes";
    let row = params![picture.id().to_string(), picture.kind().media_type(), picture.bytes()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// The names of all pictures; a row that has none is nobody's.
fn picture_ids(connection: &Connection) -> Result<Vec<PictureId>, ShopError> {
    let mut find = connection.prepare_cached("SELECT id FROM picture")?;
    let ids = find.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

fn put_sql<R: Record>() -> String {
    format!(
        "INSERT INTO {} (key, version, body) VALUES (?1, 1, ?2)
         ON CONFLICT (key) DO UPDATE SET body = excluded.body, version = version + 1",
        R::TABLE
    )
}

fn find<'r, R: Keyed>(records: &'r [R], key: &str) -> Option<&'r R> {
    records.iter().find(|record| record.key() == key)
}

fn replace_all<R: Keyed>(transaction: &rusqlite::Transaction<'_>, records: &[R]) -> Result<(), ShopError> {
    transaction.execute(&format!("DELETE FROM {}", R::TABLE), [])?;
    let mut add = transaction.prepare(&format!("INSERT INTO {} (key, version, body) VALUES (?1, 1, ?2)", R::TABLE))?;
    for record in records {
        add.execute(params![record.key(), serde_json::to_string(record)?])?;
    }
    Ok(())
}
