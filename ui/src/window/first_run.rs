//! The first run and the guided sale, between till and window.

use std::rc::Rc;

use slint::Global;

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, FigureRow, FormRow};
use crate::guide;
use crate::till::{Intent, Till};
use crate::welcome::form::Entry;
use crate::welcome::{Intent as Welcome, by_link, view};

#[derive(Default)]
pub(super) struct FirstRun {
    fields: Rows<FormRow>,
    summary: Rows<FigureRow>,
    offered: Rows<FigureRow>,
}

impl FirstRun {
    pub(super) fn new(window: &AppWindow) -> FirstRun {
        let first_run = FirstRun::default();
        let port = generated::Welcome::get(window);
        port.set_fields(first_run.fields.model());
        port.set_summary(first_run.summary.model());
        port.set_offered(first_run.offered.model());
        first_run
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Guide::get(window).set_view(guide::view::guide(till));
        // The rows first: a field that appears is filled from them.
        self.fields.show(view::fields(till));
        self.summary.show(view::summary(till));
        self.offered.show(view::offered(till));
        generated::Welcome::get(window).set_view(view::welcome(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let none = |intent: Welcome| screens.with_none(move || Intent::Welcome(intent.clone()));
    let port = generated::Welcome::get(&screens.window);
    port.on_practise(none(Welcome::Practise));
    port.on_begin(none(Welcome::Begin));
    let weak = Rc::downgrade(screens);
    port.on_type(move |at, text| {
        if let (Some(screens), Some(entry)) = (weak.upgrade(), Entry::ALL.get(index(at))) {
            screens.update(Intent::Welcome(Welcome::Type(*entry, text.to_string())));
        }
    });
    port.on_franchise(screens.with_one(|without| Intent::Welcome(Welcome::Franchise(without))));
    port.on_hour(screens.with_one(|more| Intent::Welcome(Welcome::Hour(more))));
    port.on_month(screens.with_one(|more| Intent::Welcome(Welcome::Month(more))));
    port.on_digit(screens.with_one(|text: slint::SharedString| {
        Intent::Welcome(Welcome::Digit(text.chars().next().unwrap_or_default()))
    }));
    port.on_erase(none(Welcome::Erase));
    port.on_enter(none(Welcome::Enter));
    port.on_other_pin(none(Welcome::OtherPin));
    port.on_next(none(Welcome::Next));
    port.on_back(none(Welcome::Back));
    port.on_by_link(none(Welcome::ByLink(by_link::Intent::Begin)));
    port.on_link_typed(screens.with_one(|link: slint::SharedString| {
        Intent::Welcome(Welcome::ByLink(by_link::Intent::Link(link.to_string())))
    }));
    port.on_link_code(screens.with_one(|code: slint::SharedString| {
        Intent::Welcome(Welcome::ByLink(by_link::Intent::Code(code.to_string())))
    }));
    port.on_link_next(none(Welcome::ByLink(by_link::Intent::Next)));
    generated::Guide::get(&screens.window).on_end(screens.with_none(|| Intent::Guide(guide::Intent::End)));
}
