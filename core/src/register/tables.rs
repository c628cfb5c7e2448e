//! Tables in and out: a catalogue imported from a spreadsheet, sales and catalogue exported to one.

use std::path::Path;

use comptoir_fiscal::entry::{Entry, Mode};
use comptoir_fiscal::journal::{CommandId, EventDraft, LeftJournal, OpenError};
use comptoir_fiscal::language::Translations;

use super::error::Refusal;
use super::people::Approval;
use super::{Register, RegisterError};
use crate::export::{Dates, Export, ExportError, Exported, Subject, What};
use crate::import::{Preview, Records};
use crate::operators::Gate;

/// How many entries pass between two words about the progress.
const STEP: u64 = 1000;

impl Register {
    /// Makes what an import would change, all of it or nothing (event 140). What changed since it was previewed is no
    /// longer overlooked: the catalogue is checked whole again.
    pub fn import_catalogue(&mut self, operator: &str, preview: &Preview) -> Result<(), Refusal> {
        let id = self.new_command()?;
        self.import_catalogue_by_word(id, operator, preview, &[])
    }

    /// The same by the word of somebody who may, where the operator may not; their word is recorded (event 100).
    pub fn import_catalogue_by_word(
        &mut self,
        id: CommandId,
        operator: &str,
        preview: &Preview,
        approvals: &[Approval],
    ) -> Result<(), Refusal> {
        let word = self.pass(operator, Gate::EditCatalogue, id, approvals)?;
        if preview.is_empty() {
            return Err(Refusal::NothingChanges);
        }
        let edits = preview.edits();
        self.stored_catalogue().edited(&edits, |_| true).map_err(RegisterError::from)?;
        let mut detail = format!(
            "articles: {} nouveaux, {} modifiés, {} inchangés; {} nouvelles catégories",
            preview.new.len(),
            preview.changed.len(),
            preview.unchanged,
            preview.categories.len()
        );
        detail += &told("tarifs", &preview.price_lists);
        detail += &told("formules", &preview.menus);
        detail += &told("groupes de modificateurs", &preview.modifiers);
        let label = "Import de données externes".to_owned();
        self.record_word(operator, word)?;
        self.record_event(operator, EventDraft { code: 140, label, detail: Some(detail), set: None })?;
        let edited = self.edited(&edits)?;
        self.take_catalogue(operator, edited, &edits)
    }

    /// Takes sales, the catalogue or both out, to a workbook where the name ends in `.xlsx` or else to a folder of text
    /// tables (event 110). Sales are those of all real journals of this till; what was tried out in school mode is not
    /// among them, and nothing is taken out there. `progress` hears how many entries of how many are read.
    pub fn export(
        &mut self,
        operator: &str,
        what: What,
        dates: Dates,
        to: &Path,
        texts: &Translations,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Exported, Refusal> {
        self.may(operator, Gate::ReadReports)?;
        if self.mode() != Mode::Live {
            return Err(ExportError::School.into());
        }
        let shop = self.settings().clone();
        let catalogue = self.stored_catalogue().clone();
        let subject = Subject { what, dates, shop: &shop, catalogue: &catalogue, at: self.now(), texts };
        let mut export = Export::begin(subject, to)?;
        match self.complete(operator, what, &mut export, progress) {
            Ok(()) => Ok(export.publish()?),
            Err(refused) => {
                export.abandon();
                Err(refused)
            }
        }
    }

    fn complete(
        &mut self,
        operator: &str,
        what: What,
        export: &mut Export<'_>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), Refusal> {
        if what.has_sales() {
            self.each_sale(export, progress)?;
        }
        export.complete()?;
        let (label, detail) = ("Export de données".to_owned(), Some(export.detail()));
        Ok(self.record_event(operator, EventDraft { code: 110, label, detail, set: None })?)
    }

    /// Hands every entry of the real journals to an export, the oldest journal first.
    fn each_sale(&self, export: &mut Export<'_>, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Refusal> {
        let mut left = Vec::new();
        for register in self.left_journals()? {
            match LeftJournal::open(&self.folder.journal(register).database()).and_then(begun) {
                Ok((journal, Mode::Live, label, at)) => left.push((at, label, journal)),
                Ok(_) => {}
                Err(error) if error.is_damage() => export.leave_out(register.to_string()),
                Err(error) => return Err(RegisterError::from(error).into()),
            }
        }
        for awaited in &self.awaited {
            export.leave_out(awaited.register.to_string());
        }
        left.sort_by_key(|(at, ..)| at.unix());
        let total = left.iter().map(|(.., journal)| journal.size()).sum::<u64>() + self.journal.standing().size();
        let mut done = 0;
        for (_, label, journal) in &left {
            let mut take = taking(export, label, &mut done, total, progress);
            match journal.entries_from(0, &mut take) {
                Err(Stopped::Reading(error)) if error.is_damage() => {
                    drop(take);
                    export.leave_out(journal.register().to_string());
                }
                read => read?,
            }
        }
        let label = self.settings().label.as_str();
        self.journal.entries_from(0, taking(export, label, &mut done, total, progress))?;
        progress(total, total);
        Ok(())
    }
}

/// What an import makes of the records of a kind, for the trail; nothing where it names none.
fn told<R: Clone + PartialEq>(name: &str, records: &Records<R>) -> String {
    if !records.are_named() {
        return String::new();
    }
    let Records { new, changed, unchanged } = records;
    format!("; {name}: {} nouveaux, {} modifiés, {unchanged} inchangés", new.len(), changed.len())
}

/// Takes entries into an export, and tells of it now and then.
fn taking<'t>(
    export: &'t mut Export<'_>,
    label: &'t str,
    done: &'t mut u64,
    total: u64,
    progress: &'t mut dyn FnMut(u64, u64),
) -> impl FnMut(&Entry) -> Result<(), Stopped> {
    move |entry| {
        export.take(label, entry)?;
        *done += 1;
        if done.is_multiple_of(STEP) {
            progress(*done, total);
        }
        Ok(())
    }
}

/// How a journal begins: its mode and label, and when.
fn begun(journal: LeftJournal) -> Result<(LeftJournal, Mode, String, comptoir_fiscal::values::Instant), OpenError> {
    let first = journal.entry(0)?.entry;
    match first.body {
        comptoir_fiscal::entry::Body::Genesis(genesis) => Ok((journal, genesis.mode, genesis.label, first.at)),
        _ => Err(OpenError::Chain { seq: 0 }),
    }
}

/// Why entries were read no further.
enum Stopped {
    Reading(OpenError),
    Writing(ExportError),
}

impl From<OpenError> for Stopped {
    fn from(error: OpenError) -> Stopped {
        Stopped::Reading(error)
    }
}

impl From<ExportError> for Stopped {
    fn from(error: ExportError) -> Stopped {
        Stopped::Writing(error)
    }
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Refusal {
        match stopped {
            Stopped::Reading(error) => RegisterError::from(error).into(),
            Stopped::Writing(error) => error.into(),
        }
    }
}
