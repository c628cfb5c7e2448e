//! What a new device is given in the place of a lost one: which journal was lost, what the shop had edited, and, once it is
//! enrolled, the lines of that journal and of those before it, as it asks for them.

use std::collections::BTreeSet;

use comptoir_core::arriving::Awaited;
use comptoir_core::register::LostJournal;
use comptoir_fiscal::entry::{Body, Genesis};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::message::Refused;
use comptoir_sync::past::PIECE_LINES;

use crate::journals::{self, Registered};
use crate::store::{StoreError, Tx};

/// What there is to say of a journal that was lost with its device.
pub(crate) fn lost(tx: &mut dyn Tx, lost: &Registered) -> Result<LostJournal, StoreError> {
    let before = ancestors(tx, lost)?.iter().map(awaited).collect();
    Ok(LostJournal { journal: awaited(lost), settings: lost.settings()?, before })
}

/// Lines of a journal that come before an entry, in their order, for a register that took its place, however many devices
/// ago.
pub(crate) fn lines_before(
    tx: &mut dyn Tx,
    asking: &Registered,
    of: RegisterId,
    before: u64,
) -> Result<Result<Vec<u8>, Refused>, StoreError> {
    if asking.revoked.is_some() {
        return Ok(Err(Refused::Revoked));
    }
    let Some(lost) = ancestors(tx, asking)?.into_iter().find(|lost| lost.whose.register == of) else {
        return Ok(Err(Refused::NothingToRestore));
    };
    let before = before.min(lost.size);
    let from = before.saturating_sub(PIECE_LINES);
    Ok(Ok(journals::slice(tx, &lost.whose, from, before - from)?.concat()))
}

fn awaited(held: &Registered) -> Awaited {
    Awaited {
        register: held.whose.register,
        label: held.label.clone(),
        size: held.size,
        checkpoint: held.checkpoint.clone(),
    }
}

/// The journals that a register succeeds, the newest first, as far as they are this merchant's.
fn ancestors(tx: &mut dyn Tx, of: &Registered) -> Result<Vec<Registered>, StoreError> {
    let mut found: Vec<Registered> = Vec::new();
    let mut seen = BTreeSet::from([of.whose.register]);
    let mut next = genesis(tx, of)?.succeeds;
    while let Some(before) = next.take().filter(|succeeds| seen.insert(succeeds.register)) {
        let Some(held) = Registered::find(tx, before.register)?.filter(|held| held.whose.merchant == of.whose.merchant)
        else {
            break;
        };
        next = genesis(tx, &held)?.succeeds;
        found.push(held);
    }
    Ok(found)
}

fn genesis(tx: &mut dyn Tx, of: &Registered) -> Result<Genesis, StoreError> {
    let first = journals::slice(tx, &of.whose, 0, 1)?.concat();
    let unreadable = || StoreError::unreadable(format_args!("the first entry of register {}", of.whose.register));
    match sealed::read(&first).map_err(|_| unreadable())?.entry.body {
        Body::Genesis(genesis) => Ok(*genesis),
        _ => Err(unreadable()),
    }
}
