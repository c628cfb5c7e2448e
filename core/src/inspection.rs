//! The kit that an inspector is given: one folder that can be checked without this till and without its maker.
//!
//! ```text
//! controle-<siret>-<label>-<date>/
//!     LISEZMOI.txt                        what each file is, and how to check it, in French
//!     empreintes.sha256                   the hash of every other file
//!     archives/                           the archives of the period asked for
//!     journaux/<label>-<register>/journal.jsonl
//!     ecole/                              the same of school mode, which counts for nothing
//!     endommages/<register>/              the files of a journal that can no longer be read, as they lie
//!     operateurs.csv                      who is who: the only file with personal data
//!     certification.txt, certification.pdf
//!     rapport-de-verification.txt         what this till's verifier says of all that
//!     verification/                       two verifiers
//! ```
//!
//! What an administration may ask for: LPF art. L. 80 O, BOI-TVA-DECLA-30-10-30. The kit is written under another name,
//! recorded in the journal, and only then gets its own: nothing half-made is left, and nothing leaves unrecorded.

mod folder;
mod notice;
mod people;
mod report;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Date, Hash, Instant, RegisterId};
use comptoir_fiscal::verify::{Report, Verdict};

use crate::arriving::Awaited;
use crate::certification::Certification;
use crate::certification::pdf::PdfError;
use crate::operators::Operator;
use crate::shown_by_message;

pub(crate) use folder::{Part, archive_dates, name_of};

/// The business dates that an inspector asks for; without a limit where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The first.
    pub since: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

impl Asked {
    /// Whether the last date lies before the first.
    pub fn is_backwards(&self) -> bool {
        matches!((self.since, self.until), (Some(since), Some(until)) if until < since)
    }

    /// Whether any of the dates from `first` to `last` is asked for.
    pub fn touches(&self, first: Date, last: Date) -> bool {
        self.since.is_none_or(|since| last >= since) && self.until.is_none_or(|until| first <= until)
    }
}

/// What the program around the register puts into a kit.
pub struct Tools<'t> {
    /// The verifier for this platform.
    pub verifier: Program,
    /// The files of the second verifier, by their names below its folder, of which `verify.py` starts it.
    pub second: &'t [(&'t str, &'t str)],
    /// What is said of a file that was verified, in French.
    pub told: &'t dyn Fn(&Path, &Report) -> String,
    /// The French of everything else.
    pub french: &'t Translations,
}

/// A program that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it lies.
    pub path: PathBuf,
    /// What follows its name on the command line before the files; empty where it does nothing else.
    pub subcommand: &'static str,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Stage {
    Archiving,
    Copying,
    Verifying,
}

/// A kit that was made and recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    /// Its folder.
    pub path: PathBuf,
    /// How many archives it holds.
    pub archives: usize,
    /// How many journals it holds, school and damaged ones included.
    pub journals: usize,
    /// The journals of lost devices that it lacks: they have not arrived whole from the back office.
    pub lacks: Vec<Awaited>,
    /// The hash of its list of hashes, as the journal records it.
    pub sums: Hash,
    /// What the verifier says of the worst of its files.
    pub verdict: Verdict,
}

/// Why a kit was not made. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// There is a folder of that name.
    Exists(PathBuf),
    /// The last date asked for lies before the first.
    Backwards,
    /// A file could not be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A journal could not be read.
    Journal(#[from] OpenError),
    /// The attestation could not be written.
    Pdf(#[from] PdfError),
    /// It was given up.
    Left,
}

impl KitError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            KitError::Exists(path) => message!(
                "{path} is there already. Choose another folder, or move that one.",
                path = path.display().to_string()
            ),
            KitError::Backwards => message!("The last date lies before the first. Exchange them."),
            KitError::Io { path, cause } => message!(
                "The kit was not made: {path} could not be read or written ({why}). Check that the disk or stick is not full, then try again.",
                path = path.display().to_string(),
                why = cause.to_string()
            ),
            KitError::Journal(error) => {
                message!("The kit was not made, because a journal could not be read: {why}.", why = error.to_string())
            }
            KitError::Left => message!("The kit was given up, and nothing of it is left."),
            KitError::Pdf(error) => {
                message!("The attestation could not be written: {why}.", why = error.to_string())
            }
        }
    }
}
shown_by_message!(KitError);

pub(crate) fn io_at(path: &Path) -> impl Fn(io::Error) -> KitError + use<'_> {
    |cause| KitError::Io { path: path.to_owned(), cause }
}

/// All that a kit needs of the register: it can go to another thread, so that nobody waits at the till.
pub(crate) struct Plan {
    /// The folder that the kit gets.
    pub(crate) path: PathBuf,
    pub(crate) asked: Asked,
    pub(crate) at: Instant,
    pub(crate) certification: Certification,
    pub(crate) operators: Vec<Operator>,
    /// The journal that is sealed into, with how many entries it has.
    pub(crate) current: (RegisterId, u64),
    /// Where its archives lie.
    pub(crate) archives: PathBuf,
    /// The other journals of the till, with their folders.
    pub(crate) others: Vec<(RegisterId, PathBuf)>,
    /// The journals of lost devices that have not arrived whole.
    pub(crate) awaited: Vec<Awaited>,
}

/// A kit that is written under another name, and not recorded yet.
pub(crate) struct Written {
    pub(crate) part: Part,
    pub(crate) kit: Kit,
    /// How many entries of the journal that is sealed into it holds.
    pub(crate) entries: u64,
    /// The files in which the verifier found defects, by their names in the kit.
    pub(crate) defects: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_asked_for_if_any_of_its_dates_is() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let november = (date("2026-11-01"), date("2026-11-30"));
        let touches = |since: Option<&str>, until: Option<&str>| {
            Asked { since: since.map(date), until: until.map(date) }.touches(november.0, november.1)
        };
        assert!(touches(None, None) && touches(Some("2026-11-30"), None) && touches(None, Some("2026-11-01")));
        assert!(touches(Some("2026-11-10"), Some("2026-11-12")));
        assert!(!touches(Some("2026-12-01"), None) && !touches(None, Some("2026-10-31")));
    }
}
