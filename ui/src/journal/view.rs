//! What the room shows.

use crate::generated::JournalView;
use crate::till::Till;

/// The room.
pub fn journal(_till: &Till) -> JournalView {
    JournalView::default()
}
