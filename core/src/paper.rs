//! Papers: what a customer, a cashier or an auditor is handed, laid out once and shown in any form.
//!
//! A [`Paper`] says what stands where, not how it is drawn: [`text`] makes lines of characters of it, as printers take
//! them, [`picture`] and [`pdf`] draw it with a font of its own.

mod cash;
mod closing;
mod head;
pub mod pdf;
pub mod picture;
mod sale;
mod sheet;
pub mod text;
mod trial;
mod voucher;
pub(crate) mod words;

pub use cash::cash_paper;
pub use closing::{Drawer, Reading, closing_paper, reading_paper};
pub use head::{CopyMark, Letterhead};
pub use sale::{note_paper, ticket_paper};
pub use trial::trial_paper;
pub use voucher::voucher_paper;
pub use words::{closing as closing_name, movement as movement_name};

/// How wide the paper is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// 58 mm rolls: 384 dots, 32 characters.
    Narrow,
    /// 80 mm rolls: 576 dots, 48 characters.
    #[default]
    Wide,
}

impl Width {
    /// How many characters of a printer's usual font stand on a line.
    pub const fn columns(self) -> usize {
        match self {
            Width::Narrow => 32,
            Width::Wide => 48,
        }
    }

    /// How many dots of a printer (8 a millimetre) stand on a line.
    pub const fn dots(self) -> usize {
        self.columns() * 12
    }
}

/// How much a text stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// As the rest.
    #[default]
    Plain,
    /// Bold.
    Strong,
    /// Bold and large: what a ticket comes to.
    Large,
}

/// Where a cell's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Align {
    Left,
    Right,
}

/// A part of a paper, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The name that it goes under, large, in the middle.
    Title(String),
    /// A line in the middle.
    Centred(String, Weight),
    /// A text that takes as many lines as it needs.
    Text(String, Weight),
    /// Something and what it comes to, at both ends of a line.
    Row(String, String, Weight),
    /// More about the row above it, set in from the left.
    Detail(String, String),
    /// Columns, the first row their heads.
    Table(Vec<Align>, Vec<Vec<String>>),
    /// A line across.
    Rule,
    /// An empty line.
    Gap,
    /// What nobody may overlook: white on black.
    Banner(String),
    /// A QR code of this text.
    Code(String),
}

/// Something to be printed or shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// What stands on it.
    pub blocks: Vec<Block>,
}

impl Paper {
    fn add(&mut self, block: Block) {
        self.blocks.push(block);
    }

    fn centred(&mut self, text: impl Into<String>) {
        self.add(Block::Centred(text.into(), Weight::Plain));
    }

    fn text(&mut self, text: impl Into<String>) {
        self.add(Block::Text(text.into(), Weight::Plain));
    }

    fn row(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.add(Block::Row(left.into(), right.into(), Weight::Plain));
    }

    fn strong(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.add(Block::Row(left.into(), right.into(), Weight::Strong));
    }

    fn detail(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.add(Block::Detail(left.into(), right.into()));
    }
}
