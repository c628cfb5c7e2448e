//! What a period came to: the reading of the day so far (X), and the closing of a day (Z), month or year.

use comptoir_fiscal::entry::{Cash, CashType, Closing, ClosingPayment, Entry, GrandTotal, Period, Totals};
use comptoir_fiscal::message;
use comptoir_fiscal::standing::Standing;
use comptoir_fiscal::sums::Sums;
use comptoir_fiscal::values::{Cents, Date, Instant};

use serde::{Deserialize, Serialize};

use super::{Block, Letterhead, Paper, Weight, words};

/// What was done with the drawer in a period, besides sales.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawer {
    /// Float, in, out and drop: how often, and how much of each.
    moved: Vec<(CashType, u64, Cents)>,
    /// The last count that no other corrected.
    count: Option<(u64, Cash)>,
}

impl Drawer {
    /// Takes one more cash entry into account, in the order in which they were sealed.
    pub fn add(&mut self, seq: u64, cash: &Cash) {
        if cash.cash_type == CashType::Count {
            self.count = Some((seq, cash.clone()));
            return;
        }
        match self.moved.iter_mut().find(|(moved, ..)| *moved == cash.cash_type) {
            Some((_, count, amount)) => (*count, *amount) = (*count + 1, *amount + cash.amount),
            None => self.moved.push((cash.cash_type, 1, cash.amount)),
        }
    }
}

/// The paper of a closing: a Z, with the root by which anyone can later prove that nothing was cut off before it.
pub fn closing_paper(head: &Letterhead<'_>, entry: &Entry, closing: &Closing, drawer: Option<&Drawer>) -> Paper {
    let mut paper = head.begin();
    head.name(&mut paper, head.say(words::closing(closing.period)), entry);
    paper.strong(head.say(message!("Business day")), dates(head, closing.first_date, closing.last_date));
    paper.add(Block::Rule);
    let counts = Counts {
        sales: closing.sales,
        returns: closing.returns,
        cancels: closing.cancels,
        corrections: closing.corrections,
        duplicates: closing.duplicates,
        sales_ttc: closing.sales_ttc,
        returns_ttc: closing.returns_ttc,
    };
    figures(head, &mut paper, &counts, &closing.totals, &closing.payments);
    if let Some(drawer) = drawer {
        drawer_part(head, &mut paper, drawer);
    }
    perpetual(head, &mut paper, closing.gt, closing.year_to_date);
    paper.add(Block::Rule);
    let entries = message!("Entries {from} to {to}", from = closing.from, to = closing.to);
    paper.text(head.say(entries));
    let checkpoint = format!("{}:{}", closing.checkpoint.size, closing.checkpoint.root);
    paper.text(head.say(message!("Checkpoint {size_and_root}", size_and_root = checkpoint.as_str())));
    paper.add(Block::Code(checkpoint));
    if let Some(witnessed) = closing.witnessed {
        paper.text(head.say(message!("Countersigned up to entry {size}", size = witnessed.size)));
    }
    head.sign(&mut paper, &closing.nf525.sig);
    head.end(&mut paper);
    paper
}

/// The day as it stood when somebody read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    at: Instant,
    date: Date,
    sums: Sums,
    gt: GrandTotal,
    year_to_date: Cents,
}

impl Reading {
    /// The day on which `date` is sold, as a journal stands at `at`.
    pub fn of(standing: &Standing, date: Date, at: Instant) -> Reading {
        let sums = standing.sums(Period::Day).clone();
        Reading { at, date, sums, gt: standing.gt, year_to_date: standing.year_to_date }
    }
}

/// The day so far, read without closing anything (X). What should be in the drawer is left out, so that a count stays
/// blind.
pub fn reading_paper(head: &Letterhead<'_>, reading: &Reading) -> Paper {
    let sums = &reading.sums;
    let mut paper = head.begin();
    paper.strong(head.say(message!("X — reading, closes nothing")), head.texts.language().date(reading.date));
    head.made(&mut paper, reading.at);
    paper.add(Block::Rule);
    let counts = Counts {
        sales: sums.sales,
        returns: sums.returns,
        cancels: sums.cancels,
        corrections: sums.corrections,
        duplicates: sums.duplicates,
        sales_ttc: sums.sales_ttc,
        returns_ttc: sums.returns_ttc,
    };
    figures(head, &mut paper, &counts, &sums.totals, &sums.payments());
    perpetual(head, &mut paper, reading.gt, reading.year_to_date);
    head.end(&mut paper);
    paper
}

struct Counts {
    sales: u64,
    returns: u64,
    cancels: u64,
    corrections: u64,
    duplicates: u64,
    sales_ttc: Cents,
    returns_ttc: Cents,
}

fn figures(head: &Letterhead<'_>, paper: &mut Paper, counts: &Counts, totals: &Totals, payments: &[ClosingPayment]) {
    let language = head.texts.language();
    paper.row(head.say(message!("Sales: {count}", count = counts.sales)), language.amount(counts.sales_ttc));
    let back = head.say(message!(
        "Returns: {returns}, cancellations: {cancels}",
        returns = counts.returns,
        cancels = counts.cancels
    ));
    paper.row(back, language.amount(-counts.returns_ttc));
    paper.add(Block::Row(head.say(message!("TURNOVER")), language.money(totals.ttc), Weight::Large));
    paper.row(head.say(message!("Net of tax")), language.amount(totals.ht));
    let tickets = i64::try_from(counts.sales).unwrap_or(i64::MAX);
    if tickets > 0 {
        let average = comptoir_fiscal::arithmetic::round_div(counts.sales_ttc.get().into(), tickets.into());
        let average = Cents::new(i64::try_from(average).unwrap_or_default());
        paper.row(head.say(message!("Average sale")), language.amount(average));
    }
    let rest = message!(
        "Corrections: {corrections}, duplicates: {duplicates}",
        corrections = counts.corrections,
        duplicates = counts.duplicates
    );
    paper.text(head.say(rest));
    if !totals.vat.is_empty() {
        paper.add(Block::Rule);
        head.vat(paper, &totals.vat);
    }
    paper.add(Block::Rule);
    for payment in payments {
        let name = format!("{} × {}", head.say(words::tender(payment.tender)), language.number(count(payment.count)));
        paper.row(name, language.amount(payment.amount));
        if !payment.excess.is_zero() {
            paper.detail(head.say(message!("worth {excess} more than it paid", excess = payment.excess)), "");
        }
    }
}

fn drawer_part(head: &Letterhead<'_>, paper: &mut Paper, drawer: &Drawer) {
    let language = head.texts.language();
    if drawer.moved.is_empty() && drawer.count.is_none() {
        return;
    }
    paper.add(Block::Rule);
    for (cash_type, times, amount) in &drawer.moved {
        let name = format!("{} × {}", head.say(words::movement(*cash_type)), language.number(count(*times)));
        let out = matches!(cash_type, CashType::Out | CashType::Drop);
        paper.row(name, language.amount(if out { -*amount } else { *amount }));
    }
    if let Some((_, counted)) = &drawer.count {
        paper.row(head.say(message!("Expected in the drawer")), language.amount(counted.expected.unwrap_or_default()));
        paper.row(head.say(message!("Counted")), language.amount(counted.amount));
        let difference = counted.difference.unwrap_or_default();
        paper.strong(head.say(message!("Difference")), language.amount(difference));
    }
}

fn perpetual(head: &Letterhead<'_>, paper: &mut Paper, gt: GrandTotal, year_to_date: Cents) {
    let language = head.texts.language();
    paper.add(Block::Rule);
    paper.row(head.say(message!("Since the year began")), language.amount(year_to_date));
    paper.row(head.say(message!("Perpetual total")), language.amount(gt.net));
    paper.row(head.say(message!("Perpetual total, absolute")), language.amount(gt.abs));
}

fn dates(head: &Letterhead<'_>, first: Date, last: Date) -> String {
    let language = head.texts.language();
    if first == last { language.date(first) } else { format!("{} – {}", language.date(first), language.date(last)) }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
