//! How an edit made on a till meets a record that may have changed meanwhile: rules without a database.
//!
//! Field by field: what nobody else changed since the till saw it is taken; what others changed, too, goes to the later
//! edit. Prices, VAT rates and rights are not for a clock to decide: what is held stays, and a manager looks at the other.
//! But a right that is taken away is taken away at once, whoever else edited.

use std::collections::BTreeMap;

use comptoir_core::operators::{Gate, Gates, Rank, Role};
use comptoir_core::shared::{Edit, Kind, Row};
use comptoir_sync::message::Fate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kinds::{GATES, is_record};

/// Since when a field is what it is: the number in the feed, the edit's [`at`](Edit::at), and the register that made it,
/// empty for the back office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(pub u64, pub u64, pub String);

impl Stamp {
    /// Whether somebody else made it after a version that is known to `by`.
    fn is_of_others(&self, base: u64, by: &str) -> bool {
        self.0 > base && self.2 != by
    }

    /// Whether it is later than an edit at that time by that register.
    fn is_later_than(&self, at: u64, by: &str) -> bool {
        (self.1, self.2.as_str()) > (at, by)
    }
}

/// The stamps of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    /// Of the record as a whole: made, deleted or made again.
    whole: Stamp,
    /// Of the fields that became others since.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Stamp>,
}

impl Stamps {
    /// All fields at once.
    pub fn all(stamp: Stamp) -> Stamps {
        Stamps { whole: stamp, fields: BTreeMap::new() }
    }

    /// Of a field, be it there or not.
    pub fn of(&self, field: &str) -> &Stamp {
        self.fields.get(field).unwrap_or(&self.whole)
    }

    /// Says since when a field is what it is.
    pub fn set(&mut self, field: &str, stamp: Stamp) {
        self.fields.insert(field.to_owned(), stamp);
    }

    /// The latest time among them.
    pub fn latest(&self) -> u64 {
        self.every().map(|stamp| stamp.1).max().unwrap_or_default()
    }

    fn every(&self) -> impl Iterator<Item = &Stamp> {
        self.fields.values().chain([&self.whole])
    }
}

/// A record as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The number of its last change.
    pub number: u64,
    /// What it holds; none where it was deleted.
    pub row: Option<Row>,
    /// Since when.
    pub stamps: Stamps,
}

/// What becomes of a record by an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The record as it is now; none where it stays as it was.
    pub record: Option<Record>,
    /// What the till is told.
    pub fate: Fate,
    /// The fields that wait for a manager, none where the deletion waits; nothing where nothing waits.
    pub waits: Option<Vec<String>>,
}

impl Merge {
    fn stands(fate: Fate) -> Merge {
        Merge { record: None, fate, waits: None }
    }

    fn waits(fields: Vec<String>) -> Merge {
        Merge { record: None, fate: Fate::Waits, waits: Some(fields) }
    }
}

/// Merges an edit of the register `by` into what is held; `number` is the next one of the feed. The edit's row is a record
/// of its kind.
pub fn merge(held: Option<&Record>, edit: &Edit, by: &str, number: u64) -> Merge {
    let stamp = Stamp(number, edit.at, by.to_owned());
    let Some(row) = &edit.row else { return delete(held, edit, by, stamp) };
    let made = |fate| {
        let record = Record { number, row: Some(row.clone()), stamps: Stamps::all(stamp.clone()) };
        Merge { record: Some(record), fate, waits: None }
    };
    let Some(held) = held else { return made(Fate::Taken) };
    if edit.kind == Kind::Picture || is_from_before(edit) {
        let is_same = held.row.as_ref() == Some(row);
        return Merge::stands(if is_same { Fate::Taken } else { Fate::Merged });
    }
    match &held.row {
        Some(before) => fields(held, before, row, edit, by, &stamp),
        None if is_of_rights(edit) && is_contested(held, edit, by) => Merge::waits(row.keys().cloned().collect()),
        None if is_late(held.stamps.of(""), edit, by) => Merge::stands(Fate::Merged),
        None => made(Fate::Taken),
    }
}

/// What becomes of one field.
enum Verdict {
    /// It is what the edit says already.
    Holds,
    /// It becomes what the edit says.
    Taken,
    /// It becomes that although others changed it, too.
    TakenOver,
    /// It stays as others made it.
    Stands,
    /// It stays, and a manager decides.
    Waits,
}

fn fields(held: &Record, before: &Row, row: &Row, edit: &Edit, by: &str, stamp: &Stamp) -> Merge {
    let mut after = Record { number: stamp.0, ..held.clone() };
    let mut values = before.clone();
    let (mut waiting, mut is_merged) = (Vec::new(), false);
    for field in &edit.fields {
        let verdict = judge(held, (before.get(field), row.get(field)), field, edit, by);
        let is_taken = matches!(verdict, Verdict::Taken | Verdict::TakenOver);
        match verdict {
            Verdict::Holds | Verdict::Taken => {}
            Verdict::TakenOver | Verdict::Stands => is_merged = true,
            Verdict::Waits => waiting.push(field.clone()),
        }
        if !is_taken {
            continue;
        }
        match row.get(field) {
            Some(value) => values.insert(field.clone(), value.clone()),
            None => values.remove(field),
        };
        let mut stamp = stamp.clone();
        if matches!(verdict, Verdict::TakenOver) && counts(edit, field) {
            // Others had a part in it: what this till says of it next, without having seen that, is no right of its own.
            stamp.2.clear();
        }
        after.stamps.set(field, stamp);
    }
    // Fields that fit each alone need not fit together.
    if is_record(edit.kind, &edit.key, &values).is_err() {
        return Merge::waits(edit.fields.clone());
    }
    let changed = values != *before;
    after.row = Some(values);
    let fate = match (waiting.is_empty(), is_merged) {
        (false, _) => Fate::Waits,
        (true, true) => Fate::Merged,
        (true, false) => Fate::Taken,
    };
    Merge { record: changed.then_some(after), fate, waits: Some(waiting).filter(|fields| !fields.is_empty()) }
}

fn judge(
    held: &Record,
    (ours, theirs): (Option<&Value>, Option<&Value>),
    field: &str,
    edit: &Edit,
    by: &str,
) -> Verdict {
    if ours == theirs {
        return Verdict::Holds;
    }
    let stamp = held.stamps.of(field);
    // A price list is one thing: half of one and half of another is nobody's prices.
    let contested = match edit.kind {
        Kind::PriceList => is_contested(held, edit, by),
        _ => stamp.is_of_others(edit.base, by),
    };
    if !contested {
        return if is_late(stamp, edit, by) { Verdict::Stands } else { Verdict::Taken };
    }
    if takes_rights_away(edit, field, ours, theirs) {
        Verdict::TakenOver
    } else if counts(edit, field) {
        Verdict::Waits
    } else if stamp.is_later_than(edit.at, by) {
        Verdict::Stands
    } else {
        Verdict::TakenOver
    }
}

fn delete(held: Option<&Record>, edit: &Edit, by: &str, stamp: Stamp) -> Merge {
    let Some(held) = held.filter(|held| held.row.is_some()) else { return Merge::stands(Fate::Taken) };
    // A picture is named by what is in it: whoever shows it next would have to bring it again.
    if edit.kind == Kind::Picture || is_from_before(edit) {
        return Merge::stands(Fate::Merged);
    }
    if is_contested(held, edit, by) {
        return Merge { record: without_rights(held, edit, &stamp), ..Merge::waits(Vec::new()) };
    }
    if held.stamps.every().any(|known| is_late(known, edit, by)) {
        return Merge::stands(Fate::Merged);
    }
    let record = Record { number: stamp.0, row: None, stamps: Stamps::all(stamp) };
    Merge { record: Some(record), fate: Fate::Taken, waits: None }
}

/// Whoever is to be deleted does not sign in while a manager thinks it over.
fn without_rights(held: &Record, edit: &Edit, stamp: &Stamp) -> Option<Record> {
    let row = held.row.as_ref().filter(|_| edit.kind == Kind::Operator)?;
    if row.get(ACTIVE) == Some(&Value::Bool(false)) {
        return None;
    }
    let mut after = Record { number: stamp.0, ..held.clone() };
    after.row.get_or_insert_default().insert(ACTIVE.to_owned(), Value::Bool(false));
    after.stamps.set(ACTIVE, Stamp(stamp.0, stamp.1, String::new()));
    Some(after)
}

const ACTIVE: &str = "active";
const ROLE: &str = "role";

/// What a till had before it knew of the store.
fn is_from_before(edit: &Edit) -> bool {
    edit.at == 0 && edit.base == 0
}

/// Whether others changed anything of the record since the till saw it.
fn is_contested(held: &Record, edit: &Edit, by: &str) -> bool {
    held.stamps.every().any(|stamp| stamp.is_of_others(edit.base, by))
}

/// Whether the same till has said something later already.
fn is_late(stamp: &Stamp, edit: &Edit, by: &str) -> bool {
    stamp.0 > edit.base && stamp.2 == by && stamp.is_later_than(edit.at, by)
}

fn is_of_rights(edit: &Edit) -> bool {
    edit.kind == Kind::Operator || (edit.kind == Kind::Setting && edit.key == GATES)
}

/// Whether a field is one that no clock decides: prices, VAT rates, rights.
pub fn counts(edit: &Edit, field: &str) -> bool {
    match edit.kind {
        Kind::Product => ["price", "price_by_mode", "vat"].contains(&field),
        // What is chosen in a course has a supplement.
        Kind::Menu => ["price", "price_by_mode", "courses"].contains(&field),
        Kind::Modifiers => field == "modifiers",
        Kind::PriceList => true,
        Kind::Operator => [ROLE, ACTIVE, "pin", "badge"].contains(&field),
        Kind::Setting => edit.key == GATES,
        Kind::Category | Kind::Family | Kind::Picture | Kind::Order | Kind::Voucher | Kind::Held | Kind::Till => false,
    }
}

/// Whether a field leaves somebody with less than what is held.
fn takes_rights_away(edit: &Edit, field: &str, ours: Option<&Value>, theirs: Option<&Value>) -> bool {
    match (edit.kind, field) {
        (Kind::Operator, ACTIVE) => theirs == Some(&Value::Bool(false)),
        (Kind::Operator, ROLE) => {
            read::<Role>(ours).zip(read(theirs)).is_some_and(|(ours, theirs)| is_less(theirs, ours))
        }
        (Kind::Setting, gate) if edit.key == GATES => {
            let gate = read::<Gate>(Some(&Value::from(gate)));
            gate.is_some_and(|gate| rank_of(gate, theirs) > rank_of(gate, ours))
        }
        _ => false,
    }
}

/// Who passes a gate that is set so.
fn rank_of(gate: Gate, set: Option<&Value>) -> Rank {
    read(set).unwrap_or_else(|| Gates::default().rank(gate))
}

/// Whether a role may do nothing that another may not, and something less. An auditor reads what a manager reads, which a
/// cashier does not.
fn is_less(role: Role, than: Role) -> bool {
    match (role.rank(), than.rank()) {
        (Some(rank), Some(than)) => rank < than,
        (None, Some(than)) => than >= Rank::Manager,
        (_, None) => false,
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Option<&Value>) -> Option<T> {
    serde_json::from_value(value?.clone()).ok()
}
