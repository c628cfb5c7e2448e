//! Pictures that the core draws, as the window shows them.

use comptoir_core::paper::picture::{Picture, draw_code};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// A picture in shades of grey, dot for dot; none where it is too large for a window.
pub(super) fn of(picture: &Picture) -> Option<Image> {
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    for (pixel, grey) in pixels.make_mut_slice().iter_mut().zip(&picture.dots) {
        *pixel = Rgb8Pixel::new(*grey, *grey, *grey);
    }
    Some(Image::from_rgb8(pixels))
}

/// The QR code of a text, a dot a module, with the blank margin that its readers need.
pub(super) fn of_code(text: &str) -> Option<Image> {
    of(&draw_code(text).ok()?)
}
