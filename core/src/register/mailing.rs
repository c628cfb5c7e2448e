//! Tickets by e-mail: asked for by the customer, kept until a mail server has taken them, and only then recorded (event
//! 918).
//!
//! What is sent first and with its sale is the original, as on paper; anything later is a numbered duplicate. While an
//! original waits to be sent, no other is made. The address is in `shop.db` alone, and only until then.

use comptoir_fiscal::entry::{Body, Mode, TicketRef, TicketType};
use comptoir_fiscal::journal::{CommandId, Draft};
use comptoir_fiscal::language::{Language, Message, Translations};
use comptoir_fiscal::message;
use uuid::Uuid;

use super::command::event;
use super::desk::{Desk, DeskClosed};
use super::error::Refusal;
use super::people::{Approval, Edit};
use super::{Register, RegisterError};
use crate::mail::{Address, Attachment, Mail, MailFault, MailJob, MailState, Mailer, Posted};
use crate::operators::Gate;
use crate::paper::pdf::{About, PaperPdfError, pdf};
use crate::paper::{Paper, Width};
use crate::printing::{JobState, PaperOf, PrintJob};

/// For how long, in seconds, what was given up is still listed.
const LISTED_FOR: i64 = 30 * 86_400;

/// A mail whose ticket is not drawn yet, which takes a moment and is done on the sender's own thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDraft {
    id: Uuid,
    to: Address,
    language: Language,
    subject: String,
    text: String,
    document: String,
    at: comptoir_fiscal::values::Instant,
    paper: Paper,
}

impl MailDraft {
    /// Draws the ticket.
    pub fn finish(self) -> Result<Mail, PaperPdfError> {
        let about = About { title: &self.subject, language: self.language, at: self.at };
        let bytes = pdf(&self.paper, Width::Wide, about)?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name = format!("ticket-{}.pdf", self.document.chars().map(plain).collect::<String>());
        let attachment = Attachment { name, media_type: "application/pdf", bytes };
        Ok(Mail { id: self.id, to: self.to, subject: self.subject, text: self.text, attachment })
    }
}

/// Why what was due could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum DeskPostError {
    /// The register has stopped.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
    /// The queue could not be read, or what became of a mail not be written down.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl DeskPostError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            DeskPostError::Closed(_) => message!("The register has stopped. Start it again."),
            DeskPostError::Refused(refusal) => refusal.message(),
        }
    }
}

impl Desk {
    /// Hands over every mail that is due, on the caller's own thread, and writes down what became of each; where no server
    /// is reached it stops at the first. Only one may post at a time, or a mail would be sent twice.
    pub fn post_mails(&self, mailer: &mut dyn Mailer) -> Result<Posted, DeskPostError> {
        let mut posted = Posted::default();
        while let Some(job) = self.ask(Register::next_mail)?.map_err(Refusal::from)? {
            let id = job.id;
            let handed_over = match self.ask(move |register| register.mail(&job))? {
                Ok(draft) => match draft.finish() {
                    Ok(mail) => mailer.hand_over(&mail),
                    Err(_) => Err(MailFault::NoTicket),
                },
                Err(error @ Refusal::Register(_)) => return Err(error.into()),
                Err(_) => Err(MailFault::NoTicket),
            };
            match handed_over {
                Ok(()) => {
                    self.ask(move |register| register.mail_handed_over(id))??;
                    posted.handed_over += 1;
                }
                Err(fault) => {
                    let failed = self.ask(move |register| register.mail_failed(id, fault))?;
                    match failed.map_err(Refusal::from)? {
                        Some(MailState::GivenUp) => posted.given_up += 1,
                        _ => posted.put_off += 1,
                    }
                    if fault == MailFault::NoConnection {
                        break;
                    }
                }
            }
        }
        Ok(posted)
    }
}

impl Register {
    /// The mails that wait, and for a month those that were given up, in the order in which they were asked for.
    pub fn mail_queue(&self) -> Result<Vec<MailJob>, RegisterError> {
        let mut jobs = self.shop.mails()?;
        jobs.retain(|job| job.state != MailState::Asked);
        Ok(jobs)
    }

    /// The mail that is to be tried now; none where none is due. It stays in the queue until [`Register::mail_handed_over`]
    /// or [`Register::mail_failed`] is told, so that one whose sender stopped is tried again. In school nothing is sent.
    pub fn next_mail(&mut self) -> Result<Option<MailJob>, RegisterError> {
        if self.mode() == Mode::Training {
            return Ok(None);
        }
        let now = self.platform.clock.now();
        let due = self.shop.mails()?.into_iter().filter(|job| job.is_due(now));
        Ok(due.min_by_key(|job| job.next_try))
    }

    /// What a mail says, and the ticket that goes with it, in the customer's language.
    pub fn mail(&mut self, job: &MailJob) -> Result<MailDraft, Refusal> {
        let to = job.to.clone().ok_or(Refusal::NoSuchMail)?;
        let bundled = [comptoir_fiscal::FRENCH, crate::FRENCH];
        // A test reads the bundles; one that did not parse would leave English.
        let texts = Translations::new(job.language, &bundled).unwrap_or_else(|_| Translations::english());
        let sealed = self.ticket(job.ticket)?;
        let Body::Ticket(ticket) = &sealed.entry.body else { return Err(Refusal::NothingToPrint) };
        let of = PaperOf::Ticket(job.ticket);
        let paper = PrintJob { id: job.id, paper: of, copy: job.copy, reading: None, state: JobState::Waiting };
        let paper = self.paper(&paper, &texts)?;
        let document = self.document_of_ticket(job.ticket)?;
        let store = &self.settings().store;
        let shop = if store.name.trim().is_empty() { &self.settings().merchant.name } else { &store.name };
        let (shop, document) = (one_line(shop), one_line(&document));
        let subject =
            texts.say(&message!("Your ticket {document} — {shop}", document = document.as_str(), shop = shop.as_str()));
        let comes_to = match ticket.ticket_type {
            TicketType::Sale => message!(
                "Here is your ticket {document} of {at}, which comes to {amount}.",
                document = document.as_str(),
                at = sealed.entry.at,
                amount = ticket.totals.ttc
            ),
            TicketType::Return | TicketType::Cancel | TicketType::Correction => {
                message!("Here is your ticket {document} of {at}.", document = document.as_str(), at = sealed.entry.at)
            }
        };
        let copy = job.copy.map(|number| message!("It is duplicate no. {number} of it.", number = number));
        let said = [
            Some(message!("Hello,")),
            Some(comes_to),
            copy,
            Some(message!("It is attached as a PDF.")),
            Some(message!("Your address served this e-mail only: the till has not kept it.")),
        ];
        let mut text: String = said.iter().flatten().map(|line| texts.say(line) + "\n\n").collect();
        text.push_str(&shop);
        text.push('\n');
        Ok(MailDraft { id: job.id, to, language: job.language, subject, text, document, at: sealed.entry.at, paper })
    }

    /// A mail was handed over: that is recorded, once (event 918), and its address erased.
    pub fn mail_handed_over(&mut self, mail: Uuid) -> Result<(), Refusal> {
        let Some(job) = self.mail_job(mail)? else { return Ok(()) };
        let handing = CommandId::new(job.handing);
        if self.journal.sealed_before(handing).map_err(RegisterError::from)?.is_none() {
            self.remember_doubt()?;
            let sent = event(918, "Ticket envoyé par e-mail", Some(self.named(job.ticket)?));
            self.seal_events_as(handing, &job.operator, vec![sent])?;
        }
        Ok(self.shop.erase_mails(&[], &[mail]).map_err(RegisterError::from)?)
    }

    /// A mail was not handed over: it waits longer than before, or is given up and its address erased. What became of it;
    /// none where it waits no longer.
    pub fn mail_failed(&mut self, mail: Uuid, fault: MailFault) -> Result<Option<MailState>, RegisterError> {
        let Some(mut job) = self.mail_job(mail)?.filter(|job| job.state == MailState::Waiting) else {
            return Ok(None);
        };
        let mut random = [0; 4];
        self.platform.random.fill(&mut random)?;
        job.failed(fault, self.platform.clock.now(), u32::from_le_bytes(random));
        match job.state {
            MailState::GivenUp => self.shop.erase_mails(&[&job], &[])?,
            MailState::Asked | MailState::Waiting => self.shop.put_mail(&job)?,
        }
        Ok(Some(job.state))
    }

    /// Gives a mail up that waits, as where the customer wants it no longer.
    pub fn give_mail_up(&mut self, operator: &str, mail: Uuid) -> Result<(), Refusal> {
        self.may(operator, Gate::Sell)?;
        match self.mail_failed(mail, MailFault::GivenUpByHand)? {
            Some(_) => Ok(()),
            None => Err(Refusal::NoSuchMail),
        }
    }

    /// Whether a command that asks for a mail was done already.
    pub(super) fn is_mailed(&self, id: CommandId) -> Result<bool, Refusal> {
        Ok(self.mail_job(id.uuid())?.is_some_and(|job| job.state != MailState::Asked))
    }

    /// Which numbered copy a mail would send, with what is sealed for it; none for the original, of which nothing is sealed
    /// before it is handed over.
    pub(super) fn copy_by_mail(
        &mut self,
        id: CommandId,
        operator: &str,
        ticket: TicketRef,
        approvals: &[Approval],
    ) -> Result<(Vec<Draft>, Option<u64>), Refusal> {
        if self.mode() == Mode::Training {
            return Err(Refusal::NothingLeavesSchool);
        }
        let of = PaperOf::Ticket(ticket);
        self.preview(&of, &Translations::english())?;
        let (draft, copy) = self.issue(&of)?;
        if copy.is_none() {
            return Ok((Vec::new(), None));
        }
        let word = self.pass(operator, Gate::Duplicate, id, approvals)?;
        Ok((word.into_iter().chain([draft]).collect(), copy))
    }

    /// Writes down what is to be sent, before anything that it needs is sealed, so that no crash in between loses it; what
    /// waits for that is to be done once it is.
    pub(super) fn queue_mail(&mut self, mut job: MailJob, seals: bool) -> Result<Option<Edit>, Refusal> {
        if seals {
            job.handing = self.new_command()?.uuid();
            job.state = MailState::Asked;
        }
        self.shop.put_mail(&job).map_err(RegisterError::from)?;
        Ok(seals.then(|| Edit::Mail(Box::new(job))))
    }

    /// A mail as it is asked for now.
    pub(super) fn new_mail(
        &self,
        id: CommandId,
        operator: &str,
        (ticket, to, language): (TicketRef, Address, Language),
        copy: Option<u64>,
    ) -> MailJob {
        MailJob {
            id: id.uuid(),
            ticket,
            to: Some(to),
            language,
            operator: operator.to_owned(),
            asked_at: self.now(),
            copy,
            tries: 0,
            next_try: self.platform.clock.now(),
            fault: None,
            state: MailState::Waiting,
            handing: id.uuid(),
        }
    }

    /// Lets a mail wait whose duplicate is sealed.
    pub(super) fn let_mail_wait(&mut self, mut job: MailJob) -> Result<(), RegisterError> {
        job.state = MailState::Waiting;
        Ok(self.shop.put_mail(&job)?)
    }

    /// Whether the original of a ticket waits to be sent by e-mail.
    pub(super) fn mails_original(&self, ticket: TicketRef) -> Result<bool, RegisterError> {
        let is_original = |job: &MailJob| job.ticket == ticket && job.copy.is_none() && job.state == MailState::Waiting;
        Ok(self.shop.mails()?.iter().any(is_original))
    }

    /// After a start: a mail whose duplicate was sealed waits, one whose was not is forgotten, and so is one whose handing
    /// over was sealed, or that was given up long ago.
    pub(super) fn recover_mails(&mut self) -> Result<(), RegisterError> {
        let now = self.platform.clock.now();
        for job in self.shop.mails()? {
            let sealed = |id: Uuid| self.journal.sealed_before(CommandId::new(id));
            let forgotten = match job.state {
                MailState::Asked => sealed(job.id)?.is_none(),
                MailState::Waiting => sealed(job.handing)?.is_some(),
                MailState::GivenUp => now.saturating_sub(job.asked_at.unix()) > LISTED_FOR,
            };
            if forgotten {
                self.shop.erase_mails(&[], &[job.id])?;
            } else if job.state == MailState::Asked {
                self.let_mail_wait(job)?;
            }
        }
        Ok(())
    }

    fn mail_job(&self, mail: Uuid) -> Result<Option<MailJob>, RegisterError> {
        Ok(self.shop.mails()?.into_iter().find(|job| job.id == mail))
    }
}

/// A text on one line, as the head of a mail asks.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
