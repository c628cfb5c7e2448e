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

/// A picture that is no wider than so many dots, each as grey as what it stands for is on the whole: thin strokes, which
/// are one dot wide, stay to be seen.
pub(super) fn narrowed(picture: Picture, most: usize) -> Picture {
    if picture.width <= most || most == 0 {
        return picture;
    }
    let (width, height) = (most, (picture.height * most).div_ceil(picture.width));
    // Which dots a row or column of the narrow picture stands for: from, and to; each dot is of one.
    let span = |at: usize, of: usize, all: usize| (at * all / of, (at + 1) * all / of);
    let mut dots = Vec::with_capacity(width * height);
    for y in 0..height {
        let (top, bottom) = span(y, height, picture.height);
        for x in 0..width {
            let (left, right) = span(x, width, picture.width);
            let rows = (top..bottom).map(|row| &picture.dots[row * picture.width + left..row * picture.width + right]);
            let (sum, count) = rows.fold((0_usize, 0_usize), |(sum, count), row| {
                (sum + row.iter().map(|dot| usize::from(*dot)).sum::<usize>(), count + row.len())
            });
            dots.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
        }
    }
    Picture { width, height, dots }
}

/// The QR code of a text, a dot a module, with the blank margin that its readers need.
pub(super) fn of_code(text: &str) -> Option<Image> {
    of(&draw_code(text).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrowed_picture_keeps_its_shape_and_loses_no_stroke() {
        let (width, height) = (576, 100);
        let dots = (0..width * height).map(|at| if at % width == 300 { 0 } else { 255 }).collect();
        let narrow = narrowed(Picture { width, height, dots }, 400);
        assert_eq!((narrow.width, narrow.height, narrow.dots.len()), (400, 70, 400 * 70));
        for row in narrow.dots.chunks(400) {
            assert_eq!(row.iter().filter(|dot| **dot < 200).count(), 1, "the stroke is to be seen once");
        }
        let small = Picture { width: 4, height: 2, dots: vec![9; 8] };
        assert_eq!(narrowed(small, 400).dots, vec![9; 8]);
    }
}
