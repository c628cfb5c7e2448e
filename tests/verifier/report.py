"""What a verifier says about one file."""

from dataclasses import asdict, dataclass

from .values import brief

RULES = frozenset(
    "chain signature canonical version kind genesis body numbering arithmetic settlement refers_to perpetual"
    " closing_totals closing_order nf525 clock checkpoint_signature root countersignature truncation fork"
    " archive_file csv unreadable".split()
)

# Rules that lean on the entries before. Once one of those could not be understood, breaking such a rule
# proves nothing: a newer register may have counted what this verifier skipped.
_LEAN_ON_HISTORY = frozenset("numbering perpetual closing_totals closing_order nf525 refers_to csv".split())


@dataclass(frozen=True)
class Finding:
    verdict: str
    seq: int | None
    place: str
    rule: str
    expected: str
    found: str


class Report:
    """The findings about one file, and the verdict they amount to."""

    def __init__(self, file: str):
        self.file = file
        self.entries = 0
        self.witnessed = False
        self.findings: list[Finding] = []
        self.not_checkable: list[str] = []
        self.history_has_gaps = False

    def defect(self, place: str, rule: str, expected, found, seq: int | None = None):
        unsure = self.history_has_gaps and rule in _LEAN_ON_HISTORY
        self._add("inconclusive" if unsure else "defect", place, rule, expected, found, seq)

    def inconclusive(self, place: str, rule: str, expected, found, seq: int | None = None):
        self._add("inconclusive", place, rule, expected, found, seq)

    def cannot_check(self, what: str):
        if what not in self.not_checkable:
            self.not_checkable.append(what)

    def at(self, seq: int) -> "Place":
        return Place(self, seq)

    @property
    def verdict(self) -> str:
        verdicts = {finding.verdict for finding in self.findings}
        if "defect" in verdicts:
            return "defects"
        return "inconclusive" if verdicts else "sound"

    def as_dict(self) -> dict:
        return {
            "file": self.file,
            "verdict": self.verdict,
            "entries": self.entries,
            "witnessed": self.witnessed,
            "findings": [asdict(finding) for finding in self.findings],
            "not_checkable": self.not_checkable,
        }

    def _add(self, verdict, place, rule, expected, found, seq):
        assert rule in RULES, rule
        self.findings.append(Finding(verdict, seq, place, rule, brief(expected), brief(found)))


class Place:
    """One entry, as the place of findings."""

    def __init__(self, report: Report, seq: int):
        self.report = report
        self.seq = seq
        self.name = f"entry {seq}"

    def defect(self, rule: str, expected, found):
        self.report.defect(self.name, rule, expected, found, self.seq)

    def inconclusive(self, rule: str, expected, found):
        self.report.inconclusive(self.name, rule, expected, found, self.seq)

    def cannot_check(self, what: str):
        self.report.cannot_check(f"{self.name}: {what}")

    def compare(self, rule: str, what: str, expected, found):
        """A defect where a sealed value is not the one worked out."""
        if expected != found:
            self.defect(rule, f"{what} {brief(expected, 120)}", found)
