//! What is sold: edited, priced by lists and ways of selling, asked with modifiers, without VAT where the shop takes none.

use std::collections::BTreeMap;

use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{
    Asked, CatalogueEdit, Choice, Component, Course, FRANCHISE, Menu, Modifier, ModifierGroup, PriceList, Product,
    RecordId, VatByMode,
};
use comptoir_core::operators::Gate;
use comptoir_core::projection::sold::Sold;
use comptoir_core::register::{Change, Command, Credential, PayBack, Refusal, RegisterError, SettingsChange};
use comptoir_core::secret::Pin;
use comptoir_fiscal::entry::{Channel, Merchant, SaleMode, Tender};
use comptoir_fiscal::values::{Cents, Quantity, Rate};

use crate::shop::{Till, cash, cents, chosen, command_id};

fn rate(basis_points: u16) -> Rate {
    Rate::from_basis_points(basis_points).unwrap()
}

fn put(product: Product) -> CatalogueEdit {
    CatalogueEdit::Product(Box::new(product))
}

fn burger() -> Product {
    Product {
        price: Some(cents(1200)),
        modifiers: vec!["cuisson".to_owned(), "options".to_owned()],
        ..Product::new("BURGER", "Burger d'exemple", "tout", VatByMode::new(rate(1000)))
    }
}

fn groups() -> [CatalogueEdit; 2] {
    let modifier = |id: &str, label: &str, price| Modifier { id: id.into(), label: label.into(), price: cents(price) };
    let cooking = ModifierGroup {
        id: "cuisson".into(),
        label: "Cuisson".into(),
        at_least: 1,
        at_most: Some(1),
        modifiers: vec![modifier("s", "saignant", 0), modifier("c", "bien cuit", 0)],
    };
    let options = ModifierGroup {
        id: "options".into(),
        label: "Options".into(),
        at_least: 0,
        at_most: None,
        modifiers: vec![modifier("bacon", "bacon", 150), modifier("sans", "sans fromage", -50)],
    };
    [CatalogueEdit::Modifiers(cooking), CatalogueEdit::Modifiers(options)]
}

#[test]
fn an_edit_that_cannot_be_changes_nothing_and_one_that_can_outlives_a_restart() {
    let mut till = Till::founded();
    let before = till.state();
    let stray = put(Product { category: "nulle part".to_owned(), ..burger() });
    let refused = till.register().edit_catalogue("manager", &[stray]).unwrap_err();
    assert!(matches!(refused, Refusal::Register(RegisterError::Catalogue(_))), "{refused:?}");
    let refused = till.register().edit_catalogue("cashier", &groups()).unwrap_err();
    assert!(matches!(refused, Refusal::Gate(_)), "{refused:?}");
    assert_eq!(till.state(), before);
    let [cooking, options] = groups();
    till.register().edit_catalogue("manager", &[cooking, options, put(burger())]).unwrap();
    till.restart();
    assert_eq!(till.register().catalogue().product("BURGER"), Some(&burger()));
    assert_eq!(till.register().catalogue().modifier_groups().len(), 2);
    till.end();
}

#[test]
fn a_manager_gives_their_word_for_one_edit_and_the_trail_says_so() {
    let mut till = Till::founded();
    let manager = till.register().operators().find(|operator| operator.id == "manager").unwrap().clone();
    let pin = Pin::chosen("1937").unwrap();
    till.ask_as(
        "owner",
        Command::PutOperator { operator: manager, pin: Change::Set(pin.clone()), badge: Change::Keep },
    )
    .unwrap();
    let (id, other) = (command_id(900), command_id(901));
    let credential = Credential::Pin { operator: "manager".to_owned(), pin };
    let word = [till.register().approve(Gate::EditCatalogue, id, &credential).unwrap()];
    let edits = [put(Product { modifiers: Vec::new(), ..burger() })];
    let refused = till.register().edit_catalogue_by_word(other, "cashier", &edits, &word).unwrap_err();
    assert!(matches!(refused, Refusal::Gate(_)), "{refused:?}");
    assert!(till.register().catalogue().product("BURGER").is_none());
    let stray = [put(Product { category: "nulle part".to_owned(), ..burger() })];
    till.register().edit_catalogue_by_word(id, "cashier", &stray, &word).unwrap_err();
    assert!(!till.events().contains(&100), "a word for what was refused is not recorded");
    till.register().edit_catalogue_by_word(id, "cashier", &edits, &word).unwrap();
    assert!(till.register().catalogue().product("BURGER").is_some());
    assert_eq!(till.events().last(), Some(&100));
    till.end();
}

#[test]
fn what_a_customer_asked_for_stands_on_the_line_with_its_price() {
    let mut till = Till::founded();
    let [cooking, options] = groups();
    till.register().edit_catalogue("manager", &[cooking, options, put(burger())]).unwrap();
    let catalogue = till.register().catalogue().clone();
    let burger = catalogue.product("BURGER").unwrap();
    let mut basket = Basket::new(None, Channel::Counter);
    assert!(basket.add(burger, Quantity::ONE, None).is_err(), "nobody was asked");
    let asked = |modifier| Asked { group: "options", modifier };
    let rare = Asked { group: "cuisson", modifier: "s" };
    for wrong in
        [vec![], vec![rare, rare], vec![rare, asked("oignon")], vec![Asked { group: "x", modifier: "y" }, rare]]
    {
        assert!(basket.add_asked(burger, Quantity::ONE, None, &catalogue, &wrong).is_err(), "{wrong:?}");
    }
    basket.add_asked(burger, Quantity::pieces(2), None, &catalogue, &[rare, asked("bacon"), asked("sans")]).unwrap();
    let settled = till.settled(basket, &[]);
    let ticket = till.ask(Command::Sell(Box::new(settled))).unwrap().ticket().unwrap().clone();
    assert_eq!(ticket.lines[0].label, "Burger d'exemple (saignant, bacon, sans fromage)");
    assert_eq!((ticket.lines[0].unit_price, ticket.totals.ttc), (cents(1300), cents(2600)));
    till.end();
}

#[test]
fn a_price_list_holds_from_its_date_and_the_way_of_selling_chooses_among_its_prices() {
    let mut till = Till::founded();
    let list = PriceList {
        id: "emporter".into(),
        label: "À emporter".into(),
        stores: vec!["1".into()],
        modes: vec![SaleMode::Takeaway],
        from: Some("2026-11-21".parse().unwrap()),
        until: None,
        prices: BTreeMap::from([("CAFE".to_owned(), cents(200))]),
        archived: false,
    };
    till.register().edit_catalogue("manager", &[CatalogueEdit::PriceList(list)]).unwrap();
    let price = |till: &mut Till, mode| {
        let mut basket = till.basket(&[("CAFE", 1000)]);
        basket.set_mode(mode).unwrap();
        basket.to_pay().get()
    };
    assert_eq!(price(&mut till, Some(SaleMode::Takeaway)), 250);
    till.set_clock("2026-11-21T09:00:00+01:00");
    assert_eq!(price(&mut till, Some(SaleMode::Takeaway)), 200);
    assert_eq!(price(&mut till, Some(SaleMode::EatIn)), 250);
    assert_eq!(price(&mut till, None), 250);
    till.end();
}

#[test]
fn a_menu_takes_the_choice_of_each_course_with_its_supplement_and_shares_the_price_to_the_cent() {
    let mut till = Till::founded();
    let one = |sku: &str| Component { sku: sku.to_owned(), qty: Quantity::ONE };
    let choice = |sku, supplement| Choice { component: one(sku), supplement: cents(supplement) };
    let menu = Menu {
        sku: "MENU".into(),
        label: "Formule d'exemple".into(),
        category: "tout".into(),
        price: cents(333),
        price_by_mode: BTreeMap::from([(SaleMode::Takeaway, cents(301))]),
        components: vec![one("PAIN")],
        courses: vec![Course { label: "Avec".into(), choices: vec![choice("CAFE", 0), choice("VASE", 2500)] }],
        archived: false,
    };
    till.register().edit_catalogue("manager", &[CatalogueEdit::Menu(menu.clone())]).unwrap();
    let catalogue = till.register().catalogue().clone();
    let mut basket = Basket::new(None, Channel::Counter);
    assert!(basket.add_menu(&menu, &catalogue, 1).is_err(), "a course is left");
    assert!(basket.add_menu_of(&menu, &catalogue, 1, &["PAIN"]).is_err(), "not among the choices");
    let dear = basket.add_menu_of(&menu, &catalogue, 1, &["VASE"]).unwrap();
    assert_eq!(basket.to_pay(), cents(2833));
    basket.remove(dear).unwrap();
    basket.add_menu_of(&menu, &catalogue, 3, &["CAFE"]).unwrap();
    assert_eq!(basket.to_pay(), cents(999));
    basket.set_mode(Some(SaleMode::Takeaway)).unwrap();
    assert_eq!(basket.to_pay(), cents(903));
    let settled = till.settled(basket, &[]);
    let ticket = till.ask(Command::Sell(Box::new(settled))).unwrap().ticket().unwrap().clone();
    assert_eq!(ticket.totals.vat.len(), 2);
    till.end();
}

#[test]
fn a_shop_that_loses_its_vat_number_sells_without_vat_and_names_the_article() {
    let mut till = Till::founded();
    let old_basket = till.basket(&[("CAFE", 1000)]);
    let merchant = Merchant { vat_number: String::new(), ..till.register().settings().merchant.clone() };
    let change = SettingsChange { merchant: Some(merchant), ..SettingsChange::default() };
    till.ask_as("owner", Command::ChangeSettings(Box::new(change))).unwrap();
    let ticket = till.sell(&[("CAFE", 1000), ("VASE", 1000)], &[]);
    assert_eq!(ticket.totals.ht, ticket.totals.ttc);
    assert!(ticket.lines.iter().all(|line| line.exempt.as_deref() == Some(FRANCHISE)));
    let settled = till.settled(old_basket, &[]);
    let refused = till.ask(Command::Sell(Box::new(settled))).unwrap_err();
    assert!(matches!(refused, Refusal::TakesNoVat), "{refused:?}");
    till.end();
}

#[test]
fn what_was_sold_of_each_article_is_known_net_of_what_came_back() {
    let mut till = Till::founded();
    let sold = till.sell(&[("CAFE", 3000), ("POMME", 1250)], &[cash(2000)]);
    let of = till.reference(&sold);
    let back = PayBack::Tender { tender: Tender::Cash, reference: None, amount: cents(250) };
    let reason = "Froid".to_owned();
    till.ask(Command::Return { of, chosen: vec![chosen(1, 1000)], pay_back: vec![back], reason }).unwrap();
    let expected = [("CAFE", "pce", 2000, 500), ("POMME", "kg", 1250, 374)].map(|(sku, unit, qty, ttc)| Sold {
        sku: sku.to_owned(),
        unit: unit.to_owned(),
        qty: Quantity::thousandths(qty),
        ttc: Cents::new(ttc),
    });
    assert_eq!(till.register().sold_articles().unwrap(), expected);
    till.end();
}

#[test]
fn a_product_that_is_removed_leaves_the_price_lists_and_comes_back_new() {
    let mut till = Till::founded();
    let prices = BTreeMap::from([("PAIN".to_owned(), cents(99)), ("CAFE".to_owned(), cents(199))]);
    let list = PriceList {
        id: "promo".into(),
        label: "Promo".into(),
        stores: vec![],
        modes: vec![],
        from: None,
        until: None,
        prices,
        archived: false,
    };
    till.register().edit_catalogue("manager", &[CatalogueEdit::PriceList(list)]).unwrap();
    let remove = CatalogueEdit::Remove(RecordId::Product("PAIN".to_owned()));
    till.register().edit_catalogue("manager", &[remove]).unwrap();
    till.restart();
    let lists = till.register().stored_catalogue().price_lists().to_vec();
    assert_eq!(lists[0].prices.keys().collect::<Vec<_>>(), ["CAFE"]);
    assert_eq!(till.register().catalogue().product("CAFE").unwrap().price, Some(cents(199)));
    till.end();
}
