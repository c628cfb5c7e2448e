//! A program's help in the reader's language.
//!
//! The help is written once, in English, beside the arguments; its French lies in a catalogue of its own, and a test finds
//! what lacks it.

use clap::{Arg, ArgAction, Command};
use comptoir_fiscal::language::{Language, Translations, TranslationsError};

/// What clap itself would say in English.
const HEADINGS: [&str; 6] = ["Usage:", "Arguments", "Options", "Commands", "Print help", "Print version"];

/// The command with all of its help in the language of `translations`.
pub fn translated(command: Command, translations: &Translations) -> Command {
    let say = |text: &str| translations.text(text).to_owned();
    let template =
        format!("{{before-help}}{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", say("Usage:"));
    let mut command = command.help_template(template).disable_help_flag(true).disable_help_subcommand(true);
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(say(&about));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(say(&about));
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(say(&after));
    }
    if let Some(after) = command.get_after_long_help().map(ToString::to_string) {
        command = command.after_long_help(say(&after));
    }
    if command.get_version().is_some() {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.disable_version_flag(true).arg(version.help(say("Print version")));
    }
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help(say("Print help"));
    command = command.arg(help).subcommand_help_heading(say("Commands"));
    command = command.mut_args(|argument| {
        let heading = if argument.is_positional() { say("Arguments") } else { say("Options") };
        let mut argument = argument.help_heading(heading);
        if let Some(help) = argument.get_help().map(ToString::to_string) {
            argument = argument.help(say(&help));
        }
        if let Some(help) = argument.get_long_help().map(ToString::to_string) {
            argument = argument.long_help(say(&help));
        }
        argument
    });
    command.mut_subcommands(|subcommand| translated(subcommand, translations))
}

/// The texts of a command's help that a French catalogue lacks.
pub fn untranslated(command: &Command, french: &str) -> Result<Vec<String>, TranslationsError> {
    let translations = Translations::new(Language::French, &[french])?;
    let mut texts = HEADINGS.iter().map(|heading| (*heading).to_owned()).collect();
    collect(command, &mut texts);
    texts.retain(|text| !translations.has(text));
    Ok(texts)
}

fn collect(command: &Command, texts: &mut Vec<String>) {
    let of_command =
        [command.get_about(), command.get_long_about(), command.get_after_help(), command.get_after_long_help()];
    texts.extend(of_command.into_iter().flatten().map(ToString::to_string));
    for argument in command.get_arguments() {
        texts.extend([argument.get_help(), argument.get_long_help()].into_iter().flatten().map(ToString::to_string));
    }
    for subcommand in command.get_subcommands() {
        collect(subcommand, texts);
    }
}
