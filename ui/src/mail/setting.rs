//! The mail server of this device, and what waits for it.

use comptoir_core::mail::{MailJob, MailState};
use comptoir_core::register::Refusal;
use comptoir_fiscal::message;

use super::server::{Encryption, MailServer, Password, Typed};
use crate::settings;
use crate::till::{Order, Till};

/// What a person does with it.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed its name.
    Host(String),
    /// Typed its port.
    Port(String),
    /// Chose how the way to it is kept from others, by its place among [`Encryption::ALL`].
    Encryption(usize),
    /// Typed the name that the till signs in under.
    User(String),
    /// Typed the password.
    Password(String),
    /// Typed the address that mails come from.
    From(String),
    /// Sends tickets there from now on.
    Keep,
    /// Sends no tickets any more.
    Forget,
    /// Sends a few words to the shop's own address.
    Test,
    /// Tries what waits now.
    Again,
    /// Gives up a mail that waits, by its place.
    GiveUp(usize),
}

/// What is typed of it.
#[derive(Default)]
pub struct Setting {
    pub(crate) typed: Typed,
    pub(crate) password: String,
    /// What is to be kept, once whoever may says so.
    pending: Option<(Option<MailServer>, Option<Password>)>,
}

impl Setting {
    /// Begins anew with what is kept.
    pub(crate) fn begin(&mut self, server: Option<&MailServer>) {
        self.typed = server.map(MailServer::typed).unwrap_or_default();
        self.password.clear();
    }

    /// Whether something was typed that is not kept.
    pub(crate) fn changes(&self, server: Option<&MailServer>) -> bool {
        self.typed != server.map(MailServer::typed).unwrap_or_default() || !self.password.is_empty()
    }
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    if till.settings.busy {
        return;
    }
    let setting = &mut till.mail.setting;
    match edit {
        Edit::Host(text) => setting.typed.host = text,
        Edit::Port(text) => setting.typed.port = text,
        Edit::Encryption(place) => {
            setting.typed.encryption = Encryption::ALL.get(place).copied().unwrap_or_default();
        }
        Edit::User(text) => setting.typed.user = text,
        Edit::Password(text) => setting.password = text,
        Edit::From(text) => setting.typed.from = text,
        Edit::Keep => match MailServer::of(&setting.typed) {
            Ok(server) => {
                let password = Some(setting.password.clone()).filter(|text| !text.is_empty()).map(Password::new);
                let said = message!("Tickets go by e-mail over {server} from now on.", server = server.host.as_str());
                setting.pending = Some((Some(server), password));
                settings::set(till, |_| Ok(()), said, apply);
            }
            Err(error) => till.refuse_for(error.message()),
        },
        Edit::Forget => {
            setting.pending = Some((None, None));
            settings::set(till, |_| Ok(()), message!("Tickets are not sent by e-mail any more."), apply);
        }
        Edit::Test => {
            if let Some(server) = &till.mail.server {
                let said = message!("A test mail is on its way to {address}.", address = server.from.as_str());
                till.order(Order::TestMail);
                till.tell(said);
            }
        }
        Edit::Again => till.order(Order::Post),
        Edit::GiveUp(place) => give_up(till, place),
    }
}

/// Keeps what was typed on this device. The password goes to whoever keeps it, and is forgotten here.
fn apply(till: &mut Till) {
    let Some((server, password)) = till.mail.setting.pending.take() else { return };
    let signs_in = server.as_ref().is_some_and(|server| server.user.is_some());
    till.mail.server = server;
    till.mail.trouble = None;
    match (signs_in, password) {
        (true, Some(password)) => till.order(Order::MailPassword(Some(password))),
        (true, None) => {}
        (false, _) => till.order(Order::MailPassword(None)),
    }
    till.remember();
}

fn give_up(till: &mut Till, place: usize) {
    let jobs = till.settings.facts.as_ref().map(|facts| facts.mails.as_slice()).unwrap_or_default();
    let Some(job) = jobs.get(place).filter(|job| waits(job)) else { return };
    let (id, operator) = (job.id, till.operator());
    till.settings.busy = true;
    till.ask(
        move |register| -> Result<(), Refusal> { register.give_mail_up(&operator, id) },
        |till, outcome| settings::kept(till, outcome, message!("The mail is given up, and its address erased.")),
    );
}

/// Whether a mail still waits for a server.
pub(crate) fn waits(job: &MailJob) -> bool {
    job.state == MailState::Waiting
}
