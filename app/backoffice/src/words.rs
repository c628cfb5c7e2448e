//! What waits in the inbox, in the words of whoever decides.

use chrono::DateTime;
use comptoir_backoffice::journals::vouchers::Overdrawn;
use comptoir_backoffice::shared::inbox::Item;
use comptoir_core::shared::held::{HeldRecord, PaidTicket};
use comptoir_core::shared::{Kind, Row};
use comptoir_fiscal::language::{Arg, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Rate};
use serde_json::Value;

/// How many letters of a value are shown that has no words of its own.
const SHOWN: usize = 200;

/// A kind of record.
pub(crate) fn kind(kind: Kind) -> Message {
    match kind {
        Kind::Category => message!("category"),
        Kind::Family => message!("family"),
        Kind::Modifiers => message!("group of modifiers"),
        Kind::Product => message!("product"),
        Kind::Menu => message!("menu"),
        Kind::PriceList => message!("price list"),
        Kind::Operator => message!("operator"),
        Kind::Setting => message!("setting"),
        Kind::Picture => message!("picture"),
        Kind::Order => message!("order of categories"),
        Kind::Voucher => message!("voucher"),
        Kind::Held => message!("held ticket"),
        Kind::Till => message!("till"),
    }
}

/// What somebody edited, and what stood here, a line for each field.
pub(crate) fn of_item(item: &Item) -> Vec<Message> {
    let when = i64::try_from(item.at).ok().and_then(DateTime::from_timestamp_millis);
    let when = when.map_or_else(String::new, |when| when.format("%Y-%m-%d %H:%M UTC").to_string());
    let who = match item.operator.as_str() {
        "" => message!("Edited on till {till}, {when}.", till = item.till.as_str(), when = when),
        who => message!("Edited by {who} on till {till}, {when}.", who = who, till = item.till.as_str(), when = when),
    };
    match item.kind {
        Kind::Held => return paid_twice(item),
        Kind::Voucher => return overdrawn(item),
        _ => {}
    }
    let mut said = vec![who];
    match (&item.theirs, &item.ours) {
        (None, _) => said.push(message!("It was deleted there, and changed elsewhere meanwhile.")),
        (Some(_), None) => said.push(message!("It was deleted elsewhere meanwhile.")),
        (Some(_), Some(_)) => {}
    }
    let Some(theirs) = &item.theirs else { return said };
    said.extend(item.fields.iter().map(|field| {
        let value = |row: Option<&Row>| value(item.kind, field, row.and_then(|row| row.get(field)));
        message!(
            "{field}: {theirs} on the till, {ours} here.",
            field = name(item.kind, field),
            theirs = value(Some(theirs)),
            ours = value(item.ours.as_ref())
        )
    }));
    said
}

/// The sales that a held ticket became, where they are several.
fn paid_twice(item: &Item) -> Vec<Message> {
    let record = |row: &Option<Row>| row.as_ref().and_then(HeldRecord::of);
    let mut paid: Vec<PaidTicket> = Vec::new();
    for one in [&item.ours, &item.theirs].into_iter().filter_map(record).flat_map(|record| record.paid) {
        if !paid.contains(&one) {
            paid.push(one);
        }
    }
    let mut said = vec![message!(
        "This ticket waited at one till and was paid at several, which could not hear of each other. Both sales stand: find who paid twice, and give back."
    )];
    said.extend(paid.into_iter().map(|paid| {
        message!("Ticket {number} of till {till}, {at}.", number = paid.number, till = paid.label, at = paid.at)
    }));
    said
}

/// The tickets that spent more of a voucher than was on it.
fn overdrawn(item: &Item) -> Vec<Message> {
    let shown = item.theirs.clone().and_then(|row| serde_json::from_value::<Overdrawn>(row.into()).ok());
    let Some(Overdrawn { over, spent }) = shown else { return Vec::new() };
    let mut said = vec![message!(
        "{over} more was spent of it than was on it, at tills that could not hear of each other.",
        over = over
    )];
    said.extend(spent.into_iter().map(|spent| {
        message!(
            "{amount} by ticket {number} of till {till}.",
            amount = spent.amount,
            number = spent.number,
            till = spent.till
        )
    }));
    said
}

/// A field; by its own name where it has no words.
fn name(kind: Kind, field: &str) -> Message {
    match (kind, field) {
        (_, "label" | "name") => message!("Name"),
        (_, "price") => message!("Price"),
        (_, "prices") => message!("Prices"),
        (_, "price_by_mode") => message!("Price by way of selling"),
        (_, "vat") => message!("VAT"),
        (_, "courses") => message!("Courses"),
        (_, "modifiers") => message!("Modifiers"),
        (_, "from") => message!("From"),
        (_, "until") => message!("Until"),
        (Kind::Operator, "role") => message!("Role"),
        (Kind::Operator, "active") => message!("May sign in"),
        (Kind::Operator, "pin") => message!("PIN"),
        (Kind::Operator, "badge") => message!("Badge"),
        (_, other) => message!("{field}", field = other),
    }
}

fn value(kind: Kind, field: &str, value: Option<&Value>) -> Message {
    let Some(value) = value.filter(|value| !value.is_null()) else { return message!("nothing") };
    match (kind, field, value) {
        (Kind::Operator, "pin" | "badge", _) => message!("another one"),
        (_, "price", Value::Number(cents)) => {
            shown(cents.as_i64().map_or_else(|| cents.to_string().into(), |cents| Cents::new(cents).into()))
        }
        (Kind::Product, "vat", Value::Object(vat)) if vat.len() == 1 => shown(rate(vat.get("base"))),
        (Kind::Operator, "role", Value::String(role)) => match role.as_str() {
            "cashier" => message!("cashier"),
            "manager" => message!("manager"),
            "owner" => message!("owner"),
            "auditor" => message!("auditor"),
            other => shown(other.into()),
        },
        (_, _, Value::Bool(true)) => message!("yes"),
        (_, _, Value::Bool(false)) => message!("no"),
        (_, _, Value::String(text)) => shown(text.as_str().into()),
        (_, _, other) => {
            let text = other.to_string();
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => shown(format!("{}…", &text[..end]).into()),
                None => shown(text.into()),
            }
        }
    }
}

fn rate(base: Option<&Value>) -> Arg {
    let rate: Option<Rate> = base.and_then(|base| serde_json::from_value(base.clone()).ok());
    rate.map_or_else(|| base.map(Value::to_string).unwrap_or_default().into(), Arg::Rate)
}

fn shown(value: Arg) -> Message {
    message!("{value}", value = value)
}
