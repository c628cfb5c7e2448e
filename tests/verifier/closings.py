"""Closings: the figures of a period against its tickets, and the order in which periods close."""

from dataclasses import dataclass, field

from . import dates, money
from .report import Place
from .values import brief


@dataclass
class PeriodSums:
    """What a closing must state about the entries since the closing of that period before it."""

    first: int | None = 0  # the seq it covers from; None where the closing before is not at hand
    known: bool = True  # false where the period began before this file
    totals: money.TotalsSum = field(default_factory=money.TotalsSum)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("sales", "returns", "cancels", "corrections", "duplicates"), 0)
    )
    sales_ttc: int = 0
    returns_ttc: int = 0
    payments: dict[str, list[int]] = field(default_factory=dict)  # tender: count, amount, excess

    def add_ticket(self, body: dict):
        ttc = body["totals"]["ttc"]
        self.totals.add(body["totals"])
        self.counts[body["type"] + "s"] += 1
        if body["type"] == "sale":
            self.sales_ttc += ttc
        else:
            self.returns_ttc -= ttc
        for payment in body["payments"]:
            sums = self.payments.setdefault(payment["tender"], [0, 0, 0])
            sums[0] += 1
            sums[1] += payment["amount"]
            sums[2] += payment.get("face", payment["amount"]) - payment["amount"]
        if "cash" in self.payments:
            self.payments["cash"][1] -= body["change"]

    def figures(self) -> dict:
        payments = []
        for tender, (count, amount, excess) in sorted(self.payments.items()):
            payments.append({"tender": tender, "count": count, "amount": amount})
            if excess:
                payments[-1]["excess"] = excess
        return self.counts | {
            "totals": self.totals.as_totals(),
            "sales_ttc": self.sales_ttc,
            "returns_ttc": self.returns_ttc,
            "payments": payments,
        }


def check_figures(place: Place, body: dict, sums: PeriodSums):
    """Every figure that is a sum over the closing's own range."""
    if not sums.known:
        place.cannot_check(f"the sums of a {body['period']} that began before this file")
        return
    stated = body | {"totals": money.known_totals(body["totals"]), "payments": _known_payments(body["payments"])}
    for key, expected in sums.figures().items():
        if stated[key] == expected:
            continue
        if key == "payments":
            _report_payments(place, expected, stated[key])
        else:
            place.compare("closing_totals", key, expected, stated[key])


def check_range(place: Place, body: dict, first: int | None, archive_from: int):
    """`from` and `to`: everything since the closing of that period before, up to this one."""
    place.compare("closing_totals", "`to`, the entry before,", place.seq - 1, body["to"])
    if first is not None:
        place.compare("closing_totals", "`from`, the seq after the closing before,", first, body["from"])
    elif body["from"] > archive_from:
        place.defect("closing_totals", f"`from` of at most {archive_from}", body["from"])
    else:
        place.cannot_check(f"`from` of the {body['period']} closing, which began before this file")


def check_order(place: Place, body: dict, calendar: dates.BusinessCalendar):
    """Days before months before years, none of them empty, each with its own dates."""
    period = body["period"]
    for shorter in dates.PERIODS[: dates.PERIODS.index(period)]:
        if calendar.open[shorter]:
            place.defect("closing_order", f"the {shorter} closed before its {period}", f"{period} closing")
    if not calendar.open[period]:
        place.defect("closing_order", f"no closing of an empty {period}", f"{period} closing {body['number']}")
    expected = calendar.current_bounds(period)
    if expected:
        wanted = " to ".join(map(str, expected))
        found = f"{body['first_date']} to {body['last_date']}"
        place.compare("closing_order", f"the {period}", wanted, found)


def check_checkpoints(place: Place, body: dict, tree, witnessed_before: int) -> int:
    """The roots a closing states. Returns the size of the newest countersigned checkpoint known of."""
    own = body["checkpoint"]
    place.compare("root", "a checkpoint over the entries before it, of size", place.seq, own["size"])
    place.compare("root", f"the root over {tree.size} entries,", tree.root(tree.size).hex(), own["root"])
    witnessed = body.get("witnessed")
    if witnessed is None:
        return witnessed_before
    size = witnessed["size"]
    if size > tree.size:
        place.defect("root", f"a countersigned checkpoint of at most {tree.size} entries", size)
        return witnessed_before
    if size < tree.first:
        place.cannot_check(f"the countersigned checkpoint of size {size}, before this file")
    else:
        expected = tree.root(size).hex()
        place.compare("root", f"the countersigned root over {size} entries,", expected, witnessed["root"])
    if size < witnessed_before:
        place.defect("root", f"the newest countersigned checkpoint, at least of size {witnessed_before}", size)
    return max(size, witnessed_before)


def _known_payments(rows: list[dict]) -> list[dict]:
    return [{key: row[key] for key in ("tender", "count", "amount", "excess") if key in row} for row in rows]


def _report_payments(place: Place, expected: list[dict], found: list[dict]):
    wrong = [row for row in expected if row not in found]
    if wrong:
        place.defect("closing_totals", f"payments {brief(wrong)}", [row for row in found if row not in expected])
    else:
        tenders = [row["tender"] for row in expected]
        place.compare("closing_totals", "payments by tender, ascending,", tenders, [row["tender"] for row in found])
