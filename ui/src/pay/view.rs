//! What the payment screen shows, computed from the till.

use comptoir_core::tender::{name, suggestions};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::SharedString;

use super::{Means, Pay, Split};
use crate::generated::{CardView, MoneyKey, OptionRow, PayView, SharedLine, TakenRow};
use crate::sale::view::whole;
use crate::till::Till;

/// The figures of the screen.
pub fn pay(till: &Till) -> PayView {
    let Some(pay) = &till.pay else { return PayView::default() };
    let amount = pay.amount();
    let is_meal = matches!(pay.means, Means::MealVoucherCard | Means::MealVoucherPaper);
    let is_code = matches!(pay.means, Means::CreditNote | Means::GiftVoucher);
    let has_reference = is_code || matches!(pay.means, Means::Cheque | Means::Transfer | Means::HolidayVoucherConnect);
    let take = match pay.means {
        Means::Cash => message!("Take {amount} in cash", amount = amount),
        _ if is_code => message!("Take the voucher"),
        Means::Tip => message!("Add a tip of {amount}", amount = amount),
        means => message!("Take {amount} by {means}", amount = amount, means = words(means)),
    };
    let shares = pay.due.amount_by_guests(pay.guests).unwrap_or_default();
    let guests_note = match shares.first() {
        Some(each) => message!("{guests} guests, {each} each", guests = pay.guests, each = *each),
        None => message!("{guests} guests", guests = pay.guests),
    };
    let limit = till.sale.terms.cash.limit;
    PayView {
        total: till.money(till.sale.basket.to_pay()).into(),
        left: till.money(pay.due.left()).into(),
        amount: till.money(amount).into(),
        means: place(Means::ALL.iter().position(|means| *means == pay.means)),
        split: match pay.split {
            Split::Amount => 0,
            Split::Lines => 1,
            Split::Guests => 2,
        },
        guests: i32::try_from(pay.guests).unwrap_or(i32::MAX),
        guests_note: till.say(&guests_note).into(),
        holders: i32::try_from(pay.due.meal_voucher_holders()).unwrap_or(i32::MAX),
        meal_note: if is_meal { till.say(&meal_note(till, pay)).into() } else { SharedString::new() },
        is_meal,
        reference: pay.reference.as_str().into(),
        has_reference,
        is_code,
        take: till.say(&take).into(),
        sealing: till.sale.sealing,
        tendered: pay.due.taken().next().is_some(),
        needs_proof: pay.means == Means::Cash && amount.min(pay.due.left()) > limit,
        proof: pay.proof.as_deref().unwrap_or_default().into(),
        typed: pay.typed.is_some(),
    }
}

/// The means, as keys; those that are not taken today say why.
pub fn means(till: &Till) -> Vec<OptionRow> {
    let Some(pay) = &till.pay else { return Vec::new() };
    let row = |means: &Means| {
        let meal = matches!(means, Means::MealVoucherCard | Means::MealVoucherPaper);
        let second = if !meal {
            SharedString::new()
        } else if pay.due.meal_voucher_room().is_zero() {
            till.say(&message!("not for this")).into()
        } else {
            till.say(&message!("up to {amount}", amount = pay.due.meal_voucher_room())).into()
        };
        OptionRow { label: capital(&till.say(&words(*means))).into(), second, chosen: *means == pay.means }
    };
    Means::ALL.iter().map(row).collect()
}

/// What was taken so far.
pub fn taken(till: &Till) -> Vec<TakenRow> {
    let Some(pay) = &till.pay else { return Vec::new() };
    let rows = pay.due.taken().map(|(_, payment)| {
        let label = match &payment.reference {
            Some(reference) => format!("{} {reference}", till.say(&name(payment.tender))),
            None => till.say(&name(payment.tender)),
        };
        TakenRow { label: capital(&label).into(), amount: till.money(payment.amount).into() }
    });
    rows.collect()
}

/// The sums that notes make, for cash.
pub fn notes(till: &Till) -> Vec<MoneyKey> {
    let Some(pay) = till.pay.as_ref().filter(|pay| pay.means == Means::Cash) else { return Vec::new() };
    let sums = suggestions(pay.offered()).into_iter().take(4);
    let key = |sum: comptoir_fiscal::values::Cents| {
        Some(MoneyKey { label: whole(till, sum).into(), amount: i32::try_from(sum.get()).ok()? })
    };
    sums.filter_map(key).collect()
}

/// The lines of the ticket, to be paid apart.
pub fn lines(till: &Till) -> Vec<SharedLine> {
    let Some(pay) = &till.pay else { return Vec::new() };
    let rows = pay.due.basket().lines().iter().map(|line| SharedLine {
        n: i32::try_from(line.n).unwrap_or(i32::MAX),
        label: line.label.as_str().into(),
        amount: till.money(line.total).into(),
        chosen: pay.lines.contains(&line.n),
    });
    rows.collect()
}

/// A card payment that waits for the terminal's answer.
pub fn card(till: &Till) -> CardView {
    match till.pay.as_ref().and_then(|pay| pay.card) {
        None => CardView::default(),
        Some(card) => CardView { open: true, amount: till.money(card.amount).into(), not_known: card.not_known },
    }
}

fn meal_note(till: &Till, pay: &Pay) -> Message {
    let eligible = till.sale.basket.meal_voucher_total();
    let Some(rule) = till.sale.terms.meal_vouchers else { return message!("Meal vouchers are not taken.") };
    if till.sale.terms.day_off.is_some() {
        return message!("Meal vouchers are not taken today: it is a Sunday or a public holiday.");
    }
    message!(
        "{eligible} of this ticket is food; a holder may use {per_day} a day. Paper vouchers give nothing back.",
        eligible = eligible,
        per_day = rule.per_day_of(pay.due.meal_voucher_holders())
    )
}

/// What a means is called on its key.
fn words(means: Means) -> Message {
    match means {
        Means::Cash => message!("cash"),
        Means::Card => message!("bank card"),
        Means::MealVoucherCard => message!("meal voucher card"),
        Means::MealVoucherPaper => message!("meal voucher on paper"),
        Means::Cheque => message!("cheque"),
        Means::CreditNote => message!("credit note"),
        Means::GiftVoucher => message!("gift voucher"),
        Means::HolidayVoucherPaper => message!("holiday voucher on paper"),
        Means::HolidayVoucherConnect => message!("holiday voucher Connect"),
        Means::Transfer => message!("bank transfer"),
        Means::Tip => message!("tip"),
    }
}

/// A text that begins with a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn place(found: Option<usize>) -> i32 {
    found.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1)
}
