//! `comptoir import` and `comptoir export`: a catalogue from a spreadsheet, sales and catalogue to one.

use std::io::BufRead;
use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::export::{Dates, What};
use comptoir_core::import::{self, Fault, ImportError, Preview, Records};
use comptoir_core::operators::Rank;
use comptoir_core::register::{Credential, Refusal, Register};
use comptoir_core::secret::{Pin, SecretError};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;

use crate::shop;

/// How many products of a preview are named.
const NAMED: usize = 20;

/// Why nothing was imported or exported.
#[derive(Debug)]
pub(crate) enum TablesError {
    Refused(Refusal),
    File(ImportError),
    Pin(SecretError),
    /// How many cells are wrong; each was named.
    Faults(usize),
}

impl TablesError {
    pub(crate) fn message(&self) -> Message {
        match self {
            TablesError::Refused(refusal) => refusal.message(),
            TablesError::File(error) => error.message(),
            TablesError::Pin(error) => error.message(),
            TablesError::Faults(count) => {
                message!("Nothing was imported. Correct what is listed ({count}), then import again.", count = *count)
            }
        }
    }
}

impl<E: Into<Refusal>> From<E> for TablesError {
    fn from(error: E) -> TablesError {
        TablesError::Refused(error.into())
    }
}

/// Says what the import of a file would change, and where asked changes it.
pub(crate) fn import(
    data: &Path,
    file: &Path,
    apply: bool,
    operator: Option<&str>,
    translations: &Translations,
) -> Result<(), TablesError> {
    let mut patience = Patience::new(translations.say(&message!("Reading the table")));
    let table = import::read(file, &mut |done, total| patience.show(done, total));
    patience.end();
    let table = table.map_err(TablesError::File)?;
    let mut register = shop::open(data, translations)?;
    let preview = match import::preview(&table, register.stored_catalogue()) {
        Ok(preview) => preview,
        Err(faults) => {
            tell_faults(&faults, translations);
            register.stop()?;
            return Err(TablesError::Faults(faults.len()));
        }
    };
    tell(&preview, translations);
    match (preview.is_empty(), apply) {
        (true, _) => println!("{}", translations.say(&message!("Nothing changes."))),
        (false, false) => {
            println!("{}", translations.say(&message!("Nothing is changed yet. Add --yes to import this.")));
        }
        (false, true) => {
            let operator = act_as(&mut register, operator, translations)?;
            register.import_catalogue(&operator, &preview)?;
            println!("{}", translations.say(&message!("Imported.")));
        }
    }
    Ok(register.stop()?)
}

/// Writes sales, the catalogue or both.
pub(crate) fn export(
    data: &Path,
    to: &Path,
    what: What,
    dates: Dates,
    operator: Option<&str>,
    translations: &Translations,
) -> Result<(), TablesError> {
    let mut register = shop::open(data, translations)?;
    let operator = act_as(&mut register, operator, translations)?;
    let mut patience = Patience::new(translations.say(&message!("Reading the sales")));
    let exported =
        register.export(&operator, what, dates, to, translations, &mut |done, total| patience.show(done, total));
    patience.end();
    let exported = exported?;
    println!(
        "{}",
        translations.say(&message!(
            "Taken out: {tickets} tickets, {products} products. They are in:",
            tickets = exported.tickets,
            products = exported.products
        ))
    );
    exported.files.iter().for_each(|file| println!("{}", file.display()));
    Ok(register.stop()?)
}

/// In whose name it is done: who is named, or else an owner. Who has a PIN types it.
fn act_as(register: &mut Register, operator: Option<&str>, translations: &Translations) -> Result<String, TablesError> {
    let owner = register.operators().find(|one| one.active && one.role.rank() == Some(Rank::Owner));
    let id = operator.map(str::to_owned).or_else(|| owner.map(|owner| owner.id.clone())).unwrap_or_default();
    let has_pin = register.operators().any(|one| one.id == id && one.pin.is_some());
    if has_pin {
        eprintln!("{}", translations.say(&message!("PIN of {operator}:", operator = id.as_str())));
        let mut typed = String::new();
        // What cannot be read is no PIN, and refused as one.
        let _ = std::io::stdin().lock().read_line(&mut typed);
        let pin = Pin::typed(typed.trim()).map_err(TablesError::Pin)?;
        register.sign_in(&Credential::Pin { operator: id.clone(), pin })?;
    }
    Ok(id)
}

fn tell_faults(faults: &[Fault], translations: &Translations) {
    for fault in faults {
        eprintln!("{}", translations.say(&fault.message()));
    }
}

fn tell(preview: &Preview, translations: &Translations) {
    let say = |message: &Message| println!("{}", translations.say(message));
    let products = preview.new.len() + preview.changed.len() + preview.unchanged;
    let has_others = preview.price_lists.are_named() || preview.menus.are_named() || preview.modifiers.are_named();
    if products > 0 || !has_others {
        say(&message!(
            "Products: {new} new, {changed} changed, {unchanged} unchanged.",
            new = preview.new.len(),
            changed = preview.changed.len(),
            unchanged = preview.unchanged
        ));
    }
    let listed = |labels: Vec<&str>| labels.join(", ");
    if preview.price_lists.are_named() {
        let (new, changed, unchanged) = counted(&preview.price_lists);
        say(&message!(
            "Price lists: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if preview.menus.are_named() {
        let (new, changed, unchanged) = counted(&preview.menus);
        say(&message!(
            "Menus: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if preview.modifiers.are_named() {
        let (new, changed, unchanged) = counted(&preview.modifiers);
        say(&message!(
            "Groups of modifiers: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if !preview.categories.is_empty() {
        let labels = preview.categories.iter().map(|category| category.label.as_str()).collect();
        say(&message!("New categories: {labels}.", labels = listed(labels)));
    }
    if !preview.families.is_empty() {
        let labels = preview.families.iter().map(|family| family.label.as_str()).collect();
        say(&message!("New families: {labels}.", labels = listed(labels)));
    }
    if !preview.unknown.is_empty() {
        let names = preview.unknown.iter().map(String::as_str).collect();
        say(&message!("Columns passed over, as nothing is called so here: {names}.", names = listed(names)));
    }
    if !preview.passed_over.is_empty() {
        let names = preview.passed_over.iter().map(String::as_str).collect();
        say(&message!(
            "Sheets that were not read: {names}. Put all products on one sheet, and name the columns of the others as an export does.",
            names = listed(names)
        ));
    }
    tell_records(&preview.price_lists, |list| (&list.id, &list.label));
    tell_records(&preview.menus, |menu| (&menu.sku, &menu.label));
    tell_records(&preview.modifiers, |group| (&group.id, &group.label));
    for product in preview.new.iter().take(NAMED) {
        println!("  + {}  {}", product.sku, product.label);
    }
    for changed in preview.changed.iter().take(NAMED) {
        let changes: Vec<String> = changed.changes.iter().map(|change| translations.say(change)).collect();
        println!("  ~ {}  {}", changed.product.sku, changes.join(" ; "));
    }
    let more = preview.new.len().saturating_sub(NAMED) + preview.changed.len().saturating_sub(NAMED);
    if more > 0 {
        say(&message!("  … and {more} more", more = more));
    }
}

fn counted<R>(records: &Records<R>) -> (usize, usize, usize) {
    (records.new.len(), records.changed.len(), records.unchanged)
}

fn tell_records<'p, R>(records: &'p Records<R>, name: impl Fn(&'p R) -> (&'p String, &'p String)) {
    let marked = records.new.iter().map(|record| ('+', record));
    let marked = marked.chain(records.changed.iter().map(|record| ('~', record)));
    for (mark, record) in marked.take(NAMED) {
        let (id, label) = name(record);
        println!("  {mark} {id}  {label}");
    }
}
