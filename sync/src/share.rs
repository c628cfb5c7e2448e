//! What a till and its back office share beside the journal: edits up, changes down. Asked for the next request, and handed
//! the answer, as [`Push`](crate::push::Push) is; it knows no network either.
//!
//! Edits always go first, so that it is the back office that holds the one till's against the other's, by its rules.

use comptoir_core::register::{Outgoing, Register, RegisterError, TakingIn};
use comptoir_core::shared::Changes;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::clock::OfficeClock;
use crate::gzip::{packed, unpacked};
use crate::message::{EDITS_MAX, Edits, Merged, Refused};
use crate::push::{Next, Trouble};
use crate::request::{Method, Request, Response};

/// What a till says behind the place from which it asks for changes, where pictures are to be left out.
pub const WITHOUT_PICTURES: &str = "&without=picture";

/// The largest answer that is unpacked.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Ask [`Share::next`] again at once.
    GoOn,
    /// Not now: try again later.
    Later(Trouble),
}

/// One conversation about what is shared.
#[derive(Clone, Debug, Default)]
pub struct Share {
    clock: OfficeClock,
    asked: Option<Asked>,
    /// Whether everything was asked for anew: once in a conversation, or two that disagree would talk for ever.
    was_anew: bool,
    /// Whether everything was taken in.
    is_in_step: bool,
    /// Whether something was taken in, so that whoever shows it may look again.
    has_taken: bool,
}

#[derive(Clone, Debug)]
enum Asked {
    Edits(Vec<Uuid>),
    Changes,
}

impl Share {
    /// Whether something came that was not here before.
    pub fn has_taken(&self) -> bool {
        self.has_taken
    }

    /// What to say next: edits where there are any, else what changed. [`Next::Rest`] where the till shares nothing, or
    /// everything was taken in.
    pub fn next(&mut self, till: &mut Register) -> Result<Next, RegisterError> {
        let Some(outgoing) = till.edits_to_send(EDITS_MAX)? else { return Ok(Next::Rest) };
        if outgoing.edits.is_empty() {
            if self.is_in_step {
                return Ok(Next::Rest);
            }
            self.asked = Some(Asked::Changes);
            return Ok(Next::Say(self.changes(till, "changes", &outgoing)?));
        }
        self.is_in_step = false;
        self.asked = Some(Asked::Edits(outgoing.edits.iter().map(|edit| edit.id).collect()));
        let edits = Edits { cursor: outgoing.cursor, edits: outgoing.edits };
        let body = packed(&serde_json::to_vec(&edits).unwrap_or_default());
        let path = format!("/v1/registers/{}/edits", till.id());
        Ok(Next::Say(self.clock.sign(till, (Method::Post, path), body, None)?))
    }

    /// What to say so that the back office answers as soon as something changes; none where the till shares nothing.
    pub fn wait(&mut self, till: &mut Register) -> Result<Option<Request>, RegisterError> {
        let Some(outgoing) = till.edits_to_send(0)? else { return Ok(None) };
        Ok(Some(self.changes(till, "wait", &outgoing)?))
    }

    /// Takes the answer to the request by which it was waited: whether there is something to take in.
    pub fn waited(&mut self, till: &mut Register, response: &Response) -> Result<bool, RegisterError> {
        if response.status == 200 {
            let Some(changes) = read::<Changes>(&response.body) else { return Ok(false) };
            // What was left out moves the place on all the same.
            let place = till.edits_to_send(0)?.map(|outgoing| outgoing.cursor);
            let is_in_step = changes.changes.is_empty() && place.is_none_or(|place| place == changes.next);
            if is_in_step {
                till.in_step();
            }
            return Ok(!is_in_step);
        }
        match serde_json::from_slice(&response.body) {
            Ok(Refused::Cursor) => Ok(true),
            Ok(refused @ Refused::Clock { .. }) => self.take_refusal(till, refused).map(|_| false),
            _ => Ok(false),
        }
    }

    /// Takes the answer to the request before.
    pub fn answered(&mut self, till: &mut Register, response: &Response) -> Result<Shared, RegisterError> {
        let asked = self.asked.take();
        if response.status != 200 {
            return match serde_json::from_slice(&response.body) {
                Ok(refused) => self.take_refusal(till, refused),
                Err(_) => Ok(Shared::Later(Trouble::Unreadable)),
            };
        }
        match asked {
            Some(Asked::Edits(sent)) => self.take_merged(till, &sent, response),
            Some(Asked::Changes) => self.take_changes(till, response),
            None => Ok(Shared::GoOn),
        }
    }

    fn take_merged(
        &mut self,
        till: &mut Register,
        sent: &[Uuid],
        response: &Response,
    ) -> Result<Shared, RegisterError> {
        let Ok(merged) = serde_json::from_slice::<Merged>(&response.body) else {
            return Ok(Shared::Later(Trouble::Unreadable));
        };
        let heard: Vec<Uuid> =
            merged.outcomes.iter().map(|outcome| outcome.id).filter(|id| sent.contains(id)).collect();
        if heard.is_empty() {
            return Ok(Shared::Later(Trouble::Unreadable));
        }
        till.edits_answered(&heard)?;
        Ok(Shared::GoOn)
    }

    fn take_changes(&mut self, till: &mut Register, response: &Response) -> Result<Shared, RegisterError> {
        let Some(Changes { changes, next, more, has_newer }) = read(&response.body) else {
            return Ok(Shared::Later(Trouble::Unreadable));
        };
        if has_newer {
            till.told_of_newer()?;
        }
        match till.take_in(&changes, &next, more)? {
            TakingIn::Taken => {
                self.is_in_step = !more;
                if !more {
                    till.in_step();
                }
                self.has_taken |= !changes.is_empty();
            }
            TakingIn::EditsFirst => self.is_in_step = false,
        }
        Ok(Shared::GoOn)
    }

    fn take_refusal(&mut self, till: &mut Register, refused: Refused) -> Result<Shared, RegisterError> {
        match &refused {
            Refused::Clock { time } if self.clock.correct(till, *time) => return Ok(Shared::GoOn),
            Refused::Cursor if !self.was_anew => {
                self.was_anew = true;
                self.is_in_step = false;
                till.take_in_anew()?;
                return Ok(Shared::GoOn);
            }
            _ => {}
        }
        Ok(Shared::Later(Trouble::Refused(refused)))
    }

    fn changes(&self, till: &mut Register, what: &str, outgoing: &Outgoing) -> Result<Request, RegisterError> {
        let without = if outgoing.without_pictures { WITHOUT_PICTURES } else { "" };
        let path = format!("/v1/registers/{}/{what}?after={}{without}", till.id(), outgoing.cursor);
        self.clock.sign(till, (Method::Get, path), Vec::new(), None)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(&unpacked(body, ANSWER_BYTES_MAX).ok()?).ok()
}
