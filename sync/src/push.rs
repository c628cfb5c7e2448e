//! How a till brings its journal to the back office: asked for the next request, and handed the answer. It knows no
//! network and no clock of its own, so that the same code runs in a shop and a thousand times faster in a simulation.
//!
//! What the back office acknowledges is believed only with the countersignature of the witness that the till was enrolled
//! with, over the root that the till's own entries have.

use comptoir_core::register::{Piece, Register, RegisterError, Suspicion};
use comptoir_fiscal::checkpoint::{Checkpoint, Witness};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::message;
use comptoir_fiscal::values::RegisterId;

use crate::clock::OfficeClock;
use crate::gzip::packed;
use crate::message::{Head, Refused};
use crate::request::{Method, Request, Response};

/// How many entries are read at once where the till has forgotten what was sent, so that no sale waits behind it.
const SLICE: u64 = 500;

/// What is asked of a till's register.
pub trait Till {
    /// Why it cannot answer.
    type Fault;

    /// Which journal it seals into.
    fn register(&self) -> RegisterId;
    /// How many entries that has.
    fn size(&self) -> u64;
    /// The device's time, unix seconds.
    fn time(&self) -> u64;
    /// The device's key.
    fn key(&self) -> &DeviceKey;
    /// Random bytes.
    fn nonce(&mut self) -> Result<[u8; 16], Self::Fault>;
    /// Whose countersignatures count.
    fn witness(&self) -> Option<Witness>;
    /// The tree over what the back office is known to hold.
    fn sent(&self) -> Option<Frontier>;
    /// See [`Register::tree_towards`].
    fn tree_towards(&self, before: &Frontier, size: u64, most: u64) -> Result<Option<Frontier>, Self::Fault>;
    /// See [`Register::piece_after`].
    fn piece_after(&self, sent: &Frontier) -> Result<Piece, Self::Fault>;
    /// See [`Register::acknowledged`].
    fn acknowledged(&mut self, frontier: Frontier, checkpoint: &Checkpoint) -> Result<bool, Self::Fault>;
    /// See [`Register::keep_sent`].
    fn keep_sent(&mut self, frontier: Frontier) -> Result<(), Self::Fault>;
    /// See [`Register::suspect`].
    fn suspect(&mut self, suspicion: &Suspicion) -> Result<(), Self::Fault>;
}

impl Till for Register {
    type Fault = RegisterError;

    fn register(&self) -> RegisterId {
        self.id()
    }

    fn size(&self) -> u64 {
        self.journal().standing().size()
    }

    fn time(&self) -> u64 {
        u64::try_from(self.now().unix()).unwrap_or_default()
    }

    fn key(&self) -> &DeviceKey {
        self.journal().key()
    }

    fn nonce(&mut self) -> Result<[u8; 16], RegisterError> {
        Ok(*self.new_command()?.uuid().as_bytes())
    }

    fn witness(&self) -> Option<Witness> {
        self.back_office()?.witness()
    }

    fn sent(&self) -> Option<Frontier> {
        Register::sent(self).map(|sent| sent.frontier.clone())
    }

    fn tree_towards(&self, before: &Frontier, size: u64, most: u64) -> Result<Option<Frontier>, RegisterError> {
        Register::tree_towards(self, before, size, most)
    }

    fn piece_after(&self, sent: &Frontier) -> Result<Piece, RegisterError> {
        Register::piece_after(self, sent)
    }

    fn acknowledged(&mut self, frontier: Frontier, checkpoint: &Checkpoint) -> Result<bool, RegisterError> {
        Register::acknowledged(self, frontier, checkpoint)
    }

    fn keep_sent(&mut self, frontier: Frontier) -> Result<(), RegisterError> {
        Register::keep_sent(self, frontier)
    }

    fn suspect(&mut self, suspicion: &Suspicion) -> Result<(), RegisterError> {
        Register::suspect(self, suspicion).map(drop)
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Carry this to the back office, and hand the answer to [`Push::answered`].
    Say(Request),
    /// Ask again at once: a slice of the journal was read.
    GoOn,
    /// Everything has arrived.
    Rest,
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Ask [`Push::next`] again at once.
    GoOn,
    /// Not now: try again later, and say why where somebody looks after the till.
    Later(Trouble),
    /// The till has signed this checkpoint itself, and its journal is not the one that it states: it was put back to an
    /// earlier state, and may have gone on otherwise.
    PutBack(Box<Checkpoint>),
}

/// Why it goes on later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The back office refused.
    Refused(Refused),
    /// Its answer cannot be read.
    Unreadable,
    /// What it says does not agree with the journal, or is not countersigned; it is recorded.
    Suspicious,
}

impl Trouble {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Trouble::Refused(refused) => refused.message(),
            Trouble::Unreadable => message!("What answers there is no back office: check its address."),
            Trouble::Suspicious => {
                message!(
                    "The back office shows another history than this till's: it is recorded. Call the back office."
                )
            }
        }
    }
}

/// The bringing of one journal.
#[derive(Clone, Debug, Default)]
pub struct Push {
    clock: OfficeClock,
    phase: Phase,
    revoked: bool,
    /// Whether it was heard before that the back office holds another entry.
    has_forked: bool,
}

#[derive(Clone, Debug, Default)]
enum Phase {
    /// Nothing was said yet.
    #[default]
    Begun,
    /// It must be asked how much it holds.
    AskHead,
    /// It holds as much as the head says; the tree over that is being read.
    Reading(Head, Frontier),
    /// It holds what the till keeps as sent.
    InStep,
    /// A piece is on its way; the tree with it.
    Sending(Frontier),
    /// It holds another history; the tree before what is to be shown of this one is being read.
    Comparing(Difference, Frontier),
    /// What differs is on its way, so that whoever examines it has both histories.
    Showing(Difference),
}

/// That the back office holds something else than the till.
#[derive(Clone, Debug)]
struct Difference {
    /// How many entries both have; the last of them is shown.
    size: u64,
    /// What the till has signed of the other history: then it is its own, and the journal was put back.
    signed: Option<Box<Checkpoint>>,
}

impl Push {
    /// Whether the back office says that the register was revoked.
    pub fn is_revoked(&self) -> bool {
        self.revoked
    }

    /// What to do next. Whatever was asked before and was not answered is asked again.
    pub fn next<T: Till>(&mut self, till: &mut T) -> Result<Next, T::Fault> {
        match &self.phase {
            // Where nothing is to be sent it is asked all the same: nothing else tells a till that it was put back.
            Phase::Begun if till.sent().is_none_or(|sent| sent.size() >= till.size()) => self.phase = Phase::AskHead,
            Phase::Begun | Phase::Sending(_) => self.phase = Phase::InStep,
            Phase::Showing(_) => self.phase = Phase::AskHead,
            Phase::AskHead | Phase::Reading(..) | Phase::InStep | Phase::Comparing(..) => {}
        }
        match std::mem::take(&mut self.phase) {
            Phase::Reading(head, tree) => self.read_on(till, head, &tree),
            Phase::InStep => self.send(till),
            Phase::Comparing(difference, tree) => self.show(till, difference, &tree),
            Phase::AskHead | Phase::Begun | Phase::Sending(_) | Phase::Showing(_) => {
                self.phase = Phase::AskHead;
                let path = format!("/v1/registers/{}/head", till.register());
                Ok(Next::Say(self.clock.sign(till, (Method::Get, path), Vec::new(), None)?))
            }
        }
    }

    /// Takes the answer to the request before.
    pub fn answered<T: Till>(&mut self, till: &mut T, response: &Response) -> Result<Heard, T::Fault> {
        if response.status == 200 {
            return match serde_json::from_slice::<Head>(&response.body) {
                Ok(_) if matches!(self.phase, Phase::Showing(_)) => Ok(self.shown()),
                Ok(head) => self.take_head(till, head),
                Err(_) => Ok(Heard::Later(Trouble::Unreadable)),
            };
        }
        match serde_json::from_slice::<Refused>(&response.body) {
            Ok(refused) => self.take_refusal(till, refused),
            Err(_) => Ok(Heard::Later(Trouble::Unreadable)),
        }
    }

    fn take_head<T: Till>(&mut self, till: &mut T, head: Head) -> Result<Heard, T::Fault> {
        self.revoked = head.revoked;
        if head.size == 0 {
            return self.start_over(till);
        }
        let Some(checkpoint) = countersigned(till, &head) else {
            return self.suspect(till, &Suspicion::OtherWitness);
        };
        if head.size > till.size() {
            // What this till never signed says nothing of its journal.
            return if checkpoint.is_signed_by(&till.key().public()) {
                Ok(self.compare(till, till.size(), &checkpoint))
            } else {
                let Checkpoint { statement, .. } = checkpoint;
                self.suspect(till, &Suspicion::OtherRoot { size: statement.size, root: statement.root })
            };
        }
        let tree = match std::mem::take(&mut self.phase) {
            // What was believed to lie there may be of the other history.
            _ if self.has_forked => None,
            Phase::Sending(tree) => Some(tree),
            _ => till.sent(),
        };
        let tree = tree.filter(|tree| tree.size() <= head.size).unwrap_or_default();
        if tree.size() == head.size {
            return self.take_checkpoint(till, &checkpoint, tree);
        }
        self.phase = Phase::Reading(head, tree);
        Ok(Heard::GoOn)
    }

    /// The back office holds nothing: where it had acknowledged something, it went back.
    fn start_over<T: Till>(&mut self, till: &mut T) -> Result<Heard, T::Fault> {
        self.watch_size(till, 0)?;
        till.keep_sent(Frontier::new())?;
        self.phase = Phase::InStep;
        Ok(Heard::GoOn)
    }

    /// Holds a countersigned checkpoint against the tree over the same entries.
    fn take_checkpoint<T: Till>(
        &mut self,
        till: &mut T,
        checkpoint: &Checkpoint,
        tree: Frontier,
    ) -> Result<Heard, T::Fault> {
        let (size, root) = (checkpoint.statement.size, checkpoint.statement.root);
        if tree.root() != root {
            till.suspect(&Suspicion::OtherRoot { size, root })?;
            return Ok(self.compare(till, size, checkpoint));
        }
        self.watch_size(till, size)?;
        // What the till did not sign is no checkpoint of it, and yet says truly what arrived.
        if !till.acknowledged(tree.clone(), checkpoint)? {
            till.keep_sent(tree)?;
        }
        self.phase = Phase::InStep;
        Ok(Heard::GoOn)
    }

    fn take_refusal<T: Till>(&mut self, till: &mut T, refused: Refused) -> Result<Heard, T::Fault> {
        match &refused {
            Refused::Clock { time } if self.clock.correct(till, *time) => return Ok(Heard::GoOn),
            Refused::Gap { size } => {
                self.watch_size(till, *size)?;
                self.phase = Phase::AskHead;
                return Ok(Heard::GoOn);
            }
            Refused::Fork { seq } => {
                till.suspect(&Suspicion::Fork { seq: *seq })?;
                if matches!(self.phase, Phase::Showing(_)) {
                    return Ok(self.shown());
                }
                // Whose the other history is, its checkpoint says; asked once, or two that disagree would talk for ever.
                if !std::mem::replace(&mut self.has_forked, true) {
                    self.phase = Phase::AskHead;
                    return Ok(Heard::GoOn);
                }
            }
            Refused::NotOfThisJournal { .. } | Refused::Checkpoint => {
                // Said in English: a machine's finding, for whoever examines the journal.
                till.suspect(&Suspicion::Refused { why: format!("{refused:?}") })?;
            }
            _ => {}
        }
        self.phase = Phase::AskHead;
        Ok(Heard::Later(Trouble::Refused(refused)))
    }

    fn watch_size<T: Till>(&self, till: &mut T, holds: u64) -> Result<(), T::Fault> {
        match till.sent() {
            Some(sent) if sent.size() > holds => {
                till.suspect(&Suspicion::OfficeWentBack { acknowledged: sent.size(), holds })
            }
            _ => Ok(()),
        }
    }

    fn compare<T: Till>(&mut self, till: &T, size: u64, checkpoint: &Checkpoint) -> Heard {
        let signed = checkpoint.is_signed_by(&till.key().public()).then(|| Box::new(checkpoint.clone()));
        self.phase = Phase::Comparing(Difference { size, signed }, Frontier::new());
        Heard::GoOn
    }

    /// Shows the last entry that both have, and what follows: each names the one before, so that it differs where anything
    /// does.
    fn show<T: Till>(&mut self, till: &mut T, difference: Difference, tree: &Frontier) -> Result<Next, T::Fault> {
        let before = difference.size.saturating_sub(1);
        let Some(tree) = till.tree_towards(tree, before, SLICE)? else {
            self.phase = Phase::AskHead;
            return Ok(Next::GoOn);
        };
        if tree.size() < before {
            self.phase = Phase::Comparing(difference, tree);
            return Ok(Next::GoOn);
        }
        let request = self.bring(till, till.piece_after(&tree)?)?;
        self.phase = Phase::Showing(difference);
        Ok(Next::Say(request))
    }

    /// The back office has seen what differs.
    fn shown(&mut self) -> Heard {
        match std::mem::replace(&mut self.phase, Phase::AskHead) {
            Phase::Showing(Difference { signed: Some(checkpoint), .. }) => Heard::PutBack(checkpoint),
            _ => Heard::Later(Trouble::Suspicious),
        }
    }

    fn suspect<T: Till>(&mut self, till: &mut T, suspicion: &Suspicion) -> Result<Heard, T::Fault> {
        till.suspect(suspicion)?;
        self.phase = Phase::AskHead;
        Ok(Heard::Later(Trouble::Suspicious))
    }

    fn read_on<T: Till>(&mut self, till: &mut T, head: Head, tree: &Frontier) -> Result<Next, T::Fault> {
        let Some(tree) = till.tree_towards(tree, head.size, SLICE)? else {
            self.phase = Phase::AskHead;
            return Ok(Next::GoOn);
        };
        if tree.size() < head.size {
            self.phase = Phase::Reading(head, tree);
        } else if let Some(checkpoint) = countersigned(till, &head) {
            self.take_checkpoint(till, &checkpoint, tree)?;
        } else {
            self.phase = Phase::AskHead;
        }
        Ok(Next::GoOn)
    }

    fn send<T: Till>(&mut self, till: &mut T) -> Result<Next, T::Fault> {
        let sent = till.sent().unwrap_or_default();
        let piece = till.piece_after(&sent)?;
        if piece.lines.is_empty() {
            self.phase = Phase::InStep;
            return Ok(Next::Rest);
        }
        let tree = piece.frontier.clone();
        let request = self.bring(till, piece)?;
        self.phase = Phase::Sending(tree);
        Ok(Next::Say(request))
    }

    fn bring<T: Till>(&self, till: &mut T, piece: Piece) -> Result<Request, T::Fault> {
        let path = format!("/v1/registers/{}/entries?from={}", piece.register, piece.from);
        let body = packed(&piece.lines.concat());
        self.clock.sign(till, (Method::Post, path), body, Some(piece.checkpoint.to_string()))
    }
}

/// The checkpoint that a head states, where it is of this journal and size, and countersigned by the till's witness.
fn countersigned<T: Till>(till: &T, head: &Head) -> Option<Checkpoint> {
    let checkpoint = Checkpoint::parse(head.checkpoint.as_ref()?).ok()?;
    let statement = &checkpoint.statement;
    let is_of_it = statement.register == till.register() && statement.size == head.size;
    (is_of_it && checkpoint.witnessed_at(&till.witness()?).is_some()).then_some(checkpoint)
}
