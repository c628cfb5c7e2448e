//! Writes an archive: streamed, synced, read back and verified before it gets its name, and never over another file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::canonical;
use crate::checkpoint::{Checkpoint, Witness};
use crate::entry::{Body, Entry, Period};
use crate::key::{self, DeviceKey};
use crate::sealed;
use crate::standing::{Standing, StandingError};
use crate::values::{Date, Hash, Instant};
use crate::verify::{self, Verdict};

use super::csv::{Table, Tables};
use super::manifest::{Before, FileSum, Manifest, VERSION, WitnessKey};
use super::{CHECKPOINT, JOURNAL, LISTED, MANIFEST, MANIFEST_SIGNATURE, NOTICE, notice};

/// What an archive is made from.
pub struct Input<'i, I> {
    /// What it covers.
    pub period: Period,
    /// The sealed lines of `from` to `to`, each with its newline.
    pub lines: I,
    /// Line 0, with its newline.
    pub genesis: &'i [u8],
    /// Where the journal stood before `from`; None where that is 0.
    pub before: Option<&'i Standing>,
    /// Where it stood after `to`, which closes the period.
    pub after: &'i Standing,
    /// The signed checkpoint of the size that `after` has, countersigned if it has been synced.
    pub checkpoint: &'i Checkpoint,
    /// Whose countersignature to expect, where the register is linked to a back office.
    pub witness: Option<&'i Witness>,
    /// The device's key.
    pub key: &'i DeviceKey,
}

/// An archive that is on the disk, complete and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The hash of the file, for the `archive` entry.
    pub sha256: Hash,
    /// How long it is.
    pub bytes: u64,
    /// The name that it has in its folder.
    pub name: String,
}

/// Why there is no archive. Nothing is left on the disk under its name.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk.
    #[error("the archive could not be written: {0}")]
    Io(#[from] io::Error),
    /// The lines could not be read from the journal.
    #[error("the journal could not be read: {0}")]
    Journal(Box<dyn std::error::Error + Send + Sync>),
    /// A line is not one that this journal sealed.
    #[error("line {seq} cannot be archived: {fault}")]
    Line {
        /// Which.
        seq: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The lines do not end with the closing of the period.
    #[error("the lines do not end with the closing of the {}", .0.as_str())]
    NotClosed(Period),
    /// The journal's settings cannot be read.
    #[error(transparent)]
    Settings(#[from] StandingError),
    /// The manifest holds what cannot be written.
    #[error(transparent)]
    Manifest(#[from] canonical::WriteError),
    /// A file of that name is there already; an archive is never rewritten.
    #[error("{0} is there already, and an archive is never rewritten")]
    Exists(PathBuf),
    /// What was written does not verify; it was not kept.
    #[error("what was written does not verify: {0}")]
    NotSound(String),
}

impl From<zip::result::ZipError> for WriteError {
    fn from(fault: zip::result::ZipError) -> WriteError {
        WriteError::Io(fault.into())
    }
}

/// Writes the archive of a closed period into `folder`, under the name that the format gives it.
///
/// `progress` is told how much of how much is done, first of writing, then of checking.
///
/// # Errors
/// See [`WriteError`]. The folder is then as it was.
pub fn write<I, E>(
    input: Input<'_, I>,
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, WriteError>
where
    I: Iterator<Item = Result<Vec<u8>, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut temporary = tempfile::Builder::new().prefix(".archive-").suffix(".part").tempfile_in(folder)?;
    let closed = fill(input, folder, temporary.as_file_mut(), progress)?;
    temporary.as_file_mut().sync_all()?;
    let name = closed.name;
    let path = folder.join(&name);
    let (sha256, bytes) = sum(temporary.reopen()?)?;
    let report = verify::verify_archive(temporary.path(), &[], progress);
    if report.verdict() != Verdict::Sound {
        let first = report.findings.first();
        let said = first.map(|f| format!("{} {}: {} / {}", f.rule.as_str(), f.place, f.expected, f.found));
        return Err(WriteError::NotSound(said.unwrap_or_default()));
    }
    temporary.persist_noclobber(&path).map_err(|fault| match fault.error.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Exists(path.clone()),
        _ => WriteError::Io(fault.error),
    })?;
    sync_folder(folder)?;
    Ok(Written { sha256, bytes, name })
}

struct Closed {
    name: String,
}

fn fill<I, E>(
    mut input: Input<'_, I>,
    folder: &Path,
    file: &mut File,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Closed, WriteError>
where
    I: Iterator<Item = Result<Vec<u8>, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let from = input.before.map_or(0, Standing::size);
    let count = input.after.size() - from;
    let mut zip = ZipWriter::new(BufWriter::with_capacity(1 << 16, file));
    zip.start_file(JOURNAL, options())?;
    let mut journal = Summed::new(&mut zip);
    let spools = [(); 5].map(|()| tempfile::tempfile_in(folder));
    let [tickets, lines, payments, closings, events] = spools;
    let spools = [tickets?, lines?, payments?, closings?, events?].map(|file| Summed::new(BufWriter::new(file)));
    let mut tables = Tables::new(spools)?;
    if from > 0 {
        journal.write_all(input.genesis)?;
    }
    let mut label = match input.before {
        Some(before) => before.genesis().label.clone(),
        None => label_of(input.genesis)?,
    };
    let (mut from_at, mut last) = (None, None);
    for (seq, line) in (from..).zip(input.lines.by_ref()) {
        let line = line.map_err(|fault| WriteError::Journal(fault.into()))?;
        let wrong = |fault: String| WriteError::Line { seq, fault };
        let entry = sealed::read(&line).map_err(|fault| wrong(fault.to_string()))?.entry;
        if entry.seq != seq {
            return Err(wrong(format!("it is entry {}", entry.seq)));
        }
        journal.write_all(&line)?;
        tables.add(&entry, &label)?;
        if let Body::Event(event) = &entry.body
            && let Some(set) = event.set.as_ref().and_then(|set| set.get("label")).and_then(|label| label.as_str())
        {
            set.clone_into(&mut label);
        }
        from_at.get_or_insert(entry.at);
        progress(seq - from + 1, count);
        last = Some(entry);
    }
    let mut sums = vec![journal.sum(JOURNAL)];
    let (first_date, last_date, to_at) = closing(last.as_ref(), &input)?;
    for (table, mut spool) in Table::ALL.into_iter().zip(tables.finish()) {
        spool.flush()?;
        sums.push(spool.sum(table.file_name()));
        let mut spool = spool.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        spool.rewind()?;
        zip.start_file(table.file_name(), options())?;
        io::copy(&mut spool, &mut zip)?;
    }
    for (name, text) in [(CHECKPOINT, input.checkpoint.to_string()), (NOTICE, notice::TEXT.to_owned())] {
        zip.start_file(name, options())?;
        let mut member = Summed::new(&mut zip);
        member.write_all(text.as_bytes())?;
        sums.push(member.sum(name));
    }
    sums.sort_by_key(|sum| LISTED.iter().position(|name| *name == sum.name));
    let from_at = from_at.unwrap_or(to_at);
    let manifest = manifest(&input, from, (from_at, to_at), sums)?;
    let name = super::file_name(&manifest.merchant.siret, &manifest.label, input.period, first_date, last_date);
    let bytes = canonical::to_bytes(&manifest)?;
    zip.start_file(MANIFEST, options())?;
    zip.write_all(&bytes)?;
    zip.start_file(MANIFEST_SIGNATURE, options())?;
    zip.write_all(key::encode_signature(&input.key.sign_manifest(&bytes)).as_bytes())?;
    zip.finish()?.flush()?;
    Ok(Closed { name })
}

fn label_of(genesis: &[u8]) -> Result<String, WriteError> {
    let entry = sealed::read(genesis).map_err(|fault| WriteError::Line { seq: 0, fault: fault.to_string() })?.entry;
    match entry.body {
        Body::Genesis(genesis) => Ok(genesis.label),
        _ => Err(StandingError::NotGenesis.into()),
    }
}

/// The dates of the closing that the lines end with, and when it was sealed.
fn closing<I>(last: Option<&Entry>, input: &Input<'_, I>) -> Result<(Date, Date, Instant), WriteError> {
    let not_closed = || WriteError::NotClosed(input.period);
    let entry = last.filter(|entry| entry.seq + 1 == input.after.size()).ok_or_else(not_closed)?;
    match &entry.body {
        Body::Closing(closing) if closing.period == input.period => {
            Ok((closing.first_date, closing.last_date, entry.at))
        }
        _ => Err(not_closed()),
    }
}

fn manifest<I>(
    input: &Input<'_, I>,
    from: u64,
    (from_at, to_at): (Instant, Instant),
    files: Vec<FileSum>,
) -> Result<Manifest, WriteError> {
    let settings = input.after.genesis();
    Ok(Manifest {
        before: input.before.map(|standing| Before {
            business_date: standing.business_date,
            chains: standing.chains.clone(),
            gt: standing.gt,
            prev: standing.prev,
            settings: standing.settings.clone(),
            year_to_date: standing.year_to_date,
        }),
        files,
        from,
        from_at,
        frontier: input.before.map_or_else(Vec::new, |standing| standing.frontier.roots().to_vec()),
        genesis_proof: input.before.map(|_| input.after.frontier.inclusion_of_leaf_0()),
        label: settings.label.clone(),
        merchant: settings.merchant.clone(),
        period: input.period,
        public_key: input.key.public().to_base64(),
        register: input.after.register,
        software: settings.software.clone(),
        to: input.after.size().saturating_sub(1),
        to_at,
        v: VERSION,
        witness: input
            .witness
            .map(|witness| WitnessKey { name: witness.name.clone(), public_key: witness.public_key.to_base64() }),
    })
}

/// The same time for every file, so that the same journal gives the same archive.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
}

/// A writer that knows how much went through it, and its hash.
struct Summed<W> {
    inner: W,
    bytes: u64,
    sha: Sha256,
}

impl<W: Write> Summed<W> {
    fn new(inner: W) -> Summed<W> {
        Summed { inner, bytes: 0, sha: Sha256::new() }
    }

    fn sum(&self, name: &str) -> FileSum {
        let sha256 = Hash::new(self.sha.clone().finalize().into());
        FileSum { bytes: self.bytes, name: name.to_owned(), sha256 }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn sum(mut file: File) -> io::Result<(Hash, u64)> {
    let (mut sha, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((Hash::new(sha.finalize().into()), bytes)),
            read => {
                sha.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// Makes the new name last through a power cut, where the system lets a folder be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}
