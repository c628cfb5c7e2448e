"""The register's books as they grow: what an entry must agree with in all those before it."""

from datetime import date

from . import closings, dates, nf525, tickets
from .money import net_cash
from .report import Place
from .shapes import GRAND_TOTAL
from .values import is_integer

# The kinds that belong to a business date; the others may come at any time.
_DATED = ("ticket", "note", "invoice", "duplicate", "cash")
# A register that changed one of these is another register, with a journal of its own.
_FOR_EVER = ("public_key", "time_zone", "currency", "mode", "fiscal_year_starts", "succeeds")


class Books:
    """Numbers, sums and dates, from the genesis on or from where an archive takes over."""

    def __init__(self, report, register: str, settings: dict, key, tree):
        self.report = report
        self.settings = dict(settings)
        self.key = key
        self.tree = tree
        self.first = 0
        self.chains = {letters: nf525.Link() for letters in nf525.TYPES}
        self.documents = tickets.Documents(register, dict.fromkeys(nf525.TYPES, 0))
        self.calendar = dates.BusinessCalendar(int(settings["fiscal_year_starts"][:2]))
        self.sums = {period: closings.PeriodSums() for period in dates.PERIODS}
        self.gt = {"net": 0, "abs": 0}
        self.year_to_date = 0
        self.drawer = 0
        self.witnessed_size = 0
        self._closing_ranges: dict[int, tuple[str, int]] = {}  # seq of a closing: period, from
        self._archived: set[int] = set()  # seqs of closings
        self._counts: set[int] = set()  # seqs of cash counts

    def resume(self, period: str, first: int, before: dict, register: str):
        """Take over at `first`, right after the closing of a `period`, from what an archive says of before."""
        self.first = first
        self.settings = dict(before["settings"])
        for letters, link in before["chains"].items():
            if letters in self.chains:
                self.chains[letters] = nf525.Link(link["number"], link["sig"])
        numbers = {letters: link.number for letters, link in self.chains.items()}
        self.documents = tickets.Documents(register, numbers)
        self.calendar.resume_after(period, dates.parse_date(before["business_date"]))
        self.gt = {"net": before["gt"]["net"], "abs": before["gt"]["abs"]}
        self.year_to_date = before["year_to_date"]
        for index, name in enumerate(dates.PERIODS):
            # Whatever is not longer than the period just closed has been closed with it, and starts from nothing.
            known = index <= dates.PERIODS.index(period)
            self.sums[name] = closings.PeriodSums(first if name == period else None, known)

    def enter(self, place: Place, entry):
        """Check an entry whose body has the right shape, and take it into the books."""
        body = entry.body
        if entry.kind in _DATED:
            self._check_date(place, entry)
        label = self.settings["label"]
        if entry.kind != "cash":
            self._check_string(place, entry)
        if entry.kind in ("ticket", "note"):
            tickets.check_figures(place, body)
        if entry.kind == "ticket":
            self._enter_ticket(place, body)
        elif entry.kind == "invoice":
            self.documents.enter_invoice(place, body)
        elif entry.kind == "duplicate":
            self.documents.enter_duplicate(place, body)
            for sums in self.sums.values():
                sums.counts["duplicates"] += 1
        elif entry.kind == "cash":
            self._enter_cash(place, body)
        elif entry.kind == "event":
            self._apply_settings(place, body.get("set", {}))
        elif entry.kind == "closing":
            self._enter_closing(place, body)
        elif entry.kind == "archive":
            self._enter_archive(place, body)
        if entry.kind != "cash":
            # Only now, so that no document can refer to itself.
            self.documents.seal(nf525.type_of(entry.kind, body.get("period")), body["number"], label)

    def pass_over(self, entry):
        """Keep in step with an entry that cannot be read in full, as far as it can be."""
        body = entry.body if isinstance(entry.body, dict) else {}
        try:
            letters = nf525.type_of(entry.kind, body.get("period"))
            number, sig = body["number"], body["nf525"]["sig"]
            if is_integer(number) and isinstance(sig, str):
                self.chains[letters] = nf525.Link(number, sig)
                self.documents.seal(letters, number, self.settings["label"])
        except (KeyError, TypeError):
            pass
        if entry.kind == "ticket" and not list(GRAND_TOTAL(body.get("gt"), "")):
            self.gt = body["gt"]

    def _check_date(self, place: Place, entry):
        expected = self.calendar.expected(dates.natural_date(entry.at, dates.parse_clock(self.settings["day_ends_at"])))
        day = expected
        if "business_date" in entry.body and entry.kind in ("ticket", "note", "invoice"):
            day = dates.parse_date(entry.body["business_date"])
            place.compare("closing_order", "the business date", str(expected), str(day))
        for period in self.calendar.due_before(day):
            first, last = self.calendar.current_bounds(period)
            place.defect("closing_order", f"the {period} from {first} to {last} closed first", f"an entry of {day}")
        self.calendar.use(day)

    def _check_string(self, place: Place, entry):
        body, label = entry.body, self.settings["label"]
        letters = nf525.type_of(entry.kind, body.get("period"))
        before = self.chains[letters]
        place.compare("numbering", f"number of {letters}", before.number + 1, body["number"])
        # Where the label changes, the format leaves open which one is meant; any honest choice is fine.
        labels = [label]
        if entry.kind == "event":
            labels.append(body.get("set", {}).get("label", label))
        accepted = [
            nf525.argument(entry, own, before, original)
            for own in labels
            for original in self._names_of_original(entry, label)
        ]
        if body["nf525"]["arg"] not in accepted:
            place.defect("nf525", accepted[0] if accepted else "an original", body["nf525"]["arg"])
        if self.key and not nf525.is_signed(self.key, body):
            place.defect("nf525", "nf525.sig is the device's over nf525.arg", body["nf525"]["sig"])
        self.chains[letters] = nf525.Link(body["number"], body["nf525"]["sig"])

    def _names_of_original(self, entry, label: str) -> list[str]:
        if entry.kind != "duplicate":
            return [""]
        of = entry.body["of"]
        if of["kind"] == "closing" and "period" not in of:
            return []
        letters = nf525.type_of(of["kind"], of.get("period"))
        then = self.documents.label_of(letters, of["number"]) or label
        return [nf525.document(name, letters, of["number"]) for name in (then, label)]

    def _enter_ticket(self, place: Place, body: dict):
        tickets.check_type(place, body)
        tickets.check_settlement(place, body)
        self.documents.enter_ticket(place, body)
        ttc = body["totals"]["ttc"]
        for key, amount in (("net", ttc), ("abs", abs(ttc))):
            place.compare("perpetual", f"gt.{key}", self.gt[key] + amount, body["gt"][key])
        self.gt = body["gt"]
        self.year_to_date += ttc
        self.drawer += net_cash(body)
        for sums in self.sums.values():
            sums.add_ticket(body)

    def _enter_cash(self, place: Place, body: dict):
        kind, amount = body["type"], body["amount"]
        if kind in ("float", "in"):
            self.drawer += amount
        elif kind in ("out", "drop"):
            self.drawer -= amount
        else:
            place.compare("arithmetic", "expected in the drawer", self.drawer, body["expected"])
            place.compare("arithmetic", "the amount of a count, as counted,", body["counted"], amount)
            place.compare("arithmetic", "difference", body["counted"] - body["expected"], body["difference"])
            self._counts.add(place.seq)
        replaced = body.get("replaces")
        if replaced is None:
            return
        if replaced < self.first:
            place.cannot_check(f"replaces the count of entry {replaced}, before this file")
        elif kind != "count" or replaced not in self._counts or replaced == place.seq:
            place.defect("refers_to", "a count that replaces an earlier one", f"{kind}, entry {replaced}")

    def _apply_settings(self, place: Place, changes: dict):
        for key in _FOR_EVER:
            if key in changes and changes[key] != self.settings.get(key):
                place.defect("genesis", f"the same {key} for the whole journal", changes[key])
        siret = changes.get("merchant", self.settings["merchant"])["siret"]
        if siret != self.settings["merchant"]["siret"]:
            place.defect("genesis", f"the SIRET {self.settings['merchant']['siret']}", siret)
        self.settings |= {key: new for key, new in changes.items() if key not in _FOR_EVER}

    def _enter_closing(self, place: Place, body: dict):
        period = body["period"]
        sums = self.sums[period]
        closings.check_range(place, body, sums.first, self.first)
        closings.check_figures(place, body, sums)
        closings.check_order(place, body, self.calendar)
        place.compare("closing_totals", "year_to_date", self.year_to_date, body["year_to_date"])
        for key in ("net", "abs"):
            place.compare("perpetual", f"gt.{key}", self.gt[key], body["gt"][key])
        self.witnessed_size = closings.check_checkpoints(place, body, self.tree, self.witnessed_size)

        self.calendar.close(period, self._last_date_closed(body))
        self.sums[period] = closings.PeriodSums(place.seq + 1)
        self._closing_ranges[place.seq] = period, body["from"]
        # What is sealed goes on from here, so that a wrong figure is reported once.
        self.year_to_date = 0 if period == "year" else body["year_to_date"]
        if period == "day":
            self.drawer = 0

    def _last_date_closed(self, body: dict) -> date:
        """The date that a closing closes, by the calendar: one that lies about it must not shift what follows."""
        expected = self.calendar.current_bounds(body["period"])
        return expected[1] if expected else dates.parse_date(body["last_date"])

    def _enter_archive(self, place: Place, body: dict):
        period, to = body["period"], body["to"]
        if to < self.first:
            place.cannot_check(f"the archive of entries {body['from']} to {to}, before this file")
            return
        closed = self._closing_ranges.get(to)
        if closed is None or closed[0] != period:
            place.defect("refers_to", f"an archive up to a {period} closing", f"up to entry {to}")
            return
        place.compare("refers_to", "archived `from`", closed[1], body["from"])
        if period != "day" and to not in self._archived:
            skipped = [
                seq
                for seq, (name, _) in self._closing_ranges.items()
                if name == period and seq < to and seq not in self._archived
            ]
            if skipped:
                place.defect("closing_order", f"the oldest {period} archived first", f"entry {skipped[0]} skipped")
        self._archived.add(to)
