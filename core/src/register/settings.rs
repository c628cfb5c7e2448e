//! Identity and fiscal settings: sealed in the genesis, and changed only by events that say what they become.

use comptoir_fiscal::entry::{Genesis, Merchant, Software, Store};
use comptoir_fiscal::journal::{Draft, EventDraft};
use comptoir_fiscal::standing::StandingError;
use comptoir_fiscal::values::DayEnd;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Refusal;
use super::{Register, RegisterError};

/// What of a shop's identity and fiscal settings becomes another; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Name, address, VAT number and activity. The SIRET stays: another one is another business, with a register of its
    /// own.
    pub merchant: Option<Merchant>,
    /// Name and address of the store.
    pub store: Option<Store>,
    /// Until when after midnight a business day goes on.
    pub day_ends_at: Option<DayEnd>,
}

impl SettingsChange {
    /// All that can be changed, as it is elsewhere.
    pub(super) fn from_settings(settings: &Genesis) -> SettingsChange {
        SettingsChange {
            merchant: Some(settings.merchant.clone()),
            store: Some(settings.store.clone()),
            day_ends_at: Some(settings.day_ends_at),
        }
    }
}

impl Register {
    /// The merchant, store and settings in force.
    pub fn settings(&self) -> &Genesis {
        self.journal.standing().genesis()
    }

    /// The events that a change of settings comes to: 410 for identity, 270 for the rest.
    pub(super) fn settings_change(&self, change: SettingsChange) -> Result<Vec<Draft>, Refusal> {
        let now = self.settings();
        if change.merchant.as_ref().is_some_and(|merchant| merchant.siret != now.merchant.siret) {
            return Err(Refusal::OtherSiret);
        }
        let mut identity = Map::new();
        put(&mut identity, "merchant", change.merchant.filter(|merchant| *merchant != now.merchant))?;
        put(&mut identity, "store", change.store.filter(|store| *store != now.store))?;
        let mut rest = Map::new();
        put(&mut rest, "day_ends_at", change.day_ends_at.filter(|end| *end != now.day_ends_at))?;
        let events = [
            (410, "Changement des données d'identification", identity),
            (270, "Changement d'un paramètre de conformité", rest),
        ];
        let drafts: Vec<Draft> = events
            .into_iter()
            .filter(|(.., set)| !set.is_empty())
            .map(|(code, label, set)| event(code, label, set))
            .collect();
        if drafts.is_empty() { Err(Refusal::NothingChanges) } else { Ok(drafts) }
    }

    /// The event that tells of another program than the one that sealed last (250 for a major version, 255 for a minor
    /// one), if it is another.
    pub(super) fn update(&self) -> Result<Option<EventDraft>, RegisterError> {
        let (software, now) = (&self.platform.software, &self.settings().software);
        if software == now {
            return Ok(None);
        }
        let is_major = software.name != now.name || major(software) != major(now);
        let (code, label) = if is_major {
            (250, "Installation d'une version majeure")
        } else {
            (255, "Installation d'une version mineure")
        };
        let set =
            Map::from_iter([("software".to_owned(), serde_json::to_value(software).map_err(StandingError::from)?)]);
        let detail = Some(format!("{} {}", software.name, software.version));
        Ok(Some(EventDraft { code, label: label.to_owned(), detail, set: Some(set) }))
    }
}

fn major(software: &Software) -> Option<&str> {
    software.version.split('.').next()
}

fn put<T: Serialize>(set: &mut Map<String, Value>, key: &str, value: Option<T>) -> Result<(), Refusal> {
    if let Some(value) = value {
        let value = serde_json::to_value(value).map_err(StandingError::from).map_err(RegisterError::from)?;
        set.insert(key.to_owned(), value);
    }
    Ok(())
}

fn event(code: u32, label: &str, set: Map<String, Value>) -> Draft {
    Draft::Event(EventDraft { code, label: label.to_owned(), detail: None, set: Some(set) })
}
