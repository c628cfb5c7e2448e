//! A till that trades without end and says what is done once it is durable, made to be killed at any moment.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::held::{HeldTicket, Table};
use comptoir_core::outside::SetClock;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Refusal, Register, Request};
use comptoir_core::settlement::Settled;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{CashType, Channel, TicketRef};
use comptoir_fiscal::nf525::Chain;
use comptoir_fiscal::values::{Cents, Quantity, Rate};
use comptoir_tests::sample::{self, CASHIERS};
use comptoir_tests::steps::{self, Step};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Trades in a folder until it is killed; `N done` and what came of it, on a line of its own, say that step N is durable.
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
    let clock = SetClock::at(steps::at(arguments.from));
    let mut register = if folder.holds_a_shop() {
        Register::open(folder, sample::platform(clock.clone()), |_, _| ())?
    } else {
        let founding = sample::founding(catalogue()?, "seller", "Europe/Paris")?;
        Register::found(folder, founding, sample::platform(clock.clone()))?
    };
    let mut out = std::io::stdout().lock();
    for n in arguments.from..=arguments.until {
        clock.set(steps::at(n));
        let came = done(&mut register, n)?;
        writeln!(out, "{n} done {came}")?;
        out.flush()?;
        register.settle()?;
    }
    Ok(register.stop()?)
}

/// Does step `n`, or finds that it is done, and says what came of it: the number of a ticket, the held ticket as it now
/// is, or nothing.
fn done(register: &mut Register, n: u32) -> Result<String> {
    let said = |refusal: Refusal| refusal.to_string();
    let (step, table) = steps::step(n);
    let id = steps::held(table);
    match step {
        Step::Sell => {
            let mut basket = Basket::new(None, Channel::Counter);
            add(register, &mut basket, "1", i64::from(n) + 1)?;
            let command = Command::Sell(Box::new(by_card(register, basket)?));
            return number_of(register, Request::new(steps::command(n), CASHIERS[0], command));
        }
        Step::PutCashIn => {
            let amount = Cents::new(i64::from(n) + 1);
            let command = Command::MoveCash { movement: CashType::In, amount, reason: None };
            return number_of(register, Request::new(steps::command(n), CASHIERS[0], command));
        }
        Step::Print => {
            let number = register.journal().standing().next_number(Chain::T) - 1;
            let ticket = TicketRef { register: register.id(), number };
            let command = Command::Print(PaperOf::Ticket(ticket));
            return number_of(register, Request::new(steps::command(n), CASHIERS[0], command));
        }
        Step::ServePrinter => {
            while let Some(job) = register.next_to_print()? {
                register.printed(job.id)?;
            }
            // One that was handed over when the till was killed is said to be printed by whoever finds it.
            for job in register.print_queue()? {
                register.printed(job.id)?;
            }
        }
        Step::Open => {
            if matches!(register.held_ticket(id), Err(Refusal::NotHeld)) {
                let mut basket = Basket::new(None, Channel::Counter);
                add(register, &mut basket, "2", 1)?;
                let table = Table { room: "Salle".to_owned(), name: table.to_string() };
                let ticket = HeldTicket::new(id, CASHIERS[0], register.now(), basket).at(table, 2);
                register.hold(CASHIERS[0], &ticket).map_err(said)?;
            }
        }
        Step::Change => {
            let mut ticket = register.held_ticket(id).map_err(said)?;
            if ticket.basket.items().count() == 1 {
                add(register, &mut ticket.basket, "1", i64::from(table) + 1)?;
                register.hold(CASHIERS[0], &ticket).map_err(said)?;
            }
        }
        Step::Send => drop(register.send_to_kitchen(CASHIERS[0], id).map_err(said)?),
        Step::Note => {
            if register.held_ticket(id).map_err(said)?.basket.notes().is_empty() {
                register.note(CASHIERS[0], id).map_err(said)?;
            }
        }
        Step::Pay => {
            let command = comptoir_fiscal::journal::CommandId::new(id);
            if let Some(seq) = register.journal().sealed_before(command)? {
                return Ok(steps::number_at(register, seq)?.to_string());
            }
            let basket = register.held_ticket(id).map_err(said)?.basket;
            let sell = Command::Sell(Box::new(by_card(register, basket)?));
            return number_of(register, Request::new(command, CASHIERS[0], sell));
        }
        Step::GiveUp => match register.give_up(CASHIERS[0], id, "Parti") {
            Ok(()) | Err(Refusal::NotHeld) => {}
            Err(refusal) => return Err(refusal.to_string().into()),
        },
    }
    Ok(match register.held_ticket(id) {
        Ok(ticket) => serde_json::to_string(&ticket)?,
        Err(_) => "0".to_owned(),
    })
}

fn number_of(register: &mut Register, request: Request) -> Result<String> {
    let answer = register.execute(request).map_err(|refusal| refusal.to_string())?;
    Ok(answer.ticket().map_or(0, |ticket| ticket.number).to_string())
}

fn add(register: &mut Register, basket: &mut Basket, sku: &str, pieces: i64) -> Result<()> {
    let product = register.catalogue().product(sku).ok_or("nothing to sell")?;
    basket.add(product, Quantity::thousandths(pieces * 1000), None)?;
    Ok(())
}

fn by_card(register: &Register, basket: Basket) -> Result<Settled> {
    let mut due = basket.due(&register.terms()).map_err(|(_, error)| error.to_string())?;
    due.tender(TenderRequest::Card { amount: due.left(), reference: None })?;
    Ok(due.settle().map_err(|(_, error)| error.to_string())?)
}

fn catalogue() -> Result<Catalogue> {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let rate = Rate::from_basis_points(2000).ok_or("no such rate")?;
    let product = |sku: &str, price| Product {
        price: Some(Cents::new(price)),
        ..Product::new(sku, "Article d'exemple", &category.id, VatByMode::new(rate))
    };
    let products = vec![product("1", 1), product("2", steps::HELD)];
    Ok(Catalogue::new(vec![category], products, Vec::new())?)
}
