//! What is shown of tickets by e-mail, computed from the till.

use comptoir_core::mail::MailJob;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::server::{Encryption, MailServer};
use super::{offered, setting};
use crate::generated::{MailAskView, MailJobRow, MailSettingView};
use crate::till::Till;

/// The address that is asked for.
pub fn asking(till: &Till) -> MailAskView {
    let Some(asking) = &till.mail.asking else { return MailAskView::default() };
    MailAskView {
        open: true,
        number: asking.ticket.number.to_string().into(),
        typed: asking.typed.as_str().into(),
        trouble: asking.trouble.as_ref().map(|trouble| till.say(trouble)).unwrap_or_default().into(),
        can_send: !asking.waits && !asking.typed.trim().is_empty(),
    }
}

/// The domains that are offered to what was typed.
pub fn domains(till: &Till) -> Vec<slint::SharedString> {
    let Some(asking) = &till.mail.asking else { return Vec::new() };
    offered(&asking.typed).into_iter().map(|domain| format!("@{domain}").into()).collect()
}

/// The server as it may become another, and how it is.
pub fn settings(till: &Till) -> MailSettingView {
    let (mail, typed) = (&till.mail, &till.mail.setting.typed);
    let encryption = Encryption::ALL.iter().position(|known| *known == typed.encryption).unwrap_or_default();
    let (state, tone) = state(till);
    MailSettingView {
        host: typed.host.as_str().into(),
        port: typed.port.as_str().into(),
        usual_port: typed.encryption.port().to_string().into(),
        encryption: i32::try_from(encryption).unwrap_or(0),
        user: typed.user.as_str().into(),
        password: mail.setting.password.as_str().into(),
        from: typed.from.as_str().into(),
        changes: mail.setting.changes(mail.server.as_ref()),
        is_set: mail.server.is_some(),
        state: till.say(&state).into(),
        tone,
        waits: waiting(till) > 0,
    }
}

/// How many mails wait.
pub(crate) fn waiting(till: &Till) -> usize {
    let facts = till.settings.facts.as_ref();
    facts.map_or(0, |facts| facts.mails.iter().filter(|job| setting::waits(job)).count())
}

/// How sending goes, and how much that matters: 0 well, 1 waits, 2 badly.
fn state(till: &Till) -> (Message, i32) {
    if till.mail.server.is_none() {
        return (message!("No mail server is set up: customers are offered no ticket by e-mail."), 1);
    }
    if let Some(trouble) = &till.mail.trouble {
        return (trouble.clone(), 2);
    }
    match waiting(till) {
        0 => (message!("No ticket waits to be sent."), 0),
        1 => (message!("1 ticket waits to be sent."), 1),
        count => (message!("{count} tickets wait to be sent.", count = count), 1),
    }
}

/// The mails that wait, and those that were given up.
pub fn jobs(till: &Till) -> Vec<MailJobRow> {
    let Some(facts) = &till.settings.facts else { return Vec::new() };
    let row = |job: &MailJob| {
        let number = job.ticket.number.to_string();
        let label = match job.copy {
            Some(copy) => message!("Ticket {number}, duplicate {copy}", number = number, copy = copy),
            None => message!("Ticket {number}", number = number),
        };
        let waits = setting::waits(job);
        let state = match (waits, job.fault) {
            (true, _) if job.tries == 0 => message!("waits"),
            (true, _) => message!("waits; tried {tries} times", tries = u64::from(job.tries)),
            (false, Some(fault)) => fault.message(),
            (false, None) => message!("given up"),
        };
        MailJobRow { label: till.say(&label).into(), state: till.say(&state).into(), waits }
    };
    facts.mails.iter().map(row).collect()
}

/// What the settings say of it in one line.
pub(crate) fn second(server: Option<&MailServer>, waiting: usize) -> Message {
    match (server, waiting) {
        (None, _) => message!("No server is set up"),
        (Some(server), 0) => message!("Over {server}", server = server.host.as_str()),
        (Some(_), 1) => message!("1 ticket on hold"),
        (Some(_), count) => message!("{count} tickets on hold", count = count),
    }
}
