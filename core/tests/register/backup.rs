//! Copies of a till, and going on from one after the device is lost.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use comptoir_core::backup::{BackupError, Copy};
use comptoir_core::register::{Command, Desk, Notice, PayBack, Refusal, Register, RegisterError, Restored};
use comptoir_core::returns::ReturnError;
use comptoir_fiscal::entry::{Body, Ticket, TicketRef};
use comptoir_fiscal::values::RegisterId;
use comptoir_fiscal::verify::verify_file;

use crate::shop::{Till, assert_sound, chosen, credit_note, files};

/// The till goes on from a copy in a new folder, as on another device.
fn restored(from: &Path) -> (Till, Result<Restored, RegisterError>) {
    let mut till = Till::unfounded(9);
    let platform = till.platform();
    match Register::restore(till.data(), from, platform, |_, _| ()) {
        Ok((register, restored)) => {
            till.resume(register);
            (till, Ok(restored))
        }
        Err(error) => (till, Err(error)),
    }
}

fn return_of(of: TicketRef) -> Command {
    Command::Return {
        of,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::CreditNote],
        reason: "Abîmé".to_owned(),
    }
}

#[test]
fn a_copy_grows_by_what_is_new_and_holds_no_key() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    till.sell_coffee();
    let first = till.register().back_up(stick.path()).unwrap();
    assert_eq!(first.added, first.entries);
    let ticket = till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    let second = till.register().back_up(stick.path()).unwrap();
    // The backup's own event, the sale and the closing.
    assert_eq!((second.added, second.entries), (3, first.entries + 3));
    assert_eq!(ticket.number, 2);
    let copy = Copy::at(stick.path()).unwrap();
    assert_sound(&verify_file(&copy.journal(till.register().id()), &[], &mut |_, _| ()));
    assert!(till.events().ends_with(&[230, 230]));
    assert!(till.register().last_backup().unwrap().is_some());

    let id = till.register().id();
    let key = fs::read(till.journal_folder(id).join("device.key")).unwrap();
    for (path, bytes) in files(stick.path()) {
        assert!(!path.ends_with("device.key") && !bytes.windows(key.len()).any(|part| part == key), "{path:?}");
    }
    till.end();
}

#[test]
fn a_copy_made_beside_a_till_that_sells_holds_what_was_sealed_when_it_began_and_the_next_one_the_rest() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    for _ in 0..3 {
        till.sell_coffee();
    }
    let entries = till.register().journal().standing().size();
    let desk = Arc::new(Desk::start(till.take()).unwrap());
    let (copying, into) = (desk.clone(), stick.path().to_owned());
    let copy = std::thread::spawn(move || copying.back_up(&into));
    // Whatever is asked meanwhile is answered.
    while !copy.is_finished() {
        desk.ask(|register| register.status().unwrap()).unwrap();
    }
    let first = copy.join().unwrap().unwrap();
    assert_eq!((first.entries, first.added), (entries, entries));
    Arc::into_inner(desk).unwrap().close().unwrap();
    till.start();
    till.sell_coffee();
    let second = till.register().back_up(stick.path()).unwrap();
    assert_eq!(second.added, second.entries - first.entries);
    let copy = Copy::at(stick.path()).unwrap();
    assert_sound(&verify_file(&copy.journal(till.register().id()), &[], &mut |_, _| ()));
    assert!(till.register().last_backup().unwrap().is_some());
    till.end();
    let (mut other, taken) = restored(stick.path());
    assert_eq!(taken.unwrap().entries, second.entries);
    other.end();
}

#[test]
fn another_device_goes_on_from_the_copy_and_has_everything_back() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    let sale = till.sell(&[("VASE", 2000)], &[]);
    let of = till.reference(&sale);
    let note = till.ask(return_of(of)).unwrap().vouchers.remove(0);
    till.register().back_up(stick.path()).unwrap();
    let (until, size) = (till.register().journal().standing().at, till.register().journal().standing().size() - 1);
    // What is sealed after the copy was made is lost with the device.
    till.sell_coffee();
    let lost = till.register().id();
    till.kill();

    let (mut till, told) = restored(stick.path());
    assert_eq!(told.unwrap(), Restored { left: lost, entries: size, until });
    assert_eq!(till.register().settings().label, "01-2");
    assert_eq!(till.register().settings().succeeds.as_ref().unwrap().register, lost);
    assert!(till.events().starts_with(&[220, 300]));

    // The credit note of the lost device is spent, and what is left of the old sale comes back, once.
    till.sell(&[("CAFE", 1000)], &[credit_note(&note, note.amount.get())]);
    let answer = till.ask(return_of(of)).unwrap();
    assert_eq!(answer.ticket().unwrap().refers_to, Some(of));
    let again = till.ask(return_of(of)).unwrap_err();
    assert!(matches!(again, Refusal::Return(ReturnError::MoreThanLeft { .. })), "{again:?}");
    till.restart();
    assert!(matches!(till.ask(return_of(of)), Err(Refusal::Return(_))));
    till.end();
}

#[test]
fn a_copy_that_was_changed_is_not_taken_back() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    till.sell_coffee();
    till.register().back_up(stick.path()).unwrap();
    let lines = Copy::at(stick.path()).unwrap().journal(till.register().id());
    let text = fs::read_to_string(&lines).unwrap();
    fs::write(&lines, text.replacen("\"ttc\":250", "\"ttc\":200", 1)).unwrap();
    let (_, told) = restored(stick.path());
    assert!(matches!(told, Err(RegisterError::Backup(BackupError::Damaged(_)))), "{told:?}");
    assert!(matches!(restored(&lines).1, Err(RegisterError::Backup(BackupError::Io { .. }))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(restored(empty.path()).1, Err(RegisterError::Backup(BackupError::NoCopy(_)))));
    till.end();
}

#[test]
fn a_copy_that_was_cut_off_while_written_is_mended_and_another_history_is_left_alone() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    till.sell_coffee();
    till.register().back_up(stick.path()).unwrap();
    let lines = Copy::at(stick.path()).unwrap().journal(till.register().id());
    let whole = fs::read(&lines).unwrap();
    fs::write(&lines, &whole[..whole.len() - 40]).unwrap();
    till.register().back_up(stick.path()).unwrap();
    assert!(fs::read(&lines).unwrap().starts_with(&whole));
    assert_sound(&verify_file(&lines, &[], &mut |_, _| ()));

    let mut other = fs::read(&lines).unwrap();
    let end = other.len() - 5;
    other[end] ^= 1;
    fs::write(&lines, &other).unwrap();
    let refused = till.register().back_up(stick.path()).unwrap_err();
    assert!(matches!(refused, RegisterError::Backup(BackupError::OtherHistory(_))));
    assert_eq!(fs::read(&lines).unwrap(), other);
    till.end();
}

#[test]
fn each_closing_of_a_day_is_followed_by_a_copy_and_one_that_fails_costs_no_sale() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    let chosen = stick.path().join("copies");
    till.register().set_backup_folder(Some(&chosen)).unwrap();
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    assert!(Copy::at(&chosen).is_ok());
    assert_eq!(till.events().iter().filter(|code| **code == 230).count(), 1);

    fs::remove_dir_all(&chosen).unwrap();
    fs::write(&chosen, "no folder").unwrap();
    till.set_clock("2026-11-21T12:00:00+01:00");
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    assert!(matches!(till.register().notices(), [Notice::BackupFailed { .. }]));
    fs::remove_file(&chosen).unwrap();
    till.set_clock("2026-11-22T12:00:00+01:00");
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    assert!(till.register().notices().is_empty());
    till.end();
}

#[test]
fn what_was_returned_on_the_successor_of_a_journal_put_back_counts_with_what_was_returned_before() {
    let mut till = Till::founded();
    let sale: Ticket = till.sell(&[("VASE", 2000)], &[]);
    let of = till.reference(&sale);
    let id: RegisterId = till.register().id();
    till.stop();
    let database = till.journal_folder(id).join("journal.db");
    let earlier = fs::read(&database).unwrap();
    till.start();
    till.sell_coffee();
    till.stop();
    fs::write(&database, earlier).unwrap();
    till.start();
    assert_ne!(till.register().id(), id);
    till.ask(return_of(of)).unwrap();
    till.ask(return_of(of)).unwrap();
    assert!(matches!(till.ask(return_of(of)), Err(Refusal::Return(_))));
    let returned = till
        .entries()
        .into_iter()
        .filter(|entry| matches!(&entry.body, Body::Ticket(ticket) if ticket.refers_to == Some(of)));
    assert_eq!(returned.count(), 2);
    till.end();
}
