//! How a bill is paid: drawn, offered to the register, and reckoned by hand.

use comptoir_core::settlement::Due;
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::VoucherCode;

use super::book::{Book, Code, Pay, Voucher};
use super::draw::Draw;
use super::shop::cents;

/// What was paid of a bill so far, by hand.
pub(super) struct Paying {
    pub(super) due: Due,
    pub(super) pays: Vec<Pay>,
    owed: i128,
    meal: i128,
}

impl Paying {
    pub(super) fn new(due: Due, owed: i128, meal: i128) -> Paying {
        Paying { due, pays: Vec::new(), owed, meal }
    }

    /// What is still owed; negative where change is due.
    pub(super) fn left(&self) -> i128 {
        self.owed - self.pays.iter().map(|pay| pay.amount).sum::<i128>()
    }

    pub(super) fn change(&self) -> i128 {
        (-self.left()).max(0)
    }

    /// Pays by up to three drawn means, and the rest by card or in cash.
    pub(super) fn pay(&mut self, draw: &mut Draw, book: &Book) {
        for _ in 0..draw.below(4) {
            if self.left() > 0 {
                self.some(draw, book);
            }
        }
        if self.left() > 0 && draw.one_in(2) && self.left() < 50_000 {
            let handed = self.left() + draw.between(0, 2000);
            self.offer(cash(handed), Pay::plain("cash", handed));
        }
        let rest = self.left();
        if rest > 0 {
            let taken =
                self.offer(TenderRequest::Card { amount: cents(rest), reference: None }, Pay::plain("card", rest));
            assert!(taken, "a card pays what is left");
        }
        assert_eq!(i128::from(self.due.left().get()), 0);
        assert_eq!(i128::from(self.due.change().get()), self.change(), "the change");
    }

    /// Offers a payment; it counts where the register takes it.
    pub(super) fn offer(&mut self, request: TenderRequest, pay: Pay) -> bool {
        let taken = self.due.tender(request).is_ok();
        if taken {
            self.pays.push(pay);
        }
        taken
    }

    fn some(&mut self, draw: &mut Draw, book: &Book) {
        let left = self.left();
        let part = draw.between(1, left);
        let amount = cents(part);
        let reference = draw.one_in(3).then(|| format!("R{}", draw.below(1000)));
        let code = reference.clone().map_or(Code::None, Code::Known);
        let plain = |tender| Pay { code: code.clone(), ..Pay::plain(tender, part) };
        match draw.below(12) {
            0 => drop(self.offer(TenderRequest::Card { amount, reference }, plain("card"))),
            1 => drop(self.offer(TenderRequest::Cheque { amount, reference }, plain("cheque"))),
            2 => drop(self.offer(TenderRequest::Transfer { amount, reference }, plain("transfer"))),
            3 => drop(self.offer(TenderRequest::Online { amount, reference }, plain("online"))),
            4 => drop(self.offer(cash(part), Pay::plain("cash", part))),
            5 => drop(self.offer(TenderRequest::MealVoucherCard { amount, reference }, plain("meal_voucher"))),
            6 => {
                let face = draw.between(400, 1300);
                let used: i128 =
                    self.pays.iter().filter(|pay| pay.tender == "meal_voucher").map(|pay| pay.amount).sum();
                let pay = faced("meal_voucher", face, left.min(self.meal - used), code);
                self.offer(TenderRequest::MealVoucherPaper { face: cents(face), reference }, pay);
            }
            7 => {
                let face = *draw.of(&[1000, 2000, 2500, 5000]).unwrap();
                let pay = faced("holiday_voucher", face, left, code);
                self.offer(TenderRequest::HolidayVoucherPaper { face: cents(face), reference }, pay);
            }
            8 => drop(self.offer(TenderRequest::HolidayVoucherConnect { amount, reference }, plain("holiday_voucher"))),
            9 => {
                let tip = draw.between(1, 500);
                self.offer(TenderRequest::Tip { amount: cents(tip) }, Pay::plain("tip", -tip));
            }
            10 => drop(self.offer(TenderRequest::Account { amount }, Pay::plain("account", part))),
            _ => self.by_voucher(draw, book),
        }
    }

    /// With one of the vouchers that something is left on.
    pub(super) fn by_voucher(&mut self, draw: &mut Draw, book: &Book) {
        // Mostly one that has not expired.
        let expired_too = draw.one_in(20);
        let good = |v: &Voucher| book.date.is_none_or(|date| date <= v.issued_on + chrono::Months::new(12));
        let fits = |v: &Voucher| v.balance > 0 && (expired_too || good(v));
        let codes: Vec<&String> = book.vouchers.iter().filter(|(_, v)| fits(v)).map(|(code, _)| code).collect();
        let Some(text) = draw.of(&codes).map(|code| (*code).clone()) else { return };
        let voucher = &book.vouchers[&text];
        let most = voucher.balance.min(self.left());
        let asked = draw.one_in(2).then(|| draw.between(1, most));
        let (balance, amount) = (cents(voucher.balance), asked.map(cents));
        let code: VoucherCode = text.parse().unwrap();
        let pay = Pay { code: Code::Known(text), ..Pay::plain(voucher.tender, asked.unwrap_or(most)) };
        let request = match voucher.tender {
            "credit_note" => TenderRequest::CreditNote { code, balance, amount },
            _ => TenderRequest::GiftVoucher { code, balance, amount },
        };
        self.offer(request, pay);
    }
}

pub(super) fn cash(handed: i128) -> TenderRequest {
    TenderRequest::Cash { handed: cents(handed), over_limit: None }
}

/// A paper voucher, which gives nothing back.
fn faced(tender: &'static str, face: i128, room: i128, code: Code) -> Pay {
    let amount = face.min(room);
    Pay { tender, amount, face: (face > amount).then_some(face), code }
}

impl Paying {
    /// Begins with a voucher, so that they are spent as often as they are issued.
    pub(super) fn by_voucher_first(&mut self, draw: &mut Draw, book: &Book) {
        if self.left() > 0 {
            self.by_voucher(draw, book);
        }
    }
}
