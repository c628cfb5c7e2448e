//! What tickets took of a voucher, or gave on it, and what follows: which of them issued it, what was spent.

use std::collections::BTreeMap;

use comptoir_fiscal::entry::{Body, Entry, Tender};
use comptoir_fiscal::values::{Cents, Date, RegisterId};

use super::VoucherKind;
use crate::shared::{VoucherPart, VoucherParts};

/// What a ticket took of a voucher, or gave on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// In which journal.
    pub register: RegisterId,
    /// Which entry.
    pub seq: u64,
    /// When, unix seconds.
    pub at: i64,
    /// The business date of the ticket.
    pub on: Date,
    /// Credit note or gift voucher.
    pub kind: VoucherKind,
    /// In cents; below zero where it gave.
    pub amount: Cents,
}

/// The movements of a ticket: the place of each among its payments, the code of the voucher, and the movement.
pub fn movements_of(entry: &Entry) -> impl Iterator<Item = (usize, &str, Movement)> {
    let ticket = match &entry.body {
        Body::Ticket(ticket) => Some(ticket),
        _ => None,
    };
    ticket.into_iter().flat_map(move |ticket| {
        ticket.payments.iter().enumerate().filter_map(move |(n, payment)| {
            let kind = match payment.tender {
                Tender::CreditNote => VoucherKind::CreditNote,
                Tender::GiftVoucher => VoucherKind::GiftVoucher,
                _ => return None,
            };
            let movement = Movement {
                register: entry.register,
                seq: entry.seq,
                at: entry.at.unix(),
                on: ticket.business_date,
                kind,
                amount: payment.amount,
            };
            Some((n, payment.reference.as_deref()?, movement))
        })
    })
}

/// The one that issued a voucher, of all its movements, each journal's in its order: a journal's first, where that gave; the
/// earliest, where several journals begin so, as the others put back. Only between journals does the clock count.
pub fn issue_among(movements: &[Movement]) -> Option<usize> {
    let is_first = |n: usize, movement: &Movement| {
        n.checked_sub(1)
            .and_then(|before| movements.get(before))
            .is_none_or(|before| before.register != movement.register)
    };
    let firsts = movements.iter().enumerate().filter(|(n, movement)| is_first(*n, movement));
    let gave = firsts.filter(|(_, movement)| movement.amount.is_negative());
    gave.min_by_key(|(_, movement)| movement.at).map(|(n, _)| n)
}

/// What each journal says of a voucher, of all its movements, each journal's in its order; none where there is none.
pub fn parts(movements: &[Movement]) -> Option<VoucherParts> {
    let kind = movements.first()?.kind;
    let issue = issue_among(movements);
    let mut parts: BTreeMap<RegisterId, VoucherPart> = BTreeMap::new();
    for (n, movement) in movements.iter().enumerate() {
        let none = VoucherPart {
            register: movement.register,
            seq: movement.seq,
            issue: None,
            issued: Cents::ZERO,
            spent: Cents::ZERO,
        };
        let part = parts.entry(movement.register).or_insert(none);
        part.seq = part.seq.max(movement.seq);
        if Some(n) == issue {
            part.issue = Some((movement.seq, movement.on));
            part.issued -= movement.amount;
        } else {
            part.spent += movement.amount;
        }
    }
    Some(VoucherParts { kind, parts: parts.into_values().collect() })
}

impl VoucherParts {
    /// By how much more was spent than it was issued for; zero where its issue is not known.
    pub fn overdrawn(&self) -> Cents {
        let is_issued = self.parts.iter().any(|part| part.issue.is_some());
        let sum = |of: fn(&VoucherPart) -> Cents| self.parts.iter().map(of).fold(Cents::ZERO, |sum, cents| sum + cents);
        let over = sum(|part| part.spent) - sum(|part| part.issued);
        if is_issued { over.max(Cents::ZERO) } else { Cents::ZERO }
    }
}
