//! What is shown of the catalogue as it is edited, computed from the till.

use comptoir_core::catalogue::{Product, Unit};
use comptoir_core::import::Preview;
use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Rate};

use super::article::{Article, MODES, Page, UNITS};
use super::importing::Read;
use super::portrait;
use super::{Catalogue, Tab};
use crate::colour;
use crate::figures;
use crate::generated::{
    ArticleRow, ArticleView, CatalogueView, CategoryRow, EntryRow, FoundRow, GroupEditRow, GroupEditView, ImportView,
    ModeRow, OptionRow, Tile,
};
use crate::sale::view::{face, ground, initials, price_words, with_picture};
use crate::till::Till;

/// How many of the articles that an import would change are named.
const NAMED: usize = 200;

/// The room.
pub fn catalogue(till: &Till) -> CatalogueView {
    let room = &till.catalogue;
    let count = match room.shown.len() {
        1 => message!("1 article"),
        count => message!("{count} articles", count = count),
    };
    CatalogueView {
        busy: room.busy,
        tab: Tab::ALL.iter().position(|tab| *tab == room.tab).map_or(0, place),
        count: till.say(&count).into(),
        query: room.query.as_str().into(),
        off_sale: room.off_sale,
        is_empty: room.shown.is_empty(),
        narrowed: !room.query.trim().is_empty() || room.category.is_some() || room.off_sale,
    }
}

/// The categories by which the articles are shown, all of them first.
pub fn filters(till: &Till) -> Vec<CategoryRow> {
    let room = &till.catalogue;
    let all = CategoryRow {
        label: till.say(&message!("All")).into(),
        colour: colour::drawn(0x888f9a),
        chosen: room.category.is_none() && !room.off_sale,
    };
    let others = room.stored.categories().iter().enumerate().map(|(at, category)| CategoryRow {
        label: category.label.as_str().into(),
        colour: colour::drawn(colour::ground(category.color.as_deref(), at, till.look.dark).colour),
        chosen: room.category == Some(at),
    });
    std::iter::once(all).chain(others).collect()
}

/// One article of the list.
pub fn row(till: &Till, at: usize) -> ArticleRow {
    let room = &till.catalogue;
    let product = room.shown.get(at).and_then(|place| room.stored.products().get(*place));
    product.map_or_else(ArticleRow::default, |product| {
        let ground = ground(till, &room.stored, &product.category);
        let category = room.stored.categories().iter().find(|category| category.id == product.category);
        let category = category.map_or(product.category.as_str(), |category| category.label.as_str());
        let rate = till.language().rate(product.vat.base);
        ArticleRow {
            label: product.label.as_str().into(),
            second: format!("{category} · {}", product.sku).into(),
            price: price_words(till, product.unit, product.price).into(),
            vat: till.say(&message!("VAT {rate}", rate = rate)).into(),
            initials: initials(&product.label).into(),
            colour: colour::drawn(ground.colour),
            ink: colour::drawn(ground.ink),
            off_sale: product.archived,
        }
    })
}

/// An article as its tile on the sale screen.
fn tile(till: &Till, product: &Product, label: &str, price: Option<Cents>) -> Tile {
    let price = price_words(till, product.unit, price);
    face(till, &till.catalogue.stored, label, &product.category, price)
}

/// The article that is open.
pub fn article(till: &Till) -> ArticleView {
    let room = &till.catalogue;
    let Some(article) = &room.article else { return ArticleView::default() };
    let product = &article.product;
    let price = Some(figures::cents(&article.price).unwrap_or_default()).filter(|_| !article.is_open);
    let unit = UNITS.iter().position(|unit| *unit == product.unit).unwrap_or_default();
    ArticleView {
        open: true,
        is_new: article.is_new,
        page: match article.page {
            Page::Article => 0,
            Page::Ways => 1,
            Page::Codes => 2,
            Page::Picture => 3,
        },
        tile: with_picture(tile(till, product, &product.label, price), portrait::shown(till, article)),
        has_picture: article.has_picture(),
        picture_path: room.portrait.path.as_str().into(),
        picture_reads: room.portrait.reads,
        label: product.label.as_str().into(),
        price: article.price.as_str().into(),
        price_typed: article.is_open,
        unit: place(unit),
        weighed: product.unit != Unit::Piece,
        rate: place(article.rates.iter().position(|rate| *rate == product.vat.base).unwrap_or_default()),
        exempt: article.exempt.as_str().into(),
        needs_exempt: article.needs_exempt(),
        category: room
            .stored
            .categories()
            .iter()
            .position(|category| category.id == product.category)
            .map_or(-1, place),
        code: product.sku.as_str().into(),
        barcode: article.barcode.as_str().into(),
        reference: article.reference.as_str().into(),
        tare: article.tare.as_str().into(),
        meal: product.meal_voucher,
        service: product.nature == Nature::Service,
        deposit: product.deposit,
        on_sale: !product.archived,
        listed: listed(room, article).map(|said| till.say(&said)).unwrap_or_default().into(),
    }
}

/// Where a price list of today sells it at another price: what is typed here then waits.
fn listed(room: &Catalogue, article: &Article) -> Option<Message> {
    let lists = room.stored.price_lists().iter().filter(|list| list.prices.contains_key(&article.product.sku));
    match lists.count() {
        0 => None,
        1 => Some(message!("A price list names it too: on its dates its price holds.")),
        count => Some(message!("{count} price lists name it too: on their dates their price holds.", count = count)),
    }
}

/// The rates that are offered to the open article, in words.
pub fn rates(till: &Till) -> Vec<slint::SharedString> {
    let Some(article) = &till.catalogue.article else { return Vec::new() };
    article.rates.iter().map(|rate| rate_words(till, *rate).into()).collect()
}

fn rate_words(till: &Till, rate: Rate) -> String {
    if rate == Rate::ZERO { till.say(&message!("No VAT")) } else { till.language().rate(rate) }
}

/// The names of the categories.
pub fn category_names(till: &Till) -> Vec<slint::SharedString> {
    till.catalogue.stored.categories().iter().map(|category| category.label.as_str().into()).collect()
}

/// The barcodes of the open article.
pub fn barcodes(till: &Till) -> Vec<OptionRow> {
    let Some(article) = &till.catalogue.article else { return Vec::new() };
    let row = |code: &String| OptionRow { label: code.as_str().into(), ..OptionRow::default() };
    article.product.barcodes.iter().map(row).collect()
}

/// What the open article costs and bears by way of selling.
pub fn modes(till: &Till) -> Vec<ModeRow> {
    let Some(article) = &till.catalogue.article else { return Vec::new() };
    let row = |(mode, price): (SaleMode, &String)| {
        let own = article.product.vat.by_mode.get(&mode);
        let chosen = own.and_then(|rate| article.rates.iter().position(|known| known == rate));
        ModeRow {
            label: till.say(&way(mode)).into(),
            price: price.as_str().into(),
            rate: chosen.map_or(0, |at| place(at) + 1),
        }
    };
    MODES.into_iter().zip(&article.prices).map(row).collect()
}

/// What a way of selling is called.
pub(crate) fn way(mode: SaleMode) -> Message {
    match mode {
        SaleMode::EatIn => message!("Eat in"),
        SaleMode::Takeaway => message!("Takeaway"),
        SaleMode::Delivery => message!("Delivery"),
        SaleMode::Counter => message!("At the counter"),
    }
}

/// The categories, to be named, coloured and put in order.
pub fn groups(till: &Till) -> Vec<GroupEditRow> {
    let room = &till.catalogue;
    let last = room.stored.categories().len().saturating_sub(1);
    let row = |(at, category): (usize, &comptoir_core::catalogue::Category)| {
        let count = match room.counts.get(at).copied().unwrap_or_default() {
            1 => message!("1 article"),
            count => message!("{count} articles", count = count),
        };
        GroupEditRow {
            label: category.label.as_str().into(),
            second: till.say(&count).into(),
            colour: colour::drawn(colour::ground(category.color.as_deref(), at, till.look.dark).colour),
            is_first: at == 0,
            is_last: at == last,
        }
    };
    room.stored.categories().iter().enumerate().map(row).collect()
}

/// The category that is open.
pub fn group(till: &Till) -> GroupEditView {
    let Some(group) = &till.catalogue.group else { return GroupEditView::default() };
    let chosen = (0..colour::OFFERED).find(|at| group.colour.as_deref() == Some(colour::written(*at).as_str()));
    GroupEditView {
        open: true,
        is_new: group.is_new,
        label: group.label.as_str().into(),
        colour: chosen.map_or(-1, place),
    }
}

/// The colours that are offered to a category, as they are drawn.
pub fn colours(till: &Till) -> Vec<slint::Color> {
    let shown = |at: usize| colour::drawn(colour::ground(Some(&colour::written(at)), at, till.look.dark).colour);
    (0..colour::OFFERED).map(shown).collect()
}

/// What is to be brought in.
pub fn import(till: &Till) -> ImportView {
    let import = &till.catalogue.import;
    let view = ImportView {
        path: import.path.as_str().into(),
        folder: import.listing.folder.display().to_string().into(),
        file: import.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default().into(),
        ..ImportView::default()
    };
    match &import.read {
        Read::Nothing => view,
        Read::Reading => ImportView { state: 1, ..view },
        Read::Ready(preview) => ImportView {
            state: 2,
            summary: till.say(&summary(preview)).into(),
            unknown: preview.unknown.join(", ").into(),
            changes: !preview.is_empty(),
            ..view
        },
        Read::Faults(faults) => {
            let said = match faults.len() {
                1 => message!("1 cell is wrong. Nothing is imported until it is corrected in the file."),
                count => message!(
                    "{count} cells are wrong. Nothing is imported until they are corrected in the file.",
                    count = count
                ),
            };
            ImportView { state: 3, summary: till.say(&said).into(), ..view }
        }
    }
}

fn summary(preview: &Preview) -> Message {
    message!(
        "{new} new, {changed} changed, {unchanged} unchanged",
        new = preview.new.len(),
        changed = preview.changed.len(),
        unchanged = preview.unchanged
    )
}

/// What the folder holds that could be brought in.
pub fn entries(till: &Till) -> Vec<EntryRow> {
    let row = |entry: &crate::files::Entry| EntryRow { name: entry.name.as_str().into(), is_folder: !entry.is_file };
    till.catalogue.import.listing.entries.iter().map(row).collect()
}

/// What the folder holds that a picture could be made of.
pub fn picture_entries(till: &Till) -> Vec<EntryRow> {
    let row = |entry: &crate::files::Entry| EntryRow { name: entry.name.as_str().into(), is_folder: !entry.is_file };
    till.catalogue.portrait.listing.entries.iter().map(row).collect()
}

/// What the chosen table would change, or what is wrong in it.
pub fn found(till: &Till) -> Vec<FoundRow> {
    match &till.catalogue.import.read {
        Read::Nothing | Read::Reading => Vec::new(),
        Read::Faults(faults) => {
            let row = |fault: &comptoir_core::import::Fault| FoundRow {
                label: till.say(&fault.message()).into(),
                wrong: true,
                ..FoundRow::default()
            };
            faults.iter().map(row).collect()
        }
        Read::Ready(preview) => {
            let new = preview.new.iter().map(|product| FoundRow {
                label: product.label.as_str().into(),
                second: till.say(&message!("new, {code}", code = product.sku.as_str())).into(),
                price: product.price.map(|price| till.money(price)).unwrap_or_default().into(),
                wrong: false,
            });
            let changed = preview.changed.iter().map(|changed| FoundRow {
                label: changed.product.label.as_str().into(),
                second: changed.changes.iter().map(|change| till.say(change)).collect::<Vec<_>>().join(" · ").into(),
                price: changed.product.price.map(|price| till.money(price)).unwrap_or_default().into(),
                wrong: false,
            });
            new.chain(changed).take(NAMED).collect()
        }
    }
}

fn place(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(-1)
}
