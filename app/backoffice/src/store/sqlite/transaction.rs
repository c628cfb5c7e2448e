//! What a job does, in SQLite's words.

use std::borrow::Cow;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi, params_from_iter};

use super::super::tx::{Cell, Cells, Kind, without_comments};
use super::super::{Row, StoreError, Tx, Value};

/// A job's part of a transaction that its thread began and will end.
pub(super) struct SqliteTx<'c> {
    connection: &'c Connection,
    failed: Option<StoreError>,
}

impl<'c> SqliteTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> SqliteTx<'c> {
        SqliteTx { connection, failed: None }
    }

    /// How a statement failed, if one did.
    pub(super) fn failed(self) -> Option<StoreError> {
        self.failed
    }

    /// SQLite would go on after a failed statement, PostgreSQL does not: so nothing goes on here either.
    fn unless_failed<T>(&mut self, act: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        act(self.connection).inspect_err(|error| self.failed = Some(error.clone()))
    }
}

impl Tx for SqliteTx<'_> {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        self.unless_failed(|connection| write(&mut prepare(connection, sql)?, values))
    }

    fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        row: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let stopped = self.unless_failed(|connection| read(connection, sql, values, row))?;
        stopped.map_or(Ok(()), Err)
    }

    fn insert(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        self.unless_failed(|connection| {
            let mut statement = prepare(connection, sql)?;
            rows.iter().try_fold(0, |written, row| Ok(written + write(&mut statement, row)?))
        })
    }
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    without_comments(sql)?;
    Ok(connection.prepare_cached(&numbered(sql))?)
}

fn write(statement: &mut CachedStatement<'_>, values: &[Value]) -> Result<u64, StoreError> {
    Value::check(values)?;
    Ok(statement.execute(params_from_iter(values))? as u64)
}

/// Reads all rows, or until the reader stops, with what it says.
fn read(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<Option<StoreError>, StoreError> {
    Value::check(values)?;
    let mut statement = prepare(connection, sql)?;
    let declared: Vec<Declared> = statement.columns().map(|column| declared(column.decl_type())).collect();
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        if let Err(error) = take(&Row(&SqliteRow { row, declared: &declared })) {
            return Ok(Some(error));
        }
    }
    Ok(None)
}

/// The type of the table's column that a column of an answer is, where it is one. What an expression will be only its
/// values tell.
type Declared = Option<Result<Kind, String>>;

fn declared(name: Option<&str>) -> Declared {
    name.map(|name| match name.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT" => Ok(Kind::Integer),
        "TEXT" => Ok(Kind::Text),
        "BLOB" => Ok(Kind::Blob),
        other => Err(other.to_owned()),
    })
}

struct SqliteRow<'r> {
    row: &'r rusqlite::Row<'r>,
    declared: &'r [Declared],
}

impl Cells for SqliteRow<'_> {
    fn cell(&self, place: usize, kind: Kind) -> Result<Cell<'_>, StoreError> {
        let other = |found: &str| StoreError::Column { place, wanted: kind.name(), found: found.to_owned() };
        match self.declared.get(place) {
            None => return Err(other("not there")),
            Some(Some(Err(name))) => return Err(other(name)),
            Some(Some(Ok(declared))) if *declared != kind => return Err(other(declared.name())),
            Some(_) => {}
        }
        match self.row.get_ref(place)? {
            ValueRef::Null => Ok(Cell::Null),
            ValueRef::Integer(number) => Ok(Cell::Integer(number)),
            ValueRef::Real(_) => Err(other("a number with a point")),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Cell::Text).map_err(|_| other("not UTF-8")),
            ValueRef::Blob(bytes) => Ok(Cell::Blob(bytes)),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// `$1` as `?1`: to SQLite `$1` would be a name, numbered by where it stands first.
fn numbered(sql: &str) -> Cow<'_, str> {
    if !sql.contains('$') {
        return Cow::Borrowed(sql);
    }
    let mut quoted = false;
    let letters = sql.chars().map(|letter| {
        quoted ^= letter == '\'';
        if letter == '$' && !quoted { '?' } else { letter }
    });
    Cow::Owned(letters.collect())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let why = match &error {
            rusqlite::Error::SqliteFailure(_, Some(why)) => why.clone(),
            other => other.to_string(),
        };
        let Some(code) = error.sqlite_error() else { return StoreError::Statement { why } };
        match (code.code, code.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => StoreError::Unique { rule: why },
            (_, ffi::SQLITE_CONSTRAINT_DATATYPE) => StoreError::Value { why },
            (ErrorCode::ConstraintViolation, _) => StoreError::Constraint { rule: why },
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy,
            (ErrorCode::DiskFull, _) => StoreError::Full,
            (ErrorCode::ReadOnly, _) => StoreError::ReadOnly,
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Corrupt { why },
            (
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed,
                _,
            ) => StoreError::Unavailable { why },
            _ => StoreError::Statement { why },
        }
    }
}
