//! The till's way to its back office: enrolled by a link, then followed on a thread of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use comptoir_core::register::{Desk, RegisterError};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_sync::enrol::{self, EnrolError};
use comptoir_sync::http::Http;
use comptoir_sync::link::EnrolmentLink;
use comptoir_sync::message::Enrolled;
use comptoir_sync::task::{self, State};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};

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
