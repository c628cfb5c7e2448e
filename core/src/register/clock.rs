//! A clock that leapt ahead: nothing takes or closes a business date by it before somebody says that it is right.
//!
//! A date that is wrong would close days, months and years that are not over, which nothing can undo.

use comptoir_fiscal::entry::SYSTEM;
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Date, Instant};

use super::error::Refusal;
use super::{Approval, Register, RegisterError};
use crate::operators::Gate;

const DAY: i64 = 24 * 60 * 60;
/// Where `shop.db` remembers, over restarts, up to when the clock was right, while it is in doubt.
const DOUBT: &str = "clock in doubt since";
/// From how many days on the date is typed, not just nodded at.
const TYPED_FROM: i64 = 400;

/// A leap of the device's clock that nobody has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockLeap {
    /// When something was last sealed.
    pub last: Instant,
    /// What the clock shows now.
    pub now: Instant,
}

impl ClockLeap {
    /// Whether the date is to be typed, because it is more than 400 days ahead.
    pub fn is_far(&self) -> bool {
        self.now.unix() - self.last.unix() > TYPED_FROM * DAY
    }
}

impl Register {
    /// Whether the clock is more than a day ahead of the last entry, and nobody said yet that it is right.
    pub fn clock_leap(&self) -> Option<ClockLeap> {
        let (last, now) = (self.sure_of, self.now());
        (now.unix() - last.unix() > DAY).then_some(ClockLeap { last, now })
    }

    /// Somebody who answers for the shop says that the date is right (event 910). After more than 400 days they type it.
    pub fn confirm_date(&mut self, operator: &str, typed: Option<Date>) -> Result<(), Refusal> {
        self.may(operator, Gate::ConfirmDate)?;
        self.confirm_date_as(operator, typed)
    }

    /// The same for an operator who may not do it alone, by another's word, which was given for this id.
    pub fn confirm_date_by(
        &mut self,
        id: CommandId,
        operator: &str,
        typed: Option<Date>,
        words: &[Approval],
    ) -> Result<(), Refusal> {
        self.let_pass(id, operator, Gate::ConfirmDate, words)?;
        self.confirm_date_as(operator, typed)
    }

    /// The date is typed by somebody who has the device itself in hand, where no operator is at work.
    pub fn confirm_date_typed(&mut self, date: Date) -> Result<(), Refusal> {
        self.confirm_date_as(SYSTEM, Some(date))
    }

    /// At a start, before anything is sealed: what was in doubt stays so until it is confirmed or the clock is set right.
    pub(super) fn take_up_doubt(&mut self) -> Result<(), RegisterError> {
        let stored: Option<Instant> = self.shop.setting(DOUBT)?.flatten();
        self.sure_of = stored.unwrap_or(self.journal.standing().at);
        if stored.is_some() && self.clock_leap().is_none() {
            self.shop.set(DOUBT, &None::<Instant>)?;
        }
        Ok(())
    }

    /// Before an event is sealed by a clock in doubt: its time must not pass for a sure one after a restart.
    pub(super) fn remember_doubt(&mut self) -> Result<(), RegisterError> {
        if self.clock_leap().is_some() {
            self.shop.set(DOUBT, &Some(self.sure_of))?;
        }
        Ok(())
    }

    /// Refuses what would take or close a business date while the clock is in doubt.
    pub(super) fn check_clock(&self) -> Result<(), Refusal> {
        match self.clock_leap() {
            None => Ok(()),
            Some(leap) if leap.is_far() => Err(Refusal::TypeTheDate { last: leap.last, now: leap.now }),
            Some(leap) => Err(Refusal::ConfirmTheDate { last: leap.last, now: leap.now }),
        }
    }

    /// What was sealed now was sealed by a clock that is not in doubt.
    pub(super) fn trust_clock(&mut self) {
        self.sure_of = self.sure_of.max(self.journal.standing().at);
    }

    fn confirm_date_as(&mut self, operator: &str, typed: Option<Date>) -> Result<(), Refusal> {
        let Some(leap) = self.clock_leap() else { return Err(Refusal::NothingChanges) };
        let today = Date(leap.now.date());
        if typed.map_or(leap.is_far(), |typed| typed != today) {
            return Err(Refusal::TypeTheDate { last: leap.last, now: leap.now });
        }
        let detail = format!("{} → {}, date confirmée", leap.last, leap.now);
        let event = comptoir_fiscal::journal::EventDraft {
            code: 910,
            label: "Horloge avancée".to_owned(),
            detail: Some(detail),
            set: None,
        };
        self.record_event(operator, event)?;
        self.trust_clock();
        self.shop.set(DOUBT, &None::<Instant>).map_err(RegisterError::from)?;
        Ok(self.settle()?)
    }
}
