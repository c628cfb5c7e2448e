//! The tickets that wait: put aside at the counter or open at a table, taken up again, split and joined, noted, given up.

#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::basket::ItemId;
use comptoir_core::held::{HeldTicket, Order as KitchenOrder, Table};
use comptoir_core::printing::PaperOf;
use comptoir_core::reason::to_seal;
use comptoir_core::register::{Command, Refusal, Register};
use comptoir_core::shared::held::{HeldRecord, PaidTicket};
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Instant, Quantity};
use uuid::Uuid;

use crate::till::{Order, Place, Till};

/// The most guests that sit at one ticket.
const MOST_GUESTS: u16 = 999;

/// What a person does among the tickets that wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Takes a ticket up onto the counter, by its place; the open one where none is said.
    TakeUp(Option<usize>),
    /// Opens a ticket, by its place, to do something else with it.
    Open(usize),
    /// Goes on to something to be done with the open one.
    Go(Step),
    /// Goes a step back, and in the end away from the ticket.
    Back,
    /// Touched a line of it, to move it or take it off.
    Line(usize),
    /// Of the one line that was touched, a piece more or less.
    Pieces(i64),
    /// Chose the ticket that lines go to, or that this one joins, by its place among the others; none for a new one.
    Destination(Option<usize>),
    /// Typed what it is called.
    Title(String),
    /// Typed the room that its table is in.
    Room(String),
    /// Typed what its table is called.
    Table(String),
    /// Said how many guests there are.
    Guests(u16),
    /// Typed or chose why.
    Reason(String),
    /// Keeps the name, the table and the guests.
    Save,
    /// Has a note sealed and printed, to be looked at before payment.
    Note,
    /// Has the kitchen told of what it does not know yet.
    Kitchen,
    /// Does what was asked: takes off, or gives up.
    Confirm,
    /// Asks for the ticket of another till that is looked at.
    Bring,
    /// Takes it without asking, having read what may come of that.
    BringAnyway,
}

/// What is being done with the ticket that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Step {
    /// It is looked at.
    #[default]
    Ticket,
    /// It is given a name, a table, guests.
    Naming,
    /// Lines of it go to another.
    Moving,
    /// All of it goes to another.
    Joining,
    /// The kitchen is told of this.
    Ordering(Vec<KitchenOrder>),
    /// What the kitchen was told of is taken off.
    TakingOff,
    /// It is given up.
    GivingUp,
}

/// The room.
#[derive(Default)]
pub struct Held {
    pub(crate) tickets: Vec<HeldTicket>,
    /// Those of them that were paid at another till already.
    pub(crate) paid: Vec<(Uuid, PaidTicket)>,
    /// The tickets that wait at other tills of the store.
    pub(crate) elsewhere: Vec<HeldRecord>,
    /// The one of them that is looked at, and whether it was asked for.
    pub(crate) fetch: Option<(Uuid, bool)>,
    pub(crate) now: Option<Instant>,
    pub(crate) open: Option<Open>,
    pub(crate) busy: bool,
}

/// The ticket that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Open {
    pub(crate) id: Uuid,
    pub(crate) step: Step,
    pub(crate) chosen: Vec<ItemId>,
    /// How much of the one line that is chosen; all of it where none is said.
    pub(crate) part: Option<Quantity>,
    pub(crate) title: String,
    pub(crate) room: String,
    pub(crate) table: String,
    pub(crate) guests: u16,
    pub(crate) reason: String,
}

impl Held {
    /// The ticket that is open.
    pub(crate) fn opened(&self) -> Option<(&Open, &HeldTicket)> {
        let open = self.open.as_ref()?;
        Some((open, self.tickets.iter().find(|ticket| ticket.id == open.id)?))
    }

    /// The ticket of another till that is looked at, and whether it was asked for.
    pub(crate) fn fetched(&self) -> Option<(&HeldRecord, bool)> {
        let (id, asked) = self.fetch?;
        Some((self.elsewhere.iter().find(|record| record.ticket.id == id)?, asked))
    }

    /// Looks at a ticket of another till, by its place behind those that wait here.
    fn look_at(&mut self, place: usize) {
        let record = place.checked_sub(self.tickets.len()).and_then(|place| self.elsewhere.get(place));
        self.fetch = record.map(|record| (record.ticket.id, false));
    }

    /// The tickets that the open one can be joined to, or give lines to.
    pub(crate) fn others(&self) -> impl Iterator<Item = &HeldTicket> {
        let open = self.open.as_ref().map(|open| open.id);
        self.tickets.iter().filter(move |ticket| Some(ticket.id) != open)
    }
}

impl Open {
    fn of(ticket: &HeldTicket) -> Open {
        let table = ticket.table.clone();
        Open {
            id: ticket.id,
            title: ticket.title.clone().unwrap_or_default(),
            room: table.as_ref().map(|table| table.room.clone()).unwrap_or_default(),
            table: table.map(|table| table.name).unwrap_or_default(),
            guests: ticket.guests,
            ..Open::default()
        }
    }

    /// The one line that is chosen, and how much of it there is.
    pub(crate) fn one_line(&self, ticket: &HeldTicket) -> Option<(ItemId, Quantity)> {
        let [item] = self.chosen[..] else { return None };
        Some((item, ticket.basket.quantity_of(item)?))
    }

    /// What is said of where the guests sit; none where neither room nor table was typed.
    fn table(&self) -> Option<Table> {
        let (room, name) = (self.room.trim(), self.table.trim());
        (!room.is_empty() || !name.is_empty()).then(|| Table { room: room.to_owned(), name: name.to_owned() })
    }
}

/// Comes into the room: who waits is asked anew.
pub(crate) fn enter(till: &mut Till) {
    (till.waiting.open, till.waiting.fetch) = (None, None);
    act(till, |_, _| Ok(()), |_, ()| ());
}

/// Looks who waits, because another till may have changed it. A ticket that was asked for and has come is taken up.
pub(crate) fn look(till: &mut Till) {
    till.ask(read, |till, seen| {
        if let Ok(seen) = seen {
            take_in(till, seen);
        }
        let asked = till.waiting.fetch.filter(|(_, asked)| *asked).map(|(id, _)| id);
        let come = asked.filter(|id| till.waiting.tickets.iter().any(|ticket| ticket.id == *id));
        if let Some(id) = come
            && !till.waiting.busy
        {
            till.waiting.fetch = None;
            take_up(till, id);
        }
    });
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    if till.waiting.busy {
        return;
    }
    let held = &mut till.waiting;
    match intent {
        Intent::TakeUp(Some(place)) | Intent::Open(place) if place >= held.tickets.len() => held.look_at(place),
        Intent::Back if held.fetch.is_some() => held.fetch = None,
        Intent::Bring => bring(till),
        Intent::BringAnyway => bring_anyway(till),
        Intent::TakeUp(place) => {
            let ticket = match place {
                Some(place) => held.tickets.get(place),
                None => held.opened().map(|(_, ticket)| ticket),
            };
            if let Some(id) = ticket.map(|ticket| ticket.id) {
                take_up(till, id);
            }
        }
        Intent::Open(place) => held.open = held.tickets.get(place).map(Open::of),
        Intent::Destination(place) => destination(till, place),
        Intent::Note => note(till),
        Intent::Kitchen => kitchen(till),
        Intent::Save => save(till),
        Intent::Confirm => confirm(till),
        intent => {
            let Some((_, ticket)) = held.opened() else { return };
            let ticket = ticket.clone();
            if let Some(open) = &mut held.open
                && !open.takes(intent, &ticket)
            {
                held.open = None;
            }
        }
    }
}

impl Open {
    /// Takes in what was touched or typed; whether the ticket stays open.
    fn takes(&mut self, intent: Intent, ticket: &HeldTicket) -> bool {
        match intent {
            Intent::Go(step) => {
                let fresh = Open::of(ticket);
                let (chosen, part) = (std::mem::take(&mut self.chosen), self.part);
                *self = Open { step, chosen, part, ..fresh };
            }
            Intent::Back if self.step != Step::Ticket => self.step = Step::Ticket,
            Intent::Back if !self.chosen.is_empty() => (self.chosen, self.part) = (Vec::new(), None),
            Intent::Back => return false,
            Intent::Line(place) => {
                let Some(item) = ticket.basket.items().nth(place).map(|item| item.id) else { return true };
                self.part = None;
                if self.chosen.contains(&item) {
                    self.chosen.retain(|chosen| *chosen != item);
                } else {
                    self.chosen.push(item);
                }
            }
            Intent::Pieces(step) => {
                let Some((_, whole)) = self.one_line(ticket) else { return true };
                let part = self.part.unwrap_or(whole).get() + step * 1000;
                self.part = Some(Quantity::thousandths(part.clamp(1000.min(whole.get()), whole.get())));
            }
            Intent::Title(text) => self.title = text,
            Intent::Room(text) => self.room = text,
            Intent::Table(text) => self.table = text,
            Intent::Guests(guests) => self.guests = guests.clamp(1, MOST_GUESTS),
            Intent::Reason(text) => self.reason = text,
            Intent::TakeUp(_)
            | Intent::Open(_)
            | Intent::Destination(_)
            | Intent::Note
            | Intent::Kitchen
            | Intent::Save
            | Intent::Confirm
            | Intent::Bring
            | Intent::BringAnyway => {}
        }
        true
    }
}

/// Takes a ticket up onto the counter; what stands there is put aside first.
fn take_up(till: &mut Till, id: Uuid) {
    if till.sale.sealing || till.pay.is_some() {
        return till
            .refuse_for(message!("A ticket is being paid at the counter. End that first, then take this one up."));
    }
    till.sale.sealing = true;
    let clear = till.sale.clear_counter(&till.operator());
    act(
        till,
        move |register, _| {
            let ticket = register.held_ticket(id)?;
            clear(register)?;
            Ok((ticket, read(register)?))
        },
        |till, (ticket, seen)| {
            (till.waiting.open, till.waiting.fetch) = (None, None);
            till.sale.take_up(ticket);
            take_in(till, seen);
            till.go(Place::Sale);
            crate::pay::take_up(till);
            // A till that stops now comes back with it on the counter.
            crate::sale::write_down(till);
        },
    );
}

/// Asks for the ticket of another till. It is taken up as soon as the back office has said yes.
fn bring(till: &mut Till) {
    let Some((id, _)) = till.waiting.fetch else { return };
    act(
        till,
        move |register, operator| register.ask_for_held(operator, id),
        move |till, ()| till.waiting.fetch = Some((id, true)),
    );
}

fn bring_anyway(till: &mut Till) {
    let Some((id, _)) = till.waiting.fetch else { return };
    act(
        till,
        move |register, operator| register.take_held_anyway(operator, id),
        |till, ticket| {
            till.waiting.fetch = None;
            take_up(till, ticket.id);
        },
    );
}

fn save(till: &mut Till) {
    let Some((open, ticket)) = till.waiting.opened() else { return };
    let title = Some(open.title.trim().to_owned()).filter(|title| !title.is_empty());
    let mut named = ticket.clone();
    (named.title, named.table, named.guests) = (title, open.table(), open.guests);
    act(till, move |register, operator| register.hold(operator, &named).map(drop), |till, ()| look_again(till));
}

fn destination(till: &mut Till, place: Option<usize>) {
    let Some((open, ticket)) = till.waiting.opened() else { return };
    let from = ticket.id;
    let to = match place {
        None => None,
        Some(place) => match till.waiting.others().nth(place) {
            Some(other) => Some(other.id),
            None => return,
        },
    };
    match (&open.step, to) {
        (Step::Joining, Some(into)) => act(
            till,
            move |register, operator| register.merge(operator, from, into),
            |till, _| till.tell(message!("The two tickets are one.")),
        ),
        (Step::Moving, to) => {
            let part = open.one_line(ticket).and(open.part);
            let items: Vec<_> = open.chosen.iter().map(|item| (*item, part)).collect();
            act(
                till,
                move |register, operator| register.move_items(operator, from, to, &items),
                |till, _| {
                    look_again(till);
                    till.tell(message!("The lines are on the other ticket."));
                },
            );
        }
        _ => {}
    }
}

fn note(till: &mut Till) {
    let Some((_, ticket)) = till.waiting.opened() else { return };
    let id = ticket.id;
    act(
        till,
        move |register, operator| register.note(operator, id),
        |till, sealed| {
            let Body::Note(note) = &sealed.entry.body else { return };
            let number = note.number;
            till.command(None, Command::Print(PaperOf::Note(number)), move |till, outcome| match outcome {
                Ok(_) => {
                    till.order(Order::Print);
                    till.tell(message!("Note {number} is sealed, and on its way to the printer.", number = number));
                }
                Err(refusal) => till.refuse(&refusal),
            });
        },
    );
}

fn kitchen(till: &mut Till) {
    let Some((_, ticket)) = till.waiting.opened() else { return };
    let id = ticket.id;
    act(
        till,
        move |register, operator| register.send_to_kitchen(operator, id),
        |till, orders| {
            if let Some(open) = &mut till.waiting.open {
                open.step = Step::Ordering(orders);
            }
        },
    );
}

/// Takes the chosen line off, or gives the ticket up: with its reason, which the journal keeps.
fn confirm(till: &mut Till) {
    let Some((open, ticket)) = till.waiting.opened() else { return };
    let (id, reason) = (ticket.id, to_seal(&open.reason));
    if reason.is_empty() {
        return till.refuse_for(message!("Say why, in a few words."));
    }
    match open.step {
        Step::GivingUp => act(
            till,
            move |register, operator| register.give_up(operator, id, &reason),
            |till, ()| till.tell(message!("The ticket is abandoned, and the journal says so.")),
        ),
        Step::TakingOff => {
            let Some((item, _)) = open.one_line(ticket) else { return };
            let Some(sent) = ticket.sent().into_iter().find(|order| order.item == item) else { return };
            let qty = open.part.map_or(sent.qty, |part| part.min(sent.qty));
            act(
                till,
                move |register, operator| register.take_off(operator, id, item, qty, &reason).map(drop),
                |till, ()| {
                    look_again(till);
                    till.tell(message!("It was taken off, and the journal says so."));
                },
            );
        }
        _ => {}
    }
}

/// Goes back to the open ticket as it is now.
fn look_again(till: &mut Till) {
    till.waiting.open = till.waiting.opened().map(|(_, ticket)| Open::of(ticket));
}

/// Has something done, and who waits read anew; `then` is done only where it was not refused.
fn act<T: Send + 'static>(
    till: &mut Till,
    action: impl FnOnce(&mut Register, &str) -> Result<T, Refusal> + Send + 'static,
    then: impl FnOnce(&mut Till, T) + Send + 'static,
) {
    till.waiting.busy = true;
    let operator = till.operator();
    till.ask(
        move |register| {
            let outcome = action(register, &operator);
            (outcome, read(register))
        },
        |till, (outcome, seen)| {
            till.waiting.busy = false;
            match seen {
                Ok(seen) => take_in(till, seen),
                Err(refusal) => till.refuse(&refusal),
            }
            match outcome {
                Ok(done) => then(till, done),
                Err(refusal) => {
                    till.sale.sealing = false;
                    till.refuse(&refusal);
                }
            }
        },
    );
}

/// Who waits, here and at other tills.
struct Seen {
    tickets: Vec<HeldTicket>,
    paid: Vec<(Uuid, PaidTicket)>,
    elsewhere: Vec<HeldRecord>,
    now: Instant,
}

fn read(register: &mut Register) -> Result<Seen, Refusal> {
    let tickets = register.held()?;
    let mut paid = Vec::new();
    for ticket in &tickets {
        paid.extend(register.paid_elsewhere(ticket.id)?.map(|paid| (ticket.id, paid)));
    }
    Ok(Seen { tickets, paid, elsewhere: register.held_elsewhere()?, now: register.now() })
}

/// Takes in who waits; what stands on the counter does not.
fn take_in(till: &mut Till, seen: Seen) {
    let Seen { mut tickets, paid, elsewhere, now } = seen;
    let counter = till.sale.id.uuid();
    tickets.retain(|ticket| ticket.id != counter);
    till.held = tickets.len();
    let held = &mut till.waiting;
    (held.tickets, held.paid, held.elsewhere, held.now) = (tickets, paid, elsewhere, Some(now));
    if held.opened().is_none() {
        held.open = None;
    }
}

/// Gives up a ticket that was emptied on the counter, so that nothing empty waits.
pub(crate) fn forget_emptied(register: &mut Register, operator: &str, id: Uuid) -> Result<(), Refusal> {
    match register.held_ticket(id) {
        Ok(_) => register.give_up(operator, id, "ticket vidé"),
        Err(Refusal::NotHeld) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}
