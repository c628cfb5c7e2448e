//! Price lists: other prices in some stores, for some ways of selling, from one date to another.
//!
//! Lists stand in an order, and a later one goes before an earlier one. What holds in a store on a date is worked out
//! once, so that a sale only looks up a price.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::{Cents, Date, Rate};
use serde::{Deserialize, Serialize};

use super::{Catalogue, VatByMode};

/// Why a shop in the franchise en base takes no VAT.
pub const FRANCHISE: &str = "CGI art. 293 B";

/// Prices that go before those of products and menus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    /// Its code.
    pub id: String,
    /// What the screen says.
    pub label: String,
    /// The ids of the stores where it holds; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<String>,
    /// For which ways of selling; for all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<SaleMode>,
    /// The first business date on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The price of one unit or menu by code, tax included.
    pub prices: BTreeMap<String, Cents>,
    /// No longer used.
    #[serde(default)]
    pub archived: bool,
}

impl PriceList {
    /// Whether it holds in a store on a business date.
    pub fn holds(&self, store: &str, on: Date) -> bool {
        !self.archived
            && (self.stores.is_empty() || self.stores.iter().any(|known| known == store))
            && self.from.is_none_or(|from| from <= on)
            && self.until.is_none_or(|until| on <= until)
    }

    /// Puts its price in place of those that were there.
    fn reprice(&self, price: Cents, base: &mut Cents, by_mode: &mut BTreeMap<SaleMode, Cents>) {
        if self.modes.is_empty() {
            *base = price;
            by_mode.clear();
        } else {
            by_mode.extend(self.modes.iter().map(|mode| (*mode, price)));
        }
    }
}

/// Where and when something is sold, as far as it sets prices and rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selling<'a> {
    /// The id of the store.
    pub store: &'a str,
    /// The business date.
    pub on: Date,
    /// Whether the shop takes no VAT (franchise en base, CGI art. 293 B).
    pub franchise: bool,
}

impl Catalogue {
    /// The catalogue with the prices and rates that hold there and then; itself where nothing changes them.
    pub fn priced(self: &Arc<Catalogue>, selling: Selling<'_>) -> Arc<Catalogue> {
        let lists: Vec<&PriceList> =
            self.price_lists.iter().filter(|list| list.holds(selling.store, selling.on)).collect();
        if lists.is_empty() && !selling.franchise {
            return self.clone();
        }
        let mut priced = Catalogue::clone(self);
        for list in lists {
            for (sku, price) in &list.prices {
                if let Some(product) = at(&self.product_by_sku, sku).and_then(|at| priced.products.get_mut(at)) {
                    if let Some(base) = &mut product.price {
                        list.reprice(*price, base, &mut product.price_by_mode);
                    }
                } else if let Some(menu) = at(&self.menu_by_sku, sku).and_then(|at| priced.menus.get_mut(at)) {
                    list.reprice(*price, &mut menu.price, &mut menu.price_by_mode);
                }
            }
        }
        if selling.franchise {
            for product in &mut priced.products {
                product.vat = without_vat(&product.vat);
            }
        }
        Arc::new(priced)
    }
}

/// The VAT of what a shop in the franchise en base sells: none, by that article, or by the one that exempts it anyway.
pub fn without_vat(vat: &VatByMode) -> VatByMode {
    let own = vat.exempt.clone().filter(|_| vat.by_mode.is_empty() && vat.base == Rate::ZERO);
    VatByMode::exempt(own.unwrap_or_else(|| FRANCHISE.to_owned()))
}

fn at(places: &HashMap<String, usize>, sku: &str) -> Option<usize> {
    places.get(sku).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::{menu, product, rate};
    use crate::catalogue::{Category, Parts};

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn list(id: &str, prices: &[(&str, i64)]) -> PriceList {
        PriceList {
            id: id.to_owned(),
            label: format!("Tarif {id}"),
            stores: vec![],
            modes: vec![],
            from: None,
            until: None,
            prices: prices.iter().map(|(sku, price)| ((*sku).to_owned(), Cents::new(*price))).collect(),
            archived: false,
        }
    }

    fn catalogue(price_lists: Vec<PriceList>) -> Arc<Catalogue> {
        let categories = vec![Category { id: "tout".into(), label: "Tout".into(), color: None }];
        let products = vec![product("A", 300, 1000), product("B", 500, 2000)];
        let menus = vec![menu("M", 700, &[("A", 1), ("B", 1)])];
        let parts = Parts { categories, products, menus, price_lists, ..Parts::default() };
        Arc::new(Catalogue::of(parts).unwrap())
    }

    fn price(catalogue: &Arc<Catalogue>, store: &str, on: &str, sku: &str, mode: Option<SaleMode>) -> i64 {
        let priced = catalogue.priced(Selling { store, on: date(on), franchise: false });
        let of_menu = || priced.menu(sku).map(|menu| menu.price_in(mode));
        priced.product(sku).map_or_else(of_menu, |product| product.price_in(mode)).unwrap().get()
    }

    #[test]
    fn a_list_holds_in_its_stores_between_its_dates_and_for_its_ways_of_selling() {
        let market = PriceList {
            stores: vec!["marché".into()],
            modes: vec![SaleMode::Takeaway],
            from: Some(date("2026-12-01")),
            until: Some(date("2026-12-24")),
            ..list("noël", &[("A", 250), ("M", 600)])
        };
        let catalogue = catalogue(vec![market]);
        let takeaway = Some(SaleMode::Takeaway);
        for (store, on, mode, a, m) in [
            ("marché", "2026-12-01", takeaway, 250, 600),
            ("marché", "2026-12-24", takeaway, 250, 600),
            ("marché", "2026-12-25", takeaway, 300, 700),
            ("marché", "2026-11-30", takeaway, 300, 700),
            ("marché", "2026-12-10", Some(SaleMode::EatIn), 300, 700),
            ("marché", "2026-12-10", None, 300, 700),
            ("ville", "2026-12-10", takeaway, 300, 700),
        ] {
            assert_eq!(price(&catalogue, store, on, "A", mode), a, "{store} {on} {mode:?}");
            assert_eq!(price(&catalogue, store, on, "M", mode), m, "{store} {on} {mode:?}");
        }
    }

    #[test]
    fn a_later_list_goes_before_an_earlier_one() {
        let takeaway = PriceList { modes: vec![SaleMode::Takeaway], ..list("emporter", &[("A", 270)]) };
        let everywhere = list("promo", &[("A", 200)]);
        let both = catalogue(vec![takeaway.clone(), everywhere.clone()]);
        assert_eq!(price(&both, "1", "2026-12-01", "A", Some(SaleMode::Takeaway)), 200);
        let turned = catalogue(vec![everywhere, takeaway]);
        assert_eq!(price(&turned, "1", "2026-12-01", "A", Some(SaleMode::Takeaway)), 270);
        assert_eq!(price(&turned, "1", "2026-12-01", "A", None), 200);
        assert_eq!(price(&turned, "1", "2026-12-01", "B", None), 500);
    }

    #[test]
    fn nothing_is_copied_where_no_list_holds() {
        let archived = PriceList { archived: true, ..list("vieux", &[("A", 1)]) };
        let catalogue = catalogue(vec![archived]);
        let priced = catalogue.priced(Selling { store: "1", on: date("2026-12-01"), franchise: false });
        assert!(Arc::ptr_eq(&catalogue, &priced));
    }

    #[test]
    fn a_shop_in_the_franchise_takes_no_vat_and_names_the_article() {
        let priced = catalogue(vec![]).priced(Selling { store: "1", on: date("2026-12-01"), franchise: true });
        let vat = &priced.product("B").unwrap().vat;
        assert_eq!((vat.rate(Some(SaleMode::EatIn)), vat.article(None)), (Rate::ZERO, Some(FRANCHISE)));
        let exempt = VatByMode::exempt("CGI art. 261 C 3°");
        assert_eq!(without_vat(&exempt), exempt);
        assert_eq!(without_vat(&VatByMode::new(rate(2000))), VatByMode::exempt(FRANCHISE));
    }
}
