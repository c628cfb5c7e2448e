use comptoir_core::printing::PaperOf;
use comptoir_core::register::{BackOffice, Command};
use comptoir_core::sample::MANAGERS_PIN;
use comptoir_core::shared::{Change, Kind, Row};
use comptoir_core::voucher::OfflinePolicy;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::Cents;

use super::*;
use crate::lock;
use crate::meeting::Met;
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
fn what_is_taken_of_other_tills_vouchers_without_the_network_is_chosen() {
    let mut stage = as_owner();
    act(&mut stage, Intent::Payments(payments::Edit::Offline(payments::Offline::UpTo)));
    act(&mut stage, Intent::Payments(payments::Edit::Keep));
    assert!(stage.was_refused(), "no sum was typed");
    act(&mut stage, Intent::Payments(payments::Edit::OfflineMost("20".to_owned())));
    act(&mut stage, Intent::Payments(payments::Edit::Keep));
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert_eq!(stage.register.vouchers_offline(), OfflinePolicy::UpTo { most: Cents::new(2_000) });
    act(&mut stage, Intent::Payments(payments::Edit::Offline(payments::Offline::None)));
    act(&mut stage, Intent::Payments(payments::Edit::Keep));
    assert_eq!(stage.register.vouchers_offline(), OfflinePolicy::OnlyWhereIssued);
    assert_eq!(stage.events(270).len(), 2);
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

/// The owner of a till that is enrolled with a back office.
fn enrolled() -> Stage {
    let mut stage = as_owner();
    let register = stage.register.id();
    let back_office = BackOffice {
        address: "https://caisse.example".to_owned(),
        witness: "caisse.example".to_owned(),
        witness_key: DeviceKey::from_seed(&[7; 32]).public().to_base64(),
        certificate: None,
        register,
    };
    stage.register.enrolled(back_office).unwrap();
    act(&mut stage, Intent::Section(Section::Office));
    stage
}

#[test]
fn a_till_is_enrolled_by_an_address_only_once_its_words_were_found_to_be_the_same() {
    let mut stage = as_owner();
    let office = |stage: &mut Stage, edit| act(stage, Intent::Office(edit));
    office(&mut stage, office::Edit::Link("caisse.example:8443".to_owned()));
    office(&mut stage, office::Edit::Enrol);
    assert!(stage.was_refused(), "a code belongs to it");
    office(&mut stage, office::Edit::Code("ABCDEFGH".to_owned()));
    let met = || Met { link: "https://caisse.example:8443/enrol#A".to_owned(), words: "basar bodud".to_owned() };
    for same in [false, true] {
        office(&mut stage, office::Edit::Enrol);
        assert!(view::settings(&stage.till).office_asking);
        let asked = if same { 3 } else { 1 };
        stage.till.met(asked, Ok(met()));
        assert_eq!(view::settings(&stage.till).office_words, "basar bodud");
        assert!(!stage.till.settings.office.enrolling);
        office(&mut stage, if same { office::Edit::Enrol } else { office::Edit::Others });
        assert_eq!(view::settings(&stage.till).office_words, "");
        assert_eq!(stage.till.settings.office.enrolling, same);
    }
    assert_eq!(view::settings(&stage.till).office_link, met().link.as_str());
}

#[test]
fn pictures_are_left_where_they_are_once_somebody_says_that_the_link_is_paid_for() {
    let mut stage = enrolled();
    for metered in [true, false] {
        act(&mut stage, Intent::Office(office::Edit::Metered(metered)));
        assert!(!stage.was_refused(), "{:?}", stage.till.toast);
        assert_eq!((stage.register.is_metered(), view::settings(&stage.till).metered), (metered, metered));
    }
}

#[test]
fn for_how_long_a_till_may_be_out_of_touch_is_kept_and_what_is_no_number_of_hours_is_not() {
    let mut stage = enrolled();
    let hours = |stage: &mut Stage, typed: &str| {
        act(stage, Intent::Office(office::Edit::Hours(typed.to_owned())));
        act(stage, Intent::Office(office::Edit::KeepHours));
    };
    let limit = |stage: &mut Stage| stage.register.in_touch().unwrap().map(|in_touch| in_touch.limit_hours);
    let before = limit(&mut stage);
    for typed in ["", "7", "745", "douze", "-12"] {
        hours(&mut stage, typed);
        assert!(stage.was_refused(), "{typed}");
        assert_eq!(limit(&mut stage), before, "{typed}");
    }
    hours(&mut stage, " 12 ");
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert_eq!(limit(&mut stage), Some(12));
    let view = view::settings(&stage.till);
    assert_eq!((view.office_hours.as_str(), view.office_hours_kept), ("12", true));
    // The strip warns after half of them, and the journal records it once they have passed.
    stage.sell(&["baguette de tradition"]);
    stage.clock.advance(7 * 3600);
    stage.act(Any::Tick);
    stage.till.look_around();
    stage.act(Any::Dismiss);
    assert_eq!(crate::strip::strip(&stage.till).backup_tone, crate::generated::Tone::Warn);
    stage.clock.advance(6 * 3600);
    assert!(stage.register.watch_offline_time().unwrap());
    assert_eq!(stage.events(922).len(), 1);
}

#[test]
fn what_the_back_office_holds_and_this_till_does_not_use_is_told_with_why() {
    let mut stage = enrolled();
    assert!(aside::aside(&stage.till).is_empty());
    while let Some(outgoing) = stage.register.edits_to_send(500).unwrap().filter(|outgoing| !outgoing.edits.is_empty())
    {
        let ids: Vec<_> = outgoing.edits.iter().map(|edit| edit.id).collect();
        stage.register.edits_answered(&ids).unwrap();
    }
    let change =
        Change { kind: Kind::Product, key: "NOUVEAU-1".to_owned(), version: 1, at: 1, row: Some(Row::default()) };
    stage.register.take_in(&[change], "0123456789abcdef.1", false).unwrap();
    act(&mut stage, Intent::Section(Section::Office));
    let rows = aside::aside(&stage.till);
    assert_eq!(rows.iter().map(|row| row.label.as_str()).collect::<Vec<_>>(), ["Article NOUVEAU-1"]);
    assert!(rows[0].hint.contains("ne sait pas le lire"), "{}", rows[0].hint);
}

#[test]
fn a_clock_apart_from_the_back_offices_shows_in_the_strip_and_in_full_in_its_room() {
    let mut stage = enrolled();
    assert_eq!(view::settings(&stage.till).office_clock, "");
    stage.till.heard_of_its_clock(-200);
    assert_eq!(crate::strip::strip(&stage.till).leap, "horloge −3 min");
    assert!(view::settings(&stage.till).office_clock.contains("retarde de 3 min"));
    stage.till.heard_of_its_clock(0);
    assert_eq!(crate::strip::strip(&stage.till).leap, "");
}
