//! Archives: one file for each closed period, which an inspector opens with any ZIP program and checks with ordinary
//! tools.
//!
//! Source: `journal-format.md`, "Archive file".

pub mod csv;
pub mod manifest;
mod notice;
pub mod read;
mod write;

use crate::entry::Period;
use crate::values::Date;

pub use manifest::{Before, FileSum, Manifest, WitnessKey};
pub use write::{Input, WriteError, Written, write};

/// The sealed lines.
pub const JOURNAL: &str = "journal.jsonl";
/// The checkpoint over them.
pub const CHECKPOINT: &str = "checkpoint.txt";
/// What the archive is, and the sums of its files.
pub const MANIFEST: &str = "manifest.json";
/// The signature of the manifest.
pub const MANIFEST_SIGNATURE: &str = "manifest.sig";
/// How to read and check it, in French.
pub const NOTICE: &str = "LISEZMOI.txt";

/// The files that a manifest lists, by name in byte order.
pub const LISTED: [&str; 8] = [
    NOTICE,
    CHECKPOINT,
    csv::Table::Closings.file_name(),
    csv::Table::Events.file_name(),
    JOURNAL,
    csv::Table::Lines.file_name(),
    csv::Table::Payments.file_name(),
    csv::Table::Tickets.file_name(),
];

/// The name of an archive's file.
pub fn file_name(siret: &str, label: &str, period: Period, first: Date, last: Date) -> String {
    let label: String = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{siret}-{label}-{}-{first}-{last}.zip", period.as_str())
}

/// The name under which a checkpoint countersigned after the archive was written lies beside it.
pub fn sidecar_name(archive: &str) -> String {
    format!("{archive}.checkpoint.txt")
}
