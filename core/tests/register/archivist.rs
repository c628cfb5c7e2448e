//! Months and years archive themselves beside a till that sells.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use comptoir_core::register::{Archiving, Archivist, Command, Desk, Notice, Request};
use comptoir_core::settlement::Settled;
use comptoir_fiscal::entry::{Body, Mode, Period};
use comptoir_fiscal::verify::verify_archive;

use crate::shop::{Till, assert_sound, cash, command_id, files, unix};

/// How long a test waits for what another thread does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A till founded in November and its desk, with a coffee that is sold over and over.
struct Shop {
    till: Till,
    desk: Arc<Desk>,
    coffee: Settled,
    commands: u128,
}

impl Shop {
    fn open() -> Shop {
        Shop::of(Till::founded())
    }

    fn of(mut till: Till) -> Shop {
        let basket = till.basket(&[("CAFE", 1000)]);
        let coffee = till.settled(basket, &[cash(250)]);
        let desk = Arc::new(Desk::start(till.take()).unwrap());
        Shop { till, desk, coffee, commands: 1_000_000 }
    }

    /// Sells a coffee at an instant, which somebody answers for.
    fn sell(&mut self, at: &str) {
        self.till.clock.set(unix(at));
        self.commands += 1;
        let request = Request::new(command_id(self.commands), "manager", Command::Sell(Box::new(self.coffee.clone())));
        self.desk
            .ask(move |register| {
                if let Some(leap) = register.clock_leap() {
                    let today = comptoir_fiscal::values::Date(leap.now.date());
                    register.confirm_date("manager", Some(today)).unwrap();
                }
                register.execute(request).unwrap();
            })
            .unwrap();
    }

    fn archivist(&self) -> (Archivist, mpsc::Receiver<Archiving>) {
        let (tell, heard) = mpsc::channel();
        let archivist = Archivist::start(self.desk.clone(), move |what| tell.send(what.clone()).unwrap()).unwrap();
        (archivist, heard)
    }

    fn notices(&self) -> Vec<Notice> {
        self.desk.ask(|register| register.notices().to_vec()).unwrap()
    }

    /// Closes the desk, and takes the till up again.
    fn close(self) -> Till {
        let Shop { mut till, desk, .. } = self;
        Arc::into_inner(desk).unwrap().close().unwrap();
        till.start();
        till
    }
}

fn done(heard: &mpsc::Receiver<Archiving>) -> Period {
    match heard.recv_timeout(PATIENCE).unwrap() {
        Archiving::Done(archived) => {
            assert_sound(&verify_archive(&archived.path, &[], &mut |_, _| ()));
            archived.span.period
        }
        Archiving::Failed { why } => panic!("{why}"),
    }
}

/// What was archived, in order, with how many tickets were sealed before each.
fn recorded(till: &mut Till) -> Vec<(Period, usize)> {
    let mut tickets = 0;
    let mut archives = Vec::new();
    for entry in till.entries() {
        match entry.body {
            Body::Ticket(_) => tickets += 1,
            Body::Archive(archive) => archives.push((archive.period, tickets)),
            _ => {}
        }
    }
    archives
}

#[test]
fn a_shop_over_three_months_has_its_two_months_archived_without_anybody_asking() {
    let mut till = Till::unfounded(0);
    till.set_clock("2027-03-29T10:00:00+02:00");
    let register = till.found().unwrap();
    till.resume(register);
    let mut shop = Shop::of(till);
    let (archivist, heard) = shop.archivist();
    shop.sell("2027-03-30T10:00:00+02:00");
    shop.sell("2027-03-31T10:00:00+02:00");
    assert!(heard.try_recv().is_err(), "no month is closed yet");
    shop.sell("2027-04-02T10:00:00+02:00");
    assert_eq!(done(&heard), Period::Month);
    shop.sell("2027-04-03T10:00:00+02:00");
    shop.sell("2027-05-03T10:00:00+02:00");
    assert_eq!(done(&heard), Period::Month);
    drop(archivist);
    assert!(heard.try_recv().is_err());
    let mut till = shop.close();
    let periods: Vec<Period> = recorded(&mut till).into_iter().map(|(period, _)| period).collect();
    assert_eq!(periods, [Period::Month, Period::Month]);
    till.end();
}

#[test]
fn what_was_missed_is_archived_at_the_next_start_oldest_first_while_sales_go_on() {
    let mut shop = Shop::open();
    for at in ["2026-11-21T10:00:00+01:00", "2026-12-15T10:00:00+01:00", "2027-01-10T10:00:00+01:00"] {
        shop.sell(at);
    }
    let (tell, heard) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let archivist = Archivist::start(shop.desk.clone(), move |what| {
        tell.send(what.clone()).unwrap();
        wait.lock().unwrap().recv().unwrap();
    })
    .unwrap();
    for expected in [Period::Month, Period::Month, Period::Year] {
        assert_eq!(done(&heard), expected);
        shop.sell("2027-01-10T11:00:00+01:00");
        go_on.send(()).unwrap();
    }
    drop(archivist);
    let mut till = shop.close();
    assert_eq!(recorded(&mut till), [(Period::Month, 3), (Period::Month, 4), (Period::Year, 5)]);
    till.end();
}

#[test]
fn a_till_that_was_stopped_between_the_file_and_its_record_records_it_at_the_next_start() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.set_clock("2026-12-01T10:00:00+01:00");
    till.sell_coffee();
    let span = till.register().archives_due().unwrap()[0];
    let prepared = till.register().journal().prepare_archive(span).unwrap();
    let written = prepared.write(|from, to| till.register().journal().lines(from, to), &mut |_, _| ()).unwrap();
    till.crash();
    let before = files(written.path.parent().unwrap());
    let shop = Shop::of(till);
    let (archivist, heard) = shop.archivist();
    let Archiving::Done(archived) = heard.recv_timeout(PATIENCE).unwrap() else { panic!("it failed") };
    assert_eq!(archived, written);
    drop(archivist);
    let mut till = shop.close();
    assert_eq!(recorded(&mut till).len(), 1);
    assert!(till.register().archives_due().unwrap().is_empty());
    assert_eq!(files(written.path.parent().unwrap()), before, "it was not written over");
    till.end();
}

#[test]
fn a_disk_that_takes_no_archive_is_a_notice_and_is_tried_again_after_the_next_closing() {
    let mut shop = Shop::open();
    let (archivist, heard) = shop.archivist();
    shop.sell("2026-11-20T11:00:00+01:00");
    let folder = shop.desk.ask(|register| register.journal().places().archives()).unwrap();
    std::fs::write(&folder, b"no folder").unwrap();
    shop.sell("2026-12-01T10:00:00+01:00");
    let Archiving::Failed { why } = heard.recv_timeout(PATIENCE).unwrap() else { panic!("it was archived") };
    assert_eq!(shop.notices(), [Notice::ArchiveFailed { why }]);
    shop.sell("2026-12-01T11:00:00+01:00");
    assert!(heard.try_recv().is_err(), "a sale alone has nothing tried again");
    std::fs::remove_file(&folder).unwrap();
    shop.sell("2026-12-02T10:00:00+01:00");
    assert_eq!(done(&heard), Period::Month);
    drop(archivist);
    assert_eq!(shop.notices(), []);
    let mut till = shop.close();
    assert_eq!(recorded(&mut till).len(), 1);
    till.end();
}

#[test]
fn an_archive_of_one_journal_is_never_recorded_in_another() {
    let mut shop = Shop::open();
    shop.sell("2026-11-20T11:00:00+01:00");
    shop.sell("2026-12-01T10:00:00+01:00");
    let span = shop.desk.ask(|register| register.archives_due().unwrap()[0]).unwrap();
    let mut turned = false;
    let archived = shop.desk.archive(span, |_, _| {
        if !std::mem::replace(&mut turned, true) {
            shop.desk.turn("manager", Mode::Training).unwrap().unwrap();
        }
    });
    assert!(archived.is_err(), "{archived:?}");
    shop.desk.turn("manager", Mode::Live).unwrap().unwrap();
    let (archivist, heard) = shop.archivist();
    assert_eq!(done(&heard), Period::Month);
    drop(archivist);
    let mut till = shop.close();
    assert_eq!(recorded(&mut till).len(), 1);
    till.end();
}
