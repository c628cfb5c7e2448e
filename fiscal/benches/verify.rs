//! How fast a journal is verified, beside its limit: SHA-256 and the two strict signatures alone, on all cores.
//!
//! `cargo bench -p comptoir-fiscal --bench verify`. The budget is 0.8 of the limit.

use std::io::Cursor;
use std::time::{Duration, Instant as Clock};

use chrono_tz::Tz;
use comptoir_fiscal::entry::{Body, Entry, Nf525, Payment, SYSTEM, Tender, Ticket, VERSION};
use comptoir_fiscal::key::{DeviceKey, PublicKey};
use comptoir_fiscal::sealed::{self, Sealed};
use comptoir_fiscal::standing::Standing;
use comptoir_fiscal::values::Instant;
use comptoir_fiscal::{merkle, nf525, verify};
use rayon::prelude::*;

const TICKETS: i64 = 20_000;
const ROUNDS: usize = 7;

fn main() {
    let journal = journal();
    let bytes: Vec<u8> = journal.iter().flat_map(|sealed| sealed.line.clone()).collect();
    let Body::Genesis(genesis) = &journal[0].entry.body else { unreachable!("the first is the genesis") };
    let key = PublicKey::from_base64(&genesis.public_key).expect("the key of the genesis is usable");
    let report = verify::verify_lines(Cursor::new(&bytes), &[], &mut |_, _| {});
    assert_eq!(report.verdict(), verify::Verdict::Sound, "{:?}", report.findings.first());
    println!("{} entries, {} bytes each", journal.len(), bytes.len() / journal.len());
    // In turns, so that what else the machine does falls on both alike.
    let (mut limit, mut whole) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        limit = limit.min(timed(|| journal.par_iter().for_each(|sealed| alone(sealed, &key))));
        whole = whole.min(timed(|| drop(verify::verify_lines(Cursor::new(&bytes), &[], &mut |_, _| {}))));
    }
    let per = |time: Duration| time.as_secs_f64() * 1e6 / journal.len() as f64;
    println!("hash and both signatures alone: {:.1} µs an entry", per(limit));
    println!("verified: {:.1} µs an entry, {:.2} of the limit", per(whole), limit.as_secs_f64() / whole.as_secs_f64());
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Clock::now();
    work();
    start.elapsed()
}

fn alone(sealed: &Sealed, key: &PublicKey) {
    let data = &sealed.line[9..sealed.line.len() - 173];
    let hash = merkle::leaf_hash(data);
    assert!(key.verifies_entry(&hash, &sealed.sig));
    if let Some(nf525) = sealed.entry.body.nf525() {
        assert!(key.verifies_nf525(&nf525.arg, &nf525.sig));
    }
}

/// The known genesis under a key of its own, and one day of the known journal's fourth ticket again and again.
fn journal() -> Vec<Sealed> {
    let known: Vec<Sealed> = include_str!("../../tests/vectors/journal.jsonl")
        .lines()
        .map(|line| sealed::read(line.as_bytes()).expect("the known journal is readable"))
        .collect();
    let key = DeviceKey::from_seed(&[7; 32]);
    let mut genesis = known[0].entry.clone();
    if let Body::Genesis(genesis) = &mut genesis.body {
        genesis.public_key = key.public().to_base64();
    }
    let Body::Ticket(model) = &known[4].entry.body else { unreachable!("the fifth is a ticket") };
    let first = sealed::seal(genesis, &key).expect("a genesis");
    let mut standing = Standing::after_genesis(&first.entry, first.hash).expect("a genesis");
    let start = first.entry.at.unix();
    let mut journal = vec![first];
    for number in 0..TICKETS {
        let at = Instant::from_unix(start + number, Tz::Europe__Paris).expect("an instant");
        let sealed = ticket(model, at, &standing, &key);
        standing.apply(&sealed.entry, sealed.hash).expect("a ticket");
        journal.push(sealed);
    }
    journal
}

fn ticket(model: &Ticket, at: Instant, standing: &Standing, key: &DeviceKey) -> Sealed {
    let mut ticket = model.clone();
    ticket.number = standing.next_number(nf525::Chain::T);
    ticket.gt = standing.gt.after(ticket.totals.ttc);
    ticket.payments = vec![Payment { amount: ticket.totals.ttc, face: None, reference: None, tender: Tender::Card }];
    ticket.nf525 = Nf525::default();
    let mut entry = Entry {
        at,
        kind: comptoir_fiscal::entry::Kind::Ticket,
        body: Body::Ticket(Box::new(ticket)),
        operator: SYSTEM.to_owned(),
        prev: standing.prev,
        register: standing.register,
        seq: standing.size(),
        v: VERSION,
    };
    let previous = standing.chains.get(&nf525::Chain::T).map(|link| link.sig.as_str());
    let signed = nf525::sign(key, &entry, "01", previous).expect("a string");
    if let Body::Ticket(ticket) = &mut entry.body {
        ticket.nf525 = signed;
    }
    sealed::seal(entry, key).expect("a ticket")
}
