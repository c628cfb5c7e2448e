//! The settings.

use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Request};
use comptoir_core::shared::{Change, Kind, Row};
use comptoir_fiscal::entry::TicketRef;
use comptoir_ui::lock;
use comptoir_ui::office::Touch;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::settings::{Intent as Room, Section, backup, office, payments};
use comptoir_ui::till::{Intent, Place};

use super::scenes::{Outcome, Scene, act, enrol, met, sale_intent, tell, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "settings-menu", prepare: menu },
    Scene { name: "settings-device", prepare: |rehearsal| section(rehearsal, Section::Device) },
    Scene { name: "settings-printer", prepare: printer },
    Scene { name: "settings-shop", prepare: |rehearsal| section(rehearsal, Section::Shop) },
    Scene { name: "settings-payments", prepare: |rehearsal| section(rehearsal, Section::Payments) },
    Scene { name: "settings-payments-enrolled", prepare: payments_of_several },
    Scene { name: "settings-copies", prepare: copies },
    Scene { name: "settings-office", prepare: |rehearsal| section(rehearsal, Section::Office) },
    Scene { name: "settings-office-enrolled", prepare: |rehearsal| enrolled(rehearsal, Touch::Fine) },
    Scene { name: "settings-office-offline", prepare: |rehearsal| enrolled(rehearsal, Touch::OutOfReach) },
    Scene { name: "settings-office-revoked", prepare: |rehearsal| enrolled(rehearsal, Touch::Revoked) },
    Scene { name: "settings-office-apart", prepare: apart },
    Scene { name: "settings-office-words", prepare: words },
    Scene { name: "settings-school", prepare: school },
    Scene { name: "settings-about", prepare: |rehearsal| section(rehearsal, Section::About) },
];

fn room(rehearsal: &Rehearsal, intent: Room) {
    act(rehearsal, Intent::Settings(intent));
}

fn menu(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(0)));
    act(rehearsal, Intent::Go(Place::Settings));
    Ok(())
}

fn section(rehearsal: &Rehearsal, section: Section) -> Outcome {
    menu(rehearsal)?;
    room(rehearsal, Room::Section(section));
    Ok(())
}

/// A paper waits, and of another nobody knows whether it came out.
fn printer(rehearsal: &Rehearsal) -> Outcome {
    menu(rehearsal)?;
    act(rehearsal, Intent::Go(Place::Sale));
    for _ in 0..2 {
        touch(rehearsal, "baguette de tradition");
        let due = rehearsal.screens().with(|till| till.sale().basket().to_pay());
        sale_intent(rehearsal, sale::Intent::Cash(due));
    }
    let asked = rehearsal.register(|register| {
        for number in 1..=2 {
            let ticket = TicketRef { register: register.id(), number };
            let command = Command::Print(PaperOf::Ticket(ticket));
            let id = register.new_command()?;
            register.execute(Request::new(id, "op-1", command))?;
            if number == 1 {
                register.next_to_print()?;
            }
        }
        Ok::<_, comptoir_core::register::Refusal>(())
    });
    asked.transpose()?;
    section(rehearsal, Section::Printer)
}

/// The rules of a till that is not the only one of its shop.
fn payments_of_several(rehearsal: &Rehearsal) -> Outcome {
    enrol(rehearsal)?;
    section(rehearsal, Section::Payments)?;
    room(rehearsal, Room::Payments(payments::Edit::Offline(payments::Offline::UpTo)));
    room(rehearsal, Room::Payments(payments::Edit::OfflineMost("50,00".to_owned())));
    Ok(())
}

fn copies(rehearsal: &Rehearsal) -> Outcome {
    let folder = rehearsal.folder().join("media");
    for name in ["CLE-USB", "Disque de secours", "Partage"] {
        std::fs::create_dir_all(folder.join(name))?;
    }
    section(rehearsal, Section::Backup)?;
    room(rehearsal, Room::Backup(backup::Edit::Folder(folder.display().to_string())));
    room(rehearsal, Room::Backup(backup::Edit::Look));
    room(rehearsal, Room::Backup(backup::Edit::Folder("/media/CLE-USB".to_owned())));
    Ok(())
}

/// A till that is enrolled, and has not been in touch for hours.
fn enrolled(rehearsal: &Rehearsal, touch: Touch) -> Outcome {
    enrol(rehearsal)?;
    rehearsal.clock().advance(42 * 60);
    section(rehearsal, Section::Office)?;
    rehearsal.screens().change(move |till| till.heard_of_office(touch));
    rehearsal.settle();
    Ok(())
}

/// The clock is wrong, and records came that this till does not use.
fn apart(rehearsal: &Rehearsal) -> Outcome {
    enrolled(rehearsal, Touch::Fine)?;
    let change = |kind, key: &str| Change { kind, key: key.to_owned(), version: 1, at: 1, row: Some(Row::default()) };
    tell(rehearsal, &[change(Kind::Product, "NOUVEAU-1"), change(Kind::PriceList, "soir")])?;
    rehearsal.screens().change(|till| till.heard_of_its_clock(-200));
    section(rehearsal, Section::Office)
}

/// The office at an address has answered, and its words are to be compared.
fn words(rehearsal: &Rehearsal) -> Outcome {
    section(rehearsal, Section::Office)?;
    room(rehearsal, Room::Office(office::Edit::Link("192.168.1.20:8443".to_owned())));
    room(rehearsal, Room::Office(office::Edit::Code("7Q2XK00M".to_owned())));
    room(rehearsal, Room::Office(office::Edit::Enrol));
    rehearsal.screens().change(|till| till.met(1, Ok(met())));
    rehearsal.settle();
    Ok(())
}

fn school(rehearsal: &Rehearsal) -> Outcome {
    section(rehearsal, Section::School)?;
    room(rehearsal, Room::AskSchool(true));
    Ok(())
}
