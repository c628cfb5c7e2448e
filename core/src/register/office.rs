//! What the register has to do with a back office: where it is enrolled, what of its journal has arrived there, and what
//! the back office's witness has countersigned. What is said over the network is none of its business.
//!
//! All of it can be lost without harm: the back office tells again what it holds, and nothing is sent that was not sealed.

use comptoir_fiscal::checkpoint::{Checkpoint, Statement, Witness};
use comptoir_fiscal::entry::{Body, Mode, SYSTEM};
use comptoir_fiscal::journal::{EventDraft, key_file};
use comptoir_fiscal::key::{DeviceKey, PublicKey};
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::{Hash, Instant, RegisterId};
use serde::{Deserialize, Serialize};

use super::{Register, RegisterError};
use crate::shop::Shop;

const BACK_OFFICE: &str = "back office";
const SENT: &str = "sent to the back office";
const SUSPECTED: &str = "suspected of the back office";
const LIMIT: &str = "longest time offline";
const METERED: &str = "metered link";

/// The settings that are of this device and this moment, and go nowhere else.
pub(crate) const KEPT_HERE: [&str; 6] =
    [SENT, SUSPECTED, METERED, super::sharing::FEED, super::backup::LAST, "projections"];

/// Event: a till was added to a central system.
const ADDED: u32 = 126;
/// Event: a checkpoint that a witness countersigned is held.
const HELD: u32 = 913;
/// Event: the longest time offline has passed.
const OFFLINE: u32 = 922;

/// At most so many lines are sent at once, and at most so many bytes (`sync.md`, "Up").
pub const PIECE_LINES_MAX: usize = 1000;
/// See [`PIECE_LINES_MAX`]; a single line that is longer goes alone.
pub const PIECE_BYTES_MAX: usize = 1 << 20;

/// For how long a till goes by what the back office said last, as if it said it now. It says it at least twice as often.
const IN_STEP_SECONDS: i64 = 60;

/// How long a till may be out of touch where the shop has not said: three days.
const LIMIT_HOURS: u32 = 72;

/// The back office that a till is enrolled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackOffice {
    /// Where it is reached, such as `https://caisse.example:8443`.
    pub address: String,
    /// The name that its witness signs under.
    pub witness: String,
    /// The witness's public key, in base64.
    pub witness_key: String,
    /// The SHA-256 of its certificate, in hex, where it made that itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The journal that was enrolled there.
    pub register: RegisterId,
}

impl BackOffice {
    /// Whose countersignatures count. None where its key cannot be read.
    pub fn witness(&self) -> Option<Witness> {
        let public_key = PublicKey::from_base64(&self.witness_key).ok()?;
        Some(Witness { name: self.witness.clone(), public_key })
    }
}

/// How much of a journal is known to lie in the back office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Of which journal.
    pub register: RegisterId,
    /// The tree over the entries that lie there.
    pub frontier: Frontier,
}

/// Some lines that are to be sent.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Of which journal.
    pub register: RegisterId,
    /// The seq of the first.
    pub from: u64,
    /// The sealed lines, each with its newline; none where nothing is to be sent.
    pub lines: Vec<Vec<u8>>,
    /// The tree over all entries up to and with them.
    pub frontier: Frontier,
    /// The register's own checkpoint over the same.
    pub checkpoint: Checkpoint,
}

/// How the till stands with its back office, for the edge of every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTouch {
    /// How many entries wait to be sent.
    pub waiting: u64,
    /// When the oldest of them was sealed; none where nothing waits.
    pub oldest: Option<Instant>,
    /// For how many hours a till may be out of touch.
    pub limit_hours: u32,
}

impl InTouch {
    /// For how many seconds something has waited, at `now`.
    pub fn offline_for(&self, now: Instant) -> i64 {
        self.oldest.map_or(0, |oldest| (now.unix() - oldest.unix()).max(0))
    }

    /// Whether the longest time offline has passed.
    pub fn is_over_limit(&self, now: Instant) -> bool {
        self.offline_for(now) > i64::from(self.limit_hours) * 3600
    }
}

/// What casts doubt on the journal or on the back office; each is recorded once, and the till sells on (`sync.md`, "Up").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// The back office holds fewer entries than it acknowledged.
    OfficeWentBack {
        /// How many it acknowledged.
        acknowledged: u64,
        /// How many it holds now.
        holds: u64,
    },
    /// The back office states another root than the entries have.
    OtherRoot {
        /// For how many entries.
        size: u64,
        /// Which root it states.
        root: Hash,
    },
    /// A countersignature is not that of the witness that the till was enrolled with.
    OtherWitness,
    /// The back office holds other entries of this journal, signed by this till's key.
    Fork {
        /// The seq of the first that differs.
        seq: u64,
    },
    /// The back office gave another journal than it had countersigned, in the place of one that was lost with its device.
    OtherPast {
        /// Which journal.
        register: RegisterId,
    },
    /// The back office refuses what the journal holds.
    Refused {
        /// Why, as it says.
        why: String,
    },
}

impl Suspicion {
    fn event(&self) -> EventDraft {
        let (code, label, detail) = match self {
            Suspicion::OfficeWentBack { acknowledged, holds } => {
                (911, "Retour en arrière du back-office", format!("{holds} entrées au lieu de {acknowledged}"))
            }
            Suspicion::OtherRoot { size, root } => {
                (912, "Autre racine montrée par le back-office", format!("{size}:{root}"))
            }
            Suspicion::OtherWitness => (912, "Contreseing d'un autre témoin", String::new()),
            Suspicion::Fork { seq } => (912, "Autre histoire détenue par le back-office", format!("entrée {seq}")),
            Suspicion::OtherPast { register } => (912, "Autre passé rendu par le back-office", register.to_string()),
            Suspicion::Refused { why } => (916, "Refus du témoin", why.chars().take(200).collect()),
        };
        let detail = (!detail.is_empty()).then_some(detail);
        EventDraft { code, label: label.to_owned(), detail, set: None }
    }
}

/// What the register remembers of its back office.
#[derive(Clone, Debug, Default)]
pub(super) struct Office {
    enrolled: Option<BackOffice>,
    sent: Option<Sent>,
    /// When the oldest entry that waits was sealed, and which it is.
    oldest: Option<(u64, Instant)>,
    limit_hours: u32,
    /// Whether it was recorded that the till is out of touch for too long.
    is_over_limit: bool,
    /// Whether what is carried is paid for.
    is_metered: bool,
    /// When the back office last said that nothing is shared that this till has not; unix seconds.
    in_step: Option<i64>,
}

impl Office {
    pub(super) fn of(shop: &Shop, register: RegisterId) -> Result<Office, RegisterError> {
        let sent = shop.setting::<Option<Sent>>(SENT)?.flatten().filter(|sent| sent.register == register);
        let limit_hours = shop.setting(LIMIT)?.unwrap_or(LIMIT_HOURS);
        let (enrolled, is_metered) = (shop.setting(BACK_OFFICE)?, shop.setting(METERED)?.unwrap_or_default());
        Ok(Office { enrolled, sent, limit_hours, is_metered, ..Office::default() })
    }
}

impl Register {
    /// Hears from the back office that nothing is shared just now that this till has not.
    pub fn in_step(&mut self) {
        self.office.in_step = Some(self.platform.clock.now());
    }

    /// Whether the till knows what the back office knows, up to this moment.
    pub(super) fn is_in_step(&self) -> bool {
        let since = self.office.in_step.map(|said| self.platform.clock.now() - said);
        since.is_some_and(|seconds| (0..=IN_STEP_SECONDS).contains(&seconds))
    }

    /// The back office that the till is enrolled with.
    pub fn back_office(&self) -> Option<&BackOffice> {
        self.office.enrolled.as_ref()
    }

    /// Keeps that the till is enrolled with a back office, from now on this one (event 126).
    pub fn enrolled(&mut self, back_office: BackOffice) -> Result<(), RegisterError> {
        let detail = format!("{} {}", back_office.witness, back_office.witness_key);
        self.record(ADDED, "Caisse reliée au back-office", Some(detail))?;
        self.shop.set(BACK_OFFICE, &back_office)?;
        self.shop.set::<Option<Sent>>(SENT, &None)?;
        self.shop.set::<Vec<String>>(SUSPECTED, &Vec::new())?;
        self.shop.set::<Option<()>>(super::sharing::FEED, &None)?;
        self.office = Office::of(&self.shop, self.id())?;
        Ok(())
    }

    /// The key of the journal that was enrolled, where this one took its place on the same device: it vouches for this one.
    /// None where this journal is enrolled itself, or the device has not that key.
    pub fn voucher_key(&self) -> Option<(RegisterId, DeviceKey)> {
        let enrolled = self.office.enrolled.as_ref()?.register;
        if enrolled == self.id() || self.mode() == Mode::Training {
            return None;
        }
        let places = self.folder.journal(enrolled);
        let (key, _) = key_file::read(&places.key(), &*self.platform.keystore).ok()?;
        Some((enrolled, key))
    }

    /// Keeps that the back office took this journal in the place of the one that was enrolled.
    pub fn vouched_for(&mut self) -> Result<(), RegisterError> {
        let Some(mut back_office) = self.office.enrolled.clone() else { return Ok(()) };
        back_office.register = self.id();
        self.shop.set(BACK_OFFICE, &back_office)?;
        self.office = Office::of(&self.shop, self.id())?;
        Ok(())
    }

    /// How the till stands with its back office; none where it is enrolled with none, and in school mode, whose journal
    /// stays on the till.
    pub fn in_touch(&mut self) -> Result<Option<InTouch>, RegisterError> {
        if self.office.enrolled.is_none() || self.mode() == Mode::Training {
            return Ok(None);
        }
        let size = self.journal.standing().size();
        let from = self.office.sent.as_ref().map_or(0, |sent| sent.frontier.size());
        let waiting = size.saturating_sub(from);
        let oldest = match self.office.oldest {
            _ if waiting == 0 => None,
            Some((seq, at)) if seq == from => Some((seq, at)),
            _ => Some((from, self.journal.entry(from)?.entry.at)),
        };
        self.office.oldest = oldest;
        let limit_hours = self.office.limit_hours;
        Ok(Some(InTouch { waiting, oldest: oldest.map(|(_, at)| at), limit_hours }))
    }

    /// For how many hours the till may be out of touch before that is recorded.
    pub fn set_offline_limit(&mut self, hours: u32) -> Result<(), RegisterError> {
        self.shop.set(LIMIT, &hours)?;
        self.office.limit_hours = hours;
        Ok(())
    }

    /// Whether what goes to the back office and comes from it is paid for, as with a telephone's subscription: then pictures
    /// stay where they are.
    pub fn is_metered(&self) -> bool {
        self.office.is_metered
    }

    /// Says whether that is paid for. Once it is not, the pictures that were left out are asked for and brought.
    pub fn set_metered(&mut self, is_metered: bool) -> Result<(), RegisterError> {
        self.shop.set(METERED, &is_metered)?;
        self.office.is_metered = is_metered;
        if is_metered { Ok(()) } else { self.take_in_what_was_left_out() }
    }

    /// Records once (event 922) that the longest time offline has passed; whether it has.
    pub fn watch_offline_time(&mut self) -> Result<bool, RegisterError> {
        let now = self.now();
        let is_over = self.in_touch()?.is_some_and(|in_touch| in_touch.is_over_limit(now));
        if is_over && !self.office.is_over_limit {
            let detail = format!("{} h", self.office.limit_hours);
            self.record(OFFLINE, "Durée maximale hors ligne dépassée", Some(detail))?;
        }
        self.office.is_over_limit = is_over;
        Ok(is_over)
    }

    /// How much of the journal is known to lie in the back office.
    pub fn sent(&self) -> Option<&Sent> {
        self.office.sent.as_ref()
    }

    /// The tree over the first `size` entries, read from `before`, which is no larger; at most `most` entries further, so
    /// that whoever asks for a large one asks in slices. None where the journal is shorter than `size`.
    pub fn tree_towards(&self, before: &Frontier, size: u64, most: u64) -> Result<Option<Frontier>, RegisterError> {
        if size > self.journal.standing().size() {
            return Ok(None);
        }
        let mut frontier = before.clone();
        let to = size.min(before.size().saturating_add(most));
        for line in self.journal.lines(before.size(), to)? {
            frontier.push(self.hash_of(&line, frontier.size())?);
        }
        Ok(Some(frontier))
    }

    /// What follows the first entries of the journal, over which `sent` is the tree: as much as is sent at once, ending at
    /// a closing.
    pub fn piece_after(&self, sent: &Frontier) -> Result<Piece, RegisterError> {
        let (from, size) = (sent.size(), self.journal.standing().size());
        let to = size.min(from.saturating_add(PIECE_LINES_MAX as u64));
        let mut piece = Vec::new();
        let (mut bytes, mut frontier) = (0, sent.clone());
        for line in self.journal.lines(from, to)? {
            bytes += line.len();
            if bytes > PIECE_BYTES_MAX && !piece.is_empty() {
                break;
            }
            let sealed = sealed::read(&line).map_err(|cause| line_error(frontier.size(), cause))?;
            frontier.push(sealed.hash);
            piece.push(line);
            if matches!(sealed.entry.body, Body::Closing(_)) {
                break;
            }
        }
        let register = self.id();
        let statement = Statement { register, size: frontier.size(), root: frontier.root() };
        let checkpoint = Checkpoint::sign(statement, self.journal.key());
        Ok(Piece { register, from, lines: piece, frontier, checkpoint })
    }

    /// Keeps that the back office holds the entries under a tree, and what its witness countersigned of them, which the next
    /// closing carries. False where that is not countersigned by the witness that the till was enrolled with.
    pub fn acknowledged(&mut self, frontier: Frontier, checkpoint: &Checkpoint) -> Result<bool, RegisterError> {
        let Some(witness) = self.office.enrolled.as_ref().and_then(BackOffice::witness) else { return Ok(false) };
        let is_first = self.journal.witnessed().is_none();
        if !self.journal.hold_countersigned(checkpoint, &witness) {
            return Ok(false);
        }
        if is_first {
            let detail = format!("{} {}", witness.name, checkpoint.statement.size);
            self.record(HELD, "Contreseing du témoin reçu", Some(detail))?;
        }
        self.keep_sent(frontier)?;
        Ok(true)
    }

    /// Keeps how much of the journal the back office says that it holds.
    pub fn keep_sent(&mut self, frontier: Frontier) -> Result<(), RegisterError> {
        let sent = Sent { register: self.id(), frontier };
        self.office.sent = Some(sent);
        self.shop.set(SENT, &self.office.sent)?;
        Ok(())
    }

    /// Records what casts doubt on the journal or on the back office, once each; whether it is new.
    pub fn suspect(&mut self, suspicion: &Suspicion) -> Result<bool, RegisterError> {
        let event = suspicion.event();
        let said = format!("{} {} {}", self.id(), event.code, event.detail.as_deref().unwrap_or(&event.label));
        let mut known = self.shop.setting::<Vec<String>>(SUSPECTED)?.unwrap_or_default();
        if known.contains(&said) {
            return Ok(false);
        }
        self.record_event(SYSTEM, event)?;
        known.push(said);
        self.shop.set(SUSPECTED, &known)?;
        Ok(true)
    }

    fn hash_of(&self, line: &[u8], seq: u64) -> Result<Hash, RegisterError> {
        Ok(sealed::read(line).map_err(|cause| line_error(seq, cause))?.hash)
    }
}

fn line_error(seq: u64, cause: comptoir_fiscal::sealed::LineError) -> RegisterError {
    comptoir_fiscal::journal::OpenError::Line { seq, cause }.into()
}
