//! The register's program as a library: what every shell around it starts with.

pub mod backoffice;
pub mod devices;
pub mod faults;
pub mod kit;
mod mail_secret;
pub mod platform;
pub mod screens;
