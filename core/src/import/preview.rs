//! What an import would change: shown before anything does.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use comptoir_fiscal::language::{Arg, Message};
use comptoir_fiscal::message;

use super::columns::Column;
use super::error::{Fault, Place, What};
use super::product::{Groups, SLASH, product};
use super::reading::{Articles, Places, Read};
use super::table::{Cell, Row, Table, Tables};
use super::{menus, modifiers, price_lists};
use crate::barcode::normal_form;
use crate::catalogue::{
    Catalogue, CatalogueEdit, CatalogueError, Category, Family, Menu, ModifierGroup, Picture, PictureId, PriceList,
    Product, RecordId,
};

/// How many faults are listed; who has more has made the same one in every row.
const MOST_FAULTS: usize = 500;

/// What an import would change.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The products that are new, as they would be.
    pub new: Vec<Product>,
    /// Those that change, with what of them.
    pub changed: Vec<Changed>,
    /// How many stay as they are.
    pub unchanged: usize,
    /// The categories that are made.
    pub categories: Vec<Category>,
    /// The families that are made.
    pub families: Vec<Family>,
    /// The groups of modifiers.
    pub modifiers: Records<ModifierGroup>,
    /// The menus.
    pub menus: Records<Menu>,
    /// The price lists.
    pub price_lists: Records<PriceList>,
    /// What products look like that a file beside the table shows, each picture once.
    pub pictures: Vec<Arc<Picture>>,
    /// The headers that mean nothing here.
    pub unknown: Vec<String>,
    /// The sheets that are not read.
    pub passed_over: Vec<String>,
}

/// What an import would make of records of one kind, besides products.
#[derive(Clone, Debug)]
pub struct Records<R> {
    /// Those that are new, as they would be.
    pub new: Vec<R>,
    /// Those that change, as they would be.
    pub changed: Vec<R>,
    /// How many stay as they are.
    pub unchanged: usize,
}

impl<R> Default for Records<R> {
    fn default() -> Records<R> {
        Records { new: Vec::new(), changed: Vec::new(), unchanged: 0 }
    }
}

impl<R: Clone + PartialEq> Records<R> {
    /// Whether the file holds one of them.
    pub fn are_named(&self) -> bool {
        !self.is_empty() || self.unchanged > 0
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty()
    }

    fn edits(&self, edit: impl Fn(R) -> CatalogueEdit) -> impl Iterator<Item = CatalogueEdit> {
        self.new.iter().chain(&self.changed).cloned().map(edit)
    }

    fn hold(&mut self, read: Vec<R>, before: impl Fn(&R) -> Option<R>) {
        for record in read {
            match before(&record) {
                None => self.new.push(record),
                Some(before) if before == record => self.unchanged += 1,
                Some(_) => self.changed.push(record),
            }
        }
    }
}

/// A product that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// In which row.
    pub row: u32,
    /// As it would be.
    pub product: Product,
    /// What changes.
    pub changes: Vec<Message>,
}

impl Preview {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.changed.is_empty()
            && self.modifiers.is_empty()
            && self.menus.is_empty()
            && self.price_lists.is_empty()
    }

    /// The edits that it comes to.
    pub fn edits(&self) -> Vec<CatalogueEdit> {
        let products = || self.new.iter().chain(self.changed.iter().map(|changed| &changed.product));
        let brought: HashMap<PictureId, &Arc<Picture>> =
            self.pictures.iter().map(|picture| (picture.id(), picture)).collect();
        let shows = |product: &Product| {
            let picture = product.picture.and_then(|id| brought.get(&id).copied().cloned())?;
            Some(CatalogueEdit::Picture { sku: product.sku.clone(), picture: Some(picture) })
        };
        let pictures: Vec<CatalogueEdit> = products().filter_map(shows).collect();
        let categories = self.categories.iter().cloned().map(CatalogueEdit::Category);
        let families = self.families.iter().cloned().map(CatalogueEdit::Family);
        let products = products().map(|product| CatalogueEdit::Product(Box::new(product.clone())));
        let modifiers = self.modifiers.edits(CatalogueEdit::Modifiers);
        let menus = self.menus.edits(CatalogueEdit::Menu);
        let price_lists = self.price_lists.edits(CatalogueEdit::PriceList);
        categories
            .chain(families)
            .chain(modifiers)
            .chain(products)
            .chain(pictures)
            .chain(menus)
            .chain(price_lists)
            .collect()
    }
}

/// Holds the tables of a file against the catalogue: what would change, or everything that is wrong.
pub fn preview(tables: &Tables, catalogue: &Catalogue) -> Result<Preview, Vec<Fault>> {
    let mut preview =
        Preview { unknown: tables.unknown(), passed_over: tables.passed_over.clone(), ..Preview::default() };
    let mut groups = Groups::of(catalogue, &tables.pictures);
    let mut seen = Seen::default();
    let mut faults = Vec::new();
    for table in &tables.modifiers {
        let read = seen.taken(modifiers::modifiers(table, catalogue), &mut faults);
        groups.modifiers.extend(read.iter().map(|group| group.id.clone()));
        preview.modifiers.hold(read, |group| catalogue.modifier_group(&group.id).cloned());
    }
    if let Some(table) = &tables.products {
        products(table, catalogue, &mut groups, &mut seen, &mut preview, &mut faults);
    }
    // Who has so many has made the same mistake in every row.
    if faults.len() < MOST_FAULTS {
        let skus = seen.codes.keys().cloned().collect();
        let mut names = HashSet::new();
        for table in &tables.menus {
            let articles = Articles { catalogue, products: &skus, menus: &names };
            let read = seen.taken(menus::menus(table, &articles, &mut groups), &mut faults);
            names.extend(read.iter().map(|menu| menu.sku.clone()));
            preview.menus.hold(read, |menu| catalogue.menu(&menu.sku).cloned());
        }
        for table in &tables.price_lists {
            let articles = Articles { catalogue, products: &skus, menus: &names };
            let read = seen.taken(price_lists::price_lists(table, &articles), &mut faults);
            let before = |list: &PriceList| catalogue.price_lists().iter().find(|known| known.id == list.id).cloned();
            preview.price_lists.hold(read, before);
        }
    }
    faults.truncate(MOST_FAULTS);
    preview.categories = groups.new_categories;
    preview.families = groups.new_families;
    let shown = preview.new.iter().chain(preview.changed.iter().map(|changed| &changed.product));
    preview.pictures = tables.pictures.of_these(&shown.filter_map(|product| product.picture).collect());
    if faults.is_empty()
        && let Err(error) = catalogue.edited(&preview.edits(), |_| false)
    {
        faults.push(seen.fault(tables, error));
    }
    if faults.is_empty() { Ok(preview) } else { Err(faults) }
}

/// Holds the rows of products against the catalogue.
fn products(
    table: &Table,
    catalogue: &Catalogue,
    groups: &mut Groups<'_>,
    seen: &mut Seen,
    preview: &mut Preview,
    faults: &mut Vec<Fault>,
) {
    for row in &table.rows {
        let before = match seen.code(table, row, catalogue) {
            Ok((sku, before)) => product(table, row, &sku, before, groups).map(|after| (before, after)),
            Err(fault) => Err(vec![fault]),
        };
        match before {
            Ok((before, after)) => {
                faults.extend(seen.barcodes(table, row, &after));
                match before {
                    None => preview.new.push(after),
                    Some(before) if *before == after => preview.unchanged += 1,
                    Some(before) => {
                        let changes = changes(before, &after);
                        preview.changed.push(Changed { row: row.number, product: after, changes });
                    }
                }
            }
            Err(wrong) => faults.extend(wrong),
        }
        if faults.len() >= MOST_FAULTS {
            return;
        }
    }
    faults.extend(seen.taken_barcodes(table, catalogue));
}

/// What rows so far have taken for themselves.
#[derive(Default)]
struct Seen {
    codes: HashMap<String, u32>,
    /// By the form in which they are looked up: the row, and the product's code.
    barcodes: HashMap<String, (u32, String)>,
    /// Where the other records are.
    places: Places,
}

impl Seen {
    /// The code of a row, with the product that has it.
    fn code<'c>(
        &mut self,
        table: &Table,
        row: &Row,
        catalogue: &'c Catalogue,
    ) -> Result<(String, Option<&'c Product>), Fault> {
        let column = table.place_of(Column::Code);
        let sku = column.and_then(|column| row.get(column)).map(Cell::shown).unwrap_or_default();
        let fault = |what| {
            let place = Place { sheet: table.sheet.clone(), row: row.number, column };
            Fault { place, found: sku.clone(), what }
        };
        if sku.is_empty() {
            return Err(fault(What::NoCode));
        }
        if catalogue.menu(&sku).is_some() {
            return Err(fault(What::OfAMenu));
        }
        match self.codes.insert(sku.clone(), row.number) {
            Some(first) => Err(fault(What::CodeTwice { first })),
            None => {
                let before = catalogue.product(&sku);
                Ok((sku, before))
            }
        }
    }

    /// The barcodes of a row that a row before it has.
    fn barcodes(&mut self, table: &Table, row: &Row, product: &Product) -> Vec<Fault> {
        let mut faults = Vec::new();
        let forms: HashSet<String> = product.barcodes.iter().map(|barcode| normal_form(barcode)).collect();
        for form in forms.into_iter().filter(|_| !product.archived) {
            if let Some((first, _)) = self.barcodes.insert(form.clone(), (row.number, product.sku.clone())) {
                let place = at_barcodes(table, row.number);
                faults.push(Fault { place, found: form, what: What::BarcodeTwice { first } });
            }
        }
        faults
    }

    /// The barcodes of rows that a product has which no row names.
    fn taken_barcodes(&self, table: &Table, catalogue: &Catalogue) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for (form, (row, sku)) in &self.barcodes {
            let other = catalogue.by_barcode(form).filter(|other| other.sku != *sku);
            if let Some(other) = other.filter(|other| !self.codes.contains_key(&other.sku)) {
                let what = What::BarcodeTaken { sku: other.sku.clone() };
                faults.push(Fault { place: at_barcodes(table, *row), found: form.clone(), what });
            }
        }
        faults.sort_by_key(|fault| fault.place.row);
        faults
    }

    /// The records of a table, after it is noted where they are and what is wrong.
    fn taken<R>(&mut self, read: Read<R>, faults: &mut Vec<Fault>) -> Vec<R> {
        faults.extend(read.faults);
        let mut again: Vec<(&RecordId, &Place)> = Vec::new();
        for (key @ (record, part), place) in &read.places {
            if part.is_empty() && self.places.contains_key(key) {
                again.push((record, place));
            }
        }
        again.sort_by_key(|(_, place)| place.row);
        faults.extend(again.into_iter().map(|(record, place)| Fault {
            place: place.clone(),
            found: record.code().to_owned(),
            what: What::InAnotherSheet,
        }));
        self.places.extend(read.places);
        read.records
    }

    /// What is wrong with the catalogue as it would be, at the row that brings it about.
    fn fault(&self, tables: &Tables, error: CatalogueError) -> Fault {
        let (record, named) = match &error {
            CatalogueError::DuplicateBarcode { first, second, .. } | CatalogueError::SameVariant { first, second } => {
                (None, vec![second, first])
            }
            CatalogueError::PriceOnlyByMode { sku }
            | CatalogueError::RateWithoutArticle { sku }
            | CatalogueError::UnknownFamily { sku, .. } => (None, vec![sku]),
            CatalogueError::UnknownComponent { menu, sku }
            | CatalogueError::ComponentWithoutPrice { menu, sku }
            | CatalogueError::ComponentQuantity { menu, sku, .. } => (Some(RecordId::Menu(menu.clone())), vec![sku]),
            CatalogueError::EmptyMenu { menu } => (Some(RecordId::Menu(menu.clone())), vec![]),
            CatalogueError::NotToBeListed { list, sku } => (Some(RecordId::PriceList(list.clone())), vec![sku]),
            CatalogueError::ListDates { list } => (Some(RecordId::PriceList(list.clone())), vec![]),
            CatalogueError::ModifierGroup { id } => (Some(RecordId::Modifiers(id.clone())), vec![]),
            _ => (None, Vec::new()),
        };
        let place = |part: &str| self.places.get(&(record.clone()?, part.to_owned())).cloned();
        let of_part = named.first().and_then(|sku| place(sku)).or_else(|| place(""));
        let of_product = || {
            let row = *named.iter().find_map(|sku| self.codes.get(*sku))?;
            let sheet = tables.products.as_ref().and_then(|table| table.sheet.clone());
            Some(Place { sheet, row, column: None })
        };
        let place = of_part.or_else(of_product).unwrap_or_else(|| first_place(tables));
        Fault { place, found: String::new(), what: What::Catalogue(Box::new(error)) }
    }
}

/// The first row of the products, where it is not known better.
fn first_place(tables: &Tables) -> Place {
    let table = tables.products.as_ref();
    let row = table.and_then(|table| table.rows.first()).map_or(1, |row| row.number);
    Place { sheet: table.and_then(|table| table.sheet.clone()), row, column: None }
}

fn at_barcodes(table: &Table, row: u32) -> Place {
    Place { sheet: table.sheet.clone(), row, column: table.place_of(Column::Barcodes) }
}

/// What differs between a product as it is and as it would be.
fn changes(before: &Product, after: &Product) -> Vec<Message> {
    let differing = |column: &Column| shown(*column, before) != shown(*column, after);
    let change = |column: Column| {
        let or_nothing = |value: Option<Arg>| match value {
            Some(Arg::Message(message)) => message,
            Some(value) => Message { id: "{value}", args: vec![("value", value)] },
            None => message!("nothing"),
        };
        message!(
            "{column}: {before} → {after}",
            column = column.title(),
            before = or_nothing(shown(column, before)),
            after = or_nothing(shown(column, after))
        )
    };
    Column::ALL.into_iter().chain([Column::Picture]).filter(differing).map(change).collect()
}

/// What a column says of a product.
fn shown(column: Column, product: &Product) -> Option<Arg> {
    let yes = |truth: bool| Arg::Message(if truth { message!("yes") } else { message!("no") });
    let list = |texts: &[String], between| Some(texts.join(between)).filter(|text| !text.is_empty()).map(Arg::Text);
    let variant = product.variant.as_ref();
    match column {
        Column::Code => Some(Arg::Text(product.sku.clone())),
        Column::Label => Some(Arg::Text(product.label.clone())),
        Column::Category => Some(Arg::Text(product.category.clone())),
        Column::Unit => Some(Arg::Text(product.unit.as_str().to_owned())),
        Column::Price => product.price.map(Arg::Money),
        Column::PriceIn(mode) => product.price_by_mode.get(&mode).copied().map(Arg::Money),
        Column::Vat => Some(Arg::Rate(product.vat.base)),
        Column::VatIn(mode) => product.vat.by_mode.get(&mode).copied().map(Arg::Rate),
        Column::Exempt => product.vat.exempt.clone().map(Arg::Text),
        Column::Barcodes => list(&product.barcodes, " "),
        Column::Reference => product.reference.clone().map(Arg::Text),
        // Enough of its name to tell one picture from another.
        Column::Picture => product.picture.map(|id| Arg::Text(id.to_string().chars().take(8).collect())),
        Column::Family => variant.map(|variant| Arg::Text(variant.family.clone())),
        Column::Axes => None,
        Column::Options => variant.map(|variant| Arg::Text(variant.options.join(SLASH))),
        Column::Modifiers => list(&product.modifiers, " "),
        Column::MealVoucher => Some(yes(product.meal_voucher)),
        Column::Nature => Some(Arg::Message(match product.nature {
            comptoir_fiscal::entry::Nature::Goods => message!("goods"),
            comptoir_fiscal::entry::Nature::Service => message!("service"),
        })),
        Column::Tare => product.tare.map(|tare| Arg::Quantity(comptoir_fiscal::values::Quantity::thousandths(tare))),
        Column::Deposit => Some(yes(product.deposit)),
        Column::Archived => Some(yes(product.archived)),
    }
}
