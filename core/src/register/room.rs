//! A disk without room: nothing more is sold, and what ends the day still works.
//!
//! Room is kept back in a file of its own. The first write that finds the disk full gives that room up and is refused, or
//! done if it is one that ends the day. While the room cannot be kept back again, nothing is sold; once it can, the till
//! sells by itself.

use comptoir_fiscal::archive::WriteError;
use comptoir_fiscal::journal::{ArchiveError, CommandError, OpenError, StoreError};
use rusqlite::ErrorCode;

use super::command::Command;
use super::error::Refusal;
use super::{Register, RegisterError};
use crate::data_folder::DataFolder;
use crate::projection::ProjectionError;
use crate::reserve::{Reserve, is_full};
use crate::shop::ShopError;

impl Command {
    /// Whether it only adds trade, and so is refused where the room runs out: what ends the day, and what must be
    /// recorded of what was done, goes on.
    pub(super) fn adds_trade(&self) -> bool {
        matches!(self, Command::Sell(_) | Command::Return { .. } | Command::Exchange(_) | Command::Cancel { .. })
    }
}

impl Register {
    /// Whether there is room to sell. Where there is none, what ends the day still works.
    pub fn has_room(&self) -> bool {
        self.has_room
    }

    /// Keeps room back before something is sold; refuses it while there is not enough.
    pub(super) fn keep_room(&mut self) -> Result<(), Refusal> {
        if self.has_room {
            return Ok(());
        }
        self.has_room = has_room(&self.folder);
        if self.has_room { Ok(()) } else { Err(Refusal::DiskFull) }
    }

    /// Gives the room that is kept back up. Whether there was any.
    pub(super) fn give_room_up(&mut self) -> bool {
        self.has_room = false;
        reserve(&self.folder).give_up()
    }

    /// Does what must be done even on a full disk: once more, with the room that is kept back, where it failed for want
    /// of room.
    pub(super) fn with_reserve<T, E: From<RegisterError>>(
        &mut self,
        mut work: impl FnMut(&mut Register) -> Result<T, E>,
        wants_room: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        let had_room = self.has_room;
        match work(self) {
            Err(error) if wants_room(&error) && (self.give_room_up() || had_room) => {
                self.journal.reopen().map_err(RegisterError::from)?;
                work(self)
            }
            done => done,
        }
    }
}

/// Keeps room back in a folder, as far as there is any. A disk of which nothing is known but that no file could be made
/// for it is no full one: what it holds is found when it is written.
pub(super) fn has_room(folder: &DataFolder) -> bool {
    let reserve = reserve(folder);
    reserve.is_kept() || reserve.keep().err().is_none_or(|cause| !is_full(&cause))
}

/// Before a folder is opened: gives the room up that is kept back, where there is too little besides even for that.
pub(super) fn make_way(folder: &DataFolder) {
    let reserve = reserve(folder);
    if reserve.is_kept() && !reserve.has_margin() {
        reserve.give_up();
    }
}

fn reserve(folder: &DataFolder) -> Reserve {
    Reserve::at(folder.reserve())
}

impl RegisterError {
    /// Whether it is for want of room on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            RegisterError::Journal(error) | RegisterError::Archive(ArchiveError::Journal(error)) => of_journal(error),
            RegisterError::Sealing(error) | RegisterError::Archive(ArchiveError::Seal(error)) => of_command(error),
            RegisterError::Archive(ArchiveError::Write(WriteError::Io(cause))) => is_full(cause),
            RegisterError::Shop(error) | RegisterError::Projection(ProjectionError::Shop(error)) => of_shop(error),
            RegisterError::Projection(ProjectionError::Journal(error)) => of_journal(error),
            _ => false,
        }
    }
}

impl Refusal {
    /// Whether it is for want of room on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Refusal::DiskFull => true,
            Refusal::Register(error) => error.is_disk_full(),
            _ => false,
        }
    }
}

fn of_journal(error: &OpenError) -> bool {
    match error {
        OpenError::Io { cause, .. } => is_full(cause),
        OpenError::Store(error) => of_store(error),
        _ => false,
    }
}

pub(super) fn of_command(error: &CommandError) -> bool {
    matches!(error, CommandError::Store(error) if of_store(error))
}

fn of_store(error: &StoreError) -> bool {
    matches!(error, StoreError::Sqlite(fault) if of_sqlite(fault))
}

fn of_shop(error: &ShopError) -> bool {
    match error {
        ShopError::Sqlite(fault) => of_sqlite(fault),
        ShopError::Copy { cause, .. } => is_full(cause),
        _ => false,
    }
}

fn of_sqlite(fault: &rusqlite::Error) -> bool {
    fault.sqlite_error_code() == Some(ErrorCode::DiskFull)
}
