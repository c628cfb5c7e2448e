//! How a ticket is paid: what each tender may do on a ticket of each type.
//!
//! Source: `journal-format.md`, "ticket" (`payments`, `change`) and "tender".

use crate::entry::{Payment, Tender, Ticket, TicketType};
use crate::message;
use crate::values::Cents;

use super::report::{Findings, Rule, value};

/// Checks a ticket's payments and change.
pub(super) fn check(ticket: &Ticket, findings: &mut Findings) {
    for (place, payment) in ticket.payments.iter().enumerate() {
        check_payment(place, payment, ticket, findings);
    }
    check_change(ticket, findings);
    check_sum(ticket, findings);
}

fn check_change(ticket: &Ticket, findings: &mut Findings) {
    let cash = |payment: &&Payment| payment.tender == Tender::Cash && payment.amount.is_positive();
    let handed_over: Cents = ticket.payments.iter().filter(cash).map(|payment| payment.amount).sum();
    if ticket.change.is_negative() {
        findings.defect(Rule::Settlement, "body.change", message!("0 or more"), value(ticket.change));
    }
    if ticket.change > handed_over {
        let expected = message!("at most the {cash} of cash handed over", cash = handed_over);
        findings.defect(Rule::Settlement, "body.change", expected, value(ticket.change));
    }
}

/// Payments less change are the ticket's total. Saturating sums would let a forger hide behind the bound.
fn check_sum(ticket: &Ticket, findings: &mut Findings) {
    let paid: i128 = ticket.payments.iter().map(|payment| i128::from(payment.amount.get())).sum();
    let paid = paid - i128::from(ticket.change.get());
    if paid != i128::from(ticket.totals.ttc.get()) {
        findings.defect(Rule::Settlement, "body.payments", value(ticket.totals.ttc), value(paid));
    }
}

fn check_payment(place: usize, payment: &Payment, ticket: &Ticket, findings: &mut Findings) {
    let at = |key: &str| format!("body.payments[{place}].{key}");
    if payment.amount.is_zero() {
        findings.defect(Rule::Settlement, at("amount"), message!("an amount other than 0"), value(payment.amount));
    }
    check_face(place, payment, ticket.ticket_type, findings);
    let tender = payment.tender;
    match ticket.ticket_type {
        TicketType::Sale => {
            let has_lines = !ticket.lines.is_empty();
            // An account that is paid out: the page is silent on it, and no lines or totals can hide behind it.
            let is_payout =
                !has_lines && ticket.payments.iter().any(|p| p.tender == Tender::Account && p.amount.is_positive());
            let may_be_negative = is_payout
                || match tender {
                    Tender::Tip => true,
                    Tender::GiftVoucher | Tender::Account => !has_lines,
                    _ => false,
                };
            if payment.amount.is_negative() && !may_be_negative {
                let expected = match tender {
                    Tender::GiftVoucher | Tender::Account => {
                        message!("more than 0, or a ticket without lines that sells the voucher or feeds the account")
                    }
                    _ => message!("more than 0 by this tender on a sale"),
                };
                findings.defect(Rule::Settlement, at("amount"), expected, value(payment.amount));
            }
            tip_is_negative(place, payment, findings);
        }
        TicketType::Return => tip_is_negative(place, payment, findings),
        TicketType::Cancel => {}
        TicketType::Correction => {
            if matches!(tender, Tender::CreditNote | Tender::GiftVoucher) {
                let expected = message!("no credit note or gift voucher on a correction");
                findings.defect(Rule::Settlement, at("tender"), expected, value(tender.as_str()));
            }
        }
    }
    let issues_credit = ticket.ticket_type == TicketType::Return && tender == Tender::CreditNote;
    if issues_credit && payment.amount.is_negative() && payment.reference.as_ref().is_none_or(String::is_empty) {
        findings.defect(Rule::Settlement, at("ref"), message!("the code of the credit note"), message!("nothing"));
    }
}

fn tip_is_negative(place: usize, payment: &Payment, findings: &mut Findings) {
    if payment.tender == Tender::Tip && payment.amount.is_positive() {
        let at = format!("body.payments[{place}].amount");
        findings.defect(Rule::Settlement, at, message!("a tip below 0"), value(payment.amount));
    }
}

/// A paper voucher may be worth more than it pays; where it is undone, both are negated.
fn check_face(place: usize, payment: &Payment, ticket_type: TicketType, findings: &mut Findings) {
    let Some(face) = payment.face else { return };
    let at = format!("body.payments[{place}].face");
    if !matches!(payment.tender, Tender::MealVoucher | Tender::HolidayVoucher) {
        let expected = message!("a worth on meal and holiday vouchers only");
        findings.defect(Rule::Settlement, at, expected, value(face));
        return;
    }
    let is_undone = matches!(ticket_type, TicketType::Cancel | TicketType::Correction) && payment.amount.is_negative();
    let (worth, paid) = if is_undone { (-face, -payment.amount) } else { (face, payment.amount) };
    if worth <= paid || !paid.is_positive() {
        findings.defect(Rule::Settlement, at, message!("more than what it paid"), value(face));
    }
}
