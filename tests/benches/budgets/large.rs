//! The journal of a million tickets over six years: made once, kept in the cache, and sold into by every run.

use std::path::{Path, PathBuf};

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::{SetClock, SystemClock};
use comptoir_core::register::Register;
use comptoir_fiscal::entry::VERSION;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::figures::{information, timed};
use crate::shop::{self, DAY, Shop};

/// Raised when the recipe below changes.
const RECIPE: u32 = 2;

/// How many tickets each of its days has, of one to three lines; the sales that are timed have more.
pub(crate) const TICKETS_A_DAY: usize = 456;

/// The last day that is sold on: 31 December 2025, 10:00 in Paris. The day, its month and its year are closed.
pub(crate) const LAST_DAY: i64 = 1_767_171_600;

/// The folder of a shop whose journal is large.
pub(crate) struct Large {
    pub(crate) folder: DataFolder,
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
            let (made, time) = timed(|| make(&part, i64::try_from(entries)? / i64::try_from(TICKETS_A_DAY)?));
            made?;
            std::fs::rename(&part, &place)?;
            information("large-journal", &format!("entries={entries} made_in_s={:.0}", time.as_secs_f64()));
        }
        let large = Large { folder: DataFolder::of_sample(place), entries };
        // What a day that has passed since the last run asks for is no part of what is measured.
        large.open()?.stop()?;
        Ok(large)
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

/// Makes a shop that has sold so many days up to the last one, and closed them all.
pub(crate) fn make(place: &Path, days: i64) -> Result<()> {
    let mut shop = Shop::found_before(place, LAST_DAY - (days - 1) * DAY)?;
    shop.sell_days_of(TICKETS_A_DAY, days, &shop::varied_samples(TICKETS_A_DAY)?)?;
    let (opened, time) = timed(|| shop.open(SetClock::at(LAST_DAY + DAY)));
    let mut register = opened?;
    let tickets = days * i64::try_from(TICKETS_A_DAY)?;
    let told = format!("tickets={tickets} opened_in_s={:.1} with all of its projections derived", time.as_secs_f64());
    information("projections", &told);
    register.close_due()?;
    register.settle()?;
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
    let mut digest = Sha256::new_with_prefix(format!("{RECIPE} {VERSION}"));
    for file in [journal, shop] {
        let file = Connection::open(file)?;
        let mut schema = file.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
        for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
            digest.update(sql?);
        }
    }
    Ok(digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}
