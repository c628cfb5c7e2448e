//! What the tills of a store share: records that are edited on tills and in the back office, one feed of changes for each
//! store, the merging of what tills have edited, and the inbox of what a manager decides.

pub mod editing;
mod edits;
mod feed;
mod held;
pub mod inbox;
mod kinds;
pub mod merge;
mod requests;
#[cfg(test)]
mod tests;
pub(crate) mod told;
mod waiting;

pub use feed::{After, Cursor, Epoch, Feed, PAGE_BYTES, PAGE_ROWS, Scope, records, renew_epochs};
pub(crate) use requests::{answer_changes, answer_edits, answer_wait};
pub(crate) use waiting::Waiting;
