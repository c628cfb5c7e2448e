//! Tills that sell, a back office that is killed, and a network between them that loses, delays, doubles and cuts: over real
//! HTTP, with the register's own code and the back office's own program.

pub mod goods;
pub mod office;
pub mod proxy;
pub mod till;

/// What goes wrong is said in a line of its own.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
