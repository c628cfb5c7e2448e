//! One row of a table, as a product.

use std::collections::{HashMap, HashSet};

use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::values::Rate;

use super::columns::Column;
use super::error::{Fault, Place, What};
use super::pictures::Pictures;
use super::table::{Cell, Row, Table};
use super::value;
use crate::barcode::{check_digit, normal_form};
use crate::catalogue::{Catalogue, Category, Family, Product, Unit, Variant, VatByMode};
use crate::search::folded;

/// What parts the options of a variant, or the axes of a family.
pub(crate) const SLASH: &str = " / ";

/// What people call categories and families, and what each name means: the id of one, or else its label, the first of
/// those that have it.
pub(crate) struct Names {
    categories: HashMap<String, String>,
    families: HashMap<String, String>,
}

impl Names {
    pub(crate) fn of(catalogue: &Catalogue) -> Names {
        let mut names = Names { categories: HashMap::new(), families: HashMap::new() };
        for Category { id, label, .. } in catalogue.categories() {
            names.categories.entry(folded(label)).or_insert_with(|| id.clone());
        }
        for Family { id, label, .. } in catalogue.families() {
            names.families.entry(folded(label)).or_insert_with(|| id.clone());
        }
        // An id goes before a label that reads the same.
        names.categories.extend(catalogue.categories().iter().map(|Category { id, .. }| (id.clone(), id.clone())));
        names.families.extend(catalogue.families().iter().map(|Family { id, .. }| (id.clone(), id.clone())));
        names
    }

    /// The label of a category, or its id where the label means another or none.
    pub(crate) fn category<'n>(&self, catalogue: &'n Catalogue, id: &'n str) -> &'n str {
        let found = catalogue.categories().iter().find(|category| category.id == id);
        let label = found.map(|category| category.label.as_str());
        label.filter(|label| meant(&self.categories, label) == Some(id)).unwrap_or(id)
    }

    /// The same of a family.
    pub(crate) fn family<'n>(&self, catalogue: &'n Catalogue, id: &'n str) -> &'n str {
        let label = catalogue.family(id).map(|family| family.label.as_str());
        label.filter(|label| meant(&self.families, label) == Some(id)).unwrap_or(id)
    }
}

fn meant<'n>(names: &'n HashMap<String, String>, written: &str) -> Option<&'n str> {
    let written = written.trim();
    names.get(written).or_else(|| names.get(&folded(written))).map(String::as_str)
}

/// The groups that products are in: those of the catalogue, and those that the rows so far make.
pub(super) struct Groups<'c> {
    catalogue: &'c Catalogue,
    names: Names,
    families: HashMap<String, Family>,
    /// The pictures that lie beside the same file.
    pictures: &'c Pictures,
    /// The groups of modifiers that the same file holds.
    pub(super) modifiers: HashSet<String>,
    /// Categories that a row named first.
    pub(super) new_categories: Vec<Category>,
    /// Families that a row named first.
    pub(super) new_families: Vec<Family>,
}

impl<'c> Groups<'c> {
    pub(super) fn of(catalogue: &'c Catalogue, pictures: &'c Pictures) -> Groups<'c> {
        let families = catalogue.families().iter().map(|family| (family.id.clone(), family.clone())).collect();
        Groups {
            catalogue,
            pictures,
            names: Names::of(catalogue),
            families,
            modifiers: HashSet::new(),
            new_categories: Vec::new(),
            new_families: Vec::new(),
        }
    }

    /// The id of the category that somebody wrote; a new one where there is none.
    pub(super) fn category(&mut self, written: &str) -> String {
        if let Some(id) = meant(&self.names.categories, written) {
            return id.to_owned();
        }
        let id = free_id(written, |id| self.names.categories.contains_key(id));
        self.names.categories.insert(folded(written), id.clone());
        self.names.categories.insert(id.clone(), id.clone());
        self.new_categories.push(Category { id: id.clone(), label: written.to_owned(), color: None });
        id
    }

    /// The family that somebody wrote; a new one, with these axes, where there is none.
    fn family(&mut self, written: &str, axes: Option<&str>, category: &str) -> Result<Family, What> {
        let known = meant(&self.names.families, written).and_then(|id| self.families.get(id));
        match (known, axes) {
            (Some(known), Some(axes)) if parted(axes, Some(known.axes.len())) != known.axes => {
                Err(What::AxesDiffer { expected: known.axes.join(SLASH) })
            }
            (Some(known), _) => Ok(known.clone()),
            (None, None) => Err(What::NoAxes),
            (None, Some(axes)) => {
                let id = free_id(written, |id| self.names.families.contains_key(id));
                let (label, category) = (written.to_owned(), category.to_owned());
                let family = Family { id: id.clone(), label, category, axes: parted(axes, None) };
                self.names.families.insert(folded(written), id.clone());
                self.names.families.insert(id.clone(), id.clone());
                self.families.insert(id, family.clone());
                self.new_families.push(family.clone());
                Ok(family)
            }
        }
    }
}

/// What stands between slashes; all of it where one thing is expected, which may hold a slash of its own.
fn parted(text: &str, expected: Option<usize>) -> Vec<String> {
    if expected == Some(1) {
        return vec![text.trim().to_owned()];
    }
    let between = if text.contains(SLASH) { SLASH } else { "/" };
    text.split(between).map(|part| part.trim().to_owned()).collect()
}

/// A short id made of a name, which nothing else has.
fn free_id(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let stem = folded(name).replace(' ', "-");
    let stem = if stem.is_empty() { "groupe" } else { stem.as_str() };
    let numbered = (2..).map(|n: u32| format!("{stem}-{n}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|id| !is_taken(id)).unwrap_or_default()
}

/// The product that a row makes of the one that its code names, or all that is wrong with it.
pub(super) fn product(
    table: &Table,
    row: &Row,
    sku: &str,
    before: Option<&Product>,
    groups: &mut Groups<'_>,
) -> Result<Product, Vec<Fault>> {
    let mut reading = Reading { table, row, faults: Vec::new() };
    let new = || Product::new(sku, "", "", VatByMode::new(Rate::ZERO));
    let mut product = before.cloned().unwrap_or_else(new);
    let is_new = before.is_none();
    for (_, column) in &table.columns {
        reading.set(*column, &mut product, before, groups);
    }
    let missing = [
        (Column::Label, product.label.is_empty(), What::NoLabel),
        (Column::Category, product.category.is_empty(), What::NoCategory),
        (Column::Vat, is_new && reading.cell(Column::Vat).is_none() && product.vat.exempt.is_none(), What::NoRate),
    ];
    for (column, is_missing, what) in missing {
        if is_missing && !reading.has_fault(column) {
            reading.fault(column, what);
        }
    }
    reading.variant(&mut product, groups);
    if !product.vat.is_complete() && reading.faults.is_empty() {
        reading.fault(Column::Vat, What::NoArticle);
    }
    if reading.faults.is_empty() { Ok(product) } else { Err(reading.faults) }
}

struct Reading<'t> {
    table: &'t Table,
    row: &'t Row,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn cell(&self, column: Column) -> Option<&Cell> {
        self.table.place_of(column).and_then(|at| self.row.get(at))
    }

    fn text(&self, column: Column) -> Option<String> {
        self.cell(column).map(Cell::shown)
    }

    fn fault(&mut self, column: Column, what: What) {
        let found = self.text(column).unwrap_or_default();
        let column = self.table.place_of(column);
        let place = Place { sheet: self.table.sheet.clone(), row: self.row.number, column };
        self.faults.push(Fault { place, found, what });
    }

    fn has_fault(&self, column: Column) -> bool {
        let column = self.table.place_of(column);
        column.is_some() && self.faults.iter().any(|fault| fault.place.column == column)
    }

    /// What a cell says; none where it is empty, or wrong, which is then noted.
    fn read<T>(&mut self, column: Column, read: impl Fn(&Cell) -> Result<T, What>) -> Option<T> {
        match read(self.cell(column)?) {
            Ok(value) => Some(value),
            Err(what) => {
                self.fault(column, what);
                None
            }
        }
    }

    fn set(&mut self, column: Column, product: &mut Product, before: Option<&Product>, groups: &mut Groups<'_>) {
        if matches!(self.cell(column), Some(Cell::Broken(_))) {
            return self.fault(column, What::Broken);
        }
        let text = self.text(column);
        match column {
            // Read with the row, or with the family.
            Column::Code | Column::Family | Column::Axes | Column::Options => {}
            Column::Label => keep_or_set(&mut product.label, text.unwrap_or_default()),
            Column::Category => product.category = text.map(|text| groups.category(&text)).unwrap_or_default(),
            Column::Unit => product.unit = self.read(column, value::unit).unwrap_or(Unit::Piece),
            Column::Price => product.price = self.read(column, value::price),
            Column::PriceIn(mode) => {
                let price = self.read(column, value::price);
                put(&mut product.price_by_mode, mode, price);
            }
            Column::Vat => {
                if let Some(rate) = self.read(column, value::rate) {
                    product.vat.base = rate;
                }
            }
            Column::VatIn(mode) => {
                let rate = self.read(column, value::rate);
                put(&mut product.vat.by_mode, mode, rate);
            }
            Column::Exempt => keep_or_put(&mut product.vat.exempt, text),
            Column::Barcodes => product.barcodes = self.barcodes(&text.unwrap_or_default(), before),
            Column::Reference => keep_or_put(&mut product.reference, text),
            Column::Picture => match text.map(|name| groups.pictures.of(&name)) {
                None => product.picture = None,
                Some(Ok(picture)) => product.picture = Some(picture.id()),
                Some(Err(what)) => self.fault(column, what),
            },
            Column::Modifiers => {
                let text = text.unwrap_or_default();
                let ids = text.split([',', ';', '|']).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
                let ids: Vec<String> = ids.collect();
                if ids.iter().any(|id| groups.catalogue.modifier_group(id).is_none() && !groups.modifiers.contains(id))
                {
                    self.fault(column, What::UnknownModifiers);
                }
                product.modifiers = ids;
            }
            Column::MealVoucher => product.meal_voucher = self.read(column, value::truth).unwrap_or(false),
            Column::Nature => product.nature = self.read(column, value::nature).unwrap_or(Nature::Goods),
            Column::Tare => product.tare = self.read(column, value::thousandths),
            Column::Deposit => product.deposit = self.read(column, value::truth).unwrap_or(false),
            Column::Archived => product.archived = self.read(column, value::truth).unwrap_or(false),
        }
    }

    fn variant(&mut self, product: &mut Product, groups: &mut Groups<'_>) {
        if self.table.place_of(Column::Family).is_none() {
            return;
        }
        let Some(family) = self.text(Column::Family) else {
            product.variant = None;
            return;
        };
        let axes = self.text(Column::Axes);
        let family = match groups.family(&family, axes.as_deref(), &product.category) {
            Ok(family) => family,
            Err(what @ What::AxesDiffer { .. }) => return self.fault(Column::Axes, what),
            Err(what) => return self.fault(Column::Family, what),
        };
        let options = match (self.text(Column::Options), &product.variant) {
            (Some(options), _) => parted(&options, Some(family.axes.len())),
            (None, Some(variant)) if self.table.place_of(Column::Options).is_none() => variant.options.clone(),
            (None, _) => Vec::new(),
        };
        if options.len() != family.axes.len() || options.iter().any(String::is_empty) {
            return self.fault(Column::Options, What::OptionsDiffer { expected: family.axes.join(SLASH) });
        }
        product.variant = Some(Variant { family: family.id, options });
    }

    /// The barcodes of a cell, in the writing that the product has already where they are the same.
    fn barcodes(&mut self, text: &str, before: Option<&Product>) -> Vec<String> {
        let known = before.map(|before| before.barcodes.as_slice()).unwrap_or_default();
        let mut barcodes: Vec<String> = Vec::new();
        for written in listed(text) {
            let same = known.iter().find(|known| normal_form(known) == normal_form(written));
            if same.is_none()
                && let Err(what) = sound(written)
            {
                self.fault(Column::Barcodes, what);
            }
            let barcode = same.cloned().unwrap_or_else(|| written.to_owned());
            if !barcodes.contains(&barcode) {
                barcodes.push(barcode);
            }
        }
        barcodes
    }
}

pub(super) fn put<V>(by_mode: &mut std::collections::BTreeMap<SaleMode, V>, mode: SaleMode, value: Option<V>) {
    match value {
        Some(value) => drop(by_mode.insert(mode, value)),
        None => drop(by_mode.remove(&mode)),
    }
}

/// Spaces around a text are no change.
pub(super) fn keep_or_set(before: &mut String, text: String) {
    if before.trim() != text {
        *before = text;
    }
}

fn keep_or_put(before: &mut Option<String>, text: Option<String>) {
    if before.as_deref().map(str::trim).filter(|before| !before.is_empty()) != text.as_deref() {
        *before = text;
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '|')).filter(|one| !one.is_empty())
}

/// Refuses a GTIN whose check digit is wrong: no scanner would ever find it.
fn sound(barcode: &str) -> Result<(), What> {
    let is_gtin = matches!(barcode.len(), 8 | 12..=14) && barcode.bytes().all(|c| c.is_ascii_digit());
    let Some((body, last)) = barcode.len().checked_sub(1).and_then(|at| barcode.split_at_checked(at)) else {
        return Ok(());
    };
    match check_digit(body) {
        Some(expected) if is_gtin && expected.to_string() != last => Err(What::CheckDigit { expected }),
        _ => Ok(()),
    }
}
