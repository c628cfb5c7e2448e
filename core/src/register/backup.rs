//! Copying what this till holds, and going on from a copy on another device.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::journal::{LeftJournal, OpenError, Places};
use comptoir_fiscal::values::{Hash, Instant, RegisterId};
use comptoir_fiscal::verify::{self, Verdict};

use super::opening::{begin, successor};
use super::{Desk, Notice, Platform, Register, RegisterError};
use crate::backup::{BackupError, Copy, Lines, io_at};
use crate::data_folder::{CURRENT_JOURNAL, DataFolder};
use crate::projection;
use crate::shop::Shop;

const FOLDER: &str = "backup folder";
pub(super) const LAST: &str = "last backup";

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// Where it lies.
    pub path: PathBuf,
    /// How many entries it holds of the journal that is sealed into.
    pub entries: u64,
    /// How many of them are new.
    pub added: u64,
}

/// What was taken from a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The journal that was left with the lost device.
    pub left: RegisterId,
    /// How many entries the copy holds of it.
    pub entries: u64,
    /// When the newest of them was sealed: what was done after that is not in the copy.
    pub until: Instant,
}

/// A copy that is begun.
#[derive(Clone)]
struct CopyPlan {
    copy: Copy,
    /// The journals that nothing is sealed into, and where they lie.
    left: Vec<(RegisterId, Places)>,
    current: RegisterId,
    archives: PathBuf,
    shop: PathBuf,
    entries: u64,
    root: Hash,
}

impl CopyPlan {
    /// Copies what nobody writes into any more: the journals that were left, and every archive.
    fn copy_what_was_left(&self) -> Result<(), BackupError> {
        for (register, places) in &self.left {
            let left = LeftJournal::open(&places.database()).map_err(BackupError::from);
            match left.and_then(|left| self.copy.add_lines(*register, &left)) {
                // What cannot be read line by line is copied as it lies, for whoever examines it.
                Err(BackupError::Journal(error)) if error.is_damage() => {
                    self.copy.add_damaged(*register, &places.folder)?;
                }
                added => drop(added?),
            }
            self.copy.add_archives(*register, &places.archives())?;
        }
        self.copy.add_archives(self.current, &self.archives)
    }
}

/// The lines of a journal that is sealed into meanwhile, asked for a few at a time.
struct LinesOf<'d> {
    desk: &'d Desk,
    plan: &'d CopyPlan,
}

impl LinesOf<'_> {
    fn gone(&self) -> OpenError {
        let cause = std::io::Error::other("the till has become another, or has stopped");
        OpenError::Io { path: self.plan.copy.root().to_owned(), cause }
    }
}

impl Lines for LinesOf<'_> {
    fn size(&self) -> u64 {
        self.plan.entries
    }

    fn lines(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, OpenError> {
        let same = self.plan.current;
        let lines = self.desk.ask(move |register| (register.id() == same).then(|| register.journal().lines(from, to)));
        lines.ok().flatten().ok_or_else(|| self.gone())?
    }
}

impl Desk {
    /// Copies the till as [`Register::back_up`] does, on the caller's own thread: the register only hands over lines, a few
    /// at a time, and records, so that nobody waits at the till.
    pub fn back_up(&self, folder: &Path) -> Result<BackedUp, RegisterError> {
        let into = folder.to_owned();
        let closed =
            |_| BackupError::Io { path: folder.to_owned(), cause: std::io::Error::other("the register has stopped") };
        let plan = self.ask(move |register| register.plan_copy(&into)).map_err(closed)??;
        plan.copy_what_was_left()?;
        let lines = LinesOf { desk: self, plan: &plan };
        let added = plan.copy.add_lines(plan.current, &lines)?;
        // Its own connection reads one state of the file, whatever is written meanwhile.
        Shop::open(&plan.shop).and_then(|shop| shop.copy_to(&plan.copy.shop())).map_err(BackupError::from)?;
        let (same, gone) = (plan.current, lines.gone());
        let recorded = plan.clone();
        let record =
            move |register: &mut Register| (register.id() == same).then(|| register.record_copy(&recorded, added));
        self.ask(record).map_err(closed)?.ok_or(gone)?
    }
}

impl Register {
    /// Copies all that this till holds but its keys into a folder (event 230): whole the first time, then what is new.
    /// [`Desk::back_up`] does it while others are served.
    pub fn back_up(&mut self, folder: &Path) -> Result<BackedUp, RegisterError> {
        let plan = self.plan_copy(folder)?;
        plan.copy_what_was_left()?;
        let added = plan.copy.add_lines(plan.current, &self.journal)?;
        self.shop.copy_to(&plan.copy.shop()).map_err(BackupError::from)?;
        self.record_copy(&plan, added)
    }

    /// Begins a copy: what is to be written for it, as things stand now.
    fn plan_copy(&mut self, folder: &Path) -> Result<CopyPlan, RegisterError> {
        let merchant = &self.settings().merchant;
        let copy = Copy::within(folder, &merchant.siret, &self.settings().label);
        copy.begin()?;
        self.journal.settle()?;
        self.catch_up()?;
        let left = self.left_journals()?.into_iter().map(|register| (register, self.folder.journal(register)));
        Ok(CopyPlan {
            left: left.collect(),
            current: self.id(),
            archives: self.journal.places().archives(),
            shop: self.folder.shop(),
            entries: self.journal.standing().size(),
            root: self.journal.standing().frontier.root(),
            copy,
        })
    }

    /// Records a copy that lies whole where it was to lie.
    fn record_copy(&mut self, plan: &CopyPlan, added: u64) -> Result<BackedUp, RegisterError> {
        self.record(230, "Sauvegarde", Some(format!("{}:{}", plan.entries, plan.root)))?;
        self.shop.set(LAST, &self.now())?;
        Ok(BackedUp { path: plan.copy.root().to_owned(), entries: plan.entries, added })
    }

    /// Where a copy is made by itself after each closing of a day; none where the shop has not chosen a folder.
    pub fn backup_folder(&self) -> Result<Option<PathBuf>, RegisterError> {
        Ok(self.shop.setting(FOLDER)?.flatten())
    }

    /// Chooses where a copy is made by itself.
    pub fn set_backup_folder(&mut self, folder: Option<&Path>) -> Result<(), RegisterError> {
        Ok(self.shop.set(FOLDER, &folder)?)
    }

    /// When the last copy was made.
    pub fn last_backup(&self) -> Result<Option<Instant>, RegisterError> {
        Ok(self.shop.setting(LAST)?)
    }

    /// Makes the copy that a closing asked for. That it failed is a notice, and costs no sale.
    pub(super) fn back_up_after_closing(&mut self) -> Result<(), RegisterError> {
        if !std::mem::take(&mut self.backup_due) {
            return Ok(());
        }
        let Some(folder) = self.backup_folder()? else { return Ok(()) };
        self.notices.retain(|notice| !matches!(notice, Notice::BackupFailed { .. }));
        if let Err(error) = self.back_up(&folder) {
            self.notices.push(Notice::BackupFailed { why: error.message() });
        }
        Ok(())
    }

    /// Opens a register in a new folder from a copy: a new journal with a key of its own, which succeeds the one that was
    /// left (event 220). `progress` hears how much of the copy is verified.
    pub fn restore(
        folder: DataFolder,
        from: &Path,
        mut platform: Platform,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(Register, Restored), RegisterError> {
        if folder.holds_a_shop() {
            return Err(RegisterError::ShopExists { folder: folder.root().display().to_string() });
        }
        let copy = Copy::at(from)?;
        let parts = folder.root().join("shop.db.part");
        fs::create_dir_all(folder.root()).map_err(io_at(folder.root()))?;
        fs::copy(copy.shop(), &parts).map_err(io_at(&parts))?;
        let shop = Shop::open(&parts).map_err(BackupError::from)?;
        let no_copy = || BackupError::NoCopy(copy.root().to_owned());
        let left: RegisterId = shop.setting(CURRENT_JOURNAL)?.ok_or_else(no_copy)?;
        let mut journals = Vec::new();
        for register in copy.registers()? {
            let lines = copy.journal(register);
            if verify::verify_file(&lines, &[], &mut progress).verdict() == Verdict::Defects {
                return Err(BackupError::Damaged(lines).into());
            }
            let places = folder.journal(register);
            fs::create_dir_all(&places.folder).map_err(io_at(&places.folder))?;
            let file = File::open(&lines).map_err(io_at(&lines))?;
            LeftJournal::write(&places.database(), BufReader::new(file), |_| ())?;
            copy.give_archives(register, &places.archives())?;
            journals.push(LeftJournal::open(&places.database())?);
        }
        let old = journals.iter().find(|journal| journal.register() == left).ok_or_else(no_copy)?;
        let standing = old.standing()?;
        let restored = Restored { left, entries: old.size(), until: standing.at };
        let (journal, protection) = begin(&folder, successor(standing.genesis(), left, None), &mut platform)?;
        shop.set(CURRENT_JOURNAL, &journal.standing().register)?;
        drop(shop);
        fs::rename(&parts, folder.shop()).map_err(io_at(&parts))?;
        let mut shop = Shop::open(&folder.shop())?;
        // A school's journals are copied as all are, and count for nothing in the shop.
        for journal in &journals {
            if journal.standing()?.genesis().mode == Mode::Live {
                projection::catch_up(&mut shop, journal)?;
            }
        }
        let mut register = Register::assemble(folder, platform, journal, protection, shop)?;
        let detail = format!("{left}: {} entrées", restored.entries);
        register.record(220, "Restauration de la base de données", Some(detail))?;
        register.tell_of_key()?;
        register.start()?;
        Ok((register, restored))
    }

    /// The journals in the till's folder that nothing is sealed into.
    pub(super) fn left_journals(&self) -> Result<Vec<RegisterId>, RegisterError> {
        let mut left = self.other_journals()?;
        left.retain(|register| self.folder.journal(*register).database().exists());
        Ok(left)
    }

    /// The journals that have a folder there and are not sealed into, the lost ones included, oldest first.
    pub(super) fn other_journals(&self) -> Result<Vec<RegisterId>, RegisterError> {
        let journals = self.folder.journals();
        let mut left = Vec::new();
        for entry in fs::read_dir(&journals).map_err(io_at(&journals))? {
            let name = entry.map_err(io_at(&journals))?.file_name();
            left.extend(name.to_str().and_then(|name| name.parse::<RegisterId>().ok()));
        }
        left.retain(|register| *register != self.id());
        left.sort_unstable();
        Ok(left)
    }
}
