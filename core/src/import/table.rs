//! Rows and cells, whatever file they came from.

use super::ImportError;
use super::columns::Column;
use super::headers::{Header, ListColumn, MenuColumn, ModifierColumn};
use super::pictures::Pictures;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// What somebody wrote.
    Text(String),
    /// A number of a workbook, with a point and no grouping.
    Number(String),
    /// A yes or no of a workbook.
    Truth(bool),
    /// What a formula failed at: `#N/A`, `#REF!` …
    Broken(String),
}

impl Cell {
    /// What stands there, to be shown.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Number(text) | Cell::Broken(text) => text.clone(),
            Cell::Truth(truth) => truth.to_string(),
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Cell::Text(text) if text.trim().is_empty())
    }
}

/// A row of which something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number, from 1, as spreadsheets count.
    pub number: u32,
    /// Its cells with the number of their column, from 0, ascending.
    pub cells: Vec<(u16, Cell)>,
}

impl Row {
    pub(super) fn get(&self, column: u16) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        self.cells.get(at).map(|(_, cell)| cell)
    }
}

/// A table: its columns that are known, the names of those that are not, and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<C = Column> {
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
    /// What stands in which column.
    pub columns: Vec<(u16, C)>,
    /// The headers that mean nothing here; what is below them is passed over.
    pub unknown: Vec<String>,
    /// What is below the headers.
    pub rows: Vec<Row>,
}

impl<C: Header> Table<C> {
    /// A table of rows, the first of which holds the headers.
    pub(super) fn of(sheet: Option<String>, mut rows: Vec<Row>) -> Result<Table<C>, ImportError> {
        rows.retain(|row| !row.cells.is_empty());
        let mut rows = rows.into_iter();
        let header = rows.next().ok_or(ImportError::Empty)?;
        let (mut columns, mut unknown) = (Vec::<(u16, C)>::new(), Vec::new());
        for (at, cell) in &header.cells {
            let name = cell.shown();
            match C::named(&name) {
                Some(column) if columns.iter().any(|(_, known)| *known == column) => {
                    return Err(ImportError::ColumnTwice { name });
                }
                Some(column) => columns.push((*at, column)),
                None => unknown.push(name),
            }
        }
        if let Some(lacking) = C::NEEDED.iter().find(|needed| !columns.iter().any(|(_, column)| column == *needed)) {
            return Err(lacking.lacking(sheet, unknown.into_iter().take(8).collect::<Vec<_>>().join(", ")));
        }
        Ok(Table { sheet, columns, unknown, rows: rows.collect() })
    }

    pub(super) fn place_of(&self, column: C) -> Option<u16> {
        self.columns.iter().find(|(_, known)| *known == column).map(|(at, _)| *at)
    }
}

/// What a file holds of a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct Tables {
    pub products: Option<Table>,
    pub price_lists: Vec<Table<ListColumn>>,
    pub menus: Vec<Table<MenuColumn>>,
    pub modifiers: Vec<Table<ModifierColumn>>,
    /// The pictures that the products name, read from the files beside the table; what of each is wrong where it is.
    pub pictures: Pictures,
    /// The sheets that are none of these, and those of products after the first.
    pub passed_over: Vec<String>,
}

impl Tables {
    /// Takes in a table of a kind.
    pub(super) fn put(&mut self, kind: Kind, sheet: Option<String>, rows: Vec<Row>) -> Result<(), ImportError> {
        match kind {
            Kind::Products => self.products = Some(Table::of(sheet, rows)?),
            Kind::PriceLists => self.price_lists.push(Table::of(sheet, rows)?),
            Kind::Menus => self.menus.push(Table::of(sheet, rows)?),
            Kind::Modifiers => self.modifiers.push(Table::of(sheet, rows)?),
        }
        Ok(())
    }

    /// The headers that mean nothing here, of all of them.
    pub(super) fn unknown(&self) -> Vec<String> {
        let products = self.products.iter().flat_map(|table| &table.unknown);
        let lists = self.price_lists.iter().flat_map(|table| &table.unknown);
        let menus = self.menus.iter().flat_map(|table| &table.unknown);
        let modifiers = self.modifiers.iter().flat_map(|table| &table.unknown);
        products.chain(lists).chain(menus).chain(modifiers).cloned().collect()
    }
}

/// What a table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Products,
    PriceLists,
    Menus,
    Modifiers,
}

impl Kind {
    /// What a table with this header is of; none where its columns do not show it.
    pub(super) fn of(header: &Row) -> Option<Kind> {
        fn has<C: Header>(header: &Row, column: C) -> bool {
            header.cells.iter().any(|(_, cell)| C::named(&cell.shown()) == Some(column))
        }
        let known = || header.cells.iter().filter_map(|(_, cell)| Column::named(&cell.shown())).count();
        // Who writes no more than “Code” means a product's, whatever else stands beside it.
        let is_plain = |name: &str| Column::named(name) == Some(Column::Code) && ListColumn::named(name).is_none();
        if known() > 1 && header.cells.iter().any(|(_, cell)| is_plain(&cell.shown())) {
            Some(Kind::Products)
        } else if has(header, ListColumn::Code) {
            Some(Kind::PriceLists)
        } else if has(header, MenuColumn::Code) {
            Some(Kind::Menus)
        } else if has(header, ModifierColumn::Group) {
            Some(Kind::Modifiers)
        } else if has(header, Column::Code) && known() > 1 {
            Some(Kind::Products)
        } else {
            None
        }
    }
}

/// The letters of a column, as spreadsheets write it: A, B … Z, AA.
pub(super) fn letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from_u32(u32::from(b'A') + digit).unwrap_or('?'));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_letter_them() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), expected);
        }
    }
}
