//! The first entry of a journal: whose it is, and by which settings it runs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::values::{DayEnd, FiscalYearStart, RegisterId};

/// Whether what the journal records was real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real sales.
    Live,
    /// School mode (mode école): a journal apart, every paper of which says that it is worth nothing.
    Training,
}

/// Who sells (l'assujetti).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "an identity in the words of the French registers")]
pub struct Merchant {
    pub address: String,
    pub naf: String,
    pub name: String,
    pub siret: String,
    pub vat_number: String,
}

/// Where it sells (l'établissement).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Store {
    pub address: String,
    pub id: String,
    pub name: String,
}

/// The program that writes the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Software {
    pub name: String,
    pub version: String,
}

/// The journal of the device that this one replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succeeds {
    /// The text of its newest countersigned checkpoint, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The journal that is replaced.
    pub register: RegisterId,
}

/// The body of entry 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// "EUR".
    pub currency: String,
    /// A sale before this local time belongs to the business day before.
    pub day_ends_at: DayEnd,
    /// The first day of the fiscal year (exercice).
    pub fiscal_year_starts: FiscalYearStart,
    /// What prints as the till's number; never used twice in a store.
    pub label: String,
    /// Who sells.
    pub merchant: Merchant,
    /// Real or school.
    pub mode: Mode,
    /// base64 of the device's Ed25519 public key.
    pub public_key: String,
    /// What writes the journal.
    pub software: Software,
    /// Where it sells.
    pub store: Store,
    /// Which journal it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<Succeeds>,
    /// IANA name of the zone in which instants are written.
    pub time_zone: String,
}

/// The genesis body with every `set` applied, kept whole so that keys unknown here are not lost. Clones share it: each
/// sale clones where its journal stands, and no sale changes the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Settings {
    all: Arc<Map<String, Value>>,
    known: Arc<Genesis>,
}

impl Settings {
    /// The settings as of entry 0, from the JSON of its body.
    pub fn from_genesis_json(body: &str) -> Result<Settings, serde_json::Error> {
        serde_json::from_str(body)
    }

    /// The settings as of entry 0.
    pub fn from_genesis(genesis: &Genesis) -> Result<Settings, serde_json::Error> {
        serde_json::to_value(genesis).and_then(serde_json::from_value)
    }

    /// Applies the `set` of an event: each key that it names takes its new value. An error changes nothing.
    pub fn apply(&mut self, set: &Map<String, Value>) -> Result<(), serde_json::Error> {
        let mut all = Map::clone(&self.all);
        all.extend(set.iter().map(|(key, value)| (key.clone(), value.clone())));
        *self = Settings::try_from(all)?;
        Ok(())
    }

    /// The settings as they read now.
    pub fn read(&self) -> &Genesis {
        &self.known
    }
}

impl TryFrom<Map<String, Value>> for Settings {
    type Error = serde_json::Error;
    fn try_from(all: Map<String, Value>) -> Result<Settings, serde_json::Error> {
        let known = serde_json::from_value(Value::Object(all.clone()))?;
        Ok(Settings { all: Arc::new(all), known: Arc::new(known) })
    }
}

impl From<Settings> for Map<String, Value> {
    fn from(settings: Settings) -> Map<String, Value> {
        Arc::unwrap_or_clone(settings.all)
    }
}
