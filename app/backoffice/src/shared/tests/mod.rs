//! The feed as a register meets it, on every database there is.

mod merging;
mod serving;
mod told;
