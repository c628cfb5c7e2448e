//! A back office whose address and code are typed, where no link can be pasted or scanned. Whether it is the right one show
//! six words, which somebody compares with those that it shows itself; nothing is sent before.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::till::{Order, Till};

/// A back office that answered at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The link that it would have shown.
    pub link: String,
    /// What is compared.
    pub words: String,
}

/// What is typed of where a back office is, and how far meeting it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The link whole, or the address.
    pub(crate) link: String,
    /// The code that goes with an address.
    pub(crate) code: String,
    pub(crate) stage: Stage,
    /// Which question the till waits for: one that was given up is answered to nobody.
    asked: u32,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is typed.
    #[default]
    Typing,
    /// The back office at the address is asked who it is.
    Asking,
    /// What is compared is shown.
    Met(Met),
}

impl Typed {
    /// Whether a code is to be typed besides: an address alone stands there.
    pub(crate) fn wants_code(&self) -> bool {
        let link = self.link.trim();
        !link.is_empty() && !link.contains('#')
    }

    /// The link to go on with: as it was given, or once the words were found to be the same; else what is to be asked first,
    /// under a new number, or why that cannot be.
    fn go_on(&mut self) -> Result<Go, Message> {
        match &self.stage {
            Stage::Met(met) => {
                self.link.clone_from(&met.link);
                self.stage = Stage::Typing;
                Ok(Go::By(self.link.clone()))
            }
            Stage::Asking => Ok(Go::Nowhere),
            Stage::Typing if self.link.trim().is_empty() => {
                Err(message!("Copy the link of the back office into the field, or scan its code."))
            }
            Stage::Typing if self.wants_code() && self.code.trim().is_empty() => {
                Err(message!("Type the code that the back office shows beside its address."))
            }
            Stage::Typing if self.wants_code() => {
                self.asked = self.asked.wrapping_add(1);
                self.stage = Stage::Asking;
                let (address, code) = (self.link.trim().to_owned(), self.code.trim().to_owned());
                Ok(Go::Ask(Order::Meet { address, code, asked: self.asked }))
            }
            Stage::Typing => Ok(Go::By(self.link.trim().to_owned())),
        }
    }

    /// Goes back to what is typed; whether there was something to go back from.
    pub(crate) fn back(&mut self) -> bool {
        self.asked = self.asked.wrapping_add(1);
        std::mem::take(&mut self.stage) != Stage::Typing
    }

    fn heard(&mut self, asked: u32, outcome: Result<Met, Message>) -> Result<(), Message> {
        if self.stage != Stage::Asking || self.asked != asked {
            return Ok(());
        }
        self.stage = match &outcome {
            Ok(met) => Stage::Met(met.clone()),
            Err(_) => Stage::Typing,
        };
        outcome.map(drop)
    }
}

/// Where what was typed leads.
enum Go {
    /// On, by this link.
    By(String),
    /// The back office is asked first.
    Ask(Order),
    /// It is being asked.
    Nowhere,
}

/// Goes on from what was typed in `typed`: asks the back office first where that is needed, and gives the link once it is
/// known.
pub(crate) fn next(till: &mut Till, typed: fn(&mut Till) -> Option<&mut Typed>) -> Result<Option<String>, Message> {
    let Some(typed) = typed(till) else { return Ok(None) };
    match typed.go_on()? {
        Go::By(link) => Ok(Some(link)),
        Go::Ask(order) => {
            till.order(order);
            Ok(None)
        }
        Go::Nowhere => Ok(None),
    }
}

impl Till {
    /// Hears who answered at an address ([`Order::Meet`]), or why nobody did.
    pub fn met(&mut self, asked: u32, outcome: Result<Met, Message>) {
        if let Some(by_link) = self.welcome.as_mut().and_then(|welcome| welcome.by_link.as_mut()) {
            by_link.trouble = by_link.typed.heard(asked, outcome).err();
        } else if let Err(why) = self.settings.office.typed.heard(asked, outcome) {
            self.refuse_for(why);
        }
    }
}
