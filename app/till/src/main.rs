//! `comptoir`: the register of a shop.

mod archive;
mod arguments;
mod backup;
mod demo;
mod inspect;
mod office;
mod print;
mod shop;
mod tables;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::{CommandFactory, FromArgMatches};
use comptoir_auditor::{help, refusal};
use comptoir_core::inspection::Asked;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::verify::Verdict;
use comptoir_till::{platform, screens};

/// The French of what this program says, its help included.
const FRENCH: [&str; 2] = [include_str!("../po/fr.po"), include_str!("../po/help.fr.po")];

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
    let translations = Translations::new(language, &french).unwrap_or_else(|_| Translations::english());
    let matches = refusal::matches(help::translated(Arguments::command(), &translations), &translations);
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let open = || Command::Open { data: None, printer: None };
    match run(arguments.command.unwrap_or_else(open), &translations) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("comptoir: {}", translations.say(&message));
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; an error is already in the reader's words.
fn run(command: Command, texts: &Translations) -> Result<ExitCode, Message> {
    match command {
        Command::Open { data, printer } => {
            let opening = screens::Opening { data: data.unwrap_or_else(platform::data_folder), printer };
            screens::run(opening, texts).map_err(|error| error.message())?;
        }
        Command::Demo { data, printer } => {
            demo::run(data.as_deref(), printer.as_ref(), texts).map_err(|error| error.message())?;
        }
        Command::Print { data, printer, pictures } => print::run(&data, printer, pictures.as_deref(), texts)?,
        Command::Archive { data, days, today } => {
            archive::run(&data, days, today, texts).map_err(|error| error.message())?;
        }
        Command::Backup { data, to, always } => {
            backup::back_up(&data, &to, always, texts).map_err(|error| error.message())?;
        }
        Command::Restore { from: Some(copy), data, .. } => {
            backup::restore(&data, &copy, texts).map_err(|error| error.message())?;
        }
        Command::Restore { link, typed, data, .. } => {
            office::open_new(&data, &link.unwrap_or_default(), &typed, texts)?
        }
        Command::Import { file, data, yes, operator } => {
            tables::import(&data, &file, yes, operator.as_deref(), texts).map_err(|error| error.message())?;
        }
        Command::Export { data, to, since, until, what, operator } => {
            let dates = comptoir_core::export::Dates { from: since, to: until };
            tables::export(&data, &to, what.into(), dates, operator.as_deref(), texts)
                .map_err(|error| error.message())?;
        }
        Command::Inspect { data, to, since, until, today } => {
            inspect::kit(&data, &to, Asked { since, until }, today, texts).map_err(|error| error.message())?;
        }
        Command::Enrol { link, typed, data } => office::enrol(&data, &link, &typed, texts)?,
        Command::Sync { data } => office::sync(&data, texts)?,
        Command::Certification { data, pdf } => {
            inspect::certification(&data, pdf.as_deref(), texts).map_err(|error| error.message())?;
        }
        Command::Verify { files, json, against } => {
            let arguments = comptoir_auditor::Arguments::for_files(files, json, against);
            return Ok(match comptoir_auditor::run(&arguments, texts) {
                Ok(verdict) => ExitCode::from(verdict.exit_code()),
                Err(error) => {
                    eprintln!("comptoir: {error}");
                    ExitCode::from(Verdict::Inconclusive.exit_code())
                }
            });
        }
    }
    Ok(ExitCode::SUCCESS)
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
