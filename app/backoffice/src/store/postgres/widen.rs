//! An `INSERT` that was written for one row, made wide enough for many.

use std::fmt::Write as _;
use std::ops::Range;

/// The parts of `INSERT INTO … VALUES (…) …`.
pub(super) struct Widened<'s> {
    before: &'s str,
    row: &'s str,
    after: &'s str,
}

impl<'s> Widened<'s> {
    /// Takes a statement apart; none where it has no `VALUES`, or names values outside of it.
    pub(super) fn new(sql: &'s str) -> Option<Widened<'s>> {
        let row = row_of_values(sql)?;
        let (before, after) = (&sql[..row.start], &sql[row.end..]);
        let widened = Widened { before, row: &sql[row], after };
        (!before.contains('$') && !after.contains('$')).then_some(widened)
    }

    /// The statement for so many rows of so many values each.
    pub(super) fn text(&self, rows: usize, values: usize) -> String {
        let mut text = self.before.to_owned();
        for nth in 0..rows {
            if nth > 0 {
                text.push_str(", ");
            }
            self.write_row(&mut text, nth * values);
        }
        text.push_str(self.after);
        text
    }

    /// The row with `$1` as `$(1 + shift)`.
    fn write_row(&self, text: &mut String, shift: usize) {
        let mut rest = self.row;
        while let Some(at) = outside_quotes(rest, |letter| letter == '$') {
            let (before, number) = (&rest[..=at], &rest[at + 1..]);
            let digits = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
            text.push_str(before);
            match number[..digits].parse::<usize>() {
                // Writing to a text cannot fail.
                Ok(place) => drop(write!(text, "{}", place + shift)),
                Err(_) => text.push_str(&number[..digits]),
            }
            rest = &number[digits..];
        }
        text.push_str(rest);
    }
}

/// Where the parenthesis after `VALUES` stands.
fn row_of_values(sql: &str) -> Option<Range<usize>> {
    let upper = sql.to_ascii_uppercase();
    let mut from = 0;
    let start = loop {
        let values = from + upper[from..].find("VALUES")?;
        let after = values + "VALUES".len();
        let alone = !upper[..values].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let row = sql[after..].trim_start();
        let quoted = sql[..values].matches('\'').count() % 2 == 1;
        if alone && !quoted && row.starts_with('(') {
            break sql.len() - row.len();
        }
        from = after;
    };
    let mut depth = 0usize;
    let end = outside_quotes(&sql[start..], |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some(start..start + end + 1)
}

/// Where the first letter stands that is not within `'…'` and that `wanted` says yes to; it sees every such letter before.
fn outside_quotes(text: &str, mut wanted: impl FnMut(char) -> bool) -> Option<usize> {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        if letter == '\'' {
            quoted = !quoted;
        } else if !quoted && wanted(letter) {
            return Some(at);
        }
    }
    None
}
