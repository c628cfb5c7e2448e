//! A sample shop in a folder of its own, with a clock set by hand and seeded random bytes.

use std::path::{Path, PathBuf};

use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, Unit, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::operators::{Gate, Operator, Role};
use comptoir_core::outside::{Random, RandomFailed, SetClock};
use comptoir_core::register::{
    Answer, Approval, Change, Command, Credential, Founding, Platform, Refusal, Register, RegisterError, Request,
};
use comptoir_core::returns::Chosen;
use comptoir_core::secret::Pin;
use comptoir_core::settlement::Settled;
use comptoir_core::tender::TenderRequest;
use comptoir_core::terms::Rules;
use comptoir_core::voucher::{Voucher, VoucherCode};
use comptoir_fiscal::entry::{Body, Channel, Entry, Merchant, Mode, Software, Store, Ticket, TicketRef};
use comptoir_fiscal::journal::key_file::NoKeystore;
use comptoir_fiscal::journal::{CommandId, OpenError};
use comptoir_fiscal::standing::Standing;
use comptoir_fiscal::values::{Cents, Date, FiscalYearStart, Instant, Quantity, Rate, RegisterId};
use comptoir_fiscal::verify::{Report, Verdict, verify_store};
use tempfile::TempDir;
use uuid::Uuid;

/// When the sample shop is founded: a Friday, on which meal vouchers are taken.
pub(crate) const FRIDAY: &str = "2026-11-20T10:00:00+01:00";

/// Random bytes that are the same each time.
pub(crate) struct Seeded(pub(crate) u64);

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for part in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

/// The program that seals in these tests.
pub(crate) fn software() -> Software {
    Software { name: "comptoir".to_owned(), version: "0.1.0".to_owned() }
}

/// A till of the sample shop.
pub(crate) struct Till {
    pub(crate) folder: TempDir,
    pub(crate) clock: SetClock,
    register: Option<Register>,
    pub(crate) software: Software,
    seed: u64,
    commands: u128,
}

impl Till {
    /// Founds the sample shop.
    pub(crate) fn founded() -> Till {
        Till::founded_with(0)
    }

    /// Founds it with other keys.
    pub(crate) fn founded_with(seed: u64) -> Till {
        let mut till = Till::unfounded(seed);
        till.register = Some(till.found().unwrap());
        till
    }

    /// A folder in which nothing is founded yet.
    pub(crate) fn unfounded(seed: u64) -> Till {
        let clock = SetClock::at(unix(FRIDAY));
        Till {
            folder: tempfile::tempdir().unwrap(),
            clock,
            register: None,
            software: software(),
            seed: seed << 32,
            commands: 0,
        }
    }

    pub(crate) fn found(&mut self) -> Result<Register, RegisterError> {
        let platform = self.platform();
        Register::found(self.data(), founding(), platform)
    }

    pub(crate) fn open(&mut self) -> Result<Register, RegisterError> {
        let platform = self.platform();
        Register::open(self.data(), platform, |_, _| ())
    }

    /// Stops the register and opens it again.
    pub(crate) fn restart(&mut self) {
        self.register.take().unwrap().stop().unwrap();
        self.start();
    }

    /// Ends the register as a power cut does, and opens it again.
    pub(crate) fn crash(&mut self) {
        self.kill();
        self.start();
    }

    /// Ends the register as a power cut does.
    pub(crate) fn kill(&mut self) {
        drop(self.register.take());
    }

    /// Hands the register over.
    pub(crate) fn take(&mut self) -> Register {
        self.register.take().unwrap()
    }

    /// Stops the register.
    pub(crate) fn stop(&mut self) {
        self.register.take().unwrap().stop().unwrap();
    }

    /// Opens the register.
    pub(crate) fn start(&mut self) {
        self.register = Some(self.open().unwrap());
    }

    pub(crate) fn register(&mut self) -> &mut Register {
        self.register.as_mut().unwrap()
    }

    pub(crate) fn data(&self) -> DataFolder {
        DataFolder::new(self.folder.path().join("data"), self.folder.path().join("state"))
    }

    pub(crate) fn shop_db(&self) -> PathBuf {
        self.data().shop()
    }

    /// The folder of a journal.
    pub(crate) fn journal_folder(&self, register: RegisterId) -> PathBuf {
        self.data().journal(register).folder
    }

    pub(crate) fn platform(&mut self) -> Platform {
        self.seed += 1;
        Platform {
            clock: Box::new(self.clock.clone()),
            random: Box::new(Seeded(self.seed << 16)),
            keystore: Box::new(NoKeystore),
            software: self.software.clone(),
        }
    }

    pub(crate) fn set_clock(&self, at: &str) {
        self.clock.set(unix(at));
    }

    pub(crate) fn next_id(&mut self) -> CommandId {
        self.commands += 1;
        command_id(self.commands)
    }

    /// Asks something in the manager's name.
    pub(crate) fn ask(&mut self, command: Command) -> Result<Answer, Refusal> {
        self.ask_as("manager", command)
    }

    pub(crate) fn ask_as(&mut self, operator: &str, command: Command) -> Result<Answer, Refusal> {
        let id = self.next_id();
        let request = Request::new(id, operator, command);
        self.confirm_date();
        let answer = self.register().execute(request);
        self.register().settle().unwrap();
        answer
    }

    /// Where days have passed, the manager says that the date is right.
    pub(crate) fn confirm_date(&mut self) {
        if let Some(leap) = self.register().clock_leap() {
            self.register().confirm_date("manager", Some(Date(leap.now.date()))).unwrap();
        }
    }

    pub(crate) fn basket(&mut self, items: &[(&str, i64)]) -> Basket {
        let catalogue = self.register().catalogue().clone();
        let mut basket = Basket::new(None, Channel::Counter);
        for (sku, thousandths) in items {
            let product = catalogue.product(sku).unwrap();
            basket.add(product, Quantity::thousandths(*thousandths), None).unwrap();
        }
        basket
    }

    /// A basket paid by these means, and by card for what they leave.
    pub(crate) fn settled(&mut self, basket: Basket, paid: &[TenderRequest]) -> Settled {
        let mut due = basket.due(&self.register().terms()).unwrap();
        for request in paid {
            due.tender(request.clone()).unwrap();
        }
        if due.left().is_positive() {
            let rest = due.left();
            due.tender(card(rest)).unwrap();
        }
        due.settle().unwrap()
    }

    pub(crate) fn try_to_sell(&mut self, items: &[(&str, i64)], paid: &[TenderRequest]) -> Result<Answer, Refusal> {
        let basket = self.basket(items);
        let settled = self.settled(basket, paid);
        self.ask_as("cashier", Command::Sell(Box::new(settled)))
    }

    pub(crate) fn sell(&mut self, items: &[(&str, i64)], paid: &[TenderRequest]) -> Ticket {
        self.try_to_sell(items, paid).unwrap().ticket().unwrap().clone()
    }

    /// Sells a coffee for cash.
    /// A manager's word for something of this id, by the PIN that they are given for it.
    pub(crate) fn word(&mut self, gate: Gate, id: CommandId) -> Approval {
        let pin = Pin::chosen("1937").unwrap();
        let manager = self.register().operators().find(|operator| operator.id == "manager").unwrap().clone();
        let put = Command::PutOperator { operator: manager, pin: Change::Set(pin.clone()), badge: Change::Keep };
        let (put_id, at_work) = (self.next_id(), "owner");
        self.register().execute(Request::new(put_id, at_work, put)).unwrap();
        let credential = Credential::Pin { operator: "manager".to_owned(), pin };
        self.register().approve(gate, id, &credential).unwrap()
    }

    pub(crate) fn sell_coffee(&mut self) -> Ticket {
        self.sell(&[("CAFE", 1000)], &[cash(250)])
    }

    pub(crate) fn reference(&mut self, ticket: &Ticket) -> TicketRef {
        TicketRef { register: self.register().id(), number: ticket.number }
    }

    pub(crate) fn entries(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let take = |entry: &Entry| {
            entries.push(entry.clone());
            Ok::<(), OpenError>(())
        };
        self.register().journal().entries_from(0, take).unwrap();
        entries
    }

    pub(crate) fn events(&mut self) -> Vec<u32> {
        let code = |entry: Entry| match entry.body {
            Body::Event(event) => Some(event.code),
            _ => None,
        };
        self.entries().into_iter().filter_map(code).collect()
    }

    /// All that a refusal must leave as it is.
    pub(crate) fn state(&mut self) -> (Standing, Vec<u8>, Vec<String>) {
        let (standing, id) = (self.register().journal().standing().clone(), self.register().id());
        let head = std::fs::read(self.journal_folder(id).join("head")).unwrap();
        (standing, head, rows(&self.shop_db()))
    }

    /// Takes up another register in place of the one that ran.
    pub(crate) fn resume(&mut self, register: Register) {
        self.register = Some(register);
    }

    /// Stops the register where it runs; every journal of the shop is sound.
    pub(crate) fn end(&mut self) {
        if self.register.is_some() {
            self.stop();
        }
        for folder in std::fs::read_dir(self.data().journals()).unwrap() {
            assert_sound(&verify_store(&folder.unwrap().path().join("journal.db"), &[], &mut |_, _| ()));
        }
    }
}

pub(crate) fn assert_sound(report: &Report) {
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|f| format!("{:?} {} {}: {} instead of {}", f.seq, f.place, f.rule.as_str(), f.found, f.expected))
        .collect();
    assert_eq!((report.verdict(), findings), (Verdict::Sound, vec![]));
}

/// Every row of the projections.
pub(crate) fn rows(shop: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(shop).unwrap();
    let mut rows = Vec::new();
    for table in [
        "projection",
        "journal",
        "ticket",
        "ticket_tender",
        "referral",
        "voucher",
        "document",
        "issue",
        "closed_period",
        "sold",
        "milestone",
    ] {
        let mut all = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut found = all.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<rusqlite::types::Value> = (0..columns).map(|at| row.get(at).unwrap()).collect();
            rows.push(format!("{table} {values:?}"));
        }
    }
    rows.sort();
    rows
}

/// Every file under a folder, with its bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// Copies what lies in a folder into another.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for (path, bytes) in files(from) {
        let place = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }
}

pub(crate) fn command_id(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(number))
}

pub(crate) fn unix(at: &str) -> i64 {
    at.parse::<Instant>().unwrap().unix()
}

pub(crate) fn cents(cents: i64) -> Cents {
    Cents::new(cents)
}

pub(crate) fn cash(handed: i64) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: None }
}

pub(crate) fn card(amount: Cents) -> TenderRequest {
    TenderRequest::Card { amount, reference: None }
}

pub(crate) fn credit_note(voucher: &Voucher, balance: i64) -> TenderRequest {
    TenderRequest::CreditNote { code: voucher.code.clone(), balance: cents(balance), amount: None }
}

pub(crate) fn gift_voucher(code: &VoucherCode, balance: i64) -> TenderRequest {
    TenderRequest::GiftVoucher { code: code.clone(), balance: cents(balance), amount: None }
}

pub(crate) fn chosen(n: u32, thousandths: i64) -> Chosen {
    Chosen { n, qty: Quantity::thousandths(thousandths) }
}

pub(crate) fn founding() -> Founding {
    let address = "1 rue de l'Exemple, 75000 Paris".to_owned();
    let operator = |id: &str, role| Operator::new(id, format!("Exemple {id}"), role);
    Founding {
        merchant: Merchant {
            address: address.clone(),
            naf: "4711F".to_owned(),
            name: "Exemple".to_owned(),
            siret: "00000000000000".to_owned(),
            vat_number: "FR00000000000".to_owned(),
        },
        store: Store { address, id: "1".to_owned(), name: "Exemple".to_owned() },
        label: "01".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        mode: Mode::Live,
        day_ends_at: "05:00".parse().unwrap(),
        fiscal_year_starts: FiscalYearStart::JANUARY,
        catalogue: catalogue(),
        operators: vec![
            operator("cashier", Role::Cashier),
            operator("manager", Role::Manager),
            operator("auditor", Role::Auditor),
            operator("owner", Role::Owner),
        ],
        rules: Rules::default(),
    }
}

fn catalogue() -> Catalogue {
    let product = |sku: &str, price, rate, unit, meal_voucher| Product {
        unit,
        price: Some(cents(price)),
        meal_voucher,
        ..Product::new(sku, format!("Exemple {sku}"), "tout", VatByMode::new(Rate::from_basis_points(rate).unwrap()))
    };
    let category = Category { id: "tout".to_owned(), label: "Tout".to_owned(), color: None };
    let products = vec![
        product("CAFE", 250, 1000, Unit::Piece, true),
        product("PAIN", 115, 550, Unit::Piece, true),
        product("POMME", 299, 550, Unit::Kilogram, true),
        product("VASE", 2990, 2000, Unit::Piece, false),
        product("LUSTRE", 150_000, 2000, Unit::Piece, false),
    ];
    Catalogue::new(vec![category], products, vec![]).unwrap()
}
