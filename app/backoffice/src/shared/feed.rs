//! The feed of a store: its records, each under the number of its last change, and the counter that gives the numbers.
//!
//! The counter is a row that a transaction takes before it reads what it changes, and holds until its commit. So numbers
//! are seen in their order: whoever has read up to one finds nothing new below it. (A sequence of the database gives a
//! number before a commit that may come later than that of a higher one, and then nobody ever reads it.)

use comptoir_core::shared::{Change, Changes, Kind, Row};
use comptoir_fiscal::merkle::sha256;
use comptoir_sync::message::Refused;
use comptoir_sync::share::WITHOUT_PICTURES;

use super::merge::{Record, Stamps};
use super::told;
use crate::journals::Whose;
use crate::store::{Row as Columns, StoreError, Tx, Value};

/// How many changes are told at once.
pub const PAGE_ROWS: usize = 1000;
/// How many bytes of records are told at once, about: one that is longer is told alone.
pub const PAGE_BYTES: usize = 4 << 20;

/// A store of a merchant, by which all of its rows are told from others'.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "plain words")]
pub struct Scope {
    pub merchant: String,
    pub store: String,
}

impl Scope {
    pub(crate) fn of(whose: &Whose) -> Scope {
        Scope { merchant: whose.merchant.clone(), store: whose.store.clone() }
    }

    pub(crate) fn row<const N: usize>(&self, values: [Value; N]) -> Vec<Value> {
        [self.merchant.as_str().into(), self.store.as_str().into()].into_iter().chain(values).collect()
    }
}

/// What tells one making of a feed from another: a database that was put back gives its numbers a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch(String);

impl Epoch {
    /// Of 8 random bytes.
    pub fn new(random: [u8; 8]) -> Epoch {
        Epoch(format!("{:016x}", u64::from_be_bytes(random)))
    }

    /// A new one, drawn.
    pub fn drawn() -> Result<Epoch, StoreError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|fault| StoreError::Unavailable { why: fault.to_string() })?;
        Ok(Epoch::new(random))
    }
}

/// A place in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    epoch: Epoch,
    number: u64,
}

impl Cursor {
    /// Reads `EPOCH.NUMBER`.
    pub fn parse(text: &str) -> Option<Cursor> {
        let (epoch, number) = text.split_once('.')?;
        Some(Cursor { epoch: Epoch(epoch.to_owned()), number: number.parse().ok()? })
    }
}

/// From where on a till asks, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Up to where it has read, as it was told; empty where it begins.
    pub cursor: String,
    /// Whether pictures are told, too.
    pub with_pictures: bool,
}

impl After {
    /// Reads `after=CURSOR`, and what may stand behind it.
    pub(crate) fn read(query: &str) -> Option<After> {
        let asked = query.strip_prefix("after=")?;
        let cursor = asked.strip_suffix(WITHOUT_PICTURES);
        Some(After { cursor: cursor.unwrap_or(asked).to_owned(), with_pictures: cursor.is_none() })
    }
}

/// A feed as a transaction sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    scope: Scope,
    epoch: Epoch,
    number: u64,
}

impl Feed {
    /// A store's feed; none where nobody asked for it yet.
    pub fn find(tx: &mut dyn Tx, scope: &Scope) -> Result<Option<Feed>, StoreError> {
        let sql = "SELECT epoch, number FROM feed WHERE merchant = $1 AND store = $2";
        tx.one(sql, &scope.row([]), |row| {
            Ok(Feed { scope: scope.clone(), epoch: Epoch(row.text(0)?.to_owned()), number: row.unsigned(1)? })
        })
    }

    /// A store's feed, made with this epoch where there is none and told what the merchant's others know, and taken until the
    /// transaction ends: what is read of its records from now on is changed by nobody else.
    pub fn take(tx: &mut dyn Tx, scope: &Scope, new: &Epoch) -> Result<Feed, StoreError> {
        let taken = "UPDATE feed SET number = number WHERE merchant = $1 AND store = $2";
        if tx.execute(taken, &scope.row([]))? == 0 {
            let made = "INSERT INTO feed (merchant, store, epoch, number) VALUES ($1, $2, $3, 0)
                ON CONFLICT (merchant, store) DO NOTHING";
            let is_made = tx.execute(made, &scope.row([new.0.as_str().into()]))? > 0;
            tx.execute(taken, &scope.row([]))?;
            let mut feed = Feed::found(tx, scope)?;
            if is_made {
                told::begin(tx, &mut feed)?;
            }
            return Ok(feed);
        }
        Feed::found(tx, scope)
    }

    fn found(tx: &mut dyn Tx, scope: &Scope) -> Result<Feed, StoreError> {
        Feed::find(tx, scope)?.ok_or_else(|| StoreError::unreadable("the feed of a store"))
    }

    /// Whose it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The number of the last change.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The number that the next change has.
    pub fn next(&self) -> u64 {
        self.number + 1
    }

    /// Its end, as a till is told.
    pub fn end(&self) -> String {
        self.at(self.number)
    }

    fn at(&self, number: u64) -> String {
        format!("{}.{number}", self.epoch.0)
    }

    /// Up to where somebody has read, who says so; none where there is no such place in this feed.
    pub fn place(&self, cursor: &str) -> Option<u64> {
        if cursor.is_empty() {
            return Some(0);
        }
        let cursor = Cursor::parse(cursor)?;
        (cursor.epoch == self.epoch && cursor.number <= self.number).then_some(cursor.number)
    }

    /// Puts records that changed, each under the next number in turn. The feed is taken.
    pub fn put(&mut self, tx: &mut dyn Tx, records: &[(Kind, &str, &Record)]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO record (merchant, store, kind, key, number, body, stamps) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (merchant, store, kind, key)
            DO UPDATE SET number = excluded.number, body = excluded.body, stamps = excluded.stamps";
        let mut rows = Vec::with_capacity(records.len());
        for (kind, key, record) in records {
            if record.number != self.next() {
                return Err(StoreError::unreadable(format_args!("change {} after {}", record.number, self.number)));
            }
            self.number = record.number;
            let body = record.row.as_ref().map(serde_json::to_string).transpose().map_err(StoreError::unreadable)?;
            let stamps = serde_json::to_string(&record.stamps).map_err(StoreError::unreadable)?;
            rows.push(self.scope.row([
                kind.as_str().into(),
                (*key).into(),
                record.number.try_into()?,
                body.into(),
                stamps.into(),
            ]));
        }
        tx.insert(sql, &rows)?;
        let sql = "UPDATE feed SET number = $3 WHERE merchant = $1 AND store = $2";
        tx.execute(sql, &self.scope.row([self.number.try_into()?]))?;
        Ok(())
    }

    /// A record of it, or what was left of one that was deleted.
    pub fn record(&self, tx: &mut dyn Tx, kind: Kind, key: &str) -> Result<Option<Record>, StoreError> {
        let sql = "SELECT kind, key, number, body, stamps FROM record
            WHERE merchant = $1 AND store = $2 AND kind = $3 AND key = $4";
        let found = tx.one(sql, &self.scope.row([kind.as_str().into(), key.into()]), read)?;
        Ok(found.map(|(.., record)| record))
    }

    /// The changes after a place, in their order, as many as are told at once.
    pub fn after(&self, tx: &mut dyn Tx, place: u64, with_pictures: bool) -> Result<Changes, StoreError> {
        // Whoever begins holds nothing that was deleted.
        let sql = "SELECT kind, key, number, body, stamps FROM record
            WHERE merchant = $1 AND store = $2 AND number > $3 AND ($3 > CAST(0 AS BIGINT) OR body IS NOT NULL)
                AND kind <> $5
            ORDER BY number LIMIT $4";
        let left_out = if with_pictures { "" } else { Kind::Picture.as_str() };
        let most = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
        let (mut changes, mut bytes, mut more) = (Vec::new(), 0, false);
        let each = tx.each(sql, &self.scope.row([place.try_into()?, most.into(), left_out.into()]), &mut |row| {
            if changes.len() == PAGE_ROWS || bytes > PAGE_BYTES {
                more = true;
                return Err(StoreError::Fault);
            }
            bytes += row.optional_text(3)?.map_or(0, str::len);
            let (kind, key, record) = read(row)?;
            let Record { number: version, row, stamps } = record;
            changes.push(Change { kind, key, version, at: stamps.latest(), row });
            Ok(())
        });
        match each {
            // Enough was read.
            Err(StoreError::Fault) if more => {}
            read => read?,
        }
        let next = match changes.last() {
            Some(last) if more => self.at(last.version),
            _ => self.end(),
        };
        Ok(Changes { changes, next, more, has_newer: false })
    }
}

/// The changes after a cursor; none where the feed is not made yet.
pub(crate) fn changes(
    tx: &mut dyn Tx,
    scope: &Scope,
    after: &After,
) -> Result<Option<Result<Changes, Refused>>, StoreError> {
    let Some(feed) = Feed::find(tx, scope)? else { return Ok(None) };
    match feed.place(&after.cursor) {
        Some(place) => feed.after(tx, place, after.with_pictures).map(Ok).map(Some),
        None => Ok(Some(Err(Refused::Cursor))),
    }
}

/// All records of a store that are there, or those of a kind, by kind and code.
pub fn records(tx: &mut dyn Tx, scope: &Scope, kind: Option<Kind>) -> Result<Vec<(Kind, String, Record)>, StoreError> {
    let sql = "SELECT kind, key, number, body, stamps FROM record WHERE merchant = $1 AND store = $2
        AND ($3 = '' OR kind = $3) AND body IS NOT NULL";
    let mut records = tx.all(sql, &scope.row([kind.map_or("", Kind::as_str).into()]), read)?;
    records.sort_by(|(kind, key, _), (other, its, _)| (kind, key).cmp(&(other, its)));
    Ok(records)
}

/// Gives every feed a new epoch, so that tills notice that the database was put back.
pub fn renew_epochs(tx: &mut dyn Tx, random: [u8; 32]) -> Result<(), StoreError> {
    let scope = |row: &Columns<'_>| Ok(Scope { merchant: row.text(0)?.to_owned(), store: row.text(1)?.to_owned() });
    for scope in tx.all("SELECT merchant, store FROM feed", &[], scope)? {
        let seed = format!("{}\n{}\n", scope.merchant, scope.store);
        let hash = sha256(&[random.as_slice(), seed.as_bytes()].concat());
        let epoch: String = hash.to_string().chars().take(16).collect();
        let sql = "UPDATE feed SET epoch = $3 WHERE merchant = $1 AND store = $2";
        tx.execute(sql, &scope.row([epoch.into()]))?;
    }
    Ok(())
}

fn read(row: &Columns<'_>) -> Result<(Kind, String, Record), StoreError> {
    let kind: Kind = row.text(0)?.parse().map_err(StoreError::unreadable)?;
    let body: Option<Row> =
        row.optional_text(3)?.map(serde_json::from_str).transpose().map_err(StoreError::unreadable)?;
    let stamps: Stamps = serde_json::from_str(row.text(4)?).map_err(StoreError::unreadable)?;
    Ok((kind, row.text(1)?.to_owned(), Record { number: row.unsigned(2)?, row: body, stamps }))
}
