//! A paper as a picture: for a screen, a file, or a printer that takes nothing but dots.

use ab_glyph::{Font, FontRef, ScaleFont, point};
use qrcode::{Color, EcLevel, QrCode};

use super::{Align, Block, Paper, Weight, Width};

/// One family in two weights; `fonts/OFL.txt` is its licence.
const REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf");

const WHITE: u8 = 255;
const PLAIN: f32 = 25.0;
const SMALL: f32 = 22.0;
const LARGE: f32 = 38.0;
/// Blank modules around a QR code, as its standard asks.
const QUIET: usize = 4;

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
    let fonts = Fonts { regular: FontRef::try_from_slice(REGULAR)?, strong: FontRef::try_from_slice(SEMI_BOLD)? };
    let mut sheet = Sheet { fonts, dots: Vec::new(), width: width.dots(), y: 0, margin: width.dots() / 24 };
    sheet.space(sheet.margin);
    for block in &paper.blocks {
        sheet.block(block)?;
    }
    sheet.space(sheet.margin);
    Ok(Picture { width: sheet.width, height: sheet.y, dots: sheet.dots })
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
}

struct Fonts {
    regular: FontRef<'static>,
    strong: FontRef<'static>,
}

/// How a text is set.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    strong: bool,
    white: bool,
}

impl Style {
    fn of(weight: Weight) -> Style {
        let size = if weight == Weight::Large { LARGE } else { PLAIN };
        Style { size, strong: weight != Weight::Plain, white: false }
    }

    const SMALL: Style = Style { size: SMALL, strong: false, white: false };
}

/// The picture as it grows downwards.
struct Sheet {
    fonts: Fonts,
    dots: Vec<u8>,
    width: usize,
    y: usize,
    margin: usize,
}

impl Sheet {
    fn block(&mut self, block: &Block) -> Result<(), PictureError> {
        match block {
            Block::Title(text) => self.centred(text, Style { size: LARGE, strong: true, white: false }),
            Block::Centred(text, weight) => {
                let plain = *weight == Weight::Plain;
                self.centred(text, if plain { Style::SMALL } else { Style::of(*weight) });
            }
            Block::Text(text, weight) => {
                for line in self.wrap(text, self.room(), Style::of(*weight)) {
                    self.line(&[(self.margin, &line)], Style::of(*weight));
                }
            }
            Block::Row(left, right, weight) => self.row(0, left, right, Style::of(*weight)),
            Block::Detail(left, right) => self.row(self.margin, left, right, Style::SMALL),
            Block::Table(aligns, rows) => self.table(aligns, rows),
            Block::Rule => self.rule(),
            Block::Gap => self.space(self.margin),
            Block::Banner(text) => self.banner(text),
            Block::Code(text) => self.code(text)?,
        }
        Ok(())
    }

    /// Dots between the margins.
    fn room(&self) -> usize {
        self.width - 2 * self.margin
    }

    fn space(&mut self, height: usize) {
        self.y += height;
        self.dots.resize(self.y * self.width, WHITE);
    }

    fn rule(&mut self) {
        self.space(9);
        self.space(2);
        let row = (self.y - 2) * self.width;
        for line in [row, row + self.width] {
            self.dots[line + self.margin..line + self.width - self.margin].fill(0);
        }
        self.space(9);
    }

    fn centred(&mut self, text: &str, style: Style) {
        for line in self.wrap(text, self.room(), style) {
            let x = (self.width - self.length(&line, style)) / 2;
            self.line(&[(x, &line)], style);
        }
    }

    fn row(&mut self, indent: usize, left: &str, right: &str, style: Style) {
        let across = self.room() - indent;
        let right_length = self.length(right, style);
        let gap = if right.is_empty() { 0 } else { self.margin };
        let room = across.saturating_sub(right_length + gap);
        let beside = right.is_empty() || (room > 0 && (room >= across / 3 || self.length(left, style) <= room));
        let lines = self.wrap(left, if beside { room.max(1) } else { across }, style);
        let x = self.margin + indent;
        for (place, line) in lines.iter().enumerate() {
            if place == 0 && beside {
                let end = (self.width - self.margin).saturating_sub(right_length);
                self.line(&[(x, line), (end, right)], style);
            } else {
                self.line(&[(x, line)], style);
            }
        }
        if !beside {
            for line in self.wrap(right, self.room(), style) {
                let end = (self.width - self.margin).saturating_sub(self.length(&line, style));
                self.line(&[(end, &line)], style);
            }
        }
    }

    fn table(&mut self, aligns: &[Align], rows: &[Vec<String>]) {
        let style = Style::SMALL;
        let mut widths: Vec<usize> = (0..aligns.len())
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| self.length(cell, style)).max().unwrap_or_default()
            })
            .collect();
        let gaps = widths.len().saturating_sub(1);
        let spare = self.room().saturating_sub(widths.iter().sum());
        let gap = spare.checked_div(gaps).unwrap_or_default().min(self.room() / 6);
        if let Some(first) = widths.first_mut() {
            *first += spare - gap * gaps;
        }
        for row in rows {
            let mut x = self.margin;
            let mut cells: Vec<(usize, &str)> = Vec::new();
            for ((cell, align), width) in row.iter().zip(aligns).zip(&widths) {
                let blank = width.saturating_sub(self.length(cell, style));
                cells.push((if *align == Align::Left { x } else { x + blank }, cell));
                x += width + gap;
            }
            self.line(&cells, style);
        }
    }

    fn banner(&mut self, text: &str) {
        let style = Style { size: PLAIN, strong: true, white: true };
        self.space(4);
        let top = self.y;
        self.space(8);
        let lines = self.wrap(text, self.room() - self.margin, style);
        let height = lines.len() * line_height(style) + 8;
        self.space(height);
        for row in top..self.y {
            let line = row * self.width;
            self.dots[line + self.margin..line + self.width - self.margin].fill(0);
        }
        let bottom = self.y;
        self.y = top + 8;
        for line in lines {
            let x = (self.width - self.length(&line, style)) / 2;
            self.draw(x, &line, style);
            self.y += line_height(style);
        }
        self.y = bottom;
        self.space(10);
    }

    fn code(&mut self, text: &str) -> Result<(), PictureError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        let modules = code.width() + 2 * QUIET;
        let size = (self.width * 2 / 3 / modules).max(2);
        let (left, top) = ((self.width.saturating_sub(modules * size)) / 2, self.y);
        self.space(modules * size);
        for (place, module) in code.to_colors().into_iter().enumerate() {
            if module == Color::Light {
                continue;
            }
            let (x, y) = (place % code.width() + QUIET, place / code.width() + QUIET);
            for row in top + y * size..top + (y + 1) * size {
                let start = row * self.width + left + x * size;
                self.dots[start..start + size].fill(0);
            }
        }
        Ok(())
    }

    /// Sets texts on one line, each from its own place on, and goes on below them.
    fn line(&mut self, texts: &[(usize, &str)], style: Style) {
        let height = line_height(style);
        self.space(height);
        self.y -= height;
        for (x, text) in texts {
            self.draw(*x, text, style);
        }
        self.y += height;
    }

    fn draw(&mut self, x: usize, text: &str, style: Style) {
        let font = self.font(style).clone();
        let font = font.as_scaled(style.size);
        let baseline = coordinate(self.y) + font.ascent() + (coordinate(line_height(style)) - font.height()) / 2.0;
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

    fn font(&self, style: Style) -> &FontRef<'static> {
        if style.strong { &self.fonts.strong } else { &self.fonts.regular }
    }

    fn length(&self, text: &str, style: Style) -> usize {
        let font = self.font(style).as_scaled(style.size);
        let length: f32 = text.chars().map(|letter| font.h_advance(font.glyph_id(letter))).sum();
        whole(length.ceil())
    }

    fn wrap(&self, text: &str, room: usize, style: Style) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.length(&longer, style) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.length(&line, style) > room && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        lines.push(line);
        lines
    }
}

fn line_height(style: Style) -> usize {
    whole((style.size * 1.3).round())
}

/// A dot's place as a coordinate; papers are far shorter than what an `f32` tells apart.
#[allow(clippy::cast_precision_loss, reason = "papers have fewer dots than 2^24 either way")]
fn coordinate(dots: usize) -> f32 {
    dots as f32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float as an integer saturates")]
fn whole(coordinate: f32) -> usize {
    coordinate as usize
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
