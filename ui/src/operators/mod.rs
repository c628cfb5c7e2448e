//! Who works at the till: added, changed, given PINs and badges, let go and taken back; and what each role may do alone.

pub mod form;
pub mod rights;
#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::operators::{Gates, Operator, Rank, Role};
use comptoir_core::register::{Change, Command, Credential};
use comptoir_core::secret::Badge;
use comptoir_fiscal::message;

use crate::till::Till;
use form::{Form, Step};

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Looks at the people, or at what each role may do.
    Rights(bool),
    /// Opens somebody by their place in the list.
    Open(usize),
    /// Begins somebody new.
    Add,
    /// Goes a step back, and in the end away from whoever is open.
    Back,
    /// Typed a name.
    Name(String),
    /// Chose a role.
    Role(Role),
    /// Lets them sign in, or no longer.
    Active(bool),
    /// Goes on to the PIN.
    Pin,
    /// Goes on to the badge.
    Badge,
    /// Takes the PIN away.
    NoPin,
    /// Takes the badge away.
    NoBadge,
    /// Typed a digit of the PIN.
    Digit(char),
    /// Took the last digit back.
    BackDigit,
    /// Ended the PIN, the first or the second time.
    Enter,
    /// Keeps whoever is open as they are now.
    Save,
    /// Chose who passes a gate, by its place in the list.
    Gate(usize, Rank),
    /// Keeps who passes which gate.
    KeepRights,
    /// Leaves the gates as they were.
    DropRights,
}

/// The room.
#[derive(Default)]
pub struct Operators {
    pub(crate) rights: bool,
    pub(crate) people: Vec<Operator>,
    pub(crate) gates: Gates,
    /// The gates as they would be.
    pub(crate) draft: Gates,
    pub(crate) form: Option<Form>,
    pub(crate) busy: bool,
}

impl Operators {
    /// Whether a gate is to be passed by others than before.
    pub(crate) fn gates_change(&self) -> bool {
        comptoir_core::operators::Gate::ALL.iter().any(|gate| self.draft.rank(*gate) != self.gates.rank(*gate))
    }

    /// Which of its parts is on the screen.
    pub(crate) fn part(&self) -> u8 {
        match self.form.as_ref().map(|form| &form.step) {
            None => u8::from(self.rights),
            Some(Step::Person) => 2,
            Some(Step::Pin { .. }) => 3,
            Some(Step::Badge) => 4,
        }
    }

    /// Whether what is scanned next is a badge to be learnt.
    pub(crate) fn learns_a_badge(&self) -> bool {
        self.form.as_ref().is_some_and(|form| form.step == Step::Badge)
    }

    /// Whether digits of a keyboard are those of a PIN that is typed.
    pub(crate) fn takes_digits(&self) -> bool {
        self.form.as_ref().is_some_and(|form| matches!(form.step, Step::Pin { .. }))
    }
}

/// Comes into the room: who works here is asked anew.
pub(crate) fn enter(till: &mut Till) {
    till.team.form = None;
    look_again(till);
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(till: &mut Till) -> bool {
    let room = &mut till.team;
    let Some(form) = &mut room.form else { return false };
    if form.step == Step::Person {
        room.form = None;
    } else {
        form.step = Step::Person;
    }
    true
}

/// Takes a badge that was scanned where one is being learnt.
pub(crate) fn scan(till: &mut Till, code: &str) {
    let Some(form) = till.team.form.as_mut().filter(|form| form.step == Step::Badge) else { return };
    match Badge::read(code) {
        Ok(badge) => {
            form.badge = Change::Set(badge);
            form.step = Step::Person;
            till.tell(message!("The badge is read. Keep it to make it theirs."));
        }
        Err(error) => till.refuse_for(error.message()),
    }
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let room = &mut till.team;
    if room.busy {
        return;
    }
    match intent {
        Intent::Rights(rights) => (room.rights, room.draft) = (rights, room.gates.clone()),
        Intent::Open(place) => room.form = room.people.get(place).map(Form::of),
        Intent::Add => room.form = Some(Form::new(&room.people)),
        Intent::Back => drop(back(till)),
        Intent::Save => save(till),
        Intent::Gate(place, rank) => {
            if let Some(gate) = comptoir_core::operators::Gate::ALL.get(place) {
                room.draft.0.insert(*gate, rank);
            }
        }
        Intent::KeepRights => keep_rights(till),
        Intent::DropRights => room.draft = room.gates.clone(),
        intent => {
            if let Some(form) = &mut room.form
                && let Err(message) = form.take(intent)
            {
                till.refuse_for(message);
            }
        }
    }
}

/// Has whoever is open kept. Who gave themselves a first PIN or badge is signed in with it, so that they can go on.
fn save(till: &mut Till) {
    let room = &mut till.team;
    let Some(form) = &room.form else { return };
    let (operator, pin, badge) = (form.operator.clone(), form.pin.clone(), form.badge.clone());
    let own = till.who.as_ref().is_some_and(|who| who.id == operator.id);
    let credential = match (&pin, &badge) {
        (Change::Set(pin), _) => Some(Credential::Pin { operator: operator.id.clone(), pin: pin.clone() }),
        (_, Change::Set(badge)) => Some(Credential::Badge(badge.clone())),
        _ => None,
    };
    room.busy = true;
    let is_new = form.is_new;
    let name = operator.name.trim().to_owned();
    let operator = Operator { name: name.clone(), ..operator };
    till.command(None, Command::PutOperator { operator, pin, badge }, move |till, outcome| {
        till.team.busy = false;
        if let Err(refusal) = outcome {
            return till.refuse(&refusal);
        }
        till.team.form = None;
        till.tell(match is_new {
            true => message!("{name} works here now.", name = name),
            false => message!("{name} is saved, and the journal says so.", name = name),
        });
        if let Some(credential) = credential.filter(|_| own) {
            sign_in_again(till, credential);
        }
        look_again(till);
    });
}

fn sign_in_again(till: &mut Till, credential: Credential) {
    let own = till.operator();
    till.ask(
        move |register| {
            let is_in = register.signed_in().any(|operator| operator.id == own);
            if is_in { Ok(()) } else { register.sign_in(&credential).map(drop) }
        },
        |till, outcome| {
            if let Err(refusal) = outcome {
                till.refuse(&refusal);
            }
        },
    );
}

fn keep_rights(till: &mut Till) {
    let room = &mut till.team;
    if !room.gates_change() {
        return;
    }
    room.busy = true;
    let gates = room.draft.clone();
    till.command(None, Command::SetGates(gates), |till, outcome| {
        till.team.busy = false;
        match outcome {
            Ok(_) => {
                till.tell(message!("The rights are saved, and the journal says so."));
                look_again(till);
            }
            Err(refusal) => till.refuse(&refusal),
        }
    });
}

/// Reads who works here, and gives the door and the till what changed of them.
fn look_again(till: &mut Till) {
    till.ask(
        |register| (register.operators().cloned().collect::<Vec<_>>(), register.gates().clone()),
        |till, (people, gates)| {
            let room = &mut till.team;
            (room.draft, room.gates) = (gates.clone(), gates);
            till.operators = people.iter().filter(|operator| operator.active).cloned().collect();
            till.team.people = people;
            let Some(who) = &till.who else { return };
            match till.operators.iter().find(|operator| operator.id == who.id) {
                Some(now) => till.who = Some(now.clone()),
                // Who was let go sells no longer.
                None => crate::lock::lock(till),
            }
        },
    );
}
