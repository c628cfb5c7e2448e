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
from verifier import evidence, money, notes
from verifier.merkle import Tree, root_from_inclusion
from verifier.program import check_file
from verifier.report import RULES
from verifier.values import to_base64

JOURNAL = (VECTORS / "journal.jsonl").read_bytes()
LINES = JOURNAL.splitlines(keepends=True)
CHECKPOINT = (VECTORS / "checkpoint.txt").read_text("utf-8")
REGISTER = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d"
ELSEWHERE = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3e"
WITNESSES = notes.Witnesses({forge.WITNESS_NAME: forge.WITNESS_KEY})
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
        return check_file(str(path), [evidence.parse_evidence(text) for text in against], witnesses).report

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
            for step in range(10):
                at = start + (len(text) - 1) * step // 9
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
        for forged in (
            to_base64(raw[:32] + larger),
            to_base64(other),
            stray_bits,
            signature[:-2],
            to_base64(bytes(64)),
        ):
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
        report = self.assert_sound(JOURNAL, against=[CHECKPOINT], witnesses=notes.Witnesses())
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
            with self.assertRaises(notes.Unreadable):
                evidence.parse_evidence(text)


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
        for data in (
            b"",
            b"\x00" * 100,
            b"hello\n",
            b"PK\x03\x04",
            b"SQLite format 3\x00" + bytes(200),
            b"\xff\n" * 50,
        ):
            self.assert_inconclusive("unreadable", data)
        missing = check_file(str(self.directory / "missing")).report
        self.assertEqual("inconclusive", missing.verdict)


class BrokenRules(VerifierTest):
    """Journals that are sealed as they should be, by somebody with the device's key, and say what they must not."""

    def assert_caught(self, rule: str, seq: int, change, keep: set = frozenset()):
        entries = known_entries()
        change(entries[seq]["body"])
        report = self.assert_defect(rule, resealed(entries, {seq: keep}).data, seq)
        self.assertFalse({finding.rule for finding in report.findings} & (SEAL_RULES - {rule}))

    def assert_each_caught(self, rule: str, cases):
        for name, seq, change, *keep in cases:
            with self.subTest(name):
                self.assert_caught(rule, seq, change, set(*keep))

    def test_entries_of_another_place_or_register_do_not_chain(self):
        for key, value in (("seq", 40), ("prev", "1" * 64), ("register", ELSEWHERE)):
            entries = known_entries()
            entries[12][key] = value
            self.assert_defect("chain", resealed(entries, {12: {key}}).data)

    def test_the_genesis_stands_first_and_once_and_some_of_it_for_ever(self):
        self.assert_each_caught(
            "genesis",
            [
                ("another time zone", 28, lambda b: b["set"].update(time_zone="Europe/London")),
                ("another SIRET", 28, lambda b: b["set"].update(merchant=merchant(siret="12345678900011"))),
                ("another fiscal year", 28, lambda b: b["set"].update(fiscal_year_starts="04-01")),
                ("out of training", 28, lambda b: b["set"].update(mode="training")),
                ("it succeeds itself", 0, lambda b: b.update(succeeds={"register": REGISTER})),
                ("no checkpoint", 0, lambda b: b.update(succeeds={"register": ELSEWHERE, "checkpoint": "?"})),
                ("another's", 0, lambda b: b.update(succeeds={"register": ELSEWHERE, "checkpoint": CHECKPOINT})),
            ],
        )
        entries = known_entries()
        self.assert_defect("genesis", resealed(entries + [entries[0] | {"at": entries[33]["at"]}]).data, 34)
        self.assert_defect("genesis", resealed(entries[1:]).data, 0)

    def test_values_are_there_of_their_type_and_among_those_allowed(self):
        self.assert_each_caught(
            "body",
            [
                ("no operator id", 3, lambda b: b.pop("change")),
                ("a sum as text", 3, lambda b: b["totals"].update(ttc="1238")),
                ("true for a number", 3, lambda b: b["lines"][0].update(n=True)),
                ("a negative price", 3, lambda b: b["lines"][0].update(unit_price=-399)),
                ("lines numbered anew", 3, lambda b: b["lines"][0].update(n=2)),
                ("an unknown tender", 3, lambda b: b["payments"][0].update(tender="bitcoin")),
                ("an amount of 0", 8, lambda b: b["payments"].append({"tender": "card", "amount": 0})),
                ("an unknown type", 3, lambda b: b.update(type="gift")),
                ("no such date", 3, lambda b: b.update(business_date="2026-11-31")),
                ("an exempt line with a rate", 3, lambda b: b["lines"][0].update(exempt="261")),
                ("a menu without first line", 4, lambda b: b["lines"][1].update(menu=9)),
                ("a rate of five digits", 3, lambda b: b["lines"][0].update(vat=10000)),
                ("a return without reason", 5, lambda b: b.pop("reason")),
                ("a return of nothing", 5, lambda b: b.update(lines=[], totals={"ttc": 0, "ht": 0, "vat": []})),
                ("a return that gives out goods", 5, lambda b: b["lines"][0].update(qty=1000)),
                ("a return without original line", 5, lambda b: b["lines"][0].pop("of")),
                ("a cancel of nothing", 9, lambda b: b.pop("refers_to")),
                ("a correction of nothing", 12, lambda b: b.pop("refers_to")),
                ("a correction with lines", 12, lambda b: b.update(figures([line(1, 1000, 0)]))),
                ("a negative cash amount", 2, lambda b: b.update(amount=-1)),
                ("a count without result", 13, lambda b: b.pop("difference")),
                ("a copy of a closing of no period", 25, lambda b: b["of"].pop("period")),
                ("a copy of a ticket of a period", 7, lambda b: b["of"].update(period="day")),
                ("an event without code", 1, lambda b: b.pop("code")),
                ("a setting of the wrong type", 28, lambda b: b["set"].update(day_ends_at="4:00")),
                ("a root in capitals", 14, lambda b: b["checkpoint"].update(root="A" * 64), {"checkpoint"}),
                ("an excess of 0", 14, lambda b: b["payments"][0].update(excess=0)),
                ("a currency of another country", 0, lambda b: b.update(currency="CHF")),
                ("no end of day", 0, lambda b: b.pop("day_ends_at")),
            ],
        )
        entries = known_entries()
        for key, value in (("at", "2026-11-21T17:20:00Z"), ("operator", 1), ("kind", 7), ("body", [])):
            entries = known_entries()
            entries[6][key] = value
            self.assert_defect("body", resealed(entries).data, 6)

    def test_numbers_have_no_gap(self):
        self.assert_each_caught(
            "numbering",
            [(kind_of(LINES[seq]), seq, lambda b: b.update(number=b["number"] + 1)) for seq in (3, 7, 15, 17, 22, 26)],
        )
        self.assert_caught("numbering", 23, lambda b: b.update(number=1))

    def test_the_arithmetic_is_checked_to_the_cent(self):
        self.assert_each_caught(
            "arithmetic",
            [
                ("a line's total", 3, lambda b: b["lines"][1].update(total=808)),
                ("a line's ht", 3, lambda b: b["lines"][1].update(ht=766)),
                ("a quantity", 3, lambda b: b["lines"][1].update(qty=335)),
                ("a line discount", 4, lambda b: b["lines"][2]["discounts"][0].update(amount=91)),
                ("a ticket discount", 4, lambda b: b["discounts"][0].update(amount=202)),
                ("a discount beyond its base", 4, lambda b: b["discounts"][0].update(amount=10**6)),
                ("the VAT of a rate", 3, lambda b: b["totals"]["vat"][0].update(vat=62, ht=1146)),
                ("the sum of a rate", 3, lambda b: b["totals"]["vat"][0].update(ttc=1207)),
                ("rates out of order", 3, lambda b: b["totals"]["vat"].reverse()),
                ("a rate too few", 3, lambda b: b["totals"]["vat"].pop()),
                ("a rate that no line has", 3, lambda b: b["totals"]["vat"].append(row(2100, 0))),
                ("the total", 3, lambda b: b["totals"].update(ttc=1237)),
                ("the total without tax", 3, lambda b: b["totals"].update(ht=1171)),
                ("a note's line", 17, lambda b: b["lines"][0].update(total=4049)),
                ("an invoice", 22, lambda b: b["totals"].update(ttc=4740)),
                ("a return with another discount", 19, lambda b: b["lines"][0]["discounts"][0].update(label="Offre")),
                (
                    "a return with a discount of 0",
                    5,
                    lambda b: b["lines"][0].update(discounts=[{"label": "Remise", "amount": 0}]),
                ),
                ("what a drawer should hold", 13, lambda b: b.update(expected=16237, difference=1)),
                ("a difference", 13, lambda b: b.update(difference=5)),
                ("a count other than its amount", 13, lambda b: b.update(counted=16000, difference=-238)),
            ],
        )
        negative = figures([line(1, -1000, 100)])
        self.assert_caught("arithmetic", 8, lambda b: b.update(negative, payments=[]))

    def test_payments_settle_what_is_due_and_no_more(self):
        def pay(*payments):
            return lambda b: b.update(payments=[{"tender": t, "amount": a} | k for t, a, k in payments])

        self.assert_each_caught(
            "settlement",
            [
                ("too little", 3, lambda b: b["payments"][0].update(amount=1999)),
                ("too much change", 3, lambda b: b.update(change=763)),
                ("change on a card", 3, lambda b: b["payments"][0].update(tender="card")),
                ("change above the cash", 3, pay(("cash", 700, {}), ("card", 1300, {}))),
                ("cash back on a card", 8, pay(("card", 3000, {}), ("cash", -302, {}))),
                (
                    "a voucher given back on a sale",
                    8,
                    pay(("card", 3698, {}), ("meal_voucher", -1000, {"face": -1100})),
                ),
                ("a face below the amount", 10, lambda b: b["payments"][0].update(face=600)),
                ("a face of the amount", 10, lambda b: b["payments"][0].update(face=685)),
                ("a face on a cheque", 10, lambda b: b["payments"][0].update(tender="cheque")),
                ("a face of the other sign", 12, lambda b: b["payments"][0].update(face=900)),
                ("a tip that pays", 8, pay(("tip", 2698, {}))),
                ("a credit note without code", 5, lambda b: b["payments"][0].pop("ref")),
                ("a correction to a gift voucher", 12, lambda b: b["payments"][1].update(tender="gift_voucher")),
                ("a correction that makes money", 12, lambda b: b["payments"][1].update(amount=686)),
            ],
        )

    def test_what_refers_to_a_document_agrees_with_it(self):
        self.assert_each_caught(
            "refers_to",
            [
                ("a return of no ticket", 5, lambda b: b["refers_to"].update(number=77)),
                ("a return of itself", 5, lambda b: b["refers_to"].update(number=3)),
                ("a return of no line", 5, lambda b: b["lines"][0].update(of=9)),
                ("a return of more than was sold", 5, returned(2000)),
                ("more than was left", 21, returned(2000)),
                ("another price", 19, lambda b: b["lines"][0].update(unit_price=1600)),
                ("another label", 19, lambda b: b["lines"][0].update(label="Menu")),
                ("another rate", 19, lambda b: b["lines"][0].update(vat=2000)),
                ("a cent too many", 19, lambda b: b["lines"][0].update(total=-1515)),
                ("a return of a return", 19, lambda b: b["refers_to"].update(number=3)),
                ("a cancel of a return", 9, lambda b: b["refers_to"].update(number=3)),
                ("a cancel of a sale with returns", 9, lambda b: b["refers_to"].update(number=1)),
                ("a cancel of another sale", 9, lambda b: b["refers_to"].update(number=4)),
                ("a cancel with another line", 9, lambda b: b["lines"][0].update(sku="AUTRE")),
                ("a cancel with a line less", 9, lambda b: b["lines"].pop()),
                ("a cancel with a mode", 9, lambda b: b.update(mode="takeaway")),
                ("a cancel with a customer", 9, lambda b: b.update(customer="c-1")),
                ("a cancel of a note", 9, lambda b: b.update(notes=[1])),
                ("a correction of a payment that was not made", 12, lambda b: b["payments"][0].update(tender="cheque")),
                ("a correction of more than was paid", 12, corrected(686)),
                ("a correction that pays with a tip", 12, lambda b: b["payments"][1].update(tender="tip")),
                ("a cancel that gives back a tip", 9, tipped),
                ("a correction without the voucher's face", 12, lambda b: b["payments"][0].pop("face")),
                ("a correction with another face", 12, lambda b: b["payments"][0].update(face=-800)),
                ("a note that was not made", 18, lambda b: b.update(notes=[2])),
                ("a note twice", 18, lambda b: b.update(notes=[1, 1])),
                ("an invoice of no ticket", 22, lambda b: b["tickets"][0].update(number=99)),
                ("a ticket twice on an invoice", 22, lambda b: b["tickets"].append(b["tickets"][0])),
                ("a credit note on no invoice", 22, lambda b: b.update(refers_to={"number": 1})),
                ("a second first copy", 25, lambda b: b.update(of={"kind": "ticket", "number": 4})),
                ("a copy left out", 7, lambda b: b.update(copy=2)),
                ("a copy of nothing", 7, lambda b: b["of"].update(number=5)),
                ("a count that replaces a float", 13, lambda b: b.update(replaces=2)),
                ("an archive up to no closing", 26, lambda b: b.update(to=22)),
                ("an archive from elsewhere", 26, lambda b: b.update({"from": 1})),
            ],
        )

    def test_a_sale_is_cancelled_once_and_a_cancelled_one_not_returned(self):
        entries = known_entries()
        till = resealed(entries)
        again = entries[9] | {"at": "2027-01-03T09:00:00+01:00"}
        again["body"]["business_date"] = "2027-01-03"
        self.assert_defect("refers_to", till.data + sealed_after(till, again), 34)
        back = figures([line(1, -1000, 1999, label="Recettes d'automne", of=1)])
        again["body"] |= back | {"type": "return", "payments": [{"tender": "card", "amount": -1999}]}
        self.assert_defect("refers_to", till.data + sealed_after(till, again), 34)

    def test_perpetual_totals_only_grow_by_what_is_sold(self):
        self.assert_each_caught(
            "perpetual",
            [
                ("net", 8, lambda b: b["gt"].update(net=8225)),
                ("abs", 9, lambda b: b["gt"].update(abs=9024)),
                ("of a closing", 14, lambda b: b["gt"].update(net=6212)),
            ],
        )

    def test_a_closing_states_the_sums_of_its_own_range(self):
        counts = ("sales", "returns", "cancels", "corrections", "duplicates")
        sums = ("sales_ttc", "returns_ttc", "year_to_date", "from", "to")
        cases = [
            (key, seq, lambda b, key=key: b.update({key: b[key] + 1})) for key in counts + sums for seq in (14, 24, 31)
        ]
        self.assert_each_caught(
            "closing_totals",
            cases
            + [
                ("a rate's sum", 14, lambda b: b["totals"]["vat"][0].update(ttc=1648)),
                ("a rate less", 14, lambda b: b["totals"]["vat"].pop()),
                ("a tender's amount", 14, lambda b: b["payments"][1].update(amount=2000)),
                ("a tender's count", 14, lambda b: b["payments"][1].update(count=2)),
                ("a tender less", 14, lambda b: b["payments"].pop()),
                ("tenders out of order", 14, lambda b: b["payments"].reverse()),
                ("an excess", 14, lambda b: b["payments"][5].update(excess=215)),
            ],
        )

    def test_business_dates_and_closings_keep_their_order(self):
        self.assert_each_caught(
            "closing_order",
            [
                ("a ticket of tomorrow", 8, lambda b: b.update(business_date="2026-11-22")),
                ("a ticket of yesterday", 19, lambda b: b.update(business_date="2026-11-29")),
                ("a note of a closed day", 17, lambda b: b.update(business_date="2026-11-21")),
                ("a day's dates", 14, lambda b: b.update(first_date="2026-11-20")),
                ("a month's dates", 24, lambda b: b.update(last_date="2026-12-01")),
                ("a year's dates", 31, lambda b: b.update(first_date="2026-11-01")),
            ],
        )
        for name, left_out in (("day", 14), ("month", 24), ("year", 31)):
            with self.subTest(f"no closing of the {name}"):
                entries = known_entries()
                del entries[left_out]
                self.assert_defect("closing_order", resealed(entries).data)
        with self.subTest("the month before its day"):
            entries = known_entries()
            entries[23], entries[24] = entries[24], entries[23]
            self.assert_defect("closing_order", resealed(entries).data, 23)
        with self.subTest("an empty day"):
            till = resealed(known_entries())
            empty = till.close("day", "2027-01-02T21:00:00+01:00")
            self.assert_defect("closing_order", till.data, empty["seq"])
        with self.subTest("a sale after the Z"):
            till = resealed(known_entries())
            sale = cash_sale(till, "2027-01-02T21:00:00+01:00", "2027-01-02")
            self.assert_defect("closing_order", till.data, sale["seq"])
        with self.subTest("cash of a new day before the old one is closed"):
            till = resealed(known_entries()[:33])
            move = till.add("cash", "2027-01-03T09:00:00+01:00", {"type": "float", "amount": 1})
            self.assert_defect("closing_order", till.data, move["seq"])
        with self.subTest("a month archived before the one before it"):
            entries = known_entries()
            del entries[26]
            till = resealed(entries[:26])
            for entry in entries[26:30]:
                shifted = entry["body"]
                for key in {"from", "to"} & shifted.keys():
                    shifted[key] -= shifted[key] > 26
                till.seal(entry)
            late = till.add(
                "archive", "2027-01-02T08:00:00+01:00", {"period": "month", "from": 25, "to": 29, "sha256": "a" * 64}
            )
            self.assert_defect("closing_order", till.data, late["seq"])

    def test_the_nf525_string_is_the_entrys_and_signed(self):
        self.assert_each_caught(
            "nf525",
            [
                (kind_of(LINES[seq]), seq, lambda b: b["nf525"].update(arg=b["nf525"]["arg"] + "x"), {"nf525"})
                for seq in (1, 3, 7, 14, 17, 22, 26)
            ]
            + [
                ("another ticket's signature", 4, lambda b: b["nf525"].update(sig=signature_of(3)), {"nf525.sig"}),
                ("padding", 4, lambda b: b["nf525"].update(sig=b["nf525"]["sig"] + "=="), {"nf525.sig"}),
                (
                    "a second first",
                    4,
                    lambda b: b["nf525"].update(arg=b["nf525"]["arg"].replace(",O,", ",N,")),
                    {"nf525"},
                ),
            ],
        )

    def test_the_clock_goes_back_only_with_an_event_that_says_so(self):
        for name, seq, at in (
            ("a ticket before the one before", 8, "2026-11-21T17:00:00+01:00"),
            ("the summer's offset in winter", 8, "2026-11-21T18:40:00+02:00"),
        ):
            with self.subTest(name):
                entries = known_entries()
                entries[seq]["at"] = at
                self.assert_defect("clock", resealed(entries).data, seq)
        self.assert_caught("clock", 20, lambda b: b.update(code=911))

    def test_a_closings_roots_are_those_of_the_entries_before_it(self):
        zeros = "0" * 64
        self.assert_each_caught(
            "root",
            [
                ("another root", 14, lambda b: b["checkpoint"].update(root=zeros), {"checkpoint"}),
                ("another size", 14, lambda b: b["checkpoint"].update(size=13), {"checkpoint"}),
                ("a countersigned root", 24, lambda b: b.update(witnessed=witnessed(15, zeros))),
                ("one of entries to come", 24, lambda b: b.update(witnessed=witnessed(26, KNOWN["roots"][25]["root"]))),
            ],
        )
        entries = known_entries()
        entries[24]["body"]["witnessed"] = witnessed(15, KNOWN["roots"][14]["root"])
        self.assert_sound(resealed(entries).data)
        entries[29]["body"]["witnessed"] = witnessed(4, KNOWN["roots"][3]["root"])
        self.assert_defect("root", resealed(entries).data, 29)


class HonestJournals(VerifierTest):
    """What a register may rightly do, beyond the known journal, is never called a defect."""

    def setUp(self):
        self.till = resealed(known_entries())
        self.at = iter(f"2027-01-04T{hour:02d}:{minute:02d}:00+01:00" for hour in range(8, 24) for minute in range(60))

    def sell(self, lines, payments, **keys):
        return self.till.ticket(next(self.at), "2027-01-04", lines, [dict(p) for p in payments], **keys)["body"]

    def undo(self, kind, of, lines, payments, **keys):
        refers_to = {"register": REGISTER, "number": of["number"]}
        return self.sell(lines, payments, type=kind, refers_to=refers_to, reason="erreur", **keys)

    def assert_till_sound(self):
        return self.assert_sound(self.till.data)

    def test_means_of_payment(self):
        bread = [line(1, 1000, 1000)]
        self.sell(bread, [paid("card", 1200), paid("tip", -200)])
        self.sell(bread, [paid("holiday_voucher", 700, face=1000), paid("cash", 500)], change=200)
        self.sell(bread, [paid("account", 1000)])
        self.sell([], [paid("cash", 5000), paid("account", -5000)])
        self.sell([], [paid("account", 500), paid("cash", -500)])
        self.sell(bread, [paid("gift_voucher", 400, ref="KDO-1"), paid("credit_note", 600, ref="AV-1")])
        self.sell(bread, [paid("card", 6000), paid("gift_voucher", -5000, ref="KDO-2")])
        self.sell([line(1, 1000, 0)], [])
        self.sell([line(1, 1000, 300), line(2, -1000, 100)], [paid("transfer", 200)])
        closing = self.till.close("day", "2027-01-04T20:00:00+01:00")["body"]
        payments = {row["tender"]: row for row in closing["payments"]}
        self.assertEqual(
            {"tender": "holiday_voucher", "count": 1, "amount": 700, "excess": 300}, payments["holiday_voucher"]
        )
        self.assertEqual(4800, payments["cash"]["amount"])
        self.assert_till_sound()

    def test_a_sale_with_every_discount_is_cancelled(self):
        lines = [
            line(1, 2500, 999, discounts=[{"label": "Soldes", "amount": 50}]),
            line(2, 1333, 1234, vat=2000, tare=12, nature="service", seller="s-1"),
            line(3, -1000, 25, vat=2000),
        ]
        discounts = [{"label": "Fidélité", "amount": 333}, {"label": "Bon", "amount": 1}]
        body = figures(lines, discounts)
        sale = self.sell(
            lines, [paid("card", body["totals"]["ttc"])], discounts=discounts, channel="web", customer="c-1"
        )
        negated = [
            item
            | {"qty": -item["qty"]}
            | ({"discounts": [d | {"amount": -d["amount"]} for d in item["discounts"]]} if "discounts" in item else {})
            for item in lines
        ]
        back = [d | {"amount": -d["amount"]} for d in discounts]
        self.undo(
            "cancel",
            sale,
            negated,
            [paid("cash", -sale["totals"]["ttc"])],
            discounts=back,
            channel="web",
            customer="c-1",
        )
        self.assert_till_sound()

    def test_a_corrected_payment_is_corrected_again(self):
        sale = self.sell([line(1, 1000, 1000)], [paid("cash", 2000)], change=1000)
        self.undo("correction", sale, [], [paid("cash", -1000), paid("card", 1000)])
        first = self.undo("correction", sale, [], [paid("card", -400), paid("cheque", 400)])
        self.undo("correction", first, [], [paid("cheque", -400), paid("transfer", 400)])
        refund = self.undo("return", sale, [line(1, -1000, 1000, of=1)], [paid("card", -1000)])
        self.undo("correction", refund, [], [paid("card", 1000), paid("cash", -1000)])
        self.assert_till_sound()
        self.undo("correction", sale, [], [paid("cash", -1), paid("card", 1)])
        self.assert_defect("refers_to", self.till.data)

    def test_goods_of_another_register_or_of_before_come_back(self):
        back = [line(1, -1000, 500)]
        self.sell(back, [paid("cash", -500)], type="return", reason="acheté avant la caisse")
        self.sell(
            [back[0] | {"of": 2}],
            [paid("credit_note", -500, ref="AV-2")],
            type="return",
            reason="défaut",
            refers_to={"register": ELSEWHERE, "number": 900},
        )
        self.assertEqual(1, len(self.assert_till_sound().not_checkable))

    def test_a_line_returned_in_thirds_adds_up_to_its_total(self):
        sale = self.sell([line(1, 3000, 333)], [paid("card", 899)], discounts=[{"label": "Bon", "amount": 100}])
        for total in (-300, -299, -300):
            discount = [{"label": "Remise", "amount": -333 - total}]
            self.undo("return", sale, [line(1, -1000, 333, of=1, discounts=discount)], [paid("card", total)])
        self.assert_till_sound()
        self.undo("return", sale, [line(1, -1, 333, of=1)], [])
        self.assert_defect("refers_to", self.till.data)

    def test_an_invoice_is_taken_back_by_a_credit_note(self):
        sale = self.sell([line(1, 1000, 1000)], [paid("card", 1000)])
        back = self.undo("return", sale, [line(1, -1000, 1000, of=1)], [paid("card", -1000)])
        buyer = {"name": "Acheteur", "address": "2 rue du Port"}
        invoice = {"business_date": "2027-01-04", "buyer": buyer}
        for body, keys in ((sale, {}), (back, {"refers_to": {"number": 2}})):
            tickets = [{"register": REGISTER, "number": body["number"]}]
            self.till.add("invoice", next(self.at), invoice | {"tickets": tickets, "totals": body["totals"]} | keys)
        self.assert_till_sound()

    def test_a_count_is_corrected_and_copies_are_counted(self):
        count = {"type": "count", "amount": 990, "counted": 990, "expected": 1000, "difference": -10}
        self.till.add("cash", next(self.at), {"type": "in", "amount": 1500, "reason": "monnaie"})
        self.till.add("cash", next(self.at), {"type": "drop", "amount": 500})
        first = self.till.add("cash", next(self.at), count)
        coins = [{"value": 200, "pieces": 5}]
        again = count | {"amount": 1000, "counted": 1000, "difference": 0, "coins": coins, "replaces": first["seq"]}
        self.till.add("cash", next(self.at), again)
        for of, copy in (
            ({"kind": "ticket", "number": 4}, 2),
            ({"kind": "ticket", "number": 4}, 3),
            ({"kind": "note", "number": 1}, 1),
            ({"kind": "invoice", "number": 1}, 1),
            ({"kind": "closing", "period": "year", "number": 1}, 1),
        ):
            self.till.add("duplicate", next(self.at), {"of": of, "copy": copy})
        self.assert_till_sound()

    def test_the_night_belongs_to_the_day_before_and_an_early_z_ends_it(self):
        till = self.till
        cash_sale(till, "2027-01-04T23:59:59+01:00", "2027-01-04")
        cash_sale(till, "2027-01-05T03:59:59+01:00", "2027-01-04")
        till.close("day", "2027-01-05T03:59:59+01:00")
        cash_sale(till, "2027-01-05T03:59:59+01:00", "2027-01-05")
        cash_sale(till, "2027-01-05T04:00:00+01:00", "2027-01-05")
        till.close("day", "2027-01-05T16:00:00+01:00")
        cash_sale(till, "2027-01-05T16:30:00+01:00", "2027-01-06")
        cash_sale(till, "2027-01-06T09:00:00+01:00", "2027-01-06")
        self.assert_till_sound()

    def test_a_clock_once_ahead_keeps_the_date_it_used(self):
        till = self.till
        cash_sale(till, "2027-02-03T09:00:00+01:00", "2027-02-03", due=("month",))
        till.event("2027-01-05T09:00:00+01:00", code=910)
        cash_sale(till, "2027-01-05T09:00:00+01:00", "2027-02-03")
        till.close("day", "2027-01-05T20:00:00+01:00")
        cash_sale(till, "2027-01-06T09:00:00+01:00", "2027-02-04")
        self.assert_till_sound()

    def test_the_hour_that_comes_twice_is_no_clock_set_back(self):
        till = self.till
        till.close("month", "2027-02-01T08:00:00+01:00")
        cash_sale(till, "2027-10-31T02:59:00+02:00", "2027-10-30")
        cash_sale(till, "2027-10-31T02:01:00+01:00", "2027-10-30")
        self.assert_till_sound()

    def test_a_setting_holds_from_its_event_on(self):
        till = self.till
        moved = merchant(address="9 rue Neuve, 49000 Angers")
        till.event("2027-01-04T08:00:00+01:00", code=410, set={"merchant": moved, "day_ends_at": "00:00"})
        till.event("2027-01-04T08:01:00+01:00", code=255, set={"software": {"name": "comptoir", "version": "1.0.1"}})
        cash_sale(till, "2027-01-05T00:00:00+01:00", "2027-01-05")
        self.assert_till_sound()

    def test_a_fiscal_year_may_start_with_any_month(self):
        genesis = known_entries()[0]
        genesis["body"] |= {"fiscal_year_starts": "03-01", "mode": "training", "label": "É 1,2"}
        till = resealed([genesis])
        cash_sale(till, "2027-02-28T10:00:00+01:00", "2027-02-28")
        till.close("day", "2027-02-28T20:00:00+01:00")
        till.close("month", "2027-03-01T08:00:00+01:00")
        year = till.close("year", "2027-03-01T08:00:00+01:00")["body"]
        self.assertEqual(("2026-03-01", "2027-02-28"), (year["first_date"], year["last_date"]))
        cash_sale(till, "2027-03-01T10:00:00+01:00", "2027-03-01")
        self.assert_sound(till.data)

    def test_a_successor_names_the_journal_before_it(self):
        genesis = known_entries()[0]
        genesis["register"] = ELSEWHERE
        genesis["body"]["succeeds"] = {"register": REGISTER, "checkpoint": CHECKPOINT}
        self.assertEqual(1, len(self.assert_sound(resealed([genesis]).data).not_checkable))


class Archives(VerifierTest):
    """Archives of the known journal's periods, and of a year that does not begin with the journal."""

    CLOSINGS = {14: "day", 23: "day", 24: "month", 29: "day", 30: "month", 31: "year", 33: "day"}

    def files(self, to: int = 23, **options) -> dict[str, bytes]:
        return forge.archive_files(LINES, to, **options)

    def assert_archive_defect(self, rule: str, files: dict[str, bytes], **options):
        return self.assert_defect(rule, forge.zipped(files), **options)

    def test_an_archive_of_every_period_is_sound(self):
        for to, period in self.CLOSINGS.items():
            with self.subTest(to=to):
                report = self.assert_sound(forge.zipped(self.files(to)))
                self.assertTrue(report.witnessed)
                self.assertIn(f"-01-{period}-", " ".join(report.not_checkable))

    def test_an_archive_of_a_later_year_is_sound(self):
        till = resealed(known_entries())
        till.close("month", "2027-02-01T08:00:00+01:00")
        cash_sale(till, "2027-12-31T10:00:00+01:00", "2027-12-31")
        for period in ("day", "month", "year"):
            last = till.close(period, "2028-01-02T08:00:00+01:00")
        files = forge.archive_files(till.lines, last["seq"])
        self.assertEqual(32, json.loads(files["manifest.json"])["from"])
        self.assert_sound(forge.zipped(files))
        manifest = json.loads(files["manifest.json"])
        manifest["before"]["year_to_date"] = 5
        self.assert_archive_defect("archive_file", forge.listed(files, before=manifest["before"]))

    def test_an_archive_without_countersignature_is_sound_until_one_comes(self):
        data = forge.zipped(self.files(countersigned=False))
        self.assertFalse(self.assert_sound(data, name="late.zip").witnessed)
        root = bytes.fromhex(KNOWN["roots"][23]["root"])
        beside = self.directory / "late.zip.checkpoint.txt"
        beside.write_text(forge.checkpoint(REGISTER, 24, root), "utf-8")
        self.assertTrue(self.assert_sound(data, name="late.zip").witnessed)
        beside.write_text(forge.checkpoint(REGISTER, 24, bytes(32)), "utf-8")
        self.assert_defect("fork", data, name="late.zip")
        beside.write_text("?", "utf-8")
        self.assert_defect("checkpoint_signature", data, name="late.zip")

    def test_an_archive_of_its_own_name_has_the_name_the_format_forms(self):
        name = "73282932000074-01-day-2026-11-30-2026-11-30.zip"
        report = self.assert_sound(forge.zipped(self.files()), name=name)
        self.assertNotIn("file name", " ".join(report.not_checkable))

    def test_the_tables_are_those_the_format_shows(self):
        files = self.files()
        for name, row in (
            ("tickets.csv", "19;11;return;2026-11-30;2026-11-30T14:02:00+01:00;op-1;-15,14;-13,76;-1,38"),
            ("lines.csv", "10;1;PLAT;Plat du jour;3;pce;13,50;4,36;36,14;10;32,85"),
            ("payments.csv", "10;cash;26,00;;;3,61"),
            ("closings.csv", "23;day;2;2026-11-30;2026-11-30;17,12;14,96;2,16;79,25;201,73"),
            ("events.csv", "23;2026-11-30T20:00:00+01:00;50;Clôture;system;01-ZJ-00000002"),
        ):
            self.assertIn(f"\r\n{row}\r\n".encode(), files[name])
            self.assertTrue(files[name].startswith(b"\xef\xbb\xbf"))
        first_day = self.files(14)
        self.assertIn('5;2;ŒUF;"Œufs x6 ""plein air""\t☕";3;'.encode(), first_day["lines.csv"])
        self.assertIn("1;2;2100010;Comté 18 mois;0,325;kg;24,90;0,00;8,09;5,5;7,67".encode(), first_day["lines.csv"])
        self.assertIn(b"190;Annulation;op-2;01-T-00000006", first_day["events.csv"])

    def test_a_table_that_differs_from_the_journal_is_seen(self):
        for name in ("tickets.csv", "lines.csv", "payments.csv", "closings.csv", "events.csv"):
            files = self.files(14)
            for changed in (
                files[name][3:],
                files[name] + b"x\r\n",
                files[name].replace(b"\r\n", b"\n"),
                files[name].replace(b"1", b"2"),
            ):
                self.assert_archive_defect("csv", forge.listed(files | {name: changed}))

    def test_files_are_those_of_the_format_with_the_sums_of_the_manifest(self):
        files = self.files()
        for name in sorted(files):
            with self.subTest(name):
                self.assert_archive_defect("archive_file", {n: d for n, d in files.items() if n != name})
                self.assert_archive_defect("archive_file", files | {name: files[name] + b" "})
        self.assert_archive_defect("archive_file", forge.listed(files | {"more.txt": b""}))
        self.assert_archive_defect("archive_file", files | {"more.txt": b""})
        self.assert_archive_defect("archive_file", forge.listed(files | {"LISEZMOI.txt": b""}))
        manifest = json.loads(files["manifest.json"])
        manifest["files"].reverse()
        self.assert_archive_defect("archive_file", files | {"manifest.json": forge.canonical(manifest)})

    def test_the_manifest_is_signed_by_the_device(self):
        files = self.files()
        good = dict(zip_members(forge.zipped(files)))["manifest.sig"]
        for signature in (b"", good + b"\n", good.replace(good[:4], b"AAAA"), b"\xff" * 88):
            data = forge.zipped(files | {"manifest.sig": signature}, sign=False)
            self.assert_defect("archive_file", data)

    def test_the_manifests_values_are_those_of_the_journal(self):
        files = self.files()
        manifest = json.loads(files["manifest.json"])
        before = manifest["before"]
        for name, changes in {
            "register": {"register": ELSEWHERE},
            "merchant": {"merchant": merchant(name="Autre")},
            "label": {"label": "02"},
            "from_at": {"from_at": "2026-11-30T08:00:01+01:00"},
            "to_at": {"to_at": "2026-11-30T20:00:01+01:00"},
            "to": {"to": 22},
            "period": {"period": "month"},
            "public_key": {"public_key": to_base64(forge.WITNESS_KEY)},
            "software": {"software": {"name": "comptoir", "version": "2"}},
            "a frontier too short": {"frontier": manifest["frontier"][:-1]},
            "the entry before": {"before": before | {"prev": "1" * 64}},
            "the settings before": {"before": before | {"settings": before["settings"] | {"time_zone": "UTC"}}},
            "no number before": {"before": before | {"chains": {}}},
            "a chain of the wrong type": {"before": before | {"chains": {"T": 9, "ZJ": before["chains"]["ZJ"]}}},
        }.items():
            with self.subTest(name):
                self.assert_archive_defect("archive_file", forge.listed(files, **changes))

    def test_what_the_manifest_says_of_before_is_borne_out_by_the_entries(self):
        files = self.files()
        before = json.loads(files["manifest.json"])["before"]
        chains = before["chains"]
        for rule, changes in (
            ("chain", {"prev": "1" * 64}),
            ("perpetual", {"gt": {"net": 6214, "abs": 12407}}),
            ("closing_totals", {"year_to_date": 6212}),
            ("closing_order", {"business_date": "2026-11-30"}),
            ("numbering", {"chains": chains | {"T": chains["T"] | {"number": 8}}}),
            ("nf525", {"chains": chains | {"T": chains["T"] | {"sig": chains["J"]["sig"]}}}),
        ):
            with self.subTest(rule):
                self.assert_archive_defect(rule, forge.listed(files, before=before | changes))

    def test_the_roots_tie_the_genesis_and_the_entries_before(self):
        files = self.files()
        manifest = json.loads(files["manifest.json"])
        zeros = "0" * 64
        self.assert_archive_defect("root", forge.listed(files, frontier=[zeros] + manifest["frontier"][1:]))
        self.assert_archive_defect("root", forge.listed(files, genesis_proof=manifest["genesis_proof"][:-1]))
        for size, root in ((24, bytes(32)), (23, bytes.fromhex(KNOWN["roots"][22]["root"]))):
            note = forge.checkpoint(REGISTER, size, root).encode("utf-8")
            self.assert_archive_defect("root", forge.listed(files | {"checkpoint.txt": note}))

    def test_another_genesis_does_not_prove_to_be_in_the_tree(self):
        files = self.files()
        genesis = known_entries()[0]
        genesis["body"]["store"]["name"] = "Autre"
        lines = forge.seal_line(genesis) + b"".join(files["journal.jsonl"].splitlines(keepends=True)[1:])
        self.assert_archive_defect("root", forge.listed(files | {"journal.jsonl": lines}))

    def test_checkpoints_in_archives_are_signed(self):
        files = self.files()
        note = files["checkpoint.txt"].decode("utf-8")
        device, witness = (text.split(" ")[2] for text in note.splitlines()[4:6])
        for rule, text in (("checkpoint_signature", device), ("countersignature", witness)):
            for at in (2, 60):  # the key's id, and the signature
                raw = bytearray(base64.b64decode(text))
                raw[at] ^= 1
                forged = note.replace(text, to_base64(bytes(raw))).encode("utf-8")
                self.assert_archive_defect(rule, forge.listed(files | {"checkpoint.txt": forged}))

    def test_a_witness_that_the_archive_made_up_is_not_the_one_known(self):
        other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
        named = {"name": forge.WITNESS_NAME, "public_key": to_base64(other)}
        self.assert_archive_defect("countersignature", forge.listed(self.files(), witness=named))

    def test_lines_removed_from_an_archive_are_missed(self):
        files = self.files()
        lines = files["journal.jsonl"].splitlines(keepends=True)
        for kept in (lines[:-1], lines[:1] + lines[2:], lines[1:], lines[:1], []):
            changed = forge.listed(files | {"journal.jsonl": b"".join(kept)})
            self.assertEqual("defects", self.check(forge.zipped(changed)).verdict)

    def test_a_file_that_would_fill_the_memory_is_not_unpacked(self):
        files = self.files()
        self.assert_archive_defect("archive_file", files | {"LISEZMOI.txt": bytes(20_000_000)})

    def test_the_rules_of_entries_hold_in_an_archive(self):
        entries = known_entries()
        entries[18]["body"]["change"] += 1
        till = resealed(entries)
        self.assert_defect("settlement", forge.zipped(forge.archive_files(till.lines, 23)), 18)

    def test_a_zip_hides_nothing(self):
        data = forge.zipped(self.files())
        members = zip_members(data)
        self.assert_defect("archive_file", b"PK hidden" + data)
        self.assert_defect("archive_file", with_comment(data, b"hidden"))
        with self.assertWarns(UserWarning):
            twice = zip_of(members + [("tickets.csv", b"other")])
        self.assert_defect("archive_file", twice)
        self.assert_defect("archive_file", zip_of(members + [("folder/", b"")]))
        at = data.index(b"journal.jsonl") + 60
        self.assert_defect("archive_file", data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        local_sum = bytearray(data)
        local_sum[14] ^= 1
        self.assert_defect("archive_file", bytes(local_sum))
        self.assert_inconclusive("unreadable", data[:-30])
        self.assert_sound(zip_of(members, zipfile.ZIP_STORED))

    def test_no_changed_byte_crashes_the_verifier(self):
        data = forge.zipped(self.files(14))
        for at in range(0, len(data), len(data) // 150):
            report = self.check(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
            found = [finding.expected for finding in report.findings]
            self.assertNotIn("a file that this verifier copes with", found, at)

    def test_a_newer_manifest_is_inconclusive(self):
        files = self.files()
        manifest = json.loads(files["manifest.json"]) | {"v": 2}
        self.assert_inconclusive("version", forge.zipped(files | {"manifest.json": forge.canonical(manifest)}))

    def test_evidence_of_the_archives_range_is_checked_and_other_is_not(self):
        data = forge.zipped(self.files())
        inside, outside = (f"{KNOWN['roots'][i]['size']}:{KNOWN['roots'][i]['root']}" for i in (19, 30))
        self.assert_sound(data, against=[inside])
        report = self.assert_sound(data, against=[outside, CHECKPOINT])
        self.assertIn("size 34", " ".join(report.not_checkable))
        self.assert_defect("fork", data, against=[f"20:{'0' * 64}"])


class CommandLine(VerifierTest):
    def run_verifier(self, *arguments, stdin: str = ""):
        program = Path(__file__).parent / "verify.py"
        command = [sys.executable, str(program), *map(str, arguments)]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8")

    def setUp(self):
        self.sound = VECTORS / "journal.jsonl"
        self.damaged = self.directory / "damaged.jsonl"
        self.damaged.write_bytes(JOURNAL.replace(b"op-1", b"op-3", 1))
        self.unreadable = self.directory / "unreadable"
        self.unreadable.write_bytes(b"?")

    def test_the_exit_code_is_the_worst_verdict(self):
        for code, files in (
            (0, [self.sound]),
            (1, [self.sound, self.damaged]),
            (2, [self.sound, self.unreadable]),
            (1, [self.unreadable, self.damaged, self.sound]),
        ):
            self.assertEqual(code, self.run_verifier(*files).returncode)

    def test_a_report_names_the_entry_the_rule_and_what_was_expected(self):
        output = json.loads(self.run_verifier(self.damaged, "--json").stdout)
        self.assertEqual({"file", "verdict", "entries", "witnessed", "findings", "not_checkable"}, output.keys())
        finding = output["findings"][0]
        self.assertEqual({"verdict", "seq", "place", "rule", "expected", "found"}, finding.keys())
        self.assertEqual((2, "entry 2", "chain"), (finding["seq"], finding["place"], finding["rule"]))
        self.assertLessEqual({f["rule"] for f in output["findings"]}, RULES)
        self.assertIn("entry 2: chain: expected", self.run_verifier(self.damaged).stdout)

    def test_a_batch_answers_each_path_in_order(self):
        paths = [self.sound, self.damaged, self.directory / "missing", self.unreadable, self.directory, self.sound]
        result = self.run_verifier("--batch", stdin="".join(f"{path}\n" for path in paths))
        verdicts = [json.loads(text)["verdict"] for text in result.stdout.splitlines()]
        self.assertEqual(["sound", "defects", *["inconclusive"] * 3, "sound"], verdicts)

    def test_evidence_and_witnesses_are_given_on_the_command_line(self):
        witness = f"{forge.WITNESS_NAME}={to_base64(forge.WITNESS_KEY)}"
        arguments = ("--json", "--against", VECTORS / "checkpoint.txt", "--witness", witness)
        self.assertTrue(json.loads(self.run_verifier(self.sound, *arguments).stdout)["witnessed"])
        cut = self.directory / "cut.jsonl"
        cut.write_bytes(b"".join(LINES[:20]))
        self.assertEqual(1, self.run_verifier(cut, *arguments).returncode)
        self.assertEqual(2, self.run_verifier(self.sound, "--against", "nothing").returncode)

    def test_an_archive_is_compared_with_the_journal_that_sealed_its_sum(self):
        archive = self.directory / "month.zip"
        archive.write_bytes(forge.zipped(forge.archive_files(LINES, 24)))
        self.assertEqual(0, self.run_verifier(archive).returncode)
        result = self.run_verifier(archive, self.sound)
        self.assertEqual(1, result.returncode)
        self.assertIn("SHA-256", result.stdout)

    def test_files_given_together_bear_witness_to_each_other(self):
        genesis = known_entries()[0]
        genesis["register"] = ELSEWHERE
        genesis["body"] |= {"label": "02", "succeeds": {"register": REGISTER, "checkpoint": CHECKPOINT}}
        successor = self.directory / "successor.jsonl"
        successor.write_bytes(resealed([genesis]).data)
        archive = self.directory / "year.zip"
        archive.write_bytes(forge.zipped(forge.archive_files(LINES, 31)))
        cut, rewritten = self.directory / "cut.jsonl", self.directory / "rewritten.jsonl"
        cut.write_bytes(b"".join(LINES[:20]))
        entries = known_entries()
        entries[3]["operator"] = "op-9"
        rewritten.write_bytes(resealed(entries).data)
        for witness in (successor, archive):
            self.assertEqual(0, self.run_verifier(witness, self.sound).returncode)
            self.assertIn("truncation", self.run_verifier(witness, cut).stdout)
            self.assertIn("fork", self.run_verifier(rewritten, witness).stdout)

    def test_no_label_is_used_twice_in_a_store(self):
        genesis = known_entries()[0] | {"register": ELSEWHERE}
        other = self.directory / "other.jsonl"
        other.write_bytes(resealed([genesis]).data)
        self.assertEqual(0, self.run_verifier(other).returncode)
        self.assertIn("genesis", self.run_verifier(self.sound, other).stdout)


def paid(tender: str, amount: int, **keys) -> dict:
    return {"tender": tender, "amount": amount} | keys


def row(rate: int, ttc: int) -> dict:
    vat = money.vat_of(ttc, rate)
    return {"rate": rate, "ttc": ttc, "ht": ttc - vat, "vat": vat}


def merchant(**changes) -> dict:
    return known_entries()[0]["body"]["merchant"] | changes


def witnessed(size: int, root: str) -> dict:
    return {"size": size, "root": root, "time": 1_800_000_000}


def signature_of(seq: int) -> str:
    return known_entries()[seq]["body"]["nf525"]["sig"]


def returned(quantity: int):
    """A return of this quantity of its one line, with arithmetic of its own that is right."""

    def change(body):
        (item,) = body["lines"]
        body.update(figures([item | {"qty": -quantity}]))
        body["payments"][0]["amount"] = body["totals"]["ttc"]

    return change


def tipped(body):
    body["payments"] = [paid("card", -2798), paid("tip", 100)]


def corrected(amount: int):
    def change(body):
        body["payments"] = [paid("meal_voucher", -amount), paid("card", amount)]

    return change


def cash_sale(till: Till, at: str, business_date: str, due: tuple = ()) -> dict:
    for period in due:
        till.close(period, at)
    return till.ticket(at, business_date, [line(1, 1000, 180, vat=1000)], [paid("cash", 200)], change=20)


def sealed_after(till: Till, entry: dict) -> bytes:
    """The line that an entry would become, the till staying as it is."""
    more = resealed([json.loads(text)["entry"] for text in till.lines])
    entry["body"]["number"] = more.journal.books.chains["T"].number + 1
    ttc, gt = entry["body"]["totals"]["ttc"], more.journal.books.gt
    entry["body"]["gt"] = {"net": gt["net"] + ttc, "abs": gt["abs"] + abs(ttc)}
    more.seal(entry)
    return more.lines[-1]


def zip_members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return [(name, source.read(name)) for name in source.namelist()]


def zip_of(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, data in members:
            target.writestr(name, data)
    return buffer.getvalue()


def with_comment(data: bytes, comment: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as target:
        target.comment = comment
    return buffer.getvalue()


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
