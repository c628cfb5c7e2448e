//! What the room shows.

use comptoir_core::paper::{closing_name, movement_name};
use comptoir_core::printing::PaperOf;
use comptoir_core::reason::Reason;
use comptoir_core::register::{DrawerDay, DrawerEntry};
use comptoir_fiscal::entry::CashType;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use super::counting::piece;
use super::{Closed, Count, Counted, Doing, Movement};
use crate::generated::{ClosedRow, DenominationRow, DrawerRow, DrawerView, OptionRow, Tone};
use crate::till::Till;

/// What is worth less is a coin.
const SMALLEST_NOTE: Cents = Cents::new(500);

/// The room.
pub fn drawer(till: &Till) -> DrawerView {
    let drawer = &till.drawer;
    let day = drawer.day.as_ref();
    let view = DrawerView {
        busy: drawer.busy,
        date: day.map(|day| till.language().date(day.date)).unwrap_or_default().into(),
        missed: day.and_then(|day| day.missed).map(|date| till.language().date(date)).unwrap_or_default().into(),
        has_trade: day.is_some_and(|day| day.has_trade),
        has_float: day.is_some_and(has_float),
        held: if till.held > 0 { till.held.to_string().into() } else { Default::default() },
        unsold: !till.sale.basket.lines().is_empty(),
        sheet: drawer.sheet.is_some(),
        sheet_title: drawer.sheet.as_ref().map(|sheet| title_of(till, &sheet.of)).unwrap_or_default().into(),
        leap: match till.status.as_ref().and_then(|status| status.clock_leap) {
            None => 0,
            Some(leap) if leap.is_far() => 2,
            Some(_) => 1,
        },
        now: till
            .status
            .as_ref()
            .map(|status| till.language().date(comptoir_fiscal::values::Date(status.now.date())))
            .unwrap_or_default()
            .into(),
        typed_date: drawer.today.as_str().into(),
        can_correct: drawer.sheet.as_ref().is_some_and(|sheet| is_standing_count(day, &sheet.of)),
        ..DrawerView::default()
    };
    match &drawer.doing {
        Doing::Nothing => view,
        Doing::Moving(movement) => moving(till, movement, view),
        Doing::Opening(reason) => DrawerView { step: 2, reason: reason.as_str().into(), ready: true, ..view },
        Doing::Counting(count) => counting(till, count, view),
        Doing::Counted(counted) => self::counted(till, counted, view),
        Doing::Closed(_) => DrawerView { step: 5, ..view },
    }
}

fn has_float(day: &DrawerDay) -> bool {
    day.entries.iter().any(|entry| entry.cash.cash_type == CashType::Float)
}

fn moving(till: &Till, movement: &Movement, view: DrawerView) -> DrawerView {
    let amount = movement.amount();
    let confirm = match movement.kind {
        CashType::Float => message!("Begin with {amount}", amount = amount),
        CashType::Drop => message!("Drop {amount} to the safe", amount = amount),
        CashType::Out => message!("Take {amount} out", amount = amount),
        CashType::In | CashType::Count => message!("Put {amount} in", amount = amount),
    };
    DrawerView {
        step: 1,
        title: till.say(&movement_name(movement.kind)).into(),
        second: till.say(&explained(movement.kind)).into(),
        amount: till.money(amount).into(),
        reason: movement.reason.as_str().into(),
        with_reason: movement.kind != CashType::Float,
        confirm: till.say(&confirm).into(),
        ready: amount.is_positive() && (!movement.wants_a_reason() || !movement.reason.trim().is_empty()),
        ..view
    }
}

fn explained(kind: CashType) -> Message {
    match kind {
        CashType::Float => message!("The change that the drawer begins the day with."),
        CashType::Drop => message!("Notes that go from the drawer to the safe or the bank."),
        CashType::Out => message!("Cash that is paid out of the drawer, for a small purchase."),
        CashType::In | CashType::Count => message!("Cash that is added to the drawer, such as change from the bank."),
    }
}

fn counting(till: &Till, count: &Count, view: DrawerView) -> DrawerView {
    let sum = count.sum();
    DrawerView {
        step: 3,
        at: i32::try_from(count.at).unwrap_or_default(),
        notes: i32::try_from(count.worths().filter(|(value, ..)| *value >= SMALLEST_NOTE).count()).unwrap_or_default(),
        amount: till.money(sum).into(),
        ends_day: count.ends_day,
        corrects: count.replaces.is_some(),
        confirm: till.say(&message!("Confirm {amount} counted", amount = sum)).into(),
        ready: true,
        ..view
    }
}

fn counted(till: &Till, counted: &Counted, view: DrawerView) -> DrawerView {
    let difference = counted.difference;
    let words = match difference.get() {
        0 => message!("The drawer is right to the cent."),
        1.. => message!("{amount} too much in the drawer.", amount = difference),
        _ => message!("{amount} are missing from the drawer.", amount = difference.abs()),
    };
    DrawerView {
        step: 4,
        amount: till.money(counted.counted).into(),
        expected: till.money(counted.expected).into(),
        difference: signed(till, difference).into(),
        words: till.say(&words).into(),
        tone: if difference.is_zero() { Tone::Good } else { Tone::Warn },
        ends_day: counted.count.ends_day,
        ready: true,
        ..view
    }
}

/// An amount with its sign, so that nobody takes too much for too little.
fn signed(till: &Till, amount: Cents) -> String {
    let money = till.money(amount);
    if amount.is_positive() { format!("+{money}") } else { money }
}

/// What was done today in the order of the screen: the newest first.
pub(crate) fn in_order(day: &DrawerDay) -> impl Iterator<Item = &DrawerEntry> {
    day.entries.iter().rev()
}

/// What was done with the drawer today.
pub fn entries(till: &Till) -> Vec<DrawerRow> {
    let Some(day) = &till.drawer.day else { return Vec::new() };
    in_order(day).map(|entry| row(till, day, entry)).collect()
}

fn row(till: &Till, day: &DrawerDay, entry: &DrawerEntry) -> DrawerRow {
    let cash = &entry.cash;
    let is_count = cash.cash_type == CashType::Count;
    let amount = match cash.cash_type {
        CashType::Out | CashType::Drop => -cash.amount,
        _ => cash.amount,
    };
    let corrected = day.entries.iter().any(|later| later.cash.replaces == Some(entry.seq));
    let state = match (is_count, corrected, cash.difference) {
        (true, true, _) => till.say(&message!("corrected by a later count")),
        (true, false, Some(difference)) if !difference.is_zero() => {
            till.say(&message!("difference {amount}", amount = signed(till, difference)))
        }
        (true, false, _) => till.say(&message!("right to the cent")),
        _ => String::new(),
    };
    let parts = [cash.reason.clone(), Some(state), Some(entry.operator.clone())];
    let second: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    DrawerRow {
        time: entry.at.time().format("%H:%M").to_string().into(),
        what: till.say(&movement_name(cash.cash_type)).into(),
        second: second.join(" · ").into(),
        amount: if is_count || amount.is_negative() { till.money(amount) } else { signed(till, amount) }.into(),
        tone: match (is_count, amount.is_negative()) {
            (true, _) => Tone::Plain,
            (false, true) => Tone::Bad,
            (false, false) => Tone::Good,
        },
    }
}

/// The notes and coins, as they are counted.
pub fn denominations(till: &Till) -> Vec<DenominationRow> {
    let Doing::Counting(count) = &till.drawer.doing else { return Vec::new() };
    let row = |(at, (value, pieces, worth)): (usize, (Cents, u32, Cents))| DenominationRow {
        label: piece(till.language(), value).into(),
        pieces: format!("× {}", till.language().number(pieces.into())).into(),
        worth: if pieces == 0 { Default::default() } else { till.money(worth).into() },
        chosen: at == count.at,
    };
    count.worths().enumerate().map(row).collect()
}

/// What was just closed.
pub fn closed(till: &Till) -> Vec<ClosedRow> {
    let Doing::Closed(closed) = &till.drawer.doing else { return Vec::new() };
    let shown = till.drawer.sheet.as_ref().map(|sheet| &sheet.of);
    let row = |closed: &Closed| ClosedRow {
        title: till.say(&closing_name(closed.period)).into(),
        second: till
            .say(&message!("no. {number}, {dates}", number = closed.number, dates = dates(till, closed)))
            .into(),
        amount: till.money(closed.net).into(),
        chosen: shown == Some(&PaperOf::Closing { period: closed.period, number: closed.number }),
    };
    closed.iter().map(row).collect()
}

fn dates(till: &Till, closed: &Closed) -> String {
    let language = till.language();
    match closed.first == closed.last {
        true => language.date(closed.first),
        false => format!("{} – {}", language.date(closed.first), language.date(closed.last)),
    }
}

fn title_of(till: &Till, of: &PaperOf) -> String {
    match of {
        PaperOf::Reading => till.say(&message!("X — reading, closes nothing")),
        PaperOf::Closing { period, .. } => till.say(&closing_name(*period)),
        PaperOf::Cash(seq) => {
            let entries = till.drawer.day.iter().flat_map(|day| &day.entries);
            let kind = entries.filter(|entry| entry.seq == *seq).map(|entry| entry.cash.cash_type).next();
            kind.map(|kind| till.say(&movement_name(kind))).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Whether a paper is of a count of today that no other has corrected.
fn is_standing_count(day: Option<&DrawerDay>, of: &PaperOf) -> bool {
    let (Some(day), PaperOf::Cash(seq)) = (day, of) else { return false };
    let is_count = |entry: &DrawerEntry| entry.seq == *seq && entry.cash.cash_type == CashType::Count;
    day.entries.iter().any(is_count) && !day.entries.iter().any(|later| later.cash.replaces == Some(*seq))
}

/// The reasons that are at hand.
pub fn reasons(till: &Till) -> Vec<OptionRow> {
    let (said, reasons) = match &till.drawer.doing {
        Doing::Opening(said) => (said, Reason::OF_OPENING),
        Doing::Moving(movement) => (&movement.reason, Reason::of_cash(movement.kind)),
        _ => return Vec::new(),
    };
    let row = |reason: &Reason| {
        let label = till.say(&reason.message());
        OptionRow { chosen: label == *said, label: label.into(), ..OptionRow::default() }
    };
    reasons.iter().map(row).collect()
}
