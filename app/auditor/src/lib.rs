//! The auditor's program: whether a journal or an archive is what an honest register would have written.
//!
//! It changes nothing, needs no network and no settings, and ends with 0 (sound), 1 (defects) or 2 (inconclusive). The
//! register's own `verify` is this very program.

mod arguments;
pub mod help;
mod json;
mod meaning;
pub mod progress;
pub mod refusal;
mod text;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use comptoir_fiscal::verify::{self, Evidence, Report, Verdict};

pub use arguments::{Arguments, language_of};
use progress::Patience;

/// The French of what this program says.
pub const FRENCH: &str = include_str!("../po/fr.po");
/// The French of its help.
pub const FRENCH_HELP: &str = include_str!("../po/help.fr.po");

/// Verifies what the arguments name and reports on standard output.
///
/// # Errors
/// Where evidence cannot be read, or the report not be written.
pub fn run(arguments: &Arguments, translations: &Translations) -> Result<Verdict, Box<dyn std::error::Error>> {
    let evidence = arguments.against.iter().map(|given| read_evidence(given, translations));
    let evidence = evidence.collect::<Result<Vec<_>, _>>()?;
    if arguments.batch {
        return batch(&evidence);
    }
    let mut out = io::stdout().lock();
    let mut reports = Vec::new();
    for path in &arguments.files {
        let report = verify(path, &evidence, translations);
        if !arguments.json {
            if !reports.is_empty() {
                writeln!(out)?;
            }
            text::write(&mut out, path, &report, translations)?;
        }
        reports.push((path.as_path(), report));
    }
    let verdict = reports.iter().map(|(_, report)| report.verdict()).max().unwrap_or(Verdict::Inconclusive);
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &json::of(&reports))?;
        writeln!(out)?;
    }
    Ok(verdict)
}

/// What is said of a file that was verified, for a person.
pub fn told(path: &Path, report: &Report, translations: &Translations) -> String {
    let mut text = Vec::new();
    // Writing into memory does not fail.
    let _ = text::write(&mut text, path, report, translations);
    String::from_utf8_lossy(&text).into_owned()
}

/// Verifies the files named on standard input, one a line, and answers with one line for each.
fn batch(evidence: &[Evidence]) -> Result<Verdict, Box<dyn std::error::Error>> {
    let mut out = io::stdout().lock();
    let mut verdict = Verdict::Sound;
    for line in io::stdin().lock().lines() {
        let path = PathBuf::from(line?);
        let report = verify::verify_file(&path, evidence, &mut |_, _| {});
        verdict = verdict.max(report.verdict());
        serde_json::to_writer(&mut out, &json::of_file(&path, &report))?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(verdict)
}

/// A file that holds evidence, or the evidence itself.
fn read_evidence(given: &str, translations: &Translations) -> Result<Evidence, String> {
    let text = if Path::new(given).is_file() { std::fs::read_to_string(given).ok() } else { Some(given.to_owned()) };
    text.and_then(|text| Evidence::parse(&text).ok()).ok_or_else(|| {
        translations.say(&message!(
            "{given}: neither a checkpoint, nor the code of a ticket, nor SIZE:ROOT as a Z prints it",
            given = given
        ))
    })
}

fn verify(path: &Path, evidence: &[Evidence], translations: &Translations) -> Report {
    let mut patience = Patience::new(translations.say(&message!("Verifying")));
    let report = verify::verify_file(path, evidence, &mut |done, total| patience.show(done, total));
    patience.end();
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_fiscal::language::{self, Language};

    const JOURNAL: &str = "../../tests/vectors/journal.jsonl";

    fn said(path: &Path, language: Language) -> String {
        let french = [comptoir_fiscal::FRENCH, FRENCH];
        let translations = Translations::new(language, &french).unwrap();
        let mut out = Vec::new();
        text::write(&mut out, path, &verify(path, &[], &translations), &translations).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn everything_that_is_said_has_its_french() {
        let sources = language::sources_under(Path::new("src")).unwrap();
        assert_eq!(language::missing(FRENCH, &sources).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn all_of_the_help_has_its_french() {
        use clap::CommandFactory;
        assert_eq!(help::untranslated(&Arguments::command(), FRENCH_HELP).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_sound_journal_is_told_in_both_languages() {
        let french = said(Path::new(JOURNAL), Language::French);
        assert!(french.contains("CONFORME"), "{french}");
        assert!(french.contains("Totaux perpétuels\u{a0}: 84,75\u{a0}€ net"), "{french}");
        let english = said(Path::new(JOURNAL), Language::English);
        assert!(english.contains("SOUND") && english.contains("€84.75 net"), "{english}");
    }

    #[test]
    fn a_defect_is_told_with_its_place_what_was_expected_and_what_it_means() {
        let changed = std::env::temp_dir().join(format!("comptoir-verify-{}.jsonl", std::process::id()));
        let journal = std::fs::read_to_string(JOURNAL).unwrap();
        std::fs::write(&changed, journal.replacen("\"total\":399", "\"total\":398", 1)).unwrap();
        let french = said(&changed, Language::French);
        std::fs::remove_file(&changed).unwrap();
        for part in
            ["ANOMALIES", "opération 3, body.lines[0].total [arithmetic]", "attendu\u{a0}: 399", "Ce que cela signifie"]
        {
            assert!(french.contains(part), "{part}: {french}");
        }
    }

    #[test]
    fn json_has_the_keys_that_programs_rely_on() {
        let report = verify::verify_file(Path::new(JOURNAL), &[], &mut |_, _| {});
        let one = json::of(&[(Path::new("a"), report.clone())]);
        assert_eq!(one["verdict"], "sound");
        assert_eq!(one["entries"], 34);
        assert_eq!(one["findings"], serde_json::json!([]));
        let two = json::of(&[(Path::new("a"), report.clone()), (Path::new("b"), report)]);
        assert_eq!(two["files"].as_array().unwrap().len(), 2);
        assert_eq!(two["verdict"], "sound");
    }
}
