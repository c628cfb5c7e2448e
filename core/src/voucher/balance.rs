//! What is left on a voucher, and whether this till may take it.

use comptoir_fiscal::values::{Cents, Date};
use serde::{Deserialize, Serialize};

use super::{Voucher, VoucherCode, VoucherError};

/// What is known of a voucher: as it was issued, and what has been spent of it since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherBalance {
    voucher: Voucher,
    spent: Cents,
    active: bool,
}

impl VoucherBalance {
    /// A voucher just issued.
    pub fn issued(voucher: Voucher) -> Result<VoucherBalance, VoucherError> {
        match voucher.amount.is_positive() {
            true => Ok(VoucherBalance { voucher, spent: Cents::ZERO, active: true }),
            false => Err(VoucherError::NotPositive { amount: voucher.amount }),
        }
    }

    /// The voucher as it was issued, with its expiry as prolonged.
    pub fn voucher(&self) -> &Voucher {
        &self.voucher
    }

    /// What has been spent of it.
    pub fn spent(&self) -> Cents {
        self.spent
    }

    /// What is left on it; negative where tills that were apart spent more than there was.
    pub fn left(&self) -> Cents {
        self.voucher.amount - self.spent
    }

    /// Whether it was spent beyond its worth, which the manager is shown.
    pub fn is_overdrawn(&self) -> bool {
        self.left().is_negative()
    }

    /// What it can pay on a day.
    pub fn usable(&self, today: Date) -> Result<Cents, VoucherError> {
        let code = || self.voucher.code.to_string();
        if !self.active {
            return Err(VoucherError::Deactivated { code: code() });
        }
        if let Some(on) = self.voucher.expires.filter(|on| today > *on) {
            return Err(VoucherError::Expired { code: code(), on });
        }
        if self.left().is_positive() { Ok(self.left()) } else { Err(VoucherError::Exhausted { code: code() }) }
    }

    /// It after so much is spent on a day; what remains stays on it.
    pub fn spend(&self, amount: Cents, today: Date) -> Result<VoucherBalance, VoucherError> {
        let left = self.usable(today)?;
        if !amount.is_positive() {
            return Err(VoucherError::NotPositive { amount });
        }
        if amount > left {
            let code = self.voucher.code.to_string();
            return Err(VoucherError::AboveBalance { code, left, excess: amount - left });
        }
        Ok(VoucherBalance { spent: self.spent + amount, ..self.clone() })
    }

    /// It after a sealed ticket spent so much of it: a fact, taken as it is, even where it overdraws.
    pub fn record_spent(&self, amount: Cents) -> VoucherBalance {
        VoucherBalance { spent: self.spent + amount, ..self.clone() }
    }

    /// It after so much that had been spent is put back, as the cancel of a ticket does.
    pub fn put_back(&self, amount: Cents) -> Result<VoucherBalance, VoucherError> {
        if !amount.is_positive() {
            return Err(VoucherError::NotPositive { amount });
        }
        if amount > self.spent {
            let code = self.voucher.code.to_string();
            return Err(VoucherError::AboveIssued { code, excess: amount - self.spent });
        }
        Ok(VoucherBalance { spent: self.spent - amount, ..self.clone() })
    }

    /// It with a later last day, or none.
    pub fn prolonged(&self, expires: Option<Date>) -> VoucherBalance {
        let mut prolonged = self.clone();
        prolonged.voucher.expires = expires.zip(self.voucher.expires).map(|(new, old)| new.max(old));
        prolonged
    }

    /// It after a manager has switched it off or on.
    pub fn with_active(&self, active: bool) -> VoucherBalance {
        VoucherBalance { active, ..self.clone() }
    }
}

/// What a customer shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// A code that was typed.
    Code(VoucherCode),
    /// A QR code whose signature was checked.
    Signed(Voucher),
}

/// What a till without the network takes of vouchers that it has not issued itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "take", rename_all = "snake_case")]
pub enum OfflinePolicy {
    /// Up to what is left as far as is known.
    #[default]
    Accept,
    /// Up to this sum of one voucher at once.
    UpTo {
        /// In cents; above 0.
        most: Cents,
    },
    /// Nothing: only where it was issued, or with the network.
    OnlyWhereIssued,
}

/// What a till knows when a voucher is shown to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge<'a> {
    /// What it knows of that code.
    pub balance: Option<&'a VoucherBalance>,
    /// Whether it knows what every till has sent, as with the network.
    pub complete: bool,
    /// Whether the voucher was issued by this very register.
    pub issued_here: bool,
}

/// The most that a till may take of a voucher now.
pub fn accept(
    presented: &Presented,
    known: Knowledge<'_>,
    policy: OfflinePolicy,
    today: Date,
) -> Result<Cents, VoucherError> {
    let code = match presented {
        Presented::Code(code) => code,
        Presented::Signed(voucher) => &voucher.code,
    };
    let text = || code.to_string();
    let usable = match (presented, known.balance) {
        (Presented::Signed(voucher), Some(balance)) => {
            let of = balance.voucher();
            let same =
                (of.kind, of.issuer, of.seq, of.amount) == (voucher.kind, voucher.issuer, voucher.seq, voucher.amount);
            if !same || of.code != voucher.code {
                return Err(VoucherError::Differs { code: text() });
            }
            balance.usable(today)?
        }
        (Presented::Code(_), Some(balance)) => balance.usable(today)?,
        (Presented::Code(_), None) if known.complete => return Err(VoucherError::Unknown { code: text() }),
        // Issued on a till whose journal has not come in yet.
        (Presented::Signed(voucher), None) => VoucherBalance::issued(voucher.clone())?.usable(today)?,
        (Presented::Code(_), None) => return Err(VoucherError::NotKnownHere { code: text() }),
    };
    if known.issued_here || (known.complete && known.balance.is_some()) {
        return Ok(usable);
    }
    match policy {
        OfflinePolicy::Accept => Ok(usable),
        OfflinePolicy::UpTo { most } if most.is_positive() => Ok(usable.min(most)),
        OfflinePolicy::UpTo { .. } | OfflinePolicy::OnlyWhereIssued => {
            Err(VoucherError::OnlyWhereIssued { code: text() })
        }
    }
}
