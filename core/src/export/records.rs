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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use comptoir_fiscal::entry::SaleMode;
    use comptoir_fiscal::language::{Language, Translations};
    use comptoir_fiscal::values::{Cents, Date, Quantity};
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::tests::{catalogue, product};
    use crate::catalogue::{Choice, Parts};
    use crate::export::What;
    use crate::export::folder::Folder;
    use crate::import::{preview, read};

    const TEXT: &str = "[=+@'a-zé\"; -]{1,12}";

    fn modes() -> impl Strategy<Value = Vec<SaleMode>> {
        prop::collection::vec(prop::sample::select(SaleMode::ALL.to_vec()), 0..3)
    }

    fn component() -> impl Strategy<Value = Component> {
        (0usize..3, 1i32..5).prop_map(|(n, qty)| Component { sku: format!("={n}"), qty: Quantity::pieces(qty) })
    }

    fn menus() -> impl Strategy<Value = Vec<Menu>> {
        let choice = (component(), 0i64..500)
            .prop_map(|(component, supplement)| Choice { component, supplement: Cents::new(supplement) });
        let course = (TEXT, prop::collection::vec(choice, 1..4)).prop_map(|(label, choices)| Course { label, choices });
        let menu = (TEXT, 0i64..100_000, modes(), prop::collection::vec(component(), 1..4), any::<bool>());
        let menu = (menu, prop::collection::vec(course, 0..4));
        let menu = menu.prop_map(|((label, price, modes, components, archived), courses)| Menu {
            sku: String::new(),
            label,
            category: "tout".into(),
            price: Cents::new(price),
            price_by_mode: modes.into_iter().map(|mode| (mode, Cents::new(price / 2))).collect(),
            components,
            courses,
            archived,
        });
        prop::collection::vec(menu, 0..4).prop_map(|mut menus| {
            menus.iter_mut().zip(0..).for_each(|(menu, n)| menu.sku = format!("@{n}"));
            menus
        })
    }

    fn lists() -> impl Strategy<Value = Vec<PriceList>> {
        let prices = prop::collection::btree_map("=[0-2]", (0i64..100_000).prop_map(Cents::new), 0..4);
        let date = prop::sample::select(vec!["2026-01-31", "2026-02-28", "2027-12-01"]);
        let date = prop::option::of(date.prop_map(|date| date.parse::<Date>().unwrap()));
        let stores = prop::collection::vec("[a-z1-9]{1,3}", 0..3);
        let list = (TEXT, stores, modes(), (date.clone(), date), prices, any::<bool>());
        let list = list.prop_map(|(label, stores, modes, (from, until), prices, archived)| {
            let until = until.filter(|until| from.is_none_or(|from| from <= *until));
            PriceList { id: String::new(), label, stores, modes, from, until, prices, archived }
        });
        prop::collection::vec(list, 0..4).prop_map(|mut lists| {
            lists.iter_mut().zip(0..).for_each(|(list, n)| list.id = format!("-{n}"));
            lists
        })
    }

    fn groups() -> impl Strategy<Value = Vec<ModifierGroup>> {
        let modifiers = prop::collection::btree_map("[=a-c1]{1,3}", (TEXT, -500i64..500), 1..4);
        let group = (TEXT, 0u16..3, prop::option::of(0u16..3), modifiers);
        let group = group.prop_map(|(label, at_least, more, modifiers)| {
            let modifiers = modifiers.into_iter();
            let modifiers = modifiers.map(|(id, (label, price))| Modifier { id, label, price: Cents::new(price) });
            let at_most = more.map(|more| (at_least + more).max(1));
            ModifierGroup { id: String::new(), label, at_least, at_most, modifiers: modifiers.collect() }
        });
        prop::collection::vec(group, 0..4).prop_map(|mut groups| {
            groups.iter_mut().zip(0..).for_each(|(group, n)| group.id = format!("+{n}"));
            groups
        })
    }

    proptest! {
        #[test]
        fn what_is_exported_is_imported_again_and_nothing_changes(
            menus in menus(), price_lists in lists(), modifiers in groups(), french in any::<bool>()
        ) {
            let products = (0..3).map(|n| product(&format!("={n}"), 500, 1000)).collect();
            let parts = Parts::from(catalogue(products, vec![]).unwrap());
            let shop = Catalogue::of(Parts { menus, price_lists, modifiers, ..parts }).unwrap();
            let language = if french { Language::French } else { Language::English };
            let texts = Translations::new(language, &[crate::FRENCH]).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let mut tables = Folder::begin(folder.path(), What::Catalogue, &texts).unwrap();
            write(&shop, &mut tables).unwrap();
            tables.complete().unwrap();
            let mut found = BTreeMap::new();
            for file in tables.publish().unwrap().into_iter().skip(1) {
                let tables = read(&file, &mut |_, _| ()).unwrap();
                let preview = preview(&tables, &shop).map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
                prop_assert!(preview.is_empty() && preview.unknown.is_empty(), "{:?}", preview);
                let counts = [preview.modifiers.unchanged, preview.menus.unchanged, preview.price_lists.unchanged];
                found.insert(file, counts.iter().sum::<usize>());
            }
            let all = shop.modifier_groups().len() + shop.menus().len() + shop.price_lists().len();
            prop_assert_eq!(found.values().sum::<usize>(), all);
        }
    }
}
