//! Papers as the window shows them.

use comptoir_core::paper::picture::draw;
use comptoir_core::paper::{Paper, Width};
use slint::Image;

use super::pictures;

/// A paper, dot for dot; none where it cannot be drawn, beside which its words still are read out.
pub(super) fn picture(paper: &Paper, width: Width) -> Option<Image> {
    pictures::of(&draw(paper, width).ok()?)
}
