//! The settings of the device and of the shop: shown to everybody, changed by those who may, each change recorded as the
//! journal asks.

pub mod aside;
pub mod backup;
pub mod office;
pub mod payments;
pub mod printer;
pub mod shop;
#[cfg(test)]
mod tests;
pub mod view;

use std::path::PathBuf;
use std::sync::Arc;

use comptoir_core::mail::MailJob;
use comptoir_core::operators::Gate;
use comptoir_core::printing::{PaperSettings, PrintJob, ReceiptChoice};
use comptoir_core::register::{BackOffice, BackedUp, Refusal, Register, Validity};
use comptoir_core::shared::Kind;
use comptoir_core::terms::Rules;
use comptoir_core::voucher::OfflinePolicy;
use comptoir_fiscal::entry::{Genesis, Mode, Witnessed};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::nf525::Chain;
use comptoir_fiscal::values::{Date, Instant};

use crate::device;
use crate::till::{Order, Till};
use crate::word;
use backup::Backup;
use office::Office;
use payments::Payments;
use printer::Papers;
use shop::Shop;

/// By how much the texts grow or shrink, in percent.
const STEP: u32 = 25;

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Looks at a part of the settings.
    Section(Section),
    /// Goes a step back.
    Back,
    /// Light ink on a dark ground, or not.
    Dark(bool),
    /// Larger texts, or smaller ones.
    Larger(bool),
    /// The ticket at the left, or not.
    LeftHanded(bool),
    /// Nothing on the screens moves that need not, or it does.
    Still(bool),
    /// Which choice of paper stands out after a sale.
    Receipt(ReceiptChoice),
    /// Whether the key “card” waits for the terminal's answer.
    CardWaits(bool),
    /// With the printer and its papers.
    Printer(printer::Edit),
    /// With the shop's identity.
    Shop(shop::Edit),
    /// With the rules of payment.
    Payments(payments::Edit),
    /// With copies of the till.
    Backup(backup::Edit),
    /// With the back office.
    Office(office::Edit),
    /// Asks whether to enter or leave school mode, or no longer.
    AskSchool(bool),
    /// Enters school mode, or leaves it.
    TurnSchool,
}

/// A part of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Section {
    #[default]
    Device,
    Printer,
    Shop,
    Payments,
    Backup,
    Office,
    School,
    Mail,
    About,
}

impl Section {
    /// All of them, in their order.
    pub const ALL: [Section; 9] = [
        Section::Device,
        Section::Printer,
        Section::Shop,
        Section::Payments,
        Section::Backup,
        Section::Office,
        Section::School,
        Section::Mail,
        Section::About,
    ];
}

/// The room.
#[derive(Default)]
pub struct Settings {
    pub(crate) section: Section,
    /// Whether a part was chosen, which on a phone takes the whole screen.
    pub(crate) chosen: bool,
    pub(crate) facts: Option<Facts>,
    pub(crate) papers: Papers,
    pub(crate) shop: Shop,
    pub(crate) payments: Payments,
    pub(crate) backup: Backup,
    pub(crate) office: Office,
    /// Whether it is asked if school mode is meant.
    pub(crate) asks_school: bool,
    pub(crate) busy: bool,
}

impl Settings {
    /// Which of its parts is on the screen.
    pub(crate) fn part(&self) -> u8 {
        let menu = if self.chosen { 0 } else { 16 };
        self.section as u8 + menu
    }
}

/// What the register says of its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub(crate) settings: Genesis,
    pub(crate) register: String,
    pub(crate) has_sold: bool,
    pub(crate) rules: Rules,
    pub(crate) validity: Validity,
    pub(crate) vouchers_offline: OfflinePolicy,
    pub(crate) date: Date,
    pub(crate) papers: PaperSettings,
    pub(crate) queue: Vec<PrintJob>,
    pub(crate) mails: Vec<MailJob>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) last_copy: Option<Instant>,
    pub(crate) back_office: Option<BackOffice>,
    pub(crate) witnessed: Option<Witnessed>,
    /// For how many hours the till may be out of touch; none where it is enrolled nowhere.
    pub(crate) offline_limit: Option<u32>,
    /// Whether what is carried to the back office and back is paid for.
    pub(crate) metered: bool,
    /// What the back office holds and this till does not use: of which kind, under which code, and why.
    pub(crate) aside: Vec<(Kind, String, String)>,
}

impl Facts {
    fn read(register: &mut Register) -> Result<Facts, Refusal> {
        Ok(Facts {
            settings: register.settings().clone(),
            register: register.id().to_string(),
            has_sold: register.journal().standing().next_number(Chain::T) > 1,
            rules: register.rules().clone(),
            validity: register.validity(),
            vouchers_offline: register.vouchers_offline(),
            date: register.business_date(),
            papers: register.paper_settings()?,
            queue: register.print_queue()?,
            mails: register.mail_queue()?,
            folder: register.backup_folder()?,
            last_copy: register.last_backup()?,
            back_office: register.back_office().cloned(),
            witnessed: register.journal().witnessed(),
            offline_limit: register.in_touch()?.map(|in_touch| in_touch.limit_hours),
            metered: register.is_metered(),
            aside: register.set_aside()?,
        })
    }
}

/// Comes into the room: what is set is read anew.
pub(crate) fn enter(till: &mut Till) {
    let room = &mut till.settings;
    (room.chosen, room.asks_school, room.busy) = (false, false, false);
    look_again(till);
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(till: &mut Till) -> bool {
    let room = &mut till.settings;
    if room.asks_school {
        room.asks_school = false;
        return true;
    }
    std::mem::take(&mut room.chosen)
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    let room = &mut till.settings;
    match intent {
        Intent::Section(section) => {
            (room.section, room.chosen) = (section, true);
            if section == Section::Backup {
                backup::enter(till);
            }
            look_again(till);
        }
        Intent::Back => drop(back(till)),
        Intent::Dark(dark) => till.look.dark = dark,
        Intent::Larger(larger) => {
            let now = device::percent(till.look.text_scale);
            let percent = if larger { now + STEP } else { now.saturating_sub(STEP) };
            till.look.text_scale = device::scale(percent);
        }
        Intent::LeftHanded(left) => till.look.left_handed = left,
        Intent::Still(still) => till.look.still = still,
        Intent::Receipt(receipt) => till.receipt = receipt,
        Intent::CardWaits(waits) => till.terminal.waits = waits,
        _ if room.busy => {}
        Intent::Printer(edit) => printer::update(till, edit),
        Intent::Shop(edit) => shop::update(till, edit),
        Intent::Payments(edit) => payments::update(till, edit),
        Intent::Backup(edit) => backup::update(till, edit),
        Intent::Office(edit) => office::update(till, edit),
        Intent::AskSchool(asks) => room.asks_school = asks,
        Intent::TurnSchool => {
            room.asks_school = false;
            turn_school(till);
        }
    }
    if till.device() != till.remembered {
        till.remember();
    }
}

/// Turns to school mode or back. Where the operator may not enter it alone, a manager is asked for their word first.
pub(crate) fn turn_school(till: &mut Till) {
    let operator = till.operator();
    if till.mode == Mode::Training {
        return till.order(Order::Turn { operator, to: Mode::Live, word: None });
    }
    let asked = operator.clone();
    till.ask(
        move |register| -> Result<_, Refusal> { Ok((register.new_command()?, register.may(&asked, Gate::Training))) },
        move |till, asked| match asked {
            Ok((_, Ok(()))) => till.order(Order::Turn { operator, to: Mode::Training, word: None }),
            Ok((id, Err(Refusal::Gate(error)))) => word::ask_for(
                till,
                error,
                id,
                Box::new(move |till, word| match word {
                    Ok(word) => till.order(Order::Turn { operator, to: Mode::Training, word: Some((id, word)) }),
                    Err(refusal) => till.refuse(&refusal),
                }),
            ),
            Ok((_, Err(refusal))) | Err(refusal) => till.refuse(&refusal),
        },
    );
}

/// Hears what came of a copy that was ordered.
pub(crate) fn backed_up(till: &mut Till, outcome: Result<BackedUp, Message>) {
    backup::made(till, outcome);
    look_again(till);
}

/// Has a setting changed that is no command, for which a manager is asked where the operator may not do it alone; where it
/// was, does something else too.
pub(crate) fn set(
    till: &mut Till,
    change: impl Fn(&mut Register) -> Result<(), Refusal> + Send + Sync + 'static,
    said: Message,
    also: fn(&mut Till),
) {
    till.settings.busy = true;
    let operator = till.operator();
    let work: word::Work = Arc::new(move |register, id, words| {
        register.let_pass(id, &operator, Gate::ChangeSettings, words)?;
        change(register)
    });
    word::done_by_word(till, work, move |till, outcome| {
        if outcome.is_ok() {
            also(till);
        }
        kept(till, outcome, said);
    });
}

/// A setting was kept, or refused: then what was typed stays.
pub(crate) fn kept(till: &mut Till, outcome: Result<(), Refusal>, said: Message) {
    till.settings.busy = false;
    match outcome {
        Ok(()) => {
            till.tell(said);
            look_again(till);
            till.look_around();
        }
        Err(refusal) => till.refuse(&refusal),
    }
}

/// Reads what is set, and begins what can be typed anew.
fn look_again(till: &mut Till) {
    till.ask(Facts::read, |till, facts| match facts {
        Ok(facts) => {
            let (printer, language) = (till.printer.clone(), till.language());
            let room = &mut till.settings;
            room.papers = Papers::of(&facts, printer);
            room.shop = Shop::of(&facts);
            room.payments = Payments::of(&facts, language);
            room.office.hours = facts.offline_limit.map(|hours| hours.to_string()).unwrap_or_default();
            till.mail.setting.begin(till.mail.server.as_ref());
            room.facts = Some(facts);
        }
        Err(refusal) => till.refuse(&refusal),
    });
}

/// Reads what waits to be printed or sent, and leaves what is being typed as it is.
pub(crate) fn look_at_queues(till: &mut Till) {
    till.ask(Facts::read, |till, facts| {
        if let Ok(facts) = facts {
            till.settings.facts = Some(facts);
        }
    });
}
