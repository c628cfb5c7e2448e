//! From opening a large journal to the first sale sealed.

use crate::Result;
use crate::figures::{Good, Times, budget, ms, timed};
use crate::large::Large;
use crate::shop;

/// How often it is opened.
const ROUNDS: usize = 21;

/// Measures `start`. The files are in the system's cache, as they are after the program was started once.
pub(crate) fn measure(large: &Large) -> Result<()> {
    let (mut to_open, mut to_sale) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        let (opened, opening) = timed(|| large.open());
        let mut register = opened?;
        let (sold, selling) = timed(|| -> Result<()> {
            let sale = shop::sale(&register.catalogue().clone(), &register.terms(), 12)?;
            let request = shop::selling(&mut register, &sale)?;
            register.execute(request)?;
            Ok(())
        });
        sold?;
        to_open.add(opening);
        to_sale.add(opening + selling);
        register.stop()?;
    }
    let beside = format!(
        "to_sale_ms={} to_open_ms={} limit_ms=1000 entries={} rounds={ROUNDS}",
        ms(to_sale.median()),
        ms(to_open.median()),
        large.entries
    );
    budget("start", to_sale.median(), Good::Below, 1.0, &beside);
    Ok(())
}
