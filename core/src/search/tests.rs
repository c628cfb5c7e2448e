use comptoir_fiscal::values::{Cents, Rate};
use proptest::prelude::*;

use super::*;
use crate::catalogue::tests::{catalogue, product};

/// Products of these codes and names.
fn named(products: &[(&str, &str)]) -> Vec<Product> {
    let one = |(sku, label): &(&str, &str)| Product { label: (*label).into(), ..product(sku, 100, 550) };
    products.iter().map(one).collect()
}

fn search_of(products: &[(&str, &str)]) -> Search {
    Search::new(&catalogue(named(products), vec![]).unwrap())
}

fn found<'s>(search: &'s Search, typed: &str) -> Vec<&'s str> {
    search.find(typed, 50).iter().map(|hit| hit.sku).collect()
}

fn shop() -> Search {
    search_of(&[
        ("CRE-BRU", "Crème brûlée"),
        ("CRE-FRA", "Crème fraîche épaisse 20 cl"),
        ("OEU-6", "Œufs plein air ×6"),
        ("HUI-OLI", "L'huile d'olive vierge extra, 75 cl"),
        ("JUS-ORA", "Jus d'orange 1 L"),
        ("ORA-JUS", "Oranges à jus"),
        ("THE-VRT", "Thé vert"),
        ("PAT-CRO", "Pâté en croûte"),
        ("PAT-CRU", "Pâtes crues"),
    ])
}

#[test]
fn french_names_are_found_as_they_are_typed() {
    let shop = shop();
    for (typed, expected) in [
        ("crème brûlée", "CRE-BRU"),
        ("CREME BRULEE", "CRE-BRU"),
        ("brul", "CRE-BRU"),
        ("brulee creme", "CRE-BRU"),
        ("œufs", "OEU-6"),
        ("oeuf", "OEU-6"),
        ("l'huile d'olive", "HUI-OLI"),
        ("huile olive", "HUI-OLI"),
        ("l’huile", "HUI-OLI"),
        ("jus d'orange", "JUS-ORA"),
        ("orange jus", "JUS-ORA"),
        ("the", "THE-VRT"),
        ("pate croute", "PAT-CRO"),
        ("75 cl olive", "HUI-OLI"),
    ] {
        assert!(found(&shop, typed).contains(&expected), "{typed}: {:?}", found(&shop, typed));
    }
}

#[test]
fn one_slip_is_forgiven_in_a_word_of_four_letters_or_more() {
    let shop = shop();
    for (typed, expected) in [
        ("brulé", "CRE-BRU"),
        ("bruulee", "CRE-BRU"),
        ("burlee", "CRE-BRU"),
        ("brilee", "CRE-BRU"),
        ("ouefs", "OEU-6"),
        ("huie olivve", "HUI-OLI"),
        ("orqn", "JUS-ORA"),
        ("lhuile", "HUI-OLI"),
        ("vrt", "THE-VRT"),
    ] {
        assert!(found(&shop, typed).contains(&expected), "{typed}: {:?}", found(&shop, typed));
    }
    for nothing in ["tge", "xhuie olyvve", "brxxlee", "", "  ", "!?", "zzzz"] {
        assert!(found(&shop, nothing).is_empty(), "{nothing}: {:?}", found(&shop, nothing));
    }
}

#[test]
fn what_answers_best_comes_first() {
    let mut products = named(&[
        ("1", "Tarte aux pommes"),
        ("2", "Pommes Gala"),
        ("3", "Pomme"),
        ("4", "Pommes Golden"),
        ("5", "Pomelo"),
        ("POM", "Cidre doux"),
        ("POM-9", "Verre"),
        ("8", "Pompe"),
        ("9", "Pomme"),
    ]);
    products[7].barcodes = vec!["4006381333931".into()];
    products[7].reference = Some("REF/77-b".into());
    let search = Search::new(&catalogue(products, vec![]).unwrap());
    assert_eq!(found(&search, "pom"), ["POM", "3", "9", "8", "5", "2", "4", "1", "POM-9"]);
    let by: Vec<Match> = search.find("pom", 50).iter().map(|hit| hit.by).collect();
    assert_eq!((by[0], by[1], by[7], by[8]), (Match::Code, Match::Name, Match::Words, Match::CodeBeginning));
    assert_eq!(found(&search, "ponne"), Vec::<&str>::new());
    assert_eq!(found(&search, "ponme"), ["3", "9", "5", "2", "4", "1"]);
    assert!(search.find("ponme", 50).iter().all(|hit| hit.by == Match::Slip));
    assert_eq!(found(&search, "04006381333931"), ["8"]);
    assert_eq!(search.find("4006381333931", 50)[0].by, Match::Code);
    assert_eq!(found(&search, "400638"), ["8"]);
    assert_eq!(found(&search, "pom-9"), ["POM-9"]);
    assert_eq!(search.find("ref 77b", 50)[0].by, Match::Code);
    assert_eq!(search.find("ref-7", 50)[0].by, Match::CodeBeginning);
    assert_eq!(search.find("pom", 3).iter().map(|hit| hit.sku).collect::<Vec<_>>(), ["POM", "3", "9"]);
}

#[test]
fn menus_are_found_and_what_is_archived_is_not() {
    let mut products = named(&[("A", "Café"), ("B", "Café crème")]);
    products[1].archived = true;
    let menu = crate::catalogue::tests::menu("MID", 1200, &[("A", 1)]);
    let search = Search::new(&catalogue(products, vec![menu]).unwrap());
    assert_eq!(found(&search, "caf"), ["A"]);
    assert_eq!(found(&search, "formule"), ["MID"]);
    assert_eq!(search.len(), 2);
}

#[test]
fn a_price_or_rate_is_nothing_to_the_index() {
    let (mut search, mut changed) = (shop(), product("THE-VRT", 100, 550));
    changed.label = "Thé vert".into();
    changed.price = Some(Cents::new(990));
    changed.vat.base = Rate::from_basis_points(2000).unwrap();
    search.put_product(&changed);
    assert_eq!(found(&search, "the vert"), ["THE-VRT"]);
    assert_eq!(search.len(), 9);
}

const WORDS: [&str; 16] = [
    "pomme", "Poire", "crème", "brûlée", "œuf", "thé", "l'huile", "d'olive", "lait", "laitue", "café", "cafés", "vin",
    "1,5", "250g", "épicé",
];

fn names() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![3 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "[a-zéèœ]{1,9}"];
    let name = prop::collection::vec(word, 1..5).prop_map(|words| words.join(" "));
    prop::collection::vec(name, 1..25)
}

fn products_of(names: &[String]) -> Vec<Product> {
    let numbered = names.iter().enumerate();
    numbered.map(|(n, name)| Product { label: name.clone(), ..product(&format!("#{n:03}"), 100, 550) }).collect()
}

/// The fewest slips between what was typed and any beginning of a word, two letters in each other's place being one.
fn slips(typed: &str, word: &str, whole: bool) -> usize {
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    let mut table = vec![vec![0; word.len() + 1]; typed.len() + 1];
    for i in 0..=typed.len() {
        for j in 0..=word.len() {
            table[i][j] = match (i, j) {
                (0, j) => j,
                (i, 0) => i,
                (i, j) => {
                    let other = usize::from(typed[i - 1] != word[j - 1]);
                    let mut best = (table[i - 1][j - 1] + other).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                }
            }
        }
    }
    let ends = if whole { word.len()..=word.len() } else { 0..=word.len() };
    ends.map(|end| table[typed.len()][end]).min().unwrap()
}

/// What the documentation promises, said the slow way.
fn answers(typed: &str, word: &str) -> bool {
    let (length, meant) = (typed.chars().count(), word.chars().count());
    let is_forgiven = match length {
        0..=2 => false,
        3 => meant == 4 && slips(typed, word, true) <= 1,
        _ => slips(typed, word, false) <= 1,
    };
    word.starts_with(typed) || is_forgiven
}

fn with_a_slip(word: &str, at: usize, letter: char, kind: u8) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = at % letters.len();
    match kind {
        0 => letters.insert(at, letter),
        1 => drop(letters.remove(at)),
        2 => letters[at] = letter,
        _ => letters.swap(at, (at + 1).min(word.chars().count() - 1)),
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn every_product_is_found_by_its_name_and_by_any_beginning_of_a_word(names in names()) {
        let products = products_of(&names);
        let search = Search::new(&catalogue(products.clone(), vec![]).unwrap());
        for product in &products {
            let by_name = search.find(&product.label, names.len());
            let hit = by_name.iter().find(|hit| hit.sku == product.sku);
            prop_assert!(hit.is_some_and(|hit| hit.by <= Match::Name), "{} is not found", product.label);
            let folded = folded(&product.label);
            for word in folded.split(' ') {
                for (end, letter) in word.char_indices() {
                    let typed = &word[..end + letter.len_utf8()];
                    let hits = search.find(typed, names.len());
                    prop_assert!(hits.iter().any(|hit| hit.sku == product.sku), "{typed} does not find {}", product.label);
                }
            }
        }
    }

    #[test]
    fn every_product_is_found_with_any_one_slip(
        names in names(), which: prop::sample::Index, word: prop::sample::Index, at: usize, letter in "[a-z]", kind in 0u8..4
    ) {
        let products = products_of(&names);
        let search = Search::new(&catalogue(products.clone(), vec![]).unwrap());
        let product = which.get(&products);
        let name = folded(&product.label);
        let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
        let long: Vec<usize> = (0..words.len()).filter(|n| words[*n].chars().count() >= 4).collect();
        prop_assume!(!long.is_empty());
        let place = *word.get(&long);
        words[place] = with_a_slip(&words[place], at, letter.chars().next().unwrap(), kind);
        let typed = words.join(" ");
        let hits = search.find(&typed, names.len());
        prop_assert!(hits.iter().any(|hit| hit.sku == product.sku), "{typed} does not find {}", product.label);
    }

    #[test]
    fn what_is_found_is_what_the_slow_way_finds(names in names(), typed in "[a-eloipt]{1,5}( [a-eloipt]{1,4})?") {
        let products = products_of(&names);
        let search = Search::new(&catalogue(products.clone(), vec![]).unwrap());
        let mut expected: Vec<&str> = Vec::new();
        for product in &products {
            let name = folded(&product.label);
            let of_a_word = |typed: &str| name.split(' ').any(|word| answers(typed, word));
            if typed.split(' ').all(of_a_word) {
                expected.push(&product.sku);
            }
        }
        let hits = search.find(&typed, names.len());
        let mut skus: Vec<&str> = hits.iter().map(|hit| hit.sku).collect();
        skus.sort_unstable();
        prop_assert_eq!(skus, expected);
        let rank = |hit: &Hit<'_>| (hit.by, folded(hit.label).chars().count(), folded(hit.label), hit.label.to_owned());
        for pair in hits.windows(2) {
            prop_assert!(pair[0].by <= pair[1].by);
            let (first, second) = (rank(&pair[0]), rank(&pair[1]));
            prop_assert!((first.0, first.1) <= (second.0, second.1), "{:?} before {:?}", first, second);
            prop_assert!((first.0, first.1) < (second.0, second.1) || first.2 <= second.2);
        }
        prop_assert_eq!(&search.find(&typed, 3)[..], &hits[..hits.len().min(3)]);
    }

    #[test]
    fn an_index_that_is_told_of_changes_is_as_one_that_is_built_anew(before in names(), after in names(), typed in "[a-z]{1,4}") {
        let mut search = Search::new(&catalogue(products_of(&before), vec![]).unwrap());
        let changed = products_of(&after);
        for (n, mut product) in products_of(&before).into_iter().enumerate() {
            product.archived = n >= changed.len();
            search.put_product(changed.get(n).unwrap_or(&product));
        }
        changed.iter().skip(before.len()).for_each(|product| search.put_product(product));
        let anew = Search::new(&catalogue(changed, vec![]).unwrap());
        prop_assert_eq!(search.find(&typed, 50), anew.find(&typed, 50));
        prop_assert_eq!(search.len(), anew.len());
    }

    #[test]
    fn nothing_that_is_typed_breaks_it(typed in "\\PC{0,200}") {
        let _ = shop().find(&typed, 5);
    }
}
