use comptoir_core::catalogue::{Menu, ModifierGroup, PriceList, Product};
use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Date, Quantity};

use super::*;
use crate::catalogue::article::MODES;
use crate::catalogue::{Intent, Tab};
use crate::sale;
use crate::stage::{Stage, Who};
use crate::till::{Intent as Any, Place};

fn act(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Catalogue(intent));
}

fn edit(stage: &mut Stage, edit: Edit) {
    act(stage, Intent::Record(edit));
}

fn room(tab: Tab) -> Stage {
    let mut stage = Stage::with(Who::Manager);
    stage.act(Any::Go(Place::Catalogue));
    act(&mut stage, Intent::Tab(tab));
    stage
}

fn at(stage: &Stage, is_it: impl Fn(&Item) -> bool) -> usize {
    let room = &stage.till.catalogue;
    let items = room.record.as_ref().unwrap().items(&room.stored);
    items.iter().position(is_it).unwrap_or_else(|| panic!("no such row: {items:#?}"))
}

/// The place of a row of a kind, the last where there are several.
fn last(stage: &Stage, is_it: impl Fn(&Item) -> bool) -> usize {
    let room = &stage.till.catalogue;
    room.record.as_ref().unwrap().items(&room.stored).iter().rposition(is_it).unwrap()
}

fn slot(stage: &Stage, slot: Slot) -> usize {
    at(stage, |item| item.slot == slot)
}

fn type_into(stage: &mut Stage, row: Slot, text: &str) {
    let at = slot(stage, row);
    edit(stage, Edit::Typed(at, text.to_owned()));
}

fn press(stage: &mut Stage, row: Slot) {
    let at = slot(stage, row);
    edit(stage, Edit::Pressed(at));
}

/// Puts an article into a row, found by its name.
fn find(stage: &mut Stage, row: Slot, name: &str) {
    press(stage, row);
    assert!(stage.till.catalogue.record.as_ref().unwrap().finding.is_some(), "nothing is looked for");
    edit(stage, Edit::Query(name.to_owned()));
    edit(stage, Edit::Hit(0));
    assert!(stage.till.catalogue.record.as_ref().unwrap().finding.is_none());
}

fn save(stage: &mut Stage) {
    act(stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert!(stage.till.catalogue.record.is_none());
}

fn refused(stage: &mut Stage) {
    act(stage, Intent::Save);
    assert!(stage.was_refused());
    assert!(stage.till.catalogue.record.is_some(), "what was typed stays");
}

fn menu(stage: &Stage, label: &str) -> Menu {
    stage.register.stored_catalogue().menus().iter().find(|menu| menu.label == label).unwrap().clone()
}

fn group(stage: &Stage, label: &str) -> ModifierGroup {
    stage.register.stored_catalogue().modifier_groups().iter().find(|group| group.label == label).unwrap().clone()
}

fn list(stage: &Stage, label: &str) -> PriceList {
    stage.register.stored_catalogue().price_lists().iter().find(|list| list.label == label).unwrap().clone()
}

fn product(stage: &Stage, sku: &str) -> Product {
    stage.register.stored_catalogue().product(sku).unwrap().clone()
}

#[test]
fn what_there_is_opens_and_is_saved_as_it_was() {
    for (tab, count) in [(Tab::Menus, 6), (Tab::Families, 1), (Tab::Modifiers, 2), (Tab::Prices, 1)] {
        let mut stage = room(tab);
        let before = stage.register.stored_catalogue().clone();
        let parts = |catalogue: &Stored| comptoir_core::catalogue::Parts::from(catalogue.clone());
        assert_eq!(view::records(&stage.till).len(), count, "{tab:?}");
        for place in 0..count {
            act(&mut stage, Intent::OpenRecord(place));
            save(&mut stage);
        }
        assert_eq!(parts(stage.register.stored_catalogue()), parts(&before), "{tab:?}");
    }
}

#[test]
fn a_new_menu_is_sold_at_its_price_with_what_is_chosen() {
    let mut stage = room(Tab::Menus);
    act(&mut stage, Intent::AddRecord);
    refused(&mut stage);
    type_into(&mut stage, Slot::Label, " Formule goûter ");
    type_into(&mut stage, Slot::Price, "cher");
    refused(&mut stage);
    type_into(&mut stage, Slot::Price, "4,90");
    refused(&mut stage);
    find(&mut stage, Slot::NewHeld, "croissant");
    type_into(&mut stage, Slot::Held(0), "2");
    press(&mut stage, Slot::NewCourse);
    find(&mut stage, Slot::NewChoice(0), "eau");
    refused(&mut stage);
    type_into(&mut stage, Slot::Course(0), "Boisson");
    find(&mut stage, Slot::NewChoice(0), "verre de vin");
    type_into(&mut stage, Slot::Choice(0, 1), "1,50");
    let takeaway = MODES.iter().position(|mode| *mode == SaleMode::Takeaway).unwrap();
    type_into(&mut stage, Slot::Way(takeaway), "4,50");
    save(&mut stage);

    let menu = menu(&stage, "Formule goûter");
    assert_eq!((menu.price, menu.price_in(Some(SaleMode::Takeaway))), (Cents::new(490), Cents::new(450)));
    assert_eq!(menu.components[0].qty, Quantity::pieces(2));
    let supplements: Vec<i64> = menu.courses[0].choices.iter().map(|choice| choice.supplement.get()).collect();
    assert_eq!((menu.courses[0].label.as_str(), supplements), ("Boisson", vec![0, 150]));

    stage.act(Any::Go(Place::Sale));
    stage.sale(sale::Intent::Search("goûter".to_owned()));
    stage.sale(sale::Intent::Tile(0));
    assert!(stage.till.sale.asking.is_some(), "the counter asks for the drink");
}

#[test]
fn parts_of_a_menu_are_taken_away_and_the_menu_itself_is_sold_no_longer() {
    let mut stage = room(Tab::Menus);
    let place = stage.register.stored_catalogue().menus().iter().position(|menu| menu.label == "Formule midi").unwrap();
    act(&mut stage, Intent::OpenRecord(place));
    press(&mut stage, Slot::Choice(0, 2));
    press(&mut stage, Slot::Course(2));
    save(&mut stage);
    let courses: Vec<usize> = menu(&stage, "Formule midi").courses.iter().map(|course| course.choices.len()).collect();
    assert_eq!(courses, [2, 3]);
    act(&mut stage, Intent::OpenRecord(place));
    edit(&mut stage, Edit::Remove);
    assert!(menu(&stage, "Formule midi").archived);
}

#[test]
fn modifiers_are_asked_of_the_articles_that_they_are_given_to_and_of_no_others() {
    let mut stage = room(Tab::Modifiers);
    act(&mut stage, Intent::AddRecord);
    type_into(&mut stage, Slot::Label, "Lait");
    refused(&mut stage);
    for (name, price) in [("entier", ""), ("avoine", "0,50"), ("sans mousse", "-0,10")] {
        press(&mut stage, Slot::NewModifier);
        let row = last(&stage, |item| matches!(item.slot, Slot::Modifier(_)));
        edit(&mut stage, Edit::Typed(row, name.to_owned()));
        edit(&mut stage, Edit::Second(row, price.to_owned()));
    }
    type_into(&mut stage, Slot::Most, "beaucoup");
    refused(&mut stage);
    type_into(&mut stage, Slot::Most, "1");
    find(&mut stage, Slot::NewArticle, "burger maison");
    save(&mut stage);
    let milk = group(&stage, "Lait");
    let prices: Vec<i64> = milk.modifiers.iter().map(|modifier| modifier.price.get()).collect();
    assert_eq!((milk.at_least, milk.at_most, prices), (0, Some(1), vec![0, 50, -10]));
    assert_eq!(product(&stage, "BUR-MAI").modifiers.last(), Some(&milk.id), "it is asked after the others");

    let place = stage.register.stored_catalogue().modifier_groups().iter().position(|known| *known == milk).unwrap();
    act(&mut stage, Intent::OpenRecord(place));
    let row = at(&stage, |item| item.text == "avoine");
    edit(&mut stage, Edit::Pressed(row));
    save(&mut stage);
    let ids: Vec<String> = group(&stage, "Lait").modifiers.iter().map(|modifier| modifier.id.clone()).collect();
    assert_eq!(ids, [milk.modifiers[0].id.clone(), milk.modifiers[2].id.clone()], "the codes of the others stay");

    act(&mut stage, Intent::OpenRecord(place));
    edit(&mut stage, Edit::Remove);
    assert!(stage.register.stored_catalogue().modifier_group(&milk.id).is_none());
    assert!(!product(&stage, "BUR-MAI").modifiers.contains(&milk.id));
}

#[test]
fn a_family_puts_its_articles_behind_one_tile_and_lets_them_go_again() {
    let mut stage = room(Tab::Families);
    act(&mut stage, Intent::AddRecord);
    type_into(&mut stage, Slot::Label, "Café");
    refused(&mut stage);
    type_into(&mut stage, Slot::Axes, "Sorte");
    find(&mut stage, Slot::NewArticle, "café crème");
    find(&mut stage, Slot::NewArticle, "café expresso");
    refused(&mut stage);
    type_into(&mut stage, Slot::Article(0), "Crème");
    type_into(&mut stage, Slot::Article(1), "Expresso");
    save(&mut stage);
    let family = stage.register.stored_catalogue().families().last().unwrap().clone();
    let variants = |stage: &Stage, id: &str| stage.register.stored_catalogue().variants(id).count();
    assert_eq!((family.axes.as_slice(), variants(&stage, &family.id)), (["Sorte".to_owned()].as_slice(), 2));

    let place = stage.register.stored_catalogue().families().len() - 1;
    act(&mut stage, Intent::OpenRecord(place));
    press(&mut stage, Slot::Article(1));
    save(&mut stage);
    assert_eq!(variants(&stage, &family.id), 1);
    act(&mut stage, Intent::OpenRecord(place));
    edit(&mut stage, Edit::Remove);
    assert!(stage.register.stored_catalogue().family(&family.id).is_none());
    assert!(
        stage
            .register
            .stored_catalogue()
            .products()
            .iter()
            .all(|product| { product.variant.as_ref().is_none_or(|variant| variant.family != family.id) })
    );
}

#[test]
fn a_price_list_holds_between_its_days_in_its_stores() {
    let mut stage = room(Tab::Prices);
    act(&mut stage, Intent::AddRecord);
    type_into(&mut stage, Slot::Label, "Noël");
    type_into(&mut stage, Slot::From, "bientôt");
    find(&mut stage, Slot::NewArticle, "baguette de tradition");
    refused(&mut stage);
    let today = stage.register.business_date();
    type_into(&mut stage, Slot::From, &today.0.format("%d/%m/%Y").to_string());
    type_into(&mut stage, Slot::Until, "24/12/2099");
    type_into(&mut stage, Slot::Stores, "exemple, marche");
    type_into(&mut stage, Slot::Article(0), "0,99");
    save(&mut stage);
    let noel = list(&stage, "Noël");
    let last = Date("2099-12-24".parse().unwrap());
    assert_eq!((noel.from, noel.until, noel.stores.len()), (Some(today), Some(last), 2));

    stage.act(Any::Go(Place::Sale));
    stage.touch("baguette de tradition");
    assert_eq!(stage.till.sale.basket.to_pay(), Cents::new(99), "it holds at once");
}

#[test]
fn a_step_back_leaves_the_search_first_and_then_the_record() {
    let mut stage = room(Tab::Menus);
    act(&mut stage, Intent::OpenRecord(0));
    press(&mut stage, Slot::NewHeld);
    act(&mut stage, Intent::Back);
    assert!(stage.till.catalogue.record.as_ref().is_some_and(|record| record.finding.is_none()));
    act(&mut stage, Intent::Back);
    assert!(stage.till.catalogue.record.is_none());
}
