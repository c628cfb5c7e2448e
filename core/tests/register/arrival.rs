//! A till in the place of a lost one: it sells at once, and what was sold before arrives behind it, newest first.

use std::fs;

use comptoir_core::arriving::{self, ArrivingError, Awaited};
use comptoir_core::edited;
use comptoir_core::history::{HistoryError, TicketSearch};
use comptoir_core::inspection::Asked;
use comptoir_core::register::{ARRIVING_AT_ONCE, Arrival, Command, LostJournal, PayBack, Refusal, Register};
use comptoir_fiscal::checkpoint::{Checkpoint, Statement};
use comptoir_fiscal::entry::{SYSTEM, Tender, TicketRef};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::values::{Cents, Hash, RegisterId};

use crate::inspection;
use crate::projections;
use crate::shop::{Till, cash, chosen, rows};

/// What the back office holds of a till.
struct Held {
    lost: LostJournal,
    lines: Vec<Vec<u8>>,
    shop: tempfile::TempDir,
}

impl Held {
    fn of(till: &mut Till) -> Held {
        let register = till.register();
        register.settle().unwrap();
        let standing = register.journal().standing().clone();
        let journal = Awaited {
            register: register.id(),
            label: standing.genesis().label.clone(),
            size: standing.size(),
            checkpoint: register.journal().checkpoint().to_string(),
        };
        let lines = register.journal().lines(0, standing.size()).unwrap();
        let shop = tempfile::tempdir().unwrap();
        edited::copy_to(&till.shop_db(), &shop.path().join("shop.db")).unwrap();
        Held {
            lost: LostJournal { journal, settings: standing.genesis().clone(), until: None, before: Vec::new() },
            lines,
            shop,
        }
    }

    /// A till on another device in the place of the one that was lost.
    fn replaced(&self) -> Till {
        let mut till = Till::unfounded(9);
        let platform = till.platform();
        let register = Register::replace(till.data(), &self.shop.path().join("shop.db"), &self.lost, platform).unwrap();
        till.resume(register);
        till
    }

    fn before(&self, seq: u64, most: u64) -> Vec<u8> {
        let from = usize::try_from(seq.saturating_sub(most)).unwrap();
        self.lines[from..usize::try_from(seq).unwrap()].concat()
    }
}

/// Lets everything arrive in pieces of so many lines, but for what `stop` does not want to see any more.
fn arrive(till: &mut Till, held: &Held, most: u64, mut stop: impl FnMut(&Arrival) -> bool) {
    loop {
        let arrival = till.register().next_arrival().unwrap();
        if stop(&arrival) {
            return;
        }
        match arrival {
            Arrival::Fetch(register, before) => {
                assert!(till.register().take_arriving(register, &held.before(before, most)).unwrap());
            }
            Arrival::GoOn => {}
            Arrival::Finish { from, awaited, to } => {
                arriving::finish(&from, &awaited, &to, &|| true).unwrap();
                till.register().adopt(&awaited, &to).unwrap();
            }
            Arrival::Whole => return,
        }
    }
}

/// Two days of all that leaves a trace, with a closing between them. Returns the last sale.
fn busy(till: &mut Till) -> TicketRef {
    projections::busy(till);
    till.ask(Command::CloseDay).unwrap();
    till.clock.advance(24 * 3600);
    for _ in 0..4 {
        till.sell_coffee();
    }
    let last = till.sell(&[("CAFE", 2000)], &[cash(500)]);
    till.reference(&last)
}

/// What a kit says that it lacks, and its notice.
fn kit(till: &mut Till) -> (Vec<Awaited>, String) {
    let stick = tempfile::tempdir().unwrap();
    let kit = inspection::kit(till, SYSTEM, stick.path(), Asked::default()).unwrap();
    (kit.lacks, fs::read_to_string(kit.path.join("LISEZMOI.txt")).unwrap())
}

#[test]
fn an_inspectors_kit_says_which_journal_it_lacks_until_that_has_arrived() {
    let mut lost = Till::founded();
    busy(&mut lost);
    let held = Held::of(&mut lost);
    let mut till = held.replaced();
    let (lacks, notice) = kit(&mut till);
    assert_eq!(lacks, std::slice::from_ref(&held.lost.journal));
    let missing =
        format!("Manque         le journal de la caisse 01 ({}, {} écritures)", lacks[0].register, lacks[0].size);
    assert!(notice.contains(&missing), "{notice}");
    arrive(&mut till, &held, 100, |_| false);
    till.clock.advance(60);
    let (lacks, notice) = kit(&mut till);
    assert!(lacks.is_empty() && !notice.contains("Manque"), "{notice}");
    lost.end();
    till.end();
}

fn found(till: &mut Till) -> usize {
    till.register().find_tickets(&TicketSearch::default(), None, 200).unwrap().tickets.len()
}

fn of_the_projections(till: &mut Till) -> Vec<String> {
    till.register().settle().unwrap();
    rows(&till.shop_db())
}

#[test]
fn a_till_in_the_place_of_a_lost_one_sells_at_once_and_its_past_arrives_behind_it_newest_first() {
    let mut lost = Till::founded();
    let last = busy(&mut lost);
    let held = Held::of(&mut lost);
    let before = found(&mut lost);
    let mut till = held.replaced();
    let succeeds = till.register().settings().succeeds.clone().unwrap();
    assert_eq!(succeeds.register, held.lost.journal.register);
    assert_eq!(succeeds.checkpoint.as_ref(), Some(&held.lost.journal.checkpoint));
    assert_eq!(till.register().settings().label, "01-2");
    till.sell_coffee();
    assert_eq!(found(&mut till), 1);
    assert!(matches!(till.register().ticket(last), Err(Refusal::UnknownTicket { .. })));

    // The newest piece is enough to give the last customer her money back.
    let mut fetched = 0;
    arrive(&mut till, &held, 3, |arrival| {
        matches!(arrival, Arrival::Fetch(..)) && std::mem::replace(&mut fetched, 1) > 0
    });
    let so_far = till.register().arriving_so_far().unwrap().unwrap();
    assert_eq!((so_far.label.as_str(), so_far.here, so_far.size), ("01", 3, held.lost.journal.size));
    assert_eq!(till.register().ticket(last).unwrap().line, lost.register().ticket(last).unwrap().line);
    let back = Command::Return {
        of: last,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::Tender { tender: Tender::Cash, reference: None, amount: Cents::new(250) }],
        reason: "Fêlé".to_owned(),
    };
    till.ask(back).unwrap();

    arrive(&mut till, &held, 7, |_| false);
    assert_eq!(till.register().next_arrival().unwrap(), Arrival::Whole);
    assert_eq!(till.register().arriving_so_far().unwrap(), None);
    assert_eq!(found(&mut till), before + 2);
    assert!(!till.data().root().join("arriving").join(format!("{}.db", last.register)).exists());
    till.end();
    lost.end();
}

#[test]
fn what_arrives_newest_first_in_pieces_of_any_size_is_derived_as_if_it_had_been_sealed_here() {
    let mut lost = Till::founded();
    busy(&mut lost);
    let held = Held::of(&mut lost);
    let mut wanted: Option<Vec<String>> = None;
    for most in [1, 4, 1000] {
        let mut till = held.replaced();
        arrive(&mut till, &held, most, |_| false);
        let arrived = of_the_projections(&mut till);
        // Thrown away, they are derived from the journals in their order.
        till.stop();
        let shop = rusqlite::Connection::open(till.shop_db()).unwrap();
        shop.execute("UPDATE setting SET value = '\"of another version\"' WHERE name = 'projections'", []).unwrap();
        drop(shop);
        till.start();
        let own = till.register().id().to_string();
        let left = |rows: Vec<String>| -> Vec<String> {
            rows.into_iter().filter(|row| !row.starts_with("journal ") && !row.contains(&own)).collect()
        };
        let (arrived, anew) = (left(arrived), left(of_the_projections(&mut till)));
        assert_eq!(arrived, anew, "in pieces of {most}");
        assert!(arrived.iter().filter(|row| row.starts_with("voucher ")).count() == 4, "{arrived:?}");
        assert_eq!(wanted.get_or_insert(arrived.clone()), &arrived);
        till.end();
    }
}

#[test]
fn a_till_that_loses_its_power_goes_on_where_its_past_had_come_to() {
    let mut lost = Till::founded();
    busy(&mut lost);
    let held = Held::of(&mut lost);
    let mut till = held.replaced();
    let mut fetched = 0;
    loop {
        let mut steps = 0;
        arrive(&mut till, &held, 3, |arrival| {
            steps += 1;
            fetched += u32::from(matches!(arrival, Arrival::Fetch(..)));
            steps > 2
        });
        if till.register().next_arrival().unwrap() == Arrival::Whole {
            break;
        }
        till.crash();
    }
    // What was asked for and not taken was asked for again, and nothing else was.
    assert!(u64::from(fetched) <= 2 * held.lost.journal.size.div_ceil(3), "{fetched}");
    assert_eq!(found(&mut till), found(&mut lost));
    till.end();
}

#[test]
fn lines_that_are_not_the_ones_that_come_next_are_not_taken() {
    let mut lost = Till::founded();
    busy(&mut lost);
    let held = Held::of(&mut lost);
    let mut till = held.replaced();
    let (register, size) = (held.lost.journal.register, held.lost.journal.size);
    let another: RegisterId = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
    let mut of_another = held.before(size, 2);
    let at = of_another.windows(6).rposition(|part| part == b"\"prev\"").unwrap();
    of_another[at + 10] = if of_another[at + 10] == b'0' { b'1' } else { b'0' };
    for (of, lines) in [
        (register, held.before(size - 1, 2)),
        (register, Vec::new()),
        (register, b"{}\n".to_vec()),
        (register, of_another),
        (another, held.before(size, 2)),
    ] {
        assert!(!till.register().take_arriving(of, &lines).unwrap());
    }
    assert_eq!(till.register().next_arrival().unwrap(), Arrival::Fetch(register, size));
    assert!(till.register().take_arriving(register, &held.before(size, 2)).unwrap());
    till.end();
}

#[test]
fn a_past_that_is_not_the_one_its_checkpoint_states_is_recorded_and_not_shown() {
    let mut lost = Till::founded();
    busy(&mut lost);
    let mut held = Held::of(&mut lost);
    // The device had signed something else than the back office gives.
    let key = DeviceKey::from_seed(&[7; 32]);
    let journal = &mut held.lost.journal;
    let stated = Statement { register: journal.register, size: journal.size, root: Hash::ZERO };
    journal.checkpoint = Checkpoint::sign(stated, &key).to_string();
    let mut till = held.replaced();
    till.sell_coffee();
    let mut finish = None;
    arrive(&mut till, &held, 1000, |arrival| {
        finish = Some(arrival.clone());
        matches!(arrival, Arrival::Finish { .. })
    });
    let Some(Arrival::Finish { from, awaited, to }) = finish else { panic!("nothing has arrived") };
    assert!(matches!(arriving::finish(&from, &awaited, &to, &|| true), Err(ArrivingError::OtherJournal)));
    assert!(found(&mut till) > 1);
    till.register().disown(&awaited).unwrap();
    assert_eq!(till.events().last(), Some(&912));
    assert_eq!(found(&mut till), 1);
    assert_eq!(till.register().next_arrival().unwrap(), Arrival::Whole);
    assert!(fs::read_dir(till.data().root().join("arriving")).unwrap().next().is_none());
    till.end();
}

#[test]
fn a_ticket_that_has_not_arrived_is_said_to_be_on_its_way_and_convicts_nobody() {
    let mut lost = Till::founded();
    let last = busy(&mut lost);
    let code = {
        let sealed = lost.register().ticket(last).unwrap();
        Receipt { register: last.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig }
            .text("https://exemple.fr/t")
    };
    let held = Held::of(&mut lost);
    let mut till = held.replaced();
    let refused = till.register().ticket_by_code(&code).unwrap_err();
    assert!(matches!(refused, Refusal::History(HistoryError::StillArriving { label }) if label == "01"));
    arrive(&mut till, &held, 1000, |_| false);
    assert_eq!(till.register().ticket_by_code(&code).unwrap().ticket, last);
    till.end();
}

#[test]
fn a_journal_of_more_entries_than_are_taken_at_once_is_taken_into_account_piece_by_piece() {
    let mut lost = Till::founded();
    for _ in 0..ARRIVING_AT_ONCE + 20 {
        lost.sell_coffee();
    }
    let held = Held::of(&mut lost);
    let mut till = held.replaced();
    let mut steps = 0;
    arrive(&mut till, &held, held.lost.journal.size, |arrival| {
        steps += u32::from(*arrival == Arrival::GoOn);
        false
    });
    assert_eq!(steps, 2);
    assert_eq!(found(&mut till), 200, "a page of them");
    till.end();
}
