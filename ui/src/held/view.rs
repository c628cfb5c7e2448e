//! What is shown of the tickets that wait, computed from the till.

use comptoir_core::catalogue::Unit;
use comptoir_core::held::{HeldTicket, Order, Table};
use comptoir_core::reason::Reason;
use comptoir_core::shared::held::{HeldRecord, HeldState};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Quantity;

use super::{Open, Step};
use crate::generated::{HeldCard, HeldLine, HeldView, OptionRow};
use crate::office::Touch;
use crate::till::Till;

/// The figures of the room and of the ticket that is open in it.
pub fn held(till: &Till) -> HeldView {
    let room = &till.waiting;
    let count = match room.tickets.len() {
        0 => String::new(),
        1 => till.say(&message!("1 ticket on hold")),
        count => till.say(&message!("{count} tickets on hold", count = count)),
    };
    let view = HeldView { count: count.into(), busy: room.busy, ..HeldView::default() };
    if let Some((record, asked)) = room.fetched() {
        return elsewhere(till, record, asked, view);
    }
    let Some((open, ticket)) = room.opened() else { return view };
    let sent = open.one_line(ticket).and_then(|(item, _)| ticket.sent().into_iter().find(|order| order.item == item));
    let off = sent.map(|order| Order { qty: open.part.map_or(order.qty, |part| part.min(order.qty)), ..order });
    let confirm = match (&open.step, &off) {
        (Step::TakingOff, Some(order)) => {
            message!("Take off {qty} × {label}", qty = order.qty, label = order.label.as_str())
        }
        _ => message!("Abandon {amount}", amount = ticket.basket.to_pay()),
    };
    let to_send: Quantity = ticket.to_send().iter().fold(Quantity::ZERO, |sum, order| sum + order.qty);
    HeldView {
        open: true,
        step: match open.step {
            Step::Ticket => 0,
            Step::Naming => 1,
            Step::Moving => 2,
            Step::Joining => 3,
            Step::Ordering(_) => 4,
            Step::TakingOff => 5,
            Step::GivingUp => 6,
        },
        name: name(till, ticket).into(),
        second: second(till, ticket).into(),
        total: till.money(ticket.basket.to_pay()).into(),
        is_empty: ticket.basket.lines().is_empty(),
        title: open.title.as_str().into(),
        room: open.room.as_str().into(),
        table: open.table.as_str().into(),
        guests: i32::from(open.guests),
        chosen: i32::try_from(open.chosen.len()).unwrap_or(i32::MAX),
        part: part(till, open, ticket).into(),
        was_sent: off.is_some(),
        to_send: if to_send.get() > 0 { till.quantity(to_send).into() } else { Default::default() },
        others: room.tickets.len() > 1,
        reason: open.reason.as_str().into(),
        confirm: till.say(&confirm).into(),
        ..view
    }
}

/// A ticket of another till that is looked at.
fn elsewhere(till: &Till, record: &HeldRecord, asked: bool, view: HeldView) -> HeldView {
    let is_out_of_reach = matches!(till.touch, Touch::OutOfReach | Touch::Trouble(_));
    let label = record.label.as_str();
    let (said, may_ask, may_take) = match record.state {
        HeldState::Stays => (
            message!(
                "Something was paid for this ticket at till {label}, or a note of it printed there: go on with it there.",
                label = label
            ),
            false,
            false,
        ),
        HeldState::Busy => (
            message!("This ticket is being served at till {label}. Have it put aside there first.", label = label),
            false,
            true,
        ),
        HeldState::Waiting if asked => {
            (message!("It was asked for, and comes as soon as the back office has answered."), false, true)
        }
        HeldState::Waiting => (message!("This ticket waits at till {label}.", label = label), true, is_out_of_reach),
    };
    HeldView {
        open: true,
        step: 7,
        name: name(till, &record.ticket).into(),
        second: second(till, &record.ticket).into(),
        total: till.money(record.ticket.basket.to_pay()).into(),
        confirm: till.say(&said).into(),
        may_ask,
        may_take,
        ..view
    }
}

/// How much of the one chosen line is meant, where it could be less than all of it.
fn part(till: &Till, open: &Open, ticket: &HeldTicket) -> String {
    let Some((item, whole)) = open.one_line(ticket) else { return String::new() };
    let in_pieces = ticket.basket.items().any(|view| view.id == item && view.unit == Unit::Piece);
    if !in_pieces || whole.get() <= 1000 {
        return String::new();
    }
    till.say(&message!("{part} of {whole}", part = open.part.unwrap_or(whole), whole = whole))
}

/// The tickets that wait, as cards: those that wait here first, then those that wait at other tills.
pub fn cards(till: &Till) -> Vec<HeldCard> {
    let here = till.waiting.tickets.iter().map(|ticket| {
        let paid = till.waiting.paid.iter().find(|(id, _)| *id == ticket.id);
        match paid {
            Some((_, paid)) => {
                let note = till.say(&message!("Paid at till {label}", label = paid.label.as_str()));
                HeldCard { note: note.into(), ..card(till, ticket) }
            }
            None => card(till, ticket),
        }
    });
    let elsewhere = till.waiting.elsewhere.iter().map(|record| {
        let place = till.say(&message!("At till {label}", label = record.label.as_str()));
        // What was noted and ordered there is for that till to say.
        let card = card(till, &record.ticket);
        HeldCard { place: place.into(), note: Default::default(), kitchen: Default::default(), ..card }
    });
    here.chain(elsewhere).collect()
}

/// Those that the open one can give lines to, or be joined to.
pub fn others(till: &Till) -> Vec<HeldCard> {
    till.waiting.others().map(|ticket| card(till, ticket)).collect()
}

fn card(till: &Till, ticket: &HeldTicket) -> HeldCard {
    let notes: Vec<String> = ticket.basket.notes().iter().map(u64::to_string).collect();
    let ordered = !ticket.sent().is_empty();
    let kitchen = match (ordered, ticket.to_send().is_empty()) {
        (false, _) => String::new(),
        (true, true) => till.say(&message!("In the kitchen")),
        (true, false) => till.say(&message!("More to order")),
    };
    HeldCard {
        name: name(till, ticket).into(),
        second: second(till, ticket).into(),
        since: since(till, ticket).into(),
        total: till.money(ticket.basket.to_pay()).into(),
        note: match notes.len() {
            0 => Default::default(),
            _ => till.say(&message!("Note {numbers}", numbers = notes.join(", "))).into(),
        },
        kitchen: kitchen.into(),
        place: Default::default(),
    }
}

/// What a ticket is called: its title, its table, or the time and its first article.
pub(crate) fn name(till: &Till, ticket: &HeldTicket) -> String {
    if let Some(title) = &ticket.title {
        return title.clone();
    }
    if let Some(table) = &ticket.table {
        return place(till, table);
    }
    let first = ticket.basket.items().next().map(|item| item.label.to_owned());
    let first = first.unwrap_or_else(|| till.say(&message!("nothing on it")));
    format!("{} · {first}", clock(ticket))
}

/// Its table where it has a title too, its guests, and what is on it.
fn second(till: &Till, ticket: &HeldTicket) -> String {
    let mut parts = Vec::new();
    if let Some(table) = ticket.table.as_ref().filter(|_| ticket.title.is_some()) {
        parts.push(place(till, table));
    }
    if ticket.guests > 1 {
        parts.push(till.say(&message!("{guests} guests", guests = u32::from(ticket.guests))));
    }
    parts.push(till.say(&pieces(ticket)));
    parts.join(" · ")
}

fn pieces(ticket: &HeldTicket) -> Message {
    let items = ticket.basket.items();
    let count = items.map(|item| if item.unit == Unit::Piece { (item.qty.get() / 1000).max(0) } else { 1 });
    match count.sum::<i64>() {
        1 => message!("1 article"),
        count => message!("{pieces} articles", pieces = count),
    }
}

fn place(till: &Till, table: &Table) -> String {
    match (table.room.as_str(), table.name.as_str()) {
        (room, "") => room.to_owned(),
        ("", name) => till.say(&message!("Table {name}", name = name)),
        (room, name) => till.say(&message!("{room}, table {name}", room = room, name = name)),
    }
}

/// Who opened it, when, and how long ago.
fn since(till: &Till, ticket: &HeldTicket) -> String {
    let who = till.operators.iter().find(|operator| operator.id == ticket.opened_by);
    let who = who.map_or(ticket.opened_by.as_str(), |operator| operator.name.as_str());
    let minutes = till.waiting.now.map_or(0, |now| (now.unix() - ticket.opened_at.unix()).max(0) / 60);
    let ago = match minutes {
        0 => message!("just now"),
        1..=59 => message!("{minutes} min", minutes = minutes),
        60..=1439 => message!("{hours} h {minutes} min", hours = minutes / 60, minutes = minutes % 60),
        _ => message!("{days} d", days = minutes / 1440),
    };
    format!("{who} · {} · {}", clock(ticket), till.say(&ago))
}

fn clock(ticket: &HeldTicket) -> String {
    ticket.opened_at.time().format("%H:%M").to_string()
}

/// The lines of the open ticket.
pub fn lines(till: &Till) -> Vec<HeldLine> {
    let Some((open, ticket)) = till.waiting.opened() else { return Vec::new() };
    let sent = ticket.sent();
    let rows = ticket.basket.items().map(|item| {
        let known = sent.iter().find(|order| order.item == item.id);
        HeldLine {
            quantity: match item.unit {
                Unit::Piece => format!("{} ×", till.quantity(item.qty)),
                unit => format!("{} {}", till.quantity(item.qty), unit.as_str()),
            }
            .into(),
            label: item.label.into(),
            amount: till.money(item.total).into(),
            kitchen: match known {
                Some(order) => till.say(&message!("{qty} in the kitchen", qty = order.qty)).into(),
                None => Default::default(),
            },
            chosen: open.chosen.contains(&item.id),
        }
    });
    rows.collect()
}

/// What the kitchen is to be told of.
pub fn orders(till: &Till) -> Vec<HeldLine> {
    let Some(Open { step: Step::Ordering(orders), .. }) = &till.waiting.open else { return Vec::new() };
    let row = |order: &Order| HeldLine {
        quantity: format!("{} ×", till.quantity(order.qty)).into(),
        label: order.label.as_str().into(),
        ..HeldLine::default()
    };
    orders.iter().map(row).collect()
}

/// The reasons that are at hand.
pub fn reasons(till: &Till) -> Vec<OptionRow> {
    let Some(open) = &till.waiting.open else { return Vec::new() };
    let reasons = match open.step {
        Step::TakingOff => Reason::OF_TAKING_OFF,
        _ => Reason::OF_GIVING_UP,
    };
    let row = |reason: &Reason| {
        let label = till.say(&reason.message());
        OptionRow { chosen: label == open.reason, label: label.into(), ..OptionRow::default() }
    };
    reasons.iter().map(row).collect()
}
