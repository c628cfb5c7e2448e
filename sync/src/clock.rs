//! A till's requests, signed by the back office's clock where the device's is wrong.

use crate::push::Till;
use crate::request::{self, Method, Request};

/// How far the back office's clock is ahead of the device's, as its refusals told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfficeClock {
    /// In seconds.
    ahead: i64,
}

impl OfficeClock {
    /// Takes in what a refusal says the time is there; whether it is worth asking again by that.
    pub(crate) fn correct<T: Till>(&mut self, till: &T, there: u64) -> bool {
        let before = self.ahead;
        let difference = i128::from(there) - i128::from(till.time());
        self.ahead = i64::try_from(difference).unwrap_or_default();
        self.ahead.abs_diff(before) > 1
    }

    /// A request of a till, signed at this time.
    pub(crate) fn sign<T: Till>(
        self,
        till: &mut T,
        what: (Method, String),
        body: Vec<u8>,
        checkpoint: Option<String>,
    ) -> Result<Request, T::Fault> {
        let nonce = till.nonce()?;
        let time = till.time().saturating_add_signed(self.ahead);
        Ok(request::sign(what, body, checkpoint, (till.register(), till.key()), time, nonce))
    }
}
