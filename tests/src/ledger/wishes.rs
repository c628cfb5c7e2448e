//! What customers ask for: drawn into a basket, and into the books beside it.

use comptoir_core::basket::{Basket, FreeAmount, Reduction};
use comptoir_core::catalogue::{Catalogue, VatByMode};
use comptoir_fiscal::entry::{Channel, Nature, SaleMode};
use comptoir_fiscal::values::Rate;

use super::cart::{Cart, Off, What, Wish};
use super::draw::Draw;
use super::shop::{GOODS, MENUS, cents, good_of, quantity};

const MODES: [Option<SaleMode>; 5] =
    [None, Some(SaleMode::EatIn), Some(SaleMode::Takeaway), Some(SaleMode::Delivery), Some(SaleMode::Counter)];

/// A basket of this and that, and the same for the books. Whether money off is taken is the same for both.
pub(super) fn cart(draw: &mut Draw, catalogue: &Catalogue, at_the_counter: bool) -> (Basket, Cart) {
    let mode = *draw.of(&MODES).unwrap();
    let channels = [Channel::Counter, Channel::Market, Channel::Web, Channel::Phone];
    let mut basket = Basket::new(mode, *draw.of(&channels).unwrap());
    let mut cart = Cart { mode, ..Cart::default() };
    for _ in 0..=draw.below(4) {
        add(draw, catalogue, at_the_counter, &mut basket, &mut cart);
    }
    if draw.one_in(4) {
        let off = off(draw, false);
        let mut with = cart.clone();
        with.offs.push(off);
        let taken = basket.discount_ticket("Geste", reduction(off)).is_ok();
        assert_eq!(taken, with.bill().is_some(), "{with:?}");
        if taken {
            cart = with;
        }
    }
    (basket, cart)
}

/// One thing more, perhaps with money off.
pub(super) fn add(draw: &mut Draw, catalogue: &Catalogue, at_the_counter: bool, basket: &mut Basket, cart: &mut Cart) {
    let product = |sku: &str| catalogue.product(sku).unwrap();
    let pieces: Vec<_> = GOODS.iter().filter(|good| good.unit == "pce" && good.price.is_some()).collect();
    let (id, what) = match draw.below(11) {
        0..=3 => {
            let good = draw.of(&pieces).unwrap();
            let qty = draw.between(1, if good.sku == "LUSTRE" { 1 } else { 5 }) * 1000;
            let id = basket.add(product(good.sku), quantity(qty), None).unwrap();
            (id, What::Good { sku: good.sku, qty, price: good.price.unwrap(), unit: "pce" })
        }
        4 | 5 => {
            let good = good_of(draw.of(&["POMME", "FROMAGE"]).unwrap());
            let (gross, typed) = (draw.between(1, 3000), draw.one_in(2).then(|| draw.between(0, 30)));
            let tare = typed.unwrap_or(good.tare);
            let typed = typed.map(|tare| i64::try_from(tare).unwrap());
            let added = basket.add_weighed(product(good.sku), quantity(gross), typed, None);
            assert_eq!(added.is_ok(), gross > tare);
            let Ok(id) = added else { return };
            (id, What::Good { sku: good.sku, qty: gross - tare, price: good.price.unwrap(), unit: "kg" })
        }
        6 => {
            let price = draw.between(0, 5000);
            let id = basket.add(product("DIVERS"), quantity(1000), Some(cents(price))).unwrap();
            (id, What::Good { sku: "DIVERS", qty: 1000, price, unit: "pce" })
        }
        7 => {
            let (rate, amount) = (*draw.of(&[210, 550, 1000, 2000]).unwrap(), draw.between(1, 9000));
            let vat = Rate::from_basis_points(u16::try_from(rate).unwrap()).unwrap();
            let vat = VatByMode::new(vat);
            let (label, nature) = ("Exemple".to_owned(), Nature::Service);
            let free = FreeAmount { label, category: None, amount: cents(amount), vat, nature, meal_voucher: false };
            (basket.add_free_amount(free).unwrap(), What::Free { rate, amount })
        }
        8 => {
            let set = draw.of(&MENUS).unwrap();
            let count = draw.between(1, 4);
            let menu = catalogue.menus().iter().find(|menu| menu.sku == set.sku).unwrap();
            let id = basket.add_menu(menu, catalogue, u32::try_from(count).unwrap()).unwrap();
            (id, What::Menu { sku: set.sku, count })
        }
        9 => {
            let price = draw.between(1, 4000);
            let id = basket.add_priced(product("FROMAGE"), cents(price)).unwrap();
            (id, What::Good { sku: "FROMAGE", qty: 1000, price, unit: "pce" })
        }
        _ if at_the_counter && draw.one_in(2) => {
            let qty = draw.between(1, 6) * 1000;
            basket.return_deposit(product("CONSIGNE"), quantity(qty)).unwrap();
            let what = What::Good { sku: "CONSIGNE", qty: -qty, price: 100, unit: "pce" };
            cart.wishes.push(Wish { what, offs: Vec::new() });
            return;
        }
        _ => {
            let qty = draw.between(1, 3000);
            let id = basket.add(product("STAGE"), quantity(qty), None).unwrap();
            (id, What::Good { sku: "STAGE", qty, price: 4500, unit: "h" })
        }
    };
    let mut wish = Wish { what, offs: Vec::new() };
    while draw.one_in(4) {
        let off = off(draw, true);
        let mut with = wish.clone();
        with.offs.push(off);
        let alone = Cart { wishes: vec![with.clone()], mode: cart.mode, offs: Vec::new() };
        let mut all = cart.clone();
        all.wishes.push(with.clone());
        let taken = basket.discount_item(id, "Remise", reduction(off)).is_ok();
        assert_eq!(taken, alone.bill().is_some() && all.bill().is_some(), "{with:?}");
        if taken {
            wish = with;
        }
    }
    cart.wishes.push(wish);
}

fn off(draw: &mut Draw, of_an_item: bool) -> Off {
    match draw.below(if of_an_item { 3 } else { 2 }) {
        0 => {
            let most = if draw.one_in(10) { 10_000 } else { 3000 };
            Off::Percent(draw.between(1, most))
        }
        1 => Off::Amount(draw.between(1, 900)),
        _ => Off::ToPrice(draw.between(0, 500)),
    }
}

fn reduction(off: Off) -> Reduction {
    match off {
        Off::Percent(points) => Reduction::Percent(u16::try_from(points).unwrap()),
        Off::Amount(amount) => Reduction::Amount(cents(amount)),
        Off::ToPrice(price) => Reduction::ToPrice(cents(price)),
    }
}
