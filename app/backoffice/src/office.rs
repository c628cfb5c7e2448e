//! What the back office answers to a register, whatever carries the request: HTTP in a shop, memory in a simulation.

use std::sync::Arc;
use std::time::Instant;

use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::enrol;
use comptoir_sync::link::Code;
use comptoir_sync::meeting::{self, Introduced};
use comptoir_sync::message::{Enrol, Refused, Succeed};
use comptoir_sync::request::{self, CLOCK_SECONDS, Request, Response, Signed};
use comptoir_sync::restore;
use serde::Serialize;

use crate::edited;
use crate::enrolment::Asking;
use crate::gzip::{packed, unpacked};
use crate::journals::{Piece, Prepared, Registered};
use crate::merchants;
use crate::metrics::Metrics;
use crate::newcomers;
use crate::shared::{self, After, Waiting};
use crate::store::{Store, StoreError, Tx};
use crate::witness::WitnessKey;

/// The largest body that is taken, as it is carried: a piece of lines, and room to spare.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// The largest piece that is taken, unpacked: 1 MiB of lines, or one line that is longer alone.
const PIECE_BYTES_MAX: u64 = 16 << 20;
/// The largest copy of what a shop has edited, as it is carried.
pub const EDITED_BYTES_MAX: usize = 128 << 20;
/// Where a new device asks for what it begins with.
pub const NEW: &str = "/v1/new/";
/// How many lines are taken at once.
const PIECE_LINES_MAX: usize = 1000;

/// The back office: its database, its witness, and the tills that wait for something to change.
#[derive(Clone)]
pub struct Office {
    store: Store,
    witness: Arc<WitnessKey>,
    waiting: Arc<Waiting>,
    metrics: Arc<Metrics>,
}

/// What a path asks for.
enum Asked {
    Head(RegisterId),
    Entries(RegisterId, u64),
    Successor(RegisterId),
    Shop(RegisterId),
    Changes(RegisterId, After),
    Wait(RegisterId, After),
    Edits(RegisterId),
    /// Lines of another journal, before an entry.
    Past(RegisterId, RegisterId, u64),
}

impl Asked {
    /// By whom.
    fn register(&self) -> RegisterId {
        match self {
            Asked::Head(register)
            | Asked::Entries(register, _)
            | Asked::Successor(register)
            | Asked::Shop(register)
            | Asked::Changes(register, _)
            | Asked::Wait(register, _)
            | Asked::Edits(register)
            | Asked::Past(register, ..) => *register,
        }
    }
}

/// Why there is no answer of the expected kind.
#[derive(Debug)]
enum NoAnswer {
    Refused(Refused),
    Failed(StoreError),
}

impl From<Refused> for NoAnswer {
    fn from(refused: Refused) -> NoAnswer {
        NoAnswer::Refused(refused)
    }
}

impl From<StoreError> for NoAnswer {
    fn from(error: StoreError) -> NoAnswer {
        NoAnswer::Failed(error)
    }
}

impl Office {
    /// A back office over a database that is open.
    pub fn new(store: Store, witness: WitnessKey) -> Office {
        Office { store, witness: Arc::new(witness), waiting: Arc::default(), metrics: Arc::default() }
    }

    /// Lets a till that waits for something to change go sooner, so that a test can wait for it.
    #[cfg(test)]
    pub(crate) fn holding_lines_for(self, longest: std::time::Duration) -> Office {
        Office { waiting: Arc::new(Waiting::holding_for(longest)), ..self }
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its witness.
    pub fn witness(&self) -> &WitnessKey {
        &self.witness
    }

    /// How it is doing, in figures, as Prometheus reads them.
    pub async fn figures(&self) -> Result<String, StoreError> {
        self.metrics.told(&self.store).await
    }

    /// Answers at once, from now on, whoever waits for something to change: the office stops.
    pub fn stop_waiting(&self) {
        self.waiting.stop();
    }

    /// Answers a register's request, heard at `now` (unix seconds).
    pub async fn answer(&self, request: Request, now: u64) -> Response {
        let began = Instant::now();
        let answered = match request.path.as_str() {
            meeting::PATH => Ok(body_of(&self.introduced())),
            enrol::PATH => self.enrol(&request, now).await.map(|enrolled| body_of(&enrolled)),
            path if path.starts_with(NEW) => self.begin_new(&request, now).await,
            _ => self.answer_register(&request, now).await,
        };
        let (status, body) = match answered {
            Ok(body) => (200, body),
            Err(NoAnswer::Refused(refused)) => (refused.status(), body_of(&refused)),
            // What went wrong is for whoever runs the back office; a till tries again.
            Err(NoAnswer::Failed(error)) => {
                eprintln!("comptoir-backoffice: {error}");
                (Refused::Busy.status(), body_of(&Refused::Busy))
            }
        };
        self.metrics.answered(&request, status);
        // A till sets its clock by this, and may have waited.
        Response { status, time: Some(now + began.elapsed().as_secs()), body }
    }

    /// Who it is, for whoever typed its address.
    fn introduced(&self) -> Introduced {
        let witness = self.witness.public();
        Introduced { witness: witness.name, witness_key: witness.public_key.to_base64() }
    }

    async fn enrol(&self, request: &Request, now: u64) -> Result<comptoir_sync::message::Enrolled, NoAnswer> {
        let malformed = |_| Refused::Malformed { why: "not a request to be enrolled".to_owned() };
        let enrol: Enrol = serde_json::from_slice(&request.body).map_err(malformed)?;
        let asking = Asking::read(&enrol, &self.witness)?;
        let witness = self.witness.clone();
        let now = seconds(now);
        let enrolled = self.store.write(move |tx: &mut dyn Tx| asking.enrol(tx, &witness, now)).await;
        Ok(enrolled??)
    }

    async fn answer_register(&self, request: &Request, now: u64) -> Result<Vec<u8>, NoAnswer> {
        let asked = asked(request).ok_or_else(|| Refused::Malformed { why: "nothing is asked there".to_owned() })?;
        let register = asked.register();
        let find = move |tx: &mut dyn Tx| Registered::find(tx, register);
        let registered = self.store.read(find).await?.ok_or(Refused::UnknownRegister)?;
        check_signature(request, &registered, now)?;
        match asked {
            Asked::Head(_) => Ok(body_of(&registered.head())),
            Asked::Successor(_) => self.succeed(request, registered, now).await,
            Asked::Shop(_) => self.keep_edited(request, registered, now).await,
            Asked::Entries(_, from) => self.receive(registered, piece(request, from)?, now).await,
            Asked::Changes(_, after) => Ok(shared::answer_changes(&self.store, &registered, &after).await??),
            Asked::Wait(_, after) => {
                let _waits = self.metrics.waits();
                Ok(shared::answer_wait(&self.store, &self.waiting, &registered, &after).await??)
            }
            Asked::Past(_, of, before) => {
                let read = move |tx: &mut dyn Tx| newcomers::lines_before(tx, &registered, of, before);
                Ok(packed(&self.store.read(read).await??))
            }
            Asked::Edits(_) => {
                let (store, waiting) = (&self.store, &self.waiting);
                let merged = shared::answer_edits(store, waiting, &registered, &request.body, seconds(now)).await??;
                Ok(body_of(&merged))
            }
        }
    }

    /// Keeps the copy of what a register's shop has edited, in the place of the one before.
    async fn keep_edited(&self, request: &Request, from: Registered, now: u64) -> Result<Vec<u8>, NoAnswer> {
        if from.revoked.is_some() {
            return Err(Refused::Revoked.into());
        }
        let (packed, now) = (request.body.clone(), seconds(now));
        let head = from.head();
        self.store.write(move |tx: &mut dyn Tx| edited::keep(tx, &from.whose, &packed, now)).await?;
        Ok(body_of(&head))
    }

    /// Gives a new device what it begins with, by its code.
    async fn begin_new(&self, request: &Request, now: u64) -> Result<Vec<u8>, NoAnswer> {
        let header = request.headers.iter().find(|(header, _)| *header == request::CODE);
        let code = header.and_then(|(_, code)| Code::read(code)).ok_or(Refused::Code)?;
        let now = seconds(now);
        let find = move |tx: &mut dyn Tx| merchants::place_of_code(tx, &code, now);
        let place = self.store.write(find).await?.ok_or(Refused::Code)?;
        match request.path.as_str() {
            restore::OFFER => {
                let offer = move |tx: &mut dyn Tx| newcomers::offer(tx, &place);
                Ok(body_of(&self.store.read(offer).await?.ok_or(Refused::NothingToRestore)?))
            }
            restore::SHOP => {
                let shop = move |tx: &mut dyn Tx| newcomers::shop(tx, &place);
                Ok(self.store.read(shop).await?.ok_or(Refused::NothingToRestore)?)
            }
            _ => Err(Refused::Malformed { why: "nothing is asked there".to_owned() }.into()),
        }
    }

    async fn succeed(&self, request: &Request, old: Registered, now: u64) -> Result<Vec<u8>, NoAnswer> {
        let malformed = |_| Refused::Malformed { why: "not a journal that takes another's place".to_owned() };
        let succeed: Succeed = serde_json::from_slice(&request.body).map_err(malformed)?;
        let asking = Asking::successor(&succeed, &old, &self.witness)?;
        let (witness, now) = (self.witness.clone(), seconds(now));
        let enrolled = self.store.write(move |tx: &mut dyn Tx| asking.succeed(tx, &old, &witness, now)).await;
        Ok(body_of(&enrolled??))
    }

    async fn receive(&self, registered: Registered, piece: Piece, now: u64) -> Result<Vec<u8>, NoAnswer> {
        let (whose, held, began) = (registered.whose.clone(), registered.size, Instant::now());
        // Checking signatures takes the processor, which is not to be kept from answering others.
        let checked = tokio::task::spawn_blocking(move || Prepared::new(&registered, piece)).await;
        let prepared = checked.map_err(|_| StoreError::Fault)??;
        let witness = self.witness.clone();
        let now = seconds(now);
        let told = prepared.move_vouchers().then(|| whose.merchant.clone());
        let take = move |tx: &mut dyn Tx| prepared.receive(tx, &whose, &witness, now);
        let head = self.store.write(take).await??;
        if let Some(merchant) = told {
            self.waiting.wake_all_of(&merchant);
        }
        self.metrics.received(head.size.saturating_sub(held), began.elapsed());
        Ok(body_of(&head))
    }
}

fn seconds(now: u64) -> i64 {
    i64::try_from(now).unwrap_or(i64::MAX)
}

fn body_of(answer: &impl Serialize) -> Vec<u8> {
    // Plain structures of texts and numbers are always written.
    serde_json::to_vec(answer).unwrap_or_default()
}

fn asked(request: &Request) -> Option<Asked> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let (register, what) = path.strip_prefix("/v1/registers/")?.split_once('/')?;
    let register = register.parse().ok()?;
    match (request.method, what) {
        (request::Method::Get, "head") => Some(Asked::Head(register)),
        (request::Method::Post, "successor") => Some(Asked::Successor(register)),
        (request::Method::Post, "shop") => Some(Asked::Shop(register)),
        (request::Method::Post, "entries") => {
            Some(Asked::Entries(register, query.strip_prefix("from=")?.parse().ok()?))
        }
        (request::Method::Get, "changes") => Some(Asked::Changes(register, After::read(query)?)),
        (request::Method::Get, "wait") => Some(Asked::Wait(register, After::read(query)?)),
        (request::Method::Get, "past") => {
            let (of, before) = query.strip_prefix("of=")?.split_once("&before=")?;
            Some(Asked::Past(register, of.parse().ok()?, before.parse().ok()?))
        }
        (request::Method::Post, "edits") => Some(Asked::Edits(register)),
        _ => None,
    }
}

/// Whether the request is the register's: its signature first, so that nobody learns anything without it, then its time.
fn check_signature(request: &Request, register: &Registered, now: u64) -> Result<(), Refused> {
    let header = |name: &str| {
        let found = request.headers.iter().find(|(header, _)| *header == name);
        found.map(|(_, value)| value.as_str())
    };
    let time = header(request::TIME).and_then(|time| time.parse().ok()).ok_or(Refused::NotSigned)?;
    let signed = Signed {
        register: register.whose.register,
        method: request.method.as_str(),
        path: &request.path,
        time,
        nonce: header(request::NONCE).ok_or(Refused::NotSigned)?,
        checkpoint: header(request::CHECKPOINT).unwrap_or_default(),
        body: &request.body,
    };
    if !signed.is_signed_by(&register.public_key, header(request::SIGNATURE).ok_or(Refused::NotSigned)?) {
        return Err(Refused::NotSigned);
    }
    if time.abs_diff(now) > CLOCK_SECONDS {
        return Err(Refused::Clock { time: now });
    }
    Ok(())
}

/// The lines that a request brings, unpacked. They are the register's own: its signature was checked before.
fn piece(request: &Request, from: u64) -> Result<Piece, Refused> {
    let header = request.headers.iter().find(|(header, _)| *header == request::CHECKPOINT);
    let text = header.and_then(|(_, header)| request::decode_checkpoint(header));
    let checkpoint = text.and_then(|text| Checkpoint::parse(&text).ok()).ok_or(Refused::Checkpoint)?;
    let bytes = unpacked(&request.body, PIECE_BYTES_MAX)?;
    let lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.len() > PIECE_LINES_MAX {
        return Err(Refused::TooLarge);
    }
    Ok(Piece { from, lines, checkpoint })
}
