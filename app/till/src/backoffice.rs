//! The till's way to its back office: enrolled by a link, then followed on a thread of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::register::{Desk, Offer, Platform, Register, RegisterError};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_sync::enrol::{self, EnrolError};
use comptoir_sync::http::{Http, Unreachable};
use comptoir_sync::link::EnrolmentLink;
use comptoir_sync::message::Enrolled;
use comptoir_sync::restore::{self, RestoreError};
use comptoir_sync::task::{self, State};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};

/// The file of what the shop had edited.
const EDITED: &str = "shop.db";

/// Follows sales and the network beside the register, until it goes.
pub struct Follower {
    ring: Arc<Notify>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts following; `heard` is told on its thread whenever something changes, and by how many seconds this device's clock
    /// is ahead of the back office's (0 where that is worth no word).
    pub fn start(desk: Arc<Desk>, heard: impl FnMut(&State, i64) + Send + 'static) -> std::io::Result<Follower> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let ring = Arc::new(Notify::new());
        let (stop, stopped) = watch::channel(false);
        let rung = ring.clone();
        let thread = std::thread::Builder::new().name("back office".to_owned()).spawn(move || {
            runtime.block_on(task::follow(desk, rung, stopped, heard));
        })?;
        Ok(Follower { ring, stop, thread: Some(thread) })
    }

    /// Says that something may have been sealed, or that the network may be back.
    pub fn ring(&self) {
        self.ring.notify_one();
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Where the thread has ended already, nobody hears it.
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A runtime for one conversation.
pub fn runtime() -> Result<Runtime, Message> {
    let refused = |error: std::io::Error| message!("The system refused: {why}. Try again.", why = error.to_string());
    Builder::new_current_thread().enable_all().build().map_err(refused)
}

/// What the back office gives a new device: nothing is made of it yet.
pub struct Newcomer {
    /// What it is to be.
    pub offer: Offer,
    edited: TempDir,
}

/// Asks the back office what a new device is to be.
pub fn ask_for_place(link: &EnrolmentLink) -> Result<Newcomer, Message> {
    let refused = |error: std::io::Error| message!("The system refused: {why}. Try again.", why = error.to_string());
    let edited = tempfile::tempdir().map_err(refused)?;
    let http = Http::along(link).map_err(|error| error.message())?;
    let fetched = runtime()?.block_on(restore::fetch(&http, link, &edited.path().join(EDITED)));
    let offer = fetched.map_err(|error| match error {
        RestoreError::Unreachable(Unreachable::Network(_)) => {
            message!("The back office does not answer. Look whether this device has a network, and try again.")
        }
        error => error.message(),
    })?;
    Ok(Newcomer { offer, edited })
}

/// Opens a till in a new folder, in the place of a lost one or as one more of its store. It can sell, and is to be enrolled by
/// the same link, which revokes a lost device; then what that had sold arrives behind it.
pub fn open_as(folder: DataFolder, newcomer: &Newcomer, platform: Platform) -> Result<Register, RegisterError> {
    let shop = newcomer.edited.path().join(EDITED);
    match &newcomer.offer {
        Offer::Replace(lost) => Register::replace(folder, &shop, lost, platform),
        Offer::Join(settings) => Register::join(folder, &shop, settings, platform),
    }
}

/// Enrols a till by a link, and waits until it is.
pub fn enrol(desk: &Arc<Desk>, link: &EnrolmentLink) -> Result<Enrolled, Message> {
    let stopped = |_| message!("The register has stopped. Start it again.");
    let said = |error: EnrolError| error.message();
    let asked = link.clone();
    let request = desk.ask(move |register| enrol::ask(register, &asked)).map_err(stopped)?.map_err(said)?;
    let http = Http::along(link).map_err(|error| error.message())?;
    let response = runtime()?.block_on(http.carry(request)).map_err(|error| error.message())?;
    let link = link.clone();
    let enrolled = desk.ask(move |register| {
        let enrolled = enrol::answered(register, &link, &response)?;
        register.settle().map_err(|error: RegisterError| EnrolError::from(error))?;
        Ok(enrolled)
    });
    enrolled.map_err(stopped)?.map_err(said)
}
