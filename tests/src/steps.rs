//! The steps of a trade that is made to be killed: known beforehand, so that it can be said of each what it must leave.

use comptoir_core::register::Register;
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::{CommandId, OpenError};
use uuid::{Builder, Uuid};

/// When the first step is taken: 2 January 2023, 10:00 in Paris.
const FIRST: i64 = 1_672_650_000;

/// Seconds from one step to the next: a day holds about thirty, so that closings are among what is interrupted.
const SECONDS: i64 = 2_880;

/// How many steps pass from one held ticket to the next.
const ROUND: u32 = 20;

/// How many tickets are opened before one ends.
const WAITING: u32 = 3;

/// What is first on each held ticket, in cents: more than any other sale comes to.
pub const HELD: i64 = 10_000_000;

/// What is done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Step {
    Sell,
    PutCashIn,
    Print,
    ServePrinter,
    Open,
    Change,
    Send,
    Note,
    Pay,
    GiveUp,
}

/// What is done in step `n`, and with which held ticket where it is one's.
pub fn step(n: u32) -> (Step, u32) {
    let (round, place) = (n / ROUND, n % ROUND);
    let step = match place {
        0 => Step::Open,
        2 => Step::Change,
        4 => Step::Send,
        6 => Step::Note,
        8 | 12 => Step::Print,
        16 => Step::ServePrinter,
        9 | 19 => Step::PutCashIn,
        // Of four held tickets one is paid, one is paid later, one given up, and one stays.
        10 if round >= WAITING => {
            let table = round - WAITING;
            match table % 4 {
                0 => return (Step::Pay, table),
                1 => return (Step::GiveUp, table),
                _ => Step::Sell,
            }
        }
        14 if round >= 2 * WAITING && (round - 2 * WAITING) % 4 == 2 => return (Step::Pay, round - 2 * WAITING),
        _ => Step::Sell,
    };
    (step, round)
}

/// When step `n` is taken, in seconds since 1970.
pub fn at(n: u32) -> i64 {
    FIRST + i64::from(n) * SECONDS
}

/// The id of the command of step `n`.
pub fn command(n: u32) -> CommandId {
    CommandId::new(Builder::from_u128(u128::from(n)).into_uuid())
}

/// The id of a held ticket.
pub fn held(table: u32) -> Uuid {
    Builder::from_u128(1 << 64 | u128::from(table)).into_uuid()
}

/// The number of the ticket that is sealed there; 0 where it is none.
pub fn number_at(register: &Register, seq: u64) -> Result<u64, OpenError> {
    match register.journal().entry(seq)?.entry.body {
        Body::Ticket(ticket) => Ok(ticket.number),
        _ => Ok(0),
    }
}
