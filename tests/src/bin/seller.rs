//! A till that trades without end and says what is done once it is durable, made to be killed at any moment.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Command, Register, Request};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{CashType, Channel};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Cents, Quantity, Rate};
use comptoir_tests::sample::{self, CASHIERS};
use uuid::Builder;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// When the first command is given: 2 January 2023, 10:00 in Paris.
const FIRST: i64 = 1_672_650_000;

/// Seconds from one command to the next: a day holds about thirty, so that closings are among what is interrupted.
const STEP: i64 = 2_880;

/// Trades in a folder until it is killed; `N done` on a line of its own says that command N is durable.
#[derive(Parser)]
struct Arguments {
    /// The shop's folder; a new shop is founded where none is.
    #[arg(long)]
    data: PathBuf,
    /// The command to go on with.
    #[arg(long)]
    from: u32,
    /// The last command; then the register is stopped in order.
    #[arg(long, default_value_t = u32::MAX)]
    until: u32,
}

fn main() -> ExitCode {
    match trade(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("seller: {error}");
            ExitCode::FAILURE
        }
    }
}

fn trade(arguments: &Arguments) -> Result<()> {
    let folder = DataFolder::of_sample(&arguments.data);
    let clock = SetClock::at(FIRST + i64::from(arguments.from) * STEP);
    let mut register = if folder.holds_a_shop() {
        Register::open(folder, sample::platform(clock.clone()), |_, _| ())?
    } else {
        let founding = sample::founding(catalogue()?, "seller", "Europe/Paris")?;
        Register::found(folder, founding, sample::platform(clock.clone()))?
    };
    let mut out = std::io::stdout().lock();
    for n in arguments.from..=arguments.until {
        clock.set(FIRST + i64::from(n) * STEP);
        let command = command(&mut register, n)?;
        let id = CommandId::new(Builder::from_u128(u128::from(n)).into_uuid());
        let answer = register.execute(Request::new(id, CASHIERS[0], command)).map_err(|refusal| refusal.to_string())?;
        let number = answer.ticket().map_or(0, |ticket| ticket.number);
        writeln!(out, "{n} done {number}")?;
        out.flush()?;
        register.settle()?;
    }
    Ok(register.stop()?)
}

/// The n-th command: mostly a sale that its amount tells from every other, now and then cash put into the drawer.
fn command(register: &mut Register, n: u32) -> Result<Command> {
    if n % 10 == 9 {
        let amount = Cents::new(i64::from(n) + 1);
        return Ok(Command::MoveCash { movement: CashType::In, amount, reason: None });
    }
    let mut basket = Basket::new(None, Channel::Counter);
    let product = register.catalogue().products().first().ok_or("nothing to sell")?;
    basket.add(product, Quantity::thousandths((i64::from(n) + 1) * 1000), None)?;
    let mut due = basket.due(&register.terms()).map_err(|(_, error)| error.to_string())?;
    due.tender(TenderRequest::Card { amount: due.left(), reference: None })?;
    Ok(Command::Sell(Box::new(due.settle().map_err(|(_, error)| error.to_string())?)))
}

fn catalogue() -> Result<Catalogue> {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let vat = VatByMode::new(Rate::from_basis_points(2000).ok_or("no such rate")?);
    let product = Product { price: Some(Cents::new(1)), ..Product::new("1", "Article d'exemple", &category.id, vat) };
    Ok(Catalogue::new(vec![category], vec![product], Vec::new())?)
}
