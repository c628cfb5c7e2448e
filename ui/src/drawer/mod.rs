//! The drawer: the float, what goes in and out, what is counted, and the day's end.

pub mod counting;
mod ending;
#[cfg(test)]
mod tests;
pub mod view;

use std::sync::Arc;

use comptoir_core::operators::Gate;
use comptoir_core::printing::PaperOf;
use comptoir_core::reason::to_seal;
use comptoir_core::register::{Answer, Command, DrawerDay};
use comptoir_fiscal::entry::CashType;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date};

pub use counting::{Count, Counted};
pub use ending::Closed;

use crate::sheet::{self, Sheet};
use crate::tickets::search::understood;
use crate::till::{Order, Place, Till};
use crate::word;

/// The most digits of an amount.
const MOST_DIGITS: usize = 8;

/// What a person does in this room.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Goes on to put cash in or take it out.
    Move(CashType),
    /// Goes on to open the drawer without a sale.
    OpenDrawer,
    /// Goes on to count it.
    Count,
    /// Goes on to end the day: count, then close.
    EndDay,
    /// Typed digits.
    Digits(String),
    /// Took the last digit back.
    Erase,
    /// Took all digits back.
    Clear,
    /// Goes on to count another note or coin, by its place.
    Denomination(usize),
    /// Goes on to count the next one.
    Next,
    /// Typed or chose why.
    Reason(String),
    /// Does what was prepared: moves, opens, seals the count, closes the day.
    Confirm,
    /// Counts again what was counted wrongly.
    Again,
    /// Closes the days that are over.
    CloseMissed,
    /// Typed the date of today, to confirm a clock that leapt far ahead.
    Today(String),
    /// Says that the clock, which leapt ahead, shows the right date.
    ConfirmDate,
    /// Reads the day so far (X).
    Reading,
    /// Looks at the slip of something that was done today, by its place.
    Slip(usize),
    /// Looks at a closing that was just sealed, by its place.
    Closing(usize),
    /// Has the paper that is looked at printed; of a count that is just sealed, its slip.
    Print,
    /// Goes a step back.
    Back,
}

/// The room.
#[derive(Default)]
pub struct Drawer {
    pub(crate) day: Option<DrawerDay>,
    pub(crate) doing: Doing,
    /// The paper that is looked at.
    pub(crate) sheet: Option<Sheet>,
    pub(crate) busy: bool,
    /// The date as it is typed to confirm a clock that leapt far ahead.
    pub(crate) today: String,
}

/// What is being done in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Doing {
    /// It is looked at.
    #[default]
    Nothing,
    /// Cash goes in or out.
    Moving(Movement),
    /// It is opened without a sale, for a reason.
    Opening(String),
    /// It is counted.
    Counting(Count),
    /// It was counted.
    Counted(Counted),
    /// The day was closed, and what was due besides.
    Closed(Vec<Closed>),
}

/// A movement of cash as it is prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    pub(crate) kind: CashType,
    pub(crate) typed: String,
    pub(crate) reason: String,
}

impl Movement {
    /// How much was typed, the cents last.
    pub(crate) fn amount(&self) -> Cents {
        Cents::new(self.typed.parse().unwrap_or_default())
    }

    /// Whether one is to say why: where cash leaves the shop's hands.
    pub(crate) fn wants_a_reason(&self) -> bool {
        self.kind == CashType::Out
    }
}

/// Comes into the room.
pub(crate) fn enter(till: &mut Till) {
    (till.drawer.doing, till.drawer.sheet) = (Doing::Nothing, None);
    read(till);
}

/// Reads what was done today.
fn read(till: &mut Till) {
    till.ask(
        |register| register.drawer_day(),
        |till, day| match day {
            Ok(day) => till.drawer.day = Some(day),
            Err(refusal) => till.refuse(&refusal),
        },
    );
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    if till.drawer.busy {
        return;
    }
    let drawer = &mut till.drawer;
    match intent {
        Intent::Move(kind) => {
            drawer.doing = Doing::Moving(Movement { kind, typed: String::new(), reason: String::new() });
        }
        Intent::OpenDrawer => drawer.doing = Doing::Opening(String::new()),
        Intent::Count => drawer.doing = Doing::Counting(Count::begin(false)),
        Intent::EndDay => drawer.doing = Doing::Counting(Count::begin(true)),
        Intent::Digits(digits) => match &mut drawer.doing {
            Doing::Moving(movement) => {
                let digits = digits.chars().filter(char::is_ascii_digit);
                for digit in digits.take(MOST_DIGITS.saturating_sub(movement.typed.len())) {
                    if digit != '0' || !movement.typed.is_empty() {
                        movement.typed.push(digit);
                    }
                }
            }
            Doing::Counting(count) => count.digits(&digits),
            _ => {}
        },
        Intent::Erase => match &mut drawer.doing {
            Doing::Moving(movement) => drop(movement.typed.pop()),
            Doing::Counting(count) => count.erase(),
            _ => {}
        },
        Intent::Clear => match &mut drawer.doing {
            Doing::Moving(movement) => movement.typed.clear(),
            Doing::Counting(count) => count.clear(),
            _ => {}
        },
        Intent::Denomination(at) => {
            if let Doing::Counting(count) = &mut drawer.doing {
                count.choose(at);
            }
        }
        Intent::Next => {
            if let Doing::Counting(count) = &mut drawer.doing {
                count.next();
            }
        }
        Intent::Reason(text) => match &mut drawer.doing {
            Doing::Moving(movement) => movement.reason = text,
            Doing::Opening(reason) => *reason = text,
            _ => {}
        },
        Intent::Confirm => confirm(till),
        Intent::Again => again(till),
        Intent::CloseMissed => ending::close_missed(till),
        Intent::Reading => reading(till),
        Intent::Today(typed) => till.drawer.today = typed,
        Intent::ConfirmDate => confirm_date(till),
        Intent::Slip(place) => slip(till, place),
        Intent::Closing(place) => ending::look(till, place),
        Intent::Print => print(till),
        Intent::Back => {
            if !back(till) {
                till.go(Place::Sale);
            }
        }
    }
}

/// Goes a step back within the room; whether there was one.
pub(crate) fn back(till: &mut Till) -> bool {
    let drawer = &mut till.drawer;
    if drawer.busy {
        return true;
    }
    // The Z of a day that was just closed is looked at as part of its end.
    let is_end = matches!(drawer.doing, Doing::Closed(_));
    if drawer.sheet.take().is_some() && !is_end {
        return true;
    }
    std::mem::take(&mut drawer.doing) != Doing::Nothing
}

fn confirm(till: &mut Till) {
    match till.drawer.doing.clone() {
        Doing::Moving(movement) => move_cash(till, &movement),
        Doing::Opening(reason) => {
            act(till, Command::OpenDrawer { reason: said(&reason) }, |till, _| {
                till.drawer.doing = Doing::Nothing;
                till.order(Order::OpenDrawer);
                till.tell(message!("The drawer is open, and the journal says so."));
            });
        }
        Doing::Counting(count) => counting::confirm(till, count),
        Doing::Counted(counted) if counted.count.ends_day => ending::close_day(till),
        Doing::Counted(_) | Doing::Closed(_) | Doing::Nothing => till.drawer.doing = Doing::Nothing,
    }
}

/// Confirms the date of a clock that leapt ahead, for which a manager is asked where the operator may not do it alone.
fn confirm_date(till: &mut Till) {
    let typed = till.drawer.today.trim().to_owned();
    let today = till.status.as_ref().map_or(till.sale.terms.date, |status| Date(status.now.date()));
    let dates = understood(&typed, today).and_then(|search| search.dates);
    if !typed.is_empty() && dates.is_none() {
        return till.refuse_for(message!("This is no date. Type it like 24/11/2026."));
    }
    let (typed, operator) = (dates.map(|(date, _)| date), till.operator());
    till.drawer.busy = true;
    let work: word::Work = Arc::new(move |register, id, words| register.confirm_date_by(id, &operator, typed, words));
    word::done_by_word(till, work, |till, outcome| {
        till.drawer.busy = false;
        match outcome {
            Ok(()) => {
                till.drawer.today.clear();
                till.tell(message!("The date is confirmed, and the journal says so."));
                read(till);
                till.look_around();
            }
            Err(refusal) => till.refuse(&refusal),
        }
    });
}

fn move_cash(till: &mut Till, movement: &Movement) {
    let (kind, amount) = (movement.kind, movement.amount());
    if movement.wants_a_reason() && movement.reason.trim().is_empty() {
        return till.refuse_for(message!("Say why, in a few words."));
    }
    let command = Command::MoveCash { movement: kind, amount, reason: said(&movement.reason) };
    act(till, command, move |till, _| {
        till.drawer.doing = Doing::Nothing;
        till.order(Order::OpenDrawer);
        till.tell(match kind {
            CashType::Float => message!("The drawer begins with {amount}.", amount = amount),
            CashType::Drop => message!("{amount} go to the safe. Touch the line to print its slip.", amount = amount),
            CashType::Out => message!("{amount} are taken out. Touch the line to print its slip.", amount = amount),
            CashType::In | CashType::Count => message!("{amount} are put in.", amount = amount),
        });
    });
}

/// Corrects a count: the one that was just sealed, or the one whose slip is looked at.
fn again(till: &mut Till) {
    let drawer = &mut till.drawer;
    if let Doing::Counted(counted) = drawer.doing.clone() {
        drawer.doing = Doing::Counting(counted.count.again(counted.seq));
        return;
    }
    let Some(Sheet { of: PaperOf::Cash(seq), .. }) = &drawer.sheet else { return };
    let found = drawer.day.iter().flat_map(|day| &day.entries).find(|entry| entry.seq == *seq);
    if let Some(entry) = found.filter(|entry| entry.cash.cash_type == CashType::Count) {
        drawer.doing = Doing::Counting(Count::of(entry.seq, &entry.cash.coins));
        drawer.sheet = None;
    }
}

/// Reads the day so far, which closes nothing.
fn reading(till: &mut Till) {
    act(till, Command::Look(Gate::ReadReports), |till, _| look_at(till, PaperOf::Reading));
}

fn slip(till: &mut Till, place: usize) {
    let entry = till.drawer.day.as_ref().and_then(|day| view::in_order(day).nth(place));
    if let Some(seq) = entry.map(|entry| entry.seq) {
        look_at(till, PaperOf::Cash(seq));
    }
}

/// Looks at a paper.
fn look_at(till: &mut Till, of: PaperOf) {
    sheet::open(till, of, |till, sheet| till.drawer.sheet = Some(sheet));
}

fn print(till: &mut Till) {
    let of = match (&till.drawer.sheet, &till.drawer.doing) {
        (Some(sheet), _) => sheet.of.clone(),
        (None, Doing::Counted(counted)) => PaperOf::Cash(counted.seq),
        _ => return,
    };
    sheet::print(till, of);
}

/// Has a command done, and what was done today read anew; `then` is done only where it was not refused.
fn act(till: &mut Till, command: Command, then: impl FnOnce(&mut Till, &Answer) + Send + 'static) {
    till.drawer.busy = true;
    till.command(None, command, |till, outcome| {
        till.drawer.busy = false;
        match outcome {
            Ok(answer) => {
                then(till, &answer);
                read(till);
                till.look_around();
            }
            Err(refusal) => till.refuse(&refusal),
        }
    });
}

/// What was said, if anything was.
fn said(reason: &str) -> Option<String> {
    Some(to_seal(reason)).filter(|reason| !reason.is_empty())
}
