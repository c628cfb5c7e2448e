//! The rows of a table as groups of modifiers.

use std::collections::HashMap;

use super::error::What;
use super::headers::ModifierColumn as Column;
use super::reading::{Places, Read, Reading};
use super::table::Table;
use super::value;
use crate::catalogue::{Catalogue, Modifier, ModifierGroup, RecordId};

/// The groups that a table holds. A group that is named holds the modifiers that its rows say and no others.
pub(super) fn modifiers(table: &Table<Column>, catalogue: &Catalogue) -> Read<ModifierGroup> {
    let mut reading = Reading::of(table);
    let mut places = Places::new();
    let mut records = Vec::new();
    for (id, rows) in reading.records(Column::Group) {
        let before = catalogue.modifier_group(&id);
        let new = || ModifierGroup {
            id: id.clone(),
            label: String::new(),
            at_least: 0,
            at_most: None,
            modifiers: Vec::new(),
        };
        let mut group = before.cloned().unwrap_or_else(new);
        group.label = reading.name(&rows, Column::GroupLabel, before.map(|group| group.label.as_str()));
        if let Some(least) = reading.said(&rows, Column::AtLeast, value::count) {
            group.at_least = least.unwrap_or_default();
        }
        if let Some(most) = reading.said(&rows, Column::AtMost, value::count) {
            group.at_most = most;
        }
        if let Some(row) = rows.first() {
            places.insert((RecordId::Modifiers(id.clone()), String::new()), reading.place(row));
        }
        let (mut modifiers, mut seen) = (Vec::new(), HashMap::new());
        for row in rows {
            let Some(code) = reading.need(row, Column::Code, value::text, What::NoRecord) else { continue };
            if let Some(first) = seen.insert(code.clone(), row.number) {
                reading.fault(row, Column::Code, What::Twice { first });
            }
            let known = before.and_then(|group| group.modifier(&code));
            let label = reading.name(&[row], Column::Label, known.map(|modifier| modifier.label.as_str()));
            let price = match reading.table.place_of(Column::Price) {
                Some(_) => reading.read(row, Column::Price, value::addition),
                None => known.map(|modifier| modifier.price),
            };
            modifiers.push(Modifier { id: code, label, price: price.unwrap_or_default() });
        }
        group.modifiers = modifiers;
        records.push(group);
    }
    Read { records, places, faults: reading.faults }
}
