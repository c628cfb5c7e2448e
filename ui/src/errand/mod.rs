//! Long jobs: archiving, verifying, copying, an inspector's kit. They are done beside the register's thread, which is only
//! asked a few short questions, so that no sale waits; how far they have come is told, and they can be given up.

#[cfg(any(test, feature = "test-ids"))]
pub mod here;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use comptoir_core::certification::pdf;
use comptoir_core::inspection::{Asked, Kit, KitError};
use comptoir_core::register::{Refusal, Register, RegisterError, Verified, VerifyingError, verify_journal};
use comptoir_fiscal::journal::Span;
use comptoir_fiscal::language::{Language, Message, Translations};
use comptoir_fiscal::merkle;
use comptoir_fiscal::message;
use comptoir_fiscal::verify::{self, Verdict};

pub use comptoir_core::inspection::Stage;

use crate::journal;
use crate::till::Reply;

/// How often at most it is told how far a job has come.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// The folder of copied archives, within the place that was chosen.
const ARCHIVES: &str = "comptoir-archives";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Look where something can be copied to.
    Places,
    /// Verify the journal and its archives.
    Verify,
    /// Archive the closed months and years that are not archived yet.
    Archive,
    /// Copy the archives.
    Copy {
        /// Into which folder.
        to: PathBuf,
    },
    /// Make the inspector's kit.
    Kit {
        /// In which folder.
        to: PathBuf,
        /// Of which dates.
        asked: Asked,
    },
    /// Write the draft of the attestation.
    Attest {
        /// Into which folder.
        to: PathBuf,
    },
}

/// Whether a job is still wanted, known to whoever asked for it and to whoever does it.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Gives the job up.
    pub fn give_up(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nobody gave it up.
    pub fn is_wanted(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// A long job that was asked for.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Which one it is among all.
    pub number: u64,
    /// In whose name.
    pub by: String,
    /// What is to be done.
    pub work: Work,
    /// Whether it still is.
    pub watch: Watch,
}

/// Where something can be copied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// What people call it.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it can be carried away.
    pub removable: bool,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Where something can be copied to.
    Places(Vec<Destination>),
    /// The journal was verified.
    Verified {
        /// As it is remembered.
        verified: Verified,
        /// Archives that the journal records and that are not where they should be.
        missing: usize,
    },
    /// So many periods were archived.
    Archived(usize),
    /// So many archives were copied there.
    Copied(usize, PathBuf),
    /// The kit is made.
    Kit(Box<Kit>),
    /// The draft is written there.
    Attested(PathBuf),
    /// It was given up.
    Left,
}

/// Why a job was not done.
#[derive(Clone, Debug)]
pub enum Failed {
    /// It was given up.
    Left,
    /// Why, and what to do.
    Why(Message),
}

impl From<Message> for Failed {
    fn from(why: Message) -> Failed {
        Failed::Why(why)
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Why(refusal.message())
    }
}

impl From<RegisterError> for Failed {
    fn from(error: RegisterError) -> Failed {
        Failed::Why(error.message())
    }
}

/// The register and the device, as a job finds them, wherever it is done.
pub trait Bench {
    /// Asks the register something short.
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Register) -> T + Send + 'static) -> Result<T, Message>;

    /// Archives a closed period.
    fn archive(&self, span: Span, wanted: &dyn Fn() -> bool, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Failed>;

    /// Makes the kit.
    fn kit(
        &self,
        by: &str,
        to: &Path,
        asked: Asked,
        wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, Failed>;

    /// Where something can be copied to, what can be carried away first.
    fn places(&self) -> Vec<Destination>;
}

impl Errand {
    /// Does it, tells how far it has come, and at the end what came of it.
    pub fn run(self, bench: &impl Bench, tell: &dyn Fn(Reply)) {
        let number = self.number;
        let mut told: Option<(Stage, Instant)> = None;
        let mut progress = |stage: Stage, done: u64, total: u64| {
            let is_news = told.is_none_or(|(last, at)| last != stage || at.elapsed() >= TOLD_EVERY);
            if is_news {
                told = Some((stage, Instant::now()));
                tell(Box::new(move |till| journal::heard_progress(till, number, stage, done, total)));
            }
        };
        let done = match &self.work {
            Work::Places => Ok(Done::Places(bench.places())),
            Work::Verify => self.verify(bench, &mut progress),
            Work::Archive => self.archive(bench, &mut progress),
            Work::Copy { to } => self.copy(bench, to, &mut progress),
            Work::Kit { to, asked } => bench
                .kit(&self.by, to, *asked, &|| self.watch.is_wanted(), &mut progress)
                .map(|kit| Done::Kit(Box::new(kit))),
            Work::Attest { to } => attest(bench, to),
        };
        let done = match done {
            Ok(done) => Ok(done),
            Err(Failed::Left) => Ok(Done::Left),
            Err(Failed::Why(why)) => Err(why),
        };
        tell(Box::new(move |till| journal::heard(till, number, done)));
    }

    fn check(&self) -> Result<(), Failed> {
        if self.watch.is_wanted() { Ok(()) } else { Err(Failed::Left) }
    }

    fn verify(&self, bench: &impl Bench, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Done, Failed> {
        let (journal, size, archives) = bench.ask(|register| {
            (register.id(), register.journal().standing().size(), register.archives().map(|all| all.made))
        })?;
        let archives = archives?;
        let lines = |from, to| {
            // The lines of another journal, to which the till was turned meanwhile, would look like a forgery.
            let lines = bench.ask(move |register| {
                (register.id() == journal).then(|| register.journal().lines(from, to).map_err(RegisterError::from))
            });
            match lines.map_err(Failed::Why)? {
                Some(lines) => lines.map_err(Failed::from),
                None => Err(Failed::Left),
            }
        };
        // It is read first, and then checked: half of the way each.
        let mut is_read = false;
        let report = verify_journal(size, lines, &|| self.watch.is_wanted(), &mut |done, total| {
            let (done, half) = (done * 500 / total.max(1), if is_read { 500 } else { 0 });
            is_read |= done >= 500;
            progress(Stage::Verifying, done + half, 1000);
        });
        let report = report.map_err(|error| match error {
            VerifyingError::Left => Failed::Left,
            VerifyingError::Lines(failed) => failed,
            VerifyingError::Io(cause) => Failed::Why(io_failed(&std::env::temp_dir(), &cause)),
        })?;
        let mut verdict = report.verdict();
        let mut defects = Vec::new();
        if verdict == Verdict::Defects {
            defects.push("journal.db".to_owned());
        }
        let (mut read, mut missing) = (0, 0);
        for archive in &archives {
            self.check()?;
            if archive.bytes.is_none() {
                missing += 1;
                continue;
            }
            read += 1;
            let mut shown = |done, total| progress(Stage::Verifying, done, total);
            let found = verify::verify_file(&archive.path, &[], &mut shown).verdict();
            let hash = hash_of(&archive.path).map_err(|cause| io_failed(&archive.path, &cause))?;
            let found = if hash == archive.sha256 { found } else { Verdict::Defects };
            if found == Verdict::Defects {
                defects.push(name_of(&archive.path));
            }
            verdict = verdict.max(found);
        }
        if missing > 0 {
            verdict = verdict.max(Verdict::Inconclusive);
        }
        self.check()?;
        let (by, entries) = (self.by.clone(), report.entries);
        let verified = bench.ask(move |register| register.record_verified(&by, entries, read, verdict, defects))??;
        Ok(Done::Verified { verified, missing })
    }

    fn archive(&self, bench: &impl Bench, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Done, Failed> {
        let mut count = 0;
        loop {
            self.check()?;
            let due = bench.ask(Register::archives_due)??;
            let Some(span) = due.first().copied() else { return Ok(Done::Archived(count)) };
            let mut shown = |done, total| progress(Stage::Archiving, done, total);
            bench.archive(span, &|| self.watch.is_wanted(), &mut shown)?;
            count += 1;
        }
    }

    fn copy(&self, bench: &impl Bench, to: &Path, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Done, Failed> {
        let archives = bench.ask(Register::archives)??.made;
        let folder = to.join(ARCHIVES);
        fs::create_dir_all(&folder).map_err(|cause| io_failed(&folder, &cause))?;
        let total = archives.len();
        let mut copied = 0;
        for (done, archive) in archives.iter().enumerate() {
            self.check()?;
            progress(Stage::Copying, count(done), count(total));
            if archive.bytes.is_none() {
                continue;
            }
            let target = folder.join(name_of(&archive.path));
            let is_there = target.is_file() && hash_of(&target).is_ok_and(|hash| hash == archive.sha256);
            if !is_there {
                let name = name_of(&archive.path);
                let hash = hash_of(&archive.path).map_err(|cause| io_failed(&archive.path, &cause))?;
                if hash != archive.sha256 {
                    return Err(Failed::Why(message!(
                        "{name} is not the file that the journal records. Verify the journal now.",
                        name = name
                    )));
                }
                copy_file(&archive.path, &target).map_err(|cause| io_failed(&target, &cause))?;
                if hash_of(&target).map_err(|cause| io_failed(&target, &cause))? != hash {
                    return Err(Failed::Why(message!(
                        "{name} does not read on the stick as it was written. Take another stick.",
                        name = name
                    )));
                }
            }
            copied += 1;
        }
        let by = self.by.clone();
        if copied > 0 {
            bench.ask(move |register| register.record_archives_carried(&by, copied))??;
        }
        Ok(Done::Copied(copied, folder))
    }
}

/// Writes the draft of the attestation; its readers are French, whatever the language of whoever makes it.
fn attest(bench: &impl Bench, to: &Path) -> Result<Done, Failed> {
    let certification = bench.ask(Register::certification)??;
    let bundled = [comptoir_fiscal::FRENCH, comptoir_core::FRENCH];
    let french = Translations::new(Language::French, &bundled).unwrap_or_else(|_| Translations::english());
    let bytes = pdf::attestation(&certification, &french).map_err(|error| KitError::from(error).message())?;
    let name = format!("attestation-{}-{}.pdf", certification.settings.merchant.siret, certification.software.version);
    let path = to.join(name);
    fs::create_dir_all(to)
        .and_then(|()| fs::write(&path, bytes))
        .map_err(|cause| Failed::Why(io_failed(&path, &cause)))?;
    Ok(Done::Attested(path))
}

/// Copies a file under another name first, so that no half of one is taken for a whole.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let part = to.with_extension("part");
    let copied = fs::copy(from, &part).and_then(|_| File::open(&part)?.sync_all()).and_then(|()| fs::rename(&part, to));
    if copied.is_err() {
        let _ = fs::remove_file(&part);
    }
    copied
}

fn hash_of(path: &Path) -> io::Result<comptoir_fiscal::values::Hash> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(merkle::sha256(&bytes))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn io_failed(path: &Path, cause: &io::Error) -> Message {
    message!(
        "{path} could not be read or written ({why}). Check that the disk or stick is there and not full, then try again.",
        path = path.display().to_string(),
        why = cause.to_string()
    )
}
