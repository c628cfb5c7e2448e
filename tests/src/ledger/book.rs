//! The books: what was meant, held against what was sealed, entry by entry.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::Value;

use super::cart::{Bill, Line};
use super::money::{Row, Rows};

/// A means of payment and what it paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pay {
    pub(super) tender: &'static str,
    pub(super) amount: i128,
    pub(super) face: Option<i128>,
    pub(super) code: Code,
}

/// What stands beside a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Code {
    None,
    Known(String),
    /// A code that the register draws.
    Drawn,
}

impl Pay {
    pub(super) fn plain(tender: &'static str, amount: i128) -> Pay {
        Pay { tender, amount, face: None, code: Code::None }
    }

    pub(super) fn undone(&self) -> Pay {
        Pay { amount: -self.amount, face: self.face.map(|face| -face), ..self.clone() }
    }

    pub(super) fn is_voucher(&self) -> bool {
        matches!(self.tender, "credit_note" | "gift_voucher")
    }
}

/// A ticket as it must be sealed, and what has become of it since.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) kind: &'static str,
    pub(super) bill: Bill,
    pub(super) pays: Vec<Pay>,
    pub(super) change: i128,
    pub(super) about: Option<u64>,
    /// By line: how much came back, and what was given for it.
    pub(super) back: Vec<(i128, i128)>,
    pub(super) refunds: Vec<Pay>,
    /// How it was paid, less change, as corrected since.
    pub(super) paid: Vec<Pay>,
    pub(super) cancelled: bool,
    pub(super) corrected: Vec<u64>,
}

impl Ticket {
    pub(super) fn new(kind: &'static str, bill: Bill, pays: Vec<Pay>, change: i128, about: Option<u64>) -> Ticket {
        let mut paid = pays.clone();
        let mut rest = change;
        for pay in paid.iter_mut().rev().filter(|pay| pay.tender == "cash" && pay.amount > 0) {
            let part = rest.min(pay.amount);
            pay.amount -= part;
            rest -= part;
        }
        paid.retain(|pay| pay.amount != 0);
        let back = vec![(0, 0); bill.lines.len()];
        Ticket {
            kind,
            bill,
            pays,
            change,
            about,
            back,
            refunds: Vec::new(),
            paid,
            cancelled: false,
            corrected: Vec::new(),
        }
    }

    pub(super) fn is_open_sale(&self) -> bool {
        self.kind == "sale" && !self.cancelled
    }
}

/// What an operation must leave in the journal, in order. Closings and events of the register's own may stand between.
#[derive(Clone, Debug)]
pub(super) enum Expect {
    Ticket(Box<Ticket>),
    Note(Box<Bill>),
    Cash { kind: &'static str, amount: i128 },
    Count { counted: i128, replaces: Option<u64> },
    Duplicate { of: &'static str, number: u64, period: Option<&'static str>, copy: u64 },
    Event(u64),
    CloseDay,
    Archive,
}

/// The sums of a period that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    entries: u64,
    counts: BTreeMap<&'static str, u64>,
    sold: i128,
    given_back: i128,
    rows: Rows,
    /// By tender: how many payments, what they came to, what they were worth beyond that.
    tenders: BTreeMap<String, (u64, i128, i128)>,
    pub(super) drawer: i128,
}

/// A credit note or gift voucher.
#[derive(Clone, Debug)]
pub(super) struct Voucher {
    pub(super) tender: &'static str,
    pub(super) balance: i128,
    pub(super) issued_on: NaiveDate,
}

pub(super) const PERIODS: [&str; 3] = ["day", "month", "year"];

/// The books of one journal.
#[derive(Default)]
pub(super) struct Book {
    pub(super) size: u64,
    pub(super) tickets: Vec<Ticket>,
    pub(super) notes: u64,
    pub(super) counts: Vec<u64>,
    pub(super) cash: Vec<u64>,
    pub(super) closings: BTreeMap<&'static str, u64>,
    pub(super) vouchers: BTreeMap<String, Voucher>,
    /// By article, in thousandths, less what came back.
    pub(super) sold: BTreeMap<String, i128>,
    pub(super) gt: (i128, i128),
    pub(super) year_to_date: i128,
    pub(super) date: Option<NaiveDate>,
    closed: Option<NaiveDate>,
    next_from: BTreeMap<&'static str, u64>,
    open: BTreeMap<&'static str, Sums>,
    duplicates: u64,
    /// What went through the drawer since the books began.
    pub(super) through_drawer: i128,
    pub(super) entries_by_kind: BTreeMap<String, u64>,
}

impl Book {
    pub(super) fn sums(&self, period: &str) -> Sums {
        self.open.get(period).cloned().unwrap_or_default()
    }

    /// The business date of something that happens at a local time.
    pub(super) fn date_at(&self, at: &str) -> NaiveDate {
        let day: NaiveDate = at[..10].parse().unwrap();
        let natural = if &at[11..16] < "05:00" { day - Days::new(1) } else { day };
        let open = self.closed.map(|closed| closed + Days::new(1));
        [self.date, open].into_iter().flatten().fold(natural, NaiveDate::max)
    }

    /// Takes a sealed line. What it says must be what is expected next, and every figure of it right.
    pub(super) fn take(&mut self, line: &[u8], expected: &mut VecDeque<Expect>) {
        let value: Value = serde_json::from_slice(line).unwrap();
        let entry = &value["entry"];
        assert_eq!(entry["seq"].as_u64(), Some(self.size), "no gap");
        let (kind, body, at) = (text(entry, "kind"), &entry["body"], text(entry, "at"));
        *self.entries_by_kind.entry(kind.to_owned()).or_default() += 1;
        let dated = matches!(kind, "ticket" | "note" | "duplicate" | "cash");
        if dated {
            let date = self.date_at(at);
            self.assert_all_closed_before(date);
            if let Some(sealed) = body["business_date"].as_str() {
                assert_eq!(sealed, date.to_string(), "the business date of entry {}", self.size);
            }
            self.date = Some(date);
            self.each_period(|sums| sums.entries += 1);
        }
        match kind {
            "ticket" => {
                let Some(Expect::Ticket(ticket)) = expected.pop_front() else { panic!("nobody asked for {entry}") };
                self.take_ticket(*ticket, body);
            }
            "note" => {
                let Some(Expect::Note(bill)) = expected.pop_front() else { panic!("nobody asked for {entry}") };
                self.notes += 1;
                assert_eq!(body["number"].as_u64(), Some(self.notes));
                assert_bill(&bill, body);
            }
            "cash" => self.take_cash(body, expected.pop_front()),
            "duplicate" => {
                let Some(Expect::Duplicate { of, number, period, copy }) = expected.pop_front() else {
                    panic!("nobody asked for {entry}")
                };
                self.duplicates += 1;
                let original = &body["of"];
                let found = (original["kind"].as_str(), original["number"].as_u64(), original["period"].as_str());
                assert_eq!(found, (Some(of), Some(number), period));
                assert_eq!((body["copy"].as_u64(), body["number"].as_u64()), (Some(copy), Some(self.duplicates)));
                self.each_period(|sums| *sums.counts.entry("duplicates").or_default() += 1);
            }
            "closing" => self.take_closing(body, at, expected),
            "archive" => assert!(matches!(expected.pop_front(), Some(Expect::Archive)), "nobody asked for {entry}"),
            "event" => {
                if matches!(expected.front(), Some(Expect::Event(code)) if body["code"].as_u64() == Some(*code)) {
                    expected.pop_front();
                }
            }
            "genesis" => assert_eq!(self.size, 0),
            other => panic!("a line of kind {other}"),
        }
        self.size += 1;
    }

    /// Whatever ended before a date is closed, unless nothing happened in it.
    pub(super) fn assert_all_closed_before(&self, date: NaiveDate) {
        let Some(last) = self.date else { return };
        for period in PERIODS {
            let empty = self.open.get(period).is_none_or(|sums| sums.entries == 0);
            assert!(empty || bounds(period, last).1 >= date, "the {period} of {last} should be closed before {date}");
        }
    }

    fn each_period(&mut self, mut change: impl FnMut(&mut Sums)) {
        for period in PERIODS {
            change(self.open.entry(period).or_default());
        }
    }

    fn take_ticket(&mut self, mut ticket: Ticket, body: &Value) {
        let number = u64::try_from(self.tickets.len()).unwrap() + 1;
        assert_eq!(body["number"].as_u64(), Some(number));
        assert_eq!(text(body, "type"), ticket.kind);
        assert_eq!(body["refers_to"]["number"].as_u64(), ticket.about);
        assert_bill(&ticket.bill, body);
        assert_eq!(int(body, "change"), ticket.change, "the change of ticket {number}");
        let sealed = list(body, "payments");
        assert_eq!(sealed.len(), ticket.pays.len(), "the payments of ticket {number}: {:?}, {body}", ticket.pays);
        for (pay, sealed) in ticket.pays.iter_mut().zip(sealed) {
            if pay.code == Code::Drawn {
                pay.code = Code::Known(text(sealed, "ref").to_owned());
            }
            let found = (text(sealed, "tender"), int(sealed, "amount"), sealed["face"].as_i64().map(i128::from));
            assert_eq!(found, (pay.tender, pay.amount, pay.face), "a payment of ticket {number}");
            let code = if let Code::Known(code) = &pay.code { Some(code.as_str()) } else { None };
            assert_eq!(sealed["ref"].as_str(), code, "a payment of ticket {number}");
        }
        let again = Ticket::new(ticket.kind, ticket.bill.clone(), ticket.pays.clone(), ticket.change, ticket.about);
        ticket.paid = again.paid;

        let ttc = ticket.bill.ttc();
        self.gt = (self.gt.0 + ttc, self.gt.1 + ttc.abs());
        assert_eq!((int(&body["gt"], "net"), int(&body["gt"], "abs")), self.gt, "the perpetual totals");
        self.year_to_date += ttc;
        for line in &ticket.bill.lines {
            *self.sold.entry(line.sku.clone()).or_default() += line.qty;
        }
        let cash: i128 = ticket.pays.iter().filter(|pay| pay.tender == "cash").map(|pay| pay.amount).sum();
        self.through_drawer += cash - ticket.change;
        let date = self.date.unwrap();
        for pay in ticket.pays.iter().filter(|pay| pay.is_voucher()) {
            let Code::Known(code) = &pay.code else { panic!("a voucher without a code") };
            let voucher = Voucher { tender: pay.tender, balance: 0, issued_on: date };
            self.vouchers.entry(code.clone()).or_insert(voucher).balance -= pay.amount;
        }
        let taken = ticket.clone();
        self.each_period(|sums| sums.add(&taken, cash - taken.change));
        if let Some(of) = ticket.about {
            self.follow(&ticket, of, number);
        }
        self.tickets.push(ticket);
    }

    /// What a ticket changes of the one that it is about.
    fn follow(&mut self, ticket: &Ticket, of: u64, number: u64) {
        let at = usize::try_from(of).unwrap() - 1;
        let original = &mut self.tickets[at];
        match ticket.kind {
            "cancel" => original.cancelled = true,
            "correction" => {
                for pay in &ticket.pays {
                    match original.paid.iter().position(|paid| paid.undone() == *pay).filter(|_| pay.amount < 0) {
                        Some(place) => drop(original.paid.remove(place)),
                        None => original.paid.push(pay.clone()),
                    }
                }
                original.corrected.push(number);
            }
            _ => {
                original.refunds.extend(ticket.pays.iter().cloned());
                original.corrected.push(number);
            }
        }
    }

    /// Notes how much of which line of a sale came back, once the return is sealed.
    pub(super) fn came_back(&mut self, of: u64, lines: &[(usize, i128, i128)]) {
        let original = &mut self.tickets[usize::try_from(of).unwrap() - 1];
        for (line, qty, given) in lines {
            let back = &mut original.back[*line];
            *back = (back.0 + qty, back.1 + given);
        }
    }

    fn take_cash(&mut self, body: &Value, expected: Option<Expect>) {
        self.cash.push(self.size);
        match expected {
            Some(Expect::Cash { kind, amount }) => {
                assert_eq!((text(body, "type"), int(body, "amount")), (kind, amount));
                let signed = if matches!(kind, "float" | "in") { amount } else { -amount };
                self.through_drawer += signed;
                self.each_period(|sums| sums.drawer += signed);
            }
            Some(Expect::Count { counted, replaces }) => {
                let should = self.sums("day").drawer;
                assert_eq!(text(body, "type"), "count");
                let found = (int(body, "amount"), int(body, "counted"), int(body, "expected"));
                assert_eq!(found, (counted, counted, should), "what should be in the drawer");
                assert_eq!(int(body, "difference"), counted - should);
                assert_eq!(body["replaces"].as_u64(), replaces);
                self.counts.push(self.size);
            }
            other => panic!("{other:?} was asked for, and not {body}"),
        }
    }

    fn take_closing(&mut self, body: &Value, at: &str, expected: &mut VecDeque<Expect>) {
        let period = PERIODS.into_iter().find(|period| *period == text(body, "period")).unwrap();
        let last = self.date.unwrap();
        let (first, end) = bounds(period, last);
        if period == "day" && matches!(expected.front(), Some(Expect::CloseDay)) {
            expected.pop_front();
        } else {
            assert!(end < self.date_at(at), "the {period} of {last} is not over at {at}");
        }
        let shorter = PERIODS.into_iter().take_while(|other| *other != period);
        for other in shorter {
            assert!(self.sums(other).entries == 0, "a {other} is closed before its {period}");
        }
        let sums = self.sums(period);
        assert!(sums.entries > 0, "an empty {period} has no closing");
        let number = self.closings.entry(period).or_default();
        *number += 1;
        assert_eq!(body["number"].as_u64(), Some(*number));
        assert_eq!((text(body, "first_date"), text(body, "last_date")), (&*first.to_string(), &*end.to_string()));
        let from = self.next_from.get(period).copied().unwrap_or(0);
        assert_eq!((body["from"].as_u64(), body["to"].as_u64()), (Some(from), Some(self.size - 1)));
        sums.assert_stated(body);
        assert_eq!((int(&body["gt"], "net"), int(&body["gt"], "abs")), self.gt, "the perpetual totals");
        assert_eq!(int(body, "year_to_date"), self.year_to_date, "the year so far");
        self.next_from.insert(period, self.size + 1);
        self.closed = self.closed.max(Some(end));
        self.open.insert(period, Sums::default());
        if period == "year" {
            self.year_to_date = 0;
        }
    }
}

impl Sums {
    fn add(&mut self, ticket: &Ticket, cash: i128) {
        let ttc = ticket.bill.ttc();
        let count = match ticket.kind {
            "sale" => "sales",
            "return" => "returns",
            "cancel" => "cancels",
            _ => "corrections",
        };
        *self.counts.entry(count).or_default() += 1;
        match ticket.kind {
            "sale" => self.sold += ttc,
            "return" | "cancel" => self.given_back -= ttc,
            _ => {}
        }
        for (rate, row) in &ticket.bill.rows {
            self.rows.entry(*rate).or_default().add(*row);
        }
        for pay in &ticket.pays {
            let sum = self.tenders.entry(pay.tender.to_owned()).or_default();
            *sum = (sum.0 + 1, sum.1 + pay.amount, sum.2 + pay.face.map_or(0, |face| face - pay.amount));
        }
        if ticket.change != 0 {
            self.tenders.entry("cash".to_owned()).or_default().1 -= ticket.change;
        }
        self.drawer += cash;
    }

    /// The same figures on a closing, or on the reading of a day.
    pub(super) fn assert_stated(&self, body: &Value) {
        for count in ["sales", "returns", "cancels", "corrections", "duplicates"] {
            let counted = self.counts.get(count).copied().unwrap_or_default();
            assert_eq!(body[count].as_u64().unwrap_or_default(), counted, "how many {count}");
        }
        assert_eq!((int(body, "sales_ttc"), int(body, "returns_ttc")), (self.sold, self.given_back));
        assert_rows(&self.rows, &body["totals"]);
        if let Some(sealed) = body["payments"].as_array() {
            let row = |row: &Value| {
                let sums = (row["count"].as_u64().unwrap(), int(row, "amount"), int(row, "excess"));
                (text(row, "tender").to_owned(), sums)
            };
            let sealed: Vec<_> = sealed.iter().map(row).collect();
            assert_eq!(sealed, self.tenders.clone().into_iter().collect::<Vec<_>>(), "by means of payment");
        }
    }
}

/// The first and last date of the period that a date lies in; years begin in January here.
fn bounds(period: &str, date: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (first, months) = match period {
        "day" => return (date, date),
        "month" => (date.with_day(1).unwrap(), 1),
        _ => (date.with_day(1).unwrap().with_month(1).unwrap(), 12),
    };
    (first, first + Months::new(months) - Days::new(1))
}

fn assert_bill(bill: &Bill, body: &Value) {
    let sealed = list(body, "lines").iter().map(line).collect::<Vec<_>>();
    assert_eq!(sealed, bill.lines, "the lines");
    let offs: Vec<i128> = list(body, "discounts").iter().map(|off| int(off, "amount")).collect();
    assert_eq!(offs, bill.offs, "the discounts of the whole");
    assert_rows(&bill.rows, &body["totals"]);
}

fn line(sealed: &Value) -> Line {
    Line {
        sku: text(sealed, "sku").to_owned(),
        qty: int(sealed, "qty"),
        price: int(sealed, "unit_price"),
        unit: text(sealed, "unit").to_owned(),
        rate: int(sealed, "vat"),
        off: list(sealed, "discounts").iter().map(|off| int(off, "amount")).sum(),
        total: int(sealed, "total"),
        ht: int(sealed, "ht"),
    }
}

fn assert_rows(rows: &Rows, totals: &Value) {
    let row = |row: &Value| (int(row, "rate"), Row { ttc: int(row, "ttc"), ht: int(row, "ht"), vat: int(row, "vat") });
    let sealed: Vec<(i128, Row)> = list(totals, "vat").iter().map(row).collect();
    assert_eq!(sealed, rows.clone().into_iter().collect::<Vec<_>>(), "the rates, ascending");
    let mut sum = Row::default();
    rows.values().for_each(|row| sum.add(*row));
    assert_eq!((int(totals, "ttc"), int(totals, "ht")), (sum.ttc, sum.ht), "the totals");
}

pub(super) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// A whole number; 0 where it is left out.
pub(super) fn int(value: &Value, key: &str) -> i128 {
    value[key].as_i64().map_or(0, i128::from)
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
