"""Evidence that outlives a journal: checkpoints, receipts' QR codes, printed Zs."""

import re
from dataclasses import dataclass

from .notes import Note, Unreadable, Witnesses, check_countersignatures, check_device_signature, parse_note
from .report import Report
from .sealing import ENTRY_CONTEXT, Journal
from .values import from_base64


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
