//! Edits of tills, taken into the feed of their store.

use comptoir_core::shared::{Edit, Kind};
use comptoir_sync::message::{Fate, Outcome, Refused};

use super::feed::{Epoch, Feed, Scope};
use super::merge::merge;
use super::requests::Read;
use super::{held, inbox};
use crate::journals::Whose;
use crate::store::{StoreError, Tx};

/// How long is remembered what became of an edit, in seconds: no till brings one again after that.
const REMEMBERED: i64 = 90 * 24 * 60 * 60;

/// What came of edits.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// One for each.
    pub(crate) outcomes: Vec<Outcome>,
    /// Whether a record is another now.
    pub(crate) changed: bool,
}

/// Takes the edits of a register, made up to where it says that it has read; all of them, or none where it has read
/// another feed.
pub(crate) fn take(
    tx: &mut dyn Tx,
    whose: &Whose,
    (cursor, edits): (&str, &[Read]),
    new: &Epoch,
    now: i64,
) -> Result<Result<Taken, Refused>, StoreError> {
    let mut feed = Feed::take(tx, &Scope::of(whose), new)?;
    let began = feed.number();
    let knows_none = cursor.is_empty();
    let has_base = edits.iter().any(|edit| edit.as_ref().is_ok_and(|edit| edit.base > 0));
    if feed.place(cursor).is_none() || (knows_none && has_base) {
        return Ok(Err(Refused::Cursor));
    }
    let forgotten = "DELETE FROM edit_seen WHERE merchant = $1 AND store = $2 AND seen < $3";
    tx.execute(forgotten, &feed.scope().row([(now - REMEMBERED).into()]))?;
    if edits.iter().flatten().any(|edit| edit.kind == Kind::Held) {
        held::forget_old(tx, feed.scope(), u64::try_from(now).unwrap_or_default().saturating_mul(1000))?;
    }
    let mut outcomes = Vec::with_capacity(edits.len());
    for read in edits {
        outcomes.push(match read {
            Err(outcome) => outcome.clone(),
            Ok(edit) => Outcome { id: edit.id, fate: take_one(tx, &mut feed, whose, edit, began, now)? },
        });
    }
    Ok(Ok(Taken { outcomes, changed: feed.number() > began }))
}

fn take_one(
    tx: &mut dyn Tx,
    feed: &mut Feed,
    whose: &Whose,
    edit: &Edit,
    began: u64,
    now: i64,
) -> Result<Fate, StoreError> {
    let id = edit.id.to_string();
    let seen = "SELECT fate FROM edit_seen WHERE merchant = $1 AND store = $2 AND edit = $3";
    let key = feed.scope().row([id.as_str().into()]);
    if let Some(fate) = tx.one(seen, &key, |row| Ok(row.text(0)?.to_owned()))? {
        return serde_json::from_str(&fate).map_err(StoreError::unreadable);
    }
    // What no till was ever told cannot have been edited.
    if edit.base > began {
        return Ok(Fate::Refused { why: format!("there is no version {} yet", edit.base) });
    }
    let held = feed.record(tx, edit.kind, &edit.key)?;
    let merged = match edit.kind {
        Kind::Held => held::judged(tx, held.as_ref(), edit, whose.register, feed.next())?,
        _ => merge(held.as_ref(), edit, &whose.register.to_string(), feed.next()),
    };
    if let Some(fields) = &merged.waits {
        let ours = held.as_ref().and_then(|held| held.row.as_ref());
        inbox::put(tx, feed.scope(), whose, edit, fields, ours, now)?;
    }
    if let Some(record) = &merged.record {
        feed.put(tx, &[(edit.kind, &edit.key, record)])?;
    }
    let fate = serde_json::to_string(&merged.fate).map_err(StoreError::unreadable)?;
    let sql = "INSERT INTO edit_seen (merchant, store, edit, fate, seen) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, &feed.scope().row([id.as_str().into(), fate.into(), now.into()]))?;
    Ok(merged.fate)
}
