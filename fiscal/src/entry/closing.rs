//! Closings of day, month and year (clôtures), and the record of an archive.

use serde::{Deserialize, Serialize};

use super::{GrandTotal, Nf525, Tender, Totals};
use crate::values::{Cents, Date, Hash};

/// What a closing closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A business day (Z de caisse).
    Day,
    /// A calendar month.
    Month,
    /// A fiscal year (exercice).
    Year,
}

impl Period {
    /// Every period, in the order in which they close.
    pub const ALL: [Period; 3] = [Period::Day, Period::Month, Period::Year];

    /// The period as it is written in an entry and in the name of an archive.
    pub const fn as_str(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Month => "month",
            Period::Year => "year",
        }
    }
}

/// What came in by one means of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingPayment {
    /// The sum of it; cash net of change.
    pub amount: Cents,
    /// How many payments.
    pub count: u64,
    /// What vouchers were worth beyond what they paid.
    #[serde(default, skip_serializing_if = "Cents::is_zero")]
    pub excess: Cents,
    /// By which means.
    pub tender: Tender,
}

/// The root of the tree at a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct RootAt {
    pub root: Hash,
    pub size: u64,
}

/// The newest countersigned checkpoint that a register held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Witnessed {
    pub root: Hash,
    pub size: u64,
    /// Unix seconds at which the back office countersigned.
    pub time: u64,
}

/// The body of a closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// How many cancels.
    pub cancels: u64,
    /// The root over the entries before it.
    pub checkpoint: RootAt,
    /// How many corrections.
    pub corrections: u64,
    /// How many duplicates.
    pub duplicates: u64,
    /// The first date of the period.
    pub first_date: Date,
    /// The first seq that it covers.
    pub from: u64,
    /// The perpetual totals.
    pub gt: GrandTotal,
    /// The last date of the period.
    pub last_date: Date,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// 1, 2, 3 … by period, without a gap.
    pub number: u64,
    /// What came in, by tender, ascending.
    pub payments: Vec<ClosingPayment>,
    /// What is closed.
    pub period: Period,
    /// How many returns.
    pub returns: u64,
    /// What returns and cancels gave back, as a positive amount.
    pub returns_ttc: Cents,
    /// How many sales.
    pub sales: u64,
    /// What sales came to.
    pub sales_ttc: Cents,
    /// The last seq that it covers: the entry before it.
    pub to: u64,
    /// Sums of the tickets' sealed figures.
    pub totals: Totals,
    /// The newest countersigned checkpoint at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<Witnessed>,
    /// Net since the fiscal year began.
    pub year_to_date: Cents,
}

/// The body of an archive entry, written once the file is complete and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// The first seq that it holds.
    pub from: u64,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// The period that it covers.
    pub period: Period,
    /// The hash of the file.
    pub sha256: Hash,
    /// The seq of the closing that it ends with.
    pub to: u64,
}
