//! Articles with pictures, and tickets by e-mail, by taps on their very controls at the three shapes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use comptoir_core::mail::{Address, MailState};
use comptoir_ui::mail::{Intent as Mail, setting::Edit};
use comptoir_ui::sale::tiles::Shown;
use comptoir_ui::sale::{self, view};
use comptoir_ui::till::{Intent, Place};
use hand::{Hand, SHAPES};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::ComponentHandle;
use slint::platform::{Key, WindowEvent};

fn fields(hand: &Hand) -> Vec<ElementHandle> {
    ElementQuery::from_root(hand.rehearsal.screens().window())
        .match_accessible_role(AccessibleRole::TextInput)
        .find_all()
}

fn type_in(hand: &Hand, text: &str) {
    let window = hand.rehearsal.screens().window().window();
    for letter in text.chars() {
        let text: slint::SharedString = letter.to_string().into();
        window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(WindowEvent::KeyReleased { text });
    }
    hand.rest();
}

/// Types into a field, by its name, in place of what stands there.
fn write(hand: &Hand, label: &str, text: &str) {
    let is_it = |field: &ElementHandle| field.accessible_label().is_some_and(|known| known == label);
    let field = fields(hand).into_iter().find(is_it).unwrap_or_else(|| panic!("no field “{label}”"));
    field.mock_single_click(slint::platform::PointerEventButton::Left);
    for key in [Key::RightArrow, Key::Backspace] {
        for _ in 0..field.accessible_value().unwrap_or_default().chars().count() {
            type_in(hand, &slint::SharedString::from(key));
        }
    }
    type_in(hand, text);
}

fn go(hand: &Hand, place: Place) {
    hand.rehearsal.screens().update(Intent::Go(place));
    hand.rest();
}

/// Sets a mail server up.
fn set_up(hand: &Hand) {
    let edits = [Edit::Host("smtp.example.fr".to_owned()), Edit::From("boutique@example.fr".to_owned()), Edit::Keep];
    for edit in edits {
        hand.rehearsal.screens().update(Intent::Mail(Mail::Setting(edit)));
        hand.rest();
    }
}

/// Brings the tile of the bread into sight.
fn find_the_bread(hand: &Hand) {
    go(hand, Place::Sale);
    hand.rehearsal.screens().update(Intent::Sale(sale::Intent::Search("baguette de tradition".to_owned())));
    hand.rest();
}

fn sell_a_bread(hand: &mut Hand) {
    find_the_bread(hand);
    hand.tap("Baguette de tradition");
    hand.tap("Cash €");
}

#[test]
fn an_article_is_given_a_picture_and_its_tile_shows_it() {
    i_slint_backend_testing::init_no_event_loop();
    let photos = tempfile::tempdir().unwrap();
    let mut encoder = png::Encoder::new(std::fs::File::create(photos.path().join("bread.png")).unwrap(), 64, 64);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[180, 120, 40].repeat(64 * 64)).unwrap();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 1);
        let sku = hand.sku_of("Baguette de tradition");
        go(&hand, Place::Catalogue);
        write(&hand, "Search the articles", "Baguette de trad");
        hand.tap("Baguette de tradition");
        hand.tap("Choose a picture");
        write(&hand, "File or folder", &photos.path().display().to_string());
        hand.tap("Open");
        hand.tap("bread.png");
        assert!(hand.has("Take the picture away"), "it is shown before it is kept");
        hand.tap("Save");
        go(&hand, Place::Sale);
        let place = hand.rehearsal.register(|register| register.catalogue().place_of_product(&sku)).flatten().unwrap();
        let tile = |hand: &Hand| hand.rehearsal.screens().with(|till| view::tile(till, Shown::Product(place)));
        // The picture is asked for once the tile is drawn, and drawn once it is read.
        find_the_bread(&hand);
        assert!(hand.has("Baguette de tradition"));
        hand.rest();
        hand.rest();
        assert!(tile(&hand).has_picture, "at {shape:?}");
        let kept = hand.rehearsal.register(|register| register.catalogue().product(&sku).unwrap().picture).unwrap();
        assert!(kept.is_some());
        hand.tap("Baguette de tradition");
        assert_eq!(hand.rehearsal.screens().with(|till| till.sale().basket().items().count()), 1);
    }
}

#[test]
fn a_customer_has_the_ticket_by_e_mail_in_a_few_taps() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 0);
        sell_a_bread(&mut hand);
        hand.tap("E-mail");
        assert!(hand.rehearsal.register(|register| register.mail_queue().unwrap()).unwrap().is_empty());
        assert!(!hand.has("Send the ticket"), "no server is set up");

        go(&hand, Place::Settings);
        set_up(&hand);
        sell_a_bread(&mut hand);
        let before = hand.taps;
        hand.tap("E-mail");
        // The field has the keys already, once it is drawn.
        assert!(hand.has("Send the ticket"));
        type_in(&hand, "client");
        hand.tap("@free.fr");
        hand.tap("Send the ticket");
        assert_eq!(hand.taps - before, 3, "at {shape:?}");
        assert!(!hand.has("Send the ticket"));
        let queue = hand.rehearsal.register(|register| register.mail_queue().unwrap()).unwrap();
        assert_eq!((queue.len(), queue[0].state), (1, MailState::Waiting));
        assert_eq!(queue[0].to.as_ref().map(Address::as_str), Some("client@free.fr"));

        // What was typed into the field is gone from it, and the keys are the till's again.
        assert!(fields(&hand).iter().all(|field| field.accessible_value().unwrap_or_default() != "client@free.fr"));
        go(&hand, Place::Settings);
        hand.tap("E-mail");
        hand.tap("Give it up");
        let queue = hand.rehearsal.register(|register| register.mail_queue().unwrap()).unwrap();
        assert_eq!((queue[0].state, &queue[0].to), (MailState::GivenUp, &None));
    }
}

#[test]
fn a_ticket_of_the_history_is_sent_from_its_page() {
    i_slint_backend_testing::init_no_event_loop();
    for shape in SHAPES {
        let mut hand = Hand::of(shape, 0);
        go(&hand, Place::Settings);
        set_up(&hand);
        sell_a_bread(&mut hand);
        go(&hand, Place::Tickets);
        hand.rehearsal.screens().update(Intent::Tickets(comptoir_ui::tickets::Intent::Open(0)));
        hand.rest();
        hand.tap("Send by e-mail");
        assert!(hand.has("Send the ticket"));
        type_in(&hand, "client@example.fr");
        hand.tap("Send the ticket");
        let queue = hand.rehearsal.register(|register| register.mail_queue().unwrap()).unwrap();
        assert_eq!((queue.len(), queue[0].state), (1, MailState::Waiting), "at {shape:?}");
    }
}
