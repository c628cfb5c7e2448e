//! Writing a kit: everything is copied, then verified from the copies, then told and summed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use comptoir_fiscal::entry::{Body, Mode};
use comptoir_fiscal::journal::{LeftJournal, OpenError};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::{Hash, RegisterId};
use comptoir_fiscal::verify::{self, Report, Verdict};

use super::folder::{self, Part};
use super::report::Verified;
use super::{Kit, KitError, Plan, Stage, Tools, Written, archive_dates, io_at, notice, people, report};
use crate::register::Wanted;

/// How many lines are read at a time.
const LINES_AT_ONCE: u64 = 256;

const SUMS: &str = "empreintes.sha256";
const PEOPLE: &str = "operateurs.csv";
const REPORT: &str = "rapport-de-verification.txt";
const NOTICE: &str = "LISEZMOI.txt";

/// What lies in the kit so far.
#[derive(Default)]
struct Held {
    /// Journals and archives, by their names.
    journals: Vec<String>,
    archives: Vec<String>,
    /// The hashes of archives that the journals record.
    recorded: BTreeSet<Hash>,
}

impl Plan {
    /// Writes the kit under another name. `lines` is asked for the lines of the journal that is sealed into, from one seq
    /// up to and without another, a few at a time.
    pub(crate) fn write<E: From<KitError>>(
        &self,
        tools: &Tools<'_>,
        mut lines: impl FnMut(u64, u64) -> Result<Vec<Vec<u8>>, E>,
        wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Written, E> {
        let part = Part::begin(&self.path)?;
        let mut held = Held::default();
        let (register, size) = self.current;
        let mut shown = |done| progress(Stage::Copying, done, size);
        let place = copy_lines(&part, &mut held, (register, size), &mut lines, &mut shown)?;
        self.copy_archives(&part, &mut held, place, &self.archives)?;
        for (register, folder) in &self.others {
            self.copy_left(&part, &mut held, *register, folder)?;
        }
        Ok(self.tell(part, held, tools, wanted, progress)?)
    }

    /// A journal that was left, or the school's: its lines and archives, or its files where they cannot be read.
    fn copy_left(&self, part: &Part, held: &mut Held, register: RegisterId, folder: &Path) -> Result<(), KitError> {
        let database = folder.join("journal.db");
        let copied = if database.is_file() {
            LeftJournal::open(&database).map_err(KitError::from).and_then(|left| {
                let lines = |from, to| left.lines(from, to).map_err(KitError::from);
                copy_lines(part, held, (register, left.size()), lines, &mut |_| ())
            })
        } else {
            Err(OpenError::Missing(database).into())
        };
        let place = match copied {
            Err(KitError::Journal(error)) if is_of_the_journal(&error) => {
                copy_damaged(part, held, register, folder)?;
                ""
            }
            copied => copied?,
        };
        self.copy_archives(part, held, place, &folder.join("archives"))
    }

    /// The archives that touch the dates asked for, with the checkpoints that came later.
    fn copy_archives(&self, part: &Part, held: &mut Held, place: &str, from: &Path) -> Result<(), KitError> {
        if !from.is_dir() {
            return Ok(());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(from).map_err(io_at(from))? {
            names.extend(entry.map_err(io_at(from))?.file_name().into_string().ok());
        }
        names.sort_unstable();
        for name in names {
            let asked = archive_dates(&name).is_none_or(|(first, last)| self.asked.touches(first, last));
            let (is_archive, is_beside) = (name.ends_with(".zip"), name.ends_with(".zip.checkpoint.txt"));
            if asked && (is_archive || is_beside) {
                let target = format!("{place}archives/{name}");
                part.copy(&from.join(&name), &target)?;
                held.archives.extend(is_archive.then_some(target));
            }
        }
        Ok(())
    }

    /// All that is said about what was copied.
    fn tell(
        &self,
        part: Part,
        held: Held,
        tools: &Tools<'_>,
        wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Written, KitError> {
        let mut verified = Vec::new();
        for name in held.archives.iter().chain(&held.journals) {
            let path = part.place(name)?;
            let mut shown = |done, total| progress(Stage::Verifying, done, total);
            let found = verify_while(&path, wanted, &mut shown)?;
            let is_archive = name.ends_with(".zip");
            let is_unrecorded = is_archive && !held.recorded.contains(&folder::hash_of(&path).map_err(io_at(&path))?);
            verified.push(Verified { name: name.clone(), report: found, is_unrecorded });
        }
        part.write(REPORT, report::text(self, tools, &verified).as_bytes())?;
        part.write(PEOPLE, &people::csv(&self.operators))?;
        part.write("certification.txt", self.certification.text(tools.french).as_bytes())?;
        let attestation = crate::certification::pdf::attestation(&self.certification, tools.french)?;
        part.write("certification.pdf", &attestation)?;
        let program =
            tools.verifier.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        part.copy(&tools.verifier.path, &format!("verification/{program}"))?;
        for (name, contents) in tools.second {
            part.write(&format!("verification/{name}"), contents.as_bytes())?;
        }
        let verdict = verified.iter().map(|one| one.report.verdict()).max().unwrap_or(Verdict::Sound);
        let notice = notice::Notice {
            plan: self,
            program: &program,
            subcommand: tools.verifier.subcommand,
            journals: &held.journals,
            archives: &held.archives,
            verdict,
        };
        part.write(NOTICE, notice.text().as_bytes())?;
        let sums = part.write_sums(SUMS)?;
        let defects = verified.iter().filter(|one| one.report.verdict() == Verdict::Defects);
        let defects = defects.map(|one| one.name.clone()).collect();
        let kit = Kit {
            path: self.path.clone(),
            archives: held.archives.len(),
            journals: held.journals.len(),
            lacks: self.awaited.clone(),
            sums,
            verdict,
        };
        Ok(Written { part, kit, entries: self.current.1, defects })
    }
}

/// Whether a journal cannot be read because of what it is, not because of the disk.
fn is_of_the_journal(error: &OpenError) -> bool {
    error.is_damage() || matches!(error, OpenError::Store(_))
}

/// Copies the lines of a journal. Returns under what its archives belong: `ecole/` for a school's, else nothing.
fn copy_lines<E: From<KitError>>(
    part: &Part,
    held: &mut Held,
    (register, size): (RegisterId, u64),
    mut lines: impl FnMut(u64, u64) -> Result<Vec<Vec<u8>>, E>,
    shown: &mut dyn FnMut(u64),
) -> Result<&'static str, E> {
    let first = lines(0, 1)?.pop().ok_or(OpenError::Chain { seq: 0 }).map_err(KitError::from)?;
    let genesis = sealed::read(&first).map_err(|cause| KitError::from(OpenError::Line { seq: 0, cause }))?;
    let (label, place, folder) = match &genesis.entry.body {
        Body::Genesis(genesis) if genesis.mode == Mode::Training => (genesis.label.as_str(), "ecole/", "ecole"),
        Body::Genesis(genesis) => (genesis.label.as_str(), "", "journaux"),
        _ => ("", "", "journaux"),
    };
    let name = format!("{folder}/{}-{register}/journal.jsonl", folder::plain(label));
    let path = part.place(&name)?;
    let at_path = io_at(&path);
    let mut out = BufWriter::new(File::create(&path).map_err(&at_path)?);
    let mut next = 0;
    while next < size {
        let to = size.min(next + LINES_AT_ONCE);
        let read = match lines(next, to) {
            Ok(read) => read,
            Err(error) => {
                drop(out);
                part.remove(&name)?;
                return Err(error);
            }
        };
        for line in read {
            held.recorded.extend(archive_of(&line));
            out.write_all(&line).map_err(&at_path)?;
        }
        next = to;
        shown(next);
    }
    let file = out.into_inner().map_err(|error| at_path(error.into_error()))?;
    file.sync_all().map_err(&at_path)?;
    held.journals.push(name);
    Ok(place)
}

/// The hash of the archive that a line records.
fn archive_of(line: &[u8]) -> Option<Hash> {
    if !std::str::from_utf8(line).ok()?.contains("\"kind\":\"archive\"") {
        return None;
    }
    match sealed::read(line).ok()?.entry.body {
        Body::Archive(archive) => Some(archive.sha256),
        _ => None,
    }
}

/// Copies the files of a journal that cannot be read, as they lie; never its key.
fn copy_damaged(part: &Part, held: &mut Held, register: RegisterId, folder: &Path) -> Result<(), KitError> {
    for name in ["journal.db", "journal.db-wal", "head"] {
        let from = folder.join(name);
        if from.is_file() {
            part.copy(&from, &format!("endommages/{register}/{name}"))?;
        }
    }
    if folder.join("journal.db").is_file() {
        held.journals.push(format!("endommages/{register}/journal.db"));
    }
    Ok(())
}

/// Verifies a file of the kit, unless that is given up: of lines at any of them, of another kind between two files.
fn verify_while(
    path: &Path,
    wanted: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, KitError> {
    let found = match path.extension().is_some_and(|extension| extension == "jsonl") {
        true => {
            let file = File::open(path).map_err(io_at(path))?;
            verify::verify_lines(BufReader::with_capacity(1 << 18, Wanted::new(file, wanted)), &[], progress)
        }
        false => verify::verify_file(path, &[], progress),
    };
    if wanted() { Ok(found) } else { Err(KitError::Left) }
}
