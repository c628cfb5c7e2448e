//! What can be asked of a register, and what it makes of it.

use comptoir_fiscal::entry::{Body, CashType, Coin, Entry, Kind, Period, Tender, Ticket, TicketRef, TicketType};
use comptoir_fiscal::journal::{CashDraft, CommandId, Draft, EventDraft};
use comptoir_fiscal::language::Language;
use comptoir_fiscal::sealed::Sealed;
use comptoir_fiscal::values::{Cents, Rate};

use super::error::Refusal;
use super::exchange::Exchange;
use super::people::{Approval, Change, Edit};
use super::rules::RulesChange;
use super::settings::SettingsChange;
use super::{Register, RegisterError};
use crate::correction;
use crate::mail::Address;
use crate::operators::{Gate, Gates, Operator};
use crate::printing::PaperOf;
use crate::private::without_card_number;
use crate::projection;
use crate::returns::{self, Chosen, GivenBack, Refund};
use crate::secret::{Badge, Pin};
use crate::settlement::{Settled, TicketBody};
use crate::voucher::Voucher;

/// One thing asked of the register.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its identity: the same one again is answered, not done again.
    pub id: CommandId,
    /// Who asks.
    pub operator: String,
    /// What for.
    pub command: Command,
    /// The words that others gave for what the operator may not do alone.
    pub approvals: Vec<Approval>,
}

impl Request {
    /// What an operator asks by their own right.
    pub fn new(id: CommandId, operator: impl Into<String>, command: Command) -> Request {
        Request { id, operator: operator.into(), command, approvals: Vec::new() }
    }

    /// The same, with the word of somebody who has more rights.
    pub fn approved(mut self, approval: Approval) -> Request {
        self.approvals.push(approval);
        self
    }
}

/// How a part of a return is paid back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayBack {
    /// By a means by which the sale was paid; of a voucher, on the same code.
    Tender {
        /// Which means.
        tender: Tender,
        /// Of a voucher, its code.
        reference: Option<String>,
        /// How much.
        amount: Cents,
    },
    /// By a new credit note for all that is still owed; the register draws its code.
    CreditNote,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Seal a settled sale, or a settled correction of its payments.
    Sell(Box<Settled>),
    /// Take goods of a ticket back.
    Return {
        /// The ticket that they were bought with.
        of: TicketRef,
        /// What comes back.
        chosen: Vec<Chosen>,
        /// How it is paid back.
        pay_back: Vec<PayBack>,
        /// Why.
        reason: String,
    },
    /// Take goods of a ticket back and sell others for them.
    Exchange(Box<Exchange>),
    /// Undo a whole sale of which nothing was returned.
    Cancel {
        /// The sale.
        of: TicketRef,
        /// Why.
        reason: String,
    },
    /// Put cash in, or take it out.
    MoveCash {
        /// Float, in, out or drop.
        movement: CashType,
        /// How much.
        amount: Cents,
        /// Why.
        reason: Option<String>,
    },
    /// Record what was counted in the drawer.
    CountCash {
        /// What was found.
        counted: Cents,
        /// The same by denomination, where it was counted so.
        coins: Vec<Coin>,
        /// The seq of the count that this one corrects.
        replaces: Option<u64>,
        /// Why.
        reason: Option<String>,
    },
    /// Open the drawer without a sale (event 901).
    OpenDrawer {
        /// Why.
        reason: Option<String>,
    },
    /// Record that a sale was abandoned before it was sealed (event 320).
    AbandonSale {
        /// What its basket came to.
        amount: Cents,
        /// Why.
        reason: Option<String>,
    },
    /// Record that a line was taken out of a basket again (event 323).
    RemoveLine {
        /// The product's code.
        sku: String,
        /// What it came to.
        amount: Cents,
    },
    /// Print a paper: the original with its sale (event 917), a numbered duplicate later. It waits in the queue until the
    /// printer has it.
    Print(PaperOf),
    /// Record that the customer wants no ticket (event 920).
    NoPaper(TicketRef),
    /// Record that the customer was shown the ticket's code instead of a paper (event 919).
    ShowCode(TicketRef),
    /// Send a ticket to the customer by e-mail: it waits in the queue until a mail server has it, which is then recorded
    /// (event 918). With its sale it is the original, later a numbered duplicate.
    MailTicket {
        /// The ticket.
        ticket: TicketRef,
        /// To whom.
        to: Address,
        /// The customer's language.
        language: Language,
    },
    /// Add an operator, or change one of the same id (event 130).
    PutOperator {
        /// As they are to be; what it holds of secrets is ignored.
        operator: Operator,
        /// What becomes of their PIN.
        pin: Change<Pin>,
        /// What becomes of their badge.
        badge: Change<Badge>,
    },
    /// Set who passes which gate (event 130).
    SetGates(Gates),
    /// Change the shop's identity or settings (events 410 and 270).
    ChangeSettings(Box<SettingsChange>),
    /// Set the rules of payment, and for how long vouchers are good (event 270).
    SetRules(Box<RulesChange>),
    /// Look at what a gate guards. Where it takes another's word, that alone is recorded.
    Look(Gate),
    /// Close the day (Z de caisse). What is sold after it takes the following business date.
    CloseDay,
}

impl Command {
    /// What an operator must be allowed to do for it.
    fn gate(&self) -> Gate {
        match self {
            Command::Sell(settled) => match settled.body().ticket_type {
                TicketType::Sale => Gate::Sell,
                TicketType::Return => Gate::Return,
                TicketType::Cancel => Gate::Cancel,
                TicketType::Correction => Gate::CorrectPayment,
            },
            // An exchange passes the gate of its sale as well.
            Command::Return { .. } | Command::Exchange(_) => Gate::Return,
            Command::Cancel { .. } => Gate::Cancel,
            Command::MoveCash { .. } => Gate::MoveCash,
            Command::CountCash { .. } => Gate::CountDrawer,
            Command::OpenDrawer { .. } => Gate::OpenDrawer,
            Command::AbandonSale { .. } => Gate::AbandonSale,
            // Whether it is a duplicate, which has a gate of its own, shows only when it is looked up.
            Command::RemoveLine { .. }
            | Command::Print(_)
            | Command::NoPaper(_)
            | Command::ShowCode(_)
            | Command::MailTicket { .. } => Gate::Sell,
            Command::PutOperator { .. } | Command::SetGates(_) => Gate::ManageOperators,
            Command::ChangeSettings(_) | Command::SetRules(_) => Gate::ChangeSettings,
            Command::Look(gate) => *gate,
            Command::CloseDay => Gate::CloseDay,
        }
    }

    /// The sale that it seals, or the correction.
    fn sale(&self) -> Option<&Settled> {
        match self {
            Command::Sell(settled) => Some(settled),
            Command::Exchange(exchange) => Some(&exchange.sale),
            _ => None,
        }
    }
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was sealed: the closings that were due, and last what was asked for; that alone where it is answered again.
    pub lines: Vec<Sealed>,
    /// The credit notes and gift vouchers that it issued.
    pub vouchers: Vec<Voucher>,
    /// Whether it had been sealed before, and was only answered again.
    pub repeated: bool,
}

impl Answer {
    /// The entry that was asked for.
    pub fn entry(&self) -> Option<&Entry> {
        self.lines.last().map(|line| &line.entry)
    }

    /// The ticket that was sealed.
    pub fn ticket(&self) -> Option<&Ticket> {
        match &self.lines.last()?.entry.body {
            Body::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// All tickets that were sealed: of an exchange the return, then the sale.
    pub fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.lines.iter().filter_map(|line| match &line.entry.body {
            Body::Ticket(ticket) => Some(&**ticket),
            _ => None,
        })
    }

    /// The closings among them.
    pub fn closings(&self) -> impl Iterator<Item = &Entry> {
        self.lines.iter().map(|line| &line.entry).filter(|entry| entry.kind == Kind::Closing)
    }
}

/// What a command comes to.
pub(super) struct Work {
    /// What is sealed for it.
    pub(super) drafts: Vec<Draft>,
    /// What is changed besides, once that is sealed.
    pub(super) edit: Option<Edit>,
}

impl Register {
    /// What a command comes to, once everything about it is checked.
    pub(super) fn work(
        &mut self,
        id: CommandId,
        operator: &str,
        command: Command,
        approvals: &[Approval],
    ) -> Result<Work, Refusal> {
        let mut drafts: Vec<Draft> = self.pass(operator, command.gate(), id, approvals)?.into_iter().collect();
        if let Command::Exchange(_) = &command {
            drafts.extend(self.pass(operator, Gate::Sell, id, approvals)?);
        }
        if let Some(settled) = command.sale() {
            self.check_vat(settled.body())?;
            let over_limit = settled.cash_override().map(|_| Gate::ExceedCashLimit);
            for gate in settled.gates.iter().copied().chain(over_limit) {
                drafts.extend(self.pass(operator, gate, id, approvals)?);
            }
        }
        let mut edit = None;
        match command {
            Command::Sell(settled) => {
                self.check_as_held(id, settled.body(), None)?;
                drafts.extend(self.sale(*settled)?);
            }
            Command::Return { of, chosen, pay_back, reason } => {
                drafts.push(self.goods_back(of, &chosen, &pay_back, &reason)?);
            }
            Command::Exchange(exchange) => {
                self.check_as_held(id, exchange.sale.body(), Some(&exchange))?;
                drafts.extend(self.exchanged(*exchange)?);
            }
            Command::Cancel { of, reason } => drafts.push(self.cancel(of, &reason)?),
            Command::MoveCash { movement, amount, reason } => {
                if movement == CashType::Count || !amount.is_positive() {
                    return Err(Refusal::NoAmount);
                }
                check_note(&reason)?;
                drafts.push(Draft::Cash(CashDraft::Movement { cash_type: movement, amount, reason }));
            }
            Command::CountCash { counted, coins, replaces, reason } => {
                check_note(&reason)?;
                check_coins(counted, &coins)?;
                replaces.map_or(Ok(()), |seq| self.check_count(seq))?;
                drafts.push(Draft::Cash(CashDraft::Count { counted, coins, replaces, reason }));
            }
            Command::OpenDrawer { reason } => {
                check_note(&reason)?;
                drafts.push(event(901, "Ouverture du tiroir", reason));
            }
            Command::AbandonSale { amount, reason } => {
                check_note(&reason)?;
                let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                drafts.push(event(320, "Abandon de vente", Some(format!("{}{reason}", in_euros(amount)))));
            }
            Command::RemoveLine { sku, amount } => {
                check_note(&Some(sku.clone()))?;
                drafts.push(event(323, "Ligne d'article annulée", Some(format!("{sku}: {}", in_euros(amount)))));
            }
            Command::Print(paper) => {
                let (papers, made) = self.print(id, operator, paper, approvals)?;
                drafts.extend(papers);
                edit = Some(made);
            }
            Command::NoPaper(ticket) => drafts.push(self.no_paper(ticket)?),
            Command::ShowCode(ticket) => drafts.push(self.code_shown(ticket)?),
            Command::MailTicket { ticket, to, language } => {
                if self.is_mailed(id)? {
                    return Ok(Work { drafts: Vec::new(), edit: None });
                }
                let (sealed, copy) = self.copy_by_mail(id, operator, ticket, approvals)?;
                drafts.extend(sealed);
                let job = self.new_mail(id, operator, (ticket, to, language), copy);
                edit = self.queue_mail(job, !drafts.is_empty())?;
            }
            Command::PutOperator { operator, pin, badge } => {
                let (draft, made) = self.operator_edit(operator, pin, badge)?;
                drafts.push(draft);
                edit = Some(made);
            }
            Command::SetGates(gates) => {
                let (draft, made) = self.gates_edit(gates);
                drafts.push(draft);
                edit = Some(made);
            }
            Command::ChangeSettings(change) => drafts.extend(self.settings_change(*change)?),
            Command::SetRules(change) => {
                let (draft, made) = self.rules_edit(*change)?;
                drafts.push(draft);
                edit = Some(made);
            }
            Command::Look(_) => {}
            Command::CloseDay => drafts.push(Draft::Closing(Period::Day)),
        }
        Ok(Work { drafts, edit })
    }

    fn sale(&mut self, settled: Settled) -> Result<Vec<Draft>, Refusal> {
        let body = settled.body();
        match body.ticket_type {
            TicketType::Sale => {
                self.check_vouchers(&body.payments)?;
                self.check_new_codes(&body.payments)?;
            }
            TicketType::Correction => self.check_correction(body)?,
            // What came back since it was settled may have changed what is left of the original.
            TicketType::Return | TicketType::Cancel => return Err(Refusal::NotASale),
        }
        let over_limit = over_limit(&settled);
        let ticket = Draft::Ticket(settled.into_body().into());
        Ok(over_limit.into_iter().chain([ticket]).collect())
    }

    /// Refuses a sale with VAT where the shop takes none; what was sold with it before comes back with it.
    fn check_vat(&self, body: &TicketBody) -> Result<(), Refusal> {
        let has_vat = body.ticket_type == TicketType::Sale && body.lines.iter().any(|line| line.vat != Rate::ZERO);
        if has_vat && self.takes_no_vat() { Err(Refusal::TakesNoVat) } else { Ok(()) }
    }

    /// Refuses a correction that what became of its original since no longer allows.
    fn check_correction(&mut self, body: &TicketBody) -> Result<(), Refusal> {
        let of = body.refers_to.ok_or(Refusal::NotASale)?;
        let (original, before) = self.original(of)?;
        correction::check_again(of, &original, &before, &body.payments)?;
        Ok(())
    }

    fn goods_back(
        &mut self,
        of: TicketRef,
        chosen: &[Chosen],
        pay_back: &[PayBack],
        reason: &str,
    ) -> Result<Draft, Refusal> {
        let mut refund = self.refund(of, chosen, reason)?;
        for part in pay_back {
            match part {
                PayBack::Tender { tender, reference, amount } => {
                    refund.pay_back(*tender, reference.as_deref(), *amount)?;
                }
                PayBack::CreditNote => {
                    let owed = refund.left();
                    refund.credit_note(&self.new_voucher_code()?, owed)?;
                }
            }
        }
        let settled = refund.settle().map_err(|(_, error)| error)?;
        Ok(Draft::Ticket(settled.into_body().into()))
    }

    /// What comes back of a ticket, still to be paid back. Nothing is sealed.
    pub fn refund(&mut self, of: TicketRef, chosen: &[Chosen], reason: &str) -> Result<Refund, Refusal> {
        let (original, before) = self.original(of)?;
        Ok(returns::give_back(of, &original, &before, chosen, reason)?)
    }

    fn cancel(&mut self, of: TicketRef, reason: &str) -> Result<Draft, Refusal> {
        let (original, before) = self.original(of)?;
        let settled = returns::cancel(of, &original, &before, reason)?;
        self.check_vouchers(&settled.body().payments)?;
        Ok(Draft::Ticket(settled.into_body().into()))
    }

    /// Refuses to correct what is no count of the drawer.
    fn check_count(&self, seq: u64) -> Result<(), Refusal> {
        let is_there = seq < self.journal.standing().size();
        let entry = is_there.then(|| self.journal.entry(seq)).transpose().map_err(RegisterError::from)?;
        let is_count = |body: &Body| matches!(body, Body::Cash(cash) if cash.cash_type == CashType::Count);
        if entry.is_some_and(|line| is_count(&line.entry.body)) { Ok(()) } else { Err(Refusal::NotACount) }
    }

    /// The ticket that something is about, and what has become of it since.
    pub(super) fn original(&mut self, of: TicketRef) -> Result<(Ticket, GivenBack), Refusal> {
        let sealed = self.ticket(of)?;
        let Body::Ticket(original) = sealed.entry.body else {
            return Err(Refusal::UnknownTicket { number: of.number });
        };
        let mut later = Vec::new();
        for (register, seq) in projection::tickets::about(&self.shop, of).map_err(RegisterError::from)? {
            if let Body::Ticket(ticket) = self.line_of(register, seq)?.entry.body {
                later.push(*ticket);
            }
        }
        Ok((*original, GivenBack::of(of, &later)))
    }
}

/// What is recorded of a sale for which more cash was taken than the law's limit.
pub(super) fn over_limit(settled: &Settled) -> Option<Draft> {
    let over = settled.cash_override()?;
    Some(event(921, "Plafond d'espèces dépassé sur justificatif", Some(over.reason.clone())))
}

/// An event of the trail (JET); its label is French, as the law's readers are.
pub(super) fn event(code: u32, label: &str, detail: Option<String>) -> Draft {
    Draft::Event(EventDraft { code, label: label.to_owned(), detail, set: None })
}

/// An amount as events write it: `-12.50`.
pub(super) fn in_euros(amount: Cents) -> String {
    let cents = amount.get().unsigned_abs();
    format!("{}{}.{:02}", if amount.is_negative() { "-" } else { "" }, cents / 100, cents % 100)
}

/// Refuses a count whose denominations do not come to what was counted.
fn check_coins(counted: Cents, coins: &[Coin]) -> Result<(), Refusal> {
    let worth = |coin: &Coin| i64::try_from(coin.pieces).ok().and_then(|pieces| coin.value.get().checked_mul(pieces));
    let total = coins.iter().try_fold(0i64, |sum, coin| sum.checked_add(worth(coin).filter(|worth| *worth >= 0)?));
    if coins.is_empty() || total == Some(counted.get()) { Ok(()) } else { Err(Refusal::CoinsDiffer { counted }) }
}

fn check_note(note: &Option<String>) -> Result<(), Refusal> {
    without_card_number(note.as_deref().unwrap_or_default())?;
    Ok(())
}
