//! Tickets that customers want by e-mail, and how they wait until a mail server has taken them.
//!
//! An address is its owner's: it serves this one mail, is sealed nowhere and shown in no log, and is erased once the mail
//! was handed over or given up. The queue outlives the program and needs no network; whoever has one, an SMTP sender or
//! the back office's sync, drains it as a [`Mailer`].

mod address;

use comptoir_fiscal::entry::TicketRef;
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use address::{Address, AddressError};

/// The wait after the first try that failed, in seconds; it doubles with each.
const FIRST_WAIT: i64 = 60;
/// No wait is longer.
const LONGEST_WAIT: i64 = 4 * 3600;
/// For how long a mail is tried, in seconds, before it is given up: three days, as mail servers do.
const GIVEN_UP_AFTER: i64 = 3 * 86_400;

/// Where a mail has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It is written down; whether the duplicate that it needs was sealed is not known yet.
    Asked,
    /// It waits to be handed over.
    Waiting,
    /// It was given up, and its address is erased.
    GivenUp,
}

/// Why a mail was not handed over. It holds no words of the server's, which like to repeat the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFault {
    /// No server could be reached.
    NoConnection,
    /// A server does not take it for now.
    NotNow,
    /// No server knows the address.
    AddressRefused,
    /// A server does not take this mail, now or later.
    MailRefused,
    /// The ticket that it is of cannot be read any more.
    NoTicket,
    /// Somebody at the till gave it up.
    GivenUpByHand,
}

impl MailFault {
    /// Whether trying again can help.
    pub const fn passes(self) -> bool {
        matches!(self, MailFault::NoConnection | MailFault::NotNow)
    }

    /// What is wrong, and what to do.
    pub fn message(self) -> Message {
        match self {
            MailFault::NoConnection => {
                message!("No mail server can be reached. The mail is sent once there is a connection.")
            }
            MailFault::NotNow => {
                message!("The mail server does not take the mail for now. It is tried again by itself.")
            }
            MailFault::AddressRefused => {
                message!("Nobody receives mail at this address. Ask the customer for it again, or print the ticket.")
            }
            MailFault::MailRefused => {
                message!("The mail server refuses the mail. Check the settings of e-mail, or print the ticket.")
            }
            MailFault::NoTicket => {
                message!("The ticket of this mail cannot be read any more. Look it up in the history, and print it.")
            }
            MailFault::GivenUpByHand => message!("The mail was given up at the till."),
        }
    }
}

/// A ticket on its way to a customer's address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailJob {
    /// The id of the command that asked for it; every try bears it, so that a mail that arrives twice is known as one.
    pub id: Uuid,
    /// The ticket.
    pub ticket: TicketRef,
    /// To whom; erased once it is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Address>,
    /// The customer's language.
    #[serde(with = "tag")]
    pub language: Language,
    /// Who was asked for it.
    pub operator: String,
    /// When.
    pub asked_at: Instant,
    /// Which numbered copy it is; none for an original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<u64>,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, in seconds since 1970-01-01T00:00:00Z.
    pub next_try: i64,
    /// Why it was not handed over when it was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<MailFault>,
    /// Where it has come to.
    pub state: MailState,
    /// Under which command its handing over is sealed: its own, or where that sealed a duplicate, another.
    pub(crate) handing: Uuid,
}

impl MailJob {
    /// Whether it is to be tried now. One that would wait longer than any does was put off by a clock that was wrong.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.state == MailState::Waiting && (self.next_try <= now || self.next_try > now.saturating_add(LONGEST_WAIT))
    }

    /// Takes in that a try failed: it waits longer than before, or is given up and its address erased.
    pub(crate) fn failed(&mut self, fault: MailFault, now: i64, random: u32) {
        self.tries = self.tries.saturating_add(1);
        self.fault = Some(fault);
        if !fault.passes() || now.saturating_sub(self.asked_at.unix()) >= GIVEN_UP_AFTER {
            (self.state, self.to) = (MailState::GivenUp, None);
        } else {
            self.next_try = now.saturating_add(wait_after(self.tries, random));
        }
    }
}

/// How long to wait after so many tries, in seconds: between half and all of a time that doubles, so that the tills of a
/// shop do not all come back at once.
fn wait_after(tries: u32, random: u32) -> i64 {
    let doubled = FIRST_WAIT.checked_shl(tries.saturating_sub(1).min(16)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let half = doubled / 2;
    half + i64::from(random) % (doubled - half + 1)
}

/// A mail as it is handed over: everything but the sender, who is the mailer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// What its `Message-ID` is made of.
    pub id: Uuid,
    /// To whom.
    pub to: Address,
    /// Its subject, on one line.
    pub subject: String,
    /// What it says, in lines.
    pub text: String,
    /// The ticket.
    pub attachment: Attachment,
}

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called: ASCII letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Whoever hands mails over: a server by SMTP, or the back office.
pub trait Mailer {
    /// Hands a mail over; when this returns without a fault, somebody else answers for it. It may be the same mail as
    /// before, where the till stopped right after it.
    fn hand_over(&mut self, mail: &Mail) -> Result<(), MailFault>;
}

/// What became of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// How many were handed over.
    pub handed_over: u64,
    /// How many are to be tried again.
    pub put_off: u64,
    /// How many were given up.
    pub given_up: u64,
}

/// A language as its tag.
mod tag {
    use super::Language;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(language: &Language, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if *language == Language::French { "fr" } else { "en" })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Language, D::Error> {
        Ok(Language::from_locale(Some(&String::deserialize(from)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> MailJob {
        let asked_at: Instant = "2026-11-20T10:00:00+01:00".parse().unwrap();
        MailJob {
            id: Uuid::from_u128(1),
            ticket: TicketRef { register: "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap(), number: 1 },
            to: Some("exemple@example.fr".parse().unwrap()),
            language: Language::English,
            operator: "cashier".to_owned(),
            next_try: asked_at.unix(),
            asked_at,
            copy: None,
            tries: 0,
            fault: None,
            state: MailState::Waiting,
            handing: Uuid::from_u128(1),
        }
    }

    #[test]
    fn waits_grow_to_four_hours_and_two_tills_do_not_come_back_at_once() {
        let bounds =
            |tries| (wait_after(tries, 0), wait_after(tries, u32::MAX), (0..500).map(|r| wait_after(tries, r)).max());
        assert_eq!((bounds(1).0, bounds(1).2), (30, Some(60)));
        assert_eq!((bounds(2).0, bounds(2).2), (60, Some(120)));
        assert_eq!(wait_after(3, 7) - wait_after(3, 0), 7);
        for tries in [9, 12, 40, u32::MAX] {
            let (least, other, _) = bounds(tries);
            assert_eq!(least, LONGEST_WAIT / 2);
            assert!((least..=LONGEST_WAIT).contains(&other), "{other}");
        }
    }

    #[test]
    fn a_mail_is_tried_for_three_days_and_then_given_up_without_its_address() {
        let mut waiting = job();
        let mut now = waiting.asked_at.unix();
        let mut last = 0;
        while waiting.state == MailState::Waiting {
            assert!(waiting.is_due(now) && !waiting.is_due(waiting.next_try - 1) || waiting.tries == 0);
            last = now;
            waiting.failed(MailFault::NoConnection, now, 12_345);
            now = now.max(waiting.next_try);
        }
        let tried_for = last - waiting.asked_at.unix();
        assert!((GIVEN_UP_AFTER..GIVEN_UP_AFTER + LONGEST_WAIT).contains(&tried_for), "{tried_for}");
        assert_eq!((&waiting.to, waiting.fault), (&None, Some(MailFault::NoConnection)));
        assert!(!waiting.is_due(i64::MAX));
    }

    #[test]
    fn what_no_further_try_can_help_is_given_up_at_once() {
        for fault in [MailFault::AddressRefused, MailFault::MailRefused, MailFault::NoTicket, MailFault::GivenUpByHand]
        {
            let mut refused = job();
            refused.failed(fault, refused.next_try, 0);
            assert_eq!((refused.state, refused.to, refused.tries), (MailState::GivenUp, None, 1));
        }
    }

    #[test]
    fn a_clock_that_was_wrong_puts_no_mail_off_for_years() {
        let mut waiting = job();
        let now = waiting.next_try;
        waiting.next_try = now + LONGEST_WAIT;
        assert!(!waiting.is_due(now));
        waiting.next_try = now + LONGEST_WAIT + 1;
        assert!(waiting.is_due(now));
    }

    #[test]
    fn what_waits_is_read_back_as_it_was_and_shows_no_address() {
        let waiting = job();
        let written = serde_json::to_string(&waiting).unwrap();
        assert!(written.contains(r#""language":"en""#), "{written}");
        assert_eq!(serde_json::from_str::<MailJob>(&written).unwrap(), waiting);
        assert!(!format!("{waiting:?}").contains("example.fr"));
        let unsafe_address = written.replace("exemple@example.fr", "a@example.fr\\r\\nBcc: b@example.fr");
        assert!(serde_json::from_str::<MailJob>(&unsafe_address).is_err());
    }
}
