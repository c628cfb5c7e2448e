//! What the room shows.

use crate::generated::OperatorsView;
use crate::till::Till;

/// The room.
pub fn operators(_till: &Till) -> OperatorsView {
    OperatorsView::default()
}
