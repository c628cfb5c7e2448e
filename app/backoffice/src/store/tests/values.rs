//! What is written is what is read, and nothing else is taken for it.

use super::*;

/// A row's amount, label and hash.
type Kept = (i64, Option<String>, Option<Vec<u8>>);

#[test]
fn every_value_comes_back_as_it_was_given() {
    for place in places() {
        let store = place.open(STEPS);
        let bytes: Vec<u8> = (0..=255).collect();
        let rows: Vec<Kept> = vec![
            (i64::MIN, Some(String::new()), Some(Vec::new())),
            (i64::MAX, Some("Crème brûlée 'maison' — 5 € 🍮\n\t\"$1\"".to_owned()), Some(bytes)),
            (0, None, None),
            (-1, Some(" ".to_owned()), Some(vec![0])),
        ];
        let given = rows.clone();
        store
            .write_now(move |tx: &mut dyn Tx| {
                for (seq, (cents, label, hash)) in (0i64..).zip(&given) {
                    tx.execute(
                        ADD,
                        &[1.into(), seq.into(), (*cents).into(), label.clone().into(), hash.clone().into()],
                    )?;
                }
                tx.execute(ADD, &[2.into(), i64::MIN.into(), Value::Null, Value::Null, Value::Null])
            })
            .unwrap();
        let kept = store
            .read_now(|tx: &mut dyn Tx| {
                let sql = "SELECT cents, label, hash FROM ticket WHERE register = 1 ORDER BY seq";
                tx.all(sql, &[], |row| {
                    let label = row.optional_text(1)?.map(ToOwned::to_owned);
                    Ok((row.integer(0)?, label, row.optional_blob(2)?.map(<[u8]>::to_vec)))
                })
            })
            .unwrap();
        assert_eq!(kept, rows, "{}", place.name);
        let none = "SELECT cents, seq FROM ticket WHERE register = 2";
        let none = store
            .read_now(move |tx: &mut dyn Tx| tx.one(none, &[], |row| Ok((row.optional_integer(0)?, row.integer(1)?))));
        assert_eq!(none, Ok(Some((None, i64::MIN))), "{}", place.name);
    }
}

/// What a reader makes of the first column of an answer.
fn read_as<T: Send + 'static>(
    store: &Store,
    sql: &'static str,
    read: impl Fn(&crate::store::Row<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<Option<T>, StoreError> {
    store.read_now(move |tx: &mut dyn Tx| tx.one(sql, &[], &read))
}

#[test]
fn a_column_of_another_type_is_refused_even_where_it_is_null() {
    for place in places() {
        let store = place.open(STEPS);
        let row = [1.into(), 1.into(), Value::Null, Value::Null, Value::Null];
        store.write_now(move |tx: &mut dyn Tx| tx.execute(ADD, &row)).unwrap();
        let refused = |error: Option<StoreError>| {
            assert!(matches!(error, Some(StoreError::Column { place: 0, .. })), "{}: {error:?}", place.name);
        };
        refused(read_as(&store, "SELECT label FROM ticket", |row| row.optional_integer(0)).err());
        refused(read_as(&store, "SELECT hash FROM ticket", |row| row.optional_integer(0)).err());
        refused(read_as(&store, "SELECT cents FROM ticket", |row| row.optional_text(0).map(|_| ())).err());
        refused(read_as(&store, "SELECT hash FROM ticket", |row| row.optional_text(0).map(|_| ())).err());
        refused(read_as(&store, "SELECT label FROM ticket", |row| row.optional_blob(0).map(|_| ())).err());
        refused(read_as(&store, "SELECT seq FROM ticket", |row| row.blob(0).map(|_| ())).err());
        refused(read_as(&store, "SELECT cents FROM ticket", |row| row.integer(0)).err());
        refused(read_as(&store, "SELECT CAST(1 AS REAL) / 2", |row| row.integer(0)).err());
        let beyond = read_as(&store, "SELECT seq FROM ticket", |row| row.integer(1)).err();
        assert!(matches!(beyond, Some(StoreError::Column { place: 1, .. })), "{}: {beyond:?}", place.name);
    }
}

#[test]
fn sums_counts_and_literals_are_integers() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| tx.insert(ADD, &[ticket(1, 1), ticket(1, 2)])).unwrap();
        for (sql, number) in [
            ("SELECT CAST(SUM(cents) AS BIGINT) FROM ticket", Some(300)),
            ("SELECT CAST(SUM(cents) AS BIGINT) FROM ticket WHERE register = 7", None),
            ("SELECT COUNT(*) FROM ticket", Some(2)),
            ("SELECT MAX(seq) FROM ticket", Some(2)),
            ("SELECT 7", Some(7)),
            ("SELECT CASE WHEN seq > 1 THEN 1 ELSE 0 END FROM ticket WHERE seq = 2", Some(1)),
        ] {
            let read = read_as(&store, sql, |row| row.optional_integer(0));
            assert_eq!(read, Ok(Some(number)), "{}: {sql}", place.name);
        }
    }
}

#[test]
fn lengths_and_signs_are_looked_at() {
    for place in places() {
        let store = place.open(STEPS);
        store.write_now(|tx: &mut dyn Tx| add(tx, -1, 5)).unwrap();
        assert_eq!(read_as(&store, "SELECT hash FROM ticket", |row| row.array::<32>(0)), Ok(Some([0xab; 32])));
        let short = read_as(&store, "SELECT hash FROM ticket", |row| row.array::<64>(0));
        assert!(matches!(short, Err(StoreError::Unreadable { .. })), "{}: {short:?}", place.name);
        assert_eq!(read_as(&store, "SELECT seq FROM ticket", |row| row.unsigned(0)), Ok(Some(5)));
        let negative = read_as(&store, "SELECT register FROM ticket", |row| row.unsigned(0));
        assert!(matches!(negative, Err(StoreError::Column { .. })), "{}: {negative:?}", place.name);
    }
    assert_eq!(Value::try_from(u64::MAX / 2), Ok(Value::Integer(i64::MAX)));
    assert!(matches!(Value::try_from(u64::MAX / 2 + 1), Err(StoreError::Value { .. })));
}

#[test]
fn what_does_not_fit_its_column_is_refused() {
    for place in places() {
        let store = place.open(STEPS);
        let number = |cents: Value| vec![1.into(), 1.into(), cents, Value::Null, Value::Null];
        let label = |label: Value| vec![1.into(), 1.into(), Value::Null, label, Value::Null];
        for row in [number("abc".into()), number([1u8].into()), label([1u8].into()), label("a\0b".into())] {
            let refused = store.write_now(move |tx: &mut dyn Tx| tx.execute(ADD, &row));
            assert!(matches!(refused, Err(StoreError::Value { .. })), "{}: {refused:?}", place.name);
        }
        let few = store.write_now(|tx: &mut dyn Tx| tx.execute(ADD, &ticket(1, 1)[..4]));
        assert!(matches!(few, Err(StoreError::Statement { .. } | StoreError::Value { .. })), "{}: {few:?}", place.name);
        assert_eq!(seqs(&store, 1), [0i64; 0], "{}", place.name);
    }
}

#[test]
fn a_small_place_takes_a_number_that_fits_it() {
    for place in places() {
        let store = place.open(STEPS);
        // PostgreSQL takes `$1` for a 32 bit number here.
        let sql = "SELECT 1 WHERE $1 = 0";
        let read =
            |number: i64| store.read_now(move |tx: &mut dyn Tx| tx.one(sql, &[number.into()], |row| row.integer(0)));
        assert_eq!((read(0), read(1)), (Ok(Some(1)), Ok(None)), "{}", place.name);
        if !place.is_sqlite() {
            assert!(matches!(read(i64::MAX), Err(StoreError::Value { .. })), "{}", place.name);
        }
    }
}
