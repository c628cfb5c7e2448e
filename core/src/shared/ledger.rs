//! What a till remembers of what it shares: each record as the back office is known to hold it, which records were touched
//! since, and the edits that are on their way.
//!
//! Tables note what was touched by themselves (triggers), in the transaction that touches it, so that no way to edit a
//! record can forget to tell of it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use comptoir_fiscal::values::RegisterId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::held::{HeldRecord, HeldState};
use super::{Change, Edit, Kind, KnownTill, Row, VoucherParts, differing};
use crate::catalogue::{Category, Family, Menu, ModifierGroup, PictureId, PictureKind, PriceList, Product};
use crate::data_folder::CURRENT_JOURNAL;
use crate::held::HeldTicket;
use crate::operators::{Gates, Operator};
use crate::register::{GATES, RULES, VALIDITY, VOUCHERS_OFFLINE, Validity};
use crate::shop::ShopError;
use crate::terms::Rules;
use crate::voucher::OfflinePolicy;

/// The settings that a store's tills share.
pub(crate) const SETTINGS: [&str; 4] = [RULES, GATES, VALIDITY, VOUCHERS_OFFLINE];

/// How many bytes of records are sent at once.
const BYTES_MAX: usize = 4 << 20;

/// The kinds that have a table of their own, in which each record is a body under its key.
const TABLES: [&str; 7] = ["category", "family", "modifiers", "product", "menu", "price_list", "operator"];

/// What notes, in the transaction that does it, that a record was touched. Nothing is before the till is enrolled.
fn noted(trigger: &str, when: &str, kind: &str, key: &str) -> String {
    let enrolled = "EXISTS (SELECT 1 FROM setting WHERE name = 'back office')";
    format!(
        "CREATE TRIGGER {trigger} WHEN {when} AND {enrolled} BEGIN
            INSERT INTO touched (kind, key, at, operator) VALUES ({kind}, {key}, NULL, '')
            ON CONFLICT (kind, key) DO UPDATE SET at = NULL, operator = '';
        END;\n"
    )
}

/// What notes that one of the shared settings was touched, in the place of what did before some of them were there.
pub(crate) fn settings_schema() -> String {
    let names = SETTINGS.map(|name| format!("'{name}'")).join(", ");
    let mut schema = String::new();
    for (what, changes) in [("insert", ""), ("update", "AND old.value <> new.value")] {
        let trigger = format!("setting_{what} AFTER {} ON setting", what.to_uppercase());
        schema += &format!("DROP TRIGGER IF EXISTS setting_{what};\n");
        schema += &noted(&trigger, &format!("new.name IN ({names}) {changes}"), "'setting'", "new.name");
    }
    schema
}

/// The tables, and what notes the touching.
pub(crate) fn schema() -> String {
    let mut schema = "
        CREATE TABLE shared (
            kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT,
            aside TEXT, fresh INTEGER NOT NULL, PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX shared_aside ON shared (kind, key) WHERE aside IS NOT NULL;
        CREATE TABLE touched (
            kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER, operator TEXT NOT NULL, PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE edit (n INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    "
    .to_owned();
    for table in TABLES {
        let kind = format!("'{table}'");
        for (what, when, key) in
            [("INSERT", "1", "new.key"), ("UPDATE", "old.body <> new.body", "new.key"), ("DELETE", "1", "old.key")]
        {
            let trigger = format!("{table}_{} AFTER {what} ON {table}", what.to_lowercase());
            schema += &noted(&trigger, when, &kind, key);
        }
    }
    for what in ["INSERT", "DELETE"] {
        let trigger = format!("order_{} AFTER {what} ON category", what.to_lowercase());
        schema += &noted(&trigger, "1", "'order'", "'category'");
    }
    schema += &noted("picture_insert AFTER INSERT ON picture", "1", "'picture'", "new.id");
    schema
}

/// What notes that a ticket waits, is taken up again or waits no longer. What is only sold on the counter, nobody else is told
/// of; nor what becomes of it there.
pub(crate) fn held_schema() -> String {
    let enrolled = "EXISTS (SELECT 1 FROM setting WHERE name = 'back office')";
    let on_counter = |row: &str| format!("coalesce(json_extract({row}.body, '$.on_counter'), 0) = 1");
    let note = |trigger: &str, when: &str, row: &str| {
        format!(
            "CREATE TRIGGER {trigger} WHEN {when} AND {enrolled} BEGIN
                INSERT INTO touched (kind, key, at, operator) VALUES ('held', {row}.key, NULL, '')
                ON CONFLICT (kind, key) DO UPDATE SET at = NULL, operator = '';
            END;\n"
        )
    };
    let known = "EXISTS (SELECT 1 FROM shared WHERE kind = 'held' AND key = old.key)
        OR EXISTS (SELECT 1 FROM touched WHERE kind = 'held' AND key = old.key)";
    let (was, is) = (on_counter("old"), on_counter("new"));
    [
        "CREATE TABLE held_paid (key TEXT PRIMARY KEY, paid TEXT NOT NULL) STRICT, WITHOUT ROWID;\n".to_owned(),
        note("held_insert AFTER INSERT ON held", &format!("NOT {is}"), "new"),
        note("held_update AFTER UPDATE ON held", &format!("old.body <> new.body AND NOT ({was} AND {is})"), "new"),
        note("held_delete AFTER DELETE ON held", &format!("({known})"), "old"),
    ]
    .concat()
}

/// Forgets what the back office was known to hold, and takes everything that is here for something that it may not have.
pub(crate) fn begin(connection: &Connection) -> Result<(), ShopError> {
    connection.execute_batch("DELETE FROM shared; DELETE FROM edit;")?;
    let mut all = String::new();
    let mut add = |kind: &str, key: &str, from: &str| {
        all += &format!(
            "INSERT INTO touched (kind, key, at, operator) SELECT '{kind}', {key}, 0, '' FROM {from} ON CONFLICT DO NOTHING;"
        );
    };
    for table in TABLES {
        add(table, "key", &format!("{table} WHERE 1"));
    }
    add("held", "key", "held WHERE coalesce(json_extract(body, '$.on_counter'), 0) <> 1");
    add("picture", "id", "picture WHERE 1");
    add("order", "'category'", "(SELECT 1) WHERE 1");
    let names = SETTINGS.map(|name| format!("'{name}'")).join(", ");
    add("setting", "name", &format!("setting WHERE name IN ({names})"));
    Ok(connection.execute_batch(&all)?)
}

/// Begins to take everything that the back office holds once more, from the start.
pub(crate) fn begin_anew(connection: &Connection) -> Result<(), ShopError> {
    // What was on its way was made on versions that there are not any more: it is made again.
    let mut edits = connection.prepare("SELECT body FROM edit")?;
    let mut rows = edits.query([])?;
    while let Some(row) = rows.next()? {
        let edit: Edit = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        touch(connection, edit.kind, &edit.key, edit.at, &edit.operator)?;
    }
    Ok(connection.execute_batch("DELETE FROM edit; UPDATE shared SET fresh = 0;")?)
}

/// After everything that is carried was taken from the start: what the back office does not hold any more is brought to it
/// again.
pub(crate) fn bring_what_is_missing(connection: &Connection, carried: Carried) -> Result<(), ShopError> {
    let only_told: Vec<String> =
        Kind::ALL.into_iter().filter(|kind| kind.is_only_told()).map(|kind| format!("'{kind}'")).collect();
    connection.execute_batch(&format!(
        "INSERT INTO touched (kind, key, at, operator) SELECT kind, key, at, '' FROM shared
             WHERE fresh = 0 AND kind NOT IN ({}, '{left_out}')
         ON CONFLICT DO NOTHING;
         DELETE FROM shared WHERE fresh = 0 AND kind <> '{left_out}';",
        only_told.join(", "),
        left_out = carried.all_but()
    ))?;
    Ok(())
}

/// Says who touched what was touched since it was last said, and when.
pub(crate) fn stamp(connection: &Connection, operator: &str, at: u64) -> Result<(), ShopError> {
    let sql = "UPDATE touched SET at = ?1, operator = ?2 WHERE at IS NULL";
    connection.prepare_cached(sql)?.execute(params![signed(at), operator])?;
    Ok(())
}

/// Whether something was touched of which it was not said by whom.
pub(crate) fn has_unstamped(connection: &Connection) -> Result<bool, ShopError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM touched WHERE at IS NULL)";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Whether something was touched or is on its way, of what is carried now.
pub(crate) fn has_edits(connection: &Connection, carried: Carried) -> Result<bool, ShopError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM edit) OR EXISTS (SELECT 1 FROM touched WHERE kind <> ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([carried.all_but()], |row| row.get(0))?)
}

/// Forgets what was touched and not stamped, where that was the back office's own doing.
pub(crate) fn forget_touched(connection: &Connection) -> Result<(), ShopError> {
    connection.prepare_cached("DELETE FROM touched WHERE at IS NULL")?.execute([])?;
    Ok(())
}

/// What of the records is carried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// All of them.
    All,
    /// All but pictures, where what is carried is paid for.
    AllButPictures,
}

impl Carried {
    fn all_but(self) -> &'static str {
        match self {
            Carried::All => "",
            Carried::AllButPictures => Kind::Picture.as_str(),
        }
    }
}

/// The edits to send of what is carried, at most so many: those on their way first, and only once they were answered those
/// of what was touched since. `id` makes a new id.
pub(crate) fn edits<E: From<ShopError>>(
    connection: &Connection,
    most: usize,
    carried: Carried,
    mut id: impl FnMut() -> Result<Uuid, E>,
) -> Result<Vec<Edit>, E> {
    let on_their_way = pending(connection)?;
    if !on_their_way.is_empty() {
        return Ok(on_their_way);
    }
    let (mut edits, mut bytes) = (Vec::new(), 0);
    let transaction = connection.unchecked_transaction().map_err(ShopError::from)?;
    // One that is no edit after all takes its place in the count, and is not met again.
    for (kind, key, at, operator) in touched(&transaction, most, carried)? {
        if bytes > BYTES_MAX {
            break;
        }
        if let Some((base, before, after)) = edited(&transaction, kind, &key)? {
            let fields = match (&before, &after) {
                (Some(before), Some(after)) => differing(before, after),
                (None, Some(after)) => after.keys().cloned().collect(),
                (_, None) => Vec::new(),
            };
            let edit = Edit { id: id()?, kind, key: key.clone(), base, at, operator, fields, row: after };
            let body = serde_json::to_string(&edit).map_err(ShopError::from)?;
            bytes += body.len();
            let sql = "INSERT INTO edit (id, body) VALUES (?1, ?2)";
            let put = transaction.prepare_cached(sql).and_then(|mut put| put.execute([edit.id.to_string(), body]));
            put.map_err(ShopError::from)?;
            // Whatever becomes of it before the back office tells of it again is noted, too.
            if kind == Kind::Held {
                let row = edit.row.as_ref().map(serde_json::to_string).transpose().map_err(ShopError::from)?;
                let known = "INSERT INTO shared (kind, key, version, at, body, aside, fresh)
                             VALUES ('held', ?1, 0, 0, ?2, NULL, 1) ON CONFLICT DO NOTHING";
                let put = transaction.prepare_cached(known).and_then(|mut put| put.execute(params![key, row]));
                put.map_err(ShopError::from)?;
            }
            edits.push(edit);
        }
        untouch(&transaction, kind, &key)?;
    }
    transaction.commit().map_err(ShopError::from)?;
    Ok(edits)
}

/// Forgets edits that were answered.
pub(crate) fn answered(connection: &Connection, ids: &[Uuid]) -> Result<(), ShopError> {
    for id in ids {
        connection.prepare_cached("DELETE FROM edit WHERE id = ?1")?.execute([id.to_string()])?;
    }
    Ok(())
}

/// Keeps what the back office holds of a record. False where this till knows a later state of it, which the back office
/// has forgotten: then that is brought to it again.
pub(crate) fn keep(connection: &Connection, change: &Change) -> Result<bool, ShopError> {
    let key = [change.kind.as_str(), change.key.as_str()];
    let find = "SELECT at FROM shared WHERE kind = ?1 AND key = ?2 AND fresh = 0";
    let forgotten: Option<i64> = connection.prepare_cached(find)?.query_row(key, |row| row.get(0)).optional()?;
    let body = change.row.as_ref().map(serde_json::to_string).transpose()?;
    let put = "INSERT INTO shared (kind, key, version, at, body, aside, fresh) VALUES (?1, ?2, ?3, ?4, ?5, NULL, 1)
               ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, at = excluded.at,
                   body = excluded.body, aside = NULL, fresh = 1";
    let row = params![change.kind.as_str(), change.key, signed(change.version), signed(change.at), body];
    connection.prepare_cached(put)?.execute(row)?;
    match forgotten.map(unsigned).filter(|known| *known > change.at) {
        Some(known) if !change.kind.is_only_told() => {
            touch(connection, change.kind, &change.key, known, "").map(|()| false)
        }
        _ => Ok(true),
    }
}

/// Sets a record aside, with why, until what it lacks is there or it becomes another.
pub(crate) fn set_aside(connection: &Connection, kind: Kind, key: &str, why: &str) -> Result<(), ShopError> {
    let sql = "UPDATE shared SET aside = ?3 WHERE kind = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute([kind.as_str(), key, why])?;
    Ok(())
}

/// What was set aside, and is not any more.
pub(crate) fn take_from_aside(connection: &Connection, kind: Kind, key: &str) -> Result<(), ShopError> {
    let sql = "UPDATE shared SET aside = NULL WHERE kind = ?1 AND key = ?2 AND aside IS NOT NULL";
    connection.prepare_cached(sql)?.execute([kind.as_str(), key])?;
    Ok(())
}

/// What is set aside: of each record the kind, the key, what it holds, and why.
pub(crate) fn aside(connection: &Connection) -> Result<Vec<(Kind, String, Row, String)>, ShopError> {
    let mut find = connection.prepare_cached(
        "SELECT kind, key, body, aside FROM shared WHERE aside IS NOT NULL AND body IS NOT NULL ORDER BY kind, key",
    )?;
    let mut rows = find.query([])?;
    let mut aside = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, key, body, why): (String, String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if let Ok(kind) = kind.parse() {
            aside.push((kind, key, serde_json::from_str(&body)?, why));
        }
    }
    Ok(aside)
}

/// The picture that the back office holds under a name, where it was told of it.
pub(crate) fn picture(connection: &Connection, id: PictureId) -> Result<Option<(PictureKind, Vec<u8>)>, ShopError> {
    let Some((_, Some(row))) = shared(connection, Kind::Picture, &id.to_string())? else { return Ok(None) };
    let text = |name: &str| row.get(name).and_then(|value| value.as_str());
    let kind = text("kind").and_then(PictureKind::of_media_type);
    let bytes = text("bytes").and_then(|bytes| BASE64_STANDARD.decode(bytes).ok());
    Ok(kind.zip(bytes))
}

/// The tickets that wait somewhere in the store, as the back office told of them: the key and the row of each.
pub(crate) fn held(connection: &Connection) -> Result<Vec<(String, Row)>, ShopError> {
    let sql = "SELECT key, body FROM shared WHERE kind = 'held' AND body IS NOT NULL";
    let mut find = connection.prepare_cached(sql)?;
    let mut rows = find.query([])?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        held.push((row.get(0)?, serde_json::from_str(body)?));
    }
    Ok(held)
}

/// Puts an edit of a record on its way that is not this till's.
pub(crate) fn ask(connection: &Connection, edit: &Edit) -> Result<(), ShopError> {
    let sql = "INSERT INTO edit (id, body) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute([edit.id.to_string(), serde_json::to_string(edit)?])?;
    Ok(())
}

/// Remembers which sale a ticket became that waited.
pub(crate) fn paid(connection: &Connection, id: Uuid, paid: &HeldRecord) -> Result<(), ShopError> {
    let sql = "INSERT INTO held_paid (key, paid) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute([id.to_string(), serde_json::to_string(paid)?])?;
    Ok(())
}

/// Forgets tickets that were paid or are gone, so that they do not gather: what comes of them still, the back office tells
/// again.
pub(crate) fn forget_paid(connection: &Connection) -> Result<(), ShopError> {
    connection.execute_batch(
        "DELETE FROM shared WHERE kind = 'held' AND fresh = 1 AND version > 0
             AND (body IS NULL OR json_array_length(body, '$.paid') > 0)
             AND NOT EXISTS (SELECT 1 FROM held WHERE held.key = shared.key)
             AND NOT EXISTS (SELECT 1 FROM touched WHERE touched.kind = 'held' AND touched.key = shared.key);
         DELETE FROM held_paid WHERE NOT EXISTS (SELECT 1 FROM shared WHERE kind = 'held' AND shared.key = held_paid.key);",
    )?;
    Ok(())
}

/// What the back office told of a voucher.
pub(crate) fn voucher(connection: &Connection, code: &str) -> Result<Option<VoucherParts>, ShopError> {
    let Some((_, Some(row))) = shared(connection, Kind::Voucher, code)? else { return Ok(None) };
    Ok(Some(serde_json::from_value(row.into())?))
}

/// What the back office told of another till.
pub(crate) fn till(connection: &Connection, register: RegisterId) -> Result<Option<KnownTill>, ShopError> {
    let Some((_, Some(row))) = shared(connection, Kind::Till, &register.to_string())? else { return Ok(None) };
    Ok(Some(serde_json::from_value(row.into())?))
}

fn pending(connection: &Connection) -> Result<Vec<Edit>, ShopError> {
    let mut find = connection.prepare_cached("SELECT body FROM edit ORDER BY n")?;
    let mut rows = find.query([])?;
    let mut edits = Vec::new();
    while let Some(row) = rows.next()? {
        edits.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(edits)
}

/// What was touched and by whom, at most so many, those first that others name. What was not stamped, because the program
/// stopped just then, counts as of before everything else.
fn touched(
    connection: &Connection,
    most: usize,
    carried: Carried,
) -> Result<Vec<(Kind, String, u64, String)>, ShopError> {
    let sql = "SELECT key, coalesce(at, 1), operator FROM touched WHERE kind = ?1 LIMIT ?2";
    let mut find = connection.prepare_cached(sql)?;
    let mut touched = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.as_str() != carried.all_but()) {
        let mut rows = find.query(params![kind.as_str(), i64::try_from(most - touched.len()).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            touched.push((kind, row.get(0)?, unsigned(row.get(1)?), row.get(2)?));
        }
    }
    Ok(touched)
}

fn touch(connection: &Connection, kind: Kind, key: &str, at: u64, operator: &str) -> Result<(), ShopError> {
    let sql = "INSERT INTO touched (kind, key, at, operator) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![kind.as_str(), key, signed(at), operator])?;
    Ok(())
}

fn untouch(connection: &Connection, kind: Kind, key: &str) -> Result<(), ShopError> {
    let sql = "DELETE FROM touched WHERE kind = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute([kind.as_str(), key])?;
    Ok(())
}

/// The version that a record is known at, what it held there and what it holds here; none where that is the same.
#[allow(clippy::type_complexity, reason = "said in words above, used once")]
fn edited(
    connection: &Connection,
    kind: Kind,
    key: &str,
) -> Result<Option<(u64, Option<Row>, Option<Row>)>, ShopError> {
    let (version, before) = shared(connection, kind, key)?.unwrap_or_default();
    // As this program writes it: fields that it does not know, or writes otherwise, were edited by nobody.
    let before = before.map(|row| as_written_here(kind, key, row));
    let after = here(connection, kind, key)?;
    Ok((before != after).then_some((version, before, after)))
}

/// What the back office is known to hold of a record, and its version there.
pub(crate) fn shared(connection: &Connection, kind: Kind, key: &str) -> Result<Option<(u64, Option<Row>)>, ShopError> {
    let sql = "SELECT version, body FROM shared WHERE kind = ?1 AND key = ?2";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?));
    let found = connection.prepare_cached(sql)?.query_row([kind.as_str(), key], row).optional()?;
    let Some((version, body)) = found else { return Ok(None) };
    let row = body.map(|body| serde_json::from_str(&body)).transpose()?;
    Ok(Some((unsigned(version), row)))
}

/// A record as it stands in this till's own tables.
fn here(connection: &Connection, kind: Kind, key: &str) -> Result<Option<Row>, ShopError> {
    let body = |sql: &str| -> Result<Option<String>, ShopError> {
        Ok(connection.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
    };
    let body = match kind {
        Kind::Order => return Ok(Some(order(connection)?)),
        Kind::Picture => return picture_here(connection, key),
        Kind::Voucher | Kind::Till => return Ok(None),
        Kind::Held => return held_here(connection, key),
        Kind::Setting => body("SELECT value FROM setting WHERE name = ?1")?,
        kind => body(&format!("SELECT body FROM {} WHERE key = ?1", kind.as_str()))?,
    };
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// A ticket that waits here, or was paid here, as the other tills are to see it.
fn held_here(connection: &Connection, key: &str) -> Result<Option<Row>, ShopError> {
    let find = |sql: &str| -> Result<Option<String>, ShopError> {
        Ok(connection.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
    };
    let known = shared(connection, Kind::Held, key)?.and_then(|(_, row)| row);
    let known: Option<HeldRecord> = known.map(|row| serde_json::from_value(row.into())).transpose()?;
    let record =
        match (find("SELECT paid FROM held_paid WHERE key = ?1")?, find("SELECT body FROM held WHERE key = ?1")?) {
            (Some(paid), _) => Some(also_paid(known, serde_json::from_str(&paid)?)),
            (None, Some(ticket)) => waiting_here(connection, known, serde_json::from_str(&ticket)?)?,
            (None, None) => None,
        };
    Ok(record.map(|record| record.to_row()).transpose()?)
}

/// What is known of a ticket, with the sales that it became here.
fn also_paid(known: Option<HeldRecord>, here: HeldRecord) -> HeldRecord {
    let Some(mut known) = known else { return here };
    for paid in here.paid {
        if !known.paid.contains(&paid) {
            known.paid.push(paid);
        }
    }
    known
}

fn waiting_here(
    connection: &Connection,
    known: Option<HeldRecord>,
    ticket: HeldTicket,
) -> Result<Option<HeldRecord>, ShopError> {
    let sql = "SELECT s.value, j.label FROM setting s JOIN journal j ON j.register = json_extract(s.value, '$')
               WHERE s.name = ?1";
    let own = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let Some((holder, label)) = connection.prepare_cached(sql)?.query_row([CURRENT_JOURNAL], own).optional()? else {
        return Ok(None);
    };
    let state = HeldState::of(&ticket);
    // What is on the counter is shown as it was put aside.
    let ticket = match (&known, ticket.on_counter) {
        (Some(known), true) => known.ticket.clone(),
        _ => ticket,
    };
    let paid = known.map(|known| known.paid).unwrap_or_default();
    Ok(Some(HeldRecord { holder: serde_json::from_str(&holder)?, label, state, ticket, paid }))
}

fn order(connection: &Connection) -> Result<Row, ShopError> {
    let mut find = connection.prepare_cached("SELECT key FROM category ORDER BY rowid")?;
    let keys = find.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(Row::from_iter([("keys".to_owned(), keys.into())]))
}

fn picture_here(connection: &Connection, key: &str) -> Result<Option<Row>, ShopError> {
    let sql = "SELECT kind, bytes FROM picture WHERE id = ?1";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
    let found = connection.prepare_cached(sql)?.query_row([key], row).optional()?;
    Ok(found.map(|(kind, bytes)| {
        let bytes = BASE64_STANDARD.encode(bytes);
        Row::from_iter([("kind".to_owned(), kind.into()), ("bytes".to_owned(), bytes.into())])
    }))
}

/// A record's fields as this program reads and writes them; as they are where it cannot read them.
fn as_written_here(kind: Kind, key: &str, row: Row) -> Row {
    fn through<T: DeserializeOwned + Serialize>(row: &Row) -> Option<Row> {
        let record: T = serde_json::from_value(row.clone().into()).ok()?;
        match serde_json::to_value(record).ok()? {
            serde_json::Value::Object(row) => Some(row),
            _ => None,
        }
    }
    let written = match kind {
        Kind::Category => through::<Category>(&row),
        Kind::Family => through::<Family>(&row),
        Kind::Modifiers => through::<ModifierGroup>(&row),
        Kind::Product => through::<Product>(&row),
        Kind::Menu => through::<Menu>(&row),
        Kind::PriceList => through::<PriceList>(&row),
        Kind::Operator => through::<Operator>(&row),
        Kind::Setting if key == RULES => through::<Rules>(&row),
        Kind::Setting if key == GATES => through::<Gates>(&row),
        Kind::Setting if key == VALIDITY => through::<Validity>(&row),
        Kind::Setting if key == VOUCHERS_OFFLINE => through::<OfflinePolicy>(&row),
        Kind::Held => through::<HeldRecord>(&row),
        Kind::Setting | Kind::Picture | Kind::Order | Kind::Voucher | Kind::Till => None,
    };
    written.unwrap_or(row)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
