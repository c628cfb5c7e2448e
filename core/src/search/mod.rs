//! Finding a product as one types: by name, code or barcode, over a catalogue of any size.
//!
//! A [`Search`] is built once from the [`Catalogue`] and told of each change. Every word that is typed is the beginning of
//! a word of the name, in any order; accents, capitals and punctuation do not count, and one slip is forgiven in a word of
//! four letters or more. It holds no price and no stock: what it finds is looked up in the catalogue by its code.

mod fold;
mod vocabulary;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound::{Included, Unbounded};

pub use fold::folded;
use vocabulary::Vocabulary;

use crate::barcode::normal_form;
use crate::catalogue::{Catalogue, Menu, Product};

/// How much of what is typed is read: a whole name, and no more of what was pasted by mistake.
const LONGEST: usize = 120;

/// How many words of it.
const MOST_WORDS: usize = 60;

/// How many letters of a name stand in its key.
const KEY_LETTERS: usize = 6;

/// Which bits of a key those are.
const NAME_IN_KEY: u64 = (1 << (8 * KEY_LETTERS)) - 1;

/// How something answers to what was typed, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// It is its code, barcode or reference.
    Code,
    /// Its name begins so.
    Name,
    /// Words of its name begin so.
    Words,
    /// Its code, barcode or reference begins so.
    CodeBeginning,
    /// Words of its name begin so, but for a slip in one or more of them.
    Slip,
}

/// Something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'s> {
    /// The code of a product or menu.
    pub sku: &'s str,
    /// Its name.
    pub label: &'s str,
    /// How it answers.
    pub by: Match,
}

/// The index of a catalogue's products and menus that are not archived.
#[derive(Clone, Debug, Default)]
pub struct Search {
    items: Vec<Option<Item>>,
    /// By id, what most comparisons go by: the length of the folded name, then its first letters.
    keys: Vec<u64>,
    by_sku: HashMap<Box<str>, u32>,
    words: Vocabulary,
    /// Codes, barcodes and references, as they are compared.
    codes: BTreeSet<(Box<str>, u32)>,
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Item {
    sku: Box<str>,
    label: Box<str>,
    folded: Box<str>,
    codes: Box<[Box<str>]>,
}

impl Item {
    fn of_product(product: &Product) -> Item {
        let read = product.barcodes.iter().map(|barcode| normal_form(barcode));
        Item::new(&product.sku, &product.label, read.chain(product.reference.clone()))
    }

    fn of_menu(menu: &Menu) -> Item {
        Item::new(&menu.sku, &menu.label, [])
    }

    fn new(sku: &str, label: &str, other_codes: impl IntoIterator<Item = String>) -> Item {
        let mut codes: Vec<Box<str>> = other_codes.into_iter().map(|other| fold::code(&other).into()).collect();
        codes.push(fold::code(sku).into());
        codes.sort_unstable();
        codes.dedup();
        codes.retain(|code| !code.is_empty());
        Item { sku: sku.into(), label: label.into(), folded: folded(label).into(), codes: codes.into() }
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.folded.split(' ').filter(|word| !word.is_empty())
    }

    fn key(&self) -> u64 {
        let length = u64::try_from(self.folded.chars().count()).unwrap_or(u64::MAX).min(u64::from(u16::MAX));
        length << (8 * KEY_LETTERS) | first_letters(&self.folded)
    }

    /// Alphabetical by French order: by letters, then by accents; the code tells apart what is called the same.
    fn alphabetical(&self, other: &Item) -> Ordering {
        let by_letters = self.folded.cmp(&other.folded);
        by_letters.then_with(|| self.label.cmp(&other.label)).then_with(|| self.sku.cmp(&other.sku))
    }
}

/// The first six bytes of a folded name, most significant first.
fn first_letters(folded: &str) -> u64 {
    let first = folded.bytes().chain([0; KEY_LETTERS]).take(KEY_LETTERS);
    first.fold(0, |key, byte| key << 8 | u64::from(byte))
}

impl Search {
    /// An index of what a catalogue sells.
    pub fn new(catalogue: &Catalogue) -> Search {
        let products = catalogue.products().iter().filter(|product| !product.archived);
        let menus = catalogue.menus().iter().filter(|menu| !menu.archived);
        let items: Vec<Item> = products.map(Item::of_product).chain(menus.map(Item::of_menu)).collect();
        let (mut words, mut codes) = (HashMap::<Box<str>, Vec<u32>>::new(), Vec::with_capacity(items.len()));
        let (mut by_sku, mut keys) = (HashMap::with_capacity(items.len()), Vec::with_capacity(items.len()));
        for (id, item) in (0..).zip(&items) {
            for word in item.words() {
                match words.get_mut(word) {
                    Some(bearers) if bearers.last() == Some(&id) => {}
                    Some(bearers) => bearers.push(id),
                    None => drop(words.insert(word.into(), vec![id])),
                }
            }
            codes.extend(item.codes.iter().map(|code| (code.clone(), id)));
            by_sku.insert(item.sku.clone(), id);
            keys.push(item.key());
        }
        Search {
            items: items.into_iter().map(Some).collect(),
            keys,
            by_sku,
            words: Vocabulary::new(words),
            codes: codes.into_iter().collect(),
            free: Vec::new(),
        }
    }

    /// Takes a new or changed product into account; one that is archived is found no longer.
    pub fn put_product(&mut self, product: &Product) {
        self.put(Item::of_product(product), product.archived);
    }

    /// Takes a new or changed menu into account; one that is archived is found no longer.
    pub fn put_menu(&mut self, menu: &Menu) {
        self.put(Item::of_menu(menu), menu.archived);
    }

    /// How many products and menus can be found.
    pub fn len(&self) -> usize {
        self.by_sku.len()
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.by_sku.is_empty()
    }

    /// The best `most` of what answers to what was typed: by how it answers ([`Match`]), then shorter names first, then
    /// alphabetically. Nothing typed finds nothing.
    pub fn find(&self, typed: &str, most: usize) -> Vec<Hit<'_>> {
        let typed: String = typed.trim().chars().take(LONGEST).collect();
        let name = folded(&typed);
        let mut words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        words.truncate(MOST_WORDS);
        let mut best = Best { search: self, most, kept: Vec::new(), bar: None };
        // How many words each item has answered to so far; `FOUND` once it is among the candidates.
        let mut answered = vec![0; self.items.len()];
        self.offer_codes(&typed, &mut answered, &mut best);
        self.offer_words(&words, &name, &mut answered, &mut best);
        if best.wants_more() {
            self.offer_code_beginnings(&name, &mut answered, &mut best);
        }
        if best.wants_more() {
            self.offer_slips(&words, &mut answered, &mut best);
        }
        best.hits()
    }

    fn put(&mut self, item: Item, is_archived: bool) {
        if let Some(id) = self.by_sku.remove(&item.sku)
            && let Some(before) = self.item_mut(id).and_then(Option::take)
        {
            self.words.remove(id, before.words());
            for code in before.codes {
                self.codes.remove(&(code, id));
            }
            self.free.push(id);
        }
        if is_archived {
            return;
        }
        let next = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        let id = self.free.pop().unwrap_or(next);
        self.words.add(id, item.words());
        self.codes.extend(item.codes.iter().map(|code| (code.clone(), id)));
        self.by_sku.insert(item.sku.clone(), id);
        let key = item.key();
        match (self.item_mut(id), item) {
            (Some(place), item) => *place = Some(item),
            (None, item) => {
                self.items.push(Some(item));
                self.keys.push(0);
            }
        }
        if let Some(place) = usize::try_from(id).ok().and_then(|id| self.keys.get_mut(id)) {
            *place = key;
        }
    }

    fn item_mut(&mut self, id: u32) -> Option<&mut Option<Item>> {
        self.items.get_mut(usize::try_from(id).ok()?)
    }

    fn item(&self, id: u32) -> Option<&Item> {
        self.items.get(usize::try_from(id).ok()?)?.as_ref()
    }

    fn offer_codes(&self, typed: &str, answered: &mut [u8], best: &mut Best<'_>) {
        let mut offer = |id: u32| {
            if mark(answered, id) {
                best.offer(Match::Code, id);
            }
        };
        if let Some(id) = self.by_sku.get(typed) {
            offer(*id);
        }
        for exact in [fold::code(typed), fold::code(&normal_form(typed))] {
            self.codes_from(&exact).take_while(|(code, _)| **code == *exact).for_each(|(_, id)| offer(*id));
        }
    }

    fn offer_words(&self, words: &[&str], name: &str, answered: &mut [u8], best: &mut Best<'_>) {
        let begins = Beginning::new(name);
        for (before, word) in (0..).zip(words) {
            let is_last = usize::from(before) + 1 == words.len();
            self.words.beginning(word, |bearers| {
                for id in bearers {
                    if step(answered, *id, before) && is_last && mark(answered, *id) {
                        let by = if begins.is_of(self, *id) { Match::Name } else { Match::Words };
                        best.offer(by, *id);
                    }
                }
            });
        }
    }

    fn offer_code_beginnings(&self, name: &str, answered: &mut [u8], best: &mut Best<'_>) {
        let beginning: String = name.split(' ').collect();
        if beginning.is_empty() {
            return;
        }
        for (_, id) in self.codes_from(&beginning).take_while(|(code, _)| code.starts_with(&beginning)) {
            if mark(answered, *id) {
                best.offer(Match::CodeBeginning, *id);
            }
        }
    }

    fn offer_slips(&self, words: &[&str], answered: &mut [u8], best: &mut Best<'_>) {
        answered.iter_mut().filter(|count| **count != FOUND).for_each(|count| *count = 0);
        for (before, word) in (0..).zip(words) {
            let is_last = usize::from(before) + 1 == words.len();
            let mut take = |bearers: &[u32]| {
                for id in bearers {
                    if step(answered, *id, before) && is_last && mark(answered, *id) {
                        best.offer(Match::Slip, *id);
                    }
                }
            };
            self.words.beginning(word, &mut take);
            self.words.near(word, take);
        }
    }

    fn codes_from(&self, beginning: &str) -> impl Iterator<Item = &(Box<str>, u32)> {
        self.codes.range((Included((Box::from(beginning), 0)), Unbounded))
    }
}

/// What an item counts once it is among the candidates.
const FOUND: u8 = u8::MAX;

/// Counts one more word for an item that has answered to all before it.
fn step(answered: &mut [u8], id: u32, before: u8) -> bool {
    let count = usize::try_from(id).ok().and_then(|id| answered.get_mut(id)).filter(|count| **count == before);
    count.map(|count| *count += 1).is_some()
}

/// Marks an item as a candidate; false where it is one already.
fn mark(answered: &mut [u8], id: u32) -> bool {
    let count = usize::try_from(id).ok().and_then(|id| answered.get_mut(id)).filter(|count| **count != FOUND);
    count.map(|count| *count = FOUND).is_some()
}

/// Tells whether names begin with what was typed, mostly by their keys alone.
struct Beginning<'t> {
    name: &'t str,
    letters: u64,
    mask: u64,
}

impl Beginning<'_> {
    fn new(name: &str) -> Beginning<'_> {
        let beyond = 8 * (KEY_LETTERS - name.len().min(KEY_LETTERS));
        let mask = NAME_IN_KEY & !((1 << beyond) - 1);
        Beginning { name, letters: first_letters(name), mask }
    }

    fn is_of(&self, search: &Search, id: u32) -> bool {
        let key = usize::try_from(id).ok().and_then(|id| search.keys.get(id)).copied().unwrap_or(0);
        if key & self.mask != self.letters {
            return false;
        }
        self.name.len() <= KEY_LETTERS || search.item(id).is_some_and(|item| item.folded.starts_with(self.name))
    }
}

type Candidate = (Match, u64, u32);

/// The best candidates so far.
struct Best<'s> {
    search: &'s Search,
    most: usize,
    kept: Vec<Candidate>,
    /// The last of those that are wanted, once there are enough: what does not come before it is passed over.
    bar: Option<Candidate>,
}

impl<'s> Best<'s> {
    fn offer(&mut self, by: Match, id: u32) {
        let key = usize::try_from(id).ok().and_then(|id| self.search.keys.get(id)).copied().unwrap_or(u64::MAX);
        let candidate = (by, key, id);
        if self.bar.is_some_and(|bar| self.order(&candidate, &bar) != Ordering::Less) {
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() >= self.most.saturating_mul(4).max(256) {
            self.prune();
        }
    }

    /// Whether what answers less well still has a place.
    fn wants_more(&self) -> bool {
        self.kept.len() < self.most
    }

    fn prune(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_unstable_by(|a, b| self.order(a, b));
        kept.truncate(self.most);
        if kept.len() == self.most {
            self.bar = kept.last().copied();
        }
        self.kept = kept;
    }

    fn order(&self, a: &Candidate, b: &Candidate) -> Ordering {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| match (self.search.item(a.2), self.search.item(b.2)) {
            (Some(a), Some(b)) => a.alphabetical(b),
            _ => a.2.cmp(&b.2),
        })
    }

    fn hits(mut self) -> Vec<Hit<'s>> {
        self.prune();
        let hit = |(by, _, id): &Candidate| {
            let item = self.search.item(*id)?;
            Some(Hit { sku: &item.sku, label: &item.label, by: *by })
        };
        self.kept.iter().filter_map(hit).collect()
    }
}

#[cfg(test)]
mod tests;
