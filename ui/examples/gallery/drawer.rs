//! Pictures of the drawer.

use comptoir_fiscal::entry::CashType;
use comptoir_ui::drawer::Intent as Does;
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act, sale_intent, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "drawer-empty", prepare: empty },
    Scene { name: "drawer-day", prepare: day },
    Scene { name: "drawer-missed", prepare: missed },
    Scene { name: "drawer-moving", prepare: moving },
    Scene { name: "drawer-opening", prepare: opening },
    Scene { name: "drawer-counting", prepare: counting },
    Scene { name: "drawer-counted", prepare: counted },
    Scene { name: "drawer-closed", prepare: closed },
    Scene { name: "drawer-x", prepare: reading },
    Scene { name: "drawer-slip", prepare: slip },
];

fn drawer(rehearsal: &Rehearsal, intent: Does) {
    act(rehearsal, Intent::Drawer(intent));
}

fn moves(rehearsal: &Rehearsal, kind: CashType, digits: &str, reason: &str) {
    drawer(rehearsal, Does::Move(kind));
    drawer(rehearsal, Does::Digits(digits.to_owned()));
    if !reason.is_empty() {
        drawer(rehearsal, Does::Reason(reason.to_owned()));
    }
    drawer(rehearsal, Does::Confirm);
    act(rehearsal, Intent::Dismiss);
    rehearsal.clock().advance(47 * 60);
}

fn empty(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(1)));
    act(rehearsal, Intent::Go(Place::Drawer));
    Ok(())
}

fn sell(rehearsal: &Rehearsal, names: &[&str]) {
    for name in names {
        touch(rehearsal, name);
    }
    sale_intent(rehearsal, sale::Intent::Cash(rehearsal.screens().with(|till| till.sale().basket().to_pay())));
    rehearsal.clock().advance(9 * 60);
}

fn day(rehearsal: &Rehearsal) -> Outcome {
    empty(rehearsal)?;
    moves(rehearsal, CashType::Float, "15000", "");
    act(rehearsal, Intent::Go(Place::Sale));
    sell(rehearsal, &["baguette", "confiture", "lait"]);
    sell(rehearsal, &["croissant", "tablette", "tablette"]);
    act(rehearsal, Intent::Go(Place::Drawer));
    moves(rehearsal, CashType::In, "2000", "Monnaie de la banque");
    moves(rehearsal, CashType::Out, "1250", "Timbres pour les envois de fin d’année");
    moves(rehearsal, CashType::Drop, "10000", "");
    Ok(())
}

fn missed(rehearsal: &Rehearsal) -> Outcome {
    day(rehearsal)?;
    rehearsal.clock().advance(24 * 60 * 60);
    act(rehearsal, Intent::Go(Place::Drawer));
    Ok(())
}

fn moving(rehearsal: &Rehearsal) -> Outcome {
    day(rehearsal)?;
    drawer(rehearsal, Does::Move(CashType::Out));
    drawer(rehearsal, Does::Digits("1250".to_owned()));
    Ok(())
}

fn opening(rehearsal: &Rehearsal) -> Outcome {
    day(rehearsal)?;
    drawer(rehearsal, Does::OpenDrawer);
    Ok(())
}

fn counting(rehearsal: &Rehearsal) -> Outcome {
    day(rehearsal)?;
    drawer(rehearsal, Does::EndDay);
    for (at, pieces) in [(4, "2"), (5, "1"), (6, "3"), (7, "4"), (8, "6"), (9, "5"), (10, "8")] {
        drawer(rehearsal, Does::Denomination(at));
        drawer(rehearsal, Does::Digits(pieces.to_owned()));
    }
    Ok(())
}

fn counted(rehearsal: &Rehearsal) -> Outcome {
    counting(rehearsal)?;
    drawer(rehearsal, Does::Confirm);
    Ok(())
}

fn closed(rehearsal: &Rehearsal) -> Outcome {
    counted(rehearsal)?;
    drawer(rehearsal, Does::Confirm);
    Ok(())
}

fn reading(rehearsal: &Rehearsal) -> Outcome {
    day(rehearsal)?;
    drawer(rehearsal, Does::Reading);
    Ok(())
}

fn slip(rehearsal: &Rehearsal) -> Outcome {
    counted(rehearsal)?;
    drawer(rehearsal, Does::Back);
    drawer(rehearsal, Does::Slip(0));
    Ok(())
}
