//! The back office that the till is enrolled with: by a link, or by an address, a code and six words, once.

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::meeting::{self, Typed};
use crate::till::{Order, Till};

/// For so many hours a till may be told to be out of touch: a night, and a month.
const HOURS_LEAST: u32 = 8;
const HOURS_MOST: u32 = 744;

/// What a person does with the back office.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed, scanned or pasted the link, or typed an address.
    Link(String),
    /// Typed the code that goes with an address.
    Code(String),
    /// Enrols the till by it, or asks first who answers at an address; or says that its words are the same.
    Enrol,
    /// Says that the words are others.
    Others,
    /// Typed for how many hours the till may be out of touch.
    Hours(String),
    /// Keeps them.
    KeepHours,
    /// Whether what is carried is paid for.
    Metered(bool),
}

/// What was typed, and how it goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Office {
    pub(crate) typed: Typed,
    pub(crate) enrolling: bool,
    /// For how many hours the till may be out of touch, as it is typed.
    pub(crate) hours: String,
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let school = till.mode == Mode::Training;
    let office = &mut till.settings.office;
    match edit {
        Edit::Link(text) => office.typed.link = text,
        Edit::Code(text) => office.typed.code = text,
        Edit::Others => {
            office.typed.back();
        }
        Edit::Enrol if office.enrolling => {}
        Edit::Enrol if school => {
            till.refuse_for(message!("Leave school mode first: what is practised stays on this device."));
        }
        Edit::Hours(text) => office.hours = text,
        Edit::KeepHours => match office.hours.trim().parse::<u32>() {
            Ok(hours @ HOURS_LEAST..=HOURS_MOST) => {
                let said =
                    message!("The journal records it once the till was out of touch for {hours} hours.", hours = hours);
                super::set(till, move |register| Ok(register.set_offline_limit(hours)?), said, |_| {});
            }
            _ => till.refuse_for(message!(
                "Type a number of hours from {least} to {most}.",
                least = HOURS_LEAST,
                most = HOURS_MOST
            )),
        },
        Edit::Metered(metered) => {
            let said = match metered {
                true => message!("Everything is carried but pictures."),
                false => message!("Pictures are carried, too, and those that were left out follow."),
            };
            super::set(till, move |register| Ok(register.set_metered(metered)?), said, |_| {});
        }
        // Where the operator may not change settings alone, a manager gives a word first.
        Edit::Enrol => match meeting::next(till, |till| Some(&mut till.settings.office.typed)) {
            Ok(Some(_)) => super::set(till, |_| Ok(()), message!("The back office is asked."), ask),
            Ok(None) => {}
            Err(why) => till.refuse_for(why),
        },
    }
}

fn ask(till: &mut Till) {
    till.settings.office.enrolling = true;
    let link = till.settings.office.typed.link.trim().to_owned();
    till.order(Order::Enrol(link));
}

/// The till was enrolled, or was not.
pub(crate) fn enrolled(till: &mut Till, outcome: Result<(String, String), Message>) {
    till.settings.office.enrolling = false;
    match outcome {
        Ok((merchant, store)) => {
            till.settings.office.typed = Typed::default();
            till.tell(message!(
                "Enrolled for {merchant}, {store}. What is sealed is brought there by itself from now on.",
                merchant = merchant,
                store = store
            ));
        }
        Err(why) => till.refuse_for(why),
    }
    super::look_again(till);
    till.look_around();
}
