//! What is a slip of the finger most of the time is asked about before it is done.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use crate::generated::DoubtView;
use crate::till::{Intent, Till};

/// More change than this is hardly ever given.
const MOST_CHANGE: Cents = Cents::new(10_000);
/// More pieces, or kilograms, than this are hardly ever on one line.
const MOST_OF_ONE: i64 = 99_000;
/// A price of so many times the usual one is hardly ever meant.
const MOST_TIMES: i64 = 10;

/// Something that was asked for and looks like a slip.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// What looks strange.
    pub question: Message,
    /// What is done all the same, with its figure.
    pub verb: Message,
    intent: Box<Intent>,
}

/// Why cash that is handed over for what is due looks like a slip.
pub(crate) fn of_cash(handed: Cents, due: Cents) -> Option<(Message, Message)> {
    (handed - due > MOST_CHANGE).then(|| {
        (
            message!("{handed} for {due}?", handed = handed, due = due),
            message!("Take {handed} in cash", handed = handed),
        )
    })
}

/// Why a quantity looks like a slip.
pub(crate) fn of_quantity(qty: Quantity) -> Option<(Message, Message)> {
    (qty.get() > MOST_OF_ONE)
        .then(|| (message!("{quantity} of one article?", quantity = qty), message!("Sell {quantity}", quantity = qty)))
}

/// Why another price of an article looks like a slip.
pub(crate) fn of_price(price: Cents, usual: Cents) -> Option<(Message, Message)> {
    let strange = price.is_zero() || price.get() > usual.get().saturating_mul(MOST_TIMES);
    (strange && usual.is_positive()).then(|| {
        (
            message!("{price} instead of {usual}?", price = price, usual = usual),
            message!("Sell it at {price}", price = price),
        )
    })
}

/// Whether something is asked about first; if so, it is done only once somebody is sure.
pub(crate) fn asks(till: &mut Till, doubt: Option<(Message, Message)>, intent: Intent) -> bool {
    let Some((question, verb)) = doubt.filter(|_| !till.is_sure) else { return false };
    till.doubt = Some(Doubt { question, verb, intent: Box::new(intent) });
    true
}

/// Takes in whether somebody is sure.
pub(crate) fn settle(till: &mut Till, sure: bool) {
    let Some(doubt) = till.doubt.take().filter(|_| sure) else { return };
    till.is_sure = true;
    till.update(*doubt.intent);
    till.is_sure = false;
}

/// What is asked.
pub fn view(till: &Till) -> DoubtView {
    till.doubt.as_ref().map_or_else(DoubtView::default, |doubt| DoubtView {
        open: true,
        question: till.say(&doubt.question).into(),
        verb: till.say(&doubt.verb).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_most_people_carry_is_taken_without_a_word() {
        for handed in [500, 2000, 5000, 10_000] {
            assert_eq!(of_cash(Cents::new(handed), Cents::new(320)), None);
        }
        assert!(of_cash(Cents::new(50_000), Cents::new(320)).is_some());
        assert_eq!(of_cash(Cents::new(50_000), Cents::new(45_000)), None);
    }

    #[test]
    fn a_price_of_nothing_or_of_ten_times_the_usual_is_doubted() {
        assert!(of_price(Cents::ZERO, Cents::new(120)).is_some());
        assert!(of_price(Cents::new(1201), Cents::new(120)).is_some());
        assert_eq!(of_price(Cents::new(1200), Cents::new(120)), None);
    }

    #[test]
    fn a_hundred_of_one_article_are_doubted() {
        assert_eq!(of_quantity(Quantity::pieces(99)), None);
        assert!(of_quantity(Quantity::pieces(100)).is_some());
    }
}
