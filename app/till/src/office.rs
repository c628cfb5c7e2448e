//! `comptoir enrol` and `comptoir sync`: a till and its back office, from the command line.

use std::path::Path;
use std::sync::Arc;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Desk, Offer, RegisterError};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_sync::link::{EnrolmentLink, NotALink};
use comptoir_sync::meeting;
use comptoir_sync::task::{self, State, SyncError};
use comptoir_till::{backoffice, platform};

use crate::arguments::Typed;
use crate::shop;

/// Enrols the till of a folder, and brings what it has sealed.
pub(crate) fn enrol(data: &Path, link: &str, typed: &Typed, texts: &Translations) -> Result<(), Message> {
    let link = link_of(link, typed)?;
    with_desk(data, texts, |desk| {
        enrol_at(desk, &link, texts)?;
        bring(desk, texts)
    })
}

/// The link as it was given; or that of the back office at an address, once its words were compared.
fn link_of(given: &str, typed: &Typed) -> Result<EnrolmentLink, Message> {
    let Some(code) = &typed.code else { return given.parse().map_err(|error: NotALink| error.message()) };
    let met = backoffice::runtime()?.block_on(meeting::meet(given, code)).map_err(|error| error.message())?;
    let plain = |words: &str| words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    match &typed.words {
        Some(words) if plain(words) == met.words => Ok(met.link),
        Some(_) => Err(message!(
            "The back office that answers there has other words: somebody may stand between. Nothing was sent; call the back office."
        )),
        None => Err(message!(
            "It shows these words: {words}. If the back office shows the same, give them with --words.",
            words = met.words
        )),
    }
}

fn enrol_at(desk: &Arc<Desk>, link: &EnrolmentLink, texts: &Translations) -> Result<(), Message> {
    let enrolled = backoffice::enrol(desk, link)?;
    println!(
        "{}",
        texts.say(&message!(
            "Enrolled for {merchant}, {store}. The witness is {witness}.",
            merchant = enrolled.merchant,
            store = enrolled.store,
            witness = enrolled.witness
        ))
    );
    Ok(())
}

/// Opens a till in a new folder, in the place of a lost one or as one more of a store, as the link says; then enrols it, which
/// revokes a lost device. It can sell then; what a lost one had sold comes behind it.
pub(crate) fn open_new(data: &Path, link: &str, typed: &Typed, texts: &Translations) -> Result<(), Message> {
    let link = link_of(link, typed)?;
    let newcomer = backoffice::ask_for_place(&link)?;
    if let Offer::Replace(lost) = &newcomer.offer {
        println!(
            "{}",
            texts.say(&message!(
                "The back office holds {entries} entries of the lost till {label}, and knows of no more.",
                entries = lost.journal.size,
                label = lost.journal.label.as_str()
            ))
        );
    }
    let folder = DataFolder::new(data, platform::state_folder());
    let register =
        backoffice::open_as(folder, &newcomer, platform::this_device(SystemClock)).map_err(|error| error.message())?;
    let (label, journal) = (register.settings().label.clone(), register.id().to_string());
    let goes_on = match &newcomer.offer {
        Offer::Replace(_) => message!(
            "The till goes on as {label}, in a new journal {journal} that succeeds the old one. Do not use the old device any more.",
            label = label,
            journal = journal
        ),
        Offer::Join(_) => message!(
            "This device is till {label} of the shop, with journal {journal}.",
            label = label,
            journal = journal
        ),
    };
    println!("{}", texts.say(&goes_on));
    let io = |error: std::io::Error| message!("The system refused: {why}. Try again.", why = error.to_string());
    let desk = Arc::new(Desk::start(register).map_err(io)?);
    let enrolled = enrol_at(&desk, &link, texts);
    let closed = Arc::try_unwrap(desk).map_or(Ok(()), Desk::close);
    enrolled.and(closed.map_err(|error| error.message()))?;
    println!(
        "{}",
        texts.say(&match newcomer.offer {
            Offer::Replace(_) => message!(
                "It can sell now. What the lost till had sold arrives while it is open, newest first, or at once by `comptoir sync`."
            ),
            Offer::Join(_) => message!("It can sell now."),
        })
    );
    Ok(())
}

/// Brings what the till of a folder has sealed, once.
pub(crate) fn sync(data: &Path, texts: &Translations) -> Result<(), Message> {
    with_desk(data, texts, |desk| bring(desk, texts))
}

fn bring(desk: &Arc<Desk>, texts: &Translations) -> Result<(), Message> {
    let brought = backoffice::runtime()?.block_on(task::bring(desk, &mut |_| ()));
    let state = brought.map_err(|error| match error {
        SyncError::Unreachable(unreachable) => unreachable.message(),
        SyncError::Register(error) => error.message(),
        SyncError::Closed(_) | SyncError::Stopped => message!("The register has stopped. Start it again."),
    })?;
    let size = desk.ask(|register| register.journal().standing().size());
    let size = size.map_err(|_| message!("The register has stopped. Start it again."))?;
    match state {
        State::InStep | State::Sending => {
            println!("{}", texts.say(&message!("The back office holds all {size} entries.", size = size)));
            Ok(())
        }
        State::Revoked => Err(message!(
            "The back office holds all {size} entries. This till was revoked: stop selling with it.",
            size = size
        )),
        State::Alone => Err(message!("This till is enrolled with no back office: enrol it first, by a link.")),
        State::PutBack => Err(message!(
            "The journal was put back to an earlier state: the back office holds more of it. It is left as it is, and a new \
             journal was begun. Bring that with the same command."
        )),
        State::OutOfReach(why) | State::Trouble(why) => Err(why),
    }
}

/// Opens the register of a folder on a thread of its own, and stops it in order whatever happens.
fn with_desk(
    data: &Path,
    texts: &Translations,
    act: impl FnOnce(&Arc<Desk>) -> Result<(), Message>,
) -> Result<(), Message> {
    let said = |error: RegisterError| error.message();
    let register = shop::open(data, texts).map_err(said)?;
    let io = |error: std::io::Error| message!("The system refused: {why}. Try again.", why = error.to_string());
    let desk = Arc::new(Desk::start(register).map_err(io)?);
    let done = act(&desk);
    let closed = Arc::try_unwrap(desk).map_or(Ok(()), Desk::close);
    done.and(closed.map_err(said))
}
