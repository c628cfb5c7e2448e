//! A till that is killed at any moment, again and again: nothing that was said done is lost, nothing is done twice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::Register;
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::verify::{self, Verdict};
use comptoir_tests::sample;

const KILLS: u32 = 100;

/// What the till said: for each command that is done, the number of its ticket, or 0.
type Said = BTreeMap<u32, u64>;

#[test]
fn a_till_killed_a_hundred_times_has_each_command_once_and_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Said::new();
    for _ in 0..KILLS {
        let mut till = start(folder.path(), &said, None);
        let heard = listen(&mut till);
        std::thread::sleep(a_moment());
        till.kill().unwrap();
        till.wait().unwrap();
        said.extend(heard.iter());
    }
    let last = said.keys().last().copied().unwrap_or_default() + 20;
    let mut till = start(folder.path(), &said, Some(last));
    let heard = listen(&mut till);
    assert!(till.wait().unwrap().success());
    said.extend(heard.iter());
    assert!(said.len() > KILLS as usize, "only {} commands were done between {KILLS} kills", said.len());

    let data = DataFolder::of_sample(folder.path());
    let register = Register::open(data, sample::platform(SystemClock), |_, _| ()).unwrap();
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
    for (n, number) in &said {
        let amount = i64::from(*n) + 1;
        if n % 10 == 9 {
            assert_eq!(moved.iter().filter(|moved| **moved == amount).count(), 1, "cash of command {n}");
        } else {
            assert_eq!(sold.get(&amount), Some(number), "sale of command {n}");
        }
    }
    assert_eq!(sold.len() + moved.len(), said.len());
    let database = register.journal().places().database();
    register.stop().unwrap();
    let report = verify::verify_file(&database, &[], &mut |_, _| ());
    assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
}

/// The till goes on with the first command of which it was never heard that it is done, though it may be.
fn start(folder: &Path, said: &Said, until: Option<u32>) -> Child {
    let next = said.keys().last().map_or(0, |last| last + 1);
    let mut command = Command::new(env!("CARGO_BIN_EXE_seller"));
    command.arg("--data").arg(folder).arg("--from").arg(next.to_string());
    if let Some(until) = until {
        command.arg("--until").arg(until.to_string());
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// What a till says until it ends; a line that was cut off was not said.
fn listen(till: &mut Child) -> mpsc::Receiver<(u32, u64)> {
    let mut out = BufReader::new(till.stdout.take().unwrap());
    let (say, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 0 {
            if let Some((n, number)) = line.strip_suffix('\n').and_then(|line| line.split_once(" done ")) {
                say.send((n.parse().unwrap(), number.parse().unwrap())).unwrap();
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
