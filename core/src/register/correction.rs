//! Correcting how a ticket was paid, as the till knows it: what it was paid by, and what meal vouchers may pay of it.

use comptoir_fiscal::entry::{Payment, TicketRef};
use comptoir_fiscal::values::Cents;

use super::Register;
use super::error::Refusal;
use crate::correction::{Correction, correct};
use crate::returns::paid_by;

impl Register {
    /// How a ticket was paid, as it stands after its corrections.
    pub fn payments_of(&mut self, of: TicketRef) -> Result<Vec<Payment>, Refusal> {
        let (original, since) = self.original(of)?;
        Ok(paid_by(&original, &since))
    }

    /// Begins to correct payments of a ticket, by their places in [`Register::payments_of`]. Meal vouchers may pay for what
    /// they may pay for in today's catalogue, by the rules of the day of the sale.
    pub fn begin_correction(&mut self, of: TicketRef, wrong: &[usize], reason: &str) -> Result<Correction, Refusal> {
        let (original, since) = self.original(of)?;
        let catalogue = self.stored_catalogue();
        let is_eligible = |sku: &str| catalogue.product(sku).is_some_and(|product| product.meal_voucher);
        let eligible: Cents = original.lines.iter().filter(|line| is_eligible(&line.sku)).map(|line| line.total).sum();
        let terms = self.rules.on(original.business_date);
        Ok(correct(of, &original, &since, wrong, reason, eligible.max(Cents::ZERO), &terms)?)
    }
}
