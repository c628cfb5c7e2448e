//! The window: what the till shows is written to the screens, and what a person does comes back as intents.

mod arrows;
mod catalogue;
mod drawer;
mod explained;
mod first_run;
mod held;
mod help;
mod journal;
mod keyboard;
mod keys;
mod mail;
mod operators;
mod papers;
mod pay;
mod people;
mod pictures;
mod rows;
mod sale;
mod settings;
mod tickets;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Language;
use i_slint_core::window::WindowInner;
use slint::{ComponentHandle, Global, PlatformError, Timer};

use crate::generated::{AppWindow, Room, Shell, Theme, Typing};
use crate::till::{Intent, Order, Place, Reply, Scene, Till};

/// What carries orders out, and gives the replies back by [`Screens::take`].
pub type Carrier = Box<dyn Fn(Vec<Order>)>;

/// The window and the till that it shows.
pub struct Screens {
    window: AppWindow,
    me: Weak<Screens>,
    till: Rc<RefCell<Till>>,
    carrier: Carrier,
    keys: RefCell<keys::Keys>,
    /// The language that the window was last told to speak.
    spoken: Cell<Option<Language>>,
    /// What stood on the screen when it was last written.
    scene: Cell<Scene>,
    /// Whether it will be looked whether anything has the keys.
    looks_for_keys: Cell<bool>,
    sale: sale::Counter,
    pay: pay::Desk,
    people: people::People,
    held: held::Waiting,
    tickets: tickets::History,
    drawer: drawer::Room,
    journal: journal::Room,
    catalogue: catalogue::Room,
    operators: operators::Room,
    settings: settings::Room,
    help: help::Room,
    first_run: first_run::FirstRun,
    explained: explained::Explained,
    mail: mail::Mail,
}

impl Screens {
    /// A window on a till. `carrier` is handed every order, in order.
    pub fn new(till: Till, carrier: Carrier) -> Result<Rc<Screens>, PlatformError> {
        let window = AppWindow::new()?;
        let till = Rc::new(RefCell::new(till));
        let screens = Rc::new_cyclic(|me| Screens {
            me: me.clone(),
            sale: sale::Counter::new(&window, &till),
            pay: pay::Desk::new(&window),
            people: people::People::new(&window),
            held: held::Waiting::new(&window),
            tickets: tickets::History::new(&window),
            drawer: drawer::Room::new(&window),
            journal: journal::Room::new(&window),
            catalogue: catalogue::Room::new(&window, &till),
            operators: operators::Room::new(&window),
            settings: settings::Room::new(&window),
            help: help::Room::new(&window),
            first_run: first_run::FirstRun::new(&window),
            explained: explained::Explained::new(&window),
            mail: mail::Mail::new(&window),
            keys: RefCell::default(),
            spoken: Cell::new(None),
            scene: Cell::default(),
            looks_for_keys: Cell::default(),
            window,
            till,
            carrier,
        });
        screens.listen();
        screens.show();
        screens.carry();
        Ok(screens)
    }

    /// The window.
    pub fn window(&self) -> &AppWindow {
        &self.window
    }

    /// Looks at the till.
    pub fn with<T>(&self, look: impl FnOnce(&Till) -> T) -> T {
        look(&self.till.borrow())
    }

    /// Changes the till by other means than an intent, and shows it.
    pub fn change(&self, change: impl FnOnce(&mut Till)) {
        change(&mut self.till.borrow_mut());
        self.show();
        self.carry();
    }

    /// Does what a person asked for, and shows what came of it.
    pub fn update(&self, intent: Intent) {
        self.change(|till| till.update(intent));
    }

    /// Takes the register's reply.
    pub fn take(&self, reply: Reply) {
        self.change(|till| till.hear(reply));
    }

    /// Gives the keys back to the till, where a field that had them goes away: else scanners type into nothing.
    fn take_keys_back(&self) {
        self.window.invoke_take_keys();
        let typing = Typing::get(&self.window);
        typing.set_wanted(false);
        typing.set_numbers(false);
    }

    /// What had the keys may go away with what is written: then they come back to the till once it is gone.
    fn look_for_keys(&self) {
        if self.looks_for_keys.replace(true) {
            return;
        }
        let screens = self.me.clone();
        Timer::single_shot(Duration::ZERO, move || {
            let Some(screens) = screens.upgrade() else { return };
            screens.looks_for_keys.set(false);
            let inner = WindowInner::from_pub(screens.window.window());
            inner.ensure_tree_instantiated();
            let has_keys = inner.focus_item.borrow().upgrade().is_some_and(|item| item.is_visible());
            if !has_keys {
                screens.take_keys_back();
            }
        });
    }

    fn carry(&self) {
        let orders = self.till.borrow_mut().orders();
        if !orders.is_empty() {
            (self.carrier)(orders);
        }
    }

    fn listen(self: &Rc<Screens>) {
        let shell = Shell::get(&self.window);
        shell.on_go(self.with_one(|room| Intent::Go(place_of(room))));
        shell.on_sure(self.with_one(Intent::Sure));
        shell.on_dismiss(self.with_none(|| Intent::Dismiss));
        shell.on_back(self.with_none(|| Intent::Back));
        shell.on_language(
            self.with_one(|french| Intent::Language(if french { Language::French } else { Language::English })),
        );
        keys::listen(self);
        keyboard::listen(self);
        first_run::listen(self);
        sale::listen(self);
        pay::listen(self);
        people::listen(self);
        held::listen(self);
        tickets::listen(self);
        drawer::listen(self);
        journal::listen(self);
        catalogue::listen(self);
        operators::listen(self);
        settings::listen(self);
        help::listen(self);
        mail::listen(self);
    }

    /// A callback without arguments as an intent.
    fn with_none(self: &Rc<Screens>, intent: impl Fn() -> Intent + 'static) -> impl Fn() + 'static {
        let screens = Rc::downgrade(self);
        move || {
            if let Some(screens) = screens.upgrade() {
                screens.update(intent());
            }
        }
    }

    /// A callback with one argument as an intent.
    fn with_one<A>(self: &Rc<Screens>, intent: impl Fn(A) -> Intent + 'static) -> impl Fn(A) + 'static {
        let screens = Rc::downgrade(self);
        move |argument| {
            if let Some(screens) = screens.upgrade() {
                screens.update(intent(argument));
            }
        }
    }

    /// Writes what is shown to the window: only what has changed is drawn anew.
    fn show(&self) {
        let till = self.till.borrow();
        let look = till.look();
        let theme = Theme::get(&self.window);
        theme.set_dark(look.dark);
        theme.set_text_scale(look.text_scale);
        theme.set_left_handed(look.left_handed);
        theme.set_still(look.still);
        theme.set_school(till.mode == Mode::Training);
        let french = till.language() == Language::French;
        let shell = Shell::get(&self.window);
        if self.spoken.replace(Some(till.language())) != Some(till.language()) {
            // A window speaks the language of the system until it is told otherwise.
            let _ = slint::select_bundled_translation(if french { "fr" } else { "" });
            shell.set_french(french);
        }
        if self.scene.replace(till.scene()) != till.scene() {
            self.take_keys_back();
        }
        shell.set_room(room_of(till.place()));
        shell.set_strip(crate::strip::strip(&till));
        shell.set_toast(till.toast.as_ref().map(|toast| till.say(&toast.message)).unwrap_or_default().into());
        shell.set_toast_refused(till.toast.as_ref().is_some_and(|toast| toast.refused));
        shell.set_doubt(crate::doubt::view(&till));
        self.look_for_keys();
        keyboard::show(self, &till);
        self.people.show(&self.window, &till);
        self.first_run.show(&self.window, &till);
        self.mail.show(&self.window, &till);
        match till.place() {
            Place::Sale => {
                self.sale.show(&self.window, &till);
                self.explained.show(&self.window, &till);
            }
            Place::Pay => {
                self.pay.show(&self.window, &till);
                self.explained.show(&self.window, &till);
            }
            Place::Held => self.held.show(&self.window, &till),
            Place::Tickets => self.tickets.show(&self.window, &till),
            Place::Drawer => self.drawer.show(&self.window, &till),
            Place::Journal => self.journal.show(&self.window, &till),
            Place::Catalogue => self.catalogue.show(&self.window, &till),
            Place::Operators => self.operators.show(&self.window, &till),
            Place::Settings => self.settings.show(&self.window, &till),
            Place::Help => self.help.show(&self.window, &till),
        }
    }
}

fn room_of(place: Place) -> Room {
    match place {
        Place::Sale => Room::Sale,
        Place::Pay => Room::Pay,
        Place::Held => Room::Held,
        Place::Tickets => Room::Tickets,
        Place::Drawer => Room::Drawer,
        Place::Journal => Room::Journal,
        Place::Catalogue => Room::Catalogue,
        Place::Operators => Room::Operators,
        Place::Settings => Room::Settings,
        Place::Help => Room::Help,
    }
}

fn place_of(room: Room) -> Place {
    match room {
        Room::Pay => Place::Pay,
        Room::Held => Place::Held,
        Room::Tickets => Place::Tickets,
        Room::Drawer => Place::Drawer,
        Room::Journal => Place::Journal,
        Room::Catalogue => Place::Catalogue,
        Room::Operators => Place::Operators,
        Room::Settings => Place::Settings,
        Room::Help => Place::Help,
        Room::Sale => Place::Sale,
    }
}

/// A place that Slint counts as a signed number.
fn index(at: i32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
