//! The snack bar's terrace: a table is opened, the kitchen told, a note shown, the table paid. And who may do what.

use comptoir_core::basket::ItemId;
use comptoir_core::held::{HeldTicket, Table};
use comptoir_core::operators::{Gate, Operator, Role};
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Change, Command, Credential, Refusal, Request};
use comptoir_core::sample::{BARISTA, CASHIER, MANAGER, MANAGERS_PIN, OWNER};
use comptoir_core::secret::Pin;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Mode, SaleMode};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};
use uuid::Uuid;

use super::Story;
use super::counter::{Counter, CounterError};

/// A table of two orders, changes its mind, sees a note and pays.
pub(super) fn table_four(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let mut basket = counter.basket(Some(SaleMode::EatIn));
    let dish = counter.tap(&mut basket, "PLA-JOU", 2)?;
    counter.tap(&mut basket, "VER-VIN", 2)?;
    let (id, at) = counter.ask(|register| Ok::<_, Refusal>((register.new_command()?.uuid(), register.now())))??;
    let table = Table { room: "Terrasse".to_owned(), name: "4".to_owned() };
    let ticket = HeldTicket::new(id, BARISTA, at, basket).at(table, 2);
    let orders = counter.ask(move |register| {
        register.hold(BARISTA, &ticket)?;
        register.send_to_kitchen(BARISTA, id)
    })??;
    story.scene(message!(
        "table 4 of the terrace is opened for two; the kitchen is told of {count} orders",
        count = orders.len()
    ));
    counter.wait(900);
    let reason = "plat renvoyé";
    counter.ask(move |register| register.take_off(BARISTA, id, dish, Quantity::ONE, reason))??;
    let note = counter.ask(move |register| register.note(BARISTA, id))??;
    let Body::Note(note) = note.entry.body else { return Err(CounterError::NotRefused) };
    counter.print(BARISTA, PaperOf::Note(note.number))?;
    story.scene(message!(
        "a dish goes back and is taken off with its reason; note {number} over {total} is shown, marked provisional",
        number = note.number,
        total = note.totals.ttc
    ));
    counter.wait(600);
    let held = counter.ask(move |register| register.held_ticket(id))??;
    let due = counter.due(held.basket)?;
    let total = due.left();
    let answer = counter.settle_held(BARISTA, CommandId::new(id), due, Cents::new(total.get() / 2))?;
    story.scene(message!(
        "ticket {number}: the two guests of table 4 pay {total}, each half",
        number = answer.ticket().map_or(0, |ticket| ticket.number),
        total = total
    ));
    counter.wait(60);
    Ok(())
}

/// Three at a table: one leaves early with what was hers, two more join from the next table, one bill for the rest.
pub(super) fn split_and_joined(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let table = |name: &str| Table { room: "Terrasse".to_owned(), name: name.to_owned() };
    let open = |name: &str, guests, dishes: i32| -> Result<(Uuid, ItemId), CounterError> {
        let mut basket = counter.basket(Some(SaleMode::EatIn));
        let dish = counter.tap(&mut basket, "SAL-NIC", dishes)?;
        counter.tap(&mut basket, "CAF-EXP", dishes)?;
        let (id, at) = counter.ask(|register| Ok::<_, Refusal>((register.new_command()?.uuid(), register.now())))??;
        let ticket = HeldTicket::new(id, BARISTA, at, basket).at(table(name), guests);
        counter.ask(move |register| register.hold(BARISTA, &ticket))??;
        Ok((id, dish))
    };
    let ((seven, salad), (eight, _)) = (open("7", 3, 3)?, open("8", 2, 2)?);
    counter.wait(1200);
    let hers = [(salad, Some(Quantity::ONE))];
    let (_, parted) = counter.ask(move |register| register.move_items(BARISTA, seven, None, &hers))??;
    let pay = |id: Uuid| -> Result<(u64, Cents), CounterError> {
        let held = counter.ask(move |register| register.held_ticket(id))??;
        let due = counter.due(held.basket)?;
        let (total, in_cash) = (due.left(), Cents::new(500).min(due.left()));
        let answer = counter.settle_held(BARISTA, CommandId::new(id), due, in_cash)?;
        Ok((answer.ticket().map_or(0, |ticket| ticket.number), total))
    };
    let (early, hers) = pay(parted.id)?;
    counter.ask(move |register| register.merge(BARISTA, eight, seven))??;
    counter.wait(900);
    let (together, theirs) = pay(seven)?;
    story.scene(message!(
        "tickets {early} and {together}: one of table 7 leaves early and pays {hers} for hers; table 8 joins them, and {theirs} go on one ticket",
        early = early,
        together = together,
        hers = hers,
        theirs = theirs
    ));
    Ok(())
}

/// The owner gives the manager a PIN; a wrong one is refused, the right one signs in.
pub(super) fn signed_in(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    let operator = Operator::new(MANAGER, "Exemple Responsable", Role::Manager);
    let pin = Change::Set(Pin::chosen(MANAGERS_PIN)?);
    counter.command(OWNER, Command::PutOperator { operator, pin, badge: Change::Keep })?;
    let shown = |digits: &str| {
        Ok::<_, CounterError>(Credential::Pin { operator: MANAGER.to_owned(), pin: Pin::typed(digits)? })
    };
    let (wrong, right) = (shown("0000")?, shown(MANAGERS_PIN)?);
    if let Err(refused) = counter.ask(move |register| register.sign_in(&wrong))? {
        story.scene(message!("a wrong PIN is refused: “{why}”", why = refused.message()));
    }
    counter.wait(60);
    counter.ask(move |register| register.sign_in(&right))??;
    story.scene(message!("the manager signs in with a PIN"));
    Ok(())
}

/// A cashier may not cancel; the manager gives their word for that one command. Returns the number of its ticket.
pub(super) fn by_the_managers_word(counter: &Counter, story: &mut Story<'_>, of: u64) -> Result<u64, CounterError> {
    let command = Command::Cancel { of: counter.ticket_ref(of), reason: "erreur de quantité".to_owned() };
    let refused = Counter::refused(counter.command(CASHIER, command.clone()))?;
    story.scene(message!("a cashier asks to cancel: “{why}”", why = refused));
    let credential = Credential::Pin { operator: MANAGER.to_owned(), pin: Pin::typed(MANAGERS_PIN)? };
    let answer = counter.ask(move |register| {
        let id = register.new_command()?;
        let approval = register.approve(Gate::Cancel, id, &credential)?;
        register.execute(Request::new(id, CASHIER, command).approved(approval))
    })??;
    counter.hand_out(CASHIER, &answer)?;
    Ok(answer.ticket().map_or(0, |ticket| ticket.number))
}

/// A newcomer tries the till out, in a journal apart.
pub(super) fn lesson(counter: &Counter, story: &mut Story<'_>) -> Result<(), CounterError> {
    counter.wait_for_papers()?;
    counter.turn(MANAGER, Mode::Training)?;
    let mut basket = counter.basket(Some(SaleMode::Takeaway));
    counter.menu(&mut basket, "FOR-JOU", 1)?;
    let total = basket.to_pay();
    let sold = counter.sell(CASHIER, basket, vec![TenderRequest::Cash { handed: total, over_limit: None }])?;
    counter.wait_for_papers()?;
    counter.turn(MANAGER, Mode::Live)?;
    story.scene(message!(
        "school mode: a newcomer sells {total} in a journal apart, on paper that says it is worth nothing (ticket {number} there)",
        total = total,
        number = sold.ticket().map_or(0, |ticket| ticket.number)
    ));
    Ok(())
}
