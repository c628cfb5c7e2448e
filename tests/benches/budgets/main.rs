//! The budgets of the architecture, each measured beside its limit in the same run (`docs/performance.md`).
//!
//! It prints and never fails: a machine that is busy or slow is no defect of the program.

mod bare;
mod closing;
mod figures;
mod large;
mod sale;
mod shop;
mod start;
mod verify;

use large::Large;

/// What goes wrong is said in a line of its own.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Some(journal) = verify::asked_for_memory() {
        return verify::tell_memory(&journal);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("machine cores={cores} system={} processor={}", std::env::consts::OS, std::env::consts::ARCH);
    match Large::get() {
        Ok(large) => {
            told("sale-to-durable, sale-growth", sale::measure(&large));
            told("start", start::measure(&large));
        }
        Err(fault) => told("sale-to-durable, sale-growth, start", Err(fault)),
    }
    told("closing", closing::measure());
    told("verify", verify::measure());
}

fn told(names: &str, outcome: Result<()>) {
    if let Err(fault) = outcome {
        println!("not measured: {names}: {fault}");
    }
}
