//! The scenes of the sample day that are worth telling, among the customers who need none.

use comptoir_core::basket::{Issue, Reduction};
use comptoir_core::catalogue::Asked;
use comptoir_core::history::TicketSearch;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Answer, Command, Exchange, PayBack};
use comptoir_core::returns::Chosen;
use comptoir_core::sample::{BARISTA, CASHIER, MANAGER, OWNER};
use comptoir_core::tender::TenderRequest;
use comptoir_core::voucher::VoucherCode;
use comptoir_fiscal::entry::{CashType, Channel, SaleMode};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};

use super::counter::{Counter, CounterError};
use super::customers::{self, Draw};
use super::{Story, tables};

/// How many customers come besides those of the scenes.
const CUSTOMERS: u64 = 90;

/// Trades from morning to evening.
pub(super) fn trade(
    counter: &Counter,
    story: &mut Story<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), CounterError> {
    let mut draw = Draw::new();
    let mut come = 0;
    let mut customers = |count: u64, noon: bool| -> Result<(), CounterError> {
        for _ in 0..count {
            customers::serve(counter, &mut draw, noon)?;
            come += 1;
            progress(come, CUSTOMERS);
        }
        Ok(())
    };
    tables::signed_in(counter, story)?;
    morning(counter, story)?;
    customers(25, false)?;
    split_four_ways(counter, story)?;
    scanned_and_weighed(counter, story)?;
    customers(10, false)?;
    let gift = gift_voucher_sold(counter, story)?;
    customers(5, true)?;
    menu_with_wine(counter, story)?;
    as_the_guest_likes_it(counter, story)?;
    paper_meal_voucher(counter, story)?;
    tables::table_four(counter, story)?;
    tables::split_and_joined(counter, story)?;
    customers(20, true)?;
    printed_again(counter, story)?;
    ticket_discount(counter, story)?;
    let credit = return_to_credit_note(counter, story)?;
    credit_note_spent(counter, story, &credit)?;
    customers(10, false)?;
    gift_voucher_spent(counter, story, &gift)?;
    cancelled(counter, story)?;
    exchanged(counter, story)?;
    deposit_back(counter, story)?;
    paid_otherwise(counter, story)?;
    cash_limit(counter, story)?;
    customers(10, false)?;
    other_tenders(counter, story)?;
    cash_out(counter, story)?;
    tables::lesson(counter, story)?;
    customers(10, false)?;
    nothing_to_pay(counter, story)
}

fn card(euro_cents: i64) -> TenderRequest {
    TenderRequest::Card { amount: Cents::new(euro_cents), reference: None }
}

fn cash(handed: Cents) -> TenderRequest {
    TenderRequest::Cash { handed, over_limit: None }
}

fn number(answer: &Answer) -> u64 {
    answer.ticket().map_or(0, |ticket| ticket.number)
}

fn morning(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let amount = Cents::new(15_000);
    let reason = Some("fond de caisse".to_owned());
    counter.command(OWNER, Command::MoveCash { movement: CashType::Float, amount, reason })?;
    story.scene(message!("{amount} of float are put into the drawer", amount = amount));
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "BAG-TRA", 2)?;
    counter.tap(&mut basket, "QUO-REG", 1)?;
    let answer = counter.sell(CASHIER, basket, vec![cash(Cents::new(2000))])?;
    story.scene(message!(
        "ticket {number}: two baguettes and a newspaper, {handed} handed over, {change} of change",
        number = number(&answer),
        handed = Cents::new(2000),
        change = answer.ticket().map_or(Cents::ZERO, |ticket| ticket.change)
    ));
    counter.wait(120);
    Ok(())
}

fn split_four_ways(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    for sku in ["CRE-ALS", "SAU-FUM", "COM-18M", "LES-15L"] {
        if sku == "COM-18M" {
            counter.weigh(&mut basket, sku, 412)?
        } else {
            counter.tap(&mut basket, sku, 1)?
        };
    }
    let mut due = counter.due(basket)?;
    let total = due.left();
    let refused = due.tender(TenderRequest::Cheque { amount: total + Cents::new(500), reference: None });
    if let Err(error) = refused {
        story.scene(message!("a cheque that is too high is refused: “{why}”", why = error.message()));
    }
    due.tender(card(1500))?;
    due.tender(TenderRequest::Cheque { amount: Cents::new(1000), reference: Some("0012345".to_owned()) })?;
    due.tender(TenderRequest::Transfer { amount: Cents::new(500), reference: None })?;
    due.tender(cash(Cents::new(2000)))?;
    let answer = counter.settle(CASHIER, due)?;
    story.scene(message!(
        "ticket {number}: {total} split over card, cheque, transfer and cash, {change} of change",
        number = number(&answer),
        total = total,
        change = answer.ticket().map_or(Cents::ZERO, |ticket| ticket.change)
    ));
    counter.wait(200);
    Ok(())
}

fn scanned_and_weighed(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    // The scale's label: prefix 21, item 00010, 1,250 kg, check digit.
    let label = with_check_digit("210001001250");
    counter.scan(&mut basket, &label)?;
    counter.weigh(&mut basket, "AMA-VRA", 236)?;
    let wrong = format!("{}{}", &label[..12], (label.as_bytes()[12] - b'0' + 1) % 10);
    if let Err(error) = counter.scan(&mut basket, &wrong) {
        story.scene(message!("a misread barcode is refused: “{why}”", why = error.message()));
    }
    let total = basket.to_pay();
    let answer = counter.sell(CASHIER, basket, vec![card(total.get())])?;
    story.scene(message!(
        "ticket {number}: apples by the label of the scale, almonds weighed with their bag, {total} by card",
        number = number(&answer),
        total = total
    ));
    counter.wait(90);
    Ok(())
}

fn menu_with_wine(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(Some(SaleMode::EatIn));
    counter.menu(&mut basket, "FOR-JOU", 3)?;
    let mut due = counter.due(basket)?;
    let total = due.left();
    let by_card = |amount: i64| TenderRequest::MealVoucherCard { amount: Cents::new(amount), reference: None };
    if let Err(error) = due.tender(by_card(2600)) {
        story.scene(message!("a meal voucher beyond its limits is refused: “{why}”", why = error.message()));
    }
    let eligible = due.basket().meal_voucher_total().min(Cents::new(2500));
    due.tender(by_card(eligible.get()))?;
    due.tender(TenderRequest::Tip { amount: Cents::new(200) })?;
    let rest = due.left();
    due.tender(card(rest.get()))?;
    let answer = counter.settle(BARISTA, due)?;
    story.scene(message!(
        "ticket {number}: three menus with wine, {total} at two rates, {eligible} by meal voucher, the rest and a tip by card",
        number = number(&answer),
        total = total,
        eligible = eligible
    ));
    counter.wait(300);
    Ok(())
}

fn paper_meal_voucher(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(Some(SaleMode::Takeaway));
    counter.tap(&mut basket, "SAN-POU", 1)?;
    counter.tap(&mut basket, "EAU-50", 1)?;
    let total = basket.to_pay();
    let face = Cents::new(900);
    let answer = counter.sell(BARISTA, basket, vec![TenderRequest::MealVoucherPaper { face, reference: None }])?;
    story.scene(message!(
        "ticket {number}: {total} paid by a paper meal voucher worth {face}, which gives nothing back",
        number = number(&answer),
        total = total,
        face = face
    ));
    counter.wait(60);
    Ok(())
}

fn printed_again(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let first = PaperOf::Ticket(counter.ticket_ref(1));
    counter.print(CASHIER, first)?;
    counter.print(MANAGER, PaperOf::Reading)?;
    story.scene(message!(
        "the customer of ticket 1 asks for a paper after all: a numbered duplicate; the manager reads an X"
    ));
    Ok(())
}

fn as_the_guest_likes_it(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let asked = |group, modifier| Asked { group, modifier };
    let mut basket = counter.basket(Some(SaleMode::EatIn));
    let wanted = [asked("cuisson", "saignant"), asked("supplements", "bacon"), asked("supplements", "sans-oignon")];
    counter.tap_asked(&mut basket, "BUR-MAI", &wanted)?;
    counter.menu_of(&mut basket, "FOR-MID", &["PLA-JOU", "VER-VIN", "TAR-CIT"])?;
    counter.tap(&mut basket, "CAF-EXP", 2)?;
    let here = basket.to_pay();
    basket.set_mode(Some(SaleMode::Takeaway))?;
    let away = basket.to_pay();
    basket.set_mode(Some(SaleMode::EatIn))?;
    counter.tap_variant(&mut basket, "tablier", &["L", "Bleu"])?;
    let answer = counter.sell(BARISTA, basket, vec![card(here.get() + 1990)])?;
    story.scene(message!(
        "ticket {number}: a burger rare with bacon and without onions, a menu whose dish, drink and sweet the guest chose, coffees that cost less to take away ({here} here, {away} away), an apron in large and blue",
        number = number(&answer),
        here = here,
        away = away
    ));
    counter.wait(90);
    Ok(())
}

fn ticket_discount(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "VIN-RHO", 6)?;
    let cheese = counter.weigh(&mut basket, "ROQ-AOP", 310)?;
    counter.tap(&mut basket, "HEB-ACT", 1)?;
    basket.discount_item(cheese, "Fin de coupe", Reduction::Percent(2000))?;
    basket.discount_ticket("Fidélité 10 %", Reduction::Percent(1000))?;
    let total = basket.to_pay();
    let handed = Cents::new((total.get() + 999) / 1000 * 1000);
    let answer = counter.sell(CASHIER, basket, vec![cash(handed)])?;
    story.scene(message!(
        "ticket {number}: one line and the whole ticket reduced, the discount spread over three rates to the cent, {total}",
        number = number(&answer),
        total = total
    ));
    counter.wait(150);
    Ok(())
}

fn gift_voucher_sold(counter: &Counter, story: &mut Story<'_>) -> Result<VoucherCode, CounterError> {
    let (code, amount) = (counter.new_voucher_code()?, Cents::new(5000));
    let mut basket = counter.basket(None);
    basket.issue(Issue::GiftVoucher { code: code.clone(), amount })?;
    let answer = counter.sell(CASHIER, basket, vec![card(5000)])?;
    story.scene(message!(
        "ticket {number}: a gift voucher of {amount} sold, no turnover yet; its code is {code}",
        number = number(&answer),
        amount = amount,
        code = code.to_string()
    ));
    counter.wait(80);
    Ok(code)
}

fn gift_voucher_spent(counter: &Counter, story: &mut Story<'_>, code: &VoucherCode) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "MIE-500", 2)?;
    counter.tap(&mut basket, "CRE-ALS", 1)?;
    let (total, balance) = (basket.to_pay(), counter.voucher(code)?);
    let request = TenderRequest::GiftVoucher { code: code.clone(), balance, amount: None };
    let answer = counter.sell(CASHIER, basket, vec![request])?;
    story.scene(message!(
        "ticket {number}: {total} paid with the gift voucher, on which {left} stay",
        number = number(&answer),
        total = total,
        left = counter.voucher(code)?
    ));
    counter.wait(70);
    Ok(())
}

fn return_to_credit_note(counter: &Counter, story: &mut Story<'_>) -> Result<VoucherCode, CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "HUI-OLI", 3)?;
    counter.tap(&mut basket, "PAT-400", 1)?;
    basket.discount_ticket("Bon de la semaine", Reduction::Amount(Cents::new(250)))?;
    let total = basket.to_pay();
    let sold = counter.sell(CASHIER, basket, vec![card(total.get())])?;
    counter.wait(1200);
    let back = |quantity: i32| Command::Return {
        of: counter.ticket_ref(number(&sold)),
        chosen: vec![Chosen { n: 1, qty: Quantity::pieces(quantity) }],
        pay_back: vec![PayBack::CreditNote],
        reason: "bouteilles fêlées".to_owned(),
    };
    let refused = Counter::refused(counter.command(CASHIER, back(4)))?;
    story.scene(message!("more than was sold cannot come back: “{why}”", why = refused));
    let answer = counter.command(CASHIER, back(2))?;
    let Some(voucher) = answer.vouchers.first() else { return Err(CounterError::NotRefused) };
    story.scene(message!(
        "ticket {number}: two of three bottles of ticket {sold} come back, with their share of its discount, for a credit note of {amount}",
        number = number(&answer),
        sold = number(&sold),
        amount = voucher.amount
    ));
    counter.wait(60);
    Ok(voucher.code.clone())
}

fn credit_note_spent(counter: &Counter, story: &mut Story<'_>, code: &VoucherCode) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "VIN-ROS", 2)?;
    counter.tap(&mut basket, "CHI-150", 2)?;
    let mut due = counter.due(basket)?;
    let balance = counter.voucher(code)?;
    due.tender(TenderRequest::CreditNote { code: code.clone(), balance, amount: None })?;
    let rest = due.left();
    due.tender(card(rest.get()))?;
    let answer = counter.settle(CASHIER, due)?;
    story.scene(message!(
        "ticket {number}: the credit note pays {amount}, a card the other {rest}",
        number = number(&answer),
        amount = balance,
        rest = rest
    ));
    let mut again = counter.basket(None);
    counter.tap(&mut again, "BAG-TRA", 1)?;
    let mut due = counter.due(again)?;
    let twice = TenderRequest::CreditNote { code: code.clone(), balance: Cents::new(100), amount: None };
    due.tender(twice)?;
    due.tender(card(35))?;
    let refused = Counter::refused(counter.settle(CASHIER, due))?;
    story.scene(message!("the same credit note again is refused: “{why}”", why = refused));
    counter.wait(60);
    Ok(())
}

fn cancelled(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "CAF-250", 12)?;
    let total = basket.to_pay();
    let sold = counter.sell(CASHIER, basket, vec![card(total.get())])?;
    counter.wait(45);
    let cancel = tables::by_the_managers_word(counter, story, number(&sold))?;
    story.scene(message!(
        "ticket {number}: with the manager's word the cashier cancels ticket {sold}, {total} go back to the card",
        number = cancel,
        sold = number(&sold),
        total = total
    ));
    counter.wait(60);
    Ok(())
}

fn deposit_back(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "CID-BRU", 2)?;
    counter.tap(&mut basket, "CON-VER", 2)?;
    counter.deposit_back(&mut basket, "CON-VER", 4)?;
    counter.tap(&mut basket, "TIM-LET", 4)?;
    let total = basket.to_pay();
    let answer = counter.sell(CASHIER, basket, vec![cash(Cents::new(2000))])?;
    story.scene(message!(
        "ticket {number}: four empty bottles brought back, two with a deposit taken, and stamps without VAT: {total}",
        number = number(&answer),
        total = total
    ));
    counter.wait(60);
    Ok(())
}

/// A customer brings goods back without their ticket; it is found by what was paid, and other goods go out for them.
fn exchanged(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "HUI-OLI", 2)?;
    counter.tap(&mut basket, "MIE-500", 1)?;
    let total = basket.to_pay();
    let sold = counter.sell(CASHIER, basket, vec![card(total.get())])?;
    counter.wait(900);
    let search = TicketSearch { amounts: Some((total, total)), ..TicketSearch::default() };
    let found = counter.ask(move |register| register.find_tickets(&search, None, 10))??;
    let of = found.tickets.first().map(|summary| summary.ticket).ok_or(CounterError::NotFound)?;
    let (chosen, reason) = (vec![Chosen { n: 1, qty: Quantity::ONE }], "mauvais article".to_owned());
    let (goods, why) = (chosen.clone(), reason.clone());
    let begun = counter.ask(move |register| register.begin_exchange(of, &goods, &why))??;
    let worth = begun.refund.left();
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "VIN-ROS", 2)?;
    let mut due = counter.due(basket)?;
    due.tender(TenderRequest::CreditNote { code: begun.code.clone(), balance: worth, amount: None })?;
    let rest = due.left();
    if rest.is_positive() {
        due.tender(card(rest.get()))?;
    }
    let sale = due.settle().map_err(|(_, error)| error)?;
    let exchange = Exchange { of, chosen, reason, code: begun.code, pay_back: Vec::new(), sale };
    let answer = counter.command(CASHIER, Command::Exchange(Box::new(exchange)))?;
    story.scene(message!(
        "ticket {sold} is found by its {total}; a bottle of it worth {worth} goes back and two of rosé go out, in one command: tickets {back} and {number}",
        sold = number(&sold),
        total = total,
        worth = worth,
        back = number(&answer) - 1,
        number = number(&answer)
    ));
    counter.wait(60);
    Ok(())
}

fn paid_otherwise(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "VIN-RHO", 2)?;
    let total = basket.to_pay();
    let sold = counter.sell(CASHIER, basket, vec![card(total.get())])?;
    let of = counter.ticket_ref(number(&sold));
    let mut correction =
        counter.ask(move |register| register.begin_correction(of, &[0], "chèque pris pour une carte"))??;
    correction.tender(TenderRequest::Cheque { amount: total, reference: Some("0012346".to_owned()) })?;
    let settled = correction.settle().map_err(|(_, error)| error)?;
    let answer = counter.command(MANAGER, Command::Sell(Box::new(settled)))?;
    story.scene(message!(
        "ticket {number}: the card of ticket {sold} was a cheque; {total} move from one to the other, and the sale stays as it was",
        number = number(&answer),
        sold = number(&sold),
        total = total
    ));
    counter.wait(60);
    Ok(())
}

fn cash_limit(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    counter.tap(&mut basket, "CRE-ALS", 90)?;
    let mut due = counter.due(basket)?;
    let total = due.left();
    if let Err(error) = due.tender(cash(total)) {
        story.scene(message!("{total} in cash is refused: “{why}”", total = total, why = error.message()));
    }
    due.tender(cash(Cents::new(50_000)))?;
    let rest = due.left();
    due.tender(card(rest.get()))?;
    let answer = counter.settle(MANAGER, due)?;
    story.scene(message!(
        "ticket {number}: {total} of crémant for a wedding, half in cash, half by card",
        number = number(&answer),
        total = total
    ));
    counter.wait(240);
    Ok(())
}

fn other_tenders(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(Some(SaleMode::EatIn));
    counter.menu(&mut basket, "FOR-APE", 2)?;
    let face = Cents::new(2000);
    let mut due = counter.due(basket)?;
    due.tender(TenderRequest::HolidayVoucherPaper { face, reference: None })?;
    let rest = due.left();
    due.tender(cash(rest))?;
    let holiday = counter.settle(BARISTA, due)?;
    let mut basket = comptoir_core::basket::Basket::new(Some(SaleMode::Delivery), Channel::Web);
    counter.menu(&mut basket, "FOR-SAL", 1)?;
    let amount = basket.to_pay();
    let web = counter.sell(BARISTA, basket, vec![TenderRequest::Online { amount, reference: None }])?;
    let mut basket = comptoir_core::basket::Basket::new(None, Channel::Phone);
    basket.set_customer(Some("c-0001"))?;
    counter.tap(&mut basket, "PAI-CAM", 4)?;
    let amount = basket.to_pay();
    let account = counter.sell(CASHIER, basket, vec![TenderRequest::Account { amount }])?;
    let mut basket = counter.basket(None);
    basket.set_customer(Some("c-0001"))?;
    basket.issue(Issue::Account { amount })?;
    let settled = counter.sell(CASHIER, basket, vec![card(amount.get())])?;
    story.scene(message!(
        "tickets {holiday}, {web}, {account} and {settled}: a holiday voucher, a web order paid online, a telephone order put on an account, and that account settled by card",
        holiday = number(&holiday),
        web = number(&web),
        account = number(&account),
        settled = number(&settled)
    ));
    counter.wait(120);
    Ok(())
}

fn cash_out(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let amount = Cents::new(1240);
    let reason = Some("timbres".to_owned());
    counter.command(MANAGER, Command::MoveCash { movement: CashType::Out, amount, reason })?;
    story.scene(message!("{amount} are taken out of the drawer for an expense", amount = amount));
    Ok(())
}

fn nothing_to_pay(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(None);
    let bread = counter.tap(&mut basket, "BAG-TRA", 1)?;
    basket.discount_item(bread, "Offert", Reduction::Percent(10_000))?;
    let answer = counter.sell(CASHIER, basket, vec![])?;
    story.scene(message!("ticket {number}: the last baguette is given away; nothing is due", number = number(&answer)));
    Ok(())
}

fn with_check_digit(digits: &str) -> String {
    let check = comptoir_core::barcode::check_digit(digits).map(|digit| digit.to_string()).unwrap_or_default();
    format!("{digits}{check}")
}
