//! The tickets that were sealed: found again, looked at, printed again, and put right by tickets of their own: goods back,
//! a sale undone, another means of payment.

mod correcting;
pub mod returning;
pub mod search;
#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::history::{Cursor, Page, TicketSearch, TicketSummary};
use comptoir_core::paper::{Paper, Width};
use comptoir_core::printing::PaperOf;
use comptoir_core::reason::to_seal;
use comptoir_core::register::{Answer, Command, Refusal, Register};
use comptoir_core::returns::Returnable;
use comptoir_fiscal::entry::{Payment, Tender, TicketRef, TicketType};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::receipt::Receipt;

pub use correcting::{Correcting, Right};
pub use returning::Returning;

use crate::till::{Order, Place, Till};

/// How many tickets are read at once.
const PAGE: usize = 50;

/// What a person does among the tickets.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Typed into the search.
    Search(String),
    /// Chose a kind of ticket, or took the choice back.
    Kind(TicketType),
    /// Chose a means of payment, or took the choice back.
    Tender(Tender),
    /// Chose somebody who sold, by their id, or took the choice back.
    Operator(String),
    /// Took back all that narrows the search.
    Everything,
    /// Came near the end of what is shown.
    More,
    /// Opens a ticket, by its place.
    Open(usize),
    /// Scanned the code of a ticket.
    Scan(String),
    /// Goes a step back, and in the end to the list.
    Back,
    /// Has it printed: a duplicate, where it was handed out before.
    Print,
    /// Has a credit note printed that it issued, by its place.
    PrintVoucher(usize),
    /// Touched a line that comes back, by its place.
    Line(usize),
    /// Of the line touched last, a piece more or less comes back.
    Pieces(usize, i64),
    /// Typed or chose why.
    Reason(String),
    /// Sells other goods for what comes back.
    Exchange,
    /// Chose how it is paid back, by the place of the key.
    PayBack(usize),
    /// Goes on to undo the whole sale.
    Cancel,
    /// Goes on to put another means of payment in the place of a wrong one.
    Correct,
    /// Chose the payment that was wrong, by its place.
    Wrong(usize),
    /// Chose the means that it was.
    Right(Right),
    /// Asks to be sure of what was prepared.
    Prepare,
    /// Does it.
    Confirm,
}

/// The room.
#[derive(Default)]
pub struct Tickets {
    /// What was typed.
    pub(crate) typed: String,
    pub(crate) kind: Option<TicketType>,
    pub(crate) tender: Option<Tender>,
    pub(crate) operator: Option<String>,
    /// Whether what was typed is none of what can be searched by.
    pub(crate) not_understood: bool,
    pub(crate) rows: Vec<TicketSummary>,
    pub(crate) next: Option<Cursor>,
    pub(crate) reading: bool,
    pub(crate) open: Option<Open>,
    /// Counts the searches, so that what an older one found is passed over.
    searches: u64,
}

/// The ticket that is looked at.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) summary: TicketSummary,
    pub(crate) paper: Paper,
    pub(crate) width: Width,
    pub(crate) edition: u64,
    /// What can still come back of it, or why nothing can.
    pub(crate) left: Result<Returnable, Message>,
    /// How it was paid, as it stands.
    pub(crate) payments: Vec<Payment>,
    /// The credit notes that it issued, where that was just now.
    pub(crate) vouchers: Vec<String>,
    pub(crate) step: Step,
    pub(crate) reason: String,
    /// Whether it is only to be confirmed.
    pub(crate) sure: bool,
    pub(crate) waits: bool,
}

/// What is being done with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Step {
    #[default]
    Look,
    Returning(Returning),
    Cancelling,
    Correcting(Correcting),
}

/// What is read of a ticket in one go.
struct Look {
    summary: TicketSummary,
    paper: Paper,
    width: Width,
    left: Result<Returnable, Message>,
    payments: Vec<Payment>,
}

impl Look {
    fn read(register: &mut Register, summary: TicketSummary, texts: &Translations) -> Result<Look, Refusal> {
        let ticket = summary.ticket;
        Ok(Look {
            paper: register.preview(&PaperOf::Ticket(ticket), texts)?,
            width: register.paper_settings()?.width,
            left: register.left_to_return(ticket).map_err(|refusal| refusal.message()),
            payments: register.payments_of(ticket)?,
            summary,
        })
    }
}

/// Whether a text is the code of a ticket.
pub(crate) fn is_code(text: &str) -> bool {
    Receipt::parse(text).is_ok()
}

/// Comes into the room: the newest tickets are asked for.
pub(crate) fn enter(till: &mut Till) {
    till.tickets.open = None;
    read(till, true);
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    if till.tickets.open.as_ref().is_some_and(|open| open.waits) {
        return;
    }
    let tickets = &mut till.tickets;
    match intent {
        Intent::Search(text) if is_code(&text) => {
            tickets.typed.clear();
            scan(till, &text);
        }
        Intent::Search(text) => {
            tickets.typed = text;
            read(till, true);
        }
        Intent::Kind(kind) => {
            tickets.kind = toggled(tickets.kind, kind);
            read(till, true);
        }
        Intent::Tender(tender) => {
            tickets.tender = toggled(tickets.tender, tender);
            read(till, true);
        }
        Intent::Operator(id) => {
            tickets.operator = toggled(tickets.operator.take(), id);
            read(till, true);
        }
        Intent::Everything => {
            (tickets.kind, tickets.tender, tickets.operator) = (None, None, None);
            tickets.typed.clear();
            read(till, true);
        }
        Intent::More => {
            if tickets.next.is_some() && !tickets.reading {
                read(till, false);
            }
        }
        Intent::Open(place) => {
            if let Some(summary) = tickets.rows.get(place).cloned() {
                open(till, move |_| Ok(summary), Vec::new());
            }
        }
        Intent::Scan(code) => scan(till, &code),
        Intent::Back => back(till),
        Intent::Print => print(till),
        Intent::PrintVoucher(place) => print_voucher(till, place),
        Intent::Line(place) => returning::line(till, place),
        Intent::Pieces(place, by) => returning::pieces(till, place, by),
        Intent::Reason(text) => {
            if let Some(open) = &mut tickets.open {
                open.reason = text;
            }
        }
        Intent::Exchange => returning::exchange(till),
        Intent::PayBack(place) => returning::pay_back(till, place),
        Intent::Cancel => step(till, Step::Cancelling),
        Intent::Correct => correcting::begin(till),
        Intent::Wrong(place) => correcting::wrong(till, place),
        Intent::Right(right) => correcting::right(till, right),
        Intent::Prepare => prepare(till),
        Intent::Confirm => confirm(till),
    }
}

fn toggled<T: PartialEq>(chosen: Option<T>, touched: T) -> Option<T> {
    Some(touched).filter(|touched| chosen.as_ref() != Some(touched))
}

/// Reads the next page, or the first one of another search.
fn read(till: &mut Till, anew: bool) {
    let tickets = &mut till.tickets;
    let understood = search::understood(&tickets.typed, till.sale.terms.date);
    tickets.not_understood = understood.is_none();
    let Some(search) = understood else {
        tickets.searches += 1;
        // What was found last stays until it is.
        tickets.reading = false;
        return;
    };
    let search = TicketSearch {
        operator: tickets.operator.clone(),
        ticket_type: tickets.kind,
        tender: tickets.tender,
        ..search
    };
    if anew {
        tickets.searches += 1;
    }
    tickets.reading = true;
    let (before, of) = (tickets.next.filter(|_| !anew), tickets.searches);
    let wanted = if anew { PAGE } else { tickets.rows.len() + PAGE };
    read_on(till, search, before, of, wanted, anew);
}

/// Reads on until a page is full: the register looks at so many tickets at once, whether or not they are searched for.
fn read_on(till: &mut Till, search: TicketSearch, before: Option<Cursor>, of: u64, wanted: usize, anew: bool) {
    let asked = search.clone();
    till.ask(
        move |register| register.find_tickets(&asked, before, PAGE),
        move |till, found: Result<Page, Refusal>| {
            let tickets = &mut till.tickets;
            if tickets.searches != of {
                return;
            }
            match found {
                Ok(page) => {
                    if anew {
                        tickets.rows.clear();
                    }
                    tickets.rows.extend(page.tickets);
                    tickets.next = page.next;
                    if tickets.next.is_some() && tickets.rows.len() < wanted {
                        let before = tickets.next;
                        return read_on(till, search, before, of, wanted, false);
                    }
                    tickets.reading = false;
                }
                Err(refusal) => {
                    tickets.reading = false;
                    till.refuse(&refusal);
                }
            }
        },
    );
}

fn scan(till: &mut Till, code: &str) {
    let code = code.to_owned();
    open(till, move |register| register.ticket_by_code(&code), Vec::new());
}

/// Opens a ticket, once it is found.
fn open(
    till: &mut Till,
    find: impl FnOnce(&mut Register) -> Result<TicketSummary, Refusal> + Send + 'static,
    vouchers: Vec<String>,
) {
    let texts = till.texts.now().clone();
    till.ask(
        move |register| {
            let summary = find(register)?;
            Look::read(register, summary, &texts)
        },
        move |till, look| match look {
            Ok(look) => take_in(till, look, vouchers),
            Err(refusal) => till.refuse(&refusal),
        },
    );
}

fn take_in(till: &mut Till, look: Look, vouchers: Vec<String>) {
    if till.place != Place::Tickets {
        return;
    }
    let Look { summary, paper, width, left, payments } = look;
    let edition = till.next_paper();
    till.tickets.open = Some(Open {
        summary,
        paper,
        width,
        edition,
        left,
        payments,
        vouchers,
        step: Step::Look,
        reason: String::new(),
        sure: false,
        waits: false,
    });
}

fn back(till: &mut Till) {
    let Some(open) = &mut till.tickets.open else { return till.go(Place::Sale) };
    if open.sure {
        open.sure = false;
    } else if open.step != Step::Look {
        (open.step, open.reason) = (Step::Look, String::new());
    } else {
        till.tickets.open = None;
    }
}

fn step(till: &mut Till, step: Step) {
    if let Some(open) = &mut till.tickets.open {
        (open.step, open.reason, open.sure) = (step, String::new(), false);
    }
}

/// Asks to be sure, once everything is said.
fn prepare(till: &mut Till) {
    let Some(open) = &mut till.tickets.open else { return };
    if open.reason.trim().is_empty() {
        return till.refuse_for(message!("Say why, in a few words."));
    }
    open.sure = true;
}

fn confirm(till: &mut Till) {
    let Some(open) = &mut till.tickets.open else { return };
    if !open.sure {
        return;
    }
    let (of, reason) = (open.summary.ticket, to_seal(&open.reason));
    match open.step.clone() {
        Step::Look => {}
        Step::Returning(returning) => returning::confirm(till, of, returning, reason),
        Step::Cancelling => {
            done_by(till, Command::Cancel { of, reason }, message!("The sale is undone by a ticket of its own."));
        }
        Step::Correcting(correcting) => correcting::confirm(till, of, correcting, reason),
    }
}

/// Has a command done that seals a ticket about this one, and opens that ticket.
pub(crate) fn done_by(till: &mut Till, command: Command, said: Message) {
    if let Some(open) = &mut till.tickets.open {
        open.waits = true;
    }
    till.command(None, command, |till, outcome| match outcome {
        Ok(answer) => {
            till.open_drawer_for(&answer);
            show_new(till, &answer, said);
        }
        Err(refusal) => {
            if let Some(open) = &mut till.tickets.open {
                (open.waits, open.sure) = (false, false);
            }
            till.refuse(&refusal);
        }
    });
}

/// Shows the ticket that was sealed about another one, and the list with it.
fn show_new(till: &mut Till, answer: &Answer, said: Message) {
    if let Some(open) = &mut till.tickets.open {
        (open.waits, open.sure, open.step) = (false, false, Step::Look);
    }
    let Some((ticket, sealed)) = answer.ticket().zip(answer.lines.last()) else { return };
    let new = TicketRef { register: sealed.entry.register, number: ticket.number };
    let vouchers = answer.vouchers.iter().map(|voucher| voucher.code.to_string()).collect();
    read(till, true);
    open(till, move |register| summary_of(register, new), vouchers);
    till.tell(said);
}

/// The line of a ticket in the list.
fn summary_of(register: &mut Register, ticket: TicketRef) -> Result<TicketSummary, Refusal> {
    let search = TicketSearch { number: Some(ticket.number), ..TicketSearch::default() };
    let mut before = None;
    loop {
        let page = register.find_tickets(&search, before, PAGE)?;
        if let Some(found) = page.tickets.into_iter().find(|found| found.ticket == ticket) {
            return Ok(found);
        }
        if page.next.is_none() {
            return Err(Refusal::UnknownTicket { number: ticket.number });
        }
        before = page.next;
    }
}

fn print(till: &mut Till) {
    let Some(open) = &till.tickets.open else { return };
    let command = Command::Print(PaperOf::Ticket(open.summary.ticket));
    printed(till, command, message!("The ticket is on its way to the printer."));
}

fn print_voucher(till: &mut Till, place: usize) {
    let Some(open) = &till.tickets.open else { return };
    let Some(code) = open.vouchers.get(place).cloned() else { return };
    let command = Command::Print(PaperOf::Voucher { ticket: open.summary.ticket, code });
    printed(till, command, message!("The credit note is on its way to the printer."));
}

fn printed(till: &mut Till, command: Command, said: Message) {
    till.command(None, command, |till, outcome| match outcome {
        Ok(_) => {
            till.order(Order::Print);
            till.tell(said);
        }
        Err(refusal) => till.refuse(&refusal),
    });
}
