//! What is left on credit notes and gift vouchers, as far as this till's journals know, and what the back office told of
//! the journals of others.

use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::values::{Cents, Date, RegisterId};
use rusqlite::{Transaction, params};

use super::{Projection, text};
use crate::shared::{VoucherParts, ledger};
use crate::shop::{Shop, ShopError};
use crate::voucher::VoucherKind;
use crate::voucher::movement::{Movement, issue_among, movements_of};

pub(super) struct Vouchers;

impl Projection for Vouchers {
    const NAME: &'static str = "vouchers";
    const FORGET: &'static [&'static str] = &["DELETE FROM voucher WHERE register = ?1"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        for (n, code, movement) in movements_of(entry) {
            let sql = "INSERT INTO voucher (code, register, seq, payment, at, kind, day, amount)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            transaction.prepare_cached(sql)?.execute(params![
                code,
                text(movement.register),
                movement.seq,
                i64::try_from(n).unwrap_or(i64::MAX),
                movement.at,
                movement.kind.as_str(),
                movement.on.to_string(),
                movement.amount.get()
            ])?;
        }
        Ok(())
    }
}

/// What this till knows of a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownVoucher {
    /// Credit note or gift voucher.
    pub kind: VoucherKind,
    /// Where it was issued; None where this till only ever saw it spent.
    pub issue: Option<Issue>,
    /// What it was issued for, as far as known here.
    pub issued: Cents,
    /// What was spent of it here.
    pub spent: Cents,
}

impl KnownVoucher {
    fn unheard(kind: VoucherKind) -> KnownVoucher {
        KnownVoucher { kind, issue: None, issued: Cents::ZERO, spent: Cents::ZERO }
    }
}

/// The ticket that issued a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// In which journal.
    pub register: RegisterId,
    /// The ticket's seq.
    pub seq: u64,
    /// The business date of the ticket.
    pub on: Date,
}

/// Finds a voucher by its code, as it is sealed: what all journals of this till say of it together, and those of other tills
/// as far as the back office has told. What is given on a code that was seen before is put back on it, not issued.
pub fn find(shop: &Shop, code: &str) -> Result<Option<KnownVoucher>, ShopError> {
    let told = ledger::voucher(shop.reading(), code)?;
    let mut found: Option<KnownVoucher> = None;
    if let Some(VoucherParts { kind, parts }) = told {
        for part in parts {
            // Of its own journals the till knows more than it has sent.
            if is_here(shop, part.register)? {
                continue;
            }
            let known = found.get_or_insert(KnownVoucher::unheard(kind));
            known.issue = known.issue.or(part.issue.map(|(seq, on)| Issue { register: part.register, seq, on }));
            known.issued += part.issued;
            known.spent += part.spent;
        }
    }
    let movements = movements(shop, code)?;
    let issue = match &found {
        Some(known) if known.issue.is_some() => None,
        _ => issue_among(&movements),
    };
    for (n, movement) in movements.iter().enumerate() {
        let known = found.get_or_insert(KnownVoucher::unheard(movement.kind));
        if Some(n) == issue {
            known.issue = Some(Issue { register: movement.register, seq: movement.seq, on: movement.on });
            known.issued -= movement.amount;
        } else {
            known.spent += movement.amount;
        }
    }
    Ok(found)
}

/// What this till's journals say of a code, each in its order. One that is still arriving is told of by the back office.
fn movements(shop: &Shop, code: &str) -> Result<Vec<Movement>, ShopError> {
    let sql = "SELECT register, seq, at, day, kind, amount FROM voucher
               WHERE code = ?1 AND register IN (SELECT register FROM projection WHERE name = ?2)
               ORDER BY register, seq, payment";
    let mut find = shop.reading().prepare_cached(sql)?;
    let rows = find.query_map([code, Vouchers::NAME], |row| {
        let unreadable = || rusqlite::Error::InvalidQuery;
        Ok(Movement {
            register: row.get_ref(0)?.as_str()?.parse().map_err(|_| unreadable())?,
            seq: row.get(1)?,
            at: row.get(2)?,
            on: row.get_ref(3)?.as_str()?.parse().map_err(|_| unreadable())?,
            kind: VoucherKind::named(row.get_ref(4)?.as_str()?).ok_or_else(unreadable)?,
            amount: Cents::new(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a journal lies on this till and was read whole.
pub fn is_here(shop: &Shop, register: RegisterId) -> Result<bool, ShopError> {
    let sql = "SELECT 1 FROM projection WHERE name = ?1 AND register = ?2";
    Ok(shop.reading().prepare_cached(sql)?.exists([Vouchers::NAME, &text(register)])?)
}
