//! Tickets by e-mail: sent once, recorded once a server has them, and no address anywhere after that.

use std::path::Path;

use comptoir_core::mail::{Address, Mail, MailFault, MailState, Mailer, Posted};
use comptoir_core::operators::{Gate, Gates, Rank};
use comptoir_core::printing::PaperOf;
use comptoir_core::register::{Answer, Command, Desk, Refusal, Register, Request};
use comptoir_fiscal::entry::{Body, Event, Mode, TicketRef};
use comptoir_fiscal::language::Language;
use uuid::Uuid;

use crate::shop::{Till, copy, files, founding};

const ADDRESS: &str = "client.exemple@example.fr";

fn address() -> Address {
    ADDRESS.parse().unwrap()
}

fn mail(ticket: TicketRef) -> Command {
    Command::MailTicket { ticket, to: address(), language: Language::French }
}

fn sold(till: &mut Till) -> TicketRef {
    let ticket = till.sell_coffee();
    till.reference(&ticket)
}

/// What the journal says of papers, mails and copies.
fn trail(till: &mut Till) -> Vec<String> {
    let line = |body: Body| match body {
        Body::Event(Event { code: code @ (100 | 156 | 917 | 918), detail, .. }) => {
            Some(format!("{code} {}", detail.unwrap_or_default()))
        }
        Body::Duplicate(duplicate) => Some(format!("copy {} of {}", duplicate.copy, duplicate.of.number)),
        _ => None,
    };
    till.entries().into_iter().filter_map(|entry| line(entry.body)).collect()
}

/// Sends what is due.
fn send(till: &mut Till) -> Vec<Mail> {
    let mut sent = Vec::new();
    while let Some(job) = till.register().next_mail().unwrap() {
        sent.push(till.register().mail(&job).unwrap().finish().unwrap());
        till.register().mail_handed_over(job.id).unwrap();
    }
    till.register().settle().unwrap();
    sent
}

/// The files under a folder in which a text stands.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let found = files(folder).into_iter().filter(|(_, bytes)| holds(bytes));
    found.map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_ticket_is_sent_by_e_mail_and_recorded_once_a_server_has_it() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    let size = till.register().journal().standing().size();
    let id = till.next_id();
    let ask =
        |till: &mut Till| -> Answer { till.register().execute(Request::new(id, "cashier", mail(ticket))).unwrap() };
    for _ in 0..2 {
        assert!(ask(&mut till).lines.is_empty());
        till.crash();
        ask(&mut till);
        assert_eq!(till.register().mail_queue().unwrap().len(), 1, "the same command again is no second mail");
    }
    assert_eq!(till.register().mail_queue().unwrap()[0].to, Some(address()));
    // Starts are sealed; the mail is not before it is handed over.
    assert!(trail(&mut till).is_empty() && till.register().journal().standing().size() > size);

    // A sender that stops before it says what became of it sends the same mail again.
    let tried = till.register().next_mail().unwrap().unwrap();
    till.crash();
    let [sent] = send(&mut till).try_into().unwrap();
    assert_eq!((sent.id, &sent.to), (tried.id, &address()));
    assert_eq!(trail(&mut till), ["918 01-T-00000001"]);
    let by = till.entries().into_iter().rfind(|entry| matches!(&entry.body, Body::Event(event) if event.code == 918));
    assert_eq!(by.unwrap().operator, "cashier");
    assert_eq!(till.register().mail_queue().unwrap(), []);
    till.register().mail_handed_over(sent.id).unwrap();
    assert!(ask(&mut till).repeated);
    assert!(send(&mut till).is_empty());
    assert_eq!(trail(&mut till), ["918 01-T-00000001"]);
    assert_eq!(till.register().issues(ticket).unwrap().mailed, 1);
    till.end();
}

#[test]
fn the_original_goes_by_e_mail_or_on_paper_and_all_others_are_numbered_duplicates() {
    let mut till = Till::founded();
    let first = sold(&mut till);
    till.ask_as("cashier", mail(first)).unwrap();
    // While it waits it is the original already.
    till.ask_as("cashier", Command::Print(PaperOf::Ticket(first))).unwrap();
    till.ask_as("cashier", mail(first)).unwrap();
    let texts: Vec<String> = send(&mut till).into_iter().map(|mail| mail.text).collect();
    assert!(!texts[0].contains("duplicata") && texts[1].contains("duplicata n°\u{a0}2"), "{texts:?}");
    till.ask_as("cashier", Command::Print(PaperOf::Ticket(first))).unwrap();

    let second = sold(&mut till);
    till.ask_as("cashier", Command::Print(PaperOf::Ticket(second))).unwrap();
    till.ask_as("cashier", mail(second)).unwrap();
    let third = sold(&mut till);
    sold(&mut till);
    till.ask_as("cashier", mail(third)).unwrap();
    assert_eq!(send(&mut till).len(), 2);
    let expected = [
        "copy 1 of 1",
        "copy 2 of 1",
        "918 01-T-00000001",
        "918 01-T-00000001",
        "copy 3 of 1",
        "917 01-T-00000002",
        "copy 1 of 2",
        "copy 1 of 3",
        "918 01-T-00000002",
        "918 01-T-00000003",
    ];
    assert_eq!(trail(&mut till), expected);
    till.end();
}

#[test]
fn an_address_is_in_no_file_once_its_mail_was_handed_over_or_given_up() {
    let mut till = Till::founded();
    for given_up in [false, true] {
        let ticket = sold(&mut till);
        till.ask_as("cashier", mail(ticket)).unwrap();
        let job = till.register().next_mail().unwrap().unwrap();
        let holders = holding(till.folder.path(), ADDRESS);
        assert!(!holders.is_empty() && holders.iter().all(|name| name.starts_with("shop.db")), "{holders:?}");
        if given_up {
            till.register().mail_failed(job.id, MailFault::AddressRefused).unwrap();
        } else {
            till.register().mail_handed_over(job.id).unwrap();
        }
        assert_eq!(holding(till.folder.path(), ADDRESS), Vec::<String>::new());
        assert_eq!(holding(till.folder.path(), "client.exemple"), Vec::<String>::new());
    }
    let of = sold(&mut till);
    assert!(!format!("{:?}", Request::new(till.next_id(), "cashier", mail(of))).contains("example.fr"));
    till.end();
    assert_eq!(holding(till.folder.path(), ADDRESS), Vec::<String>::new());
}

#[test]
fn a_copy_of_the_till_takes_no_address_along() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    till.ask_as("cashier", mail(ticket)).unwrap();
    let stick = tempfile::tempdir().unwrap();
    let made = till.register().back_up(stick.path()).unwrap();
    assert_eq!(holding(stick.path(), ADDRESS), Vec::<String>::new());
    let copied = rusqlite::Connection::open(made.path.join("shop.db")).unwrap();
    let sound: String = copied.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    let mails: i64 = copied.query_row("SELECT count(*) FROM mail", [], |row| row.get(0)).unwrap();
    let products: i64 = copied.query_row("SELECT count(*) FROM product", [], |row| row.get(0)).unwrap();
    assert_eq!((sound.as_str(), mails, products), ("ok", 0, 5));
    assert_eq!(send(&mut till).len(), 1, "it waits on in the till itself");
    till.end();
}

#[test]
fn a_mail_whose_handing_over_was_sealed_when_the_power_went_is_not_sent_again() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    till.ask_as("cashier", mail(ticket)).unwrap();
    let shop = till.shop_db();
    let row = |shop: &Path| -> (String, String) {
        let connection = rusqlite::Connection::open(shop).unwrap();
        connection.query_row("SELECT key, body FROM mail", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let (key, body) = row(&shop);
    send(&mut till);
    till.kill();
    // As if the address had not been erased any more.
    let connection = rusqlite::Connection::open(&shop).unwrap();
    connection.execute("INSERT INTO mail (key, version, body) VALUES (?1, 1, ?2)", [&key, &body]).unwrap();
    // And one that was written down with its duplicate, which was never sealed.
    let unsealed = body.replace(&key, &Uuid::from_u128(7).to_string()).replace("waiting", "asked");
    let other = Uuid::from_u128(7).to_string();
    connection.execute("INSERT INTO mail (key, version, body) VALUES (?1, 1, ?2)", [&other, &unsealed]).unwrap();
    drop(connection);
    till.start();
    assert_eq!(till.register().mail_queue().unwrap(), []);
    assert!(send(&mut till).is_empty());
    assert_eq!(trail(&mut till), ["918 01-T-00000001"]);
    till.end();
}

#[test]
fn a_mail_that_is_given_up_leaves_the_original_to_be_printed() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    let id = till.next_id();
    let ask = |till: &mut Till| till.register().execute(Request::new(id, "cashier", mail(ticket))).unwrap();
    ask(&mut till);
    let job = till.register().next_mail().unwrap().unwrap();
    assert_eq!(till.register().mail_failed(job.id, MailFault::NoConnection).unwrap(), Some(MailState::Waiting));
    assert_eq!(till.register().next_mail().unwrap(), None, "it waits before it is tried again");
    till.clock.advance(60);
    assert_eq!(till.register().next_mail().unwrap().map(|job| job.tries), Some(1));
    till.register().give_mail_up("cashier", job.id).unwrap();
    assert!(matches!(till.register().give_mail_up("cashier", job.id), Err(Refusal::NoSuchMail)));
    ask(&mut till);
    let queue = till.register().mail_queue().unwrap();
    assert_eq!(queue.len(), 1);
    assert_eq!(
        (queue[0].state, &queue[0].to, queue[0].fault),
        (MailState::GivenUp, &None, Some(MailFault::GivenUpByHand))
    );
    assert_eq!(till.register().next_mail().unwrap(), None);
    assert!(matches!(till.register().mail(&queue[0]), Err(Refusal::NoSuchMail)));
    till.ask_as("cashier", Command::Print(PaperOf::Ticket(ticket))).unwrap();
    assert_eq!(trail(&mut till), ["917 01-T-00000001"]);

    till.set_clock("2026-12-21T10:00:00+01:00");
    till.crash();
    assert_eq!(till.register().mail_queue().unwrap(), [], "after a month it is no longer listed");
    till.kill();
    till.end();
}

#[test]
fn a_mail_says_whose_it_is_and_what_it_comes_to_in_the_customers_language() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    let english = Command::MailTicket { ticket, to: address(), language: Language::English };
    till.ask_as("cashier", mail(ticket)).unwrap();
    till.ask_as("cashier", english).unwrap();
    let [french, english] = send(&mut till).try_into().unwrap();
    assert_eq!(french.subject, "Votre ticket 01-T-00000001 — Exemple");
    assert_eq!(english.subject, "Your ticket 01-T-00000001 — Exemple");
    for (text, mentions) in [
        (&french.text, ["01-T-00000001", "2,50\u{a0}€", "20/11/2026", "PDF"]),
        (&english.text, ["01-T-00000001", "€2.50", "2026", "duplicate no. 1"]),
    ] {
        for mention in mentions {
            assert!(text.contains(mention), "{mention} is not in\n{text}");
        }
        assert!(text.ends_with("\n\nExemple\n") && !text.contains('{'), "{text}");
    }
    let file = &french.attachment;
    assert_eq!((file.name.as_str(), file.media_type), ("ticket-01-T-00000001.pdf", "application/pdf"));
    assert!(file.bytes.starts_with(b"%PDF-1.") && file.bytes.len() < 200_000, "{}", file.bytes.len());
    till.end();
}

#[test]
fn a_duplicate_by_e_mail_passes_the_gate_of_duplicates() {
    let mut till = Till::founded();
    let gates = Gates([(Gate::Duplicate, Rank::Manager)].into());
    till.ask_as("owner", Command::SetGates(gates)).unwrap();
    let ticket = sold(&mut till);
    till.ask_as("cashier", mail(ticket)).unwrap();
    let refusal = till.ask_as("cashier", mail(ticket)).unwrap_err();
    assert!(matches!(refusal, Refusal::Gate(_)), "{refusal:?}");
    assert_eq!(till.register().mail_queue().unwrap().len(), 1);
    till.ask_as("manager", mail(ticket)).unwrap();
    assert_eq!(send(&mut till).len(), 2);
    till.end();
}

#[test]
fn nothing_is_sent_in_school_and_no_ticket_that_was_never_sealed() {
    let mut till = Till::unfounded(0);
    let platform = till.platform();
    let founding = comptoir_core::register::Founding { mode: Mode::Training, ..founding() };
    let register = Register::found(till.data(), founding, platform).unwrap();
    till.resume(register);
    let ticket = sold(&mut till);
    assert!(matches!(till.ask_as("cashier", mail(ticket)), Err(Refusal::NothingLeavesSchool)));
    assert_eq!(till.register().mail_queue().unwrap(), []);
    till.end();

    let mut till = Till::founded();
    let never = TicketRef { register: till.register().id(), number: 9 };
    assert!(matches!(till.ask_as("cashier", mail(never)), Err(Refusal::UnknownTicket { number: 9 })));
    assert_eq!(till.register().mail_queue().unwrap(), []);
    till.end();
}

#[test]
fn a_ticket_of_a_journal_that_was_left_is_sent_as_a_copy() {
    let mut till = Till::founded();
    let ticket = sold(&mut till);
    let old = till.register().id();
    till.stop();
    let kept = tempfile::tempdir().unwrap();
    copy(&till.journal_folder(old), kept.path());
    till.start();
    sold(&mut till);
    till.stop();
    std::fs::copy(kept.path().join("journal.db"), till.journal_folder(old).join("journal.db")).unwrap();
    till.start();
    till.ask(mail(ticket)).unwrap();
    let [sent] = send(&mut till).try_into().unwrap();
    assert!(sent.text.contains("duplicata n°\u{a0}1"), "{}", sent.text);
    let named = format!("01-T-00000001 ({old})");
    assert_eq!(trail(&mut till), [format!("156 {named}"), format!("918 {named}")]);
    till.end();
}

/// A server that says these things, one a mail, and then takes all.
struct Server {
    says: Vec<Result<(), MailFault>>,
    took: Vec<Mail>,
}

impl Mailer for Server {
    fn hand_over(&mut self, mail: &Mail) -> Result<(), MailFault> {
        let said = if self.says.is_empty() { Ok(()) } else { self.says.remove(0) };
        if said.is_ok() {
            self.took.push(mail.clone());
        }
        said
    }
}

#[test]
fn the_desk_sends_what_is_due_and_stops_where_no_server_is_reached() {
    let mut till = Till::founded();
    for _ in 0..4 {
        let ticket = sold(&mut till);
        till.ask_as("cashier", mail(ticket)).unwrap();
    }
    let desk = Desk::start(till.take()).unwrap();
    let faults = vec![Err(MailFault::AddressRefused), Ok(()), Err(MailFault::NoConnection)];
    let mut server = Server { says: faults, took: Vec::new() };
    let posted = desk.post_mails(&mut server).unwrap();
    assert_eq!(posted, Posted { handed_over: 1, put_off: 1, given_up: 1 });
    let posted = desk.post_mails(&mut server).unwrap();
    assert_eq!(posted, Posted { handed_over: 1, ..Posted::default() });
    till.clock.advance(3600);
    assert_eq!(desk.post_mails(&mut server).unwrap().handed_over, 1);
    assert_eq!(desk.post_mails(&mut server).unwrap(), Posted::default());
    assert_eq!(server.took.len(), 3);
    assert!(server.took.iter().all(|mail| mail.attachment.bytes.starts_with(b"%PDF")));
    desk.close().unwrap();
    till.start();
    let expected = ["918 01-T-00000002", "918 01-T-00000004", "918 01-T-00000003"];
    assert_eq!(trail(&mut till), expected);
    till.end();
}
