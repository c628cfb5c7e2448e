//! What the till asks about an article before it goes onto the ticket: which one of a family, how it is wanted, what a
//! guest chose, how much of it, at what price.

use comptoir_core::basket::{Basket, BasketError, FreeAmount, ItemId};
use comptoir_core::catalogue::{Asked, Menu, Product, Unit, VatByMode};
use comptoir_fiscal::entry::Nature;
use comptoir_fiscal::values::{Cents, Quantity, Rate};

use super::tiles::Shown;
use super::{added, pieces, put};
use crate::till::Till;

/// Something asked, until it is answered or put away.
#[derive(Clone, Debug, PartialEq)]
pub enum Asking {
    /// Which one of a family.
    Variant {
        /// The family's id.
        family: String,
    },
    /// How a product is wanted: of each group of modifiers, which are chosen.
    Modifiers {
        /// The product's code.
        sku: String,
        /// By group and modifier.
        chosen: Vec<Vec<bool>>,
    },
    /// What a guest chose of a menu, course by course.
    Courses {
        /// The menu's code.
        sku: String,
        /// Of each course, the place of the choice.
        chosen: Vec<Option<usize>>,
    },
    /// How much of a product: its weight in thousandths of the unit, typed or read off the scale.
    Weight {
        /// The product's code.
        sku: String,
        /// What was typed.
        typed: i64,
        /// Whether the wrapping is weighed with it.
        tare: bool,
    },
    /// How many of a product, whose whole name is shown.
    Count {
        /// The product's code.
        sku: String,
        /// What was typed; one where nothing was.
        typed: i64,
    },
    /// At what price a product is sold that has none.
    Price {
        /// The product's code.
        sku: String,
        /// What was typed, in cents.
        typed: i64,
    },
    /// An amount by its VAT rate alone.
    Free {
        /// What was typed, in cents.
        typed: i64,
        /// Which of [`RATES`].
        rate: usize,
    },
}

/// What a person answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Chose an option of a group, by their places.
    Option(usize, usize),
    /// Typed digits.
    Digits(String),
    /// Took the last digit back.
    Back,
    /// Typed everything away.
    Clear,
    /// Weighs with or without the wrapping.
    Tare(bool),
    /// Done.
    Take,
    /// Never mind.
    Close,
}

/// The rates by which a free amount is sold: those of metropolitan France (CGI art. 278 to 281 nonies).
pub const RATES: [u16; 4] = [2000, 1000, 550, 210];
/// The most that is typed.
const MOST: i64 = 99_999_999;

/// The most of one article that are asked for at once.
const MOST_PIECES: i64 = 999;

/// Asks what a held tile, or one that must be asked about, leaves open.
pub(crate) fn about(till: &mut Till, place: usize) {
    let Some(shown) = till.sale.shelf.shown().get(place).copied() else { return };
    let catalogue = till.sale.catalogue.clone();
    match shown {
        Shown::Product(at) => {
            if let Some(product) = catalogue.products().get(at) {
                till.sale.asking = Some(Asking::Count { sku: product.sku.clone(), typed: 0 });
                if opens_more(product) {
                    about_product(till, product);
                }
            }
        }
        Shown::Menu(at) => {
            if let Some(menu) = catalogue.menus().get(at) {
                let chosen = vec![None; menu.courses.len()];
                till.sale.asking = Some(Asking::Courses { sku: menu.sku.clone(), chosen });
            }
        }
        Shown::Family(at) => {
            till.sale.asking = catalogue.families().get(at).map(|family| Asking::Variant { family: family.id.clone() });
        }
    }
}

/// Whether a product leaves more open than how many.
fn opens_more(product: &Product) -> bool {
    product.unit != Unit::Piece || product.price.is_none() || !product.modifiers.is_empty()
}

/// Asks what a product leaves open; a product that leaves nothing open goes onto the ticket.
pub(crate) fn about_product(till: &mut Till, product: &Product) {
    let sku = product.sku.clone();
    let catalogue = &till.sale.catalogue;
    till.sale.asking = if product.unit != Unit::Piece {
        Some(Asking::Weight { sku, typed: 0, tare: product.tare.is_some() })
    } else if product.price.is_none() {
        Some(Asking::Price { sku, typed: 0 })
    } else if !product.modifiers.is_empty() {
        let groups = product.modifiers.iter().filter_map(|id| catalogue.modifier_group(id));
        Some(Asking::Modifiers { sku, chosen: groups.map(|group| vec![false; group.modifiers.len()]).collect() })
    } else {
        return put(till, product);
    };
}

/// Asks for an amount that no article has.
pub(crate) fn free_amount(till: &mut Till) {
    till.sale.asking = Some(Asking::Free { typed: 0, rate: 0 });
}

/// Takes an answer in.
pub(crate) fn answer(till: &mut Till, answer: Answer) {
    let Some(asking) = till.sale.asking.clone() else { return };
    match answer {
        Answer::Close => till.sale.asking = None,
        Answer::Take => take(till, asking),
        Answer::Digits(digits) => {
            if let Some(typed) = till.sale.asking.as_mut().and_then(Asking::typed) {
                for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
                    let longer = *typed * 10 + i64::from(digit);
                    *typed = if longer <= MOST { longer } else { *typed };
                }
            }
        }
        Answer::Back => {
            if let Some(typed) = till.sale.asking.as_mut().and_then(Asking::typed) {
                *typed /= 10;
            }
        }
        Answer::Clear => {
            if let Some(typed) = till.sale.asking.as_mut().and_then(Asking::typed) {
                *typed = 0;
            }
        }
        Answer::Tare(with) => {
            if let Some(Asking::Weight { tare, .. }) = &mut till.sale.asking {
                *tare = with;
            }
        }
        Answer::Option(group, option) => choose(till, asking, group, option),
    }
}

impl Asking {
    fn typed(&mut self) -> Option<&mut i64> {
        match self {
            Asking::Weight { typed, .. }
            | Asking::Count { typed, .. }
            | Asking::Price { typed, .. }
            | Asking::Free { typed, .. } => Some(typed),
            Asking::Variant { .. } | Asking::Modifiers { .. } | Asking::Courses { .. } => None,
        }
    }
}

fn choose(till: &mut Till, asking: Asking, group: usize, option: usize) {
    let catalogue = till.sale.catalogue.clone();
    match asking {
        Asking::Variant { family } => {
            if let Some(product) = catalogue.variants(&family).nth(option) {
                till.sale.asking = None;
                put(till, product);
            }
        }
        Asking::Modifiers { sku, mut chosen } => {
            let groups = catalogue.product(&sku).map(|product| product.modifiers.as_slice()).unwrap_or_default();
            let most = groups.get(group).and_then(|id| catalogue.modifier_group(id)).and_then(|group| group.at_most);
            if let Some(options) = chosen.get_mut(group) {
                let taken = options.iter().filter(|taken| **taken).count();
                let is_full = most.is_some_and(|most| taken >= usize::from(most));
                if let Some(taken) = options.get(option).copied() {
                    // Of a group that takes one, another choice replaces the first.
                    if !taken && is_full && most == Some(1) {
                        options.fill(false);
                    }
                    options[option] = !taken && (!is_full || most == Some(1));
                }
            }
            till.sale.asking = Some(Asking::Modifiers { sku, chosen });
        }
        Asking::Courses { sku, mut chosen } => {
            if let Some(choice) = chosen.get_mut(group) {
                *choice = Some(option);
            }
            till.sale.asking = Some(Asking::Courses { sku, chosen });
        }
        Asking::Free { typed, .. } if option < RATES.len() => {
            till.sale.asking = Some(Asking::Free { typed, rate: option });
        }
        other => till.sale.asking = Some(other),
    }
}

fn take(till: &mut Till, asking: Asking) {
    if let Asking::Count { sku, typed } = &asking {
        let catalogue = till.sale.catalogue.clone();
        let Some(product) = catalogue.product(sku) else { return };
        till.sale.asking = None;
        till.sale.times = times(*typed);
        return put(till, product);
    }
    let times = std::mem::replace(&mut till.sale.times, 1);
    let Some(adding) = adding(till, asking, times) else { return };
    added(till, adding);
    // What was refused stays open, so that it can be put right.
    if till.toast.is_none() {
        till.sale.asking = None;
    }
}

/// What the ticket would come to more, by what was answered so far; none where that is not enough.
pub(crate) fn worth(till: &Till) -> Option<Cents> {
    let mut trial = till.sale.basket.clone();
    let before = trial.to_pay();
    adding(till, till.sale.asking.clone()?, till.sale.times)?(&mut trial).ok()?;
    Some(trial.to_pay() - before)
}

/// How many are meant by what was typed.
fn times(typed: i64) -> u32 {
    u32::try_from(typed.clamp(1, MOST_PIECES)).unwrap_or(1)
}

/// How what was answered is put into a basket; none where one of a family is yet to be chosen.
fn adding(
    till: &Till,
    asking: Asking,
    times: u32,
) -> Option<impl FnOnce(&mut Basket) -> Result<ItemId, BasketError> + use<>> {
    let catalogue = till.sale.catalogue.clone();
    let free = match &asking {
        Asking::Variant { .. } => return None,
        Asking::Free { typed, rate } => Some(FreeAmount {
            label: till.say(&comptoir_fiscal::message!("Sundries")),
            category: None,
            amount: Cents::new(*typed),
            vat: vat_of(till, *rate),
            nature: Nature::Goods,
            meal_voucher: false,
        }),
        _ => None,
    };
    Some(move |basket: &mut Basket| {
        let product =
            |sku: &str| catalogue.product(sku).ok_or_else(|| BasketError::UnknownComponent { sku: sku.to_owned() });
        match (&asking, free) {
            (_, Some(free)) => basket.add_free_amount(free),
            (Asking::Modifiers { sku, chosen }, _) => {
                let product = product(sku)?;
                let asked = asked(product, chosen, &catalogue);
                basket.add_asked(product, pieces(times), None, &catalogue, &asked)
            }
            (Asking::Courses { sku, chosen }, _) => {
                let menu = catalogue.menu(sku).ok_or_else(|| BasketError::UnknownComponent { sku: sku.clone() })?;
                basket.add_menu_of(menu, &catalogue, times, &picked(menu, chosen))
            }
            (Asking::Weight { sku, typed, tare }, _) => {
                let tare = if *tare { None } else { Some(0) };
                basket.add_weighed(product(sku)?, Quantity::thousandths(*typed), tare, None)
            }
            (Asking::Count { sku, typed }, _) => {
                basket.add_asked(product(sku)?, pieces(self::times(*typed)), None, &catalogue, &[])
            }
            (Asking::Price { sku, typed }, _) => {
                basket.add_asked(product(sku)?, pieces(times), Some(Cents::new(*typed)), &catalogue, &[])
            }
            (Asking::Variant { .. } | Asking::Free { .. }, _) => Err(BasketError::UnknownItem),
        }
    })
}

/// The VAT of a free amount: the rate of its key, or none where the shop takes none.
fn vat_of(till: &Till, rate: usize) -> VatByMode {
    let vat = VatByMode::new(RATES.get(rate).copied().and_then(Rate::from_basis_points).unwrap_or(Rate::ZERO));
    if till.sale.takes_no_vat { comptoir_core::catalogue::without_vat(&vat) } else { vat }
}

fn asked<'a>(
    product: &'a Product,
    chosen: &[Vec<bool>],
    catalogue: &'a comptoir_core::catalogue::Catalogue,
) -> Vec<Asked<'a>> {
    let groups = product.modifiers.iter().filter_map(|id| catalogue.modifier_group(id));
    groups
        .zip(chosen)
        .flat_map(|(group, chosen)| {
            group
                .modifiers
                .iter()
                .zip(chosen)
                .filter(|(_, taken)| **taken)
                .map(|(modifier, _)| Asked { group: group.id.as_str(), modifier: modifier.id.as_str() })
        })
        .collect()
}

fn picked<'a>(menu: &'a Menu, chosen: &[Option<usize>]) -> Vec<&'a str> {
    let courses = menu.courses.iter().zip(chosen);
    courses.filter_map(|(course, place)| Some(course.choices.get((*place)?)?.component.sku.as_str())).collect()
}
