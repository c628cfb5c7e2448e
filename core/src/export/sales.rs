//! Sealed entries as rows, and the sums that follow from them.

use std::collections::{BTreeMap, HashMap};

use chrono::Timelike;
use comptoir_fiscal::arithmetic;
use comptoir_fiscal::entry::{
    Body, Channel, Closing, Entry, Period, SaleMode, Tender, Ticket, TicketType, Totals, VatRow,
};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date, Rate};

use super::sheets::{Sheet, Value};
use super::{Dates, ExportError, Tables};
use crate::catalogue::Catalogue;
use crate::paper::words;

/// What came in by one means of payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) count: u64,
    pub(super) amount: Cents,
}

/// A day of a till: its closing, once it has one, and the sum of its tickets.
#[derive(Clone, Debug, Default)]
struct Day {
    closing: Option<Closing>,
    sales: u64,
    returns: u64,
    cancels: u64,
    totals: Totals,
    taken: BTreeMap<Tender, Taken>,
}

/// The sums of everything that was taken out.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) tickets: u64,
    pub(super) totals: Totals,
    /// By business date: how many tickets, and what they came to.
    pub(super) by_day: BTreeMap<Date, (u64, Cents)>,
    /// By the hour at which they were sealed.
    pub(super) by_hour: BTreeMap<u32, (u64, Cents)>,
    /// By what the category is called.
    pub(super) by_category: BTreeMap<String, Cents>,
    pub(super) by_tender: BTreeMap<Tender, Taken>,
    /// Of the days that are closed, as their closings have it.
    pub(super) closed: Cents,
    /// Of the days that are not.
    pub(super) open: Cents,
    /// The tills.
    pub(super) tills: Vec<String>,
    /// Journals that could not be read to their end.
    pub(super) left_out: Vec<String>,
}

impl Figures {
    /// What the amounts with VAT of a table come to.
    pub(super) fn turnover_of(&self, sheet: Sheet) -> Cents {
        if sheet == Sheet::Days { self.closed + self.open } else { self.totals.ttc }
    }
}

/// Folds entries into rows and figures.
pub(super) struct Sales<'s> {
    dates: Dates,
    categories: HashMap<&'s str, &'s str>,
    days: BTreeMap<(Date, String), Day>,
    vat: BTreeMap<(Date, String, Rate), VatRow>,
    pub(super) figures: Figures,
}

impl<'s> Sales<'s> {
    pub(super) fn new(dates: Dates, catalogue: &'s Catalogue) -> Sales<'s> {
        let categories = catalogue.categories().iter();
        Sales {
            dates,
            categories: categories.map(|category| (category.id.as_str(), category.label.as_str())).collect(),
            days: BTreeMap::new(),
            vat: BTreeMap::new(),
            figures: Figures::default(),
        }
    }

    pub(super) fn take<T: Tables>(&mut self, till: &str, entry: &Entry, tables: &mut T) -> Result<(), ExportError> {
        match &entry.body {
            Body::Ticket(ticket) if self.dates.hold(ticket.business_date) => {
                self.add(till, entry, ticket);
                self.rows(till, entry, ticket, tables)
            }
            Body::Closing(closing) if closing.period == Period::Day && self.dates.hold(closing.first_date) => {
                let day = self.days.entry((closing.first_date, till.to_owned())).or_default();
                day.closing = Some((**closing).clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes the rows that follow from all entries.
    pub(super) fn finish(&mut self, tables: &mut dyn Tables) -> Result<(), ExportError> {
        for ((date, till), day) in &self.days {
            tables.add(Sheet::Days, &day_row(*date, till, day))?;
            match &day.closing {
                Some(closing) => self.figures.closed += closing.totals.ttc,
                None => self.figures.open += day.totals.ttc,
            }
        }
        for ((date, till, rate), row) in &self.vat {
            let values =
                [Value::text(till), (*date).into(), (*rate).into(), row.ht.into(), row.vat.into(), row.ttc.into()];
            tables.add(Sheet::Vat, &values)?;
        }
        Ok(())
    }

    fn add(&mut self, till: &str, entry: &Entry, ticket: &Ticket) {
        let (date, ttc) = (ticket.business_date, ticket.totals.ttc);
        let day = self.days.entry((date, till.to_owned())).or_default();
        match ticket.ticket_type {
            TicketType::Sale => day.sales += 1,
            TicketType::Return => day.returns += 1,
            TicketType::Cancel => day.cancels += 1,
            TicketType::Correction => {}
        }
        day.totals.add(&ticket.totals);
        for row in &ticket.totals.vat {
            let sum = self.vat.entry((date, till.to_owned(), row.rate));
            let sum = sum.or_insert(VatRow { ht: Cents::ZERO, rate: row.rate, ttc: Cents::ZERO, vat: Cents::ZERO });
            sum.ht += row.ht;
            sum.ttc += row.ttc;
            sum.vat += row.vat;
        }
        for taken in [&mut day.taken, &mut self.figures.by_tender] {
            for payment in &ticket.payments {
                let sum = taken.entry(payment.tender).or_default();
                sum.count += 1;
                sum.amount += payment.amount;
            }
            if !ticket.change.is_zero() {
                taken.entry(Tender::Cash).or_default().amount -= ticket.change;
            }
        }
        let figures = &mut self.figures;
        figures.tickets += 1;
        figures.totals.add(&ticket.totals);
        let sums =
            [figures.by_day.entry(date).or_default(), figures.by_hour.entry(entry.at.time().hour()).or_default()];
        for (count, sum) in sums {
            *count += 1;
            *sum += ttc;
        }
        for line in &ticket.lines {
            let category = line.category.as_deref().unwrap_or_default();
            let category = self.categories.get(category).copied().unwrap_or(category);
            *figures.by_category.entry(category.to_owned()).or_default() += line.total;
        }
        if figures.tills.last().is_none_or(|last| last != till) {
            figures.tills.push(till.to_owned());
        }
    }

    fn rows<T: Tables>(&self, till: &str, entry: &Entry, ticket: &Ticket, tables: &mut T) -> Result<(), ExportError> {
        let (kind, date) = (kind_of(ticket.ticket_type), ticket.business_date);
        let text = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
        tables.add(
            Sheet::Tickets,
            &[
                Value::text(till),
                ticket.number.into(),
                kind.clone().into(),
                date.into(),
                entry.at.into(),
                Value::text(&entry.operator),
                channel(ticket.channel).into(),
                ticket.mode.map(mode).into(),
                count(ticket.lines.len()),
                ticket.totals.ht.into(),
                ticket.totals.vat_sum().into(),
                ticket.totals.ttc.into(),
                ticket.refers_to.map(|of| of.number).into(),
                text(&ticket.reason),
                text(&ticket.customer),
            ],
        )?;
        for line in &ticket.lines {
            let category = line.category.as_deref().unwrap_or_default();
            tables.add(
                Sheet::Lines,
                &[
                    Value::text(till),
                    ticket.number.into(),
                    kind.clone().into(),
                    date.into(),
                    u64::from(line.n).into(),
                    Value::text(&line.sku),
                    Value::text(&line.label),
                    Value::text(self.categories.get(category).copied().unwrap_or(category)),
                    Value::Thousandths(line.qty.get()),
                    Value::text(&line.unit),
                    line.unit_price.into(),
                    (arithmetic::gross(line.qty, line.unit_price) - line.total).into(),
                    line.total.into(),
                    line.vat.into(),
                    line.ht.into(),
                    line.menu.map(u64::from).into(),
                    text(&line.seller),
                ],
            )?;
        }
        let change = Some(-ticket.change).filter(|change| !change.is_zero());
        let payments = ticket.payments.iter().map(|payment| {
            let movement = if payment.amount.is_negative() { message!("Given") } else { message!("Received") };
            (payment.tender, movement, payment.amount, payment.face, payment.reference.as_deref())
        });
        let change = change.map(|change| (Tender::Cash, message!("Change"), change, None, None));
        for (tender, movement, amount, face, reference) in payments.chain(change) {
            tables.add(
                Sheet::Payments,
                &[
                    Value::text(till),
                    ticket.number.into(),
                    kind.clone().into(),
                    date.into(),
                    words::tender(tender).into(),
                    movement.into(),
                    amount.into(),
                    face.into(),
                    Value::text(reference.unwrap_or_default()),
                ],
            )?;
        }
        Ok(())
    }
}

fn count(count: usize) -> Value {
    Value::Count(u64::try_from(count).unwrap_or(u64::MAX))
}

fn day_row(date: Date, till: &str, day: &Day) -> [Value; 14] {
    let (sales, returns, cancels, totals) = match &day.closing {
        Some(closing) => (closing.sales, closing.returns, closing.cancels, &closing.totals),
        None => (day.sales, day.returns, day.cancels, &day.totals),
    };
    let taken = |is: &dyn Fn(Tender) -> bool| -> Cents {
        match &day.closing {
            Some(closing) => closing.payments.iter().filter(|sum| is(sum.tender)).map(|sum| sum.amount).sum(),
            None => day.taken.iter().filter(|(tender, _)| is(**tender)).map(|(_, taken)| taken.amount).sum(),
        }
    };
    [
        Value::text(till),
        date.into(),
        day.closing.as_ref().map(|closing| closing.number).into(),
        sales.into(),
        returns.into(),
        cancels.into(),
        totals.ht.into(),
        totals.vat_sum().into(),
        totals.ttc.into(),
        day.totals.ttc.into(),
        taken(&|tender| tender == Tender::Cash).into(),
        taken(&|tender| tender == Tender::Card).into(),
        taken(&|tender| !matches!(tender, Tender::Cash | Tender::Card)).into(),
        day.closing.as_ref().map(|closing| closing.gt.net).into(),
    ]
}

fn kind_of(kind: TicketType) -> Message {
    match kind {
        TicketType::Sale => message!("Sale"),
        TicketType::Return => message!("Return"),
        TicketType::Cancel => message!("Cancellation"),
        TicketType::Correction => message!("Correction of payment"),
    }
}

fn channel(channel: Channel) -> Message {
    match channel {
        Channel::Counter => message!("Counter"),
        Channel::Market => message!("Market"),
        Channel::Web => message!("Web"),
        Channel::Phone => message!("Phone"),
    }
}

pub(super) fn mode(mode: SaleMode) -> Message {
    match mode {
        SaleMode::EatIn => message!("Eat in"),
        SaleMode::Takeaway => message!("Takeaway"),
        SaleMode::Delivery => message!("Delivery"),
        SaleMode::Counter => message!("Counter"),
    }
}
