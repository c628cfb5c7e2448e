//! The tickets that were sealed.

use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::tickets::{Intent as Tickets, Right};
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act, sale_intent, sell_nothing, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "tickets-empty", prepare: empty },
    Scene { name: "tickets-list", prepare: list },
    Scene { name: "tickets-not-found", prepare: not_found },
    Scene { name: "tickets-not-understood", prepare: not_understood },
    Scene { name: "tickets-ticket", prepare: ticket },
    Scene { name: "tickets-return", prepare: goods_back },
    Scene { name: "tickets-sure", prepare: sure },
    Scene { name: "tickets-returned", prepare: returned },
    Scene { name: "tickets-left", prepare: left },
    Scene { name: "tickets-cancel", prepare: cancel },
    Scene { name: "tickets-correct", prepare: correct },
    Scene { name: "tickets-word", prepare: word },
];

fn tickets(rehearsal: &Rehearsal, intent: Tickets) {
    act(rehearsal, Intent::Tickets(intent));
}

fn empty(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Tickets));
    Ok(())
}

fn sell(rehearsal: &Rehearsal, names: &[&str], by_card: bool) {
    for name in names {
        touch(rehearsal, name);
    }
    if by_card {
        sale_intent(rehearsal, sale::Intent::Card);
        sale_intent(rehearsal, sale::Intent::CardSaid(sale::Said::Accepted));
    } else {
        let due = rehearsal.screens().with(|till| till.sale().basket().to_pay());
        sale_intent(rehearsal, sale::Intent::Cash(due));
    }
    rehearsal.clock().advance(7 * 60);
}

fn list(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    for round in 0..4 {
        sell(rehearsal, &["baguette", "croissant", "croissant", "confiture"], round % 2 == 1);
        sell(rehearsal, &["lait", "tablette", "tablette", "tablette", "eau"], true);
        sell(rehearsal, &["baguette"], false);
    }
    act(rehearsal, Intent::Go(Place::Tickets));
    tickets(rehearsal, Tickets::Open(0));
    tickets(rehearsal, Tickets::Line(0));
    tickets(rehearsal, Tickets::Reason("Défectueux".to_owned()));
    tickets(rehearsal, Tickets::PayBack(0));
    tickets(rehearsal, Tickets::Confirm);
    tickets(rehearsal, Tickets::Back);
    act(rehearsal, Intent::Dismiss);
    Ok(())
}

fn not_found(rehearsal: &Rehearsal) -> Outcome {
    list(rehearsal)?;
    tickets(rehearsal, Tickets::Search("999,99".to_owned()));
    Ok(())
}

fn not_understood(rehearsal: &Rehearsal) -> Outcome {
    list(rehearsal)?;
    tickets(rehearsal, Tickets::Search("madame".to_owned()));
    Ok(())
}

/// A sale of a few lines, by cash.
fn ticket(rehearsal: &Rehearsal) -> Outcome {
    list(rehearsal)?;
    tickets(rehearsal, Tickets::Open(6));
    Ok(())
}

fn goods_back(rehearsal: &Rehearsal) -> Outcome {
    ticket(rehearsal)?;
    tickets(rehearsal, Tickets::Line(1));
    tickets(rehearsal, Tickets::Pieces(1, -1));
    tickets(rehearsal, Tickets::Reason("Ne convient pas".to_owned()));
    Ok(())
}

fn sure(rehearsal: &Rehearsal) -> Outcome {
    list(rehearsal)?;
    tickets(rehearsal, Tickets::Open(2));
    tickets(rehearsal, Tickets::Line(1));
    tickets(rehearsal, Tickets::Reason("Défectueux".to_owned()));
    tickets(rehearsal, Tickets::PayBack(0));
    Ok(())
}

fn returned(rehearsal: &Rehearsal) -> Outcome {
    goods_back(rehearsal)?;
    tickets(rehearsal, Tickets::PayBack(1));
    tickets(rehearsal, Tickets::Confirm);
    Ok(())
}

fn left(rehearsal: &Rehearsal) -> Outcome {
    returned(rehearsal)?;
    tickets(rehearsal, Tickets::Back);
    act(rehearsal, Intent::Dismiss);
    tickets(rehearsal, Tickets::Open(7));
    Ok(())
}

fn cancel(rehearsal: &Rehearsal) -> Outcome {
    ticket(rehearsal)?;
    tickets(rehearsal, Tickets::Cancel);
    Ok(())
}

fn correct(rehearsal: &Rehearsal) -> Outcome {
    ticket(rehearsal)?;
    tickets(rehearsal, Tickets::Correct);
    tickets(rehearsal, Tickets::Right(Right::Card));
    Ok(())
}

fn word(rehearsal: &Rehearsal) -> Outcome {
    cancel(rehearsal)?;
    tickets(rehearsal, Tickets::Reason("Vendu deux fois".to_owned()));
    tickets(rehearsal, Tickets::Prepare);
    tickets(rehearsal, Tickets::Confirm);
    Ok(())
}
