//! What is shown of those who work here, computed from the till.

use comptoir_core::operators::{Gate, Operator, Role};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::form::Step;
use super::rights;
use crate::colour;
use crate::generated::{GateRow, OperatorRow, OperatorsView};
use crate::people::role;
use crate::sale::view::initials;
use crate::till::Till;

/// The roles, in the order in which they are offered.
pub(crate) const ROLES: [Role; 4] = [Role::Cashier, Role::Manager, Role::Owner, Role::Auditor];

/// The figures of the room and of whoever is open in it.
pub fn operators(till: &Till) -> OperatorsView {
    let room = &till.team;
    let active = room.people.iter().filter(|operator| operator.active).count();
    let count = match active {
        1 => message!("1 person may sign in"),
        count => message!("{count} people may sign in", count = count),
    };
    let view = OperatorsView {
        busy: room.busy,
        rights: room.rights,
        count: till.say(&count).into(),
        gates_change: room.gates_change(),
        ..OperatorsView::default()
    };
    let Some(form) = &room.form else { return view };
    let (step, typed, repeats) = match &form.step {
        Step::Person => (0, 0, false),
        Step::Pin { first, typed } => (1, typed.len(), first.is_some()),
        Step::Badge => (2, 0, false),
    };
    let had = |kept: bool, has: bool| match (kept, has) {
        (true, true) => message!("set"),
        (false, true) => message!("new, not kept yet"),
        (_, false) => message!("none"),
    };
    let pin = had(matches!(form.pin, comptoir_core::register::Change::Keep), form.has_pin());
    let badge = had(matches!(form.badge, comptoir_core::register::Change::Keep), form.has_badge());
    OperatorsView {
        open: true,
        is_new: form.is_new,
        step,
        name: form.operator.name.as_str().into(),
        role: i32::try_from(ROLES.iter().position(|role| *role == form.operator.role).unwrap_or(0)).unwrap_or(0),
        role_hint: till.say(&does(form.operator.role)).into(),
        active: form.operator.active,
        pin: till.say(&pin).into(),
        badge: till.say(&badge).into(),
        has_pin: form.has_pin(),
        has_badge: form.has_badge(),
        typed: i32::try_from(typed).unwrap_or(0),
        repeats,
        can_save: !form.operator.name.trim().is_empty() && !room.busy,
        ..view
    }
}

/// What somebody of a role does here.
fn does(role: Role) -> Message {
    match role {
        Role::Cashier => message!("Sells. What they may not do alone, a manager allows with their word."),
        Role::Manager => message!("Sells, and answers for the shop."),
        Role::Owner => message!("Answers for the business, and passes every gate."),
        Role::Auditor => message!("Reads, and changes nothing."),
    }
}

/// Who works here, those who were let go last.
pub fn people(till: &Till) -> Vec<OperatorRow> {
    let row = |(at, person): (usize, &Operator)| OperatorRow {
        name: person.name.as_str().into(),
        role: till.say(&role(person.role)).into(),
        initials: initials(&person.name).into(),
        colour: colour::drawn(colour::ground(None, at, false).colour),
        pin: person.pin.is_some(),
        badge: person.badge.is_some(),
        active: person.active,
        own: till.who.as_ref().is_some_and(|who| who.id == person.id),
    };
    till.team.people.iter().enumerate().map(row).collect()
}

/// Who passes which gate, as it would be.
pub fn gates(till: &Till) -> Vec<GateRow> {
    let room = &till.team;
    let row = |gate: &Gate| GateRow {
        label: till.say(&rights::guarded(*gate)).into(),
        rank: rights::place_of(room.draft.rank(*gate)),
        changed: room.draft.rank(*gate) != room.gates.rank(*gate),
    };
    Gate::ALL.iter().map(row).collect()
}
