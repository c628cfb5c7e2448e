//! A new device begins by a link of the back office: in the place of a lost till, or as one more of its shop. What is offered
//! is shown in words, and nothing is made of it before somebody says so.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Instant;

use crate::till::{Order, Till};

/// What a back office offers a new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the till is called, or was.
    pub label: String,
    /// Which store it is in.
    pub store: String,
    /// How many entries of the lost till's journal are held; none where the device is to be one more till of the shop.
    pub entries: Option<u64>,
    /// When the newest of them was sealed, where that is known.
    pub until: Option<Instant>,
}

/// What a person does on the way to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Begins.
    Begin,
    /// Typed or pasted the link.
    Link(String),
    /// Goes on: asks the back office, or takes the lost till's place.
    Next,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The link is asked for.
    #[default]
    Link,
    /// The back office is asked.
    Asking,
    /// What it holds is shown.
    Held(Held),
    /// The till takes the lost one's place.
    Replacing(Held),
}

/// The way to a lost till's place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lost {
    pub(crate) link: String,
    pub(crate) stage: Stage,
    /// Why it did not go on.
    pub(crate) trouble: Option<Message>,
    /// Which question the till waits for: one that was given up is answered to nobody.
    asked: u32,
}

impl Till {
    /// Hears what the back office offers, asked for under a number ([`Order::AskForLost`]), or why it offers nothing.
    pub fn lost_till_found(&mut self, asked: u32, outcome: Result<Held, Message>) {
        let Some(lost) = waiting(self, asked).filter(|lost| lost.stage == Stage::Asking) else { return };
        match outcome {
            Ok(held) => (lost.stage, lost.trouble) = (Stage::Held(held), None),
            Err(why) => (lost.stage, lost.trouble) = (Stage::Link, Some(why)),
        }
    }
}

fn waiting(till: &mut Till, asked: u32) -> Option<&mut Lost> {
    till.welcome.as_mut()?.lost.as_mut().filter(|lost| lost.asked == asked)
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, intent: Intent) {
    let Some(welcome) = &mut till.welcome else { return };
    match (intent, &mut welcome.lost) {
        (Intent::Begin, lost) => *lost = Some(Lost::default()),
        (Intent::Link(text), Some(lost)) if lost.stage == Stage::Link => (lost.link, lost.trouble) = (text, None),
        (Intent::Next, Some(lost)) => match lost.stage.clone() {
            Stage::Link => ask(till),
            Stage::Held(held) => {
                (lost.stage, lost.trouble) = (Stage::Replacing(held), None);
                welcome.waits = true;
                let asked = lost.asked;
                till.order(Order::ReplaceLost { asked });
            }
            Stage::Asking | Stage::Replacing(_) => {}
        },
        _ => {}
    }
}

/// Takes in a code that a scanner read, where the link is asked for: it is one, whatever else stands in the field.
pub(crate) fn scan(till: &mut Till, code: &str) {
    let Some(lost) = till.welcome.as_mut().and_then(|welcome| welcome.lost.as_mut()) else { return };
    if lost.stage == Stage::Link {
        code.clone_into(&mut lost.link);
        ask(till);
    }
}

fn ask(till: &mut Till) {
    let Some(lost) = till.welcome.as_mut().and_then(|welcome| welcome.lost.as_mut()) else { return };
    let link = lost.link.trim().to_owned();
    if link.is_empty() {
        return lost.trouble = Some(message!("Copy the link of the back office into the field, or scan its code."));
    }
    lost.asked = lost.asked.wrapping_add(1);
    (lost.stage, lost.trouble) = (Stage::Asking, None);
    let asked = lost.asked;
    till.order(Order::AskForLost { link, asked });
}

/// Goes a step back; whether this was on the way to a lost till's place.
pub(super) fn back(till: &mut Till) -> bool {
    let Some(welcome) = &mut till.welcome else { return false };
    let Some(lost) = &mut welcome.lost else { return false };
    match lost.stage {
        Stage::Link => welcome.lost = None,
        Stage::Asking | Stage::Held(_) => {
            // What was asked is given up.
            lost.asked = lost.asked.wrapping_add(1);
            (lost.stage, lost.trouble) = (Stage::Link, None);
        }
        Stage::Replacing(_) => {}
    }
    true
}

/// Takes in that the lost till's place was not taken; whether that was waited for.
pub(super) fn not_taken(till: &mut Till, why: &Message) -> bool {
    let Some(lost) = till.welcome.as_mut().and_then(|welcome| welcome.lost.as_mut()) else { return false };
    let Stage::Replacing(held) = lost.stage.clone() else { return false };
    (lost.stage, lost.trouble) = (Stage::Held(held), Some(why.clone()));
    true
}
