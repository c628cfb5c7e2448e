//! A till of the storm: the register at its desk, who sells baskets, and the task that brings its journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use comptoir_core::catalogue::Catalogue;
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::{Desk, Register};
use comptoir_fiscal::entry::{Body, Event};
use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::enrol;
use comptoir_sync::http::Http;
use comptoir_sync::link::EnrolmentLink;
use comptoir_sync::task::{self, State};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::Result;
use crate::replay::{self, RetailBasket, Summary};
use crate::sample;

/// Events that cast doubt on the journal or on the back office.
const SUSPICIONS: [u32; 3] = [911, 912, 916];

/// A till that is open.
pub struct Till {
    desk: Arc<Desk>,
    clock: SetClock,
    /// Its journal.
    pub register: RegisterId,
    ring: Arc<Notify>,
    stop: watch::Sender<bool>,
    following: Option<JoinHandle<()>>,
    state: Arc<Mutex<State>>,
    failures: Arc<AtomicU64>,
}

/// What a journal says of the sums of a store: tickets and cents, by day.
pub type Days = BTreeMap<i64, (i64, i64)>;

impl Till {
    /// Founds a till, enrolled by a link.
    pub async fn found(folder: &Path, label: &str, catalogue: Catalogue, at: i64, link: EnrolmentLink) -> Result<Till> {
        let clock = SetClock::at(at);
        let mut founding = sample::founding(catalogue, label, "Etc/UTC")?;
        founding.label = label.to_owned();
        let platform = sample::platform(clock.clone());
        let register = Register::found(DataFolder::of_sample(folder), founding, platform)?;
        let desk = Arc::new(Desk::start(register)?);
        let asked = link.clone();
        let request = desk.ask(move |register| enrol::ask(register, &asked))??;
        let response = Http::along(&link)?.carry(request).await?;
        desk.ask(move |register| enrol::answered(register, &link, &response))??;
        let register = desk.ask(|register| register.id())?;
        let (stop, _) = watch::channel(false);
        let till = Till {
            desk,
            clock,
            register,
            ring: Arc::default(),
            stop,
            following: None,
            state: Arc::default(),
            failures: Arc::default(),
        };
        Ok(till)
    }

    /// Brings its journal from now on.
    pub fn follow(&mut self) {
        let (state, failures) = (self.state.clone(), self.failures.clone());
        let heard = move |now: &State, _| {
            if matches!(now, State::OutOfReach(_) | State::Trouble(_)) {
                failures.fetch_add(1, Ordering::SeqCst);
            }
            *state.lock().unwrap_or_else(PoisonError::into_inner) = now.clone();
        };
        let follow = task::follow(self.desk.clone(), self.ring.clone(), self.stop.subscribe(), heard);
        self.following = Some(tokio::spawn(follow));
    }

    /// Sells baskets, one after the other with a pause in between; on its own thread, as a shop does.
    pub fn sell(&self, baskets: Vec<RetailBasket>, pause: Duration) -> std::thread::JoinHandle<Result<Summary>> {
        let (desk, clock, ring) = (self.desk.clone(), self.clock.clone(), self.ring.clone());
        std::thread::spawn(move || {
            let mut all = Summary::default();
            for basket in baskets {
                let clock = clock.clone();
                all = desk.ask(move |register| {
                    let mut all = all;
                    replay::sell(register, &clock, &basket, &mut all).map(|()| all)
                })??;
                ring.notify_one();
                std::thread::sleep(pause);
            }
            Ok(all)
        })
    }

    /// Knocks at once.
    pub fn ring(&self) {
        self.ring.notify_one();
    }

    /// Whether all that is sealed is acknowledged and countersigned.
    pub fn is_in_step(&self) -> Result<bool> {
        let is_quiet = *self.state.lock().unwrap_or_else(PoisonError::into_inner) == State::InStep;
        let waiting = self.desk.ask(|register| register.in_touch())??.map(|in_touch| in_touch.waiting);
        Ok(is_quiet && waiting == Some(0))
    }

    /// How it stands, for whoever looks why it is not in step.
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often the back office was out of reach or refused.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::SeqCst)
    }

    /// Its sealed lines.
    pub fn lines(&self) -> Result<Vec<u8>> {
        let lines = self.desk.ask(|register| register.journal().lines(0, register.journal().standing().size()))??;
        Ok(lines.concat())
    }

    /// What its own tickets come to by day, and the events that cast doubt.
    pub fn days_and_suspicions(&self) -> Result<(Days, Vec<Event>)> {
        let read = self.desk.ask(|register| {
            let (mut days, mut suspicions) = (Days::new(), Vec::new());
            register.journal().entries_from(0, |entry| {
                match &entry.body {
                    Body::Ticket(ticket) => {
                        let epoch = chrono::NaiveDate::default();
                        let day = ticket.business_date.0.signed_duration_since(epoch).num_days();
                        let sums = days.entry(day).or_default();
                        *sums = (sums.0 + 1, sums.1 + ticket.totals.ttc.get());
                    }
                    Body::Event(event) if SUSPICIONS.contains(&event.code) => suspicions.push(event.clone()),
                    _ => {}
                }
                Ok::<(), OpenError>(())
            })?;
            Ok::<_, OpenError>((days, suspicions))
        })??;
        Ok(read)
    }

    /// Ends the task and the register in order; where its journal lies.
    pub async fn close(mut self) -> Result<PathBuf> {
        let journal = self.desk.ask(|register| register.journal().places().database())?;
        self.stop.send_replace(true);
        if let Some(following) = self.following.take() {
            following.await?;
        }
        let desk = Arc::into_inner(self.desk).ok_or("somebody is still at the desk")?;
        desk.close()?;
        Ok(journal)
    }
}
