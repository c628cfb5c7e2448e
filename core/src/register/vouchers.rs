//! Credit notes and gift vouchers at this till: issued with a code and a signed QR, taken for what is left on them.

use comptoir_fiscal::entry::{Body, Entry, Payment, Tender, Ticket};
use comptoir_fiscal::key::PublicKey;
use comptoir_fiscal::values::{Cents, Date, RegisterId};
use serde::{Deserialize, Serialize};

use super::{Refusal, Register, RegisterError};
use crate::projection::tickets;
use crate::projection::vouchers::{self, KnownVoucher};
use crate::shared::ledger;
use crate::voucher::{
    self, Knowledge, Presented, Voucher, VoucherBalance, VoucherCode, VoucherError, VoucherKind, accept,
};

/// For how many months vouchers are good; none for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Validity {
    pub credit_note_months: Option<u32>,
    pub gift_voucher_months: Option<u32>,
}

impl Default for Validity {
    /// A year for both, as is common among shops.
    fn default() -> Validity {
        Validity { credit_note_months: Some(12), gift_voucher_months: Some(12) }
    }
}

impl Validity {
    fn last_day(&self, kind: VoucherKind, issued_on: Date) -> Option<Date> {
        let months = match kind {
            VoucherKind::CreditNote => self.credit_note_months,
            VoucherKind::GiftVoucher => self.gift_voucher_months,
        };
        issued_on.0.checked_add_months(chrono::Months::new(months?)).map(Date)
    }
}

impl Register {
    /// What a voucher can pay here and now: by its code where this till issued it or was shown its signed QR, by that QR
    /// wherever it is from.
    pub fn voucher(&mut self, presented: &Presented) -> Result<Cents, Refusal> {
        self.catch_up()?;
        let today = self.business_date();
        let code = match presented {
            Presented::Code(code) => code,
            Presented::Signed(voucher) => &voucher.code,
        };
        let shown = match presented {
            Presented::Code(code) => self.shown(code)?.map(Presented::Signed),
            Presented::Signed(_) => None,
        };
        let presented = shown.as_ref().unwrap_or(presented);
        let known = self.known_voucher(code)?;
        if let Presented::Signed(voucher) = presented
            && known.as_ref().is_none_or(|known| known.issue.is_none())
            && self.is_shut_out(voucher.issuer)?
        {
            return Err(VoucherError::ShutOut { code: code.to_string() }.into());
        }
        let balance = match (&known, presented) {
            (Some(known), Presented::Signed(voucher)) if known.issue.is_none() => {
                Some(VoucherBalance::issued(voucher.clone())?.record_spent(known.spent))
            }
            (Some(known), _) => self.balance(code, known)?,
            (None, _) => None,
        };
        let issue = known.and_then(|known| known.issue);
        let issued_here = match issue {
            Some(issue) => vouchers::is_here(&self.shop, issue.register).map_err(RegisterError::from)?,
            None => false,
        };
        let knowledge = Knowledge { balance: balance.as_ref(), complete: self.is_in_step(), issued_here };
        let left = accept(presented, knowledge, self.vouchers_offline, today)?;
        if let Presented::Signed(voucher) = presented {
            self.shop.set(&shown_key(&voucher.code), voucher).map_err(RegisterError::from)?;
        }
        Ok(left)
    }

    /// Reads what was typed or scanned of a voucher, and says what kind it is and what it can pay here and now: a code, or
    /// a QR that a till of the merchant's signed, as far as this one knows them. Of a code that nobody here knows the kind is what `unless_known` says.
    pub fn read_voucher(
        &mut self,
        text: &str,
        unless_known: VoucherKind,
    ) -> Result<(VoucherCode, VoucherKind, Cents), Refusal> {
        let presented = match voucher::is_voucher_qr(text) {
            true => Presented::Signed(Voucher::from_qr(text, |issuer| self.key_of(issuer))?),
            false => Presented::Code(text.parse()?),
        };
        let left = self.voucher(&presented)?;
        let (code, kind) = match presented {
            Presented::Signed(voucher) => (voucher.code, voucher.kind),
            Presented::Code(code) => {
                let shown = self.shown(&code)?.map(|shown| shown.kind);
                let kind = self.known_voucher(&code)?.map(|known| known.kind).or(shown);
                (code, kind.unwrap_or(unless_known))
            }
        };
        Ok((code, kind, left))
    }

    /// The text of a voucher's QR code, signed by this register.
    pub fn voucher_qr(&self, voucher: &Voucher) -> String {
        voucher.to_qr(self.journal.key())
    }

    /// A code for a gift voucher about to be sold.
    pub fn new_voucher_code(&mut self) -> Result<VoucherCode, RegisterError> {
        self.catch_up()?;
        loop {
            let mut random = [0; 8];
            self.platform.random.fill(&mut random)?;
            let code = VoucherCode::from_random(u64::from_le_bytes(random));
            if self.known_voucher(&code)?.is_none() && self.shown(&code)?.is_none() {
                return Ok(code);
            }
        }
    }

    /// Refuses a ticket that would take more of a voucher than is left on it, take it for what it is not, or take back
    /// one that was spent.
    pub(super) fn check_vouchers(&mut self, payments: &[Payment]) -> Result<(), Refusal> {
        for payment in payments.iter().filter(|payment| payment.amount.is_positive()) {
            let Some(kind) = kind(payment.tender) else { continue };
            let text = payment.reference.clone().unwrap_or_default();
            let code: VoucherCode = text.parse()?;
            self.catch_up()?;
            let shown = self.shown(&code)?.map(|shown| shown.kind);
            if self.known_voucher(&code)?.map(|known| known.kind).or(shown).is_some_and(|known| known != kind) {
                return Err(VoucherError::Differs { code: text }.into());
            }
            let left = self.voucher(&Presented::Code(code))?;
            if payment.amount > left {
                return Err(VoucherError::AboveBalance { code: text, left, excess: payment.amount - left }.into());
            }
        }
        Ok(())
    }

    /// Refuses a sale that would issue a voucher under a code that is known here already.
    pub(super) fn check_new_codes(&mut self, payments: &[Payment]) -> Result<(), Refusal> {
        for payment in payments.iter().filter(|payment| payment.amount.is_negative()) {
            if kind(payment.tender).is_none() {
                continue;
            }
            let text = payment.reference.clone().unwrap_or_default();
            self.check_new_code(&text.parse()?)?;
        }
        Ok(())
    }

    /// Refuses to issue a voucher under a code that is known here already.
    pub(super) fn check_new_code(&mut self, code: &VoucherCode) -> Result<(), Refusal> {
        self.catch_up()?;
        if self.known_voucher(code)?.is_some() || self.shown(code)?.is_some() {
            return Err(VoucherError::Taken { code: code.to_string() }.into());
        }
        Ok(())
    }

    /// What is left on a voucher that this till issued, as far as it knows.
    pub(super) fn left_on(&self, voucher: &Voucher) -> Result<Cents, RegisterError> {
        let spent = self.known_voucher(&voucher.code)?.map_or(Cents::ZERO, |known| known.spent);
        Ok(voucher.amount - spent)
    }

    /// The vouchers that a sealed ticket issued; what it put back on one issued before is not among them.
    pub(super) fn issued_by(&self, entry: &Entry) -> Result<Vec<Voucher>, RegisterError> {
        let Body::Ticket(ticket) = &entry.body else { return Ok(Vec::new()) };
        let mut issued = Vec::new();
        for payment in ticket.payments.iter().filter(|payment| payment.amount.is_negative()) {
            let Some(voucher) = self.voucher_of(entry, ticket, payment) else { continue };
            // The projections may not have come to this entry yet; a voucher that they know was there before.
            let is_new = match self.known_voucher(&voucher.code)? {
                Some(known) => {
                    known.issue.is_some_and(|issue| (issue.register, issue.seq) == (entry.register, entry.seq))
                }
                None => true,
            };
            if is_new {
                issued.push(voucher);
            }
        }
        Ok(issued)
    }

    /// The public key of a journal of the merchant's: of this till's, and of those that the back office told of.
    fn key_of(&mut self, issuer: RegisterId) -> Result<Option<PublicKey>, Refusal> {
        if issuer == self.id() {
            return Ok(Some(self.journal.key().public()));
        }
        let told = ledger::till(self.shop.reading(), issuer).map_err(RegisterError::from)?;
        let text = match told {
            Some(till) => Some(till.public_key),
            None if tickets::label_of(&self.shop, issuer).map_err(RegisterError::from)?.is_some() => {
                self.line_if_any(issuer, 0)?.and_then(|first| match first.entry.body {
                    Body::Genesis(genesis) => Some(genesis.public_key),
                    _ => None,
                })
            }
            None => None,
        };
        Ok(text.and_then(|text| PublicKey::from_base64(&text).ok()))
    }

    /// Whether a till was revoked: whoever took it away may have signed what no journal holds.
    fn is_shut_out(&self, issuer: RegisterId) -> Result<bool, RegisterError> {
        Ok(ledger::till(self.shop.reading(), issuer)?.is_some_and(|till| till.revoked))
    }

    fn voucher_of(&self, entry: &Entry, ticket: &Ticket, payment: &Payment) -> Option<Voucher> {
        let kind = kind(payment.tender)?;
        Some(Voucher {
            code: payment.reference.as_ref()?.parse().ok()?,
            kind,
            issuer: entry.register,
            seq: entry.seq,
            amount: -payment.amount,
            expires: self.validity.last_day(kind, ticket.business_date),
        })
    }

    /// The signed QR of another till's voucher that was shown here with this code.
    fn shown(&self, code: &VoucherCode) -> Result<Option<Voucher>, RegisterError> {
        Ok(self.shop.setting(&shown_key(code))?)
    }

    fn known_voucher(&self, code: &VoucherCode) -> Result<Option<KnownVoucher>, RegisterError> {
        Ok(vouchers::find(&self.shop, &code.to_string())?)
    }

    fn balance(&self, code: &VoucherCode, known: &KnownVoucher) -> Result<Option<VoucherBalance>, Refusal> {
        let Some(issue) = known.issue else { return Ok(None) };
        let voucher = Voucher {
            code: code.clone(),
            kind: known.kind,
            issuer: issue.register,
            seq: issue.seq,
            amount: known.issued,
            expires: self.validity.last_day(known.kind, issue.on),
        };
        Ok(Some(VoucherBalance::issued(voucher)?.record_spent(known.spent)))
    }
}

/// Where the signed QR of another till's voucher is remembered, once it was shown here.
fn shown_key(code: &VoucherCode) -> String {
    format!("voucher shown {code}")
}

/// What kind of voucher a means of payment is; most are none.
fn kind(tender: Tender) -> Option<VoucherKind> {
    match tender {
        Tender::CreditNote => Some(VoucherKind::CreditNote),
        Tender::GiftVoucher => Some(VoucherKind::GiftVoucher),
        _ => None,
    }
}
