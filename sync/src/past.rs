//! How what was sold before a device was lost comes to the one that took its place: asked for the next request, and handed
//! the answer, as [`Push`](crate::push::Push) is. What it fetches at once it hands to the register in slices, so that no
//! sale waits behind them.

use comptoir_core::register::{ARRIVING_AT_ONCE, Arrival, Register, RegisterError};
use comptoir_fiscal::values::RegisterId;

use crate::clock::OfficeClock;
use crate::gzip::unpacked;
use crate::message::Refused;
use crate::push::Trouble;
use crate::request::{Method, Request, Response};

/// How many lines are fetched at once.
pub const PIECE_LINES: u64 = 5000;
/// The largest piece that is unpacked, in bytes.
const PIECE_BYTES_MAX: u64 = 64 << 20;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPast {
    /// Carry this to the back office, and hand the answer to [`Past::answered`].
    Say(Request),
    /// Ask again at once.
    GoOn,
    /// Do what [`Arrival::Finish`] says, beside the register.
    Finish(Arrival),
    /// What the back office gave is not what comes next: try again later.
    Later(Trouble),
    /// Everything is here.
    Whole,
}

/// One conversation about it.
#[derive(Clone, Debug, Default)]
pub struct Past {
    clock: OfficeClock,
    asked: Option<RegisterId>,
    /// What was fetched and is not with the register yet: the last line of it comes next.
    waiting: Vec<Vec<u8>>,
}

impl Past {
    /// What to do next.
    pub fn next(&mut self, till: &mut Register) -> Result<NextPast, RegisterError> {
        if !self.waiting.is_empty() {
            let register = self.asked.unwrap_or_else(|| till.id());
            let most = usize::try_from(ARRIVING_AT_ONCE).unwrap_or(usize::MAX);
            let slice = self.waiting.split_off(self.waiting.len().saturating_sub(most));
            if !till.take_arriving(register, &slice.concat())? {
                self.waiting.clear();
                return Ok(NextPast::Later(Trouble::Unreadable));
            }
            return Ok(NextPast::GoOn);
        }
        match till.next_arrival()? {
            Arrival::Fetch(register, before) => {
                self.asked = Some(register);
                let path = format!("/v1/registers/{}/past?of={register}&before={before}", till.id());
                Ok(NextPast::Say(self.clock.sign(till, (Method::Get, path), Vec::new(), None)?))
            }
            Arrival::GoOn => Ok(NextPast::GoOn),
            finish @ Arrival::Finish { .. } => Ok(NextPast::Finish(finish)),
            Arrival::Whole => Ok(NextPast::Whole),
        }
    }

    /// Takes the answer to the request before; why it is of no use now, where it is none.
    pub fn answered(&mut self, till: &mut Register, response: &Response) -> Option<Trouble> {
        if response.status != 200 {
            return match serde_json::from_slice(&response.body) {
                Ok(Refused::Clock { time }) if self.clock.correct(till, time) => None,
                Ok(refused) => Some(Trouble::Refused(refused)),
                Err(_) => Some(Trouble::Unreadable),
            };
        }
        let Ok(bytes) = unpacked(&response.body, PIECE_BYTES_MAX) else { return Some(Trouble::Unreadable) };
        self.waiting = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        self.waiting.is_empty().then_some(Trouble::Unreadable)
    }
}
