//! Tickets that wait at this till: kept in `shop.db` until they are paid, with the trail of what became of them.

use comptoir_fiscal::entry::{Body, Kind};
use comptoir_fiscal::journal::{CommandId, Draft, NoteDraft};
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::Quantity;
use uuid::Uuid;

use super::command::{event, in_euros};
use super::error::Refusal;
use super::exchange::Exchange;
use super::{Register, RegisterError, not_written};
use crate::basket::ItemId;
use crate::held::{Exchanging, HeldError, HeldTicket, Order, Table};
use crate::operators::Gate;
use crate::private::without_card_number;
use crate::settlement::TicketBody;
use crate::tender::TenderRequest;

const CANCELLED_AFTER_ORDER: &str = "Article annulé après commande";

impl Register {
    /// Writes a ticket down, new or changed, put aside or on the counter, with what was taken for it so far and what comes
    /// back for it; on the disk when this returns. What the kitchen was told of must still be on it, and notes that were sealed stay with it.
    pub fn hold(&mut self, operator: &str, ticket: &HeldTicket) -> Result<HeldTicket, Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        for text in [&ticket.title, &ticket.table.as_ref().map(|table| table.name.clone())].into_iter().flatten() {
            without_card_number(text)?;
        }
        for typed in ticket.paying.iter().flat_map(|paid| &paid.taken).filter_map(TenderRequest::typed) {
            without_card_number(typed)?;
        }
        if let Some(exchange) = &ticket.exchange {
            without_card_number(&exchange.reason)?;
        }
        if self.is_done(ticket.id)? {
            return Err(Refusal::PaidAlready);
        }
        let Some(mut held) = self.stored(ticket.id)? else {
            // Notes come onto a ticket by being sealed, and in no other way.
            let mut new = HeldTicket::new(ticket.id, operator, self.now(), ticket.basket.clone());
            new.table.clone_from(&ticket.table);
            take_over(&mut new, ticket);
            new.basket.set_notes(Vec::new());
            self.write(&[&new], &[])?;
            return Ok(new);
        };
        let notes = held.basket.notes().to_vec();
        held.replace_basket(ticket.basket.clone())?;
        held.basket.set_notes(notes);
        let moved = held.table != ticket.table;
        take_over(&mut held, ticket);
        let from = std::mem::replace(&mut held.table, ticket.table.clone());
        if moved {
            self.tell_of_table(operator, &held, from.as_ref(), held.table.as_ref())?;
        }
        self.write(&[&held], &[])?;
        Ok(held)
    }

    /// The tickets that were put aside, in the order in which they were opened: all that wait but [`Register::on_counter`].
    pub fn held(&self) -> Result<Vec<HeldTicket>, Refusal> {
        let mut waiting = self.all_waiting()?;
        if let Some(at) = waiting.iter().rposition(|ticket| ticket.on_counter) {
            waiting.remove(at);
        }
        Ok(waiting)
    }

    /// The ticket that was being sold on the counter when it was last written down: the one opened last of those that say
    /// so and are not paid. An older one that says so too counts as put aside, so that none is out of sight.
    pub fn on_counter(&self) -> Result<Option<HeldTicket>, Refusal> {
        Ok(self.all_waiting()?.into_iter().rfind(|ticket| ticket.on_counter))
    }

    /// One ticket that waits.
    pub fn held_ticket(&self, id: Uuid) -> Result<HeldTicket, Refusal> {
        if self.is_done(id)? { Err(Refusal::PaidAlready) } else { self.stored(id)?.ok_or(Refusal::NotHeld) }
    }

    /// Tells the kitchen and bar of what they do not know yet. From then on it comes off only by
    /// [`Register::take_off`].
    pub fn send_to_kitchen(&mut self, operator: &str, id: Uuid) -> Result<Vec<Order>, Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        let mut ticket = self.held_ticket(id)?;
        let orders = ticket.to_send();
        ticket.mark_sent();
        self.write(&[&ticket], &[])?;
        Ok(orders)
    }

    /// Takes so much of what the kitchen was told of off a ticket (event 325); of one that is paid in part, nothing.
    pub fn take_off(
        &mut self,
        operator: &str,
        id: Uuid,
        item: ItemId,
        qty: Quantity,
        reason: &str,
    ) -> Result<HeldTicket, Refusal> {
        self.may(operator, Gate::AbandonSale)?;
        without_card_number(reason)?;
        let mut ticket = self.unpaid_ticket(id)?;
        let order = ticket.take_off(item, qty)?;
        self.seal_events(operator, vec![event(325, CANCELLED_AFTER_ORDER, Some(off(&order, reason)))])?;
        self.write(&[&ticket], &[])?;
        Ok(ticket)
    }

    /// Moves items, each whole or so much of it, from one ticket to another; a new one is begun where `to` is none. From a
    /// ticket that is paid in part nothing is moved, as its payments were taken for all of it; to one, it may be.
    pub fn move_items(
        &mut self,
        operator: &str,
        from: Uuid,
        to: Option<Uuid>,
        items: &[(ItemId, Option<Quantity>)],
    ) -> Result<(HeldTicket, HeldTicket), Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        let mut source = self.unpaid_ticket(from)?;
        let mut target = match to {
            Some(id) if id == from => return Err(Refusal::NothingChanges),
            Some(id) => self.held_ticket(id)?,
            None => {
                let id = self.new_command()?.uuid();
                let mut basket = crate::basket::Basket::new(source.basket.mode(), source.basket.channel());
                basket.set_customer(source.basket.customer()).map_err(HeldError::from)?;
                let mut new = HeldTicket::new(id, operator, self.now(), basket);
                new.table.clone_from(&source.table);
                new
            }
        };
        for (item, qty) in items {
            source.move_item(*item, *qty, &mut target)?;
        }
        if source.table != target.table {
            self.tell_of_table(operator, &source, source.table.as_ref(), target.table.as_ref())?;
        }
        self.write(&[&source, &target], &[])?;
        Ok((source, target))
    }

    /// Joins a ticket to another, which takes over all that is on it.
    pub fn merge(&mut self, operator: &str, from: Uuid, into: Uuid) -> Result<HeldTicket, Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        if from == into {
            return Err(Refusal::NothingChanges);
        }
        let (source, mut target) = (self.held_ticket(from)?, self.held_ticket(into)?);
        source.merge_into(&mut target)?;
        self.tell_of_table(operator, &source, source.table.as_ref(), target.table.as_ref())?;
        self.write(&[&target], &[from])?;
        Ok(target)
    }

    /// Seals a note (bill shown before payment, marked provisional) of what is on a ticket now.
    pub fn note(&mut self, operator: &str, id: Uuid) -> Result<Sealed, Refusal> {
        self.may(operator, Gate::Sell)?;
        self.keep_room()?;
        self.check_clock()?;
        let mut ticket = self.held_ticket(id)?;
        if ticket.basket.lines().is_empty() {
            return Err(Refusal::NothingToNote);
        }
        let draft = NoteDraft {
            mode: ticket.basket.mode(),
            lines: ticket.basket.lines().to_vec(),
            discounts: ticket.basket.discounts().to_vec(),
        };
        let (command, at) = (self.new_command()?, self.now());
        ticket.asks_note = Some(command.uuid());
        self.write(&[&ticket], &[])?;
        let sealed = match self.journal.seal_unknown(command, at, operator, vec![Draft::Note(draft)]) {
            Ok(lines) => lines.into_iter().next_back(),
            Err(error) => {
                let not_written = not_written(&error);
                let seq = self.reopen_after(error, command)?.ok_or(not_written)?;
                Some(self.journal.entry(seq).map_err(RegisterError::from)?)
            }
        };
        let sealed = sealed.ok_or(Refusal::NotWritten)?;
        take_note(&mut ticket, &sealed);
        self.write(&[&ticket], &[])?;
        Ok(sealed)
    }

    /// Gives a held ticket up: event 324 where a note of it was shown, else 320, and 325 for what the kitchen was told of.
    /// One that is paid in part stays until what was taken is given back.
    pub fn give_up(&mut self, operator: &str, id: Uuid, reason: &str) -> Result<(), Refusal> {
        self.may(operator, Gate::AbandonSale)?;
        without_card_number(reason)?;
        let ticket = self.unpaid_ticket(id)?;
        let ordered = |order: &Order| event(325, CANCELLED_AFTER_ORDER, Some(off(order, reason)));
        let mut events: Vec<Draft> = ticket.sent().iter().map(ordered).collect();
        let amount = in_euros(ticket.basket.to_pay());
        events.push(if ticket.basket.notes().is_empty() {
            event(320, "Abandon de vente", Some(format!("{amount}{}", in_brackets(reason))))
        } else {
            event(
                324,
                "Abandon d'une note validée",
                Some(format!("{}: {amount}{}", notes_of(&ticket), in_brackets(reason))),
            )
        });
        self.seal_events(operator, events)?;
        self.write(&[], &[id])
    }

    /// Forgets a ticket on which nothing was left and of which nobody was told anything; nothing was abandoned, so nothing
    /// is recorded. Any other is given up.
    pub fn forget_empty(&mut self, id: Uuid) -> Result<(), Refusal> {
        if self.held_ticket(id)?.is_blank() { self.write(&[], &[id]) } else { Err(Refusal::NotEmpty) }
    }

    /// Refuses to sell under the id of a held ticket anything but what is on it, and in exchange for anything but what comes
    /// back for it, so that nothing leaves it unseen.
    pub(super) fn check_as_held(
        &self,
        command: CommandId,
        body: &TicketBody,
        exchange: Option<&Exchange>,
    ) -> Result<(), Refusal> {
        if !self.waiting.contains_key(&command.uuid()) {
            return Ok(());
        }
        let HeldTicket { basket: held, exchange: known, .. } = self.stored(command.uuid())?.ok_or(Refusal::NotHeld)?;
        let is_known = |exchange: &Exchange, known: &Exchanging| {
            (exchange.of, &exchange.chosen, &exchange.code) == (known.of, &known.chosen, &known.code)
        };
        let same_exchange = match (exchange, &known) {
            (Some(exchange), Some(known)) => is_known(exchange, known),
            (None, None) => true,
            _ => false,
        };
        let same = body.lines == held.lines()
            && body.discounts == held.discounts()
            && body.notes == held.notes()
            && body.mode == held.mode();
        if same && same_exchange { Ok(()) } else { Err(Refusal::NotAsHeld) }
    }

    /// What a command sold waits no longer.
    pub(super) fn waits_no_longer(&mut self, command: CommandId) {
        if self.waiting.remove(&command.uuid()).is_some() {
            self.paid.push(command.uuid());
        }
    }

    /// Forgets the held tickets that were paid.
    pub(super) fn forget_what_was_paid(&mut self) -> Result<(), RegisterError> {
        if !self.paid.is_empty() {
            let paid = self.paid.clone();
            self.tell_what_was_paid(&paid)?;
            self.shop.hold(&[], &self.paid)?;
            self.paid.clear();
        }
        Ok(())
    }

    /// After a start: what was paid is forgotten, and a note that was being sealed is found.
    pub(super) fn recover_held(&mut self) -> Result<(), RegisterError> {
        for mut ticket in self.shop.held()? {
            if self.journal.sealed_before(CommandId::new(ticket.id))?.is_some() {
                self.tell_what_was_paid(&[ticket.id])?;
                self.shop.hold(&[], &[ticket.id])?;
                continue;
            }
            self.waiting.insert(ticket.id, ticket.on_counter);
            if let Some(command) = ticket.asks_note.take() {
                if let Some(seq) = self.journal.sealed_before(CommandId::new(command))? {
                    take_note(&mut ticket, &self.journal.entry(seq)?);
                }
                self.shop.hold(&[&ticket], &[])?;
            }
        }
        Ok(())
    }

    /// A table is changed under a note that was shown: event 430.
    fn tell_of_table(
        &mut self,
        operator: &str,
        ticket: &HeldTicket,
        from: Option<&Table>,
        to: Option<&Table>,
    ) -> Result<(), Refusal> {
        if ticket.basket.notes().is_empty() || from == to {
            return Ok(());
        }
        let name =
            |table: Option<&Table>| table.map_or("-".to_owned(), |table| format!("{} {}", table.room, table.name));
        let detail = format!("{}: {} → {}", notes_of(ticket), name(from), name(to));
        self.seal_events(operator, vec![event(430, "Changement de table sur note", Some(detail))])
    }

    /// Seals events of somebody's doing as one command.
    pub(super) fn seal_events(&mut self, operator: &str, events: Vec<Draft>) -> Result<(), Refusal> {
        let id = self.new_command()?;
        self.seal_events_as(id, operator, events)
    }

    /// The same as a command of a known id.
    pub(super) fn seal_events_as(&mut self, id: CommandId, operator: &str, events: Vec<Draft>) -> Result<(), Refusal> {
        let at = self.now();
        let seal = |register: &mut Register| match register.journal.seal_unknown(id, at, operator, events.clone()) {
            Ok(_) => Ok(()),
            Err(error) => {
                let not_written = not_written(&error);
                register.reopen_after(error, id)?.map(drop).ok_or(not_written)
            }
        };
        self.with_reserve(seal, Refusal::is_disk_full)
    }

    /// One ticket that waits and for which nothing was taken yet.
    fn unpaid_ticket(&self, id: Uuid) -> Result<HeldTicket, Refusal> {
        let ticket = self.held_ticket(id)?;
        if ticket.is_part_paid() { Err(Refusal::PartPaid) } else { Ok(ticket) }
    }

    fn is_done(&self, id: Uuid) -> Result<bool, Refusal> {
        Ok(self.journal.sealed_before(CommandId::new(id))?.is_some())
    }

    fn all_waiting(&self) -> Result<Vec<HeldTicket>, Refusal> {
        let mut waiting = Vec::new();
        for ticket in self.shop.held().map_err(RegisterError::from)? {
            if !self.is_done(ticket.id)? {
                waiting.push(ticket);
            }
        }
        Ok(waiting)
    }

    fn stored(&self, id: Uuid) -> Result<Option<HeldTicket>, Refusal> {
        Ok(self.shop.held_ticket(id).map_err(RegisterError::from)?)
    }

    fn write(&mut self, held: &[&HeldTicket], forgotten: &[Uuid]) -> Result<(), Refusal> {
        let write = |register: &mut Register| register.shop.hold(held, forgotten).map_err(RegisterError::from);
        self.with_reserve(write, RegisterError::is_disk_full)?;
        self.waiting.extend(held.iter().map(|ticket| (ticket.id, ticket.on_counter)));
        self.waiting.retain(|id, _| !forgotten.contains(id));
        Ok(())
    }
}

/// What a ticket takes over from how it is given to be written down, besides its basket and its table.
fn take_over(held: &mut HeldTicket, given: &HeldTicket) {
    held.title.clone_from(&given.title);
    held.guests = given.guests;
    held.on_counter = given.on_counter;
    held.paying.clone_from(&given.paying);
    held.exchange.clone_from(&given.exchange);
}

/// Puts the number of a sealed note on its ticket, once.
fn take_note(ticket: &mut HeldTicket, sealed: &Sealed) {
    ticket.asks_note = None;
    if let (Kind::Note, Body::Note(note)) = (sealed.entry.kind, &sealed.entry.body)
        && !ticket.basket.notes().contains(&note.number)
    {
        let notes = ticket.basket.notes().iter().copied().chain([note.number]).collect();
        ticket.basket.set_notes(notes);
    }
}

/// A reason behind what it is given for; nothing where none is given.
fn in_brackets(reason: &str) -> String {
    if reason.trim().is_empty() { String::new() } else { format!(" ({reason})") }
}

/// The notes that were shown of a ticket: `note 1, 2`.
fn notes_of(ticket: &HeldTicket) -> String {
    let notes: Vec<String> = ticket.basket.notes().iter().map(u64::to_string).collect();
    format!("note {}", notes.join(", "))
}

/// `2 × CAFE (reason)`.
fn off(order: &Order, reason: &str) -> String {
    let thousandths = order.qty.get();
    let qty = if thousandths % 1000 == 0 {
        (thousandths / 1000).to_string()
    } else {
        format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
    };
    format!("{qty} × {}{}", order.sku, in_brackets(reason))
}
