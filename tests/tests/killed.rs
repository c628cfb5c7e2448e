//! A till that is killed at any moment, again and again: nothing that was said done is lost, nothing is done twice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::held::HeldTicket;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Refusal, Register};
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::{CommandId, OpenError};
use comptoir_fiscal::verify::{self, Verdict};
use comptoir_tests::sample;
use comptoir_tests::steps::{self, Step};
use uuid::Uuid;

const KILLS: u32 = 100;

/// What the till said: for each step that is done, what came of it.
type Said = BTreeMap<u32, String>;

#[test]
fn a_till_killed_a_hundred_times_has_each_command_once_and_every_ticket_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Said::new();
    let mut waited = 0;
    for _ in 0..KILLS {
        let mut till = start(folder.path(), &said, None);
        let heard = listen(&mut till);
        std::thread::sleep(a_moment());
        till.kill().unwrap();
        till.wait().unwrap();
        said.extend(heard.iter());
        waited += look(folder.path(), &said).map_or(0, |waiting| waiting.len());
    }
    let last = said.keys().last().copied().unwrap_or_default() + 20;
    let mut till = start(folder.path(), &said, Some(last));
    let heard = listen(&mut till);
    assert!(till.wait().unwrap().success());
    said.extend(heard.iter());
    assert!(said.len() > KILLS as usize, "only {} steps were done between {KILLS} kills", said.len());
    assert!(waited > KILLS as usize, "only {waited} held tickets were looked for after {KILLS} kills");
    for step in [Step::Open, Step::Change, Step::Send, Step::Note, Step::Pay, Step::GiveUp, Step::Print] {
        assert!(said.keys().any(|n| steps::step(*n).0 == step), "{step:?} never was done");
    }

    look(folder.path(), &said).unwrap();
    let register = open(folder.path(), next(&said));
    let (mut sold, mut moved) = (BTreeMap::new(), Vec::new());
    let read = register.journal().entries_from(0, |entry| {
        match &entry.body {
            Body::Ticket(ticket) => assert_eq!(sold.insert(ticket.totals.ttc.get(), ticket.number), None),
            Body::Cash(cash) => moved.push(cash.amount.get()),
            _ => {}
        }
        Ok::<(), OpenError>(())
    });
    read.unwrap();
    let mut ends = 0;
    for (n, came) in &said {
        let amount = i64::from(*n) + 1;
        let (step, table) = steps::step(*n);
        let amount = match step {
            Step::PutCashIn => {
                assert_eq!(moved.iter().filter(|moved| **moved == amount).count(), 1, "cash of step {n}");
                continue;
            }
            Step::Sell => amount,
            Step::Pay => steps::HELD + i64::from(table) + 1,
            Step::Print => {
                assert!(register.journal().sealed_before(steps::command(*n)).unwrap().is_some(), "print of step {n}");
                continue;
            }
            _ => continue,
        };
        ends += 1;
        assert_eq!(sold.get(&amount), Some(&came.parse().unwrap()), "sale of step {n}");
    }
    assert_eq!(sold.len(), ends, "nothing else was sold");
    let database = register.journal().places().database();
    register.stop().unwrap();
    let report = verify::verify_file(&database, &[], &mut |_, _| ());
    assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
}

/// Opens the till as it was left and looks for what it said: every ticket that waits, just as it was, none that was paid
/// or given up, and every paper that was asked for and not printed yet. None where nothing was founded yet.
fn look(folder: &Path, said: &Said) -> Option<Vec<HeldTicket>> {
    if said.is_empty() {
        return None;
    }
    let doubtful = next(said);
    let mut register = open(folder, doubtful);
    let (mut known, mut ended) = (BTreeMap::<u32, &str>::new(), BTreeSet::new());
    let mut papers = BTreeSet::new();
    for (n, came) in said {
        match steps::step(*n) {
            (Step::Open | Step::Change | Step::Send | Step::Note, table) => drop(known.insert(table, came)),
            (Step::Pay | Step::GiveUp, table) => {
                known.remove(&table);
                ended.insert(table);
            }
            (Step::Print, _) => drop(papers.insert(steps::command(*n).uuid())),
            (Step::ServePrinter, _) => papers.clear(),
            (Step::Sell | Step::PutCashIn, _) => {}
        }
    }
    // The step that was interrupted may be done, and was not said to be.
    let (step, of) = steps::step(doubtful);
    let touched = match step {
        Step::Sell | Step::PutCashIn | Step::Print | Step::ServePrinter => None,
        _ => Some(of),
    };
    for (table, ticket) in &known {
        let found = register.held_ticket(steps::held(*table));
        if touched != Some(*table) {
            let found = found.unwrap_or_else(|refusal| panic!("held ticket {table} is lost: {refusal}"));
            assert_eq!(serde_json::to_string(&found).unwrap(), *ticket, "held ticket {table}");
        } else {
            assert_done_or_not(&register, step, *table, ticket, found);
        }
    }
    for table in &ended {
        let found = register.held_ticket(steps::held(*table));
        assert!(matches!(found, Err(Refusal::PaidAlready | Refusal::NotHeld)), "held ticket {table} is back");
    }
    let waiting = register.held().unwrap();
    let new = usize::from(step == Step::Open && register.held_ticket(steps::held(of)).is_ok());
    let gone = usize::from(
        touched.is_some_and(|table| known.contains_key(&table) && register.held_ticket(steps::held(table)).is_err()),
    );
    assert_eq!(waiting.len() + gone, known.len() + new, "no other ticket waits");

    let queue: BTreeSet<Uuid> = register.print_queue().unwrap().iter().map(|job| job.id).collect();
    if step != Step::ServePrinter {
        assert!(papers.is_subset(&queue), "a paper is lost: {papers:?} {queue:?}");
    }
    for job in &queue {
        assert!(register.journal().sealed_before(CommandId::new(*job)).unwrap().is_some(), "a paper nobody asked for");
    }
    register.settle().unwrap();
    Some(waiting)
}

/// A ticket whose step was interrupted is as before it or as after it.
fn assert_done_or_not(register: &Register, step: Step, table: u32, before: &str, found: Result<HeldTicket, Refusal>) {
    let sealed = register.journal().sealed_before(CommandId::new(steps::held(table))).unwrap().is_some();
    let was: HeldTicket = serde_json::from_str(before).unwrap();
    let ticket = match found {
        Ok(ticket) => ticket,
        Err(Refusal::PaidAlready) => {
            assert!(step == Step::Pay && sealed, "held ticket {table}");
            return;
        }
        Err(Refusal::NotHeld) => {
            assert!(step == Step::GiveUp && !sealed, "held ticket {table} is lost");
            return;
        }
        Err(refusal) => panic!("held ticket {table}: {refusal}"),
    };
    assert!(!sealed, "a paid ticket is back");
    let (items, notes) = (ticket.basket.items().count(), ticket.basket.notes().len());
    assert_eq!((ticket.id, &ticket.table, ticket.opened_at), (was.id, &was.table, was.opened_at));
    let grown = i64::from(items > was.basket.items().count());
    assert!(grown == 0 || step == Step::Change);
    assert_eq!(ticket.basket.figures().ttc.get(), was.basket.figures().ttc.get() + grown * (i64::from(table) + 1));
    assert!(notes == was.basket.notes().len() || (step == Step::Note && notes == 1));
    assert!(ticket.sent() == was.sent() || (step == Step::Send && ticket.to_send().is_empty()));
}

/// The step to go on with: the first of which it was never heard that it is done, though it may be.
fn next(said: &Said) -> u32 {
    said.keys().last().map_or(0, |last| last + 1)
}

fn open(folder: &Path, n: u32) -> Register {
    let platform = sample::platform(SetClock::at(steps::at(n)));
    Register::open(DataFolder::of_sample(folder), platform, |_, _| ()).unwrap()
}

fn start(folder: &Path, said: &Said, until: Option<u32>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seller"));
    command.arg("--data").arg(folder).arg("--from").arg(next(said).to_string());
    if let Some(until) = until {
        command.arg("--until").arg(until.to_string());
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// What a till says until it ends; a line that was cut off was not said.
fn listen(till: &mut Child) -> mpsc::Receiver<(u32, String)> {
    let mut out = BufReader::new(till.stdout.take().unwrap());
    let (say, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 0 {
            if let Some((n, came)) = line.strip_suffix('\n').and_then(|line| line.split_once(" done ")) {
                say.send((n.parse().unwrap(), came.to_owned())).unwrap();
            }
            line.clear();
        }
    });
    heard
}

/// From at once to well into its trade.
fn a_moment() -> Duration {
    let mut random = [0; 2];
    getrandom::fill(&mut random).unwrap();
    Duration::from_micros(u64::from(u16::from_le_bytes(random)) * 3)
}
