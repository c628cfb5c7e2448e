//! After the closing: what the manager, the owner and an inspector take away with them.

use std::path::Path;

use comptoir_core::export::{Dates, What};
use comptoir_core::inspection::Asked;
use comptoir_core::sample::{MANAGER, OWNER};
use comptoir_fiscal::message;

use super::counter::{Counter, CounterError};
use super::{DemoError, Story};
use crate::inspect;

/// The day's sales and the catalogue as a workbook.
pub(super) const WORKBOOK: &str = "ventes.xlsx";
/// The copy of the till, as on a stick.
pub(super) const COPY: &str = "copie";

/// Takes the day out to a workbook, copies the till, and makes the kit that an inspector is given.
pub(super) fn take_away(counter: &Counter, story: &Story<'_>, root: &Path) -> Result<(), DemoError> {
    let (to, texts) = (root.join(WORKBOOK), story.translations.clone());
    let exported = counter
        .ask(move |register| register.export(OWNER, What::All, Dates::default(), &to, &texts, &mut |_, _| ()))?;
    let exported = exported.map_err(CounterError::from)?;
    story.tell(&message!(
        "A workbook holds the {tickets} tickets and the {products} products, with charts.",
        tickets = exported.tickets,
        products = exported.products
    ));
    let copy = root.join(COPY);
    let copied = counter.ask(move |register| register.back_up(&copy))??;
    story.tell(&message!(
        "The till is copied, never its key: {entries} entries, from which another device could go on.",
        entries = copied.entries
    ));
    let kit = inspect::with_tools(story.translations, |tools, progress| {
        counter.inspection_kit(MANAGER, root, Asked::default(), tools, progress)
    })
    .map_err(comptoir_core::register::RegisterError::from)??;
    story.tell(&message!(
        "An inspector would be given {folder}: archives, journals, who is who, two verifiers and a notice in French.",
        folder = kit.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    ));
    Ok(())
}
