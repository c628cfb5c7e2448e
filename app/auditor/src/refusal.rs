//! What a program answers to arguments that it does not understand, in the reader's language.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;

/// The arguments of this program as given; otherwise prints help, version or what is wrong, and ends the program with 0
/// where that was asked for, else with 2.
pub fn matches(command: Command, translations: &Translations) -> ArgMatches {
    command.try_get_matches().unwrap_or_else(|error| {
        let said = said(&error, translations);
        if said.is_empty() {
            error.exit();
        }
        eprintln!("{said}");
        std::process::exit(2);
    })
}

/// What is wrong with these arguments, and where help is; empty where clap shows the help or the version itself.
pub fn of(command: Command, arguments: &[&str], translations: &Translations) -> String {
    let arguments = arguments.iter().map(OsString::from);
    command.try_get_matches_from(arguments).err().map(|error| said(&error, translations)).unwrap_or_default()
}

fn said(error: &clap::Error, translations: &Translations) -> String {
    let Some(message) = message_of(error) else { return String::new() };
    let mut said = translations.say(&message);
    if let Some(similar) = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| context(error, kind))
    {
        said.push(' ');
        said.push_str(&translations.say(&message!("Was “{similar}” meant?", similar = similar)));
    }
    said.push('\n');
    said.push_str(&translations.say(&message!("--help shows what there is.")));
    said
}

fn message_of(error: &clap::Error) -> Option<Message> {
    let argument = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = context(error, ContextKind::InvalidValue).unwrap_or_default();
    Some(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::InvalidSubcommand => {
            let command = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            message!("There is no command “{command}”.", command = command)
        }
        ErrorKind::MissingSubcommand => message!("A command is missing."),
        ErrorKind::UnknownArgument => message!("There is no option or argument “{argument}”.", argument = argument),
        ErrorKind::MissingRequiredArgument => message!("This is missing: {argument}.", argument = argument),
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg).unwrap_or_else(|| argument.clone());
            message!("{argument} and {other} do not go together.", argument = argument, other = other)
        }
        ErrorKind::InvalidUtf8 => message!("An argument is not readable text."),
        _ if value.is_empty() => message!("{argument} asks for a value.", argument = argument),
        _ => message!("{argument} cannot be “{value}”.", argument = argument, value = value),
    })
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use comptoir_fiscal::language::Language;

    use super::*;
    use crate::{Arguments, FRENCH};

    fn refused(arguments: &[&str], language: Language) -> String {
        let translations = Translations::new(language, &[FRENCH]).unwrap();
        let arguments: Vec<&str> = ["comptoir-verify"].iter().chain(arguments).copied().collect();
        of(Arguments::command(), &arguments, &translations)
    }

    #[test]
    fn wrong_arguments_are_told_in_the_readers_language_with_what_was_likely_meant() {
        assert_eq!(
            refused(&["--jsn"], Language::English),
            "There is no option or argument “--jsn”. Was “--json” meant?\n--help shows what there is."
        );
        assert_eq!(
            refused(&["--jsn"], Language::French),
            "Il n’y a ni option ni argument «\u{a0}--jsn\u{a0}». Était-ce «\u{a0}--json\u{a0}»\u{a0}?\n--help montre ce qu’il y a."
        );
    }

    #[test]
    fn what_is_missing_wrong_or_contradictory_is_named() {
        for (arguments, expected) in [
            (&[][..], "This is missing: <FILE>..."),
            (&["--language", "de", "a"], "--language <LANGUAGE> cannot be “de”."),
            (&["a", "--against"], "--against <X> asks for a value."),
            (&["a", "--batch"], "[FILE]... and --batch do not go together."),
        ] {
            let said = refused(arguments, Language::English);
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn help_and_version_are_no_refusals() {
        assert_eq!(refused(&["--help"], Language::French), "");
        assert_eq!(refused(&["--version"], Language::French), "");
    }
}
