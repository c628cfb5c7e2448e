//! Long jobs, each on a thread of its own: the register's is only asked a few short questions, so that sales go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use comptoir_core::inspection::{Asked, Kit, Stage};
use comptoir_core::register::{Desk, DeskArchiveError, DeskKitError, Register, RegisterError};
use comptoir_fiscal::journal::Span;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_ui::errand::{Bench, Destination, Errand, Failed, Watch};

use super::courier::Post;
use crate::{kit, platform};

/// The jobs that go on.
#[derive(Default)]
pub(super) struct Errands(Vec<(Watch, JoinHandle<()>)>);

impl Errands {
    /// Begins a job; what comes of it is posted.
    pub(super) fn begin(&mut self, desk: Arc<Desk>, errand: Errand, post: Post) {
        self.0.retain(|(_, thread)| !thread.is_finished());
        let watch = errand.watch.clone();
        let thread = std::thread::Builder::new()
            .name("errand".to_owned())
            .spawn(move || errand.run(&Workbench { desk }, &|reply| post(reply)));
        // Where the system gives no thread, nothing was begun.
        self.0.extend(thread.ok().map(|thread| (watch, thread)));
    }

    /// Gives all of them up, and waits until they have left.
    pub(super) fn end(&mut self) {
        for (watch, _) in &self.0 {
            watch.give_up();
        }
        for (_, thread) in self.0.drain(..) {
            // One that failed has posted nothing, and has nothing more to say.
            let _ = thread.join();
        }
    }
}

/// The register's desk and this device, as a job finds them.
struct Workbench {
    desk: Arc<Desk>,
}

fn stopped() -> Message {
    message!("The register has stopped. Start it again.")
}

impl Bench for Workbench {
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Register) -> T + Send + 'static) -> Result<T, Message> {
        self.desk.ask(question).map_err(|_| stopped())
    }

    fn archive(&self, span: Span, wanted: &dyn Fn() -> bool, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Failed> {
        match self.desk.archive_while(span, wanted, progress) {
            Ok(_) => Ok(()),
            Err(DeskArchiveError::Left | DeskArchiveError::Turned) => Err(Failed::Left),
            Err(DeskArchiveError::Register(error)) => Err(error.into()),
            Err(DeskArchiveError::Closed(_)) => Err(Failed::Why(stopped())),
        }
    }

    fn kit(
        &self,
        by: &str,
        to: &Path,
        asked: Asked,
        wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, Failed> {
        let made = kit::with_tools(|tools| self.desk.inspection_kit_while(by, to, asked, tools, wanted, progress));
        match made.map_err(RegisterError::from)? {
            Ok(kit) => Ok(kit),
            Err(DeskKitError::Left | DeskKitError::Archive(DeskArchiveError::Left)) => Err(Failed::Left),
            Err(error) => Err(Failed::Why(error.message())),
        }
    }

    fn places(&self) -> Vec<Destination> {
        let mut places: Vec<Destination> = sticks();
        let own = platform::documents();
        let name = own.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        places.push(Destination { name, path: own, removable: false });
        places
    }
}

/// The media that are plugged in and mounted, where systems mount them.
fn sticks() -> Vec<Destination> {
    let user = std::env::var_os("USER").unwrap_or_default();
    let roots = [Path::new("/run/media").join(&user), Path::new("/media").join(&user), PathBuf::from("/Volumes")];
    let mut sticks = Vec::new();
    for root in roots {
        let Ok(entries) = std::fs::read_dir(root) else { continue };
        for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            sticks.push(Destination { name, path: entry.path(), removable: true });
        }
    }
    sticks.sort_by(|one, other| one.name.cmp(&other.name));
    sticks
}

#[cfg(test)]
mod tests;
