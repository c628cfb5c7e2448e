//! A paper in characters of one width, as receipt printers set them.

use super::{Align, Block, Paper, Weight, Width};

/// One thing that a printer prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// A line, already set within the width; a [`Weight::Large`] one has half as many characters.
    Line {
        /// Its characters.
        text: String,
        /// How much it stands out.
        weight: Weight,
        /// Whether it is white on black.
        inverse: bool,
    },
    /// A QR code of this text, in the middle.
    Code(String),
}

/// The paper as a text of so many columns; a code stands as its text.
pub fn text(paper: &Paper, width: Width) -> String {
    let mut text = String::new();
    for printed in lay_out(paper, width) {
        match printed {
            Printed::Line { text: line, weight: Weight::Large, .. } => {
                let indent = if line.starts_with(' ') { width.columns() / 4 } else { 0 };
                text.push_str(&" ".repeat(indent));
                text.push_str(&line);
            }
            Printed::Line { text: line, .. } => text.push_str(&line),
            Printed::Code(code) => {
                let letters: Vec<char> = code.chars().collect();
                let lines: Vec<String> = letters.chunks(width.columns()).map(|line| line.iter().collect()).collect();
                text.push_str(&lines.join("\n"));
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// The lines that a printer of this width sets.
pub fn lay_out(paper: &Paper, width: Width) -> Vec<Printed> {
    let mut page = Page { columns: width.columns(), printed: Vec::new() };
    for block in &paper.blocks {
        match block {
            Block::Title(text) => page.centred(text, Weight::Large, false),
            Block::Centred(text, weight) => page.centred(text, *weight, false),
            Block::Text(text, weight) => {
                for line in wrap(text, page.columns_of(*weight)) {
                    page.line(line, *weight);
                }
            }
            Block::Row(left, right, weight) => page.row("", left, right, *weight),
            Block::Detail(left, right) => page.row("  ", left, right, Weight::Plain),
            Block::Table(aligns, rows) => page.table(aligns, rows),
            Block::Rule => page.line("-".repeat(page.columns), Weight::Plain),
            Block::Gap => page.line(String::new(), Weight::Plain),
            Block::Banner(text) => page.centred(text, Weight::Strong, true),
            Block::Code(text) => page.printed.push(Printed::Code(text.clone())),
        }
    }
    page.printed
}

struct Page {
    columns: usize,
    printed: Vec<Printed>,
}

impl Page {
    fn columns_of(&self, weight: Weight) -> usize {
        if weight == Weight::Large { self.columns / 2 } else { self.columns }
    }

    fn line(&mut self, text: String, weight: Weight) {
        self.printed.push(Printed::Line { text, weight, inverse: false });
    }

    fn centred(&mut self, text: &str, weight: Weight, inverse: bool) {
        let columns = self.columns_of(weight);
        for line in wrap(text, columns) {
            let before = (columns - length(&line)) / 2;
            let after = if inverse { columns - length(&line) - before } else { 0 };
            let text = format!("{}{line}{}", " ".repeat(before), " ".repeat(after));
            self.printed.push(Printed::Line { text, weight, inverse });
        }
    }

    /// The left text over as many lines as it needs, the right one at the end of the first; where both do not fit, the
    /// right one on a line of its own.
    fn row(&mut self, indent: &str, left: &str, right: &str, weight: Weight) {
        let columns = self.columns_of(weight);
        let room = columns.saturating_sub(length(indent) + length(right) + 1);
        let beside = right.is_empty() || (room > 0 && (room >= columns / 3 || length(left) <= room));
        let lines = wrap(left, if beside { room.max(1) } else { columns - length(indent) });
        for (place, line) in lines.iter().enumerate() {
            let line = format!("{indent}{line}");
            if place == 0 && beside {
                let between = columns.saturating_sub(length(&line) + length(right));
                self.line(format!("{line}{}{right}", " ".repeat(between)), weight);
            } else {
                self.line(line, weight);
            }
        }
        if !beside {
            for line in wrap(right, columns) {
                self.line(format!("{}{line}", " ".repeat(columns - length(&line))), weight);
            }
        }
    }

    /// Columns as wide as their longest cell and up to four blanks apart, the first one taking the rest; where they do
    /// not fit, each row becomes several lines.
    fn table(&mut self, aligns: &[Align], rows: &[Vec<String>]) {
        let widest = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max().unwrap_or_default()
        };
        let mut widths: Vec<usize> = (0..aligns.len()).map(widest).collect();
        let needed = widths.iter().sum::<usize>() + widths.len().saturating_sub(1);
        if needed > self.columns {
            self.table_in_lines(rows);
            return;
        }
        let gaps = widths.len().saturating_sub(1);
        let wider = (self.columns - needed).checked_div(gaps).unwrap_or_default().min(3);
        if let Some(first) = widths.first_mut() {
            *first += self.columns - needed - wider * gaps;
        }
        for row in rows {
            let cells: Vec<String> = row
                .iter()
                .zip(aligns.iter().zip(&widths))
                .map(|(cell, (align, width))| {
                    let blank = " ".repeat(width - length(cell));
                    if *align == Align::Left { format!("{cell}{blank}") } else { format!("{blank}{cell}") }
                })
                .collect();
            self.line(cells.join(&" ".repeat(1 + wider)), Weight::Plain);
        }
    }

    fn table_in_lines(&mut self, rows: &[Vec<String>]) {
        let Some((head, body)) = rows.split_first() else { return };
        for row in body {
            let mut named = head.iter().zip(row);
            if let Some((name, cell)) = named.next() {
                self.row("", &format!("{name} {cell}"), "", Weight::Plain);
            }
            for (name, cell) in named {
                self.row("  ", name, cell, Weight::Plain);
            }
        }
    }
}

/// How many characters wide a text is.
fn length(text: &str) -> usize {
    text.chars().count()
}

/// A text broken between words, and within a word only where it is longer than a line.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if !line.is_empty() && length(&line) + 1 + word.len() > columns {
            lines.push(std::mem::take(&mut line));
        }
        while word.len() > columns {
            let rest = word.split_off(columns);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks() -> impl Strategy<Value = Block> {
        let text = "[ -~éèà€œ\u{202f}]{0,80}";
        let weight = prop_oneof![Just(Weight::Plain), Just(Weight::Strong), Just(Weight::Large)];
        prop_oneof![
            text.prop_map(Block::Title),
            (text, weight.clone()).prop_map(|(text, weight)| Block::Centred(text, weight)),
            (text, weight.clone()).prop_map(|(text, weight)| Block::Text(text, weight)),
            (text, text, weight).prop_map(|(left, right, weight)| Block::Row(left, right, weight)),
            (text, text).prop_map(|(left, right)| Block::Detail(left, right)),
            proptest::collection::vec((text, text, text), 1..4).prop_map(|rows| Block::Table(
                vec![Align::Left, Align::Right, Align::Right],
                rows.into_iter().map(|(a, b, c)| vec![a, b, c]).collect()
            )),
            text.prop_map(Block::Banner),
        ]
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_the_paper_is_wide(blocks in proptest::collection::vec(blocks(), 0..6)) {
            let paper = Paper { blocks };
            for width in [Width::Narrow, Width::Wide] {
                for printed in lay_out(&paper, width) {
                    let Printed::Line { text, weight, .. } = printed else { continue };
                    let columns = if weight == Weight::Large { width.columns() / 2 } else { width.columns() };
                    prop_assert!(length(&text) <= columns, "{text:?}");
                }
            }
        }

        #[test]
        fn no_character_of_a_row_is_lost(left in "[a-z ]{0,90}", right in "[0-9,]{0,40}") {
            let paper = Paper { blocks: vec![Block::Row(left.clone(), right.clone(), Weight::Plain)] };
            let printed: String = text(&paper, Width::Narrow).chars().filter(|c| !c.is_whitespace()).collect();
            let mut expected: Vec<char> = format!("{left}{right}").chars().filter(|c| !c.is_whitespace()).collect();
            let mut printed: Vec<char> = printed.chars().collect();
            expected.sort_unstable();
            printed.sort_unstable();
            prop_assert_eq!(printed, expected);
        }
    }
}
