//! What the register needs from outside: the time, and random bytes. The rules themselves know neither.

use comptoir_fiscal::values::Instant;

/// The time of day, as the device has it.
pub trait Clock: Send {
    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        use std::time::{SystemTime, UNIX_EPOCH};
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .unwrap_or_default()
    }
}

/// A clock that is set by hand: for a sample day, for sales replayed in their own time, for tests.
#[derive(Clone, Debug, Default)]
pub struct SetClock(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl SetClock {
    /// A clock that shows `unix` seconds until it is set again.
    pub fn at(unix: i64) -> SetClock {
        let clock = SetClock::default();
        clock.set(unix);
        clock
    }

    /// A clock that shows `instant`.
    pub fn at_instant(instant: Instant) -> SetClock {
        SetClock::at(instant.unix())
    }

    /// Sets it to `unix` seconds.
    pub fn set(&self, unix: i64) {
        self.0.store(unix, std::sync::atomic::Ordering::SeqCst);
    }

    /// Moves it on by some seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> i64 {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// A source of random bytes fit for keys and codes.
pub trait Random: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed>;
}

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct RandomFailed;
