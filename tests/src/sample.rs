//! A shop with sample data, for replays and benchmarks: what founding a register takes, and its platform.

use comptoir_core::catalogue::Catalogue;
use comptoir_core::operators::{Operator, Role};
use comptoir_core::outside::{Clock, Random, RandomFailed};
use comptoir_core::register::{Founding, Platform};
use comptoir_core::terms::Rules;
use comptoir_fiscal::entry::{Merchant, Mode, Software, Store};
use comptoir_fiscal::journal::key_file::NoKeystore;
use comptoir_fiscal::values::{FiscalYearStart, ValueError};

/// Who sells there.
pub const CASHIERS: [&str; 4] = ["cashier-1", "cashier-2", "cashier-3", "cashier-4"];

/// The system's random bytes.
struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        getrandom::fill(bytes).map_err(|_| RandomFailed)
    }
}

/// A platform with this clock, the system's random bytes and no keystore.
pub fn platform(clock: impl Clock + 'static) -> Platform {
    Platform {
        clock: Box::new(clock),
        random: Box::new(SystemRandom),
        keystore: Box::new(NoKeystore),
        software: Software { name: "comptoir".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
    }
}

/// What a sample shop is founded of.
pub fn founding(catalogue: Catalogue, store_id: &str, time_zone: &str) -> Result<Founding, ValueError> {
    Ok(Founding {
        merchant: Merchant {
            address: "1 rue de l'Exemple, 75000 Paris".to_owned(),
            naf: "4711F".to_owned(),
            name: "Exemple - données d'essai".to_owned(),
            siret: "00000000000000".to_owned(),
            vat_number: "FR00000000000".to_owned(),
        },
        store: Store {
            address: "1 rue de l'Exemple, 75000 Paris".to_owned(),
            id: store_id.to_owned(),
            name: "Magasin d'exemple".to_owned(),
        },
        label: "01".to_owned(),
        time_zone: time_zone.to_owned(),
        mode: Mode::Live,
        day_ends_at: "05:00".parse()?,
        fiscal_year_starts: FiscalYearStart::JANUARY,
        catalogue,
        operators: CASHIERS.map(|id| Operator::new(id, format!("Exemple {id}"), Role::Manager)).to_vec(),
        rules: Rules::default(),
    })
}
