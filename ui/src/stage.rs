//! A till without a window on a real register in a folder of its own, for the tests of the models.

use std::cell::RefCell;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Change, Command, Founding, Register, Request};
use comptoir_core::sample;
use comptoir_core::secret::Pin;
use comptoir_fiscal::entry::{Body, Entry, Event, Mode, Ticket};
use comptoir_fiscal::language::Language;
use tempfile::TempDir;

use crate::errand::here::Here;
use crate::mail::Password;
use crate::rehearsal::{BEGINS, Dice, platform};
use crate::till::{Intent, Look, Order, Till};
use crate::{lock, sale, word};

/// The till, the register, and how often the printer and the drawer were told of something.
pub(crate) struct Stage {
    pub(crate) till: Till,
    pub(crate) register: Register,
    pub(crate) prints: usize,
    pub(crate) drawers: usize,
    /// How often whoever sends mails was told of something.
    pub(crate) posts: usize,
    /// The passwords of a mail server that were to be kept, or forgotten.
    pub(crate) passwords: Vec<Option<Password>>,
    pub(crate) clock: SetClock,
    /// What the device was last told to remember.
    pub(crate) remembered: String,
    pub(crate) folder: TempDir,
    /// To what it was turned, and whether by another's word, where it was.
    pub(crate) turned: Option<(Mode, bool)>,
}

/// Who is at the till, by their place at the door of the sample shop.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Manager = 1,
    Cashier = 2,
}

impl Stage {
    /// The sample shop's till, with somebody at it.
    pub(crate) fn with(who: Who) -> Stage {
        Stage::of(sample::founding(Mode::Live).unwrap(), who)
    }

    pub(crate) fn of(founding: Founding, who: Who) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock::at(BEGINS);
        let register = Register::found(DataFolder::of_sample(folder.path()), founding, platform(&clock)).unwrap();
        let till = Till::start(Language::French, Look::default());
        let remembered = String::new();
        let mut stage = Stage {
            till,
            register,
            prints: 0,
            drawers: 0,
            posts: 0,
            passwords: Vec::new(),
            clock,
            remembered,
            folder,
            turned: None,
        };
        stage.settle();
        stage.act(Intent::Door(lock::Intent::Who(who as usize)));
        stage
    }

    /// Does what a person asks for, and all that this asks of the register.
    pub(crate) fn act(&mut self, intent: Intent) {
        self.till.update(intent);
        self.settle();
    }

    pub(crate) fn settle(&mut self) {
        loop {
            let orders = self.till.orders();
            if orders.is_empty() {
                return;
            }
            for order in orders {
                match order {
                    Order::Ask(task) => {
                        let reply = task(&mut self.register);
                        self.till.hear(reply);
                    }
                    Order::Print => self.prints += 1,
                    Order::OpenDrawer => self.drawers += 1,
                    Order::Errand(errand) => {
                        let told = RefCell::new(Vec::new());
                        let bench = Here::new(&mut self.register, self.folder.path());
                        errand.run(&bench, &|reply| told.borrow_mut().push(reply));
                        told.into_inner().into_iter().for_each(|reply| self.till.hear(reply));
                    }
                    Order::Aside(errand) => {
                        let reply = errand(&mut Dice::default());
                        self.till.hear(reply);
                    }
                    Order::Remember(device) => self.remembered = device.written(),
                    Order::BackUp(folder) => {
                        let outcome = self.register.back_up(&folder).map_err(|error| error.message());
                        self.till.backed_up(outcome);
                    }
                    Order::TestPrint => self.prints += 1,
                    Order::Post | Order::TestMail => self.posts += 1,
                    Order::MailPassword(password) => self.passwords.push(password),
                    Order::Turn { to, word, .. } => self.turned = Some((to, word.is_some())),
                    Order::Practise | Order::Found(_) | Order::Enrol(_) => {}
                    Order::Meet { .. } | Order::AskByLink { .. } | Order::OpenByLink { .. } => {}
                }
            }
        }
    }

    /// Does something on the sale screen.
    pub(crate) fn sale(&mut self, intent: sale::Intent) {
        self.act(Intent::Sale(intent));
    }

    /// Puts an article on the ticket, found by its name.
    pub(crate) fn touch(&mut self, name: &str) {
        self.sale(sale::Intent::Search(name.to_owned()));
        self.sale(sale::Intent::Tile(0));
        self.sale(sale::Intent::Search(String::new()));
    }

    /// Sells articles for cash, to the cent.
    pub(crate) fn sell(&mut self, names: &[&str]) {
        for name in names {
            self.touch(name);
        }
        let due = self.till.sale.basket.to_pay();
        self.sale(sale::Intent::Cash(due));
        assert!(self.till.sale.done.is_some(), "{:?}", self.till.toast);
    }

    /// Asks the register for something by its own hand.
    pub(crate) fn command(&mut self, operator: &str, command: Command) {
        let id = self.register.new_command().unwrap();
        self.register.execute(Request::new(id, operator, command)).unwrap();
    }

    /// Gives the sample shop's manager a PIN.
    pub(crate) fn has_a_pin(&mut self, digits: &str) {
        let manager = self.register.operators().find(|operator| operator.id == sample::MANAGER).cloned().unwrap();
        let pin = Change::Set(Pin::typed(digits).unwrap());
        self.command(sample::OWNER, Command::PutOperator { operator: manager, pin, badge: Change::Keep });
    }

    /// Gives the manager's word that is asked for, by their PIN.
    pub(crate) fn gives_their_word(&mut self, digits: &str) {
        let place = self.till.word.as_ref().unwrap().who.iter().position(|who| who.id == sample::MANAGER).unwrap();
        self.act(Intent::Word(word::Intent::Who(place)));
        for digit in digits.chars() {
            self.act(Intent::Word(word::Intent::Digit(digit)));
        }
        self.act(Intent::Word(word::Intent::Enter));
    }

    /// All that stands in the journal.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let journal = self.register.journal();
        (0..journal.standing().size()).map(|seq| journal.entry(seq).unwrap().entry).collect()
    }

    /// The tickets in the journal.
    pub(crate) fn tickets(&self) -> Vec<Ticket> {
        let ticket = |entry: Entry| if let Body::Ticket(ticket) = entry.body { Some(*ticket) } else { None };
        self.entries().into_iter().filter_map(ticket).collect()
    }

    /// The events of a code in the journal.
    pub(crate) fn events(&self, code: u32) -> Vec<Event> {
        let event = |entry: Entry| if let Body::Event(event) = entry.body { Some(event) } else { None };
        self.entries().into_iter().filter_map(event).filter(|event| event.code == code).collect()
    }

    /// Whether the last thing was refused, and was said to be.
    pub(crate) fn was_refused(&self) -> bool {
        self.till.toast.as_ref().is_some_and(|toast| toast.refused)
    }
}
