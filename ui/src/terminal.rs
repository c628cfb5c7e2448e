//! The card terminal, as far as the screens deal with one.
//!
//! An outcome that is not known is never taken as paid and never tried again by itself: whoever sells looks at the
//! terminal, and says what it says.

use comptoir_fiscal::values::Cents;

/// What became of a card payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The terminal says that it is paid.
    Accepted,
    /// The terminal says that it is not.
    Refused,
    /// Nobody can say: it is to be looked up on the terminal.
    NotKnown,
    /// Whoever sells reads it off the terminal and says so.
    ToBeSaid,
}

/// What takes cards.
pub trait Terminal {
    /// Asks for an amount.
    fn ask(&mut self, amount: Cents) -> Outcome;
}

/// A terminal that the till is not connected to: the amount is typed on it, and its answer said to the till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeparateTerminal {
    /// Whether the key “card” waits for the answer; if not, it is pressed once the terminal has accepted.
    pub waits: bool,
}

impl Terminal for SeparateTerminal {
    fn ask(&mut self, _amount: Cents) -> Outcome {
        if self.waits { Outcome::ToBeSaid } else { Outcome::Accepted }
    }
}
