//! `comptoir archive`: the archives that are due.

use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::register::{Refusal, RegisterError};
use comptoir_fiscal::entry::Period;
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Date;

use crate::shop;

/// Closes what is over, and archives what is closed.
pub(crate) fn run(data: &Path, days: bool, today: Option<Date>, translations: &Translations) -> Result<(), Refusal> {
    let mut register = shop::open(data, translations)?;
    shop::confirm_date(&mut register, today, translations)?;
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
