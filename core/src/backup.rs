//! Copies of a till's data, for the day its device is lost: the sealed lines of its journals, their archives, `shop.db`;
//! never a key.
//!
//! A copy is brought up to date: lines are added to what is there, archives that are missing are put beside them.
//!
//! ```text
//! comptoir-<siret>-<label>/
//!     LISEZMOI.txt
//!     shop.db
//!     journals/<register>/journal.jsonl
//!     journals/<register>/archives/
//!     damaged/<register>/            the files of a journal that can no longer be read, as they lie
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use comptoir_fiscal::journal::{Journal, LeftJournal, OpenError};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::RegisterId;

use crate::shop::ShopError;

/// How many lines are read at a time.
const LINES_AT_ONCE: u64 = 1024;

/// No line is longer than this.
const LINE_BYTES_MAX: u64 = 8 << 20;

const NOTICE: &str = "\
Copie de sauvegarde d'une caisse Comptoir
=========================================

Ce dossier contient les écritures scellées de la caisse (journal.jsonl), ses
archives et ses données (shop.db). Il ne contient aucune clé : rien ne peut être
scellé avec lui.

Pour vérifier les écritures :
    comptoir-verify journals/*/journal.jsonl

Pour reprendre sur un autre appareil, dans un dossier neuf :
    comptoir restore --from CE_DOSSIER --data DOSSIER_NEUF

Ne modifiez rien ici : la sauvegarde suivante complète ce dossier.
";

/// Why a copy could not be made, or taken back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{path} could not be read or written: {cause}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The journal could not be read, or written anew.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// `shop.db` could not be copied or read.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// What is there is a copy of another history.
    #[error("{0} holds other entries than this journal")]
    OtherHistory(PathBuf),
    /// There is no copy.
    #[error("{0} holds no copy of a register's data")]
    NoCopy(PathBuf),
    /// What is there does not verify.
    #[error("the copy {0} was changed or damaged")]
    Damaged(PathBuf),
}

/// Sealed lines, of the journal that is sealed into or of one that was left.
pub(crate) trait Lines {
    /// How many there are.
    fn size(&self) -> u64;
    /// Those from one seq up to and without another, each with its newline.
    fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError>;
}

impl Lines for Journal {
    fn size(&self) -> u64 {
        self.standing().size()
    }

    fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError> {
        Journal::lines(self, from, to)
    }
}

impl Lines for LeftJournal {
    fn size(&self) -> u64 {
        LeftJournal::size(self)
    }

    fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError> {
        LeftJournal::lines(self, from, to)
    }
}

/// The folder of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    root: PathBuf,
}

impl Copy {
    /// The copy of a register, within a folder or on a stick.
    pub(crate) fn within(folder: &Path, siret: &str, label: &str) -> Copy {
        let label: String =
            label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        Copy { root: folder.join(format!("comptoir-{siret}-{label}")) }
    }

    /// The copy at a path: the folder itself, or the only one within it.
    pub fn at(path: &Path) -> Result<Copy, BackupError> {
        let is_copy = |path: &Path| path.join("shop.db").is_file() && path.join("journals").is_dir();
        if is_copy(path) {
            return Ok(Copy { root: path.to_owned() });
        }
        let listed = fs::read_dir(path).map_err(io_at(path))?;
        let mut found = listed.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_copy(path));
        match (found.next(), found.next()) {
            (Some(root), None) => Ok(Copy { root }),
            _ => Err(BackupError::NoCopy(path.to_owned())),
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The copy of `shop.db`.
    pub(crate) fn shop(&self) -> PathBuf {
        self.root.join("shop.db")
    }

    /// The copy of a journal's lines.
    pub fn journal(&self, register: RegisterId) -> PathBuf {
        self.folder(register).join("journal.jsonl")
    }

    /// Which journals it holds.
    pub fn registers(&self) -> Result<Vec<RegisterId>, BackupError> {
        let journals = self.root.join("journals");
        let mut registers = Vec::new();
        for entry in fs::read_dir(&journals).map_err(io_at(&journals))? {
            let name = entry.map_err(io_at(&journals))?.file_name();
            registers.extend(name.to_str().and_then(|name| name.parse::<RegisterId>().ok()));
        }
        registers.retain(|register| self.journal(*register).is_file());
        registers.sort_unstable();
        Ok(registers)
    }

    /// Makes the folder, with the notice that says what it is.
    pub(crate) fn begin(&self) -> Result<(), BackupError> {
        fs::create_dir_all(&self.root).map_err(io_at(&self.root))?;
        let notice = self.root.join("LISEZMOI.txt");
        if notice.exists() { Ok(()) } else { fs::write(&notice, NOTICE).map_err(io_at(&notice)) }
    }

    /// Adds the lines that are not copied yet; on the disk when this returns. Returns how many they were.
    pub(crate) fn add_lines(&self, register: RegisterId, journal: &impl Lines) -> Result<u64, BackupError> {
        let path = self.journal(register);
        let at_path = io_at(&path);
        fs::create_dir_all(self.folder(register)).map_err(&at_path)?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(&at_path)?;
        let (length, last) = last_line(&mut file).map_err(&at_path)?;
        let from = match last {
            None => 0,
            Some(last) => self.seq_after(&path, &last, journal)?,
        };
        // What a power cut left of a line is written again whole.
        file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(&at_path)?;
        let (mut next, end) = (from, journal.size());
        let mut out = BufWriter::new(&mut file);
        while next < end {
            let to = end.min(next + LINES_AT_ONCE);
            for line in journal.lines(next, to)? {
                out.write_all(&line).map_err(&at_path)?;
            }
            next = to;
        }
        out.flush().map_err(&at_path)?;
        drop(out);
        file.sync_all().map_err(&at_path)?;
        Ok(end - from)
    }

    /// Copies the files of a journal that cannot be read, as they are; never its key.
    pub(crate) fn add_damaged(&self, register: RegisterId, folder: &Path) -> Result<(), BackupError> {
        let to = self.root.join("damaged").join(register.to_string());
        fs::create_dir_all(&to).map_err(io_at(&to))?;
        for name in ["journal.db", "journal.db-wal", "head"] {
            let (from, to) = (folder.join(name), to.join(name));
            if from.is_file() {
                fs::copy(&from, &to).map_err(io_at(&to))?;
            }
        }
        Ok(())
    }

    /// Puts the archives beside it that are not there yet.
    pub(crate) fn add_archives(&self, register: RegisterId, archives: &Path) -> Result<(), BackupError> {
        copy_missing(archives, &self.folder(register).join("archives"))
    }

    /// Puts its archives into a folder.
    pub(crate) fn give_archives(&self, register: RegisterId, to: &Path) -> Result<(), BackupError> {
        copy_missing(&self.folder(register).join("archives"), to)
    }

    fn folder(&self, register: RegisterId) -> PathBuf {
        self.root.join("journals").join(register.to_string())
    }

    /// The seq after the last line that is copied, if that is a line of this journal.
    fn seq_after(&self, path: &Path, last: &[u8], journal: &impl Lines) -> Result<u64, BackupError> {
        let other = || BackupError::OtherHistory(path.to_owned());
        let seq = sealed::read(last).map_err(|_| other())?.entry.seq;
        let ours = if seq < journal.size() { journal.lines(seq, seq + 1)?.pop() } else { None };
        if ours.is_some_and(|ours| ours == last) { Ok(seq + 1) } else { Err(other()) }
    }
}

/// How long a file is up to the end of its last whole line, and that line with its newline.
fn last_line(file: &mut File) -> io::Result<(u64, Option<Vec<u8>>)> {
    let length = file.metadata()?.len();
    let start = length.saturating_sub(2 * LINE_BYTES_MAX);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else { return Ok((0, None)) };
    tail.truncate(end + 1);
    let begins = tail[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let whole = start + tail.len() as u64;
    Ok((whole, Some(tail.split_off(begins))))
}

/// Copies the files of a folder that another does not have.
fn copy_missing(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to).map_err(io_at(to))?;
    for entry in fs::read_dir(from).map_err(io_at(from))? {
        let entry = entry.map_err(io_at(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_archive = source.extension().is_some_and(|extension| extension == "zip");
        let is_there =
            fs::metadata(&target).is_ok_and(|there| entry.metadata().is_ok_and(|own| own.len() == there.len()));
        if is_archive && !is_there {
            let part = target.with_extension("part");
            fs::copy(&source, &part).map_err(io_at(&part))?;
            File::open(&part).and_then(|file| file.sync_all()).map_err(io_at(&part))?;
            fs::rename(&part, &target).map_err(io_at(&target))?;
        }
    }
    Ok(())
}

pub(crate) fn io_at(path: &Path) -> impl Fn(io::Error) -> BackupError + use<'_> {
    |cause| BackupError::Io { path: path.to_owned(), cause }
}
