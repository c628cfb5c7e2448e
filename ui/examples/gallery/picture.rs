//! A picture of a window, and sheets of many.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use slint::{Rgba8Pixel, SharedPixelBuffer};

/// Writes a picture.
pub(crate) fn write(path: &Path, pixels: &SharedPixelBuffer<Rgba8Pixel>) -> Result<(), Box<dyn Error>> {
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(pixels.as_bytes())?;
    Ok(())
}

/// Pictures side by side, each drawn at a third of its size, so that many are seen at once.
pub(crate) fn sheet(drawn: &[super::scenes::Drawn], columns: u32) -> SharedPixelBuffer<Rgba8Pixel> {
    const SHARE: u32 = 2;
    const GAP: u32 = 16;
    let pictures: Vec<&SharedPixelBuffer<Rgba8Pixel>> = drawn.iter().map(|drawn| &drawn.pixels).collect();
    let width = pictures.iter().map(|picture| picture.width() / SHARE).max().unwrap_or(1) + GAP;
    let height = pictures.iter().map(|picture| picture.height() / SHARE).max().unwrap_or(1) + GAP;
    let count = u32::try_from(pictures.len()).unwrap_or(u32::MAX);
    let columns = columns.min(count.max(1));
    let mut sheet = SharedPixelBuffer::<Rgba8Pixel>::new(width * columns + GAP, height * count.div_ceil(columns) + GAP);
    let across = usize::try_from(sheet.width()).unwrap_or_default();
    let target = sheet.make_mut_slice();
    target.fill(Rgba8Pixel { r: 120, g: 124, b: 130, a: 255 });
    for (at, picture) in (0..).zip(&pictures) {
        let (left, top) = (at % columns * width + GAP, at / columns * height + GAP);
        let source = picture.as_slice();
        for y in 0..picture.height() / SHARE {
            for x in 0..picture.width() / SHARE {
                let mut sums = [0_u32; 3];
                for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let place = (y * SHARE + dy) * picture.width() + x * SHARE + dx;
                    let pixel = source[usize::try_from(place).unwrap_or_default()];
                    for (sum, part) in sums.iter_mut().zip([pixel.r, pixel.g, pixel.b]) {
                        *sum += u32::from(part);
                    }
                }
                let [r, g, b] = sums.map(|sum| u8::try_from(sum / 4).unwrap_or(u8::MAX));
                let place = usize::try_from(top + y).unwrap_or_default() * across
                    + usize::try_from(left + x).unwrap_or_default();
                target[place] = Rgba8Pixel { r, g, b, a: 255 };
            }
        }
    }
    sheet
}
