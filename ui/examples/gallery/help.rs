//! Help: its list, a page, the keys, and the checklist.

use comptoir_ui::help::Intent as Help;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act, sell_nothing};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "help-list", prepare: list },
    Scene { name: "help-checklist", prepare: checklist },
    Scene { name: "help-page", prepare: page },
    Scene { name: "help-keys", prepare: keys },
];

fn list(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Help));
    act(rehearsal, Intent::Help(Help::Read(2)));
    act(rehearsal, Intent::Back);
    Ok(())
}

fn read(rehearsal: &Rehearsal, page: usize) -> Outcome {
    sell_nothing(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Help));
    act(rehearsal, Intent::Help(Help::Read(page)));
    Ok(())
}

fn checklist(rehearsal: &Rehearsal) -> Outcome {
    read(rehearsal, 0)
}

fn page(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Held));
    act(rehearsal, Intent::Go(Place::Help));
    Ok(())
}

fn keys(rehearsal: &Rehearsal) -> Outcome {
    read(rehearsal, comptoir_ui::help::pages::Page::all().len() - 1)
}
