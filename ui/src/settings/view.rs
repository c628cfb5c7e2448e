//! What the settings show, computed from the till.

use comptoir_core::holidays::Region;
use comptoir_core::paper::Width;
use comptoir_core::printing::{JobState, PaperOf, PrintJob};
use comptoir_core::terms::{CashRule, MealVoucherRules};
use comptoir_fiscal::entry::{Mode, Period};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use slint::SharedString;

use super::{Facts, Section, payments};
use crate::device;
use crate::generated::{EntryRow, FieldRow, FigureRow, JobRow, SectionRow, SettingsView};
use crate::mail;
use crate::meeting;
use crate::office::{self, Touch};
use crate::till::Till;

/// A copy that is older than this many seconds is worth a word.
const OLD_COPY: i64 = 3 * 24 * 60 * 60;

/// The figures of the room.
pub fn settings(till: &Till) -> SettingsView {
    let room = &till.settings;
    let percent = device::percent(till.look.text_scale);
    let offline = payments::Offline::ALL.iter().position(|offline| *offline == room.payments.offline);
    let section = Section::ALL.iter().position(|section| *section == room.section).unwrap_or_default();
    let school = till.mode == Mode::Training;
    let (printer_state, printer_tone) = printer(till);
    let view = SettingsView {
        busy: room.busy || room.facts.is_none(),
        section: i32::try_from(section).unwrap_or(0),
        chosen: room.chosen,
        title: till.say(&name(room.section)).into(),
        dark: till.look.dark,
        text: percent_words(till, percent).into(),
        least: percent <= device::TEXT.0,
        most: percent >= device::TEXT.1,
        left_handed: till.look.left_handed,
        still: till.look.still,
        receipt: crate::sale::view::receipt_place(till.receipt) - 1,
        card_waits: till.terminal.waits,
        printer: room.papers.address.as_str().into(),
        printer_kept: room.papers.address.trim() == till.printer.as_deref().unwrap_or_default(),
        printer_state: till.say(&printer_state).into(),
        printer_tone,
        strict: room.payments.strict,
        sundays: room.payments.sundays,
        holidays: room.payments.holidays,
        paper: room.payments.paper,
        alsace: room.payments.region == Region::AlsaceMoselle,
        offline: i32::try_from(offline.unwrap_or_default()).unwrap_or(0),
        offline_up_to: room.payments.offline == payments::Offline::UpTo,
        offline_most: room.payments.offline_most.as_str().into(),
        folder: room.backup.typed.as_str().into(),
        copying: room.backup.copying,
        office_link: room.office.typed.link.as_str().into(),
        office_code: room.office.typed.code.as_str().into(),
        office_wants_code: room.office.typed.wants_code(),
        office_asking: room.office.typed.stage == meeting::Stage::Asking,
        office_words: match &room.office.typed.stage {
            meeting::Stage::Met(met) => met.words.as_str().into(),
            _ => SharedString::default(),
        },
        enrolling: room.office.enrolling,
        office_hours: room.office.hours.as_str().into(),
        school,
        asks_school: room.asks_school,
        software: format!("Comptoir {}", env!("CARGO_PKG_VERSION")).into(),
        ..SettingsView::default()
    };
    let Some(facts) = &room.facts else { return view };
    let (last_copy, copy_old) = last_copy(till, facts);
    let since = message!("In force since {date}.", date = payments::since(facts));
    SettingsView {
        wide: facts.papers.width == Width::Wide,
        farewell: room.papers.farewell.as_str().into(),
        farewell_kept: room.papers.farewell.trim() == facts.papers.farewell.as_deref().unwrap_or_default(),
        shop_changes: room.shop.changes(&facts.settings),
        locked_why: till.say(&locked_why(facts)).into(),
        since: till.say(&since).into(),
        other_tills: facts.back_office.is_some(),
        metered: facts.metered,
        last_copy: till.say(&last_copy).into(),
        copy_old,
        office_state: till.say(&office_state(till, facts)).into(),
        office_tone: office_tone(till),
        enrolled: facts.back_office.is_some(),
        office_clock: office::clock_in_full(till.ahead).map(|said| till.say(&said)).unwrap_or_default().into(),
        office_hours_kept: facts.offline_limit.is_none_or(|hours| room.office.hours.trim() == hours.to_string()),
        automatic: facts.folder.is_some(),
        automatic_where: facts.folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default().into(),
        ..view
    }
}

/// A percentage as the reader writes it: `150 %`, `150%`.
fn percent_words(till: &Till, percent: u32) -> String {
    match till.language() {
        Language::French => format!("{percent}\u{202f}%"),
        Language::English => format!("{percent}%"),
    }
}

fn name(section: Section) -> Message {
    match section {
        Section::Device => message!("This device"),
        Section::Printer => message!("Printer and tickets"),
        Section::Shop => message!("Shop"),
        Section::Payments => message!("Payments"),
        Section::Backup => message!("Copies"),
        Section::Office => message!("Back office"),
        Section::School => message!("School mode"),
        Section::Mail => message!("E-mail"),
        Section::About => message!("About"),
    }
}

/// The parts of the settings, with what each is about.
pub fn sections(till: &Till) -> Vec<SectionRow> {
    let second = |section: Section| match section {
        Section::Device => message!("Language, light, size of texts"),
        Section::Printer => message!("Address, paper, what waits"),
        Section::Shop => message!("Identity, VAT, end of the day"),
        Section::Payments => message!("Cash limit, meal vouchers, validity"),
        Section::Backup => message!("For the day this device is lost"),
        Section::Office => message!("Several tills, one shop"),
        Section::School if till.mode == Mode::Training => message!("On: nothing counts"),
        Section::School => message!("Practise without a trace in the sales"),
        Section::Mail => mail::view::second(till.mail.server.as_ref(), mail::view::waiting(till)),
        Section::About => message!("Version, licences, NF525"),
    };
    let row = |section: &Section| SectionRow {
        label: till.say(&name(*section)).into(),
        second: till.say(&second(*section)).into(),
        chosen: *section == till.settings.section,
    };
    Section::ALL.iter().map(row).collect()
}

/// How it stands with the back office, in a sentence.
fn office_state(till: &Till, facts: &Facts) -> Message {
    if facts.back_office.is_none() {
        return message!("This till is enrolled with no back office. What it seals stays here, and in its copies.");
    }
    let waiting = till.status.as_ref().and_then(|status| status.in_touch).map_or(0, |in_touch| in_touch.waiting);
    match (&till.touch, waiting) {
        (Touch::Trouble(why), _) => why.clone(),
        (Touch::Revoked, _) => message!("This till was revoked: stop selling with it."),
        (Touch::OutOfReach, waiting) => {
            message!(
                "The back office does not answer. Selling goes on; {entries} entries wait here.",
                entries = waiting
            )
        }
        (_, 0) => message!("The back office holds everything that this till has sealed."),
        (_, waiting) => message!("{entries} entries are on their way to the back office.", entries = waiting),
    }
}

fn office_tone(till: &Till) -> i32 {
    match till.touch {
        Touch::Trouble(_) | Touch::Revoked => 2,
        Touch::OutOfReach => 1,
        Touch::Alone | Touch::Fine => 0,
    }
}

/// Where the till is enrolled, and what its witness has countersigned.
pub fn office(till: &Till) -> Vec<FigureRow> {
    let Some(facts) = &till.settings.facts else { return Vec::new() };
    let Some(office) = &facts.back_office else { return Vec::new() };
    let mut rows = vec![
        (message!("Address"), office.address.clone()),
        (message!("Witness"), office.witness.clone()),
        (message!("Its key"), office.witness_key.clone()),
    ];
    if let Some(witnessed) = facts.witnessed {
        let countersigned = message!("{entries} entries", entries = witnessed.size);
        rows.push((message!("Countersigned"), till.say(&countersigned)));
    }
    rows.into_iter().map(|(label, text)| figure(till, &label, text)).collect()
}

/// How the printer is, and how much that matters: 0 well, 1 busy, 2 badly.
fn printer(till: &Till) -> (Message, i32) {
    let papers = till.settings.facts.as_ref().map_or(0, |facts| facts.queue.len());
    match (till.status.as_ref().is_some_and(|status| status.printer_fails), papers) {
        (true, papers) => {
            (message!("The printer did not print the last paper. {papers} wait; nothing is lost.", papers = papers), 2)
        }
        (false, 0) => (message!("Nothing waits for the printer."), 0),
        (false, 1) => (message!("1 paper waits for the printer."), 1),
        (false, papers) => (message!("{papers} papers wait for the printer.", papers = papers), 1),
    }
}

fn locked_why(facts: &Facts) -> Message {
    match facts.has_sold {
        true => message!(
            "Tickets were sealed with these, so they stay: another SIRET, store or till is another journal. What stands above changes from now on only, and the journal says what became what."
        ),
        false => message!(
            "These were sealed in the first entry of the journal and stay: another SIRET, store or till is another journal."
        ),
    }
}

/// The shop as it may become another.
pub fn shop(till: &Till) -> Vec<FieldRow> {
    let fields = [
        (message!("Business name"), None),
        (message!("Business address"), None),
        (message!("VAT number"), Some(message!("Empty where the shop takes no VAT (CGI art. 293 B)"))),
        (message!("Activity (NAF)"), None),
        (message!("Store name"), None),
        (message!("Store address"), None),
        (message!("The business day ends at"), Some(message!("What is sold before then belongs to the day before"))),
    ];
    rows(till, fields, &till.settings.shop.typed)
}

/// What of the shop stays.
pub fn locked(till: &Till) -> Vec<FigureRow> {
    let Some(facts) = &till.settings.facts else { return Vec::new() };
    let settings = &facts.settings;
    let month = settings.fiscal_year_starts.month();
    let rows = [
        (message!("SIRET"), settings.merchant.siret.clone()),
        (message!("Till"), settings.label.clone()),
        (message!("Store code"), settings.store.id.clone()),
        (message!("Currency"), settings.currency.clone()),
        (message!("Time zone"), settings.time_zone.clone()),
        (message!("Fiscal year begins"), format!("01/{month:02}")),
        (message!("Journal"), facts.register.clone()),
    ];
    rows.into_iter().map(|(label, text)| figure(till, &label, text)).collect()
}

/// The figures of the rules of payment.
pub fn payments(till: &Till) -> Vec<FieldRow> {
    let legal = CashRule::legal();
    let per_day = MealVoucherRules::default().0.last().map(|rule| rule.per_day);
    let fields = [
        (message!("Most cash on one ticket"), Some(message!("The law’s limit is {amount}", amount = legal.limit))),
        (
            message!("For those who prove to live abroad"),
            Some(message!("The law’s limit is {amount}", amount = legal.non_resident_limit)),
        ),
        (
            message!("Meal vouchers, a holder a day"),
            per_day.map(|amount| message!("The law’s limit is {amount}", amount = amount)),
        ),
        (message!("Credit notes are good for, in months"), Some(message!("Nothing typed: for ever"))),
        (message!("Gift vouchers are good for, in months"), Some(message!("Nothing typed: for ever"))),
    ];
    rows(till, fields, &till.settings.payments.typed)
}

fn rows<const N: usize>(till: &Till, fields: [(Message, Option<Message>); N], typed: &[String; N]) -> Vec<FieldRow> {
    let row = |((label, hint), text): ((Message, Option<Message>), &String)| FieldRow {
        label: till.say(&label).into(),
        hint: hint.map(|hint| till.say(&hint)).unwrap_or_default().into(),
        text: text.as_str().into(),
    };
    fields.into_iter().zip(typed).map(row).collect()
}

/// What waits for the printer.
pub fn queue(till: &Till) -> Vec<JobRow> {
    let Some(facts) = &till.settings.facts else { return Vec::new() };
    let row = |job: &PrintJob| {
        let stuck = job.state == JobState::Printing;
        let state = match stuck {
            true => message!("with the printer: look whether it came out"),
            false => message!("waits"),
        };
        JobRow { label: till.say(&paper(job)).into(), state: till.say(&state).into(), stuck }
    };
    facts.queue.iter().map(row).collect()
}

fn paper(job: &PrintJob) -> Message {
    match &job.paper {
        PaperOf::Ticket(ticket) => match job.copy {
            Some(copy) => {
                message!("Ticket {number}, duplicate {copy}", number = ticket.number.to_string(), copy = copy)
            }
            None => message!("Ticket {number}", number = ticket.number.to_string()),
        },
        PaperOf::Note(number) => message!("Note {number}", number = number.to_string()),
        PaperOf::Closing { period: Period::Day, number } => message!("Z {number}", number = number.to_string()),
        PaperOf::Closing { number, .. } => message!("Closing {number}", number = number.to_string()),
        PaperOf::Cash(_) => message!("Paper of the drawer"),
        PaperOf::Voucher { .. } => message!("Voucher"),
        PaperOf::Reading => message!("The day so far (X)"),
    }
}

/// The folders that a copy could go to.
pub fn entries(till: &Till) -> Vec<EntryRow> {
    let row = |entry: &crate::files::Entry| EntryRow { name: entry.name.as_str().into(), is_folder: !entry.is_file };
    till.settings.backup.listing.entries.iter().map(row).collect()
}

fn last_copy(till: &Till, facts: &Facts) -> (Message, bool) {
    let now = till.status.as_ref().map(|status| status.now.unix());
    match facts.last_copy {
        None => (message!("No copy was made yet. If this device is lost, so is all that it holds."), true),
        Some(at) => {
            (message!("The last copy was made on {at}.", at = at), now.is_some_and(|now| now - at.unix() > OLD_COPY))
        }
    }
}

/// What this program is.
pub fn about(till: &Till) -> Vec<FigureRow> {
    let facts = till.settings.facts.as_ref();
    let sealed_by = facts.map(|facts| format!("{} {}", facts.settings.software.name, facts.settings.software.version));
    let rows = [
        (message!("Version"), env!("CARGO_PKG_VERSION").to_owned()),
        (message!("Sealed as"), sealed_by.unwrap_or_default()),
        (message!("Register and screens"), "GPL-3.0-only".to_owned()),
        (message!("Slint (screens)"), "GPL-3.0-only".to_owned()),
        (message!("IBM Plex Sans (letters)"), "OFL-1.1".to_owned()),
        (message!("Lucide (icons)"), "ISC".to_owned()),
    ];
    rows.into_iter().map(|(label, text)| figure(till, &label, text)).collect()
}

fn figure(till: &Till, label: &Message, text: String) -> FigureRow {
    FigureRow { label: till.say(label).into(), amount: text.into(), ..FigureRow::default() }
}
