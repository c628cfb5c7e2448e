//! A till in the place of a lost one: it sells at once, from what the shop had edited, and what was sold before arrives
//! from the back office behind it, newest first.

use std::fs;
use std::path::{Path, PathBuf};

use comptoir_fiscal::entry::Genesis;
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::{Instant, RegisterId};

use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::office::Suspicion;
use super::opening::{begin, successor};
use super::{Platform, Register, RegisterError};
use crate::arriving::{self, Arriving, ArrivingError, Awaited};
use crate::backup::{BackupError, io_at};
use crate::data_folder::{CURRENT_JOURNAL, DataFolder};
use crate::history::HistoryError;
use crate::projection;
use crate::shop::{Shop, ShopError};

/// The journals that are to arrive, the one that was lost first.
pub(super) const AWAITED: &str = "journals awaited";

/// How many entries are taken into account at once, so that no sale waits behind them.
pub const ARRIVING_AT_ONCE: u64 = 250;

/// A journal that was lost with its device, as the back office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostJournal {
    /// The journal itself.
    pub journal: Awaited,
    /// Its settings as they read at its end.
    pub settings: Genesis,
    /// When the newest of its entries was sealed, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// The journals before it, newest first: each was lost or left for the next.
    #[serde(default)]
    pub before: Vec<Awaited>,
}

/// What a back office offers a new device, by the code that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "offer", rename_all = "snake_case")]
pub enum Offer {
    /// The place of a till that was lost.
    Replace(Box<LostJournal>),
    /// To be one more till of a store: with these settings, whose label is none's.
    Join(Box<Genesis>),
}

/// What is to be done next for a journal that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Fetch lines of this journal that come before the entry of this number, and hand them to
    /// [`Register::take_arriving`].
    Fetch(RegisterId, u64),
    /// Ask again at once: some of what is here was taken into account.
    GoOn,
    /// It is all here: let [`arriving::finish`] write it, then [`Register::adopt`] it.
    Finish {
        /// Where it lies.
        from: PathBuf,
        /// Which journal it must be.
        awaited: Awaited,
        /// Where it is to be written.
        to: PathBuf,
    },
    /// Nothing is to arrive.
    Whole,
}

/// How far a journal has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivingSoFar {
    /// What its device was called.
    pub label: String,
    /// How many of its entries are here, the newest ones.
    pub here: u64,
    /// How many it has.
    pub size: u64,
}

impl Register {
    /// Opens a register in a new folder in the place of a lost one: a new journal with a key of its own, which succeeds the
    /// lost one (event 220). `shop` is a copy of what the lost one had edited ([`crate::edited::copy_to`]). It can sell at
    /// once; see [`Register::next_arrival`] for what was sold before.
    pub fn replace(
        folder: DataFolder,
        shop: &Path,
        lost: &LostJournal,
        platform: Platform,
    ) -> Result<Register, RegisterError> {
        let LostJournal { journal: Awaited { register: left, size, checkpoint, .. }, settings, before, .. } = lost;
        let genesis = successor(settings, *left, Some(checkpoint.clone()));
        let awaited: Vec<Awaited> = std::iter::once(&lost.journal).chain(before).cloned().collect();
        let mut register = begin_with(folder, shop, genesis, platform, |shop| {
            for journal in awaited.iter().rev() {
                projection::name(shop, journal.register, &journal.label)?;
            }
            shop.set(AWAITED, &awaited)
        })?;
        let detail = format!("{left}: {size} entrées");
        register.record(220, "Restauration de la base de données", Some(detail))?;
        register.tell_of_key()?;
        register.start()?;
        Ok(register)
    }

    /// Opens a register in a new folder as one more till of a store: a spare telephone, a second counter. `shop` is a copy of
    /// what another till of that store had edited, of which only what all its tills share is kept.
    pub fn join(
        folder: DataFolder,
        shop: &Path,
        settings: &Genesis,
        platform: Platform,
    ) -> Result<Register, RegisterError> {
        let genesis = Genesis { software: platform.software.clone(), succeeds: None, ..settings.clone() };
        let mut register = begin_with(folder, shop, genesis, platform, |shop| shop.keep_what_is_shared())?;
        register.tell_of_key()?;
        register.start()?;
        Ok(register)
    }

    /// What is to be done next for the journals that are to arrive.
    pub fn next_arrival(&mut self) -> Result<Arrival, RegisterError> {
        let Some(Awaited { register, label, size, .. }) = self.awaited.first().cloned() else {
            return Ok(Arrival::Whole);
        };
        let lowest = self.arriving()?.lowest()?;
        let taken = match projection::knows(&self.shop, register)? {
            true => 0,
            false => projection::taken_back_to(&self.shop, register, size)?,
        };
        if taken > lowest {
            let from = taken.saturating_sub(ARRIVING_AT_ONCE).max(lowest);
            let entries = self.arriving()?.entries(from, taken)?;
            projection::take_back(&mut self.shop, (register, &label, size), &entries)?;
            return Ok(Arrival::GoOn);
        }
        if lowest > 0 {
            return Ok(Arrival::Fetch(register, lowest));
        }
        let awaited = self.arriving()?.awaited().clone();
        let from = arriving::path_of(self.folder.root(), register);
        Ok(Arrival::Finish { to: from.with_extension("whole"), from, awaited })
    }

    /// Takes lines that come right before those of a journal that are here, in their order. Whether they were the ones that
    /// come next.
    pub fn take_arriving(&mut self, register: RegisterId, lines: &[u8]) -> Result<bool, RegisterError> {
        if self.awaited.first().is_none_or(|awaited| awaited.register != register) {
            return Ok(false);
        }
        match self.arriving()?.take(lines) {
            Err(ArrivingError::OtherLines) => Ok(false),
            taken => Ok(taken.map(|()| true)?),
        }
    }

    /// Makes a journal that has arrived and was written one of this till's.
    pub fn adopt(&mut self, awaited: &Awaited, written: &Path) -> Result<(), RegisterError> {
        if self.awaited.first() != Some(awaited) {
            return Ok(());
        }
        let places = self.folder.journal(awaited.register);
        fs::create_dir_all(&places.folder).map_err(io_at(&places.folder))?;
        fs::rename(written, places.database()).map_err(io_at(&places.folder))?;
        self.await_no_more(awaited)
    }

    /// Gives up a journal that has arrived as another than its checkpoint states (event 912): nothing of it is shown any more.
    pub fn disown(&mut self, awaited: &Awaited) -> Result<(), RegisterError> {
        if self.awaited.first() != Some(awaited) {
            return Ok(());
        }
        self.suspect(&Suspicion::OtherPast { register: awaited.register })?;
        projection::forget(&mut self.shop, awaited.register)?;
        self.await_no_more(awaited)
    }

    /// How far the journal has come that arrives now; none where nothing is to arrive.
    pub fn arriving_so_far(&mut self) -> Result<Option<ArrivingSoFar>, RegisterError> {
        let Some(Awaited { label, size, .. }) = self.awaited.first().cloned() else { return Ok(None) };
        let here = size.saturating_sub(self.arriving()?.lowest()?);
        Ok(Some(ArrivingSoFar { label, here, size }))
    }

    /// An entry of a journal that has not arrived whole; none where the journal is none of those.
    pub(super) fn line_arriving(&mut self, register: RegisterId, seq: u64) -> Result<Option<Sealed>, Refusal> {
        let Some(place) = self.awaited.iter().position(|awaited| awaited.register == register) else { return Ok(None) };
        let here = match place {
            0 => self.arriving()?.line(seq).map_err(RegisterError::from)?,
            _ => None,
        };
        let label = || self.awaited.get(place).map(|awaited| awaited.label.clone()).unwrap_or_default();
        here.map(Some).ok_or_else(|| HistoryError::StillArriving { label: label() }.into())
    }

    fn arriving(&mut self) -> Result<&mut Arriving, RegisterError> {
        let awaited = self.awaited.first().ok_or(ArrivingError::OtherLines)?;
        Ok(match &mut self.arriving {
            Some(arriving) => arriving,
            none => {
                let path = arriving::path_of(self.folder.root(), awaited.register);
                let folder = path.parent().unwrap_or(&path);
                fs::create_dir_all(folder).map_err(io_at(folder))?;
                none.insert(Arriving::open(&path, awaited)?)
            }
        })
    }

    fn await_no_more(&mut self, awaited: &Awaited) -> Result<(), RegisterError> {
        self.arriving = None;
        self.awaited.retain(|other| other != awaited);
        self.shop.set(AWAITED, &self.awaited)?;
        let path = arriving::path_of(self.folder.root(), awaited.register);
        for extension in ["db", "db-wal", "db-shm", "whole"] {
            match fs::remove_file(path.with_extension(extension)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io_at(&path)(error).into()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Begins a journal in a new folder, with what another till had edited: a copy of it, made this till's by `adapt`. It is a
/// shop only once the journal is there.
fn begin_with(
    folder: DataFolder,
    shop: &Path,
    genesis: Genesis,
    mut platform: Platform,
    adapt: impl FnOnce(&mut Shop) -> Result<(), ShopError>,
) -> Result<Register, RegisterError> {
    if folder.holds_a_shop() {
        return Err(RegisterError::ShopExists { folder: folder.root().display().to_string() });
    }
    let part = folder.root().join("shop.db.part");
    fs::create_dir_all(folder.root()).map_err(io_at(folder.root()))?;
    fs::copy(shop, &part).map_err(io_at(&part))?;
    let mut edited = Shop::open(&part).map_err(BackupError::from)?;
    adapt(&mut edited)?;
    let (journal, protection) = begin(&folder, genesis, &mut platform)?;
    edited.set(CURRENT_JOURNAL, &journal.standing().register)?;
    drop(edited);
    fs::rename(&part, folder.shop()).map_err(io_at(&part))?;
    let shop = Shop::open(&folder.shop())?;
    Register::assemble(folder, platform, journal, protection, shop)
}
