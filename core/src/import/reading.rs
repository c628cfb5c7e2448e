//! Records that take several rows of a table each: which rows are of which, and what they say together.

use std::collections::{HashMap, HashSet};

use super::error::{Fault, Place, What};
use super::headers::Header;
use super::product::keep_or_set;
use super::table::{Cell, Row, Table};
use crate::catalogue::{Catalogue, RecordId};

/// The records that a table holds, as they would be, and where each is and each of its parts.
pub(super) struct Read<R> {
    pub(super) records: Vec<R>,
    pub(super) places: Places,
    pub(super) faults: Vec<Fault>,
}

/// Where a record begins (under no part), and where a part of it is, by the code of an article.
pub(super) type Places = HashMap<(RecordId, String), Place>;

/// The codes that lists and menus may name: those of the catalogue, and those that the same file makes.
pub(super) struct Articles<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) products: &'a HashSet<String>,
    pub(super) menus: &'a HashSet<String>,
}

impl Articles<'_> {
    pub(super) fn is_product(&self, sku: &str) -> bool {
        self.catalogue.product(sku).is_some() || self.products.contains(sku)
    }

    pub(super) fn is_menu(&self, sku: &str) -> bool {
        self.catalogue.menu(sku).is_some() || self.menus.contains(sku)
    }
}

/// A table being read, with what was found wrong so far.
pub(super) struct Reading<'t, C> {
    pub(super) table: &'t Table<C>,
    pub(super) faults: Vec<Fault>,
}

impl<'t, C: Header> Reading<'t, C> {
    pub(super) fn of(table: &'t Table<C>) -> Reading<'t, C> {
        Reading { table, faults: Vec::new() }
    }

    /// The rows of each code, in the order in which the codes come first. A row without one is a fault.
    pub(super) fn records(&mut self, code: C) -> Vec<(String, Vec<&'t Row>)> {
        let (mut records, mut at) = (Vec::<(String, Vec<&Row>)>::new(), HashMap::<String, usize>::new());
        for row in &self.table.rows {
            let Some(id) = self.read(row, code, super::value::text) else {
                self.fault(row, code, What::NoRecord);
                continue;
            };
            let place = *at.entry(id.clone()).or_insert(records.len());
            match records.get_mut(place) {
                Some((_, rows)) => rows.push(row),
                None => records.push((id, vec![row])),
            }
        }
        records
    }

    /// What the rows of a record say of it in a column: nothing where there is no such column, an empty value where all
    /// are empty. Rows that contradict each other are a fault.
    pub(super) fn said<T: PartialEq>(
        &mut self,
        rows: &[&Row],
        column: C,
        read: impl Fn(&Cell) -> Result<T, What>,
    ) -> Option<Option<T>> {
        self.table.place_of(column)?;
        let mut said: Option<(T, u32)> = None;
        for row in rows {
            match (self.read(row, column, &read), &said) {
                (Some(value), Some((known, first))) if value != *known => {
                    let first = *first;
                    self.fault(row, column, What::Differs { first });
                }
                (Some(value), None) => said = Some((value, row.number)),
                _ => {}
            }
        }
        Some(said.map(|(value, _)| value))
    }

    /// The same of what every record must have: what it had before where there is no such column, and a fault where it
    /// has none.
    pub(super) fn must<T: PartialEq>(
        &mut self,
        rows: &[&Row],
        column: C,
        before: Option<T>,
        read: impl Fn(&Cell) -> Result<T, What>,
        lacking: What,
    ) -> Option<T> {
        let faults = self.faults.len();
        let value = self.said(rows, column, read).unwrap_or(before);
        if let (None, Some(row)) = (&value, rows.first())
            && self.faults.len() == faults
        {
            self.fault(row, column, lacking);
        }
        value
    }

    /// The same of the name of a record, in the writing that it has already where only spaces differ.
    pub(super) fn name(&mut self, rows: &[&Row], column: C, before: Option<&str>) -> String {
        let was_empty = before.is_some_and(|before| before.trim().is_empty());
        let mut name = before.unwrap_or_default().to_owned();
        match (self.said(rows, column, super::value::text), rows.first()) {
            (Some(Some(said)), _) => keep_or_set(&mut name, said),
            (None, _) if before.is_some() => {}
            (_, Some(row)) if !was_empty => self.fault(row, column, What::NoName),
            _ => {}
        }
        name
    }

    /// What a cell says; none where it is empty, or wrong, which is then noted.
    pub(super) fn read<T>(&mut self, row: &Row, column: C, read: impl Fn(&Cell) -> Result<T, What>) -> Option<T> {
        let cell = self.cell(row, column)?;
        let value = if matches!(cell, Cell::Broken(_)) { Err(What::Broken) } else { read(cell) };
        value.map_err(|what| self.fault(row, column, what)).ok()
    }

    /// The same of what must be there.
    pub(super) fn need<T>(
        &mut self,
        row: &Row,
        column: C,
        read: impl Fn(&Cell) -> Result<T, What>,
        lacking: What,
    ) -> Option<T> {
        if self.cell(row, column).is_none() {
            self.fault(row, column, lacking);
        }
        self.read(row, column, read)
    }

    pub(super) fn fault(&mut self, row: &Row, column: C, what: What) {
        let found = self.cell(row, column).map(Cell::shown).unwrap_or_default();
        let place = Place { column: self.table.place_of(column), ..self.place(row) };
        self.faults.push(Fault { place, found, what });
    }

    /// Where a row is.
    pub(super) fn place(&self, row: &Row) -> Place {
        Place { sheet: self.table.sheet.clone(), row: row.number, column: None }
    }

    pub(super) fn cell<'r>(&self, row: &'r Row, column: C) -> Option<&'r Cell> {
        self.table.place_of(column).and_then(|at| row.get(at))
    }
}
