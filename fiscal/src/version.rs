//! Which fiscal part a program was built with: its version, and the hash of its sources.
//!
//! BOI-TVA-DECLA-30-10-30 §340: a major version is one that changed anything which bears on the four conditions, so that is
//! to be told apart from the rest of the program. LNE's requirement 20 asks for the exhaustive list of what it is made of.

/// The version of the fiscal part.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Its sources: a line for each, of its SHA-256, two spaces and its name within `fiscal/`, by name in byte order.
///
/// The same list, made by hand in that folder: `find src -name '*.rs' | LC_ALL=C sort | xargs sha256sum`.
pub const SOURCES: &str = include_str!(concat!(env!("OUT_DIR"), "/sources.txt"));

/// The SHA-256 of [`SOURCES`] in hex: it changes exactly when a source does.
pub const SOURCES_SHA256: &str = env!("COMPTOIR_FISCAL_SHA256");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::sha256;

    #[test]
    fn the_list_names_every_source_as_it_is_now() {
        let mut listed = 0;
        for line in SOURCES.lines() {
            let (hash, name) = line.split_once("  ").unwrap();
            assert_eq!(sha256(&std::fs::read(name).unwrap()).to_string(), hash, "{name}");
            listed += 1;
        }
        let there = crate::language::sources_under(std::path::Path::new("src")).unwrap();
        assert_eq!(listed, there.len());
        assert!(SOURCES.contains("  src/journal/sealer.rs\n"));
    }

    #[test]
    fn the_hash_is_that_of_the_list_in_byte_order() {
        assert_eq!(sha256(SOURCES.as_bytes()).to_string(), SOURCES_SHA256);
        let names: Vec<&str> = SOURCES.lines().map(|line| &line[66..]).collect();
        assert!(names.is_sorted());
    }
}
