//! The program `comptoir-backoffice`.

mod arguments;
mod commands;
mod copies;
mod folder;
mod stores;
mod words;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use comptoir_auditor::{help, refusal};
use comptoir_backoffice::server;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;

use crate::arguments::{Arguments, Command, Place};
use crate::folder::{FolderError, address_of, at};

/// What this program says, and its help, in French.
const FRENCH: [&str; 2] = [comptoir_backoffice::FRENCH, include_str!("../po/help.fr.po")];

/// Where it listens where nothing else is said: on this machine alone.
const LISTEN: ([u8; 4], u16) = ([127, 0, 0, 1], 8443);

fn main() -> ExitCode {
    let language = comptoir_auditor::language_of(std::env::args());
    let [french, french_help] = FRENCH;
    let french = [
        comptoir_fiscal::FRENCH,
        comptoir_core::FRENCH,
        comptoir_sync::FRENCH,
        comptoir_auditor::FRENCH,
        comptoir_auditor::FRENCH_HELP,
        french,
        french_help,
    ];
    let texts = Translations::new(language, &french).unwrap_or_else(|_| Translations::english());
    let matches = refusal::matches(help::translated(Arguments::command(), &texts), &texts);
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match run(arguments.command, &texts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("comptoir-backoffice: {}", texts.say(&why));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, texts: &Translations) -> Result<(), Message> {
    match command {
        Command::Serve { place, listen, address, plain, metrics } => {
            let listen = (listen.unwrap_or(LISTEN.into()), metrics);
            serve(&place, listen, address.as_deref(), plain, texts)
        }
        Command::Code { place, merchant, store, replaces } => {
            let given = match (replaces, merchant, store) {
                (Some(register), ..) => commands::Given::Replaces(register),
                (None, merchant, store) => {
                    commands::Given::Named(merchant.unwrap_or_default(), store.unwrap_or_default())
                }
            };
            commands::code(&place, given, texts)
        }
        Command::Registers { place, json } => commands::registers(&place, json, texts),
        Command::Journal { place, register } => commands::journal(&place, register),
        Command::Checkpoint { place, register } => commands::checkpoint(&place, register),
        Command::Evidence { place, register } => commands::evidence(&place, register),
        Command::Revoke { place, register } => commands::revoke(&place, register, texts),
        Command::Backup { place, to } => copies::backup(&place, &to, texts),
        Command::Restore { from, data } => copies::restore(&from, &data, texts),
        Command::Rebuild { place } => commands::rebuild(&place, texts),
        Command::Records { place, store, kind, json } => stores::records(&place, &store, kind, json, texts),
        Command::Import { place, store, file } => stores::import(&place, &store, &file, texts),
        Command::Inbox { place, json } => stores::inbox(&place, json, texts),
        Command::Decide { place, number, take, by, merchant, store } => {
            stores::decide(&place, (number, merchant.zip(store)), take.0, by, texts)
        }
    }
    .map_err(|error| error.message())
}

fn serve(
    place: &Place,
    (listen, metrics): (SocketAddr, Option<SocketAddr>),
    address: Option<&str>,
    plain: bool,
    texts: &Translations,
) -> Result<(), FolderError> {
    let office = place.office()?;
    let certificate = if plain { None } else { Some(place.certificate(listen, address)?) };
    let hash = certificate.as_ref().map(|certificate| certificate.hash);
    // Said before it listens: a wrong address is not found out only by the first register.
    address_of(listen, address, hash)?;
    let ready = |listening: SocketAddr| {
        let said = address_of(listening, address, hash).and_then(|reached| {
            place.remember(&reached)?;
            Ok(texts.say(&message!("The back office is open at {address}.", address = reached.address)))
        });
        match said {
            Ok(said) => println!("{said}"),
            Err(error) => eprintln!("comptoir-backoffice: {}", texts.say(&error.message())),
        }
    };
    let runtime = tokio::runtime::Runtime::new().map_err(at("tokio"))?;
    if let Some(address) = metrics {
        let listener = std::net::TcpListener::bind(address).map_err(at(address.to_string()))?;
        listener.set_nonblocking(true).map_err(at(address.to_string()))?;
        let figures = server::tell_figures(office.clone(), listener, told_to_stop());
        runtime.spawn(async move {
            // Registers are served without it.
            if let Err(fault) = figures.await {
                eprintln!("comptoir-backoffice: {fault}");
            }
        });
    }
    runtime.block_on(server::serve(office, listen, certificate, ready, told_to_stop())).map_err(at(listen.to_string()))
}

/// Ends when whoever runs the back office wants it to.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_fiscal::language;
    use std::path::Path;

    #[test]
    fn everything_that_is_said_has_its_french() {
        let sources = language::sources_under(Path::new("src")).unwrap();
        assert_eq!(language::missing(FRENCH[0], &sources).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn all_of_the_help_has_its_french() {
        let shared = comptoir_auditor::FRENCH_HELP;
        let own = help::untranslated(&Arguments::command(), FRENCH[1]).unwrap();
        let both = help::untranslated(&Arguments::command(), shared).unwrap();
        let lacking: Vec<&String> = own.iter().filter(|text| both.contains(text)).collect();
        assert_eq!(lacking, Vec::<&String>::new());
    }
}
