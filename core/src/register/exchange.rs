//! Goods back and other goods for them, in one command: "an exchange is a return and a sale, a credit note between them"
//! (`journal-format.md`, "ticket").
//!
//! The code of that credit note is drawn beforehand, so that the sale can be settled against it before either is sealed.

use comptoir_fiscal::entry::{Body, Entry, Payment, Tender, TicketRef, TicketType};
use comptoir_fiscal::journal::Draft;
use comptoir_fiscal::values::Cents;

use super::Register;
use super::command::{PayBack, over_limit};
use super::error::Refusal;
use crate::returns::{Chosen, Refund};
use crate::settlement::Settled;
use crate::voucher::{Voucher, VoucherCode, VoucherError};

/// An exchange: all that its return and its sale are made of.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The ticket that the goods were bought with.
    pub of: TicketRef,
    /// What comes back.
    pub chosen: Vec<Chosen>,
    /// Why.
    pub reason: String,
    /// The code of the credit note between them, as [`Register::begin_exchange`] drew it.
    pub code: VoucherCode,
    /// What of the goods' worth is paid back by the means that paid them; all else goes on the credit note, where what the
    /// sale does not spend of it stays.
    pub pay_back: Vec<PayBack>,
    /// What is sold for it, paid with that credit note, and by any other means for what is missing.
    pub sale: Settled,
}

/// What goods that come back are worth in an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeBegun {
    /// The code under which they pay for the goods that are sold.
    pub code: VoucherCode,
    /// What comes back, its lines and sums, and by which means it may be paid back.
    pub refund: Refund,
}

impl Register {
    /// Says what goods are worth that are to be exchanged, and draws the code under which they pay. Nothing is sealed.
    pub fn begin_exchange(&mut self, of: TicketRef, chosen: &[Chosen], reason: &str) -> Result<ExchangeBegun, Refusal> {
        let refund = self.refund(of, chosen, reason)?;
        if !refund.left().is_positive() {
            return Err(Refusal::NothingToExchange);
        }
        Ok(ExchangeBegun { code: self.new_voucher_code()?, refund })
    }

    /// What an exchange comes to: its return, and the sale right after it.
    pub(super) fn exchanged(&mut self, exchange: Exchange) -> Result<Vec<Draft>, Refusal> {
        let Exchange { of, chosen, reason, code, pay_back, sale } = exchange;
        if sale.body().ticket_type != TicketType::Sale {
            return Err(Refusal::NotASale);
        }
        let mut refund = self.refund(of, &chosen, &reason)?;
        for part in &pay_back {
            match part {
                PayBack::Tender { tender, reference, amount } => {
                    refund.pay_back(*tender, reference.as_deref(), *amount)?;
                }
                // What is not paid back is on the exchange's own credit note.
                PayBack::CreditNote => {}
            }
        }
        let worth = refund.left();
        if !worth.is_positive() {
            return Err(Refusal::NothingToExchange);
        }
        refund.credit_note(&code, worth)?;
        self.check_new_code(&code)?;
        self.check_paid_by(&code, worth, &sale.body().payments)?;
        let given_back = refund.settle().map_err(|(_, error)| error)?;
        let tickets = [given_back, sale.clone()].map(|settled| Draft::Ticket(settled.into_body().into()));
        Ok(over_limit(&sale).into_iter().chain(tickets).collect())
    }

    /// Refuses a sale that does not spend the credit note of its exchange, or more of it than it is worth; its other
    /// vouchers are looked at as in any sale.
    fn check_paid_by(&mut self, code: &VoucherCode, worth: Cents, payments: &[Payment]) -> Result<(), Refusal> {
        let text = code.to_string();
        let (with, others): (Vec<Payment>, Vec<Payment>) =
            payments.iter().cloned().partition(|payment| payment.reference.as_ref() == Some(&text));
        match &with[..] {
            [] => return Err(Refusal::NotPaidByExchange),
            [paid] if paid.tender != Tender::CreditNote || !paid.amount.is_positive() => {
                return Err(VoucherError::Differs { code: text }.into());
            }
            [paid] if paid.amount > worth => {
                let excess = paid.amount - worth;
                return Err(VoucherError::AboveBalance { code: text, left: worth, excess }.into());
            }
            [_] => {}
            _ => return Err(VoucherError::Taken { code: text }.into()),
        }
        self.check_vouchers(&others)?;
        self.check_new_codes(&others)
    }
}

/// Whether two entries are the return and the sale of an exchange: the sale spends what the return issued.
pub(super) fn are_an_exchange(first: &Entry, second: &Entry) -> bool {
    let (Body::Ticket(back), Body::Ticket(sale)) = (&first.body, &second.body) else { return false };
    let notes = |payments: &[Payment], issued: bool| -> Vec<Option<String>> {
        let notes = payments.iter().filter(|payment| payment.tender == Tender::CreditNote);
        notes.filter(|note| note.amount.is_negative() == issued).map(|note| note.reference.clone()).collect()
    };
    let spent = notes(&sale.payments, false);
    (back.ticket_type, sale.ticket_type) == (TicketType::Return, TicketType::Sale)
        && notes(&back.payments, true).iter().any(|issued| spent.contains(issued))
}

/// Whether an entry spends the whole of a voucher.
pub(super) fn spends_all_of(voucher: &Voucher, entry: &Entry) -> bool {
    let Body::Ticket(ticket) = &entry.body else { return false };
    let code = Some(voucher.code.to_string());
    ticket.payments.iter().any(|payment| payment.amount == voucher.amount && payment.reference == code)
}
