//! What is left to do before a shop's first real sale, read from where the register stands.

use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::values::DayEnd;
use rusqlite::OptionalExtension;

use super::{Register, RegisterError};
use crate::identity::{Naf, Siret, VatNumber, words};
use crate::sample;
use crate::shop::{Shop, ShopError};

/// How far a shop is from its first real sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether it is the sample shop, which never sells anything real.
    pub is_sample: bool,
    /// Whether name, address, SIRET and activity are what tickets must say.
    pub has_identity: bool,
    /// Whether the VAT number is that of the business, or the shop takes no VAT (franchise en base).
    pub has_vat: bool,
    /// Whether anything was printed yet.
    pub has_printed: bool,
    /// Until when after midnight a business day goes on.
    pub day_ends_at: DayEnd,
    /// How many people may sell without a PIN or a badge.
    pub without_a_secret: usize,
    /// Whether a copy of the till was made.
    pub has_a_copy: bool,
    /// Whether a sale was practised in school mode.
    pub has_practised: bool,
}

impl Readiness {
    /// Whether nothing is left to do.
    pub fn is_ready(&self) -> bool {
        !self.is_sample
            && self.has_identity
            && self.has_vat
            && self.has_printed
            && self.without_a_secret == 0
            && self.has_a_copy
            && self.has_practised
    }
}

impl Register {
    /// How far the shop is from its first real sale.
    pub fn readiness(&mut self) -> Result<Readiness, RegisterError> {
        self.catch_up()?;
        let settings = self.settings();
        let merchant = &settings.merchant;
        let siret = Siret::read(&merchant.siret);
        let named = [&merchant.name, &merchant.address, &settings.store.name, &settings.store.address];
        let has_vat = match &siret {
            Ok(siret) => self.takes_no_vat() || VatNumber::read(&merchant.vat_number, siret).is_ok(),
            Err(_) => false,
        };
        Ok(Readiness {
            is_sample: merchant.siret == sample::SIRET,
            has_identity: siret.is_ok()
                && Naf::read(&merchant.naf).is_ok()
                && named.into_iter().all(|text| words(text).is_ok()),
            has_vat,
            has_printed: holds(&self.shop, "SELECT 1 FROM issue WHERE printed > 0 LIMIT 1")?,
            day_ends_at: settings.day_ends_at,
            without_a_secret: self
                .operators
                .values()
                .filter(|operator| operator.active && !operator.has_a_secret())
                .count(),
            has_a_copy: self.last_backup()?.is_some(),
            has_practised: self.has_practised()?,
        })
    }

    /// Whether the school's journal holds a ticket.
    fn has_practised(&self) -> Result<bool, RegisterError> {
        const TICKET: &str = "SELECT 1 FROM ticket LIMIT 1";
        if self.mode() == Mode::Training {
            return holds(&self.shop, TICKET);
        }
        let school = self.folder.school().shop();
        if school.exists() { holds(&Shop::open(&school)?, TICKET) } else { Ok(false) }
    }
}

fn holds(shop: &Shop, sql: &str) -> Result<bool, RegisterError> {
    let found: Option<i64> = shop.reading().query_row(sql, [], |row| row.get(0)).optional().map_err(ShopError::from)?;
    Ok(found.is_some())
}
