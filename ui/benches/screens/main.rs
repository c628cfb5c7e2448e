//! The budgets of the screens with 100,000 products, each measured beside its limit in the same run
//! (`docs/performance.md`): on the platform of a bare screen, 1280 × 800, drawn in software.
//!
//! It prints and never fails: a machine that is busy or slow is no defect of the program. `cargo bench -p comptoir-ui --
//! start` measures only what is named.

#[allow(dead_code, reason = "the other budgets use the rest")]
#[path = "../../../tests/benches/budgets/figures.rs"]
mod figures;
mod frames;
#[allow(dead_code, reason = "the other budgets use the rest")]
#[path = "../../../tests/benches/budgets/made_up.rs"]
mod made_up;
mod shop;
mod start;

/// What goes wrong is said in a line of its own.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Some(outcome) = start::as_a_child() {
        if let Err(fault) = outcome {
            eprintln!("{fault}");
        }
        return;
    }
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |names: &str| asked.is_empty() || asked.iter().any(|name| names.contains(name.as_str()));
    // A program has one screen.
    let measured = shop::screen().and_then(|screen| {
        let shop = shop::Shop::found(&screen)?;
        if wanted("start kill resident") {
            start::measure(&shop)?;
        }
        if wanted("tap_to_frame search burst") {
            frames::measure(&screen, &shop)?;
        }
        Ok(())
    });
    if let Err(fault) = measured {
        println!("not measured: {fault}");
    }
}
