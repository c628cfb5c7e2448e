//! The running sums of an open period, from which its closing is written and against which one is checked.
//!
//! They are sums of sealed figures, never computed anew from prices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::{Body, CashType, Closing, ClosingPayment, Tender, Ticket, TicketType, Totals};
use crate::values::Cents;

/// What came in by one means of payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TenderSum {
    count: u64,
    amount: Cents,
    excess: Cents,
}

/// The sums of the entries of a period so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Entries that take a business date; without one the period is empty and has no closing.
    pub dated_entries: u64,
    /// How many sales.
    pub sales: u64,
    /// How many returns.
    pub returns: u64,
    /// How many cancels.
    pub cancels: u64,
    /// How many corrections.
    pub corrections: u64,
    /// How many duplicates.
    pub duplicates: u64,
    /// What sales came to.
    pub sales_ttc: Cents,
    /// What returns and cancels gave back, as a positive amount.
    pub returns_ttc: Cents,
    /// Sums by rate.
    pub totals: Totals,
    /// What should be in the drawer: float + in - out - drop + net cash of tickets.
    pub cash_expected: Cents,
    tenders: BTreeMap<Tender, TenderSum>,
}

impl Sums {
    /// Takes one more entry into account.
    pub fn add(&mut self, body: &Body) {
        if body.kind().takes_a_business_date() {
            self.dated_entries += 1;
        }
        match body {
            Body::Ticket(ticket) => self.add_ticket(ticket),
            Body::Duplicate(_) => self.duplicates += 1,
            Body::Cash(cash) => match cash.cash_type {
                CashType::Float | CashType::In => self.cash_expected += cash.amount,
                CashType::Out | CashType::Drop => self.cash_expected -= cash.amount,
                CashType::Count => {}
            },
            _ => {}
        }
    }

    /// Whether nothing happened that a closing would close.
    pub fn is_empty(&self) -> bool {
        self.dated_entries == 0
    }

    /// What came in by each means of payment, as a closing lists it.
    pub fn payments(&self) -> Vec<ClosingPayment> {
        let row = |(tender, sum): (&Tender, &TenderSum)| ClosingPayment {
            amount: sum.amount,
            count: sum.count,
            excess: sum.excess,
            tender: *tender,
        };
        self.tenders.iter().map(row).collect()
    }

    /// Whether a closing states exactly these sums.
    pub fn agree_with(&self, closing: &Closing) -> bool {
        self.totals == closing.totals
            && self.payments() == closing.payments
            && (self.sales, self.returns, self.cancels) == (closing.sales, closing.returns, closing.cancels)
            && (self.corrections, self.duplicates) == (closing.corrections, closing.duplicates)
            && (self.sales_ttc, self.returns_ttc) == (closing.sales_ttc, closing.returns_ttc)
    }

    fn add_ticket(&mut self, ticket: &Ticket) {
        match ticket.ticket_type {
            TicketType::Sale => {
                self.sales += 1;
                self.sales_ttc += ticket.totals.ttc;
            }
            TicketType::Return => {
                self.returns += 1;
                self.returns_ttc -= ticket.totals.ttc;
            }
            TicketType::Cancel => {
                self.cancels += 1;
                self.returns_ttc -= ticket.totals.ttc;
            }
            TicketType::Correction => self.corrections += 1,
        }
        self.totals.add(&ticket.totals);
        for payment in &ticket.payments {
            let sum = self.tenders.entry(payment.tender).or_default();
            sum.count += 1;
            sum.amount += payment.amount;
            if let Some(face) = payment.face {
                sum.excess += face - payment.amount;
            }
            if payment.tender == Tender::Cash {
                self.cash_expected += payment.amount;
            }
        }
        if !ticket.change.is_zero() {
            self.tenders.entry(Tender::Cash).or_default().amount -= ticket.change;
            self.cash_expected -= ticket.change;
        }
    }
}
