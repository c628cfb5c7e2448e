//! The offline-first register: what a shop sells, how it is paid, who does it; sealed into the journal below.
//!
//! Its rules are pure: functions of their arguments, with no clock, file or random source inside. Only `register`, `shop`,
//! `projection`, `backup` and `inspection` touch a disk, and `import` and `export` the files they are given. A sale goes
//! [`Basket`](basket::Basket) → [`Due`](settlement::Due) → [`Settled`](settlement::Settled), and each step exists only
//! as the outcome of the one before.

pub mod arriving;
pub mod backup;
pub mod barcode;
pub mod basket;
pub mod catalogue;
pub mod certification;
pub mod correction;
pub mod data_folder;
pub mod edited;
pub mod export;
pub mod held;
pub mod history;
pub mod holidays;
pub mod identity;
pub mod import;
pub mod inspection;
pub mod mail;
pub mod operators;
pub mod outside;
pub mod paper;
pub mod printing;
pub mod private;
pub mod projection;
pub mod reason;
pub mod register;
mod reserve;
pub mod returns;
pub mod sample;
pub mod search;
pub mod secret;
pub mod settlement;
pub mod shared;
pub mod shop;
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

/// The French of what this crate says.
pub const FRENCH: &str = include_str!("../po/fr.po");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use comptoir_fiscal::language::{Language, Translations, missing, sources_under};
    use comptoir_fiscal::values::Cents;

    use super::*;

    #[test]
    fn everything_that_is_said_is_said_in_french() {
        let sources = sources_under(Path::new("src")).unwrap();
        assert_eq!(missing(FRENCH, &sources).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn an_error_is_said_in_french_with_its_amounts() {
        let error = tender::TenderError::Exceeds {
            tender: comptoir_fiscal::entry::Tender::Card,
            due: Cents::new(1000),
            excess: Cents::new(550),
        };
        let french = Translations::new(Language::French, &[FRENCH]).unwrap();
        assert_eq!(
            french.say(&error.message()),
            "Le paiement (carte bancaire) dépasse ce qui est dû de 5,50\u{a0}€, et la monnaie ne se rend que sur les \
             espèces\u{202f}; saisissez au plus 10,00\u{a0}€."
        );
    }
}
