//! The sale: what is on the counter, and how it gets there.
//!
//! The basket is written down at every change as the ticket on the counter, under the id of the command that will sell
//! it, so that a till that stops at any moment comes back where it was.

pub mod asking;
pub mod editing;
pub(crate) mod exchanging;
pub mod explaining;
mod paying;
mod scan;
#[cfg(test)]
mod tests;
pub mod tiles;
pub mod view;

use std::sync::Arc;

use comptoir_core::basket::{Basket, BasketError, ItemId};
use comptoir_core::catalogue::{Catalogue, Product};
use comptoir_core::held::{Exchanging, HeldTicket};
use comptoir_core::printing::ReceiptChoice;
use comptoir_core::register::{Answer, Command, Refusal, Register};
use comptoir_core::search::Search;
use comptoir_core::settlement::Paid;
use comptoir_core::terms::Terms;
use comptoir_fiscal::entry::{Channel, SaleMode, TicketRef};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use crate::held::forget_emptied;
use crate::till::{Place, Till};
use asking::Asking;
use tiles::{Shelf, Shown};

/// How many steps can be taken back.
const STEPS_BACK: usize = 20;

/// What a person does on the sale screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Chose a category by its place in the bar; the first is all of them.
    Category(usize),
    /// Typed into the search.
    Search(String),
    /// Took the first that was found.
    First,
    /// Touched a tile.
    Tile(usize),
    /// Held a tile: more of it at once, or its choices.
    HoldTile(usize),
    /// Scanned a code.
    Scan(String),
    /// Typed a digit of “how many” before the article.
    Times(u32),
    /// Touched a line of the ticket.
    Line(usize),
    /// With the line that was touched.
    Edit(editing::Edit),
    /// In what the till asks about an article.
    Answer(asking::Answer),
    /// Sells by another way.
    Mode(Option<SaleMode>),
    /// Asks for an amount that no article has.
    FreeAmount,
    /// Takes a percentage off the whole ticket.
    TicketPercent(u16),
    /// Takes every reduction off the ticket.
    NoTicketDiscount,
    /// Takes the last step back.
    Undo,
    /// Puts the ticket aside.
    Hold,
    /// Gives the ticket up.
    Abandon,
    /// Takes cash for the whole ticket: so much was handed over.
    Cash(Cents),
    /// Takes a card for the whole ticket.
    Card,
    /// The terminal's answer to it.
    CardSaid(paying::Said),
    /// Goes to the other means of payment.
    Pay,
    /// Says what the customer takes of the last ticket.
    Receipt(ReceiptChoice),
    /// Puts the code of the last ticket away.
    CloseCode,
    /// Lets an exchange go.
    NoExchange,
}

pub use editing::Edit;
pub(crate) use editing::Removed;
pub(crate) use paying::seal;
pub use paying::{CardWait, Said};

/// What was sold last, and shows until the next article.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The ticket.
    pub ticket: TicketRef,
    /// What it is called on paper.
    pub number: u64,
    /// Its total.
    pub total: Cents,
    /// What is given back.
    pub change: Cents,
    /// What was handed over in cash.
    pub handed: Cents,
    /// What the customer took of it, once that was said.
    pub receipt: Option<ReceiptChoice>,
    /// Its code, while it is shown.
    pub code: Option<String>,
    /// The credit notes and gift vouchers that it issued.
    pub vouchers: Vec<String>,
    /// Whether it was asked for by e-mail.
    pub mailed: bool,
}

/// What is sold, and how it is found: made where it is read, since the index of a large catalogue takes its time.
#[derive(Default)]
pub(crate) struct Sold {
    catalogue: Arc<Catalogue>,
    search: Search,
}

impl Sold {
    pub(crate) fn of(catalogue: Arc<Catalogue>) -> Sold {
        Sold { search: Search::new(&catalogue), catalogue }
    }
}

/// The counter.
pub struct Sale {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) search: Search,
    pub(crate) terms: Terms,
    pub(crate) shelf: Shelf,
    pub(crate) id: CommandId,
    pub(crate) basket: Basket,
    pub(crate) before: Vec<Basket>,
    pub(crate) times: u32,
    pub(crate) chosen: Option<ItemId>,
    pub(crate) asking: Option<Asking>,
    pub(crate) typed: Option<editing::Typed>,
    pub(crate) card: Option<CardWait>,
    pub(crate) sealing: bool,
    pub(crate) done: Option<Done>,
    pub(crate) newest: Option<ItemId>,
    /// The line that was just taken out, while it can be put back by a touch.
    pub(crate) removed: Option<Removed>,
    /// What comes back for what is sold.
    pub(crate) exchange: Option<Exchanging>,
    /// What was scanned while nothing could be put on it.
    pub(crate) early: Vec<String>,
    /// Whether the shop is in the franchise en base (CGI art. 293 B).
    pub(crate) takes_no_vat: bool,
    /// As the ticket was taken up from those that waited; its table and title go with it.
    held: Option<HeldTicket>,
    /// What was taken for it so far, on the payment screen.
    pub(crate) paying: Option<Paid>,
    /// Whether the newest state is being written down, and whether it has changed since.
    writing: bool,
    unwritten: bool,
    written: bool,
}

impl Default for Sale {
    fn default() -> Sale {
        Sale::new(Sold::default(), comptoir_core::terms::Rules::default().on(no_date()), no_command(), None, 0)
    }
}

impl Sale {
    /// A counter with nothing on it, or with what was there when the till stopped; its tiles come after an edition.
    pub(crate) fn new(
        Sold { catalogue, search }: Sold,
        terms: Terms,
        next: CommandId,
        counter: Option<HeldTicket>,
        after: u64,
    ) -> Sale {
        let written = counter.is_some();
        let held = counter.clone();
        let (id, basket) = match counter {
            Some(ticket) => (CommandId::new(ticket.id), ticket.basket),
            None => (next, Basket::new(None, Channel::default())),
        };
        let shelf = Shelf::of(&catalogue, after);
        Sale {
            catalogue,
            search,
            terms,
            shelf,
            id,
            basket,
            before: Vec::new(),
            times: 1,
            chosen: None,
            asking: None,
            typed: None,
            card: None,
            sealing: false,
            done: None,
            newest: None,
            removed: None,
            exchange: held.as_ref().and_then(|ticket| ticket.exchange.clone()),
            early: Vec::new(),
            takes_no_vat: false,
            paying: held.as_ref().and_then(|ticket| ticket.paying.clone()),
            held,
            writing: false,
            unwritten: false,
            written,
        }
    }

    /// What of it is being sold for.
    pub fn basket(&self) -> &Basket {
        &self.basket
    }

    /// What was sold last, until the next article.
    pub fn done(&self) -> Option<&Done> {
        self.done.as_ref()
    }

    /// Takes in another catalogue: prices and names of what is on the ticket stay as they were.
    pub(crate) fn put_catalogue(&mut self, Sold { catalogue, search }: Sold) {
        self.search = search;
        self.shelf = Shelf::of(&catalogue, self.shelf.edition());
        self.catalogue = catalogue;
    }

    /// Changes the basket so that the step can be taken back; refused, nothing changes.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Basket) -> Result<T, BasketError>,
    ) -> Result<T, BasketError> {
        let before = self.basket.clone();
        let outcome = change(&mut self.basket)?;
        self.before.push(before);
        if self.before.len() > STEPS_BACK {
            self.before.remove(0);
        }
        (self.done, self.removed) = (None, None);
        self.unwritten = true;
        Ok(outcome)
    }

    /// Whether nothing can be put on it for a moment.
    pub(crate) fn is_busy(&self) -> bool {
        self.sealing || self.card.is_some()
    }

    /// Whether it is being sealed.
    pub(crate) fn is_sealing(&self) -> bool {
        self.sealing
    }

    /// Has the basket written down anew.
    pub(crate) fn touch(&mut self) {
        self.unwritten = true;
    }

    /// How many pieces of an article are on the ticket.
    pub(crate) fn count_of(&self, sku: &str) -> Quantity {
        self.basket.items().filter(|item| item.sku == sku).fold(Quantity::default(), |sum, item| sum + item.qty)
    }

    /// The ticket on the counter as it is to be written down.
    pub(crate) fn to_write(&self, operator: &str, on_counter: bool) -> Writing {
        let operator = operator.to_owned();
        let (held, basket, paying) = (self.held.clone(), self.basket.clone(), self.paying.clone());
        Writing { id: self.id, operator, held, basket, paying, exchange: self.exchange.clone(), on_counter }
    }

    /// Makes room on the counter for another ticket: what is there is put aside, or given up where it was emptied and
    /// nothing is known of it.
    pub(crate) fn clear_counter(
        &self,
        operator: &str,
    ) -> impl FnOnce(&mut Register) -> Result<(), Refusal> + Send + 'static {
        let known = |held: &HeldTicket| held.table.is_some() || held.title.is_some() || !held.basket.notes().is_empty();
        let stays = !self.basket.is_empty() || self.exchange.is_some() || self.held.as_ref().is_some_and(known);
        let (writing, id, operator) = (self.to_write(operator, false), self.id.uuid(), operator.to_owned());
        move |register| {
            if stays { writing.write(register).map(drop) } else { forget_emptied(register, &operator, id) }
        }
    }

    /// Takes up a ticket that waited.
    pub(crate) fn take_up(&mut self, ticket: HeldTicket) {
        self.begin(CommandId::new(ticket.id));
        self.basket = ticket.basket.clone();
        self.paying = ticket.paying.clone();
        self.exchange = ticket.exchange.clone();
        self.held = Some(ticket);
        (self.written, self.unwritten, self.done) = (true, true, None);
    }

    fn begin(&mut self, id: CommandId) {
        (self.held, self.paying) = (None, None);
        let mode = self.basket.mode();
        let channel = self.basket.channel();
        (self.id, self.basket) = (id, Basket::new(mode, channel));
        self.before.clear();
        (self.times, self.chosen, self.asking, self.typed, self.newest) = (1, None, None, None, None);
        (self.sealing, self.unwritten, self.written) = (false, false, false);
        (self.card, self.removed, self.exchange) = (None, None, None);
    }
}

/// A ticket on its way to the disk.
pub(crate) struct Writing {
    id: CommandId,
    operator: String,
    held: Option<HeldTicket>,
    basket: Basket,
    paying: Option<Paid>,
    exchange: Option<Exchanging>,
    on_counter: bool,
}

impl Writing {
    /// Writes it down, with the table and title that it was taken up with.
    pub(crate) fn write(self, register: &mut Register) -> Result<HeldTicket, Refusal> {
        let new = |basket| HeldTicket::new(self.id.uuid(), self.operator.as_str(), register.now(), basket);
        let mut ticket = match self.held {
            Some(mut held) => {
                held.basket = self.basket;
                held
            }
            None => new(self.basket),
        };
        (ticket.on_counter, ticket.paying, ticket.exchange) = (self.on_counter, self.paying, self.exchange);
        register.hold(&self.operator, &ticket)
    }
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    // A ticket that is being paid is changed only once its payment is left; a card's answer is said before anything else.
    let waits_for_the_terminal = till.sale.card.is_some() && !matches!(intent, Intent::CardSaid(_));
    if till.sale.sealing || till.pay.is_some() || waits_for_the_terminal {
        return;
    }
    match intent {
        Intent::Category(place) => till.sale.shelf.choose(place, &till.sale.catalogue),
        Intent::Search(query) => {
            let sale = &mut till.sale;
            sale.shelf.search(&query, &sale.search, &sale.catalogue);
        }
        Intent::First => {
            if !till.sale.shelf.query().is_empty() && !till.sale.shelf.shown().is_empty() {
                tile(till, 0);
                let sale = &mut till.sale;
                sale.shelf.search("", &sale.search, &sale.catalogue);
            }
        }
        Intent::Tile(place) => tile(till, place),
        Intent::HoldTile(place) => asking::about(till, place),
        Intent::Scan(code) => scan::scan(till, &code),
        Intent::Times(digit) => {
            let times = till.sale.times;
            till.sale.times = if times == 1 || times * 10 + digit > 999 { digit.max(1) } else { times * 10 + digit };
        }
        Intent::Line(place) => editing::choose(till, place),
        Intent::Edit(edit) => editing::edit(till, edit),
        Intent::Answer(answer) => asking::answer(till, answer),
        Intent::Mode(mode) => attempt(till, |basket| basket.set_mode(mode)),
        Intent::FreeAmount => asking::free_amount(till),
        Intent::TicketPercent(basis_points) => editing::discount_ticket(till, basis_points),
        Intent::NoTicketDiscount => attempt(till, Basket::clear_ticket_discounts),
        Intent::Undo => editing::undo(till),
        Intent::Hold => hold(till),
        Intent::Abandon => abandon(till),
        Intent::Cash(handed) => paying::cash(till, handed),
        Intent::Card => paying::card(till),
        Intent::CardSaid(said) => paying::card_said(till, said),
        Intent::Pay => crate::pay::open(till),
        Intent::Receipt(choice) => paying::receipt(till, choice),
        Intent::CloseCode => {
            if let Some(done) = &mut till.sale.done {
                done.code = None;
            }
        }
        Intent::NoExchange => exchanging::let_go(till),
    }
    write_down(till);
}

/// Changes the basket, or says why not.
pub(crate) fn attempt<T>(till: &mut Till, change: impl FnOnce(&mut Basket) -> Result<T, BasketError>) {
    if let Err(error) = till.sale.change(change) {
        till.refuse_for(error.message());
    }
}

/// Puts what a tile stands for into the basket, or asks first.
fn tile(till: &mut Till, place: usize) {
    let Some(shown) = till.sale.shelf.shown().get(place).copied() else { return };
    let catalogue = till.sale.catalogue.clone();
    match shown {
        Shown::Product(at) => {
            if let Some(product) = catalogue.products().get(at) {
                put(till, product);
            }
        }
        Shown::Menu(at) => match catalogue.menus().get(at) {
            Some(menu) if menu.courses.is_empty() => {
                let times = std::mem::replace(&mut till.sale.times, 1);
                added(till, |basket| basket.add_menu(menu, &catalogue, times));
            }
            Some(_) | None => asking::about(till, place),
        },
        Shown::Family(_) => asking::about(till, place),
    }
}

/// Puts a product into the basket, or asks first for what is not known of it.
pub(crate) fn put(till: &mut Till, product: &Product) {
    let must_ask = product.price.is_none() || product.unit != comptoir_core::catalogue::Unit::Piece;
    let chooses = product.modifiers.iter().filter_map(|id| till.sale.catalogue.modifier_group(id));
    if must_ask || chooses.clone().any(|group| group.at_least > 0) {
        return asking::about_product(till, product);
    }
    let times = std::mem::replace(&mut till.sale.times, 1);
    if let Some(same) = same_line(&till.sale, product) {
        let (id, qty) = same;
        return attempt_added(till, id, qty + pieces(times));
    }
    let catalogue = till.sale.catalogue.clone();
    added(till, |basket| basket.add_asked(product, pieces(times), None, &catalogue, &[]));
}

/// The line that one more of an article belongs on: the newest, where it is the same at the same price without a
/// reduction, so that a ticket stays in the order of selling.
fn same_line(sale: &Sale, product: &Product) -> Option<(ItemId, Quantity)> {
    let last = sale.basket.items().last()?;
    let plain = !last.is_menu
        && last.sku == product.sku
        && last.label == product.label
        && last.qty.get() > 0
        && Some(last.unit_price) == product.price_in(sale.basket.mode())
        && last.lines.iter().all(|line| line.discounts.is_empty());
    plain.then_some((last.id, last.qty))
}

fn attempt_added(till: &mut Till, id: ItemId, qty: Quantity) {
    attempt(till, |basket| basket.set_quantity(id, qty));
    till.sale.newest = Some(id);
}

/// Adds to the basket, and shows what was added.
pub(crate) fn added(till: &mut Till, add: impl FnOnce(&mut Basket) -> Result<ItemId, BasketError>) {
    match till.sale.change(add) {
        Ok(id) => {
            till.sale.newest = Some(id);
            till.sale.chosen = None;
        }
        Err(error) => till.refuse_for(error.message()),
    }
}

/// Writes the basket down, one state after the other: whatever came while one was being written is written next.
pub(crate) fn write_down(till: &mut Till) {
    let sale = &mut till.sale;
    if !sale.unwritten || sale.writing || sale.sealing || till.who.is_none() {
        return;
    }
    sale.unwritten = false;
    let blank = sale.basket.is_empty() && sale.held.is_none() && sale.exchange.is_none();
    if blank && !sale.written {
        return;
    }
    sale.writing = true;
    if blank {
        return forget(till);
    }
    let id = till.sale.id;
    let writing = till.sale.to_write(&till.operator(), true);
    till.ask(
        move |register| writing.write(register),
        move |till, outcome| {
            till.sale.writing = false;
            match outcome {
                Ok(_) if till.sale.id == id => till.sale.written = true,
                Ok(_) | Err(Refusal::PaidAlready) => {}
                Err(refusal) => till.refuse(&refusal),
            }
            write_down(till);
        },
    );
}

/// Forgets a ticket of which nothing is left: nothing was given up that its lines did not tell of already.
fn forget(till: &mut Till) {
    let id = till.sale.id;
    till.ask(
        move |register| register.forget_empty(id.uuid()),
        move |till, outcome| {
            till.sale.writing = false;
            match outcome {
                Ok(()) if till.sale.id == id => till.sale.written = false,
                Ok(()) => {}
                Err(refusal) => till.refuse(&refusal),
            }
            write_down(till);
        },
    );
}

/// Puts the ticket aside and begins another.
fn hold(till: &mut Till) {
    if till.sale.basket.is_empty() {
        return till.go(Place::Held);
    }
    if till.sale.exchange.is_some() {
        return till.refuse_for(message!("Goods come back for this ticket. Pay it, or let the exchange go first."));
    }
    let writing = till.sale.to_write(&till.operator(), false);
    till.sale.sealing = true;
    till.ask(
        move |register| {
            writing.write(register)?;
            Ok((register.new_command()?, register.held()?.len()))
        },
        |till, outcome: Result<_, Refusal>| match outcome {
            Ok((next, held)) => {
                till.held = held;
                till.sale.begin(next);
                till.tell(message!("The ticket is on hold. Touch “Held” to resume it."));
            }
            Err(refusal) => {
                till.sale.sealing = false;
                till.refuse(&refusal);
            }
        },
    );
}

/// Gives the ticket up: what it came to is recorded (event 320).
fn abandon(till: &mut Till) {
    let amount = till.sale.basket.to_pay();
    let id = till.sale.id;
    if till.sale.basket.is_empty() {
        return;
    }
    till.sale.sealing = true;
    let written = till.sale.written || till.sale.writing;
    let operator = till.operator();
    let command = Command::AbandonSale { amount, reason: None };
    if written {
        till.ask(
            move |register| {
                register.give_up(&operator, id.uuid(), "")?;
                Ok(register.new_command()?)
            },
            abandoned,
        );
    } else {
        till.command(None, command, |till, outcome| {
            till.ask(
                |register| register.new_command(),
                move |till, next| abandoned(till, outcome.and_then(|_| Ok(next?))),
            );
        });
    }
}

fn abandoned(till: &mut Till, outcome: Result<CommandId, Refusal>) {
    till.sale.sealing = false;
    match outcome {
        Ok(next) => {
            till.sale.begin(next);
            till.tell(message!("The ticket is abandoned, and the journal says so."));
        }
        Err(refusal) => till.refuse(&refusal),
    }
}

/// Takes in that the ticket is sealed.
pub(crate) fn sold(till: &mut Till, answer: &Answer, handed: Cents, next: CommandId) {
    let Some((ticket, sealed)) = answer.ticket().zip(answer.lines.last()) else { return };
    let done = Done {
        ticket: TicketRef { register: sealed.entry.register, number: ticket.number },
        number: ticket.number,
        total: ticket.totals.ttc,
        change: ticket.change,
        handed,
        receipt: None,
        code: None,
        vouchers: answer.vouchers.iter().map(|voucher| voucher.code.to_string()).collect(),
        mailed: false,
    };
    till.open_drawer_for(answer);
    till.sale.begin(next);
    till.sale.done = Some(done);
    till.pay = None;
    till.go(Place::Sale);
    till.look_around();
}

/// So many pieces.
pub(crate) fn pieces(count: u32) -> Quantity {
    Quantity::thousandths(i64::from(count) * 1000)
}

fn no_date() -> comptoir_fiscal::values::Date {
    comptoir_fiscal::values::Date(chrono::NaiveDate::MIN)
}

fn no_command() -> CommandId {
    CommandId::new(uuid::Uuid::nil())
}
