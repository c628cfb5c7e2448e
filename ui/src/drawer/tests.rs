use comptoir_core::sample::MANAGERS_PIN;
use comptoir_fiscal::entry::{Body, Cash, CashType, Closing, Period};
use comptoir_fiscal::values::Cents;

use super::{Doing, Intent as Does, counting::DENOMINATIONS, view};
use crate::lock;
use crate::stage::{Stage, Who};
use crate::till::{Intent, Place};
use crate::word;

impl Stage {
    fn drawer(&mut self, intent: Does) {
        self.act(Intent::Drawer(intent));
    }

    fn moves(&mut self, kind: CashType, digits: &str, reason: &str) {
        self.drawer(Does::Move(kind));
        self.drawer(Does::Digits(digits.to_owned()));
        if !reason.is_empty() {
            self.drawer(Does::Reason(reason.to_owned()));
        }
        self.drawer(Does::Confirm);
    }

    fn counts(&mut self, pieces: &[(i64, &str)]) {
        for (value, digits) in pieces {
            let at = DENOMINATIONS.iter().position(|known| known.get() == *value).unwrap();
            self.drawer(Does::Denomination(at));
            self.drawer(Does::Digits((*digits).to_owned()));
        }
        self.drawer(Does::Confirm);
    }

    fn cash(&self) -> Vec<Cash> {
        let cash = |entry: comptoir_fiscal::entry::Entry| match entry.body {
            Body::Cash(cash) => Some(cash),
            _ => None,
        };
        self.entries().into_iter().filter_map(cash).collect()
    }

    fn closings(&self) -> Vec<Closing> {
        let closing = |entry: comptoir_fiscal::entry::Entry| match entry.body {
            Body::Closing(closing) => Some(*closing),
            _ => None,
        };
        self.entries().into_iter().filter_map(closing).collect()
    }
}

fn in_the_drawer(who: Who) -> Stage {
    let mut stage = Stage::with(who);
    stage.act(Intent::Go(Place::Drawer));
    stage
}

#[test]
fn what_goes_in_and_out_stands_in_the_journal_with_its_reason() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.moves(CashType::Float, "15000", "");
    stage.moves(CashType::Out, "1250", "Timbres");
    stage.moves(CashType::Drop, "5000", "");
    let cash: Vec<_> = stage.cash().into_iter().map(|cash| (cash.cash_type, cash.amount.get(), cash.reason)).collect();
    let timbres = Some("Timbres".to_owned());
    assert_eq!(cash, [(CashType::Float, 15_000, None), (CashType::Out, 1_250, timbres), (CashType::Drop, 5_000, None)]);
    assert_eq!(stage.drawers, 3, "it opens each time");
    assert_eq!(view::entries(&stage.till).len(), 3);
}

#[test]
fn cash_does_not_leave_the_drawer_without_a_reason() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.moves(CashType::Out, "1250", "");
    assert!(stage.was_refused() && stage.cash().is_empty());
    stage.drawer(Does::Reason("Pain".to_owned()));
    stage.drawer(Does::Confirm);
    assert_eq!(stage.cash().len(), 1);
}

#[test]
fn what_should_be_there_is_not_shown_before_the_count_is_sealed() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.moves(CashType::Float, "10000", "");
    stage.drawer(Does::Count);
    stage.drawer(Does::Denomination(4));
    stage.drawer(Does::Digits("3".to_owned()));
    let seen = view::drawer(&stage.till);
    assert_eq!((seen.expected.as_str(), seen.difference.as_str()), ("", ""));
    assert!(seen.amount.starts_with("60,00"), "{}", seen.amount);
    stage.drawer(Does::Confirm);
    let seen = view::drawer(&stage.till);
    assert!(seen.expected.starts_with("100,00"), "{}", seen.expected);
    let count = stage.cash().pop().unwrap();
    assert_eq!(count.difference, Some(Cents::new(-4_000)));
    assert_eq!(count.coins.iter().map(|coin| (coin.value.get(), coin.pieces)).collect::<Vec<_>>(), [(2_000, 3)]);
}

#[test]
fn a_wrong_count_is_corrected_by_a_new_one_that_names_it() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.moves(CashType::Float, "10000", "");
    stage.drawer(Does::Count);
    stage.counts(&[(2_000, "3")]);
    let wrong = stage.entries().len() as u64 - 1;
    stage.drawer(Does::Again);
    stage.counts(&[(2_000, "5")]);
    let cash = stage.cash();
    assert_eq!(cash.len(), 3, "the wrong one stays");
    let right = cash.last().unwrap();
    assert_eq!((right.replaces, right.difference), (Some(wrong), Some(Cents::ZERO)));
    let rows = view::entries(&stage.till);
    assert_eq!(rows[1].second, "corrigé par un comptage suivant · Exemple Caisse");
}

#[test]
fn an_earlier_count_is_corrected_from_its_slip() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.drawer(Does::Count);
    stage.counts(&[(500, "2")]);
    stage.drawer(Does::Confirm);
    assert_eq!(stage.till.drawer.doing, Doing::Nothing);
    stage.drawer(Does::Slip(0));
    assert!(view::drawer(&stage.till).can_correct);
    stage.drawer(Does::Again);
    stage.counts(&[(500, "3")]);
    assert!(stage.cash()[1].replaces.is_some());
    stage.drawer(Does::Confirm);
    stage.drawer(Does::Slip(1));
    assert!(!view::drawer(&stage.till).can_correct, "it was corrected already");
}

#[test]
fn the_day_ends_by_a_count_and_its_closing() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    let sold = stage.tickets()[0].totals.ttc;
    stage.act(Intent::Go(Place::Drawer));
    stage.drawer(Does::EndDay);
    stage.counts(&[(100, "1")]);
    assert!(stage.closings().is_empty(), "the count is sealed first");
    stage.drawer(Does::Confirm);
    let closings = stage.closings();
    assert_eq!((closings.len(), closings[0].period, closings[0].totals.ttc), (1, Period::Day, sold));
    assert_eq!(stage.cash().pop().unwrap().expected, Some(sold));
    assert!(view::drawer(&stage.till).sheet, "its Z is shown");
    stage.drawer(Does::Print);
    assert_eq!(stage.prints, 1);
}

#[test]
fn a_day_that_was_missed_is_closed_before_anything_of_today() {
    let mut stage = Stage::with(Who::Cashier);
    stage.sell(&["baguette"]);
    stage.clock.advance(20 * 60 * 60);
    stage.act(Intent::Go(Place::Drawer));
    assert_ne!(view::drawer(&stage.till).missed, "");
    stage.drawer(Does::CloseMissed);
    assert_eq!(stage.closings().iter().map(|closing| closing.period).collect::<Vec<_>>(), [Period::Day]);
    assert_eq!(view::closed(&stage.till).len(), 1);
    assert_eq!(view::drawer(&stage.till).missed, "");
}

#[test]
fn a_drawer_that_is_opened_without_a_sale_is_recorded() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.drawer(Does::OpenDrawer);
    stage.drawer(Does::Reason("Monnaie".to_owned()));
    stage.drawer(Does::Confirm);
    let events = stage.events(901);
    assert_eq!((events.len(), events[0].detail.as_deref()), (1, Some("Monnaie")));
    assert_eq!(stage.drawers, 1);
}

#[test]
fn a_cashier_reads_the_day_with_a_managers_word_which_is_recorded() {
    let mut stage = in_the_drawer(Who::Cashier);
    stage.drawer(Does::Reading);
    assert!(stage.till.word.is_some() && stage.till.drawer.sheet.is_none());
    stage.act(Intent::Word(word::Intent::Close));
    assert!(stage.till.drawer.sheet.is_none() && stage.was_refused());
    let before = stage.entries().len();
    stage.act(Intent::Lock);
    stage.act(Intent::Door(lock::Intent::Who(Who::Manager as usize)));
    stage.act(Intent::Go(Place::Drawer));
    let opened = stage.entries().len();
    stage.drawer(Does::Reading);
    assert!(stage.till.drawer.sheet.is_some() && before <= opened);
    assert_eq!(stage.entries().len(), opened, "a manager's own look seals nothing");
    let of = stage.till.drawer.sheet.as_ref().unwrap().paper.blocks.iter().map(|block| format!("{block:?}"));
    assert!(!of.collect::<String>().contains("Attendu"), "what should be in the drawer is not on it");
}

#[test]
fn a_clock_that_leapt_ahead_is_confirmed_in_the_drawer_and_typed_where_it_leapt_far() {
    const DAY: i64 = 24 * 60 * 60;
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["baguette"]);
    stage.act(Intent::Go(Place::Drawer));
    assert_eq!(view::drawer(&stage.till).leap, 0);
    stage.clock.advance(3 * DAY);
    stage.act(Intent::Tick);
    assert_eq!((view::drawer(&stage.till).leap, view::drawer(&stage.till).now.as_str()), (1, "27/11/2026"));
    stage.drawer(Does::ConfirmDate);
    assert_eq!((view::drawer(&stage.till).leap, stage.events(910).len()), (0, 1), "{:?}", stage.till.toast);
    stage.clock.advance(500 * DAY);
    stage.act(Intent::Tick);
    assert_eq!(view::drawer(&stage.till).leap, 2);
    for wrong in ["", "demain", "27/11/2026"] {
        stage.drawer(Does::Today(wrong.to_owned()));
        stage.drawer(Does::ConfirmDate);
        assert!(stage.was_refused(), "{wrong:?}");
    }
    let now = view::drawer(&stage.till).now.to_string();
    stage.drawer(Does::Today(now));
    stage.drawer(Does::ConfirmDate);
    assert_eq!((view::drawer(&stage.till).leap, stage.events(910).len()), (0, 2), "{:?}", stage.till.toast);
}

#[test]
fn a_cashier_confirms_the_date_by_a_managers_word() {
    let mut stage = Stage::with(Who::Cashier);
    stage.has_a_pin(MANAGERS_PIN);
    stage.sell(&["baguette"]);
    stage.clock.advance(3 * 24 * 60 * 60);
    stage.act(Intent::Tick);
    stage.drawer(Does::ConfirmDate);
    assert!(stage.till.word.is_some() && stage.events(910).is_empty());
    stage.gives_their_word(MANAGERS_PIN);
    assert_eq!(stage.events(910).len(), 1, "{:?}", stage.till.toast);
}
