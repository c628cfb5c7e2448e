//! Tickets by e-mail: asked for at the till, to an address that serves this one mail, and the server that takes them.

mod server;
pub mod setting;
#[cfg(test)]
mod tests;
pub mod view;

use comptoir_core::mail::{Address, Posted};
use comptoir_core::register::{Command, Refusal};
use comptoir_fiscal::entry::{Mode, TicketRef};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

pub use server::{Encryption, MailServer, Password, ServerError, Typed};

use crate::settings;
use crate::till::{Order, Place, Till};

/// The domains that are offered after a name: where most people in France receive their mail.
pub(crate) const DOMAINS: [&str; 8] =
    ["gmail.com", "orange.fr", "free.fr", "outlook.fr", "hotmail.fr", "wanadoo.fr", "sfr.fr", "icloud.com"];

/// What a person does with tickets by e-mail.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Sends the ticket that was sold last.
    AskLast,
    /// Sends the ticket that is looked at.
    AskOpen,
    /// Typed the customer's address.
    Typed(String),
    /// Touched one of the domains that are offered, by its place.
    Domain(usize),
    /// Has it sent there.
    Send,
    /// Lets it be.
    Close,
    /// With the server that takes mails, and the mails that wait for it.
    Setting(setting::Edit),
}

/// What the till knows of mails.
#[derive(Default)]
pub struct Mail {
    /// Who takes them; none where no server is set up.
    pub(crate) server: Option<MailServer>,
    /// The address that is asked for.
    pub(crate) asking: Option<Asking>,
    pub(crate) setting: setting::Setting,
    /// Why the server took no mail when it was tried last.
    pub(crate) trouble: Option<Message>,
}

/// An address that is asked for, until it is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asking {
    pub(crate) ticket: TicketRef,
    pub(crate) typed: String,
    pub(crate) trouble: Option<Message>,
    pub(crate) waits: bool,
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    match intent {
        Intent::AskLast => {
            if let Some(done) = &till.sale.done {
                let ticket = done.ticket;
                ask(till, ticket);
            }
        }
        Intent::AskOpen => {
            if let Some(open) = &till.tickets.open {
                let ticket = open.summary.ticket;
                ask(till, ticket);
            }
        }
        Intent::Setting(edit) => setting::update(till, edit),
        Intent::Typed(_) | Intent::Domain(_) | Intent::Send | Intent::Close => with_address(till, intent),
    }
}

fn with_address(till: &mut Till, intent: Intent) {
    let Some(asking) = till.mail.asking.as_mut().filter(|asking| !asking.waits) else { return };
    match intent {
        Intent::Typed(text) => (asking.typed, asking.trouble) = (text, None),
        Intent::Domain(place) => {
            if let Some(domain) = offered(&asking.typed).get(place) {
                let name = asking.typed.split('@').next().unwrap_or_default().trim();
                (asking.typed, asking.trouble) = (format!("{name}@{domain}"), None);
            }
        }
        Intent::Send => send(till),
        Intent::Close => till.mail.asking = None,
        Intent::AskLast | Intent::AskOpen | Intent::Setting(_) => {}
    }
}

/// The domains that go on with what was typed.
pub(crate) fn offered(typed: &str) -> Vec<&'static str> {
    let begun = typed.split_once('@').map_or("", |(_, domain)| domain.trim());
    DOMAINS.into_iter().filter(|domain| domain.starts_with(begun) && *domain != begun).take(4).collect()
}

/// Asks for the address that a ticket goes to, where tickets can be sent at all.
fn ask(till: &mut Till, ticket: TicketRef) {
    if till.mode == Mode::Training {
        return till.refuse(&Refusal::NothingLeavesSchool);
    }
    if till.mail.server.is_none() {
        return till.refuse_for(message!(
            "No mail server is set up on this device yet. Set one up in the settings, under “E-mail”."
        ));
    }
    till.mail.asking = Some(Asking { ticket, typed: String::new(), trouble: None, waits: false });
}

/// Has the ticket sent to the address that was typed. It is then in the register's queue, and the screens forget it.
fn send(till: &mut Till) {
    let language = till.language();
    let Some(asking) = &mut till.mail.asking else { return };
    let to: Address = match asking.typed.parse() {
        Ok(address) => address,
        Err(error) => {
            let error: comptoir_core::mail::AddressError = error;
            asking.trouble = Some(error.message());
            return;
        }
    };
    asking.waits = true;
    let ticket = asking.ticket;
    till.command(None, Command::MailTicket { ticket, to, language }, move |till, outcome| match outcome {
        Ok(_) => {
            till.mail.asking = None;
            if let Some(done) = till.sale.done.as_mut().filter(|done| done.ticket == ticket) {
                done.mailed = true;
            }
            till.order(Order::Post);
            till.tell(message!("The ticket is sent as soon as there is a network."));
        }
        Err(refusal) => {
            if let Some(asking) = &mut till.mail.asking {
                asking.waits = false;
            }
            till.refuse(&refusal);
        }
    });
}

/// Hears what became of the mails that were due, and why the last one was not taken.
pub(crate) fn posted(till: &mut Till, posted: Posted, trouble: Option<Message>) {
    till.mail.trouble = trouble;
    if posted.given_up > 0 {
        till.refuse_for(message!(
            "A ticket could not be sent by e-mail, and is given up. The settings say why, under “E-mail”."
        ));
    }
    if till.place == Place::Settings {
        settings::look_at_queues(till);
    }
}

/// Hears what came of a mail that only shows whether mails arrive.
pub(crate) fn tried(till: &mut Till, outcome: Result<(), Message>) {
    match outcome {
        Ok(()) => {
            till.mail.trouble = None;
            till.tell(message!("The mail server has taken the test mail. Look whether it arrives."));
        }
        Err(why) => {
            till.mail.trouble = Some(why.clone());
            till.refuse_for(why);
        }
    }
}
