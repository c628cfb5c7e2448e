//! `journal.db` read a second time, from its first line on, with nothing but SQLite and JSON: what was sold of each
//! article, what is left on each voucher, what went through the drawer.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::book::{Book, int, list, text};

/// Holds the books against the sealed lines of a journal that is closed.
pub(super) fn assert_agrees(database: &Path, book: &Book) {
    let read_only = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(database, read_only).unwrap();
    let mut find = connection.prepare("SELECT bytes FROM line ORDER BY seq").unwrap();
    let mut rows = find.query([]).unwrap();
    let (mut sold, mut vouchers, mut drawer) = (BTreeMap::new(), BTreeMap::new(), 0);
    let (mut net, mut abs, mut entries) = (0, 0, 0);
    while let Some(row) = rows.next().unwrap() {
        let line: Value = serde_json::from_slice(row.get_ref(0).unwrap().as_blob().unwrap()).unwrap();
        let body = &line["entry"]["body"];
        entries += 1;
        match text(&line["entry"], "kind") {
            "ticket" => {
                for line in list(body, "lines") {
                    *sold.entry(text(line, "sku").to_owned()).or_default() += int(line, "qty");
                }
                for pay in list(body, "payments") {
                    match text(pay, "tender") {
                        "cash" => drawer += int(pay, "amount"),
                        "credit_note" | "gift_voucher" => {
                            *vouchers.entry(text(pay, "ref").to_owned()).or_default() -= int(pay, "amount");
                        }
                        _ => {}
                    }
                }
                drawer -= int(body, "change");
                net += int(&body["totals"], "ttc");
                abs += int(&body["totals"], "ttc").abs();
            }
            "cash" => match text(body, "type") {
                "float" | "in" => drawer += int(body, "amount"),
                "out" | "drop" => drawer -= int(body, "amount"),
                _ => {}
            },
            _ => {}
        }
    }
    assert_eq!(entries, book.size);
    assert_eq!(sold, book.sold, "what was sold of each article");
    let kept: BTreeMap<String, i128> =
        book.vouchers.iter().map(|(code, voucher)| (code.clone(), voucher.balance)).collect();
    assert_eq!(vouchers, kept, "what is left on each voucher");
    assert_eq!(drawer, book.through_drawer, "what went through the drawer");
    assert_eq!((net, abs), book.gt, "the perpetual totals");
}
