//! The journal of a million entries: made once, kept in the cache, and sold into by every run.

use std::path::{Path, PathBuf};

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::Register;
use comptoir_fiscal::entry::VERSION;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::figures::{information, timed};
use crate::shop::{self, Shop, TICKETS_A_DAY};

/// Raised when the recipe below changes.
const RECIPE: u32 = 1;

/// How many lines each of its tickets has: few, so that the file stays at 1.4 GB. The sales that are timed have more.
const LINES: usize = 1;

/// The folder of a shop whose journal is large.
pub(crate) struct Large {
    folder: DataFolder,
    /// How many entries it was made with, about.
    pub(crate) entries: u64,
}

impl Large {
    /// Takes it from the cache, or makes it.
    pub(crate) fn get() -> Result<Large> {
        let entries = if std::env::var_os("COMPTOIR_BENCH_SMALL").is_some() { 50_000 } else { 1_000_000 };
        let cache = cache()?;
        std::fs::create_dir_all(&cache)?;
        let kind = format!("journal-{entries}-");
        let place = cache.join(format!("{kind}{}", formats()?));
        if !place.exists() {
            for old in std::fs::read_dir(&cache)? {
                let old = old?;
                if old.file_name().to_string_lossy().starts_with(&kind) {
                    std::fs::remove_dir_all(old.path())?;
                }
            }
            eprintln!("making a journal of {entries} entries, once…");
            let part = cache.join(format!("{kind}part"));
            let (made, time) = timed(|| make(&part, entries));
            made?;
            std::fs::rename(&part, &place)?;
            information("large-journal", &format!("entries={entries} made_in_s={:.0}", time.as_secs_f64()));
        }
        Ok(Large { folder: DataFolder::of_sample(place), entries })
    }

    /// Opens its register, on today's date.
    pub(crate) fn open(&self) -> Result<Register> {
        shop::open(&self.folder, SystemClock)
    }
}

/// Where what is made once is kept.
pub(crate) fn cache() -> Result<PathBuf> {
    let home = || std::env::home_dir().map(|home| home.join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home);
    Ok(cache.ok_or("neither XDG_CACHE_HOME nor a home")?.join("comptoir").join("bench"))
}

fn make(place: &Path, entries: u64) -> Result<()> {
    let mut shop = Shop::found(place)?;
    shop.sell_days(i64::try_from(entries / TICKETS_A_DAY)?, &shop::samples([LINES])?)?;
    let register = shop.open_in_the_evening()?;
    let journal = register.journal().places().database();
    register.stop()?;
    one_command_a_ticket(&journal)
}

/// In life each ticket has its command; here a day has one. The others are written beside them, so that the index of
/// commands is as large as in life.
fn one_command_a_ticket(journal: &Path) -> Result<()> {
    Connection::open(journal)?.execute(
        "INSERT INTO command (id, seq)
         SELECT unhex(printf('%012x7%03x8%015x', 1672650000000 + seq * 86400, 0, seq)), seq
         FROM line WHERE kind = 'ticket'",
        [],
    )?;
    Ok(())
}

/// Names the formats that a made shop depends on: where one of them changes, it is made anew.
fn formats() -> Result<String> {
    let folder = tempfile::tempdir()?;
    let shop = Shop::found(folder.path())?;
    let register = shop.open_in_the_evening()?;
    let (journal, shop) = (register.journal().places().database(), register.folder().shop());
    register.stop()?;
    let mut digest = Sha256::new_with_prefix(format!("{RECIPE} {VERSION} {LINES}"));
    for file in [journal, shop] {
        let file = Connection::open(file)?;
        let mut schema = file.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
        for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
            digest.update(sql?);
        }
    }
    Ok(digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}
