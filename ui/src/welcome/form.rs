//! What is asked of whoever opens a shop, checked field by field, and the founding that it comes to.

use chrono::NaiveTime;
use comptoir_core::catalogue::Catalogue;
use comptoir_core::identity::{IdentityError, Naf, Siret, VatNumber, words};
use comptoir_core::operators::{Operator, Role};
use comptoir_core::register::Founding;
use comptoir_core::secret::Kept;
use comptoir_core::terms::Rules;
use comptoir_fiscal::entry::{Merchant, Mode, Store};
use comptoir_fiscal::values::{DayEnd, FiscalYearStart};

use super::Step;

/// What the clocks of a shop in metropolitan France show.
const TIME_ZONE: &str = "Europe/Paris";
/// What the first till of a shop is called on its tickets.
const FIRST_TILL: &str = "01";
/// The id of whoever opens the shop.
const FIRST_OWNER: &str = "op-1";
/// A day that ends later than this would end in the next one's sales.
const LATEST: u32 = 12;

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Entry {
    Name,
    Siret,
    Naf,
    Shop,
    Address,
    VatNumber,
    Owner,
}

impl Entry {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Entry; 7] =
        [Entry::Name, Entry::Siret, Entry::Naf, Entry::Shop, Entry::Address, Entry::VatNumber, Entry::Owner];

    fn step(self) -> Step {
        match self {
            Entry::Name | Entry::Siret | Entry::Naf => Step::Business,
            Entry::Shop | Entry::Address => Step::Shop,
            Entry::VatNumber => Step::Vat,
            Entry::Owner => Step::Owner,
        }
    }
}

/// What was typed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    texts: [String; Entry::ALL.len()],
    /// Whether the shop takes no VAT (franchise en base, CGI art. 293 B).
    pub(crate) franchise: bool,
    /// The hour at which a business day ends.
    hour: u32,
    /// The month in which the fiscal year begins.
    month: u32,
    /// The owner's PIN, once it was typed twice.
    pub(crate) pin: Option<Kept>,
}

impl Default for Form {
    fn default() -> Form {
        Form { texts: Default::default(), franchise: false, hour: 5, month: 1, pin: None }
    }
}

impl Form {
    /// What was typed into a field.
    pub fn text(&self, entry: Entry) -> &str {
        &self.texts[entry as usize]
    }

    /// Takes in what was typed into a field.
    pub(crate) fn set(&mut self, entry: Entry, text: String) {
        self.texts[entry as usize] = text;
    }

    /// Lets the business day end so many hours later; a negative number, earlier.
    pub(crate) fn later(&mut self, hours: i32) {
        self.hour = self.hour.saturating_add_signed(hours).min(LATEST);
    }

    /// Lets the fiscal year begin so many months later; December is followed by January.
    pub(crate) fn another_month(&mut self, more: i32) {
        self.month = (self.month + 11).saturating_add_signed(more) % 12 + 1;
    }

    /// When a business day ends.
    pub fn day_ends_at(&self) -> DayEnd {
        DayEnd(NaiveTime::from_hms_opt(self.hour, 0, 0).unwrap_or(NaiveTime::MIN))
    }

    /// When the fiscal year begins.
    pub fn fiscal_year_starts(&self) -> FiscalYearStart {
        format!("{:02}-01", self.month).parse().unwrap_or(FiscalYearStart::JANUARY)
    }

    /// What is wrong with a field.
    pub fn wrong(&self, entry: Entry) -> Option<IdentityError> {
        let text = self.text(entry);
        match entry {
            Entry::Name | Entry::Address | Entry::Owner => words(text).err(),
            Entry::Shop => words(self.shop()).err(),
            Entry::Siret => Siret::read(text).err(),
            Entry::Naf => Naf::read(text).err(),
            Entry::VatNumber if self.franchise => None,
            Entry::VatNumber => {
                // Where the SIRET is wrong, that is what there is to say.
                let siret = Siret::read(self.text(Entry::Siret)).ok()?;
                VatNumber::read(text, &siret).err()
            }
        }
    }

    /// Whether a step can be left.
    pub(crate) fn is_right(&self, step: Step) -> bool {
        let fields = Entry::ALL.into_iter().filter(|entry| entry.step() == step);
        let is_right = fields.into_iter().all(|entry| self.wrong(entry).is_none());
        is_right && (step != Step::Owner || self.pin.is_some())
    }

    /// Fills in, as a step is come to, what follows from what is known: the VAT number of the business.
    pub(crate) fn complete(&mut self, step: Step) {
        if step == Step::Vat
            && self.text(Entry::VatNumber).is_empty()
            && let Ok(siret) = Siret::read(self.text(Entry::Siret))
        {
            self.set(Entry::VatNumber, siret.vat_number().as_str().to_owned());
        }
    }

    /// What customers call the shop: the name of the business, where it has no other.
    pub fn shop(&self) -> &str {
        let own = self.text(Entry::Shop);
        if own.trim().is_empty() { self.text(Entry::Name) } else { own }
    }

    /// The shop as it is founded; or the first step where something is wrong.
    pub fn founding(&self) -> Result<Founding, Step> {
        let word = |entry: Entry| words(self.text(entry)).map_err(|_| entry.step());
        let siret = Siret::read(self.text(Entry::Siret)).map_err(|_| Step::Business)?;
        let naf = Naf::read(self.text(Entry::Naf)).map_err(|_| Step::Business)?;
        let name = word(Entry::Name)?;
        let (shop, address) = (words(self.shop()).map_err(|_| Step::Shop)?, word(Entry::Address)?);
        let vat_number = match self.franchise {
            true => String::new(),
            false => {
                let number = VatNumber::read(self.text(Entry::VatNumber), &siret).map_err(|_| Step::Vat)?;
                number.as_str().to_owned()
            }
        };
        let pin = self.pin.clone().ok_or(Step::Owner)?;
        let owner = Operator { pin: Some(pin), ..Operator::new(FIRST_OWNER, word(Entry::Owner)?, Role::Owner) };
        // The last digits of a SIRET tell the establishments of a business apart.
        let id = siret.as_str()[siret.siren().len()..].to_owned();
        Ok(Founding {
            merchant: Merchant {
                address: address.clone(),
                naf: naf.as_str().to_owned(),
                name,
                siret: siret.as_str().to_owned(),
                vat_number,
            },
            store: Store { address, id, name: shop },
            label: FIRST_TILL.to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            mode: Mode::Live,
            day_ends_at: self.day_ends_at(),
            fiscal_year_starts: self.fiscal_year_starts(),
            catalogue: Catalogue::default(),
            operators: vec![owner],
            rules: Rules::default(),
        })
    }
}
