//! The ground floor of the register: the journal.
//!
//! It knows money, hashes and law; it knows no screen, network, catalogue or shop. What it promises is written in
//! `docs/journal-format.md`, and a stranger can check it with that page alone.

pub mod archive;
pub mod arithmetic;
pub mod calendar;
pub mod canonical;
pub mod checkpoint;
pub mod entry;
pub mod journal;
pub mod key;
pub mod language;
pub mod merkle;
pub mod nf525;
pub mod receipt;
pub mod sealed;
pub mod standing;
pub mod sums;
pub mod values;
pub mod verify;
pub mod version;

/// The French of what this crate says, for [`language::Translations`].
pub const FRENCH: &str = include_str!("../po/fr.po");
