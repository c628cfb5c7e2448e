//! The status strip: what is always true and always shown.

use comptoir_core::register::Status;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::SharedString;

use crate::generated::{StripView, Tone};
use crate::office;
use crate::till::Till;

/// A copy that is older than this many seconds is worth a word.
const OLD_COPY: i64 = 3 * 24 * 60 * 60;

/// What it says now.
pub fn strip(till: &Till) -> StripView {
    let Some(status) = &till.status else { return StripView::default() };
    let (backup, backup_tone) = office::said(&till.touch, status).unwrap_or_else(|| backup(status));
    let (printer, printer_words) = printer(status);
    let said = |message: Option<Message>| message.map(|message| till.say(&message).into()).unwrap_or_default();
    StripView {
        shop: status.store.as_str().into(),
        register: till.say(&message!("Till {label}", label = status.label.as_str())).into(),
        operator: till.who.as_ref().map(|who| who.name.as_str()).unwrap_or_default().into(),
        day: till.say(&day(status)).into(),
        printer,
        printer_words: till.say(&printer_words).into(),
        backup: till.say(&backup).into(),
        backup_tone,
        room_trouble: said((!status.has_room).then(|| message!("The disk is full"))),
        leap: said(status.clock_leap.map(|_| message!("Is the date right?")).or_else(|| office::clock(till.ahead))),
        inspection: status.is_inspected,
        clock: status.now.time().format("%H:%M").to_string().into(),
        held: if till.held > 0 { till.held.to_string().into() } else { SharedString::new() },
    }
}

fn day(status: &Status) -> Message {
    match status.open_since {
        Some(since) => message!(
            "{date}, open since {time}",
            date = status.business_date,
            time = since.time().format("%H:%M").to_string()
        ),
        None => message!("{date}, nothing sold yet", date = status.business_date),
    }
}

/// The printer's state, 0 to 2, and its words.
fn printer(status: &Status) -> (i32, Message) {
    match (status.printer_fails, status.papers) {
        (true, papers) => (2, message!("printer fails, {papers} waiting", papers = papers)),
        (false, 0) => (0, message!("printer ready")),
        (false, papers) => (1, message!("printing {papers}", papers = papers)),
    }
}

fn backup(status: &Status) -> (Message, Tone) {
    match status.last_backup {
        None => (message!("no copy yet"), Tone::Warn),
        Some(at) => {
            let old = status.now.unix() - at.unix() > OLD_COPY;
            let said = message!("copy of {date}", date = comptoir_fiscal::values::Date(at.date()));
            (said, if old { Tone::Warn } else { Tone::Plain })
        }
    }
}
