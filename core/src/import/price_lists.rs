//! The rows of a table as price lists.

use std::collections::{BTreeMap, HashMap};

use comptoir_fiscal::values::Cents;

use super::error::What;
use super::headers::ListColumn as Column;
use super::reading::{Articles, Places, Read, Reading};
use super::table::{Row, Table};
use super::value;
use crate::catalogue::{PriceList, RecordId};

/// The price lists that a table holds. A list that is named has the prices that its rows say and no others.
pub(super) fn price_lists(table: &Table<Column>, articles: &Articles<'_>) -> Read<PriceList> {
    let mut reading = Reading::of(table);
    let mut places = Places::new();
    let mut records = Vec::new();
    for (id, rows) in reading.records(Column::Code) {
        let before = articles.catalogue.price_lists().iter().find(|list| list.id == id);
        let mut list = before.cloned().unwrap_or_else(|| empty(&id));
        list.label = reading.name(&rows, Column::Label, before.map(|list| list.label.as_str()));
        if let Some(stores) = reading.said(&rows, Column::Stores, value::names) {
            list.stores = stores.unwrap_or_default();
        }
        if let Some(modes) = reading.said(&rows, Column::Modes, value::modes) {
            list.modes = modes.unwrap_or_default();
        }
        if let Some(from) = reading.said(&rows, Column::From, value::date) {
            list.from = from;
        }
        if let Some(until) = reading.said(&rows, Column::Until, value::date) {
            list.until = until;
        }
        if let Some(archived) = reading.said(&rows, Column::Archived, value::truth) {
            list.archived = archived.unwrap_or_default();
        }
        let record = RecordId::PriceList(id);
        if let Some(row) = rows.first() {
            places.insert((record.clone(), String::new()), reading.place(row));
        }
        list.prices = prices(&mut reading, &rows, articles);
        for row in rows {
            if let Some(cell) = reading.cell(row, Column::Article) {
                places.insert((record.clone(), cell.shown()), reading.place(row));
            }
        }
        records.push(list);
    }
    Read { records, places, faults: reading.faults }
}

fn prices(reading: &mut Reading<'_, Column>, rows: &[&Row], articles: &Articles<'_>) -> BTreeMap<String, Cents> {
    let (mut prices, mut seen) = (BTreeMap::new(), HashMap::new());
    for row in rows {
        // A list may have no price yet.
        if reading.cell(row, Column::Article).is_none() && reading.cell(row, Column::Price).is_none() {
            continue;
        }
        let sku = reading.need(row, Column::Article, value::text, What::UnknownArticle);
        let price = reading.need(row, Column::Price, value::price, What::NoPrice);
        let Some(sku) = sku else { continue };
        if !articles.is_product(&sku) && !articles.is_menu(&sku) {
            reading.fault(row, Column::Article, What::UnknownArticle);
        } else if let Some(first) = seen.insert(sku.clone(), row.number) {
            reading.fault(row, Column::Article, What::Twice { first });
        } else if let Some(price) = price {
            prices.insert(sku, price);
        }
    }
    prices
}

fn empty(id: &str) -> PriceList {
    PriceList {
        id: id.to_owned(),
        label: String::new(),
        stores: Vec::new(),
        modes: Vec::new(),
        from: None,
        until: None,
        prices: BTreeMap::new(),
        archived: false,
    }
}
