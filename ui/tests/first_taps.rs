//! The first run, help, the on-screen keyboard and the explained total, by taps on the very controls at the three shapes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_fiscal::entry::{Body, Mode};
use comptoir_fiscal::language::Language;
use comptoir_ui::meeting::Met;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::{Intent, Place};
use comptoir_ui::welcome::Intent as Welcome;
use comptoir_ui::welcome::by_link::Offered;
use comptoir_ui::welcome::form::Entry;
use hand::{Hand, SHAPES, TARGET};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::ComponentHandle;
use slint::platform::PointerEventButton;

/// On a device without a shop, in English.
fn new_device((width, height): (u32, u32)) -> Hand {
    let rehearsal = Rehearsal::on_a_new_device(Language::English).unwrap();
    rehearsal.screens().window().window().set_size(slint::PhysicalSize::new(width, height));
    rehearsal.screens().window().show().unwrap();
    let hand = Hand { rehearsal, taps: 0 };
    hand.rest();
    hand
}

fn fields(hand: &Hand) -> Vec<ElementHandle> {
    ElementQuery::from_root(hand.rehearsal.screens().window())
        .match_accessible_role(AccessibleRole::TextInput)
        .find_all()
}

fn field(hand: &Hand, label: &str) -> ElementHandle {
    let is_it = |field: &ElementHandle| field.accessible_label().is_some_and(|known| known == label);
    fields(hand).into_iter().find(is_it).unwrap_or_else(|| panic!("no field “{label}”"))
}

fn into_field(hand: &Hand, label: &str) {
    field(hand, label).mock_single_click(PointerEventButton::Left);
    hand.rest();
}

fn write(hand: &Hand, label: &str, text: &str) {
    into_field(hand, label);
    let window = hand.rehearsal.screens().window().window();
    for letter in text.chars() {
        let text: slint::SharedString = letter.into();
        window.dispatch_event(slint::platform::WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(slint::platform::WindowEvent::KeyReleased { text });
    }
    hand.rest();
}

fn genesis_mode(hand: &Hand) -> Option<Mode> {
    let read = |register: &mut comptoir_core::register::Register| match register.journal().entry(0).unwrap().entry.body
    {
        Body::Genesis(genesis) => Some(genesis.mode),
        _ => None,
    };
    hand.rehearsal.register(read).flatten()
}

fn all_have_room(hand: &Hand, what: &str) {
    for button in hand.buttons() {
        let label = button.accessible_label().unwrap_or_default();
        assert!(!label.trim().is_empty(), "a control without a name: {what}");
        let size = button.size();
        assert!(size.width >= TARGET && size.height >= TARGET, "{label} is {size:?}: {what}");
    }
}

#[test]
fn two_taps_lead_from_a_new_device_to_the_guided_sale() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = new_device(shape);
        all_have_room(&hand, "hello");
        hand.tap("Try it with the sample shop");
        hand.tap("Exemple Caisse");
        assert_eq!(hand.taps, 2);
        assert_eq!(genesis_mode(&hand), Some(Mode::Training));
        hand.tap("Formule salade");
        hand.tap("Cash €");
        hand.tap("No ticket");
        hand.tap("Finish the guided sale");
        assert_eq!(hand.newest().payments.len(), 1);
    }
}

#[test]
fn a_shop_is_opened_by_what_is_typed_and_tapped() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = new_device(shape);
        hand.tap("Open my shop");
        hand.tap("Continue");
        // Nothing is left with an error: this is still the first step.
        field(&hand, "SIRET");
        write(&hand, "Name of the business", "Lucette");
        write(&hand, "SIRET", "57210489100013");
        write(&hand, "Activity code (NAF or APE)", "4711B");
        hand.tap("Continue");
        write(&hand, "Address", "Angers");
        hand.tap("Continue");
        assert_eq!(field(&hand, "VAT number").accessible_value().unwrap(), "FR80572104891");
        hand.tap("Continue");
        hand.tap("Continue");
        write(&hand, "Name of the owner", "Lucette");
        hand.rehearsal.screens().window().invoke_take_keys();
        for _ in 0..2 {
            for digit in ["2", "5", "8", "0"] {
                hand.tap(digit);
            }
            hand.tap("Enter");
        }
        hand.tap("Continue");
        all_have_room(&hand, "check");
        hand.tap("Open my shop");
        assert_eq!(genesis_mode(&hand), Some(Mode::Live));
        hand.tap("Lucette");
    }
}

#[test]
fn an_address_and_a_code_are_typed_and_each_step_to_the_till_has_a_page_of_its_own() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = new_device(shape);
        hand.tap("By the back office's link");
        write(&hand, "Link or address of the back office", "192.168.1.20:8443");
        write(&hand, "Code", "7Q2XK00M");
        hand.tap("Continue");
        all_have_room(&hand, "asking");
        assert!(hand.reads("The back office is asked who it is"));
        let link = "https://192.168.1.20:8443/enrol#7Q2XK00M".to_owned();
        let met = Met { link, words: "basar bodud fotag ludub tarap zisol".to_owned() };
        hand.rehearsal.screens().change(move |till| till.met(1, Ok(met)));
        hand.rest();
        assert!(hand.reads("basar bodud fotag"));
        all_have_room(&hand, "the words");
        hand.tap("The words are the same");
        assert!(hand.reads("The back office is asked what the link is for"));
        let offered = Offered { label: "02".to_owned(), store: "Exemple".to_owned(), entries: None, until: None };
        hand.rehearsal.screens().change(move |till| till.offered(1, Ok(offered)));
        hand.rest();
        hand.tap("Open this till");
        assert!(hand.reads("Leave the device on"));
    }
}

#[test]
fn help_is_one_tap_away_and_its_keys_have_room() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Help");
        assert_eq!(hand.rehearsal.screens().with(|till| till.place()), Place::Help);
        all_have_room(&hand, "help");
        hand.tap("Sell by card");
        hand.tap("Go there");
        assert_eq!(hand.rehearsal.screens().with(|till| till.place()), Place::Sale);
    }
}

#[test]
fn the_total_is_explained_in_one_tap_and_leads_back() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Formule salade");
        if shape.0 < 600 {
            hand.tap("Open the ticket");
        }
        hand.tap("Total: ");
        hand.tap("Close: How the total came about");
        hand.tap("Other means of payment");
        hand.tap("Total: ");
        hand.tap("Close: How the total came about");
    }
}

#[test]
fn the_on_screen_keyboard_types_into_the_field_that_has_the_keys_and_goes_with_it() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        let is_shown =
            |hand: &Hand| hand.buttons().iter().any(|key| key.accessible_label().is_some_and(|label| label == "Space"));
        into_field(&hand, "Search an article");
        assert!(!is_shown(&hand), "there is another keyboard");
        hand.rehearsal.screens().update(Intent::Keyboard(true));
        hand.rest();
        into_field(&hand, "Search an article");
        assert!(is_shown(&hand));
        let height = |hand: &Hand, key: &str| {
            let keys = hand.buttons();
            keys.iter().find(|known| known.accessible_label().is_some_and(|label| label == key)).unwrap().size().height
        };
        assert!(height(&hand, "q") >= TARGET);
        for letter in ["b", "a", "g"] {
            hand.tap(letter);
        }
        assert_eq!(field(&hand, "Search an article").accessible_value().unwrap(), "bag");
        hand.tap("Delete the last letter");
        assert_eq!(field(&hand, "Search an article").accessible_value().unwrap(), "ba");
        hand.tap("Put the keyboard away");
        assert!(!is_shown(&hand));
    }
}

#[test]
fn the_keyboard_leaves_the_field_that_it_types_into_in_view() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = new_device(shape);
        hand.rehearsal.screens().update(Intent::Keyboard(true));
        hand.tap("Open my shop");
        into_field(&hand, "Activity code (NAF or APE)");
        hand.rest();
        let field = field(&hand, "Activity code (NAF or APE)");
        let keyboard = hand.buttons().into_iter().find(|key| key.accessible_label().is_some_and(|label| label == "1"));
        let top = keyboard.unwrap().absolute_position().y;
        let bottom = field.absolute_position().y + field.size().height;
        assert!(bottom <= top, "the field ends at {bottom}, the keyboard begins at {top}, at {shape:?}");
    }
}

#[test]
fn tab_goes_round_in_what_stands_in_front_and_reaches_nothing_behind_it() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let hand = new_device(shape);
        let reached = hand.tabbed(12);
        assert!(reached.contains(&"Open my shop".to_owned()), "{reached:?} at {shape:?}");
        assert!(!reached.iter().any(|label| label.starts_with("Total") || label == "Sale"), "{reached:?} at {shape:?}");

        let mut hand = Hand::at(shape);
        hand.rehearsal.screens().update(Intent::Lock);
        hand.rest();
        let reached = hand.tabbed(12);
        assert!(reached.iter().any(|label| label.starts_with("Exemple Caisse")), "{reached:?} at {shape:?}");
        assert!(!reached.iter().any(|label| label.contains("Formule")), "{reached:?} at {shape:?}");
        hand.tap("Exemple Caisse");

        // “Formule midi” asks: what it asks stands in front.
        hand.tap("Formule midi");
        let reached = hand.tabbed(40);
        assert!(reached.contains(&"Croque-monsieur".to_owned()), "{reached:?} at {shape:?}");
        assert!(reached.iter().filter(|label| label.starts_with("Close")).count() > 1, "it goes round: {reached:?}");
        for behind in ["Cash", "Card", "Sale", "Formule salade", "Sell an amount"] {
            assert!(!reached.iter().any(|label| label.starts_with(behind)), "{behind} among {reached:?} at {shape:?}");
        }
        hand.strike(slint::platform::Key::Escape);
        assert!(!hand.has("Croque-monsieur"), "Esc puts it away at {shape:?}");
    }
}

#[test]
fn arrows_lead_from_tile_to_tile_and_stay_in_what_stands_in_front() {
    use slint::platform::Key;
    i_slint_backend_testing::init_no_event_loop();
    let mut hand = Hand::at(SHAPES[0]);
    let mut reached = Vec::new();
    while reached.last().is_none_or(|label: &String| !label.starts_with("Formule sandwich")) {
        assert!(reached.len() < 40, "{reached:?}");
        reached.extend(hand.tabbed(1));
    }
    hand.strike(Key::RightArrow);
    assert!(hand.with_keys().is_some_and(|label| label.starts_with("Formule salade")), "{:?}", hand.with_keys());
    hand.strike(Key::LeftArrow);
    hand.strike(Key::DownArrow);
    assert!(hand.with_keys().is_some_and(|label| label.starts_with("Formule midi")), "{:?}", hand.with_keys());
    hand.strike(Key::Return);
    hand.strike(Key::DownArrow);
    hand.strike(Key::DownArrow);
    let label = hand.with_keys().unwrap_or_default();
    assert!(!label.starts_with("Formule") && !label.is_empty(), "{label} is not in front");
    hand.tap("Close");
}

#[test]
fn return_presses_the_key_that_has_the_keys_and_takes_no_pin() {
    use slint::platform::Key;
    i_slint_backend_testing::init_no_event_loop();
    let hand = new_device(SHAPES[0]);
    let welcome = |intent| hand.rehearsal.screens().update(Intent::Welcome(intent));
    welcome(Welcome::Begin);
    for (entry, text) in
        [(Entry::Name, "Lucette"), (Entry::Siret, "57210489100013"), (Entry::Naf, "4711B"), (Entry::Address, "Angers")]
    {
        welcome(Welcome::Type(entry, text.to_owned()));
    }
    for _ in 0..4 {
        welcome(Welcome::Next);
    }
    hand.rest();
    let typed = || hand.rehearsal.screens().window().global::<comptoir_ui::generated::Welcome>().get_view();
    // Four digits, so that Return had a PIN to take.
    for digit in "2580".chars() {
        welcome(Welcome::Digit(digit));
    }
    hand.rest();
    let mut tabs = 0;
    while hand.with_keys().as_deref() != Some("7") {
        assert!(tabs < 12, "Tab reaches the keypad");
        hand.strike(Key::Tab);
        tabs += 1;
    }
    hand.strike(Key::Return);
    assert_eq!((typed().typed, typed().pin), (5, 0), "Return typed a seven, and the PIN is not taken");
    // Once no control has the keys, Return ends the PIN.
    hand.rehearsal.screens().window().invoke_take_keys();
    hand.rest();
    hand.strike(Key::Return);
    assert_eq!((typed().typed, typed().pin), (0, 1));
}

#[test]
fn the_keys_come_back_to_the_till_when_what_had_them_goes_away() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::at(shape);
        hand.tap("Formule salade");
        hand.tap("Formule midi");
        hand.tabbed(1);
        hand.strike(slint::platform::Key::Return);
        assert!(!hand.has("Croque-monsieur"), "it is put away by its own key at {shape:?}");
        hand.strike(slint::platform::Key::F8);
        assert_eq!(hand.newest().payments.len(), 1, "F8 is heard at {shape:?}");
    }
}
