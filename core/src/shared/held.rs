//! Tickets that wait at one till and are seen at the others: the row of [`Kind::Held`](super::Kind::Held).
//!
//! One till holds a ticket; another asks the back office for it, and pays it once it has it. Without a network it may be paid
//! elsewhere all the same, by whoever was warned: then both sales stand, and a manager hears of it.

use comptoir_fiscal::values::{Instant, RegisterId};
use serde::{Deserialize, Serialize};

use super::Row;
use crate::held::HeldTicket;

/// A ticket that waits, as all tills of its store see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRecord {
    /// The till that holds it.
    pub holder: RegisterId,
    /// What that is called.
    pub label: String,
    /// Whether another till may ask for it.
    pub state: HeldState,
    /// The ticket, as it was when it was last put aside.
    pub ticket: HeldTicket,
    /// Where it was paid: once, or it was paid in two places that did not know of each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<PaidTicket>,
}

/// How a ticket waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// Put aside: whoever asks for it has it.
    Waiting,
    /// On the counter of its till.
    Busy,
    /// Put aside, and bound to its till: something was taken for it, a note of it was sealed there, or it is half of an
    /// exchange.
    Stays,
}

impl HeldState {
    /// How a ticket waits at its own till.
    pub fn of(ticket: &HeldTicket) -> HeldState {
        if ticket.is_part_paid()
            || ticket.exchange.is_some()
            || !ticket.basket.notes().is_empty()
            || ticket.asks_note.is_some()
        {
            HeldState::Stays
        } else if ticket.on_counter {
            HeldState::Busy
        } else {
            HeldState::Waiting
        }
    }
}

/// What the back office makes of what a till says of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It stays as it is known.
    Same,
    /// It is this from now on.
    Known(Box<HeldRecord>),
    /// Nobody waits for it any more.
    Gone,
}

/// Judges what the till `by` says of a ticket; none where it gave it up. Only who holds a ticket changes it. Who asks for it
/// has it where it waits as they saw it (`saw_it_last`), or where its till was revoked (`is_orphan`). That it was paid counts
/// from whoever says so: a ticket that was paid twice keeps both sales.
pub fn judge(
    known: Option<&HeldRecord>,
    said: Option<HeldRecord>,
    by: RegisterId,
    saw_it_last: bool,
    is_orphan: bool,
) -> Judged {
    let Some(known) = known else { return said.map_or(Judged::Same, |said| Judged::Known(Box::new(said))) };
    let Some(said) = said else {
        let gives_up = known.holder == by && known.paid.is_empty();
        return if gives_up { Judged::Gone } else { Judged::Same };
    };
    let mut paid = known.paid.clone();
    paid.extend(said.paid.iter().filter(|paid| paid.register == by && !known.paid.contains(paid)).cloned());
    let is_given = is_orphan || (saw_it_last && known.state == HeldState::Waiting);
    let counts = paid.is_empty() && said.holder == by && (known.holder == by || is_given);
    let next = HeldRecord { paid, ..if counts { said } else { known.clone() } };
    if next == *known { Judged::Same } else { Judged::Known(Box::new(next)) }
}

impl HeldRecord {
    /// The record of a row; none where it is of another form.
    pub fn of(row: &Row) -> Option<HeldRecord> {
        serde_json::from_value(row.clone().into()).ok()
    }

    /// The row of it.
    pub fn to_row(&self) -> serde_json::Result<Row> {
        serde_json::from_value(serde_json::to_value(self)?)
    }

    /// Whether it was paid at more than one till.
    pub fn is_paid_twice(&self) -> bool {
        self.paid.iter().any(|paid| Some(paid.register) != self.paid.first().map(|first| first.register))
    }
}

/// The sale that a held ticket became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidTicket {
    /// In which journal.
    pub register: RegisterId,
    /// What its till is called.
    pub label: String,
    /// The number of the ticket there.
    pub number: u64,
    /// When.
    pub at: Instant,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::basket::Basket;

    fn till(n: u8) -> RegisterId {
        format!("0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b{n:02x}").parse().unwrap()
    }

    fn paid(n: u8, number: u64) -> PaidTicket {
        let at = "2026-11-20T10:00:00+01:00".parse().unwrap();
        PaidTicket { register: till(n), label: n.to_string(), number, at }
    }

    prop_compose! {
        fn any_record()(
            holder in 0u8..3,
            state in prop::sample::select(vec![HeldState::Waiting, HeldState::Busy, HeldState::Stays]),
            title in 0u8..3,
            payers in prop::collection::vec((0u8..3, 1u64..3), 0..2),
        ) -> HeldRecord {
            let basket = Basket::new(None, comptoir_fiscal::entry::Channel::Counter);
            let at = "2026-11-20T10:00:00+01:00".parse().unwrap();
            let mut ticket = HeldTicket::new(uuid::Uuid::from_u128(1), "sample", at, basket);
            ticket.title = Some(title.to_string());
            let paid = payers.into_iter().map(|(n, number)| paid(n, number)).collect();
            HeldRecord { holder: till(holder), label: holder.to_string(), state, ticket, paid }
        }
    }

    proptest! {
        #[test]
        fn what_was_judged_is_the_same_when_it_is_said_again(
            known in prop::option::of(any_record()), said in prop::option::of(any_record()), by in 0u8..3,
            saw in any::<bool>(), orphan in any::<bool>(),
        ) {
            let first = judge(known.as_ref(), said.clone(), till(by), saw, orphan);
            let after = match &first {
                Judged::Same => known.clone(),
                Judged::Known(record) => Some((**record).clone()),
                Judged::Gone => None,
            };
            // Its own edit is what it has not seen.
            prop_assert_eq!(judge(after.as_ref(), said, till(by), false, false), Judged::Same);
        }

        #[test]
        fn no_sale_is_ever_forgotten_and_nobody_speaks_for_another_till(
            known in any_record(), said in prop::option::of(any_record()), by in 0u8..3,
            saw in any::<bool>(), orphan in any::<bool>(),
        ) {
            if let Judged::Known(after) = judge(Some(&known), said, till(by), saw, orphan) {
                prop_assert!(known.paid.iter().all(|paid| after.paid.contains(paid)));
                prop_assert!(after.paid.iter().all(|paid| known.paid.contains(paid) || paid.register == till(by)));
                prop_assert!(after.holder == known.holder || after.holder == till(by));
                prop_assert!(known.paid.is_empty() || (after.holder, &after.ticket) == (known.holder, &known.ticket));
            }
        }
    }
}
