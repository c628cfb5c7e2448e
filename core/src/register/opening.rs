//! Founding a shop's first register, opening it again, and going on after its journal was put back to an earlier state.

use std::collections::{BTreeMap, BTreeSet};

use comptoir_fiscal::entry::{Body, Genesis, Merchant, Mode, SYSTEM, Store, Succeeds};
use comptoir_fiscal::journal::key_file::{self, Entropy, Protection};
use comptoir_fiscal::journal::{Journal, LeftJournal, OpenError};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::standing::{self, Standing};
use comptoir_fiscal::values::{DayEnd, FiscalYearStart, Instant, RegisterId};
use zeroize::Zeroizing;

use super::arrival::AWAITED;
use super::catalogue::Shelf;
use super::{Platform, Register, RegisterError, Validity, uuid_v7};
use crate::catalogue::Catalogue;
use crate::data_folder::{CURRENT_JOURNAL, DataFolder};
use crate::operators::{Gates, Operator};
use crate::projection::{self, ProjectionError};
use crate::shop::Shop;
use crate::terms::Rules;
use crate::voucher::OfflinePolicy;

const ROLLED_BACK: &str = "Retour en arrière du journal soupçonné";

pub(crate) const RULES: &str = "rules";
pub(crate) const GATES: &str = "gates";
pub(crate) const VALIDITY: &str = "voucher validity";
pub(crate) const VOUCHERS_OFFLINE: &str = "vouchers offline";

/// What a new shop is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as in the genesis of a journal")]
pub struct Founding {
    pub merchant: Merchant,
    pub store: Store,
    pub label: String,
    pub time_zone: String,
    pub mode: Mode,
    pub day_ends_at: DayEnd,
    pub fiscal_year_starts: FiscalYearStart,
    pub catalogue: Catalogue,
    pub operators: Vec<Operator>,
    pub rules: Rules,
}

/// What the operator is to be told about how the register opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The journal was put back to an earlier state. It was left as it is, and a new one was begun.
    Succeeded {
        /// The journal that was left.
        old: RegisterId,
        /// How many entries it has.
        found: u64,
        /// How many it once had.
        known: u64,
    },
    /// The journal's file is lost or damaged. It was left as it is, and a new one was begun.
    Damaged {
        /// The journal that was left.
        old: RegisterId,
        /// How many entries it is known to have had.
        known: u64,
    },
    /// A journal no longer holds what it signed, as somebody showed. It was left as it is, and a new one was begun.
    Convicted {
        /// The journal that was left.
        old: RegisterId,
    },
    /// The program ended by a fault of its own the last time. What was sealed is sealed, and what was held is back.
    Fault {
        /// Where in the program.
        place: String,
    },
    /// The copy that follows each closing of a day could not be made.
    BackupFailed {
        /// Why, and what to do.
        why: Message,
    },
    /// Months or years that are closed could not be archived. It is tried again after the next closing and start.
    ArchiveFailed {
        /// Why, and what to do.
        why: Message,
    },
}

impl Register {
    /// Founds a shop in a folder that holds none.
    pub fn found(folder: DataFolder, founding: Founding, mut platform: Platform) -> Result<Register, RegisterError> {
        if folder.holds_a_shop() {
            return Err(RegisterError::ShopExists { folder: folder.root().display().to_string() });
        }
        std::fs::create_dir_all(folder.root()).map_err(|cause| io(&folder, cause))?;
        let genesis = Genesis {
            currency: "EUR".to_owned(),
            day_ends_at: founding.day_ends_at,
            fiscal_year_starts: founding.fiscal_year_starts,
            label: founding.label,
            merchant: founding.merchant,
            mode: founding.mode,
            public_key: String::new(),
            software: platform.software.clone(),
            store: founding.store,
            succeeds: None,
            time_zone: founding.time_zone,
        };
        // From here on a founding that fails has left a shop.db that names no journal, and can be begun again.
        let mut shop = Shop::open(&folder.shop())?;
        let (journal, protection) = begin(&folder, genesis, &mut platform)?;
        shop.replace_catalogue(&founding.catalogue)?;
        shop.replace_operators(&founding.operators)?;
        shop.set(RULES, &founding.rules)?;
        shop.set(CURRENT_JOURNAL, &journal.standing().register)?;
        let mut register = Register::assemble(folder, platform, journal, protection, shop)?;
        register.tell_of_key()?;
        register.start()?;
        Ok(register)
    }

    /// Opens the shop in a folder. `progress` hears how many of how many entries are read, where its head is lost or, after
    /// an update, what is derived from the journal is derived anew.
    pub fn open(
        folder: DataFolder,
        mut platform: Platform,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Register, RegisterError> {
        let none = || RegisterError::NoShop { folder: folder.root().display().to_string() };
        if !folder.shop().exists() {
            return Err(none());
        }
        super::room::make_way(&folder);
        let shop = Shop::open(&folder.shop())?;
        let opened = open_journal(&folder, &shop, &mut platform, &mut progress)?.ok_or_else(none)?;
        let mut register = Register::opened(folder, platform, opened, shop)?;
        register.derive_from_left_journals()?;
        projection::catch_up_telling(&mut register.shop, &register.journal, &mut progress)?;
        register.start()?;
        Ok(register)
    }

    /// Assembles a register around a journal that was opened, and says first what there is to be said of it.
    pub(super) fn opened(
        folder: DataFolder,
        platform: Platform,
        opened: Opened,
        shop: Shop,
    ) -> Result<Register, RegisterError> {
        let mut register = Register::assemble(folder, platform, opened.journal, opened.protection, shop)?;
        let is_new = register.journal.standing().size() == 1;
        if let Some(notice) = opened.left {
            register.succeed(notice, is_new)?;
        }
        if is_new {
            register.tell_of_key()?;
        }
        Ok(register)
    }

    /// Takes up the journal that goes on where another was left; a new one says so first.
    fn succeed(&mut self, notice: Notice, is_new: bool) -> Result<(), RegisterError> {
        let (code, label, detail) = match &notice {
            Notice::Succeeded { old, found, known } => {
                (911, ROLLED_BACK, format!("{old}: {found} entrées au lieu de {known}"))
            }
            Notice::Convicted { old } => (911, ROLLED_BACK, format!("{old}: une preuve présentée n'y est plus")),
            Notice::Damaged { old, known } => (
                90,
                "Défaut d'intégrité du journal",
                format!("{old}: fichier absent ou endommagé, {known} entrées connues"),
            ),
            Notice::Fault { .. } | Notice::BackupFailed { .. } | Notice::ArchiveFailed { .. } => return Ok(()),
        };
        if is_new {
            self.record(code, label, Some(detail))?;
        }
        self.shop.set(CURRENT_JOURNAL, &self.id())?;
        self.notices.push(notice);
        Ok(())
    }

    pub(super) fn assemble(
        folder: DataFolder,
        platform: Platform,
        journal: Journal,
        protection: Protection,
        shop: Shop,
    ) -> Result<Register, RegisterError> {
        let operators: BTreeMap<String, Operator> =
            shop.operators()?.into_iter().map(|operator| (operator.id.clone(), operator)).collect();
        Ok(Register {
            shelf: Shelf::new(shop.catalogue()?),
            rules: shop.setting::<Rules>(RULES)?.unwrap_or_default(),
            gates: shop.setting::<Gates>(GATES)?.unwrap_or_default(),
            validity: shop.setting::<Validity>(VALIDITY)?.unwrap_or_default(),
            vouchers_offline: shop.setting::<OfflinePolicy>(VOUCHERS_OFFLINE)?.unwrap_or_default(),
            signed_in: BTreeSet::new(),
            notices: Vec::new(),
            waiting: BTreeMap::new(),
            paid: Vec::new(),
            backup_due: false,
            printer_fails: false,
            has_room: super::room::has_room(&folder),
            day_begun: super::DayBegun::default(),
            office: super::Office::of(&shop, journal.standing().register)?,
            sure_of: journal.standing().at,
            folder,
            platform,
            journal,
            left: BTreeMap::new(),
            awaited: shop.setting(AWAITED)?.unwrap_or_default(),
            arriving: None,
            protection,
            shop,
            operators,
        })
    }

    pub(super) fn start(&mut self) -> Result<(), RegisterError> {
        self.take_up_doubt()?;
        let ended = self.how_it_ended()?;
        if let Some(event) = self.update()? {
            self.record_event(SYSTEM, event)?;
            self.take_in_what_was_newer()?;
        }
        self.record(80, "Démarrage", ended)?;
        self.take_up()
    }

    /// Finds what a crash left half done, and brings everything up to date.
    pub(super) fn take_up(&mut self) -> Result<(), RegisterError> {
        self.recover_held()?;
        self.recover_print_jobs()?;
        self.recover_mails()?;
        self.settle()
    }

    /// Where the projections were thrown away, what they knew of journals that were left is derived again, oldest first. One
    /// that is damaged cannot be read, and what it held stays unknown.
    fn derive_from_left_journals(&mut self) -> Result<(), RegisterError> {
        let mut left = self.left_journals()?;
        left.sort_unstable();
        for register in left {
            if projection::knows(&self.shop, register)? {
                continue;
            }
            let Ok(journal) = LeftJournal::open(&self.folder.journal(register).database()) else { continue };
            let is_ours = journal
                .entry(0)
                .is_ok_and(|first| matches!(first.entry.body, Body::Genesis(genesis) if genesis.mode == self.mode()));
            if is_ours {
                match projection::catch_up(&mut self.shop, &journal) {
                    Err(ProjectionError::Journal(_)) => {}
                    derived => derived?,
                }
            }
        }
        Ok(())
    }

    pub(super) fn tell_of_key(&mut self) -> Result<(), RegisterError> {
        let how = match self.protection {
            Protection::Keystore => "chiffrée par le coffre de l'appareil",
            Protection::FileMode => "dans un fichier lisible par son seul propriétaire",
        };
        self.record(300, "Clé de signature créée", Some(how.to_owned()))
    }
}

/// A journal that was opened, or begun where the one before was put back to an earlier state.
pub(super) struct Opened {
    pub(super) journal: Journal,
    pub(super) protection: Protection,
    /// What there is to be said of the journal that was left for it.
    pub(super) left: Option<Notice>,
}

/// Opens the journal that a shop names as its own; none where it names none.
pub(super) fn open_journal(
    folder: &DataFolder,
    shop: &Shop,
    platform: &mut Platform,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<Opened>, RegisterError> {
    let Some(mut current) = shop.setting::<RegisterId>(CURRENT_JOURNAL)? else { return Ok(None) };
    let mut left = None;
    loop {
        let places = folder.journal(current);
        let (key, protection) = key_file::read(&places.key(), &*platform.keystore)?;
        let (journal, protection) = match Journal::open(places, key, &mut *progress) {
            Ok(journal) => (journal, protection),
            Err(OpenError::OlderThanHead { found, known, head }) => {
                left = Some(Notice::Succeeded { old: current, found, known });
                match successor_of(folder, current, platform)? {
                    Some(successor) => {
                        current = successor;
                        continue;
                    }
                    None => {
                        let checkpoint = head.held.as_ref().map(|held| held.checkpoint.clone());
                        begin(folder, successor(head.standing.genesis(), current, checkpoint), platform)?
                    }
                }
            }
            Err(error) if error.is_damage() => {
                let Some(standing) = last_known(folder, current, platform)? else { return Err(error.into()) };
                left = Some(Notice::Damaged { old: current, known: standing.size() });
                match successor_of(folder, current, platform)? {
                    Some(successor) => {
                        current = successor;
                        continue;
                    }
                    None => begin(folder, successor(standing.genesis(), current, None), platform)?,
                }
            }
            Err(error) => return Err(error.into()),
        };
        return Ok(Some(Opened { journal, protection, left }));
    }
}

/// Where a journal that cannot be opened stood, by what is left of it.
fn last_known(
    folder: &DataFolder,
    journal: RegisterId,
    platform: &Platform,
) -> Result<Option<Standing>, RegisterError> {
    let places = folder.journal(journal);
    let (key, _) = key_file::read(&places.key(), &*platform.keystore)?;
    Ok(Journal::last_known(&places, journal, &key))
}

/// Begins a journal: a new identity, a new key, a genesis.
pub(super) fn begin(
    folder: &DataFolder,
    genesis: Genesis,
    platform: &mut Platform,
) -> Result<(Journal, Protection), RegisterError> {
    let zone = standing::time_zone(&genesis)?;
    let mut random = [0; 10];
    platform.random.fill(&mut random)?;
    let now = platform.clock.now();
    let millis = u64::try_from(now).unwrap_or_default().saturating_mul(1000);
    let register = RegisterId::new(uuid_v7(millis, random));
    let mut entropy = Entropy { seed: Zeroizing::new([0; 32]), wrapping_key: Zeroizing::new([0; 32]), nonce: [0; 24] };
    platform.random.fill(&mut *entropy.seed)?;
    platform.random.fill(&mut *entropy.wrapping_key)?;
    platform.random.fill(&mut entropy.nonce)?;
    let places = folder.journal(register);
    std::fs::create_dir_all(&places.folder).map_err(|cause| io(folder, cause))?;
    let (key, protection) = key_file::create(&places.key(), register, &entropy, &*platform.keystore)?;
    let genesis = Genesis { public_key: key.public().to_base64(), ..genesis };
    let at = Instant::from_unix(now, zone).or_else(|| Instant::from_unix(0, zone));
    let at = at.ok_or_else(|| standing::StandingError::TimeZone(genesis.time_zone.clone()))?;
    Ok((Journal::create(places, register, genesis, key, at)?, protection))
}

/// The journal that was begun when another was left, where `shop.db` does not know of it: the power went in between, or
/// an older copy of it was put back. Without this a second successor would bear the same label.
fn successor_of(
    folder: &DataFolder,
    left: RegisterId,
    platform: &Platform,
) -> Result<Option<RegisterId>, RegisterError> {
    for entry in std::fs::read_dir(folder.journals()).map_err(|cause| io(folder, cause))? {
        let name = entry.map_err(|cause| io(folder, cause))?.file_name();
        let Some(register) = name.to_str().and_then(|name| name.parse::<RegisterId>().ok()) else { continue };
        let places = folder.journal(register);
        let Ok((key, _)) = key_file::read(&places.key(), &*platform.keystore) else { continue };
        let succeeds = match Journal::open(places, key, |_, _| ()) {
            Ok(journal) => journal.standing().genesis().succeeds.clone(),
            Err(OpenError::OlderThanHead { head, .. }) => head.standing.genesis().succeeds.clone(),
            Err(_) => continue,
        };
        if succeeds.is_some_and(|succeeds| succeeds.register == left) {
            return Ok(Some(register));
        }
    }
    Ok(None)
}

/// The genesis of the journal that goes on where one was left: a label of its own, as none is used twice.
pub(super) fn successor(old: &Genesis, register: RegisterId, checkpoint: Option<String>) -> Genesis {
    let (stem, count) = match old.label.rsplit_once('-').and_then(|(stem, n)| Some((stem, n.parse::<u32>().ok()?))) {
        Some((stem, count)) => (stem, count + 1),
        None => (old.label.as_str(), 2),
    };
    let succeeds = Some(Succeeds { checkpoint, register });
    Genesis { label: format!("{stem}-{count}"), succeeds, ..old.clone() }
}

fn io(folder: &DataFolder, cause: std::io::Error) -> RegisterError {
    RegisterError::Journal(OpenError::Io { path: folder.root().to_owned(), cause })
}
