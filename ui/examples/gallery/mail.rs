//! Tickets by e-mail: where one goes, and the server that takes them.

use comptoir_core::mail::MailFault;
use comptoir_fiscal::values::Cents;
use comptoir_ui::lock;
use comptoir_ui::mail::{Intent as Mail, setting::Edit};
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::settings::{Intent as Room, Section};
use comptoir_ui::till::{Intent, Look, OnScreen, Place};

use super::scenes::{Outcome, Scene, act, full, sale_intent, touch};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "mail-none", prepare: none },
    Scene { name: "mail-ask", prepare: ask },
    Scene { name: "mail-wrong", prepare: wrong },
    Scene { name: "mail-keys", prepare: keys },
    Scene { name: "mail-asked", prepare: asked },
    Scene { name: "settings-mail", prepare: setting },
    Scene { name: "settings-mail-new", prepare: new },
];

fn mail(rehearsal: &Rehearsal, intent: Mail) {
    act(rehearsal, Intent::Mail(intent));
}

fn set(rehearsal: &Rehearsal, edit: Edit) {
    mail(rehearsal, Mail::Setting(edit));
}

/// The owner is at the settings of e-mail.
fn new(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(0)));
    act(rehearsal, Intent::Go(Place::Settings));
    act(rehearsal, Intent::Settings(Room::Section(Section::Mail)));
    set(rehearsal, Edit::Password("au moins douze".to_owned()));
    Ok(())
}

/// A server is set up, and something was sold.
fn sold(rehearsal: &Rehearsal) -> Outcome {
    new(rehearsal)?;
    set(rehearsal, Edit::Host("smtp.example.fr".to_owned()));
    set(rehearsal, Edit::Port("2525".to_owned()));
    set(rehearsal, Edit::User("boutique@example.fr".to_owned()));
    set(rehearsal, Edit::From("boutique@example.fr".to_owned()));
    set(rehearsal, Edit::Keep);
    act(rehearsal, Intent::Go(Place::Sale));
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Cash(Cents::new(5000)));
    Ok(())
}

fn none(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Cash(Cents::new(5000)));
    mail(rehearsal, Mail::AskLast);
    Ok(())
}

fn ask(rehearsal: &Rehearsal) -> Outcome {
    sold(rehearsal)?;
    mail(rehearsal, Mail::AskLast);
    mail(rehearsal, Mail::Typed("exemple.client".to_owned()));
    Ok(())
}

fn wrong(rehearsal: &Rehearsal) -> Outcome {
    sold(rehearsal)?;
    mail(rehearsal, Mail::AskLast);
    mail(rehearsal, Mail::Typed("exemple client".to_owned()));
    mail(rehearsal, Mail::Send);
    Ok(())
}

/// With the on-screen keyboard, which the field that opens asks for.
fn keys(rehearsal: &Rehearsal) -> Outcome {
    rehearsal.screens().change(|till| till.set_look(Look { keyboard: OnScreen::OnTouch, ..till.look() }));
    ask(rehearsal)
}

fn asked(rehearsal: &Rehearsal) -> Outcome {
    ask(rehearsal)?;
    mail(rehearsal, Mail::Domain(0));
    mail(rehearsal, Mail::Send);
    Ok(())
}

/// One ticket waits, and one was given up.
fn setting(rehearsal: &Rehearsal) -> Outcome {
    asked(rehearsal)?;
    let job = rehearsal.register(|register| register.mail_queue()).transpose()?.unwrap_or_default().pop();
    if let Some(job) = job {
        rehearsal.register(|register| register.mail_failed(job.id, MailFault::AddressRefused)).transpose()?;
    }
    touch(rehearsal, "croissant");
    let due = rehearsal.screens().with(|till| till.sale().basket().to_pay());
    sale_intent(rehearsal, sale::Intent::Cash(due));
    mail(rehearsal, Mail::AskLast);
    mail(rehearsal, Mail::Typed("exemple.client@example.fr".to_owned()));
    mail(rehearsal, Mail::Send);
    act(rehearsal, Intent::Go(Place::Settings));
    act(rehearsal, Intent::Settings(Room::Section(Section::Mail)));
    Ok(())
}
