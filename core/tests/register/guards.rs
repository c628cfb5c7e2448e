//! A journal that is lost, damaged, or no longer holds what it signed: it is left as it is, and the till sells on.

use std::path::{Path, PathBuf};

use comptoir_core::register::{Command, Desk, Notice, PayBack, Refusal};
use comptoir_core::voucher::Presented;
use comptoir_fiscal::entry::{Body, Event};
use comptoir_fiscal::journal::Knowledge;
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::values::RegisterId;
use comptoir_fiscal::verify::verify_store;

use crate::shop::{Till, assert_sound, cash, cents, chosen, copy};

fn database(till: &Till, journal: RegisterId) -> PathBuf {
    till.journal_folder(journal).join("journal.db")
}

/// A till that sold, gave a credit note and stopped; what its journal was.
fn sold_and_stopped() -> (Till, RegisterId, comptoir_core::voucher::VoucherCode) {
    let mut till = Till::founded();
    let sold = till.sell(&[("VASE", 2000)], &[cash(6000)]);
    let of = till.reference(&sold);
    let back = Command::Return {
        of,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::CreditNote],
        reason: "fêlé".to_owned(),
    };
    let code = till.ask(back).unwrap().vouchers[0].code.clone();
    let journal = till.register().id();
    till.stop();
    (till, journal, code)
}

fn events(till: &mut Till) -> Vec<(u32, String)> {
    let told = |body: Body| match body {
        Body::Event(Event { code: code @ (90 | 911), detail, .. }) => Some((code, detail.unwrap_or_default())),
        _ => None,
    };
    till.entries().into_iter().filter_map(|entry| told(entry.body)).collect()
}

/// The till goes on in a successor of `old`, and all that was known is still good.
fn sells_on(till: &mut Till, old: RegisterId, code: &comptoir_core::voucher::VoucherCode) {
    assert_ne!(till.register().id(), old);
    assert_eq!(till.register().settings().succeeds.as_ref().unwrap().register, old);
    assert_eq!(till.register().settings().label, "01-2");
    assert_eq!(till.sell_coffee().number, 1);
    assert_eq!(till.register().voucher(&Presented::Code(code.clone())).unwrap(), cents(2990));
    let successor = till.register().id();
    till.restart();
    assert_eq!(till.register().id(), successor, "the next start goes on with it");
    till.stop();
    assert_sound(&verify_store(&database(till, successor), &[], &mut |_, _| ()));
}

fn damaged(change: impl FnOnce(&Path)) {
    let (mut till, old, code) = sold_and_stopped();
    let file = database(&till, old);
    change(&file);
    let kept = std::fs::read(&file).ok();
    till.start();
    assert!(matches!(till.register().notices(), [Notice::Damaged { old: left, known }] if *left == old && *known > 4));
    assert_eq!(events(&mut till)[0].0, 90);
    assert!(events(&mut till)[0].1.starts_with(&old.to_string()));
    assert!(std::fs::read(&file).ok() == kept, "it is left byte for byte");
    sells_on(&mut till, old, &code);
    assert!(std::fs::read(&file).ok() == kept, "and later too");
}

#[test]
fn a_journal_that_is_gone_has_a_successor() {
    damaged(|file| std::fs::remove_file(file).unwrap());
}

#[test]
fn an_empty_journal_has_a_successor() {
    damaged(|file| std::fs::write(file, b"").unwrap());
}

#[test]
fn a_journal_that_is_no_database_any_more_has_a_successor() {
    damaged(|file| std::fs::write(file, vec![0x5a; 40_000]).unwrap());
}

#[test]
fn a_journal_whose_pages_are_torn_has_a_successor() {
    damaged(|file| {
        let mut bytes = std::fs::read(file).unwrap();
        let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        bytes[page..].fill(0xff);
        std::fs::write(file, bytes).unwrap();
    });
}

#[test]
fn a_journal_with_a_changed_entry_after_its_head_has_a_successor() {
    let mut till = Till::founded();
    till.sell_coffee();
    let old = till.register().id();
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[]);
    let id = till.next_id();
    let request = comptoir_core::register::Request::new(id, "cashier", Command::Sell(Box::new(settled)));
    till.register().execute(request).unwrap();
    till.kill();
    let connection = rusqlite::Connection::open(database(&till, old)).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER line_never_changes;
             UPDATE line SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"cashier\"', '\"cashies\"') AS BLOB)
             WHERE kind = 'ticket' AND seq = (SELECT max(seq) FROM line);",
        )
        .unwrap();
    drop(connection);
    till.start();
    assert!(matches!(till.register().notices(), [Notice::Damaged { .. }]));
    assert_ne!(till.register().id(), old);
    assert_eq!(till.sell_coffee().number, 1);
}

#[test]
fn a_damaged_journal_is_copied_as_it_lies_and_stands_in_no_ones_way() {
    let (mut till, old, code) = sold_and_stopped();
    std::fs::write(database(&till, old), vec![0x5a; 40_000]).unwrap();
    till.start();
    let stick = tempfile::tempdir().unwrap();
    let copied = till.register().back_up(stick.path()).unwrap();
    let raw = copied.path.join("damaged").join(old.to_string()).join("journal.db");
    assert_eq!(std::fs::read(raw).unwrap(), vec![0x5a; 40_000]);
    till.stop();
    let mut other = Till::unfounded(9);
    let platform = other.platform();
    let restored = comptoir_core::register::Register::restore(other.data(), stick.path(), platform, |_, _| ()).unwrap();
    other.resume(restored.0);
    assert_eq!(other.register().voucher(&Presented::Code(code)).unwrap(), cents(2990));
    assert_eq!(other.register().settings().label, "01-3");
}

/// The text of the newest ticket's code.
fn newest_code(till: &mut Till) -> String {
    let seq = till.register().journal().standing().size() - 1;
    let sealed = till.register().journal().entry(seq).unwrap();
    let receipt = Receipt { register: sealed.entry.register, seq, hash: sealed.hash, sig: sealed.sig };
    receipt.text("comptoir:")
}

fn show(till: &mut Till, text: &str) -> Result<Knowledge, Refusal> {
    match till.take().show("cashier", text) {
        Ok((register, knowledge)) => {
            till.resume(register);
            Ok(knowledge)
        }
        Err(refused) => {
            till.resume(*refused.register.unwrap());
            Err(refused.why)
        }
    }
}

#[test]
fn a_ticket_that_was_sealed_and_is_gone_convicts_the_journal_and_the_till_sells_on() {
    let (mut till, old, code) = sold_and_stopped();
    // All of the folder as it was, head and state included, so that no head convicts it.
    let yesterday = tempfile::tempdir().unwrap();
    copy(till.folder.path(), yesterday.path());
    till.start();
    till.sell_coffee();
    let lost = newest_code(&mut till);
    assert_eq!(show(&mut till, &lost).unwrap(), Knowledge::Known);
    till.stop();
    std::fs::remove_dir_all(till.folder.path()).unwrap();
    copy(yesterday.path(), till.folder.path());
    till.start();
    assert_eq!(till.register().id(), old, "nothing tells yet");

    assert_eq!(show(&mut till, &lost).unwrap(), Knowledge::ProvenLost);
    assert!(matches!(till.register().notices(), [Notice::Convicted { old: left }] if *left == old));
    assert_eq!(events(&mut till)[0].0, 911);
    sells_on(&mut till, old, &code);
}

#[test]
fn a_z_that_the_journal_knows_is_told_from_one_that_it_does_not() {
    let mut till = Till::founded();
    till.sell_coffee();
    let answer = till.ask(Command::CloseDay).unwrap();
    let Body::Closing(zed) = answer.entry().unwrap().body.clone() else { panic!("no Z") };
    let printed = format!("{}:{}", zed.checkpoint.size, zed.checkpoint.root);
    till.sell_coffee();
    assert_eq!(show(&mut till, &printed).unwrap(), Knowledge::Known);
    let checkpoint = till.register().journal().checkpoint().to_string();
    till.sell_coffee();
    assert_eq!(show(&mut till, &checkpoint).unwrap(), Knowledge::Known);
    assert!(events(&mut till).is_empty());

    let beyond = format!("{}:{}", zed.checkpoint.size + 100, zed.checkpoint.root);
    assert_eq!(show(&mut till, &beyond).unwrap(), Knowledge::Unknown);
    assert_eq!(events(&mut till), [(911, beyond)]);
    let mut forged = Receipt::parse(&newest_code(&mut till)).unwrap();
    forged.seq += 100;
    forged.hash = zed.checkpoint.root;
    assert_eq!(show(&mut till, &forged.text("comptoir:")).unwrap(), Knowledge::Forged);
    assert!(matches!(show(&mut till, "12,50"), Err(Refusal::NotEvidence)));
    let mut other = Till::founded_with(3);
    other.sell_coffee();
    let foreign = newest_code(&mut other);
    assert_eq!(show(&mut till, &foreign).unwrap(), Knowledge::OfAnother);
    till.end();
}

#[test]
fn the_desk_shows_too() {
    let mut till = Till::founded();
    till.sell_coffee();
    let code = newest_code(&mut till);
    let desk = Desk::start(till.take()).unwrap();
    assert_eq!(desk.show("cashier", &code).unwrap().unwrap(), Knowledge::Known);
    assert!(matches!(desk.show("cashier", "rien").unwrap(), Err(Refusal::NotEvidence)));
    desk.close().unwrap();
}
