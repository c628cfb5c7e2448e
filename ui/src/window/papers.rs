//! Papers as the window shows them.

use comptoir_core::paper::picture::draw;
use comptoir_core::paper::{Paper, Width};
use slint::{ComponentHandle, Image};

use super::pictures;
use crate::generated::AppWindow;

/// How wide a paper is shown at most, in Slint's lengths.
const SHOWN: f32 = 400.0;

/// A paper as wide as it is shown; none where it cannot be drawn, beside which its words still are read out.
pub(super) fn picture(window: &AppWindow, paper: &Paper, width: Width) -> Option<Image> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred, above zero")]
    let most = (SHOWN * window.window().scale_factor().max(1.0)) as usize;
    pictures::of(&pictures::narrowed(draw(paper, width).ok()?, most))
}
