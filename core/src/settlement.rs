//! From what is due to what is paid: a basket whose choosing has ended, its payments, and the ticket they make.
//!
//! Only a [`Due`] whose payments, less change, come to what is owed becomes [`Settled`], and only a settled ticket can
//! be sealed.

use std::collections::BTreeSet;

use comptoir_fiscal::entry::{Channel, Discount, Line, Payment, SaleMode, Tender, TicketRef, TicketType, Totals};
use comptoir_fiscal::journal::TicketDraft;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::values::Cents;
use serde::{Deserialize, Serialize};

use crate::basket::{Basket, BasketError, Issue, Reduction};
use crate::operators::Gate;
use crate::shown_by_message;
use crate::tender::{CashOverride, Tab, TenderError, TenderId, TenderRequest, by_guests};
use crate::terms::Terms;

/// A basket that is to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Due {
    basket: Basket,
    tab: Tab,
}

/// What is written of it; the payments are taken anew when it is read.
#[derive(Serialize, Deserialize)]
struct Parts {
    basket: Basket,
    terms: Terms,
    holders: u32,
    taken: Vec<TenderRequest>,
}

/// What was taken for a basket whose paying has not ended: enough to take the paying up again with the basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// How many people pay with meal vouchers.
    pub holders: u32,
    /// What customers handed over, in its order.
    pub taken: Vec<TenderRequest>,
}

impl Paid {
    /// What was taken for two baskets that are joined: their holders of meal vouchers are not the same people.
    pub(crate) fn and(self, other: Paid) -> Paid {
        let taken = self.taken.into_iter().chain(other.taken).collect();
        Paid { holders: self.holders.saturating_add(other.holders), taken }
    }
}

/// Why a written [`Due`] cannot be taken up again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the two errors say it")]
pub enum ResumeError {
    Basket(#[from] BasketError),
    Tender(#[from] TenderError),
}

impl ResumeError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            ResumeError::Basket(error) => error.message(),
            ResumeError::Tender(error) => error.message(),
        }
    }
}
shown_by_message!(ResumeError);

impl TryFrom<Parts> for Due {
    type Error = ResumeError;
    fn try_from(parts: Parts) -> Result<Due, ResumeError> {
        let Parts { basket, terms, holders, taken } = parts;
        Due::resume(basket, &terms, Paid { holders, taken }).map_err(|(_, error)| error)
    }
}

impl From<Due> for Parts {
    fn from(due: Due) -> Parts {
        let Paid { holders, taken } = due.paid();
        Parts { basket: due.basket, terms: due.tab.terms, holders, taken }
    }
}

impl Due {
    pub(crate) fn new(basket: Basket, terms: Terms) -> Due {
        let mut tab = Tab::new(basket.to_pay(), basket.meal_voucher_total(), terms);
        tab.has_customer = basket.customer().is_some();
        for issue in basket.issues() {
            match issue {
                Issue::GiftVoucher { code, .. } => tab.issued.push(code.clone()),
                Issue::Account { .. } => tab.pays_account = true,
            }
        }
        Due { basket, tab }
    }

    /// Takes a paying up where it was interrupted: each payment is taken anew. The basket comes back with the error where
    /// the terms, or what is on it now, no longer allow one of them.
    pub fn resume(basket: Basket, terms: &Terms, paid: Paid) -> Result<Due, (Box<Basket>, ResumeError)> {
        let mut due = basket.due(terms).map_err(|(basket, error)| (basket, error.into()))?;
        match due.take_anew(paid) {
            Ok(()) => Ok(due),
            Err(error) => Err((Box::new(due.basket), error.into())),
        }
    }

    /// What was taken so far, to be written down beside the basket.
    pub fn paid(&self) -> Paid {
        let taken = self.tab.taken.iter().map(|taken| taken.request.clone()).collect();
        Paid { holders: self.tab.holders, taken }
    }

    /// The basket that is paid for.
    pub fn basket(&self) -> &Basket {
        &self.basket
    }

    /// Takes a payment; refused, nothing changes.
    pub fn tender(&mut self, request: TenderRequest) -> Result<TenderId, TenderError> {
        self.tab.take(request)
    }

    /// Undoes a payment. Those after it are taken anew, so that a paper voucher pays what it then can.
    pub fn undo(&mut self, id: TenderId) -> Result<(), TenderError> {
        self.tab.undo(id)
    }

    /// Says how many people pay with meal vouchers, each up to the day's limit.
    pub fn set_meal_voucher_holders(&mut self, holders: u32) -> Result<(), TenderError> {
        self.tab.set_holders(holders)
    }

    /// What is still to be paid; 0 once enough was handed over.
    pub fn left(&self) -> Cents {
        self.tab.left().max(Cents::ZERO)
    }

    /// The most that meal vouchers can still pay; 0 where none are taken or nothing is left that they pay for.
    pub fn meal_voucher_room(&self) -> Cents {
        self.tab.most_by_meal_voucher()
    }

    /// By how many holders of meal vouchers it is paid.
    pub fn meal_voucher_holders(&self) -> u32 {
        self.tab.holders
    }

    /// Cash to be given back.
    pub fn change(&self) -> Cents {
        self.tab.change()
    }

    /// What was taken, each with the id that undoes it. Tips are negative.
    pub fn taken(&self) -> impl Iterator<Item = (TenderId, &Payment)> {
        self.tab.taken.iter().map(|taken| (taken.id, &taken.payment))
    }

    /// What would be recorded of cash above the law's limit.
    pub fn cash_override(&self) -> Option<CashOverride> {
        self.tab.cash_override()
    }

    /// What some lines come to, at most what is left: to let somebody pay these.
    pub fn amount_of_lines(&self, ns: &[u32]) -> Result<Cents, TenderError> {
        let line =
            |n: &u32| self.basket.lines().iter().find(|line| line.n == *n).ok_or(TenderError::UnknownLine { n: *n });
        let mut ns = ns.to_vec();
        ns.sort_unstable();
        ns.dedup();
        let sum: Cents = ns.iter().map(|n| line(n).map(|line| line.total)).sum::<Result<_, _>>()?;
        Ok(sum.max(Cents::ZERO).min(self.left()))
    }

    /// What each of so many guests pays of what is left; the last takes what does not divide.
    pub fn amount_by_guests(&self, guests: u32) -> Result<Vec<Cents>, TenderError> {
        by_guests(self.left(), guests)
    }

    /// Goes back to the basket, once every payment is undone.
    pub fn reopen(self) -> Result<Basket, (Box<Due>, TenderError)> {
        let amount: Cents =
            self.tab.payments().map(|payment| payment.amount).filter(|amount| amount.is_positive()).sum();
        match self.tab.taken.is_empty() {
            true => Ok(self.basket),
            false => Err((Box::new(self), TenderError::TendersTaken { amount })),
        }
    }

    /// Ends the paying. What is due comes back with the error where something is left to pay.
    pub fn settle(self) -> Result<Settled, (Box<Due>, TenderError)> {
        let left = self.tab.left();
        if left.is_positive() {
            return Err((Box::new(self), TenderError::NotPaid { left }));
        }
        let cash_override = self.tab.cash_override();
        let change = self.tab.change();
        let mut payments: Vec<Payment> = self.tab.payments().cloned().collect();
        payments.extend(self.basket.issues().iter().map(issued));
        let (cart, sheet) = self.basket.into_parts();
        let gates = cart.reductions().map(gate_of).collect();
        let body = TicketBody {
            ticket_type: TicketType::Sale,
            refers_to: None,
            reason: None,
            notes: cart.notes,
            channel: cart.channel,
            mode: cart.mode,
            customer: cart.customer,
            lines: sheet.lines,
            discounts: sheet.discounts,
            totals: sheet.totals,
            payments,
            change,
        };
        Ok(Settled { body, cash_override, gates })
    }

    fn take_anew(&mut self, paid: Paid) -> Result<(), TenderError> {
        self.set_meal_voucher_holders(paid.holders)?;
        paid.taken.into_iter().try_for_each(|request| self.tender(request).map(drop))
    }
}

/// What somebody must be allowed to do who reduces a price so.
fn gate_of(reduction: Reduction) -> Gate {
    match reduction {
        Reduction::Percent(_) | Reduction::Amount(_) => Gate::Discount,
        Reduction::ToPrice(_) => Gate::OverridePrice,
    }
}

fn issued(issue: &Issue) -> Payment {
    match issue {
        Issue::GiftVoucher { code, amount } => {
            Payment { amount: -*amount, face: None, reference: Some(code.to_string()), tender: Tender::GiftVoucher }
        }
        Issue::Account { amount } => Payment { amount: -*amount, face: None, reference: None, tender: Tender::Account },
    }
}

/// What a ticket says before it has a number, a date and a seal; field for field as the journal names them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as on a sealed ticket")]
pub struct TicketBody {
    pub ticket_type: TicketType,
    pub refers_to: Option<TicketRef>,
    pub reason: Option<String>,
    pub notes: Vec<u64>,
    pub channel: Channel,
    pub mode: Option<SaleMode>,
    pub customer: Option<String>,
    pub lines: Vec<Line>,
    pub discounts: Vec<Discount>,
    pub totals: Totals,
    pub payments: Vec<Payment>,
    pub change: Cents,
}

/// What the journal seals of it; the totals are computed anew there.
impl From<TicketBody> for TicketDraft {
    fn from(body: TicketBody) -> TicketDraft {
        TicketDraft {
            ticket_type: body.ticket_type,
            channel: body.channel,
            mode: body.mode,
            lines: body.lines,
            discounts: body.discounts,
            payments: body.payments,
            change: body.change,
            customer: body.customer,
            notes: body.notes,
            refers_to: body.refers_to,
            reason: body.reason,
        }
    }
}

/// A ticket that is paid, or paid back, to the cent: the only thing that a register seals as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub(crate) body: TicketBody,
    pub(crate) cash_override: Option<CashOverride>,
    /// What whoever sells must be allowed to do besides, for how the basket was priced.
    pub(crate) gates: BTreeSet<Gate>,
}

impl Settled {
    /// What the ticket says.
    pub fn body(&self) -> &TicketBody {
        &self.body
    }

    /// Hands over what the ticket says, for sealing.
    pub fn into_body(self) -> TicketBody {
        self.body
    }

    /// What event 921 is to record beside the ticket.
    pub fn cash_override(&self) -> Option<&CashOverride> {
        self.cash_override.as_ref()
    }
}

#[cfg(test)]
pub(crate) mod tests;
