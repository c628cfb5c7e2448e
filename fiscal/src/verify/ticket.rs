//! The arithmetic of tickets and notes, and what a ticket of each type may hold.
//!
//! Source: `journal-format.md`, "ticket" and "Arithmetic, which every verifier checks".

use crate::arithmetic::{self, LineInput};
use crate::entry::{Cash, CashType, Discount, Line, Note, Ticket, TicketType, Totals};
use crate::message;
use crate::values::Cents;

use super::report::{Findings, Rule, json, value};

/// Lines times ticket discounts beyond which this code does not compute a ticket.
const WORK_MAX: usize = 1_000_000;

/// The label that a return's one line discount has.
const RETURN_DISCOUNT: &str = "Remise";

/// Checks a ticket's lines, discounts, totals and type.
pub(super) fn check_ticket(ticket: &Ticket, findings: &mut Findings) {
    check_figures(&ticket.lines, &ticket.discounts, &ticket.totals, findings);
    check_facts(ticket, findings);
}

/// Checks what a ticket says besides its figures.
pub(super) fn check_facts(ticket: &Ticket, findings: &mut Findings) {
    match ticket.ticket_type {
        TicketType::Sale => check_sale(ticket, findings),
        TicketType::Return => check_return(ticket, findings),
        TicketType::Cancel => {}
        TicketType::Correction => check_correction(ticket, findings),
    }
    check_reference(ticket, findings);
}

/// Checks a note's lines, discounts and totals.
pub(super) fn check_note(note: &Note, findings: &mut Findings) {
    check_figures(&note.lines, &note.discounts, &note.totals, findings);
    without_of(&note.lines, findings);
}

/// Checks what a cash entry says by itself.
pub(super) fn check_cash(cash: &Cash, findings: &mut Findings) {
    if cash.amount.is_negative() {
        findings.defect(Rule::Body, "body.amount", message!("0 or more"), value(cash.amount));
    }
    if cash.cash_type != CashType::Count {
        return;
    }
    let amount = Some(cash.amount);
    findings.same(Rule::Body, "body.counted", &amount, &cash.counted);
    match cash.expected {
        None => findings.defect(Rule::Body, "body.expected", message!("what should be there"), message!("nothing")),
        Some(expected) => {
            findings.same(Rule::Body, "body.difference", &Some(cash.amount - expected), &cash.difference);
        }
    }
}

fn check_figures(lines: &[Line], discounts: &[Discount], totals: &Totals, findings: &mut Findings) {
    for (place, line) in lines.iter().enumerate() {
        check_line(place, line, lines.len(), findings);
    }
    if lines.len().saturating_mul(discounts.len()) > WORK_MAX {
        let expected = message!("a ticket of a size that this program computes");
        let found =
            message!("{lines} lines and {discounts} discounts", lines = lines.len(), discounts = discounts.len());
        return findings.inconclusive(Rule::Unreadable, "body.discounts", expected, found);
    }
    let inputs: Vec<LineInput> = lines.iter().map(LineInput::from).collect();
    let amounts: Vec<Cents> = discounts.iter().map(|discount| discount.amount).collect();
    let figures = match arithmetic::figures(&inputs, &amounts) {
        Ok(figures) => figures,
        Err(fault) => {
            let expected = message!("at most the sum of what it is spread over");
            return findings.defect(Rule::Arithmetic, "body.discounts", expected, value(fault.amount));
        }
    };
    for (place, line) in lines.iter().enumerate() {
        if line.total != figures.totals[place] {
            let at = format!("body.lines[{place}].total");
            findings.same(Rule::Arithmetic, at, &figures.totals[place], &line.total);
        }
        if line.ht != figures.hts[place] {
            findings.same(Rule::Arithmetic, format!("body.lines[{place}].ht"), &figures.hts[place], &line.ht);
        }
    }
    same_totals(Rule::Arithmetic, &figures.sums, totals, findings);
}

/// Compares totals key by key.
pub(super) fn same_totals(rule: Rule, expected: &Totals, found: &Totals, findings: &mut Findings) {
    findings.same(rule, "body.totals.ttc", &expected.ttc, &found.ttc);
    findings.same(rule, "body.totals.ht", &expected.ht, &found.ht);
    if expected.vat != found.vat {
        findings.defect(rule, "body.totals.vat", json(&expected.vat), json(&found.vat));
    }
}

fn check_line(place: usize, line: &Line, lines: usize, findings: &mut Findings) {
    let at = |key: &str| format!("body.lines[{place}].{key}");
    if line.n as usize != place + 1 {
        findings.defect(Rule::Body, at("n"), value(place + 1), value(line.n));
    }
    if line.unit_price.is_negative() {
        findings.defect(Rule::Arithmetic, at("unit_price"), message!("0 or more"), value(line.unit_price));
    }
    if line.menu.is_some_and(|menu| menu == 0 || menu as usize > lines) {
        findings.defect(Rule::Body, at("menu"), message!("the n of a line"), json(&line.menu));
    }
    if line.exempt.is_some() && line.vat.basis_points() != 0 {
        findings.defect(Rule::Body, at("exempt"), message!("an exemption only at rate 0"), json(&line.vat));
    }
}

fn without_of(lines: &[Line], findings: &mut Findings) {
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.of.is_some()) {
        let expected = message!("nothing, as it is not a return");
        findings.defect(Rule::Body, format!("body.lines[{place}].of"), expected, json(&line.of));
    }
}

fn check_sale(ticket: &Ticket, findings: &mut Findings) {
    if ticket.totals.ttc.is_negative() {
        findings.defect(Rule::Arithmetic, "body.totals.ttc", message!("0 or more on a sale"), value(ticket.totals.ttc));
    }
    without_of(&ticket.lines, findings);
}

fn check_return(ticket: &Ticket, findings: &mut Findings) {
    if ticket.lines.is_empty() {
        findings.defect(Rule::Body, "body.lines", message!("what comes back"), message!("no line"));
    }
    if !ticket.discounts.is_empty() {
        let expected = message!("no ticket discount on a return");
        findings.defect(Rule::Arithmetic, "body.discounts", expected, json(&ticket.discounts));
    }
    for (place, line) in ticket.lines.iter().enumerate() {
        let at = |key: &str| format!("body.lines[{place}].{key}");
        if line.qty.get() >= 0 {
            findings.defect(Rule::Arithmetic, at("qty"), message!("a negative quantity on a return"), json(&line.qty));
        }
        if line.total.is_positive() {
            findings.defect(Rule::Arithmetic, at("total"), message!("0 or less on a return"), value(line.total));
        }
        let as_returns_are = match &line.discounts[..] {
            [] => true,
            [only] => only.label == RETURN_DISCOUNT && !only.amount.is_zero(),
            _ => false,
        };
        if !as_returns_are {
            let expected = message!("at most one discount, called Remise, other than 0");
            findings.defect(Rule::Arithmetic, at("discounts"), expected, json(&line.discounts));
        }
    }
}

fn check_correction(ticket: &Ticket, findings: &mut Findings) {
    if !ticket.lines.is_empty() || !ticket.discounts.is_empty() {
        findings.defect(Rule::Body, "body.lines", message!("no line on a correction"), json(&ticket.lines));
    }
}

/// What a ticket says of the ticket that it is about, before that one is looked up.
fn check_reference(ticket: &Ticket, findings: &mut Findings) {
    let has_reason = ticket.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    match (ticket.ticket_type, ticket.refers_to) {
        (TicketType::Sale, None) | (TicketType::Return, Some(_)) => {}
        (TicketType::Sale, Some(other)) => {
            findings.defect(Rule::RefersTo, "body.refers_to", message!("nothing on a sale"), json(&other));
        }
        (TicketType::Return, None) => {
            for (place, line) in ticket.lines.iter().enumerate().filter(|(_, line)| line.of.is_some()) {
                let expected = message!("nothing without the ticket that it is about");
                findings.defect(Rule::RefersTo, format!("body.lines[{place}].of"), expected, json(&line.of));
            }
        }
        (TicketType::Cancel | TicketType::Correction, None) => {
            let expected = message!("the ticket that it is about");
            findings.defect(Rule::RefersTo, "body.refers_to", expected, message!("nothing"));
        }
        (TicketType::Cancel | TicketType::Correction, Some(_)) => without_of(&ticket.lines, findings),
    }
    if ticket.ticket_type != TicketType::Sale {
        if !has_reason {
            findings.defect(Rule::RefersTo, "body.reason", message!("a reason"), message!("nothing"));
        }
        if !ticket.notes.is_empty() {
            findings.defect(Rule::Body, "body.notes", message!("notes on a sale only"), json(&ticket.notes));
        }
    }
}
