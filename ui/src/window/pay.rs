//! The payment screen, between till and window.

use std::rc::Rc;

use comptoir_fiscal::values::Cents;
use slint::Global;

use super::rows::Rows;
use super::sale::said;
use super::{Screens, index};
use crate::generated::{self, AppWindow, MoneyKey, OptionRow, SharedLine, TakenRow};
use crate::pay::{self, Means, Split, view};
use crate::till::{Intent, Till};

pub(super) struct Desk {
    means: Rows<OptionRow>,
    taken: Rows<TakenRow>,
    notes: Rows<MoneyKey>,
    lines: Rows<SharedLine>,
}

impl Desk {
    pub(super) fn new(window: &AppWindow) -> Desk {
        let desk =
            Desk { means: Rows::default(), taken: Rows::default(), notes: Rows::default(), lines: Rows::default() };
        let port = generated::Pay::get(window);
        port.set_means(desk.means.model());
        port.set_taken(desk.taken.model());
        port.set_notes(desk.notes.model());
        port.set_lines(desk.lines.model());
        desk
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Pay::get(window);
        port.set_view(view::pay(till));
        port.set_card(view::card(till));
        self.means.show(view::means(till));
        self.taken.show(view::taken(till));
        self.notes.show(view::notes(till));
        self.lines.show(view::lines(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Pay::get(&screens.window);
    port.on_choose_means(
        screens
            .with_one(|at| Intent::Pay(pay::Intent::Means(Means::ALL.get(index(at)).copied().unwrap_or(Means::Cash)))),
    );
    port.on_amount(screens.with_one(|cents: i32| Intent::Pay(pay::Intent::Amount(Cents::new(cents.into())))));
    port.on_digits(screens.with_one(|text: slint::SharedString| Intent::Pay(pay::Intent::Digits(text.to_string()))));
    port.on_back(screens.with_none(|| Intent::Pay(pay::Intent::Back)));
    port.on_clear(screens.with_none(|| Intent::Pay(pay::Intent::Clear)));
    port.on_take(screens.with_none(|| Intent::Pay(pay::Intent::Take)));
    port.on_undo(screens.with_one(|at| Intent::Pay(pay::Intent::Undo(index(at)))));
    port.on_holders(screens.with_one(|count: i32| Intent::Pay(pay::Intent::Holders(count.max(1).unsigned_abs()))));
    port.on_guests(screens.with_one(|count: i32| Intent::Pay(pay::Intent::Guests(count.max(1).unsigned_abs()))));
    port.on_line(screens.with_one(|n: i32| Intent::Pay(pay::Intent::Line(n.unsigned_abs()))));
    port.on_split(screens.with_one(|at| {
        Intent::Pay(pay::Intent::Split(match at {
            1 => Split::Lines,
            2 => Split::Guests,
            _ => Split::Amount,
        }))
    }));
    port.on_reference(
        screens.with_one(|text: slint::SharedString| Intent::Pay(pay::Intent::Reference(text.to_string()))),
    );
    port.on_proof(screens.with_one(|text: slint::SharedString| Intent::Pay(pay::Intent::Proof(text.to_string()))));
    port.on_card_said(screens.with_one(|at| Intent::Pay(pay::Intent::CardSaid(said(at)))));
    port.on_leave(screens.with_none(|| Intent::Pay(pay::Intent::Leave)));
}
