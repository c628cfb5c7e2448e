//! Somebody who is being added or changed, until it is kept.

use comptoir_core::operators::{Operator, Role};
use comptoir_core::register::Change;
use comptoir_core::secret::{Badge, Pin};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::Intent;

/// What is being done with whoever is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// They are looked at.
    #[default]
    Person,
    /// Their PIN is typed.
    Pin {
        /// What was typed the first time; none while that goes on.
        first: Option<String>,
        /// What is typed now.
        typed: String,
    },
    /// A badge is waited for.
    Badge,
}

/// Somebody as they are to be.
#[derive(Clone, Debug)]
pub struct Form {
    pub(crate) is_new: bool,
    pub(crate) operator: Operator,
    pub(crate) pin: Change<Pin>,
    pub(crate) badge: Change<Badge>,
    pub(crate) step: Step,
}

impl Form {
    /// Somebody who works here.
    pub(crate) fn of(operator: &Operator) -> Form {
        Form { is_new: false, operator: operator.clone(), pin: Change::Keep, badge: Change::Keep, step: Step::Person }
    }

    /// Somebody new, under the first id that nobody has; the journal names people by it, never by their name.
    pub(crate) fn new(people: &[Operator]) -> Form {
        let is_free = |id: &String| people.iter().all(|operator| operator.id != *id);
        let id = (1..).map(|number: u32| format!("op-{number}")).find(is_free).unwrap_or_default();
        Form { is_new: true, ..Form::of(&Operator::new(id, "", Role::Cashier)) }
    }

    /// Whether they will have a PIN.
    pub(crate) fn has_pin(&self) -> bool {
        match self.pin {
            Change::Keep => self.operator.pin.is_some(),
            Change::Remove => false,
            Change::Set(_) => true,
        }
    }

    /// Whether they will have a badge.
    pub(crate) fn has_badge(&self) -> bool {
        match self.badge {
            Change::Keep => self.operator.badge.is_some(),
            Change::Remove => false,
            Change::Set(_) => true,
        }
    }

    /// Takes in what was touched or typed, or says what is wrong with it.
    pub(super) fn take(&mut self, intent: Intent) -> Result<(), Message> {
        match intent {
            Intent::Name(name) => self.operator.name = name,
            Intent::Role(role) => self.operator.role = role,
            Intent::Active(active) => self.operator.active = active,
            Intent::Pin => self.step = Step::Pin { first: None, typed: String::new() },
            Intent::Badge => self.step = Step::Badge,
            Intent::NoPin => self.pin = Change::Remove,
            Intent::NoBadge => self.badge = Change::Remove,
            Intent::Digit(digit) => {
                if let Step::Pin { typed, .. } = &mut self.step
                    && digit.is_ascii_digit()
                    && typed.len() < 12
                {
                    typed.push(digit);
                }
            }
            Intent::BackDigit => {
                if let Step::Pin { typed, .. } = &mut self.step {
                    typed.pop();
                }
            }
            Intent::Enter => self.end_pin()?,
            Intent::Rights(_)
            | Intent::Open(_)
            | Intent::Add
            | Intent::Back
            | Intent::Save
            | Intent::Gate(..)
            | Intent::KeepRights
            | Intent::DropRights => {}
        }
        Ok(())
    }

    /// The PIN was typed once: it is asked for again. Twice the same: it is theirs.
    fn end_pin(&mut self) -> Result<(), Message> {
        let Step::Pin { first, typed } = &mut self.step else { return Ok(()) };
        let now = std::mem::take(typed);
        let pin = match Pin::chosen(&now) {
            Ok(pin) => pin,
            Err(error) => return Err(error.message()),
        };
        match first.take() {
            None => *first = Some(now),
            Some(before) if before == now => {
                self.pin = Change::Set(pin);
                self.step = Step::Person;
            }
            Some(_) => return Err(message!("The two PINs are not the same. Type the new one again, twice.")),
        }
        Ok(())
    }
}
