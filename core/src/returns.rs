//! Goods back and whole sales undone, to the cent and never more than is left.
//!
//! The lines of a return and of a cancel are made from the sealed ticket alone, by `journal-format.md` ("Arithmetic"):
//! the frozen rate, price and label, in proportion to what the line came to after all discounts.

use std::collections::{BTreeMap, BTreeSet};

use comptoir_fiscal::arithmetic::{LineInput, figures, gross, returned_total};
use comptoir_fiscal::entry::{Discount, Line, Payment, Tender, Ticket, TicketRef, TicketType, Totals, VatRow};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};
use serde::{Deserialize, Serialize};

use crate::private::{PrivateError, without_card_number};
use crate::settlement::{Settled, TicketBody};
use crate::shown_by_message;
use crate::tender::name;
use crate::voucher::VoucherCode;

/// What has become of a ticket since it was sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenBack {
    /// By line `n`: the quantity given back, and what was paid for it; both positive.
    pub lines: BTreeMap<u32, (Quantity, Cents)>,
    /// How its returns were paid back: as sealed, so negative.
    pub refunds: Vec<Payment>,
    /// The payments of its corrections, in the order sealed.
    pub corrections: Vec<Payment>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

impl GivenBack {
    /// Gathers what tickets sealed later say of one ticket, in the order they were sealed; others are passed over.
    pub fn of<'a>(original: TicketRef, later: impl IntoIterator<Item = &'a Ticket>) -> GivenBack {
        let mut found = GivenBack::default();
        for ticket in later.into_iter().filter(|ticket| ticket.refers_to == Some(original)) {
            match ticket.ticket_type {
                TicketType::Return => {
                    for line in &ticket.lines {
                        let (qty, amount) = found.lines.entry(line.of.unwrap_or(line.n)).or_default();
                        *qty = *qty - line.qty;
                        *amount -= line.total;
                    }
                    found.refunds.extend(ticket.payments.iter().cloned());
                }
                TicketType::Cancel => found.cancelled = true,
                TicketType::Correction => found.corrections.extend(ticket.payments.iter().cloned()),
                TicketType::Sale => {}
            }
        }
        found
    }

    /// How much of a line is left to give back.
    pub fn left_of(&self, line: &Line) -> Quantity {
        let back = self.lines.get(&line.n).map_or(Quantity::ZERO, |(qty, _)| *qty);
        Quantity::thousandths((line.qty - back).get().max(0))
    }
}

/// So much of a line that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The line of the original.
    pub n: u32,
    /// How much, as a positive quantity.
    pub qty: Quantity,
}

/// A way to pay back what one means of payment had paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The means.
    pub tender: Tender,
    /// Of a voucher, its code.
    pub reference: Option<String>,
    /// What of it is left to pay back.
    pub most: Cents,
}

/// Why goods cannot come back, or a sale not be undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ReturnError {
    NotASale { number: u64 },
    AlreadyCancelled { number: u64 },
    AlreadyReturned { number: u64 },
    NothingChosen,
    UnknownLine { n: u32 },
    ChosenTwice { n: u32 },
    NegativeLine { label: String },
    QuantityNotPositive { label: String, qty: Quantity },
    NotWhole { label: String, qty: Quantity },
    MoreThanLeft { label: String, left: Quantity, qty: Quantity },
    NoReason,
    NotPositive { amount: Cents },
    MoreThanOwed { owed: Cents, excess: Cents },
    NotPaidSo { tender: Tender },
    MoreThanPaidSo { tender: Tender, most: Cents },
    CodeTwice { code: String },
    StillOwed { left: Cents },
    Private(PrivateError),
}

impl From<PrivateError> for ReturnError {
    fn from(error: PrivateError) -> ReturnError {
        ReturnError::Private(error)
    }
}

impl ReturnError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self.clone() {
            ReturnError::NotASale { number } => message!(
                "Ticket {number} is not a sale; choose the ticket by which the goods were sold.",
                number = number
            ),
            ReturnError::AlreadyCancelled { number } => {
                message!("Ticket {number} has been cancelled; nothing of it is left to undo.", number = number)
            }
            ReturnError::AlreadyReturned { number } => message!(
                "Something of ticket {number} has come back already; return what is left instead.",
                number = number
            ),
            ReturnError::NothingChosen => message!("Choose what comes back."),
            ReturnError::UnknownLine { n } => message!("The ticket has no line {n}; choose another.", n = n),
            ReturnError::ChosenTwice { n } => message!("Line {n} is chosen twice; add up its quantities.", n = n),
            ReturnError::NegativeLine { label } => {
                message!(
                    "{label} was given back on that ticket and cannot come back again; choose another line.",
                    label = label
                )
            }
            ReturnError::QuantityNotPositive { label, qty } => {
                message!("{qty} of {label} cannot come back; enter more than 0.", qty = qty, label = label)
            }
            ReturnError::NotWhole { label, qty } => message!(
                "{label} was sold by the piece and cannot come back by {qty}; enter whole pieces.",
                label = label,
                qty = qty
            ),
            ReturnError::MoreThanLeft { label, left, qty } => message!(
                "{qty} of {label} is more than the {left} left to come back; enter at most that.",
                qty = qty,
                label = label,
                left = left
            ),
            ReturnError::NoReason => message!("Say why, in a few words."),
            ReturnError::NotPositive { amount } => {
                message!("The amount cannot be {amount}; enter more than 0.", amount = amount)
            }
            ReturnError::MoreThanOwed { owed, excess } => message!(
                "This is {excess} more than the {owed} to pay back; enter at most that.",
                excess = excess,
                owed = owed
            ),
            ReturnError::NotPaidSo { tender } => message!(
                "The ticket was not paid by {tender}; pay back by the means it was paid with, or make a credit note.",
                tender = name(tender)
            ),
            ReturnError::MoreThanPaidSo { tender, most } => message!(
                "By {tender}, {most} is left to pay back of this ticket; pay the rest by another means, or make a credit note.",
                tender = name(tender),
                most = most
            ),
            ReturnError::CodeTwice { code } => {
                message!("The code {code} is already on this ticket; use a new one.", code = code)
            }
            ReturnError::StillOwed { left } => {
                message!("{left} is still to be paid back; say by which means.", left = left)
            }
            ReturnError::Private(error) => error.message(),
        }
    }
}
shown_by_message!(ReturnError);

/// A return whose lines are known and whose money is still to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    body: TicketBody,
    ways: Vec<Way>,
}

/// What can still come back of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineLeft {
    /// The line of the original.
    pub n: u32,
    /// The product's code.
    pub sku: String,
    /// What it was sold as.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// How much was sold.
    pub sold: Quantity,
    /// How much of it is left to come back; 0 of what was itself given back on that ticket.
    pub left: Quantity,
    /// What all of that pays back, after all discounts.
    pub pays_back: Cents,
}

/// What can still come back of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returnable {
    /// Its lines, in their order.
    pub lines: Vec<LineLeft>,
    /// What all of it pays back.
    pub pays_back: Cents,
    /// The means by which that may be paid back, with what is left of each. A credit note is always possible.
    pub ways: Vec<Way>,
}

/// What can still come back of a sale, line by line.
pub fn left_to_return(at: TicketRef, original: &Ticket, before: &GivenBack) -> Result<Returnable, ReturnError> {
    check_original(at, original, before)?;
    let line_left = |line: &Line| {
        let left = before.left_of(line);
        let (back, paid) = before.lines.get(&line.n).copied().unwrap_or_default();
        let pays_back =
            if left.is_zero() { Cents::ZERO } else { -returned_total(line.total, line.qty, back + left, paid) };
        LineLeft {
            n: line.n,
            sku: line.sku.clone(),
            label: line.label.clone(),
            unit: line.unit.clone(),
            sold: line.qty,
            left,
            pays_back,
        }
    };
    let lines: Vec<LineLeft> = original.lines.iter().map(line_left).collect();
    let mut ways = ways(original, before);
    ways.retain(|way| way.most.is_positive());
    Ok(Returnable { pays_back: lines.iter().map(|line| line.pays_back).sum(), lines, ways })
}

/// Takes back chosen lines and quantities of a ticket.
pub fn give_back(
    at: TicketRef,
    original: &Ticket,
    before: &GivenBack,
    chosen: &[Chosen],
    reason: &str,
) -> Result<Refund, ReturnError> {
    check_original(at, original, before)?;
    let reason = check_reason(reason)?;
    if chosen.is_empty() {
        return Err(ReturnError::NothingChosen);
    }
    let mut lines: Vec<Line> = vec![];
    for Chosen { n, qty } in chosen {
        let line = original.lines.iter().find(|line| line.n == *n).ok_or(ReturnError::UnknownLine { n: *n })?;
        if lines.iter().any(|taken| taken.of == Some(*n)) {
            return Err(ReturnError::ChosenTwice { n: *n });
        }
        let place = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
        lines.push(line_back(line, place, *qty, before)?);
    }
    let inputs: Vec<LineInput> = lines.iter().map(LineInput::from).collect();
    let sums = figures(&inputs, &[]).map_err(|_| ReturnError::NothingChosen)?;
    lines.iter_mut().zip(sums.hts).for_each(|(line, ht)| line.ht = ht);
    let body = TicketBody {
        ticket_type: TicketType::Return,
        refers_to: Some(at),
        reason: Some(reason),
        notes: vec![],
        channel: original.channel,
        mode: original.mode,
        customer: original.customer.clone(),
        lines,
        discounts: vec![],
        totals: sums.sums,
        payments: vec![],
        change: Cents::ZERO,
    };
    Ok(Refund { body, ways: ways(original, before) })
}

/// Undoes a whole sale of which nothing was returned: every amount and quantity negated, to the means of payment that
/// paid it, as corrected since. A gift voucher that it sold is taken back, so the caller first makes sure that nothing
/// of it was spent.
pub fn cancel(at: TicketRef, original: &Ticket, before: &GivenBack, reason: &str) -> Result<Settled, ReturnError> {
    check_original(at, original, before)?;
    if before.lines.values().any(|(qty, _)| !qty.is_zero()) {
        return Err(ReturnError::AlreadyReturned { number: at.number });
    }
    let negated = |line: &Line| Line {
        qty: -line.qty,
        total: -line.total,
        ht: -line.ht,
        discounts: negated_discounts(&line.discounts),
        ..line.clone()
    };
    let rows =
        original.totals.vat.iter().map(|row| VatRow { rate: row.rate, ttc: -row.ttc, ht: -row.ht, vat: -row.vat });
    let body = TicketBody {
        ticket_type: TicketType::Cancel,
        refers_to: Some(at),
        reason: Some(check_reason(reason)?),
        notes: vec![],
        channel: original.channel,
        mode: original.mode,
        customer: original.customer.clone(),
        lines: original.lines.iter().map(negated).collect(),
        discounts: negated_discounts(&original.discounts),
        totals: Totals { ht: -original.totals.ht, ttc: -original.totals.ttc, vat: rows.collect() },
        payments: paid_by(original, before).iter().map(undone).collect(),
        change: Cents::ZERO,
    };
    Ok(Settled { body, cash_override: None, gates: BTreeSet::new() })
}

/// How a ticket was paid, as it stands after its corrections: cash less change.
pub fn paid_by(original: &Ticket, since: &GivenBack) -> Vec<Payment> {
    let mut payments = original.payments.clone();
    let mut change = original.change;
    for payment in payments.iter_mut().rev().filter(|payment| payment.tender == Tender::Cash) {
        let part = change.min(payment.amount.max(Cents::ZERO));
        payment.amount -= part;
        change -= part;
    }
    for correction in &since.corrections {
        let undoes = |payment: &Payment| undone(payment) == *correction;
        match payments.iter().position(undoes).filter(|_| correction.amount.is_negative()) {
            Some(at) => drop(payments.remove(at)),
            None => payments.push(correction.clone()),
        }
    }
    payments.retain(|payment| !payment.amount.is_zero());
    payments
}

/// A payment undone: its amount and face negated.
pub(crate) fn undone(payment: &Payment) -> Payment {
    Payment { amount: -payment.amount, face: payment.face.map(|face| -face), ..payment.clone() }
}

impl Refund {
    /// What comes back; quantities and totals are negative.
    pub fn lines(&self) -> &[Line] {
        &self.body.lines
    }

    /// The sums; negative.
    pub fn totals(&self) -> &Totals {
        &self.body.totals
    }

    /// What is still to be paid back.
    pub fn left(&self) -> Cents {
        self.body.payments.iter().map(|payment| payment.amount).sum::<Cents>() - self.body.totals.ttc
    }

    /// The means by which the sale was paid, with what is left to pay back of each. A credit note is always possible.
    pub fn ways(&self) -> Vec<Way> {
        let left = |way: &Way| {
            let given = self.body.payments.iter().filter(|payment| is_way(way, payment));
            Way { most: way.most + given.map(|payment| payment.amount).sum(), ..way.clone() }
        };
        self.ways.iter().map(left).filter(|way| way.most.is_positive()).collect()
    }

    /// Pays back by a means by which the sale was paid, at most what it paid; of a voucher, on the same code.
    pub fn pay_back(&mut self, tender: Tender, reference: Option<&str>, amount: Cents) -> Result<(), ReturnError> {
        self.check_amount(amount)?;
        let asked = Payment { amount: -amount, face: None, reference: reference.map(str::to_owned), tender };
        if let Some(reference) = reference {
            without_card_number(reference)?;
        }
        let way = self.ways().into_iter().find(|way| is_way(way, &asked)).ok_or(ReturnError::NotPaidSo { tender })?;
        if amount > way.most {
            return Err(ReturnError::MoreThanPaidSo { tender, most: way.most });
        }
        self.body.payments.push(asked);
        Ok(())
    }

    /// Pays back by a new credit note.
    pub fn credit_note(&mut self, code: &VoucherCode, amount: Cents) -> Result<(), ReturnError> {
        self.check_amount(amount)?;
        let reference = Some(code.to_string());
        let same = |payment: &Payment| payment.reference == reference;
        if self.body.payments.iter().any(same) || self.ways.iter().any(|way| way.reference == reference) {
            return Err(ReturnError::CodeTwice { code: code.to_string() });
        }
        self.body.payments.push(Payment { amount: -amount, face: None, reference, tender: Tender::CreditNote });
        Ok(())
    }

    /// Forgets how it was to be paid back, to choose anew.
    pub fn start_over(&mut self) {
        self.body.payments.clear();
    }

    /// Ends the return, once all is paid back.
    pub fn settle(self) -> Result<Settled, (Box<Refund>, ReturnError)> {
        let left = self.left();
        if left.is_zero() {
            return Ok(Settled { body: self.body, cash_override: None, gates: BTreeSet::new() });
        }
        Err((Box::new(self), ReturnError::StillOwed { left }))
    }

    fn check_amount(&self, amount: Cents) -> Result<(), ReturnError> {
        let owed = self.left();
        if !amount.is_positive() {
            return Err(ReturnError::NotPositive { amount });
        }
        if amount > owed { Err(ReturnError::MoreThanOwed { owed, excess: amount - owed }) } else { Ok(()) }
    }
}

pub(crate) fn check_original(at: TicketRef, original: &Ticket, before: &GivenBack) -> Result<(), ReturnError> {
    let number = at.number;
    if original.ticket_type != TicketType::Sale {
        return Err(ReturnError::NotASale { number });
    }
    if before.cancelled { Err(ReturnError::AlreadyCancelled { number }) } else { Ok(()) }
}

pub(crate) fn check_reason(reason: &str) -> Result<String, ReturnError> {
    without_card_number(reason)?;
    if reason.trim().is_empty() { Err(ReturnError::NoReason) } else { Ok(reason.trim().to_owned()) }
}

fn line_back(line: &Line, n: u32, qty: Quantity, before: &GivenBack) -> Result<Line, ReturnError> {
    let label = || line.label.clone();
    if line.qty.get() <= 0 {
        return Err(ReturnError::NegativeLine { label: label() });
    }
    if qty.get() <= 0 {
        return Err(ReturnError::QuantityNotPositive { label: label(), qty });
    }
    let left = before.left_of(line);
    if qty > left {
        return Err(ReturnError::MoreThanLeft { label: label(), left, qty });
    }
    if line.unit == "pce" && qty.get() % 1000 != 0 {
        return Err(ReturnError::NotWhole { label: label(), qty });
    }
    let (back, paid) = before.lines.get(&line.n).copied().unwrap_or_default();
    let total = returned_total(line.total, line.qty, back + qty, paid);
    // One discount of either sign makes up what the price alone does not come to.
    let amount = gross(-qty, line.unit_price) - total;
    let discounts = if amount.is_zero() { vec![] } else { vec![Discount { amount, label: "Remise".to_owned() }] };
    Ok(Line { n, of: Some(line.n), qty: -qty, total, discounts, menu: None, tare: None, ..line.clone() })
}

fn negated_discounts(discounts: &[Discount]) -> Vec<Discount> {
    discounts.iter().map(|d| Discount { amount: -d.amount, label: d.label.clone() }).collect()
}

fn is_voucher(tender: Tender) -> bool {
    matches!(tender, Tender::CreditNote | Tender::GiftVoucher)
}

fn is_way(way: &Way, payment: &Payment) -> bool {
    way.tender == payment.tender && (!is_voucher(way.tender) || way.reference == payment.reference)
}

fn ways(original: &Ticket, before: &GivenBack) -> Vec<Way> {
    let mut ways: Vec<Way> = vec![];
    for payment in paid_by(original, before).iter().filter(|payment| payment.amount.is_positive()) {
        match ways.iter_mut().find(|way| is_way(way, payment)) {
            Some(way) => way.most += payment.amount,
            None => {
                let reference = payment.reference.clone().filter(|_| is_voucher(payment.tender));
                ways.push(Way { tender: payment.tender, reference, most: payment.amount });
            }
        }
    }
    for refund in &before.refunds {
        if let Some(way) = ways.iter_mut().find(|way| is_way(way, refund)) {
            way.most += refund.amount;
        }
    }
    ways
}

#[cfg(test)]
mod tests;
