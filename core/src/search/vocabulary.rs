//! The words of all names, each with what bears it, found by their beginning and by a beginning with one slip.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};

/// From how many letters on one slip is forgiven: below, nearly every word is near every other.
pub(super) const FORGIVEN_FROM: usize = 4;

/// Words in order, each with the ascending ids of the items that bear it.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary(BTreeMap<Box<str>, Vec<u32>>);

impl Vocabulary {
    /// Of words with ascending ids.
    pub(super) fn new(words: HashMap<Box<str>, Vec<u32>>) -> Vocabulary {
        Vocabulary(words.into_iter().collect())
    }

    /// Adds the words of an item.
    pub(super) fn add<'w>(&mut self, id: u32, words: impl Iterator<Item = &'w str>) {
        for word in words {
            let bearers = self.0.entry(word.into()).or_default();
            if let Err(place) = bearers.binary_search(&id) {
                bearers.insert(place, id);
            }
        }
    }

    /// Takes the words of an item away.
    pub(super) fn remove<'w>(&mut self, id: u32, words: impl Iterator<Item = &'w str>) {
        for word in words {
            let Some(bearers) = self.0.get_mut(word) else { continue };
            if let Ok(place) = bearers.binary_search(&id) {
                bearers.remove(place);
            }
            if bearers.is_empty() {
                self.0.remove(word);
            }
        }
    }

    /// Hands on what bears a word that begins so. One item may come more than once.
    pub(super) fn beginning<'v>(&'v self, typed: &str, mut take: impl FnMut(&'v [u32])) {
        let from = self.0.range::<str, _>((Included(typed), Unbounded));
        from.take_while(|(word, _)| word.starts_with(typed)).for_each(|(_, bearers)| take(bearers));
    }

    /// Hands on what bears a word that begins so but for one slip: a letter too many, one missing, another one, or two
    /// that changed places. Three letters are a word of four with one missing. One item may come more than once.
    pub(super) fn near<'v>(&'v self, typed: &str, mut take: impl FnMut(&'v [u32])) {
        let letters: Vec<char> = typed.chars().collect();
        if letters.len() + 1 < FORGIVEN_FROM {
            return;
        }
        let is_short = letters.len() < FORGIVEN_FROM;
        let (mut stem, mut meant) = (String::new(), String::new());
        for (at, letter) in letters.iter().map(Some).chain([None]).enumerate() {
            let rest = letters.get(at..).unwrap_or_default();
            let mut try_out = |middle: &[char], rest: &[char]| {
                meant.clear();
                meant.push_str(&stem);
                meant.extend(middle.iter().chain(rest));
                match self.0.get(meant.as_str()) {
                    Some(bearers) if is_short => take(bearers),
                    _ if is_short => {}
                    _ => self.beginning(&meant, &mut take),
                }
            };
            let next = self.letters_after(&stem);
            if next.is_empty() {
                return;
            }
            if !is_short && let [_, after @ ..] = rest {
                try_out(&[], after);
                next.iter().filter(|other| Some(*other) != letter).for_each(|other| try_out(&[*other], after));
            }
            if !is_short && let [first, second, after @ ..] = rest {
                try_out(&[*second, *first], after);
            }
            if is_short || !rest.is_empty() {
                next.iter().for_each(|missing| try_out(&[*missing], rest));
            }
            stem.extend(letter);
        }
    }

    /// The letters that come next in the words that begin so.
    fn letters_after(&self, stem: &str) -> Vec<char> {
        let mut letters = Vec::new();
        let mut from = stem.to_owned();
        let begins_so = |from: &str| {
            let (word, _) = self.0.range::<str, _>((Excluded(from), Unbounded)).next()?;
            word.strip_prefix(stem)?.chars().next()
        };
        while let Some(letter) = begins_so(&from) {
            letters.push(letter);
            from.truncate(stem.len());
            // Past every word that goes on with this letter: no word holds the last of all characters.
            from.extend([letter, char::MAX]);
        }
        letters
    }
}
