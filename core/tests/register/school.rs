//! School mode: the same till, a journal apart, and nothing of it among real sales.

use comptoir_core::operators::Gate;
use comptoir_core::paper::Width;
use comptoir_core::paper::text::text;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Desk, PayBack, Refusal, SettingsChange};
use comptoir_core::voucher::{Presented, VoucherError};
use comptoir_fiscal::entry::{Body, Mode, Store};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::verify::verify_store;

use crate::shop::{Till, assert_sound, cash, cents, chosen, command_id, rows};

fn to_school(till: &mut Till) {
    let live = till.take();
    till.resume(live.enter_school("manager").unwrap());
}

fn back(till: &mut Till) {
    let school = till.take();
    till.resume(school.leave_school("cashier").unwrap());
}

fn training_events(till: &mut Till) -> Vec<String> {
    let entries = till.entries();
    let label =
        |body: Body| if let Body::Event(event) = body { (event.code == 914).then_some(event.label) } else { None };
    entries.into_iter().filter_map(|entry| label(entry.body)).collect()
}

#[test]
fn what_is_tried_out_has_a_journal_of_its_own_and_counts_for_nothing() {
    let mut till = Till::founded();
    till.sell_coffee();
    let live = till.register().id();
    let derived = rows(&till.shop_db());
    to_school(&mut till);
    assert_eq!(till.register().mode(), Mode::Training);
    assert_eq!(till.register().settings().label, "01-E");
    let school = till.register().id();
    assert_ne!(school, live);

    let sold = till.sell(&[("VASE", 2000)], &[cash(6000)]);
    assert_eq!(sold.number, 1);
    let paper = PaperOf::Ticket(till.reference(&sold));
    till.ask(Command::Print(paper)).unwrap();
    let job = till.register().next_to_print().unwrap().unwrap();
    let french = Translations::new(Language::French, &[comptoir_core::FRENCH]).unwrap();
    let printed = text(&till.register().paper(&job, &french).unwrap(), Width::Wide);
    assert!(printed.contains("ÉCOLE — FACTICE, SANS VALEUR") && printed.contains("01-E-T-00000001"), "{printed}");
    till.ask(Command::CloseDay).unwrap();
    assert_eq!(till.register().journal().standing().gt.net, cents(5980));
    assert_eq!(training_events(&mut till), ["Entrée en mode école"]);

    back(&mut till);
    assert_eq!((till.register().id(), till.register().mode()), (live, Mode::Live));
    assert_eq!(training_events(&mut till), ["Entrée en mode école", "Sortie du mode école"]);
    let standing = till.register().journal().standing();
    assert_eq!((standing.gt.net, standing.day.sales), (cents(250), 1));
    let position = |row: &String| !row.starts_with("projection");
    let now: Vec<String> = rows(&till.shop_db()).into_iter().filter(position).collect();
    assert_eq!(now, derived.into_iter().filter(position).collect::<Vec<_>>(), "nothing of the school is derived here");
    assert!(till.register().print_queue().unwrap().is_empty());

    // A second lesson goes on in the same journal.
    to_school(&mut till);
    assert_eq!(till.register().id(), school);
    assert_eq!(till.sell_coffee().number, 2);
    back(&mut till);
    till.end();
}

#[test]
fn a_credit_note_of_the_school_buys_nothing() {
    let mut till = Till::founded();
    to_school(&mut till);
    let sold = till.sell(&[("VASE", 1000)], &[cash(3000)]);
    let of = till.reference(&sold);
    let answer = till
        .ask(Command::Return {
            of,
            chosen: vec![chosen(1, 1000)],
            pay_back: vec![PayBack::CreditNote],
            reason: "essai".to_owned(),
        })
        .unwrap();
    let code = answer.vouchers[0].code.clone();
    assert_eq!(till.register().voucher(&Presented::Code(code.clone())).unwrap(), cents(2990));
    back(&mut till);
    let refusal = till.register().voucher(&Presented::Code(code)).unwrap_err();
    assert!(matches!(refusal, Refusal::Voucher(VoucherError::NotKnownHere { .. })), "{refusal:?}");
    assert!(matches!(till.register().ticket(of), Err(Refusal::UnknownTicket { .. })));
    till.end();
}

#[test]
fn a_till_that_stops_in_school_mode_starts_with_real_sales() {
    let mut till = Till::founded();
    let live = till.register().id();
    to_school(&mut till);
    till.sell_coffee();
    till.crash();
    assert_eq!(till.register().id(), live);
    assert_eq!(till.sell_coffee().number, 1);
    to_school(&mut till);
    assert_eq!(till.sell_coffee().number, 2, "the school's journal goes on too");
    back(&mut till);
    till.end();
}

#[test]
fn only_a_manager_enters_and_whoever_may_not_stays_where_they_are() {
    let mut till = Till::founded();
    let live = till.register().id();
    let refused = till.take().enter_school("cashier").err().unwrap();
    assert!(matches!(refused.why, Refusal::Gate(_)));
    till.resume(*refused.register.unwrap());
    let refused = till.take().leave_school("manager").err().unwrap();
    assert!(matches!(refused.why, Refusal::NothingChanges));
    till.resume(*refused.register.unwrap());
    assert_eq!(till.register().id(), live);
    assert!(training_events(&mut till).is_empty());
    till.end();
}

#[test]
fn the_school_learns_what_became_of_the_shop_since() {
    let mut till = Till::founded();
    to_school(&mut till);
    back(&mut till);
    let store = Store { address: "2 rue Neuve".to_owned(), id: "1".to_owned(), name: "Exemple neuf".to_owned() };
    let change = SettingsChange { store: Some(store.clone()), ..SettingsChange::default() };
    till.ask_as("owner", Command::ChangeSettings(Box::new(change))).unwrap();
    to_school(&mut till);
    assert_eq!(till.register().settings().store, store);
    assert_eq!(till.events().iter().filter(|code| **code == 410).count(), 1);
    back(&mut till);
    till.end();
}

#[test]
fn the_desk_turns_to_school_and_back_and_both_journals_verify() {
    let mut till = Till::founded();
    let desk = Desk::start(till.take()).unwrap();
    assert!(matches!(desk.turn("cashier", Mode::Training).unwrap(), Err(Refusal::Gate(_))));
    desk.turn("manager", Mode::Training).unwrap().unwrap();
    assert_eq!(desk.ask(|register| register.mode()).unwrap(), Mode::Training);
    desk.turn("manager", Mode::Live).unwrap().unwrap();
    assert_eq!(desk.ask(|register| register.mode()).unwrap(), Mode::Live);
    desk.close().unwrap();
    for folder in std::fs::read_dir(till.data().journals()).unwrap() {
        assert_sound(&verify_store(&folder.unwrap().path().join("journal.db"), &[], &mut |_, _| ()));
    }
}

#[test]
fn a_cashier_enters_by_a_managers_word_which_is_recorded() {
    let mut till = Till::founded();
    let word = till.word(Gate::Training, command_id(900));
    let refused = till.take().enter_school_by("cashier", Some((command_id(901), word.clone()))).err().unwrap();
    assert!(matches!(refused.why, Refusal::Gate(_)), "a word is good for what it was given for");
    till.resume(*refused.register.unwrap());
    let live = till.take();
    till.resume(live.enter_school_by("cashier", Some((command_id(900), word))).unwrap());
    assert_eq!(till.register().mode(), Mode::Training);
    back(&mut till);
    let events = till.events();
    assert!(events.windows(2).any(|pair| pair == [100, 914]), "{events:?}");
    till.end();
}
