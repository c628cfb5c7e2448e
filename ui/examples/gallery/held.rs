//! The tickets that wait.

use comptoir_core::shared::held::{HeldRecord, HeldState};
use comptoir_core::shared::{Change, Kind};
use comptoir_ui::held::{Intent as Held, Step};
use comptoir_ui::office::Touch;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::till::{Intent, Place};
use uuid::Uuid;

use super::scenes::{Outcome, Scene, act, enrol, sale_intent, sell_nothing, tell, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "held-empty", prepare: empty },
    Scene { name: "held-full", prepare: full },
    Scene { name: "held-ticket", prepare: ticket },
    Scene { name: "held-chosen", prepare: chosen },
    Scene { name: "held-naming", prepare: naming },
    Scene { name: "held-moving", prepare: moving },
    Scene { name: "held-kitchen", prepare: kitchen },
    Scene { name: "held-giving-up", prepare: giving_up },
    Scene { name: "held-refused", prepare: refused },
    Scene { name: "held-elsewhere", prepare: |rehearsal| elsewhere(rehearsal, HeldState::Waiting) },
    Scene { name: "held-asked-for", prepare: asked_for },
    Scene { name: "held-bound", prepare: bound },
];

fn held(rehearsal: &Rehearsal, intent: Held) {
    act(rehearsal, Intent::Held(intent));
}

fn empty(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Held));
    Ok(())
}

fn aside(rehearsal: &Rehearsal, names: &[&str]) {
    for name in names {
        touch(rehearsal, name);
    }
    sale_intent(rehearsal, sale::Intent::Hold);
    rehearsal.clock().advance(11 * 60);
}

fn named(rehearsal: &Rehearsal, place: usize, title: &str, room: &str, table: &str, guests: u16) {
    held(rehearsal, Held::Open(place));
    held(rehearsal, Held::Go(Step::Naming));
    held(rehearsal, Held::Title(title.to_owned()));
    held(rehearsal, Held::Room(room.to_owned()));
    held(rehearsal, Held::Table(table.to_owned()));
    held(rehearsal, Held::Guests(guests));
    held(rehearsal, Held::Save);
    held(rehearsal, Held::Back);
}

fn full(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    aside(rehearsal, &["baguette", "croissant", "croissant", "confiture"]);
    aside(rehearsal, &["lait", "tablette", "tablette", "tablette", "eau"]);
    aside(rehearsal, &["confiture"]);
    aside(rehearsal, &["eau", "eau", "eau"]);
    act(rehearsal, Intent::Go(Place::Held));
    named(rehearsal, 1, "", "Terrasse", "4", 3);
    named(rehearsal, 2, "Madame au manteau bleu qui revient après le marché", "Salle du fond", "12 bis", 1);
    held(rehearsal, Held::Open(1));
    held(rehearsal, Held::Kitchen);
    held(rehearsal, Held::Go(Step::Ticket));
    held(rehearsal, Held::Note);
    held(rehearsal, Held::Back);
    act(rehearsal, Intent::Dismiss);
    Ok(())
}

fn ticket(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(0));
    Ok(())
}

fn chosen(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(1));
    held(rehearsal, Held::Line(1));
    held(rehearsal, Held::Pieces(-1));
    Ok(())
}

fn naming(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(2));
    held(rehearsal, Held::Go(Step::Naming));
    Ok(())
}

fn moving(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(0));
    held(rehearsal, Held::Line(1));
    held(rehearsal, Held::Go(Step::Moving));
    Ok(())
}

fn kitchen(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(0));
    held(rehearsal, Held::Kitchen);
    Ok(())
}

fn giving_up(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(0));
    held(rehearsal, Held::Go(Step::GivingUp));
    Ok(())
}

fn refused(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    held(rehearsal, Held::Open(0));
    held(rehearsal, Held::Go(Step::GivingUp));
    held(rehearsal, Held::Confirm);
    Ok(())
}

/// Two tickets wait at another till of the store.
fn elsewhere(rehearsal: &Rehearsal, state: HeldState) -> Outcome {
    full(rehearsal)?;
    enrol(rehearsal)?;
    let waiting = rehearsal.register(|register| register.held()).transpose().map_err(|refusal| refusal.to_string())?;
    let holder = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse()?;
    let mut changes = Vec::new();
    let titles = [None, Some("Exemple de nom")];
    for (n, (mut ticket, title)) in (1u64..).zip(waiting.unwrap_or_default().into_iter().zip(titles)) {
        (ticket.id, ticket.title, ticket.table) = (Uuid::from_u128(n.into()), title.map(str::to_owned), None);
        let record = HeldRecord { holder, label: "02".to_owned(), state, ticket, paid: Vec::new() };
        let (key, row) = (record.ticket.id.to_string(), Some(record.to_row()?));
        changes.push(Change { kind: Kind::Held, key, version: n, at: n, row });
    }
    tell(rehearsal, &changes)?;
    act(rehearsal, Intent::Go(Place::Held));
    Ok(())
}

/// One of them was asked for, and the back office cannot be reached.
fn asked_for(rehearsal: &Rehearsal) -> Outcome {
    elsewhere(rehearsal, HeldState::Waiting)?;
    rehearsal.screens().change(|till| till.heard_of_office(Touch::OutOfReach));
    held(rehearsal, Held::Open(4));
    held(rehearsal, Held::Bring);
    Ok(())
}

/// One was paid in part there.
fn bound(rehearsal: &Rehearsal) -> Outcome {
    elsewhere(rehearsal, HeldState::Stays)?;
    held(rehearsal, Held::Open(4));
    Ok(())
}
