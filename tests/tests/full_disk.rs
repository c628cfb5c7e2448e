//! A disk without room: nothing is half sold, nothing more is sold, and the day can still be closed, archived and read.
//!
//! It needs a small file system of its own, in the folder that `COMPTOIR_SMALL_DISK` names; `tests/run` mounts one of 96 MB.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::held::HeldTicket;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Answer, Command, Desk, Refusal, Register, Request};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{CashType, Channel, Period, TicketRef};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Cents, Quantity, Rate};
use comptoir_fiscal::verify::{self, Verdict};
use comptoir_tests::sample::{self, CASHIERS};
use uuid::Uuid;

/// 2 January 2023, 10:00 in Paris.
const FIRST: i64 = 1_672_650_000;
const PAGE: usize = 4096;

/// A till on the small disk, and the file that fills what is left of it.
struct Till {
    disk: PathBuf,
    clock: SetClock,
    register: Option<Register>,
    commands: u128,
}

impl Till {
    fn founded(name: &str) -> Till {
        let disk =
            PathBuf::from(std::env::var("COMPTOIR_SMALL_DISK").expect("tests/run mounts a small disk")).join(name);
        std::fs::create_dir_all(&disk).unwrap();
        let clock = SetClock::at(FIRST);
        let founding = sample::founding(catalogue(), "1", "Europe/Paris").unwrap();
        let data = DataFolder::of_sample(disk.join("data"));
        let register = Register::found(data, founding, sample::platform(clock.clone())).unwrap();
        Till { disk, clock, register: Some(register), commands: 0 }
    }

    fn register(&mut self) -> &mut Register {
        self.register.as_mut().unwrap()
    }

    fn restart(&mut self, in_order: bool) {
        let register = self.register.take().unwrap();
        if in_order {
            register.stop().unwrap();
        } else {
            drop(register);
        }
        self.open();
    }

    fn open(&mut self) {
        let data = DataFolder::of_sample(self.disk.join("data"));
        self.register = Some(Register::open(data, sample::platform(self.clock.clone()), |_, _| ()).unwrap());
    }

    fn next_id(&mut self) -> CommandId {
        self.commands += 1;
        CommandId::new(Uuid::from_u128(self.commands))
    }

    fn sale(&mut self) -> Request {
        self.clock.advance(60);
        let mut basket = Basket::new(None, Channel::Counter);
        let product = self.register().catalogue().products()[0].clone();
        basket.add(&product, Quantity::ONE, None).unwrap();
        let mut due = basket.due(&self.register().terms()).unwrap();
        due.tender(TenderRequest::Cash { handed: Cents::new(300), over_limit: None }).unwrap();
        let id = self.next_id();
        Request::new(id, CASHIERS[0], Command::Sell(Box::new(due.settle().unwrap())))
    }

    fn ask(&mut self, command: Command) -> Result<Answer, Refusal> {
        let id = self.next_id();
        self.register().execute(Request::new(id, CASHIERS[0], command))
    }

    /// Leaves just so many pages free.
    fn fill(&mut self, pages: usize) {
        let mut ballast = OpenOptions::new().append(true).create(true).open(self.disk.join("ballast")).unwrap();
        let page = [0x5a; PAGE];
        let mut written = ballast.metadata().unwrap().len();
        while ballast.write_all(&page).is_ok() {
            written += PAGE as u64;
        }
        ballast.set_len(written - (pages * PAGE) as u64).unwrap();
    }

    fn empty(&mut self) {
        std::fs::remove_file(self.disk.join("ballast")).unwrap();
    }

    fn reserve(&self) -> PathBuf {
        self.disk.join("data").join("reserve")
    }

    /// Sells until the disk is full; how many were sold.
    fn sell_until_full(&mut self) -> u64 {
        for sold in 0..100_000 {
            let sale = self.sale();
            let (size, drawer) = (self.register().journal().standing().size(), self.register().cash_expected());
            match self.register().execute(sale) {
                Ok(_) => drop(self.register().settle()),
                Err(refusal) => {
                    assert!(matches!(refusal, Refusal::DiskFull), "{refusal:?}");
                    assert_eq!(self.register().journal().standing().size(), size, "nothing is sealed");
                    assert_eq!(self.register().cash_expected(), drawer, "nothing is said paid");
                    return sold;
                }
            }
        }
        panic!("the disk never was full");
    }

    fn assert_sold(mut self, tickets: u64) {
        let last = TicketRef { register: self.register().id(), number: tickets };
        self.register().ticket(last).unwrap();
        let beyond = TicketRef { number: tickets + 1, ..last };
        assert!(matches!(self.register().ticket(beyond), Err(Refusal::UnknownTicket { .. })));
        let database = self.register().journal().places().database();
        self.register.take().unwrap().stop().unwrap();
        let report = verify::verify_file(&database, &[], &mut |_, _| ());
        assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
        std::fs::remove_dir_all(&self.disk).unwrap();
    }
}

#[test]
#[ignore = "needs a small disk of its own, which tests/run mounts"]
fn on_a_full_disk_nothing_is_sold_and_the_day_is_closed_archived_and_read() {
    let mut till = Till::founded("day");
    assert!(till.reserve().exists());
    let first = till.sale();
    till.register().execute(first).unwrap();
    till.fill(8);
    let sold = 1 + till.sell_until_full();
    assert!(!till.register().has_room() && !till.reserve().exists(), "the room is given up");

    // Whatever adds trade is refused again and again, the same way.
    for _ in 0..3 {
        let sale = till.sale();
        assert!(matches!(till.register().execute(sale), Err(Refusal::DiskFull)));
        assert!(!till.reserve().exists());
    }
    let (id, now) = (till.next_id().uuid(), till.register().now());
    let mut basket = Basket::new(None, Channel::Counter);
    let product = till.register().catalogue().products()[0].clone();
    basket.add(&product, Quantity::ONE, None).unwrap();
    let held = HeldTicket::new(id, CASHIERS[0], now, basket);
    assert!(matches!(till.register().hold(CASHIERS[0], &held), Err(Refusal::DiskFull)));
    assert!(till.register().held().unwrap().is_empty());

    // What ends the day works.
    let expected = till.register().cash_expected();
    let count = Command::CountCash { counted: expected, coins: Vec::new(), replaces: None, reason: None };
    till.ask(count).unwrap();
    till.ask(Command::MoveCash { movement: CashType::Drop, amount: expected, reason: None }).unwrap();
    till.ask(Command::CloseDay).unwrap();
    till.register().settle().unwrap();
    let days = till.register().journal().unarchived(&[Period::Day]).unwrap();
    let archived = till.register().archive(days[0], |_, _| ()).unwrap();
    assert_eq!(verify::verify_archive(&archived.path, &[], &mut |_, _| ()).verdict(), Verdict::Sound);
    let reference = TicketRef { register: till.register().id(), number: sold };
    till.register().ticket(reference).unwrap();

    // A start too, in order or after a crash; and still nothing is sold.
    for in_order in [true, false] {
        till.restart(in_order);
        let sale = till.sale();
        assert!(matches!(till.register().execute(sale), Err(Refusal::DiskFull)));
    }

    // Once there is room it sells by itself, and keeps room back again.
    let sale = till.sale();
    assert!(matches!(till.register().execute(sale.clone()), Err(Refusal::DiskFull)));
    till.empty();
    let answer = till.register().execute(sale.clone()).unwrap();
    assert_eq!(answer.ticket().unwrap().number, sold + 1);
    assert!(till.register().execute(sale).unwrap().repeated);
    assert!(till.register().has_room() && till.reserve().exists());
    till.assert_sold(sold + 1);
}

#[test]
#[ignore = "needs a small disk of its own, which tests/run mounts"]
fn a_closing_that_finds_the_disk_full_is_sealed_with_the_room_that_is_kept_back() {
    let mut till = Till::founded("closing");
    // Each closing cuts the log to nothing, so that the next write needs room at once.
    for day in 1..=3 {
        let sale = till.sale();
        till.register().execute(sale).unwrap();
        till.ask(Command::CloseDay).unwrap();
        till.register().settle().unwrap();
        till.fill(0);
        let put_in = Command::MoveCash { movement: CashType::Float, amount: Cents::new(10_000), reason: None };
        till.ask(put_in).unwrap();
        assert!(!till.reserve().exists(), "day {day}");
        let closed = till.ask(Command::CloseDay).unwrap();
        assert_eq!(closed.closings().count(), 1);
        till.register().settle().unwrap();
        till.restart(day % 2 == 0);
        till.empty();
    }
    till.assert_sold(3);
}

#[test]
#[ignore = "needs a small disk of its own, which tests/run mounts"]
fn an_archive_that_finds_the_disk_full_is_written_with_the_room_that_is_kept_back() {
    let mut till = Till::founded("archive");
    let mut tickets = 0;
    for _ in 0..2 {
        for _ in 0..200 {
            let sale = till.sale();
            till.register().execute(sale).unwrap();
            tickets += 1;
        }
        till.ask(Command::CloseDay).unwrap();
        till.register().settle().unwrap();
    }
    let days = till.register().journal().unarchived(&[Period::Day]).unwrap();
    till.fill(0);
    let archived = till.register().archive(days[0], |_, _| ()).unwrap();
    assert!(!till.reserve().exists(), "the room is given up");
    let mut archives = vec![archived];
    till.empty();
    let sale = till.sale();
    till.register().execute(sale).unwrap();
    assert!(till.reserve().exists());
    till.fill(0);
    let desk = Desk::start(till.register.take().unwrap()).unwrap();
    archives.push(desk.archive(days[1], |_, _| ()).unwrap());
    assert!(!till.reserve().exists(), "by the desk too");
    desk.close().unwrap();
    till.open();
    for archived in archives {
        assert_eq!(verify::verify_archive(&archived.path, &[], &mut |_, _| ()).verdict(), Verdict::Sound);
    }
    till.empty();
    till.assert_sold(tickets + 1);
}

#[test]
#[ignore = "needs a small disk of its own, which tests/run mounts"]
fn wherever_in_a_sale_the_room_ends_it_is_sold_whole_or_not_at_all() {
    let mut till = Till::founded("pages");
    let (mut sold, mut refused) = (0, 0);
    for round in 0..60 {
        till.fill(round % 30);
        for _ in 0..12 {
            let sale = till.sale();
            let size = till.register().journal().standing().size();
            match till.register().execute(sale.clone()) {
                Ok(answer) => {
                    sold += 1;
                    assert_eq!(answer.ticket().unwrap().number, sold);
                }
                Err(refusal) => {
                    refused += 1;
                    assert!(matches!(refusal, Refusal::DiskFull), "{refusal:?}");
                    assert_eq!(till.register().journal().standing().size(), size);
                }
            }
            // What waits for the answer may want room too; the till goes on all the same.
            let _ = till.register().settle();
        }
        if round % 7 == 0 {
            till.restart(round % 2 == 0);
        }
        till.empty();
        let sale = till.sale();
        let answer = till.register().execute(sale).unwrap();
        sold += 1;
        assert_eq!(answer.ticket().unwrap().number, sold);
        if round % 10 == 9 {
            till.ask(Command::CloseDay).unwrap();
            till.clock.advance(24 * 60 * 60 - 3600);
        }
        till.register().settle().unwrap();
    }
    assert!(refused > 50, "the disk was full {refused} times only");
    till.assert_sold(sold);
}

#[test]
#[ignore = "needs a small disk of its own, which tests/run mounts"]
fn a_till_that_is_killed_on_a_full_disk_opens_again_and_closes() {
    let mut till = Till::founded("killed");
    till.fill(3);
    let sold = till.sell_until_full();
    // Not even the room that was given up is left: something else took it.
    till.fill(0);
    till.register = None;
    let data = || DataFolder::of_sample(till.disk.join("data"));
    let opened = Register::open(data(), sample::platform(till.clock.clone()), |_, _| ());
    assert!(opened.is_err_and(|error| error.to_string().contains("full")), "it says why");
    make_room(&till.disk);
    till.register = Some(Register::open(data(), sample::platform(till.clock.clone()), |_, _| ()).unwrap());
    if sold > 0 {
        till.ask(Command::CloseDay).unwrap();
    }
    till.empty();
    let sale = till.sale();
    assert_eq!(till.register().execute(sale).unwrap().ticket().unwrap().number, sold + 1);
    till.assert_sold(sold + 1);
}

/// Cuts the ballast by a little, less than what must be there to sell.
fn make_room(disk: &Path) {
    let ballast: File = OpenOptions::new().write(true).open(disk.join("ballast")).unwrap();
    let bytes = ballast.metadata().unwrap().len();
    ballast.set_len(bytes - 8 * 1024 * 1024).unwrap();
}

fn catalogue() -> Catalogue {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let vat = VatByMode::new(Rate::from_basis_points(2000).unwrap());
    let product = Product { price: Some(Cents::new(250)), ..Product::new("1", "Article d'exemple", &category.id, vat) };
    Catalogue::new(vec![category], vec![product], Vec::new()).unwrap()
}
