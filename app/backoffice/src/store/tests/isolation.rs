//! Jobs at the same time do not see halves of one another, and none is lost.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

const NEXT: &str = "UPDATE counter SET n = n + 1 WHERE name = 'feed' RETURNING n";

fn next(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    let number = tx.one(NEXT, &[], |row| row.integer(0))?;
    number.ok_or_else(|| StoreError::unreadable("no counter"))
}

#[test]
fn a_reader_sees_one_moment_from_its_first_row_to_its_last() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        let writer = store.clone();
        let (before, between, after) = store
            .read_now(move |tx: &mut dyn Tx| {
                let before = seqs_in(tx, 1)?;
                writer.write_now(|tx: &mut dyn Tx| add(tx, 1, 2))?;
                let between = seqs_in(tx, 1)?;
                Ok::<_, StoreError>((before, between, seqs(&writer, 1)))
            })
            .unwrap();
        assert_eq!((before, between, after), (vec![1], vec![1], vec![1, 2]), "{}", place.name);
    }
}

#[test]
fn a_counter_raised_by_eight_writers_loses_nothing() {
    for place in places() {
        let store = place.open(STEPS);
        let writers = (0..8).map(|_| {
            let store = store.clone();
            async move {
                for _ in 0..50 {
                    // Read first, then written: without the locks and the tries of both databases, numbers would be lost.
                    let raised = store.write(|tx: &mut dyn Tx| {
                        next(tx)?;
                        let n = tx.one("SELECT n FROM counter WHERE name = 'feed'", &[], |row| row.integer(0))?;
                        tx.execute("UPDATE counter SET n = $1 WHERE name = 'feed'", &[n.into()])
                    });
                    assert_eq!(raised.await, Ok(1));
                }
            }
        });
        all_at_once(writers);
        let n = store
            .read_now(|tx: &mut dyn Tx| tx.one("SELECT n FROM counter WHERE name = 'feed'", &[], |row| row.integer(0)));
        assert_eq!(n, Ok(Some(400)), "{}", place.name);
    }
}

#[test]
fn numbers_from_a_counter_appear_in_their_order_so_that_a_cursor_misses_none() {
    for place in places() {
        let store = place.open(STEPS);
        let (began, has_begun) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let slow = store.clone();
        let slow = thread::spawn(move || {
            slow.write_now(move |tx: &mut dyn Tx| {
                let number = next(tx)?;
                began.send(()).unwrap();
                may_go_on.recv().unwrap();
                add(tx, 1, number)?;
                Ok::<_, StoreError>(number)
            })
        });
        has_begun.recv().unwrap();
        let (done, is_done) = mpsc::channel();
        let fast = store.clone();
        let fast = thread::spawn(move || {
            let number = fast.write_now(|tx: &mut dyn Tx| {
                let number = next(tx)?;
                add(tx, 1, number)?;
                Ok::<_, StoreError>(number)
            });
            done.send(()).unwrap();
            number
        });
        // The second number cannot be committed while the first is not: here a sequence would let it overtake.
        assert!(is_done.recv_timeout(Duration::from_millis(300)).is_err(), "{}", place.name);
        assert_eq!(seqs(&store, 1), [0i64; 0], "{}", place.name);
        go_on.send(()).unwrap();
        assert_eq!((slow.join().unwrap(), fast.join().unwrap()), (Ok(1), Ok(2)), "{}", place.name);
        assert_eq!(seqs(&store, 1), [1, 2], "{}", place.name);
    }
}

#[test]
fn a_cursor_that_follows_many_writers_sees_every_number_once() {
    for place in places() {
        let store = place.open(STEPS);
        let follower = store.clone();
        let follower = thread::spawn(move || {
            let mut seen: Vec<i64> = Vec::new();
            while seen.len() < 240 {
                let after = seen.last().copied().unwrap_or(0);
                let sql = "SELECT seq FROM ticket WHERE register = 1 AND seq > $1 ORDER BY seq LIMIT 20";
                let more = follower.read_now(move |tx: &mut dyn Tx| tx.all(sql, &[after.into()], |row| row.integer(0)));
                seen.extend(more.unwrap());
            }
            seen
        });
        let writers = (0..8u32).map(|writer| {
            let store = store.clone();
            async move {
                for round in 0..30 {
                    let written = store.write(move |tx: &mut dyn Tx| {
                        let number = next(tx)?;
                        // Long enough for others to overtake, were there nothing in their way.
                        thread::sleep(Duration::from_micros(u64::from((writer * 7 + round * 3) % 5) * 300));
                        add(tx, 1, number)
                    });
                    written.await.unwrap();
                }
            }
        });
        all_at_once(writers);
        assert_eq!(follower.join().unwrap(), (1..=240).collect::<Vec<_>>(), "{}", place.name);
    }
}
