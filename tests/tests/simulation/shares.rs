//! Three tills of one store that edit, put aside, ask for, pay and spend while messages are lost, answered twice or not heard,
//! and their power goes: at the end all of them share the same, and no ticket and no cent is out of sight.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::shared::inbox;
use comptoir_backoffice::shared::{Scope, records};
use comptoir_backoffice::store::{Database, Store, StoreError, Tx};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, CatalogueEdit, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::held::HeldTicket;
use comptoir_core::outside::{Clock, SetClock};
use comptoir_core::register::{Answer, Command, PayBack, Platform, Refusal, Register, Request as Asked};
use comptoir_core::returns::Chosen;
use comptoir_core::shared::Kind;
use comptoir_core::shared::held::HeldRecord;
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::movement::{Movement, movements_of, parts};
use comptoir_core::voucher::{Presented, VoucherCode};
use comptoir_fiscal::entry::{Channel, Entry, TicketRef};
use comptoir_fiscal::journal::{CommandId, OpenError};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::{Cents, Quantity, Rate, RegisterId};
use comptoir_sync::enrol;
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::push::{Heard, Next, Push, Trouble};
use comptoir_sync::request::{Request, Response};
use comptoir_sync::share::{Share, Shared};
use comptoir_tests::sample::{self, CASHIERS};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::draw::Draw;
use crate::server::BEGINS;
use crate::world::Counts;

const TILLS: usize = 3;
const STEPS_OF_A_SEED: usize = 120;
const PRODUCTS: [&str; 3] = ["1", "2", "3"];

struct Till {
    folder: PathBuf,
    register: Option<Register>,
    push: Push,
    share: Share,
}

struct World<'r> {
    draw: Draw,
    clock: SetClock,
    office: Office,
    runtime: &'r Runtime,
    tills: Vec<Till>,
    /// The tickets that were ever put aside, and whether one was given up.
    tickets: BTreeMap<Uuid, bool>,
    codes: Vec<VoucherCode>,
    counts: Counts,
}

/// Runs a seed to its end, and looks at everything.
pub(crate) fn run(seed: u64, folder: &Path, runtime: &Runtime) -> Counts {
    let mut world = World::begin(seed, folder, runtime);
    for _ in 0..STEPS_OF_A_SEED {
        world.step();
    }
    world.come_to_rest();
    world.check();
    world.counts
}

impl<'r> World<'r> {
    fn begin(seed: u64, folder: &Path, runtime: &'r Runtime) -> World<'r> {
        std::fs::create_dir_all(folder).unwrap();
        let store = Store::open(&Database::Sqlite(folder.join("backoffice.db")), STEPS).unwrap();
        let office = Office::new(store, WitnessKey::new("office.example/1", DeviceKey::from_seed(&[77; 32])));
        let mut world = World {
            draw: Draw::new(seed),
            clock: SetClock::at(i64::try_from(BEGINS).unwrap()),
            office,
            runtime,
            tills: Vec::new(),
            tickets: BTreeMap::new(),
            codes: Vec::new(),
            counts: Counts::new(),
        };
        for n in 0..TILLS {
            let till = world.found(&folder.join(format!("till-{n}")), u8::try_from(n + 1).unwrap());
            world.tills.push(till);
            world.come_to_rest();
        }
        world
    }

    fn platform(&mut self) -> Platform {
        Platform { random: Box::new(Draw::new(self.draw.next())), ..sample::platform(self.clock.clone()) }
    }

    fn found(&mut self, folder: &Path, number: u8) -> Till {
        let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
        let vat = VatByMode::new(Rate::from_basis_points(2000).unwrap());
        let product = |sku: &&str| Product {
            price: Some(Cents::new(250)),
            ..Product::new(*sku, format!("Article {sku}"), "sample", vat.clone())
        };
        let catalogue = Catalogue::new(vec![category], PRODUCTS.iter().map(product).collect(), Vec::new()).unwrap();
        let mut founding = sample::founding(catalogue, "sample", "Europe/Paris").unwrap();
        founding.label = format!("{number:02}");
        let platform = self.platform();
        let mut register = Register::found(DataFolder::of_sample(folder), founding, platform).unwrap();
        let code = Code::of([number, 2, 3, 4, 5]);
        let (opened, now) = (code.clone(), self.now());
        let write = move |tx: &mut dyn Tx| {
            let ids = NewIds { merchant: Uuid::from_u128(1), store: Uuid::from_u128(2) };
            let now = i64::try_from(now).unwrap();
            let place = merchants::find_or_make(tx, "Exemple", "Simulation", ids, now)?;
            merchants::open_code(tx, &opened, &place, now)
        };
        self.office.store().write_now::<_, StoreError, _>(write).unwrap();
        let address = "https://office.example".to_owned();
        let link = EnrolmentLink { address, code, witness: self.office.witness().public(), certificate: None };
        let answered = self.answer(enrol::ask(&register, &link).unwrap());
        enrol::answered(&mut register, &link, &answered).unwrap();
        let folder = folder.to_owned();
        Till { folder, register: Some(register), push: Push::default(), share: Share::default() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.now()).unwrap()
    }

    fn answer(&self, request: Request) -> Response {
        self.runtime.block_on(self.office.answer(request, self.now()))
    }

    fn register(&mut self, till: usize) -> &mut Register {
        self.tills[till].register.as_mut().unwrap()
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn step(&mut self) {
        self.clock.advance(i64::try_from(1 + self.draw.below(90)).unwrap());
        let till = self.draw.below(TILLS);
        match self.draw.below(20) {
            0..=7 => {
                self.talk(till, true);
            }
            8 => self.edit(till),
            9..=10 => self.put_aside(till),
            11 => self.take_up(till),
            12..=13 => self.ask_for(till),
            14 => self.take_anyway(till),
            15..=16 => self.pay(till),
            17 => self.give_up(till),
            18 => self.spend(till),
            _ => self.crash(till),
        }
    }

    /// One request of a till and what comes of it; whether there was one. A message may be lost on either way, and one that
    /// arrived may arrive again.
    fn talk(&mut self, till: usize, may_fail: bool) -> bool {
        let Till { register, push, share, .. } = &mut self.tills[till];
        let register = register.as_mut().unwrap();
        let is_push = loop {
            match push.next(register).unwrap() {
                Next::GoOn => {}
                Next::Say(request) => break Some(request),
                Next::Rest => break None,
            }
        };
        let request = match is_push {
            Some(request) => Some((request, true)),
            None => match share.next(register).unwrap() {
                Next::Say(request) => Some((request, false)),
                Next::GoOn | Next::Rest => None,
            },
        };
        let Some((request, is_push)) = request else {
            (self.tills[till].push, self.tills[till].share) = (Push::default(), Share::default());
            return false;
        };
        if may_fail && self.draw.one_in(6) {
            self.count("requests lost");
            return true;
        }
        let mut response = self.answer(request.clone());
        if may_fail && self.draw.one_in(6) {
            self.count("requests heard twice");
            response = self.answer(request);
        }
        if may_fail && self.draw.one_in(6) {
            self.count("answers lost");
            (self.tills[till].push, self.tills[till].share) = (Push::default(), Share::default());
            return true;
        }
        let Till { register, push, share, .. } = &mut self.tills[till];
        let register = register.as_mut().unwrap();
        if is_push {
            let heard = push.answered(register, &response).unwrap();
            assert!(matches!(heard, Heard::GoOn), "{heard:?}");
        } else {
            let heard = share.answered(register, &response).unwrap();
            assert!(matches!(heard, Shared::GoOn | Shared::Later(Trouble::Refused(_))), "{heard:?}");
        }
        self.count("conversations");
        true
    }

    fn edit(&mut self, till: usize) {
        let sku = PRODUCTS[self.draw.below(PRODUCTS.len())];
        let (what, value) = (self.draw.below(3), self.draw.below(900));
        let mut product = self.register(till).stored_catalogue().product(sku).unwrap().clone();
        match what {
            0 => product.label = format!("Article {value}"),
            1 => product.price = Some(Cents::new(100 + i64::try_from(value).unwrap())),
            _ => product.meal_voucher = !product.meal_voucher,
        }
        let edited = self.register(till).edit_catalogue(CASHIERS[till], &[CatalogueEdit::Product(Box::new(product))]);
        if edited.is_ok() {
            self.count("edits");
        }
    }

    fn basket(&mut self, till: usize) -> Basket {
        let pieces = 1 + i64::try_from(self.draw.below(4)).unwrap();
        let sku = PRODUCTS[self.draw.below(PRODUCTS.len())];
        let mut basket = Basket::new(None, Channel::Counter);
        let product = self.register(till).catalogue().product(sku).unwrap().clone();
        basket.add(&product, Quantity::thousandths(pieces * 1000), None).unwrap();
        basket
    }

    fn put_aside(&mut self, till: usize) {
        let basket = self.basket(till);
        let register = self.register(till);
        let id = register.new_command().unwrap().uuid();
        let ticket = HeldTicket::new(id, CASHIERS[till], register.now(), basket);
        register.hold(CASHIERS[till], &ticket).unwrap();
        self.tickets.insert(id, false);
        self.count("put aside");
    }

    fn waiting(&mut self, till: usize) -> Option<HeldTicket> {
        let waiting: Vec<HeldTicket> =
            self.register(till).held().unwrap().into_iter().chain(self.register(till).on_counter().unwrap()).collect();
        let at = self.draw.below(waiting.len());
        waiting.into_iter().nth(at)
    }

    /// Takes a ticket up onto the counter, or puts it aside again with something else on it.
    fn take_up(&mut self, till: usize) {
        let Some(mut ticket) = self.waiting(till) else { return };
        if ticket.on_counter {
            ticket.basket = self.basket(till);
        }
        ticket.on_counter = !ticket.on_counter;
        self.register(till).hold(CASHIERS[till], &ticket).unwrap();
        self.count("taken up or put back");
    }

    fn elsewhere(&mut self, till: usize) -> Option<Uuid> {
        let elsewhere = self.register(till).held_elsewhere().unwrap();
        let at = self.draw.below(elsewhere.len());
        elsewhere.get(at).map(|record| record.ticket.id)
    }

    fn ask_for(&mut self, till: usize) {
        let Some(id) = self.elsewhere(till) else { return };
        match self.register(till).ask_for_held(CASHIERS[till], id) {
            Ok(()) => self.count("asked for"),
            Err(refused) => assert!(matches!(refused, Refusal::HeldElsewhere { .. }), "{refused:?}"),
        }
    }

    fn take_anyway(&mut self, till: usize) {
        let Some(id) = self.elsewhere(till) else { return };
        match self.register(till).take_held_anyway(CASHIERS[till], id) {
            Ok(_) => self.count("taken without asking"),
            Err(refused) => assert!(matches!(refused, Refusal::HeldElsewhere { .. }), "{refused:?}"),
        }
    }

    fn sell(
        &mut self,
        till: usize,
        id: CommandId,
        basket: Basket,
        by: Option<(VoucherCode, Cents)>,
    ) -> Result<Answer, Refusal> {
        let register = self.register(till);
        let mut due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
        if let Some((code, balance)) = by {
            due.tender(TenderRequest::CreditNote { code, balance, amount: None }).unwrap();
        }
        if due.left().is_positive() {
            due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
        }
        let settled = due.settle().map_err(|(_, error)| error).unwrap();
        register.execute(Asked::new(id, CASHIERS[till], Command::Sell(Box::new(settled))))
    }

    fn pay(&mut self, till: usize) {
        let Some(ticket) = self.waiting(till) else { return };
        self.sell(till, CommandId::new(ticket.id), ticket.basket, None).unwrap();
        self.count("paid");
    }

    fn give_up(&mut self, till: usize) {
        let Some(ticket) = self.waiting(till) else { return };
        self.register(till).give_up(CASHIERS[till], ticket.id, "Exemple").unwrap();
        self.tickets.insert(ticket.id, true);
        self.count("given up");
    }

    /// Spends of a credit note where the till knows one on which something is left; else issues one.
    fn spend(&mut self, till: usize) {
        let at = self.draw.below(self.codes.len().max(1));
        let code = self.codes.get(at).cloned().filter(|_| !self.draw.one_in(3));
        let left = code.and_then(|code| {
            let left = self.register(till).voucher(&Presented::Code(code.clone())).ok()?;
            Some((code, left))
        });
        let (id, basket) = (self.register(till).new_command().unwrap(), self.basket(till));
        let is_spent = left.is_some();
        let sold = self.sell(till, id, basket, left).unwrap().ticket().unwrap().clone();
        if is_spent {
            return self.count("credit notes spent");
        }
        let register = self.register(till);
        let back = Command::Return {
            of: TicketRef { register: register.id(), number: sold.number },
            chosen: vec![Chosen { n: 1, qty: Quantity::thousandths(1000) }],
            pay_back: vec![PayBack::CreditNote],
            reason: "Exemple".to_owned(),
        };
        let id = register.new_command().unwrap();
        let issued = register.execute(Asked::new(id, CASHIERS[till], back)).unwrap().vouchers.remove(0);
        self.codes.push(issued.code);
        self.count("credit notes issued");
    }

    fn crash(&mut self, till: usize) {
        let platform = self.platform();
        let Till { folder, register, push, share } = &mut self.tills[till];
        drop(register.take());
        *register = Some(Register::open(DataFolder::of_sample(folder.as_path()), platform, |_, _| ()).unwrap());
        (*push, *share) = (Push::default(), Share::default());
        self.count("crashes");
    }

    /// Lets everybody say all that they have to say, until nobody has anything left.
    fn come_to_rest(&mut self) {
        for _ in 0..3 {
            for till in 0..self.tills.len() {
                self.register(till).settle().unwrap();
                (self.tills[till].push, self.tills[till].share) = (Push::default(), Share::default());
                while self.talk(till, false) {}
            }
        }
    }

    fn entries(&mut self, till: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        let take = |entry: &Entry| {
            entries.push(entry.clone());
            Ok::<(), OpenError>(())
        };
        self.register(till).journal().entries_from(0, take).unwrap();
        entries
    }

    fn check(&mut self) {
        let office = |tx: &mut dyn Tx| {
            let scope = Scope { merchant: Uuid::from_u128(1).to_string(), store: Uuid::from_u128(2).to_string() };
            Ok::<_, StoreError>((records(tx, &scope, None)?, inbox::open(tx)?))
        };
        let (records, inbox) = self.office.store().read_now(office).unwrap();
        let catalogue =
            |world: &mut World<'_>, till: usize| world.register(till).stored_catalogue().products().to_vec();
        let first = catalogue(self, 0);
        for till in 0..TILLS {
            assert!(!self.register(till).has_edits_to_send().unwrap(), "till {till} has something to say");
            assert_eq!(catalogue(self, till), first, "till {till} sells by another catalogue");
            assert!(self.register(till).set_aside().unwrap().is_empty());
        }
        for (kind, key, record) in &records {
            let Kind::Product = kind else { continue };
            let here = first.iter().find(|product| product.sku == *key).unwrap();
            assert_eq!(serde_json::to_value(here).unwrap(), serde_json::Value::from(record.row.clone().unwrap()));
        }
        self.check_tickets(&records, &inbox);
        self.check_vouchers(&records, &inbox);
    }

    fn check_tickets(
        &mut self,
        records: &[(Kind, String, comptoir_backoffice::shared::merge::Record)],
        inbox: &[inbox::Item],
    ) {
        for (id, was_given_up) in self.tickets.clone() {
            let paid: Vec<RegisterId> = (0..TILLS)
                .filter_map(|till| {
                    let register = self.register(till);
                    register.journal().sealed_before(CommandId::new(id)).unwrap().map(|_| register.id())
                })
                .collect();
            let here: Vec<usize> = (0..TILLS).filter(|till| self.register(*till).held_ticket(id).is_ok()).collect();
            let record = records.iter().find(|(kind, key, _)| *kind == Kind::Held && *key == id.to_string());
            let record: Option<HeldRecord> =
                record.map(|(.., record)| serde_json::from_value(record.row.clone().unwrap().into()).unwrap());
            let told = record.as_ref().map(|record| record.paid.iter().map(|paid| paid.register).collect::<Vec<_>>());
            let mut sorted = told.clone().unwrap_or_default();
            sorted.sort_unstable();
            let mut wanted = paid.clone();
            wanted.sort_unstable();
            // One that was paid before anybody was told of it is nobody else's.
            assert!(sorted == wanted || (told.is_none() && paid.len() <= 1), "{id}: {told:?} told, {paid:?} sealed");
            let waits = inbox.iter().any(|item| item.kind == Kind::Held && item.key == id.to_string());
            assert_eq!(waits, paid.len() > 1, "{id}");
            if paid.len() > 1 {
                self.count("paid twice");
            }
            if paid.is_empty() && !was_given_up {
                assert!(!here.is_empty(), "{id} is out of sight");
                let holder = record.unwrap().holder;
                assert!(
                    here.iter().any(|till| self.register(*till).id() == holder),
                    "{id} is held by a till that has it not"
                );
            }
        }
    }

    fn check_vouchers(
        &mut self,
        records: &[(Kind, String, comptoir_backoffice::shared::merge::Record)],
        inbox: &[inbox::Item],
    ) {
        let mut movements: BTreeMap<String, Vec<Movement>> = BTreeMap::new();
        let mut tills: Vec<usize> = (0..TILLS).collect();
        tills.sort_by_key(|till| self.tills[*till].register.as_ref().unwrap().id().to_string());
        for till in tills {
            for entry in self.entries(till) {
                for (_, code, movement) in movements_of(&entry) {
                    movements.entry(code.to_owned()).or_default().push(movement);
                }
            }
        }
        for (code, movements) in movements {
            let parts = parts(&movements).unwrap();
            let record = records.iter().find(|(kind, key, _)| *kind == Kind::Voucher && *key == code);
            let row = record.unwrap_or_else(|| panic!("nobody is told of {code}")).2.row.clone().unwrap();
            assert_eq!(
                serde_json::from_value::<comptoir_core::shared::VoucherParts>(row.into()).unwrap(),
                parts,
                "{code}"
            );
            let waits = inbox.iter().filter(|item| item.kind == Kind::Voucher && item.key == code).count();
            assert_eq!(waits, usize::from(parts.overdrawn().is_positive()), "{code}");
            if waits > 0 {
                self.count("credit notes overdrawn");
            }
            let issued: i64 = parts.parts.iter().map(|part| part.issued.get()).sum();
            let spent: i64 = parts.parts.iter().map(|part| part.spent.get()).sum();
            for till in 0..TILLS {
                match self.register(till).voucher(&Presented::Code(code.parse().unwrap())) {
                    Ok(left) => assert_eq!(left.get(), issued - spent, "{code} at till {till}"),
                    Err(_) => assert!(issued <= spent, "{code} at till {till}"),
                }
            }
        }
    }
}
