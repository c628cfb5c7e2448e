"""Checkpoints: signed notes over the size and the root of a journal."""

import re
from dataclasses import dataclass, field
from hashlib import sha256

from .keys import PublicKey
from .report import Report
from .values import from_base64

_DEVICE, _WITNESS = b"\x01", b"\x04"


class Unreadable(ValueError):
    """The text is not what it was given as."""


@dataclass
class Note:
    """A checkpoint as a signed note: three lines, and the signatures under them."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]

    @property
    def name(self) -> str:
        return f"the checkpoint of size {self.size}"


@dataclass
class Witnesses:
    """The back offices' keys that are at hand."""

    keys: dict[str, bytes] = field(default_factory=dict)

    def with_key(self, name: str, data: bytes) -> "Witnesses":
        return Witnesses({name: data} | self.keys)


def parse_note(text: str) -> Note:
    body, blank, signatures = text.partition("\n\n")
    lines = body.split("\n")
    if not blank or len(lines) != 3 or not signatures.endswith("\n"):
        raise Unreadable("not three lines, an empty one, and signatures")
    origin, size, root = lines
    decoded = from_base64(root, 32)
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", size) or decoded is None:
        raise Unreadable("no size and root of a checkpoint")
    return Note(body + "\n", origin, int(size), decoded, [_signature(line) for line in signatures[:-1].split("\n")])


def _signature(line: str) -> tuple[str, bytes]:
    match = re.fullmatch(r"— (\S+) ([A-Za-z0-9+/]+={0,2})", line)
    raw = match and from_base64(match[2], len(match[2]) // 4 * 3 - match[2].count("="))
    if not raw or len(raw) <= 4:
        raise Unreadable("a signature line that is none")
    return match[1], raw


def key_id(name: str, kind: bytes, key: bytes) -> bytes:
    return sha256(name.encode("utf-8") + b"\n" + kind + key).digest()[:4]


def check_device_signature(report: Report, note: Note, register: str, key: PublicKey | None):
    """The first signature a checkpoint needs: that of the register which it is about."""
    origin = f"comptoir/{register}"
    if note.origin != origin:
        report.defect(note.name, "checkpoint_signature", f"the origin {origin}", note.origin)
        return
    if key is None:
        report.cannot_check(f"{note.name}: the register's key is not usable")
        return
    own = [raw for name, raw in note.signatures if name == origin and raw[:4] == key_id(name, _DEVICE, key.data)]
    if not own:
        report.defect(note.name, "checkpoint_signature", "a signature by the register's key", "none")
    for raw in own:
        if not key.verifies(raw[4:], note.text.encode("utf-8")):
            report.defect(note.name, "checkpoint_signature", "the register's signature", "one that is not valid")


def check_countersignatures(report: Report, note: Note, witnesses: Witnesses, named: str | None = None) -> bool:
    """Whether one of the witnesses at hand has countersigned.

    A line by an unknown key says nothing either way, unless it bears the name of the witness that the
    file itself names the key of.
    """
    countersigned = False
    for name, raw in note.signatures:
        if name == note.origin:
            continue
        data = witnesses.keys.get(name)
        is_known = data is not None and raw[:4] == key_id(name, _WITNESS, data)
        if not is_known and name != named:
            report.cannot_check(f"{note.name}: the countersignature of {name}, whose key is not known")
            continue
        if is_known and _is_countersignature(data, raw[4:], note.text):
            countersigned = True
        else:
            report.defect(note.name, "countersignature", f"the countersignature of {name}", "one that is not valid")
    return countersigned


def _is_countersignature(data: bytes, raw: bytes, text: str) -> bool:
    """C2SP cosignature/v1: an 8-byte time, then the signature."""
    try:
        key = PublicKey(data)
    except ValueError:
        return False
    time = int.from_bytes(raw[:8], "big")
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    return len(raw) == 72 and key.verifies(raw[8:], message)
