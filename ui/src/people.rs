//! People, as lists of them are shown.

use comptoir_core::operators::{Operator, Role};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::colour;
use crate::generated::{DoorView, PersonRow, WordView};
use crate::sale::view::initials;
use crate::till::Till;

/// What somebody is, as people say it.
pub(crate) fn role(role: Role) -> Message {
    match role {
        Role::Cashier => message!("cashier"),
        Role::Manager => message!("manager"),
        Role::Owner => message!("owner"),
        Role::Auditor => message!("auditor"),
    }
}

/// The door.
pub fn door(till: &Till) -> DoorView {
    let name = till.lock.chosen.and_then(|at| till.lock.who.get(at)).map(|who| who.name.clone());
    DoorView {
        shut: till.who.is_none(),
        typed: i32::try_from(till.lock.typed.len()).unwrap_or(0),
        chosen: name.is_some(),
        name: name.unwrap_or_default().into(),
        waits: till.lock.waits,
        shop: till.status.as_ref().map(|status| status.store.as_str()).unwrap_or_default().into(),
    }
}

/// Who may come in.
pub fn at_the_door(till: &Till) -> Vec<PersonRow> {
    rows(till, &till.lock.who, till.lock.chosen)
}

/// Where a manager's word is asked for.
pub fn word(till: &Till) -> WordView {
    let Some(word) = &till.word else { return WordView::default() };
    WordView {
        open: true,
        typed: i32::try_from(word.typed.len()).unwrap_or(0),
        waits: word.waits,
        why: till.say(&message!("A manager types their PIN to allow it this once.")).into(),
    }
}

/// Who may give it.
pub fn who_may_give_it(till: &Till) -> Vec<PersonRow> {
    till.word.as_ref().map(|word| rows(till, &word.who, Some(word.chosen))).unwrap_or_default()
}

fn rows(till: &Till, people: &[Operator], chosen: Option<usize>) -> Vec<PersonRow> {
    let row = |(at, person): (usize, &Operator)| PersonRow {
        name: person.name.as_str().into(),
        role: till.say(&role(person.role)).into(),
        initials: initials(&person.name).into(),
        // White initials stand on it in the light and in the dark.
        colour: colour::drawn(colour::ground(None, at, false).colour),
        chosen: chosen == Some(at),
        has_secret: person.has_a_secret(),
    };
    people.iter().enumerate().map(row).collect()
}
