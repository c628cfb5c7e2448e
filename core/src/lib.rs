//! The offline-first register: what a shop sells, how it is paid, who does it; sealed into the journal below.
//!
//! What stands here is pure: functions of their arguments, with no clock, file or random source inside. A sale goes
//! [`Basket`](basket::Basket) → [`Due`](settlement::Due) → [`Settled`](settlement::Settled), and each step exists only
//! as the outcome of the one before.

pub mod barcode;
pub mod basket;
pub mod catalogue;
pub mod correction;
pub mod holidays;
pub mod operators;
pub mod private;
pub mod returns;
pub mod settlement;
pub mod tender;
pub mod terms;
pub mod voucher;

/// Lets an error be shown in English from its message; [`comptoir_fiscal::language::Translations`] says it in French.
macro_rules! shown_by_message {
    ($($error:ty),* $(,)?) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.message().fmt(f)
            }
        }
    )*};
}
pub(crate) use shown_by_message;
