//! Papers out of the journal: what was sealed, as it was sealed, under the settings of that time.

use comptoir_fiscal::entry::{Body, Entry, Genesis, Period, SYSTEM, Settings, TicketRef};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::nf525::{self, Chain};
use comptoir_fiscal::receipt::Receipt;
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::RegisterId;

use super::error::Refusal;
use super::{Register, RegisterError};
use crate::paper::{
    CopyMark, Drawer, Letterhead, Paper, Reading, cash_paper, closing_paper, note_paper, reading_paper, ticket_paper,
    voucher_paper,
};
use crate::printing::{PaperOf, PaperSettings, PrintJob};
use crate::projection::papers;

/// Under which address a ticket's code is read while no back office is known.
const CODE_BASE: &str = "comptoir:";
pub(crate) const PAPER_SETTINGS: &str = "papers";

impl Register {
    /// How the shop's papers are.
    pub fn paper_settings(&self) -> Result<PaperSettings, RegisterError> {
        Ok(self.shop.setting(PAPER_SETTINGS)?.unwrap_or_default())
    }

    /// Sets how the shop's papers are. What stands on them by law is not among it.
    pub fn set_papers(&mut self, settings: &PaperSettings) -> Result<(), RegisterError> {
        Ok(self.shop.set(PAPER_SETTINGS, settings)?)
    }

    /// What the code on a ticket says: its customer needs no paper to prove it, or to bring goods back.
    pub fn ticket_code(&mut self, of: TicketRef) -> Result<String, Refusal> {
        let sealed = self.ticket(of)?;
        let receipt =
            Receipt { register: sealed.entry.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig };
        Ok(receipt.text(CODE_BASE))
    }

    /// The paper of something as it is shown on a screen; nothing is recorded, for nothing leaves the till.
    pub fn preview(&mut self, of: &PaperOf, texts: &Translations) -> Result<Paper, Refusal> {
        self.compose(of, None, None, texts)
    }

    /// The paper that a job asks for.
    pub fn paper(&mut self, job: &PrintJob, texts: &Translations) -> Result<Paper, Refusal> {
        let Some(number) = job.copy else { return self.compose(&job.paper, None, job.reading.as_deref(), texts) };
        let command = comptoir_fiscal::journal::CommandId::new(job.id);
        let seq = self.journal.sealed_before(command).map_err(RegisterError::from)?.ok_or(Refusal::NothingToPrint)?;
        let made = self.journal.entry(seq).map_err(RegisterError::from)?.entry;
        let document = nf525::document_of(&made, &self.settings().label).unwrap_or_default();
        let sig = made.body.nf525().map(|nf525| nf525.sig.as_str()).unwrap_or_default();
        self.compose(&job.paper, Some(CopyMark { document: &document, number, at: made.at, sig }), None, texts)
    }

    fn compose(
        &mut self,
        of: &PaperOf,
        copy: Option<CopyMark<'_>>,
        reading: Option<&Reading>,
        texts: &Translations,
    ) -> Result<Paper, Refusal> {
        let sealed = self.printed_entry(of)?;
        let PaperSettings { farewell, .. } = self.paper_settings()?;
        let settings = match &sealed {
            Some(sealed) => self.settings_at(sealed.entry.register, sealed.entry.seq)?,
            None => self.settings().clone(),
        };
        let operator = sealed.as_ref().map_or(SYSTEM, |sealed| sealed.entry.operator.as_str());
        let operator = self.name_of(operator).to_owned();
        let head = Letterhead {
            settings: &settings,
            operator: &operator,
            farewell: farewell.as_deref(),
            code_base: CODE_BASE,
            copy,
            texts,
        };
        let Some(sealed) = sealed else {
            return Ok(reading_paper(&head, reading.unwrap_or(&self.reading())));
        };
        let entry = &sealed.entry;
        match (of, &entry.body) {
            (PaperOf::Ticket(_), Body::Ticket(ticket)) => {
                let about = ticket.refers_to.map(|about| self.document_of_ticket(about)).transpose()?;
                Ok(ticket_paper(&head, &sealed, ticket, about.as_deref()))
            }
            (PaperOf::Note(_), Body::Note(note)) => Ok(note_paper(&head, entry, note)),
            (PaperOf::Closing { .. }, Body::Closing(closing)) => {
                let drawer = match closing.period {
                    Period::Day => Some(self.drawer(entry, closing.from, closing.to)?),
                    Period::Month | Period::Year => None,
                };
                Ok(closing_paper(&head, entry, closing, drawer.as_ref()))
            }
            (PaperOf::Cash(_), Body::Cash(cash)) => Ok(cash_paper(&head, entry, cash)),
            (PaperOf::Voucher { code, .. }, Body::Ticket(_)) => {
                let issued = self.issued_by(entry)?;
                let voucher = issued.iter().find(|voucher| voucher.code.to_string() == *code);
                let voucher = voucher.ok_or(Refusal::NothingToPrint)?;
                Ok(voucher_paper(&head, entry, voucher, self.left_on(voucher)?, self.voucher_qr(voucher)))
            }
            _ => Err(Refusal::NothingToPrint),
        }
    }

    /// The day as it stands now.
    pub(super) fn reading(&self) -> Reading {
        Reading::of(self.journal.standing(), self.business_date(), self.now())
    }

    /// The entry that a paper is of; none for a reading, which is of what stands now.
    fn printed_entry(&mut self, of: &PaperOf) -> Result<Option<Sealed>, Refusal> {
        self.catch_up()?;
        let register = self.id();
        let find = |chain, number| papers::seq_of(&self.shop, register, chain, number).map_err(RegisterError::from);
        let seq = match of {
            PaperOf::Reading => return Ok(None),
            PaperOf::Ticket(ticket) | PaperOf::Voucher { ticket, .. } => return self.ticket(*ticket).map(Some),
            PaperOf::Note(number) => find(Chain::N, *number)?,
            PaperOf::Closing { period, number } => find(Chain::of_closing(*period), *number)?,
            PaperOf::Cash(seq) => Some(*seq).filter(|seq| *seq < self.journal.standing().size()),
        };
        self.line_of(register, seq.ok_or(Refusal::NothingToPrint)?).map(Some)
    }

    /// The settings of a journal as they read when an entry was sealed.
    fn settings_at(&mut self, register: RegisterId, seq: u64) -> Result<Genesis, Refusal> {
        let Body::Genesis(genesis) = self.line_of(register, 0)?.entry.body else {
            return Err(Refusal::NothingToPrint);
        };
        let unreadable =
            |error: serde_json::Error| RegisterError::from(comptoir_fiscal::standing::StandingError::from(error));
        let mut settings = Settings::from_genesis(&genesis).map_err(unreadable)?;
        let changes = papers::settings_up_to(&self.shop, register, seq).map_err(RegisterError::from)?;
        for change in changes {
            if let Body::Event(event) = self.line_of(register, change)?.entry.body
                && let Some(set) = &event.set
            {
                settings.apply(set).map_err(unreadable)?;
            }
        }
        Ok(settings.read().clone())
    }

    fn drawer(&mut self, closing: &Entry, from: u64, to: u64) -> Result<Drawer, Refusal> {
        let register = closing.register;
        let mut drawer = Drawer::default();
        for seq in papers::cash_between(&self.shop, register, from, to).map_err(RegisterError::from)? {
            if let Body::Cash(cash) = self.line_of(register, seq)?.entry.body {
                drawer.add(seq, &cash);
            }
        }
        Ok(drawer)
    }

    /// How a ticket of any till is called on paper.
    pub(super) fn document_of_ticket(&mut self, ticket: TicketRef) -> Result<String, Refusal> {
        let Ok(genesis) = self.settings_at(ticket.register, 0) else {
            return Ok(format!("T-{:08} ({})", ticket.number, ticket.register));
        };
        Ok(nf525::document(&genesis.label, Chain::T, ticket.number))
    }

    /// What the till calls an operator; nothing for itself.
    pub(super) fn name_of<'a>(&'a self, operator: &'a str) -> &'a str {
        if operator == SYSTEM {
            return "";
        }
        self.operators.get(operator).map_or(operator, |known| known.name.as_str())
    }
}
