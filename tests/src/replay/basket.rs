//! From a basket of the file to one of the register's, odd lines and all.

use std::collections::BTreeMap;

use comptoir_core::basket::{Basket, FreeAmount, Reduction};
use comptoir_core::catalogue::{Catalogue, Unit, VatByMode};
use comptoir_fiscal::entry::{Channel, Nature};
use comptoir_fiscal::values::{Cents, Quantity, Rate};

use super::retail::{RetailBasket, RetailLine};

/// Fills a basket, counting what is odd about its lines. The error is why the register refuses one of them.
pub(super) fn fill(
    retail: &RetailBasket,
    catalogue: &Catalogue,
    odd: &mut BTreeMap<&'static str, usize>,
) -> Result<Basket, String> {
    let mut basket = Basket::new(None, Channel::Counter);
    for line in &retail.lines {
        add(&mut basket, line, catalogue, odd)?;
    }
    Ok(basket)
}

fn add(
    basket: &mut Basket,
    line: &RetailLine,
    catalogue: &Catalogue,
    odd: &mut BTreeMap<&'static str, usize>,
) -> Result<(), String> {
    let mut count = |what| *odd.entry(what).or_default() += 1;
    let gross = line.sales_value + line.retail_discount;
    let product = catalogue.product(&line.product);
    let by_volume = product.is_some_and(|product| product.unit == Unit::Litre);
    let quantity = match line.quantity {
        0 if gross == 0 => {
            count("quantity 0 without money: left out");
            return Ok(());
        }
        0 => {
            count("quantity 0 with money: sold as one piece");
            Quantity::ONE
        }
        thousandths if by_volume => {
            count("gasoline: sold by thousandths of its unit");
            Quantity::thousandths(thousandths)
        }
        pieces => Quantity::thousandths(pieces * 1000),
    };
    let Some(product) = product else {
        count("unknown product: sold as a free amount at 20 %");
        return free_amount(basket, line);
    };
    // Rounded up, so that what is left over is a discount and the line pays what it paid.
    let thousandths = quantity.get();
    let unit_price = (gross * 1000 + thousandths - 1) / thousandths;
    if gross * 1000 % thousandths != 0 {
        count("unit price of no whole cent: rounded up, the rest a line discount");
    }
    let id = basket.add(product, quantity, Some(Cents::new(unit_price))).map_err(|error| error.to_string())?;
    let total = comptoir_fiscal::arithmetic::gross(quantity, Cents::new(unit_price));
    let discount = total - Cents::new(line.sales_value);
    if !discount.is_zero() {
        basket.discount_item(id, "Remise", Reduction::Amount(discount)).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn free_amount(basket: &mut Basket, line: &RetailLine) -> Result<(), String> {
    let free = FreeAmount {
        label: "Article inconnu".to_owned(),
        category: None,
        amount: Cents::new(line.sales_value),
        vat: VatByMode::new(Rate::from_basis_points(2000).unwrap_or(Rate::ZERO)),
        nature: Nature::Goods,
        meal_voucher: false,
    };
    basket.add_free_amount(free).map(|_| ()).map_err(|error| error.to_string())
}
