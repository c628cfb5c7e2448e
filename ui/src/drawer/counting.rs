//! Counting the drawer by its notes and coins, blind: what should be there is not known to whoever counts.

use comptoir_core::reason::Reason;
use comptoir_core::register::Command;
use comptoir_fiscal::entry::{Body, Coin};
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Cents;

use super::{Doing, act};
use crate::till::Till;

/// The notes and coins of the euro, the largest first.
pub const DENOMINATIONS: [Cents; 15] = [
    Cents::new(50_000),
    Cents::new(20_000),
    Cents::new(10_000),
    Cents::new(5_000),
    Cents::new(2_000),
    Cents::new(1_000),
    Cents::new(500),
    Cents::new(200),
    Cents::new(100),
    Cents::new(50),
    Cents::new(20),
    Cents::new(10),
    Cents::new(5),
    Cents::new(2),
    Cents::new(1),
];

/// The most pieces of one kind that a drawer holds.
const MOST_PIECES: u32 = 9_999;

/// A count as it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub(crate) pieces: [u32; DENOMINATIONS.len()],
    /// Which of them is being counted.
    pub(crate) at: usize,
    /// Whether the next digit begins its number anew.
    anew: bool,
    /// Whether the day is closed after it.
    pub(crate) ends_day: bool,
    /// The count that it corrects.
    pub(crate) replaces: Option<u64>,
}

impl Count {
    /// A count that has not begun.
    pub(crate) fn begin(ends_day: bool) -> Count {
        Count { ends_day, ..Count::default() }
    }

    /// The same pieces counted again, for what was sealed as `seq`.
    pub(crate) fn again(self, seq: u64) -> Count {
        Count { at: 0, anew: true, replaces: Some(seq), ..self }
    }

    /// What a count found, to be corrected.
    pub(crate) fn of(seq: u64, coins: &[Coin]) -> Count {
        let mut count = Count { anew: true, replaces: Some(seq), ..Count::default() };
        for coin in coins {
            if let Some(at) = DENOMINATIONS.iter().position(|value| *value == coin.value) {
                count.pieces[at] = u32::try_from(coin.pieces).unwrap_or(MOST_PIECES);
            }
        }
        count
    }

    /// What was counted so far.
    pub(crate) fn sum(&self) -> Cents {
        self.worths().map(|(_, _, worth)| worth).sum()
    }

    /// Each denomination with its pieces and what they are worth.
    pub(crate) fn worths(&self) -> impl Iterator<Item = (Cents, u32, Cents)> + '_ {
        DENOMINATIONS.iter().zip(self.pieces).map(|(value, pieces)| {
            let worth = Cents::new(value.get() * i64::from(pieces));
            (*value, pieces, worth)
        })
    }

    pub(crate) fn digits(&mut self, digits: &str) {
        let pieces = &mut self.pieces[self.at];
        if std::mem::take(&mut self.anew) {
            *pieces = 0;
        }
        for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
            let more = *pieces * 10 + digit;
            if more <= MOST_PIECES {
                *pieces = more;
            }
        }
    }

    pub(crate) fn erase(&mut self) {
        self.anew = false;
        self.pieces[self.at] /= 10;
    }

    pub(crate) fn clear(&mut self) {
        self.pieces[self.at] = 0;
    }

    pub(crate) fn choose(&mut self, at: usize) {
        (self.at, self.anew) = (at.min(DENOMINATIONS.len() - 1), true);
    }

    pub(crate) fn next(&mut self) {
        self.choose((self.at + 1) % DENOMINATIONS.len());
    }
}

/// A count that is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub(crate) seq: u64,
    pub(crate) counted: Cents,
    pub(crate) expected: Cents,
    pub(crate) difference: Cents,
    pub(crate) count: Count,
}

/// Seals the count; only then the difference is told.
pub(super) fn confirm(till: &mut Till, count: Count) {
    let coins = count.worths().filter(|(_, pieces, _)| *pieces > 0);
    let coins = coins.map(|(value, pieces, _)| Coin { pieces: pieces.into(), value }).collect();
    let reason = count.replaces.map(|_| Reason::CountedAgain.sealed().to_owned());
    let command = Command::CountCash { counted: count.sum(), coins, replaces: count.replaces, reason };
    act(till, command, move |till, answer| {
        let Some(entry) = answer.entry() else { return };
        if let Body::Cash(cash) = &entry.body {
            till.drawer.doing = Doing::Counted(Counted {
                seq: entry.seq,
                counted: cash.amount,
                expected: cash.expected.unwrap_or_default(),
                difference: cash.difference.unwrap_or_default(),
                count,
            });
        }
    });
}

/// What people call a note or coin: `20 €`, `50 c`.
pub(crate) fn piece(language: Language, value: Cents) -> String {
    let (euros, cents) = (value.get() / 100, value.get() % 100);
    match (language, euros) {
        (Language::French, 0) => format!("{cents}\u{a0}c"),
        (Language::French, euros) => format!("{euros}\u{a0}€"),
        (Language::English, 0) => format!("{cents}c"),
        (Language::English, euros) => format!("€{euros}"),
    }
}
