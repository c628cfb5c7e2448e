"""Checkpoints (signed notes), and the evidence that outlives a journal: receipts' QR codes and printed Zs."""

import re
from dataclasses import dataclass, field
from hashlib import sha256

from .keys import PublicKey
from .report import Report
from .sealing import ENTRY_CONTEXT, Journal
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
class PrintedZ:
    size: int
    root: bytes

    @property
    def name(self) -> str:
        return f"the printed Z of size {self.size}"


@dataclass
class Receipt:
    register: str
    seq: int
    leaf: bytes
    signature: bytes

    @property
    def name(self) -> str:
        return f"the receipt of entry {self.seq}"


Evidence = Note | PrintedZ | Receipt


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


def parse_evidence(text: str) -> Evidence:
    """Whatever somebody kept: a checkpoint, the text of a QR code, or SIZE:ROOT off a printed Z."""
    bare = text.strip()
    receipt = re.search(r"r#([0-9a-f-]{36})\.(0|[1-9][0-9]{0,15})\.([\w-]{43})\.([\w-]{86})$", bare, re.ASCII)
    if receipt:
        leaf, signature = from_base64(receipt[3], 32, url=True), from_base64(receipt[4], 64, url=True)
        if leaf is None or signature is None:
            raise Unreadable("a receipt's hash or signature is not base64url")
        return Receipt(receipt[1], int(receipt[2]), leaf, signature)
    printed = re.fullmatch(r"(0|[1-9][0-9]{0,15}):([0-9a-fA-F]{64})", bare)
    if printed:
        return PrintedZ(int(printed[1]), bytes.fromhex(printed[2]))
    return parse_note(text)


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
    message = f"cosignature/v1\ntime {time}\n{text}".encode("utf-8")
    return len(raw) == 72 and key.verifies(raw[8:], message)


def check_evidence(
    report: Report, journal: Journal, evidence: Evidence, witnesses: Witnesses, end_is_open: bool
) -> bool:
    """Hold a journal against evidence. Returns whether a witness vouches for what is in the file.

    `end_is_open`: the file is an archive, after which the journal went on, so that missing later
    entries are no truncation.
    """
    if isinstance(evidence, Receipt):
        _check_receipt(report, journal, evidence, end_is_open)
        return False
    if isinstance(evidence, Note):
        if evidence.origin != f"comptoir/{journal.register}":
            report.cannot_check(f"{evidence.name} of {evidence.origin}, which is not this journal")
            return False
        check_device_signature(report, evidence, journal.register, journal.key)
        countersigned = check_countersignatures(report, evidence, witnesses)
    else:
        countersigned = False
    return check_root(report, journal, evidence, end_is_open) and countersigned


def check_root(report: Report, journal: Journal, evidence: Note | PrintedZ, end_is_open: bool) -> bool:
    """Whether the tree has the root that the evidence states for its size."""
    tree, size = journal.tree, evidence.size
    if size > tree.size and not end_is_open:
        report.defect(evidence.name, "truncation", f"at least {size} entries", f"{tree.size} entries")
        return False
    if not tree.first <= size <= tree.size:
        report.cannot_check(f"{evidence.name}: this file covers entries {tree.first} to {tree.size - 1}")
        return False
    root = tree.root(size)
    if root != evidence.root:
        report.defect(evidence.name, "fork", f"the root {evidence.root.hex()}", root.hex())
        return False
    return True


def _check_receipt(report: Report, journal: Journal, receipt: Receipt, end_is_open: bool):
    if receipt.register != journal.register:
        report.cannot_check(f"{receipt.name} of register {receipt.register}, which is not this journal")
        return
    if journal.key is None:
        report.cannot_check(f"{receipt.name}: the register's key is not usable")
    elif not journal.key.verifies(receipt.signature, ENTRY_CONTEXT + receipt.leaf):
        report.defect(receipt.name, "signature", "the device's signature of its hash", "one that is not valid")
    leaf = journal.leaves.get(receipt.seq)
    if leaf is None and receipt.seq >= journal.next_seq and not end_is_open:
        report.defect(receipt.name, "truncation", f"entry {receipt.seq}", f"{journal.next_seq} entries")
    elif leaf is None:
        report.cannot_check(f"{receipt.name}: the entry is not in this file")
    elif leaf != receipt.leaf:
        report.defect(receipt.name, "fork", f"entry {receipt.seq} with hash {receipt.leaf.hex()}", leaf.hex())
