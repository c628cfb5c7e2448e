//! A paper as a PDF for archives (PDF/A-2b): one page as wide as the printer's paper and as long as it takes, its texts as
//! texts.

use ab_glyph::{Font as _, ScaleFont};
use chrono::{Datelike, Timelike};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Instant;

use super::picture::PictureError;
use super::sheet::{self, Mark, REGULAR, SEMI_BOLD, Sheet, Style, coordinate, line_height};
use super::{Paper, Width};

/// A dot in points: printers set 8 dots a millimetre.
const POINTS: f32 = 72.0 / 203.2;
/// No page is longer (ISO 32000-1, annex C.2).
const LONGEST: f32 = 14_400.0;
const BLACK: u8 = 0;
const WHITE: u8 = 255;

/// What a PDF says of itself.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// What it is called.
    pub title: &'a str,
    /// The language that it is in.
    pub language: Language,
    /// When what is on it was made.
    pub at: Instant,
}

/// Why a paper could not be made a PDF.
#[derive(Debug, thiserror::Error)]
pub enum PaperPdfError {
    /// What is on it could not be put in its place.
    #[error(transparent)]
    Layout(#[from] PictureError),
    /// The program's own font is broken.
    #[error("the program's font cannot be read")]
    Font,
    /// The PDF could not be written as its standard asks.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// Makes a PDF of a paper; the same paper gives the same bytes.
pub fn pdf(paper: &Paper, width: Width, about: About<'_>) -> Result<Vec<u8>, PaperPdfError> {
    let sheet = sheet::lay_out(paper, width)?;
    let (across, down) = (points(sheet.width), points(sheet.height));
    if down > LONGEST {
        return Err(PictureError::TooLong.into());
    }
    let unwritten = |error: &dyn std::fmt::Debug| PaperPdfError::Pdf(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|error| unwritten(&error))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let language = if about.language == Language::French { "fr" } else { "en" };
    document.set_metadata(
        Metadata::new()
            .title(about.title.to_owned())
            .language(language.to_owned())
            .creator("comptoir".to_owned())
            .creation_date(date_time(about.at)),
    );
    let load = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or(PaperPdfError::Font);
    let fonts = [load(REGULAR)?, load(SEMI_BOLD)?];
    let size = PageSettings::from_wh(across, down).ok_or_else(|| PaperPdfError::Pdf("page size".to_owned()))?;
    let mut page = document.start_page_with(size);
    let mut surface = page.surface();
    for mark in &sheet.marks {
        draw(&mut surface, &sheet, &fonts, mark);
    }
    surface.finish();
    page.finish();
    document.finish().map_err(|error| unwritten(&error))
}

/// A date and time as a PDF writes it.
pub(crate) fn date_time(at: Instant) -> DateTime {
    let (date, time) = (at.date(), at.time());
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(date.year()).unwrap_or_default())
        .month(small(date.month()))
        .day(small(date.day()))
        .hour(small(time.hour()))
        .minute(small(time.minute()))
        .second(small(time.second()))
}

fn draw(surface: &mut Surface<'_>, sheet: &Sheet, fonts: &[Font; 2], mark: &Mark) {
    match mark {
        Mark::Text { x, y, text, style } => {
            let own = sheet.font(*style);
            let set = own.as_scaled(style.size);
            let baseline = coordinate(*y) + set.ascent() + (coordinate(line_height(*style)) - set.height()) / 2.0;
            // The sheet goes by the height of the font, a PDF by its em.
            let em = own.units_per_em().map_or(1.0, |units| units / own.height_unscaled());
            ink(surface, if style.white { WHITE } else { BLACK });
            let at = Point::from_xy(points(*x), baseline * POINTS);
            let font = fonts[usize::from(style.strong)].clone();
            let text = drawable(sheet, text, *style);
            surface.draw_text(at, font, style.size * em * POINTS, &text, false, TextDirection::LeftToRight);
        }
        Mark::Fill { left, top, right, bottom } => {
            ink(surface, BLACK);
            let mut path = PathBuilder::new();
            if let Some(bar) = Rect::from_ltrb(points(*left), points(*top), points(*right), points(*bottom)) {
                path.push_rect(bar);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn ink(surface: &mut Surface<'_>, grey: u8) {
    let paint = rgb::Color::new(grey, grey, grey).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
}

/// A text with what the font has no letter for replaced, as no PDF for archives may show an empty one.
fn drawable(sheet: &Sheet, text: &str, style: Style) -> String {
    let font = sheet.font(style);
    let known = |letter: char| match letter {
        letter if letter.is_control() => None,
        letter if font.glyph_id(letter).0 != 0 => Some(letter),
        letter if letter.is_whitespace() => Some(' '),
        _ => Some('?'),
    };
    text.chars().filter_map(known).collect()
}

fn points(dots: usize) -> f32 {
    coordinate(dots) * POINTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Block, Weight};

    fn about() -> About<'static> {
        About {
            title: "Ticket 01-T-00000001",
            language: Language::French,
            at: "2026-11-20T10:00:00+01:00".parse().unwrap(),
        }
    }

    fn paper(words: &str) -> Paper {
        let blocks = vec![
            Block::Banner(words.to_owned()),
            Block::Title(words.to_owned()),
            Block::Row(words.to_owned(), "1\u{202f}234,50\u{a0}€".to_owned(), Weight::Large),
            Block::Rule,
            Block::Code("comptoir:7Q2XK".to_owned()),
        ];
        Paper { blocks }
    }

    #[test]
    fn the_same_paper_gives_the_same_pdf_and_another_gives_another() {
        let first = pdf(&paper("Café"), Width::Wide, about()).unwrap();
        assert!(first.starts_with(b"%PDF-1.") && first.trim_ascii_end().ends_with(b"%%EOF"));
        assert_eq!(pdf(&paper("Café"), Width::Wide, about()).unwrap(), first);
        assert_ne!(pdf(&paper("Thé"), Width::Wide, about()).unwrap(), first);
    }

    #[test]
    fn what_the_font_has_no_letter_for_is_replaced_and_costs_no_pdf() {
        for words in ["Thé 🍵 glacé", "茶", "a\tb\u{200b}c", "\u{1}", ""] {
            for width in [Width::Narrow, Width::Wide] {
                pdf(&paper(words), width, about()).unwrap();
            }
        }
        let sheet = sheet::lay_out(&Paper::default(), Width::Wide).unwrap();
        let style = Style { size: 25.0, strong: false, white: false };
        assert_eq!(drawable(&sheet, "Thé 🍵\u{1}é\u{202f}€", style).replace('\u{202f}', " "), "Thé ?é €");
    }

    #[test]
    fn a_paper_longer_than_any_page_is_refused() {
        let long = Paper { blocks: vec![Block::Gap; 5000] };
        assert!(matches!(pdf(&long, Width::Wide, about()), Err(PaperPdfError::Layout(PictureError::TooLong))));
    }
}
