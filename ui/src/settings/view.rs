//! What the room shows.

use crate::generated::SettingsView;
use crate::till::Till;

/// The room.
pub fn settings(_till: &Till) -> SettingsView {
    SettingsView::default()
}
