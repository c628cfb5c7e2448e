//! What a new device begins with: the place of a lost till, or one of its own in a store, what the shop had edited, and, once
//! it is enrolled, the lines of a lost journal and of those before it, as it asks for them.

use std::collections::BTreeSet;

use comptoir_core::arriving::Awaited;
use comptoir_core::register::{LostJournal, Offer};
use comptoir_fiscal::entry::{Body, Genesis};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::message::Refused;
use comptoir_sync::past::PIECE_LINES;

use crate::edited;
use crate::journals::{self, Registered};
use crate::merchants::Place;
use crate::store::{StoreError, Tx};

/// What a place offers; none where its store has no till yet whose settings a new one could have.
pub(crate) fn offer(tx: &mut dyn Tx, place: &Place) -> Result<Option<Offer>, StoreError> {
    let Some(like) = model(tx, place)? else { return Ok(None) };
    if place.replaces.is_some() {
        let before = ancestors(tx, &like)?.iter().map(awaited).collect();
        let lost = LostJournal {
            journal: awaited(&like),
            settings: like.settings()?,
            until: Some(like.standing()?.at),
            before,
        };
        return Ok(Some(Offer::Replace(Box::new(lost))));
    }
    let sql = "SELECT label FROM register WHERE merchant = $1 AND store = $2";
    let labels =
        tx.all(sql, &[place.merchant.as_str().into(), place.store.as_str().into()], |row| Ok(row.text(0)?.to_owned()))?;
    let settings = Genesis { label: free_label(&labels), succeeds: None, ..like.settings()? };
    Ok(Some(Offer::Join(Box::new(settings))))
}

/// What the shop had edited, as it was brought: by the lost till, or by the one of the store that was heard of last.
pub(crate) fn shop(tx: &mut dyn Tx, place: &Place) -> Result<Option<Vec<u8>>, StoreError> {
    match model(tx, place)? {
        Some(like) => edited::find(tx, &like.whose),
        None => Ok(None),
    }
}

/// The register that a new one begins like.
fn model(tx: &mut dyn Tx, place: &Place) -> Result<Option<Registered>, StoreError> {
    if let Some(lost) = place.replaces {
        return Registered::find(tx, lost);
    }
    let sql = "SELECT r.register FROM register r
        JOIN edited e ON e.merchant = r.merchant AND e.register = r.register
        WHERE r.merchant = $1 AND r.store = $2 AND r.revoked IS NULL ORDER BY e.received DESC, r.register LIMIT 1";
    let values = [place.merchant.as_str().into(), place.store.as_str().into()];
    let register = tx.one(sql, &values, |row| row.text(0)?.parse().map_err(StoreError::unreadable))?;
    register.map_or(Ok(None), |register: RegisterId| Registered::find(tx, register))
}

/// A number that no till of a store bears, whatever was written behind it.
fn free_label(labels: &[String]) -> String {
    let number = |label: &String| label.split('-').next().and_then(|stem| stem.parse::<u32>().ok());
    let next = labels.iter().filter_map(number).max().unwrap_or_default().saturating_add(1);
    format!("{next:02}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_till_has_a_number_that_none_of_its_store_has_or_had() {
        let label = |labels: &[&str]| free_label(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>());
        assert_eq!(label(&[]), "01");
        assert_eq!(label(&["01", "02-3", "bar"]), "03");
        assert_eq!(label(&["bar"]), "01");
        assert_eq!(label(&["99"]), "100");
    }
}
