//! Tills that hold the line until something changes in their store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use super::feed::Scope;

/// Who waits, by store, and whether the office stops.
#[derive(Debug)]
pub(crate) struct Waiting {
    stores: Mutex<HashMap<Scope, Arc<Notify>>>,
    stopping: watch::Sender<bool>,
}

impl Default for Waiting {
    fn default() -> Waiting {
        Waiting { stores: Mutex::default(), stopping: watch::Sender::new(false) }
    }
}

impl Waiting {
    /// What is heard when something changes in a store.
    pub(crate) fn at(&self, scope: &Scope) -> Arc<Notify> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(scope.clone()).or_default())
    }

    /// Wakes whoever waits for something to change in a store.
    pub(crate) fn wake(&self, scope: &Scope) {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = stores.get(scope) {
            waiting.notify_waiters();
        }
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
