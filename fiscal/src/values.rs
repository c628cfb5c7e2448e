//! The values of a sealed entry: money, quantities, rates, instants and ids.
//!
//! Each is written in the journal as `journal-format.md` ("Values") says, and can hold nothing that the
//! journal could not.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeZone, Timelike};
use chrono_tz::Tz;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// An amount in cents of euro, tax included unless its name says otherwise; refunds are negative.
///
/// Sums saturate instead of wrapping: no honest sum comes near the bound, and the journal refuses to seal a
/// number beyond ±(2^53-1), so a saturated one is never written and never verifies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);

    /// So many cents.
    pub const fn new(cents: i64) -> Cents {
        Cents(cents)
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The amount without its sign.
    pub fn abs(self) -> Cents {
        Cents(self.0.saturating_abs())
    }

    /// Whether there is nothing.
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        Cents(self.0.saturating_add(other.0))
    }
}

impl Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0.saturating_sub(other.0))
    }
}

impl Neg for Cents {
    type Output = Cents;
    fn neg(self) -> Cents {
        Cents(self.0.saturating_neg())
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Cents) {
        *self = *self + other;
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Cents) {
        *self = *self - other;
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(amounts: I) -> Cents {
        amounts.fold(Cents::ZERO, Add::add)
    }
}

/// Writes the cents as a bare integer, for reports and tests; a person reads [`crate::language::Language::money`].
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A quantity in thousandths of its unit: 1500 is 1.5 kg, 1000 is one piece. Negative on a return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(i64);

impl Quantity {
    /// One piece, or one unit of measure.
    pub const ONE: Quantity = Quantity(1000);
    /// Nothing.
    pub const ZERO: Quantity = Quantity(0);

    /// So many thousandths of the unit.
    pub const fn thousandths(thousandths: i64) -> Quantity {
        Quantity(thousandths)
    }

    /// So many whole pieces.
    pub const fn pieces(pieces: i32) -> Quantity {
        Quantity(pieces as i64 * 1000)
    }

    /// The number of thousandths.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether there is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add for Quantity {
    type Output = Quantity;
    fn add(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }
}

impl Sub for Quantity {
    type Output = Quantity;
    fn sub(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_sub(other.0))
    }
}

impl Neg for Quantity {
    type Output = Quantity;
    fn neg(self) -> Quantity {
        Quantity(self.0.saturating_neg())
    }
}

/// A VAT rate in basis points: 2000 is 20 %, 550 is 5.5 %. From 0 to 9999, as it is signed on four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Rate(u16);

impl Rate {
    /// No VAT: the line then names the article that exempts it.
    pub const ZERO: Rate = Rate(0);

    /// A rate of so many basis points, if it has at most four digits.
    pub const fn from_basis_points(basis_points: u16) -> Option<Rate> {
        if basis_points <= 9999 { Some(Rate(basis_points)) } else { None }
    }

    /// The number of basis points.
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        let basis_points = u16::deserialize(from)?;
        Rate::from_basis_points(basis_points)
            .ok_or_else(|| D::Error::custom(format!("a VAT rate of {basis_points} has more than four digits")))
    }
}

/// The identity of a journal, and so of the one device that writes it: a UUID, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegisterId(Uuid);

impl RegisterId {
    /// Wraps a UUID that the caller has drawn.
    pub const fn new(uuid: Uuid) -> RegisterId {
        RegisterId(uuid)
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RegisterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A text that is not what it should be; the message says what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct ValueError {
    expected: &'static str,
    found: String,
}

impl ValueError {
    pub(crate) fn new(expected: &'static str, found: &str) -> ValueError {
        ValueError { expected, found: found.chars().take(80).collect() }
    }
}

impl FromStr for RegisterId {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<RegisterId, ValueError> {
        Uuid::try_parse(text)
            .ok()
            .map(RegisterId)
            .filter(|id| id.to_string() == text)
            .ok_or_else(|| ValueError::new("a UUID in lower case", text))
    }
}

/// A SHA-256 hash: an entry's leaf hash, a node or a root of the tree. Written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the first entry has for `prev`.
    pub const ZERO: Hash = Hash([0; 32]);

    /// Wraps 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Hash {
        Hash(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hex = [0u8; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&hex).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Hash, ValueError> {
        let wrong = || ValueError::new("64 lower-case hex digits", text);
        let digit = |c: u8| match c {
            b'0'..=b'9' => Ok(c - b'0'),
            b'a'..=b'f' => Ok(c - b'a' + 10),
            _ => Err(wrong()),
        };
        let hex: &[u8; 64] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Hash(bytes))
    }
}

/// When something was sealed: local time of the journal's time zone with its offset, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instant(DateTime<FixedOffset>);

impl Instant {
    /// The instant that lies so many seconds after 1970-01-01T00:00:00Z, as clocks show it in `zone`.
    pub fn from_unix(seconds: i64, zone: Tz) -> Option<Instant> {
        let utc = DateTime::from_timestamp(seconds, 0)?;
        let local = utc.with_timezone(&zone);
        Some(Instant(local.with_timezone(&local.offset().fix())))
    }

    /// The instant at which the clocks of `zone` show `date` and `time`, to the second. The earlier one where
    /// clocks show it twice; none where they skip it.
    pub fn from_local(date: NaiveDate, time: NaiveTime, zone: Tz) -> Option<Instant> {
        let local = zone.from_local_datetime(&date.and_time(time.with_nanosecond(0)?)).earliest()?;
        Some(Instant(local.with_timezone(&local.offset().fix())))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.timestamp()
    }

    /// The date that the wall calendar shows.
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// The time that the wall clock shows.
    pub fn time(self) -> NaiveTime {
        self.0.time()
    }

    /// `YYYYMMDDHHMMSS` in local time, as NF525 strings want it.
    pub fn compact(self) -> String {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        format!("{:04}{:02}{:02}{hour:02}{minute:02}{second:02}", date.year(), date.month(), date.day())
    }

    /// Whether its offset is the one that `zone` has at that instant.
    pub fn is_in(self, zone: Tz) -> bool {
        self.0.with_timezone(&zone).offset().fix() == *self.0.offset()
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Instant) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instant {
    fn cmp(&self, other: &Instant) -> std::cmp::Ordering {
        self.unix().cmp(&other.unix())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

impl FromStr for Instant {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Instant, ValueError> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(Instant)
            .filter(|instant| instant.to_string() == text)
            .ok_or_else(|| ValueError::new("an instant like 2026-11-22T14:03:05+01:00", text))
    }
}

/// A date without a time, written `2026-11-21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

impl Date {
    /// The date, in UTC, that lies so many seconds after 1970-01-01T00:00:00Z.
    pub fn of_unix(seconds: i64) -> Option<Date> {
        DateTime::from_timestamp(seconds, 0).map(|utc| Date(utc.date_naive()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Date {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Date, ValueError> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(Date)
            .filter(|date| date.to_string() == text)
            .ok_or_else(|| ValueError::new("a date like 2026-11-21", text))
    }
}

/// The wall-clock time at which a business day ends, written `05:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayEnd(pub NaiveTime);

impl fmt::Display for DayEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

impl FromStr for DayEnd {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<DayEnd, ValueError> {
        NaiveTime::parse_from_str(text, "%H:%M")
            .ok()
            .map(DayEnd)
            .filter(|time| time.to_string() == text)
            .ok_or_else(|| ValueError::new("a time like 05:00", text))
    }
}

/// The first day of the fiscal year, written `01-01`; always the first of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiscalYearStart {
    month: u32,
}

impl FiscalYearStart {
    /// The first of January.
    pub const JANUARY: FiscalYearStart = FiscalYearStart { month: 1 };

    /// The month, 1 to 12, on whose first day the fiscal year starts.
    pub const fn month(self) -> u32 {
        self.month
    }
}

impl fmt::Display for FiscalYearStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-01", self.month)
    }
}

impl FromStr for FiscalYearStart {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<FiscalYearStart, ValueError> {
        (1..=12)
            .map(|month| FiscalYearStart { month })
            .find(|start| start.to_string() == text)
            .ok_or_else(|| ValueError::new("the first of a month like 01-01", text))
    }
}

macro_rules! serde_as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}
serde_as_text!(RegisterId, Hash, Instant, Date, DayEnd, FiscalYearStart);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_in_the_one_written_form_is_refused() {
        assert!("2026-11-22T14:03:05+01:00".parse::<Instant>().is_ok());
        for wrong in ["2026-11-22T14:03:05Z", "2026-11-22T14:03:05.0+01:00", "2026-11-22t14:03:05+01:00", "2026-11-22"]
        {
            assert!(wrong.parse::<Instant>().is_err(), "{wrong}");
        }
        assert!("2026-02-29".parse::<Date>().is_err());
        assert!("2026-1-02".parse::<Date>().is_err());
        assert!("5:00".parse::<DayEnd>().is_err());
        assert!("01-02".parse::<FiscalYearStart>().is_err());
        assert!("AB".repeat(32).parse::<Hash>().is_err());
        assert!("0192F0C1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse::<RegisterId>().is_err());
    }

    #[test]
    fn the_offset_of_an_instant_must_be_that_of_its_time_zone() {
        let summer: Instant = "2026-07-01T12:00:00+02:00".parse().unwrap();
        assert!(summer.is_in(Tz::Europe__Paris));
        let wrong: Instant = "2026-07-01T12:00:00+01:00".parse().unwrap();
        assert!(!wrong.is_in(Tz::Europe__Paris));
        assert_eq!(Instant::from_unix(summer.unix(), Tz::Europe__Paris), Some(summer));
    }
}
