//! Carries orders from the screens to the register, and its replies back, on a thread of its own: the window never waits.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Archivist, Desk, DeskClosed, Register, RegisterError};
use comptoir_fiscal::language::Translations;
use comptoir_ui::till::{Order, Reply};

use super::errands::Errands;
use crate::devices::{Printer, Spooler};
use crate::platform;

/// What a reply is handed to.
pub(super) type Post = Arc<dyn Fn(Reply) + Send + Sync>;

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
    /// Starts carrying for a register, or for a folder where one is yet to be founded.
    pub(super) fn start(
        folder: DataFolder,
        register: Option<Register>,
        printer: Box<dyn Printer>,
        texts: Translations,
        post: Post,
    ) -> std::io::Result<Courier> {
        let (orders, inbox) = mpsc::channel();
        let mut round = Round { folder, shop: None, printer: Some(printer), texts: Arc::new(texts), post };
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
            round.close()
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
    errands: Errands,
}

struct Round {
    folder: DataFolder,
    shop: Option<Shop>,
    printer: Option<Box<dyn Printer>>,
    texts: Arc<Translations>,
    post: Post,
}

impl Round {
    fn open(&mut self, register: Register) -> std::io::Result<()> {
        let desk = Arc::new(Desk::start(register)?);
        let Some(printer) = self.printer.take() else { return Ok(()) };
        // What the printer cannot do shows in the queue, which the status strip looks at.
        let spooler = Spooler::start(desk.clone(), printer, self.texts.clone(), |_| ())?;
        let archivist = Archivist::start(desk.clone(), |_| ())?;
        self.shop = Some(Shop { desk, spooler, archivist, errands: Errands::default() });
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
            Order::Found(founding) => {
                let founded = Register::found(self.folder.clone(), *founding, platform::this_device(SystemClock));
                match founded {
                    Ok(register) => {
                        if self.open(register).is_ok() {
                            (self.post)(Box::new(|till| till.begin_again()));
                        }
                    }
                    Err(error) => (self.post)(Box::new(move |till| till.refuse_for(error.message()))),
                }
            }
            Order::Errand(errand) => {
                if let Some(shop) = &mut self.shop {
                    shop.errands.begin(shop.desk.clone(), errand, self.post.clone());
                }
            }
            Order::Turn { operator, to } => {
                if let Some(shop) = &mut self.shop {
                    // What is being read is of the journal that is left.
                    shop.errands.end();
                    match shop.desk.turn(&operator, to)? {
                        Ok(()) => (self.post)(Box::new(|till| till.begin_again())),
                        Err(refusal) => (self.post)(Box::new(move |till| till.refuse_for(refusal.message()))),
                    }
                }
            }
        }
        Ok(())
    }

    fn close(self) -> Result<(), RegisterError> {
        let Some(Shop { desk, spooler, archivist, mut errands }) = self.shop else { return Ok(()) };
        errands.end();
        drop(spooler);
        drop(archivist);
        // Nobody else has the desk: jobs, printer and archivist have ended.
        Arc::try_unwrap(desk).map_or(Ok(()), Desk::close)
    }
}
