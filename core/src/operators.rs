//! Who works at the till, and what each may do.

use std::collections::BTreeMap;

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use serde::{Deserialize, Serialize};

use crate::secret::Kept;
use crate::shown_by_message;

/// What somebody is at the till.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sells.
    Cashier,
    /// Sells, and answers for the shop.
    Manager,
    /// Answers for the business.
    Owner,
    /// Reads, and changes nothing.
    Auditor,
}

/// The least role that passes a gate. An auditor has no place in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in Role")]
pub enum Rank {
    Cashier,
    Manager,
    Owner,
}

impl Role {
    /// Its place in the order of those who work; none for an auditor.
    pub const fn rank(self) -> Option<Rank> {
        match self {
            Role::Cashier => Some(Rank::Cashier),
            Role::Manager => Some(Rank::Manager),
            Role::Owner => Some(Rank::Owner),
            Role::Auditor => None,
        }
    }
}

/// Somebody who works at the till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Opaque; stands in the journal.
    pub id: String,
    /// What the screen says; never in the journal.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Whether they may sign in. Nobody is deleted: the journal names them.
    #[serde(default = "active")]
    pub active: bool,
    /// What they type to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Kept>,
    /// What they carry to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<Kept>,
}

const fn active() -> bool {
    true
}

impl Operator {
    /// Somebody who works here, and has no PIN or badge yet.
    pub fn new(id: impl Into<String>, name: impl Into<String>, role: Role) -> Operator {
        Operator { id: id.into(), name: name.into(), role, active: true, pin: None, badge: None }
    }

    /// Whether they must sign in before anything is done in their name.
    pub fn has_a_secret(&self) -> bool {
        self.pin.is_some() || self.badge.is_some()
    }
}

/// What not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Sell and take payments.
    Sell,
    /// Reduce a line or a ticket.
    Discount,
    /// Sell at another price than the catalogue's.
    OverridePrice,
    /// Abandon a sale that has begun.
    AbandonSale,
    /// Take goods back.
    Return,
    /// Undo a whole sale.
    Cancel,
    /// Correct a means of payment.
    CorrectPayment,
    /// Take cash above the law's limit, on proof.
    ExceedCashLimit,
    /// Open the drawer without a sale.
    OpenDrawer,
    /// Put cash in or take it out.
    MoveCash,
    /// Count the drawer.
    CountDrawer,
    /// Print a duplicate.
    Duplicate,
    /// Close a day.
    CloseDay,
    /// Close a month or a year.
    ClosePeriod,
    /// Prolong or deactivate a voucher.
    ManageVouchers,
    /// Change products, prices and menus.
    EditCatalogue,
    /// Change customers' records.
    EditCustomers,
    /// Change operators and their rights.
    ManageOperators,
    /// Change settings, the fiscal ones included.
    ChangeSettings,
    /// Enter or leave school mode.
    Training,
    /// Say that the device's date is right, where it is more than a day ahead of the last entry.
    ConfirmDate,
    /// See sales, reports and the X.
    ReadReports,
    /// Read the journal, verify it and carry archives away.
    ReadJournal,
    /// Begin and end a tax inspection, and make the kit that the inspector is given.
    Inspect,
}

impl Gate {
    /// Every gate, in the order of its listing.
    pub const ALL: [Gate; 24] = [
        Gate::Sell,
        Gate::Discount,
        Gate::OverridePrice,
        Gate::AbandonSale,
        Gate::Return,
        Gate::Cancel,
        Gate::CorrectPayment,
        Gate::ExceedCashLimit,
        Gate::OpenDrawer,
        Gate::MoveCash,
        Gate::CountDrawer,
        Gate::Duplicate,
        Gate::CloseDay,
        Gate::ClosePeriod,
        Gate::ManageVouchers,
        Gate::EditCatalogue,
        Gate::EditCustomers,
        Gate::ManageOperators,
        Gate::ChangeSettings,
        Gate::Training,
        Gate::ConfirmDate,
        Gate::ReadReports,
        Gate::ReadJournal,
        Gate::Inspect,
    ];

    /// Its name, as settings and events write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Gate::Sell => "sell",
            Gate::Discount => "discount",
            Gate::OverridePrice => "override_price",
            Gate::AbandonSale => "abandon_sale",
            Gate::Return => "return",
            Gate::Cancel => "cancel",
            Gate::CorrectPayment => "correct_payment",
            Gate::ExceedCashLimit => "exceed_cash_limit",
            Gate::OpenDrawer => "open_drawer",
            Gate::MoveCash => "move_cash",
            Gate::CountDrawer => "count_drawer",
            Gate::Duplicate => "duplicate",
            Gate::CloseDay => "close_day",
            Gate::ClosePeriod => "close_period",
            Gate::ManageVouchers => "manage_vouchers",
            Gate::EditCatalogue => "edit_catalogue",
            Gate::EditCustomers => "edit_customers",
            Gate::ManageOperators => "manage_operators",
            Gate::ChangeSettings => "change_settings",
            Gate::Training => "training",
            Gate::ConfirmDate => "confirm_date",
            Gate::ReadReports => "read_reports",
            Gate::ReadJournal => "read_journal",
            Gate::Inspect => "inspect",
        }
    }

    /// Who passes it where the shop has set nothing else.
    pub const fn default_rank(self) -> Rank {
        match self {
            Gate::Sell
            | Gate::Discount
            | Gate::AbandonSale
            | Gate::Return
            | Gate::OpenDrawer
            | Gate::MoveCash
            | Gate::CountDrawer
            | Gate::Duplicate
            | Gate::CloseDay
            | Gate::EditCustomers => Rank::Cashier,
            Gate::OverridePrice
            | Gate::Cancel
            | Gate::CorrectPayment
            | Gate::ExceedCashLimit
            | Gate::ClosePeriod
            | Gate::ManageVouchers
            | Gate::EditCatalogue
            | Gate::Training
            | Gate::ConfirmDate
            | Gate::ReadReports
            | Gate::ReadJournal
            | Gate::Inspect => Rank::Manager,
            Gate::ManageOperators | Gate::ChangeSettings => Rank::Owner,
        }
    }

    /// Whether it only lets read: what is recorded of an inspection tells of reading.
    pub const fn only_reads(self) -> bool {
        matches!(self, Gate::ReadReports | Gate::ReadJournal | Gate::Inspect)
    }
}

/// What the shop has set of its gates; the others are as by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gates(pub BTreeMap<Gate, Rank>);

impl Gates {
    /// Who passes a gate.
    pub fn rank(&self, gate: Gate) -> Rank {
        self.0.get(&gate).copied().unwrap_or(gate.default_rank())
    }

    /// Whether a role passes a gate. An owner passes all, an auditor those that only let read.
    pub fn pass(&self, role: Role, gate: Gate) -> Result<(), GateError> {
        let needs = self.rank(gate);
        match role.rank() {
            Some(rank) if rank >= needs => Ok(()),
            Some(_) => Err(GateError::Needs { gate, rank: needs }),
            None if gate.only_reads() => Ok(()),
            None => Err(GateError::ReadOnly),
        }
    }
}

/// Why a gate stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum GateError {
    Needs { gate: Gate, rank: Rank },
    ReadOnly,
}

impl GateError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            GateError::Needs { rank: Rank::Owner, .. } => {
                message!("Only the owner may do this; let the owner unlock it.")
            }
            GateError::Needs { .. } => message!("Only a manager may do this; let a manager unlock it."),
            GateError::ReadOnly => message!("An auditor reads and changes nothing; sign in as somebody who sells."),
        }
    }
}
shown_by_message!(GateError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_passes_the_gates_that_only_let_read_whatever_is_set() {
        let open = Gates(Gate::ALL.iter().map(|gate| (*gate, Rank::Cashier)).collect());
        for gates in [Gates::default(), open] {
            for gate in Gate::ALL {
                assert_eq!(gates.pass(Role::Auditor, gate).is_ok(), gate.only_reads(), "{gate:?}");
            }
        }
    }

    #[test]
    fn an_owner_passes_every_gate_and_each_rank_passes_those_below() {
        let gates = Gates::default();
        for gate in Gate::ALL {
            assert_eq!(gates.pass(Role::Owner, gate), Ok(()), "{gate:?}");
            assert!(gates.pass(Role::Cashier, gate).is_err() || gates.pass(Role::Manager, gate).is_ok(), "{gate:?}");
        }
    }

    #[test]
    fn a_gate_has_one_name_in_settings_and_events() {
        for gate in Gate::ALL {
            assert_eq!(serde_json::to_value(gate).unwrap(), gate.as_str());
        }
    }

    #[test]
    fn a_shop_can_set_who_passes_a_gate() {
        let mut gates = Gates::default();
        assert_eq!(
            gates.pass(Role::Cashier, Gate::Cancel),
            Err(GateError::Needs { gate: Gate::Cancel, rank: Rank::Manager })
        );
        gates.0.insert(Gate::Cancel, Rank::Cashier);
        assert_eq!(gates.pass(Role::Cashier, Gate::Cancel), Ok(()));
        gates.0.insert(Gate::Discount, Rank::Owner);
        assert_eq!(
            gates.pass(Role::Manager, Gate::Discount),
            Err(GateError::Needs { gate: Gate::Discount, rank: Rank::Owner })
        );
    }
}
