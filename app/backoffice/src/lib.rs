//! The back office: it receives the journals of registers, verifies them before it acknowledges, and countersigns.

pub mod certificate;
mod edited;
mod enrolment;
mod gzip;
pub mod journals;
pub mod merchants;
mod metrics;
mod newcomers;
pub mod office;
pub mod schema;
pub mod server;
pub mod shared;
pub mod store;
pub mod witness;

/// The French of what this crate says.
pub const FRENCH: &str = include_str!("../po/fr.po");
