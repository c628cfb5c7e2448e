//! Whatever is asked of a register in whatever order, its journal verifies and its projections know what it holds.

use std::collections::BTreeMap;

use comptoir_core::basket::Issue;
use comptoir_core::register::{Command, PayBack, Refusal};
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::{Presented, VoucherCode, VoucherError};
use comptoir_fiscal::entry::{Body, CashType, Entry, GrandTotal, Period, Tender, Ticket, TicketRef};
use comptoir_fiscal::values::Cents;
use proptest::prelude::*;

use crate::shop::{FRIDAY, Till, cents, chosen, rows, unix};

const SKUS: [&str; 5] = ["CAFE", "PAIN", "POMME", "VASE", "LUSTRE"];

#[derive(Clone, Debug)]
enum Step {
    Sell { lines: Vec<(usize, i64)>, cash: bool, voucher: Option<usize> },
    SellGift { amount: i64, again: bool },
    Return { ticket: usize, line: u32, qty: i64, credit_note: bool },
    Cancel { ticket: usize },
    Cash { amount: i64, out: bool },
    Count { counted: i64 },
    CloseDay,
    CloseDue,
    Clock { hours: i64 },
    Restart,
    Crash,
    Repeat,
}

fn any_step() -> impl Strategy<Value = Step> {
    let line = (0..SKUS.len(), 1i64..5);
    prop_oneof![
        6 => (prop::collection::vec(line, 1..4), any::<bool>(), prop::option::of(0usize..4))
            .prop_map(|(lines, cash, voucher)| Step::Sell { lines, cash, voucher }),
        1 => (1i64..9000, any::<bool>()).prop_map(|(amount, again)| Step::SellGift { amount, again }),
        4 => (0usize..8, 1u32..4, 1i64..4, any::<bool>())
            .prop_map(|(ticket, line, qty, credit_note)| Step::Return { ticket, line, qty, credit_note }),
        2 => (0usize..8).prop_map(|ticket| Step::Cancel { ticket }),
        1 => (-5i64..5000, any::<bool>()).prop_map(|(amount, out)| Step::Cash { amount, out }),
        1 => (-5i64..5000).prop_map(|counted| Step::Count { counted }),
        1 => Just(Step::CloseDay),
        1 => Just(Step::CloseDue),
        3 => prop_oneof![1i64..30, 500i64..1000, -40i64..-1].prop_map(|hours| Step::Clock { hours }),
        1 => Just(Step::Restart),
        1 => Just(Step::Crash),
        1 => Just(Step::Repeat),
    ]
}

/// What anyone with a pencil would know of the shop.
#[derive(Default)]
struct Ledger {
    tickets: Vec<Ticket>,
    vouchers: BTreeMap<String, (Tender, i64)>,
    codes: Vec<VoucherCode>,
}

impl Ledger {
    fn take(&mut self, ticket: &Ticket) {
        self.tickets.push(ticket.clone());
        for payment in ticket.payments.iter().filter(|p| matches!(p.tender, Tender::CreditNote | Tender::GiftVoucher)) {
            let code = payment.reference.clone().unwrap();
            if !self.vouchers.contains_key(&code) {
                self.codes.push(code.parse().unwrap());
            }
            self.vouchers.entry(code).or_insert((payment.tender, 0)).1 -= payment.amount.get();
        }
    }

    fn nth(&self, at: usize) -> Option<&Ticket> {
        (!self.tickets.is_empty()).then(|| &self.tickets[at % self.tickets.len()])
    }
}

/// The command of a step; none where there is nothing for it to be about.
fn command(till: &mut Till, ledger: &Ledger, step: &Step) -> Option<Command> {
    Some(match step {
        Step::Sell { lines, cash, voucher } => {
            let items: Vec<(&str, i64)> = lines.iter().map(|(sku, qty)| (SKUS[*sku], qty * 1000)).collect();
            let basket = till.basket(&items);
            let mut due = basket.due(&till.register().terms()).ok()?;
            if let Some(code) = voucher.and_then(|at| ledger.codes.get(at)) {
                let (tender, balance) = ledger.vouchers[&code.to_string()];
                let (code, balance, amount) = (code.clone(), cents(balance), None);
                let request = match tender {
                    Tender::CreditNote => TenderRequest::CreditNote { code, balance, amount },
                    _ => TenderRequest::GiftVoucher { code, balance, amount },
                };
                // An empty one is refused at the till already.
                let _ = due.tender(request);
            }
            if *cash {
                let _ = due.tender(TenderRequest::Cash { handed: due.left() + cents(77), over_limit: None });
            }
            if due.left().is_positive() {
                due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
            }
            Command::Sell(Box::new(due.settle().unwrap()))
        }
        Step::SellGift { amount, again } => {
            let used = ledger.codes.first().filter(|_| *again).cloned();
            let code = used.unwrap_or_else(|| till.register().new_voucher_code().unwrap());
            let mut basket = till.basket(&[]);
            basket.issue(Issue::GiftVoucher { code, amount: cents(*amount) }).unwrap();
            Command::Sell(Box::new(till.settled(basket, &[])))
        }
        Step::Return { ticket, line, qty, credit_note } => {
            let sale = ledger.nth(*ticket)?;
            let of = TicketRef { register: till.register().id(), number: sale.number };
            let paid = sale.payments.iter().find(|payment| payment.amount.is_positive());
            let wanted = sale.lines.iter().find(|sold| sold.n == *line).map_or(0, |sold| {
                sold.unit_price.get() * *qty // nothing is discounted here
            });
            let pay_back = match paid.filter(|_| !credit_note) {
                Some(payment) => {
                    let by = cents(wanted.min(payment.amount.get()));
                    let reference = payment.reference.clone();
                    let back = PayBack::Tender { tender: payment.tender, reference, amount: by };
                    if by.get() < wanted { vec![back, PayBack::CreditNote] } else { vec![back] }
                }
                None => vec![PayBack::CreditNote],
            };
            let chosen = vec![chosen(*line, qty * 1000)];
            Command::Return { of, chosen, pay_back, reason: "Fêlé".to_owned() }
        }
        Step::Cancel { ticket } => {
            let of = TicketRef { register: till.register().id(), number: ledger.nth(*ticket)?.number };
            Command::Cancel { of, reason: "Erreur".to_owned() }
        }
        Step::Cash { amount, out } => {
            let movement = if *out { CashType::Out } else { CashType::In };
            Command::MoveCash { movement, amount: cents(*amount), reason: None }
        }
        Step::Count { counted } => {
            Command::CountCash { counted: cents(*counted), coins: Vec::new(), replaces: None, reason: None }
        }
        Step::CloseDay => Command::CloseDay,
        _ => return None,
    })
}

fn assert_books(entries: &[Entry]) {
    let mut gt = GrandTotal::default();
    let mut open: BTreeMap<Period, (Cents, u64)> = BTreeMap::new();
    let mut dates = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Ticket(ticket) => {
                gt = gt.after(ticket.totals.ttc);
                assert_eq!(ticket.gt, gt);
                for period in Period::ALL {
                    let sums = open.entry(period).or_default();
                    (sums.0, sums.1) = (sums.0 + ticket.totals.ttc, sums.1 + 1);
                }
                dates.push(ticket.business_date);
            }
            Body::Closing(closing) => {
                let (ttc, tickets) = open.remove(&closing.period).unwrap_or_default();
                assert_eq!((closing.totals.ttc, closing.gt), (ttc, gt));
                assert_eq!(closing.sales + closing.returns + closing.cancels + closing.corrections, tickets);
            }
            _ => {}
        }
    }
    assert!(dates.is_sorted());
}

fn assert_vouchers(till: &mut Till, ledger: &Ledger) {
    for (code, (_, balance)) in &ledger.vouchers {
        let known = till.register().voucher(&Presented::Code(code.parse().unwrap()));
        match known {
            Ok(left) => assert_eq!(left.get(), *balance, "{code}"),
            Err(Refusal::Voucher(VoucherError::Exhausted { .. })) => assert_eq!(*balance, 0, "{code}"),
            Err(Refusal::Voucher(VoucherError::Expired { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_journal_is_sound_and_the_balances_are_right(
        steps in prop::collection::vec(any_step(), 1..32),
    ) {
        let mut till = Till::founded();
        let mut ledger = Ledger::default();
        let mut now = unix(FRIDAY);
        let mut last: Option<(comptoir_fiscal::journal::CommandId, Command)> = None;
        for step in &steps {
            match step {
                Step::Clock { hours } => {
                    now = (now + hours * 3600).max(unix(FRIDAY) - 86_400);
                    till.clock.set(now);
                    till.confirm_date();
                }
                Step::CloseDue => {
                    // After a crash under a clock that had gone back, the date is in doubt again.
                    till.confirm_date();
                    drop(till.register().close_due().unwrap());
                }
                Step::Restart => till.restart(),
                Step::Crash => till.crash(),
                Step::Repeat => {
                    if let Some((id, command)) = last.clone() {
                        let size = till.register().journal().standing().size();
                        let request = comptoir_core::register::Request::new(id, "manager", command);
                        prop_assert!(till.register().execute(request).unwrap().repeated);
                        prop_assert_eq!(till.register().journal().standing().size(), size);
                    }
                }
                other => {
                    let Some(command) = command(&mut till, &ledger, other) else { continue };
                    let id = till.next_id();
                    let operator = "manager".to_owned();
                    let request = comptoir_core::register::Request::new(id, operator, command.clone());
                    let size = till.register().journal().standing().size();
                    match till.register().execute(request) {
                        Ok(answer) => {
                            answer.ticket().into_iter().for_each(|ticket| ledger.take(ticket));
                            last = Some((id, command));
                        }
                        Err(Refusal::Register(error)) => panic!("{error:?}"),
                        Err(_) => prop_assert_eq!(till.register().journal().standing().size(), size),
                    }
                }
            }
        }
        assert_vouchers(&mut till, &ledger);
        till.register().settle().unwrap();
        let caught_up = rows(&till.shop_db());
        till.register().rebuild_projections().unwrap();
        prop_assert_eq!(rows(&till.shop_db()), caught_up);
        assert_books(&till.entries());
        till.end();
    }
}
