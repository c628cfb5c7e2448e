//! The same promises on every database: SQLite in a folder of its own always; PostgreSQL where `COMPTOIR_POSTGRES` holds
//! the URL of one, at its own isolation and at SERIALIZABLE, each test in a schema of its own. `tests/postgres` starts one.

mod encrypted;
mod groups;
mod isolation;
mod jobs;
mod lost;
mod migration;
mod statements;
mod values;

use std::future::Future;

use uuid::Uuid;

use super::{Database, Step, Store, StoreError, Tx, Value};

/// A database that holds nothing yet, and goes with this.
pub(crate) struct Place {
    name: &'static str,
    database: Database,
    _folder: Option<tempfile::TempDir>,
    schema: Option<(String, String)>,
}

impl Place {
    fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::parse(folder.path().join("backoffice.db").to_str().unwrap()).unwrap();
        Place { name: "SQLite", database, _folder: Some(folder), schema: None }
    }

    /// A new schema of the PostgreSQL that is there for tests, with these settings besides.
    fn postgres(name: &'static str, settings: &str) -> Option<Place> {
        let url = std::env::var("COMPTOIR_POSTGRES").ok()?;
        let schema = format!("test_{}", Uuid::from_u128(random()).simple());
        run_on(&url, &format!("CREATE SCHEMA {schema}"));
        let options = format!("-csearch_path={schema} {settings}").replace('=', "%3D").replace(' ', "%20");
        let joint = if url.contains('?') { '&' } else { '?' };
        let database = Database::parse(&format!("{url}{joint}options={options}")).unwrap();
        Some(Place { name, database, _folder: None, schema: Some((url, schema)) })
    }

    fn is_sqlite(&self) -> bool {
        matches!(self.database, Database::Sqlite(_))
    }

    pub(crate) fn open(&self, steps: &'static [Step]) -> Store {
        Store::open(&self.database, steps).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((url, schema)) = &self.schema {
            run_on(url, &format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Every database there is. Whichever is left out, its name is in no message.
pub(crate) fn places() -> Vec<Place> {
    let mut places = vec![Place::sqlite()];
    places.extend(Place::postgres("PostgreSQL", ""));
    places.extend(Place::postgres("PostgreSQL, SERIALIZABLE", "-cdefault_transaction_isolation=serializable"));
    places
}

/// Runs a statement on a PostgreSQL from outside of the store.
fn run_on(url: &str, statement: &str) {
    runtime().block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
    });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    u128::from_le_bytes(bytes)
}

/// Runs many futures at the same time, to their end.
fn all_at_once<F>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    runtime().block_on(async {
        let running: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
        let mut done = Vec::with_capacity(running.len());
        for one in running {
            done.push(one.await.unwrap());
        }
        done
    })
}

/// What most tests write to.
const STEPS: &[Step] = &[
    Step {
        name: "ticket",
        statements: &["CREATE TABLE ticket (
            register INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            cents INTEGER,
            label TEXT,
            hash BLOB,
            PRIMARY KEY (register, seq)
        ) STRICT, WITHOUT ROWID"],
    },
    Step {
        name: "counter",
        statements: &[
            "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL CHECK (n >= 0)) STRICT",
            "INSERT INTO counter (name, n) VALUES ('feed', 0)",
        ],
    },
];

const ADD: &str = "INSERT INTO ticket (register, seq, cents, label, hash) VALUES ($1, $2, $3, $4, $5)";

fn ticket(register: i64, seq: i64) -> Vec<Value> {
    vec![register.into(), seq.into(), (seq * 100).into(), format!("ticket {seq}").into(), vec![0xab; 32].into()]
}

fn add(tx: &mut dyn Tx, register: i64, seq: i64) -> Result<(), StoreError> {
    tx.execute(ADD, &ticket(register, seq)).map(|_| ())
}

/// The seqs of a register, in order.
fn seqs(store: &Store, register: i64) -> Vec<i64> {
    store.read_now(move |tx: &mut dyn Tx| seqs_in(tx, register)).unwrap()
}

fn seqs_in(tx: &mut dyn Tx, register: i64) -> Result<Vec<i64>, StoreError> {
    tx.all("SELECT seq FROM ticket WHERE register = $1 ORDER BY seq", &[register.into()], |row| row.integer(0))
}
