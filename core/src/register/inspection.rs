//! What the inspector asks for: what certifies the till, the inspection as it goes on, and the kit that is handed over.

use std::collections::BTreeSet;
use std::path::Path;

use comptoir_fiscal::archive;
use comptoir_fiscal::checkpoint::Statement;
use comptoir_fiscal::entry::{Body, Closing, Genesis, Mode, Period, SYSTEM};
use comptoir_fiscal::journal::{Draft, EventDraft, OpenError, Span};
use comptoir_fiscal::merkle;
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::{Date, Instant};

use super::error::Refusal;
use super::{Register, RegisterError};
use crate::certification::{Certification, FiscalPart, Installed, LastArchive, LastClosing};
use crate::inspection::{Asked, Kit, KitError, Plan, Stage, Tools, Written, name_of};
use crate::operators::Gate;
use crate::projection::milestones::{self, INSPECTION, MAJOR_VERSION, MINOR_VERSION};

const BEGUN: &str = "Début du contrôle fiscal";
const ENDED: &str = "Fin du contrôle fiscal";

/// A tax inspection that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// When it began.
    pub since: Instant,
    /// Who said so.
    pub by: String,
}

impl Register {
    /// What the till says of itself: software, journal, key, and what proves its conformity.
    pub fn certification(&mut self) -> Result<Certification, RegisterError> {
        self.catch_up()?;
        let genesis = self.journal.entry(0)?;
        let standing = self.journal.standing();
        let settings = standing.genesis().clone();
        let checkpoint =
            Statement { register: standing.register, size: standing.size(), root: standing.frontier.root() };
        Ok(Certification {
            at: self.now(),
            software: self.platform.software.clone(),
            fiscal: FiscalPart::built_in(),
            register: self.id(),
            fingerprint: merkle::sha256(self.journal.key().public().as_bytes()),
            protection: self.protection,
            founded: genesis.entry.at,
            checkpoint,
            witnessed: self.journal.witnessed().map(|witnessed| (witnessed.size, witnessed.time)),
            versions: self.versions(&genesis)?,
            last_closing: self.journal.last_closing()?.and_then(|line| last_closing(&line)),
            last_archive: self.journal.archives()?.last().and_then(last_archive),
            inspected_since: self.inspection()?.map(|inspection| inspection.since),
            settings,
        })
    }

    /// The tax inspection that goes on, if one does.
    pub fn inspection(&mut self) -> Result<Option<Inspection>, RegisterError> {
        self.catch_up()?;
        self.inspection_as_known()
    }

    /// The same as far as the projections have come, which writes nothing.
    pub(super) fn inspection_as_known(&self) -> Result<Option<Inspection>, RegisterError> {
        let newest = milestones::seqs_of(&self.shop, self.id(), &[INSPECTION])?.pop();
        let newest = newest.map(|seq| self.journal.entry(seq)).transpose()?;
        Ok(newest.and_then(|Sealed { entry, .. }| match entry.body {
            Body::Event(event) if event.label == BEGUN => Some(Inspection { since: entry.at, by: entry.operator }),
            _ => None,
        }))
    }

    /// Records that a tax inspection begins (contrôle fiscal, event 280). It goes on over restarts until it is ended, and
    /// what is handed over meanwhile is recorded as asked for by the administration.
    pub fn begin_inspection(&mut self, operator: &str) -> Result<(), Refusal> {
        self.may_inspect(operator)?;
        if self.inspection()?.is_some() {
            return Err(Refusal::NothingChanges);
        }
        self.record_by(operator, 280, BEGUN)?;
        Ok(self.settle()?)
    }

    /// Records that the tax inspection is over (event 280).
    pub fn end_inspection(&mut self, operator: &str) -> Result<(), Refusal> {
        self.may_inspect(operator)?;
        if self.inspection()?.is_none() {
            return Err(Refusal::NothingChanges);
        }
        self.record_by(operator, 280, ENDED)?;
        Ok(self.settle()?)
    }

    /// Makes the kit that an inspector is given, in a folder of its own within `to`: what is over is closed and archived
    /// first, then everything is copied, verified and recorded (events 440, 295 during an inspection or 110 outside one,
    /// and 90 for each file in which the verifier finds defects).
    ///
    /// `by` is the operator who hands it over, or [`SYSTEM`] for whoever has the device itself in hand.
    pub fn inspection_kit(
        &mut self,
        by: &str,
        to: &Path,
        asked: Asked,
        tools: &Tools<'_>,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, Refusal> {
        for span in self.begin_kit(by, to, asked)? {
            self.archive(span, |done, total| progress(Stage::Archiving, done, total))?;
        }
        let plan = self.plan_kit(to, asked)?;
        let lines = |from, to| self.journal.lines(from, to).map_err(RegisterError::from);
        let written = plan.write(tools, lines, &|| true, progress)?;
        self.record_kit(by, written)
    }

    /// Closes what is over, and says which closed periods are still to be archived for a kit, oldest first.
    pub(super) fn begin_kit(&mut self, by: &str, to: &Path, asked: Asked) -> Result<Vec<Span>, Refusal> {
        if by != SYSTEM {
            self.may_inspect(by)?;
        }
        self.check_live()?;
        if asked.is_backwards() {
            return Err(RegisterError::from(KitError::Backwards).into());
        }
        let path = to.join(self.kit_name());
        if path.exists() {
            return Err(RegisterError::from(KitError::Exists(path)).into());
        }
        self.close_due()?;
        self.settle()?;
        Ok(self.due_for_a_kit(asked)?)
    }

    /// All that is written into a kit, as it stands now.
    pub(super) fn plan_kit(&mut self, to: &Path, asked: Asked) -> Result<Plan, Refusal> {
        let others = self.other_journals()?.into_iter();
        Ok(Plan {
            path: to.join(self.kit_name()),
            asked,
            at: self.now(),
            certification: self.certification()?,
            operators: self.operators.values().cloned().collect(),
            current: (self.id(), self.journal.standing().size()),
            archives: self.journal.places().archives(),
            others: others.map(|register| (register, self.folder.journal(register).folder)).collect(),
            awaited: self.awaited.clone(),
        })
    }

    /// Records what is handed over, and only then gives it its name.
    pub(super) fn record_kit(&mut self, by: &str, written: Written) -> Result<Kit, Refusal> {
        let Written { part, kit, entries, defects } = written;
        let event = |code, label: &str, detail| {
            Draft::Event(EventDraft { code, label: label.to_owned(), detail: Some(detail), set: None })
        };
        let mut drafts: Vec<Draft> =
            defects.into_iter().map(|file| event(90, "Défaut d'intégrité constaté", file)).collect();
        if kit.archives > 0 {
            let detail = format!("archives: {}", kit.archives);
            drafts.push(event(440, "Archives fiscales copiées sur un support externe", detail));
        }
        let detail = format!("{entries} écritures, empreinte {}", kit.sums);
        drafts.push(if self.inspection()?.is_some() {
            event(295, "Fichiers remis à l'administration", detail)
        } else {
            event(110, "Export de données", detail)
        });
        self.remember_doubt()?;
        let (id, at) = (self.new_command()?, self.now());
        self.journal.seal(id, at, by, drafts)?;
        part.finish().map_err(RegisterError::from)?;
        self.settle()?;
        Ok(kit)
    }

    /// An inspection is of real sales.
    fn check_live(&self) -> Result<(), Refusal> {
        if self.mode() == Mode::Training { Err(Refusal::InSchool) } else { Ok(()) }
    }

    fn may_inspect(&self, operator: &str) -> Result<(), Refusal> {
        self.may(operator, Gate::Inspect)?;
        self.check_live()
    }

    fn kit_name(&self) -> String {
        let settings = self.settings();
        name_of(&settings.merchant.siret, &settings.label, Date(self.now().date()))
    }

    /// The closed periods whose archive is to be made for a kit: every month and year that has none, as they are archived
    /// in order; days of the open month that are asked for; and what is asked for and no longer there.
    fn due_for_a_kit(&self, asked: Asked) -> Result<Vec<Span>, RegisterError> {
        let spans = self.journal.closed()?;
        let months = spans.iter().filter(|span| span.period == Period::Month);
        let open_since = months.map(|span| span.to + 1).max().unwrap_or(0);
        let unarchived: BTreeSet<Span> = self.journal.unarchived(&Period::ALL)?.into_iter().collect();
        let folder = self.journal.places().archives();
        let Genesis { merchant, label, .. } = self.settings();
        let mut due = Vec::new();
        for span in spans {
            let is_day = span.period == Period::Day;
            if is_day && span.to < open_since {
                continue;
            }
            let Body::Closing(closing) = self.journal.entry(span.to)?.entry.body else { continue };
            let Closing { first_date, last_date, .. } = *closing;
            let name = archive::file_name(&merchant.siret, label, span.period, first_date, last_date);
            let is_asked = asked.touches(first_date, last_date);
            let is_due =
                if unarchived.contains(&span) { !is_day || is_asked } else { is_asked && !folder.join(name).is_file() };
            if is_due {
                due.push(span);
            }
        }
        Ok(due)
    }

    /// The programs that have sealed into the journal, oldest first.
    fn versions(&self, genesis: &Sealed) -> Result<Vec<Installed>, RegisterError> {
        let mut versions = Vec::new();
        if let Body::Genesis(founded) = &genesis.entry.body {
            versions.push(Installed { at: genesis.entry.at, code: None, software: founded.software.clone() });
        }
        for seq in milestones::seqs_of(&self.shop, self.id(), &[MAJOR_VERSION, MINOR_VERSION])? {
            let Sealed { entry, .. } = self.journal.entry(seq)?;
            if let Body::Event(event) = entry.body
                && let Some(software) = event.set.and_then(|mut set| set.remove("software"))
                && let Ok(software) = serde_json::from_value(software)
            {
                versions.push(Installed { at: entry.at, code: Some(event.code), software });
            }
        }
        Ok(versions)
    }
}

fn last_closing(line: &Sealed) -> Option<LastClosing> {
    let Body::Closing(closing) = &line.entry.body else { return None };
    let Closing { period, number, last_date, .. } = **closing;
    Some(LastClosing { period, number, last_date, at: line.entry.at })
}

fn last_archive(line: &Sealed) -> Option<LastArchive> {
    let Body::Archive(archive) = &line.entry.body else { return None };
    Some(LastArchive { period: archive.period, number: archive.number, sha256: archive.sha256, at: line.entry.at })
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Refusal {
        Refusal::Register(error.into())
    }
}
