//! Nothing is ever lost or miscounted: years of trade of every kind, held against books kept by hand.
//!
//! `COMPTOIR_LEDGER_SEED` and `COMPTOIR_LEDGER_OPERATIONS` draw another storm, or the same one again.

#![allow(clippy::unwrap_used, reason = "tests")]

use comptoir_tests::ledger::storm;

#[test]
fn twenty_thousand_operations_agree_with_books_kept_by_hand_to_the_cent() {
    let set = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let operations = set("COMPTOIR_LEDGER_OPERATIONS").unwrap_or(20_000);
    let tally = storm(set("COMPTOIR_LEDGER_SEED").unwrap_or(20_260), u32::try_from(operations).unwrap());
    println!("{tally:#?}");
    if operations < 20_000 {
        return;
    }
    for (what, least) in [
        ("sale", 3000),
        ("sale by voucher", 100),
        ("exchange", 200),
        ("voucher sold or account paid", 300),
        ("return", 500),
        ("cancel", 100),
        ("cancel of vouchers", 3),
        ("cancel with a word", 3),
        ("correction", 100),
        ("held", 300),
        ("held ticket changed", 100),
        ("sent to the kitchen", 100),
        ("taken off", 20),
        ("moved", 50),
        ("merged", 20),
        ("noted", 100),
        ("given up", 50),
        ("held ticket paid", 100),
        ("float", 50),
        ("in", 50),
        ("out", 50),
        ("drop", 50),
        ("count", 50),
        ("print", 300),
        ("reading", 20),
        ("no paper", 20),
        ("closing", 50),
        ("closings due", 50),
        ("archive", 3),
        ("cash over the limit", 20),
        ("drawer opened", 20),
        ("settings", 20),
        ("rights", 20),
        ("school", 20),
        ("restart", 20),
        ("crash", 20),
        ("repeated", 20),
        ("date confirmed", 20),
        ("rebuild", 3),
    ] {
        let done = tally.done.get(what).copied().unwrap_or_default();
        assert!(done >= least, "{what}: {done} of at least {least}");
    }
    for what in [
        "return of more than was sold",
        "cancel twice",
        "cancel by a cashier",
        "correction twice",
        "closing of nothing",
        "closing by a clock in doubt",
        "cash of nothing",
        "count that does not add up",
        "count in place of no count",
        "count without the right",
        "cash by an auditor",
        "cash by a stranger",
        "cash by somebody not signed in",
        "card number",
        "cash over the limit by a cashier",
        "voucher beyond its worth",
        "sale of less than nothing",
    ] {
        assert!(tally.refused.contains_key(what), "{what} was never refused");
    }
    for kind in ["ticket", "note", "duplicate", "cash", "event", "closing", "archive"] {
        assert!(tally.sealed.contains_key(kind), "no {kind} was sealed");
    }
}
