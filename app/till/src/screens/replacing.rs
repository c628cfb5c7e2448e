//! A lost till's place, taken from the screens. What the back office holds is asked for first, and a till is made of it only
//! once somebody said so; the command `comptoir restore` does the same at a terminal.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::register::{Platform, Register};
use comptoir_fiscal::entry::{Body, Genesis, Kind};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::Instant;
use comptoir_sync::http::{Http, Unreachable};
use comptoir_sync::link::{EnrolmentLink, NotALink};
use comptoir_sync::restore::{self, RestoreError};
use comptoir_ui::welcome::lost::Held;
use tempfile::TempDir;

use crate::backoffice;

/// What the back office gave of a lost till: nothing is made of it yet.
pub(super) struct Lost {
    /// The link, by which the till that takes its place is enrolled then.
    pub(super) link: EnrolmentLink,
    copy: TempDir,
    checkpoint: String,
}

/// Asks the back office of a link what it holds of a lost till. `progress` hears how much of how much has come.
pub(super) fn ask(link: &str, progress: impl FnMut(u64, u64)) -> Result<(Lost, Held), Message> {
    let link: EnrolmentLink = link.parse().map_err(|error: NotALink| error.message())?;
    let copy = tempfile::tempdir().map_err(refused)?;
    let http = Http::along(&link).map_err(|error| error.message())?;
    let fetched = backoffice::runtime()?.block_on(restore::fetch(&http, &link, copy.path(), progress));
    let fetched = fetched.map_err(|error| match error {
        RestoreError::Unreachable(Unreachable::Network(_)) => {
            message!("The back office does not answer. Look whether this device has a network, and try again.")
        }
        error => error.message(),
    })?;
    let journal = copy.path().join("journals").join(fetched.register.to_string()).join("journal.jsonl");
    let (genesis, last_ticket) = first_and_last(&journal).map_err(refused)?;
    let (label, store) = genesis.map(|genesis| (genesis.label, genesis.store.name)).unwrap_or_default();
    let held = Held { label, store, entries: fetched.size, last_ticket };
    Ok((Lost { link, copy, checkpoint: fetched.checkpoint }, held))
}

/// Opens a till in the lost one's place, in a folder that holds none. It is to be enrolled by the same link, which shuts the
/// lost device out. `progress` hears how much of how much was verified.
pub(super) fn replace(
    lost: &Lost,
    folder: DataFolder,
    platform: Platform,
    progress: impl FnMut(u64, u64),
) -> Result<Register, Message> {
    let checkpoint = Some(lost.checkpoint.clone());
    let opened = Register::restore(folder, lost.copy.path(), checkpoint, platform, progress);
    opened.map(|(register, _)| register).map_err(|error| error.message())
}

/// How a journal begins, and when its last ticket was sealed.
fn first_and_last(journal: &Path) -> io::Result<(Option<Genesis>, Option<Instant>)> {
    let (mut first, mut last) = (None, None);
    for line in BufReader::new(File::open(journal)?).lines() {
        let line = line?;
        if line.contains(r#""kind":"ticket""#) {
            last = Some(line);
        } else if first.is_none() {
            first = Some(line);
        }
    }
    let read =
        |line: Option<String>| line.and_then(|line| sealed::read(line.as_bytes()).ok()).map(|sealed| sealed.entry);
    let genesis = read(first).and_then(|entry| match entry.body {
        Body::Genesis(genesis) => Some(*genesis),
        _ => None,
    });
    Ok((genesis, read(last).filter(|entry| entry.kind == Kind::Ticket).map(|entry| entry.at)))
}

fn refused(error: io::Error) -> Message {
    message!("The system refused: {why}. Try again.", why = error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNAL: &str = include_str!("../../../../tests/vectors/journal.jsonl");

    fn told(lines: &str) -> (Option<Genesis>, Option<String>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines).unwrap();
        let (genesis, last) = first_and_last(file.path()).unwrap();
        (genesis, last.map(|at| at.to_string()))
    }

    #[test]
    fn a_journal_tells_what_its_till_was_called_and_when_it_last_sold() {
        let (genesis, last) = told(JOURNAL);
        let genesis = genesis.unwrap();
        assert_eq!((genesis.label.as_str(), genesis.store.name.as_str()), ("01", "Angers centre"));
        assert_eq!(last.as_deref(), Some("2027-01-02T08:30:00+01:00"));
        let unsold: String = JOURNAL.lines().take(1).map(|line| format!("{line}\n")).collect();
        assert_eq!(told(&unsold).1, None);
    }

    #[test]
    fn what_is_no_link_is_said_and_nobody_is_asked() {
        let Err(why) = ask("bonjour", |_, _| ()) else { panic!("there is no back office") };
        assert!(why.to_string().contains("link"), "{why}");
    }
}
