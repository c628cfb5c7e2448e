//! What help shows.

use comptoir_core::register::Readiness;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::pages::{CHECKLIST, Page};
use super::{Help, Point};
use crate::generated::{HelpPageRow, HelpView, KeyRow, PointRow};
use crate::keys::Shortcut;
use crate::till::{OnScreen, Till};

/// The room: its page, and how far the shop is from its first real sale.
pub fn help(till: &Till) -> HelpView {
    let help: &Help = &till.help;
    let pages = Page::all();
    let Some(page) = pages.get(help.page) else { return HelpView::default() };
    let done = help
        .readiness
        .as_ref()
        .map_or(0, |readiness| Point::ALL.into_iter().filter(|point| point.is_done(readiness)).count());
    let is_sample = help.readiness.as_ref().is_some_and(|readiness| readiness.is_sample);
    let progress = match done == Point::ALL.len() {
        true => message!("All is ready"),
        false => message!("{done} of {all} done", done = count(done), all = count(Point::ALL.len())),
    };
    let is_school = till.mode == Mode::Training;
    HelpView {
        title: till.say(&page.title).into(),
        reads: help.reads,
        page: i32::try_from(help.page).unwrap_or(0),
        checklist: help.page == CHECKLIST,
        progress: if help.readiness.is_some() { till.say(&progress).into() } else { Default::default() },
        ready: help.readiness.as_ref().is_some_and(Readiness::is_ready),
        has_room: page.room.is_some(),
        has_keys: page.has_keys,
        sample: is_sample,
        may_found: is_sample && is_school,
        may_leave: is_school && !is_sample,
        keyboard: till.look.keyboard == OnScreen::OnTouch,
    }
}

/// The list of pages.
pub fn pages(till: &Till) -> Vec<HelpPageRow> {
    let row =
        |(at, page): (usize, &Page)| HelpPageRow { title: till.say(&page.title).into(), chosen: at == till.help.page };
    Page::all().iter().enumerate().map(row).collect()
}

/// What the open page says, step by step.
pub fn steps(till: &Till) -> Vec<slint::SharedString> {
    let pages = Page::all();
    let steps = pages.get(till.help.page).map(|page| page.steps.as_slice()).unwrap_or_default();
    steps.iter().map(|step| till.say(step).into()).collect()
}

/// The keys, as they are printed.
pub fn keys(till: &Till) -> Vec<KeyRow> {
    let row = |shortcut: Shortcut| KeyRow {
        cap: till.say(&shortcut.cap()).into(),
        words: till.say(&shortcut.words()).into(),
    };
    Shortcut::all().map(row).collect()
}

/// What is done and what is left to do before the first real sale.
pub fn points(till: &Till) -> Vec<PointRow> {
    let Some(readiness) = &till.help.readiness else { return Vec::new() };
    let row = |point: Point| {
        let (title, hint) = words(point, readiness);
        PointRow { title: till.say(&title).into(), hint: till.say(&hint).into(), done: point.is_done(readiness) }
    };
    Point::ALL.into_iter().map(row).collect()
}

/// What a point is called, and what there is to say of it now.
fn words(point: Point, readiness: &Readiness) -> (Message, Message) {
    let is_done = point.is_done(readiness);
    match (point, is_done) {
        (Point::Identity, true) => {
            (message!("Who the shop is"), message!("Name, address, SIRET and activity are complete."))
        }
        (Point::Identity, false) if readiness.is_sample => {
            (message!("Who the shop is"), message!("This is the sample shop. Open your own."))
        }
        (Point::Identity, false) => {
            (message!("Who the shop is"), message!("Name, address, SIRET or activity is missing or wrong."))
        }
        (Point::Vat, true) => (message!("VAT"), message!("The number fits the SIREN, or the shop takes no VAT.")),
        (Point::Vat, false) => (message!("VAT"), message!("The VAT number is not that of the SIREN.")),
        (Point::Printer, true) => (message!("Printer"), message!("A paper was printed.")),
        (Point::Printer, false) => {
            (message!("Printer"), message!("Nothing was printed yet. Set the printer, and print a ticket."))
        }
        (Point::DayEnd, _) => (
            message!("End of the day"),
            message!("A sale before {time} belongs to the day before.", time = readiness.day_ends_at.to_string()),
        ),
        (Point::Operators, true) => (message!("Operators"), message!("Everybody signs in by a PIN or a badge.")),
        (Point::Operators, false) => (
            message!("Operators"),
            message!("{people} can sell without a PIN or a badge.", people = count(readiness.without_a_secret)),
        ),
        (Point::Copy, true) => (message!("First copy"), message!("A copy of the till was made.")),
        (Point::Copy, false) => (message!("First copy"), message!("No copy yet: if the device is lost, all is lost.")),
        (Point::Practice, true) => (message!("A sale to practise"), message!("Done, in school mode.")),
        (Point::Practice, false) => {
            (message!("A sale to practise"), message!("One minute, guided, in school mode: nothing counts."))
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
