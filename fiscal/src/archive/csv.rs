//! The five CSV files of an archive, for a person with a spreadsheet. They follow from the entries alone, so that a
//! verifier can write them again and compare.
//!
//! Source: `journal-format.md`, "Archive file".

use std::io::{self, Write};

use crate::arithmetic;
use crate::entry::{Body, Closing, Entry, Tender, Ticket};
use crate::nf525;
use crate::values::Cents;

/// One of the five files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is told by its file name")]
pub enum Table {
    Tickets,
    Lines,
    Payments,
    Closings,
    Events,
}

impl Table {
    /// Every file.
    pub const ALL: [Table; 5] = [Table::Tickets, Table::Lines, Table::Payments, Table::Closings, Table::Events];

    /// Its name in the archive.
    pub const fn file_name(self) -> &'static str {
        match self {
            Table::Tickets => "tickets.csv",
            Table::Lines => "lines.csv",
            Table::Payments => "payments.csv",
            Table::Closings => "closings.csv",
            Table::Events => "events.csv",
        }
    }

    /// The byte order mark and header line with which it starts.
    pub const fn header(self) -> &'static str {
        match self {
            Table::Tickets => "\u{feff}seq;number;type;business_date;at;operator;ttc;ht;vat\r\n",
            Table::Lines => "\u{feff}ticket;n;sku;label;qty;unit;unit_price;discounts;total;rate;ht\r\n",
            Table::Payments => "\u{feff}ticket;tender;amount;face;ref;change\r\n",
            Table::Closings => "\u{feff}seq;period;number;first_date;last_date;ttc;ht;vat;gt_net;gt_abs\r\n",
            Table::Events => "\u{feff}seq;at;code;label;operator;detail\r\n",
        }
    }

    /// The rows that an entry has in this file, each ended by CRLF. `label` is the till's number as of that entry.
    pub fn rows(self, entry: &Entry, label: &str, rows: &mut Vec<u8>) {
        match (self, &entry.body) {
            (Table::Tickets, Body::Ticket(ticket)) => ticket_row(entry, ticket, rows),
            (Table::Lines, Body::Ticket(ticket)) => line_rows(ticket, rows),
            (Table::Payments, Body::Ticket(ticket)) => payment_rows(ticket, rows),
            (Table::Closings, Body::Closing(closing)) => closing_row(entry, closing, rows),
            (Table::Events, _) => event_row(entry, label, rows),
            _ => {}
        }
    }
}

/// Where rows of the five files go, in the order of [`Table::ALL`].
pub struct Tables<W> {
    files: [W; 5],
    rows: Vec<u8>,
}

impl<W: Write> Tables<W> {
    /// Starts each file with its header.
    pub fn new(mut files: [W; 5]) -> io::Result<Tables<W>> {
        for (table, file) in Table::ALL.into_iter().zip(&mut files) {
            file.write_all(table.header().as_bytes())?;
        }
        Ok(Tables { files, rows: Vec::new() })
    }

    /// Writes the rows of the next entry.
    pub fn add(&mut self, entry: &Entry, label: &str) -> io::Result<()> {
        for (table, file) in Table::ALL.into_iter().zip(&mut self.files) {
            self.rows.clear();
            table.rows(entry, label, &mut self.rows);
            file.write_all(&self.rows)?;
        }
        Ok(())
    }

    /// Gives the files back.
    pub fn finish(self) -> [W; 5] {
        self.files
    }
}

fn ticket_row(entry: &Entry, ticket: &Ticket, rows: &mut Vec<u8>) {
    row(rows, |row| {
        row.value(entry.seq);
        row.value(ticket.number);
        row.value(ticket.ticket_type.as_str());
        row.value(ticket.business_date);
        row.value(entry.at);
        row.text(&entry.operator);
        row.amount(ticket.totals.ttc);
        row.amount(ticket.totals.ht);
        row.amount(ticket.totals.vat_sum());
    });
}

fn line_rows(ticket: &Ticket, rows: &mut Vec<u8>) {
    for line in &ticket.lines {
        row(rows, |row| {
            row.value(ticket.number);
            row.value(line.n);
            row.text(&line.sku);
            row.text(&line.label);
            row.scaled(line.qty.get(), 1000);
            row.text(&line.unit);
            row.amount(line.unit_price);
            row.amount(arithmetic::gross(line.qty, line.unit_price) - line.total);
            row.amount(line.total);
            row.scaled(line.vat.basis_points().into(), 100);
            row.amount(line.ht);
        });
    }
}

fn payment_rows(ticket: &Ticket, rows: &mut Vec<u8>) {
    let first_cash = ticket.payments.iter().position(|payment| payment.tender == Tender::Cash);
    for (place, payment) in ticket.payments.iter().enumerate() {
        row(rows, |row| {
            row.value(ticket.number);
            row.value(payment.tender.as_str());
            row.amount(payment.amount);
            row.optional_amount(payment.face);
            row.text(payment.reference.as_deref().unwrap_or_default());
            row.optional_amount((first_cash == Some(place)).then_some(ticket.change));
        });
    }
}

fn closing_row(entry: &Entry, closing: &Closing, rows: &mut Vec<u8>) {
    row(rows, |row| {
        row.value(entry.seq);
        row.value(closing.period.as_str());
        row.value(closing.number);
        row.value(closing.first_date);
        row.value(closing.last_date);
        row.amount(closing.totals.ttc);
        row.amount(closing.totals.ht);
        row.amount(closing.totals.vat_sum());
        row.amount(closing.gt.net);
        row.amount(closing.gt.abs);
    });
}

fn event_row(entry: &Entry, label: &str, rows: &mut Vec<u8>) {
    let (code, name, detail) = match &entry.body {
        Body::Event(event) => (event.code, event.label.as_str(), event.detail.clone()),
        body => match nf525::event_of(body) {
            Some((code, name)) => (code, name, nf525::document_of(entry, label)),
            None => return,
        },
    };
    row(rows, |row| {
        row.value(entry.seq);
        row.value(entry.at);
        row.value(code);
        row.text(name);
        row.text(&entry.operator);
        row.text(detail.as_deref().unwrap_or_default());
    });
}

fn row(rows: &mut Vec<u8>, fill: impl FnOnce(&mut Row<'_>)) {
    let start = rows.len();
    fill(&mut Row { rows, start });
    rows.extend_from_slice(b"\r\n");
}

/// A row being written. Writing into memory cannot fail, so results are dropped.
struct Row<'r> {
    rows: &'r mut Vec<u8>,
    start: usize,
}

impl Row<'_> {
    fn next(&mut self) {
        if self.rows.len() > self.start {
            self.rows.push(b';');
        }
    }

    fn value(&mut self, value: impl std::fmt::Display) {
        self.next();
        let _ = write!(self.rows, "{value}");
    }

    fn text(&mut self, text: &str) {
        self.next();
        if text.contains([';', '"', '\r', '\n']) {
            let _ = write!(self.rows, "\"{}\"", text.replace('"', "\"\""));
        } else {
            self.rows.extend_from_slice(text.as_bytes());
        }
    }

    fn amount(&mut self, amount: Cents) {
        let sign = if amount.is_negative() { "-" } else { "" };
        let cents = amount.get().unsigned_abs();
        self.value(format_args!("{sign}{},{:02}", cents / 100, cents % 100));
    }

    fn optional_amount(&mut self, amount: Option<Cents>) {
        match amount {
            Some(amount) => self.amount(amount),
            None => self.next(),
        }
    }

    /// A number of parts of a unit, without trailing zeros: `1`, `0,325`, `5,5`.
    fn scaled(&mut self, number: i64, parts: u64) {
        let sign = if number < 0 { "-" } else { "" };
        let (whole, rest) = (number.unsigned_abs() / parts, number.unsigned_abs() % parts);
        let digits = parts.ilog10() as usize;
        let rest = format!("{rest:0digits$}");
        match rest.trim_end_matches('0') {
            "" => self.value(format_args!("{sign}{whole}")),
            rest => self.value(format_args!("{sign}{whole},{rest}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed;

    fn files() -> Vec<String> {
        let mut tables = Tables::new([const { Vec::new() }; 5]).unwrap();
        for line in include_str!("../../../tests/vectors/journal.jsonl").lines() {
            tables.add(&sealed::read(line.as_bytes()).unwrap().entry, "01").unwrap();
        }
        tables.finish().into_iter().map(|bytes: Vec<u8>| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn the_known_journal_gives_the_rows_that_the_format_describes() {
        let files = files();
        let [tickets, lines, payments, closings, events] = &files[..] else { panic!() };
        assert!(tickets.starts_with("\u{feff}seq;number;type;business_date;at;operator;ttc;ht;vat\r\n"));
        assert!(tickets.contains("\r\n5;3;return;2026-11-21;2026-11-21T16:02:10+01:00;op-2;-3,99;-3,78;-0,21\r\n"));
        assert!(lines.contains("\r\n1;2;2100010;Comté 18 mois;0,325;kg;24,90;0,00;8,09;5,5;7,67\r\n"));
        assert!(lines.contains("\r\n2;3;CAFE;Café;1;pce;1,80;0,94;0,86;10;0,78\r\n"));
        assert!(lines.contains("\"Œufs x6 \"\"plein air\"\"\t☕\""));
        assert!(payments.contains("\r\n1;cash;20,00;;;7,62\r\n"));
        assert!(payments.contains("\r\n7;meal_voucher;6,85;9,00;TR-papier 55120;\r\n"));
        assert!(closings.ends_with("33;day;4;2027-01-02;2027-01-02;3,70;3,36;0,34;84,75;207,23\r\n"));
        for row in [
            "1;2026-11-21T08:00:01+01:00;80;Démarrage;system;\r\n",
            "2;2026-11-21T08:05:00+01:00;170;Caisse;op-1;float\r\n",
            "9;2026-11-21T18:42:00+01:00;190;Annulation;op-2;01-T-00000006\r\n",
            "15;2026-11-30T08:00:00+01:00;140;Import, catalogue\tpublié;system;120 produits\r\n",
            "24;2026-12-01T08:00:00+01:00;50;Clôture;system;01-ZM-00000001\r\n",
            "25;2026-12-01T08:00:01+01:00;156;Duplicata;op-1;01-D-00000002\r\n",
            "26;2026-12-01T08:01:00+01:00;20;Archive;system;01-R-00000001\r\n",
            "31;2027-01-02T08:00:00+01:00;60;Clôture;system;01-ZA-00000001\r\n",
        ] {
            assert!(events.contains(&format!("\r\n{row}")), "{row}");
        }
    }
}
