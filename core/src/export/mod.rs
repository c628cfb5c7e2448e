//! Taking everything out, for a spreadsheet or another program: sales and catalogue as one workbook (`.xlsx`) or as text
//! tables (CSV) in a folder.
//!
//! Sales are read from the sealed entries, never from a projection, and each sum of the summary stands beside the formula
//! that a spreadsheet computes it by. A text is never taken for a formula: a workbook holds it as a text, and in a text
//! table it begins with an apostrophe where it would be dangerous ([`guarded`]); the import takes that away again.

mod folder;
mod products;
mod records;
mod sales;
mod sheets;
mod summary;
mod workbook;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use comptoir_fiscal::entry::{Entry, Genesis};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Date, Instant};

use crate::catalogue::Catalogue;
use crate::shown_by_message;
use folder::Folder;
use sales::Sales;
pub use sheets::Sheet;
use sheets::Value;
use summary::Summary;
use workbook::Book;

/// What is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum What {
    Catalogue,
    Sales,
    All,
}

impl What {
    /// Whether sales are among it.
    pub fn has_sales(self) -> bool {
        self != What::Catalogue
    }

    /// Whether the catalogue is among it.
    pub fn has_catalogue(self) -> bool {
        self != What::Sales
    }
}

/// The business dates that are taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The first; none for since the beginning.
    pub from: Option<Date>,
    /// The last; none for until today.
    pub to: Option<Date>,
}

impl Dates {
    fn hold(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// How many tickets are in them.
    pub tickets: u64,
    /// How many products.
    pub products: usize,
}

/// Why nothing was taken out.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ExportError {
    Exists { path: PathBuf },
    Io { path: PathBuf, cause: std::io::Error },
    Workbook { why: String },
    Dates,
    School,
}

impl ExportError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            ExportError::Exists { path } => message!(
                "{path} is there already. Choose another name, or move it elsewhere.",
                path = path.display().to_string()
            ),
            ExportError::Io { path, cause } => message!(
                "{path} could not be written: {why}. Check that the folder is there and the disk is not full.",
                path = path.display().to_string(),
                why = cause.to_string()
            ),
            ExportError::Workbook { why } => message!("The workbook could not be written: {why}.", why = why.as_str()),
            ExportError::School => {
                message!("An export is of real sales, and is recorded in their journal. Leave school mode first.")
            }
            ExportError::Dates => message!("The period ends before it begins. Correct its dates."),
        }
    }
}
shown_by_message!(ExportError);

/// A text that spreadsheets take for a formula, or for the start of one after it is trimmed, begins with one of these.
pub(crate) const DANGEROUS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as it stands in a text table: with an apostrophe before it where a spreadsheet would take it for a formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was [`guarded`].
pub(crate) fn unguarded(field: &str) -> &str {
    field.strip_prefix('\'').filter(|rest| is_dangerous(rest)).unwrap_or(field)
}

/// Whether a text begins a formula, apostrophes before it aside, so that taking one away gives back what was there.
fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// What an export is of, besides its entries.
pub(crate) struct Subject<'s> {
    pub(crate) what: What,
    pub(crate) dates: Dates,
    /// The shop, as its settings are now.
    pub(crate) shop: &'s Genesis,
    pub(crate) catalogue: &'s Catalogue,
    /// Now.
    pub(crate) at: Instant,
    pub(crate) texts: &'s Translations,
}

/// Where rows go.
trait Tables {
    fn add(&mut self, sheet: Sheet, row: &[Value]) -> Result<(), ExportError>;
}

/// An export that is being written; nothing of it has its name before it is [published](Export::publish).
pub(crate) struct Export<'s> {
    subject: Subject<'s>,
    sales: Sales<'s>,
    to: To<'s>,
}

enum To<'s> {
    Book(Box<Book<'s>>),
    Folder(Folder<'s>),
}

impl<'s> Export<'s> {
    /// Begins an export into a workbook, where the name ends in `.xlsx`, or else into a folder.
    pub(crate) fn begin(subject: Subject<'s>, path: &Path) -> Result<Export<'s>, ExportError> {
        if subject.dates.from.zip(subject.dates.to).is_some_and(|(from, to)| to < from) {
            return Err(ExportError::Dates);
        }
        let is_workbook = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
        let to = match is_workbook {
            true => To::Book(Box::new(Book::begin(path, subject.what, subject.texts)?)),
            false => To::Folder(Folder::begin(path, subject.what, subject.texts)?),
        };
        let sales = Sales::new(subject.dates, subject.catalogue);
        Ok(Export { subject, sales, to })
    }

    /// Takes the next entry of a till into account.
    pub(crate) fn take(&mut self, till: &str, entry: &Entry) -> Result<(), ExportError> {
        match &mut self.to {
            To::Book(book) => self.sales.take(till, entry, &mut **book),
            To::Folder(folder) => self.sales.take(till, entry, folder),
        }
    }

    /// Names a journal that could not be read to its end.
    pub(crate) fn leave_out(&mut self, journal: String) {
        self.sales.figures.left_out.push(journal);
    }

    /// Writes what follows from the entries, and the catalogue. Nothing has its name yet.
    pub(crate) fn complete(&mut self) -> Result<(), ExportError> {
        let tables: &mut dyn Tables = match &mut self.to {
            To::Book(book) => &mut **book,
            To::Folder(folder) => folder,
        };
        if self.subject.what.has_sales() {
            self.sales.finish(tables)?;
        }
        if self.subject.what.has_catalogue() {
            products::write(self.subject.catalogue, tables)?;
            records::write(self.subject.catalogue, tables)?;
        }
        match &mut self.to {
            To::Book(book) => book.complete(&Summary { subject: &self.subject, figures: &self.sales.figures }),
            To::Folder(folder) => folder.complete(),
        }
    }

    /// What it holds, in the words of the trail of events.
    pub(crate) fn detail(&self) -> String {
        let Subject { what, dates, .. } = &self.subject;
        let form = if matches!(self.to, To::Book(_)) { "classeur" } else { "CSV" };
        let kinds = [
            (self.subject.catalogue.products().len(), "articles"),
            (self.subject.catalogue.modifier_groups().len(), "groupes de modificateurs"),
            (self.subject.catalogue.menus().len(), "formules"),
            (self.subject.catalogue.price_lists().len(), "tarifs"),
        ];
        let held = kinds.iter().zip(0..).filter(|((count, _), at)| *at == 0 || *count > 0);
        let held: Vec<String> = held.map(|((count, name), _)| format!("{count} {name}")).collect();
        let catalogue = format!("catalogue ({})", held.join(", "));
        let date = |date: Option<Date>, open: &str| date.map_or_else(|| open.to_owned(), |date| date.to_string());
        let sales = format!(
            "ventes ({} tickets, {} à {})",
            self.sales.figures.tickets,
            date(dates.from, "origine"),
            date(dates.to, "ce jour")
        );
        match what {
            What::Catalogue => format!("{form}: {catalogue}"),
            What::Sales => format!("{form}: {sales}"),
            What::All => format!("{form}: {sales}, {catalogue}"),
        }
    }

    /// Takes away what was written so far.
    pub(crate) fn abandon(self) {
        match self.to {
            To::Book(book) => book.abandon(),
            To::Folder(folder) => folder.abandon(),
        }
    }

    /// Gives the files their names.
    pub(crate) fn publish(self) -> Result<Exported, ExportError> {
        let files = match self.to {
            To::Book(book) => book.publish()?,
            To::Folder(folder) => folder.publish()?,
        };
        let has = |is: bool, count: usize| if is { count } else { 0 };
        let products = has(self.subject.what.has_catalogue(), self.subject.catalogue.products().len());
        Ok(Exported { files, tickets: self.sales.figures.tickets, products })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_would_be_a_formula_is_guarded() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+33", "'+33"),
            ("-5 %", "'-5 %"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("l'huile", "l'huile"),
            ("'tis", "'tis"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), expected);
        }
    }

    proptest! {
        #[test]
        fn a_text_comes_back_as_it_was_and_never_begins_a_formula(text in "['=+@a-]{0,5}") {
            let written = guarded(&text);
            prop_assert!(!written.starts_with(DANGEROUS));
            prop_assert_eq!(unguarded(&written), &*text);
        }
    }
}
