//! What six years of tickets cost beside one month of them: nothing that anybody would notice.
//!
//! Two shops alike, 456 tickets a day, months and years closed; what they have last is the same month. Each thing is done
//! in both in turn, and the ratio of medians told.

use std::path::Path;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::history::TicketSearch;
use comptoir_core::outside::{Clock, SystemClock};
use comptoir_core::register::{Command, Register, Request};
use comptoir_fiscal::entry::{Body, Period, Tender, TicketRef, TicketType};
use comptoir_fiscal::journal::{Span, TicketDraft};
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::values::{Cents, Date};
use comptoir_tests::sample::CASHIERS;

use crate::Result;
use crate::figures::{Good, Times, budget, information, ms, timed, us};
use crate::large::{self, Large, TICKETS_A_DAY};
use crate::shop;

/// The days of the month beside which six years are set.
const DAYS: i64 = 31;

/// How many tickets a screen shows.
const PAGE: usize = 25;

const SEARCHES: usize = 400;
const STARTS: usize = 21;
const CLOSINGS: usize = 31;
const ARCHIVES: usize = 5;

/// The growth that is no growth.
const LIMIT: f64 = 1.1;

/// Something measured in the month and in the six years.
#[derive(Default)]
struct Pair([Times; 2]);

impl Pair {
    fn tell(&self, name: &str, unit: &str, say: fn(f64) -> String) {
        let [month, years] = [self.0[0].median(), self.0[1].median()];
        let beside = format!("month_{unit}={} years_{unit}={}", say(month), say(years));
        budget(&format!("six-years-{name}"), years / month, Good::Below, LIMIT, &beside);
    }
}

/// Measures all that is to stay as it is over six years.
pub(crate) fn measure(large: &Large) -> Result<()> {
    let folder = tempfile::tempdir_in(large::cache()?)?;
    let month = folder.path().join("month");
    large::make(&month, DAYS)?;
    let folders = [DataFolder::of_sample(&month), large.folder.clone()];
    search(&folders)?;
    start(&folders)?;
    close(&folders)?;
    archive(&folders)
}

fn open(folders: &[DataFolder; 2]) -> Result<[Register; 2]> {
    Ok([shop::open(&folders[0], SystemClock)?, shop::open(&folders[1], SystemClock)?])
}

/// What is searched by, each as people do: a number on a paper, a day, an amount that somebody remembers.
fn searches(register: &mut Register) -> Result<Vec<(&'static str, TicketSearch)>> {
    let day: Date = "2025-12-17".parse()?;
    let dates = Some((day, day));
    let of_day = TicketSearch { dates, ..TicketSearch::default() };
    let some = register.find_tickets(&of_day, None, 7)?.tickets.pop().ok_or("nothing was sold that day")?;
    let amount = Cents::new(some.ttc.get().abs());
    let all = TicketSearch::default();
    Ok(vec![
        ("number", TicketSearch { number: Some(some.ticket.number), ..all.clone() }),
        ("date", of_day),
        ("dates", TicketSearch { dates: Some(("2025-12-03".parse()?, "2025-12-19".parse()?)), ..all.clone() }),
        ("amount", TicketSearch { amounts: Some((amount, amount)), ..all.clone() }),
        ("amounts", TicketSearch { amounts: Some((Cents::new(700), Cents::new(1100))), ..all.clone() }),
        ("operator", TicketSearch { operator: Some(CASHIERS[2].to_owned()), ..all.clone() }),
        ("type", TicketSearch { ticket_type: Some(TicketType::Return), ..all.clone() }),
        ("tender", TicketSearch { tender: Some(Tender::Cheque), ..all.clone() }),
        (
            "combined",
            TicketSearch {
                operator: Some(CASHIERS[1].to_owned()),
                amounts: Some((Cents::new(500), Cents::new(2000))),
                tender: Some(Tender::Card),
                ..all.clone()
            },
        ),
        ("all", all),
    ])
}

fn search(folders: &[DataFolder; 2]) -> Result<()> {
    let mut registers = open(folders)?;
    let (mut wanted, mut codes) = (Vec::new(), Vec::new());
    for register in &mut registers {
        let asked = searches(register)?;
        let number = asked.first().and_then(|(_, search)| search.number).ok_or("no number")?;
        let sealed = register.ticket(TicketRef { register: register.id(), number })?;
        let receipt = Receipt { register: register.id(), seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig };
        codes.push(receipt.text("comptoir:"));
        wanted.push(asked);
    }
    for ((name, of_month), (_, of_years)) in wanted[0].iter().zip(&wanted[1]) {
        let searches = [of_month, of_years];
        let mut times = Pair::default();
        for round in 0..SEARCHES {
            for side in [round % 2, 1 - round % 2] {
                let (page, time) = timed(|| registers[side].find_tickets(searches[side], None, PAGE));
                let full = if searches[side].number.is_some() { 1 } else { PAGE };
                if page?.tickets.len() != full {
                    return Err(format!("no full page by {name}").into());
                }
                times.0[side].add(time);
            }
        }
        times.tell(&format!("search-{name}"), "us", us);
    }
    let mut times = Pair::default();
    for round in 0..SEARCHES {
        for side in [round % 2, 1 - round % 2] {
            let (found, time) = timed(|| registers[side].ticket_by_code(&codes[side]));
            found?;
            times.0[side].add(time);
        }
    }
    times.tell("search-code", "us", us);
    in_vain(&mut registers[1])?;
    let mut times = Pair::default();
    for _ in 0..SEARCHES {
        for (side, register) in registers.iter_mut().enumerate() {
            let (due, time) = timed(|| register.archives_due());
            due?;
            times.0[side].add(time);
        }
    }
    let due =
        format!("month_us={} years_us={} what is to be archived", us(times.0[0].median()), us(times.0[1].median()));
    information("six-years-archives-due", &due);
    registers.into_iter().try_for_each(|register| Ok(register.stop()?))
}

/// The longest that a search can take: what is asked for is nowhere, and nothing leads to it.
fn in_vain(register: &mut Register) -> Result<()> {
    let amounts = Some((Cents::new(100_000_000), Cents::new(200_000_000)));
    let search = TicketSearch { operator: Some(CASHIERS[1].to_owned()), amounts, ..TicketSearch::default() };
    let mut times = Times::default();
    for _ in 0..CLOSINGS {
        let (page, time) = timed(|| register.find_tickets(&search, None, PAGE));
        page?;
        times.add(time);
    }
    let told = format!("years_ms={} until it stops and says where to go on", ms(times.median()));
    information("six-years-search-in-vain", &told);
    Ok(())
}

fn start(folders: &[DataFolder; 2]) -> Result<()> {
    let mut times = Pair::default();
    for _ in 0..STARTS {
        for (folder, times) in folders.iter().zip(&mut times.0) {
            let (sold, time) = timed(|| -> Result<Register> {
                let mut register = shop::open(folder, SystemClock)?;
                sell(&mut register)?;
                Ok(register)
            });
            sold?.stop()?;
            times.add(time);
        }
    }
    times.tell("start", "ms", ms);
    Ok(())
}

/// Each round sells a day and closes it before its end, so that the next one is a day further.
fn close(folders: &[DataFolder; 2]) -> Result<()> {
    let samples = shop::varied_samples(TICKETS_A_DAY)?;
    let mut times = Pair::default();
    for round in 0..CLOSINGS {
        for side in [round % 2, 1 - round % 2] {
            sell_a_day(&folders[side], &samples)?;
            let mut register = shop::open(&folders[side], SystemClock)?;
            // The day's last sale, after which a register knows its way about its files.
            sell(&mut register)?;
            register.settle()?;
            let request = Request::new(register.new_command()?, CASHIERS[0], Command::CloseDay);
            let (closed, time) = timed(|| register.execute(request).and_then(|_| Ok(register.settle()?)));
            closed?;
            times.0[side].add(time);
            register.stop()?;
        }
    }
    times.tell("closing", "ms", ms);
    Ok(())
}

fn sell(register: &mut Register) -> Result<()> {
    let sale = shop::sale(&register.catalogue().clone(), &register.terms(), 12)?;
    let request = shop::selling(register, &sale)?;
    register.execute(request)?;
    Ok(())
}

fn sell_a_day(folder: &DataFolder, samples: &[TicketDraft]) -> Result<()> {
    let register = shop::open(folder, SystemClock)?;
    let id = register.id();
    register.stop()?;
    let mut journal = shop::open_journal(folder, id)?;
    shop::sell_at(&mut journal, SystemClock.now(), CASHIERS[0], samples.iter())
}

/// The same December, archived over and over.
fn archive(folders: &[DataFolder; 2]) -> Result<()> {
    let mut registers = open(folders)?;
    let spans = [december(&registers[0])?, december(&registers[1])?];
    let (mut times, mut prepared) = (Pair::default(), Pair::default());
    for _ in 0..ARCHIVES {
        for (side, register) in registers.iter_mut().enumerate() {
            let (made, time) = timed(|| register.journal().prepare_archive(spans[side]).map(drop));
            made?;
            prepared.0[side].add(time);
            let (archived, time) = timed(|| register.archive(spans[side], |_, _| ()));
            times.0[side].add(time);
            remove(&archived?.path)?;
        }
    }
    times.tell("archive", "ms", ms);
    let held = format!(
        "month_us={} years_us={} while the register prepares it, and sells nothing",
        us(prepared.0[0].median()),
        us(prepared.0[1].median())
    );
    information("six-years-archive-holds", &held);
    registers.into_iter().try_for_each(|register| Ok(register.stop()?))
}

fn december(register: &Register) -> Result<Span> {
    let end: Date = "2025-12-31".parse()?;
    for span in register.journal().closed()?.into_iter().filter(|span| span.period == Period::Month) {
        if let Body::Closing(closing) = register.journal().entry(span.to)?.entry.body
            && closing.last_date == end
        {
            return Ok(span);
        }
    }
    Err("no December was closed".into())
}

fn remove(archive: &Path) -> Result<()> {
    Ok(std::fs::remove_file(archive)?)
}
