//! PostgreSQL's connections are lost, and its transactions collide; nothing else is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

const KILL_MYSELF: &str = "SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 1 ELSE 0 END";

fn postgres() -> Vec<Place> {
    places().into_iter().filter(|place| !place.is_sqlite()).collect()
}

fn url(place: &Place) -> &str {
    place.schema.as_ref().map(|(url, _)| url.as_str()).unwrap()
}

#[test]
fn connections_that_were_cut_are_made_anew_and_no_job_sees_it() {
    for place in postgres() {
        let store = place.open(STEPS);
        for round in 0..3i64 {
            let jobs = (0..40i64).map(|seq| {
                let store = store.clone();
                async move {
                    let written = store.write(move |tx: &mut dyn Tx| {
                        add(tx, round, seq)?;
                        tx.one("SELECT pg_backend_pid()", &[], |row| row.integer(0))
                    });
                    let written = written.await?;
                    let read = store.read(move |tx: &mut dyn Tx| {
                        seqs_in(tx, round)?;
                        tx.one("SELECT pg_backend_pid()", &[], |row| row.integer(0))
                    });
                    Ok::<_, StoreError>([written, read.await?])
                }
            });
            let answered: Result<Vec<_>, _> = all_at_once(jobs).into_iter().collect();
            let pids: Vec<_> = answered.unwrap().into_iter().flatten().flatten().map(|pid| pid.to_string()).collect();
            run_on(
                url(&place),
                &format!("SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[{}]) AS pid", pids.join(",")),
            );
            assert_eq!(seqs(&store, round), (0..40).collect::<Vec<_>>(), "{}", place.name);
        }
    }
}

#[test]
fn a_job_whose_connection_is_cut_before_its_commit_runs_again_from_its_start() {
    for place in postgres() {
        let store = place.open(STEPS);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let done = store.write_now(move |tx: &mut dyn Tx| {
            add(tx, 1, 1)?;
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                let cut = tx.one(KILL_MYSELF, &[], |row| row.integer(0));
                assert!(matches!(cut, Err(StoreError::Unavailable { .. })), "{cut:?}");
            }
            add(tx, 1, 2)
        });
        assert_eq!((done, runs.load(Ordering::SeqCst)), (Ok(()), 2), "{}", place.name);
        assert_eq!(seqs(&store, 1), [1, 2], "{}", place.name);
    }
}

#[test]
fn a_connection_cut_while_it_commits_leaves_open_what_was_written() {
    for place in postgres() {
        let store = place.open(STEPS);
        let (_, schema) = place.schema.as_ref().unwrap();
        let cut = format!(
            "SET search_path = {schema};
             CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ticket DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW WHEN (new.register = 9) EXECUTE FUNCTION cut();"
        );
        run_on(url(&place), &cut);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let done = store.write_now(move |tx: &mut dyn Tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            add(tx, 9, 1)
        });
        assert_eq!((done, runs.load(Ordering::SeqCst)), (Err(StoreError::Unknown), 1), "{}", place.name);
        assert!(!StoreError::Unknown.is_passing());
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        assert_eq!(seqs(&store, 1), [1], "{}", place.name);
    }
}

#[test]
fn two_jobs_that_wait_for_each_other_are_both_done() {
    for place in postgres() {
        let store = place.open(STEPS);
        let tills = |tx: &mut dyn Tx| tx.execute("INSERT INTO counter (name, n) VALUES ('a', 0), ('b', 0)", &[]);
        store.write_now(tills).unwrap();
        let met = Arc::new(Barrier::new(2));
        let runs = Arc::new(AtomicUsize::new(0));
        let jobs = [["a", "b"], ["b", "a"]].map(|names| {
            let (store, met, runs) = (store.clone(), Arc::clone(&met), Arc::clone(&runs));
            thread::spawn(move || {
                let mut first = true;
                store.write_now(move |tx: &mut dyn Tx| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    let raise = "UPDATE counter SET n = n + 1 WHERE name = $1";
                    tx.execute(raise, &[names[0].into()])?;
                    if std::mem::take(&mut first) {
                        met.wait();
                    }
                    // Whatever a job makes of a collision, it is not asked: it runs again.
                    tx.execute(raise, &[names[1].into()]).map_err(|_| StoreError::unreadable("collided"))
                })
            })
        });
        for job in jobs {
            assert_eq!(job.join().unwrap(), Ok(1), "{}", place.name);
        }
        assert!(runs.load(Ordering::SeqCst) > 2, "{}: they did not meet", place.name);
        let read = "SELECT n FROM counter WHERE name <> 'feed' ORDER BY name";
        let read = store.read_now(move |tx: &mut dyn Tx| tx.all(read, &[], |row| row.integer(0)));
        assert_eq!(read, Ok(vec![2, 2]), "{}", place.name);
    }
}

#[test]
fn at_serializable_two_jobs_that_look_and_then_write_do_not_both_win() {
    let serializable = "-cdefault_transaction_isolation=serializable";
    let Some(place) = Place::postgres("PostgreSQL, SERIALIZABLE", serializable) else { return };
    let store = place.open(STEPS);
    let met = Arc::new(Barrier::new(2));
    let jobs = [1, 2].map(|register| {
        let (store, met) = (store.clone(), Arc::clone(&met));
        thread::spawn(move || {
            let mut first = true;
            store.write_now(move |tx: &mut dyn Tx| {
                let tickets = tx.one("SELECT COUNT(*) FROM ticket", &[], |row| row.integer(0))?;
                if std::mem::take(&mut first) {
                    met.wait();
                }
                // Only who finds no ticket makes one.
                if tickets == Some(0) {
                    add(tx, register, 1)?;
                }
                Ok::<_, StoreError>(tickets)
            })
        })
    });
    let mut found: Vec<_> = jobs.into_iter().map(|job| job.join().unwrap().unwrap()).collect();
    found.sort();
    assert_eq!(found, [Some(0), Some(1)]);
}

#[test]
fn tables_that_change_under_a_prepared_statement_are_no_matter() {
    for place in postgres() {
        let store = place.open(STEPS);
        let read = || {
            let jobs = (0..60).map(|_| {
                let store = store.clone();
                async move {
                    let read = store.read(|tx: &mut dyn Tx| tx.one("SELECT * FROM counter", &[], |row| row.integer(1)));
                    read.await
                }
            });
            all_at_once(jobs)
        };
        assert!(read().iter().all(|read| *read == Ok(Some(0))), "{}", place.name);
        let (_, schema) = place.schema.as_ref().unwrap();
        run_on(url(&place), &format!("ALTER TABLE {schema}.counter ALTER COLUMN n TYPE integer"));
        for read in read() {
            assert_eq!(read, Ok(Some(0)), "{}", place.name);
        }
    }
}

#[test]
fn a_commit_is_on_the_disk_before_it_is_answered_whatever_the_server_is_set_to() {
    for settings in ["-csynchronous_commit=off", "-csynchronous_commit=local"] {
        let Some(place) = Place::postgres("PostgreSQL", settings) else { return };
        let store = place.open(STEPS);
        let set = store.write_now(|tx: &mut dyn Tx| {
            let sql = "SELECT current_setting('synchronous_commit')";
            tx.one(sql, &[], |row| Ok(row.text(0)?.to_owned()))
        });
        let kept = if settings.ends_with("off") { "on" } else { "local" };
        assert_eq!(set, Ok(Some(kept.to_owned())));
    }
}

#[test]
fn what_is_set_up_wrong_is_told_at_once() {
    let Some(place) = Place::postgres("PostgreSQL", "") else { return };
    let nowhere = format!("{}&dbname=no_such_database", url(&place));
    let began = Instant::now();
    let error = Store::open(&Database::parse(&nowhere).unwrap(), STEPS).err();
    assert!(matches!(&error, Some(StoreError::Unavailable { why }) if why.contains("no_such_database")), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
