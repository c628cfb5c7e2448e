//! Identity and settings: changed by events that say what they become, and by a newer program.

use comptoir_core::register::{Command, Refusal, SettingsChange};
use comptoir_fiscal::entry::{Body, Event, Merchant, Software, Store};

use crate::shop::Till;

fn changes(till: &mut Till) -> Vec<Event> {
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if event.set.is_some() => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_new_address_is_an_event_that_later_entries_go_by() {
    let mut till = Till::founded();
    till.sell_coffee();
    let now = till.register().settings().clone();
    let merchant = Merchant { address: "2 rue de l'Exemple".to_owned(), ..now.merchant.clone() };
    let store = Store { name: "Autre exemple".to_owned(), ..now.store.clone() };
    let change = SettingsChange {
        merchant: Some(merchant.clone()),
        store: Some(store.clone()),
        day_ends_at: Some("03:00".parse().unwrap()),
    };
    assert!(matches!(till.ask(Command::ChangeSettings(Box::new(change.clone()))), Err(Refusal::Gate(_))));
    till.ask_as("owner", Command::ChangeSettings(Box::new(change.clone()))).unwrap();
    let codes: Vec<u32> = changes(&mut till).iter().map(|event| event.code).collect();
    assert_eq!(codes, [410, 270]);
    till.restart();
    let settings = till.register().settings().clone();
    assert_eq!((settings.merchant, settings.store), (merchant, store));
    assert_eq!(settings.day_ends_at, "03:00".parse().unwrap());
    let again = till.ask_as("owner", Command::ChangeSettings(Box::new(change)));
    assert!(matches!(again, Err(Refusal::NothingChanges)));
    till.end();
}

#[test]
fn another_siret_is_refused() {
    let mut till = Till::founded();
    let merchant = Merchant { siret: "11111111100011".to_owned(), ..till.register().settings().merchant.clone() };
    let change = SettingsChange { merchant: Some(merchant), ..SettingsChange::default() };
    let refused = till.ask_as("owner", Command::ChangeSettings(Box::new(change)));
    assert!(matches!(refused, Err(Refusal::OtherSiret)));
    assert!(changes(&mut till).is_empty());
    till.end();
}

#[test]
fn a_newer_program_says_so_once_when_it_first_starts() {
    let mut till = Till::founded();
    for (version, code) in [("0.2.0", 255), ("1.0.0", 250), ("1.0.0", 250), ("1.0.1", 255)] {
        till.software = Software { name: "comptoir".to_owned(), version: version.to_owned() };
        till.restart();
        assert_eq!(changes(&mut till).last().unwrap().code, code);
        let sealed = till.register().settings().software.clone();
        assert_eq!(sealed, till.software);
    }
    assert_eq!(changes(&mut till).len(), 3);
    till.sell_coffee();
    till.end();
}
