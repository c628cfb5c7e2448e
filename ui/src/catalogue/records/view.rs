//! What is shown of menus, families, modifiers and price lists, computed from the till.

use comptoir_core::catalogue::{Menu, PriceList};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::{ModelRc, SharedString, VecModel};

use super::{Item, Kind, Record, Said, Shape};
use crate::generated::{FoundRow, RecordItem, RecordView};
use crate::till::Till;

/// The records of the tab that is shown.
pub(crate) fn records(till: &Till) -> Vec<FoundRow> {
    let room = &till.catalogue;
    let row = |label: &str, second: String, price: String| FoundRow {
        label: label.into(),
        second: second.into(),
        price: price.into(),
        wrong: false,
    };
    match room.tab.records() {
        None => Vec::new(),
        Some(Kind::Menu) => room
            .stored
            .menus()
            .iter()
            .map(|menu| row(&menu.label, till.say(&what_it_holds(menu)), till.money(menu.price)))
            .collect(),
        Some(Kind::Family) => {
            let families = room.stored.families().iter();
            families
                .map(|family| {
                    let count = articles(room.stored.variants(&family.id).count());
                    row(&family.label, till.say(&count), family.axes.join(", "))
                })
                .collect()
        }
        Some(Kind::Modifiers) => {
            let groups = room.stored.modifier_groups().iter();
            groups
                .map(|group| {
                    let choices: Vec<&str> = group.modifiers.iter().map(|one| one.label.as_str()).collect();
                    row(&group.label, choices.join(", "), String::new())
                })
                .collect()
        }
        Some(Kind::Prices) => {
            let lists = room.stored.price_lists().iter();
            lists
                .map(|list| row(&list.label, till.say(&when(till, list)), till.say(&articles(list.prices.len()))))
                .collect()
        }
    }
}

fn what_it_holds(menu: &Menu) -> Message {
    match (menu.archived, menu.courses.len()) {
        (true, _) => message!("off sale"),
        (false, 0) => articles(menu.components.len()),
        (false, 1) => message!("1 choice"),
        (false, count) => message!("{count} choices", count = count),
    }
}

fn articles(count: usize) -> Message {
    match count {
        0 => message!("no article"),
        1 => message!("1 article"),
        count => message!("{count} articles", count = count),
    }
}

fn when(till: &Till, list: &PriceList) -> Message {
    let say = |date| till.language().date(date);
    match (list.archived, list.from, list.until) {
        (true, ..) => message!("not in use"),
        (false, None, None) => message!("always"),
        (false, Some(from), None) => message!("from {date}", date = say(from)),
        (false, None, Some(until)) => message!("until {date}", date = say(until)),
        (false, Some(from), Some(until)) => message!("{from} to {until}", from = say(from), until = say(until)),
    }
}

/// The record that is open.
pub(crate) fn record(till: &Till) -> RecordView {
    let Some(record) = &till.catalogue.record else { return RecordView::default() };
    let new = match record.kind() {
        Kind::Menu => message!("New menu"),
        Kind::Family => message!("New family of variants"),
        Kind::Modifiers => message!("New modifiers"),
        Kind::Prices => message!("New price list"),
    };
    RecordView {
        open: true,
        is_new: record.is_new,
        title: if record.is_new { till.say(&new).into() } else { record.label().into() },
        finding: record.finding.is_some(),
        query: record.finding.as_ref().map(|finding| finding.query.as_str()).unwrap_or_default().into(),
    }
}

/// The rows of its form.
pub(crate) fn items(till: &Till) -> Vec<RecordItem> {
    let Some(record) = &till.catalogue.record else { return Vec::new() };
    record.items(&till.catalogue.stored).into_iter().map(|item| row(till, item)).collect()
}

fn row(till: &Till, item: Item) -> RecordItem {
    let label = match item.label {
        Said::Words(message) => till.say(&message),
        Said::Name(name) => name,
    };
    let mut row = RecordItem {
        label: label.into(),
        text: item.text.into(),
        hint: item.hint.map(|hint| till.say(&hint)).unwrap_or_default().into(),
        chosen: -1,
        ..RecordItem::default()
    };
    row.kind = match item.shape {
        Shape::Title => 0,
        Shape::Field { numbers } => {
            row.numbers = numbers;
            1
        }
        Shape::Switch(on) => {
            row.on = on;
            2
        }
        Shape::Pick(names, chosen) => {
            let names: Vec<SharedString> = names.into_iter().map(SharedString::from).collect();
            row.options = ModelRc::new(VecModel::from(names));
            row.chosen = chosen.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1);
            3
        }
        Shape::Line { numbers } => {
            row.numbers = numbers;
            4
        }
        Shape::Pair { second } => {
            row.second = second.into();
            5
        }
        Shape::Asked => 6,
        Shape::Named => 7,
        Shape::Find | Shape::Add => 8,
    };
    row
}

/// The articles that are offered to it.
pub(crate) fn offered(till: &Till) -> Vec<FoundRow> {
    let room = &till.catalogue;
    let offered = |record: &Record| -> Vec<FoundRow> {
        let found = record.offered(&room.stored, &till.sale.search).into_iter();
        found
            .map(|(sku, label)| {
                let price = room.stored.product(sku).and_then(|product| product.price);
                let price = price.or_else(|| room.stored.menu(sku).map(|menu| menu.price));
                FoundRow {
                    label: label.into(),
                    second: sku.into(),
                    price: price.map(|price| till.money(price)).unwrap_or_default().into(),
                    wrong: false,
                }
            })
            .collect()
    };
    room.record.as_ref().map(offered).unwrap_or_default()
}
