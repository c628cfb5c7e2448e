//! Tickets that wait: opened, changed, sent to the kitchen, moved, merged, noted, given up, paid.

use comptoir_core::basket::{Basket, ItemId};
use comptoir_core::held::{HeldTicket, Table};
use comptoir_core::register::Refusal;
use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::journal::CommandId;
use uuid::Uuid;

use super::book::Expect;
use super::cart::{Cart, Off, What, Wish};
use super::shop::quantity;
use super::storm::Storm;
use super::wishes::{add, cart};

/// A ticket that waits, as the books know it.
#[derive(Clone)]
pub(super) struct Held {
    id: Uuid,
    basket: Basket,
    wishes: Vec<Wish>,
    /// How much of each the kitchen was told of.
    sent: Vec<i128>,
    mode: Option<SaleMode>,
    offs: Vec<Off>,
    notes: Vec<u64>,
}

impl Held {
    fn cart(&self) -> Cart {
        Cart { wishes: self.wishes.clone(), mode: self.mode, offs: self.offs.clone() }
    }

    fn item(&self, at: usize) -> ItemId {
        self.basket.items().nth(at).unwrap().id
    }

    /// Takes over the basket as the register holds it, which must hold just what the books say.
    fn take(&mut self, ticket: &HeldTicket) {
        self.basket = ticket.basket.clone();
        let quantities: Vec<i128> = self.basket.items().map(|item| i128::from(item.qty.get())).collect();
        assert_eq!(quantities, self.wishes.iter().map(Wish::qty).collect::<Vec<_>>(), "what is on a held ticket");
        let bill = self.cart().bill().unwrap();
        assert_eq!(i128::from(self.basket.figures().ttc.get()), bill.ttc());
        assert_eq!(self.basket.notes(), self.notes);
        let sent: i128 = ticket.sent().iter().map(|order| i128::from(order.qty.get())).sum();
        assert_eq!(sent, self.sent.iter().sum::<i128>(), "what the kitchen was told of");
    }

    /// Part of an item where it can be parted, or none for the whole.
    fn part(&self, at: usize, drawn: i128) -> Option<i128> {
        let wish = &self.wishes[at];
        let step = match &wish.what {
            What::Good { unit: "kg" | "h", .. } => 1,
            _ => 1000,
        };
        let steps = wish.qty() / step;
        (steps > 1).then(|| (1 + drawn % (steps - 1)) * step)
    }
}

impl Storm {
    pub(super) fn at_the_tables(&mut self) {
        let waiting = self.side().held.len();
        if waiting < 3 || (waiting < 12 && self.draw.one_in(5)) {
            return self.open();
        }
        let at = self.draw.below(waiting);
        match self.draw.below(14) {
            0..=2 => self.change(at),
            3 | 4 => self.send(at),
            5 => self.take_off(at),
            6 | 7 => self.move_item(at),
            8 => self.merge(at),
            9 | 10 => self.note(at),
            11 => self.give_up(at),
            _ => self.pay(at),
        }
    }

    fn open(&mut self) {
        let catalogue = self.register().catalogue().clone();
        let (mut basket, mut drawn) = cart(&mut self.draw, &catalogue, false);
        // Money off the whole may be more than a ticket that something was taken off; a share of it never is.
        if drawn.offs.iter().any(|off| !matches!(off, Off::Percent(_))) {
            basket.clear_ticket_discounts().unwrap();
            drawn.offs.clear();
        }
        basket.set_customer(Some("c-9")).unwrap();
        let (id, now) = (self.next_id().uuid(), self.register().now());
        let table = Table { room: "Salle".to_owned(), name: self.draw.below(20).to_string() };
        let ticket = HeldTicket::new(id, "cashier", now, basket.clone()).at(table, 2);
        let kept = self.register().hold("cashier", &ticket).unwrap();
        let sent = vec![0; drawn.wishes.len()];
        let Cart { wishes, mode, offs } = drawn;
        let mut held = Held { id, basket, wishes, sent, mode, offs, notes: Vec::new() };
        held.take(&kept);
        self.side().held.push(held);
        self.done("held");
    }

    fn change(&mut self, at: usize) {
        let catalogue = self.register().catalogue().clone();
        let mut held = self.side().held[at].clone();
        let (mut basket, mut cart) = (held.basket.clone(), held.cart());
        add(&mut self.draw, &catalogue, false, &mut basket, &mut cart);
        held.sent.resize(cart.wishes.len(), 0);
        held.wishes = cart.wishes;
        let mut ticket = self.register().held_ticket(held.id).unwrap();
        if held.sent.iter().sum::<i128>() > 0 {
            let mut without = ticket.clone();
            without.basket = Basket::new(held.mode, ticket.basket.channel());
            assert!(matches!(self.register().hold("cashier", &without), Err(Refusal::Held(_))));
        }
        ticket.basket = basket;
        let kept = self.register().hold("cashier", &ticket).unwrap();
        self.keep(at, held, &kept, "held ticket changed");
    }

    fn keep(&mut self, at: usize, mut held: Held, kept: &HeldTicket, what: &'static str) {
        held.take(kept);
        self.side().held[at] = held;
        self.read(&mut std::collections::VecDeque::new());
        self.done(what);
    }

    fn send(&mut self, at: usize) {
        let mut held = self.side().held[at].clone();
        let orders = self.register().send_to_kitchen("cashier", held.id).unwrap();
        let told: i128 = orders.iter().map(|order| i128::from(order.qty.get())).sum();
        let new: i128 = held.wishes.iter().zip(&held.sent).map(|(wish, sent)| wish.qty() - sent).sum();
        assert_eq!(told, new, "what the kitchen is told of");
        held.sent = held.wishes.iter().map(Wish::qty).collect();
        let kept = self.register().held_ticket(held.id).unwrap();
        self.keep(at, held, &kept, "sent to the kitchen");
    }

    fn take_off(&mut self, at: usize) {
        let mut held = self.side().held[at].clone();
        let Some(item) = held.sent.iter().position(|sent| *sent > 0) else { return };
        let whole = held.wishes[item].qty();
        let drawn = self.draw.between(0, 5000);
        let qty = held.part(item, drawn).filter(|part| *part <= held.sent[item]).unwrap_or(whole);
        if qty > held.sent[item] {
            return;
        }
        let id = held.item(item);
        if qty == whole {
            held.wishes.remove(item);
            held.sent.remove(item);
        } else {
            held.wishes[item] = held.wishes[item].of(whole - qty);
            held.sent[item] -= qty;
        }
        let can_be = held.cart().bill().is_some();
        let taken = self.register().take_off("cashier", held.id, id, quantity(qty), "Froid");
        assert_eq!(taken.is_ok(), can_be, "{:?}", held.wishes);
        if let Ok(kept) = taken {
            held.take(&kept);
            self.side().held[at] = held;
            self.read(&mut [Expect::Event(325)].into());
            self.done("taken off");
        }
    }

    fn move_item(&mut self, at: usize) {
        let mut from = self.side().held[at].clone();
        if from.wishes.is_empty() {
            return;
        }
        let item = self.draw.below(from.wishes.len());
        let drawn = self.draw.between(0, 5000);
        let part = from.part(item, drawn).filter(|_| drawn % 2 == 0);
        let waiting = self.side().held.len();
        let other = Some(self.draw.below(waiting)).filter(|other| *other != at && !self.draw.one_in(3));
        let mut to = match other {
            Some(other) => self.side().held[other].clone(),
            None => {
                let basket = Basket::new(from.mode, from.basket.channel());
                let (mode, offs) = (from.mode, Vec::new());
                Held { id: Uuid::nil(), basket, wishes: Vec::new(), sent: Vec::new(), mode, offs, notes: Vec::new() }
            }
        };
        let (id, whole) = (from.item(item), from.wishes[item].qty());
        let moved = part.unwrap_or(whole);
        let parted = part.is_some() && from.wishes[item].offs.iter().any(|off| matches!(off, Off::Amount(_)));
        let along = from.sent[item].min(moved);
        to.wishes.push(from.wishes[item].of(moved));
        to.sent.push(along);
        if part.is_some() {
            from.wishes[item] = from.wishes[item].of(whole - moved);
            from.sent[item] -= along;
        } else {
            from.wishes.remove(item);
            from.sent.remove(item);
        }
        let can_be = !parted && from.cart().bill().is_some() && to.cart().bill().is_some();
        let target = other.map(|_| to.id);
        let items = [(id, part.map(quantity))];
        let outcome = self.register().move_items("cashier", from.id, target, &items);
        assert_eq!(outcome.is_ok(), can_be, "{:?} {:?}: {:?}", from.wishes, to.wishes, outcome.err());
        if let Ok((source, kept)) = outcome {
            to.id = kept.id;
            to.take(&kept);
            match other {
                Some(other) => self.side().held[other] = to,
                None => self.side().held.push(to),
            }
            self.keep(at, from, &source, "moved");
        }
    }

    fn merge(&mut self, at: usize) {
        let waiting = self.side().held.len();
        let into = self.draw.below(waiting);
        let (from, mut to) = (self.side().held[at].clone(), self.side().held[into].clone());
        let outcome = self.register().merge("cashier", from.id, to.id);
        assert_eq!(outcome.is_ok(), from.offs.is_empty() && at != into, "{:?}", outcome.err());
        if let Ok(kept) = outcome {
            to.wishes.extend(from.wishes);
            to.sent.extend(from.sent);
            to.notes.extend(from.notes);
            self.keep(into, to, &kept, "merged");
            self.side().held.remove(at);
        }
    }

    fn note(&mut self, at: usize) {
        let mut held = self.side().held[at].clone();
        if held.wishes.is_empty() {
            assert!(matches!(self.register().note("cashier", held.id), Err(Refusal::NothingToNote)));
            return;
        }
        self.register().note("cashier", held.id).unwrap();
        let bill = held.cart().bill().unwrap();
        self.read(&mut [Expect::Note(Box::new(bill))].into());
        held.notes.push(self.side().book.notes);
        let kept = self.register().held_ticket(held.id).unwrap();
        self.keep(at, held, &kept, "noted");
    }

    fn give_up(&mut self, at: usize) {
        let held = self.side().held.remove(at);
        self.register().give_up("cashier", held.id, "Parti").unwrap();
        let ordered = held.sent.iter().filter(|sent| **sent > 0).map(|_| Expect::Event(325));
        let last = Expect::Event(if held.notes.is_empty() { 320 } else { 324 });
        self.read(&mut ordered.chain([last]).collect());
        assert!(matches!(self.register().held_ticket(held.id), Err(Refusal::NotHeld)));
        self.done("given up");
    }

    fn pay(&mut self, at: usize) {
        let held = self.side().held[at].clone();
        let basket = self.register().held_ticket(held.id).unwrap().basket;
        assert_eq!(basket, held.basket);
        let Some((command, ticket, spends)) = self.paid(basket, &held.cart()) else { return };
        let id = CommandId::new(held.id);
        let expected = vec![Expect::Ticket(Box::new(ticket))];
        let who = if held.cart().has_own_price() { "manager" } else { "cashier" };
        let done = self.try_as("held ticket paid", id, who, command, Vec::new(), expected);
        assert!(spends || done.is_ok(), "{done:?}");
        if done.is_ok() {
            self.side().held.remove(at);
            assert!(matches!(self.register().held_ticket(held.id), Err(Refusal::PaidAlready)));
        }
    }

    /// Just those tickets wait that the books know, with just what is on them.
    pub(super) fn check_held(&mut self) {
        let waiting = self.register().held().unwrap();
        let held = &mut self.side().held;
        assert_eq!(waiting.len(), held.len(), "how many tickets wait");
        for ticket in &waiting {
            let known = held.iter_mut().find(|held| held.id == ticket.id).unwrap();
            assert_eq!(ticket.basket, known.basket, "what is on a held ticket");
            known.take(ticket);
        }
    }
}
