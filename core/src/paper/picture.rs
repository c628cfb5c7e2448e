//! A paper as a picture: for a screen, a file, or a printer that takes nothing but dots.

use ab_glyph::{Font, ScaleFont, point};
use qrcode::{Color, EcLevel, QrCode};

use super::sheet::{self, Mark, QUIET, Sheet, Style, coordinate, line_height, whole};
use super::{Paper, Width};

const WHITE: u8 = 255;

/// A picture in shades of grey, 8 dots a millimetre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Dots across.
    pub width: usize,
    /// Dots down.
    pub height: usize,
    /// Rows from the top, each from the left; 0 is black.
    pub dots: Vec<u8>,
}

/// Why a paper could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The program's own font is broken.
    #[error("the program's font cannot be read: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    /// A text is too long for a QR code.
    #[error("a code cannot be drawn: {0}")]
    Code(#[from] qrcode::types::QrError),
    /// The picture could not be written as a PNG.
    #[error("the picture cannot be written: {0}")]
    Png(#[from] png::EncodingError),
    /// There is more on it than a picture can show.
    #[error("the paper is too long for a picture")]
    TooLong,
}

/// Draws a paper.
pub fn draw(paper: &Paper, width: Width) -> Result<Picture, PictureError> {
    let sheet = sheet::lay_out(paper, width)?;
    let mut picture =
        Picture { width: sheet.width, height: sheet.height, dots: vec![WHITE; sheet.width * sheet.height] };
    for mark in &sheet.marks {
        picture.mark(&sheet, mark);
    }
    Ok(picture)
}

/// How many modules wide the code of a text is, with the blank ones around it; none where it is too long for one.
pub fn code_modules(text: &str) -> Option<usize> {
    QrCode::with_error_correction_level(text, EcLevel::M).ok().map(|code| code.width() + 2 * QUIET)
}

/// Draws the QR code of a text, a dot a module, with the blank ones around it.
pub fn draw_code(text: &str) -> Result<Picture, PictureError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let (inner, side) = (code.width(), code.width() + 2 * QUIET);
    let mut dots = vec![WHITE; side * side];
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            dots[(at / inner + QUIET) * side + at % inner + QUIET] = 0;
        }
    }
    Ok(Picture { width: side, height: side, dots })
}

impl Picture {
    /// The picture as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let side = |dots: usize| u32::try_from(dots).map_err(|_| PictureError::TooLong);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side(self.width)?, side(self.height)?);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        // 203 dots an inch, so that it prints at its own size.
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 7992, yppu: 7992, unit: png::Unit::Meter }));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.dots)?;
        writer.finish()?;
        Ok(file)
    }

    fn mark(&mut self, sheet: &Sheet, mark: &Mark) {
        match mark {
            Mark::Text { x, y, text, style } => self.text(sheet, (*x, *y), text, *style),
            Mark::Fill { left, top, right, bottom } => {
                for row in *top..*bottom {
                    let line = row * self.width;
                    self.dots[line + left..line + right].fill(0);
                }
            }
        }
    }

    fn text(&mut self, sheet: &Sheet, (x, y): (usize, usize), text: &str, style: Style) {
        let font = sheet.font(style).as_scaled(style.size);
        let baseline = coordinate(y) + font.ascent() + (coordinate(line_height(style)) - font.height()) / 2.0;
        let mut pen = coordinate(x);
        let ink: u8 = if style.white { WHITE } else { 0 };
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            let glyph = id.with_scale_and_position(style.size, point(pen, baseline));
            pen += font.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, cover| {
                let (Some(x), Some(y)) = (place(bounds.min.x, dx), place(bounds.min.y, dy)) else { return };
                if x < self.width
                    && let Some(dot) = self.dots.get_mut(y * self.width + x)
                {
                    *dot = mix(*dot, ink, cover);
                }
            });
        }
    }
}

/// Where a glyph's dot stands; none where it is left of or above the picture.
fn place(start: f32, offset: u32) -> Option<usize> {
    let offset = usize::try_from(offset).ok()?;
    let at = start.floor() + coordinate(offset);
    (at >= 0.0).then(|| whole(at))
}

/// Ink over paper, as much as the letter covers.
fn mix(paper: u8, ink: u8, cover: f32) -> u8 {
    let cover = cover.clamp(0.0, 1.0);
    let mixed = f32::from(paper) * (1.0 - cover) + f32::from(ink) * cover;
    u8::try_from(whole(mixed.round())).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Block, Weight};

    #[test]
    fn everything_on_a_paper_leaves_ink_within_its_margins() {
        let words = "Œuvre à l'été : café moulu de l'Éthiopie, 250 g — 4,90 €".to_owned();
        for block in [
            Block::Title(words.clone()),
            Block::Text(words.clone(), Weight::Strong),
            Block::Row(words.clone(), "1\u{202f}234,50".to_owned(), Weight::Large),
            Block::Detail("A".repeat(200), words.clone()),
            Block::Rule,
            Block::Banner(words.clone()),
            Block::Code(words.repeat(4)),
        ] {
            for width in [Width::Narrow, Width::Wide] {
                let picture = draw(&Paper { blocks: vec![block.clone()] }, width).unwrap();
                assert_eq!((picture.width, picture.dots.len()), (width.dots(), picture.width * picture.height));
                assert!(picture.dots.iter().filter(|dot| **dot < 128).count() > 100, "{block:?}");
                let edge = picture.width / 24 - 2;
                let beyond = picture
                    .dots
                    .chunks(picture.width)
                    .any(|row| row[..edge].iter().chain(&row[picture.width - edge..]).any(|dot| *dot != WHITE));
                assert!(!beyond, "{block:?} {width:?}");
            }
        }
    }

    #[test]
    fn a_text_too_long_for_a_code_is_an_error() {
        let paper = Paper { blocks: vec![Block::Code("x".repeat(5000))] };
        assert!(matches!(draw(&paper, Width::Wide), Err(PictureError::Code(_))));
    }
}
