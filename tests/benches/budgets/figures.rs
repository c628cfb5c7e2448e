//! Taking times, and saying what came of them.

use std::time::{Duration, Instant};

/// Which side of its limit a ratio is to be on.
#[derive(Clone, Copy)]
pub(crate) enum Good {
    /// At most the limit.
    Below,
    /// At least the limit.
    Above,
}

/// Prints the line of one budget.
pub(crate) fn budget(name: &str, ratio: f64, good: Good, limit: f64, beside: &str) {
    let (good, within) = match good {
        Good::Below => ("below", ratio <= limit),
        Good::Above => ("above", ratio >= limit),
    };
    let within = if within { "yes" } else { "no" };
    println!("budget {name} ratio={ratio:.3} limit={limit:.2} good={good} within={within} {beside}");
}

/// Prints what is no budget and helps to read one.
pub(crate) fn information(name: &str, what: &str) {
    println!("information {name} {what}");
}

/// How long something takes.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = run();
    (done, start.elapsed())
}

/// The times of one thing, measured over and over.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that half of them stay below, in seconds.
    pub(crate) fn median(&self) -> f64 {
        self.at(50)
    }

    /// The time that so many of a hundred stay below, in seconds.
    pub(crate) fn at(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(place).copied().unwrap_or_default().as_secs_f64()
    }
}

/// Seconds as microseconds.
pub(crate) fn us(seconds: f64) -> String {
    format!("{:.0}", seconds * 1e6)
}

/// Seconds as milliseconds.
pub(crate) fn ms(seconds: f64) -> String {
    format!("{:.2}", seconds * 1e3)
}
