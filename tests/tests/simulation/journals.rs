//! Journals that a real register has sealed, each with a second history of the same key: made once, and told line by line.

use std::collections::BTreeMap;
use std::path::Path;

use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Command, Platform, Register, Request};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, CashType, Channel, Ticket};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::{Cents, Hash, Quantity, Rate, RegisterId};
use comptoir_tests::sample::{self, CASHIERS};

use crate::draw::Draw;

/// 2 January 2026, 09:00 in Paris: when the first of a journal's lines is sealed.
const FIRST: i64 = 1_767_340_800;

/// A line as it was sealed, and what the checks need to know of it.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) is_closing: bool,
    pub(crate) sums: Sums,
}

/// What is summed up of a day, by day: tickets and cents; by day and tender, and by day and rate, cents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) days: BTreeMap<i64, (i64, i64)>,
    pub(crate) tenders: BTreeMap<(i64, String), i64>,
    pub(crate) rates: BTreeMap<(i64, i64), i64>,
}

impl Sums {
    pub(crate) fn of<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Sums {
        let mut all = Sums::default();
        for Line { sums, .. } in lines {
            for (day, (count, cents)) in &sums.days {
                let of_day = all.days.entry(*day).or_default();
                *of_day = (of_day.0 + count, of_day.1 + cents);
            }
            for (key, cents) in &sums.tenders {
                *all.tenders.entry(key.clone()).or_default() += cents;
            }
            for (key, cents) in &sums.rates {
                *all.rates.entry(*key).or_default() += cents;
            }
        }
        all
    }

    fn of_ticket(ticket: &Ticket) -> Sums {
        let day = comptoir_backoffice::journals::day_of(ticket.business_date);
        let mut sums = Sums::default();
        sums.days.insert(day, (1, ticket.totals.ttc.get()));
        for payment in &ticket.payments {
            *sums.tenders.entry((day, payment.tender.as_str().to_owned())).or_default() += payment.amount.get();
        }
        if !ticket.change.is_zero() {
            *sums.tenders.entry((day, "cash".to_owned())).or_default() -= ticket.change.get();
        }
        for row in &ticket.totals.vat {
            *sums.rates.entry((day, i64::from(row.rate.basis_points()))).or_default() += row.ttc.get();
        }
        sums
    }
}

/// Which of a journal's histories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// The one that it began with.
    First,
    /// What a copy of the till sealed with the same key.
    Second,
    /// The first, with a line changed afterwards and not sealed anew.
    Altered,
}

/// A journal with its histories.
pub(crate) struct Journal {
    pub(crate) register: RegisterId,
    pub(crate) key: DeviceKey,
    first: Vec<Line>,
    second: Vec<Line>,
    altered: Vec<Line>,
    /// How many lines the two histories have in common.
    pub(crate) parted: usize,
    /// Which line was changed.
    pub(crate) altered_at: usize,
}

impl Journal {
    pub(crate) fn lines(&self, history: History) -> &[Line] {
        match history {
            History::First => &self.first,
            History::Second => &self.second,
            History::Altered => &self.altered,
        }
    }
}

/// Makes journals, in a folder that may go away afterwards.
pub(crate) fn make(folder: &Path, count: u64) -> Vec<Journal> {
    (1..=count).map(|number| journal(folder, number)).collect()
}

fn journal(folder: &Path, number: u64) -> Journal {
    let (till, copy) = (folder.join(format!("{number}")), folder.join(format!("{number}-copy")));
    let clock = SetClock::at(FIRST);
    let mut draw = Draw::new(number);
    let mut founding = sample::founding(catalogue(), "simulation", "Europe/Paris").unwrap();
    founding.label = format!("{number:02}");
    let mut register = Register::found(DataFolder::of_sample(&till), founding, platform(&clock, number)).unwrap();
    trade(&mut register, &clock, &mut draw, 16);
    register.stop().unwrap();
    copy_folder(&till, &copy);
    let (first, key, register) = go_on(&till, &clock, number + 1000, 36);
    clock.set(FIRST + 86_400);
    let (second, ..) = go_on(&copy, &clock, number + 2000, 30);
    let parted = first.iter().zip(&second).take_while(|(one, other)| one.hash == other.hash).count();
    assert!(parted > 15 && parted < second.len() && parted < first.len());
    let mut altered = first.clone();
    let altered_at = (10..).find(|seq| !altered[*seq].sums.days.is_empty()).unwrap();
    let line = &mut altered[altered_at];
    // Its hash is reckoned anew; its signature cannot be.
    let mut sealed = sealed::read(&line.bytes).unwrap();
    sealed.entry.operator = CASHIERS[1].to_owned();
    let changed = sealed::seal(sealed.entry, &DeviceKey::from_seed(&[1; 32])).unwrap();
    (line.bytes, line.hash) = (changed.line, changed.hash);
    assert_ne!(line.hash, first[altered_at].hash);
    Journal { register, key, first, second, altered, parted, altered_at }
}

fn platform(clock: &SetClock, seed: u64) -> Platform {
    Platform { random: Box::new(Draw::new(seed)), ..sample::platform(clock.clone()) }
}

fn go_on(folder: &Path, clock: &SetClock, seed: u64, steps: usize) -> (Vec<Line>, DeviceKey, RegisterId) {
    let mut register = Register::open(DataFolder::of_sample(folder), platform(clock, seed), |_, _| ()).unwrap();
    trade(&mut register, clock, &mut Draw::new(seed), steps);
    let journal = register.journal();
    let size = journal.standing().size();
    let lines = journal.lines(0, size).unwrap().into_iter().map(line).collect();
    let (key, id) = (journal.key().clone(), register.id());
    register.stop().unwrap();
    (lines, key, id)
}

fn line(bytes: Vec<u8>) -> Line {
    let sealed = sealed::read(&bytes).unwrap();
    let sums = match &sealed.entry.body {
        Body::Ticket(ticket) => Sums::of_ticket(ticket),
        _ => Sums::default(),
    };
    Line { is_closing: matches!(sealed.entry.body, Body::Closing(_)), hash: sealed.hash, bytes, sums }
}

fn trade(register: &mut Register, clock: &SetClock, draw: &mut Draw, steps: usize) {
    for _ in 0..steps {
        clock.advance(60 + i64::try_from(draw.below(4000)).unwrap());
        let command = match draw.below(12) {
            0 => Command::MoveCash { movement: CashType::In, amount: Cents::new(500), reason: None },
            1 if !register.journal().standing().day.is_empty() => Command::CloseDay,
            _ => sale(register, draw),
        };
        let id = register.new_command().unwrap();
        register.execute(Request::new(id, CASHIERS[0], command)).unwrap();
        register.settle().unwrap();
    }
}

fn sale(register: &mut Register, draw: &mut Draw) -> Command {
    let mut basket = Basket::new(None, Channel::Counter);
    for sku in ["1", "2"] {
        let product = register.catalogue().product(sku).unwrap();
        let pieces = i64::try_from(1 + draw.below(5)).unwrap();
        basket.add(product, Quantity::thousandths(pieces * 1000), None).unwrap();
    }
    let mut due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
    let request = if draw.one_in(2) {
        TenderRequest::Card { amount: due.left(), reference: None }
    } else {
        TenderRequest::Cash { handed: due.left() + Cents::new(55), over_limit: None }
    };
    due.tender(request).unwrap();
    Command::Sell(Box::new(due.settle().map_err(|(_, error)| error).unwrap()))
}

fn catalogue() -> Catalogue {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let product = |sku: &str, price, rate| Product {
        price: Some(Cents::new(price)),
        ..Product::new(sku, "Article d'exemple", &category.id, VatByMode::new(Rate::from_basis_points(rate).unwrap()))
    };
    let products = vec![product("1", 250, 2000), product("2", 119, 550)];
    Catalogue::new(vec![category], products, Vec::new()).unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}
