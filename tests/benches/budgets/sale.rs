//! A sale, from command to durable, beside a bare commit; and the same sale in a small and a large journal.

use comptoir_core::outside::SystemClock;
use comptoir_core::register::Register;
use comptoir_core::settlement::Settled;

use crate::Result;
use crate::bare::{Bare, Sold};
use crate::figures::{Good, Times, budget, information, timed, us};
use crate::large::{self, Large};
use crate::shop::{self, Shop};

/// What is sold: a ticket of twelve lines, half by card, the rest in cash with change.
const LINES: usize = 12;

/// Rounds before the first that counts: the write-ahead logs reach the length that they keep.
const WARM_UP: usize = 500;

/// Rounds that count. In each, every one of the four is measured once, each time in another order.
const ROUNDS: usize = 1500;

/// One journal that is sold into.
struct Till {
    register: Register,
    sale: Settled,
    times: Times,
    settling: Times,
}

impl Till {
    fn new(mut register: Register) -> Result<Till> {
        let sale = shop::sale(&register.catalogue().clone(), &register.terms(), LINES)?;
        Ok(Till { register, sale, times: Times::default(), settling: Times::default() })
    }

    fn sell(&mut self, counts: bool) -> Result<Sold> {
        let request = shop::selling(&mut self.register, &self.sale)?;
        let (answer, time) = timed(|| self.register.execute(request));
        let (settled, settling) = timed(|| self.register.settle());
        settled?;
        if counts {
            self.times.add(time);
            self.settling.add(settling);
        }
        Ok(answer?.lines.last().and_then(Sold::of).ok_or("the sale sealed no ticket")?)
    }
}

/// Measures `sale-to-durable` and `sale-growth`.
pub(crate) fn measure(large: &Large) -> Result<()> {
    let folder = tempfile::tempdir_in(large::cache()?)?;
    let mut shop = Shop::found(&folder.path().join("small"))?;
    shop.sell_days(1, &shop::samples([2])?)?;
    let mut small = Till::new(shop.open(SystemClock)?)?;
    let mut large_till = Till::new(large.open()?)?;
    let mut bare = [("bare.db", true), ("line.db", false)]
        .map(|(name, commands)| Bare::create(&folder.path().join(name), commands).map(|bare| (bare, Times::default())));
    let entries = small.register.journal().standing().size();
    let mut sold = small.sell(false)?;
    for round in 0..WARM_UP + ROUNDS {
        let counts = round >= WARM_UP;
        for turn in 0..4 {
            match (round + turn) % 4 {
                0 => sold = small.sell(counts)?,
                1 => drop(large_till.sell(counts)?),
                other => {
                    let (bare, times) = bare[other - 2].as_mut().map_err(|fault| fault.to_string())?;
                    let (committed, time) = timed(|| bare.commit(&sold));
                    std::hint::black_box(committed?);
                    bare.tidy()?;
                    if counts {
                        times.add(time);
                    }
                }
            }
        }
    }
    large_till.register.stop()?;
    let [bare_times, line_times] = bare.map(|bare| bare.map(|(_, times)| times));
    let (bare_times, line_times) = (bare_times?, line_times?);
    let (sale, bare) = (small.times.median(), bare_times.median());
    let beside = format!(
        "sale_us={} bare_us={} sale_p95_us={} bare_p95_us={} lines={LINES} rounds={ROUNDS}",
        us(sale),
        us(bare),
        us(small.times.at(95)),
        us(bare_times.at(95))
    );
    budget("sale-to-durable", sale / bare, Good::Below, 1.25, &beside);
    let line = line_times.median();
    let alone = format!("ratio={:.3} line_us={} the line alone, without its command", sale / line, us(line));
    information("sale-beside-its-line", &alone);
    let grown = large_till.times.median();
    let beside = format!(
        "small_us={} large_us={} small_entries={entries} large_entries={} rounds={ROUNDS}",
        us(sale),
        us(grown),
        large.entries
    );
    budget("sale-growth", grown / sale, Good::Below, 1.05, &beside);
    let settling = format!(
        "small_us={} large_us={} after the answer: head and projections",
        us(small.settling.median()),
        us(large_till.settling.median())
    );
    information("settle", &settling);
    Ok(())
}
