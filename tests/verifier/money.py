"""The format's arithmetic: whole numbers only, one rounding each, half away from zero."""


def rounded(numerator: int, denominator: int) -> int:
    """The quotient, half away from zero; the denominator is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def gross(line: dict) -> int:
    """What a line would cost without any discount."""
    return rounded(line["qty"] * line["unit_price"], 1000)


def after_line_discounts(line: dict) -> int:
    return gross(line) - sum(discount["amount"] for discount in line.get("discounts", ()))


def apportion(whole: int, numerators: list[int], denominator: int) -> list[int]:
    """Split `whole` over the exact shares numerator/denominator, one cent at a time after cutting them."""
    cuts = [-(-n // denominator) if n < 0 else n // denominator for n in numerators]
    rests = [n - cut * denominator for n, cut in zip(numerators, cuts)]
    missing = whole - sum(cuts)
    step = 1 if missing > 0 else -1
    # The sort is stable, so that ties go to the line written first.
    in_turn = sorted(range(len(cuts)), key=lambda i: -step * rests[i])
    for turn in range(abs(missing) if in_turn else 0):
        cuts[in_turn[turn % len(in_turn)]] += step
    return cuts


def shares(amount: int, totals: list[int]) -> list[int] | None:
    """A ticket discount's part of each line; None where it exceeds what it may be spread over."""
    spread_over = [i for i, total in enumerate(totals) if total * amount > 0]
    base = sum(totals[i] for i in spread_over)
    if abs(amount) > abs(base):
        return None
    result = [0] * len(totals)
    if amount:
        numerators = [amount * abs(totals[i]) for i in spread_over]
        for i, share in zip(spread_over, apportion(amount, numerators, abs(base))):
            result[i] = share
    return result


def vat_of(ttc: int, rate: int) -> int:
    return rounded(ttc * rate, 10000 + rate)


def untaxed(totals: list[int], rate: int) -> list[int]:
    """The `ht` of the lines of one rate, which sum to the `ht` of the rate."""
    ttc = sum(totals)
    return apportion(ttc - vat_of(ttc, rate), [total * 10000 for total in totals], 10000 + rate)


class TotalsSum:
    """Sealed `totals` added up, as closings and invoices do: row by row, nothing computed anew."""

    def __init__(self):
        self.ttc = 0
        self.ht = 0
        self._rows: dict[int, list[int]] = {}

    def add(self, totals: dict):
        self.ttc += totals["ttc"]
        self.ht += totals["ht"]
        for row in totals["vat"]:
            sums = self._rows.setdefault(row["rate"], [0, 0, 0])
            for index, key in enumerate(("ttc", "ht", "vat")):
                sums[index] += row[key]

    def as_totals(self) -> dict:
        rows = [{"rate": rate, "ttc": ttc, "ht": ht, "vat": vat} for rate, (ttc, ht, vat) in sorted(self._rows.items())]
        return {"ttc": self.ttc, "ht": self.ht, "vat": rows}


def known_totals(totals: dict) -> dict:
    """Sealed totals without keys of a newer register, so that they compare with `as_totals`."""
    rows = [{key: row[key] for key in ("rate", "ttc", "ht", "vat")} for row in totals["vat"]]
    return {"ttc": totals["ttc"], "ht": totals["ht"], "vat": rows}


def net_cash(ticket: dict) -> int:
    """What a ticket left in the drawer."""
    handed = sum(payment["amount"] for payment in ticket["payments"] if payment["tender"] == "cash")
    return handed - ticket["change"]
