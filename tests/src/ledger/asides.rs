//! What happens beside the trade: the trail of small things, and what the rules refuse.

use comptoir_core::basket::{Basket, FreeAmount, Issue};
use comptoir_core::catalogue::VatByMode;
use comptoir_core::operators::Gate;
use comptoir_core::register::{Command, Credential, SettingsChange};
use comptoir_core::secret::Pin;
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::VoucherCode;
use comptoir_fiscal::entry::{CashType, Channel, Coin, Nature, Store};
use comptoir_fiscal::values::Rate;

use super::book::{Expect, Pay, Ticket};
use super::cart::{Cart, What, Wish};
use super::shop::{cents, good_of, quantity};
use super::storm::Storm;
use super::tenders::{Paying, cash};

impl Storm {
    pub(super) fn small_things(&mut self) {
        match self.draw.below(5) {
            4 => self.sell_over_the_limit(),
            0 => {
                let open = Command::OpenDrawer { reason: Some("Monnaie".to_owned()) };
                self.must("drawer opened", "cashier", open, vec![Expect::Event(901)]);
            }
            1 => {
                let abandon = Command::AbandonSale { amount: cents(1234), reason: None };
                self.must("sale abandoned", "cashier", abandon, vec![Expect::Event(320)]);
            }
            2 => {
                let remove = Command::RemoveLine { sku: "CAFE".to_owned(), amount: cents(250) };
                self.must("line removed", "cashier", remove, vec![Expect::Event(323)]);
            }
            _ => {
                let name = format!("Exemple {}", self.draw.below(1_000_000));
                let store = Store { address: "2 rue de l'Exemple".to_owned(), id: "1".to_owned(), name };
                let change = SettingsChange { store: Some(store), ..SettingsChange::default() };
                let change = Command::ChangeSettings(Box::new(change));
                self.must("settings", "owner", change, vec![Expect::Event(410)]);
            }
        }
    }

    /// More cash than the law's limit, on proof that the customer lives abroad (event 921).
    fn sell_over_the_limit(&mut self) {
        let good = good_of("LUSTRE");
        let (qty, price) = (2000, good.price.unwrap());
        let mut basket = Basket::new(None, Channel::Counter);
        let product = self.register().catalogue().product(good.sku).unwrap().clone();
        basket.add(&product, quantity(qty), None).unwrap();
        let what = What::Good { sku: good.sku, qty, price, unit: "pce" };
        let cart = Cart { wishes: vec![Wish { what, offs: Vec::new() }], ..Cart::default() };
        let bill = cart.bill().unwrap();
        let terms = self.register().terms();
        let mut paying = Paying::new(basket.due(&terms).unwrap(), bill.ttc(), 0);
        let handed = bill.ttc() + self.draw.between(0, 50_000);
        assert!(!paying.offer(cash(handed), Pay::plain("cash", handed)), "without a reason");
        let over_limit = Some("Justificatif de domicile hors de France".to_owned());
        let proved = TenderRequest::Cash { handed: cents(handed), over_limit };
        assert!(paying.offer(proved, Pay::plain("cash", handed)));
        let (pays, change) = (paying.pays.clone(), paying.change());
        let ticket = Ticket::new("sale", bill, pays, change, None);
        let command = Command::Sell(Box::new(paying.due.settle().unwrap()));
        self.must_not("cash over the limit by a cashier", "cashier", command.clone());
        let expected = vec![Expect::Event(921), Expect::Ticket(Box::new(ticket))];
        self.must("cash over the limit", "manager", command, expected);
    }

    pub(super) fn ask_what_is_refused(&mut self) {
        let cash = |amount, movement| Command::MoveCash { movement, amount: cents(amount), reason: None };
        let count = |coins, replaces| Command::CountCash { counted: cents(500), coins, replaces, reason: None };
        match self.draw.below(9) {
            0 => self.must_not("cash of nothing", "cashier", cash(0, CashType::In)),
            1 => self.must_not("count as a movement", "cashier", cash(100, CashType::Count)),
            2 => {
                let coins = vec![Coin { value: cents(200), pieces: 3 }];
                self.must_not("count that does not add up", "cashier", count(coins, None));
            }
            3 => self.must_not("count in place of no count", "cashier", count(Vec::new(), Some(0))),
            4 => self.must_not("cash by an auditor", "auditor", cash(100, CashType::In)),
            5 => self.must_not("cash by a stranger", "nobody", cash(100, CashType::In)),
            6 => self.must_not("cash by somebody not signed in", "chief", cash(100, CashType::In)),
            7 => {
                let card = "4111 1111 1111 1111".to_owned();
                self.must_not("card number", "cashier", Command::OpenDrawer { reason: Some(card) });
            }
            _ => self.overspend(),
        }
    }

    /// A voucher taken for more than is left on it, or sold under a code that is taken.
    fn overspend(&mut self) {
        let (draw, side) = self.drawing();
        let codes: Vec<_> = side.book.vouchers.iter().map(|(code, v)| (code.clone(), v.tender, v.balance)).collect();
        let Some((text, tender, balance)) = draw.of(&codes).cloned() else { return };
        let code: VoucherCode = text.parse().unwrap();
        let mut basket = Basket::new(None, Channel::Counter);
        let sell_again = draw.one_in(2);
        let amount = cents(balance + 1);
        if sell_again {
            basket.issue(Issue::GiftVoucher { code: code.clone(), amount }).unwrap();
        } else {
            let vat = VatByMode::new(Rate::from_basis_points(2000).unwrap());
            let (label, nature) = ("Exemple".to_owned(), Nature::Goods);
            let free = FreeAmount { label, category: None, amount, vat, nature, meal_voucher: false };
            basket.add_free_amount(free).unwrap();
        }
        let terms = self.register().terms();
        let mut due = basket.due(&terms).unwrap();
        let request = match (sell_again, tender) {
            (true, _) => TenderRequest::Card { amount, reference: None },
            (_, "credit_note") => TenderRequest::CreditNote { code, balance: amount, amount: None },
            _ => TenderRequest::GiftVoucher { code, balance: amount, amount: None },
        };
        due.tender(request).unwrap();
        self.must_not("voucher beyond its worth", "cashier", Command::Sell(Box::new(due.settle().unwrap())));
    }

    /// A cashier does what only a manager may, with a manager's word; seldom, as a PIN is slow to check.
    pub(super) fn approved(&mut self) {
        if !self.draw.one_in(6) {
            return self.sell();
        }
        let Some((of, ticket)) = self.cancellable() else { return };
        let id = self.next_id();
        let pin = Credential::Pin { operator: "chief".to_owned(), pin: Pin::typed("2580").unwrap() };
        let approval = self.register().approve(Gate::Cancel, id, &pin).unwrap();
        let may_fail = ticket.pays.iter().any(Pay::is_voucher);
        let reference = self.reference(of);
        let command = Command::Cancel { of: reference, reason: "Erreur".to_owned() };
        self.must_not("cancel by a cashier", "cashier", command.clone());
        let expected = vec![Expect::Event(100), Expect::Ticket(Box::new(ticket))];
        let done = self.try_as("cancel with a word", id, "cashier", command, vec![approval], expected);
        assert!(may_fail || done.is_ok(), "{done:?}");
    }
}
