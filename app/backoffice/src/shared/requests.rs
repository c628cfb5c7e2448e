//! What a register asks of its store's feed, and how it is answered.

use std::pin::pin;
use std::time::Duration;

use comptoir_core::shared::{Changes, Edit};
use comptoir_sync::message::{EDITS_MAX, Fate, Merged, Outcome, Refused};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::edits::{Taken, take};
use super::feed::{After, Epoch, Feed, Scope, changes};
use super::kinds;
use super::waiting::Waiting;
use crate::gzip::{packed, unpacked};
use crate::journals::Registered;
use crate::store::{Store, StoreError, Tx};

/// How often is looked whether somebody beside this program has written.
const LOOK: Duration = Duration::from_secs(1);
/// The largest edits that are taken, unpacked.
const EDITS_BYTES_MAX: u64 = 32 << 20;

/// What a request comes to: a body, or why not.
type Answered = Result<Result<Vec<u8>, Refused>, StoreError>;

/// The changes after a cursor.
pub(crate) async fn answer_changes(store: &Store, from: &Registered, after: &After) -> Answered {
    Ok(told(store, from, after).await?.map(|changes| body_of(&changes)))
}

/// The changes after a cursor, as soon as there are any. Nothing is held meanwhile but the line.
pub(crate) async fn answer_wait(store: &Store, waiting: &Waiting, from: &Registered, after: &After) -> Answered {
    let room = waiting.at(&Scope::of(&from.whose));
    let mut stopping = waiting.stopping();
    let ends = Instant::now() + waiting.longest();
    let mut for_all = false;
    loop {
        // Whoever writes after this is heard, also before anybody waits for it.
        let mut woken = pin!(room.changed());
        woken.as_mut().enable();
        let changes = match told(store, from, after).await? {
            Ok(changes) => changes,
            Err(refused) => return Ok(Err(refused)),
        };
        let has_changed = changes.next != after.cursor;
        if has_changed && for_all {
            room.wake();
        }
        if has_changed || Instant::now() >= ends || *stopping.borrow() {
            return Ok(Ok(body_of(&changes)));
        }
        for_all = loop {
            tokio::select! {
                () = &mut woken => break false,
                // The office that would say so is gone: it stops.
                said = stopping.changed() => match said {
                    Ok(()) => break false,
                    Err(_) => return Ok(Ok(body_of(&changes))),
                },
                () = sleep_until(ends.min(Instant::now() + LOOK)) => {
                    if room.falls_to_me(LOOK) {
                        break true;
                    }
                    if Instant::now() >= ends {
                        break false;
                    }
                }
            }
        };
    }
}

async fn told(store: &Store, from: &Registered, after: &After) -> Result<Result<Changes, Refused>, StoreError> {
    let (register, scope, after) = (from.whose.register, Scope::of(&from.whose), after.clone());
    let read = move |tx: &mut dyn Tx| match refused(tx, register)? {
        Some(refused) => Ok(Some(Err(refused))),
        None => changes(tx, &scope, &after),
    };
    if let Some(told) = store.read(read.clone()).await? {
        return Ok(told);
    }
    let (scope, epoch) = (Scope::of(&from.whose), Epoch::drawn()?);
    store.write(move |tx: &mut dyn Tx| Feed::take(tx, &scope, &epoch).map(drop)).await?;
    Ok(store.read(read).await?.unwrap_or(Err(Refused::Busy)))
}

/// Whether a register has no part in its store any more. It may have been revoked since its request was looked at.
fn refused(tx: &mut dyn Tx, register: comptoir_fiscal::values::RegisterId) -> Result<Option<Refused>, StoreError> {
    Ok(match Registered::find(tx, register)? {
        None => Some(Refused::UnknownRegister),
        Some(found) => found.revoked.map(|_| Refused::Revoked),
    })
}

/// Takes in what a till has edited, all of it in one transaction.
pub(crate) async fn answer_edits(
    store: &Store,
    waiting: &Waiting,
    from: &Registered,
    body: &[u8],
    now: i64,
) -> Result<Result<Merged, Refused>, StoreError> {
    let carried = body.to_vec();
    // Reading records takes the processor, which is not to be kept from answering others.
    let read = tokio::task::spawn_blocking(move || read(&carried)).await.map_err(|_| StoreError::Fault)?;
    let (cursor, edits) = match read {
        Ok(read) => read,
        Err(refused) => return Ok(Err(refused)),
    };
    let (whose, epoch) = (from.whose.clone(), Epoch::drawn()?);
    let taken = store.write(move |tx: &mut dyn Tx| match refused(tx, whose.register)? {
        Some(refused) => Ok(Err(refused)),
        None => take(tx, &whose, (&cursor, &edits), &epoch, now),
    });
    let Taken { outcomes, changed } = match taken.await? {
        Ok::<Taken, Refused>(taken) => taken,
        Err(refused) => return Ok(Err(refused)),
    };
    if changed {
        waiting.wake(&Scope::of(&from.whose));
    }
    Ok(Ok(Merged { outcomes }))
}

/// An edit as far as it could be read, or what it is told at once.
pub(crate) type Read = Result<Edit, Outcome>;

/// Edits of which one may be of a newer program: it is told so, and the others are taken.
#[derive(Deserialize)]
struct Carried {
    cursor: String,
    edits: Vec<Value>,
}

#[derive(Deserialize)]
struct Named {
    id: Uuid,
}

fn read(body: &[u8]) -> Result<(String, Vec<Read>), Refused> {
    let malformed = |_| Refused::Malformed { why: "these are no edits".to_owned() };
    let carried: Carried = serde_json::from_slice(&unpacked(body, EDITS_BYTES_MAX)?).map_err(malformed)?;
    if carried.edits.len() > EDITS_MAX {
        return Err(Refused::TooLarge);
    }
    let each = |edit: Value| {
        let Named { id } = Named::deserialize(&edit).map_err(malformed)?;
        Ok(match Edit::deserialize(edit) {
            Err(error) => Err(Outcome { id, fate: Fate::Refused { why: error.to_string() } }),
            Ok(edit) => match kinds::refuse(&edit) {
                Some(why) => Err(Outcome { id, fate: Fate::Refused { why } }),
                None => Ok(edit),
            },
        })
    };
    let edits = carried.edits.into_iter().map(each).collect::<Result<Vec<Read>, Refused>>()?;
    Ok((carried.cursor, edits))
}

/// Changes as they are carried.
fn body_of(changes: &Changes) -> Vec<u8> {
    // Plain structures of texts and numbers are always written.
    packed(&serde_json::to_vec(changes).unwrap_or_default())
}
