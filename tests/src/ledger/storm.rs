//! The storm: a shop's trade of years, drawn from a seed, through the real register.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use comptoir_core::basket::{Basket, Issue};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::operators::{Gate, Gates, Operator, Rank, Role};
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Approval, Change, Command, Platform, Refusal, Register, Request};
use comptoir_core::secret::Pin;
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::{Presented, VoucherError};
use comptoir_fiscal::entry::{CashType, Channel, Coin, Period, Software};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::journal::key_file::NoKeystore;
use comptoir_fiscal::values::{Date, RegisterId};
use comptoir_fiscal::verify::{self, Verdict};
use tempfile::TempDir;
use uuid::Uuid;

use super::book::{Book, Code, Expect, Pay, Ticket};
use super::cart::{Bill, Cart};
use super::draw::Draw;
use super::held::Held;
use super::papers::Papers;
use super::sealed;
use super::shop::{cents, founding};
use super::tenders::Paying;
use super::wishes::cart;

/// When the shop is founded: 2 January 2023, 10:00 in Paris.
const FOUNDED: i64 = 1_672_650_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// After so many operations the register is asked what it thinks.
const LOOK_AFTER: u32 = 500;

/// What became of a storm.
#[derive(Debug, Default)]
pub struct Tally {
    /// How often each kind of operation was done.
    pub done: BTreeMap<&'static str, u32>,
    /// How often each was refused, as the rules say.
    pub refused: BTreeMap<&'static str, u32>,
    /// How many entries of each kind were sealed, in the shop's journal.
    pub sealed: BTreeMap<String, u64>,
}

/// One of the till's two journals, as the books know it.
#[derive(Default)]
pub(super) struct Side {
    pub(super) book: Book,
    pub(super) held: Vec<Held>,
    pub(super) papers: Papers,
    last: Option<(CommandId, &'static str, Command)>,
}

pub(super) struct Storm {
    folder: TempDir,
    clock: SetClock,
    now: i64,
    register: Option<Register>,
    pub(super) draw: Draw,
    starts: u64,
    commands: u128,
    live: Side,
    school: Side,
    in_school: bool,
    pub(super) tally: Tally,
}

/// Lets so many operations, drawn from a seed, through a real register in a folder of its own, and holds all that it
/// seals and says against books kept by hand.
pub fn storm(seed: u64, operations: u32) -> Tally {
    let told = Told { seed, operations };
    let mut storm = Storm::founded(seed);
    for n in 1..=operations {
        storm.operation();
        if n % LOOK_AFTER == 0 {
            storm.look();
        }
        if n % (LOOK_AFTER * 10) == 0 {
            storm.rebuild();
        }
    }
    let tally = storm.end();
    std::mem::forget(told);
    tally
}

/// Says how to see a failure again.
struct Told {
    seed: u64,
    operations: u32,
}

impl Drop for Told {
    fn drop(&mut self) {
        let Told { seed, operations } = self;
        eprintln!("again with COMPTOIR_LEDGER_SEED={seed} COMPTOIR_LEDGER_OPERATIONS={operations}");
    }
}

impl Storm {
    fn founded(seed: u64) -> Storm {
        let shared = Path::new("/dev/shm");
        let folder = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() };
        let mut storm = Storm {
            folder: folder.unwrap(),
            clock: SetClock::at(FOUNDED),
            now: FOUNDED,
            register: None,
            draw: Draw(seed),
            starts: 0,
            commands: 0,
            live: Side::default(),
            school: Side::default(),
            in_school: false,
            tally: Tally::default(),
        };
        let platform = storm.platform();
        storm.register = Some(Register::found(storm.data(), founding(), platform).unwrap());
        storm.read(&mut VecDeque::new());
        let chief = Operator::new("chief", "Exemple chief", Role::Manager);
        let pin = Change::Set(Pin::chosen("2580").unwrap());
        let put = Command::PutOperator { operator: chief, pin, badge: Change::Keep };
        storm.must("rights", "owner", put, vec![Expect::Event(130)]);
        storm
    }

    fn data(&self) -> DataFolder {
        DataFolder::new(self.folder.path().join("data"), self.folder.path().join("state"))
    }

    fn platform(&mut self) -> Platform {
        self.starts += 1;
        Platform {
            clock: Box::new(self.clock.clone()),
            random: Box::new(Draw(self.starts << 40)),
            keystore: Box::new(NoKeystore),
            software: Software { name: "comptoir".to_owned(), version: "0.1.0".to_owned() },
        }
    }

    pub(super) fn register(&mut self) -> &mut Register {
        self.register.as_mut().unwrap()
    }

    pub(super) fn side(&mut self) -> &mut Side {
        if self.in_school { &mut self.school } else { &mut self.live }
    }

    /// Draws with the books in view.
    pub(super) fn drawing(&mut self) -> (&mut Draw, &mut Side) {
        (&mut self.draw, if self.in_school { &mut self.school } else { &mut self.live })
    }

    pub(super) fn next_id(&mut self) -> CommandId {
        self.commands += 1;
        CommandId::new(Uuid::from_u128(self.commands))
    }

    pub(super) fn done(&mut self, what: &'static str) {
        *self.tally.done.entry(what).or_default() += 1;
    }

    fn refused(&mut self, what: &'static str) {
        *self.tally.refused.entry(what).or_default() += 1;
    }

    /// Takes into the books whatever was sealed since, which must be what is expected.
    pub(super) fn read(&mut self, expected: &mut VecDeque<Expect>) {
        let from = self.side().book.size;
        let register = self.register.as_ref().unwrap();
        let to = register.journal().standing().size();
        let lines = register.journal().lines(from, to).unwrap();
        for line in lines {
            self.side().book.take(&line, expected);
        }
        assert!(expected.is_empty(), "not sealed: {expected:?}");
    }

    pub(super) fn must(&mut self, what: &'static str, who: &'static str, command: Command, expected: Vec<Expect>) {
        let id = self.next_id();
        let refusal = self.try_as(what, id, who, command, Vec::new(), expected).err();
        assert!(refusal.is_none(), "{what} was refused: {refusal:?}");
    }

    /// What the rules refuse; nothing of it is sealed.
    pub(super) fn must_not(&mut self, what: &'static str, who: &'static str, command: Command) {
        let id = self.next_id();
        let done = self.try_as(what, id, who, command, Vec::new(), Vec::new());
        assert!(done.is_err(), "{what} should be refused");
    }

    pub(super) fn may(
        &mut self,
        what: &'static str,
        who: &'static str,
        command: Command,
        expected: Vec<Expect>,
    ) -> bool {
        let id = self.next_id();
        self.try_as(what, id, who, command, Vec::new(), expected).is_ok()
    }

    pub(super) fn try_as(
        &mut self,
        what: &'static str,
        id: CommandId,
        who: &'static str,
        command: Command,
        approvals: Vec<Approval>,
        expected: Vec<Expect>,
    ) -> Result<(), Refusal> {
        let mut request = Request::new(id, who, command.clone());
        request.approvals = approvals;
        let before = self.register().journal().standing().size();
        match self.register().execute(request) {
            Ok(answer) => {
                assert!(!answer.repeated);
                self.read(&mut expected.into());
                self.side().last = Some((id, who, command));
                self.done(what);
                Ok(())
            }
            Err(Refusal::Register(error)) => panic!("{what}: {error:?}"),
            Err(refusal) => {
                assert_eq!(self.register().journal().standing().size(), before, "a refused {what} seals nothing");
                self.refused(what);
                Err(refusal)
            }
        }
    }

    fn operation(&mut self) {
        self.pass_time();
        if self.in_school && self.draw.one_in(25) {
            self.turn();
        }
        match self.draw.below(100) {
            0..=27 => self.sell(),
            28..=31 => self.issue(),
            32..=38 => self.return_goods(),
            39..=41 => self.exchange(),
            42..=44 => self.cancel(),
            45..=47 => self.correct(),
            48..=68 => self.at_the_tables(),
            69..=74 => self.move_cash(),
            75..=76 => self.count(),
            77..=84 => self.at_the_printer(),
            85..=86 => self.close(),
            87..=90 => self.small_things(),
            91..=95 => self.ask_what_is_refused(),
            96 => self.approved(),
            97 => self.restart(),
            98 => self.repeat(),
            _ => self.rights_and_school(),
        }
        if !self.draw.one_in(4) {
            self.register().settle().unwrap();
            self.read(&mut VecDeque::new());
        }
    }

    /// Mostly minutes; now and then days, months or years in which nobody came, and a clock that is set back.
    fn pass_time(&mut self) {
        self.now += match self.draw.below(1200) {
            0 => i64::try_from(self.draw.between(380, 800)).unwrap() * DAY,
            1..=3 => i64::try_from(self.draw.between(20, 100)).unwrap() * DAY,
            4..=15 => i64::try_from(self.draw.between(1, 9)).unwrap() * DAY,
            16..=22 => -i64::try_from(self.draw.between(1, 50)).unwrap() * HOUR,
            23..=60 => i64::try_from(self.draw.between(1, 20)).unwrap() * HOUR,
            _ => i64::try_from(self.draw.between(0, 900)).unwrap(),
        };
        self.now = self.now.max(FOUNDED);
        self.clock.set(self.now);
        self.confirm_date();
    }

    /// Where the clock is far ahead of the journal, nothing is closed by it until somebody answers for it.
    fn confirm_date(&mut self) {
        let Some(leap) = self.register().clock_leap() else { return };
        if self.draw.one_in(3) {
            let open = Command::CloseDay;
            self.must_not("closing by a clock in doubt", "manager", open);
        }
        self.register().confirm_date("manager", Some(Date(leap.now.date()))).unwrap();
        self.read(&mut VecDeque::from([Expect::Event(910)]));
        self.done("date confirmed");
    }

    pub(super) fn seller(&mut self) -> &'static str {
        self.draw.of(&["cashier", "manager", "owner"]).unwrap()
    }

    pub(super) fn sell(&mut self) {
        let catalogue = self.register().catalogue().clone();
        let (mut basket, cart) = cart(&mut self.draw, &catalogue, true);
        basket.set_customer(Some("c-7")).unwrap();
        let Some((command, ticket, spends)) = self.paid(basket, &cart) else { return };
        let who = if cart.has_own_price() { "manager" } else { self.seller() };
        if cart.has_own_price() {
            self.must_not("price of one's own", "cashier", command.clone());
        }
        let (what, expected) = ("sale", vec![Expect::Ticket(Box::new(ticket))]);
        if spends {
            self.may("sale by voucher", who, command, expected);
        } else {
            self.must(what, who, command, expected);
        }
    }

    /// A basket paid somehow, and the ticket that it must become; none where it comes to less than nothing.
    pub(super) fn paid(&mut self, basket: Basket, cart: &Cart) -> Option<(Command, Ticket, bool)> {
        let bill = cart.bill().unwrap();
        assert_eq!(i128::from(basket.figures().ttc.get()), bill.ttc(), "{cart:?}");
        assert_eq!(i128::from(basket.meal_voucher_total().get()), bill.meal, "{cart:?}");
        let terms = self.register().terms();
        let due = match basket.due(&terms) {
            Ok(due) => due,
            Err(_) => {
                assert!(bill.ttc() < 0 || cart.wishes.is_empty());
                self.refused("sale of less than nothing");
                return None;
            }
        };
        let (draw, side) = self.drawing();
        let mut paying = Paying::new(due, bill.ttc(), bill.meal);
        if draw.one_in(6) {
            paying.by_voucher_first(draw, &side.book);
        }
        paying.pay(draw, &side.book);
        let (pays, change) = (paying.pays.clone(), paying.change());
        let spends = pays.iter().any(Pay::is_voucher);
        let settled = paying.due.settle().unwrap();
        Some((Command::Sell(Box::new(settled)), Ticket::new("sale", bill, pays, change, None), spends))
    }

    /// A gift voucher sold, or money for a customer's account.
    fn issue(&mut self) {
        let amount = self.draw.between(100, 15_000);
        let mut basket = Basket::new(None, Channel::Counter);
        basket.set_customer(Some("c-7")).unwrap();
        let issued = if self.draw.one_in(3) {
            basket.issue(Issue::Account { amount: cents(amount) }).unwrap();
            Pay::plain("account", -amount)
        } else {
            let code = self.register().new_voucher_code().unwrap();
            basket.issue(Issue::GiftVoucher { code: code.clone(), amount: cents(amount) }).unwrap();
            Pay { code: Code::Known(code.to_string()), ..Pay::plain("gift_voucher", -amount) }
        };
        let terms = self.register().terms();
        let mut paying = Paying::new(basket.due(&terms).unwrap(), amount, 0);
        if self.draw.one_in(2) {
            let handed = amount + self.draw.between(0, 1000);
            paying.offer(super::tenders::cash(handed), Pay::plain("cash", handed));
        }
        let rest = paying.left();
        if rest > 0 {
            let card = TenderRequest::Card { amount: cents(rest), reference: None };
            assert!(paying.offer(card, Pay::plain("card", rest)));
        }
        let change = paying.change();
        let mut pays = paying.pays.clone();
        pays.push(issued);
        let settled = paying.due.settle().unwrap();
        let ticket = Ticket::new("sale", Bill::default(), pays, change, None);
        let who = self.seller();
        self.must(
            "voucher sold or account paid",
            who,
            Command::Sell(Box::new(settled)),
            vec![Expect::Ticket(Box::new(ticket))],
        );
    }

    fn move_cash(&mut self) {
        let kinds =
            [("float", CashType::Float), ("in", CashType::In), ("out", CashType::Out), ("drop", CashType::Drop)];
        let (kind, movement) = *self.draw.of(&kinds).unwrap();
        let amount = self.draw.between(1, 30_000);
        let command = Command::MoveCash { movement, amount: cents(amount), reason: Some("Appoint".to_owned()) };
        self.must(kind, "cashier", command, vec![Expect::Cash { kind, amount }]);
    }

    fn count(&mut self) {
        let (twos, ones) = (self.draw.between(0, 200), self.draw.between(0, 99));
        let counted = twos * 200 + ones;
        let coin = |value, pieces| Coin { value: cents(value), pieces: u64::try_from(pieces).unwrap() };
        let coins = if self.draw.one_in(2) { vec![coin(200, twos), coin(1, ones)] } else { Vec::new() };
        let (draw, side) = self.drawing();
        let replaces = if draw.one_in(3) { draw.of(&side.book.counts).copied() } else { None };
        let command = Command::CountCash { counted: cents(counted), coins, replaces, reason: None };
        self.must("count", "cashier", command, vec![Expect::Count { counted, replaces }]);
    }

    fn close(&mut self) {
        if self.draw.one_in(2) {
            self.register().close_due().unwrap();
            self.read(&mut VecDeque::new());
            let at = self.register().now().to_string();
            let book = &mut self.side().book;
            let date = book.date_at(&at);
            book.assert_all_closed_before(date);
            self.done("closings due");
            return;
        }
        let is_empty = self.side().book.sums("day") == super::book::Sums::default();
        if is_empty {
            self.must_not("closing of nothing", "cashier", Command::CloseDay);
        } else {
            self.must("closing", "cashier", Command::CloseDay, vec![Expect::CloseDay]);
        }
        if self.draw.one_in(8) {
            self.archive();
        }
    }

    /// The oldest month or year that is closed and not archived.
    fn archive(&mut self) {
        let spans = self.register().journal().unarchived(&[Period::Month, Period::Year]).unwrap();
        let Some(span) = spans.first().copied() else { return };
        let archived = self.register().archive(span, |_, _| ()).unwrap();
        self.read(&mut VecDeque::from([Expect::Archive]));
        let report = verify::verify_archive(&archived.path, &[], &mut |_, _| ());
        assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
        self.done("archive");
    }

    fn repeat(&mut self) {
        let Some((id, who, command)) = self.side().last.clone() else { return };
        let size = self.register().journal().standing().size();
        let answer = self.register().execute(Request::new(id, who, command)).unwrap();
        assert!(answer.repeated);
        assert_eq!(self.register().journal().standing().size(), size, "a repeated command seals nothing");
        self.done("repeated");
    }

    fn rights_and_school(&mut self) {
        match self.draw.below(3) {
            0 => {
                // A gate is set to what it is not, so that something changes.
                let rank = |gates: &Gates| gates.rank(Gate::CountDrawer);
                let now = rank(self.register().gates());
                let other = if now == Rank::Cashier { Rank::Manager } else { Rank::Cashier };
                let gates = Gates(BTreeMap::from([(Gate::CountDrawer, other)]));
                self.must("rights", "owner", Command::SetGates(gates), vec![Expect::Event(130)]);
                if other == Rank::Manager {
                    let count =
                        Command::CountCash { counted: cents(0), coins: Vec::new(), replaces: None, reason: None };
                    self.must_not("count without the right", "cashier", count);
                    let gates = Command::SetGates(Gates::default());
                    self.must("rights", "owner", gates, vec![Expect::Event(130)]);
                }
            }
            _ if !self.in_school => self.turn(),
            _ => {}
        }
    }

    /// To school mode and back: another journal, with books of its own.
    fn turn(&mut self) {
        let register = self.register.take().unwrap();
        let turned = if self.in_school { register.leave_school("manager") } else { register.enter_school("manager") };
        let mut left = VecDeque::from([Expect::Event(914)]);
        self.register = Some(turned.unwrap());
        // The journal that was left is closed; what it said last is read when it is taken up again.
        self.in_school = !self.in_school;
        self.read(&mut left);
        self.done("school");
        self.confirm_date();
        self.check_held();
    }

    fn restart(&mut self) {
        let register = self.register.take().unwrap();
        if self.draw.one_in(2) {
            register.stop().unwrap();
            self.done("restart");
        } else {
            drop(register);
            self.done("crash");
        }
        // A till that stops in school mode starts among real sales.
        self.in_school = false;
        let platform = self.platform();
        let register = Register::open(self.data(), platform, |_, _| ()).unwrap();
        assert!(register.notices().is_empty(), "{:?}", register.notices());
        self.register = Some(register);
        self.read(&mut VecDeque::from([Expect::Event(80)]));
        self.confirm_date();
        self.check_held();
        if self.draw.one_in(3) {
            self.look();
        }
    }

    /// The register thinks of drawer, totals and vouchers as the books do.
    fn look(&mut self) {
        let drawer = self.register().cash_expected();
        let gt = self.register().journal().standing().gt;
        let book = &self.side().book;
        assert_eq!(i128::from(drawer.get()), book.sums("day").drawer, "what should be in the drawer");
        assert_eq!((i128::from(gt.net.get()), i128::from(gt.abs.get())), book.gt, "the perpetual totals");
        let vouchers: Vec<_> = book.vouchers.iter().map(|(code, v)| (code.clone(), v.balance, v.issued_on)).collect();
        let today = self.register().business_date();
        for (code, balance, issued_on) in vouchers {
            let good_until = issued_on + chrono::Months::new(12);
            match self.register().voucher(&Presented::Code(code.parse().unwrap())) {
                Ok(left) => assert_eq!(i128::from(left.get()), balance, "voucher {code}"),
                Err(Refusal::Voucher(VoucherError::Exhausted { .. })) => assert_eq!(balance, 0, "voucher {code}"),
                Err(Refusal::Voucher(VoucherError::Expired { .. })) => {
                    assert!(today.0 > good_until, "voucher {code} of {issued_on} on {today}");
                }
                Err(other) => panic!("voucher {code}: {other:?}"),
            }
        }
        let mut sold: BTreeMap<String, i128> = BTreeMap::new();
        for article in self.register().sold_articles().unwrap() {
            *sold.entry(article.sku).or_default() += i128::from(article.qty.get());
        }
        assert_eq!(sold, self.side().book.sold, "what was sold of each article");
        self.check_held();
        self.done("look");
    }

    /// What is derived is the same when it is derived anew.
    fn rebuild(&mut self) {
        self.register().settle().unwrap();
        self.read(&mut VecDeque::new());
        let shop = self.register().folder().shop();
        let caught_up = rows(&shop);
        self.register().rebuild_projections().unwrap();
        assert_eq!(rows(&shop), caught_up, "projections derived anew");
        self.done("rebuild");
    }

    fn end(mut self) -> Tally {
        self.look();
        self.rebuild();
        if self.in_school {
            self.turn();
            self.look();
            self.rebuild();
        }
        let live: RegisterId = self.register().id();
        self.register.take().unwrap().stop().unwrap();
        let data = self.data();
        for folder in std::fs::read_dir(data.journals()).unwrap() {
            let database = folder.unwrap().path().join("journal.db");
            let report = verify::verify_file(&database, &[], &mut |_, _| ());
            assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
            let is_live = database.starts_with(data.journal(live).folder);
            let book = if is_live { &mut self.live.book } else { &mut self.school.book };
            let size = take_last_events(&database, book);
            assert_eq!(size, book.size);
            sealed::assert_agrees(&database, book);
        }
        self.tally.sealed = self.live.book.entries_by_kind.clone();
        self.tally
    }
}

/// Takes what a journal said last, after it was read last: that it was left, or that the register stopped.
fn take_last_events(database: &Path, book: &mut Book) -> u64 {
    let connection = rusqlite::Connection::open(database).unwrap();
    let mut find = connection.prepare("SELECT bytes FROM line WHERE seq >= ?1 ORDER BY seq").unwrap();
    let lines = find.query_map([book.size], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    for line in lines {
        book.take(&line.unwrap(), &mut VecDeque::new());
    }
    book.size
}

/// Every row of whatever is derived of a journal.
fn rows(shop: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(shop).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table'
               AND EXISTS (SELECT 1 FROM pragma_table_info(sqlite_master.name) WHERE name = 'register')";
    let mut find = connection.prepare(sql).unwrap();
    let tables: Vec<String> = find.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut rows = Vec::new();
    for table in tables {
        let mut all = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut found = all.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<rusqlite::types::Value> = (0..columns).map(|at| row.get(at).unwrap()).collect();
            rows.push(format!("{table} {values:?}"));
        }
    }
    assert!(!rows.is_empty());
    rows.sort();
    rows
}
