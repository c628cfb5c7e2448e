//! Goods back, sales undone, means of payment corrected.

use comptoir_core::correction::correct;
use comptoir_core::register::{Command, Exchange, PayBack};
use comptoir_core::returns::{Chosen, GivenBack};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Tender, Ticket as SealedTicket, TicketRef};
use comptoir_fiscal::values::Cents;

use super::book::{Code, Expect, Pay, Ticket};
use super::cart::{Bill, Line};
use super::money::{by_rate, round};
use super::shop::{cents, quantity};
use super::storm::Storm;
use super::tenders::Paying;
use super::wishes::cart;

/// Goods that come back of a sale.
struct GoodsBack {
    of: u64,
    sale: Ticket,
    chosen: Vec<Chosen>,
    /// The place of each line, how much of it, and for how much.
    back: Vec<(usize, i128, i128)>,
    bill: Bill,
}

impl Storm {
    pub(super) fn reference(&mut self, number: u64) -> TicketRef {
        TicketRef { register: self.register().id(), number }
    }

    /// A sale of which something can still be undone: mostly a late one.
    fn some_sale(&mut self, fits: impl Fn(&Ticket) -> bool) -> Option<u64> {
        let (draw, side) = self.drawing();
        let late = side.book.tickets.len().saturating_sub(if draw.one_in(5) { usize::MAX } else { 60 });
        let fitting: Vec<usize> = (late..side.book.tickets.len()).filter(|at| fits(&side.book.tickets[*at])).collect();
        draw.of(&fitting).map(|at| u64::try_from(*at).unwrap() + 1)
    }

    pub(super) fn original(&mut self, number: u64) -> Ticket {
        self.side().book.tickets[usize::try_from(number).unwrap() - 1].clone()
    }

    pub(super) fn return_goods(&mut self) {
        let Some(GoodsBack { of, sale, chosen, back, bill }) = self.goods_back() else { return };
        let reference = self.reference(of);
        if self.draw.one_in(10) {
            let chosen = vec![Chosen { qty: quantity(1_000_000), ..chosen[0] }];
            let reason = "Trop".to_owned();
            let too_much = Command::Return { of: reference, chosen, pay_back: vec![PayBack::CreditNote], reason };
            self.must_not("return of more than was sold", "cashier", too_much);
        }
        let (pay_back, pays) = self.paid_back(&sale, -bill.ttc());
        let ticket = Ticket::new("return", bill, pays, 0, Some(of));
        let command = Command::Return { of: reference, chosen, pay_back, reason: "Fêlé".to_owned() };
        self.must("return", "cashier", command, vec![Expect::Ticket(Box::new(ticket))]);
        self.side().book.came_back(of, &back);
    }

    /// Goods back and others for them: a return and a sale, a credit note between them.
    pub(super) fn exchange(&mut self) {
        let Some(GoodsBack { of, chosen, back, bill, .. }) = self.goods_back() else { return };
        let (reference, worth) = (self.reference(of), -bill.ttc());
        let catalogue = self.register().catalogue().clone();
        let (basket, wanted) = cart(&mut self.draw, &catalogue, true);
        let sold = wanted.bill().unwrap();
        let Ok(due) = basket.due(&self.register().terms()) else { return };
        if worth == 0 || sold.ttc() <= 0 || wanted.has_own_price() {
            return;
        }
        let reason = "Taille".to_owned();
        let begun = self.register().begin_exchange(reference, &chosen, &reason).unwrap();
        assert_eq!(i128::from(begun.refund.left().get()), worth, "what is exchanged");
        let note = |amount| Pay { code: Code::Known(begun.code.to_string()), ..Pay::plain("credit_note", amount) };
        let (draw, side) = self.drawing();
        let mut paying = Paying::new(due, sold.ttc(), sold.meal);
        let request = TenderRequest::CreditNote { code: begun.code.clone(), balance: cents(worth), amount: None };
        assert!(paying.offer(request, note(worth.min(sold.ttc()))), "the credit note pays");
        paying.pay(draw, &side.book);
        let (pays, change) = (paying.pays.clone(), paying.change());
        let may_be_refused = pays.iter().filter(|pay| pay.is_voucher()).count() > 1;
        let sale = paying.due.settle().unwrap();
        let expected = vec![
            Expect::Ticket(Box::new(Ticket::new("return", bill, vec![note(-worth)], 0, Some(of)))),
            Expect::Ticket(Box::new(Ticket::new("sale", sold, pays, change, None))),
        ];
        let exchange = Exchange { of: reference, chosen, reason, code: begun.code, pay_back: Vec::new(), sale };
        let command = Command::Exchange(Box::new(exchange));
        if may_be_refused && !self.may("exchange", "manager", command.clone(), expected.clone()) {
            return;
        }
        if !may_be_refused {
            self.must("exchange", "cashier", command, expected);
        }
        self.side().book.came_back(of, &back);
    }

    /// Some of what can still come back of a sale, and the lines of its return.
    fn goods_back(&mut self) -> Option<GoodsBack> {
        let has_some_left = |ticket: &Ticket| {
            ticket.is_open_sale() && ticket.bill.lines.iter().zip(&ticket.back).any(|(line, back)| line.qty > back.0)
        };
        let of = self.some_sale(has_some_left)?;
        let sale = self.original(of);
        let (mut lines, mut chosen, mut back) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (line, before)) in sale.bill.lines.iter().zip(&sale.back).enumerate() {
            let left = line.qty - before.0;
            if left <= 0 || (self.draw.one_in(2) && !lines.is_empty()) {
                continue;
            }
            let qty =
                if line.unit == "pce" { self.draw.between(1, left / 1000) * 1000 } else { self.draw.between(1, left) };
            let given = round(line.total * (before.0 + qty), line.qty) - before.1;
            let off = round(-qty * line.price, 1000) + given;
            lines.push(Line { qty: -qty, off, total: -given, ..line.clone() });
            chosen.push(Chosen { n: u32::try_from(at + 1).unwrap(), qty: quantity(qty) });
            back.push((at, qty, given));
        }
        let pairs: Vec<(i128, i128)> = lines.iter().map(|line| (line.rate, line.total)).collect();
        let (rows, without) = by_rate(&pairs);
        lines.iter_mut().zip(without).for_each(|(line, ht)| line.ht = ht);
        let bill = Bill { lines, offs: Vec::new(), rows, meal: 0 };
        Some(GoodsBack { of, sale, chosen, back, bill })
    }

    /// So much paid back: by means that paid for the sale, as far as drawn, and the rest by a credit note.
    fn paid_back(&mut self, sale: &Ticket, mut owed: i128) -> (Vec<PayBack>, Vec<Pay>) {
        let mut ways: Vec<Pay> = Vec::new();
        let same = |a: &Pay, b: &Pay| a.tender == b.tender && (!a.is_voucher() || a.code == b.code);
        for pay in sale.paid.iter().filter(|pay| pay.amount > 0) {
            match ways.iter_mut().find(|way| same(way, pay)) {
                Some(way) => way.amount += pay.amount,
                None => ways.push(pay.clone()),
            }
        }
        for refund in &sale.refunds {
            if let Some(way) = ways.iter_mut().find(|way| same(way, refund)) {
                way.amount += refund.amount;
            }
        }
        let (mut parts, mut pays) = (Vec::new(), Vec::new());
        for way in ways.iter().filter(|way| way.amount > 0) {
            if owed == 0 || self.draw.one_in(3) {
                continue;
            }
            let most = owed.min(way.amount);
            let amount = if self.draw.one_in(2) { most } else { self.draw.between(1, most) };
            let reference = match &way.code {
                Code::Known(code) if way.is_voucher() => Some(code.clone()),
                _ => None,
            };
            let code = reference.clone().map_or(Code::None, Code::Known);
            parts.push(PayBack::Tender { tender: tender(way.tender), reference, amount: cents(amount) });
            pays.push(Pay { code, ..Pay::plain(way.tender, -amount) });
            owed -= amount;
        }
        if owed > 0 {
            parts.push(PayBack::CreditNote);
            pays.push(Pay { code: Code::Drawn, ..Pay::plain("credit_note", -owed) });
        }
        (parts, pays)
    }

    /// A sale that can be undone whole, and the ticket that undoes it.
    pub(super) fn cancellable(&mut self) -> Option<(u64, Ticket)> {
        let whole = |ticket: &Ticket| ticket.is_open_sale() && ticket.back.iter().all(|back| back.0 == 0);
        let of = self.some_sale(whole)?;
        let sale = self.original(of);
        let negated =
            |line: &Line| Line { qty: -line.qty, off: -line.off, total: -line.total, ht: -line.ht, ..line.clone() };
        let bill = Bill {
            lines: sale.bill.lines.iter().map(negated).collect(),
            offs: sale.bill.offs.iter().map(|off| -off).collect(),
            rows: sale.bill.rows.iter().map(|(rate, row)| (*rate, row.negated())).collect(),
            meal: 0,
        };
        let pays = sale.paid.iter().map(Pay::undone).collect();
        Some((of, Ticket::new("cancel", bill, pays, 0, Some(of))))
    }

    pub(super) fn cancel(&mut self) {
        let Some((of, ticket)) = self.cancellable() else { return };
        let may_fail = ticket.pays.iter().any(Pay::is_voucher);
        let reference = self.reference(of);
        let command = Command::Cancel { of: reference, reason: "Erreur".to_owned() };
        let expected = vec![Expect::Ticket(Box::new(ticket))];
        let done = if may_fail {
            self.may("cancel of vouchers", "manager", command.clone(), expected)
        } else {
            self.must("cancel", "manager", command.clone(), expected);
            true
        };
        if done {
            self.must_not("cancel twice", "manager", command);
        }
    }

    pub(super) fn correct(&mut self) {
        let correctable = |pay: &Pay| pay.amount > 0 && matches!(pay.tender, "cash" | "card" | "cheque" | "transfer");
        let fits =
            |ticket: &Ticket| ticket.is_open_sale() && ticket.refunds.is_empty() && ticket.paid.iter().any(correctable);
        let Some(of) = self.some_sale(fits) else { return };
        let sale = self.original(of);
        let places: Vec<usize> = (0..sale.paid.len()).filter(|at| correctable(&sale.paid[*at])).collect();
        let place = *self.draw.of(&places).unwrap();
        let wrong = sale.paid[place].clone();
        let reference = self.reference(of);
        let original = self.sealed_ticket(of);
        let later: Vec<SealedTicket> = sale.corrected.iter().map(|number| self.sealed_ticket(*number)).collect();
        let before = GivenBack::of(reference, &later);
        let terms = self.register().terms();
        let begun = correct(reference, &original, &before, &[place], "Erreur de saisie", Cents::ZERO, &terms);
        let mut correction = begun.unwrap();
        let amount = cents(wrong.amount);
        let (request, right) = match self.draw.below(3) {
            0 => (TenderRequest::Card { amount, reference: None }, "card"),
            1 => (TenderRequest::Cheque { amount, reference: None }, "cheque"),
            _ => (TenderRequest::Transfer { amount, reference: None }, "transfer"),
        };
        correction.tender(request).unwrap();
        let settled = correction.settle().unwrap();
        let pays = vec![wrong.undone(), Pay::plain(right, wrong.amount)];
        let ticket = Ticket::new("correction", Bill::default(), pays, 0, Some(of));
        let command = Command::Sell(Box::new(settled));
        self.must("correction", "manager", command.clone(), vec![Expect::Ticket(Box::new(ticket))]);
        if wrong.tender != right {
            self.must_not("correction twice", "manager", command);
        }
    }

    fn sealed_ticket(&mut self, number: u64) -> SealedTicket {
        let reference = self.reference(number);
        let Body::Ticket(ticket) = self.register().ticket(reference).unwrap().entry.body else { panic!("no ticket") };
        *ticket
    }
}

fn tender(name: &str) -> Tender {
    Tender::ALL.into_iter().find(|tender| tender.as_str() == name).unwrap()
}
