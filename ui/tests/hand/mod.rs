//! A hand that taps on the very controls of a till, and counts how often.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::time::Duration;

use comptoir_core::history::TicketSearch;
use comptoir_core::sample;
use comptoir_fiscal::entry::{Body, Mode, Ticket};
use comptoir_fiscal::language::Language;
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::Intent;
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
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
    pub fn of((width, height): (u32, u32), who: usize) -> Hand {
        let rehearsal = Rehearsal::begin(sample::founding(Mode::Live).unwrap(), Language::English).unwrap();
        rehearsal.screens().window().window().set_size(slint::PhysicalSize::new(width, height));
        rehearsal.screens().window().show().unwrap();
        rehearsal.screens().update(Intent::Door(lock::Intent::Who(who)));
        let hand = Hand { rehearsal, taps: 0 };
        hand.rest();
        hand
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

    pub fn tap(&mut self, label: &str) {
        let begins = |button: &&ElementHandle| {
            button.accessible_label().is_some_and(|known| known.starts_with(label))
                && button.accessible_enabled() != Some(false)
        };
        let buttons = self.buttons();
        let button = buttons.iter().find(begins).unwrap_or_else(|| panic!("no button “{label}”"));
        button.mock_single_click(PointerEventButton::Left);
        self.taps += 1;
        self.rest();
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
