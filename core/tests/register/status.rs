//! How the till says that it is doing, for the strip at the edge of its screens.

use comptoir_core::held::HeldTicket;
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Command, PayBack, SettingsChange};
use comptoir_fiscal::entry::{Merchant, Mode};
use uuid::Uuid;

use crate::shop::{FRIDAY, Till, cash, cents, chosen};

#[test]
fn the_status_follows_the_day_from_its_first_sale_to_its_closing() {
    let mut till = Till::founded();
    let status = till.register().status().unwrap();
    assert_eq!((status.store.as_str(), status.label.as_str()), ("Exemple", "01"));
    assert_eq!((status.mode, status.business_date), (Mode::Live, "2026-11-20".parse().unwrap()));
    assert_eq!(status.now.to_string(), FRIDAY);
    assert_eq!((status.open_since, status.tickets, status.net), (None, 0, cents(0)));
    assert!(status.has_room && !status.takes_no_vat && status.clock_leap.is_none());

    till.set_clock("2026-11-20T10:20:00+01:00");
    let sale = till.sell(&[("CAFE", 2000)], &[cash(500)]);
    let of = till.reference(&sale);
    till.set_clock("2026-11-20T10:40:00+01:00");
    let (chosen, pay_back) = (vec![chosen(1, 1000)], vec![PayBack::CreditNote]);
    till.ask(Command::Return { of, chosen, pay_back, reason: "Froid".to_owned() }).unwrap();
    for restarted in [false, true] {
        let status = till.register().status().unwrap();
        assert_eq!(status.open_since.unwrap().to_string(), "2026-11-20T10:20:00+01:00", "{restarted}");
        assert_eq!((status.tickets, status.net), (2, cents(250)));
        till.restart();
    }

    till.ask(Command::CloseDay).unwrap();
    let status = till.register().status().unwrap();
    assert_eq!((status.open_since, status.tickets, status.net), (None, 0, cents(0)));
    till.set_clock("2026-11-21T09:00:00+01:00");
    till.sell_coffee();
    let status = till.register().status().unwrap();
    assert_eq!(status.open_since.unwrap().to_string(), "2026-11-21T09:00:00+01:00");
    assert_eq!(status.tickets, 1);
    till.end();
}

#[test]
fn the_status_counts_what_waits() {
    let mut till = Till::founded();
    for (n, on_counter) in [(900, false), (901, false), (902, true)] {
        let basket = till.basket(&[("CAFE", 1000)]);
        let mut ticket = HeldTicket::new(Uuid::from_u128(n), "cashier", FRIDAY.parse().unwrap(), basket);
        ticket.on_counter = on_counter;
        till.register().hold("cashier", &ticket).unwrap();
    }
    assert_eq!(till.register().status().unwrap().held, 2);
    till.register().give_up("cashier", Uuid::from_u128(900), "Parti").unwrap();
    till.crash();
    assert_eq!(till.register().status().unwrap().held, 1);
    assert_eq!(till.register().held().unwrap().len(), 1);

    let sale = till.sell_coffee();
    let ticket = till.reference(&sale);
    till.ask(Command::Print(PaperOf::Ticket(ticket))).unwrap();
    till.ask(Command::Print(PaperOf::Ticket(ticket))).unwrap();
    let first = till.register().next_to_print().unwrap().unwrap();
    till.register().not_printed(first.id, "plus de papier").unwrap();
    let status = till.register().status().unwrap();
    assert_eq!((status.papers, status.printer_fails), (2, true));
    till.register().printed(first.id).unwrap();
    let status = till.register().status().unwrap();
    assert_eq!((status.papers, status.printer_fails), (1, false));

    // As if a print had been asked for whose record could not be sealed.
    let connection = rusqlite::Connection::open(till.shop_db()).unwrap();
    connection.execute("UPDATE print_job SET body = json_set(body, '$.state', 'asked')", []).unwrap();
    drop(connection);
    assert_eq!(till.register().status().unwrap().papers, 0);
    assert!(till.register().print_queue().unwrap().is_empty());
    till.end();
}

#[test]
fn the_status_tells_of_copies_inspections_the_clock_and_a_shop_without_vat() {
    let mut till = Till::founded();
    let before = till.register().status().unwrap();
    assert!(before.last_backup.is_none() && !before.has_backup_folder && !before.is_inspected);
    let copy = till.folder.path().join("stick");
    till.register().set_backup_folder(Some(&copy)).unwrap();
    assert!(till.register().status().unwrap().has_backup_folder);
    till.register().back_up(&copy).unwrap();
    till.register().begin_inspection("owner").unwrap();
    let status = till.register().status().unwrap();
    assert_eq!(status.last_backup, Some(status.now));
    assert!(status.is_inspected);
    till.register().end_inspection("owner").unwrap();

    let merchant = till.register().settings().merchant.clone();
    let merchant = Some(Merchant { vat_number: String::new(), ..merchant });
    let change = SettingsChange { merchant, ..SettingsChange::default() };
    till.ask_as("owner", Command::ChangeSettings(Box::new(change))).unwrap();
    till.set_clock("2026-11-24T10:00:00+01:00");
    let status = till.register().status().unwrap();
    assert!(!status.is_inspected && status.takes_no_vat);
    assert_eq!(status.clock_leap, till.register().clock_leap());
    assert!(status.clock_leap.is_some());
    till.end();
}
