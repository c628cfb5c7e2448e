//! Pictures of the journal.

use comptoir_core::register::{Command, Refusal, Register, Request};
use comptoir_core::sample::MANAGER;
use comptoir_ui::journal::codes::Topic;
use comptoir_ui::journal::{Intent as Does, Purpose, Tab};
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act, sale_intent, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "journal-locked", prepare: locked },
    Scene { name: "journal-standing", prepare: standing },
    Scene { name: "journal-closings", prepare: closings },
    Scene { name: "journal-z", prepare: paper },
    Scene { name: "journal-events", prepare: events },
    Scene { name: "journal-archives", prepare: archives },
    Scene { name: "journal-certification", prepare: certification },
    Scene { name: "journal-kit", prepare: kit },
    Scene { name: "journal-verified", prepare: verified },
];

fn journal(rehearsal: &Rehearsal, intent: Does) {
    act(rehearsal, Intent::Journal(intent));
}

fn locked(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(2)));
    act(rehearsal, Intent::Go(Place::Journal));
    act(rehearsal, Intent::Word(comptoir_ui::word::Intent::Close));
    Ok(())
}

/// Some days and a month of a shop, and a manager in the journal's room.
fn trade(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(1)));
    for day in 0..9 {
        act(rehearsal, Intent::Tick);
        act(rehearsal, Intent::Go(Place::Sale));
        for name in [["baguette", "lait", "confiture"], ["croissant", "eau", "tablette"]][day % 2] {
            touch(rehearsal, name);
        }
        let due = rehearsal.screens().with(|till| till.sale().basket().to_pay());
        sale_intent(rehearsal, sale::Intent::Cash(due));
        rehearsal.clock().advance(22 * 60 * 60 + 17 * 60);
    }
    let opened = |register: &mut Register| -> Result<(), Refusal> {
        let id = register.new_command()?;
        let command = Command::OpenDrawer { reason: Some("Faire de la monnaie".to_owned()) };
        register.execute(Request::new(id, MANAGER, command)).map(drop)
    };
    rehearsal.register(opened).ok_or("no register")??;
    act(rehearsal, Intent::Go(Place::Journal));
    Ok(())
}

fn standing(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Verify);
    journal(rehearsal, Does::Dismiss);
    Ok(())
}

fn closings(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Tab(Tab::Closings));
    Ok(())
}

fn paper(rehearsal: &Rehearsal) -> Outcome {
    closings(rehearsal)?;
    journal(rehearsal, Does::Closing(2));
    Ok(())
}

fn events(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Tab(Tab::Events));
    journal(rehearsal, Does::Topic(Topic::Counter));
    journal(rehearsal, Does::Topic(Topic::Counter));
    Ok(())
}

fn archives(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Archive);
    journal(rehearsal, Does::Dismiss);
    journal(rehearsal, Does::Tab(Tab::Archives));
    Ok(())
}

fn certification(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Tab(Tab::Certification));
    Ok(())
}

fn kit(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Choose(Purpose::Kit));
    Ok(())
}

fn verified(rehearsal: &Rehearsal) -> Outcome {
    trade(rehearsal)?;
    journal(rehearsal, Does::Verify);
    Ok(())
}
