//! What crosses crates: end to end, with the data they use.

pub mod ledger;
pub mod mutants;
pub mod replay;
pub mod sample;
pub mod steps;
pub mod storm;
