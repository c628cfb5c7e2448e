//! Searching 100,000 products as one types.

use std::path::Path;

use comptoir_core::catalogue::{Catalogue, Parts, Product};
use comptoir_core::search::{Search, folded};
use comptoir_tests::replay;

use crate::figures::{Good, Times, budget, information, ms, timed};
use crate::{Result, made_up};

/// How many products are searched.
const PRODUCTS: usize = 100_000;

/// The limit of a key, in seconds.
const LIMIT: f64 = 0.005;

/// How many hits the screen asks for.
const HITS: usize = 50;

/// How many names are typed, every key of each.
const TYPED: usize = 500;

/// Measures `search`: each key of names typed from their start, of words typed alone, and of names with a slip.
pub(crate) fn measure() -> Result<()> {
    let catalogue = catalogue()?;
    let before = resident();
    let (search, built) = timed(|| Search::new(&catalogue));
    let grown = resident().zip(before).map(|(after, before)| after.saturating_sub(before) / 1_000_000);
    let (mut all, mut slips) = (Times::default(), Times::default());
    let step = catalogue.products().len() / TYPED;
    for (n, product) in catalogue.products().iter().step_by(step).enumerate() {
        let name = &product.label;
        let typed = if n % 3 == 1 { name.rsplit(' ').next().unwrap_or(name) } else { name };
        for (end, letter) in typed.char_indices() {
            let key = &typed[..end + letter.len_utf8()];
            let (hits, time) = timed(|| search.find(key, HITS).len());
            if hits == 0 && !folded(key).is_empty() {
                return Err(format!("{key:?} finds nothing").into());
            }
            all.add(time);
        }
        let wrong = name.replacen(['a', 'e', 'A', 'E'], "x", 1);
        let (_, time) = timed(|| search.find(&wrong, HITS).len());
        all.add(time);
        slips.add(time);
    }
    let (mut changed, mut updates) = (search.clone(), Times::default());
    for product in catalogue.products().iter().step_by(step) {
        let renamed = Product { label: format!("{} nouveau", product.label), ..product.clone() };
        let ((), time) = timed(|| changed.put_product(&renamed));
        updates.add(time);
    }
    let beside = |time: f64| format!("key_ms={} limit_ms=5 products={} hits={HITS}", ms(time), search.len());
    budget("search", all.median() / LIMIT, Good::Below, 1.0, &format!("of=median {}", beside(all.median())));
    budget("search", all.at(95) / LIMIT, Good::Below, 1.0, &format!("of=p95 {}", beside(all.at(95))));
    let memory = grown.map_or_else(|| "unknown".to_owned(), |megabytes| megabytes.to_string());
    information(
        "search",
        &format!(
            "build_ms={} memory_mb={memory} update_ms={} whole_name_with_a_slip_ms={} slowest_ms={}",
            ms(built.as_secs_f64()),
            ms(updates.median()),
            ms(slips.median()),
            ms(all.at(100))
        ),
    );
    Ok(())
}

/// Real products where COMPTOIR_RETAIL names their folder, some of them twice; else products of a made-up vocabulary.
fn catalogue() -> Result<Catalogue> {
    let Some(folder) = std::env::var_os("COMPTOIR_RETAIL") else { return made_up::catalogue(PRODUCTS) };
    let real = replay::retail_catalogue(&Path::new(&folder).join("products.csv.gz"))?;
    let mut parts = Parts::from(real);
    for n in 0..PRODUCTS.saturating_sub(parts.products.len()) {
        let again = Product { sku: format!("again-{n}"), ..parts.products[n].clone() };
        parts.products.push(again);
    }
    Ok(Catalogue::of(parts)?)
}

/// How much memory the program holds, in bytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(status.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}
