//! The journals of registers: received, verified before they are acknowledged, and countersigned.
//!
//! What is well chained and signed is stored as it came, and where it breaks a rule it is flagged; what is not the
//! register's is refused and counted; another history of the same journal is kept as evidence (`sync.md`, "Up").

mod derived;
mod past;
mod receive;
#[cfg(test)]
mod tests;
pub mod vouchers;

use comptoir_fiscal::entry::Genesis;
use comptoir_fiscal::key::PublicKey;
use comptoir_fiscal::standing::Standing;
use comptoir_fiscal::values::RegisterId;
use comptoir_fiscal::verify::{Intake, IntakeState};
use comptoir_sync::message::{Head, Refused};

pub use derived::day_of;
pub use receive::{Piece, Prepared};
pub(crate) use receive::{begin, slice};

use crate::shared::told;
use crate::store::{Row, StoreError, Tx, Value};

/// Whose a register is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The merchant.
    pub merchant: String,
    /// The store.
    pub store: String,
    /// The register.
    pub register: RegisterId,
}

impl Whose {
    fn name(&self) -> String {
        self.register.to_string()
    }

    /// What the key of every row of the register begins with.
    fn key(&self) -> Vec<Value> {
        vec![self.merchant.as_str().into(), self.name().into()]
    }

    pub(crate) fn row<const N: usize>(&self, values: [Value; N]) -> Vec<Value> {
        self.key().into_iter().chain(values).collect()
    }
}

/// A register as the back office knows it.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Whose it is.
    pub whose: Whose,
    /// What it is called on its tickets.
    pub label: String,
    /// The key that its lines and requests are signed with.
    pub public_key: PublicKey,
    /// Since when it is revoked, unix seconds.
    pub revoked: Option<i64>,
    /// How many entries are held.
    pub size: u64,
    /// Where its journal stands.
    state: String,
    /// The newest countersigned checkpoint.
    pub checkpoint: String,
}

impl Registered {
    /// A register that is enrolled.
    pub fn find(tx: &mut dyn Tx, register: RegisterId) -> Result<Option<Registered>, StoreError> {
        let sql = "SELECT merchant FROM register_of WHERE register = $1";
        let merchant = tx.one(sql, &[register.to_string().into()], |row| Ok(row.text(0)?.to_owned()))?;
        let Some(merchant) = merchant else { return Ok(None) };
        let sql = "SELECT store, label, public_key, revoked, size, state, checkpoint FROM register
            WHERE merchant = $1 AND register = $2";
        let values = [merchant.as_str().into(), register.to_string().into()];
        tx.one(sql, &values, |row| Registered::read(row, &merchant, register))
    }

    /// The same, and nobody else writes of it until the transaction ends: as it reads then it stays.
    fn take(tx: &mut dyn Tx, register: RegisterId) -> Result<Option<Registered>, StoreError> {
        let Some(found) = Registered::find(tx, register)? else { return Ok(None) };
        let sql = "UPDATE register SET heard = heard WHERE merchant = $1 AND register = $2";
        tx.execute(sql, &found.whose.key())?;
        Registered::find(tx, register)
    }

    fn read(row: &Row<'_>, merchant: &str, register: RegisterId) -> Result<Registered, StoreError> {
        let whose = Whose { merchant: merchant.to_owned(), store: row.text(0)?.to_owned(), register };
        let unusable = || StoreError::unreadable(format_args!("the key of register {register}"));
        Ok(Registered {
            whose,
            label: row.text(1)?.to_owned(),
            public_key: PublicKey::from_bytes(&row.array(2)?).ok_or_else(unusable)?,
            revoked: row.optional_integer(3)?,
            size: row.unsigned(4)?,
            state: row.text(5)?.to_owned(),
            checkpoint: row.text(6)?.to_owned(),
        })
    }

    /// Revokes a register at `now` (unix seconds), and tells the merchant's stores; false where there is none. What it had
    /// sealed still arrives.
    pub fn revoke(tx: &mut dyn Tx, register: RegisterId, now: i64) -> Result<bool, StoreError> {
        let Some(found) = Registered::find(tx, register)? else { return Ok(false) };
        let sql = "UPDATE register SET revoked = $3 WHERE merchant = $1 AND register = $2 AND revoked IS NULL";
        tx.execute(sql, &found.whose.row([now.into()]))?;
        told::tell_of_tills(tx, &found.whose.merchant, now)?;
        Ok(true)
    }

    /// What it is told of how much is held.
    pub fn head(&self) -> Head {
        Head { size: self.size, checkpoint: Some(self.checkpoint.clone()), revoked: self.revoked.is_some() }
    }

    /// The settings of its journal as they read at its end.
    pub(crate) fn settings(&self) -> Result<Genesis, StoreError> {
        Ok(self.standing()?.genesis().clone())
    }

    /// Where its journal stands.
    pub(crate) fn standing(&self) -> Result<Standing, StoreError> {
        let state: IntakeState = serde_json::from_str(&self.state).map_err(StoreError::unreadable)?;
        Ok(state.standing)
    }

    /// Goes on taking its journal in.
    fn intake(&self) -> Result<Intake, StoreError> {
        let state: IntakeState = serde_json::from_str(&self.state).map_err(StoreError::unreadable)?;
        let lost = || StoreError::unreadable(format_args!("where journal {} stands", self.whose.register));
        Intake::resume(state).ok_or_else(lost)
    }

    /// Remembers that it was heard of, and takes the row, so that two requests of one register go one after the other.
    fn heard(tx: &mut dyn Tx, whose: &Whose, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE register SET heard = $3 WHERE merchant = $1 AND register = $2";
        tx.execute(sql, &whose.row([now.into()]))?;
        Ok(())
    }

    /// Counts what was refused, because it is not the register's.
    fn count_refused(tx: &mut dyn Tx, whose: &Whose) -> Result<(), StoreError> {
        let sql = "UPDATE register SET refused = refused + 1 WHERE merchant = $1 AND register = $2";
        tx.execute(sql, &whose.key())?;
        Ok(())
    }
}

/// What became of a request about a journal: answered, or refused with the reason. Either way what was done is kept.
pub type Answered = Result<Head, Refused>;

/// Hands over the sealed lines of a register from `from` on, in order, each as it was received.
pub fn lines(
    tx: &mut dyn Tx,
    whose: &Whose,
    from: u64,
    take: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = "SELECT bytes FROM line WHERE merchant = $1 AND register = $2 AND seq >= $3 ORDER BY seq";
    tx.each(sql, &whose.row([from.try_into()?]), &mut |row| take(row.blob(0)?))
}

/// Throws away what is derived from a register's lines and derives it anew, by checking them again, at `now` (unix seconds);
/// false where there is no such register.
pub fn rebuild(tx: &mut dyn Tx, register: RegisterId, now: i64) -> Result<bool, StoreError> {
    let Some(found) = Registered::take(tx, register)? else { return Ok(false) };
    receive::rebuild(tx, &found, now)?;
    Ok(true)
}
