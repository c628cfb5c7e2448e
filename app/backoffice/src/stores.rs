//! What the tills of a store share, from the command line: listed, imported, and decided.

use std::path::Path;

use comptoir_backoffice::merchants;
use comptoir_backoffice::server::now_millis;
use comptoir_backoffice::shared::editing::{self, Edited, NotEdited, Stock};
use comptoir_backoffice::shared::inbox::{self as waiting, Item, Take};
use comptoir_backoffice::shared::{self, Scope};
use comptoir_backoffice::store::{Store, StoreError, Tx};
use comptoir_core::import::{self, Preview, Records};
use comptoir_core::shared::{Kind, Row};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::{Place, StoreOf};
use crate::folder::FolderError;
use crate::words;

/// How often an import is begun anew where tills edit the store meanwhile.
const TRIES_MAX: usize = 10;
/// What nobody is shown.
const SECRETS: [&str; 2] = ["pin", "badge"];

#[derive(Debug, Serialize)]
struct Listed {
    kind: Kind,
    key: String,
    version: u64,
    row: Row,
}

#[derive(Debug, Serialize)]
struct Waits<'i> {
    n: u64,
    merchant: &'i str,
    store: &'i str,
    till: &'i str,
    register: &'i str,
    operator: &'i str,
    at: u64,
    received: i64,
    kind: Kind,
    key: &'i str,
    fields: &'i [String],
    theirs: Option<Row>,
    ours: Option<Row>,
}

/// Lists the records of a store.
pub(crate) fn records(
    place: &Place,
    of: &StoreOf,
    kind: Option<Kind>,
    json: bool,
    texts: &Translations,
) -> Result<(), FolderError> {
    let store = place.store()?;
    let scope = scope(&store, of)?;
    let records = store.read_now(move |tx: &mut dyn Tx| shared::records(tx, &scope, kind))?;
    let listed: Vec<Listed> = records
        .into_iter()
        .filter_map(|(kind, key, record)| {
            Some(Listed { kind, key, version: record.number, row: without_secrets(record.row?) })
        })
        .collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&listed).unwrap_or_default());
        return Ok(());
    }
    for Listed { kind, key, row, .. } in &listed {
        let name = ["label", "name"].iter().find_map(|name| row.get(*name)?.as_str()).unwrap_or_default();
        println!("{} · {key} · {name}", texts.say(&words::kind(*kind)));
    }
    println!("{}", texts.say(&message!("{count} records.", count = listed.len())));
    Ok(())
}

/// Imports a table into a store.
pub(crate) fn import(place: &Place, of: &StoreOf, file: &Path, texts: &Translations) -> Result<(), FolderError> {
    let tables = import::read(file, &mut |_, _| ())?;
    let store = place.store()?;
    let scope = scope(&store, of)?;
    for _ in 0..TRIES_MAX {
        let read = scope.clone();
        let stock: Stock = store.read_now(move |tx: &mut dyn Tx| editing::stock(tx, &read))?;
        let (preview, edited) = match editing::preview(&tables, &stock) {
            Ok(previewed) => previewed,
            Err(refused) => {
                if let NotEdited::Faults(faults) = &refused {
                    faults.iter().for_each(|fault| eprintln!("{}", texts.say(&fault.message())));
                }
                return Err(refused.into());
            }
        };
        match put(&store, &scope, edited, stock.number) {
            Err(NotEdited::Overtaken) => {}
            done => {
                tell(&preview, done?, texts);
                return Ok(());
            }
        }
    }
    Err(NotEdited::Overtaken.into())
}

fn put(store: &Store, scope: &Scope, edited: Vec<Edited>, read_at: u64) -> Result<usize, NotEdited> {
    if edited.is_empty() {
        return Ok(0);
    }
    let (scope, now) = (scope.clone(), now_millis());
    store.write_now(move |tx: &mut dyn Tx| editing::edit(tx, &scope, &edited, Some(read_at), now))
}

fn tell(preview: &Preview, changed: usize, texts: &Translations) {
    let say = |message| println!("{}", texts.say(&message));
    say(message!(
        "Products: {new} new, {changed} changed, {unchanged} unchanged.",
        new = preview.new.len(),
        changed = preview.changed.len(),
        unchanged = preview.unchanged
    ));
    if let Some((new, changed, unchanged)) = counted(&preview.price_lists) {
        say(message!(
            "Price lists: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if let Some((new, changed, unchanged)) = counted(&preview.menus) {
        say(message!(
            "Menus: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if let Some((new, changed, unchanged)) = counted(&preview.modifiers) {
        say(message!(
            "Groups of modifiers: {new} new, {changed} changed, {unchanged} unchanged.",
            new = new,
            changed = changed,
            unchanged = unchanged
        ));
    }
    if !preview.unknown.is_empty() {
        let names = preview.unknown.join(", ");
        say(message!("Columns passed over, as nothing is called so here: {names}.", names = names));
    }
    if !preview.passed_over.is_empty() {
        say(message!("Sheets that were not read: {names}.", names = preview.passed_over.join(", ")));
    }
    match changed {
        0 => say(message!("Nothing changes.")),
        count => say(message!("Imported: {count} records changed, which tills now fetch.", count = count)),
    }
}

fn counted<R: Clone + PartialEq>(records: &Records<R>) -> Option<(usize, usize, usize)> {
    records.are_named().then_some((records.new.len(), records.changed.len(), records.unchanged))
}

/// Lists what waits for a decision.
pub(crate) fn inbox(place: &Place, json: bool, texts: &Translations) -> Result<(), FolderError> {
    let items = place.store()?.read_now(|tx: &mut dyn Tx| waiting::open(tx))?;
    if json {
        let listed: Vec<Waits<'_>> = items.iter().map(waits).collect();
        println!("{}", serde_json::to_string_pretty(&listed).unwrap_or_default());
        return Ok(());
    }
    for item in &items {
        let Item { n, merchant, store, kind, key, .. } = item;
        println!("{n} · {merchant} · {store} · {} {key}", texts.say(&words::kind(*kind)));
        words::of_item(item).iter().for_each(|said| println!("  {}", texts.say(said)));
    }
    if items.is_empty() {
        println!("{}", texts.say(&message!("Nothing waits for a decision.")));
    }
    Ok(())
}

fn waits(item: &Item) -> Waits<'_> {
    let those = |row: &Option<Row>| {
        let row = without_secrets(row.clone()?);
        Some(row.into_iter().filter(|(name, _)| item.fields.contains(name)).collect())
    };
    Waits {
        n: item.n,
        merchant: &item.merchant,
        store: &item.store,
        till: &item.till,
        register: &item.register,
        operator: &item.operator,
        at: item.at,
        received: item.received,
        kind: item.kind,
        key: &item.key,
        fields: &item.fields,
        theirs: those(&item.theirs),
        ours: those(&item.ours),
    }
}

/// Decides what waits under a number, in the store that is named or else in the only one that has such a number.
pub(crate) fn decide(
    place: &Place,
    (number, of): (u64, Option<(String, String)>),
    take: Take,
    by: Option<String>,
    texts: &Translations,
) -> Result<(), FolderError> {
    let store = place.store()?;
    let scope = match of {
        Some((merchant, name)) => scope(&store, &StoreOf { merchant, store: name })?,
        None => {
            let mut items = store.read_now(|tx: &mut dyn Tx| waiting::open(tx))?;
            items.retain(|item| item.n == number);
            match items.as_slice() {
                [] => return Err(waiting::NotDecided::Unknown.into()),
                [item] => item.scope.clone(),
                _ => return Err(FolderError::SeveralStores),
            }
        }
    };
    let by = by.or_else(|| ["USER", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok()));
    let (by, now) = (by.unwrap_or_else(|| "?".to_owned()), now_millis());
    let decided = store.write_now(move |tx: &mut dyn Tx| waiting::decide(tx, &scope, number, take, &by, now));
    decided.map_err(|error: StoreError| FolderError::from(error))??;
    println!("{}", texts.say(&message!("Decided.")));
    Ok(())
}

fn scope(store: &Store, of: &StoreOf) -> Result<Scope, FolderError> {
    let (merchant, name) = (of.merchant.clone(), of.store.clone());
    let found = store.read_now(move |tx: &mut dyn Tx| merchants::find(tx, &merchant, &name));
    let found = found.map_err(|error: StoreError| FolderError::from(error))?.ok_or(FolderError::UnknownStore)?;
    Ok(Scope { merchant: found.merchant, store: found.store })
}

/// A record without what is kept of PINs and badges.
fn without_secrets(mut row: Row) -> Row {
    for name in SECRETS {
        if let Some(secret) = row.get_mut(name).filter(|secret| secret.is_object()) {
            *secret = Value::from("***");
        }
    }
    row
}
