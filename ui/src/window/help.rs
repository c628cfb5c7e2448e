//! Help, between till and window.

use std::rc::Rc;

use slint::Global;

use super::Screens;
use crate::generated::{self, AppWindow};
use crate::help::view;
use crate::till::Till;

#[derive(Default)]
pub(super) struct Room {}

impl Room {
    pub(super) fn new(_window: &AppWindow) -> Room {
        Room::default()
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Help::get(window).set_view(view::help(till));
    }
}

pub(super) fn listen(_screens: &Rc<Screens>) {}
