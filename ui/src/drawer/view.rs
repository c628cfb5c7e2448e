//! What the room shows.

use crate::generated::DrawerView;
use crate::till::Till;

/// The room.
pub fn drawer(_till: &Till) -> DrawerView {
    DrawerView::default()
}
