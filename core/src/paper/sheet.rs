//! Where everything on a paper stands when it is drawn with the program's own font: once for a picture of dots and for a
//! PDF.

use ab_glyph::{Font, FontRef, ScaleFont};
use qrcode::{Color, EcLevel, QrCode};

use super::picture::PictureError;
use super::{Align, Block, Paper, Weight, Width};

/// One family in two weights; `fonts/OFL.txt` is its licence.
pub(super) const REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSans-Regular.ttf");
pub(super) const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf");

const PLAIN: f32 = 25.0;
const SMALL: f32 = 22.0;
const LARGE: f32 = 38.0;
/// Blank modules around a QR code, as its standard asks.
pub(super) const QUIET: usize = 4;

pub(super) struct Fonts {
    regular: FontRef<'static>,
    strong: FontRef<'static>,
}

/// How a text is set; its size is the height of its font in dots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) strong: bool,
    pub(super) white: bool,
}

impl Style {
    fn of(weight: Weight) -> Style {
        let size = if weight == Weight::Large { LARGE } else { PLAIN };
        Style { size, strong: weight != Weight::Plain, white: false }
    }

    const SMALL: Style = Style { size: SMALL, strong: false, white: false };
}

/// Something on a sheet, its places in dots from the left and the top.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A text on one line; `y` is the top of the line.
    Text { x: usize, y: usize, text: String, style: Style },
    /// Black from one corner up to and without the other.
    Fill { left: usize, top: usize, right: usize, bottom: usize },
}

/// A paper with everything in its place, as it grows downwards.
pub(super) struct Sheet {
    pub(super) fonts: Fonts,
    /// In the order in which they are drawn.
    pub(super) marks: Vec<Mark>,
    pub(super) width: usize,
    /// Down to where it is filled.
    pub(super) height: usize,
    margin: usize,
}

/// Puts everything on a paper in its place.
pub(super) fn lay_out(paper: &Paper, width: Width) -> Result<Sheet, PictureError> {
    let fonts = Fonts { regular: FontRef::try_from_slice(REGULAR)?, strong: FontRef::try_from_slice(SEMI_BOLD)? };
    let mut sheet = Sheet { fonts, marks: Vec::new(), width: width.dots(), height: 0, margin: width.dots() / 24 };
    sheet.space(sheet.margin);
    for block in &paper.blocks {
        sheet.block(block)?;
    }
    sheet.space(sheet.margin);
    Ok(sheet)
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
        self.height += height;
    }

    /// Black from margin to margin.
    fn fill(&mut self, top: usize, bottom: usize) {
        self.marks.push(Mark::Fill { left: self.margin, top, right: self.width - self.margin, bottom });
    }

    fn rule(&mut self) {
        self.space(9);
        self.fill(self.height, self.height + 2);
        self.space(2 + 9);
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
        let lines = self.wrap(text, self.room() - self.margin, style);
        let (top, height) = (self.height, 8 + lines.len() * line_height(style) + 8);
        self.fill(top, top + height);
        self.space(8);
        for line in lines {
            let x = (self.width - self.length(&line, style)) / 2;
            self.line(&[(x, &line)], style);
        }
        self.space(8 + 10);
    }

    fn code(&mut self, text: &str) -> Result<(), PictureError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        let modules = code.width() + 2 * QUIET;
        let size = (self.width * 2 / 3 / modules).max(2);
        let (left, top) = ((self.width.saturating_sub(modules * size)) / 2, self.height);
        self.space(modules * size);
        for (row, line) in code.to_colors().chunks(code.width()).enumerate() {
            let top = top + (row + QUIET) * size;
            let mut column = 0;
            // Dark modules side by side are one bar.
            for run in line.chunk_by(|one, next| one == next) {
                let from = left + (column + QUIET) * size;
                column += run.len();
                if run.first() == Some(&Color::Dark) {
                    self.marks.push(Mark::Fill { left: from, top, right: from + run.len() * size, bottom: top + size });
                }
            }
        }
        Ok(())
    }

    /// Sets texts on one line, each from its own place on, and goes on below them.
    fn line(&mut self, texts: &[(usize, &str)], style: Style) {
        for (x, text) in texts {
            self.marks.push(Mark::Text { x: *x, y: self.height, text: (*text).to_owned(), style });
        }
        self.space(line_height(style));
    }

    pub(super) fn font(&self, style: Style) -> &FontRef<'static> {
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

pub(super) fn line_height(style: Style) -> usize {
    whole((style.size * 1.3).round())
}

/// A dot's place as a coordinate; papers are far shorter than what an `f32` tells apart.
#[allow(clippy::cast_precision_loss, reason = "papers have fewer dots than 2^24 either way")]
pub(super) fn coordinate(dots: usize) -> f32 {
    dots as f32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float as an integer saturates")]
pub(super) fn whole(coordinate: f32) -> usize {
    coordinate as usize
}
