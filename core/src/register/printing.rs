//! Tickets asked for, refused and copied, each recorded; and the queue before the printer, which outlives the program.
//!
//! C. env. L. 541-15-10 IV: a ticket is printed only where the customer asks for it. What is printed with the sale is
//! the original; anything later is a numbered duplicate. An original that was sent by e-mail, or waits to be, counts as
//! one.

use comptoir_fiscal::entry::{Original, OriginalKind, TicketRef};
use comptoir_fiscal::journal::{CommandId, Draft};
use comptoir_fiscal::nf525::Chain;
use uuid::Uuid;

use super::command::event;
use super::error::Refusal;
use super::exchange::are_an_exchange;
use super::people::{Approval, Edit};
use super::{Register, RegisterError};
use crate::operators::Gate;
use crate::printing::{JobState, PaperOf, PrintJob, ReceiptChoice};
use crate::projection::papers::{self, Issued, Issues};

impl Register {
    /// What a customer may be offered: by QR once a back office is known. A ticket by e-mail ([`super::Command::MailTicket`]) is
    /// asked for with an address, and offered by whoever has a [`crate::mail::Mailer`].
    pub fn receipt_choices(&self) -> &'static [ReceiptChoice] {
        &[ReceiptChoice::None, ReceiptChoice::Print, ReceiptChoice::Code]
    }

    /// What was handed out of a ticket so far.
    pub fn issues(&mut self, ticket: TicketRef) -> Result<Issues, Refusal> {
        self.catch_up()?;
        Ok(papers::issues(&self.shop, ticket.register, Chain::T, ticket.number).map_err(RegisterError::from)?)
    }

    /// The papers that wait for the printer, in the order in which they were asked for.
    pub fn print_queue(&self) -> Result<Vec<PrintJob>, RegisterError> {
        let mut jobs = self.shop.print_jobs()?;
        jobs.retain(|job| job.state != JobState::Asked);
        Ok(jobs)
    }

    /// Hands the next paper over to the printer. Where the till stops before [`Register::printed`] or
    /// [`Register::not_printed`] is told, nobody knows what became of it: it stays in the queue until somebody says.
    pub fn next_to_print(&mut self) -> Result<Option<PrintJob>, RegisterError> {
        let next = self.shop.print_jobs()?.into_iter().find(|job| job.state == JobState::Waiting);
        let Some(mut job) = next else { return Ok(None) };
        job.state = JobState::Printing;
        self.shop.queue(&[&job], &[])?;
        Ok(Some(job))
    }

    /// A paper came out of the printer, or is not wanted any more.
    pub fn printed(&mut self, job: Uuid) -> Result<(), RegisterError> {
        self.printer_fails = false;
        self.shop.queue(&[], &[job])?;
        Ok(())
    }

    /// A paper did not come out: it waits again. The first time since something was printed, that is recorded
    /// (event 150).
    pub fn not_printed(&mut self, job: Uuid, why: &str) -> Result<(), RegisterError> {
        if let Some(mut job) = self.shop.print_jobs()?.into_iter().find(|waiting| waiting.id == job) {
            job.state = JobState::Waiting;
            self.shop.queue(&[&job], &[])?;
        }
        if !self.printer_fails {
            self.printer_fails = true;
            self.record(150, "Imprimante indisponible", Some(why.to_owned()))?;
        }
        Ok(())
    }

    /// What a print comes to: the record of an original, or a numbered duplicate. The job is written down before that is
    /// sealed, so that no crash in between loses the paper.
    pub(super) fn print(
        &mut self,
        id: CommandId,
        operator: &str,
        paper: PaperOf,
        approvals: &[Approval],
    ) -> Result<(Vec<Draft>, Edit), Refusal> {
        let texts = comptoir_fiscal::language::Translations::english();
        self.preview(&paper, &texts)?;
        let mut drafts = Vec::new();
        let (draft, copy) = self.issue(&paper)?;
        let gate = match (&paper, copy) {
            (PaperOf::Reading, _) => Gate::ReadReports,
            (_, Some(_)) => Gate::Duplicate,
            (_, None) => Gate::Sell,
        };
        drafts.extend(self.pass(operator, gate, id, approvals)?);
        drafts.push(draft);
        let reading = (paper == PaperOf::Reading).then(|| Box::new(self.reading()));
        let job = PrintJob { id: id.uuid(), paper, copy, reading, state: JobState::Asked };
        self.shop.queue(&[&job], &[]).map_err(RegisterError::from)?;
        Ok((drafts, Edit::Print(job)))
    }

    /// The customer wants no ticket (event 920).
    pub(super) fn no_paper(&mut self, ticket: TicketRef) -> Result<Draft, Refusal> {
        self.ticket(ticket)?;
        let detail = self.named(ticket)?;
        Ok(event(920, "Ticket non souhaité", Some(detail)))
    }

    /// The customer is shown the ticket's code (event 919).
    pub(super) fn code_shown(&mut self, ticket: TicketRef) -> Result<Draft, Refusal> {
        self.ticket(ticket)?;
        let detail = self.named(ticket)?;
        Ok(event(919, "Ticket présenté en code QR", Some(detail)))
    }

    /// Puts a job into the queue, whose record is sealed.
    pub(super) fn enqueue(&mut self, mut job: PrintJob) -> Result<(), RegisterError> {
        job.state = JobState::Waiting;
        Ok(self.shop.queue(&[&job], &[])?)
    }

    /// After a start: a job whose record was sealed waits, and one whose record was not is forgotten.
    pub(super) fn recover_print_jobs(&mut self) -> Result<(), RegisterError> {
        for job in self.shop.print_jobs()? {
            if job.state != JobState::Asked {
                continue;
            }
            if self.journal.sealed_before(CommandId::new(job.id))?.is_some() {
                self.enqueue(job)?;
            } else {
                self.shop.queue(&[], &[job.id])?;
            }
        }
        Ok(())
    }

    /// What records a paper, and which copy it is.
    pub(super) fn issue(&mut self, paper: &PaperOf) -> Result<(Draft, Option<u64>), Refusal> {
        let here = self.id();
        let printed = |detail: String| event(917, "Impression", Some(detail));
        let (chain, number, original) = match paper {
            PaperOf::Ticket(ticket) if ticket.register != here => {
                let copies = self.issues(*ticket)?.copies;
                let detail = self.named(*ticket)?;
                return Ok((event(156, "Duplicata d'un journal précédent", Some(detail)), Some(copies + 1)));
            }
            PaperOf::Ticket(ticket) => {
                let original = self.is_just_sealed(*ticket)? && !self.mails_original(*ticket)?;
                (Chain::T, ticket.number, original)
            }
            PaperOf::Note(number) => (Chain::N, *number, true),
            PaperOf::Closing { period, number } => (Chain::of_closing(*period), *number, true),
            PaperOf::Cash(seq) => return Ok((printed(format!("caisse {seq}")), None)),
            PaperOf::Voucher { ticket, .. } => {
                let ticket = self.document_of_ticket(*ticket)?;
                return Ok((printed(format!("bon du ticket {ticket}")), None));
            }
            PaperOf::Reading => return Ok((printed("X".to_owned()), None)),
        };
        let issues = papers::issues(&self.shop, here, chain, number).map_err(RegisterError::from)?;
        if original && issues == (Issues { refused: issues.refused, ..Issues::default() }) {
            let detail = Issued { chain, number, register: None }.detail(&self.settings().label);
            return Ok((printed(detail), None));
        }
        let (kind, period) = match paper {
            PaperOf::Note(_) => (OriginalKind::Note, None),
            PaperOf::Closing { period, .. } => (OriginalKind::Closing, Some(*period)),
            _ => (OriginalKind::Ticket, None),
        };
        let copy = issues.copies + 1;
        Ok((Draft::Duplicate { of: Original { kind, number, period }, copy }, Some(copy)))
    }

    /// Whether a ticket is the last one sealed, or the return of an exchange whose sale is: then a print of it belongs to
    /// its sale.
    fn is_just_sealed(&mut self, ticket: TicketRef) -> Result<bool, Refusal> {
        let after = self.journal.standing().next_number(Chain::T).saturating_sub(ticket.number);
        if after != 2 {
            return Ok(after == 1);
        }
        let (back, sale) = (self.ticket(ticket)?, self.ticket(TicketRef { number: ticket.number + 1, ..ticket })?);
        Ok(are_an_exchange(&back.entry, &sale.entry))
    }

    /// How an event names a ticket of this till.
    pub(super) fn named(&mut self, ticket: TicketRef) -> Result<String, Refusal> {
        let register = Some(ticket.register).filter(|register| *register != self.id());
        let label = self.document_of_ticket(ticket)?;
        Ok(register.map_or_else(|| label.clone(), |register| format!("{label} ({register})")))
    }
}
