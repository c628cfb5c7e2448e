//! The tickets of this till's journals, those that were left included: searched, known again by their code, and what can
//! still come back of each.

use comptoir_fiscal::entry::{Body, TicketRef};
use comptoir_fiscal::nf525::{self, Chain};
use comptoir_fiscal::receipt::Receipt;

use super::error::Refusal;
use super::{Register, RegisterError};
use crate::history::{Cursor, HistoryError, Page, TicketSearch, TicketSummary};
use crate::projection::tickets::{self, Found};
use crate::returns::{self, Returnable};

/// How many tickets a page holds at most.
const PAGE_MOST: usize = 200;

impl Register {
    /// Searches the tickets of all journals of this till, newest first: up to `page` of them (at most 200), from where the
    /// page before ended.
    pub fn find_tickets(
        &mut self,
        search: &TicketSearch,
        before: Option<Cursor>,
        page: usize,
    ) -> Result<Page, Refusal> {
        search.check()?;
        self.catch_up()?;
        let found = tickets::find(&self.shop, search, before, page.clamp(1, PAGE_MOST));
        let (found, next) = found.map_err(RegisterError::from)?;
        let tickets = found.into_iter().map(|found| self.summary(found)).collect::<Result<_, _>>()?;
        Ok(Page { tickets, next })
    }

    /// The ticket that a code was printed on, held against the entry in the journal. One of another till is refused, and
    /// one that the journal does not hold; [`Register::show`] then weighs whether it should.
    pub fn ticket_by_code(&mut self, text: &str) -> Result<TicketSummary, Refusal> {
        let receipt = Receipt::parse(text).map_err(|_| HistoryError::NotATicketsCode)?;
        self.catch_up()?;
        let label = tickets::label_of(&self.shop, receipt.register).map_err(RegisterError::from)?;
        let label = label.ok_or(HistoryError::OfAnotherTill)?;
        let Some(sealed) = self.line_if_any(receipt.register, receipt.seq)?.filter(|line| line.hash == receipt.hash)
        else {
            return Err(HistoryError::NotHeld { label }.into());
        };
        let Body::Ticket(ticket) = &sealed.entry.body else { return Err(HistoryError::NotATicketsCode.into()) };
        let mut tenders: Vec<_> = ticket.payments.iter().map(|payment| payment.tender).collect();
        tenders.sort_unstable();
        tenders.dedup();
        self.summary(Found {
            ticket: TicketRef { register: receipt.register, number: ticket.number },
            label,
            at: sealed.entry.at,
            business_date: ticket.business_date,
            operator: sealed.entry.operator.clone(),
            ticket_type: ticket.ticket_type,
            ttc: ticket.totals.ttc,
            tenders,
        })
    }

    /// What can still come back of a sale, line by line, and how it may be paid back.
    pub fn left_to_return(&mut self, of: TicketRef) -> Result<Returnable, Refusal> {
        let (original, before) = self.original(of)?;
        Ok(returns::left_to_return(of, &original, &before)?)
    }

    fn summary(&self, found: Found) -> Result<TicketSummary, Refusal> {
        let Found { ticket, label, at, business_date, operator, ticket_type, ttc, tenders } = found;
        Ok(TicketSummary {
            since: tickets::since(&self.shop, ticket).map_err(RegisterError::from)?,
            document: nf525::document(&label, Chain::T, ticket.number),
            operator_name: self.name_of(&operator).to_owned(),
            ticket,
            label,
            at,
            business_date,
            operator,
            ticket_type,
            ttc,
            tenders,
        })
    }
}
