//! The catalogue's modifiers, menus and price lists, a row for each part of one, in the columns that an import reads.

use super::sales::mode;
use super::sheets::{Sheet, Value};
use super::{ExportError, Tables};
use crate::catalogue::{Catalogue, Component, Course, Menu, Modifier, ModifierGroup, PriceList};
use crate::import::{ListColumn, MenuColumn, ModifierColumn, Names};

pub(super) fn write(catalogue: &Catalogue, tables: &mut dyn Tables) -> Result<(), ExportError> {
    for group in catalogue.modifier_groups() {
        for modifier in &group.modifiers {
            tables.add(Sheet::Modifiers, &ModifierColumn::ALL.map(|column| of_modifier(column, group, modifier)))?;
        }
    }
    let names = Names::of(catalogue);
    for menu in catalogue.menus() {
        for part in parts(menu) {
            let cell = |column| of_menu(column, menu, &part, catalogue, &names);
            tables.add(Sheet::Menus, &MenuColumn::ALL.map(cell))?;
        }
    }
    for list in catalogue.price_lists() {
        // A list without prices has one row, so that it is not lost.
        let nothing = list.prices.is_empty().then_some((None, Value::Nothing));
        let prices = list.prices.iter().map(|(sku, price)| (Some(sku.as_str()), Value::from(*price)));
        for (sku, price) in prices.chain(nothing) {
            let cell = |column| of_list(column, list, sku, &price, catalogue);
            tables.add(Sheet::PriceLists, &ListColumn::ALL.map(cell))?;
        }
    }
    Ok(())
}

fn of_modifier(column: ModifierColumn, group: &ModifierGroup, modifier: &Modifier) -> Value {
    match column {
        ModifierColumn::Group => Value::text(&group.id),
        ModifierColumn::GroupLabel => Value::text(&group.label),
        ModifierColumn::AtLeast => Value::Count(group.at_least.into()),
        ModifierColumn::AtMost => group.at_most.map(u64::from).into(),
        ModifierColumn::Code => Value::text(&modifier.id),
        ModifierColumn::Label => Value::text(&modifier.label),
        ModifierColumn::Price => modifier.price.into(),
    }
}

/// A product of a menu: of which course, and what it adds.
struct Part<'m> {
    component: &'m Component,
    course: Option<(u64, &'m Course)>,
    supplement: Value,
}

fn parts(menu: &Menu) -> impl Iterator<Item = Part<'_>> {
    let held = |component| Part { component, course: None, supplement: Value::Nothing };
    let chosen = (1..).zip(&menu.courses).flat_map(|(number, course)| {
        course.choices.iter().map(move |choice| Part {
            component: &choice.component,
            course: Some((number, course)),
            supplement: choice.supplement.into(),
        })
    });
    menu.components.iter().map(held).chain(chosen)
}

fn of_menu(column: MenuColumn, menu: &Menu, part: &Part<'_>, catalogue: &Catalogue, names: &Names) -> Value {
    match column {
        MenuColumn::Code => Value::text(&menu.sku),
        MenuColumn::Label => Value::text(&menu.label),
        MenuColumn::Category => Value::text(names.category(catalogue, &menu.category)),
        MenuColumn::Price => menu.price.into(),
        MenuColumn::PriceIn(mode) => menu.price_by_mode.get(&mode).copied().into(),
        MenuColumn::CourseNumber => part.course.map(|(number, _)| number).into(),
        MenuColumn::Course => part.course.map_or(Value::Nothing, |(_, course)| Value::text(&course.label)),
        MenuColumn::Article => Value::text(&part.component.sku),
        MenuColumn::ArticleLabel => Value::text(label(catalogue, &part.component.sku)),
        MenuColumn::Quantity => Value::Thousandths(part.component.qty.get()),
        MenuColumn::Supplement => part.supplement.clone(),
        MenuColumn::Archived => menu.archived.into(),
    }
}

fn of_list(column: ListColumn, list: &PriceList, sku: Option<&str>, price: &Value, catalogue: &Catalogue) -> Value {
    match column {
        ListColumn::Code => Value::text(&list.id),
        ListColumn::Label => Value::text(&list.label),
        ListColumn::Stores => Value::text(&list.stores.join(", ")),
        ListColumn::Modes if list.modes.is_empty() => Value::Nothing,
        ListColumn::Modes => Value::List(list.modes.iter().copied().map(mode).collect()),
        ListColumn::From => list.from.into(),
        ListColumn::Until => list.until.into(),
        ListColumn::Article => Value::text(sku.unwrap_or_default()),
        ListColumn::ArticleLabel => Value::text(sku.map(|sku| label(catalogue, sku)).unwrap_or_default()),
        ListColumn::Price => price.clone(),
        ListColumn::Archived => list.archived.into(),
    }
}

/// What prints of a product or menu.
fn label<'c>(catalogue: &'c Catalogue, sku: &str) -> &'c str {
    let of_menu = || catalogue.menu(sku).map(|menu| menu.label.as_str());
    catalogue.product(sku).map(|product| product.label.as_str()).or_else(of_menu).unwrap_or_default()
}
