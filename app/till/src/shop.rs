//! The register of a folder, opened from the command line.

use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Notice, Refusal, Register, RegisterError};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Date;

use comptoir_till::{faults, platform};

/// Opens the register in a folder, and says what there is to be told of it.
pub(crate) fn open(data: &Path, translations: &Translations) -> Result<Register, RegisterError> {
    let folder = DataFolder::new(data, platform::state_folder());
    faults::end_on_a_fault(folder.clone(), translations.clone());
    let mut patience = Patience::new(translations.say(&message!("Reading the journal")));
    let opened = Register::open(folder, platform::this_device(SystemClock), |done, total| patience.show(done, total));
    patience.end();
    let register = opened?;
    for notice in register.notices() {
        eprintln!("{}", told(notice, translations));
    }
    Ok(register)
}

/// Where the clock leapt ahead, takes the date that was typed for its confirmation, or says how to give it.
pub(crate) fn confirm_date(
    register: &mut Register,
    today: Option<Date>,
    translations: &Translations,
) -> Result<(), Refusal> {
    match (register.clock_leap(), today) {
        (Some(_), Some(today)) => register.confirm_date_typed(today)?,
        (Some(_), None) => {
            eprintln!("{}", translations.say(&message!("Say here that the date is right with --today YYYY-MM-DD.")));
        }
        (None, _) => {}
    }
    Ok(())
}

/// A notice in words.
pub(crate) fn told(notice: &Notice, translations: &Translations) -> String {
    match notice {
        Notice::Succeeded { old, found, known } => translations.say(&message!(
            "Journal {old} has {found} entries where it once had {known}: it was put back to an earlier state. It is left as it is, and a new journal was begun.",
            old = old.to_string(),
            found = *found,
            known = *known
        )),
        Notice::Damaged { old, known } => translations.say(&message!(
            "Journal {old}, which had {known} entries, is lost or damaged. It is left as it is, and a new journal was begun. Keep its folder for the inspector.",
            old = old.to_string(),
            known = *known
        )),
        Notice::Convicted { old } => translations.say(&message!(
            "Journal {old} no longer holds what it once signed: it was put back to an earlier state. It is left as it is, and a new journal was begun.",
            old = old.to_string()
        )),
        Notice::Fault { place } => translations.say(&message!(
            "The program ended by a fault of its own ({place}). What was sold is sealed, and what was held is back. Please report it with the file faults.log.",
            place = place.as_str()
        )),
        Notice::BackupFailed { why } => translations.say(&message!(
            "The copy that follows each closing was not made: {why}",
            why = translations.say(why)
        )),
        Notice::ArchiveFailed { why } => translations.say(&message!(
            "Closed months are not archived yet: {why}",
            why = translations.say(why)
        )),
    }
}
