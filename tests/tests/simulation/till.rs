//! A till in memory: it has sealed more lines at each look, keeps what the back office acknowledged, and forgets what it
//! is made to forget. What brings its journal is the register's own code.

use std::convert::Infallible;
use std::sync::Arc;

use comptoir_core::register::{PIECE_LINES_MAX, Piece, Suspicion};
use comptoir_fiscal::checkpoint::{Checkpoint, Statement, Witness};
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::push::{Push, Till};

use crate::draw::Draw;
use crate::journals::{History, Journal, Line};

/// What a till's disk holds.
pub(crate) struct MemoryTill {
    pub(crate) journal: Arc<Journal>,
    pub(crate) history: History,
    /// How many of its lines are sealed.
    pub(crate) sealed: usize,
    pub(crate) kept: Option<Frontier>,
    pub(crate) suspicions: Vec<Suspicion>,
    /// How far its clock is ahead of the true time, in seconds.
    pub(crate) clock_error: i64,
    pub(crate) true_time: u64,
    pub(crate) witness: Witness,
    pub(crate) draw: Draw,
}

/// A device: the till on it, and what runs there.
pub(crate) struct Device {
    pub(crate) till: MemoryTill,
    pub(crate) push: Push,
    /// Which request it waits for.
    pub(crate) awaits: Option<u64>,
    /// Whether it heard that the back office holds more of its journal than it does.
    pub(crate) is_behind: bool,
    /// What was done to it, for which suspicions are in order.
    pub(crate) planted: Planted,
}

/// What a device cannot be blamed for, or must be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Planted {
    /// Its journal has a second history, of which another device holds one, or it was put back and went on.
    pub(crate) fork: bool,
    /// Its journal was put back to an earlier state.
    pub(crate) rollback: bool,
    /// A line was changed.
    pub(crate) altered: bool,
    /// Answers to it were changed on the way, or given by somebody else.
    pub(crate) answers: bool,
}

impl MemoryTill {
    pub(crate) fn lines(&self) -> &[Line] {
        &self.journal.lines(self.history)[..self.sealed]
    }

    pub(crate) fn frontier(&self, size: usize) -> Frontier {
        let mut frontier = Frontier::new();
        self.lines()[..size].iter().for_each(|line| frontier.push(line.hash));
        frontier
    }
}

fn place(seq: u64) -> usize {
    usize::try_from(seq).unwrap()
}

impl Till for MemoryTill {
    type Fault = Infallible;

    fn register(&self) -> RegisterId {
        self.journal.register
    }

    fn size(&self) -> u64 {
        self.sealed as u64
    }

    fn time(&self) -> u64 {
        self.true_time.saturating_add_signed(self.clock_error)
    }

    fn key(&self) -> &DeviceKey {
        &self.journal.key
    }

    fn nonce(&mut self) -> Result<[u8; 16], Infallible> {
        Ok(self.draw.bytes())
    }

    fn witness(&self) -> Option<Witness> {
        Some(self.witness.clone())
    }

    fn sent(&self) -> Option<Frontier> {
        self.kept.clone()
    }

    fn tree_towards(&self, before: &Frontier, size: u64, most: u64) -> Result<Option<Frontier>, Infallible> {
        if size > self.size() {
            return Ok(None);
        }
        let mut frontier = before.clone();
        let to = size.min(before.size() + most);
        self.lines()[place(before.size())..place(to)].iter().for_each(|line| frontier.push(line.hash));
        Ok(Some(frontier))
    }

    fn piece_after(&self, sent: &Frontier) -> Result<Piece, Infallible> {
        let from = sent.size();
        let mut frontier = sent.clone();
        let mut lines = Vec::new();
        for line in self.lines().iter().skip(place(from)).take(PIECE_LINES_MAX) {
            frontier.push(line.hash);
            lines.push(line.bytes.clone());
            if line.is_closing {
                break;
            }
        }
        let register = self.journal.register;
        let statement = Statement { register, size: frontier.size(), root: frontier.root() };
        let checkpoint = Checkpoint::sign(statement, &self.journal.key);
        Ok(Piece { register, from, lines, frontier, checkpoint })
    }

    fn acknowledged(&mut self, frontier: Frontier, checkpoint: &Checkpoint) -> Result<bool, Infallible> {
        let is_of_it = checkpoint.is_signed_by(&self.journal.key.public())
            && checkpoint.witnessed_at(&self.witness).is_some()
            && checkpoint.statement.register == self.journal.register
            && checkpoint.statement.size <= self.size();
        if is_of_it {
            self.kept = Some(frontier);
        }
        Ok(is_of_it)
    }

    fn keep_sent(&mut self, frontier: Frontier) -> Result<(), Infallible> {
        self.kept = Some(frontier);
        Ok(())
    }

    fn suspect(&mut self, suspicion: &Suspicion) -> Result<(), Infallible> {
        if !self.suspicions.contains(suspicion) {
            self.suspicions.push(suspicion.clone());
        }
        Ok(())
    }
}
