//! The catalogue as it is edited.

use comptoir_ui::catalogue::article::{Edit, Page};
use comptoir_ui::catalogue::{Intent as Room, Tab, importing, records};
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "catalogue-articles", prepare: articles },
    Scene { name: "catalogue-nothing", prepare: nothing },
    Scene { name: "catalogue-article", prepare: article },
    Scene { name: "catalogue-ways", prepare: ways },
    Scene { name: "catalogue-codes", prepare: codes },
    Scene { name: "catalogue-refused", prepare: refused },
    Scene { name: "catalogue-categories", prepare: categories },
    Scene { name: "catalogue-category", prepare: category },
    Scene { name: "catalogue-menus", prepare: |rehearsal| tab(rehearsal, Tab::Menus) },
    Scene { name: "catalogue-menu", prepare: |rehearsal| record(rehearsal, Tab::Menus, 5) },
    Scene { name: "catalogue-menu-new", prepare: new_menu },
    Scene { name: "catalogue-menu-find", prepare: find },
    Scene { name: "catalogue-variants", prepare: |rehearsal| record(rehearsal, Tab::Families, 0) },
    Scene { name: "catalogue-modifiers", prepare: |rehearsal| record(rehearsal, Tab::Modifiers, 1) },
    Scene { name: "catalogue-lists", prepare: |rehearsal| tab(rehearsal, Tab::Prices) },
    Scene { name: "catalogue-list", prepare: |rehearsal| record(rehearsal, Tab::Prices, 0) },
    Scene { name: "catalogue-import", prepare: import },
    Scene { name: "catalogue-preview", prepare: preview },
    Scene { name: "catalogue-faults", prepare: faults },
];

fn room(rehearsal: &Rehearsal, intent: Room) {
    act(rehearsal, Intent::Catalogue(intent));
}

fn articles(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(1)));
    act(rehearsal, Intent::Go(Place::Catalogue));
    Ok(())
}

fn nothing(rehearsal: &Rehearsal) -> Outcome {
    articles(rehearsal)?;
    room(rehearsal, Room::OffSale(true));
    Ok(())
}

fn tab(rehearsal: &Rehearsal, tab: Tab) -> Outcome {
    articles(rehearsal)?;
    room(rehearsal, Room::Tab(tab));
    Ok(())
}

fn record(rehearsal: &Rehearsal, kind: Tab, place: usize) -> Outcome {
    tab(rehearsal, kind)?;
    room(rehearsal, Room::OpenRecord(place));
    Ok(())
}

fn new_menu(rehearsal: &Rehearsal) -> Outcome {
    tab(rehearsal, Tab::Menus)?;
    room(rehearsal, Room::AddRecord);
    Ok(())
}

fn find(rehearsal: &Rehearsal) -> Outcome {
    new_menu(rehearsal)?;
    // The key that adds an article to what each one holds.
    room(rehearsal, Room::Record(records::Edit::Pressed(4)));
    room(rehearsal, Room::Record(records::Edit::Query("caf".to_owned())));
    Ok(())
}

fn article(rehearsal: &Rehearsal) -> Outcome {
    articles(rehearsal)?;
    room(rehearsal, Room::Search("pomme".to_owned()));
    room(rehearsal, Room::Open(0));
    Ok(())
}

fn ways(rehearsal: &Rehearsal) -> Outcome {
    article(rehearsal)?;
    room(rehearsal, Room::Article(Edit::ModePrice(0, "4,20".to_owned())));
    room(rehearsal, Room::Article(Edit::ModeRate(0, 2)));
    room(rehearsal, Room::Article(Edit::Page(Page::Ways)));
    Ok(())
}

fn codes(rehearsal: &Rehearsal) -> Outcome {
    article(rehearsal)?;
    room(rehearsal, Room::Article(Edit::Page(Page::Codes)));
    Ok(())
}

fn refused(rehearsal: &Rehearsal) -> Outcome {
    articles(rehearsal)?;
    room(rehearsal, Room::Add);
    room(rehearsal, Room::Article(Edit::Label("Cidre fermier".to_owned())));
    room(rehearsal, Room::Article(Edit::Price("quatre".to_owned())));
    room(rehearsal, Room::Save);
    Ok(())
}

fn categories(rehearsal: &Rehearsal) -> Outcome {
    articles(rehearsal)?;
    room(rehearsal, Room::Tab(Tab::Categories));
    Ok(())
}

fn category(rehearsal: &Rehearsal) -> Outcome {
    categories(rehearsal)?;
    room(rehearsal, Room::OpenGroup(1));
    Ok(())
}

/// Looks at a table of this text.
fn look_at(rehearsal: &Rehearsal, text: &str) -> Outcome {
    articles(rehearsal)?;
    let folder = rehearsal.folder().join("Tableaux");
    std::fs::create_dir_all(folder.join("Fournisseurs"))?;
    std::fs::write(folder.join("articles d'hiver.csv"), text)?;
    std::fs::write(folder.join("boissons.xlsx"), text)?;
    room(rehearsal, Room::Tab(Tab::Import));
    room(rehearsal, Room::Import(importing::Edit::Path(folder.display().to_string())));
    room(rehearsal, Room::Import(importing::Edit::Look));
    room(rehearsal, Room::Import(importing::Edit::Path("/media/cle/Tableaux".to_owned())));
    Ok(())
}

fn import(rehearsal: &Rehearsal) -> Outcome {
    look_at(rehearsal, "")
}

fn preview(rehearsal: &Rehearsal) -> Outcome {
    look_at(
        rehearsal,
        "Code;Désignation;Catégorie;Prix TTC;TVA;Étagère\nHIVER-1;Vin chaud aux épices;Boissons;4,50;20;a\nHIVER-2;Pain d'épices au miel de châtaignier, part;Boulangerie;3,20;5,5;b\n",
    )?;
    room(rehearsal, Room::Import(importing::Edit::Entry(1)));
    Ok(())
}

fn faults(rehearsal: &Rehearsal) -> Outcome {
    look_at(
        rehearsal,
        "Code;Désignation;Catégorie;Prix TTC;TVA\nHIVER-1;Vin chaud;Boissons;beaucoup;20\n;Sans code;Boissons;1,00;20\nHIVER-1;Vin chaud;Boissons;4,50;200\n",
    )?;
    room(rehearsal, Room::Import(importing::Edit::Entry(1)));
    Ok(())
}
