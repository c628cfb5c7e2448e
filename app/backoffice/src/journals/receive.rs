//! Taking lines in: checked by themselves before, and in order within the transaction that stores them.

use comptoir_core::voucher::movement::movements_of;
use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::values::Hash;
use comptoir_fiscal::verify::{CheckedLine, Intake, Refused as NotTaken, Taken};
use comptoir_sync::message::Refused;

use super::past::Received;
use super::{Answered, Registered, Whose, derived, vouchers};
use crate::store::{StoreError, Tx, Value};
use crate::witness::WitnessKey;

/// How many lines are read at once when a journal is derived anew.
const SLICE: u64 = 1000;

const LINE: &str = "INSERT INTO line (merchant, register, seq, hash, kind, bytes, received)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Lines as a register brings them.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The seq of the first.
    pub from: u64,
    /// The lines, each with its newline.
    pub lines: Vec<Vec<u8>>,
    /// The register's checkpoint over its entries with these.
    pub checkpoint: Checkpoint,
}

/// Lines that were checked by themselves, which takes the time and no database.
#[derive(Clone)]
pub struct Prepared {
    from: u64,
    lines: Vec<CheckedLine>,
    checkpoint: Checkpoint,
}

impl Prepared {
    /// Checks lines by themselves, on all cores.
    pub fn new(register: &Registered, piece: Piece) -> Result<Prepared, StoreError> {
        let lines = register.intake()?.check(piece.lines);
        Ok(Prepared { from: piece.from, lines, checkpoint: piece.checkpoint })
    }

    /// Whether they move a voucher, of which every store of the merchant is told.
    pub fn move_vouchers(&self) -> bool {
        self.lines.iter().filter_map(CheckedLine::entry).any(|entry| movements_of(entry).next().is_some())
    }

    /// Takes the lines in at `now` (unix seconds), and countersigns. What is answered is to be said only once the
    /// transaction is on the disk.
    pub fn receive(
        &self,
        tx: &mut dyn Tx,
        whose: &Whose,
        witness: &WitnessKey,
        now: i64,
    ) -> Result<Answered, StoreError> {
        Registered::heard(tx, whose, now)?;
        let Some(register) = Registered::find(tx, whose.register)? else { return Ok(Err(Refused::UnknownRegister)) };
        if self.from > register.size {
            return Ok(Err(Refused::Gap { size: register.size }));
        }
        if let Some(refused) = self.compare_known(tx, &register, now)? {
            return Ok(Err(refused));
        }
        let known = usize::try_from(register.size - self.from).unwrap_or(usize::MAX);
        let new = self.lines.get(known..).unwrap_or_default();
        let intake = register.intake()?;
        if new.is_empty() {
            return self.answer_known(tx, &register, now);
        }
        self.take(tx, &register, intake, new, witness, now)
    }

    /// Holds what was sent before against what is held of it.
    fn compare_known(&self, tx: &mut dyn Tx, register: &Registered, now: i64) -> Result<Option<Refused>, StoreError> {
        let whose = &register.whose;
        let to = register.size.min(self.from + self.lines.len() as u64);
        let sql = "SELECT hash FROM line WHERE merchant = $1 AND register = $2 AND seq >= $3 AND seq < $4 ORDER BY seq";
        let range = whose.row([self.from.try_into()?, to.try_into()?]);
        let held = tx.all(sql, &range, |row| Ok(Hash::new(row.array(0)?)))?;
        let Some(place) = held.iter().zip(&self.lines).position(|(held, sent)| *held != sent.hash()) else {
            return Ok(None);
        };
        let seq = self.from + place as u64;
        let other = &self.lines[place];
        if !other.is_of_this_journal() {
            Registered::count_refused(tx, whose)?;
            return Ok(Some(Refused::NotOfThisJournal { seq, why: "not sealed by this register".to_owned() }));
        }
        keep_evidence(tx, whose, "fork", seq, other.bytes(), "another entry at a place that is taken", now)?;
        Ok(Some(Refused::Fork { seq }))
    }

    /// All of it is held already: the same answer again. A checkpoint of the same size with another root convicts.
    fn answer_known(&self, tx: &mut dyn Tx, register: &Registered, now: i64) -> Result<Answered, StoreError> {
        if self.is_of_another_history(register) {
            let text = self.checkpoint.to_string();
            let size = self.checkpoint.statement.size;
            keep_evidence(tx, &register.whose, "checkpoint", size, text.as_bytes(), "another root at this size", now)?;
            return Ok(Err(Refused::Checkpoint));
        }
        Ok(Ok(register.head()))
    }

    fn is_of_another_history(&self, register: &Registered) -> bool {
        let Ok(held) = Checkpoint::parse(&register.checkpoint) else { return false };
        let (held, stated) = (held.statement, self.checkpoint.statement);
        held.register == stated.register
            && held.size == stated.size
            && held.root != stated.root
            && self.checkpoint.is_signed_by(&register.public_key)
    }

    fn take(
        &self,
        tx: &mut dyn Tx,
        register: &Registered,
        mut intake: Intake,
        new: &[CheckedLine],
        witness: &WitnessKey,
        now: i64,
    ) -> Result<Answered, StoreError> {
        let whose = &register.whose;
        let (taken, refused) = take_in_order(tx, whose, &mut intake, new)?;
        let fork = refused.as_ref().zip(new.get(taken.len()));
        if let Some((Refused::Fork { seq }, other)) = fork {
            keep_evidence(tx, whose, "fork", *seq, other.bytes(), "an entry after another one than is held", now)?;
        }
        if taken.is_empty() {
            count_refused(tx, whose, refused.as_ref())?;
            return Ok(Err(refused.unwrap_or(Refused::Checkpoint)));
        }
        store(tx, whose, &taken, now)?;
        let codes = derived::add(tx, whose, &taken)?;
        vouchers::tell(tx, whose, &codes, now)?;
        let (state, size, root) = standing(&intake)?;
        let stated = self.checkpoint.statement;
        let is_signed = self.checkpoint.is_signed_by(&register.public_key);
        // The register's own signature is kept where it is over just these entries; without it the witness still says
        // what it holds.
        let is_over_these = is_signed && stated.register == whose.register && stated.size == size;
        let checkpoint = if is_over_these && stated.root == root {
            witness.countersign(self.checkpoint.clone(), now)
        } else {
            witness.state(whose.register, size, root, now)
        };
        let text = checkpoint.to_string();
        let sql = "INSERT INTO checkpoint (merchant, register, size, root, text) VALUES ($1, $2, $3, $4, $5)";
        let row = whose.row([size.try_into()?, root.as_bytes().into(), text.as_str().into()]);
        tx.execute(sql, &row)?;
        let sql = "UPDATE register SET size = $3, state = $4, checkpoint = $5 WHERE merchant = $1 AND register = $2";
        tx.execute(sql, &whose.row([size.try_into()?, state.into(), text.as_str().into()]))?;
        if is_over_these && stated.root != root {
            let stated = self.checkpoint.to_string();
            keep_evidence(tx, whose, "checkpoint", size, stated.as_bytes(), "another root at this size", now)?;
            return Ok(Err(Refused::Checkpoint));
        }
        if let Some(refused) = refused {
            count_refused(tx, whose, Some(&refused))?;
            return Ok(Err(refused));
        }
        Ok(Ok(Registered { size, checkpoint: text, ..register.clone() }.head()))
    }
}

/// Counts what is not the register's. A fork is its own: that is kept, and not counted.
fn count_refused(tx: &mut dyn Tx, whose: &Whose, refused: Option<&Refused>) -> Result<(), StoreError> {
    match refused {
        Some(Refused::Fork { .. }) => Ok(()),
        _ => Registered::count_refused(tx, whose),
    }
}

/// Takes lines in until one is refused; those before it stay taken.
fn take_in_order(
    tx: &mut dyn Tx,
    whose: &Whose,
    intake: &mut Intake,
    lines: &[CheckedLine],
) -> Result<(Vec<Taken>, Option<Refused>), StoreError> {
    let mut past = Received::new(tx, whose);
    let mut taken = Vec::with_capacity(lines.len());
    let mut refused = None;
    for line in lines {
        let seq = intake.size();
        match intake.take(line.clone(), &mut past) {
            Ok(line) => taken.push(line),
            Err(NotTaken::NewerVersion) => {
                refused = Some(Refused::NewerVersion { seq });
                break;
            }
            // Sealed by this register for just this place, after another entry than the one that is held before it.
            Err(NotTaken::NotOfThisJournal { .. }) if line.seq() == Some(seq) && line.is_of_this_journal() => {
                refused = Some(Refused::Fork { seq });
                break;
            }
            Err(not_taken @ NotTaken::NotOfThisJournal { .. }) => {
                let why = Translations::english().say(&not_taken.message());
                refused = Some(Refused::NotOfThisJournal { seq, why });
                break;
            }
        }
    }
    past.whole()?;
    Ok((taken, refused))
}

fn store(tx: &mut dyn Tx, whose: &Whose, taken: &[Taken], now: i64) -> Result<(), StoreError> {
    let rows = taken.iter().map(|line| {
        // A kind that is not known here is stored as any other, and flagged.
        let kind = line.entry.as_ref().map_or("unknown", |entry| entry.kind.as_str());
        Ok(whose.row([
            line.seq.try_into()?,
            line.hash.as_bytes().into(),
            kind.into(),
            line.bytes.as_slice().into(),
            now.into(),
        ]))
    });
    tx.insert(LINE, &rows.collect::<Result<Vec<_>, StoreError>>()?)?;
    Ok(())
}

/// Where a journal stands, to go on from later, with its size and root.
pub(super) fn standing(intake: &Intake) -> Result<(String, u64, Hash), StoreError> {
    let state = intake.state().ok_or_else(|| StoreError::unreadable("a journal without its genesis"))?;
    let (size, root) = (state.standing.size(), state.standing.frontier.root());
    Ok((serde_json::to_string(&state).map_err(StoreError::unreadable)?, size, root))
}

/// Begins a journal with its genesis, which was taken in by `intake`.
pub(crate) fn begin(
    tx: &mut dyn Tx,
    whose: &Whose,
    intake: &Intake,
    genesis: &Taken,
    witness: &WitnessKey,
    now: i64,
) -> Result<(String, String), StoreError> {
    let first = std::slice::from_ref(genesis);
    store(tx, whose, first, now)?;
    derived::add(tx, whose, first)?;
    let (state, size, root) = standing(intake)?;
    let text = witness.state(whose.register, size, root, now).to_string();
    let sql = "INSERT INTO checkpoint (merchant, register, size, root, text) VALUES ($1, $2, $3, $4, $5)";
    let row: [Value; 3] = [size.try_into()?, root.as_bytes().into(), text.as_str().into()];
    tx.execute(sql, &whose.row(row))?;
    Ok((state, text))
}

/// Keeps what convicts somebody, once.
fn keep_evidence(
    tx: &mut dyn Tx,
    whose: &Whose,
    kind: &str,
    seq: u64,
    bytes: &[u8],
    why: &str,
    now: i64,
) -> Result<(), StoreError> {
    let known =
        "SELECT n FROM evidence WHERE merchant = $1 AND register = $2 AND kind = $3 AND seq = $4 AND bytes = $5";
    let key = whose.row([kind.into(), seq.try_into()?, bytes.into()]);
    if !tx.all(known, &key, |row| row.integer(0))?.is_empty() {
        return Ok(());
    }
    let count = "SELECT count(*) FROM evidence WHERE merchant = $1 AND register = $2";
    let n = tx.one(count, &whose.key(), |row| row.integer(0))?.unwrap_or(0);
    let sql = "INSERT INTO evidence (merchant, register, n, kind, seq, bytes, why, received)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row = whose.row([n.into(), kind.into(), seq.try_into()?, bytes.into(), why.into(), now.into()]);
    tx.execute(sql, &row)?;
    Ok(())
}

/// Derives what is derived from a register's lines anew.
pub(super) fn rebuild(tx: &mut dyn Tx, register: &Registered, now: i64) -> Result<(), StoreError> {
    let whose = &register.whose;
    let mut codes = vouchers::codes_of(tx, whose)?;
    for table in derived::TABLES {
        tx.execute(&format!("DELETE FROM {table} WHERE merchant = $1 AND register = $2"), &whose.key())?;
    }
    let refused = |fault: NotTaken| StoreError::Corrupt { why: fault.to_string() };
    let first = slice(tx, whose, 0, 1)?;
    let Some(first) = first.first() else { return Ok(()) };
    let (mut intake, genesis) = Intake::begin(first, whose.register, register.public_key).map_err(refused)?;
    codes.extend(derived::add(tx, whose, std::slice::from_ref(&genesis))?);
    while intake.size() < register.size {
        let lines = slice(tx, whose, intake.size(), SLICE)?;
        if lines.is_empty() {
            return Err(StoreError::Corrupt {
                why: format!("entry {} of {} is missing", intake.size(), whose.register),
            });
        }
        let mut past = Received::new(tx, whose);
        let checked = intake.check(lines);
        let taken: Result<Vec<Taken>, NotTaken> =
            checked.into_iter().map(|line| intake.take(line, &mut past)).collect();
        past.whole()?;
        codes.extend(derived::add(tx, whose, &taken.map_err(refused)?)?);
        // The next slice is checked against what was just derived.
        let (state, ..) = standing(&intake)?;
        let state = serde_json::from_str(&state).map_err(StoreError::unreadable)?;
        intake = Intake::resume(state).ok_or_else(|| StoreError::unreadable("where a journal stands"))?;
    }
    let (state, ..) = standing(&intake)?;
    let sql = "UPDATE register SET state = $3 WHERE merchant = $1 AND register = $2";
    tx.execute(sql, &whose.row([state.into()]))?;
    // Told only now: in between less was known than the tills were told already.
    vouchers::tell(tx, whose, &codes, now)
}

/// Some lines of a register, as they were received.
pub(crate) fn slice(tx: &mut dyn Tx, whose: &Whose, from: u64, most: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM line WHERE merchant = $1 AND register = $2 AND seq >= $3 AND seq < $4 ORDER BY seq";
    let range = whose.row([from.try_into()?, from.saturating_add(most).try_into()?]);
    tx.all(sql, &range, |row| Ok(row.blob(0)?.to_vec()))
}
