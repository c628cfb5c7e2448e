//! The catalogue as it is edited, between till and window.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use slint::{Color, Global, Model, ModelNotify, ModelTracker, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::catalogue::article::{self, Page};
use crate::catalogue::{self, Tab, group, importing, portrait, records, view};
use crate::generated::{
    self, AppWindow, ArticleRow, CategoryRow, EntryRow, FoundRow, GroupEditRow, ModeRow, OptionRow, RecordItem,
};
use crate::till::{Intent, Till};

pub(super) struct Room {
    articles: Rc<Articles>,
    filters: Rows<CategoryRow>,
    rates: Rows<SharedString>,
    categories: Rows<SharedString>,
    barcodes: Rows<OptionRow>,
    modes: Rows<ModeRow>,
    groups: Rows<GroupEditRow>,
    colours: Rows<Color>,
    entries: Rows<EntryRow>,
    found: Rows<FoundRow>,
    picture_entries: Rows<EntryRow>,
    records: Rows<FoundRow>,
    record_items: Rows<RecordItem>,
    offered: Rows<FoundRow>,
}

impl Room {
    pub(super) fn new(window: &AppWindow, till: &Rc<RefCell<Till>>) -> Room {
        let room = Room {
            articles: Articles::of(till),
            filters: Rows::default(),
            rates: Rows::default(),
            categories: Rows::default(),
            barcodes: Rows::default(),
            modes: Rows::default(),
            groups: Rows::default(),
            colours: Rows::default(),
            entries: Rows::default(),
            found: Rows::default(),
            picture_entries: Rows::default(),
            records: Rows::default(),
            record_items: Rows::default(),
            offered: Rows::default(),
        };
        let port = generated::Catalogue::get(window);
        port.set_articles(room.articles.clone().into());
        port.set_filters(room.filters.model());
        port.set_rates(room.rates.model());
        port.set_categories(room.categories.model());
        port.set_barcodes(room.barcodes.model());
        port.set_modes(room.modes.model());
        port.set_groups(room.groups.model());
        port.set_colours(room.colours.model());
        port.set_entries(room.entries.model());
        port.set_found(room.found.model());
        port.set_picture_entries(room.picture_entries.model());
        port.set_records(room.records.model());
        port.set_record_items(room.record_items.model());
        port.set_offered(room.offered.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Catalogue::get(window);
        port.set_view(view::catalogue(till));
        port.set_article(view::article(till));
        port.set_group(view::group(till));
        port.set_import(view::import(till));
        self.articles.show(till);
        self.filters.show(view::filters(till));
        self.rates.show(view::rates(till));
        self.categories.show(view::category_names(till));
        self.barcodes.show(view::barcodes(till));
        self.modes.show(view::modes(till));
        self.groups.show(view::groups(till));
        self.colours.show(view::colours(till));
        self.entries.show(view::entries(till));
        self.found.show(view::found(till));
        self.picture_entries.show(view::picture_entries(till));
        self.records.show(records::view::records(till));
        self.record_items.show(records::view::items(till));
        self.offered.show(records::view::offered(till));
        port.set_record(records::view::record(till));
    }
}

/// The articles: each worked out only when it is drawn, however many there are.
struct Articles {
    till: Weak<RefCell<Till>>,
    count: Cell<usize>,
    edition: Cell<Option<(u64, bool, comptoir_fiscal::language::Language)>>,
    notify: ModelNotify,
}

impl Articles {
    fn of(till: &Rc<RefCell<Till>>) -> Rc<Articles> {
        Rc::new(Articles {
            till: Rc::downgrade(till),
            count: Cell::new(0),
            edition: Cell::new(None),
            notify: ModelNotify::default(),
        })
    }

    /// Draws them anew where they are others, or say or look otherwise.
    fn show(&self, till: &Till) {
        let edition = Some((till.catalogue.edition, till.look().dark, till.language()));
        if self.edition.replace(edition) != edition {
            self.count.set(till.catalogue.shown.len());
            self.notify.reset();
        }
    }
}

impl Model for Articles {
    type Data = ArticleRow;

    fn row_count(&self) -> usize {
        self.count.get()
    }

    fn row_data(&self, at: usize) -> Option<ArticleRow> {
        if at >= self.count.get() {
            return None;
        }
        let till = self.till.upgrade()?;
        let till = till.try_borrow().ok()?;
        Some(view::row(&till, at))
    }

    fn model_tracker(&self) -> &dyn ModelTracker {
        &self.notify
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Catalogue::get(&screens.window);
    let plain = |intent: catalogue::Intent| screens.with_none(move || Intent::Catalogue(intent.clone()));
    port.on_tab(screens.with_one(|tab| Intent::Catalogue(catalogue::Intent::Tab(tab_at(tab)))));
    port.on_search(
        screens.with_one(|text: SharedString| Intent::Catalogue(catalogue::Intent::Search(text.to_string()))),
    );
    port.on_filter(
        screens.with_one(|at: i32| Intent::Catalogue(catalogue::Intent::Category(index(at).checked_sub(1)))),
    );
    port.on_off_sale(screens.with_one(|off| Intent::Catalogue(catalogue::Intent::OffSale(off))));
    port.on_open(screens.with_one(|at| Intent::Catalogue(catalogue::Intent::Open(index(at)))));
    port.on_add(plain(catalogue::Intent::Add));
    port.on_open_group(screens.with_one(|at| Intent::Catalogue(catalogue::Intent::OpenGroup(index(at)))));
    port.on_add_group(plain(catalogue::Intent::AddGroup));
    let weak = Rc::downgrade(screens);
    port.on_shift(move |at, up| {
        if let Some(screens) = weak.upgrade() {
            screens.update(Intent::Catalogue(catalogue::Intent::Move(index(at), up)));
        }
    });
    port.on_save(plain(catalogue::Intent::Save));
    port.on_back(plain(catalogue::Intent::Back));
    of_the_article(screens);
    of_the_portrait(screens);
    of_the_record(screens);
    port.on_group_label(screens.with_one(|text: SharedString| to_group(group::Edit::Label(text.to_string()))));
    port.on_group_colour(screens.with_one(|at| to_group(group::Edit::Colour(index(at)))));
    port.on_group_remove(plain(catalogue::Intent::Group(group::Edit::Remove)));
    port.on_path(screens.with_one(|text: SharedString| to_import(importing::Edit::Path(text.to_string()))));
    port.on_look(screens.with_none(|| to_import(importing::Edit::Look)));
    port.on_entry(screens.with_one(|at| to_import(importing::Edit::Entry(index(at)))));
    port.on_up(screens.with_none(|| to_import(importing::Edit::Up)));
    port.on_take(screens.with_none(|| to_import(importing::Edit::Take)));
    port.on_drop(screens.with_none(|| to_import(importing::Edit::Drop)));
}

fn of_the_article(screens: &Rc<Screens>) {
    use article::Edit;
    let port = generated::Catalogue::get(&screens.window);
    let text =
        |edit: fn(String) -> Edit| screens.with_one(move |text: SharedString| to_article(edit(text.to_string())));
    let place = |edit: fn(usize) -> Edit| screens.with_one(move |at| to_article(edit(index(at))));
    let yes = |edit: fn(bool) -> Edit| screens.with_one(move |yes| to_article(edit(yes)));
    port.on_page(screens.with_one(|page| to_article(Edit::Page(page_at(page)))));
    port.on_label(text(Edit::Label));
    port.on_price(text(Edit::Price));
    port.on_price_typed(yes(Edit::Open));
    port.on_unit(place(Edit::Unit));
    port.on_rate(place(Edit::Rate));
    port.on_exempt(text(Edit::Exempt));
    port.on_category(place(Edit::Category));
    let weak = Rc::downgrade(screens);
    port.on_mode_price(move |at, text| {
        if let Some(screens) = weak.upgrade() {
            screens.update(to_article(Edit::ModePrice(index(at), text.to_string())));
        }
    });
    let weak = Rc::downgrade(screens);
    port.on_mode_rate(move |at, rate| {
        if let Some(screens) = weak.upgrade() {
            screens.update(to_article(Edit::ModeRate(index(at), index(rate))));
        }
    });
    port.on_code(text(Edit::Code));
    port.on_barcode(text(Edit::Barcode));
    port.on_add_barcode(screens.with_none(|| to_article(Edit::AddBarcode)));
    port.on_no_barcode(place(Edit::NoBarcode));
    port.on_reference(text(Edit::Reference));
    port.on_tare(text(Edit::Tare));
    port.on_meal(yes(Edit::Meal));
    port.on_service(yes(Edit::Service));
    port.on_deposit(yes(Edit::Deposit));
    port.on_on_sale(yes(Edit::OnSale));
    port.on_remove(screens.with_none(|| to_article(Edit::Remove)));
}

fn of_the_portrait(screens: &Rc<Screens>) {
    use portrait::Edit;
    let port = generated::Catalogue::get(&screens.window);
    let to = |edit: Edit| Intent::Catalogue(catalogue::Intent::Portrait(edit));
    let plain = |edit: Edit| screens.with_none(move || to(edit.clone()));
    port.on_choose_picture(plain(Edit::Choose));
    port.on_picture_path(screens.with_one(move |text: SharedString| to(Edit::Path(text.to_string()))));
    port.on_picture_look(plain(Edit::Look));
    port.on_picture_entry(screens.with_one(move |at| to(Edit::Entry(index(at)))));
    port.on_picture_up(plain(Edit::Up));
    port.on_leave_picture(plain(Edit::Leave));
    port.on_no_picture(plain(Edit::TakeAway));
}

fn of_the_record(screens: &Rc<Screens>) {
    use records::Edit;
    let port = generated::Catalogue::get(&screens.window);
    let to = |edit: Edit| Intent::Catalogue(catalogue::Intent::Record(edit));
    port.on_open_record(screens.with_one(|at| Intent::Catalogue(catalogue::Intent::OpenRecord(index(at)))));
    port.on_add_record(screens.with_none(|| Intent::Catalogue(catalogue::Intent::AddRecord)));
    let typed = |edit: fn(usize, String) -> Edit| {
        let weak = Rc::downgrade(screens);
        move |at, text: SharedString| {
            if let Some(screens) = weak.upgrade() {
                screens.update(to(edit(index(at), text.to_string())));
            }
        }
    };
    port.on_record_typed(typed(Edit::Typed));
    port.on_record_second(typed(Edit::Second));
    port.on_record_toggled(screens.with_one(move |at| to(Edit::Toggled(index(at)))));
    let weak = Rc::downgrade(screens);
    port.on_record_picked(move |at, place| {
        if let Some(screens) = weak.upgrade() {
            screens.update(to(Edit::Picked(index(at), index(place))));
        }
    });
    port.on_record_pressed(screens.with_one(move |at| to(Edit::Pressed(index(at)))));
    port.on_record_query(screens.with_one(move |text: SharedString| to(Edit::Query(text.to_string()))));
    port.on_record_hit(screens.with_one(move |at| to(Edit::Hit(index(at)))));
    port.on_record_remove(screens.with_none(move || to(Edit::Remove)));
}

fn to_article(edit: article::Edit) -> Intent {
    Intent::Catalogue(catalogue::Intent::Article(edit))
}

fn to_group(edit: group::Edit) -> Intent {
    Intent::Catalogue(catalogue::Intent::Group(edit))
}

fn to_import(edit: importing::Edit) -> Intent {
    Intent::Catalogue(catalogue::Intent::Import(edit))
}

fn tab_at(place: i32) -> Tab {
    Tab::ALL.get(index(place)).copied().unwrap_or_default()
}

fn page_at(place: i32) -> Page {
    match place {
        1 => Page::Ways,
        2 => Page::Codes,
        _ => Page::Article,
    }
}
