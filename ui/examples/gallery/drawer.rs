//! Pictures of this room.

use super::scenes::Scene;

pub(crate) const SCENES: &[Scene] = &[];
