//! Archives through the register: in order, recorded, never written over.

use comptoir_core::register::{Command, Desk, RegisterError, Request};
use comptoir_fiscal::archive::WriteError;
use comptoir_fiscal::entry::{Kind, Period};
use comptoir_fiscal::journal::{ArchiveError, Span};
use comptoir_fiscal::verify::verify_archive;

use crate::shop::{Till, assert_sound, cash, command_id, files};

/// A till with three closed months and a closed year.
fn with_months() -> Till {
    let mut till = Till::founded();
    for at in ["2026-11-20T12:00:00+01:00", "2026-12-15T12:00:00+01:00", "2027-01-10T12:00:00+01:00"] {
        till.set_clock(at);
        till.sell_coffee();
        till.sell_coffee();
    }
    till.set_clock("2027-02-02T12:00:00+01:00");
    till.confirm_date();
    till.register().close_due().unwrap();
    till
}

fn due(till: &mut Till) -> Vec<Span> {
    till.register().journal().unarchived(&[Period::Month, Period::Year]).unwrap()
}

#[test]
fn months_and_years_are_archived_in_order_and_once() {
    let mut till = with_months();
    let spans = due(&mut till);
    let periods: Vec<Period> = spans.iter().map(|span| span.period).collect();
    assert_eq!(periods, [Period::Month, Period::Month, Period::Year, Period::Month]);
    for span in spans {
        let archived = till.register().archive(span, |_, _| ()).unwrap();
        assert_sound(&verify_archive(&archived.path, &[], &mut |_, _| ()));
        assert_eq!(archived.span, span);
    }
    assert!(due(&mut till).is_empty());
    till.restart();
    assert!(due(&mut till).is_empty());
    assert_eq!(till.entries().iter().filter(|entry| entry.kind == Kind::Archive).count(), 4);
    till.end();
}

#[test]
fn a_file_that_was_written_and_not_recorded_is_taken_if_it_is_sound() {
    let mut till = with_months();
    let span = due(&mut till)[0];
    let id = till.register().id();
    let folder = till.journal_folder(id);
    till.stop();
    let before = std::fs::read(folder.join("journal.db")).unwrap();
    let heads = [folder.join("head"), till.folder.path().join(format!("state/{id}.head"))];
    let old_heads = heads.clone().map(|head| std::fs::read(head).unwrap());
    till.start();
    let archived = till.register().archive(span, |_, _| ()).unwrap();
    till.stop();
    // As if the power had gone between the file and its record.
    std::fs::write(folder.join("journal.db"), before).unwrap();
    for (head, bytes) in heads.iter().zip(old_heads) {
        std::fs::write(head, bytes).unwrap();
    }
    till.start();
    assert!(till.register().notices().is_empty());
    assert!(due(&mut till).contains(&span));
    let again = till.register().archive(span, |_, _| ()).unwrap();
    assert_eq!((&again.path, again.sha256), (&archived.path, archived.sha256));
    assert!(!due(&mut till).contains(&span));
    till.end();
}

#[test]
fn another_file_in_its_place_is_refused_and_left() {
    let mut till = with_months();
    let spans = due(&mut till);
    let first = till.register().archive(spans[0], |_, _| ()).unwrap();
    let id = till.register().id();
    let archives = till.journal_folder(id).join("archives");
    let name = first.path.file_name().unwrap().to_str().unwrap();
    let second = archives.join(name.replace("2026-11", "2026-12").replace("2026-12-30", "2026-12-31"));
    let torn = std::fs::read(&first.path).unwrap()[..100].to_vec();
    let other_month = std::fs::read(&first.path).unwrap();
    for wrong in [b"".to_vec(), b"notes".to_vec(), torn, other_month] {
        std::fs::write(&second, &wrong).unwrap();
        let before = files(&archives);
        let size = till.register().journal().standing().size();
        let error = till.register().archive(spans[1], |_, _| ()).unwrap_err();
        let RegisterError::Archive(ArchiveError::Write(WriteError::Exists(path))) = &error else { panic!("{error:?}") };
        assert_eq!(path, &second);
        assert!(error.to_string().contains("Move it elsewhere"), "{error}");
        assert_eq!(files(&archives), before);
        assert_eq!(till.register().journal().standing().size(), size);
    }
    std::fs::remove_file(&second).unwrap();
    till.register().archive(spans[1], |_, _| ()).unwrap();
    till.end();
}

#[test]
fn an_archive_needs_no_kept_heads() {
    let mut till = with_months();
    let id = till.register().id();
    std::fs::remove_dir_all(till.journal_folder(id).join("closings")).unwrap();
    till.crash();
    for span in due(&mut till) {
        let archived = till.register().archive(span, |_, _| ()).unwrap();
        assert_sound(&verify_archive(&archived.path, &[], &mut |_, _| ()));
    }
    till.end();
}

#[test]
fn sales_are_sealed_while_an_archive_is_written() {
    let mut till = with_months();
    let span = due(&mut till)[0];
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[cash(250)]);
    let desk = Desk::start(till.take()).unwrap();
    let mut sold = 0;
    let archived = desk
        .archive(span, |_, _| {
            sold += 1;
            let sale = Command::Sell(Box::new(settled.clone()));
            let request = Request::new(command_id(1000 + sold), "cashier", sale);
            assert!(!desk.ask(|register| register.execute(request).unwrap()).unwrap().repeated);
        })
        .unwrap();
    assert!(sold > 4, "{sold} sales while it was written and checked");
    assert_sound(&verify_archive(&archived.path, &[], &mut |_, _| ()));
    let again = desk.archive(span, |_, _| ()).unwrap();
    assert_eq!(again, archived);
    desk.close().unwrap();
    till.start();
    let kinds = till.entries().into_iter().map(|entry| entry.kind);
    assert_eq!(kinds.filter(|kind| *kind == Kind::Archive).count(), 1);
    till.end();
}
