//! Tickets that wait at other tills of the store: seen here, asked for through the back office, and, where that cannot be
//! reached and somebody was warned, taken all the same.

use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::RegisterId;
use uuid::Uuid;

use super::error::Refusal;
use super::{Register, RegisterError};
use crate::held::HeldTicket;
use crate::operators::Gate;
use crate::projection::tickets;
use crate::shared::held::{HeldRecord, HeldState, PaidTicket};
use crate::shared::{Change, Edit, Kind, ledger};
use crate::shop::ShopError;

impl Register {
    /// The tickets that wait at other tills of the store, as far as the back office has told, in the order in which they were
    /// opened.
    pub fn held_elsewhere(&self) -> Result<Vec<HeldRecord>, RegisterError> {
        let mut elsewhere = Vec::new();
        if !self.shares() {
            return Ok(elsewhere);
        }
        for (_, row) in ledger::held(self.shop.reading())? {
            let Some(record) = HeldRecord::of(&row) else { continue };
            if record.paid.is_empty() && !self.waiting.contains_key(&record.ticket.id) && !self.is_own(record.holder)? {
                elsewhere.push(record);
            }
        }
        elsewhere.sort_by_key(|record| (record.ticket.opened_at.unix(), record.ticket.id));
        Ok(elsewhere)
    }

    /// Asks the back office for a ticket that waits at another till. It is among [`Register::held`] once that has said yes;
    /// where somebody else was quicker it goes on waiting elsewhere.
    pub fn ask_for_held(&mut self, operator: &str, id: Uuid) -> Result<(), Refusal> {
        self.may(operator, Gate::Sell)?;
        let (version, record) = self.elsewhere(id)?;
        if record.state != HeldState::Waiting {
            return Err(Refusal::HeldElsewhere { label: record.label });
        }
        let asked = HeldRecord { holder: self.id(), label: self.settings().label.clone(), ..record };
        let row = asked.to_row().map_err(|error| RegisterError::from(ShopError::from(error)))?;
        let edit = Edit {
            id: self.new_command()?.uuid(),
            kind: Kind::Held,
            key: id.to_string(),
            base: version,
            at: u64::try_from(self.now().unix()).unwrap_or_default().saturating_mul(1000),
            operator: operator.to_owned(),
            fields: vec!["holder".to_owned(), "label".to_owned()],
            row: Some(row),
        };
        Ok(self.shop.ledger(|shop| ledger::ask(shop, &edit)).map_err(RegisterError::from)?)
    }

    /// Takes a ticket that waits at another till without the back office, by somebody who was warned: it may be paid there,
    /// too. What is bound to its till is never taken.
    pub fn take_held_anyway(&mut self, operator: &str, id: Uuid) -> Result<HeldTicket, Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        let (_, record) = self.elsewhere(id)?;
        if record.state == HeldState::Stays {
            return Err(Refusal::HeldElsewhere { label: record.label });
        }
        Ok(self.keep_held(record)?)
    }

    /// Where a ticket that waits here was paid already, as far as the back office has told.
    pub fn paid_elsewhere(&self, id: Uuid) -> Result<Option<PaidTicket>, RegisterError> {
        let known = ledger::shared(self.shop.reading(), Kind::Held, &id.to_string())?;
        let record = known.and_then(|(_, row)| HeldRecord::of(&row?));
        Ok(record.and_then(|record| record.paid.into_iter().find(|paid| paid.register != self.id())))
    }

    /// Takes in what the back office holds of tickets that wait: those that came to this till, and those that left it.
    pub(super) fn take_in_held(&mut self, fresh: &[&Change]) -> Result<(), RegisterError> {
        for change in fresh.iter().filter(|change| change.kind == Kind::Held) {
            let Some(record) = change.row.as_ref().and_then(HeldRecord::of) else { continue };
            let id = record.ticket.id;
            let here = self.shop.held_ticket(id)?;
            let is_paid_here = self.journal.sealed_before(CommandId::new(id))?.is_some();
            match here {
                Some(ticket) => {
                    let goes = !record.paid.is_empty() || !self.is_own(record.holder)?;
                    // What somebody has before them, or took money for, is not taken from under their hands.
                    if goes && HeldState::of(&ticket) == HeldState::Waiting && !is_paid_here {
                        self.shop.hold(&[], &[id])?;
                        self.waiting.remove(&id);
                    }
                }
                None if record.paid.is_empty() && !is_paid_here && self.is_own(record.holder)? => {
                    self.keep_held(record)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Remembers which sales tickets became that the other tills know of, before they wait no longer.
    pub(super) fn tell_what_was_paid(&mut self, ids: &[Uuid]) -> Result<(), RegisterError> {
        if !self.shares() {
            return Ok(());
        }
        for id in ids {
            if ledger::shared(self.shop.reading(), Kind::Held, &id.to_string())?.is_none() {
                continue;
            }
            let Some(held) = self.shop.held_ticket(*id)? else { continue };
            let Some(seq) = self.journal.sealed_before(CommandId::new(*id))? else { continue };
            let sealed = self.journal.entry(seq)?;
            let Body::Ticket(ticket) = &sealed.entry.body else { continue };
            let (register, label) = (self.id(), self.settings().label.clone());
            let paid = PaidTicket { register, label: label.clone(), number: ticket.number, at: sealed.entry.at };
            // Whole: whoever held it elsewhere may have given it up meanwhile.
            let record =
                HeldRecord { holder: register, label, state: HeldState::Waiting, ticket: held, paid: vec![paid] };
            self.shop.ledger(|shop| ledger::paid(shop, *id, &record))?;
        }
        Ok(())
    }

    fn keep_held(&mut self, record: HeldRecord) -> Result<HeldTicket, RegisterError> {
        let mut ticket = record.ticket;
        ticket.on_counter = false;
        self.shop.hold(&[&ticket], &[])?;
        self.waiting.insert(ticket.id, false);
        Ok(ticket)
    }

    fn elsewhere(&self, id: Uuid) -> Result<(u64, HeldRecord), Refusal> {
        let known = ledger::shared(self.shop.reading(), Kind::Held, &id.to_string()).map_err(RegisterError::from)?;
        let record = known.and_then(|(version, row)| Some((version, HeldRecord::of(&row?)?)));
        match record.filter(|(_, record)| record.paid.is_empty() && !self.waiting.contains_key(&id)) {
            Some((version, record)) if !self.is_own(record.holder)? => Ok((version, record)),
            _ => Err(Refusal::NotHeld),
        }
    }

    /// Whether a journal is this till's: the one that is sealed into, or one before it.
    fn is_own(&self, register: RegisterId) -> Result<bool, RegisterError> {
        Ok(register == self.id() || tickets::label_of(&self.shop, register)?.is_some())
    }
}
