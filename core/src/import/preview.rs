//! What an import would change: shown before anything does.

use std::collections::{HashMap, HashSet};

use comptoir_fiscal::language::{Arg, Message};
use comptoir_fiscal::message;

use super::columns::Column;
use super::error::{Fault, Place, What};
use super::product::{Groups, SLASH, product};
use super::table::{Cell, Row, Table};
use crate::barcode::normal_form;
use crate::catalogue::{Catalogue, CatalogueEdit, CatalogueError, Category, Family, Product};

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
    /// The headers that mean nothing here.
    pub unknown: Vec<String>,
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
        self.new.is_empty() && self.changed.is_empty()
    }

    /// The edits that it comes to.
    pub fn edits(&self) -> Vec<CatalogueEdit> {
        let products = self.new.iter().chain(self.changed.iter().map(|changed| &changed.product));
        let categories = self.categories.iter().cloned().map(CatalogueEdit::Category);
        let families = self.families.iter().cloned().map(CatalogueEdit::Family);
        let products = products.map(|product| CatalogueEdit::Product(Box::new(product.clone())));
        categories.chain(families).chain(products).collect()
    }
}

/// Holds a table against the catalogue: what would change, or everything that is wrong.
pub fn preview(table: &Table, catalogue: &Catalogue) -> Result<Preview, Vec<Fault>> {
    let mut preview = Preview { unknown: table.unknown.clone(), ..Preview::default() };
    let mut groups = Groups::of(catalogue);
    let mut seen = Seen::default();
    let mut faults = Vec::new();
    for row in &table.rows {
        let before = match seen.code(table, row, catalogue) {
            Ok((sku, before)) => product(table, row, &sku, before, &mut groups).map(|after| (before, after)),
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
            faults.truncate(MOST_FAULTS);
            return Err(faults);
        }
    }
    faults.extend(seen.taken_barcodes(table, catalogue));
    faults.truncate(MOST_FAULTS);
    preview.categories = groups.new_categories;
    preview.families = groups.new_families;
    if faults.is_empty()
        && let Err(error) = catalogue.edited(&preview.edits(), |_| false)
    {
        faults.push(seen.fault(table, error));
    }
    if faults.is_empty() { Ok(preview) } else { Err(faults) }
}

/// What rows so far have taken for themselves.
#[derive(Default)]
struct Seen {
    codes: HashMap<String, u32>,
    /// By the form in which they are looked up: the row, and the product's code.
    barcodes: HashMap<String, (u32, String)>,
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

    /// What is wrong with the catalogue as it would be, at the row that brings it about.
    fn fault(&self, table: &Table, error: CatalogueError) -> Fault {
        let named = match &error {
            CatalogueError::DuplicateBarcode { first, second, .. } | CatalogueError::SameVariant { first, second } => {
                vec![second, first]
            }
            CatalogueError::PriceOnlyByMode { sku }
            | CatalogueError::RateWithoutArticle { sku }
            | CatalogueError::UnknownFamily { sku, .. }
            | CatalogueError::ComponentWithoutPrice { sku, .. }
            | CatalogueError::ComponentQuantity { sku, .. } => vec![sku],
            _ => Vec::new(),
        };
        let row = named.into_iter().find_map(|sku| self.codes.get(sku)).copied();
        let row = row.unwrap_or_else(|| table.rows.first().map_or(1, |row| row.number));
        let place = Place { sheet: table.sheet.clone(), row, column: None };
        Fault { place, found: String::new(), what: What::Catalogue(Box::new(error)) }
    }
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
    Column::ALL.into_iter().filter(differing).map(change).collect()
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
