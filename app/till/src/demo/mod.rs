//! The sample day: a shop is opened, trades from morning to evening through the commands that the screens use, closes,
//! archives and verifies what it sealed. Nothing of it is real.

mod afterwards;
mod counter;
mod customers;
mod scenes;
mod tables;

use std::path::{Path, PathBuf};

use comptoir_auditor::progress::Patience;
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::{Clock, SetClock, SystemClock};
use comptoir_core::paper::Width;
use comptoir_core::printing::{PaperOf, PaperSettings};
use comptoir_core::register::{Command, Register, RegisterError};
use comptoir_core::sample::{self, MANAGER, OWNER, SampleError};
use comptoir_fiscal::entry::{Body, CashType, Closing, Coin, Mode, Period};
use comptoir_fiscal::journal::{OpenError, Span};
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::nf525;
use comptoir_fiscal::values::{Cents, Date, Instant};
use comptoir_fiscal::verify::{self, Verdict};

use comptoir_till::devices::{NetworkPrinter, PictureFolder, Printer, PrinterAddress};
use comptoir_till::platform;
use counter::{Counter, CounterError};

/// The folder of the papers, where they are pictures.
const PAPERS: &str = "papers";

/// Why the sample day failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Counter(#[from] CounterError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("what the sample day sealed does not verify")]
    NotSound,
}

impl DemoError {
    /// What is wrong, and what to do.
    pub(crate) fn message(&self) -> Message {
        match self {
            DemoError::Sample(error) => error.message(),
            DemoError::Register(error) => error.message(),
            DemoError::Counter(error) => error.message(),
            DemoError::Io(error) => {
                message!("The system refused: {why}. Choose another folder with --data.", why = error.to_string())
            }
            DemoError::NotSound => message!(
                "What the sample day sealed does not verify. This is a fault of the program: please report it."
            ),
        }
    }
}

/// What the demo tells, as it goes.
pub(super) struct Story<'t> {
    translations: &'t Translations,
    scenes: Vec<Message>,
}

impl<'t> Story<'t> {
    fn tell(&self, message: &Message) {
        println!("{}", self.translations.say(message));
    }

    /// Keeps a scene of the day for the end, when all of it is told.
    pub(super) fn scene(&mut self, message: Message) {
        self.scenes.push(message);
    }
}

/// Plays the sample day in `data`, or in a new folder of the system's temporary place. Its papers come out of `printer`,
/// or lie as pictures beside the journal.
pub(crate) fn run(
    data: Option<&Path>,
    printer: Option<&PrinterAddress>,
    translations: &Translations,
) -> Result<(), DemoError> {
    let root = match data {
        Some(data) => data.to_owned(),
        None => tempfile::Builder::new().prefix("comptoir-demo-").tempdir()?.keep(),
    };
    let mut story = Story { translations, scenes: Vec::new() };
    let papers: Box<dyn Printer> = match printer {
        Some(address) => Box::new(NetworkPrinter::new(address.clone(), Width::Wide)),
        None => Box::new(PictureFolder::new(root.join(PAPERS), Width::Wide)),
    };
    let (counter, day) = open(&root, papers, translations)?;
    story.tell(&message!("A sample shop. Nobody and nothing in it is real."));
    story.tell(&message!("Its files lie in {folder}", folder = root.display().to_string()));
    story.tell(&message!(
        "It trades through {day}, from half past seven to closing time, through the commands that the screens use.",
        day = day
    ));
    let mut patience = Patience::new(translations.say(&message!("Trading")));
    scenes::trade(&counter, &mut story, &mut |done, total| patience.show(done, total))?;
    patience.end();
    for scene in &story.scenes {
        story.tell(&message!("  • {scene}", scene = scene.clone()));
    }
    let zed = close_day(&counter, &story)?;
    let archive = archive_day(&counter, &story)?;
    afterwards::take_away(&counter, &story, &root)?;
    let journal = counter.ask(|register| register.journal().places().database())?;
    let tickets = counter.ask(|register| register.journal().standing().next_number(nf525::Chain::T) - 1)?;
    counter.close()?;
    verify_all(&[archive.clone(), journal.clone()], &story)?;
    tell_where(&root, &journal, &archive, &zed, tickets, &story);
    Ok(())
}

fn open(root: &Path, printer: Box<dyn Printer>, texts: &Translations) -> Result<(Counter, Date), DemoError> {
    let zone = sample::TIME_ZONE.parse().map_err(std::io::Error::other)?;
    let day = yesterday(SystemClock.now(), zone).ok_or_else(|| std::io::Error::other("the clock is not set"))?;
    let opens = chrono::NaiveTime::from_hms_opt(7, 30, 0).unwrap_or_default();
    let opens = Instant::from_local(day, opens, zone).ok_or_else(|| std::io::Error::other("no such time"))?;
    let clock = SetClock::at_instant(opens);
    let folder = DataFolder::of_sample(root);
    let mut register = Register::found(folder, sample::founding(Mode::Live)?, platform::for_a_sample(clock.clone()))?;
    let farewell = Some("Merci de votre visite, à bientôt !".to_owned());
    register.set_papers(&PaperSettings { width: Width::Wide, farewell })?;
    Ok((Counter::open(register, clock, printer, texts)?, Date(day)))
}

/// The business day before the one that the calendar shows.
fn yesterday(now_unix: i64, zone: chrono_tz::Tz) -> Option<chrono::NaiveDate> {
    let now = chrono::DateTime::from_timestamp(now_unix, 0)?.with_timezone(&zone);
    now.date_naive().pred_opt()
}

/// Counts the drawer, takes the day's cash to the safe and closes the day.
fn close_day(counter: &Counter, story: &Story<'_>) -> Result<Closing, DemoError> {
    let expected = counter.ask(|register| register.cash_expected())?;
    let counted = expected - Cents::new(20);
    let wrong =
        Command::CountCash { counted: counted - Cents::new(2000), coins: Vec::new(), replaces: None, reason: None };
    let first = counter.command(MANAGER, wrong)?.entry().map(|entry| entry.seq);
    let reason = Some("un billet de 20 € était resté sous le casier".to_owned());
    counter
        .command(MANAGER, Command::CountCash { counted, coins: by_denomination(counted), replaces: first, reason })?;
    story.tell(&message!(
        "The drawer is counted blind, by notes and coins, and once more as a note was missed: {counted} found where {expected} should be, and the journal says so.",
        counted = counted,
        expected = expected
    ));
    let count = counter.ask(|register| register.journal().standing().size() - 1)?;
    counter.print(MANAGER, PaperOf::Cash(count))?;
    let safe = counted - Cents::new(15_000);
    let reason = Some("coffre".to_owned());
    counter.command(OWNER, Command::MoveCash { movement: CashType::Drop, amount: safe, reason })?;
    let answer = counter.command(OWNER, Command::CloseDay)?;
    let Some(Body::Closing(zed)) = answer.entry().map(|entry| entry.body.clone()) else {
        return Err(CounterError::NotRefused.into());
    };
    counter.print(OWNER, PaperOf::Closing { period: Period::Day, number: zed.number })?;
    story.tell(&message!("The day is closed (Z {number}):", number = zed.number));
    let all = zed.sales + zed.returns + zed.cancels + zed.corrections;
    story.tell(&message!(
        "  {tickets} tickets: {sales} sales, {returns} return, {cancels} cancel, {corrections} correction; net {ttc}, of which VAT {vat}",
        tickets = all,
        sales = zed.sales,
        returns = zed.returns,
        cancels = zed.cancels,
        corrections = zed.corrections,
        ttc = zed.totals.ttc,
        vat = zed.totals.vat_sum()
    ));
    for row in &zed.totals.vat {
        story.tell(&message!("  at {rate}: {ttc}, of which VAT {vat}", rate = row.rate, ttc = row.ttc, vat = row.vat));
    }
    for payment in &zed.payments {
        story.tell(&message!(
            "  by {tender}: {amount} (payments: {count})",
            tender = comptoir_core::tender::name(payment.tender),
            amount = payment.amount,
            count = payment.count
        ));
    }
    Ok(*zed)
}

/// An amount in as few notes and coins as it takes.
fn by_denomination(amount: Cents) -> Vec<Coin> {
    let mut left = amount.get();
    let values = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];
    let coins = values.map(|value| {
        let pieces = left / value;
        left %= value;
        Coin { value: Cents::new(value), pieces: u64::try_from(pieces).unwrap_or(0) }
    });
    coins.into_iter().filter(|coin| coin.pieces > 0).collect()
}

/// Archives the closed day, and whatever months and years are over.
fn archive_day(counter: &Counter, story: &Story<'_>) -> Result<PathBuf, DemoError> {
    let spans =
        |register: &mut Register| -> Result<Vec<Span>, OpenError> { register.journal().unarchived(&Period::ALL) };
    let spans = counter.ask(spans)?.map_err(RegisterError::from)?;
    let mut newest = PathBuf::new();
    for span in spans {
        newest = counter.ask(move |register| register.archive(span, |_, _| ()))??.path;
    }
    story.tell(&message!("The day is archived, and the archive recorded in the journal."));
    Ok(newest)
}

fn verify_all(files: &[PathBuf], story: &Story<'_>) -> Result<(), DemoError> {
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut patience = Patience::new(story.translations.say(&message!("Verifying")));
        let report = verify::verify_file(file, &[], &mut |done, total| patience.show(done, total));
        patience.end();
        if report.verdict() != Verdict::Sound {
            return Err(DemoError::NotSound);
        }
        story.tell(&message!("{file}: verified, sound ({entries} entries).", file = name, entries = report.entries));
    }
    Ok(())
}

fn tell_where(root: &Path, journal: &Path, archive: &Path, zed: &Closing, tickets: u64, story: &Story<'_>) {
    let root_of = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    story.tell(&message!("Where things lie, under {folder}:", folder = root.display().to_string()));
    story.tell(&message!(
        "  {path}: the journal, {tickets} tickets and all else, sealed; any SQLite opens it",
        path = root_of(journal),
        tickets = tickets
    ));
    story.tell(&message!("  {path}: the archive of the day, a ZIP with a notice in French", path = root_of(archive)));
    if root.join(PAPERS).is_dir() {
        story.tell(&message!("  papers: what was printed, as pictures and as text"));
    }
    story.tell(&message!("  {workbook}: the sales for a spreadsheet", workbook = afterwards::WORKBOOK));
    story.tell(&message!("  {copy}: the copy of the till", copy = afterwards::COPY));
    story.tell(&message!("  shop.db: the catalogue, the operators, and what is derived from the journal"));
    story.tell(&message!("What the Z prints, by which anyone can later prove that nothing was cut off before it:"));
    let size_and_root = format!("{}:{}", zed.checkpoint.size, zed.checkpoint.root);
    story.tell(&message!("  {size_and_root}", size_and_root = size_and_root.as_str()));
    story.tell(&message!("Check it yourself:"));
    let program = std::env::args().next().unwrap_or_else(|| "comptoir".to_owned());
    let command = format!("{program} verify \"{}\" --against {size_and_root}", journal.display());
    story.tell(&message!("  {command}", command = command));
}
