"""The NF525 strings: short, signed, and chained by type of document."""

import re
from dataclasses import dataclass

from .values import from_base64

_LETTERS = {"ticket": "T", "note": "N", "invoice": "F", "duplicate": "D", "event": "J", "archive": "R"}
_CLOSING_LETTERS = {"day": "ZJ", "month": "ZM", "year": "ZA"}
TYPES = (*_LETTERS.values(), *_CLOSING_LETTERS.values())
_TICKET_WORDS = {"sale": "VENTE", "return": "AVOIR", "cancel": "ANNULATION", "correction": "CORRECTION"}


@dataclass
class Link:
    """The newest document of a type: what the next one's number and string go on from."""

    number: int = 0
    sig: str = ""


def type_of(kind: str, period: str | None = None) -> str:
    return _CLOSING_LETTERS[period] if kind == "closing" else _LETTERS[kind]


def plain(text: str) -> str:
    """Text as it stands in the string, where commas part the fields."""
    return re.sub("[,\x00-\x1f\x7f-\x9f]", " ", text)


def document(label: str, letters: str, number: int) -> str:
    return f"{plain(label)}-{letters}-{number:08d}"


def rates(totals: dict) -> str:
    return "|".join(f"{row['rate']:04d}:{row['ttc']}" for row in totals["vat"])


def argument(entry, label: str, before: Link, original: str = "") -> str:
    """The string that an entry must carry; `original` is the document a duplicate copies."""
    kind, body = entry.kind, entry.body
    own = document(label, type_of(kind, body.get("period")), body["number"])
    instant = entry.at.strftime("%Y%m%d%H%M%S")
    chain = ["N", ""] if before.number == 0 else ["O", before.sig]
    operator = plain(entry.operator)
    if kind == "duplicate":
        fields = [own, original, str(body["copy"]), operator, instant]
    elif kind == "event":
        fields = [own, str(body["code"]), plain(body["label"]), instant, operator]
    elif kind == "archive":
        fields = [own, body["sha256"], instant]
    else:
        totals = body["totals"]
        fields = [rates(totals), str(totals["ttc"])]
        if kind == "closing":
            fields += [str(body["gt"]["net"]), str(body["gt"]["abs"]), instant, own]
        else:
            word = {"note": "NOTE", "invoice": "FACTURE"}.get(kind) or _TICKET_WORDS[body["type"]]
            fields += [instant, own, word]
    return ",".join(fields + chain)


def is_signed(key, body: dict) -> bool:
    """Whether `nf525.sig` is the device's over `nf525.arg`."""
    signature = from_base64(body["nf525"]["sig"], 64, url=True)
    return key.verifies(signature, body["nf525"]["arg"].encode("utf-8"))
