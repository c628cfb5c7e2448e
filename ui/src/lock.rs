//! The door of the till: who is at work, by their name and PIN, or by their badge.

use comptoir_core::operators::Operator;
use comptoir_core::register::Credential;
use comptoir_core::secret::{Badge, Pin};

use crate::till::{Place, Till};

/// What a person does at the door.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Chose who they are, by the place in the list.
    Who(usize),
    /// Typed a digit.
    Digit(char),
    /// Took the last digit back.
    Back,
    /// Ended the PIN.
    Enter,
    /// Read a badge.
    Badge(String),
}

/// The door.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// Who may come in.
    pub(crate) who: Vec<Operator>,
    pub(crate) chosen: Option<usize>,
    pub(crate) typed: String,
    pub(crate) waits: bool,
}

impl Lock {
    pub(crate) fn open(&mut self, operators: &[Operator]) {
        *self = Lock { who: operators.to_vec(), ..Lock::default() };
    }
}

/// Signs whoever is at work out, and shuts the door. The basket stays on the counter.
pub(crate) fn lock(till: &mut Till) {
    let operators = till.operators.clone();
    till.lock.open(&operators);
    if let Some(who) = till.who.take() {
        till.ask(
            move |register| register.sign_out(&who.id),
            |till, outcome| {
                if let Err(refusal) = outcome {
                    till.refuse(&refusal);
                }
            },
        );
    }
    till.place = Place::Sale;
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let lock = &mut till.lock;
    if lock.waits {
        return;
    }
    match intent {
        Intent::Who(place) => {
            lock.typed.clear();
            lock.chosen = Some(place).filter(|place| *place < lock.who.len());
            let Some(operator) = lock.who.get(place).cloned() else { return };
            if !operator.has_a_secret() {
                come_in(till, operator);
            }
        }
        Intent::Digit(digit) if lock.typed.len() < 12 && digit.is_ascii_digit() => lock.typed.push(digit),
        Intent::Digit(_) => {}
        Intent::Back => drop(lock.typed.pop()),
        Intent::Enter => {
            let typed = std::mem::take(&mut lock.typed);
            let Some(operator) = lock.chosen.and_then(|place| lock.who.get(place)).map(|who| who.id.clone()) else {
                return;
            };
            match Pin::typed(&typed) {
                Ok(pin) => sign_in(till, Credential::Pin { operator, pin }),
                Err(error) => till.refuse_for(error.message()),
            }
        }
        Intent::Badge(text) => match Badge::read(&text) {
            Ok(badge) => sign_in(till, Credential::Badge(badge)),
            Err(error) => till.refuse_for(error.message()),
        },
    }
}

fn sign_in(till: &mut Till, credential: Credential) {
    till.lock.waits = true;
    till.ask(
        move |register| register.sign_in(&credential),
        |till, outcome| {
            till.lock.waits = false;
            match outcome {
                Ok(operator) => come_in(till, operator),
                Err(refusal) => till.refuse(&refusal),
            }
        },
    );
}

fn come_in(till: &mut Till, operator: Operator) {
    till.who = Some(operator);
    till.lock.chosen = None;
    till.lock.typed.clear();
    till.go(Place::Sale);
}
