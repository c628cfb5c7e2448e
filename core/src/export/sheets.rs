//! The tables of an export: their names, columns and values, whatever they are written into.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date, Instant, Rate};

use super::What;
use crate::import::{Column, Header, ListColumn, MenuColumn, ModifierColumn};

/// A table of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "plain words")]
pub enum Sheet {
    Days,
    Tickets,
    Lines,
    Payments,
    Vat,
    Products,
    Modifiers,
    Menus,
    PriceLists,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Words(Message),
    /// Words with commas between.
    List(Vec<Message>),
    Money(Cents),
    Thousandths(i64),
    Rate(Rate),
    Date(Date),
    Instant(Instant),
    Count(u64),
    Truth(bool),
    Nothing,
}

impl Value {
    pub(super) fn text(text: &str) -> Value {
        if text.is_empty() { Value::Nothing } else { Value::Text(text.to_owned()) }
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Value {
        value.map_or(Value::Nothing, V::into)
    }
}

macro_rules! value_from {
    ($($from:ty => $value:path),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                $value(value)
            }
        }
    )*};
}
value_from! {
    Message => Value::Words,
    Cents => Value::Money,
    Rate => Value::Rate,
    Date => Value::Date,
    Instant => Value::Instant,
    u64 => Value::Count,
    bool => Value::Truth,
}

/// What stands above a column, how many letters wide it is, and whether numbers or dates are below, which
/// stand on the right.
pub(super) struct Heading {
    pub(super) title: Message,
    pub(super) width: u8,
    pub(super) is_number: bool,
}

impl Sheet {
    /// Every table, in the order of the workbook.
    pub const ALL: [Sheet; 9] = [
        Sheet::Days,
        Sheet::Tickets,
        Sheet::Lines,
        Sheet::Payments,
        Sheet::Vat,
        Sheet::Products,
        Sheet::Modifiers,
        Sheet::Menus,
        Sheet::PriceLists,
    ];

    /// Whether an export of this has it.
    pub(super) fn is_of(self, what: What) -> bool {
        if self.is_of_catalogue() { what.has_catalogue() } else { what.has_sales() }
    }

    /// Whether it holds what is sold, and no sales.
    pub fn is_of_catalogue(self) -> bool {
        matches!(self, Sheet::Products | Sheet::Modifiers | Sheet::Menus | Sheet::PriceLists)
    }

    /// Its name in a workbook.
    pub fn title(self) -> Message {
        match self {
            Sheet::Days => message!("Days"),
            Sheet::Tickets => message!("Tickets"),
            Sheet::Lines => message!("Lines"),
            Sheet::Payments => message!("Payments"),
            Sheet::Vat => message!("VAT by day"),
            Sheet::Products => message!("Catalogue"),
            Sheet::Modifiers => message!("Modifiers"),
            Sheet::Menus => message!("Menus"),
            Sheet::PriceLists => message!("Price lists"),
        }
    }

    /// Its name in a folder.
    pub const fn file_name(self) -> &'static str {
        match self {
            Sheet::Days => "days.csv",
            Sheet::Tickets => "tickets.csv",
            Sheet::Lines => "lines.csv",
            Sheet::Payments => "payments.csv",
            Sheet::Vat => "vat.csv",
            Sheet::Products => "catalogue.csv",
            Sheet::Modifiers => "modifiers.csv",
            Sheet::Menus => "menus.csv",
            Sheet::PriceLists => "price-lists.csv",
        }
    }

    /// Whether it has a row for each sale or product, and so may be longer than memory should hold.
    pub(super) fn is_long(self) -> bool {
        !matches!(self, Sheet::Days | Sheet::Vat)
    }

    /// Its columns.
    pub(super) fn headings(self) -> Vec<Heading> {
        let of = |headings: Vec<(Message, u8)>| {
            let heading = |((title, width), at)| Heading { title, width, is_number: self.is_number(at) };
            headings.into_iter().zip(0..).map(heading).collect::<Vec<_>>()
        };
        match self {
            Sheet::Days => of(vec![
                (message!("Till"), 8),
                (message!("Business date"), 14),
                (message!("Closing"), 9),
                (message!("Sales"), 8),
                (message!("Returns"), 9),
                (message!("Cancellations"), 13),
                (message!("Excl. VAT"), 14),
                (message!("VAT amount"), 13),
                (message!("Incl. VAT"), 14),
                (message!("Tickets incl. VAT"), 18),
                (message!("Cash"), 13),
                (message!("Bank card"), 15),
                (message!("Other payments"), 18),
                (message!("Grand total"), 18),
            ]),
            Sheet::Tickets => of(vec![
                (message!("Till"), 8),
                (message!("Number"), 9),
                (message!("Type"), 13),
                (message!("Business date"), 14),
                (message!("Sealed at"), 18),
                (message!("Operator"), 11),
                (message!("Channel"), 11),
                (message!("Way of selling"), 15),
                (message!("Lines"), 8),
                (message!("Excl. VAT"), 13),
                (message!("VAT amount"), 12),
                (message!("Incl. VAT"), 13),
                (message!("Refers to ticket"), 17),
                (message!("Reason"), 24),
                (message!("Customer"), 14),
            ]),
            Sheet::Lines => of(vec![
                (message!("Till"), 8),
                (message!("Ticket"), 9),
                (message!("Type"), 13),
                (message!("Business date"), 14),
                (message!("Line"), 7),
                (message!("Code"), 16),
                (message!("Name"), 36),
                (message!("Category"), 28),
                (message!("Quantity"), 10),
                (message!("Unit"), 7),
                (message!("Unit price"), 12),
                (message!("Discounts"), 12),
                (message!("Incl. VAT"), 13),
                (message!("VAT rate"), 10),
                (message!("Excl. VAT"), 13),
                (message!("Of the menu on line"), 19),
                (message!("Seller"), 11),
            ]),
            Sheet::Payments => of(vec![
                (message!("Till"), 8),
                (message!("Ticket"), 9),
                (message!("Type"), 13),
                (message!("Business date"), 14),
                (message!("Means of payment"), 26),
                (message!("Movement"), 14),
                (message!("Amount"), 13),
                (message!("Face value"), 14),
                (message!("Reference"), 22),
            ]),
            Sheet::Vat => of(vec![
                (message!("Till"), 8),
                (message!("Business date"), 14),
                (message!("VAT rate"), 10),
                (message!("Excl. VAT"), 14),
                (message!("VAT amount"), 13),
                (message!("Incl. VAT"), 14),
            ]),
            Sheet::Products => {
                let heading = |column: Column| Heading {
                    title: column.title(),
                    width: width(column),
                    is_number: is_number(column),
                };
                Column::ALL.into_iter().map(heading).collect()
            }
            Sheet::Modifiers => {
                of(ModifierColumn::ALL.map(|column| (column.title(), width_of_modifiers(column))).into())
            }
            Sheet::Menus => of(MenuColumn::ALL.map(|column| (column.title(), width_of_menus(column))).into()),
            Sheet::PriceLists => of(ListColumn::ALL.map(|column| (column.title(), width_of_lists(column))).into()),
        }
    }

    /// Whether a column of it holds numbers or dates.
    fn is_number(self, column: u16) -> bool {
        match self {
            Sheet::Days | Sheet::Vat => column >= 1,
            Sheet::Tickets => matches!(column, 1 | 3 | 4 | 8..=12),
            Sheet::Lines => matches!(column, 1 | 3 | 4 | 8 | 10..=15),
            Sheet::Payments => matches!(column, 1 | 3 | 6 | 7),
            Sheet::Products => false,
            Sheet::Modifiers => matches!(column, 2 | 3 | 6),
            Sheet::Menus => matches!(column, 3 | 4 | 8..=13),
            Sheet::PriceLists => matches!(column, 4 | 5 | 8),
        }
    }

    /// Which of its columns holds the amount with VAT, where it has one.
    pub(super) const fn amount_column(self) -> Option<u16> {
        match self {
            Sheet::Days => Some(8),
            Sheet::Tickets => Some(11),
            Sheet::Lines => Some(12),
            Sheet::Payments => Some(6),
            Sheet::Vat => Some(5),
            Sheet::Products | Sheet::Modifiers | Sheet::Menus | Sheet::PriceLists => None,
        }
    }
}

fn width(column: Column) -> u8 {
    match column {
        Column::Label => 36,
        Column::Category => 28,
        Column::Code | Column::Exempt | Column::Barcodes | Column::Modifiers => 20,
        Column::Unit | Column::Vat | Column::Tare => 10,
        _ => 16,
    }
}

fn is_number(column: Column) -> bool {
    matches!(column, Column::Price | Column::PriceIn(_) | Column::Vat | Column::VatIn(_) | Column::Tare)
}

fn width_of_modifiers(column: ModifierColumn) -> u8 {
    match column {
        ModifierColumn::GroupLabel | ModifierColumn::Label => 30,
        ModifierColumn::Group | ModifierColumn::Code => 20,
        _ => 12,
    }
}

fn width_of_menus(column: MenuColumn) -> u8 {
    match column {
        MenuColumn::Label | MenuColumn::ArticleLabel => 36,
        MenuColumn::Category | MenuColumn::Course => 28,
        MenuColumn::Code | MenuColumn::Article => 20,
        _ => 16,
    }
}

fn width_of_lists(column: ListColumn) -> u8 {
    match column {
        ListColumn::Label | ListColumn::ArticleLabel => 36,
        ListColumn::Code | ListColumn::Article | ListColumn::Stores | ListColumn::Modes => 20,
        _ => 16,
    }
}
