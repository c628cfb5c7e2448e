use std::path::Path;

use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::entry::{Body, CashType, Period, Ticket};
use crate::values::{Cents, Hash};

const KNOWN_LINES: &str = include_str!("../../../tests/vectors/journal.jsonl");

fn known_key() -> DeviceKey {
    let known: Value = serde_json::from_str(include_str!("../../../tests/vectors/known.json")).unwrap();
    let seed: Hash = known["device_seed"].as_str().unwrap().parse().unwrap();
    DeviceKey::from_seed(seed.as_bytes())
}

fn known() -> Vec<Sealed> {
    KNOWN_LINES.lines().map(|line| sealed::read(line.as_bytes()).unwrap()).collect()
}

fn places(folder: &Path) -> Places {
    Places { folder: folder.join("journal"), state: folder.join("state") }
}

fn command(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(number))
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The draft that a sealed entry came from.
fn draft_of(entry: &Entry) -> Draft {
    match entry.body.clone() {
        Body::Genesis(_) => unreachable!("the first entry is sealed by create"),
        Body::Ticket(ticket) => Draft::Ticket(ticket_draft(*ticket)),
        Body::Note(note) => Draft::Note(NoteDraft { mode: note.mode, lines: note.lines, discounts: note.discounts }),
        Body::Invoice(invoice) => Draft::Invoice(InvoiceDraft {
            buyer: invoice.buyer,
            tickets: invoice.tickets,
            refers_to: invoice.refers_to,
            totals: invoice.totals,
        }),
        Body::Duplicate(duplicate) => Draft::Duplicate { of: duplicate.of, copy: duplicate.copy },
        Body::Cash(cash) => Draft::Cash(match cash.counted {
            Some(counted) => {
                CashDraft::Count { counted, coins: cash.coins, replaces: cash.replaces, reason: cash.reason }
            }
            None => CashDraft::Movement { cash_type: cash.cash_type, amount: cash.amount, reason: cash.reason },
        }),
        Body::Event(event) => {
            Draft::Event(EventDraft { code: event.code, label: event.label, detail: event.detail, set: event.set })
        }
        Body::Closing(closing) => Draft::Closing(closing.period),
        Body::Archive(archive) => {
            Draft::Archive { period: archive.period, from: archive.from, to: archive.to, sha256: archive.sha256 }
        }
    }
}

fn ticket_draft(ticket: Ticket) -> TicketDraft {
    let mut lines = ticket.lines;
    for line in &mut lines {
        (line.n, line.total, line.ht) = (0, Cents::ZERO, Cents::ZERO);
    }
    TicketDraft {
        ticket_type: ticket.ticket_type,
        channel: ticket.channel,
        mode: ticket.mode,
        lines,
        discounts: ticket.discounts,
        payments: ticket.payments,
        change: ticket.change,
        customer: ticket.customer,
        notes: ticket.notes,
        refers_to: ticket.refers_to,
        reason: ticket.reason,
    }
}

fn genesis_of(first: &Sealed) -> Genesis {
    let Body::Genesis(genesis) = &first.entry.body else { panic!("no genesis") };
    Genesis::clone(genesis)
}

/// The known journal, as far as `entries` go, sealed by us in a new folder.
fn resealed(folder: &Path, entries: usize) -> Journal {
    let known = known();
    let (first, key) = (&known[0], known_key());
    let mut journal =
        Journal::create(places(folder), first.entry.register, genesis_of(first), key, first.entry.at).unwrap();
    for line in &known[1..entries] {
        let said = Sealer::new(&journal.key, journal.standing.clone(), None, line.entry.at).unwrap().finish().sealed;
        if said.iter().any(|event| event.entry == line.entry) {
            journal.store.append(&said, None).unwrap();
            journal.standing.apply(&line.entry, line.hash).unwrap();
            continue;
        }
        let draft = draft_of(&line.entry);
        journal.seal(command(line.entry.seq.into()), line.entry.at, &line.entry.operator, vec![draft]).unwrap();
    }
    journal
}

#[test]
fn sealing_the_known_facts_gives_the_known_lines_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let journal = resealed(folder.path(), known().len());
    for line in known() {
        let ours = journal.store.line(line.entry.seq).unwrap().unwrap();
        assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(line.line).unwrap());
    }
    assert_eq!(journal.standing.size(), 34);
}

#[test]
fn periods_that_are_over_close_by_themselves_before_the_first_entry_of_a_later_day() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 23);
    let float = Draft::Cash(CashDraft::Movement { cash_type: CashType::Float, amount: Cents::new(100), reason: None });
    let sealed = match journal.seal(command(1000), at("2027-02-03T09:00:00+01:00"), "op-1", vec![float]).unwrap() {
        Outcome::Sealed(sealed) => sealed,
        before => panic!("{before:?}"),
    };
    let closed: Vec<String> = sealed
        .iter()
        .filter_map(|line| match &line.entry.body {
            Body::Closing(c) => Some(format!("{} {} {}", c.period.as_str(), c.first_date, c.last_date)),
            _ => None,
        })
        .collect();
    assert_eq!(closed, ["day 2026-11-30 2026-11-30", "month 2026-11-01 2026-11-30", "year 2026-01-01 2026-12-31"]);
    assert_eq!(sealed.len(), 4);
}

#[test]
fn nothing_closes_while_nothing_is_over_or_nothing_happened() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 14);
    assert!(journal.close_due(at("2026-11-22T04:59:00+01:00")).unwrap().is_empty(), "the day ends at five");
    assert_eq!(journal.close_due(at("2026-11-22T05:00:00+01:00")).unwrap().len(), 1);
    assert!(journal.close_due(at("2026-11-25T05:00:00+01:00")).unwrap().is_empty());
    let again = journal.seal(command(99), at("2026-11-25T06:00:00+01:00"), "op", vec![Draft::Closing(Period::Day)]);
    assert!(matches!(again, Err(CommandError::Refused(SealError::NothingToClose(Period::Day)))));
}

#[test]
fn a_command_given_twice_is_sealed_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 4);
    let sale = draft_of(&known()[4].entry);
    let first = journal.seal(command(50), at("2026-11-21T12:31:02+01:00"), "op-1", vec![sale.clone()]).unwrap();
    assert!(matches!(first, Outcome::Sealed(lines) if lines.len() == 1));
    let again = journal.seal(command(50), at("2026-11-21T12:31:09+01:00"), "op-1", vec![sale]).unwrap();
    assert_eq!(again, Outcome::Before(4));
    assert_eq!(journal.standing.size(), 5);
}

#[test]
fn a_refused_command_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 4);
    let before = journal.standing.clone();
    let Draft::Ticket(sale) = draft_of(&known()[4].entry) else { panic!("no ticket") };
    let mut wrong: Vec<TicketDraft> = vec![sale.clone(); 6];
    wrong[0].payments[0].amount = Cents::new(2501);
    wrong[1].change = Cents::new(-1);
    wrong[2].change = Cents::new(1);
    wrong[3].discounts[0].amount = Cents::new(1_000_000);
    wrong[4].lines[0].unit_price = Cents::new(-1);
    wrong[5].lines[0].unit_price = Cents::new(1 << 55);
    let (last, float) = (known()[4].entry.at, draft_of(&known()[2].entry));
    for (number, ticket) in (100..).zip(wrong) {
        let drafts = vec![float.clone(), Draft::Ticket(ticket)];
        assert!(matches!(journal.seal(command(number), last, "op-1", drafts), Err(CommandError::Refused(_))));
    }
    assert_eq!(journal.standing, before);
    assert_eq!(journal.store.size().unwrap(), 4);
}

#[test]
fn a_journal_stands_where_it_stood_with_its_head_without_it_or_with_an_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 20);
    journal.settle().unwrap();
    let head = std::fs::read(places(folder.path()).folder.join("head")).unwrap();
    drop(journal);
    let folder_2 = tempfile::tempdir().unwrap();
    let journal = resealed(folder_2.path(), 34);
    let stood = journal.standing.clone();
    let heads = journal.places.heads(stood.register);
    drop(journal);
    for old in [Some(head), None] {
        for place in &heads {
            match &old {
                Some(bytes) => std::fs::write(place, bytes).unwrap(),
                None => std::fs::remove_file(place).unwrap(),
            }
        }
        let journal = Journal::open(places(folder_2.path()), known_key(), |_, _| ()).unwrap();
        assert_eq!(journal.standing, stood);
    }
    for place in &heads {
        std::fs::write(place, b"torn").unwrap();
    }
    assert_eq!(Journal::open(places(folder_2.path()), known_key(), |_, _| ()).unwrap().standing, stood);
}

#[test]
fn a_journal_put_back_to_an_earlier_state_is_noticed_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 10);
    journal.settle().unwrap();
    let database = journal.places.database();
    drop(journal);
    let old = std::fs::read(&database).unwrap();
    let mut journal = Journal::open(places(folder.path()), known_key(), |_, _| ()).unwrap();
    let sale = draft_of(&known()[10].entry);
    journal.seal(command(10), known()[10].entry.at, "op-2", vec![sale]).unwrap();
    journal.settle().unwrap();
    drop(journal);
    std::fs::write(&database, old).unwrap();
    let opened = Journal::open(places(folder.path()), known_key(), |_, _| ());
    assert!(matches!(opened, Err(OpenError::OlderThanHead { found: 10, known: 11, .. })));
}

#[test]
fn another_devices_key_does_not_open_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    drop(resealed(folder.path(), 4));
    let opened = Journal::open(places(folder.path()), DeviceKey::from_seed(&[5; 32]), |_, _| ());
    assert!(matches!(opened, Err(OpenError::ForeignKey)));
}

#[test]
fn a_countersigned_checkpoint_is_held_and_told_by_the_next_closing() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 14);
    let office = DeviceKey::from_seed(&[8; 32]);
    let witness = Witness { name: "office.example".to_owned(), public_key: office.public() };
    let mut checkpoint = journal.checkpoint();
    assert!(!journal.hold_countersigned(&checkpoint, &witness), "not countersigned yet");
    checkpoint.countersign(&witness.name, &office, 1_800_000_000);
    assert!(journal.hold_countersigned(&checkpoint, &witness));
    journal.settle().unwrap();
    drop(journal);
    let mut journal = Journal::open(places(folder.path()), known_key(), |_, _| ()).unwrap();
    let sealed = journal.close_due(at("2026-11-22T09:00:00+01:00")).unwrap();
    let Body::Closing(closing) = &sealed[0].entry.body else { panic!("no closing") };
    let statement = checkpoint.statement;
    let expected = Witnessed { root: statement.root, size: statement.size, time: 1_800_000_000 };
    assert_eq!(closing.witnessed, Some(expected));
}

#[test]
fn the_closed_periods_and_where_the_journal_stood_are_known_with_the_kept_heads_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 34);
    journal.settle().unwrap();
    let unarchived = journal.unarchived(&[Period::Month, Period::Year]).unwrap();
    let spans: Vec<_> = unarchived.iter().map(|span| (span.period, span.from, span.to)).collect();
    assert_eq!(spans, [(Period::Month, 25, 30), (Period::Year, 0, 31)]);
    let kept: Vec<Standing> = [15, 25, 31, 32, 34].map(|size| journal.stood_at(size).unwrap()).into();
    assert_eq!(kept.last(), Some(journal.standing()));
    std::fs::remove_dir_all(journal.places.closings()).unwrap();
    let again: Vec<Standing> = [15, 25, 31, 32, 34].map(|size| journal.stood_at(size).unwrap()).into();
    assert_eq!(kept, again);
}

#[test]
fn after_a_failed_write_the_journal_is_opened_again_before_it_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = resealed(folder.path(), 4);
    let sale = || vec![draft_of(&known()[4].entry)];
    let at = known()[4].entry.at;
    journal.store.fill_disk();
    assert!(matches!(journal.seal(command(70), at, "op-1", sale()), Err(CommandError::Store(_))));
    assert!(matches!(journal.seal(command(70), at, "op-1", sale()), Err(CommandError::MustReopen)));
    journal.reopen().unwrap();
    assert_eq!(journal.sealed_before(command(70)).unwrap(), None);
    assert!(matches!(journal.seal(command(70), at, "op-1", sale()), Ok(Outcome::Sealed(_))));
    assert_eq!(journal.standing.size(), 5);
}
