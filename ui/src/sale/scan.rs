//! What a scanner sends on the sale screen: a product, a weight or price with it, or a code of another kind.

use comptoir_core::barcode::{Scan, Scheme, parse};
use comptoir_fiscal::message;

use super::{added, put};
use crate::till::Till;

/// Puts what was scanned onto the ticket, or says why not. What was found by a search ends with it.
pub(crate) fn scan(till: &mut Till, code: &str) {
    let catalogue = till.sale.catalogue.clone();
    let unknown = |till: &mut Till, code: &str| {
        till.refuse_for(message!(
            "Nothing here has the code {code}. Search for the article by its name, or type an amount.",
            code = code
        ));
    };
    till.sale.asking = None;
    match parse(code, &Scheme::default()) {
        Err(error) => match catalogue.product(code.trim()) {
            Some(product) => put(till, product),
            None => till.refuse_for(error.message()),
        },
        Ok(Scan::Gtin(gtin)) => match catalogue.by_barcode(&gtin) {
            Some(product) => put(till, product),
            None => unknown(till, &gtin),
        },
        Ok(Scan::Weighed { item, weight }) => match catalogue.by_barcode(&item) {
            Some(product) => added(till, |basket| basket.add_weighed(product, weight, Some(0), None)),
            None => unknown(till, &item),
        },
        Ok(Scan::Priced { item, price }) => match catalogue.by_barcode(&item) {
            Some(product) => added(till, |basket| basket.add_priced(product, price)),
            None => unknown(till, &item),
        },
        Ok(Scan::Other(text)) => match catalogue.by_barcode(&text).or_else(|| catalogue.product(&text)) {
            Some(product) if !product.archived => put(till, product),
            _ => unknown(till, &text),
        },
    }
}
