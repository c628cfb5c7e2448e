//! SQLite's groups: many jobs, one commit, and each job for itself all the same.

use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::*;

fn path(place: &Place) -> std::path::PathBuf {
    match &place.database {
        Database::Sqlite(path) => path.clone(),
        Database::Postgres(_) => panic!("not a file"),
    }
}

/// Puts a job into the queue; nothing is waited for.
fn put<F: Future>(job: Pin<&mut F>) {
    assert!(job.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// Keeps the writer busy until what is answered goes away, so that whatever is put in meanwhile makes one group.
fn hold(store: &Store) -> mpsc::Sender<()> {
    let (began, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let store = store.clone();
    thread::spawn(move || {
        store.write_now(move |_: &mut dyn Tx| {
            began.send(()).unwrap();
            // Its end is the sign.
            let _ = may_go_on.recv();
            Ok::<_, StoreError>(())
        })
    });
    has_begun.recv().unwrap();
    go_on
}

#[test]
fn jobs_that_wait_share_a_commit_and_are_answered_after_it() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    let held = hold(&store);
    let mut first = pin!(store.write(|tx: &mut dyn Tx| add(tx, 1, 1)));
    put(first.as_mut());
    let file = path(&place);
    let (stop, stopped) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let mut second = pin!(store.write(move |tx: &mut dyn Tx| {
        let outside: i64 =
            Connection::open(&file).unwrap().query_row("SELECT COUNT(*) FROM ticket", [], |row| row.get(0)).unwrap();
        stop.send((seqs_in(tx, 1)?, outside)).unwrap();
        may_go_on.recv().unwrap();
        add(tx, 1, 2)
    }));
    put(second.as_mut());
    drop(held);
    // The first has run, and the second sees what it wrote; the disk does not have it, and nobody is told that it had.
    assert_eq!(stopped.recv().unwrap(), (vec![1], 0));
    put(first.as_mut());
    go_on.send(()).unwrap();
    assert_eq!(runtime().block_on(async { (first.await, second.await) }), (Ok(()), Ok(())));
    assert_eq!(seqs(&store, 1), [1, 2]);
}

#[test]
fn in_a_group_a_job_that_fails_takes_back_only_what_it_wrote() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    let held = hold(&store);
    let mut jobs: Vec<_> = (1..=40i64)
        .map(|seq| {
            Box::pin(store.write(move |tx: &mut dyn Tx| {
                add(tx, 1, seq)?;
                add(tx, 2, seq / 2)?;
                match seq % 5 {
                    0 => Err(StoreError::unreadable("no")),
                    1 => std::panic::resume_unwind(Box::new("a fault")),
                    _ => Ok(()),
                }
            }))
        })
        .collect();
    jobs.iter_mut().for_each(|job| put(job.as_mut()));
    drop(held);
    let mut kept = Vec::new();
    let mut halves = Vec::new();
    for (seq, job) in (1..).zip(jobs) {
        let said = runtime().block_on(job);
        // Whether the half is there already depends on which of the jobs before were taken back.
        if halves.contains(&(seq / 2)) {
            assert!(said.as_ref().is_err_and(StoreError::is_unique), "{seq}: {said:?}");
            continue;
        }
        match seq % 5 {
            0 => assert_eq!(said, Err(StoreError::unreadable("no"))),
            1 => assert_eq!(said, Err(StoreError::Fault)),
            _ => {
                assert_eq!(said, Ok(()), "{seq}");
                kept.push(seq);
                halves.push(seq / 2);
            }
        }
    }
    assert_eq!((seqs(&store, 1), seqs(&store, 2)), (kept, halves));
}

/// A rule that is looked at only when the commit comes.
const LATE: &[Step] = &[
    STEPS[0],
    STEPS[1],
    Step {
        name: "late",
        statements: &["CREATE TABLE late (
            name TEXT NOT NULL REFERENCES counter (name) DEFERRABLE INITIALLY DEFERRED
        ) STRICT"],
    },
];

fn late(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    tx.execute("INSERT INTO late (name) VALUES ('nobody')", &[])
}

#[test]
fn a_commit_that_fails_is_answered_to_all_of_its_group_and_the_next_one_goes_on() {
    let place = Place::sqlite();
    let store = place.open(LATE);
    for round in 0..3 {
        let held = hold(&store);
        let mut well = pin!(store.write(|tx: &mut dyn Tx| add(tx, 1, 1)));
        put(well.as_mut());
        let mut refused = pin!(store.write(|tx: &mut dyn Tx| {
            add(tx, 1, 2)?;
            Err::<(), _>(StoreError::unreadable("no"))
        }));
        put(refused.as_mut());
        let mut bad = pin!(store.write(late));
        put(bad.as_mut());
        drop(held);
        let (well, refused, bad) = runtime().block_on(async { (well.await, refused.await, bad.await) });
        let failed = |error: Option<StoreError>| {
            assert!(matches!(error, Some(StoreError::Constraint { .. })), "{round}: {error:?}");
        };
        failed(well.err());
        failed(refused.err());
        failed(bad.err());
        assert_eq!(seqs(&store, 1), [0i64; 0]);
        store.write_now(move |tx: &mut dyn Tx| add(tx, 2, round)).unwrap();
    }
    assert_eq!(seqs(&store, 2), [0, 1, 2]);
}

#[test]
fn a_commit_that_fails_is_answered_on_every_database() {
    for place in places() {
        let store = place.open(LATE);
        let failed = store.write_now(|tx: &mut dyn Tx| {
            add(tx, 1, 1)?;
            late(tx)
        });
        assert!(matches!(failed, Err(StoreError::Constraint { .. })), "{}: {failed:?}", place.name);
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 2)).unwrap();
        assert_eq!(seqs(&store, 1), [2], "{}", place.name);
    }
}

#[test]
fn a_full_disk_is_told_and_once_there_is_room_again_all_goes_on() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
    let full = store.write_now(|tx: &mut dyn Tx| {
        // As many pages as there are: the next one finds no room, as on a disk that is full.
        tx.one("PRAGMA max_page_count = 1", &[], |row| row.integer(0))?;
        let rows: Vec<_> = (2..=2000).map(|seq| ticket(1, seq)).collect();
        tx.insert(ADD, &rows)
    });
    assert_eq!(full, Err(StoreError::Full));
    assert_eq!(seqs(&store, 1), [1]);
    store.write_now(|tx: &mut dyn Tx| tx.one("PRAGMA max_page_count = 1000000", &[], |row| row.integer(0))).unwrap();
    let rows: Vec<_> = (2..=2000).map(|seq| ticket(1, seq)).collect();
    store.write_now(move |tx: &mut dyn Tx| tx.insert(ADD, &rows)).unwrap();
    assert_eq!(seqs(&store, 1).len(), 2000);
}

#[test]
fn another_process_that_writes_is_waited_for_but_not_for_ever() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    let other = Connection::open(path(&place)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let busy = store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1));
    assert_eq!(busy, Err(StoreError::Busy));
    assert!(began.elapsed() > Duration::from_secs(1) && StoreError::Busy.is_passing());
    let waiting = store.clone();
    let mut job = pin!(waiting.write(|tx: &mut dyn Tx| add(tx, 1, 2)));
    put(job.as_mut());
    assert_eq!(seqs(&store, 1), [0i64; 0], "readers wait for nobody");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(runtime().block_on(job), Ok(()));
    assert_eq!(seqs(&store, 1), [2]);
}

#[test]
fn the_safeguards_are_in_force_where_it_writes_and_where_it_reads() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    let settings = |tx: &mut dyn Tx| {
        let mut number = |sql: &str| tx.one(sql, &[], |row| row.integer(0)).map(Option::unwrap_or_default);
        let numbers = [
            number("PRAGMA synchronous")?,
            number("PRAGMA foreign_keys")?,
            number("PRAGMA trusted_schema")?,
            number("PRAGMA query_only")?,
        ];
        let mode = tx.one("PRAGMA journal_mode", &[], |row| Ok(row.text(0)?.to_owned()))?;
        Ok::<_, StoreError>((numbers, mode))
    };
    let wal = Some("wal".to_owned());
    assert_eq!(store.write_now(settings), Ok(([2, 1, 0, 0], wal.clone())));
    assert_eq!(store.read_now(settings), Ok(([2, 1, 0, 1], wal)));
    #[cfg(unix)]
    for file in [path(&place), path(&place).with_extension("db-wal"), path(&place).with_extension("db-shm")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &std::path::Path| Store::open(&Database::Sqlite(path.to_owned()), STEPS).err();
    let nowhere = open(&folder.path().join("nowhere/backoffice.db"));
    assert!(matches!(nowhere, Some(StoreError::Unavailable { .. })), "{nowhere:?}");
    let other = folder.path().join("letter.txt");
    std::fs::write(&other, "Dear Sir or Madam, this is not a database at all. ".repeat(100)).unwrap();
    let other = open(&other);
    assert!(matches!(other, Some(StoreError::Corrupt { .. })), "{other:?}");
}

#[test]
fn the_log_begins_again_although_somebody_always_reads() {
    let place = Place::sqlite();
    let store = place.open(STEPS);
    // Whenever a commit comes, somebody reads what was there before it.
    let (stop, stopped) = mpsc::channel::<()>();
    let reader = store.clone();
    let readers = thread::spawn(move || {
        let mut held: Option<mpsc::Sender<()>> = None;
        while let Err(mpsc::TryRecvError::Empty) = stopped.try_recv() {
            let (began, has_begun) = mpsc::channel();
            let (go_on, may_go_on) = mpsc::channel::<()>();
            let reader = reader.clone();
            thread::spawn(move || {
                reader.read_now(move |tx: &mut dyn Tx| {
                    let seqs = seqs_in(tx, -1)?;
                    began.send(()).unwrap();
                    let _ = may_go_on.recv();
                    Ok::<_, StoreError>(seqs)
                })
            });
            has_begun.recv().unwrap();
            // Now that the next one reads, the one before may end.
            held = Some(go_on);
            thread::sleep(Duration::from_millis(25));
        }
        drop(held);
    });
    let bytes = vec![7u8; 1 << 20];
    let log = path(&place).with_extension("db-wal");
    let mut written = 0u64;
    // How soon it begins again is the machine's affair; that it does is not.
    let begins_again = (0..1000).any(|seq| {
        let row = [1.into(), seq.into(), Value::Null, Value::Null, bytes.clone().into()];
        store.write_now(move |tx: &mut dyn Tx| tx.execute(ADD, &row)).unwrap();
        written += 1 << 20;
        std::fs::metadata(&log).unwrap().len() + (40 << 20) < written
    });
    stop.send(()).unwrap();
    readers.join().unwrap();
    assert!(begins_again, "the log holds all of {} MiB", written >> 20);
}
