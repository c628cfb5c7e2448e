//! Tables come about by steps, each once, and nobody works on tables that they do not know.

use std::thread;

use super::super::steps::Words;
use super::*;

#[test]
fn steps_are_done_once_and_new_ones_when_they_come() {
    for place in places() {
        place.open(&STEPS[..1]).write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        for _ in 0..2 {
            let store = place.open(STEPS);
            assert_eq!(seqs(&store, 1), [1], "{}", place.name);
            let names = store.read_now(|tx: &mut dyn Tx| {
                tx.all("SELECT number, name FROM store_step ORDER BY number", &[], |row| {
                    Ok((row.integer(0)?, row.text(1)?.to_owned()))
                })
            });
            assert_eq!(names, Ok(vec![(0, "ticket".to_owned()), (1, "counter".to_owned())]), "{}", place.name);
            let counters =
                store.read_now(|tx: &mut dyn Tx| tx.one("SELECT COUNT(*) FROM counter", &[], |row| row.integer(0)));
            assert_eq!(counters, Ok(Some(1)), "{}", place.name);
        }
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    for place in places() {
        drop(place.open(STEPS));
        let older = Store::open(&place.database, &STEPS[..1]).err();
        assert_eq!(older, Some(StoreError::Newer { step: "counter".to_owned() }), "{}", place.name);
        const OTHER: &[Step] = &[
            STEPS[0],
            Step { name: "another", statements: &["CREATE TABLE another (id INTEGER PRIMARY KEY) STRICT"] },
            Step { name: "third", statements: &["CREATE TABLE third (id INTEGER PRIMARY KEY) STRICT"] },
        ];
        let other = Store::open(&place.database, OTHER).err();
        assert_eq!(other, Some(StoreError::Newer { step: "counter".to_owned() }), "{}", place.name);
        let said = StoreError::Newer { step: "counter".to_owned() }.to_string();
        assert!(said.contains("newer program") && said.contains("update this one"), "{said}");
        let store = place.open(STEPS);
        let missing = store.read_now(|tx: &mut dyn Tx| tx.execute("SELECT id FROM third", &[]));
        assert!(matches!(missing, Err(StoreError::Statement { .. })), "{}: {missing:?}", place.name);
    }
}

#[test]
fn a_step_that_fails_leaves_nothing_and_can_be_done_again() {
    const BROKEN: &[Step] = &[
        STEPS[0],
        Step {
            name: "counter",
            statements: &["CREATE TABLE counter (name TEXT PRIMARY KEY) STRICT", "INSERT INTO nowhere (id) VALUES (1)"],
        },
    ];
    for place in places() {
        let broken = Store::open(&place.database, BROKEN).err();
        assert!(matches!(broken, Some(StoreError::Statement { .. })), "{}: {broken:?}", place.name);
        // What came before it stays done; of the step itself not even its first statement does.
        place.open(&STEPS[..1]).write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        let store = place.open(STEPS);
        assert_eq!(seqs(&store, 1), [1], "{}", place.name);
    }
}

#[test]
fn servers_that_start_together_do_each_step_once() {
    for place in places() {
        let starting: Vec<_> = (0..6)
            .map(|_| {
                let database = place.database.clone();
                thread::spawn(move || Store::open(&database, STEPS))
            })
            .collect();
        let stores: Vec<_> = starting.into_iter().map(|starting| starting.join().unwrap()).collect();
        for (register, store) in (1..).zip(stores) {
            let store = store.unwrap_or_else(|error| panic!("{}: {error}", place.name));
            store.write_now(move |tx: &mut dyn Tx| add(tx, register, 1)).unwrap();
        }
        let store = place.open(STEPS);
        let counted = store.read_now(|tx: &mut dyn Tx| {
            let steps = tx.one("SELECT COUNT(*) FROM store_step", &[], |row| row.integer(0))?;
            Ok::<_, StoreError>((steps, tx.one("SELECT COUNT(*) FROM ticket", &[], |row| row.integer(0))?))
        });
        assert_eq!(counted, Ok((Some(2), Some(6))), "{}", place.name);
    }
}

#[test]
fn a_file_that_several_make_at_once_is_opened_by_all_of_them() {
    for round in 0..200 {
        let place = Place::sqlite();
        let gate = std::sync::Arc::new(std::sync::Barrier::new(6));
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let (database, gate) = (place.database.clone(), gate.clone());
                thread::spawn(move || {
                    gate.wait();
                    Store::open(&database, STEPS).map(drop)
                })
            })
            .collect();
        for opened in opening {
            assert_eq!(opened.join().unwrap(), Ok(()), "round {round}");
        }
    }
}

#[test]
fn tables_are_described_in_the_words_of_each_database() {
    let check = |statement: &str, postgres: &str| {
        assert_eq!(Words::Postgres.of(statement), postgres);
        assert_eq!(Words::Sqlite.of(statement), statement);
    };
    check(
        "CREATE TABLE a (id INTEGER, b BLOB NOT NULL, t TEXT,\n PRIMARY KEY (id, t)) STRICT, WITHOUT ROWID",
        "CREATE TABLE a (id BIGINT, b BYTEA NOT NULL, t TEXT,\n PRIMARY KEY (id, t))",
    );
    check("CREATE TABLE a (id integer) WITHOUT ROWID,\n STRICT\n", "CREATE TABLE a (id BIGINT)");
    check("CREATE TABLE a (id INTEGER)", "CREATE TABLE a (id BIGINT)");
    check("CREATE INDEX i ON a (id) WHERE t IS NOT NULL", "CREATE INDEX i ON a (id) WHERE t IS NOT NULL");
    check(
        "ALTER TABLE a ADD COLUMN blob_size INTEGER DEFAULT 0",
        "ALTER TABLE a ADD COLUMN blob_size BIGINT DEFAULT 0",
    );
    check(
        "INSERT INTO a (t) VALUES ('a BLOB of INTEGER ''BLOB''')",
        "INSERT INTO a (t) VALUES ('a BLOB of INTEGER ''BLOB''')",
    );
    check("UPDATE a SET id = CAST(t AS INTEGER)", "UPDATE a SET id = CAST(t AS BIGINT)");
}

#[test]
fn an_address_names_a_file_or_a_postgresql() {
    assert!(
        matches!(Database::parse("data/backoffice.db"), Ok(Database::Sqlite(path)) if path.ends_with("backoffice.db"))
    );
    for address in [
        "postgres://someone@db.example/shop",
        "postgresql:///shop?host=/run/postgresql",
        "postgres://db.example/shop?sslmode=require",
    ] {
        assert!(matches!(Database::parse(address), Ok(Database::Postgres(_))), "{address}");
    }
    for address in ["", "mysql://db.example/shop", "postgres://db.example:port/shop"] {
        let refused = Database::parse(address);
        assert!(matches!(refused, Err(StoreError::Address { .. })), "{address}: {refused:?}");
    }
    let secret = Database::parse("postgres://someone:hunter2@db.example:port/shop").unwrap_err();
    assert!(!format!("{secret} {secret:?}").contains("hunter2"), "{secret:?}");
    let secret = Database::parse("postgres://someone:hunter2@db.example/shop").unwrap();
    assert!(!format!("{secret:?}").contains("hunter2"), "{secret:?}");
    assert_eq!(secret.to_string(), "PostgreSQL db.example shop");
}
