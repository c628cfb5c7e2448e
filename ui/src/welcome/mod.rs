//! The first run: a device without a shop tries the sample one, opens its own, or begins by a link of the back office.
//!
//! What is typed is checked where it is typed, by the rules of the core; nothing is founded until all of it holds. The
//! owner's PIN is hashed as soon as it is typed, so that only its hash is kept while it is typed a second time.

pub mod by_link;
pub mod form;
#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::secret::{Kept, Pin};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::till::{Order, Till};
use by_link::ByLink;
use form::{Entry, Form};

/// The steps, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The language, and what to begin with.
    #[default]
    Hello,
    /// The business, as it is registered.
    Business,
    /// The shop, as customers know it.
    Shop,
    /// Whether it takes VAT, and under which number.
    Vat,
    /// When its day and its year begin.
    Habits,
    /// Who answers for it.
    Owner,
    /// All of it once more, before it is sealed.
    Check,
}

impl Step {
    /// Those of the form.
    pub const FORM: [Step; 6] = [Step::Business, Step::Shop, Step::Vat, Step::Habits, Step::Owner, Step::Check];

    /// Its place in the form; none before it has begun.
    pub fn place(self) -> Option<usize> {
        Step::FORM.iter().position(|step| *step == self)
    }
}

/// What a person does in the first run.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Tries the sample shop.
    Practise,
    /// Begins to open a shop of their own.
    Begin,
    /// Typed into a field.
    Type(Entry, String),
    /// Takes no VAT (franchise en base), or takes it.
    Franchise(bool),
    /// The business day ends so many hours later.
    Hour(i32),
    /// The fiscal year begins so many months later.
    Month(i32),
    /// Typed a digit of the owner's PIN.
    Digit(char),
    /// Took the last digit back.
    Erase,
    /// Ended the PIN.
    Enter,
    /// Chooses another PIN.
    OtherPin,
    /// Goes on to the next step, or opens the shop at the last.
    Next,
    /// Goes a step back.
    Back,
    /// On the way in by a link.
    ByLink(by_link::Intent),
}

/// The first run.
#[derive(Clone, Debug, Default)]
pub struct Welcome {
    pub(crate) step: Step,
    pub(crate) form: Form,
    /// Whether what is wrong in this step is said, because it was to be left.
    pub(crate) tried: bool,
    /// The digits of the PIN that is being typed.
    pub(crate) typed: String,
    /// The PIN as it was typed first.
    pub(crate) first: Option<Kept>,
    /// Why the PIN was not taken.
    pub(crate) pin_trouble: Option<Message>,
    /// Whether something is being done outside.
    pub(crate) waits: bool,
    /// Where it begins by a link: how far that is.
    pub(crate) by_link: Option<ByLink>,
    /// Whether it was asked for from a shop that is open already, which it goes back to.
    pub(crate) over_a_shop: bool,
}

/// Shows the form over the sample shop that is open.
pub(crate) fn open_a_shop(till: &mut Till) {
    till.welcome = Some(Welcome { step: Step::Business, over_a_shop: true, ..Welcome::default() });
}

/// Takes in that nothing was founded.
pub(crate) fn not_founded(till: &mut Till, why: Message) {
    if let Some(welcome) = &mut till.welcome {
        welcome.waits = false;
    }
    if !by_link::not_opened(till, &why) {
        till.refuse_for(why);
    }
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let Some(welcome) = till.welcome.as_mut().filter(|welcome| !welcome.waits) else { return };
    match intent {
        Intent::Practise if welcome.step == Step::Hello => {
            welcome.waits = true;
            till.guide.begin_soon();
            till.order(Order::Practise);
        }
        Intent::Practise => {}
        Intent::Begin => welcome.go(Step::Business),
        Intent::Type(entry, text) => welcome.form.set(entry, text),
        Intent::Franchise(franchise) => welcome.form.franchise = franchise,
        Intent::Hour(more) => welcome.form.later(more),
        Intent::Month(more) => welcome.form.another_month(more),
        Intent::Digit(digit) if welcome.typed.len() < 12 && digit.is_ascii_digit() => {
            welcome.pin_trouble = None;
            welcome.typed.push(digit);
        }
        Intent::Digit(_) => {}
        Intent::Erase => drop(welcome.typed.pop()),
        Intent::Enter => enter(till),
        Intent::OtherPin => welcome.forget_pin(),
        Intent::Next => next(till),
        Intent::ByLink(intent) => by_link::update(till, intent),
        Intent::Back if by_link::back(till) => {}
        Intent::Back => back(till),
    }
}

impl Welcome {
    fn go(&mut self, step: Step) {
        (self.step, self.tried) = (step, false);
        self.typed.clear();
    }

    fn forget_pin(&mut self) {
        self.typed.clear();
        (self.first, self.form.pin, self.pin_trouble) = (None, None, None);
    }

    /// Takes in the hash of the PIN that was typed first.
    fn keep(&mut self, kept: Option<Kept>) {
        self.waits = false;
        match kept {
            Some(kept) => self.first = Some(kept),
            None => self.pin_trouble = Some(message!("This device gives no random numbers. Start it again.")),
        }
    }

    /// Takes in whether the PIN that was typed again is the first.
    fn confirm(&mut self, is_same: bool) {
        self.waits = false;
        let first = self.first.take();
        match is_same {
            true => self.form.pin = first,
            false => self.pin_trouble = Some(message!("The two PINs differ. Choose one again.")),
        }
    }
}

/// Has the PIN that was typed hashed, or held against the one that was typed first.
fn enter(till: &mut Till) {
    let Some(welcome) = &mut till.welcome else { return };
    if welcome.step != Step::Owner || welcome.form.pin.is_some() {
        return;
    }
    let digits = std::mem::take(&mut welcome.typed);
    let pin = match Pin::chosen(&digits) {
        Ok(pin) => pin,
        Err(error) => return welcome.pin_trouble = Some(error.message()),
    };
    welcome.waits = true;
    match welcome.first.clone() {
        None => till.aside(
            move |random| Kept::new(&pin, random).ok(),
            |till, kept| {
                if let Some(welcome) = &mut till.welcome {
                    welcome.keep(kept);
                }
            },
        ),
        Some(first) => till.aside(
            move |_| first.is(&pin),
            |till, is_same| {
                if let Some(welcome) = &mut till.welcome {
                    welcome.confirm(is_same);
                }
            },
        ),
    }
}

fn next(till: &mut Till) {
    let Some(welcome) = &mut till.welcome else { return };
    if welcome.step == Step::Check {
        return found(till);
    }
    if welcome.form.is_right(welcome.step) {
        let place = welcome.step.place().map_or(0, |place| place + 1);
        let step = Step::FORM.get(place).copied().unwrap_or(Step::Check);
        welcome.form.complete(step);
        welcome.go(step);
    } else {
        welcome.tried = true;
    }
}

fn back(till: &mut Till) {
    let Some(welcome) = &mut till.welcome else { return };
    match welcome.step.place() {
        Some(0) if welcome.over_a_shop => till.welcome = None,
        Some(0) => welcome.go(Step::Hello),
        Some(place) => welcome.go(Step::FORM[place - 1]),
        None => {}
    }
}

fn found(till: &mut Till) {
    let Some(welcome) = &mut till.welcome else { return };
    match welcome.form.founding() {
        Ok(founding) => {
            welcome.waits = true;
            till.order(Order::Found(Box::new(founding)));
        }
        Err(step) => {
            welcome.go(step);
            welcome.tried = true;
        }
    }
}
