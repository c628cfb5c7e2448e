//! Hands mails to a server by SMTP.
//!
//! Each step of the conversation is told apart, so that whoever set the server up learns whether it is not found, not
//! safe, or refuses the name, the sender, the address or the mail. What a server says in its own words is read and not
//! kept: it likes to repeat the address.

use std::error::Error as _;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use comptoir_core::mail::{Mail, MailFault, Mailer};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_ui::mail::{Encryption, MailServer, Password};
use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use uuid::Uuid;

/// How long a server may take for each of its answers.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How the till signs in: in words that only TLS hides, as every server understands them.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Why a server has not taken a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum SmtpFault {
    NoConnection,
    NotSafe,
    NoPassword,
    SignIn,
    Sender,
    Address,
    NotNow,
    Mail,
}

impl SmtpFault {
    /// What is wrong, and what to do.
    pub fn message(self) -> Message {
        match self {
            SmtpFault::NoConnection => {
                message!(
                    "The mail server cannot be reached. Look whether the network works, and check its name and port."
                )
            }
            SmtpFault::NotSafe => message!(
                "The way to the mail server is not safe: its certificate or its encryption is not right. Nothing was sent. Check its name, its port and the kind of encryption."
            ),
            SmtpFault::NoPassword => {
                message!("The password of the mail server is not known on this device any more. Type it again.")
            }
            SmtpFault::SignIn => message!("The mail server refuses the name or the password. Type both again."),
            SmtpFault::Sender => {
                message!("The mail server sends no mail from this address. Type the address that belongs to the name.")
            }
            SmtpFault::Address => message!("The mail server knows nobody at the address."),
            SmtpFault::NotNow => message!("The mail server does not take mail for now. It is tried again by itself."),
            SmtpFault::Mail => message!("The mail server refuses the mail. Ask whoever runs it why."),
        }
    }

    /// What it means for a mail that waits. Where the server or the till is set up wrongly no other mail would fare
    /// better, and all of them wait until it is put right.
    pub fn fault(self) -> MailFault {
        match self {
            SmtpFault::NoConnection
            | SmtpFault::NotSafe
            | SmtpFault::NoPassword
            | SmtpFault::SignIn
            | SmtpFault::Sender => MailFault::NoConnection,
            SmtpFault::Address => MailFault::AddressRefused,
            SmtpFault::NotNow => MailFault::NotNow,
            SmtpFault::Mail => MailFault::MailRefused,
        }
    }
}

/// Where the password comes from: asked for when it is needed, since a keystore may take its time.
pub type FindPassword = Box<dyn Fn() -> Option<Password> + Send>;

/// A server that mails are handed to.
pub struct Smtp {
    server: MailServer,
    password: FindPassword,
    /// Whom to trust besides those that the system trusts.
    trusted: Vec<Certificate>,
    /// Why the last mail was not taken.
    fault: Option<SmtpFault>,
}

impl Smtp {
    /// The server, and where its password comes from.
    pub fn new(server: MailServer, password: FindPassword) -> Smtp {
        Smtp { server, password, trusted: Vec::new(), fault: None }
    }

    /// Why the last mail was not taken; none where it was.
    pub fn fault(&self) -> Option<SmtpFault> {
        self.fault
    }

    /// Sends a few words to the address that mails come from, to show that they arrive.
    pub fn try_out(&mut self, id: Uuid, subject: &str, text: String) -> Result<(), SmtpFault> {
        let words = SinglePart::plain(text);
        let to = self.server.from.as_str().to_owned();
        let sent = self.letter(id, &to, subject, Content::Words(words)).and_then(|letter| self.send(&to, &letter));
        self.fault = sent.err();
        sent
    }

    fn letter(&self, id: Uuid, to: &str, subject: &str, content: Content) -> Result<Vec<u8>, SmtpFault> {
        let from = self.server.from.as_str();
        let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
        let head = lettre::Message::builder()
            .message_id(Some(format!("<{id}@{domain}>")))
            .from(Mailbox::new(None, address(from).ok_or(SmtpFault::Sender)?))
            .to(Mailbox::new(None, address(to).ok_or(SmtpFault::Address)?))
            .subject(subject);
        let letter = match content {
            Content::Words(words) => head.singlepart(words),
            Content::Parts(parts) => head.multipart(parts),
        };
        letter.map(|letter| letter.formatted()).map_err(|_| SmtpFault::Mail)
    }

    fn send(&self, to: &str, letter: &[u8]) -> Result<(), SmtpFault> {
        let (from, to) = (address(self.server.from.as_str()), address(to).ok_or(SmtpFault::Address)?);
        let mut connection = self.connect()?;
        let sent = self.sign_in(&mut connection).and_then(|()| hand_over(&mut connection, from, to, letter));
        // The mail is handed over or not; what is answered to a farewell changes nothing.
        let _ = connection.quit();
        sent
    }

    fn connect(&self) -> Result<SmtpConnection, SmtpFault> {
        let MailServer { host, port, encryption, .. } = &self.server;
        let (hello, within) = (ClientId::default(), Some(ANSWER_WITHIN));
        let addresses: Vec<SocketAddr> =
            (host.as_str(), *port).to_socket_addrs().map_err(|_| SmtpFault::NoConnection)?.collect();
        match encryption {
            Encryption::Tls => SmtpConnection::connect(&*addresses, within, &hello, Some(&self.tls()?), None)
                .map_err(|error| unreached(&error)),
            Encryption::StartTls => {
                let mut connection = SmtpConnection::connect(&*addresses, within, &hello, None, None)
                    .map_err(|error| unreached(&error))?;
                if !connection.can_starttls() {
                    let _ = connection.quit();
                    return Err(SmtpFault::NotSafe);
                }
                connection.starttls(&self.tls()?, &hello).map_err(|error| unreached(&error))?;
                Ok(connection)
            }
            Encryption::None => {
                if !addresses.iter().all(|address| address.ip().is_loopback()) {
                    return Err(SmtpFault::NotSafe);
                }
                SmtpConnection::connect(&*addresses, within, &hello, None, None).map_err(|error| unreached(&error))
            }
        }
    }

    fn tls(&self) -> Result<TlsParameters, SmtpFault> {
        let builder = TlsParameters::builder(self.server.host.clone());
        let trusting = self.trusted.iter().cloned().fold(builder, |builder, root| builder.add_root_certificate(root));
        trusting.build().map_err(|_| SmtpFault::NotSafe)
    }

    fn sign_in(&self, connection: &mut SmtpConnection) -> Result<(), SmtpFault> {
        let Some(user) = &self.server.user else { return Ok(()) };
        let password = (self.password)().ok_or(SmtpFault::NoPassword)?;
        let credentials = Credentials::new(user.clone(), password.as_str().to_owned());
        match connection.auth(&MECHANISMS, &credentials) {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() || error.is_client() => Err(SmtpFault::SignIn),
            Err(error) => Err(broken_off(&error)),
        }
    }
}

impl Mailer for Smtp {
    fn hand_over(&mut self, mail: &Mail) -> Result<(), MailFault> {
        let parts = ContentType::parse(mail.attachment.media_type).map_err(|_| SmtpFault::Mail).map(|media_type| {
            let ticket = Attachment::new(mail.attachment.name.clone()).body(mail.attachment.bytes.clone(), media_type);
            MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone())).singlepart(ticket)
        });
        let to = mail.to.as_str();
        let sent = parts
            .and_then(|parts| self.letter(mail.id, to, &mail.subject, Content::Parts(parts)))
            .and_then(|letter| self.send(to, &letter));
        self.fault = sent.err();
        sent.map_err(SmtpFault::fault)
    }
}

enum Content {
    Words(SinglePart),
    Parts(MultiPart),
}

fn address(text: &str) -> Option<Address> {
    text.parse().ok()
}

/// Hands a mail over, step by step.
fn hand_over(
    connection: &mut SmtpConnection,
    from: Option<Address>,
    to: Address,
    letter: &[u8],
) -> Result<(), SmtpFault> {
    let refused_as =
        |refused: SmtpFault| move |error: Error| if error.is_permanent() { refused } else { broken_off(&error) };
    connection.command(From::new(from, Vec::new())).map_err(refused_as(SmtpFault::Sender))?;
    connection.command(Rcpt::new(to, Vec::new())).map_err(|error| match error.is_permanent() {
        true if is_about_policy(&error) => SmtpFault::Mail,
        true => SmtpFault::Address,
        false => broken_off(&error),
    })?;
    connection.command(Data).map_err(refused_as(SmtpFault::Mail))?;
    connection.message(letter).map_err(refused_as(SmtpFault::Mail))?;
    Ok(())
}

/// Whether an address was refused for who asks, and not for itself (RFC 3463, `X.7.X`).
fn is_about_policy(error: &Error) -> bool {
    error.source().is_some_and(|said| said.to_string().starts_with("5.7."))
}

/// What did not work on the way to a server.
fn unreached(error: &Error) -> SmtpFault {
    match error.is_permanent() {
        true => SmtpFault::Mail,
        false => broken_off(error),
    }
}

/// What did not work in the middle of a conversation.
fn broken_off(error: &Error) -> SmtpFault {
    if error.is_transient() {
        SmtpFault::NotNow
    } else if error.is_tls() || error.is_client() || is_no_tls(error) {
        SmtpFault::NotSafe
    } else {
        SmtpFault::NoConnection
    }
}

/// Whether what came was not what TLS asks for, as where a certificate is not right: rustls says so as invalid data.
fn is_no_tls(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
