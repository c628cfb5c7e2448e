//! The rows of a table as menus.

use std::collections::{BTreeMap, HashMap};

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Quantity};

use super::error::What;
use super::headers::MenuColumn as Column;
use super::product::{Groups, put};
use super::reading::{Articles, Places, Read, Reading};
use super::table::{Row, Table};
use super::value;
use crate::catalogue::{Choice, Component, Course, Menu, RecordId};

/// The menus that a table holds. A menu that is named holds what its rows say and nothing else.
pub(super) fn menus(table: &Table<Column>, articles: &Articles<'_>, groups: &mut Groups<'_>) -> Read<Menu> {
    let mut reading = Reading::of(table);
    let mut places = Places::new();
    let mut records = Vec::new();
    for (sku, rows) in reading.records(Column::Code) {
        let Some(first) = rows.first() else { continue };
        if articles.is_product(&sku) {
            reading.fault(first, Column::Code, What::OfAProduct);
        }
        let before = articles.catalogue.menu(&sku);
        let mut menu = before.cloned().unwrap_or_else(|| empty(&sku));
        menu.label = reading.name(&rows, Column::Label, before.map(|menu| menu.label.as_str()));
        let category = before.map(|menu| menu.category.clone());
        let category = reading.must(&rows, Column::Category, category, value::text, What::NoCategory);
        if let Some(category) = category {
            menu.category = groups.category(&category);
        }
        let price = before.map(|menu| menu.price);
        let price = reading.must(&rows, Column::Price, price, value::price, What::NoPrice);
        menu.price = price.unwrap_or_default();
        for mode in SaleMode::ALL {
            if let Some(price) = reading.said(&rows, Column::PriceIn(mode), value::price) {
                put(&mut menu.price_by_mode, mode, price);
            }
        }
        if let Some(archived) = reading.said(&rows, Column::Archived, value::truth) {
            menu.archived = archived.unwrap_or_default();
        }
        let record = RecordId::Menu(sku);
        places.insert((record.clone(), String::new()), reading.place(first));
        (menu.components, menu.courses) = (Vec::new(), Vec::new());
        let mut courses = HashMap::new();
        for row in rows {
            if let Some(component) = fill(&mut reading, row, articles, &mut menu, &mut courses) {
                places.insert((record.clone(), component), reading.place(row));
            }
        }
        // Spaces around a text are no change.
        for (course, known) in menu.courses.iter_mut().zip(before.iter().flat_map(|menu| &menu.courses)) {
            if course.label == known.label.trim() {
                course.label.clone_from(&known.label);
            }
        }
        records.push(menu);
    }
    Read { records, places, faults: reading.faults }
}

/// Adds the product of a row to a menu, to what every one holds or to a course; its code.
fn fill(
    reading: &mut Reading<'_, Column>,
    row: &Row,
    articles: &Articles<'_>,
    menu: &mut Menu,
    courses: &mut HashMap<(Option<u16>, String), usize>,
) -> Option<String> {
    let sku = reading.need(row, Column::Article, value::text, What::UnknownArticle);
    let qty = reading.read(row, Column::Quantity, value::quantity).unwrap_or(Quantity::ONE);
    let supplement = reading.read(row, Column::Supplement, value::price).unwrap_or(Cents::ZERO);
    let number = reading.read(row, Column::CourseNumber, value::count);
    let label = reading.read(row, Column::Course, value::text).unwrap_or_default();
    let sku = sku?;
    if !articles.is_product(&sku) {
        reading.fault(row, Column::Article, What::UnknownArticle);
        return None;
    }
    let component = Component { sku: sku.clone(), qty };
    if number.is_none() && label.is_empty() {
        if !supplement.is_zero() {
            reading.fault(row, Column::Supplement, What::SupplementWithoutCourse);
        }
        menu.components.push(component);
        return Some(sku);
    }
    let at = *courses.entry((number, label.clone())).or_insert(menu.courses.len());
    let choice = Choice { component, supplement };
    match menu.courses.get_mut(at) {
        Some(course) => course.choices.push(choice),
        None => menu.courses.push(Course { label, choices: vec![choice] }),
    }
    Some(sku)
}

fn empty(sku: &str) -> Menu {
    Menu {
        sku: sku.to_owned(),
        label: String::new(),
        category: String::new(),
        price: Cents::ZERO,
        price_by_mode: BTreeMap::new(),
        components: Vec::new(),
        courses: Vec::new(),
        archived: false,
    }
}
