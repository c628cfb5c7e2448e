//! One till during the sample day: it asks the register what its screens will ask, and nothing else.

use comptoir_core::barcode::{BarcodeError, Scan, Scheme};
use comptoir_core::basket::{Basket, BasketError, ItemId};
use comptoir_core::catalogue::{Asked, Catalogue, Product};
use comptoir_core::correction::CorrectionError;
use comptoir_core::inspection::{self, Kit, Stage, Tools};
use comptoir_core::outside::SetClock;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{
    Answer, Archivist, Command, Desk, DeskClosed, DeskKitError, Refusal, Register, RegisterError, Request,
};
use comptoir_core::secret::SecretError;
use comptoir_core::settlement::Due;
use comptoir_core::tender::{TenderError, TenderRequest};
use comptoir_core::voucher::{Presented, VoucherCode};
use comptoir_fiscal::entry::{Body, Channel, Mode, SaleMode, Tender, Ticket, TicketRef, TicketType};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity, RegisterId};
use comptoir_till::devices::{Printed, Printer, Spooler};
use std::path::Path;
use std::sync::Arc;

/// Why the sample day could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CounterError {
    #[error(transparent)]
    Basket(#[from] BasketError),
    #[error(transparent)]
    Tender(#[from] TenderError),
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    #[error(transparent)]
    Barcode(#[from] BarcodeError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Kit(#[from] DeskKitError),
    #[error(transparent)]
    Closed(#[from] DeskClosed),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the sample catalogue has no {0}")]
    NotSold(String),
    #[error("a ticket of the sample day is not found")]
    NotFound,
    #[error("the sample day expected a refusal and got none")]
    NotRefused,
}

impl CounterError {
    /// What is wrong, and what to do.
    pub(crate) fn message(&self) -> Message {
        match self {
            CounterError::Basket(error) => error.message(),
            CounterError::Tender(error) => error.message(),
            CounterError::Correction(error) => error.message(),
            CounterError::Barcode(error) => error.message(),
            CounterError::Refused(error) => error.message(),
            CounterError::Register(error) => error.message(),
            CounterError::Secret(error) => error.message(),
            CounterError::Kit(error) => error.message(),
            CounterError::Closed(_) => message!("The register has stopped. Start it again."),
            CounterError::NotSold(sku) => message!("The sample catalogue has no {sku}.", sku = sku.as_str()),
            CounterError::NotFound => message!("A ticket of the sample day is not found."),
            CounterError::NotRefused => message!("The sample day expected a refusal and got none."),
        }
    }
}

/// The till, its operator's screen so to speak.
pub(super) struct Counter {
    desk: Arc<Desk>,
    spooler: Spooler,
    archivist: Archivist,
    clock: SetClock,
    catalogue: Arc<Catalogue>,
    pub(super) register: RegisterId,
}

impl Counter {
    /// Starts the till and its printer. What the printer cannot do is said once it is known.
    pub(super) fn open(
        mut register: Register,
        clock: SetClock,
        printer: Box<dyn Printer>,
        texts: &Translations,
    ) -> std::io::Result<Counter> {
        let (catalogue, id) = (register.catalogue().clone(), register.id());
        let desk = Arc::new(Desk::start(register)?);
        let said = texts.clone();
        let heard = move |printed: &Printed| {
            if let Some(stopped) = &printed.stopped {
                eprintln!("{}", said.say(&stopped.message()));
            }
        };
        let spooler = Spooler::start(desk.clone(), printer, Arc::new(texts.clone()), heard)?;
        // A day that ends a month or a year has that archived too.
        let archivist = Archivist::start(desk.clone(), |_| ())?;
        Ok(Counter { desk, spooler, archivist, clock, catalogue, register: id })
    }

    /// Time passes.
    pub(super) fn wait(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    pub(super) fn basket(&self, mode: Option<SaleMode>) -> Basket {
        Basket::new(mode, Channel::Counter)
    }

    /// Taps a product.
    pub(super) fn tap(&self, basket: &mut Basket, sku: &str, pieces: i32) -> Result<ItemId, CounterError> {
        let product = self.catalogue.product(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.add(product, Quantity::pieces(pieces), None)?)
    }

    /// Weighs goods in their wrapping.
    pub(super) fn weigh(&self, basket: &mut Basket, sku: &str, grams: i64) -> Result<ItemId, CounterError> {
        let product = self.catalogue.product(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.add_weighed(product, Quantity::thousandths(grams), None, None)?)
    }

    /// Taps a menu.
    pub(super) fn menu(&self, basket: &mut Basket, sku: &str, count: u32) -> Result<ItemId, CounterError> {
        let menu = self.catalogue.menu(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.add_menu(menu, &self.catalogue, count)?)
    }

    /// Taps a product that is sold with a choice, and chooses.
    pub(super) fn tap_asked(
        &self,
        basket: &mut Basket,
        sku: &str,
        asked: &[Asked<'_>],
    ) -> Result<ItemId, CounterError> {
        let product = self.catalogue.product(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.add_asked(product, Quantity::ONE, None, &self.catalogue, asked)?)
    }

    /// Taps a menu, and what the guest chooses of each course.
    pub(super) fn menu_of(&self, basket: &mut Basket, sku: &str, chosen: &[&str]) -> Result<ItemId, CounterError> {
        let menu = self.catalogue.menu(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.add_menu_of(menu, &self.catalogue, 1, chosen)?)
    }

    /// Taps a family, and the one of its products that is what the customer wants.
    pub(super) fn tap_variant(
        &self,
        basket: &mut Basket,
        family: &str,
        wanted: &[&str],
    ) -> Result<ItemId, CounterError> {
        let is_wanted = |product: &&Product| product.variant.as_ref().is_some_and(|variant| variant.options == wanted);
        let product = self.catalogue.variants(family).find(is_wanted);
        let product = product.ok_or_else(|| CounterError::NotSold(format!("{family} {}", wanted.join(" "))))?;
        Ok(basket.add(product, Quantity::ONE, None)?)
    }

    /// Pays back a returned deposit.
    pub(super) fn deposit_back(&self, basket: &mut Basket, sku: &str, pieces: i32) -> Result<ItemId, CounterError> {
        let product = self.catalogue.product(sku).ok_or_else(|| CounterError::NotSold(sku.to_owned()))?;
        Ok(basket.return_deposit(product, Quantity::pieces(pieces))?)
    }

    /// Scans a barcode, whatever it holds.
    pub(super) fn scan(&self, basket: &mut Basket, code: &str) -> Result<ItemId, CounterError> {
        let found = |code: &str| self.catalogue.by_barcode(code).ok_or_else(|| CounterError::NotSold(code.to_owned()));
        Ok(match comptoir_core::barcode::parse(code, &Scheme::default())? {
            Scan::Gtin(gtin) => basket.add(found(&gtin)?, Quantity::ONE, None)?,
            Scan::Weighed { item, weight } => basket.add(found(&item)?, weight, None)?,
            Scan::Priced { item, price } => basket.add_priced(found(&item)?, price)?,
            Scan::Other(text) => basket.add(found(&text)?, Quantity::ONE, None)?,
        })
    }

    /// Ends the choosing: the basket is due.
    pub(super) fn due(&self, basket: Basket) -> Result<Due, CounterError> {
        let terms = self.desk.ask(|register| register.terms())?;
        Ok(basket.due(&terms).map_err(|(_, error)| error)?)
    }

    /// Takes the payments and seals the sale.
    pub(super) fn sell(
        &self,
        operator: &str,
        basket: Basket,
        payments: Vec<TenderRequest>,
    ) -> Result<Answer, CounterError> {
        let mut due = self.due(basket)?;
        for payment in payments {
            due.tender(payment)?;
        }
        self.settle(operator, due)
    }

    /// Seals what is paid.
    pub(super) fn settle(&self, operator: &str, due: Due) -> Result<Answer, CounterError> {
        let settled = due.settle().map_err(|(_, error)| error)?;
        self.command(operator, Command::Sell(Box::new(settled)))
    }

    /// Seals a held ticket, a part in cash and the rest by card.
    pub(super) fn settle_held(
        &self,
        operator: &str,
        id: CommandId,
        mut due: Due,
        in_cash: Cents,
    ) -> Result<Answer, CounterError> {
        due.tender(TenderRequest::Cash { handed: in_cash, over_limit: None })?;
        due.tender(TenderRequest::Card { amount: due.left(), reference: None })?;
        let settled = due.settle().map_err(|(_, error)| error)?;
        let request = Request::new(id, operator, Command::Sell(Box::new(settled)));
        let answer = self.desk.ask(move |register| register.execute(request))??;
        self.hand_out(operator, &answer)?;
        Ok(answer)
    }

    /// Asks for a paper.
    pub(super) fn print(&self, operator: &str, paper: PaperOf) -> Result<(), CounterError> {
        self.command(operator, Command::Print(paper))?;
        self.spooler.ring();
        Ok(())
    }

    /// Asks the customer whether they want a ticket: few do, besides those whose ticket is out of the ordinary.
    pub(super) fn hand_out(&self, operator: &str, answer: &Answer) -> Result<(), CounterError> {
        for entry in answer.lines.iter().map(|line| &line.entry) {
            let Body::Ticket(ticket) = &entry.body else { continue };
            let reference = TicketRef { number: ticket.number, register: entry.register };
            if ticket.payments.iter().any(|payment| payment.tender == Tender::Cash) {
                self.spooler.open_drawer();
            }
            if is_ordinary(ticket) && !ticket.number.is_multiple_of(10) {
                self.command(operator, Command::NoPaper(reference))?;
            } else {
                self.print(operator, PaperOf::Ticket(reference))?;
            }
            for voucher in answer.vouchers.iter().filter(|voucher| voucher.seq == entry.seq) {
                self.print(operator, PaperOf::Voucher { ticket: reference, code: voucher.code.to_string() })?;
            }
        }
        Ok(())
    }

    /// Gives the register a command.
    pub(super) fn command(&self, operator: &str, command: Command) -> Result<Answer, CounterError> {
        let by = operator.to_owned();
        let answer: Result<Answer, CounterError> = self.desk.ask(move |register| {
            let id = register.new_command()?;
            Ok(register.execute(Request::new(id, by, command))?)
        })?;
        let answer = answer?;
        self.hand_out(operator, &answer)?;
        Ok(answer)
    }

    /// What the register says to what it must refuse.
    pub(super) fn refused(outcome: Result<Answer, CounterError>) -> Result<Message, CounterError> {
        match outcome {
            Ok(_) => Err(CounterError::NotRefused),
            Err(error) => Ok(error.message()),
        }
    }

    /// What is left on a voucher that a customer shows.
    pub(super) fn voucher(&self, code: &VoucherCode) -> Result<Cents, CounterError> {
        let shown = Presented::Code(code.clone());
        Ok(self.desk.ask(move |register| register.voucher(&shown))??)
    }

    /// A code for a gift voucher.
    pub(super) fn new_voucher_code(&self) -> Result<VoucherCode, CounterError> {
        Ok(self.desk.ask(|register| register.new_voucher_code())??)
    }

    /// A ticket of this register.
    pub(super) fn ticket_ref(&self, number: u64) -> TicketRef {
        TicketRef { number, register: self.register }
    }

    /// Turns the till to school mode, or back.
    pub(super) fn turn(&self, operator: &str, to: Mode) -> Result<(), CounterError> {
        Ok(self.desk.turn(operator, to)??)
    }

    /// Waits a moment for the printer, which prints only what the till has open.
    pub(super) fn wait_for_papers(&self) -> Result<(), CounterError> {
        for _ in 0..100 {
            if self.desk.ask(|register| register.print_queue())??.is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ok(())
    }

    /// Asks the register something else.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Register) -> T + Send + 'static,
    ) -> Result<T, CounterError> {
        Ok(self.desk.ask(question)?)
    }

    /// Makes an inspector's kit beside the till.
    pub(super) fn inspection_kit(
        &self,
        by: &str,
        to: &Path,
        asked: inspection::Asked,
        tools: &Tools<'_>,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, CounterError> {
        Ok(self.desk.inspection_kit(by, to, asked, tools, progress)?)
    }

    /// Ends the day at this till.
    pub(super) fn close(self) -> Result<(), CounterError> {
        drop(self.spooler);
        drop(self.archivist);
        match Arc::try_unwrap(self.desk) {
            Ok(desk) => Ok(desk.close()?),
            // The printer's thread has ended, so that nobody else has the desk.
            Err(_) => Err(DeskClosed.into()),
        }
    }
}

/// Whether nothing about a ticket makes its customer want it on paper.
fn is_ordinary(ticket: &Ticket) -> bool {
    ticket.ticket_type == TicketType::Sale
        && !ticket.lines.is_empty()
        && ticket.discounts.is_empty()
        && ticket.notes.is_empty()
        && ticket.payments.len() < 3
        && ticket.lines.iter().all(|line| line.menu.is_none())
}
