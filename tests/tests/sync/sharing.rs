//! What the tills of a store share through the back office: catalogue, prices, rights; edited on either, offline or not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use comptoir_core::catalogue::{CatalogueEdit, Category, Product};
use comptoir_core::register::Desk;
use comptoir_fiscal::values::Cents;
use comptoir_sync::task::{self, State};
use comptoir_tests::sample::CASHIERS;
use tempfile::TempDir;
use tokio::sync::{Notify, watch};

use crate::shop::{Served, bring, close, enrol, found, lines, open, sell, serve};

/// A back office, and two tills of one store.
struct Store {
    folder: TempDir,
    served: Served,
    first: Arc<Desk>,
    second: Arc<Desk>,
}

async fn store() -> Store {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let (first, second) = (found(&folder.path().join("1"), "01"), found(&folder.path().join("2"), "02"));
    enrol(&first, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    in_step(&first).await;
    enrol(&second, &served.link(2, "Exemple", "Rennes")).await.unwrap();
    in_step(&second).await;
    in_step(&first).await;
    Store { folder, served, first, second }
}

async fn in_step(desk: &Arc<Desk>) {
    assert_eq!(bring(desk).await.unwrap(), State::InStep);
}

fn product(desk: &Desk, sku: &str) -> Option<Product> {
    let sku = sku.to_owned();
    desk.ask(move |register| register.stored_catalogue().product(&sku).cloned()).unwrap()
}

fn edit(desk: &Desk, edit: CatalogueEdit) {
    desk.ask(move |register| register.edit_catalogue(CASHIERS[0], &[edit])).unwrap().unwrap();
}

/// Edits a field or two of the sample article.
fn change(desk: &Desk, change: impl FnOnce(&mut Product)) {
    let mut changed = product(desk, "1").unwrap();
    change(&mut changed);
    edit(desk, CatalogueEdit::Product(Box::new(changed)));
}

fn price(desk: &Desk) -> i64 {
    desk.ask(|register| register.catalogue().product("1").unwrap().price.unwrap().get()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_till_edits_the_other_sells_by() {
    let Store { folder, served, first, second } = store().await;
    change(&first, |product| product.price = Some(Cents::new(310)));
    let category = Category { id: "new".to_owned(), label: "Exemple".to_owned(), color: None };
    edit(&first, CatalogueEdit::Category(category));
    in_step(&first).await;
    in_step(&second).await;
    assert_eq!(price(&second), 310);
    sell(&second, 1);
    in_step(&second).await;
    close(second);
    let second = open(&folder.path().join("2"));
    assert_eq!(price(&second), 310);
    assert_eq!(second.ask(|register| register.catalogue().categories().len()).unwrap(), 2);
    let before = (lines(&first), lines(&second));
    in_step(&first).await;
    in_step(&second).await;
    assert!(!first.ask(|register| register.has_edits_to_send()).unwrap().unwrap());
    assert_eq!(lines(&first), before.0, "nothing goes back and forth");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_made_offline_on_two_tills_are_merged_field_by_field_and_a_price_waits_for_a_manager() {
    let Store { folder: _folder, served, first, second } = store().await;
    change(&first, |product| product.label = "Exemple d'été".to_owned());
    change(&second, |product| product.meal_voucher = !product.meal_voucher);
    in_step(&first).await;
    in_step(&second).await;
    in_step(&first).await;
    assert_eq!(product(&first, "1"), product(&second, "1"));
    assert_eq!(product(&first, "1").unwrap().label, "Exemple d'été");

    change(&first, |product| product.price = Some(Cents::new(400)));
    change(&second, |product| product.price = Some(Cents::new(500)));
    in_step(&first).await;
    in_step(&second).await;
    in_step(&first).await;
    assert_eq!((price(&first), price(&second)), (400, 400), "what the back office had holds");
    assert_eq!(served.inbox(), ["product 1 [\"price\"]"]);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_arrives_within_seconds_at_a_till_that_only_follows() {
    let Store { folder: _folder, served, first, second } = store().await;
    let (stop, stopped) = watch::channel(false);
    let (heard, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (followed, ring) = (second.clone(), Arc::new(Notify::new()));
    let following = tokio::spawn(task::follow(followed, ring, stopped, move |state, _| {
        let _ = heard.send(state.clone());
    }));
    tokio::time::sleep(Duration::from_millis(500)).await;
    while told.try_recv().is_ok() {}
    change(&first, |product| product.price = Some(Cents::new(777)));
    let since = Instant::now();
    in_step(&first).await;
    while price(&second) != 777 {
        assert!(since.elapsed() < Duration::from_secs(20), "the price does not arrive");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = tokio::time::timeout(Duration::from_secs(10), told.recv()).await;
    assert_eq!(told.unwrap(), Some(State::InStep), "whoever shows it is told");
    stop.send(true).unwrap();
    following.await.unwrap();
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_that_was_put_back_is_given_again_what_it_lost_of_the_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let office = folder.path().join("office");
    std::fs::create_dir(&office).unwrap();
    let served = serve(&office, "127.0.0.1:0").await;
    let (address, desk) = (served.address.to_string(), found(&folder.path().join("till"), "01"));
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    in_step(&desk).await;
    served.stop().await;
    let copy = folder.path().join("copy.db");
    std::fs::copy(office.join("backoffice.db"), &copy).unwrap();
    let served = serve(&office, &address).await;
    change(&desk, |product| product.price = Some(Cents::new(999)));
    in_step(&desk).await;
    served.stop().await;
    std::fs::copy(&copy, office.join("backoffice.db")).unwrap();
    let served = serve(&office, &address).await;
    in_step(&desk).await;
    assert_eq!(price(&desk), 999);
    let held = served.record("product", "1").unwrap();
    assert!(held.contains("\"price\":999"), "{held}");
    served.stop().await;
}
