//! Searching 100,000 products as one types.

use std::path::Path;

use comptoir_core::catalogue::{Catalogue, Category, Parts, Product, VatByMode};
use comptoir_core::search::{Search, folded};
use comptoir_fiscal::values::Rate;
use comptoir_tests::replay;

use crate::Result;
use crate::figures::{Good, Times, budget, information, ms, timed};

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
    let Some(folder) = std::env::var_os("COMPTOIR_RETAIL") else { return made_up() };
    let real = replay::retail_catalogue(&Path::new(&folder).join("products.csv.gz"))?;
    let mut parts = Parts::from(real);
    for n in 0..PRODUCTS.saturating_sub(parts.products.len()) {
        let again = Product { sku: format!("again-{n}"), ..parts.products[n].clone() };
        parts.products.push(again);
    }
    Ok(Catalogue::of(parts)?)
}

fn made_up() -> Result<Catalogue> {
    const SYLLABLES: [&str; 24] = [
        "ba", "che", "crè", "dou", "fri", "gal", "jus", "lai", "mel", "noi", "œu", "pain", "pom", "qui", "riz", "sau",
        "thé", "vin", "xé", "yao", "zes", "brû", "fro", "mage",
    ];
    let mut seed = 2026_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    let mut word = || (0..2 + next(2)).map(|_| SYLLABLES[next(SYLLABLES.len())]).collect::<String>();
    let vocabulary: Vec<String> = (0..20_000).map(|_| word()).collect();
    let vat = VatByMode::new(Rate::from_basis_points(550).unwrap_or(Rate::ZERO));
    let products = (0..PRODUCTS).map(|n| {
        let words: Vec<&str> = (0..2 + n % 4).map(|_| vocabulary[next(vocabulary.len())].as_str()).collect();
        Product::new(format!("{n:06}"), words.join(" "), "tout", vat.clone())
    });
    let category = Category { id: "tout".to_owned(), label: "Tout".to_owned(), color: None };
    Ok(Catalogue::new(vec![category], products.collect(), Vec::new())?)
}

/// How much memory the program holds, in bytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(status.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}
