//! The back office: it receives the journals of registers, verifies them before it acknowledges, and countersigns.

pub mod store;
