//! Another means of payment than was entered: the wrong payment undone, the right one in its place.

use comptoir_core::register::Command;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Payment, Tender, TicketRef};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use super::{Open, Step, done_by};
use crate::till::Till;

/// What is put right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Correcting {
    /// The place of the payment that was wrong, among those of the ticket.
    pub(crate) wrong: Option<usize>,
    /// The means that it was.
    pub(crate) right: Option<Right>,
}

/// A means that can stand in the place of a wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Right {
    Cash,
    Card,
    MealVoucherCard,
    MealVoucherPaper,
    Cheque,
    HolidayVoucherPaper,
    HolidayVoucherConnect,
    Transfer,
}

impl Right {
    /// Every one, in the order of their keys.
    pub const ALL: [Right; 8] = [
        Right::Cash,
        Right::Card,
        Right::MealVoucherCard,
        Right::MealVoucherPaper,
        Right::Cheque,
        Right::HolidayVoucherPaper,
        Right::HolidayVoucherConnect,
        Right::Transfer,
    ];

    /// The payment of so much by it.
    fn request(self, amount: Cents) -> TenderRequest {
        let reference = None;
        match self {
            Right::Cash => TenderRequest::Cash { handed: amount, over_limit: None },
            Right::Card => TenderRequest::Card { amount, reference },
            Right::MealVoucherCard => TenderRequest::MealVoucherCard { amount, reference },
            Right::MealVoucherPaper => TenderRequest::MealVoucherPaper { face: amount, reference },
            Right::Cheque => TenderRequest::Cheque { amount, reference },
            Right::HolidayVoucherPaper => TenderRequest::HolidayVoucherPaper { face: amount, reference },
            Right::HolidayVoucherConnect => TenderRequest::HolidayVoucherConnect { amount, reference },
            Right::Transfer => TenderRequest::Transfer { amount, reference },
        }
    }

    /// What it is in the journal.
    pub(crate) fn tender(self) -> Tender {
        match self {
            Right::Cash => Tender::Cash,
            Right::Card => Tender::Card,
            Right::MealVoucherCard | Right::MealVoucherPaper => Tender::MealVoucher,
            Right::Cheque => Tender::Cheque,
            Right::HolidayVoucherPaper | Right::HolidayVoucherConnect => Tender::HolidayVoucher,
            Right::Transfer => Tender::Transfer,
        }
    }
}

/// Whether a payment can have been entered wrongly: not those whose balance moved with the sale.
pub(crate) fn can_be_wrong(payment: &Payment) -> bool {
    let moved = matches!(payment.tender, Tender::CreditNote | Tender::GiftVoucher | Tender::Tip);
    payment.amount.is_positive() && !moved
}

impl Open {
    /// Whether a payment of it can be put right.
    pub(crate) fn can_be_corrected(&self) -> bool {
        let since = self.summary.since;
        self.left.is_ok() && !since.came_back && self.payments.iter().any(can_be_wrong)
    }
}

/// Goes on to it; where there is one payment, that is the wrong one.
pub(super) fn begin(till: &mut Till) {
    let Some(open) = &till.tickets.open else { return };
    let mut places = open.payments.iter().enumerate().filter(|(_, payment)| can_be_wrong(payment));
    let wrong = match (places.next(), places.next()) {
        (Some((only, _)), None) => Some(only),
        _ => None,
    };
    super::step(till, Step::Correcting(Correcting { wrong, right: None }));
}

pub(super) fn wrong(till: &mut Till, place: usize) {
    let Some(open) = &mut till.tickets.open else { return };
    if let Step::Correcting(correcting) = &mut open.step
        && open.payments.get(place).is_some_and(can_be_wrong)
    {
        correcting.wrong = Some(place);
    }
}

pub(super) fn right(till: &mut Till, right: Right) {
    let Some(open) = &mut till.tickets.open else { return };
    if let Step::Correcting(correcting) = &mut open.step {
        correcting.right = Some(right);
    }
}

pub(super) fn confirm(till: &mut Till, of: TicketRef, correcting: Correcting, reason: String) {
    let Correcting { wrong: Some(wrong), right: Some(right) } = correcting else { return };
    if let Some(open) = &mut till.tickets.open {
        open.waits = true;
    }
    till.ask(
        move |register| {
            let mut correction = register.begin_correction(of, &[wrong], &reason)?;
            let amount = correction.left();
            correction.tender(right.request(amount))?;
            Ok(correction.settle().map_err(|(_, error)| error)?)
        },
        |till, settled| match settled {
            Ok(settled) => done_by(
                till,
                Command::Sell(Box::new(settled)),
                message!("The payment is put right by a ticket of its own."),
            ),
            Err(refusal) => {
                if let Some(open) = &mut till.tickets.open {
                    (open.waits, open.sure) = (false, false);
                }
                let refusal: comptoir_core::register::Refusal = refusal;
                till.refuse(&refusal);
            }
        },
    );
}
