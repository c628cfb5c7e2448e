//! What happens to the drawer besides sales.

use serde::{Deserialize, Serialize};

use crate::values::Cents;

/// What was done with the drawer's cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashType {
    /// Put in at the start (fond de caisse).
    Float,
    /// Put in.
    In,
    /// Taken out for an expense.
    Out,
    /// Taken to the safe or bank (prélèvement).
    Drop,
    /// Counted.
    Count,
}

impl CashType {
    /// The type as it is written in an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            CashType::Float => "float",
            CashType::In => "in",
            CashType::Out => "out",
            CashType::Drop => "drop",
            CashType::Count => "count",
        }
    }
}

/// So many pieces of one coin or note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Coin {
    pub pieces: u64,
    pub value: Cents,
}

/// The body of a cash entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cash {
    /// How much; never negative. Of a count, what was counted.
    pub amount: Cents,
    /// Of a count: by denomination.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coins: Vec<Coin>,
    /// Of a count: what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Cents>,
    /// Of a count: `counted` less `expected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Cents>,
    /// Of a count: what should be there since the last day closing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Cents>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a count: the seq of the count that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u64>,
    /// What was done.
    #[serde(rename = "type")]
    pub cash_type: CashType,
}
