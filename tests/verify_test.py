#!/usr/bin/env python3
"""Tests of the second verifier: the known answers, honest journals, and everything a forger may try.

Run with `python3 tests/verify_test.py`; needs `cryptography`.
"""

import base64
import io
import json
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import forge
from forge import KNOWN, VECTORS, Till, figures, known_entries, line, resealed
from verifier import checkpoint, money
from verifier.merkle import Tree, root_from_inclusion
from verifier.program import check_file
from verifier.report import RULES
from verifier.values import to_base64

JOURNAL = (VECTORS / "journal.jsonl").read_bytes()
LINES = JOURNAL.splitlines(keepends=True)
CHECKPOINT = (VECTORS / "checkpoint.txt").read_text("utf-8")
REGISTER = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d"
ELSEWHERE = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3e"
WITNESSES = checkpoint.Witnesses({forge.WITNESS_NAME: forge.WITNESS_KEY})
SEAL_RULES = {"chain", "signature", "canonical", "root"}


class VerifierTest(unittest.TestCase):
    """A directory for files under examination, and short ways to examine them."""

    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._directory.cleanup)
        cls.directory = Path(cls._directory.name)

    def check(self, data: bytes, against=(), witnesses=WITNESSES, name="file"):
        path = self.directory / name
        path.write_bytes(data)
        return check_file(str(path), [checkpoint.parse_evidence(text) for text in against], witnesses).report

    def assert_sound(self, data: bytes, **options):
        report = self.check(data, **options)
        self.assertEqual(("sound", []), (report.verdict, report.findings))
        return report

    def assert_inconclusive(self, rule: str, data: bytes, **options):
        report = self.check(data, **options)
        self.assertEqual("inconclusive", report.verdict, report.findings)
        self.assertIn(rule, {finding.rule for finding in report.findings})

    def assert_defect(self, rule: str, data: bytes, seq: int | None = None, **options):
        """The rule is broken, at the entry `seq` where one is given."""
        report = self.check(data, **options)
        self.assertEqual("defects", report.verdict)
        broken = [f for f in report.findings if f.verdict == "defect" and f.rule == rule]
        self.assertTrue(broken, f"{rule} was not found among {report.findings}")
        if seq is not None:
            self.assertIn(seq, {finding.seq for finding in broken})
        return report


class KnownAnswers(VerifierTest):
    def test_the_known_journal_is_sound(self):
        report = self.assert_sound(JOURNAL)
        self.assertEqual((34, False, []), (report.entries, report.witnessed, report.not_checkable))

    def test_the_known_journal_is_sound_as_a_database(self):
        self.assert_sound(database([(seq, kind_of(text), text) for seq, text in enumerate(LINES)]))

    def test_the_known_checkpoint_agrees_and_is_countersigned(self):
        self.assertTrue(self.assert_sound(JOURNAL, against=[CHECKPOINT]).witnessed)

    def test_every_beginning_of_the_known_journal_is_sound(self):
        for size in range(1, len(LINES)):
            self.assert_sound(b"".join(LINES[:size]))

    def test_sealing_the_known_entries_gives_the_known_bytes(self):
        self.assertEqual(JOURNAL, resealed(known_entries()).data)

    def test_the_trees_roots_and_frontiers_are_the_known_ones(self):
        tree = Tree()
        for entry in KNOWN["entries"]:
            tree.append(bytes.fromhex(entry["hash"]))
        for known in KNOWN["roots"]:
            self.assertEqual(known["root"], tree.root(known["size"]).hex())
        for known in KNOWN["frontiers"]:
            self.assertEqual(known["roots"], [root.hex() for root in tree.frontier(known["size"])])
            resumed = Tree(known["size"], tree.frontier(known["size"]))
            for entry in KNOWN["entries"][known["size"] :]:
                resumed.append(bytes.fromhex(entry["hash"]))
            self.assertEqual(KNOWN["roots"][-1]["root"], resumed.root(34).hex())

    def test_the_known_inclusion_proofs_lead_to_the_root_and_others_do_not(self):
        roots = {known["size"]: bytes.fromhex(known["root"]) for known in KNOWN["roots"]}
        for known in KNOWN["inclusion"]:
            leaf = bytes.fromhex(KNOWN["entries"][known["seq"]]["hash"])
            proof = [bytes.fromhex(node) for node in known["proof"]]
            root = roots[known["size"]]
            self.assertEqual(root, root_from_inclusion(leaf, known["seq"], known["size"], proof))
            for wrong in (proof[:-1], proof + proof[:1], proof[::-1]):
                self.assertNotEqual(root, root_from_inclusion(leaf, known["seq"], known["size"], wrong))
            self.assertNotEqual(root, root_from_inclusion(leaf, known["seq"] ^ 1, known["size"], proof))

    def test_the_arithmetic_is_the_known_one(self):
        known = json.loads((VECTORS / "arithmetic.json").read_text("utf-8"))
        for case in known["line_total"]:
            self.assertEqual(case["total"], money.gross(case))
        for case in known["vat"]:
            vat = money.vat_of(case["ttc"], case["rate"])
            self.assertEqual((case["vat"], case["ht"]), (vat, case["ttc"] - vat))
        for case in known["discount_shares"]:
            self.assertEqual(case["shares"], money.shares(case["amount"], case["totals"]))
        for case in known["line_ht"]:
            self.assertEqual(case["hts"], money.untaxed(case["totals"], case["rate"]))


class DamagedLines(VerifierTest):
    """Changes by somebody who has not got the device's key."""

    def test_no_changed_byte_goes_unseen(self):
        changes = (
            lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
            lambda data, at: data[:at] + data[at + 1 :],
            lambda data, at: data[:at] + data[at : at + 1] + data[at:],
            lambda data, at: data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :],
        )
        start = 0
        for number, text in enumerate(LINES):
            for step in range(16):
                at = start + (len(text) - 1) * step // 15
                mutant = changes[(number + step) % len(changes)](JOURNAL, at)
                if mutant != JOURNAL:
                    self.assertNotEqual("sound", self.check(mutant).verdict, (number, at - start))
            start += len(text)

    def test_no_changed_byte_of_a_ticket_goes_unseen(self):
        before, ticket = b"".join(LINES[:3]), LINES[3]
        for at in range(len(ticket)):
            mutant = ticket[:at] + bytes([ticket[at] ^ 2]) + ticket[at + 1 :]
            self.assertNotEqual("sound", self.check(before + mutant).verdict, at)

    def test_a_line_removed_doubled_or_swapped_breaks_the_chain(self):
        for at in range(len(LINES) - 1):
            for mutant in (
                LINES[:at] + LINES[at + 1 :],
                LINES[: at + 1] + LINES[at:],
                LINES[:at] + [LINES[at + 1], LINES[at]] + LINES[at + 2 :],
            ):
                self.assert_defect("chain", b"".join(mutant))

    def test_bytes_after_the_last_line_are_seen(self):
        for rest in (b"\n", b" ", b"{}", b"\x00", LINES[-1]):
            self.assertEqual("defects", self.check(JOURNAL + rest).verdict, rest)
        self.assert_defect("canonical", JOURNAL[:-1])

    def test_another_spelling_of_the_same_entry_is_not_canonical(self):
        event = LINES[1]
        spellings = {
            "a space": event.replace(b'"v":1', b'"v": 1'),
            "a needless escape": event.replace("é".encode(), b"\\u00e9"),
            "an escaped slash": event.replace(b'"kind":"event"', b'"kind":"\\u0065vent"'),
            "a fraction": event.replace(b'"v":1', b'"v":1.0'),
            "an exponent": event.replace(b'"seq":1', b'"seq":1e0'),
            "minus zero": event.replace(b'"code":80', b'"code":-0'),
            "a leading zero": event.replace(b'"code":80', b'"code":080'),
            "a number too large": event.replace(b'"code":80', b'"code":9007199254740992'),
            "a very long number": event.replace(b'"code":80', b'"code":' + b"9" * 5000),
            "null": event.replace(b'"code":80', b'"code":80,"detail":null'),
            "a key twice": event.replace(b'"code":80', b'"code":80,"code":80'),
            "keys out of order": event.replace(b'"seq":1,"v":1', b'"v":1,"seq":1'),
            "a key outside ASCII": event.replace(b'"seq":1', '"seq":1,"sé":1'.encode()),
            "a lone surrogate": event.replace(b'"code":80', b'"code":80,"detail":"\\ud800"'),
            "bytes that are not UTF-8": event.replace("é".encode(), b"\xe9"),
            "a byte order mark": b"\xef\xbb\xbf" + event,
            "a carriage return": event[:-1] + b"\r\n",
            "another key beside the entry": event.replace(b'{"entry"', b'{"copy":1,"entry"'),
            "deep nesting": event.replace(b'"code":80', b'"code":' + b"[" * 100_000 + b"]" * 100_000),
        }
        for name, spelling in spellings.items():
            with self.subTest(name):
                self.assertNotEqual(event, spelling)
                self.assert_defect("canonical", LINES[0] + spelling)

    def test_a_signature_must_be_the_devices_and_in_its_one_spelling(self):
        text = LINES[1]
        signature = json.loads(text)["sig"]
        raw = base64.b64decode(signature)
        order = 2**252 + 27742317777372353535851937790883648493
        larger = (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
        other = Ed25519PrivateKey.from_private_bytes(bytes(32)).sign(b"x")
        stray_bits = signature[:85] + chr(ord(signature[85]) + 1) + "=="
        self.assertEqual(raw, base64.b64decode(stray_bits))
        for forged in (to_base64(raw[:32] + larger), to_base64(other), stray_bits, signature[:-2], to_base64(bytes(64))):
            with self.subTest(forged):
                self.assert_defect("signature", LINES[0] + text.replace(signature.encode(), forged.encode()), seq=1)

    def test_a_database_whose_columns_disagree_with_its_lines_is_damaged(self):
        rows = [(seq, kind_of(text), text) for seq, text in enumerate(LINES)]
        self.assert_defect("chain", database(rows[:5] + [(5, "note", LINES[5])] + rows[6:]), seq=5)
        self.assert_defect("chain", database(rows[:5] + rows[6:]), seq=6)
        self.assert_defect("chain", database([(seq + 1, kind, text) for seq, kind, text in rows]))
        self.assert_defect("canonical", database(rows[:-1] + [(33, "closing", LINES[-1][:-1])]))


class LaterEvidence(VerifierTest):
    """What only somebody who kept a checkpoint, a receipt or a printed Z can prove."""

    def setUp(self):
        self.till = resealed(known_entries())
        leaf, signature = (json.loads(LINES[27])[key] for key in ("hash", "sig"))
        self.receipt = "https://caisse.example/r#" + ".".join(
            [
                REGISTER,
                "27",
                to_base64(bytes.fromhex(leaf), url=True),
                to_base64(base64.b64decode(signature), url=True),
            ]
        )
        root = KNOWN["roots"][28]
        self.printed_z = f"{root['size']}:{root['root']}"
        self.evidence = (CHECKPOINT, self.receipt, self.printed_z)

    def test_true_evidence_agrees(self):
        self.assert_sound(JOURNAL, against=self.evidence)
        self.assert_sound(JOURNAL, against=[self.receipt.replace("https://caisse.example/", "comptoir:/")])

    def test_entries_removed_from_the_end_are_missed(self):
        for text in self.evidence:
            for size in (1, 15, 27):
                self.assert_sound(b"".join(LINES[:size]))
                self.assert_defect("truncation", b"".join(LINES[:size]), against=[text])

    def test_a_journal_rewritten_with_the_devices_key_is_a_fork(self):
        entries = known_entries()
        entries[3]["operator"] = "op-9"
        rewritten = resealed(entries).data
        self.assert_sound(rewritten)
        for text in self.evidence:
            self.assert_defect("fork", rewritten, against=[text])

    def test_two_roots_for_one_size_are_a_fork_even_beyond_the_end(self):
        other = f"34:{'0' * 64}"
        self.assert_defect("fork", b"".join(LINES[:5]), against=[CHECKPOINT, other])

    def test_a_checkpoint_needs_the_registers_signature(self):
        root = self.till.journal.tree.root(34)
        lines = forge.checkpoint(REGISTER, 34, root).split("\n")
        by_another = lines[4][:-12] + "AAAAAAAAAAA="
        for text in (
            "\n".join(lines[:4] + lines[5:]),
            "\n".join(lines[:4] + [by_another] + lines[5:]),
        ):
            self.assert_defect("checkpoint_signature", JOURNAL, against=[text])

    def test_a_countersignature_must_be_the_witnesss(self):
        device, witness = CHECKPOINT.splitlines()[4:6]
        name, raw = witness.split(" ")[1:]
        for at in (4, 11, 20, 75):  # the time, and the signature
            changed = bytearray(base64.b64decode(raw))
            changed[at] ^= 1
            forged = CHECKPOINT.replace(raw, to_base64(bytes(changed)))
            report = self.assert_defect("countersignature", JOURNAL, against=[forged])
            self.assertFalse(report.witnessed)

    def test_a_countersignature_by_an_unknown_key_says_nothing(self):
        report = self.assert_sound(JOURNAL, against=[CHECKPOINT], witnesses=checkpoint.Witnesses())
        self.assertFalse(report.witnessed)
        self.assertIn(forge.WITNESS_NAME, " ".join(report.not_checkable))

    def test_evidence_of_another_register_is_not_about_this_journal(self):
        note = forge.checkpoint(ELSEWHERE, 40, bytes(32))
        for text in (note, self.receipt.replace(REGISTER, ELSEWHERE)):
            self.assertEqual(1, len(self.assert_sound(JOURNAL, against=[text]).not_checkable))

    def test_a_receipt_must_bear_the_devices_signature(self):
        forged = self.receipt[:-4] + "AAAA"
        self.assert_defect("signature", JOURNAL, against=[forged])

    def test_what_is_no_evidence_is_refused(self):
        for text in ("", "34", "34:abc", "r#x.1.a.b", CHECKPOINT[:-1], CHECKPOINT.replace("\n34\n", "\n034\n")):
            with self.assertRaises(checkpoint.Unreadable):
                checkpoint.parse_evidence(text)


class NewerFormats(VerifierTest):
    """A format that this verifier does not know is never called tampered with."""

    def test_an_unknown_version_is_inconclusive(self):
        entries = known_entries()
        entries[33]["v"] = 2
        self.assert_inconclusive("version", resealed(entries).data)
        entries[0]["v"] = 2
        self.assert_inconclusive("version", forge.seal_line(entries[0]))

    def test_a_newer_version_may_spell_what_this_one_refuses(self):
        newer = LINES[33].replace(b'"v":1', b'"v":2').replace(b'"year_to_date":370', b'"year_to_date":3.70')
        self.assert_inconclusive("version", b"".join(LINES[:33]) + newer)

    def test_an_unknown_kind_is_inconclusive_and_so_is_what_leans_on_it(self):
        entries = known_entries()
        entries[33]["kind"] = "weighing"
        self.assert_inconclusive("kind", resealed(entries).data)
        entries = known_entries()
        entries[12]["kind"] = "weighing"
        self.assert_inconclusive("kind", resealed(entries).data)

    def test_a_defect_outweighs_what_is_unknown(self):
        entries = known_entries()
        entries[12]["kind"] = "weighing"
        data = resealed(entries).data
        self.assert_defect("signature", data.replace(b'"sig":"s/', b'"sig":"t/'), seq=0)

    def test_keys_that_are_not_known_are_hashed_and_ignored(self):
        entries = known_entries()
        entries[3]["weather"] = "fine"
        entries[3]["body"]["loyalty"] = {"points": 12}
        entries[3]["body"]["lines"][0]["shelf"] = "A3"
        self.assert_sound(resealed(entries).data)

    def test_an_unusable_public_key_is_inconclusive(self):
        small_order = (bytes(32), b"\x01" + bytes(31), bytes.fromhex("ec" + "ff" * 30 + "7f"))
        off_the_curve = b"\x02" + bytes(31)
        for key in (*small_order, off_the_curve, bytes.fromhex("ee" + "ff" * 30 + "7f"), b"short"):
            entries = known_entries()
            entries[0]["body"]["public_key"] = to_base64(key)
            self.assert_inconclusive("genesis", resealed(entries).data)

    def test_what_is_no_journal_is_unreadable(self):
        for data in (b"", b"\x00" * 100, b"hello\n", b"PK\x03\x04", b"SQLite format 3\x00" + bytes(200), b"\xff\n" * 50):
            self.assert_inconclusive("unreadable", data)
        missing = check_file(str(self.directory / "missing")).report
        self.assertEqual("inconclusive", missing.verdict)


def database(rows: list[tuple]) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE line (seq INTEGER PRIMARY KEY, kind TEXT, bytes BLOB)")
        connection.executemany("INSERT INTO line VALUES (?, ?, ?)", rows)
        connection.commit()
        connection.close()
        return path.read_bytes()


def kind_of(text: bytes) -> str:
    return json.loads(text)["entry"]["kind"]


if __name__ == "__main__":
    unittest.main()
