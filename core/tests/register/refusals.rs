//! What is refused changes nothing, and says in both languages what to do.

use comptoir_core::FRENCH;
use comptoir_core::catalogue::{CatalogueEdit, RecordId};
use comptoir_core::correction::correct;
use comptoir_core::register::{Command, Desk, PayBack, Refusal, Request};
use comptoir_core::returns::{GivenBack, cancel};
use comptoir_core::tender::TenderRequest;
use comptoir_core::terms::Rules;
use comptoir_core::voucher::{VoucherCode, VoucherKind};
use comptoir_fiscal::entry::{CashType, Tender, TicketRef};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::values::Date;

use crate::shop::{Till, card, cash, cents, chosen, command_id, credit_note, gift_voucher};

/// That the command is refused, in both languages, and nothing changes by it.
fn assert_refused(till: &mut Till, operator: &str, command: Command) -> Refusal {
    let before = till.state();
    let refusal = till.ask_as(operator, command.clone()).unwrap_err();
    assert_eq!(till.state(), before, "{command:?}");
    let message = refusal.message();
    let french = Translations::new(Language::French, &[FRENCH]).unwrap().say(&message);
    let english = Translations::english().say(&message);
    assert!(!english.is_empty() && !english.contains('{'), "{english}");
    assert!(french != english && !french.contains('{'), "{french}");
    refusal
}

fn sale(till: &mut Till) -> Command {
    let basket = till.basket(&[("CAFE", 1000)]);
    Command::Sell(Box::new(till.settled(basket, &[cash(250)])))
}

fn goods_back(of: TicketRef, n: u32, thousandths: i64, pay_back: Vec<PayBack>) -> Command {
    Command::Return { of, chosen: vec![chosen(n, thousandths)], pay_back, reason: "Fêlé".to_owned() }
}

fn by(tender: Tender, amount: i64) -> Vec<PayBack> {
    vec![PayBack::Tender { tender, reference: None, amount: cents(amount) }]
}

#[test]
fn nobody_does_what_they_may_not() {
    let mut till = Till::founded();
    let sold = till.sell_coffee();
    let of = till.reference(&sold);
    let sell = sale(&mut till);
    for operator in ["nobody", "system", "", "Cashier"] {
        let refusal = assert_refused(&mut till, operator, sell.clone());
        assert!(matches!(refusal, Refusal::UnknownOperator { .. }));
    }
    let undo = Command::Cancel { of, reason: "Erreur".to_owned() };
    assert!(matches!(assert_refused(&mut till, "cashier", undo), Refusal::Gate(_)));
    let float = Command::MoveCash { movement: CashType::Float, amount: cents(100), reason: None };
    for command in [sell, goods_back(of, 1, 1000, vec![PayBack::CreditNote]), float, Command::CloseDay] {
        assert!(matches!(assert_refused(&mut till, "auditor", command), Refusal::Gate(_)));
    }
    till.end();
}

#[test]
fn what_cannot_be_is_refused_and_leaves_no_trace() {
    let mut till = Till::founded();
    assert_refused(&mut till, "manager", Command::CloseDay);
    let sold = till.sell(&[("VASE", 2000), ("CAFE", 1000)], &[card(cents(3000))]);
    let of = till.reference(&sold);
    let unknown = TicketRef { number: 99, ..of };
    let foreign = TicketRef { register: "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap(), ..of };
    let credit = || vec![PayBack::CreditNote];
    let count =
        |counted, replaces| Command::CountCash { counted: cents(counted), coins: Vec::new(), replaces, reason: None };
    let movement = |movement, amount, reason: Option<&str>| Command::MoveCash {
        movement,
        amount: cents(amount),
        reason: reason.map(str::to_owned),
    };
    for command in [
        goods_back(unknown, 1, 1000, credit()),
        goods_back(foreign, 1, 1000, credit()),
        Command::Cancel { of: unknown, reason: "Erreur".to_owned() },
        Command::Cancel { of: foreign, reason: "Erreur".to_owned() },
        Command::Cancel { of, reason: " ".to_owned() },
        goods_back(of, 1, 3000, credit()),
        goods_back(of, 3, 1000, credit()),
        goods_back(of, 1, 0, credit()),
        goods_back(of, 1, -1000, credit()),
        goods_back(of, 1, 500, credit()),
        goods_back(of, 1, 1000, vec![]),
        goods_back(of, 1, 1000, by(Tender::Cash, 2990)),
        goods_back(of, 1, 1000, by(Tender::Card, 2989)),
        goods_back(of, 1, 1000, by(Tender::Card, 2991)),
        goods_back(of, 1, 1000, [by(Tender::Card, 2990), credit()].concat()),
        goods_back(of, 2, 1000, [credit(), credit()].concat()),
        Command::Return { of, chosen: vec![], pay_back: credit(), reason: "Fêlé".to_owned() },
        movement(CashType::In, 0, None),
        movement(CashType::Out, -100, None),
        movement(CashType::Count, 100, None),
        movement(CashType::In, 100, Some("4111 1111 1111 1111")),
        count(-1, None),
        count(100, Some(1)),
        count(100, Some(9999)),
    ] {
        assert_refused(&mut till, "manager", command);
    }
    let card_number = Command::CountCash {
        counted: cents(1),
        coins: Vec::new(),
        replaces: None,
        reason: Some("4111111111111111".to_owned()),
    };
    assert_refused(&mut till, "manager", card_number);
    till.end();
}

#[test]
fn a_voucher_that_is_not_known_not_so_much_worth_or_of_another_kind_pays_nothing() {
    let mut till = Till::founded();
    let sold = till.sell(&[("VASE", 1000)], &[]);
    let of = till.reference(&sold);
    let answer = till.ask(goods_back(of, 1, 1000, vec![PayBack::CreditNote])).unwrap();
    let note = answer.vouchers[0].clone();
    assert_eq!(note.kind, VoucherKind::CreditNote);
    let unknown = VoucherCode::from_random(12_345);
    for request in [
        gift_voucher(&unknown, 250),
        TenderRequest::CreditNote { code: unknown.clone(), balance: cents(250), amount: None },
        credit_note(&note, 1_000_000),
        gift_voucher(&note.code, 250),
    ] {
        let basket = till.basket(&[("VASE", 2000)]);
        let settled = till.settled(basket, &[request]);
        assert_refused(&mut till, "cashier", Command::Sell(Box::new(settled)));
    }
    till.end();
}

#[test]
fn returns_and_cancels_made_elsewhere_are_not_sealed_as_sales() {
    let mut till = Till::founded();
    let sold = till.sell(&[("VASE", 1000)], &[]);
    let of = till.reference(&sold);
    let undone = cancel(of, &sold, &GivenBack::default(), "Erreur").unwrap();
    assert_refused(&mut till, "cashier", Command::Sell(Box::new(undone.clone())));
    assert_refused(&mut till, "manager", Command::Sell(Box::new(undone)));
    till.end();
}

#[test]
fn a_correction_is_a_managers_and_undoes_a_payment_once() {
    let mut till = Till::founded();
    let sold = till.sell(&[("VASE", 1000)], &[]);
    let of = till.reference(&sold);
    let terms = Rules::default().on("2026-11-20".parse::<Date>().unwrap());
    let corrected = |before: &GivenBack| {
        let mut correction = correct(of, &sold, before, &[0], "Espèces", cents(0), &terms).unwrap();
        correction.tender(cash(2990)).unwrap();
        Command::Sell(Box::new(correction.settle().unwrap()))
    };
    let command = corrected(&GivenBack::default());
    assert_refused(&mut till, "cashier", command.clone());
    till.ask(command.clone()).unwrap();
    assert_refused(&mut till, "manager", command);
    assert_eq!(till.register().cash_expected(), cents(2990));
    till.ask(Command::Cancel { of, reason: "Erreur".to_owned() }).unwrap();
    assert_eq!(till.register().cash_expected(), cents(0));
    till.end();
}

#[test]
fn a_correction_of_a_sale_that_was_cancelled_or_came_back_is_refused() {
    let mut till = Till::founded();
    let terms = Rules::default().on("2026-11-20".parse::<Date>().unwrap());
    for undo in [true, false] {
        let sold = till.sell(&[("VASE", 1000)], &[]);
        let of = till.reference(&sold);
        let mut correction = correct(of, &sold, &GivenBack::default(), &[0], "Espèces", cents(0), &terms).unwrap();
        correction.tender(cash(2990)).unwrap();
        let late = Command::Sell(Box::new(correction.settle().unwrap()));
        let before = if undo {
            Command::Cancel { of, reason: "Erreur".to_owned() }
        } else {
            goods_back(of, 1, 1000, by(Tender::Card, 2990))
        };
        till.ask(before).unwrap();
        assert_refused(&mut till, "manager", late);
    }
    till.end();
}

#[test]
fn a_disk_that_takes_nothing_more_refuses_the_sale_and_the_register_sells_on_once_it_does() {
    let mut till = Till::founded();
    till.sell_coffee();
    let id = till.register().id();
    let database = till.journal_folder(id).join("journal.db");
    till.stop();
    let change = |sql: &str| rusqlite::Connection::open(&database).unwrap().execute_batch(sql).unwrap();
    change(
        "CREATE TRIGGER full BEFORE INSERT ON line WHEN new.kind = 'ticket'
         BEGIN SELECT raise(ABORT, 'the disk is full'); END",
    );
    till.start();
    let sell = sale(&mut till);
    for _ in 0..2 {
        assert!(matches!(assert_refused(&mut till, "cashier", sell.clone()), Refusal::NotWritten));
    }
    let float = Command::MoveCash { movement: CashType::Float, amount: cents(100), reason: None };
    till.ask(float).unwrap();
    till.stop();
    change("DROP TRIGGER full");
    till.start();
    assert_eq!(till.sell_coffee().number, 2);
    till.end();
}

#[test]
fn a_desk_whose_disk_is_full_refuses_and_stays() {
    let mut till = Till::founded();
    let sell = sale(&mut till);
    let id = till.register().id();
    let database = till.journal_folder(id).join("journal.db");
    till.stop();
    let change = |sql: &str| rusqlite::Connection::open(&database).unwrap().execute_batch(sql).unwrap();
    change(
        "CREATE TRIGGER full BEFORE INSERT ON line WHEN new.kind = 'ticket'
         BEGIN SELECT raise(ABORT, 'the disk is full'); END",
    );
    till.start();
    let desk = Desk::start(till.take()).unwrap();
    for n in 0..3 {
        let request = Request::new(command_id(n), "cashier", sell.clone());
        let refused = desk.ask(|register| register.execute(request)).unwrap();
        assert!(matches!(refused, Err(Refusal::NotWritten)));
    }
    desk.close().unwrap();
    change("DROP TRIGGER full");
    till.end();
}

#[test]
fn what_is_sold_no_more_is_not_in_the_catalogue_and_old_tickets_stay_as_they_were() {
    let mut till = Till::founded();
    let sold = till.sell_coffee();
    let of = till.reference(&sold);
    let all: Vec<CatalogueEdit> =
        ["CAFE", "PAIN"].map(|sku| CatalogueEdit::Remove(RecordId::Product(sku.into()))).into();
    till.register().edit_catalogue("manager", &all).unwrap();
    till.restart();
    assert!(till.register().catalogue().product("CAFE").unwrap().archived, "it was sold");
    assert!(till.register().catalogue().product("PAIN").is_none(), "it never was");
    till.ask(goods_back(of, 1, 1000, by(Tender::Cash, 250))).unwrap();
    till.end();
}
