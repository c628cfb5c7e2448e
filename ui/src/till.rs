//! The till as its screens know it: where one is, who is at work, what is asked of the register and what came of it.

use std::path::PathBuf;
use std::sync::Arc;

use comptoir_core::held::HeldTicket;
use comptoir_core::mail::Posted;
use comptoir_core::operators::Operator;
use comptoir_core::outside::Random;
use comptoir_core::printing::ReceiptChoice;
use comptoir_core::register::{
    Answer, Approval, BackedUp, Command, Founding, Refusal, Register, RegisterError, Request, Status,
};
use comptoir_core::terms::Terms;
use comptoir_fiscal::entry::{Mode, Tender};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::values::{Cents, Quantity};

use crate::catalogue::{self, Catalogue};
use crate::device::Device;
use crate::doubt::{self, Doubt};
use crate::drawer::{self, Drawer};
use crate::errand::Errand;
use crate::guide::{self, Guide};
use crate::held::{self, Held};
use crate::help::{self, Help};
use crate::journal::{self, Journal};
use crate::lock::{self, Lock};
use crate::mail::{self, Mail, Password};
use crate::office::Touch;
use crate::operators::{self, Operators};
use crate::pay::{self, Pay};
use crate::pictures::Pictures;
use crate::sale::{self, Sale, Sold};
use crate::settings::{self, Settings};
use crate::terminal::SeparateTerminal;
use crate::texts::{Texts, drawn};
use crate::tickets::{self, Tickets};
use crate::welcome::{self, Welcome};
use crate::word::{self, Word};

/// A room of the till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Place {
    #[default]
    Sale,
    Pay,
    Held,
    Tickets,
    Drawer,
    Journal,
    Catalogue,
    Operators,
    Settings,
    Help,
}

/// What stands on the screen, as far as its fields go away with it: a room, and what is open in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scene {
    place: Place,
    part: u8,
}

/// What is added to a part of a room while something with a field lies over it.
const OVER: u8 = 0x80;

/// What a person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Went to another room.
    Go(Place),
    /// Goes a step back: within the room, or to the sale.
    Back,
    /// Put the message at the bottom away.
    Dismiss,
    /// Is sure of what looked like a slip, or is not.
    Sure(bool),
    /// A second has passed.
    Tick,
    /// Chose a language.
    Language(Language),
    /// Scanned a code, wherever they are.
    Scan(String),
    /// Locked the till.
    Lock,
    /// At the lock.
    Door(lock::Intent),
    /// On the sale screen.
    Sale(sale::Intent),
    /// On the payment screen.
    Pay(pay::Intent),
    /// Where a manager's word is asked for.
    Word(word::Intent),
    /// Among the tickets that wait.
    Held(held::Intent),
    /// Among the tickets that were sealed.
    Tickets(tickets::Intent),
    /// Drawer.
    Drawer(drawer::Intent),
    /// Journal.
    Journal(journal::Intent),
    /// Catalogue.
    Catalogue(catalogue::Intent),
    /// Operators.
    Operators(operators::Intent),
    /// Settings.
    Settings(settings::Intent),
    /// With tickets by e-mail.
    Mail(mail::Intent),
    /// Help.
    Help(help::Intent),
    /// In the first run.
    Welcome(welcome::Intent),
    /// In the guided sale.
    Guide(guide::Intent),
    /// Wants the on-screen keyboard while a field has the keys, or does not.
    Keyboard(bool),
}

/// What is done with the till once the register has answered.
pub type Reply = Box<dyn FnOnce(&mut Till) + Send>;

/// What is asked of the register, on its own thread.
pub type Task = Box<dyn FnOnce(&mut Register) -> Reply + Send>;

/// What is done without the register, on a thread of its own: it may take its time.
pub type Aside = Box<dyn FnOnce(&mut dyn Random) -> Reply + Send>;
/// What whoever runs the screens is to do, in this order.
pub enum Order {
    /// Ask the register, and give the till the reply.
    Ask(Task),
    /// Open the sample shop in school mode, founded the first time, and start the till on it.
    Practise,
    /// Found a shop in the data folder, which holds none, and start the till on it. Where that fails, tell the till by
    /// [`Till::not_founded`], and go on with what was open.
    Found(Box<Founding>),
    /// Ask the back office at an address who it is, beside everything else; [`Till::met`] hears of it under the same number.
    Meet {
        /// The address, as it was typed.
        address: String,
        /// The code that stands beside it.
        code: String,
        /// Which question it is.
        asked: u32,
    },
    /// Ask the back office of a link what it offers, beside everything else; [`Till::offered`] hears of it under the same
    /// number.
    AskByLink {
        /// The link, as it was typed or scanned.
        link: String,
        /// Which question it is.
        asked: u32,
    },
    /// Open the till that was offered under a number, start on it and enrol it. Where that fails, tell the till by
    /// [`Till::not_founded`], and go on with what was open.
    OpenByLink {
        /// Under which number.
        asked: u32,
    },
    /// Turn to school mode, or back to real sales, and start the till again.
    Turn {
        /// Who asks.
        operator: String,
        /// To what.
        to: Mode,
        /// A manager's word where the operator may not do it alone, given for this id.
        word: Option<(CommandId, Approval)>,
    },
    /// Do something that needs no register, beside it, and give the till the reply.
    Aside(Aside),
    /// Remember how this device is, over its restarts, and print where it says.
    Remember(Box<Device>),
    /// Copy all that the till holds but its keys into a folder, while others are served; [`Till::backed_up`] hears of it.
    BackUp(PathBuf),
    /// Print a page that shows whether the printer prints.
    TestPrint,
    /// Look whether something waits for the printer.
    Print,
    /// Open the drawer.
    OpenDrawer,
    /// Enrol the till with a back office by its link; [`Till::enrolled`] hears of it.
    Enrol(String),
    /// Look whether a ticket waits to be sent by e-mail; [`Till::mails_posted`] hears what became of them.
    Post,
    /// Keep the password of the mail server in the place of the one before, or forget it.
    MailPassword(Option<Password>),
    /// Send a few words to the shop's own address; [`Till::mail_tried`] hears of it.
    TestMail,
    /// Do a long job beside the register's thread.
    Errand(Errand),
}

/// When the on-screen keyboard shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnScreen {
    /// Never: there is another.
    #[default]
    Never,
    /// While a field has the keys.
    OnTouch,
}

/// How the screens look and speak, as the device remembers it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Light ink on a dark ground.
    pub dark: bool,
    /// From 1.0 to 2.0.
    pub text_scale: f32,
    /// The ticket at the left.
    pub left_handed: bool,
    /// When the on-screen keyboard shows.
    pub keyboard: OnScreen,
    /// Nothing moves that could as well be there at once.
    pub still: bool,
}

impl Default for Look {
    fn default() -> Look {
        Look { dark: false, text_scale: 1.0, left_handed: false, keyboard: OnScreen::Never, still: false }
    }
}

/// What is said at the bottom of the screen until it is put away, or something else is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// What.
    pub message: Message,
    /// Whether something was refused.
    pub refused: bool,
}

/// What a till is started with, read from the register in one go.
pub struct Opening {
    sold: Sold,
    terms: Terms,
    operators: Vec<Operator>,
    counter: Option<HeldTicket>,
    next: CommandId,
    status: Status,
}

/// All that the screens know.
pub struct Till {
    pub(crate) texts: Texts,
    pub(crate) look: Look,
    /// Which choice of paper stands out after a sale.
    pub(crate) receipt: ReceiptChoice,
    /// The device as it was last remembered.
    pub(crate) remembered: Device,
    /// Where the receipt printer is; none where papers lie as pictures in the shop's folder.
    pub(crate) printer: Option<String>,
    pub(crate) place: Place,
    pub(crate) operators: Vec<Operator>,
    pub(crate) who: Option<Operator>,
    pub(crate) mode: Mode,
    pub(crate) held: usize,
    pub(crate) status: Option<Status>,
    /// How it stands with the back office.
    pub(crate) touch: Touch,
    /// By how many seconds this device's clock is ahead of the back office's; 0 where that is worth no word.
    pub(crate) ahead: i64,
    pub(crate) toast: Option<Toast>,
    pub(crate) lock: Lock,
    pub(crate) sale: Sale,
    pub(crate) pay: Option<Pay>,
    pub(crate) word: Option<Word>,
    pub(crate) doubt: Option<Doubt>,
    /// Whether what is done was doubted, and is meant.
    pub(crate) is_sure: bool,
    pub(crate) terminal: SeparateTerminal,
    /// Whether it is being asked how the register is doing.
    looks: bool,
    pub(crate) waiting: Held,
    pub(crate) tickets: Tickets,
    pub(crate) drawer: Drawer,
    pub(crate) journal: Journal,
    pub(crate) catalogue: Catalogue,
    pub(crate) team: Operators,
    pub(crate) settings: Settings,
    pub(crate) mail: Mail,
    pub(crate) pictures: Pictures,
    pub(crate) help: Help,
    pub(crate) welcome: Option<Welcome>,
    pub(crate) guide: Guide,
    /// Counts the papers that were looked at, so that each is drawn once.
    papers: u64,
    orders: Vec<Order>,
}

impl Till {
    /// A till that knows nothing yet, and asks the register for what it needs.
    pub fn start(language: Language, look: Look) -> Till {
        Till::start_on(Device { language, look, ..Device::default() })
    }

    /// The same on a device that was remembered.
    pub fn start_on(device: Device) -> Till {
        let mut till = Till::without_a_register(device);
        till.ask(Opening::read, Till::open);
        till
    }

    /// A till on a device that has no shop yet.
    pub fn welcome(language: Language, look: Look) -> Till {
        Till::welcome_on(Device { language, look, ..Device::default() })
    }

    /// The same on a device that was remembered.
    pub fn welcome_on(device: Device) -> Till {
        let mut till = Till::without_a_register(device);
        till.welcome = Some(Welcome::default());
        till
    }

    fn without_a_register(device: Device) -> Till {
        let Device { language, look, receipt, card_waits, printer, mail } = device.clone();
        Till {
            texts: Texts::new(language),
            look,
            receipt,
            printer,
            remembered: device,
            place: Place::Sale,
            operators: Vec::new(),
            who: None,
            mode: Mode::Live,
            held: 0,
            status: None,
            touch: Touch::default(),
            ahead: 0,
            toast: None,
            lock: Lock::default(),
            sale: Sale::default(),
            pay: None,
            word: None,
            doubt: None,
            is_sure: false,
            terminal: SeparateTerminal { waits: card_waits },
            looks: false,
            waiting: Held::default(),
            tickets: Tickets::default(),
            drawer: Drawer::default(),
            journal: Journal::default(),
            catalogue: Catalogue::default(),
            team: Operators::default(),
            settings: Settings::default(),
            mail: Mail { server: mail, ..Mail::default() },
            pictures: Pictures::default(),
            help: Help::default(),
            welcome: None,
            guide: Guide::default(),
            papers: 0,
            orders: Vec::new(),
        }
    }

    /// Begins anew on a register that has become another: another journal, or the first one of a new shop.
    pub fn begin_again(&mut self) {
        let after = self.sale.shelf.edition();
        let (guide, papers) = (self.guide.kept(), self.papers);
        *self = Till { guide, papers, ..Till::start_on(self.device()) };
        self.sale.shelf.come_after(after);
    }

    /// Takes in why a shop was not founded, or the sample one not opened.
    pub fn not_founded(&mut self, why: Message) {
        welcome::not_founded(self, why);
    }

    /// Takes in what the register opened with.
    fn open(&mut self, opening: Result<Opening, Refusal>) {
        let opening = match opening {
            Ok(opening) => opening,
            Err(refusal) => return self.refuse(&refusal),
        };
        self.operators = opening.operators;
        let after = self.sale.shelf.edition();
        self.sale = Sale::new(opening.sold, opening.terms, opening.next, opening.counter, after);
        self.take_in(opening.status);
        pay::take_up(self);
        self.lock.open(&self.operators);
    }

    /// Takes the register's reply in.
    pub fn hear(&mut self, reply: Reply) {
        reply(self);
        self.scan_what_waits();
        guide::follow(self);
    }

    /// Does what a person asked for.
    pub fn update(&mut self, intent: Intent) {
        if !matches!(intent, Intent::Word(_) | Intent::Tick) {
            self.toast = None;
        }
        if !matches!(intent, Intent::Sure(_) | Intent::Tick) {
            self.doubt = None;
        }
        match intent {
            Intent::Go(place) => self.go(place),
            Intent::Back => self.back(),
            Intent::Dismiss => {}
            Intent::Sure(sure) => doubt::settle(self, sure),
            Intent::Tick => {
                self.sale.forget_removed();
                self.look_around();
            }
            Intent::Language(language) => {
                self.texts.turn_to(language);
                self.remember();
            }
            Intent::Scan(code) => self.scan(&code),
            Intent::Lock => lock::lock(self),
            Intent::Door(intent) => lock::update(self, intent),
            Intent::Sale(intent) => sale::update(self, intent),
            Intent::Pay(intent) => pay::update(self, intent),
            Intent::Word(intent) => word::update(self, intent),
            Intent::Held(intent) => held::update(self, intent),
            Intent::Tickets(intent) => tickets::update(self, intent),
            Intent::Drawer(intent) => drawer::update(self, intent),
            Intent::Journal(intent) => journal::update(self, intent),
            Intent::Catalogue(intent) => catalogue::update(self, intent),
            Intent::Operators(intent) => operators::update(self, intent),
            Intent::Settings(intent) => settings::update(self, intent),
            Intent::Mail(intent) => mail::update(self, intent),
            Intent::Help(intent) => help::update(self, intent),
            Intent::Welcome(intent) => welcome::update(self, intent),
            Intent::Guide(intent) => guide::update(self, intent),
            Intent::Keyboard(shows) => {
                self.look.keyboard = if shows { OnScreen::OnTouch } else { OnScreen::Never };
            }
        }
        self.scan_what_waits();
        guide::follow(self);
    }

    /// Takes in how the register is doing.
    fn take_in(&mut self, status: Status) {
        self.mode = status.mode;
        self.held = status.held;
        self.sale.takes_no_vat = status.takes_no_vat;
        self.status = Some(status);
    }

    /// Asks how the register is doing; where a new day has begun, by which rules and prices it sells.
    pub(crate) fn look_around(&mut self) {
        if self.looks {
            return;
        }
        self.looks = true;
        let (date, catalogue) = (self.sale.terms.date, self.sale.catalogue.clone());
        self.ask(
            move |register| -> Result<_, RegisterError> {
                let now = register.catalogue().clone();
                let changed = (!Arc::ptr_eq(&now, &catalogue)).then(|| Sold::of(now));
                let terms = (register.business_date() != date).then(|| register.terms());
                Ok((register.status()?, changed, terms))
            },
            |till, outcome| {
                till.looks = false;
                match outcome {
                    Ok((status, catalogue, terms)) => {
                        till.take_in(status);
                        if let Some(sold) = catalogue {
                            till.sale.put_catalogue(sold);
                        }
                        if let Some(terms) = terms {
                            till.sale.terms = terms;
                        }
                    }
                    Err(error) => till.refuse_for(error.message()),
                }
            },
        );
    }

    /// Goes to a room; what it shows is asked for. Where some of a ticket is paid, the sale is where its payment is.
    pub(crate) fn go(&mut self, place: Place) {
        let place = if place == Place::Sale && !pay::let_go(self) { Place::Pay } else { place };
        let from = std::mem::replace(&mut self.place, place);
        match place {
            Place::Held => held::enter(self),
            Place::Tickets => tickets::enter(self),
            Place::Drawer => drawer::enter(self),
            Place::Journal => journal::enter(self),
            Place::Catalogue => catalogue::enter(self),
            Place::Operators => operators::enter(self),
            Place::Settings => settings::enter(self),
            Place::Help => help::enter(self, from),
            Place::Sale | Place::Pay => {}
        }
    }

    /// Goes a step back: within the room, or to the sale.
    fn back(&mut self) {
        let within = match self.place {
            Place::Sale | Place::Pay | Place::Held | Place::Tickets => false,
            Place::Drawer => drawer::back(self),
            Place::Journal => journal::back(self),
            Place::Catalogue => catalogue::back(self),
            Place::Operators => operators::back(self),
            Place::Settings => settings::back(self),
            Place::Help => help::back(self),
        };
        if !within {
            self.go(Place::Sale);
        }
    }

    fn scan(&mut self, code: &str) {
        if self.welcome.is_some() {
            return welcome::by_link::scan(self, code);
        }
        if self.who.is_none() {
            return lock::update(self, lock::Intent::Badge(code.to_owned()));
        }
        if self.word.is_some() {
            return word::update(self, word::Intent::Badge(code.to_owned()));
        }
        // The next customer's articles are scanned while the last one's ticket is being sealed: none is lost.
        if self.sale.is_busy() {
            return self.sale.early.push(code.to_owned());
        }
        match self.place {
            Place::Pay => pay::update(self, pay::Intent::Voucher(code.to_owned())),
            Place::Sale if tickets::is_code(code) => {
                self.go(Place::Tickets);
                tickets::update(self, tickets::Intent::Scan(code.to_owned()));
            }
            Place::Sale => sale::update(self, sale::Intent::Scan(code.to_owned())),
            Place::Tickets => tickets::update(self, tickets::Intent::Scan(code.to_owned())),
            Place::Catalogue => catalogue::scan(self, code),
            Place::Operators if self.team.learns_a_badge() => operators::scan(self, code),
            Place::Held | Place::Drawer | Place::Journal | Place::Operators | Place::Settings | Place::Help => {
                self.go(Place::Sale);
                self.scan(code);
            }
        }
    }

    /// Scans what came while the counter was busy, in its order.
    fn scan_what_waits(&mut self) {
        if self.word.is_none() && !self.sale.is_busy() {
            for code in std::mem::take(&mut self.sale.early) {
                self.scan(&code);
            }
        }
    }

    /// What is to be done outside, oldest first; asked for once.
    pub fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Asks the register, and does `then` with what it says.
    pub(crate) fn ask<T: Send + 'static>(
        &mut self,
        question: impl FnOnce(&mut Register) -> T + Send + 'static,
        then: impl FnOnce(&mut Till, T) + Send + 'static,
    ) {
        self.orders.push(Order::Ask(Box::new(move |register| {
            let answer = question(register);
            Box::new(move |till| then(till, answer))
        })));
    }

    /// Has something done without the register, and does `then` with what came of it.
    pub(crate) fn aside<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut dyn Random) -> T + Send + 'static,
        then: impl FnOnce(&mut Till, T) + Send + 'static,
    ) {
        self.orders.push(Order::Aside(Box::new(move |random| {
            let done = work(random);
            Box::new(move |till| then(till, done))
        })));
    }

    /// This device, as it is remembered.
    pub fn device(&self) -> Device {
        Device {
            language: self.texts.language(),
            look: self.look,
            receipt: self.receipt,
            card_waits: self.terminal.waits,
            printer: self.printer.clone(),
            mail: self.mail.server.clone(),
        }
    }

    /// Has this device remembered as it is now.
    pub(crate) fn remember(&mut self) {
        self.remembered = self.device();
        let device = Box::new(self.remembered.clone());
        self.order(Order::Remember(device));
    }

    /// Hears what came of a copy that was ordered.
    pub fn backed_up(&mut self, outcome: Result<BackedUp, Message>) {
        settings::backed_up(self, outcome);
    }

    /// Hears what became of the mails that were due, and why the last one was not taken.
    pub fn mails_posted(&mut self, posted: Posted, trouble: Option<Message>) {
        mail::posted(self, posted, trouble);
    }

    /// Hears what came of a mail that only shows whether mails arrive.
    pub fn mail_tried(&mut self, outcome: Result<(), Message>) {
        mail::tried(self, outcome);
    }

    /// What the next paper that is looked at is known by, to the window: no other one ever was.
    pub(crate) fn next_paper(&mut self) -> u64 {
        self.papers += 1;
        self.papers
    }

    /// Has something else done outside.
    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push(order);
    }

    /// Has the drawer opened where cash changed hands.
    pub(crate) fn open_drawer_for(&mut self, answer: &Answer) {
        let mut payments = answer.tickets().flat_map(|ticket| &ticket.payments);
        if payments.any(|payment| payment.tender == Tender::Cash) {
            self.order(Order::OpenDrawer);
        }
    }

    /// Has a command done in the operator's name, and does `then` with what came of it. Where the operator may not do it
    /// alone, a manager is asked for their word first; `then` hears of it only once that is settled.
    pub(crate) fn command(
        &mut self,
        id: Option<CommandId>,
        command: Command,
        then: impl FnOnce(&mut Till, Result<Answer, Refusal>) + Send + 'static,
    ) {
        let operator = self.who.as_ref().map(|who| who.id.clone()).unwrap_or_default();
        self.ask(
            move |register| {
                let id = match id {
                    Some(id) => id,
                    None => register.new_command()?,
                };
                Ok(Request::new(id, operator, command))
            },
            |till, request| match request {
                Ok(request) => till.request(request, Box::new(then)),
                Err(refusal) => then(till, Err(Refusal::Register(refusal))),
            },
        );
    }

    /// Has a request done; see [`Till::command`].
    pub(crate) fn request(&mut self, request: Request, then: word::Then) {
        let kept = request.clone();
        self.ask(
            move |register| register.execute(request),
            move |till, outcome| match outcome {
                Err(Refusal::Gate(error)) => word::ask(till, error, kept, then),
                outcome => then(till, outcome),
            },
        );
    }

    /// Who is at work, by their id; nobody's where the till is locked.
    pub(crate) fn operator(&self) -> String {
        self.who.as_ref().map(|who| who.id.clone()).unwrap_or_default()
    }

    /// Says at the bottom of the screen why something was refused.
    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        self.refuse_for(refusal.message());
    }

    /// The same in any words.
    pub fn refuse_for(&mut self, message: Message) {
        self.toast = Some(Toast { message, refused: true });
    }

    /// Says at the bottom of the screen what was done.
    pub(crate) fn tell(&mut self, message: Message) {
        self.toast = Some(Toast { message, refused: false });
    }

    /// A message in the reader's language.
    pub(crate) fn say(&self, message: &Message) -> String {
        self.texts.say(message)
    }

    /// An amount with its currency, in the reader's form.
    pub(crate) fn money(&self, amount: Cents) -> String {
        drawn(&self.texts.language().money(amount))
    }

    /// A quantity in the reader's form.
    pub(crate) fn quantity(&self, quantity: Quantity) -> String {
        self.texts.language().quantity(quantity)
    }

    /// The language that is read.
    pub fn language(&self) -> Language {
        self.texts.language()
    }

    /// How the screens look.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Changes how the screens look.
    pub fn set_look(&mut self, look: Look) {
        self.look = look;
    }

    /// How many tiles are shown.
    pub fn tiles(&self) -> usize {
        self.sale.shelf.shown().len()
    }

    /// What is asked about an article.
    pub fn asking(&self) -> Option<&sale::asking::Asking> {
        self.sale.asking.as_ref()
    }

    /// The counter.
    pub fn sale(&self) -> &Sale {
        &self.sale
    }

    /// What stands on the screen.
    pub(crate) fn scene(&self) -> Scene {
        let part = match self.place {
            Place::Catalogue => self.catalogue.part(),
            Place::Operators => self.team.part(),
            Place::Settings => self.settings.part(),
            _ => 0,
        };
        // An address that is asked for stands over any room.
        let over = if self.mail.asking.is_some() { OVER } else { 0 };
        Scene { place: self.place, part: part | over }
    }

    /// Where one is.
    pub fn place(&self) -> Place {
        self.place
    }
}

impl Opening {
    fn read(register: &mut Register) -> Result<Opening, Refusal> {
        Ok(Opening {
            sold: Sold::of(register.catalogue().clone()),
            terms: register.terms(),
            operators: register.operators().filter(|operator| operator.active).cloned().collect(),
            counter: register.on_counter()?,
            next: register.new_command()?,
            status: register.status()?,
        })
    }
}
