//! `comptoir inspect` and `comptoir certification`: what an inspector is given, and what the till says of itself.

use std::path::Path;

use comptoir_auditor::progress::Patience;
use comptoir_core::arriving::Awaited;
use comptoir_core::certification::pdf;
use comptoir_core::inspection::{Asked, KitError, Stage, Tools};
use comptoir_core::register::{Refusal, RegisterError};
use comptoir_fiscal::entry::SYSTEM;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Date;
use comptoir_fiscal::verify::Verdict;
use comptoir_till::kit;

use crate::shop;

/// Makes the inspector's kit of a shop.
pub(crate) fn kit(
    data: &Path,
    to: &Path,
    asked: Asked,
    today: Option<Date>,
    translations: &Translations,
) -> Result<(), Refusal> {
    let mut register = shop::open(data, translations)?;
    shop::confirm_date(&mut register, today, translations)?;
    let kit = with_tools(translations, |tools, progress| register.inspection_kit(SYSTEM, to, asked, tools, progress))
        .map_err(RegisterError::from)??;
    println!("{}", kit.path.display());
    println!(
        "{}",
        translations.say(&message!(
            "Archives: {archives}. Journals: {journals}. Verdict: {verdict}.",
            archives = kit.archives,
            journals = kit.journals,
            verdict = verdict(kit.verdict)
        ))
    );
    for Awaited { label, size, .. } in &kit.lacks {
        let lacks = message!(
            "It lacks the journal of the lost till {label}, of {entries} entries: that has not arrived from the back office yet.",
            label = label.as_str(),
            entries = *size
        );
        println!("{}", translations.say(&lacks));
    }
    println!(
        "{}",
        translations.say(&message!("Hash of the kit, as the journal records it: {hash}", hash = kit.sums.to_string()))
    );
    println!("{}", translations.say(&message!("operateurs.csv holds names: give it to the inspector alone.")));
    Ok(register.stop()?)
}

/// Makes a kit with what this program puts into it, and shows how far it has come.
pub(crate) fn with_tools<T>(
    translations: &Translations,
    make: impl FnOnce(&Tools<'_>, &mut dyn FnMut(Stage, u64, u64)) -> T,
) -> Result<T, KitError> {
    let mut waiting: Option<(Stage, Patience)> = None;
    let mut progress = |stage: Stage, done: u64, total: u64| {
        if waiting.as_ref().is_none_or(|(shown, _)| *shown != stage)
            && let Some((_, patience)) = waiting.replace((stage, Patience::new(translations.say(&named(stage)))))
        {
            patience.end();
        }
        if let Some((_, patience)) = waiting.as_mut() {
            patience.show(done, total);
        }
    };
    let made = kit::with_tools(|tools| make(tools, &mut progress))?;
    if let Some((_, patience)) = waiting {
        patience.end();
    }
    Ok(made)
}

/// Says what the till says of itself, and drafts its attestation.
pub(crate) fn certification(data: &Path, to: Option<&Path>, translations: &Translations) -> Result<(), RegisterError> {
    let mut register = shop::open(data, translations)?;
    let certification = register.certification()?;
    print!("{}", certification.text(translations));
    if let Some(path) = to {
        let pdf = pdf::attestation(&certification, &kit::french()).map_err(KitError::from)?;
        std::fs::write(path, pdf).map_err(|cause| KitError::Io { path: path.to_owned(), cause })?;
        println!(
            "{}",
            translations.say(&message!("Draft of the attestation: {path}", path = path.display().to_string()))
        );
    }
    register.stop()
}

fn named(stage: Stage) -> Message {
    match stage {
        Stage::Archiving => message!("Archiving"),
        Stage::Copying => message!("Copying"),
        Stage::Verifying => message!("Verifying"),
    }
}

fn verdict(verdict: Verdict) -> Message {
    match verdict {
        Verdict::Sound => message!("sound"),
        Verdict::Inconclusive => message!("inconclusive"),
        Verdict::Defects => message!("defects"),
    }
}
