//! The budgets of the architecture, each measured beside its limit in the same run (`docs/performance.md`).
//!
//! It prints and never fails: a machine that is busy or slow is no defect of the program. `cargo bench -p comptoir-tests
//! -- verify closing` measures only what is named.

mod bare;
mod closing;
mod figures;
mod ingest;
mod large;
mod made_up;
mod restore;
mod sale;
mod search;
mod shop;
mod six_years;
mod start;
mod verify;
mod workbook;

use large::Large;

/// What goes wrong is said in a line of its own.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Some(journal) = verify::asked_for_memory() {
        return verify::tell_memory(&journal);
    }
    if let Some(shop) = workbook::asked_for_sales() {
        if let Err(fault) = workbook::take_out(&shop) {
            eprintln!("{fault}");
        }
        return;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("machine cores={cores} system={} processor={}", std::env::consts::OS, std::env::consts::ARCH);
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |names: &str| asked.is_empty() || asked.iter().any(|name| names.contains(name.as_str()));
    let measure = |names: &str, measure: &dyn Fn() -> Result<()>| {
        if wanted(names)
            && let Err(fault) = measure()
        {
            println!("not measured: {names}: {fault}");
        }
    };
    // The sale first: what the others write keeps a disk busy for a while.
    measure("sale-to-durable, sale-growth", &|| sale::measure(&Large::get()?));
    measure("six-years", &|| six_years::measure(&Large::get()?));
    measure("start", &|| start::measure(&Large::get()?));
    measure("closing", &closing::measure);
    measure("search", &search::measure);
    measure("workbook-memory", &workbook::measure);
    measure("verify", &verify::measure);
    measure("ingest", &ingest::measure);
    measure("restore", &|| restore::measure(&Large::get()?));
}
