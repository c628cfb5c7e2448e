//! `comptoir archive`: the archives that are due.

use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Notice, Refusal, Register, RegisterError};
use comptoir_fiscal::entry::Period;
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;

use comptoir_till::platform;

/// Closes what is over, and archives what is closed.
pub(crate) fn run(data: &Path, days: bool, translations: &Translations) -> Result<(), Refusal> {
    let folder = DataFolder::new(data, platform::state_folder());
    let mut patience = Patience::new(translations.say(&message!("Reading the journal")));
    let opened = Register::open(folder, platform::this_device(SystemClock), |done, total| patience.show(done, total));
    patience.end();
    let mut register = opened?;
    for Notice::Succeeded { old, found, known } in register.notices() {
        eprintln!(
            "{}",
            translations.say(&message!(
                "Journal {old} has {found} entries where it once had {known}: it was put back to an earlier state. It is left as it is, and a new journal was begun.",
                old = old.to_string(),
                found = *found,
                known = *known
            ))
        );
    }
    register.close_due()?;
    register.settle()?;
    let periods: &[Period] = if days { &Period::ALL } else { &[Period::Month, Period::Year] };
    let spans = register.journal().unarchived(periods).map_err(RegisterError::from)?;
    if spans.is_empty() {
        println!("{}", translations.say(&message!("Every closed period is archived already.")));
    }
    for span in spans {
        let mut patience = Patience::new(translations.say(&message!("Archiving")));
        let archived = register.archive(span, |done, total| patience.show(done, total));
        patience.end();
        println!("{}", archived?.path.display());
    }
    Ok(register.stop()?)
}
