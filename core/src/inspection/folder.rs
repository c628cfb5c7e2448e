//! The folder of a kit as it is written: under another name until it is whole, each file on the disk before it counts.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use comptoir_fiscal::merkle;
use comptoir_fiscal::values::{Date, Hash};
use sha2::{Digest, Sha256};

use super::{KitError, io_at};

/// The name of a till's kit.
pub(crate) fn name_of(siret: &str, label: &str, on: Date) -> String {
    format!("controle-{siret}-{}-{on}", plain(label))
}

/// A text as part of a file's name.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// The dates that the archive of this name covers, as its name ends with them.
pub(crate) fn archive_dates(name: &str) -> Option<(Date, Date)> {
    let stem = name.split_once(".zip")?.0;
    let dates = stem.get(stem.len().checked_sub(21)?..)?;
    Some((dates.get(..10)?.parse().ok()?, dates.get(11..)?.parse().ok()?))
}

/// A folder that is removed again unless it gets its name.
pub(crate) struct Part {
    path: PathBuf,
    to: PathBuf,
    is_whole: bool,
}

impl Part {
    /// Begins a folder that will be called `to`, where there is none.
    pub(super) fn begin(to: &Path) -> Result<Part, KitError> {
        if to.exists() {
            return Err(KitError::Exists(to.to_owned()));
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        // What a power cut left of another.
        if path.exists() {
            fs::remove_dir_all(&path).map_err(io_at(&path))?;
        }
        fs::create_dir_all(&path).map_err(io_at(&path))?;
        Ok(Part { path, to: to.to_owned(), is_whole: false })
    }

    /// Gives the folder its name.
    pub(crate) fn finish(mut self) -> Result<(), KitError> {
        fs::rename(&self.path, &self.to).map_err(io_at(&self.to))?;
        self.is_whole = true;
        Ok(())
    }

    /// The place of a file of this name, whose folder is made.
    pub(super) fn place(&self, name: &str) -> Result<PathBuf, KitError> {
        let path = self.path.join(name);
        let folder = path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder).map_err(io_at(folder))?;
        Ok(path)
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), KitError> {
        let path = self.place(name)?;
        let write = |mut file: File| file.write_all(bytes).and_then(|()| file.sync_all());
        File::create(&path).and_then(write).map_err(io_at(&path))
    }

    /// Copies a file, with its permissions.
    pub(super) fn copy(&self, from: &Path, name: &str) -> Result<(), KitError> {
        let path = self.place(name)?;
        fs::copy(from, &path).map_err(io_at(from))?;
        File::open(&path).and_then(|file| file.sync_all()).map_err(io_at(&path))
    }

    /// Removes a file that turned out to be of no use.
    pub(super) fn remove(&self, name: &str) -> Result<(), KitError> {
        let path = self.path.join(name);
        fs::remove_file(&path).map_err(io_at(&path))
    }

    /// Every file in it, by its name with `/` between the parts, in byte order.
    pub(super) fn names(&self) -> Result<Vec<String>, KitError> {
        let mut names = Vec::new();
        find(&self.path, "", &mut names)?;
        names.sort_unstable();
        Ok(names)
    }

    /// Writes the list of the hashes of all its files, as `sha256sum` does. Returns the list's own hash.
    pub(super) fn write_sums(&self, name: &str) -> Result<Hash, KitError> {
        let mut list = String::new();
        for file in self.names()? {
            let path = self.path.join(&file);
            let hash = hash_of(&path).map_err(io_at(&path))?;
            list.push_str(&format!("{hash}  {file}\n"));
        }
        self.write(name, list.as_bytes())?;
        Ok(merkle::sha256(list.as_bytes()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_whole {
            // It bears a name that nobody takes for a kit, and the next one removes it.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The SHA-256 of a file of any size.
pub(super) fn hash_of(path: &Path) -> io::Result<Hash> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(Hash::new(hash.finalize().into())),
            read => hash.update(&bytes[..read]),
        }
    }
}

fn find(folder: &Path, within: &str, names: &mut Vec<String>) -> Result<(), KitError> {
    for entry in fs::read_dir(folder).map_err(io_at(folder))? {
        let entry = entry.map_err(io_at(folder))?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            find(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_says_its_dates_in_its_name() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let dates = Some((date("2026-11-01"), date("2026-11-30")));
        assert_eq!(archive_dates("00000000000000-01-month-2026-11-01-2026-11-30.zip"), dates);
        assert_eq!(archive_dates("00000000000000-01-month-2026-11-01-2026-11-30.zip.checkpoint.txt"), dates);
        for other in ["", "a.zip", "2026-11-30.zip", "x-2026-11-01-2026-13-30.zip", "é026-11-01-2026-11-30.zip"] {
            assert_eq!(archive_dates(other), None, "{other}");
        }
    }

    #[test]
    fn a_folder_that_is_not_finished_is_gone_and_one_that_exists_is_left() {
        let place = tempfile::tempdir().unwrap();
        let to = place.path().join("kit");
        let part = Part::begin(&to).unwrap();
        part.write("a/b.txt", b"b").unwrap();
        drop(part);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
        let part = Part::begin(&to).unwrap();
        part.write("a/b.txt", b"b").unwrap();
        part.write("a.txt", b"").unwrap();
        let sums = part.write_sums("sums").unwrap();
        part.finish().unwrap();
        let list = fs::read(to.join("sums")).unwrap();
        assert_eq!(merkle::sha256(&list), sums);
        assert_eq!(
            String::from_utf8(list).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.txt\n\
             3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  a/b.txt\n"
        );
        assert!(matches!(Part::begin(&to), Err(KitError::Exists(_))));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
