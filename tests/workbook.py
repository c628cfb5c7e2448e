"""A workbook as others read it: by openpyxl, and computed anew by LibreOffice, against the sealed lines.

    workbook.py WORKBOOK JOURNAL... [--soffice PROGRAM --work FOLDER]

WORKBOOK is one that `comptoir export --language fr` wrote, JOURNAL each `journal.db` of the till. Needs `openpyxl`. Nothing
here shares code with the register.
"""

import argparse
import csv
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl

CENT = Decimal("0.01")
TENDERS = {
    "account": "En compte",
    "card": "Carte bancaire",
    "cash": "Espèces",
    "cheque": "Chèque",
    "credit_note": "Avoir",
    "gift_voucher": "Bon cadeau",
    "holiday_voucher": "Chèque-vacances",
    "meal_voucher": "Titre-restaurant",
    "online": "Paiement en ligne",
    "tip": "Pourboire",
    "transfer": "Virement",
}
failures = []


def check(what, found, expected):
    if found == expected:
        print(f"  {what}: {found}")
    else:
        failures.append(what)
        print(f"  {what}: {found} instead of {expected}")


def sealed(journals):
    """The bodies of tickets and day closings of the real journals."""
    tickets, closings = [], []
    for path in journals:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        entries = [json.loads(row[0])["entry"] for row in database.execute("SELECT bytes FROM line ORDER BY seq")]
        if entries[0]["body"]["mode"] != "live":
            continue
        tickets += [entry["body"] for entry in entries if entry["kind"] == "ticket"]
        closings += [e["body"] for e in entries if e["kind"] == "closing" and e["body"]["period"] == "day"]
    return tickets, closings


def euros(cents):
    return (Decimal(cents) / 100).quantize(CENT)


def amount(cell):
    return Decimal(repr(cell)).quantize(CENT)


def table(book, sheet):
    rows = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row)) for row in rows[1:] if row[0] not in (None, "Total")]


def total(rows, column):
    return sum((amount(row[column]) for row in rows if row[column] is not None), Decimal(0)).quantize(CENT)


def read_by_openpyxl(path, tickets, closings):
    book = openpyxl.load_workbook(path)
    ttc = euros(sum(ticket["totals"]["ttc"] for ticket in tickets))
    rows = {name: table(book, name) for name in ["Journées", "Tickets", "Lignes", "Règlements", "TVA par jour"]}
    check("tickets", len(rows["Tickets"]), len(tickets))
    check("lines", len(rows["Lignes"]), sum(len(ticket["lines"]) for ticket in tickets))
    for name in ["Journées", "Tickets", "Lignes", "TVA par jour"]:
        check(f"{name}, TTC", total(rows[name], "TTC"), ttc)
    check("Règlements, Montant", total(rows["Règlements"], "Montant"), ttc)
    check("Tickets, HT", total(rows["Tickets"], "HT"), euros(sum(t["totals"]["ht"] for t in tickets)))
    check("Lignes, HT", total(rows["Lignes"], "HT"), euros(sum(t["totals"]["ht"] for t in tickets)))

    closed = {closing["number"]: closing["totals"]["ttc"] for closing in closings}
    found = {row["Clôture"]: amount(row["TTC"]) for row in rows["Journées"] if row["Clôture"] is not None}
    check("closings", found, {number: euros(cents) for number, cents in closed.items()})
    apart = [row for row in rows["Journées"] if amount(row["TTC"]) != amount(row["TTC des tickets"])]
    check("days whose tickets come to something else", apart, [])

    rates, tenders = Counter(), Counter()
    for ticket in tickets:
        for row in ticket["totals"]["vat"]:
            rates[row["rate"]] += row["vat"]
        for payment in ticket["payments"]:
            tenders[TENDERS[payment["tender"]]] += payment["amount"]
        tenders[TENDERS["cash"]] -= ticket["change"]
    found = Counter()
    for row in rows["TVA par jour"]:
        found[round(row["Taux de TVA"] * 10_000)] += amount(row["Montant TVA"])
    check("VAT by rate", dict(found), {rate: euros(cents) for rate, cents in rates.items()})
    found = Counter()
    for row in rows["Règlements"]:
        found[row["Moyen de paiement"]] += amount(row["Montant"])
    check("payments by means", dict(found), {name: euros(cents) for name, cents in tenders.items()})

    dates = {type(row["Date comptable"]).__name__ for row in rows["Tickets"]}
    check("dates are dates", dates, {"datetime"})
    formulas = [
        f"{name}!{cell.coordinate}"
        for name in ["Tickets", "Lignes", "Règlements", "Catalogue", "Modificateurs", "Formules", "Tarifs"]
        for row in book[name].iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    check("formulas among labels", formulas, [])
    check("charts", len(book["Synthèse"]._charts), 5)
    check("header that stays", {sheet.freeze_panes for sheet in book.worksheets[1:-2]}, {"A2"})
    return ttc


def forgetting_results(path, copy):
    """The same workbook with 0 as what each formula came to, so that who shows another number has computed it."""
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in whole.namelist():
            data = whole.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>0\g<2>", data)
            changed.writestr(name, data)


def computed_by_libreoffice(path, soffice, work, ttc):
    work.mkdir(parents=True, exist_ok=True)
    profile = work / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    # 0 is: compute anew on opening, always.
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>\n'
    )
    copy = work / "forgotten.xlsx"
    forgetting_results(path, copy)

    def convert(to):
        subprocess.run(
            [soffice, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", to, "--outdir", work, copy],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )

    # Every sheet, `;` between cells, numbers as they are and not as they are shown.
    convert("csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,false,false,false,-1")
    summary = list(csv.reader((work / "forgotten-Synthèse.csv").open(encoding="utf-8"), delimiter=";"))
    pairs = {}
    for row in summary:
        try:
            pairs[row[0]] = (Decimal(row[1]).quantize(CENT), Decimal(row[2]).quantize(CENT))
        except (ArithmeticError, IndexError):
            continue
    check("sums that LibreOffice computed", len(pairs), 7)
    for name, (written, computed) in pairs.items():
        check(f"LibreOffice: {name}", computed, written)
    check("LibreOffice: turnover", pairs["Chiffre d’affaires TTC"][1], ttc)
    days = list(csv.reader((work / "forgotten-Journées.csv").open(encoding="utf-8"), delimiter=";"))
    check("LibreOffice: the table's own total", Decimal(days[-1][days[0].index("TTC")]).quantize(CENT), ttc)
    convert("pdf")
    check("a PDF", (work / "forgotten.pdf").read_bytes()[:5], b"%PDF-")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workbook", type=Path)
    parser.add_argument("journals", nargs="+", type=Path)
    parser.add_argument("--soffice")
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    tickets, closings = sealed(arguments.journals)
    ttc = read_by_openpyxl(arguments.workbook, tickets, closings)
    if arguments.soffice:
        computed_by_libreoffice(arguments.workbook, arguments.soffice, arguments.work.absolute(), ttc)
    if failures:
        sys.exit(f"{len(failures)} differ: {', '.join(failures)}")


if __name__ == "__main__":
    main()
