//! `comptoir-verify`: see the library of this crate.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use comptoir_auditor::{Arguments, FRENCH, FRENCH_HELP, help, language_of, refusal, run};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::verify::Verdict;

fn main() -> ExitCode {
    match program() {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(fault) => {
            eprintln!("comptoir-verify: {fault}");
            ExitCode::from(Verdict::Inconclusive.exit_code())
        }
    }
}

fn program() -> Result<Verdict, Box<dyn std::error::Error>> {
    let language = language_of(std::env::args());
    let translations = Translations::new(language, &[comptoir_fiscal::FRENCH, FRENCH, FRENCH_HELP])?;
    let command = help::translated(Arguments::command(), &translations);
    let arguments = Arguments::from_arg_matches(&refusal::matches(command, &translations))?;
    run(&arguments, &translations)
}
