//! Words that several papers use.

use comptoir_fiscal::entry::{CashType, Payment, Period, Tender};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// A means of payment, as it stands before an amount.
pub(crate) fn tender(tender: Tender) -> Message {
    match tender {
        Tender::Account => message!("On account"),
        Tender::Card => message!("Bank card"),
        Tender::Cash => message!("Cash"),
        Tender::Cheque => message!("Cheque"),
        Tender::CreditNote => message!("Credit note"),
        Tender::GiftVoucher => message!("Gift voucher"),
        Tender::HolidayVoucher => message!("Holiday voucher"),
        Tender::MealVoucher => message!("Meal voucher"),
        Tender::Online => message!("Online payment"),
        Tender::Tip => message!("Tip"),
        Tender::Transfer => message!("Bank transfer"),
    }
}

/// What was done with the drawer's cash.
pub fn movement(cash_type: CashType) -> Message {
    match cash_type {
        CashType::Float => message!("Float"),
        CashType::In => message!("Cash in"),
        CashType::Out => message!("Cash out"),
        CashType::Drop => message!("Drop to the safe"),
        CashType::Count => message!("Drawer count"),
    }
}

/// The closing of a period.
pub fn closing(period: Period) -> Message {
    match period {
        Period::Day => message!("Z — day closing"),
        Period::Month => message!("Closing of the month"),
        Period::Year => message!("Closing of the year"),
    }
}

/// What tells one voucher or cheque from another without being worth anything: its last four characters.
pub(super) fn end_of_reference(payment: &Payment) -> Option<String> {
    let reference = payment.reference.as_deref()?;
    let skipped = reference.chars().count().saturating_sub(4);
    let end: String = reference.chars().skip(skipped).collect();
    Some(if skipped == 0 { end } else { format!("…{end}") })
}
