//! Means of payment: what may be taken, how much of it, and what comes back.
//!
//! Change is given on cash alone; a paper voucher may be worth more than it pays; nothing else may exceed what is due
//! (`journal-format.md`, "ticket"). Law: cash CMF L. 112-6, meal vouchers C. trav. R. 3262-8 and R. 3262-10.

mod error;

use comptoir_fiscal::entry::{Payment, Tender};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;
use serde::{Deserialize, Serialize};

pub use error::TenderError;

use crate::private::without_card_number;
use crate::terms::Terms;
use crate::voucher::VoucherCode;

/// The least that Chèque-Vacances Connect pays (ANCV).
pub const CONNECT_MINIMUM: Cents = Cents::new(2000);

/// What a customer hands over. A reference is never a card number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "amounts are what is to be paid with it, references its number if it has one")]
pub enum TenderRequest {
    /// Notes and coins; what is too much is given back. Above the limit of cash, `over_limit` says why it is taken
    /// all the same: the proof that a consumer lives abroad.
    Cash { handed: Cents, over_limit: Option<String> },
    /// A bank card.
    Card { amount: Cents, reference: Option<String> },
    /// A cheque.
    Cheque { amount: Cents, reference: Option<String> },
    /// A meal voucher card or application, debited to the cent.
    MealVoucherCard { amount: Cents, reference: Option<String> },
    /// A meal voucher on paper; what it is worth beyond what it pays is lost.
    MealVoucherPaper { face: Cents, reference: Option<String> },
    /// A credit note of this merchant, of which so much is left; pays all it can, or `amount`.
    CreditNote { code: VoucherCode, balance: Cents, amount: Option<Cents> },
    /// A gift voucher of this merchant, likewise.
    GiftVoucher { code: VoucherCode, balance: Cents, amount: Option<Cents> },
    /// A holiday voucher on paper; what it is worth beyond what it pays is lost.
    HolidayVoucherPaper { face: Cents, reference: Option<String> },
    /// A holiday voucher by telephone (Connect), debited to the cent, from 20.00 € on.
    HolidayVoucherConnect { amount: Cents, reference: Option<String> },
    /// A bank transfer.
    Transfer { amount: Cents, reference: Option<String> },
    /// A payment on the web.
    Online { amount: Cents, reference: Option<String> },
    /// Put on the customer's account, to be settled later.
    Account { amount: Cents },
    /// Given beyond the total, to be passed on: it raises what is due.
    Tip { amount: Cents },
}

impl TenderRequest {
    /// What somebody typed beside the amount.
    pub(crate) fn typed(&self) -> Option<&str> {
        match self {
            TenderRequest::Cash { over_limit: typed, .. }
            | TenderRequest::Card { reference: typed, .. }
            | TenderRequest::Cheque { reference: typed, .. }
            | TenderRequest::MealVoucherCard { reference: typed, .. }
            | TenderRequest::MealVoucherPaper { reference: typed, .. }
            | TenderRequest::HolidayVoucherPaper { reference: typed, .. }
            | TenderRequest::HolidayVoucherConnect { reference: typed, .. }
            | TenderRequest::Transfer { reference: typed, .. }
            | TenderRequest::Online { reference: typed, .. } => typed.as_deref(),
            TenderRequest::CreditNote { .. }
            | TenderRequest::GiftVoucher { .. }
            | TenderRequest::Account { .. }
            | TenderRequest::Tip { .. } => None,
        }
    }
}

/// One means of payment taken, by which it is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenderId(u32);

/// Why more cash was taken than the law's limit: sealed as event 921.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashOverride {
    /// The cash, less change.
    pub amount: Cents,
    /// The limit for those who live in France.
    pub limit: Cents,
    /// The proof that was seen.
    pub reason: String,
}

/// A means of payment, as people call it.
pub fn name(tender: Tender) -> Message {
    match tender {
        Tender::Account => message!("customer account"),
        Tender::Card => message!("bank card"),
        Tender::Cash => message!("cash"),
        Tender::Cheque => message!("cheque"),
        Tender::CreditNote => message!("credit note"),
        Tender::GiftVoucher => message!("gift voucher"),
        Tender::HolidayVoucher => message!("holiday voucher"),
        Tender::MealVoucher => message!("meal voucher"),
        Tender::Online => message!("web payment"),
        Tender::Tip => message!("tip"),
        Tender::Transfer => message!("bank transfer"),
    }
}

/// What a customer is likely to hand over in cash: the exact amount, then the next sums that notes make, at most five.
pub fn suggestions(due: Cents) -> Vec<Cents> {
    if !due.is_positive() {
        return vec![];
    }
    let notes = [500, 1000, 2000, 5000, 10_000];
    let next = |note: &i64| Cents::new(due.get().saturating_add(note - 1) / note * note);
    let mut sums: Vec<Cents> = [due].into_iter().chain(notes.iter().map(next)).collect();
    sums.sort();
    sums.dedup();
    sums.truncate(5);
    sums
}

/// Shares an amount evenly over so many guests; the last takes what is left over.
pub fn by_guests(amount: Cents, guests: u32) -> Result<Vec<Cents>, TenderError> {
    let (Ok(count), true) = (usize::try_from(guests), (1..=1000).contains(&guests)) else {
        return Err(TenderError::Guests);
    };
    let each = amount.get() / i64::from(guests);
    let mut shares = vec![Cents::new(each); count];
    if let Some(last) = shares.last_mut() {
        *last = Cents::new(amount.get() - each * (i64::from(guests) - 1));
    }
    Ok(shares)
}

/// What is owed, by which rules, and what has been taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    /// What is owed before tips.
    pub(crate) owed: Cents,
    /// What of it meal vouchers may pay.
    pub(crate) eligible: Cents,
    /// Cash that the same ticket has kept besides.
    pub(crate) cash_before: Cents,
    /// What the whole ticket owes, where this is only part of it.
    pub(crate) owed_besides: Cents,
    /// How many people pay with meal vouchers.
    pub(crate) holders: u32,
    pub(crate) has_customer: bool,
    /// Whether the customer's account is what is being paid.
    pub(crate) pays_account: bool,
    /// Codes of the vouchers that are being sold.
    pub(crate) issued: Vec<VoucherCode>,
    pub(crate) terms: Terms,
    pub(crate) taken: Vec<Taken>,
    pub(crate) next_id: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: TenderId,
    pub(crate) request: TenderRequest,
    pub(crate) payment: Payment,
}

impl Tab {
    pub(crate) fn new(owed: Cents, eligible: Cents, terms: Terms) -> Tab {
        Tab {
            owed,
            eligible,
            cash_before: Cents::ZERO,
            owed_besides: Cents::ZERO,
            holders: 1,
            has_customer: false,
            pays_account: false,
            issued: vec![],
            terms,
            taken: vec![],
            next_id: 0,
        }
    }

    /// What is owed and not yet paid; negative where cash is to be given back.
    pub(crate) fn left(&self) -> Cents {
        self.owed - self.taken.iter().map(|taken| taken.payment.amount).sum()
    }

    pub(crate) fn change(&self) -> Cents {
        (-self.left()).max(Cents::ZERO)
    }

    /// Cash taken less change, with what the ticket kept before.
    pub(crate) fn net_cash(&self) -> Cents {
        self.cash_before + self.sum_of(Tender::Cash) - self.change()
    }

    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.taken.iter().map(|taken| &taken.payment)
    }

    pub(crate) fn take(&mut self, request: TenderRequest) -> Result<TenderId, TenderError> {
        let payment = self.payment(&request)?;
        let id = TenderId(self.next_id);
        self.taken.push(Taken { id, request, payment });
        if let Err(error) = self.check() {
            self.taken.pop();
            return Err(error);
        }
        self.next_id += 1;
        Ok(id)
    }

    /// Undoes one; those after it are taken anew in their order, so that a paper voucher pays what it then can.
    pub(crate) fn undo(&mut self, id: TenderId) -> Result<(), TenderError> {
        if !self.taken.iter().any(|taken| taken.id == id) {
            return Err(TenderError::UnknownTender);
        }
        let kept = |taken: &Taken| taken.id != id;
        self.retake(self.holders, kept).map_err(|error| match error {
            TenderError::Exceeds { .. } | TenderError::NothingDue => {
                let paid: Cents = self.taken.iter().filter(|taken| kept(taken)).map(|taken| taken.payment.amount).sum();
                TenderError::UndoneLeavesTooMuch { excess: paid - self.owed }
            }
            other => other,
        })
    }

    pub(crate) fn set_holders(&mut self, holders: u32) -> Result<(), TenderError> {
        if !(1..=1000).contains(&holders) {
            return Err(TenderError::Holders);
        }
        self.retake(holders, |_| true)
    }

    /// What passed the limit of cash, and why.
    pub(crate) fn cash_override(&self) -> Option<CashOverride> {
        let amount = self.net_cash();
        let reason = self.over_limit_reason().filter(|_| amount > self.cash_limit())?.to_owned();
        Some(CashOverride { amount, limit: self.terms.cash.limit, reason })
    }

    fn retake(&mut self, holders: u32, keep: impl Fn(&Taken) -> bool) -> Result<(), TenderError> {
        let mut anew = Tab { holders, taken: vec![], ..self.clone() };
        for taken in self.taken.iter().filter(|taken| keep(taken)) {
            anew.take(taken.request.clone())?;
            if let Some(last) = anew.taken.last_mut() {
                last.id = taken.id;
            }
        }
        anew.next_id = self.next_id;
        *self = anew;
        Ok(())
    }

    fn sum_of(&self, tender: Tender) -> Cents {
        self.payments().filter(|payment| payment.tender == tender).map(|payment| payment.amount).sum()
    }

    fn payment(&self, request: &TenderRequest) -> Result<Payment, TenderError> {
        match request {
            TenderRequest::Tip { amount } => Ok(paid(Tender::Tip, -positive(*amount)?, &None)),
            TenderRequest::Cash { handed, over_limit } => {
                if let Some(reason) = over_limit {
                    if reason.trim().is_empty() {
                        return Err(TenderError::ReasonEmpty);
                    }
                    without_card_number(reason)?;
                }
                self.room()?;
                Ok(paid(Tender::Cash, positive(*handed)?, &None))
            }
            TenderRequest::Card { amount, reference } => self.exact(Tender::Card, *amount, reference),
            TenderRequest::Cheque { amount, reference } => self.exact(Tender::Cheque, *amount, reference),
            TenderRequest::Transfer { amount, reference } => self.exact(Tender::Transfer, *amount, reference),
            TenderRequest::Online { amount, reference } => self.exact(Tender::Online, *amount, reference),
            TenderRequest::HolidayVoucherConnect { amount, reference } => {
                let payment = self.exact(Tender::HolidayVoucher, *amount, reference)?;
                if *amount < CONNECT_MINIMUM {
                    return Err(TenderError::ConnectMinimum { minimum: CONNECT_MINIMUM });
                }
                Ok(payment)
            }
            TenderRequest::Account { .. } if !self.has_customer => Err(TenderError::CustomerNeeded),
            TenderRequest::Account { .. } if self.pays_account => Err(TenderError::AccountByAccount),
            TenderRequest::Account { amount } => self.exact(Tender::Account, *amount, &None),
            TenderRequest::MealVoucherCard { amount, reference } => {
                let room = self.meal_room(false)?;
                let payment = self.exact(Tender::MealVoucher, *amount, reference)?;
                if *amount > room {
                    return Err(TenderError::AboveEligible { left: room, excess: *amount - room });
                }
                Ok(payment)
            }
            TenderRequest::MealVoucherPaper { face, reference } => {
                let room = self.meal_room(true)?;
                faced(Tender::MealVoucher, positive(*face)?, room, reference)
            }
            TenderRequest::HolidayVoucherPaper { face, reference } => {
                faced(Tender::HolidayVoucher, positive(*face)?, self.room()?, reference)
            }
            TenderRequest::CreditNote { code, balance, amount } => {
                self.voucher(Tender::CreditNote, code, *balance, *amount)
            }
            TenderRequest::GiftVoucher { code, balance, amount } => {
                self.voucher(Tender::GiftVoucher, code, *balance, *amount)
            }
        }
    }

    fn room(&self) -> Result<Cents, TenderError> {
        let left = self.left();
        if left.is_positive() { Ok(left) } else { Err(TenderError::NothingDue) }
    }

    fn exact(&self, tender: Tender, amount: Cents, reference: &Option<String>) -> Result<Payment, TenderError> {
        let (amount, due) = (positive(amount)?, self.room()?);
        if amount > due {
            return Err(TenderError::Exceeds { tender, due, excess: amount - due });
        }
        referred(paid(tender, amount, reference))
    }

    fn voucher(
        &self,
        tender: Tender,
        code: &VoucherCode,
        balance: Cents,
        amount: Option<Cents>,
    ) -> Result<Payment, TenderError> {
        let text = code.to_string();
        if self.payments().any(|payment| payment.reference.as_ref() == Some(&text)) {
            return Err(TenderError::VoucherTwice { code: text });
        }
        if self.issued.contains(code) {
            return Err(TenderError::VoucherSoldHere { code: text });
        }
        if !balance.is_positive() {
            return Err(TenderError::VoucherEmpty { code: text });
        }
        let amount = match amount {
            Some(amount) => amount,
            None => balance.min(self.room()?),
        };
        if amount > balance {
            return Err(TenderError::AboveBalance { code: text, balance, amount });
        }
        self.exact(tender, amount, &Some(text))
    }

    /// What meal vouchers may still pay.
    fn meal_room(&self, paper: bool) -> Result<Cents, TenderError> {
        let date = self.terms.date;
        let rule = self.terms.meal_vouchers.ok_or(TenderError::MealVouchersNotTaken { date })?;
        if let Some(off) = self.terms.day_off {
            return Err(TenderError::MealVouchersOff { off, date });
        }
        if paper && !rule.paper {
            return Err(TenderError::PaperNotTaken { date });
        }
        let due = self.room()?;
        let eligible = self.eligible - self.sum_of(Tender::MealVoucher);
        if eligible.is_positive() { Ok(due.min(eligible)) } else { Err(TenderError::NothingEligible) }
    }

    /// The same within what is left of the holders' day.
    pub(crate) fn most_by_meal_voucher(&self) -> Cents {
        let Some(rule) = self.terms.meal_vouchers else { return Cents::ZERO };
        let left_of_day = rule.per_day_of(self.holders) - self.handed_in_meal_vouchers();
        self.meal_room(false).unwrap_or_default().min(left_of_day).max(Cents::ZERO)
    }

    /// What holders handed over: it counts towards the day, not only what it pays.
    fn handed_in_meal_vouchers(&self) -> Cents {
        let of_meals = self.payments().filter(|payment| payment.tender == Tender::MealVoucher);
        of_meals.map(|payment| payment.face.unwrap_or(payment.amount)).sum()
    }

    /// The rules that hold for all that was taken together.
    fn check(&self) -> Result<(), TenderError> {
        if let Some(rule) = self.terms.meal_vouchers {
            let (used, most) = (self.handed_in_meal_vouchers(), rule.per_day_of(self.holders));
            if used > most {
                let (per_day, holders, excess) = (rule.per_day, self.holders, used - most);
                return Err(TenderError::AboveDay { per_day, holders, excess });
            }
        }
        self.check_cash()
    }

    fn check_cash(&self) -> Result<(), TenderError> {
        let (net, limit) = (self.net_cash(), self.cash_limit());
        if net <= limit || self.sum_of(Tender::Cash).is_zero() {
            return Ok(());
        }
        let most = self.terms.cash.non_resident_limit;
        match self.over_limit_reason() {
            Some(_) if net <= most => Ok(()),
            Some(_) => Err(TenderError::NonResidentLimit { limit: most, excess: net - most }),
            None if limit.is_zero() => Err(TenderError::NoCash { limit: self.terms.cash.limit }),
            None => Err(TenderError::CashLimit { limit, excess: net - limit }),
        }
    }

    /// The most cash on this ticket without a reason; nothing on a strict till above the limit.
    fn cash_limit(&self) -> Cents {
        let tips: Cents = -self.sum_of(Tender::Tip);
        let debt = self.owed + self.owed_besides + tips;
        let rule = &self.terms.cash;
        if rule.strict && debt > rule.limit { Cents::ZERO } else { rule.limit }
    }

    fn over_limit_reason(&self) -> Option<&str> {
        self.taken.iter().find_map(|taken| match &taken.request {
            TenderRequest::Cash { over_limit, .. } => over_limit.as_deref(),
            _ => None,
        })
    }
}

fn positive(amount: Cents) -> Result<Cents, TenderError> {
    if amount.is_positive() { Ok(amount) } else { Err(TenderError::NotPositive { amount }) }
}

fn paid(tender: Tender, amount: Cents, reference: &Option<String>) -> Payment {
    Payment { amount, face: None, reference: reference.clone(), tender }
}

fn faced(tender: Tender, face: Cents, room: Cents, reference: &Option<String>) -> Result<Payment, TenderError> {
    let face_is_more = (face > room).then_some(face);
    referred(Payment { face: face_is_more, ..paid(tender, face.min(room), reference) })
}

/// A payment whose reference holds no card number; an empty reference is none.
pub(crate) fn referred(mut payment: Payment) -> Result<Payment, TenderError> {
    payment.reference = payment.reference.filter(|reference| !reference.trim().is_empty());
    if let Some(reference) = &payment.reference {
        without_card_number(reference)?;
    }
    Ok(payment)
}

#[cfg(test)]
mod tests;
