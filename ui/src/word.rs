//! A manager's word for what the operator may not do alone: asked for where it is needed, given by PIN or badge, kept for
//! that one command.

use comptoir_core::operators::{Gate, GateError, Operator, Rank};
use comptoir_core::register::{Answer, Credential, Refusal, Request};
use comptoir_core::secret::{Badge, Pin, SecretError};

use crate::till::Till;

/// What is done once a command is sealed, or finally refused.
pub type Then = Box<dyn FnOnce(&mut Till, Result<Answer, Refusal>) + Send>;

/// What a person does where a word is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Chose who gives it, by the place in the list.
    Who(usize),
    /// Typed a digit.
    Digit(char),
    /// Took the last digit back.
    Back,
    /// Ended the PIN.
    Enter,
    /// Read a badge.
    Badge(String),
    /// Gave up.
    Close,
}

/// A word that is asked for.
pub struct Word {
    gate: Gate,
    /// Why it is needed.
    error: GateError,
    /// Who could give it.
    pub(crate) who: Vec<Operator>,
    pub(crate) chosen: usize,
    pub(crate) typed: String,
    pub(crate) waits: bool,
    request: Request,
    then: Option<Then>,
}

/// Asks for the word that a gate needs.
pub(crate) fn ask(till: &mut Till, error: GateError, request: Request, then: Then) {
    let GateError::Needs { gate, rank } = error else {
        return then(till, Err(Refusal::Gate(error)));
    };
    let may = |operator: &&Operator| operator.role.rank().is_some_and(|own: Rank| own >= rank);
    let who: Vec<Operator> = till.operators.iter().filter(may).cloned().collect();
    if who.is_empty() {
        return then(till, Err(Refusal::Gate(error)));
    }
    let word = Word { gate, error, who, chosen: 0, typed: String::new(), waits: false, request, then: Some(then) };
    till.word = Some(word);
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let Some(word) = &mut till.word else { return };
    match intent {
        Intent::Who(place) => {
            word.chosen = place.min(word.who.len().saturating_sub(1));
            word.typed.clear();
        }
        Intent::Digit(digit) if word.typed.len() < 12 => word.typed.push(digit),
        Intent::Digit(_) => {}
        Intent::Back => drop(word.typed.pop()),
        Intent::Enter => give(till),
        Intent::Badge(text) => match Badge::read(&text) {
            Ok(badge) => check(till, Credential::Badge(badge)),
            Err(error) => till.refuse_for(error.message()),
        },
        Intent::Close => {
            if let Some(Word { error, then: Some(then), .. }) = till.word.take() {
                then(till, Err(Refusal::Gate(error)));
            }
        }
    }
}

fn give(till: &mut Till) {
    let Some(word) = &mut till.word else { return };
    let pin: Result<Pin, SecretError> = Pin::typed(&word.typed);
    word.typed.clear();
    let operator = word.who.get(word.chosen).map(|who| who.id.clone()).unwrap_or_default();
    match pin {
        Ok(pin) => check(till, Credential::Pin { operator, pin }),
        Err(error) => till.refuse_for(error.message()),
    }
}

fn check(till: &mut Till, credential: Credential) {
    let Some(word) = &mut till.word else { return };
    word.waits = true;
    let (gate, id) = (word.gate, word.request.id);
    till.ask(
        move |register| register.approve(gate, id, &credential),
        move |till, outcome| {
            let Some(mut word) = till.word.take() else { return };
            match outcome {
                Ok(approval) => {
                    let request = word.request.clone().approved(approval);
                    if let Some(then) = word.then.take() {
                        till.request(request, then);
                    }
                }
                Err(refusal) => {
                    word.waits = false;
                    till.word = Some(word);
                    till.refuse(&refusal);
                }
            }
        },
    );
}
