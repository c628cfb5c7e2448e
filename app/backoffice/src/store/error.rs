//! Why the database did not do what was asked, in the same words for both databases.

use std::fmt;

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// Why the database could not be used. None of these holds a value that was stored or asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What was given names no database that this program can use.
    Address {
        /// What is wrong with it, without its password.
        why: String,
    },
    /// No answer from the database: it is down, out of reach, or its file cannot be opened. Nothing was written.
    Unavailable {
        /// What was said about it.
        why: String,
    },
    /// Others held it for too long. Nothing was written.
    Busy,
    /// Its disk is full. Nothing was written.
    Full,
    /// What is on its disk is not what was written there.
    Corrupt {
        /// What was found.
        why: String,
    },
    /// A row with this key is there already.
    Unique {
        /// Which rule of which table says so.
        rule: String,
    },
    /// Another rule of a table refused it.
    Constraint {
        /// Which rule of which table.
        rule: String,
    },
    /// A reading job tried to write.
    ReadOnly,
    /// A statement that the database does not understand, or that does not fit its values.
    Statement {
        /// What it says.
        why: String,
    },
    /// A column does not hold what it is read as, or holds nothing where something is expected.
    Column {
        /// Which one, from 0.
        place: usize,
        /// What it is read as.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// A value that its place in the statement does not take, or that no database could keep.
    Value {
        /// Which value, and why not.
        why: String,
    },
    /// A stored record cannot be read back.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// The connection was lost while the commit was under way: written or not, only looking tells.
    Unknown,
    /// The job panicked. Nothing was written.
    Fault,
    /// The tables were changed by a newer program.
    Newer {
        /// The first step that this program does not know.
        step: String,
    },
    /// A safeguard is not in force.
    Unsafe {
        /// Which safeguard.
        name: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: String,
    },
}

impl StoreError {
    /// Whether it is that a row with this key is there already.
    pub fn is_unique(&self) -> bool {
        matches!(self, StoreError::Unique { .. })
    }

    /// Whether nothing was written and the same may succeed a little later, with nothing changed by anybody.
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Unavailable { .. } | StoreError::Busy)
    }

    /// A stored record that its reader cannot make sense of.
    pub fn unreadable(why: impl fmt::Display) -> StoreError {
        StoreError::Unreadable { why: why.to_string() }
    }

    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            StoreError::Address { why } => {
                message!("This is not the address of a database: {why}.", why = why.as_str())
            }
            StoreError::Unavailable { why } => {
                message!("The database does not answer: {why}. Try again once it does.", why = why.as_str())
            }
            StoreError::Busy => message!("The database is busy. Try again in a moment."),
            StoreError::Full => message!("The disk of the database is full. Make room on it, then try again."),
            StoreError::Corrupt { why } => {
                message!("The database is damaged: {why}. Stop here, and restore it from a copy.", why = why.as_str())
            }
            StoreError::Unique { rule } => {
                message!("The database has this already ({rule}).", rule = rule.as_str())
            }
            StoreError::Constraint { rule } => {
                message!("The database refuses this, as it breaks a rule of its tables ({rule}).", rule = rule.as_str())
            }
            StoreError::ReadOnly => message!("What only reads tried to write: a fault of this program. Report it."),
            StoreError::Statement { why } | StoreError::Value { why } => message!(
                "The database does not understand what this program asks: {why}. It is a fault of this program. Report it.",
                why = why.as_str()
            ),
            StoreError::Column { place, wanted, found } => message!(
                "Column {place} of an answer is {found}, not {wanted}: a fault of this program. Report it.",
                place = *place,
                found = found.as_str(),
                wanted = *wanted
            ),
            StoreError::Unreadable { why } => {
                message!("A record of the database cannot be read: {why}.", why = why.as_str())
            }
            StoreError::Unknown => message!(
                "The database was lost while it was writing, so that nobody knows whether this was written. Look, then try \
                 again."
            ),
            StoreError::Fault => {
                message!("This stopped by a fault of the program, and nothing was written. Report it.")
            }
            StoreError::Newer { step } => message!(
                "The database was made by a newer program ({step} is not known here): update this one.",
                step = step.as_str()
            ),
            StoreError::Unsafe { name, found, wanted } => message!(
                "{name} of the database is {found} instead of {wanted}: nothing would be kept safely.",
                name = *name,
                found = found.as_str(),
                wanted = wanted.as_str()
            ),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}
