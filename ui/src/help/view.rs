//! What the room shows.

use crate::generated::HelpView;
use crate::till::Till;

/// The room.
pub fn help(_till: &Till) -> HelpView {
    HelpView::default()
}
