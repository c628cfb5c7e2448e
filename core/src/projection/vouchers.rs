//! What is left on credit notes and gift vouchers, as far as this till's journals know, and what the back office told of
//! the journals of others.

use comptoir_fiscal::entry::{Body, Entry, Tender};
use comptoir_fiscal::values::{Cents, Date, RegisterId};
use rusqlite::{Transaction, params};

use super::{Projection, text};
use crate::shared::{VoucherParts, ledger};
use crate::shop::{Shop, ShopError};
use crate::voucher::VoucherKind;

pub(super) struct Vouchers;

impl Projection for Vouchers {
    const NAME: &'static str = "vouchers";
    const FORGET: &'static [&'static str] = &["DELETE FROM voucher WHERE register = ?1"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let Body::Ticket(ticket) = &entry.body else { return Ok(()) };
        for payment in &ticket.payments {
            let kind = match payment.tender {
                Tender::CreditNote | Tender::GiftVoucher => payment.tender.as_str(),
                _ => continue,
            };
            let Some(code) = &payment.reference else { continue };
            let register = text(entry.register);
            let amount = payment.amount.get();
            if amount > 0 || is_known(transaction, code)? {
                transaction
                    .prepare_cached(
                        "INSERT INTO voucher (code, register, kind, issued, spent) VALUES (?1, ?2, ?3, 0, ?4)
                         ON CONFLICT (code, register) DO UPDATE SET spent = spent + excluded.spent",
                    )?
                    .execute(params![code, register, kind, amount])?;
            } else {
                transaction
                    .prepare_cached(
                        "INSERT INTO voucher (code, register, kind, issued_seq, issued_on, issued, spent)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                    )?
                    .execute(params![code, register, kind, entry.seq, ticket.business_date.to_string(), -amount])?;
            }
        }
        Ok(())
    }
}

/// Whether a code was seen before: what is then given on it is put back, not issued.
fn is_known(transaction: &Transaction<'_>, code: &str) -> rusqlite::Result<bool> {
    transaction.prepare_cached("SELECT 1 FROM voucher WHERE code = ?1")?.exists([code])
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
/// as far as the back office has told.
pub fn find(shop: &Shop, code: &str) -> Result<Option<KnownVoucher>, ShopError> {
    let sql = "SELECT kind, register, issued_seq, issued_on, issued, spent FROM voucher WHERE code = ?1";
    let mut find = shop.reading().prepare_cached(sql)?;
    let mut rows = find.query([code])?;
    let mut found: Option<KnownVoucher> = None;
    while let Some(row) = rows.next()? {
        let kind = match row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? {
            "credit_note" => VoucherKind::CreditNote,
            _ => VoucherKind::GiftVoucher,
        };
        let register = row.get::<_, String>(1)?.parse().ok();
        let on = row.get::<_, Option<String>>(3)?.and_then(|text| text.parse().ok());
        let issue = match (register, row.get(2)?, on) {
            (Some(register), Some(seq), Some(on)) => Some(Issue { register, seq, on }),
            _ => None,
        };
        let known = found.get_or_insert(KnownVoucher { kind, issue: None, issued: Cents::ZERO, spent: Cents::ZERO });
        known.issue = known.issue.or(issue);
        known.issued += Cents::new(row.get(4)?);
        known.spent += Cents::new(row.get(5)?);
    }
    let Some(VoucherParts { kind, parts }) = ledger::voucher(shop.reading(), code)? else { return Ok(found) };
    for part in parts {
        // Of its own journals the till knows more than it has sent.
        if is_here(shop, part.register)? {
            continue;
        }
        let known = found.get_or_insert(KnownVoucher { kind, issue: None, issued: Cents::ZERO, spent: Cents::ZERO });
        known.issue = known.issue.or(part.issue.map(|(seq, on)| Issue { register: part.register, seq, on }));
        known.issued += part.issued;
        known.spent += part.spent;
    }
    Ok(found)
}

/// Whether a journal lies on this till and was read.
fn is_here(shop: &Shop, register: RegisterId) -> Result<bool, ShopError> {
    let sql = "SELECT 1 FROM projection WHERE name = ?1 AND register = ?2";
    Ok(shop.reading().prepare_cached(sql)?.exists([Vouchers::NAME, &text(register)])?)
}
