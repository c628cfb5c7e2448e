//! Help: a page for each task, and what is left to do before the first real sale.

pub mod view;

use crate::till::Till;

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {}

/// The room.
#[derive(Default)]
pub struct Help {}

/// Comes into the room.
pub(crate) fn enter(_till: &mut Till) {}

/// Does what a person asked for.
pub(crate) fn update(_till: &mut Till, intent: Intent) {
    match intent {}
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(_till: &mut Till) -> bool {
    false
}
