//! Help, between till and window.

use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, HelpPageRow, KeyRow, PointRow};
use crate::guide;
use crate::help::{Intent as Help, Point, view};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Room {
    pages: Rows<HelpPageRow>,
    steps: Rows<SharedString>,
    keys: Rows<KeyRow>,
    points: Rows<PointRow>,
}

impl Room {
    pub(super) fn new(window: &AppWindow) -> Room {
        let room = Room::default();
        let port = generated::Help::get(window);
        port.set_pages(room.pages.model());
        port.set_steps(room.steps.model());
        port.set_keys(room.keys.model());
        port.set_points(room.points.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Help::get(window).set_view(view::help(till));
        self.pages.show(view::pages(till));
        self.steps.show(view::steps(till));
        self.keys.show(view::keys(till));
        self.points.show(view::points(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Help::get(&screens.window);
    port.on_read(screens.with_one(|at| Intent::Help(Help::Read(index(at)))));
    let weak = Rc::downgrade(screens);
    port.on_settle(move |at| {
        if let (Some(screens), Some(point)) = (weak.upgrade(), Point::ALL.get(index(at))) {
            screens.update(Intent::Help(Help::Settle(*point)));
        }
    });
    port.on_room(screens.with_none(|| Intent::Help(Help::Room)));
    port.on_sell_for_real(screens.with_none(|| Intent::Help(Help::SellForReal)));
    port.on_open_a_shop(screens.with_none(|| Intent::Help(Help::OpenAShop)));
    port.on_practise(screens.with_none(|| Intent::Guide(guide::Intent::Begin)));
}
