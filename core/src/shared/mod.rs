//! What the tills of a store and its back office share: records that are edited on either side, each as the JSON that
//! stands in a table, with the number under which the back office last changed it.
//!
//! A till works from its own tables, with or without a network. What it edits is noted beside them, sent as [`Edit`]s and
//! merged by the back office; what the back office holds comes back as [`Change`]s and is taken in whole.

pub mod held;
pub(crate) mod ledger;

use std::fmt;
use std::str::FromStr;

use comptoir_fiscal::values::{Cents, Date, RegisterId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::voucher::VoucherKind;

/// What kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum Kind {
    Category,
    Family,
    Modifiers,
    Product,
    Menu,
    PriceList,
    Operator,
    /// Rules of payment, rights, validity of vouchers, what stands on papers: one record each, by its name.
    Setting,
    /// What a product looks like: by the hash of its bytes, so never another.
    Picture,
    /// In which order categories are shown: one record, `category`, whose `keys` are theirs.
    Order,
    /// What is left on a credit note or gift voucher, by its code: only ever told by the back office, which derives it from
    /// the journals of all tills. See [`VoucherParts`].
    Voucher,
    /// A ticket that waits, by the id of the command that will sell it. See [`held::HeldRecord`].
    Held,
    /// A till of the merchant's, in whatever store, by the id of its journal: only ever told by the back office. See
    /// [`KnownTill`].
    Till,
}

/// What is said of a kind that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no kind of record")]
pub struct NoSuchKind(String);

impl Kind {
    /// All of them, those that others name first.
    pub const ALL: [Kind; 13] = [
        Kind::Setting,
        Kind::Picture,
        Kind::Category,
        Kind::Family,
        Kind::Modifiers,
        Kind::Product,
        Kind::Menu,
        Kind::PriceList,
        Kind::Order,
        Kind::Operator,
        Kind::Voucher,
        Kind::Held,
        Kind::Till,
    ];

    /// Whether the back office alone says what it holds: no till brings it or edits it.
    pub const fn is_only_told(self) -> bool {
        matches!(self, Kind::Voucher | Kind::Till)
    }

    /// As it stands in a table and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Category => "category",
            Kind::Family => "family",
            Kind::Modifiers => "modifiers",
            Kind::Product => "product",
            Kind::Menu => "menu",
            Kind::PriceList => "price_list",
            Kind::Operator => "operator",
            Kind::Setting => "setting",
            Kind::Picture => "picture",
            Kind::Order => "order",
            Kind::Voucher => "voucher",
            Kind::Held => "held",
            Kind::Till => "till",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = NoSuchKind;

    fn from_str(text: &str) -> Result<Kind, NoSuchKind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| NoSuchKind(text.to_owned()))
    }
}

/// A record's fields.
pub type Row = Map<String, Value>;

/// A record as the back office holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Of which kind.
    pub kind: Kind,
    /// Under which code.
    pub key: String,
    /// The number of the change in the store's feed: what an edit of it is made on.
    pub version: u64,
    /// The latest stamp among its fields ([`Edit::at`]).
    pub at: u64,
    /// What it holds; none where it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
}

/// What each till of a merchant's knows of the others: the row of [`Kind::Till`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTill {
    /// What it is called in its store.
    pub label: String,
    /// Its journal's public key, in base64: what it signed on a voucher is checked with it.
    pub public_key: String,
    /// Whether it was revoked: then only what its journal is known to hold was issued by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

/// What the journals of all tills say of a voucher: the row of [`Kind::Voucher`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherParts {
    /// Credit note or gift voucher.
    pub kind: VoucherKind,
    /// What each of them says.
    pub parts: Vec<VoucherPart>,
}

/// What one till's journal says of a voucher, as far as it has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherPart {
    /// Which journal.
    pub register: RegisterId,
    /// The last entry of it that concerns the voucher.
    pub seq: u64,
    /// The seq and the business date of the ticket that issued it, where this journal did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<(u64, Date)>,
    /// What it was issued for there, in cents.
    pub issued: Cents,
    /// What was spent of it there, less what was put back on it.
    pub spent: Cents,
}

/// Changes in the order of their numbers. A kind of record that this program does not know yet is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told")]
pub struct Changes {
    /// At most 1,000, and some megabytes.
    pub changes: Vec<Change>,
    /// Where to go on from. Opaque to a till.
    pub next: String,
    /// Whether more is there already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Whether something was passed over.
    #[serde(skip)]
    pub has_newer: bool,
}

/// Changes as they are carried.
#[derive(Deserialize)]
struct Told {
    changes: Vec<ToldOne>,
    next: String,
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize)]
struct ToldOne {
    kind: String,
    key: String,
    version: u64,
    at: u64,
    #[serde(default)]
    row: Option<Row>,
}

impl From<Told> for Changes {
    fn from(told: Told) -> Changes {
        let known = |ToldOne { kind, key, version, at, row }: ToldOne| {
            Some(Change { kind: kind.parse().ok()?, key, version, at, row })
        };
        let said = told.changes.len();
        let changes: Vec<Change> = told.changes.into_iter().filter_map(known).collect();
        Changes { has_newer: changes.len() < said, changes, next: told.next, more: told.more }
    }
}

/// What a till has edited in one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Said twice, it is taken once.
    pub id: Uuid,
    /// Of which kind.
    pub kind: Kind,
    /// Under which code.
    pub key: String,
    /// The version it was made on; 0 where the till knew of none.
    pub base: u64,
    /// When: milliseconds since 1970 by the till's clock, later than every stamp that it has seen; 0 for what it had before
    /// it knew of the store, to which everything gives way that is there.
    pub at: u64,
    /// Who edited it, where that is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub operator: String,
    /// Which fields became others or went.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The whole record as it is now; none where it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
}

/// The names of the fields in which two states of a record differ, in their order.
pub fn differing(before: &Row, after: &Row) -> Vec<String> {
    let mut fields: Vec<String> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    fields.sort();
    fields.dedup();
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), Value::from(kind.as_str()));
        }
        assert!("stock".parse::<Kind>().is_err());
    }

    #[test]
    fn a_kind_of_record_that_is_not_known_yet_is_passed_over() {
        let told = r#"{"changes":[{"kind":"kitty","key":"a","version":1,"at":0,"row":{}},
            {"kind":"family","key":"b","version":2,"at":0}],"next":"x.2"}"#;
        let changes: Changes = serde_json::from_str(told).unwrap();
        let kinds: Vec<Kind> = changes.changes.iter().map(|change| change.kind).collect();
        assert_eq!((kinds, changes.next.as_str(), changes.has_newer), (vec![Kind::Family], "x.2", true));
        let again: Changes = serde_json::from_str(&serde_json::to_string(&changes).unwrap()).unwrap();
        assert_eq!((again.changes, again.has_newer), (changes.changes, false));
    }

    #[test]
    fn fields_that_came_went_or_changed_differ_once_each() {
        let row = |text: &str| serde_json::from_str::<Row>(text).unwrap();
        let (before, after) = (row(r#"{"a":1,"b":2,"c":3}"#), row(r#"{"a":1,"b":4,"d":5}"#));
        assert_eq!(differing(&before, &after), ["b", "c", "d"]);
        assert!(differing(&before, &before).is_empty());
    }
}
