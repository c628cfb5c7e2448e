//! The ticket, and the note that a restaurant shows before it is paid.
//!
//! Mentions: `journal-format.md`, "On paper"; CGI 286-I-3° bis; arrêté 83-50/A for notes.

use std::collections::BTreeSet;

use comptoir_fiscal::arithmetic;
use comptoir_fiscal::entry::{Discount, Entry, Line, Note, Payment, SaleMode, Tender, Ticket, TicketType, VatRow};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::nf525::{self, Chain};
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::{Cents, Quantity};

use super::{Block, Letterhead, Paper, Weight, words};
use crate::catalogue::FRANCHISE;

/// A ticket, with the code that proves it sealed. `refers_to` is how the ticket that it is about is called on paper.
pub fn ticket_paper(head: &Letterhead<'_>, sealed: &Sealed, ticket: &Ticket, refers_to: Option<&str>) -> Paper {
    let mut paper = head.begin();
    head.name(&mut paper, head.say(type_of(ticket.ticket_type)), &sealed.entry);
    if let Some(mode) = ticket.mode.and_then(way_of_selling) {
        paper.text(head.say(mode));
    }
    if let Some(of) = refers_to {
        paper.text(head.say(message!("About ticket {document}", document = of)));
    }
    if let Some(reason) = &ticket.reason {
        paper.text(head.say(message!("Reason: {reason}", reason = reason.as_str())));
    }
    if !ticket.notes.is_empty() {
        let label = &head.settings.label;
        let notes: Vec<String> = ticket.notes.iter().map(|number| nf525::document(label, Chain::N, *number)).collect();
        paper.text(head.say(message!("Settles note {notes}", notes = notes.join(", "))));
    }
    paper.add(Block::Rule);
    lines(head, &mut paper, &ticket.lines, &ticket.discounts, &ticket.totals.vat);
    let language = head.texts.language();
    paper.add(Block::Row(head.say(message!("TOTAL")), language.money(ticket.totals.ttc), Weight::Large));
    payments(head, &mut paper, ticket);
    closing_lines(head, &mut paper, &ticket.lines, &ticket.totals.vat);
    head.sign(&mut paper, &ticket.nf525.sig);
    paper.add(Block::Code(code_of(sealed).text(head.code_base)));
    paper.centred(head.say(message!("This code proves that the ticket is sealed in the till's journal.")));
    head.farewell(&mut paper);
    head.end(&mut paper);
    paper
}

/// A bill shown before payment, which is no proof of one.
pub fn note_paper(head: &Letterhead<'_>, entry: &Entry, note: &Note) -> Paper {
    let mut paper = head.begin();
    paper.add(Block::Banner(head.say(message!("NOTE — PROVISIONAL DOCUMENT"))));
    head.name(&mut paper, head.say(message!("Note")), entry);
    if let Some(mode) = note.mode.and_then(way_of_selling) {
        paper.text(head.say(mode));
    }
    paper.add(Block::Rule);
    lines(head, &mut paper, &note.lines, &note.discounts, &note.totals.vat);
    let language = head.texts.language();
    paper.row(head.say(message!("Total net of tax")), language.money(note.totals.ht));
    paper.add(Block::Row(head.say(message!("TO PAY")), language.money(note.totals.ttc), Weight::Large));
    closing_lines(head, &mut paper, &note.lines, &[]);
    paper.centred(head.say(message!("A ticket is given when it is paid.")));
    head.sign(&mut paper, &note.nf525.sig);
    head.end(&mut paper);
    paper
}

/// What a ticket's QR code says of it.
pub(super) fn code_of(sealed: &Sealed) -> Receipt {
    Receipt { register: sealed.entry.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig }
}

fn type_of(ticket_type: TicketType) -> Message {
    match ticket_type {
        TicketType::Sale => message!("Sale"),
        TicketType::Return => message!("Return"),
        TicketType::Cancel => message!("Cancellation"),
        TicketType::Correction => message!("Correction of payment"),
    }
}

/// The way of selling, where it is worth a word: at the counter it goes without saying.
fn way_of_selling(mode: SaleMode) -> Option<Message> {
    match mode {
        SaleMode::EatIn => Some(message!("Eat in")),
        SaleMode::Takeaway => Some(message!("Takeaway")),
        SaleMode::Delivery => Some(message!("Delivery")),
        SaleMode::Counter => None,
    }
}

/// Each line at its price before discounts, what was taken off below it, and what was taken off the whole.
fn lines(head: &Letterhead<'_>, paper: &mut Paper, lines: &[Line], discounts: &[Discount], rates: &[VatRow]) {
    let language = head.texts.language();
    // Without a table of VAT there is nothing for the letters to point to.
    let rates = if head.settings.merchant.vat_number.is_empty() { &[] } else { rates };
    let mut subtotal = Cents::ZERO;
    for line in lines {
        let gross = arithmetic::gross(line.qty, line.unit_price);
        let letter = rates.iter().position(|row| row.rate == line.vat).and_then(|place| ('A'..='Z').nth(place));
        let letter = letter.map(|letter| format!(" {letter}")).unwrap_or_default();
        paper.row(line.label.clone(), format!("{}{letter}", language.amount(gross)));
        if let Some(how) = quantity_of(line, language) {
            paper.detail(how, "");
        }
        let mut net = gross;
        for discount in &line.discounts {
            paper.detail(discount.label.clone(), language.amount(-discount.amount));
            net -= discount.amount;
        }
        subtotal += net;
    }
    if lines.is_empty() {
        return;
    }
    paper.add(Block::Rule);
    if !discounts.is_empty() {
        paper.row(head.say(message!("Subtotal")), language.amount(subtotal));
        for discount in discounts {
            paper.row(discount.label.clone(), language.amount(-discount.amount));
        }
    }
}

/// `2 × 2,45`, `0,325 kg × 12,90 (tare 0,005)`; nothing for one piece.
fn quantity_of(line: &Line, language: Language) -> Option<String> {
    let is_piece = line.unit == "pce";
    if is_piece && line.qty.get() == 1000 {
        return None;
    }
    let unit = if is_piece { String::new() } else { format!("\u{a0}{}", line.unit) };
    let per = if is_piece { String::new() } else { format!("/{}", line.unit) };
    let qty = language.quantity(line.qty);
    let tare = line.tare.filter(|tare| *tare != 0).map(|tare| {
        let tare = language.quantity(Quantity::thousandths(tare));
        format!(" (tare {tare}\u{a0}{})", line.unit)
    });
    Some(format!("{qty}{unit} × {}{per}{}", language.money(line.unit_price), tare.unwrap_or_default()))
}

fn payments(head: &Letterhead<'_>, paper: &mut Paper, ticket: &Ticket) {
    let language = head.texts.language();
    // What is issued raises what is to be paid; what is given back does not.
    let (issued, paid): (Vec<&Payment>, Vec<&Payment>) = ticket.payments.iter().partition(|payment| raises(payment));
    for payment in &issued {
        let what = match payment.tender {
            Tender::GiftVoucher => {
                message!("Gift voucher sold {code}", code = words::end_of_reference(payment).unwrap_or_default())
            }
            Tender::CreditNote => {
                message!("Credit note issued {code}", code = words::end_of_reference(payment).unwrap_or_default())
            }
            Tender::Account => message!("Paid in on account"),
            _ => message!("Tip"),
        };
        paper.row(head.say(what), language.amount(-payment.amount));
    }
    if !issued.is_empty() && ticket.ticket_type == TicketType::Sale {
        let due = issued.iter().fold(ticket.totals.ttc, |due, payment| due - payment.amount);
        paper.strong(head.say(message!("To pay")), language.money(due));
    }
    for payment in paid {
        let name = head.say(words::tender(payment.tender));
        let name = match (payment.amount.is_negative(), ticket.ticket_type) {
            (true, TicketType::Correction) | (false, _) => name,
            (true, _) => head.say(message!("Given back: {tender}", tender = name)),
        };
        let shown = match words::end_of_reference(payment) {
            Some(end) => format!("{name} {end}"),
            None => name,
        };
        paper.row(shown, language.amount(payment.amount));
        if let Some(face) = payment.face {
            paper.detail(head.say(message!("worth {face}", face = face)), "");
        }
    }
    if ticket.change.is_positive() {
        paper.strong(head.say(message!("Change")), language.amount(ticket.change));
    }
}

/// Whether a payment is something sold or issued rather than money given back.
fn raises(payment: &Payment) -> bool {
    payment.amount.is_negative()
        && matches!(payment.tender, Tender::GiftVoucher | Tender::CreditNote | Tender::Account | Tender::Tip)
}

/// How many lines there are, the VAT, and the articles of law that exempt.
fn closing_lines(head: &Letterhead<'_>, paper: &mut Paper, lines: &[Line], rates: &[VatRow]) {
    paper.add(Block::Rule);
    head.vat(paper, rates);
    // The franchise stands at the head of the paper already.
    let articles = lines.iter().filter_map(|line| line.exempt.as_deref()).filter(|article| *article != FRANCHISE);
    let exempt: BTreeSet<&str> = articles.collect();
    for article in exempt {
        paper.text(head.say(message!("Exempt from VAT: {article}", article = article)));
    }
    if !lines.is_empty() {
        paper.text(head.say(message!("Lines: {count}", count = lines.len())));
    }
}
