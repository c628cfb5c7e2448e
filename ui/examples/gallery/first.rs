//! The first run, on a device without a shop; the guided sale; the keyboard; the total explained.

use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::till::Intent;
use comptoir_ui::welcome::Intent as Welcome;
use comptoir_ui::welcome::by_link::{Intent as ByLink, Offered};
use comptoir_ui::welcome::form::Entry;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::platform::PointerEventButton;

use super::scenes::{Outcome, Scene, act, full, met, sale_intent, touch};

/// Those that begin at the sample shop's till.
pub(crate) const SCENES: &[Scene] =
    &[Scene { name: "sale-explained", prepare: explained }, Scene { name: "sale-keyboard", prepare: searching }];

/// Those that begin on a device without a shop.
pub(crate) const NEW: &[Scene] = &[
    Scene { name: "first-hello", prepare: |_| Ok(()) },
    Scene { name: "first-business", prepare: business },
    Scene { name: "first-wrong", prepare: wrong },
    Scene { name: "first-keyboard", prepare: keyboard },
    Scene { name: "first-shop", prepare: shop },
    Scene { name: "first-vat", prepare: vat },
    Scene { name: "first-habits", prepare: habits },
    Scene { name: "first-owner", prepare: owner },
    Scene { name: "first-check", prepare: check },
    Scene { name: "first-link-typed", prepare: link_typed },
    Scene { name: "first-link-address", prepare: link_address },
    Scene { name: "first-link-words", prepare: link_words },
    Scene { name: "first-link-refused", prepare: link_refused },
    Scene { name: "first-link-asking", prepare: |rehearsal| link_asking(rehearsal).map(drop) },
    Scene { name: "first-link-offered", prepare: link_offered },
    Scene { name: "first-link-joins", prepare: link_joins },
    Scene { name: "first-link-opening", prepare: link_opening },
    Scene { name: "first-guided", prepare: guided },
    Scene { name: "first-guided-done", prepare: guided_to_its_end },
];

fn welcome(rehearsal: &Rehearsal, intent: Welcome) {
    act(rehearsal, Intent::Welcome(intent));
}

fn fill(rehearsal: &Rehearsal, fields: &[(Entry, &str)]) {
    for (entry, text) in fields {
        welcome(rehearsal, Welcome::Type(*entry, (*text).to_owned()));
    }
}

fn business(rehearsal: &Rehearsal) -> Outcome {
    welcome(rehearsal, Welcome::Begin);
    fill(rehearsal, &[(Entry::Name, "Entreprise d'exemple"), (Entry::Siret, "572 104 891 00013")]);
    fill(rehearsal, &[(Entry::Naf, "47.11B")]);
    Ok(())
}

fn wrong(rehearsal: &Rehearsal) -> Outcome {
    welcome(rehearsal, Welcome::Begin);
    fill(rehearsal, &[(Entry::Siret, "572 104 891 00014"), (Entry::Naf, "4711")]);
    welcome(rehearsal, Welcome::Next);
    Ok(())
}

fn keyboard(rehearsal: &Rehearsal) -> Outcome {
    business(rehearsal)?;
    act(rehearsal, Intent::Keyboard(true));
    let fields = ElementQuery::from_root(rehearsal.screens().window())
        .match_accessible_role(AccessibleRole::TextInput)
        .find_all();
    fields.last().ok_or("there is a field")?.mock_single_click(PointerEventButton::Left);
    Ok(())
}

fn shop(rehearsal: &Rehearsal) -> Outcome {
    business(rehearsal)?;
    welcome(rehearsal, Welcome::Next);
    fill(rehearsal, &[(Entry::Address, "1 place de l'Exemple, 49000 Angers")]);
    Ok(())
}

fn vat(rehearsal: &Rehearsal) -> Outcome {
    shop(rehearsal)?;
    welcome(rehearsal, Welcome::Next);
    Ok(())
}

fn habits(rehearsal: &Rehearsal) -> Outcome {
    vat(rehearsal)?;
    welcome(rehearsal, Welcome::Next);
    Ok(())
}

fn owner(rehearsal: &Rehearsal) -> Outcome {
    habits(rehearsal)?;
    welcome(rehearsal, Welcome::Next);
    fill(rehearsal, &[(Entry::Owner, "Exemple Propriétaire")]);
    for digit in ['2', '5', '8'] {
        welcome(rehearsal, Welcome::Digit(digit));
    }
    Ok(())
}

fn check(rehearsal: &Rehearsal) -> Outcome {
    owner(rehearsal)?;
    welcome(rehearsal, Welcome::Digit('0'));
    welcome(rehearsal, Welcome::Enter);
    for digit in ['2', '5', '8', '0'] {
        welcome(rehearsal, Welcome::Digit(digit));
    }
    welcome(rehearsal, Welcome::Enter);
    welcome(rehearsal, Welcome::Next);
    Ok(())
}

/// A link as the back office makes it; of nobody.
const LINK: &str =
    "https://caisse.example:8443/enrol#EXAMPLE2.comptoir-backoffice/0a1b2c3d.exampleexampleexampleexample";

fn by_link(rehearsal: &Rehearsal, intent: ByLink) {
    welcome(rehearsal, Welcome::ByLink(intent));
}

fn link_typed(rehearsal: &Rehearsal) -> Outcome {
    by_link(rehearsal, ByLink::Begin);
    by_link(rehearsal, ByLink::Link(LINK.to_owned()));
    Ok(())
}

fn link_address(rehearsal: &Rehearsal) -> Outcome {
    by_link(rehearsal, ByLink::Begin);
    by_link(rehearsal, ByLink::Link("192.168.1.20:8443".to_owned()));
    by_link(rehearsal, ByLink::Code("7Q2XK00M".to_owned()));
    Ok(())
}

fn link_words(rehearsal: &Rehearsal) -> Outcome {
    link_address(rehearsal)?;
    by_link(rehearsal, ByLink::Next);
    rehearsal.screens().change(|till| till.met(1, Ok(met())));
    Ok(())
}

/// The number under which the back office is asked.
fn link_asking(rehearsal: &Rehearsal) -> Result<u32, Box<dyn std::error::Error>> {
    link_typed(rehearsal)?;
    by_link(rehearsal, ByLink::Next);
    Ok(1)
}

fn link_refused(rehearsal: &Rehearsal) -> Outcome {
    let asked = link_asking(rehearsal)?;
    let why = comptoir_fiscal::message!("Copy the link of the back office into the field, or scan its code.");
    rehearsal.screens().change(move |till| till.offered(asked, Err(why)));
    Ok(())
}

fn link_offered(rehearsal: &Rehearsal) -> Outcome {
    let asked = link_asking(rehearsal)?;
    let until = Some("2026-11-23T19:42:10+01:00".parse()?);
    let (label, store) = ("01".to_owned(), "Boutique d'exemple, place du Marché".to_owned());
    let offered = Offered { label, store, entries: Some(128_406), until };
    rehearsal.screens().change(move |till| till.offered(asked, Ok(offered)));
    Ok(())
}

fn link_joins(rehearsal: &Rehearsal) -> Outcome {
    let asked = link_asking(rehearsal)?;
    let (label, store) = ("02".to_owned(), "Boutique d'exemple, place du Marché".to_owned());
    let offered = Offered { label, store, entries: None, until: None };
    rehearsal.screens().change(move |till| till.offered(asked, Ok(offered)));
    Ok(())
}

fn link_opening(rehearsal: &Rehearsal) -> Outcome {
    link_offered(rehearsal)?;
    by_link(rehearsal, ByLink::Next);
    Ok(())
}

fn guided(rehearsal: &Rehearsal) -> Outcome {
    welcome(rehearsal, Welcome::Practise);
    act(rehearsal, Intent::Door(comptoir_ui::lock::Intent::Who(2)));
    touch(rehearsal, "baguette");
    Ok(())
}

fn guided_to_its_end(rehearsal: &Rehearsal) -> Outcome {
    guided(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Cash(comptoir_fiscal::values::Cents::new(2000)));
    sale_intent(rehearsal, sale::Intent::Receipt(comptoir_core::printing::ReceiptChoice::None));
    act(rehearsal, Intent::Dismiss);
    Ok(())
}

fn press(rehearsal: &Rehearsal, role: AccessibleRole, label: &str) -> Outcome {
    let controls = ElementQuery::from_root(rehearsal.screens().window()).match_accessible_role(role).find_all();
    let is_it = |control: &&ElementHandle| control.accessible_label().is_some_and(|known| known.starts_with(label));
    let control = controls.iter().find(is_it).ok_or_else(|| format!("no control “{label}”"))?;
    control.mock_single_click(PointerEventButton::Left);
    rehearsal.settle();
    i_slint_backend_testing::mock_elapsed_time(std::time::Duration::from_millis(50));
    Ok(())
}

fn explained(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::TicketPercent(500));
    // On a phone the ticket is opened first.
    press(rehearsal, AccessibleRole::Button, "Ouvrir le ticket")
        .or_else(|_| press(rehearsal, AccessibleRole::Button, "Open the ticket"))
        .or(Ok::<(), Box<dyn std::error::Error>>(()))?;
    press(rehearsal, AccessibleRole::Button, "Total")
}

fn searching(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    act(rehearsal, Intent::Keyboard(true));
    let fields = ElementQuery::from_root(rehearsal.screens().window())
        .match_accessible_role(AccessibleRole::TextInput)
        .find_all();
    fields.first().ok_or("there is a search")?.mock_single_click(PointerEventButton::Left);
    Ok(())
}
