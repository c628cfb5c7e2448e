//! Who sells, and where: as the journal has it. What may become another becomes so by an event; the rest stays for good.

use comptoir_core::register::{Command, SettingsChange};
use comptoir_fiscal::entry::Genesis;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::{Facts, kept};
use crate::till::Till;

/// What a person does with it.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Typed into a field, by its place.
    Typed(usize, String),
    /// Keeps what was typed.
    Keep,
}

/// What may become another: the merchant's name, address, VAT number and activity, the store's name and address, and
/// until when after midnight a business day goes on.
pub(crate) const FIELDS: usize = 7;

/// What is typed of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shop {
    pub(crate) typed: [String; FIELDS],
}

impl Shop {
    pub(super) fn of(facts: &Facts) -> Shop {
        Shop { typed: fields(&facts.settings) }
    }

    /// Whether something of it is another than what is in force.
    pub(crate) fn changes(&self, settings: &Genesis) -> bool {
        let now = fields(settings);
        self.typed.iter().zip(&now).any(|(typed, now)| typed.trim() != now)
    }

    fn change(&self, settings: &Genesis) -> Result<SettingsChange, Message> {
        let [name, address, vat_number, naf, store, store_address, day_ends_at] =
            self.typed.each_ref().map(|text| text.trim().to_owned());
        if [&name, &address, &store, &store_address].into_iter().any(String::is_empty) {
            return Err(message!("Names and addresses print on every ticket: leave none of them empty."));
        }
        let Ok(day_ends_at) = day_ends_at.parse() else {
            return Err(message!("“{typed}” is no time of day. Type it as in 05:00.", typed = day_ends_at));
        };
        let mut merchant = settings.merchant.clone();
        (merchant.name, merchant.address, merchant.vat_number, merchant.naf) = (name, address, vat_number, naf);
        let mut own = settings.store.clone();
        (own.name, own.address) = (store, store_address);
        Ok(SettingsChange { merchant: Some(merchant), store: Some(own), day_ends_at: Some(day_ends_at) })
    }
}

fn fields(settings: &Genesis) -> [String; FIELDS] {
    let (merchant, store) = (&settings.merchant, &settings.store);
    [
        merchant.name.clone(),
        merchant.address.clone(),
        merchant.vat_number.clone(),
        merchant.naf.clone(),
        store.name.clone(),
        store.address.clone(),
        settings.day_ends_at.to_string(),
    ]
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let room = &mut till.settings;
    match edit {
        Edit::Typed(place, text) => {
            if let Some(field) = room.shop.typed.get_mut(place) {
                *field = text;
            }
        }
        Edit::Keep => {
            let Some(facts) = &room.facts else { return };
            let change = match room.shop.change(&facts.settings) {
                Ok(change) => change,
                Err(message) => return till.refuse_for(message),
            };
            room.busy = true;
            till.command(None, Command::ChangeSettings(Box::new(change)), |till, outcome| {
                kept(till, outcome.map(drop), message!("The shop is as you typed it, and the journal says so."));
            });
        }
    }
}
