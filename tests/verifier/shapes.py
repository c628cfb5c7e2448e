"""The keys of each kind of body: which must be there, of what type, with which values.

A shape is a function of a value and where it stands; it yields (expected, found) for all that is wrong.
Keys that a shape does not name pass: the format lets a newer register write more.
"""

import re
from collections.abc import Callable, Iterator

from . import dates
from .values import brief, from_base64, is_hash, is_integer

Shape = Callable[[object, str], Iterator[tuple[str, str]]]


def value(expected: str, accepts: Callable[[object], bool]) -> Shape:
    def shape(found, where):
        if not accepts(found):
            yield f"{where}: {expected}", brief(found)

    return shape


def integer(low: int | None = None, high: int | None = None) -> Shape:
    def accepts(found):
        return is_integer(found) and (low is None or found >= low) and (high is None or found <= high)

    limits = "".join([f" from {low}" if low is not None else "", f" to {high}" if high is not None else ""])
    return value("a whole number" + limits, accepts)


def one_of(*options: str) -> Shape:
    return value("one of " + ", ".join(options), lambda found: isinstance(found, str) and found in options)


def list_of(item: Shape) -> Shape:
    def shape(found, where):
        if not isinstance(found, list):
            yield f"{where}: a list", brief(found)
            return
        for index, element in enumerate(found):
            yield from item(element, f"{where}[{index}]")

    return shape


def record(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    def shape(found, where):
        if not isinstance(found, dict):
            yield f"{where}: an object", brief(found)
            return
        for key, inner in required.items():
            if key not in found:
                yield f"{where}.{key}", "no such key"
            else:
                yield from inner(found[key], f"{where}.{key}")
        for key, inner in (optional or {}).items():
            if key in found:
                yield from inner(found[key], f"{where}.{key}")

    return shape


ANY_INTEGER = integer()
POSITIVE = integer(1)
NATURAL = integer(0)
NOT_ZERO = value("a whole number other than 0", lambda found: is_integer(found) and found != 0)
RATE = integer(0, 9999)  # the NF525 string writes it on four digits
TEXT = value("text", lambda found: isinstance(found, str))
SOME_TEXT = value("text that is not empty", lambda found: isinstance(found, str) and found != "")
HASH = value("64 lower-case hex digits", is_hash)
DATE = value("a date", lambda found: dates.parse_date(found) is not None)
INSTANT = value("an instant with its offset, to the second", lambda found: dates.parse_instant(found) is not None)
CLOCK = value("a time like 05:00", lambda found: dates.parse_clock(found) is not None)
MONTH_START = value(
    "the first of a month, like 01-01",
    lambda found: isinstance(found, str) and re.fullmatch(r"(0[1-9]|1[0-2])-01", found) is not None,
)
REGISTER = value(
    "a lower-case UUID",
    lambda found: (
        isinstance(found, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found) is not None
    ),
)
KEY = value("base64 of 32 bytes", lambda found: from_base64(found, 32) is not None)
SIGNATURE = value("base64 of 64 bytes", lambda found: from_base64(found, 64) is not None)
PERIOD = one_of(*dates.PERIODS)
WAY_OF_SELLING = one_of("eat_in", "takeaway", "delivery", "counter")
TENDERS = "cash card cheque meal_voucher credit_note gift_voucher holiday_voucher transfer online account tip".split()

NF525 = record({"arg": TEXT, "sig": TEXT})
MERCHANT = record({"name": TEXT, "siret": TEXT, "vat_number": TEXT, "naf": TEXT, "address": TEXT})
SOFTWARE = record({"name": TEXT, "version": TEXT})
GRAND_TOTAL = record({"net": ANY_INTEGER, "abs": NATURAL})
DOCUMENT_ELSEWHERE = record({"register": REGISTER, "number": POSITIVE})
DISCOUNTS = list_of(record({"label": TEXT, "amount": ANY_INTEGER}))
TOTALS = record(
    {
        "ttc": ANY_INTEGER,
        "ht": ANY_INTEGER,
        "vat": list_of(record({"rate": RATE, "ttc": ANY_INTEGER, "ht": ANY_INTEGER, "vat": ANY_INTEGER})),
    }
)
LINES = list_of(
    record(
        {
            "n": POSITIVE,
            "sku": TEXT,
            "label": TEXT,
            "qty": ANY_INTEGER,
            "unit": TEXT,
            "unit_price": NATURAL,
            "total": ANY_INTEGER,
            "vat": RATE,
            "ht": ANY_INTEGER,
        },
        {
            "category": TEXT,
            "discounts": DISCOUNTS,
            "nature": one_of("goods", "service"),
            "of": POSITIVE,
            "exempt": TEXT,
            "menu": POSITIVE,
            "tare": NATURAL,
            "seller": TEXT,
        },
    )
)
PAYMENTS = list_of(record({"tender": one_of(*TENDERS), "amount": NOT_ZERO}, {"face": ANY_INTEGER, "ref": TEXT}))

GENESIS_KEYS = {
    "public_key": TEXT,  # whether it is a usable key is a verdict of its own
    "merchant": MERCHANT,
    "store": record({"id": TEXT, "name": TEXT, "address": TEXT}),
    "label": TEXT,
    "software": SOFTWARE,
    "time_zone": TEXT,
    "currency": one_of("EUR"),
    "mode": one_of("live", "training"),
    "day_ends_at": CLOCK,
    "fiscal_year_starts": MONTH_START,
}
SUCCEEDS = record({"register": REGISTER}, {"checkpoint": TEXT})
GENESIS = record(GENESIS_KEYS, {"succeeds": SUCCEEDS})

_CASH_KEYS = {"type": one_of("float", "in", "out", "drop", "count"), "amount": NATURAL}
_CASH_OPTIONS = {
    "reason": TEXT,
    "coins": list_of(record({"value": POSITIVE, "pieces": NATURAL})),
    "replaces": NATURAL,
}
_CASH_MOVE = record(_CASH_KEYS, _CASH_OPTIONS)
_CASH_COUNT = record(
    _CASH_KEYS | {"expected": ANY_INTEGER, "counted": NATURAL, "difference": ANY_INTEGER}, _CASH_OPTIONS
)


def _cash(found, where):
    is_count = isinstance(found, dict) and found.get("type") == "count"
    return (_CASH_COUNT if is_count else _CASH_MOVE)(found, where)


BODIES: dict[str, Shape] = {
    "genesis": GENESIS,
    "ticket": record(
        {
            "number": POSITIVE,
            "type": one_of("sale", "return", "cancel", "correction"),
            "business_date": DATE,
            "lines": LINES,
            "totals": TOTALS,
            "payments": PAYMENTS,
            "change": NATURAL,
            "gt": GRAND_TOTAL,
            "nf525": NF525,
        },
        {
            "refers_to": DOCUMENT_ELSEWHERE,
            "reason": TEXT,
            "notes": list_of(POSITIVE),
            "channel": one_of("counter", "market", "web", "phone"),
            "mode": WAY_OF_SELLING,
            "discounts": DISCOUNTS,
            "customer": TEXT,
        },
    ),
    "note": record(
        {"number": POSITIVE, "business_date": DATE, "lines": LINES, "totals": TOTALS, "nf525": NF525},
        {"mode": WAY_OF_SELLING, "discounts": DISCOUNTS},
    ),
    "invoice": record(
        {
            "number": POSITIVE,
            "business_date": DATE,
            "tickets": list_of(DOCUMENT_ELSEWHERE),
            "buyer": record({"name": TEXT, "address": TEXT}, {"siren": TEXT, "vat_number": TEXT}),
            "totals": TOTALS,
            "nf525": NF525,
        },
        {"refers_to": record({"number": POSITIVE})},
    ),
    "duplicate": record(
        {
            "number": POSITIVE,
            "of": record(
                {"kind": one_of("ticket", "note", "invoice", "closing"), "number": POSITIVE}, {"period": PERIOD}
            ),
            "copy": POSITIVE,
            "nf525": NF525,
        }
    ),
    "cash": _cash,
    "event": record(
        {"number": POSITIVE, "code": ANY_INTEGER, "label": TEXT, "nf525": NF525},
        {"detail": TEXT, "set": record({}, GENESIS_KEYS)},
    ),
    "closing": record(
        {
            "period": PERIOD,
            "number": POSITIVE,
            "first_date": DATE,
            "last_date": DATE,
            "from": NATURAL,
            "to": NATURAL,
            "sales": NATURAL,
            "returns": NATURAL,
            "cancels": NATURAL,
            "corrections": NATURAL,
            "duplicates": NATURAL,
            "totals": TOTALS,
            "sales_ttc": ANY_INTEGER,
            "returns_ttc": ANY_INTEGER,
            "payments": list_of(
                record({"tender": one_of(*TENDERS), "count": POSITIVE, "amount": ANY_INTEGER}, {"excess": NOT_ZERO})
            ),
            "year_to_date": ANY_INTEGER,
            "gt": GRAND_TOTAL,
            "checkpoint": record({"size": NATURAL, "root": HASH}),
            "nf525": NF525,
        },
        {"witnessed": record({"size": POSITIVE, "root": HASH, "time": POSITIVE})},
    ),
    "archive": record(
        {
            "number": POSITIVE,
            "period": PERIOD,
            "from": NATURAL,
            "to": NATURAL,
            "sha256": HASH,
            "nf525": NF525,
        }
    ),
}

_BEFORE = record(
    {
        "prev": HASH,
        "gt": GRAND_TOTAL,
        "year_to_date": ANY_INTEGER,
        "business_date": DATE,
        "settings": GENESIS,
        "chains": value("an object", lambda found: isinstance(found, dict)),
    }
)
CHAIN = record(
    {
        "number": POSITIVE,
        "sig": value("base64url of 64 bytes", lambda found: from_base64(found, 64, url=True) is not None),
    }
)
MANIFEST = record(
    {
        "v": integer(1, 1),
        "register": REGISTER,
        "merchant": MERCHANT,
        "label": TEXT,
        "from": NATURAL,
        "to": NATURAL,
        "from_at": INSTANT,
        "to_at": INSTANT,
        "period": PERIOD,
        "frontier": list_of(HASH),
        "files": list_of(record({"name": TEXT, "bytes": NATURAL, "sha256": HASH})),
        "public_key": TEXT,
        "software": SOFTWARE,
    },
    {
        "genesis_proof": list_of(HASH),
        "before": _BEFORE,
        "witness": record({"name": SOME_TEXT, "public_key": TEXT}),
    },
)
