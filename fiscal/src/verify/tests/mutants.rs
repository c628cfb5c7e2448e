//! Every rule seen to fire: what a forger who holds the key would change, and what the verifier finds.

use super::super::*;
use super::workshop::{entries, resealed, resealed_texts};
use crate::entry::{Archive, Original, OriginalKind, Period, Tender, Ticket, TicketRef, Witnessed};
use crate::entry::{Body, Cash, Closing, Discount, Duplicate, Entry, Event, Genesis, Invoice, Note, Payment};
use crate::values::{Cents, Hash, Quantity, Rate};

/// A change to the entry at a place, the rule that it breaks there, and in which key.
type Mutant = (&'static str, usize, fn(&mut Entry), Rule, &'static str);

fn ticket(entry: &mut Entry) -> &mut Ticket {
    let Body::Ticket(ticket) = &mut entry.body else { panic!("another kind") };
    ticket
}

fn closing(entry: &mut Entry) -> &mut Closing {
    let Body::Closing(closing) = &mut entry.body else { panic!("another kind") };
    closing
}

macro_rules! bodies {
    ($($name:ident: $kind:ident => $type:ty),*) => {$(
        fn $name(entry: &mut Entry) -> &mut $type {
            let Body::$kind(body) = &mut entry.body else { panic!("another kind") };
            body
        }
    )*};
}
bodies!(genesis: Genesis => Genesis, note: Note => Note, invoice: Invoice => Invoice, duplicate: Duplicate => Duplicate,
    cash: Cash => Cash, event: Event => Event, archive: Archive => Archive);

fn cents(cents: i64) -> Cents {
    Cents::new(cents)
}

fn pay(tender: Tender, amount: i64) -> Payment {
    Payment { amount: cents(amount), face: None, reference: None, tender }
}

const MUTANTS: &[Mutant] = &[
    ("another currency", 0, |e| genesis(e).currency = "USD".to_owned(), Rule::Genesis, "body.currency"),
    (
        "another register",
        5,
        |e| e.register = "11111111-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap(),
        Rule::Chain,
        "register",
    ),
    ("an offset of another zone", 3, |e| e.at = "2026-11-21T09:12:44+02:00".parse().unwrap(), Rule::Clock, "at"),
    ("a clock that goes back unsaid", 20, |e| event(e).code = 140, Rule::Clock, "at"),
    ("a ticket number skipped", 6, |e| ticket(e).number = 9, Rule::Numbering, "body.number"),
    ("an event number used twice", 15, |e| event(e).number = 1, Rule::Numbering, "body.number"),
    ("a closing number skipped", 23, |e| closing(e).number = 7, Rule::Numbering, "body.number"),
    ("a line total lowered", 3, |e| ticket(e).lines[0].total = cents(1), Rule::Arithmetic, "body.lines[0].total"),
    ("a line's tax-free amount changed", 3, |e| ticket(e).lines[0].ht = cents(1), Rule::Arithmetic, "body.lines[0].ht"),
    ("a ticket total lowered", 3, |e| ticket(e).totals.ttc = cents(1), Rule::Arithmetic, "body.totals.ttc"),
    ("VAT lowered", 3, |e| ticket(e).totals.vat[0].vat = cents(1), Rule::Arithmetic, "body.totals.vat"),
    ("a row of a rate left out", 3, |e| ticket(e).totals.vat.truncate(1), Rule::Arithmetic, "body.totals.vat"),
    ("a rate changed", 3, |e| ticket(e).lines[1].vat = Rate::ZERO, Rule::Arithmetic, "body.totals.vat"),
    (
        "a ticket discount spread otherwise",
        4,
        |e| {
            ticket(e).discounts[0].amount = cents(202);
        },
        Rule::Arithmetic,
        "body.lines[0].total",
    ),
    (
        "a discount beyond its lines",
        4,
        |e| {
            ticket(e).discounts[0].amount = cents(999_999);
        },
        Rule::Arithmetic,
        "body.discounts",
    ),
    (
        "a negative price",
        3,
        |e| ticket(e).lines[0].unit_price = cents(-399),
        Rule::Arithmetic,
        "body.lines[0].unit_price",
    ),
    ("lines numbered otherwise", 3, |e| ticket(e).lines[1].n = 5, Rule::Body, "body.lines[1].n"),
    ("a menu without a first line", 3, |e| ticket(e).lines[1].menu = Some(9), Rule::Body, "body.lines[1].menu"),
    (
        "an exemption at a rate",
        3,
        |e| ticket(e).lines[1].exempt = Some("261".to_owned()),
        Rule::Body,
        "body.lines[1].exempt",
    ),
    ("a sale that says what it returns", 3, |e| ticket(e).lines[1].of = Some(1), Rule::Body, "body.lines[1].of"),
    ("a note's total lowered", 17, |e| note(e).totals.ttc = cents(1), Rule::Arithmetic, "body.totals.ttc"),
    ("payments that do not add up", 6, |e| ticket(e).payments[0].amount = cents(1), Rule::Settlement, "body.payments"),
    (
        "change on a card",
        8,
        |e| {
            ticket(e).payments[0].amount = cents(3698);
            ticket(e).change = cents(1000);
        },
        Rule::Settlement,
        "body.change",
    ),
    (
        "negative change",
        3,
        |e| {
            ticket(e).payments[0].amount = cents(1000);
            ticket(e).change = cents(-238);
        },
        Rule::Settlement,
        "body.change",
    ),
    (
        "a payment of nothing",
        3,
        |e| ticket(e).payments.push(pay(Tender::Card, 0)),
        Rule::Settlement,
        "body.payments[1].amount",
    ),
    (
        "money given back on a sale",
        3,
        |e| {
            ticket(e).payments[0].amount = cents(3000);
            ticket(e).payments.push(pay(Tender::Card, -1000));
        },
        Rule::Settlement,
        "body.payments[1].amount",
    ),
    (
        "a gift voucher sold with goods",
        3,
        |e| {
            ticket(e).payments[0].amount = cents(3000);
            ticket(e).payments.push(pay(Tender::GiftVoucher, -1000));
        },
        Rule::Settlement,
        "body.payments[1].amount",
    ),
    (
        "an account fed with goods",
        3,
        |e| {
            ticket(e).payments[0].amount = cents(3000);
            ticket(e).payments.push(pay(Tender::Account, -1000));
        },
        Rule::Settlement,
        "body.payments[1].amount",
    ),
    (
        "a tip that pays",
        27,
        |e| {
            ticket(e).payments = vec![pay(Tender::Tip, 180)];
        },
        Rule::Settlement,
        "body.payments[0].amount",
    ),
    (
        "a worth on a card",
        8,
        |e| ticket(e).payments[0].face = Some(cents(3000)),
        Rule::Settlement,
        "body.payments[0].face",
    ),
    (
        "a worth below what it paid",
        10,
        |e| ticket(e).payments[0].face = Some(cents(600)),
        Rule::Settlement,
        "body.payments[0].face",
    ),
    (
        "a gift voucher in a correction",
        12,
        |e| ticket(e).payments[1].tender = Tender::GiftVoucher,
        Rule::Settlement,
        "body.payments[1].tender",
    ),
    (
        "a credit note without its code",
        5,
        |e| ticket(e).payments[0].reference = None,
        Rule::Settlement,
        "body.payments[0].ref",
    ),
    (
        "a sale that refers",
        6,
        |e| ticket(e).refers_to = Some(TicketRef { number: 1, register: e.register }),
        Rule::RefersTo,
        "body.refers_to",
    ),
    ("a cancel without its sale", 9, |e| ticket(e).refers_to = None, Rule::RefersTo, "body.refers_to"),
    ("a return without a reason", 5, |e| ticket(e).reason = None, Rule::RefersTo, "body.reason"),
    (
        "a return of a later ticket",
        5,
        |e| ticket(e).refers_to = Some(TicketRef { number: 30, register: e.register }),
        Rule::RefersTo,
        "body.refers_to",
    ),
    ("a return of a line never sold", 5, |e| ticket(e).lines[0].of = Some(7), Rule::RefersTo, "body.lines[0].of"),
    (
        "a return at another price",
        5,
        |e| ticket(e).lines[0].unit_price = cents(400),
        Rule::RefersTo,
        "body.lines[0].unit_price",
    ),
    (
        "a return under another label",
        5,
        |e| ticket(e).lines[0].label = "Autre".to_owned(),
        Rule::RefersTo,
        "body.lines[0].label",
    ),
    ("a return at another rate", 5, |e| ticket(e).lines[0].vat = Rate::ZERO, Rule::RefersTo, "body.lines[0].vat"),
    (
        "more returned than was sold",
        5,
        |e| ticket(e).lines[0].qty = Quantity::pieces(-2),
        Rule::RefersTo,
        "body.lines[0].qty",
    ),
    (
        "a cent too much on the second return",
        21,
        |e| {
            let t = ticket(e);
            t.lines[0].total = cents(-1514);
            t.lines[0].discounts[0].amount = cents(-76);
        },
        Rule::RefersTo,
        "body.lines[0].total",
    ),
    (
        "a return with two discounts",
        19,
        |e| {
            let d = ticket(e).lines[0].discounts[0].clone();
            ticket(e).lines[0].discounts.push(d);
        },
        Rule::Arithmetic,
        "body.lines[0].discounts",
    ),
    (
        "a return with a ticket discount",
        5,
        |e| ticket(e).discounts = vec![Discount { amount: cents(-1), label: "x".to_owned() }],
        Rule::Arithmetic,
        "body.discounts",
    ),
    ("a return that sells", 5, |e| ticket(e).lines[0].qty = Quantity::ONE, Rule::Arithmetic, "body.lines[0].qty"),
    ("a cancel of something else", 9, |e| ticket(e).lines[1].sku = "AUTRE".to_owned(), Rule::RefersTo, "body.lines[1]"),
    ("a cancel of a line less", 9, |e| drop(ticket(e).lines.pop()), Rule::RefersTo, "body.lines"),
    (
        "a cancel of a return",
        9,
        |e| ticket(e).refers_to = Some(TicketRef { number: 3, register: e.register }),
        Rule::RefersTo,
        "body.refers_to",
    ),
    (
        "a cancel for another customer",
        9,
        |e| ticket(e).customer = Some("c-1".to_owned()),
        Rule::RefersTo,
        "body.customer",
    ),
    (
        "a correction with a line",
        12,
        |e| {
            let mut e9 = entries();
            ticket(e).lines = ticket(&mut e9[6]).lines.clone();
        },
        Rule::Body,
        "body.lines",
    ),
    (
        "a correction that forgets the worth",
        12,
        |e| ticket(e).payments[0].face = None,
        Rule::RefersTo,
        "body.payments[0].face",
    ),
    (
        "a correction of more than was paid",
        12,
        |e| {
            ticket(e).payments[0] = pay(Tender::MealVoucher, -9000);
            ticket(e).payments[1].amount = cents(9000);
        },
        Rule::RefersTo,
        "body.payments",
    ),
    ("a note that does not exist", 18, |e| ticket(e).notes = vec![2], Rule::RefersTo, "body.notes"),
    ("notes on a return", 19, |e| ticket(e).notes = vec![1], Rule::Body, "body.notes"),
    ("a mistaken perpetual total", 6, |e| ticket(e).gt.net = cents(0), Rule::Perpetual, "body.gt"),
    ("an invoice of another sum", 22, |e| invoice(e).totals.ttc = cents(1), Rule::Arithmetic, "body.totals.ttc"),
    (
        "a ticket invoiced twice",
        22,
        |e| {
            let t = invoice(e).tickets[0];
            invoice(e).tickets.push(t);
        },
        Rule::RefersTo,
        "body.tickets",
    ),
    ("an invoice of a ticket to come", 22, |e| invoice(e).tickets[0].number = 14, Rule::RefersTo, "body.tickets"),
    (
        "a credit note that charges",
        22,
        |e| invoice(e).refers_to = Some(crate::entry::InvoiceRef { number: 1 }),
        Rule::Arithmetic,
        "body.totals.ttc",
    ),
    ("a copy number skipped", 7, |e| duplicate(e).copy = 2, Rule::Numbering, "body.copy"),
    ("a copy of nothing", 7, |e| duplicate(e).of.number = 40, Rule::RefersTo, "body.of"),
    (
        "a copy of a closing without a period",
        25,
        |e| duplicate(e).of = Original { kind: OriginalKind::Closing, number: 1, period: None },
        Rule::Body,
        "body.of",
    ),
    ("negative cash", 2, |e| cash(e).amount = cents(-1), Rule::Body, "body.amount"),
    (
        "a count that expects less",
        13,
        |e| {
            cash(e).expected = Some(cents(1));
            cash(e).difference = Some(cents(16237));
        },
        Rule::Body,
        "body.expected",
    ),
    ("a count with another difference", 13, |e| cash(e).difference = Some(cents(5)), Rule::Body, "body.difference"),
    ("a count that counts something else", 13, |e| cash(e).counted = Some(cents(5)), Rule::Body, "body.counted"),
    ("a count that corrects no count", 13, |e| cash(e).replaces = Some(2), Rule::RefersTo, "body.replaces"),
    (
        "a business date to come",
        6,
        |e| ticket(e).business_date = "2026-11-22".parse().unwrap(),
        Rule::Body,
        "body.business_date",
    ),
    (
        "a sale dated into a closed day",
        18,
        |e| ticket(e).business_date = "2026-11-21".parse().unwrap(),
        Rule::ClosingOrder,
        "body.business_date",
    ),
    (
        "a closing of other dates",
        23,
        |e| closing(e).first_date = "2026-11-29".parse().unwrap(),
        Rule::ClosingOrder,
        "body.first_date",
    ),
    (
        "a month that ends early",
        24,
        |e| closing(e).last_date = "2026-11-29".parse().unwrap(),
        Rule::ClosingOrder,
        "body.last_date",
    ),
    ("a closing of another range", 23, |e| closing(e).from = 14, Rule::ClosingTotals, "body.from"),
    ("a closing that ends early", 23, |e| closing(e).to = 21, Rule::ClosingTotals, "body.to"),
    ("a closing of fewer sales", 14, |e| closing(e).sales = 5, Rule::ClosingTotals, "body.sales"),
    ("a closing of another total", 14, |e| closing(e).totals.ttc = cents(1), Rule::ClosingTotals, "body.totals.ttc"),
    ("a closing of other payments", 14, |e| closing(e).payments.truncate(1), Rule::ClosingTotals, "body.payments"),
    (
        "a closing of another year to date",
        23,
        |e| closing(e).year_to_date = cents(1),
        Rule::ClosingTotals,
        "body.year_to_date",
    ),
    ("a closing of another perpetual total", 23, |e| closing(e).gt.abs = cents(1), Rule::Perpetual, "body.gt"),
    ("a closing of another size", 23, |e| closing(e).checkpoint.size = 22, Rule::Root, "body.checkpoint.size"),
    (
        "a witness of another history",
        33,
        |e| closing(e).witnessed = Some(Witnessed { root: Hash::ZERO, size: 20, time: 1 }),
        Rule::Root,
        "body.witnessed.root",
    ),
    (
        "a witness of entries to come",
        23,
        |e| closing(e).witnessed = Some(Witnessed { root: Hash::ZERO, size: 24, time: 1 }),
        Rule::Root,
        "body.witnessed.size",
    ),
    ("an archive of no closing", 26, |e| archive(e).to = 22, Rule::ClosingOrder, "body.to"),
    ("an archive of half a period", 26, |e| archive(e).from = 15, Rule::ClosingOrder, "body.from"),
    ("an archive of another period", 26, |e| archive(e).period = Period::Year, Rule::ClosingOrder, "body.to"),
    (
        "a genesis later on",
        1,
        |e| {
            let first = entries().remove(0);
            e.kind = first.kind;
            e.body = first.body;
        },
        Rule::Genesis,
        "kind",
    ),
];

#[test]
fn each_rule_fires_on_the_change_that_breaks_it() {
    for (name, seq, change, rule, place) in MUTANTS {
        let mut changed = entries();
        change(&mut changed[*seq]);
        let report = super::verified(&resealed(changed), &[]);
        let is_found = |f: &Finding| f.seq == Some(*seq as u64) && f.rule == *rule && f.place == *place && f.is_defect;
        assert!(report.findings.iter().any(is_found), "{name}: {:#?}", super::shown(&report));
        assert_eq!(report.verdict(), Verdict::Defects);
    }
}

/// Changes of which only what they must not say is expected to be found.
#[test]
fn strings_seals_and_settings_are_checked_by_what_they_say() {
    let change = |seq: usize, from: &'static str, to: &'static str| {
        resealed_texts(move |place, text| {
            if place != seq {
                return text;
            }
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        })
    };
    let cases = [
        (1, "Démarrage,2026", "Arrêt,2026", Rule::Nf525, "body.nf525.arg"),
        (1, "l33x", "m33x", Rule::Nf525, "body.nf525.sig"),
        (28, "{\"day_ends_at\":\"04:00\"}", "{\"time_zone\":\"Europe/London\"}", Rule::Genesis, "body.set.time_zone"),
        (
            28,
            "{\"day_ends_at\":\"04:00\"}",
            "{\"fiscal_year_starts\":\"10-01\"}",
            Rule::Genesis,
            "body.set.fiscal_year_starts",
        ),
        (28, "{\"day_ends_at\":\"04:00\"}", "{\"mode\":\"training\"}", Rule::Genesis, "body.set.mode"),
        (
            28,
            "{\"day_ends_at\":\"04:00\"}",
            "{\"merchant\":{\"siret\":\"1\"}}",
            Rule::Genesis,
            "body.set.merchant.siret",
        ),
        (28, "{\"day_ends_at\":\"04:00\"}", "{\"day_ends_at\":5}", Rule::Genesis, "body.set"),
        (3, "\"tender\":\"cash\"", "\"tender\":\"gold\"", Rule::Body, "body"),
        (3, "\"vat\":550", "\"vat\":10550", Rule::Body, "body"),
        (3, "\"change\":762", "\"change\": 762", Rule::Canonical, "entry"),
        (3, "\"change\":762", "\"change\":762.0", Rule::Canonical, "entry"),
        (3, "\"change\":762", "\"change\":null", Rule::Canonical, "entry"),
        (3, "\"change\":762", "\"change\":9007199254740993", Rule::Canonical, "entry"),
        (3, "\"change\":762", "\"change\":762,\"change\":762", Rule::Canonical, "entry"),
        (3, "Comté", "Comt\\u00e9", Rule::Canonical, "entry"),
    ];
    for (seq, from, to, rule, place) in cases {
        let report = super::verified(&change(seq, from, to), &[]);
        let is_found = |f: &Finding| f.seq == Some(seq as u64) && f.rule == rule && f.place == place && f.is_defect;
        assert!(report.findings.iter().any(is_found), "{to}: {:#?}", super::shown(&report));
    }
    let unusable =
        change(0, "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_eq!(super::verified(&unusable, &[]).findings[0].rule, Rule::Signature);
    let strange = change(0, "Europe/Paris", "Europe/Atlantis");
    assert_eq!(super::verified(&strange, &[]).findings[0].rule, Rule::Genesis);
    assert_eq!(super::verified(&strange, &[]).verdict(), Verdict::Inconclusive);
}

#[test]
fn keys_that_are_not_known_here_are_hashed_and_otherwise_ignored() {
    let later =
        resealed_texts(
            |seq, text| if seq == 13 { text.replacen("\"amount\"", "\"aaa\":{\"x\":[1]},\"amount\"", 1) } else { text },
        );
    let report = super::verified(&later, &[]);
    assert!(report.findings.iter().all(|f| f.rule == Rule::Root), "{:?}", super::shown(&report));
}

#[test]
fn closings_left_out_or_out_of_order_are_seen() {
    let without = |seqs: &[u64]| {
        let mut kept: Vec<Entry> = entries().into_iter().filter(|entry| !seqs.contains(&entry.seq)).collect();
        for (seq, entry) in (0..).zip(&mut kept) {
            entry.seq = seq;
        }
        super::verified(&resealed(kept), &[])
    };
    let day = without(&[14]);
    assert!(day.findings.iter().any(|f| f.rule == Rule::ClosingOrder && f.seq == Some(15)), "{:?}", super::shown(&day));
    let month = without(&[24]);
    assert!(month.findings.iter().any(|f| f.rule == Rule::ClosingOrder && f.seq == Some(24)));
    let year = without(&[31]);
    assert!(year.findings.iter().any(|f| f.rule == Rule::ClosingOrder && f.seq == Some(31)));
    let mut swapped = entries();
    swapped.swap(30, 31);
    (swapped[30].seq, swapped[31].seq) = (30, 31);
    let swapped = super::verified(&resealed(swapped), &[]);
    assert!(swapped.findings.iter().any(|f| f.rule == Rule::ClosingOrder && f.seq == Some(30)));
    let mut twice = entries();
    let mut again = twice[33].clone();
    again.seq = 34;
    closing(&mut again).number = 5;
    twice.push(again);
    let empty = super::verified(&resealed(twice), &[]);
    assert!(empty.findings.iter().any(|f| f.rule == Rule::ClosingOrder && f.seq == Some(34)));
}

#[test]
fn a_sale_is_cancelled_once_and_not_after_a_return_nor_returned_after_it() {
    let renumbered = |mut kept: Vec<Entry>| {
        let mut numbers = 0;
        for (seq, entry) in (0..).zip(&mut kept) {
            entry.seq = seq;
            if let Body::Ticket(ticket) = &mut entry.body {
                numbers += 1;
                ticket.number = numbers;
            }
        }
        super::verified(&resealed(kept), &[])
    };
    let mut cancelled_twice = entries();
    let again = cancelled_twice[9].clone();
    cancelled_twice.insert(10, again);
    let report = renumbered(cancelled_twice);
    assert!(
        report.findings.iter().any(|f| f.rule == Rule::RefersTo && f.seq == Some(10)),
        "{:?}",
        super::shown(&report)
    );
    let mut returned_after = entries();
    let mut late = returned_after[5].clone();
    ticket(&mut late).refers_to = Some(TicketRef { number: 5, register: late.register });
    returned_after.insert(10, late);
    let report = renumbered(returned_after);
    assert!(report.findings.iter().any(|f| f.rule == Rule::RefersTo && f.seq == Some(10)));
}

#[test]
fn one_fault_is_reported_once_and_not_at_every_entry_after_it() {
    let mut changed = entries();
    ticket(&mut changed[6]).gt.net = cents(0);
    let report = super::verified(&resealed(changed), &[]);
    let perpetual: Vec<_> = report.findings.iter().filter(|f| f.rule == Rule::Perpetual).map(|f| f.seq).collect();
    assert_eq!(perpetual, [Some(6), Some(8)]);
}

#[test]
fn a_witnessed_root_of_this_history_is_sound_and_type_and_depth_are_bounded() {
    let mut witnessed = entries();
    let leaves: Vec<Hash> = super::lines().iter().map(|line| line::hash_of(line)).collect();
    closing(&mut witnessed[33]).witnessed =
        Some(Witnessed { root: crate::merkle::root(&leaves[..20]), size: 20, time: 1 });
    let report = super::verified(&resealed(witnessed), &[]);
    assert_eq!(super::shown(&report), Vec::<String>::new());
    let deep = format!("{{\"entry\":{}", "[".repeat(1 << 20));
    assert_eq!(super::verified(deep.as_bytes(), &[]).verdict(), Verdict::Defects);
    let long = [b"{\"entry\":\"".to_vec(), vec![b'a'; 9 << 20], b"\n".to_vec()].concat();
    assert_eq!(super::verified(&long, &[]).verdict(), Verdict::Inconclusive);
}
