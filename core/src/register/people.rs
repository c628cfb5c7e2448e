//! Who is at the till: signing in and out, a manager's word for what is gated, operators and their rights.

use comptoir_fiscal::entry::SYSTEM;
use comptoir_fiscal::journal::{CommandId, Draft, EventDraft};

use super::error::Refusal;
use super::rules::RulesChange;
use super::{Register, RegisterError};
use crate::mail::MailJob;
use crate::operators::{Gate, Gates, Operator, Rank};
use crate::printing::PrintJob;
use crate::private::opaque;
use crate::secret::{Attempts, Badge, Kept, Pin};

const ATTEMPTS: &str = "wrong tries";
/// Under which wrong tries with badges are counted: nobody knows whose badge it was meant to be.
const ANY_BADGE: &str = "badge";

/// How somebody shows who they are.
#[derive(Clone, Debug)]
pub enum Credential {
    /// By the digits that they typed.
    Pin {
        /// Who they say they are.
        operator: String,
        /// What they typed.
        pin: Pin,
    },
    /// By a badge, which says who they are.
    Badge(Badge),
}

/// The word of somebody with more rights that one command may pass a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    by: String,
    gate: Gate,
    command: CommandId,
}

/// What becomes of an operator's secrets when their record is changed.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "plain words")]
pub enum Change<S> {
    #[default]
    Keep,
    Remove,
    Set(S),
}

/// What is changed besides the journal, made once the entry that tells of it is sealed.
#[derive(Debug)]
pub(super) enum Edit {
    Operator(Box<Operator>),
    Gates(Gates),
    Rules(Box<RulesChange>),
    Print(PrintJob),
    Mail(Box<MailJob>),
}

impl Edit {
    /// Whether the other tills of the store have a part in it.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Edit::Operator(_) | Edit::Gates(_) | Edit::Rules(_))
    }
}

impl Register {
    /// Signs somebody in (event 80); what they then ask is done in their name. Several may be signed in at once.
    pub fn sign_in(&mut self, credential: &Credential) -> Result<Operator, Refusal> {
        let operator = self.recognise(credential)?;
        self.record_by(&operator.id, 80, "Ouverture de session")?;
        self.signed_in.insert(operator.id.clone());
        Ok(operator)
    }

    /// Signs somebody out (event 40).
    pub fn sign_out(&mut self, operator: &str) -> Result<(), Refusal> {
        if self.signed_in.remove(operator) {
            self.record_by(operator, 40, "Fermeture de session")?;
        }
        Ok(())
    }

    /// Who is signed in.
    pub fn signed_in(&self) -> impl Iterator<Item = &Operator> {
        self.signed_in.iter().filter_map(|id| self.operators.get(id))
    }

    /// Lets somebody with more rights give their word for one command, without signing in. It is recorded (event 100)
    /// with the command, where the command needs it.
    pub fn approve(&mut self, gate: Gate, command: CommandId, credential: &Credential) -> Result<Approval, Refusal> {
        let operator = self.recognise(credential)?;
        self.gates.pass(operator.role, gate)?;
        Ok(Approval { by: operator.id, gate, command })
    }

    /// Whether an operator may do what a gate guards: for what is only shown.
    pub fn may(&self, operator: &str, gate: Gate) -> Result<(), Refusal> {
        Ok(self.gates.pass(self.at_work(operator)?.role, gate)?)
    }

    /// Who passes which gate.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// An operator in whose name something may be done now.
    pub(super) fn at_work(&self, operator: &str) -> Result<&Operator, Refusal> {
        let unknown = || Refusal::UnknownOperator { operator: operator.to_owned() };
        let found = self.operators.get(operator).filter(|operator| operator.active).ok_or_else(unknown)?;
        if found.has_a_secret() && !self.signed_in.contains(operator) {
            return Err(Refusal::SignInFirst { operator: found.name.clone() });
        }
        Ok(found)
    }

    /// Lets a command pass a gate: by the operator's own right, or by another's word for it, which is then recorded.
    pub(super) fn pass(
        &self,
        operator: &str,
        gate: Gate,
        command: CommandId,
        approvals: &[Approval],
    ) -> Result<Option<Draft>, Refusal> {
        let Err(refused) = self.may(operator, gate) else { return Ok(None) };
        let approval = approvals.iter().find(|approval| approval.gate == gate && approval.command == command);
        match (&refused, approval) {
            (Refusal::Gate(_), Some(approval)) => Ok(Some(Draft::Event(EventDraft {
                code: 100,
                label: "Autorisation d'un responsable".to_owned(),
                detail: Some(format!("{}: {}", gate.as_str(), approval.by)),
                set: None,
            }))),
            _ => Err(refused),
        }
    }

    /// Lets something pass a gate that is no command of its own: by the operator's own right, or by another's word for it,
    /// which is recorded (event 100).
    pub fn let_pass(
        &mut self,
        id: CommandId,
        operator: &str,
        gate: Gate,
        approvals: &[Approval],
    ) -> Result<(), Refusal> {
        let word = self.pass(operator, gate, id, approvals)?;
        self.record_word(operator, word)
    }

    /// Records the word by which something was allowed that is no entry of its own.
    pub(super) fn record_word(&mut self, operator: &str, word: Option<Draft>) -> Result<(), Refusal> {
        match word {
            Some(Draft::Event(event)) => Ok(self.record_event(operator, event)?),
            _ => Ok(()),
        }
    }

    /// What a new or changed operator comes to, with the event that tells of it (130).
    pub(super) fn operator_edit(
        &mut self,
        mut operator: Operator,
        pin: Change<Pin>,
        badge: Change<Badge>,
    ) -> Result<(Draft, Edit), Refusal> {
        opaque(&operator.id)?;
        if operator.id == SYSTEM || operator.name.trim().is_empty() {
            return Err(Refusal::NoName);
        }
        let before = self.operators.get(&operator.id).cloned();
        operator.pin = match pin {
            Change::Keep => before.as_ref().and_then(|before| before.pin.clone()),
            Change::Remove => None,
            Change::Set(pin) => Some(Kept::new(&pin, &mut *self.platform.random).map_err(RegisterError::from)?),
        };
        operator.badge = match badge {
            Change::Keep => before.as_ref().and_then(|before| before.badge.clone()),
            Change::Remove => None,
            Change::Set(badge) => Some(self.kept_badge(&operator.id, &badge)?),
        };
        let is_owner = |operator: &Operator| operator.active && operator.role.rank() == Some(Rank::Owner);
        let others = self.operators.values().filter(|other| other.id != operator.id);
        if before.as_ref().is_some_and(is_owner) && !is_owner(&operator) && !others.into_iter().any(is_owner) {
            return Err(Refusal::LastOwner);
        }
        Ok(with_rights(operator))
    }

    /// The shop's own gates, with the event that tells of them (130).
    pub(super) fn gates_edit(&self, gates: Gates) -> (Draft, Edit) {
        let set: Vec<String> = Gate::ALL
            .into_iter()
            .filter(|gate| gates.rank(*gate) != self.gates.rank(*gate))
            .map(|gate| format!("{}: {}", gate.as_str(), rank_name(gates.rank(gate))))
            .collect();
        (rights(set.join(", ")), Edit::Gates(gates))
    }

    /// Makes an edit whose event is sealed.
    pub(super) fn make(&mut self, edit: Edit) -> Result<(), Refusal> {
        match edit {
            Edit::Operator(operator) => self.keep_operator(*operator)?,
            Edit::Gates(gates) => self.keep_gates(gates)?,
            Edit::Rules(change) => self.take_rules(*change)?,
            Edit::Print(job) => self.enqueue(job)?,
            Edit::Mail(job) => self.let_mail_wait(*job)?,
        }
        Ok(())
    }

    pub(super) fn keep_operator(&mut self, operator: Operator) -> Result<(), RegisterError> {
        if !operator.active {
            self.signed_in.remove(&operator.id);
        }
        self.operators.insert(operator.id.clone(), operator);
        let operators: Vec<Operator> = self.operators.values().cloned().collect();
        Ok(self.shop.replace_operators(&operators)?)
    }

    pub(super) fn keep_gates(&mut self, gates: Gates) -> Result<(), RegisterError> {
        self.shop.set(super::opening::GATES, &gates)?;
        self.gates = gates;
        Ok(())
    }

    /// All badges lie under one salt, so that one computation tells whose a badge is.
    fn kept_badge(&mut self, owner: &str, badge: &Badge) -> Result<Kept, Refusal> {
        let Some(other) = self.operators.values().find_map(|operator| operator.badge.as_ref()) else {
            return Ok(Kept::new(badge, &mut *self.platform.random).map_err(RegisterError::from)?);
        };
        let kept = Kept::beside(badge, other);
        let is_taken = |operator: &Operator| {
            operator.id != owner && operator.badge.as_ref().is_some_and(|badge| badge.is_same(&kept))
        };
        if self.operators.values().any(is_taken) { Err(Refusal::BadgeTaken) } else { Ok(kept) }
    }

    fn recognise(&mut self, credential: &Credential) -> Result<Operator, Refusal> {
        let counted = match credential {
            Credential::Pin { operator, .. } => operator.as_str(),
            Credential::Badge(_) => ANY_BADGE,
        };
        let name = format!("{ATTEMPTS} {counted}");
        let attempts: Attempts = self.shop.setting(&name).map_err(RegisterError::from)?.unwrap_or_default();
        let now = self.platform.clock.now();
        let seconds = attempts.wait(now);
        if seconds > 0 {
            return Err(Refusal::WaitBeforeTrying { seconds });
        }
        let found = match credential {
            Credential::Pin { operator, pin } => self
                .operators
                .get(operator)
                .filter(|operator| operator.active && operator.pin.as_ref().is_some_and(|kept| kept.is(pin))),
            Credential::Badge(badge) => {
                let mut badges = self.operators.values().filter_map(|operator| operator.badge.as_ref());
                let shown = badges.next().map(|other| Kept::beside(badge, other));
                shown.and_then(|shown| {
                    let is = |kept: &Kept| kept.is_same(&shown);
                    let mut active = self.operators.values().filter(|operator| operator.active);
                    active.find(|operator| operator.badge.as_ref().is_some_and(is))
                })
            }
        };
        let Some(found) = found.cloned() else {
            let after = attempts.after_a_wrong_one(now);
            self.shop.set(&name, &after).map_err(RegisterError::from)?;
            return Err(Refusal::NotRecognised { seconds: after.wait(now) });
        };
        if attempts != Attempts::default() {
            self.shop.set(&name, &Attempts::default()).map_err(RegisterError::from)?;
        }
        Ok(found)
    }
}

/// An operator as they are to be, with the event that tells of it (130).
pub(super) fn with_rights(operator: Operator) -> (Draft, Edit) {
    let role = serde_json::to_value(operator.role).ok().and_then(|role| role.as_str().map(str::to_owned));
    let state = if operator.active { role.unwrap_or_default() } else { "inactif".to_owned() };
    let secrets = match (&operator.pin, &operator.badge) {
        (None, None) => "sans code",
        (Some(_), None) => "code",
        (None, Some(_)) => "badge",
        (Some(_), Some(_)) => "code et badge",
    };
    let detail = format!("{}: {state}, {secrets}", operator.id);
    (rights(detail), Edit::Operator(Box::new(operator)))
}

fn rights(detail: String) -> Draft {
    let label = "Gestion des droits d'accès".to_owned();
    Draft::Event(EventDraft { code: 130, label, detail: Some(detail).filter(|detail| !detail.is_empty()), set: None })
}

fn rank_name(rank: Rank) -> &'static str {
    match rank {
        Rank::Cashier => "cashier",
        Rank::Manager => "manager",
        Rank::Owner => "owner",
    }
}
