//! `docs/jet.md` says of every code who raises it: held against the format, the sources and these tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rows of a page's tables whose first cell is a code.
fn rows(page: &str) -> Vec<(u32, Vec<String>)> {
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        Some((cells.next()?.parse().ok()?, cells.collect()))
    };
    page.lines().filter(|line| line.starts_with('|')).filter_map(row).collect()
}

fn section<'a>(page: &'a str, title: &str) -> &'a str {
    let from = page.split_once(&format!("\n## {title}\n")).unwrap().1;
    from.split("\n## ").next().unwrap()
}

fn sources(folder: &str) -> String {
    comptoir_fiscal::language::sources_under(Path::new(folder)).unwrap().concat()
}

#[test]
fn every_code_of_the_format_is_explained_once() {
    let page = std::fs::read_to_string("../docs/jet.md").unwrap();
    let format = std::fs::read_to_string("../docs/journal-format.md").unwrap();
    let explained: Vec<u32> = rows(&page).into_iter().map(|(code, _)| code).collect();
    let once: BTreeSet<u32> = explained.iter().copied().collect();
    assert_eq!(explained.len(), once.len(), "a code stands twice");
    let known: BTreeSet<u32> = rows(section(&format, "JET codes")).into_iter().map(|(code, _)| code).collect();
    assert_eq!(once, known);
}

#[test]
fn every_label_and_test_that_the_page_names_is_there() {
    let page = std::fs::read_to_string("../docs/jet.md").unwrap();
    let (code, tests) = (sources("src") + &sources("../fiscal/src"), sources("tests"));
    for (number, cells) in rows(section(&page, "Raised")) {
        for label in cells[0].split(", ") {
            assert!(code.contains(&format!("\"{label}\"")), "nothing raises {number} {label}");
        }
    }
    for (number, cells) in
        rows(section(&page, "Raised")).into_iter().chain(rows(section(&page, "Recorded by an entry of another kind")))
    {
        let test = cells.last().unwrap().trim_matches('`');
        assert!(tests.contains(&format!("fn {test}()")), "{number} names {test}, which is no test");
    }
}

/// The code nearest before each French label in the sources is the one that the page gives it.
#[test]
fn no_source_raises_a_code_that_the_page_calls_never_raised() {
    let page = std::fs::read_to_string("../docs/jet.md").unwrap();
    let code = sources("src") + &sources("../fiscal/src/journal");
    let never: BTreeSet<u32> = rows(section(&page, "Never raised today")).into_iter().map(|(code, _)| code).collect();
    let mut raised = BTreeMap::new();
    for marker in ["event(", "record(", "record_by(", "code: ", "_by(&operator.id, ", "_by(operator, "] {
        for after in code.split(marker).skip(1) {
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            if let Ok(number) = digits.parse::<u32>() {
                raised.insert(number, marker);
            }
        }
    }
    assert!(raised.len() > 10, "the markers no longer find what is raised: {raised:?}");
    let both: Vec<u32> = raised.into_keys().filter(|code| never.contains(code)).collect();
    assert_eq!(both, Vec::<u32>::new());
}
