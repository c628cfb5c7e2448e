//! The tiles: what of the catalogue is on the screen, by category or search.

use comptoir_core::catalogue::Catalogue;
use comptoir_core::search::Search;

/// How many of what was found are shown.
const MOST_FOUND: usize = 200;

/// What a tile stands for, by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A product.
    Product(usize),
    /// A menu.
    Menu(usize),
    /// Products that are one thing in several sizes or colours.
    Family(usize),
}

/// What is on the screen of all that is sold. Places never change by themselves: fingers learn them.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// Which category is open; none for all.
    category: Option<usize>,
    query: String,
    shown: Vec<Shown>,
    /// Grows whenever other tiles are shown.
    edition: u64,
}

impl Shelf {
    /// The shelf of a catalogue, open at everything, in an edition that comes after another.
    pub(crate) fn of(catalogue: &Catalogue, after: u64) -> Shelf {
        let mut shelf = Shelf { edition: after, ..Shelf::default() };
        shelf.fill(catalogue);
        shelf
    }

    /// Lets the next edition come after one that was shown.
    pub(crate) fn come_after(&mut self, edition: u64) {
        self.edition = self.edition.max(edition);
    }

    /// Opens a category by its place in the bar, where everything comes first. The search ends.
    pub(crate) fn choose(&mut self, place: usize, catalogue: &Catalogue) {
        self.category = place.checked_sub(1).filter(|at| *at < catalogue.categories().len());
        self.query.clear();
        self.fill(catalogue);
    }

    /// Shows what answers to a query; all of the category where it is empty.
    pub(crate) fn search(&mut self, query: &str, search: &Search, catalogue: &Catalogue) {
        self.query = query.to_owned();
        if query.trim().is_empty() {
            return self.fill(catalogue);
        }
        let places = |sku: &str| {
            let of_product = catalogue.place_of_product(sku).map(Shown::Product);
            of_product.or_else(|| catalogue.place_of_menu(sku).map(Shown::Menu))
        };
        self.shown = search.find(query, MOST_FOUND).into_iter().filter_map(|hit| places(hit.sku)).collect();
        self.edition += 1;
    }

    /// What is shown, in its order.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// What is searched for.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The place of the open category in the bar, where everything comes first.
    pub fn category(&self) -> usize {
        self.category.map_or(0, |at| at + 1)
    }

    /// A number that grows whenever other tiles are shown.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    fn fill(&mut self, catalogue: &Catalogue) {
        let open = self.category.and_then(|at| catalogue.categories().get(at)).map(|category| category.id.as_str());
        let here = |category: &str| open.is_none_or(|open| open == category);
        self.shown.clear();
        for (at, menu) in catalogue.menus().iter().enumerate() {
            if !menu.archived && here(&menu.category) {
                self.shown.push(Shown::Menu(at));
            }
        }
        for (at, family) in catalogue.families().iter().enumerate() {
            if here(&family.category) && catalogue.variants(&family.id).next().is_some() {
                self.shown.push(Shown::Family(at));
            }
        }
        for (at, product) in catalogue.products().iter().enumerate() {
            if !product.archived && product.variant.is_none() && here(&product.category) {
                self.shown.push(Shown::Product(at));
            }
        }
        self.edition += 1;
    }
}
