//! The drawer and the journal by taps on the very controls, at the three shapes, within the taps that they may take; each
//! ends by what stands in the journal.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_fiscal::entry::{Body, CashType, Entry, Kind, Period};
use comptoir_fiscal::values::Cents;
use hand::{Hand, SHAPES, TARGET};

/// The sample shop's manager, by their place at the door.
const MANAGER: usize = 1;

fn of_kind(hand: &Hand, kind: Kind) -> Vec<Entry> {
    let found = |register: &mut comptoir_core::register::Register| {
        let journal = register.journal();
        let entries = (0..journal.standing().size()).map(|seq| journal.entry(seq).unwrap().entry);
        entries.filter(|entry| entry.kind == kind).collect::<Vec<_>>()
    };
    hand.rehearsal.register(found).unwrap()
}

fn is_phone((width, _): (u32, u32)) -> bool {
    width < 600
}

fn go(hand: &mut Hand, shape: (u32, u32), room: &str, is_in_the_rail: bool) {
    match (is_phone(shape), is_in_the_rail) {
        (true, _) => hand.tap("Rooms"),
        (false, true) => {}
        (false, false) => hand.tap("More"),
    }
    hand.tap(room);
}

/// Types digits, which the targets count apart.
fn digits(hand: &mut Hand, typed: &str) {
    let before = hand.taps;
    for digit in typed.chars() {
        hand.tap(&digit.to_string());
    }
    hand.taps = before;
}

fn all_can_be_touched(hand: &Hand, shape: (u32, u32), page: &str) {
    for button in hand.buttons() {
        let label = button.accessible_label().unwrap_or_default();
        assert!(!label.trim().is_empty(), "a control without a name on {page} at {shape:?}");
        let size = button.size();
        assert!(size.width >= TARGET && size.height >= TARGET, "{label} is {size:?} on {page} at {shape:?}");
    }
}

#[test]
fn the_day_ends_with_a_blind_count_and_its_z_in_eight_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Formule salade");
        hand.tap("Cash €");
        let sold = hand.newest().totals.ttc;
        hand.taps = 0;
        go(&mut hand, shape, "Drawer", true);
        hand.tap("End the day");
        hand.tap("Pieces of €20:");
        digits(&mut hand, "3");
        hand.tap("Next note or coin");
        digits(&mut hand, "12");
        hand.tap("Confirm €180.00");
        hand.tap("Close the day");
        assert!(hand.taps <= 8, "{} taps at {shape:?}", hand.taps);
        let Body::Cash(count) = of_kind(&hand, Kind::Cash).pop().unwrap().body else { panic!("not a count") };
        assert_eq!(
            (count.cash_type, count.counted, count.expected),
            (CashType::Count, Some(Cents::new(18_000)), Some(sold))
        );
        let coins: Vec<_> = count.coins.iter().map(|coin| (coin.value.get(), coin.pieces)).collect();
        assert_eq!(coins, [(2_000, 3), (1_000, 12)]);
        let Body::Closing(closing) = of_kind(&hand, Kind::Closing).pop().unwrap().body else { panic!("not a closing") };
        assert_eq!((closing.period, closing.sales, closing.totals.ttc), (Period::Day, 1, sold));
        hand.tap("Print");
        hand.tap("Done");
    }
}

#[test]
fn cash_is_dropped_to_the_safe_in_three_taps_and_an_amount() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        go(&mut hand, shape, "Drawer", true);
        hand.taps = 0;
        hand.tap("Drop to the safe");
        digits(&mut hand, "5");
        hand.tap("00");
        hand.tap("00");
        hand.tap("Drop €500.00 to the safe");
        let Body::Cash(cash) = of_kind(&hand, Kind::Cash).pop().unwrap().body else { panic!("not cash") };
        assert_eq!((cash.cash_type, cash.amount), (CashType::Drop, Cents::new(50_000)));
    }
}

#[test]
fn an_inspector_is_given_the_kit_in_three_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, MANAGER);
        go(&mut hand, shape, "Journal", false);
        hand.taps = 0;
        hand.tap("Inspector’s kit");
        hand.tap("USB");
        hand.tap("Make the kit");
        assert_eq!(hand.taps, 3);
        hand.tap("Done");
        let usb = hand.rehearsal.folder().join("usb");
        let kit = std::fs::read_dir(usb).unwrap().next().unwrap().unwrap().path();
        assert!(kit.join("LISEZMOI.txt").is_file(), "{}", kit.display());
        let events = of_kind(&hand, Kind::Event).into_iter();
        let codes: Vec<u32> = events
            .filter_map(|entry| if let Body::Event(event) = entry.body { Some(event.code) } else { None })
            .collect();
        assert!(codes.contains(&110), "{codes:?}");
    }
}

#[test]
fn the_journal_is_verified_in_one_tap() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, MANAGER);
        go(&mut hand, shape, "Journal", false);
        hand.tap("Verify now");
        hand.tap("Done");
        let verified = hand.rehearsal.register(|register| register.journal_standing().unwrap().verified).unwrap();
        assert_eq!(verified.unwrap().verdict, "sound");
    }
}

#[test]
fn every_control_of_drawer_and_journal_has_a_name_and_room_for_a_finger() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, MANAGER);
        go(&mut hand, shape, "Drawer", true);
        all_can_be_touched(&hand, shape, "the drawer");
        hand.tap("Cash out");
        all_can_be_touched(&hand, shape, "cash out");
        hand.tap("Close: Cash out");
        hand.tap("Count the drawer");
        all_can_be_touched(&hand, shape, "the count");
        hand.tap("Confirm");
        all_can_be_touched(&hand, shape, "the difference");
        hand.tap("Done");
        go(&mut hand, shape, "Journal", false);
        for tab in ["Status", "Closings", "Events", "Archives", "Certification"] {
            hand.tap(tab);
            all_can_be_touched(&hand, shape, tab);
        }
    }
}
