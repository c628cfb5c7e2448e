"""Instants, business dates and the periods that close."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PERIODS = ("day", "month", "year")

# Years are kept away from the ends of Python's calendar, so that the day after any date exists.
_YEARS = range(1970, 9000)


def parse_date(text) -> date | None:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.year in _YEARS else None


def parse_instant(text) -> datetime | None:
    """RFC 3339 with a numeric offset, to the second, in the one spelling that it has."""
    if not isinstance(text, str) or len(text) != 25 or not text.isascii():
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    if parsed.tzinfo is None or parsed.year not in _YEARS or parsed.isoformat() != text:
        return None
    return parsed


def parse_clock(text) -> time | None:
    """A wall-clock time like 05:00."""
    if not isinstance(text, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        return None
    return time.fromisoformat(text)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone, or None where this machine's time zone database has none of that name."""
    # ZoneInfo reads files by name and answers odd names with many different exceptions.
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def natural_date(at: datetime, day_ends_at: time) -> date:
    """The date of `at`, or the day before while the night is not over."""
    own = at.date()
    return own - timedelta(days=1) if at.time() < day_ends_at else own


def bounds(period: str, day: date, fiscal_month: int) -> tuple[date, date]:
    """First and last date of the day, month or fiscal year that `day` lies in."""
    if period == "day":
        return day, day
    if period == "month":
        first, months = day.replace(day=1), 1
    else:
        first, months = date(day.year - (day.month < fiscal_month), fiscal_month, 1), 12
    next_month = first.month - 1 + months
    after = date(first.year + next_month // 12, next_month % 12 + 1, 1)
    return first, after - timedelta(days=1)


class BusinessCalendar:
    """Which business date comes next, and which closings it has to wait for."""

    def __init__(self, fiscal_month: int = 1):
        self.fiscal_month = fiscal_month
        self.last_used: date | None = None
        self.closed_through: date | None = None
        self.open = dict.fromkeys(PERIODS, False)

    def resume_after(self, period: str, last_used: date):
        """Stand where the register stood right after closing the `period` of `last_used`.

        That closing came after those of the shorter periods and before those of the longer ones.
        """
        self.last_used = last_used
        self.closed_through = bounds(period, last_used, self.fiscal_month)[1]
        closed = PERIODS.index(period)
        self.open = {name: index > closed for index, name in enumerate(PERIODS)}

    def expected(self, natural: date) -> date:
        """Never before the last date used, and after a closed one the date that follows."""
        earliest = [natural]
        if self.last_used:
            earliest.append(self.last_used)
        if self.closed_through:
            earliest.append(self.closed_through + timedelta(days=1))
        return max(earliest)

    def due_before(self, day: date) -> list[str]:
        """The periods that must be closed before the first entry of `day`, in their order."""
        if self.last_used is None:
            return []
        return [p for p in PERIODS if self.open[p] and not self._same(p, day)]

    def use(self, day: date):
        self.last_used = day
        self.open = dict.fromkeys(PERIODS, True)

    def current_bounds(self, period: str) -> tuple[date, date] | None:
        return bounds(period, self.last_used, self.fiscal_month) if self.last_used else None

    def close(self, period: str, last_date: date):
        self.open[period] = False
        self.closed_through = max(filter(None, (self.closed_through, last_date)))

    def _same(self, period: str, day: date) -> bool:
        first, last = bounds(period, self.last_used, self.fiscal_month)
        return first <= day <= last
