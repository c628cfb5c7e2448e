//! Carries orders from the screens to the register, and its replies back, on a thread of its own: the window never waits.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Archivist, Desk, DeskClosed, Founding, Register, RegisterError};
use comptoir_core::sample;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_ui::till::{Order, Reply};

use super::homes::Homes;
use crate::devices::{Printer, Spooler};
use crate::{faults, platform};

/// What a reply is handed to.
pub(super) type Post = Box<dyn Fn(Reply) + Send>;

/// What makes the printer of a register.
pub(super) type Printers = Box<dyn Fn(&Register) -> Box<dyn Printer> + Send>;

/// The courier's thread.
pub(super) struct Courier {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<Result<(), RegisterError>>,
}

/// What orders are handed to, in their order.
pub(super) struct Hand(mpsc::Sender<Order>);

impl Hand {
    pub(super) fn take(&self, orders: Vec<Order>) {
        for order in orders {
            // The courier ends only after the window.
            let _ = self.0.send(order);
        }
    }
}

impl Courier {
    /// Starts carrying for a register, or for a device where one is yet to be founded.
    pub(super) fn start(
        homes: Homes,
        register: Option<Register>,
        printers: Printers,
        texts: Translations,
        post: Post,
    ) -> std::io::Result<Courier> {
        let (orders, inbox) = mpsc::channel();
        let mut round = Round { homes, shop: None, printers, texts: Arc::new(texts), post };
        if let Some(register) = register {
            round.open(register)?;
        }
        let thread = std::thread::Builder::new().name("courier".to_owned()).spawn(move || {
            for order in inbox {
                // A register that has stopped is said when it is closed.
                if round.carry(order).is_err() {
                    break;
                }
            }
            round.leave()
        })?;
        Ok(Courier { orders, thread })
    }

    /// What the screens hand their orders to.
    pub(super) fn hand(&self) -> Hand {
        Hand(self.orders.clone())
    }

    /// Lets everything that was ordered be done, and the register stop.
    pub(super) fn end(self) -> Result<(), RegisterError> {
        drop(self.orders);
        match self.thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// The register, and what runs beside it.
struct Shop {
    desk: Arc<Desk>,
    spooler: Spooler,
    archivist: Archivist,
}

struct Round {
    homes: Homes,
    shop: Option<Shop>,
    printers: Printers,
    texts: Arc<Translations>,
    post: Post,
}

impl Round {
    fn open(&mut self, register: Register) -> std::io::Result<()> {
        let printer = (self.printers)(&register);
        faults::end_on_a_fault(register.folder().clone(), (*self.texts).clone());
        let desk = Arc::new(Desk::start(register)?);
        // What the printer cannot do shows in the queue, which the status strip looks at.
        let spooler = Spooler::start(desk.clone(), printer, self.texts.clone(), |_| ())?;
        let archivist = Archivist::start(desk.clone(), |_| ())?;
        self.shop = Some(Shop { desk, spooler, archivist });
        Ok(())
    }

    fn carry(&mut self, order: Order) -> Result<(), DeskClosed> {
        match order {
            Order::Ask(task) => {
                if let Some(shop) = &self.shop {
                    (self.post)(shop.desk.ask(task)?);
                }
            }
            Order::Print => {
                if let Some(shop) = &self.shop {
                    shop.spooler.ring();
                }
            }
            Order::OpenDrawer => {
                if let Some(shop) = &self.shop {
                    shop.spooler.open_drawer();
                }
            }
            Order::Compute(computation) => (self.post)(computation(&mut *platform::random())),
            Order::Practise => self.go_on_with(Round::practise),
            Order::Found(founding) => self.go_on_with(|round| round.found(*founding)),
            Order::Turn { operator, to } => {
                if let Some(shop) = &self.shop {
                    match shop.desk.turn(&operator, to)? {
                        Ok(()) => (self.post)(Box::new(|till| till.begin_again())),
                        Err(refusal) => (self.post)(Box::new(move |till| till.refuse_for(refusal.message()))),
                    }
                }
            }
        }
        Ok(())
    }

    /// Opens another shop and leaves the one that was open. Where the other does not open, that one stays.
    fn go_on_with(&mut self, other: impl FnOnce(&mut Round) -> Result<Register, Message>) {
        let opened = other(self).and_then(|register| {
            // What the shop that is left has to say was said to nobody who still listens: it is the sample one.
            let _ = self.leave();
            self.open(register).map_err(|error| super::ScreensError::Io(error).message())
        });
        match opened {
            Ok(()) => (self.post)(Box::new(|till| till.begin_again())),
            Err(why) => (self.post)(Box::new(move |till| till.not_founded(why))),
        }
    }

    /// The shop that is founded in the device's own folder.
    fn found(&mut self, founding: Founding) -> Result<Register, Message> {
        let folder = self.homes.own.clone();
        Register::found(folder, founding, platform::this_device(SystemClock)).map_err(|error| error.message())
    }

    /// The sample shop, in school mode; founded the first time.
    fn practise(&mut self) -> Result<Register, Message> {
        let (folder, platform) = (self.homes.sample.clone(), platform::for_a_sample(SystemClock));
        if folder.holds_a_shop() {
            return Register::open(folder, platform, |_, _| ()).map_err(|error| error.message());
        }
        let founding = sample::founding(Mode::Training).map_err(|error| error.message())?;
        Register::found(folder, founding, platform).map_err(|error| error.message())
    }

    fn leave(&mut self) -> Result<(), RegisterError> {
        let Some(Shop { desk, spooler, archivist }) = self.shop.take() else { return Ok(()) };
        drop(spooler);
        drop(archivist);
        // Nobody else has the desk: printer and archivist have ended.
        Arc::try_unwrap(desk).map_or(Ok(()), Desk::close)
    }
}
