//! The mail server that a till hands tickets to, and how it is found.

use std::fmt;
use std::net::IpAddr;

use comptoir_core::mail::Address;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use zeroize::Zeroizing;

/// How the way to a server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// TLS begins after the first words (STARTTLS).
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None at all: for a server on this very device.
    None,
}

impl Encryption {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Encryption; 3] = [Encryption::StartTls, Encryption::Tls, Encryption::None];

    /// The port on which servers take mail this way.
    pub const fn port(self) -> u16 {
        match self {
            Encryption::StartTls => 587,
            Encryption::Tls => 465,
            Encryption::None => 25,
        }
    }

    /// As it is written down.
    pub const fn as_str(self) -> &'static str {
        match self {
            Encryption::StartTls => "starttls",
            Encryption::Tls => "tls",
            Encryption::None => "none",
        }
    }

    fn of(text: &str) -> Option<Encryption> {
        Encryption::ALL.into_iter().find(|encryption| encryption.as_str() == text)
    }
}

/// A server, without the password that it may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept from others.
    pub encryption: Encryption,
    /// Under which name the till signs in; none where it needs not.
    pub user: Option<String>,
    /// From whom the mails come.
    pub from: Address,
}

/// Why what was typed is no server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ServerError {
    Host,
    Port,
    From,
    Open,
}

impl ServerError {
    /// What is wrong, and what to do.
    pub fn message(self) -> Message {
        match self {
            ServerError::Host => message!("Type the mail server’s name, as in smtp.example.fr."),
            ServerError::Port => message!("A port is a number from 1 to 65535. Leave it empty for the usual one."),
            ServerError::From => message!("Type the address that the mails come from, as in shop@example.fr."),
            ServerError::Open => {
                message!("Without encryption mail goes only to a server on this very device. Choose STARTTLS or TLS.")
            }
        }
    }
}

/// A server as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct Typed {
    pub host: String,
    pub port: String,
    pub encryption: Encryption,
    pub user: String,
    pub from: String,
}

impl MailServer {
    /// A server of what was typed.
    pub fn of(typed: &Typed) -> Result<MailServer, ServerError> {
        let host = typed.host.trim();
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(ServerError::Host);
        }
        let port = match typed.port.trim() {
            "" => typed.encryption.port(),
            port => port.parse().ok().filter(|port| *port > 0).ok_or(ServerError::Port)?,
        };
        if typed.encryption == Encryption::None && !is_this_device(host) {
            return Err(ServerError::Open);
        }
        Ok(MailServer {
            host: host.to_owned(),
            port,
            encryption: typed.encryption,
            user: Some(typed.user.trim().to_owned()).filter(|user| !user.is_empty()),
            from: typed.from.parse().map_err(|_| ServerError::From)?,
        })
    }

    /// As it stands in the fields it is typed in.
    pub fn typed(&self) -> Typed {
        let usual = self.port == self.encryption.port();
        Typed {
            host: self.host.clone(),
            port: if usual { String::new() } else { self.port.to_string() },
            encryption: self.encryption,
            user: self.user.clone().unwrap_or_default(),
            from: self.from.as_str().to_owned(),
        }
    }

    /// As it is written into the device's file: names and values.
    pub(crate) fn written(server: Option<&MailServer>) -> [(&'static str, String); 5] {
        let typed = server.map(MailServer::typed).unwrap_or_default();
        let encryption = typed.encryption.as_str().to_owned();
        [
            ("mail_host", typed.host),
            ("mail_port", typed.port),
            ("mail_encryption", encryption),
            ("mail_user", typed.user),
            ("mail_from", typed.from),
        ]
    }

    /// Takes in one of the names and values that [`MailServer::written`] gave; whether it was one.
    pub(crate) fn read(name: &str, value: &str, typed: &mut Typed) -> bool {
        match name {
            "mail_host" => typed.host = value.to_owned(),
            "mail_port" => typed.port = value.to_owned(),
            "mail_encryption" => typed.encryption = Encryption::of(value).unwrap_or_default(),
            "mail_user" => typed.user = value.to_owned(),
            "mail_from" => typed.from = value.to_owned(),
            _ => return false,
        }
        true
    }
}

/// Whether a name is one of this device's own.
fn is_this_device(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What the till signs in at a mail server with. It is shown nowhere, and its memory is wiped when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// A password as it was typed.
    pub fn new(typed: String) -> Password {
        Password(Zeroizing::new(typed))
    }

    /// The password, for whoever signs in.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed { host: " smtp.example.fr ".to_owned(), from: "boutique@example.fr".to_owned(), ..Typed::default() }
    }

    #[test]
    fn a_server_is_reached_on_the_usual_port_unless_another_is_typed() {
        let server = MailServer::of(&typed()).unwrap();
        assert_eq!((server.host.as_str(), server.port, &server.user), ("smtp.example.fr", 587, &None));
        assert_eq!(MailServer::of(&Typed { encryption: Encryption::Tls, ..typed() }).unwrap().port, 465);
        let other = Typed { port: "2525".to_owned(), user: "caisse".to_owned(), ..typed() };
        let server = MailServer::of(&other).unwrap();
        assert_eq!((server.port, server.user.as_deref()), (2525, Some("caisse")));
        assert_eq!(MailServer::of(&server.typed()).unwrap(), server);
    }

    #[test]
    fn mail_goes_without_encryption_to_this_very_device_alone() {
        let open = |host: &str| {
            MailServer::of(&Typed { host: host.to_owned(), encryption: Encryption::None, ..typed() }).map(|_| ())
        };
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(open(host), Ok(()));
        }
        for host in ["smtp.example.fr", "192.168.1.9", "localhost.example.fr"] {
            assert_eq!(open(host), Err(ServerError::Open));
        }
    }

    #[test]
    fn what_is_no_server_is_refused_for_what_is_wrong_with_it() {
        let refused = |typed: Typed| MailServer::of(&typed).unwrap_err();
        assert_eq!(refused(Typed { host: "smtp example".to_owned(), ..typed() }), ServerError::Host);
        assert_eq!(refused(Typed { port: "0".to_owned(), ..typed() }), ServerError::Port);
        assert_eq!(refused(Typed { port: "smtp".to_owned(), ..typed() }), ServerError::Port);
        assert_eq!(refused(Typed { from: "boutique".to_owned(), ..typed() }), ServerError::From);
    }

    #[test]
    fn a_password_is_not_shown_where_values_are_printed() {
        assert!(!format!("{:?}", Password::new("secret-9".to_owned())).contains("secret-9"));
    }
}
