"""The tables an archive holds for people, written anew from its journal."""

from . import money, nf525

_HEADERS = {
    "tickets.csv": "seq;number;type;business_date;at;operator;ttc;ht;vat",
    "lines.csv": "ticket;n;sku;label;qty;unit;unit_price;discounts;total;rate;ht",
    "payments.csv": "ticket;tender;amount;face;ref;change",
    "closings.csv": "seq;period;number;first_date;last_date;ttc;ht;vat;gt_net;gt_abs",
    "events.csv": "seq;at;code;label;operator;detail",
}
NAMES = tuple(_HEADERS)


def tables(entries) -> dict[str, list[bytes]]:
    """Each file's acceptable contents.

    There is more than one where the format leaves a choice: a ticket whose change is 0 may show it or not.
    """
    return {
        "tickets.csv": [_table("tickets.csv", _ticket_rows(entries))],
        "lines.csv": [_table("lines.csv", _line_rows(entries))],
        "payments.csv": [_table("payments.csv", _payment_rows(entries, zero)) for zero in ("0,00", "")],
        "closings.csv": [_table("closings.csv", _closing_rows(entries))],
        "events.csv": [_table("events.csv", _event_rows(entries))],
    }


def _table(name: str, rows) -> bytes:
    lines = [_HEADERS[name], *(";".join(map(_field, row)) for row in rows)]
    return ("\ufeff" + "".join(line + "\r\n" for line in lines)).encode("utf-8")


def _field(value) -> str:
    text = str(value)
    if any(character in text for character in ';"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _amount(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _decimal(value: int, digits: int) -> str:
    """A quantity or rate: no trailing zeros, no comma where nothing follows it."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**digits)
    return f"{sign}{whole},{part:0{digits}d}".rstrip("0").rstrip(",")


def _tickets(entries):
    return (entry for entry in entries if entry.kind == "ticket")


def _ticket_rows(entries):
    for entry in _tickets(entries):
        body = entry.body
        row = [entry.seq, body["number"], body["type"], body["business_date"], entry.at.isoformat(), entry.operator]
        yield row + _totals(body["totals"])


def _totals(totals: dict) -> list[str]:
    vat = sum(row["vat"] for row in totals["vat"])
    return [_amount(totals["ttc"]), _amount(totals["ht"]), _amount(vat)]


def _line_rows(entries):
    for entry in _tickets(entries):
        for line in entry.body["lines"]:
            yield [
                entry.body["number"],
                line["n"],
                line["sku"],
                line["label"],
                _decimal(line["qty"], 3),
                line["unit"],
                _amount(line["unit_price"]),
                _amount(money.gross(line) - line["total"]),
                _amount(line["total"]),
                _decimal(line["vat"], 2),
                _amount(line["ht"]),
            ]


def _payment_rows(entries, zero_change: str):
    for entry in _tickets(entries):
        body = entry.body
        change = _amount(body["change"]) if body["change"] else zero_change
        for payment in body["payments"]:
            is_cash = payment["tender"] == "cash"
            face = _amount(payment["face"]) if "face" in payment else ""
            yield [
                body["number"],
                payment["tender"],
                _amount(payment["amount"]),
                face,
                payment.get("ref", ""),
                change if is_cash else "",
            ]
            if is_cash:
                change = ""


def _closing_rows(entries):
    for entry in entries:
        if entry.kind == "closing":
            body = entry.body
            keys = ("period", "number", "first_date", "last_date")
            gt = [_amount(body["gt"][key]) for key in ("net", "abs")]
            yield [entry.seq, *(body[key] for key in keys), *_totals(body["totals"]), *gt]


def _event_rows(entries):
    for entry in entries:
        event = _as_event(entry)
        if event:
            code, label, detail = event
            yield [entry.seq, entry.at.isoformat(), code, label, entry.operator, detail]


def _as_event(entry) -> tuple[int, str, str] | None:
    """What an entry is to the journal of events: code, label, detail."""
    kind, body = entry.kind, entry.body
    if kind == "event":
        return body["code"], body["label"], body.get("detail", "")
    if kind == "cash":
        return 170, "Caisse", body["type"]
    if kind == "ticket":
        code_and_label = {"cancel": (190, "Annulation"), "correction": (420, "Correction")}.get(body["type"])
    elif kind == "duplicate":
        code_and_label = (155 if body["of"]["kind"] == "note" else 156), "Duplicata"
    elif kind == "closing":
        code_and_label = (60 if body["period"] == "year" else 50), "Clôture"
    elif kind == "archive":
        code_and_label = (30 if body["period"] == "year" else 20), "Archive"
    else:
        code_and_label = None
    if code_and_label is None:
        return None
    return *code_and_label, nf525.document(entry.label, nf525.type_of(kind, body.get("period")), body["number"])
