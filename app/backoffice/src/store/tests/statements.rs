//! One text for both databases.

use super::*;

#[test]
fn values_are_told_by_their_number_wherever_they_stand() {
    for place in places() {
        let store = place.open(STEPS);
        let sql = "INSERT INTO ticket (register, seq, label, cents) VALUES ($3, $1, '$2 is no value', $1)";
        let wrong = store.write_now(move |tx: &mut dyn Tx| tx.execute(sql, &[7.into(), 8.into(), 9.into()]));
        assert!(place.is_sqlite() || wrong.is_err(), "{}: a value without a place", place.name);
        let sql = "INSERT INTO ticket (register, seq, label, cents) VALUES ($2, $1, '$2 is no value', $1)";
        let written = store.write_now(move |tx: &mut dyn Tx| tx.execute(sql, &[17.into(), 8.into()]));
        assert_eq!(written, Ok(1), "{}", place.name);
        let sql = "SELECT register, seq, cents, label FROM ticket WHERE seq = $1 AND cents = $1 AND register = $2";
        let read = store.read_now(move |tx: &mut dyn Tx| {
            tx.one(sql, &[17.into(), 8.into()], |row| {
                Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?, row.text(3)?.to_owned()))
            })
        });
        assert_eq!(read, Ok(Some((8, 17, 17, "$2 is no value".to_owned()))), "{}", place.name);
    }
}

#[test]
fn upserts_add_to_what_is_there_or_leave_it() {
    for place in places() {
        let store = place.open(STEPS);
        let roll_up = "INSERT INTO counter (name, n) VALUES ($1, $2)
                       ON CONFLICT (name) DO UPDATE SET n = counter.n + excluded.n";
        let leave = "INSERT INTO counter (name, n) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let rows: Vec<Vec<Value>> =
            (0..120).map(|n| vec![format!("till {n:03}").into(), i64::from(n).into()]).collect();
        let written = store.write_now(move |tx: &mut dyn Tx| {
            Ok::<_, StoreError>((
                tx.insert(roll_up, &rows)?,
                tx.insert(roll_up, &rows[60..])?,
                tx.insert(leave, &rows)?,
            ))
        });
        assert_eq!(written, Ok((120, 60, 0)), "{}", place.name);
        let read = "SELECT n FROM counter WHERE name <> 'feed' ORDER BY name";
        let read = store.read_now(move |tx: &mut dyn Tx| tx.all(read, &[], |row| row.integer(0))).unwrap();
        let summed: Vec<i64> = (0..120).map(|n| if n < 60 { n } else { 2 * n }).collect();
        assert_eq!(read, summed, "{}", place.name);
    }
}

#[test]
fn as_many_rows_go_in_as_there_are_and_in_their_order() {
    for place in places() {
        let store = place.open(STEPS);
        for (register, count) in (1i64..).zip([0, 1, 2, 3, 9, 99, 100, 101, 377]) {
            let rows: Vec<_> = (1..=count).map(|seq| ticket(register, seq)).collect();
            let written = store.write_now(move |tx: &mut dyn Tx| tx.insert(ADD, &rows));
            assert_eq!(written, Ok(count.unsigned_abs()), "{}", place.name);
            assert_eq!(seqs(&store, register), (1..=count).collect::<Vec<_>>(), "{}", place.name);
        }
        let sum = "SELECT CAST(SUM(cents) AS BIGINT), COUNT(DISTINCT label) FROM ticket WHERE register = 9";
        let sum = store.read_now(move |tx: &mut dyn Tx| tx.one(sum, &[], |row| Ok((row.integer(0)?, row.integer(1)?))));
        assert_eq!(sum, Ok(Some((377 * 378 / 2 * 100, 377))), "{}", place.name);
    }
}

#[test]
fn rows_that_cannot_all_go_in_do_not_go_in_at_all() {
    for place in places() {
        let store = place.open(STEPS);
        let rows: Vec<_> = (1..=150).chain([150]).map(|seq| ticket(1, seq)).collect();
        let twice = store.write_now(move |tx: &mut dyn Tx| tx.insert(ADD, &rows));
        assert!(twice.as_ref().is_err_and(StoreError::is_unique), "{}: {twice:?}", place.name);
        let mut rows: Vec<_> = (1..=12).map(|seq| ticket(1, seq)).collect();
        rows[7].pop();
        let uneven = store.write_now(move |tx: &mut dyn Tx| tx.insert(ADD, &rows));
        assert!(uneven.is_err(), "{}", place.name);
        assert_eq!(seqs(&store, 1), [0i64; 0], "{}", place.name);
    }
}

#[test]
fn a_row_may_be_computed_as_it_goes_in() {
    for place in places() {
        let store = place.open(STEPS);
        let sql =
            "INSERT INTO ticket (register, seq, cents, label) VALUES ($1, ($2 + 1) * 2, COALESCE($3, -1), ')''($9')
                   ON CONFLICT (register, seq) DO NOTHING";
        let rows: Vec<Vec<Value>> = vec![
            vec![1.into(), 0.into(), Value::Null],
            vec![1.into(), 1.into(), 5.into()],
            vec![1.into(), 0.into(), 9.into()],
        ];
        assert_eq!(store.write_now(move |tx: &mut dyn Tx| tx.insert(sql, &rows)), Ok(2), "{}", place.name);
        let sql = "SELECT seq, cents, label FROM ticket ORDER BY seq";
        let read = store.read_now(move |tx: &mut dyn Tx| {
            tx.all(sql, &[], |row| Ok((row.integer(0)?, row.integer(1)?, row.text(2)?.to_owned())))
        });
        let label = ")'($9".to_owned();
        assert_eq!(read, Ok(vec![(2, -1, label.clone()), (4, 5, label)]), "{}", place.name);
    }
}

#[test]
fn one_answers_one_row_and_no_second() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| tx.insert(ADD, &[ticket(1, 1), ticket(1, 2)])).unwrap();
        let read = |sql: &'static str| store.read_now(move |tx: &mut dyn Tx| tx.one(sql, &[], |row| row.integer(0)));
        assert_eq!(read("SELECT seq FROM ticket WHERE seq = 3"), Ok(None), "{}", place.name);
        assert_eq!(read("SELECT seq FROM ticket WHERE seq = 2"), Ok(Some(2)), "{}", place.name);
        let two = read("SELECT seq FROM ticket");
        assert!(matches!(two, Err(StoreError::Statement { .. })), "{}: {two:?}", place.name);
    }
}

#[test]
fn many_rows_are_read_as_they_come_and_reading_may_stop() {
    for place in places() {
        let store = place.open(STEPS);
        let rows: Vec<_> = (1..=3000).map(|seq| ticket(1, seq)).collect();
        store.write_now(move |tx: &mut dyn Tx| tx.insert(ADD, &rows)).unwrap();
        assert_eq!(seqs(&store, 1), (1..=3000).collect::<Vec<_>>(), "{}", place.name);
        let (seen, after) = store
            .read_now(|tx: &mut dyn Tx| {
                let mut seen = 0;
                let stopped = tx.each("SELECT seq FROM ticket ORDER BY seq", &[], &mut |row| {
                    seen = row.integer(0)?;
                    if seen == 700 { Err(StoreError::unreadable("enough")) } else { Ok(()) }
                });
                assert_eq!(stopped, Err(StoreError::unreadable("enough")));
                let after = tx.one("SELECT COUNT(*) FROM ticket", &[], |row| row.integer(0))?;
                Ok::<_, StoreError>((seen, after))
            })
            .unwrap();
        assert_eq!((seen, after), (700, Some(3000)), "{}", place.name);
    }
}

#[test]
fn more_statements_than_are_kept_prepared_are_no_matter() {
    for place in places() {
        let store = place.open(STEPS);
        for round in 0..2 {
            let sum = store.read_now(|tx: &mut dyn Tx| {
                (0..600).try_fold(0, |sum, n| {
                    let number = tx.one(&format!("SELECT {n}"), &[], |row| row.integer(0))?;
                    Ok::<_, StoreError>(sum + number.unwrap_or_default())
                })
            });
            assert_eq!(sum, Ok((0..600).sum::<i64>()), "{}: round {round}", place.name);
        }
    }
}

#[test]
fn a_comment_that_could_hide_a_value_is_refused() {
    const COMMENTED: &[Step] = &[Step {
        name: "commented",
        statements: &["CREATE TABLE shop (
            id INTEGER PRIMARY KEY, -- the merchant's own
            opened INTEGER NOT NULL
        ) STRICT"],
    }];
    for place in places() {
        let refused = Store::open(&place.database, COMMENTED).err();
        assert!(matches!(refused, Some(StoreError::Statement { .. })), "{}: {refused:?}", place.name);
        let store = place.open(STEPS);
        let sql = "SELECT seq FROM ticket /* the merchant's own */ WHERE seq = $2 AND register = $1";
        let refused = store.read_now(move |tx: &mut dyn Tx| tx.one(sql, &[1.into(), 2.into()], |row| row.integer(0)));
        assert!(matches!(refused, Err(StoreError::Statement { .. })), "{}: {refused:?}", place.name);
    }
}
