//! What the command line says.

use std::path::PathBuf;

use clap::Parser;
use comptoir_fiscal::language::Language;

/// Verify the journals and archives of a cash register: seals, numbers, totals, closings, files.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "comptoir-verify",
    version,
    long_about = "Verify the journals and archives of a cash register: seals, numbers, totals, closings, files.\n\n\
        Each file may be the archive of a period (.zip), a register's journal (journal.db), or its lines\n\
        (journal.jsonl); its content tells which, not its name. Nothing is changed, and nothing is asked of any\n\
        network. The verdict is one of three: sound, defects, or inconclusive, where something could not be judged,\n\
        such as a file of a newer version. The exit status is 0, 1 or 2 in that order; with several files, defects\n\
        outweigh inconclusive, which outweighs sound.",
    after_help = "Examples:\n  \
        comptoir-verify 73282932000074-01-month-2026-11-01-2026-11-30.zip\n  \
        comptoir-verify --json --language en archives/*.zip\n  \
        comptoir-verify journal.db --against checkpoint.txt",
    after_long_help = "Examples:\n  \
        The archives that a shop handed over:\n    \
        comptoir-verify archives/*.zip\n\n  \
        A journal, held against the newest checkpoint that the back office keeps:\n    \
        comptoir-verify journal.db --against checkpoint.txt\n\n  \
        A journal, held against a receipt found in a bin, and a printed Z:\n    \
        comptoir-verify journal.jsonl --against 'comptoir:/r#0192f0c1-…' --against 33:ce24db0f…\n\n  \
        For a program: one JSON object with the verdict, and for each finding seq, place, rule, expected, found:\n    \
        comptoir-verify --json journal.db\n\n  \
        For a program that has many files: names on standard input, one line of JSON for each on standard output:\n    \
        find archives -name '*.zip' | comptoir-verify --batch"
)]
pub struct Arguments {
    /// Archives and journals to verify
    #[arg(required_unless_present = "batch", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Answer in JSON, always in English
    #[arg(long)]
    pub(crate) json: bool,

    /// Hold the journal against a checkpoint, a receipt's QR code or a printed Z
    ///
    /// X is a file that holds one of them, or itself the text of a receipt's QR code or SIZE:ROOT as a Z prints it.
    /// It shows entries that were removed from the end, or a history that was written anew, which a journal alone
    /// cannot show. May be given several times.
    #[arg(long, value_name = "X")]
    pub(crate) against: Vec<String>,

    /// Language of the report: fr or en [default: that of LANG, else fr]
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) language: Option<Language>,

    /// Verify the files named on standard input, one a line; answer each with one line of JSON
    #[arg(long, hide_short_help = true, conflicts_with = "files")]
    pub(crate) batch: bool,
}

/// The language that `--language` names, or else the system; French where neither says.
pub fn language_of(arguments: impl Iterator<Item = String>) -> Language {
    let arguments: Vec<String> = arguments.collect();
    let named = arguments.iter().enumerate().find_map(|(place, argument)| match argument.strip_prefix("--language") {
        Some("") => arguments.get(place + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    named.and_then(|name| name.parse().ok()).unwrap_or_else(|| {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        Language::from_locale(set.as_deref())
    })
}
