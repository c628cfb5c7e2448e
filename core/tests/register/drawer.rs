//! The drawer: counted by denomination, opened without a sale, and the trail of what was not sold.

use comptoir_core::register::{Command, Refusal};
use comptoir_fiscal::entry::{Body, Coin};

use crate::shop::{Till, cents};

fn count(counted: i64, coins: &[(i64, u64)]) -> Command {
    let coins = coins.iter().map(|(value, pieces)| Coin { value: cents(*value), pieces: *pieces }).collect();
    Command::CountCash { counted: cents(counted), coins, replaces: None, reason: None }
}

#[test]
fn a_count_by_denomination_must_come_to_what_was_counted() {
    let mut till = Till::founded();
    till.sell_coffee();
    for wrong in [count(250, &[(200, 1), (20, 2)]), count(250, &[(250, u64::MAX)]), count(0, &[(-50, 2), (100, 1)])] {
        assert!(matches!(till.ask(wrong), Err(Refusal::CoinsDiffer { .. })));
    }
    let answer = till.ask(count(250, &[(200, 1), (50, 1)])).unwrap();
    let Body::Cash(cash) = &answer.entry().unwrap().body else { panic!("no count") };
    assert_eq!((cash.coins.len(), cash.difference), (2, Some(cents(0))));
    till.end();
}

#[test]
fn what_is_not_sold_leaves_its_trace() {
    let mut till = Till::founded();
    till.ask_as("cashier", Command::OpenDrawer { reason: Some("Monnaie".to_owned()) }).unwrap();
    till.ask_as("cashier", Command::RemoveLine { sku: "CAFE".to_owned(), amount: cents(250) }).unwrap();
    till.ask_as("cashier", Command::AbandonSale { amount: cents(-5), reason: Some("Parti".to_owned()) }).unwrap();
    let card = "4111111111111111".to_owned();
    for refused in [
        Command::OpenDrawer { reason: Some(card.clone()) },
        Command::AbandonSale { amount: cents(5), reason: Some(card.clone()) },
        Command::RemoveLine { sku: card, amount: cents(5) },
    ] {
        assert!(matches!(till.ask_as("cashier", refused), Err(Refusal::Private(_))));
    }
    let said: Vec<(u32, String)> = till
        .entries()
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Event(event) if entry.operator == "cashier" => Some((event.code, event.detail.unwrap_or_default())),
            _ => None,
        })
        .collect();
    let expected = [(901, "Monnaie"), (323, "CAFE: 2.50"), (320, "-0.05 (Parti)")];
    assert_eq!(said, expected.map(|(code, detail)| (code, detail.to_owned())));
    till.end();
}
