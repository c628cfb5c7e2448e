//! The register: commands in, sealed entries out, in order, each once.
//!
//! It owns the journal and `shop.db`. A command is checked, sealed and only then answered; what can wait (head,
//! projections) is done by [`Register::settle`] after the answer. [`Desk`] runs it on a thread of its own.

mod archivist;
mod arrival;
mod backup;
mod books;
mod catalogue;
mod clock;
mod command;
mod correction;
mod desk;
mod drawer;
mod elsewhere;
mod error;
mod exchange;
mod fault;
mod guard;
mod held;
mod history;
mod inspection;
mod mailing;
mod office;
mod opening;
mod papers;
mod people;
mod printing;
mod readiness;
mod room;
mod rules;
mod school;
mod settings;
mod sharing;
mod status;
mod tables;
mod verifying;
mod vouchers;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use comptoir_fiscal::entry::{Body, Mode, Period, SYSTEM, Software, TicketRef};
use comptoir_fiscal::journal::key_file::{Keystore, Protection};
use comptoir_fiscal::journal::{Archived, CommandError, CommandId, Draft, EventDraft, Journal, LeftJournal, Span};
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::{Cents, Date, Instant, RegisterId};
use uuid::Uuid;

pub use archivist::{Archiving, Archivist};
pub use arrival::{ARRIVING_AT_ONCE, Arrival, ArrivingSoFar, LostJournal, Offer};
pub use backup::{BackedUp, Restored};
pub use books::{ArchiveSummary, Archives, ClosingSummary, EventPage, EventSummary, JournalStanding, Verified};
use catalogue::Shelf;
pub use clock::ClockLeap;
use command::Work;
pub use command::{Answer, Command, PayBack, Request};
pub use desk::{Desk, DeskArchiveError, DeskClosed, DeskKitError};
pub use drawer::{DrawerDay, DrawerEntry};
pub use error::{Refusal, RegisterError};
pub use exchange::{Exchange, ExchangeBegun};
use exchange::{are_an_exchange, spends_all_of};
pub use fault::remember_fault;
pub use inspection::Inspection;
pub use mailing::{DeskPostError, MailDraft};
pub(crate) use office::KEPT_HERE;
use office::Office;
pub use office::{BackOffice, InTouch, PIECE_BYTES_MAX, PIECE_LINES_MAX, Piece, Sent, Suspicion};
pub use opening::{Founding, Notice};
pub(crate) use opening::{GATES, RULES, VALIDITY, VOUCHERS_OFFLINE};
pub(crate) use papers::PAPER_SETTINGS;
pub use people::{Approval, Change, Credential};
pub use readiness::Readiness;
pub use rules::RulesChange;
pub use school::NotChanged;
pub use settings::SettingsChange;
pub use sharing::{Outgoing, TakingIn};
use status::DayBegun;
pub use status::Status;
pub(crate) use verifying::Wanted;
pub use verifying::{VerifyingError, verify_journal};
pub use vouchers::Validity;

use crate::arriving::{Arriving, Awaited};
use crate::data_folder::DataFolder;
use crate::operators::{Gates, Operator};
use crate::outside::{Clock, Random};
use crate::projection;
use crate::shop::Shop;
use crate::terms::{Rules, Terms};
use crate::voucher::{OfflinePolicy, Voucher};

/// What the register needs of the device it runs on.
pub struct Platform {
    /// The time.
    pub clock: Box<dyn Clock>,
    /// Random bytes for keys and codes.
    pub random: Box<dyn Random>,
    /// Where the platform keeps secrets.
    pub keystore: Box<dyn Keystore + Send>,
    /// The program that runs.
    pub software: Software,
}

impl Platform {
    fn new_id(&mut self) -> Result<CommandId, RegisterError> {
        let mut random = [0; 10];
        self.random.fill(&mut random)?;
        let millis = u64::try_from(self.clock.now()).unwrap_or_default().saturating_mul(1000);
        Ok(CommandId::new(uuid_v7(millis, random)))
    }
}

/// The open register of one till.
pub struct Register {
    folder: DataFolder,
    platform: Platform,
    journal: Journal,
    /// The journals that were left and looked into since the start.
    left: BTreeMap<RegisterId, LeftJournal>,
    /// The journals of lost tills that have not arrived whole, the next one first.
    awaited: Vec<Awaited>,
    /// That one, where it was looked into.
    arriving: Option<Arriving>,
    protection: Protection,
    shop: Shop,
    shelf: Shelf,
    operators: BTreeMap<String, Operator>,
    signed_in: BTreeSet<String>,
    gates: Gates,
    rules: Rules,
    validity: Validity,
    vouchers_offline: OfflinePolicy,
    notices: Vec<Notice>,
    /// The tickets that wait, by the id of the command that will sell them; whether each is on the counter.
    waiting: BTreeMap<Uuid, bool>,
    /// Those of them that were paid and are not forgotten yet.
    paid: Vec<Uuid>,
    /// Whether a day was closed since the last copy was made, or tried.
    backup_due: bool,
    /// Up to when the clock is known to have been right.
    sure_of: Instant,
    /// Whether nothing was printed since the printer failed, so that an outage is recorded once.
    printer_fails: bool,
    /// Whether the room that is kept back is there, without which nothing is sold.
    has_room: bool,
    /// When the open day began.
    day_begun: DayBegun,
    /// What it has to do with a back office.
    office: Office,
}

impl Register {
    /// Does what a command asks: seals it durably, or refuses it and changes nothing. The same command again gets the
    /// same answer and is not sealed again.
    pub fn execute(&mut self, request: Request) -> Result<Answer, Refusal> {
        if request.command.adds_trade() {
            let done = self.execute_once(request);
            return match done {
                Err(refusal) if refusal.is_disk_full() => {
                    self.give_room_up();
                    Err(Refusal::DiskFull)
                }
                done => done,
            };
        }
        self.with_reserve(|register| register.execute_once(request.clone()), Refusal::is_disk_full)
    }

    fn execute_once(&mut self, request: Request) -> Result<Answer, Refusal> {
        let in_two = matches!(request.command, Command::Exchange(_));
        if let Some(seq) =
            self.journal.sealed_before(request.id).or_else(|error| self.reopen_after(error, request.id))?
        {
            return self.answered_before(seq, in_two);
        }
        if request.command.adds_trade() {
            self.keep_room()?;
        }
        if matches!(request.command, Command::Look(_)) {
            // Who looks takes no business date, and may have to find out why the clock is in doubt.
            self.remember_doubt()?;
        } else {
            self.check_clock()?;
        }
        let (id, at) = (request.id, self.now());
        let Request { operator, command, approvals, .. } = request;
        let Work { drafts, edit } = self.work(id, &operator, command, &approvals)?;
        if drafts.is_empty() {
            return Ok(Answer { lines: Vec::new(), vouchers: Vec::new(), repeated: false });
        }
        match self.journal.seal_unknown(id, at, &operator, drafts) {
            Ok(lines) => {
                self.trust_clock();
                self.backup_due |= closes_a_day(&lines);
                self.waits_no_longer(id);
                if let Some(edit) = edit {
                    let is_shared = edit.is_shared();
                    self.make(edit)?;
                    if is_shared {
                        self.stamp(&operator)?;
                    }
                }
                self.answer(lines, false)
            }
            Err(error) => {
                let not_written = not_written(&error);
                match self.reopen_after(error, id)? {
                    Some(seq) => {
                        self.waits_no_longer(id);
                        self.answered_before(seq, in_two)
                    }
                    None => Err(not_written),
                }
            }
        }
    }

    /// Closes what is over by the clock: days, months and years that are not empty.
    pub fn close_due(&mut self) -> Result<Vec<Sealed>, Refusal> {
        self.check_clock()?;
        let at = self.now();
        let close = |register: &mut Register| register.journal.close_due(at).map_err(Refusal::from);
        let lines = self.with_reserve(close, Refusal::is_disk_full)?;
        self.backup_due |= closes_a_day(&lines);
        Ok(lines)
    }

    /// Archives a closed period: the file is written and checked, then recorded. `progress` hears how much of how much is
    /// done, first of writing, then of checking. [`Desk::archive`] does it while others are served.
    pub fn archive(&mut self, span: Span, mut progress: impl FnMut(u64, u64)) -> Result<Archived, RegisterError> {
        let (id, at) = (self.new_command()?, self.now());
        let archive = |register: &mut Register| {
            register.journal.archive(span, id, at, SYSTEM, &mut progress).map_err(RegisterError::from)
        };
        let archived = self.with_reserve(archive, RegisterError::is_disk_full)?;
        self.settle()?;
        Ok(archived)
    }

    /// Records an archive that was written while others were served.
    fn record_archive(&mut self, archived: Archived) -> Result<Archived, RegisterError> {
        let (id, at) = (self.new_command()?, self.now());
        let record = |register: &mut Register| {
            register.journal.record_archive(archived.clone(), id, at, SYSTEM).map_err(RegisterError::from)
        };
        self.with_reserve(record, RegisterError::is_disk_full)
    }

    /// Writes the head and brings the projections up to date: what an answer did not wait for.
    pub fn settle(&mut self) -> Result<(), RegisterError> {
        self.with_reserve(Register::settle_once, RegisterError::is_disk_full)?;
        self.back_up_after_closing()
    }

    fn settle_once(&mut self) -> Result<(), RegisterError> {
        self.journal.settle()?;
        self.forget_what_was_paid()?;
        self.catch_up()
    }

    /// Throws the projections away and derives them from the journal again.
    pub fn rebuild_projections(&mut self) -> Result<(), RegisterError> {
        Ok(projection::rebuild(&mut self.shop, &self.journal)?)
    }

    /// Seals that the register stops (event 40), and leaves everything in order.
    pub fn stop(mut self) -> Result<(), RegisterError> {
        self.record(40, "Arrêt", None)?;
        self.settle()
    }

    /// Who may sign in.
    pub fn operators(&self) -> impl Iterator<Item = &Operator> {
        self.operators.values()
    }

    /// The rules of payment over time.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// For how long vouchers are good.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Which vouchers are taken without the network.
    pub fn vouchers_offline(&self) -> OfflinePolicy {
        self.vouchers_offline
    }

    /// The rules of payment on the business date that a sale would take now.
    pub fn terms(&self) -> Terms {
        self.rules.on(self.business_date())
    }

    /// The business date that a sale would take now.
    pub fn business_date(&self) -> Date {
        self.journal.standing().date_for(self.now())
    }

    /// The time now, as the journal writes it.
    pub fn now(&self) -> Instant {
        let zone = self.journal.zone();
        Instant::from_unix(self.platform.clock.now(), zone).unwrap_or(self.journal.standing().at)
    }

    /// The journal, for reading.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The folder of its data.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// The journal's identity.
    pub fn id(&self) -> RegisterId {
        self.journal.standing().register
    }

    /// Live or school.
    pub fn mode(&self) -> Mode {
        self.journal.standing().genesis().mode
    }

    /// How the device's key lies on the disk.
    pub fn key_protection(&self) -> Protection {
        self.protection
    }

    /// What the operator is to be told about how the register opened.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// A ticket of this till's journals, as it was sealed.
    pub fn ticket(&mut self, ticket: TicketRef) -> Result<Sealed, Refusal> {
        self.catch_up()?;
        let unknown = || Refusal::UnknownTicket { number: ticket.number };
        let seq = projection::tickets::seq_of(&self.shop, ticket).map_err(RegisterError::from)?;
        self.line_of(ticket.register, seq.ok_or_else(unknown)?)
    }

    /// An entry of the journal that is sealed into, or of one that was left.
    fn line_of(&mut self, register: RegisterId, seq: u64) -> Result<Sealed, Refusal> {
        if register == self.id() {
            return Ok(self.journal.entry(seq).map_err(RegisterError::from)?);
        }
        if let Some(line) = self.line_arriving(register, seq)? {
            return Ok(line);
        }
        Ok(self.left_journal(register)?.entry(seq).map_err(RegisterError::from)?)
    }

    /// The same, where the journal has come so far.
    fn line_if_any(&mut self, register: RegisterId, seq: u64) -> Result<Option<Sealed>, Refusal> {
        if let Some(line) = self.line_arriving(register, seq)? {
            return Ok(Some(line));
        }
        let size =
            if register == self.id() { self.journal.standing().size() } else { self.left_journal(register)?.size() };
        (seq < size).then(|| self.line_of(register, seq)).transpose()
    }

    fn left_journal(&mut self, register: RegisterId) -> Result<&LeftJournal, RegisterError> {
        Ok(match self.left.entry(register) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(vacant) => {
                let database = self.folder.journal(register).database();
                vacant.insert(LeftJournal::open(&database)?)
            }
        })
    }

    /// What should be in the drawer, since the last day closing. Never shown before a blind count.
    pub fn cash_expected(&self) -> Cents {
        self.journal.standing().day.cash_expected
    }

    /// A command id that was never used.
    pub fn new_command(&mut self) -> Result<CommandId, RegisterError> {
        self.platform.new_id()
    }

    fn catch_up(&mut self) -> Result<(), RegisterError> {
        Ok(projection::catch_up(&mut self.shop, &self.journal)?)
    }

    /// Seals an event of the register's own.
    fn record(&mut self, code: u32, label: &str, detail: Option<String>) -> Result<(), RegisterError> {
        self.record_event(SYSTEM, EventDraft { code, label: label.to_owned(), detail, set: None })
    }

    /// Seals an event of somebody's doing.
    fn record_by(&mut self, operator: &str, code: u32, label: &str) -> Result<(), RegisterError> {
        self.record_event(operator, EventDraft { code, label: label.to_owned(), detail: None, set: None })
    }

    fn record_event(&mut self, operator: &str, event: EventDraft) -> Result<(), RegisterError> {
        self.remember_doubt()?;
        let (id, at) = (self.new_command()?, self.now());
        let seal = |register: &mut Register| {
            register.journal.seal(id, at, operator, vec![Draft::Event(event.clone())]).map_err(RegisterError::from)
        };
        self.with_reserve(seal, RegisterError::is_disk_full)?;
        Ok(())
    }

    /// After a failed write the journal is closed, opened again and its end verified; that tells whether the command was
    /// sealed. It is never tried again on the same handle.
    fn reopen_after(&mut self, error: CommandError, id: CommandId) -> Result<Option<u64>, Refusal> {
        if let CommandError::Refused(refused) = error {
            return Err(Refusal::Seal(refused));
        }
        // Closing the file moves its log into it, which may need the room that is kept back.
        if room::of_command(&error) {
            self.give_room_up();
        }
        self.journal.reopen().map_err(RegisterError::from)?;
        Ok(self.journal.sealed_before(id)?)
    }

    fn answered_before(&mut self, seq: u64, in_two: bool) -> Result<Answer, Refusal> {
        let line = self.journal.entry(seq).map_err(RegisterError::from)?;
        let before = seq.checked_sub(1).filter(|_| in_two);
        let first = before.map(|seq| self.journal.entry(seq)).transpose().map_err(RegisterError::from)?;
        let first = first.filter(|first| are_an_exchange(&first.entry, &line.entry));
        self.answer(first.into_iter().chain([line]).collect(), true)
    }

    fn answer(&self, lines: Vec<Sealed>, repeated: bool) -> Result<Answer, Refusal> {
        let mut vouchers = Vec::new();
        for line in &lines {
            vouchers.extend(self.issued_by(&line.entry)?);
        }
        // Of the credit note of an exchange that the sale has spent, nobody needs a paper.
        let spent = |voucher: &Voucher| lines.iter().any(|line| spends_all_of(voucher, &line.entry));
        vouchers.retain(|voucher| !spent(voucher));
        Ok(Answer { lines, vouchers, repeated })
    }
}

/// What a command that was not sealed is refused with.
fn not_written(error: &CommandError) -> Refusal {
    if room::of_command(error) { Refusal::DiskFull } else { Refusal::NotWritten }
}

fn closes_a_day(lines: &[Sealed]) -> bool {
    lines.iter().any(|line| matches!(&line.entry.body, Body::Closing(closing) if closing.period == Period::Day))
}

fn uuid_v7(millis: u64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
