//! The register through its public door: a sample shop is founded, sold in, closed, put back, opened again; and what is
//! sealed at the end of each test verifies.

#![allow(clippy::unwrap_used, reason = "tests")]

mod archives;
mod archivist;
mod arrival;
mod backup;
mod catalogue;
mod clock;
mod closings;
mod drawer;
mod elsewhere;
mod exchanges;
mod guards;
mod held;
mod history;
mod idempotence;
mod inspection;
mod jet;
mod mailing;
mod office;
mod opening;
mod papers;
mod people;
mod pictures;
mod projections;
mod refusals;
mod returns;
mod sales;
mod school;
mod settings;
mod sharing;
mod shop;
mod status;
mod storms;
mod tables;
mod vouchers;
