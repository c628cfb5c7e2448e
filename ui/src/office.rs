//! How the till stands with its back office, in the words of the screens. Being out of reach is a normal state: nothing is
//! ever asked about it, and nothing waits for it.

use comptoir_core::register::{InTouch, Status};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Instant;

use crate::generated::Tone;
use crate::till::{Place, Till};

/// What the till has heard of its back office.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Touch {
    /// Nothing: it is enrolled with none, or has not asked yet.
    #[default]
    Alone,
    /// It answers.
    Fine,
    /// It does not answer; it is tried again by itself.
    OutOfReach,
    /// It refuses, or shows what cannot be.
    Trouble(Message),
    /// It has revoked this till.
    Revoked,
}

/// Out of touch for less than this many seconds is not worth a word.
const SHORT: i64 = 60;

impl Till {
    /// Hears how it stands with the back office.
    pub fn heard_of_office(&mut self, touch: Touch) {
        self.touch = touch;
        self.look_around();
        if self.place() == Place::Held {
            crate::held::look(self);
        }
    }

    /// Hears by how many seconds this device's clock is ahead of the back office's, or behind it where negative; 0 where that is
    /// worth no word.
    pub fn heard_of_its_clock(&mut self, ahead: i64) {
        self.ahead = ahead;
    }

    /// Hears what came of being enrolled: for which merchant and store, or why not.
    pub fn enrolled(&mut self, outcome: Result<(String, String), Message>) {
        crate::settings::office::enrolled(self, outcome);
    }
}

/// What the strip says of it, where the till is enrolled.
pub(crate) fn said(touch: &Touch, status: &Status) -> Option<(Message, Tone)> {
    let in_touch = status.in_touch?;
    if let (Touch::Fine, Some(arriving)) = (touch, &status.arriving) {
        let percent = arriving.here.saturating_mul(100) / arriving.size.max(1);
        let said =
            message!("past of till {label}: {percent} % here", label = arriving.label.as_str(), percent = percent);
        return Some((said, Tone::Plain));
    }
    Some(match touch {
        Touch::Revoked => (message!("revoked: stop selling"), Tone::Bad),
        Touch::Trouble(_) => (message!("back office: look in the settings"), Tone::Warn),
        _ => waiting(&in_touch, status.now),
    })
}

fn waiting(in_touch: &InTouch, now: Instant) -> (Message, Tone) {
    let offline = in_touch.offline_for(now);
    if in_touch.waiting == 0 {
        return (message!("back office up to date"), Tone::Plain);
    }
    if offline < SHORT {
        return (message!("{entries} to send", entries = in_touch.waiting), Tone::Plain);
    }
    let said = message!("offline {time}, {entries} to send", time = hours(offline), entries = in_touch.waiting);
    let half = i64::from(in_touch.limit_hours) * 1800;
    (said, if offline > half { Tone::Warn } else { Tone::Plain })
}

/// What the strip says of the device's clock, where the back office has another time.
pub(crate) fn clock(ahead: i64) -> Option<Message> {
    Some(match ahead {
        0 => return None,
        1.. => message!("clock +{time}", time = apart(ahead)),
        _ => message!("clock −{time}", time = apart(ahead)),
    })
}

/// What the settings say of it.
pub(crate) fn clock_in_full(ahead: i64) -> Option<Message> {
    Some(match ahead {
        0 => return None,
        1.. => message!(
            "The clock of this device is {time} ahead of the back office’s. Set it right in the settings of the device itself: what is sold bears its time.",
            time = apart(ahead)
        ),
        _ => message!(
            "The clock of this device is {time} behind the back office’s. Set it right in the settings of the device itself: what is sold bears its time.",
            time = apart(ahead)
        ),
    })
}

/// How far apart two clocks are, as a person says it.
fn apart(ahead: i64) -> Message {
    let seconds = ahead.unsigned_abs();
    match seconds {
        0..120 => message!("{seconds} s", seconds = seconds),
        120..7200 => message!("{minutes} min", minutes = seconds / 60),
        _ => message!("{hours} h", hours = seconds / 3600),
    }
}

/// Hours and minutes, as a clock counts them.
pub(crate) fn hours(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 3600, seconds / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn after(waiting: u64, oldest: &str) -> (String, Tone) {
        let oldest = (waiting > 0).then(|| at(oldest));
        let (said, tone) =
            super::waiting(&InTouch { waiting, oldest, limit_hours: 24 }, at("2026-11-21T12:00:00+01:00"));
        (said.to_string(), tone)
    }

    #[test]
    fn a_clock_that_is_wrong_is_told_in_words_and_one_that_is_right_is_not() {
        let said = |ahead| clock(ahead).map(|said| said.to_string());
        assert_eq!((said(0), clock_in_full(0)), (None, None));
        assert_eq!(said(45).as_deref(), Some("clock +45 s"));
        assert_eq!(said(-200).as_deref(), Some("clock −3 min"));
        assert_eq!(said(86_400).as_deref(), Some("clock +24 h"));
        assert!(clock_in_full(-200).is_some_and(|said| said.to_string().contains("3 min behind")));
    }

    #[test]
    fn offline_time_is_told_and_warned_of_after_half_of_what_is_allowed() {
        assert_eq!(after(0, ""), ("back office up to date".to_owned(), Tone::Plain));
        assert_eq!(after(2, "2026-11-21T11:59:30+01:00"), ("2 to send".to_owned(), Tone::Plain));
        let some = after(12, "2026-11-21T11:18:00+01:00");
        assert_eq!(some, ("offline 0:42, 12 to send".to_owned(), Tone::Plain));
        let long = after(12, "2026-11-20T23:59:00+01:00");
        assert_eq!(long, ("offline 12:01, 12 to send".to_owned(), Tone::Warn));
    }
}
