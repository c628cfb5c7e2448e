//! Why a file cannot be imported: as a whole, or cell by cell.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::table::letters;
use super::{LONGEST_CELL, MOST_COLUMNS, MOST_ROWS};
use crate::catalogue::{CatalogueError, PictureRefused};
use crate::shown_by_message;

/// Why a file is no table of products.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ImportError {
    Io { path: String, cause: std::io::Error },
    TooLarge,
    TooManyRows,
    TooManyColumns,
    CellTooLong { at: Place },
    OldFormat,
    Unreadable { why: String },
    Empty,
    NoCodeColumn { found: String },
    NoColumn { sheet: Option<String>, column: Message, found: String },
    ColumnTwice { name: String },
}

impl ImportError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            ImportError::Io { path, cause } => {
                message!(
                    "{path} could not be read: {why}. Check its name.",
                    path = path.as_str(),
                    why = cause.to_string()
                )
            }
            ImportError::TooLarge => {
                message!("This file is too large for a catalogue. Keep only the sheet of the products, then try again.")
            }
            ImportError::TooManyRows => message!(
                "This table has more than {most} rows. Split it into several files, then import each.",
                most = MOST_ROWS
            ),
            ImportError::TooManyColumns => message!(
                "This table has more than {most} columns. Keep only those that say something of a product.",
                most = MOST_COLUMNS
            ),
            ImportError::CellTooLong { at } => {
                message!(
                    "{place}: more than {most} letters. Shorten the text.",
                    place = at.message(),
                    most = LONGEST_CELL
                )
            }
            ImportError::OldFormat => message!(
                "This is a workbook in an old format, or locked by a password. Save it as .xlsx without one, or as CSV."
            ),
            ImportError::Unreadable { why } => message!(
                "This file cannot be read as a table: {why}. Open it in a spreadsheet and save it as .xlsx or CSV.",
                why = why.as_str()
            ),
            ImportError::Empty => message!("This file holds no table. Put the names of the columns in the first row."),
            ImportError::NoCodeColumn { found } => message!(
                "No column is called “Code”, by which products are told apart (found: {found}). Put the names of the columns in the first row.",
                found = found.as_str()
            ),
            ImportError::NoColumn { sheet, column, found } => {
                let sheet = match sheet {
                    Some(sheet) => message!("Sheet “{sheet}”", sheet = sheet.as_str()),
                    None => message!("This table"),
                };
                message!(
                    "{sheet}: no column is called “{column}” (found besides: {found}). Put the names of the columns in the first row.",
                    sheet = sheet,
                    column = column.clone(),
                    found = found.as_str()
                )
            }
            ImportError::ColumnTwice { name } => {
                message!("Two columns mean the same: “{name}”. Remove or rename one.", name = name.as_str())
            }
        }
    }
}
shown_by_message!(ImportError);

/// Where a cell is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: u32,
    /// The column, from 0; none where it is about the whole row.
    pub column: Option<u16>,
}

impl Place {
    /// `Catalogue, B12`.
    pub fn message(&self) -> Message {
        let cell = match self.column {
            Some(column) => message!("cell {cell}", cell = format!("{}{}", letters(column), self.row)),
            None => message!("row {row}", row = self.row.to_string()),
        };
        match &self.sheet {
            Some(sheet) => message!("Sheet “{sheet}”, {cell}", sheet = sheet.as_str(), cell = cell),
            None => message!("In the file, {cell}", cell = cell),
        }
    }
}

/// What is wrong with one cell or row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What stands there.
    pub found: String,
    /// What is wrong with it.
    pub what: What,
}

/// What is wrong with a cell or row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum What {
    NoCode,
    CodeTwice { first: u32 },
    OfAMenu,
    NoLabel,
    NoCategory,
    NoPrice,
    PriceOutOfRange,
    Ambiguous,
    NoRate,
    NoArticle,
    NoTruth,
    NoUnit,
    NoNature,
    NoTare,
    CheckDigit { expected: u32 },
    BarcodeTwice { first: u32 },
    BarcodeTaken { sku: String },
    UnknownModifiers,
    NoAxes,
    AxesDiffer { expected: String },
    OptionsDiffer { expected: String },
    NoRecord,
    NoName,
    Differs { first: u32 },
    InAnotherSheet,
    UnknownArticle,
    Twice { first: u32 },
    NoDate,
    NoWayOfSelling,
    NoQuantity,
    NoCount,
    OfAProduct,
    SupplementWithoutCourse,
    Broken,
    PictureElsewhere,
    NoPictureFile,
    TooManyPictures,
    Picture(PictureRefused),
    Catalogue(Box<CatalogueError>),
}

impl Fault {
    /// Where it is, what stands there, and what to do.
    pub fn message(&self) -> Message {
        let do_this = self.what.message();
        match self.found.is_empty() {
            true => message!("{place}: {what}", place = self.place.message(), what = do_this),
            false => message!(
                "{place}: “{found}”. {what}",
                place = self.place.message(),
                found = self.found.as_str(),
                what = do_this
            ),
        }
    }
}

impl What {
    fn message(&self) -> Message {
        match self {
            What::NoCode => message!("This product has no code. Give it one of its own."),
            What::CodeTwice { first } => {
                message!("Row {first} has this code too. Give one of the two another.", first = first.to_string())
            }
            What::OfAMenu => message!("A menu has this code already. Give the product another."),
            What::NoLabel => message!("This product has no name. Enter what prints on the ticket."),
            What::NoCategory => message!("This product has no category. Enter one; a new one is created."),
            What::NoPrice => message!("This is no price. Write it with at most two decimals, like 12.50."),
            What::PriceOutOfRange => message!("Prices go from 0 to one million euros. Check the figure."),
            What::Ambiguous => {
                message!("This may be thousands or decimals. Write two decimals, or none and no separator.")
            }
            What::NoRate => message!("This is no VAT rate. Write it in percent, like 20 or 5.5."),
            What::NoArticle => {
                message!("Without VAT, name the article of law in the column “Exemption article”, or enter a rate.")
            }
            What::NoTruth => message!("Write yes or no."),
            What::NoUnit => message!("Write pce, kg, l, m or h."),
            What::NoNature => message!("Write goods or service."),
            What::NoTare => {
                message!("Write what the wrapping weighs in the product's unit, with at most three decimals.")
            }
            What::CheckDigit { expected } => {
                message!(
                    "The last digit of this barcode would have to be {expected}. Read it again.",
                    expected = *expected
                )
            }
            What::BarcodeTwice { first } => {
                message!("Row {first} has this barcode too. Remove it from one of the two.", first = first.to_string())
            }
            What::BarcodeTaken { sku } => {
                message!(
                    "{sku} has this barcode already. Remove it here, or from {sku} in the same file.",
                    sku = sku.as_str()
                )
            }
            What::UnknownModifiers => {
                message!("There are no such modifiers. Create them in the catalogue first, or leave the cell empty.")
            }
            What::NoAxes => message!(
                "This family is new. Say in the column “Axes” in what its products differ, like “Size / Colour”."
            ),
            What::AxesDiffer { expected } => {
                message!(
                    "The products of this family differ in “{expected}”. Write the same.",
                    expected = expected.as_str()
                )
            }
            What::OptionsDiffer { expected } => message!(
                "Say what this product is on each axis of its family ({expected}), with “ / ” between.",
                expected = expected.as_str()
            ),
            What::NoRecord => {
                message!("This row does not say what it belongs to. Enter the code, or remove the row.")
            }
            What::NoName => message!("There is no name. Enter one."),
            What::Differs { first } => message!(
                "Row {first} says something else of the same. Write the same in both, or leave this cell empty.",
                first = first.to_string()
            ),
            What::InAnotherSheet => {
                message!("Another sheet has this code too. Put all of its rows on one sheet.")
            }
            What::UnknownArticle => {
                message!("There is no such article. Create it first, here or in the catalogue, or correct the code.")
            }
            What::Twice { first } => {
                message!("Row {first} has this already. Remove one of the two.", first = first.to_string())
            }
            What::NoDate => message!("This is no date. Write it like 2026-06-21 or 21/06/2026."),
            What::NoWayOfSelling => message!(
                "This is no way of selling. Write eat in, takeaway, delivery or counter, with commas between several."
            ),
            What::NoQuantity => message!("This is no quantity. Write a number above 0 with at most three decimals."),
            What::NoCount => message!("Write a whole number, 0 or more."),
            What::OfAProduct => message!("A product has this code already. Give the menu another."),
            What::SupplementWithoutCourse => message!(
                "What every menu holds has no supplement. Empty this cell, or name the course among whose choices it is."
            ),
            What::Broken => message!("A formula failed here. Correct it, or write the value."),
            What::PictureElsewhere => {
                message!("Name a file that lies beside the table, or in a folder beside it, like “photos/cafe.jpg”.")
            }
            What::NoPictureFile => {
                message!("There is no such file beside the table. Put it there, or correct its name.")
            }
            What::TooManyPictures => message!(
                "This table names more than 2,000 pictures. Import them in parts, each from a table of its own."
            ),
            What::Picture(refused) => refused.message(),
            What::Catalogue(error) => error.message(),
        }
    }
}
