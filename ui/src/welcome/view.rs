//! What the first run shows.

use comptoir_core::identity::IdentityError;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::SharedString;

use super::by_link::{ByLink, Stage};
use super::form::{Entry, Form};
use super::{Step, Welcome};
use crate::generated::{FigureRow, FormRow, WelcomeView};
use crate::meeting::{self, Typed};
use crate::till::Till;

/// The step that is shown.
pub fn welcome(till: &Till) -> WelcomeView {
    let Some(welcome) = &till.welcome else { return WelcomeView::default() };
    let place = welcome.step.place();
    WelcomeView {
        open: true,
        step: place.map_or(0, |place| i32::try_from(place + 1).unwrap_or(0)),
        steps: i32::try_from(Step::FORM.len()).unwrap_or(0),
        waits: welcome.waits,
        franchise: welcome.form.franchise,
        hour: welcome.form.day_ends_at().to_string().into(),
        month: till.say(&month(welcome.form.fiscal_year_starts().month())).into(),
        typed: i32::try_from(welcome.typed.len()).unwrap_or(0),
        pin: match (&welcome.form.pin, &welcome.first) {
            (Some(_), _) => 2,
            (None, Some(_)) => 1,
            (None, None) => 0,
        },
        pin_trouble: pin_trouble(till, welcome),
        keyboard: till.look.keyboard == crate::till::OnScreen::OnTouch,
        link_stage: welcome.by_link.as_ref().map_or(0, stage),
        link: typed(welcome).map(|typed| typed.link.as_str()).unwrap_or_default().into(),
        link_code: typed(welcome).map(|typed| typed.code.as_str()).unwrap_or_default().into(),
        link_wants_code: typed(welcome).is_some_and(Typed::wants_code),
        link_words: words(welcome).into(),
        link_trouble: link_trouble(till, welcome),
        link_joins: welcome.by_link.as_ref().is_some_and(joins),
    }
}

/// The stage on the way in by a link, as the screen counts them from 1.
fn stage(by_link: &ByLink) -> i32 {
    match by_link.stage {
        Stage::Link => match by_link.typed.stage {
            meeting::Stage::Typing => 1,
            meeting::Stage::Asking => 5,
            meeting::Stage::Met(_) => 6,
        },
        Stage::Asking => 2,
        Stage::Offered(_) => 3,
        Stage::Opening(_) => 4,
    }
}

fn typed(welcome: &Welcome) -> Option<&Typed> {
    welcome.by_link.as_ref().map(|by_link| &by_link.typed)
}

/// What is compared with what the back office shows.
fn words(welcome: &Welcome) -> &str {
    match typed(welcome).map(|typed| &typed.stage) {
        Some(meeting::Stage::Met(met)) => &met.words,
        _ => "",
    }
}

fn link_trouble(till: &Till, welcome: &Welcome) -> SharedString {
    let trouble = welcome.by_link.as_ref().and_then(|by_link| by_link.trouble.as_ref());
    trouble.map(|trouble| till.say(trouble).into()).unwrap_or_default()
}

/// Whether the device is to be one more till of the shop.
fn joins(by_link: &ByLink) -> bool {
    matches!(&by_link.stage, Stage::Offered(offered) | Stage::Opening(offered) if offered.entries.is_none())
}

/// What the back office offers.
pub fn offered(till: &Till) -> Vec<FigureRow> {
    let by_link = till.welcome.as_ref().and_then(|welcome| welcome.by_link.as_ref());
    let Some(Stage::Offered(offered) | Stage::Opening(offered)) = by_link.map(|by_link| &by_link.stage) else {
        return Vec::new();
    };
    let row =
        |label: Message, text: String| FigureRow { label: till.say(&label).into(), amount: text.into(), strong: false };
    let mut rows = vec![row(message!("Shop"), offered.store.clone()), row(message!("Till"), offered.label.clone())];
    if let Some(entries) = offered.entries {
        rows.push(row(message!("Journal"), till.say(&message!("{entries} entries", entries = entries))));
    }
    if let Some(at) = offered.until {
        rows.push(row(message!("Until"), till.language().instant(at)));
    }
    rows
}

fn pin_trouble(till: &Till, welcome: &Welcome) -> SharedString {
    let missing = || {
        let is_missing = welcome.tried && welcome.step == Step::Owner && welcome.form.pin.is_none();
        is_missing.then(|| message!("The owner needs a PIN: type it twice."))
    };
    let trouble = welcome.pin_trouble.clone().or_else(missing);
    trouble.map(|trouble| till.say(&trouble).into()).unwrap_or_default()
}

/// The fields, each with what is wrong with it once its step was to be left.
pub fn fields(till: &Till) -> Vec<FormRow> {
    let Some(welcome) = &till.welcome else { return Vec::new() };
    let row = |entry: Entry| {
        let wrong = if welcome.tried { welcome.form.wrong(entry) } else { None };
        FormRow {
            text: welcome.form.text(entry).into(),
            trouble: wrong.map(|error| till.say(&trouble(entry, error)).into()).unwrap_or_default(),
        }
    };
    Entry::ALL.into_iter().map(row).collect()
}

/// What is wrong with a field; an owner's name stands on no ticket.
fn trouble(entry: Entry, error: IdentityError) -> Message {
    match (entry, error) {
        (Entry::Owner, IdentityError::Missing) => message!("Type the name that the till is to show."),
        (_, error) => error.message(),
    }
}

/// All that is sealed when the shop is opened.
pub fn summary(till: &Till) -> Vec<FigureRow> {
    let Some(welcome) = &till.welcome else { return Vec::new() };
    let form: &Form = &welcome.form;
    let row =
        |label: Message, text: String| FigureRow { label: till.say(&label).into(), amount: text.into(), strong: false };
    let vat = match form.franchise {
        true => till.say(&message!("no VAT (CGI art. 293 B)")),
        false => form.text(Entry::VatNumber).to_owned(),
    };
    let typed = |entry: Entry| form.text(entry).trim().to_owned();
    vec![
        row(message!("Business"), typed(Entry::Name)),
        row(message!("SIRET"), typed(Entry::Siret)),
        row(message!("Activity (NAF)"), typed(Entry::Naf)),
        row(message!("Shop"), form.shop().trim().to_owned()),
        row(message!("Address"), typed(Entry::Address)),
        row(message!("VAT number"), vat),
        row(message!("A day ends at"), form.day_ends_at().to_string()),
        row(message!("The fiscal year begins in"), till.say(&month(form.fiscal_year_starts().month()))),
        row(message!("Owner"), typed(Entry::Owner)),
    ]
}

/// A month by its name.
fn month(month: u32) -> Message {
    match month {
        2 => message!("February"),
        3 => message!("March"),
        4 => message!("April"),
        5 => message!("May"),
        6 => message!("June"),
        7 => message!("July"),
        8 => message!("August"),
        9 => message!("September"),
        10 => message!("October"),
        11 => message!("November"),
        12 => message!("December"),
        _ => message!("January"),
    }
}
