//! A menu: what each one holds, what the guest chooses, what it costs.

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, Choice, Component, Course, Menu, RecordId};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use super::form::{Item, Shape, Slot, Touch};
use super::{free_code, name_of};
use crate::catalogue::article::MODES;
use crate::catalogue::view::way;
use crate::figures;

/// One of an article, in thousandths.
const ONE: i64 = 1000;

/// A part that is chosen, with the supplements as they are typed.
#[derive(Clone, Debug)]
pub(super) struct CourseForm {
    label: String,
    choices: Vec<(Component, String)>,
}

/// A menu as it is to be.
#[derive(Clone, Debug)]
pub(super) struct MenuForm {
    /// All of it that is not typed.
    pub(super) menu: Menu,
    price: String,
    ways: [String; 4],
    /// What it always holds, with how much as it is typed.
    held: Vec<(String, String)>,
    courses: Vec<CourseForm>,
}

impl MenuForm {
    pub(super) fn of(menu: &Menu, language: Language) -> MenuForm {
        let supplement = |cents: Cents| if cents.is_zero() { String::new() } else { figures::typed(cents, language) };
        let course = |course: &Course| CourseForm {
            label: course.label.clone(),
            choices: course.choices.iter().map(|one| (one.component.clone(), supplement(one.supplement))).collect(),
        };
        MenuForm {
            price: figures::typed(menu.price, language),
            ways: MODES.map(|mode| {
                menu.price_by_mode.get(&mode).map(|price| figures::typed(*price, language)).unwrap_or_default()
            }),
            held: menu
                .components
                .iter()
                .map(|component| (component.sku.clone(), figures::typed_quantity(component.qty, language)))
                .collect(),
            courses: menu.courses.iter().map(course).collect(),
            menu: menu.clone(),
        }
    }

    pub(super) fn new(stored: &Stored) -> MenuForm {
        let taken = |code: &str| stored.menu(code).is_some() || stored.product(code).is_some();
        let menu = Menu {
            sku: free_code("MENU", stored.menus().len(), taken),
            label: String::new(),
            category: stored.categories().first().map(|category| category.id.clone()).unwrap_or_default(),
            price: Cents::ZERO,
            price_by_mode: Default::default(),
            components: Vec::new(),
            courses: Vec::new(),
            archived: false,
        };
        MenuForm { menu, price: String::new(), ways: Default::default(), held: Vec::new(), courses: Vec::new() }
    }

    pub(super) fn items(&self, stored: &Stored) -> Vec<Item> {
        let names = stored.categories().iter().map(|category| category.label.clone()).collect();
        let chosen = stored.categories().iter().position(|category| category.id == self.menu.category);
        let mut items = vec![
            Item::field(Slot::Label, message!("Name"), &self.menu.label).hint(message!("What the tile says")),
            Item::figure(Slot::Price, message!("Price, with VAT"), &self.price),
            Item::new(Slot::Category, Shape::Pick(names, chosen), message!("Category")),
            Item::title(message!("What each one holds"))
                .hint(message!("Its price is shared among them by their own prices, so that each bears its rate.")),
        ];
        for (at, (sku, qty)) in self.held.iter().enumerate() {
            let name = name_of(stored, sku);
            items.push(
                Item::new(Slot::Held(at), Shape::Line { numbers: true }, name).text(qty).hint(message!("how many")),
            );
        }
        items.push(Item::new(Slot::NewHeld, Shape::Find, message!("Add an article")));
        items.push(Item::title(message!("What is chosen")).hint(message!("One of each: a dish, a drink.")));
        for (at, course) in self.courses.iter().enumerate() {
            items.push(Item::new(Slot::Course(at), Shape::Asked, message!("What is asked")).text(&course.label));
            for (choice, (component, supplement)) in course.choices.iter().enumerate() {
                let name = name_of(stored, &component.sku);
                let line = Item::new(Slot::Choice(at, choice), Shape::Line { numbers: true }, name);
                items.push(line.text(supplement).hint(message!("no supplement")));
            }
            items.push(Item::new(Slot::NewChoice(at), Shape::Find, message!("Add an article to choose")));
        }
        items.push(Item::new(Slot::NewCourse, Shape::Add, message!("Add something to choose")));
        items.push(Item::title(message!("Another price by way of selling")));
        for (at, (mode, price)) in MODES.into_iter().zip(&self.ways).enumerate() {
            items.push(Item::figure(Slot::Way(at), way(mode), price).hint(message!("the usual price")));
        }
        items.push(Item::new(Slot::OnSale, Shape::Switch(!self.menu.archived), message!("On sale")));
        items
    }

    pub(super) fn take(&mut self, slot: Slot, touch: Touch, stored: &Stored) {
        let one = |sku: String| Component { sku, qty: Quantity::thousandths(ONE) };
        match (slot, touch) {
            (Slot::Label, Touch::Typed(text)) => self.menu.label = text,
            (Slot::Price, Touch::Typed(text)) => self.price = text,
            (Slot::Way(at), Touch::Typed(text)) => {
                if let Some(way) = self.ways.get_mut(at) {
                    *way = text;
                }
            }
            (Slot::Category, Touch::Picked(place)) => {
                if let Some(category) = stored.categories().get(place) {
                    self.menu.category = category.id.clone();
                }
            }
            (Slot::OnSale, Touch::Toggled) => self.menu.archived = !self.menu.archived,
            (Slot::Held(at), Touch::Typed(text)) => {
                if let Some((_, qty)) = self.held.get_mut(at) {
                    *qty = text;
                }
            }
            (Slot::Held(at), Touch::Pressed) if at < self.held.len() => drop(self.held.remove(at)),
            (Slot::NewHeld, Touch::Found(sku)) => self.held.push((sku, "1".to_owned())),
            (Slot::NewCourse, Touch::Pressed) => {
                self.courses.push(CourseForm { label: String::new(), choices: Vec::new() });
            }
            (Slot::Course(at), Touch::Pressed) if at < self.courses.len() => drop(self.courses.remove(at)),
            (Slot::Course(at), Touch::Typed(text)) => {
                if let Some(course) = self.courses.get_mut(at) {
                    course.label = text;
                }
            }
            (Slot::NewChoice(at), Touch::Found(sku)) => {
                if let Some(course) = self.courses.get_mut(at) {
                    course.choices.push((one(sku), String::new()));
                }
            }
            (Slot::Choice(at, choice), touch) => {
                let Some(course) = self.courses.get_mut(at).filter(|course| choice < course.choices.len()) else {
                    return;
                };
                match touch {
                    Touch::Typed(text) => course.choices[choice].1 = text,
                    Touch::Pressed => drop(course.choices.remove(choice)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    pub(super) fn edits(&self) -> Result<Vec<CatalogueEdit>, Message> {
        let mut menu = self.menu.clone();
        menu.label = menu.label.trim().to_owned();
        menu.price = amount(&self.price)?;
        menu.price_by_mode.clear();
        for (mode, typed) in MODES.into_iter().zip(&self.ways).filter(|(_, typed)| !typed.trim().is_empty()) {
            menu.price_by_mode.insert(mode, amount(typed)?);
        }
        menu.components = Vec::new();
        for (sku, typed) in &self.held {
            let qty = figures::thousandths(typed).map(Quantity::thousandths);
            let qty =
                qty.ok_or_else(|| message!("“{typed}” is no quantity. Type it as in 1.", typed = typed.as_str()))?;
            menu.components.push(Component { sku: sku.clone(), qty });
        }
        menu.courses = Vec::new();
        for course in &self.courses {
            let label = course.label.trim().to_owned();
            if label.is_empty() {
                return Err(message!("Say what is asked before each choice: a dish, a drink."));
            }
            let mut choices = Vec::new();
            for (component, typed) in &course.choices {
                let supplement = if typed.trim().is_empty() { Cents::ZERO } else { amount(typed)? };
                choices.push(Choice { component: component.clone(), supplement });
            }
            menu.courses.push(Course { label, choices });
        }
        Ok(vec![CatalogueEdit::Menu(menu)])
    }

    pub(super) fn removal(&self) -> Vec<CatalogueEdit> {
        vec![CatalogueEdit::Remove(RecordId::Menu(self.menu.sku.clone()))]
    }
}

/// An amount as it was typed, or why it is none.
pub(super) fn amount(typed: &str) -> Result<Cents, Message> {
    figures::cents(typed)
        .ok_or_else(|| message!("“{typed}” is no amount. Type it as in 25.00.", typed = typed.to_owned()))
}
