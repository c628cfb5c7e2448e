"""The archive file: a ZIP that must hold what its manifest says, and tables that its journal bears out."""

import io
import struct
import zipfile
from hashlib import sha256

from . import csvfiles, nf525, shapes, values
from .merkle import root_from_inclusion
from .notes import Note, Unreadable, Witnesses, check_countersignatures, check_device_signature, parse_note
from .report import Report
from .sealing import Entry, Journal, lines_of

MANIFEST_CONTEXT = b"comptoir-archive-v1\n"
_UNLISTED = ("manifest.json", "manifest.sig")
NAMES = frozenset(("journal.jsonl", "checkpoint.txt", "LISEZMOI.txt", *csvfiles.NAMES, *_UNLISTED))
# Hashes and signatures do not shrink this much: a file that did would be there to fill the memory.
_LARGEST_FACTOR = 100
# What the genesis settles for good, so that the settings at any later time have it unchanged.
_SETTLED = ("public_key", "time_zone", "currency", "mode", "fiscal_year_starts")


class NotAnArchive(ValueError):
    """The bytes cannot be opened as a ZIP at all."""


class Archive:
    """One archive under examination."""

    def __init__(self, report: Report, data: bytes, witnesses: Witnesses):
        self.report = report
        self.witnesses = witnesses
        self.named_witness: str | None = None
        self.members = _members(report, data)
        self.manifest = self._read_manifest()
        self.journal = Journal(report)
        # False where it is not known what lies before the first line, so that no root can be worked out.
        self.has_tree = False
        self.checkpoint: Note | None = None

    def check(self):
        self._check_list_of_files()
        self._read_journal()
        self._check_manifest_signature()
        if self.manifest:
            self._check_sums()
            self._check_manifest_values()
            self._check_before()
            self._take_witness()
        self._check_checkpoint()
        self._check_tables()

    def expected_name(self) -> str | None:
        """The file name that the format forms from the content."""
        closing = self._closing()
        if closing is None or not self.manifest:
            return None
        label = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.manifest["label"])
        body = closing.body
        parts = (self.manifest["merchant"]["siret"], label, body["period"], body["first_date"], body["last_date"])
        return "-".join(parts) + ".zip"

    def check_later_checkpoint(self, text: str):
        """A checkpoint kept beside the archive, countersigned after it was written."""
        try:
            note = parse_note(text)
        except Unreadable as problem:
            self._defect("the checkpoint beside it", "checkpoint_signature", "a signed note", problem)
            return
        check_device_signature(self.report, note, self.journal.register, self.journal.key)
        countersigned = check_countersignatures(self.report, note, self.witnesses)
        if self._has_root_of(note, "fork") and countersigned:
            self.report.witnessed = True

    def _defect(self, place: str, rule: str, expected, found):
        self.report.defect(place, rule, expected, str(found))

    def _check_list_of_files(self):
        for name in sorted(NAMES - self.members.keys()):
            self._defect(name, "archive_file", "a file of this name", "none")
        for name in sorted(self.members.keys() - NAMES):
            self._defect(name, "archive_file", "no file but those of the format", name)
        if self.members.get("LISEZMOI.txt") == b"":
            self._defect("LISEZMOI.txt", "archive_file", "how to check the archive", "nothing")

    def _read_manifest(self) -> dict | None:
        """The manifest, where all of it can be relied on to have the right shape."""
        data = self.members.get("manifest.json")
        if data is None:
            return None
        try:
            manifest = values.parse(data)
            is_canonical = values.canonical(manifest) == data
        except (values.NotAValue, RecursionError) as problem:
            self._defect("manifest.json", "archive_file", "canonical JSON", problem)
            return None
        if not is_canonical:
            self._defect("manifest.json", "archive_file", "canonical JSON, without a newline", "another spelling")
        version = manifest.get("v") if isinstance(manifest, dict) else None
        if values.is_integer(version) and version != 1:
            self.report.inconclusive("manifest.json", "version", "v 1", version)
            return None
        problems = list(shapes.MANIFEST(manifest, "manifest"))
        if not problems:
            problems = list(_manifest_contradictions(manifest))
        for expected, found in problems:
            self._defect("manifest.json", "archive_file", expected, found)
        return None if problems else manifest

    def _read_journal(self):
        lines = lines_of(self.members.get("journal.jsonl", b""), self.report)
        if not lines:
            self._defect("journal.jsonl", "archive_file", "at least the genesis", "no line")
            return
        genesis, *rest = lines
        self.journal.read(genesis)
        first = self.manifest["from"] if self.manifest else _seq_of(rest[0]) if rest else 1
        if first > (0 if self.manifest else 1):
            if self.manifest:
                frontier = [bytes.fromhex(root) for root in self.manifest["frontier"]]
                self.journal.continue_at(first, frontier, self.manifest["before"], self.manifest["period"])
                self.has_tree = True
            else:
                self.report.cannot_check("without its manifest, what the lines are to agree with before them")
                self.journal.continue_unchecked(first)
        else:
            self.has_tree = True
        for line in rest:
            self.journal.read(line)
        if self.manifest and self.journal.next_seq != self.manifest["to"] + 1:
            self._defect(
                "journal.jsonl", "archive_file", f"lines up to entry {self.manifest['to']}", self.journal.next_seq - 1
            )

    def _check_manifest_signature(self):
        text = self.members.get("manifest.sig")
        manifest = self.members.get("manifest.json")
        if text is None or manifest is None:
            return
        if self.journal.key is None:
            self.report.cannot_check("manifest.sig: the register's key is not usable")
            return
        signature = values.from_base64(text.decode("ascii", "replace"), 64)
        if not self.journal.key.verifies(signature, MANIFEST_CONTEXT + sha256(manifest).digest()):
            self._defect("manifest.sig", "archive_file", "the device's signature of manifest.json", "not valid")

    def _check_sums(self):
        listed = [file["name"] for file in self.manifest["files"]]
        present = sorted(self.members.keys() - set(_UNLISTED), key=lambda name: name.encode("utf-8"))
        if listed != present:
            self._defect("manifest.json", "archive_file", f"files {present}", listed)
        for file in self.manifest["files"]:
            data = self.members.get(file["name"])
            if data is None:
                continue
            if len(data) != file["bytes"]:
                self._defect(file["name"], "archive_file", f"{file['bytes']} bytes", len(data))
            if sha256(data).hexdigest() != file["sha256"]:
                self._defect(file["name"], "archive_file", f"SHA-256 {file['sha256']}", sha256(data).hexdigest())

    def _check_manifest_values(self):
        """The manifest's own values, as they stand at `to`."""
        manifest, journal = self.manifest, self.journal
        self._compare("register", journal.register, manifest["register"])
        if journal.genesis:
            self._compare("public_key", journal.genesis["public_key"], manifest["public_key"])
        if journal.books:
            settings = journal.books.settings
            self._compare("label", settings["label"], manifest["label"])
            for key in ("merchant", "software"):
                for part in manifest[key].keys() | settings[key].keys():
                    self._compare(f"{key}.{part}", settings[key].get(part), manifest[key].get(part))
        by_seq = {entry.seq: entry for entry in journal.entries}
        for key in ("from", "to"):
            entry = by_seq.get(manifest[key])
            if entry:
                self._compare(f"{key}_at", entry.at.isoformat(), manifest[f"{key}_at"])
        closing = self._closing()
        if closing:
            self._compare("period", closing.body["period"], manifest["period"])
            self._compare("from", closing.body["from"], manifest["from"])
        elif journal.read_in_full:
            self._defect("manifest.json", "archive_file", "a closing at `to`", f"entry {manifest['to']}")

    def _check_before(self):
        """What the manifest says of the time before `from`, as far as anything at hand contradicts it."""
        manifest, journal = self.manifest, self.journal
        before = manifest.get("before")
        if manifest["from"] == 0 or before is None:
            return
        if manifest["from"] % 2:
            # The smallest of the perfect subtrees is then the entry before `from` itself.
            self._compare("before.prev", manifest["frontier"][-1], before["prev"])
        if manifest["period"] == "year":
            self._compare("before.year_to_date", 0, before["year_to_date"])
        if journal.genesis:
            for key in _SETTLED:
                self._compare(f"before.settings.{key}", journal.genesis[key], before["settings"][key])
            siret = journal.genesis["merchant"]["siret"]
            self._compare("before.settings.merchant.siret", siret, before["settings"]["merchant"]["siret"])
        if self.has_tree and 0 in journal.leaves:
            proof = [bytes.fromhex(node) for node in manifest["genesis_proof"]]
            root = root_from_inclusion(journal.leaves[0], 0, journal.tree.size, proof)
            if root != journal.tree.root(journal.tree.size):
                self._defect("manifest.json", "root", "a proof that the genesis is in the tree", "one that fails")

    def _take_witness(self):
        witness = self.manifest.get("witness")
        if witness is None:
            return
        data = values.from_base64(witness["public_key"], 32)
        if data is None:
            self._defect("manifest.json", "archive_file", "the witness's key, base64 of 32 bytes", "another text")
            return
        given = self.witnesses.keys.get(witness["name"])
        if given is None:
            self.report.cannot_check(f"whether the key of {witness['name']} in the manifest is that witness's own")
        elif given != data:
            self._defect("manifest.json", "countersignature", f"the key given for {witness['name']}", "another key")
        self.witnesses = self.witnesses.with_key(witness["name"], data)
        self.named_witness = witness["name"]

    def _check_checkpoint(self):
        data = self.members.get("checkpoint.txt")
        if data is None:
            return
        try:
            self.checkpoint = note = parse_note(data.decode("utf-8"))
        except (Unreadable, UnicodeDecodeError) as problem:
            self._defect("checkpoint.txt", "checkpoint_signature", "a signed note", problem)
            return
        check_device_signature(self.report, note, self.journal.register, self.journal.key)
        countersigned = check_countersignatures(self.report, note, self.witnesses, self.named_witness)
        self.report.witnessed = self._has_root_of(note, "root") and countersigned

    def _has_root_of(self, note: Note, rule: str) -> bool:
        if not self.has_tree:
            self.report.cannot_check(f"{note.name}: the root of the lines is not known")
            return False
        tree = self.journal.tree
        if note.size != tree.size:
            self._defect(note.name, "root", f"a checkpoint of size {tree.size}", note.size)
            return False
        root = tree.root(tree.size)
        if root != note.root:
            self._defect(note.name, rule, f"the root {root.hex()}", note.root.hex())
        return root == note.root

    def _check_tables(self):
        if not self.journal.read_in_full or not self.journal.books:
            self.report.cannot_check("the CSV files: not every entry could be read")
            return
        for name, accepted in csvfiles.tables(self.journal.entries).items():
            data = self.members.get(name)
            if data is not None and data not in accepted:
                self._defect(name, "csv", *_first_difference(accepted[0], data))

    def _closing(self) -> Entry | None:
        """The closing that the archive ends with."""
        last = self.journal.entries[-1] if self.journal.entries else None
        ends_here = last is not None and self.manifest is not None and last.seq == self.manifest["to"]
        return last if ends_here and last.kind == "closing" else None

    def _compare(self, what: str, expected, found):
        if expected != found:
            self._defect("manifest.json", "archive_file", f"{what} {values.brief(expected, 120)}", values.brief(found))


def _manifest_contradictions(manifest: dict):
    first, to, before = manifest["from"], manifest["to"], manifest.get("before")
    if to < first:
        yield f"`to` of at least {first}", str(to)
    roots = first.bit_count()
    if len(manifest["frontier"]) != roots:
        yield f"a frontier of {roots} roots", str(len(manifest["frontier"]))
    if first == 0:
        return
    for key in ("before", "genesis_proof"):
        if key not in manifest:
            yield f"{key}, as `from` is not 0", "no such key"
    if before is not None:
        for letters in nf525.TYPES:
            if letters in before["chains"]:
                yield from shapes.CHAIN(before["chains"][letters], f"manifest.before.chains.{letters}")
        if nf525.type_of("closing", manifest["period"]) not in before["chains"]:
            yield f"before.chains with the {manifest['period']} closing that `from` follows", "none"


def _members(report: Report, data: bytes) -> dict[str, bytes]:
    """The files in the ZIP by name; whatever of its structure could hide something is reported."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except Exception as problem:  # zipfile answers broken files with many kinds of exception
        raise NotAnArchive(str(problem)) from None
    _check_layout(report, data, archive, infos)
    members = {}
    for info in infos:
        if info.filename in members:
            report.defect(info.filename, "archive_file", "one file of this name", "two")
            continue
        if info.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
            report.defect(info.filename, "archive_file", "deflate", f"compression method {info.compress_type}")
        try:
            if info.file_size > _LARGEST_FACTOR * info.compress_size + 1_000_000:
                raise ValueError(f"{info.compress_size} bytes that become {info.file_size}")
            members[info.filename] = archive.read(info)
        except Exception as problem:  # a wrong sum, an encrypted file, a broken stream, another local name …
            report.defect(info.filename, "archive_file", "a file that can be unpacked", str(problem))
            members[info.filename] = b""
    return members


def _check_layout(report: Report, data: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]):
    """Every byte belongs to a file or to the directory: another unpacker must not see another content."""
    end = slack = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        start = info.header_offset
        if not end <= start <= end + slack:
            report.defect(info.filename, "archive_file", f"a file that starts at byte {end}", start)
        has_descriptor = bool(info.flag_bits & 0x08)
        slack = 24 if has_descriptor else 0
        end = start + _check_local_header(report, data, info, has_descriptor) + info.compress_size
    if infos and not end <= archive.start_dir <= end + slack:
        report.defect("the ZIP", "archive_file", f"a directory at byte {end}", archive.start_dir)
    _check_directory(report, data, archive.start_dir, infos)


def _check_directory(report: Report, data: bytes, start: int, infos: list[zipfile.ZipInfo]):
    """The directory has nothing in it but the files, and the ZIP ends right behind it, without a comment."""
    size = sum(46 + len(info.filename.encode("utf-8")) + len(info.extra) + len(info.comment) for info in infos)
    *_, here, in_all, stated_size, stated_start, comment = struct.unpack("<4s4H2IH", data[-22:])
    agrees = [
        data[-22:-18] == b"PK\x05\x06",
        {here, in_all} <= {len(infos), 0xFFFF},
        stated_size in (size, 0xFFFFFFFF),
        stated_start in (start, 0xFFFFFFFF),
        comment == 0,
        not any(info.comment for info in infos),
    ]
    if not all(agrees):
        report.defect("the ZIP", "archive_file", f"a directory of {len(infos)} files and no comment", "another end")


def _check_local_header(report: Report, data: bytes, info: zipfile.ZipInfo, has_descriptor: bool) -> int:
    """The header before a file says what the directory says of it. Returns the header's length."""
    header = data[info.header_offset : info.header_offset + 30]
    if len(header) < 30:
        report.defect(info.filename, "archive_file", "a header before the file", "none")
        return len(header)
    _, _, _, method, _, _, *sums, name_length, extra_length = struct.unpack("<4s5H3I2H", header)
    expected = [info.CRC, info.compress_size, info.file_size]
    # Sums that follow the file, or stand in the extra field, are written as these.
    stand_ins = {0, 0xFFFFFFFF} if has_descriptor else {0xFFFFFFFF}
    agrees = all(found == wanted or found in stand_ins for wanted, found in zip(expected, sums))
    if method != info.compress_type or not agrees:
        report.defect(info.filename, "archive_file", f"{info.compress_type}, {expected}", f"{method}, {sums}")
    return 30 + name_length + extra_length


def _seq_of(line: bytes) -> int:
    """The seq a line states, 1 where it states none."""
    try:
        seq = values.parse(line)["entry"]["seq"]
    except (values.NotAValue, KeyError, TypeError):
        return 1
    return seq if values.is_integer(seq) and seq > 1 else 1


def _first_difference(expected: bytes, found: bytes) -> tuple[str, str]:
    """The first row that differs, of the table as it should be and as it is."""
    rows = zip(expected.split(b"\r\n") + [b"nothing"], found.split(b"\r\n") + [b"nothing"])
    for number, (wanted, got) in enumerate(rows, 1):
        if wanted != got:
            return f"row {number}: {wanted.decode('utf-8')}", got.decode("utf-8", "replace")
    return "the same number of rows", "others"
