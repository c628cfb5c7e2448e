//! The shop that is measured: a grocery of 10,000 products, its sales, and many days of them sealed at once.

use std::path::Path;

use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::{Clock, SetClock};
use comptoir_core::register::{Command, Register, Request};
use comptoir_core::settlement::Settled;
use comptoir_core::tender::{TenderRequest, suggestions};
use comptoir_core::terms::{Rules, Terms};
use comptoir_fiscal::entry::Channel;
use comptoir_fiscal::journal::key_file::{self, NoKeystore};
use comptoir_fiscal::journal::{CommandId, Draft, Journal, TicketDraft};
use comptoir_fiscal::values::{Cents, Instant, Quantity, Rate, RegisterId};
use comptoir_tests::sample::{self, CASHIERS};
use uuid::Builder;

use crate::Result;

/// How many products the shop has.
const PRODUCTS: usize = 10_000;

/// The first day that is sold on: 2 January 2023, 10:00 in Paris.
const FIRST_DAY: i64 = 1_672_650_000;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The day's tickets are all of one commit, and so of one instant.
pub(crate) const TICKETS_A_DAY: u64 = 1000;

/// A shop, and the days that were sold there so far.
pub(crate) struct Shop {
    folder: DataFolder,
    register: RegisterId,
    days: i64,
}

impl Shop {
    /// Founds a shop in an empty folder, on the day before the first.
    pub(crate) fn found(root: &Path) -> Result<Shop> {
        let folder = DataFolder::of_sample(root);
        let founding = sample::founding(catalogue()?, "bench", "Europe/Paris")?;
        let platform = sample::platform(SetClock::at(FIRST_DAY - DAY));
        let register = Register::found(folder.clone(), founding, platform)?;
        let id = register.id();
        register.stop()?;
        Ok(Shop { folder, register: id, days: 0 })
    }

    /// Opens its register.
    pub(crate) fn open(&self, clock: impl Clock + 'static) -> Result<Register> {
        open(&self.folder, clock)
    }

    /// Opens its register at the end of the last day that was sold.
    pub(crate) fn open_in_the_evening(&self) -> Result<Register> {
        self.open(SetClock::at(FIRST_DAY + (self.days - 1) * DAY + DAY / 4))
    }

    /// Sells so many days: each day is one command of [`TICKETS_A_DAY`] tickets, taken from `samples` in turn, before
    /// which the day before is closed.
    pub(crate) fn sell_days(&mut self, days: i64, samples: &[TicketDraft]) -> Result<()> {
        let places = self.folder.journal(self.register);
        let (key, _) = key_file::read(&places.key(), &NoKeystore)?;
        let mut journal = Journal::open(places, key, |_, _| ())?;
        for _ in 0..days {
            let at = Instant::from_unix(FIRST_DAY + self.days * DAY, journal.zone()).ok_or("no such day")?;
            let tickets = samples.iter().cycle().take(usize::try_from(TICKETS_A_DAY)?);
            let millis = at.unix().unsigned_abs() * 1000;
            let command = CommandId::new(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid());
            journal.seal(command, at, CASHIERS[0], tickets.cloned().map(Draft::Ticket).collect())?;
            journal.settle()?;
            self.days += 1;
        }
        Ok(())
    }
}

/// Opens the register in a folder.
pub(crate) fn open(folder: &DataFolder, clock: impl Clock + 'static) -> Result<Register> {
    Ok(Register::open(folder.clone(), sample::platform(clock), |_, _| ())?)
}

/// A sale of so many lines, paid half by card and the rest in cash with change.
pub(crate) fn sale(catalogue: &Catalogue, terms: &Terms, lines: usize) -> Result<Settled> {
    let mut basket = Basket::new(None, Channel::Counter);
    let step = PRODUCTS / lines.max(1);
    for product in catalogue.products().iter().step_by(step).take(lines) {
        basket.add(product, Quantity::ONE, None).map_err(|error| error.to_string())?;
    }
    let mut due = basket.due(terms).map_err(|(_, error)| error.to_string())?;
    let half = Cents::new(due.left().get() / 2);
    due.tender(TenderRequest::Card { amount: half, reference: None }).map_err(|error| error.to_string())?;
    let handed = suggestions(due.left()).last().copied().unwrap_or(due.left());
    due.tender(TenderRequest::Cash { handed, over_limit: None }).map_err(|error| error.to_string())?;
    Ok(due.settle().map_err(|(_, error)| error.to_string())?)
}

/// The command that seals a sale.
pub(crate) fn selling(register: &mut Register, sale: &Settled) -> Result<Request> {
    let id = register.new_command()?;
    Ok(Request::new(id, CASHIERS[0], Command::Sell(Box::new(sale.clone()))))
}

/// Tickets of these numbers of lines, to be sealed many times over.
pub(crate) fn samples(lines: impl IntoIterator<Item = usize>) -> Result<Vec<TicketDraft>> {
    let (catalogue, terms) = (catalogue()?, Rules::default().on("2023-01-02".parse()?));
    lines.into_iter().map(|lines| Ok(sale(&catalogue, &terms, lines)?.into_body().into())).collect()
}

fn catalogue() -> Result<Catalogue> {
    let food = Category { id: "epicerie".to_owned(), label: "Épicerie".to_owned(), color: None };
    let products = (0..PRODUCTS).map(|n| {
        let basis_points = if n % 5 == 4 { 2000 } else { 550 };
        let vat = VatByMode::new(Rate::from_basis_points(basis_points).unwrap_or(Rate::ZERO));
        Product {
            price: i64::try_from(n % 900).ok().map(|cents| Cents::new(99 + cents)),
            meal_voucher: true,
            ..Product::new(format!("{:013}", 3_000_000_000_000 + n), format!("Article {n}, 250 g"), &food.id, vat)
        }
    });
    let products = products.collect();
    Ok(Catalogue::new(vec![food], products, Vec::new())?)
}
