use comptoir_core::printing::PaperOf;
use comptoir_core::register::Command;
use comptoir_core::sample::MANAGERS_PIN;
use comptoir_fiscal::values::Cents;

use super::*;
use crate::lock;
use crate::stage::{Stage, Who};
use crate::till::{Intent as Any, Place};

fn act(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Settings(intent));
}

fn as_owner() -> Stage {
    let mut stage = Stage::with(Who::Manager);
    stage.act(Any::Lock);
    stage.act(Any::Door(lock::Intent::Who(0)));
    stage.act(Any::Go(Place::Settings));
    stage
}

#[test]
fn the_device_remembers_each_change_and_nothing_of_it_is_sealed() {
    let mut stage = as_owner();
    let before = stage.entries().len();
    act(&mut stage, Intent::Dark(true));
    act(&mut stage, Intent::Larger(true));
    act(&mut stage, Intent::Larger(true));
    act(&mut stage, Intent::LeftHanded(true));
    act(&mut stage, Intent::Receipt(ReceiptChoice::Print));
    act(&mut stage, Intent::CardWaits(true));
    act(&mut stage, Intent::Printer(printer::Edit::Address("192.168.1.50".to_owned())));
    act(&mut stage, Intent::Printer(printer::Edit::KeepAddress));
    let device = device::Device::read(&stage.remembered, device::Device::default());
    assert_eq!(device, stage.till.device());
    assert_eq!((device.look.dark, device.look.text_scale), (true, 1.5));
    assert_eq!(device.printer.as_deref(), Some("192.168.1.50"));
    assert_eq!(stage.entries().len(), before);
}

#[test]
fn texts_grow_to_twice_their_size_and_no_further() {
    let mut stage = as_owner();
    for _ in 0..9 {
        act(&mut stage, Intent::Larger(true));
    }
    assert_eq!(device::percent(stage.till.look.text_scale), 200);
    for _ in 0..9 {
        act(&mut stage, Intent::Larger(false));
    }
    assert_eq!(device::percent(stage.till.look.text_scale), 100);
}

#[test]
fn what_is_no_address_is_no_printer() {
    let mut stage = as_owner();
    for typed in ["mon imprimante", ":9100", "printer:port"] {
        act(&mut stage, Intent::Printer(printer::Edit::Address(typed.to_owned())));
        act(&mut stage, Intent::Printer(printer::Edit::KeepAddress));
        assert!(stage.was_refused(), "{typed}");
        assert_eq!(stage.till.printer, None);
    }
}

#[test]
fn the_shop_becomes_another_by_events_that_say_so() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Shop(shop::Edit::Typed(4, "Épicerie du Port".to_owned())));
    act(&mut stage, Intent::Shop(shop::Edit::Typed(6, "cinq heures".to_owned())));
    act(&mut stage, Intent::Shop(shop::Edit::Keep));
    assert!(stage.was_refused());
    act(&mut stage, Intent::Shop(shop::Edit::Typed(6, "04:30".to_owned())));
    act(&mut stage, Intent::Shop(shop::Edit::Keep));
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert_eq!(stage.register.settings().store.name, "Épicerie du Port");
    assert_eq!(stage.register.settings().day_ends_at.to_string(), "04:30");
    assert_eq!((stage.events(410).len(), stage.events(270).len()), (1, 1));
    assert!(!stage.till.settings.shop.changes(stage.register.settings()));
}

#[test]
fn a_cashier_changes_nothing_of_the_shop_without_the_owners_word() {
    let mut stage = Stage::with(Who::Cashier);
    stage.act(Any::Go(Place::Settings));
    act(&mut stage, Intent::Shop(shop::Edit::Typed(4, "Chez moi".to_owned())));
    act(&mut stage, Intent::Shop(shop::Edit::Keep));
    assert!(stage.till.word.is_some());
    stage.act(Any::Word(crate::word::Intent::Close));
    assert!(stage.was_refused());
    act(&mut stage, Intent::Printer(printer::Edit::Farewell("À demain".to_owned())));
    act(&mut stage, Intent::Printer(printer::Edit::KeepFarewell));
    assert!(stage.till.word.is_some());
    stage.act(Any::Word(crate::word::Intent::Close));
    assert_eq!(stage.register.paper_settings().unwrap().farewell, None);
    assert_eq!(stage.events(410).len() + stage.events(100).len(), 0);
}

#[test]
fn other_limits_hold_from_today_on_and_at_the_counter_at_once() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Payments(payments::Edit::Typed(0, "300".to_owned())));
    act(&mut stage, Intent::Payments(payments::Edit::Typed(4, String::new())));
    act(&mut stage, Intent::Payments(payments::Edit::Keep));
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    let today = stage.register.business_date();
    assert_eq!(stage.register.rules().cash.on(today).limit, Cents::new(30_000));
    assert_eq!(stage.register.rules().cash.0.len(), 2, "the rule of before stays for its days");
    assert_eq!(stage.register.rules().meal_vouchers.0.len(), 1, "what was not touched is not written again");
    assert_eq!(stage.register.validity().gift_voucher_months, None);
    assert_eq!(stage.till.sale.terms.cash.limit, Cents::new(30_000));
    assert_eq!(stage.events(270).len(), 1);
    act(&mut stage, Intent::Payments(payments::Edit::Keep));
    assert!(stage.was_refused(), "nothing changes");
}

#[test]
fn a_copy_is_made_into_the_folder_that_was_chosen() {
    let stick = tempfile::tempdir().unwrap();
    let mut stage = as_owner();
    act(&mut stage, Intent::Section(Section::Backup));
    act(&mut stage, Intent::Backup(backup::Edit::Folder(stick.path().display().to_string())));
    act(&mut stage, Intent::Backup(backup::Edit::Now));
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert!(!stage.till.settings.backup.copying);
    assert_eq!(stage.events(230).len(), 1);
    assert!(std::fs::read_dir(stick.path()).unwrap().count() == 1);
    act(&mut stage, Intent::Backup(backup::Edit::Automatic(true)));
    assert_eq!(stage.register.backup_folder().unwrap().as_deref(), Some(stick.path()));
}

#[test]
fn a_copy_that_fails_says_why_and_can_be_tried_again() {
    let mut stage = as_owner();
    let file = tempfile::NamedTempFile::new().unwrap();
    act(&mut stage, Intent::Backup(backup::Edit::Folder(file.path().display().to_string())));
    act(&mut stage, Intent::Backup(backup::Edit::Now));
    assert!(stage.was_refused());
    assert!(!stage.till.settings.backup.copying);
    assert_eq!(stage.events(230).len(), 0);
}

#[test]
fn a_paper_that_nobody_knows_of_is_printed_again_or_forgotten() {
    let mut stage = as_owner();
    stage.sell(&["baguette de tradition"]);
    let ticket = stage.till.sale.done.as_ref().unwrap().ticket;
    stage.command("op-1", Command::Print(PaperOf::Ticket(ticket)));
    stage.register.next_to_print().unwrap().unwrap();
    stage.act(Any::Go(Place::Settings));
    act(&mut stage, Intent::Section(Section::Printer));
    assert!(view::queue(&stage.till)[0].stuck);
    act(&mut stage, Intent::Printer(printer::Edit::PrintAgain(0)));
    assert!(!view::queue(&stage.till)[0].stuck);
    act(&mut stage, Intent::Printer(printer::Edit::Forget(0)));
    assert_eq!(view::queue(&stage.till), []);
    assert_eq!(stage.register.print_queue().unwrap(), []);
}

#[test]
fn a_cashier_enters_school_mode_by_a_managers_word_and_a_manager_without_one() {
    let mut stage = Stage::with(Who::Cashier);
    stage.has_a_pin(MANAGERS_PIN);
    stage.act(Any::Go(Place::Settings));
    act(&mut stage, Intent::AskSchool(true));
    assert!(stage.till.settings.asks_school);
    act(&mut stage, Intent::TurnSchool);
    assert!(stage.till.word.is_some() && stage.turned.is_none());
    stage.act(Any::Word(crate::word::Intent::Close));
    assert!(stage.was_refused() && stage.turned.is_none());
    act(&mut stage, Intent::TurnSchool);
    stage.gives_their_word(MANAGERS_PIN);
    assert_eq!(stage.turned, Some((Mode::Training, true)), "{:?}", stage.till.toast);
    let mut stage = as_owner();
    act(&mut stage, Intent::TurnSchool);
    assert_eq!(stage.turned, Some((Mode::Training, false)));
}
