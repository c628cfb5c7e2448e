//! A job is kept whole or not at all, and nobody else's with it.

use super::*;

/// An error of a caller's own.
#[derive(Debug, PartialEq)]
enum Refusal {
    Closed,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

#[test]
fn a_job_that_answers_an_error_leaves_nothing_behind() {
    for place in places() {
        let store = place.open(STEPS);
        let refused = store.write_now(|tx: &mut dyn Tx| {
            add(tx, 1, 1)?;
            Err::<(), _>(Refusal::Closed)
        });
        assert_eq!(refused, Err(Refusal::Closed), "{}", place.name);
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 2)).unwrap();
        assert_eq!(seqs(&store, 1), [2], "{}", place.name);
    }
}

#[test]
fn after_a_failed_statement_nothing_goes_on_and_nothing_is_kept() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        // The job takes no notice of it, and says that all is well.
        let done = store.write_now(|tx: &mut dyn Tx| {
            add(tx, 1, 2)?;
            let first = add(tx, 1, 1);
            let second = add(tx, 1, 3);
            assert!(first.is_err() && first == second, "{first:?} {second:?}");
            Ok::<_, StoreError>(())
        });
        assert!(done.as_ref().is_err_and(StoreError::is_unique), "{}: {done:?}", place.name);
        assert_eq!(seqs(&store, 1), [1], "{}", place.name);
    }
}

#[test]
fn what_a_rule_of_a_table_refuses_is_told_apart() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap();
        let unique = store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1)).unwrap_err();
        assert!(unique.is_unique() && !unique.is_passing(), "{}: {unique:?}", place.name);
        let other = |sql: &'static str| store.write_now(move |tx: &mut dyn Tx| tx.execute(sql, &[])).unwrap_err();
        let check = other("UPDATE counter SET n = -1");
        assert!(matches!(check, StoreError::Constraint { .. }), "{}: {check:?}", place.name);
        let null = other("UPDATE counter SET n = NULL");
        assert!(matches!(null, StoreError::Constraint { .. }), "{}: {null:?}", place.name);
        let nonsense = other("UPDATE countre SET n = 1");
        assert!(matches!(nonsense, StoreError::Statement { .. }), "{}: {nonsense:?}", place.name);
    }
}

#[test]
fn no_error_tells_what_was_stored() {
    for place in places() {
        let store = place.open(STEPS);
        let named = |tx: &mut dyn Tx| {
            tx.execute("INSERT INTO counter (name, n) VALUES ($1, 1)", &["someone@example.org".into()])
        };
        store.write_now(named).unwrap();
        let error = store.write_now(named).unwrap_err();
        assert!(error.is_unique() && !format!("{error} {error:?}").contains("someone"), "{}: {error:?}", place.name);
    }
}

#[test]
fn a_job_that_panics_is_answered_and_harms_no_other() {
    for place in places() {
        let store = place.open(STEPS);
        for _ in 0..20 {
            let fault = store.write_now(|tx: &mut dyn Tx| {
                add(tx, 1, 1)?;
                if seqs_in(tx, 1)? == [1] {
                    std::panic::resume_unwind(Box::new("a fault"));
                }
                Ok::<_, StoreError>(())
            });
            assert_eq!(fault, Err(StoreError::Fault), "{}", place.name);
            let fault = store.read_now(|_: &mut dyn Tx| -> Result<(), StoreError> {
                std::panic::resume_unwind(Box::new("a fault"))
            });
            assert_eq!(fault, Err(StoreError::Fault), "{}", place.name);
        }
        store.write_now(|tx: &mut dyn Tx| add(tx, 1, 2)).unwrap();
        assert_eq!(seqs(&store, 1), [2], "{}", place.name);
    }
}

#[test]
fn what_reads_cannot_write() {
    for place in places() {
        let store = place.open(STEPS);
        let written = store.read_now(|tx: &mut dyn Tx| add(tx, 1, 1));
        assert_eq!(written, Err(StoreError::ReadOnly), "{}", place.name);
        assert_eq!(seqs(&store, 1), [0i64; 0], "{}", place.name);
    }
}

#[test]
fn many_jobs_at_once_are_each_kept_whole_or_not_at_all() {
    for place in places() {
        let store = place.open(STEPS);
        let jobs = (0..200i64).map(|register| {
            let store = store.clone();
            async move {
                let done = store.write(move |tx: &mut dyn Tx| {
                    let rows: Vec<_> = (1..=3).map(|seq| ticket(register, seq)).collect();
                    tx.insert(ADD, &rows)?;
                    match register % 4 {
                        1 => Err(Refusal::Closed),
                        2 => Ok(add(tx, register, 2)?),
                        3 => std::panic::resume_unwind(Box::new("a fault")),
                        _ => Ok(()),
                    }
                });
                let done = done.await;
                // What was answered is there for whoever reads next.
                let seqs = store.read(move |tx: &mut dyn Tx| seqs_in(tx, register)).await.unwrap();
                (register, done, seqs)
            }
        });
        for (register, done, seqs) in all_at_once(jobs) {
            let kept = register % 4 == 0;
            match register % 4 {
                0 => assert_eq!(done, Ok(()), "{}", place.name),
                1 => assert_eq!(done, Err(Refusal::Closed), "{}", place.name),
                2 => assert!(
                    matches!(&done, Err(Refusal::Store(error)) if error.is_unique()),
                    "{}: {done:?}",
                    place.name
                ),
                _ => assert_eq!(done, Err(Refusal::Store(StoreError::Fault)), "{}", place.name),
            }
            assert_eq!(seqs.len(), if kept { 3 } else { 0 }, "{}: {register}", place.name);
        }
    }
}

#[test]
fn whoever_stops_waiting_has_their_job_done_all_the_same() {
    for place in places() {
        let store = place.open(STEPS);
        let asked = store.clone();
        runtime().block_on(async move {
            let (begun, wait) = tokio::sync::oneshot::channel();
            let mut begun = Some(begun);
            let job = asked.write(move |tx: &mut dyn Tx| {
                if let Some(begun) = begun.take() {
                    begun.send(()).unwrap();
                }
                add(tx, 1, 1)
            });
            tokio::select! {
                biased;
                begun = wait => begun.unwrap(),
                _ = job => panic!("the job was answered, and never said that it began"),
            }
        });
        // Closing waits for what was asked.
        drop(store);
        assert_eq!(seqs(&place.open(STEPS), 1), [1], "{}", place.name);
    }
}

#[test]
fn a_store_can_be_opened_used_and_dropped_within_a_runtime() {
    for place in places() {
        let database = place.database.clone();
        let read = runtime().block_on(async move {
            let store = Store::open(&database, STEPS)?;
            store.write_now(|tx: &mut dyn Tx| add(tx, 1, 1))?;
            // The last clone may go with a job, on the store's own thread.
            let held = store.clone();
            let read = store.read(move |tx: &mut dyn Tx| {
                let _held = &held;
                seqs_in(tx, 1)
            });
            let read = read.await;
            drop(store);
            read
        });
        assert_eq!(read, Ok(vec![1]), "{}", place.name);
    }
}
