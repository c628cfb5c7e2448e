//! Those who work here.

use comptoir_core::operators::{Rank, Role};
use comptoir_ui::lock;
use comptoir_ui::operators::Intent as Room;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "operators-people", prepare: people },
    Scene { name: "operators-person", prepare: person },
    Scene { name: "operators-new", prepare: new },
    Scene { name: "operators-pin", prepare: pin },
    Scene { name: "operators-badge", prepare: badge },
    Scene { name: "operators-refused", prepare: refused },
    Scene { name: "operators-rights", prepare: rights },
];

fn room(rehearsal: &Rehearsal, intent: Room) {
    act(rehearsal, Intent::Operators(intent));
}

fn enter(rehearsal: &Rehearsal) {
    act(rehearsal, Intent::Door(lock::Intent::Who(0)));
    act(rehearsal, Intent::Go(Place::Operators));
}

fn type_pin(rehearsal: &Rehearsal, digits: &str) {
    for digit in digits.chars() {
        room(rehearsal, Room::Digit(digit));
    }
}

fn people(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Open(1));
    room(rehearsal, Room::Pin);
    for _ in 0..2 {
        type_pin(rehearsal, "2468");
        room(rehearsal, Room::Enter);
    }
    room(rehearsal, Room::Save);
    room(rehearsal, Room::Open(3));
    room(rehearsal, Room::Active(false));
    room(rehearsal, Room::Save);
    act(rehearsal, Intent::Dismiss);
    Ok(())
}

fn person(rehearsal: &Rehearsal) -> Outcome {
    people(rehearsal)?;
    room(rehearsal, Room::Open(1));
    Ok(())
}

fn new(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Add);
    Ok(())
}

fn pin(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Open(2));
    room(rehearsal, Room::Pin);
    type_pin(rehearsal, "493");
    Ok(())
}

fn badge(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Open(2));
    room(rehearsal, Room::Badge);
    Ok(())
}

fn refused(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Open(0));
    room(rehearsal, Room::Role(Role::Cashier));
    room(rehearsal, Room::Save);
    Ok(())
}

fn rights(rehearsal: &Rehearsal) -> Outcome {
    enter(rehearsal);
    room(rehearsal, Room::Rights(true));
    room(rehearsal, Room::Gate(1, Rank::Manager));
    Ok(())
}
