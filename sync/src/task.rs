//! The task that follows sales and the network by itself: it tells the back office what was sealed, at once where it can,
//! and tries again for as long as it cannot. It asks the register in short questions, so that no sale waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use comptoir_core::arriving::{self, ArrivingError};
use comptoir_core::register::{Arrival, BackOffice, Desk, DeskClosed, Register, RegisterError};
use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::values::{Hash, RegisterId};
use tokio::sync::{Notify, watch};

use crate::edited;
use crate::enrol;
use crate::http::{Http, Unreachable};
use crate::message::Refused;
use crate::past::{NextPast, Past};
use crate::push::{Heard, Next, Push, Trouble};
use crate::request::{self, Method, Request, Response};
use crate::share::{Share, Shared};

/// The shortest and the longest wait after a failure.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(300)];
/// How many pieces of what a lost till had sold come before what the store's tills share: today's customers do not wait behind a
/// catalogue.
const PIECES_FIRST: u32 = 2;
/// How often it is looked whether the shop has edited something.
const EDITED: Duration = Duration::from_secs(600);
/// How long it rests where nothing is to be sent, and nothing rings.
const REST: Duration = Duration::from_secs(60);
/// How long after an answer it is waited again for something to change, where nothing had.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// The same where the back office cannot be reached, or has nothing for this till.
const LISTEN_LATER: Duration = Duration::from_secs(20);

/// How the till stands with its back office, as far as the task has heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// The till is enrolled with none, or is in school mode.
    #[default]
    Alone,
    /// Everything has arrived.
    InStep,
    /// Everything has arrived, and the till was revoked: nothing more is to be sold with it.
    Revoked,
    /// Something is on its way.
    Sending,
    /// The back office cannot be reached; it is tried again.
    OutOfReach(Message),
    /// The back office refuses, or shows what cannot be; somebody must look after it.
    Trouble(Message),
    /// The back office held more of the journal than the till: it was put back to an earlier state. It is left as it is,
    /// and the till sells on in a new one.
    PutBack,
}

/// What one attempt came to.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The register's thread has ended.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
    /// The register could not read or keep something.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// No answer came.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Whoever follows is to stop.
    #[error("stopped before the answer came")]
    Stopped,
}

/// Brings all that is sealed to the back office, once. `heard` is told of each step.
pub async fn bring(desk: &Arc<Desk>, heard: &mut (dyn FnMut(&State) + Send)) -> Result<State, SyncError> {
    let mut road = Road::default();
    loop {
        let state = bring_over(desk, &mut road, heard).await?;
        if !matches!(state, State::InStep) || !road.has_more_to_say() {
            return Ok(state);
        }
    }
}

/// The way to the back office, kept from one time to the next, so that a sale costs no new connection.
#[derive(Debug)]
struct Road {
    /// Changes once no answer is to be waited for any more. What is asked of the register is waited for in any case, so that
    /// nobody is at the desk when it has stopped.
    stop: Option<watch::Receiver<bool>>,
    known: Option<(BackOffice, Http)>,
    /// Whether the back office is to be asked even where nothing is to be sent, so that the till hears of what became of it:
    /// the first time, and after each rest. What rings in between asks nobody for nothing.
    asks: bool,
    /// What the last conversation came to.
    ended: State,
    /// Whether it is to be asked what was changed elsewhere: the first time, after each rest, and when something was.
    shares: bool,
    /// The conversation about that, where it is not at its end.
    sharing: Option<Share>,
    /// The conversation about what was sold before a device was lost; none where all of it is here.
    past: Option<Past>,
    /// How many pieces of that have come.
    pieces: u32,
    /// Whether something came of either since it was last told.
    has_taken: bool,
    /// Which edition of what the shop has edited was brought, and when that was looked at.
    edited: Option<Hash>,
    edited_at: Option<Instant>,
    /// By how many seconds this device's clock is ahead of the back office's, as [`crate::request::Response::ahead`] tells.
    ahead: i64,
}

impl Default for Road {
    fn default() -> Road {
        Road {
            stop: None,
            known: None,
            asks: true,
            ended: State::InStep,
            shares: true,
            sharing: None,
            past: Some(Past::default()),
            pieces: 0,
            has_taken: false,
            edited: None,
            edited_at: None,
            ahead: 0,
        }
    }
}

impl Road {
    /// Whether there is more to say at once.
    fn has_more_to_say(&self) -> bool {
        self.sharing.is_some() || self.past.is_some()
    }

    /// Whether what was sold on a lost device comes before what is shared.
    fn is_past_first(&self) -> bool {
        self.past.is_some() && self.pieces < PIECES_FIRST
    }

    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }

    /// Carries a request, unless it is to stop first.
    async fn carry(&mut self, http: &Http, request: Request) -> Result<Response, SyncError> {
        let Some(stop) = &mut self.stop else { return Ok(http.carry(request).await?) };
        tokio::select! {
            response = http.carry(request) => Ok(response?),
            _ = stop.wait_for(|stop| *stop) => Err(SyncError::Stopped),
        }
    }

    fn to(&mut self, back_office: BackOffice) -> Result<Http, Unreachable> {
        match &self.known {
            Some((known, http)) if *known == back_office => Ok(http.clone()),
            _ => {
                let http = Http::to(&back_office)?;
                self.known = Some((back_office, http.clone()));
                Ok(http)
            }
        }
    }
}

async fn bring_over(
    desk: &Arc<Desk>,
    road: &mut Road,
    heard: &mut (dyn FnMut(&State) + Send),
) -> Result<State, SyncError> {
    let state = bring_lines(desk, road, heard).await?;
    road.ended = state.clone();
    if !matches!(state, State::InStep) {
        return Ok(state);
    }
    let mut trouble = None;
    if road.is_past_first() {
        trouble = fetch_past(desk, road).await?;
    }
    if trouble.is_none() && !road.is_past_first() {
        trouble = share(desk, road).await?;
        if trouble.is_none() {
            bring_edited(desk, road).await?;
        }
        if trouble.is_none() && road.sharing.is_none() {
            trouble = fetch_past(desk, road).await?;
        }
    }
    Ok(match trouble {
        None => state,
        Some(trouble @ Trouble::Refused(Refused::Busy)) => State::OutOfReach(trouble.message()),
        Some(trouble) => State::Trouble(trouble.message()),
    })
}

/// Fetches a piece of what was sold before the device was lost whose place this one took, or finishes it; why not now.
async fn fetch_past(desk: &Arc<Desk>, road: &mut Road) -> Result<Option<Trouble>, SyncError> {
    if road.past.is_none() {
        return Ok(None);
    }
    let Some((back_office, _)) = ask(desk, enrolment).await? else { return Ok(None) };
    // Where it goes wrong, another conversation begins later.
    let mut past = road.past.replace(Past::default()).unwrap_or_default();
    let next = loop {
        if road.is_stopped() {
            return Err(SyncError::Stopped);
        }
        let (next, after) = ask(desk, move |till| (past.next(till), past)).await?;
        past = after;
        match next? {
            NextPast::GoOn => road.has_taken = true,
            next => break next,
        }
    };
    let trouble = match next {
        NextPast::Say(request) => {
            let http = road.to(back_office)?;
            let response = road.carry(&http, request).await?;
            let (trouble, after) = ask(desk, move |till| (past.answered(till, &response), past)).await?;
            past = after;
            road.pieces += u32::from(trouble.is_none());
            trouble
        }
        NextPast::Finish(arrival) => {
            finish_past(desk, arrival, road.stop.clone()).await?;
            None
        }
        NextPast::Later(trouble) => Some(trouble),
        NextPast::GoOn => None,
        NextPast::Whole => {
            road.past = None;
            return Ok(None);
        }
    };
    road.past = Some(past);
    match trouble {
        // An older back office has none to give: what was sold before stays with it.
        Some(Trouble::Refused(Refused::Malformed { .. } | Refused::NothingToRestore)) => {
            road.past = None;
            Ok(None)
        }
        trouble => Ok(trouble),
    }
}

/// Writes a journal that has arrived, and makes it one of the till's where it is the one that the lost device had signed.
async fn finish_past(desk: &Arc<Desk>, arrival: Arrival, stop: Option<watch::Receiver<bool>>) -> Result<(), SyncError> {
    let Arrival::Finish { from, awaited, to } = arrival else { return Ok(()) };
    let (wanted, asks) = (Arc::new(AtomicBool::new(true)), (from, awaited.clone(), to.clone()));
    let given_up = wanted.clone();
    let mut writing = tokio::task::spawn_blocking(move || {
        let (from, awaited, to) = asks;
        arriving::finish(&from, &awaited, &to, &|| wanted.load(Ordering::Relaxed))
    });
    let stopped = async {
        match stop {
            Some(mut stop) => drop(stop.wait_for(|stop| *stop).await),
            None => std::future::pending().await,
        }
    };
    let written = tokio::select! {
        written = &mut writing => written,
        () = stopped => {
            // Whoever stops does not wait for the end of a large journal.
            given_up.store(false, Ordering::Relaxed);
            let _ = writing.await;
            return Err(SyncError::Stopped);
        }
    };
    match written.unwrap_or(Err(ArrivingError::GivenUp)) {
        Ok(()) => ask(desk, move |till| till.adopt(&awaited, &to)).await??,
        Err(ArrivingError::OtherJournal) => ask(desk, move |till| till.disown(&awaited)).await??,
        Err(error) => return Err(RegisterError::from(error).into()),
    }
    Ok(())
}

/// Sends some of what was edited here, or takes in some of what was edited elsewhere; why not now. One request at a time, as
/// what is sealed meanwhile goes first.
async fn share(desk: &Arc<Desk>, road: &mut Road) -> Result<Option<Trouble>, SyncError> {
    let edits = ask(desk, Register::has_edits_to_send).await??;
    if !road.shares && !edits && road.sharing.is_none() {
        return Ok(None);
    }
    let Some((back_office, _)) = ask(desk, enrolment).await? else { return Ok(None) };
    let http = road.to(back_office)?;
    let mut share = road.sharing.take().unwrap_or_default();
    let (next, mut share) = ask(desk, move |till| (share.next(till), share)).await?;
    let request = match next? {
        Next::Say(request) => request,
        Next::GoOn | Next::Rest => {
            road.shares = false;
            road.has_taken |= share.has_taken();
            return Ok(None);
        }
    };
    let response = road.carry(&http, request).await?;
    let (outcome, share) = ask(desk, move |till| (share.answered(till, &response), share)).await?;
    match outcome? {
        Shared::GoOn => {
            road.sharing = Some(share);
            Ok(None)
        }
        // Another journal took this one's place meanwhile, or the back office is an older one: the catalogue waits, and the
        // journal has arrived.
        Shared::Later(Trouble::Refused(Refused::UnknownRegister | Refused::Malformed { .. })) => {
            road.shares = false;
            Ok(None)
        }
        Shared::Later(trouble) => Ok(Some(trouble)),
    }
}

/// Waits, on a connection of its own, for something to change elsewhere, and rings then, so that a price arrives within a
/// second.
async fn listen(desk: Arc<Desk>, changed: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut road = Road::default();
    let mut share = Share::default();
    loop {
        let heard = listen_once(&desk, &mut road, &mut share, &mut stop).await;
        let wait = match heard {
            Ok(Some(is_changed)) => {
                if is_changed {
                    changed.notify_one();
                }
                LISTEN_AGAIN
            }
            Ok(None) | Err(SyncError::Unreachable(_) | SyncError::Register(_)) => LISTEN_LATER,
            Err(SyncError::Closed(_) | SyncError::Stopped) => return,
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Whether something has changed; none where the till shares nothing, is refused, or stops. What is asked of the register
/// is waited for in any case, so that nobody is at the desk any more when this has ended.
async fn listen_once(
    desk: &Arc<Desk>,
    road: &mut Road,
    share: &mut Share,
    stop: &mut watch::Receiver<bool>,
) -> Result<Option<bool>, SyncError> {
    let Some((back_office, register)) = ask(desk, enrolment).await? else { return Ok(None) };
    if back_office.register != register {
        return Ok(None);
    }
    let http = road.to(back_office)?;
    let mut asking = std::mem::take(share);
    let (request, mut asking) = ask(desk, move |till| (asking.wait(till), asking)).await?;
    let Some(request) = request? else { return Ok(None) };
    let response = tokio::select! {
        response = http.carry(request) => response?,
        _ = stop.wait_for(|stop| *stop) => return Ok(None),
    };
    let is_answer = response.status == 200;
    let (heard, after) = ask(desk, move |till| (asking.waited(till, &response), asking)).await?;
    *share = after;
    Ok(heard?.then_some(true).or(is_answer.then_some(false)))
}

async fn bring_lines(
    desk: &Arc<Desk>,
    road: &mut Road,
    heard: &mut (dyn FnMut(&State) + Send),
) -> Result<State, SyncError> {
    let Some((back_office, register)) = ask(desk, enrolment).await? else { return Ok(State::Alone) };
    let is_enrolled = back_office.register == register;
    let http = road.to(back_office)?;
    if !is_enrolled && let Some(refused) = vouch(desk, road, &http).await? {
        return Ok(State::Trouble(refused.message()));
    }
    let waits = ask(desk, |register| register.in_touch().map(|in_touch| in_touch.is_some_and(|one| one.waiting > 0)));
    if !std::mem::take(&mut road.asks) && is_enrolled && !waits.await?? {
        return Ok(road.ended.clone());
    }
    let mut push = Push::default();
    loop {
        let (next, after, sent) = ask(desk, move |till| {
            let next = if till.id() == register { push.next(till) } else { Ok(Next::Rest) };
            (next, push, till.now().unix())
        })
        .await?;
        push = after;
        let request = match next? {
            Next::GoOn => continue,
            Next::Rest if push.is_revoked() => return Ok(State::Revoked),
            Next::Rest => return Ok(State::InStep),
            Next::Say(request) => request,
        };
        heard(&State::Sending);
        let response = road.carry(&http, request).await?;
        let (outcome, after, ahead) = ask(desk, move |till| {
            let ahead = response.ahead(sent, till.now().unix());
            // In school mode meanwhile, or another journal: what was answered is asked again later.
            let heard = if till.id() == register { push.answered(till, &response) } else { Ok(Heard::GoOn) };
            (heard, push, ahead)
        })
        .await?;
        push = after;
        road.ahead = ahead.unwrap_or(road.ahead);
        match outcome? {
            Heard::GoOn => {}
            Heard::Later(trouble @ Trouble::Refused(Refused::Busy)) => {
                return Ok(State::OutOfReach(trouble.message()));
            }
            Heard::Later(trouble) => return Ok(State::Trouble(trouble.message())),
            Heard::PutBack(checkpoint) => return put_back(desk, *checkpoint).await,
        }
    }
}

/// Brings a copy of what the shop has edited, where it has changed: what a new device is given on the day that this one is
/// lost. Looked at rarely, and read beside the register.
async fn bring_edited(desk: &Arc<Desk>, road: &mut Road) -> Result<(), SyncError> {
    if road.edited_at.is_some_and(|at| at.elapsed() < EDITED) {
        return Ok(());
    }
    let Some((back_office, register)) = ask(desk, enrolment).await? else { return Ok(()) };
    let shop = ask(desk, |register| register.folder().shop()).await?;
    let known = road.edited;
    let packed = tokio::task::spawn_blocking(move || edited::pack(&shop, known)).await;
    let packed = packed.unwrap_or(Ok(None))?;
    road.edited_at = Some(Instant::now());
    let Some((edition, body)) = packed else { return Ok(()) };
    let http = road.to(back_office)?;
    let mut offset = 0;
    for _ in 0..2 {
        let (sent, path) = (body.clone(), format!("/v1/registers/{register}/shop"));
        let request = ask(desk, move |till| -> Result<(Request, u64), RegisterError> {
            let time = u64::try_from(till.now().unix()).unwrap_or_default().saturating_add_signed(offset);
            let nonce = *till.new_command()?.uuid().as_bytes();
            let own = (register, till.journal().key());
            Ok((request::sign((Method::Post, path), sent, None, own, time, nonce), time))
        });
        let (request, time) = request.await??;
        let response = road.carry(&http, request).await?;
        match serde_json::from_slice(&response.body) {
            Ok(Refused::Clock { time: there }) => {
                offset += i64::try_from(i128::from(there) - i128::from(time)).unwrap_or_default();
            }
            // What is refused is tried again with the next change: no sale hangs on it.
            _ => break,
        }
    }
    road.edited = Some(edition);
    Ok(())
}

/// Lets the journal that was enrolled vouch for the one that took its place on this device; why it was refused.
async fn vouch(desk: &Arc<Desk>, road: &mut Road, http: &Http) -> Result<Option<Refused>, SyncError> {
    let mut offset = 0;
    // The second time by the back office's clock, where the device's is wrong.
    for _ in 0..2 {
        let asked = ask(desk, move |register| {
            let time = u64::try_from(register.now().unix()).unwrap_or_default().saturating_add_signed(offset);
            enrol::vouch(register, time).map(|request| (request, time))
        });
        let (Some(request), time) = asked.await?? else { return Ok(Some(Refused::UnknownRegister)) };
        let response = road.carry(http, request).await?;
        if response.status == 200 {
            ask(desk, Register::vouched_for).await??;
            return Ok(None);
        }
        match serde_json::from_slice(&response.body) {
            Ok(Refused::Clock { time: there }) => {
                offset += i64::try_from(i128::from(there) - i128::from(time)).unwrap_or_default();
            }
            Ok(refused) => return Ok(Some(refused)),
            Err(_) => return Ok(Some(Refused::Busy)),
        }
    }
    Ok(Some(Refused::NotSigned))
}

/// The journal was put back to an earlier state: it is left as it is, and the till sells on in a new one (event 911).
async fn put_back(desk: &Arc<Desk>, checkpoint: Checkpoint) -> Result<State, SyncError> {
    let (asked, text) = (desk.clone(), checkpoint.to_string());
    let weighed = tokio::task::spawn_blocking(move || asked.show_of_back_office(&text)).await;
    match weighed.unwrap_or(Err(DeskClosed))? {
        Ok(_) => Ok(State::PutBack),
        Err(refusal) => Ok(State::Trouble(refusal.message())),
    }
}

/// Follows sales and the network until `stop` changes. `ring` wakes it at once: something was sealed, or the network is
/// back. `heard` is told whenever the state changes, or the clocks come apart: by how many seconds this device's is ahead, 0
/// where that is worth no word.
pub async fn follow(
    desk: Arc<Desk>,
    ring: Arc<Notify>,
    stop: watch::Receiver<bool>,
    heard: impl FnMut(&State, i64) + Send,
) {
    let changed = Arc::new(Notify::new());
    let (done, over) = watch::channel(false);
    let listening = tokio::spawn(listen(desk.clone(), changed.clone(), over));
    follow_on(&desk, &ring, &changed, stop, heard).await;
    let _ = done.send(true);
    // A panic has been told where it happened.
    let _ = listening.await;
}

async fn follow_on(
    desk: &Arc<Desk>,
    ring: &Notify,
    changed: &Notify,
    mut stop: watch::Receiver<bool>,
    mut heard: impl FnMut(&State, i64) + Send,
) {
    let mut failures = 0u32;
    let mut last = State::default();
    let mut road = Road { stop: Some(stop.clone()), ..Road::default() };
    let mut ahead = 0;
    loop {
        let mut tell = |state: &State| {
            if *state != last {
                last = state.clone();
                heard(state, ahead);
            }
        };
        let state = match bring_over(desk, &mut road, &mut tell).await {
            Ok(state) => state,
            Err(SyncError::Closed(_) | SyncError::Stopped) => return,
            Err(SyncError::Unreachable(unreachable @ Unreachable::Network(_))) => {
                State::OutOfReach(unreachable.message())
            }
            Err(SyncError::Unreachable(unreachable)) => State::Trouble(unreachable.message()),
            Err(SyncError::Register(error)) => State::Trouble(error.message()),
        };
        tell(&state);
        // A second more or less is no news.
        let is_news = (ahead == 0) != (road.ahead == 0) || ahead.abs_diff(road.ahead) > 5;
        if is_news {
            ahead = road.ahead;
        }
        if std::mem::take(&mut road.has_taken) || is_news {
            // Whoever shows the catalogue looks again.
            heard(&state, ahead);
        }
        if ask(desk, |register: &mut Register| register.watch_offline_time().map(drop)).await.is_err() {
            return;
        }
        let wait = match state {
            // There is more to say at once, and nothing to wait for.
            State::InStep if road.has_more_to_say() => {
                failures = 0;
                continue;
            }
            State::InStep | State::Revoked | State::Alone | State::Sending => {
                failures = 0;
                REST
            }
            // In the journal that took its place there is more to say at once.
            State::PutBack => WAITS[0],
            State::OutOfReach(_) | State::Trouble(_) => {
                failures = failures.saturating_add(1);
                back_off(failures, desk).await
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => (road.asks, road.shares) = (true, true),
            () = changed.notified() => road.shares = true,
            // What is sealed while the back office is out of reach is no reason to knock more often than once a second.
            () = async {
                if failures > 0 { tokio::time::sleep(WAITS[0]).await; }
                ring.notified().await;
            } => {}
            _ = stop.changed() => return,
        }
    }
}

/// 1 s after the first failure, twice as long after each further one, up to 5 minutes; up to half of it less by chance,
/// so that the tills of a shop whose network returns do not all knock at once.
async fn back_off(failures: u32, desk: &Arc<Desk>) -> Duration {
    let whole = WAITS[0].saturating_mul(1 << (failures - 1).min(16)).min(WAITS[1]);
    let random = ask(desk, |register: &mut Register| register.new_command().map(|id| id.uuid().as_bytes()[15])).await;
    let chance = f64::from(random.ok().and_then(Result::ok).unwrap_or_default()) / 512.0;
    whole.mul_f64(1.0 - chance)
}

/// Where the till is enrolled, and which journal it seals into; none in school mode.
fn enrolment(register: &mut Register) -> Option<(BackOffice, RegisterId)> {
    (register.mode() == Mode::Live).then(|| register.back_office().cloned().zip(Some(register.id()))).flatten()
}

/// Asks the register without holding up whatever else runs here.
async fn ask<T: Send + 'static>(
    desk: &Arc<Desk>,
    question: impl FnOnce(&mut Register) -> T + Send + 'static,
) -> Result<T, DeskClosed> {
    let desk = desk.clone();
    tokio::task::spawn_blocking(move || desk.ask(question)).await.unwrap_or(Err(DeskClosed))
}
