//! A large catalogue of a made-up vocabulary, the same each time.

use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_fiscal::values::Rate;

use crate::Result;

/// So many products of one category, whose names are of words that nobody says.
pub(crate) fn catalogue(products: usize) -> Result<Catalogue> {
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
    let products = (0..products).map(|n| {
        let words: Vec<&str> = (0..2 + n % 4).map(|_| vocabulary[next(vocabulary.len())].as_str()).collect();
        Product::new(format!("{n:06}"), words.join(" "), "tout", vat.clone())
    });
    let category = Category { id: "tout".to_owned(), label: "Tout".to_owned(), color: None };
    Ok(Catalogue::new(vec![category], products.collect(), Vec::new())?)
}
