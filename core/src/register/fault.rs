//! How the program ended last time: in order, by a power cut, or by a fault of its own.
//!
//! A fault (panic) is a bug. What is known of it is left beside the journals before the process ends, and the next start
//! seals that it happened; what was being sold is back, as after any crash.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use comptoir_fiscal::entry::{Body, Entry};

use super::school::TRAINING;
use super::{Notice, Register, RegisterError};
use crate::data_folder::DataFolder;

/// Remembers a fault for the next start, as well as it can be: `place` says where in the program, `what` what it said
/// of it. Called as the process ends, when nothing else can be relied on.
pub fn remember_fault(folder: &DataFolder, place: &str, what: &str) {
    let _ = fs::write(last_fault(folder), place);
    if let Ok(mut log) = OpenOptions::new().create(true).append(true).open(folder.root().join("faults.log")) {
        let _ = writeln!(log, "{place}: {what}");
    }
}

impl Register {
    /// What the event of this start says of how the program ended before.
    pub(super) fn how_it_ended(&mut self) -> Result<Option<String>, RegisterError> {
        let fault = last_fault(&self.folder);
        if let Ok(place) = fs::read_to_string(&fault) {
            // Where it cannot be taken away it is told again, which does no harm.
            let _ = fs::remove_file(&fault);
            self.notices.push(Notice::Fault { place: place.clone() });
            return Ok(Some(format!("après une faute du programme ({place})")));
        }
        let size = self.journal.standing().size();
        if size == 1 || ends_in_order(&self.journal.entry(size - 1)?.entry) {
            return Ok(None);
        }
        Ok(Some("après un arrêt imprévu".to_owned()))
    }
}

/// Whether the till was stopped, or turned to another journal, right after this entry. A new journal's own first events
/// belong to its start.
fn ends_in_order(entry: &Entry) -> bool {
    match &entry.body {
        Body::Event(event) => matches!(event.code, 40 | 90 | 250 | 255 | 300 | 911 | TRAINING | 220),
        _ => false,
    }
}

fn last_fault(folder: &DataFolder) -> PathBuf {
    folder.root().join("fault.txt")
}
