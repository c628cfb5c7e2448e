//! Closing a day of a thousand tickets.

use comptoir_core::register::{Command, Request};
use comptoir_tests::sample::CASHIERS;

use crate::Result;
use crate::figures::{Good, Times, budget, ms, timed};
use crate::shop::{self, Shop, TICKETS_A_DAY};

/// How many days are closed.
const ROUNDS: usize = 21;

/// The limit, in seconds.
const LIMIT: f64 = 0.1;

/// Measures `closing`.
pub(crate) fn measure() -> Result<()> {
    let folder = tempfile::tempdir_in(crate::large::cache()?)?;
    let mut shop = Shop::found(folder.path())?;
    let samples = shop::samples(1..=12)?;
    let (mut closing, mut settling) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        shop.sell_days(1, &samples)?;
        let mut register = shop.open_in_the_evening()?;
        let id = register.new_command()?;
        let request = Request::new(id, CASHIERS[0], Command::CloseDay);
        let (closed, time) = timed(|| register.execute(request));
        closed?;
        closing.add(time);
        let (settled, time) = timed(|| register.settle());
        settled?;
        settling.add(time);
        register.stop()?;
    }
    let beside = format!(
        "closing_ms={} settle_ms={} limit_ms=100 tickets={TICKETS_A_DAY} rounds={ROUNDS}",
        ms(closing.median()),
        ms(settling.median())
    );
    budget("closing", closing.median() / LIMIT, Good::Below, 1.0, &beside);
    Ok(())
}
