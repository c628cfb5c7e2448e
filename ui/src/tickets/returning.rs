//! Goods that come back: which, how much of each, and how they are paid back.

use comptoir_core::reason::to_seal;
use comptoir_core::register::{Command, PayBack};
use comptoir_core::returns::{Chosen, LineLeft, Refund};
use comptoir_fiscal::entry::{Tender, TicketRef};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use super::{Intent, Step, done_by, prepare};
use crate::till::Till;

/// What stands for the reason while it is not said, to know what the goods are worth.
const WORTH: &str = "valeur";

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returning {
    /// The lines and how much of each.
    pub(crate) chosen: Vec<Chosen>,
    /// What that pays back.
    pub(crate) owed: Cents,
    /// The ways in which it can be paid back, as keys; the first is as it was paid.
    pub(crate) offers: Vec<Vec<PayBack>>,
    /// The one that was chosen.
    pub(crate) by: usize,
}

/// Touches a line: it comes back, all that is left of it, or does not.
pub(super) fn line(till: &mut Till, place: usize) {
    change(till, place, |chosen, line| {
        let before = chosen.len();
        chosen.retain(|chosen| chosen.n != line.n);
        if chosen.len() == before && line.left.get() > 0 {
            chosen.push(Chosen { n: line.n, qty: line.left });
        }
    });
}

/// A piece more or less of a line comes back.
pub(super) fn pieces(till: &mut Till, place: usize, by: i64) {
    change(till, place, |chosen, line| {
        if let Some(chosen) = chosen.iter_mut().find(|chosen| chosen.n == line.n) {
            let least = line.left.get().min(1000);
            chosen.qty = Quantity::thousandths((chosen.qty.get() + by * 1000).clamp(least, line.left.get()));
        }
    });
}

/// Changes what comes back, and has the register say what it is worth.
fn change(till: &mut Till, place: usize, change: impl FnOnce(&mut Vec<Chosen>, &LineLeft)) {
    let Some(open) = &mut till.tickets.open else { return };
    let line = match &open.left {
        Ok(left) => left.lines.get(place),
        Err(why) => {
            let why = why.clone();
            return till.refuse_for(why);
        }
    };
    let Some(line) = line else { return };
    let mut returning = match &open.step {
        Step::Returning(returning) => returning.clone(),
        _ => Returning::default(),
    };
    change(&mut returning.chosen, line);
    if returning.chosen.is_empty() {
        (open.step, open.reason) = (Step::Look, String::new());
        return;
    }
    let (of, chosen) = (open.summary.ticket, returning.chosen.clone());
    open.step = Step::Returning(returning);
    till.ask(
        move |register| {
            let refund = register.refund(of, &chosen, WORTH);
            (chosen, refund)
        },
        |till, (chosen, refund)| {
            let Some(open) = &mut till.tickets.open else { return };
            let Step::Returning(returning) = &mut open.step else { return };
            if returning.chosen != chosen {
                return;
            }
            match refund {
                Ok(refund) => (returning.owed, returning.offers) = (refund.left(), offers(&refund)),
                Err(refusal) => {
                    open.step = Step::Look;
                    till.refuse(&refusal);
                }
            }
        },
    );
}

/// The ways in which what is owed can be paid back: each means of the sale that covers it all, else all of them together
/// as far as they go; and a credit note.
pub fn offers(refund: &Refund) -> Vec<Vec<PayBack>> {
    let owed = refund.left();
    if !owed.is_positive() {
        return vec![Vec::new()];
    }
    let ways: Vec<_> = refund.ways().into_iter().filter(|way| way.tender != Tender::Tip).collect();
    let part = |way: &comptoir_core::returns::Way, amount| PayBack::Tender {
        tender: way.tender,
        reference: way.reference.clone(),
        amount,
    };
    let mut offers: Vec<_> = ways.iter().filter(|way| way.most >= owed).map(|way| vec![part(way, owed)]).collect();
    if offers.is_empty() && !ways.is_empty() {
        let mut left = owed;
        let mut parts = Vec::new();
        for way in &ways {
            let amount = way.most.min(left);
            if amount.is_positive() {
                parts.push(part(way, amount));
                left -= amount;
            }
        }
        if left.is_positive() {
            parts.push(PayBack::CreditNote);
        }
        offers.push(parts);
    }
    offers.push(vec![PayBack::CreditNote]);
    offers
}

/// Chooses how it is paid back, and asks to be sure.
pub(super) fn pay_back(till: &mut Till, place: usize) {
    let Some(open) = &mut till.tickets.open else { return };
    let Step::Returning(returning) = &mut open.step else { return };
    if place < returning.offers.len() {
        returning.by = place;
        prepare(till);
    }
}

/// Goes on to sell other goods for what comes back.
pub(super) fn exchange(till: &mut Till) {
    let Some(open) = &till.tickets.open else { return };
    let Step::Returning(returning) = &open.step else { return };
    if open.reason.trim().is_empty() {
        return till.refuse_for(message!("Say why, in a few words."));
    }
    let (of, chosen, reason) = (open.summary.ticket, returning.chosen.clone(), to_seal(&open.reason));
    crate::sale::exchanging::begin(till, of, chosen, reason);
}

pub(super) fn confirm(till: &mut Till, of: TicketRef, returning: Returning, reason: String) {
    let Returning { chosen, mut offers, by, .. } = returning;
    if by >= offers.len() {
        return super::update(till, Intent::Back);
    }
    let pay_back = offers.swap_remove(by);
    done_by(
        till,
        Command::Return { of, chosen, pay_back, reason },
        message!("The goods are back, by a ticket of its own."),
    );
}
