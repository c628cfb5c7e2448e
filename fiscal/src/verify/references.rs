//! What refers to an earlier document: returns, cancels, corrections, notes settled, invoices, duplicates.
//!
//! Originals are read again where they lie in the file; only what has come back of a ticket is remembered.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::arithmetic;
use crate::entry::{
    Body, Cash, CashType, Duplicate, Entry, Invoice, Line, Original, OriginalKind, Payment, Tender, Ticket, TicketRef,
    TicketType, Totals,
};
use crate::language::Message;
use crate::message;
use crate::nf525::{Chain, chain_of_original};
use crate::standing::Standing;
use crate::values::{Cents, Quantity};

use super::line;
use super::report::{Findings, Rule, json, value};
use super::source::Source;
use super::ticket::same_totals;

/// Where each ticket lies: eight bytes for each, as long as they are numbered in order.
#[derive(Debug, Default)]
struct Index {
    addresses: Vec<u64>,
    /// Runs of numbers in order: the first number of each, and where it is in `addresses`.
    runs: Vec<(u64, usize)>,
}

impl Index {
    fn push(&mut self, number: u64, address: u64) {
        let next = self.runs.last().map(|(first, at)| first + (self.addresses.len() - at) as u64);
        if next != Some(number) {
            self.runs.push((number, self.addresses.len()));
        }
        self.addresses.push(address);
    }

    fn get(&self, number: u64) -> Option<u64> {
        let mut end = self.addresses.len();
        for (first, at) in self.runs.iter().rev() {
            let length = (end - at) as u64;
            if number >= *first && number - first < length {
                return self.addresses.get(at + usize::try_from(number - first).ok()?).copied();
            }
            end = *at;
        }
        None
    }
}

/// What has happened to a ticket since it was sealed.
#[derive(Debug, Default)]
struct Touched {
    /// By `n` of the line: how much came back, and what was paid back for it.
    back: BTreeMap<u32, (Quantity, Cents)>,
    is_cancelled: bool,
    /// What was paid by each tender, corrections included.
    tenders: Option<BTreeMap<Tender, Cents>>,
}

/// What is remembered of earlier documents.
#[derive(Debug, Default)]
pub(super) struct References {
    tickets: Index,
    touched: HashMap<u64, Touched>,
    invoiced: HashSet<TicketRef>,
    copies: HashMap<Original, u64>,
    /// The newest number of each chain before an archive's first entry.
    before: BTreeMap<Chain, u64>,
    /// The first seq of the file's entries.
    first_seq: u64,
    /// The seq of each count of the drawer.
    counts: Vec<u64>,
    newest: Option<(u64, Box<Ticket>)>,
}

/// Whether the document that something refers to is at hand.
enum Lookup {
    Found(Box<Ticket>),
    /// It lies outside the file.
    Elsewhere,
    /// There is none.
    Missing,
}

/// What the checks of one entry write to.
pub(super) struct Notes<'n> {
    pub(super) findings: &'n mut Findings,
    pub(super) not_checkable: &'n mut Vec<Message>,
}

impl References {
    /// What is remembered at the first entry of an archive: its seq, and the newest number of each chain before it.
    pub(super) fn after(first_seq: u64, before: BTreeMap<Chain, u64>) -> References {
        References { first_seq, before, ..References::default() }
    }

    /// Remembers where a ticket lies.
    pub(super) fn sealed(&mut self, ticket: &Ticket, address: u64) {
        self.tickets.push(ticket.number, address);
    }

    /// Checks a ticket against the one that it is about, and the notes that it settles.
    pub(super) fn check_ticket(
        &mut self,
        ticket: &Ticket,
        standing: &Standing,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        let last_note = standing.chains.get(&Chain::N).map_or(0, |link| link.number);
        for number in ticket.notes.iter().filter(|number| **number == 0 || **number > last_note) {
            let expected = message!("the number of a note before it");
            notes.findings.defect(Rule::RefersTo, "body.notes", expected, value(number));
        }
        let Some(refers_to) = ticket.refers_to else { return };
        if ticket.ticket_type == TicketType::Sale {
            return;
        }
        let original = match self.look_up(refers_to, ticket.number, standing, source) {
            Lookup::Found(original) => original,
            Lookup::Elsewhere => {
                notes.not_checkable.push(message!(
                    "ticket {number} is about ticket {original} of {register}, which is not in this file",
                    number = value(ticket.number),
                    original = value(refers_to.number),
                    register = value(refers_to.register)
                ));
                return;
            }
            Lookup::Missing => {
                let expected = message!("a ticket before it");
                return notes.findings.defect(Rule::RefersTo, "body.refers_to", expected, json(&refers_to));
            }
        };
        let number = refers_to.number;
        let touched = self.touched.entry(number).or_insert_with(|| touched_before(number, &original, source));
        check_about(ticket, &original, touched, notes.findings);
        self.newest = Some((number, original));
    }

    /// Checks an invoice against its tickets.
    pub(super) fn check_invoice(
        &mut self,
        invoice: &Invoice,
        standing: &Standing,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        let (mut sums, mut is_whole) = (Totals::default(), true);
        for ticket in &invoice.tickets {
            let was_invoiced = source.past().is_some_and(|past| past.is_invoiced(*ticket));
            if !self.invoiced.insert(*ticket) || was_invoiced {
                let expected = message!("tickets that were never invoiced before");
                notes.findings.defect(Rule::RefersTo, "body.tickets", expected, json(ticket));
                is_whole = false;
                continue;
            }
            match self.look_up(*ticket, u64::MAX, standing, source) {
                Lookup::Found(found) => sums.add(&found.totals),
                Lookup::Elsewhere => {
                    is_whole = false;
                    notes.not_checkable.push(message!(
                        "invoice {number} counts ticket {ticket} of {register}, which is not in this file",
                        number = value(invoice.number),
                        ticket = value(ticket.number),
                        register = value(ticket.register)
                    ));
                }
                Lookup::Missing => {
                    is_whole = false;
                    let expected = message!("a ticket before it");
                    notes.findings.defect(Rule::RefersTo, "body.tickets", expected, json(ticket));
                }
            }
        }
        if is_whole {
            same_totals(Rule::Arithmetic, &sums, &invoice.totals, notes.findings);
        }
        if let Some(other) = invoice.refers_to {
            if other.number == 0 || other.number >= invoice.number {
                let expected = message!("the number of an invoice before it");
                notes.findings.defect(Rule::RefersTo, "body.refers_to", expected, value(other.number));
            }
            if !invoice.totals.ttc.is_negative() {
                let expected = message!("less than 0 on a credit note");
                notes.findings.defect(Rule::Arithmetic, "body.totals.ttc", expected, value(invoice.totals.ttc));
            }
        }
    }

    /// Checks that a duplicate is the next copy of a document that exists.
    pub(super) fn check_duplicate(
        &mut self,
        duplicate: &Duplicate,
        standing: &Standing,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        let of = duplicate.of;
        let chain = match (of.kind, of.period, chain_of_original(&of)) {
            (OriginalKind::Closing, Some(_), Some(chain)) | (_, None, Some(chain)) => chain,
            _ => {
                let expected = message!("a document, with the period of a closing and of nothing else");
                return notes.findings.defect(Rule::Body, "body.of", expected, json(&of));
            }
        };
        let newest = standing.chains.get(&chain).map_or(0, |link| link.number);
        if of.number == 0 || of.number > newest {
            let expected = message!("a document before it");
            return notes.findings.defect(Rule::RefersTo, "body.of", expected, json(&of));
        }
        let is_older = of.number <= self.before.get(&chain).copied().unwrap_or(0);
        let before = || source.past().map(|past| past.copies(&of));
        let copies = self.copies.get(&of).copied().or_else(before);
        let next = copies.map_or(1, |copies| copies + 1);
        if copies.is_none() && is_older && duplicate.copy >= 1 {
            notes.not_checkable.push(message!(
                "duplicate {number} is of a document before this file's first entry",
                number = value(duplicate.number)
            ));
        } else if duplicate.copy != next {
            notes.findings.defect(Rule::Numbering, "body.copy", value(next), value(duplicate.copy));
        }
        self.copies.insert(of, duplicate.copy);
    }

    /// Checks a count of the drawer against what should be there since the last day closing.
    pub(super) fn check_cash(
        &mut self,
        seq: u64,
        cash: &Cash,
        standing: &Standing,
        source: &mut dyn Source,
        notes: &mut Notes<'_>,
    ) {
        if cash.cash_type != CashType::Count {
            return;
        }
        let expected = Some(standing.day.cash_expected);
        if cash.expected.is_some() {
            notes.findings.same(Rule::Body, "body.expected", &expected, &cash.expected);
        }
        if let Some(replaces) = cash.replaces
            && self.counts.binary_search(&replaces).is_err()
        {
            let before = if replaces < self.first_seq { source.past() } else { None };
            if let Some(past) = before {
                if !past.line(replaces).is_some_and(|line| is_count(&line)) {
                    let wanted = message!("the seq of a count before it");
                    notes.findings.defect(Rule::RefersTo, "body.replaces", wanted, value(replaces));
                }
            } else if replaces < self.first_seq {
                let what = message!("the count that this one corrects, before this file's first entry");
                notes.not_checkable.push(what);
            } else {
                let wanted = message!("the seq of a count before it");
                notes.findings.defect(Rule::RefersTo, "body.replaces", wanted, value(replaces));
            }
        }
        if self.counts.last().is_none_or(|last| *last < seq) {
            self.counts.push(seq);
        }
    }

    fn look_up(&mut self, ticket: TicketRef, below: u64, standing: &Standing, source: &mut dyn Source) -> Lookup {
        if ticket.register != standing.register {
            return Lookup::Elsewhere;
        }
        if ticket.number == 0 || ticket.number >= below {
            return Lookup::Missing;
        }
        if let Some((_, newest)) = self.newest.take_if(|(number, _)| *number == ticket.number) {
            return Lookup::Found(newest);
        }
        match self.tickets.get(ticket.number) {
            Some(address) => fetch(address, source).map_or(Lookup::Elsewhere, Lookup::Found),
            None => match source.past() {
                // All that came before is held: a ticket that is not there never was.
                Some(past) => {
                    let before = past.ticket(ticket.number).and_then(|line| ticket_in(&line));
                    before.map_or(Lookup::Missing, Lookup::Found)
                }
                None if ticket.number <= self.before.get(&Chain::T).copied().unwrap_or(0) => Lookup::Elsewhere,
                None => Lookup::Missing,
            },
        }
    }
}

fn fetch(address: u64, source: &mut dyn Source) -> Option<Box<Ticket>> {
    let mut bytes = Vec::new();
    source.fetch(address, &mut bytes).ok()?;
    ticket_in(&bytes)
}

fn ticket_in(line: &[u8]) -> Option<Box<Ticket>> {
    match line::entry_of(line)? {
        Entry { body: Body::Ticket(ticket), .. } => Some(ticket),
        _ => None,
    }
}

fn is_count(line: &[u8]) -> bool {
    let entry = line::entry_of(line);
    matches!(entry, Some(Entry { body: Body::Cash(Cash { cash_type: CashType::Count, .. }), .. }))
}

/// What had happened to a ticket before the first entry at hand. What was found wrong then was reported then.
fn touched_before(number: u64, original: &Ticket, source: &mut dyn Source) -> Touched {
    let mut touched = Touched::default();
    let Some(past) = source.past() else { return touched };
    let mut reported = Findings::default();
    for ticket in past.tickets_about(number).iter().filter_map(|line| ticket_in(line)) {
        check_about(&ticket, original, &mut touched, &mut reported);
    }
    touched
}

fn check_about(ticket: &Ticket, original: &Ticket, touched: &mut Touched, findings: &mut Findings) {
    match ticket.ticket_type {
        TicketType::Sale => {}
        TicketType::Return => check_return(ticket, original, touched, findings),
        TicketType::Cancel => check_cancel(ticket, original, touched, findings),
        TicketType::Correction => check_correction(ticket, original, touched, findings),
    }
}

fn check_return(ticket: &Ticket, original: &Ticket, touched: &mut Touched, findings: &mut Findings) {
    if original.ticket_type != TicketType::Sale || touched.is_cancelled {
        let expected = message!("a sale that was not cancelled");
        return findings.defect(Rule::RefersTo, "body.refers_to", expected, value(original.ticket_type.as_str()));
    }
    for (place, line) in ticket.lines.iter().enumerate() {
        let at = |key: &str| format!("body.lines[{place}].{key}");
        let sold = line.of.and_then(|n| original.lines.iter().find(|sold| sold.n == n));
        let Some(sold) = sold.filter(|sold| sold.qty.get() > 0) else {
            findings.defect(Rule::RefersTo, at("of"), message!("the n of a line that was sold"), json(&line.of));
            continue;
        };
        findings.same(Rule::RefersTo, at("label"), &sold.label, &line.label);
        findings.same(Rule::RefersTo, at("unit_price"), &sold.unit_price, &line.unit_price);
        if sold.vat != line.vat {
            findings.defect(Rule::RefersTo, at("vat"), json(&sold.vat), json(&line.vat));
        }
        let (back, paid) = touched.back.get(&sold.n).copied().unwrap_or_default();
        let back_with_this = back - line.qty;
        if back_with_this > sold.qty {
            let expected = message!("at most {quantity} more to give back", quantity = sold.qty - back);
            findings.defect(Rule::RefersTo, at("qty"), expected, value(line.qty.get()));
        }
        let total = arithmetic::returned_total(sold.total, sold.qty, back_with_this, paid);
        findings.same(Rule::RefersTo, at("total"), &total, &line.total);
        touched.back.insert(sold.n, (back_with_this, paid - line.total));
    }
}

fn check_cancel(ticket: &Ticket, original: &Ticket, touched: &mut Touched, findings: &mut Findings) {
    let expected = if original.ticket_type != TicketType::Sale {
        Some(message!("a sale, as nothing else is cancelled"))
    } else if touched.is_cancelled {
        Some(message!("a sale that was not cancelled"))
    } else if !touched.back.is_empty() {
        Some(message!("a sale of which nothing was returned"))
    } else {
        None
    };
    if let Some(expected) = expected {
        findings.defect(Rule::RefersTo, "body.refers_to", expected, value(original.number));
    }
    touched.is_cancelled = true;
    let lines: Vec<Line> = original.lines.iter().map(negated).collect();
    if lines.len() != ticket.lines.len() {
        findings.defect(Rule::RefersTo, "body.lines", value(lines.len()), value(ticket.lines.len()));
    }
    for (place, (wanted, line)) in lines.iter().zip(&ticket.lines).enumerate().filter(|(_, (a, b))| a != b) {
        findings.defect(Rule::RefersTo, format!("body.lines[{place}]"), json(wanted), json(line));
    }
    let discounts: Vec<_> = original.discounts.iter().map(negated_discount).collect();
    if discounts != ticket.discounts {
        findings.defect(Rule::RefersTo, "body.discounts", json(&discounts), json(&ticket.discounts));
    }
    if original.mode != ticket.mode {
        findings.defect(Rule::RefersTo, "body.mode", json(&original.mode), json(&ticket.mode));
    }
    if original.channel != ticket.channel {
        findings.defect(Rule::RefersTo, "body.channel", json(&original.channel), json(&ticket.channel));
    }
    findings.same(Rule::RefersTo, "body.customer", &original.customer, &ticket.customer);
}

fn negated(line: &Line) -> Line {
    Line {
        discounts: line.discounts.iter().map(negated_discount).collect(),
        ht: -line.ht,
        qty: -line.qty,
        total: -line.total,
        ..line.clone()
    }
}

fn negated_discount(discount: &crate::entry::Discount) -> crate::entry::Discount {
    crate::entry::Discount { amount: -discount.amount, label: discount.label.clone() }
}

/// A correction undoes only what was paid, and repeats the worth of a voucher that it undoes.
fn check_correction(ticket: &Ticket, original: &Ticket, touched: &mut Touched, findings: &mut Findings) {
    if original.ticket_type == TicketType::Correction {
        return;
    }
    let paid = touched.tenders.get_or_insert_with(|| by_tender(&original.payments, original.change));
    let is_sale = original.ticket_type == TicketType::Sale;
    for (tender, amount) in by_tender(&ticket.payments, ticket.change) {
        let sum = paid.entry(tender).or_default();
        *sum += amount;
        let (undoes, too_much) =
            if is_sale { (amount.is_negative(), sum.is_negative()) } else { (amount.is_positive(), sum.is_positive()) };
        if undoes && too_much && tender != Tender::Tip {
            let expected = message!("at most what was paid by {tender}", tender = tender.as_str());
            findings.defect(Rule::RefersTo, "body.payments", expected, value(amount));
        }
    }
    for (place, payment) in ticket.payments.iter().enumerate() {
        let undone: Vec<&Payment> = original
            .payments
            .iter()
            .filter(|paid| paid.tender == payment.tender && paid.amount == -payment.amount)
            .collect();
        let faces: Vec<_> = undone.iter().map(|paid| paid.face.map(|face| -face)).collect();
        if !faces.is_empty() && !faces.contains(&payment.face) {
            findings.same(Rule::RefersTo, format!("body.payments[{place}].face"), &faces[0], &payment.face);
        }
    }
}

fn by_tender(payments: &[Payment], change: Cents) -> BTreeMap<Tender, Cents> {
    let mut sums: BTreeMap<Tender, Cents> = BTreeMap::new();
    for payment in payments {
        *sums.entry(payment.tender).or_default() += payment.amount;
    }
    if !change.is_zero() {
        *sums.entry(Tender::Cash).or_default() -= change;
    }
    sums
}
