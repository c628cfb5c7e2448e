//! A hand that taps on the very controls of a till, and counts how often.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]

use std::path::Path;
use std::time::Duration;

use comptoir_core::history::TicketSearch;
use comptoir_core::sample;
use comptoir_fiscal::entry::{Body, Mode, Ticket};
use comptoir_fiscal::language::Language;
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::Intent;
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use i_slint_core::window::WindowInner;
use slint::ComponentHandle;
use slint::platform::PointerEventButton;

/// The three shapes, in pixels.
pub const SHAPES: [(u32, u32); 3] = [(1280, 800), (800, 1280), (390, 844)];
/// The least side of a target, in Slint's logical pixels.
pub const TARGET: f32 = 48.0;

/// The hand, and the till under it.
pub struct Hand {
    pub rehearsal: Rehearsal,
    pub taps: u32,
}

impl Hand {
    /// At the sample shop's till, in English, with the cashier at work.
    pub fn at(shape: (u32, u32)) -> Hand {
        Hand::of(shape, 2)
    }

    /// With somebody at work, by their place at the door.
    pub fn of(shape: (u32, u32), who: usize) -> Hand {
        let rehearsal = Rehearsal::begin(sample::founding(Mode::Live).unwrap(), Language::English).unwrap();
        Hand::on(rehearsal, shape).signed_in(who)
    }

    /// At the till of a sample shop in a folder that stays, with the cashier at work.
    pub fn within(folder: &Path, shape: (u32, u32)) -> Hand {
        let founding = sample::founding(Mode::Live).unwrap();
        Hand::on(Rehearsal::within(folder, founding, Language::English).unwrap(), shape).signed_in(2)
    }

    /// At the same till, started again; the door is shut.
    pub fn again(folder: &Path, shape: (u32, u32)) -> Hand {
        Hand::on(Rehearsal::again(folder, Language::English).unwrap(), shape)
    }

    fn on(rehearsal: Rehearsal, (width, height): (u32, u32)) -> Hand {
        rehearsal.screens().window().window().set_size(slint::PhysicalSize::new(width, height));
        rehearsal.screens().window().show().unwrap();
        Hand { rehearsal, taps: 0 }
    }

    fn signed_in(self, who: usize) -> Hand {
        self.rehearsal.screens().update(Intent::Door(lock::Intent::Who(who)));
        self.rest();
        self
    }

    pub fn rest(&self) {
        self.rehearsal.settle();
        i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(50));
    }

    pub fn buttons(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.rehearsal.screens().window())
            .match_accessible_role(AccessibleRole::Button)
            .find_all()
    }

    /// Taps the control that is called so, or else the foremost whose name begins so.
    pub fn tap(&mut self, label: &str) {
        let labels = self.labels();
        assert!(labels.iter().any(|known| known.starts_with(label)), "no button “{label}” among {labels:?}");
        let is_exact = labels.iter().any(|known| known == label);
        self.tap_where(|known| if is_exact { known == label } else { known.starts_with(label) });
    }

    /// Taps the foremost control that can be touched and is called so.
    pub fn tap_where(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let wanted = |button: &&ElementHandle| {
            button.accessible_label().is_some_and(|label| is_wanted(&label))
                && button.accessible_enabled() != Some(false)
        };
        let buttons = self.buttons();
        let button = buttons.iter().rfind(wanted).unwrap_or_else(|| panic!("not to be touched: {:?}", self.labels()));
        button.mock_single_click(PointerEventButton::Left);
        self.taps += 1;
        self.rest();
    }

    pub fn labels(&self) -> Vec<String> {
        self.buttons().iter().filter_map(|button| button.accessible_label()).map(String::from).collect()
    }

    /// Whether words that begin so stand on the screen.
    pub fn reads(&self, words: &str) -> bool {
        let texts =
            ElementQuery::from_root(self.rehearsal.screens().window()).match_accessible_role(AccessibleRole::Text);
        texts.find_all().iter().any(|text| text.accessible_label().is_some_and(|label| label.starts_with(words)))
    }

    /// Strikes a key of a keyboard.
    pub fn strike(&self, key: slint::platform::Key) {
        let window = self.rehearsal.screens().window().window();
        let text: slint::SharedString = key.into();
        window.dispatch_event(slint::platform::WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(slint::platform::WindowEvent::KeyReleased { text });
        self.rest();
    }

    /// Strikes Tab so often; the names of the controls that had the keys meanwhile.
    pub fn tabbed(&self, times: usize) -> Vec<String> {
        let mut reached = Vec::new();
        for _ in 0..times {
            self.strike(slint::platform::Key::Tab);
            reached.extend(self.with_keys());
        }
        reached
    }

    /// The name of the control that has the keys, by where it stands.
    pub fn with_keys(&self) -> Option<String> {
        let inner = WindowInner::from_pub(self.rehearsal.screens().window().window());
        let item = inner.focus_item.borrow().upgrade()?;
        let (at, size) = (item.map_to_window(Default::default()), item.geometry().size);
        let is_there = |button: &&ElementHandle| {
            let (place, whole) = (button.absolute_position(), button.size());
            (place.x - at.x).abs() < 0.5
                && (place.y - at.y).abs() < 0.5
                && (whole.width - size.width).abs() < 0.5
                && (whole.height - size.height).abs() < 0.5
        };
        self.buttons().iter().rev().find(is_there).and_then(|button| button.accessible_label()).map(String::from)
    }

    /// Taps the key of a keypad.
    pub fn key(&mut self, key: &str) {
        self.tap_where(|known| known == key);
    }

    pub fn scan(&mut self, code: &str) {
        self.rehearsal.screens().update(Intent::Scan(code.to_owned()));
        self.taps += 1;
        self.rest();
    }

    pub fn sku_of(&self, label: &str) -> String {
        let found = |register: &mut comptoir_core::register::Register| {
            register
                .catalogue()
                .products()
                .iter()
                .find(|product| product.label == label)
                .map(|product| product.sku.clone())
        };
        self.rehearsal.register(found).flatten().unwrap()
    }

    /// On a phone, pulls the ticket up; elsewhere it is in sight.
    pub fn open_ticket(&mut self) {
        if self.has("Open the ticket") {
            self.tap("Open the ticket");
        }
    }

    /// On a phone, puts it away again.
    pub fn close_ticket(&mut self) {
        if self.has("Close the ticket") {
            self.tap("Close the ticket");
        }
    }

    pub fn has(&self, label: &str) -> bool {
        self.buttons().iter().any(|button| button.accessible_label().is_some_and(|known| known.starts_with(label)))
    }

    /// What the code on the newest ticket says.
    pub fn code_of_newest(&self) -> String {
        let found = |register: &mut comptoir_core::register::Register| {
            let page = register.find_tickets(&TicketSearch::default(), None, 1).unwrap();
            register.ticket_code(page.tickets[0].ticket).unwrap()
        };
        self.rehearsal.register(found).unwrap()
    }

    pub fn newest(&self) -> Ticket {
        let found = |register: &mut comptoir_core::register::Register| {
            let page = register.find_tickets(&TicketSearch::default(), None, 1).unwrap();
            let sealed = register.ticket(page.tickets[0].ticket).unwrap();
            match sealed.entry.body {
                Body::Ticket(ticket) => *ticket,
                _ => panic!("not a ticket"),
            }
        };
        self.rehearsal.register(found).unwrap()
    }
}
