//! A till to rehearse with: a sample shop in a folder of its own, whose register answers at once, on the same thread.
//! Tests tap on it, and the gallery takes its pictures.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::{Random, RandomFailed, SetClock};
use comptoir_core::register::{Approval, Founding, NotChanged, Platform, Register};
use comptoir_fiscal::entry::{Mode, Software};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::journal::key_file::NoKeystore;
use comptoir_fiscal::language::Language;

use crate::device::Device;
use crate::errand::here::Here;
use crate::till::{Look, Order, Till};
use crate::window::Screens;

/// When a rehearsal begins: a Tuesday in November 2026, a quarter past ten in Paris.
pub const BEGINS: i64 = 1_795_511_700;

/// A till with its screens, and the register behind them.
pub struct Rehearsal {
    screens: Rc<Screens>,
    register: RefCell<Option<Register>>,
    orders: Rc<RefCell<Vec<Order>>>,
    /// What the device was told to remember, as it writes it down.
    device: RefCell<String>,
    clock: SetClock,
    folder: PathBuf,
    /// Where the folder goes with the rehearsal.
    _own: Option<tempfile::TempDir>,
}

/// Why a rehearsal does not begin.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each is what it holds")]
pub enum RehearsalError {
    #[error(transparent)]
    Register(#[from] comptoir_core::register::RegisterError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Window(#[from] slint::PlatformError),
}

impl Rehearsal {
    /// Founds the shop and opens its till.
    pub fn begin(founding: Founding, language: Language) -> Result<Rehearsal, RehearsalError> {
        let own = tempfile::tempdir()?;
        let rehearsal = Rehearsal::within(own.path(), founding, language)?;
        Ok(Rehearsal { _own: Some(own), ..rehearsal })
    }

    /// Founds the shop in a folder that stays.
    pub fn within(folder: &Path, founding: Founding, language: Language) -> Result<Rehearsal, RehearsalError> {
        let clock = SetClock::at(BEGINS);
        let register = Register::found(DataFolder::of_sample(folder), founding, platform(&clock))?;
        Rehearsal::with(Till::start(language, Look::default()), Some(register), clock, folder.to_owned())
    }

    /// Goes on with the shop in a folder, as a till does that starts again.
    pub fn again(folder: &Path, language: Language) -> Result<Rehearsal, RehearsalError> {
        let clock = SetClock::at(BEGINS);
        let register = Register::open(DataFolder::of_sample(folder), platform(&clock), |_, _| ())?;
        Rehearsal::with(Till::start(language, Look::default()), Some(register), clock, folder.to_owned())
    }

    /// A device without a shop: what is founded or practised on it lies in the same folder.
    pub fn on_a_new_device(language: Language) -> Result<Rehearsal, RehearsalError> {
        let (own, clock) = (tempfile::tempdir()?, SetClock::at(BEGINS));
        let rehearsal = Rehearsal::with(Till::welcome(language, Look::default()), None, clock, own.path().to_owned())?;
        Ok(Rehearsal { _own: Some(own), ..rehearsal })
    }

    fn with(
        till: Till,
        register: Option<Register>,
        clock: SetClock,
        folder: PathBuf,
    ) -> Result<Rehearsal, RehearsalError> {
        let orders = Rc::new(RefCell::new(Vec::new()));
        let handed = orders.clone();
        let carrier = Box::new(move |new: Vec<Order>| handed.borrow_mut().extend(new));
        let screens = Screens::new(till, carrier)?;
        let (register, device) = (RefCell::new(register), RefCell::default());
        let rehearsal = Rehearsal { screens, register, orders, device, clock, folder, _own: None };
        rehearsal.settle();
        Ok(rehearsal)
    }

    /// The screens.
    pub fn screens(&self) -> &Rc<Screens> {
        &self.screens
    }

    /// The clock, set by hand.
    pub fn clock(&self) -> &SetClock {
        &self.clock
    }

    /// The folder that the shop lies in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Asks the register itself.
    pub fn register<T>(&self, question: impl FnOnce(&mut Register) -> T) -> Option<T> {
        self.register.borrow_mut().as_mut().map(question)
    }

    /// Carries out what was ordered, and what that orders, until nothing is left to do.
    pub fn settle(&self) {
        loop {
            let orders = std::mem::take(&mut *self.orders.borrow_mut());
            if orders.is_empty() {
                return;
            }
            for order in orders {
                self.carry(order);
            }
        }
    }

    fn carry(&self, order: Order) {
        match order {
            Order::Ask(task) => {
                if let Some(reply) = self.register(task) {
                    self.screens.take(reply);
                }
            }
            Order::Aside(errand) => self.screens.take(errand(&mut Dice::default())),
            Order::Remember(device) => *self.device.borrow_mut() = device.written(),
            Order::BackUp(folder) => {
                if let Some(outcome) = self.register(|register| register.back_up(&folder)) {
                    self.screens.change(|till| till.backed_up(outcome.map_err(|error| error.message())));
                }
            }
            Order::Errand(errand) => {
                let told = RefCell::new(Vec::new());
                if let Some(register) = self.register.borrow_mut().as_mut() {
                    errand.run(&Here::new(register, self.folder.as_path()), &|reply| told.borrow_mut().push(reply));
                }
                told.into_inner().into_iter().for_each(|reply| self.screens.take(reply));
            }
            Order::Found(founding) => self.found("shop", *founding),
            Order::Practise => match comptoir_core::sample::founding(Mode::Training) {
                Ok(founding) => self.found("sample", founding),
                Err(error) => self.screens.change(|till| till.not_founded(error.message())),
            },
            Order::Turn { operator, to, word } => self.turn(&operator, to, word),
            Order::Print | Order::TestPrint | Order::OpenDrawer | Order::Enrol(_) => {}
            Order::Meet { .. } | Order::AskByLink { .. } | Order::OpenByLink { .. } => {}
            Order::Post | Order::TestMail | Order::MailPassword(_) => {}
        }
    }

    /// Turns to school mode or back, and starts the till again.
    fn turn(&self, operator: &str, to: Mode, word: Option<(CommandId, Approval)>) {
        let Some(register) = self.register.borrow_mut().take() else { return };
        let turned = match to {
            Mode::Training => register.enter_school_by(operator, word),
            Mode::Live => register.leave_school(operator),
        };
        match turned {
            Ok(register) => {
                *self.register.borrow_mut() = Some(register);
                self.screens.change(Till::begin_again);
            }
            Err(NotChanged { register, why }) => {
                *self.register.borrow_mut() = register.map(|register| *register);
                self.screens.change(|till| till.refuse_for(why.message()));
            }
        }
    }

    /// Founds a shop in a folder beside the others, and goes on with it.
    fn found(&self, name: &str, founding: Founding) {
        let data = DataFolder::of_sample(self.folder.join(name));
        match Register::found(data, founding, platform(&self.clock)) {
            Ok(register) => {
                *self.register.borrow_mut() = Some(register);
                self.screens.change(Till::begin_again);
            }
            Err(error) => self.screens.change(|till| till.not_founded(error.message())),
        }
    }

    /// Stops the till as a crash does, and opens it again on the same folder.
    pub fn restart(&self, language: Language) -> Result<(), RehearsalError> {
        drop(self.register.borrow_mut().take());
        let data = DataFolder::of_sample(&self.folder);
        let register = Register::open(data, platform(&self.clock), |_, _| ())?;
        *self.register.borrow_mut() = Some(register);
        let look = self.screens.with(Till::look);
        self.start_again(Device { language, look, ..Device::default() });
        Ok(())
    }

    /// Stops the till and opens it again, on the device as it was remembered.
    pub fn restart_as_remembered(&self) -> Result<(), RehearsalError> {
        self.restart(Language::French)?;
        self.start_again(Device::read(&self.device.borrow(), Device::default()));
        Ok(())
    }

    fn start_again(&self, device: Device) {
        self.screens.change(|till| *till = Till::start_on(device));
        self.settle();
    }
}

/// A device that a rehearsal is held on.
pub(crate) fn platform(clock: &SetClock) -> Platform {
    Platform {
        clock: Box::new(clock.clone()),
        random: Box::new(Dice::default()),
        keystore: Box::new(NoKeystore),
        software: Software { name: "comptoir".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
    }
}

/// Numbers that look random and are the same each time, so that pictures are.
pub(crate) struct Dice(u64);

impl Default for Dice {
    fn default() -> Dice {
        Dice(0x9e37_79b9_7f4a_7c15)
    }
}

impl Random for Dice {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for byte in bytes {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *byte = self.0.to_le_bytes()[3];
        }
        Ok(())
    }
}
