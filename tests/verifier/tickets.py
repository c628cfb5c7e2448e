"""Tickets, notes, invoices and duplicates: their own figures, and the documents they refer to."""

from collections import Counter
from dataclasses import dataclass, field

from . import money, nf525
from .report import Place

# A paper voucher may be worth more than it pays.
_PAPER_VOUCHERS = ("meal_voucher", "holiday_voucher")
# What a sale may hand out for money: the only meaning of a negative payment on it.
_ISSUED_BY_A_SALE = ("gift_voucher", "credit_note", "account", "tip")
# Their amounts may also be put right by a correction, which then undoes no payment.
_NOT_MEANS_OF_PAYMENT = ("tip", "account")

_LINE_KEYS = "n sku label category qty unit unit_price discounts total vat ht nature exempt menu tare seller".split()
_NEGATED_BY_A_CANCEL = ("qty", "total", "ht")


def check_figures(place: Place, body: dict):
    """A ticket's or note's own lines, discounts and totals."""
    lines = body["lines"]
    for position, line in enumerate(lines, 1):
        if line["n"] != position:
            place.defect("body", f"lines[{position - 1}].n {position}", line["n"])
        if "exempt" in line and line["vat"] != 0:
            place.defect("body", f"line {position}: `exempt` at a rate of 0 only", line["vat"])
        # A return may keep the original's `menu`, whose first line need not come back with it.
        if body.get("type") != "return" and line.get("menu", 1) > len(lines):
            place.defect("body", f"line {position}: `menu` names a line", line["menu"])
    _check_line_totals(place, body)
    _check_totals(place, body)


def _check_line_totals(place: Place, body: dict):
    totals = [money.after_line_discounts(line) for line in body["lines"]]
    for discount in body.get("discounts", ()):
        shares = money.shares(discount["amount"], totals)
        if shares is None:
            place.defect("arithmetic", "a discount no larger than what it is spread over", discount["amount"])
            return
        totals = [total - share for total, share in zip(totals, shares)]
    for line, total in zip(body["lines"], totals):
        place.compare("arithmetic", f"line {line['n']}: total", total, line["total"])


def _check_totals(place: Place, body: dict):
    lines, totals = body["lines"], body["totals"]
    rows = {row["rate"]: row for row in totals["vat"]}
    place.compare(
        "arithmetic",
        "totals: a row for each rate, ascending,",
        sorted({line["vat"] for line in lines}),
        [row["rate"] for row in totals["vat"]],
    )
    for rate, row in rows.items():
        of_rate = [line for line in lines if line["vat"] == rate]
        line_totals = [line["total"] for line in of_rate]
        ttc = sum(line_totals)
        vat = money.vat_of(ttc, rate)
        place.compare(
            "arithmetic",
            f"rate {rate}: ttc, ht, vat",
            [ttc, ttc - vat, vat],
            [row["ttc"], row["ht"], row["vat"]],
        )
        for line, ht in zip(of_rate, money.untaxed(line_totals, rate)):
            place.compare("arithmetic", f"line {line['n']}: ht", ht, line["ht"])
    for key in ("ttc", "ht"):
        place.compare("arithmetic", f"totals.{key}", sum(row[key] for row in totals["vat"]), totals[key])


def check_type(place: Place, body: dict):
    """What the type of a ticket asks of its keys."""
    kind, lines = body["type"], body["lines"]
    if kind == "sale":
        if body["totals"]["ttc"] < 0:
            place.defect("arithmetic", "a sale of 0 or more", body["totals"]["ttc"])
        return
    if "reason" not in body or not (body["reason"] or "refers_to" in body):
        place.defect("body", f"a reason for the {kind}", body.get("reason", "none"))
    if kind != "return" and "refers_to" not in body:
        place.defect("body", f"the ticket that the {kind} is about", "no refers_to")
    if kind == "cancel" and body.get("notes"):
        place.defect("refers_to", "a cancel settles no notes", body["notes"])
    if kind == "correction" and (lines or body.get("discounts")):
        place.defect("body", "a correction without lines and discounts", f"{len(lines)} lines")
    if kind == "return":
        _check_return(place, body)


def _check_return(place: Place, body: dict):
    if not body["lines"]:
        place.defect("body", "goods that come back", "no lines")
    if body.get("discounts"):
        place.defect("arithmetic", "a return without ticket discount", body["discounts"])
    for line in body["lines"]:
        if line["qty"] >= 0:
            place.defect("body", f"line {line['n']}: a negative qty on a return", line["qty"])
        discounts = line.get("discounts", [])
        if len(discounts) > 1 or any(d["label"] != "Remise" or d["amount"] == 0 for d in discounts):
            place.defect("arithmetic", f"line {line['n']}: at most one discount, `Remise`, not 0", discounts)
        if "refers_to" in body and "of" not in line:
            place.defect("body", f"line {line['n']}: `of`, the original's line", "no such key")


def check_settlement(place: Place, body: dict):
    """Payments and change against the total, and what each means of payment may do."""
    payments, change = body["payments"], body["change"]
    paid = sum(payment["amount"] for payment in payments)
    place.compare("settlement", "payments less change", body["totals"]["ttc"], paid - change)
    cash = sum(p["amount"] for p in payments if p["tender"] == "cash" and p["amount"] > 0)
    if change > cash:
        # Were another means of payment more than is due, this is where it would show.
        place.defect("settlement", f"change no more than the cash handed over, {cash}", change)
    if body["type"] == "correction" and paid != 0:
        place.defect("settlement", "a correction's payments sum to 0", paid)
    # A deposit that is paid out again: the format names only the way in, but money must have a way back.
    from_account = not body["lines"] and all(p["tender"] == "account" for p in payments if p["amount"] > 0)
    for payment in payments:
        for expected in _broken_tender_rules(payment, body["type"], from_account):
            place.defect("settlement", expected, payment)


def _broken_tender_rules(payment: dict, kind: str, from_account: bool):
    tender, amount = payment["tender"], payment["amount"]
    if "face" in payment:
        face = payment["face"]
        if tender not in _PAPER_VOUCHERS:
            yield "`face` on a paper voucher alone"
        elif face * amount <= 0 or abs(face) <= abs(amount):
            yield "a voucher's `face` above what it paid"
        elif amount < 0 and kind == "sale":
            yield "no voucher given back on a sale"
    if kind == "sale" and amount < 0 and tender not in _ISSUED_BY_A_SALE and not from_account:
        yield "on a sale nothing given back but change in cash"
    if tender == "tip" and amount > 0 and kind in ("sale", "return"):
        yield "a tip is negative"
    if kind == "correction" and tender in ("credit_note", "gift_voucher"):
        yield "a correction without credit notes and gift vouchers"
    if kind == "return" and tender == "credit_note" and amount < 0 and not payment.get("ref"):
        yield "the code of the credit note in `ref`"


@dataclass
class Ticket:
    """A ticket that later ones may refer to, with what they did to it."""

    body: dict
    cancelled: bool = False
    returned: dict[int, tuple[int, int]] = field(default_factory=dict)  # line: quantity, total; both positive
    corrects: "Ticket | None" = None
    balance: Counter = field(default_factory=Counter)  # by tender, after corrections
    vouchers: list[tuple] = field(default_factory=list)  # (tender, amount, face or None) not undone


class Documents:
    """Everything in this journal that a later entry may refer to."""

    def __init__(self, register: str, numbers_before: dict[str, int]):
        self.register = register
        self._numbers_before = numbers_before
        self._tickets: dict[int, Ticket] = {}
        self._labels: dict[tuple[str, int], str] = {}
        self._copies: dict[tuple[str, int], int] = {}
        self._invoiced: set[tuple[str, int]] = set()

    def seal(self, letters: str, number: int, label: str):
        """Take note of a document, with the till's label that its name was formed with."""
        self._labels[letters, number] = label

    def label_of(self, letters: str, number: int) -> str | None:
        return self._labels.get((letters, number))

    def is_known(self, place: Place, letters: str, number: int) -> bool:
        """Whether the document is at hand; says so where it is not."""
        if (letters, number) in self._labels:
            return True
        if number <= self._numbers_before[letters]:
            place.cannot_check(f"refers to {letters} {number}, before this file")
        else:
            place.defect("refers_to", "a document that came before", f"{letters} {number}")
        return False

    def ticket(self, place: Place, reference: dict) -> Ticket | None:
        """The ticket that a {register, number} names."""
        if reference["register"] != self.register:
            place.cannot_check(f"refers to ticket {reference['number']} of register {reference['register']}")
            return None
        if self.is_known(place, "T", reference["number"]):
            return self._tickets.get(reference["number"])
        return None

    def enter_ticket(self, place: Place, body: dict):
        ticket = Ticket(body)
        original = self.ticket(place, body["refers_to"]) if "refers_to" in body else None
        if original is not None:
            if body["type"] == "return":
                _give_back(place, body, original)
            elif body["type"] == "cancel":
                _cancel(place, body, original)
            elif body["type"] == "correction":
                ticket.corrects = original.corrects or original
                _correct(place, body, ticket.corrects)
        for note in body.get("notes", ()):
            self.is_known(place, "N", note)
        if len(set(body.get("notes", ()))) < len(body.get("notes", ())):
            place.defect("refers_to", "each note once", body["notes"])
        _add_payments(ticket, body)
        self._tickets[body["number"]] = ticket

    def enter_invoice(self, place: Place, body: dict):
        if "refers_to" in body:
            self.is_known(place, "F", body["refers_to"]["number"])
            if body["totals"]["ttc"] > 0:
                place.defect("refers_to", "negative totals of a credit note on an invoice", body["totals"]["ttc"])
        sums, complete = money.TotalsSum(), True
        for reference in body["tickets"]:
            named = reference["register"], reference["number"]
            if named in self._invoiced:
                place.defect("refers_to", "no ticket invoiced twice", f"ticket {reference['number']}")
            self._invoiced.add(named)
            ticket = self.ticket(place, reference)
            if ticket is None:
                complete = False
            else:
                sums.add(ticket.body["totals"])
        if complete:
            totals = money.known_totals(body["totals"])
            place.compare("arithmetic", "the sums of the tickets' totals,", sums.as_totals(), totals)

    def enter_duplicate(self, place: Place, body: dict):
        of = body["of"]
        if (of["kind"] == "closing") != ("period" in of):
            place.defect("body", "a period where a closing is copied, and only there", of)
            return
        original = nf525.type_of(of["kind"], of.get("period")), of["number"]
        # The number of copies made before an archive begins is known only to the archive before it.
        here = self.is_known(place, *original)
        if here or original in self._copies:
            expected = self._copies.get(original, 0) + 1
            if body["copy"] != expected:
                place.defect("refers_to", f"copy {expected} of its original", body["copy"])
        self._copies[original] = body["copy"]


def _give_back(place: Place, body: dict, original: Ticket):
    """A return against the sale it is about: line by line, never more than is left."""
    if original.body["type"] != "sale":
        place.defect("refers_to", "a return of a sale", original.body["type"])
        return
    if original.cancelled:
        place.defect("refers_to", "a sale that was not cancelled", "a cancelled one")
    sold_lines = {line["n"]: line for line in original.body["lines"]}
    for line in body["lines"]:
        sold = sold_lines.get(line.get("of"))
        if sold is None:
            place.defect("refers_to", f"line {line['n']}: a line of the original", line.get("of"))
            continue
        if sold["qty"] <= 0:
            place.defect("refers_to", f"line {line['n']}: the return of a line that was sold", sold["qty"])
            continue
        for key in ("vat", "unit_price", "label"):
            place.compare("refers_to", f"line {line['n']}: {key}", sold[key], line[key])
        quantity_before, total_before = original.returned.get(sold["n"], (0, 0))
        quantity = quantity_before - line["qty"]
        if quantity > sold["qty"]:
            left = sold["qty"] - quantity_before
            place.defect("refers_to", f"line {line['n']}: at most {left} given back", -line["qty"])
        due = money.rounded(sold["total"] * quantity, sold["qty"])
        place.compare("refers_to", f"line {line['n']}: total", total_before - due, line["total"])
        original.returned[sold["n"]] = quantity, total_before - line["total"]


def _cancel(place: Place, body: dict, original: Ticket):
    """A cancel against its sale, which it repeats with the opposite sign."""
    sale = original.body
    if sale["type"] != "sale":
        place.defect("refers_to", "the cancellation of a sale", sale["type"])
        return
    if original.cancelled:
        place.defect("refers_to", "a sale cancelled once", "a second time")
    if original.returned:
        place.defect("refers_to", "a sale of which nothing was returned", "goods came back")
    original.cancelled = True
    tips = sum(payment["amount"] for payment in body["payments"] if payment["tender"] == "tip")
    if tips > max(0, -original.balance["tip"]):
        place.defect("refers_to", f"a tip of {-original.balance['tip']} at most given back", tips)
    place.compare(
        "refers_to", "the original's discounts, negated,", _negated(sale.get("discounts")), body.get("discounts") or []
    )
    for key, default in (("mode", None), ("channel", "counter"), ("customer", None)):
        place.compare("refers_to", f"the original's {key}", sale.get(key, default), body.get(key, default))
    place.compare("refers_to", "as many lines as the original,", len(sale["lines"]), len(body["lines"]))
    for sold, line in zip(sale["lines"], body["lines"]):
        expected, found = _comparable(sold), _comparable(line)
        expected |= {key: -expected[key] for key in _NEGATED_BY_A_CANCEL}
        expected["discounts"] = _negated(sold.get("discounts"))
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                wanted = f"line {line['n']}: {key} as the original has it, negated where it is an amount,"
                place.compare("refers_to", wanted, expected.get(key, "absent"), found.get(key, "absent"))


def _comparable(line: dict) -> dict:
    return {key: line[key] for key in _LINE_KEYS if key in line} | {
        "discounts": [{"label": d["label"], "amount": d["amount"]} for d in line.get("discounts", ())]
    }


def _negated(discounts: list[dict] | None) -> list[dict]:
    return [{"label": d["label"], "amount": -d["amount"]} for d in discounts or ()]


def _correct(place: Place, body: dict, root: Ticket):
    """A correction undoes payments that exist; what takes their place is free.

    A correction of a correction is one of the same ticket again, so all of them share the balance of `root`.
    """
    undoing = 1 if root.body["type"] in ("return", "cancel") else -1
    undone = Counter()
    for payment in body["payments"]:
        if payment["amount"] * undoing > 0 and payment["tender"] not in _NOT_MEANS_OF_PAYMENT:
            undone[payment["tender"]] += abs(payment["amount"])
            _undo_voucher(place, payment, root)
    for tender, amount in undone.items():
        available = max(0, -undoing * root.balance[tender])
        if amount > available:
            place.defect("refers_to", f"at most {available} of {tender} to undo", amount)
    _add_payments(root, body, undoing)
    if undoing < 0 and root.balance["tip"] > 0:
        place.defect("refers_to", "no more tips undone than were given", root.balance["tip"])


def _undo_voucher(place: Place, payment: dict, root: Ticket):
    """A payment undone repeats its `face`, so that the excess of the vouchers stays true."""
    if payment["tender"] not in _PAPER_VOUCHERS:
        return
    same = [v for v in root.vouchers if v[:2] == (payment["tender"], -payment["amount"])]
    face = -payment["face"] if "face" in payment else None
    match = next((voucher for voucher in same if voucher[2] == face), None)
    if match:
        root.vouchers.remove(match)
    elif same or face is not None:
        place.defect("refers_to", f"the `face` of the payment undone, {same[0][2] if same else 'none'}", payment)


def _add_payments(ticket: Ticket, body: dict, undoing: int = 0):
    ticket.balance["cash"] -= body["change"]
    for payment in body["payments"]:
        ticket.balance[payment["tender"]] += payment["amount"]
        if payment["tender"] in _PAPER_VOUCHERS and payment["amount"] * undoing <= 0:
            ticket.vouchers.append((payment["tender"], payment["amount"], payment.get("face")))
