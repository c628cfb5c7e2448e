//! What the law asks a till to say of itself: its software, its journal, its key, and what proves its conformity.
//!
//! BOI-TVA-DECLA-30-10-30 §340 (versions), LNE requirements 20 and 21. There is no certificate, and none is claimed.

pub mod attestation;
pub mod pdf;

use comptoir_fiscal::checkpoint::Statement;
use comptoir_fiscal::entry::{self, Genesis, Mode, Period, Software};
use comptoir_fiscal::journal::key_file::Protection;
use comptoir_fiscal::language::{Arg, Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Date, Hash, Instant, RegisterId};
use comptoir_fiscal::version;

/// What a till says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification {
    /// When it was asked.
    pub at: Instant,
    /// The program that runs.
    pub software: Software,
    /// The fiscal part that it was built with.
    pub fiscal: FiscalPart,
    /// The journal's identity.
    pub register: RegisterId,
    /// Merchant, store, label, mode and key, as they are in force.
    pub settings: Genesis,
    /// The SHA-256 of the 32 bytes of the public key.
    pub fingerprint: Hash,
    /// How the private key lies on the disk.
    pub protection: Protection,
    /// When the journal was begun.
    pub founded: Instant,
    /// The newest checkpoint.
    pub checkpoint: Statement,
    /// The size of the newest checkpoint that a witness countersigned, and when it did (unix seconds).
    pub witnessed: Option<(u64, u64)>,
    /// The programs that have sealed, oldest first.
    pub versions: Vec<Installed>,
    /// The newest closing.
    pub last_closing: Option<LastClosing>,
    /// The newest archive.
    pub last_archive: Option<LastArchive>,
    /// Since when a tax inspection goes on.
    pub inspected_since: Option<Instant>,
}

/// The fiscal part of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiscalPart {
    /// Its own version.
    pub version: String,
    /// The hash over the list of its sources, which changes exactly when one of them does.
    pub sources_sha256: String,
    /// How many they are.
    pub sources: usize,
    /// The version of the journal's format that it writes.
    pub journal_format: u32,
}

impl FiscalPart {
    /// That of the program that runs.
    pub fn built_in() -> FiscalPart {
        FiscalPart {
            version: version::VERSION.to_owned(),
            sources_sha256: version::SOURCES_SHA256.to_owned(),
            sources: version::SOURCES.lines().count(),
            journal_format: entry::VERSION,
        }
    }
}

/// A program that began to seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// When.
    pub at: Instant,
    /// The event that says so: 250 of a major version, 255 of a minor one; none of the program that founded the journal.
    pub code: Option<u32>,
    /// Which.
    pub software: Software,
}

/// The newest closing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in a closing")]
pub struct LastClosing {
    pub period: Period,
    pub number: u64,
    pub last_date: Date,
    pub at: Instant,
}

/// The newest archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in an archive entry")]
pub struct LastArchive {
    pub period: Period,
    pub number: u64,
    pub sha256: Hash,
    pub at: Instant,
}

/// One thing that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub label: Message,
    /// How it is.
    pub value: Arg,
}

impl Fact {
    fn new(label: Message, value: impl Into<Arg>) -> Fact {
        Fact { label, value: value.into() }
    }

    /// Its value in the reader's language.
    pub fn shown(&self, translations: &Translations) -> String {
        translations.say(&message!("{value}", value = self.value.clone()))
    }
}

impl Certification {
    /// Everything, in the order of the screen.
    pub fn facts(&self) -> Vec<Fact> {
        let Genesis { merchant, store, .. } = &self.settings;
        let mut facts = vec![
            Fact::new(message!("Proof of conformity"), message!("no certificate; built to NF525")),
            Fact::new(message!("Software"), format!("{} {}", self.software.name, self.software.version)),
            Fact::new(message!("Fiscal part"), format!("comptoir-fiscal {}", self.fiscal.version)),
            Fact::new(message!("Hash of its sources (SHA-256)"), self.fiscal.sources_sha256.as_str()),
            Fact::new(message!("Number of its sources"), self.fiscal.sources),
            Fact::new(message!("Format of the journal"), self.fiscal.journal_format),
            Fact::new(message!("Merchant"), merchant.name.as_str()),
            Fact::new(message!("SIRET"), merchant.siret.as_str()),
            Fact::new(message!("VAT number"), merchant.vat_number.as_str()),
            Fact::new(message!("Address"), merchant.address.as_str()),
            Fact::new(message!("Store"), format!("{}, {}", store.name, store.address)),
            Fact::new(message!("Till"), self.settings.label.as_str()),
            Fact::new(
                message!("Mode"),
                match self.settings.mode {
                    Mode::Live => message!("real sales"),
                    Mode::Training => message!("school: nothing of it counts"),
                },
            ),
            Fact::new(message!("Journal"), self.register.to_string()),
            Fact::new(message!("Begun"), self.founded),
        ];
        facts.push(match &self.settings.succeeds {
            Some(succeeds) => Fact::new(message!("Succeeds"), succeeds.register.to_string()),
            None => Fact::new(message!("Succeeds"), message!("no other journal")),
        });
        facts.extend([
            Fact::new(message!("Public key (Ed25519, base64)"), self.settings.public_key.as_str()),
            Fact::new(message!("Its fingerprint (SHA-256)"), self.fingerprint.to_string()),
            Fact::new(
                message!("Private key"),
                match self.protection {
                    Protection::Keystore => message!("encrypted under a key of the device's keystore"),
                    Protection::FileMode => message!("in a file that its owner alone can read"),
                },
            ),
            Fact::new(message!("Entries"), self.checkpoint.size),
            Fact::new(message!("Root over them"), self.checkpoint.root.to_string()),
            Fact::new(message!("Witness"), self.witness()),
        ]);
        facts.extend(self.versions.iter().map(|installed| {
            let program = format!("{} {}", installed.software.name, installed.software.version);
            let since = message!("{program}, since {at}", program = program.as_str(), at = installed.at);
            let known = message!(
                "{program}, since {at} (event {code})",
                program = program.as_str(),
                at = installed.at,
                code = installed.code.unwrap_or_default()
            );
            Fact::new(message!("Version"), if installed.code.is_some() { known } else { since })
        }));
        facts.push(Fact::new(
            message!("Last closing"),
            self.last_closing.as_ref().map_or_else(
                || message!("none yet"),
                |last| {
                    message!(
                        "{period} no. {number}, up to {date}, sealed {at}",
                        period = named(last.period),
                        number = last.number,
                        date = last.last_date,
                        at = last.at
                    )
                },
            ),
        ));
        facts.push(Fact::new(
            message!("Last archive"),
            self.last_archive.as_ref().map_or_else(
                || message!("none yet"),
                |last| {
                    message!(
                        "no. {number} ({period}), recorded {at}",
                        number = last.number,
                        period = named(last.period),
                        at = last.at
                    )
                },
            ),
        ));
        facts.push(Fact::new(
            message!("Tax inspection"),
            self.inspected_since
                .map_or_else(|| message!("none goes on"), |since| message!("goes on since {at}", at = since)),
        ));
        facts
    }

    /// All of it, a line for each fact.
    pub fn text(&self, translations: &Translations) -> String {
        let line = |fact: &Fact| {
            let Fact { label, value } = fact.clone();
            translations.say(&message!("{label}: {value}", label = label, value = value)) + "\n"
        };
        self.facts().iter().map(line).collect()
    }

    /// What all versions of this major one begin with: the number before the first point, as events 250 and 255 count.
    pub fn major_root(&self) -> &str {
        self.software.version.split('.').next().unwrap_or(&self.software.version)
    }

    fn witness(&self) -> Message {
        let Some((size, time)) = self.witnessed else { return message!("none has countersigned yet") };
        let day = i64::try_from(time).ok().and_then(Date::of_unix);
        message!(
            "countersigned up to entry {size}, on {date}",
            size = size,
            date = day.map_or_else(|| Arg::from(time), Arg::from)
        )
    }
}

fn named(period: Period) -> Message {
    match period {
        Period::Day => message!("day"),
        Period::Month => message!("month"),
        Period::Year => message!("fiscal year"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use comptoir_fiscal::entry::{Merchant, Store, Succeeds};
    use comptoir_fiscal::language::Language;
    use comptoir_fiscal::values::FiscalYearStart;

    use super::*;

    /// A till that has everything there is to say.
    pub(crate) fn sample() -> Certification {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let register: RegisterId = "0192f0c1-2d3e-7f40-8a51-60718293a4b5".parse().unwrap();
        let software = |version: &str| Software { name: "comptoir".to_owned(), version: version.to_owned() };
        let (address, name) = ("1 rue de l'Exemple, 75000 Paris".to_owned(), "Exemple".to_owned());
        Certification {
            at: at("2026-11-25T09:00:00+01:00"),
            software: software("1.2.0"),
            fiscal: FiscalPart::built_in(),
            register,
            settings: Genesis {
                currency: "EUR".to_owned(),
                day_ends_at: "05:00".parse().unwrap(),
                fiscal_year_starts: FiscalYearStart::JANUARY,
                label: "01-2".to_owned(),
                merchant: Merchant {
                    address: address.clone(),
                    naf: "4711F".to_owned(),
                    name: name.clone(),
                    siret: "00000000000000".to_owned(),
                    vat_number: "FR00000000000".to_owned(),
                },
                mode: Mode::Live,
                public_key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
                software: software("1.2.0"),
                store: Store { address, id: "1".to_owned(), name },
                succeeds: Some(Succeeds { checkpoint: None, register }),
                time_zone: "Europe/Paris".to_owned(),
            },
            fingerprint: Hash::ZERO,
            protection: Protection::FileMode,
            founded: at("2026-11-20T10:00:00+01:00"),
            checkpoint: Statement { register, size: 1234, root: Hash::ZERO },
            witnessed: Some((1000, 1_764_000_000)),
            versions: vec![
                Installed { at: at("2026-11-20T10:00:00+01:00"), code: None, software: software("0.9.0") },
                Installed { at: at("2026-11-22T08:00:00+01:00"), code: Some(250), software: software("1.2.0") },
            ],
            last_closing: Some(LastClosing {
                period: Period::Day,
                number: 3,
                last_date: "2026-11-24".parse().unwrap(),
                at: at("2026-11-24T20:00:00+01:00"),
            }),
            last_archive: Some(LastArchive {
                period: Period::Month,
                number: 1,
                sha256: Hash::ZERO,
                at: at("2026-11-24T20:01:00+01:00"),
            }),
            inspected_since: Some(at("2026-11-25T08:30:00+01:00")),
        }
    }

    #[test]
    fn all_that_the_screen_asks_for_is_said_in_french_and_no_certificate_is_claimed() {
        let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
        let said = sample().text(&french);
        for part in [
            "Preuve de conformité\u{a0}: aucun certificat\u{202f}; conçu selon NF525\n",
            "Logiciel\u{a0}: comptoir 1.2.0\n",
            "Partie fiscale\u{a0}: comptoir-fiscal ",
            version::SOURCES_SHA256,
            "SIRET\u{a0}: 00000000000000\n",
            "comptoir 1.2.0, depuis le 22/11/2026 à 08:00:00 (événement 250)\n",
            "contresigné jusqu’à l’écriture 1\u{202f}000, le 24/11/2025\n",
            "journée n°\u{a0}3, jusqu’au 24/11/2026, scellée le 24/11/2026 à 20:00:00\n",
            "en cours depuis le 25/11/2026 à 08:30:00\n",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("certifié"), "{said}");
    }

    #[test]
    fn the_root_of_a_major_version_is_what_the_events_count_by() {
        assert_eq!(sample().major_root(), "1");
    }
}
