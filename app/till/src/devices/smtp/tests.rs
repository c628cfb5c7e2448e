use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comptoir_core::mail::{Attachment, MailState, Posted};
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Command, Desk, Register, Request};
use comptoir_core::settlement::Due;
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Channel, Mode, TicketRef};
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Quantity;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::devices::{Delivered, Postman, Trial};
use crate::platform;

/// What a server answers to a command that begins so; to all others it says yes.
type Answers = &'static [(&'static str, &'static str)];

/// What came in: the commands, and each mail.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<(Vec<String>, Vec<String>)>>);

impl Received {
    fn commands(&self) -> Vec<String> {
        self.0.lock().unwrap().0.clone()
    }

    fn mails(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }
}

/// A server of its own on this device, which keeps what it is handed.
struct Sink {
    port: u16,
    received: Received,
}

impl Sink {
    fn start(answers: Answers) -> Sink {
        Sink::speaking(answers, Encryption::None, None)
    }

    /// The same with TLS from the first byte, or where it is asked for.
    fn speaking(answers: Answers, encryption: Encryption, tls: Option<Arc<ServerConfig>>) -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Received::default();
        let kept = received.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = serve(stream, answers, encryption, tls.clone(), &kept);
            }
        });
        Sink { port, received }
    }

    fn server(&self, user: Option<&str>) -> MailServer {
        MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            encryption: Encryption::None,
            user: user.map(str::to_owned),
            from: "boutique@example.fr".parse().unwrap(),
        }
    }

    fn smtp(&self) -> Smtp {
        Smtp::new(self.server(None), Box::new(|| None))
    }
}

/// Serves one till, behind TLS where there is some.
fn serve(
    stream: TcpStream,
    answers: Answers,
    encryption: Encryption,
    tls: Option<Arc<ServerConfig>>,
    received: &Received,
) -> std::io::Result<()> {
    let secure =
        |stream: TcpStream, tls: Arc<ServerConfig>| StreamOwned::new(ServerConnection::new(tls).unwrap(), stream);
    match tls {
        Some(tls) if encryption == Encryption::Tls => converse(secure(stream, tls), answers, true, received),
        Some(tls) => {
            let begun = stream.try_clone()?;
            converse(begun, &[("EHLO", "250-sink\r\n250 STARTTLS")], true, received)?;
            converse(secure(stream, tls), answers, false, received)
        }
        None => converse(stream, answers, true, received),
    }
}

/// One line of a stream, read byte by byte so that none of what comes after it is taken.
fn line_of(stream: &mut impl Read) -> std::io::Result<Option<String>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while stream.read(&mut byte)? == 1 {
        match byte[0] {
            b'\n' => return Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned())),
            byte => line.push(byte),
        }
    }
    Ok(None)
}

/// Talks until the till says farewell, or asks for TLS.
fn converse(mut stream: impl Read + Write, answers: Answers, greets: bool, received: &Received) -> std::io::Result<()> {
    let answer = |line: &str| answers.iter().find(|(begins, _)| line.starts_with(begins)).map(|(_, answer)| *answer);
    if greets {
        stream.write_all(b"220 sink\r\n")?;
    }
    while let Some(line) = line_of(&mut stream)? {
        received.0.lock().unwrap().0.push(line.clone());
        let said = match answer(&line) {
            Some(said) => said,
            None if line.starts_with("EHLO") => "250-sink\r\n250 AUTH PLAIN LOGIN",
            None if line.starts_with("AUTH") => "235 welcome",
            None if line == "DATA" => "354 go on",
            None if line == "QUIT" => "221 bye",
            None => "250 ok",
        };
        stream.write_all(format!("{said}\r\n").as_bytes())?;
        if line == "DATA" && said.starts_with("354") {
            let mut mail = Vec::new();
            while let Some(line) = line_of(&mut stream)?.filter(|line| line != ".") {
                mail.push(line);
            }
            received.0.lock().unwrap().1.push(mail.join("\n"));
            stream.write_all(format!("{}\r\n", answer("the mail").unwrap_or("250 taken")).as_bytes())?;
        }
        stream.flush()?;
        if line == "QUIT" || (line == "STARTTLS" && answer("EHLO").is_some()) {
            break;
        }
    }
    Ok(())
}

/// What only looks like a ticket: bytes of every kind.
fn ticket() -> Vec<u8> {
    b"%PDF-1.7 ".iter().copied().chain((0..=255).cycle().take(2000)).collect()
}

fn mail(to: &str) -> Mail {
    Mail {
        id: Uuid::from_u128(7),
        to: to.parse().unwrap(),
        subject: "Votre ticket 01-T-00000001 — Épicerie".to_owned(),
        text: "Bonjour,\n\nVoici votre ticket.\n".to_owned(),
        attachment: Attachment {
            name: "ticket-01-T-00000001.pdf".to_owned(),
            media_type: "application/pdf",
            bytes: ticket(),
        },
    }
}

/// What a part of a mail holds that is written in base64.
fn attached(mail: &str) -> Vec<u8> {
    let (_, part) = mail.split_once("application/pdf").unwrap();
    let (_, body) = part.split_once("\n\n").unwrap();
    let written: String = body.lines().take_while(|line| !line.starts_with("--")).collect();
    STANDARD.decode(written).unwrap()
}

#[test]
fn a_mail_bears_its_head_its_words_and_the_ticket() {
    let sink = Sink::start(&[]);
    let mut smtp = sink.smtp();
    smtp.hand_over(&mail("client@example.fr")).unwrap();
    assert_eq!(smtp.fault(), None);
    let [sent] = sink.received.mails().try_into().unwrap();
    for line in [
        "Message-ID: <00000000-0000-0000-0000-000000000007@example.fr>",
        "From: boutique@example.fr",
        "To: client@example.fr",
        "Subject: Votre ticket 01-T-00000001 =?utf-8?",
        "Content-Disposition: attachment; filename=\"ticket-01-T-00000001.pdf\"",
        "Voici votre ticket.",
    ] {
        assert!(sent.lines().any(|known| known.starts_with(line)), "no “{line}” in {sent}");
    }
    assert!(sent.lines().any(|line| line.starts_with("Date: ")));
    assert_eq!(attached(&sent), ticket());
    let commands = sink.received.commands();
    let of_the_mail: Vec<&String> = commands.iter().filter(|line| line.contains(':')).collect();
    assert_eq!(of_the_mail, ["MAIL FROM:<boutique@example.fr>", "RCPT TO:<client@example.fr>"]);
}

#[test]
fn the_till_signs_in_where_it_has_a_name_and_says_where_it_is_refused() {
    let sink = Sink::start(&[]);
    let password = || Some(Password::new("secret-9".to_owned()));
    let mut smtp = Smtp::new(sink.server(Some("boutique")), Box::new(password));
    smtp.hand_over(&mail("client@example.fr")).unwrap();
    let said = format!("AUTH PLAIN {}", STANDARD.encode("\0boutique\0secret-9"));
    assert!(sink.received.commands().contains(&said));

    let strict = Sink::start(&[("AUTH", "535 5.7.8 no")]);
    let mut smtp = Smtp::new(strict.server(Some("boutique")), Box::new(password));
    // No other mail would fare better: all of them wait.
    assert_eq!(smtp.hand_over(&mail("client@example.fr")), Err(MailFault::NoConnection));
    assert_eq!(smtp.fault(), Some(SmtpFault::SignIn));
    let mut smtp = Smtp::new(strict.server(Some("boutique")), Box::new(|| None));
    assert_eq!(smtp.hand_over(&mail("client@example.fr")), Err(MailFault::NoConnection));
    assert_eq!(smtp.fault(), Some(SmtpFault::NoPassword));
    assert!(strict.received.mails().is_empty());
}

#[test]
fn each_refusal_is_told_apart_by_the_step_at_which_it_comes() {
    let cases: [(Answers, SmtpFault, MailFault); 7] = [
        (&[("MAIL", "553 not yours")], SmtpFault::Sender, MailFault::NoConnection),
        (&[("RCPT", "550 5.1.1 unknown")], SmtpFault::Address, MailFault::AddressRefused),
        (&[("RCPT", "550 5.7.1 relaying denied")], SmtpFault::Mail, MailFault::MailRefused),
        (&[("RCPT", "451 later")], SmtpFault::NotNow, MailFault::NotNow),
        (&[("DATA", "554 no")], SmtpFault::Mail, MailFault::MailRefused),
        (&[("the mail", "552 too large")], SmtpFault::Mail, MailFault::MailRefused),
        (&[("the mail", "421 closing")], SmtpFault::NotNow, MailFault::NotNow),
    ];
    for (answers, fault, means) in cases {
        let sink = Sink::start(answers);
        let mut smtp = sink.smtp();
        assert_eq!(smtp.hand_over(&mail("client@example.fr")), Err(means), "{answers:?}");
        assert_eq!(smtp.fault(), Some(fault), "{answers:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_tried_later() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let server = MailServer { port, ..Sink::start(&[]).server(None) };
    let mut smtp = Smtp::new(server, Box::new(|| None));
    assert_eq!(smtp.hand_over(&mail("client@example.fr")), Err(MailFault::NoConnection));
    assert_eq!(smtp.fault(), Some(SmtpFault::NoConnection));
}

#[test]
fn nothing_is_said_to_a_server_whose_encryption_is_not_right() {
    // It speaks no TLS, neither at once nor when it is asked for it.
    for encryption in [Encryption::Tls, Encryption::StartTls] {
        let sink = Sink::start(&[]);
        let server = MailServer { encryption, ..sink.server(Some("boutique")) };
        let mut smtp = Smtp::new(server, Box::new(|| Some(Password::new("secret-9".to_owned()))));
        assert_eq!(smtp.hand_over(&mail("client@example.fr")), Err(MailFault::NoConnection));
        assert_eq!(smtp.fault(), Some(SmtpFault::NotSafe), "{encryption:?}");
        let commands = sink.received.commands();
        assert!(!commands.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{commands:?}");
    }
}

/// A certificate for this device's own name, and what a server proves it with.
fn certified() -> (CertificateDer<'static>, Arc<ServerConfig>) {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = own.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    (certificate, Arc::new(config))
}

#[test]
fn a_mail_goes_through_tls_to_a_server_that_proves_who_it_is_and_to_no_other() {
    let (certificate, tls) = certified();
    for encryption in [Encryption::Tls, Encryption::StartTls] {
        let sink = Sink::speaking(&[], encryption, Some(tls.clone()));
        let server = MailServer { host: "localhost".to_owned(), encryption, ..sink.server(Some("boutique")) };
        let smtp = || Smtp::new(server.clone(), Box::new(|| Some(Password::new("secret-9".to_owned()))));
        let mut unknown = smtp();
        assert_eq!(unknown.hand_over(&mail("client@example.fr")), Err(MailFault::NoConnection));
        assert_eq!(unknown.fault(), Some(SmtpFault::NotSafe), "{encryption:?}");
        assert!(!sink.received.commands().iter().any(|line| line.starts_with("AUTH")));
        let mut known = smtp();
        known.trusted.push(Certificate::from_der(certificate.to_vec()).unwrap());
        assert_eq!((known.hand_over(&mail("client@example.fr")), known.fault()), (Ok(()), None), "{encryption:?}");
        assert_eq!(sink.received.mails().len(), 1);
    }
}

/// A register that has sold something.
fn shop(folder: &std::path::Path) -> Register {
    let data = comptoir_core::data_folder::DataFolder::of_sample(folder);
    let founding = comptoir_core::sample::founding(Mode::Live).unwrap();
    let mut register = Register::found(data, founding, platform::for_a_sample(SystemClock)).unwrap();
    let catalogue = register.catalogue().clone();
    let bread = catalogue.products().iter().find(|product| product.price.is_some()).unwrap();
    let mut basket = comptoir_core::basket::Basket::new(None, Channel::Counter);
    basket.add(bread, Quantity::thousandths(1000), None).unwrap();
    let mut due: Due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
    let amount = due.left();
    due.tender(TenderRequest::Card { amount, reference: None }).unwrap();
    let settled = due.settle().map_err(|(_, error)| error).unwrap();
    let id = register.new_command().unwrap();
    register.execute(Request::new(id, comptoir_core::sample::MANAGER, Command::Sell(Box::new(settled)))).unwrap();
    register
}

/// The files under a folder that hold a text.
fn holding(folder: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(holding(&entry.path(), text));
        } else if std::fs::read(entry.path()).unwrap().windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// What a postman told.
fn told(postman: impl FnOnce(Box<dyn Fn(Result<Delivered, Message>) + Send>) -> Postman) -> (Postman, Delivered) {
    let (tell, heard) = std::sync::mpsc::channel();
    let postman = postman(Box::new(move |delivered| tell.send(delivered.map_err(|why| why.to_string())).unwrap()));
    let delivered = heard.recv_timeout(Duration::from_secs(30)).unwrap().unwrap();
    (postman, delivered)
}

#[test]
fn a_ticket_goes_from_the_queue_to_the_server_and_its_address_is_in_no_file_any_more() {
    const TO: &str = "client.exemple@example.fr";
    let folder = tempfile::tempdir().unwrap();
    let mut register = shop(folder.path());
    let ticket = TicketRef { register: register.id(), number: 1 };
    let id = register.new_command().unwrap();
    let command = Command::MailTicket { ticket, to: TO.parse().unwrap(), language: Language::French };
    register.execute(Request::new(id, comptoir_core::sample::MANAGER, command)).unwrap();
    assert!(!holding(folder.path(), TO).is_empty());

    let desk = Arc::new(Desk::start(register).unwrap());
    let sink = Sink::start(&[]);
    let (postman, delivered) = told(|heard| Postman::start(desk.clone(), sink.smtp(), None, heard).unwrap());
    assert_eq!(delivered, Delivered { posted: Posted { handed_over: 1, ..Posted::default() }, fault: None });
    let (tell, tried) = std::sync::mpsc::channel();
    let trial = Trial { id: Uuid::from_u128(9), subject: "Essai".to_owned(), text: "Essai.\n".to_owned() };
    postman.try_out(trial, Box::new(move |sent| tell.send(sent).unwrap()));
    assert_eq!(tried.recv_timeout(Duration::from_secs(30)).unwrap(), Ok(()));
    drop(postman);

    let [ticket, trial] = sink.received.mails().try_into().unwrap();
    assert!(ticket.contains(&format!("To: {TO}")) && attached(&ticket).starts_with(b"%PDF"));
    assert!(trial.contains("To: boutique@example.fr") && !trial.contains("application/pdf"));
    let is_918 = |body: &Body| matches!(body, Body::Event(event) if event.code == 918);
    let recorded = desk.ask(move |register| {
        let journal = register.journal();
        (0..journal.standing().size()).filter(|seq| is_918(&journal.entry(*seq).unwrap().entry.body)).count()
    });
    assert_eq!(recorded.unwrap(), 1);
    Arc::try_unwrap(desk).map_err(|_| "the postman has the desk still").unwrap().close().unwrap();
    assert_eq!(holding(folder.path(), TO), Vec::<String>::new());
}

#[test]
fn what_a_server_refuses_waits_or_is_given_up_and_the_till_hears_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut register = shop(folder.path());
    let ticket = TicketRef { register: register.id(), number: 1 };
    let id = register.new_command().unwrap();
    let command = Command::MailTicket { ticket, to: "client@example.fr".parse().unwrap(), language: Language::French };
    register.execute(Request::new(id, comptoir_core::sample::MANAGER, command)).unwrap();
    let desk = Arc::new(Desk::start(register).unwrap());
    let sink = Sink::start(&[("MAIL", "553 not yours")]);
    let (postman, delivered) = told(|heard| Postman::start(desk.clone(), sink.smtp(), None, heard).unwrap());
    let put_off = Posted { put_off: 1, ..Posted::default() };
    assert_eq!(delivered, Delivered { posted: put_off, fault: Some(SmtpFault::Sender) });
    // However often it is rung for, one that was put off keeps its wait.
    postman.ring();
    drop(postman);
    let queue = desk.ask(|register| register.mail_queue()).unwrap().unwrap();
    assert_eq!((queue.len(), queue[0].state, queue[0].tries), (1, MailState::Waiting, 1));
    Arc::try_unwrap(desk).map_err(|_| "the postman has the desk still").unwrap().close().unwrap();
}
