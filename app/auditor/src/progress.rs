//! A progress bar for those who wait longer than a second, and for nobody else.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long work is silent before it shows how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows a bar on a terminal's standard error once work has lasted for a second.
pub struct Patience {
    what: String,
    start: Instant,
    shows: bool,
    bar: Option<ProgressBar>,
}

impl Patience {
    /// Begins to wait for `what`, as the bar will say.
    pub fn new(what: String) -> Patience {
        Patience { what, start: Instant::now(), shows: io::stderr().is_terminal(), bar: None }
    }

    /// So much of so much is done.
    pub fn show(&mut self, done: u64, total: u64) {
        if !self.shows || self.start.elapsed() < PATIENCE {
            return;
        }
        let what = &self.what;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}") {
                bar.set_style(style);
            }
            bar.set_message(what.clone());
            bar
        });
        bar.set_length(total);
        bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
