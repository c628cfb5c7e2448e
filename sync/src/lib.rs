//! What a register and the back office say to each other, and the register's half of it.
//!
//! Everything is idempotent, either side may vanish at any byte, and selling never waits for it. The rules are functions
//! of what was said: [`push::Push`] is asked for the next request and handed the answer, and knows no network. [`http`]
//! carries requests, [`task`] follows sales and the network by itself.

pub mod enrol;
pub mod http;
pub mod link;
pub mod message;
pub mod push;
pub mod request;
pub mod task;

/// The French of what this crate says.
pub const FRENCH: &str = include_str!("../po/fr.po");
