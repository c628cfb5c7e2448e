"""Files in, verdicts out."""

import argparse
import contextlib
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .archive import Archive, NotAnArchive
from .evidence import Evidence, Receipt, check_evidence, check_root, parse_evidence
from .notes import Note, Unreadable, Witnesses, parse_note
from .report import Report
from .sealing import Journal, lines_of
from .values import from_base64

_SQLITE_MAGIC = b"SQLite format 3\x00"
_EXIT_CODES = {"sound": 0, "defects": 1, "inconclusive": 2}


@dataclass
class Result:
    """A file's report, with what comparing it with other files needs."""

    report: Report
    journal: Journal | None = None
    archive: Archive | None = None
    sha256: str = ""


def check_file(path: str, evidence: Sequence[Evidence] = (), witnesses: Witnesses | None = None) -> Result:
    """The verdict on one file, whatever its bytes are."""
    witnesses = witnesses or Witnesses()
    result = Result(Report(path))
    try:
        _check(result, Path(path), evidence, witnesses)
    except (OSError, sqlite3.Error, UnicodeDecodeError, NotAnArchive) as problem:
        result.report.inconclusive("the file", "unreadable", "a readable file", str(problem))
    except Exception as problem:
        # Not to be hoped for; but one file must not take the verdicts on all the others with it.
        found = f"{type(problem).__name__}: {problem}"
        result.report.inconclusive("the file", "unreadable", "a file that this verifier copes with", found)
    return result


def _check(result: Result, path: Path, evidence: Sequence[Evidence], witnesses: Witnesses):
    report = result.report
    data = path.read_bytes()
    result.sha256 = sha256(data).hexdigest()
    if data.startswith(b"PK"):
        archive = Archive(report, data, witnesses)
        result.archive, result.journal = archive, archive.journal
        archive.check()
        _check_beside_archive(path, archive)
        witnesses = archive.witnesses
        if not archive.has_tree:
            evidence = []
    else:
        result.journal = Journal(report)
        if data.startswith(_SQLITE_MAGIC):
            if data[19:20] == b"\x02" and not path.with_name(path.name + "-wal").exists():
                # It was not closed in order: what its log held may be missing.
                report.inconclusive("the file", "unreadable", "its write-ahead log (-wal) beside it", "nothing")
            _read_database(path, result.journal)
        elif b'"entry"' in data:
            for line in lines_of(data, report):
                result.journal.read(line)
        if report.entries == 0:
            report.inconclusive("the file", "unreadable", "an archive, a journal or its database", data[:40].hex())
            return
    _check_evidence(result, evidence, witnesses)


def _check_beside_archive(path: Path, archive: Archive):
    """The name, which people change, and the checkpoints that were countersigned later."""
    expected = archive.expected_name()
    if expected and path.name != expected:
        archive.report.cannot_check(f"the file name: the format's is {expected}")
    for name in (path.name, path.stem):
        beside = path.with_name(name + ".checkpoint.txt")
        if beside.is_file():
            archive.check_later_checkpoint(beside.read_text("utf-8", errors="replace"))


def _check_evidence(result: Result, evidence: Sequence[Evidence], witnesses: Witnesses):
    report, journal = result.report, result.journal
    roots: dict[int, bytes] = {}
    for item in evidence:
        if check_evidence(report, journal, item, witnesses, end_is_open=result.archive is not None):
            report.witnessed = True
        is_other = isinstance(item, Note) and item.origin != f"comptoir/{journal.register}"
        if isinstance(item, Receipt) or is_other:
            continue
        if roots.setdefault(item.size, item.root) != item.root:
            # Seen even where the file is too short to tell which of them is true.
            report.defect(item.name, "fork", f"one root for this size, {roots[item.size].hex()}", item.root.hex())


def _read_database(path: Path, journal: Journal):
    """Read the sealed lines out of the register's database, of which a copy is opened.

    SQLite writes beside a database even where it only reads; evidence stays as it is.
    """
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "journal.db"
        shutil.copyfile(path, copy)
        log = path.with_name(path.name + "-wal")
        if log.is_file():
            shutil.copyfile(log, copy.with_name("journal.db-wal"))
        database = sqlite3.connect(copy)
        database.text_factory = bytes
        try:
            for seq, kind, line in database.execute("SELECT seq, kind, bytes FROM line ORDER BY seq"):
                _read_row(journal, seq, kind, line)
        finally:
            database.close()


def _read_row(journal: Journal, seq, kind, line):
    position = journal.next_seq
    line = line if isinstance(line, bytes) else b""
    if not line.endswith(b"\n"):
        journal.report.at(position).defect("canonical", "a newline at the end", line[-40:].decode("utf-8", "replace"))
    entry = journal.read(line.removesuffix(b"\n"))
    if entry:
        # The columns beside the sealed line are not sealed, and queries trust them.
        place = journal.report.at(entry.seq)
        place.compare("chain", "column seq", entry.seq, seq)
        stated = kind.decode("utf-8", "replace") if isinstance(kind, bytes) else kind
        place.compare("chain", "column kind", entry.kind, stated)


def check_against_each_other(results: list[Result]):
    """Files given together bear witness to each other, where they are of the same register."""
    _check_archives_against_journals(results)
    _check_labels(results)
    for source in results:
        for note in _notes_in(source):
            for other in results:
                if other is source or not other.journal or note.origin != f"comptoir/{other.journal.register}":
                    continue
                is_archive = other.archive is not None
                if not is_archive or (other.archive.has_tree and other.journal.tree.first <= note.size):
                    check_root(other.report, other.journal, note, end_is_open=is_archive)


def _check_labels(results: list[Result]):
    """A label tells the tills of a store apart, for ever: it is part of every document's name."""
    registers: dict[tuple[str, str], str] = {}
    for result in results:
        genesis = result.journal.genesis if result.journal else None
        if genesis:
            till = genesis["store"]["id"], genesis["label"]
            other = registers.setdefault(till, result.journal.register)
            if other != result.journal.register:
                result.report.at(0).defect("genesis", f"a label other than that of register {other}", till[1])


def _notes_in(result: Result) -> list[Note]:
    """The checkpoints a file holds: an archive's own, and the last one of the journal that a genesis succeeds."""
    notes = []
    if result.archive and result.archive.checkpoint:
        notes.append(result.archive.checkpoint)
    genesis = result.journal.genesis if result.journal else None
    if genesis and "checkpoint" in genesis.get("succeeds", {}):
        with contextlib.suppress(Unreadable):  # reported where the genesis was read
            notes.append(parse_note(genesis["succeeds"]["checkpoint"]))
    return notes


def _check_archives_against_journals(results: list[Result]):
    """A journal seals the SHA-256 of each of its archives."""
    for result in results:
        manifest = result.archive.manifest if result.archive else None
        if not manifest:
            continue
        span = [manifest[key] for key in ("period", "from", "to")]
        sealed = {
            entry.body["sha256"]: entry.seq
            for other in results
            if other.journal and other is not result and other.journal.register == manifest["register"]
            for entry in other.journal.entries
            if entry.kind == "archive" and [entry.body[key] for key in ("period", "from", "to")] == span
        }
        if sealed and result.sha256 not in sealed:
            expected = f"SHA-256 {', '.join(sealed)} as the journal has it"
            result.report.defect("the file", "archive_file", expected, result.sha256)


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.files and not options.batch:
        parser.error("no FILE to check")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    witnesses = Witnesses(dict(options.witness))
    if options.batch:
        verdicts = []
        for line in sys.stdin:
            report = check_file(line.rstrip("\n"), options.against, witnesses).report
            print(_as_json(report), flush=True)
            verdicts.append(report.verdict)
    else:
        results = [check_file(path, options.against, witnesses) for path in options.files]
        check_against_each_other(results)
        for result in results:
            print(_as_json(result.report) if options.json else _as_text(result.report))
        verdicts = [result.report.verdict for result in results]
    # A defect outweighs what could not be decided.
    return _EXIT_CODES[next((v for v in ("defects", "inconclusive") if v in verdicts), "sound")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="Check journals and archives of the register against docs/journal-format.md.",
        epilog="Exit code: 0 sound, 1 defects, 2 inconclusive.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="an archive, a journal.jsonl or a journal.db")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each file")
    parser.add_argument("--batch", action="store_true", help="read paths on stdin, answer each with a line of JSON")
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        type=_evidence,
        metavar="EVIDENCE",
        help="a checkpoint's file, a receipt's QR text, or SIZE:ROOT of a printed Z",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        type=_witness,
        metavar="NAME=KEY",
        help="a back office's name and its public key in base64",
    )
    return parser


def _evidence(argument: str) -> Evidence:
    try:
        path = Path(argument)
        text = path.read_bytes().decode("utf-8") if _is_file(path) else argument
        return parse_evidence(text)
    except (OSError, Unreadable, UnicodeDecodeError) as problem:
        raise argparse.ArgumentTypeError(f"{argument}: {problem}") from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # text that is too long for a name, or no name at all
        return False


def _witness(argument: str) -> tuple[str, bytes]:
    name, _, key = argument.partition("=")
    data = from_base64(key, 32)
    if not name or data is None:
        raise argparse.ArgumentTypeError("NAME=KEY, the key as base64 of 32 bytes")
    return name, data


def _as_json(report: Report) -> str:
    return json.dumps(report.as_dict(), separators=(",", ":"))


def _as_text(report: Report) -> str:
    witnessed = "witnessed" if report.witnessed else "not witnessed"
    lines = [f"{report.file}: {report.verdict}, {report.entries} entries, {witnessed}"]
    for finding in report.findings:
        mark = "" if finding.verdict == "defect" else " (inconclusive)"
        lines.append(f"  {finding.place}: {finding.rule}{mark}: expected {finding.expected}; found {finding.found}")
    lines += [f"  not checkable here: {what}" for what in report.not_checkable]
    return "\n".join(lines)
