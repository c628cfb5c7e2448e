//! A workbook of a million lines, in the memory that one of sixty thousand takes.

use std::path::{Path, PathBuf};
use std::process::Command;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::export::{Dates, What};
use comptoir_core::outside::SystemClock;
use comptoir_fiscal::language::Translations;
use comptoir_tests::sample::CASHIERS;

use crate::Result;
use crate::figures::{Good, budget, ms, timed};
use crate::shop::{self, Shop};

/// How many lines a ticket has; a day has a thousand tickets.
const LINES: usize = 60;

/// How many days make the smaller and the larger workbook.
const DAYS: [i64; 2] = [1, 17];

/// Names the shop whose sales a second process is to take out.
const SALES_OF: &str = "COMPTOIR_BENCH_SALES_OF";

/// What a second process says of its export.
struct Told {
    peak_kb: f64,
    seconds: f64,
}

/// Measures `workbook-memory`.
pub(crate) fn measure() -> Result<()> {
    let folder = tempfile::tempdir_in(crate::large::cache()?)?;
    let mut told = Vec::new();
    for days in DAYS {
        let root = folder.path().join(days.to_string());
        let mut shop = Shop::found(&root)?;
        shop.sell_days(days, &shop::samples([LINES])?)?;
        told.push(taken_out(&root)?);
    }
    let [small, large] = told.as_slice() else { return Err("nothing was measured".into()) };
    let lines = DAYS.map(|days| days * i64::try_from(LINES).unwrap_or(0) * 1000);
    let beside = format!(
        "peak_mb={:.0} beside_peak_mb={:.0} lines={} beside_lines={} export_ms={}",
        large.peak_kb / 1000.0,
        small.peak_kb / 1000.0,
        lines[1],
        lines[0],
        ms(large.seconds)
    );
    budget("workbook-memory", large.peak_kb / small.peak_kb, Good::Below, 1.05, &beside);
    Ok(())
}

fn taken_out(shop: &Path) -> Result<Told> {
    let told = Command::new(std::env::current_exe()?).env(SALES_OF, shop).output()?;
    let said = String::from_utf8_lossy(&told.stdout);
    let mut numbers = said.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(peak_kb)), Some(Ok(seconds))) => Ok(Told { peak_kb, seconds }),
        _ => Err(format!("{said}{}", String::from_utf8_lossy(&told.stderr)).into()),
    }
}

/// The shop whose sales this process was started to take out, where it was.
pub(crate) fn asked_for_sales() -> Option<PathBuf> {
    std::env::var_os(SALES_OF).map(PathBuf::from)
}

/// Takes sales out and prints the most memory that this process held, in kB, and how long it took, in seconds.
pub(crate) fn take_out(shop: &Path) -> Result<()> {
    let mut register = shop::open(&DataFolder::of_sample(shop), SystemClock)?;
    let (texts, to) = (Translations::english(), shop.join("sales.xlsx"));
    let (exported, time) =
        timed(|| register.export(CASHIERS[0], What::Sales, Dates::default(), &to, &texts, &mut |_, _| ()));
    exported?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system does not tell")?;
    let peak: String = peak.chars().filter(char::is_ascii_digit).collect();
    println!("{peak} {}", time.as_secs_f64());
    Ok(())
}
