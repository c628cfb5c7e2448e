//! A long job on its way: ordered of the courier, done beside the register, heard by the till.

use std::sync::mpsc;
use std::time::Duration;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Command, Register, Request};
use comptoir_core::sample;
use comptoir_fiscal::entry::{CashType, Mode};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::values::Cents;
use comptoir_ui::Till;
use comptoir_ui::errand::{Errand, Watch, Work};
use comptoir_ui::till::{Look, Order, Reply};

use super::super::courier::{Courier, Hanging};
use super::super::device::Memory;
use super::super::homes::Homes;
use crate::mail_secret::MailSecret;
use crate::platform;

/// A Tuesday in November 2026, a quarter past ten in Paris.
const BEGINS: i64 = 1_795_511_700;

/// A courier for a sample shop in a folder, and what it posts.
fn courier(folder: &std::path::Path) -> (Courier, mpsc::Receiver<Reply>) {
    let platform = platform::for_a_sample(SetClock::at(BEGINS));
    let data = DataFolder::of_sample(folder);
    let mut register = Register::found(data.clone(), sample::founding(Mode::Live).unwrap(), platform).unwrap();
    let id = register.new_command().unwrap();
    let command = Command::MoveCash { movement: CashType::Float, amount: Cents::new(10_000), reason: None };
    register.execute(Request::new(id, sample::MANAGER, command)).unwrap();
    let (replies, posted) = mpsc::channel();
    let post = std::sync::Arc::new(move |reply| drop(replies.send(reply)));
    let memory = Memory::within(&folder.join("state"));
    let secret = std::sync::Arc::new(MailSecret::within(&folder.join("state"), Box::new(platform::MailSafe)));
    let hanging = Hanging { memory, papers: folder.join("papers"), printer: None, mail: None, secret };
    let homes = Homes { own: data, ..Homes::at(folder) };
    let courier = Courier::start(homes, Some(register), hanging, Translations::english(), post).unwrap();
    (courier, posted)
}

fn errand(work: Work) -> Errand {
    Errand { number: 1, by: sample::MANAGER.to_owned(), work, watch: Watch::default() }
}

#[test]
fn a_sale_is_answered_while_the_journal_is_verified_and_both_are_heard() {
    let folder = tempfile::tempdir().unwrap();
    let (courier, posted) = courier(folder.path());
    let (asked, answered) = mpsc::channel();
    courier.hand().take(vec![
        Order::Errand(errand(Work::Verify)),
        Order::Ask(Box::new(move |register| {
            let _ = asked.send(register.journal().standing().size());
            Box::new(|_| ())
        })),
    ]);
    assert!(answered.recv_timeout(Duration::from_secs(20)).unwrap() > 2);
    let mut till = Till::start(Language::English, Look::default());
    let (remembered, verified) = mpsc::channel();
    while let Ok(reply) = posted.recv_timeout(Duration::from_secs(20)) {
        till.hear(reply);
        let remembered = remembered.clone();
        courier.hand().take(vec![Order::Ask(Box::new(move |register| {
            let _ = remembered.send(register.journal_standing().unwrap().verified);
            Box::new(|_| ())
        }))]);
        if verified.recv_timeout(Duration::from_secs(20)).unwrap().is_some_and(|seen| seen.verdict == "sound") {
            return courier.end().unwrap();
        }
    }
    panic!("nothing more was posted");
}

#[test]
fn a_job_that_is_given_up_records_nothing_and_keeps_nobody_from_closing() {
    let folder = tempfile::tempdir().unwrap();
    let (courier, posted) = courier(folder.path());
    let job = errand(Work::Verify);
    job.watch.give_up();
    courier.hand().take(vec![Order::Errand(job)]);
    drop(posted.recv_timeout(Duration::from_secs(20)).unwrap());
    courier.end().unwrap();
    let platform = platform::for_a_sample(SetClock::at(BEGINS));
    let register = Register::open(DataFolder::of_sample(folder.path()), platform, |_, _| ()).unwrap();
    assert_eq!(register.journal_standing().unwrap().verified, None);
}

#[test]
fn the_kit_is_made_beside_the_register_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let stick = tempfile::tempdir().unwrap();
    let (courier, posted) = courier(folder.path());
    let work = Work::Kit { to: stick.path().to_owned(), asked: Default::default() };
    courier.hand().take(vec![Order::Errand(errand(work))]);
    let made =
        || std::fs::read_dir(stick.path()).unwrap().flatten().any(|entry| entry.path().join("LISEZMOI.txt").is_file());
    while !made() {
        drop(posted.recv_timeout(Duration::from_secs(60)).unwrap());
    }
    courier.end().unwrap();
}
