//! What is derived from sealed lines: where each document lies, and the sums of each day. All of it is written in the
//! transaction that takes the lines in, and can be thrown away and derived anew.

use std::collections::{BTreeMap, BTreeSet};

use comptoir_fiscal::entry::{Body, Entry, Tender, Ticket, TicketType};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::values::{Cents, Date};
use comptoir_fiscal::verify::Taken;

use super::Whose;
use super::past::name_of;
use super::vouchers;
use crate::store::{StoreError, Tx, Value};

/// The tables that are derived from lines, all of which name their register.
pub(super) const TABLES: &[&str] =
    &["finding", "ticket", "copy", "invoiced", "closing", "day", "day_tender", "day_rate", "voucher_movement"];

const FINDING: &str = "INSERT INTO finding
    (merchant, register, seq, n, rule, place, expected, found, is_defect) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const TICKET: &str = "INSERT INTO ticket
    (merchant, register, number, seq, store, type, day, hour, operator, ttc, about_register, about_number)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const COPY: &str = "INSERT INTO copy (merchant, register, original, copies) VALUES ($1, $2, $3, $4)
    ON CONFLICT (merchant, register, original) DO UPDATE SET copies = excluded.copies";
const INVOICED: &str = "INSERT INTO invoiced (merchant, register, of_register, of_number) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING";
const CLOSING: &str = "INSERT INTO closing
    (merchant, register, period, seq, number, first_day, last_day, ttc, archived)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
const ARCHIVED: &str = "UPDATE closing SET archived = 1
    WHERE merchant = $1 AND register = $2 AND period = $3 AND seq = $4";
const DAY: &str = "INSERT INTO day (merchant, store, day, register, tickets, sales, ttc, ht)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (merchant, store, day, register) DO UPDATE SET tickets = day.tickets + excluded.tickets,
        sales = day.sales + excluded.sales, ttc = day.ttc + excluded.ttc, ht = day.ht + excluded.ht";
const DAY_TENDER: &str = "INSERT INTO day_tender (merchant, store, day, register, tender, count, cents)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (merchant, store, day, register, tender) DO UPDATE SET count = day_tender.count + excluded.count,
        cents = day_tender.cents + excluded.cents";
const DAY_RATE: &str = "INSERT INTO day_rate (merchant, store, day, register, rate, ttc, ht, vat)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (merchant, store, day, register, rate) DO UPDATE SET ttc = day_rate.ttc + excluded.ttc,
        ht = day_rate.ht + excluded.ht, vat = day_rate.vat + excluded.vat";

/// The sums of a day, as far as some lines add to them.
#[derive(Default)]
struct Day {
    tickets: i64,
    sales: i64,
    ttc: Cents,
    ht: Cents,
    tenders: BTreeMap<Tender, (i64, Cents)>,
    rates: BTreeMap<i64, [Cents; 3]>,
}

/// What lines add to the tables, gathered before it is written.
#[derive(Default)]
struct Rows {
    findings: Vec<Vec<Value>>,
    tickets: Vec<Vec<Value>>,
    copies: BTreeMap<String, u64>,
    invoiced: Vec<Vec<Value>>,
    closings: Vec<Vec<Value>>,
    archived: Vec<Vec<Value>>,
    days: BTreeMap<i64, Day>,
    vouchers: Vec<Vec<Value>>,
    codes: BTreeSet<String>,
}

/// Writes what some lines add to the tables. Each line is given once, in order. Returns the codes of the vouchers that they
/// move.
pub(super) fn add(tx: &mut dyn Tx, whose: &Whose, taken: &[Taken]) -> Result<BTreeSet<String>, StoreError> {
    let mut rows = Rows::default();
    for line in taken {
        rows.find(whose, line)?;
        if let Some(entry) = &line.entry {
            rows.take(whose, entry)?;
        }
    }
    let codes = std::mem::take(&mut rows.codes);
    rows.write(tx, whose)?;
    Ok(codes)
}

impl Rows {
    fn find(&mut self, whose: &Whose, line: &Taken) -> Result<(), StoreError> {
        let english = Translations::english();
        for (n, finding) in (0i64..).zip(&line.findings) {
            self.findings.push(whose.row([
                line.seq.try_into()?,
                n.into(),
                finding.rule.as_str().into(),
                without_zeros(&finding.place).into(),
                without_zeros(&english.say(&finding.expected)).into(),
                without_zeros(&english.say(&finding.found)).into(),
                i64::from(finding.is_defect).into(),
            ]));
        }
        Ok(())
    }

    fn take(&mut self, whose: &Whose, entry: &Entry) -> Result<(), StoreError> {
        let seq = Value::try_from(entry.seq)?;
        match &entry.body {
            Body::Ticket(ticket) => {
                self.take_ticket(whose, entry, ticket)?;
                for (code, row) in vouchers::rows_of(whose, entry)? {
                    self.codes.insert(code);
                    self.vouchers.push(row);
                }
            }
            Body::Duplicate(duplicate) => {
                self.copies.insert(name_of(&duplicate.of), duplicate.copy);
            }
            Body::Invoice(invoice) => {
                for ticket in &invoice.tickets {
                    let of = [ticket.register.to_string().into(), ticket.number.try_into()?];
                    self.invoiced.push(whose.row(of));
                }
            }
            Body::Closing(closing) => self.closings.push(whose.row([
                closing.period.as_str().into(),
                seq,
                closing.number.try_into()?,
                day_of(closing.first_date).into(),
                day_of(closing.last_date).into(),
                closing.totals.ttc.get().into(),
            ])),
            Body::Archive(archive) => {
                self.archived.push(whose.row([archive.period.as_str().into(), archive.to.try_into()?]));
            }
            Body::Genesis(_) | Body::Note(_) | Body::Cash(_) | Body::Event(_) => {}
        }
        Ok(())
    }

    fn take_ticket(&mut self, whose: &Whose, entry: &Entry, ticket: &Ticket) -> Result<(), StoreError> {
        let day = day_of(ticket.business_date);
        let hour = i64::from(chrono::Timelike::hour(&entry.at.time()));
        let about = ticket.refers_to;
        self.tickets.push(whose.row([
            ticket.number.try_into()?,
            entry.seq.try_into()?,
            whose.store.as_str().into(),
            ticket.ticket_type.as_str().into(),
            day.into(),
            hour.into(),
            without_zeros(&entry.operator).into(),
            ticket.totals.ttc.get().into(),
            about.map(|about| about.register.to_string()).into(),
            about.map(|about| about.number.try_into()).transpose()?.unwrap_or(Value::Null),
        ]));
        let sums = self.days.entry(day).or_default();
        sums.tickets += 1;
        sums.sales += i64::from(ticket.ticket_type == TicketType::Sale);
        sums.ttc += ticket.totals.ttc;
        sums.ht += ticket.totals.ht;
        for payment in &ticket.payments {
            let (count, cents) = sums.tenders.entry(payment.tender).or_default();
            *count += 1;
            *cents += payment.amount;
        }
        if !ticket.change.is_zero() {
            sums.tenders.entry(Tender::Cash).or_default().1 -= ticket.change;
        }
        for row in &ticket.totals.vat {
            let [ttc, ht, vat] = sums.rates.entry(i64::from(row.rate.basis_points())).or_default();
            *ttc += row.ttc;
            *ht += row.ht;
            *vat += row.vat;
        }
        Ok(())
    }

    fn write(self, tx: &mut dyn Tx, whose: &Whose) -> Result<(), StoreError> {
        tx.insert(FINDING, &self.findings)?;
        tx.insert(TICKET, &self.tickets)?;
        let copies = self.copies.into_iter().map(|(of, copies)| Ok(whose.row([of.into(), copies.try_into()?])));
        tx.insert(COPY, &copies.collect::<Result<Vec<_>, StoreError>>()?)?;
        tx.insert(INVOICED, &self.invoiced)?;
        tx.insert(CLOSING, &self.closings)?;
        vouchers::add(tx, &self.vouchers)?;
        for archived in &self.archived {
            tx.execute(ARCHIVED, archived)?;
        }
        let (mut days, mut tenders, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for (day, sums) in self.days {
            let key = || -> Vec<Value> {
                vec![whose.merchant.as_str().into(), whose.store.as_str().into(), day.into(), whose.name().into()]
            };
            let row = |values: Vec<Value>| -> Vec<Value> { key().into_iter().chain(values).collect() };
            let (ttc, ht) = (sums.ttc.get(), sums.ht.get());
            days.push(row(vec![sums.tickets.into(), sums.sales.into(), ttc.into(), ht.into()]));
            for (tender, (count, cents)) in sums.tenders {
                tenders.push(row(vec![tender.as_str().into(), count.into(), cents.get().into()]));
            }
            for (rate, figures) in sums.rates {
                let figures = figures.into_iter().map(|cents| Value::from(cents.get()));
                rates.push(row(std::iter::once(rate.into()).chain(figures).collect()));
            }
        }
        tx.insert(DAY, &days)?;
        tx.insert(DAY_TENDER, &tenders)?;
        tx.insert(DAY_RATE, &rates)?;
        Ok(())
    }
}

/// A date as days since 1970-01-01.
pub fn day_of(date: Date) -> i64 {
    let epoch = chrono::NaiveDate::default();
    date.0.signed_duration_since(epoch).num_days()
}

/// A text without zero bytes, which not every database could keep: the line itself stands whole.
fn without_zeros(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
