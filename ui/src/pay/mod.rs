//! The payment screen: several means for one ticket, by amount, by line, by guest.

pub mod view;

use comptoir_core::settlement::Due;
use comptoir_core::tender::{TenderId, TenderRequest};
use comptoir_core::voucher::VoucherKind;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;

use crate::doubt;
use crate::sale::seal;
use crate::till::{Place, Till};

/// A means of payment, as its key is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Means {
    Cash,
    Card,
    MealVoucherCard,
    MealVoucherPaper,
    Cheque,
    CreditNote,
    GiftVoucher,
    HolidayVoucherPaper,
    HolidayVoucherConnect,
    Transfer,
    Tip,
}

impl Means {
    /// Every means, in the order of its keys.
    pub const ALL: [Means; 11] = [
        Means::Cash,
        Means::Card,
        Means::MealVoucherCard,
        Means::MealVoucherPaper,
        Means::Cheque,
        Means::CreditNote,
        Means::GiftVoucher,
        Means::HolidayVoucherPaper,
        Means::HolidayVoucherConnect,
        Means::Transfer,
        Means::Tip,
    ];
}

/// What a person does on the payment screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Chose a means.
    Means(Means),
    /// Chose an amount.
    Amount(Cents),
    /// Typed digits of the amount.
    Digits(String),
    /// Took the last digit back.
    Back,
    /// Typed everything away.
    Clear,
    /// Takes the amount by the means.
    Take,
    /// Undoes a payment, by its place.
    Undo(usize),
    /// Says by how many meal vouchers are paid.
    Holders(u32),
    /// Shares what is left over so many.
    Guests(u32),
    /// Lets some lines be paid, by their numbers.
    Line(u32),
    /// Chooses between the whole, lines and guests.
    Split(Split),
    /// A voucher's code, typed or scanned.
    Voucher(String),
    /// Typed into the reference or code.
    Reference(String),
    /// Cash above the limit: the proof that was seen.
    Proof(String),
    /// The terminal's answer.
    CardSaid(crate::sale::Said),
    /// Back to the articles.
    Leave,
}

/// How what is due is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Split {
    #[default]
    Amount,
    Lines,
    Guests,
}

/// A ticket that is being paid.
pub struct Pay {
    pub(crate) due: Due,
    pub(crate) means: Means,
    /// What was typed, in cents; none where the amount that is offered stands.
    pub(crate) typed: Option<Cents>,
    pub(crate) split: Split,
    pub(crate) lines: Vec<u32>,
    pub(crate) guests: u32,
    pub(crate) reference: String,
    pub(crate) proof: Option<String>,
    pub(crate) card: Option<crate::sale::CardWait>,
    pub(crate) handed: Cents,
}

const MOST: i64 = 99_999_999;

/// Opens the payment screen for what is on the counter.
pub(crate) fn open(till: &mut Till) {
    match till.sale.basket.clone().due(&till.sale.terms) {
        Ok(mut due) => {
            if let Err(error) = till.sale.pay_by_exchange(&mut due) {
                return till.refuse_for(error.message());
            }
            let is_paid = due.left().is_zero();
            till.pay = Some(Pay::of(due));
            till.go(Place::Pay);
            if is_paid {
                finish(till);
            }
        }
        Err((_, error)) => till.refuse_for(error.message()),
    }
}

/// Takes up a payment that was going on when the till stopped, or when the ticket was put aside.
pub(crate) fn take_up(till: &mut Till) {
    let Some(paid) = till.sale.paying.clone() else { return };
    match Due::resume(till.sale.basket.clone(), &till.sale.terms, paid) {
        Ok(due) => {
            till.pay = Some(Pay::of(due));
            till.go(Place::Pay);
        }
        // The rules have changed since: what was taken is to be given back, and is said.
        Err((_, error)) => till.refuse_for(error.message()),
    }
}

impl Pay {
    fn of(due: Due) -> Pay {
        Pay {
            due,
            means: Means::Cash,
            typed: None,
            split: Split::Amount,
            lines: Vec::new(),
            guests: 2,
            reference: String::new(),
            proof: None,
            card: None,
            handed: Cents::ZERO,
        }
    }

    /// What is offered for the means that is chosen.
    pub(crate) fn offered(&self) -> Cents {
        let share = match self.split {
            Split::Amount => self.due.left(),
            Split::Lines if self.lines.is_empty() => self.due.left(),
            Split::Lines => self.due.amount_of_lines(&self.lines).unwrap_or(self.due.left()),
            Split::Guests => self
                .due
                .amount_by_guests(self.guests)
                .ok()
                .and_then(|shares| shares.first().copied())
                .unwrap_or(self.due.left()),
        };
        match self.means {
            Means::MealVoucherCard | Means::MealVoucherPaper => share.min(self.due.meal_voucher_room()),
            Means::Tip => Cents::ZERO,
            _ => share,
        }
    }

    /// The amount that is taken next.
    pub(crate) fn amount(&self) -> Cents {
        self.typed.unwrap_or(self.offered())
    }

    fn request(&self) -> Option<TenderRequest> {
        let amount = self.amount();
        let reference = Some(self.reference.trim().to_owned()).filter(|text| !text.is_empty());
        Some(match self.means {
            Means::Cash => TenderRequest::Cash { handed: amount, over_limit: self.proof.clone() },
            Means::Card => TenderRequest::Card { amount, reference },
            Means::MealVoucherCard => TenderRequest::MealVoucherCard { amount, reference },
            Means::MealVoucherPaper => TenderRequest::MealVoucherPaper { face: amount, reference },
            Means::Cheque => TenderRequest::Cheque { amount, reference },
            Means::HolidayVoucherPaper => TenderRequest::HolidayVoucherPaper { face: amount, reference },
            Means::HolidayVoucherConnect => TenderRequest::HolidayVoucherConnect { amount, reference },
            Means::Transfer => TenderRequest::Transfer { amount, reference },
            Means::Tip => TenderRequest::Tip { amount },
            Means::CreditNote | Means::GiftVoucher => return None,
        })
    }
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    if till.sale.sealing {
        return;
    }
    let Some(pay) = &mut till.pay else { return };
    match intent {
        Intent::Means(means) => (pay.means, pay.typed) = (means, None),
        Intent::Amount(amount) => {
            pay.typed = Some(amount);
            if pay.means == Means::Cash {
                take(till);
            }
        }
        Intent::Digits(digits) => {
            let mut typed = pay.typed.unwrap_or(Cents::ZERO).get();
            for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
                let longer = typed * 10 + i64::from(digit);
                typed = if longer <= MOST { longer } else { typed };
            }
            pay.typed = Some(Cents::new(typed));
        }
        Intent::Back => {
            pay.typed = pay.typed.map(|typed| Cents::new(typed.get() / 10)).filter(|typed| !typed.is_zero())
        }
        Intent::Clear => pay.typed = None,
        Intent::Take => take(till),
        Intent::Undo(place) => {
            let id: Option<TenderId> = pay.due.taken().nth(place).map(|(id, _)| id);
            if let Some(Err(error)) = id.map(|id| pay.due.undo(id)) {
                till.refuse_for(error.message());
            }
        }
        Intent::Holders(holders) => {
            if let Err(error) = pay.due.set_meal_voucher_holders(holders) {
                till.refuse_for(error.message());
            }
        }
        Intent::Guests(guests) => pay.guests = guests.clamp(1, 99),
        Intent::Line(n) => {
            if !pay.lines.contains(&n) {
                pay.lines.push(n);
            } else {
                pay.lines.retain(|line| *line != n);
            }
            pay.typed = None;
        }
        Intent::Split(split) => (pay.split, pay.typed) = (split, None),
        Intent::Voucher(text) => voucher(till, &text),
        Intent::Reference(text) => pay.reference = text,
        Intent::Proof(text) => {
            pay.proof = Some(text).filter(|text| !text.trim().is_empty());
        }
        Intent::CardSaid(said) => card_said(till, said),
        Intent::Leave => leave(till),
    }
    keep(till);
}

/// Has what was taken so far written down with the ticket.
fn keep(till: &mut Till) {
    if till.sale.is_sealing() {
        return;
    }
    let taken = till.pay.as_ref().map(|pay| pay.due.paid()).filter(|paid| !paid.taken.is_empty());
    if till.sale.paying != taken {
        till.sale.paying = taken;
        till.sale.touch();
        crate::sale::write_down(till);
    }
}

fn take(till: &mut Till) {
    let Some(pay) = &mut till.pay else { return };
    if matches!(pay.means, Means::CreditNote | Means::GiftVoucher) {
        let code = pay.reference.clone();
        return voucher(till, &code);
    }
    if pay.means == Means::Card {
        use crate::terminal::{Outcome, Terminal};
        let amount = pay.amount();
        match till.terminal.ask(amount) {
            Outcome::Accepted => {}
            Outcome::Refused => return refused(till),
            outcome => {
                let not_known = outcome == Outcome::NotKnown;
                pay.card = Some(crate::sale::CardWait { amount, not_known });
                return;
            }
        }
    }
    let Some(request) = pay.request() else { return };
    if pay.means == Means::Cash {
        let (slip, again) = (doubt::of_cash(pay.amount(), pay.due.left()), crate::till::Intent::Pay(Intent::Take));
        if doubt::asks(till, slip, again) {
            return;
        }
    }
    let Some(pay) = &mut till.pay else { return };
    let handed = if pay.means == Means::Cash { pay.amount() } else { Cents::ZERO };
    tender(till, request, handed);
}

fn tender(till: &mut Till, request: TenderRequest, handed: Cents) {
    let Some(pay) = &mut till.pay else { return };
    match pay.due.tender(request) {
        Ok(_) => {
            pay.handed += handed;
            (pay.typed, pay.reference, pay.means) = (None, String::new(), Means::Cash);
            pay.lines.clear();
            if pay.guests > 1 && pay.split == Split::Guests {
                pay.guests -= 1;
            }
            if pay.due.left().is_zero() {
                finish(till);
            }
        }
        Err(error) => till.refuse_for(error.message()),
    }
}

fn card_said(till: &mut Till, said: crate::sale::Said) {
    let Some(pay) = &mut till.pay else { return };
    let Some(card) = pay.card.take() else { return };
    match said {
        crate::sale::Said::Accepted => {
            tender(till, TenderRequest::Card { amount: card.amount, reference: None }, Cents::ZERO);
        }
        crate::sale::Said::Refused => refused(till),
        crate::sale::Said::NotKnown => pay.card = Some(crate::sale::CardWait { not_known: true, ..card }),
    }
}

fn refused(till: &mut Till) {
    till.refuse_for(message!("The card was refused; nothing was sealed. Take another means of payment."));
}

/// Takes a credit note or gift voucher: what is left on it is asked of the register first.
fn voucher(till: &mut Till, text: &str) {
    let gift = till.pay.as_ref().is_some_and(|pay| pay.means == Means::GiftVoucher);
    let unless_known = if gift { VoucherKind::GiftVoucher } else { VoucherKind::CreditNote };
    let text = text.to_owned();
    till.ask(
        move |register| register.read_voucher(&text, unless_known),
        |till, outcome| match outcome {
            Ok((code, kind, balance)) => {
                let request = match kind {
                    VoucherKind::GiftVoucher => TenderRequest::GiftVoucher { code, balance, amount: None },
                    VoucherKind::CreditNote => TenderRequest::CreditNote { code, balance, amount: None },
                };
                tender(till, request, Cents::ZERO);
                keep(till);
            }
            Err(refusal) => till.refuse(&refusal),
        },
    );
}

fn finish(till: &mut Till) {
    let Some(Pay { due, handed, .. }) = &till.pay else { return };
    let handed = *handed;
    match due.clone().settle() {
        Ok(settled) => seal(till, settled, handed),
        Err((_, error)) => till.refuse_for(error.message()),
    }
}

fn leave(till: &mut Till) {
    let Some(pay) = &till.pay else { return };
    let mut due = pay.due.clone();
    let code = till.sale.exchange.as_ref().map(|exchange| exchange.code.to_string());
    let own = due.taken().find(|(_, payment)| code.is_some() && payment.reference == code).map(|(id, _)| id);
    if let Some(Err(error)) = own.map(|id| due.undo(id)) {
        return till.refuse_for(error.message());
    }
    match due.reopen() {
        Ok(_) => till.go(Place::Sale),
        Err((_, error)) => till.refuse_for(error.message()),
    }
}

/// Ends a payment of which nothing was taken and no card's answer is awaited; whether none goes on now.
pub(crate) fn let_go(till: &mut Till) -> bool {
    let own = till.sale.payments_of_exchange();
    let goes_on = |pay: &mut Pay| pay.card.is_some() || pay.due.taken().count() > own;
    till.pay.take_if(|pay| !goes_on(pay));
    till.pay.is_none()
}
