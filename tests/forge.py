"""What a forger with the device's key can do: seal any entries anew, and build archives around them.

The tests make their journals with it, so that the rules are seen to fire and not only the seals. It leans on
the verifier's own state for figures that are not the subject of a test; those that are come from the known
answers or are written out by hand.
"""

import copy
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier import archive, csvfiles, dates, money, nf525
from verifier.merkle import leaf_hash, node_hash
from verifier.notes import key_id
from verifier.report import Report
from verifier.sealing import ENTRY_CONTEXT, Journal
from verifier.values import canonical, to_base64

VECTORS = Path(__file__).parent / "vectors"
KNOWN = json.loads((VECTORS / "known.json").read_text("utf-8"))
DEVICE = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KNOWN["device_seed"]))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KNOWN["witness_seed"]))
WITNESS_NAME = KNOWN["witness_name"]
WITNESS_KEY = bytes.fromhex(KNOWN["witness_public"])


def known_entries() -> list[dict]:
    """The entries of the known journal, to be changed at will."""
    return [json.loads(entry["data"]) for entry in KNOWN["entries"]]


class Till:
    """Seals entries one after the other, with links, strings, numbers and roots that fit."""

    def __init__(self):
        self.report = Report("till")
        self.journal = Journal(self.report)
        self.lines: list[bytes] = []
        self.register = ""

    @property
    def data(self) -> bytes:
        return b"".join(self.lines)

    def seal(self, entry: dict, keep: frozenset = frozenset()) -> dict:
        """Seal an entry; `keep` names what is to stay as it is, right or wrong."""
        entry = copy.deepcopy(entry)
        body, books = entry.get("body"), self.journal.books
        self.register = self.register or entry.get("register")
        if "seq" not in keep:
            entry["seq"] = len(self.lines)
        if "prev" not in keep:
            entry["prev"] = self._previous_hash()
        if books and entry.get("kind") == "closing" and "checkpoint" not in keep:
            size = self.journal.tree.size
            body["checkpoint"] = {"size": size, "root": self.journal.tree.root(size).hex()}
        if books and isinstance(body, dict) and "nf525" in body:
            if "nf525" not in keep:
                body["nf525"]["arg"] = self._string(entry) or body["nf525"]["arg"]
            if "nf525.sig" not in keep:
                signature = DEVICE.sign(body["nf525"]["arg"].encode("utf-8"))
                body["nf525"]["sig"] = to_base64(signature, url=True)
        self._append(seal_line(entry))
        return entry

    def add(self, kind: str, at: str, body: dict, operator: str = "op-1") -> dict:
        """Seal a new entry, its number and perpetual totals filled in."""
        books = self.journal.books
        body = copy.deepcopy(body)
        if kind != "cash":
            body.setdefault("number", books.chains[nf525.type_of(kind, body.get("period"))].number + 1)
            body["nf525"] = {"arg": "", "sig": ""}
        if kind == "ticket":
            ttc = body["totals"]["ttc"]
            body["gt"] = {"net": books.gt["net"] + ttc, "abs": books.gt["abs"] + abs(ttc)}
        entry = {"v": 1, "register": self.register, "at": at, "operator": operator, "kind": kind, "body": body}
        return self.seal(entry)

    def ticket(self, at: str, business_date: str, lines: list[dict], payments: list[dict], **keys) -> dict:
        """Seal a ticket with worked-out totals: a sale, unless `type` says otherwise."""
        body = {"type": "sale", "business_date": business_date, "change": 0, "payments": payments, **keys}
        return self.add("ticket", at, body | figures(lines, body.get("discounts", ())))

    def close(self, period: str, at: str, **keys) -> dict:
        """Close a period with the figures that its tickets have."""
        books = self.journal.books
        first, last = books.calendar.current_bounds(period)
        body = books.sums[period].figures() | {
            "period": period,
            "first_date": str(first),
            "last_date": str(last),
            "from": books.sums[period].first,
            "to": len(self.lines) - 1,
            "year_to_date": books.year_to_date,
            "gt": books.gt,
        }
        return self.add("closing", at, body | keys, operator="system")

    def event(self, at: str, code: int = 80, **keys) -> dict:
        return self.add("event", at, {"code": code, "label": "Événement"} | keys, operator="system")

    def checkpoint(self, size: int | None = None) -> str:
        """The countersigned checkpoint of the first `size` entries."""
        size = len(self.lines) if size is None else size
        return checkpoint(self.register, size, self.journal.tree.root(size))

    def _append(self, line: bytes):
        self.lines.append(line)
        self.journal.read(line[:-1])

    def _previous_hash(self) -> str:
        return json.loads(self.lines[-1])["hash"] if self.lines else "0" * 64

    def _string(self, entry: dict) -> str | None:
        """The string that fits, where the body is whole enough to have one."""
        books, body = self.journal.books, entry["body"]
        try:
            letters = nf525.type_of(entry["kind"], body.get("period"))
            original = ""
            if entry["kind"] == "duplicate":
                of = body["of"]
                copied = nf525.type_of(of["kind"], of.get("period"))
                original = nf525.document(books.settings["label"], copied, of["number"])
            fields = _Fields(entry["kind"], body, dates.parse_instant(entry["at"]), entry["operator"])
            return nf525.argument(fields, books.settings["label"], books.chains[letters], original)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


class _Fields:
    """As much of an entry as its string is made of."""

    def __init__(self, kind, body, at, operator):
        self.kind, self.body, self.at, self.operator = kind, body, at, operator


def seal_line(entry: dict) -> bytes:
    leaf = leaf_hash(canonical(entry))
    signature = DEVICE.sign(ENTRY_CONTEXT + leaf)
    return canonical({"entry": entry, "hash": leaf.hex(), "sig": to_base64(signature)}) + b"\n"


def resealed(entries: list[dict], keep: dict[int, set] | None = None) -> Till:
    """A till that holds these entries, whatever they say; `keep` by seq as in `Till.seal`."""
    till = Till()
    for seq, entry in enumerate(entries):
        till.seal(entry, frozenset((keep or {}).get(seq, ())))
    return till


def line(n: int, qty: int, unit_price: int, vat: int = 550, label: str = "Article", **keys) -> dict:
    return {
        "n": n,
        "sku": f"SKU{n}",
        "label": label,
        "qty": qty,
        "unit": "pce",
        "unit_price": unit_price,
        "vat": vat,
        **keys,
    }


def figures(lines: list[dict], discounts=()) -> dict:
    """`lines`, `totals` and `discounts` of a ticket, worked out."""
    totals = [money.after_line_discounts(item) for item in lines]
    for discount in discounts:
        totals = [total - share for total, share in zip(totals, money.shares(discount["amount"], totals))]
    lines = [item | {"total": total} for item, total in zip(lines, totals)]
    rows = []
    for rate in sorted({item["vat"] for item in lines}):
        of_rate = [item for item in lines if item["vat"] == rate]
        for item, ht in zip(of_rate, money.untaxed([item["total"] for item in of_rate], rate)):
            item["ht"] = ht
        ttc = sum(item["total"] for item in of_rate)
        vat = money.vat_of(ttc, rate)
        rows.append({"rate": rate, "ttc": ttc, "ht": ttc - vat, "vat": vat})
    ttc, ht = (sum(row[key] for row in rows) for key in ("ttc", "ht"))
    return {"lines": lines, "totals": {"ttc": ttc, "ht": ht, "vat": rows}}


def checkpoint(register: str, size: int, root: bytes, countersigned: bool = True) -> str:
    origin = f"comptoir/{register}"
    text = f"{origin}\n{size}\n{to_base64(root)}\n"
    device = key_id(origin, b"\x01", DEVICE.public_key().public_bytes_raw()) + DEVICE.sign(text.encode())
    note = f"{text}\n— {origin} {to_base64(device)}\n"
    if countersigned:
        time = 1_800_000_000
        signature = WITNESS.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        raw = key_id(WITNESS_NAME, b"\x04", WITNESS_KEY) + time.to_bytes(8, "big") + signature
        note += f"— {WITNESS_NAME} {to_base64(raw)}\n"
    return note


def inclusion_proof(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 6962, 2.1.1, by its recursive definition."""
    if len(leaves) <= 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return inclusion_proof(leaves[:half], index) + [root_of(leaves[half:])]
    return inclusion_proof(leaves[half:], index - half) + [root_of(leaves[:half])]


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, by its recursive definition."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:half]), root_of(leaves[half:]))


def archive_files(lines: list[bytes], to: int, countersigned: bool = True) -> dict[str, bytes]:
    """What the archive holds of the period whose closing is entry `to`: all but the manifest's signature."""
    till = Till()
    entries = [json.loads(text)["entry"] for text in lines[: to + 1]]
    till.register = entries[0]["register"]
    first = entries[to]["body"]["from"]
    before = None
    for text in lines[: to + 1]:
        if till.journal.next_seq == first and first:
            before = _state(till)
        till._append(text)
    books = till.journal.books
    leaves = [till.journal.leaves[seq] for seq in range(to + 1)]
    note = checkpoint(till.register, to + 1, till.journal.tree.root(to + 1), countersigned)
    held = [entry for entry in till.journal.entries if entry.seq >= first]
    files = {
        "journal.jsonl": b"".join(([lines[0]] if first else []) + lines[first : to + 1]),
        "checkpoint.txt": note.encode("utf-8"),
        "LISEZMOI.txt": b"Archive fiscale d'une caisse.\n",
        **{name: accepted[0] for name, accepted in csvfiles.tables(held).items()},
    }
    manifest = {
        "v": 1,
        "register": till.register,
        "merchant": books.settings["merchant"],
        "label": books.settings["label"],
        "from": first,
        "to": to,
        "from_at": entries[first]["at"],
        "to_at": entries[to]["at"],
        "period": entries[to]["body"]["period"],
        "frontier": [root.hex() for root in till.journal.tree.frontier(first)],
        "public_key": entries[0]["body"]["public_key"],
        "software": books.settings["software"],
    }
    if countersigned:
        manifest["witness"] = {"name": WITNESS_NAME, "public_key": to_base64(WITNESS_KEY)}
    if before:
        manifest["before"] = before
        manifest["genesis_proof"] = [node.hex() for node in inclusion_proof(leaves, 0)]
    files["manifest.json"] = canonical(manifest)
    return listed(files)


def _state(till: Till) -> dict:
    books = till.journal.books
    return {
        "prev": till._previous_hash(),
        "gt": dict(books.gt),
        "year_to_date": books.year_to_date,
        "business_date": str(books.calendar.last_used),
        "settings": dict(books.settings),
        "chains": {
            letters: {"number": link.number, "sig": link.sig} for letters, link in books.chains.items() if link.number
        },
    }


def listed(files: dict[str, bytes], **changes) -> dict[str, bytes]:
    """The files with a manifest that lists them, after changes to its values."""
    manifest = json.loads(files["manifest.json"]) | changes
    names = sorted(name for name in files if not name.startswith("manifest."))
    manifest["files"] = [
        {"name": name, "bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()} for name in names
    ]
    return files | {"manifest.json": canonical(manifest)}


def zipped(files: dict[str, bytes], sign: bool = True) -> bytes:
    """The archive's bytes, the manifest signed as it is."""
    if sign and "manifest.json" in files:
        signature = DEVICE.sign(archive.MANIFEST_CONTEXT + sha256(files["manifest.json"]).digest())
        files = files | {"manifest.sig": to_base64(signature).encode("ascii")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()
