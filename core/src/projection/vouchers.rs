//! What is left on credit notes and gift vouchers, as far as this till's journals know.

use comptoir_fiscal::entry::{Body, Entry, Tender};
use comptoir_fiscal::values::{Cents, Date, RegisterId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Projection, text};
use crate::shop::{Shop, ShopError};
use crate::voucher::VoucherKind;

pub(super) struct Vouchers;

impl Projection for Vouchers {
    const NAME: &'static str = "vouchers";
    const TABLES: &'static [&'static str] = &["voucher"];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        let Body::Ticket(ticket) = &entry.body else { return Ok(()) };
        for payment in &ticket.payments {
            let kind = match payment.tender {
                Tender::CreditNote | Tender::GiftVoucher => payment.tender.as_str(),
                _ => continue,
            };
            let Some(code) = &payment.reference else { continue };
            let amount = payment.amount.get();
            if amount > 0 {
                transaction
                    .prepare_cached(
                        "INSERT INTO voucher (code, kind, issued, spent) VALUES (?1, ?2, 0, ?3)
                         ON CONFLICT (code) DO UPDATE SET spent = spent + excluded.spent",
                    )?
                    .execute(params![code, kind, amount])?;
            } else {
                transaction
                    .prepare_cached(
                        "INSERT INTO voucher (code, kind, issuer, issued_seq, issued_on, issued, spent)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
                         ON CONFLICT (code) DO UPDATE SET spent = spent - excluded.issued",
                    )?
                    .execute(params![
                        code,
                        kind,
                        text(entry.register),
                        entry.seq,
                        ticket.business_date.to_string(),
                        -amount
                    ])?;
            }
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

/// Finds a voucher by its code, as it is sealed.
pub fn find(shop: &Shop, code: &str) -> Result<Option<KnownVoucher>, ShopError> {
    let sql = "SELECT kind, issuer, issued_seq, issued_on, issued, spent FROM voucher WHERE code = ?1";
    let mut find = shop.reading().prepare_cached(sql)?;
    let voucher = find
        .query_row([code], |row| {
            let kind = match row.get_ref(0)?.as_str()? {
                "credit_note" => VoucherKind::CreditNote,
                _ => VoucherKind::GiftVoucher,
            };
            let register = row.get::<_, Option<String>>(1)?.and_then(|text| text.parse().ok());
            let on = row.get::<_, Option<String>>(3)?.and_then(|text| text.parse().ok());
            let issue = match (register, row.get(2)?, on) {
                (Some(register), Some(seq), Some(on)) => Some(Issue { register, seq, on }),
                _ => None,
            };
            let (issued, spent) = (Cents::new(row.get(4)?), Cents::new(row.get(5)?));
            Ok(KnownVoucher { kind, issue, issued, spent })
        })
        .optional()?;
    Ok(voucher)
}
