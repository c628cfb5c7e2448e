//! What the till asks about an article before it goes onto the ticket: which one of a family, how it is wanted, what a
//! guest chose, how much of it, at what price.

use comptoir_core::basket::FreeAmount;
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

/// Asks what a held tile, or one that must be asked about, leaves open.
pub(crate) fn about(till: &mut Till, place: usize) {
    let Some(shown) = till.sale.shelf.shown().get(place).copied() else { return };
    let catalogue = till.sale.catalogue.clone();
    match shown {
        Shown::Product(at) => {
            if let Some(product) = catalogue.products().get(at) {
                about_product(till, product);
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
            Asking::Weight { typed, .. } | Asking::Price { typed, .. } | Asking::Free { typed, .. } => Some(typed),
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
    let catalogue = till.sale.catalogue.clone();
    let times = std::mem::replace(&mut till.sale.times, 1);
    match &asking {
        Asking::Variant { .. } => return,
        Asking::Modifiers { sku, chosen } => {
            let Some(product) = catalogue.product(sku) else { return };
            let asked = asked(product, chosen, &catalogue);
            added(till, |basket| basket.add_asked(product, pieces(times), None, &catalogue, &asked));
        }
        Asking::Courses { sku, chosen } => {
            let Some(menu) = catalogue.menu(sku) else { return };
            let picked = picked(menu, chosen);
            added(till, |basket| basket.add_menu_of(menu, &catalogue, times, &picked));
        }
        Asking::Weight { sku, typed, tare } => {
            let Some(product) = catalogue.product(sku) else { return };
            let gross = Quantity::thousandths(*typed);
            let tare = if *tare { None } else { Some(0) };
            added(till, |basket| basket.add_weighed(product, gross, tare, None));
        }
        Asking::Price { sku, typed } => {
            let Some(product) = catalogue.product(sku) else { return };
            let price = Some(Cents::new(*typed));
            let asked = [];
            added(till, |basket| basket.add_asked(product, pieces(times), price, &catalogue, &asked));
        }
        Asking::Free { typed, rate } => {
            let vat = vat_of(till, *rate);
            let label = till.say(&comptoir_fiscal::message!("Sundries"));
            let amount = Cents::new(*typed);
            let free = FreeAmount { label, category: None, amount, vat, nature: Nature::Goods, meal_voucher: false };
            added(till, |basket| basket.add_free_amount(free));
        }
    }
    // What was refused stays open, so that it can be put right.
    if till.toast.is_none() {
        till.sale.asking = None;
    }
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
