//! An article that is being added or changed, until it is kept.

use comptoir_core::catalogue::{Catalogue as Stored, Product, RecordId, Unit, VatByMode};
use comptoir_fiscal::entry::{Nature, SaleMode};
use comptoir_fiscal::language::{Language, Message};
use comptoir_fiscal::message;
use comptoir_fiscal::values::Rate;

use super::portrait::Portrait;
use super::{change, without};
use crate::figures;
use crate::sale::asking::RATES;
use crate::till::Till;

/// The ways of selling that may have a price and a rate of their own.
pub(crate) const MODES: [SaleMode; 4] = SaleMode::ALL;

/// The units, in the order in which they are offered.
pub(crate) const UNITS: [Unit; 5] = [Unit::Piece, Unit::Kilogram, Unit::Litre, Unit::Metre, Unit::Hour];

/// What a person does with the article.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Looks at another page of it.
    Page(Page),
    /// Typed what prints.
    Label(String),
    /// Typed its price.
    Price(String),
    /// Has its price typed at each sale, or not.
    Open(bool),
    /// Chose what its quantity counts.
    Unit(usize),
    /// Chose its rate by its place among those that are offered.
    Rate(usize),
    /// Typed the article of law behind a rate of 0.
    Exempt(String),
    /// Chose its category.
    Category(usize),
    /// Typed its price for a way of selling.
    ModePrice(usize, String),
    /// Chose its rate for a way of selling; the first is the usual one.
    ModeRate(usize, usize),
    /// Typed its code.
    Code(String),
    /// Typed a barcode.
    Barcode(String),
    /// Puts the typed barcode on it.
    AddBarcode,
    /// Takes a barcode off.
    NoBarcode(usize),
    /// Typed its maker's reference.
    Reference(String),
    /// Typed what its wrapping weighs.
    Tare(String),
    /// Whether meal vouchers pay for it.
    Meal(bool),
    /// Whether it is a service.
    Service(bool),
    /// Whether it is a deposit.
    Deposit(bool),
    /// Whether it is sold.
    OnSale(bool),
    /// Takes it out of the catalogue.
    Remove,
}

/// A page of the article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Page {
    #[default]
    Article,
    Ways,
    Codes,
    /// A file is chosen for its picture.
    Picture,
}

/// An article as it is to be.
#[derive(Clone, Debug)]
pub struct Article {
    pub(crate) is_new: bool,
    pub(crate) page: Page,
    /// All of it that is not typed.
    pub(crate) product: Product,
    pub(crate) is_open: bool,
    pub(crate) price: String,
    pub(crate) exempt: String,
    /// The prices of the ways of selling, in the order of [`MODES`].
    pub(crate) prices: [String; 4],
    pub(crate) barcode: String,
    pub(crate) reference: String,
    pub(crate) tare: String,
    /// The rates that are offered.
    pub(crate) rates: Vec<Rate>,
    /// What it is to look like.
    pub(crate) portrait: Portrait,
}

impl Article {
    /// One that there is.
    pub(crate) fn of(product: &Product, language: Language) -> Article {
        let own = product.vat.by_mode.values().chain([&product.vat.base]);
        let mut rates: Vec<Rate> = RATES.into_iter().chain([0]).filter_map(Rate::from_basis_points).collect();
        for rate in own {
            if !rates.contains(rate) {
                rates.push(*rate);
            }
        }
        Article {
            is_new: false,
            page: Page::Article,
            is_open: product.price.is_none(),
            price: product.price.map(|price| figures::typed(price, language)).unwrap_or_default(),
            exempt: product.vat.exempt.clone().unwrap_or_default(),
            prices: MODES.map(|mode| {
                product.price_by_mode.get(&mode).map(|price| figures::typed(*price, language)).unwrap_or_default()
            }),
            barcode: String::new(),
            reference: product.reference.clone().unwrap_or_default(),
            tare: product.tare.map(|tare| figures::typed_thousandths(tare, language)).unwrap_or_default(),
            rates,
            portrait: Portrait::default(),
            product: product.clone(),
        }
    }

    /// A new one, under the first code that nothing has, in the first category.
    pub(crate) fn new(stored: &Stored, language: Language) -> Article {
        let is_free = |code: &String| stored.product(code).is_none() && stored.menu(code).is_none();
        let from = stored.products().len() + 1;
        let code = (from..).map(|number| format!("ART-{number:05}")).find(is_free).unwrap_or_default();
        let category = stored.categories().first().map(|category| category.id.clone()).unwrap_or_default();
        let vat = VatByMode::new(Rate::from_basis_points(RATES[0]).unwrap_or(Rate::ZERO));
        Article { is_new: true, is_open: false, ..Article::of(&Product::new(code, "", category, vat), language) }
    }

    /// Takes in what was touched or typed.
    pub(super) fn take(&mut self, edit: Edit, stored: &Stored) {
        let product = &mut self.product;
        match edit {
            Edit::Page(page) => self.page = page,
            Edit::Label(text) => product.label = text,
            Edit::Price(text) => self.price = text,
            Edit::Open(open) => self.is_open = open,
            Edit::Unit(place) => product.unit = UNITS.get(place).copied().unwrap_or_default(),
            Edit::Rate(place) => product.vat.base = self.rates.get(place).copied().unwrap_or(product.vat.base),
            Edit::Exempt(text) => self.exempt = text,
            Edit::Category(place) => {
                if let Some(category) = stored.categories().get(place) {
                    product.category = category.id.clone();
                }
            }
            Edit::ModePrice(place, text) => {
                if let Some(price) = self.prices.get_mut(place) {
                    *price = text;
                }
            }
            Edit::ModeRate(place, rate) => {
                let Some(mode) = MODES.get(place) else { return };
                match rate.checked_sub(1).and_then(|rate| self.rates.get(rate)) {
                    Some(rate) => drop(product.vat.by_mode.insert(*mode, *rate)),
                    None => drop(product.vat.by_mode.remove(mode)),
                }
            }
            Edit::Code(text) if self.is_new => product.sku = text,
            Edit::Barcode(text) => self.barcode = text,
            Edit::AddBarcode => {
                let code = std::mem::take(&mut self.barcode);
                self.take_barcode(&code);
            }
            Edit::NoBarcode(place) => {
                if place < product.barcodes.len() {
                    product.barcodes.remove(place);
                }
            }
            Edit::Reference(text) => self.reference = text,
            Edit::Tare(text) => self.tare = text,
            Edit::Meal(meal) => product.meal_voucher = meal,
            Edit::Service(service) => product.nature = if service { Nature::Service } else { Nature::Goods },
            Edit::Deposit(deposit) => product.deposit = deposit,
            Edit::OnSale(on_sale) => product.archived = !on_sale,
            Edit::Code(_) | Edit::Remove => {}
        }
    }

    /// Takes a code that was scanned; what its letters left in a field is taken back.
    pub(super) fn scan(&mut self, code: &str) {
        let product = &mut self.product;
        let mut fields = vec![
            &mut product.label,
            &mut self.price,
            &mut self.exempt,
            &mut self.barcode,
            &mut self.reference,
            &mut self.tare,
        ];
        if self.is_new {
            fields.push(&mut product.sku);
        }
        for field in fields.into_iter().chain(&mut self.prices) {
            if let Some(kept) = field.strip_suffix(code) {
                *field = kept.to_owned();
            }
        }
        self.take_barcode(code);
    }

    /// Puts a barcode on it, once.
    fn take_barcode(&mut self, code: &str) {
        let code = code.trim();
        if !code.is_empty() && !self.product.barcodes.iter().any(|known| known == code) {
            self.product.barcodes.push(code.to_owned());
        }
    }

    /// Whether a rate of 0 is among its rates, which needs its article of law.
    pub(crate) fn needs_exempt(&self) -> bool {
        self.product.vat.by_mode.values().chain([&self.product.vat.base]).any(|rate| *rate == Rate::ZERO)
    }

    /// The article as it is now, or what is wrong with what was typed.
    pub(super) fn product(&self, stored: &Stored) -> Result<Product, Message> {
        let mut product = self.product.clone();
        product.label = product.label.trim().to_owned();
        product.sku = product.sku.trim().to_owned();
        if product.label.is_empty() {
            return Err(message!("Give the article a name: it prints on the ticket."));
        }
        if self.is_new && (stored.product(&product.sku).is_some() || stored.menu(&product.sku).is_some()) {
            return Err(message!("The code {code} is another article’s. Type another code.", code = product.sku));
        }
        product.price = match (self.is_open, figures::cents(&self.price)) {
            (true, _) => None,
            (false, Some(price)) => Some(price),
            (false, None) => {
                return Err(message!("Type the price, as in 2.50; or let it be typed at each sale."));
            }
        };
        product.price_by_mode.clear();
        for (mode, typed) in MODES.into_iter().zip(&self.prices).filter(|(_, typed)| !typed.trim().is_empty()) {
            let Some(price) = figures::cents(typed) else {
                return Err(message!("“{typed}” is no price. Type it as in 2.50, or nothing.", typed = typed.as_str()));
            };
            product.price_by_mode.insert(mode, price);
        }
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        product.vat.exempt = filled(&self.exempt).filter(|_| self.needs_exempt());
        product.reference = filled(&self.reference);
        product.tare = match filled(&self.tare).filter(|_| product.unit != Unit::Piece) {
            None => None,
            Some(typed) => match figures::thousandths(&typed) {
                Some(tare) => Some(tare).filter(|tare| *tare > 0),
                None => {
                    return Err(message!("“{typed}” is no weight. Type it as in 0.012, or nothing.", typed = typed));
                }
            },
        };
        Ok(product)
    }
}

/// Takes the open article out of the catalogue; what was ever sold is kept, and sold no longer.
pub(super) fn remove(till: &mut Till) {
    let Some(article) = till.catalogue.article.as_ref().filter(|article| !article.is_new) else { return };
    let sku = article.product.sku.clone();
    let said = message!("“{label}” is no longer sold.", label = article.product.label.as_str());
    change(till, without(RecordId::Product(sku)), said);
}
