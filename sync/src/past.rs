//! How what was sold before a device was lost comes to the one that took its place: asked for the next request, and handed
//! the answer, as [`Push`](crate::push::Push) is. What it fetches at once it hands to the register in slices, so that no
//! sale waits behind them.

use std::io::Read;

use comptoir_core::register::{ARRIVING_AT_ONCE, Arrival, Register, RegisterError};
use comptoir_fiscal::values::RegisterId;
use flate2::read::GzDecoder;

use crate::message::Refused;
use crate::push::Trouble;
use crate::request::{self, Method, Request, Response};

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
    /// How far the back office's clock is ahead of the device's, in seconds.
    offset: i64,
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
                let nonce = *till.new_command()?.uuid().as_bytes();
                let time = u64::try_from(till.now().unix()).unwrap_or_default().saturating_add_signed(self.offset);
                let own = (till.id(), till.journal().key());
                Ok(NextPast::Say(request::sign((Method::Get, path), Vec::new(), None, own, time, nonce)))
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
                Ok(Refused::Clock { time }) => {
                    let before = self.offset;
                    let difference = i128::from(time) - i128::from(till.now().unix());
                    self.offset = i64::try_from(difference).unwrap_or_default();
                    (self.offset.abs_diff(before) <= 1).then_some(Trouble::Refused(Refused::Clock { time }))
                }
                Ok(refused) => Some(Trouble::Refused(refused)),
                Err(_) => Some(Trouble::Unreadable),
            };
        }
        let mut bytes = Vec::new();
        let read = GzDecoder::new(response.body.as_slice()).take(PIECE_BYTES_MAX).read_to_end(&mut bytes);
        self.waiting = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        (read.is_err() || self.waiting.is_empty()).then_some(Trouble::Unreadable)
    }
}
