//! Those who work here, between till and window.

use std::rc::Rc;

use comptoir_core::operators::Role;
use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, GateRow, OperatorRow};
use crate::operators::{self, rights, view};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Room {
    people: Rows<OperatorRow>,
    gates: Rows<GateRow>,
}

impl Room {
    pub(super) fn new(window: &AppWindow) -> Room {
        let room = Room::default();
        let port = generated::Operators::get(window);
        port.set_people(room.people.model());
        port.set_gates(room.gates.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Operators::get(window).set_view(view::operators(till));
        self.people.show(view::people(till));
        self.gates.show(view::gates(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Operators::get(&screens.window);
    let plain = |intent: operators::Intent| screens.with_none(move || Intent::Operators(intent.clone()));
    port.on_rights(screens.with_one(|rights| Intent::Operators(operators::Intent::Rights(rights))));
    port.on_open(screens.with_one(|at| Intent::Operators(operators::Intent::Open(index(at)))));
    port.on_add(plain(operators::Intent::Add));
    port.on_back(plain(operators::Intent::Back));
    port.on_name(screens.with_one(|text: SharedString| Intent::Operators(operators::Intent::Name(text.to_string()))));
    port.on_role(screens.with_one(|at| {
        let role = view::ROLES.get(index(at)).copied().unwrap_or(Role::Cashier);
        Intent::Operators(operators::Intent::Role(role))
    }));
    port.on_active(screens.with_one(|active| Intent::Operators(operators::Intent::Active(active))));
    port.on_pin(plain(operators::Intent::Pin));
    port.on_badge(plain(operators::Intent::Badge));
    port.on_no_pin(plain(operators::Intent::NoPin));
    port.on_no_badge(plain(operators::Intent::NoBadge));
    port.on_digit(screens.with_one(|text: SharedString| {
        Intent::Operators(operators::Intent::Digit(text.chars().next().unwrap_or_default()))
    }));
    port.on_back_digit(plain(operators::Intent::BackDigit));
    port.on_enter(plain(operators::Intent::Enter));
    port.on_save(plain(operators::Intent::Save));
    let weak = Rc::downgrade(screens);
    port.on_gate(move |at, rank| {
        if let Some(screens) = weak.upgrade() {
            screens.update(Intent::Operators(operators::Intent::Gate(index(at), rights::rank_at(rank))));
        }
    });
    port.on_keep_rights(plain(operators::Intent::KeepRights));
    port.on_drop_rights(plain(operators::Intent::DropRights));
}
