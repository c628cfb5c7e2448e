//! Another means of payment than was entered: the wrong one undone, the right one in its place, to the same sum.
//!
//! The sealed ticket stays as it is; the correction is a ticket of its own (event table: 420). Credit notes and gift
//! vouchers are excepted, as their balances have moved with the sale.

use std::collections::BTreeSet;

use comptoir_fiscal::entry::{Channel, Payment, Tender, Ticket, TicketRef, TicketType, Totals};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use crate::returns::{GivenBack, ReturnError, check_original, check_reason, paid_by, undone};
use crate::settlement::{Settled, TicketBody};
use crate::shown_by_message;
use crate::tender::{Tab, TenderError, TenderId, TenderRequest, name};
use crate::terms::Terms;

/// Why means of payment cannot be corrected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CorrectionError {
    Original(ReturnError),
    NothingChosen,
    UnknownPayment,
    NotCorrected { tender: Tender },
    CashExceeds { due: Cents },
    Tender(TenderError),
}

impl From<ReturnError> for CorrectionError {
    fn from(error: ReturnError) -> CorrectionError {
        CorrectionError::Original(error)
    }
}

impl From<TenderError> for CorrectionError {
    fn from(error: TenderError) -> CorrectionError {
        CorrectionError::Tender(error)
    }
}

impl CorrectionError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            CorrectionError::Original(error) => error.message(),
            CorrectionError::NothingChosen => message!("Choose the payment that was entered wrongly."),
            CorrectionError::UnknownPayment => message!("The ticket has no such payment; choose another."),
            CorrectionError::NotCorrected { tender } => message!(
                "A payment by {tender} cannot be corrected; cancel the ticket and sell again.",
                tender = name(tender)
            ),
            CorrectionError::CashExceeds { due } => {
                message!("A correction gives no change; enter the {due} that stayed in the drawer at most.", due = due)
            }
            CorrectionError::Tender(error) => error.message(),
        }
    }
}
shown_by_message!(CorrectionError);

/// A correction under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    at: TicketRef,
    reason: String,
    customer: Option<String>,
    undone: Vec<Payment>,
    tab: Tab,
}

/// Begins to correct payments of a ticket, by their places in [`paid_by`]. `eligible` is what of the ticket meal
/// vouchers may pay, which the sealed ticket does not say; the rules are those of the day of the sale.
pub fn correct(
    at: TicketRef,
    original: &Ticket,
    before: &GivenBack,
    wrong: &[usize],
    reason: &str,
    eligible: Cents,
    terms: &Terms,
) -> Result<Correction, CorrectionError> {
    check_original(at, original, before)?;
    // Refunds follow the means of payment as they stood; changing those afterwards would leave them without ground.
    if !before.refunds.is_empty() {
        return Err(ReturnError::AlreadyReturned { number: at.number }.into());
    }
    let reason = check_reason(reason)?;
    let payments = paid_by(original, before);
    let mut places = wrong.to_vec();
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Err(CorrectionError::NothingChosen);
    }
    let mut owed = Cents::ZERO;
    let mut taken_back = vec![];
    for place in &places {
        let payment = payments.get(*place).ok_or(CorrectionError::UnknownPayment)?;
        if !payment.amount.is_positive() || !can_be_corrected(payment.tender) {
            return Err(CorrectionError::NotCorrected { tender: payment.tender });
        }
        owed += payment.amount;
        taken_back.push(undone(payment));
    }
    let kept = |tender| -> Cents {
        let stays = payments.iter().enumerate().filter(|(place, _)| !places.contains(place));
        stays.filter(|(_, p)| p.tender == tender).map(|(_, p)| p.amount).sum()
    };
    let mut tab = Tab::new(owed, eligible - kept(Tender::MealVoucher), terms.clone());
    tab.cash_before = kept(Tender::Cash);
    tab.owed_besides = payments.iter().map(|p| p.amount).filter(|amount| amount.is_positive()).sum::<Cents>() - owed;
    tab.has_customer = original.customer.is_some();
    tab.pays_account = payments.iter().any(|p| p.tender == Tender::Account && p.amount.is_negative());
    Ok(Correction { at, reason, customer: original.customer.clone(), undone: taken_back, tab })
}

/// Whether a settled correction still holds after all that has become of its ticket: others may have come before it.
pub(crate) fn check_again(
    at: TicketRef,
    original: &Ticket,
    since: &GivenBack,
    payments: &[Payment],
) -> Result<(), CorrectionError> {
    check_original(at, original, since)?;
    if !since.refunds.is_empty() {
        return Err(ReturnError::AlreadyReturned { number: at.number }.into());
    }
    let mut paid = paid_by(original, since);
    for payment in payments.iter().filter(|payment| payment.amount.is_negative()) {
        let place = paid.iter().position(|paid| undone(paid) == *payment).ok_or(CorrectionError::UnknownPayment)?;
        paid.remove(place);
    }
    Ok(())
}

fn can_be_corrected(tender: Tender) -> bool {
    !matches!(tender, Tender::CreditNote | Tender::GiftVoucher | Tender::Tip)
}

impl Correction {
    /// The payments that are undone; negative.
    pub fn undone(&self) -> &[Payment] {
        &self.undone
    }

    /// What the right means of payment are still to make up.
    pub fn left(&self) -> Cents {
        self.tab.left()
    }

    /// Enters a right means of payment.
    pub fn tender(&mut self, request: TenderRequest) -> Result<TenderId, CorrectionError> {
        match &request {
            TenderRequest::CreditNote { .. } => Err(CorrectionError::NotCorrected { tender: Tender::CreditNote }),
            TenderRequest::GiftVoucher { .. } => Err(CorrectionError::NotCorrected { tender: Tender::GiftVoucher }),
            TenderRequest::Tip { .. } => Err(CorrectionError::NotCorrected { tender: Tender::Tip }),
            TenderRequest::Cash { handed, .. } if *handed > self.left() => {
                Err(CorrectionError::CashExceeds { due: self.left() })
            }
            _ => Ok(self.tab.take(request)?),
        }
    }

    /// Takes back what [`Correction::tender`] entered.
    pub fn undo(&mut self, id: TenderId) -> Result<(), CorrectionError> {
        Ok(self.tab.undo(id)?)
    }

    /// Says how many people paid with meal vouchers.
    pub fn set_meal_voucher_holders(&mut self, holders: u32) -> Result<(), CorrectionError> {
        Ok(self.tab.set_holders(holders)?)
    }

    /// Ends the correction, once the right means come to the same sum.
    pub fn settle(self) -> Result<Settled, (Box<Correction>, CorrectionError)> {
        let left = self.tab.left();
        if !left.is_zero() {
            return Err((Box::new(self), TenderError::NotPaid { left }.into()));
        }
        let cash_override = self.tab.cash_override();
        let payments = self.undone.into_iter().chain(self.tab.payments().cloned()).collect();
        let body = TicketBody {
            ticket_type: TicketType::Correction,
            refers_to: Some(self.at),
            reason: Some(self.reason),
            notes: vec![],
            channel: Channel::Counter,
            mode: None,
            customer: self.customer,
            lines: vec![],
            discounts: vec![],
            totals: Totals::default(),
            payments,
            change: Cents::ZERO,
        };
        Ok(Settled { body, cash_override, gates: BTreeSet::new() })
    }
}
