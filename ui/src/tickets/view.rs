//! What is shown of the tickets, computed from the till.

use comptoir_core::history::TicketSummary;
use comptoir_core::reason::Reason;
use comptoir_core::register::PayBack;
use comptoir_core::returns::LineLeft;
use comptoir_core::tender::name;
use comptoir_fiscal::entry::{Payment, Tender, TicketType};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;
use slint::SharedString;

use super::correcting::can_be_wrong;
use super::{Correcting, Open, Returning, Right, Step};
use crate::generated::{OptionRow, ReturnRow, StateRow, TicketRow, TicketView, TicketsView, Tone};
use crate::pay::view::capital;
use crate::till::Till;

/// The kinds of tickets, in the order of their chips.
pub(crate) const KINDS: [TicketType; 4] =
    [TicketType::Sale, TicketType::Return, TicketType::Cancel, TicketType::Correction];

/// The means of payment that can be searched by, in the order of their chips.
pub(crate) const TENDERS: [Tender; 8] = [
    Tender::Cash,
    Tender::Card,
    Tender::MealVoucher,
    Tender::Cheque,
    Tender::CreditNote,
    Tender::GiftVoucher,
    Tender::HolidayVoucher,
    Tender::Transfer,
];

/// The list and what narrows it.
pub fn list(till: &Till) -> TicketsView {
    let tickets = &till.tickets;
    let filters = [tickets.kind.is_some(), tickets.tender.is_some(), tickets.operator.is_some()];
    let count = filters.into_iter().filter(|filter| *filter).count();
    TicketsView {
        typed: tickets.typed.as_str().into(),
        trouble: if tickets.not_understood {
            till.say(&message!("Type a ticket’s number, an amount (12.50) or a date (24 Nov 2026).")).into()
        } else {
            SharedString::new()
        },
        filters: i32::try_from(count).unwrap_or_default(),
        narrowed: count > 0 || !tickets.typed.trim().is_empty(),
        reading: tickets.reading,
        is_open: tickets.open.is_some(),
    }
}

/// The tickets that were found.
pub fn rows(till: &Till) -> Vec<TicketRow> {
    let open = till.tickets.open.as_ref().map(|open| open.summary.ticket);
    let row = |summary: &TicketSummary| TicketRow {
        document: summary.document.as_str().into(),
        name: name_of(till, summary).into(),
        when: when(till, summary).into(),
        kind: till.say(&kind(summary.ticket_type)).into(),
        is_sale: summary.ticket_type == TicketType::Sale,
        total: till.money(summary.ttc).into(),
        second: second(till, summary).into(),
        state: states(till, summary)
            .into_iter()
            .map(|state| state.label.to_string())
            .collect::<Vec<_>>()
            .join(", ")
            .into(),
        chosen: open == Some(summary.ticket),
    };
    till.tickets.rows.iter().map(row).collect()
}

/// What it is called where there is no other till: its kind and its number.
fn name_of(till: &Till, summary: &TicketSummary) -> String {
    let number = summary.ticket.number.to_string();
    let said = match summary.ticket_type {
        TicketType::Sale => message!("Ticket {number}", number = number),
        TicketType::Return => message!("Return {number}", number = number),
        TicketType::Cancel => message!("Cancellation {number}", number = number),
        TicketType::Correction => message!("Correction {number}", number = number),
    };
    till.say(&said)
}

fn when(till: &Till, summary: &TicketSummary) -> String {
    let time = summary.at.time().format("%H:%M").to_string();
    if summary.business_date == till.sale.terms.date {
        return time;
    }
    format!("{} {time}", till.language().date(summary.business_date))
}

/// Who sealed it, and how it was paid.
fn second(till: &Till, summary: &TicketSummary) -> String {
    let tenders = summary.tenders.iter().map(|tender| till.say(&name(*tender)));
    let tenders = capital(&tenders.collect::<Vec<_>>().join(", "));
    let parts = [tenders, summary.operator_name.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn kind(kind: TicketType) -> Message {
    match kind {
        TicketType::Sale => message!("Sale"),
        TicketType::Return => message!("Return"),
        TicketType::Cancel => message!("Cancellation"),
        TicketType::Correction => message!("Correction"),
    }
}

/// What became of it.
fn states(till: &Till, summary: &TicketSummary) -> Vec<StateRow> {
    let since = summary.since;
    let known = [
        (since.cancelled, message!("cancelled"), Tone::Bad),
        (since.came_back, message!("goods came back"), Tone::Warn),
        (since.corrected, message!("payment corrected"), Tone::Accent),
    ];
    let known = known.into_iter().filter(|(holds, _, _)| *holds);
    known.map(|(_, words, tone)| StateRow { label: capital(&till.say(&words)).into(), tone }).collect()
}

/// The kinds, as chips.
pub fn kinds(till: &Till) -> Vec<OptionRow> {
    let words = [message!("Sales"), message!("Returns"), message!("Cancellations"), message!("Corrections")];
    let chips = words.iter().zip(KINDS);
    chips.map(|(words, kind)| option(till.say(words), till.tickets.kind == Some(kind))).collect()
}

/// The means of payment, as chips.
pub fn tenders(till: &Till) -> Vec<OptionRow> {
    let chip = |tender: &Tender| option(capital(&till.say(&name(*tender))), till.tickets.tender == Some(*tender));
    TENDERS.iter().map(chip).collect()
}

/// Who sold, as chips.
pub fn operators(till: &Till) -> Vec<OptionRow> {
    let chosen = till.tickets.operator.as_ref();
    till.operators.iter().map(|one| option(one.name.clone(), chosen == Some(&one.id))).collect()
}

fn option(label: String, chosen: bool) -> OptionRow {
    OptionRow { label: label.into(), second: SharedString::new(), chosen }
}

/// The ticket that is looked at.
pub fn ticket(till: &Till) -> TicketView {
    let Some(open) = &till.tickets.open else { return TicketView::default() };
    let summary = &open.summary;
    let left = open.left.as_ref().ok();
    let since = summary.since;
    let is_sale = summary.ticket_type == TicketType::Sale;
    let nothing_left = left.is_some_and(|left| left.lines.iter().all(|line| line.left.get() <= 0));
    let sure = if open.sure { Some(sure(till, open)) } else { None };
    let ready = match &open.step {
        Step::Correcting(correcting) => correcting.wrong.is_some() && correcting.right.is_some(),
        _ => true,
    };
    TicketView {
        title: format!("{} {}", till.say(&kind(summary.ticket_type)), summary.document).into(),
        total: till.money(summary.ttc).into(),
        when: till
            .say(&message!(
                "{date} at {time}",
                date = comptoir_fiscal::values::Date(summary.at.date()),
                time = summary.at.time().format("%H:%M").to_string()
            ))
            .into(),
        second: second(till, summary).into(),
        step: match open.step {
            Step::Look => 0,
            Step::Returning(_) => 1,
            Step::Cancelling => 2,
            Step::Correcting(_) => 3,
        },
        why_not: match &open.left {
            Err(why) if is_sale => till.say(why).into(),
            _ if is_sale && nothing_left => till.say(&message!("All of it came back already.")).into(),
            _ => SharedString::new(),
        },
        has_lines: left.is_some() && !nothing_left,
        can_cancel: left.is_some() && !since.came_back,
        can_correct: open.can_be_corrected(),
        reason: open.reason.as_str().into(),
        ready: ready && !open.reason.trim().is_empty() && !open.waits,
        waits: open.waits,
        prepare: till.say(&prepare(till, open)).into(),
        sure: sure.is_some(),
        sure_title: sure.as_ref().map(|sure| till.say(&sure.title)).unwrap_or_default().into(),
        sure_words: sure.as_ref().map(|sure| sure.words.clone()).unwrap_or_default().into(),
        sure_note: sure
            .as_ref()
            .and_then(|sure| sure.note.as_ref())
            .map(|note| till.say(note))
            .unwrap_or_default()
            .into(),
        confirm: sure.map(|sure| till.say(&sure.verb)).unwrap_or_default().into(),
    }
}

/// What became of the open ticket, as badges.
pub fn state(till: &Till) -> Vec<StateRow> {
    till.tickets.open.as_ref().map(|open| states(till, &open.summary)).unwrap_or_default()
}

/// The lines of the open ticket that can come back.
pub fn lines(till: &Till) -> Vec<ReturnRow> {
    let Some(open) = &till.tickets.open else { return Vec::new() };
    let Ok(left) = &open.left else { return Vec::new() };
    let chosen = match &open.step {
        Step::Returning(returning) => returning.chosen.as_slice(),
        _ => &[],
    };
    let row = |line: &LineLeft| {
        let qty = chosen.iter().find(|chosen| chosen.n == line.n).map(|chosen| chosen.qty);
        let in_pieces = line.unit == "pce";
        let quantity = |qty| match in_pieces {
            true => format!("{} ×", till.quantity(qty)),
            false => format!("{} {}", till.quantity(qty), line.unit),
        };
        let second = match (line.left == line.sold, line.left.get() > 0) {
            (true, _) => String::new(),
            (false, true) => till.say(&message!("{left} of {sold} left", left = line.left, sold = line.sold)),
            (false, false) => till.say(&message!("came back")),
        };
        let part = qty.filter(|_| in_pieces && line.left.get() > 1000);
        ReturnRow {
            quantity: quantity(if line.left.get() > 0 { line.left } else { line.sold }).into(),
            label: line.label.as_str().into(),
            amount: till.money(line.pays_back).into(),
            second: second.into(),
            can: line.left.get() > 0,
            chosen: qty.is_some(),
            part: match part {
                Some(part) => till.say(&message!("{part} of {whole}", part = part, whole = line.left)).into(),
                None => SharedString::new(),
            },
        }
    };
    left.lines.iter().map(row).collect()
}

/// The ways to pay back what comes back, as keys.
pub fn offers(till: &Till) -> Vec<SharedString> {
    match till.tickets.open.as_ref().map(|open| &open.step) {
        Some(Step::Returning(returning)) => {
            returning.offers.iter().map(|offer| till.say(&paid_back(till, returning.owed, offer)).into()).collect()
        }
        _ => Vec::new(),
    }
}

/// Paying so much back in a way: the verb, the amount, the means.
fn paid_back(till: &Till, owed: Cents, offer: &[PayBack]) -> Message {
    match offer {
        [] => message!("Take back without paying anything"),
        [PayBack::CreditNote] => message!("Credit note of {amount}", amount = owed),
        [PayBack::Tender { tender: Tender::Cash, .. }] => message!("Pay back {amount} in cash", amount = owed),
        [PayBack::Tender { tender, .. }] => {
            message!("Pay back {amount} by {means}", amount = owed, means = name(*tender))
        }
        parts => {
            let left = owed - parts.iter().map(amount).sum::<Cents>();
            let words = parts.iter().map(|part| match part {
                PayBack::Tender { tender, amount, .. } => part_words(till, *tender, *amount),
                PayBack::CreditNote => part_words(till, Tender::CreditNote, left),
            });
            message!("Pay back {amount}: {parts}", amount = owed, parts = words.collect::<Vec<_>>().join(", "))
        }
    }
}

fn amount(part: &PayBack) -> Cents {
    match part {
        PayBack::Tender { amount, .. } => *amount,
        PayBack::CreditNote => Cents::ZERO,
    }
}

fn part_words(till: &Till, tender: Tender, amount: Cents) -> String {
    till.say(&message!("{means} {amount}", means = name(tender), amount = amount))
}

/// What is asked before it is done.
struct Sure {
    title: Message,
    words: String,
    note: Option<Message>,
    verb: Message,
}

fn sure(till: &Till, open: &Open) -> Sure {
    let title = match &open.step {
        Step::Returning(_) | Step::Look => message!("Take the goods back?"),
        Step::Cancelling => message!("Cancel the whole ticket?"),
        Step::Correcting(_) => message!("Correct the payment?"),
    };
    let by_card = |tenders: &mut dyn Iterator<Item = (Tender, Cents)>| -> Option<Message> {
        let amount: Cents = tenders.filter(|(tender, _)| *tender == Tender::Card).map(|(_, amount)| amount).sum();
        let said = message!(
            "Pay {amount} back on the card terminal too: the till does not do that by itself.",
            amount = amount
        );
        amount.is_positive().then_some(said)
    };
    match &open.step {
        Step::Returning(Returning { chosen, owed, offers, by }) => {
            let offer = offers.get(*by).map(Vec::as_slice).unwrap_or_default();
            let lines = open.left.as_ref().map(|left| left.lines.as_slice()).unwrap_or_default();
            let words = chosen.iter().filter_map(|chosen| {
                let line = lines.iter().find(|line| line.n == chosen.n)?;
                Some(format!("{} × {}", till.quantity(chosen.qty), line.label))
            });
            let mut tenders = offer.iter().filter_map(|part| match part {
                PayBack::Tender { tender, amount, .. } => Some((*tender, *amount)),
                PayBack::CreditNote => None,
            });
            Sure {
                title,
                words: format!("{}\n{}", words.collect::<Vec<_>>().join(", "), open.reason.trim()),
                note: by_card(&mut tenders),
                verb: paid_back(till, *owed, offer),
            }
        }
        Step::Look | Step::Cancelling => {
            let payments = open.payments.iter().map(|payment| (payment.tender, payment.amount));
            let words = payments.clone().map(|(tender, amount)| part_words(till, tender, amount));
            let words = capital(&words.collect::<Vec<_>>().join(", "));
            Sure {
                title,
                words: format!("{}\n{words}\n{}", open.summary.document, open.reason.trim()),
                note: by_card(&mut payments.into_iter()),
                verb: cancel(open),
            }
        }
        Step::Correcting(correcting) => {
            let wrong = correcting.wrong.and_then(|place| open.payments.get(place));
            let words = wrong.map(|wrong| capital(&part_words(till, wrong.tender, wrong.amount))).unwrap_or_default();
            Sure {
                title,
                words: format!("{words}\n{}", open.reason.trim()),
                note: None,
                verb: correct(open, *correcting),
            }
        }
    }
}

fn cancel(open: &Open) -> Message {
    message!("Cancel the ticket and pay back {amount}", amount = open.summary.ttc)
}

fn correct(open: &Open, correcting: Correcting) -> Message {
    let wrong = correcting.wrong.and_then(|place| open.payments.get(place));
    match (wrong, correcting.right) {
        (Some(wrong), Some(right)) => {
            message!("Correct: {amount} by {means}", amount = wrong.amount, means = right_words(right))
        }
        (None, _) => message!("Choose the wrong payment"),
        (_, None) => message!("Choose the right means"),
    }
}

fn prepare(till: &Till, open: &Open) -> Message {
    match &open.step {
        Step::Look => message!("Back"),
        Step::Returning(returning) => {
            let offer = returning.offers.get(returning.by).map(Vec::as_slice).unwrap_or_default();
            paid_back(till, returning.owed, offer)
        }
        Step::Cancelling => cancel(open),
        Step::Correcting(correcting) => correct(open, *correcting),
    }
}

/// The reasons that are at hand.
pub fn reasons(till: &Till) -> Vec<OptionRow> {
    let Some(open) = &till.tickets.open else { return Vec::new() };
    let reasons = match open.step {
        Step::Correcting(_) => Reason::OF_CORRECTIONS,
        Step::Cancelling => Reason::OF_CANCELS,
        Step::Look | Step::Returning(_) => Reason::OF_RETURNS,
    };
    let said = open.reason.as_str();
    let label = |reason: &Reason| till.say(&reason.message());
    reasons.iter().map(label).map(|label| OptionRow { chosen: label == said, ..option(label, false) }).collect()
}

/// How the open ticket was paid, to choose the payment that was wrong.
pub fn payments(till: &Till) -> Vec<OptionRow> {
    let Some(open) = &till.tickets.open else { return Vec::new() };
    let chosen = match &open.step {
        Step::Correcting(correcting) => correcting.wrong,
        _ => None,
    };
    let row = |(at, payment): (usize, &Payment)| OptionRow {
        label: capital(&till.say(&name(payment.tender))).into(),
        second: till.money(payment.amount).into(),
        chosen: chosen == Some(at) && can_be_wrong(payment),
    };
    open.payments.iter().enumerate().map(row).collect()
}

/// The means that can stand in the place of the wrong one.
pub fn rights(till: &Till) -> Vec<OptionRow> {
    let Some(Step::Correcting(correcting)) = till.tickets.open.as_ref().map(|open| &open.step) else {
        return Vec::new();
    };
    let row = |right: &Right| option(capital(&till.say(&right_words(*right))), correcting.right == Some(*right));
    Right::ALL.iter().map(row).collect()
}

fn right_words(right: Right) -> Message {
    match right {
        Right::MealVoucherCard => message!("meal voucher card"),
        Right::MealVoucherPaper => message!("meal voucher on paper"),
        Right::HolidayVoucherPaper => message!("holiday voucher on paper"),
        Right::HolidayVoucherConnect => message!("holiday voucher Connect"),
        other => name(other.tender()),
    }
}

/// The credit notes that the open ticket issued just now.
pub fn vouchers(till: &Till) -> Vec<SharedString> {
    let codes = till.tickets.open.iter().flat_map(|open| &open.vouchers);
    codes.map(|code| code.as_str().into()).collect()
}
