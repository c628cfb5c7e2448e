//! `comptoir backup` and `comptoir restore`: a copy of a till, and a till from a copy.

use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Register, RegisterError};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;

use crate::shop;
use comptoir_till::platform;

/// Copies a till into a folder, and where asked has every closing of a day do so from now on.
pub(crate) fn back_up(data: &Path, to: &Path, always: bool, translations: &Translations) -> Result<(), RegisterError> {
    let mut register = shop::open(data, translations)?;
    let copied = register.back_up(to)?;
    println!(
        "{}",
        translations.say(&message!(
            "{path} holds {entries} entries, {added} of them new.",
            path = copied.path.display().to_string(),
            entries = copied.entries,
            added = copied.added
        ))
    );
    if always {
        let to = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
        register.set_backup_folder(Some(&to))?;
        println!("{}", translations.say(&message!("Each closing of a day will bring the copy up to date.")));
    }
    register.stop()
}

/// Opens a till in a new folder from a copy.
pub(crate) fn restore(data: &Path, from: &Path, translations: &Translations) -> Result<(), RegisterError> {
    let folder = DataFolder::new(data, platform::state_folder());
    let mut patience = Patience::new(translations.say(&message!("Verifying the copy")));
    let platform = platform::this_device(SystemClock);
    let opened = Register::restore(folder, from, platform, |done, total| patience.show(done, total));
    patience.end();
    let (register, restored) = opened?;
    println!(
        "{}",
        translations.say(&message!(
            "The copy is sound: {entries} entries of journal {left}, the newest of {until}. What was done after that is not in it.",
            entries = restored.entries,
            left = restored.left.to_string(),
            until = restored.until
        ))
    );
    println!(
        "{}",
        translations.say(&message!(
            "The till goes on as {label}, in a new journal {journal} that succeeds the old one. Do not use the old device any more.",
            label = register.settings().label.as_str(),
            journal = register.id().to_string()
        ))
    );
    register.stop()
}
