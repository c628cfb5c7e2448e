//! An exchange: goods of a sealed ticket come back, and others are sold for them on the counter. Both are sealed at once,
//! when the sale is paid.

use comptoir_core::held::Exchanging;
use comptoir_core::register::{Command, Exchange};
use comptoir_core::returns::Chosen;
use comptoir_core::settlement::{Due, Settled};
use comptoir_core::tender::{TenderError, TenderRequest};
use comptoir_fiscal::entry::TicketRef;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use super::Sale;
use crate::till::{Place, Till};

impl Sale {
    /// What is left to be paid for what is on the counter, once what comes back for it is counted.
    pub fn to_pay(&self) -> Cents {
        let worth = self.exchange.as_ref().map_or(Cents::ZERO, |exchange| exchange.worth);
        (self.basket.to_pay() - worth).max(Cents::ZERO)
    }

    /// Has what comes back pay for the sale, as far as it goes.
    pub(crate) fn pay_by_exchange(&self, due: &mut Due) -> Result<(), TenderError> {
        let Some(exchange) = &self.exchange else { return Ok(()) };
        let balance = exchange.worth;
        due.tender(TenderRequest::CreditNote { code: exchange.code.clone(), balance, amount: None }).map(drop)
    }

    /// What seals the sale, and with it what comes back.
    pub(crate) fn sealing_command(&self, settled: Settled) -> Command {
        match self.exchange.clone() {
            None => Command::Sell(Box::new(settled)),
            Some(Exchanging { of, chosen, reason, code, .. }) => {
                Command::Exchange(Box::new(Exchange { of, chosen, reason, code, pay_back: Vec::new(), sale: settled }))
            }
        }
    }

    /// How many of the payments on the payment screen are the exchange's own.
    pub(crate) fn payments_of_exchange(&self) -> usize {
        usize::from(self.exchange.is_some())
    }
}

/// Begins an exchange: what is sold for the goods comes onto the counter next.
pub(crate) fn begin(till: &mut Till, of: TicketRef, chosen: Vec<Chosen>, reason: String) {
    if till.pay.is_some() {
        return till.refuse_for(message!("A ticket is being paid at the counter. End that first."));
    }
    till.ask(
        move |register| {
            let begun = register.begin_exchange(of, &chosen, &reason)?;
            let worth = begun.refund.left();
            Ok(Exchanging { of, chosen, reason, code: begun.code, worth })
        },
        |till, begun: Result<_, comptoir_core::register::Refusal>| match begun {
            Ok(exchange) => {
                till.sale.exchange = Some(exchange);
                till.sale.touch();
                super::write_down(till);
                till.tickets.open = None;
                till.go(Place::Sale);
            }
            Err(refusal) => till.refuse(&refusal),
        },
    );
}

/// Lets an exchange go: nothing of it was sealed.
pub(crate) fn let_go(till: &mut Till) {
    till.sale.exchange = None;
    till.sale.touch();
}
