//! What is sold here, edited at the till: articles, the categories they stand in, and tables of them brought in.

pub mod article;
pub mod group;
pub mod importing;
pub mod portrait;
pub mod records;
#[cfg(test)]
mod tests;
pub mod view;

use std::sync::Arc;

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, RecordId};
use comptoir_core::register::Refusal;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::pictures;
use crate::till::Till;
use crate::word;
use article::{Article, Page};
use group::Group;
use importing::Import;
use records::{Around, Kind, Record};

/// How many of what was found are shown.
const MOST_FOUND: usize = 500;

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Looks at the articles, the categories, or what is to be brought in.
    Tab(Tab),
    /// Typed into the search.
    Search(String),
    /// Shows one category by its place, or all.
    Category(Option<usize>),
    /// Shows what is no longer sold, or what is.
    OffSale(bool),
    /// Opens an article by its place in the list.
    Open(usize),
    /// Begins a new one.
    Add,
    /// With the article that is open.
    Article(article::Edit),
    /// Opens a category by its place.
    OpenGroup(usize),
    /// Begins a new one.
    AddGroup,
    /// With the category that is open.
    Group(group::Edit),
    /// Moves a category up, or down.
    Move(usize, bool),
    /// Opens a menu, family, group of modifiers or price list by its place.
    OpenRecord(usize),
    /// Begins a new one.
    AddRecord,
    /// With the one that is open.
    Record(records::Edit),
    /// With what the open article looks like.
    Portrait(portrait::Edit),
    /// With a table to be brought in.
    Import(importing::Edit),
    /// Keeps what is open as it is now.
    Save,
    /// Goes a step back.
    Back,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Tab {
    #[default]
    Articles,
    Categories,
    Menus,
    Families,
    Modifiers,
    Prices,
    Import,
}

impl Tab {
    /// All of them, in their order.
    pub const ALL: [Tab; 7] =
        [Tab::Articles, Tab::Categories, Tab::Menus, Tab::Families, Tab::Modifiers, Tab::Prices, Tab::Import];

    /// Of what kind of records it is a list, where it is one.
    pub(crate) fn records(self) -> Option<Kind> {
        match self {
            Tab::Menus => Some(Kind::Menu),
            Tab::Families => Some(Kind::Family),
            Tab::Modifiers => Some(Kind::Modifiers),
            Tab::Prices => Some(Kind::Prices),
            Tab::Articles | Tab::Categories | Tab::Import => None,
        }
    }
}

/// The room.
#[derive(Default)]
pub struct Catalogue {
    /// As it is edited: own prices and rates, whatever list holds today.
    pub(crate) stored: Arc<Stored>,
    pub(crate) tab: Tab,
    pub(crate) query: String,
    pub(crate) category: Option<usize>,
    pub(crate) off_sale: bool,
    /// The places of the articles that are shown.
    pub(crate) shown: Arc<Vec<usize>>,
    /// Grows whenever others are shown, or something of them has changed.
    pub(crate) edition: u64,
    /// How many articles stand in each category.
    pub(crate) counts: Vec<usize>,
    pub(crate) article: Option<Article>,
    pub(crate) group: Option<Group>,
    pub(crate) record: Option<Record>,
    /// The code of this store.
    pub(crate) store: String,
    pub(crate) import: Import,
    pub(crate) portrait: portrait::Search,
    pub(crate) busy: bool,
}

impl Catalogue {
    /// Which of its parts is on the screen.
    pub(crate) fn part(&self) -> u8 {
        match (&self.article, &self.group, &self.record) {
            (Some(article), ..) => 16 + article.page as u8,
            (None, Some(_), _) => 24,
            (None, None, Some(record)) => 25 + u8::from(record.finding.is_some()),
            (None, None, None) => self.tab as u8,
        }
    }

    /// Whether something lies open over the room.
    fn is_open(&self) -> bool {
        self.article.is_some() || self.group.is_some() || self.record.is_some()
    }
}

/// Comes into the room: what is sold is read anew.
pub(crate) fn enter(till: &mut Till) {
    let room = &mut till.catalogue;
    (room.article, room.group, room.record, room.busy) = (None, None, None, false);
    look_again(till);
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(till: &mut Till) -> bool {
    let room = &mut till.catalogue;
    if let Some(article) = room.article.as_mut().filter(|article| article.page == Page::Picture) {
        article.page = Page::Article;
        return true;
    }
    if let Some(record) = room.record.as_mut().filter(|record| record.finding.is_some()) {
        record.finding = None;
        return true;
    }
    if room.is_open() {
        (room.article, room.group, room.record) = (None, None, None);
        return true;
    }
    let search = room.tab == Tab::Articles && !room.query.is_empty();
    if search {
        room.query.clear();
        fill(till);
    }
    search
}

/// Takes a code that was scanned: onto the article that is open, or to find the one that bears it.
pub(crate) fn scan(till: &mut Till, code: &str) {
    let room = &mut till.catalogue;
    if let Some(article) = &mut room.article {
        article.scan(code);
        return;
    }
    if room.tab != Tab::Articles || room.is_open() {
        return;
    }
    if let Some(kept) = room.query.strip_suffix(code) {
        room.query = kept.to_owned();
    }
    match room.stored.by_barcode(code).or_else(|| room.stored.product(code)) {
        Some(product) => {
            room.article = Some(Article::of(product, till.texts.language()));
            look_at_portrait(till);
        }
        None => {
            let mut article = Article::new(&room.stored, till.texts.language());
            article.scan(code);
            room.article = Some(article);
            till.tell(message!("No article bears the code {code} yet: this would be a new one.", code = code));
        }
    }
    fill(till);
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let language = till.language();
    let room = &mut till.catalogue;
    if room.busy {
        return;
    }
    match intent {
        Intent::Tab(tab) => {
            room.tab = tab;
            if tab == Tab::Import {
                importing::enter(till);
            }
        }
        Intent::Search(query) => {
            room.query = query;
            fill(till);
        }
        Intent::Category(place) => {
            (room.category, room.off_sale) = (place, false);
            room.query.clear();
            fill(till);
        }
        Intent::OffSale(off_sale) => {
            (room.off_sale, room.category) = (off_sale, None);
            fill(till);
        }
        Intent::Open(place) => {
            let place = room.shown.get(place).copied();
            let product = place.and_then(|place| room.stored.products().get(place));
            room.article = product.map(|product| Article::of(product, language));
            look_at_portrait(till);
        }
        Intent::Add => {
            let mut article = Article::new(&room.stored, language);
            let category = room.category.and_then(|place| room.stored.categories().get(place));
            if let Some(category) = category {
                article.product.category = category.id.clone();
            }
            room.article = Some(article);
        }
        Intent::Article(article::Edit::Remove) => article::remove(till),
        Intent::Article(edit) => {
            if let Some(article) = &mut room.article {
                article.take(edit, &room.stored);
            }
        }
        Intent::OpenGroup(place) => room.group = room.stored.categories().get(place).map(Group::of),
        Intent::AddGroup => room.group = Some(Group::new()),
        Intent::Group(group::Edit::Remove) => group::remove(till),
        Intent::Group(edit) => {
            if let Some(group) = &mut room.group {
                group.take(edit);
            }
        }
        Intent::Move(place, up) => group::shift(till, place, up),
        Intent::OpenRecord(place) => {
            let around = around(till);
            let room = &mut till.catalogue;
            let kind = room.tab.records();
            room.record = kind.and_then(|kind| Record::of(kind, place, &room.stored, around));
        }
        Intent::AddRecord => {
            let around = around(till);
            let room = &mut till.catalogue;
            room.record = room.tab.records().map(|kind| Record::new(kind, &room.stored, around));
        }
        Intent::Record(edit) => records::update(till, edit),
        Intent::Portrait(edit) => portrait::update(till, edit),
        Intent::Import(edit) => importing::update(till, edit),
        Intent::Save => save(till),
        Intent::Back => drop(back(till)),
    }
}

/// What the forms of records need to know.
fn around(till: &Till) -> Around {
    Around { language: till.language(), store: till.catalogue.store.clone() }
}

fn save(till: &mut Till) {
    let room = &till.catalogue;
    let edits = match (&room.article, &room.group, &room.record) {
        (Some(article), ..) => article.product(&room.stored).map(|product| {
            let said = message!("“{label}” is saved.", label = product.label.as_str());
            let edits = std::iter::once(CatalogueEdit::Product(Box::new(product))).chain(article.portrait_edit());
            (edits.collect(), said)
        }),
        (None, Some(group), _) => group.category(&room.stored).map(|category| {
            let said = message!("“{label}” is saved.", label = category.label.as_str());
            (vec![CatalogueEdit::Category(category)], said)
        }),
        (None, None, Some(record)) => record.edits(&room.stored).map(|edits| {
            let said = message!("“{label}” is saved.", label = record.label().trim());
            (edits, said)
        }),
        (None, None, None) => return,
    };
    match edits {
        Ok((edits, said)) => change(till, edits, said),
        Err(message) => till.refuse_for(message),
    }
}

/// Has the picture of the open article read, where it has one.
fn look_at_portrait(till: &mut Till) {
    if let Some(id) = till.catalogue.article.as_ref().and_then(Article::kept_picture) {
        pictures::want(till, &[id]);
    }
}

/// Has the catalogue changed, says so, and shows it as it is then.
pub(crate) fn change(till: &mut Till, edits: Vec<CatalogueEdit>, said: Message) {
    till.catalogue.busy = true;
    let operator = till.operator();
    let work: word::Work =
        Arc::new(move |register, id, words| register.edit_catalogue_by_word(id, &operator, &edits, words));
    word::done_by_word(till, work, move |till, outcome| changed(till, outcome, said));
}

/// What was asked for was done, or refused: then what is open stays open.
pub(crate) fn changed(till: &mut Till, outcome: Result<(), Refusal>, said: Message) {
    till.catalogue.busy = false;
    match outcome {
        Ok(()) => {
            let room = &mut till.catalogue;
            (room.article, room.group, room.record) = (None, None, None);
            till.tell(said);
            look_again(till);
            till.look_around();
        }
        Err(refusal) => till.refuse(&refusal),
    }
}

/// Reads what is sold here.
fn look_again(till: &mut Till) {
    till.ask(
        |register| {
            let stored = register.stored_catalogue().clone();
            let counts = group::counts(&stored);
            (stored, counts, register.settings().store.id.clone())
        },
        |till, (stored, counts, store)| {
            let room = &mut till.catalogue;
            if room.category.is_some_and(|place| place >= stored.categories().len()) {
                room.category = None;
            }
            (room.stored, room.counts, room.store) = (stored, counts, store);
            fill(till);
        },
    );
}

/// Finds what is to be shown.
fn fill(till: &mut Till) {
    let room = &mut till.catalogue;
    let query = room.query.trim();
    let products = room.stored.products();
    let shown: Vec<usize> = if room.off_sale {
        let wanted = query.to_lowercase();
        let is_it = |place: &usize| {
            let product = &products[*place];
            product.archived && (wanted.is_empty() || product.label.to_lowercase().contains(&wanted))
        };
        (0..products.len()).filter(is_it).collect()
    } else if query.is_empty() {
        let category = room.category.and_then(|place| room.stored.categories().get(place));
        let here = |product: &str| category.is_none_or(|category| category.id == product);
        (0..products.len()).filter(|place| !products[*place].archived && here(&products[*place].category)).collect()
    } else {
        let found = till.sale.search.find(query, MOST_FOUND);
        found.into_iter().filter_map(|hit| room.stored.place_of_product(hit.sku)).collect()
    };
    room.shown = Arc::new(shown);
    room.edition += 1;
}

/// Takes a record out, which core archives where it was ever sold.
pub(crate) fn without(record: RecordId) -> Vec<CatalogueEdit> {
    vec![CatalogueEdit::Remove(record)]
}
