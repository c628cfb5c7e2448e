//! Tills that hold the line until something changes in their store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::feed::Scope;

/// How long a line is held.
const WAIT: Duration = Duration::from_secs(25);

/// Where the tills of a store wait.
#[derive(Debug, Default)]
pub(crate) struct Room {
    changed: Notify,
    /// When one of them looked last whether somebody beside this program has written.
    looked: Mutex<Option<Instant>>,
}

impl Room {
    /// What is heard when something changes.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Wakes whoever waits here.
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }

    /// Whether it falls to the caller to look: one of them does so for all, each `every`.
    pub(crate) fn falls_to_me(&self, every: Duration) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = looked.is_none_or(|looked| looked.elapsed() >= every);
        if is_due {
            *looked = Some(Instant::now());
        }
        is_due
    }
}

/// Who waits, by store, and whether the office stops.
#[derive(Debug)]
pub(crate) struct Waiting {
    stores: Mutex<HashMap<Scope, Arc<Room>>>,
    longest: Duration,
    stopping: watch::Sender<bool>,
}

impl Default for Waiting {
    fn default() -> Waiting {
        Waiting::holding_for(WAIT)
    }
}

impl Waiting {
    /// Nobody waits yet, and nobody will for longer than this.
    pub(crate) fn holding_for(longest: Duration) -> Waiting {
        Waiting { stores: Mutex::default(), longest, stopping: watch::Sender::new(false) }
    }

    /// How long a line is held.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    /// Where the tills of a store wait.
    pub(crate) fn at(&self, scope: &Scope) -> Arc<Room> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(scope.clone()).or_default())
    }

    /// Wakes whoever waits for something to change in a store.
    pub(crate) fn wake(&self, scope: &Scope) {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = stores.get(scope) {
            room.wake();
        }
    }

    /// Wakes whoever waits for something to change in any store of a merchant.
    pub(crate) fn wake_all_of(&self, merchant: &str) {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.iter().filter(|(scope, _)| scope.merchant == merchant).for_each(|(_, room)| room.wake());
    }

    /// Lets nobody wait any more.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// What is heard when nobody is to wait any more.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}
