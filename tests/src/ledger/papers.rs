//! Papers: an original once, numbered duplicates after it, a reading that closes nothing.

use std::collections::BTreeMap;

use comptoir_core::printing::PaperOf;
use comptoir_core::register::Command;
use comptoir_fiscal::entry::Period;

use super::book::{Expect, int};
use super::storm::Storm;

/// Of each paper, whether its original was printed, and how many duplicates.
#[derive(Default)]
pub(super) struct Papers {
    printed: BTreeMap<(&'static str, u64), (bool, u64)>,
}

const PERIODS: [(&str, Period); 3] = [("day", Period::Day), ("month", Period::Month), ("year", Period::Year)];

impl Storm {
    pub(super) fn at_the_printer(&mut self) {
        match self.draw.below(8) {
            0..=2 => self.print_ticket(),
            3 => self.print_note(),
            4 => self.print_closing(),
            5 => self.print_reading(),
            6 => self.print_cash(),
            _ => self.no_paper(),
        }
        self.serve_the_queue();
    }

    fn print_ticket(&mut self) {
        let (draw, side) = self.drawing();
        let newest = u64::try_from(side.book.tickets.len()).unwrap();
        if newest == 0 {
            return;
        }
        let number = if draw.one_in(2) { newest } else { u64::try_from(draw.between(1, i128::from(newest))).unwrap() };
        let reference = self.reference(number);
        self.print(PaperOf::Ticket(reference), "ticket", number, None, number == newest);
    }

    fn print_note(&mut self) {
        let (draw, side) = self.drawing();
        if side.book.notes > 0 {
            let number = u64::try_from(draw.between(1, i128::from(side.book.notes))).unwrap();
            self.print(PaperOf::Note(number), "note", number, None, true);
        }
    }

    fn print_closing(&mut self) {
        let (draw, side) = self.drawing();
        let (name, period) = *draw.of(&PERIODS).unwrap();
        let closed = side.book.closings.get(name).copied().unwrap_or_default();
        if closed > 0 {
            let number = u64::try_from(draw.between(1, i128::from(closed))).unwrap();
            self.print(PaperOf::Closing { period, number }, "closing", number, Some(name), true);
        }
    }

    /// The first print is recorded as such where it can be the original; every other is a numbered duplicate.
    fn print(&mut self, paper: PaperOf, of: &'static str, number: u64, period: Option<&'static str>, original: bool) {
        let papers = &mut self.side().papers.printed;
        let (printed, copies) = papers.entry((period.unwrap_or(of), number)).or_default();
        let expected = if original && !*printed && *copies == 0 {
            *printed = true;
            Expect::Event(917)
        } else {
            *copies += 1;
            Expect::Duplicate { of, number, period, copy: *copies }
        };
        self.must("print", "cashier", Command::Print(paper), vec![expected]);
    }

    fn print_cash(&mut self) {
        let (draw, side) = self.drawing();
        if let Some(seq) = draw.of(&side.book.cash).copied() {
            self.must("print", "cashier", Command::Print(PaperOf::Cash(seq)), vec![Expect::Event(917)]);
        }
    }

    /// The X states what the books do, and leaves everything as it is.
    fn print_reading(&mut self) {
        self.must("reading", "manager", Command::Print(PaperOf::Reading), vec![Expect::Event(917)]);
        let job = self.register().print_queue().unwrap().pop().unwrap();
        let reading = serde_json::to_value(job.reading.unwrap()).unwrap();
        let day = self.side().book.sums("day");
        day.assert_stated(&reading["sums"]);
        assert_eq!(int(&reading["sums"], "cash_expected"), day.drawer);
        let book = &self.side().book;
        assert_eq!((int(&reading["gt"], "net"), int(&reading["gt"], "abs")), book.gt);
        assert_eq!(int(&reading, "year_to_date"), book.year_to_date);
    }

    fn no_paper(&mut self) {
        let newest = u64::try_from(self.side().book.tickets.len()).unwrap();
        if newest > 0 {
            let reference = self.reference(newest);
            let (what, command, code) = match self.draw.one_in(2) {
                true => ("no paper", Command::NoPaper(reference), 920),
                false => ("code shown", Command::ShowCode(reference), 919),
            };
            self.must(what, "cashier", command, vec![Expect::Event(code)]);
        }
    }

    /// The printer takes what waits, and now and then fails.
    fn serve_the_queue(&mut self) {
        let fails = self.draw.one_in(6);
        while let Some(job) = self.register().next_to_print().unwrap() {
            if fails {
                self.register().not_printed(job.id, "papier").unwrap();
                break;
            }
            self.register().printed(job.id).unwrap();
        }
        self.read(&mut std::collections::VecDeque::new());
    }
}
