"""The journal's lines: canonical form, hashes, signatures, order and clock."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from . import dates, shapes, values
from .books import Books
from .keys import PublicKey
from .merkle import Tree, leaf_hash
from .notes import Unreadable, parse_note
from .report import Place, Report

ENTRY_CONTEXT = b"comptoir-entry-v1\n"
NO_ENTRY = "0" * 64
CLOCK_SET_BACK = 910

_ENTRY_KEYS = {
    "register": shapes.REGISTER,
    "seq": shapes.NATURAL,
    "prev": shapes.HASH,
    "at": shapes.INSTANT,
    "operator": shapes.TEXT,
    "kind": shapes.TEXT,
    "body": shapes.value("an object", lambda found: isinstance(found, dict)),
}


@dataclass
class Entry:
    """One sealed entry, as far as it can be read."""

    seq: int
    kind: str
    body: dict
    at: datetime
    operator: str
    leaf: bytes
    label: str = ""  # the till's, as it stood before this entry


class Journal:
    """Reads a journal's lines in order and checks each against those before it."""

    def __init__(self, report: Report):
        self.report = report
        self.register: str | None = None
        self.genesis: dict | None = None  # its body, where it has the right shape
        self.key: PublicKey | None = None
        self.tree = Tree()
        self.books: Books | None = None
        self.entries: list[Entry] = []  # those that could be read in full
        self.leaves: dict[int, bytes] = {}
        self.next_seq = 0
        self.read_in_full = True
        self._previous: str | None = NO_ENTRY  # None where it is not known
        self._leaf = bytes(32)  # of the line being read
        self._last_at: datetime | None = None
        self._zone = None
        self._missed_key = False

    def read(self, raw: bytes) -> Entry | None:
        """Check one line, given without its newline. Returns its entry, where that can be read."""
        self.report.entries += 1
        place = self.report.at(self.next_seq)
        entry = None
        try:
            entry = self._open(raw, place)
            if entry is not None:
                self._check_entry(entry)
        except RecursionError:
            place.defect("canonical", "a line in canonical form", "nested too deeply")
            self._give_up()
        self.tree.append(self._leaf)
        self.leaves[self.next_seq - 1] = self._leaf
        return entry

    def _check_entry(self, entry: Entry):
        place = self.report.at(entry.seq)
        if entry.seq == 0 or self.next_seq == 0:
            self._begin(place, entry)
        self._check_clock(place, entry)
        self._enter(place, entry)
        self.next_seq = entry.seq + 1

    def continue_at(self, first: int, frontier: list[bytes], before: dict, period: str):
        """Having read the genesis, go on at a later entry, as an archive does."""
        self.tree = Tree(first, frontier)
        self.next_seq = first
        self._previous = before["prev"]
        self._last_at = None
        if self.books:
            self.books.tree = self.tree
            self.books.resume(period, first, before, self.register)

    def continue_unchecked(self, first: int):
        """Go on at a later entry without knowing what came before it: lines can be checked, books cannot."""
        self.next_seq, self._previous, self._last_at, self.books = first, None, None, None

    def _open(self, raw: bytes, place: Place) -> Entry | None:
        """The entry in a line. What is wrong with the line or its seal is reported on the way.

        Leaves the leaf and the hash to chain the next entry to behind, whatever the line holds.
        """
        previous = self._previous
        self._leaf = _salvaged_hash(raw)
        self._previous = self._leaf.hex() if any(self._leaf) else None
        try:
            line = values.parse(raw)
        except values.NotAValue as problem:
            if not self._is_newer(place, _leniently_parsed(raw)):
                place.defect("canonical", "a line in canonical form", str(problem))
            return self._give_up()
        entry = line.get("entry") if isinstance(line, dict) else None
        if not isinstance(entry, dict):
            place.defect("canonical", 'a line {"entry","hash","sig"}', raw[:80].decode("utf-8", "replace"))
            return self._give_up()
        if self._is_newer(place, line):
            if values.is_integer(entry.get("seq")):
                self.next_seq = entry["seq"]
            return self._give_up()
        if values.is_integer(entry.get("seq")) and entry["seq"] >= 0:
            place = self.report.at(entry["seq"])
        self._check_form(place, line, raw)
        self._check_seal(place, line, previous)
        return self._checked_entry(place, entry)

    def _give_up(self):
        self.report.history_has_gaps = True
        self.read_in_full = False
        self.next_seq += 1

    def _is_newer(self, place: Place, line) -> bool:
        """Whether the line is of a newer version of the format, of which nothing can be said. None came before 1."""
        entry = line.get("entry") if isinstance(line, dict) else None
        version = entry.get("v") if isinstance(entry, dict) else None
        if not values.is_integer(version) or version <= 1:
            return False
        place.inconclusive("version", "v 1", version)
        return True

    def _check_form(self, place: Place, line: dict, raw: bytes):
        if line.keys() != {"entry", "hash", "sig"}:
            place.defect("canonical", "the keys entry, hash, sig", sorted(line))
        canonical = values.canonical(line)
        if canonical != raw:
            at = next((i for i, (a, b) in enumerate(zip(canonical, raw)) if a != b), min(len(canonical), len(raw)))
            expected, found = (text[at : at + 20].decode("utf-8", "replace") for text in (canonical, raw))
            place.defect("canonical", f"at byte {at}: {expected}", found)
        if line["entry"].get("v") != 1 or not values.is_integer(line["entry"].get("v")):
            place.defect("version", "v 1", line["entry"].get("v", "no such key"))

    def _check_seal(self, place: Place, line: dict, previous: str | None):
        """The hash, the signature, and the links to the entry before."""
        entry = line["entry"]
        self._leaf = leaf_hash(values.canonical(entry))
        place.compare("chain", "hash", self._leaf.hex(), line.get("hash", "no such key"))
        # The next entry was chained to the hash that is stored, so a wrong one is reported here alone.
        self._previous = line["hash"] if values.is_hash(line.get("hash")) else None
        place.compare("chain", "seq", self.next_seq, entry.get("seq", "no such key"))
        if previous is not None:
            place.compare("chain", "prev", previous, entry.get("prev", "no such key"))
        if self.register is None:
            self.register = entry.get("register") if isinstance(entry.get("register"), str) else None
        place.compare("chain", "register", self.register, entry.get("register"))
        if self.next_seq == 0 or entry.get("seq") == 0:
            self._take_key(place, entry)
        if self.key:
            signature = values.from_base64(line.get("sig"), 64)
            if not self.key.verifies(signature, ENTRY_CONTEXT + self._leaf):
                place.defect("signature", "the device's signature of the hash", line.get("sig", "no such key"))
        elif not self._missed_key:
            self._missed_key = True
            place.inconclusive("signature", "a usable public key in the genesis", "none, so no signature is checked")

    def _take_key(self, place: Place, entry: dict):
        if self.key or entry.get("kind") != "genesis" or not isinstance(entry.get("body"), dict):
            return
        data = values.from_base64(entry["body"].get("public_key"), 32)
        try:
            self.key = PublicKey(data or b"")
        except ValueError as problem:
            place.inconclusive("genesis", "a usable public key", str(problem))

    def _checked_entry(self, place: Place, entry: dict) -> Entry | None:
        problems = list(shapes.record(_ENTRY_KEYS)(entry, "entry"))
        for expected, found in problems:
            place.defect("body", expected, found)
        if problems:
            if values.is_integer(entry.get("seq")) and entry["seq"] >= 0:
                self.next_seq = entry["seq"]
            return self._give_up()
        return Entry(
            entry["seq"],
            entry["kind"],
            entry["body"],
            dates.parse_instant(entry["at"]),
            entry["operator"],
            self._leaf,
        )

    def _begin(self, place: Place, entry: Entry):
        """The genesis opens the books; nothing else may stand first, and it may stand nowhere else."""
        if entry.kind != "genesis":
            place.defect("genesis", "a genesis at seq 0", entry.kind)
            return
        if self.books or list(shapes.GENESIS(entry.body, "body")):
            return
        self.genesis = entry.body
        self._zone = dates.zone_named(entry.body["time_zone"])
        if self._zone is None:
            place.inconclusive("genesis", "a time zone that this machine knows", entry.body["time_zone"])
        if "succeeds" in entry.body:
            _check_succession(place, entry.body["succeeds"], self.register)
        self.books = Books(self.report, self.register, entry.body, self.key, self.tree)

    def _check_clock(self, place: Place, entry: Entry):
        if self._zone and entry.at.astimezone(self._zone).utcoffset() != entry.at.utcoffset():
            place.defect("clock", f"the local time of {self._zone}", entry.at.isoformat())
        if self._last_at and entry.at < self._last_at:
            if entry.kind != "event" or entry.body.get("code") != CLOCK_SET_BACK:
                place.defect(
                    "clock", f"an instant from {self._last_at.isoformat()} on, or event 910", entry.at.isoformat()
                )
        self._last_at = entry.at

    def _enter(self, place: Place, entry: Entry):
        shape = shapes.BODIES.get(entry.kind)
        if shape is None:
            place.inconclusive("kind", "a kind of version 1", entry.kind)
            self.report.history_has_gaps = True
            self.read_in_full = False
            return
        if entry.kind == "genesis" and entry.seq != 0:
            place.defect("genesis", "one genesis, at seq 0", f"a genesis at seq {entry.seq}")
        problems = list(shape(entry.body, "body"))
        for expected, found in problems:
            place.defect("body", expected, found)
        if problems:
            if self.books:
                self.books.pass_over(entry)
            self.report.history_has_gaps = True
            self.read_in_full = False
            return
        self.entries.append(entry)
        if self.books and entry.kind != "genesis":
            entry.label = self.books.settings["label"]
            self.books.enter(place, entry)


def lines_of(data: bytes, report: Report) -> list[bytes]:
    """A journal file's lines, which all end with a newline, the last one too."""
    *lines, rest = data.split(b"\n")
    if rest:
        report.defect("the last line", "canonical", "a newline at the end", rest[-40:].decode("utf-8", "replace"))
        lines.append(rest)
    return lines


def _check_succession(place: Place, succeeds: dict, register: str):
    """The journal a replacement continues is named by its own checkpoint; its key is in that journal."""
    other = succeeds["register"]
    if other == register:
        place.defect("genesis", "another register to succeed", register)
    if "checkpoint" in succeeds:
        try:
            place.compare("genesis", "a checkpoint of", f"comptoir/{other}", parse_note(succeeds["checkpoint"]).origin)
        except Unreadable as problem:
            place.defect("genesis", "a checkpoint to succeed", str(problem))
    place.cannot_check(f"the journal of register {other}, which this one succeeds")


def _salvaged_hash(raw: bytes) -> bytes:
    """The hash a line states, where that can be seen; else zeros, which lead to no root."""
    stated = re.findall(rb'"hash":"([0-9a-f]{64})"', raw)
    return bytes.fromhex(stated[-1].decode("ascii")) if stated else bytes(32)


def _leniently_parsed(raw: bytes):
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
