"""Whole sales in a real window, and a shop of one's own opened in it: the program on an X server that has no screen,
driven by a mouse and keys.

    window.py --comptoir PROGRAM --work FOLDER

Needs `Xvfb` and `xdotool`, and for the second verifier the package `cryptography`. Nothing here shares code with the
register: what it did is read from its sealed lines, what it shows from the pixels of the server. Where it fails, the
picture of that moment stays in the folder.
"""

import argparse
import glob
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

WIDTH, HEIGHT = 1280, 800
PATIENCE = 60
VERIFIER = Path(__file__).with_name("verify.py")


class Failed(Exception):
    """What was waited for did not come."""


def until(true, what, patience=PATIENCE):
    """Waits for something, and gives it back."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise Failed(f"waited {patience} s for {what}")


class Display:
    """An X server whose screen is a file, and the mouse and keys before it."""

    def __init__(self, work):
        self.folder = work / "screen"
        self.folder.mkdir()
        reads, writes = os.pipe()
        # It stays as it is when a program goes: a server that begins anew then refuses the next one.
        server = ["Xvfb", "-displayfd", str(writes), "-noreset", "-nolisten", "tcp", "-fbdir", str(self.folder)]
        server += ["-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
        self.log = open(work / "xvfb.log", "wb")
        self.process = subprocess.Popen(server, pass_fds=[writes], stdout=self.log, stderr=self.log)
        os.close(writes)
        with os.fdopen(reads) as told:
            number = told.readline().strip()
        if not number:
            raise Failed("the X server does not start: " + (work / "xvfb.log").read_text(errors="replace"))
        self.environment = {**os.environ, "DISPLAY": f":{number}"}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def rows(self, left=0, top=0, width=WIDTH, height=HEIGHT):
        """The pixels of a part, as red, green and blue."""
        picture = (self.folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", picture[:100])
        begins, line = header[0] + header[19] * 12, header[12]
        rows = []
        for y in range(top, top + height):
            row = picture[begins + y * line + left * 4 : begins + y * line + (left + width) * 4]
            pixels = bytearray(width * 3)
            pixels[0::3], pixels[1::3], pixels[2::3] = row[2::4], row[1::4], row[0::4]
            rows.append(bytes(pixels))
        return rows

    def keep(self, to):
        """Keeps the picture of now as a PNG."""
        raw = b"".join(b"\0" + row for row in self.rows())
        parts = [(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
        png = b"\x89PNG\r\n\x1a\n"
        for kind, body in parts:
            png += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        to.write_bytes(png)

    def still(self, unlike=None, part=()):
        """Waits until a part no longer moves, and differs from what it was; gives it back."""
        seen, since = self.rows(*part), time.monotonic()
        ends = since + PATIENCE
        while time.monotonic() < ends:
            time.sleep(0.05)
            now = self.rows(*part)
            if now != seen:
                seen, since = now, time.monotonic()
            elif seen != unlike and time.monotonic() - since > 0.4:
                return seen
        raise Failed("the picture did not change" if seen == unlike else "the picture did not come to rest")

    def do(self, *what):
        done = subprocess.run(["xdotool", *map(str, what)], env=self.environment, capture_output=True, text=True)
        return done.stdout.split() if done.returncode == 0 else []

    def click(self, x, y):
        self.do("mousemove", x, y, "click", 1)

    def key(self, *keys):
        for key in keys:
            self.do("key", key)

    def type(self, text, delay=40):
        self.do("type", "--delay", delay, text)

    def write(self, text):
        """Types as a person does: letters that come faster, or Return or Tab right behind them, are a scanner's."""
        self.type(text, delay=130)
        time.sleep(0.6)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class Program:
    """The register in its window."""

    def __init__(self, program, display, data, work):
        self.display, self.began = display, time.monotonic()
        environment = {**display.environment, "SLINT_BACKEND": "winit-software", "XDG_STATE_HOME": str(work / "state")}
        # Nobody's session and keystore are asked.
        environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={work}/no-bus"
        command = [program, "open", "--data", str(data), "--language", "fr"]
        self.said = open(work / "said.txt", "ab")
        self.process = subprocess.Popen(command, env=environment, stdout=self.said, stderr=self.said)
        window = until(self.window, "a window")[0]
        # Without a window manager nobody gives it the keys.
        display.do("windowfocus", "--sync", window)

    def window(self):
        if self.process.poll() is not None:
            raise Failed(f"the program ended with {self.process.returncode}")
        return self.display.do("search", "--onlyvisible", "--name", "^Comptoir$")

    def since_start(self):
        return time.monotonic() - self.began

    def kill(self):
        """As when the power goes."""
        self.process.kill()
        self.process.wait(timeout=20)

    def close(self):
        """As the window's cross does."""
        self.process.terminate()
        self.process.wait(timeout=20)


class Books:
    """What the register wrote, read from copies: it lets nobody else at its files while it runs."""

    def __init__(self, shop):
        self.shop = Path(shop)

    def ask(self, database, question):
        found = glob.glob(str(self.shop / database))
        if not found:
            return []
        with tempfile.TemporaryDirectory() as copies:
            for file in [found[0] + "-wal", found[0]]:
                if os.path.exists(file):
                    shutil.copy(file, copies)
            try:
                with sqlite3.connect(Path(copies) / Path(database).name) as copy:
                    return copy.execute(question).fetchall()
            except sqlite3.Error:
                # It was copied while it was written; the next look will do.
                return []

    def lines(self):
        return [json.loads(row[0])["entry"] for row in self.ask("journals/*/journal.db", "SELECT bytes FROM line ORDER BY seq")]

    def tickets(self):
        return [line["body"] for line in self.lines() if line["kind"] == "ticket"]

    def on_counter(self):
        """How many lines the basket on the counter has."""
        held = [json.loads(row[0]) for row in self.ask("shop.db", "SELECT body FROM held")]
        return sum(len(basket["basket"]["items"]) for basket in held if basket.get("on_counter"))

    def code_of(self, sku):
        (body,) = self.ask("shop.db", f"SELECT body FROM product WHERE key = '{sku}'")[0]
        return json.loads(body)["barcodes"][0]

    def journal(self):
        (journal,) = glob.glob(str(self.shop / "journals/*/journal.db"))
        return journal


# Where things are in the window of 1280 × 800 pixels.
SAMPLE_SHOP = (640, 334)
CASHIER = (640, 465)
FIRST_TILE = (170, 280)
END_OF_THE_GUIDE = (1220, 104)
# The articles of the ticket, its total and its keys: all of it that is the same after a start.
TICKET = (930, 190, 340, 600)
# In the first run: what a step is called, without the bar beneath, and what the last step but one asks.
STEP = (390, 0, 560, 66)
OWNER = (560, 136)
ENTER = (640, 562)
# What is typed there. A VAT number follows from a SIRET, and is not typed.
BUSINESS, SIRET, NAF, VAT_NUMBER = "Entreprise d'exemple", "57210489100013", "4711B", "FR80572104891"
SHOP, ADDRESS, OWNER_NAME, PIN = "Boutique d'exemple", "1 place de l'Exemple, 49000 Angers", "Exemple Patron", "7258"
# The name over the door: it changes with who is asked.
MIDDLE = (340, 60, 600, 700)


def sign_in(display):
    """Goes through the door as the cashier of the sample shop; gives back the ticket as it then stands."""
    door = display.still(part=MIDDLE)
    display.click(*CASHIER)
    display.still(unlike=door, part=MIDDLE)
    return display.still(part=TICKET)


def practise(program, display, work):
    """The first run leads to the sample shop; two sales, the second over a kill."""
    data = work / "practice"
    books = Books(data / "sample")
    till = Program(program, display, data, work)
    hello = display.still()
    display.click(*SAMPLE_SHOP)
    until(books.lines, "the sample shop's journal")
    display.still(unlike=hello)
    empty = sign_in(display)
    display.click(*FIRST_TILE)
    until(lambda: books.on_counter() == 1, "an article on the counter")
    display.still(unlike=empty, part=TICKET)
    display.key("F8")
    until(books.tickets, "the first ticket")
    paid = display.still(part=TICKET)

    display.click(*FIRST_TILE)
    until(lambda: books.on_counter() == 1, "an article on the counter")
    # The guide has seen a whole sale by now.
    guided = display.still(unlike=paid, part=TICKET)
    display.click(*END_OF_THE_GUIDE)
    alone = display.still(unlike=guided, part=TICKET)
    display.type(books.code_of("CAM-250"), delay=3)
    display.key("Return")
    until(lambda: books.on_counter() == 2, "a scanned article on the counter")
    before = display.still(unlike=alone, part=TICKET)
    till.kill()

    till = Program(program, display, data, work)
    display.still(part=MIDDLE)
    shows = till.since_start() - 0.4
    display.click(*CASHIER)
    until(lambda: display.rows(*TICKET) == before, "the ticket as it was before the kill")
    back = till.since_start()
    display.key("F8")
    until(lambda: len(books.tickets()) == 2, "the second ticket")
    display.still(part=TICKET)
    till.close()
    print(f"killed with a ticket on the counter: the door shows after {shows:.2f} s, the ticket is back after {back:.2f} s")
    return books


def check_practice(books):
    lines = books.lines()
    assert lines[0]["body"]["mode"] == "training", lines[0]
    first, second = books.tickets()
    assert [first["number"], second["number"]] == [1, 2]
    for ticket in (first, second):
        ttc = sum(line["total"] for line in ticket["lines"])
        assert ticket["totals"]["ttc"] == ttc > 0, ticket
        assert [(paid["tender"], paid["amount"]) for paid in ticket["payments"]] == [("cash", ttc)], ticket
        assert ticket["change"] == 0, ticket
    added = [line for line in second["lines"] if line["sku"] == "CAM-250"]
    assert len(added) == 1, second["lines"]
    assert second["totals"]["ttc"] == first["totals"]["ttc"] + added[0]["total"]


def found(program, display, work):
    """A shop of one's own, opened by keys and the mouse; its owner signs in."""
    data = work / "own"
    books = Books(data)
    till = Program(program, display, data, work)
    shown = display.still(part=STEP)

    def goes_on(shown):
        return display.still(unlike=shown, part=STEP)

    def go_on():
        # The last control is the key that goes on, wherever it stands.
        display.key("shift+Tab", "Return")

    # Past the two languages and the sample shop.
    display.key("Tab", "Tab", "Tab", "Tab", "Return")
    shown = goes_on(shown)
    # Past the key back.
    display.key("Tab", "Tab")
    for text in (BUSINESS, SIRET):
        display.write(text)
        display.key("Tab")
    display.write(NAF)
    display.key("Return")
    shown = goes_on(shown)
    display.key("Tab", "Tab")
    display.write(SHOP)
    display.key("Tab")
    display.write(ADDRESS)
    display.key("Return")
    # VAT, then days and years: what stands there is right.
    for _ in range(2):
        shown = goes_on(shown)
        go_on()
    goes_on(shown)
    assert not books.lines(), "a shop was founded before all was asked"
    display.click(*OWNER)
    display.write(OWNER_NAME)
    display.key("Tab")
    named = display.still()
    # The first key of the pad, a seven, has the keys now: Return presses it, and does not end the PIN.
    display.key("Return")
    display.write(PIN[1:])
    typed = display.still(unlike=named)
    display.click(*ENTER)
    again = display.still(unlike=typed)
    display.write(PIN)
    display.still(unlike=again)
    shown = display.rows(*STEP)
    display.click(*ENTER)
    display.still(unlike=again)
    # Without a field, so that Tab begins anew.
    go_on()
    goes_on(shown)
    assert not books.lines(), "a shop was founded before it was confirmed"
    go_on()
    until(books.lines, "the journal of the shop")
    display.still(unlike=shown, part=STEP)
    display.key("Tab", "Return")
    display.still(part=MIDDLE)
    display.write(PIN)
    display.key("Return")
    until(lambda: any(line["kind"] == "event" and line["body"]["code"] == 80 and line["operator"] != "system" for line in books.lines()),
          "the owner's session")
    till.close()
    return books


def check_own(books):
    genesis = books.lines()[0]["body"]
    merchant, store = genesis["merchant"], genesis["store"]
    assert genesis["mode"] == "live", genesis
    assert (merchant["name"], merchant["siret"], merchant["naf"]) == (BUSINESS, SIRET, "4711B"), merchant
    assert (merchant["vat_number"], merchant["address"]) == (VAT_NUMBER, ADDRESS), merchant
    assert (store["name"], store["address"], store["id"]) == (SHOP, ADDRESS, SIRET[9:]), store
    operators = [json.loads(row[0]) for row in books.ask("shop.db", "SELECT body FROM operator")]
    assert [(one["name"], one["role"]) for one in operators] == [(OWNER_NAME, "owner")], operators


def verified(program, journal):
    """Both verifiers on a journal; what the first of them says."""
    said = subprocess.run([program, "verify", "--language", "en", journal], capture_output=True, text=True)
    assert said.returncode == 0 and "SOUND" in said.stdout, said
    second = subprocess.run([sys.executable, str(VERIFIER), journal], capture_output=True, text=True)
    assert second.returncode == 0, second
    return next(line for line in said.stdout.splitlines() if line.startswith("SOUND"))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--comptoir", required=True)
    arguments.add_argument("--work", required=True, type=Path)
    arguments = arguments.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True)
    display = Display(work)
    try:
        books = practise(arguments.comptoir, display, work)
        own = found(arguments.comptoir, display, work)
    except BaseException:
        picture = Path(tempfile.mkdtemp(prefix="comptoir-window-")) / "failed.png"
        display.keep(picture)
        print(f"the window as it was then: {picture}\n{(work / 'said.txt').read_text(errors='replace')}", file=sys.stderr)
        raise
    finally:
        display.stop()
    check_practice(books)
    check_own(own)
    for shop in (books, own):
        print(verified(arguments.comptoir, shop.journal()))


if __name__ == "__main__":
    sys.exit(main())
