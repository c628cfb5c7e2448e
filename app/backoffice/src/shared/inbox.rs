//! The manager's inbox: what tills have edited of fields that count, where others had edited them, too. It stays until
//! somebody decides, and what was decided stays for good.

use comptoir_core::shared::{Edit, Kind, Row};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use serde::Serialize;

use super::feed::{Epoch, Feed, Scope};
use super::kinds::is_record;
use super::merge::{Record, Stamp, Stamps};
use crate::journals::Whose;
use crate::store::{Row as Columns, StoreError, Tx};

/// Something that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose it is.
    pub scope: Scope,
    /// Its number in the store.
    pub n: u64,
    /// The merchant's name.
    pub merchant: String,
    /// The store's name.
    pub store: String,
    /// What the till is called.
    pub till: String,
    /// The till's register.
    pub register: String,
    /// Who edited it there, where that is known.
    pub operator: String,
    /// When, in milliseconds since 1970 by the till's clock.
    pub at: u64,
    /// Of which kind the record is.
    pub kind: Kind,
    /// Its code.
    pub key: String,
    /// The fields that wait; none where the record was deleted on the till.
    pub fields: Vec<String>,
    /// The whole record as the till had it; none where it was deleted there.
    pub theirs: Option<Row>,
    /// The whole record as it stood here when the edit came; none where it was deleted here.
    pub ours: Option<Row>,
    /// When it came, unix seconds.
    pub received: i64,
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// What the till has edited holds from now on.
    Theirs,
    /// What is there stays.
    Keep,
}

impl Take {
    /// As it stands in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Take::Theirs => "theirs",
            Take::Keep => "keep",
        }
    }
}

/// Why nothing was decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecided {
    /// Nothing of this number waits.
    #[error("nothing of this number waits")]
    Unknown,
    /// The record has become one into which the till's values do not fit.
    #[error("it does not fit any more: {why}")]
    Unfit {
        /// Why not.
        why: String,
    },
}

impl NotDecided {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            NotDecided::Unknown => message!("Nothing of this number waits for a decision. List what does: inbox."),
            NotDecided::Unfit { why } => message!(
                "The record has changed since, and the till's values do not fit into it any more ({why}). Keep what is there, and edit the record.",
                why = why.as_str()
            ),
        }
    }
}

/// Lets an edit wait. The store's feed is taken.
pub(crate) fn put(
    tx: &mut dyn Tx,
    scope: &Scope,
    whose: &Whose,
    edit: &Edit,
    fields: &[String],
    ours: Option<&Row>,
    now: i64,
) -> Result<(), StoreError> {
    let json = |row: Option<&Row>| row.map(serde_json::to_string).transpose().map_err(StoreError::unreadable);
    let sql =
        "INSERT INTO inbox (merchant, store, n, register, operator, at, kind, key, fields, theirs, ours, received,
        decided, decision, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, NULL, NULL)";
    let values = scope.row([
        next(tx, scope)?.into(),
        whose.register.to_string().into(),
        edit.operator.as_str().into(),
        edit.at.try_into()?,
        edit.kind.as_str().into(),
        edit.key.as_str().into(),
        serde_json::to_string(fields).map_err(StoreError::unreadable)?.into(),
        json(edit.row.as_ref())?.into(),
        json(ours)?.into(),
        now.into(),
    ]);
    tx.execute(sql, &values)?;
    Ok(())
}

/// Shows what nobody edited, and a manager is to know: found by a line of a register. The store's feed is taken.
pub(crate) fn notice(
    tx: &mut dyn Tx,
    scope: &Scope,
    whose: &Whose,
    (kind, key): (Kind, &str),
    shown: &Row,
    now: i64,
) -> Result<(), StoreError> {
    let said = Edit {
        id: uuid::Uuid::nil(),
        kind,
        key: key.to_owned(),
        base: 0,
        at: u64::try_from(now).unwrap_or_default().saturating_mul(1000),
        operator: String::new(),
        fields: Vec::new(),
        row: Some(shown.clone()),
    };
    put(tx, scope, whose, &said, &[], None, now)
}

/// Whether something about a record waits, or waited, in any store of a merchant.
pub(crate) fn has(tx: &mut dyn Tx, merchant: &str, kind: Kind, key: &str) -> Result<bool, StoreError> {
    let sql = "SELECT n FROM inbox WHERE merchant = $1 AND kind = $2 AND key = $3";
    Ok(!tx.all(sql, &[merchant.into(), kind.as_str().into(), key.into()], |row| row.integer(0))?.is_empty())
}

fn next(tx: &mut dyn Tx, scope: &Scope) -> Result<i64, StoreError> {
    let last = "SELECT coalesce(max(n), CAST(0 AS BIGINT)) FROM inbox WHERE merchant = $1 AND store = $2";
    Ok(tx.one(last, &scope.row([]), |row| row.integer(0))?.unwrap_or_default() + 1)
}

/// What waits, in all stores, the oldest of each first.
pub fn open(tx: &mut dyn Tx) -> Result<Vec<Item>, StoreError> {
    let sql = "SELECT i.merchant, i.store, m.name, s.name, r.label, i.n, i.register, i.operator, i.at, i.kind, i.key,
            i.fields, i.theirs, i.ours, i.received
        FROM inbox i
        JOIN merchant m ON m.merchant = i.merchant
        JOIN store s ON s.merchant = i.merchant AND s.store = i.store
        JOIN register r ON r.merchant = i.merchant AND r.register = i.register
        WHERE i.decided IS NULL";
    let mut items = tx.all(sql, &[], read)?;
    items.sort_by(|a, b| (&a.merchant, &a.store, a.n).cmp(&(&b.merchant, &b.store, b.n)));
    Ok(items)
}

/// Decides what waits under a number, in the name of `by`, at `now` (milliseconds since 1970). Where it is taken, that is a
/// change of the back office, later than every other of the record.
pub fn decide(
    tx: &mut dyn Tx,
    scope: &Scope,
    n: u64,
    decision: Take,
    by: &str,
    now: u64,
) -> Result<Result<(), NotDecided>, StoreError> {
    // Whoever decides at the same time waits here, and then finds it decided.
    let mut feed = Feed::take(tx, scope, &Epoch::drawn()?)?;
    let Some(item) = open(tx)?.into_iter().find(|item| item.scope == *scope && item.n == n) else {
        return Ok(Err(NotDecided::Unknown));
    };
    // Of what nobody edited there is nothing to take: it is only said to be seen to.
    if decision == Take::Theirs && !matches!(item.kind, Kind::Held | Kind::Voucher) {
        let held = feed.record(tx, item.kind, &item.key)?;
        match applied(&item, held.as_ref(), feed.next(), now) {
            Ok(Some(record)) => feed.put(tx, &[(item.kind, &item.key, &record)])?,
            Ok(None) => {}
            Err(unfit) => return Ok(Err(unfit)),
        }
    }
    let sql = "UPDATE inbox SET decided = $4, decision = $5, decided_by = $6
        WHERE merchant = $1 AND store = $2 AND n = $3";
    let seconds = i64::try_from(now / 1000).unwrap_or(i64::MAX);
    let values = scope.row([n.try_into()?, seconds.into(), decision.as_str().into(), by.into()]);
    tx.execute(sql, &values)?;
    Ok(Ok(()))
}

/// The record with what the till has edited; none where that holds already.
fn applied(item: &Item, held: Option<&Record>, number: u64, now: u64) -> Result<Option<Record>, NotDecided> {
    let at = now.max(held.map_or(0, |held| held.stamps.latest()).saturating_add(1));
    let stamp = Stamp(number, at, String::new());
    let whole = |row| Ok(Some(Record { number, row, stamps: Stamps::all(stamp.clone()) }));
    let ours = held.and_then(|held| Some((held, held.row.as_ref()?)));
    let (held, before, theirs) = match (ours, &item.theirs) {
        (None, None) => return Ok(None),
        (_, None) => return whole(None),
        (None, Some(theirs)) => return whole(Some(theirs.clone())),
        (Some((held, before)), Some(theirs)) => (held, before, theirs),
    };
    let (mut after, mut values) = (Record { number, ..held.clone() }, before.clone());
    for field in item.fields.iter().filter(|field| before.get(*field) != theirs.get(*field)) {
        match theirs.get(field) {
            Some(value) => values.insert(field.clone(), value.clone()),
            None => values.remove(field),
        };
        after.stamps.set(field, stamp.clone());
    }
    is_record(item.kind, &item.key, &values).map_err(|why| NotDecided::Unfit { why })?;
    let is_same = values == *before;
    after.row = Some(values);
    Ok((!is_same).then_some(after))
}

fn read(row: &Columns<'_>) -> Result<Item, StoreError> {
    let json = |text: Option<&str>| -> Result<Option<Row>, StoreError> {
        text.map(serde_json::from_str).transpose().map_err(StoreError::unreadable)
    };
    Ok(Item {
        scope: Scope { merchant: row.text(0)?.to_owned(), store: row.text(1)?.to_owned() },
        merchant: row.text(2)?.to_owned(),
        store: row.text(3)?.to_owned(),
        till: row.text(4)?.to_owned(),
        n: row.unsigned(5)?,
        register: row.text(6)?.to_owned(),
        operator: row.text(7)?.to_owned(),
        at: row.unsigned(8)?,
        kind: row.text(9)?.parse().map_err(StoreError::unreadable)?,
        key: row.text(10)?.to_owned(),
        fields: serde_json::from_str(row.text(11)?).map_err(StoreError::unreadable)?,
        theirs: json(row.optional_text(12)?)?,
        ours: json(row.optional_text(13)?)?,
        received: row.integer(14)?,
    })
}
