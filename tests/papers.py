"""Papers as others see them: printed on a simulated ESC/POS printer, their codes read by a barcode reader.

    papers.py --comptoir PROGRAM --emupos PROGRAM --work FOLDER

Needs the packages `emupos` and `zxing-cpp`. Nothing here shares code with the register.
"""

import argparse
import glob
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import zxingcpp
from PIL import Image

# The simulator is on this machine, whatever proxy leads out of it.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class SimulatedPrinter:
    """emupos, with one receipt printer."""

    def __init__(self, program, work):
        self.port, self.api = free_port(), free_port()
        config = work / "emupos.yaml"
        config.write_text(
            f"""schema: 1
api: {{ host: 127.0.0.1, port: {self.api} }}
devices:
  - id: front
    type: printer
    profile: epson-tm-t20iii
    receipts_dir: {work}/receipts
    connections:
      - tcp: {{ port: {self.port} }}
"""
        )
        self.log = open(work / "emupos.log", "wb")
        self.process = subprocess.Popen([program, "run", "--config", str(config)], stdout=self.log, stderr=self.log)
        for _ in range(150):
            try:
                self.receipts()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the simulated printer does not start: " + (work / "emupos.log").read_text())

    def ask(self, method, path):
        url = f"http://127.0.0.1:{self.api}/api/v1/devices/front{path}"
        with DIRECTLY.open(urllib.request.Request(url, method=method), timeout=10) as answer:
            return answer.read()

    def receipts(self):
        """The printed receipts, newest first."""
        return json.loads(self.ask("GET", "/receipts"))

    def text(self, receipt):
        return self.ask("GET", f"/receipts/{receipt['id']}/text").decode()

    def image(self, receipt, to):
        to.write_bytes(self.ask("GET", f"/receipts/{receipt['id']}/image"))
        return Image.open(to)

    def fault(self, name, active):
        self.ask("PUT" if active else "DELETE", f"/faults/{name}")

    def settled(self, count):
        """Waits until so many receipts are complete."""
        for _ in range(100):
            if len(self.receipts()) >= count:
                return self.receipts()
            time.sleep(0.1)
        raise SystemExit(f"{len(self.receipts())} receipts came out instead of {count}")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)


def run(*command, expect=0):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != expect:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def entries(data):
    """The sealed lines of each journal, by its register."""
    journals = {}
    for database in glob.glob(f"{data}/journals/*/journal.db"):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as journal:
            lines = [bytes(row[0]) for row in journal.execute("SELECT bytes FROM line ORDER BY seq")]
        journals[json.loads(lines[0])["entry"]["register"]] = lines
    return journals


def amount(cents):
    text = f"{abs(cents) // 100:,}".replace(",", " ") + f",{abs(cents) % 100:02}"
    return ("-" if cents < 0 else "") + text


def code_on(image):
    codes = zxingcpp.read_barcodes(image)
    return codes[0].text if codes else None


def words(text):
    """A text with every run of blanks as one, so that lines broken elsewhere are the same."""
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def ticket_of(code, journals):
    """The sealed entry that a ticket's code names, and the genesis of its journal."""
    register, seq, _, _ = code.split("/r#")[1].split(".")
    genesis, line = (json.loads(journals[register][place])["entry"] for place in (0, int(seq)))
    assert line["kind"] == "ticket", code
    return genesis["body"], line["body"]


def check_ticket(text, code, journals):
    """A ticket's text holds what its entry says."""
    genesis, body = ticket_of(code, journals)
    school = "ÉCOLE — FACTICE, SANS VALEUR" in words(text)
    assert school == (genesis["mode"] == "training"), text
    expected = [f"{genesis['label']}-T-{body['number']:08}", "SIRET 000 000 000 00000", "Épicerie d'exemple"]
    # A long label goes on below the amount of its line.
    expected += [word for line in body["lines"] for word in words(line["label"]).split()]
    expected += [amount(body["totals"]["ttc"]) + " €"]
    expected += [amount(row[key]) for row in body["totals"]["vat"] for key in ("ht", "vat", "ttc")]
    expected += ["".join(body["nf525"]["sig"][place - 1] for place in (3, 7, 13, 19))]
    printed = words(text)
    missing = [what for what in expected if what not in printed]
    assert not missing, f"{missing} are not on\n{text}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--comptoir", required=True)
    arguments.add_argument("--emupos", required=True)
    arguments.add_argument("--work", required=True, type=Path)
    arguments = arguments.parse_args()
    work = arguments.work
    work.mkdir(parents=True)
    data = str(work / "shop")
    french = ("--language", "fr")

    printer = SimulatedPrinter(arguments.emupos, work)
    try:
        # The day begins without paper in the printer: everything waits, over the end of the program.
        printer.fault("paper-out", True)
        address = f"127.0.0.1:{printer.port}"
        run(arguments.comptoir, "demo", "--data", data, "--printer", address, *french)
        assert not printer.receipts(), "a printer without paper printed"
        stopped = subprocess.run(
            [arguments.comptoir, "print", "--data", data, "--printer", address, *french], capture_output=True, text=True
        )
        assert stopped.returncode == 1 and "plus de papier" in stopped.stderr, stopped
        printer.fault("paper-out", False)
        said = run(arguments.comptoir, "print", "--data", data, "--printer", address, *french)
        count = int(said.split(":")[1].split(".")[0])
        receipts = printer.settled(count)
        assert len(receipts) == count, f"{len(receipts)} receipts, {count} papers"
        assert run(arguments.comptoir, "print", "--data", data, "--printer", address, *french).endswith("0.\n")

        journals = entries(data)
        tickets, vouchers, checkpoints = [], 0, 0
        for place, receipt in enumerate(receipts):
            text = printer.text(receipt)
            code = code_on(printer.image(receipt, work / f"printed-{place}.png"))
            assert "?" not in text, f"a letter that the printer does not know:\n{text}"
            if code is None:
                assert not any(mark in text for mark in ("-T-", "-ZJ-")), f"no code is read on\n{text}"
            elif code.startswith("comptoir:"):
                check_ticket(text, code, journals)
                tickets.append(code)
            elif code.startswith("CV1."):
                assert "Valable jusqu’au" in text and code.split(".")[1] in text, text
                vouchers += 1
            else:
                assert code in words(text).replace(" ", ""), text
                checkpoints += 1
        assert (vouchers, checkpoints) == (2, 1), (vouchers, checkpoints)
        assert len(tickets) >= 20, len(tickets)
        texts = [printer.text(receipt) for receipt in receipts]
        for what in ("DUPLICATA n° 1", "DOCUMENT PROVISOIRE", "Comptage du tiroir", "sans clôture", "AVOIR", "Remise"):
            found = [text for text in texts if what in text]
            if what != "Remise":
                assert len(found) == 1, f"{what} stands on {len(found)} papers"

        # A printer that is well prints while the day goes on, and opens the drawer for cash.
        run(arguments.comptoir, "demo", "--data", str(work / "second"), "--printer", address, *french)
        printer.settled(2 * count)
        state = json.loads(printer.ask("GET", ""))
        assert "open" in json.dumps(state["state"]), state
    finally:
        printer.stop()

    # The same papers as pictures; and a code convicts a journal whose end was cut off.
    run(arguments.comptoir, "demo", "--data", str(work / "pictures"), *french)
    pictured = [code_on(Image.open(picture)) for picture in sorted(glob.glob(f"{work}/pictures/papers/*.png"))]
    ours = [code for code in pictured if code and code.startswith("comptoir:")]
    # The school's ticket waits in a queue of its own where there was no paper when it was asked for.
    assert len(ours) == len(tickets) + 1, f"{len(ours)} codes on pictures, {len(tickets)} printed"
    newest = max(ours, key=lambda code: int(code.split(".")[1]))
    register, seq = newest.split("/r#")[1].split(".")[:2]
    seq, lines = int(seq), entries(str(work / "pictures"))[register]
    whole, cut = work / "journal.jsonl", work / "cut.jsonl"
    whole.write_bytes(b"".join(lines))
    cut.write_bytes(b"".join(lines[:seq]))
    run(arguments.comptoir, "verify", str(whole), "--against", newest)
    run(arguments.comptoir, "verify", str(cut))
    said = run(arguments.comptoir, "verify", str(cut), "--against", newest, "--language", "en", expect=1)
    print(f"{count} papers printed after the printer had paper again, {len(tickets)} tickets, their codes read back")
    print(f"the code of entry {seq} convicts a journal cut before it: {said.strip().splitlines()[1]}")


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
