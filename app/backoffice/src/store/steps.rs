//! How the tables came about: steps, in order, each done once and never undone.

use super::{Database, Store, StoreError, Tx};

/// A step, written in SQLite's STRICT words for both databases: `INTEGER`, `TEXT`, `BLOB`, and after the table's
/// parenthesis `STRICT` and `WITHOUT ROWID`. A step that was ever released never changes.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What it is called; every step has a name of its own.
    pub name: &'static str,
    /// Its statements. Databases spread over machines want one change of the tables in each step.
    pub statements: &'static [&'static str],
}

const STEP_TABLE: &str = "CREATE TABLE store_step (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT";

/// How often a step is begun anew when another server does the same step at the same time.
const TRIES_MAX: usize = 20;

/// Does the steps that were not done yet, each in one transaction.
pub(super) fn migrate(store: &Store, steps: &'static [Step]) -> Result<(), StoreError> {
    let words = store.words();
    make_step_table(store)?;
    for number in 0..=steps.len() {
        unless_met(|| store.write_now(move |tx: &mut dyn Tx| do_step(tx, steps, number, words)))?;
    }
    Ok(())
}

/// Makes the list of steps where there is none.
fn make_step_table(store: &Store) -> Result<(), StoreError> {
    let look = || {
        let sql = "SELECT COUNT(*) FROM store_step";
        store.read_now(move |tx: &mut dyn Tx| tx.one(sql, &[], |row| row.integer(0)).map(|_| ()))
    };
    match look() {
        Err(StoreError::Statement { .. }) => {}
        there => return there,
    }
    let table = store.words().of(STEP_TABLE);
    let made = store.write_now(move |tx: &mut dyn Tx| tx.execute(&table, &[]).map(|_| ()));
    // Another server may have made it since, and what the database says then has many names.
    made.or_else(|error| look().map_err(|_| error))
}

/// Does one step if it is the next. The number after the last only looks whether all that was done is known.
fn do_step(tx: &mut dyn Tx, steps: &'static [Step], number: usize, words: Words) -> Result<(), StoreError> {
    let done = tx.all("SELECT name FROM store_step ORDER BY number", &[], |row| Ok(row.text(0)?.to_owned()))?;
    let known = steps.iter().map(|step| step.name).chain(std::iter::repeat(""));
    if let Some((step, _)) = done.iter().zip(known).find(|(done, known)| done != known) {
        return Err(StoreError::Newer { step: step.clone() });
    }
    let Some(step) = steps.get(number).filter(|_| done.len() == number) else { return Ok(()) };
    // First of all, so that another server that is at this step waits here, and then finds it done.
    let place = i64::try_from(number).map_err(StoreError::unreadable)?;
    tx.execute("INSERT INTO store_step (number, name) VALUES ($1, $2)", &[place.into(), step.name.into()])?;
    for statement in step.statements {
        tx.execute(&words.of(statement), &[])?;
    }
    Ok(())
}

/// Tries again where another server that starts was faster.
fn unless_met(mut act: impl FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
    for _ in 1..TRIES_MAX {
        match act() {
            Err(error) if error.is_unique() => {}
            done => return done,
        }
    }
    act()
}

/// In which words a database wants its tables described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Sqlite,
    Postgres,
}

impl Words {
    pub(super) fn for_database(database: &Database) -> Words {
        match database {
            Database::Sqlite(_) => Words::Sqlite,
            Database::Postgres(_) => Words::Postgres,
        }
    }

    /// A statement in these words.
    pub(super) fn of(self, statement: &str) -> String {
        match self {
            Words::Sqlite => statement.to_owned(),
            Words::Postgres => replace_types(without_table_options(statement)),
        }
    }
}

/// Takes `STRICT, WITHOUT ROWID` off the end.
fn without_table_options(statement: &str) -> &str {
    let Some((table, options)) = statement.rsplit_once(')') else { return statement };
    let mut words = options.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let only_options = words.all(|word| ["STRICT", "WITHOUT", "ROWID"].contains(&word.to_ascii_uppercase().as_str()));
    if only_options { &statement[..=table.len()] } else { statement }
}

/// `INTEGER` as `BIGINT` and `BLOB` as `BYTEA`, as words of their own and outside of `'…'`.
fn replace_types(statement: &str) -> String {
    let mut replaced = String::with_capacity(statement.len());
    for (nth, part) in statement.split('\'').enumerate() {
        if nth > 0 {
            replaced.push('\'');
        }
        if nth % 2 == 1 {
            replaced.push_str(part);
            continue;
        }
        for word in part.split_inclusive(|letter: char| !is_of_word(letter)) {
            let end = word.trim_end_matches(|letter| !is_of_word(letter));
            replaced.push_str(match end.to_ascii_uppercase().as_str() {
                "INTEGER" => "BIGINT",
                "BLOB" => "BYTEA",
                _ => end,
            });
            replaced.push_str(&word[end.len()..]);
        }
    }
    replaced
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
