//! Tickets that wait: kept over crashes until they are paid, tables moved, split and merged, notes, the kitchen.

use comptoir_core::basket::{Basket, Reduction};
use comptoir_core::held::{HeldError, HeldTicket, Table};
use comptoir_core::register::{Command, Refusal, Request};
use comptoir_core::settlement::{Due, Paid};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Event, Kind};
use comptoir_fiscal::journal::CommandId;
use comptoir_fiscal::values::{Instant, Quantity};
use uuid::Uuid;

use crate::shop::{FRIDAY, Till, card, cents};

fn table(name: &str) -> Table {
    Table { room: "Terrasse".to_owned(), name: name.to_owned() }
}

/// A ticket of so many coffees at a table, held.
fn seated(till: &mut Till, n: u128, name: &str, coffees: i64) -> HeldTicket {
    let basket = till.basket(&[("CAFE", coffees * 1000)]);
    let at: Instant = FRIDAY.parse().unwrap();
    let ticket = HeldTicket::new(Uuid::from_u128(n), "cashier", at, basket).at(table(name), 2);
    till.register().hold("cashier", &ticket).unwrap()
}

fn pay(till: &mut Till, ticket: &HeldTicket) -> Result<Vec<u64>, Refusal> {
    let basket = ticket.basket.clone();
    let to_pay = basket.to_pay();
    let settled = till.settled(basket, &[card(to_pay)]);
    let request = Request::new(CommandId::new(ticket.id), "cashier", Command::Sell(Box::new(settled)));
    let answer = till.register().execute(request)?;
    Ok(answer.ticket().unwrap().notes.clone())
}

fn trail(till: &mut Till) -> Vec<(u32, String)> {
    let of_tables = |event: &Event| matches!(event.code, 320 | 324 | 325 | 430);
    let events = till.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Event(event) if of_tables(&event) => Some((event.code, event.detail.unwrap_or_default())),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_held_ticket_survives_a_crash_until_it_is_paid_and_never_after() {
    let mut till = Till::founded();
    let ticket = seated(&mut till, 900, "4", 2);
    till.crash();
    assert_eq!(till.register().held().unwrap(), std::slice::from_ref(&ticket));
    pay(&mut till, &ticket).unwrap();
    // The register ends between the sale and what follows it.
    till.crash();
    assert_eq!(till.register().held().unwrap(), []);
    assert!(matches!(till.register().hold("cashier", &ticket), Err(Refusal::PaidAlready)));
    assert!(matches!(till.register().held_ticket(ticket.id), Err(Refusal::PaidAlready)));
    till.end();
}

#[test]
fn what_the_kitchen_was_told_of_comes_off_only_with_its_reason() {
    let mut till = Till::founded();
    let mut ticket = seated(&mut till, 900, "4", 3);
    let item = ticket.basket.items().next().unwrap().id;
    let orders = till.register().send_to_kitchen("cashier", ticket.id).unwrap();
    assert_eq!(orders.iter().map(|order| order.qty).collect::<Vec<_>>(), [Quantity::pieces(3)]);
    assert!(till.register().send_to_kitchen("cashier", ticket.id).unwrap().is_empty());

    ticket.basket.set_quantity(item, Quantity::pieces(2)).unwrap();
    let refusal = till.register().hold("cashier", &ticket).unwrap_err();
    assert!(matches!(refusal, Refusal::Held(HeldError::SentToKitchen { .. })));
    assert!(matches!(pay(&mut till, &ticket), Err(Refusal::NotAsHeld)));
    assert!(trail(&mut till).is_empty());

    let too_many = till.register().take_off("cashier", ticket.id, item, Quantity::pieces(4), "Erreur");
    assert!(matches!(too_many, Err(Refusal::Held(HeldError::NotSent))));
    let ticket = till.register().take_off("cashier", ticket.id, item, Quantity::ONE, "Froid").unwrap();
    assert_eq!(trail(&mut till), [(325, "1 × CAFE (Froid)".to_owned())]);
    pay(&mut till, &ticket).unwrap();
    assert_eq!(till.register().journal().standing().day.sales_ttc, cents(500));
    till.end();
}

#[test]
fn a_note_is_sealed_and_settled_by_the_ticket_that_follows_it() {
    let mut till = Till::founded();
    let ticket = seated(&mut till, 900, "4", 2);
    let note = till.register().note("cashier", ticket.id).unwrap();
    assert_eq!(note.entry.kind, Kind::Note);
    till.crash();
    let mut moved = till.register().held_ticket(ticket.id).unwrap();
    assert_eq!(moved.basket.notes(), [1]);
    moved.table = Some(table("5"));
    let moved = till.register().hold("cashier", &moved).unwrap();
    assert_eq!(trail(&mut till), [(430, "note 1: Terrasse 4 → Terrasse 5".to_owned())]);
    assert_eq!(pay(&mut till, &moved).unwrap(), [1]);
    till.end();
}

#[test]
fn a_note_that_was_sealed_when_the_power_went_is_found_again() {
    let mut till = Till::founded();
    let ticket = seated(&mut till, 900, "4", 2);
    let shop = till.shop_db();
    till.register().note("cashier", ticket.id).unwrap();
    let (held, id) = (till.register().held_ticket(ticket.id).unwrap(), till.register().id());
    till.kill();
    // As if what follows the note had not been written: the ticket only says that it asked for one.
    let asked = note_command(&till.journal_folder(id).join("journal.db"));
    let mut record = serde_json::to_value(&held).unwrap();
    record["basket"]["notes"] = serde_json::json!([]);
    record["asks_note"] = serde_json::json!(asked);
    let connection = rusqlite::Connection::open(shop).unwrap();
    connection.execute("UPDATE held SET body = ?1", [record.to_string()]).unwrap();
    drop(connection);
    till.start();
    assert_eq!(till.register().held().unwrap(), [held]);
    till.end();
}

/// The id of the command that sealed the note.
fn note_command(journal: &std::path::Path) -> Uuid {
    let connection = rusqlite::Connection::open(journal).unwrap();
    let sql = "SELECT command.id FROM command JOIN line USING (seq) WHERE line.kind = 'note'";
    let id: Vec<u8> = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    Uuid::from_slice(&id).unwrap()
}

#[test]
fn tables_are_split_and_merged_and_nothing_is_lost_between_them() {
    let mut till = Till::founded();
    let four = seated(&mut till, 900, "4", 5);
    let five = seated(&mut till, 901, "5", 1);
    let item = four.basket.items().next().unwrap().id;
    till.register().send_to_kitchen("cashier", four.id).unwrap();
    till.register().note("cashier", four.id).unwrap();

    let (left, guest) =
        till.register().move_items("cashier", four.id, None, &[(item, Some(Quantity::pieces(2)))]).unwrap();
    assert_eq!((left.basket.to_pay(), guest.basket.to_pay()), (cents(750), cents(500)));
    assert_eq!(guest.sent()[0].qty, Quantity::pieces(2));
    pay(&mut till, &guest).unwrap();

    let merged = till.register().merge("cashier", left.id, five.id).unwrap();
    assert_eq!((merged.basket.to_pay(), merged.guests, merged.basket.notes()), (cents(1000), 4, &[1][..]));
    assert_eq!(trail(&mut till), [(430, "note 1: Terrasse 4 → Terrasse 5".to_owned())]);
    till.crash();
    assert_eq!(till.register().held().unwrap(), std::slice::from_ref(&merged));
    assert_eq!(pay(&mut till, &merged).unwrap(), [1]);
    till.end();
}

#[test]
fn a_ticket_with_a_reduction_of_its_own_is_not_merged() {
    let mut till = Till::founded();
    let mut four = seated(&mut till, 900, "4", 5);
    let five = seated(&mut till, 901, "5", 1);
    four.basket.discount_ticket("Geste", Reduction::Percent(1000)).unwrap();
    let four = till.register().hold("cashier", &four).unwrap();
    let refusal = till.register().merge("cashier", four.id, five.id).unwrap_err();
    assert!(matches!(refusal, Refusal::Held(HeldError::Basket(_))));
    assert!(matches!(till.register().merge("cashier", five.id, five.id), Err(Refusal::NothingChanges)));
    assert_eq!(till.register().held().unwrap(), [four, five]);
    till.end();
}

#[test]
fn a_ticket_that_is_given_up_leaves_its_trail() {
    let mut till = Till::founded();
    let (four, five) = (seated(&mut till, 900, "4", 1), seated(&mut till, 901, "5", 2));
    till.register().send_to_kitchen("cashier", five.id).unwrap();
    till.register().note("cashier", five.id).unwrap();
    till.register().give_up("cashier", four.id, "Parti").unwrap();
    till.register().give_up("cashier", five.id, "Parti").unwrap();
    let expected = [(320, "2.50 (Parti)"), (325, "2 × CAFE (Parti)"), (324, "note 1: 5.00 (Parti)")];
    assert_eq!(trail(&mut till), expected.map(|(code, detail)| (code, detail.to_owned())));
    assert!(matches!(till.register().held_ticket(four.id), Err(Refusal::NotHeld)));
    till.end();
}

#[test]
fn notes_come_onto_a_ticket_only_by_being_sealed() {
    let mut till = Till::founded();
    let mut basket = till.basket(&[("CAFE", 1000)]);
    basket.set_notes(vec![7]);
    let ticket = HeldTicket::new(Uuid::from_u128(900), "cashier", FRIDAY.parse().unwrap(), basket);
    let held = till.register().hold("cashier", &ticket).unwrap();
    assert!(held.basket.notes().is_empty());
    let empty = Basket::new(None, comptoir_fiscal::entry::Channel::Counter);
    let ticket = HeldTicket::new(Uuid::from_u128(901), "cashier", FRIDAY.parse().unwrap(), empty);
    till.register().hold("cashier", &ticket).unwrap();
    assert!(matches!(till.register().note("cashier", ticket.id), Err(Refusal::NothingToNote)));
    till.end();
}

fn on(counter: bool, mut ticket: HeldTicket) -> HeldTicket {
    ticket.on_counter = counter;
    ticket
}

fn part_paid(mut ticket: HeldTicket, paid: Paid) -> HeldTicket {
    ticket.paying = Some(paid);
    ticket
}

/// A ticket of so many coffees that is being sold on the counter, as it is written down at a tap.
fn on_counter(till: &mut Till, n: u128, coffees: i64) -> HeldTicket {
    let basket = till.basket(&[("CAFE", coffees * 1000)]);
    let ticket = HeldTicket::new(Uuid::from_u128(n), "cashier", FRIDAY.parse().unwrap(), basket);
    till.register().hold("cashier", &on(true, ticket)).unwrap()
}

#[test]
fn the_basket_on_the_counter_comes_back_after_a_crash_apart_from_those_put_aside() {
    let mut till = Till::founded();
    let aside = seated(&mut till, 900, "4", 2);
    let counter = on_counter(&mut till, 901, 1);
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), Some(counter.clone()));
    assert_eq!(till.register().held().unwrap(), std::slice::from_ref(&aside));

    let put_aside = till.register().hold("cashier", &on(false, counter)).unwrap();
    assert_eq!(till.register().on_counter().unwrap(), None);
    let taken_up = till.register().hold("cashier", &on(true, aside)).unwrap();
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), Some(taken_up.clone()));
    assert_eq!(till.register().held().unwrap(), [put_aside]);

    pay(&mut till, &taken_up).unwrap();
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), None);
    till.end();
}

#[test]
fn no_ticket_is_out_of_sight_where_two_say_that_they_are_on_the_counter() {
    let mut till = Till::founded();
    let (first, second) = (on_counter(&mut till, 900, 1), on_counter(&mut till, 901, 2));
    assert_eq!(till.register().on_counter().unwrap(), Some(second));
    assert_eq!(till.register().held().unwrap(), [first]);
    till.end();
}

#[test]
fn a_cheque_that_was_taken_is_not_forgotten_by_a_crash() {
    let mut till = Till::founded();
    let ticket = on_counter(&mut till, 900, 4);
    let terms = till.register().terms();
    let mut due = ticket.basket.clone().due(&terms).unwrap();
    let cheque = TenderRequest::Cheque { amount: cents(600), reference: Some("0123456".to_owned()) };
    due.tender(cheque).unwrap();
    let asked = part_paid(ticket, due.paid());
    till.register().hold("cashier", &asked).unwrap();
    till.crash();
    let found = till.register().on_counter().unwrap().unwrap();
    assert_eq!(found, asked);

    let aside = till.register().hold("cashier", &on(false, found)).unwrap();
    till.register().send_to_kitchen("cashier", aside.id).unwrap();
    till.register().note("cashier", aside.id).unwrap();
    let aside = till.register().held_ticket(aside.id).unwrap();
    let due = Due::resume(aside.basket, &terms, aside.paying.unwrap()).unwrap();
    assert_eq!(due.left(), cents(400));
    till.end();
}

#[test]
fn what_was_taken_goes_along_when_tables_are_joined() {
    let mut till = Till::founded();
    let paying = |till: &mut Till, ticket: HeldTicket, amount| {
        let mut due = ticket.basket.clone().due(&till.register().terms()).unwrap();
        due.set_meal_voucher_holders(2).unwrap();
        due.tender(card(cents(amount))).unwrap();
        let ticket = part_paid(ticket, due.paid());
        till.register().hold("cashier", &ticket).unwrap()
    };
    let four = seated(&mut till, 900, "4", 2);
    let four = paying(&mut till, four, 100);
    let five = seated(&mut till, 901, "5", 2);
    let joined = till.register().merge("cashier", four.id, five.id).unwrap();
    assert_eq!(joined.paying, four.paying);
    let six = seated(&mut till, 902, "6", 2);
    let six = paying(&mut till, six, 200);
    let joined = till.register().merge("cashier", six.id, joined.id).unwrap();
    assert_eq!(till.register().held().unwrap(), std::slice::from_ref(&joined));
    let due = Due::resume(joined.basket, &till.register().terms(), joined.paying.unwrap()).unwrap();
    assert_eq!((due.left(), due.meal_voucher_holders()), (cents(1200), 4));
    till.end();
}

#[test]
fn a_ticket_that_is_paid_in_part_is_not_made_smaller_or_given_up_until_that_is_undone() {
    let mut till = Till::founded();
    let four = seated(&mut till, 900, "4", 3);
    let five = seated(&mut till, 901, "5", 1);
    let item = four.basket.items().next().unwrap().id;
    till.register().send_to_kitchen("cashier", four.id).unwrap();
    let four = till.register().held_ticket(four.id).unwrap();
    let mut due = four.basket.clone().due(&till.register().terms()).unwrap();
    let guest = due.tender(card(cents(250))).unwrap();
    let paid = till.register().hold("cashier", &part_paid(four.clone(), due.paid())).unwrap();
    till.crash();
    let before = (till.register().held().unwrap(), till.state());

    let given_up = till.register().give_up("cashier", four.id, "Parti").unwrap_err();
    let taken_off = till.register().take_off("cashier", four.id, item, Quantity::ONE, "Froid").unwrap_err();
    let moved = till.register().move_items("cashier", four.id, Some(five.id), &[(item, None)]).unwrap_err();
    let split = till.register().move_items("cashier", four.id, None, &[(item, Some(Quantity::ONE))]).unwrap_err();
    for refusal in [given_up, taken_off, moved, split] {
        assert!(matches!(refusal, Refusal::PartPaid), "{refusal:?}");
    }
    assert_eq!((till.register().held().unwrap(), till.state()), before);

    // What is moved to it is owed besides, and what was taken stays.
    let coffee = five.basket.items().next().unwrap().id;
    let (emptied, grown) = till.register().move_items("cashier", five.id, Some(four.id), &[(coffee, None)]).unwrap();
    assert!(emptied.is_blank());
    let due = Due::resume(grown.basket.clone(), &till.register().terms(), grown.paying.clone().unwrap()).unwrap();
    assert_eq!((grown.paying, due.left()), (paid.paying, cents(750)));

    let mut due = due;
    due.undo(guest).unwrap();
    let undone = till.register().held_ticket(four.id).unwrap();
    till.register().hold("cashier", &part_paid(undone, due.paid())).unwrap();
    till.register().take_off("cashier", four.id, item, Quantity::ONE, "Froid").unwrap();
    till.register().give_up("cashier", four.id, "Parti").unwrap();
    assert_eq!(trail(&mut till).iter().map(|(code, _)| *code).collect::<Vec<_>>(), [325, 325, 320]);
    till.end();
}

#[test]
fn a_card_number_is_not_written_down_with_what_was_taken() {
    let mut till = Till::founded();
    let ticket = on_counter(&mut till, 900, 2);
    let taken = vec![TenderRequest::Card { amount: cents(100), reference: Some("4111 1111 1111 1111".to_owned()) }];
    let paying = Paid { holders: 1, taken };
    let refusal = till.register().hold("cashier", &part_paid(ticket.clone(), paying)).unwrap_err();
    assert!(matches!(refusal, Refusal::Private(_)), "{refusal:?}");
    assert_eq!(till.register().on_counter().unwrap(), Some(ticket));
    till.end();
}

#[test]
fn only_a_ticket_that_leaves_nothing_behind_is_forgotten_without_a_trail() {
    let mut till = Till::founded();
    let emptied = |till: &mut Till, n: u128| {
        let mut ticket = on_counter(till, n, 2);
        let item = ticket.basket.items().next().unwrap().id;
        ticket.basket.remove(item).unwrap();
        (ticket, item)
    };
    let refused = |till: &mut Till, id| matches!(till.register().forget_empty(id), Err(Refusal::NotEmpty));

    let (ticket, _) = emptied(&mut till, 900);
    assert!(refused(&mut till, ticket.id), "what is on the disk counts");
    till.register().hold("cashier", &ticket).unwrap();
    till.register().forget_empty(ticket.id).unwrap();
    assert!(matches!(till.register().forget_empty(ticket.id), Err(Refusal::NotHeld)));
    till.crash();
    assert_eq!(till.register().on_counter().unwrap(), None);

    let (noted, _) = emptied(&mut till, 901);
    till.register().note("cashier", noted.id).unwrap();
    till.register().hold("cashier", &noted).unwrap();
    assert!(refused(&mut till, noted.id));

    let (paid, _) = emptied(&mut till, 902);
    let paying = Paid { holders: 1, taken: vec![card(cents(100))] };
    till.register().hold("cashier", &part_paid(paid.clone(), paying)).unwrap();
    assert!(refused(&mut till, paid.id));

    let (ordered, item) = emptied(&mut till, 903);
    till.register().send_to_kitchen("cashier", ordered.id).unwrap();
    assert!(refused(&mut till, ordered.id));
    till.register().take_off("cashier", ordered.id, item, Quantity::pieces(2), "Erreur").unwrap();
    till.register().forget_empty(ordered.id).unwrap();
    assert_eq!(trail(&mut till), [(325, "2 × CAFE (Erreur)".to_owned())]);
    till.end();
}
