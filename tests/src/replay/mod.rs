//! Real sales through the register: the baskets of a supermarket chain, in their own time order, clock included.
//!
//! What a register must take or refuse, each with a reason, and lose none: products that the catalogue lacks, quantities
//! of 0, gasoline by volume, prices that are no whole cent.

mod basket;
mod retail;
mod tenders;

use std::collections::BTreeMap;
use std::path::PathBuf;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Command, Refusal, Register, RegisterError, Request};
use comptoir_fiscal::entry::Period;
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::Date;
use sha2::{Digest, Sha256};

pub use retail::{RetailBasket, RetailError, RetailLine, baskets as retail_baskets, catalogue as retail_catalogue};

use crate::sample::{self, CASHIERS};

/// What to replay.
#[derive(Clone, Debug)]
pub struct Options {
    /// `products.csv.gz`.
    pub products: PathBuf,
    /// `sales-….csv.gz`.
    pub sales: PathBuf,
    /// The folder of the register; a new one is founded where it holds none.
    pub data: PathBuf,
    /// At most so many baskets of the file.
    pub baskets: Option<usize>,
    /// Only those of this store.
    pub store: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Baskets sealed now.
    pub sealed: usize,
    /// Baskets that an earlier run had sealed.
    pub sealed_before: usize,
    /// How often the clock had leapt by more than a day, and the date was confirmed.
    pub confirmed_dates: usize,
    /// Baskets refused, by reason.
    pub refused: BTreeMap<String, usize>,
    /// What was odd about lines, and how many were so.
    pub odd_lines: BTreeMap<&'static str, usize>,
    /// The archives written now.
    pub archives: Vec<PathBuf>,
    /// Entries of the journal at the end.
    pub entries: u64,
}

impl Summary {
    /// Every basket that was looked at.
    pub fn baskets(&self) -> usize {
        self.sealed + self.sealed_before + self.refused.values().sum::<usize>()
    }
}

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The files could not be read.
    #[error(transparent)]
    Retail(#[from] RetailError),
    /// The register could not be opened or went out of order.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The register refused what was no sale.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Sells the baskets, closes the last day, and archives every month that is over and every day of the open one. Run again
/// on the same folder, it goes on after the last basket sealed. `progress` hears how many baskets of how many.
pub fn run(options: &Options, mut progress: impl FnMut(usize, usize)) -> Result<Summary, ReplayError> {
    let mut baskets = retail::baskets(&options.sales)?;
    if let Some(store) = &options.store {
        baskets.retain(|basket| basket.store == *store);
    }
    baskets.truncate(options.baskets.unwrap_or(usize::MAX));
    let clock = SetClock::at(baskets.first().map_or(0, |basket| basket.at - 60));
    let mut register = open(options, &clock)?;
    let mut summary = Summary::default();
    let total = baskets.len();
    for (done, basket) in baskets.iter().enumerate() {
        progress(done, total);
        sell(&mut register, &clock, basket, &mut summary)?;
    }
    progress(total, total);
    close(&mut register, &mut summary)?;
    summary.entries = register.journal().standing().size();
    register.stop()?;
    Ok(summary)
}

fn open(options: &Options, clock: &SetClock) -> Result<Register, ReplayError> {
    let folder = DataFolder::of_sample(&options.data);
    let platform = sample::platform(clock.clone());
    if folder.holds_a_shop() {
        return Ok(Register::open(folder, platform, |_, _| ())?);
    }
    let catalogue = retail::catalogue(&options.products)?;
    let store = options.store.as_deref().unwrap_or("all");
    let founding = sample::founding(catalogue, store, "Etc/UTC").map_err(RetailError::from)?;
    Ok(Register::found(folder, founding, platform)?)
}

/// Sells one basket at its own time, and counts what came of it; one that was sealed before is left alone.
pub fn sell(
    register: &mut Register,
    clock: &SetClock,
    retail: &RetailBasket,
    summary: &mut Summary,
) -> Result<(), ReplayError> {
    let id = command_id(retail);
    if register.journal().sealed_before(id).map_err(RegisterError::from)?.is_some() {
        summary.sealed_before += 1;
        return Ok(());
    }
    clock.set(retail.at);
    // After days without a sale somebody says that the date is right, as in a shop that was shut.
    if let Some(leap) = register.clock_leap() {
        register.confirm_date_typed(Date(leap.now.date()))?;
        summary.confirmed_dates += 1;
    }
    let catalogue = register.catalogue().clone();
    let settled = basket::fill(retail, &catalogue, &mut summary.odd_lines)
        .and_then(|basket| tenders::pay(basket, &register.terms(), draw(&retail.id)));
    let outcome = settled.and_then(|settled| {
        let operator = CASHIERS[usize::from(draw(&retail.id)[31]) % CASHIERS.len()].to_owned();
        let request = Request::new(id, operator, Command::Sell(Box::new(settled)));
        register.execute(request).map_err(|refused| refused.to_string())
    });
    match outcome {
        Ok(_) => summary.sealed += 1,
        Err(reason) => *summary.refused.entry(reason).or_default() += 1,
    }
    Ok(register.settle()?)
}

/// Closes the last day; archives the months that are over, and the days of the open one.
fn close(register: &mut Register, summary: &mut Summary) -> Result<(), ReplayError> {
    if !register.journal().standing().day.is_empty() {
        let id = register.new_command()?;
        register.execute(Request::new(id, CASHIERS[0], Command::CloseDay))?;
        register.settle()?;
    }
    for span in register.journal().unarchived(&[Period::Month, Period::Year]).map_err(RegisterError::from)? {
        summary.archives.push(register.archive(span, |_, _| ())?.path);
    }
    let closed = register.journal().closed().map_err(RegisterError::from)?;
    let open_from = closed.iter().filter(|span| span.period == Period::Month).map(|span| span.to + 1).max();
    for span in register.journal().unarchived(&[Period::Day]).map_err(RegisterError::from)? {
        if span.to >= open_from.unwrap_or(0) {
            summary.archives.push(register.archive(span, |_, _| ())?.path);
        }
    }
    Ok(())
}

/// The same basket is the same command, whenever it is replayed.
fn command_id(basket: &RetailBasket) -> CommandId {
    let drawn = draw(&basket.id);
    let mut random = [0; 10];
    random.copy_from_slice(&drawn[..10]);
    let millis = u64::try_from(basket.at).unwrap_or_default() * 1000;
    CommandId::new(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

fn draw(basket_id: &str) -> [u8; 32] {
    Sha256::digest(basket_id.as_bytes()).into()
}
