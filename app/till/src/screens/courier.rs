//! Carries orders from the screens to the register, and its replies back, on a thread of its own: the window never waits.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use comptoir_core::mail::Posted;
use comptoir_core::outside::SystemClock;
use comptoir_core::paper::{Width, trial_paper};
use comptoir_core::register::{Archivist, Desk, DeskClosed, Founding, Register, RegisterError};
use comptoir_core::sample;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_sync::link::{EnrolmentLink, NotALink};
use comptoir_sync::task::State;
use comptoir_ui::device::Device;
use comptoir_ui::mail::{MailServer, Password};
use comptoir_ui::office::Touch;
use comptoir_ui::till::{Aside, Order, Reply, Till};
use uuid::Uuid;

use super::by_link::{self, Asked};
use super::device::Memory;
use super::errands::Errands;
use super::homes::Homes;
use crate::backoffice::{self, Follower};
use crate::devices::{Delivered, Postman, PrinterError, Smtp, SmtpFault, Spooler, Trial};
use crate::mail_secret::MailSecret;
use crate::{faults, platform};

/// What a reply is handed to.
pub(super) type Post = Arc<dyn Fn(Reply) + Send + Sync>;

/// What hangs on this device, and where it is remembered.
pub(super) struct Hanging {
    /// What the device remembers.
    pub(super) memory: Memory,
    /// Where papers lie as pictures while there is no printer.
    pub(super) papers: PathBuf,
    /// The address of the printer.
    pub(super) printer: Option<String>,
    /// The server that takes mails.
    pub(super) mail: Option<MailServer>,
    /// Where its password lies.
    pub(super) secret: Arc<MailSecret>,
}

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
        hanging: Hanging,
        texts: Translations,
        post: Post,
    ) -> std::io::Result<Courier> {
        let (orders, inbox) = mpsc::channel();
        let mut round = Round {
            homes,
            shop: None,
            hanging,
            width: Width::default(),
            copying: None,
            offered: Arc::default(),
            texts: Arc::new(texts),
            post,
        };
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
    /// None where no mail server is set up.
    postman: Option<Postman>,
    archivist: Archivist,
    errands: Errands,
    follower: Follower,
}

struct Round {
    homes: Homes,
    shop: Option<Shop>,
    hanging: Hanging,
    /// How wide the paper is that is printed on.
    width: Width,
    /// The copy that is being made, or was made last.
    copying: Option<JoinHandle<()>>,
    /// What was offered last, with the number under which it was asked for.
    offered: Arc<Mutex<Option<(u32, Asked)>>>,
    texts: Arc<Translations>,
    post: Post,
}

impl Round {
    fn open(&mut self, register: Register) -> std::io::Result<()> {
        let width = register.paper_settings().unwrap_or_default().width;
        faults::end_on_a_fault(register.folder().clone(), (*self.texts).clone());
        let desk = Arc::new(Desk::start(register)?);
        let spooler = self.spool(desk.clone(), width)?;
        let archivist = Archivist::start(desk.clone(), |_| ())?;
        let postman = self.post_mails(desk.clone(), None);
        let follower = self.follow(desk.clone())?;
        self.shop = Some(Shop { desk, spooler, postman, archivist, errands: Errands::default(), follower });
        Ok(())
    }

    /// Brings mails to their server. Where the system gives no thread they wait for the next start.
    fn post_mails(&self, desk: Arc<Desk>, before: Option<Postman>) -> Option<Postman> {
        let Some(server) = self.hanging.mail.clone() else {
            // What it hands over now may take its time, and sales go on.
            let _ = std::thread::Builder::new().name("postman before".to_owned()).spawn(move || drop(before));
            return None;
        };
        let secret = self.hanging.secret.clone();
        let post = self.post.clone();
        let heard = move |delivered: Result<Delivered, Message>| match delivered {
            Ok(Delivered { posted, fault }) => {
                post(Box::new(move |till| till.mails_posted(posted, fault.map(SmtpFault::message))));
            }
            Err(why) => post(Box::new(move |till| till.mails_posted(Posted::default(), Some(why)))),
        };
        Postman::start(desk, Smtp::new(server, Box::new(move || secret.find())), before, heard).ok()
    }

    /// Starts another postman, and lets the one before end with the mail that it hands over now.
    fn change_postman(&mut self) {
        let Some(desk) = self.shop.as_ref().map(|shop| shop.desk.clone()) else { return };
        let before = self.shop.as_mut().and_then(|shop| shop.postman.take());
        let postman = self.post_mails(desk, before);
        if let Some(shop) = &mut self.shop {
            shop.postman = postman;
        }
    }

    /// Keeps the password of the mail server, or forgets it.
    fn keep_password(&mut self, password: Option<&Password>) {
        let kept = match password {
            Some(password) => self.hanging.secret.keep(password),
            None => self.hanging.secret.forget(),
        };
        if let Err(cause) = kept {
            let why = cause.to_string();
            self.refuse(message!("This device will not remember the password: {why}. Type it again.", why = why));
        }
        self.change_postman();
    }

    /// Sends a few words to the shop's own address, and says what came of it.
    fn send_a_mail(&self, shop: &Shop) -> Result<(), DeskClosed> {
        let Some(postman) = &shop.postman else { return Ok(()) };
        let label = shop.desk.ask(|register| register.settings().label.clone())?;
        let mut id = [0; 16];
        if platform::random().fill(&mut id).is_err() {
            self.refuse(message!("The system refused: {why}. Try again.", why = "getrandom"));
            return Ok(());
        }
        let subject = self.texts.say(&message!("Test mail of the till {label}", label = label.as_str()));
        let text = self.texts.say(&message!("This mail shows that tickets can be sent by e-mail from here."));
        let post = self.post.clone();
        let tried = move |sent: Result<(), SmtpFault>| {
            post(Box::new(move |till| till.mail_tried(sent.map_err(SmtpFault::message))));
        };
        postman.try_out(Trial { id: Uuid::from_bytes(id), subject, text: text + "\n" }, Box::new(tried));
        Ok(())
    }

    /// Brings what is sealed to the back office, where the till is enrolled with one.
    fn follow(&self, desk: Arc<Desk>) -> std::io::Result<Follower> {
        let post = self.post.clone();
        Follower::start(desk, move |state, ahead| {
            let is_new_journal = matches!(state, State::PutBack);
            let touch = touch_of(state);
            post(Box::new(move |till| {
                if is_new_journal {
                    till.begin_again();
                }
                till.heard_of_office(touch);
                till.heard_of_its_clock(ahead);
            }));
        })
    }

    /// Enrols the till by a link, on a thread of its own: a back office that does not answer holds up no sale.
    fn enrol(&self, shop: &Shop, link: Result<EnrolmentLink, NotALink>, refused: fn(Message) -> Message) {
        let (desk, post) = (shop.desk.clone(), self.post.clone());
        let enrol = move || {
            let enrolled =
                link.map_err(|error| error.message()).and_then(|link| backoffice::enrol(&desk, &link)).map_err(refused);
            drop(desk);
            let outcome = enrolled.map(|enrolled| (enrolled.merchant, enrolled.store));
            post(Box::new(move |till| till.enrolled(outcome)));
        };
        if let Err(cause) = std::thread::Builder::new().name("enrolment".to_owned()).spawn(enrol) {
            let why = message!("The system refused: {why}. Try again.", why = cause.to_string());
            (self.post)(Box::new(move |till| till.enrolled(Err(why))));
        }
    }

    /// Brings papers to the printer. What it cannot do shows in the queue, which the status strip looks at.
    fn spool(&mut self, desk: Arc<Desk>, width: Width) -> std::io::Result<Spooler> {
        self.width = width;
        let printer = super::printer(self.hanging.printer.as_deref(), self.hanging.papers.clone(), width);
        Spooler::start(desk, printer, self.texts.clone(), |_| ())
    }

    /// Remembers the device, and prints where it says from now on.
    fn remember(&mut self, device: &Device) -> Result<(), DeskClosed> {
        if let Err(cause) = self.hanging.memory.keep(device) {
            let why = cause.to_string();
            self.refuse(message!("This device will not remember it: {why}. It holds until the next start.", why = why));
        }
        if device.mail != self.hanging.mail {
            self.hanging.mail = device.mail.clone();
            self.change_postman();
        }
        let Some(shop) = &self.shop else { return Ok(()) };
        let width = shop.desk.ask(|register| register.paper_settings().unwrap_or_default().width)?;
        if device.printer != self.hanging.printer || width != self.width {
            self.hanging.printer = device.printer.clone();
            self.change_printer(width)?;
        }
        Ok(())
    }

    /// Starts another printer's thread, and lets the one before it end with what it prints now: a printer that does not
    /// answer holds up no sale.
    fn change_printer(&mut self, width: Width) -> Result<(), DeskClosed> {
        let Some(Shop { desk, spooler, postman, archivist, errands, follower }) = self.shop.take() else {
            return Ok(());
        };
        let _ = std::thread::Builder::new().name("printer before".to_owned()).spawn(move || drop(spooler));
        match self.spool(desk.clone(), width) {
            Ok(spooler) => {
                self.shop = Some(Shop { desk, spooler, postman, archivist, errands, follower });
                Ok(())
            }
            Err(_) => Err(DeskClosed),
        }
    }

    /// Does what needs no register on a thread of its own, so that nothing behind it waits.
    fn aside(&self, errand: Aside) {
        let post = self.post.clone();
        let started =
            std::thread::Builder::new().name("errand".to_owned()).spawn(move || post(errand(&mut *platform::random())));
        if let Err(cause) = started {
            self.refuse(message!("The system refused: {why}. Try again.", why = cause.to_string()));
        }
    }

    /// Copies the till while others are served.
    fn back_up(&mut self, folder: PathBuf) {
        let Some(shop) = &self.shop else { return };
        let (desk, post) = (shop.desk.clone(), self.post.clone());
        let copy = move || {
            let outcome = desk.back_up(&folder).map_err(|error| error.message());
            post(Box::new(move |till| till.backed_up(outcome)));
        };
        match std::thread::Builder::new().name("copy".to_owned()).spawn(copy) {
            Ok(thread) => self.copying = Some(thread),
            Err(cause) => {
                let why = message!("The system refused: {why}. Try again.", why = cause.to_string());
                (self.post)(Box::new(move |till| till.backed_up(Err(why))));
            }
        }
    }

    /// Prints a page that shows whether the printer prints, and says so where it does not.
    fn print_a_page(&self, shop: &Shop) -> Result<(), DeskClosed> {
        let label = shop.desk.ask(|register| register.settings().label.clone())?;
        let post = self.post.clone();
        let heard = move |printed: Result<(), PrinterError>| {
            if let Err(error) = printed {
                post(Box::new(move |till| till.refuse_for(error.message())));
            }
        };
        shop.spooler.page(trial_paper(&label, &self.texts), Box::new(heard));
        Ok(())
    }

    fn refuse(&self, why: Message) {
        (self.post)(Box::new(move |till| till.refuse_for(why)));
    }

    fn carry(&mut self, order: Order) -> Result<(), DeskClosed> {
        match order {
            Order::Ask(task) => {
                if let Some(shop) = &self.shop {
                    (self.post)(shop.desk.ask(task)?);
                    // It may have sealed something.
                    shop.follower.ring();
                }
            }
            Order::Aside(errand) => self.aside(errand),
            Order::Remember(device) => self.remember(&device)?,
            Order::BackUp(folder) => self.back_up(folder),
            Order::TestPrint => {
                if let Some(shop) = &self.shop {
                    self.print_a_page(shop)?;
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
            Order::Post => {
                if let Some(postman) = self.shop.as_ref().and_then(|shop| shop.postman.as_ref()) {
                    postman.ring();
                }
            }
            Order::MailPassword(password) => self.keep_password(password.as_ref()),
            Order::TestMail => {
                if let Some(shop) = &self.shop {
                    self.send_a_mail(shop)?;
                }
            }
            Order::Practise => {
                self.go_on_with(Round::practise);
            }
            Order::Found(founding) => {
                self.go_on_with(|round| round.found(*founding));
            }
            Order::Enrol(link) => {
                if let Some(shop) = &self.shop {
                    self.enrol(shop, link.parse(), |why| why);
                }
            }
            Order::Meet { address, code, asked } => {
                let met = move || by_link::meet(&address, &code);
                self.ask_an_office(met, move |till, met| till.met(asked, met));
            }
            Order::AskByLink { link, asked } => self.ask_by_link(link, asked),
            Order::OpenByLink { asked } => self.open_by_link(asked),
            Order::Errand(errand) => {
                if let Some(shop) = &mut self.shop {
                    shop.errands.begin(shop.desk.clone(), errand, self.post.clone());
                }
            }
            Order::Turn { operator, to, word } => {
                if let Some(shop) = &mut self.shop {
                    // What is being read is of the journal that is left.
                    shop.errands.end();
                    match shop.desk.turn_by(&operator, to, word)? {
                        Ok(()) => {
                            // What waits is that of the journal that is turned to.
                            shop.postman.iter().for_each(Postman::ring);
                            (self.post)(Box::new(|till| till.begin_again()));
                        }
                        Err(refusal) => (self.post)(Box::new(move |till| till.refuse_for(refusal.message()))),
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks a back office what a link is for.
    fn ask_by_link(&self, link: String, asked: u32) {
        let kept = self.offered.clone();
        let ask = move || {
            by_link::ask(&link).map(|(offered, shown)| {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, offered));
                shown
            })
        };
        self.ask_an_office(ask, move |till, offered| till.offered(asked, offered));
    }

    /// Asks a back office something on a thread of its own, and tells the till what came of it.
    fn ask_an_office<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> Result<T, Message> + Send + 'static,
        tell: impl FnOnce(&mut Till, Result<T, Message>) + Clone + Send + 'static,
    ) {
        let (post, told) = (self.post.clone(), tell.clone());
        let asking = move || {
            let found = ask();
            post(Box::new(move |till| told(till, found)));
        };
        if let Err(cause) = std::thread::Builder::new().name("an office".to_owned()).spawn(asking) {
            let why = message!("The system refused: {why}. Try again.", why = cause.to_string());
            (self.post)(Box::new(move |till| tell(till, Err(why))));
        }
    }

    /// Opens the till that was offered under a number, and enrols it.
    fn open_by_link(&mut self, asked: u32) {
        let found = self.offered.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((_, offered)) = found.filter(|(number, _)| *number == asked) else {
            let why = message!("What the back office holds is no longer at hand: go back and ask for it again.");
            return (self.post)(Box::new(move |till| till.not_founded(why)));
        };
        let opened = self
            .go_on_with(|round| by_link::open(&offered, round.homes.own.clone(), platform::this_device(SystemClock)));
        match &self.shop {
            Some(shop) if opened => self.enrol(shop, Ok(offered.link.clone()), not_enrolled),
            _ => *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, offered)),
        }
    }

    /// Opens another shop and leaves the one that was open; whether it did. Where the other does not open, that one stays.
    fn go_on_with(&mut self, other: impl FnOnce(&mut Round) -> Result<Register, Message>) -> bool {
        let opened = other(self).and_then(|register| {
            // What the shop that is left has to say was said to nobody who still listens: it is the sample one.
            let _ = self.leave();
            self.open(register).map_err(|error| super::ScreensError::Io(error).message())
        });
        let is_open = opened.is_ok();
        match opened {
            Ok(()) => (self.post)(Box::new(|till| till.begin_again())),
            Err(why) => (self.post)(Box::new(move |till| till.not_founded(why))),
        }
        is_open
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
        let Some(Shop { desk, spooler, postman, archivist, mut errands, follower }) = self.shop.take() else {
            return Ok(());
        };
        drop(follower);
        errands.end();
        drop(spooler);
        drop(postman);
        drop(archivist);
        // A copy that was begun is ended, so that it says that it is whole.
        if let Some(copying) = self.copying.take() {
            let _ = copying.join();
        }
        // Nobody else has the desk: jobs, printer, archivist and copy have ended.
        Arc::try_unwrap(desk).map_or(Ok(()), Desk::close)
    }
}

/// A till that was opened by a link, and not enrolled by it.
fn not_enrolled(why: Message) -> Message {
    message!(
        "This till can sell, but is not enrolled yet: {why} Enrol it with a link in the settings, under “Back office”.",
        why = why
    )
}

/// How the till stands with its back office, as the screens say it.
fn touch_of(state: &State) -> Touch {
    match state {
        State::Alone => Touch::Alone,
        State::InStep | State::Sending | State::PutBack => Touch::Fine,
        State::OutOfReach(_) => Touch::OutOfReach,
        State::Revoked => Touch::Revoked,
        State::Trouble(why) => Touch::Trouble(why.clone()),
    }
}
