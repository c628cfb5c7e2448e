//! Tills and their back office in memory, under everything that goes wrong between them: one seed draws it all, without a
//! socket or a pause, over the program's own logic and a real database.
//!
//! `COMPTOIR_SEEDS` runs more seeds, `COMPTOIR_SEED` one alone.

#![allow(clippy::unwrap_used, reason = "tests")]

mod draw;
mod journals;
mod server;
mod shares;
mod till;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use journals::Journal;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use world::Counts;

/// How many seeds run where nothing else is asked.
const SEEDS: u64 = 300;
/// The same for what tills share, which costs more: each has three registers with all that they keep.
const SEEDS_OF_SHARING: u64 = 40;

/// A folder that is in memory where the system has one: what is proved here needs no disk.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// Runs every seed that is asked for, on all processors, and says what they came to; or one alone.
fn over_seeds(seeds: u64, folder: &Path, run: impl Fn(u64, &Path, &Runtime) -> Counts + Sync) {
    let started = Instant::now();
    if let Some(seed) = number("COMPTOIR_SEED") {
        let counts = run(seed, &folder.join("one"), &runtime());
        println!("seed {seed}: {counts:#?}");
        return;
    }
    let seeds = number("COMPTOIR_SEEDS").unwrap_or(seeds);
    let (next, failed) = (AtomicU64::new(1), AtomicU64::new(0));
    let run = || {
        let (runtime, mut all) = (runtime(), Counts::new());
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed > seeds || failed.load(Ordering::SeqCst) > 0 {
                return all;
            }
            let place = folder.join(format!("seed-{seed}"));
            match catch_unwind(AssertUnwindSafe(|| run(seed, &place, &runtime))) {
                Ok(counts) => counts.into_iter().for_each(|(what, n)| *all.entry(what).or_default() += n),
                Err(_) => {
                    println!("seed {seed} fails: COMPTOIR_SEED={seed} runs it alone");
                    failed.fetch_max(seed, Ordering::SeqCst);
                }
            }
            let _ = std::fs::remove_dir_all(&place);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let counts = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold(Counts::new(), |mut all, counts| {
            counts.into_iter().for_each(|(what, n)| *all.entry(what).or_default() += n);
            all
        })
    });
    let failed = failed.load(Ordering::SeqCst);
    assert_eq!(failed, 0, "COMPTOIR_SEED={failed} runs the seed that fails alone");
    println!("{seeds} seeds in {:.1} s: {counts:#?}", started.elapsed().as_secs_f64());
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_doubled_and_nobody_is_accused_who_is_honest() {
    let folder = folder();
    let journals: Vec<Arc<Journal>> = journals::make(folder.path(), 3).into_iter().map(Arc::new).collect();
    let enrolled = server::enrolled(&folder.path().join("enrolled"), &runtime(), &journals);
    over_seeds(SEEDS, folder.path(), |seed, place, runtime| world::run(seed, place, &enrolled, &journals, runtime));
}

#[test]
fn whatever_goes_wrong_all_tills_of_a_store_come_to_share_the_same_and_nothing_is_out_of_sight() {
    let folder = folder();
    over_seeds(SEEDS_OF_SHARING, folder.path(), shares::run);
}
