//! Opening: heads lost or torn, journals put back to an earlier state, wrong keys, folders that are not what they should be.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use comptoir_core::data_folder::DataFolder;
use comptoir_core::held::HeldTicket;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Command, Founding, Notice, PayBack, Platform, Register, RegisterError, remember_fault};
use comptoir_core::shop::Shop;
use comptoir_core::voucher::Presented;
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::key_file::{KeyFileError, Keystore, NoKeystore, Protection};
use comptoir_fiscal::journal::{OpenError, StoreError};
use comptoir_fiscal::values::RegisterId;
use zeroize::Zeroizing;

use crate::shop::{FRIDAY, Seeded, Till, cents, chosen, copy, files, founding, software, unix};

/// A till with some sales and a copy of its journal's folder from before the last of them.
fn put_back(till: &mut Till) -> RegisterId {
    let id = till.register().id();
    let folder = till.journal_folder(id);
    till.sell_coffee();
    till.stop();
    let older = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("journal.db"), older.path().join("journal.db")).unwrap();
    till.start();
    till.sell_coffee();
    till.sell_coffee();
    till.stop();
    std::fs::copy(older.path().join("journal.db"), folder.join("journal.db")).unwrap();
    id
}

fn genesis_label(till: &mut Till) -> String {
    till.register().journal().standing().genesis().label.clone()
}

#[test]
fn a_lost_or_torn_head_costs_a_scan_and_no_sale() {
    let mut till = Till::founded();
    till.sell_coffee();
    let id = till.register().id();
    let heads = [till.journal_folder(id).join("head"), till.folder.path().join(format!("state/{id}.head"))];
    type Spoil = fn(&Path);
    let spoils: [Spoil; 4] = [
        |head| std::fs::remove_file(head).unwrap(),
        |head| std::fs::write(head, b"").unwrap(),
        |head| {
            let whole = std::fs::read(head).unwrap();
            std::fs::write(head, &whole[..whole.len() / 2]).unwrap();
        },
        |head| {
            let whole = String::from_utf8(std::fs::read(head).unwrap()).unwrap();
            std::fs::write(head, whole.replace("\"net\":250", "\"net\":251")).unwrap();
        },
    ];
    for spoil in spoils {
        for both in [false, true] {
            till.stop();
            spoil(&heads[0]);
            if both {
                spoil(&heads[1]);
            }
            till.start();
            assert_eq!(till.register().id(), id);
            assert!(till.register().notices().is_empty());
            till.sell_coffee();
        }
    }
    assert_eq!(till.sell_coffee().number, 10);
    till.end();
}

#[test]
fn a_journal_put_back_is_left_as_it_is_and_another_sells_on() {
    let mut till = Till::founded();
    let mut old = put_back(&mut till);
    for label in ["01-2", "01-3"] {
        let folder = till.journal_folder(old);
        let before = files(&folder);
        till.start();
        let id = till.register().id();
        assert_ne!(id, old);
        assert_eq!(genesis_label(&mut till), label);
        let succeeds = till.register().journal().standing().genesis().succeeds.clone().unwrap();
        assert_eq!((succeeds.register, succeeds.checkpoint), (old, None));
        let Notice::Succeeded { old: noticed, found, known } = till.register().notices()[0].clone() else {
            panic!("another notice")
        };
        assert!(noticed == old && found < known);
        assert_eq!(till.events()[..3], [911, 300, 80]);
        let ticket = till.sell_coffee();
        assert_eq!((ticket.number, ticket.gt.net), (1, cents(250)));
        till.restart();
        assert_eq!(till.register().id(), id, "once");
        assert!(till.register().notices().is_empty());
        assert_eq!(files(&folder), before);
        old = put_back(&mut till);
    }
    till.start();
    till.end();
}

#[test]
fn a_folder_put_back_with_its_log_is_left_byte_for_byte() {
    let mut till = Till::founded();
    till.sell_coffee();
    let folder = {
        let id = till.register().id();
        till.journal_folder(id)
    };
    let older = tempfile::tempdir().unwrap();
    copy(&folder, older.path());
    assert!(std::fs::metadata(older.path().join("journal.db-wal")).unwrap().len() > 0, "copied while it ran");
    till.sell_coffee();
    till.stop();
    std::fs::remove_dir_all(&folder).unwrap();
    copy(older.path(), &folder);
    let before = files(&folder);
    till.start();
    assert_eq!(till.register().notices().len(), 1, "the head in the second place convicts it");
    till.stop();
    assert_eq!(files(&folder), before);
    till.start();
    till.end();
}

#[test]
fn the_head_in_the_second_place_convicts_alone() {
    let mut till = Till::founded();
    let old = put_back(&mut till);
    std::fs::remove_file(till.journal_folder(old).join("head")).unwrap();
    till.start();
    assert_ne!(till.register().id(), old);
    till.end();
}

#[test]
fn a_sample_shop_keeps_both_heads_in_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let platform = || Platform {
        clock: Box::new(SetClock::at(unix(FRIDAY))),
        random: Box::new(Seeded(3)),
        keystore: Box::new(NoKeystore),
        software: software(),
    };
    let data = DataFolder::of_sample(folder.path().join("sample"));
    let register = Register::found(data.clone(), founding(), platform()).unwrap();
    let id = register.id();
    drop(register);
    assert!(folder.path().join(format!("sample/state/{id}.head")).exists());
    let elsewhere = folder.path().join("elsewhere");
    assert_eq!(DataFolder::new(data.root(), &elsewhere), data, "and is known for a sample again");
    Register::open(DataFolder::new(data.root(), &elsewhere), platform(), |_, _| ()).unwrap();
    assert!(!elsewhere.exists());
}

#[test]
fn credit_notes_of_a_journal_that_was_put_back_are_still_good() {
    let mut till = Till::founded();
    let sale = till.sell(&[("VASE", 1000)], &[]);
    let of = till.reference(&sale);
    let pay_back = vec![PayBack::CreditNote];
    let back = Command::Return { of, chosen: vec![chosen(1, 1000)], pay_back, reason: "Fêlé".to_owned() };
    let note = till.ask(back).unwrap().vouchers.remove(0);
    put_back(&mut till);
    till.start();
    let shown = Presented::Code(note.code.clone());
    assert_eq!(till.register().voucher(&shown).unwrap(), cents(2990));
    till.register().rebuild_projections().unwrap();
    assert_eq!(till.register().voucher(&shown).unwrap(), cents(2990));
    till.sell(&[("CAFE", 1000)], &[crate::shop::credit_note(&note, 2990)]);
    till.register().rebuild_projections().unwrap();
    assert_eq!(till.register().voucher(&shown).unwrap(), cents(2740));
    till.end();
}

#[test]
fn a_successor_is_taken_up_again_where_the_shop_forgot_it() {
    let mut till = Till::founded();
    put_back(&mut till);
    let before = tempfile::tempdir().unwrap();
    std::fs::copy(till.shop_db(), before.path().join("shop.db")).unwrap();
    till.start();
    let successor = till.register().id();
    till.sell_coffee();
    till.stop();
    std::fs::copy(before.path().join("shop.db"), till.shop_db()).unwrap();
    till.start();
    assert_eq!(till.register().id(), successor);
    assert_eq!(till.sell_coffee().number, 2);
    assert_eq!(till.events().iter().filter(|code| **code == 911).count(), 1);
    till.end();
}

#[test]
fn a_successor_that_was_begun_when_the_shop_could_not_be_written_is_taken_up() {
    let mut till = Till::founded();
    let old = put_back(&mut till);
    // Another connection holds shop.db, so that the new journal is begun and cannot be named in it.
    let holder = rusqlite::Connection::open(till.shop_db()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(till.open(), Err(RegisterError::Shop(_))));
    drop(holder);
    till.start();
    assert_eq!(genesis_label(&mut till), "01-2");
    assert_eq!(till.events().iter().filter(|code| **code == 911).count(), 1);
    let Notice::Succeeded { old: noticed, .. } = till.register().notices()[0] else { panic!("another notice") };
    assert_eq!(noticed, old);
    assert_eq!(std::fs::read_dir(till.data().journals()).unwrap().count(), 2);
    till.end();
}

#[derive(Clone, Default)]
struct InMemory(Arc<Mutex<HashMap<RegisterId, [u8; 32]>>>);

impl Keystore for InMemory {
    fn keep(&self, register: RegisterId, wrapping_key: &[u8; 32]) -> bool {
        self.0.lock().unwrap().insert(register, *wrapping_key);
        true
    }

    fn find(&self, register: RegisterId) -> Option<Zeroizing<[u8; 32]>> {
        self.0.lock().unwrap().get(&register).copied().map(Zeroizing::new)
    }
}

#[test]
fn a_key_in_the_keystore_opens_the_register_and_a_locked_one_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::of_sample(folder.path());
    let keystore = InMemory::default();
    let platform = |keystore: Box<dyn Keystore + Send>, seed| Platform {
        clock: Box::new(SetClock::at(unix(FRIDAY))),
        random: Box::new(Seeded(seed)),
        keystore,
        software: software(),
    };
    let register = Register::found(data.clone(), founding(), platform(Box::new(keystore.clone()), 3)).unwrap();
    assert_eq!(register.key_protection(), Protection::Keystore);
    register.stop().unwrap();
    let error = Register::open(data.clone(), platform(Box::new(NoKeystore), 4), |_, _| ()).err().unwrap();
    assert!(matches!(error, RegisterError::Key(KeyFileError::Locked)), "{error:?}");
    assert!(error.to_string().contains("Unlock"), "{error}");
    Register::open(data, platform(Box::new(keystore), 5), |_, _| ()).unwrap().stop().unwrap();
}

#[test]
fn a_shop_with_settings_that_cannot_be_is_not_founded_and_can_be_with_others() {
    let mut till = Till::unfounded(1);
    let data = till.data();
    let platform = Platform {
        clock: Box::new(till.clock.clone()),
        random: Box::new(Seeded(1)),
        keystore: Box::new(NoKeystore),
        software: software(),
    };
    let nowhere = Founding { time_zone: "Europe/Nulle-Part".to_owned(), ..founding() };
    let error = Register::found(data, nowhere, platform).err().unwrap();
    assert!(matches!(error, RegisterError::Settings(_)), "{error:?}");
    drop(till.found().unwrap());
}

#[test]
fn a_wrong_or_damaged_key_says_what_to_do() {
    let mut till = Till::founded();
    till.sell_coffee();
    let id = till.register().id();
    let key = till.journal_folder(id).join("device.key");
    till.stop();
    let right = std::fs::read(&key).unwrap();
    let mut other = Till::founded_with(5);
    let theirs = other.register().id();
    std::fs::copy(other.journal_folder(theirs).join("device.key"), &key).unwrap();
    let error = till.open().err().unwrap();
    assert!(matches!(error, RegisterError::Journal(OpenError::ForeignKey)), "{error:?}");
    assert!(error.to_string().contains("Put the right key back"), "{error}");
    std::fs::write(&key, b"{}").unwrap();
    assert!(till.open().err().unwrap().to_string().contains("Put the file back as it was"));
    std::fs::remove_file(&key).unwrap();
    assert!(till.open().err().unwrap().to_string().contains("device.key"));
    std::fs::write(&key, right).unwrap();
    till.start();
    assert_eq!(till.sell_coffee().number, 2);
    till.end();
}

#[test]
fn a_folder_is_founded_once_and_opened_only_where_something_is() {
    let mut till = Till::unfounded(1);
    let error = till.open().err().unwrap();
    assert!(matches!(error, RegisterError::NoShop { .. }) && error.to_string().contains("holds no shop"));
    assert!(!till.shop_db().exists(), "opening makes nothing");
    let register = till.found().unwrap();
    assert!(matches!(till.found(), Err(RegisterError::ShopExists { .. })));
    drop(register);
    assert!(matches!(till.found(), Err(RegisterError::ShopExists { .. })));
    std::fs::remove_file(till.shop_db()).unwrap();
    assert!(matches!(till.found(), Err(RegisterError::ShopExists { .. })), "journals alone are a shop");
}

#[test]
fn a_founding_that_failed_is_begun_again() {
    let mut till = Till::unfounded(1);
    std::fs::create_dir_all(till.data().root()).unwrap();
    // A file stands where the folder of journals would be made.
    std::fs::write(till.folder.path().join("state"), b"").unwrap();
    assert!(till.found().is_err());
    std::fs::remove_file(till.folder.path().join("state")).unwrap();
    assert!(!till.data().holds_a_shop());
    assert!(matches!(till.open(), Err(RegisterError::NoShop { .. })));
    drop(till.found().unwrap());
    assert!(till.data().holds_a_shop());
    till.start();
    till.sell_coffee();
    till.stop();
    // And so where it ended right after shop.db was made.
    let mut till = Till::unfounded(2);
    std::fs::create_dir_all(till.data().root()).unwrap();
    drop(Shop::open(&till.shop_db()).unwrap());
    drop(till.found().unwrap());
}

#[test]
fn a_journal_that_another_program_holds_is_said_to_be_in_use() {
    let mut till = Till::founded();
    let error = till.open().err().unwrap();
    assert!(matches!(&error, RegisterError::Journal(OpenError::Store(StoreError::InUse(_)))), "{error:?}");
    assert!(error.to_string().contains("in use by another program"), "{error}");
    till.sell_coffee();
    till.end();
}

#[test]
fn every_start_and_stop_is_sealed() {
    let mut till = Till::founded();
    till.restart();
    till.crash();
    let events = till.events();
    assert_eq!(events, [300, 80, 40, 80, 80]);
    let entries = till.entries();
    assert!(matches!(entries[0].body, Body::Genesis(_)));
    let details: Vec<Option<String>> = starts(&mut till);
    assert_eq!(details, [None, None, Some("après un arrêt imprévu".to_owned())]);
    till.end();
}

fn starts(till: &mut Till) -> Vec<Option<String>> {
    let started = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if event.code == 80 => Some(event.detail),
        _ => None,
    });
    started.collect()
}

#[test]
fn a_fault_of_the_program_is_told_at_the_next_start_and_once() {
    let mut till = Till::founded();
    let basket = till.basket(&[("CAFE", 2000)]);
    let id = till.next_id().uuid();
    let held = HeldTicket::new(id, "cashier", till.register().now(), basket);
    till.register().hold("cashier", &held).unwrap();
    remember_fault(&till.data(), "core/src/example.rs:12", "index out of bounds");
    till.crash();
    let fault = Notice::Fault { place: "core/src/example.rs:12".to_owned() };
    assert_eq!(till.register().notices(), [fault]);
    assert_eq!(till.register().held().unwrap().len(), 1, "what was held is back");
    till.restart();
    assert_eq!(till.register().notices(), []);
    let told = Some("après une faute du programme (core/src/example.rs:12)".to_owned());
    assert_eq!(starts(&mut till), [None, told, None]);
    let log = std::fs::read_to_string(till.data().root().join("faults.log")).unwrap();
    assert_eq!(log, "core/src/example.rs:12: index out of bounds\n");
    till.end();
}

#[test]
fn yesterdays_data_put_back_whole_is_told_at_the_next_start_and_the_till_sells_on() {
    let mut till = Till::founded();
    till.sell_coffee();
    let old = till.register().id();
    till.stop();
    // All of the data, shop.db with its held tickets and projections among it; the platform's state is elsewhere.
    let yesterday = tempfile::tempdir().unwrap();
    copy(till.data().root(), yesterday.path());
    till.start();
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    till.sell_coffee();
    till.stop();
    std::fs::remove_dir_all(till.data().root()).unwrap();
    copy(yesterday.path(), till.data().root());
    let put_back = files(&till.journal_folder(old));

    till.start();
    let Notice::Succeeded { old: noticed, found, known } = till.register().notices()[0].clone() else {
        panic!("another notice")
    };
    assert!(noticed == old && found < known, "{found} of {known}");
    let told = till.entries().into_iter().find_map(|entry| match entry.body {
        Body::Event(event) if event.code == 911 => event.detail,
        _ => None,
    });
    assert_eq!(told, Some(format!("{old}: {found} entrées au lieu de {known}")));
    assert_eq!(genesis_label(&mut till), "01-2");
    assert_eq!(till.sell_coffee().number, 1);
    till.restart();
    assert!(till.register().notices().is_empty(), "once");
    assert_eq!(files(&till.journal_folder(old)), put_back, "it is left byte for byte");
    till.end();
}
