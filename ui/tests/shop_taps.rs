//! The rooms in which the shop is set, by taps on their very controls: what is changed there shows at the counter, at the
//! door, and after a restart.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Cents;
use comptoir_ui::lock;
use comptoir_ui::till::{Intent, Place};
use hand::{Hand, SHAPES, TARGET};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::ComponentHandle;
use slint::platform::{Key, WindowEvent};

/// A text field, by its name.
fn field(hand: &Hand, label: &str) -> ElementHandle {
    let fields = ElementQuery::from_root(hand.rehearsal.screens().window())
        .match_accessible_role(AccessibleRole::TextInput)
        .find_all();
    let is_it = |field: &ElementHandle| field.accessible_label().is_some_and(|known| known == label);
    fields.into_iter().find(is_it).unwrap_or_else(|| panic!("no field “{label}”"))
}

fn press(hand: &Hand, text: slint::SharedString) {
    let window = hand.rehearsal.screens().window().window();
    window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
    window.dispatch_event(WindowEvent::KeyReleased { text });
}

/// Types into a field in place of what stands there, key by key.
fn write(hand: &Hand, label: &str, text: &str) {
    let field = field(hand, label);
    field.mock_single_click(slint::platform::PointerEventButton::Left);
    for _ in 0..field.accessible_value().unwrap_or_default().chars().count() {
        press(hand, Key::RightArrow.into());
    }
    for _ in 0..field.accessible_value().unwrap_or_default().chars().count() {
        press(hand, Key::Backspace.into());
    }
    for letter in text.chars() {
        press(hand, letter.to_string().into());
    }
    hand.rest();
}

fn go(hand: &Hand, place: Place) {
    hand.rehearsal.screens().update(Intent::Go(place));
    hand.rest();
}

/// Whoever stands at this place of the door comes in.
fn come_in(hand: &Hand, place: usize) {
    hand.rehearsal.screens().update(Intent::Door(lock::Intent::Who(place)));
    hand.rest();
}

#[test]
fn a_price_is_changed_and_the_next_sale_is_at_it() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 1);
        let sku = hand.sku_of("Baguette de tradition");
        go(&hand, Place::Catalogue);
        write(&hand, "Search the articles", "Baguette de trad");
        hand.tap("Baguette de tradition");
        write(&hand, "Price, with VAT", "2,35");
        hand.tap("Save");
        go(&hand, Place::Sale);
        hand.scan(&sku);
        hand.tap("Cash €2.35");
        assert_eq!(hand.newest().totals.ttc, Cents::new(235), "at {shape:?}");
    }
}

#[test]
fn somebody_is_added_with_a_pin_and_signs_in_with_it() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 0);
        go(&hand, Place::Operators);
        hand.tap("Add somebody");
        write(&hand, "Name", "Sample Extra");
        hand.tap("PIN");
        for digit in ["4", "9", "3", "7"] {
            hand.tap(digit);
        }
        hand.tap("Continue");
        // The second time on the keys of a keyboard.
        hand.rehearsal.screens().window().invoke_take_keys();
        for digit in ["4", "9", "3", "7", "\n"] {
            std::thread::sleep(std::time::Duration::from_millis(60));
            press(&hand, digit.into());
        }
        hand.rest();
        hand.tap("Save");
        hand.rehearsal.screens().update(Intent::Lock);
        hand.rest();
        hand.tap("Sample Extra");
        for digit in ["4", "9", "3", "7"] {
            hand.tap(digit);
        }
        hand.tap("Enter");
        assert!(hand.rehearsal.screens().with(|till| till.place()) == Place::Sale);
        let signed_in: Option<Vec<String>> =
            hand.rehearsal.register(|register| register.signed_in().map(|operator| operator.name.clone()).collect());
        assert_eq!(signed_in.unwrap(), ["Sample Extra"], "at {shape:?}");
    }
}

#[test]
fn light_language_and_size_of_texts_are_remembered_over_a_restart() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 2);
        go(&hand, Place::Settings);
        if shape.0 < 600 {
            hand.tap("This device");
        }
        hand.tap("Screen: Dark");
        hand.tap("More: Size of texts");
        hand.tap("Language: Français");
        hand.rehearsal.restart_as_remembered().unwrap();
        hand.rest();
        let (look, language) = hand.rehearsal.screens().with(|till| (till.look(), till.language()));
        assert!(look.dark && (look.text_scale - 1.25).abs() < 0.001, "{look:?} at {shape:?}");
        assert_eq!(language, Language::French);
    }
}

#[test]
fn school_mode_is_entered_and_left_and_what_was_sold_in_it_counts_for_nothing() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 1);
        let mode = |hand: &Hand| hand.rehearsal.register(|register| register.mode()).unwrap();
        let turn = |hand: &mut Hand, verb: &str| {
            go(hand, Place::Settings);
            hand.tap("School mode");
            hand.tap(verb);
            hand.tap(&format!("{verb} now"));
            come_in(hand, 1);
        };
        turn(&mut hand, "Enter school mode");
        assert_eq!(mode(&hand), Mode::Training);
        hand.tap("Formule salade");
        hand.tap("Cash €");
        turn(&mut hand, "Leave school mode");
        assert_eq!(mode(&hand), Mode::Live);
        let sold = hand.rehearsal.register(|register| register.status().unwrap().tickets);
        assert_eq!(sold, Some(0), "at {shape:?}");
    }
}

#[test]
fn every_control_of_these_rooms_has_a_name_and_room_for_a_finger() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 0);
        for place in [Place::Catalogue, Place::Operators, Place::Settings] {
            go(&hand, place);
            check(&hand, shape);
        }
        go(&hand, Place::Catalogue);
        hand.tap("New article");
        check(&hand, shape);
        for page in ["Ways of selling", "Codes, more"] {
            hand.tap(page);
            check(&hand, shape);
        }
        for section in ["Printer and tickets", "Shop", "Payments", "Copies", "School mode", "About"] {
            go(&hand, Place::Settings);
            hand.tap(section);
            check(&hand, shape);
        }
    }
}

fn check(hand: &Hand, shape: (u32, u32)) {
    for button in hand.buttons() {
        let label = button.accessible_label().unwrap_or_default();
        assert!(!label.trim().is_empty(), "a control without a name at {shape:?}");
        // What is cut off at the end of a list is pushed into sight first.
        let size = button.size();
        assert!(size.width >= TARGET && size.height >= TARGET, "{label} is {size:?} at {shape:?}");
    }
}
