//! A transaction under way, and the rows that it reads.

use super::{StoreError, Value};

/// A transaction. Its statements are written once for both databases: values stand as `$1`, `$2` … and are told from one
/// another by their number, types are `INTEGER`, `TEXT` and `BLOB`, and a sum is `CAST(SUM(x) AS BIGINT)`. They hold no
/// comments.
///
/// A statement that failed ends the transaction: whatever follows answers the same error, and nothing is kept, even where
/// the job goes on as if nothing had happened.
pub trait Tx {
    /// Runs a statement that answers no rows. Answers how many rows it wrote.
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError>;

    /// Hands each row of the answer to `row`, in order and as they come, until it says stop with an error. That error ends
    /// the reading, not the transaction.
    fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        row: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Runs `INSERT INTO … VALUES ($1, …) …`, written for one row, for many rows, and answers how many rows it wrote.
    ///
    /// The rows may go in together. So an `ON CONFLICT DO UPDATE` must not meet one key twice among them: sum them up
    /// first, in the order of their keys, so that two jobs do not wait for each other.
    fn insert(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64, StoreError>;
}

impl<'t> dyn Tx + 't {
    /// The only row of the answer, or none. More than one is an error.
    pub fn one<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut only = None;
        self.each(sql, values, &mut |row| {
            if only.is_some() {
                return Err(StoreError::Statement { why: "more than one row answers".to_owned() });
            }
            only = Some(read(row)?);
            Ok(())
        })?;
        Ok(only)
    }

    /// All rows of the answer, in order.
    pub fn all<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, values, &mut |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }
}

/// Refuses a comment in a statement: an apostrophe in it would hide the values behind it from this module.
pub(super) fn without_comments(sql: &str) -> Result<(), StoreError> {
    if sql.contains("--") || sql.contains("/*") {
        return Err(StoreError::Statement { why: "a comment within a statement".to_owned() });
    }
    Ok(())
}

/// What a column is, by the statement and not by what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Blob,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Integer => "an integer",
            Kind::Text => "a text",
            Kind::Blob => "bytes",
        }
    }
}

/// What stands in a column, borrowed from its row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'r> {
    Null,
    Integer(i64),
    Text(&'r str),
    Blob(&'r [u8]),
}

/// A row as its database hands it over.
pub(super) trait Cells {
    /// What stands in a column, which must be of this kind.
    fn cell(&self, place: usize, kind: Kind) -> Result<Cell<'_>, StoreError>;
}

/// A row of an answer. Columns are told by their place, from 0; one of another type than asked for is refused, also where
/// it is NULL.
pub struct Row<'r>(pub(super) &'r dyn Cells);

impl Row<'_> {
    /// An integer.
    pub fn integer(&self, place: usize) -> Result<i64, StoreError> {
        present(self.optional_integer(place)?, place, Kind::Integer)
    }

    /// An integer that counts: a seq, a size, a version. A negative one is refused.
    pub fn unsigned(&self, place: usize) -> Result<u64, StoreError> {
        let number = self.integer(place)?;
        u64::try_from(number).map_err(|_| StoreError::Column {
            place,
            wanted: "an integer from 0",
            found: "a negative one".to_owned(),
        })
    }

    /// A text.
    pub fn text(&self, place: usize) -> Result<&str, StoreError> {
        present(self.optional_text(place)?, place, Kind::Text)
    }

    /// Bytes.
    pub fn blob(&self, place: usize) -> Result<&[u8], StoreError> {
        present(self.optional_blob(place)?, place, Kind::Blob)
    }

    /// Bytes of a fixed length: a hash, a key, a signature. Another length is refused.
    pub fn array<const N: usize>(&self, place: usize) -> Result<[u8; N], StoreError> {
        let bytes = self.blob(place)?;
        bytes.try_into().map_err(|_| StoreError::unreadable(format_args!("{} bytes instead of {N}", bytes.len())))
    }

    /// An integer, or NULL.
    pub fn optional_integer(&self, place: usize) -> Result<Option<i64>, StoreError> {
        match self.0.cell(place, Kind::Integer)? {
            Cell::Integer(number) => Ok(Some(number)),
            other => null(other, place, Kind::Integer),
        }
    }

    /// A text, or NULL.
    pub fn optional_text(&self, place: usize) -> Result<Option<&str>, StoreError> {
        match self.0.cell(place, Kind::Text)? {
            Cell::Text(text) => Ok(Some(text)),
            other => null(other, place, Kind::Text),
        }
    }

    /// Bytes, or NULL.
    pub fn optional_blob(&self, place: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.0.cell(place, Kind::Blob)? {
            Cell::Blob(bytes) => Ok(Some(bytes)),
            other => null(other, place, Kind::Blob),
        }
    }
}

fn present<T>(value: Option<T>, place: usize, kind: Kind) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Column { place, wanted: kind.name(), found: "NULL".to_owned() })
}

fn null<T>(cell: Cell<'_>, place: usize, kind: Kind) -> Result<Option<T>, StoreError> {
    let found = match cell {
        Cell::Null => return Ok(None),
        Cell::Integer(_) => Kind::Integer,
        Cell::Text(_) => Kind::Text,
        Cell::Blob(_) => Kind::Blob,
    };
    Err(StoreError::Column { place, wanted: kind.name(), found: found.name().to_owned() })
}
