//! `journal.db` files: sound, damaged, tampered with, and left with a log beside them.

use std::path::Path;

use rusqlite::{Connection, params};

use super::super::*;
use crate::sealed;

const SCHEMA: &str = "
CREATE TABLE line (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE command (id BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

fn write(path: &Path, mode: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", mode).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    for (seq, line) in (0i64..).zip(super::lines()) {
        let kind = sealed::read(&line).unwrap().entry.kind.as_str();
        connection.execute("INSERT INTO line VALUES (?1, ?2, ?3)", params![seq, kind, line]).unwrap();
        connection.execute("INSERT INTO command VALUES (?1, ?2)", params![seq.to_be_bytes(), seq]).unwrap();
    }
    connection
}

fn rules(path: &Path) -> Vec<(Rule, Option<u64>)> {
    verify_file(path, &[], &mut |_, _| {}).findings.iter().map(|f| (f.rule, f.seq)).collect()
}

#[test]
fn the_known_journal_in_a_database_is_sound_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a journal? 100 %.db");
    drop(write(&path, "DELETE"));
    let report = verify_file(&path, &[], &mut |_, _| {});
    assert_eq!(super::shown(&report), Vec::<String>::new());
    assert_eq!((report.entries, report.subject), (34, Subject::Store));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_still_in_the_log_beside_a_database_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let connection = write(&path, "WAL");
    let copied = tempfile::tempdir().unwrap();
    let copy = copied.path().join("journal.db");
    for end in ["", "-wal"] {
        std::fs::copy(format!("{}{end}", path.display()), format!("{}{end}", copy.display())).unwrap();
    }
    drop(connection);
    assert_eq!(verify_file(&copy, &[], &mut |_, _| {}).entries, 34);
    assert_eq!(rules(&copy), []);
}

#[test]
fn a_database_copied_without_its_log_is_inconclusive_even_where_it_holds_every_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(write(&path, "WAL"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the log was moved into the file");
    let report = verify_file(&path, &[], &mut |_, _| {});
    assert_eq!((report.entries, report.verdict()), (34, Verdict::Inconclusive));
    assert_eq!(rules(&path), [(Rule::Unreadable, None)]);
}

#[test]
fn columns_tables_and_commands_that_do_not_fit_the_lines_are_defects() {
    type Found = [(Rule, Option<u64>)];
    let cases: [(&str, &Found); 5] = [
        ("UPDATE line SET kind = 'event' WHERE seq = 5", &[(Rule::Store, Some(5))]),
        ("UPDATE line SET seq = 40 WHERE seq = 33", &[(Rule::Store, Some(33)), (Rule::Store, None)]),
        ("INSERT INTO command VALUES (x'ff', 77)", &[(Rule::Store, None)]),
        ("DROP TABLE command; CREATE VIEW command AS SELECT 1 AS seq", &[]),
        ("UPDATE line SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE seq = 4", &[(Rule::Canonical, Some(4))]),
    ];
    for (change, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        write(&path, "DELETE").execute_batch(change).unwrap();
        assert_eq!(rules(&path), expected, "{change}");
    }
}

#[test]
fn a_line_deleted_from_a_database_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    write(&path, "DELETE").execute_batch("DELETE FROM command; DELETE FROM line WHERE seq = 6").unwrap();
    assert!(rules(&path).contains(&(Rule::Chain, Some(7))));
}

#[test]
fn damage_anywhere_in_a_database_is_seen_unless_it_hits_bytes_that_no_row_uses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(write(&path, "DELETE"));
    let whole = std::fs::read(&path).unwrap();
    let changed = folder.path().join("changed.db");
    let newest = [Evidence::parse(super::CHECKPOINT).unwrap()];
    let (mut seen, mut spare) = (0, 0);
    for at in (100..whole.len()).step_by(997) {
        let mut bytes = whole.clone();
        bytes[at..(at + 64).min(whole.len())].fill(0xa5);
        std::fs::write(&changed, &bytes).unwrap();
        let report = verify_file(&changed, &newest, &mut |_, _| {});
        match report.verdict() {
            // Held against the newest checkpoint, so every line is the one that was sealed.
            Verdict::Sound => spare += 1,
            _ => seen += 1,
        }
    }
    assert!(seen > spare, "{seen} seen, {spare} in spare bytes");
}
