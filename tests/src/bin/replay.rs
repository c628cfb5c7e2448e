//! Sells a supermarket chain's real baskets through the register, and archives them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use comptoir_tests::replay::{self, Options};
use indicatif::{ProgressBar, ProgressStyle};

/// Sells real baskets through the register in their own time order, closes and archives. Run again on the same folder, it
/// goes on after the last basket sealed.
#[derive(Parser)]
struct Arguments {
    /// The products (gzipped CSV).
    #[arg(long)]
    products: PathBuf,
    /// The sales (gzipped CSV).
    #[arg(long)]
    sales: PathBuf,
    /// The register's folder; made where it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Only so many baskets, the oldest.
    #[arg(long)]
    baskets: Option<usize>,
    /// Only those of one store.
    #[arg(long)]
    store: Option<String>,
}

fn main() -> ExitCode {
    let Arguments { products, sales, data, baskets, store } = Arguments::parse();
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} baskets, {eta} left") {
        bar.set_style(style);
    }
    let outcome = replay::run(&Options { products, sales, data, baskets, store }, |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    match outcome {
        Ok(summary) => {
            println!("baskets: {}", summary.baskets());
            println!("  sealed now: {}", summary.sealed);
            println!("  sealed by an earlier run: {}", summary.sealed_before);
            println!("  refused: {}", summary.refused.values().sum::<usize>());
            for (reason, count) in &summary.refused {
                println!("    {count}: {reason}");
            }
            println!("odd lines:");
            for (what, count) in &summary.odd_lines {
                println!("    {count}: {what}");
            }
            println!("dates confirmed after days without a sale: {}", summary.confirmed_dates);
            println!("entries of the journal: {}", summary.entries);
            println!("archives written: {}", summary.archives.len());
            for archive in &summary.archives {
                println!("    {}", archive.display());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::FAILURE
        }
    }
}
