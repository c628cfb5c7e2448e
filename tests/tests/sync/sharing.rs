//! What the tills of a store share through the back office: catalogue, prices, rights; edited on either, offline or not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use comptoir_backoffice::journals;
use comptoir_backoffice::store::{StoreError, Tx};
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{CatalogueEdit, Category, Product};
use comptoir_core::held::HeldTicket;
use comptoir_core::history::TicketSearch;
use comptoir_core::register::{Command, Desk, PayBack, Register, Request};
use comptoir_core::returns::Chosen;
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::{Presented, VoucherCode, VoucherKind};
use comptoir_fiscal::entry::Channel;
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Cents, Quantity};
use comptoir_sync::task::{self, State};
use comptoir_tests::sample::CASHIERS;
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

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

/// Lets a till follow by itself, until it is told to stop.
fn followed(desk: &Arc<Desk>) -> (watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = watch::channel(false);
    (stop, tokio::spawn(task::follow(desk.clone(), Arc::new(Notify::new()), stopped, |_, _| ())))
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

/// Puts two of the sample article aside.
fn put_aside(desk: &Desk) -> Uuid {
    let held = desk.ask(|register| {
        let mut basket = Basket::new(None, Channel::Counter);
        basket.add(register.catalogue().product("1").unwrap(), Quantity::thousandths(2000), None).unwrap();
        let id = register.new_command().unwrap().uuid();
        let ticket = HeldTicket::new(id, CASHIERS[0], register.now(), basket);
        register.hold(CASHIERS[0], &ticket).map(|ticket| ticket.id)
    });
    held.unwrap().unwrap()
}

fn pay(desk: &Desk, id: Uuid) {
    let paid = desk.ask(move |register| {
        let basket = register.held_ticket(id).unwrap().basket;
        let mut due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
        due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
        let settled = due.settle().map_err(|(_, error)| error).unwrap();
        register.execute(Request::new(CommandId::new(id), CASHIERS[0], Command::Sell(Box::new(settled)))).unwrap();
        register.settle()
    });
    paid.unwrap().unwrap();
}

fn held(desk: &Desk) -> (Vec<Uuid>, Vec<Uuid>) {
    desk.ask(|register| {
        let here = register.held().unwrap().iter().map(|ticket| ticket.id).collect();
        let elsewhere = register.held_elsewhere().unwrap().iter().map(|record| record.ticket.id).collect();
        (here, elsewhere)
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_put_aside_at_one_till_is_paid_at_the_other() {
    let Store { folder: _folder, served, first, second } = store().await;
    let id = put_aside(&first);
    in_step(&first).await;
    in_step(&second).await;
    assert_eq!((held(&first), held(&second)), ((vec![id], vec![]), (vec![], vec![id])));
    second.ask(move |register| register.ask_for_held(CASHIERS[0], id)).unwrap().unwrap();
    in_step(&second).await;
    in_step(&first).await;
    assert_eq!((held(&first), held(&second)), ((vec![], vec![id]), (vec![id], vec![])));
    pay(&second, id);
    in_step(&second).await;
    in_step(&first).await;
    assert_eq!((held(&first), held(&second)), ((vec![], vec![]), (vec![], vec![])));
    assert!(served.inbox().is_empty());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_paid_at_two_tills_without_a_network_waits_in_the_managers_inbox() {
    let Store { folder: _folder, served, first, second } = store().await;
    let id = put_aside(&first);
    in_step(&first).await;
    in_step(&second).await;
    second.ask(move |register| register.take_held_anyway(CASHIERS[0], id)).unwrap().unwrap();
    pay(&first, id);
    pay(&second, id);
    in_step(&first).await;
    assert!(served.inbox().is_empty());
    in_step(&second).await;
    in_step(&first).await;
    assert_eq!(served.inbox(), [format!("held {id} [\"paid\"]")]);
    assert_eq!((held(&first), held(&second)), ((vec![], vec![]), (vec![], vec![])));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_in_the_place_of_a_lost_one_has_the_tickets_that_waited_there() {
    let Store { folder, served, first, second: _second } = store().await;
    let id = put_aside(&first);
    in_step(&first).await;
    let link = served.replacing(7, first.ask(|register| register.id()).unwrap());
    let (new, _) = crate::lost::replaced(&folder.path().join("new"), &link).await;
    enrol(&new, &link).await.unwrap();
    in_step(&new).await;
    assert_eq!(held(&new), (vec![id], vec![]));
    pay(&new, id);
    in_step(&new).await;
    served.stop().await;
}

/// Sells one of the sample article and takes it back, paid back by a credit note; its code, and what its QR code holds.
fn issued(desk: &Desk) -> (VoucherCode, String) {
    sell(desk, 1);
    let issued = desk.ask(|register| {
        let found = register.find_tickets(&TicketSearch::default(), None, 1).unwrap().tickets.remove(0);
        let back = Command::Return {
            of: found.ticket,
            chosen: vec![Chosen { n: 1, qty: Quantity::thousandths(1000) }],
            pay_back: vec![PayBack::CreditNote],
            reason: "Exemple".to_owned(),
        };
        let id = register.new_command().unwrap();
        let issued = register.execute(Request::new(id, CASHIERS[0], back)).unwrap().vouchers.remove(0);
        (issued.code.clone(), register.voucher_qr(&issued))
    });
    issued.unwrap()
}

/// Issues a credit note; its code.
fn credit_note(desk: &Desk) -> VoucherCode {
    issued(desk).0
}

/// What a till says that a code can pay.
fn left(desk: &Desk, code: &VoucherCode) -> Result<i64, String> {
    let presented = Presented::Code(code.clone());
    let left = desk.ask(move |register| register.voucher(&presented)).unwrap();
    left.map(Cents::get).map_err(|refused| format!("{refused:?}"))
}

/// Spends of a voucher what it says is left, for so many of the sample article.
fn spend(desk: &Desk, code: &VoucherCode, pieces: i64) {
    let (code, balance) = (code.clone(), Cents::new(left(desk, code).unwrap()));
    let sold = desk.ask(move |register| {
        let mut basket = Basket::new(None, Channel::Counter);
        let product = register.catalogue().product("1").unwrap();
        basket.add(product, Quantity::thousandths(pieces * 1000), None).unwrap();
        let mut due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
        due.tender(TenderRequest::CreditNote { code, balance, amount: None }).unwrap();
        if due.left().is_positive() {
            due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
        }
        let settled = due.settle().map_err(|(_, error)| error).unwrap();
        let id = register.new_command().unwrap();
        register.execute(Request::new(id, CASHIERS[0], Command::Sell(Box::new(settled)))).map(drop)
    });
    sold.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_note_of_one_till_is_taken_at_the_other_by_its_code_for_what_is_left() {
    let Store { folder: _folder, served, first, second } = store().await;
    let code = credit_note(&first);
    assert!(left(&second, &code).is_err(), "nobody has told of it");
    in_step(&first).await;
    in_step(&second).await;
    assert_eq!((left(&first, &code), left(&second, &code)), (Ok(250), Ok(250)));
    spend(&second, &code, 2);
    in_step(&second).await;
    in_step(&first).await;
    assert!(left(&first, &code).is_err_and(|why| why.contains("Exhausted")), "{:?}", left(&first, &code));
    assert!(served.inbox().is_empty());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_till_prints_on_a_credit_note_is_read_at_the_other_before_anything_of_it_has_arrived() {
    let Store { folder: _folder, served, first, second } = store().await;
    in_step(&first).await;
    in_step(&second).await;
    let (code, qr) = issued(&first);
    let read = move |register: &mut Register| register.read_voucher(&qr, VoucherKind::GiftVoucher);
    assert_eq!(second.ask(read).unwrap().unwrap(), (code.clone(), VoucherKind::CreditNote, Cents::new(250)));
    spend(&second, &code, 2);
    in_step(&second).await;
    in_step(&first).await;
    assert!(left(&first, &code).is_err_and(|why| why.contains("Exhausted")));
    assert!(served.inbox().is_empty());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_note_spent_at_two_tills_without_a_network_keeps_both_sales_and_waits_in_the_managers_inbox_once() {
    let Store { folder: _folder, served, first, second } = store().await;
    let code = credit_note(&first);
    in_step(&first).await;
    in_step(&second).await;
    spend(&first, &code, 2);
    spend(&second, &code, 2);
    in_step(&first).await;
    assert!(served.inbox().is_empty());
    in_step(&second).await;
    in_step(&first).await;
    let waits = format!("voucher {code} []");
    assert_eq!(served.inbox(), std::slice::from_ref(&waits));
    let told = served.record("voucher", &code.to_string());
    for desk in [&first, &second] {
        let register = desk.ask(|register| register.id()).unwrap();
        let rebuild = move |tx: &mut dyn Tx| journals::rebuild(tx, register, 0);
        assert!(served.office.store().write_now::<_, StoreError, _>(rebuild).unwrap());
    }
    assert_eq!((served.inbox(), served.record("voucher", &code.to_string())), (vec![waits], told));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_stops_keeps_no_waiting_till_and_is_found_again_by_it() {
    let Store { folder, served, first, second } = store().await;
    let (stop, following) = followed(&second);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let (since, address) = (Instant::now(), served.address.to_string());
    served.stop().await;
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    let served = serve(folder.path(), &address).await;
    change(&first, |product| product.price = Some(Cents::new(888)));
    let since = Instant::now();
    in_step(&first).await;
    while price(&second) != 888 {
        assert!(since.elapsed() < Duration::from_secs(30), "it does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    following.await.unwrap();
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_on_a_voucher_reaches_a_till_that_waits_as_soon_as_it_was_spent() {
    let Store { folder: _folder, served, first, second } = store().await;
    let (stop, following) = followed(&second);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let code = credit_note(&first);
    in_step(&first).await;
    let since = Instant::now();
    while left(&second, &code) != Ok(250) {
        assert!(since.elapsed() < Duration::from_secs(10), "{:?}", left(&second, &code));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.send(true).unwrap();
    following.await.unwrap();
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_following_in_the_middle_of_something_leaves_nobody_at_the_desk() {
    let Store { folder: _folder, served, first: mut desk, second: _second } = store().await;
    for delay in 0..40 {
        sell(&desk, 1);
        change(&desk, |product| product.label = format!("Exemple {delay}"));
        let (stop, stopped) = watch::channel(false);
        let (followed, ring) = (desk.clone(), Arc::new(Notify::new()));
        let following = tokio::spawn(task::follow(followed, ring, stopped, |_, _| ()));
        tokio::time::sleep(Duration::from_millis(delay)).await;
        stop.send(true).unwrap();
        following.await.unwrap();
        desk = Arc::new(Arc::into_inner(desk).expect("somebody is still at the desk"));
    }
    served.stop().await;
}
