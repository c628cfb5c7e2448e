//! What the register has to do with a back office: enrolled, countersigned, doubted, out of touch.

use comptoir_core::edited;
use comptoir_core::register::{BackOffice, Command, PIECE_LINES_MAX, Suspicion};
use comptoir_core::shop::Shop;
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::Hash;

use crate::shop::Till;

fn witness() -> DeviceKey {
    DeviceKey::from_seed(&[42; 32])
}

pub(crate) fn enrolled() -> Till {
    let mut till = Till::founded();
    enrol(&mut till);
    till
}

pub(crate) fn enrol(till: &mut Till) {
    let register = till.register().id();
    till.register()
        .enrolled(BackOffice {
            address: "https://caisse.example".to_owned(),
            witness: "caisse.example".to_owned(),
            witness_key: witness().public().to_base64(),
            certificate: None,
            register,
        })
        .unwrap();
}

/// Brings all that waits to a back office that takes everything and countersigns it.
fn bring(till: &mut Till, time: u64) -> usize {
    let mut pieces = 0;
    loop {
        let sent = till.register().sent().map(|sent| sent.frontier.clone()).unwrap_or_default();
        let piece = till.register().piece_after(&sent).unwrap();
        if piece.lines.is_empty() {
            return pieces;
        }
        let mut checkpoint = piece.checkpoint.clone();
        checkpoint.countersign("caisse.example", &witness(), time);
        assert!(till.register().acknowledged(piece.frontier, &checkpoint).unwrap());
        pieces += 1;
    }
}

#[test]
fn a_till_that_is_enrolled_says_so_and_its_next_closing_carries_what_the_witness_countersigned() {
    let mut till = enrolled();
    till.sell_coffee();
    bring(&mut till, 1_764_000_000);
    let held = till.register().journal().witnessed().unwrap();
    assert_eq!(till.events().iter().filter(|code| [126, 913].contains(*code)).count(), 2);
    till.restart();
    assert_eq!(till.register().back_office().unwrap().witness, "caisse.example");
    let lines = till.ask(Command::CloseDay).unwrap().lines;
    let closing = lines.iter().find_map(|line| match &line.entry.body {
        Body::Closing(closing) => Some(closing),
        _ => None,
    });
    assert_eq!(closing.unwrap().witnessed, Some(held));
    bring(&mut till, 1_764_000_600);
    assert_eq!(till.events().iter().filter(|code| **code == 913).count(), 1, "said once");
    till.end();
}

#[test]
fn what_is_sent_at_once_ends_at_a_closing_and_has_the_journals_root() {
    let mut till = enrolled();
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    till.sell_coffee();
    let first = till.register().piece_after(&Frontier::new()).unwrap();
    let last = sealed::read(first.lines.last().unwrap()).unwrap();
    assert!(matches!(last.entry.body, Body::Closing(_)));
    assert!(first.lines.len() <= PIECE_LINES_MAX);
    let second = till.register().piece_after(&first.frontier).unwrap();
    assert_eq!(second.from, first.lines.len() as u64);
    let standing = till.register().journal().standing().frontier.clone();
    assert_eq!(second.frontier, standing);
    assert_eq!(second.checkpoint.statement.root, standing.root());
    let size = standing.size();
    let mut tree = Frontier::new();
    while tree.size() < size {
        tree = till.register().tree_towards(&tree, size, 3).unwrap().unwrap();
    }
    assert_eq!(tree, standing);
    assert_eq!(till.register().tree_towards(&tree, size + 1, 3).unwrap(), None);
    till.end();
}

#[test]
fn what_is_not_countersigned_by_the_witness_of_the_enrolment_is_not_believed() {
    let mut till = enrolled();
    let piece = till.register().piece_after(&Frontier::new()).unwrap();
    let mut forged = piece.checkpoint.clone();
    forged.countersign("caisse.example", &DeviceKey::from_seed(&[1; 32]), 1_764_000_000);
    assert!(!till.register().acknowledged(piece.frontier.clone(), &forged).unwrap());
    assert!(!till.register().acknowledged(piece.frontier, &piece.checkpoint).unwrap());
    assert_eq!(till.register().sent(), None);
    till.end();
}

#[test]
fn each_doubt_about_the_back_office_is_recorded_once() {
    let mut till = enrolled();
    let doubts = [
        (911, Suspicion::OfficeWentBack { acknowledged: 9, holds: 4 }),
        (912, Suspicion::OtherRoot { size: 3, root: Hash::ZERO }),
        (912, Suspicion::OtherWitness),
        (912, Suspicion::Fork { seq: 3 }),
        (912, Suspicion::OtherPast { register: "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap() }),
        (916, Suspicion::Refused { why: "checkpoint".to_owned() }),
    ];
    for (code, doubt) in &doubts {
        assert!(till.register().suspect(doubt).unwrap());
        assert_eq!(till.events().last(), Some(code));
    }
    till.restart();
    for (_, doubt) in &doubts {
        assert!(!till.register().suspect(doubt).unwrap(), "{doubt:?}");
    }
    assert!(till.register().suspect(&Suspicion::Fork { seq: 4 }).unwrap());
    till.end();
}

#[test]
fn the_longest_time_offline_is_recorded_once_until_everything_has_arrived_again() {
    let mut till = enrolled();
    till.register().set_offline_limit(24).unwrap();
    till.sell_coffee();
    assert!(!till.register().watch_offline_time().unwrap());
    till.clock.advance(25 * 3600);
    for _ in 0..2 {
        assert!(till.register().watch_offline_time().unwrap());
    }
    assert_eq!(till.events().iter().filter(|code| **code == 922).count(), 1);
    let in_touch = till.register().in_touch().unwrap().unwrap();
    let now = till.register().now();
    assert!(in_touch.waiting > 0 && in_touch.offline_for(now) >= 25 * 3600);
    bring(&mut till, 1_764_000_000);
    assert!(!till.register().watch_offline_time().unwrap());
    assert_eq!(till.register().in_touch().unwrap().unwrap().waiting, 0);
    till.end();
}

#[test]
fn what_a_shop_has_edited_is_copied_without_what_is_of_this_device_alone() {
    let mut till = enrolled();
    bring(&mut till, 1_764_000_000);
    let shop = till.data().shop();
    let before = edited::edition(&shop).unwrap();
    till.sell_coffee();
    bring(&mut till, 1_764_000_600);
    assert_eq!(edited::edition(&shop).unwrap(), before, "a sale edits nothing");
    let copy = till.folder.path().join("copy.db");
    edited::copy_to(&shop, &copy).unwrap();
    let copied = Shop::open(&copy).unwrap();
    let sold = till.register().stored_catalogue().products().to_vec();
    assert_eq!(copied.catalogue().unwrap().products(), sold);
    assert_eq!(copied.operators().unwrap().len(), till.register().operators().count());
    assert_eq!(copied.setting::<serde_json::Value>("sent to the back office").unwrap(), None);
    till.register().set_offline_limit(5).unwrap();
    assert_ne!(edited::edition(&shop).unwrap(), before);
    till.end();
}
