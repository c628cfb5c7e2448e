//! Why a means of payment is refused, in the cashier's words.

use comptoir_fiscal::entry::Tender;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date};

use super::name;
use crate::private::PrivateError;
use crate::shown_by_message;
use crate::terms::DayOff;

/// Why a means of payment is refused. What was taken before is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum TenderError {
    NotPositive { amount: Cents },
    NothingDue,
    Exceeds { tender: Tender, due: Cents, excess: Cents },
    CashLimit { limit: Cents, excess: Cents },
    NoCash { limit: Cents },
    NonResidentLimit { limit: Cents, excess: Cents },
    ReasonEmpty,
    MealVouchersNotTaken { date: Date },
    MealVouchersOff { off: DayOff, date: Date },
    PaperNotTaken { date: Date },
    NothingEligible,
    AboveEligible { left: Cents, excess: Cents },
    AboveDay { per_day: Cents, holders: u32, excess: Cents },
    Holders,
    ConnectMinimum { minimum: Cents },
    VoucherTwice { code: String },
    VoucherSoldHere { code: String },
    VoucherEmpty { code: String },
    AboveBalance { code: String, balance: Cents, amount: Cents },
    CustomerNeeded,
    AccountByAccount,
    UnknownTender,
    UndoneLeavesTooMuch { excess: Cents },
    NotPaid { left: Cents },
    TendersTaken { amount: Cents },
    UnknownLine { n: u32 },
    Guests,
    Private(PrivateError),
}

impl From<PrivateError> for TenderError {
    fn from(error: PrivateError) -> TenderError {
        TenderError::Private(error)
    }
}

impl TenderError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            TenderError::NotPositive { amount } => {
                message!("A payment cannot be {amount}; enter more than 0.", amount = amount)
            }
            TenderError::NothingDue => message!("Nothing more is due; close the ticket, or undo a payment first."),
            TenderError::Exceeds { tender: Tender::Cheque, due, excess } => {
                message!("The cheque exceeds what is due by {excess}; enter at most {due}.", excess = excess, due = due)
            }
            TenderError::Exceeds { tender, due, excess } => message!(
                "The payment by {tender} exceeds what is due by {excess}, and change is given on cash alone; enter at most {due}.",
                tender = name(tender),
                excess = excess,
                due = due
            ),
            TenderError::CashLimit { limit, excess } => message!(
                "Cash on one ticket is limited to {limit} by law, which this exceeds by {excess}; take the rest by another means, or record the proof that the customer lives abroad.",
                limit = limit,
                excess = excess
            ),
            TenderError::NoCash { limit } => message!(
                "A ticket above {limit} takes no cash; take another means of payment, or record the proof that the customer lives abroad.",
                limit = limit
            ),
            TenderError::NonResidentLimit { limit, excess } => message!(
                "Even from a customer who lives abroad, cash is limited to {limit}, which this exceeds by {excess}; take the rest by another means.",
                limit = limit,
                excess = excess
            ),
            TenderError::ReasonEmpty => {
                message!(
                    "Say which proof was seen that the customer lives abroad, such as the country of the passport."
                )
            }
            TenderError::MealVouchersNotTaken { date } => message!(
                "No rule for meal vouchers holds on {date}; set one in the settings, or take another means of payment.",
                date = date
            ),
            TenderError::MealVouchersOff { off: DayOff::Sunday, date } => message!(
                "Meal vouchers are not taken on Sundays, which {date} is; take another means of payment.",
                date = date
            ),
            TenderError::MealVouchersOff { off: DayOff::Holiday, date } => message!(
                "Meal vouchers are not taken on public holidays, which {date} is; take another means of payment.",
                date = date
            ),
            TenderError::PaperNotTaken { date } => message!(
                "Paper meal vouchers are no longer taken on {date}; take a meal voucher card or another means of payment.",
                date = date
            ),
            TenderError::NothingEligible => message!(
                "Meal vouchers can pay for nothing more on this ticket; take another means of payment for the rest."
            ),
            TenderError::AboveEligible { left, excess } => message!(
                "Meal vouchers can pay {left} of this ticket, which this exceeds by {excess}; enter at most {left}.",
                left = left,
                excess = excess
            ),
            TenderError::AboveDay { per_day, holders, excess } => message!(
                "Meal vouchers are limited to {per_day} a day and holder; for {holders} of them this exceeds it by {excess}. Take less, or say how many holders pay.",
                per_day = per_day,
                holders = holders,
                excess = excess
            ),
            TenderError::Holders => message!("Say how many people pay with meal vouchers: 1 or more."),
            TenderError::ConnectMinimum { minimum } => message!(
                "Chèque-Vacances Connect pays {minimum} or more; enter at least that, or take another means of payment.",
                minimum = minimum
            ),
            TenderError::VoucherTwice { code } => message!(
                "The voucher {code} already pays on this ticket; undo it first to change its amount.",
                code = code
            ),
            TenderError::VoucherSoldHere { code } => message!(
                "The voucher {code} is sold on this very ticket and cannot pay for it; take another means of payment.",
                code = code
            ),
            TenderError::VoucherEmpty { code } => {
                message!("Nothing is left on the voucher {code}; take another means of payment.", code = code)
            }
            TenderError::AboveBalance { code, balance, amount } => message!(
                "{amount} is more than the {balance} left on the voucher {code}; enter at most {balance}.",
                amount = amount,
                balance = balance,
                code = code
            ),
            TenderError::CustomerNeeded => {
                message!("A payment on account needs its customer; choose the customer first.")
            }
            TenderError::AccountByAccount => {
                message!("An account cannot be paid from itself; take another means of payment.")
            }
            TenderError::UnknownTender => message!("This payment is no longer on the ticket; choose another."),
            TenderError::UndoneLeavesTooMuch { excess } => message!(
                "Without it, {excess} too much would be paid by means that give no change; undo those first.",
                excess = excess
            ),
            TenderError::NotPaid { left } => message!("{left} is still due; take a payment for it.", left = left),
            TenderError::TendersTaken { amount } => message!(
                "{amount} has been paid already; undo the payments before changing the basket.",
                amount = amount
            ),
            TenderError::UnknownLine { n } => message!("The ticket has no line {n}; choose another.", n = n),
            TenderError::Guests => message!("Say over how many guests to share: from 1 to 1,000."),
            TenderError::Private(error) => error.message(),
        }
    }
}
shown_by_message!(TenderError);
