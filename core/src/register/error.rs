//! Why the register could not open, and why a command was refused: in the words of who stands at the till.

use comptoir_fiscal::archive::WriteError;
use comptoir_fiscal::journal::key_file::KeyFileError;
use comptoir_fiscal::journal::{ArchiveError, CommandError, OpenError, SealError, StoreError};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::standing::StandingError;
use comptoir_fiscal::values::{Cents, Date, Instant};

use crate::arriving::ArrivingError;
use crate::backup::BackupError;
use crate::catalogue::CatalogueError;
use crate::correction::CorrectionError;
use crate::export::ExportError;
use crate::held::HeldError;
use crate::history::HistoryError;
use crate::inspection::KitError;
use crate::operators::GateError;
use crate::outside::RandomFailed;
use crate::private::PrivateError;
use crate::projection::ProjectionError;
use crate::returns::ReturnError;
use crate::shop::ShopError;
use crate::shown_by_message;
use crate::voucher::VoucherError;

/// Why the register cannot open, or go on.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The journal could not be opened or read.
    Journal(#[from] OpenError),
    /// An event of the register's own could not be sealed.
    Sealing(#[from] CommandError),
    /// A period could not be archived.
    Archive(#[from] ArchiveError),
    /// The device's key could not be stored or read.
    Key(#[from] KeyFileError),
    /// A copy could not be made, or taken back.
    Backup(#[from] BackupError),
    /// `shop.db` could not be used.
    Shop(#[from] ShopError),
    /// A projection could not catch up.
    Projection(#[from] ProjectionError),
    /// No random bytes for keys and codes.
    Random(#[from] RandomFailed),
    /// A new shop's settings cannot be.
    Settings(#[from] StandingError),
    /// The catalogue cannot be.
    Catalogue(#[from] CatalogueError),
    /// The journal of a lost till could not be taken in.
    Arriving(#[from] ArrivingError),
    /// An inspector's kit could not be made.
    Kit(#[from] KitError),
    /// There is a shop already.
    ShopExists {
        /// Where.
        folder: String,
    },
    /// There is none.
    NoShop {
        /// Where.
        folder: String,
    },
}

impl RegisterError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            RegisterError::Journal(error) => of_journal(error),
            RegisterError::Projection(ProjectionError::Journal(error)) => of_journal(error),
            RegisterError::Sealing(error) | RegisterError::Archive(ArchiveError::Seal(error)) => of_command(error),
            RegisterError::Archive(ArchiveError::Journal(error)) => of_journal(error),
            RegisterError::Archive(ArchiveError::Write(WriteError::Exists(path))) => message!(
                "{path} is there already and is not the archive of this period. Move it elsewhere, then archive again.",
                path = path.display().to_string()
            ),
            RegisterError::Archive(ArchiveError::Write(error)) => message!(
                "The archive was not made: {why}. Check that the disk is not full, then archive again.",
                why = error.to_string()
            ),
            RegisterError::Key(KeyFileError::Locked) => message!(
                "The device's keystore does not give out the key of this register. Unlock the device's keystore, then start again."
            ),
            RegisterError::Key(KeyFileError::Damaged(path)) => message!(
                "The key file {path} is damaged: the journal can be read and verified, but nothing more can be sealed in it. Put the file back as it was, or open a new register.",
                path = path.display().to_string()
            ),
            RegisterError::Key(KeyFileError::Io { path, cause }) => unreadable(&path.display().to_string(), cause),
            RegisterError::Shop(error) | RegisterError::Projection(ProjectionError::Shop(error)) => of_shop(error),
            RegisterError::Backup(error) => of_backup(error),
            RegisterError::Arriving(ArrivingError::Journal(error)) => of_journal(error),
            RegisterError::Arriving(error) => message!(
                "What the lost till had sold could not be taken in: {why}. Check that the disk is not full; it is tried again.",
                why = error.to_string()
            ),
            RegisterError::Random(_) => {
                message!("The system gives no random bytes, without which no key is safe. Restart the device.")
            }
            RegisterError::Settings(error) => {
                message!("The settings of the shop cannot be used: {why}.", why = error.to_string())
            }
            RegisterError::Catalogue(error) => error.message(),
            RegisterError::Kit(KitError::Journal(error)) => of_journal(error),
            RegisterError::Kit(error) => error.message(),
            RegisterError::ShopExists { folder } => {
                message!("{folder} holds a shop already. Choose an empty folder.", folder = folder.as_str())
            }
            RegisterError::NoShop { folder } => message!(
                "{folder} holds no shop. Name the folder that holds shop.db and journals.",
                folder = folder.as_str()
            ),
        }
    }
}
shown_by_message!(RegisterError);

/// Why a command was refused. Nothing was sealed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Refusal {
    UnknownOperator { operator: String },
    SignInFirst { operator: String },
    NotRecognised { seconds: i64 },
    WaitBeforeTrying { seconds: i64 },
    NoName,
    LastOwner,
    BadgeTaken,
    CoinsDiffer { counted: Cents },
    NothingChanges,
    OtherSiret,
    TakesNoVat,
    RuleAmount,
    RuleDates { from: Date },
    Held(#[from] HeldError),
    NothingToPrint,
    NoSuchMail,
    NothingLeavesSchool,
    NotEvidence,
    ConfirmTheDate { last: Instant, now: Instant },
    TypeTheDate { last: Instant, now: Instant },
    NotHeld,
    HeldElsewhere { label: String },
    NotEmpty,
    NotAsHeld,
    PaidAlready,
    PartPaid,
    NothingToNote,
    InSchool,
    Gate(#[from] GateError),
    UnknownTicket { number: u64 },
    Return(#[from] ReturnError),
    Voucher(#[from] VoucherError),
    Correction(#[from] CorrectionError),
    Private(#[from] PrivateError),
    NotASale,
    History(#[from] HistoryError),
    NothingToExchange,
    NotPaidByExchange,
    NotACount,
    NoAmount,
    Seal(SealError),
    NotWritten,
    Export(#[from] ExportError),
    DiskFull,
    Register(#[from] RegisterError),
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Refusal {
        match error {
            CommandError::Refused(refused) => Refusal::Seal(refused),
            other => Refusal::Register(other.into()),
        }
    }
}

impl Refusal {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            Refusal::UnknownOperator { operator } => {
                message!("Nobody here is called {operator}. Sign in again.", operator = operator.as_str())
            }
            Refusal::SignInFirst { operator } => {
                message!("{operator} is not signed in. Sign in first.", operator = operator.as_str())
            }
            Refusal::NotRecognised { seconds: 0 } => message!("Not recognised. Try again."),
            Refusal::NotRecognised { seconds } => {
                message!("Not recognised. Wait {seconds} seconds, then try again.", seconds = *seconds)
            }
            Refusal::WaitBeforeTrying { seconds } => {
                message!("Too many wrong tries. Wait {seconds} seconds, then try again.", seconds = *seconds)
            }
            Refusal::NoName => message!("Give the operator a name and an id of their own."),
            Refusal::LastOwner => {
                message!("This is the last owner, without whom nobody could manage the shop. Name another owner first.")
            }
            Refusal::BadgeTaken => message!("Somebody else has this badge. Choose another."),
            Refusal::CoinsDiffer { counted } => {
                message!("Notes and coins do not come to {counted}. Count them again.", counted = *counted)
            }
            Refusal::TakesNoVat => message!(
                "The shop takes no VAT (CGI art. 293 B), and this basket has some: put its articles in anew, or enter the VAT number in the settings."
            ),
            Refusal::RuleAmount => {
                message!(
                    "A limit of payment is more than 0, and that of residents no higher than that of others; correct it."
                )
            }
            Refusal::RuleDates { from } => {
                message!("Two rules begin on {from}; keep one of them, or give the other another date.", from = *from)
            }
            Refusal::NothingChanges => message!("Nothing would change."),
            Refusal::OtherSiret => {
                message!("Another SIRET is another business: close this register, archive it, and found a new one.")
            }
            Refusal::Held(error) => error.message(),
            Refusal::ConfirmTheDate { last, now } => message!(
                "The clock shows {now}, and the last entry is of {last}. A manager says first whether that date is right; if not, set the device's clock.",
                now = *now,
                last = *last
            ),
            Refusal::TypeTheDate { last, now } => message!(
                "The clock shows {now}, far from the last entry, of {last}. A manager types today's date; if the clock is wrong, set it first.",
                now = *now,
                last = *last
            ),
            Refusal::NotEvidence => {
                message!(
                    "This is no ticket's code, printed Z or checkpoint. Scan the code, or type SIZE:ROOT as the Z prints it."
                )
            }
            Refusal::NothingToPrint => {
                message!("There is nothing of that number to print. Look it up in the history.")
            }
            Refusal::NoSuchMail => message!("This mail waits no longer. Ask for it again from its ticket."),
            Refusal::NothingLeavesSchool => {
                message!("In school mode nothing is sent to customers. Leave school mode first.")
            }
            Refusal::NotHeld => message!("This ticket is no longer held. Look at the tickets that are."),
            Refusal::HeldElsewhere { label } => message!(
                "This ticket is being served or paid at till {label}. Go on there, or have it put aside there first.",
                label = label.as_str()
            ),
            Refusal::NotAsHeld => {
                message!("This is not what is on the held ticket. Hold the ticket as it is now, then let it be paid.")
            }
            Refusal::PaidAlready => message!("This ticket is paid already. Begin another."),
            Refusal::PartPaid => message!(
                "Something was taken for this ticket already. Take it up, undo each payment on the payment screen and give it back, or let the rest be paid."
            ),
            Refusal::NotEmpty => message!(
                "This ticket is not empty, or it has been paid in part, noted or ordered. Give it up with a reason, so that it is recorded."
            ),
            Refusal::NothingToNote => message!("There is nothing on this ticket yet; add a product first."),
            Refusal::InSchool => message!("An inspection is of real sales. Leave school mode first."),
            Refusal::Gate(error) => error.message(),
            Refusal::UnknownTicket { number } => {
                message!("This till has sealed no ticket {number}. Check the number on the ticket.", number = *number)
            }
            Refusal::Return(error) => error.message(),
            Refusal::Voucher(error) => error.message(),
            Refusal::Correction(error) => error.message(),
            Refusal::Private(error) => error.message(),
            Refusal::NotASale => message!("This is not a sale. Take goods back, or undo a sale, from its ticket."),
            Refusal::History(error) => error.message(),
            Refusal::NothingToExchange => {
                message!("These goods are worth nothing towards an exchange. Take them back, then sell the others.")
            }
            Refusal::NotPaidByExchange => message!(
                "The sale is not paid with what comes back. Take the exchange's credit note as a payment, or make a return and a sale."
            ),
            Refusal::NotACount => message!("There is no such count of the drawer. Choose the one to correct."),
            Refusal::NoAmount => message!("Enter an amount above 0."),
            Refusal::Seal(error) => of_sealing(error),
            Refusal::NotWritten => message!(
                "The sale could not be written to the disk, and nothing was sealed. Check that the disk is not full, then try again."
            ),
            Refusal::Export(error) => error.message(),
            Refusal::DiskFull => message!(
                "The disk is full: nothing was sealed, and nothing more can be sold. Close the day if you like, delete or move other files away, then go on."
            ),
            Refusal::Register(error) => error.message(),
        }
    }
}
shown_by_message!(Refusal);

fn of_journal(error: &OpenError) -> Message {
    match error {
        OpenError::Io { path, cause } => unreadable(&path.display().to_string(), cause),
        OpenError::Missing(path) => message!(
            "{path} is not there, or empty, and nothing is left of what it held. Put it back, or go on from a copy with “comptoir restore”.",
            path = path.display().to_string()
        ),
        OpenError::Store(StoreError::InUse(path)) => message!(
            "{path} is in use by another program. Close the register that has it open, then try again.",
            path = path.display().to_string()
        ),
        OpenError::Store(error) => message!(
            "The journal's file cannot be used: {why}. Check the disk, then start again.",
            why = error.to_string()
        ),
        OpenError::Seal(error) => of_sealing(error),
        OpenError::Line { seq, .. } | OpenError::Chain { seq } => message!(
            "Entry {seq} of the journal was changed or damaged. Keep the folder as it is and check it with comptoir-verify.",
            seq = *seq
        ),
        OpenError::OlderThanHead { found, known, .. } => message!(
            "The journal has {found} entries where it once had {known}: it was put back to an earlier state.",
            found = *found,
            known = *known
        ),
        OpenError::ForeignKey => {
            message!("The key in this folder is not the one that the journal was begun with. Put the right key back.")
        }
        OpenError::Standing(error) => {
            message!("The settings of the shop cannot be used: {why}.", why = error.to_string())
        }
    }
}

fn of_command(error: &CommandError) -> Message {
    match error {
        CommandError::Refused(error) => of_sealing(error),
        CommandError::Store(error) => message!(
            "The journal's file cannot be used: {why}. Check the disk, then start again.",
            why = error.to_string()
        ),
        CommandError::MustReopen => message!("The disk failed. Start the register again."),
    }
}

fn of_sealing(error: &SealError) -> Message {
    match error {
        SealError::Discount(error) => {
            message!("The discount of {amount} is more than what it reduces. Lower it.", amount = error.amount)
        }
        SealError::Unbalanced { paid, due } => {
            message!("Payments come to {paid} where {due} is due. Take the payments again.", paid = *paid, due = *due)
        }
        SealError::Change { change, cash } => message!(
            "{change} of change cannot be given on {cash} of cash. Take the payments again.",
            change = *change,
            cash = *cash
        ),
        SealError::EmptyPayment(tender) => {
            message!("A payment of nothing by {tender}. Remove it.", tender = crate::tender::name(*tender))
        }
        SealError::NegativeSale(amount) => {
            message!("A sale cannot come to {amount}. Take goods back by a return.", amount = *amount)
        }
        SealError::NegativeAmount(amount) => {
            message!("An amount of {amount} cannot be here. Enter 0 or more.", amount = *amount)
        }
        SealError::Unsound(fault) => message!(
            "This cannot be sealed: it breaks a rule of the journal ({rule}, {place}). Take the sale again.",
            rule = fault.rule.as_str(),
            place = fault.place.as_str()
        ),
        SealError::NothingToClose(_) => message!("Nothing happened since the last closing: there is nothing to close."),
        SealError::Canonical(_) => message!("An amount is too large to be sealed. Enter a smaller one."),
        SealError::Standing(error) => {
            message!("The settings of the shop cannot be used: {why}.", why = error.to_string())
        }
    }
}

fn of_backup(error: &BackupError) -> Message {
    match error {
        BackupError::Io { path, cause } => unreadable(&path.display().to_string(), cause),
        BackupError::Journal(error) => of_journal(error),
        BackupError::Shop(error) => of_shop(error),
        BackupError::OtherHistory(path) => message!(
            "{path} is a copy of other entries than this till's. Choose another folder, and keep that one.",
            path = path.display().to_string()
        ),
        BackupError::NoCopy(path) => message!(
            "{path} holds no copy of a till, or several. Name the folder that holds shop.db and journals.",
            path = path.display().to_string()
        ),
        BackupError::Damaged(path) => message!(
            "{path} was changed or damaged. Keep it, see what comptoir-verify says of it, and take another copy.",
            path = path.display().to_string()
        ),
    }
}

fn of_shop(error: &ShopError) -> Message {
    match error {
        ShopError::Catalogue(error) => error.message(),
        ShopError::Newer(_) => message!("The shop's data was written by a newer program. Update this one."),
        ShopError::Copy { path, cause } => unreadable(&path.display().to_string(), cause),
        ShopError::Sqlite(error) => unreadable_shop(&error.to_string()),
        ShopError::Record(error) => unreadable_shop(&error.to_string()),
    }
}

fn unreadable_shop(why: &str) -> Message {
    message!("shop.db cannot be used: {why}. Put a copy of it back, then start again.", why = why)
}

fn unreadable(path: &str, cause: &std::io::Error) -> Message {
    message!("{path} cannot be read or written: {why}.", path = path, why = cause.to_string())
}
