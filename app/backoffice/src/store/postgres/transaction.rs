//! What a job does, in PostgreSQL's words.

use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::BytesMut;
use futures_core::Stream;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Error, Statement};

use super::super::tx::{Cell, Cells, Kind, without_comments};
use super::super::{Row, StoreError, Tx, Value};
use super::connection::Link;
use super::widen::Widened;

/// How many rows are taken off the connection at a time.
const ROWS_AT_ONCE: usize = 256;
/// How many values a statement may have.
const VALUES_MAX: usize = 65_535;
/// How many rows one statement inserts. Few widths, so that few statements are prepared.
const WIDTHS: [usize; 7] = [100, 50, 20, 10, 5, 2, 1];

/// How a statement failed.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// By itself: it would fail again.
    Own(StoreError),
    /// Another transaction was first.
    Conflict,
    /// The tables changed since it was prepared.
    Stale,
    /// The connection is gone.
    Lost(StoreError),
}

impl Failure {
    fn error(&self) -> StoreError {
        match self {
            Failure::Own(error) | Failure::Lost(error) => error.clone(),
            Failure::Conflict | Failure::Stale => StoreError::Busy,
        }
    }
}

/// A transaction that its thread began and will end.
pub(super) struct PostgresTx<'c> {
    link: &'c mut Link,
    failure: Option<Failure>,
}

impl<'c> PostgresTx<'c> {
    pub(super) fn new(link: &'c mut Link) -> PostgresTx<'c> {
        PostgresTx { link, failure: None }
    }

    /// How a statement failed, if one did.
    pub(super) fn failure(self) -> Option<Failure> {
        self.failure
    }

    fn unless_failed<T>(&mut self, act: impl FnOnce(&mut Link) -> Result<T, Failure>) -> Result<T, StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.error());
        }
        act(self.link).map_err(|failure| {
            let error = failure.error();
            self.failure = Some(failure);
            error
        })
    }
}

impl Tx for PostgresTx<'_> {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        self.unless_failed(|link| write(link, sql, values))
    }

    fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        row: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let stopped = self.unless_failed(|link| read(link, sql, values, row))?;
        stopped.map_or(Ok(()), Err)
    }

    fn insert(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        self.unless_failed(|link| insert(link, sql, rows))
    }
}

fn prepare(link: &mut Link, sql: &str) -> Result<Statement, Failure> {
    without_comments(sql).map_err(Failure::Own)?;
    Ok(link.prepare(sql)?)
}

fn write(link: &mut Link, sql: &str, values: &[Value]) -> Result<u64, Failure> {
    let statement = prepare(link, sql)?;
    fits(&statement, values)?;
    Ok(link.wait(link.client().execute_raw(&statement, values))?)
}

/// Reads all rows, or until the reader stops, with what it says.
fn read(
    link: &mut Link,
    sql: &str,
    values: &[Value],
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<Option<StoreError>, Failure> {
    let statement = prepare(link, sql)?;
    fits(&statement, values)?;
    let mut rows = pin!(link.wait(link.client().query_raw(&statement, values))?);
    let mut some = Vec::with_capacity(ROWS_AT_ONCE);
    loop {
        let more = link.wait(poll_fn(|context| {
            while some.len() < ROWS_AT_ONCE {
                match rows.as_mut().poll_next(context) {
                    Poll::Ready(Some(Ok(row))) => some.push(row),
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                    Poll::Ready(None) => return Poll::Ready(Ok(false)),
                    Poll::Pending if some.is_empty() => return Poll::Pending,
                    Poll::Pending => break,
                }
            }
            Poll::Ready(Ok(true))
        }))?;
        for row in some.drain(..) {
            if let Err(error) = take(&Row(&row)) {
                return Ok(Some(error));
            }
        }
        if !more {
            return Ok(None);
        }
    }
}

fn insert(link: &mut Link, sql: &str, rows: &[Vec<Value>]) -> Result<u64, Failure> {
    let Some(first) = rows.first() else { return Ok(0) };
    if rows.iter().any(|row| row.len() != first.len()) {
        return Err(Failure::Own(StoreError::Value { why: "not all rows have as many values".to_owned() }));
    }
    let widened = Widened::new(sql);
    let width_max = if widened.is_some() { VALUES_MAX / first.len().max(1) } else { 1 };
    let mut rest = rows;
    let mut written = 0;
    while !rest.is_empty() {
        let width = WIDTHS.into_iter().find(|width| *width <= rest.len().min(width_max)).unwrap_or(1);
        let (some, others) = rest.split_at(width);
        rest = others;
        written += match &widened {
            Some(widened) if width > 1 => write(link, &widened.text(width, first.len()), &some.concat())?,
            _ => write(link, sql, &some.concat())?,
        };
    }
    Ok(written)
}

/// Refuses values that their places do not take, before anything is sent.
fn fits(statement: &Statement, values: &[Value]) -> Result<(), Failure> {
    let places = statement.params();
    let refuse = |why: String| Failure::Own(StoreError::Value { why });
    if places.len() != values.len() {
        return Err(refuse(format!("{} values for {} places", values.len(), places.len())));
    }
    Value::check(values).map_err(Failure::Own)?;
    for (place, (value, ty)) in values.iter().zip(places).enumerate() {
        let fits = match value {
            Value::Null => kind_of(ty).is_some(),
            Value::Integer(number) if *ty == Type::INT4 => i32::try_from(*number).is_ok(),
            Value::Integer(number) if *ty == Type::INT2 => i16::try_from(*number).is_ok(),
            Value::Integer(_) => kind_of(ty) == Some(Kind::Integer),
            Value::Text(_) => kind_of(ty) == Some(Kind::Text),
            Value::Blob(_) => kind_of(ty) == Some(Kind::Blob),
        };
        if !fits {
            return Err(refuse(format!("${} does not fit a place of type {ty}", place + 1)));
        }
    }
    Ok(())
}

fn kind_of(ty: &Type) -> Option<Kind> {
    match *ty {
        Type::INT8 | Type::INT4 | Type::INT2 => Some(Kind::Integer),
        Type::TEXT | Type::VARCHAR => Some(Kind::Text),
        Type::BYTEA => Some(Kind::Blob),
        _ => None,
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Value::Integer(number) if *ty == Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
            Value::Integer(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        kind_of(ty).is_some()
    }

    tokio_postgres::types::to_sql_checked!();
}

impl Cells for tokio_postgres::Row {
    fn cell(&self, place: usize, kind: Kind) -> Result<Cell<'_>, StoreError> {
        let other = |found: &str| StoreError::Column { place, wanted: kind.name(), found: found.to_owned() };
        let ty = self.columns().get(place).ok_or_else(|| other("not there"))?.type_();
        if kind_of(ty) != Some(kind) {
            return Err(other(ty.name()));
        }
        let unreadable = |error: Error| StoreError::unreadable(error);
        let cell = match *ty {
            Type::INT8 => self.try_get::<_, Option<i64>>(place).map_err(unreadable)?.map(Cell::Integer),
            Type::INT4 => self.try_get::<_, Option<i32>>(place).map_err(unreadable)?.map(|n| Cell::Integer(n.into())),
            Type::INT2 => self.try_get::<_, Option<i16>>(place).map_err(unreadable)?.map(|n| Cell::Integer(n.into())),
            Type::BYTEA => self.try_get::<_, Option<&[u8]>>(place).map_err(unreadable)?.map(Cell::Blob),
            _ => self.try_get::<_, Option<&str>>(place).map_err(unreadable)?.map(Cell::Text),
        };
        Ok(cell.unwrap_or(Cell::Null))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let Some(said) = error.as_db_error() else {
            let gone = error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>());
            let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            return if gone {
                Failure::Lost(StoreError::Unavailable { why })
            } else {
                Failure::Own(StoreError::Statement { why })
            };
        };
        let code = said.code();
        // Its detail may quote what is stored, which belongs in no log: the message and the rule's name do not.
        let why = said.message().to_owned();
        let rule = || said.constraint().map_or_else(|| why.clone(), ToOwned::to_owned);
        let fatal = matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        if fatal || code.code().starts_with("08") {
            return Failure::Lost(StoreError::Unavailable { why });
        }
        if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
            return Failure::Conflict;
        }
        if *code == SqlState::FEATURE_NOT_SUPPORTED && said.routine() == Some("RevalidateCachedQuery") {
            return Failure::Stale;
        }
        Failure::Own(if *code == SqlState::UNIQUE_VIOLATION {
            StoreError::Unique { rule: rule() }
        } else if code.code().starts_with("23") {
            StoreError::Constraint { rule: rule() }
        } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
            StoreError::ReadOnly
        } else if *code == SqlState::DISK_FULL {
            StoreError::Full
        } else if *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::QUERY_CANCELED {
            StoreError::Busy
        } else if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED {
            StoreError::Corrupt { why }
        } else {
            StoreError::Statement { why }
        })
    }
}
