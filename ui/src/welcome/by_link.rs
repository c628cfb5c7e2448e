//! A new device begins by a link of the back office: in the place of a lost till, or as one more of its shop. What is offered
//! is shown in words, and nothing is made of it before somebody says so.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::values::Instant;

use crate::meeting::{self, Typed};
use crate::till::{Order, Till};

/// What a back office offers a new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
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
    /// Typed or pasted the link, or typed an address.
    Link(String),
    /// Typed the code that goes with an address.
    Code(String),
    /// Goes on: asks the back office, or opens the till.
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
    /// What it offers is shown.
    Offered(Offered),
    /// The till is being opened.
    Opening(Offered),
}

/// The way in by a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByLink {
    pub(crate) typed: Typed,
    pub(crate) stage: Stage,
    /// Why it did not go on.
    pub(crate) trouble: Option<Message>,
    /// Which question the till waits for: one that was given up is answered to nobody.
    asked: u32,
}

impl Till {
    /// Hears what the back office offers, asked for under a number ([`Order::AskByLink`]), or why it offers nothing.
    pub fn offered(&mut self, asked: u32, outcome: Result<Offered, Message>) {
        let Some(by_link) = waiting(self, asked).filter(|by_link| by_link.stage == Stage::Asking) else { return };
        match outcome {
            Ok(offered) => (by_link.stage, by_link.trouble) = (Stage::Offered(offered), None),
            Err(why) => (by_link.stage, by_link.trouble) = (Stage::Link, Some(why)),
        }
    }
}

fn waiting(till: &mut Till, asked: u32) -> Option<&mut ByLink> {
    till.welcome.as_mut()?.by_link.as_mut().filter(|by_link| by_link.asked == asked)
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, intent: Intent) {
    let Some(welcome) = &mut till.welcome else { return };
    match (intent, &mut welcome.by_link) {
        (Intent::Begin, by_link) => *by_link = Some(ByLink::default()),
        (Intent::Link(text), Some(by_link)) if by_link.stage == Stage::Link => {
            (by_link.typed.link, by_link.trouble) = (text, None)
        }
        (Intent::Code(text), Some(by_link)) if by_link.stage == Stage::Link => {
            (by_link.typed.code, by_link.trouble) = (text, None)
        }
        (Intent::Next, Some(by_link)) => match by_link.stage.clone() {
            Stage::Link => ask(till),
            Stage::Offered(offered) => {
                (by_link.stage, by_link.trouble) = (Stage::Opening(offered), None);
                welcome.waits = true;
                let asked = by_link.asked;
                till.order(Order::OpenByLink { asked });
            }
            Stage::Asking | Stage::Opening(_) => {}
        },
        _ => {}
    }
}

/// Takes in a code that a scanner read, where the link is asked for: it is one, whatever else stands in the field.
pub(crate) fn scan(till: &mut Till, code: &str) {
    let Some(by_link) = till.welcome.as_mut().and_then(|welcome| welcome.by_link.as_mut()) else { return };
    if by_link.stage == Stage::Link {
        by_link.typed.back();
        code.clone_into(&mut by_link.typed.link);
        ask(till);
    }
}

fn ask(till: &mut Till) {
    let link = meeting::next(till, |till| Some(&mut till.welcome.as_mut()?.by_link.as_mut()?.typed));
    let Some(by_link) = till.welcome.as_mut().and_then(|welcome| welcome.by_link.as_mut()) else { return };
    match link {
        Err(why) => by_link.trouble = Some(why),
        Ok(None) => by_link.trouble = None,
        Ok(Some(link)) => {
            by_link.asked = by_link.asked.wrapping_add(1);
            (by_link.stage, by_link.trouble) = (Stage::Asking, None);
            let asked = by_link.asked;
            till.order(Order::AskByLink { link, asked });
        }
    }
}

/// Goes a step back; whether this was on the way in by a link.
pub(super) fn back(till: &mut Till) -> bool {
    let Some(welcome) = &mut till.welcome else { return false };
    let Some(by_link) = &mut welcome.by_link else { return false };
    match by_link.stage {
        Stage::Link if by_link.typed.back() => by_link.trouble = None,
        Stage::Link => welcome.by_link = None,
        Stage::Asking | Stage::Offered(_) => {
            // What was asked is given up.
            by_link.asked = by_link.asked.wrapping_add(1);
            (by_link.stage, by_link.trouble) = (Stage::Link, None);
        }
        Stage::Opening(_) => {}
    }
    true
}

/// Takes in that the till was not opened; whether that was waited for.
pub(super) fn not_opened(till: &mut Till, why: &Message) -> bool {
    let Some(by_link) = till.welcome.as_mut().and_then(|welcome| welcome.by_link.as_mut()) else { return false };
    let Stage::Opening(offered) = by_link.stage.clone() else { return false };
    (by_link.stage, by_link.trouble) = (Stage::Offered(offered), Some(why.clone()));
    true
}
