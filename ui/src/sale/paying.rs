//! Paying from the sale screen: the whole ticket by one means, in one touch.

use comptoir_core::printing::{PaperOf, ReceiptChoice};
use comptoir_core::register::{Answer, Command, Refusal, Request};
use comptoir_core::settlement::{Due, Settled};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::TicketRef;
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use super::sold;
use crate::doubt;
use crate::terminal::{Outcome, Terminal};
use crate::till::{Order, Till};

/// What whoever sells says of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It accepted.
    Accepted,
    /// It refused.
    Refused,
    /// Its answer was not seen.
    NotKnown,
}

/// A card payment whose outcome is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardWait {
    /// How much was asked for.
    pub amount: Cents,
    /// Whether its answer was not seen, so that it is to be looked up on the terminal.
    pub not_known: bool,
}

/// Takes cash for the whole ticket.
pub(crate) fn cash(till: &mut Till, handed: Cents) {
    let intent = crate::till::Intent::Sale(super::Intent::Cash(handed));
    if doubt::asks(till, doubt::of_cash(handed, till.sale.to_pay()), intent) {
        return;
    }
    if let Some(due) = pay(till, TenderRequest::Cash { handed, over_limit: None }) {
        settle(till, due, handed);
    }
}

/// Takes a card for the whole ticket.
pub(crate) fn card(till: &mut Till) {
    let amount = till.sale.to_pay();
    if till.sale.basket.is_empty() {
        return till.refuse_for(message!("The ticket is empty. Touch an article first."));
    }
    // Nothing is left to pay, as where goods are exchanged: no terminal is asked for it.
    if amount.is_zero() {
        return cash(till, Cents::ZERO);
    }
    match till.terminal.ask(amount) {
        Outcome::Accepted => accepted(till, amount),
        Outcome::Refused => refused(till),
        Outcome::NotKnown => till.sale.card = Some(CardWait { amount, not_known: true }),
        Outcome::ToBeSaid => till.sale.card = Some(CardWait { amount, not_known: false }),
    }
}

/// Takes in what the terminal said, as whoever sells reads it.
pub(crate) fn card_said(till: &mut Till, said: Said) {
    let Some(card) = till.sale.card.take() else { return };
    match said {
        Said::Accepted => accepted(till, card.amount),
        Said::Refused => refused(till),
        // Nothing is tried again by itself: the terminal knows, and is looked at.
        Said::NotKnown => till.sale.card = Some(CardWait { not_known: true, ..card }),
    }
}

/// Says what the customer takes of the last ticket: a paper, its code, or nothing.
pub(crate) fn receipt(till: &mut Till, choice: ReceiptChoice) {
    let Some(done) = &mut till.sale.done else { return };
    if done.receipt == Some(choice) && choice != ReceiptChoice::Code {
        return;
    }
    let (ticket, shown_before) = (done.ticket, done.receipt == Some(choice));
    done.receipt = Some(choice);
    let command = match choice {
        ReceiptChoice::Print => Command::Print(PaperOf::Ticket(ticket)),
        ReceiptChoice::None => Command::NoPaper(ticket),
        ReceiptChoice::Code => {
            show_code(till, ticket);
            if shown_before {
                return;
            }
            Command::ShowCode(ticket)
        }
    };
    till.command(None, command, move |till, outcome| match outcome {
        Ok(_) if choice == ReceiptChoice::Print => till.order(Order::Print),
        Ok(_) => {}
        Err(refusal) => till.refuse(&refusal),
    });
}

/// Shows the code of a ticket, for the customer to photograph.
fn show_code(till: &mut Till, ticket: TicketRef) {
    till.ask(
        move |register| register.ticket_code(ticket),
        move |till, code| match (code, &mut till.sale.done) {
            (Ok(code), Some(done)) if done.ticket == ticket => done.code = Some(code),
            (Ok(_), _) => {}
            (Err(refusal), _) => till.refuse(&refusal),
        },
    );
}

fn accepted(till: &mut Till, amount: Cents) {
    if let Some(due) = pay(till, TenderRequest::Card { amount, reference: None }) {
        settle(till, due, Cents::ZERO);
    }
}

fn refused(till: &mut Till) {
    till.refuse_for(message!("The card was refused; nothing was sealed. Take another means of payment."));
}

/// What is due once this is taken for it; none where it was refused, which is said.
fn pay(till: &mut Till, request: TenderRequest) -> Option<Due> {
    match till.sale.basket.clone().due(&till.sale.terms) {
        Ok(mut due) => {
            let paid = till.sale.pay_by_exchange(&mut due);
            match paid.and_then(|()| if due.left().is_positive() { due.tender(request).map(drop) } else { Ok(()) }) {
                Ok(()) => Some(due),
                Err(error) => {
                    till.refuse_for(error.message());
                    None
                }
            }
        }
        Err((_, error)) => {
            till.refuse_for(error.message());
            None
        }
    }
}

fn settle(till: &mut Till, due: Due, handed: Cents) {
    match due.settle() {
        Ok(settled) => seal(till, settled, handed),
        Err((_, error)) => till.refuse_for(error.message()),
    }
}

/// Seals a settled ticket under the id of the basket, so that a second touch seals it once. What was written down is
/// brought up to what is sold first.
pub(crate) fn seal(till: &mut Till, settled: Settled, handed: Cents) {
    till.sale.sealing = true;
    let (id, operator) = (till.sale.id, till.operator());
    let writing = till.sale.to_write(&operator, true);
    let request = Request::new(id, operator, till.sale.sealing_command(settled));
    till.ask(
        move |register| -> Result<CommandId, Refusal> {
            // A basket that was never written down need not be now.
            if register.held_ticket(id.uuid()).is_ok() {
                writing.write(register)?;
            }
            Ok(register.new_command()?)
        },
        move |till, next| match next {
            Ok(next) => till.request(request, Box::new(move |till, outcome| sealed(till, outcome, handed, next))),
            Err(refusal) => not_sealed(till, &refusal),
        },
    );
}

/// Begins the next ticket under an id that was drawn before, so that nothing can fail once this one is sealed.
fn sealed(till: &mut Till, outcome: Result<Answer, Refusal>, handed: Cents, next: CommandId) {
    match outcome {
        Ok(answer) => sold(till, &answer, handed, next),
        Err(refusal) => not_sealed(till, &refusal),
    }
}

fn not_sealed(till: &mut Till, refusal: &Refusal) {
    till.sale.sealing = false;
    till.refuse(refusal);
}
