//! A till on a bare screen: an article is sold for cash by a finger on pixels, with no desktop and no test backend.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use comptoir_core::sample;
use comptoir_fiscal::entry::{Body, Mode, Tender, Ticket};
use comptoir_fiscal::language::Language;
use comptoir_ui::framebuffer::{Screen, Touch, back_key};
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::Intent;
use i_slint_backend_testing::{AccessibleRole, ElementQuery};
use slint::{ComponentHandle, PhysicalSize};

fn tickets(rehearsal: &Rehearsal) -> Vec<Ticket> {
    let read = |register: &mut comptoir_core::register::Register| {
        let journal = register.journal();
        let entries = (0..journal.standing().size()).map(|seq| journal.entry(seq).unwrap().entry);
        entries
            .filter_map(|entry| if let Body::Ticket(ticket) = entry.body { Some(*ticket) } else { None })
            .collect::<Vec<_>>()
    };
    rehearsal.register(read).unwrap()
}

/// Puts a finger on the middle of a control, by where it is drawn, and lifts it.
fn tap(screen: &Screen, rehearsal: &Rehearsal, label: &str) {
    let buttons =
        ElementQuery::from_root(rehearsal.screens().window()).match_accessible_role(AccessibleRole::Button).find_all();
    let begins = |known: slint::SharedString| known.starts_with(label);
    let button = buttons.iter().find(|button| button.accessible_label().is_some_and(begins)).unwrap();
    let (at, size) = (button.absolute_position(), button.size());
    let scale = rehearsal.screens().window().window().scale_factor();
    let (x, y) = ((at.x + size.width / 2.0) * scale, (at.y + size.height / 2.0) * scale);
    screen.touch(Touch::Down(x, y));
    screen.turn();
    screen.touch(Touch::Up(x, y));
    settle(screen, rehearsal);
}

fn settle(screen: &Screen, rehearsal: &Rehearsal) {
    screen.turn();
    rehearsal.settle();
    // What moves comes to rest.
    let began = Instant::now();
    while screen.turn() {
        assert!(began.elapsed() < Duration::from_secs(5), "it draws without an end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The picture as it is: red, green and blue of each pixel.
fn picture(screen: &Screen) -> Vec<[u8; 3]> {
    screen.pixels(|pixels| pixels.iter().map(|pixel| [pixel.red, pixel.green, pixel.blue]).collect())
}

#[test]
fn an_article_is_sold_for_cash_by_a_finger_on_pixels() {
    // One test: a program has one loop that other threads reach.
    let screen = Screen::set_up(PhysicalSize::new(1600, 2400), 2.0).unwrap();
    let rehearsal = Rehearsal::begin(sample::founding(Mode::Live).unwrap(), Language::English).unwrap();
    rehearsal.screens().window().show().unwrap();
    settle(&screen, &rehearsal);
    let at_the_door = picture(&screen);
    assert!(at_the_door.iter().any(|pixel| *pixel != at_the_door[0]), "something is drawn");

    rehearsal.screens().update(Intent::Door(lock::Intent::Who(2)));
    settle(&screen, &rehearsal);
    assert!(picture(&screen) != at_the_door, "the sale is drawn over the door");
    assert!(!screen.turn(), "nothing is drawn where nothing changed");

    tap(&screen, &rehearsal, "Formule salade");
    assert!(tickets(&rehearsal).is_empty());
    tap(&screen, &rehearsal, "Cash €");
    let sold = tickets(&rehearsal);
    assert_eq!(sold.len(), 1);
    let paid: Vec<_> = sold[0].payments.iter().map(|payment| (payment.tender, payment.amount)).collect();
    assert_eq!(paid, [(Tender::Cash, sold[0].totals.ttc)]);

    let all = rehearsal.screens().with(|till| till.tiles());
    for letter in ["b", "a", "g"] {
        screen.touch(Touch::Key(letter.into()));
    }
    settle(&screen, &rehearsal);
    let found = rehearsal.screens().with(|till| till.tiles());
    assert!(found > 0 && found < all, "{found} articles of {all} are called that");
    screen.touch(back_key());
    settle(&screen, &rehearsal);
    assert_eq!(rehearsal.screens().with(|till| till.tiles()), all, "a step back ends the search");

    let (told, heard) = std::sync::mpsc::channel();
    let other = std::thread::spawn(move || {
        slint::invoke_from_event_loop(move || told.send(std::thread::current().id()).unwrap()).unwrap();
    });
    other.join().unwrap();
    settle(&screen, &rehearsal);
    assert_eq!(heard.try_recv().unwrap(), std::thread::current().id(), "another thread is heard on this one");

    screen.resize(PhysicalSize::new(390, 844), 1.0);
    settle(&screen, &rehearsal);
    assert_eq!(picture(&screen).len(), 390 * 844);
    assert!(!screen.has_ended());
}
