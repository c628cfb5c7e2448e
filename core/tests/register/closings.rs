//! Days, months and years: what closes by itself, in which order, and which date a sale takes.

use comptoir_core::register::Command;
use comptoir_fiscal::entry::{Body, CashType, Closing, Entry, Period};

use crate::shop::{Till, cents};

fn closings(entries: &[Entry]) -> Vec<Closing> {
    let closing = |entry: &Entry| match &entry.body {
        Body::Closing(closing) => Some(Closing::clone(closing)),
        _ => None,
    };
    entries.iter().filter_map(closing).collect()
}

fn listed(entries: &[Entry]) -> Vec<(Period, String, i64)> {
    closings(entries).iter().map(|c| (c.period, c.last_date.to_string(), c.totals.ttc.get())).collect()
}

#[test]
fn the_first_sale_of_a_later_day_closes_what_is_due_and_is_answered_with_it() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.set_clock("2026-11-21T09:00:00+01:00");
    let answer = till.try_to_sell(&[("CAFE", 1000)], &[]).unwrap();
    assert_eq!(answer.closings().count(), 1);
    assert_eq!(answer.ticket().unwrap().business_date.to_string(), "2026-11-21");
    assert_eq!(listed(&till.entries()), [(Period::Day, "2026-11-20".to_owned(), 250)]);
    till.end();
}

#[test]
fn days_that_were_missed_close_in_order_each_with_its_own_sales() {
    let mut till = Till::founded();
    for day in 20..=24 {
        till.set_clock(&format!("2026-11-{day}T18:00:00+01:00"));
        for _ in 20..day {
            till.sell_coffee();
        }
        till.sell_coffee();
        if day == 22 {
            till.crash();
        }
    }
    till.set_clock("2026-11-28T09:00:00+01:00");
    till.confirm_date();
    let closed = till.register().close_due().unwrap();
    assert_eq!(closed.len(), 1);
    assert!(till.register().close_due().unwrap().is_empty());
    let expected = (20..=24).map(|day| (Period::Day, format!("2026-11-{day}"), 250 * (day - 19)));
    assert_eq!(listed(&till.entries()), expected.collect::<Vec<_>>());
    till.end();
}

#[test]
fn a_sale_at_two_in_the_morning_belongs_to_the_day_before() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.set_clock("2026-11-21T02:00:00+01:00");
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-20");
    till.set_clock("2026-11-21T05:00:00+01:00");
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-21");
    assert_eq!(listed(&till.entries()), [(Period::Day, "2026-11-20".to_owned(), 500)]);
    till.end();
}

#[test]
fn months_and_years_close_after_their_days_and_hold_their_sums() {
    let mut till = Till::founded();
    for at in ["2026-11-30T12:00:00+01:00", "2026-12-31T23:30:00+01:00", "2027-01-01T03:00:00+01:00"] {
        till.set_clock(at);
        till.sell_coffee();
    }
    till.set_clock("2027-01-04T09:00:00+01:00");
    till.sell_coffee();
    let day = |date: &str, ttc| (Period::Day, date.to_owned(), ttc);
    assert_eq!(
        listed(&till.entries()),
        [
            day("2026-11-30", 250),
            (Period::Month, "2026-11-30".to_owned(), 250),
            day("2026-12-31", 500),
            (Period::Month, "2026-12-31".to_owned(), 500),
            (Period::Year, "2026-12-31".to_owned(), 750),
        ]
    );
    assert_eq!(till.register().journal().standing().year_to_date, cents(250));
    till.end();
}

#[test]
fn after_an_early_closing_the_next_sale_takes_the_next_date() {
    let mut till = Till::founded();
    till.set_clock("2026-11-30T17:00:00+01:00");
    till.sell_coffee();
    till.ask_as("cashier", Command::CloseDay).unwrap();
    assert_eq!(till.register().business_date().to_string(), "2026-12-01");
    till.set_clock("2026-11-30T18:00:00+01:00");
    let ticket = till.sell_coffee();
    assert_eq!(ticket.business_date.to_string(), "2026-12-01");
    assert_eq!(closings(&till.entries()).len(), 2, "the day by command, then November by the sale");
    till.set_clock("2026-12-01T10:00:00+01:00");
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-12-01");
    till.ask(Command::CloseDay).unwrap();
    till.set_clock("2026-12-01T11:00:00+01:00");
    till.ask(Command::MoveCash { movement: CashType::Float, amount: cents(100), reason: None }).unwrap();
    assert_eq!(till.register().business_date().to_string(), "2026-12-02");
    till.end();
}

#[test]
fn a_forgotten_day_is_closed_by_command_as_the_day_that_it_was() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.set_clock("2026-12-05T10:00:00+01:00");
    let answer = till.ask(Command::CloseDay).unwrap();
    let closing = answer.entry().unwrap().clone();
    assert_eq!(listed(&[closing]), [(Period::Day, "2026-11-20".to_owned(), 250)]);
    assert!(till.ask(Command::CloseDay).is_err());
    till.confirm_date();
    assert_eq!(till.register().close_due().unwrap().len(), 1, "and November");
    till.end();
}

#[test]
fn a_clock_set_back_is_said_and_takes_no_earlier_date() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.set_clock("2026-11-18T10:00:00+01:00");
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-20");
    assert_eq!(till.events().iter().filter(|code| **code == 910).count(), 1);
    till.set_clock("2026-11-18T11:00:00+01:00");
    till.sell_coffee();
    assert_eq!(till.events().iter().filter(|code| **code == 910).count(), 1, "going on is not going back");
    till.ask(Command::CloseDay).unwrap();
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-21");
    till.set_clock("2020-01-01T00:00:00+01:00");
    till.restart();
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-21");
    till.set_clock("2026-11-22T10:00:00+01:00");
    assert_eq!(till.sell_coffee().business_date.to_string(), "2026-11-22");
    till.end();
}

#[test]
fn a_closing_holds_returns_cancels_and_the_drawer() {
    let mut till = Till::founded();
    till.ask(Command::MoveCash { movement: CashType::Float, amount: cents(10_000), reason: None }).unwrap();
    let sale = till.sell(&[("VASE", 1000)], &[crate::shop::cash(3000)]);
    till.sell_coffee();
    let of = till.reference(&sale);
    till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
    let answer = till
        .ask(Command::CountCash { counted: cents(10_200), coins: Vec::new(), replaces: None, reason: None })
        .unwrap();
    let Body::Cash(count) = &answer.entry().unwrap().body else { panic!("no count") };
    assert_eq!((count.expected, count.difference), (Some(cents(10_250)), Some(cents(-50))));
    let seq = answer.entry().unwrap().seq;
    let mended = Command::CountCash {
        counted: cents(10_250),
        coins: Vec::new(),
        replaces: Some(seq),
        reason: Some("Oubli".to_owned()),
    };
    till.ask(mended).unwrap();
    till.ask(Command::CloseDay).unwrap();
    let closing = closings(&till.entries()).remove(0);
    assert_eq!((closing.sales, closing.cancels, closing.totals.ttc), (2, 1, cents(250)));
    assert_eq!((closing.sales_ttc, closing.returns_ttc), (cents(3240), cents(2990)));
    assert_eq!((closing.gt.net, closing.gt.abs), (cents(250), cents(6230)));
    assert_eq!(till.register().cash_expected(), cents(0));
    till.end();
}
