//! Room kept back on the disk: a file beside `shop.db` that is given up when nothing more can be written, so that the
//! day can still be closed, archived and read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How much is kept back. What a closing needs at most is the journal's log and `shop.db`'s moved into their files, some
/// 4 MB each for a log and as much for what a file grows by; the archive of a month of 3,000 tickets needs 2 MB.
pub(crate) const RESERVE_BYTES: u64 = 24 * 1024 * 1024;

/// How much more there must be before anything is sold again, so that the room is not kept and given up by turns.
const MARGIN_BYTES: u64 = 2 * 1024 * 1024;

/// The file that keeps the room.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(crate) fn at(path: PathBuf) -> Reserve {
        Reserve { path }
    }

    /// Whether the room is kept.
    pub(crate) fn is_kept(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|file| file.len() >= RESERVE_BYTES)
    }

    /// Keeps the room, really allocated; where there is not that much and a little more, nothing of it is left behind.
    ///
    /// # Errors
    /// [`is_full`] tells a disk without that much room from one that cannot be written at all.
    pub(crate) fn keep(&self) -> io::Result<()> {
        // Begun under another name, so that one which the power cut short never passes for whole.
        let part = self.path.with_extension("part");
        let kept = allocate(&part, RESERVE_BYTES + MARGIN_BYTES)
            .and_then(|file| file.set_len(RESERVE_BYTES))
            .and_then(|()| fs::rename(&part, &self.path));
        if kept.is_err() {
            let _ = fs::remove_file(&part);
        }
        kept
    }

    /// Whether there is a little room besides; true where the system does not say that there is none.
    pub(crate) fn has_margin(&self) -> bool {
        let part = self.path.with_extension("part");
        let tried = allocate(&part, MARGIN_BYTES);
        let _ = fs::remove_file(&part);
        tried.err().is_none_or(|cause| !is_full(&cause))
    }

    /// Gives the room up. Whether there was any.
    pub(crate) fn give_up(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}

/// Whether the system says that there is no more room.
pub(crate) fn is_full(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn allocate(path: &Path, bytes: u64) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
        Ok(()) => return Ok(file),
        Err(error) if is_full(&error.into()) => return Err(error.into()),
        // A file system that cannot promise room takes it by being written.
        Err(_) => {}
    }
    // Not zeros, which some file systems store as nothing.
    io::copy(&mut io::Read::take(io::repeat(0x5a), bytes), &mut file)?;
    file.sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_whole_or_not_at_all_and_can_be_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::at(folder.path().join("reserve"));
        assert!(!reserve.is_kept() && !reserve.give_up());
        reserve.keep().unwrap();
        assert!(reserve.is_kept());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let blocks = fs::metadata(folder.path().join("reserve")).unwrap().blocks();
            assert!(blocks * 512 >= RESERVE_BYTES, "{blocks} blocks are allocated");
        }
        fs::write(folder.path().join("reserve"), b"short").unwrap();
        assert!(!reserve.is_kept());
        reserve.keep().unwrap();
        assert!(reserve.is_kept() && reserve.give_up());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
