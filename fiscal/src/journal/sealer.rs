//! From drafts to sealed entries: numbering, figures, closings due, strings and signatures. Pure; the journal
//! stores what comes out, whole or not at all.

use crate::arithmetic::{self, DiscountTooHigh, LineInput};
use crate::calendar;
use crate::canonical;
use crate::entry::{
    Archive, Body, Cash, CashType, Closing, Discount, Duplicate, Entry, Event, Genesis, Invoice, Kind, Line, Nf525,
    Note, Period, RootAt, SYSTEM, Tender, Ticket, TicketType, Totals, VERSION, Witnessed,
};
use crate::key::DeviceKey;
use crate::nf525::{self, Chain};
use crate::sealed::{self, Sealed};
use crate::standing::{Standing, StandingError};
use crate::values::{Cents, Date, Hash, Instant, RegisterId};
use crate::verify::{self, Finding};

use super::draft::{CashDraft, Draft, NoteDraft, TicketDraft};

/// Why something cannot be sealed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A ticket discount is more than the lines that it reduces.
    #[error(transparent)]
    Discount(#[from] DiscountTooHigh),
    /// Payments less change are not what the ticket comes to.
    #[error("payments less change come to {paid} cents, the ticket to {due}")]
    Unbalanced {
        /// Payments less change.
        paid: Cents,
        /// The ticket's total.
        due: Cents,
    },
    /// Change is negative, or more than the cash that was handed over.
    #[error("change of {change} cents on {cash} cents of cash")]
    Change {
        /// The change.
        change: Cents,
        /// The cash handed over.
        cash: Cents,
    },
    /// A payment of nothing.
    #[error("a payment of 0 by {}", .0.as_str())]
    EmptyPayment(Tender),
    /// A sale that gives money back.
    #[error("a sale of {0} cents: what gives money back is a return")]
    NegativeSale(Cents),
    /// A negative unit price or amount of cash.
    #[error("a negative amount of {0} cents where none can be")]
    NegativeAmount(Cents),
    /// It breaks another rule of the journal, which a verifier would find.
    #[error("it breaks the rule {rule} at {place}", rule = .0.rule.as_str(), place = .0.place)]
    Unsound(Box<Finding>),
    /// Nothing happened that could be closed.
    #[error("the {} is empty: there is nothing to close", .0.as_str())]
    NothingToClose(Period),
    /// It holds what a journal cannot.
    #[error(transparent)]
    Canonical(#[from] canonical::WriteError),
    /// The journal's own settings cannot be read.
    #[error(transparent)]
    Standing(#[from] StandingError),
}

/// Seals drafts one after the other on top of where a journal stands.
pub(super) struct Sealer<'k> {
    key: &'k DeviceKey,
    standing: Standing,
    witnessed: Option<Witnessed>,
    at: Instant,
    sealed: Vec<Sealed>,
    closed: Vec<Standing>,
}

/// What came of sealing.
pub(super) struct Batch {
    /// The entries, in order.
    pub(super) sealed: Vec<Sealed>,
    /// Where the journal stands with them.
    pub(super) standing: Standing,
    /// Where it stood right after each closing among them, which archives start and end with.
    pub(super) closed: Vec<Standing>,
}

impl<'k> Sealer<'k> {
    /// Starts from `standing` at the instant `at`. A clock that went back is said first (event 910).
    pub(super) fn new(
        key: &'k DeviceKey,
        standing: Standing,
        witnessed: Option<Witnessed>,
        at: Instant,
    ) -> Result<Sealer<'k>, SealError> {
        let went_back = at < standing.at;
        let mut sealer = Sealer { key, standing, witnessed, at, sealed: Vec::new(), closed: Vec::new() };
        if went_back {
            let event = Event {
                code: 910,
                detail: None,
                label: "Horloge reculée".to_owned(),
                nf525: Nf525::default(),
                number: 0,
                set: None,
            };
            sealer.push(SYSTEM, Body::Event(event))?;
        }
        Ok(sealer)
    }

    /// Seals one draft, after the closings that are due before it.
    pub(super) fn seal(&mut self, operator: &str, draft: Draft) -> Result<(), SealError> {
        if draft.takes_a_business_date() {
            let date = self.standing.date_for(self.at);
            self.close_before(date)?;
        }
        let body = self.body(draft)?;
        self.push(operator, body)
    }

    /// Closes every period that is over before `date` and not empty: days, then months, then years.
    pub(super) fn close_before(&mut self, date: Date) -> Result<(), SealError> {
        let Some(last) = self.standing.business_date else { return Ok(()) };
        let year_starts = self.standing.genesis().fiscal_year_starts;
        for period in Period::ALL {
            let (_, end) = calendar::bounds(period, last, year_starts);
            if end < date && !self.standing.sums(period).is_empty() {
                self.seal(SYSTEM, Draft::Closing(period))?;
            }
        }
        Ok(())
    }

    /// What was sealed, and where the journal stands with it.
    pub(super) fn finish(self) -> Batch {
        Batch { sealed: self.sealed, standing: self.standing, closed: self.closed }
    }

    fn push(&mut self, operator: &str, body: Body) -> Result<(), SealError> {
        let label = self.standing.genesis().label.clone();
        let mut entry = Entry {
            at: self.at,
            kind: body.kind(),
            body,
            operator: operator.to_owned(),
            prev: self.standing.prev,
            register: self.standing.register,
            seq: self.standing.size(),
            v: VERSION,
        };
        if let Some(fault) = verify::fault_of(&entry.body) {
            return Err(SealError::Unsound(Box::new(fault)));
        }
        if let Some(chain) = Chain::of(&entry.body) {
            number(&mut entry.body, self.standing.next_number(chain));
            let previous = self.standing.chains.get(&chain).map(|link| link.sig.as_str());
            if let Some(signed) = nf525::sign(self.key, &entry, &label, previous) {
                carry(&mut entry.body, signed);
            }
        }
        let sealed = sealed::seal(entry, self.key)?;
        self.standing.apply(&sealed.entry, sealed.hash)?;
        if sealed.entry.kind == Kind::Closing {
            self.closed.push(self.standing.clone());
        }
        self.sealed.push(sealed);
        Ok(())
    }

    fn body(&self, draft: Draft) -> Result<Body, SealError> {
        let date = self.standing.date_for(self.at);
        Ok(match draft {
            Draft::Ticket(ticket) => Body::Ticket(Box::new(self.ticket(ticket, date)?)),
            Draft::Note(note) => Body::Note(Box::new(note_body(note, date)?)),
            Draft::Invoice(invoice) => Body::Invoice(Box::new(Invoice {
                business_date: date,
                buyer: invoice.buyer,
                nf525: Nf525::default(),
                number: 0,
                refers_to: invoice.refers_to,
                tickets: invoice.tickets,
                totals: invoice.totals,
            })),
            Draft::Duplicate { of, copy } => {
                Body::Duplicate(Duplicate { copy, nf525: Nf525::default(), number: 0, of })
            }
            Draft::Cash(cash) => Body::Cash(self.cash(cash)?),
            Draft::Event(event) => Body::Event(Event {
                code: event.code,
                detail: event.detail,
                label: event.label,
                nf525: Nf525::default(),
                number: 0,
                set: event.set,
            }),
            Draft::Closing(period) => Body::Closing(Box::new(self.closing(period)?)),
            Draft::Archive { period, from, to, sha256 } => {
                Body::Archive(Archive { from, nf525: Nf525::default(), number: 0, period, sha256, to })
            }
        })
    }

    fn ticket(&self, draft: TicketDraft, business_date: Date) -> Result<Ticket, SealError> {
        let (lines, totals) = figure(draft.lines, &draft.discounts)?;
        let cash: Cents = draft
            .payments
            .iter()
            .filter(|p| p.tender == Tender::Cash && p.amount.is_positive())
            .map(|p| p.amount)
            .sum();
        let paid = draft.payments.iter().map(|p| p.amount).sum::<Cents>() - draft.change;
        if let Some(empty) = draft.payments.iter().find(|p| p.amount.is_zero()) {
            return Err(SealError::EmptyPayment(empty.tender));
        }
        if draft.change.is_negative() || draft.change > cash {
            return Err(SealError::Change { change: draft.change, cash });
        }
        if paid != totals.ttc {
            return Err(SealError::Unbalanced { paid, due: totals.ttc });
        }
        if draft.ticket_type == TicketType::Sale && totals.ttc.is_negative() {
            return Err(SealError::NegativeSale(totals.ttc));
        }
        Ok(Ticket {
            business_date,
            change: draft.change,
            channel: draft.channel,
            customer: draft.customer,
            discounts: draft.discounts,
            gt: self.standing.gt.after(totals.ttc),
            lines,
            mode: draft.mode,
            nf525: Nf525::default(),
            notes: draft.notes,
            number: 0,
            payments: draft.payments,
            reason: draft.reason,
            refers_to: draft.refers_to,
            totals,
            ticket_type: draft.ticket_type,
        })
    }

    fn cash(&self, draft: CashDraft) -> Result<Cash, SealError> {
        let cash = match draft {
            CashDraft::Movement { cash_type, amount, reason } => Cash {
                amount,
                coins: Vec::new(),
                counted: None,
                difference: None,
                expected: None,
                reason,
                replaces: None,
                cash_type,
            },
            CashDraft::Count { counted, coins, replaces, reason } => {
                let expected = self.standing.day.cash_expected;
                Cash {
                    amount: counted,
                    coins,
                    counted: Some(counted),
                    difference: Some(counted - expected),
                    expected: Some(expected),
                    reason,
                    replaces,
                    cash_type: CashType::Count,
                }
            }
        };
        if cash.amount.is_negative() { Err(SealError::NegativeAmount(cash.amount)) } else { Ok(cash) }
    }

    fn closing(&self, period: Period) -> Result<Closing, SealError> {
        let standing = &self.standing;
        let sums = standing.sums(period);
        let Some(last) = standing.business_date.filter(|_| !sums.is_empty()) else {
            return Err(SealError::NothingToClose(period));
        };
        let fiscal_year_starts = standing.genesis().fiscal_year_starts;
        let (first_date, last_date) = calendar::bounds(period, last, fiscal_year_starts);
        Ok(Closing {
            cancels: sums.cancels,
            checkpoint: RootAt { root: standing.frontier.root(), size: standing.size() },
            corrections: sums.corrections,
            duplicates: sums.duplicates,
            first_date,
            from: standing.next_from.get(&period).copied().unwrap_or(0),
            gt: standing.gt,
            last_date,
            nf525: Nf525::default(),
            number: 0,
            payments: sums.payments(),
            period,
            returns: sums.returns,
            returns_ttc: sums.returns_ttc,
            sales: sums.sales,
            sales_ttc: sums.sales_ttc,
            to: standing.size() - 1,
            totals: sums.totals.clone(),
            witnessed: self.witnessed,
            year_to_date: standing.year_to_date,
        })
    }
}

/// Seals the genesis of a new journal.
pub(super) fn seal_genesis(
    key: &DeviceKey,
    register: RegisterId,
    genesis: Genesis,
    at: Instant,
) -> Result<(Sealed, Standing), SealError> {
    let body = Body::Genesis(Box::new(genesis));
    let operator = SYSTEM.to_owned();
    let entry = Entry { at, kind: body.kind(), body, operator, prev: Hash::ZERO, register, seq: 0, v: VERSION };
    let sealed = sealed::seal(entry, key)?;
    let standing = Standing::after_genesis(&sealed.entry, sealed.hash)?;
    Ok((sealed, standing))
}

fn note_body(draft: NoteDraft, business_date: Date) -> Result<Note, SealError> {
    let (lines, totals) = figure(draft.lines, &draft.discounts)?;
    let nf525 = Nf525::default();
    Ok(Note { business_date, discounts: draft.discounts, lines, mode: draft.mode, nf525, number: 0, totals })
}

/// Numbers lines and gives them and their ticket the figures that follow from quantities, prices and discounts.
fn figure(mut lines: Vec<Line>, discounts: &[Discount]) -> Result<(Vec<Line>, Totals), SealError> {
    if let Some(line) = lines.iter().find(|line| line.unit_price.is_negative()) {
        return Err(SealError::NegativeAmount(line.unit_price));
    }
    let inputs: Vec<LineInput> = lines.iter().map(LineInput::from).collect();
    let amounts: Vec<Cents> = discounts.iter().map(|discount| discount.amount).collect();
    let figures = arithmetic::figures(&inputs, &amounts)?;
    for (n, ((line, total), ht)) in (1..).zip(lines.iter_mut().zip(figures.totals).zip(figures.hts)) {
        (line.n, line.total, line.ht) = (n, total, ht);
    }
    Ok((lines, figures.sums))
}

fn number(body: &mut Body, next: u64) {
    match body {
        Body::Genesis(_) | Body::Cash(_) => {}
        Body::Ticket(ticket) => ticket.number = next,
        Body::Note(note) => note.number = next,
        Body::Invoice(invoice) => invoice.number = next,
        Body::Duplicate(duplicate) => duplicate.number = next,
        Body::Event(event) => event.number = next,
        Body::Closing(closing) => closing.number = next,
        Body::Archive(archive) => archive.number = next,
    }
}

fn carry(body: &mut Body, signed: Nf525) {
    match body {
        Body::Genesis(_) | Body::Cash(_) => {}
        Body::Ticket(ticket) => ticket.nf525 = signed,
        Body::Note(note) => note.nf525 = signed,
        Body::Invoice(invoice) => invoice.nf525 = signed,
        Body::Duplicate(duplicate) => duplicate.nf525 = signed,
        Body::Event(event) => event.nf525 = signed,
        Body::Closing(closing) => closing.nf525 = signed,
        Body::Archive(archive) => archive.nf525 = signed,
    }
}
