//! Records edited in the back office itself: by a table that is imported, and later by its pages.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comptoir_core::catalogue::{Catalogue, CatalogueEdit, CatalogueError, Parts, RecordId};
use comptoir_core::import::{self, Fault, Preview, Tables};
use comptoir_core::shared::{Kind, Row, differing};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::feed::{Epoch, Feed, Scope, records};
use super::kinds::{ORDER, is_record};
use super::merge::{Record, Stamp, Stamps};
use crate::store::{StoreError, Tx};

/// A record as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// Of which kind.
    pub kind: Kind,
    /// Under which code.
    pub key: String,
    /// What it holds; none to delete it.
    pub row: Option<Row>,
}

/// Why records were not edited.
#[derive(Debug)]
pub enum NotEdited {
    /// The database.
    Store(StoreError),
    /// What tills have edited makes no catalogue together: that is to be mended first.
    Catalogue(CatalogueError),
    /// What is wrong with the table, cell by cell.
    Faults(Vec<Fault>),
    /// It is no record of its kind.
    NoRecord {
        /// The record's code.
        key: String,
        /// Why.
        why: String,
    },
    /// Others have edited the store since it was read: it is to be read again.
    Overtaken,
}

impl NotEdited {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            NotEdited::Store(error) => error.message(),
            NotEdited::Catalogue(error) => message!(
                "What the tills of this store have edited does not fit together: {why} Mend that on a till first.",
                why = error.message()
            ),
            NotEdited::Faults(faults) => message!(
                "Nothing was imported. Correct what is listed ({count}), then import again.",
                count = faults.len()
            ),
            NotEdited::NoRecord { key, why } => {
                message!("{key} cannot be kept: {why}.", key = key.as_str(), why = why.as_str())
            }
            NotEdited::Overtaken => message!("Others edited this store at the same time. Try again."),
        }
    }
}

impl From<StoreError> for NotEdited {
    fn from(error: StoreError) -> NotEdited {
        NotEdited::Store(error)
    }
}

/// The catalogue of a store, and where its feed stood.
#[derive(Clone, Debug)]
pub struct Stock {
    /// The catalogue.
    pub catalogue: Catalogue,
    /// The number of the feed's last change.
    pub number: u64,
    /// The codes of categories in the order in which tills show them, where one was set.
    order: Option<Vec<String>>,
}

/// Reads the catalogue that a store's records make.
pub fn stock(tx: &mut dyn Tx, scope: &Scope) -> Result<Stock, NotEdited> {
    let number = Feed::find(tx, scope)?.map_or(0, |feed| feed.number());
    let (mut parts, mut order) = (Parts::default(), None);
    for (kind, _, record) in records(tx, scope, None)? {
        let Some(row) = record.row else { continue };
        match kind {
            Kind::Category => parts.categories.push(read(row)?),
            Kind::Family => parts.families.push(read(row)?),
            Kind::Modifiers => parts.modifiers.push(read(row)?),
            Kind::Product => parts.products.push(read(row)?),
            Kind::Menu => parts.menus.push(read(row)?),
            Kind::PriceList => parts.price_lists.push(read(row)?),
            Kind::Order => order = row.get("keys").cloned().and_then(|keys| serde_json::from_value(keys).ok()),
            Kind::Operator | Kind::Setting | Kind::Picture | Kind::Voucher | Kind::Held | Kind::Till => {}
        }
    }
    let catalogue = Catalogue::of(parts).map_err(NotEdited::Catalogue)?;
    Ok(Stock { catalogue, number, order })
}

fn read<T: DeserializeOwned>(row: Row) -> Result<T, StoreError> {
    serde_json::from_value(Value::Object(row)).map_err(StoreError::unreadable)
}

/// What a table would change of a store: what it comes to, and the records as they would be.
pub fn preview(tables: &Tables, stock: &Stock) -> Result<(Preview, Vec<Edited>), NotEdited> {
    let preview = import::preview(tables, &stock.catalogue).map_err(NotEdited::Faults)?;
    if preview.is_empty() {
        return Ok((preview, Vec::new()));
    }
    let edits = preview.edits();
    let after = stock.catalogue.edited(&edits, |_| true).map_err(NotEdited::Catalogue)?;
    let (mut edited, mut named) = (Vec::new(), HashSet::new());
    // What has a picture comes twice: as a product, and with what it looks like.
    let mut put = |one: Edited| {
        if named.insert((one.kind, one.key.clone())) {
            edited.push(one);
        }
    };
    for edit in &edits {
        if let CatalogueEdit::Picture { picture: Some(picture), .. } = edit {
            let key = picture.id().to_string();
            let bytes = STANDARD.encode(picture.bytes());
            let row = [("kind", picture.kind().media_type().into()), ("bytes", bytes.into())];
            let row = row.map(|(name, value): (&str, Value)| (name.to_owned(), value));
            put(Edited { kind: Kind::Picture, key, row: Some(Row::from_iter(row)) });
        }
        let Some(id) = edit.record() else { continue };
        let (before, now) = (row_of(&stock.catalogue, &id)?, row_of(&after, &id)?);
        if before != now {
            put(Edited { kind: id.kind(), key: id.code().to_owned(), row: now });
        }
    }
    let new: Vec<String> = preview.categories.iter().map(|category| category.id.clone()).collect();
    if let Some(order) = stock.order.as_ref().filter(|_| !new.is_empty()) {
        let keys: Vec<String> = order.iter().cloned().chain(new.into_iter().filter(|id| !order.contains(id))).collect();
        let row = Row::from_iter([("keys".to_owned(), keys.into())]);
        put(Edited { kind: Kind::Order, key: ORDER.to_owned(), row: Some(row) });
    }
    Ok((preview, edited))
}

/// Makes records what they are to be, in the name of the back office, at `now` (milliseconds since 1970); only those that
/// differ change, and only in the fields that differ. Answers how many did. All of them or none: where `read_at` is the
/// number that the feed stood at when they were read, and it has gone on since, nothing is changed.
pub fn edit(
    tx: &mut dyn Tx,
    scope: &Scope,
    edited: &[Edited],
    read_at: Option<u64>,
    now: u64,
) -> Result<usize, NotEdited> {
    let mut feed = Feed::take(tx, scope, &Epoch::drawn()?)?;
    if read_at.is_some_and(|number| number != feed.number()) {
        return Err(NotEdited::Overtaken);
    }
    let mut changed: Vec<(Kind, &str, Record)> = Vec::new();
    for Edited { kind, key, row } in edited {
        if let Some(why) = row.as_ref().and_then(|row| is_record(*kind, key, row).err()) {
            return Err(NotEdited::NoRecord { key: key.clone(), why });
        }
        let held = feed.record(tx, *kind, key)?;
        let number = feed.number() + u64::try_from(changed.len()).unwrap_or(u64::MAX) + 1;
        if let Some(record) = become_row(held, row.as_ref(), number, now) {
            changed.push((*kind, key, record));
        }
    }
    let records: Vec<(Kind, &str, &Record)> = changed.iter().map(|(kind, key, record)| (*kind, *key, record)).collect();
    feed.put(tx, &records)?;
    Ok(records.len())
}

/// The record with another row; none where it is the same.
fn become_row(held: Option<Record>, row: Option<&Row>, number: u64, now: u64) -> Option<Record> {
    let at = now.max(held.as_ref().map_or(0, |held| held.stamps.latest()).saturating_add(1));
    let stamp = Stamp(number, at, String::new());
    let before = held.and_then(|held| Some((held.row?, held.stamps)));
    let Some((before, mut stamps)) = before else {
        return row.map(|row| Record { number, row: Some(row.clone()), stamps: Stamps::all(stamp) });
    };
    let Some(row) = row else { return Some(Record { number, row: None, stamps: Stamps::all(stamp) }) };
    let fields = differing(&before, row);
    for field in &fields {
        stamps.set(field, stamp.clone());
    }
    (!fields.is_empty()).then(|| Record { number, row: Some(row.clone()), stamps })
}

fn row_of(catalogue: &Catalogue, id: &RecordId) -> Result<Option<Row>, StoreError> {
    let code = id.code();
    match id {
        RecordId::Category(_) => row(catalogue.categories().iter().find(|category| category.id == code)),
        RecordId::Family(_) => row(catalogue.family(code)),
        RecordId::Modifiers(_) => row(catalogue.modifier_group(code)),
        RecordId::Product(_) => row(catalogue.product(code)),
        RecordId::Menu(_) => row(catalogue.menu(code)),
        RecordId::PriceList(_) => row(catalogue.price_lists().iter().find(|list| list.id == code)),
    }
}

fn row(record: Option<&impl Serialize>) -> Result<Option<Row>, StoreError> {
    match record.map(serde_json::to_value).transpose().map_err(StoreError::unreadable)? {
        Some(Value::Object(row)) => Ok(Some(row)),
        Some(_) => Err(StoreError::unreadable("a record that is no object")),
        None => Ok(None),
    }
}
