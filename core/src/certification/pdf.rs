//! The attestation as a PDF for archives (PDF/A-2b), with the program's own font in it.

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

use comptoir_fiscal::language::Translations;
use comptoir_fiscal::values::Instant;

use super::Certification;
use super::attestation::{self, DRAFT, Part};
use crate::paper::pdf::date_time;

/// One family in two weights; `fonts/OFL.txt` is its licence.
const REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf");

/// A4, and where text stands on it, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 62.0;
const RIGHT: f32 = PAGE.0 - 62.0;
const TOP: f32 = 80.0;
const BOTTOM: f32 = PAGE.1 - 62.0;
/// Where the second column of what is known begins.
const VALUE: f32 = LEFT + 122.0;

const BLACK: u8 = 0;
const GREY: u8 = 110;

/// Why the document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The program's own font is broken.
    #[error("the program's font cannot be read")]
    Font,
    /// The PDF could not be written as its standard asks.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// The attestation of a till, as a draft.
pub fn attestation(certification: &Certification, french: &Translations) -> Result<Vec<u8>, PdfError> {
    let mut layout = Layout::new()?;
    layout.all(&attestation::parts(certification, french))?;
    let foot = format!(
        "{} {}, caisse {}, SIRET {}",
        certification.software.name,
        certification.software.version,
        certification.settings.label,
        certification.settings.merchant.siret
    );
    write(layout, &foot, certification.at)
}

fn write(layout: Layout, foot: &str, at: Instant) -> Result<Vec<u8>, PdfError> {
    let Layout { measure, pages, .. } = layout;
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|error| PdfError::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(
        Metadata::new()
            .title("Attestation individuelle de conformité d’un logiciel de caisse (projet, non signé)".to_owned())
            .language("fr".to_owned())
            .creator("comptoir".to_owned())
            .creation_date(date_time(at)),
    );
    let load = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or(PdfError::Font);
    let fonts = [load(REGULAR)?, load(SEMI_BOLD)?];
    let count = pages.len();
    for (index, marks) in pages.into_iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PdfError::Pdf("page size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in around(&measure, foot, index + 1, count).into_iter().chain(marks) {
            mark.draw(&mut surface, &fonts);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PdfError::Pdf(format!("{error:?}")))
}

/// What stands at the head and foot of every page.
fn around(measure: &Measure, foot: &str, page: usize, pages: usize) -> Vec<Mark> {
    let head = Style { size: 12.0, strong: true, grey: BLACK };
    let small = Style { size: 8.0, strong: false, grey: GREY };
    let number = format!("page {page} sur {pages}");
    let middle = (PAGE.0 - measure.width(DRAFT, head)) / 2.0;
    let mut marks = frame(LEFT, 34.0, RIGHT, 62.0);
    marks.push(Mark::text(middle, 52.4, DRAFT, head));
    marks.push(Mark::Bar { left: LEFT, top: PAGE.1 - 50.0, right: RIGHT, bottom: PAGE.1 - 49.5, grey: GREY });
    marks.push(Mark::text(LEFT, PAGE.1 - 36.0, foot, small));
    marks.push(Mark::text(RIGHT - measure.width(&number, small), PAGE.1 - 36.0, &number, small));
    marks
}

/// How a text is set.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    strong: bool,
    grey: u8,
}

const BODY: Style = Style { size: 9.2, strong: false, grey: BLACK };
const LABEL: Style = Style { size: 9.2, strong: false, grey: GREY };

impl Style {
    fn leading(self) -> f32 {
        self.size * 1.38
    }
}

/// Something on a page: a text by its baseline, or a filled bar.
enum Mark {
    Text { x: f32, y: f32, text: String, style: Style },
    Bar { left: f32, top: f32, right: f32, bottom: f32, grey: u8 },
}

impl Mark {
    fn text(x: f32, y: f32, text: impl Into<String>, style: Style) -> Mark {
        Mark::Text { x, y, text: text.into(), style }
    }

    fn draw(&self, surface: &mut Surface<'_>, fonts: &[Font; 2]) {
        let (Mark::Text { style: Style { grey, .. }, .. } | Mark::Bar { grey, .. }) = self;
        let paint = rgb::Color::new(*grey, *grey, *grey).into();
        surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
        match self {
            Mark::Text { x, y, text, style } => {
                let font = fonts[usize::from(style.strong)].clone();
                surface.draw_text(Point::from_xy(*x, *y), font, style.size, text, false, TextDirection::LeftToRight);
            }
            Mark::Bar { left, top, right, bottom, .. } => {
                let mut path = PathBuilder::new();
                if let Some(rect) = Rect::from_ltrb(*left, *top, *right, *bottom) {
                    path.push_rect(rect);
                }
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
            }
        }
    }
}

fn frame(left: f32, top: f32, right: f32, bottom: f32) -> Vec<Mark> {
    let bar = |left, top, right, bottom| Mark::Bar { left, top, right, bottom, grey: BLACK };
    vec![
        bar(left, top, right, top + 0.8),
        bar(left, bottom - 0.8, right, bottom),
        bar(left, top, left + 0.8, bottom),
        bar(right - 0.8, top, right, bottom),
    ]
}

/// How wide texts are, and where their lines end.
struct Measure {
    fonts: [FontRef<'static>; 2],
}

impl Measure {
    fn width(&self, text: &str, style: Style) -> f32 {
        let font = &self.fonts[usize::from(style.strong)];
        // A scale in which an em is as large as the size in points.
        let units = font.units_per_em().unwrap_or(1000.0);
        let scaled = font.as_scaled(PxScale::from(style.size * font.height_unscaled() / units));
        text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum()
    }

    /// The lines of a text. They end at spaces, and within a word only where it is longer than a line.
    fn lines(&self, text: &str, room: f32, style: Style) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last().map_or("", String::as_str);
            let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&joined, style) <= room {
                lines.pop();
                lines.push(joined);
                continue;
            }
            if !line.is_empty() {
                lines.push(String::new());
            }
            for c in word.chars() {
                let longer = format!("{}{c}", lines.last().map_or("", String::as_str));
                if self.width(&longer, style) > room {
                    lines.push(c.to_string());
                } else {
                    lines.pop();
                    lines.push(longer);
                }
            }
        }
        lines
    }
}

/// The pages as they fill from the top.
struct Layout {
    measure: Measure,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Layout {
    fn new() -> Result<Layout, PdfError> {
        let load = |bytes| FontRef::try_from_slice(bytes).map_err(|_| PdfError::Font);
        let measure = Measure { fonts: [load(REGULAR)?, load(SEMI_BOLD)?] };
        Ok(Layout { measure, pages: vec![Vec::new()], y: TOP })
    }

    fn all(&mut self, parts: &[Part]) -> Result<(), PdfError> {
        for (place, part) in parts.iter().enumerate() {
            let signed = signed_with(&parts[place..]);
            if !signed.is_empty() {
                // Nobody signs a page that does not say what is signed.
                let mut alone = Layout::new()?;
                signed.iter().for_each(|part| alone.part(part));
                self.keep(alone.y - TOP);
            }
            self.part(part);
        }
        Ok(())
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Title(text) => self.block(text, LEFT, Style { size: 15.0, strong: true, grey: BLACK }, 2.0),
            Part::Subtitle(text) => self.block(text, LEFT, Style { size: 11.0, strong: false, grey: GREY }, 10.0),
            Part::Notice(text) => self.notice(text),
            Part::Section(text) => self.section(text),
            Part::Heading(text) => {
                self.y += 7.0;
                // A heading stays with what follows it.
                self.keep(64.0);
                self.block(text, LEFT, Style { size: 11.0, strong: true, grey: BLACK }, 3.0);
            }
            Part::Text(text) => {
                // What announces a list stays with it.
                self.keep(BODY.leading() * if text.ends_with(':') { 4.0 } else { 1.0 });
                self.block(text, LEFT, BODY, 5.0);
            }
            Part::Item(text) => self.item(text),
            Part::Known(label, value) => self.known(label, value),
            Part::Blank(label) => self.blank(label),
            Part::Signature(who) => self.signature(who),
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a page unless so much room is left on this one.
    fn keep(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn line(&mut self, x: f32, text: &str, style: Style) {
        self.keep(style.leading());
        self.y += style.leading();
        self.mark(Mark::text(x, self.y - style.size * 0.3, text, style));
    }

    fn block(&mut self, text: &str, x: f32, style: Style, after: f32) {
        let lines = self.measure.lines(text, RIGHT - x, style);
        // No single line of a paragraph stands alone at the foot or head of a page.
        self.keep(style.leading() * if lines.len() < 4 { 3.0_f32.min(self.count(&lines)) } else { 2.0 });
        for line in lines {
            self.line(x, &line, style);
        }
        self.y += after;
    }

    fn count(&self, lines: &[String]) -> f32 {
        lines.iter().map(|_| 1.0).sum()
    }

    fn item(&mut self, text: &str) {
        self.keep(BODY.leading() * 2.0);
        self.mark(Mark::text(LEFT + 6.0, self.y + BODY.leading() - BODY.size * 0.3, "–", BODY));
        self.block(text, LEFT + 18.0, BODY, 1.5);
    }

    fn notice(&mut self, text: &str) {
        let style = Style { size: 9.5, strong: true, grey: BLACK };
        let lines = self.measure.lines(text, RIGHT - LEFT - 20.0, style);
        let height = style.leading() * self.count(&lines) + 14.0;
        self.keep(height);
        let top = self.y;
        self.y += 6.0;
        for line in lines {
            self.line(LEFT + 10.0, &line, style);
        }
        for bar in frame(LEFT, top, RIGHT, top + height) {
            self.mark(bar);
        }
        self.y = top + height + 10.0;
    }

    fn section(&mut self, text: &str) {
        let style = Style { size: 13.0, strong: true, grey: BLACK };
        let is_first = self.pages.len() == 1 && self.y < PAGE.1 / 2.0;
        if !is_first && self.y > TOP {
            self.turn();
        }
        self.block(text, LEFT, style, 2.0);
        self.mark(Mark::Bar { left: LEFT, top: self.y, right: RIGHT, bottom: self.y + 0.8, grey: BLACK });
        self.y += 8.0;
    }

    fn known(&mut self, label: &str, value: &str) {
        let lines = self.measure.lines(value, RIGHT - VALUE, BODY);
        let labels = self.measure.lines(label, VALUE - LEFT - 10.0, LABEL);
        let rows = lines.len().max(labels.len());
        self.keep(BODY.leading() * if rows < 6 { self.count(&lines).max(self.count(&labels)) } else { 3.0 });
        for row in 0..rows {
            self.keep(BODY.leading());
            let baseline = self.y + BODY.leading() - BODY.size * 0.3;
            if let Some(label) = labels.get(row) {
                self.mark(Mark::text(LEFT, baseline, label, LABEL));
            }
            if let Some(line) = lines.get(row) {
                self.mark(Mark::text(VALUE, baseline, line, BODY));
            }
            self.y += BODY.leading();
        }
        self.y += 2.5;
    }

    fn blank(&mut self, label: &str) {
        self.keep(22.0);
        self.y += 19.0;
        self.mark(Mark::text(LEFT, self.y - 3.0, label, LABEL));
        self.mark(Mark::Bar { left: VALUE, top: self.y - 0.5, right: RIGHT, bottom: self.y, grey: GREY });
        self.y += 5.0;
    }

    fn signature(&mut self, who: &str) {
        self.keep(128.0);
        self.y += 8.0;
        let (top, middle) = (self.y, LEFT + (RIGHT - LEFT) / 2.0);
        for bar in frame(LEFT, top, RIGHT, top + 112.0) {
            self.mark(bar);
        }
        self.mark(Mark::text(LEFT + 10.0, top + 17.0, who, Style { strong: true, ..BODY }));
        for (row, label) in [(46.0, "Nom"), (70.0, "Qualité"), (94.0, "Fait à, le")] {
            self.mark(Mark::text(LEFT + 10.0, top + row, label, LABEL));
            let (left, right) = (LEFT + 62.0, middle - 12.0);
            self.mark(Mark::Bar { left, top: top + row + 2.5, right, bottom: top + row + 3.0, grey: GREY });
        }
        self.mark(Mark::text(middle + 10.0, top + 17.0, "Signature", LABEL));
        self.y = top + 120.0;
    }
}

/// A heading with what follows it up to a signature, where no other heading stands between; nothing else.
fn signed_with(parts: &[Part]) -> &[Part] {
    let ends = |part: &Part| matches!(part, Part::Heading(_) | Part::Section(_) | Part::Signature(_));
    let end = parts.iter().skip(1).position(ends).map_or(0, |end| end + 1);
    match (parts.first(), parts.get(end)) {
        (Some(Part::Heading(_)), Some(Part::Signature(_))) => &parts[..=end],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language::Language;

    use super::*;
    use crate::certification::tests::sample;

    fn french() -> Translations {
        Translations::new(Language::French, &[crate::FRENCH]).unwrap()
    }

    #[test]
    fn nothing_stands_outside_the_page_and_every_page_says_that_it_is_a_draft() {
        let mut layout = Layout::new().unwrap();
        layout.all(&attestation::parts(&sample(), &french())).unwrap();
        assert!(layout.pages.len() >= 3);
        let holds = |page: &[Mark], words: &str| {
            page.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text.starts_with(words)))
        };
        let signed = layout.pages.iter().find(|page| holds(page, "Pour l’éditeur")).unwrap();
        assert!(holds(signed, "6. Déclaration"), "what is signed stands on the page that is signed");
        for (index, page) in layout.pages.iter().enumerate() {
            assert!(!page.is_empty());
            for mark in page {
                let (left, right, bottom) = match mark {
                    Mark::Text { x, y, text, style } => (*x, x + layout.measure.width(text, *style), *y),
                    Mark::Bar { left, right, bottom, .. } => (*left, *right, *bottom),
                };
                assert!(left >= LEFT && right <= RIGHT + 0.1 && bottom <= BOTTOM, "{left} {right} {bottom}");
            }
            let around = around(&layout.measure, "", index + 1, layout.pages.len());
            assert!(around.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == DRAFT)));
        }
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_and_none_of_it_is_lost() {
        let measure = Layout::new().unwrap().measure;
        let hash = "0123456789abcdef".repeat(8);
        let lines = measure.lines(&format!("a {hash} b"), 120.0, BODY);
        assert!(lines.iter().all(|line| measure.width(line, BODY) <= 120.0));
        assert_eq!(lines.join("").replace(' ', ""), format!("a{hash}b"));
    }

    #[test]
    fn the_same_till_gives_the_same_file_and_every_character_has_its_glyph() {
        let pdf = attestation(&sample(), &french()).unwrap();
        assert!(pdf.starts_with(b"%PDF-1."));
        assert_eq!(pdf, attestation(&sample(), &french()).unwrap());
        let measure = Layout::new().unwrap().measure;
        let all: String = attestation::parts(&sample(), &french()).iter().map(|part| format!("{part:?}")).collect();
        for c in all.chars() {
            assert!(measure.fonts.iter().all(|font| font.glyph_id(c).0 != 0), "{c:?}");
        }
    }
}
