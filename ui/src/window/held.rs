//! The tickets that wait, between till and window.

use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, HeldCard, HeldLine, OptionRow};
use crate::held::{self, Step, view};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Waiting {
    cards: Rows<HeldCard>,
    others: Rows<HeldCard>,
    lines: Rows<HeldLine>,
    orders: Rows<HeldLine>,
    reasons: Rows<OptionRow>,
}

impl Waiting {
    pub(super) fn new(window: &AppWindow) -> Waiting {
        let waiting = Waiting::default();
        let port = generated::Held::get(window);
        port.set_cards(waiting.cards.model());
        port.set_others(waiting.others.model());
        port.set_lines(waiting.lines.model());
        port.set_orders(waiting.orders.model());
        port.set_reasons(waiting.reasons.model());
        waiting
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Held::get(window).set_view(view::held(till));
        self.cards.show(view::cards(till));
        self.others.show(view::others(till));
        self.lines.show(view::lines(till));
        self.orders.show(view::orders(till));
        self.reasons.show(view::reasons(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Held::get(&screens.window);
    let text = |intent: fn(String) -> held::Intent| {
        screens.with_one(move |text: SharedString| Intent::Held(intent(text.to_string())))
    };
    port.on_title(text(held::Intent::Title));
    port.on_room(text(held::Intent::Room));
    port.on_table(text(held::Intent::Table));
    port.on_reason(text(held::Intent::Reason));
    port.on_take_up(screens.with_one(|at: i32| Intent::Held(held::Intent::TakeUp(usize::try_from(at).ok()))));
    port.on_open(screens.with_one(|at| Intent::Held(held::Intent::Open(index(at)))));
    port.on_go(screens.with_one(|step| Intent::Held(held::Intent::Go(step_at(step)))));
    port.on_back(screens.with_none(|| Intent::Held(held::Intent::Back)));
    port.on_line(screens.with_one(|at| Intent::Held(held::Intent::Line(index(at)))));
    port.on_pieces(screens.with_one(|by: i32| Intent::Held(held::Intent::Pieces(by.into()))));
    port.on_destination(screens.with_one(|at: i32| Intent::Held(held::Intent::Destination(usize::try_from(at).ok()))));
    port.on_guests(
        screens.with_one(|count: i32| Intent::Held(held::Intent::Guests(u16::try_from(count.max(1)).unwrap_or(1)))),
    );
    port.on_save(screens.with_none(|| Intent::Held(held::Intent::Save)));
    port.on_note(screens.with_none(|| Intent::Held(held::Intent::Note)));
    port.on_kitchen(screens.with_none(|| Intent::Held(held::Intent::Kitchen)));
    port.on_bring(screens.with_none(|| Intent::Held(held::Intent::Bring)));
    port.on_bring_anyway(screens.with_none(|| Intent::Held(held::Intent::BringAnyway)));
    port.on_confirm(screens.with_none(|| Intent::Held(held::Intent::Confirm)));
}

fn step_at(place: i32) -> Step {
    match place {
        1 => Step::Naming,
        2 => Step::Moving,
        3 => Step::Joining,
        5 => Step::TakingOff,
        6 => Step::GivingUp,
        _ => Step::Ticket,
    }
}
