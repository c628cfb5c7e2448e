//! A manager's word for what the operator may not do alone: asked for where it is needed, given by PIN or badge, kept for
//! that one command.

use std::sync::Arc;

use comptoir_core::operators::{Gate, GateError, Operator, Rank};
use comptoir_core::register::{Answer, Approval, Credential, Refusal, Register, Request};
use comptoir_core::secret::{Badge, Pin, SecretError};
use comptoir_fiscal::journal::CommandId;

use crate::till::Till;

/// What is done once a command is sealed, or finally refused.
pub type Then = Box<dyn FnOnce(&mut Till, Result<Answer, Refusal>) + Send>;

/// What is done with the word, or once it was not given.
pub type Given = Box<dyn FnOnce(&mut Till, Result<Approval, Refusal>) + Send>;

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
    /// What it is given for.
    command: CommandId,
    then: Option<Given>,
}

/// Asks for the word that a request needs, and has it done by it.
pub(crate) fn ask(till: &mut Till, error: GateError, request: Request, then: Then) {
    let command = request.id;
    let given = |till: &mut Till, word: Result<Approval, Refusal>| match word {
        Ok(approval) => till.request(request.approved(approval), then),
        Err(refusal) => then(till, Err(refusal)),
    };
    ask_for(till, error, command, Box::new(given));
}

/// Asks for the word that a gate needs, to do something under this id.
pub(crate) fn ask_for(till: &mut Till, error: GateError, command: CommandId, then: Given) {
    let GateError::Needs { gate, rank } = error else {
        return then(till, Err(Refusal::Gate(error)));
    };
    let may = |operator: &&Operator| operator.role.rank().is_some_and(|own: Rank| own >= rank);
    let who: Vec<Operator> = till.operators.iter().filter(may).cloned().collect();
    if who.is_empty() {
        return then(till, Err(Refusal::Gate(error)));
    }
    let word = Word { gate, error, who, chosen: 0, typed: String::new(), waits: false, command, then: Some(then) };
    till.word = Some(word);
}

/// What is done by the register under an id, by the words that were given for it.
pub(crate) type Work = Arc<dyn Fn(&mut Register, CommandId, &[Approval]) -> Result<(), Refusal> + Send + Sync>;

/// Has something done that is no command, for which a manager is asked where the operator may not do it alone.
pub(crate) fn done_by_word(
    till: &mut Till,
    work: Work,
    then: impl FnOnce(&mut Till, Result<(), Refusal>) + Send + 'static,
) {
    let first = work.clone();
    till.ask(
        move |register| {
            let id = register.new_command().map_err(Refusal::from)?;
            Ok((id, first(register, id, &[])))
        },
        move |till, asked: Result<_, Refusal>| match asked {
            Ok((id, Err(Refusal::Gate(error)))) => ask_for(
                till,
                error,
                id,
                Box::new(move |till, word| match word {
                    Ok(approval) => till.ask(move |register| work(register, id, &[approval]), then),
                    Err(refusal) => then(till, Err(refusal)),
                }),
            ),
            Ok((_, done)) => then(till, done),
            Err(refusal) => then(till, Err(refusal)),
        },
    );
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
    let (gate, id) = (word.gate, word.command);
    till.ask(
        move |register| register.approve(gate, id, &credential),
        move |till, outcome| {
            let Some(mut word) = till.word.take() else { return };
            match outcome {
                Ok(approval) => {
                    if let Some(then) = word.then.take() {
                        then(till, Ok(approval));
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
