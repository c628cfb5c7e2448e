//! What not everybody may do, in the words of those who do it.

use comptoir_core::operators::{Gate, Rank};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// What a gate guards.
pub fn guarded(gate: Gate) -> Message {
    match gate {
        Gate::Sell => message!("Sell and take payments"),
        Gate::Discount => message!("Reduce a line or a ticket"),
        Gate::OverridePrice => message!("Sell at another price"),
        Gate::AbandonSale => message!("Abandon a sale that has begun"),
        Gate::Return => message!("Take goods back"),
        Gate::Cancel => message!("Undo a whole sale"),
        Gate::CorrectPayment => message!("Correct how a ticket was paid"),
        Gate::ExceedCashLimit => message!("Take cash above the limit, on proof"),
        Gate::OpenDrawer => message!("Open the drawer without a sale"),
        Gate::MoveCash => message!("Put cash in or take it out"),
        Gate::CountDrawer => message!("Count the drawer"),
        Gate::Duplicate => message!("Print a duplicate"),
        Gate::CloseDay => message!("Close the day (Z)"),
        Gate::ClosePeriod => message!("Close a month or a year"),
        Gate::ManageVouchers => message!("Prolong or block a voucher"),
        Gate::EditCatalogue => message!("Change articles and prices"),
        Gate::EditCustomers => message!("Change customers’ records"),
        Gate::ManageOperators => message!("Change operators and their rights"),
        Gate::ChangeSettings => message!("Change the settings of the shop"),
        Gate::Training => message!("Enter school mode"),
        Gate::ConfirmDate => message!("Say that the device’s date is right"),
        Gate::ReadReports => message!("See sales, reports and the X"),
        Gate::ReadJournal => message!("Read and verify the journal, carry archives away"),
        Gate::Inspect => message!("Begin and end a tax inspection"),
    }
}

/// The place of a rank among the three.
pub(crate) fn place_of(rank: Rank) -> i32 {
    match rank {
        Rank::Cashier => 0,
        Rank::Manager => 1,
        Rank::Owner => 2,
    }
}

/// The rank at a place.
pub(crate) fn rank_at(place: i32) -> Rank {
    match place {
        0 => Rank::Cashier,
        1 => Rank::Manager,
        _ => Rank::Owner,
    }
}
