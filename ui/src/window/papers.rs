//! Papers as pictures, dot for dot as a printer would print them.

use comptoir_core::paper::picture::draw;
use comptoir_core::paper::{Paper, Width};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// A paper as a picture; none where it cannot be drawn, beside which its lines still are shown.
pub(super) fn picture(paper: &Paper, width: Width) -> Option<Image> {
    let picture = draw(paper, width).ok()?;
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    for (pixel, grey) in pixels.make_mut_slice().iter_mut().zip(&picture.dots) {
        *pixel = Rgb8Pixel::new(*grey, *grey, *grey);
    }
    Some(Image::from_rgb8(pixels))
}
