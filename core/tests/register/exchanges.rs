//! Exchanges: goods back and other goods for them, sealed together, a credit note between them.

use std::collections::BTreeMap;

use comptoir_core::held::{Exchanging, HeldError, HeldTicket};
use comptoir_core::operators::{Gate, Gates, Rank};
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, Exchange, PayBack, Refusal, Request};
use comptoir_core::returns::ReturnError;
use comptoir_core::settlement::{Due, Settled};
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::{Presented, VoucherCode, VoucherError};
use comptoir_fiscal::entry::{Body, Tender, Ticket, TicketRef, TicketType};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Cents, Quantity};
use proptest::prelude::*;
use uuid::Uuid;

use crate::papers::shown;
use crate::shop::{FRIDAY, Till, card, cash, cents, chosen, gift_voucher, rows};

/// The credit note of an exchange, handed over.
fn note(code: &VoucherCode, worth: Cents) -> TenderRequest {
    TenderRequest::CreditNote { code: code.clone(), balance: worth, amount: None }
}

/// One piece of the first line against other goods, of which `paid` pays what the credit note does not.
fn exchange(
    till: &mut Till,
    of: TicketRef,
    items: &[(&str, i64)],
    pay_back: Vec<PayBack>,
    paid: &[TenderRequest],
) -> Exchange {
    let chosen = vec![chosen(1, 1000)];
    let begun = till.register().begin_exchange(of, &chosen, "Taille").unwrap();
    let given: Cents =
        pay_back.iter().map(|part| if let PayBack::Tender { amount, .. } = part { *amount } else { cents(0) }).sum();
    let means: Vec<TenderRequest> =
        [note(&begun.code, begun.refund.left() - given)].into_iter().chain(paid.iter().cloned()).collect();
    let basket = till.basket(items);
    let sale = till.settled(basket, &means);
    Exchange { of, chosen, reason: "Taille".to_owned(), code: begun.code, pay_back, sale }
}

fn in_cash(amount: i64) -> PayBack {
    PayBack::Tender { tender: Tender::Cash, reference: None, amount: cents(amount) }
}

fn left(till: &mut Till, code: &VoucherCode) -> Result<Cents, Refusal> {
    till.register().voucher(&Presented::Code(code.clone()))
}

fn vase(till: &mut Till) -> TicketRef {
    let sale = till.sell(&[("VASE", 3000)], &[cash(9000)]);
    till.reference(&sale)
}

#[test]
fn goods_of_more_worth_leave_the_rest_on_the_credit_note() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let ask = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let code = ask.code.clone();
    let answer = till.ask_as("cashier", Command::Exchange(Box::new(ask))).unwrap();
    let types: Vec<(TicketType, i64)> =
        answer.tickets().map(|ticket| (ticket.ticket_type, ticket.totals.ttc.get())).collect();
    assert_eq!(types, [(TicketType::Return, -2990), (TicketType::Sale, 1000)]);
    assert_eq!(answer.tickets().next().unwrap().refers_to, Some(of));
    assert_eq!(
        answer.vouchers.iter().map(|voucher| (&voucher.code, voucher.amount)).collect::<Vec<_>>(),
        [(&code, cents(2990))]
    );
    assert_eq!(left(&mut till, &code).unwrap(), cents(1990));
    let back = TicketRef { number: answer.tickets().next().unwrap().number, ..of };
    let paper = PaperOf::Voucher { ticket: back, code: code.to_string() };
    let text = shown(&mut till, &paper);
    assert!(text.contains("19,90") && text.contains("Émis pour") && text.contains("29,90"), "{text}");
    till.crash();
    assert_eq!(left(&mut till, &code).unwrap(), cents(1990));
    till.end();
}

#[test]
fn goods_of_less_worth_are_paid_for_what_is_missing_and_nobody_gets_an_empty_voucher() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let before = till.register().cash_expected();
    let ask = exchange(&mut till, of, &[("VASE", 2000)], vec![], &[cash(5000)]);
    let code = ask.code.clone();
    let answer = till.ask_as("cashier", Command::Exchange(Box::new(ask))).unwrap();
    assert!(answer.vouchers.is_empty());
    let payments: Vec<(Tender, i64)> =
        answer.ticket().unwrap().payments.iter().map(|p| (p.tender, p.amount.get())).collect();
    assert_eq!(payments, [(Tender::CreditNote, 2990), (Tender::Cash, 5000)]);
    assert_eq!(answer.ticket().unwrap().change, cents(2010));
    assert_eq!(till.register().cash_expected(), before + cents(2990));
    let none_left = left(&mut till, &code).unwrap_err();
    assert!(matches!(none_left, Refusal::Voucher(VoucherError::Exhausted { .. })));
    till.end();
}

#[test]
fn the_rest_is_given_back_by_what_paid_the_original() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let before = till.register().cash_expected();
    let ask = exchange(&mut till, of, &[("CAFE", 4000)], vec![in_cash(1990)], &[]);
    let code = ask.code.clone();
    let answer = till.ask_as("cashier", Command::Exchange(Box::new(ask))).unwrap();
    assert!(answer.vouchers.is_empty());
    assert_eq!(till.register().cash_expected(), before - cents(1990));
    assert!(left(&mut till, &code).is_err());
    let ways = till.register().left_to_return(of).unwrap().ways;
    assert_eq!((ways[0].tender, ways[0].most), (Tender::Cash, cents(8970 - 1990)));
    till.end();
}

#[test]
fn an_exchange_asked_again_is_answered_with_both_tickets_and_sealed_once() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let ask = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let id = till.next_id();
    let request = || Request::new(id, "cashier", Command::Exchange(Box::new(ask.clone())));
    let first = till.register().execute(request()).unwrap();
    for crash in [false, true] {
        if crash {
            till.crash();
        }
        let size = till.register().journal().standing().size();
        let again = till.register().execute(request()).unwrap();
        assert_eq!((again.repeated, &again.lines, &again.vouchers), (true, &first.lines, &first.vouchers));
        assert_eq!(till.register().journal().standing().size(), size);
    }
    till.end();
}

#[test]
fn both_tickets_of_an_exchange_are_printed_as_originals_with_it() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let ask = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let sale = till.ask(Command::Exchange(Box::new(ask))).unwrap().ticket().unwrap().clone();
    for number in [sale.number - 1, sale.number] {
        let paper = PaperOf::Ticket(TicketRef { number, ..of });
        till.ask(Command::Print(paper.clone())).unwrap();
        till.ask(Command::Print(paper)).unwrap();
    }
    let copies = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Duplicate(duplicate) => Some((duplicate.of.number, duplicate.copy)),
        _ => None,
    });
    assert_eq!(copies.collect::<Vec<_>>(), [(sale.number - 1, 1), (sale.number, 1)]);
    let originals =
        till.entries().into_iter().filter(|entry| matches!(&entry.body, Body::Event(event) if event.code == 917));
    assert_eq!(originals.count(), 2);
    till.end();
}

#[test]
fn a_return_and_a_sale_asked_apart_are_never_answered_as_one() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let back = Command::Return {
        of,
        chosen: vec![chosen(1, 1000)],
        pay_back: vec![PayBack::CreditNote],
        reason: "Fêlé".to_owned(),
    };
    let voucher = till.ask(back).unwrap().vouchers.remove(0);
    let basket = till.basket(&[("CAFE", 1000)]);
    let settled = till.settled(basket, &[note(&voucher.code, voucher.amount)]);
    let id = till.next_id();
    let request = || Request::new(id, "cashier", Command::Sell(Box::new(settled.clone())));
    till.register().execute(request()).unwrap();
    assert_eq!(till.register().execute(request()).unwrap().lines.len(), 1);
    till.end();
}

/// A ticket on the counter for which goods of another come back, as it is written down when the exchange is begun.
fn under_way(till: &mut Till, n: u128, of: TicketRef, items: &[(&str, i64)]) -> HeldTicket {
    let chosen = vec![chosen(1, 1000)];
    let begun = till.register().begin_exchange(of, &chosen, "Taille").unwrap();
    let worth = begun.refund.left();
    let mut ticket = HeldTicket::new(Uuid::from_u128(n), "cashier", FRIDAY.parse().unwrap(), till.basket(items));
    ticket.on_counter = true;
    ticket.exchange = Some(Exchanging { of, chosen, reason: "Taille".to_owned(), code: begun.code, worth });
    till.register().hold("cashier", &ticket).unwrap()
}

fn changed(mut ticket: HeldTicket, change: impl FnOnce(&mut HeldTicket)) -> HeldTicket {
    change(&mut ticket);
    ticket
}

#[test]
fn an_exchange_that_was_under_way_when_the_power_went_is_taken_up_again_and_sealed() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    // Nothing is sold for the goods yet.
    let mut begun = under_way(&mut till, 900, of, &[]);
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), Some(begun.clone()));
    begun.basket = till.basket(&[("VASE", 2000)]);
    let mut due = begun.basket.clone().due(&till.register().terms()).unwrap();
    let exchange = begun.exchange.clone().unwrap();
    due.tender(note(&exchange.code, exchange.worth)).unwrap();
    begun.paying = Some(due.paid());
    let begun = till.register().hold("cashier", &begun).unwrap();
    assert!(!begun.is_part_paid(), "what comes back is not taken before it is sealed");
    due.tender(cash(1000)).unwrap();
    let paid = till.register().hold("cashier", &changed(begun, |ticket| ticket.paying = Some(due.paid()))).unwrap();
    assert!(paid.is_part_paid());
    till.crash();

    let found = till.register().on_counter().unwrap().unwrap();
    assert_eq!(found, paid);
    let Exchanging { of, chosen, reason, code, .. } = found.exchange.unwrap();
    let mut due = Due::resume(found.basket, &till.register().terms(), found.paying.unwrap()).unwrap();
    let left = due.left();
    due.tender(cash(left.get())).unwrap();
    let sale = due.settle().unwrap();
    let exchange = Exchange { of, chosen, reason, code, pay_back: vec![], sale };
    let request = Request::new(CommandId::new(found.id), "cashier", Command::Exchange(Box::new(exchange)));
    let answer = till.register().execute(request.clone()).unwrap();
    let types: Vec<(TicketType, i64)> =
        answer.tickets().map(|ticket| (ticket.ticket_type, ticket.totals.ttc.get())).collect();
    assert_eq!(types, [(TicketType::Return, -2990), (TicketType::Sale, 5980)]);
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), None);
    assert!(till.register().execute(request).unwrap().repeated);
    till.end();
}

#[test]
fn a_ticket_for_which_goods_come_back_is_sold_with_them_or_once_the_exchange_was_let_go() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let begun = under_way(&mut till, 900, of, &[("CAFE", 4000)]);
    let sell = |till: &mut Till, ticket: &HeldTicket| {
        let settled = till.settled(ticket.basket.clone(), &[]);
        let request = Request::new(CommandId::new(ticket.id), "cashier", Command::Sell(Box::new(settled)));
        till.register().execute(request)
    };
    assert!(matches!(sell(&mut till, &begun), Err(Refusal::NotAsHeld)), "the goods would not come back");

    let other = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let request = Request::new(CommandId::new(begun.id), "cashier", Command::Exchange(Box::new(other)));
    assert!(matches!(till.register().execute(request), Err(Refusal::NotAsHeld)), "under a code that was never shown");

    let plain = till.register().hold("cashier", &changed(begun, |ticket| ticket.exchange = None)).unwrap();
    let exchange = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let request = Request::new(CommandId::new(plain.id), "cashier", Command::Exchange(Box::new(exchange)));
    assert!(matches!(till.register().execute(request), Err(Refusal::NotAsHeld)), "the exchange was let go");
    assert_eq!(sell(&mut till, &plain).unwrap().tickets().count(), 1);
    till.end();
}

#[test]
fn what_comes_back_goes_along_when_tickets_are_joined_and_never_twice_on_one() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let first = under_way(&mut till, 900, of, &[("CAFE", 1000)]);
    let second = under_way(&mut till, 901, of, &[("CAFE", 2000)]);
    let refusal = till.register().merge("cashier", first.id, second.id).unwrap_err();
    assert!(matches!(refusal, Refusal::Held(HeldError::TwoExchanges)), "{refusal:?}");
    let plain =
        HeldTicket::new(Uuid::from_u128(902), "cashier", FRIDAY.parse().unwrap(), till.basket(&[("PAIN", 1000)]));
    let plain = till.register().hold("cashier", &plain).unwrap();
    let joined = till.register().merge("cashier", first.id, plain.id).unwrap();
    assert_eq!(joined.exchange, first.exchange);
    // Nothing of an exchange is sealed before it is paid: it goes with its ticket and leaves no trace of its own.
    till.register().give_up("cashier", second.id, "Parti").unwrap();
    assert_eq!(till.register().left_to_return(of).unwrap().lines[0].left, Quantity::pieces(3));

    let card_number = Exchanging { reason: "4111 1111 1111 1111".to_owned(), ..first.exchange.unwrap() };
    let refusal =
        till.register().hold("cashier", &changed(joined, |ticket| ticket.exchange = Some(card_number))).unwrap_err();
    assert!(matches!(refusal, Refusal::Private(_)), "{refusal:?}");
    till.end();
}

/// Everything of an exchange that can be wrong.
#[test]
fn an_exchange_that_cannot_be_is_refused_whole() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let good = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    let known = {
        let sale = till.sell(&[("VASE", 1000)], &[]);
        let of = till.reference(&sale);
        let back = Command::Return {
            of,
            chosen: vec![chosen(1, 1000)],
            pay_back: vec![PayBack::CreditNote],
            reason: "Fêlé".to_owned(),
        };
        till.ask(back).unwrap().vouchers.remove(0)
    };
    let paid_with = |till: &mut Till, paid: &[TenderRequest]| -> Settled {
        let basket = till.basket(&[("VASE", 3000)]);
        till.settled(basket, paid)
    };
    let by_card = paid_with(&mut till, &[]);
    let too_much = paid_with(&mut till, &[note(&good.code, cents(3000))]);
    let as_gift = paid_with(&mut till, &[gift_voucher(&good.code, 2990)]);
    let beyond = paid_with(&mut till, &[note(&good.code, cents(2990)), note(&known.code, cents(2991))]);
    let under_known = paid_with(&mut till, &[note(&known.code, cents(2990))]);
    let elsewhere = TicketRef { register: "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap(), number: 1 };
    let size = till.state();
    type Check = fn(&Refusal) -> bool;
    let cases: Vec<(Exchange, Check)> = vec![
        (Exchange { sale: by_card, ..good.clone() }, |r| matches!(r, Refusal::NotPaidByExchange)),
        (
            Exchange { sale: too_much, ..good.clone() },
            |r| matches!(r, Refusal::Voucher(VoucherError::AboveBalance { excess, .. }) if *excess == Cents::new(10)),
        ),
        (Exchange { sale: as_gift, ..good.clone() }, |r| matches!(r, Refusal::Voucher(VoucherError::Differs { .. }))),
        (
            Exchange { sale: beyond, ..good.clone() },
            |r| matches!(r, Refusal::Voucher(VoucherError::AboveBalance { excess, .. }) if *excess == Cents::new(1)),
        ),
        (Exchange { sale: under_known, code: known.code.clone(), ..good.clone() }, |r| {
            matches!(r, Refusal::Voucher(VoucherError::Taken { .. }))
        }),
        (Exchange { of: elsewhere, ..good.clone() }, |r| matches!(r, Refusal::UnknownTicket { number: 1 })),
        (Exchange { reason: " ".to_owned(), ..good.clone() }, |r| matches!(r, Refusal::Return(ReturnError::NoReason))),
        (Exchange { chosen: vec![chosen(1, 4000)], ..good.clone() }, |r| {
            matches!(r, Refusal::Return(ReturnError::MoreThanLeft { .. }))
        }),
        // What is given back in cash is no longer there to be spent.
        (Exchange { pay_back: vec![in_cash(2000)], ..good.clone() }, |r| {
            matches!(r, Refusal::Voucher(VoucherError::AboveBalance { .. }))
        }),
        (Exchange { pay_back: vec![in_cash(2990)], ..good.clone() }, |r| matches!(r, Refusal::NothingToExchange)),
    ];
    for (at, (exchange, is_expected)) in cases.into_iter().enumerate() {
        let refusal = till.ask_as("cashier", Command::Exchange(Box::new(exchange))).unwrap_err();
        assert!(is_expected(&refusal), "case {at}: {refusal:?}");
    }
    assert_eq!(till.state(), size);
    till.ask_as("cashier", Command::Exchange(Box::new(good))).unwrap();
    till.end();
}

#[test]
fn an_exchange_passes_the_gates_of_its_return_and_of_its_sale() {
    let mut till = Till::founded();
    let of = vase(&mut till);
    let gates = Gates(BTreeMap::from([(Gate::Return, Rank::Manager)]));
    till.ask_as("owner", Command::SetGates(gates)).unwrap();
    let ask = exchange(&mut till, of, &[("CAFE", 4000)], vec![], &[]);
    for operator in ["cashier", "auditor"] {
        let refusal = till.ask_as(operator, Command::Exchange(Box::new(ask.clone()))).unwrap_err();
        assert!(matches!(refusal, Refusal::Gate(_)), "{refusal:?}");
    }
    till.ask_as("manager", Command::Exchange(Box::new(ask))).unwrap();
    till.end();
}

#[derive(Clone, Debug)]
struct Step {
    sale: usize,
    line: u32,
    pieces: i64,
    items: Vec<(usize, i64)>,
    give_back: i64,
    cash: bool,
}

const SKUS: [&str; 4] = ["CAFE", "PAIN", "VASE", "LUSTRE"];

fn any_step() -> impl Strategy<Value = Step> {
    let items = prop::collection::vec((0..3usize, 1i64..4), 1..4);
    (0usize..6, 1u32..4, 1i64..3, items, 0i64..100, any::<bool>())
        .prop_map(|(sale, line, pieces, items, give_back, cash)| Step { sale, line, pieces, items, give_back, cash })
}

/// What anyone with a pencil would know.
#[derive(Default)]
struct Ledger {
    drawer: i64,
    vouchers: BTreeMap<String, i64>,
    total: i64,
}

impl Ledger {
    fn take(&mut self, ticket: &Ticket) {
        self.total += ticket.totals.ttc.get();
        self.drawer -= ticket.change.get();
        for payment in &ticket.payments {
            match payment.tender {
                Tender::Cash => self.drawer += payment.amount.get(),
                Tender::CreditNote => {
                    *self.vouchers.entry(payment.reference.clone().unwrap()).or_default() -= payment.amount.get()
                }
                _ => {}
            }
        }
    }
}

/// The exchange that a step asks for; none where nothing of that line is left, or it is worth nothing.
fn asked(till: &mut Till, sales: &[Ticket], step: &Step) -> Option<Exchange> {
    let sale = &sales[step.sale % sales.len()];
    let of = till.reference(sale);
    let line = (step.line - 1) % u32::try_from(sale.lines.len()).unwrap() + 1;
    let chosen = vec![chosen(line, step.pieces * 1000)];
    let begun = till.register().begin_exchange(of, &chosen, "Taille").ok()?;
    let items: Vec<(&str, i64)> = step.items.iter().map(|(sku, pieces)| (SKUS[*sku], pieces * 1000)).collect();
    let basket = till.basket(&items);
    let worth = begun.refund.left();
    // Of what the goods are worth beyond the sale, some is given back by the first means that the sale was paid with.
    let rest = (worth - basket.to_pay()).max(cents(0));
    let way = begun.refund.ways().into_iter().next();
    let back = way.map(|way| (way.tender, way.reference, cents(rest.get() * step.give_back / 100).min(way.most)));
    let pay_back: Vec<PayBack> = back
        .filter(|(_, _, amount)| amount.is_positive())
        .map(|(tender, reference, amount)| PayBack::Tender { tender, reference, amount })
        .into_iter()
        .collect();
    let given: Cents =
        pay_back.iter().map(|part| if let PayBack::Tender { amount, .. } = part { *amount } else { cents(0) }).sum();
    let mut due = basket.due(&till.register().terms()).ok()?;
    due.tender(note(&begun.code, worth - given)).unwrap();
    if due.left().is_positive() {
        let missing = due.left();
        let paid = if step.cash { cash(missing.get() + 123) } else { card(missing) };
        // Too much cash is refused by the law's limit, and paid by card.
        if due.tender(paid).is_err() {
            due.tender(card(missing)).unwrap();
        }
    }
    let sale = due.settle().unwrap();
    Some(Exchange { of, chosen, reason: "Taille".to_owned(), code: begun.code, pay_back, sale })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn over_any_exchanges_the_drawer_the_vouchers_and_the_totals_agree(
        baskets in prop::collection::vec((prop::collection::vec((0..4usize, 1i64..4), 1..4), any::<bool>()), 1..4),
        steps in prop::collection::vec(any_step(), 1..10),
    ) {
        let mut till = Till::founded();
        let (mut ledger, mut sales) = (Ledger::default(), Vec::new());
        for (items, in_cash) in &baskets {
            let items: Vec<(&str, i64)> = items.iter().map(|(sku, pieces)| (SKUS[*sku], pieces * 1000)).collect();
            let basket = till.basket(&items);
            let total = basket.to_pay();
            let paid: Vec<TenderRequest> = in_cash.then(|| cash(total.get().min(50_000))).into_iter().collect();
            let settled = till.settled(basket, &paid);
            let sale = till.ask(Command::Sell(Box::new(settled))).unwrap().ticket().unwrap().clone();
            ledger.take(&sale);
            sales.push(sale);
        }
        for step in &steps {
            let Some(exchange) = asked(&mut till, &sales, step) else { continue };
            let (worth, code) = (exchange.sale.body().totals.ttc, exchange.code.clone());
            let answer = till.ask_as("cashier", Command::Exchange(Box::new(exchange))).unwrap();
            let [back, sale] = &answer.tickets().cloned().collect::<Vec<_>>()[..] else { panic!("not two tickets") };
            prop_assert_eq!((back.ticket_type, sale.ticket_type, sale.totals.ttc), (TicketType::Return, TicketType::Sale, worth));
            ledger.take(back);
            ledger.take(sale);
            let on_it = ledger.vouchers[&code.to_string()];
            let papers: Vec<String> = answer.vouchers.iter().map(|voucher| voucher.code.to_string()).collect();
            prop_assert_eq!(papers, if on_it == 0 { vec![] } else { vec![code.to_string()] });
            // What was bought can be exchanged in its turn.
            sales.push(sale.clone());
        }
        prop_assert_eq!(till.register().cash_expected().get(), ledger.drawer);
        prop_assert_eq!(till.register().journal().standing().gt.net.get(), ledger.total);
        for (code, balance) in &ledger.vouchers {
            prop_assert!(*balance >= 0);
            let known = left(&mut till, &code.parse().unwrap());
            prop_assert_eq!(known.map(Cents::get).unwrap_or(0), *balance);
        }
        let tickets = till.entries().into_iter().filter(|entry| matches!(entry.body, Body::Ticket(_))).count();
        prop_assert!(tickets >= baskets.len());
        let caught_up = rows(&till.shop_db());
        till.register().rebuild_projections().unwrap();
        prop_assert_eq!(rows(&till.shop_db()), caught_up);
        till.end();
    }
}
