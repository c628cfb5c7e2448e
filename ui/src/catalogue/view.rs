//! What the room shows.

use crate::generated::CatalogueView;
use crate::till::Till;

/// The room.
pub fn catalogue(_till: &Till) -> CatalogueView {
    CatalogueView::default()
}
