//! What is read of the journal, page by page.

use comptoir_core::register::Register;
use comptoir_core::register::{EventPage, RegisterError};

use super::Tab;
use super::codes::Topic;
use crate::till::Till;

/// How many closings are read at once.
const CLOSINGS: u32 = 40;
/// How many events are read at once.
const EVENTS: usize = 40;

/// Reads anew what is shown.
pub(super) fn read(till: &mut Till) {
    let journal = &mut till.journal;
    journal.reads += 1;
    let of = journal.reads;
    match journal.tab {
        Tab::Standing => till.ask(
            |register| register.journal_standing(),
            move |till, standing| match standing {
                Ok(standing) => till.journal.standing = Some(standing),
                Err(error) => till.refuse_for(error.message()),
            },
        ),
        Tab::Closings => closings(till, None),
        Tab::Events => {
            journal.reading = true;
            events(till, None, of, EVENTS, true);
        }
        Tab::Archives => till.ask(Register::archives, |till, archives| match archives {
            Ok(archives) => till.journal.archives = archives,
            Err(error) => till.refuse_for(error.message()),
        }),
        Tab::Certification => till.ask(Register::certification, |till, certification| match certification {
            Ok(certification) => till.journal.certification = Some(Box::new(certification)),
            Err(error) => till.refuse_for(error.message()),
        }),
    }
}

/// Reads on.
pub(super) fn more(till: &mut Till) {
    let journal = &mut till.journal;
    if journal.reading {
        return;
    }
    match journal.tab {
        Tab::Closings if journal.more_closings => {
            let before = journal.closings.last().map(|closing| closing.seq);
            closings(till, before);
        }
        Tab::Events => {
            if let Some(before) = journal.next_event {
                journal.reading = true;
                let (of, wanted) = (journal.reads, journal.events.len() + EVENTS);
                events(till, Some(before), of, wanted, false);
            }
        }
        _ => {}
    }
}

fn closings(till: &mut Till, before: Option<u64>) {
    let (period, of) = (till.journal.period, till.journal.reads);
    till.journal.reading = true;
    till.ask(
        move |register| register.closings(period, before, CLOSINGS),
        move |till, found| {
            let journal = &mut till.journal;
            if journal.reads != of {
                return;
            }
            journal.reading = false;
            match found {
                Ok(found) => {
                    if before.is_none() {
                        journal.closings.clear();
                    }
                    journal.more_closings = u32::try_from(found.len()).is_ok_and(|count| count == CLOSINGS);
                    journal.closings.extend(found);
                }
                Err(refusal) => till.refuse(&refusal),
            }
        },
    );
}

/// Reads on until a page is full: the register looks at so many entries at once, whether or not they are events.
fn events(till: &mut Till, before: Option<u64>, of: u64, wanted: usize, anew: bool) {
    let topic = till.journal.topic;
    till.ask(
        move |register| {
            let is_wanted = |code| topic.is_none_or(|topic| Topic::of(code) == topic);
            register.events(is_wanted, before, EVENTS)
        },
        move |till, found: Result<EventPage, RegisterError>| {
            let journal = &mut till.journal;
            if journal.reads != of {
                return;
            }
            match found {
                Ok(page) => {
                    if anew {
                        journal.events.clear();
                    }
                    journal.events.extend(page.events);
                    journal.next_event = page.next;
                    if page.next.is_some() && journal.events.len() < wanted {
                        return events(till, page.next, of, wanted, false);
                    }
                    journal.reading = false;
                }
                Err(error) => {
                    journal.reading = false;
                    till.refuse_for(error.message());
                }
            }
        },
    );
}
